"""Right answers of lesson 15, written otherwise."""

import itertools
import math

import numpy as np

from course_utils.exercises.museum import APART, MASK, SAME_PADDING, SEEN_AT, SMALLEST
from course_utils.resampling import resample, resize
from tests.exercises.answers import right, same

# ---- the smallest input -------------------------------------------------------------------------------------


@right(SMALLEST)
def by_a_helper(as_found, repaired):
    def tells(size):
        ramp = np.arange(size, dtype=float)
        found, good = as_found(ramp), repaired(ramp)
        return len(found) != len(good) or not np.allclose(found, good, atol=1e-6)

    return next((size for size in range(1, 17) if tells(size)), 0)


@right(SMALLEST)
def by_a_while(as_found, repaired):
    size = 1
    while size <= 16:
        found, good = as_found(np.arange(float(size))), repaired(np.arange(float(size)))
        if found.shape != good.shape:
            return size
        if np.any(np.abs(found - good) > 1e-6):
            return size
        size += 1
    return 0


@right(SMALLEST)
def by_a_list_of_all(as_found, repaired):
    wrong = []
    for size in range(1, 17):
        found, good = (function(np.arange(float(size))) for function in (as_found, repaired))
        if found.shape != good.shape or max(abs(found - good)) > 1e-6:
            wrong.append(size)
    return min(wrong) if wrong else 0


@right(SMALLEST)
def by_rounding(as_found, repaired):
    for size in range(1, 17):
        ramp = np.arange(float(size))
        if np.round(as_found(ramp), 5).tolist() != np.round(repaired(ramp), 5).tolist():
            return size
    return 0


@right(SMALLEST)
def by_testing(as_found, repaired):
    for size in range(1, 17):
        ramp = np.arange(float(size))
        try:
            np.testing.assert_allclose(as_found(ramp), repaired(ramp), rtol=0, atol=1e-6)
        except AssertionError:
            return size
    return 0


@right(SMALLEST)
def by_torchs_allclose(as_found, repaired):
    import torch

    for size in range(1, 17):
        ramp = np.arange(float(size))
        found, good = torch.as_tensor(as_found(ramp)), torch.as_tensor(repaired(ramp))
        if found.shape != good.shape or not torch.allclose(found, good, rtol=0, atol=1e-6):
            return size
    return 0


@right(SMALLEST)
def by_pairs(as_found, repaired):
    for size in range(1, 17):
        ramp = np.array([float(i) for i in range(size)])
        pairs = itertools.zip_longest(as_found(ramp), repaired(ramp), fillvalue=np.inf)
        if any(abs(a - b) > 1e-6 for a, b in pairs):
            return size
    return 0


# ---- two maps apart -----------------------------------------------------------------------------------------


@right(APART)
def by_places(one, other, size):
    last = size - 1
    return one[0] - other[0], (one[0] + one[1] * last) - (other[0] + other[1] * last)


@right(APART)
def by_arrays(one, other, size):
    index = np.array([0, size - 1])
    return tuple(np.subtract(one[0] + one[1] * index, other[0] + other[1] * index))


@right(APART)
def by_unpacking(one, other, size):
    (a, b), (c, d) = one, other
    return a - c, a - c + (size - 1) * (b - d)


@right(APART)
def by_all_samples(one, other, size):
    along = [one[0] - other[0] + o * (one[1] - other[1]) for o in range(size)]
    return along[0], along[-1]


@right(APART)
def by_a_place_function(one, other, size):
    def place(map_, o):
        start, jump = map_
        return start + o * jump

    return tuple(place(one, o) - place(other, o) for o in (0, size - 1))


@right(APART)
def by_polynomials(one, other, size):
    difference = np.subtract(one, other)[::-1]
    return float(np.polyval(difference, 0)), float(np.polyval(difference, size - 1))


# ---- where a gradient sits ----------------------------------------------------------------------------------


@right(SEEN_AT)
def by_indices(gradient):
    weight = np.abs(gradient).sum(0)
    rows, columns = np.indices(weight.shape)
    return (rows * weight).sum() / weight.sum(), (columns * weight).sum() / weight.sum()


@right(SEEN_AT)
def by_average(gradient):
    weight = np.abs(gradient).sum(0)
    height, width = weight.shape
    y = np.average(np.arange(height), weights=weight.sum(1))
    return y, np.average(np.arange(width), weights=weight.sum(0))


@right(SEEN_AT)
def by_shares(gradient):
    shares = np.abs(gradient) / np.abs(gradient).sum()
    rows, columns = np.mgrid[: shares.shape[1], : shares.shape[2]]
    return float((shares * rows).sum()), float((shares * columns).sum())


@right(SEEN_AT)
def by_einsum(gradient):
    size = abs(gradient)
    _, height, width = gradient.shape
    y = np.einsum("chw,h->", size, np.arange(height)) / size.sum()
    x = np.einsum("chw,w->", size, np.arange(width)) / size.sum()
    return np.array([y, x])


@right(SEEN_AT)
def by_loops(gradient):
    total = up = across = 0.0
    for plane in gradient:
        for r, row in enumerate(plane):
            for c, value in enumerate(row):
                total += abs(value)
                up += r * abs(value)
                across += c * abs(value)
    return up / total, across / total


@right(SEEN_AT)
def by_outer_sums(gradient):
    size = np.abs(gradient)
    down, along = size.sum((0, 2)), size.sum((0, 1))
    return tuple(float(np.dot(each, range(len(each))) / each.sum()) for each in (down, along))


# ---- a mask beside its object -------------------------------------------------------------------------------


