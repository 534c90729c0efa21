"""Right answers of lesson 11, written otherwise."""

import numpy as np

from course_utils.exercises.warping import (
    ALONG_FLOW,
    BACK,
    FETCH,
    HALF_PRECISION,
    HEIGHT_WIDTH,
    IDENTITY,
    RESIZED,
    SMALL_FLOW,
    YX_ORDER,
    ZERO_FLOW,
)
from course_utils.resampling import resample, resampling_matrix, resize
from course_utils.warping import (
    about_center,
    affine_grid,
    affine_pixels,
    flow_to_grid,
    flow_to_pixels,
    grid_sample,
    grid_to_pixels,
    hat_sample,
    identity_grid,
    pixel_centers,
    pixels_to_grid,
    resize_flow,
    sample,
    warp,
)
from tests.exercises.answers import right, same

# ---- the identity grid ----------------------------------------------------------------------------


@right(IDENTITY)
def identity_by_linspace(height, width, align_corners):
    def axis(size):
        end = 1 if align_corners else 1 - 1 / size
        return np.linspace(-end, end, size)

    return np.dstack(np.meshgrid(axis(width), axis(height)))


@right(IDENTITY)
def identity_by_loops(height, width, align_corners):
    grid = []
    for row in range(height):
        line = []
        for column in range(width):
            if align_corners:
                line.append([column / (width - 1) * 2 - 1, row / (height - 1) * 2 - 1])
            else:
                line.append([(column + 0.5) / width * 2 - 1, (row + 0.5) / height * 2 - 1])
        grid.append(line)
    return grid


@right(IDENTITY)
def identity_from_the_middle(height, width, align_corners):
    y, x = np.mgrid[:height, :width]
    size = np.array([width, height])
    return (2 * np.stack([x, y], -1) - size + 1) / (size - align_corners)


@right(IDENTITY)
def identity_into_an_empty_one(height, width, align_corners):
    grid = np.empty((height, width, 2))
    grid[..., 0] = np.arange(width)
    grid[..., 1] = np.arange(height)[:, None]
    size = np.array([width, height])
    if not align_corners:
        return (grid + 0.5) * 2 / size - 1
    return grid * 2 / (size - 1) - 1


@right(IDENTITY)
def identity_in_float32(height, width, align_corners):
    half = np.float32(0 if align_corners else 0.5)
    y, x = np.indices((height, width), dtype=np.float32) + half
    return np.stack([2 * x / (width - align_corners) - 1, 2 * y / (height - align_corners) - 1], axis=2)


@right(IDENTITY)
def identity_with_torch(height, width, align_corners):
    import torch

    def axis(size):
        columns = torch.arange(size, dtype=torch.float64)
        return columns / (size - 1) * 2 - 1 if align_corners else (columns * 2 + 1 - size) / size

    y, x = torch.meshgrid(axis(height), axis(width), indexing="ij")
    return torch.stack((x, y), dim=-1)


same(
    IDENTITY, "dtype=np.float32) + half -> y, x = np.indices((height, width)) + half", "float64 is right too"
)
same(IDENTITY, "dtype=torch.float64) -> ", "float32 is right too")
same(IDENTITY, "axis(width), indexing='ij') -> ", "torch's own default")


# ---- back to pixels --------------------------------------------------------------------------------


@right(BACK)
def back_one_axis_at_a_time(grid, height, width, align_corners):
    def back(normalized, size):
        if align_corners:
            return (normalized + 1) * (size - 1) / 2
        return (normalized + 1) * size / 2 - 0.5

    return np.stack([back(grid[..., 0], width), back(grid[..., 1], height)], axis=-1)


@right(BACK)
def back_from_the_middle(grid, height, width, align_corners):
    size = np.array([width, height])
    return (size - 1) / 2 + grid * (size - align_corners) / 2


@right(BACK)
def back_by_first_and_last(grid, height, width, align_corners):
    first, last = (0, 0) if align_corners else (-0.5, 0.5)
    ends = np.array([width - 1, height - 1]) + last
    return first + (grid - -1) / 2 * (ends - first)


