"""The stereo explorer, moved: amounts, views, paddings, the bug of a flow that was not resized."""

import re

import numpy as np
import pytest

from course_utils.explorers.stereo import PART, THIRD, VIEWS, stereo
from course_utils.warping import PADDING_MODES


@pytest.fixture(scope="module")
def explorer():
    return stereo()


def decibels(explorer):
    return float(re.search(r"PSNR (\S+) dB", explorer.scene.text)[1])


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("rescaled", [True, False])
def test_every_amount_in_every_view(explorer, view, rescaled):
    for amount in np.linspace(-1, 1.5, 6):
        explorer.set(view=view, rescaled=rescaled, amount=float(amount))
        assert explorer.failure is None and view in explorer.scene.text
    explorer.set(amount=1.0)
    assert (decibels(explorer) > 21) == (rescaled or view == PART)
    assert explorer.controls["rescaled"].disabled == (view == PART)
    assert ("times too long" in explorer.scene.text) == (not rescaled and view != PART)


@pytest.mark.parametrize("padding_mode", PADDING_MODES)
def test_paddings_count_where_the_right_picture_ends(explorer, padding_mode):
    explorer.set(view=THIRD, rescaled=True, amount=1.0, padding_mode=padding_mode)
    assert explorer.failure is None
    assert (decibels(explorer) > 21) == (padding_mode != "zeros")
    explorer.set(padding_mode="border")


def test_dragging_the_dot_stays_on_the_steps(explorer):
    for x, amount in {0.512: 0.5, 1.03: 1.05, 9.0: 1.5, -4.0: -1.0}.items():
        explorer.stage.dragged = {"name": "amount", "x": x, "y": 0}
        assert explorer.controls["amount"].value == pytest.approx(amount)
        assert explorer.failure is None


def test_it_starts_with_no_warp():
    assert decibels(stereo()) < 14 and "own place" in stereo().scene.text
