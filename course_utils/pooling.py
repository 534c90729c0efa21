"""Pooling and unpooling: windows of an image reduced to their largest value or their mean, and put back.

Words used throughout the course (stride, padding, dilation: see ``windows.py``)
    index      where a maximum was, counted along the rows of its own channel: row * width + column
    ceil_mode  one window more where the last one would hang over the edge, instead of dropping those samples

The last two axes are height and width; all others are kept. float32 and float64 stay what they are.
"""

import numpy as np

from course_utils.validation import (
    LARGEST_SIZE,
    affordable,
    finite_array,
    one_per_axis,
    shown,
    true_or_false,
)
from course_utils.windows import reach, window_slices


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    """The largest value of each window and its index: (values, indices), both of shape (..., out_h, out_w).

    Of equal maxima the first counts, row by row. ``stride`` None is kernel_size: windows side by side. Padding
    never wins, not over negative values either, and not over -inf: an image padded with -inf by hand is pooled
    like any other. Raises ValueError where torch raises, for a window that reads nothing but padding (dilation
    can cause that; torch gives -inf), and for NaN, which is no larger and no smaller than anything (torch lets
    it win).

    >>> values, indices = max_pool2d(np.array([[1.0, 5.0, 2.0, 2.0], [6.0, 0.0, 2.0, 1.0]]), 2)
    >>> values, indices
    (array([[6., 2.]]), array([[4, 2]]))
    """
    x = _image(x, "x", infinities=True)
    kernel_sizes, strides, paddings, dilations = _settings(kernel_size, stride, padding, dilation)
    true_or_false(ceil_mode, "ceil_mode")
    out_sizes = _out_sizes(x, kernel_sizes, strides, paddings, dilations, ceil_mode)

    values = np.full((*x.shape[:-2], *out_sizes), -np.inf, x.dtype)
    indices = np.full(values.shape, -1)
    index = np.arange(x.shape[-2] * x.shape[-1]).reshape(x.shape[-2:])
    no_more_than_padding = np.isneginf(x).any()  # then the first sample of a window must win by being first
    for _, outputs, inputs in window_slices(
        x.shape[-2:], out_sizes, kernel_sizes, strides, paddings, dilations
    ):
        candidates, best = x[..., *inputs], values[..., *outputs]
        larger = candidates > best  # not >=: of equal values the first stays
        if no_more_than_padding:
            larger |= indices[..., *outputs] < 0
        np.copyto(best, candidates, where=larger)
        np.copyto(indices[..., *outputs], index[inputs], where=larger)
    if (indices < 0).any():
        row, column = np.argwhere(indices < 0)[0][-2:]
        raise ValueError(
            f"The window of output ({row}, {column}) reads nothing but padding: x is "
            f"{x.shape[-2]}x{x.shape[-1]}, kernel_size={kernel_sizes}, padding={paddings}, dilation={dilations}."
        )
    return values, indices


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    """The mean of each window: shape (..., out_h, out_w).

    ``count_include_pad=True`` counts padding as zeros; False divides by the samples inside the image only. What
    hangs over the padding too, in ceil_mode, is never counted. Raises ValueError where torch raises, and for
    infinities, which have no mean.

    >>> avg_pool2d(np.array([[1.0, 5.0, 2.0, 2.0], [6.0, 0.0, 2.0, 2.0]]), 2)
    array([[3., 2.]])
    """
    x = _image(x, "x")
    kernel_sizes, strides, paddings, dilations = _settings(kernel_size, stride, padding, 1)
    true_or_false(ceil_mode, "ceil_mode")
    true_or_false(count_include_pad, "count_include_pad")
    out_sizes = _out_sizes(x, kernel_sizes, strides, paddings, dilations, ceil_mode)

    total = np.zeros((*x.shape[:-2], *out_sizes), x.dtype)
    for _, outputs, inputs in window_slices(
        x.shape[-2:], out_sizes, kernel_sizes, strides, paddings, dilations
    ):
        total[..., *outputs] += x[..., *inputs]
    margins = paddings if count_include_pad else (0, 0)
    rows, columns = map(_counts, x.shape[-2:], out_sizes, kernel_sizes, strides, paddings, margins)
    return total / (rows[:, None] * columns).astype(x.dtype)


