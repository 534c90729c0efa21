"""Submitted notebooks run again: what they can do is found, what they must not do is kept from them."""

import os
import sys

import nbformat
import pytest

from course_utils.classroom import recheck, report
from course_utils.classroom.walls import BY_SYSTEM
from course_utils.exercises.engine import all_exercises
from tests.classroom.files import exercise, notebook, write
from tools import THOROUGH
from tools.run import LESSONS, with_solutions

IMPORT = "from course_utils.exercises import linear"
RIGHT = "def lerp(left, right, x):\n    return (1 - x) * left + x * right"
SWAPPED = "def lerp(left, right, x):\n    return x * left + (1 - x) * right"


def outcome(tmp_path, *sources, key="linear.lerp", **more):
    path = notebook(tmp_path / "01_linear_interpolation.ipynb", IMPORT, *sources)
    judged = recheck.judge(path, **more)
    return judged.outcomes.get(key, judged.trouble)


@pytest.mark.parametrize(
    "sources, expected",
    [
        ([RIGHT], ("right", "")),
        ([SWAPPED], ("not quite", "swapped weights")),
        ([], ("not attempted", "it is not in the notebook")),
        (["def lerp(left, right, x):\n    ..."], ("not attempted", "")),
        ([SWAPPED, RIGHT], ("right", "")),
        ([RIGHT, SWAPPED], ("right", "")),  # solved, then tried out: the best version counts
        (["def lerp(left, right, x):\n    return w(x) @ [left, right]",
          "import numpy as np", "def w(t):\n    return np.array([1 - t, t])"], ("right", "")),
        ([RIGHT, "def broken(:"], ("right", "")),
        (["%matplotlib inline\n" + RIGHT], ("right", "")),
        ([RIGHT + "\nraise SystemExit"], ("right", "")),  # not needed, so not run
        (["lerp = exit()"], ("crashed", "SystemExit")),
    ],
)  # fmt: skip
def test_what_a_notebook_can_do(tmp_path, sources, expected):
    assert outcome(tmp_path, *sources) == expected


def test_only_what_an_exercise_needs_is_run(tmp_path):
    left = tmp_path / "trace"
    assert outcome(tmp_path, f"open({str(left)!r}, 'w')", RIGHT, "while True: pass") == ("right", "")
    assert not left.exists()


@pytest.mark.thorough
@pytest.mark.parametrize("path", LESSONS if THOROUGH else LESSONS[1:3], ids=lambda path: path.stem)
def test_a_lesson_as_delivered_is_untouched_and_a_solved_one_is_right(tmp_path, path):
    every = {each.key: each for items in all_exercises().values() for each in items}
    delivered = recheck.judge(path)
    assert {each for each, _ in delivered.outcomes.values()} == {"not attempted"}
    solved = tmp_path / path.name
    solutions = {key: each.solution_source for key, each in every.items()}
    nbformat.write(with_solutions(nbformat.read(path, as_version=4), solutions), solved)
    judged = recheck.judge(solved)
    assert judged.outcomes.keys() == delivered.outcomes.keys()
    assert {key: each for key, each in judged.outcomes.items() if each[0] != "right"} == {}


# --- walls --------------------------------------------------------------------------------------------------

DOES = "def lerp(left, right, x):\n    {}\n    return (1 - x) * left + x * right"


def tries(tmp_path, line, before="import os", **more):
    return outcome(tmp_path, before, DOES.format(line), **more)


@pytest.mark.parametrize(
    "line",
    [
        "open({secret!r}).read()",
        "os.listdir({folder!r})",
        "os.remove({secret!r})",
        "open({secret!r}, 'a')",
        "open({folder!r} + '/new', 'w')",
        "os.open({secret!r}, os.O_RDONLY)",
        "__import__('socket').create_connection(('127.0.0.1', 9))",
        "__import__('subprocess').run(['true'])",
        "os.system('true')",
    ],
)
def test_nothing_outside_is_reached(tmp_path, line):
    secret = tmp_path / "home" / "secret.txt"
    secret.parent.mkdir()
    secret.write_text("kept")
    line = line.format(secret=str(secret), folder=str(secret.parent))
    assert tries(tmp_path, line)[0] == "crashed"
    assert secret.read_text() == "kept" and list(secret.parent.iterdir()) == [secret]


