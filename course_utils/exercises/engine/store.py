"""The learner's progress as a small file: never half-written, never overwritten blindly.

The file is one JSON object::

    {"version": 1, "generation": 0,
     "exercises": {"linear.lerp": {"outcome": "right", "hints": 1, "solution": false,
                                   "started": "2026-03-01T09:00:00Z", "right": "2026-03-01T09:12:30Z",
                                   "mistakes": {"swapped weights": 2}}},
     "predictions": {"linear.row_sum": {"answer": "1", "right": true, "date": "2026-03-01T09:15:00Z"}}}

``mistakes`` counts how often a check gave each diagnosis. Dates are UTC. A missing field has its default.
A field that this version does not know is kept, at the top and in every entry, so a later version can add
fields under the same version number. Such a field is merged by :func:`_join` and must only grow, as all others.

What is earned only grows: :func:`merge` takes the best of two states, so it does not matter which of two
kernels writes first. A kernel also remembers what it recorded, and writes it again should the file be lost.
Starting over is the one way to forget: it raises ``generation``, and the newest generation replaces every
older one, in the file and in the memory of every kernel. A file without this number is of generation 0.
"""

import contextlib
import copy
import errno
import glob
import json
import math
import os
import stat
import time
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from course_utils import files, platform

VERSION = 1
HOME_VARIABLE = "BETWEEN_THE_PIXELS_HOME"
OUTCOMES = ("not attempted", "crashed", "not quite", "right")  # from least to best
LOCK_SECONDS = 2.0
LARGEST_FILE = 16_000_000  # bytes; a learner who finished the course has about 50,000
DEEPEST = 50  # levels of nesting: far more than any field needs, far less than Python can copy
LONGEST_INTEGER = 4000  # digits; Python reads 4300

NEW_EXERCISE = {
    "outcome": "not attempted", "hints": 0, "solution": False, "started": "", "right": "", "mistakes": {},
}  # fmt: skip
NEW_PREDICTION = {"answer": "", "right": False, "date": ""}


def empty():
    """The state of somebody who has not begun."""
    return {"version": VERSION, "generation": 0, "exercises": {}, "predictions": {}}