@right(MASK)
def by_axes(mask, bar, stride):
    across = resample(mask, mask.shape[1] * stride, axis=1)
    down = resample(across, mask.shape[0] * stride, axis=0)
    return down[bar : len(down) - bar]


@right(MASK)
def by_none_for_no_bar(mask, bar, stride):
    large = resize(mask, (mask.shape[0] * stride, mask.shape[1] * stride))
    return large[bar:-bar] if bar else large


@right(MASK)
def by_places_of_pixels(mask, bar, stride):
    height, width = mask.shape
    rows = (np.arange(bar, height * stride - bar) + 0.5) / stride - 0.5
    columns = (np.arange(width * stride) + 0.5) / stride - 0.5
    across = np.stack([np.interp(columns, np.arange(width), row) for row in mask])
    return np.stack([np.interp(rows, np.arange(height), column) for column in across.T], axis=1)


@right(MASK)
def by_deleting(mask, bar, stride):
    large = resize(mask, (mask.shape[0] * stride, mask.shape[1] * stride))
    rows = len(large)
    return np.delete(large, [*range(bar), *range(rows - bar, rows)], axis=0)


@right(MASK)
def by_matrices(mask, bar, stride):
    height, width = mask.shape
    down = resample(np.eye(height), height * stride, axis=0)[bar : height * stride - bar]
    return down @ mask @ resample(np.eye(width), width * stride, axis=0).T


@right(MASK)
def by_taking(mask, bar, stride):
    height, width = mask.shape
    large = resize(mask, (height * stride, width * stride))
    return large.take(range(bar, height * stride - bar), axis=0)


# ---- padding as TensorFlow does it --------------------------------------------------------------------------


@right(SAME_PADDING)
def by_ceil(size, kernel_size, stride):
    windows = math.ceil(size / stride)
    total = max(0, stride * (windows - 1) + kernel_size - size)
    before = int(total / 2)
    return before, total - before


@right(SAME_PADDING)
def by_what_is_left_over(size, kernel_size, stride):
    rest = size % stride
    total = kernel_size - (rest or stride)
    if total < 0:
        total = 0
    return total // 2, (total + 1) // 2


@right(SAME_PADDING)
def by_counting_windows(size, kernel_size, stride):
    windows = len(range(0, size, stride))
    last = (windows - 1) * stride + kernel_size - 1
    zeros = max(last - (size - 1), 0)
    return zeros // 2, zeros - zeros // 2


@right(SAME_PADDING)
def by_trying(size, kernel_size, stride):
    windows = (size + stride - 1) // stride
    zeros = 0
    while (size + zeros - kernel_size) // stride + 1 < windows:
        zeros += 1
    return divmod(zeros, 2)[0], zeros - divmod(zeros, 2)[0]


@right(SAME_PADDING)
def by_modulo(size, kernel_size, stride):
    zeros = max(kernel_size - 1 - (size - 1) % stride, 0)
    return zeros >> 1, zeros - (zeros >> 1)


@right(SAME_PADDING)
def by_first_places(size, kernel_size, stride):
    first = np.arange(0, size, stride)
    zeros = int(np.clip(first[-1] + kernel_size - size, 0, None))
    return zeros // 2, -(-zeros // 2)


same(SMALLEST, "1e-06", "differences are either rounding, about 1e-9, or larger than 0.01")
same(SMALLEST, "-> found, right = (repaired(ramp), as_found(ramp))", "a difference has no direction")
same(SMALLEST, "-> found, good = (repaired(", "a difference has no direction")
same(SMALLEST, "-> found, good = (torch.as_tensor(repaired(", "a difference has no direction")
same(SMALLEST, "for function in (repaired, as_found)", "a difference has no direction")
same(SEEN_AT, "np.abs(gradient).sum(axis=0) -> weight = np.abs(gradient).mean(axis=0)", "only shares count")
same(SEEN_AT, "-> y = np.arange(height) @ weight.sum(axis=1)", "a scalar product may begin with either")
same(SEEN_AT, "-> x = np.arange(width) @ weight.sum(axis=0)", "a scalar product may begin with either")
same(SMALLEST, "as_found(ramp), fillvalue", "a difference has no direction")
same(
    SMALLEST,
    "np.round(as_found(ramp), *).tolist() != np.round(repaired(ramp), *)",
    "ramps differ by rounding or by 0.01",
)
same(SEEN_AT, "-> weight = np.abs(gradient).mean(0)", "only shares count")
same(SEEN_AT, "weights=weight.mean(", "only shares count")
same(SEEN_AT, "gradient.shape[", "both have one shape")
same(SEEN_AT, "height, width = size.shape", "both have one shape")
same(SEEN_AT, "size.mean((0,", "only shares count")
same(SEEN_AT, "size.sum((2, 0))", "axes may be named in any order")
same(SEEN_AT, "size.sum((1, 0))", "axes may be named in any order")
same(SEEN_AT, "np.dot(range(len(each)), each)", "a scalar product may begin with either")
same(SEEN_AT, "/ size.sum()) for each", "rows and columns have one sum")
same(SEEN_AT, "/ down.sum()) for each", "rows and columns have one sum")
same(SAME_PADDING, "int(total // 2)", "total is never below 0")
same(SAME_PADDING, "if total <= 0", "0 is set to 0")
same(SAME_PADDING, "if total < 1", "0 is set to 0")
same(SAME_PADDING, "- kernel_size) / stride + 1 < windows", "windows is a whole number")
same(SAME_PADDING, "round(np.clip", "it is a whole number")
same(SAME_PADDING, "np.clip(0, first", "the larger of two numbers")
same(MASK, "across = resample(mask, mask.shape[1] * stride)", "the last axis is the default")
same(MASK, "across.shape[0] * stride", "rows are as many as before")
