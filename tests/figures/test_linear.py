"""Two samples and many: weights against other formulas, numbers of the pictures read back from their SVG."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.figures.draw.scene import NoPicture
from course_utils.figures.linear import MOST_SAMPLES, kernel_sum_scene, two_samples_scene
from course_utils.resampling import (
    MODES,
    interpolate,
    kernel_weight,
    resampling_matrix,
    source_coordinates,
    weights_at,
)

modes = st.sampled_from(MODES)
unit = st.integers(0, 20).map(lambda k: k / 20)
value = st.integers(0, 20).map(lambda k: k / 2)


def keys_weights(t, a):
    """The four weights of cubic convolution as polynomials of t, the distance to the left sample (Keys 1981)."""
    return np.array(
        [
            a * t * (1 - t) ** 2,
            (a + 2) * t**3 - (a + 3) * t**2 + 1,
            (a + 2) * (1 - t) ** 3 - (a + 3) * (1 - t) ** 2 + 1,
            a * (1 - t) * t**2,
        ]
    )


def coordinates_for(mode, in_size, out_size):
    """Where the outputs of ``resampling_matrix`` read: the floor rule maps without the half pixels."""
    return source_coordinates(in_size, out_size, "asymmetric" if mode == "nearest" else "half_pixel")


def numbers(svg, name):
    return [float(text) for text in re.findall(rf'[ "]{name}="(-?[\d.e-]+)"', svg)]


def value_in(scene):
    return float(re.search(r"(?:is|value is) (−?[\d.]+):", scene.text)[1].replace("−", "-"))


# ------------------------------------------------------------------------------------ weights


@given(t=unit, a=st.integers(-20, 0).map(lambda k: k / 20))
def test_cubic_weights_are_the_polynomials_of_keys(t, a):
    got = kernel_weight(t - np.arange(-1, 3), "cubic", a)
    assert np.allclose(got, keys_weights(t, a), atol=1e-12)


@given(x=st.floats(-1, 8), size=st.integers(1, 7))
def test_linear_weights_are_interp_of_impulses(x, size):
    witness = [np.interp(x, np.arange(size), impulse) for impulse in np.eye(size)]
    assert np.allclose(weights_at([x], size)[0], witness, atol=1e-12)


@given(mode=modes, in_size=st.integers(1, 9), out_size=st.integers(1, 16))
@settings(deadline=None)
def test_weights_are_the_rows_of_the_resampling_matrix(mode, in_size, out_size):
    x = coordinates_for(mode, in_size, out_size)
    if mode.startswith("nearest"):  # a hair to the right: a jump must not depend on the last bit
        x = x + 1e-9
    assert np.allclose(weights_at(x, in_size, mode), resampling_matrix(in_size, out_size, mode), atol=1e-7)


@given(mode=modes, size=st.integers(1, 9), x=st.lists(st.floats(-4, 12), min_size=1, max_size=5))
def test_weights_sum_to_one_everywhere(mode, size, x):
    assert np.allclose(weights_at(x, size, mode).sum(axis=1), 1)


def test_far_outside_the_border_sample_is_repeated():
    assert interpolate([3.0, 7.0], [-50.0, 50.0], "cubic").tolist() == [3, 7]


# ------------------------------------------------------------------------------------ pictures


@given(samples=st.lists(value, min_size=4, max_size=4), x=unit, mode=modes)
@settings(max_examples=60, deadline=None)
def test_two_samples_says_the_value(samples, x, mode):
    scene = two_samples_scene(samples, x, mode)
    before, left, right, after = samples
    expected = {
        "linear": np.interp(x, [0, 1], [left, right]),
        "nearest": right if x == 1 else left,
        "nearest-exact": left if x < 0.5 else right,
        "cubic": keys_weights(x, -0.75) @ [before, left, right, after],
    }[mode]
    assert value_in(scene) == pytest.approx(expected, abs=6e-4)
    shown = len(re.findall(r'aria-label="sample ', scene.svg))
    assert shown == (4 if mode == "cubic" else 2)
    assert len(scene.table[1]) == shown + 1 and float(scene.table[1][-1][4]) == pytest.approx(1, abs=1e-9)


@given(
    samples=st.lists(value, min_size=4, max_size=4), x=unit, mode=modes, a=st.sampled_from([-1.0, -0.5, 0.0])
)
@settings(max_examples=60, deadline=None)
def test_nothing_leaves_the_picture_of_two_samples(samples, x, mode, a):
    assert_inside(two_samples_scene(samples, x, mode, a), 800, 550)


@given(samples=st.lists(value, min_size=2, max_size=MOST_SAMPLES), where=unit, mode=modes)
@settings(max_examples=60, deadline=None)
def test_paintings_add_up_and_stay_inside(samples, where, mode):
    x = round(-0.5 + where * len(samples), 10)
    scene = kernel_sum_scene(samples, x, mode)
    assert_inside(scene, 800, 440)
    assert value_in(scene) == pytest.approx(interpolate(samples, [x], mode)[0], abs=6e-4)
    rows = [
        [float(cell.replace("−", "-")) if cell else 0.0 for cell in row[1:]] for row in scene.table[1][:-1]
    ]
    assert sum(row[2] for row in rows) == pytest.approx(value_in(scene), abs=1e-3)
    assert set(scene.links) == {f"w-{i}" for i in range(len(samples))} == set(scene.details)


def assert_inside(scene, width, height):
    svg = scene.svg
    assert f'viewBox="0 0 {width} {height}"' in svg
    for names, most in ((("x", "cx", "x1", "x2"), width), (("y", "cy", "y1", "y2"), height)):
        for name in names:
            assert all(0 <= n <= most for n in numbers(svg, name)), (name, scene.text)
    points = [
        tuple(map(float, pair.split(","))) for d in re.findall(r' d="M([^"Z]*)', svg) for pair in d.split("L")
    ]
    assert all(-1 <= x <= width + 1 and -1 <= y <= height + 1 for x, y in points)


def test_the_left_weight_is_the_piece_of_the_bar_on_the_right():
    scene = two_samples_scene([0, 2, 8, 0], 0.25)
    assert "value at x = 0.25:  0.75 · 2 + 0.25 · 8 = 3.5" in scene.svg
    bars = re.findall(r'<rect x="([\d.]+)" y="306" width="([\d.]+)" height="18" class="kernel"', scene.svg)
    (left_start, left_width), (right_start, right_width) = (tuple(map(float, bar)) for bar in bars)
    assert right_width == pytest.approx(3 * left_width, rel=1e-3)
    assert right_start == pytest.approx(left_start + left_width, abs=0.01)


def test_axes_do_not_move_with_the_values():
    def ticks(scene):
        return re.findall(r"<line [^>]*stroke-opacity=\"0.3\"[^>]*>", scene.svg)

    assert ticks(two_samples_scene([0, 0, 0, 0], 0.1)) == ticks(
        two_samples_scene([10, 10, 3, 0], 0.9, "cubic")
    )
    assert ticks(kernel_sum_scene([0, 0], 0.1)) == ticks(kernel_sum_scene([10, 3], 1.2, "cubic"))


@pytest.mark.parametrize(
    ("samples", "x", "words"),
    [
        ([1, 2, 3, 4], 1.2, "not between the samples"),
        ([1, 2, 3], 0.5, "Four samples are needed"),
        ([1, 2, 3, 11], 0.5, "the samples go from 1 to 11"),
    ],
)
def test_two_samples_without_a_picture(samples, x, words):
    with pytest.raises(NoPicture, match=words):
        two_samples_scene(samples, x)


@pytest.mark.parametrize(
    ("samples", "x", "words"),
    [
        ([1], 0, "room for 2 to 12"),
        (range(13), 0, "these are 13"),
        ([1, -2], 0, "go from −2 to 1"),
        ([1, 2], 1.6, "outside the samples"),
    ],
)
def test_paintings_without_a_picture(samples, x, words):
    with pytest.raises(NoPicture, match=words):
        kernel_sum_scene(list(samples), x)


def test_bad_input_is_refused_in_words():
    with pytest.raises(ValueError, match="linear"):
        two_samples_scene([1, 2, 3, 4], 0.5, "liner")
    with pytest.raises(ValueError, match="finite"):
        kernel_sum_scene([1.0, np.nan], 0.5)
