"""Scenes are read as text: what a picture shows can be asserted."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.figures.draw import scene
from course_utils.figures.draw.scene import (
    Scene,
    document,
    grid,
    image,
    label,
    number,
    rect,
    sentence_scene,
    strength,
)


def parse(svg):
    return ET.fromstring(svg)


@pytest.mark.parametrize(
    "value, text",
    [(0.25, "0.25"), (-2, "−2"), (1 / 3, "0.333"), (-1e-9, "0"), (10, "10"), (100.0, "100"), (float("nan"), "NaN"),
     (float("-inf"), "−∞"), (2.5e6, "2.5e+06"), (-0.5, "−0.5")],
)  # fmt: skip
def test_number_reads_as_a_person_would_write_it(value, text):
    assert number(value) == text


@given(st.floats(-1e5, 1e5))
def test_number_is_the_value_to_the_digits_promised(value):
    assert float(number(value, 3).replace("−", "-")) == pytest.approx(value, abs=0.5001e-3)


def test_a_document_is_xml_with_title_and_description():
    root = parse(document(100, 50, [rect(0, 0, 10, 10), label(5, 5, "a < b & c")], "A title", "What is seen"))
    children = {child.tag.split("}")[1]: child.text for child in root}
    assert (children["title"], children["desc"]) == ("A title", "What is seen")
    assert children["text"] == "a < b & c"


def test_a_grid_has_one_cell_for_each_value_with_its_flat_index_and_number():
    root = parse(grid([[1, 2, 3], [4, 5, 6.5]], 0, 0, 40, "in", "input"))
    cells = root.findall("rect[@data-id]")
    assert [cell.get("data-id") for cell in cells] == [f"in-{i}" for i in range(6)]
    assert [(cell.get("data-row"), cell.get("data-col")) for cell in cells][-1] == ("1", "2")
    assert [text.text for text in root.findall("text")] == ["1", "2", "3", "4", "5", "6.5"]


def test_numbers_shrink_to_fit_and_vanish_when_they_cannot_be_read():
    wide = parse(grid([[-1234.56]], 0, 0, 44, "in", "input")).find("text")
    assert len(wide.text) * 0.6 * float(wide.get("font-size")) <= 44
    assert parse(grid([[5]], 0, 0, 12, "in", "input")).find("text") is None


def test_tints_follow_the_limits_given_so_that_nothing_jumps():
    assert strength([0, 5, 10], 0, 10) == pytest.approx([0.06, 0.33, 0.6])
    assert strength([5], 0, 10) == pytest.approx([0.33])
    assert strength([-3, 30], 0, 10) == pytest.approx([0.06, 0.6])
    assert np.all(strength([7, 7]) == 0.25)


def test_an_image_carries_its_pixels_and_says_what_it_is():
    root = parse(image(0, 0, 8, 8, np.arange(4, dtype=np.uint8).reshape(2, 2), "four grays"))
    assert root.get("href").startswith("data:image/png;base64,")
    assert root.get("aria-label") == "four grays"


def test_an_arrow_of_no_length_is_nothing():
    assert scene.arrow(3, 3, 3, 3) == ""


def test_a_scene_shows_itself_without_a_widget():
    bundle = Scene(document(9, 9, [], "t", "d"), "in words")._repr_mimebundle_()
    assert bundle["image/svg+xml"].startswith("<svg") and bundle["text/plain"] == "in words"
    assert bundle["text/html"] == bundle["image/svg+xml"]


def test_a_sentence_is_a_picture_too_with_every_word_in_it():
    said = "stride must be at least 1, got 0. " * 8
    drawn = " ".join(text.text for text in parse(sentence_scene(said).svg) if text.tag.endswith("text"))
    assert drawn.split() == said.split()
