"""Exercises that answer back: ``check`` compares, and says what went wrong in the words of the lesson.

An exercise is data, and a mistake is a function whose docstring is its diagnosis. This is all a lesson writes:

    def lerp(left, right, t):
        "The value between two samples, a fraction t of the way from left to right."
        return (1 - t) * left + t * right

    LERP = Exercise(
        key="linear.lerp",                  # topic.name: the topic decides the lesson
        title="Between two samples",
        reference=lerp,                     # name and parameters are the learner's, its source the solution
        cases=[                             # small ones first: the first that fails is shown
            Case(0, 10, 0.5, by_hand=5),    # by_hand: worked out on paper, the reference's witness
            Case(0, 10, 0.25, by_hand=2.5, note="A quarter of the way."),
        ],
        random_case=lambda rng: Case(*rng.uniform(-9, 9, 2).round(2), round(rng.uniform(), 2)),
        hints=["At t = 0 the answer is `left`.", "The weight of each sample is the distance to the other one."],
    )

    @LERP.mistake
    def swapped_weights(left, right, t):
        "Your weights are swapped. At t = 0, what does the left sample weigh?"
        return t * left + (1 - t) * right

A notebook then runs ``LERP.check(lerp)`` on the learner's ``lerp``; ``LERP.hint()``, ``LERP.solution()`` help.
A bug to repair is a :class:`SpotTheBug`. What the tests ask of every exercise is in ``tests/exercises``.
"""

import dis
import inspect
import re
import textwrap
import time
import types
import zlib
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from course_utils.exercises.engine import compare, diagnosis, progress, sandbox
from course_utils.exercises.engine.compare import Finding
from course_utils.exercises.engine.registry import lesson_of, register_exercise
from course_utils.exercises.engine.report import Card, Outcome, Report, show_call, show_pair

__all__ = [
    "Case", "Exercise", "Mistake", "NoCallOf", "NoLoopOverPixels", "Outcome", "Report", "SpotTheBug", "decimals",
]  # fmt: skip

_NOTHING = object()


class Case:
    """One call of the learner's function: its arguments, as they would be typed.

    ``note`` is a sentence shown when this case fails, ``by_hand`` the answer worked out on paper.
    """

    def __init__(self, *args, note="", by_hand=_NOTHING, **kwargs):
        self.args, self.kwargs, self.note, self.by_hand = args, kwargs, note, by_hand

    @property
    def worked_by_hand(self):
        """True when the case carries an answer of its own."""
        return self.by_hand is not _NOTHING

    def size(self):
        """How many numbers the arguments hold, for showing the smallest case first."""
        return sum(np.size(arg) if isinstance(arg, (np.ndarray, list, tuple)) else 1 for arg in self.args)

    def show(self, name):
        """The call as text, for a function of this name."""
        return show_call(name, self.args, self.kwargs)

    def __repr__(self):
        return self.show("Case")


def decimals(rng):
    """To how many decimals a case's numbers are drawn: 2, easy to read, or 6, so that rounding an answer shows."""
    return int(rng.choice([2, 6]))


@dataclass(frozen=True)
class Mistake:
    """A classic mistake as code: what it is called, the wrong function, what to tell whoever makes it."""

    name: str
    function: object
    sentence: str


@dataclass(frozen=True)
class NoLoopOverPixels:
    """The task asks for an answer without a loop over pixels: the lines that run are counted on two sizes.

    ``small`` and ``large`` are cases, one with many more pixels than the other.
    """

    small: Case
    large: Case

    def finding(self, function, pixels, deadline):
        """A Finding when the lines that ran grow like the ``pixels`` (of small, of large), else None."""
        few = _watched(function, self.small, deadline)[0]
        # a loop over rows grows like the square root
        too_many = max(few, 1) * (pixels[1] / pixels[0]) ** 0.75
        many = _watched(function, self.large, deadline, most_lines=too_many)[0]
        if many < too_many:
            return None
        return Finding(
            "a loop over pixels",
            "The values are right. But your code loops over pixels, and the task asks for none: "
            f"{few} lines ran for {pixels[0]} pixels, {many} or more for {pixels[1]}.",
        )


