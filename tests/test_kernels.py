"""Kernels with their support and the taps they make, against numpy's padding, scipy, torch, integrals and by hand."""

import itertools

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy import ndimage
from torch.nn import functional as F

from course_utils import resampling
from course_utils.kernels import (
    AREA,
    AREA_BINS,
    BORDERS,
    BOX,
    COORDINATE_MAPS,
    HAMMING,
    KERNELS,
    MAGIC_2013,
    MAGIC_2021,
    NEAREST,
    PICKS,
    TRIANGLE,
    Kernel,
    b_spline,
    coordinates,
    gaussian,
    keys_cubic,
    lanczos,
    mitchell_netravali,
    placed,
    resize_with,
    size_from_factor,
    taps,
    taps_at,
)  # fmt: skip
from tests.arrays import noise

EXACT = 1e-12
WEIGHING = [kernel for kernel in KERNELS.values() if kernel.reading == "weigh"]
SUMMING_TO_ONE = [BOX, TRIANGLE, keys_cubic(), keys_cubic(-0.5), mitchell_netravali(), MAGIC_2013, MAGIC_2021]
SUMMING_TO_ONE += [b_spline(degree) for degree in range(6)] + [mitchell_netravali(0.2, 0.7)]
INTERPOLATING = [TRIANGLE, keys_cubic(), keys_cubic(-0.5), lanczos(2), lanczos(3), HAMMING]
PADDING = {
    "clamp": "edge", "mirror": "reflect", "mirror_edge": "symmetric", "wrap": "wrap", "constant": "constant"
}  # fmt: skip
sizes = st.integers(1, 30)
few = settings(max_examples=60, deadline=None)


# ------------------------------------------------------------------------------------------- kernels


@pytest.mark.parametrize("kernel", WEIGHING, ids=str)
def test_nothing_beyond_the_support_and_the_same_to_both_sides(kernel):
    near = np.linspace(0.01, kernel.support - 0.01, 40)
    np.testing.assert_allclose(kernel(near), kernel(-near), rtol=0, atol=EXACT)
    far = kernel.support + np.array([1e-9, 0.5, 1e9, 1e300])
    assert not kernel(far).any() and not kernel(-far).any()
    assert kernel([0])[0] == kernel(near).max() or kernel([0])[0] > kernel(near).max()


@pytest.mark.parametrize("kernel", SUMMING_TO_ONE, ids=str)
def test_the_weights_of_all_samples_sum_to_one_wherever_the_output_sits(kernel):
    for place in np.linspace(0, 1, 11):
        assert kernel(place - np.arange(-6, 8)).sum() == pytest.approx(1, abs=EXACT)


@pytest.mark.parametrize("kernel", INTERPOLATING, ids=str)
def test_interpolating_kernels_are_one_at_zero_and_zero_at_the_other_samples(kernel):
    np.testing.assert_allclose(kernel(np.arange(-3, 4)), [0, 0, 0, 1, 0, 0, 0], rtol=0, atol=EXACT)


def test_the_cubics_are_one_family():
    d = np.linspace(-2.5, 2.5, 51)
    np.testing.assert_allclose(mitchell_netravali(0, 0.5)(d), keys_cubic(-0.5)(d), rtol=0, atol=EXACT)
    np.testing.assert_allclose(mitchell_netravali(0, 0.75)(d), keys_cubic()(d), rtol=0, atol=EXACT)
    np.testing.assert_allclose(mitchell_netravali(1, 0)(d), b_spline(3)(d), rtol=0, atol=EXACT)
    np.testing.assert_array_equal(keys_cubic(-0.6)(d), resampling.cubic(d, -0.6))


@pytest.mark.parametrize("degree", range(1, 6))
def test_a_b_spline_is_the_one_before_smoothed_by_a_box(degree):
    fine = (np.arange(2000) + 0.5) / 2000 - 0.5
    for place in (0, 0.3, 1.1, 2.4):
        mean = b_spline(degree - 1)(place - fine).mean()
        assert b_spline(degree)([place])[0] == pytest.approx(mean, abs=1e-6 if degree > 1 else 1e-3)


def test_the_same_kernel_is_the_same_object_so_that_recipes_compare():
    assert keys_cubic(-0.5) is keys_cubic(np.float64(-0.5)) and keys_cubic(-0.5) != keys_cubic()
    assert lanczos(3) is lanczos(3) and b_spline(3) != b_spline(3, prefilter=False)
    assert [str(KERNELS[name]) for name in KERNELS] == list(KERNELS)


