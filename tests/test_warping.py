"""Warping against cases worked by hand, identities, scipy, and a real pair of pictures; bad input refused in words.

torch has a file of its own.
"""

import inspect
import itertools

import numpy as np
import pytest
import scipy.ndimage
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import warping
from course_utils.images import psnr
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
    pixel_centers,
    pixels_to_grid,
    resize_flow,
    rotation,
    sample,
    to_normalized,
    to_pixels,
    warp,
)
from tests.arrays import noise

EXACT = 1e-12
HOW = list(itertools.product(SAMPLING_MODES, PADDING_MODES, (False, True)))
both_conventions = pytest.mark.parametrize("align_corners", [False, True])
sizes = st.integers(1, 60)
few = settings(max_examples=80, deadline=None)


# ---- Units ---------------------------------------------------------------------------------------


def test_minus_one_and_one_by_hand():
    np.testing.assert_array_equal(to_pixels([-1, 1], 7), [-0.5, 6.5])
    np.testing.assert_array_equal(to_pixels([-1, 1], 7, align_corners=True), [0, 6])
    np.testing.assert_allclose(identity_grid((1, 5))[0, :, 0], [-0.8, -0.4, 0, 0.4, 0.8], rtol=0, atol=1e-15)
    np.testing.assert_array_equal(identity_grid((5, 1), True)[:, 0, 1], [-1, -0.5, 0, 0.5, 1])


@few
@given(st.integers(1, 5000), st.integers(0, 10**6), st.booleans())
def test_there_and_back(size, seed, align_corners):
    pixels = noise(50, seed=seed, reach=2 * size)
    if align_corners and size == 1:
        pixels = np.zeros(50)
    back = to_pixels(to_normalized(pixels, size, align_corners), size, align_corners)
    np.testing.assert_allclose(back, pixels, rtol=0, atol=size * 1e-14)


def test_x_comes_before_y_and_width_goes_with_x():
    np.testing.assert_array_equal(pixel_centers((2, 3))[1, 2], [2, 1])
    np.testing.assert_array_equal(pixels_to_grid([7.5, -0.5], (4, 8)), [1, -1])
    np.testing.assert_array_equal(grid_to_pixels([1, -1], (4, 8), True), [7, 0])


@both_conventions
def test_one_pixel_of_flow_is_one_pixel_in_both_axes(align_corners):
    """4 x 8, where dividing by [h, w] would move 0.1875 pixels for a flow of 1 in y."""
    pitch = [2 / 7, 2 / 3] if align_corners else [2 / 8, 2 / 4]
    moved = flow_to_grid(np.ones((4, 8, 2)), align_corners) - identity_grid((4, 8), align_corners)
    np.testing.assert_allclose(moved, np.broadcast_to(pitch, (4, 8, 2)), rtol=0, atol=1e-15)


# ---- Identity ------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode, padding_mode, align_corners", HOW)
def test_zero_flow_is_the_identity_exactly(mode, padding_mode, align_corners):
    for size_hw in itertools.product([1, 2, 3, 5, 10, 31, 100], repeat=2):
        image = noise(2, *size_hw)
        result = warp(image, np.zeros((*size_hw, 2)), mode, padding_mode, align_corners)
        np.testing.assert_array_equal(result, image)


@both_conventions
def test_through_normalized_numbers_it_is_exact_where_they_are(align_corners):
    """Powers of two, and one more with align_corners."""
    for height, width in itertools.product([2, 4, 16, 128], repeat=2):
        image = noise(height + align_corners, width + align_corners)
        for mode, padding_mode in itertools.product(SAMPLING_MODES, PADDING_MODES):
            grid = identity_grid(image.shape, align_corners)
            result = grid_sample(image, grid, mode, padding_mode, align_corners)
            np.testing.assert_array_equal(result, image)


