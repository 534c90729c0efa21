"""Right answers of lesson 04, written otherwise."""

import math

import cv2
import numpy as np
from scipy import ndimage, sparse

from course_utils import kernels
from course_utils.exercises.kernels import (
    ANTIALIAS,
    AREA,
    NEIGHBORS_OF_A_FETCH,
    THUMBNAIL,
    WITHIN_THE_SUPPORT,
    WRAPPED_BYTES,
)
from tests.exercises.answers import right, same

# ---- within the support -------------------------------------------------------------------------------------


@right(WITHIN_THE_SUPPORT)
def a_loop_with_an_if(x, in_size, kernel, support):
    weights = []
    for i in range(in_size):
        if abs(x - i) < support:
            weights.append(float(kernel(np.array(x - i))))
        else:
            weights.append(0.0)
    total = sum(weights)
    return [weight / total for weight in weights]


@right(WITHIN_THE_SUPPORT)
def times_a_mask(x, in_size, kernel, support):
    d = np.abs(np.arange(in_size) - x)
    weights = kernel(d) * (d < support)
    return weights / np.sum(weights)


@right(WITHIN_THE_SUPPORT)
def a_mask_set_to_zero(x, in_size, kernel, support):
    d = np.arange(in_size) - x
    weights = np.array(kernel(d), float)
    weights[np.abs(d) >= support] = 0
    weights /= weights.sum()
    return weights


@right(WITHIN_THE_SUPPORT)
def only_those_near_enough(x, in_size, kernel, support):
    first = max(math.ceil(x - support), 0)
    last = min(math.floor(x + support), in_size - 1)
    near = np.arange(first, last + 1)
    weights = np.zeros(in_size)
    weights[near] = kernel(x - near)
    return weights / weights.sum()


@right(WITHIN_THE_SUPPORT)
def by_piecewise(x, in_size, kernel, support):
    d = x - np.arange(float(in_size))
    weights = np.piecewise(d, [abs(d) < support], [kernel, 0.0])
    return np.true_divide(weights, weights.sum())


@right(WITHIN_THE_SUPPORT)
def a_kernel_of_the_course(x, in_size, kernel, support):
    own = kernels.Kernel(kernel, support)
    return kernels.taps_at([x], in_size, own, border="renormalize").matrix[0]


@right(WITHIN_THE_SUPPORT)
def a_masked_array(x, in_size, kernel, support):
    d = x - np.arange(in_size)
    weights = np.ma.masked_where(abs(d) > support, kernel(d)).filled(0)
    return weights / weights.sum()


ends = "the kernels of the cases end at 0, or at no sample"
alike = "a kernel is the same to either side"
for change in (
    "if abs(x - i) <= support", "(d <= support)", "> support] = 0", "[abs(d) <= support]", "abs(d) >= support",
    "np.abs(distance) <= support",
):  # fmt: skip
    same(WITHIN_THE_SUPPORT, change, ends)
for change in (
    "np.array(i - x)", "-> d = x - np.arange(in_size)", "kernel(near - x)", "np.arange(float(in_size)) - x",
    "np.arange(in_size) - x",
):  # fmt: skip
    same(WITHIN_THE_SUPPORT, change, alike)
same(WITHIN_THE_SUPPORT, "math.trunc(x + support)", "x + support is not negative here")
same(WITHIN_THE_SUPPORT, ".matrix[-1]", "there is one row")

# ---- antialias ----------------------------------------------------------------------------------------------


@right(ANTIALIAS)
def distance_times_what_remains(in_size, out_size, kernel, support):
    step = in_size / out_size
    x = (np.arange(out_size) + 0.5) * step - 0.5
    distance = (x[:, None] - np.arange(in_size)) * min(out_size / in_size, 1)
    weights = np.where(np.abs(distance) < support, kernel(distance), 0)
    return weights / weights.sum(axis=1, keepdims=True)


@right(ANTIALIAS)
def an_if_for_the_width(in_size, out_size, kernel, support):
    step = in_size / out_size
    width = 1
    if out_size < in_size:
        width = step
    x = (np.arange(out_size) + 0.5) * step - 0.5
    distance = x[:, None] - np.arange(in_size)
    weights = np.where(np.abs(distance) < support * width, kernel(distance / width), 0)
    return weights / weights.sum(axis=1, keepdims=True)


