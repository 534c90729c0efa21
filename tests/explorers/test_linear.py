"""The explorers of lesson 01, moved: sliders over their range, handles dragged, samples typed, kernels changed."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.explorers.linear import KERNELS, many_samples, read_samples, two_samples
from course_utils.figures.scene import NoPicture

MODES = [mode for _, mode in KERNELS]


@pytest.fixture
def between():
    return two_samples()


@pytest.fixture
def many():
    return many_samples()


def steps(slider):
    return np.round(np.linspace(slider.min, slider.max, 9) / slider.step) * slider.step


def handles(explorer):
    return set(re.findall(r'data-drag="([^"]+)"', explorer.scene.svg))


def keys(explorer, name, down=0, right=0):
    """What the browser reports when an arrow key is pressed on a handle."""
    element = next(e for e in re.findall(r"<[^>]+>", explorer.scene.svg) if f'data-drag="{name}"' in e)
    x, y, step = map(float, re.search(r'data-at="([^"]+)"', element)[1].split())
    _, _, unit_x, unit_y = map(float, re.search(r'data-axes="([^"]+)"', element)[1].split())
    explorer.stage.dragged = {
        "name": name,
        "x": x + np.sign(unit_x) * right * step,
        "y": y + np.sign(unit_y) * down * step,
    }


# ------------------------------------------------------------------------------------ two samples


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("control", ["x", "left", "right", "before", "after", "a"])
def test_two_samples_every_slider_over_its_range(between, mode, control):
    between.set(mode=mode)
    for value in steps(between.controls[control]):
        between.set(**{control: float(value)})
        assert between.failure is None and between.scene.text.startswith("At x = ")


@given(
    mode=st.sampled_from(MODES), x=st.floats(-1, 2), a=st.floats(-1, 0),
    values=st.lists(st.floats(-3, 13), min_size=4, max_size=4),
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_two_samples_every_combination(mode, x, a, values):
    explorer = two_samples()
    explorer.set(mode=mode, x=x, a=a, before=values[0], left=values[1], right=values[2], after=values[3])
    assert explorer.failure is None and explorer.scene.text.startswith("At x = ")


def test_two_samples_dragging(between):
    assert handles(between) == {"x", "left", "right"}
    between.stage.dragged = {"name": "x", "x": 0.62, "y": 0.0}
    assert between.values["x"] == pytest.approx(0.6)
    between.stage.dragged = {"name": "left", "x": 0.0, "y": 6.3}
    assert between.values["left"] == 6.5
    between.stage.dragged = {"name": "right", "x": 0.0, "y": 99.0}
    assert between.values["right"] == 10
    assert "At x = 0.6 the value is 8.6: left 6.5 × 0.4, right 10 × 0.6." in between.scene.text


def test_two_samples_arrow_keys(between):
    keys(between, "x", right=1)
    assert between.values["x"] == pytest.approx(0.3)
    keys(between, "left", down=-1)  # up
    assert between.values["left"] == 2.5
    keys(between, "right", down=1)
    assert between.values["right"] == 7.5


def test_a_weight_is_how_far_the_value_moves_when_a_sample_moves(between):
    values = []
    for right in (0.0, 10.0):
        between.set(x=0.1, left=2.0, right=right)
        values.append(float(re.search(r"value is ([\d.]+)", between.scene.text)[1]))
    assert values[1] - values[0] == pytest.approx(10 * 0.1)  # what the lesson says after "three things to try"


def test_cubic_has_four_handles_and_its_own_sliders(between):
    assert between.controls["before"].layout.display == "none"
    between.set(mode="cubic")
    assert between.controls["before"].layout.display is None
    assert handles(between) == {"x", "before", "left", "right", "after"}
    between.set(x=0.5, before=0.0, left=10.0, right=10.0, after=0.0)
    assert "It lies outside the two samples beside it" in between.scene.text


def test_nearest_jumps_at_a_half_or_at_the_next_sample(between):
    def jump(mode):
        between.set(mode=mode)
        values = []
        for k in range(21):
            between.set(x=k / 20)
            values.append(float(re.search(r"value is ([\d.]+)", between.scene.text)[1]))
        return int(np.flatnonzero(np.diff(values))[0] + 1) / 20

    assert jump("nearest-exact") == 0.5
    assert jump("nearest") == 1.0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"x": 1.5}, "x must be from 0 to 1; got 1.5"),
        ({"left": 11}, "left must be from 0 to 10; got 11"),
        ({"kernel": "tent"}, "kernel must be one of"),
    ],
)
def test_two_samples_refuses_what_it_cannot_show(arguments, words):
    with pytest.raises(ValueError, match=words):
        two_samples(**arguments)


# ------------------------------------------------------------------------------------ many samples


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("control", ["x", "a"])
def test_many_samples_every_slider_over_its_range(many, mode, control):
    many.set(mode=mode)
    for value in steps(many.controls[control]):
        many.set(**{control: float(value)})
        assert many.failure is None and many.scene.text.startswith("At x = ")


def test_many_samples_dragging(many):
    assert handles(many) == {"x", "s0", "s1", "s2", "s3", "s4"}
    many.stage.dragged = {"name": "s1", "x": 0.0, "y": 9.1}
    assert many.values["samples"] == "2, 9, 3, 8, 5"
    many.stage.dragged = {"name": "s2", "x": 0.0, "y": -4.0}
    assert many.values["samples"] == "2, 9, 0, 8, 5"
    many.stage.dragged = {"name": "x", "x": 1.52, "y": 0.0}
    assert many.values["x"] == pytest.approx(1.5)
    assert "the curve is 4.5: 4.5 from sample 1, 0 from sample 2." in many.scene.text
    many.stage.dragged = {"name": "s11", "x": 0.0, "y": 3.0}  # a handle that is gone
    assert many.failure is None and many.values["samples"] == "2, 9, 0, 8, 5"


def test_many_samples_arrow_keys(many):
    keys(many, "s0", down=-1)
    assert many.values["samples"] == "2.5, 6, 3, 8, 5"
    keys(many, "x", right=-1)
    assert many.values["x"] == pytest.approx(1.3)


@pytest.mark.parametrize("typed", ["0 10", "1,2,3,4,5,6,7,8,9,10,9,8", "[0.5; 3]\n7"])
def test_typed_samples_are_read(many, typed):
    many.set(samples=typed)
    size = len(read_samples(typed))
    assert many.scene.text.startswith("At x = ") and many.controls["x"].max == size - 0.5
    many.set(x=99)
    assert many.values["x"] == size - 0.5 and many.failure is None


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Type 2 to 12 numbers"),
        ("two, six", "Type 2 to 12 numbers"),
        ("1, nan", "Type 2 to 12 numbers"),
        ("5", "room for 2 to 12 samples; these are 1"),
        ("1 " * 13, "these are 13"),
        ("1, 200", "the samples go from 1 to 200"),
    ],
)
def test_typed_samples_without_a_picture_say_why(many, typed, words):
    many.set(samples=typed)
    assert words in many.scene.text and many.failure is None
    many.set(samples="1, 2, 3")
    assert many.scene.text.startswith("At x = ")


def test_reading_samples_raises_for_explorers_only():
    with pytest.raises(NoPicture):
        read_samples("x")


@pytest.mark.parametrize("samples", [[1], list(range(13)), [1, 11], [-1, 2]])
def test_many_samples_refuses_what_it_cannot_show(samples):
    with pytest.raises(ValueError, match="samples must be 2 to 12 values from 0 to 10"):
        many_samples(samples)
