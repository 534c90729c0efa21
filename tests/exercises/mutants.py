"""Wrong answers by the thousand: every small change of a right one.

    python -m tests.exercises.mutants linear            # the mutants of lesson 01 that no case catches
    python -m tests.exercises.mutants linear.lerp -v    # all of one exercise, caught or not

A mutant that passes a check is either no mistake, and listed in ``answers`` with the reason, or a case is missing.
"""

import ast
import copy
import inspect
import itertools
import sys
import textwrap
import time

import numpy as np

from course_utils.exercises.engine import all_exercises
from tests.exercises import answers

SECONDS = 0.5  # for all cases of a mutant, at least; most need a hundredth
SLOWER = 20  # than the answer it was made from, on this machine, now: slower mutants do not end
OPERATORS = {
    ast.Add: [ast.Sub], ast.Sub: [ast.Add], ast.Mult: [ast.Div, ast.Add], ast.Div: [ast.Mult, ast.FloorDiv],
    ast.FloorDiv: [ast.Div, ast.Mult], ast.Mod: [ast.FloorDiv], ast.Pow: [ast.Mult], ast.Lt: [ast.LtE, ast.Gt],
    ast.LtE: [ast.Lt, ast.GtE], ast.Gt: [ast.GtE, ast.Lt], ast.GtE: [ast.Gt, ast.LtE], ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq], ast.And: [ast.Or], ast.Or: [ast.And], ast.BitAnd: [ast.BitOr], ast.BitOr: [ast.BitAnd],
}  # fmt: skip
FUNCTIONS = [
    ("floor", "ceil", "round", "trunc"), ("rint", "floor", "ceil"), ("int", "round"), ("minimum", "maximum"),
    ("min", "max"), ("zeros", "ones"), ("zeros_like", "ones_like"), ("argmax", "argmin"), ("hstack", "vstack"),
    ("repeat", "tile"), ("sum", "mean"),
]  # fmt: skip
DROPPED = ("clip", "astype", "copy", "transpose", "round", "swapaxes")  # x.clip(...) -> x
COMMUTE = ("min", "max", "minimum", "maximum", "hypot", "gcd", "lcm")  # exchanging arguments is no change
ORDERED = (ast.Sub, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.MatMult)  # a - b -> b - a


def mutants(source):
    """(what is changed, the source with this one change) for every small change of some functions' source."""
    tree = _without_docstrings(ast.parse(textwrap.dedent(source)))
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    seen = {ast.unparse(tree)}
    for place, node in enumerate(list(ast.walk(tree))):
        for change in _changes(node, tree):
            changed = copy.deepcopy(tree)
            target = list(itertools.islice(ast.walk(changed), place + 1))[place]
            change(target, changed)
            try:
                text = ast.unparse(ast.fix_missing_locations(changed))
            except Exception:  # a change that makes no program
                continue
            if text not in seen:
                seen.add(text)
                yield _difference(tree, text, statements), text


def _changes(node, tree):
    """Functions (node of a copy, that copy) -> None, each of which makes one change in place."""
    yield from _operator_changes(node, tree)
    yield from _value_changes(node, tree)
    yield from _call_changes(node)
    yield from _statement_changes(node)


def _operator_changes(node, tree):
    if isinstance(node, (ast.BinOp, ast.AugAssign, ast.BoolOp)):
        for other in OPERATORS.get(type(node.op), ()):
            yield lambda target, _, other=other: setattr(target, "op", other())
    if isinstance(node, ast.Compare):
        for other in OPERATORS.get(type(node.ops[0]), ()):
            yield lambda target, _, other=other: target.ops.__setitem__(0, other())
    if isinstance(node, ast.BinOp):
        yield lambda target, tree: _replace(tree, target, target.left)
        yield lambda target, tree: _replace(tree, target, target.right)
        if isinstance(node.op, ORDERED) and not _is_a_distance(node, tree):
            yield lambda target, _: _exchange(target, "left", "right")
    if isinstance(node, ast.UnaryOp):
        yield lambda target, tree: _replace(tree, target, target.operand)
    if isinstance(node, ast.IfExp):
        yield lambda target, _: _exchange(target, "body", "orelse")
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield lambda target, tree: _replace(tree, target, target.value)


def _value_changes(node, tree):
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield lambda target, _: setattr(target, "value", not target.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        for step in (1, -1) if isinstance(node.value, int) else (0.5, -0.25):
            yield lambda target, _, step=step: setattr(target, "value", target.value + step)
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        for other in _names_beside(node, tree):
            yield lambda target, _, other=other: setattr(target, "id", other)
    if isinstance(node, ast.Slice):
        for part in ("lower", "upper", "step"):
            if getattr(node, part) is not None:
                yield lambda target, _, part=part: setattr(target, part, None)
    if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load) and len(node.elts) > 1:
        yield lambda target, _: target.elts.reverse()


