"""The stage under a hand: pointing lights up what is linked, keys move the choice, handles can be dragged."""

import nbformat
import numpy as np
import pytest

from course_utils.resampling import resampling_matrix
from tests.browser.stage import anew, stages
from tools.run import with_sources

pytestmark = pytest.mark.takes(30)

NAME = "stages_for_a_test.ipynb"
MICROSCOPE = """
from course_utils.explorers.microscope import microscope
from course_utils.resampling import resize
microscope(lambda x: resize(x, (4, 6), axes=(0, 1)), (2, 3))"""
BILINEAR = """
from course_utils.explorers.bilinear import bilinear_cell
bilinear_cell()"""


@pytest.fixture(scope="module")
def lesson(open_lesson, lessons):
    nbformat.write(with_sources(MICROSCOPE, BILINEAR), lessons / NAME)
    lesson = open_lesson(NAME)
    lesson.run_all()
    assert lesson.cell_errors() == []
    return lesson


@pytest.fixture
def microscope(lesson):
    return anew(lesson, 0, 0)


@pytest.fixture
def cell(lesson):
    return anew(lesson, 1, 1)


# the same operator, worked out in another way: rows (y) and columns (x) of a separable resize
MATRIX = np.kron(resampling_matrix(2, 4), resampling_matrix(3, 6))


@pytest.mark.parametrize("output", [0, 8, 23])
def test_pointing_at_an_output_lights_up_its_taps(microscope, output):
    microscope.hover(f"out-{output}")
    taps = {f"in-{i}" for i in np.flatnonzero(MATRIX[output])}
    assert {name for name in microscope.lit() if name.startswith("in-")} == taps


@pytest.mark.parametrize("input_", [0, 4])
def test_pointing_at_an_input_lights_up_what_it_paints(microscope, input_):
    microscope.hover(f"in-{input_}")
    painted = {f"out-{i}" for i in np.flatnonzero(MATRIX[:, input_])}
    assert {name for name in microscope.lit() if name.startswith("out-")} == painted


def test_arrow_keys_move_the_choice_and_the_text_follows(microscope):
    microscope.press("out", "ArrowRight")
    first, words = microscope.chosen(), microscope.text()
    microscope.press("out", "ArrowRight", "ArrowDown")
    assert (first, microscope.chosen()) == ("out-0", "out-7")
    assert microscope.text() != words


def test_a_slider_steps_through_the_outputs_without_the_kernel(microscope):
    microscope.position().press("Home")
    for _ in range(3):
        microscope.position().press("ArrowRight")
    microscope.wait_until_chosen("out-3")


def test_an_input_of_the_microscope_is_pulled_and_typed_and_esc_releases(microscope):
    microscope.drag("values[0,1]", by=(24, 0))
    microscope.press("in", "ArrowRight", "Enter")
    field = microscope.root.locator("input.typed")
    field.fill("40")
    field.press("Enter")
    microscope.lesson.wait_idle()
    assert "40" in microscope.root.locator("svg").text_content()
    microscope.press("in", "Escape")
    microscope.wait_until_chosen("")


def test_dragging_p_changes_picture_and_words(cell):
    words = cell.text()
    cell.drag("P", by=(-60, 40))
    assert cell.text() != words


def test_p_moves_by_arrow_keys(cell):
    before, words = cell.shown(), cell.text()
    cell.root.locator('[data-handle="P"][tabindex]').press("ArrowRight")
    cell.wait_for_change(before)
    assert cell.text() != words


def test_a_slider_moves_p(cell):
    cell.press_slider("x", "ArrowLeft")


def test_nothing_went_wrong_and_no_text_is_cut_off(lesson):
    assert lesson.console_errors == []
    assert [stage.cut_off() for stage in stages(lesson)] == [[], []]
