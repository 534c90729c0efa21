"""The alignment explorers, moved: moments, scales, scenes; every shift, on maps and on functions."""

import numpy as np
import pytest

from course_utils.explorers.alignment import MOST_SHIFT, alignment, shift_a_map
from course_utils.scenes import CLASS_NAMES
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


def test_a_new_scene_stays_at_the_moment_that_was_chosen(explorer):
    position = explorer.children[0].children[-1].children[2]
    for moment in (1, 0, 2):
        position.value = moment
        explorer.set(scene=1 - explorer.values["scene"])
        assert explorer.stage.step == position.value == explorer.scene.step == moment
        assert f"after {FILM.steps[moment]} training steps" in explorer.scene.text


def test_a_chosen_few_and_a_wrong_start():
    assert "nearest" not in alignment(FILM, 1, 8, ["flow"]).scene.text
    with pytest.raises(ValueError, match="stride must be one of 8, 4; got 16"):
        alignment(FILM, stride=16)
    with pytest.raises(ValueError, match="scene must be"):
        alignment(FILM, scene=2)


@pytest.fixture(scope="module")
def by_hand():
    return shift_a_map(FILM, {"flow": network})


@pytest.mark.parametrize("stride", [4, 8])
def test_every_shift(by_hand, stride):
    for name in ("right", "down"):
        by_hand.set(stride=stride, right=0, down=0)
        assert by_hand.failure is None and "nothing to answer" in by_hand.scene.text
        for shift in range(-MOST_SHIFT, MOST_SHIFT + 1):
            if shift:
                by_hand.set(**{name: shift})
                assert by_hand.failure is None and "answers 50 % of the shift" in by_hand.scene.text


def test_every_profile_and_scene(by_hand):
    for kind, name in enumerate(CLASS_NAMES):
        by_hand.set(kind=kind)
        assert f"share of {name}" in by_hand.scene.svg
    for stride in (8, 4):
        by_hand.set(changed=stride == 4)
        for row in range(by_hand.controls["row"].max + 1):
            by_hand.set(scene=row % 2, stride=stride, row=row)
            assert by_hand.failure is None


def test_without_networks_there_are_none():
    explorer = shift_a_map()
    assert explorer.failure is None and "Trained" not in explorer.scene.text
    assert explorer.values["right"] == 8 and "8 px right" in explorer.scene.text
    with pytest.raises(ValueError, match="from -16 to 16; got 17"):
        shift_a_map(shift=(17, 0))
    with pytest.raises(ValueError, match="got 8 for pictures of 24 × 40"):
        shift_a_map(small_film(size_hw=(24, 40)), stride=8)
    assert [value for _, value in shift_a_map(small_film(size_hw=(24, 40))).controls["stride"].options] == [4]
