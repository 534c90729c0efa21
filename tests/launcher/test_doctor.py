"""The doctor: everything is said in plain words, whatever state the computer is in."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from course_utils.launcher import cli, doctor, hub, in_browser, lessons, places, probe
from course_utils.launcher.environment import Environment, Findings
from course_utils.launcher.install import own_environment
from course_utils.launcher.lab import FIRST_LESSON
from course_utils.launcher.lessons import MANIFEST
from course_utils.platform import FILES
from tests.launcher.computer import LESSONS, TESTS, Computer


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course whose lessons are there and whose environment is the one the tests run in."""
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / FIRST_LESSON).write_text("{}")
    here = Environment(Path(sys.executable), tmp_path / "env", ours=False)
    monkeypatch.delenv("JUPYTERHUB_SERVICE_PREFIX", raising=False)  # these tests may run on a hub
    monkeypatch.setattr(doctor, "this_environment", lambda needs, root: (here, []))
    return tmp_path


def examine(root, findings=(), status=0, errors="", versions='{"numpy": "2.4.6", "torch": "2.13.0+cpu"}'):
    """Run the doctor with a make-believe probe: (exit status, everything said)."""
    said = []

    def run_quietly(command, env=None, cwd=None, seconds=60):
        if "course_utils.launcher.probe" in command:
            return status, "\n".join(json.dumps(finding) for finding in findings), errors
        return 0, versions, ""

    result = doctor.report(root, TESTS, said.append, run_quietly)
    return result, "\n".join(map(str, said))


def test_a_healthy_course(course):
    result, said = examine(course, [
        {"step": "importing numpy", "result": ""},
        {"step": "asking PyTorch for a device", "result": "cuda: H200, 139 GiB"},
        {"step": "looking for the kernel python3", "result": str(course / "env" / "share")},
    ])  # fmt: skip
    assert result == 0 and "Nothing is wrong." in said
    assert "2.13.0+cpu" in said and "cuda: H200, 139 GiB" in said and sys.executable in said


def test_a_package_that_cannot_be_imported_is_named_with_advice(course):
    error = "ImportError: libGL.so.1: cannot open shared object file"
    result, said = examine(course, [{"step": "importing cv2", "error": error}])
    assert result == 1 and "importing cv2" in said and "apt install libgl1" in said


def test_a_python_that_goes_down_is_reported_with_the_step(course):
    result, said = examine(course, [{"step": "importing torch"}], status=-11, errors="Segmentation fault")
    assert result == 1 and "crashed while importing torch (exit status -11, Segmentation fault)" in said


def test_a_package_that_prints_while_it_is_imported_does_no_harm(course, monkeypatch):
    steps = doctor._probe(
        Environment(Path("python"), Path(), False), {}, course, [],
        lambda *_, **__: (0, 'hello\n[1]\n"text"\n{"other": 1}\n{"step": "importing numpy", "result": ""}', ""),
    )  # fmt: skip
    assert steps == ({"importing numpy": {"step": "importing numpy", "result": ""}}, "")


def test_a_kernel_from_elsewhere_is_wrong(course):
    finding = {
        "step": "looking for the kernel python3",
        "result": "/home/me/.local/share/jupyter/kernels/python3",
    }
    result, said = examine(course, [finding])
    assert result == 1 and "not this environment's" in said


def test_an_idle_graphics_card_is_mentioned(course, monkeypatch):
    monkeypatch.setattr(doctor, "has_nvidia", lambda: True)
    _, said = examine(course, [{"step": "asking PyTorch for a device", "result": "cpu: none"}])
    assert "there is an NVIDIA card" in said


@pytest.mark.parametrize("versions", ["", "Traceback", "[]x"])
def test_an_environment_that_gives_no_versions_is_wrong_and_does_not_stop_the_doctor(course, versions):
    result, said = examine(course, versions=versions)
    assert (
        result == 1
        and "did not report the version of numpy, torch" in said
        and "Nothing is wrong" not in said
    )


def test_packages_of_the_tests_may_be_missing(course):
    result, said = examine(course)
    assert result == 0 and "for the tests" in said


@pytest.mark.parametrize("state", ["none", "unfinished"])
def test_an_environment_still_to_be_made_is_no_error(course, monkeypatch, state):
    found_in_venv(monkeypatch, Findings(state, "it is not made yet"))
    result, said = examine(course)
    assert result == 0 and "it is not made yet" in said and "makes it ready" in said


@pytest.mark.parametrize(
    "state, advice",
    [("broken", "keeps the old one"), ("unknown", "may be intact"), ("not ours", "Move it away")],
)
def test_an_environment_that_cannot_be_used_is_wrong(course, monkeypatch, state, advice):
    found_in_venv(monkeypatch, Findings(state, "the reason"))
    result, said = examine(course)
    assert result == 1 and "1. the reason. " in said and advice in said and "makes it ready" not in said


