"""The course inside Pyodide: numerics, time limits, progress, exercises, predictions, all cells of all lessons."""

import json
import pickle

import nbformat
import pytest

from course_utils import platform
from course_utils.exercises.engine import sandbox
from publishing import for_browser
from publishing.record import Recorded
from tests.browser_edition import inside, node
from tools.run import LESSONS

pytestmark = pytest.mark.takes(30)
FILES = "/files"  # where the course's files are mounted


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """What a site's build writes, of lessons that showed nothing."""
    folder = tmp_path_factory.mktemp("files")
    lessons = {path.stem: Recorded(nbformat.read(path, as_version=4), {}) for path in LESSONS}
    for_browser.write_course_files(folder, lessons)
    return folder


@pytest.fixture
def ask(files, tmp_path):
    """ask(program, packages, mounts): what it told, line by line. Skips where Pyodide is not at hand."""

    def ask(program, packages=(), mounts=()):
        try:
            said = node.run(
                f"from tests.browser_edition import inside\n{program}",
                tmp_path, packages,
                environment={platform.FILES: FILES, "MPLBACKEND": "agg"},
                mounts={FILES: str(files), **dict(mounts)},
            )  # fmt: skip
        except node.Unavailable as reason:
            pytest.skip(str(reason))
        found = [json.loads(line) for line in said.splitlines() if line.startswith('{"problems"')]
        assert found, said
        return found

    return ask


def test_time_limits_and_progress(ask, tmp_path):
    """Loops that never end, where progress goes, and what the first picture loads, in one start."""
    (tmp_path / "drive").mkdir()
    light, limits = ask(
        "inside.platform('/drive')\ninside.limits()", mounts={"/drive": str(tmp_path / "drive")}
    )
    assert light["problems"] == []
    assert limits["problems"] == [] and limits["count"] >= 15
    assert "progress.json" in {path.name for path in (tmp_path / "drive" / "progress").iterdir()}


@pytest.mark.thorough
def test_examples_of_all_docstrings(ask):
    (examples,) = ask("inside.doctests()")
    assert examples["problems"] == [], examples["said"]
    assert examples["count"] > 300


@pytest.mark.thorough
def test_functions_answer_what_they_answer_elsewhere(ask, tmp_path):
    """Every call of the tests that can be sent over: here with 64-bit indices, there with 32."""
    from tests.test_odd_input import CALLS  # here: it loads torch

    calls = []
    for function, (arrays, others) in CALLS.items():
        given = {**arrays, **others}
        call = function.__module__, function.__name__, given
        try:
            calls.append(pickle.dumps((*call, inside.flat(sandbox.plain(function(**given))))))
        except (pickle.PicklingError, AttributeError, TypeError):  # a function among its arguments
            continue
    assert len(calls) > 100
    sent = tmp_path / "sent"
    sent.mkdir()
    (sent / "calls").write_bytes(pickle.dumps([pickle.loads(call) for call in calls]))
    (answers,) = ask("inside.answers('/sent/calls')", mounts={"/sent": str(sent)})
    assert answers["problems"] == [] and answers["count"] == len(calls)


@pytest.mark.thorough
def test_exercises_and_predictions(ask):
    (found,) = ask("inside.exercises()")
    assert found["problems"] == []
    assert found["count"] > 100
    sentence = "The answer takes OpenCV, which is not here. On your own computer it can be checked."
    assert found["without"] == [["bilinear.rounding_a_half", "cv2", sentence]]


@pytest.mark.thorough
def test_every_cell_of_every_lesson(ask):
    """None fails; and as many are live as ``read_in_turn`` says."""
    stems = [path.stem[:2] for path in LESSONS]
    (found,) = ask(f"inside.lessons({stems!r})", ("matplotlib", "scipy"))
    assert found["problems"] == []
    assert set(found["counts"]) == set(stems)
    assert found["count"] > 300
