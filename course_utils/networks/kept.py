"""Trainings kept for a class: what one computer has learned, a hundred learners need not learn again at once.

COURSE_TRAININGS names a folder, on a hub one that learners only read. ``python -m course_utils trainings FOLDER``
fills it: it runs the lessons that train. From then on a lesson shows what was learned there, and says so. What was
not kept (another seed, a network of the learner's own, another version of the code) is trained as always.

The files are Python's own (pickle), so they are to come from somebody trusted: whoever runs the hub.
"""

import datetime
import functools
import hashlib
import inspect
import os
import pickle
import time
from contextlib import suppress
from pathlib import Path

import torch

from course_utils.files import write_whole

FOLDER, RECORD = "COURSE_TRAININGS", "COURSE_TRAININGS_RECORD"
HERE = Path(__file__).parent
NOT_ASKED = ("progress",)  # arguments that change nothing in what is learned
FILLED = ("film",)  # arguments that a training writes into


def kept(train):
    """A decorator: ``train`` is looked up in the folder of the variable COURSE_TRAININGS, if there is one."""

    @functools.wraps(train)
    def look_up(*args, **kwargs):
        given = inspect.signature(train).bind(*args, **kwargs)
        given.apply_defaults()
        path = _path(train, given.arguments)
        if path is None:
            return train(*args, **kwargs)
        if found := _read(path):
            return _shown(found, given.arguments)
        begin = time.perf_counter()
        result = train(*args, **kwargs)
        if os.environ.get(RECORD):
            _write(path, result, given.arguments, time.perf_counter() - begin)
        return result

    return look_up


def _path(train, arguments):
    """Where this training is kept; None where nothing is kept, or where an argument has no name of its own."""
    folder = os.environ.get(FOLDER)
    if not folder:
        return None
    told = repr({name: _told(value) for name, value in arguments.items() if name not in NOT_ASKED})
    if " at 0x" in told:  # a function or a network of the learner's
        return None
    key = hashlib.sha256(f"{train.__qualname__}\n{told}\n{torch.__version__}\n{_version()}".encode())
    name = f"{train.__module__.rpartition('.')[2]}-{train.__name__}-{key.hexdigest()[:16]}.pickle"
    return Path(folder) / name


def _told(value):
    return list(value) if isinstance(value, (range, list, tuple)) and not hasattr(value, "_fields") else value


@functools.cache
def _version():
    """Of the code that is learned with: the networks, and the numerics beneath them."""
    files = sorted([*HERE.glob("*.py"), *HERE.parent.glob("*.py")])
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _read(path):
    with suppress(OSError, pickle.UnpicklingError, EOFError, AttributeError, ImportError, KeyError):
        return pickle.loads(path.read_bytes())
    return None


def _write(path, result, arguments, seconds):
    filled = {name: vars(arguments[name]) for name in FILLED if arguments.get(name) is not None}
    found = {
        "result": result, "filled": filled, "seconds": seconds, "date": datetime.date.today().isoformat(),
    }  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, pickle.dumps(found))


def _shown(found, arguments):
    for name, values in found["filled"].items():
        vars(arguments[name]).update(values)
    print(
        f"Recorded: these networks learned on {found['date']}, in {found['seconds']:.0f} s, so that a class need not "
        f"wait. To train here, set another seed, or take the variable {FOLDER} away."
    )
    return found["result"]
