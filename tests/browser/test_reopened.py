"""A lesson that was run, saved and closed shows its explorers when it is opened again and nothing has run."""

import json

import nbformat
import pytest

from tests.browser.stage import stages
from tools.run import with_sources

pytestmark = [pytest.mark.takes(20), pytest.mark.thorough(only=True)]

NAME = "reopened.ipynb"
FIRST = "from course_utils.explorers.linear import two_samples\ntwo_samples()"
SECOND = "from course_utils.explorers.bilinear import bilinear_cell\nbilinear_cell()"
PREDICTION = (
    "from course_utils.exercises.engine import Prediction\n"
    "Prediction('made.up', 'How many?', lambda: 2, options=[1, 2])"
)
SAVE = "() => window.jupyterapp.commands.execute('docmanager:save')"
SHUT_DOWN = "() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()"
CHANGED = "() => { window.jupyterapp.shell.currentWidget.model.cells.get(0).sharedModel.setSource('1'); }"


@pytest.fixture(scope="module")
def left(open_lesson, lessons):
    """The pictures and sentences of a lesson that was run, moved, saved and left; its kernel has ended."""
    nbformat.write(with_sources(FIRST, SECOND, PREDICTION), lessons / NAME)
    lesson = open_lesson(NAME)
    lesson.run_all()
    lesson.run_all()  # a second run leaves the widgets of the first in the kernel
    explorers = stages(lesson)
    explorers[0].press_slider("x")
    seen = [stage.shown() for stage in explorers]
    lesson.page.evaluate(SAVE)
    lesson.page.evaluate(SHUT_DOWN)
    return seen


@pytest.fixture(
    scope="module",
    params=["reopened", "saved again without being run"],
)
def lesson(request, left, open_lesson):
    lesson = open_lesson(NAME)
    if request.param != "reopened":
        lesson.page.evaluate(CHANGED)
        lesson.page.evaluate(SAVE)
        lesson.page.evaluate(SHUT_DOWN)
        lesson = open_lesson(NAME)
    lesson.page.locator(".btp-stage svg").nth(1).wait_for()
    lesson.settle()
    return lesson


def test_every_explorer_shows_its_last_picture(lesson, left):
    assert [cell["execution_count"] for cell in lesson.cells()] != [None] * 3  # as it was left
    assert [stage.shown() for stage in stages(lesson)] == left
    assert lesson.console_errors == []


def test_it_says_how_to_go_on_and_hides_what_would_not_move_it(lesson):
    told = "explorer => getComputedStyle(explorer, '::before').content"
    for stage in stages(lesson):
        explorer = stage.explorer().locator(".btp-explorer").first
        assert "run the cells above again" in explorer.evaluate(told)
        assert stage.sliders().count() == 0


def test_a_prediction_can_be_read_and_shows_nothing_broken(lesson):
    marks = """() => [...document.querySelectorAll('.btp-prediction, .btp-prediction *')].map(
        each => [each.checkVisibility(), getComputedStyle(each, '::before').content])"""
    shown = [
        mark for visible, mark in lesson.page.evaluate(marks) if visible and mark not in ("none", "normal")
    ]
    assert shown == ['"Run the cell again to answer."']
    question = lesson.page.locator(".btp-prediction")
    assert question.get_by_text("How many?").is_visible()
    assert not question.get_by_role("radio").first.is_visible()


def test_cells_can_still_be_pointed_at(lesson):
    for stage in stages(lesson, having="[data-id]"):
        stage.hover(stage.ids()[-1])
        assert stage.root.get_attribute("data-lit")
        stage.release("Escape")


def test_the_file_holds_the_explorers_that_are_shown_and_no_others(left, lessons):
    saved = json.loads((lessons / NAME).read_text(encoding="utf-8"))
    (states,) = (kind["state"] for kind in saved["metadata"]["widgets"].values())
    assert sum(state["model_name"] == "AnyModel" for state in states.values()) == 2


def test_a_run_brings_it_back_to_life(left, open_lesson):
    lesson = open_lesson(NAME)
    lesson.run_all()
    stage = stages(lesson)[0]
    stage.press_slider("x")
    assert lesson.cell_errors() == lesson.console_errors == []
