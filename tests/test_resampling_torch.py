"""Our resize against torch's interpolate, in float64, and the places where torch differs on purpose."""

import itertools

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.probing import operator_matrix
from course_utils.resampling import enlarge_crop, nearest_indices, resampling_matrix, resize
from tests.arrays import noise

EXACT = 1e-12
SPATIAL = {1: "linear", 2: "bilinear", 3: "trilinear"}
# Up, down, by an integer, by a fraction, not at all, from one sample, to one sample.
PAIRS = [
    (4, 8),
    (8, 4),
    (4, 7),
    (8, 3),
    (5, 13),
    (13, 5),
    (31, 7),
    (7, 31),
    (6, 6),
    (1, 5),
    (5, 1),
    (1, 1),
    (10, 9),
]
few = settings(max_examples=60, deadline=None)


def torchs(array, sizes, mode, coordinate_map=None):
    corners = None if coordinate_map is None else coordinate_map == "align_corners"
    return F.interpolate(torch.tensor(array), size=tuple(sizes), mode=mode, align_corners=corners).numpy()


def ours(array, sizes, mode="linear", coordinate_map=None):
    """Batch and channel axes stay; the others are resized."""
    return resize(array, sizes, range_of(2, array.ndim), mode, coordinate_map)


def range_of(first, last):
    return tuple(range(first, last))


@pytest.mark.parametrize("coordinate_map", ["half_pixel", "align_corners"])
@pytest.mark.parametrize("in_size, out_size", PAIRS)
def test_linear_on_every_pair(in_size, out_size, coordinate_map):
    signal = noise(2, 3, in_size)
    expected = torchs(signal, (out_size,), "linear", coordinate_map)
    np.testing.assert_allclose(
        ours(signal, (out_size,), "linear", coordinate_map), expected, rtol=0, atol=EXACT
    )


@pytest.mark.parametrize("coordinate_map", ["half_pixel", "align_corners"])
@pytest.mark.parametrize("mode, torch_mode", [("linear", "bilinear"), ("cubic", "bicubic")])
def test_two_axes_on_every_pair_of_pairs(mode, torch_mode, coordinate_map):
    for (height, out_height), (width, out_width) in itertools.product(PAIRS, PAIRS):
        image, sizes = noise(1, 2, height, width), (out_height, out_width)
        expected = torchs(image, sizes, torch_mode, coordinate_map)
        result = ours(image, sizes, mode, coordinate_map)
        np.testing.assert_allclose(result, expected, rtol=0, atol=EXACT, err_msg=f"{image.shape} to {sizes}")


@few
@given(st.data())
def test_linear_bilinear_trilinear_of_any_shape(data):
    dimensions = data.draw(st.integers(1, 3))
    sizes = st.lists(st.integers(1, 14), min_size=dimensions, max_size=dimensions)
    coordinate_map = data.draw(st.sampled_from(["half_pixel", "align_corners"]))
    array, out_sizes = noise(2, 3, *data.draw(sizes)), data.draw(sizes)
    expected = torchs(array, out_sizes, SPATIAL[dimensions], coordinate_map)
    np.testing.assert_allclose(ours(array, out_sizes, "linear", coordinate_map), expected, rtol=0, atol=EXACT)


@few
@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 60), st.integers(1, 60), st.booleans())
def test_bicubic_of_any_shape(height, width, out_height, out_width, corners):
    coordinate_map = "align_corners" if corners else "half_pixel"
    image, sizes = noise(1, 2, height, width), (out_height, out_width)
    expected = torchs(image, sizes, "bicubic", coordinate_map)
    np.testing.assert_allclose(ours(image, sizes, "cubic", coordinate_map), expected, rtol=0, atol=EXACT)


@few
@given(st.integers(1, 50), st.integers(1, 50), st.sampled_from(["linear", "cubic"]))
def test_float32_agrees_to_single_precision(in_size, out_size, mode):
    image = noise(1, 1, in_size, in_size).astype(np.float32)
    sizes = (out_size, out_size + 3)
    result = ours(image, sizes, mode)
    assert result.dtype == np.float32
    # torch computes coordinates in float32 too, so the error grows with the coordinate.
    np.testing.assert_allclose(result, torchs(image, sizes, f"bi{mode}", "half_pixel"), rtol=0, atol=5e-5)


# ---- Nearest -------------------------------------------------------------------------------------

RULES = [("nearest", "floor"), ("nearest-exact", "half_pixel")]


@pytest.mark.parametrize("mode, rule", RULES)
def test_nearest_in_one_dimension_is_exact_in_float64(mode, rule):
    for in_size, out_size in itertools.product(range(1, 70), range(1, 100)):
        picked = torchs(np.arange(float(in_size))[None, None], (out_size,), mode)[0, 0]
        np.testing.assert_array_equal(picked, nearest_indices(in_size, out_size, rule))