@both_conventions
def test_which_sizes_hide_that_a_grid_is_in_half_precision(align_corners):
    """As lesson 11 says: sizes such as 5, 9 and 17 with align_corners, else powers of two; 6 x 7 never."""
    hidden = [5, 9, 17] if align_corners else [4, 8, 16]
    for size in (4, 5, 6, 7, 8, 9, 16, 17):
        kept = identity_grid((2, size), align_corners)[0, :, 0].astype(np.float16).astype(float)
        assert (np.abs(to_pixels(kept, size, align_corners) - np.arange(size)).max() < 1e-12) == (
            size in hidden
        )


@both_conventions
def test_and_within_rounding_in_every_size(align_corners):
    for size in range(1, 200):
        image = noise(size, 3)
        for mode, padding_mode in itertools.product(SAMPLING_MODES, PADDING_MODES):
            grid = identity_grid(image.shape, align_corners)
            result = grid_sample(image, grid, mode, padding_mode, align_corners)
            np.testing.assert_allclose(result, image, rtol=0, atol=0 if mode == "nearest" else EXACT)


# ---- Sampling ------------------------------------------------------------------------------------

IMPULSE = np.array([[0.0, 0, 1, 0, 0]])


def test_a_warp_is_backward():
    right = np.full((1, 5, 2), [1.0, 0.0])
    np.testing.assert_array_equal(warp(IMPULSE, right), [[0, 1, 0, 0, 0]])
    np.testing.assert_array_equal(warp(IMPULSE, right / 2), [[0, 0.5, 0.5, 0, 0]])


def test_paddings_by_hand():
    row, places = np.array([[1.0, 2.0, 4.0]]), np.array([[[-0.25, 0], [-1, 0], [-2, 0], [2.5, 0], [4, 0]]])
    by_hand = {
        ("zeros", False): [0.75, 0, 0, 2, 0],
        ("border", False): [1, 1, 1, 4, 4],
        ("reflection", False): [1, 1, 2, 4, 2],  # about -0.5 and 2.5: -1 becomes 0, -2 becomes 1, 4 becomes 1
        ("reflection", True): [1.25, 2, 4, 3, 1],  # about 0 and 2
    }
    for (padding_mode, align_corners), expected in by_hand.items():
        result = sample(row, places, "bilinear", padding_mode, align_corners)[0]
        np.testing.assert_array_equal(result, expected)


@few
@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 10**6))
def test_scipy_agrees(height, width, seed):
    image, places = noise(height, width, seed=seed), noise(5, 6, 2, seed=seed + 1, reach=30.0)
    names = {("zeros", False): "grid-constant", ("border", False): "nearest",
             ("reflection", False): "reflect", ("reflection", True): "mirror"}  # fmt: skip
    for (padding_mode, align_corners), name in names.items():
        yx = np.moveaxis(places[..., ::-1], -1, 0)
        theirs = scipy.ndimage.map_coordinates(image, yx, order=1, mode=name)
        ours = sample(image, places, "bilinear", padding_mode, align_corners)
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=EXACT)


@few
@given(sizes, sizes, st.integers(0, 10**6), st.booleans())
def test_the_hat_formula_is_bilinear_with_zeros(height, width, seed, align_corners):
    image, grid = noise(2, height, width, seed=seed), noise(3, 4, 2, seed=seed + 1, reach=1.5)
    ours = grid_sample(image, grid, align_corners=align_corners)
    np.testing.assert_allclose(hat_sample(image, grid, align_corners), ours, rtol=0, atol=EXACT)


