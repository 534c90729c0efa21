"""Whatever a learner's function does, the call comes back: with plain things, in time, without a traceback."""

import contextlib
import enum
import itertools
import numbers
import signal
import sys
import threading
import time
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from course_utils import platform
from course_utils.exercises.engine import sandbox
from tests.exercises import verify
from tests.exercises.samples import LERP

# ruff: noqa: E722, B012  bare excepts are what is tested


def long_helper():
    total = 0
    for number in range(10**9):
        total += number
    return total


def swallows_in_a_loop():
    while True:
        try:
            return long_helper()
        except:
            pass


def swallows_around_a_loop_that_swallows():
    while True:
        try:
            swallows_in_a_loop()
        except:
            pass


def suppresses():
    while True:
        with contextlib.suppress(BaseException):
            long_helper()


def reads_a_generator_that_swallows():
    def generate():
        while True:
            try:
                yield long_helper()
            except:
                pass

    return list(generate())


def continues_in_finally():
    while True:
        try:
            long_helper()
        finally:
            continue


def swallows_at_every_depth(depth=0):
    while True:
        try:
            if depth < 60:
                swallows_at_every_depth(depth + 1)
            else:
                long_helper()
        except:
            pass


def keeps_what_it_catches():
    kept = []
    while True:
        try:
            long_helper()
        except BaseException as error:
            kept.append(error)


def swallows_three_times_over():
    while True:
        try:
            try:
                while True:
                    try:
                        sum(range(50))
                    except:
                        continue
            except:
                continue
        except:
            pass


def begins_again_when_it_is_stopped():
    try:
        long_helper()
    except:
        try:
            long_helper()
        except:
            swallows_in_a_loop()


def sleeps():
    time.sleep(1000)


def waits_for_nobody():
    while True:
        try:
            threading.Event().wait()
        except:
            pass


def comprehends():
    return [long_helper() for _ in itertools.count()]


def maps():
    return sum(map(lambda _: long_helper(), itertools.count()))


class ShowsItselfForEver:
    def __repr__(self):
        return swallows_in_a_loop()


class ConvertsForEver:
    def __array__(self, *args, **kwargs):
        return swallows_in_a_loop()


class CountsForEver:
    def __float__(self):
        return swallows_in_a_loop()


ENDLESS = [
    long_helper, swallows_in_a_loop, swallows_around_a_loop_that_swallows, suppresses,
    reads_a_generator_that_swallows,
    continues_in_finally, swallows_at_every_depth, keeps_what_it_catches, swallows_three_times_over,
    begins_again_when_it_is_stopped, sleeps, waits_for_nobody, comprehends, maps, ShowsItselfForEver,
    ConvertsForEver, lambda: np.array([CountsForEver()], object),
]  # fmt: skip


def what_a_limit_borrows():
    alarm = signal.getsignal(signal.SIGALRM), signal.getitimer(signal.ITIMER_REAL)
    return *alarm, sys.gettrace(), sys.getprofile(), sys.unraisablehook


@pytest.mark.parametrize("function", ENDLESS, ids=lambda function: function.__name__)
def test_the_time_limit_ends_it(function):
    before = what_a_limit_borrows()
    done = sandbox.call(function, seconds=0.1)
    assert done.timed_out and done.value is None
    assert what_a_limit_borrows() == before


NEVER_RETURNS_TO_PYTHON = (sleeps, waits_for_nobody)  # only a signal wakes them


@pytest.fixture
def no_alarm(monkeypatch):
    """As on Windows and in a browser."""
    if not platform.HAS_MONITORING:
        pytest.skip(
            "Python watches what runs from 3.12 on; tests/browser_edition asks the one in the browser"
        )
    monkeypatch.setattr(platform, "HAS_ALARM", False)


def one_line():
    while True: pass  # noqa: E701, here the loop has no line of its own  # fmt: skip


@pytest.mark.parametrize(
    "function",
    [one_line, *(f for f in ENDLESS if f not in NEVER_RETURNS_TO_PYTHON)],
    ids=lambda f: f.__name__,
)
def test_without_an_alarm_the_time_limit_ends_it(function, no_alarm):
    tools = [sys.monitoring.get_tool(number) for number in range(6)]
    done = sandbox.call(function, seconds=0.1)
    assert done.timed_out and done.value is None
    assert [sys.monitoring.get_tool(number) for number in range(6)] == tools


def test_without_an_alarm_an_answer_in_time_is_an_answer(no_alarm):
    assert sandbox.call(lambda: sum(range(1000)), seconds=60).value == 499500
    assert sandbox.call(lambda: 1 / 0, seconds=60).error_type == "ZeroDivisionError"
    assert sandbox.call(lambda: sandbox.call(long_helper, seconds=0.1).timed_out, seconds=60).value is True


def test_an_import_under_way_is_left_to_finish(tmp_path, monkeypatch):
    (tmp_path / "slow_to_import.py").write_text("import time\ntime.sleep(0.3)\nwhole = True\n")
    monkeypatch.syspath_prepend(str(tmp_path))

    def importing():
        import slow_to_import

        assert slow_to_import.whole
        return long_helper()

    try:
        assert sandbox.call(importing, seconds=0.05).timed_out
        assert sys.modules["slow_to_import"].whole
    finally:
        sys.modules.pop("slow_to_import", None)


