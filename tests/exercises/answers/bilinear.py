"""Right answers of lesson 03, written otherwise."""

import math

import numpy as np
from scipy import interpolate, ndimage

from course_utils.exercises.bilinear import (
    AT_A_POINT,
    BLACK_BORDER,
    RESIZE,
    TRILINEAR,
    TWO_TRUNCATIONS,
    WEIGHTS_OF_A_HALF,
    WRAP_AROUND,
)
from course_utils.resampling import resampling_matrix
from tests.exercises.answers import right, same

# ---- at a point ---------------------------------------------------------------------------------------------


@right(AT_A_POINT)
def an_outer_product(cell, x, y):
    return (np.outer([1 - y, y], [1 - x, x]) * cell).sum()


@right(AT_A_POINT)
def rows_times_cell_times_columns(cell, x, y):
    return np.array([1 - y, y]) @ cell @ np.array([1 - x, x])


@right(AT_A_POINT)
def down_first(cell, x, y):
    left = cell[0, 0] + y * (cell[1, 0] - cell[0, 0])
    right = cell[0, 1] + y * (cell[1, 1] - cell[0, 1])
    return left + x * (right - left)


@right(AT_A_POINT)
def four_weights(cell, x, y):
    (a, b), (c, d) = cell.tolist()
    return a * (1 - x) * (1 - y) + b * x * (1 - y) + c * (1 - x) * y + d * x * y


@right(AT_A_POINT)
def a_polynomial(cell, x, y):
    a, b, c, d = cell.ravel()
    return a + (b - a) * x + (c - a) * y + (a - b - c + d) * x * y


@right(AT_A_POINT)
def interp_three_times(cell, x, y):
    edges = [np.interp(x, [0, 1], edge) for edge in cell]
    return np.interp(y, [0, 1], edges)


@right(AT_A_POINT)
def by_map_coordinates(cell, x, y):
    return ndimage.map_coordinates(cell, [[y], [x]], order=1)[0]


@right(AT_A_POINT)
def by_grid_sample(cell, x, y):
    import torch

    grid = torch.tensor([[[[2 * x - 1, 2 * y - 1]]]], dtype=torch.float32)
    samples = torch.tensor(cell, dtype=torch.float32)[None, None]
    return torch.nn.functional.grid_sample(samples, grid, align_corners=True)[0, 0, 0, 0]


@right(AT_A_POINT)
def by_einsum(cell, x, y):
    return np.einsum("ij,i,j->", cell, [1 - y, y], [1 - x, x])


@right(AT_A_POINT)
def loops_over_two_tents(cell, x, y):
    total = 0
    for row in range(2):
        for column in range(2):
            total += (1 - abs(y - row)) * (1 - abs(x - column)) * cell[row][column]
    return total


# ---- a resize without loops ---------------------------------------------------------------------------------


@right(RESIZE)
@right(BLACK_BORDER)
@right(WRAP_AROUND)
def two_matrices_of_tents(image, size_hw):
    def tents(in_size, out_size):
        x = ((np.arange(out_size) + 0.5) * in_size / out_size - 0.5).clip(0, in_size - 1)
        return np.maximum(1 - np.abs(x[:, None] - np.arange(in_size)), 0)

    return tents(image.shape[0], size_hw[0]) @ image @ tents(image.shape[1], size_hw[1]).T


@right(RESIZE)
def matrices_of_lesson_01(image, size_hw):
    W_h, W_w = (resampling_matrix(n, m) for n, m in zip(image.shape, size_hw, strict=True))
    return np.einsum("ij,jk,lk->il", W_h, image, W_w)


