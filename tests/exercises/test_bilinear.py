"""Exercises and claims of lesson 03; the references have torch, OpenCV and scipy as witnesses."""

import cv2
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.interpolate import RegularGridInterpolator

from course_utils.exercises import bilinear
from course_utils.exercises.engine import Exercise, Outcome, Prediction
from course_utils.resampling import resample, resampling_matrix, resize, source_coordinates

EXERCISES = [item for item in vars(bilinear).values() if isinstance(item, Exercise)]
PREDICTIONS = [item for item in vars(bilinear).values() if isinstance(item, Prediction)]
NOISE = np.random.default_rng(0).integers(0, 256, (256, 256), dtype=np.uint8)
size = st.integers(1, 12)


def test_the_lesson_has_what_it_promises():
    names = "at_a_point resize trilinear black_border wrap_around weights_of_a_half two_truncations"
    assert {exercise.key for exercise in EXERCISES} == {f"bilinear.{name}" for name in names.split()}
    assert len(PREDICTIONS) == 5


def test_the_answers_of_the_predictions():
    assert bilinear.WHO_COUNTS_MOST.computed() == "top right"
    assert bilinear.QUARTER_OF_THE_DIAGONAL.computed() == 22.5
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


def test_the_weights_hold_no_trained_number():
    assert not list(torch.nn.Upsample(scale_factor=2, mode="bilinear").parameters())


def test_a_resize_to_the_same_size_into_the_source_returns_the_source():
    picture = np.arange(12, dtype=np.uint8).reshape(3, 4)
    assert cv2.resize(picture, (4, 3), picture, 0, 0, cv2.INTER_LINEAR) is picture
    assert cv2.resize(picture, (8, 6), picture, 0, 0, cv2.INTER_LINEAR) is not picture
