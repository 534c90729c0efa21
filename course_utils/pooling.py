"""Pooling and unpooling: windows of an image reduced to their largest value or their mean, and put back.

Words used throughout the course (stride, padding, dilation: see ``windows.py``)
    index      where a maximum was, counted along the rows of its own channel: row * width + column
    ceil_mode  one window more where the last one would hang over the edge, instead of dropping those samples

The last two axes are height and width; all others are kept. float32 and float64 stay what they are.
"""

from dataclasses import dataclass

import numpy as np

from course_utils.convolution import convolution
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


# ---- Three rules for the same windows ------------------------------------------------------------

WEIGHTINGS = ("mean", "left minus right", "corner")


def window_weights(kind, kernel_size):
    """A kernel for a strided convolution to be compared with pooling: shape (kernel_size, kernel_size).

    "mean" weighs all samples alike, "left minus right" subtracts the last column's mean from the first column's,
    "corner" keeps the sample on the top left.

    >>> window_weights("left minus right", 2)
    array([[ 0.5, -0.5],
           [ 0.5, -0.5]])
    """
    one_of(kind, "kind", WEIGHTINGS)
    kernel_size = whole_number(kernel_size, "kernel_size", 1, LARGEST_SIZE)
    weights = np.zeros(affordable((kernel_size, kernel_size), "the weights"))
    if kind == "mean":
        weights += 1 / kernel_size**2
    elif kind == "corner":
        weights[0, 0] = 1
    else:
        weights[:, 0] += 1 / kernel_size
        weights[:, -1] -= 1 / kernel_size
    return weights


@dataclass(frozen=True)
class RoundTrip:
    """One image, three rules for the same windows, and the maxima put back: what ``round_trip`` returns.

    maxima, indices, means, sums   shape (out_h, out_w); sums are those of the strided convolution
    windows   for each output, its samples that lie on the image, row by row: (index, kernel position)
    reads     for each index, the number of windows that hold it; shape (height * width,)
    wins      for each index, the number of windows whose maximum it is; shape (height * width,)
    back      the unpooled array, or None where unpooling is refused; then ``refused`` says why
    again     the maxima of ``back``, or None where its shape is not that of x
    """

    x: np.ndarray
    weights: np.ndarray
    stride: int
    padding: int
    maxima: np.ndarray
    indices: np.ndarray
    means: np.ndarray
    sums: np.ndarray
    windows: tuple
    reads: np.ndarray
    wins: np.ndarray
    back: np.ndarray | None
    refused: str
    again: np.ndarray | None

    @property
    def kernel_size(self):
        return len(self.weights)

    @property
    def winners(self):
        """The indices that are the maximum of a window, in ascending order."""
        return np.flatnonzero(self.wins)

    @property
    def misplaced(self):
        """The winners that unpooling put at another row or column than the one they came from."""
        if self.back is None:
            return []
        width, back_width = self.x.shape[1], self.back.shape[1]
        return [int(i) for i in self.winners if divmod(i, width) != divmod(i, back_width)]

    def center(self, output):
        """(row, column) of the middle of the window of this flat output index, in pixels of x.

        Windows of 2 at stride 2 sit at 2 i + 0.5, windows of 3 at stride 2 with padding 1 at 2 i.
        """
        first = np.array(np.unravel_index(output, self.maxima.shape)) * self.stride - self.padding
        return tuple((first + (self.kernel_size - 1) / 2).tolist())


def round_trip(x, weights, stride, padding=0, sized=True):
    """A 2-D image pooled by maximum, by mean and by a weighted sum, and its maxima unpooled: a ``RoundTrip``.

    weights   of the sum, shape (kernel_size, kernel_size); all three rules read the same windows
    sized     True: unpooling is told x's size. False: it takes the size that the windows fit exactly. Where it
              refuses, the record holds the reason and no array

    Raises ValueError where ``max_pool2d`` does.

    >>> trip = round_trip(np.array([[1.0, 5.0], [6.0, 0.0]]), np.full((2, 2), 0.25), 2)
    >>> trip.maxima, trip.means, trip.sums, trip.center(0)
    (array([[6.]]), array([[3.]]), array([[3.]]), (0.5, 0.5))
    """
    x = finite_array(x, "x", ndim=2).astype(float)
    weights = finite_array(weights, "weights", ndim=2).astype(float)
    if weights.shape[0] != weights.shape[1]:
        raise ValueError(f"weights must have as many rows as columns; got shape {weights.shape}.")
    kernel_size, stride = len(weights), whole_number(stride, "stride", 1, LARGEST_SIZE)
    padding = whole_number(padding, "padding", 0, LARGEST_SIZE)
    output_size = x.shape if true_or_false(sized, "sized") else None
    maxima, indices = max_pool2d(x, kernel_size, stride, padding)
    windows = _windows(x.shape, maxima.shape, kernel_size, stride, padding)
    back, refused, again = None, "", None
    try:
        back = max_unpool2d(maxima, indices, kernel_size, stride, padding, output_size)
    except ValueError as error:
        refused = str(error)
    if back is not None and back.shape == x.shape:
        again = max_pool2d(back, kernel_size, stride, padding)[0]
    return RoundTrip(
        x, weights, stride, padding, maxima, indices,
        means=avg_pool2d(x, kernel_size, stride, padding),
        sums=convolution(x[None, None], weights[None, None], stride=stride, padding=padding)[0, 0],
        windows=windows,
        reads=np.bincount([i for window in windows for i, _ in window], minlength=x.size),
        wins=np.bincount(indices.ravel(), minlength=x.size),
        back=back, refused=refused, again=again,
    )  # fmt: skip


def _windows(in_sizes, out_sizes, kernel_size, stride, padding):
    """For each output, row by row: (index, kernel position) of its samples on the image."""
    index, output = (np.arange(np.prod(sizes)).reshape(sizes) for sizes in (in_sizes, out_sizes))
    windows = [[] for _ in range(output.size)]
    twice = [(value, value) for value in (kernel_size, stride, padding, 1)]
    for position, outputs, inputs in window_slices(in_sizes, out_sizes, *twice):
        for o, i in zip(output[outputs].flat, index[inputs].flat, strict=True):
            windows[o].append((int(i), position))
    return tuple(map(tuple, windows))


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
            f"The window does not fit: kernel_size={kernel_size} with dilation={dilation} spans {extent} "
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
