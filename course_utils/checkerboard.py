"""Checkerboards: which outputs differ only because of where they stand on the grid of the stride.

Words used throughout the course (phase, taps, phase sum: see ``subpixel.py``; stamp, window: see ``convolution.py``)
    overlap      how many stamps of a transposed convolution land on an output
    fixed pattern  what differs between the phases where the input is flat; camera makers call it so, too
    comb         the frequencies that are multiples of 1 / factor: a pattern of period ``factor`` has no others
    read count   how many windows of a convolution or pooling read an input: its gradient, where every weight is 1

Two scores look at *any* function that enlarges. ``fixed_pattern`` gives it a flat input, ``power_spread`` noise.

Sources: Odena, Dumoulin, Olah, "Deconvolution and Checkerboard Artifacts", Distill 2016; for the condition on the
phase sums, and for gradients, Sugawara, Shiota, Kiya, "Checkerboard artifacts free convolutional neural networks",
APSIPA Transactions on Signal and Information Processing 8, 2019.
"""

import math

import numpy as np

from course_utils.convolution import (
    convolution,
    convolution_size,
    transposed_convolution,
    transposed_size,
)
from course_utils.pooling import max_pool2d
from course_utils.probing.operators import call
from course_utils.resampling import resize
from course_utils.subpixel import split_phases
from course_utils.validation import (
    LARGEST_SIZE,
    affordable,
    finite_array,
    one_of,
    one_per_axis,
    real_number,
    shown,
    whole_number,
    whole_numbers,
)
from course_utils.windows import window_slices

# ---- What a kernel size and a stride decide ------------------------------------------------------


def overlap(in_size, kernel_size, stride=1, padding=0, output_padding=0):
    """How many stamps land on every output of a transposed convolution: whole numbers, shape (*out_sizes).

    ``in_size`` is a whole number for one axis or a pair (height, width) for two; the settings are one whole number
    for all axes or one for each.

    >>> overlap(4, kernel_size=3, stride=2)
    array([1, 1, 2, 1, 2, 1, 2, 1, 1])
    """
    ones = np.ones(_in_sizes(in_size), int)
    return _stamped(ones, (kernel_size, stride, padding, output_padding))


def stacked_overlap(in_size, layers):
    """How many ways lead from the input to every output of a stack of transposed convolutions: whole numbers.

    A layer is (kernel_size, stride, padding, output_padding). It is what the stack makes of an input of ones when
    all of its weights are 1.

    >>> stacked_overlap(3, [(3, 2, 1, 1), (3, 2, 1, 1)])
    array([1, 3, 2, 3, 1, 3, 2, 3, 1, 2, 1, 1])
    """
    if not isinstance(layers, (tuple, list)):
        raise TypeError(f"layers must be a list such as [(3, 2, 1, 1)]; got {shown(layers)}.")
    counts = np.ones(_in_sizes(in_size), int)
    for number, layer in enumerate(layers):
        if not isinstance(layer, (tuple, list)) or len(layer) != 4:
            raise TypeError(
                f"layers[{number}] must be (kernel_size, stride, padding, output_padding), such as (3, 2, 1, 1); "
                f"got {shown(layer)}."
            )
        counts = _stamped(counts, layer)
    return counts


