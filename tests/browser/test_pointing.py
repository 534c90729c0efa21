"""Pointing at channels, pixels and features: what lights up there and back, at the sizes where room is least."""

import nbformat
import numpy as np
import pytest

from course_utils.figures.shuffle import origins
from tests.browser.stage import anew, stages
from tools.run import with_sources

pytestmark = pytest.mark.takes(30)

NAME = "pointing_for_a_test.ipynb"
SHUFFLE = """
from course_utils.explorers.shuffle import shuffle
shuffle(3, 3, 2, 3, order="tensorflow")"""
MISALIGNMENT = """
from course_utils.explorers.misalignment import misalignment
misalignment(64, [("convolution", 7, 2, 3), ("pooling", 3, 2, 1), ("convolution", 3, 2, 1)], rule="align_corners")"""
COST = """
from course_utils.explorers.cost import cost
cost(16, 7, 4, 6)"""


@pytest.fixture(scope="module")
def lesson(open_lesson, lessons):
    nbformat.write(with_sources(SHUFFLE, MISALIGNMENT, COST), lessons / NAME)
    lesson = open_lesson(NAME)
    lesson.run_all()
    assert lesson.cell_errors() == []
    return lesson


def test_a_number_is_framed_in_all_four_arrays_and_says_where_it_goes(lesson):
    shuffle = anew(lesson, 0, 0)
    places = origins(3, 3, 2, 3, "tensorflow")  # of each pixel of the result, the number that stands there
    for number in (0, 100, 161):
        shuffle.hover(f"p-{number}")
        assert shuffle.root.locator(".overlay rect.chosen").count() == 4
        channel, row, column = (int(at[0]) for at in np.nonzero(places == number))
        assert f"goes to map {channel}, row {row}, column {column}" in shuffle.text()
    assert (
        shuffle.root.locator(".overlay text").count() == 0
    )  # no weight: a number moves, it is not multiplied


def test_arrow_keys_walk_from_map_to_map(lesson):
    shuffle = anew(lesson, 0, 0)
    shuffle.press("x", "ArrowRight", *["ArrowRight"] * 3)  # the first key chooses the first cell
    shuffle.wait_until_chosen("p-6")  # out of channel 0 into channel 1


def test_a_feature_lights_up_the_pixels_it_sees(lesson):
    misalignment = anew(lesson, 1, 1)
    misalignment.hover("s2-3")
    # stage 1: jump 2, field 7; stage 2: jump 4, field 7 + 2·2 = 11; feature 3 sits at 12 and sees 7 to 17
    assert misalignment.lit() == {f"px-{p}" for p in range(7, 18)}
    assert misalignment.text().startswith("Stage 2, feature 3 sees pixels 7 to 17 and sits at 12.")
    misalignment.hover("px-0")
    assert "s1-0" in misalignment.lit() and "s1-5" not in misalignment.lit()
    misalignment.press_slider("image size", "ArrowLeft")
    assert misalignment.text().startswith("63 pixels") or "Pixel 0" in misalignment.text()


def test_a_number_of_a_layer_is_pulled_and_typed(lesson):
    misalignment = anew(lesson, 1, 1)
    misalignment.press_slider("image size", "ArrowLeft")  # of 64, stage 1 would sit where it is drawn
    misalignment.drag("stride_1", (0, -14))
    assert "stage 1: 0 …" in misalignment.text() and "jump" not in misalignment.text()
    misalignment.knob("kernel_size_2").press("Enter")
    field = misalignment.root.locator("input.typed")
    field.fill("9")
    field.press("Enter")
    assert "kernel size of stage 2: type a number from 1 to 7." in misalignment.text()
    field.press("Escape")
    before = misalignment.shown()
    misalignment.knob("stride_1").press("ArrowDown")
    misalignment.wait_for_change(before)


def test_no_word_leaves_its_picture(lesson):
    for stage in stages(lesson):
        assert stage.cut_off() == []