def test_a_learners_own_kernel_is_as_good_as_ours():
    tent = Kernel(lambda d: np.maximum(1 - abs(d), 0), 1, "tent")
    np.testing.assert_array_equal(
        taps(7, 3, tent, antialias=True).matrix, taps(7, 3, TRIANGLE, antialias=True).matrix
    )
    assert str(tent) == "tent" and str(keys_cubic(-0.5)) == "cubic(a=-0.5)"


# ---------------------------------------------------------------------------------------------- taps


@few
@given(sizes, sizes, st.sampled_from(["half_pixel", "align_corners", "asymmetric"]), st.booleans())
def test_without_antialias_the_taps_are_those_of_resampling(in_size, out_size, coordinate_map, is_cubic):
    kernel, mode = (keys_cubic(), "cubic") if is_cubic else (TRIANGLE, "linear")
    ours = taps(in_size, out_size, kernel, coordinate_map).matrix
    theirs = resampling.resampling_matrix(in_size, out_size, mode, coordinate_map)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=EXACT)


@few
@given(st.data())
def test_matrix_and_constant_sum_to_one_whatever_is_asked(data):
    kernel = data.draw(st.sampled_from(list(KERNELS.values())))
    made = taps(
        data.draw(sizes), data.draw(sizes), kernel, data.draw(st.sampled_from(COORDINATE_MAPS)),
        data.draw(st.booleans()), data.draw(st.sampled_from(BORDERS)),
        pick=data.draw(st.sampled_from(PICKS)), extrapolate=data.draw(st.booleans()),
    )  # fmt: skip
    np.testing.assert_allclose(made.matrix.sum(1) + made.constant, 1, rtol=0, atol=1e-9)
    signal = noise(2, made.in_size, 3)
    expected = np.einsum("oi,bic->boc", made.matrix, signal) + 7 * made.constant[:, None]
    np.testing.assert_allclose(made.apply(signal, 1, fill=7), expected, rtol=0, atol=1e-8)


@few
@given(st.integers(2, 12), sizes, st.sampled_from(list(PADDING)), st.sampled_from(WEIGHING), st.booleans())
def test_a_border_is_numpys_padding(in_size, out_size, border, kernel, antialias):
    """Taps on the signal with this border read what taps on the padded signal read."""
    if kernel.prefilter:
        kernel = b_spline(3, prefilter=False)
    margin, signal = 80, noise(in_size)
    padded = np.pad(
        signal, margin, PADDING[border], **({"constant_values": 5} if border == "constant" else {})
    )
    places, step = placed(in_size, out_size)
    width = max(step, 1) if antialias else 1
    expected = taps_at(places + margin, len(padded), kernel, width).apply(padded)
    got = taps(in_size, out_size, kernel, antialias=antialias, border=border).apply(signal, fill=5)
    np.testing.assert_allclose(got, expected, rtol=0, atol=EXACT)


@few
@given(sizes, sizes, st.sampled_from([TRIANGLE, keys_cubic(-0.5), lanczos(3)]))
def test_renormalized_is_what_is_inside_over_its_weight(in_size, out_size, kernel):
    signal, how = noise(in_size), {"kernel": kernel, "antialias": True}
    zeros = taps(in_size, out_size, border="constant", **how)
    expected = zeros.apply(signal) / zeros.apply(np.ones(in_size))
    np.testing.assert_allclose(
        taps(in_size, out_size, border="renormalize", **how).apply(signal), expected, rtol=0, atol=1e-11
    )


@few
@given(sizes, sizes)
def test_area_is_the_integral_over_the_outputs_pixel(in_size, out_size):
    signal = noise(in_size)
    integral = np.interp(
        np.linspace(0, in_size, out_size + 1), np.arange(in_size + 1), np.append(0, signal.cumsum())
    )
    expected = np.diff(integral) * out_size / in_size
    np.testing.assert_allclose(taps(in_size, out_size, AREA).apply(signal), expected, rtol=0, atol=EXACT)


@few
@given(sizes, sizes)
def test_area_of_whole_pixels_is_torchs_adaptive_average(in_size, out_size):
    signal = noise(in_size)
    expected = F.adaptive_avg_pool1d(torch.tensor(signal)[None], out_size)[0].numpy()
    np.testing.assert_allclose(taps(in_size, out_size, AREA_BINS).apply(signal), expected, rtol=0, atol=EXACT)