@dataclass(frozen=True)
class NoCallOf:
    """The task asks for the learner's own code: these functions must not do the work, such as ``"cv2.resize"``.

    A name is package and function, ``"torch.interpolate"``; modules between do not matter, a class does:
    ``"PIL.Image.resize"``.
    """

    names: tuple
    case: Case

    def __init__(self, *names, case):
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "case", case)

    def finding(self, function, _, deadline):
        """A Finding when one of the functions is called, else None."""
        _, called = _watched(function, self.case, deadline)
        for name in self.names:
            package, _, rest = name.partition(".")
            if any(f"{package}:{rest}" == full for full in called):
                called_by_name = f"the course's own `{rest}`" if package == "course_utils" else f"`{name}`"
                return Finding(
                    f"{name} called",
                    f"The values are right. But {called_by_name} does the work here. Write this one yourself.",
                )
        return None


def _watched(function, case, deadline, **most):
    seconds = max(deadline - time.monotonic(), 0.001)  # 0 would be no limit
    return sandbox.watch(function, case.args, case.kwargs, seconds, **most)


class Exercise:
    """A function for the learner to write. See the top of the module for an example.

    ``random_case``   a function of a NumPy generator that returns a Case of any size the task allows; the check
                      draws ``random_cases`` of them, always the same ones, beside the small cases
    ``name``          what the learner's function is called (default: the reference's name)
    ``stub``          the code the notebook gives (default: signature, first line of the docstring, ``...``)
    ``tolerance``     an answer may differ by ``tolerance * (1 + |expected|)``
    ``stored_as``     only where the task says so: "whole numbers", or a dtype's name such as "uint8"
    ``forbids``       what the task rules out: :class:`NoLoopOverPixels`, :class:`NoCallOf`
    ``seconds``       time for all cases together, where a function can be stopped (``sandbox.time_limit``)
    ``helpers``       functions whose source belongs to the solution
    """

    def __init__(
        self, key, title, reference, cases, mistakes=(), hints=(), *,
        random_case=None, random_cases=24, name=None, stub=None, tolerance=1e-6, stored_as=None, forbids=(),
        seconds=10.0, helpers=(),
    ):  # fmt: skip
        self.key, self.title, self.reference = key, title, reference
        self.small_cases, self.mistakes, self.hints = tuple(cases), tuple(mistakes), tuple(hints)
        self.random_case, self.random_cases = random_case, random_cases
        self.name = name or reference.__name__
        self.tolerance, self.stored_as, self.forbids = tolerance, stored_as, tuple(forbids)
        self.seconds, self.helpers = seconds, tuple(helpers)
        self.stub = textwrap.dedent(stub).strip() if stub else self._default_stub()
        self._hints_shown = 0
        self._answers = {}
        _check_parts(self)
        register_exercise(self)

    def mistake(self, function, sentence=None):
        """Enter a classic mistake; a decorator. The docstring is its diagnosis, its name is the function's.

        With a text, ``@SIZE.mistake("padding once")`` names it otherwise; a second text is the sentence.
        """
        if isinstance(function, str):
            return lambda wrong: self._enter(function, wrong, sentence)
        return self._enter(function.__name__.strip("_").replace("_", " "), function, sentence)

    def _enter(self, name, function, sentence):
        self.mistakes += (Mistake(name, function, sentence or " ".join((function.__doc__ or "").split())),)
        return function

    @cached_property
    def cases(self):
        """Every case of a check: the small ones in their order, then the random ones, smallest first."""
        rng = np.random.default_rng(zlib.crc32(self.key.encode()))
        count = self.random_cases if self.random_case else 0
        return self.small_cases + tuple(sorted(self.draw(rng, count), key=Case.size))

    def draw(self, rng, count):
        """``count`` random cases."""
        return [self.random_case(rng) for _ in range(count)]

    @property
    def lesson(self):
        """The lesson's number as two digits, "" for a key outside the course."""
        return lesson_of(self.key)

    # What the notebook calls

    def check(self, function):
        """Compare the learner's function with the reference. Never raises; lets the stop button through."""
        return self._keep(self.judge(function))

    def hint(self, number=None):
        """The next hint, one at a time; ``hint(1)`` shows the first again."""
        if not self.hints:
            return Card("?", "No hints", "for this exercise. Work the smallest case out on paper.")
        total = len(self.hints)
        if type(number) is int and 1 <= number <= total:
            shown = number
        else:
            shown = self._hints_shown = min(self._hints_shown + 1, total)
        message = progress.record_hint(self.key, shown)
        last = shown == total
        after = (
            "That was the last one; `.solution()` shows ours." if last else "Run this again for the next one."
        )
        return Card(
            "?",
            f"Hint {shown} of {total}",
            sentences=tuple(filter(None, (self.hints[shown - 1], after, message))),
        )

    def solution(self):
        """The tested reference's source."""
        message = progress.record_solution(self.key)
        return Card(
            "=", "Solution", self.title, sentences=tuple(filter(None, [message])), code=self.solution_source
        )

    # What is looked at

    def judge(self, function, seconds=None):
        """The report of a check, without writing it into the learner's progress."""
        try:
            return self._examine(function, self.seconds if seconds is None else seconds)
        except sandbox.PASSES_THROUGH:
            raise
        except BaseException as error:  # something so odd that looking at it fails must not stop the lesson
            return self._report(
                Outcome.NOT_QUITE,
                diagnosis="unreadable",
                sentence=f"Your function, or what it returns, cannot be examined ({type(error).__name__}).",
            )

    @property
    def solution_source(self):
        """Source of the reference (and its helpers), under the name the learner uses."""
        sources = [textwrap.dedent(inspect.getsource(f)).strip() for f in (*self.helpers, self.reference)]
        return re.sub(rf"\b{re.escape(self.reference.__name__)}\b", self.name, "\n\n\n".join(sources))

    def expected(self, case):
        """The reference's answer for one case."""
        return _on_copies(self.reference, case)

    def accepts(self, function, seconds=None):
        """True when a check of this function says right."""
        seconds = self.seconds if seconds is None else seconds
        deadline = time.monotonic() + seconds
        return self.agrees(function, seconds) and self._forbidden(function, seconds, deadline) is None

    def agrees(self, function, seconds=None, cases=None):
        """True when the values are right, in these cases (all of a check); stops at the first that fails."""
        if cases is None:
            pairs = zip(self.cases, self._expected, strict=True)
        else:
            pairs = ((case, self.expected(case)) for case in cases)
        deadline = time.monotonic() + (self.seconds if seconds is None else seconds)
        for case, expected in pairs:
            left = deadline - time.monotonic()
            if left <= 0 or self._fails(expected, sandbox.call(function, case.args, case.kwargs, left)):
                return False
        return True

    @cached_property
    def _expected(self):
        return tuple(self.expected(case) for case in self.cases)

    def _examine(self, function, seconds):
        if not callable(function):
            return self._report(
                Outcome.NOT_QUITE,
                diagnosis="not a function",
                sentence=f"`check` needs your function itself, without parentheses: `check({self.name})`. "
                f"It was given {compare.describe(function)}.",
            )
        if self._is_untouched(function):
            return self._not_attempted()
        first = self.small_cases[0]
        misfit = sandbox.misfit(function, first.args, first.kwargs)
        if misfit:
            return self._report(
                Outcome.CRASHED, call=first.show(self.name), diagnosis="parameters", sentence=misfit
            )
        expected = self._expected
        deadline = time.monotonic() + seconds
        calls = self._call_all(function, deadline)
        if _says_todo(calls[0]):
            return self._not_attempted()
        failing = [i for i, done in enumerate(calls) if self._fails(expected[i], done)]
        if failing:
            return self._explain(failing, expected, calls, seconds, function)
        forbidden = self._forbidden(function, seconds, deadline)
        if forbidden:
            return self._report(Outcome.NOT_QUITE, diagnosis=forbidden.name, sentence=forbidden.sentence)
        return self._right(calls)

    def _forbidden(self, function, seconds, deadline):
        """The first Finding about what the task rules out, for a function whose values are right."""
        for rule in self.forbids:
            pixels = [np.size(self.expected(case)) for case in vars(rule).values() if isinstance(case, Case)]
            try:
                finding = rule.finding(function, pixels, deadline)
            except sandbox.TimeIsUp:
                return Finding(
                    "time",
                    f"The values are right. But {seconds:g} s for all calls were over before the last one was "
                    "finished. Which loop runs too often, or never ends?",
                )
            if finding:
                return finding
        return None

    def _call_all(self, function, deadline):
        """Call the function on every case; after a call that used up the time, no more calls."""
        calls = []
        for case in self.cases:
            left = deadline - time.monotonic()
            done = (
                sandbox.call(function, case.args, case.kwargs, left)
                if left > 0
                else sandbox.Called(timed_out=True)
            )
            calls.append(done)
        return calls

    def _fails(self, expected, done):
        return (
            done.failed
            or done.changed
            or not compare.equal(expected, done.value, self.tolerance, self.stored_as)
        )

    def _explain(self, failing, expected, calls, seconds, function):
        """The report on the first failing case, with a diagnosis that looks at all of them."""
        known = self._known_mistake(calls)
        if known:
            index, finding = failing[0], Finding(known.name, known.sentence)
        else:
            index = self._most_telling(failing, expected, calls)
            finding = self._finding(index, expected, calls, seconds, function)
        case, done = self.cases[index], calls[index]
        failing = [index, *(i for i in failing if i != index)]
        about = {
            "call": case.show(self.name), "note": case.note, "printed": done.printed,
            "diagnosis": finding.name, "sentence": finding.sentence, "extra": self._still_failing(failing),
        }  # fmt: skip
        if done.error:
            line = f"line {done.line_number}: {done.line}" if done.line else ""
            return self._report(Outcome.CRASHED, error=done.error, line=line, **about)
        if done.timed_out:
            return self._report(Outcome.CRASHED, **about)
        want, got = show_pair(expected[index], compare.as_array(expected[index], done.value))
        return self._report(Outcome.NOT_QUITE, expected=want, got=got, **about)

    def _most_telling(self, failing, expected, calls):
        """The first failing case; the first with a wrong kind of answer, where the others only have wrong values.

        What is said of the values is said of all cases, so each has to have some.
        """
        if calls[failing[0]].failed:
            return failing[0]
        wrong = (i for i in failing if not calls[i].failed and self._kind(expected[i], calls[i]))
        return next(wrong, failing[0])

    def _kind(self, expected, done):
        return compare.wrong_kind(expected, done.value, self.tolerance, self.stored_as)

    def _finding(self, index, expected, calls, seconds, function):
        done = calls[index]
        if done.timed_out:
            plural = "" if seconds == 1 else "s"
            return Finding(
                "time",
                f"Still not finished after {seconds:g} second{plural}. Is there a loop that never ends?",
            )
        if done.error:
            return Finding(
                done.error_type, _THOUGHTS.get(done.error_type, "It worked up to the line shown here.")
            )
        kind = self._kind(expected[index], done)
        if kind:
            loops = _loops(getattr(function, "__code__", None))
            thought = diagnosis.about_shapes(_arrays(expected, calls), self.tolerance, loops)
            return _with_circumstances(kind, done, thought)
        if done.changed:
            return Finding("in place", "Your function changes its input. Work on a copy: `array.copy()`.")
        if all(isinstance(want, (bool, np.bool_)) for want in expected):
            return diagnosis.truth_values(*_answered(expected, calls))
        pairs = _numeric_pairs(expected, calls, self.tolerance)
        if not all(compare.close(*pair, self.tolerance) for pair in pairs):
            return diagnosis.explain(pairs, self.tolerance)
        return Finding("different", "That is not the expected answer.")

    def _known_mistake(self, calls):
        """The one mistake that gives the learner's answers; None when no single one does.

        It has to agree in every case. Where none does, one that agrees in every small case and in most of the
        random ones will do: the same slip may treat an empty corner in another way.
        """
        for most in (1.0, _MOST_OF_THE_RANDOM):
            same = [mistake for mistake in self.mistakes if self.matches(mistake, calls, most)]
            if same:
                return same[0] if len(same) == 1 else None
        return None

    def matches(self, mistake, calls, most=1.0):
        """True when a mistake gives these answers in every small case and in the share ``most`` of the random.

        Where both are right, they have no slip in common. So at least half of the other random cases must agree.
        """
        theirs = self._answers_of(mistake)
        if len(theirs) != len(calls):
            return False
        agree = [self._same(*pair) for pair in zip(theirs, calls, strict=True)]
        right = [
            self._same(sandbox.Called(want), one) and self._same(sandbox.Called(want), other)
            for want, one, other in zip(self._expected, theirs, calls, strict=True)
        ]
        count = len(self.small_cases)
        small, random = agree[:count], agree[count:]
        wrong = [same for same, fine in zip(random, right[count:], strict=True) if not fine]
        # two functions that only ever raise IndexError need not have the same mistake
        values = any(not done.failed for done in calls)
        return values and all(small) and sum(random) >= most * len(random) and 2 * sum(wrong) >= len(wrong)

    def _same(self, theirs, done):
        if (theirs.error_type, theirs.timed_out) != (done.error_type, done.timed_out):
            return False
        if done.failed:
            return True
        # the mistake's way of storing its values says nothing: only what the values are
        return theirs.changed == done.changed and compare.equal(theirs.value, done.value, self.tolerance)

    def _answers_of(self, mistake):
        if mistake.name not in self._answers:
            self._answers[mistake.name] = [
                sandbox.call(mistake.function, case.args, case.kwargs) for case in self.cases
            ]
        return self._answers[mistake.name]

    def _still_failing(self, failing):
        return ()

    def _is_untouched(self, function):
        """True for the stub as given, and for any body that does nothing."""
        code = getattr(function, "__code__", None)
        return code is not None and (
            _fingerprint(code) in _DOES_NOTHING or _fingerprint(code) == self._stub_print
        )

    @property
    def _stub_print(self):
        return _fingerprint(_code_of(self.stub))

    def _not_attempted(self):
        return self._report(
            Outcome.NOT_ATTEMPTED,
            call=self.title,
            sentence=f"Write the body of `{self.name}` in the cell above, run it, then run this one again.",
        )

    def _right(self, calls):
        count = len(self.cases)
        return self._report(
            Outcome.RIGHT,
            call=self.name,
            sentence=f"{self.title}: all {count} cases agree." if count > 1 else f"{self.title}: it agrees.",
            printed=calls[0].printed,
            folded=(("Compare with the course's own solution", self.solution_source),),
        )

    def _report(self, outcome, **fields):
        return Report(key=self.key, outcome=outcome, **fields)

    def _keep(self, report):
        """Write the outcome into the learner's progress; what that has to say is added to the report."""
        message = progress.record_check(self.key, report.outcome, report.diagnosis)
        return report if not message else replace(report, extra=(*report.extra, message))

    def _default_stub(self):
        about = (inspect.getdoc(self.reference) or self.title).splitlines()[0]
        return f'def {self.name}{inspect.signature(self.reference)}:\n    """{about}"""\n    ...'

    def __repr__(self):
        return f"Exercise {self.key}: {self.title}"