@right(RESIZE)
@right(BLACK_BORDER)
def four_neighbors_at_once(image, size_hw):
    height, width = image.shape
    y = (np.arange(size_hw[0])[:, None] + 0.5) * (height / size_hw[0]) - 0.5
    x = (np.arange(size_hw[1]) + 0.5) * (width / size_hw[1]) - 0.5
    y, x = np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)
    y0, x0 = y.astype(int), x.astype(int)
    y1, x1 = np.minimum(y0 + 1, height - 1), np.minimum(x0 + 1, width - 1)
    v, u = y - y0, x - x0
    return (
        (1 - v) * (1 - u) * image[y0, x0]
        + (1 - v) * u * image[y0, x1]
        + v * (1 - u) * image[y1, x0]
        + v * u * image[y1, x1]
    )


@right(RESIZE)
@right(WRAP_AROUND)
def indices_clamped_one_by_one(image, size_hw):
    """The fraction belongs to the floor before it is clamped: then beyond the border both are the border sample."""

    def along_the_first_axis(samples, out_size):
        x = (np.arange(out_size) + 0.5) * len(samples) / out_size - 0.5
        before = np.floor(x).astype(int)
        fraction = (x - before)[:, None]
        last = len(samples) - 1
        start, end = samples[np.clip(before, 0, last)], samples[np.clip(before + 1, 0, last)]
        return start + fraction * (end - start)

    return along_the_first_axis(along_the_first_axis(image, size_hw[0]).T, size_hw[1]).T


@right(RESIZE)
@right(WRAP_AROUND)
def border_samples_padded(image, size_hw):
    padded = np.pad(image, 1, mode="edge")
    y = (np.arange(size_hw[0]) + 0.5) * image.shape[0] / size_hw[0] + 0.5
    x = (np.arange(size_hw[1]) + 0.5) * image.shape[1] / size_hw[1] + 0.5
    i, j = np.floor(y).astype(int), np.floor(x).astype(int)
    down, along = (y - i)[:, np.newaxis], x - j
    columns = padded[:, j] * (1 - along) + padded[:, j + 1] * along
    return columns[i] * (1 - down) + columns[i + 1] * down


@right(RESIZE)
@right(WRAP_AROUND)
def by_map_coordinates_of_a_grid(image, size_hw):
    y, x = ((np.arange(m) + 0.5) * n / m - 0.5 for n, m in zip(image.shape, size_hw, strict=True))
    return ndimage.map_coordinates(image, np.meshgrid(y, x, indexing="ij"), order=1, mode="nearest")


@right(RESIZE)
def interp_row_by_row(image, size_hw):
    """A loop over rows, and then over columns, is none over pixels."""

    def wider(samples, out_size):
        x = (np.arange(out_size) + 0.5) * samples.shape[1] / out_size - 0.5
        return np.array([np.interp(x, np.arange(samples.shape[1]), row) for row in samples])

    return wider(wider(image, size_hw[1]).T, size_hw[0]).T


@right(RESIZE)
@right(BLACK_BORDER)
def single_precision(image, size_hw):
    image = np.float32(image)
    for axis, out_size in enumerate(size_hw):
        in_size = image.shape[axis]
        x = (np.arange(out_size, dtype=np.float32) + np.float32(0.5)) * np.float32(in_size / out_size)
        x = np.clip(x - np.float32(0.5), 0, in_size - 1)
        left = np.floor(x).astype(int)
        fraction = np.expand_dims(x - left, 1 - axis)
        after = np.take(image, np.minimum(left + 1, in_size - 1), axis)
        image = (1 - fraction) * np.take(image, left, axis) + fraction * after
    return image


@right(RESIZE)
def by_torch_tensors(image, size_hw):
    import torch

    samples = torch.as_tensor(image)
    for axis in (0, 1):
        in_size, out_size = samples.shape[axis], size_hw[axis]
        x = ((torch.arange(out_size) + 0.5) * in_size / out_size - 0.5).clamp(0, in_size - 1)
        left = x.floor().long()
        right = (left + 1).clamp(max=in_size - 1)
        fraction = (x - left).double().unsqueeze(1 - axis)
        samples = torch.lerp(samples.index_select(axis, left), samples.index_select(axis, right), fraction)
    return samples


