"""The exercises of lesson 11: held against torch; where the bugs hide; what the lesson says in passing."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from course_utils.exercises import warping as lesson
from course_utils.exercises.engine import Outcome, Prediction, all_exercises
from course_utils.exercises.warping import repair
from course_utils.exercises.warping import write as build
from course_utils.warping import to_normalized

PREDICTIONS = [item for item in vars(lesson).values() if isinstance(item, Prediction)]
EXACT = 1e-12
few = settings(max_examples=60, deadline=None)
sizes, seeds = st.integers(2, 9), st.integers(0, 10**6)


def noise(*shape, seed=0, reach=1.0):
    return np.random.default_rng(seed).uniform(-reach, reach, shape)


def test_the_lesson_has_what_it_promises():
    names = "identity back fetch along_flow resized_flow zero_flow yx_order height_width small_flow half_precision"
    assert [exercise.key for exercise in all_exercises()["11"]] == [
        f"warping.{name}" for name in names.split()
    ]
    assert len(PREDICTIONS) == 12


@pytest.mark.parametrize(
    ("prediction", "by_hand"),
    [
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


# ---- Ways a learner may write it that are right --------------------------------------------------


def test_other_ways_that_are_right():
    def by_linspace(height, width, align_corners):
        def axis(size):
            end = 1 if align_corners else 1 - 1 / size
            return np.linspace(-end, end, size)

        return np.dstack(np.meshgrid(axis(width), axis(height)))

    def by_padding(image, x, y):  # zeros around, so that every tap within a pixel of the picture exists
        padded = np.pad(image, 2)
        x, y = (np.clip(place, -2, size) + 2 for place, size in ((x, image.shape[1]), (y, image.shape[0])))
        left, top = (
            np.minimum(x.astype(int), padded.shape[1] - 2),
            np.minimum(y.astype(int), padded.shape[0] - 2),
        )
        a, b = x - left, y - top
        above = (1 - a) * padded[top, left] + a * padded[top, left + 1]
        below = (1 - a) * padded[top + 1, left] + a * padded[top + 1, left + 1]
        return (1 - b) * above + b * below

    def by_own_sampler(image, flow_xy):
        y, x = np.mgrid[: image.shape[0], : image.shape[1]]
        return build.fetch_bilinear(image, x + flow_xy[..., 0], y + flow_xy[..., 1])

    assert lesson.IDENTITY.check(by_linspace).outcome is Outcome.RIGHT
    assert lesson.FETCH.check(by_padding).outcome is Outcome.RIGHT
    assert lesson.ALONG_FLOW.check(by_own_sampler).outcome is Outcome.RIGHT


def test_the_other_repair_of_mixed_conventions_is_right_too():
    def edges_everywhere(image, flow_xy):
        height, width = image.shape
        grid = repair.identity_grid((height, width)) + flow_xy * [2 / width, 2 / height]
        return repair.grid_sample(image, grid)

    assert lesson.ZERO_FLOW.check(edges_everywhere).outcome is Outcome.RIGHT


def test_a_grid_in_single_precision_is_good_enough():
    def in_float32(row, dx):
        size = len(row)
        grid = np.linspace(-1, 1, size, dtype=np.float32)
        return np.interp((grid + 1) / 2 * (size - 1) + dx, np.arange(size), row)

    assert lesson.HALF_PRECISION.check(in_float32).outcome is Outcome.RIGHT


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
