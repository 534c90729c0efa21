"""Sub-pixel convolution: a convolution on the small image whose channels are then shuffled into pixels.

Words used throughout the course (stride, padding, dilation: see ``windows.py``; weight, bias: ``convolution.py``)
    factor     how many times larger the shuffled image is along an axis: r
    phase      which of the factor samples inside one small pixel: 0 .. factor - 1
    order      how a channel number counts channel c and phases a, b: "torch" (c * r + a) * r + b, ONNX's CRD;
               "tensorflow" (a * r + b) * C + c, ONNX's DCR and its default
    pads       small samples added before and after each axis, zeros; below 0 they are cropped
    trims      large samples dropped before and after each axis, once shuffled
    merged     the phases' kernels interleaved again into one: kernel_size * factor places along an axis
    slot       such a place; one that no weight of the transposed convolution fills is empty, it holds 0

A transposed convolution and a sub-pixel convolution are one operator with its weights in another arrangement:
output o of the uncropped result, at o = q * stride + phase, reads only ``weight[phase::stride]``. Every function
that has no weight to tell 1-D from 2-D asks for ``dimensions``: how many of the last axes are enlarged.
"""

import math
from typing import NamedTuple

import numpy as np

from course_utils.convolution import convolution, transposed_convolution
from course_utils.validation import (
    LARGEST_SIZE,
    affordable,
    finite_array,
    one_of,
    one_per_axis,
    shown,
    true_or_false,
    whole_number,
)
from course_utils.windows import reach

ORDERS = ("torch", "tensorflow")


# ---- Channels become pixels ----------------------------------------------------------------------