@right(RESIZE)
def one_row_after_the_other(image, size_hw):
    (height, width), (out_height, out_width) = image.shape, size_hw
    x = ((np.arange(out_width) + 0.5) * width / out_width - 0.5).clip(0, width - 1)
    left = x.astype(int)
    right = np.minimum(left + 1, width - 1)
    rows = []
    for i in range(out_height):
        y = min(max((i + 0.5) * height / out_height - 0.5, 0), height - 1)
        row = image[int(y)] * (1 - y % 1) + image[math.ceil(y)] * (y % 1)
        rows.append(row[left] + (x - left) * (row[right] - row[left]))
    return rows


@right(RESIZE)
def by_a_regular_grid(image, size_hw):
    samples = np.pad(image, 1, mode="edge")
    places = [np.arange(-1, n + 1) for n in image.shape]
    y, x = ((np.arange(m) + 0.5) * n / m - 0.5 for n, m in zip(image.shape, size_hw, strict=True))
    return interpolate.interpn(places, samples, tuple(np.meshgrid(y, x, indexing="ij")))


@right(RESIZE)
def whole_numbers_until_the_end(image, size_hw):
    """Twice the coordinate times ``out``, in integers: no rounding before the fraction."""
    result = np.array(image)
    for _ in range(2):
        n, m = len(result), size_hw[_]
        scaled = np.clip((2 * np.arange(m) + 1) * n - m, 0, 2 * m * (n - 1))
        before, rest = np.divmod(scaled, 2 * m)
        weight = (rest / (2 * m))[:, None]
        result = ((1 - weight) * result[before] + weight * result[np.minimum(before + 1, n - 1)]).T
    return result


# ---- trilinear ----------------------------------------------------------------------------------------------


@right(TRILINEAR)
def einsum_of_four(cube, x, y, z):
    return np.einsum("zyx,z,y,x", cube, [1 - z, z], [1 - y, y], [1 - x, x])


@right(TRILINEAR)
def faces_blended_first(cube, x, y, z):
    cell = (1 - z) * cube[0] + z * cube[1]
    edge = (1 - y) * cell[0] + y * cell[1]
    return (1 - x) * edge[0] + x * edge[1]


@right(TRILINEAR)
def one_axis_at_a_time(cube, x, y, z):
    for fraction in (z, y, x):
        cube = cube[0] + fraction * (cube[1] - cube[0])
    return cube


@right(TRILINEAR)
def eight_weights(cube, x, y, z):
    total = 0.0
    for k in (0, 1):
        for j in (0, 1):
            for i in (0, 1):
                weight = (z if k else 1 - z) * (y if j else 1 - y) * (x if i else 1 - x)
                total += weight * float(cube[k, j, i])
    return total


@right(TRILINEAR)
def from_the_last_axis(cube, x, y, z):
    return cube @ [1 - x, x] @ [1 - y, y] @ [1 - z, z]


@right(TRILINEAR)
def cube_by_map_coordinates(cube, x, y, z):
    return ndimage.map_coordinates(cube, np.array([[z], [y], [x]]), order=1).item()


@right(TRILINEAR)
def cube_by_interpn(cube, x, y, z):
    axis = (0, 1)
    return interpolate.interpn((axis, axis, axis), cube, [z, y, x])[0]


@right(TRILINEAR)
def cube_in_single_precision(cube, x, y, z):
    def lerp(start, end, t):
        return start + np.float32(t) * (end - start)

    cube = cube.astype(np.float32)
    front, back = (lerp(lerp(*face[0], x), lerp(*face[1], x), y) for face in cube)
    return lerp(front, back, z)


@right(TRILINEAR)
def nested_lists(cube, x, y, z):
    def lerp(pair, t):
        return pair[0] * (1 - t) + pair[1] * t

    return lerp([lerp([lerp(edge, x) for edge in face], y) for face in cube.tolist()], z)


