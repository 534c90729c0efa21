"""The doctor: everything is said in plain words, whatever state the computer is in."""

import json
import sys
from pathlib import Path

import pytest

from course_utils.launcher import cli, doctor, probe
from course_utils.launcher.environment import Environment, Findings
from course_utils.launcher.lab import FIRST_LESSON
from tests.launcher.computer import TESTS


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course whose lessons are there and whose environment is the one the tests run in."""
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / FIRST_LESSON).write_text("{}")
    here = Environment(Path(sys.executable), tmp_path / "env", ours=False)
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
    assert result == 1 and "went down while importing torch (exit status -11, Segmentation fault)" in said


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
    assert "an NVIDIA card is here" in said


@pytest.mark.parametrize("versions", ["", "Traceback", "[]x"])
def test_an_environment_that_gives_no_versions_does_not_stop_the_doctor(course, versions):
    result, said = examine(course, versions=versions)
    assert "for the tests" in said and result == 0


def test_an_environment_still_to_be_made_is_no_error(course, monkeypatch):
    monkeypatch.setattr(doctor, "this_environment", lambda needs, root: (None, ["torch is not here"]))
    result, said = examine(course)
    assert result == 0 and "it is not made yet" in said


def test_a_ready_environment_of_the_course_is_named(course, monkeypatch):
    monkeypatch.setattr(doctor, "this_environment", lambda needs, root: (None, []))
    monkeypatch.setattr(doctor, "look_at", lambda *_: Findings("ready"))
    _, said = examine(course)
    assert f"the course's own, ready ({course / '.venv'})" in said


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
