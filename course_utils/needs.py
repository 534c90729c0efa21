"""What a lesson's cell needs that may not be here: read from its source, without running it.

A cell needs torch when it imports torch, when it imports a module of the course that does, or when it uses a name
that such a cell makes. The last is why cells are read in turn, and why ``lost`` goes along.
"""

import ast
import functools
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cell:
    """``imports``: (statement, name that it makes, module) of each; ``made``: by others; ``used``: from before."""

    imports: tuple
    made: frozenset
    used: frozenset


@functools.lru_cache(maxsize=64)
def read(source):
    """A cell as a :class:`Cell`; one of nothing for what is no Python (a magic, a slip of the keyboard).

    >>> cell = read("import torch\\nfor row in rows:\\n    total = row + torch.ones(1)")
    >>> cell.imports, sorted(cell.made), sorted(cell.used)
    ((('import torch', 'torch', 'torch'),), ['row', 'total'], ['rows'])
    """
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError):
        return Cell((), frozenset(), frozenset())
    imports, names = [], _Names()
    for statement in body:
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            imports += _imports(statement)
            names.known |= {name for _, name, _ in imports}
        else:
            names.visit(statement)
    return Cell(tuple(imports), frozenset(names.made), frozenset(names.used))


def needed(source, lost, modules):
    """Those of ``modules`` that a cell needs, as a set.

    lost   name -> set of modules: what was not made because it needs them
    """
    cell = read(source)
    found = {top for _, _, module in cell.imports for top in behind(module) if top in modules}
    return found.union(*(lost[name] for name in cell.used if name in lost)) & set(modules)


def lose(source, lost, modules):
    """Note in ``lost`` what a cell would have made that needs ``modules`` and is not run; its other imports are."""
    cell = read(source)
    for name in cell.made:
        lost[name] = set(modules)
    for _, name, module in cell.imports:
        if here := behind(module) & set(modules):
            lost[name] = here
        elif name not in cell.made:
            lost.pop(name, None)


def find(source, lost):
    """Take from ``lost`` what a cell that is run makes."""
    cell = read(source)
    for name in (*cell.made, *(name for _, name, _ in cell.imports)):
        lost.pop(name, None)


@functools.cache
def behind(module):
    """Names of the packages that importing a module takes: its own, and for one of the course's, what it imports.

    >>> behind("numpy.random"), "torch" in behind("course_utils.networks.fcn"), "torch" in behind("course_utils.fcn")
    ({'numpy'}, True, False)
    """
    seen, packages, waiting = set(), set(), [module]
    while waiting:
        name = waiting.pop()
        top, _, inside = name.partition(".")
        if top != __package__:
            packages.add(top)
        elif name not in seen:
            seen.add(name)
            waiting += [name.rpartition(".")[0]] if inside else []
            waiting += _imported_by(name)
    return packages


@functools.cache
def _imported_by(name):
    """Modules that a module of the course imports when it is imported; none of a name that is no module."""
    place = Path(__file__).parents[1].joinpath(*name.split("."))
    files = [file for file in (place.with_suffix(".py"), place / "__init__.py") if file.is_file()]
    if not files:
        return []
    body = ast.parse(files[0].read_text(encoding="utf-8")).body
    statements = [each for each in body if isinstance(each, (ast.Import, ast.ImportFrom))]
    return [module for each in statements for _, _, module in _imports(each)]


def _imports(statement):
    """(statement for it alone, name, module) of each name that an import makes."""
    for alias in statement.names:
        if isinstance(statement, ast.Import):
            alone = ast.Import([alias])
            name, module = alias.asname or alias.name.partition(".")[0], alias.name
        else:
            alone = ast.ImportFrom(statement.module, [alias], statement.level)
            name, module = alias.asname or alias.name, f"{statement.module}.{alias.name}"
        yield ast.unparse(alone), name, module


class _Names(ast.NodeVisitor):
    """Names that code makes, and those that it, or a function in it, needs from elsewhere: read in the order it runs.

    Branches and loops are read as run through once. ``known``: names that stand around the code, such as arguments.
    """

    def __init__(self, known=(), owner=None, is_class=False):
        self.made, self.used, self.known = set(), set(), set(known)
        self.owner, self.is_class = owner or self, is_class  # who gets what := makes in a comprehension

    def visit_Name(self, node):
        if not isinstance(node.ctx, ast.Load):
            self.made.add(node.id)
        elif node.id not in self.made | self.known:
            self.used.add(node.id)

    def in_turn(self, *parts):
        for part in parts:
            for each in part if isinstance(part, list) else [part]:
                if each is not None:
                    self.visit(each)

    def visit_Assign(self, node):
        self.in_turn(node.value, node.targets)

    def visit_AnnAssign(self, node):
        self.in_turn(node.annotation, node.value, node.target)

    def visit_AugAssign(self, node):
        if isinstance(node.target, ast.Name):
            self.visit_Name(ast.Name(node.target.id, ast.Load()))
        self.in_turn(node.value, node.target)

    def visit_NamedExpr(self, node):
        self.visit(node.value)
        self.owner.made.add(node.target.id)
        self.made.add(node.target.id)

    def visit_For(self, node):
        self.in_turn(node.iter, node.target, node.body, node.orelse)

    visit_AsyncFor = visit_For  # noqa: N815, ast's names

    def visit_alias(self, node):
        self.made.add(node.asname or node.name.partition(".")[0])

    def visit_ExceptHandler(self, node):
        self.made |= {node.name} - {None}
        self.in_turn(node.type, node.body)

    def visit_MatchAs(self, node):
        self.generic_visit(node)
        self.made |= {node.name} - {None}

    visit_MatchStar = visit_MatchAs  # noqa: N815, ast's names

    def visit_Lambda(self, node):
        self._function(node.args, [node.body])

    def visit_FunctionDef(self, node):
        self.in_turn(node.decorator_list, node.returns)
        self.made.add(node.name)
        self._function(node.args, node.body)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815, ast's names

    def _function(self, arguments, body):
        every = [each for each in ast.walk(arguments) if isinstance(each, ast.arg)]
        self.in_turn(arguments.defaults, arguments.kw_defaults, [each.annotation for each in every])
        own = _Names({each.arg for each in every})
        own.in_turn(body)
        inside = _Names(self.known | {each.arg for each in every} | own.made)
        inside.in_turn(body)
        self.used |= inside.used - (set() if self.is_class else self.made)

    def visit_ClassDef(self, node):
        self.in_turn(node.decorator_list, node.bases, node.keywords)
        inside = _Names(self.known, is_class=True)
        inside.in_turn(node.body)
        self.used |= inside.used - self.made
        self.made.add(node.name)

    def visit_ListComp(self, node):
        first, *others = node.generators
        self.visit(first.iter)
        inside = _Names(self.known | self.made, self.owner)
        inside.in_turn(first.target, first.ifs)
        for each in others:
            inside.in_turn(each.iter, each.target, each.ifs)
        inside.in_turn(*((node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)))
        self.used |= inside.used

    visit_SetComp = visit_GeneratorExp = visit_DictComp = visit_ListComp  # noqa: N815, ast's names