class SpotTheBug(Exercise):
    """A function with a bug, for the learner to repair; ``buggy`` is what the notebook gives.

        SpotTheBug(key=..., title=..., buggy=black_border, reference=clamped, name="enlarge", cases=[...])

    ``.symptom()`` shows the smallest case in which it goes wrong.
    """

    def __init__(self, key, title, buggy, reference, cases, mistakes=(), hints=(), *, stub=None, **options):
        self.buggy = buggy
        name = options.get("name") or reference.__name__
        if stub is None:
            source = textwrap.dedent(inspect.getsource(buggy))
            stub = re.sub(rf"\b{re.escape(buggy.__name__)}\b", name, source)
        super().__init__(key, title, reference, cases, mistakes, hints, stub=stub, **options)

    def symptom(self):
        """The first case in which the function as given is wrong, as a report."""
        report = self.judge(_renamed(self.buggy))
        return replace(report, word="The bug shows", diagnosis="symptom", sentence="", extra=())

    def _is_untouched(self, function):
        unchanged = _fingerprint(getattr(self.buggy, "__code__", None))
        return (
            super()._is_untouched(function) or _fingerprint(getattr(function, "__code__", None)) == unchanged
        )

    def _not_attempted(self):
        return self._report(
            Outcome.NOT_ATTEMPTED,
            call=self.title,
            sentence=f"`{self.name}` is still as it was given. Find an input that shows the bug, repair the "
            "function, then run this cell again.",
        )

    def _finding(self, index, expected, calls, seconds, function):
        if self.matches(Mistake("as it was given", self.buggy, ""), calls):
            return Finding(
                "unchanged", "Your change gives the same answers as before: the bug is still there."
            )
        return super()._finding(index, expected, calls, seconds, function)

    def _still_failing(self, failing):
        total = len(self.cases)
        if len(failing) == 1:
            return (f"This is the only one of {total} inputs that still shows a bug.",)
        count = f"All {total}" if len(failing) == total else f"{len(failing)} of {total}"
        calls = [self.cases[i].show(self.name) for i in failing[1:3]]
        others = [f"`{call}`" for call in calls if len(call) <= _LONGEST_CALL]
        return (f"{count} inputs still show a bug{', also ' if others else ''}{' and '.join(others)}.",)


