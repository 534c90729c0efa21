"""What a lesson's cell needs that may not be here: read from its source, without running it.

A cell needs torch when it imports torch, when it imports a module of the course that does, or when it uses a name
that such a cell makes. The last is why cells are read in turn, and why ``lost`` goes along.
"""

import ast
import functools
import symtable
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
    imports, made, used = [], set(), set()
    for statement in body:
        used |= _used(statement) - made - {name for _, name, _ in imports}
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            imports += _imports(statement)
        else:
            made |= _made(statement)
    return Cell(tuple(imports), frozenset(made), frozenset(used))


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


def _made(statement):
    """Names that a statement makes."""
    symbols = _table(statement).get_symbols()
    return {symbol.get_name() for symbol in symbols if symbol.is_assigned() or symbol.is_imported()}


def _used(statement):
    """Names that a statement, or a function in it, needs from elsewhere."""
    if isinstance(
        statement, (ast.Assign, ast.AnnAssign, ast.AugAssign)
    ):  # in `x = f(x)` the second is needed
        return set().union(*(_read_by(ast.Expr(part)) for part in _parts_read(statement)))
    return _read_by(statement) - _made(statement)  # what a loop counts with is its own


def _parts_read(statement):
    """Expressions of an assignment that are read: its value, and targets such as ``weights[0]`` or in ``x += 1``."""
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    parts = (ast.Subscript, ast.Attribute, ast.Name) if isinstance(statement, ast.AugAssign) else (
        ast.Subscript, ast.Attribute
    )  # fmt: skip
    read = [part for target in targets for part in ast.walk(target) if isinstance(part, parts)]
    return [*read, *filter(None, [statement.value])]


def _read_by(statement):
    names, waiting = set(), [_table(statement)]
    while waiting:
        table = waiting.pop()
        waiting += table.get_children()
        of_cell = table.get_type() == "module"
        names |= {
            s.get_name() for s in table.get_symbols() if s.is_referenced() and (of_cell or s.is_global())
        }
    return names


def _table(statement):
    return symtable.symtable(ast.unparse(statement), "<cell>", "exec")
