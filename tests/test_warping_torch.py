"""Warping against torch's grid_sample, affine_grid and autograd, in float64: every mode, padding and convention."""

import itertools

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.resampling import resize
from course_utils.warping import (
    PADDING_MODES,
    SAMPLING_MODES,
    about_center,
    affine_grid,
    affine_pixels,
    affine_theta,
    flow_to_grid,
    flow_to_pixels,
    grid_sample,
    grid_sample_gradients,
    grid_to_pixels,
    hat_sample,
    identity_grid,
    pixels_to_grid,
    rotation,
    sample,
    to_normalized,
)
from tests.arrays import noise
from tests.later import later

EXACT = 1e-12
HOW = [
    {"mode": mode, "padding_mode": padding, "align_corners": align}
    for mode, padding, align in itertools.product(SAMPLING_MODES, PADDING_MODES, (False, True))
]
SIZES_HW = [(1, 1), (1, 2), (2, 1), (1, 4), (5, 1), (2, 2), (3, 2), (4, 4), (5, 7), (7, 5), (6, 11), (13, 8)]
OUT_SIZES_HW = [(1, 1), (3, 5), (6, 4)]
BATCHES = [(1, 1), (2, 3), (3, 2)]
ids = [" ".join([how["mode"], how["padding_mode"], str(how["align_corners"])]) for how in HOW]
every_setting = pytest.mark.parametrize("how", HOW, ids=ids)
both_conventions = pytest.mark.parametrize("align_corners", [False, True])


def torchs(image, grid, how):
    return F.grid_sample(torch.tensor(image), torch.tensor(grid), **how).numpy()


def torchs_gradients(upstream, image, grid, how):
    image, grid = (torch.tensor(array, requires_grad=True) for array in (image, grid))
    F.grid_sample(image, grid, **how).backward(torch.tensor(upstream))
    return image.grad.numpy(), grid.grad.numpy()


def cases(reaches):
    """(image, grid, seed): every size, out size and batch, grids that reach as far as told."""
    everything = itertools.product(SIZES_HW, OUT_SIZES_HW, BATCHES, reaches)
    for seed, (size_hw, out_hw, (n, c), reach) in enumerate(everything):
        yield noise(n, c, *size_hw, seed=seed), noise(n, *out_hw, 2, seed=seed + 1, reach=reach), seed


# ---- Values --------------------------------------------------------------------------------------


@every_setting
def test_every_setting_at_random_places(how, tell):
    count, worst = 0, 0.0
    for image, grid, _ in cases(reaches=(0.9, 2.2, 9.0)):
        expected = torchs(image, grid, how)
        worst = max(worst, np.abs(grid_sample(image, grid, **how) - expected).max())
        if how["mode"] == "bilinear" and how["padding_mode"] == "zeros":
            np.testing.assert_allclose(
                hat_sample(image, grid, how["align_corners"]), expected, rtol=0, atol=EXACT
            )
        count += 1
    tell(f"{count} configurations agree with torch to {worst:.1g}: {how}")
    assert count == 324
    assert worst <= EXACT


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_size_any_setting(data):
    height, width, out_height, out_width = (data.draw(st.integers(1, 40)) for _ in range(4))
    n, c, seed = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 3)), data.draw(st.integers(0, 10**6))
    how = data.draw(st.sampled_from(HOW))
    image = noise(n, c, height, width, seed=seed)
    grid = noise(
        n, out_height, out_width, 2, seed=seed + 1, reach=data.draw(st.sampled_from([1.1, 4.0, 30.0]))
    )
    result, expected = grid_sample(image, grid, **how), torchs(image, grid, how)
    np.testing.assert_allclose(result, expected, rtol=0, atol=EXACT)
    upstream = noise(*expected.shape, seed=seed + 2)
    ours, theirs = (
        f(upstream, image, grid, **k)
        for f, k in ((grid_sample_gradients, how), (torchs_gradients, {"how": how}))
    )
    for our, their in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(our, their, rtol=1e-12, atol=1e-11)


def special_places(size):
    """Pixels, the middles between them, and the edges: in and well outside of the image."""
    return np.arange(-2 * size - 2, 3 * size + 2.25, 0.5)


@every_setting
@pytest.mark.parametrize("size_hw", [(1, 1), (2, 2), (3, 5), (5, 9), (4, 8), (8, 2)])
def test_at_pixels_edges_and_halves(how, size_hw):
    """Ties of rounding and turning points of the reflection. Sizes where the places are exact, or nearly so."""
    height, width = size_hw
    align = how["align_corners"]
    if align and 1 in size_hw:
        grid = np.stack(np.meshgrid(special_places(1), special_places(1)), axis=-1)[None]
    else:
        places = np.stack(np.meshgrid(special_places(width), special_places(height)), axis=-1)
        grid = pixels_to_grid(places, size_hw, align)[None]
    image = noise(1, 2, *size_hw)
    result = grid_sample(image, grid, **how)
    np.testing.assert_allclose(result, torchs(image, grid, how), rtol=0, atol=EXACT)


