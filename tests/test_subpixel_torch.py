"""Sub-pixel and transposed convolutions turned into each other, against torch, over every legal setting."""

import itertools

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.subpixel import (
    icnr_weight,
    nearest_to_transposed,
    pixel_shuffle,
    pixel_unshuffle,
    subpixel_convolution,
    subpixel_to_transposed,
    transposed_to_subpixel,
)
from tests.arrays import noise
from tools import some

EXACT = 1e-12
KERNELS, STRIDES, PADDINGS, DILATIONS, GROUPS = range(1, 8), range(1, 5), range(8), range(1, 4), (1, 2)
CONVOLUTION = {1: F.conv1d, 2: F.conv2d}
TRANSPOSED = {1: F.conv_transpose1d, 2: F.conv_transpose2d}


def agree(result, expected, what):
    np.testing.assert_allclose(result, expected, rtol=0, atol=EXACT, err_msg=str(what))


# ---- Transposed to sub-pixel, and back -----------------------------------------------------------


def every_setting():
    """(kernel size, stride, padding, output_padding, dilation): all that torch takes, for some size of input."""
    for k, s, p, d in itertools.product(KERNELS, STRIDES, PADDINGS, DILATIONS):
        for op in range(max(s, d)):
            yield k, s, p, op, d


def is_legal(n, k, s, p, op, d):
    return (n - 1) * s - 2 * p + d * (k - 1) + op + 1 > 0


def compare(in_sizes, axes, groups):
    """One layer, one setting per axis: both versions agree with torch, and come back bit for bit."""
    kernel_sizes, *setting = zip(*axes, strict=True)
    how = dict(zip(("stride", "padding", "output_padding", "dilation"), setting, strict=True)) | {
        "groups": groups
    }
    x, weight = noise(2, 2 * groups, *in_sizes), noise(2 * groups, 3, *kernel_sizes, seed=1)
    bias = noise(3 * groups, seed=2)
    expected = TRANSPOSED[len(in_sizes)](*map(torch.tensor, (x, weight, bias)), **how).numpy()
    for crop in (False, True):
        layer = transposed_to_subpixel(weight, bias, **how, crop=crop)
        agree(layer(x), expected, (in_sizes, kernel_sizes, how, crop))
        back = subpixel_to_transposed(*layer)
        np.testing.assert_array_equal(back.weight, weight)
        np.testing.assert_array_equal(back.bias, bias)
        assert {name: getattr(back, name) for name in how} == how
        if not crop:
            assert all(
                first == 0 and last < s for (first, last), s in zip(layer.trims, how["stride"], strict=True)
            )


@pytest.mark.thorough  # one of five otherwise, here and in two dimensions
def test_one_dimension_every_legal_setting(tell):
    every = [
        (n, each, groups)
        for n, each, groups in itertools.product((1, 3, 15), every_setting(), GROUPS)
        if is_legal(n, *each)
    ]
    assert len(every) > 8_000
    cases = some(every, 5)
    for n, each, groups in cases:
        compare((n,), (each,), groups)
    tell(
        f"1-D: {len(cases)} transposed convolutions agree with torch to {EXACT:g}, both versions, and back",
    )


@pytest.mark.thorough
def test_two_dimensions_every_legal_setting_beside_another(tell):
    """Each setting once along the height and once along the width, beside a random one that differs."""
    every, rng = list(every_setting()), np.random.default_rng(0)
    sizes = (15, 14)  # the largest padding, 7, with kernel 1 and stride 1 still leaves a sample of 15
    rows = [each for each in every if is_legal(sizes[0], *each)]
    columns = [each for each in every if is_legal(sizes[1], *each)]
    assert len(rows) == len(every)
    pairs = []
    for groups in GROUPS:
        order = rng.permutation(len(columns))
        pairs += [(row, columns[order[i % len(columns)]], groups) for i, row in enumerate(rows)]
    pairs = some(pairs, 5)
    for row, column, groups in pairs:
        compare(sizes, (row, column), groups)
    tell(f"2-D: {len(pairs)} transposed convolutions agree with torch to {EXACT:g}, both versions, and back")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_channels_batch_groups_and_shape_in_both_number_types(data):
    dimensions = data.draw(st.integers(1, 2))
    dtype = data.draw(st.sampled_from([np.float32, np.float64]))
    batch, groups, mine, theirs = (data.draw(st.integers(1, 4)) for _ in range(4))
    legal = st.tuples(st.integers(1, 6), st.sampled_from(list(every_setting()))).filter(
        lambda axis: is_legal(axis[0], *axis[1])
    )
    axes = [data.draw(legal) for _ in range(dimensions)]
    kernel_sizes, *setting = zip(*(each for _, each in axes), strict=True)
    how = dict(zip(("stride", "padding", "output_padding", "dilation"), setting, strict=True))
    x = noise(batch, groups * mine, *(n for n, _ in axes)).astype(dtype)
    weight = noise(groups * mine, theirs, *kernel_sizes, seed=1).astype(dtype)
    expected = TRANSPOSED[dimensions](torch.tensor(x), torch.tensor(weight), groups=groups, **how).numpy()
    layer = transposed_to_subpixel(weight, groups=groups, crop=data.draw(st.booleans()), **how)
    result = layer(x)
    assert result.dtype == layer.weight.dtype == dtype
    np.testing.assert_allclose(result, expected, rtol=0, atol=2e-5 if dtype == np.float32 else EXACT)


