"""Right answers of lesson 07, written otherwise."""

import math
from collections import defaultdict

import numpy as np
from scipy import signal

from course_utils.convolution import (
    colliding_sizes,
    convolution_matrix,
    convolution_size,
    insert_zeros,
    output_padding_for,
    transposed_convolution,
    transposed_size,
)
from course_utils.exercises.convolution import (
    GATHER,
    MINIMAL,
    OUTPUT_PADDING,
    SIZE,
    TWO_AXES,
    ZERO_INSERTION,
)
from tests.exercises.answers import right, same

# ---- one axis -----------------------------------------------------------------------------------------------


@right(MINIMAL)
def by_the_matrix(x, kernel, stride):
    C = np.zeros((len(x), (len(x) - 1) * stride + len(kernel)))
    for i in range(len(x)):
        C[i, i * stride : i * stride + len(kernel)] = kernel
    return C.T @ x


@right(MINIMAL)
@right(GATHER)
def by_convolve(x, kernel, stride):
    between = np.zeros((len(x) - 1) * stride + 1)
    between[::stride] = x
    return np.convolve(between, kernel)


@right(MINIMAL)
def plain_lists(x, kernel, stride):
    out = [0] * ((len(x) - 1) * stride + len(kernel))
    for i, value in enumerate(x):
        for j, weight in enumerate(kernel):
            out[i * stride + j] += value * weight
    return out


@right(MINIMAL)
def by_upfirdn(x, kernel, stride):
    return signal.upfirdn(kernel, x, up=stride)


@right(MINIMAL)
def all_products_at_once(x, kernel, stride):
    places = stride * np.arange(len(x))[:, None] + np.arange(len(kernel))
    out = np.zeros(places.max() + 1)
    np.add.at(out, places, np.outer(x, kernel))
    return out


@right(MINIMAL)
def by_counting_with_weights(x, kernel, stride):
    places = np.add.outer(stride * np.arange(len(x)), np.arange(len(kernel)))
    return np.bincount(places.ravel(), np.outer(x, kernel).ravel())


@right(MINIMAL)
def each_output_asks_who_painted_it(x, kernel, stride):
    def value(place):
        parts = [place - i * stride for i in range(len(x))]
        return sum(x[i] * kernel[j] for i, j in enumerate(parts) if 0 <= j < len(kernel))

    return [value(place) for place in range((len(x) - 1) * stride + len(kernel))]


@right(MINIMAL)
def a_dictionary_of_places(x, kernel, stride):
    painted = defaultdict(float)
    for i in range(len(x)):
        for j in range(len(kernel)):
            painted[i * stride + j] += float(x[i] * kernel[j])
    return np.array([painted[place] for place in range(max(painted) + 1)])


@right(MINIMAL)
def single_precision(x, kernel, stride):
    x, kernel = np.float32(x), np.float32(kernel)
    out = np.zeros((len(x) - 1) * stride + len(kernel), np.float32)
    for i in reversed(range(len(x))):
        out[i * stride :][: len(kernel)] += x[i] * kernel
    return out


@right(MINIMAL)
def one_part_of_the_kernel_at_a_time(x, kernel, stride):
    last = (len(x) - 1) * stride
    out = np.zeros(last + len(kernel))
    for j, weight in enumerate(kernel):
        out[j : j + last + 1 : stride] += weight * x
    return out


@right(MINIMAL)
def a_sum_of_padded_stamps(x, kernel, stride):
    last = (len(x) - 1) * stride
    return sum(np.pad(x[i] * kernel, (i * stride, last - i * stride)) for i in range(len(x)))


@right(MINIMAL)
@right(GATHER)
def by_the_package(x, kernel, stride):
    return transposed_convolution(x[None, None], kernel[None, None], stride=stride)[0, 0]