@pytest.mark.parametrize("mode, padding_mode, align_corners", HOW)
def test_one_grid_serves_everything_in_front(mode, padding_mode, align_corners):
    image, grid = noise(2, 3, 4, 5), noise(6, 7, 2, reach=2.0)
    how = (mode, padding_mode, align_corners)
    shared = grid_sample(image, grid, *how)
    assert shared.shape == (2, 3, 6, 7)
    np.testing.assert_array_equal(shared, grid_sample(image, np.stack([grid, grid]), *how))
    np.testing.assert_array_equal(shared[1, 2], grid_sample(image[1, 2], grid, *how))
    upstream = noise(2, 3, 6, 7, seed=4)
    to_image, to_grid = grid_sample_gradients(upstream, image, grid, *how)
    both_images, both_grids = grid_sample_gradients(upstream, image, np.stack([grid, grid]), *how)
    np.testing.assert_array_equal(to_image, both_images)
    np.testing.assert_allclose(to_grid, both_grids.sum(axis=0), rtol=0, atol=EXACT)


@pytest.mark.parametrize("mode, padding_mode, align_corners", HOW)
def test_the_gradient_of_the_image_is_the_transpose(mode, padding_mode, align_corners):
    image, grid, upstream = noise(2, 3, 5, 4), noise(2, 6, 7, 2, reach=1.7), noise(2, 3, 6, 7, seed=1)
    how = (mode, padding_mode, align_corners)
    to_image, _ = grid_sample_gradients(upstream, image, grid, *how)
    there, back = np.sum(grid_sample(image, grid, *how) * upstream), np.sum(image * to_image)
    assert there == pytest.approx(back, abs=EXACT)


def test_arrays_in_are_left_as_they_are():
    image, grid = noise(3, 4), noise(5, 6, 2, reach=2.0)
    before = image.copy(), grid.copy()
    for how in HOW:
        grid_sample_gradients(grid_sample(image, grid, *how), image, grid, *how)
    np.testing.assert_array_equal(image, before[0])
    np.testing.assert_array_equal(grid, before[1])


# ---- Affine maps ---------------------------------------------------------------------------------


def test_a_quarter_turn_is_rot90():
    image = noise(6, 6)
    turned = sample(image, affine_pixels(about_center(rotation(90), (6, 6)), (6, 6)), "nearest")
    np.testing.assert_array_equal(turned, np.rot90(image))


def test_a_turn_of_an_image_that_is_not_square():
    theta = affine_theta(about_center(rotation(30), (20, 40)), (20, 40))
    cos = np.sqrt(3) / 2
    np.testing.assert_allclose(theta, [[cos, -0.25, 0], [1, cos, 0]], rtol=0, atol=EXACT)
    naive = np.column_stack([rotation(30), [0, 0]])
    edges = np.diff(grid_to_pixels(affine_grid(naive, (20, 40)), (20, 40)), axis=1)
    assert np.linalg.norm(edges[0, 0]) == pytest.approx(np.hypot(cos, 0.25))  # sheared: 0.90 pixels, not 1


@both_conventions
def test_theta_of_every_matrix_fetches_from_the_same_pixels(align_corners):
    for seed, (in_hw, out_hw) in enumerate(itertools.product([(2, 3), (20, 40), (9, 4)], [(1, 5), (6, 3)])):
        matrix = noise(2, 3, seed=seed, reach=4)
        grid = affine_grid(affine_theta(matrix, in_hw, out_hw, align_corners), out_hw, align_corners)
        places = grid_to_pixels(grid, in_hw, align_corners)
        np.testing.assert_allclose(places, affine_pixels(matrix, out_hw), rtol=0, atol=1e-11)


# ---- Resizing a flow -----------------------------------------------------------------------------


def test_one_pixel_of_eight_is_two_of_sixteen():
    flow = np.full((4, 8, 2), [1.0, -1.0])
    np.testing.assert_array_equal(resize_flow(flow, (4, 16)), np.full((4, 16, 2), [2.0, -1.0]))
    np.testing.assert_array_equal(resize_flow(flow, (2, 8)), np.full((2, 8, 2), [1.0, -0.5]))
    stretched = resize_flow(flow, (7, 15), "align_corners")
    np.testing.assert_allclose(stretched, np.full((7, 15, 2), [2.0, -2.0]), rtol=0, atol=EXACT)