def test_the_stop_button_passes_through():
    def stopped():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sandbox.call(stopped, seconds=1)


def test_the_alarm_leaves_no_trace():
    before = what_a_limit_borrows()
    for name, function in verify.misbehaving(LERP):
        LERP.judge(function, seconds=0.05 if "never ends" in name else None)
    assert what_a_limit_borrows() == before


def test_somebody_elses_alarm_goes_on():
    old = signal.signal(signal.SIGALRM, lambda *_: None)
    try:
        signal.setitimer(signal.ITIMER_REAL, 60)
        with sandbox.TimeLimit(0.5):
            pass
        assert 50 < signal.getitimer(signal.ITIMER_REAL)[0] <= 60
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)


def test_a_debuggers_trace_function_comes_back():
    def tracer(*_):
        return None

    old = sys.gettrace()
    sys.settrace(tracer)
    try:
        assert sandbox.call(swallows_three_times_over, seconds=0.05).timed_out
        assert sys.gettrace() is tracer
    finally:
        sys.settrace(old)


# What comes back


class LeavesTheProgram:
    def __repr__(self):
        raise SystemExit(3)

    __str__ = __eq__ = __len__ = __iter__ = __float__ = __bool__ = __repr__
    __hash__ = None


class ArrayThatLeaves(LeavesTheProgram):
    __array__ = LeavesTheProgram.__repr__


class LeavesWithWords(Exception):
    def __str__(self):
        raise SystemExit(3)


class Shade(enum.IntEnum):
    GRAY = 128


class Words(str):
    def __repr__(self):
        raise SystemExit(3)


class Third(Fraction):
    """As SymPy's numbers: real by their own word."""

    def __new__(cls):
        return super().__new__(cls, 1, 3)


class Whole:
    def __int__(self):
        return 3


numbers.Integral.register(Whole)


def _raise(error):
    raise error


@pytest.mark.parametrize(
    "function",
    [
        lambda: LeavesTheProgram(),
        lambda: [LeavesTheProgram()],
        lambda: {"a": LeavesTheProgram()},
        lambda: np.array([LeavesTheProgram()], object),
        lambda: ArrayThatLeaves(),
        lambda: _raise(LeavesWithWords()),
        lambda: _raise(SystemExit(3)),
        lambda: exit(),
    ],
)
def test_nobody_leaves_the_program(function):
    for exercise_says in (sandbox.call(function), LERP.judge(lambda *_: function())):
        assert "course_utils" not in str(exercise_says)


def endless_list():
    loop = []
    loop.append(loop)
    return loop


@pytest.mark.parametrize(
    ("value", "as_plain"),
    [
        (Shade.GRAY, 128),
        (Words("torch"), "torch"),
        (np.float32(0.5), np.float32(0.5)),
        ([Fraction(1, 4), Decimal("0.5")], [0.25, 0.5]),
        ([Third(), Third()], [1 / 3, 1 / 3]),
        (Whole(), 3),
        ([1, (2, [3])], [1, (2, [3])]),
        (range(3), (0, 1, 2)),
        (np.matrix([[1, 2]]), np.array([[1, 2]])),
        (np.ma.array([1.0, 2.0]), np.array([1.0, 2.0])),
        (np.array([1, 2.5], object), np.array([1, 2.5])),
        (verify._Tensor([1.0, 2.0]), np.array([1.0, 2.0])),
    ],
)
def test_answers_become_plain(value, as_plain):
    plain = sandbox.plain(value)
    if isinstance(as_plain, np.ndarray):
        assert type(plain) is np.ndarray and plain.tolist() == as_plain.tolist()
    else:
        assert type(plain) is type(as_plain) or isinstance(plain, np.ndarray)
        assert plain == as_plain


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (np.ma.array([1.0, 2.0], mask=[0, 1]), "masked"),
        ((i for i in "ab"), "generator"),
        (print, "function"),
        (np.array([{}, []], object), "objects"),
        ({"a": 1}, "dict"),
        (ShowsItselfForEver, "function"),
    ],
)
def test_what_is_no_answer_is_foreign(value, kind):
    assert sandbox.plain(value).kind == kind


def test_lists_without_end_are_no_traceback():
    report = LERP.judge(lambda *_: endless_list())
    assert report.outcome == "not quite" and "list" in report.text


def test_torch_tensors_are_arrays_also_those_that_numpy_does_not_know():
    torch = pytest.importorskip("torch")
    for tensor in (
        torch.ones(2, requires_grad=True),
        torch.ones(2, dtype=torch.bfloat16),
        torch.ones(2).int(),
    ):
        assert sandbox.plain(tensor).tolist() == [1, 1]


def test_an_answer_is_a_copy():
    buffer = np.zeros(3)
    first = sandbox.call(lambda: buffer)
    buffer[:] = 9
    assert first.value.tolist() == [0, 0, 0]
