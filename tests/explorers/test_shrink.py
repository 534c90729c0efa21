"""Shrink, moved: every control and handle over its range, libraries and photos of one's own."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.explorers.shrink import LIBRARIES, shrink
from course_utils.figures.photos import PHOTOS
from course_utils.figures.shrink import FIRST_COLUMN, LAST_COLUMN, LINES
from course_utils.recipes import recipe
from tests.explorers.hand import handles, key, move, over_their_range

MOST_CHARACTERS = 85_000


@pytest.fixture(scope="module")
def explorer():
    return shrink()


@given(
    photo=st.sampled_from(list(PHOTOS)),
    factor=st.integers(4, 16).map(lambda halves: halves / 2),
    column=st.integers(FIRST_COLUMN - 5, LAST_COLUMN + 5),
    color=st.sampled_from(list(LINES)),
)
@settings(max_examples=100, deadline=None)
def test_every_combination_is_a_picture(explorer, photo, factor, column, color):
    explorer.set(photo=photo, factor=factor, column=column, color=color)
    assert explorer.failure is None and len(explorer.scene.table[1]) == len(LIBRARIES)
    assert len(explorer.scene.svg) < MOST_CHARACTERS
    column = min(max(column, FIRST_COLUMN), LAST_COLUMN)
    there = "a line" if color == "none" else "the line"
    assert explorer.scene.text.startswith(f"Of the brightness of {there} in column {column} is kept: ")


def test_every_handle_over_its_range_is_a_picture(explorer):
    assert handles(explorer) == {"line", "column", "factor"}
    for _ in over_their_range(explorer, 7):
        assert explorer.failure is None and explorer.draw(**explorer.values) == explorer.scene


def test_the_hand_moves_the_line_and_the_factor(explorer):
    explorer.set(factor=4.0, column=96, color="white", photo="camera")
    assert "is kept: 0 % in OpenCV LINEAR" in explorer.scene.text
    key(explorer, "line", right=1)
    assert explorer.values["column"] == 97 and "is kept: 200 % in OpenCV LINEAR" in explorer.scene.text
    move(explorer, "column", 70)
    assert explorer.values["column"] == 70 and re.search(r'data-id="column-70"', explorer.scene.svg)
    key(explorer, "factor", right=-1)
    assert explorer.values["factor"] == 3.5 and "192 × 192 → 55 × 55" in explorer.scene.svg


def test_a_click_on_a_column_puts_the_line_there(explorer):
    explorer.set(column=96)
    explorer.stage.chosen = "column-90"
    assert explorer.values["column"] == 90
    explorer.stage.chosen = ""
    assert explorer.values["column"] == 90


def test_three_controls_are_in_sight():
    assert [each.description for each in shrink().children[0].children] == ["photo", "factor", "line"]


def test_libraries_of_ones_own():
    with_antialias = recipe("torch", "bilinear", antialias=True)
    explorer = shrink(libraries={"torch, antialias": with_antialias, "nearest": recipe("opencv", "nearest")})
    assert explorer.failure is None
    assert [row[0] for row in explorer.scene.table[1]] == ["torch, antialias", "nearest"]
    assert explorer.scene.table[1][0][-1] == "0" and explorer.scene.table[1][1][-1] == "144"


@pytest.mark.parametrize("shape", [(1, 1), (7, 400), (90, 60, 3)])
def test_a_photo_of_ones_own_comes_first(shape):
    explorer = shrink(np.full(shape, 90, np.uint8))
    assert explorer.failure is None and "yours: drag the line" in explorer.scene.svg
    explorer.set(photo="brick")
    assert explorer.failure is None and "brick: drag the line" in explorer.scene.svg


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ({"picture": np.zeros((8, 8))}, "must be uint8"),
        ({"factor": 1.0}, "factor must be from 2 to 8; got 1"),
        ({"column": 10}, "column"),
        ({"libraries": {}}, "libraries must be 1 to 5 pairs"),
        ({"libraries": {"mine": "torch"}}, "libraries must be 1 to 5 pairs"),
    ],
)
def test_bad_arguments_are_refused_in_words(bad, words):
    with pytest.raises((TypeError, ValueError), match=words):
        shrink(**bad)