def test_bins_of_many_sizes_do_not_touch_a_pixel_more_for_a_rounding_error():
    pairs = [
        *itertools.product(range(1, 60), range(1, 60)),
        *itertools.product((2, 3, 7, 99), range(60, 400)),
    ]
    for in_size, out_size in pairs:
        made = taps(in_size, out_size, AREA_BINS).matrix > 0
        output = np.arange(out_size)
        assert (made.sum(1) == -(-(output + 1) * in_size // out_size) - output * in_size // out_size).all()


@pytest.mark.parametrize("border, mode", [("mirror", "mirror"), ("wrap", "grid-wrap"), ("clamp", "nearest")])
@pytest.mark.parametrize("degree", [2, 3, 4, 5])
def test_splines_run_through_the_samples_and_are_scipys_between_them(degree, border, mode):
    signal = noise(17)
    made = taps_at(np.arange(17.0), 17, b_spline(degree), border=border)
    np.testing.assert_allclose(made.apply(signal), signal, rtol=0, atol=1e-10)
    x = np.linspace(-0.5, 16.5, 41)
    expected = ndimage.map_coordinates(signal, [x], order=degree, mode=mode)
    got = taps_at(x, 17, b_spline(degree), border=border).apply(signal)
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-8)


@pytest.mark.parametrize("degree", [1, 2, 3, 5])
def test_a_constant_beyond_the_border_is_scipys_also_through_a_prefilter(degree):
    signal, x = noise(9), np.linspace(-2, 10, 40)
    expected = ndimage.map_coordinates(signal, [x], order=degree, mode="grid-constant", cval=5)
    made = taps_at(x, 9, b_spline(degree), border="constant")
    np.testing.assert_allclose(made.apply(signal, fill=5), expected, rtol=0, atol=1e-9)
    np.testing.assert_allclose(made.matrix.sum(1) + made.constant, 1, rtol=0, atol=1e-9)


def test_without_prefilter_a_spline_blurs():
    impulse = np.eye(1, 9, 4)[0]
    blurred = taps(9, 9, b_spline(3, prefilter=False)).apply(impulse)
    np.testing.assert_allclose(blurred[3:6] * 6, [1, 4, 1], rtol=0, atol=EXACT)


@few
@given(st.integers(2, 40), sizes, st.data())
def test_a_region_is_pillows_box(in_size, out_size, data):
    start = data.draw(st.floats(0, in_size - 1))
    stop = data.draw(st.floats(start + 0.5, in_size))
    row = noise(1, in_size).astype(np.float32)
    expected = np.asarray(
        Image.fromarray(row).resize((out_size, 1), Image.Resampling.BICUBIC, box=(start, 0, stop, 1))
    )
    how = {"antialias": True, "border": "renormalize", "region": (start, stop)}
    np.testing.assert_allclose(
        taps(in_size, out_size, keys_cubic(-0.5), **how).apply(row), expected, rtol=0, atol=3e-6
    )


def test_a_region_of_whole_samples_is_a_slice_where_the_border_is_not_met():
    signal = noise(40)
    inside = taps(40, 5, keys_cubic(), region=(10, 30)).apply(signal)
    np.testing.assert_allclose(inside, taps(20, 5, keys_cubic()).apply(signal[10:30]), rtol=0, atol=EXACT)


@few
@given(st.integers(2, 30), st.floats(0.3, 3.7))
def test_a_factor_moves_the_coordinates_as_torch_does_it(in_size, factor):
    out_size = max(1, int(in_size * factor))
    if out_size == in_size or in_size * factor < 1:  # the same size torch copies, whatever the factor
        return
    signal = noise(in_size)
    tensor = torch.tensor(signal)[None, None]
    torchs = F.interpolate(tensor, scale_factor=factor, mode="linear")[0, 0].numpy()
    ours, x = taps(in_size, out_size, factor=factor).apply(signal), (np.arange(out_size) + 0.5) / factor - 0.5
    np.testing.assert_allclose(ours[~is_raised(x)], torchs[~is_raised(x)], rtol=0, atol=1e-10)
    np.testing.assert_array_equal(torchs[is_raised(x)], signal[np.ceil(x[is_raised(x)]).astype(int)])


def is_raised(x):
    """Where torch's floorf, the floor of single precision, makes the next sample of a coordinate just below it."""
    return np.floor(x.astype(np.float32)) > np.floor(x)


def test_torch_takes_a_floor_in_single_precision_also_for_doubles():
    """Coordinate 31 of these is 8.9999995: torch copies sample 9, and we weigh it by 0.9999995."""
    signal, factor = noise(10), 3.315789634552461
    x = (np.arange(33) + 0.5) / factor - 0.5
    assert np.flatnonzero(is_raised(x)).tolist() == [31] and 1e-7 < 9 - x[31] < 1e-6
    torchs = F.interpolate(torch.tensor(signal)[None, None], scale_factor=factor, mode="linear")[0, 0].numpy()
    assert torchs[31] == signal[9] != taps(10, 33, factor=factor).apply(signal)[31]


@few
@given(st.integers(1, 60), st.floats(0.3, 3.7))
def test_sizes_from_factors_are_those_of_the_libraries(in_size, factor):
    if in_size * factor < 1:
        return
    torchs = F.interpolate(torch.zeros(1, 1, in_size), scale_factor=factor).shape[-1]
    assert size_from_factor(in_size, factor, "floor") == torchs
    opencvs = cv2.resize(np.zeros((1, in_size), np.float32), None, fx=factor, fy=1).shape[1]
    assert size_from_factor(in_size, factor, "half_even") == opencvs
    assert size_from_factor(in_size, factor, "ceil") - torchs in (0, 1)


def test_maps_by_hand():
    """4 samples become 2, 1 and 3; the middle of 4 samples is at 1.5."""
    by_map = {name: coordinates(4, 2, name).tolist() for name in COORDINATE_MAPS}
    assert by_map == {
        "half_pixel": [0.5, 2.5], "align_corners": [0, 3], "asymmetric": [0, 2], "pytorch_half_pixel": [0.5, 2.5],
        "half_pixel_symmetric": [0.5, 2.5], "tf_crop_and_resize": [0, 3], "corner_step": [1, 4],
    }  # fmt: skip
    single = {name: coordinates(4, 1, name)[0] for name in COORDINATE_MAPS}
    assert single == {
        "half_pixel": 1.5, "align_corners": 0, "asymmetric": 0, "pytorch_half_pixel": 0,
        "half_pixel_symmetric": 1.5, "tf_crop_and_resize": 1.5, "corner_step": -0.5,
    }  # fmt: skip
    for size in (3, 4, 7):  # however many outputs a factor made, their middle is the input's middle
        assert coordinates(4, size, "half_pixel_symmetric", factor=1.3).mean() == pytest.approx(1.5)


def test_renormalized_far_outside_is_the_border_sample():
    assert taps_at([-7.5, 9.0], 2, border="renormalize").matrix.tolist() == [[1, 0], [0, 1]]


def test_picks_by_hand():
    x = [0.5, 1.2, 1.8, 2.5]
    picked = {pick: taps_at(x, 9, NEAREST, pick=pick).indices[:, 0].tolist() for pick in PICKS}
    assert picked == {
        "floor": [0, 1, 1, 2], "ceil": [1, 2, 2, 3],
        "round_prefer_floor": [0, 1, 2, 2], "round_prefer_ceil": [1, 1, 2, 3],
    }  # fmt: skip


def test_outside_the_samples_is_the_constant_where_nothing_is_extrapolated():
    made = taps(4, 8, extrapolate=False)
    assert made.constant.tolist() == [1, 0, 0, 0, 0, 0, 0, 1]
    assert made.apply([1.0, 1, 1, 1], fill=-5).tolist() == [-5, 1, 1, 1, 1, 1, 1, -5]


# -------------------------------------------------------------------------------------------- arrays


@few
@given(st.data())
def test_resize_with_is_resize_on_every_shape_and_dtype(data):
    shape, new = (data.draw(st.tuples(sizes, sizes)) for _ in range(2))
    dtype = data.draw(st.sampled_from(["uint8", "float16", "float32", "float64"]))
    array = (noise(*shape) * 100 + 120).astype(dtype)
    ours, theirs = resize_with(array, new, keys_cubic()), resampling.resize(array, new, mode="cubic")
    assert ours.dtype == theirs.dtype
    atol = {"uint8": 1, "float16": 0.25, "float32": 1e-3, "float64": 1e-11}[dtype]
    np.testing.assert_allclose(ours.astype(float), theirs, rtol=0, atol=atol)


def test_axes_are_resized_one_by_one_in_any_order():
    array = noise(4, 5, 6)
    both = resize_with(array, (7, 2), lanczos(3), axes=(2, 0), antialias=True)
    one = resize_with(resize_with(array, (2,), lanczos(3), (0,), antialias=True), (7,), lanczos(3), (2,))
    np.testing.assert_allclose(both, one, rtol=0, atol=EXACT)


def test_antialias_keeps_the_mean_of_stripes_that_plain_taps_lose():
    """Every third sample is 9, the mean is 3; 27 become 9 (the course's bug of the all-zero shrink)."""
    stripes = np.tile([9.0, 0, 0], 9)
    assert not taps(27, 9).apply(stripes).any()
    np.testing.assert_allclose(taps(27, 9, antialias=True).apply(stripes)[1:-1], 3, rtol=0, atol=EXACT)
    np.testing.assert_allclose(taps(27, 9, AREA).apply(stripes), 3, rtol=0, atol=EXACT)


# ----------------------------------------------------------------------------------------- bad input

REFUSED = [
    (lambda: Kernel("sinc", 1), "function must be a function of the distance; got 'sinc'"),
    (lambda: Kernel(abs, 0), "support must be above 0 and at most 64; got 0"),
    (lambda: Kernel(abs, np.inf), "support must be a finite number"),
    (lambda: Kernel(abs, 1, reading="wiegh"), "Did you mean 'weigh'?"),
    (lambda: Kernel(abs, 1, prefilter=1), "prefilter must be True or False; got 1"),
    (lambda: Kernel(lambda d: 1, 1)([1.0, 2.0]), "for distances of shape (2,) it returned shape ()"),
    (lambda: taps(4, 8, "triangle"), "kernel must be a Kernel, such as TRIANGLE"),
    (lambda: taps(0, 8), "in_size must be a whole number, from 1 to 1048576; got 0"),
    (lambda: taps(4, 2.0), "out_size must be a whole number, from 1 to 1048576; got 2.0, a float. Write 2."),
    (lambda: taps(4, 8, coordinate_map="half"), "coordinate_map must be one of"),
    (lambda: taps(4, 8, antialias="yes"), "antialias must be True or False; got 'yes'"),
    (lambda: taps(4, 8, border="reflect"), "border must be one of 'clamp', 'renormalize', 'mirror'"),
    (lambda: taps(4, 8, pick="round"), "pick must be one of 'floor', 'ceil'"),
    (lambda: taps(4, 8, factor=-1), "factor must be above 0 and at most 1.04858e+06; got -1"),
    (lambda: taps(4, 8, region=3), "region must be a pair (start, stop) such as (2, 6); got 3"),
    (lambda: taps(4, 8, region=(3, 3)), "region must start before it stops; got (3, 3)"),
    (lambda: taps(4, 8, region=(0, 1e9)), "region must stay within 1048576 samples"),
    (lambda: taps(4, 8, extrapolate=None), "extrapolate must be True or False; got None"),
    (lambda: taps(4, 8, Kernel(lambda d: d * 0 + 1, 0.2)), "reads nothing at coordinate -0.25"),
    (lambda: taps_at([1e12], 2), "x must stay within 2147483648 samples; got 1e+12"),
    (lambda: taps_at([[1.0]], 2), "x must have 1 axis; got shape (1, 1)"),
    (lambda: taps_at([1.0], 2, width=0), "width must be above 0"),
    (lambda: taps(5000, 8, b_spline(3)), "at most 4096 samples along an axis; got in_size=5000"),
    (lambda: taps(4, 8).apply(np.ones(5)), "read 4 samples; got an array of shape (5,), axis=0"),
    (lambda: taps(4, 8).apply(np.ones(4), axis=1), "axis must be a whole number, from -1 to 0; got 1"),
    (lambda: taps(4, 8).apply(np.ones(4), fill="0"), "fill must be a finite number"),
    (lambda: size_from_factor(3, 0.1), "factor=0.1 leaves nothing of 3 samples; take at least 0.333333"),
    (lambda: size_from_factor(3, 2, "round"), "rule must be one of 'floor', 'ceil'"),
    (lambda: lanczos(2.5), "lobes must be a whole number, from 1 to 16; got 2.5"),
    (lambda: gaussian(0), "sigma must be above 0"),
    (lambda: b_spline(6), "degree must be a whole number, from 0 to 5; got 6"),
    (lambda: b_spline(3, prefilter=1), "prefilter must be True or False; got 1"),
    (lambda: keys_cubic([1]), "a must be a finite number"),
    (lambda: mitchell_netravali(None), "b must be a finite number"),
    (
        lambda: resize_with(np.ones(4, int), (2,)),
        "array must be float16, float32, float64 or uint8; got int64",
    ),
    (lambda: resize_with(np.ones((4, 4)), (2,)), "say which axes"),
]


@pytest.mark.parametrize("call, message", REFUSED, ids=[message[:30] for _, message in REFUSED])
def test_bad_input_is_refused_with_the_values(call, message):
    with pytest.raises((TypeError, ValueError)) as caught:
        call()
    assert message in str(caught.value)