@right(BACK)
def back_on_a_copy(grid, height, width, align_corners):
    places = grid.copy()
    for axis, size in enumerate((width, height)):
        places[..., axis] += 1
        places[..., axis] *= ((size - 1) if align_corners else size) / 2
    return places if align_corners else places - 0.5


@right(BACK)
def back_in_float32(grid, height, width, align_corners):
    share = (grid.astype("float32") + 1) / 2
    if align_corners:
        return share * np.float32([width - 1, height - 1])
    return share * np.float32([width, height]) - np.float32(0.5)


@right(BACK)
def back_by_a_matrix(grid, height, width, align_corners):
    stretch = np.diag([width - 1, height - 1] if align_corners else [width, height]) / 2
    return grid @ stretch + [(width - 1) / 2, (height - 1) / 2]


@right(BACK)
def back_place_by_place(grid, height, width, align_corners):
    out = []
    for x, y in grid.reshape(-1, 2).tolist():
        if align_corners:
            out.append(((x + 1) / 2 * (width - 1), (y + 1) / 2 * (height - 1)))
        else:
            out.append(((x + 1) / 2 * width - 0.5, (y + 1) / 2 * height - 0.5))
    return np.reshape(out, grid.shape)


same(BACK, "share = (grid.astype('float32') + 1) / 2 -> share = (grid + 1) / 2", "float64 is right too")
same(BACK, "reshape(-1, 2)* -> *reshape(-2, 2)", "any negative number stands for the size that is left")


# ---- the bilinear sampler --------------------------------------------------------------------------


@right(FETCH)
def fetch_with_zeros_around(image, x, y):
    padded = np.pad(image, 2)
    x, y = (np.clip(place, -2, size) + 2 for place, size in ((x, image.shape[1]), (y, image.shape[0])))
    left = np.minimum(x.astype(int), padded.shape[1] - 2)
    top = np.minimum(y.astype(int), padded.shape[0] - 2)
    a, b = x - left, y - top
    above = (1 - a) * padded[top, left] + a * padded[top, left + 1]
    below = (1 - a) * padded[top + 1, left] + a * padded[top + 1, left + 1]
    return (1 - b) * above + b * below


@right(FETCH)
def fetch_by_hats(image, x, y):
    rows, columns = (np.arange(size) for size in image.shape)
    hat_x = np.maximum(0, 1 - abs(x[..., None] - columns))
    hat_y = np.maximum(0, 1 - abs(y[..., None] - rows))
    return np.einsum("...r,rc,...c->...", hat_y, image, hat_x)


@right(FETCH)
def fetch_by_matrices(image, x, y):
    hat_x = np.maximum(0, 1 - abs(x.reshape(-1, 1) - np.arange(image.shape[1])))
    hat_y = np.maximum(0, 1 - abs(y.reshape(-1, 1) - np.arange(image.shape[0])))
    return ((hat_y @ image) * hat_x).sum(axis=1).reshape(x.shape)


@right(FETCH)
def fetch_by_a_helper(image, x, y):
    def tap(row, column):
        inside = (0 <= row) & (row <= len(image) - 1) & (0 <= column) & (column <= image.shape[1] - 1)
        return np.where(inside, image[np.where(inside, row, 0), np.where(inside, column, 0)], 0)

    x0, y0 = np.floor(x).astype(int), np.floor(y).astype(int)
    top = tap(y0, x0) + (x - x0) * (tap(y0, x0 + 1) - tap(y0, x0))
    bottom = tap(y0 + 1, x0) + (x - x0) * (tap(y0 + 1, x0 + 1) - tap(y0 + 1, x0))
    return top + (y - y0) * (bottom - top)


@right(FETCH)
def fetch_in_float32(image, x, y):
    image, x, y = image.astype(np.float32), x.astype(np.float32), y.astype(np.float32)
    value = np.zeros(x.shape, np.float32)
    for row in (np.floor(y), np.floor(y) + 1):
        for column in (np.floor(x), np.floor(x) + 1):
            inside = (row > -1) & (row < image.shape[0]) & (column > -1) & (column < image.shape[1])
            weight = (1 - np.abs(x - column)) * (1 - np.abs(y - row))
            value[inside] += weight[inside] * image[row[inside].astype(int), column[inside].astype(int)]
    return value