@few
@given(st.data())
def test_nearest_of_any_shape(data):
    dimensions = data.draw(st.sampled_from([1, 3]))  # images have a test of their own, below
    sizes = st.lists(st.integers(1, 40 if dimensions == 1 else 12), min_size=dimensions, max_size=dimensions)
    array, out_sizes = noise(2, 3, *data.draw(sizes)), data.draw(sizes)
    for mode, _ in RULES:
        np.testing.assert_array_equal(ours(array, out_sizes, mode), torchs(array, out_sizes, mode))


def test_in_float32_torch_picks_another_pixel():
    """2 to 82: 41 * 2 / 82 is exactly 1, but 2/82 in float32 is a hair below, so the floor is 0."""
    ramp = np.arange(2.0)[None, None]
    assert torchs(ramp, (82,), "nearest")[0, 0, 41] == 1
    assert torchs(ramp.astype(np.float32), (82,), "nearest")[0, 0, 41] == 0
    assert torchs(ramp.astype(np.uint8), (82,), "nearest")[0, 0, 41] == 0
    assert ours(ramp.astype(np.float32), (82,), "nearest")[0, 0, 41] == 1


def in_float32(in_size, out_size, mode):
    """torch's index arithmetic in single precision."""
    scale, o = np.float32(in_size) / np.float32(out_size), np.arange(out_size, dtype=np.float32)
    index = np.floor((o if mode == "nearest" else o + np.float32(0.5)) * scale).astype(int)
    return index.clip(max=in_size - 1)


@pytest.mark.parametrize("mode, rule", RULES)
def test_small_images_are_indexed_in_float32_even_in_float64(mode, rule):
    """torch takes another path for images than for 1-D signals and volumes, and yet another for large images."""
    different = 0
    for in_size, out_size in itertools.product(range(1, 40), range(1, 90)):
        exact, single = nearest_indices(in_size, out_size, rule), in_float32(in_size, out_size, mode)
        image = np.tile(np.arange(float(in_size)), (1, 1, 2, 1))
        picked = torchs(image, (2, out_size), mode)[0, 0, 0]
        assert np.array_equal(picked, exact) or np.array_equal(picked, single), (in_size, out_size)
        different += not np.array_equal(exact, single)
    assert 0 < different < 60  # of 3471 pairs


@few
@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 60), st.integers(1, 60), st.sampled_from(RULES))
def test_nearest_on_images_of_any_shape(height, width, out_height, out_width, mode_and_rule):
    mode, _ = mode_and_rule
    image, sizes = noise(1, 3, height, width), (out_height, out_width)
    single = image[:, :, in_float32(height, out_height, mode)][:, :, :, in_float32(width, out_width, mode)]
    result, theirs = ours(image, sizes, mode), torchs(image, sizes, mode)
    assert np.array_equal(theirs, result) or np.array_equal(theirs, single)


# ---- Layers and tables of the articles -----------------------------------------------------------

SMALL = np.array([[1.0, 2.0], [3.0, 4.0]])
IN_ZEROS = np.array([[1.0, 2.0, 0.0], [3.0, 4.0, 0.0], [0.0, 0.0, 0.0]])
PRINTED = {  # as printed in the article, to four decimals
    ("2x2", "nearest", None): """
        1 1 2 2
        1 1 2 2
        3 3 4 4
        3 3 4 4""",
    ("2x2", "linear", "half_pixel"): """
        1.0000 1.2500 1.7500 2.0000
        1.5000 1.7500 2.2500 2.5000
        2.5000 2.7500 3.2500 3.5000
        3.0000 3.2500 3.7500 4.0000""",
    ("2x2", "linear", "align_corners"): """
        1.0000 1.3333 1.6667 2.0000
        1.6667 2.0000 2.3333 2.6667
        2.3333 2.6667 3.0000 3.3333
        3.0000 3.3333 3.6667 4.0000""",
    ("3x3", "linear", "half_pixel"): """
        1.0000 1.2500 1.7500 1.5000 0.5000 0.0000
        1.5000 1.7500 2.2500 1.8750 0.6250 0.0000
        2.5000 2.7500 3.2500 2.6250 0.8750 0.0000
        2.2500 2.4375 2.8125 2.2500 0.7500 0.0000
        0.7500 0.8125 0.9375 0.7500 0.2500 0.0000
        0.0000 0.0000 0.0000 0.0000 0.0000 0.0000""",
    ("3x3", "linear", "align_corners"): """
        1.0000 1.4000 1.8000 1.6000 0.8000 0.0000
        1.8000 2.2000 2.6000 2.2400 1.1200 0.0000
        2.6000 3.0000 3.4000 2.8800 1.4400 0.0000
        2.4000 2.7200 3.0400 2.5600 1.2800 0.0000
        1.2000 1.3600 1.5200 1.2800 0.6400 0.0000
        0.0000 0.0000 0.0000 0.0000 0.0000 0.0000""",
}