@pytest.mark.parametrize("coordinate_map", ["half_pixel", "align_corners"])
def test_a_resized_flow_fetches_from_the_same_place_of_the_picture(coordinate_map):
    """In normalized numbers of its own convention, a place keeps its name when the picture is resized."""
    align_corners = coordinate_map == "align_corners"
    height, width = in_hw = (8, 6)
    x, y = np.moveaxis(pixel_centers(in_hw), -1, 0)
    flow = np.stack([0.3 * x - 0.2 * y + 1, 0.1 * x + 0.25 * y - 2], axis=-1)
    out_hw = (20, 27)
    resized = flow_to_grid(resize_flow(flow, out_hw, coordinate_map), align_corners)
    x, y = np.moveaxis(grid_to_pixels(identity_grid(out_hw, align_corners), in_hw, align_corners), -1, 0)
    exact = np.stack([x + 0.3 * x - 0.2 * y + 1, y + 0.1 * x + 0.25 * y - 2], axis=-1)
    inside = (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)  # beyond, the border is repeated
    expected = pixels_to_grid(exact, in_hw, align_corners)
    assert inside.mean() > 0.7
    np.testing.assert_allclose(resized[inside], expected[inside], rtol=0, atol=EXACT)


# ---- Two real pictures ---------------------------------------------------------------------------


def test_the_stereo_pair(tell):
    """The left picture fetched from the right one: what is at x in the left is at x - disparity in the right.

    (The docstring of the data says it the other way around; the pictures decide.) Only pixels whose disparity is
    known count: elsewhere it is infinite.
    """
    data = pytest.importorskip("skimage.data")
    left, right, disparity = data.stereo_motorcycle()
    left, right = (np.moveaxis(picture.astype(float), -1, 0) for picture in (left, right))
    known = np.isfinite(disparity)
    with pytest.raises(ValueError, match="flow_xy must be finite; got -inf"):
        warp(right, np.stack([-disparity, np.zeros_like(disparity)], axis=-1))
    flow = np.stack([-np.where(known, disparity, 0), np.zeros(disparity.shape)], axis=-1)
    before, after, wrong_way = (
        psnr(left[:, known], picture[:, known])
        for picture in (
            right,
            warp(right, flow, padding_mode="border"),
            warp(right, -flow, padding_mode="border"),
        )
    )
    tell(f"stereo pair: {before:.2f} dB, warped {after:.2f} dB, the wrong way {wrong_way:.2f} dB")
    assert before == pytest.approx(12.77, abs=0.01)
    assert after > 22
    assert wrong_way < before
    # Zeros where the right picture ends cost 4 dB; without those pixels they are no worse.
    with_zeros, x = warp(right, flow), flow_to_pixels(flow)[..., 0]
    shown = known & (x >= 0) & (x <= left.shape[-1] - 1)
    assert psnr(left[:, known], with_zeros[:, known]) == pytest.approx(18.5, abs=0.1)
    assert psnr(left[:, shown], with_zeros[:, shown]) > 22


# ---- Bad input -----------------------------------------------------------------------------------