def now():
    """The present moment in UTC, to the second, in a form that sorts."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def home():
    """The directory of the progress file; RuntimeError when the user has no home.

    A relative path counts from the user's home, so that it is one place whatever folder a kernel runs in.
    """
    chosen = Path(os.environ.get(HOME_VARIABLE) or "~/.between_the_pixels").expanduser()
    return chosen if chosen.is_absolute() else Path.home() / chosen


# One state out of two


def merge(left, right):
    """The state of the newer generation; of one generation, the best of both.

    In whatever order and however often states are merged, the result is one.
    """
    if left["generation"] != right["generation"]:
        return copy.deepcopy(max(left, right, key=lambda state: state["generation"]))
    return _unite(left, right, {"exercises": _merge_exercises, "predictions": _merge_predictions})


def _merge_exercises(left, right):
    rules = {"outcome": _better, "started": _earlier, "right": _earlier}
    return _unite(left, right, otherwise=lambda *entries: _unite(*entries, rules))


def _merge_predictions(left, right):
    return _unite(left, right, otherwise=_merge_prediction)


def _merge_prediction(left, right):
    # A prediction is what was said before the result was seen: the first answer stays.
    first = min(left, right, key=_prediction_order)
    return {**_join(left, right), **{name: first[name] for name in NEW_PREDICTION}}


def _prediction_order(entry):
    return not entry["answer"], not entry["date"], entry["date"], entry["answer"], entry["right"]


def _better(left, right):
    return max(left, right, key=OUTCOMES.index)


def _earlier(left, right):
    return min(left or right, right or left)


def _join(left, right):
    """The greater of two values; two objects are joined key by key. This merges every field without a rule."""
    if isinstance(left, dict) and isinstance(right, dict):
        return _unite(left, right)
    return copy.deepcopy(max(left, right, key=_rank))


def _rank(value):
    """A key that puts all values of JSON in one order: by number, where 0 stands for all others, then by text."""
    return value if isinstance(value, int | float) else 0, json.dumps(value, sort_keys=True)


def _unite(left, right, rules=None, otherwise=_join):
    """Two objects as one: a key of both is merged by its rule, a key of one is copied."""
    both = {}
    for key in sorted(left.keys() | right.keys()):
        if key in left and key in right:
            both[key] = (rules or {}).get(key, otherwise)(left[key], right[key])
        else:
            both[key] = copy.deepcopy(left[key] if key in left else right[key])
    return both


# From text and back


class Damaged(ValueError):
    """The file cannot be read as progress."""


class Newer(ValueError):
    """The file was written by a later version of the course."""


def parse(data):
    """Bytes of a progress file as a state, and whether something in it had to be left out.

    Raises Damaged when nothing can be read, Newer when a later version wrote it.
    """
    found, lost = _read_json(data)
    if not isinstance(found, dict):
        raise Damaged("it is not a JSON object")
    version = found.get("version")
    if type(version) in (int, float) and version >= VERSION + 1:
        raise Newer(version)
    if not _is_version(version) and not any(_is_object(found.get(part)) for part in _READ_ENTRY):
        raise Damaged("it has no version number")
    state = _read_fields(found, empty(), _SOUND_STATE, lost)
    for part, read in _READ_ENTRY.items():
        entries = state[part]
        lost += [key for key in entries if not _is_object(entries[key])]
        state[part] = {key: read(entry, lost) for key, entry in entries.items() if _is_object(entry)}
    return state, bool(lost)


def _read_exercise(entry, lost):
    read = _read_fields(entry, NEW_EXERCISE, _SOUND_EXERCISE, lost)
    read["mistakes"] = _read_fields(read["mistakes"], {}, dict.fromkeys(read["mistakes"], _is_count), lost)
    if read["right"] and entry.get("outcome") not in OUTCOMES:
        read["outcome"] = "right"  # it has a date, so it was solved
    return read


def _read_prediction(entry, lost):
    return _read_fields(entry, NEW_PREDICTION, _SOUND_PREDICTION, lost)


def _read_fields(found, defaults, sound, lost):
    """Every unknown and every sound field of ``found``, the defaults for others; ``lost`` gets the unsound."""
    read = copy.deepcopy(defaults)
    for name, value in found.items():
        if name not in sound or sound[name](value):
            read[name] = value
        else:
            lost.append(name)
    return read


def _is_version(value):
    return type(value) is int and value == VERSION


def _is_count(value):
    return type(value) is int and value >= 0


def _is_truth(value):
    return type(value) is bool


def _is_text(value):
    return type(value) is str


def _is_object(value):
    return type(value) is dict


_READ_ENTRY = {"exercises": _read_exercise, "predictions": _read_prediction}
_SOUND_STATE = {
    "version": _is_version, "generation": _is_count, "exercises": _is_object, "predictions": _is_object,
}  # fmt: skip
_SOUND_EXERCISE = {
    "outcome": OUTCOMES.__contains__, "hints": _is_count, "solution": _is_truth,
    "started": _is_text, "right": _is_text, "mistakes": _is_object,
}  # fmt: skip
_SOUND_PREDICTION = {"answer": _is_text, "right": _is_truth, "date": _is_text}


def _read_json(data):
    """The value in these bytes, and a list of what was left out: more is read than JSON allows."""
    if not data.strip(b"\0 \t\r\n"):
        raise Damaged("it holds nothing but zeros" if b"\0" in data else "it is empty")
    lost = []

    def read_object(pairs):
        found = {}
        for key, value in pairs:
            if key in found:
                lost.append(key)
            found[key] = _join(found[key], value) if key in found else value
        return found

    def read_float(digits):
        return float(digits) if math.isfinite(float(digits)) else keep_as_text(digits)

    def read_integer(digits):
        return int(digits) if len(digits) <= LONGEST_INTEGER else keep_as_text(digits)

    def keep_as_text(number):  # JSON has no NaN and no infinity: other readers would refuse the file
        lost.append(number)
        return number

    decoder = json.JSONDecoder(
        object_pairs_hook=read_object,
        parse_float=read_float,
        parse_int=read_integer,
        parse_constant=keep_as_text,
    )
    try:
        text = _decode(data, lost).lstrip(" \t\r\n")
        found, end = decoder.raw_decode(text)
    except (ValueError, RecursionError) as error:
        raise Damaged("it is not readable as JSON") from error
    if text[end:].strip(" \t\r\n"):
        lost.append("what follows the object")
    return _cut(found, DEEPEST, lost), lost


def _decode(data, lost):
    encoding = json.detect_encoding(data)  # UTF-8, UTF-16 or UTF-32, with a byte order mark or without
    try:
        return data.decode(encoding, "surrogatepass")
    except UnicodeDecodeError:
        lost.append(encoding)
        return data.decode(encoding, "replace")


def _cut(value, levels, lost):
    """The value down to so many levels; what is nested deeper becomes None."""
    if not isinstance(value, dict | list):
        return value
    if not levels:
        lost.append("what is nested too deep")
        return None
    if isinstance(value, list):
        return [_cut(item, levels - 1, lost) for item in value]
    return {key: _cut(item, levels - 1, lost) for key, item in value.items()}


# The file


@dataclass(frozen=True)
class Found:
    """The state on file, its bytes, and why a copy of them must be kept before they are replaced ("": no need).

    ``place`` is where a file that cannot be read was moved.
    """

    state: dict
    data: bytes = b""
    keep: str = ""
    place: Path | None = None
    message: str = ""


class Store:
    """The progress file in one directory, together with what this kernel knows."""

    def __init__(self, directory):
        self.path = Path(directory) / "progress.json"
        self.known = empty()
        self._said, self._to_say = set(), []

    def update(self, change=lambda state: None):
        """Apply ``change`` once to the present state and write it; when that fails, keep it for this session.

        What the learner should be told about it waits for :meth:`take_message`.
        """
        with self._lock() as held:
            found, message = self._look()
            self.known = merge(self.known, found.state if found else empty())
            change(self.known)
            if found and (found.keep or self.known != found.state):
                try:
                    message = _about_copy(found, self._write(self.known, found, held)) or message
                except (OSError, ValueError, RecursionError) as error:
                    message = self._excuse("written", error)
        message = message or self._until_the_page_closes()
        if message not in self._said:
            self._said.add(message)
            self._to_say.append(message)

    def take_message(self):
        """What the learner should be told and has not been told yet, "" when there is nothing."""
        message, self._to_say = " ".join(filter(None, self._to_say)), []
        return message

    def forget(self):
        """Begin a new generation, empty: in the file, here, and in every kernel when it next reads the file.

        Returns where the old file is kept, None when there was none. Raises OSError when the file cannot be
        replaced and Newer when a later version wrote it; then nothing is forgotten.
        """
        fresh = {**empty(), "generation": self.known["generation"] + 1}
        place = None
        with self._lock() as held:
            try:
                found = self._find()
                fresh["generation"] = max(fresh["generation"], found.state["generation"] + 1)
                keep = "before-starting-over" if has_content(found.state) else found.keep
                place = self._write(fresh, replace(found, keep=keep), held) or found.place
            except (OSError, ValueError):
                if os.path.lexists(self.path):
                    raise
        self.known = fresh
        self._said, self._to_say = set(), []
        return place

    def _look(self):
        """What is found and what to say about it; None for what cannot be read and must not be replaced."""
        try:
            found = self._find()
            return found, found.message
        except Newer as error:
            return None, (
                f"Your progress file is from a newer version of the course (format {error}, this one writes "
                f"{VERSION}). It is left as it is; progress is kept for this session only. File: {self.path}"
            )
        except (OSError, ValueError) as error:  # ValueError: a path that no system takes
            return None, self._excuse("read", error)

    def _find(self):
        """What stands in the file. What cannot be read as progress is moved out of the way."""
        try:
            data = read_file(self._target())
            state, lost = parse(data)
        except FileNotFoundError:
            return Found(empty())
        except Damaged as error:
            place = self._move_aside()
            message = f"Your progress file was damaged: {error}. It was moved to {place}, and a new one was started."
            return Found(empty(), place=place, message=message)
        outdated = state["generation"] < self.known["generation"] and has_content(state)
        return Found(state, data, "damaged" if lost else "before-starting-over" if outdated else "")

    def _write(self, state, found, held):
        """Replace the file, first keeping a copy of what was found if need be. Returns the copy's place or None."""
        text = json.dumps(state, indent=1, sort_keys=True) + "\n"
        if len(text) > LARGEST_FILE:
            raise ValueError(f"it would be larger than {LARGEST_FILE // 10**6} MB")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        target = self._target()
        place = _aside(target, found.keep) if found.keep else None
        if place:
            _write(place, found.data)
        try:
            _write(target, text.encode())
        except BaseException:
            if place:  # the file still stands: without this, every new try would leave a copy
                place.unlink()
            raise
        if held:
            _sweep(target)
        return place

    def _target(self):
        return files.end_of_link(self.path)

    def _move_aside(self):
        target = self._target()
        place = _aside(target, "damaged")
        os.replace(target, place)
        return place

    def _until_the_page_closes(self):
        if platform.outlives_the_page(self.path):
            return ""
        return (
            "Progress is kept for this session only: this browser keeps no files of this page (a private window, or "
            "its site data are blocked)."
        )

    def _excuse(self, done, error):
        reason = getattr(error, "strerror", None) or error
        return (
            f"Progress is kept for this session only: {self._target()} cannot be {done} ({reason}). "
            f"The environment variable {HOME_VARIABLE} can name another folder."
        )

    @contextlib.contextmanager
    def _lock(self):
        """One writer at a time; yields whether the lock is held.

        The system drops the lock of a process that dies: no stale lock can remain. After LOCK_SECONDS, or
        where no lock can be had, the work is done without it: a hanging kernel must not stop the learner. What
        two writers at once could lose is still known to its kernel, which writes it with its next record.
        """
        with contextlib.ExitStack() as stack:
            file = None
            with contextlib.suppress(OSError, ValueError):  # writing will say why
                self.path.parent.mkdir(parents=True, exist_ok=True)
                file = stack.enter_context(open(self._target().with_name("progress.lock"), "a+b"))
            held = file is not None and _wait_for(file)
            try:
                yield held
            finally:
                if held:
                    files.unlock(file)