def test_a_ready_environment_of_the_course_is_named(course, monkeypatch):
    found_in_venv(monkeypatch, Findings("ready"))
    _, said = examine(course)
    assert f"the course's own, ready ({course / '.venv'})" in said


def found_in_venv(monkeypatch, findings):
    monkeypatch.setattr(doctor, "this_environment", lambda needs, root: (None, ["torch is not installed"]))
    monkeypatch.setattr(doctor, "look_at", lambda *_: findings)


@pytest.mark.parametrize(
    "answer", [(124, "", "no answer within 60 seconds"), (127, "", "[Errno 13] Permission denied")]
)
def test_an_environment_that_could_not_be_asked_does_not_stop_the_doctor(tmp_path, monkeypatch, answer):
    computer = Computer(tmp_path)
    own_environment(computer.root, LESSONS, tools=computer.tools())
    computer.describe = lambda names: answer
    monkeypatch.setattr(doctor, "this_environment", lambda needs, root: (None, []))
    said = []
    assert doctor.report(tmp_path, TESTS, said.append, computer.run_quietly) == 1
    assert answer[2] in "\n".join(map(str, said))


# --- the places that are written to -------------------------------------------------------------------------


@pytest.fixture
def closed(monkeypatch):
    """Folders that cannot be written: a set to fill. (root may write everywhere, so no real permission will do.)"""
    shut, really = set(), places.can_write
    monkeypatch.setattr(
        places, "can_write",
        lambda folder: not any(Path(folder).is_relative_to(place) for place in shut) and really(folder),
    )  # fmt: skip
    return shut


@pytest.fixture
def home(tmp_path_factory, monkeypatch):
    """A home folder of our own, in which progress is kept as long as no variable says otherwise."""
    folder = tmp_path_factory.mktemp("home")
    for name in [*places.usual(), "XDG_DATA_HOME", "APPDATA"]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("USERPROFILE", str(folder))
    return folder


def test_progress_is_named_where_it_is_kept(course, home):
    result, said = examine(course)
    assert result == 0 and f"kept in {home / '.between_the_pixels'}" in said


def test_a_relative_folder_for_progress_counts_from_the_home(course, home, monkeypatch):
    monkeypatch.setenv(places.PROGRESS, "kept/here")
    monkeypatch.chdir(course)
    result, said = examine(course)
    assert result == 0 and f"kept in {home / 'kept' / 'here'}" in said


def test_a_home_that_may_not_be_written_is_wrong_and_costs_nothing(course, home, closed):
    closed.add(home)
    result, said = examine(course)
    assert result == 1 and "nothing is lost" in said and "Nothing is wrong" not in said
    assert f"You cannot write to {home / '.between_the_pixels'}," in said
    assert f"kept in {course / '.course' / 'home' / 'between_the_pixels_home'}" in said


def test_a_course_that_may_not_be_written_is_wrong_and_progress_is_kept(course, home, closed):
    closed.add(course)
    result, said = examine(course)
    assert result == 1 and f"You cannot write to {course}," in said and "--copy" in said
    assert f"kept in {home / '.between_the_pixels'}" in said and "lost" not in said


def test_when_neither_may_be_written_progress_is_lost_and_it_is_said(course, home, closed):
    closed |= {home, course}
    result, said = examine(course)
    assert result == 1 and "progress is lost" in said and places.PROGRESS in said and "kept nowhere" in said


def test_a_folder_for_progress_that_was_chosen_and_may_not_be_written(course, home, closed, monkeypatch):
    closed.add(course / "mine")
    monkeypatch.setenv(places.PROGRESS, str(course / "mine"))
    result, said = examine(course)
    assert result == 1 and "progress is lost" in said and str(course / "mine") in said
    closed |= {
        home,
        course,
    }  # another folder is closed as well: both are said, and nothing is said to be kept
    result, said = examine(course)
    assert result == 1 and "progress is lost" in said and str(course / "mine") in said
    assert "forgets its settings" in said and "is kept" not in said and "kept nowhere" in said


@pytest.mark.parametrize("name", [name for name in places.usual() if name != places.PROGRESS])
def test_a_folder_that_a_variable_names_and_may_not_be_written(course, home, closed, monkeypatch, name):
    """Jupyter and IPython end there with a traceback; the environment is not to blame."""
    closed.add(course / "mine")
    monkeypatch.setenv(name, str(course / "mine"))
    error = {"step": "looking for the kernel python3", "error": "FileNotFoundError: mine"}
    result, said = examine(course, [error])
    assert result == 1 and f"{course / 'mine'}, which the variable {name} names" in said
    assert f"The variable {name} may be the cause" in said and "delete" not in said
    monkeypatch.setenv(name, str(course / "open"))
    assert examine(course)[0] == 0