_MOST_OF_THE_RANDOM = 0.75  # of the random cases, in which a mistake has to agree
_LONGEST_CALL = 100  # characters that still can be read within a sentence; a flow written out has hundreds

_THOUGHTS = {
    "NameError": "A name is used that has no value yet. A typo, or a cell that was not run?",
    "UnboundLocalError": "A name is read before it is given a value inside the function.",
    "IndexError": "An index lies outside the array. What are the smallest and the largest index allowed?",
    "ZeroDivisionError": "Something is divided by zero. For which input does that happen?",
    "TypeError": "An operation got a type of value that it does not support. Print the types to see which.",
    "UFuncTypeError": "Two types of values do not go together here. For example, an array of whole numbers "
    "cannot hold fractions; `np.zeros(n)` without a dtype can.",
    "ValueError": "A value or a shape does not fit. Print the shapes on the line before.",
    "AttributeError": "The object before the dot has no such attribute. What type is it?",
    "KeyError": "That key is not in the dictionary.",
    "RecursionError": "The function calls itself without end. When should it stop?",
    "SystemExit": "The function calls `exit()`. Use `return` to leave a function.",
    "MemoryError": "The array it tries to make does not fit into memory. Are the sizes what you meant?",
    "AssertionError": "An `assert` in your code does not hold.",
    "ModuleNotFoundError": "That package is not installed here; NumPy is enough for this exercise.",
}


