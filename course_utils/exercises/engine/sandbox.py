"""Calling somebody else's function, whatever it does: raise, print, loop forever, change its input.

What it returns is turned into plain things (numbers, text, arrays, tuples) while the time limit still holds.
So nothing that looks at the answer later can run the learner's code: no ``__repr__``, no ``__eq__``.

The limit needs POSIX's alarm signal, in the main thread, or a Python that watches what runs (3.12 and later: on
Windows, in a browser). It cannot stop a call that never comes back to Python, such as ``max(itertools.count())``:
nothing in this process can. Nor, in time, a handler that calls its own function again, whatever it catches: that
makes 2**depth calls, and to trace them all has crashed Python 3.11. "Restart Kernel" ends both; progress is on disk.
"""

import contextlib
import copy
import inspect
import io
import linecache
import math
import numbers
import signal
import sys
import threading
import time
import warnings
from collections import deque
from collections.abc import Iterator, MappingView, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np

from course_utils import platform

PRINTED_AT_MOST = 1000  # characters kept of what the function prints
MESSAGE_AT_MOST = 400  # characters kept of an error message: torch's can fill a screen
DEEPEST = 8  # lists in lists that are looked into
RING_SECONDS = 0.02  # between two rings of the alarm, for functions that swallow the first

_forget = deque(maxlen=0).append
"""Takes what goes wrong where nobody can catch it, as a ``__del__`` for which the stack has no room left.

Written in C: a function of Python's would be stopped by the trace as the learner's are.
"""


@dataclass(frozen=True)
class Called:
    """What one call did. Without ``error`` and ``timed_out``, ``value`` is what it returned, as plain things."""

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


@dataclass(frozen=True)
class Foreign:
    """Something that is not a number, text, array or tuple: what kind of thing it is, and how it shows itself."""

    kind: str  # generator, coroutine, function, masked, or the name of its type
    shown: str = ""
    listable: bool = False  # ``list(...)`` gives its parts in their order, as of a map or of a dict's values


class TimeIsUp(BaseException):
    """Not an Exception: ``except Exception`` in the learner's loop must not swallow it."""

    limit = None

    def __del__(self):
        if self.limit is not None:  # a bare ``except:`` swallowed it
            self.limit.swallowed(sys._getframe().f_back)


PASSES_THROUGH = (KeyboardInterrupt, TimeIsUp)
"""What nobody may catch who looks at a learner's object; all else, SystemExit too, may come from the object."""


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
                value = plain(function(*args, **kwargs))
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


# ---- the time limit -----------------------------------------------------------------------------------------


def time_limit(seconds):
    """``with time_limit(2): ...`` raises :class:`TimeIsUp` in what the body calls after two seconds.

    By an alarm where there is one, else by watching; where there is neither, and for None, there is no limit. An
    import that is under way is left to finish: half a library would be worse than a late answer.
    """
    if platform.HAS_ALARM or not platform.HAS_MONITORING:
        return TimeLimit(seconds)
    return WatchedLimit(seconds)


class TimeLimit:
    """:func:`time_limit` by POSIX's alarm signal. Where there is none there is no limit.

    The first ring of the alarm raises where the function is. A bare ``except:`` in a loop may swallow that, and
    so may the loops around it. So every later ring, and every exception that was swallowed, has the *next line*
    of each function on the stack raise: sooner or later that line stands outside of every ``try``. Python
    forgets a trace function that has raised; therefore the exception, when it is swallowed, sets it again.
    """

    def __init__(self, seconds):
        on_main_thread = threading.current_thread() is threading.main_thread()
        self._seconds = seconds if on_main_thread and platform.HAS_ALARM else None

    def __enter__(self):
        self._armed, self._rings = bool(self._seconds), 0
        self._lines_left = self._lines_to_spare = 0
        if self._armed:
            self._body = sys._getframe(1)  # what it calls is to be ended, and it is not
            self._started = time.monotonic()
            self._old_trace = sys.gettrace()
            self._old_handler = signal.signal(signal.SIGALRM, self._ring)
            self._old_timer = signal.setitimer(signal.ITIMER_REAL, self._seconds, RING_SECONDS)

    def __exit__(self, *_):
        if not self._armed:
            return
        self._armed = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        if self._rings:
            sys.settrace(self._old_trace)
            sys.unraisablehook = self._old_hook
        signal.signal(signal.SIGALRM, self._old_handler if self._old_handler is not None else signal.SIG_DFL)
        old_delay, old_interval = self._old_timer
        if old_delay:  # somebody else's alarm goes on where it was
            left = max(old_delay - (time.monotonic() - self._started), 0.001)
            signal.setitimer(signal.ITIMER_REAL, left, old_interval)

    def _ring(self, _, frame):
        if not self._armed or frame.f_code in _NEVER_STOPPED or _imports(frame, self._body):
            return
        self._rings += 1
        if self._rings == 1:
            self._old_hook, sys.unraisablehook = sys.unraisablehook, _forget
        else:
            self._trace_from(frame)
        raise self._time_is_up()

    def swallowed(self, frame):
        """An exception of this limit has been swallowed in ``frame``."""
        if self._armed:
            self._lines_to_spare = (self._lines_to_spare + 1) % 4
            self._trace_from(frame)

    def _trace_from(self, frame):
        self._lines_left = self._lines_to_spare
        while frame is not None and frame is not self._body:
            frame.f_trace = self._trace
            frame = frame.f_back
        sys.settrace(self._trace)

    def _trace(self, frame, event, _):
        if not self._armed or frame.f_code in _NEVER_STOPPED:
            return None
        if event in ("line", "call") and not _imports(frame, self._body):
            if self._lines_left <= 0:
                raise self._time_is_up()
            self._lines_left -= 1
        return self._trace

    def _time_is_up(self):
        error = TimeIsUp()
        error.limit = self
        return error


