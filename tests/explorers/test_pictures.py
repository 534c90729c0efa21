"""The real-picture zoom, moved: every control over its range, the box dragged, pictures of every kind."""

import asyncio
import re

import ipywidgets as widgets
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import images
from course_utils.explorers.pictures import CENTERS, MOST_AHEAD, zoom_picture
from course_utils.figures.pictures import PAIRS
from tests.explorers.hand import handles, key, move, over_their_range, run_alone


@pytest.fixture(scope="module")
def explorer():
    return zoom_picture()


def place(explorer):
    """(first row, last row, first column, last column) that the text names."""
    found = re.search(r"rows (\d+) to (\d+), columns (\d+) to (\d+)", explorer.scene.text)
    return tuple(map(int, found.groups()))


@pytest.mark.parametrize("name", images.PICTURES)
def test_every_picture_opens_at_its_place(explorer, name):
    explorer.set(picture=name)
    assert explorer.failure is None
    row, column = CENTERS[name]
    first_row, last_row, first_column, last_column = place(explorer)
    assert first_row <= row <= last_row and first_column <= column <= last_column
    height, width = images.picture(name).shape[:2]
    size = explorer.values["size"]
    assert explorer.controls["top"].max == height - size and explorer.controls["left"].max == width - size


@pytest.mark.parametrize("control", ["size", "factor", "left", "top"])
def test_every_slider_moves_over_its_range(explorer, control):
    explorer.set(picture="camera", size=12, factor=3)
    slider = explorer.controls[control]
    values = sorted({slider.min, slider.max, *np.linspace(slider.min, slider.max, 12).astype(int)})
    seen = set()
    for value in values:
        explorer.set(**{control: int(value)})
        assert explorer.failure is None
        seen.add(explorer.scene.text)
    assert len(seen) > len(values) / 2


@given(
    name=st.sampled_from(images.PICTURES),
    size=st.integers(8, 40),
    factor=st.integers(2, 6),
    left=st.integers(-10, 700),
    top=st.integers(-10, 700),
    pair=st.sampled_from(PAIRS),
    grid=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_every_combination_is_a_picture(explorer, name, size, factor, left, top, pair, grid):
    explorer.set(picture=name)
    explorer.set(size=size, factor=factor, left=left, top=top, pair=pair, grid=grid)
    assert explorer.failure is None
    height, width = images.picture(name).shape[:2]
    first_row, last_row, first_column, last_column = place(explorer)
    size = explorer.values["size"]
    assert last_row - first_row == last_column - first_column == size - 1
    assert 0 <= first_row and last_row < height and 0 <= first_column and last_column < width
    assert f"{pair[0]} − {pair[1]}" in explorer.scene.text


def test_no_more_new_pixels_than_the_panel_can_show(explorer):
    explorer.set(factor=2, size=40)
    assert explorer.values["size"] == 40
    explorer.set(factor=12)
    assert explorer.failure is None and explorer.values["size"] == 24
    assert "24 × 24 pixels become 288 × 288" in explorer.scene.text


def test_the_box_is_pulled_and_stops_at_the_edges(explorer):
    explorer.set(picture="brick", factor=6)
    explorer.set(size=20, left=50, top=30)
    move(explorer, "crop", 90.2, 40.4)
    assert place(explorer) == (40, 59, 90, 109)
    move(explorer, "crop", -30.0, 9999.0)
    assert place(explorer) == (492, 511, 0, 19)


def test_an_arrow_key_moves_the_box_by_a_pixel_and_back(explorer):
    explorer.set(picture="brick", factor=6)
    explorer.set(size=36, left=100, top=60)
    key(explorer, "crop", right=1)
    assert place(explorer)[0::2] == (60, 101)
    key(explorer, "crop", right=-1)
    key(explorer, "crop", down=1)
    assert place(explorer)[0::2] == (61, 100)


def test_the_corner_changes_the_size_within_its_ends(explorer):
    explorer.set(picture="coffee", factor=12)
    explorer.set(left=10, top=20)
    move(explorer, "corner", 400)
    assert place(explorer) == (20, 43, 10, 33)  # 24 x 12 are 288, all that a panel has
    key(explorer, "corner", down=-1)
    assert explorer.values["size"] == 20 and place(explorer)[0::2] == (20, 10)


@pytest.mark.parametrize("name", ["camera", "coffee"])
def test_every_handle_over_its_range_is_a_picture(explorer, name):
    explorer.set(picture=name, factor=6)
    assert handles(explorer) == {"crop", "corner", "size", "factor"}
    for _ in over_their_range(explorer, 5):
        assert explorer.failure is None and explorer.draw(**explorer.values) == explorer.scene


def test_the_button_shows_the_slanted_edge_from_anywhere():
    explorer = zoom_picture()
    explorer.set(factor=2, size=40)
    buttons = [each for each in explorer.children[0].children if isinstance(each, widgets.Button)]
    buttons[0].click()
    assert place(explorer) == (462, 473, 368, 379) and explorer.values["factor"] == 12
    assert explorer.scene.text.startswith("camera, ")


def test_few_of_its_large_pictures_are_sent_ahead():
    async def at_work():
        explorer, sent = zoom_picture(), []
        explorer.stage.observe(lambda change: sent.append(len(change["new"]["svg"])), "ahead")
        explorer.stage.pages = 1
        move(explorer, "crop", 100, 100)
        for _ in range(1000):
            await asyncio.sleep(0.01)
            if len(sent) >= MOST_AHEAD:
                break
        await asyncio.sleep(0.1)
        return sent

    sent = run_alone(at_work())
    assert len(sent) == MOST_AHEAD and sum(sent) < 2_000_000


def test_a_crop_stays_inside_when_it_grows_at_the_corner(explorer):
    explorer.set(picture="chelsea", size=8, factor=2)
    explorer.set(left=10_000, top=10_000)
    explorer.set(size=40)
    assert explorer.failure is None and place(explorer) == (260, 299, 411, 450)


@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (9, 200), (60, 50, 3)])
def test_a_picture_of_ones_own_comes_first(shape):
    explorer = zoom_picture(np.full(shape, 40, np.uint8))
    assert explorer.failure is None and explorer.scene.text.startswith("yours, rows")
    explorer.set(picture="camera")
    assert explorer.failure is None
    explorer.set(picture="yours", factor=12)
    assert explorer.failure is None and "largest |difference| 0 gray levels" in explorer.scene.text


def test_a_picture_that_is_none_is_refused_at_once():
    with pytest.raises(TypeError, match="must be uint8"):
        zoom_picture(np.zeros((8, 8)))