def max_unpool2d(values, indices, kernel_size, stride=None, padding=0, output_size=None):
    """Each value back at its index, zeros elsewhere: shape (..., height, width).

    ``output_size`` (height, width) says how large the pooled image was; without it the smallest that fits exactly
    is taken, and the indices of an odd-sized image then mean other places. Two values with one index overwrite
    each other, the last one stays. Raises ValueError where an index lies outside.

    >>> max_unpool2d(np.array([[6.0, 2.0]]), np.array([[4, 2]]), 2)
    array([[0., 0., 2., 0.],
           [6., 0., 0., 0.]])
    """
    values = _image(values, "values", infinities=True)
    indices = _indices(indices, values.shape)
    kernel_sizes, strides, paddings, _ = _settings(kernel_size, stride, padding, 1)
    height, width = _unpooled_size(values, kernel_sizes, strides, paddings, output_size)

    if indices.min() < 0 or indices.max() >= height * width:
        where = tuple(int(i) for i in np.argwhere((indices < 0) | (indices >= height * width))[0])
        raise ValueError(
            f"indices[{', '.join(map(str, where))}] is {indices[where]}; an output of {height}x{width} has indices "
            f"0 to {height * width - 1}. Say how large the pooled image was: output_size=(height, width)."
        )
    result = np.zeros(affordable((*values.shape[:-2], height, width), "the result"), values.dtype)
    channels = result.reshape(-1, height * width)
    channel = np.arange(len(channels))[:, None]
    channels[channel, indices.reshape(len(channels), -1)] = values.reshape(len(channels), -1)
    return result


# ---- Sizes ---------------------------------------------------------------------------------------


def _out_sizes(x, kernel_sizes, strides, paddings, dilations, ceil_mode):
    out_sizes = tuple(
        _out_size(*axis, ceil_mode)
        for axis in zip(x.shape[-2:], kernel_sizes, strides, paddings, dilations, strict=True)
    )
    affordable((*x.shape[:-2], *out_sizes), "the result")
    return out_sizes


def _out_size(in_size, kernel_size, stride, padding, dilation, ceil_mode):
    extent = reach(kernel_size, dilation)
    if padding > kernel_size // 2:
        raise ValueError(
            f"padding must be at most half of kernel_size; got padding={padding} with kernel_size={kernel_size}, "
            f"where at most {kernel_size // 2} works."
        )
    room = in_size + 2 * padding - extent
    out_size = -(-room // stride) + 1 if ceil_mode else room // stride + 1
    if out_size < 1:
        raise ValueError(
            f"The window does not fit: kernel_size={kernel_size} with dilation={dilation} reaches over {extent} "
            f"samples, and {in_size} samples with padding={padding} on both sides are {in_size + 2 * padding}."
        )
    if ceil_mode and (out_size - 1) * stride >= in_size + padding:
        out_size -= 1  # the last window must start on the image, or before it
    return out_size


def _counts(in_size, out_size, kernel_size, stride, padding, margin):
    """How many samples each window covers along one axis, of the image and ``margin`` samples around it."""
    first = np.arange(out_size) * stride - padding
    return np.minimum(first + kernel_size, in_size + margin) - np.maximum(first, -margin)


def _unpooled_size(values, kernel_sizes, strides, paddings, output_size):
    """(height, width): as asked for, or the size that these windows cover exactly."""
    exact = [
        (size - 1) * stride - 2 * padding + kernel_size
        for size, kernel_size, stride, padding in zip(
            values.shape[-2:], kernel_sizes, strides, paddings, strict=True
        )
    ]
    sizes, said = exact, ""
    if output_size is not None:
        said = f" in output_size={shown(output_size)}"
        if isinstance(output_size, (tuple, list)) and tuple(output_size[:-2]) == values.shape[:-2]:
            output_size = output_size[-2:]  # the pooled image's whole shape will do as well
        sizes = one_per_axis(output_size, "output_size", 2, 1, LARGEST_SIZE)
    for name, size, middle, stride in zip(("height", "width"), sizes, exact, strides, strict=True):
        smallest, largest = max(middle - stride + 1, 1), middle + stride - 1
        if not smallest <= size <= largest:
            raise ValueError(
                f"The {name} can be {smallest} to {largest} for values of shape {values.shape} with "
                f"kernel_size={kernel_sizes}, stride={strides}, padding={paddings}; got {size}{said}."
            )
    return sizes


# ---- What comes in -------------------------------------------------------------------------------


def _image(value, name, infinities=False):
    array = finite_array(value, name, infinities=infinities)
    if array.ndim < 2:
        raise ValueError(f"{name} must have axes (..., height, width); got shape {array.shape}.")
    if array.dtype.name not in ("float32", "float64"):
        raise TypeError(f"{name} must be float32 or float64; got {array.dtype}. Write {name}.astype(float).")
    return array


def _indices(value, shape):
    indices = finite_array(value, "indices")
    if indices.dtype.kind not in "iu":
        raise TypeError(f"indices must be whole numbers, as max_pool2d returns them; got {indices.dtype}.")
    if indices.shape != shape:
        raise ValueError(f"indices must have the shape of values, {shape}; got {indices.shape}.")
    return indices


def _settings(kernel_size, stride, padding, dilation):
    """Each as a pair (along the height, along the width)."""
    kernel_sizes = one_per_axis(kernel_size, "kernel_size", 2, 1, LARGEST_SIZE)
    return (
        kernel_sizes,
        kernel_sizes if stride is None else one_per_axis(stride, "stride", 2, 1, LARGEST_SIZE),
        one_per_axis(padding, "padding", 2, 0, LARGEST_SIZE),
        one_per_axis(dilation, "dilation", 2, 1, LARGEST_SIZE),
    )