def pixel_shuffle(x, factor, order="torch", dimensions=2):
    """Channels to pixels: (..., C * r * r, H, W) becomes (..., C, H * r, W * r).

    In 1-D (..., C * r, W) becomes (..., C, W * r). It is a reshape, a transpose and a reshape; no number
    changes. ``factor`` is a whole number, or one per axis. Raises ValueError when the channels cannot
    be dealt out to the phases.

    >>> pixel_shuffle(np.array([[[0]], [[1]], [[2]], [[3]]]), 2)
    array([[[0, 1],
            [2, 3]]])
    """
    dimensions, factors = _factors(factor, dimensions)
    x = _with_axes(x, "x", 1 + dimensions, "channels")
    one_of(order, "order", ORDERS)
    *others, channels = x.shape[:-dimensions]
    phases = math.prod(factors)
    if channels % phases:
        raise ValueError(
            f"x must have a multiple of {phases} channels for factor={shown(factor)}; got shape {x.shape}, "
            f"{channels} channels."
        )
    dealt = (channels // phases, *factors) if order == "torch" else (*factors, channels // phases)
    x = x.reshape(*others, *dealt, *x.shape[-dimensions:])
    if order == "tensorflow":
        x = np.moveaxis(x, -1 - dimensions, len(others))  # channels before phases, as in torch
    return _interleaved(x, dimensions).copy()


def pixel_unshuffle(x, factor, order="torch", dimensions=2):
    """Pixels to channels, the inverse: (..., C, H * r, W * r) becomes (..., C * r * r, H, W).

    Raises ValueError when a size is no multiple of the factor.

    >>> pixel_unshuffle(np.array([[0, 1, 2, 3]]), 2, dimensions=1)
    array([[0, 2],
           [1, 3]])
    """
    dimensions, factors = _factors(factor, dimensions)
    x = _with_axes(x, "x", 1 + dimensions, "channels")
    one_of(order, "order", ORDERS)
    *others, channels = x.shape[:-dimensions]
    for size, each in zip(x.shape[-dimensions:], factors, strict=True):
        if size % each:
            raise ValueError(f"x must have sizes that factor={shown(factor)} divides; got shape {x.shape}.")
    split = _apart(x, factors)
    if order == "tensorflow":
        split = np.moveaxis(split, len(others), -1 - dimensions)
    return split.reshape(*others, channels * math.prod(factors), *split.shape[-dimensions:]).copy()


class ShuffleStep(NamedTuple):
    """One line of a pixel shuffle: the code, what its axes are, and the array that it leaves."""

    code: str
    axes: str
    array: np.ndarray


def shuffle_steps(x, factor, order="torch"):
    """A 2-D ``pixel_shuffle`` step by step: the channels, a reshape, a transpose, a reshape.

    x has shape (C * r * r, H, W). Axes are named k for the channel, i, j for row and column, c, a, b for the large
    map and the phases that k is made of.

    >>> for step in shuffle_steps(np.zeros((8, 2, 3)), 2):
    ...     print(step.code, "|", step.axes, step.array.shape)
    x | k i j (8, 2, 3)
    .reshape(2, 2, 2, 2, 3) | c a b i j (2, 2, 2, 2, 3)
    .transpose(0, 3, 1, 4, 2) | c i a j b (2, 2, 2, 3, 2)
    .reshape(2, 4, 6) | c i·r+a j·r+b (2, 4, 6)
    """
    r = whole_number(factor, "factor", 1, LARGEST_SIZE)
    large = pixel_shuffle(x, r, order)  # says what is wrong with x
    x = np.array(np.asarray(x))
    if x.ndim != 3:
        raise ValueError(f"x must have 3 axes, channels first; got shape {x.shape}.")
    channels, height, width = len(large), *x.shape[1:]
    shape, axes, turn = {
        "torch": ((channels, r, r, height, width), "cabij", (0, 3, 1, 4, 2)),
        "tensorflow": ((r, r, channels, height, width), "abcij", (2, 3, 0, 4, 1)),
    }[order]
    dealt = x.reshape(shape)
    return [
        ShuffleStep("x", "k i j", x),
        ShuffleStep(f".reshape{shape}", " ".join(axes), dealt),
        ShuffleStep(f".transpose{turn}", " ".join(axes[t] for t in turn), dealt.transpose(turn)),
        ShuffleStep(f".reshape{large.shape}", "c i·r+a j·r+b", large),
    ]


def channel_number(channel, channels, factor, order="torch"):
    """(c, a, b): the large map and the phases down and right that a channel of the small maps is.

    >>> channel_number(5, 2, 2), channel_number(5, 2, 2, order="tensorflow")
    ((1, 0, 1), (1, 1, 0))
    """
    c, r = (
        whole_number(channels, "channels", 1, LARGEST_SIZE),
        whole_number(factor, "factor", 1, LARGEST_SIZE),
    )
    channel = whole_number(channel, "channel", 0, c * r * r - 1)
    if one_of(order, "order", ORDERS) == "torch":
        return channel // r**2, channel // r % r, channel % r
    return channel % c, channel // (r * c), channel // c % r


# ---- A kernel and its phases ---------------------------------------------------------------------


def split_phases(kernel, stride, dimensions=2):
    """``phases[..., a, b, j, l] = kernel[..., a + stride * j, b + stride * l]``: the small kernel of each phase.

    Shape (..., *kernel_sizes) becomes (..., *strides, *taps), taps = ceil(kernel_size / stride); where the kernel
    has ended a phase is filled with 0. It is what ``pixel_unshuffle`` does to an image.

    >>> split_phases([1, 2, 3], 2, dimensions=1)
    array([[1, 3],
           [2, 0]])
    """
    dimensions = whole_number(dimensions, "dimensions", 1, 2)
    strides = one_per_axis(stride, "stride", dimensions, 1, LARGEST_SIZE)
    kernel = _with_axes(kernel, "kernel", dimensions)
    kernel_sizes = kernel.shape[-dimensions:]
    filled = [_up(size, each) * each for size, each in zip(kernel_sizes, strides, strict=True)]
    return _apart(_stretched(kernel, filled, tuple(map(range, kernel_sizes))), strides).copy()


def phase_sums(kernel, stride, dimensions=2):
    """What the weights of each phase add up to: shape (..., *kernel_sizes) becomes (..., *strides), float64.

    A transposed convolution answers a flat signal of ones with these numbers, over and over. Where they differ, flat
    areas show a pattern; where all are 1, flat areas stay as they are. Float weights are summed in float64.

    >>> phase_sums([1, 2, 1], 2, dimensions=1), phase_sums([1, 1, 1], 2, dimensions=1)
    (array([2., 2.]), array([2., 1.]))
    """
    phases = split_phases(kernel, stride, dimensions)
    return phases.sum(axis=tuple(range(-dimensions, 0)), dtype=np.float64)


def merge_phases(phases, kernel_size=None, dimensions=2):
    """The kernel whose phases these are: (..., *strides, *taps) becomes (..., *kernel_sizes).

    ``kernel_size`` None keeps all stride * taps of them. Raises ValueError when a smaller one would drop a number
    that is not 0.

    >>> merge_phases([[1, 3], [2, 0]], kernel_size=3, dimensions=1)
    array([1, 2, 3])
    """
    dimensions = whole_number(dimensions, "dimensions", 1, 2)
    phases = _with_axes(phases, "phases", 2 * dimensions)
    kernel = _interleaved(phases, dimensions)
    if kernel_size is None:
        return kernel.copy()
    sizes = one_per_axis(kernel_size, "kernel_size", dimensions, 1, LARGEST_SIZE)
    for size, most in zip(sizes, kernel.shape[-dimensions:], strict=True):
        if size > most:
            raise ValueError(
                f"kernel_size must be at most {most} for phases of shape {phases.shape}; got {shown(kernel_size)}."
            )
    return _taken(kernel, [range(size) for size in sizes], "phases")


# ---- The two layers ------------------------------------------------------------------------------


class SubPixel(NamedTuple):
    """A sub-pixel convolution: ``layer(x)`` is ``subpixel_convolution(x, weight, bias, factor, ...)``."""

    weight: np.ndarray  # (C_out * phases, C_in / groups, *kernel_sizes), channels in torch's order
    bias: np.ndarray | None  # (C_out * phases,)
    factor: tuple
    pads: tuple  # ((before, after), ...), one pair per axis
    trims: tuple
    groups: int = 1
    used: tuple | None = None  # per axis the merged kernel's places that are not empty, a range; None: all

    def __call__(self, x):
        return subpixel_convolution(x, *self[:6])

    @property
    def slots(self):
        """(filled, all) places for weights, per pair of one input and one output channel.

        >>> transposed_to_subpixel(np.ones((1, 1, 4, 4)), stride=2, padding=1).slots
        (16, 36)
        """
        sizes = [size * each for size, each in zip(self.weight.shape[2:], self.factor, strict=True)]
        return math.prod(map(len, self.used or map(range, sizes))), math.prod(sizes)


class Transposed(NamedTuple):
    """A transposed convolution, its fields named and ordered as the arguments of ``transposed_convolution``."""

    weight: np.ndarray  # (C_in, C_out / groups, *kernel_sizes)
    bias: np.ndarray | None  # (C_out,)
    stride: tuple
    padding: tuple
    output_padding: tuple
    groups: int = 1
    dilation: tuple | int = 1

    def __call__(self, x):
        return transposed_convolution(x, *self)


def subpixel_convolution(x, weight, bias=None, factor=2, pads=0, trims=0, groups=1):
    """Pad, convolve with stride 1, shuffle in torch's order, trim: shape (N, C_out, *out_sizes).

    x has shape (N, C_in, length) or (N, C_in, height, width); weight (C_out * phases, C_in / groups,
    *kernel_sizes); bias (C_out * phases,). ``pads`` and ``trims`` are a whole number for all sides, or one pair
    (before, after) per axis. Raises ValueError when nothing is left.

    >>> subpixel_convolution(np.array([[[1.0, 2.0]]]), np.array([[[1.0]], [[10.0]]]))
    array([[[ 1., 10.,  2., 20.]]])
    """
    weight = _weight(weight)
    dimensions = weight.ndim - 2
    x = _input(x, weight, groups)
    _, factors = _factors(factor, dimensions)
    pads = _pairs(pads, "pads", dimensions, -LARGEST_SIZE)
    trims = _pairs(trims, "trims", dimensions, 0)
    axes = zip(x.shape[2:], weight.shape[2:], factors, pads, trims, strict=True)
    for size, kernel_size, each, pad, trim in axes:
        small = size + sum(pad) - kernel_size + 1
        if small < 1 or small * each <= sum(trim):
            raise ValueError(
                f"Nothing is left: in_size={size} with pads={pad} and kernel_size={kernel_size} makes "
                f"{max(small, 0)} small samples, {max(small, 0) * each} with factor={each}; trims={trim} drops "
                f"{sum(trim)}."
            )
    result = pixel_shuffle(
        convolution(_padded(x, pads), weight, bias, groups=groups), factors, dimensions=dimensions
    )
    kept = [
        slice(before, size - after) for size, (before, after) in zip(result.shape[2:], trims, strict=True)
    ]
    return result[..., *kept].copy()


# ---- From one to the other -----------------------------------------------------------------------


def transposed_to_subpixel(
    weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1, crop=False
):
    """The sub-pixel convolution that computes what the transposed convolution computes, borders included.

    weight has torch's layout (C_in, C_out / groups, *kernel_sizes). ``crop=True`` computes the uncropped result
    and trims ``padding`` samples off it, with low-resolution kernels of ceil(reach / stride). ``crop=False``
    shifts the kernel by empty slots instead, so that the first sample wanted is the first one computed; fewer than
    ``stride`` are trimmed, all at the end. Raises ValueError where torch raises; an input too small for the layer is
    refused when it comes.

    >>> layer = transposed_to_subpixel(np.array([[[1.0, 2.0, 3.0, 4.0]]]), stride=2, padding=1)
    >>> layer.weight, layer.pads, layer.trims
    (array([[[4., 2., 0.]],
    <BLANKLINE>
           [[0., 3., 1.]]]), ((1, 1),), ((0, 0),))
    """
    weight = _weight(weight)
    true_or_false(crop, "crop")
    groups = _divides(groups, weight, "input", 1)
    bias = _bias(bias, groups * weight.shape[1])
    settings = _settings(weight, stride, padding, output_padding, dilation)
    strides = tuple(axis[1] for axis in settings)
    sizes, pads, trims, used = zip(*(_arranged(*axis, crop) for axis in settings), strict=True)

    gathering = _channels_swapped(weight, groups)  # (C_out, C_in / groups, *kernel_sizes)
    filled = [size * each for size, each in zip(sizes, strides, strict=True)]
    phases = _apart(_stretched(gathering, filled, used), strides)
    dimensions = len(strides)
    phases = np.flip(phases, range(-dimensions, 0))  # a scatter's kernel runs the other way in a gather
    phases = np.moveaxis(phases, 1, 1 + dimensions)  # (C_out, *strides, C_in / groups, *sizes)
    rows = len(gathering) * math.prod(strides)
    each = None if bias is None else np.repeat(bias, math.prod(strides))
    return SubPixel(
        phases.reshape(rows, gathering.shape[1], *sizes).copy(), each, strides, pads, trims, groups, used
    )


def subpixel_to_transposed(weight, bias=None, factor=2, pads=0, trims=0, groups=1, used=None):
    """The transposed convolution that computes what the sub-pixel convolution computes, borders included.

    weight has shape (C_out * phases, C_in / groups, *kernel_sizes) in torch's order; the result's kernel has
    kernel_size * factor, its stride is the factor, its padding (kernel_size - 1 - pads) * factor. ``used``, one
    range per axis, says which of the kernel's places are weights; the others must be 0 and fall away, so that
    ``subpixel_to_transposed(*transposed_to_subpixel(...))`` gives back the same numbers and settings. Where torch
    has no setting (pads larger than kernel_size - 1), zeros lengthen the kernel instead. Raises ValueError for
    biases that differ between the phases of a channel.

    >>> layer = subpixel_to_transposed(np.array([[[3.0, 1.0]], [[4.0, 2.0]]]), factor=2)
    >>> layer.weight, layer.stride, layer.padding
    (array([[[1., 2., 3., 4.]]]), (2,), (2,))
    """
    weight = _weight(weight)
    dimensions = weight.ndim - 2
    _, factors = _factors(factor, dimensions)
    pads = _pairs(pads, "pads", dimensions, -LARGEST_SIZE)
    trims = _pairs(trims, "trims", dimensions, 0)
    groups = _divides(groups, weight, "output", math.prod(factors))
    sizes = weight.shape[2:]
    lengths = [size * each for size, each in zip(sizes, factors, strict=True)]
    used = tuple(map(range, lengths)) if used is None else _ranges(used, lengths)
    bias = _one_bias_per_channel(bias, len(weight), math.prod(factors))

    phases = weight.reshape(-1, *factors, *weight.shape[1:])
    phases = np.flip(np.moveaxis(phases, 1 + dimensions, 1), range(-dimensions, 0))
    kernel = _channels_swapped(_taken(_interleaved(phases, dimensions), used, "weight"), groups)
    crops = [_dropped(*axis) for axis in zip(sizes, factors, pads, trims, used, strict=True)]
    return _within_torchs_rules(kernel, bias, factors, crops, groups, [places.step for places in used])


def nearest_to_transposed(weight, bias=None, factor=2, padding=0, groups=1):
    """Enlarging by repetition (nearest), then a convolution with stride 1, as one transposed convolution.

    weight is the convolution's, (C_out, C_in / groups, *kernel_sizes). The kernel is the flipped weight convolved
    with ``factor`` ones, kernel_size + factor - 1 long; every phase of it has the same sum.

    >>> layer = nearest_to_transposed(np.array([[[1.0, 2.0, 3.0]]]), factor=2, padding=1)
    >>> layer.weight, layer.padding
    (array([[[3., 5., 3., 1.]]]), (1,))
    """
    weight = _weight(weight)
    dimensions = weight.ndim - 2
    _, factors = _factors(factor, dimensions)
    paddings = one_per_axis(padding, "padding", dimensions, 0, LARGEST_SIZE)
    groups = _divides(groups, weight, "output", 1)
    bias = _bias(bias, len(weight))
    sizes = weight.shape[2:]
    kernel = np.flip(_channels_swapped(weight, groups), range(-dimensions, 0))
    for axis, each in enumerate(factors, start=2):
        kernel = _spread_by_ones(kernel, axis, each)
    crops = [(size - 1 - pad,) * 2 for size, pad in zip(sizes, paddings, strict=True)]
    return _within_torchs_rules(kernel, bias, factors, crops, groups, (1,) * dimensions)


def icnr_weight(weight, factor=2, order="torch"):
    """Initial sub-pixel weights without a checkerboard: every phase of a channel starts with the same kernel.

    weight has shape (C_out, C_in / groups, *kernel_sizes); the result (C_out * phases, C_in / groups,
    *kernel_sizes). Convolving with it and shuffling gives the convolution with ``weight``, enlarged by repetition.

    >>> icnr_weight(np.array([[[1.0]], [[2.0]]]), 2).ravel(), icnr_weight(np.ones((3, 1, 5, 5)), 2).shape
    (array([1., 1., 2., 2.]), (12, 1, 5, 5))
    """
    weight = _weight(weight)
    one_of(order, "order", ORDERS)
    phases = math.prod(_factors(factor, weight.ndim - 2)[1])
    affordable((phases, *weight.shape), "the weight")
    if order == "torch":  # all phases of channel 0, then all of channel 1
        return np.repeat(weight, phases, axis=0)
    return np.concatenate([weight] * phases)


# ---- Arrangement along one axis ------------------------------------------------------------------


def _arranged(kernel_size, stride, padding, output_padding, dilation, crop):
    """(low-resolution kernel size, (pad before, after), (trim before, after), places of the weights)."""
    extent = reach(kernel_size, dilation)
    # Output o is sample o + padding of the uncropped result. With `empty` slots in front of the kernel that is
    # sample o + padding + empty, and without a crop this must begin a small pixel.
    empty = 0 if crop else -padding % stride
    size = _up(extent + empty, stride)
    first, skipped = (padding, 0) if crop else (0, (padding + empty) // stride)
    before = size - 1 - skipped
    # An input of n samples makes n * stride + more outputs; the small pixels must cover them and the first trim.
    more = extent + output_padding - 2 * padding - stride
    covering = _up(first + more, stride)
    if crop:
        covering = max(covering, size - 1)  # compute the whole result, also what is then trimmed
    after = covering - before + size - 1
    trims = (first, covering * stride - first - more)
    return size, (before, after), trims, range(empty, empty + extent, dilation)


def _dropped(size, factor, pads, trims, places):
    """What the uncropped transposed convolution with the kernel at ``places`` has too many: (before, after)."""
    # With size - 1 pads on a side nothing is missing there; each pad less drops one small pixel.
    before, after = ((size - 1 - pad) * factor + trim for pad, trim in zip(pads, trims, strict=True))
    return before - places.start, after - (size * factor - places[-1] - 1)


def _within_torchs_rules(kernel, bias, strides, crops, groups, dilations):
    """The layer that drops ``crops`` (before, after) samples; a longer kernel where no setting of torch says it."""
    dilations = tuple(dilations)
    if not all(
        before >= 0 and 0 <= before - after < max(stride, dilation)
        for (before, after), stride, dilation in zip(crops, strides, dilations, strict=True)
    ):
        extents = tuple(map(reach, kernel.shape[2:], dilations))
        places = [range(0, extent, each) for extent, each in zip(extents, dilations, strict=True)]
        zeros = [_zeros_around(*crop, stride) for crop, stride in zip(crops, strides, strict=True)]
        kernel, dilations = _padded(_stretched(kernel, extents, places), zeros), (1,) * len(strides)
        crops = [(b + first, a + last) for (b, a), (first, last) in zip(crops, zeros, strict=True)]
    paddings = tuple(before for before, _ in crops)
    output_paddings = tuple(before - after for before, after in crops)
    return Transposed(kernel.copy(), bias, tuple(strides), paddings, output_paddings, groups, dilations)


def _zeros_around(before, after, stride):
    """Zeros for the kernel's two ends that make (before, after) a legal padding and output_padding."""
    first = max(0, -before, after - before)  # a zero in front makes one sample more to drop there
    surplus = before + first - after
    return first, surplus if surplus >= stride else 0


def _up(number, step):
    """ceil(number / step), exact."""
    return -(-number // step)


# ---- Rearranging arrays --------------------------------------------------------------------------


def _apart(array, factors):
    """(..., H * r, W * r) as (..., r, r, H, W): the phases first."""
    first = array.ndim - len(factors)
    pairs = [n for size, each in zip(array.shape[first:], factors, strict=True) for n in (size // each, each)]
    samples = range(first, first + len(pairs), 2)
    phases = range(first + 1, first + len(pairs), 2)
    return array.reshape(*array.shape[:first], *pairs).transpose(*range(first), *phases, *samples)


def _interleaved(array, dimensions):
    """(..., r, r, H, W) as (..., H * r, W * r), the inverse."""
    first = array.ndim - 2 * dimensions
    shape = array.shape[first:]
    sizes = [each * size for each, size in zip(shape[:dimensions], shape[dimensions:], strict=True)]
    pairs = [axis for i in range(first, first + dimensions) for axis in (i + dimensions, i)]
    return array.transpose(*range(first), *pairs).reshape(*array.shape[:first], *sizes)


def _stretched(array, sizes, places):
    """Zeros of ``sizes`` along the last axes, with the array at ``places``, one range per axis."""
    result = np.zeros(affordable((*array.shape[: -len(sizes)], *sizes), "the kernel"), array.dtype)
    result[..., *map(_slice, places)] = array
    return result


def _taken(array, places, name):
    """What lies at ``places`` along the last axes. Raises ValueError when something else is not 0."""
    taken = array[..., *map(_slice, places)].copy()
    if np.count_nonzero(array) > np.count_nonzero(taken):
        rest = array.copy()
        rest[..., *map(_slice, places)] = 0
        where = tuple(int(i) for i in np.argwhere(rest)[0])
        at = where[-len(places) :]
        raise ValueError(
            f"{name} holds {array[where]:g} at place {at[0] if len(at) == 1 else at} of the merged kernel, which "
            f"would be dropped: only {', '.join(map(repr, places))} is kept. It must be 0 there."
        )
    return taken


def _slice(places):
    return slice(places.start, places.stop, places.step)


def _padded(array, pads):
    """The last axes with zeros before and after; below 0 samples fall away, even all of them."""
    sizes = array.shape[-len(pads) :]
    shape = [size + before + after for size, (before, after) in zip(sizes, pads, strict=True)]
    result = np.zeros(affordable((*array.shape[: -len(pads)], *shape), "the padded array"), array.dtype)
    kept = [
        (max(0, -before), size + min(0, after)) for size, (before, after) in zip(sizes, pads, strict=True)
    ]
    if all(start < stop for start, stop in kept):
        places = [
            slice(start + before, stop + before)
            for (start, stop), (before, _) in zip(kept, pads, strict=True)
        ]
        result[..., *places] = array[..., *(slice(*each) for each in kept)]
    return result


def _channels_swapped(weight, groups):
    """(A, B / groups, ...) as (B, A / groups, ...): between a gather's and a scatter's layout, either way."""
    grouped = weight.reshape(groups, -1, *weight.shape[1:]).swapaxes(1, 2)
    return grouped.reshape(-1, len(weight) // groups, *weight.shape[2:])


def _spread_by_ones(kernel, axis, count):
    """The full convolution with ``count`` ones along one axis: a sum of shifted copies."""
    shape = list(kernel.shape)
    shape[axis] += count - 1
    result = np.zeros(affordable(shape, "the kernel"), kernel.dtype)
    for shift in range(count):
        index = [slice(None)] * kernel.ndim
        index[axis] = slice(shift, shift + kernel.shape[axis])
        result[tuple(index)] += kernel
    return result


# ---- What comes in -------------------------------------------------------------------------------


def _factors(factor, dimensions):
    dimensions = whole_number(dimensions, "dimensions", 1, 2)
    return dimensions, one_per_axis(factor, "factor", dimensions, 1, LARGEST_SIZE)


def _with_axes(value, name, at_least, first=None):
    array = finite_array(value, name)
    if array.ndim < at_least:
        what = f", {first} first" if first else ""
        raise ValueError(f"{name} must have at least {at_least} axes{what}; got shape {array.shape}.")
    return array


def _weight(weight):
    weight = finite_array(weight, "weight")
    if weight.ndim not in (3, 4):
        raise ValueError(
            f"weight must have 3 axes for 1-D or 4 axes for 2-D, two of channels first; got shape {weight.shape}."
        )
    if weight.dtype.name not in ("float32", "float64"):
        raise TypeError(f"weight must be float32 or float64; got {weight.dtype}. Write weight.astype(float).")
    return weight


def _input(x, weight, groups):
    """x, if the weight fits it; checked before it is padded, so that the message shows the shape as it came."""
    x, groups = finite_array(x, "x"), whole_number(groups, "groups", 1, LARGEST_SIZE)
    if x.ndim != weight.ndim or x.shape[1] != weight.shape[1] * groups:
        raise ValueError(
            f"x must have {weight.ndim} axes and {weight.shape[1] * groups} channels for a weight of shape "
            f"{weight.shape} and groups={groups}; got shape {x.shape}."
        )
    return x


def _settings(weight, stride, padding, output_padding, dilation):
    """(kernel_size, stride, padding, output_padding, dilation) of each axis."""
    count = weight.ndim - 2
    axes = list(
        zip(
            weight.shape[2:],
            one_per_axis(stride, "stride", count, 1, LARGEST_SIZE),
            one_per_axis(padding, "padding", count, 0, LARGEST_SIZE),
            one_per_axis(output_padding, "output_padding", count, 0, LARGEST_SIZE),
            one_per_axis(dilation, "dilation", count, 1, LARGEST_SIZE),
            strict=True,
        )
    )
    for _, s, _, op, d in axes:
        if op >= max(s, d):
            raise ValueError(
                f"output_padding must be smaller than stride or dilation; got output_padding={op} with stride={s} "
                f"and dilation={d}. At most {max(s, d) - 1} works here."
            )
    return axes


def _divides(groups, weight, channels, phases):
    """groups, if weight.shape[0] can be dealt out to that many groups and phases."""
    groups = whole_number(groups, "groups", 1, LARGEST_SIZE)
    if weight.shape[0] % (groups * phases):
        product = f"groups={groups}" if phases == 1 else f"groups={groups} times {phases} phases"
        raise ValueError(
            f"{product} does not divide weight.shape[0]={weight.shape[0]}, the {channels} channels; "
            f"weight has shape {weight.shape}."
        )
    return groups


def _bias(bias, channels):
    if bias is None:
        return None
    bias = finite_array(bias, "bias", 1)
    if bias.shape != (channels,):
        raise ValueError(f"bias must have shape ({channels},), one per output channel; got {bias.shape}.")
    return bias.copy()


def _one_bias_per_channel(bias, rows, phases):
    bias = _bias(bias, rows)
    if bias is None:
        return None
    by_channel = bias.reshape(-1, phases)
    differing = np.argwhere(by_channel != by_channel[:, :1])
    if len(differing):
        channel, phase = (int(i) for i in differing[0])
        raise ValueError(
            f"bias must be the same in all phases of a channel; got {by_channel[channel, 0]:g} in phase 0 and "
            f"{by_channel[channel, phase]:g} in phase {phase} of channel {channel}. "
            "A transposed convolution has one bias per channel."
        )
    return by_channel[:, 0].copy()


def _pairs(value, name, count, at_least):
    """((before, after), ...) from a whole number for all sides or one pair per axis."""
    if not isinstance(value, (tuple, list)):
        return ((whole_number(value, name, at_least, LARGEST_SIZE),) * 2,) * count
    if len(value) != count or not all(isinstance(pair, (tuple, list)) and len(pair) == 2 for pair in value):
        example = ", ".join(["(1, 0)"] * count) + ("," if count == 1 else "")
        raise ValueError(
            f"{name} must be a whole number or a pair (before, after) per axis such as ({example}); "
            f"got {shown(value)}."
        )
    return tuple(
        tuple(
            whole_number(each, f"{name}[{i}][{side}]", at_least, LARGEST_SIZE)
            for side, each in enumerate(pair)
        )
        for i, pair in enumerate(value)
    )


def _ranges(used, lengths):
    """``used``, if it holds one range per axis that lies inside the merged kernel."""
    wanted = f"used must hold one range per axis inside a merged kernel of {' x '.join(map(str, lengths))}"
    if not isinstance(used, (tuple, list)) or not all(isinstance(each, range) for each in used):
        raise TypeError(f"{wanted}, such as (range({lengths[0]}),); got {shown(used)}.")
    inside = len(used) == len(lengths) and all(
        len(each) > 0 and each.step > 0 and each[0] >= 0 and each[-1] < length
        for each, length in zip(used, lengths, strict=False)
    )
    if not inside:
        raise ValueError(f"{wanted}; got {shown(used)}.")
    return tuple(range(each.start, each[-1] + 1, each.step) for each in used)
