"""Convolution and transposed convolution, in one and two dimensions, and the arithmetic of their sizes.

Words used throughout the course (stride, padding, dilation: see ``windows.py``)
    weight          the kernels, one per pair of channels; torch's layout, see each function
    gather          each output reads its window: a convolution
    scatter         each input stamps the kernel, scaled, onto the output; stamps add up: a transposed convolution
    C               the matrix of a convolution; a transposed convolution with the same kernel is C.T
    output_padding  how many samples fewer a transposed convolution crops at the end; it adds no zeros

As in torch a "convolution" does not flip its kernel. float32 and float64 stay what they are.
"""

import math
from typing import NamedTuple

import numpy as np

from course_utils.places import IMAGE
from course_utils.validation import (
    LARGEST_SIZE,
    affordable,
    finite_array,
    one_per_axis,
    shown,
    whole_number,
)
from course_utils.windows import reach, window_slices

AXES_IN_WORDS = {1: "(batch, channels, length)", 2: "(batch, channels, height, width)"}


# ---- The operators -------------------------------------------------------------------------------


def convolution(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Gather: each output is the sum of weight * input over its window. Shape (N, C_out, *out_sizes).

    x has shape (N, C_in, length) or (N, C_in, height, width); weight (C_out, C_in / groups, *kernel_sizes);
    bias (C_out,). Raises ValueError where torch raises, and says why.

    >>> convolution(np.array([[[1.0, 2.0, 4.0]]]), np.array([[[10.0, 1.0]]]))
    array([[[12., 24.]]])
    """
    x, weight = _pair(x, weight)
    strides, paddings, dilations = _settings(weight, stride=stride, padding=padding, dilation=dilation)
    groups = _divides(groups, weight, x, in_axis=1)
    kernel_sizes = weight.shape[2:]
    out_sizes = tuple(map(convolution_size, x.shape[2:], kernel_sizes, strides, paddings, dilations))

    weight = weight.reshape(groups, -1, *weight.shape[1:])  # (groups, C_out / groups, C_in / groups, *kernel)
    x = x.reshape(len(x), groups, -1, *x.shape[2:])
    result = _filled_with_bias(bias, x, groups * weight.shape[1], out_sizes)
    grouped = result.reshape(len(x), groups, -1, *out_sizes)
    for position, outputs, inputs in window_slices(
        x.shape[3:], out_sizes, kernel_sizes, strides, paddings, dilations
    ):
        grouped[..., *outputs] += _mixed(weight[..., *position], x[..., *inputs])
    return result


def transposed_convolution(x, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """Scatter: each input stamps weight * input onto its window; stamps add up. Shape (N, C_out, *out_sizes).

    x has shape (N, C_in, length) or (N, C_in, height, width); weight (C_in, C_out / groups, *kernel_sizes), so a
    convolution's weight serves unchanged for its transpose; bias (C_out,). ``padding`` is the convolution's:
    here it crops. Raises ValueError where torch raises, and says why.

    >>> transposed_convolution(np.array([[[1.0, 2.0]]]), np.array([[[1.0, 10.0, 100.0]]]), stride=2)
    array([[[  1.,  10., 102.,  20., 200.]]])
    """
    x, weight = _pair(x, weight)
    strides, paddings, out_paddings, dilations = _settings(
        weight, stride=stride, padding=padding, output_padding=output_padding, dilation=dilation
    )
    groups = _divides(groups, weight, x, in_axis=0)
    kernel_sizes = weight.shape[2:]
    out_sizes = tuple(
        map(transposed_size, x.shape[2:], kernel_sizes, strides, paddings, out_paddings, dilations)
    )

    weight = weight.reshape(groups, -1, *weight.shape[1:]).swapaxes(1, 2)  # as in a convolution, transposed
    x = x.reshape(len(x), groups, -1, *x.shape[2:])
    result = _filled_with_bias(bias, x, groups * weight.shape[1], out_sizes)
    grouped = result.reshape(len(x), groups, -1, *out_sizes)
    # The convolution that this transposes reads our output and writes our input: the same meetings.
    for position, stamps, painted in window_slices(
        out_sizes, x.shape[3:], kernel_sizes, strides, paddings, dilations
    ):
        grouped[..., *painted] += _mixed(weight[..., *position], x[..., *stamps])
    return result


def insert_zeros(x, weight, stride=1, padding=0, output_padding=0, dilation=1, groups=1):
    """A transposed convolution as a plain one: (x with zeros between and around, the flipped weight).

    ``convolution`` of the two with stride 1, no padding and the same dilation and groups is the transposed
    convolution. stride - 1 zeros go between neighbors, dilation * (kernel_size - 1) - padding before the
    first and the same plus output_padding after the last; where that is negative, samples are cropped.

    >>> x, flipped = insert_zeros(np.array([[[1.0, 2.0]]]), np.array([[[1.0, 10.0, 100.0]]]), stride=2)
    >>> x, flipped
    (array([[[0., 0., 1., 0., 2., 0., 0.]]]), array([[[100.,  10.,   1.]]]))
    """
    x, weight = _pair(x, weight)
    strides, paddings, out_paddings, dilations = _settings(
        weight, stride=stride, padding=padding, output_padding=output_padding, dilation=dilation
    )
    groups = _divides(groups, weight, x, in_axis=0)
    axes = tuple(range(2, weight.ndim))
    kernel_sizes = weight.shape[2:]
    out_sizes = map(transposed_size, x.shape[2:], kernel_sizes, strides, paddings, out_paddings, dilations)
    reaches = tuple(map(reach, kernel_sizes, dilations))
    sizes = tuple(size + extent - 1 for size, extent in zip(out_sizes, reaches, strict=True))

    spread = np.zeros(affordable((*x.shape[:2], *sizes), "x with zeros"), x.dtype)
    crops = tuple(padding - extent + 1 for padding, extent in zip(paddings, reaches, strict=True))
    ones = (1,) * len(sizes)  # a kernel of a single number: every sample meets the place it goes to
    for _, samples, places in window_slices(sizes, x.shape[2:], ones, strides, crops, ones):
        spread[..., *places] = x[..., *samples]

    grouped = weight.reshape(groups, -1, *weight.shape[1:]).swapaxes(1, 2)
    flipped = np.flip(grouped.reshape(-1, len(weight) // groups, *kernel_sizes), axes)
    return spread, flipped.copy()


def convolution_matrix(in_size, kernel, stride=1, padding=0, dilation=1):
    """C of shape (out_count, in_count): ``C @ x.ravel()`` is the convolution of one channel, flattened.

    ``C.T @ y.ravel()`` is the transposed convolution of y with the same kernel. ``in_size`` is a whole number for
    a kernel of one axis, a pair (height, width) for a kernel of two.

    >>> convolution_matrix(4, [1.0, 10.0, 100.0], stride=2, padding=1)
    array([[ 10., 100.,   0.,   0.],
           [  0.,   1.,  10., 100.]])
    """
    kernel = finite_array(kernel, "kernel").astype(float)
    if kernel.ndim not in (1, 2):
        raise ValueError(f"kernel must have 1 or 2 axes; got shape {kernel.shape}.")
    in_sizes = one_per_axis(in_size, "in_size", kernel.ndim, 1, LARGEST_SIZE)
    strides = one_per_axis(stride, "stride", kernel.ndim, 1, LARGEST_SIZE)
    paddings = one_per_axis(padding, "padding", kernel.ndim, 0, LARGEST_SIZE)
    dilations = one_per_axis(dilation, "dilation", kernel.ndim, 1, LARGEST_SIZE)
    out_sizes = tuple(map(convolution_size, in_sizes, kernel.shape, strides, paddings, dilations))

    matrix = np.zeros(affordable((math.prod(out_sizes), math.prod(in_sizes)), "the matrix"))
    rows = np.arange(math.prod(out_sizes)).reshape(out_sizes)
    columns = np.arange(math.prod(in_sizes)).reshape(in_sizes)
    for position, outputs, inputs in window_slices(
        in_sizes, out_sizes, kernel.shape, strides, paddings, dilations
    ):
        matrix[rows[outputs], columns[inputs]] = kernel[position]
    return matrix


# ---- Sizes along one axis ------------------------------------------------------------------------


def convolution_size(in_size, kernel_size, stride=1, padding=0, dilation=1):
    """Outputs of a convolution: floor((in_size + 2 padding - dilation (kernel_size - 1) - 1) / stride) + 1.

    >>> convolution_size(7, 3, stride=2, padding=1)
    4
    """
    in_size = whole_number(in_size, "in_size", 1, LARGEST_SIZE)
    kernel_size, stride, padding, dilation = _numbers(kernel_size, stride, padding, dilation)
    room = in_size + 2 * padding - reach(kernel_size, dilation)
    if room < 0:
        raise ValueError(
            f"The kernel does not fit: kernel_size={kernel_size} with dilation={dilation} spans "
            f"{reach(kernel_size, dilation)} samples, and in_size={in_size} with padding={padding} on both sides "
            f"has {in_size + 2 * padding}."
        )
    return room // stride + 1


def transposed_size(in_size, kernel_size, stride=1, padding=0, output_padding=0, dilation=1):
    """Outputs of a transposed convolution:
    (in_size - 1) stride - 2 padding + dilation (kernel_size - 1) + output_padding + 1.

    >>> transposed_size(50, 3, stride=2, padding=2, output_padding=1)
    98
    """
    in_size = whole_number(in_size, "in_size", 1, LARGEST_SIZE)
    kernel_size, stride, padding, dilation = _numbers(kernel_size, stride, padding, dilation)
    output_padding = whole_number(output_padding, "output_padding", 0, LARGEST_SIZE)
    if output_padding >= max(stride, dilation):
        raise ValueError(
            f"output_padding must be smaller than stride or dilation; got output_padding={output_padding} with "
            f"stride={stride} and dilation={dilation}. At most {max(stride, dilation) - 1} works here."
        )
    size = (in_size - 1) * stride - 2 * padding + reach(kernel_size, dilation) + output_padding
    if size < 1:
        raise ValueError(
            f"Nothing is left: in_size={in_size}, kernel_size={kernel_size}, stride={stride}, dilation={dilation} "
            f"and output_padding={output_padding} make {size + 2 * padding} samples, and padding={padding} crops "
            f"{2 * padding} of them."
        )
    return size


def colliding_sizes(out_size, kernel_size, stride=1, padding=0, dilation=1):
    """All input sizes that a convolution takes to ``out_size``, as a range: ``stride`` of them, or fewer near 0.

    >>> list(colliding_sizes(4, 3, stride=2, padding=1))
    [7, 8]
    """
    out_size = whole_number(out_size, "out_size", 1, LARGEST_SIZE)
    kernel_size, stride, padding, dilation = _numbers(kernel_size, stride, padding, dilation)
    smallest = (out_size - 1) * stride + reach(kernel_size, dilation) - 2 * padding
    return range(max(smallest, 1), max(smallest + stride, 1))


def output_padding_for(size, kernel_size, stride=1, padding=0, dilation=1):
    """The output_padding with which the transposed convolution gives back the ``size`` that the convolution had.

    >>> convolution_size(8, 3, 2, 1), output_padding_for(8, 3, 2, 1), transposed_size(4, 3, 2, 1, 1)
    (4, 1, 8)
    """
    size = whole_number(size, "size", 1, LARGEST_SIZE)
    out_size = convolution_size(size, kernel_size, stride, padding, dilation)
    smallest = (out_size - 1) * stride + reach(kernel_size, dilation) - 2 * padding
    return size - smallest


class ReceptiveField(NamedTuple):
    """What the outputs of a stack of layers see along one axis of its input, in input pixels."""

    size: int  # samples that one output depends on, padding included
    jump: int  # from one output's field to the next one's
    start: float  # coordinate of the middle of output 0's field


def receptive_field(layers):
    """The ReceptiveField after each layer; a layer is (kernel_size, stride, padding, dilation).

    >>> for field in receptive_field([(3, 1, 1, 1), (2, 2, 0, 1), (3, 1, 1, 1)]):
    ...     print(*field)
    3 1 0.0
    4 2 0.5
    8 2 0.5
    """
    if not isinstance(layers, (tuple, list)):
        raise TypeError(f"layers must be a list such as [(3, 2, 1, 1)]; got {shown(layers)}.")
    field, places, fields = ReceptiveField(1, 1, 0.0), IMAGE, []
    for number, layer in enumerate(layers):
        if not isinstance(layer, (tuple, list)) or len(layer) != 4:
            raise TypeError(
                f"layers[{number}] must be (kernel_size, stride, padding, dilation), such as (3, 2, 1, 1); "
                f"got {shown(layer)}."
            )
        kernel_size, stride, padding, dilation = _numbers(*layer, prefix=f"layers[{number}]: ")
        extent = reach(kernel_size, dilation)
        places = places.convolved(kernel_size, stride, padding, dilation)
        field = ReceptiveField(field.size + (extent - 1) * field.jump, places.jump, places.start)
        fields.append(field)
    return fields


# ---- What they share -----------------------------------------------------------------------------


def _mixed(weight, samples):
    """One kernel position, all channels: weight (groups, C_out', C_in') times samples (N, groups, C_in', *sizes)."""
    sizes = samples.shape[3:]
    flat = samples.reshape(*samples.shape[:3], math.prod(sizes))
    return (weight @ flat).reshape(*flat.shape[:2], weight.shape[1], *sizes)


def _filled_with_bias(bias, x, channels, out_sizes):
    shape = affordable((len(x), channels, *out_sizes), "the result")
    result = np.zeros(shape, x.dtype)
    if bias is not None:
        bias = finite_array(bias, "bias", 1)
        if bias.shape != (channels,):
            raise ValueError(f"bias must have shape ({channels},), one per output channel; got {bias.shape}.")
        result += bias.astype(x.dtype).reshape(-1, *(1,) * len(out_sizes))
    return result


# ---- What comes in -------------------------------------------------------------------------------


def _pair(x, weight):
    """x and weight, of the same rank and number type."""
    x, weight = finite_array(x, "x"), finite_array(weight, "weight")
    if weight.ndim not in (3, 4):
        raise ValueError(
            f"weight must have 3 axes for 1-D or 4 axes for 2-D, two of channels first; got shape {weight.shape}."
        )
    if x.ndim != weight.ndim:
        wanted = AXES_IN_WORDS[weight.ndim - 2]
        raise ValueError(
            f"x must have axes {wanted} for a weight of shape {weight.shape}; got shape {x.shape}."
        )
    for name, array in (("x", x), ("weight", weight)):
        if array.dtype.name not in ("float32", "float64"):
            raise TypeError(
                f"{name} must be float32 or float64; got {array.dtype}. Write {name}.astype(float)."
            )
    if x.dtype.name != weight.dtype.name:
        raise TypeError(
            f"x and weight must have one number type; got x {x.dtype} and weight {weight.dtype}. "
            "Write weight.astype(x.dtype)."
        )
    return x, weight


def _settings(weight, **settings):
    """Each setting as one number per axis of the kernel."""
    at_least = {"stride": 1, "padding": 0, "output_padding": 0, "dilation": 1}
    count = weight.ndim - 2
    return [
        one_per_axis(value, name, count, at_least[name], LARGEST_SIZE) for name, value in settings.items()
    ]


def _divides(groups, weight, x, in_axis):
    """groups, if the channels can be dealt out to that many groups. ``in_axis``: where the weight has C_in."""
    groups = whole_number(groups, "groups", 1, LARGEST_SIZE)
    if weight.shape[0] % groups:
        raise ValueError(
            f"groups={groups} does not divide weight.shape[0]={weight.shape[0]}, the "
            f"{'input' if in_axis == 0 else 'output'} channels; weight has shape {weight.shape}."
        )
    channels = weight.shape[0] if in_axis == 0 else weight.shape[1] * groups
    if x.shape[1] != channels:
        raise ValueError(
            f"x must have {channels} channels for a weight of shape {weight.shape} and groups={groups}; "
            f"got x of shape {x.shape}, {x.shape[1]} channels."
        )
    return groups


def _numbers(kernel_size, stride, padding, dilation, prefix=""):
    return (
        whole_number(kernel_size, prefix + "kernel_size", 1, LARGEST_SIZE),
        whole_number(stride, prefix + "stride", 1, LARGEST_SIZE),
        whole_number(padding, prefix + "padding", 0, LARGEST_SIZE),
        whole_number(dilation, prefix + "dilation", 1, LARGEST_SIZE),
    )
