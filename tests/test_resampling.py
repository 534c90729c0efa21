"""Resampling against cases worked by hand, identities, np.interp, scipy and scikit-image.

Torch and OpenCV have files of their own.
"""

import numpy as np
import pytest
import scipy.ndimage
import skimage.transform
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import resampling, sums
from course_utils.resampling import (
    COORDINATE_MAPS,
    MODES,
    box,
    cell_around,
    cell_weights,
    cubic,
    enlarge_crop,
    interpolate_cell,
    nearest_indices,
    opencv_nearest_indices,
    resample,
    resampling_matrix,
    resampling_taps,
    resize,
    source_coordinates,
    to_8_bits,
    triangle,
    twist,
)
from tests.arrays import noise

EXACT = 1e-12
SIZES = st.integers(1, 40)
METHODS = [(mode, None) for mode in MODES] + [(m, c) for m in ("linear", "cubic") for c in COORDINATE_MAPS]
methods = st.sampled_from(METHODS)
few = settings(max_examples=60, deadline=None)


# ---- By hand -------------------------------------------------------------------------------------


def test_the_three_maps_from_four_to_eight():
    half = [-0.25, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3.25]
    np.testing.assert_array_equal(source_coordinates(4, 8), half)
    np.testing.assert_array_equal(source_coordinates(4, 8, "asymmetric"), np.arange(8) / 2)
    np.testing.assert_allclose(source_coordinates(4, 8, "align_corners"), np.arange(8) * 3 / 7, rtol=1e-15)


def test_a_single_output_sits_at_the_middle_or_at_the_first_sample():
    assert source_coordinates(5, 1) == [2]
    assert source_coordinates(5, 1, "align_corners") == [0]
    assert source_coordinates(5, 1, "asymmetric") == [0]


def test_the_ramp_that_tells_the_conventions_apart():
    """Columns of the table of real library outputs: 0..3 to 7 samples, 0..7 to 3."""
    up, down = np.arange(4.0), np.arange(8.0)
    half = [0, 5 / 14, 13 / 14, 1.5, 29 / 14, 37 / 14, 3]
    np.testing.assert_allclose(resample(up, 7), half, rtol=0, atol=EXACT)
    np.testing.assert_allclose(
        resample(up, 7, coordinate_map="align_corners"), np.arange(7) / 2, rtol=0, atol=EXACT
    )
    np.testing.assert_allclose(resample(down, 3), [5 / 6, 3.5, 37 / 6], rtol=0, atol=EXACT)
    np.testing.assert_array_equal(resample(up, 7, mode="nearest"), [0, 0, 1, 1, 2, 2, 3])
    np.testing.assert_array_equal(resample(up, 7, mode="nearest-exact"), [0, 0, 1, 2, 2, 3, 3])
    np.testing.assert_array_equal(resample(down, 3, mode="nearest"), [0, 2, 5])
    np.testing.assert_array_equal(resample(down, 3, mode="nearest-exact"), [1, 4, 6])
    cubic_up = [-0.099, 0.279, 0.897, 1.5, 2.103, 2.721, 3.099]
    np.testing.assert_allclose(resample(up, 7, mode="cubic"), cubic_up, atol=5e-4)


def test_without_the_half_pixel_shrinking_drifts():
    ramp = np.arange(8.0)
    np.testing.assert_array_equal(resample(ramp, 2), [1.5, 5.5])
    np.testing.assert_array_equal(resample(ramp, 2, coordinate_map="asymmetric"), [0, 4])


def test_the_border_repeats_the_border_sample():
    np.testing.assert_array_equal(resample([0.0, 80.0, 160.0, 240.0], 8)[[0, -1]], [0, 240])
    np.testing.assert_allclose(resize(np.full((4, 4), 100.0), (8, 8)), 100, rtol=1e-15)


def test_beyond_the_border_the_border_sample_has_all_the_weight():
    """Clamping the taps alone would give the same sums, but split the weight over one sample named twice."""
    indices, weights = resampling_taps(2, 4)
    assert indices.tolist() == [[0, 1], [0, 1], [0, 1], [1, 1]]
    assert weights.tolist() == [[1, 0], [0.75, 0.25], [0.25, 0.75], [1, 0]]


