"""Exercises and claims of lesson 03; the references have torch, OpenCV and scipy as witnesses."""

import cv2
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy.interpolate import RegularGridInterpolator
from scipy.ndimage import zoom

from course_utils.exercises import bilinear
from course_utils.exercises.engine import Exercise, Outcome, Prediction
from course_utils.kernels import TRIANGLE, resize_with
from course_utils.resampling import resample, resampling_matrix, resize, source_coordinates

EXERCISES = [item for item in vars(bilinear).values() if isinstance(item, Exercise)]
PREDICTIONS = [item for item in vars(bilinear).values() if isinstance(item, Prediction)]
NOISE = np.random.default_rng(0).integers(0, 256, (256, 256), dtype=np.uint8)
size = st.integers(1, 12)


def test_the_lesson_has_what_it_promises():
    names = "at_a_point resize trilinear black_border wrap_around weights_of_a_half two_truncations"
    assert {exercise.key for exercise in EXERCISES} == {f"bilinear.{name}" for name in names.split()}
    assert len(PREDICTIONS) == 7


def test_the_answers_of_the_predictions():
    assert bilinear.WHO_COUNTS_MOST.computed() == "top right"
    assert bilinear.QUARTER_OF_THE_DIAGONAL.computed() == 37.5
    assert bilinear.A_GRAY_WALL.computed() == 200
    assert bilinear.HOW_MUCH_IS_NEW.computed() == 8
    np.testing.assert_array_equal(bilinear.ROUNDING_A_HALF.computed(), [0, 1])


# ---- the references have witnesses -------------------------------------------------------------------------


@given(st.integers(0, 10**6), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_point_references_agree_with_scipy(seed, x, y, z):
    cube = np.random.default_rng(seed).normal(size=(2, 2, 2))
    axis = np.array([0.0, 1.0])
    flat = RegularGridInterpolator((axis, axis), cube[0])((y, x))
    solid = RegularGridInterpolator((axis, axis, axis), cube)((z, y, x))
    assert bilinear.write.bilinear(cube[0], x, y) == pytest.approx(float(flat), abs=1e-12)
    assert bilinear.write.trilinear(cube, x, y, z) == pytest.approx(float(solid), abs=1e-12)


@given(st.integers(0, 10**6), size, size, size, size)
@settings(deadline=None)
def test_resize_agrees_with_torch_and_with_the_course(seed, height, width, out_height, out_width):
    image = np.random.default_rng(seed).normal(size=(height, width))
    got = bilinear.write.resize_bilinear(image, (out_height, out_width))
    batch = torch.as_tensor(image)[None, None]
    theirs = F.interpolate(batch, size=(out_height, out_width), mode="bilinear", align_corners=False)[
        0, 0
    ].numpy()
    np.testing.assert_allclose(got, theirs, atol=1e-12)
    np.testing.assert_allclose(got, resize(image, (out_height, out_width)), atol=1e-12)
    np.testing.assert_allclose(got, bilinear.repair.enlarge(image, (out_height, out_width)), atol=1e-12)


@pytest.mark.parametrize("size_hw", [(200, 300), (384, 700), (128, 128), (512, 512), (100, 31)])
def test_resize_rounded_is_within_one_of_opencv(size_hw):
    theirs = cv2.resize(NOISE, size_hw[::-1], interpolation=cv2.INTER_LINEAR).astype(int)
    ours = np.floor(bilinear.write.resize_bilinear(NOISE.astype(float), size_hw) + 0.5)
    assert np.abs(theirs - ours).max() <= 1


# ---- slips get a name each ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "diagnosis"),
    [
        ("asymmetric", "missing half pixel"),
        ("align corners", "align_corners"),
        ("wraps", "wrap-around border"),
        ("index clamped only", "not clamped: extrapolated"),
        ("width first", "height and width swapped"),
        ("int at the end", "truncation"),
        ("distances as weights", "black last row and column"),
    ],
)
def test_a_resize_written_another_way_is_still_told_apart(written, diagnosis):
    report = bilinear.RESIZE.judge(lambda image, size_hw: by_matrix(image, size_hw, written))
    assert (report.outcome, report.diagnosis) == (Outcome.NOT_QUITE, diagnosis)
    assert report.sentence


def by_matrix(image, size_hw, slip):
    """A learner's resize by two matrices, with one slip: nothing of ours in it."""
    if slip == "width first":
        size_hw = size_hw[1], size_hw[0]
    result = (
        axis_matrix(image.shape[0], size_hw[0], slip)
        @ image
        @ axis_matrix(image.shape[1], size_hw[1], slip).T
    )
    return result.astype(int) if slip == "int at the end" else result