def has_content(state):
    """True for a state that holds anything but its version and generation."""
    return state != {**empty(), "generation": state["generation"]}


def _about_copy(found, place):
    if place is None:
        return ""
    if found.keep == "damaged":
        return (
            f"Part of your progress file was damaged: a copy is kept as {place}, and the rest still counts."
        )
    return f"Your progress file was from before you started over: it is kept as {place} and no longer counts."


def _aside(path, why):
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    return path.with_name(f"progress-{why}-{stamp}-{uuid.uuid4().hex[:6]}.json")


def read_file(path):
    """The bytes of a file; Damaged for what could never be one: reading a pipe would wait forever."""
    try:
        status = os.stat(path)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise Damaged("it is a link that leads in a circle") from error
        raise
    if not stat.S_ISREG(status.st_mode):
        raise Damaged("it is a folder" if stat.S_ISDIR(status.st_mode) else "it is not a regular file")
    if status.st_size > LARGEST_FILE:
        raise Damaged(f"it is larger than {LARGEST_FILE // 10**6} MB")
    return path.read_bytes()


def _write(path, data):
    """A file that is replaced keeps its permissions; a new one can be read by its owner only."""
    try:
        mode = stat.S_IMODE(os.stat(path).st_mode)
    except OSError:
        mode = 0o600
    files.write_whole(path, data, mode)


def _sweep(target):
    """Remove the unfinished files of killed writers. The file just written tells the time of its disk."""
    beginning, end = files.unfinished(target)
    with contextlib.suppress(OSError):
        oldest = os.stat(target).st_mtime - files.LEFTOVER_SECONDS
        for path in target.parent.glob(f"{glob.escape(beginning)}*{end}"):
            with contextlib.suppress(OSError):
                if path.lstat().st_mtime < oldest:
                    path.unlink()


def _wait_for(file):
    give_up = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            files.lock(file)
            return True
        except (BlockingIOError, PermissionError):
            if time.monotonic() > give_up:
                return False
            time.sleep(0.01)
        except OSError:  # some network file systems have no locks
            return False
