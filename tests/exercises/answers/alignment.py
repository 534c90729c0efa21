"""Right answers of lesson 12, written otherwise."""

import functools
import itertools
import math
from fractions import Fraction

import numpy as np
from scipy import ndimage

from course_utils.alignment import assumed_places, feature_places, fetch, offsets
from course_utils.convolution import receptive_field
from course_utils.exercises.alignment import FETCH, FORWARD, LATE_JUMP, OFFSET, TWO_MISTAKES
from course_utils.resampling import resize, source_coordinates
from course_utils.warping import flow_to_grid, grid_sample, identity_grid, pixels_to_grid, sample, warp
from tests.exercises.answers import right, same

# ---- the offset of a stack of layers ------------------------------------------------------------------------


@right(OFFSET)
def offset_by_the_package(layers):
    size = 5 * math.prod(stride for _, stride, _ in layers)
    return offsets(size, [(*layer, 1) for layer in layers])[2]


@right(OFFSET)
def places_by_the_package(layers):
    jump = math.prod(stride for _, stride, _ in layers)
    drawn = assumed_places(3, 3 * jump)
    return np.mean(drawn - feature_places(3 * jump, [(k, s, p, 1) for k, s, p in layers]))


@right(OFFSET)
def each_layers_own_offset(layers):
    offset, pixel = 0.0, 1.0
    for kernel_size, stride, padding in layers:
        offset += pixel * ((stride - kernel_size) / 2 + padding)
        pixel *= stride
    return offset


@right(OFFSET)
def from_the_last_layer_on(layers):
    if not layers:
        return Fraction(0)
    (kernel_size, stride, padding), *behind = layers
    return Fraction(stride - kernel_size, 2) + padding + stride * from_the_last_layer_on(behind)


@right(OFFSET)
def the_windows_two_ends(layers):
    first = last = 0
    jump = 1
    for kernel_size, stride, padding in layers:
        first -= padding * jump
        last += (kernel_size - 1 - padding) * jump
        jump *= stride
    return (jump - 1 - first - last) / 2


@right(OFFSET)
def all_layers_at_once(layers):
    kernel_size, stride, padding = np.array(layers, np.float32).T
    jumps = np.cumprod([1, *stride])
    return (jumps[-1] - 1) / 2 - ((kernel_size - 1) / 2 - padding) @ jumps[:-1]


@right(OFFSET)
def middle_of_the_first_and_last_tap(layers):
    def place(index, depth):
        if depth == 0:
            return index
        kernel_size, stride, padding = layers[depth - 1]
        first = index * stride - padding
        return (place(first, depth - 1) + place(first + kernel_size - 1, depth - 1)) / 2

    at_0, at_1 = place(0, len(layers)), place(1, len(layers))
    return (at_1 - at_0 - 1) / 2 - at_0


same(OFFSET, "size = 5 *-> *size = ", "the offset is the same along the axis")
same(OFFSET, "[2] -> ", "the offset is the same along the axis")
same(OFFSET, "@ jumps[:-1] -> *@ ((kernel_size", "the products are the same in either order")


# ---- fetching across sizes ----------------------------------------------------------------------------------


@right(FETCH)
def fetched_by_the_package(coarse, flow_xy):
    return fetch(coarse, flow_xy)


@right(FETCH)
def places_by_hand(coarse, flow_xy):
    (_, in_height, in_width), (height, width, _) = coarse.shape, flow_xy.shape
    places = flow_xy.copy()
    places[..., 0] += (np.arange(width) + 0.5) * in_width / width - 0.5
    y = (np.arange(height) + 0.5) * in_height / height - 0.5
    places[..., 1] += y[:, None]
    return sample(coarse, places, padding_mode="border")


@right(FETCH)
def by_grid_sample(coarse, flow_xy):
    in_size_hw, out_size_hw = coarse.shape[1:], flow_xy.shape[:2]
    grid = identity_grid(out_size_hw) + 2 * flow_xy / in_size_hw[::-1]
    return grid_sample(coarse, grid, padding_mode="border")


