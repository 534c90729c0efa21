"""Right answers of lesson 02, written otherwise."""

import math
from fractions import Fraction

import numpy as np

from course_utils.exercises.coordinates import (
    ALIGN_CORNERS,
    ASYMMETRIC,
    HALF_PIXEL,
    MASK_SHIFT,
    MISSING_HALF,
    NEAREST_FLOOR,
    TO_OUTPUT,
)
from tests.exercises.answers import right, same

# ---- the asymmetric map -------------------------------------------------------------------------------------


@right(ASYMMETRIC)
def step_times_index(in_size, out_size):
    step = in_size / out_size
    return step * np.arange(out_size)


@right(ASYMMETRIC)
def by_a_comprehension(in_size, out_size):
    return [o * in_size / out_size for o in range(out_size)]


@right(ASYMMETRIC)
def by_linspace(in_size, out_size):
    return np.linspace(0, in_size, out_size, endpoint=False)


@right(ASYMMETRIC)
def by_adding_up(in_size, out_size):
    x, places = 0.0, []
    for _ in range(out_size):
        places.append(x)
        x += in_size / out_size
    return np.array(places)


@right(ASYMMETRIC)
def in_single_precision(in_size, out_size):
    return np.arange(out_size, dtype=np.float32) * np.float32(in_size) / np.float32(out_size)


@right(ASYMMETRIC)
def through_the_factor(in_size, out_size):
    factor = out_size / in_size
    return np.arange(out_size) / factor


# ---- the half-pixel map -------------------------------------------------------------------------------------


@right(HALF_PIXEL)
def written_out(in_size, out_size):
    o = np.arange(out_size)
    return o * in_size / out_size + 0.5 * in_size / out_size - 0.5


@right(HALF_PIXEL)
def over_two(in_size, out_size):
    return ((2 * np.arange(out_size) + 1) * in_size / out_size - 1) / 2


@right(HALF_PIXEL)
def from_the_first_center(in_size, out_size):
    step = in_size / out_size
    first = (step - 1) / 2
    return [first + step * o for o in range(out_size)]


@right(HALF_PIXEL)
def middles_of_edges(in_size, out_size):
    edges = np.linspace(-0.5, in_size - 0.5, out_size + 1)
    return (edges[:-1] + edges[1:]) / 2


@right(HALF_PIXEL)
def exact_fractions(in_size, out_size):
    half = Fraction(1, 2)
    return [float((o + half) * in_size / out_size - half) for o in range(out_size)]


@right(HALF_PIXEL)
def half_pixel_in_single_precision(in_size, out_size):
    scale = np.float32(in_size / out_size)
    return scale * (np.arange(out_size, dtype=np.float32) + np.float32(0.5)) - np.float32(0.5)


# ---- the align-corners map ----------------------------------------------------------------------------------


@right(ALIGN_CORNERS)
def linspace_between_centers(in_size, out_size):
    return np.linspace(0, in_size - 1, out_size)


@right(ALIGN_CORNERS)
def with_a_branch(in_size, out_size):
    if out_size == 1:
        return np.zeros(1)
    return np.arange(out_size) * (in_size - 1) / (out_size - 1)


@right(ALIGN_CORNERS)
def step_first(in_size, out_size):
    step = 0 if out_size == 1 else (in_size - 1) / (out_size - 1)
    return [o * step for o in range(out_size)]


@right(ALIGN_CORNERS)
def by_interp(in_size, out_size):
    return np.interp(np.arange(out_size), [0, max(out_size - 1, 1)], [0, in_size - 1])


@right(ALIGN_CORNERS)
def with_the_singular_corrected(in_size, out_size):
    steps = out_size - 1
    if not steps:
        return [0]
    return np.arange(steps + 1) / steps * (in_size - 1)


@right(ALIGN_CORNERS)
def align_in_single_precision(in_size, out_size):
    scale = np.float32(in_size - 1) / np.float32(max(1, out_size - 1))
    return scale * np.arange(out_size, dtype=np.float32)