IMAGE, GRID, MATRIX = np.ones((3, 4)), np.zeros((5, 6, 2)), np.eye(2, 3)
SAMPLING = {"mode": "bilinear", "padding_mode": "zeros", "align_corners": False}
CALLS = {
    to_normalized: {"pixels": np.ones(3), "size": 4, "align_corners": False},
    to_pixels: {"normalized": np.ones(3), "size": 4, "align_corners": False},
    pixels_to_grid: {"pixels_xy": GRID, "in_size_hw": (3, 4), "align_corners": False},
    grid_to_pixels: {"grid": GRID, "in_size_hw": (3, 4), "align_corners": False},
    pixel_centers: {"size_hw": (3, 4)},
    identity_grid: {"size_hw": (3, 4), "align_corners": False},
    flow_to_pixels: {"flow_xy": GRID},
    flow_to_grid: {"flow_xy": GRID, "align_corners": False},
    resize_flow: {"flow_xy": GRID, "out_size_hw": (3, 4), "coordinate_map": "half_pixel"},
    rotation: {"degrees": 30},
    about_center: {"linear": np.eye(2), "size_hw": (3, 4)},
    affine_pixels: {"matrix": MATRIX, "out_size_hw": (3, 4)},
    affine_theta: {"matrix": MATRIX, "in_size_hw": (3, 4), "out_size_hw": (3, 4), "align_corners": False},
    affine_grid: {"theta": MATRIX, "out_size_hw": (3, 4), "align_corners": False},
    grid_sample: {"image": IMAGE, "grid": GRID, **SAMPLING},
    sample: {"image": IMAGE, "pixels_xy": GRID, **SAMPLING},
    warp: {"image": IMAGE, "flow_xy": np.zeros((3, 4, 2)), **SAMPLING},
    hat_sample: {"image": IMAGE, "grid": GRID, "align_corners": False},
    grid_sample_gradients: {"upstream": np.ones((5, 6)), "image": IMAGE, "grid": GRID, **SAMPLING},
}
NO_NUMBERS = [(None, "None"), ("grid", "'grid'"), (np.array([]), "shape (0,)"), ([[1], [2, 3]], "[[1], [2, 3]]"),
              (np.array([[1.0, np.nan]]), "got nan at (0, 1)"), (1j * GRID, "complex128"),
              (np.array([[-np.inf]]), "got -inf at (0, 0)")]  # fmt: skip
NO_PLACES = [*NO_NUMBERS, (GRID.astype(np.float16), "float16 of shape (5, 6, 2)"), (1e300 + GRID, "got 1e+300"),
             (-1e10 + GRID, "got -10000000000.0")]  # fmt: skip
NO_PAIRS = [*NO_PLACES, (np.ones((4, 3)), "shape (4, 3)"), (5.0, "shape ()")]
NO_FIELD = [*NO_PAIRS, (np.ones((2, 5, 6)), "shape (2, 5, 6)"), (np.ones((6, 2)), "shape (6, 2)")]
NO_SIZE = [(v, f"got {v!r}") for v in (4.0, 0, -1, "4", True, None, 10**9)]
NO_SIZE_HW = [((3, 0), "got 0"), ((3, -4), "got -4"), ((3, 4.0), "got 4.0"), ((3,), "(3,)"), ((3, 4, 3), "(3, 4, 3)"),
              (4, "got 4"), ("34", "got '34'"), ((), "()"), ((3, True), "got True")]  # fmt: skip
NO_MATRIX = [*NO_PLACES, (np.eye(3), "shape (3, 3)"), (5.0, "shape ()")]
BAD = {
    "pixels": NO_PLACES, "normalized": NO_PLACES, "pixels_xy": NO_PAIRS, "grid": NO_PAIRS, "flow_xy": NO_FIELD,
    "size": NO_SIZE, "linear": NO_MATRIX, "matrix": NO_MATRIX, "theta": NO_MATRIX,
    "size_hw": [*NO_SIZE_HW, (None, "None")], "in_size_hw": [*NO_SIZE_HW, (None, "None")], "out_size_hw": NO_SIZE_HW,
    "align_corners": [(v, f"got {v!r}") for v in (1, 0, None, "no")],
    "mode": [("linear", "'linear'"), ("bilinaer", "Did you mean 'bilinear'"), (None, "None")],
    "padding_mode": [("edge", "'edge'"), ("zero", "Did you mean 'zeros'"), (0, "got 0")],
    "coordinate_map": [("asymmetric", "'asymmetric'"), (None, "None")],
    "degrees": [("30", "'30'"), (np.nan, "nan"), (None, "None"), (True, "True")],
    "image": [*NO_NUMBERS, (IMAGE.astype(np.uint8), "uint8"), (IMAGE.astype(np.float16), "float16"),
              (np.ones(4), "shape (4,)")],
    "upstream": [*NO_NUMBERS, (np.ones((6, 5)), "shape (6, 5)")],
}  # fmt: skip
FIELDS = {(grid_sample, "grid"), (hat_sample, "grid"), (grid_sample_gradients, "grid"), (sample, "pixels_xy")}
CASES = [
    (function, argument, value, told)
    for function, good in CALLS.items()
    for argument in good
    for value, told in (NO_FIELD if (function, argument) in FIELDS else BAD[argument])
]


