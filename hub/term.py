"""What happens in a term, done to learners without a browser. Each fails where something was lost."""

import contextlib
import json
import pwd
from pathlib import Path

from hub.client import Refused, ask
from hub.learner import COPY, LESSON, SOLUTIONS, is_solved
from hub.running import until

SECOND = "second"  # the name of a second server


def killed(learner):
    """The kernel is killed (as for memory); the server starts another, and the work is there."""
    for process in learner.processes()["kernel"]:
        process.kill()
    until(lambda: learner.processes()["kernel"], f"{learner.name} has a kernel again")
    learner.open = learner.kernel()
    learner.open.run("from course_utils.exercises import progress")
    assert learner.open.run("progress.exercise('linear.lerp')['outcome']") == "'right'"


def culled(learner):
    """The kernel is shut down from outside, as a culler does it."""
    ask(f"{learner.base}api/kernels/{learner.open.id}", learner.token, "DELETE")
    learner.open = learner.kernel()
    learner.open.run(learner.cells[0])


def restarted(learner):
    """The server is stopped, as a culler does it, and started again: the lesson is as it was saved."""
    learner.stop()
    learner.start()
    assert is_solved([cell["source"] for cell in learner.read()["cells"]])
    learner.open = learner.kernel()


def two_kernels(learner):
    """Two lessons at once, each solves an exercise: the progress file has both."""
    other = learner.kernel("02_where_new_pixels_come_from.ipynb")
    _solve(other, "linear.weights", "WEIGHTS")
    _solve(learner.open, "linear.matrix", "MATRIX")
    assert {"linear.lerp", "linear.weights", "linear.matrix"} <= set(learner.progress())


def two_servers(learner):
    """The same lesson on a second server, where an exercise is got wrong: kept beside what the first one did."""
    other = learner.kernel(base=learner.start(SECOND))
    other.run("from course_utils.exercises import linear")
    before = learner.progress()
    other.run("linear.LERP.check(lambda left, right, x: x * left + (1 - x) * right)")
    learner.open.run("from course_utils.exercises import linear")
    learner.open.run("linear.LERP.check(lambda left, right, x: left)")
    after = learner.progress()
    assert "swapped weights" in after["linear.lerp"]["mistakes"] and set(before) <= set(after)
    learner.stop(SECOND)
    assert learner.open.run("1 + 1") == "2"  # the first one goes on
    copies = [path.name for path in (learner.home / COPY).glob("01*")]
    assert copies == [LESSON], copies


def _solve(kernel, key, variable):
    exercise = SOLUTIONS[key]
    kernel.run("import numpy as np\nfrom course_utils.exercises import linear")
    kernel.run("from course_utils.resampling import *")
    kernel.run(f"{exercise.solution_source}\n\nlinear.{variable}.check({exercise.name})")


@contextlib.contextmanager
def full(home):
    """A home without room for one more byte."""
    filler = home / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        for size in (1_000_000, 1000, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(b"0" * size)
    try:
        yield
    finally:
        filler.unlink()


def full_disk(learner):
    """A full disk: saving is refused, the saved lesson and the progress stay, and with room again all goes on."""
    before, refused = (learner.home / COPY / LESSON).read_bytes(), ""
    wrong = "linear.LERP.check(lambda left, right, x: x * left + (1 - x) * right)"
    learner.open.run("from course_utils.exercises import linear")
    with full(learner.home):
        try:
            learner.save({**learner.notebook, "cells": learner.notebook["cells"] * 2})
        except Refused as error:
            refused = str(error)
        told = learner.open.run(wrong)
        assert refused and (learner.home / COPY / LESSON).read_bytes() == before, refused
        assert "No space left" in told or "kept for this session only" in told, told
        assert learner.is_kept()
    learner.save(learner.notebook)
    learner.open.run(wrong)
    assert learner.progress()["linear.lerp"]["mistakes"].get("swapped weights") and learner.is_kept()


# --- one who looks about ------------------------------------------------------------------------------------

CURIOUS = """
import glob, os
def tried(action):
    try:
        return bool(action())
    except OSError:
        return False
runtime = os.path.join({home!r}, ".local", "share", "jupyter", "runtime")
got = {{
    "lessons": tried(lambda: os.listdir(os.path.join({home!r}, {copy!r}))),
    "progress": tried(lambda: open(os.path.join({home!r}, ".between_the_pixels", "progress.json")).read()),
    "connection files": tried(lambda: [open(path).read() for path in os.scandir(runtime)]),
    "sockets": tried(lambda: glob.glob("/tmp/kernel-*/*") and [p for p in glob.glob("/tmp/kernel-*/*")
                                                            if os.stat(p).st_uid == {uid}]),
}}
print(sorted(name for name, reached in got.items() if reached))
"""


def curious(learner, neighbor):
    """Code in one learner's kernel looks for another's lessons, progress and kernel; what it reached."""
    uid = pwd.getpwnam(neighbor.name).pw_uid
    return learner.open.run(CURIOUS.format(home=str(neighbor.home), copy=COPY, uid=uid)).strip()


def open_kernels(learners):
    """(kernels, those that others could talk to: over TCP, or through a folder that is not their owner's alone)."""
    runtime = ".local/share/jupyter/runtime/kernel-*.json"
    found = [json.loads(file.read_text()) for learner in learners for file in learner.home.glob(runtime)]
    reached = [
        each for each in found if each["transport"] == "tcp" or Path(each["ip"]).parent.stat().st_mode & 0o077
    ]
    return len(found), len(reached)