@right(FETCH)
def fetch_with_one_pixel_for_outside(image, x, y):
    height, width = image.shape
    flat = np.append(image, 0)
    total = 0
    for tap in range(4):
        row, column = np.floor(y) + tap // 2, np.floor(x) + tap % 2
        outside = (row < 0) | (row >= height) | (column < 0) | (column >= width)
        index = np.where(outside, height * width, row * width + column).astype(int)
        total = total + (1 - abs(row - y)) * (1 - abs(column - x)) * flat[index]
    return total


@right(FETCH)
def fetch_with_torch(image, x, y):
    import torch

    image, x, y = map(torch.tensor, (image, x, y))
    hat_x = (1 - (x[..., None] - torch.arange(image.shape[1])).abs()).clamp(min=0)
    hat_y = (1 - (y[..., None] - torch.arange(image.shape[0])).abs()).clamp(min=0)
    return (hat_y[..., :, None] * hat_x[..., None, :] * image).sum((-2, -1))


same(FETCH, "((top, 1 - (y - top)), (top + 1, y - top))* -> *((top + 1,", "the order of a sum")
same(FETCH, "((left, 1 - (x - left)), (left + 1, x - left))* -> *((left + 1,", "the order of a sum")
same(FETCH, "np.floor(?) + 1): -> *(np.floor(?) + 1, np.floor(?))", "the order of a sum")
same(FETCH, ".sum((-2, -1)) -> *.sum((-1, -2))", "the order of a sum")
same(FETCH, "np.zeros(np.shape(x)) -> *np.zeros(np.shape(y))", "x and y have one shape")
same(FETCH, "np.zeros(x.shape, np.float32) -> *np.zeros(y.shape,", "x and y have one shape")
same(FETCH, ".reshape(x.shape) -> *.reshape(y.shape)", "x and y have one shape")
same(FETCH, ".clip(0, * -> *.clip(-1, ", "which pixel is read outside makes no difference: it weighs 0")
same(FETCH, "np.where(inside, * -> *, -1)", "which pixel is read outside makes no difference: it weighs 0")
same(
    FETCH,
    "np.minimum(?.astype(int), padded.shape[?] - 2) -> ",
    "two zeros on each side: one more or less is there",
)
same(
    FETCH,
    "np.clip(place, -2, size) + 2 * -> ",
    "clip takes the middle one of three, and two pixels outside all is 0",
)
same(FETCH, "reshape(-1, 1) * -> *reshape(-2, 1)", "any negative number stands for the size that is left")
same(FETCH, "image, x, y = (image.astype(np.float32), * -> ", "float64 is right too")
same(FETCH, "x[..., None] - torch.arange(* -> *- x[..., None]", "a distance has no sign")
same(FETCH, "y[..., None] - torch.arange(* -> *- y[..., None]", "a distance has no sign")


# ---- warp by a flow --------------------------------------------------------------------------------


@right(ALONG_FLOW)
def along_from_pixel_centers(image, flow_xy):
    return sample(image, pixel_centers(image.shape) + flow_xy)


@right(ALONG_FLOW)
def along_by_own_sampler(image, flow_xy):
    y, x = np.mgrid[: image.shape[0], : image.shape[1]]
    return fetch_with_zeros_around(image, x + flow_xy[..., 0], y + flow_xy[..., 1])


@right(ALONG_FLOW)
def along_by_a_grid(image, flow_xy):
    return grid_sample(image, flow_to_grid(flow_xy, align_corners=False))


@right(ALONG_FLOW)
def along_by_loops(image, flow_xy):
    height, width = image.shape
    out = np.zeros((height, width))
    for row in range(height):
        for column in range(width):
            x, y = column + flow_xy[row, column, 0], row + flow_xy[row, column, 1]
            for i in range(height):
                for j in range(width):
                    out[row, column] += image[i, j] * max(0, 1 - abs(x - j)) * max(0, 1 - abs(y - i))
    return out