# ---- the borders --------------------------------------------------------------------------------------------


@right(BLACK_BORDER)
def weight_of_the_first_from_the_second(image, size_hw):
    (height, width), (out_height, out_width) = image.shape, size_hw
    y = ((np.arange(out_height) + 0.5) * height / out_height - 0.5).clip(0, height - 1)[:, None]
    x = ((np.arange(out_width) + 0.5) * width / out_width - 0.5).clip(0, width - 1)
    y0, x0 = np.floor(y).astype(int), np.floor(x).astype(int)
    y1, x1 = np.minimum(y0 + 1, height - 1), np.minimum(x0 + 1, width - 1)
    top = image[y0, x0] + (x - x0) * (image[y0, x1] - image[y0, x0])
    bottom = image[y1, x0] + (x - x0) * (image[y1, x1] - image[y1, x0])
    return top + (y - y0) * (bottom - top)


@right(BLACK_BORDER)
def the_cell_moved_back(image, size_hw):
    (height, width), (out_height, out_width) = image.shape, size_hw
    y = ((np.arange(out_height) + 0.5) * height / out_height - 0.5).clip(0, height - 1)[:, None]
    x = ((np.arange(out_width) + 0.5) * width / out_width - 0.5).clip(0, width - 1)
    y0 = np.floor(y).astype(int).clip(0, max(height - 2, 0))
    x0 = np.floor(x).astype(int).clip(0, max(width - 2, 0))
    y1, x1 = np.minimum(y0 + 1, height - 1), np.minimum(x0 + 1, width - 1)
    top = (x0 + 1 - x) * image[y0, x0] + (x - x0) * image[y0, x1]
    bottom = (x0 + 1 - x) * image[y1, x0] + (x - x0) * image[y1, x1]
    return (y0 + 1 - y) * top + (y - y0) * bottom


@right(BLACK_BORDER)
def weights_of_the_next_index(image, size_hw):
    (height, width), (out_height, out_width) = image.shape, size_hw
    y = ((np.arange(out_height) + 0.5) * height / out_height - 0.5).clip(0, height - 1)[:, None]
    x = ((np.arange(out_width) + 0.5) * width / out_width - 0.5).clip(0, width - 1)
    y0, x0 = np.floor(y).astype(int), np.floor(x).astype(int)
    padded = np.pad(image, ((0, 1), (0, 1)), mode="edge")
    top = (x0 + 1 - x) * padded[y0, x0] + (x - x0) * padded[y0, x0 + 1]
    bottom = (x0 + 1 - x) * padded[y0 + 1, x0] + (x - x0) * padded[y0 + 1, x0 + 1]
    return (y0 + 1 - y) * top + (y - y0) * bottom


@right(WRAP_AROUND)
def clipped_a_line_later(image, size_hw):
    (height, width), (out_height, out_width) = image.shape, size_hw
    y = ((np.arange(out_height) + 0.5) * height / out_height - 0.5)[:, None]
    x = (np.arange(out_width) + 0.5) * width / out_width - 0.5
    y, x = np.maximum(y, 0), np.maximum(x, 0)
    y0, x0 = np.floor(y).astype(int), np.floor(x).astype(int)
    y1, x1 = np.minimum(y0 + 1, height - 1), np.minimum(x0 + 1, width - 1)
    top = (1 - (x - x0)) * image[y0, x0] + (x - x0) * image[y0, x1]
    bottom = (1 - (x - x0)) * image[y1, x0] + (x - x0) * image[y1, x1]
    return (1 - (y - y0)) * top + (y - y0) * bottom