@right(ANTIALIAS)
def rows_in_a_loop(in_size, out_size, kernel, support):
    rows = []
    for o in range(out_size):
        x = (o + 0.5) * in_size / out_size - 0.5
        d = (x - np.arange(in_size)) / max(1, in_size / out_size)
        row = kernel(d) * (np.abs(d) < support)
        rows.append(row / row.sum())
    return np.array(rows)


@right(ANTIALIAS)
def np_maximum_of_the_step(in_size, out_size, kernel, support):
    step = in_size / out_size
    x = np.arange(out_size) * step + (step - 1) / 2
    distance = np.subtract.outer(x, np.arange(in_size)) / np.maximum(step, 1.0)
    weights = np.where(abs(distance) <= support, kernel(distance), 0)
    return (weights.T / weights.sum(1)).T


@right(ANTIALIAS)
def taps_of_the_course(in_size, out_size, kernel, support):
    own = kernels.Kernel(kernel, support)
    return kernels.taps(in_size, out_size, own, antialias=True, border="renormalize").matrix


@right(ANTIALIAS)
def clipped_step(in_size, out_size, kernel, support):
    step = in_size / out_size
    x = (np.arange(out_size) + 0.5) * step - 0.5
    distance = (x[:, None] - np.arange(in_size)) / np.clip(step, 1, None)
    weights = np.where(np.abs(distance) < support, kernel(distance), 0)
    return weights / np.einsum("oi->o", weights)[:, None]


for change in ("np.abs(distance) <= support", "(np.abs(d) <= support)", "abs(distance) < support"):
    same(ANTIALIAS, change, ends)
for change in (
    "(np.arange(in_size) - x[:, None])",
    "np.arange(in_size) - x[:, None]",
    "(np.arange(in_size) - x)",
):
    same(ANTIALIAS, change, alike)
same(ANTIALIAS, "if out_size <= in_size", "at the same size the step is 1")
same(ANTIALIAS, "np.clip(1, step, None)", "the larger of two numbers has no order")

# ---- area ---------------------------------------------------------------------------------------------------