def test_torch_itself_runs_the_weights_that_come_out():
    """Conv2d and PixelShuffle instead of ours: the layer is what it says, not what our operators make of it."""
    for k, p, op in ((4, 1, 0), (3, 1, 1), (6, 2, 0), (2, 0, 0), (5, 2, 1), (9, 0, 1)):
        x, weight, bias = noise(1, 4, 7, 6), noise(4, 3, k, k, seed=1), noise(3, seed=2)
        expected = F.conv_transpose2d(
            *map(torch.tensor, (x, weight, bias)), stride=2, padding=p, output_padding=op
        )
        layer = transposed_to_subpixel(weight, bias, 2, p, op)
        (top, bottom), (left, right) = layer.pads
        small = F.conv2d(
            F.pad(torch.tensor(x), (left, right, top, bottom)),
            torch.tensor(layer.weight),
            torch.tensor(layer.bias),
        )
        (_, below), (_, beyond) = layer.trims
        large = F.pixel_shuffle(small, 2)
        agree(large[..., : large.shape[-2] - below, : large.shape[-1] - beyond], expected, (k, p, op))


# ---- Sub-pixel to transposed ---------------------------------------------------------------------


def test_every_subpixel_convolution_with_the_same_padding_on_all_sides(tell):
    count = 0
    for dimensions, k, r, groups in itertools.product((1, 2), range(1, 6), range(1, 5), GROUPS):
        for pad in range(k + 2):
            phases = r**dimensions
            x = noise(2, 2 * groups, *(6, 5)[:dimensions])
            weight = noise(3 * groups * phases, 2, *(k,) * dimensions, seed=1)
            bias = noise(3 * groups, seed=2)
            each = np.repeat(bias, phases)
            small = CONVOLUTION[dimensions](*map(torch.tensor, (x, weight, each)), padding=pad, groups=groups)
            expected = shuffled(small, r, dimensions)
            layer = subpixel_to_transposed(weight, each, r, pad, groups=groups)
            what = (dimensions, k, r, pad, groups)
            agree(subpixel_convolution(x, weight, each, r, pad, groups=groups), expected, what)
            agree(in_torch(layer, x), expected, what)
            count += 1
            if pad >= k:  # torch has no setting for it: zeros around the kernel
                assert layer.weight.shape[2] == r * (k + 2 * (pad - k + 1))
                continue
            assert layer.weight.shape[2:] == (k * r,) * dimensions
            assert layer.padding == (r * (k - 1 - pad),) * dimensions
            assert layer.output_padding == (0,) * dimensions
            again = transposed_to_subpixel(*layer)
            np.testing.assert_array_equal(again.weight, weight)
            np.testing.assert_array_equal(again.bias, each)
            assert again.pads == ((pad, pad),) * dimensions
            assert again.trims == ((0, 0),) * dimensions
    tell(f"{count} sub-pixel convolutions agree with torch's, and as transposed ones, to {EXACT:g}")


