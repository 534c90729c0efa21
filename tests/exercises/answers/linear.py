"""Right answers of lesson 01, written otherwise."""

import math

import numpy as np

from course_utils.exercises.linear import BUG_SWAPPED, LERP, MATRIX, WEIGHTS
from tests.exercises.answers import right, same

# ---- lerp ---------------------------------------------------------------------------------------------------


@right(LERP)
def by_climbing(left, right, x):
    return left + x * (right - left)


@right(LERP)
def by_numpy(left, right, x):
    return np.interp(x, [0, 1], [left, right])


@right(LERP)
def as_a_product(left, right, x):
    return np.dot([1 - x, x], [left, right])


@right(LERP)
def down_from_the_right(left, right, x):
    return right - (1 - x) * (right - left)


@right(LERP)
def as_an_array_without_axes(left, right, x):
    return np.asarray(left) * (1 - x) + np.asarray(right) * x


@right(LERP)
def in_single_precision(left, right, x):
    left, right, x = np.float32(left), np.float32(right), np.float32(x)
    return left * (1 - x) + right * x


@right(LERP)
def by_einsum(left, right, x):
    return np.einsum("i,i->", np.array([left, right]), np.array([1 - x, x]))


# ---- weights ------------------------------------------------------------------------------------------------


@right(WEIGHTS)
def what_interp_does_to_impulses(x, size):
    return np.array([np.interp(x, np.arange(size), impulse) for impulse in np.eye(size)])


@right(WEIGHTS)
def two_entries_of_zeros(x, size):
    x = np.clip(x, 0, size - 1)
    left = int(np.floor(x))
    result = np.zeros(size)
    result[left] += 1 - (x - left)
    if left + 1 < size:
        result[left + 1] += x - left
    return result


@right(WEIGHTS)
def plain_python(x, size):
    x = max(0, min(x, size - 1))
    return [max(0, 1 - abs(x - i)) for i in range(size)]


@right(WEIGHTS)
def whole_numbers_at_the_border(x, size):
    result = [0] * size
    if x <= 0:
        result[0] = 1
    elif x >= size - 1:
        result[-1] = 1
    else:
        left = math.floor(x)
        result[left] = 1 - (x - left)
        result[left + 1] = x - left
    return np.array(result)


@right(WEIGHTS)
def with_where(x, size):
    distance = np.abs(np.clip(x, 0, size - 1) - np.arange(size))
    return np.where(distance < 1, 1 - distance, 0)


@right(WEIGHTS)
def in_single_precision_by_clip(x, size):
    places = np.arange(size, dtype=np.float32)
    return np.clip(1 - np.abs(np.float32(min(max(x, 0), size - 1)) - places), 0, 1)


@right(WEIGHTS)
def border_weights_folded_in(x, size):
    left = math.floor(x)
    result = np.zeros(size)
    for index, weight in ((left, 1 - (x - left)), (left + 1, x - left)):
        result[min(max(index, 0), size - 1)] += weight
    return result


# ---- the matrix ---------------------------------------------------------------------------------------------


@right(MATRIX)
def rows_by_interp(in_size, out_size):
    x = (np.arange(out_size) + 0.5) * in_size / out_size - 0.5
    return np.array([np.interp(x, np.arange(in_size), impulse) for impulse in np.eye(in_size)]).T


@right(MATRIX)
def by_two_loops(in_size, out_size):
    matrix = np.zeros((out_size, in_size))
    for row in range(out_size):
        x = (row + 0.5) * in_size / out_size - 0.5
        x = min(max(x, 0), in_size - 1)
        for column in range(in_size):
            matrix[row, column] = max(1 - abs(x - column), 0)
    return matrix


@right(MATRIX)
def by_indices(in_size, out_size):
    x = np.clip((np.arange(out_size) + 0.5) * (in_size / out_size) - 0.5, 0, in_size - 1)
    left = np.floor(x).astype(int)
    right = np.minimum(left + 1, in_size - 1)
    matrix = np.zeros((out_size, in_size))
    np.add.at(matrix, (np.arange(out_size), left), 1 - (x - left))
    np.add.at(matrix, (np.arange(out_size), right), x - left)
    return matrix


@right(MATRIX)
def by_torch(in_size, out_size):
    import torch

    impulses = torch.eye(in_size)[None]
    return torch.nn.functional.interpolate(impulses, size=out_size, mode="linear")[0].T


@right(MATRIX)
def as_lists(in_size, out_size):
    step = in_size / out_size
    rows = []
    for o in range(out_size):
        x = max(0, min(step / 2 - 0.5 + o * step, in_size - 1))
        rows.append([max(0, 1 - abs(x - i)) for i in range(in_size)])
    return rows


@right(MATRIX)
def by_linspace(in_size, out_size):
    half = in_size / out_size / 2
    x = np.linspace(half - 0.5, in_size - half - 0.5, out_size).clip(0, in_size - 1)
    return np.maximum(1 - np.abs(np.subtract.outer(x, np.arange(in_size))), 0)


# ---- the bug ------------------------------------------------------------------------------------------------


@right(BUG_SWAPPED)
def exchanged(signal, out_size):
    x = (np.arange(out_size) + 0.5) * len(signal) / out_size - 0.5
    x = x.clip(0, len(signal) - 1)
    left = np.floor(x).astype(int)
    right = np.minimum(left + 1, len(signal) - 1)
    fraction = x - left
    return fraction * signal[right] + (1 - fraction) * signal[left]


