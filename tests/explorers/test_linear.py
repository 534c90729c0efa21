"""The explorers of lesson 01, moved: sliders over their range, handles dragged, samples typed, kernels changed."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.explorers.linear import KERNELS, many_samples, two_samples
from tests.explorers.hand import handles, key, move, over_their_range

MODES = [mode for _, mode in KERNELS]


@pytest.fixture
def between():
    return two_samples()


@pytest.fixture
def many():
    return many_samples()


def steps(slider):
    return np.round(np.linspace(slider.min, slider.max, 9) / slider.step) * slider.step


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


def test_the_floor_of_x_has_its_own_name(between):
    """Lesson 02's floor rule rounds another x down: this kernel must not be called so."""
    assert ("floor of x", "nearest") in KERNELS
    between.set(mode="nearest", x=0.9, left=3, right=8)
    assert "the sample at or left of x" in between.scene.svg
    assert between.scene.text.endswith("The floor of x copies one sample, here the left one.")


def test_two_samples_dragging(between):
    assert handles(between) == {"x", "left", "right"}
    move(between, "x", 0.62)
    assert between.values["x"] == pytest.approx(0.6)
    move(between, "left", 6.3)
    assert between.values["left"] == 6.5
    move(between, "right", 99.0)
    assert between.values["right"] == 10
    assert "At x = 0.6 the value is 8.6: left 6.5 × 0.4, right 10 × 0.6." in between.scene.text


def test_two_samples_arrow_keys(between):
    key(between, "x", right=1)
    assert between.values["x"] == pytest.approx(0.3)
    key(between, "left", down=-1)  # up
    assert between.values["left"] == 2.5
    key(between, "right", down=1)
    assert between.values["right"] == 7.5


@pytest.mark.parametrize("make", [two_samples, many_samples])
@pytest.mark.parametrize("mode", MODES)
def test_every_handle_over_its_range(make, mode):
    explorer = make(kernel=mode)
    for name, _ in over_their_range(explorer):
        assert explorer.failure is None and explorer.scene.text.startswith("At x = "), name


def test_a_weight_is_how_far_the_value_moves_when_a_sample_moves(between):
    values = []
    for right in (0.0, 10.0):
        between.set(x=0.1, left=2.0, right=right)
        values.append(float(re.search(r"value is ([\d.]+)", between.scene.text)[1]))
    assert values[1] - values[0] == pytest.approx(
        10 * 0.1
    )  # what the lesson says after "three things to try"


def test_cubic_has_four_handles(between):
    between.set(mode="cubic")
    assert handles(between) == {"x", "before", "left", "right", "after"}
    between.set(x=0.5, before=0.0, left=10.0, right=10.0, after=0.0)
    assert "Negative weights take it outside the range of its neighbors" in between.scene.text


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
    assert handles(many) == {"x", *(f"samples[{i}]" for i in range(5))}
    move(many, "samples[1]", 9.1)
    assert many.values["samples"] == "2, 9, 3, 8, 5"
    move(many, "samples[2]", -4.0)
    assert many.values["samples"] == "2, 9, 0, 8, 5"
    move(many, "x", 1.52)
    assert many.values["x"] == pytest.approx(1.5)
    assert "the curve is 4.5: 4.5 from sample 1, 0 from sample 2." in many.scene.text
    many.set(**{"samples[11]": 3.0})  # a handle that is gone
    assert many.failure is None and many.values["samples"] == "2, 9, 0, 8, 5"


def test_many_samples_arrow_keys(many):
    key(many, "samples[0]", down=-1)
    assert many.values["samples"] == "2.5, 6, 3, 8, 5"
    key(many, "x", right=-1)
    assert many.values["x"] == pytest.approx(1.3)


@pytest.mark.parametrize("typed", ["0 10", "1,2,3,4,5,6,7,8,9,10,9,8", "[0.5; 3]\n7"])
def test_typed_samples_are_read(many, typed):
    many.set(samples=typed)
    size = len(many.controls["samples"].array)
    assert many.scene.text.startswith("At x = ") and many.controls["x"].max == size - 0.5
    many.set(x=99)
    assert many.values["x"] == size - 0.5 and many.failure is None


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "samples holds no numbers"),
        ("two, six", "'two, six'"),
        ("1, nan", "NaN"),
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


@pytest.mark.parametrize("samples", [[1], list(range(13)), [1, 11], [-1, 2]])
def test_many_samples_refuses_what_it_cannot_show(samples):
    with pytest.raises(ValueError, match="samples must be 2 to 12 values from 0 to 10"):
        many_samples(samples)
