"""A stereo pair: the flow's direction and size decide PSNR, what is hidden is found, unknown pixels never count."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.images import stereo_pair
from course_utils.stereo import StereoPair, hidden_pixels, part_of_pair, shrunk_pair
from course_utils.warping import flow_to_grid

AMOUNTS = np.array([-1, -0.5, 0, 0.35, 0.95, 1, 1.05, 1.5])


@pytest.fixture(scope="module")
def whole():
    return stereo_pair()


@pytest.fixture(scope="module")
def third(whole):
    return shrunk_pair(*whole, 3)


def test_full_size_lifts_psnr_from_below_13_to_above_22_decibels(whole):
    pair = shrunk_pair(*whole, 1)
    assert pair.psnr(0) == pytest.approx(12.77, abs=0.01)
    assert pair.psnr(1) == pytest.approx(22.43, abs=0.01)
    assert pair.psnr(-1) < pair.psnr(0)
    seen = pair.known & ~pair.hidden
    assert pair.psnr(1, seen) == pytest.approx(27.55, abs=0.01)
    error = ((pair.warped(1) - pair.left) ** 2).sum(axis=2)
    assert pair.hidden.sum() / pair.known.sum() == pytest.approx(0.088, abs=0.001)
    assert error[pair.hidden].sum() / error[pair.known].sum() == pytest.approx(0.72, abs=0.01)


def test_a_third_of_the_size_is_warped_as_torch_warps_it(third):
    grid = torch.from_numpy(flow_to_grid(0.75 * third.flow_xy))[None]
    right = torch.from_numpy(third.right).permute(2, 0, 1)[None]
    expected = F.grid_sample(right, grid, padding_mode="border", align_corners=False)[0].permute(1, 2, 0)
    np.testing.assert_allclose(third.warped(0.75), expected.numpy(), atol=1e-9)


def test_the_whole_flow_is_best_and_not_resized_a_third_of_it(whole, third):
    known, seen = third.curves(AMOUNTS)
    assert AMOUNTS[known.argmax()] == AMOUNTS[seen.argmax()] == 1
    assert known[list(AMOUNTS).index(1)] == pytest.approx(third.psnr(1))
    assert seen[list(AMOUNTS).index(1)] == pytest.approx(third.psnr(1, third.known & ~third.hidden))
    assert known[list(AMOUNTS).index(0)] == pytest.approx(third.psnr(0))
    forgotten = shrunk_pair(*whole, 3, rescaled=False)
    assert AMOUNTS[forgotten.curves(AMOUNTS)[0].argmax()] == 0.35
    assert forgotten.psnr(1) < third.psnr(0) + 0.1 < third.psnr(1) - 9
    assert forgotten.psnr(1 / 3) == pytest.approx(third.psnr(1))
    np.testing.assert_array_equal(forgotten.hidden, third.hidden)  # no flow hides anything


def test_a_part_is_that_part_of_the_whole(whole):
    part, pair = part_of_pair(*whole, 130, 470, 40, 50), shrunk_pair(*whole, 1)
    np.testing.assert_allclose(part.warped(0.8), pair.warped(0.8)[130:170, 470:520], atol=1e-9)
    np.testing.assert_array_equal(part.warped(0), whole[1][130:170, 470:520])


def test_what_is_not_known_never_counts(whole):
    left, right, disparity = (array[:60, :90] for array in whole)
    disparity = disparity.copy()
    disparity[10:30, 20:40] = np.inf
    pair = shrunk_pair(left, right, disparity, 1)
    spoiled = left.copy()
    spoiled[10:30, 20:40] = 255 - left[10:30, 20:40]
    assert shrunk_pair(spoiled, right, disparity, 1).psnr(1) == pair.psnr(1)
    assert not pair.hidden[10:30, 20:40].any() and np.isfinite(pair.flow_xy).all()


def test_hidden_by_hand():
    """A block of disparity 3 before a wall of disparity 1; what the wall shows at x is seen at x - 1."""
    row = np.array(
        [[1, 1, 1, 1, 1, 3, 3, 1, 1, 1.0]]
    )  # the block is seen at 2 and 3, where the wall's 3 and 4 would be
    np.testing.assert_array_equal(np.flatnonzero(hidden_pixels(row)), [0, 3, 4])
    row[0, 3] = np.inf  # not known: neither hidden nor seen
    np.testing.assert_array_equal(np.flatnonzero(hidden_pixels(row)), [0, 4])
    np.testing.assert_array_equal(np.flatnonzero(hidden_pixels(row, start=2)), [4])


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_of_what_falls_on_one_pixel_the_nearest_is_seen(seed):
    """By a slow loop, for whole disparities."""
    disparity = np.random.default_rng(seed).integers(0, 6, (2, 12)).astype(float)
    hidden = hidden_pixels(disparity)
    for row in range(2):
        for x in range(12):
            at = x - disparity[row, x]
            rivals = [d for u, d in enumerate(disparity[row]) if u - d == at]
            assert hidden[row, x] == (at < 0 or max(rivals) > disparity[row, x] + 1)


def test_a_fit_has_the_same_numbers_as_the_pair(third):
    fit, seen = third.fit(0.35), third.known & ~third.hidden
    np.testing.assert_array_equal(fit.warped, third.warped(0.35))
    assert fit.psnr() == third.psnr(0.35) and fit.psnr("seen by both") == third.psnr(0.35, seen)
    error = ((third.warped(0.35) - third.left) ** 2).sum(axis=2)
    assert fit.error_share("hidden from the right") == pytest.approx(
        error[third.hidden].sum() / error[third.known].sum()
    )
    assert fit.error_share("disparity known") == 1
    assert fit.share("seen by both") + fit.share("hidden from the right") == pytest.approx(1)
    disparity = third.disparity[third.known]
    assert fit.fetched_px == pytest.approx((0.35 * disparity.min(), 0.35 * disparity.max()))
    assert third.fit(-1).fetched_px == pytest.approx((disparity.min(), disparity.max()))


def test_a_pair_without_a_difference_and_without_a_hidden_pixel():
    flat = np.full((8, 10, 3), 70.0)
    fit = StereoPair(flat, flat, np.zeros((8, 10))).fit(1.0)
    assert fit.psnr() == fit.psnr("hidden from the right") == np.inf
    assert fit.error_share("seen by both") == 0 == fit.share("hidden from the right")


REFUSED = [
    (lambda whole: hidden_pixels([1.0, 2.0]), "disparity must have 2 axes"),
    (lambda whole: hidden_pixels([[np.nan]]), "disparity must hold numbers or infinities"),
    (lambda whole: hidden_pixels([[1.0]], -1), "start must be a whole number, at least 0; got -1"),
    (lambda whole: shrunk_pair(*whole, 0), "factor must be a whole number, from 1 to 500; got 0"),
    (lambda whole: shrunk_pair(*whole, 3, "yes"), "rescaled must be True or False; got 'yes'"),
    (lambda whole: part_of_pair(*whole, 130, 741, 4, 4), "start must be a whole number, from 0 to 740; got 741"),
    (lambda whole: part_of_pair(*whole, 130, 740, 4, 4), "width must be a whole number, from 1 to 1; got 4"),
    (lambda whole: shrunk_pair(*whole, 5).warped(np.inf), "amount must be a finite number"),
]  # fmt: skip


@pytest.mark.parametrize("call, told", REFUSED, ids=[told for _, told in REFUSED])
def test_refused_in_words(whole, call, told):
    with pytest.raises((ValueError, TypeError), match=told):
        call(whole)