def axis_matrix(n, m, slip):
    matrix = np.zeros((m, n))
    for o in range(m):
        x = (o + 0.5) * n / m - 0.5
        if slip == "asymmetric":
            x = o * n / m
        if slip == "align corners":
            x = o * (n - 1) / (m - 1) if m > 1 else 0.0
        if slip not in ("wraps", "index clamped only"):
            x = min(max(x, 0), n - 1)
        i = int(np.floor(x))
        if slip == "index clamped only":
            i = min(max(i, 0), max(n - 2, 0))
        j = min(i + 1, n - 1)
        matrix[o, i] += (j - x) if slip == "distances as weights" else 1 - (x - i)
        matrix[o, j] += x - i
    return matrix


def test_the_matrix_way_without_a_slip_is_right():
    assert (
        bilinear.RESIZE.judge(lambda image, size_hw: by_matrix(image, size_hw, None)).outcome is Outcome.RIGHT
    )


def test_a_bilinear_by_torch_is_right_when_it_comes_back_as_numpy():
    def sampled(cell, x, y):
        grid = torch.tensor([[[[2 * x - 1, 2 * y - 1]]]], dtype=torch.float64)
        return F.grid_sample(torch.as_tensor(cell)[None, None], grid, align_corners=True).item()

    assert bilinear.AT_A_POINT.judge(sampled).outcome is Outcome.RIGHT


def a_value(cell, x, y, step=1):
    """Three lerps; with step = -1 each walks the wrong way."""
    top = cell[0, 0] + step * x * (cell[0, 1] - cell[0, 0])
    bottom = cell[1, 0] + step * x * (cell[1, 1] - cell[1, 0])
    return top + step * y * (bottom - top)