def taps_per_phase(kernel_size, stride):
    """How many of the kernel's numbers meet each phase: ceil((kernel_size - phase) / stride), shape (stride,).

    Away from the border it is the overlap, in the order of the uncropped output.

    >>> taps_per_phase(3, 2), taps_per_phase(4, 2), taps_per_phase(2, 3)
    (array([2, 1]), array([2, 2]), array([1, 1, 0]))
    """
    kernel_size = whole_number(kernel_size, "kernel_size", 1, LARGEST_SIZE)
    stride = whole_number(stride, "stride", 1, LARGEST_SIZE)
    return np.maximum(-((np.arange(stride) - kernel_size) // stride), 0)


def read_counts(in_size, kernel_size, stride=1, padding=0):
    """How many windows of a convolution, or of a pooling, read every input: whole numbers, shape (*in_sizes).

    It is the gradient of the sum of all outputs with respect to the input when every weight is 1: the overlap of
    the transposed convolution, whose ``output_padding_for`` leads back to the same size. Divided by the number of
    taps it is the gradient of average pooling.

    >>> read_counts(8, kernel_size=3, stride=2, padding=1)
    array([1, 2, 1, 2, 1, 2, 1, 1])
    """
    in_sizes = _in_sizes(in_size)
    kernel_sizes, strides, paddings = _settings(
        len(in_sizes), kernel_size=kernel_size, stride=stride, padding=padding
    )
    out_sizes = tuple(map(convolution_size, in_sizes, kernel_sizes, strides, paddings))
    counts = np.zeros(in_sizes, int)
    ones = (1,) * len(in_sizes)
    for _, _, inputs in window_slices(in_sizes, out_sizes, kernel_sizes, strides, paddings, ones):
        counts[inputs] += 1
    return counts


def max_pool_gradient(x, kernel_size, stride=None, padding=0):
    """The gradient of the sum of all outputs of a max pooling: how many windows each pixel wins, shape of x.

    x has shape (..., height, width). Of equal maxima the first wins.

    >>> max_pool_gradient(np.array([[1.0, 9.0, 2.0], [3.0, 4.0, 5.0]]), 2, stride=1)
    array([[0., 2., 0.],
           [0., 0., 0.]])
    """
    x = finite_array(x, "x")
    _, indices = max_pool2d(x, kernel_size, stride, padding)
    wins = np.zeros((math.prod(x.shape[:-2]), x.shape[-2] * x.shape[-1]))
    flat = indices.reshape(len(wins), -1)
    np.add.at(wins, (np.arange(len(wins))[:, None], flat), 1)
    return wins.reshape(x.shape)


# ---- What a function does ------------------------------------------------------------------------


def by_phase(image, factor):
    """The pixels of every phase: (..., height, width) becomes (..., factor, factor, height / factor, width / factor).

    >>> by_phase(np.array([[1, 2, 1, 2], [3, 4, 3, 4]]), 2)[..., 0, 0]
    array([[1, 2],
           [3, 4]])
    """
    image = finite_array(image, "image")
    factor = whole_number(factor, "factor", 1, LARGEST_SIZE)
    if image.ndim < 2 or any(size % factor for size in image.shape[-2:]):
        raise ValueError(
            f"image must have two last axes that factor={factor} divides; got shape {image.shape}. "
            "Crop it: a part of a period would count too much."
        )
    return split_phases(image, factor)


def pattern(image, factor):
    """How much the phases differ on average, in the image's own unit: the standard deviation of their means.

    On an enlarged flat picture it is the strength of the fixed pattern. Leading axes are averaged (as mean squares).

    >>> pattern([[9.0, 11.0], [9.0, 11.0]], 2)
    1.0
    """
    means = by_phase(image, factor).mean(axis=(-2, -1))
    return float(np.sqrt(means.var(axis=(-2, -1)).mean()))


def fixed_pattern(function, in_shape=(1, 1, 16, 16), constant=1.0, border=4):
    """Score 1: the share of a function's answer to a flat input that is pattern, 0 to 1. 0: flat stays flat.

    ``function`` takes an array or tensor (N, C, H, W) of ``in_shape`` and enlarges it by a whole number. Of the
    answer to ``constant``, the answer to 0 is taken off (the biases), and ``border`` input pixels on each side.
    Left are the means of the phases: their standard deviation over their root mean square. For one random
    layer around 0 that is about sqrt(1 - 1 / factor²), whatever its kernel size.

    >>> fixed_pattern(lambda x: np.kron(x, [[1.0, 2.0], [3.0, 4.0]])).__round__(3)
    0.408
    """
    in_shape, border = _four_axes(in_shape, border)
    flat = np.full(in_shape, real_number(constant, "constant"))
    means = _response(function, flat, border).mean(axis=(-2, -1))
    power = np.square(means).mean()
    return float(np.sqrt(means.var(axis=(-2, -1)).mean() / power)) if power > 0 else 0.0


def power_spread(function, in_shape=(4, 1, 24, 24), border=4, seed=0):
    """Score 2: how unevenly a function passes noise on to the phases: standard deviation of the power over its mean.

    The noise is normal, of power 1. Unequal counts show here: 9 numbers of a 3 × 3 kernel at stride 2 are 4, 2, 2
    and 1, a spread of 0.48. With few samples it is never quite 0; a plain convolution shows its floor.

    >>> power_spread(lambda x: np.kron(x, np.ones((2, 2))))
    0.0
    """
    in_shape, border = _four_axes(in_shape, border)
    seed = whole_number(seed, "seed", 0)
    noise = np.random.default_rng(seed).normal(size=in_shape)
    power = np.square(_response(function, noise, border)).mean(axis=(0, 1, -2, -1))
    return float(power.std() / power.mean()) if power.any() else 0.0


def spectrum(image):
    """The power of every frequency but the mean, as shares that sum to 1: (..., H, W), frequency 0 in the middle.

    Frequencies are np.fft.fftshift(np.fft.fftfreq(size)) cycles per pixel. A flat image has no power: all 0.

    >>> spectrum([[0.0, 1.0, 0.0, 1.0]])
    array([[1., 0., 0., 0.]])
    """
    image = finite_array(image, "image")
    if image.ndim < 2:
        raise ValueError(f"image must have at least 2 axes, height and width last; got shape {image.shape}.")
    image = image - image.mean(axis=(-2, -1), keepdims=True)
    power = np.abs(np.fft.fft2(image)) ** 2
    power[..., 0, 0] = 0  # the mean; what rounding left of it
    total = power.sum(axis=(-2, -1), keepdims=True)
    shares = np.divide(power, total, out=np.zeros_like(power), where=total > 1e-20)
    return np.fft.fftshift(shares, axes=(-2, -1))


def comb_share(image, factor):
    """The share of the power that lies on the comb, 0 to 1, the mean left out; leading axes are averaged by power.

    It is the variance of the phase means over the variance of all pixels. By chance it is
    (factor² - 1) / (pixels - 1). A flat image gives 0.

    >>> comb_share([[0.0, 1.0, 0.0, 1.0]] * 2, 2)
    1.0
    """
    parts = by_phase(image, factor)
    total = parts.var(axis=(-4, -3, -2, -1)).mean()
    return float(parts.mean(axis=(-2, -1)).var(axis=(-2, -1)).mean() / total) if total > 0 else 0.0


# ---- A picture without a subject -----------------------------------------------------------------

RANDOM_LAYERS = ("transposed, kernel 3", "transposed, kernel 4", "nearest, then convolution")


def random_features(layer=RANDOM_LAYERS[0], seed=0, stages=3, channels=8, size=12):
    """What a decoder of random weights makes of soft blobs: (H, W), mean 0 and power 1, far from the border.

    ``stages`` times a layer of RANDOM_LAYERS, each of which doubles the size, with a ReLU between; one map comes
    out. From every side ``2 ** stages * 2`` pixels are cut.

    >>> random_features(stages=1, size=8).shape
    (8, 8)
    """
    one_of(layer, "layer", RANDOM_LAYERS)
    stages = whole_number(stages, "stages", 1, 4)
    channels, size = whole_number(channels, "channels", 1, 64), whole_number(size, "size", 5, 32)
    rng = np.random.default_rng(whole_number(seed, "seed", 0))
    x = resize(rng.normal(size=(1, channels, 4, 4)), (size, size), axes=(-2, -1))  # soft: it has no squares
    for stage in range(stages):
        x = _random_layer(
            layer, rng, np.maximum(x, 0) if stage else x, 1 if stage == stages - 1 else channels
        )
    cut = 2**stages * 2
    x = x[0, 0, cut:-cut, cut:-cut]
    return (x - x.mean()) / x.std()


def _random_layer(layer, rng, x, out_channels):
    channels = x.shape[1]
    if layer == "nearest, then convolution":
        weight = rng.normal(size=(out_channels, channels, 3, 3))
        return convolution(x.repeat(2, axis=-2).repeat(2, axis=-1), weight, padding=1) / np.sqrt(9 * channels)
    k = 3 if layer == "transposed, kernel 3" else 4
    weight = rng.normal(size=(channels, out_channels, k, k))
    answer = transposed_convolution(x, weight, stride=2, padding=1, output_padding=k % 2)
    return answer / np.sqrt(k * k / 4 * channels)


# ---- The way back --------------------------------------------------------------------------------

HALVING_LAYERS = ("convolution 3, stride 2", "convolution 4, stride 2", "convolution 3, average pooling 2")


def random_gradient(layer=HALVING_LAYERS[0], seed=0, stages=3, channels=8, size=64):
    """The gradient at the input of an encoder of random weights, random numbers arriving at its end: (C, H, W).

    ``stages`` times a layer of HALVING_LAYERS, each of which halves the size, and a ReLU. The input is noise of
    ``channels`` maps of ``size``, which 2 ** stages must divide.

    >>> random_gradient(stages=2, size=16).shape
    (8, 16, 16)
    """
    one_of(layer, "layer", HALVING_LAYERS)
    stages, channels = whole_number(stages, "stages", 1, 4), whole_number(channels, "channels", 1, 64)
    size = whole_number(size, "size", 1, 256)
    if size % 2**stages:
        raise ValueError(f"size must be a multiple of 2 ** stages = {2**stages}; got {size}.")
    rng = np.random.default_rng(whole_number(seed, "seed", 0))
    x, passed = rng.normal(size=(1, channels, size, size)), []
    for _ in range(stages):
        k = 4 if layer == "convolution 4, stride 2" else 3
        weight = rng.normal(size=(channels, channels, k, k)) / np.sqrt(k * k * channels)
        x = _halved(layer, x, weight)
        passed.append((weight, x > 0))
        x = np.maximum(x, 0)
    gradient = rng.normal(size=x.shape)
    for weight, positive in reversed(passed):  # a ReLU hands back only where it let something through
        gradient = _handed_back(layer, gradient * positive, weight)
    return gradient[0]


def _halved(layer, x, weight):
    if layer.endswith("stride 2"):
        return convolution(x, weight, stride=2, padding=1)
    n, c, height, width = x.shape
    return convolution(x, weight, padding=1).reshape(n, c, height // 2, 2, width // 2, 2).mean(axis=(3, 5))


def _handed_back(layer, gradient, weight):
    if layer.endswith("stride 2"):
        return transposed_convolution(
            gradient, weight, stride=2, padding=1, output_padding=weight.shape[-1] % 2
        )
    shared = gradient.repeat(2, axis=-2).repeat(2, axis=-1) / 4
    return transposed_convolution(shared, weight, padding=1)


# ---- What they share -----------------------------------------------------------------------------


def _stamped(counts, layer):
    """Every number of ``counts`` stamped onto a window of ones."""
    kernel_sizes, strides, paddings, more = _settings(
        counts.ndim,
        **dict(zip(("kernel_size", "stride", "padding", "output_padding"), layer, strict=True)),
    )
    out_sizes = tuple(map(transposed_size, counts.shape, kernel_sizes, strides, paddings, more))
    result = np.zeros(affordable(out_sizes, "the result"), counts.dtype)
    ones = (1,) * counts.ndim
    for _, stamps, painted in window_slices(out_sizes, counts.shape, kernel_sizes, strides, paddings, ones):
        result[painted] += counts[stamps]
    return result


def _response(function, x, border):
    """f(x) - f(0) without its border, by phase: (N, C, s, s, h, w)."""
    answer, base = (np.asarray(call(function, each), float) for each in (x, np.zeros_like(x)))
    if answer.ndim != 4 or answer.shape != base.shape:
        raise ValueError(f"function must return 4 axes (N, C, H, W); got shape {answer.shape} of {x.shape}.")
    factors = [out / size for out, size in zip(answer.shape[-2:], x.shape[-2:], strict=True)]
    factor = int(factors[0])
    if factors != [factor, factor] or factor < 1:
        raise ValueError(
            f"function must enlarge by a whole number, the same for both axes; got {answer.shape[-2:]} "
            f"of {x.shape[-2:]}. Crop or pad inside it."
        )
    inside = slice(border * factor, -border * factor or None)
    return by_phase((answer - base)[..., inside, inside], factor)


# ---- What comes in -------------------------------------------------------------------------------


def _in_sizes(in_size):
    count = 1 if np.ndim(in_size) == 0 else 2
    return affordable(one_per_axis(in_size, "in_size", count, 1, LARGEST_SIZE), "the input")


def _settings(count, **settings):
    """Each setting as one number per axis."""
    at_least = {"kernel_size": 1, "stride": 1, "padding": 0, "output_padding": 0}
    return [
        one_per_axis(value, name, count, at_least[name], LARGEST_SIZE) for name, value in settings.items()
    ]


def _four_axes(in_shape, border):
    in_shape = whole_numbers(in_shape, "in_shape", 1, LARGEST_SIZE)
    if len(in_shape) != 4:
        raise ValueError(f"in_shape must be (N, C, H, W); got {in_shape}.")
    affordable(in_shape, "the input")
    border = whole_number(border, "border", 0, (min(in_shape[2:]) - 1) // 2)
    return in_shape, border
