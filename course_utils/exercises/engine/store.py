"""The learner's progress as a small file: never half-written, never overwritten blindly.

What is earned only grows: :func:`merge` takes the best of two states, so it does not matter which of two
kernels writes first. A kernel also remembers what it recorded, and writes it again should the file be lost.
"""

import contextlib
import copy
import json
import os
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None
    import msvcrt

VERSION = 1
HOME_VARIABLE = "BETWEEN_THE_PIXELS_HOME"
OUTCOMES = ("not attempted", "crashed", "not quite", "right")  # from least to best
LOCK_SECONDS = 2.0

NEW_EXERCISE = {"outcome": "not attempted", "hints": 0, "solution": False, "started": "", "right": ""}


def empty():
    """The state of somebody who has not begun."""
    return {"version": VERSION, "exercises": {}, "predictions": {}}


def now():
    """The present moment in UTC, to the second, in a form that sorts."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def home():
    """The directory of the progress file; RuntimeError when the user has no home."""
    chosen = os.environ.get(HOME_VARIABLE)
    return Path(chosen).expanduser() if chosen else Path.home() / ".between_the_pixels"


# One state out of two


def merge(left, right):
    """The best of two states. In whatever order and however often states are merged, the result is one."""
    merged = empty()
    for part, best in (("exercises", _merge_exercise), ("predictions", _merge_prediction)):
        for key in sorted(left[part].keys() | right[part].keys()):
            sides = [side[part][key] for side in (left, right) if key in side[part]]
            merged[part][key] = dict(sides[0]) if len(sides) == 1 else best(*sides)
    return merged


def _merge_exercise(left, right):
    return {
        "outcome": max(left["outcome"], right["outcome"], key=OUTCOMES.index),
        "hints": max(left["hints"], right["hints"]),
        "solution": left["solution"] or right["solution"],
        "started": _earliest(left["started"], right["started"]),
        "right": _earliest(left["right"], right["right"]),
    }


def _merge_prediction(left, right):
    # A prediction is what was said before the result was seen: the first answer stays.
    return dict(min(left, right, key=lambda entry: (entry["date"], entry["answer"], entry["right"])))


def _earliest(*dates):
    return min((date for date in dates if date), default="")


# From text and back


class Damaged(ValueError):
    """The file cannot be read as progress."""


class Newer(ValueError):
    """The file was written by a later version of the course."""


def parse(data):
    """Bytes of a progress file as a state, and whether some of its entries had to be dropped.

    Raises Damaged when nothing can be read, Newer when a later version wrote it.
    """
    try:
        found = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Damaged(f"not readable as JSON ({type(error).__name__})") from error
    version = found.get("version") if isinstance(found, dict) else None
    if type(version) is not int or version < 1:
        raise Damaged("no version number")
    if version > VERSION:
        raise Newer(version)
    state, dropped = empty(), False
    for part, is_sound in (("exercises", _sound_exercise), ("predictions", _sound_prediction)):
        entries = found.get(part)
        if not isinstance(entries, dict):
            dropped = True
            continue
        sound = {key: entry for key, entry in entries.items() if is_sound(entry)}
        dropped = dropped or len(sound) < len(entries)
        state[part] = sound
    return state, dropped


def _sound_exercise(entry):
    return (
        isinstance(entry, dict)
        and entry.keys() == NEW_EXERCISE.keys()
        and all(type(entry[name]) is type(NEW_EXERCISE[name]) for name in NEW_EXERCISE)
        and entry["outcome"] in OUTCOMES
        and entry["hints"] >= 0
    )


def _sound_prediction(entry):
    kinds = {"answer": str, "right": bool, "date": str}
    return (
        isinstance(entry, dict)
        and entry.keys() == kinds.keys()
        and all(type(entry[name]) is kind for name, kind in kinds.items())
    )


# The file


class Store:
    """The progress file in one directory, together with what this kernel knows."""

    def __init__(self, directory):
        self.path = Path(directory) / "progress.json"
        self.known = empty()
        self._said, self._to_say = set(), []

    def update(self, change=lambda state: None):
        """Apply ``change`` to the present state and write it; when that fails, keep it for this session.

        What the learner should be told about it waits for :meth:`take_message`.
        """
        try:
            with self._lock():
                message = self._update_file(change)
        except Newer as error:
            message = (
                f"Your progress file is from a newer version of the course (format {error}, this one writes "
                f"{VERSION}). It is left as it is; progress is kept for this session only. File: {self.path}"
            )
            change(self.known)
        except (OSError, ValueError) as error:  # ValueError: a path that no system takes
            reason = getattr(error, "strerror", None) or error
            message = f"Progress is kept for this session only: {self.path} cannot be written ({reason})."
            self._read_what_is_there()
            change(self.known)
        if message not in self._said:
            self._said.add(message)
            self._to_say.append(message)

    def take_message(self):
        """What the learner should be told and has not been told yet, "" when there is nothing."""
        message, self._to_say = " ".join(filter(None, self._to_say)), []
        return message

    def forget(self):
        """Put the file aside and forget what this kernel knows. Returns the file's new place or None."""
        self.known = empty()
        self._said, self._to_say = set(), []
        return self._set_aside("before-starting-over") if self.path.exists() else None

    def _update_file(self, change):
        message = ""
        try:
            on_file, dropped = parse(self.path.read_bytes())
        except FileNotFoundError:
            on_file, dropped = None, False
        except Damaged as error:
            place = self._set_aside("damaged")
            message = (
                f"Your progress file was damaged ({error}). It was put aside as {place}; a new one is begun."
            )
            on_file, dropped = None, False
        if dropped:
            place = self._set_aside("damaged")
            message = f"Part of your progress file was damaged: it is kept as {place}, the rest goes on."
        state = merge(self.known, on_file or empty())
        change(state)
        self.known = copy.deepcopy(state)
        if dropped or state != (on_file or empty()):
            write_whole(self.path, json.dumps(state, indent=1, sort_keys=True) + "\n")
        return message

    def _read_what_is_there(self):
        with contextlib.suppress(OSError, ValueError):
            self.known = merge(self.known, parse(self.path.read_bytes())[0])

    def _set_aside(self, why):
        stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
        place = self.path.with_name(f"progress-{why}-{stamp}.json")
        count = 1
        while place.exists():
            count += 1
            place = self.path.with_name(f"progress-{why}-{stamp}-{count}.json")
        os.replace(self.path, place)
        return place

    @contextlib.contextmanager
    def _lock(self):
        """One writer at a time. The system drops the lock of a process that dies: no stale lock can remain.

        After LOCK_SECONDS the work is done without it: a hanging kernel must not stop the learner. What two
        writers at once could lose is still known to its kernel, which writes it with its next record.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.path.with_name("progress.lock"), "a+b") as file:
            held = _wait_for(file)
            try:
                yield
            finally:
                if held:
                    _let_go(file)


def write_whole(path, text):
    """Write beside the file, then rename: a reader sees the old text or the new, never a part."""
    handle, name = tempfile.mkstemp(prefix=".progress-", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        _replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def _replace(source, target):
    for _ in range(20):
        try:
            return os.replace(source, target)
        except PermissionError:  # on Windows a reader holds the file for a moment
            if fcntl:
                raise
            time.sleep(0.02)
    return os.replace(source, target)


def _wait_for(file):
    give_up = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            if fcntl:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            else:
                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            return True
        except (BlockingIOError, PermissionError):
            if time.monotonic() > give_up:
                return False
            time.sleep(0.01)
        except OSError:  # some network file systems have no locks
            return False


def _let_go(file):
    with contextlib.suppress(OSError):
        if fcntl:
            fcntl.flock(file, fcntl.LOCK_UN)
        else:
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