# ---- the way back -------------------------------------------------------------------------------------------


@right(TO_OUTPUT)
def inverse_ratio(coordinate, in_size, out_size):
    return (coordinate + 0.5) / (in_size / out_size) - 0.5


@right(TO_OUTPUT)
def written_out_back(coordinate, in_size, out_size):
    factor = out_size / in_size
    return factor * coordinate + (factor - 1) / 2


@right(TO_OUTPUT)
def forward_with_sizes_exchanged(coordinate, in_size, out_size):
    n, m = out_size, in_size
    return (coordinate + 0.5) * n / m - 0.5


@right(TO_OUTPUT)
def as_numpy(coordinate, in_size, out_size):
    return np.float64(coordinate + 0.5) * np.float64(out_size) / in_size - 0.5


@right(TO_OUTPUT)
def share_of_the_width(coordinate, in_size, out_size):
    share = (coordinate + 0.5) / in_size
    return share * out_size - 0.5


@right(TO_OUTPUT)
def as_an_array_without_axes(coordinate, in_size, out_size):
    far = 99 * out_size / in_size
    return np.interp(coordinate, [-99.5, in_size + 98.5], [-0.5 - far, out_size - 0.5 + far])


# ---- nearest, the floor rule --------------------------------------------------------------------------------


@right(NEAREST_FLOOR)
def python_whole_numbers(in_size, out_size):
    return [o * in_size // out_size for o in range(out_size)]


@right(NEAREST_FLOOR)
def floor_divide(in_size, out_size):
    return np.floor_divide(np.arange(out_size) * in_size, out_size)


@right(NEAREST_FLOOR)
def floor_of_a_float_after_multiplying(in_size, out_size):
    return np.floor(np.arange(out_size) * in_size / out_size).astype(int)


@right(NEAREST_FLOOR)
def by_truncation(in_size, out_size):
    return (np.arange(out_size) * in_size / out_size).astype(np.int32)


@right(NEAREST_FLOOR)
def exact_by_fractions(in_size, out_size):
    return np.array([math.floor(Fraction(o * in_size, out_size)) for o in range(out_size)])


@right(NEAREST_FLOOR)
def by_repeating_and_picking(in_size, out_size):
    return np.repeat(np.arange(in_size), out_size)[::in_size]


@right(NEAREST_FLOOR)
def by_divmod(in_size, out_size):
    return np.divmod(np.arange(out_size) * in_size, out_size)[0].astype(np.uint8)


# ---- the missing half pixel ---------------------------------------------------------------------------------


@right(MISSING_HALF)
def map_repaired(row, out_size):
    in_size = len(row)
    x = (np.arange(out_size) + 0.5) * in_size / out_size - 0.5
    x = x.clip(0, in_size - 1)
    left = np.floor(x).astype(int)
    right = np.minimum(left + 1, in_size - 1)
    t = x - left
    return row[left] + t * (row[right] - row[left])


@right(MISSING_HALF)
def interp_repeats_the_border(row, out_size):
    x = (np.arange(out_size) + 0.5) * len(row) / out_size - 0.5
    return np.interp(x, np.arange(len(row)), row)


@right(MISSING_HALF)
def by_a_loop(row, out_size):
    result = np.zeros(out_size)
    for o in range(out_size):
        x = (o + 0.5) * len(row) / out_size - 0.5
        x = max(0, min(x, len(row) - 1))
        left = int(x)
        right = min(left + 1, len(row) - 1)
        result[o] = (1 - (x - left)) * row[left] + (x - left) * row[right]
    return result


@right(MISSING_HALF)
def by_torch(row, out_size):
    import torch

    return torch.nn.functional.interpolate(torch.tensor(row)[None, None], size=out_size, mode="linear")[0, 0]


@right(MISSING_HALF)
def by_a_matrix(row, out_size):
    x = ((np.arange(out_size) + 0.5) * len(row) / out_size - 0.5).clip(0, len(row) - 1)
    return np.maximum(1 - np.abs(x[:, None] - np.arange(len(row))), 0) @ row


@right(MISSING_HALF)
def border_repeated_by_padding(row, out_size):
    x = (np.arange(out_size) + 0.5) * len(row) / out_size + 0.5
    wide = np.pad(row, 1, mode="edge")
    left = x.astype(int)
    return (1 - (x - left)) * wide[left] + (x - left) * wide[left + 1]


# ---- the mask that slips ------------------------------------------------------------------------------------


@right(MASK_SHIFT)
def whole_numbers(labels, out_size):
    in_size = len(labels)
    return labels[[(2 * o + 1) * in_size // (2 * out_size) for o in range(out_size)]]


@right(MASK_SHIFT)
def floor_of_the_middle(labels, out_size):
    middle = (np.arange(out_size) + 0.5) * len(labels) / out_size
    return labels[np.floor(middle).astype(int)]


@right(MASK_SHIFT)
def half_up_from_the_center(labels, out_size):
    x = (np.arange(out_size) * 2 + 1) * len(labels) / (2 * out_size) - 0.5
    return labels[np.floor(x + 0.5).astype(int)]


@right(MASK_SHIFT)
def as_a_list(labels, out_size):
    return [int(labels[int((o + 0.5) * len(labels) / out_size)]) for o in range(out_size)]


@right(MASK_SHIFT)
def taken_as_floats(labels, out_size):
    index = np.trunc((np.arange(out_size) + 0.5) * len(labels) / out_size).astype(int)
    return labels.astype(float)[index]


@right(MASK_SHIFT)
def from_a_fine_copy(labels, out_size):
    fine = np.repeat(labels, 2 * out_size)
    return fine[len(labels) :: 2 * len(labels)]


# ---- changes that are no mistakes ---------------------------------------------------------------------------

double = "double precision is as good"
same(ASYMMETRIC, "np.arange(out_size, dtype=np.float32) *-> return np.arange(out_size) *", double)
same(HALF_PIXEL, "(np.arange(out_size, dtype=np.float32) *-> return scale * (np.arange(out_size) +", double)
same(ALIGN_CORNERS, "np.arange(out_size, dtype=np.float32) -> return scale * np.arange(out_size)", double)
same(
    ALIGN_CORNERS,
    "step = 0 if out_size == 1 *-> step = * if out_size == 1",
    "output 0 is no step away from 0",
)
same(TO_OUTPUT, "* n / m - 0.5 -> ", "n and m are other names for the two sizes")
not_negative = "nothing is negative here"
same(NEAREST_FLOOR, "floor(*-> *trunc(", not_negative)
same(NEAREST_FLOOR, "* in_size / out_size)*-> *in_size // out_size)", "it is rounded down either way")
same(NEAREST_FLOOR, "out_size)[0].astype(np.uint8) -> *out_size)[0]", "any type of whole number will do")
beyond = "beyond the last sample both neighbors are the last sample"
same(MISSING_HALF, "x = x.clip(0, in_size - 1) -> x = x.clip(0, in_size", beyond)
same(MISSING_HALF, "x = max(0, min(x, len(row) - 1)) -> x = max(0, min(x, len(row)", beyond)
same(MISSING_HALF, "np.floor(x).astype(int) -> left = np.trunc(x)", not_negative)
same(MISSING_HALF, "result = np.zeros(out_size) -> result = np.ones", "every entry is written")
same(MISSING_HALF, "mode='linear')[0, 0] -> *[*1]", "there is one signal with one channel")
same(MISSING_HALF, "mode='linear')[0, 0] -> *[-1, 0]", "there is one signal with one channel")
same(MASK_SHIFT, "len(labels) / *-> *len(labels) // ", "it is rounded down either way")
same(MASK_SHIFT, "floor(*-> *trunc(", not_negative)
same(MASK_SHIFT, "trunc(*-> *floor(", not_negative)
same(MASK_SHIFT, "[int(labels[*-> return [round(labels[", "labels are whole numbers")
same(MASK_SHIFT, "labels.astype(float)[index] -> return labels[index]", "the values are the same")
