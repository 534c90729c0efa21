"""The proof that an exercise works, for the tests: ``verify(exercise)``.

It plays every learner: the one who has not begun, the one who is right, those with a known mistake, and those
whose function raises, returns nonsense, never ends, or is no function at all.
"""

import ast
import inspect
import itertools
import zlib

import numpy as np

from course_utils.exercises.engine import Outcome, SpotTheBug, compare, sandbox
from tools import THOROUGH

A_SCREEN = 20  # lines of a card
QUICKLY = 0.02  # seconds for a function that never ends


def verify(exercise, briefly=False):
    """Raise AssertionError with everything that is wrong with an exercise; return None when nothing is.

    ``briefly``: only whether the stub, the reference and the known mistakes are told apart.
    """
    parts = (_stub, _reference, _mistakes, _bug)
    if not briefly:
        parts = (_form, _stub, _by_hand, _reference, _other_clothes, _mistakes, _misbehavior, _bug)
    problems = [f"{exercise.key}: {problem}" for part in parts for problem in part(exercise)]
    assert not problems, "\n".join(problems)


def _form(exercise):
    if not exercise.title or not exercise.hints:
        yield "a title and at least one hint are needed"
    names = [mistake.name for mistake in exercise.mistakes]
    if len(set(names)) < len(names):
        yield f"two mistakes have the same name: {names}"


def _stub(exercise):
    function = define(exercise.stub, exercise.name, exercise.reference)
    if function is None:
        yield f"the stub does not define {exercise.name}:\n{exercise.stub}"
        return
    report = exercise.judge(function)
    if report.outcome is not Outcome.NOT_ATTEMPTED:
        yield f"the stub is {report.outcome}, not 'not attempted'"
    if exercise.judge(lambda *args, **kwargs: function(*args, **kwargs)).outcome is Outcome.RIGHT:
        yield "the stub is already right"
    ours, theirs = (list(inspect.signature(f).parameters) for f in (exercise.reference, function))
    if ours != theirs:
        yield f"the stub's parameters {theirs} are not the reference's {ours}"


def _by_hand(exercise):
    for case in exercise.cases:
        if case.worked_by_hand:
            expected = exercise.expected(case)
            by_hand = np.asarray(case.by_hand) if isinstance(expected, np.ndarray) else case.by_hand
            same = (compare.close if isinstance(expected, np.ndarray) else compare.values_equal)(
                expected, by_hand, exercise.tolerance
            )
            if not same:
                yield f"{case.show(exercise.name)} is {case.by_hand} by hand, the reference says {expected}"


def _reference(exercise):
    if exercise.random_case is None:
        yield "random cases are needed (random_case)"
    for function, what in (
        (exercise.reference, "the reference"),
        (define(exercise.solution_source, exercise.name, exercise.reference), "the solution as shown"),
    ):
        report = exercise.judge(function)
        if report.outcome is not Outcome.RIGHT:
            yield f"{what} is {report.outcome}:\n{report}"
    if any(sandbox.call(exercise.reference, case.args, case.kwargs).changed for case in exercise.cases):
        yield "the reference changes its input"


def _other_clothes(exercise):
    """The right values pass, however they are stored; where the task says how, nothing else passes."""
    for name, change in _clothes(exercise):

        def dressed(*args, _change=change, **kwargs):
            return _change(exercise.reference(*args, **kwargs))

        if exercise.accepts(dressed) == bool(exercise.stored_as):
            yield f"the right values, as {name}, are {exercise.judge(dressed).outcome}:\n{exercise.judge(dressed)}"


def _clothes(exercise):
    """(in words, a change that keeps the values) for the kind of answer that this exercise wants."""
    answers = [exercise.expected(case) for case in exercise.cases]
    if not all(_is_numeric(part) for answer in answers for part in _parts(answer)):
        return
    large = max(
        np.abs(np.asarray(part, float)).max(initial=0) for answer in answers for part in _parts(answer)
    )
    yield "float64", _each(lambda part: np.asarray(part, float))
    yield "Python objects", _each(lambda part: np.asarray(part).astype(object))
    if large < 2**23:
        yield "float32", _each(lambda part: np.asarray(part, np.float32))
    yield "complex numbers", _each(lambda part: np.asarray(part) + 0j)
    if exercise.stored_as:
        return
    yield "lists", _each(lambda part: np.asarray(part).tolist())
    yield "arrays in Fortran's order", _each(lambda part: np.asarray(part, order="F"))
    yield "views that cannot be written", _each(_seen_from_behind)
    yield "torch tensors", _each(_Tensor)
    if all(_is_whole(answer) for answer in answers):
        yield "whole numbers", _each(lambda part: np.asarray(part).astype(int))


