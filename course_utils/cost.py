"""What a layer costs: how many weights it has, how many multiply-adds it does, how many numbers it leaves.

Words used throughout the course
    parameters      weights of the kernels; biases are not counted, they add one per channel
    multiply-add    one weight times one sample, added to a sum. The flop counters of libraries count two flops for it
    activations     numbers in the layer's output, which training keeps until the backward pass
    low, high       of a network that works on the small image, or on the one that is ``factor`` times larger
"""

import math
from typing import NamedTuple

from course_utils.convolution import receptive_field
from course_utils.validation import LARGEST_SIZE, one_of, whole_number, whole_numbers

MOST_LAYERS = 1000
RULES = ("equal cost", "same layers")


class Cost(NamedTuple):
    """Of one layer and one image. Two layers in a row cost their sum."""

    parameters: int
    multiply_adds: int
    activations: int


def convolution_cost(in_channels, out_channels, kernel_size, out_sizes, groups=1) -> Cost:
    """A convolution whose output has these sizes: every output is a sum over one window.

    ``kernel_size`` holds for every axis of ``out_sizes``, (H, W) or (W,).

    >>> convolution_cost(32, 32, 3, (100, 100))
    Cost(parameters=9216, multiply_adds=92160000, activations=320000)
    """
    parameters, out_sizes = _parameters(
        in_channels, out_channels, kernel_size, out_sizes, "out_sizes", groups
    )
    places = math.prod(out_sizes)
    return Cost(parameters, parameters * places, int(out_channels) * places)


def transposed_cost(in_channels, out_channels, kernel_size, stride, in_sizes, groups=1) -> Cost:
    """A transposed convolution of an input of these sizes: every input stamps the whole kernel.

    What padding cuts off is counted, as libraries do. The output is taken to be ``stride`` times the input.

    >>> transposed_cost(8, 8, 4, 2, (10, 10))
    Cost(parameters=1024, multiply_adds=102400, activations=3200)
    """
    parameters, in_sizes = _parameters(in_channels, out_channels, kernel_size, in_sizes, "in_sizes", groups)
    stride = whole_number(stride, "stride", 1)
    places = math.prod(in_sizes)
    return Cost(parameters, parameters * places, int(out_channels) * places * stride ** len(in_sizes))


def linear_cost(channels, out_sizes) -> Cost:
    """Linear (bilinear) resizing to these sizes: 2 taps per output and axis, none of them learned.

    >>> linear_cost(64, (128, 128)).multiply_adds
    4194304
    """
    channels = whole_number(channels, "channels", 1)
    out_sizes = whole_numbers(out_sizes, "out_sizes")
    activations = channels * math.prod(out_sizes)
    return Cost(0, activations * 2 ** len(out_sizes), activations)


def upsampler_costs(channels=64, in_sizes=(64, 64), factor=2) -> dict[str, Cost]:
    """What people use to make ``channels`` maps ``factor`` times larger: name -> cost of all its layers.

    >>> upsampler_costs()["nearest, then convolution 3"].multiply_adds
    603979776
    """
    c, r = whole_number(channels, "channels", 1), whole_number(factor, "factor", 1)
    small = whole_numbers(in_sizes, "in_sizes")
    large = tuple(size * r for size in small)
    deep = c * r ** len(small)

    def transposed(kernel_size, groups=1):
        return transposed_cost(c, c, kernel_size, r, small, groups)

    return {
        f"transposed convolution {r}": transposed(r),
        f"transposed convolution {r + 1}": transposed(r + 1),
        f"transposed convolution {2 * r}": transposed(2 * r),
        f"zeros inserted, convolution {2 * r}": convolution_cost(c, c, 2 * r, large),
        "convolution 3, then shuffle": convolution_cost(c, deep, 3, small),
        "nearest, then convolution 3": convolution_cost(c, c, 3, large),
        "bilinear, then convolution 3": _both(linear_cost(c, large), convolution_cost(c, c, 3, large)),
        "convolution 3, then bilinear": _both(convolution_cost(c, c, 3, small), linear_cost(c, large)),
        "bilinear as a transposed convolution, one map each": transposed(2 * r - r % 2, groups=c),
    }


class SamplerCost(NamedTuple):
    """Of an upsampler that a network steers."""

    parameters: int  # biases are counted here: they are some of the few numbers there are
    multiply_adds: int  # of its convolutions, and of CARAFE's weighted sums
    reading: int  # of bilinear reading, 4 taps a value


