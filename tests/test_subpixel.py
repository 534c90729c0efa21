"""Sub-pixel convolution: cases worked by hand, the orders by their definition, refusals. Torch has its own file."""

import itertools
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.convolution import convolution, transposed_convolution
from course_utils.subpixel import (
    SubPixel,
    channel_number,
    icnr_weight,
    merge_phases,
    nearest_to_transposed,
    phase_sums,
    pixel_shuffle,
    pixel_unshuffle,
    shuffle_steps,
    split_phases,
    subpixel_convolution,
    subpixel_to_transposed,
    transposed_to_subpixel,
)
from tests.arrays import noise, single
from tests.test_bad_input import NOT_AN_ARRAY, NOT_WHOLE

EXACT = 1e-12
few = settings(max_examples=60, deadline=None)


# ---- Channels become pixels ----------------------------------------------------------------------


def test_four_channels_become_one_and_a_reshape_would_not_do():
    """The channel numbers tell where each pixel went."""
    x = np.arange(16).reshape(4, 2, 2)
    large = pixel_shuffle(x, 2)
    np.testing.assert_array_equal(large, [[[0, 4, 1, 5], [8, 12, 9, 13], [2, 6, 3, 7], [10, 14, 11, 15]]])
    np.testing.assert_array_equal(x.reshape(1, 4, 4)[0, 0], [0, 1, 2, 3])
    assert large.dtype == x.dtype


def test_the_two_orders_of_eight_channels():
    x = np.arange(8)[:, None, None]
    np.testing.assert_array_equal(pixel_shuffle(x, 2), [[[0, 1], [2, 3]], [[4, 5], [6, 7]]])
    np.testing.assert_array_equal(pixel_shuffle(x, 2, "tensorflow"), [[[0, 2], [4, 6]], [[1, 3], [5, 7]]])
    np.testing.assert_array_equal(
        pixel_shuffle(x[:4], 2), pixel_shuffle(x[:4], 2, "tensorflow")
    )  # C = 1 hides it


def test_one_axis_has_orders_too():
    x = np.arange(8).reshape(4, 2)
    np.testing.assert_array_equal(pixel_shuffle(x, 2, dimensions=1), [[0, 2, 1, 3], [4, 6, 5, 7]])
    np.testing.assert_array_equal(
        pixel_shuffle(x, 2, "tensorflow", dimensions=1), [[0, 4, 1, 5], [2, 6, 3, 7]]
    )