@pytest.mark.parametrize("case", PRINTED)
def test_the_tables_of_the_second_article(case):
    which, mode, coordinate_map = case
    array = {"2x2": SMALL, "3x3": IN_ZEROS}[which]
    printed = np.array([line.split() for line in PRINTED[case].strip().splitlines()], dtype=float)
    result = resize(array, printed.shape, mode=mode, coordinate_map=coordinate_map)
    np.testing.assert_allclose(result, printed, rtol=0, atol=5.1e-5)


def test_in_zeros_the_corner_agrees_with_the_small_table_only_with_half_pixels():
    """The article's point: with align_corners the values depend on the size of what is around them."""
    half = {n: resize(a, (2 * n, 2 * n)) for n, a in ((2, SMALL), (3, IN_ZEROS))}
    np.testing.assert_array_equal(half[2][:3, :3], half[3][:3, :3])
    corners = {
        n: resize(a, (2 * n, 2 * n), coordinate_map="align_corners") for n, a in ((2, SMALL), (3, IN_ZEROS))
    }
    assert np.abs(corners[2][:3, :3] - corners[3][:3, :3])[1:, 1:].min() > 0.1


def test_upsampling_bilinear_2d_is_align_corners_and_upsample_is_not():
    image = noise(1, 3, 4, 5)
    tensor = torch.tensor(image)
    old = torch.nn.UpsamplingBilinear2d(scale_factor=2)(tensor).numpy()
    default = torch.nn.Upsample(scale_factor=2, mode="bilinear")(tensor).numpy()
    np.testing.assert_allclose(ours(image, (8, 10), "linear", "align_corners"), old, rtol=0, atol=EXACT)
    np.testing.assert_allclose(ours(image, (8, 10)), default, rtol=0, atol=EXACT)
    assert np.abs(old - default).max() > 0.1


def test_a_factor_is_not_a_size():
    """Given a factor torch maps with the factor, not with the ratio of the sizes: 10 * 1.55 gives 15, not 15.5."""
    ramp = np.arange(10.0)[None, None]
    by_factor = F.interpolate(torch.tensor(ramp), scale_factor=1.55, mode="linear").numpy()[0, 0]
    by_size = ours(ramp, (15,))[0, 0]
    np.testing.assert_allclose(by_factor[-3:], [7.565, 8.210, 8.855], atol=1e-3)
    np.testing.assert_allclose(by_size[-3:], [7.833, 8.5, 9.0], atol=1e-3)
    coordinates = (np.arange(15) + 0.5) / 1.55 - 0.5
    np.testing.assert_allclose(by_factor, np.clip(coordinates, 0, 9), rtol=0, atol=EXACT)


def test_antialiasing_is_another_operator_when_shrinking_and_the_same_linear_one_when_enlarging():
    image = noise(1, 1, 9, 9)

    def antialiased(size):
        return F.interpolate(torch.tensor(image), size=size, mode="bilinear", antialias=True).numpy()

    np.testing.assert_allclose(ours(image, (20, 20)), antialiased((20, 20)), rtol=0, atol=EXACT)
    assert np.abs(ours(image, (3, 3)) - antialiased((3, 3))).max() > 0.1


@pytest.mark.parametrize("mode, torch_mode", [("linear", "bilinear"), ("cubic", "bicubic")])
def test_the_operator_found_by_probing_is_the_kronecker_product_of_ours(mode, torch_mode):
    """What the microscope shows of torch and of resize is one matrix."""
    matrix, out_shape = operator_matrix(
        lambda x: F.interpolate(x, size=(7, 5), mode=torch_mode), (1, 1, 4, 6)
    )
    assert out_shape == (1, 1, 7, 5)
    separable = np.kron(resampling_matrix(4, 7, mode), resampling_matrix(6, 5, mode))
    np.testing.assert_allclose(matrix, separable, rtol=0, atol=EXACT)
    probed, _ = operator_matrix(lambda x: resize(x, (7, 5), mode=mode), (4, 6))
    np.testing.assert_allclose(probed, matrix, rtol=0, atol=EXACT)


@pytest.mark.parametrize(
    "mode, torchs_name", [("nearest", "nearest"), ("linear", "bilinear"), ("cubic", "bicubic")]
)
@pytest.mark.parametrize("factor", [2, 3, 7, 12])
def test_an_enlarged_crop_is_that_part_of_torchs_enlarged_picture(mode, torchs_name, factor):
    image = np.random.default_rng(7).integers(0, 256, (23, 31), np.uint8)
    whole = F.interpolate(
        torch.tensor(image, dtype=torch.float64)[None, None], scale_factor=factor, mode=torchs_name
    )
    for top, left in ((0, 0), (9, 12), (15, 23)):
        part = whole[0, 0, top * factor : (top + 8) * factor, left * factor : (left + 8) * factor].numpy()
        assert np.abs(enlarge_crop(image, top, left, 8, factor, mode) - part).max() < 1e-10