@right(FETCH)
def by_torch(coarse, flow_xy):
    import torch

    (_, h, w), (height, width, _) = coarse.shape, flow_xy.shape
    theta = torch.eye(2, 3, dtype=torch.float64)[None]
    grid = torch.nn.functional.affine_grid(theta, (1, 1, height, width), align_corners=False)
    grid = grid + 2 * torch.tensor(flow_xy) / torch.tensor([w, h])
    image = torch.tensor(coarse)[None]
    return torch.nn.functional.grid_sample(image, grid, padding_mode="border", align_corners=False)[0]


@right(FETCH)
def four_neighbors(coarse, flow_xy):
    (_, in_height, in_width), (height, width, _) = coarse.shape, flow_xy.shape
    x = source_coordinates(in_width, width) + flow_xy[..., 0]
    y = source_coordinates(in_height, height)[:, None] + flow_xy[..., 1]
    x, y = x.clip(0, in_width - 1), y.clip(0, in_height - 1)
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    right_, below = np.minimum(left + 1, in_width - 1), np.minimum(top + 1, in_height - 1)
    upper = coarse[:, top, left] + (x - left) * (coarse[:, top, right_] - coarse[:, top, left])
    lower = coarse[:, below, left] + (x - left) * (coarse[:, below, right_] - coarse[:, below, left])
    return upper + (y - top) * (lower - upper)


@right(FETCH)
def by_scipy(coarse, flow_xy):
    rows, columns = (source_coordinates(n, m) for n, m in zip(coarse.shape[1:], flow_xy.shape, strict=False))
    y, x = np.meshgrid(rows, columns, indexing="ij")
    places = y + flow_xy[..., 1], x + flow_xy[..., 0]
    return np.array([ndimage.map_coordinates(c, places, order=1, mode="nearest") for c in coarse])


@right(FETCH)
def hats_of_every_place(coarse, flow_xy):
    def hats(own, flow, size):
        places = np.clip(own + flow, 0, size - 1).astype(np.float32)
        return np.maximum(1 - np.abs(places[..., None] - np.arange(size)), 0)

    (_, in_height, in_width), (height, width, _) = coarse.shape, flow_xy.shape
    across = hats(source_coordinates(in_width, width), flow_xy[..., 0], in_width)
    down = hats(source_coordinates(in_height, height)[:, None], flow_xy[..., 1], in_height)
    return np.einsum("yxi,yxj,cij->cyx", down, across, coarse)


@right(FETCH)
def pixel_by_pixel(coarse, flow_xy):
    channels, in_height, in_width = coarse.shape
    out = np.zeros((channels, *flow_xy.shape[:2]))
    for row, y in enumerate(source_coordinates(in_height, len(flow_xy))):
        for column, x in enumerate(source_coordinates(in_width, len(flow_xy[0]))):
            place = [[(x, y) + flow_xy[row, column]]]
            out[:, row, column] = sample(coarse, place, padding_mode="border")[:, 0, 0]
    return out


same(FETCH, "width), align_corners=False)*-> *width))", "that is what torch does unless told")
same(FETCH, "align_corners=False)[0] -> *padding_mode='border')[0]", "that is what torch does unless told")
same(FETCH, "align_corners=False)[0] -> *[-1]", "the batch holds one map")
same(FETCH, "dtype=torch.float64)*->", "it is only the precision")
same(
    FETCH,
    "(1, 1, height, width)*-> *(1, 2, height, width)",
    "a grid does not know how many channels there are",
)
same(FETCH, "np.floor(*-> *np.trunc(", "a place is never below 0 after the clip")
same(FETCH, "flow_xy.shape, strict=False)*->", "zip is not strict unless told")
same(FETCH, "= hats(source_coordinates(*-> *= hats(flow_xy", "a sum commutes")
same(FETCH, ".astype(np.float32) -> places = np.clip(own + flow, 0, size - 1)", "it is only the precision")
same(
    FETCH,
    "np.clip(own + flow, 0, size - 1)*-> *np.clip(0, own + flow, size - 1)",
    "the larger of 0 and a place",
)
same(FETCH, "= np.zeros(*-> *= np.ones(", "every place is written")
same(FETCH, "[:, 0, 0] -> ", "one place is read")
same(FETCH, "len(flow_xy[0])*-> *len(flow_xy[-1])", "all rows are equally long")


# ---- the module ---------------------------------------------------------------------------------------------


