"""README and lesson 00 name what is there."""

import json
import re
from pathlib import Path

import pytest

from course_utils import lessons
from tools.tables import with_table

ROOT = Path(__file__).resolve().parents[1]
LESSONS = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
README = (ROOT / "README.md").read_text(encoding="utf-8")


def lesson_00():
    cells = json.loads((ROOT / "notebooks/00_start_here.ipynb").read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells)


def test_the_tables_of_lessons_are_made_from_the_one_file_of_facts():
    assert lessons.table("notebooks/") in README and lessons.table("") in lesson_00(), (
        "python -m tools.tables"
    )
    assert [lesson.file for lesson in lessons.WRITTEN] == LESSONS


def test_a_table_is_written_anew_wherever_it_stands():
    old = "before\n\n| | lesson | the question | minutes |\n|---|---|---|---|\n| 00 | X | Y? | 3 |\n\nafter"
    assert with_table(old, "") == f"before\n\n{lessons.table('')}\n\nafter"


def test_what_a_lesson_needs_comes_before_it():
    for lesson in lessons.LESSONS:
        assert all(needed < lesson.number for needed in lesson.needs), lesson
        assert not lesson.written or lesson.minutes > 0


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_every_link_of_the_readme_leads_somewhere(target):
    assert (ROOT / target).exists()


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#:]+)\)", lesson_00()))))
def test_every_link_of_lesson_00_leads_somewhere(target):
    assert (ROOT / "notebooks" / target).exists()


def test_a_lesson_states_its_minutes():
    for lesson in lessons.WRITTEN:
        cells = json.loads((ROOT / "notebooks" / lesson.file).read_text(encoding="utf-8"))["cells"]
        text = "\n".join("".join(cell["source"]) for cell in cells)
        assert re.search(r"\b(\d+) minutes\b", text)[1] == str(lesson.minutes), lesson.number


def test_the_commands_of_the_readme_are_what_ci_runs():
    assert "python -m course_utils test" in README
    assert "python -m course_utils test" in (ROOT / ".ci/run").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", LESSONS)
def test_exercises_of_a_lesson_are_all_in_it(name):
    from course_utils.exercises.engine import all_exercises

    cells = json.loads((ROOT / "notebooks" / name).read_text(encoding="utf-8"))["cells"]
    there = [cell["metadata"]["exercise"] for cell in cells if "exercise" in cell["metadata"]]
    assert sorted(there) == sorted(exercise.key for exercise in all_exercises().get(name[:2], []))