def _seen_from_behind(part):
    part = np.array(part)
    if part.ndim == 0:
        return part
    turned = part[::-1].copy()[::-1]
    turned.setflags(write=False)
    return turned


def _mistakes(exercise):
    for mistake in exercise.mistakes:
        report = exercise.judge(mistake.function)
        if report.diagnosis != mistake.name:
            yield (
                f"mistake {mistake.name!r} is not recognized ({report.outcome}, {report.diagnosis!r}): "
                f"{_why_not(exercise, mistake)}"
            )
            continue
        first, *below = report.text.splitlines()
        if not mistake.sentence or mistake.sentence not in first:
            yield f"the sentence of mistake {mistake.name!r} is not shown in the first line"
        if len(below) >= A_SCREEN:
            yield f"the card of mistake {mistake.name!r} has more than {A_SCREEN} lines:\n{report}"


def _why_not(exercise, mistake):
    answers = [sandbox.call(mistake.function, case.args, case.kwargs) for case in exercise.cases]
    twins = [
        other.name for other in exercise.mistakes if exercise.matches(other, answers) and other is not mistake
    ]
    return f"no case tells it from {twins}" if twins else "no case tells it from the reference"


def _bug(exercise):
    if not isinstance(exercise, SpotTheBug):
        return
    report = exercise.judge(exercise.buggy)
    if report.outcome is not Outcome.NOT_ATTEMPTED:
        yield f"the function with the bug is {report.outcome}, not 'not attempted'"
    if exercise.symptom().outcome not in (Outcome.NOT_QUITE, Outcome.CRASHED):
        yield "no case shows the bug"


def _misbehavior(exercise):
    for name, function in some_of(list(misbehaving(exercise)), exercise):
        report = exercise.judge(function, seconds=QUICKLY if "never ends" in name else None)
        welcome = {Outcome.NOT_QUITE, Outcome.CRASHED} | _also_fine(exercise, name)
        if report.outcome not in welcome:
            yield f"a function that {name} is {report.outcome}"
        elif not report.sentence or report.diagnosis == "unreadable":
            yield f"a function that {name} gets no sentence of its own:\n{report}"
        shown = "" if report.outcome is Outcome.RIGHT else report.text + report.html
        for forbidden in ("Traceback", "course_utils", "site-packages"):
            if forbidden in shown:
                yield f"a function that {name} shows {forbidden!r}:\n{report}"


def some_of(ways, exercise):
    """All ways to misbehave of a thorough run; otherwise a third, and of the next exercise others."""
    return ways if THOROUGH else ways[zlib.crc32(exercise.key.encode()) % 3 :: 3]


def _also_fine(exercise, name):
    """Misbehavior that leaves the answer right: printing on the way, whole numbers where all are whole."""
    if name == "prints and returns":
        return {Outcome.RIGHT}
    whole = all(_is_whole(exercise.expected(case)) for case in exercise.cases)
    return {Outcome.RIGHT} if name == "returns whole numbers" and whole else set()


def _is_whole(answer):
    return all(np.all(np.asarray(part) == np.round(part)) for part in _parts(answer) if _is_numeric(part))


def misbehaving(exercise):
    """(what it does, a function that does it), for every way of not being a solution."""
    yield from _without_an_answer(exercise)
    yield from _not_functions(exercise)
    for name, change in _wrong_answers(exercise):

        def wrong(*args, _change=change, **kwargs):
            return _change(exercise.reference(*args, **kwargs))

        yield name, wrong
    if any(isinstance(arg, np.ndarray) and arg.size for case in exercise.cases for arg in case.args):
        yield "changes its input", _changing(exercise.reference)