def _check_parts(exercise):
    """Whoever writes an exercise gets an error at once, not the learner a strange report."""
    key = exercise.key
    if not exercise.small_cases:
        raise ValueError(f"exercise {key!r} needs at least one case")
    for name, kind in (("small_cases", Case), ("mistakes", Mistake), ("hints", str)):
        for part in getattr(exercise, name):
            if not isinstance(part, kind):
                raise ValueError(
                    f"{name.removeprefix('small_')} of exercise {key!r} must be a list of "
                    f"{kind.__name__}, got {part!r}"
                )
    if not (isinstance(exercise.tolerance, (int, float)) and exercise.tolerance >= 0):
        raise ValueError(f"tolerance of exercise {key!r} must be 0 or more, got {exercise.tolerance!r}")


def _renamed(function):
    """The same function in a wrapper, so that it is run rather than recognized as the one that was given."""
    return lambda *args, **kwargs: function(*args, **kwargs)


def _on_copies(function, case):
    done = sandbox.call(function, case.args, case.kwargs)
    if done.error:
        raise RuntimeError(f"the reference {function.__name__} raised {done.error} on {case}")
    return done.value


def _with_circumstances(finding, done, thought):
    """A finding, with what the function printed, NumPy warned about or all cases show, when that explains it."""
    if finding.name == "shape" and thought:
        return Finding(thought.name, f"{finding.sentence} {thought.sentence}")
    if done.value is None and done.printed.strip():
        return Finding(
            "printed", "Your function prints its answer and returns None. Use `return` instead of `print`."
        )
    if finding.name in ("nan", "infinite") and done.warned:
        return Finding(finding.name, f"{finding.sentence} NumPy warned: {done.warned}.")
    return finding