same(MINIMAL, "range(len(x)): -> for i in range(len(C)):", "C has a row for each sample")
same(MINIMAL, "np.convolve(between, kernel) -> return np.convolve(kernel, between)", "a convolution commutes")
same(MINIMAL, "x, kernel = (np.float32(x), np.float32(kernel)) -> pass", "it is only the precision")
same(MINIMAL, "[0, 0] -> return transposed_convolution(*)[-1, 0]", "the batch holds one signal")
same(MINIMAL, "[0, 0] -> return transposed_convolution(*)[0, -1]", "the signal has one channel")


# ---- zero insertion -----------------------------------------------------------------------------------------


@right(ZERO_INSERTION)
def all_places_in_one_array(x, kernel, stride, padding):
    around = len(kernel) - 1 - padding
    last = around + (len(x) - 1) * stride
    stretched = np.zeros(last + 1 + around)
    stretched[around : last + 1 : stride] = x
    return stretched, np.flip(kernel)


@right(ZERO_INSERTION)
def with_lists(x, kernel, stride, padding):
    stretched = [0] * (len(kernel) - 1 - padding)
    for i, value in enumerate(x):
        if i > 0:
            stretched += [0] * (stride - 1)
        stretched.append(value)
    stretched += [0] * (len(kernel) - 1 - padding)
    return stretched, list(reversed(kernel))


@right(ZERO_INSERTION)
def by_kron(x, kernel, stride, padding):
    impulse = np.eye(stride)[0]
    between = np.kron(x, impulse)[: (len(x) - 1) * stride + 1]
    return np.pad(between, len(kernel) - padding - 1), kernel[::-1]


@right(ZERO_INSERTION)
def rows_of_a_sample_and_its_zeros(x, kernel, stride, padding):
    rows = np.zeros((len(x), stride))
    rows[:, 0] = x
    around = np.zeros(len(kernel) - 1 - padding)
    between = rows.ravel()[: rows.size - stride + 1]
    return np.concatenate([around, between, around]), kernel[::-1]


@right(ZERO_INSERTION)
def by_insert(x, kernel, stride, padding):
    places = np.repeat(np.arange(1, len(x)), stride - 1)
    between = np.insert(x, places, 0)
    return [np.pad(between, (len(kernel) - 1 - padding,) * 2), np.flipud(kernel)]


