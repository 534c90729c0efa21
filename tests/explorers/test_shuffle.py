"""Channels to pixels, moved: every control over its range, every handle, the numbers that follow the sizes."""

import numpy as np
import pytest

from course_utils.explorers.shuffle import shuffle
from course_utils.figures.shuffle import MOST
from tests.explorers.hand import handles, key, move, over_their_range

ORDERS = ("torch", "tensorflow", "reshape")


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
            assert state["fill"] == numbers
            pattern = np.arange(maps * state["height"] * state["width"]).reshape(maps, -1)
            if numbers == "channel":
                pattern = np.broadcast_to(np.arange(maps)[:, None], pattern.shape)
            assert np.array_equal(explorer.controls["numbers"].array, pattern)


def test_every_choice():
    explorer = shuffle()
    for order in ORDERS:
        explorer.set(order=order)
        assert explorer.failure is None
        assert ("by one plain reshape" in explorer.scene.text) == (order == "reshape")


def test_it_opens_transposed_and_stays_at_the_step_of_the_same_name():
    explorer = shuffle()
    assert explorer.stage.chosen == "transpose" and len(explorer.scene.steps) == 4
    explorer.set(order="reshape")
    assert explorer.stage.chosen == "result" and explorer.stage.step == 1  # the mistake has no transpose
    explorer.set(order="tensorflow")
    assert explorer.stage.chosen == "transpose" and explorer.stage.step == 2  # where the learner was
    explorer.stage.step, explorer.stage.chosen = 1, "reshape"
    explorer.set(factor=3)
    assert explorer.stage.chosen == "reshape"


def test_the_three_things_to_try():
    explorer = shuffle()
    assert (
        "36 of 48 pixels come from elsewhere in TensorFlow's order, and 44 in a plain reshape"
        in explorer.scene.text
    )
    explorer.set(channels=1)
    assert "0 of 24 pixels come from elsewhere in TensorFlow's order" in explorer.scene.text
    assert "One large map hides the order" in explorer.scene.text
    explorer.set(channels=2, height=1, width=1, order="reshape")
    assert "Maps of one pixel hide the plain reshape." in explorer.scene.text
    assert "torch has a different number here" not in explorer.scene.svg


def test_a_number_is_pulled_in_any_array():
    explorer = shuffle()
    move(explorer, "p-17", 55)
    assert explorer.values["fill"] == "yours" and explorer.values["numbers"].startswith("0, 1, 2, 3, 4, 5; 6")
    assert explorer.scene.details["p-17"].startswith("55, in channel 2, row 1, column 2")
    key(explorer, "p-17", down=1)
    assert explorer.scene.details["p-17"].startswith("54, in")
    move(explorer, "p-17", 17)
    assert explorer.values["fill"] == "count"  # the pattern is back
    explorer.set(fill="channel")
    assert explorer.values["numbers"].startswith("0, 0, 0, 0, 0, 0; 1, 1")
    explorer.set(fill="yours")  # nothing to do: these become the learner's
    assert explorer.failure is None and explorer.values["fill"] == "channel"


def test_own_numbers_stay_at_their_pixels_when_a_size_changes():
    explorer = shuffle(channels=1, height=1, width=2)
    move(explorer, "p-0", 50)
    explorer.set(width=3)
    assert explorer.values["numbers"] == "50, 1, 51; 2, 3, 52; 4, 5, 53; 6, 7, 54"
    explorer.set(height=2)
    assert explorer.controls["numbers"].array[:, :3].tolist() == [
        [50, 1, 51],
        [2, 3, 52],
        [4, 5, 53],
        [6, 7, 54],
    ]
    assert explorer.controls["numbers"].array[0, 3:].tolist() == [55, 56, 57]
    explorer.set(width=1)
    assert explorer.controls["numbers"].array.tolist() == [[50, 55], [2, 58], [4, 61], [6, 64]]
    explorer.set(channels=2)
    assert explorer.controls["numbers"].array[:4].tolist() == [[50, 55], [2, 58], [4, 61], [6, 64]]
    explorer.set(channels=1, factor=1)
    assert explorer.controls["numbers"].array.tolist() == [[50, 55]] and explorer.values["fill"] == "yours"


def test_numbers_that_do_not_fit_the_sizes_are_refused_in_words():
    explorer = shuffle()
    explorer.set(numbers="1, 2; 3, 4")
    assert "8 rows, one per channel, of 2 · 3 = 6 numbers; these are 2 rows of 2" in explorer.scene.text
    assert explorer.values["numbers"] == "1, 2; 3, 4" and explorer.failure is None
    explorer.set(numbers="1, 2, 3; 4, 5, 6")
    explorer.set(factor=3)  # what was typed is neither cut nor filled up
    assert "18 rows, one per channel, of 2 · 3 = 6 numbers; these are 2 rows of 3" in explorer.scene.text
    assert explorer.values["numbers"] == "1, 2, 3; 4, 5, 6" and explorer.failure is None
    explorer.set(factor=2)
    explorer.set(numbers="x")
    assert "'x'" in explorer.scene.text and explorer.failure is None
    explorer.set(fill="count")
    assert explorer.scene.frames


def test_every_handle_over_its_range():
    explorer = shuffle(channels=1, height=1, width=2)
    assert {"channels", "factor", "height", "width", "p-0"} <= handles(explorer)
    for name, values in over_their_range(explorer, 4):
        assert explorer.failure is None and explorer.scene.frames, (name, values)


def test_pictures_depend_on_nothing_but_the_values():
    one, other = shuffle(), shuffle()
    one.set(order="reshape")
    one.set(factor=3)
    one.set(order="torch", factor=2)
    assert one.scene.svg == other.scene.svg


def test_starting_values_are_checked():
    with pytest.raises(ValueError, match="from 1 to 3; got 9"):
        shuffle(factor=9)
    with pytest.raises(ValueError, match="Did you mean 'torch'"):
        shuffle(order="Torch")
    with pytest.raises(ValueError, match="numbers must be one of 'count', 'channel'"):
        shuffle(numbers="yours")