@right(ALONG_FLOW)
def along_with_scipy(image, flow_xy):
    from scipy.ndimage import map_coordinates

    y, x = np.indices(image.shape)
    places = [y + flow_xy[:, :, 1], x + flow_xy[:, :, 0]]
    return map_coordinates(image, places, order=1, mode="grid-constant")


@right(ALONG_FLOW)
def along_with_torch_in_float32(image, flow_xy):
    import torch
    import torch.nn.functional as F

    height, width = image.shape
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    places = torch.stack([x, y], -1) + torch.tensor(flow_xy)
    grid = (2 * places + 1) / torch.tensor([width, height]) - 1
    return F.grid_sample(torch.tensor(image)[None, None].float(), grid[None].float(), align_corners=False)[
        0, 0
    ]


@right(ALONG_FLOW)
def along_by_the_formula_of_the_papers(image, flow_xy):
    return hat_sample(image, pixels_to_grid(flow_to_pixels(flow_xy), image.shape))


same(
    ALONG_FLOW,
    "np.mgrid[:image.shape[0], :image.shape[1]] -> *flow_xy.shape",
    "the flow has the size of the image",
)
same(ALONG_FLOW, "align_corners=False* -> ", "the default, and the first of one")
same(ALONG_FLOW, "torch.arange(width), indexing='ij') -> ", "torch's own default")


# ---- a flow of another size ------------------------------------------------------------------------


@right(RESIZED)
def resized_channel_by_channel(flow_xy, height, width):
    old_height, old_width, _ = flow_xy.shape
    x = resize(flow_xy[..., 0], (height, width)) * width / old_width
    y = resize(flow_xy[..., 1], (height, width)) * height / old_height
    return np.dstack([x, y])


@right(RESIZED)
def multiplied_then_resized(flow_xy, height, width):
    factor = np.array([width, height]) / np.flip(flow_xy.shape[:2])
    return resize(factor * flow_xy, (height, width), axes=(0, 1))


@right(RESIZED)
def resized_with_torch(flow_xy, height, width):
    import torch
    import torch.nn.functional as F

    channels = torch.tensor(flow_xy).permute(2, 0, 1)[None]
    larger = F.interpolate(channels, size=(height, width), mode="bilinear", align_corners=False)
    factor = torch.tensor([width / flow_xy.shape[1], height / flow_xy.shape[0]], dtype=torch.float64)
    return larger[0].permute(1, 2, 0) * factor


@right(RESIZED)
def resized_with_opencv(flow_xy, height, width):
    import cv2

    larger = cv2.resize(flow_xy, (width, height), interpolation=cv2.INTER_LINEAR)
    return larger * [width / flow_xy.shape[1], height / flow_xy.shape[0]]


@right(RESIZED)
def resized_by_matrices(flow_xy, height, width):
    rows = resampling_matrix(flow_xy.shape[0], height)
    columns = resampling_matrix(flow_xy.shape[1], width)
    larger = np.einsum("Hh,Ww,hwc->HWc", rows, columns, flow_xy)
    larger[..., 0] *= width / flow_xy.shape[1]
    larger[..., 1] *= height / flow_xy.shape[0]
    return larger


@right(RESIZED)
def resized_by_interp_in_float32(flow_xy, height, width):
    def along(values, size):
        old = len(values)
        places = (np.arange(size) + 0.5) * old / size - 0.5
        return np.interp(places, np.arange(old), values)

    larger = np.apply_along_axis(along, 0, flow_xy, height)
    larger = np.apply_along_axis(along, 1, larger, width).astype(np.float32)
    return larger * np.float32([width, height]) / np.float32([flow_xy.shape[1], flow_xy.shape[0]])


@right(RESIZED)
def resized_one_axis_after_the_other(flow_xy, height, width):
    flow = np.transpose(flow_xy, (2, 0, 1))
    flow = resample(resample(flow, width).swapaxes(1, 2), height).swapaxes(1, 2)
    return np.stack([flow[0] / flow_xy.shape[1] * width, flow[1] / flow_xy.shape[0] * height], axis=2)