def _without_an_answer(exercise):
    def raising(error):
        def function(*args, **kwargs):
            raise error

        return function

    for error in (
        ValueError("no"),
        IndexError(),
        SystemExit(3),
        GeneratorExit(),
        MemoryError(),
        _Unprintable(),
    ):
        yield f"raises {type(error).__name__}", raising(error)

    def never_ends(*args, **kwargs):
        for _ in itertools.count():
            pass

    def never_ends_and_catches_all(*args, **kwargs):
        while True:
            try:
                sum(range(1000))
            except:  # noqa: E722
                pass

    def calls_itself(*args, **kwargs):
        return calls_itself(*args, **kwargs)

    def returns_none(*args, **kwargs):
        exercise.reference(*args, **kwargs)

    def prints_only(*args, **kwargs):
        print(exercise.reference(*args, **kwargs))

    def prints_and_returns(*args, **kwargs):
        print("looking at", args)
        return exercise.reference(*args, **kwargs)

    def generates(*args, **kwargs):
        yield exercise.reference(*args, **kwargs)

    async def waits(*args, **kwargs):
        return exercise.reference(*args, **kwargs)

    yield "never ends", never_ends
    yield "never ends and catches everything", never_ends_and_catches_all
    yield "calls itself without end", calls_itself
    yield "returns None", returns_none
    yield "prints instead of returning", prints_only
    yield "prints and returns", prints_and_returns
    yield "is a generator", generates
    yield "is async", waits


def _not_functions(exercise):
    yield "takes no parameters", lambda: 0
    names = [f"extra{i}" for i in range(len(exercise.cases[0].args) + len(exercise.cases[0].kwargs) + 1)]
    yield "takes one parameter too many", eval(f"lambda {', '.join(names)}: 0")
    for thing in (None, 5, "text", exercise.expected(exercise.cases[0])):
        if not callable(thing):
            yield f"is {compare.describe(thing)}", thing


def _wrong_answers(exercise):
    """(what it does, a change of the right answer) that suits the kind of answer this exercise wants."""
    yield "returns a dict", lambda answer: {"answer": answer}
    yield "returns a function", lambda answer: lambda: answer
    yield "returns something that cannot be shown", lambda answer: _Unprintable()
    sample = exercise.expected(exercise.cases[0])
    if not isinstance(sample, str):
        yield "returns text", str
    if isinstance(sample, (tuple, list)):
        yield "returns one part too few", lambda answer: answer[:-1]
        yield "returns the first part only", lambda answer: answer[0]
    if not all(map(_is_numeric, _parts(sample))):
        return
    if isinstance(sample, np.ndarray):
        yield "returns one axis too many", lambda answer: answer[np.newaxis]
        yield "returns numbers as text", lambda answer: answer.astype(str)
    yield "returns an array with one more axis", _each(lambda part: np.asarray(part)[np.newaxis])
    yield "returns NaN", _each(lambda part: np.asarray(part) * np.nan)
    yield "returns infinity", _each(lambda part: np.asarray(part) * 0.0 + np.inf)
    yield "returns complex numbers", _each(lambda part: np.asarray(part) + 1j)
    if not any(np.asarray(part).dtype.kind in "bu" for part in _parts(sample)):
        yield "returns whole numbers", _each(lambda part: np.asarray(part).astype(int))


def _each(change):
    """The change, made in every part of a tuple."""
    return lambda answer: tuple(map(change, answer)) if isinstance(answer, (tuple, list)) else change(answer)


def _parts(answer):
    return answer if isinstance(answer, (tuple, list)) else (answer,)


def _is_numeric(answer):
    return np.asarray(answer).dtype.kind in "biuf"


def _changing(reference):
    def function(*args, **kwargs):
        answer = sandbox.plain(reference(*args, **kwargs))
        for arg in args:
            if isinstance(arg, np.ndarray) and arg.size:
                arg.flat[0] += 1
        return answer

    return function


class _Unprintable(Exception):
    """Everything about it fails."""

    def __str__(self):
        raise RuntimeError("no text")

    __repr__ = __str__

    def __eq__(self, other):
        raise RuntimeError("no comparison")

    __hash__ = None


class _Tensor:
    """A stand-in for torch's tensor: these tests run without torch."""

    __module__ = "torch"

    def __init__(self, array):
        self._array = np.asarray(array)
        self.shape = self._array.shape

    def numpy(self):
        return self._array


def define(source, name, like):
    """The function that a piece of source defines, among the globals of the function ``like``; or None."""
    namespace = dict(like.__globals__)
    namespace.pop(name, None)
    exec(compile(ast.parse(source), f"<{name}>", "exec"), namespace)
    return namespace.get(name)
