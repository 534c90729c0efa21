"""Lesson 13's explorers, moved: every upsampler, moment and picture, the ring over its range."""

import itertools
import re

import pytest

from course_utils.explorers.sampling import chosen_taps, decisions_around
from course_utils.sampling import FRESH
from tests.explorers.hand import handles, key, over_their_range
from tests.figures.test_sampling import enlarged

PICTURES = {"scene": enlarged(), "photo": enlarged(seed=1)}
both = pytest.mark.parametrize("explorer_of", [chosen_taps, decisions_around])


@both
def test_every_upsampler_moment_and_picture(explorer_of):
    explorer, seen = explorer_of(PICTURES), set()
    names = [value for _, value in explorer.controls["upsampler"].options]
    assert names == [name for name in FRESH if explorer_of is chosen_taps or name != "bilinear"]
    for name, when, kind in itertools.product(names, ("before", "after"), PICTURES):
        explorer.set(upsampler=name, when=when, kind=kind)
        assert explorer.failure is None
        seen.add(explorer.scene.svg)
    assert len(seen) == 4 * len(names)


@both
def test_the_ring_over_its_range(explorer_of):
    explorer = explorer_of(PICTURES, place=(0, 0))
    assert handles(explorer) == {"column", "row", "place"}
    for _, _ in over_their_range(explorer):
        assert explorer.failure is None
        assert explorer.scene.handles["place"].at == (explorer.values["column"], explorer.values["row"])
    explorer.set(column=3, row=4)
    key(explorer, "place", right=1)
    key(explorer, "place", down=1)
    assert (explorer.values["column"], explorer.values["row"]) == (4, 5)


def test_the_picture_can_be_pressed_where_an_output_is():
    explorer = chosen_taps(PICTURES)
    assert 'data-drag="place"' in explorer.scene.svg
    explorer.stage.dragged = {"name": "place", "x": 7.6, "y": 2.2}
    assert (explorer.values["column"], explorer.values["row"]) == (7, 2)
    assert explorer.scene.text.startswith("Output in column 7, row 2:")


def test_the_recorded_pictures_are_shown_without_being_handed_in():
    explorer = chosen_taps()
    assert explorer.failure is None and re.search(r"off by \d+ of 255", explorer.scene.text)
    assert decisions_around(upsampler="CARAFE").failure is None


def test_an_upsampler_can_be_the_only_one():
    explorer = chosen_taps(PICTURES, upsampler="flow", choose=False)
    assert "upsampler" not in explorer.controls and ": flow reads" in explorer.scene.text
    assert explorer.failure is None


def test_what_cannot_be_shown_is_refused():
    with pytest.raises(ValueError, match="kind must be one of 'scene', 'photo'; got 'film'"):
        chosen_taps(PICTURES, kind="film")
    with pytest.raises(ValueError, match="upsampler must be one of"):
        decisions_around(PICTURES, upsampler="bilinear")
    with pytest.raises(ValueError, match="all pictures must have one size"):
        chosen_taps({"photo": enlarged(), "other": enlarged((12, 12))})