same(RESIZED, "align_corners=False) -> ", "the default")
same(RESIZED, "interpolation=cv2.INTER_LINEAR) -> ", "the default")
same(RESIZED, "dtype=torch.float64) -> ", "float32 is right too")
same(RESIZED, ".astype(np.float32) -> ", "float64 is right too")
same(RESIZED, "larger[0].permute(1, 2, 0) * factor -> *larger[-1]", "the first of one is the last")
same(RESIZED, "swapaxes(1, 2) -> *swapaxes(2, 1)", "an exchange is the same the other way around")


# ---- the bugs: conventions mixed --------------------------------------------------------------------


@right(ZERO_FLOW)
def along_edges_everywhere(image, flow_xy):
    height, width = image.shape
    return grid_sample(image, identity_grid((height, width)) + flow_xy * [2 / width, 2 / height])


@right(ZERO_FLOW)
def along_centers_everywhere(image, flow_xy):
    height, width = image.shape
    grid = identity_grid(image.shape, True) + flow_xy * [2 / (width - 1), 2 / (height - 1)]
    return grid_sample(image, grid, align_corners=True)


@right(ZERO_FLOW)
def along_linspace_between_the_edges(image, flow_xy):
    height, width = image.shape
    x = np.linspace(-1 + 1 / width, 1 - 1 / width, width)
    y = np.linspace(-1 + 1 / height, 1 - 1 / height, height)
    grid = np.stack(np.meshgrid(x, y), axis=-1) + 2 * flow_xy / [width, height]
    return grid_sample(image, grid)


@right(ZERO_FLOW)
def along_in_pixels(image, flow_xy):
    return sample(image, flow_to_pixels(flow_xy))


@right(ZERO_FLOW)
def along_with_the_grid_brought_over(image, flow_xy):
    size = np.array(image.shape)[::-1]
    x, y = np.meshgrid(np.linspace(-1, 1, size[0]), np.linspace(-1, 1, size[1]))
    grid = np.stack([x, y], axis=-1) + flow_xy * 2 / (size - 1)
    return grid_sample(image, grid * (size - 1) / size)


@right(ZERO_FLOW)
def along_by_the_package(image, flow_xy):
    return warp(image, flow_xy)


@right(ZERO_FLOW)
def along_with_torch(image, flow_xy):
    import torch
    import torch.nn.functional as F

    grid = torch.tensor(flow_to_grid(flow_xy, align_corners=True))
    return F.grid_sample(torch.tensor(image)[None, None], grid[None], align_corners=True).squeeze((0, 1))


same(ZERO_FLOW, "squeeze((0, 1)) -> *squeeze((1, 0))", "both are removed")


# ---- (y, x) order ----------------------------------------------------------------------------------


@right(YX_ORDER)
def shrunk_by_the_default_meshgrid(image, factor):
    height, width = image.shape
    x, y = np.meshgrid(np.linspace(-factor, factor, width), np.linspace(-factor, factor, height))
    return grid_sample(image, np.dstack([x, y]), align_corners=True)


@right(YX_ORDER)
def shrunk_by_edges(image, factor):
    return grid_sample(image, factor * identity_grid(image.shape))


@right(YX_ORDER)
def shrunk_by_theta(image, factor):
    return grid_sample(image, affine_grid([[factor, 0, 0], [0, factor, 0]], image.shape))


@right(YX_ORDER)
def shrunk_in_pixels(image, factor):
    middle = (np.array(image.shape[::-1]) - 1) / 2
    return sample(image, middle + factor * (pixel_centers(image.shape) - middle))


@right(YX_ORDER)
def shrunk_about_the_center(image, factor):
    return sample(image, affine_pixels(about_center(np.eye(2) * factor, image.shape), image.shape))


@right(YX_ORDER)
def shrunk_with_the_grid_turned(image, factor):
    height, width = image.shape
    y, x = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    grid_yx = np.stack([y, x], axis=-1) * factor
    return grid_sample(image, grid_yx[..., ::-1], align_corners=True)


