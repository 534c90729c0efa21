"""Threads are decided in one place, whoever comes first: the course, or a library that it limits."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from course_utils.threads import ALL, BLAS, OPENCV, decide
from tests.later import later

ROOT = Path(__file__).resolve().parents[1]
LIBRARIES = "import cv2, numpy, scipy.linalg, torch"
COUNTED = """
import json, threadpoolctl
blas = [each["num_threads"] for each in threadpoolctl.threadpool_info() if each["user_api"] == "blas"]
print(json.dumps({"torch": torch.get_num_threads(), "OpenCV": cv2.getNumThreads(), "BLAS": sorted(set(blas))}))
"""
ONE_EACH = {"torch": 1, "OpenCV": 1, "BLAS": [1]}


def counts(code, **own):
    """How many threads torch, OpenCV and every BLAS use after ``code``, with the learner's ``own`` variables."""
    environ = {name: value for name, value in os.environ.items() if name not in (ALL, OPENCV, *BLAS)} | own
    done = subprocess.run(
        [sys.executable, "-c", code + COUNTED], cwd=ROOT, env=environ, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_libraries_loaded_after_the_course_use_one_thread():
    assert counts(f"import course_utils; {LIBRARIES}") == ONE_EACH


def test_libraries_loaded_before_the_course_use_one_thread_too():
    """They have read 3 when the course comes; so the answer is the same on a machine of one core."""
    forget = f"import os; [os.environ.pop(name) for name in ({ALL!r}, {OPENCV!r})]"
    loaded = counts(f"{LIBRARIES}; {forget}; import course_utils", **{ALL: "3", OPENCV: "3"})
    assert loaded == ONE_EACH


@pytest.mark.parametrize("own", [later({ALL: "3"}), {ALL: "2", OPENCV: "3"}], ids=str)
def test_the_learners_own_number_wins(own):
    """Libraries limit it in ways of their own, so the answer is what they do without the course."""
    without = counts(LIBRARIES, **own)
    assert counts(f"import course_utils; {LIBRARIES}", **own)["torch"] == without["torch"]
    assert counts(f"{LIBRARIES}; import course_utils", **own) == without


class Told:
    """A library that notes what it is told."""

    def set_num_threads(self, count):
        self.count = count

    setNumThreads = set_num_threads  # noqa: N815, OpenCV's name


@pytest.mark.parametrize("own", [{}, *({name: "4"} for name in (ALL, OPENCV, *BLAS))], ids=str)
def test_what_is_set_is_kept_and_the_rest_is_one(own, monkeypatch):
    limited, environ = [], dict(own)
    monkeypatch.setattr("course_utils.threads._limit_blas", lambda: limited.append(1))
    modules = {"numpy": Told(), "torch": Told(), "cv2": Told()}
    decide(environ, modules)
    assert environ.items() >= own.items()
    assert hasattr(modules["torch"], "count") == (ALL not in own)
    assert hasattr(modules["cv2"], "count") == (not {ALL, OPENCV} & set(own))
    assert bool(limited) == (not {ALL, *BLAS} & set(own))
    assert environ[ALL] == own.get(ALL, "1")


@pytest.mark.parametrize("number", ["", " ", "0", "00", "-1", "many"])
def test_what_is_no_number_of_threads_chooses_none(number, monkeypatch):
    """torch takes every core then, and so does a BLAS."""
    limited, modules = [], {"numpy": Told(), "torch": Told()}
    monkeypatch.setattr("course_utils.threads._limit_blas", lambda: limited.append(1))
    environ = {ALL: number, "OPENBLAS_NUM_THREADS": number}
    decide(environ, modules)
    assert environ[ALL] == "1" and modules["torch"].count == 1 and limited == [1]


def test_a_number_for_each_level_is_a_number():
    environ = {ALL: "4,2"}
    decide(environ, {})
    assert environ == {ALL: "4,2"}


def test_a_program_started_from_the_course_inherits_the_decision():
    """Its variables are set: a kernel started by JupyterLab, a worker of the tests."""
    environ = {}
    decide(environ, {})
    before = dict(environ)
    decide(environ, {"torch": None, "numpy": None, "cv2": None})  # nothing is told anything
    assert environ == before


def test_without_threadpoolctl_the_course_still_opens(monkeypatch):
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    decide({}, {"numpy": None})
