"""docs/teaching.md names what is there."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from course_utils import __main__ as entry
from course_utils.classroom import report
from course_utils.exercises.engine import registry
from course_utils.launcher import cli
from course_utils.launcher.requirements import read_needs
from course_utils.lessons import WRITTEN
from tools.roads import roads

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "teaching.md").read_text(encoding="utf-8")
FILE_OF = {lesson.number: lesson.file for lesson in WRITTEN}
NEEDS = {lesson.number: lesson.needs for lesson in WRITTEN}
PLAN = re.findall(r"^\| (\d+) \| ([\d, ]+) \| (.+) \|$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\((\.\./[^)#]*)\)", PAGE))))
def test_every_link_leads_somewhere(target):
    assert (ROOT / "docs" / target).exists()


def test_the_readme_leads_here():
    assert "(docs/teaching.md)" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_lesson_that_is_named_by_its_file_is_there():
    assert set(re.findall(r"\b\d\d_\w+\.ipynb", PAGE)) <= set(FILE_OF.values())


def test_every_command_is_one():
    typed = re.findall(r"`python -m course_utils (\w+)", PAGE)
    assert {"report", "notes", "hub", "trainings", "fresh", "doctor"} <= set(typed) <= set(cli.COMMANDS)


def test_every_option_and_key_of_the_report_is_one():
    known = report.parser().format_help()
    for typed in re.findall(r"`python -m course_utils report ([^`]+)`", PAGE):
        report.parser().parse_args(typed.split())
    term = PAGE.split("## During the term")[1].split("\n## ")[0]
    assert all(option in known for option in re.findall(r"(--\w+)", term))
    keys = {each.key for items in registry.all_predictions().values() for each in items}
    assert set(re.findall(r"--only ([\w.]+)", PAGE)) <= keys


def test_the_plan_holds_every_lesson_after_what_it_needs():
    order = [number for _, numbers, _ in PLAN for number in numbers.split(", ")]
    assert order == list(FILE_OF)
    left_out = re.findall(r"\d\d", re.search(r"With twelve weeks leave out ([^.]+)\.", PAGE)[1])
    twelve = [number for number in order if number not in left_out]
    six = re.findall(r"\d\d", re.search(r"With six: ([^.]+)\.", PAGE)[1])
    assert len(PLAN) - len(left_out) == 12 and len(six) == 7  # 00 and 01 are one week's
    for numbers in (order, twelve, six):
        for number in numbers:
            assert set(NEEDS[number]) <= set(numbers[: numbers.index(number)]), number


def test_the_lines_that_install_it_do_what_the_image_and_the_configuration_say():
    (block,) = re.findall(r"^```\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    lines = block.splitlines()
    assert "the first four of the lines" in PAGE and "pip install" in lines[3] and "hub/tljh.py" in lines[4]
    if shutil.which("sh"):
        subprocess.run(["sh", "-n", "-c", block], check=True)
    words = shlex.split(lines[3])
    printed = subprocess.run(
        [sys.executable, *words[1:3]], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert printed.stdout.split() == [need.requirement for need in read_needs(ROOT / "pyproject.toml")]
    said = (ROOT / "hub" / "tljh.py").read_text(encoding="utf-8")
    assert lines[2].removeprefix("PYTHON=") in said and "/srv/between_the_pixels/current" in said
    assert shlex.split(lines[4])[-1] in said and lines[5] in said
    assert "must be 3.11 or newer" in PAGE and entry.OLDEST == (3, 11)


def test_every_lesson_that_trains_is_named():
    named = re.search(r"lessons ([\d, and]+) train networks", PAGE)[1]
    assert re.findall(r"\d\d", named) == [lesson.number for lesson in WRITTEN if lesson.trains]


@pytest.mark.parametrize("week, numbers, road", PLAN)
def test_the_side_roads_of_the_plan_are_there(week, numbers, road):
    """A side road that got another name, or went, leaves the plan too."""
    titles = [
        each.title
        for number in numbers.split(", ")
        for each in roads(nbformat.read(ROOT / "notebooks" / FILE_OF[number], as_version=4))[1:]
    ]
    assert road in titles, f"week {week} of docs/teaching.md; there are {titles}"