@right(YX_ORDER)
def shrunk_with_scipy(image, factor):
    from scipy.ndimage import affine_transform

    middle = (np.array(image.shape) - 1) / 2
    return affine_transform(image, [factor, factor], middle * (1 - factor), order=1, mode="grid-constant")


# ---- [h, w] instead of [w, h] ----------------------------------------------------------------------


@right(HEIGHT_WIDTH)
def shifted_axis_by_axis(image, dx, dy):
    height, width = image.shape
    grid = identity_grid(image.shape, align_corners=True)
    grid[..., 0] += 2 * dx / (width - 1)
    grid[..., 1] += 2 * dy / (height - 1)
    return grid_sample(image, grid, align_corners=True)


@right(HEIGHT_WIDTH)
def shifted_by_the_shape_turned(image, dx, dy):
    one_pixel = 2 / (np.array(image.shape)[::-1] - 1)
    grid = identity_grid(image.shape, align_corners=True) + one_pixel * [dx, dy]
    return grid_sample(image, grid, align_corners=True)


@right(HEIGHT_WIDTH)
def shifted_by_edges(image, dx, dy):
    return grid_sample(image, identity_grid(image.shape) + 2 * np.array([dx, dy]) / image.shape[::-1])


@right(HEIGHT_WIDTH)
def shifted_in_pixels(image, dx, dy):
    return sample(image, pixel_centers(image.shape) + np.array([dx, dy]))


@right(HEIGHT_WIDTH)
def shifted_along_a_flow(image, dx, dy):
    return warp(image, np.full((*image.shape, 2), [dx, dy]))


@right(HEIGHT_WIDTH)
def shifted_with_scipy(image, dx, dy):
    from scipy import ndimage

    return ndimage.shift(image, (-dy, -dx), order=1, mode="grid-constant")


@right(HEIGHT_WIDTH)
def shifted_by_hats(image, dx, dy):
    rows, columns = np.arange(image.shape[0]), np.arange(image.shape[1])
    down = np.maximum(0, 1 - abs(rows[:, None] + dy - rows))
    right = np.maximum(0, 1 - abs(columns[:, None] + dx - columns))
    return down @ image @ right.T


# ---- a flow of the wrong size ----------------------------------------------------------------------


@right(SMALL_FLOW)
def fetched_by_the_packages_flow(image, flow_xy):
    return warp(image, resize_flow(flow_xy, image.shape))


@right(SMALL_FLOW)
def fetched_with_the_small_flow_scaled(image, flow_xy):
    factor_h, factor_w = image.shape[0] / flow_xy.shape[0], image.shape[1] / flow_xy.shape[1]
    flow = resize(flow_xy * np.array([factor_w, factor_h]), image.shape, axes=(0, 1))
    return warp(image, flow)


@right(SMALL_FLOW)
def fetched_by_places_of_the_small_copy(image, flow_xy):
    flow = resize(flow_xy, image.shape, axes=(0, 1))
    share = flow / np.flip(flow_xy.shape[:2])
    return sample(image, pixel_centers(image.shape) + share * np.flip(image.shape))


@right(SMALL_FLOW)
def fetched_by_a_normalized_flow(image, flow_xy):
    small_height, small_width, _ = flow_xy.shape
    flow = resize(flow_xy, image.shape, axes=(0, 1)) * [2 / small_width, 2 / small_height]
    return grid_sample(image, identity_grid(image.shape) + flow)


@right(SMALL_FLOW)
def fetched_by_the_small_grid(image, flow_xy):
    small = flow_xy * 2 / [flow_xy.shape[1], flow_xy.shape[0]]
    grid = identity_grid(image.shape) + resize(small, image.shape, axes=(0, 1))
    return sample(image, grid_to_pixels(grid, image.shape))


@right(SMALL_FLOW)
def fetched_axis_by_axis(image, flow_xy):
    (height, width), (small_height, small_width, _) = image.shape, flow_xy.shape
    y, x = np.mgrid[:height, :width]
    x = x + resize(flow_xy[..., 0], (height, width)) * width / small_width
    y = y + resize(flow_xy[..., 1], (height, width)) * height / small_height
    return fetch_with_zeros_around(image, x, y)