@right(FORWARD)
def enlarged_by_a_fetch(fine, coarse, make_flow):
    still = np.zeros((*fine.shape[1:], 2))
    flow_xy = make_flow(np.concatenate((fine, fetch(coarse, still)), axis=0))
    return fetch(coarse, flow_xy) + fine


@right(FORWARD)
def stacked_by_vstack(fine, coarse, make_flow):
    both = np.vstack([fine, resize(coarse, fine.shape[-2:], axes=(-2, -1))])
    return np.add(fine, fetch(coarse, make_flow(both)))


@right(FORWARD)
def filled_in(fine, coarse, make_flow):
    channels, height, width = fine.shape
    both = np.empty((2 * channels, height, width))
    both[:channels] = fine
    for channel in range(channels):
        both[channels + channel] = resize(coarse[channel], (height, width))
    out = fine.copy()
    out += fetch(coarse, make_flow(both))
    return out


@right(FORWARD)
def by_the_places(fine, coarse, make_flow):
    height, width = fine.shape[1:]
    own = np.meshgrid(source_coordinates(coarse.shape[2], width), source_coordinates(coarse.shape[1], height))
    own = np.stack(own, axis=2)
    both = np.append(fine, sample(coarse, own, padding_mode="border"), axis=0)
    return fine + sample(coarse, own + make_flow(both), padding_mode="border")


@right(FORWARD)
def in_single_precision(fine, coarse, make_flow):
    fine, coarse = fine.astype(np.float32), coarse.astype(np.float32)
    enlarged = resize(coarse, fine.shape[1:], axes=(1, 2))
    flow_xy = make_flow(np.concatenate([fine, enlarged]))
    return fine + fetch(coarse, flow_xy)


@right(FORWARD)
def enlarged_by_torch(fine, coarse, make_flow):
    import torch

    enlarged = torch.nn.functional.interpolate(
        torch.tensor(coarse)[None], fine.shape[1:], mode="bilinear", align_corners=False
    )[0]
    both = torch.cat([torch.tensor(fine), enlarged])
    return torch.tensor(fine) + torch.tensor(fetch(coarse, make_flow(both.numpy())))


@right(FORWARD)
def channel_by_channel(fine, coarse, make_flow):
    enlarged = [resize(channel, fine.shape[1:]) for channel in coarse]
    flow_xy = make_flow(np.array([*fine, *enlarged]))
    return [below + fetch(above[None], flow_xy)[0] for below, above in zip(fine, coarse, strict=True)]


same(FORWARD, "still)), axis=0)*->", "axis 0 is what is joined unless told")
same(FORWARD, "np.add(fine, *-> *np.add(fetch(", "a sum commutes")
same(FORWARD, "(fine.astype(np.float32), coarse.astype(np.float32)) -> ", "it is only the precision")
same(FORWARD, "align_corners=False)[0] -> *[0]", "that is what torch does unless told")
same(FORWARD, "align_corners=False)[0] -> *[-1]", "the batch holds one map")
same(FORWARD, "flow_xy)[0] for *-> *flow_xy)[-1] for", "one channel is fetched")
same(FORWARD, "zip(fine, coarse, strict=True)*->", "the maps have equally many channels")


# ---- two mistakes that hide ---------------------------------------------------------------------------------


@right(TWO_MISTAKES)
def the_other_convention(features, flow_xy):
    height, width = features.shape[-2:]
    x = np.linspace(-1 + 1 / width, 1 - 1 / width, width)
    y = np.linspace(-1 + 1 / height, 1 - 1 / height, height)
    grid = np.stack(np.meshgrid(x, y), axis=-1) + 2 * flow_xy / [width, height]
    return grid_sample(features, grid, padding_mode="border")


@right(TWO_MISTAKES)
def identity_and_flow(features, flow_xy):
    size_hw = features.shape[-2:]
    grid = identity_grid(size_hw) + flow_xy / size_hw[::-1] + flow_xy / size_hw[::-1]
    return grid_sample(features, grid, "bilinear", "border", False)


@right(TWO_MISTAKES)
def in_pixels(features, flow_xy):
    y, x = np.mgrid[: features.shape[-2], : features.shape[-1]]
    return sample(features, np.stack([x, y], axis=-1) + flow_xy, padding_mode="border")


