"""README and lesson 00 name what is there."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LESSONS = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
README = (ROOT / "README.md").read_text(encoding="utf-8")


def lesson_00():
    cells = json.loads((ROOT / "notebooks/00_start_here.ipynb").read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells)


@pytest.mark.parametrize("name", LESSONS)
def test_every_lesson_is_in_the_readme_and_in_lesson_00(name):
    assert f"notebooks/{name}" in README
    assert name == LESSONS[0] or f"({name})" in lesson_00()


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_every_link_of_the_readme_leads_somewhere(target):
    assert (ROOT / target).exists()


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#:]+)\)", lesson_00()))))
def test_every_link_of_lesson_00_leads_somewhere(target):
    assert (ROOT / "notebooks" / target).exists()


def test_the_minutes_are_the_same_everywhere():
    row = re.compile(r"^\| (\d\d) \|.*\| (\d+) \|$", re.M)
    assert row.findall(README) == row.findall(lesson_00())
    for number, minutes in row.findall(README):
        first = json.loads(next((ROOT / "notebooks").glob(f"{number}_*")).read_text(encoding="utf-8"))["cells"][0]
        assert f"{minutes} minutes" in "".join(first["source"]), number


def test_the_commands_of_the_readme_are_what_ci_runs():
    assert "python -m course_utils test" in README
    assert "python -m course_utils test" in (ROOT / ".ci/run").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", LESSONS)
def test_exercises_of_a_lesson_are_all_in_it(name):
    from course_utils.exercises.engine import all_exercises

    cells = json.loads((ROOT / "notebooks" / name).read_text(encoding="utf-8"))["cells"]
    there = [cell["metadata"]["exercise"] for cell in cells if "exercise" in cell["metadata"]]
    assert sorted(there) == sorted(exercise.key for exercise in all_exercises().get(name[:2], []))