@right(WRAP_AROUND)
def no_fraction_before_the_first(image, size_hw):
    (height, width), (out_height, out_width) = image.shape, size_hw
    y = ((np.arange(out_height) + 0.5) * height / out_height - 0.5)[:, None]
    x = (np.arange(out_width) + 0.5) * width / out_width - 0.5
    y0, x0 = np.floor(y).astype(int), np.floor(x).astype(int)
    v, u = np.where(y0 < 0, 0, y - y0), np.where(x0 < 0, 0, x - x0)
    y0, x0 = np.where(y0 < 0, 0, y0), np.where(x0 < 0, 0, x0)
    y1, x1 = np.minimum(y0 + 1, height - 1), np.minimum(x0 + 1, width - 1)
    top = (1 - u) * image[y0, x0] + u * image[y0, x1]
    bottom = (1 - u) * image[y1, x0] + u * image[y1, x1]
    return (1 - v) * top + v * bottom


@right(BLACK_BORDER)
@right(WRAP_AROUND)
def pixel_after_pixel(image, size_hw):
    def place(o, in_size, out_size):
        x = min(max((o + 0.5) * in_size / out_size - 0.5, 0), in_size - 1)
        return int(x), min(int(x) + 1, in_size - 1), x - int(x)

    result = []
    for i in range(size_hw[0]):
        y0, y1, v = place(i, image.shape[0], size_hw[0])
        result.append([])
        for j in range(size_hw[1]):
            x0, x1, u = place(j, image.shape[1], size_hw[1])
            top = (1 - u) * image[y0, x0] + u * image[y0, x1]
            bottom = (1 - u) * image[y1, x0] + u * image[y1, x1]
            result[i].append((1 - v) * top + v * bottom)
    return result


@right(BLACK_BORDER)
@right(WRAP_AROUND)
def by_torchs_interpolate(image, size_hw):
    import torch

    batch = torch.as_tensor(image)[None, None]
    return torch.nn.functional.interpolate(batch, size=size_hw, mode="bilinear")[0, 0]


# ---- the weights --------------------------------------------------------------------------------------------


@right(WEIGHTS_OF_A_HALF)
def sum_over_four(a, b, c, d):
    return (a + b + c + d) / 4


@right(WEIGHTS_OF_A_HALF)
def numpys_mean(a, b, c, d):
    return np.mean([a, b, c, d])


@right(WEIGHTS_OF_A_HALF)
def halves_of_halves(a, b, c, d):
    return 0.5 * (0.5 * a + 0.5 * b) + 0.5 * (0.5 * c + 0.5 * d)


@right(WEIGHTS_OF_A_HALF)
def halves_then_halved(a, b, c, d):
    return (0.5 * a + 0.5 * b + 0.5 * c + 0.5 * d) / 2


@right(WEIGHTS_OF_A_HALF)
def a_dot_product(a, b, c, d):
    return np.dot([a, b, c, d], [0.25] * 4)


@right(WEIGHTS_OF_A_HALF)
def areas_in_the_middle(a, b, c, d):
    x = y = 0.5
    return (1 - x) * (1 - y) * a + x * (1 - y) * b + (1 - x) * y * c + x * y * d


@right(WEIGHTS_OF_A_HALF)
def a_running_sum(a, b, c, d):
    total = np.float32(0)
    for value in (a, b, c, d):
        total += np.float32(value)
    return total * np.float32(0.25)


# ---- the rounding -------------------------------------------------------------------------------------------


@right(TWO_TRUNCATIONS)
def half_added_then_cut(cell, x, y):
    top = (1 - x) * cell[0, 0] + x * cell[0, 1]
    bottom = (1 - x) * cell[1, 0] + x * cell[1, 1]
    return int((1 - y) * top + y * bottom + 0.5)


@right(TWO_TRUNCATIONS)
def floor_by_division(cell, x, y):
    value = (np.outer([1 - y, y], [1 - x, x]) * cell).sum()
    return (value + 0.5) // 1


@right(TWO_TRUNCATIONS)
def pythons_floor(cell, x, y):
    top = cell[0, 0] + x * (cell[0, 1] - cell[0, 0])
    bottom = cell[1, 0] + x * (cell[1, 1] - cell[1, 0])
    return math.floor(top + y * (bottom - top) + 0.5)