@right(TWO_MISTAKES)
def warped_by_the_package(features, flow_xy):
    return warp(features, flow_xy, padding_mode="border")


@right(TWO_MISTAKES)
def grid_by_the_package(features, flow_xy):
    grid = flow_to_grid(flow_xy, align_corners=True)
    return grid_sample(features, grid, padding_mode="border", align_corners=True)


@right(TWO_MISTAKES)
def moved_then_normalized(features, flow_xy):
    height, width = features.shape[-2:]
    places = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1) + flow_xy
    grid = pixels_to_grid(places.astype(np.float32), (height, width))
    return grid_sample(features, grid, padding_mode="border")


@right(TWO_MISTAKES)
def x_and_y_apart(features, flow_xy):
    height, width = features.shape[-2:]
    grid = np.empty((height, width, 2))
    for row, column in np.ndindex(height, width):
        grid[row, column, 0] = 2 * (column + flow_xy[row, column, 0]) / (width - 1) - 1
        grid[row, column, 1] = 2 * (row + flow_xy[row, column, 1]) / (height - 1) - 1
    return grid_sample(features, grid, padding_mode="border", align_corners=True)


@right(TWO_MISTAKES)
def warped_by_torch(features, flow_xy):
    import torch

    height, width = features.shape[-2:]
    y, x = torch.meshgrid(torch.linspace(-1, 1, height), torch.linspace(-1, 1, width), indexing="ij")
    grid = torch.stack([x, y], dim=-1) + 2 * torch.tensor(flow_xy) / torch.tensor([width - 1, height - 1])
    image = torch.tensor(features).reshape(1, -1, height, width)
    answer = torch.nn.functional.grid_sample(image, grid[None], padding_mode="border", align_corners=True)
    return answer.reshape(features.shape)


same(TWO_MISTAKES, "places.astype(np.float32)*->", "it is only the precision")
same(TWO_MISTAKES, "indexing='ij')*->", "that is what torch does unless told")


# ---- a jump that comes too late -----------------------------------------------------------------------------


@right(LATE_JUMP)
def floats_from_the_start(layers):
    start, jump = 0.0, 1.0
    for kernel_size, stride, padding in layers:
        start += ((kernel_size - 1) / 2 - padding) * jump
        jump *= stride
    return start, jump


@right(LATE_JUMP)
def both_at_once(layers):
    start, jump = 0, 1
    for kernel_size, stride, padding in layers:
        start, jump = start + (kernel_size - 1 - 2 * padding) * jump / 2, jump * stride
    return [start, jump]


@right(LATE_JUMP)
def divided_again(layers):
    start, jump = 0, 1
    for kernel_size, stride, padding in layers:
        jump *= stride
        start += ((kernel_size - 1) / 2 - padding) * jump / stride
    return start, jump


@right(LATE_JUMP)
def the_jump_before(layers):
    start, jump = 0, 1
    for kernel_size, stride, padding in layers:
        before = jump
        jump *= stride
        start += ((kernel_size - 1) / 2 - padding) * before
    return np.array([start, jump])


@right(LATE_JUMP)
def by_receptive_field(layers):
    field = receptive_field([(*layer, 1) for layer in layers])[-1]
    return field.start, field.jump


@right(LATE_JUMP)
def reduced(layers):
    def behind(before, layer):
        (start, jump), (kernel_size, stride, padding) = before, layer
        return start + jump * ((kernel_size - 1) * 0.5 - padding), jump * stride

    return functools.reduce(behind, layers, (0, 1))


@right(LATE_JUMP)
def jumps_accumulated(layers):
    jumps = [1, *itertools.accumulate((stride for _, stride, _ in layers), lambda a, b: a * b)]
    starts = ((k - 1) / 2 * jump - p * jump for (k, _, p), jump in zip(layers, jumps, strict=False))
    return sum(starts), jumps[-1]


@right(LATE_JUMP)
def from_the_last_layer(layers):
    start, jump = 0, 1
    for kernel_size, stride, padding in reversed(layers):
        start = start * stride + (kernel_size - 1) / 2 - padding
        jump = jump * stride
    return np.float32(start), np.int64(jump)


same(LATE_JUMP, "strict=False)*->", "zip is not strict unless told")