def sampler_costs(channels=64, in_sizes=(64, 64), squeezed=64, size=5, groups=4, deformable_groups=8):
    """Upsamplers that decide where to read, or with what weights, from (h, w) to (2 h, 2 w): name -> SamplerCost.

    ``squeezed`` and ``size`` are CARAFE's, ``groups`` DySample's, ``deformable_groups`` FaPN's. ``channels`` is even,
    and a multiple of 4 for DySample's "pl".

    >>> sampler_costs()["DySample"]
    SamplerCost(parameters=2080, multiply_adds=8388608, reading=4194304)
    """
    c, m = whole_number(channels, "channels", 4), whole_number(squeezed, "squeezed", 1)
    k, g = whole_number(size, "size", 1), whole_number(groups, "groups", 1)
    d = whole_number(deformable_groups, "deformable_groups", 1)
    if c % 4:
        raise ValueError(f"channels must be a multiple of 4, as a pixel shuffle wants; got {channels}.")
    small = math.prod(whole_numbers(in_sizes, "in_sizes"))
    large = 4 * small
    one = 4 * c * large  # every value of the large map read once, bilinearly
    look = c * c // 2 * (small + large)  # two 1x1 convolutions to half the channels
    return {
        "CARAFE": SamplerCost(
            (c + 1) * m + (9 * m + 1) * 4 * k * k, small * (c * m + 36 * m * k * k) + large * k * k * c, 0
        ),
        "DySample": SamplerCost(8 * g * (c + 1), small * c * 8 * g, one),
        "DySample, dynamic": SamplerCost(16 * g * (c + 1), small * c * 16 * g, one),
        "DySample, pl": SamplerCost(2 * g * (c // 4 + 1), large * (c // 4) * 2 * g, one),
        "DySample, pl, dynamic": SamplerCost(4 * g * (c // 4 + 1), large * (c // 4) * 4 * g, one),
        "flow": SamplerCost(c * c + 18 * c, look + large * 18 * c, one + one // 2),
        "two-branch": SamplerCost(4 * c * c + 40 * c, large * (4 * c * c + 36 * c), 4 * one),
        "gated flow": SamplerCost(c * c + 36 * c + 36, look + large * (36 * c + 36), 2 * one + one // 2),
        "gated flow, spatial": SamplerCost(c * c + 45 * c, look + large * 45 * c, 2 * one + one // 2),
        "FaPN": SamplerCost(
            13 * c * c + c + (9 * c + 1) * 27 * d,
            c * c + large * (c * c + 2 * c * c + 243 * c * d + 9 * c * c),
            11 * one,
        ),
    }


class Network(NamedTuple):
    """Equal layers, one after the other, on the small image or on the large one.

    layer     Cost of one layer, counted per pixel of the large image where it grows with the image:
              multiply_adds and activations hold for one large pixel, parameters for the layer
    fields    receptive field along an axis after each layer, in pixels of the small image
    """

    channels: int
    kernel_size: int
    layer: Cost
    fields: tuple[float, ...]


def low_and_high(channels=8, kernel_size=3, factor=2, layers=4, rule="equal cost") -> tuple[Network, Network]:
    """A network on the small image, shuffled at its end, and one on the large image, both with ``layers`` layers.

    channels   of the large image. The small one has channels * factor**2, which is as many numbers
    rule       of the high-resolution network: "equal cost" gives it ``channels`` channels and a kernel of
               kernel_size * factor, what a sub-pixel convolution is as a transposed one; "same layers" the channels
               and the kernel of the low-resolution network

    >>> low, high = low_and_high(channels=8, kernel_size=3, factor=2, layers=4)
    >>> low.channels, low.layer.parameters, low.layer.multiply_adds, low.fields
    (32, 9216, 2304, (3.0, 5.0, 7.0, 9.0))
    >>> high.kernel_size, high.layer.parameters, high.layer.multiply_adds, high.fields
    (6, 2304, 2304, (3.0, 5.5, 8.0, 10.5))
    """
    k = whole_number(kernel_size, "kernel_size", 1, LARGEST_SIZE)
    c, r = whole_number(channels, "channels", 1), whole_number(factor, "factor", 1, LARGEST_SIZE // k)
    layers, deep = whole_number(layers, "layers", 1, MOST_LAYERS), c * r**2
    same = one_of(rule, "rule", RULES) == "same layers"
    low = _network(deep, k, layers, r)
    high = _network(deep if same else c, k if same else k * r, layers, 1)
    in_small_pixels = tuple(size / r for size in high.fields)
    return low, high._replace(fields=in_small_pixels)


def _network(channels, kernel_size, layers, coarse):
    """One pixel of this network lies on coarse x coarse large pixels, whose share each of them gets."""
    layer = convolution_cost(channels, channels, kernel_size, (1, 1))
    share = Cost(layer.parameters, layer.multiply_adds // coarse**2, layer.activations // coarse**2)
    fields = receptive_field([(kernel_size, 1, 0, 1)] * layers)
    return Network(channels, kernel_size, share, tuple(float(field.size) for field in fields))


def _parameters(in_channels, out_channels, kernel_size, sizes, name, groups):
    # Python's numbers from here on: numpy's overflow
    in_channels = whole_number(in_channels, "in_channels", 1)
    out_channels = whole_number(out_channels, "out_channels", 1)
    kernel_size = whole_number(kernel_size, "kernel_size", 1)
    groups = whole_number(groups, "groups", 1)
    sizes = whole_numbers(sizes, name)
    if in_channels % groups or out_channels % groups:
        raise ValueError(
            f"groups must divide in_channels and out_channels; got {groups=}, {in_channels=}, {out_channels=}."
        )
    return in_channels // groups * out_channels * kernel_size ** len(sizes), sizes


def _both(first, second):
    return Cost(*(a + b for a, b in zip(first, second, strict=True)))