@right(BUG_SWAPPED)
def another_fraction(signal, out_size):
    x = (np.arange(out_size) + 0.5) * len(signal) / out_size - 0.5
    x = x.clip(0, len(signal) - 1)
    left = np.floor(x).astype(int)
    right = np.minimum(left + 1, len(signal) - 1)
    fraction = 1 - (x - left)
    return fraction * signal[left] + (1 - fraction) * signal[right]


@right(BUG_SWAPPED)
def by_numpys_interp(signal, out_size):
    x = (np.arange(out_size) + 0.5) * len(signal) / out_size - 0.5
    return np.interp(x, np.arange(len(signal)), signal)


@right(BUG_SWAPPED)
def by_a_loop(signal, out_size):
    result = []
    for o in range(out_size):
        x = (o + 0.5) * len(signal) / out_size - 0.5
        x = min(max(x, 0), len(signal) - 1)
        left = int(x)
        right = min(left + 1, len(signal) - 1)
        result.append(signal[left] + (x - left) * (signal[right] - signal[left]))
    return result


@right(BUG_SWAPPED)
def by_a_matrix(signal, out_size):
    x = ((np.arange(out_size) + 0.5) * len(signal) / out_size - 0.5).clip(0, len(signal) - 1)
    tents = np.maximum(1 - np.abs(x[:, None] - np.arange(len(signal))), 0)
    return tents @ signal


@right(BUG_SWAPPED)
def from_the_right(signal, out_size):
    x = ((np.arange(out_size) + 0.5) * len(signal) / out_size - 0.5).clip(0, len(signal) - 1)
    right = np.ceil(x).astype(int)
    left = np.maximum(right - 1, 0)
    return (right - x) * signal[left] + (1 - (right - x)) * signal[right]


# ---- changes that are no mistakes ---------------------------------------------------------------------------

same(LERP, "np.dot([1 - x, x], [left, right]) -> *np.dot([left, right]", "a dot product has no order")
same(LERP, "np.einsum(*) -> *np.einsum('i,i->', np.array([1 - x, x])", "a dot product has no order")
same(LERP, "np.asarray(left) * (1 - x)*", "left and right are numbers already")
same(LERP, "np.float32(x)) -> pass", "double precision is as good")
same(WEIGHTS, "distance = np.arange(size) - x", "the next line takes the absolute value")
same(WEIGHTS, "result[left] += *-> result[left] = ", "the entry was 0")
same(WEIGHTS, "result[left + 1] += *-> result[left + 1] = ", "the entry was 0")
same(
    WEIGHTS,
    "np.clip(x, 0, size - 1)*-> *np.clip(0, x, size - 1)",
    "min(max(x, 0), size - 1) is symmetric in x and 0",
)
same(WEIGHTS, "np.floor(x)) -> left = round(np.floor(x))", "a whole number rounds to itself")
same(WEIGHTS, "left = *floor(x)*-> left = *trunc(x)", "x is not negative here")
same(WEIGHTS, "left + 1 < size: -> if x + 1 < size:", "left is x without its fraction, and size is whole")
same(WEIGHTS, "if x <= 0: -> if x < 0:", "at 0 the general rule gives the same weights")
same(
    WEIGHTS,
    "elif x >= size - 1: -> elif x > size - 1:",
    "a single sample was taken care of by the line before",
)
same(WEIGHTS, "distance < 1, *-> *distance <= 1", "at distance 1 the weight is 0 by either rule")
same(WEIGHTS, "dtype=np.float32) -> places = np.arange(size)", "double precision is as good")
same(WEIGHTS, "np.clip(1 - *-> return np.clip(0, 1 - ", "min(max(w, 0), 1) is symmetric in w and 0")
same(WEIGHTS, "- places), 0, 1) -> *- places), 0, 2)", "no weight is above 1")
same(WEIGHTS, "for index, weight in ((left*-> for index, weight in ((left + 1", "a sum has no order")
same(MATRIX, "matrix = np.zeros(*-> matrix = np.ones(", "every entry is written")
same(
    MATRIX, "- 0.5, 0, in_size - 1) -> x = np.clip(0, (np.arange", "min(max(x, 0), n) is symmetric in x and 0"
)
same(
    MATRIX,
    "- 0.5, 0, in_size - 1) -> *- 0.5, 0, in_size",
    "beyond the last sample both neighbors are the last sample",
)
same(MATRIX, "np.floor(x).astype(int) -> left = np.trunc(x)", "x is not negative here")
same(MATRIX, "mode='linear')[0].T -> *[-1].T", "the batch holds one signal")
beyond = "beyond the last sample both neighbors are the last sample"
same(BUG_SWAPPED, "x.clip(0, len(signal) - 1) -> x = x.clip(0, len(signal)*)", beyond)
same(BUG_SWAPPED, "x = min(max(x, 0), len(signal) - 1) -> x = min(max(x, 0), len(signal)*)", beyond)
same(BUG_SWAPPED, "np.floor(x).astype(int) -> left = np.trunc(x)", "x is not negative here")
before = "before the first sample both neighbors are the first sample"
same(BUG_SWAPPED, ".clip(0, len(signal) - 1) -> *.clip(-1, len(signal) - 1)", before)
same(
    BUG_SWAPPED,
    "left = np.maximum(right - 1, 0) -> left = np.maximum(right - 1, -1)",
    "the left one then weighs 0",
)