def test_nearest_sends_halves_to_the_even_pixel():
    image = np.arange(8.0)[None, None, None]
    grid = pixels_to_grid([[[0.5, 0.0], [1.5, 0.0], [2.5, 0.0], [3.5, 0.0]]], (1, 8))[None]
    expected = [0, 2, 2, 4]
    how = {"mode": "nearest", "padding_mode": "zeros", "align_corners": False}
    np.testing.assert_array_equal(grid_sample(image, grid, **how)[0, 0, 0], expected)
    np.testing.assert_array_equal(torchs(image, grid, how)[0, 0, 0], expected)


@every_setting
def test_float32_stays_float32(how):
    image, grid = noise(2, 3, 9, 14).astype(np.float32), noise(2, 5, 6, 2, reach=1.8).astype(np.float32)
    result = grid_sample(image, grid, **how)
    assert result.dtype == np.float32
    np.testing.assert_allclose(result, torchs(image, grid, how), rtol=0, atol=2e-5)


# ---- Gradients -----------------------------------------------------------------------------------


@every_setting
def test_gradients_are_autograds(how, tell):
    count, worst = 0, 0.0
    for image, grid, seed in cases(reaches=(0.9, 2.2)):
        upstream = noise(*image.shape[:2], *grid.shape[1:3], seed=seed + 2)
        ours = grid_sample_gradients(upstream, image, grid, **how)
        theirs = torchs_gradients(upstream, image, grid, how)
        worst = max([worst, *(np.abs(a - b).max() for a, b in zip(ours, theirs, strict=True))])
        count += 1
    tell(f"gradients of {count} configurations agree with autograd to {worst:.1g}: {how}")
    assert count == 216
    assert worst <= EXACT


class Sampling(torch.autograd.Function):
    """Ours as a torch operator, so that gradcheck can compare the gradients with differences of our values."""

    @staticmethod
    def forward(context, image, grid, how):
        context.save_for_backward(image, grid)
        context.how = how
        return torch.tensor(grid_sample(image.detach().numpy(), grid.detach().numpy(), **how))

    @staticmethod
    def backward(context, upstream):
        image, grid = (array.numpy() for array in context.saved_tensors)
        gradients = grid_sample_gradients(upstream.numpy(), image, grid, **context.how)
        return *map(torch.tensor, gradients), None


@every_setting
@pytest.mark.parametrize("size_hw", [later((1, 4)), (4, 3), later((5, 6))])
def test_gradcheck(how, size_hw):
    image = torch.tensor(noise(2, 2, *size_hw), requires_grad=True)
    grid = torch.tensor(noise(2, 3, 4, 2, seed=5, reach=2.1), requires_grad=True)
    assert torch.autograd.gradcheck(lambda *arrays: Sampling.apply(*arrays, how), (image, grid))


def gradients_on_pixels(size, how):
    """(ours, torch's) with respect to the grid, at every pixel of a square image."""
    grid = identity_grid((size, size), how["align_corners"])[None]
    image, upstream = noise(1, 2, size, size), noise(1, 2, size, size, seed=1)
    ours = grid_sample_gradients(upstream, image, grid, **how)[1]
    return ours, torchs_gradients(upstream, image, grid, how)[1]


@every_setting
@pytest.mark.parametrize("power", [1, 2, 4, 8, 16, 32, 64])
def test_gradients_at_exact_pixels_are_torchs(how, power):
    """In these sizes every pixel's normalized number is exact, so each lies on the kink."""
    ours, theirs = gradients_on_pixels(power + how["align_corners"], how)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-11)


@pytest.mark.parametrize("size", [3, 6, 31, 33, 100])
@both_conventions
def test_where_rounding_decides_it_is_one_side_or_the_other(size, align_corners):
    """(2 x + 1) / 31 - 1 is not exact, and a processor that rounds once instead of twice takes the other neighbor."""
    how = {"mode": "bilinear", "padding_mode": "zeros", "align_corners": align_corners}
    ours, theirs = gradients_on_pixels(size, how)
    grid = identity_grid((size, size), align_corners)[None]
    image, upstream = noise(1, 2, size, size), noise(1, 2, size, size, seed=1)
    left, right = (grid_sample_gradients(upstream, image, grid + nudge, **how)[1] for nudge in (-1e-9, 1e-9))
    for gradient in (ours, theirs):
        away = np.minimum(np.abs(gradient - left), np.abs(gradient - right))
        assert away.max() < 1e-4
    assert np.abs(left - right).max() > 1


@both_conventions
def test_at_an_exact_pixel_the_slope_is_the_one_to_the_right(align_corners):
    """Squares at pixel 2: 5 to the right, 3 to the left, 4 between."""
    how = {"mode": "bilinear", "padding_mode": "zeros", "align_corners": align_corners}
    squares, middle, one = (
        np.arange(5.0)[None, None, None] ** 2,
        np.zeros((1, 1, 1, 2)),
        np.ones((1, 1, 1, 1)),
    )
    pixels_in_one = 2 if align_corners else 2.5
    for gradients in (
        grid_sample_gradients(one, squares, middle, **how),
        torchs_gradients(one, squares, middle, how),
    ):
        assert gradients[1][0, 0, 0, 0] == 5 * pixels_in_one