def test_every_public_function_and_argument_is_here():
    public = {
        member
        for name, member in inspect.getmembers(warping, inspect.isfunction)
        if member.__module__ == warping.__name__ and not name.startswith("_")
    }
    assert public == set(CALLS)
    for function, good in CALLS.items():
        assert set(good) == set(inspect.signature(function).parameters)
        function(**good)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "function, argument, value, told",
    CASES,
    ids=[f"{f.__name__}-{a}-{i}" for i, (f, a, *_) in enumerate(CASES)],
)
def test_refused_by_name_with_the_value(function, argument, value, told):
    with pytest.raises((ValueError, TypeError)) as caught:
        function(**{**CALLS[function], argument: value})
    message = str(caught.value)
    assert argument in message, message
    assert told in message, message
    assert len(message) < 400


REFUSED = [
    (lambda: grid_sample(np.ones((2, 3, 4, 5)), np.zeros((3, 6, 7, 2))), r"\(3, 6, 7, 2\) .* \(2, 3, 4, 5\)"),
    (lambda: grid_sample(np.ones((2, 4, 5)), np.zeros((2, 6, 7, 2))), r"\(2, 6, 7, 2\) .* \(2, 4, 5\)"),
    (lambda: warp(IMAGE, np.zeros((4, 3, 2))), r"\(4, 3, 2\) for .* \(3, 4\)\. resize_flow"),
    (lambda: to_normalized([0, 1.25], 1, True), r"size=1 .* pixels=1\.25 has none\. Use align_corners=False"),
    (lambda: affine_theta(MATRIX, (1, 5), align_corners=True), r"in_size_hw=\(1, 5\)\. Use align_corners=False"),
    (lambda: resize_flow(np.zeros((1, 4, 2)), (2, 4), "align_corners"), "an axis of 1 to become 2"),
    (lambda: pixel_centers((2**20, 2**20)), "would have shape"),
    (lambda: grid_sample(np.ones((1000, 1000, 4, 4)), np.zeros((20, 20, 2))), "would have shape"),
    (lambda: hat_sample(np.ones((1000, 1000)), np.zeros((20, 20, 2))), "would have shape"),
    (lambda: grid_sample(IMAGE, GRID.astype(np.float16)), "up to 0.000488281 pixels of 4"),
    (lambda: warp(IMAGE, np.zeros((3, 4, 2), np.float16)), "above 1024 pixels it holds whole numbers only"),
]  # fmt: skip


@pytest.mark.parametrize("call, told", REFUSED)
def test_what_does_not_go_together_is_refused_with_both_values(call, told):
    with pytest.raises((ValueError, TypeError), match=told):
        call()


def test_a_few_things_that_look_unusual_are_right():
    """Whole numbers, lists, numpy integers and float32 are good places; sizes may be lists."""
    expected = grid_sample(IMAGE, identity_grid((3, 4), True), align_corners=True)
    for size_hw in ([3, 4], np.array([3, 4]), (np.int32(3), np.uint8(4))):
        np.testing.assert_array_equal(identity_grid(size_hw), identity_grid((3, 4)))
    np.testing.assert_array_equal(sample(IMAGE.tolist(), pixel_centers((3, 4)).astype(int)), expected)
    np.testing.assert_array_equal(sample(IMAGE, pixel_centers((3, 4)).astype(np.float32)), expected)