@right(ZERO_INSERTION)
def asking_each_place(x, kernel, stride, padding):
    around = len(kernel) - 1 - padding
    last = (len(x) - 1) * stride
    places = range(-around, last + 1 + around)
    stretched = [x[p // stride] if p % stride == 0 and 0 <= p <= last else 0.0 for p in places]
    return np.array(stretched), np.array([kernel[-1 - j] for j in range(len(kernel))])


@right(ZERO_INSERTION)
def stretched_in_single_precision(x, kernel, stride, padding):
    between = np.zeros((len(x) - 1) * stride + 1, dtype=np.float32)
    for i in range(len(x)):
        between[i * stride] = x[i]
    return np.pad(between, len(kernel) - (1 + padding)), kernel[::-1]


@right(ZERO_INSERTION)
def zeros_by_the_package(x, kernel, stride, padding):
    parts = insert_zeros(x[None, None], kernel[None, None], stride=stride, padding=padding)
    return tuple(part[0, 0] for part in parts)


same(ZERO_INSERTION, "np.repeat(np.arange(1, len(x)), stride - 1) -> *np.tile", "np.insert sorts the places")
same(
    ZERO_INSERTION,
    "(len(kernel) - 1 - padding,) * 2*-> *(len(kernel) - 1 - padding,)*",
    "one number is for both ends",
)
same(ZERO_INSERTION, "dtype=np.float32) -> between = np.zeros(*", "it is only the precision")
same(ZERO_INSERTION, "part[0, 0] for * -> return tuple((part[-1, 0]", "the batch holds one signal")
same(ZERO_INSERTION, "part[0, 0] for * -> return tuple((part[0, -1]", "the signal has one channel")


# ---- two axes -----------------------------------------------------------------------------------------------


@right(TWO_AXES)
def stretched_and_convolved(x, kernel, stride, padding):
    height, width = x.shape
    between = np.zeros(((height - 1) * stride + 1, (width - 1) * stride + 1))
    between[::stride, ::stride] = x
    full = signal.convolve2d(between, kernel)
    return full[padding : len(full) - padding, padding : full.shape[1] - padding]


@right(TWO_AXES)
def cropped_with_or_none(x, kernel, stride, padding):
    full = np.zeros([(n - 1) * stride + k for n, k in zip(x.shape, kernel.shape, strict=True)])
    for (i, j), value in np.ndenumerate(x):
        full[i * stride :, j * stride :][: kernel.shape[0], : kernel.shape[1]] += value * kernel
    return full[padding : -padding or None, padding : -padding or None]


@right(TWO_AXES)
def lists_of_lists(x, kernel, stride, padding):
    rows = (len(x) - 1) * stride + len(kernel)
    columns = (len(x[0]) - 1) * stride + len(kernel[0])
    out = [[0.0] * columns for _ in range(rows)]
    for i, row in enumerate(x):
        for j, value in enumerate(row):
            for a, weights in enumerate(kernel):
                for b, weight in enumerate(weights):
                    out[i * stride + a][j * stride + b] += value * weight
    return [row[padding : columns - padding] for row in out[padding : rows - padding]]


@right(TWO_AXES)
def one_part_at_a_time(x, kernel, stride, padding):
    last_row, last_column = stride * (x.shape[0] - 1), stride * (x.shape[1] - 1)
    out = np.zeros((last_row + kernel.shape[0], last_column + kernel.shape[1]))
    for (a, b), weight in np.ndenumerate(kernel):
        out[a : a + last_row + 1 : stride, b : b + last_column + 1 : stride] += weight * x
    rows, columns = (np.arange(padding, size - padding) for size in out.shape)
    return out[np.ix_(rows, columns)]


@right(TWO_AXES)
def two_matrices_and_einsum(x, kernel, stride, padding):
    def placed(n, k):
        out, i, part = np.ogrid[: (n - 1) * stride + k, :n, :k]
        return (out == i * stride + part).astype(float)

    down, across = placed(x.shape[0], kernel.shape[0]), placed(x.shape[1], kernel.shape[1])
    full = np.einsum("pia,qjb,ij,ab->pq", down, across, x, kernel)
    return full[padding : full.shape[0] - padding, padding : full.shape[1] - padding]


@right(TWO_AXES)
def by_the_transposed_matrix(x, kernel, stride, padding):
    size = tuple((n - 1) * stride + k - 2 * padding for n, k in zip(x.shape, kernel.shape, strict=True))
    C = convolution_matrix(size, kernel, stride=stride, padding=padding)
    return (C.T @ x.ravel()).reshape(size)


@right(TWO_AXES)
def stamps_in_single_precision(x, kernel, stride, padding):
    (height, width), (k, m) = x.shape, kernel.shape
    out = np.zeros(((height - 1) * stride + k, (width - 1) * stride + m), dtype="float32")
    for j in range(width):
        for i in range(height):
            out[i * stride : i * stride + k, j * stride : j * stride + m] += x[i, j] * kernel
    return out[padding:][: len(out) - 2 * padding, padding : out.shape[1] - padding]


@right(TWO_AXES)
def what_falls_outside_is_not_painted(x, kernel, stride, padding):
    height, width = (stride * (n - 1) + k - 2 * padding for n, k in zip(x.shape, kernel.shape, strict=True))
    out = np.zeros((height, width))
    for i, j in np.ndindex(x.shape):
        for a, b in np.ndindex(kernel.shape):
            row, column = i * stride + a - padding, j * stride + b - padding
            if 0 <= row < height and 0 <= column < width:
                out[row, column] += x[i, j] * kernel[a, b]
    return out


@right(TWO_AXES)
def two_axes_by_the_package(x, kernel, stride, padding):
    return transposed_convolution(x[None, None], kernel[None, None], None, stride, padding).squeeze((0, 1))


same(TWO_AXES, "signal.convolve2d(between, kernel) -> *(kernel, between)", "a convolution commutes")
same(TWO_AXES, "strict=True)* -> *zip(x.shape, kernel.shape)", "both shapes have two numbers")
same(TWO_AXES, "strict=True)* -> *strict=False)", "both shapes have two numbers")
same(TWO_AXES, "len(kernel[0]) -> *len(kernel[-1])", "all rows are of one length")
same(TWO_AXES, "len(x[0]) - 1) * -> *len(x[-1]) - 1)", "all rows are of one length")
same(
    TWO_AXES,
    ".astype(float) -> return out == i * stride + part",
    "einsum multiplies with truth values as with 0 and 1",
)
same(TWO_AXES, "dtype='float32') -> out = np.zeros(*", "it is only the precision")
same(TWO_AXES, "squeeze((0, 1)) -> *squeeze((1, 0))", "the order of axes to drop says nothing")


# ---- the size -----------------------------------------------------------------------------------------------


@right(SIZE)
def the_formula_of_the_documentation(in_size, kernel_size, stride, padding, dilation, output_padding):
    return (in_size - 1) * stride - 2 * padding + dilation * (kernel_size - 1) + output_padding + 1


@right(SIZE)
def with_a_point(in_size, kernel_size, stride, padding, dilation, output_padding):
    last_start = (in_size - 1.0) * stride
    return last_start + dilation * (kernel_size - 1.0) + 1.0 - 2.0 * padding + output_padding


@right(SIZE)
def places_that_are_painted(in_size, kernel_size, stride, padding, dilation, output_padding):
    places = [i * stride + j * dilation for i in range(in_size) for j in range(kernel_size)]
    return max(places) + 1 - padding - padding + output_padding


@right(SIZE)
def multiplied_out(in_size, kernel_size, stride, padding, dilation, output_padding):
    return in_size * stride - stride + dilation * kernel_size - dilation + 1 - 2 * padding + output_padding


@right(SIZE)
def step_by_step(in_size, kernel_size, stride, padding, dilation, output_padding):
    size = kernel_size
    size += (dilation - 1) * (kernel_size - 1)
    size += (in_size - 1) * stride
    size -= padding
    size -= padding - output_padding
    return np.int64(size)


@right(SIZE)
def from_first_to_last(in_size, kernel_size, stride, padding, dilation, output_padding):
    first = padding
    last = (in_size - 1) * stride + dilation * (kernel_size - 1) - (padding - output_padding)
    return len(range(first, last + 1))


@right(SIZE)
def the_smallest_size_that_a_convolution_brings_here(
    in_size, kernel_size, stride, padding, dilation, output_padding
):
    for size in range(1, 600):
        if (size + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1 == in_size:
            return size + output_padding


@right(SIZE)
def size_by_the_package(in_size, kernel_size, stride, padding, dilation, output_padding):
    return transposed_size(in_size, kernel_size, stride, padding, output_padding, dilation)


same(SIZE, "range(1, 600): -> for size in range(0, 600):", "size 0 has no outputs")
same(SIZE, "range(1, 600): -> for size in range(1, *", "it ends long before")
same(
    SIZE,
    "// stride + 1 == in_size: -> */ stride + 1 == in_size:",
    "the last step of the smallest size is a full one",
)


# ---- back to a size -----------------------------------------------------------------------------------------


@right(OUTPUT_PADDING)
def from_both_sizes(size, kernel_size, stride, padding):
    there = (size + 2 * padding - kernel_size) // stride + 1
    return size - ((there - 1) * stride - 2 * padding + kernel_size)


@right(OUTPUT_PADDING)
def divided_and_rounded_down(size, kernel_size, stride, padding):
    there = np.floor((size + 2 * padding - kernel_size) / stride) + 1
    return size - (there - 1) * stride + 2 * padding - kernel_size


@right(OUTPUT_PADDING)
def the_fraction_times_the_stride(size, kernel_size, stride, padding):
    steps = (size + 2 * padding - kernel_size) / stride
    return (steps - int(steps)) * stride


@right(OUTPUT_PADDING)
def the_one_that_fits(size, kernel_size, stride, padding):
    there = convolution_size(size, kernel_size, stride, padding)
    for output_padding in range(stride):
        if (there - 1) * stride + kernel_size - 2 * padding + output_padding == size:
            return output_padding


@right(OUTPUT_PADDING)
def its_place_among_those_that_collide(size, kernel_size, stride, padding):
    there = convolution_size(size, kernel_size, stride, padding)
    return list(colliding_sizes(there, kernel_size, stride, padding)).index(size)


@right(OUTPUT_PADDING)
def the_rest_of_divmod(size, kernel_size, stride, padding):
    _, rest = divmod(size - kernel_size + padding + padding, stride)
    return rest


@right(OUTPUT_PADDING)
def the_windows_counted(size, kernel_size, stride, padding):
    starts = range(-padding, size + padding - kernel_size + 1, stride)
    return size + padding - (starts[-1] + kernel_size)


@right(OUTPUT_PADDING)
def by_fmod(size, kernel_size, stride, padding):
    return math.fmod(size + 2 * padding - kernel_size, stride)


@right(OUTPUT_PADDING)
def output_padding_by_the_package(size, kernel_size, stride, padding):
    return output_padding_for(size, kernel_size, stride=stride, padding=padding)


same(OUTPUT_PADDING, "np.floor(* -> there = np.trunc(", "the window travels 0 places or more")
same(OUTPUT_PADDING, "np.floor((*) / stride) + 1 -> *// stride) + 1", "it rounds down as well")
same(
    OUTPUT_PADDING,
    "range(stride): -> for output_padding in range(size):",
    "size is larger than what is left over",
)


# ---- the bug ------------------------------------------------------------------------------------------------


@right(GATHER)
def kernel_flipped_at_the_start(x, kernel, stride):
    kernel = np.flip(kernel)
    between = np.zeros((len(x) - 1) * stride + 1)
    between[::stride] = x
    stretched = np.pad(between, len(kernel) - 1)
    windows = np.lib.stride_tricks.sliding_window_view(stretched, len(kernel))
    return windows @ kernel


@right(GATHER)
def windows_flipped(x, kernel, stride):
    between = np.zeros((len(x) - 1) * stride + 1)
    between[::stride] = x
    stretched = np.pad(between, len(kernel) - 1)
    windows = np.lib.stride_tricks.sliding_window_view(stretched, len(kernel))
    return windows[:, ::-1] @ kernel


@right(GATHER)
def correlate_with_the_flipped_kernel(x, kernel, stride):
    between = np.zeros((len(x) - 1) * stride + 1)
    between[::stride] = x
    return np.correlate(np.pad(between, len(kernel) - 1), kernel[::-1], "valid")


@right(GATHER)
def a_window_in_a_loop(x, kernel, stride):
    between = np.zeros((len(x) - 1) * stride + 1)
    between[::stride] = x
    stretched = np.pad(between, len(kernel) - 1)
    flipped = kernel[::-1]
    return [
        sum(stretched[place : place + len(kernel)] * flipped)
        for place in range(len(between) + len(kernel) - 1)
    ]


@right(GATHER)
def flipped_once_more_at_the_end(x, kernel, stride):
    between = np.zeros((len(x) - 1) * stride + 1)
    between[::stride] = x[::-1]
    stretched = np.pad(between, len(kernel) - 1)
    windows = np.lib.stride_tricks.sliding_window_view(stretched, len(kernel))
    return (windows @ kernel)[::-1]


same(GATHER, "np.convolve(between, kernel) -> return np.convolve(kernel, between)", "a convolution commutes")
same(GATHER, "[0, 0] -> return transposed_convolution(*)[-1, 0]", "the batch holds one signal")
same(GATHER, "[0, 0] -> return transposed_convolution(*)[0, -1]", "the signal has one channel")