class WatchedLimit:
    """:func:`time_limit` by Python's own monitoring: the clock is read where a function begins, jumps or goes on.

    Once the time is up, every such place raises. What a bare ``except:`` swallows, the next line raises again,
    until one stands outside of every ``try``. The body itself is not stopped, only what it calls.
    """

    def __init__(self, seconds):
        self._seconds = seconds
        self._tool = None

    def __enter__(self):
        if not self._seconds:
            return
        watching = sys.monitoring
        free = [number for number in range(6) if watching.get_tool(number) is None]
        if not free:  # debuggers, coverage and profilers have taken them all
            return
        self._tool, self._body = free[-1], sys._getframe(1)
        self._thread = threading.get_ident()
        watching.use_tool_id(self._tool, "time limit of an exercise")
        # LINE for what stands behind a bare ``except:``; JUMP for a loop on a single line; PY_START for recursion
        events = (watching.events.LINE, watching.events.JUMP, watching.events.PY_START)
        for event in events:
            watching.register_callback(self._tool, event, self._look)
        self._until = time.monotonic() + self._seconds
        watching.set_events(self._tool, sum(events))

    def __exit__(self, *_):
        if self._tool is None:
            return
        tool, self._tool = self._tool, None
        sys.monitoring.set_events(tool, 0)
        sys.monitoring.free_tool_id(tool)

    def _look(self, code, *_):
        if self._tool is None or time.monotonic() < self._until or code in _NEVER_STOPPED:
            return
        frame = sys._getframe(1)
        if frame is self._body or threading.get_ident() != self._thread or _imports(frame, self._body):
            return
        raise TimeIsUp


def _imports(frame, body):
    """Is an import under way, above the frame of ``body``?"""
    while frame is not None and frame is not body:
        if frame.f_code.co_filename == "<frozen importlib._bootstrap>":
            return True
        frame = frame.f_back
    return False


_NEVER_STOPPED = {
    method.__code__
    for method in (*vars(TimeLimit).values(), *vars(WatchedLimit).values(), TimeIsUp.__del__)
    if inspect.isfunction(method)
}


# ---- what came back, as plain things ------------------------------------------------------------------------


def plain(value, depth=0):
    """An answer as numbers, text, arrays and tuples; what is none of these becomes a :class:`Foreign`.

    Arrays are copied, so that a function that reuses its buffer cannot change its answer later. Torch tensors,
    and whatever else calls itself an array, become NumPy's.
    """
    if value is None or value is Ellipsis or type(value) in (bool, int, float, complex, str):
        return value
    for kind, spelled in ((str, str.__str__), (int, int.__int__), (float, float.__float__)):
        if isinstance(value, kind) and not isinstance(value, np.generic):
            return spelled(value)  # of a subclass, such as an IntEnum
    if isinstance(value, (np.ndarray, np.generic)):
        return _plain_array(value)
    if isinstance(value, (Decimal, numbers.Real)):  # fractions; SymPy's numbers say that they are real, too
        return int(value) if isinstance(value, numbers.Integral) else float(value)
    if _is_sequence(value) and depth < DEEPEST:
        return (list if isinstance(value, list) else tuple)(plain(part, depth + 1) for part in value)
    if _is_torch_tensor(value):
        return _plain_array(_numpy_of(value))
    if not callable(value) and hasattr(value, "__array__"):
        return _plain_array(np.asarray(value))
    return Foreign(_kind(value), shown(value), isinstance(value, (Iterator, MappingView)))


