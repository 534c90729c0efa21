"""The counts, held to torch's own modules: their weights, their flop counter, their outputs, their gradients."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode

from course_utils.cost import (
    RULES,
    convolution_cost,
    linear_cost,
    low_and_high,
    transposed_cost,
    upsampler_costs,
)

few = st.integers(1, 4)


def counted(layers, channels, sizes):
    """(parameters, multiply-adds, numbers of the last output) as torch counts them."""
    x = torch.zeros(1, channels, *sizes)
    with FlopCounterMode(display=False) as counter:
        out = layers(x)
    weights = sum(p.numel() for p in layers.parameters())
    return weights, counter.get_total_flops() / 2, out.numel()


@settings(deadline=None, max_examples=60)
@given(
    few,
    few,
    st.integers(1, 5),
    st.integers(1, 3),
    st.lists(st.integers(5, 9), min_size=1, max_size=2),
    st.data(),
)
def test_a_convolution(into, out, kernel_size, groups, sizes, data):
    into, out = into * groups, out * groups
    stride = data.draw(st.integers(1, 3))
    kind = torch.nn.Conv2d if len(sizes) == 2 else torch.nn.Conv1d
    layer = kind(into, out, kernel_size, stride, groups=groups, bias=False)
    out_sizes = tuple(layer(torch.zeros(1, into, *sizes)).shape[2:])
    assert convolution_cost(into, out, kernel_size, out_sizes, groups) == counted(layer, into, sizes)


@settings(deadline=None, max_examples=60)
@given(
    few,
    few,
    st.integers(1, 3),
    st.integers(1, 3),
    st.lists(st.integers(2, 6), min_size=1, max_size=2),
    st.data(),
)
def test_a_transposed_convolution(into, out, stride, groups, sizes, data):
    into, out = into * groups, out * groups
    padding = data.draw(st.integers(0, 2))
    kernel_size = stride + 2 * padding  # so that the output is stride times the input
    kind = torch.nn.ConvTranspose2d if len(sizes) == 2 else torch.nn.ConvTranspose1d
    layer = kind(into, out, kernel_size, stride, padding, groups=groups, bias=False)
    assert transposed_cost(into, out, kernel_size, stride, sizes, groups) == counted(layer, into, sizes)


@pytest.mark.parametrize("number", [np.uint8, np.int8, np.int16, np.int32, np.uint64])
def test_numpys_whole_numbers_cost_the_same_and_do_not_overflow(number):
    n = number(100)
    assert convolution_cost(n, n, number(9), (n, n)) == convolution_cost(100, 100, 9, (100, 100))
    assert transposed_cost(n, n, number(9), n, (n, n)) == transposed_cost(100, 100, 9, 100, (100, 100))
    assert linear_cost(n, (n, n)) == linear_cost(100, (100, 100))
    assert upsampler_costs(n, (n, n), number(4)) == upsampler_costs(100, (100, 100), 4)
    assert low_and_high(n, number(9), number(4), number(2)) == low_and_high(100, 9, 4, 2)
    assert all(type(each) is int for each in convolution_cost(n, n, number(9), (n, n)))


@pytest.mark.parametrize("argument", ["layers", "factor", "kernel_size"])
def test_a_network_too_large_to_be_listed_is_refused_by_name(argument):
    for value in (10**9, 10**40):
        with pytest.raises(ValueError, match=f"^{argument} must be a whole number, from 1 to .*; got 1"):
            low_and_high(**{argument: value})


def test_linear_resizing_reads_two_samples_an_axis():
    """Torch counts no flops here; what it reads is in the gradient of one output."""
    x = torch.ones(1, 1, 8, 8, requires_grad=True)
    out = torch.nn.functional.interpolate(x, scale_factor=2, mode="bilinear")
    (grad,) = torch.autograd.grad(out[0, 0, 6, 6], x)
    assert linear_cost(3, (16, 16)) == (0, int((grad != 0).sum()) * 3 * 256, 3 * 256)
    assert linear_cost(3, (16,)) == (0, 2 * 3 * 16, 3 * 16)


def test_the_table_of_upsamplers():
    """64 maps of 64 x 64 made twice as large; multiply-adds in millions."""
    want = {
        "transposed convolution 2": (16_384, 67.1),
        "transposed convolution 3": (36_864, 151.0),
        "transposed convolution 4": (65_536, 268.4),
        "zeros inserted, convolution 4": (65_536, 1073.7),
        "convolution 3, then shuffle": (147_456, 604.0),
        "nearest, then convolution 3": (36_864, 604.0),
        "bilinear, then convolution 3": (36_864, 608.2),
        "convolution 3, then bilinear": (36_864, 155.2),
        "bilinear as a transposed convolution, one map each": (1_024, 4.2),
    }
    found = upsampler_costs(64, (64, 64), 2)
    assert {
        name: (cost.parameters, round(cost.multiply_adds / 1e6, 1)) for name, cost in found.items()
    } == want


@pytest.mark.parametrize(
    ("channels", "sizes", "factor"), [(3, (4, 6), 2), (2, (5, 3), 3), (4, (2, 2), 4), (1, (7,), 2)]
)
def test_the_upsamplers_are_those_of_torch(channels, sizes, factor):
    c, r, flat = channels, factor, len(sizes) == 1
    conv = torch.nn.Conv1d if flat else torch.nn.Conv2d
    trans = torch.nn.ConvTranspose1d if flat else torch.nn.ConvTranspose2d

    def transposed(kernel_size, groups=1):
        padding = (kernel_size - r + 1) // 2
        output_padding = 2 * padding - (kernel_size - r)
        return trans(c, c, kernel_size, r, padding, output_padding, groups, bias=False)

    nearest = torch.nn.Upsample(scale_factor=r)
    layers = {
        f"transposed convolution {r}": transposed(r),
        f"transposed convolution {r + 1}": transposed(r + 1),
        f"transposed convolution {2 * r}": transposed(2 * r),
        "nearest, then convolution 3": torch.nn.Sequential(nearest, conv(c, c, 3, padding=1, bias=False)),
        "convolution 3, then shuffle": conv(c, c * r ** len(sizes), 3, padding=1, bias=False),
        "bilinear as a transposed convolution, one map each": transposed(2 * r - r % 2, groups=c),
    }
    found = upsampler_costs(c, sizes, r)
    for name, layer in layers.items():
        assert found[name] == counted(layer, c, sizes), name
    large = tuple(size * r for size in sizes)
    resized, low, high = (
        linear_cost(c, large),
        convolution_cost(c, c, 3, sizes),
        convolution_cost(c, c, 3, large),
    )
    for name, conv_cost in (("bilinear, then convolution 3", high), ("convolution 3, then bilinear", low)):
        assert found[name] == tuple(a + b for a, b in zip(resized, conv_cost, strict=True))


def seen(layers, channels, size):
    """How many samples of the first axis the middle output of the first map depends on."""
    x = torch.ones(1, channels, size, 1, dtype=torch.float64, requires_grad=True)
    for layer in layers:
        torch.nn.init.ones_(layer.weight)
    out = layers(x)
    (grad,) = torch.autograd.grad(out[0, 0, out.shape[2] // 2, 0], x)
    return int((grad[0, 0, :, 0] != 0).sum())


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    ("channels", "kernel_size", "factor"), [(8, 3, 2), (1, 2, 3), (2, 5, 2), (3, 3, 1), (1, 1, 4)]
)
def test_low_and_high_are_networks_of_torch(rule, channels, kernel_size, factor):
    small, layers, r = 6, 3, factor
    for network, coarse in zip(
        low_and_high(channels, kernel_size, factor, layers, rule), (r, 1), strict=True
    ):
        size = small * r // coarse + network.kernel_size - 1  # what padding would add
        layer = torch.nn.Conv2d(network.channels, network.channels, network.kernel_size, bias=False)
        weights, products, numbers = counted(layer, network.channels, (size, size))
        large = (small * r) ** 2
        assert network.layer.parameters == weights
        assert (
            network.layer.multiply_adds * large == products and network.layer.activations * large == numbers
        )
        k = network.kernel_size
        line = torch.nn.Sequential(
            *[torch.nn.Conv2d(1, 1, (k, 1), bias=False, dtype=torch.float64) for _ in range(layers)]
        )
        for depth, field in enumerate(network.fields, 1):
            assert field == seen(line[:depth], 1, layers * k + 1) * coarse / r


@settings(deadline=None)
@given(st.integers(1, 16), st.integers(1, 7), st.integers(1, 4), st.integers(1, 6))
def test_equal_cost_is_equal_and_has_so_many_parameters(channels, kernel_size, factor, layers):
    low, high = low_and_high(channels, kernel_size, factor, layers)
    assert low.layer.multiply_adds == high.layer.multiply_adds
    assert low.layer.activations == high.layer.activations == channels
    assert low.layer.parameters == factor**2 * high.layer.parameters
    assert low.fields[0] == high.fields[0]
    assert all(
        h - lo == pytest.approx(i * (1 - 1 / factor))
        for i, (lo, h) in enumerate(zip(low.fields, high.fields, strict=True))
    )
    low, high = low_and_high(channels, kernel_size, factor, layers, "same layers")
    assert low.layer.parameters == high.layer.parameters
    assert high.layer.multiply_adds == factor**2 * low.layer.multiply_adds


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda: convolution_cost(4, 6, 3, (8, 8), groups=4),
            "groups must divide.*groups=4, in_channels=4, out_",
        ),
        (lambda: convolution_cost(0, 6, 3, (8, 8)), "in_channels must be a whole number, at least 1; got 0"),
        (lambda: convolution_cost(4, 6, 3, (8, 0)), r"out_sizes\[1\] must be a whole number"),
        (lambda: transposed_cost(4, 6, 3, 0, (8, 8)), "stride must be"),
        (lambda: low_and_high(rule="equal"), "rule must be one of 'equal cost', 'same layers'"),
        (lambda: low_and_high(layers=0), "layers must be"),
        (lambda: upsampler_costs(factor=0), "factor must be"),
        (lambda: linear_cost(0, (2, 2)), "channels must be"),
    ],
)
def test_an_error_repeats_what_caused_it(call, words):
    with pytest.raises(ValueError, match=words):
        call()