@right(TWO_TRUNCATIONS)
def a_rest_of_half_or_more(cell, x, y):
    value = float(np.array([1 - y, y]) @ cell @ np.array([1 - x, x]))
    whole = int(value)
    return whole + 1 if value - whole >= 0.5 else whole


@right(TWO_TRUNCATIONS)
def ceil_from_below(cell, x, y):
    top = (1 - x) * cell[0, 0] + x * cell[0, 1]
    bottom = (1 - x) * cell[1, 0] + x * cell[1, 1]
    return -math.ceil(-(1 - y) * top - y * bottom - 0.5)


@right(TWO_TRUNCATIONS)
def by_decimal(cell, x, y):
    from decimal import ROUND_HALF_UP, Decimal

    x, y = Decimal(str(x)), Decimal(str(y))
    (a, b), (c, d) = cell.tolist()
    value = (1 - y) * ((1 - x) * a + x * b) + y * ((1 - x) * c + x * d)
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))


@right(TWO_TRUNCATIONS)
def a_float_in_single_precision(cell, x, y):
    x, y, cell = np.float32(x), np.float32(y), np.float32(cell)
    top, bottom = (1 - x) * cell[:, 0] + x * cell[:, 1]
    return np.floor((1 - y) * top + y * bottom + np.float32(0.5))


# ---- changes that are no mistakes ---------------------------------------------------------------------------

same(
    AT_A_POINT,
    "return np.array([1 - y, y]) @ cell @ * -> return np.array([1 - x, x]) @ (np.array([1 - y, y]) @ cell)",
    "a dot product has no order",
)
same(AT_A_POINT, "order=1)[0] -> *order=1)[-1]", "there is one value")
same(
    AT_A_POINT, "dtype=torch.float32) -> grid = torch.tensor([[[[2 * x - 1, 2 * y - 1]]]])", "torch's default"
)
same(AT_A_POINT, "align_corners=True)[0, 0, 0, 0] -> *[*-1*]", "there is one value")
same(TRILINEAR, "in (0, 1): -> * in (1, 0):", "a sum has no order")
same(TRILINEAR, "@ [1 - z, z] -> return [1 - z, z] @ (", "a dot product has no order")
same(TRILINEAR, "[z, y, x])[0] -> *[-1]", "there is one value")
same(TRILINEAR, "cube = cube.astype(np.float32) -> ", "double precision is as good")
same(
    WEIGHTS_OF_A_HALF,
    "return np.dot(* -> return np.dot([0.25] * 4, [a, b, c, d])",
    "a dot product has no order",
)
same(WEIGHTS_OF_A_HALF, "return (1 - x) * (1 - y) * a + * -> return", "x, y, 1 - x and 1 - y are 0.5 each")
same(WEIGHTS_OF_A_HALF, "(a, b, c, d): -> for value in (d, c, b, a):", "a sum has no order")
same(TWO_TRUNCATIONS, "floor(* -> *trunc(", "pixels are not negative")
same(TWO_TRUNCATIONS, "math.ceil(* -> return -math.trunc(", "what is rounded here is not positive")
same(TWO_TRUNCATIONS, "return int(np.floor(* -> return round(np.floor(", "a whole number rounds to itself")
same(
    TWO_TRUNCATIONS,
    "whole = int(value) -> whole = round(value)",
    "where that is above the value, the rest is below 0",
)
same(
    TWO_TRUNCATIONS,
    "value = float(np.array([1 - y, y]) @ * -> value = float(np.array([1 - x, x]) @ (np.array([1 - y, y]) @ cell))",
    "a dot product has no order",
)
same(TWO_TRUNCATIONS, "return int(value.quantize(* -> return round(", "a whole number rounds to itself")
same(TWO_TRUNCATIONS, "quantize(Decimal(1), *quantize(Decimal(*)", "quantize looks at the exponent only")
same(TWO_TRUNCATIONS, "np.float32(cell)) -> pass", "double precision is as good")