def shuffled(small, r, dimensions):
    """torch has no shuffle for one axis: a view and a transpose, written out."""
    if dimensions == 2:
        return F.pixel_shuffle(small, r).numpy()
    batch, channels, size = small.shape
    return (
        small.view(batch, channels // r, r, size)
        .transpose(2, 3)
        .reshape(batch, channels // r, size * r)
        .numpy()
    )


def in_torch(layer, x):
    how = layer._asdict()
    weight, bias = torch.tensor(how.pop("weight")), how.pop("bias")
    bias = None if bias is None else torch.tensor(bias)
    return TRANSPOSED[x.ndim - 2](torch.tensor(x), weight, bias, **how).numpy()


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_pads_and_trims_are_some_transposed_convolution_of_torch(data):
    dimensions = data.draw(st.integers(1, 2))
    axes = []
    for _ in range(dimensions):
        n, k, r = (data.draw(st.integers(1, 5)) for _ in range(3))
        before, after = (data.draw(st.integers(-3, 6)) for _ in range(2))
        more = max(0, k - n - before - after)  # at least one small sample must come out
        large = (n + before + after + more - k + 1) * r
        first = data.draw(st.integers(0, large - 1))
        last = data.draw(st.integers(0, large - 1 - first))
        axes.append((n, k, r, (before, after + more), (first, last)))
    sizes, kernel_sizes, factor, pads, trims = zip(*axes, strict=True)
    x = noise(1, 2, *sizes)
    phases = int(np.prod(factor))
    weight, bias = noise(3 * phases, 2, *kernel_sizes, seed=1), np.repeat(noise(3, seed=2), phases)
    layer = subpixel_to_transposed(weight, bias, factor, pads, trims)
    agree(in_torch(layer, x), subpixel_convolution(x, weight, bias, factor, pads, trims), axes)


# ---- Shuffle, ICNR, nearest ----------------------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 3), max_size=3), st.integers(1, 3), st.integers(1, 4), st.data())
def test_the_modules_of_torch_over_any_rank(others, channels, r, data):
    height, width = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 4))
    x = noise(*others, channels * r * r, height, width)
    large = torch.nn.PixelShuffle(r)(torch.tensor(x)).numpy()
    np.testing.assert_array_equal(pixel_shuffle(x, r), large)
    np.testing.assert_array_equal(pixel_unshuffle(large, r), torch.nn.PixelUnshuffle(r)(torch.tensor(large)))
    np.testing.assert_array_equal(pixel_unshuffle(pixel_shuffle(x, r), r), x)


@pytest.mark.parametrize("groups", GROUPS)
@pytest.mark.parametrize("r", [1, 2, 3])
def test_icnr_starts_as_repetition(r, groups):
    x, weight = noise(1, 4, 5, 6), noise(6, 4 // groups, 3, 3, seed=1)
    small = F.conv2d(torch.tensor(x), torch.tensor(weight), padding=1, groups=groups)
    enlarged = F.interpolate(small, scale_factor=r, mode="nearest")
    started = torch.tensor(icnr_weight(weight, r))
    channels = F.conv2d(torch.tensor(x), started, padding=1, groups=groups)
    agree(F.pixel_shuffle(channels, r), enlarged, r)
    if groups == 1:
        other = F.conv2d(torch.tensor(x), torch.tensor(icnr_weight(weight, r, "tensorflow")), padding=1)
        agree(pixel_shuffle(other.numpy(), r, "tensorflow"), enlarged, r)
        wrong = F.conv2d(torch.tensor(x), torch.tensor(weight).repeat(r * r, 1, 1, 1), padding=1)
        assert r == 1 or (F.pixel_shuffle(wrong, r) - enlarged).abs().max() > 0.5


def test_nearest_and_a_convolution_every_setting(tell):
    count = 0
    for dimensions, k, s, groups in itertools.product((1, 2), KERNELS, STRIDES, GROUPS):
        for pad in range(k + 2):
            x = noise(2, 2 * groups, *(7, 8)[:dimensions])
            weight, bias = noise(3 * groups, 2, *(k,) * dimensions, seed=1), noise(3 * groups, seed=2)
            if min(x.shape[2:]) * s + 2 * pad < k:
                continue
            enlarged = F.interpolate(torch.tensor(x), scale_factor=s, mode="nearest")
            expected = CONVOLUTION[dimensions](
                enlarged, torch.tensor(weight), torch.tensor(bias), padding=pad, groups=groups
            )
            layer = nearest_to_transposed(weight, bias, s, pad, groups)
            agree(in_torch(layer, x), expected, (dimensions, k, s, pad, groups))
            agree(transposed_to_subpixel(*layer)(x), expected, (dimensions, k, s, pad, groups))
            if pad < k:
                assert layer.weight.shape[2:] == (k + s - 1,) * dimensions
                assert layer.padding == (k - 1 - pad,) * dimensions
            count += 1
    tell(f"{count} times nearest and a convolution are one transposed convolution, to {EXACT:g}")
