"""The stereo pair: the flow's direction and size decide PSNR, what is hidden is found, unknown pixels never count."""

import base64
import io
import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from course_utils.figures.stereo import (
    AMOUNTS,
    Pair,
    hidden_pixels,
    part_of_pair,
    shrunk_pair,
    stereo_scene,
)
from course_utils.images import stereo_pair
from course_utils.warping import flow_to_grid


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
    known, seen = third.curves
    assert AMOUNTS[known.argmax()] == AMOUNTS[seen.argmax()] == 1
    assert known[list(AMOUNTS).index(1)] == pytest.approx(third.psnr(1))
    assert known[list(AMOUNTS).index(0)] == pytest.approx(third.psnr(0))
    forgotten = shrunk_pair(*whole, 3, rescaled=False)
    assert AMOUNTS[forgotten.curves[0].argmax()] == 0.35
    assert forgotten.psnr(1) < third.psnr(0) + 0.1 < third.psnr(1) - 9
    assert forgotten.psnr(1 / 3) == pytest.approx(third.psnr(1))
    np.testing.assert_array_equal(forgotten.hidden, third.hidden)  # no flow hides anything
    assert "1 of a flow 3 times too long" in stereo_scene(forgotten, 1.0, "").text


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


def pictures(scene):
    urls = re.findall(r'href="data:image/\w+;base64,([^"]+)"', scene.svg)
    return [Image.open(io.BytesIO(base64.b64decode(url))) for url in urls]


def test_the_pictures_show_left_fetched_error_and_flow(third):
    scene = stereo_scene(third, 1.0, "test")
    left, fetched, error, _, flow, _, hidden = pictures(scene)
    photo = np.abs(np.asarray(left).astype(float) - third.left)
    assert photo.mean() < 6  # a JPEG
    near = np.abs(np.asarray(fetched).astype(float) - third.warped(1))[third.known]
    assert np.median(near) < 4
    assert np.abs(np.asarray(fetched)[~third.known].mean() - 128) < 4  # gray: not known
    rgba = np.asarray(error.convert("RGBA")).astype(float)
    wanted = (np.abs(third.warped(1) - third.left).mean(axis=2) / 96).clip(0, 1) * 255
    np.testing.assert_allclose(rgba[..., 3][third.known], wanted[third.known], atol=1.6)
    assert np.all(rgba[~third.known] == (128, 128, 128, 110))
    rgba = np.asarray(flow.convert("RGBA"))
    assert np.all(rgba[third.known][:, :3] == (150, 60, 190))  # all fetch further left
    assert np.all(
        np.asarray(pictures(stereo_scene(third, -1.0, ""))[4].convert("RGBA"))[third.known][:, 1] == 150
    )
    assert np.asarray(hidden).shape == third.left.shape


@pytest.mark.parametrize("amount", [-1.0, 0.0, 0.35, 1.0, 1.5])
def test_the_sentence_has_the_numbers(third, amount):
    scene = stereo_scene(third, amount, "a pair")
    assert f"PSNR {third.psnr(amount):.2f}".rstrip("0") in scene.text and "highest at amount 1." in scene.text
    assert (
        f"on the others it is {third.psnr(amount, third.known & ~third.hidden):.2f}".rstrip("0") in scene.text
    )
    _, rows = scene.table
    assert int(rows[0][1]) == third.known.sum() == int(rows[1][1]) + int(rows[2][1])
    error = ((third.warped(amount) - third.left) ** 2).sum(axis=2)
    part = error[third.hidden].sum() / error[third.known].sum()
    assert (
        f"carry {part * 100:.0f} % of the squared error" in scene.text and f"{part * 100:.0f} %" == rows[2][3]
    )
    assert int(rows[3][1]) == (~third.known).sum()
    assert ("the wrong way" in scene.text) == (amount < 0)
    x, _, step = (float(n) for n in re.search(r'data-at="(\S+) (\S+) (\S+)"', scene.svg).groups())
    assert (x, step) == (amount, 0.05)


def test_a_pair_without_a_difference():
    flat = np.full((8, 10, 3), 70.0)
    scene = stereo_scene(Pair(flat, flat, np.zeros((8, 10))), 1.0, "flat")
    assert "PSNR ∞ dB" in scene.text and "nan" not in scene.svg.lower().replace("nano", "")


def test_no_curve_runs_through_the_words_below_it(whole):
    """The lowest of all that can be chosen: a fifth of the size, zeros around, the flow not resized."""
    svg = stereo_scene(shrunk_pair(*whole, 5, rescaled=False, padding_mode="zeros"), 0.0, "").svg
    curves = [re.findall(r",([\d.]+)", d) for d in re.findall(r'<path d="(M[^"]+)"', svg)]
    words = re.search(r'<text[^>]*y="([\d.]+)"[^>]*>dashed', svg)
    assert len(curves[0]) == len(curves[1]) == len(AMOUNTS)
    assert max(float(y) for curve in curves for y in curve) < float(words[1]) - 9