beyond = "beyond the last sample both neighbors are the last sample"
symmetric = "min(max(x, 0), n) is symmetric in x and 0"

for exercise in (RESIZE, BLACK_BORDER, WRAP_AROUND):
    same(exercise, "floor(* -> *trunc(", "no coordinate is negative here")
    same(exercise, ".clip(0, width - 1) -> *.clip(0, width*)", beyond)
    same(exercise, "np.clip(* -> *np.clip(0, ", symmetric)

for exercise in (RESIZE, BLACK_BORDER):
    same(
        exercise, "(np.clip(y, 0, height - 1), * -> *(np.clip(y, 0, height*), np.clip(x, 0, width*))", beyond
    )
    same(exercise, "(0.5), 0, in_size - 1) -> *(0.5), 0, in_size*)", beyond)
    same(exercise, "image = np.float32(image) -> pass", "double precision is as good")
    same(exercise, "dtype=np.float32) + * -> x = (np.arange(out_size) + ", "double precision is as good")
    same(exercise, "1 - axis) -> *axis - 1)", "of two axes, -1 is the last")

for exercise in (RESIZE, WRAP_AROUND):
    same(exercise, "strict=True)* -> *zip(image.shape, size_hw*)", "there are two sizes each")
    same(exercise, "np.clip(before + 1, 0, last)* -> *np.clip(last, 0, before + 1)", "no index is below 0")
    same(exercise, "np.clip(before + 1, 0, last)* -> *np.clip(before + 1, -1, last)", "no index is below 0")

for exercise in (BLACK_BORDER, WRAP_AROUND):
    same(exercise, ".clip(0, height - 1)[:, None] -> *.clip(0, height*)[:, None]", beyond)
    same(exercise, "- 0.5, 0), in_size - 1) -> *- 0.5, 0), in_size*)", beyond)
    same(exercise, "mode='bilinear')[0, 0] -> *[*-1*]", "the batch holds one picture")

same(RESIZE, "coordinate.clip(0, in_size - 1) -> *.clip(0, in_size*)", beyond)
same(RESIZE, ".clamp(0, in_size - 1) -> *.clamp(0, in_size*)", beyond)
same(RESIZE, "2 * m * (n - 1)) -> scaled = np.clip((2 * np.arange(m) + 1) * n - m, 0, ", beyond)
same(RESIZE, "for axis in (0, 1): -> for axis in (1, 0):", "either axis may be first")
same(RESIZE, "samples.shape[axis], * -> *(image.shape[axis], ", "this axis still has its size")
same(
    RESIZE,
    "- 0.5, 0), height - 1) -> *- 0.5, -1), height - 1)",
    "before the first sample, both neighbors are the first sample",
)
same(BLACK_BORDER, ".clip(0, max(* - 2, 0)) -> ", "at the last sample the weights are 1 and 0")
same(
    BLACK_BORDER,
    "padded = np.pad(* -> padded = np.pad(",
    "what lies beyond the border weighs 0, or is not read",
)
same(BLACK_BORDER, "padded[y0, x0] + * -> *image[y0, x0] + ", "this sample is not beyond the border")
same(WRAP_AROUND, "np.where(* -> *np.where(y0 <= 0, 0, y0)", "0 stays 0")
same(WRAP_AROUND, "np.where(* -> *np.where(x0 <= 0, 0, x0)", "0 stays 0")
same(WRAP_AROUND, "np.where(* -> *np.where(y0 < 1, 0, y0)", "0 stays 0")
same(WRAP_AROUND, "np.where(* -> *np.where(x0 < 1, 0, x0)", "0 stays 0")
same(WRAP_AROUND, "np.where(* -> *np.where(y < 0, ", "a coordinate is negative where its floor is")