def test_bilinear_is_quadratic_along_a_diagonal():
    corners = np.array([[10.0, 20.0], [40.0, 90.0]])
    diagonal = np.diag(resize(corners, (5, 5), coordinate_map="align_corners"))
    np.testing.assert_allclose(diagonal, [10, 22.5, 40, 62.5, 90], rtol=0, atol=EXACT)


def test_kernels_at_their_corners():
    np.testing.assert_array_equal(box([-0.51, -0.5, 0.499, 0.5]), [0, 1, 1, 0])
    np.testing.assert_array_equal(triangle([-1, -0.5, 0, 0.5, 1, 3]), [0, 0.5, 1, 0.5, 0, 0])
    np.testing.assert_array_equal(cubic([-2, -1, 0, 1, 2, 2.5]), [0, 0, 1, 0, 0, 0])


@pytest.mark.parametrize("a", [-0.75, -0.5])
def test_the_cubic_has_slope_a_at_one_and_joins_smoothly(a):
    h = 1e-6
    for side in (-h, h):
        slope = (cubic([1 + side], a) - cubic([1], a)) / side
        np.testing.assert_allclose(slope, a, rtol=0, atol=1e-5)
    np.testing.assert_allclose((cubic([2 - h], a) - cubic([2], a)) / h, 0, rtol=0, atol=1e-5)


def test_a_minus_one_half_keeps_lines_and_parabolas_and_minus_three_quarters_does_not():
    x, inside = np.arange(16.0), slice(4, -4)
    positions = source_coordinates(16, 32)[inside]
    for power in (1, 2):
        np.testing.assert_allclose(
            resample(x**power, 32, mode="cubic", a=-0.5)[inside], positions**power, rtol=0, atol=1e-10
        )
    bent = np.abs(resample(x, 32, mode="cubic")[inside] - positions).max()
    assert bent == pytest.approx(3 / 64)


# ---- Nearest: integers, so exact -----------------------------------------------------------------