def _says_todo(done):
    """True for a `...` handed back, or a NotImplementedError that the learner's own code raises."""
    own = done.line.startswith("raise") or not done.line  # a library's comes out of a call
    return done.value is Ellipsis or (done.error_type == "NotImplementedError" and own)


def _answered(expected, calls):
    """What was expected and what came, for the calls that gave an answer; each has been seen to be a number."""
    pairs = [(want, done.value) for want, done in zip(expected, calls, strict=True) if not done.failed]
    return zip(*pairs, strict=True)


def _arrays(expected, calls):
    """(expected, got) as arrays, for all cases and all parts of a tuple; none when some are no arrays."""
    pairs = []
    for want, done in zip(expected, calls, strict=True):
        parts = want, done.value
        if not isinstance(want, (tuple, list)):
            parts = [want], [done.value]
        if done.failed or not isinstance(parts[1], (tuple, list)) or len(parts[0]) != len(parts[1]):
            return []
        pairs.extend((w, compare.as_array(w, g)) for w, g in zip(*parts, strict=True))
    plain = all(_is_array_of_numbers(part) for pair in pairs for part in pair)
    return pairs if plain else []


def _is_array_of_numbers(part):
    return isinstance(part, np.ndarray) and part.ndim > 0 and part.dtype.kind in "biufc"


