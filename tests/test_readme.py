"""README and lesson 00 name what is there."""

import json
import re
from pathlib import Path

import nbformat
import pytest
import yaml

from course_utils import lessons
from data import readme_pictures
from publishing.for_browser import read_in_turn
from tools.tables import with_table

ROOT = Path(__file__).resolve().parents[1]
LESSONS = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
PHOTOGRAPH = re.compile(
    r"data:image/png;base64,[\w+/=]+"
)  # another zlib writes other bytes of the same pixels
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


def test_the_order_of_lesson_00_is_the_one_of_the_facts():
    """No lesson is left out, and every road through them has what its lessons need."""
    (said,) = re.findall(r"^Take 01, .*$", lesson_00(), re.MULTILINE)
    needs = {lesson.number: set(lesson.needs) for lesson in lessons.LESSONS}
    assert set(re.findall(r"\d\d", said)) == set(needs) - {"00"}
    begin = {"00", *re.findall(r"\d\d", said.split(" in this order")[0])}
    also = dict(re.findall(r"(\d\d) also needs (\d\d)", said))
    assert all(needs[number] <= begin for number in numbers(said, r"Go on with ([^;]+)"))
    assert all(needs[number] == {"01"} for number in numbers(said, r"; ([^;]+) need 01 only"))
    for start, then, order in re.findall(r"After (\d\d) comes? ([\d, and]+\d)(, in this order)?", said):
        walked = begin | {start}
        for number in re.findall(r"\d\d", then):
            assert needs[number] <= walked | {also.get(number)}, number
            assert number not in also or also[number] in needs[number], number
            walked |= {number} if order else set()


def numbers(words, pattern):
    """The lessons in what ``pattern`` finds."""
    return re.findall(r"\d\d", re.search(pattern, words)[1])


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_every_link_of_the_readme_leads_somewhere(target):
    """Above the repository begin the pages that GitHub has about it."""
    assert (ROOT / target).exists() or target == "../../deployments/github-pages"


def test_the_book_comes_first():
    links = re.findall(r"(?<!!)\[([^]]*)\]\(", README)
    assert links[0] == "Read the book"
    assert README.index("[Read the book]") < README.index("python -m course_utils")


def test_the_readme_says_how_many_cells_run_in_a_browser():
    cells = [
        bool(lacking)
        for name in LESSONS
        for _, lacking, _ in read_in_turn(nbformat.read(ROOT / "notebooks" / name, as_version=4))
    ]
    assert "More than five of six cells run there" in README
    assert cells.count(False) / len(cells) > 5 / 6


def test_the_pictures_of_the_readme_are_what_the_explorers_show():
    pictures = readme_pictures.pictures()
    assert len(pictures) == 3
    for name, svg in pictures.items():
        file = readme_pictures.FOLDER / f"{name}.svg"
        assert f"(data/pictures/{name}.svg)" in README
        drawn, kept = (PHOTOGRAPH.sub("", text) for text in (svg, file.read_text(encoding="utf-8")))
        assert drawn == kept, "python -m data.readme_pictures"


def test_the_book_is_published_by_the_command_of_the_readme():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "book.yml").read_text(encoding="utf-8"))
    steps = workflow["jobs"]["build"]["steps"]
    assert "python -m course_utils site --out site" in [step.get("run") for step in steps]
    assert steps[-1]["with"]["path"] == "site" and "secrets." not in str(workflow)


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