@right(AREA)
def fine_pixels_counted(in_size, out_size):
    fine = np.zeros((out_size, in_size))
    for k in range(in_size * out_size):  # cut every input pixel into out_size pieces
        fine[k // in_size, k // out_size] += 1
    return fine / in_size


@right(AREA)
def pieces_of_a_common_grid(in_size, out_size):
    owners = np.repeat(np.eye(in_size), out_size, axis=0)
    return owners.reshape(out_size, in_size, in_size).mean(axis=1)


@right(AREA)
def differences_of_a_running_sum(in_size, out_size):
    sums = np.vstack([np.zeros(in_size), np.cumsum(np.eye(in_size), axis=0)])
    edges = np.linspace(0, in_size, out_size + 1)
    at_edges = np.array([np.interp(edges, np.arange(in_size + 1), column) for column in sums.T]).T
    return np.diff(at_edges, axis=0) * out_size / in_size


@right(AREA)
def two_loops(in_size, out_size):
    step = in_size / out_size
    return [
        [max(min((o + 1) * step, i + 1) - max(o * step, i), 0) / step for i in range(in_size)]
        for o in range(out_size)
    ]


@right(AREA)
def clipped_pixels(in_size, out_size):
    step = in_size / out_size
    start = np.arange(out_size)[:, None] * step
    left = np.clip(np.arange(in_size), start, start + step)
    right_end = np.clip(np.arange(1, in_size + 1), start, start + step)
    return (right_end - left) / step


@right(AREA)
def from_the_centers(in_size, out_size):
    step = in_size / out_size
    x = (np.arange(out_size) + 0.5) * step - 0.5
    distance = np.abs(x[:, None] - np.arange(in_size))
    return np.clip((step + 1) / 2 - distance, 0, min(step, 1)) / step


@right(AREA)
def a_sparse_matrix(in_size, out_size):
    pieces = np.arange(in_size * out_size)
    ones = np.full(len(pieces), 1 / in_size)
    return sparse.coo_array((ones, (pieces // in_size, pieces // out_size)), (out_size, in_size)).toarray()


same(AREA, "np.clip(start, np.arange(", "each is at most the end")
same(AREA, "np.clip(0, (step + 1) / 2 - distance", "the larger of two numbers has no order")
same(AREA, "(pieces / in_size, ", "coordinates are made whole")
same(AREA, ", pieces / out_size)", "coordinates are made whole")


# ---- eight bits ---------------------------------------------------------------------------------------------


@right(WRAPPED_BYTES)
def round_then_clip(values):
    return np.floor(values + 0.5).clip(0, 255).astype(np.uint8)


@right(WRAPPED_BYTES)
def minimum_and_maximum(values):
    kept = np.maximum(np.minimum(values, 255), 0)
    return (kept + 0.5).astype(np.uint8)


@right(WRAPPED_BYTES)
def two_masks(values):
    kept = np.array(values, float)
    kept[kept < 0] = 0
    kept[kept > 255] = 255
    return np.floor(kept + 0.5).astype("uint8")


@right(WRAPPED_BYTES)
def clip_of_whole_numbers(values):
    whole = np.floor(values + 0.5).astype(int)
    return np.clip(whole, 0, 255).astype(np.uint8)


@right(WRAPPED_BYTES)
def where_in_where(values):
    kept = np.where(values < 0, 0, np.where(values > 255, 255, values))
    return np.trunc(kept + 0.5).astype(np.uint8)


@right(WRAPPED_BYTES)
def one_by_one(values):
    result = np.empty(values.shape, np.uint8)
    for place, value in np.ndenumerate(values):
        result[place] = min(max(math.floor(value + 0.5), 0), 255)
    return result


@right(WRAPPED_BYTES)
def limits_of_the_dtype(values):
    info = np.iinfo(np.uint8)
    return np.floor(np.clip(values + 0.5, info.min, info.max + 0.5)).astype(info.dtype)


same(WRAPPED_BYTES, "np.trunc(", "nothing is below 0 any more")
same(WRAPPED_BYTES, "math.trunc(", "what is above -1 becomes 0 either way")
for change in ("(values, 255), -1)", "np.where(values < 0, -1, "):
    same(WRAPPED_BYTES, change, "-1 + 0.5 is cut off to 0")
for change in (
    "kept[kept <= 0]", "kept[kept >= 255]", "kept[values < 0]", "kept[values > 255]", "np.where(values <= 0",
    "np.where(values < -1", "np.where(values >= 255",
):  # fmt: skip
    same(WRAPPED_BYTES, change, "the same values are moved to 0 or to 255, or were there")
same(WRAPPED_BYTES, "-> whole = np.floor(values + 0.5)", "it is whole before it is made an integer")
same(WRAPPED_BYTES, "np.clip(0, whole, 255)", "the larger of two numbers has no order")
same(WRAPPED_BYTES, "np.clip(info.min, values", "the larger of two numbers has no order")
for change in ("info.min, info.max))", "info.max + 0.25))"):
    same(WRAPPED_BYTES, change, "the floor is 255 all the same")
same(WRAPPED_BYTES, "np.clip(0, values, 255)", "the larger of 0 and a value is that of a value and 0")


# ---- the thumbnail ------------------------------------------------------------------------------------------


@right(THUMBNAIL)
def sum_of_shifted_slices(image, factor):
    total = np.zeros(image[::factor, ::factor].shape)
    for i in range(factor):
        for j in range(factor):
            total += image[i::factor, j::factor]
    return total / factor**2


@right(THUMBNAIL)
def two_means(image, factor):
    height, width = image.shape
    rows = image.reshape(height // factor, factor, width).mean(axis=1)
    return rows.reshape(height // factor, width // factor, factor).mean(axis=2)


@right(THUMBNAIL)
def two_matrices(image, factor):
    down, across = (np.repeat(np.eye(size // factor), factor, axis=1) / factor for size in image.shape)
    return down @ image @ across.T


@right(THUMBNAIL)
def add_reduceat(image, factor):
    height, width = image.shape
    rows = np.add.reduceat(image.astype(float), np.arange(0, height, factor), axis=0)
    return np.add.reduceat(rows, np.arange(0, width, factor), axis=1) / factor**2


@right(THUMBNAIL)
def opencv_area(image, factor):
    height, width = image.shape
    return cv2.resize(image.astype(float), (width // factor, height // factor), interpolation=cv2.INTER_AREA)


@right(THUMBNAIL)
def by_the_course(image, factor):
    return kernels.resize_with(image.astype(float), [size // factor for size in image.shape], kernels.AREA)


@right(THUMBNAIL)
def filtered_and_then_skipped(image, factor):
    blurred = ndimage.uniform_filter(image.astype(float), factor, origin=-((factor - 1) // 2))
    start = factor // 2 - (factor - 1) // 2
    return blurred[start::factor, start::factor]


@right(THUMBNAIL)
def block_by_block(image, factor):
    height, width = image.shape
    return [
        [image[i : i + factor, j : j + factor].mean() for j in range(0, width, factor)]
        for i in range(0, height, factor)
    ]


same(THUMBNAIL, "blocks.mean(axis=(3, 1))", "a mean over two axes has no order")
same(THUMBNAIL, "image[j::factor, i::factor]", "all pairs are added")
same(THUMBNAIL, "np.add.reduceat(image.astype(float), np.arange(0, height, factor))", "axis 0 is the default")
same(THUMBNAIL, "np.add.reduceat(image, ", "sums of whole numbers are whole")


# ---- a fetch ------------------------------------------------------------------------------------------------


@right(NEIGHBORS_OF_A_FETCH)
def a_sum_in_a_loop(row, x, step):
    total = np.zeros(len(x))
    for k in range(step):
        total += np.interp(x + k - (step - 1) / 2, np.arange(len(row)), row)
    return total / step


@right(NEIGHBORS_OF_A_FETCH)
def linspace_of_offsets(row, x, step):
    offsets = np.linspace(-(step - 1) / 2, (step - 1) / 2, step)
    return np.mean([np.interp(x + offset, range(len(row)), row) for offset in offsets], axis=0)


@right(NEIGHBORS_OF_A_FETCH)
def a_padded_row_smoothed(row, x, step):
    """The fetch runs along straight lines, so the row can be averaged after it was cut at the places."""
    padded = np.pad(row, step + 2, mode="edge")
    means = np.convolve(padded, np.ones(step) / step, "valid")
    return np.interp(x + step + 2 - (step - 1) / 2, np.arange(len(means)), means)


@right(NEIGHBORS_OF_A_FETCH)
def places_by_outer_sum(row, x, step):
    places = np.add.outer(np.arange(step) - (step - 1) / 2, x)
    return np.interp(places, np.arange(len(row)), row).sum(axis=0) / step


@right(NEIGHBORS_OF_A_FETCH)
def half_samples(row, x, step):
    offsets = [k + 0.5 - step / 2 for k in range(step)]
    return [np.mean([np.interp(place + o, np.arange(len(row)), row) for o in offsets]) for place in x]


@right(NEIGHBORS_OF_A_FETCH)
def by_map_coordinates(row, x, step):
    places = x[:, None] + np.arange(step) - (step - 1) / 2
    return ndimage.map_coordinates(row, [places], order=1, mode="nearest").mean(axis=-1)


@right(NEIGHBORS_OF_A_FETCH)
def clamped_lerps(row, x, step):
    places = (x + (np.arange(step) - (step - 1) / 2)[:, None]).clip(0, len(row) - 1)
    before = places.astype(int)
    after = np.minimum(before + 1, len(row) - 1)
    return (row[before] + (places - before) * (row[after] - row[before])).mean(axis=0)


for change in (
    "(step - 1) / 2 - np.arange(step)", "x[:, None] - offsets", "linspace((step - 1) / 2, -(step", "(x - offset, ",
    "[step / 2 - (k + 0.5)", "(place - o, ", "(x - (np.arange(step) - ",
):  # fmt: skip
    same(NEIGHBORS_OF_A_FETCH, change, "the places lie evenly to either side")
same(NEIGHBORS_OF_A_FETCH, "np.convolve(np.ones(step) / step, padded, ", "a convolution has no order")
same(NEIGHBORS_OF_A_FETCH, "mode='nearest').mean(axis=1)", "of two axes, 1 is the last")