def depth_to_space(x, blocksize, mode):
    """ONNX's operator, as its definition spells it out: a reshape to six axes, a transpose, a reshape."""
    b, c, h, w = x.shape
    if mode == "DCR":
        parts = np.reshape(x, [b, blocksize, blocksize, c // (blocksize**2), h, w])
        parts = np.transpose(parts, [0, 3, 4, 1, 5, 2])
    else:
        parts = np.reshape(x, [b, c // (blocksize**2), blocksize, blocksize, h, w])
        parts = np.transpose(parts, [0, 1, 4, 2, 5, 3])
    return np.reshape(parts, [b, c // (blocksize**2), h * blocksize, w * blocksize])


@few
@given(*(st.integers(1, 4) for _ in range(5)))
def test_onnx_depth_to_space(batch, channels, r, height, width):
    x = noise(batch, channels * r * r, height, width)
    np.testing.assert_array_equal(pixel_shuffle(x, r, "torch"), depth_to_space(x, r, "CRD"))
    np.testing.assert_array_equal(pixel_shuffle(x, r, "tensorflow"), depth_to_space(x, r, "DCR"))


def test_the_example_in_the_definition_of_onnx():
    """Input (1, 8, 2, 3): DCR, ONNX's default, takes every second channel; CRD four neighbors."""
    x = (9.0 * np.arange(8)[:, None, None] + np.arange(6.0).reshape(2, 3))[None]
    first_rows = {"tensorflow": ([0, 18, 1, 19, 2, 20], [36, 54, 37, 55, 38, 56]),
                  "torch": ([0, 9, 1, 10, 2, 11], [18, 27, 19, 28, 20, 29])}  # fmt: skip
    for order, rows in first_rows.items():
        np.testing.assert_array_equal(pixel_shuffle(x, 2, order)[0, 0, :2], rows)


@few
@given(st.data())
def test_every_pixel_by_its_formula_any_rank_factor_order_and_back(data):
    dimensions, order = data.draw(st.integers(1, 2)), data.draw(st.sampled_from(["torch", "tensorflow"]))
    factors = [data.draw(st.integers(1, 3)) for _ in range(dimensions)]
    sizes = [data.draw(st.integers(1, 3)) for _ in range(dimensions)]
    others, channels = data.draw(st.lists(st.integers(1, 2), max_size=3)), data.draw(st.integers(1, 3))
    phases = int(np.prod(factors))
    x = noise(*others, channels * phases, *sizes)
    large = pixel_shuffle(x, factors, order, dimensions)
    assert large.shape == (*others, channels, *(n * f for n, f in zip(sizes, factors, strict=True)))
    for channel in range(channels):
        for place in itertools.product(*map(range, large.shape[-dimensions:])):
            small, phase = zip(*(divmod(o, f) for o, f in zip(place, factors, strict=True)), strict=True)
            number = int(np.ravel_multi_index(phase, factors))
            source = channel * phases + number if order == "torch" else number * channels + channel
            np.testing.assert_array_equal(large[..., channel, *place], x[..., source, *small])
    np.testing.assert_array_equal(pixel_unshuffle(large, factors, order, dimensions), x)


# ---- A kernel and its phases ---------------------------------------------------------------------


def test_the_kernels_of_the_article_in_one_dimension():
    np.testing.assert_array_equal(split_phases([1, 2, 3, 4], 2, dimensions=1), [[1, 3], [2, 4]])
    np.testing.assert_array_equal(
        split_phases([1, 2, 3], 2, dimensions=1), [[1, 3], [2, 0]]
    )  # (1, 3) and (2)


@pytest.mark.parametrize("kernel", [[1.0, 2, 3, 4], [1.0, 2, 3]])
def test_each_phase_makes_its_own_samples(kernel):
    """Even samples of the uncropped result from (1, 3), odd ones from (2, 4) or (2)."""
    x = noise(1, 1, 5)
    whole = transposed_convolution(x, single(kernel), stride=2)[0, 0]
    for phase in (0, 1):
        np.testing.assert_allclose(np.convolve(x[0, 0], kernel[phase::2]), whole[phase::2], atol=EXACT)


def test_what_the_padding_of_the_article_makes_of_the_kernel():
    """Which phase comes first depends on the parity of the padding; the gather reads the kernel backwards."""
    kernel = np.array([[[1.0, 2, 3, 4]]])
    np.testing.assert_array_equal(
        transposed_to_subpixel(kernel, stride=2, padding=2).weight[:, 0], [[3, 1], [4, 2]]
    )
    layer = transposed_to_subpixel(kernel, stride=2, padding=1)
    np.testing.assert_array_equal(layer.weight[:, 0], [[4, 2, 0], [0, 3, 1]])
    for padding, size in ((0, 12), (1, 10), (2, 8)):  # 5 samples become 8 with padding 2 only
        layer = transposed_to_subpixel(kernel, stride=2, padding=padding)
        assert layer(noise(1, 1, 5)).shape == (1, 1, size)


def test_a_four_by_four_kernel_falls_into_four_of_two_by_two():
    kernel = np.arange(1.0, 17).reshape(1, 1, 4, 4)
    phases = split_phases(kernel, 2)
    assert phases.shape == (1, 1, 2, 2, 2, 2)
    np.testing.assert_array_equal(phases[0, 0, 0, 1], [[2, 4], [10, 12]])
    np.testing.assert_array_equal(merge_phases(phases), kernel)

    x = noise(1, 1, 4, 4)
    cropped = transposed_to_subpixel(kernel, stride=2, padding=1, crop=True)
    assert cropped.weight.shape == (4, 1, 2, 2)
    assert cropped.pads == ((1, 1), (1, 1))
    assert convolution(x, cropped.weight, padding=1).shape == (1, 4, 5, 5)
    full = transposed_convolution(x, kernel, stride=2)
    for pads, start in (((1, 0), 0), ((0, 1), 2)):
        part = subpixel_convolution(x, cropped.weight, None, 2, (pads, pads))
        np.testing.assert_allclose(part, full[:, :, start : start + 8, start : start + 8], atol=EXACT)
    symmetric = transposed_convolution(x, kernel, stride=2, padding=1)
    assert symmetric.shape == (1, 1, 8, 8)
    for layer in (cropped, transposed_to_subpixel(kernel, stride=2, padding=1)):
        np.testing.assert_allclose(layer(x), symmetric, atol=EXACT)


def test_without_a_crop_it_needs_four_of_three_by_three():
    layer = transposed_to_subpixel(np.arange(1.0, 17).reshape(1, 1, 4, 4), stride=2, padding=1)
    expected = [
        [[16, 14, 0], [8, 6, 0], [0, 0, 0]], [[0, 15, 13], [0, 7, 5], [0, 0, 0]],
        [[0, 0, 0], [12, 10, 0], [4, 2, 0]], [[0, 0, 0], [0, 11, 9], [0, 3, 1]],
    ]  # fmt: skip
    np.testing.assert_array_equal(layer.weight[:, 0], expected)
    assert layer.pads == ((1, 1), (1, 1))


def test_the_same_number_of_weights_in_two_shapes():
    """(9, 32, 3, 3) and (32, 1, 9, 9), as torch stores the latter: 2592 numbers each."""
    weight, x = noise(9, 32, 3, 3), noise(1, 32, 5, 6, seed=1)
    layer = subpixel_to_transposed(weight, factor=3, pads=1)
    assert layer.weight.shape == (32, 1, 9, 9)
    assert (layer.stride, layer.padding, layer.output_padding) == ((3, 3), (3, 3), (0, 0))
    assert layer.weight.size == weight.size == 2592
    np.testing.assert_allclose(layer(x), subpixel_convolution(x, weight, factor=3, pads=1), atol=EXACT)
    again = transposed_to_subpixel(layer.weight, stride=3, padding=3)
    assert again.weight.shape == (9, 32, 3, 3)
    np.testing.assert_array_equal(again.weight, weight)
    assert (again.pads, again.trims) == (((1, 1), (1, 1)), ((0, 0), (0, 0)))


@pytest.mark.parametrize(
    "k, s, p, op, size, pads, trim, slots",
    [
        (2, 2, 0, 0, 1, (0, 0), 0, (4, 4)),
        (3, 2, 1, 1, 2, (0, 1), 0, (9, 16)),
        (3, 2, 1, 0, 2, (0, 1), 1, (9, 16)),
        (4, 2, 1, 0, 3, (1, 1), 0, (16, 36)),
        (5, 2, 2, 1, 3, (1, 1), 0, (25, 36)),
        (6, 2, 2, 0, 3, (1, 1), 0, (36, 36)),
        (9, 3, 3, 0, 3, (1, 1), 0, (81, 81)),
        (16, 8, 4, 0, 3, (1, 1), 0, (256, 576)),
        (64, 32, 16, 0, 3, (1, 1), 0, (4096, 9216)),
        (7, 4, 2, 1, 3, (1, 1), 0, (49, 144)),
    ],
)
def test_usual_layers_as_subpixel_convolutions(k, s, p, op, size, pads, trim, slots):
    layer = transposed_to_subpixel(np.ones((1, 1, k, k)), stride=s, padding=p, output_padding=op)
    assert layer.weight.shape == (s * s, 1, size, size)
    assert layer.pads == (pads, pads)
    assert layer.trims == ((0, trim), (0, trim))
    assert layer.slots == slots
    assert np.count_nonzero(layer.weight) == slots[0]


def test_the_crop_version_by_its_recipe():
    """pad K - 1 on all sides, K = ceil(k / s), drop p first; one sample more where output_padding wants it."""
    layer = transposed_to_subpixel(np.ones((1, 1, 5)), stride=3, padding=1, crop=True)
    assert (layer.weight.shape, layer.pads, layer.trims) == ((3, 1, 2), ((1, 1),), ((1, 2),))
    layer = transposed_to_subpixel(np.ones((1, 1, 4)), stride=2, padding=2, crop=True)  # p off either end
    assert (layer.weight.shape, layer.pads, layer.trims) == ((2, 1, 2), ((1, 1),), ((2, 2),))
    layer = transposed_to_subpixel(np.ones((1, 1, 2)), stride=2, output_padding=1, crop=True)
    assert (layer.pads, layer.trims) == (((0, 1),), ((0, 1),))
    np.testing.assert_array_equal(layer(np.ones((1, 1, 2))), [[[1, 1, 1, 1, 0]]])
    assert layer._replace(used=None).slots == (2, 2)


def test_a_dilated_kernel_leaves_slots_empty_and_comes_back_dilated():
    weight = noise(2, 3, 3)
    layer = transposed_to_subpixel(weight, stride=2, padding=1, dilation=3)
    assert layer.used == (range(1, 8, 3),)
    assert layer.slots == (3, 8)
    back = subpixel_to_transposed(*layer)
    assert (back.dilation, back.padding) == ((3,), (1,))
    np.testing.assert_array_equal(back.weight, weight)


def test_a_bias_is_repeated_per_phase_and_comes_back_once():
    layer = transposed_to_subpixel(noise(1, 2, 4, 4), np.array([0.5, -1.0]), stride=2)
    np.testing.assert_array_equal(layer.bias, [0.5] * 4 + [-1.0] * 4)
    np.testing.assert_array_equal(subpixel_to_transposed(*layer).bias, [0.5, -1.0])
    outside = transposed_to_subpixel(np.ones((1, 1, 1)), np.array([7.0]), stride=3, output_padding=2)
    np.testing.assert_array_equal(outside(single([1, 2])), [[[8, 7, 7, 9, 7, 7]]])  # no stamp, but the bias


def test_pads_beyond_the_kernel_lengthen_it_with_zeros():
    layer = subpixel_to_transposed(np.array([[[3.0]], [[4.0]]]), factor=2, pads=1)
    np.testing.assert_array_equal(layer.weight, [[[0, 0, 3, 4, 0, 0]]])
    np.testing.assert_array_equal(layer(np.array([[[1.0, 10.0]]])), [[[0, 0, 3, 4, 30, 40, 0, 0]]])


@few
@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 4), st.integers(1, 4))
def test_phases_merge_back_bit_for_bit(height, width, down, across):
    kernel = noise(2, 3, height, width)
    phases = split_phases(kernel, (down, across))
    assert phases.shape == (2, 3, down, across, -(-height // down), -(-width // across))
    for a, b in itertools.product(range(min(down, height)), range(min(across, width))):
        part = kernel[:, :, a::down, b::across]
        np.testing.assert_array_equal(phases[:, :, a, b, : part.shape[2], : part.shape[3]], part)
    assert np.count_nonzero(phases) == kernel.size
    np.testing.assert_array_equal(merge_phases(phases, (height, width)), kernel)
    bare = split_phases(kernel[0, 0, 0], across, dimensions=1)
    np.testing.assert_array_equal(merge_phases(bare, width, dimensions=1), kernel[0, 0, 0])


@few
@given(st.integers(1, 7), st.integers(1, 5), st.integers(1, 7), st.integers(1, 5))
def test_a_flat_signal_answers_with_the_phase_sums(down, s_down, across, s_across):
    """Far from the border: there every phase meets all of its weights."""
    kernel = noise(down, across, seed=down + 10 * across)
    flat = np.ones((1, 1, down + 4, across + 4))  # more samples than any output's window reaches over
    answer = transposed_convolution(flat, kernel[None, None], stride=(s_down, s_across))[0, 0]
    first = [-(-(size - 1) // s) * s for size, s in ((down, s_down), (across, s_across))]
    inside = answer[first[0] : first[0] + s_down, first[1] : first[1] + s_across]
    np.testing.assert_allclose(phase_sums(kernel, (s_down, s_across)), inside, atol=EXACT)


def test_phase_sums_of_layers_and_of_narrow_dtypes():
    weight = noise(3, 2, 4, 5)
    sums = phase_sums(weight, (2, 3))
    assert sums.shape == (3, 2, 2, 3)
    np.testing.assert_allclose(sums[1, 0, 1, 2], weight[1, 0, 1::2, 2::3].sum(), atol=EXACT)
    np.testing.assert_array_equal(phase_sums(np.full(600, 200, np.uint8), 2, dimensions=1), [60_000, 60_000])


# ---- ICNR and nearest ----------------------------------------------------------------------------


def test_icnr_by_hand_and_what_repeat_would_do():
    weight = np.array([[[10.0]], [[20.0]]])  # two output channels, factor 2 in one dimension
    np.testing.assert_array_equal(icnr_weight(weight, 2).ravel(), [10, 10, 20, 20])
    np.testing.assert_array_equal(icnr_weight(weight, 2, "tensorflow").ravel(), [10, 20, 10, 20])
    np.testing.assert_array_equal(
        subpixel_convolution(single([1, 2]), icnr_weight(weight, 2)),
        [[[10, 10, 20, 20], [20, 20, 40, 40]]],
    )


def test_repetition_and_a_convolution_is_a_stamp_of_four():
    layer = nearest_to_transposed(np.array([[[1.0, 2.0, 3.0]]]), factor=2, padding=1)
    np.testing.assert_array_equal(layer.weight, [[[3, 5, 3, 1]]])
    np.testing.assert_array_equal(split_phases(layer.weight, 2, dimensions=1).sum(-1), [[[6, 6]]])
    x = np.array([[[1.0, 2.0]]])
    np.testing.assert_array_equal(layer(x), [[[5, 9, 11, 6]]])  # 1 1 2 2 seen through 1 2 3
    assert (layer.stride, layer.padding) == ((2,), (1,))


@few
@given(st.integers(1, 7), st.integers(1, 5))
def test_repetition_never_makes_a_checkerboard(k, s):
    sums = split_phases(nearest_to_transposed(noise(1, 1, k, k), factor=s).weight, s).sum((-1, -2))
    np.testing.assert_allclose(sums, np.full_like(sums, sums[0, 0, 0, 0]), atol=EXACT)


# ---- What comes in stays, what comes out is new --------------------------------------------------


def test_results_share_no_memory_with_what_came_in():
    x, weight, bias = noise(2, 4, 3, 3), noise(4, 3, 3, 3), noise(3)
    before = [each.copy() for each in (x, weight, bias)]
    for factor in (1, 2):
        results = [pixel_shuffle(x, factor), split_phases(weight, factor), icnr_weight(weight, factor)]
        results += [
            pixel_unshuffle(pixel_shuffle(x, factor), factor),
            merge_phases(split_phases(weight, factor)),
        ]
        results += transposed_to_subpixel(weight, bias, factor)[:2]
        results += subpixel_to_transposed(*transposed_to_subpixel(weight, bias, factor))[:2]
        results += nearest_to_transposed(weight, np.ones(4), factor)[:2]
        results.append(subpixel_convolution(x, weight.swapaxes(0, 1)[:1].repeat(factor**2, 0), None, factor))
        for result in results:
            result += 1
    for each, copy in zip((x, weight, bias), before, strict=True):
        np.testing.assert_array_equal(each, copy)


def test_reversed_strided_and_big_endian_arrays():
    weight = noise(4, 3, 4, 4)
    for view in (
        weight[:, ::-1, ::-1, ::2],
        weight.transpose(1, 0, 3, 2),
        np.asfortranarray(weight),
        weight.astype(">f8"),
    ):
        plain = np.array(view, dtype=float, order="C")
        theirs, ours = (
            transposed_to_subpixel(plain, stride=2, padding=1),
            transposed_to_subpixel(view, stride=2, padding=1),
        )
        np.testing.assert_array_equal(ours.weight, theirs.weight)
        np.testing.assert_array_equal(split_phases(view, 2), split_phases(plain, 2))
        np.testing.assert_array_equal(icnr_weight(view, 2), icnr_weight(plain, 2))


# ---- What is refused -----------------------------------------------------------------------------

W, X = noise(8, 4, 3, 3), noise(2, 4, 5, 6)  # as a sub-pixel weight: two channels of four phases
REFUSED = [
    (pixel_shuffle, {"x": noise(6, 2, 2)}, r"multiple of 4 channels for factor=2; got shape \(6, 2, 2\), 6 channels"),
    (pixel_shuffle, {"x": noise(4, 2)}, r"x must have at least 3 axes, channels first; got shape \(4, 2\)"),
    (pixel_shuffle, {"x": noise(8, 2, 2), "order": "tensorflw"}, "got 'tensorflw'. Did you mean 'tensorflow'"),
    (pixel_shuffle, {"x": noise(8, 2, 2), "factor": (2, 2, 2)}, r"factor .*got \(2, 2, 2\), which is 3"),
    (pixel_shuffle, {"x": noise(8, 2, 2), "factor": 0}, "factor .*got 0"),
    (pixel_shuffle, {"x": noise(8, 2, 2), "dimensions": 3}, "dimensions .*from 1 to 2; got 3"),
    (pixel_unshuffle, {"x": noise(1, 4, 5)}, r"sizes that factor=2 divides; got shape \(1, 4, 5\)"),
    (split_phases, {"kernel": noise(4), "stride": 2}, r"kernel must have at least 2 axes; got shape \(4,\)"),
    (split_phases, {"kernel": noise(4, 4), "stride": 2.0}, "stride .*got 2.0, a float. Write 2"),
    (merge_phases, {"phases": noise(2, 2, 2)}, r"phases must have at least 4 axes; got shape \(2, 2, 2\)"),
    (merge_phases, {"phases": noise(2, 2, 2, 2), "kernel_size": 5}, r"at most 4 for phases of shape .*; got 5"),
    (merge_phases, {"phases": [[1, 3], [2, 4]], "kernel_size": 3, "dimensions": 1}, "4 at place 3 .*be dropped"),
    (subpixel_convolution, {"x": noise(2, 3, 5, 6)}, r"4 axes and 4 channels .*groups=1; got shape \(2, 3, 5, 6\)"),
    (subpixel_convolution, {"x": noise(4, 5, 6)}, r"4 axes and 4 channels .*; got shape \(4, 5, 6\)"),
    (subpixel_convolution, {"x": X.astype(np.float32)}, "one number type; got x float32 and weight float64"),
    (subpixel_convolution, {"factor": 3}, "multiple of 9 channels for factor=.*8 channels"),
    (subpixel_convolution, {"pads": (1, 1)}, r"pads must be .*pair \(before, after\) per axis .*got \(1, 1\)"),
    (subpixel_convolution, {"pads": ((1, 1), (1, 0.5))}, r"pads\[1\]\[1\] .*got 0.5"),
    (subpixel_convolution, {"pads": ((1, -5), (0, 0))}, r"in_size=5 with pads=\(1, -5\) .* makes 0 small"),
    (subpixel_convolution, {"trims": 3}, r"makes 3 small samples, 6 with factor=2; trims=\(3, 3\) drops 6"),
    (subpixel_convolution, {"trims": -1}, "trims .*got -1"),
    (subpixel_convolution, {"bias": noise(2)}, r"bias must have shape \(8,\).*got \(2,\)"),
    (transposed_to_subpixel, {"weight": noise(4, 4)}, r"weight must have 3 axes .*got shape \(4, 4\)"),
    (transposed_to_subpixel, {"weight": np.ones((1, 1, 3), int)}, r"float32 or float64; got int64. Write"),
    (transposed_to_subpixel, {"groups": 3}, r"groups=3 does not divide weight.shape\[0\]=8, the input channels"),
    (transposed_to_subpixel, {"bias": noise(8)}, r"bias must have shape \(4,\), one per output channel; got \(8,\)"),
    (transposed_to_subpixel, {"stride": 2, "output_padding": 2}, "=2 with stride=2 and dilation=1. At most 1"),
    (transposed_to_subpixel, {"stride": (2, 1), "output_padding": 1}, "output_padding=1 with stride=1 .*At most 0"),
    (transposed_to_subpixel, {"padding": -1}, "padding .*got -1"),
    (transposed_to_subpixel, {"crop": "no"}, "crop must be True or False; got 'no'"),
    (transposed_to_subpixel, {"stride": 2**20}, "the kernel would have shape .* numbers; at most"),
    (subpixel_to_transposed, {"factor": 3}, r"groups=1 times 9 phases does not divide .*=8, the output"),
    (subpixel_to_transposed, {"groups": 4}, "groups=4 times 4 phases does not divide"),
    (subpixel_to_transposed, {"bias": np.arange(8.0)}, "0 in phase 0 and 1 in phase 1 of channel 0. A transposed"),
    (subpixel_to_transposed, {"used": 3}, r"used must hold one range per axis inside .* 6 x 6, .*got 3"),
    (subpixel_to_transposed, {"used": (range(6),)}, r"one range per axis .*got \(range\(0, 6\),\)"),
    (subpixel_to_transposed, {"used": (range(6), range(7))}, r"of 6 x 6; got \(range\(0, 6\), range\(0, 7\)\)"),
    (subpixel_to_transposed, {"used": (range(6), range(0))}, r"of 6 x 6; got \(range\(0, 6\), range\(0, 0\)\)"),
    (subpixel_to_transposed, {"used": (range(6), range(1, 6))}, r"weight holds .* at place \(0, 0\) of the merged"),
    (nearest_to_transposed, {"padding": -1}, "padding .*got -1"),
    (nearest_to_transposed, {"groups": 3}, r"groups=3 does not divide weight.shape\[0\]=8, the output channels"),
    (nearest_to_transposed, {"bias": noise(4)}, r"bias must have shape \(8,\).*got \(4,\)"),
    (icnr_weight, {"order": "CRD"}, "order must be one of 'torch', 'tensorflow'; got 'CRD'"),
    (icnr_weight, {"factor": 2**20}, "the weight would have shape .* numbers; at most"),
]  # fmt: skip
GOOD = {
    pixel_shuffle: {"x": noise(8, 2, 2), "factor": 2},
    pixel_unshuffle: {"x": noise(1, 4, 6), "factor": 2},
    split_phases: {"kernel": noise(4, 4), "stride": 2},
    phase_sums: {"kernel": noise(4, 4), "stride": 2},
    merge_phases: {"phases": noise(2, 2, 2, 2)},
    subpixel_convolution: {"x": X, "weight": W},
    transposed_to_subpixel: {"weight": W},
    subpixel_to_transposed: {"weight": W},
    nearest_to_transposed: {"weight": W},
    icnr_weight: {"weight": W},
}


@pytest.mark.parametrize("function, changed, message", REFUSED)
def test_it_is_refused_with_the_values(function, changed, message):
    function(**GOOD[function])
    with pytest.raises((ValueError, TypeError), match=message):
        function(**{**GOOD[function], **changed})


WHOLE = ("factor", "stride", "padding", "output_padding", "dilation", "groups", "dimensions", "pads", "trims")
NOT_ONE_WHOLE = [value for value in NOT_WHOLE if not isinstance(value, (list, tuple, np.ndarray))]


@pytest.mark.parametrize("function", GOOD)
def test_every_argument_and_every_kind_of_wrong_value(function):
    """Always ValueError or TypeError, and the argument is named."""
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    tried = 0
    for name in names:
        bad = NOT_AN_ARRAY if name in ("x", "weight", "kernel", "phases") else []
        bad = [v for v in NOT_AN_ARRAY if v is not None] if name == "bias" else bad
        bad = [*NOT_ONE_WHOLE, -(10**9), 10**40] if name in WHOLE else bad
        for value in bad:
            with pytest.raises((ValueError, TypeError), match=re.escape(name)):
                function(**{**GOOD[function], name: value})
            tried += 1
    assert tried > 10


def test_an_input_too_small_is_refused_when_it_comes():
    layer = transposed_to_subpixel(np.ones((1, 1, 1)), stride=2, padding=2)
    assert isinstance(layer, SubPixel)
    np.testing.assert_array_equal(layer(np.arange(4.0)[None, None]), [[[1, 0, 2]]])
    with pytest.raises(ValueError, match=r"Nothing is left: in_size=2 .* makes 0 small samples"):
        layer(np.ones((1, 1, 2)))


@pytest.mark.parametrize("order", ["torch", "tensorflow"])
def test_every_step_of_a_shuffle_is_what_its_code_says(order):
    for channels, r, h, w in itertools.product((1, 2, 3), (1, 2, 3), (1, 2), (1, 3)):
        x = np.arange(channels * r * r * h * w).reshape(-1, h, w)
        steps = shuffle_steps(x, r, order)
        for i, step in enumerate(steps):
            np.testing.assert_array_equal(
                eval("".join(each.code for each in steps[: i + 1]), {"x": x}), step.array
            )
        np.testing.assert_array_equal(steps[-1].array, pixel_shuffle(x, r, order))
        sizes = {"c": channels, "a": r, "b": r, "i": h, "j": w}
        for step in steps[1:3]:  # the axes are named in their order
            assert step.array.shape == tuple(sizes[name] for name in step.axes.split())
        # what stands at (c, a, b, i, j) stands at (c, i * r + a, j * r + b) in the end
        axes = steps[1].axes.split()
        for index in np.ndindex(steps[1].array.shape):
            at = dict(zip(axes, index, strict=True))
            large = steps[-1].array[at["c"], at["i"] * r + at["a"], at["j"] * r + at["b"]]
            assert steps[1].array[index] == large
            channel = steps[1].array[index] // (h * w)
            assert channel_number(channel, channels, r, order) == (at["c"], at["a"], at["b"])


def test_steps_of_a_shuffle_leave_x_alone():
    x = np.arange(8.0).reshape(8, 1, 1)
    steps = shuffle_steps(x, 2)
    steps[0].array[:] = -1
    assert x.ravel().tolist() == list(range(8))


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: shuffle_steps(np.zeros((3, 2, 2)), 2), "multiple of 4 channels for factor=2; got shape"),
        (lambda: shuffle_steps(np.zeros((1, 4, 2, 2)), 2), "x must have 3 axes, channels first; got shape (1, 4"),
        (lambda: shuffle_steps(np.zeros((4, 2, 2)), 0), "factor must be a whole number, from 1 to 1048576; got 0"),
        (lambda: shuffle_steps(np.zeros((4, 2, 2)), 2, "CRD"), "order must be one of 'torch', 'tensorflow'"),
        (lambda: channel_number(8, 2, 2), "channel must be a whole number, from 0 to 7; got 8"),
        (lambda: channel_number(0, 0, 2), "channels must be a whole number"),
    ],
)  # fmt: skip
def test_steps_that_cannot_be_taken_are_refused(call, words):
    with pytest.raises((ValueError, TypeError), match=re.escape(words)):
        call()
