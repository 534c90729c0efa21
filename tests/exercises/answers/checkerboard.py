"""Right answers of lesson 09, written otherwise."""

import math
from itertools import pairwise

import numpy as np

from course_utils.exercises import checkerboard
from tests.exercises.answers import right, same

# ---- how many -----------------------------------------------------------------------------------


@right(checkerboard.STAMPS)
def stamps_rounded_up(kernel_size, stride):
    return [max(math.ceil((kernel_size - phase) / stride), 0) for phase in range(stride)]


@right(checkerboard.STAMPS)
def stamps_counted(kernel_size, stride):
    counts = np.zeros(stride, int)
    for t in range(kernel_size):
        counts[t % stride] += 1
    return counts


@right(checkerboard.STAMPS)
def stamps_by_bincount(kernel_size, stride):
    return np.bincount(np.arange(kernel_size) % stride, minlength=stride)


@right(checkerboard.STAMPS)
def stamps_by_slices(kernel_size, stride):
    ones = np.ones(kernel_size)
    return [ones[phase::stride].sum() for phase in range(stride)]


@right(checkerboard.STAMPS)
def stamps_by_division(kernel_size, stride):
    each, left = divmod(kernel_size, stride)
    return np.array([each + 1] * left + [each] * (stride - left))


@right(checkerboard.STAMPS)
def stamps_by_reshape(kernel_size, stride):
    filled = np.pad(np.ones(kernel_size), (0, -kernel_size % stride))
    return filled.reshape(-1, stride).sum(axis=0)


# ---- sums ---------------------------------------------------------------------------------------


@right(checkerboard.PHASE_SUMS)
def sums_by_loops(kernel, stride):
    result = np.zeros((stride, stride))
    size = len(kernel)
    for i in range(size):
        for j in range(size):
            result[i % stride, j % stride] += kernel[i, j]
    return result


@right(checkerboard.PHASE_SUMS)
def sums_by_add_at(kernel, stride):
    rows, columns = np.indices(kernel.shape) % stride
    result = np.zeros((stride, stride))
    np.add.at(result, (rows, columns), kernel)
    return result


@right(checkerboard.PHASE_SUMS)
def sums_axis_by_axis(kernel, stride):
    rows = np.stack([kernel[phase::stride].sum(axis=0) for phase in range(stride)])
    return np.stack([rows[:, phase::stride].sum(axis=1) for phase in range(stride)], axis=1)


@right(checkerboard.PHASE_SUMS)
def sums_by_bincount(kernel, stride):
    rows, columns = np.indices(kernel.shape) % stride
    flat = np.bincount((rows * stride + columns).ravel(), kernel.ravel(), minlength=stride**2)
    return flat.reshape(stride, stride)


@right(checkerboard.PHASE_SUMS)
def sums_by_reshape(kernel, stride):
    filled = np.pad(kernel, (0, -len(kernel) % stride))
    count = len(filled) // stride
    return filled.reshape(count, stride, count, stride).sum(axis=(0, 2))


@right(checkerboard.PHASE_SUMS)
def sums_by_a_matrix(kernel, stride):
    lands = np.arange(stride)[:, None] == np.arange(len(kernel)) % stride
    return lands @ kernel @ lands.T


# ---- resize-convolution ---------------------------------------------------------------------------


@right(checkerboard.RESIZE_KERNEL)
def resize_by_shifts(weight, stride):
    result = np.zeros(len(weight) + stride - 1)
    for shift in range(stride):
        result[shift : shift + len(weight)] += weight[::-1]
    return result


@right(checkerboard.RESIZE_KERNEL)
def resize_flipped_last(weight, stride):
    return np.convolve(weight, np.ones(stride))[::-1]


@right(checkerboard.RESIZE_KERNEL)
def resize_by_what_a_one_paints(weight, stride):
    spread = np.pad(np.ones(stride), len(weight) - 1)
    return np.correlate(spread, weight, mode="valid")


@right(checkerboard.RESIZE_KERNEL)
def resize_by_running_sums(weight, stride):
    total = np.concatenate([[0], np.cumsum(weight[::-1])])
    ends = np.arange(1, len(weight) + stride)
    return total[np.minimum(ends, len(weight))] - total[np.maximum(ends - stride, 0)]