@few
@given(st.integers(1, 3000), st.integers(1, 3000))
def test_nearest_indices_are_the_exact_fractions(in_size, out_size):
    python = range(out_size)
    floor = [o * in_size // out_size for o in python]
    half = [(2 * o + 1) * in_size // (2 * out_size) for o in python]
    assert nearest_indices(in_size, out_size).tolist() == floor
    assert nearest_indices(in_size, out_size, "half_pixel").tolist() == half


def test_nearest_agrees_with_the_box_kernel():
    """Exactly one sample has weight 1 under the box, and it is the one that the half-pixel rule names.

    Ratios that are powers of two, where coordinates in float64 are exact, ties included.
    """
    for in_size, out_size in [(4, 8), (8, 4), (3, 12), (12, 3), (5, 5), (16, 2), (1, 4)]:
        distance = source_coordinates(in_size, out_size)[:, None] - np.arange(in_size)
        np.testing.assert_array_equal(box(distance), resampling_matrix(in_size, out_size, "nearest-exact"))


def test_down_the_two_rules_differ_by_half_a_step_and_up_by_an_integer_not_at_all():
    np.testing.assert_array_equal(nearest_indices(8, 4), [0, 2, 4, 6])
    np.testing.assert_array_equal(nearest_indices(8, 4, "half_pixel"), [1, 3, 5, 7])
    for factor in range(1, 8):
        same = nearest_indices(9, 9 * factor) == nearest_indices(9, 9 * factor, "half_pixel")
        assert same.all()


def test_opencvs_rule_is_the_floor_rule_but_for_its_rounding():
    differ = [
        (n, m)
        for n in range(1, 129)
        for m in range(1, 129)
        if (nearest_indices(n, m) != opencv_nearest_indices(n, m)).any()
    ]
    assert len(differ) == 593 and differ[0] == (2, 98)
    # Divisions by a power of two are exact, so the pictures people test with never show it.
    assert all((nearest_indices(512, m) == opencv_nearest_indices(512, m)).all() for m in (256, 1024, 128))


# ---- The matrix ----------------------------------------------------------------------------------


@few
@given(SIZES, SIZES, methods)
def test_rows_sum_to_one(in_size, out_size, method):
    weights = resampling_matrix(in_size, out_size, *method)
    assert weights.shape == (out_size, in_size)
    np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=0, atol=EXACT)


@few
@given(SIZES, SIZES, methods)
def test_resample_is_the_matrix_times_the_signal(in_size, out_size, method):
    signal = noise(in_size)
    expected = resampling_matrix(in_size, out_size, *method) @ signal
    np.testing.assert_allclose(resample(signal, out_size, -1, *method), expected, rtol=0, atol=EXACT)


@few
@given(SIZES, methods)
def test_the_same_size_changes_nothing(size, method):
    signal = noise(size)
    np.testing.assert_allclose(resample(signal, size, -1, *method), signal, rtol=0, atol=EXACT)


@few
@given(SIZES, SIZES, st.sampled_from(["linear", "cubic"]), st.sampled_from(["half_pixel", "align_corners"]))
def test_mirrored_in_mirrored_out(in_size, out_size, mode, coordinate_map):
    if coordinate_map == "align_corners" and out_size == 1:
        return  # a single output sits at the first sample, which has no mirror image
    weights = resampling_matrix(in_size, out_size, mode, coordinate_map)
    np.testing.assert_allclose(weights[::-1, ::-1], weights, rtol=0, atol=1e-11)


@few
@given(SIZES, SIZES, methods)
def test_taps_stay_on_the_axis(in_size, out_size, method):
    indices, weights = resampling_taps(in_size, out_size, *method)
    assert indices.shape == weights.shape == (out_size, {"linear": 2, "cubic": 4}.get(method[0], 1))
    assert indices.dtype.kind == "i" and indices.min() >= 0 and indices.max() < in_size


@few
@given(SIZES, SIZES)
def test_linear_stays_between_its_neighbors(in_size, out_size):
    signal = noise(in_size)
    result = resample(signal, out_size)
    assert result.min() >= signal.min() - EXACT and result.max() <= signal.max() + EXACT


# ---- Axes ----------------------------------------------------------------------------------------


@few
@given(SIZES, SIZES, SIZES, SIZES, methods)
def test_two_axes_are_two_matrices(height, width, out_height, out_width, method):
    image = noise(height, width)
    rows = resampling_matrix(height, out_height, *method)
    columns = resampling_matrix(width, out_width, *method)
    result = resize(image, (out_height, out_width), None, *method)
    np.testing.assert_allclose(result, rows @ image @ columns.T, rtol=0, atol=EXACT)


@few
@given(st.data())
def test_any_axes_of_any_array(data):
    """Every axis named, in any order, counted from either end; those not named stay."""
    shape = data.draw(st.lists(st.integers(1, 7), min_size=1, max_size=4))
    axes = data.draw(st.lists(st.integers(0, len(shape) - 1), min_size=1, unique=True))
    sizes = data.draw(st.lists(st.integers(1, 9), min_size=len(axes), max_size=len(axes)))
    method = data.draw(methods)
    signs = data.draw(st.lists(st.booleans(), min_size=len(axes), max_size=len(axes)))
    array = expected = noise(*shape)
    for axis, size in zip(axes, sizes, strict=True):
        matrix = resampling_matrix(shape[axis], size, *method)
        expected = np.moveaxis(np.tensordot(matrix, expected, (1, axis)), 0, axis)
    named = [axis - len(shape) if sign else axis for axis, sign in zip(axes, signs, strict=True)]
    np.testing.assert_allclose(resize(array, sizes, named, *method), expected, rtol=0, atol=EXACT)


@pytest.mark.parametrize("inner", [1, 3, sums.FEW - 1, sums.FEW, sums.FEW + 1])
def test_blocks_join_without_a_seam(inner, monkeypatch):
    """Whatever the block, down to a single value, and whether channels are merged into the axis or not."""
    array = noise(5, 7, inner)
    whole = resize(array, (9, 11), (0, 1), "cubic")
    for block in (1, 7, 50, 300):
        monkeypatch.setattr(sums, "BLOCK", block)
        np.testing.assert_array_equal(resize(array, (9, 11), (0, 1), "cubic"), whole)
    for channel in range(inner):
        alone = resize(array[:, :, channel], (9, 11), mode="cubic")
        np.testing.assert_allclose(whole[:, :, channel], alone, rtol=0, atol=EXACT)


def test_nothing_on_the_way_is_larger_than_the_larger_of_input_and_output(monkeypatch):
    """Axes that shrink go first: otherwise a long thin result would pass through a large square one."""
    sizes, weighted_sum = [], resampling.weighted_sum

    def watched(*arguments):
        result = weighted_sum(*arguments)
        sizes.append(result.size)
        return result

    monkeypatch.setattr(resampling, "weighted_sum", watched)
    for in_shape, out_sizes in [
        ((100, 10), (10, 100)),
        ((10, 100), (100, 10)),
        ((9, 9), (3, 27)),
        ((5, 5), (9, 7)),
    ]:
        sizes.clear()
        resize(np.zeros(in_shape), out_sizes)
        assert max(sizes) <= max(np.prod(in_shape), np.prod(out_sizes))


def test_the_input_is_left_alone_and_the_result_is_its_own():
    for dtype in (np.float64, np.float32, np.float16, np.uint8):
        for mode in MODES:
            array = np.arange(12).reshape(3, 4).astype(dtype)
            before = array.copy()
            same_size = resize(array, (3, 4), mode=mode)
            same_size += 1
            np.testing.assert_array_equal(array, before)


def test_strided_reversed_and_big_endian_arrays():
    array = noise(8, 10)
    for view in (array[::2, ::-1], array.T, np.asfortranarray(array), array.astype(">f8")):
        expected = resize(np.array(view, dtype=float, order="C"), (5, 13))
        result = resize(view, (5, 13))
        np.testing.assert_allclose(result, expected, rtol=0, atol=EXACT)
        assert result.dtype == view.dtype


# ---- Number types --------------------------------------------------------------------------------


@few
@given(SIZES, SIZES, methods, st.sampled_from([np.float16, np.float32, np.float64, np.uint8]))
def test_the_number_type_stays(in_size, out_size, method, dtype):
    signal = (noise(in_size) * 100 + 100).astype(dtype)
    result = resample(signal, out_size, -1, *method)
    assert result.dtype == dtype
    expected = resample(signal.astype(float), out_size, -1, *method)
    tolerance = {np.float64: 0, np.float32: 1e-4, np.float16: 0.13, np.uint8: 0.5 + 1e-9}[dtype]
    np.testing.assert_allclose(result.astype(float), np.clip(expected, *limits(dtype)), atol=tolerance)


def limits(dtype):
    return (0, 255) if dtype == np.uint8 else (-np.inf, np.inf)


def test_float16_is_computed_in_float32():
    """In float16 itself the two passes of a bilinear resize would round twice."""
    image = (noise(9, 9) * 100).astype(np.float16)
    in_float32 = resize(image.astype(np.float32), (20, 23))
    np.testing.assert_array_equal(resize(image, (20, 23)), in_float32.astype(np.float16))


def test_8_bit_values_are_rounded_once_half_up_and_clipped():
    image = np.random.default_rng(0).integers(0, 256, (16, 16)).astype(np.uint8)
    for sizes in [(8, 8), (40, 40), (11, 29), (3, 3)]:
        for mode in ("linear", "cubic"):
            exact = resize(image.astype(float), sizes, mode=mode)
            rounded = np.clip(np.floor(exact + 0.5), 0, 255)
            np.testing.assert_array_equal(resize(image, sizes, mode=mode), rounded)


def test_halves_round_up_and_not_to_even():
    np.testing.assert_array_equal(resample(np.array([0, 1, 2, 3], np.uint8), 2), [1, 3])
    np.testing.assert_array_equal(np.round([0.5, 2.5]), [0, 2])


def test_bicubic_overshoot_is_clipped_where_a_cast_would_wrap():
    edge = np.array([0, 0, 255, 255], np.uint8)
    overshoot = resample(edge.astype(float), 8, mode="cubic")
    assert overshoot.min() < -20 and overshoot.max() > 275
    result = resample(edge, 8, mode="cubic")
    np.testing.assert_array_equal(result, [0, 0, 0, 58, 197, 255, 255, 255])


@few
@given(SIZES, SIZES, st.sampled_from(["nearest", "nearest-exact"]))
def test_nearest_copies_labels_and_invents_none(in_size, out_size, mode):
    labels = np.random.default_rng(in_size).choice([0, 1, 20, 255], in_size).astype(np.uint8)
    result = resample(labels, out_size, mode=mode)
    assert result.dtype == np.uint8 and set(result) <= set(labels)


# ---- Other libraries -----------------------------------------------------------------------------


@few
@given(st.integers(1, 60), st.integers(1, 60))
def test_linear_is_np_interp(in_size, out_size):
    """np.interp repeats the border too. The maps are written out again, to be an independent witness."""
    signal, o = noise(in_size), np.arange(out_size)
    step = in_size / out_size
    maps = {
        "half_pixel": (o + 0.5) * step - 0.5,
        "asymmetric": o * step,
        "align_corners": np.linspace(0, in_size - 1, out_size),
    }
    for coordinate_map, x in maps.items():
        expected = np.interp(x, np.arange(in_size), signal)
        np.testing.assert_allclose(
            resample(signal, out_size, coordinate_map=coordinate_map), expected, rtol=0, atol=EXACT
        )


@few
@given(st.integers(2, 20), st.integers(2, 20), st.integers(2, 30), st.integers(2, 30))
def test_scipy_zoom(height, width, out_height, out_width):
    """zoom aligns corners; grid_mode=True is half-pixel. Both need mode="nearest".

    With grid_mode it repeats the border. Without, it mends rounding: from 15 to 26 samples scipy's last coordinate
    comes out a hair beyond 14, and the default mode makes what lies outside 0.
    """
    image, sizes = noise(height, width), (out_height, out_width)
    factors = (out_height / height, out_width / width)
    corners = scipy.ndimage.zoom(image, factors, order=1, mode="nearest")
    np.testing.assert_allclose(
        resize(image, sizes, coordinate_map="align_corners"), corners, rtol=0, atol=EXACT
    )
    half = scipy.ndimage.zoom(image, factors, order=1, grid_mode=True, mode="nearest")
    np.testing.assert_allclose(resize(image, sizes), half, rtol=0, atol=EXACT)


@pytest.mark.filterwarnings("ignore:It is recommended to use mode = grid-constant")
def test_scipy_grid_mode_fades_to_zero_where_we_repeat_the_border():
    ours = resample(np.ones(4), 8)
    theirs = scipy.ndimage.zoom(np.ones(4), 2, order=1, grid_mode=True)
    np.testing.assert_array_equal(ours, np.ones(8))
    np.testing.assert_array_equal(theirs, [0, 1, 1, 1, 1, 1, 1, 0])


@pytest.mark.parametrize("coordinate_map", COORDINATE_MAPS)
def test_scipy_map_coordinates_reads_the_same_values_in_three_dimensions(coordinate_map):
    volume, sizes = noise(4, 5, 6), (7, 3, 11)
    axes = [source_coordinates(n, m, coordinate_map) for n, m in zip(volume.shape, sizes, strict=True)]
    points = np.meshgrid(*axes, indexing="ij")
    expected = scipy.ndimage.map_coordinates(volume, points, order=1, mode="nearest")
    np.testing.assert_allclose(
        resize(volume, sizes, coordinate_map=coordinate_map), expected, rtol=0, atol=EXACT
    )


@few
@given(st.integers(2, 20), st.integers(2, 20), st.integers(1, 30), st.integers(1, 30))
def test_skimage_resize_with_its_defaults_turned_off(height, width, out_height, out_width):
    image, sizes = noise(height, width), (out_height, out_width)
    theirs = skimage.transform.resize(image, sizes, order=1, mode="edge", anti_aliasing=False)
    np.testing.assert_allclose(resize(image, sizes), theirs, rtol=0, atol=EXACT)


def test_skimage_by_default_mirrors_the_border():
    ramp = np.arange(4.0)
    theirs = skimage.transform.resize(ramp, (8,), order=1)
    np.testing.assert_allclose(theirs[[0, -1]], [0.25, 2.75])
    np.testing.assert_array_equal(resample(ramp, 8)[[0, -1]], [0, 3])


# ---- Words ---------------------------------------------------------------------------------------


def test_an_image_with_channels_is_told_to_name_its_axes():
    with pytest.raises(ValueError, match=r"\(8, 8\).*3 axes of shape \(4, 5, 3\).*axes=\(0, 1\)"):
        resize(np.zeros((4, 5, 3)), (8, 8))


def test_integers_are_told_what_to_write():
    with pytest.raises(TypeError, match=r"int64.*array\.astype\(float\)"):
        resize(np.arange(4), (8,))


def test_nearest_refuses_a_coordinate_map_and_linear_refuses_a():
    with pytest.raises(ValueError, match="'half_pixel' does not go with mode='nearest'"):
        resample(np.zeros(4), 8, mode="nearest", coordinate_map="half_pixel")
    with pytest.raises(ValueError, match=r"a=-0\.5 changes the cubic kernel only"):
        resample(np.zeros(4), 8, mode="linear", a=-0.5)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: resize(np.zeros((4, 4)), (8, 8), (0, 0)), r"once; got axes=\(0, 0\)"),
        (lambda: resize(np.zeros((4, 4)), (8, 8), (0, -2)), r"once; got axes=\(0, -2\)"),
        (lambda: resize(np.zeros((4, 4)), (8, 8), (0,)), r"out_sizes=\(8, 8\) and axes=\(0,\)"),
        (lambda: resize(np.zeros((4, 4)), (8, 8), (0, 2)), r"axes\[1\].*from -2 to 1; got 2"),
        (lambda: resample(np.zeros((4, 4)), 8, axis=2), r"axis must be .*from -2 to 1; got 2"),
        (lambda: resample(5.0, 8), r"signal must have at least one axis; got the single number 5\.0"),
        (lambda: resize(np.zeros((4, 4)), 8, (0,)), r"out_sizes.*got 8, an int\. Write \(8,\)"),
        (lambda: resampling_matrix(4, 0), r"out_size.*at least|out_size.*from 1 to .*; got 0"),
        (lambda: resampling_matrix(0, 4), r"in_size.*; got 0"),
        (lambda: resampling_matrix(10**6, 10**6), r"\(1000000, 1000000\), 1,000,000,000,000 numbers"),
        (
            lambda: resize(np.zeros((4, 4)), (10**6, 10**6)),
            r"the result would have shape \(1000000, 1000000\)",
        ),
    ],
)
def test_the_message_says_which_value_and_what_would_do(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call()


@given(st.integers(1, 64), st.integers(1, 64))
def test_maps_differ_by_less_than_a_pixel_when_a_picture_grows(n, m):
    """Lesson 02 opens with it."""
    n, m = sorted((n, m))
    places = [resampling.source_coordinates(n, m, name) for name in COORDINATE_MAPS]
    assert np.ptp(places, axis=0).max() < 1


# ---- A cell of four samples ------------------------------------------------------------------------

CELL = np.array([[10.0, 20.0], [40.0, 90.0]])
fractions = st.floats(0, 1)
cells = st.lists(st.integers(0, 100), min_size=4, max_size=4).map(lambda values: np.reshape(values, (2, 2)))


@given(fractions, fractions)
def test_the_weights_of_a_cell_are_the_four_products(x, y):
    expected = [[(1 - x) * (1 - y), x * (1 - y)], [(1 - x) * y, x * y]]
    np.testing.assert_allclose(cell_weights(x, y), expected, atol=EXACT)


@given(cells, fractions, fractions)
def test_a_value_in_a_cell_is_two_steps_of_np_interp_and_the_weighted_sum(cell, x, y):
    expected = np.interp(y, [0, 1], [np.interp(x, [0, 1], row) for row in cell])
    assert interpolate_cell(cell, x, y) == pytest.approx(expected, abs=1e-10)
    assert (cell_weights(x, y) * cell).sum() == pytest.approx(expected, abs=1e-10)


def test_many_points_of_a_cell_at_once_in_any_shape():
    ts = np.linspace(0, 1, 5)
    np.testing.assert_allclose(interpolate_cell(CELL, ts, ts), [10, 22.5, 40, 62.5, 90])
    assert interpolate_cell(CELL, ts, ts[:, None]).shape == (5, 5)
    assert interpolate_cell(CELL, ts, 0.5).shape == (5,)
    np.testing.assert_array_equal(interpolate_cell(CELL, [0, 1], [[0], [1]]), CELL)


@given(cells)
def test_the_twist_bends_the_diagonals_and_nothing_else(cell):
    ts = np.linspace(0, 1, 5)
    np.testing.assert_allclose(np.diff(interpolate_cell(cell, ts, ts), 2), twist(cell) / 8, atol=1e-9)
    np.testing.assert_allclose(np.diff(interpolate_cell(cell, ts, 1 - ts), 2), -twist(cell) / 8, atol=1e-9)
    np.testing.assert_allclose(np.diff(interpolate_cell(cell, ts, 0.3), 2), 0, atol=1e-9)


@given(st.integers(2, 6), st.integers(2, 6), st.data())
def test_the_cell_around_a_point_interpolates_as_scipy_does(height, width, data):
    image = noise(height, width)
    x, y = data.draw(st.floats(0, width - 1)), data.draw(st.floats(0, height - 1))
    row, column, x_inside, y_inside = cell_around(image, x, y)
    assert row + y_inside == pytest.approx(y) and column + x_inside == pytest.approx(x)
    ours = interpolate_cell(image[row : row + 2, column : column + 2], x_inside, y_inside)
    assert ours == pytest.approx(scipy.ndimage.map_coordinates(image, [[y], [x]], order=1)[0], abs=1e-10)


# ---- Part of an enlarged picture -------------------------------------------------------------------


@st.composite
def crops(draw):
    shape = draw(st.tuples(st.integers(1, 20), st.integers(1, 20)))
    channels = draw(st.sampled_from([(), (3,)]))
    pixels = np.random.default_rng(draw(st.integers(0, 99))).integers(0, 256, shape + channels, np.uint8)
    size = draw(st.integers(1, min(shape)))
    top, left = draw(st.integers(0, shape[0] - size)), draw(st.integers(0, shape[1] - size))
    return pixels, top, left, size, draw(st.integers(1, 12))


@pytest.mark.parametrize("mode", MODES)
@given(crops())
@few
def test_an_enlarged_crop_is_exactly_that_part_of_the_enlarged_whole(mode, crop):
    pixels, top, left, size, factor = crop
    sizes = (pixels.shape[0] * factor, pixels.shape[1] * factor)
    part = np.s_[top * factor : (top + size) * factor, left * factor : (left + size) * factor]
    enlarged = enlarge_crop(pixels, top, left, size, factor, mode)
    assert np.array_equal(enlarged, resize(pixels.astype(float), sizes, (0, 1), mode)[part])
    assert np.array_equal(to_8_bits(enlarged), resize(pixels, sizes, (0, 1), mode)[part])


def test_a_crop_that_reaches_out_is_refused_with_its_ends():
    with pytest.raises(ValueError, match=r"top must be a whole number, from 0 to 2; got 3"):
        enlarge_crop(np.zeros((6, 9)), 3, 0, 4, 2)
    with pytest.raises(ValueError, match=r"left must be a whole number, from 0 to 5; got 6"):
        enlarge_crop(np.zeros((6, 9)), 0, 6, 4, 2)


def test_8_bits_are_rounded_half_up_and_clipped_and_the_values_stay():
    values = np.array([-0.6, -0.5, 0.49, 0.5, 254.5, 300])
    assert to_8_bits(values).tolist() == [0, 0, 0, 1, 255, 255] and values[0] == -0.6
