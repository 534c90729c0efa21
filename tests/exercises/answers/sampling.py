"""Right answers of lesson 13, written otherwise."""

import numpy as np

from course_utils import sampling
from course_utils.alignment import fetch
from course_utils.exercises.sampling import GATE, POINTS, REASSEMBLE, STEPS, TWO_UNITS, WINDOWS
from course_utils.resampling import resize, source_coordinates
from course_utils.subpixel import pixel_shuffle
from course_utils.warping import flow_to_grid, grid_sample, pixel_centers, pixels_to_grid, sample, warp
from tests.exercises.answers import right, same

# ---- kernels put to work ------------------------------------------------------------------------------------


@right(WINDOWS)
@right(REASSEMBLE)
def by_the_package(coarse, kernels):
    return sampling.reassemble(coarse, kernels)


@right(WINDOWS)
@right(REASSEMBLE)
def pixel_by_pixel(coarse, kernels):
    channels, height, width = coarse.shape
    size = int(len(kernels) ** 0.5 + 0.5)
    result = np.zeros((channels, 2 * height, 2 * width))
    for i in range(2 * height):
        for j in range(2 * width):
            for down in range(size):
                for across in range(size):
                    y, x = i // 2 + down - size // 2, j // 2 + across - size // 2
                    if 0 <= y < height and 0 <= x < width:
                        result[:, i, j] += kernels[down * size + across, i, j] * coarse[:, y, x]
    return result