@right(SMALL_FLOW)
def fetched_with_torch(image, flow_xy):
    import torch
    import torch.nn.functional as F

    flow = torch.tensor(flow_xy).permute(2, 0, 1)[None]
    flow = F.interpolate(flow, tuple(image.shape), mode="bilinear")[0].permute(1, 2, 0)
    flow = flow * torch.tensor([2 / flow_xy.shape[1], 2 / flow_xy.shape[0]])
    grid = torch.tensor(identity_grid(image.shape)) + flow
    return F.grid_sample(torch.tensor(image)[None, None], grid[None], align_corners=False)[0, 0]


same(SMALL_FLOW, "align_corners=False)[0, 0] -> *grid[None])[0, 0]", "the default")
same(SMALL_FLOW, "[0, 0] -> *[-1, 0]", "the first of one is the last")
same(SMALL_FLOW, "[0, 0] -> *[0, -1]", "the first of one is the last")
same(SMALL_FLOW, "mode='bilinear')[0]* -> *[-1]", "the first of one is the last")


# ---- too few bits ----------------------------------------------------------------------------------


@right(HALF_PRECISION)
def shifted_in_float32(row, dx):
    size = len(row)
    grid = np.linspace(-1, 1, size, dtype=np.float32)
    return np.interp((grid + 1) / 2 * (size - 1) + dx, np.arange(size), row)


@right(HALF_PRECISION)
def shifted_without_a_grid(row, dx):
    return np.interp(np.arange(len(row)) + dx, np.arange(len(row)), row)


@right(HALF_PRECISION)
def shifted_by_two_taps(row, dx):
    place = np.clip(np.arange(len(row)) + dx, 0, len(row) - 1)
    left = np.floor(place).astype(int)
    right = np.minimum(left + 1, len(row) - 1)
    return row[left] + (place - left) * (row[right] - row[left])


@right(HALF_PRECISION)
def shifted_sample_by_sample(row, dx):
    last = len(row) - 1
    shifted = []
    for i in range(len(row)):
        place = min(max(i + dx, 0), last)
        left = int(place)
        right = min(left + 1, last)
        shifted.append((1 - (place - left)) * row[left] + (place - left) * row[right])
    return shifted


@right(HALF_PRECISION)
def shifted_with_one_fraction(row, dx):
    whole = int(np.floor(dx))
    left = np.clip(np.arange(len(row)) + whole, 0, len(row) - 1)
    right = np.clip(np.arange(len(row)) + whole + 1, 0, len(row) - 1)
    return row[left] * (1 - (dx - whole)) + row[right] * (dx - whole)


@right(HALF_PRECISION)
def shifted_row_with_scipy(row, dx):
    from scipy.ndimage import map_coordinates

    return map_coordinates(row, [np.arange(len(row)) + dx], order=1, mode="nearest")


@right(HALF_PRECISION)
def shifted_by_the_sampler(row, dx):
    return warp(row[None], np.full((1, len(row), 2), [dx, 0.0]), padding_mode="border")[0]


same(HALF_PRECISION, "np.linspace(-1, 1, size, dtype=np.float32) -> ", "float64 is right too")
same(HALF_PRECISION, "np.clip(np.arange(* -> *np.clip(0, np.arange(", "clip takes the middle one of three")
same(
    HALF_PRECISION,
    "np.floor(place)* -> *np.trunc(place)",
    "the place has been brought into the row: it is never negative",
)
same(HALF_PRECISION, "len(row)* -> *len(place)", "one place a sample")
same(HALF_PRECISION, "len(row)* -> *len(left)", "one place a sample")
same(HALF_PRECISION, "int(np.floor(dx)) -> *round(np.floor(dx))", "it is whole already")
same(HALF_PRECISION, "padding_mode='border')[0] -> *[-1]", "the first of one is the last")
same(HALF_PRECISION, "[dx, 0.0]* -> *[dx, ", "up or down, the only row is repeated")
