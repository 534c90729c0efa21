"""The exercises of lesson 11: held against torch; where the bugs hide; what the lesson says in passing."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from course_utils.exercises import warping as lesson
from course_utils.exercises.engine import Outcome, Prediction, all_exercises
from course_utils.exercises.warping import repair
from course_utils.exercises.warping import write as build
from course_utils.warping import (
    grid_sample,
    grid_to_pixels,
    hat_sample,
    identity_grid,
    pixels_to_grid,
    resize_flow,
    sample,
    to_normalized,
    warp,
)
from tests.arrays import noise

PREDICTIONS = [item for item in vars(lesson).values() if isinstance(item, Prediction)]
EXACT = 1e-12
few = settings(max_examples=60, deadline=None)
sizes, seeds = st.integers(2, 9), st.integers(0, 10**6)


def test_the_lesson_has_what_it_promises():
    names = "identity back fetch along_flow resized_flow zero_flow yx_order height_width small_flow half_precision"
    assert [exercise.key for exercise in all_exercises()["11"]] == [
        f"warping.{name}" for name in names.split()
    ]
    assert len(PREDICTIONS) == 16


@pytest.mark.parametrize(
    ("prediction", "by_hand"),
    [
        (lesson.NET_SHRUNK, "twice as wide"),
        (lesson.HOW_FAR_SEEN, "4 and 2"),
        (lesson.SHRUNK_STRIPES, "1 everywhere"),
        (lesson.WHICH_PICTURE, "C"),
        (lesson.WHERE_IT_GOES, "1"),
        (lesson.SENT_APART, [1, 0, 2, 0, 3, 0, 4]),
        (lesson.FIRST_PIXEL, -0.75),
        (lesson.BEYOND, [0, 1, 2]),
        (lesson.ONE_PIXEL, 0.25),
        (lesson.QUARTER_TURN, "wider than high"),
        (lesson.HOW_MANY_COUNT, 4),
        (lesson.SLOPE_ON_A_PIXEL, "5, the right one"),
        (lesson.WHICH_PADDING, "border and reflection"),
        (lesson.LEFT_OR_RIGHT, "further left"),
        (lesson.HOW_FAR_OFF, "about 1/8"),
        (lesson.ANOTHER_SIZE, 2),
    ],
    ids=lambda value: getattr(value, "key", ""),
)
def test_predictions_by_hand(prediction, by_hand):
    computed = prediction.computed()
    assert computed == by_hand if isinstance(by_hand, str) else np.allclose(computed, by_hand)


# ---- The references have witnesses ---------------------------------------------------------------


@few
@given(sizes, sizes, st.booleans())
def test_the_identity_grid_is_affine_grids_and_back_undoes_it(height, width, align_corners):
    import torch
    import torch.nn.functional as F

    theirs = F.affine_grid(torch.eye(2, 3, dtype=torch.float64)[None], (1, 1, height, width), align_corners)
    grid = build.identity(height, width, align_corners)
    np.testing.assert_allclose(grid, theirs[0].numpy(), rtol=0, atol=EXACT)
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    pixels = build.back_to_pixels(grid, height, width, align_corners)
    np.testing.assert_allclose(pixels, np.stack([x, y], axis=-1), rtol=0, atol=EXACT)


@few
@given(st.integers(1, 8), st.integers(1, 8), seeds, st.booleans())
def test_the_sampler_and_the_warp_are_torchs(height, width, seed, align_corners):
    import torch
    import torch.nn.functional as F

    assume(not align_corners or min(height, width) > 1)
    image, flow = noise(height, width, seed=seed), noise(height, width, 2, seed=seed + 1, reach=4)
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    places = np.stack([x, y], axis=-1) + flow
    size = np.array([width, height])
    grid = 2 * places / (size - 1) - 1 if align_corners else (2 * places + 1) / size - 1
    theirs = F.grid_sample(
        torch.tensor(image)[None, None], torch.tensor(grid)[None], align_corners=align_corners
    )[0, 0]
    fetched = build.fetch_bilinear(image, places[..., 0], places[..., 1])
    np.testing.assert_allclose(fetched, theirs.numpy(), rtol=0, atol=EXACT)
    np.testing.assert_allclose(build.along_flow(image, flow), theirs.numpy(), rtol=0, atol=EXACT)


@few
@given(sizes, sizes, sizes, sizes, seeds)
def test_the_resized_flow_is_torchs_interpolation_in_new_pixels(height, width, new_height, new_width, seed):
    import torch
    import torch.nn.functional as F

    flow = noise(height, width, 2, seed=seed)
    theirs = F.interpolate(
        torch.tensor(flow).permute(2, 0, 1)[None], (new_height, new_width), mode="bilinear"
    )[0].permute(1, 2, 0)
    theirs = theirs.numpy() * [new_width / width, new_height / height]
    np.testing.assert_allclose(build.resized_flow(flow, new_height, new_width), theirs, rtol=0, atol=EXACT)


# ---- Slips, as a learner writes them ---------------------------------------------------------------


def unguarded(image, x, y):
    height, width = image.shape
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    value = np.zeros(x.shape)
    for row in (top, top + 1):
        for column in (left, left + 1):
            weight = (1 - abs(y - row)) * (1 - abs(x - column)) * (row < height) * (column < width)
            value += weight * image[np.minimum(row, height - 1), np.minimum(column, width - 1)]
    return value


def up_to_the_ceiling(image, x, y):
    padded = np.pad(image, 9)
    x, y = x + 9, y + 9
    left, right, top, bottom = (f(v).astype(int) for v in (x, y) for f in (np.floor, np.ceil))
    above = (right - x) * padded[top, left] + (x - left) * padded[top, right]
    below = (right - x) * padded[bottom, left] + (x - left) * padded[bottom, right]
    return (bottom - y) * above + (y - top) * below


def by_opencv(image, x, y):
    import cv2

    x, y = np.atleast_2d(x).astype(np.float32), np.atleast_2d(y).astype(np.float32)
    return cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)


def shares(height, width, align_corners):
    x, y = np.arange(width), np.arange(height)
    if align_corners:
        return np.dstack(np.meshgrid(x / (width - 1), y / (height - 1)))
    return np.dstack(np.meshgrid((x + 0.5) / width, (y + 0.5) / height))


def shares_of_left_edges(height, width, align_corners):
    x, y = np.arange(width), np.arange(height)
    return np.dstack(np.meshgrid(x / (width - align_corners), y / (height - align_corners)))


def linspace_from_0(height, width, align_corners):
    return np.dstack(np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height)))


def a_grid_of_centers_read_as_edges(image, flow_xy):
    height, width = image.shape
    y, x = np.mgrid[:height, :width]
    grid_x = 2 * (x + flow_xy[..., 0]) / (width - 1) - 1
    grid_y = 2 * (y + flow_xy[..., 1]) / (height - 1) - 1
    return grid_sample(image, np.stack([grid_x, grid_y], axis=-1))


def rounded_float16(row, dx):
    size = len(row)
    grid = np.linspace(-1, 1, size).astype(np.float16).astype(float)
    return np.interp(np.rint((grid + 1) / 2 * (size - 1)) + dx, np.arange(size), row)


@pytest.mark.parametrize(
    ("exercise", "slip", "diagnosis"),
    [
        (lesson.FETCH, unguarded, "negative index"),
        (lesson.FETCH, up_to_the_ceiling, "floor and ceil"),
        (lesson.IDENTITY, shares, "from 0 to 1"),
        (lesson.IDENTITY, shares_of_left_edges, "from 0 to 1, on left edges"),
        (lesson.IDENTITY, linspace_from_0, "from 0 to 1 in both"),
        (lesson.ALONG_FLOW, a_grid_of_centers_read_as_edges, "conventions mixed"),
        (lesson.HALF_PRECISION, rounded_float16, "rounded back to pixels"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_frequent_slip_has_a_name(exercise, slip, diagnosis):
    assert exercise.judge(slip).diagnosis == diagnosis


def test_opencvs_thirty_seconds_of_a_pixel_are_not_close_enough():
    def by_opencv_in_this_shape(image, x, y):
        return by_opencv(image, x, y).reshape(x.shape)

    first_cases = lesson.FETCH.small_cases
    assert lesson.FETCH.agrees(by_opencv_in_this_shape, cases=first_cases)  # places in quarters
    assert not lesson.FETCH.accepts(by_opencv_in_this_shape)


@pytest.mark.parametrize("exercise", [lesson.IDENTITY, lesson.BACK, lesson.FETCH, lesson.ALONG_FLOW])
def test_what_is_wrong_on_an_axis_of_one_pixel_only_is_seen(exercise):
    def wrong(*args):
        answer = exercise.reference(*args)
        sizes = args[0].shape if exercise in (lesson.FETCH, lesson.ALONG_FLOW) else args[-3:-1]
        return answer - 1 if 1 in sizes else answer

    report = exercise.judge(wrong)
    assert report.outcome is Outcome.NOT_QUITE


# ---- What a task rules out -------------------------------------------------------------------------


def scipys_sampler(image, x, y):
    from scipy.ndimage import map_coordinates

    return map_coordinates(image, [y, x], order=1, mode="grid-constant")


def torchs_sampler(image, x, y):
    import torch
    import torch.nn.functional as F

    size = np.array(image.shape[::-1])
    grid = (2 * np.stack([x.ravel(), y.ravel()], axis=-1) + 1) / size - 1
    pixels = F.grid_sample(
        torch.tensor(image)[None, None], torch.tensor(grid)[None, None], align_corners=False
    )
    return pixels.reshape(x.shape)


def the_packages_sampler(image, x, y):
    return sample(image, np.stack([x, y], axis=-1).reshape(1, -1, 2)).reshape(x.shape)


def the_papers_sampler(image, x, y):
    places = np.stack([x, y], axis=-1).reshape(1, -1, 2)
    return hat_sample(image, pixels_to_grid(places, image.shape)).reshape(x.shape)


def scipys_interpolator(image, x, y):
    from scipy.interpolate import RegularGridInterpolator

    height, width = image.shape
    axes = np.arange(-1, height + 1), np.arange(-1, width + 1)
    between = RegularGridInterpolator(axes, np.pad(image, 1), bounds_error=False, fill_value=0)
    return between(np.stack([y, x], axis=-1))


def scipys_function(image, x, y):
    from scipy.interpolate import interpn

    height, width = image.shape
    axes = np.arange(-1, height + 1), np.arange(-1, width + 1)
    return interpn(axes, np.pad(image, 1), np.stack([y, x], axis=-1), bounds_error=False, fill_value=0)


def _by_torch(operator, image, x, y):
    import torch

    grid = pixels_to_grid(np.stack([x, y], axis=-1).reshape(1, 1, -1, 2), image.shape)
    return operator(torch.tensor(image)[None, None], torch.tensor(grid), 0, 0, False).reshape(x.shape)


def torchs_inner_sampler(image, x, y):
    import torch

    return _by_torch(torch.grid_sampler, image, x, y)


def torchs_operator(image, x, y):
    import torch

    return _by_torch(torch.ops.aten.grid_sampler_2d, image, x, y)


def place_by_place(image, x, y):
    padded = np.pad(image, 9)
    values = []
    for px, py in zip(x.ravel() + 9, y.ravel() + 9, strict=True):
        left, top = int(px), int(py)
        a, b = px - left, py - top
        above = (1 - a) * padded[top, left] + a * padded[top, left + 1]
        below = (1 - a) * padded[top + 1, left] + a * padded[top + 1, left + 1]
        values.append((1 - b) * above + b * below)
    return np.reshape(values, x.shape)


def torchs_grid(height, width, align_corners):
    import torch
    import torch.nn.functional as F

    theta = torch.eye(2, 3, dtype=torch.float64)[None]
    return F.affine_grid(theta, (1, 1, height, width), align_corners)[0]


def the_packages_grid(height, width, align_corners):
    return identity_grid((height, width), align_corners)


def the_packages_way_back(grid, height, width, align_corners):
    return grid_to_pixels(grid, (height, width), align_corners)


def the_packages_flow(flow_xy, height, width):
    return resize_flow(flow_xy, (height, width))


@pytest.mark.parametrize(
    ("exercise", "answer", "diagnosis"),
    [
        (lesson.FETCH, place_by_place, "a loop over pixels"),
        (lesson.FETCH, scipys_sampler, "scipy.map_coordinates called"),
        (lesson.FETCH, torchs_sampler, "torch.grid_sample called"),
        (lesson.FETCH, the_packages_sampler, "course_utils.sample called"),
        (lesson.FETCH, the_papers_sampler, "course_utils.hat_sample called"),
        (lesson.FETCH, scipys_interpolator, "scipy.RegularGridInterpolator.__call__ called"),
        (lesson.FETCH, scipys_function, "scipy.interpn called"),
        (lesson.FETCH, torchs_inner_sampler, "torch._VariableFunctionsClass.grid_sampler called"),
        (lesson.FETCH, torchs_operator, "torch.OpOverloadPacket.__call__ called"),
        (lesson.IDENTITY, torchs_grid, "torch.affine_grid called"),
        (lesson.IDENTITY, the_packages_grid, "course_utils.identity_grid called"),
        (lesson.BACK, the_packages_way_back, "course_utils.grid_to_pixels called"),
        (lesson.ALONG_FLOW, warp, "course_utils.warp called"),
        (lesson.RESIZED, the_packages_flow, "course_utils.resize_flow called"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_the_task_rules_out_is_noticed(exercise, answer, diagnosis):
    assert exercise.agrees(answer)
    assert exercise.judge(answer).diagnosis == diagnosis


# ---- Where the bugs hide -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bug", "call"),
    [
        (lesson.ZERO_FLOW, "fetch_along([[1, 1], [1, 1]], [[[0, 0], [0, 0]], [[0, 0], [0, 0]]])"),
        (lesson.YX_ORDER, "shrink_to_center([[1, 2], [3, 4]], 1)"),
        (lesson.HEIGHT_WIDTH, "shift([[0, 1, 2], [3, 4, 5]], 1, 0)"),
        (lesson.SMALL_FLOW, "fetch_by_small_flow([[7, 5, 3, 1]], [[[1, 0], [1, 0]]])"),
        (lesson.HALF_PRECISION, "shift_row([0, 8000, 0, 8000], 0)"),
    ],
    ids=lambda value: getattr(value, "key", ""),
)
def test_the_smallest_input_that_shows_it(bug, call):
    assert bug.symptom().call == call


@few
@given(sizes, sizes, seeds)
def test_square_pictures_hide_the_swapped_sizes_and_others_do_not(height, width, seed):
    image = noise(height, width, seed=seed)
    for function in (repair._height_before_width, repair.shift):
        moved = function(image, 0.5, 0.25)
        same = np.allclose(moved, repair.shift(image, 0.5, 0.25))
        assert same == (height == width or function is repair.shift)


@few
@given(sizes, seeds)
def test_pictures_that_are_their_own_transpose_hide_the_order(size, seed):
    image = noise(size, size, seed=seed)
    image = image + image.T
    expected = repair.shrink_to_center(image, 0.75)
    np.testing.assert_allclose(repair._y_before_x(image, 0.75), expected, rtol=0, atol=EXACT)


@few
@given(sizes, sizes, seeds)
def test_no_white_picture_hides_the_mixed_conventions(height, width, seed):
    fetched = repair._conventions_mixed(np.ones((height, width)), np.zeros((height, width, 2)))
    assert fetched[0, 0] == pytest.approx(0.25)  # half a pixel outside along both axes
    if width > 2:
        assert fetched[0, 1:-1].max() < 0.75


def test_sizes_one_above_a_power_of_two_hide_the_missing_bits():
    hidden = [
        size
        for size in range(2, 1100)
        if np.array_equal(repair._half_precision(np.arange(size), 0), np.arange(size))
    ]
    assert hidden == [2, 3, 5, 9, 17, 33, 65, 129, 257, 513, 1025]


def test_what_a_missing_factor_costs():
    """Zero flow and equal sizes hide it; from 2 to 4 pixels it is half of the way."""
    image = np.array([[7.0, 5, 3, 1]])
    for flow in (np.zeros((1, 2, 2)), np.full((1, 4, 2), [1.0, 0.0])):
        np.testing.assert_array_equal(
            repair._flow_not_rescaled(image, flow), repair.fetch_by_small_flow(image, flow)
        )


def test_two_tests_find_all_five():
    """Zero flow on random numbers, 6 x 7; a ramp along one pixel to the right, then one down. The lesson says so."""
    image, still = noise(6, 7), np.zeros((6, 7, 2))
    assert np.abs(repair._conventions_mixed(image, still) - image).max() > 0.1
    assert np.abs(repair._y_before_x(image, 1) - image).max() > 0.1
    assert np.abs(repair._half_precision(image[0], 0) - image[0]).max() > 1e-4
    assert np.abs(repair._half_precision(image[:, 0], 0) - image[:, 0]).max() > 1e-5
    for unmoved in (
        repair._height_before_width(image, 0, 0),
        repair._flow_not_rescaled(image, still[::2, ::2]),
    ):
        np.testing.assert_allclose(unmoved, image, atol=EXACT)  # 3 and 4 stay hidden
    y, x = np.mgrid[:6.0, :7.0]
    for dx, dy, ramp in ((1, 0, x), (0, 1, y)):
        asked = (ramp + 1)[:4, :5]
        assert np.abs(repair._height_before_width(ramp, dx, dy)[:4, :5] - asked).min() > 0.1
        small = np.full((3, 3, 2), [dx * 3 / 7, dy / 2])
        assert np.abs(repair._flow_not_rescaled(ramp, small)[:4, :5] - asked).min() > 0.1
        np.testing.assert_allclose(repair.shift(ramp, dx, dy)[:4, :5], asked, atol=EXACT)
        np.testing.assert_allclose(repair.fetch_by_small_flow(ramp, small)[:4, :5], asked, atol=EXACT)


def test_powers_of_two_up_to_2048_hide_float16_with_edges_on_edges():
    hidden = [n for n in range(2, 4100) if not _off_in_float16(n)]
    assert hidden == [2**k for k in range(1, 12)]


def _off_in_float16(size):
    exact = to_normalized(np.arange(size), size)
    return np.abs(exact.astype(np.float16) - exact).max() > 1e-12


# ---- four pictures, and the line that made each


def test_none_of_the_four_pictures_is_what_was_asked_for():
    photo = lesson.photo_with_a_pole()
    moved_left = shifted(photo, 6)
    for letter, (column, picture) in lesson.four_warps().items():
        wanted = photo if column == 20 else moved_left
        assert np.abs(picture - wanted).max() > 0.1, letter
        assert wanted[:, column].min() == 1  # the pole stands there


def test_the_poles_are_where_the_lesson_says():
    """A moves it 6 * 31 / 19 = 9.8 pixels, D a quarter of the way, 1.5 of 6; in C it stays within a pixel."""
    pictures = {letter: picture[10] for letter, (_, picture) in lesson.four_warps().items()}
    assert pictures["A"].argmax() == 10
    assert pictures["D"].argmax() in (18, 19)
    assert pictures["C"].argmax() == 20
    corner = lesson.photo_with_a_pole()[0, 0]
    assert lesson.four_warps()["C"][1][0, 0] == pytest.approx(corner / 4)


def shifted(image, columns):
    return warp(image, np.full((*image.shape, 2), [columns, 0.0]))