@right(WINDOWS)
@right(REASSEMBLE)
def with_windows(coarse, kernels):
    size = int(len(kernels) ** 0.5 + 0.5)
    reach = size // 2
    padded = np.pad(coarse, ((0, 0), (reach, reach), (reach, reach)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (size, size), axis=(1, 2))
    windows = windows.reshape(*coarse.shape, size * size).repeat(2, axis=1).repeat(2, axis=2)
    return np.einsum("chwt,thw->chw", windows, kernels)


@right(WINDOWS)
@right(REASSEMBLE)
def by_torchs_unfold(coarse, kernels):
    import torch

    size = int(len(kernels) ** 0.5 + 0.5)
    (channels, height, width), map_ = coarse.shape, torch.tensor(coarse)[None]
    patches = torch.nn.functional.unfold(map_, size, padding=size // 2).numpy()
    patches = patches.reshape(channels, size * size, height, width)
    return (np.kron(patches, np.ones((2, 2))) * kernels).sum(axis=1)


@right(WINDOWS)
@right(REASSEMBLE)
def in_single_precision(coarse, kernels):
    import torch

    size = round(len(kernels) ** 0.5)
    large = torch.nn.functional.interpolate(torch.tensor(coarse, dtype=torch.float32)[None], scale_factor=2)
    patches = torch.nn.functional.unfold(large, size, dilation=2, padding=2 * (size // 2))
    patches = patches.reshape(len(coarse), *kernels.shape)
    return (patches * torch.tensor(kernels, dtype=torch.float32)).sum(1)


@right(WINDOWS)
@right(REASSEMBLE)
def scattered(coarse, kernels):
    (channels, height, width), size = coarse.shape, int(len(kernels) ** 0.5 + 0.5)
    result = np.zeros((channels, 2 * height, 2 * width))
    for y in range(height):
        for x in range(width):
            for tap in range(size * size):
                i, j = y - tap // size + size // 2, x - tap % size + size // 2
                if 0 <= i < height and 0 <= j < width:
                    block = np.s_[2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
                    result[(slice(None), *block)] += coarse[:, y, x, None, None] * kernels[(tap, *block)]
    return result


@right(WINDOWS)
@right(REASSEMBLE)
def through_the_large_map(coarse, kernels):
    size = int(len(kernels) ** 0.5 + 0.5)
    large = resize(coarse, (2 * coarse.shape[1], 2 * coarse.shape[2]), axes=(1, 2), mode="nearest")
    (_, height, width), far = large.shape, 2 * (size // 2)
    padded = np.pad(large, ((0, 0), (far, far), (far, far)))
    shifted = [
        padded[:, i : i + height, j : j + width] for i in range(0, 2 * size, 2) for j in range(0, 2 * size, 2)
    ]
    return np.sum(kernels[:, None] * np.array(shifted), axis=0)


# ---- numbers made into points -------------------------------------------------------------------------------


@right(POINTS)
def points_by_the_package(channels):
    return np.moveaxis(sampling.points_of(channels)[0], 0, -1)


@right(POINTS)
def written_out_for_four(channels):
    _, height, width = channels.shape
    result = np.zeros((2 * height, 2 * width, 2))
    y, x = np.mgrid[:height, :width]
    for i in (0, 1):
        for j in (0, 1):
            result[i::2, j::2, 0] = x + (j - 0.5) / 2 + channels[2 * i + j] / 4
            result[i::2, j::2, 1] = y + (i - 0.5) / 2 + channels[4 + 2 * i + j] / 4
    return result


@right(POINTS)
def reshaped_by_hand(channels):
    _, height, width = channels.shape
    steps = (
        channels.reshape(2, 2, 2, height, width).transpose(3, 1, 4, 2, 0).reshape(2 * height, 2 * width, 2)
    )
    return pixel_centers((2 * height, 2 * width)) / 2 - 0.25 + steps / 4


@right(POINTS)
def output_by_output(channels):
    _, height, width = channels.shape
    rows = []
    for i in range(2 * height):
        row = []
        for j in range(2 * width):
            at = 2 * (i % 2) + j % 2
            x_step, y_step = channels[at, i // 2, j // 2], channels[at + 4, i // 2, j // 2]
            row.append(((j + 0.5) / 2 - 0.5 + 0.25 * x_step, (i + 0.5) / 2 - 0.5 + 0.25 * y_step))
        rows.append(row)
    return rows


@right(POINTS)
def points_by_torch(channels):
    import torch

    x, y = torch.nn.functional.pixel_shuffle(torch.tensor(channels)[None], 2)[0] / 4
    height, width = x.shape
    x = x + (torch.arange(width) + 0.5) / 2 - 0.5
    y = y + ((torch.arange(height) + 0.5) / 2 - 0.5)[:, None]
    return torch.stack([x, y], dim=-1)


@right(POINTS)
def axis_by_axis(channels):
    _, height, width = channels.shape
    x = source_coordinates(width, 2 * width) + pixel_shuffle(channels[:4], 2)[0] / 4
    y = source_coordinates(height, 2 * height)[:, None] + pixel_shuffle(channels[4:], 2)[0] / 4
    return np.dstack([x, y])


# ---- a gate between two maps --------------------------------------------------------------------------------


@right(GATE)
def mixed_by_the_package(fine, coarse, flow_fine, flow_coarse, logits):
    return sampling.mixed(fetch(fine, flow_fine), fetch(coarse, flow_coarse), logits[None])


@right(GATE)
def from_the_fine_map_toward_the_coarse(fine, coarse, flow_fine, flow_coarse, logits):
    start, end = fetch(fine, flow_fine), fetch(coarse, flow_coarse)
    return start + (end - start) / (1 + np.exp(-logits))


@right(GATE)
def as_a_softmax_of_two(fine, coarse, flow_fine, flow_coarse, logits):
    weights = sampling.softmax(np.stack([logits, np.zeros_like(logits)]))
    return weights[0] * fetch(coarse, flow_coarse) + weights[1] * fetch(fine, flow_fine)


@right(GATE)
def fine_by_the_warp(fine, coarse, flow_fine, flow_coarse, logits):
    gate = np.exp(logits) / (np.exp(logits) + 1)
    fine = warp(fine, flow_fine, padding_mode="border")
    return gate * fetch(coarse, flow_coarse) + fine - gate * fine


@right(GATE)
def by_torchs_operators(fine, coarse, flow_fine, flow_coarse, logits):
    import torch

    height, width = logits.shape
    theta = torch.eye(2, 3, dtype=torch.float64)[None]
    own = torch.nn.functional.affine_grid(theta, (1, 1, height, width), align_corners=False)

    def fetched(features, flow):
        size = torch.tensor([features.shape[2], features.shape[1]])
        grid = own + 2 * torch.tensor(flow)[None] / size
        return torch.nn.functional.grid_sample(
            torch.tensor(features)[None], grid, padding_mode="border", align_corners=False
        )[0]

    gate = torch.tensor(logits).sigmoid()
    return torch.lerp(fetched(fine, flow_fine), fetched(coarse, flow_coarse), gate.expand(len(fine), -1, -1))


@right(GATE)
def by_places(fine, coarse, flow_fine, flow_coarse, logits):
    (height, width), (low, narrow) = logits.shape, coarse.shape[1:]
    x, y = np.meshgrid((np.arange(width) + 0.5) * narrow / width, (np.arange(height) + 0.5) * low / height)
    read = sample(coarse, np.dstack([x - 0.5, y - 0.5]) + flow_coarse, padding_mode="border")
    still = sample(fine, pixel_centers((height, width)) + flow_fine, padding_mode="border")
    return still + 0.5 * (1 + np.tanh(logits / 2)) * (read - still)


# ---- one flow, two units ------------------------------------------------------------------------------------


@right(TWO_UNITS)
def both_by_the_package(fine, coarse, flow_fine, flow_coarse):
    return fetch(fine, flow_fine) + fetch(coarse, flow_coarse)


@right(TWO_UNITS)
def fine_by_its_grid(fine, coarse, flow_fine, flow_coarse):
    return grid_sample(fine, flow_to_grid(flow_fine), padding_mode="border") + fetch(coarse, flow_coarse)


@right(TWO_UNITS)
def in_pixels(fine, coarse, flow_fine, flow_coarse):
    height, width = fine.shape[1:]
    x = source_coordinates(coarse.shape[2], width)
    y = source_coordinates(coarse.shape[1], height)
    places = np.stack(np.meshgrid(x, y), axis=-1) + flow_coarse
    grid = pixels_to_grid(places, coarse.shape[1:])
    return warp(fine, flow_fine, padding_mode="border") + grid_sample(coarse, grid, padding_mode="border")


@right(TWO_UNITS)
def one_function_for_both(fine, coarse, flow_fine, flow_coarse):
    rows, columns = fine.shape[1:]
    y = (2 * np.arange(rows)[:, None] + 1) / rows - 1
    x = (2 * np.arange(columns) + 1) / columns - 1

    def moved(features, flow):
        right_, down = 2 * flow[..., 0] / features.shape[2], 2 * flow[..., 1] / features.shape[1]
        return grid_sample(features, np.dstack([x + right_, y + down]), padding_mode="border")

    return moved(fine, flow_fine) + moved(coarse, flow_coarse)


@right(TWO_UNITS)
def by_sampling_places(fine, coarse, flow_fine, flow_coarse):
    own = pixel_centers(fine.shape[1:])
    ratio = np.array([coarse.shape[2] / fine.shape[2], coarse.shape[1] / fine.shape[1]])
    low = sample(coarse, (own + 0.5) * ratio - 0.5 + flow_coarse, padding_mode="border")
    return low + sample(fine, own + flow_fine, padding_mode="border")


@right(TWO_UNITS)
def by_torch(fine, coarse, flow_fine, flow_coarse):
    import torch

    (_, height, width), total = fine.shape, 0
    theta = torch.eye(2, 3, dtype=torch.float64)[None]
    own = torch.nn.functional.affine_grid(theta, (1, 1, height, width), align_corners=False)
    for features, flow in ((fine, flow_fine), (coarse, flow_coarse)):
        grid = own + torch.tensor(flow) * 2 / torch.tensor(features.shape[:0:-1])
        image = torch.tensor(features)[None]
        total = total + torch.nn.functional.grid_sample(image, grid, "bilinear", "border", False)[0]
    return total


# ---- channels in the wrong order ----------------------------------------------------------------------------


@right(STEPS)
def reshaped(channels):
    return channels.reshape(9, 2, *channels.shape[1:])[:, ::-1]


@right(STEPS)
def tap_after_tap(channels):
    return [[channels[2 * tap + 1], channels[2 * tap]] for tap in range(9)]


@right(STEPS)
def chosen_by_number(channels):
    order = np.arange(18) ^ 1
    return channels[order].reshape(-1, 2, *channels.shape[1:])


@right(STEPS)
def parted_and_turned(channels):
    pairs = np.array(np.split(channels, 9))
    return np.flip(pairs, axis=1)


@right(STEPS)
def filled_in(channels):
    result = np.empty((9, 2, *channels.shape[1:]))
    result[:, 0] = channels[1::2]
    result[:, 1] = channels[:-1:2]
    return result


@right(STEPS)
def torchs_unflatten(channels):
    import torch

    return torch.tensor(channels).unflatten(0, (9, 2)).flip(1)


# ---- mutants that are no mistake -----------------------------------------------------------------------------

for sums in (REASSEMBLE, WINDOWS):
    same(sums, "round(len(kernels) ** 0.5) -> size = int(", "the roots of 1, 9 and 25 are exact")
    same(
        sums,
        "int(len(kernels) ** 0.5 + 0.5)*int(len(kernels) ** 0.5",
        "the roots of 1, 9 and 25 are exact",
    )
    same(sums, "-> if -1 <= i < height", "row −1 makes an empty block")
    same(sums, "-1 <= j < width", "column −1 makes an empty block")
    same(sums, "far = (large.shape*far = (kernels.shape", "the enlarged map and the kernels have one size")
    same(sums, "(far, far), (far, far))) -> ", "more zeros behind the map are never read")
same(REASSEMBLE, "(reach, reach), (reach, reach)]) -> ", "more zeros behind the map are never read")
same(WINDOWS, "larger.shape[1:] -> *kernels.shape[1:]", "the enlarged map and the kernels have one size")

same(POINTS, "[0], 0, -1) -> *[-1], 0, -1)", "there is one group of channels")
same(POINTS, "2)[0] / 4 -> *2)[-1] / 4", "there is one group of channels")
same(POINTS, "np.zeros((2 * height*np.ones((2 * height", "every number is written")
same(POINTS, "in (0, 1): -> *in (1, 0):", "the four outputs in another order")
same(POINTS, "channels[at + 4*channels[at - 4", "at − 4 counts from the end of eight channels")
same(POINTS, "= x.shape -> *= y.shape", "x and y have one shape")
same(POINTS, "channels[:4]*channels[:], 2)[0]", "the first four channels make the first map")

for fetched in (GATE, TWO_UNITS):
    same(fetched, "affine_grid(*, align_corners=False) -> *width))", "False is the default")
    same(fetched, "dtype=torch.float64)[None] -> *torch.eye(2, 3)[None]", "float32 is enough for these maps")
    same(fetched, "(1, 1, height*(1, 2, height", "a grid has no channels")
    same(fetched, "[0] -> *[-1]", "there is one picture in the batch")
same(GATE, "align_corners=False)[0] -> *padding_mode='border')[0]", "False is the default")
same(GATE, "gate.expand(len(fine)*gate.expand(len(coarse)", "both maps have the same channels")
same(TWO_UNITS, "((fine, flow_fine), (coarse*((coarse, flow_coarse), (fine", "a sum in another order")

same(STEPS, "channels[0::2], *channels[::2], ", "0 is where a slice begins")
same(STEPS, "reshape(-1, 2, *reshape(-2, 2, ", "numpy takes any negative size for what is left")
same(STEPS, "channels[:-1:2] -> *channels[::2]", "the last channel has an odd number")
for exercise in (REASSEMBLE, WINDOWS):
    for name in ("coarse", "kernels"):
        same(exercise, f"dtype=torch.float32)* -> *torch.tensor({name})", "as exact, or more so")
