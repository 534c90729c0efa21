"""The alignment explorers, moved: moments, scales, scenes, places; every shift, on maps and on functions."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.explorers.alignment import alignment, shift_a_map
from course_utils.figures.manual_shift import MOST_SHIFT
from course_utils.films import recorded_film
from course_utils.scenes import CLASS_NAMES
from tests.explorers import hand
from tests.figures.test_alignment import small_film

FILM = small_film(("nearest", "bilinear", "flow", "two-branch"), (32, 48))


def network(image, shift, stride):
    """As ``shift_by_hand``: it predicts the class of brightness, and its flow answers half of the shift."""
    height, width = image.shape[:2]
    labels = (image.mean(axis=2) * 4.99).astype(np.uint8)
    flow = np.full((height // stride, width // stride, 2), shift) / 2 + 1
    return {"labels": np.roll(labels, int(shift[0]) // 2, axis=1), "flow": flow}


@pytest.fixture(scope="module")
def explorer():
    return alignment(FILM)


def test_every_scene_scale_and_moment(explorer):
    seen = set()
    for scene in range(2):
        for stride in (8, 4):
            for magnified in (False, True):
                explorer.set(scene=scene, stride=stride, magnified=magnified)
                assert explorer.failure is None and f"Scene {scene + 1} " in explorer.scene.text
                assert f"flow onto stride {stride}" in explorer.scene.svg
                seen.add(explorer.scene.svg)
    assert len(seen) == 8


def test_it_opens_when_they_have_learned():
    assert alignment(FILM).stage.step == 2 and alignment(FILM).stage.chosen == "moment-2"


def test_a_new_scene_stays_at_the_moment_that_was_chosen(explorer):
    for moment in (1, 0, 2):
        explorer.stage.step = moment
        explorer.stage.chosen = f"moment-{moment}"
        explorer.set(scene=1 - explorer.values["scene"])
        assert explorer.stage.step == moment and explorer.stage.chosen == f"moment-{moment}"
        assert f"after {FILM.steps[moment]} training steps" in explorer.scene.details[explorer.stage.chosen]


def test_every_place_is_followed(explorer):
    for stride in (4, 8):
        explorer.set(stride=stride)
        hand.handles(explorer)
        for name, values in hand.over_their_range(explorer):
            assert explorer.failure is None, (name, values)
            column, row = explorer.scene.handles["place"].at
            assert (explorer.values["column"], explorer.values["row"]) == (column, row)
            assert f"Column {column * 4 // stride}, row {row * 4 // stride} of the map" in explorer.scene.text


def test_keys_walk_from_place_to_place(explorer):
    explorer.set(stride=4, column=3, row=3)
    hand.key(explorer, "place", right=1)
    hand.key(explorer, "place", down=-1)
    assert (explorer.values["column"], explorer.values["row"]) == (4, 2)
    explorer.set(stride=8)
    hand.key(explorer, "place", down=1)
    assert (explorer.values["column"], explorer.values["row"]) == (4, 4)  # a place of stride 8 is two wide


@pytest.mark.parametrize(
    ("at", "place"),
    [((3.9, 2.1), (3, 2)), ((0.0, 7.99), (0, 7)), ((-3.0, 0.5), (0, 0)), ((99.0, 99.0), (11, 7))],
)
def test_a_press_follows_the_arrow_under_it(explorer, at, place):
    explorer.set(stride=4)
    explorer.stage.dragged = {"name": "place", "x": at[0], "y": at[1], "start": list(at), "stroke": at[0]}
    assert (explorer.values["column"], explorer.values["row"]) == place and explorer.failure is None


def test_films_without_flows_have_nothing_to_follow():
    explorer = alignment(FILM, contenders=["nearest", "bilinear"])
    assert explorer.failure is None and "No flow is learned" in explorer.scene.text
    assert list(explorer.controls) == ["scene"]


def test_a_chosen_few_and_a_wrong_start():
    assert "nearest" not in alignment(FILM, 1, 8, ["flow"]).scene.text
    with pytest.raises(ValueError, match="stride must be one of 8, 4; got 16"):
        alignment(FILM, stride=16)
    with pytest.raises(ValueError, match="scene must be"):
        alignment(FILM, scene=2)


def test_the_recorded_film_shows_its_maps_in_every_scene_and_place():
    explorer = alignment(recorded_film(), place=(12, 3))
    assert list(explorer.controls) == ["scene", "column", "row"] and not explorer.scene.steps
    assert explorer.scene.handles["place"].at == (12, 3)
    for scene in range(3):
        explorer.set(scene=scene)
        hand.handles(explorer)
        assert explorer.scene.text.startswith(f"Scene {scene + 1}. The ring lies in ")
        seen = set()
        for name, values in hand.over_their_range(explorer):
            assert explorer.failure is None, (name, values)
            seen.add(explorer.scene.text)
        assert len(seen) > 4
    explorer.stage.dragged = {"name": "place", "x": 3.9, "y": 99.0, "start": [3.9, 99.0], "stroke": 1}
    assert (explorer.values["column"], explorer.values["row"]) == (3, 15)


def test_a_place_that_is_not_there_is_refused():
    assert alignment(FILM, place=(11, 7)).values["column"] == 11
    with pytest.raises(ValueError, match=re.escape("place[0] must be")):
        alignment(FILM, place=(12, 0))
    with pytest.raises(ValueError, match=re.escape("place[1] must be")):
        alignment(FILM, place=(0, -1))


@pytest.fixture(scope="module")
def by_hand():
    return shift_a_map(FILM, {"flow": network})


@pytest.mark.parametrize("stride", [4, 8])
def test_every_shift(by_hand, stride):
    for name in ("right", "down"):
        by_hand.set(stride=stride, right=0, down=0)
        assert by_hand.failure is None and "nothing to answer" in by_hand.scene.svg
        for shift in range(-MOST_SHIFT, MOST_SHIFT + 1):
            if shift:
                by_hand.set(**{name: shift})
                assert by_hand.failure is None and "answers 50 % of the shift" in by_hand.scene.svg


def test_every_profile_and_scene(by_hand):
    for kind, name in enumerate(CLASS_NAMES):
        by_hand.set(kind=kind)
        assert f"share of {name}" in by_hand.scene.svg
    for stride in (8, 4):
        by_hand.set(changed=stride == 4)
        for row in range(by_hand.controls["row"].max + 1):
            by_hand.set(scene=row % 2, stride=stride, row=row)
            assert by_hand.failure is None


def test_the_map_and_the_row_are_pulled(by_hand):
    by_hand.set(stride=4, row=4)
    assert hand.handles(by_hand) == {"shift", "row"}
    for name, values in hand.over_their_range(by_hand):
        assert by_hand.failure is None, (name, values)
    hand.move(by_hand, "shift", -5, 16)
    assert (by_hand.values["right"], by_hand.values["down"]) == (-5, 16)
    assert "moved −5 px right and 16 px down" in by_hand.scene.text
    hand.key(by_hand, "shift", right=1)
    hand.key(by_hand, "row", down=1)
    assert by_hand.values["right"] == -4 and by_hand.values["row"] == 5


@given(st.integers(-16, 16), st.integers(-16, 16), st.integers(0, 7), st.sampled_from([4, 8]), st.booleans())
@settings(max_examples=15, deadline=None)
def test_same_values_same_picture(right, down, row, stride, changed):
    explorer = shift_a_map(FILM, {"flow": network})
    values = dict(right=right, down=down, row=row, stride=stride, changed=changed, scene=1, kind=2)
    before = explorer.draw(**values)
    explorer.set(right=3, down=-2, row=1)
    assert explorer.draw(**values) == before


def test_without_networks_there_are_none():
    explorer = shift_a_map()
    assert explorer.failure is None and "network" not in str(explorer.scene.table)
    assert explorer.values["right"] == 8 and "8 px right" in explorer.scene.text
    with pytest.raises(ValueError, match="from -16 to 16; got 17"):
        shift_a_map(shift=(17, 0))
    with pytest.raises(ValueError, match="got 8 for pictures of 24 × 40"):
        shift_a_map(small_film(size_hw=(24, 40)), stride=8)
    assert [value for _, value in shift_a_map(small_film(size_hw=(24, 40))).controls["stride"].options] == [4]
