"""The roads of a lesson: an hour for the main one, computed minutes, and nothing on it needs a side road."""

import ast
import builtins
import re

import nbformat
import pytest
from nbformat import v4

from course_utils import lessons
from tools import roads
from tools.run import LESSONS

FIRST_CELLS = 4  # the title, and the first three after it


@pytest.fixture(params=LESSONS, ids=lambda path: path.stem)
def lesson(request):
    return nbformat.read(request.param, as_version=4), lessons.NUMBER_OF_TOPIC, request.param.stem[:2]


def fact(number):
    return next(lesson for lesson in lessons.WRITTEN if lesson.number == number)


def test_minutes_are_computed(lesson):
    notebook, _, number = lesson
    assert roads.roads(notebook)[0].minutes == fact(number).minutes, "run python -m tools.roads --write"


def test_it_is_known_what_stands_on_side_roads(lesson):
    notebook, _, number = lesson
    keys = roads.keys_on_side_roads(notebook, fact(number).topic)
    assert tuple(keys) == fact(number).side, "run python -m tools.roads --write"
    assert len(set(keys)) == len(keys)


def test_the_keys_of_a_lesson_are_written_anew():
    facts = '[[lesson]]\nnumber = "01"\nside = [\n    "a.old",\n]\n\n[[lesson]]\nnumber = "02"\ntopic = "b"\n'
    without = facts.replace('side = [\n    "a.old",\n]\n', "")
    assert roads.with_side_keys(facts, "01", []) == without
    assert roads.with_side_keys(facts, "01", ["a.old"]) == facts
    assert roads.with_side_keys(facts, "02", ["b.new"]) == facts + 'side = [\n    "b.new",\n]\n'


def test_side_roads_are_collapsed_and_say_their_minutes(lesson):
    notebook, _, _ = lesson
    minutes = {road.title: road.minutes for road in roads.roads(notebook)}
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and re.match("#+ +Side road", cell.source):
            side = roads.SIDE_ROAD.match(cell.source.split("\n")[0])
            assert side[3] and int(side[3]) == minutes[side[2]], cell.source
            assert cell.metadata.get(roads.COLLAPSED) is True, cell.source


def test_nothing_on_the_main_road_needs_a_side_road(lesson):
    notebook, _, _ = lesson
    main, side = set(), set()
    for title, cell in roads.by_road(notebook):
        if cell.cell_type != "code":
            continue
        bound, read = names(cell.source)
        if title:
            side |= bound - main
        else:
            assert not (read - bound - main) & side, (cell.source, (read - bound - main) & side)
            main |= bound
            side -= bound


def names(source):
    """(names a cell binds, names it reads)"""
    tree = ast.parse(re.sub(r"^\s*[%!].*$", "pass", source, flags=re.MULTILINE))
    nodes = list(ast.walk(tree))
    bound = {alias.asname or alias.name.partition(".")[0] for node in nodes
             if isinstance(node, (ast.Import, ast.ImportFrom)) for alias in node.names}  # fmt: skip
    bound |= {node.name for node in nodes if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    used = [node for node in nodes if isinstance(node, ast.Name)]
    bound |= {node.id for node in used if isinstance(node.ctx, ast.Store)}
    given = {
        node.arg for node in nodes if isinstance(node, ast.arg)
    }  # of a function: named where it is called
    return bound, {node.id for node in used if isinstance(node.ctx, ast.Load)} - given - set(dir(builtins))


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_main_road_takes_an_hour_at_most_and_opens_with_a_picture(path):
    notebook = nbformat.read(path, as_version=4)
    assert roads.roads(notebook)[0].minutes <= roads.LONGEST_MAIN_ROAD
    assert roads.first_picture(notebook) < FIRST_CELLS
    kinds = [roads.kind_of(cell, cell.source.splitlines()) for cell in notebook.cells[: FIRST_CELLS + 2]
             if cell.cell_type == "code"]  # fmt: skip
    assert "prediction" in kinds


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_nobody_is_called_the_article(path):
    text = " ".join(cell.source for cell in nbformat.read(path, as_version=4).cells)
    assert re.findall(r"\b[Tt]he (?:article|authors?) ", text) == []


# ------------------------------------------------------------------------------------ checks of the checks


def made_up(*cells):
    notebook = v4.new_notebook(
        cells=[v4.new_markdown_cell(c[1:]) if c[0] == "#" else v4.new_code_cell(c) for c in cells]
    )
    return roads.with_minutes(notebook)


def test_roads_are_counted_apart():
    words = "word " * 340
    notebook = made_up("## A question?\n" + words, "exercises.A_GUESS", "### Side road: history\n" + words, "a = 1",
                       "## On", "x = 1\n" * 7, "### Side road: libraries\nfew words", "two_samples()")  # fmt: skip
    main, history, libraries = roads.roads(notebook)
    assert (main.minutes, history.minutes, libraries.minutes) == (5, 2, 4)
    assert notebook.cells[2].source.startswith("## Side road: history (2 min)")
    assert notebook.cells[2].metadata[roads.COLLAPSED]
    assert roads.first_picture(notebook) == 7
    assert [road.minutes for road in roads.roads(roads.with_minutes(notebook))] == [5, 2, 4]


def test_a_task_that_nothing_checks_takes_as_long_as_an_exercise():
    notebook = made_up("a = 1")
    assert roads.roads(notebook)[0].minutes == 1
    notebook.cells[0].metadata["tags"] = ["task"]
    assert roads.roads(notebook)[0].minutes == roads.MINUTES["exercise"]
    on_paper = made_up("#Four questions, to be answered on paper.")
    on_paper.cells[0].metadata["tags"] = ["task"]
    assert roads.roads(on_paper)[0].stations["exercise"] == 1


def test_what_is_folded_costs_nothing():
    assert roads.roads(made_up(f"#<details><summary>Answer</summary>{'word ' * 900}</details>"))[0].words == 0


def test_what_a_cell_binds_and_reads():
    bound, read = names("import numpy as np\ndef f(x):\n    return np.sum(x) + offset\ny = f(z)")
    assert {"np", "f", "y"} <= bound and {"offset", "z"} <= read and "sum" not in read