@pytest.mark.skipif(sys.platform != "linux", reason="Linux closes these doors itself")
def test_around_python_stands_the_system(tmp_path):
    """The C library does not ask Python. Where the system has the doors, it holds them shut."""
    secret = tmp_path / "secret.txt"
    secret.write_text("kept")
    secret.chmod(0o644)
    judged = recheck.judge(notebook(tmp_path / "n.ipynb", IMPORT, RIGHT))
    if judged.shut_in != BY_SYSTEM:
        pytest.skip("this system has no Landlock, or lets nobody have a network of their own")
    opens = f"assert ctypes.CDLL(None).open({os.fsencode(secret)!r}, 0) < 0"
    assert tries(tmp_path, opens, before="import ctypes") == ("right", "")
    connects = "assert ctypes.CDLL(None).if_nametoindex(b'eth0') == 0"
    assert tries(tmp_path, connects, before="import ctypes") == ("right", "")


@pytest.mark.skipif(os.name != "posix", reason="as POSIX does it")
def test_memory_and_time_have_an_end(tmp_path):
    assert tries(tmp_path, "b'0' * 20_000_000_000")[0] == "crashed"
    endless = outcome(tmp_path, "import itertools", DOES.format("max(itertools.count())"), seconds=3)
    assert endless == "it ran longer than 3 s" or "exit status" in endless


# --- beside what is claimed ---------------------------------------------------------------------------------


def heard(*arguments):
    said = []
    return report.main([str(each) for each in arguments], said.append), "\n".join(said)


def test_a_forged_progress_file_is_caught(tmp_path):
    for name, source in {"ada": RIGHT, "bob": SWAPPED}.items():
        write(tmp_path / name / ".between_the_pixels" / "progress.json", {"linear.lerp": exercise()})
        notebook(tmp_path / name / "between_the_pixels" / "01_linear_interpolation.ipynb", IMPORT, source)
    status, said = heard(tmp_path, "--recheck", tmp_path)
    assert status == 1
    assert "1 exercise claimed right, and right." in said
    assert "  learner 2: linear.lerp is not quite (swapped weights)" in said
    assert "bob" not in said and "bob" in heard(tmp_path, "--recheck", tmp_path, "--names")[1]


def test_an_honest_class_is_confirmed(tmp_path):
    write(tmp_path / "ada.json", {"linear.lerp": exercise(), "pooling.max_pool": exercise()})
    notebook(tmp_path / "01_linear_interpolation.ipynb", IMPORT, RIGHT)
    status, said = heard(tmp_path / "ada.json", "--recheck", tmp_path)
    assert status == 0 and "1 exercise claimed right, and right." in said
    assert "1 exercise claimed right, of lessons whose notebook is not here." in said


def test_a_lesson_that_is_handed_in_twice_counts_by_its_better_half(tmp_path):
    write(tmp_path / "ada.json", {"linear.lerp": exercise()})
    for folder, source in {"first": SWAPPED, "second": RIGHT, "third": SWAPPED}.items():
        notebook(tmp_path / folder / "01_linear_interpolation.ipynb", IMPORT, source)
    assert heard(tmp_path / "ada.json", "--recheck", tmp_path)[0] == 0


def test_a_lesson_that_imports_anothers_exercises_accuses_nobody(tmp_path):
    write(tmp_path / "ada.json", {"linear.lerp": exercise()})
    sources = [IMPORT, "def half_pixel(o, m, n):\n    return (o + 0.5) * n / m - 0.5"]
    notebook(tmp_path / "02.ipynb", *sources, exercises={1: "coordinates.half_pixel"})
    assert heard(tmp_path / "ada.json", "--recheck", tmp_path)[0] == 0


def test_a_notebook_that_is_none_is_said_and_accuses_nobody(tmp_path):
    write(tmp_path / "ada.json", {"linear.lerp": exercise()})
    (tmp_path / "broken.ipynb").write_text("{")
    status, said = heard(tmp_path / "ada.json", "--recheck", tmp_path)
    assert status == 0 and "it cannot be read" in said