@pytest.mark.parametrize(
    ("exercise", "answer", "diagnosis"),
    [
        (
            bilinear.AT_A_POINT,
            lambda cell, x, y: y * a_value(cell, x, 0) + (1 - y) * a_value(cell, x, 1),
            "weights of y exchanged",
        ),
        (bilinear.AT_A_POINT, lambda cell, x, y: a_value(cell, x, y, -1), "differences reversed"),
        (bilinear.WEIGHTS_OF_A_HALF, lambda a, b, c, d: (a + b + c + d) // 4, "whole number division"),
        (bilinear.TWO_TRUNCATIONS, lambda cell, x, y: int(np.ceil(a_value(cell, x, y))), "rounded up"),
        (bilinear.TWO_TRUNCATIONS, lambda cell, x, y: int(a_value(cell, x, y) + 0.9), "rounded up"),
        (bilinear.TWO_TRUNCATIONS, lambda cell, x, y: int(a_value(cell, x, y)), "truncated once"),
        (bilinear.TWO_TRUNCATIONS, lambda cell, x, y: round(a_value(cell, x, y)), "half to even"),
        (bilinear.TWO_TRUNCATIONS, lambda cell, x, y: np.rint(a_value(cell, x, y)), "half to even"),
        (bilinear.TWO_TRUNCATIONS, lambda cell, x, y: int(a_value(cell, x, y) + 0.4), "partly right"),
        (bilinear.TWO_TRUNCATIONS, lambda cell, x, y: int(a_value(cell, x, y) + 0.51), "partly right"),
        (bilinear.TWO_TRUNCATIONS, lambda cell, x, y: round(a_value(cell, x, y) + 0.01), "partly right"),
    ],
)
def test_frequent_slips_at_a_point_have_names(exercise, answer, diagnosis):
    report = exercise.judge(answer)
    assert (report.outcome, report.diagnosis) == (Outcome.NOT_QUITE, diagnosis)
    if diagnosis == "half to even":
        assert "cut" not in report.sentence


@pytest.mark.parametrize("bug", [bilinear.BLACK_BORDER, bilinear.WRAP_AROUND], ids=lambda bug: bug.key)
@pytest.mark.parametrize("other_axis", ["y", "x"])
def test_a_coordinate_clamped_by_the_other_axis_is_refused(bug, other_axis):
    def clamped(image, size_hw):
        (height, width), (out_height, out_width) = image.shape, size_hw
        y_last, x_last = (width, width) if other_axis == "y" else (height, height)
        y = ((np.arange(out_height) + 0.5) * height / out_height - 0.5).clip(0, y_last - 1)[:, None]
        x = ((np.arange(out_width) + 0.5) * width / out_width - 0.5).clip(0, x_last - 1)
        y0, x0 = np.floor(y).astype(int), np.floor(x).astype(int)
        y1, x1 = np.minimum(y0 + 1, height - 1), np.minimum(x0 + 1, width - 1)
        top = (1 - (x - x0)) * image[y0, x0] + (x - x0) * image[y0, x1]
        bottom = (1 - (x - x0)) * image[y1, x0] + (x - x0) * image[y1, x1]
        return (1 - (y - y0)) * top + (y - y0) * bottom

    report = bug.judge(clamped)
    assert report.outcome is Outcome.NOT_QUITE
    if (bug, other_axis) == (bilinear.WRAP_AROUND, "y"):
        assert report.diagnosis == "y clamped by the width"


def test_forgotten_upright_fractions_have_a_name():
    def lying_down(image, size_hw):
        y, x = places(image, size_hw)
        (i, v), (j, u) = split(y), split(x)
        padded = np.pad(image, ((0, 1), (0, 1)), mode="edge")
        columns = padded[:, j] * (1 - u) + padded[:, j + 1] * u
        return columns[i] + v * (columns[i + 1] - columns[i])

    def in_pairs(image, size_hw):
        y, x = places(image, size_hw)
        (i, v), (j, u) = split(y), split(x)
        padded = np.pad(image, ((0, 1), (0, 1)), mode="edge")
        top = padded[i, j] * (1 - u) + padded[i, j + 1] * u
        bottom = padded[i + 1, j] * (1 - u) + padded[i + 1, j + 1] * u
        return top * (1 - v) + bottom * v

    assert bilinear.RESIZE.judge(lying_down).diagnosis == "a fraction per column instead of one per row"
    assert bilinear.RESIZE.judge(in_pairs).diagnosis == "rows and columns paired"


def places(image, size_hw):
    """The clamped coordinates along either axis."""
    return [
        ((np.arange(m) + 0.5) * n / m - 0.5).clip(0, n - 1) for n, m in zip(image.shape, size_hw, strict=True)
    ]


def split(coordinates):
    """Whole part and fraction."""
    whole = np.floor(coordinates).astype(int)
    return whole, coordinates - whole


# ---- what the task rules out --------------------------------------------------------------------------------


def one_pixel(image, y, x):
    """The value at one place: code for a loop."""
    last = np.array(image.shape) - 1
    i, j = int(y), int(x)
    i1, j1 = np.minimum([i + 1, j + 1], last)
    return bilinear.write.bilinear(image[np.ix_([i, i1], [j, j1])], x - j, y - i)


def two_loops(image, size_hw):
    y, x = places(image, size_hw)
    result = np.zeros(size_hw)
    for i in range(size_hw[0]):
        for j in range(size_hw[1]):
            result[i, j] = one_pixel(image, y[i], x[j])
    return result


def a_comprehension(image, size_hw):
    y, x = places(image, size_hw)
    return [[one_pixel(image, v, u) for u in x] for v in y]


def by_vectorize(image, size_hw):
    y, x = places(image, size_hw)
    return np.vectorize(lambda v, u: one_pixel(image, v, u))(y[:, None], x)


@pytest.mark.parametrize("answer", [two_loops, a_comprehension, by_vectorize])
def test_a_loop_over_pixels_is_noticed(answer):
    report = bilinear.RESIZE.judge(answer)
    assert (report.outcome, report.diagnosis) == (Outcome.NOT_QUITE, "a loop over pixels")
    assert bilinear.WRAP_AROUND.accepts(answer)  # there the task rules nothing out


def by_torch(image, size_hw, **settings):
    batch = torch.as_tensor(image)[None, None]
    return F.interpolate(batch, size=size_hw, mode="bilinear", **settings)[0, 0]


LIBRARIES = {
    "cv2.resize": lambda image, size_hw: cv2.resize(image, size_hw[::-1]),
    "torch.interpolate": by_torch,
    "scipy.zoom": lambda image, size_hw: zoom(
        image, np.divide(size_hw, image.shape), order=1, mode="nearest", grid_mode=True
    ),
    "course_utils.resize": lambda image, size_hw: resize(image, size_hw),
    "course_utils.resize_with": lambda image, size_hw: resize_with(image, size_hw, TRIANGLE),
    "course_utils.resample": lambda image, size_hw: resample(
        resample(image, size_hw[0], axis=0), size_hw[1], axis=1
    ),
}


@pytest.mark.parametrize("name", LIBRARIES)
def test_a_librarys_resize_is_noticed(name):
    report = bilinear.RESIZE.judge(LIBRARIES[name])
    assert (report.outcome, report.diagnosis) == (Outcome.NOT_QUITE, f"{name} called")
    package, _, function = name.partition(".")
    assert (f"But the course's own `{function}` does" in report.sentence) == (package == "course_utils")
    assert (f"But `{name}` does" in report.sentence) == (package != "course_utils")


def by_pillow(image, size_hw):
    return np.asarray(Image.fromarray(np.float32(image)).resize(size_hw[::-1], Image.Resampling.BILINEAR))


def test_antialiasing_has_a_name():
    def antialiased(image, size_hw):
        return by_torch(image, size_hw, antialias=True)

    for answer in (by_pillow, antialiased):
        assert bilinear.RESIZE.judge(answer).diagnosis == "antialiased where it shrinks"


# ---- the bugs: what shows them and what hides them ---------------------------------------------------------


def same(bug, *inputs):
    return np.allclose(bug.buggy(*inputs), bug.reference(*inputs))


def test_the_black_border_shows_in_one_pixel_and_hides_when_shrinking():
    bug = bilinear.BLACK_BORDER
    assert bug.buggy(np.array([[100.0]]), (1, 1)) == 0
    wall = bug.buggy(np.full((4, 4), 100.0), (8, 8))
    assert not wall[-1].any() and not wall[:, -1].any() and (wall[:-1, :-1] == 100).all()
    for n in range(2, 9):
        for m in range(1, n):
            assert same(bug, np.arange(n * n, dtype=float).reshape(n, n) + 1, (m, m))
    framed = np.arange(16.0).reshape(4, 4) * (np.arange(4) < 3) * (np.arange(4) < 3)[:, None]
    assert same(bug, framed, (9, 7))


def test_the_wrap_around_shows_in_two_pixels_and_hides_behind_like_borders():
    bug = bilinear.WRAP_AROUND
    assert not same(bug, np.array([[0.0, 8.0]]), (1, 4))
    assert bug.buggy(np.array([[0.0, 80, 160, 240]]), (1, 8))[0, 0] == 60
    only_last = np.zeros((4, 4))
    only_last[:, -1] = 200
    assert bug.buggy(only_last, (4, 8))[0, 0] == 50  # 49 in the published code, which also truncates twice
    assert same(bug, np.full((3, 3), 100.0), (6, 6)) and same(bug, np.array([[5.0, 9, 5]]), (1, 6))
    assert same(bug, np.random.default_rng(0).random((8, 8)), (4, 4))


def test_weights_of_a_half_double_every_wall():
    bug = bilinear.WEIGHTS_OF_A_HALF
    assert bug.buggy(100, 100, 100, 100) == 200 and bug.reference(100, 100, 100, 100) == 100
    assert bug.buggy(10, 20, 40, 90) == 80 and bug.reference(10, 20, 40, 90) == 40


def test_two_truncations_lose_a_whole_level():
    assert bilinear.TWO_TRUNCATIONS.buggy(np.ones((2, 2), int), 0.5, 0.5) == 0


def test_symptoms_start_with_the_smallest_input():
    shown = {bug: bug.symptom().call for bug in (bilinear.BLACK_BORDER, bilinear.WRAP_AROUND)}
    assert shown[bilinear.BLACK_BORDER] == "enlarge([[100]], (1, 1))"
    assert shown[bilinear.WRAP_AROUND] == "enlarge([[0, 8]], (1, 4))"


# ---- what the lesson says about OpenCV ---------------------------------------------------------------------


def fixed_point_taps(in_size, out_size, border_fraction):
    """Indices and 11-bit weights as OpenCV makes them: coordinates in float32."""
    coordinates = ((np.arange(out_size) + 0.5) * (1 / (out_size / in_size)) - 0.5).astype(np.float32)
    before = np.floor(coordinates).astype(int)
    fraction = (coordinates - before).astype(np.float32)
    if not border_fraction:
        fraction[(before < 0) | (before >= in_size - 1)] = 0
    weights = np.rint(np.stack([1 - fraction, fraction]) * np.float32(2048)).astype(np.int64)
    return before.clip(0, in_size - 1), (before + 1).clip(0, in_size - 1), weights


def opencv_in_integers(image, size_hw):
    left, right, across = fixed_point_taps(image.shape[1], size_hw[1], border_fraction=False)
    top, bottom, down = fixed_point_taps(image.shape[0], size_hw[0], border_fraction=True)
    wide = image.astype(np.int64)
    sums = (across[0] * wide[:, left] + across[1] * wide[:, right]) >> 4
    upper, lower = (down[0][:, None] * sums[top]) >> 16, (down[1][:, None] * sums[bottom]) >> 16
    return (upper + lower + 2) >> 2


@pytest.mark.parametrize("size_hw", [(200, 300), (384, 700), (300, 200), (512, 512), (77, 513)])
def test_opencv_is_eleven_bit_weights_and_two_cuts(size_hw):
    theirs = cv2.resize(NOISE, size_hw[::-1], interpolation=cv2.INTER_LINEAR)
    np.testing.assert_array_equal(opencv_in_integers(NOISE, size_hw), theirs)


def test_share_sign_and_bias_of_the_differences():
    theirs = cv2.resize(NOISE, (300, 200), interpolation=cv2.INTER_LINEAR).astype(int)
    difference = theirs - resize(NOISE, (200, 300)).astype(int)
    assert 0.10 < np.mean(difference != 0) < 0.15 and np.mean(difference == -1) > 0.99 * np.mean(
        difference != 0
    )
    assert np.mean(theirs - resize(NOISE.astype(float), (200, 300))) == pytest.approx(-1 / 8, abs=0.01)


def test_cutting_to_quarters_explains_three_of_four_differences():
    columns = resample(NOISE.astype(float), 300, axis=1)
    y = source_coordinates(256, 200).clip(0, 255)
    top, f = np.floor(y).astype(int), (y - np.floor(y))[:, None]
    quarters = np.floor(4 * (1 - f) * columns[top]) + np.floor(4 * f * columns[np.minimum(top + 1, 255)])
    theirs = cv2.resize(NOISE, (300, 200), interpolation=cv2.INTER_LINEAR).astype(int)
    ours = resize(NOISE, (200, 300))
    assert np.mean((quarters + 2) // 4 != theirs) < 0.27 * np.mean(ours != theirs)


def test_exact_halving_is_half_up():
    theirs = cv2.resize(NOISE, (128, 128), interpolation=cv2.INTER_LINEAR).astype(int)
    exact = NOISE.reshape(128, 2, 128, 2).mean(axis=(1, 3))
    np.testing.assert_array_equal(theirs, np.floor(exact + 0.5))
    to_even = theirs - np.round(exact)
    assert set(np.unique(to_even)) == {0, 1} and 0.11 < np.mean(to_even == 1) < 0.14


# ---- the other claims of the lesson ------------------------------------------------------------------------


def test_eighteen_of_twenty_values_are_new_and_nothing_is_added():
    W = resampling_matrix(8, 20)
    assert np.linalg.matrix_rank(W) == 8 and (W.max(axis=1) == 1).sum() == 2
    signal = np.random.default_rng(1).random(8)
    np.testing.assert_allclose(np.linalg.pinv(W) @ (W @ signal), signal, atol=1e-12)


def test_picture_b_takes_two_rows_and_columns_from_the_other_end():
    _, picture, result = bilinear.six_resizes()["B"]
    noise = NOISE[: len(picture), : len(picture)].astype(float)
    wraps = bilinear.repair.enlarge_that_wraps(noise, result.shape)
    wrong = ~np.isclose(wraps, resize(noise, result.shape))
    for axis in (0, 1):
        np.testing.assert_array_equal(np.flatnonzero(wrong.all(axis)), [0, 1])
    assert not wrong[2:, 2:].any()


def test_the_diagonal_of_the_crossed_cell_is_a_parabola():
    t = np.linspace(0, 1, 5)
    diagonal = np.array([bilinear.write.bilinear(bilinear.predict.CROSSED, s, s) for s in t])
    np.testing.assert_allclose(diagonal, 200 * t - 200 * t**2)
    np.testing.assert_allclose(np.diff(diagonal, 2), -25)


def test_the_weights_hold_no_trained_number():
    assert not list(torch.nn.Upsample(scale_factor=2, mode="bilinear").parameters())


def test_a_resize_to_the_same_size_into_the_source_returns_the_source():
    picture = np.arange(12, dtype=np.uint8).reshape(3, 4)
    assert cv2.resize(picture, (4, 3), picture, 0, 0, cv2.INTER_LINEAR) is picture
    assert cv2.resize(picture, (8, 6), picture, 0, 0, cv2.INTER_LINEAR) is not picture