def _call_changes(node):
    if not isinstance(node, ast.Call):
        return
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    fixed = any(isinstance(arg, ast.Starred) for arg in node.args)
    if len(node.args) > 1 and name not in COMMUTE and not fixed:
        for first, second in itertools.combinations(range(len(node.args)), 2):
            yield lambda target, _, first=first, second=second: _exchange_items(target.args, first, second)
    for number in range(len(node.keywords)):
        yield lambda target, _, number=number: target.keywords.pop(number)
    for family in FUNCTIONS:
        if name in family:
            for other in set(family) - {name}:
                yield lambda target, _, other=other: _rename(target.func, other)
    if isinstance(node.func, ast.Attribute) and name in DROPPED:
        yield lambda target, tree: _replace(tree, target, target.func.value)
    if name in ("abs", "asarray", "flip") and node.args:
        yield lambda target, tree: _replace(tree, target, target.args[0])


def _statement_changes(node):
    if isinstance(node, (ast.Assign, ast.AugAssign, ast.Expr)):
        yield lambda target, tree: _replace(tree, target, ast.Pass())
    if isinstance(node, ast.AugAssign):
        yield lambda target, tree: _replace(
            tree, target, ast.Assign([target.target], target.value, lineno=target.lineno)
        )
    if isinstance(node, (ast.If, ast.While)):
        yield lambda target, _: setattr(target, "test", ast.UnaryOp(ast.Not(), target.test))


def _is_a_distance(node, tree):
    """True for the difference in abs(a - b)."""
    calls = (call for call in ast.walk(tree) if isinstance(call, ast.Call) and node in call.args)
    return any(ast.unparse(call.func).rpartition(".")[2] in ("abs", "absolute", "fabs") for call in calls)


def _names_beside(node, tree):
    """Other variables of the same function, at most three."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef) and any(inner is node for inner in ast.walk(function)):
            names = [arg.arg for arg in function.args.args]
            names += [
                n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
            ]
            if node.id in names:
                return [name for name in dict.fromkeys(names) if name != node.id][:3]
    return []


def _replace(tree, old, new):
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, field, new)
            elif isinstance(value, list):
                value[:] = [new if item is old else item for item in value]


def _exchange(node, first, second):
    one, other = getattr(node, first), getattr(node, second)
    setattr(node, first, other)
    setattr(node, second, one)


def _exchange_items(items, first, second):
    items[first], items[second] = items[second], items[first]


def _rename(function, name):
    setattr(function, "attr" if isinstance(function, ast.Attribute) else "id", name)


def _without_docstrings(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.decorator_list = []
            if ast.get_docstring(node) is not None:
                node.body = node.body[1:] or [ast.Pass()]
    return tree


def _difference(tree, text, _):
    before, after = ast.unparse(tree).splitlines(), text.splitlines()
    if len(before) != len(after):  # a branch lost its last statement
        return f"... -> {text}"
    old, new = next((old, new) for old, new in zip(before, after, strict=True) if old != new)
    return f"{old.strip()} -> {new.strip()}"


# ---- held against the cases ---------------------------------------------------------------------------------


def originals(exercise):
    """(name, source, function) of the reference and of every right answer that is known."""
    yield "the reference", exercise.solution_source, exercise.reference
    for function in answers.RIGHT.get(exercise.key, ()):
        yield function.__name__, inspect.getsource(function), function


def survivors(exercise, only_reference=False, share=1.0):
    """(original, change, where it differs) for each mutant that the exercise's check lets pass.

    The last is the first of many further random cases in which the mutant differs from the reference, as a
    call; "" when it differs in none. ``share`` of the mutants are tried, always the same ones.
    """
    rng = np.random.default_rng(0)
    for name, source, answer in originals(exercise):
        if only_reference and name != "the reference":
            return
        called = exercise.name if name == "the reference" else name
        limit = _limit(exercise, answer)
        for change, text in mutants(source):
            if rng.random() > share:
                continue
            function = _defined(text, called, answer.__globals__)
            if function is not None and exercise.agrees(function, limit):
                yield name, change, _where_it_differs(exercise, function, limit)


def _limit(exercise, answer):
    """Seconds for a mutant of this answer: a busy machine is no reason to call a mutant dead."""
    begin = time.monotonic()
    exercise.agrees(answer, 60)
    return max(SECONDS, SLOWER * (time.monotonic() - begin))


def _where_it_differs(exercise, function, limit, count=400):
    for case in exercise.draw(np.random.default_rng(99), count):
        if not exercise.agrees(function, limit, [case]) and not exercise.agrees(function, 10 * limit, [case]):
            return case.show(exercise.name)
    return ""


def _defined(text, name, names):
    namespace = dict(names)
    try:
        exec(compile(text, f"<mutant of {name}>", "exec"), namespace)
    except Exception:  # names that do not go together: no program
        return None
    return namespace.get(name)


def _main(wanted="", *options):
    topics = [wanted.partition(".")[0]] if wanted else answers.TOPICS
    answers.load(topics)
    for exercise in itertools.chain(*all_exercises(topics).values()):
        if not exercise.key.startswith(wanted):
            continue
        made = sum(1 for _, source, _ in originals(exercise) for _ in mutants(source))
        left = list(survivors(exercise))
        print(f"{exercise.key}: {made} mutants, {len(left)} pass", flush=True)
        for original, change, where in left:
            reason = answers.reason_for(exercise.key, change)
            if where or not reason or "-v" in options:
                print(f"  {original}: {change}\n      {f'DIFFERS: {where}' if where else f'same: {reason}'}")


if __name__ == "__main__":
    _main(*sys.argv[1:])
