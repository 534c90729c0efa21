"""Calling somebody else's function, whatever it does: raise, print, loop for ever, change its input."""

import contextlib
import copy
import inspect
import io
import linecache
import signal
import sys
import sysconfig
import threading
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np

PRINTED_AT_MOST = 1000  # characters kept of what the function prints
MESSAGE_AT_MOST = 400  # characters kept of an error message: torch's can fill a screen


@dataclass(frozen=True)
class Called:
    """What one call did. Without ``error`` and ``timed_out``, ``value`` is what it returned (a copy)."""

    value: object = None
    error: str = ""  # the last line of the traceback: "IndexError: list index out of range"
    error_type: str = ""
    line_number: int = 0  # of the learner's own code, 0 when unknown
    line: str = ""
    timed_out: bool = False
    printed: str = ""
    warned: str = ""  # the first warning, such as NumPy's "invalid value encountered in divide"
    changed: bool = False  # an argument was not the same afterwards

    @property
    def failed(self):
        """True when there is no value to look at."""
        return bool(self.error or self.timed_out)


class TimeIsUp(BaseException):
    """Not an Exception: ``except Exception`` in the learner's loop must not swallow it."""


def call(function, args=(), kwargs=None, seconds=None):
    """Call ``function`` on copies of its arguments and report what happened, as a :class:`Called`.

    Only KeyboardInterrupt passes through: the learner pressed stop and means it.

    >>> call(lambda a, b: a / b, (1, 0)).error
    'ZeroDivisionError: division by zero'
    """
    args, kwargs = copy.deepcopy((args, kwargs or {}))
    before = copy.deepcopy((args, kwargs))
    printed = _FirstCharacters()
    failure = {}
    value = None
    with warnings.catch_warnings(record=True) as warned, contextlib.redirect_stdout(printed):
        warnings.simplefilter("always")
        try:
            with time_limit(seconds):
                value = snapshot(function(*args, **kwargs))
        except KeyboardInterrupt:
            raise
        except TimeIsUp:
            failure = {"timed_out": True}
        except BaseException as error:  # SystemExit and friends too: exit() must not close the kernel
            failure = _describe_failure(error)
    return Called(
        value=value,
        printed=printed.getvalue(),
        warned=str(warned[0].message)[:MESSAGE_AT_MOST] if warned else "",
        changed=not same_content(before, (args, kwargs)),
        **failure,
    )


@contextlib.contextmanager
def time_limit(seconds):
    """Raise :class:`TimeIsUp` in the body after ``seconds``.

    It needs POSIX's alarm signal, which Python delivers to the main thread only; elsewhere there is no limit.
    """
    on_main_thread = threading.current_thread() is threading.main_thread()
    if not (seconds and on_main_thread and hasattr(signal, "setitimer")):
        yield
        return

    alarm = _Alarm()
    started = time.monotonic()
    old_handler = signal.signal(signal.SIGALRM, alarm.ring)
    old_delay, old_interval = signal.setitimer(signal.ITIMER_REAL, seconds, 0.02)
    try:
        yield
    finally:
        try:
            alarm.armed = False
        finally:  # even if it rings on the line above
            signal.setitimer(signal.ITIMER_REAL, 0)
            alarm.stop_tracing()
            signal.signal(signal.SIGALRM, old_handler if old_handler is not None else signal.SIG_DFL)
        if old_delay:  # somebody else's alarm goes on where it was
            left = max(old_delay - (time.monotonic() - started), 0.001)
            signal.setitimer(signal.ITIMER_REAL, left, old_interval)


class _Alarm:
    """Rings until the function gives up.

    A bare ``except:`` around the body of a loop catches a ring that comes while the body runs. So the second
    ring raises one line later, the third two lines later, and so on: one of these lies outside the ``try``.
    """

    def __init__(self):
        self.armed, self.rings, self._old_trace = True, 0, None

    def ring(self, _, frame):
        if not self.armed:
            return
        self.rings += 1
        if self.rings == 1:
            raise TimeIsUp
        lines = iter(range(self.rings - 1))

        def trace(_, event, __):
            if event == "line" and next(lines, None) is None:
                raise TimeIsUp
            return trace

        if self.rings == 2:
            self._old_trace = sys.gettrace()
        frame.f_trace = trace
        sys.settrace(lambda *_: None)  # this frame only, not the functions it calls

    def stop_tracing(self):
        if self.rings > 1:
            sys.settrace(self._old_trace)


def misfit(function, args, kwargs):
    """Why these arguments do not fit the function's parameters, as a sentence; "" when they do."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # some built-in functions do not tell
        return ""
    try:
        signature.bind(*args, **kwargs)
    except TypeError as error:
        names = list(signature.parameters)
        plural = "s" if len(names) > 1 else ""
        takes = f"{len(names)} parameter{plural} ({', '.join(names)})" if names else "no parameters"
        return f"Your function takes {takes}, the exercise calls it with {len(args) + len(kwargs)}: {error}."
    return ""


def snapshot(value):
    """A copy of an answer, so that a function that reuses its buffer cannot change it later."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if type(value) in (list, tuple):
        return type(value)(snapshot(part) for part in value)
    return value


def same_content(left, right):
    """True when two arguments hold the same things; NaN equals NaN here."""
    if isinstance(left, np.ndarray) and isinstance(right, np.ndarray):
        if left.shape != right.shape or left.dtype != right.dtype:
            return False
        return np.array_equal(left, right, equal_nan=left.dtype.kind in "fc")
    if type(left) is not type(right):
        return False
    if isinstance(left, (list, tuple)):
        return len(left) == len(right) and all(map(same_content, left, right))
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same_content(left[key], right[key]) for key in left)
    if isinstance(left, (int, float, complex, str)):
        return left == right or left != left
    return True  # functions and other objects: nothing here could tell


class _FirstCharacters(io.TextIOBase):
    """A stream that keeps the beginning: a print inside an endless loop must not fill the memory."""

    def __init__(self):
        self._text = ""

    def writable(self):
        return True

    def write(self, text):
        self._text += str(text)[: PRINTED_AT_MOST - len(self._text)]
        return len(text)

    def getvalue(self):
        return self._text


def _describe_failure(error):
    try:
        message = str(error)[:MESSAGE_AT_MOST]
    except Exception:  # an exception whose own text fails
        message = ""
    name = type(error).__name__
    number, line = learners_line(error)
    return {
        "error": f"{name}: {message}" if message else name,
        "error_type": name,
        "line_number": number,
        "line": line,
    }


def learners_line(error):
    """The innermost line of the learner's own code in a traceback: (number, text), or (0, "")."""
    found = 0, ""
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if not _is_library(name):
            found = trace.tb_lineno, linecache.getline(name, trace.tb_lineno).strip()
        trace = trace.tb_next
    return found


_HERE = str(Path(__file__).resolve().parents[2])
_LIBRARIES = tuple(
    {_HERE, *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib"))}
)


def _is_library(file_name):
    # "<frozen importlib>" and "<__array_function__ internals>" are nobody's code that a learner could open
    return file_name.startswith((*_LIBRARIES, "<frozen", "<__array_function__"))