def _numeric_pairs(expected, calls, tolerance):
    """(expected, got) for all that can be compared value by value; the parts of a tuple one by one."""
    pairs = []
    for want, done in zip(expected, calls, strict=True):
        if done.failed or compare.wrong_kind(want, done.value, tolerance):
            continue
        parts = (
            zip(want, done.value, strict=True) if isinstance(want, (tuple, list)) else [(want, done.value)]
        )
        pairs.extend(
            (w, compare.as_array(w, g)) for w, g in parts if not isinstance(w, (str, tuple, list, dict))
        )
    return pairs


def _fingerprint(code):
    """What a function does, as instructions: other comments, layout or docstring make no difference."""
    if code is None:
        return None
    return tuple(
        (
            step.opname,
            _fingerprint(step.argval) if isinstance(step.argval, types.CodeType) else repr(step.argval),
        )
        for step in dis.get_instructions(code)
        if step.opname != "NOP"  # a `pass` between two lines
    )


def _loops(code):
    """True for code with a loop, `range` or `arange`."""
    return code is not None and any(
        step.opname in ("FOR_ITER", "JUMP_BACKWARD")
        or step.argval in ("range", "arange")
        or (isinstance(step.argval, types.CodeType) and _loops(step.argval))
        for step in dis.get_instructions(code)
    )


def _code_of(source):
    """The code object of the last function defined in a piece of source."""
    module = compile(source, "<stub>", "exec")
    return [constant for constant in module.co_consts if isinstance(constant, types.CodeType)][-1]


_DOES_NOTHING = {
    _fingerprint(_code_of(f"def nothing(x):\n    {body}"))
    for body in ("pass", "return ...", "raise NotImplementedError", "raise NotImplementedError()")
}
