"""Channels to pixels, moved: every control over its range."""

import pytest

from course_utils.explorers.shuffle import shuffle
from course_utils.figures.shuffle import MOST, ORDERS


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("numbers", ["count", "channel"])
def test_every_slider_over_its_range(order, numbers):
    explorer = shuffle(order=order, numbers=numbers)
    for name in MOST:
        control = explorer.controls[name]
        for value in [*range(control.min, control.max + 1), control.min]:
            control.value = value
            assert explorer.failure is None
            state = explorer.values
            maps = state["channels"] * state["factor"] ** 2
            assert f"{maps} channel" in explorer.scene.text
            assert len(explorer.scene.table[1]) == maps


def test_every_choice():
    explorer = shuffle()
    for order in ORDERS:
        explorer.set(order=order)
        assert explorer.failure is None
        assert ("by one plain reshape" in explorer.scene.text) == (order == "reshape")


def test_the_three_things_to_try():
    explorer = shuffle()
    assert (
        "36 of 48 pixels come from elsewhere in TensorFlow's order, 44 in a plain reshape"
        in explorer.scene.text
    )
    explorer.set(channels=1)
    assert "0 of 24 pixels come from elsewhere in TensorFlow's order" in explorer.scene.text
    assert "C = 1 hides which order was used" in explorer.scene.text
    explorer.set(channels=2, height=1, width=1, order="reshape")
    assert "Maps of one pixel hide the plain reshape." in explorer.scene.text
    assert "happens to be right" in explorer.scene.svg


def test_starting_values_are_checked():
    with pytest.raises(ValueError, match="from 1 to 3; got 9"):
        shuffle(factor=9)
    with pytest.raises(ValueError, match="Did you mean 'torch'"):
        shuffle(order="Torch")
