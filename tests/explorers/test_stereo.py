"""The stereo explorer, moved: amounts, views, paddings, the bug of a flow that was not resized."""

import re

import numpy as np
import pytest

from course_utils.explorers.stereo import FIFTH, PART, THIRD, VIEWS, stereo
from course_utils.figures.stereo import COMPARED
from course_utils.warping import PADDING_MODES
from tests.explorers import hand


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
        assert explorer.failure is None and view in explorer.scene.svg
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
    assert hand.handles(explorer) == {"amount"}
    for x, amount in {0.512: 0.5, 1.03: 1.05, 9.0: 1.5, -4.0: -1.0}.items():
        hand.move(explorer, "amount", x)
        assert explorer.controls["amount"].value == pytest.approx(amount)
        assert explorer.failure is None
    hand.key(explorer, "amount", right=1)
    assert explorer.values["amount"] == pytest.approx(-0.95)


@pytest.mark.parametrize("compared", COMPARED)
def test_the_same_values_give_the_same_picture(explorer, compared):
    explorer.set(view=FIFTH, compared=compared, amount=0.35)
    scene = explorer.scene
    explorer.set(amount=-0.6)
    explorer.set(amount=0.35)
    assert explorer.failure is None and explorer.scene == scene
    explorer.set(compared="fetched")


@pytest.mark.parametrize(
    "call, told",
    [
        (lambda: stereo(2), "amount must be from -1 to 1.5; got 2"),
        (lambda: stereo("1"), "amount must be a finite number"),
        (lambda: stereo(1.0, "all"), "view must be one of 'all, 1/3 of the size'"),
    ],
)
def test_what_it_cannot_start_with_is_refused_in_words(call, told):
    with pytest.raises((ValueError, TypeError), match=told):
        call()


def test_it_starts_with_no_warp():
    assert decibels(stereo()) < 14 and "own position" in stereo().scene.text