def test_a_copy_is_advised_where_it_can_be_made(course, home, closed):
    closed.add(course)
    assert f"--copy {home / 'my_lessons'} opens" in examine(course)[1]
    closed.add(home)
    _, said = examine(course)
    assert str(home / "my_lessons") not in said and "--copy A_FOLDER_YOU_CAN_WRITE_TO opens" in said


@pytest.mark.parametrize("is_kept", [True, False])
def test_in_a_browser_it_says_how_long_progress_is_kept(monkeypatch, is_kept):
    monkeypatch.setenv(FILES, "somewhere/")
    monkeypatch.setattr(in_browser, "outlives_the_page", lambda folder: is_kept)
    said = []
    assert in_browser.report(said.append) == int(not is_kept)
    said = "\n".join(said)
    assert ("Safari forgets it" in said) == is_kept == ("Nothing is wrong." in said)
    assert (
        ("kept until you close the page" in said) == (not is_kept) == ("are lost when you close it" in said)
    )


@pytest.fixture
def copy(tmp_path_factory, monkeypatch):
    """A learner's copy of the lessons, in which a lesson is open."""
    folder = tmp_path_factory.mktemp("copy")
    (folder / MANIFEST).write_text("{}")
    monkeypatch.chdir(folder)
    return folder


def test_a_shared_course_that_is_only_read_is_as_it_should_be_beside_a_copy(course, home, closed, copy):
    closed.add(course)
    result, said = examine(course)
    assert result == 0 and f"{copy}, a copy of your own" in said and "as it should be" in said
    assert f"kept in {home / '.between_the_pixels'}" in said


def test_on_a_hub_the_copy_is_the_one_in_the_home(course, home, closed, monkeypatch):
    closed.add(course)
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/ada/")
    assert examine(course)[0] == 1  # none yet
    (home / hub.COPY).mkdir()
    (home / hub.COPY / MANIFEST).write_text("{}")
    result, said = examine(course)
    assert result == 0 and str(home / hub.COPY) in said


def test_a_copy_that_cannot_be_written_is_wrong(course, home, closed, copy):
    closed.add(copy)
    result, said = examine(course)
    assert result == 1 and f"You cannot write to {copy}," in said


def test_what_the_last_update_brought_is_told(course, home, copy):
    lessons._tell_beside(copy / lessons.NEWS, ["an older sentence."])
    lessons._tell_beside(copy / lessons.NEWS, [f"sentence {number}." for number in range(7)])
    _, said = examine(course)
    assert "sentence 0." in said and "sentence 4." in said and "sentence 5." not in said
    assert "and 2 more: WHAT_CHANGED.md" in said and "older" not in said


def test_a_full_disk_is_wrong(course, monkeypatch):
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda folder: SimpleNamespace(free=1e6))
    result, said = examine(course)
    assert result == 1 and "is full" in said


def test_the_doctor_changes_nothing(course, home, closed):
    closed.add(home)
    before = sorted([*course.rglob("*"), *home.rglob("*")])
    examine(course)
    assert sorted([*course.rglob("*"), *home.rglob("*")]) == before


def test_the_browser_is_the_one_the_tests_use(course, monkeypatch, tmp_path):
    from tools import lab

    (tmp_path / "chrome").touch()
    monkeypatch.setenv("COURSE_BROWSER", str(tmp_path / "chrome"))
    assert lab.find_chromium() == str(tmp_path / "chrome")
    assert str(tmp_path / "chrome") in examine(course)[1]
    monkeypatch.setenv("COURSE_BROWSER", "/nowhere/chromium")
    assert lab.find_chromium() is None and "none found" in examine(course)[1]


def test_missing_lessons_are_wrong(course):
    (course / "notebooks" / FIRST_LESSON).unlink()
    result, said = examine(course)
    assert result == 1 and "git checkout notebooks" in said


def test_even_a_doctor_that_breaks_down_gives_no_traceback(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "report", lambda *_: 1 / 0)
    assert cli.main(["doctor"]) == 1
    assert "ZeroDivisionError" in capsys.readouterr().err


# --- the probe ----------------------------------------------------------------------------------------------


def test_the_probe_reports_every_step_and_stops_at_none(capsys):
    probe.main(["json", "no_such_module"])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[:2] == [{"step": "importing json"}, {"step": "importing json", "result": ""}]
    assert lines[3]["error"].startswith("ModuleNotFoundError")
    assert lines[-1]["step"] == "looking for the kernel python3" and Path(lines[-1]["result"]).is_dir()