def _is_sequence(value):
    """A list or whatever behaves like one: a deque, an ``array.array``; bytes are no numbers here."""
    return isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray))


def _plain_array(array):
    if isinstance(array, np.ma.MaskedArray) and np.ma.is_masked(array):
        return Foreign("masked")
    array = np.array(array)  # also of a subclass, and without its ways
    if array.dtype.kind == "O":
        with contextlib.suppress(Exception):  # objects that are no numbers stay what they are
            return array.astype(float)
        return Foreign("objects")
    return array


def _is_torch_tensor(value):
    return type(value).__module__.split(".")[0] == "torch" and hasattr(value, "numpy")


def _numpy_of(tensor):
    if hasattr(tensor, "detach"):
        tensor = tensor.detach().cpu()
        if str(tensor.dtype) == "torch.bfloat16":  # NumPy has no such numbers
            tensor = tensor.float()
    return tensor.numpy()


def _kind(value):
    if inspect.isgenerator(value):
        return "generator"
    if inspect.iscoroutine(value):
        value.close()  # or Python warns later that nobody waited for it
        return "coroutine"
    return "function" if callable(value) else type(value).__name__


def shown(value):
    """What a value says of itself, shortened; its type where it cannot."""
    try:
        return repr(value)[:MESSAGE_AT_MOST]
    except PASSES_THROUGH:
        raise
    except BaseException:  # a learner's class may have a broken __repr__, one that leaves the program even
        return f"<{type(value).__name__}>"


# ---- around the call ----------------------------------------------------------------------------------------


class _EnoughLines(BaseException):
    """Not an Exception, as TimeIsUp."""


def watch(function, args=(), kwargs=None, seconds=None, most_lines=math.inf):
    """Call ``function`` and note what it uses: (lines of its own that ran, names of all functions called).

    A name is ``package:qualified name``, such as ``cv2:resize`` or ``PIL:Image.resize``. The lines of libraries
    do not count. After ``most_lines`` the call is ended; after ``seconds``, TimeIsUp is raised.
    """
    args, kwargs = copy.deepcopy((args, kwargs or {}))
    lines, names = 0, set()

    def on_line(frame, event, _):
        nonlocal lines
        if _is_library(frame.f_code.co_filename):
            return None
        lines += event in ("line", "call")
        if lines >= most_lines:
            raise _EnoughLines
        return on_line

    def on_call(frame, event, called):
        if event == "c_call":
            names.update(f"{package}:{called.__qualname__}" for package in _packages_of(called))
        elif event == "call":
            package = str(frame.f_globals.get("__name__")).partition(".")[0]
            names.add(f"{package}:{frame.f_code.co_qualname}")

    old_trace, old_profile = sys.gettrace(), sys.getprofile()
    with contextlib.redirect_stdout(_FirstCharacters()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with time_limit(seconds):
                try:
                    sys.setprofile(on_call)
                    sys.settrace(on_line)
                    function(*args, **kwargs)
                finally:  # before the limit ends: its own lines are not to be watched
                    sys.setprofile(old_profile)
                    sys.settrace(old_trace)
        except PASSES_THROUGH:
            raise
        except BaseException:  # SystemExit too: what it used until then is known
            pass
        finally:
            sys.setprofile(old_profile)  # again: the alarm may have rung in the ``finally`` above
            sys.settrace(old_trace)
    return lines, names


def _packages_of(called):
    """The package of a built-in function; all that hold it, for one that does not say where it is from."""
    owner = getattr(called, "__self__", None)
    module = getattr(called, "__module__", None) or (type(owner).__module__ if owner is not None else None)
    if module:
        return {str(module).partition(".")[0]}
    # OpenCV's do not say it
    holders = [(name, getattr(module, "__dict__", {})) for name, module in list(sys.modules.items())]
    return {name.partition(".")[0] for name, held in holders if held.get(called.__name__) is called}


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
        return (
            f"Your function takes {takes}, but the exercise calls it with {len(args) + len(kwargs)}: {error}."
        )
    return ""


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


def last_line(error):
    """The last line of a traceback: "IndexError: list index out of range"."""
    try:
        message = str(error)[:MESSAGE_AT_MOST]
    except BaseException:  # an exception whose own text fails, or leaves the program
        message = ""
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def _describe_failure(error):
    number, line = learners_line(error)
    return {
        "error": last_line(error),
        "error_type": type(error).__name__,
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


_LIBRARIES = (str(Path(__file__).resolve().parents[2]), *platform.library_folders())


def _is_library(file_name):
    # "<frozen importlib>" and "<__array_function__ internals>" are nobody's code that a learner could open
    return file_name.startswith((*_LIBRARIES, "<frozen", "<__array_function__"))