# ---- Grids ---------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:Since version 1.3.0, affine_grid")  # an axis of one pixel
@both_conventions
def test_the_identity_grid_is_affine_grids(align_corners):
    unit = torch.eye(2, 3, dtype=torch.float64)[None]
    for height, width in itertools.product([1, 2, 3, 4, 7, 16], repeat=2):
        theirs = F.affine_grid(unit, (1, 1, height, width), align_corners)[0].numpy()
        np.testing.assert_allclose(identity_grid((height, width), align_corners), theirs, rtol=0, atol=1e-15)


@pytest.mark.filterwarnings("ignore:Since version 1.3.0, affine_grid")
@both_conventions
def test_affine_theta_does_in_torch_what_the_matrix_says_in_pixels(align_corners, tell):
    count = 0
    for in_hw, out_hw in itertools.product([(2, 3), (20, 40), (9, 4), (7, 7)], [(1, 5), (20, 40), (6, 3)]):
        for matrix in (noise(2, 3, seed=count, reach=3), about_center(rotation(30), in_hw)):
            theta = affine_theta(matrix, in_hw, out_hw, align_corners)
            theirs = F.affine_grid(torch.tensor(theta)[None], (1, 1, *out_hw), align_corners)[0].numpy()
            np.testing.assert_allclose(affine_grid(theta, out_hw, align_corners), theirs, rtol=0, atol=EXACT)
            places = affine_pixels(matrix, out_hw)
            np.testing.assert_allclose(
                grid_to_pixels(theirs, in_hw, align_corners), places, rtol=0, atol=1e-11
            )
            image = noise(1, 2, *in_hw)
            rotated = torchs(image, theirs[None], {"align_corners": align_corners})
            np.testing.assert_allclose(sample(image[0], places), rotated[0], rtol=0, atol=1e-11)
            count += 1
    tell(f"{count} affine maps in pixels agree with torch's affine_grid, align_corners={align_corners}")
    assert count == 24


@both_conventions
def test_a_flow_in_pixels_moves_by_pixels(align_corners):
    """A ramp reads out its own coordinates: torch with our grid fetches from where the flow says."""
    height, width = 6, 9
    flow = noise(1, height, width, 2, seed=3, reach=1.25)
    ramp = np.stack(np.meshgrid(np.arange(width) * 1.0, np.arange(height) * 1.0))[None]
    how = {"align_corners": align_corners, "padding_mode": "border"}
    read = torchs(ramp, flow_to_grid(flow, align_corners), how)[0]
    expected = flow_to_pixels(flow)[0].clip(0, [width - 1, height - 1])
    np.testing.assert_allclose(np.moveaxis(read, 0, -1), expected, rtol=0, atol=EXACT)


def test_interpolate_is_grid_sample_on_the_larger_identity_grid():
    image = noise(1, 2, 5, 7)
    for align, padding, coordinate_map in (
        (True, "zeros", "align_corners"),
        (False, "border", "half_pixel"),
        (False, "reflection", "half_pixel"),
    ):
        theirs = F.interpolate(torch.tensor(image), (12, 9), mode="bilinear", align_corners=align).numpy()
        ours = grid_sample(image, identity_grid((12, 9), align)[None], "bilinear", padding, align)
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=EXACT)
        np.testing.assert_allclose(
            ours, resize(image, (12, 9), (2, 3), coordinate_map=coordinate_map), rtol=0, atol=EXACT
        )


def test_mixing_the_conventions_is_what_the_first_papers_did():
    """linspace(-1, 1) sampled with align_corners=False: on ones, zero flow leaves 0.25 in the corner."""
    ones, grid = np.ones((1, 1, 4, 8)), identity_grid((4, 8), align_corners=True)[None]
    for mixed in (grid_sample(ones, grid), torchs(ones, grid, {"align_corners": False})):
        np.testing.assert_allclose(mixed[0, 0, 0, :2], [0.25, 0.5], rtol=0, atol=EXACT)
        np.testing.assert_allclose(mixed[0, 0, 1:3, 1:7], 1, rtol=0, atol=EXACT)


@pytest.mark.parametrize(
    "size, align_corners, off", [(1024, True, 0.125), (1024, False, 0.0), (4096, False, 0.5)]
)
def test_what_float16_would_do(size, align_corners, off):
    """torch takes a float16 grid; this is how far its places are from the pixels. Ours is refused."""
    coarse = to_normalized(np.arange(size), size, align_corners).astype(np.float16)
    half = size / 2 if not align_corners else (size - 1) / 2
    places = (coarse.astype(float) + 1) * half - (0 if align_corners else 0.5)
    assert np.abs(places - np.arange(size)).max() == pytest.approx(off, rel=0.02)
    grid = np.zeros((1, size, 2), np.float16)
    with pytest.raises(TypeError, match=rf"up to {size / 8192:g} pixels of {size}"):
        grid_sample(np.zeros((1, size)), grid)