@right(checkerboard.RESIZE_KERNEL)
def resize_by_loops(weight, stride):
    flipped = [float(value) for value in weight][::-1]
    result = [0.0] * (len(flipped) + stride - 1)
    for copy in range(stride):
        for t, value in enumerate(flipped):
            result[copy + t] += value
    return result


@right(checkerboard.RESIZE_KERNEL)
def resize_by_a_matrix(weight, stride):
    rows = [np.pad(weight[::-1], (shift, stride - 1 - shift)) for shift in range(stride)]
    return np.sum(rows, axis=0)


# ---- ICNR ---------------------------------------------------------------------------------------


@right(checkerboard.EQUAL_PHASES)
def equal_by_slices(kernel, stride):
    size = len(kernel) * stride
    big = np.zeros((size, size))
    for a in range(stride):
        for b in range(stride):
            big[a::stride, b::stride] = kernel
    return big


@right(checkerboard.EQUAL_PHASES)
def equal_by_kron(kernel, stride):
    return np.kron(kernel, np.ones((stride, stride)))


@right(checkerboard.EQUAL_PHASES)
def equal_by_index(kernel, stride):
    place = np.arange(len(kernel) * stride) // stride
    return kernel[place[:, None], place]


@right(checkerboard.EQUAL_PHASES)
def equal_by_loops(kernel, stride):
    size = len(kernel) * stride
    return [[kernel[i // stride, j // stride] for j in range(size)] for i in range(size)]


@right(checkerboard.EQUAL_PHASES)
def equal_by_broadcasting(kernel, stride):
    k = len(kernel)
    return np.broadcast_to(kernel[:, None, :, None], (k, stride, k, stride)).reshape(k * stride, k * stride)


@right(checkerboard.EQUAL_PHASES)
def equal_columns_first(kernel, stride):
    wide = np.repeat(kernel, stride, axis=1)
    return np.repeat(wide, stride, axis=0).astype(np.float32)


# ---- repairs ------------------------------------------------------------------------------------


@right(checkerboard.DIVISIBLE)
def flat_by_close(kernel, stride):
    sums = np.array([kernel[phase::stride].sum() for phase in range(stride)])
    return np.allclose(sums, sums[0])


@right(checkerboard.DIVISIBLE)
def flat_by_reshape(kernel, stride):
    filled = np.pad(kernel, (0, -len(kernel) % stride)).reshape(-1, stride)
    return np.std(filled.sum(axis=0)) < 1e-6


@right(checkerboard.DIVISIBLE)
def flat_by_bincount(kernel, stride):
    sums = np.bincount(np.arange(len(kernel)) % stride, kernel, minlength=stride)
    return sums.max() - sums.min() < 1e-6


@right(checkerboard.DIVISIBLE)
def flat_by_a_loop(kernel, stride):
    sums = [0.0] * stride
    for t, value in enumerate(kernel):
        sums[t % stride] += value
    return all(abs(each - sums[0]) < 1e-6 for each in sums)


@right(checkerboard.CROP)
def crop_by_rolling(crop, phases, top, left):
    size = len(phases)
    moved = np.roll(phases, (-top, -left), axis=(0, 1))
    rows, columns = np.indices(crop.shape)
    return crop - moved[rows % size, columns % size]


@right(checkerboard.CROP)
def crop_by_tiling(crop, phases, top, left):
    height, width = crop.shape
    size = len(phases)
    times = (top + height) // size + 1, (left + width) // size + 1
    return crop - np.tile(phases, times)[top : top + height, left : left + width]


@right(checkerboard.CROP)
def crop_by_loops(crop, phases, top, left):
    result = np.zeros(crop.shape)
    for row in range(crop.shape[0]):
        for column in range(crop.shape[1]):
            phase = phases[(top + row) % len(phases)][(left + column) % len(phases)]
            result[row, column] = crop[row, column] - phase
    return result


@right(checkerboard.CROP)
def crop_by_aranges(crop, phases, top, left):
    rows = (np.arange(crop.shape[0]) + top) % len(phases)
    columns = (np.arange(crop.shape[1]) + left) % len(phases)
    return crop - phases[np.ix_(rows, columns)]


@right(checkerboard.CROP)
def crop_by_slices(crop, phases, top, left):
    result = np.array(crop, float)
    size = len(phases)
    for a in range(size):
        for b in range(size):
            result[(a - top) % size :: size, (b - left) % size :: size] -= phases[a, b]
    return result


@right(checkerboard.CROP)
def crop_by_take(crop, phases, top, left):
    rows = np.take(phases, range(top, top + crop.shape[0]), axis=0, mode="wrap")
    return crop - np.take(rows, range(left, left + crop.shape[1]), axis=1, mode="wrap")


@right(checkerboard.CROP)
def crop_in_the_large_picture(crop, phases, top, left):
    large = np.zeros((top + crop.shape[0], left + crop.shape[1]))
    for a in range(len(phases)):
        for b in range(len(phases)):
            large[a :: len(phases), b :: len(phases)] = phases[a, b]
    return np.subtract(crop, large[top:, left:])


@right(checkerboard.DIVISIBLE)
def flat_by_differences(kernel, stride):
    sums = [float(sum(kernel[phase::stride])) for phase in range(stride)]
    return all(abs(one - other) < 1e-6 for one, other in pairwise(sums))


@right(checkerboard.DIVISIBLE)
def flat_by_a_matrix(kernel, stride):
    lands = np.arange(stride)[:, None] == np.arange(len(kernel)) % stride
    sums = lands @ kernel
    return np.abs(sums - sums.mean()).max() < 1e-6


# ---- changes that are no mistakes -----------------------------------------------------------------

for exercise in (checkerboard.STAMPS, checkerboard.DIVISIBLE):
    same(exercise, "-1, stride)* -> *-2, stride)", "any negative size tells NumPy to work it out")
for exercise in (checkerboard.EQUAL_PHASES, checkerboard.CROP):
    same(exercise, "np.zeros(* -> *np.ones(", "every value is written over")

same(
    checkerboard.STAMPS, "stride), 0)* -> *stride), -1)", "no phase is further from the kernel than a stride"
)
same(checkerboard.PHASE_SUMS, "axis=(0, 2)* -> *axis=(2, 0)", "a sum over two axes has no order")
same(checkerboard.RESIZE_KERNEL, "np.convolve(np.ones(stride), weight", "either may slide over the other")
same(checkerboard.RESIZE_KERNEL, ", mode='valid')* -> *weight)", "it is NumPy's default")
same(checkerboard.RESIZE_KERNEL, "len(flipped) +* -> *len(weight) +", "flipping changes no length")
same(
    checkerboard.RESIZE_KERNEL,
    "(shift, stride* -> *shift, shift))",
    "shifts from the other end are the same shifts",
)
same(
    checkerboard.EQUAL_PHASES,
    "[a::stride, b::stride]* -> *[b::stride, a::stride]",
    "all pairs of phases come",
)
same(checkerboard.EQUAL_PHASES, ".astype(np.float32)* -> ", "float64 is as good")
same(
    checkerboard.DIVISIBLE,
    "< 1e-0* -> *<= 1e-0",
    "no sum differs by exactly the room that is left for rounding",
)
same(checkerboard.DIVISIBLE, "(sums, sums[0])* -> *sums", "equal to one of them is equal to all")
same(checkerboard.DIVISIBLE, "sums[0]) <* -> *sums[-1]) <", "equal to one of them is equal to all")
same(
    checkerboard.DIVISIBLE, ".sum(axis=0))* -> *.mean(axis=0))", "all phases are filled up to the same length"
)
same(
    checkerboard.DIVISIBLE,
    "(0, -len(kernel) % stride)* -> *(-len(kernel) % stride, 0)",
    "phases only change places",
)
same(checkerboard.DIVISIBLE, "+= value* -> *-= value", "negative sums are as equal")
same(checkerboard.DIVISIBLE, "[0.0] * stride* -> ", "all sums begin with the same number")
same(checkerboard.CROP, "times = * -> times = ", "tiles that are not needed are cut off")
same(checkerboard.DIVISIBLE, "[:, None] == np* -> *[:, None] != np", "what all others sum to is as equal")
same(
    checkerboard.DIVISIBLE,
    "np.abs(sums - sums.mean())* -> *return (sums - sums.mean()).max()",
    "above the mean by nothing",
)
