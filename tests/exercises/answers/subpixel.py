"""Right answers of lesson 10, written otherwise."""

from itertools import product, zip_longest

import numpy as np
import torch
import torch.nn.functional as F

from course_utils.exercises import subpixel
from course_utils.subpixel import transposed_to_subpixel
from tests.exercises.answers import right, same

# ---- a kernel and its phases --------------------------------------------------------------------------------


@right(subpixel.SPLIT_1D)
def split_1d_by_reshape(kernel, stride):
    filled = np.append(kernel, np.zeros(-len(kernel) % stride))
    return filled.reshape(-1, stride).T


@right(subpixel.SPLIT_1D)
def split_1d_dealt_out(kernel, stride):
    rows = [[] for _ in range(stride)]
    for place, weight in enumerate(kernel):
        rows[place % stride].append(float(weight))
    longest = max(len(row) for row in rows)
    return [row + [0] * (longest - len(row)) for row in rows]


@right(subpixel.SPLIT_1D)
def split_1d_zipped(kernel, stride):
    phases = [kernel[phase::stride] for phase in range(stride)]
    return list(zip(*zip_longest(*phases, fillvalue=0), strict=True))


@right(subpixel.SPLIT_1D)
def split_1d_padded_one_by_one(kernel, stride):
    longest = len(kernel[::stride])
    phases = [kernel[phase::stride] for phase in range(stride)]
    return np.stack([np.pad(phase, (0, longest - len(phase))) for phase in phases])


@right(subpixel.SPLIT_1D)
def split_1d_in_float32(kernel, stride):
    taps = int(np.ceil(len(kernel) / stride))
    filled = np.zeros(taps * stride, np.float32)
    filled[: len(kernel)] = kernel
    return filled.reshape((stride, taps), order="F")


@right(subpixel.SPLIT_1D)
def split_1d_by_numbers(kernel, stride):
    place = np.arange(len(kernel))
    phases = np.zeros((stride, (len(kernel) - 1) // stride + 1))
    phases[place % stride, place // stride] = kernel
    return phases


@right(subpixel.SPLIT_1D)
def split_1d_by_torch(kernel, stride):
    filled = F.pad(torch.tensor(kernel), (0, -len(kernel) % stride))
    return filled.reshape(-1, stride).T


@right(subpixel.SPLIT_2D)
def split_2d_by_reshape(kernel, stride):
    short = -len(kernel) % stride
    filled = np.pad(kernel, ((0, short), (0, short)))
    taps = len(filled) // stride
    return filled.reshape(taps, stride, taps, stride).transpose(1, 3, 0, 2).reshape(-1, taps, taps)


@right(subpixel.SPLIT_2D)
def split_2d_by_loops(kernel, stride):
    taps = int(np.ceil(len(kernel) / stride))
    phases = np.zeros((stride * stride, taps, taps))
    for row in range(len(kernel)):
        for column in range(len(kernel)):
            number = row % stride * stride + column % stride
            phases[number, row // stride, column // stride] = kernel[row, column]
    return phases


@right(subpixel.SPLIT_2D)
def split_2d_filled_then_sliced(kernel, stride):
    filled = np.pad(kernel, (0, -len(kernel) % stride))
    return [filled[a::stride, b::stride] for a in range(stride) for b in range(stride)]


@right(subpixel.SPLIT_2D)
def split_2d_by_einsum(kernel, stride):
    taps = -(-len(kernel) // stride)
    filled = np.zeros((taps * stride, taps * stride), np.float32)
    filled[: len(kernel), : len(kernel)] = kernel
    apart = filled.reshape(taps, stride, taps, stride)
    return np.einsum("iajb->abij", apart).reshape(-1, taps, taps)


@right(subpixel.SPLIT_2D)
def split_2d_axis_by_axis(kernel, stride):
    def split_rows(block):
        filled = np.pad(block, ((0, -len(block) % stride), (0, 0)))
        return [filled[phase::stride] for phase in range(stride)]

    return [part.T for rows in split_rows(kernel) for part in split_rows(rows.T)]


@right(subpixel.SPLIT_2D)
def split_2d_by_torchs_unshuffle(kernel, stride):
    short = -len(kernel) % stride
    filled = F.pad(torch.tensor(kernel), (0, short, 0, short))
    return F.pixel_unshuffle(filled[None], stride).numpy()


@right(subpixel.SPLIT_2D)
def split_2d_by_numbers(kernel, stride):
    down, right_ = np.indices(kernel.shape)
    taps = 1 + down.max() // stride
    phases = np.zeros((stride**2, taps, taps))
    phases[down % stride * stride + right_ % stride, down // stride, right_ // stride] = kernel
    return phases


# ---- channels into pixels, and back -------------------------------------------------------------------------


@right(subpixel.SHUFFLE)
def shuffle_by_slices(x, factor):
    channels, height, width = x.shape
    out = np.zeros((channels // factor**2, height * factor, width * factor))
    for number in range(channels):
        channel, phase = divmod(number, factor**2)
        out[channel, phase // factor :: factor, phase % factor :: factor] = x[number]
    return out


@right(subpixel.SHUFFLE)
def shuffle_pixel_by_pixel(x, factor):
    channels, height, width = x.shape
    out = np.empty((channels // factor**2, height * factor, width * factor))
    for c, row, column in np.ndindex(out.shape):
        number = (c * factor + row % factor) * factor + column % factor
        out[c, row, column] = x[number, row // factor, column // factor]
    return out


@right(subpixel.SHUFFLE)
def shuffle_by_einsum(x, factor):
    channels, height, width = x.shape
    apart = x.reshape(channels // factor**2, factor, factor, height, width)
    woven = np.einsum("cabij->ciajb", apart)
    return woven.reshape(channels // factor**2, height * factor, width * factor)


@right(subpixel.SHUFFLE)
def shuffle_by_torch(x, factor):
    return F.pixel_shuffle(torch.tensor(x), factor)


@right(subpixel.SHUFFLE)
def shuffle_by_stacking(x, factor):
    _, height, width = x.shape
    pictures = []
    for phases in x.reshape(-1, factor, factor, height, width):
        rows = [np.stack(maps, 2).reshape(height, width * factor) for maps in phases]
        pictures.append(np.stack(rows, 1).reshape(height * factor, width * factor))
    return pictures


@right(subpixel.SHUFFLE)
def shuffle_by_numbers(x, factor):
    _, height, width = x.shape
    row = np.arange(height * factor)[:, None]
    column = np.arange(width * factor)
    phase = row % factor * factor + column % factor
    firsts = range(0, len(x), factor * factor)
    return np.array([x[first + phase, row // factor, column // factor] for first in firsts], np.float32)


@right(subpixel.SHUFFLE)
def shuffle_by_moving_one_axis_at_a_time(x, factor):
    _, height, width = x.shape
    apart = x.reshape(-1, factor, factor, height, width)
    apart = np.moveaxis(apart, 1, 3)
    apart = np.moveaxis(apart, 1, 4)
    return apart.reshape(-1, height * factor, width * factor)


@right(subpixel.UNSHUFFLE)
def unshuffle_by_slices(x, factor):
    return [c[a::factor, b::factor] for c in x for a in range(factor) for b in range(factor)]


@right(subpixel.UNSHUFFLE)
def unshuffle_into_zeros(x, factor):
    channels, height, width = x.shape
    out = np.zeros((channels, factor**2, height // factor, width // factor), np.float32)
    for phase, (a, b) in enumerate(product(range(factor), repeat=2)):
        out[:, phase] = x[:, a::factor, b::factor]
    return np.concatenate(out)


@right(subpixel.UNSHUFFLE)
def unshuffle_pixel_by_pixel(x, factor):
    channels, height, width = x.shape
    out = np.empty((channels * factor**2, height // factor, width // factor))
    for c, row, column in np.ndindex(x.shape):
        number = c * factor**2 + row % factor * factor + column % factor
        out[number, row // factor, column // factor] = x[c, row, column]
    return out


@right(subpixel.UNSHUFFLE)
def unshuffle_by_einsum(x, factor):
    channels, height, width = x.shape
    apart = x.reshape(channels, height // factor, factor, width // factor, factor)
    return np.einsum("ciajb->cabij", apart).reshape(-1, height // factor, width // factor)


@right(subpixel.UNSHUFFLE)
def unshuffle_by_torch(x, factor):
    return torch.nn.PixelUnshuffle(factor)(torch.tensor(x)).numpy()


@right(subpixel.UNSHUFFLE)
def unshuffle_by_two_moves(x, factor):
    channels, height, width = x.shape
    apart = x.reshape(channels, height // factor, factor, width // factor, factor)
    return np.moveaxis(apart, (2, 4), (1, 2)).reshape(-1, height // factor, width // factor)


@right(subpixel.UNSHUFFLE)
def unshuffle_by_windows(x, factor):
    windows = np.lib.stride_tricks.sliding_window_view(x, (factor, factor), axis=(1, 2))
    blocks = windows[:, ::factor, ::factor]
    return blocks.transpose(0, 3, 4, 1, 2).reshape(-1, *blocks.shape[1:3])


# ---- the whole conversion -----------------------------------------------------------------------------------


@right(subpixel.CONVERT)
def convert_weight_by_weight(weight, stride):
    c_in, c_out, size, _ = weight.shape
    taps = (size - 1) // stride + 1
    rows = np.zeros((c_out * stride**2, c_in, taps, taps))
    for i, o, down, right_ in np.ndindex(weight.shape):
        row = o * stride**2 + down % stride * stride + right_ % stride
        rows[row, i, taps - 1 - down // stride, taps - 1 - right_ // stride] = weight[i, o, down, right_]
    return rows


@right(subpixel.CONVERT)
def convert_slice_by_slice(weight, stride):
    c_out, size = weight.shape[1:3]
    short = -size % stride
    filled = np.pad(weight, ((0, 0), (0, 0), (0, short), (0, short)))
    rows = []
    for o in range(c_out):
        for a in range(stride):
            for b in range(stride):
                rows.append(filled[:, o, a::stride, b::stride][:, ::-1, ::-1])
    return np.array(rows)


@right(subpixel.CONVERT)
def convert_flipped_then_filled_in_front(weight, stride):
    taps = -(-weight.shape[2] // stride)
    rows = []
    for kernels in weight.swapaxes(0, 1):
        for a, b in product(range(stride), repeat=2):
            part = np.flip(kernels[:, a::stride, b::stride], (1, 2))
            rows.append(np.pad(part, ((0, 0), (taps - part.shape[1], 0), (taps - part.shape[2], 0))))
    return np.stack(rows)


@right(subpixel.CONVERT)
def convert_by_einsum(weight, stride):
    c_in, c_out, size, _ = weight.shape
    taps = int(np.ceil(size / stride))
    filled = np.zeros((c_in, c_out, taps * stride, taps * stride), np.float32)
    filled[:, :, :size, :size] = weight
    apart = filled.reshape(c_in, c_out, taps, stride, taps, stride)
    rows = np.einsum("ioyaxb->oabiyx", apart[:, :, ::-1, :, ::-1])
    return rows.reshape(-1, c_in, taps, taps)


@right(subpixel.CONVERT)
def convert_turned_as_a_whole(weight, stride):
    size = weight.shape[2]
    short = -size % stride
    filled = np.pad(weight, ((0, 0), (0, 0), (0, short), (0, short)))
    turned = filled.swapaxes(0, 1)[:, :, ::-1, ::-1]
    phases = [turned[:, :, a::stride, b::stride] for a in range(stride) for b in range(stride)]
    phases.reverse()  # what is turned as a whole has its phases in reverse order
    return np.concatenate(np.stack(phases, 1))


@right(subpixel.CONVERT)
def convert_by_torchs_unshuffle(weight, stride):
    short = -weight.shape[-1] % stride
    outputs_first = torch.tensor(weight).transpose(0, 1)
    phases = F.pixel_unshuffle(F.pad(outputs_first, (0, short, 0, short)), stride)
    c_out, c_in, taps, _ = outputs_first.shape[0], outputs_first.shape[1], *phases.shape[2:]
    rows = phases.reshape(c_out, c_in, stride**2, taps, taps).swapaxes(1, 2).flip(3, 4)
    return rows.reshape(-1, c_in, taps, taps).numpy()


@right(subpixel.CONVERT)
def convert_by_the_package(weight, stride):
    return transposed_to_subpixel(weight, stride=stride).weight


@right(subpixel.CONVERT)
def convert_with_the_lessons_own_split(weight, stride):
    def split(kernel):
        taps = -(-len(kernel) // stride)
        phases = np.zeros((stride**2, taps, taps))
        for a, b in product(range(stride), repeat=2):
            part = kernel[a::stride, b::stride]
            phases[a * stride + b, : len(part), : part.shape[1]] = part
        return phases[:, ::-1, ::-1]

    phases = np.array([[split(kernel) for kernel in kernels] for kernels in weight])
    return np.concatenate(phases.transpose(1, 2, 0, 3, 4))


# ---- what it costs ------------------------------------------------------------------------------------------


@right(subpixel.COST)
def cost_in_one_go(height, width, c_in, c_out, kernel_size, factor):
    weights = c_in * c_out * factor * factor * kernel_size * kernel_size
    return [weights, weights * width * height]


@right(subpixel.COST)
def cost_of_the_twin(height, width, c_in, c_out, kernel_size, factor):
    weights = c_in * c_out * (kernel_size * factor) ** 2
    return weights, height * width * weights


@right(subpixel.COST)
def cost_in_floats(height, width, c_in, c_out, kernel_size, factor):
    weights = float(c_in) * c_out * np.square(1.0 * factor) * np.square(1.0 * kernel_size)
    return weights, weights * height * width


@right(subpixel.COST)
def cost_as_an_array(height, width, c_in, c_out, kernel_size, factor):
    weights = np.prod((c_out, factor, factor, c_in, kernel_size, kernel_size))
    return np.array([weights, np.prod((weights, height, width))])


@right(subpixel.COST)
def cost_counted_from_the_large_picture(height, width, c_in, c_out, kernel_size, factor):
    per_value = c_in * kernel_size**2
    large_pixels = (height * factor) * (width * factor)
    return per_value * c_out * factor**2, per_value * c_out * large_pixels


@right(subpixel.COST)
def cost_of_an_array_of_weights(height, width, c_in, c_out, kernel_size, factor):
    rows = np.empty((c_out * factor**2, c_in, kernel_size, kernel_size))
    return rows.size, rows.size * np.empty((height, width)).size


@right(subpixel.COST)
def cost_of_torchs_layer(height, width, c_in, c_out, kernel_size, factor):
    layer = torch.nn.Conv2d(c_in, c_out * factor**2, kernel_size, padding="same", bias=False, device="meta")
    weights = layer.weight.numel()
    _, rows, columns = layer(torch.empty(c_in, height, width, device="meta")).shape
    return weights, weights * rows * columns


# ---- bugs to repair -----------------------------------------------------------------------------------------


@right(subpixel.PLAIN_RESHAPE)
def to_pixels_picture_by_picture(x, factor):
    pictures = []
    for picture in x:
        _, h, w = picture.shape
        apart = picture.reshape(-1, factor, factor, h, w).transpose(0, 3, 1, 4, 2)
        pictures.append(apart.reshape(-1, h * factor, w * factor))
    return np.stack(pictures)


@right(subpixel.PLAIN_RESHAPE)
def to_pixels_by_slices(x, factor):
    n, c, h, w = x.shape
    out = np.zeros((n, c // factor**2, h * factor, w * factor), x.dtype)
    for a in range(factor):
        for b in range(factor):
            out[:, :, a::factor, b::factor] = x[:, a * factor + b :: factor**2]
    return out


@right(subpixel.PLAIN_RESHAPE)
def to_pixels_by_einsum(x, factor):
    n, c, h, w = x.shape
    x = x.reshape(n, c // factor**2, factor, factor, h, w).astype(np.float32)
    return np.einsum("ncabij->nciajb", x).reshape(n, -1, h * factor, w * factor)


@right(subpixel.PLAIN_RESHAPE)
def to_pixels_by_torch(x, factor):
    return torch.nn.PixelShuffle(factor)(torch.tensor(x)).numpy()


@right(subpixel.PLAIN_RESHAPE)
def to_pixels_pixel_by_pixel(x, factor):
    n, c, h, w = x.shape
    out = np.empty((n, c // factor**2, h * factor, w * factor))
    for i, number, row, column in np.ndindex(x.shape):
        channel, phase = divmod(number, factor**2)
        out[i, channel, row * factor + phase // factor, column * factor + phase % factor] = x[
            i, number, row, column
        ]
    return out


@right(subpixel.PLAIN_RESHAPE)
def to_pixels_by_moving_two_axes(x, factor):
    n, c, h, w = x.shape
    x = x.reshape(n, c // factor**2, factor, factor, h, w)
    return np.moveaxis(x, (2, 3), (3, 5)).reshape(n, c // factor**2, h * factor, w * factor)


@right(subpixel.DEPTH_ORDER)
def depth_by_slices(x, block):
    depth, height, width = x.shape
    channels = depth // block**2
    out = np.zeros((channels, height * block, width * block), np.float32)
    for number in range(depth):
        phase, channel = divmod(number, channels)
        out[channel, phase // block :: block, phase % block :: block] = x[number]
    return out


@right(subpixel.DEPTH_ORDER)
def depth_by_einsum(x, block):
    depth, height, width = x.shape
    apart = x.reshape(block, block, depth // block**2, height, width)
    return np.einsum("abcij->ciajb", apart).reshape(-1, height * block, width * block)


@right(subpixel.DEPTH_ORDER)
def depth_reordered_for_torch(x, block):
    depth, height, width = x.shape
    channel_first = x.reshape(block**2, -1, height, width).swapaxes(0, 1).reshape(depth, height, width)
    return F.pixel_shuffle(torch.tensor(channel_first), block)


@right(subpixel.DEPTH_ORDER)
def depth_pixel_by_pixel(x, block):
    depth, height, width = x.shape
    channels = depth // (block * block)
    out = np.empty((channels, height * block, width * block))
    for c, row, column in np.ndindex(out.shape):
        number = (row % block * block + column % block) * channels + c
        out[c, row, column] = x[number, row // block, column // block]
    return out


@right(subpixel.DEPTH_ORDER)
def depth_as_tensorflow_does_it(x, block):
    x = x.transpose(1, 2, 0)  # channels last
    height, width, depth = x.shape
    x = x.reshape(height, width, block, block, depth // block**2).swapaxes(1, 2)
    return x.reshape(height * block, width * block, depth // block**2).transpose(2, 0, 1)


@right(subpixel.DEPTH_ORDER)
def depth_channel_by_channel(x, block):
    channels = len(x) // block**2
    _, height, width = x.shape
    pictures = []
    for c in range(channels):
        own = x[c::channels].reshape(block, block, height, width)
        pictures.append(own.transpose(2, 0, 3, 1).reshape(height * block, width * block))
    return pictures


@right(subpixel.ICNR)
def icnr_by_a_list(weight, factor):
    return [kernels for kernels in weight for _ in range(factor**2)]


@right(subpixel.ICNR)
def icnr_by_numbers(weight, factor):
    rows = np.arange(len(weight) * factor**2)
    return weight[rows // factor**2]


@right(subpixel.ICNR)
def icnr_by_broadcasting(weight, factor):
    channels, c_in, height, width = weight.shape
    stretched = np.broadcast_to(weight[:, None], (channels, factor**2, c_in, height, width))
    return stretched.reshape(-1, c_in, height, width)


@right(subpixel.ICNR)
def icnr_by_torch(weight, factor):
    return torch.tensor(weight).repeat_interleave(factor * factor, dim=0)


@right(subpixel.ICNR)
def icnr_by_tiling_behind(weight, factor):
    flat = weight.reshape(len(weight), -1).astype(np.float32)
    return np.tile(flat, (1, factor**2)).reshape(-1, *weight.shape[1:])


@right(subpixel.ICNR)
def icnr_by_the_method(weight, factor):
    return weight.repeat(factor, 0).repeat(factor, 0)


@right(subpixel.ICNR)
def icnr_by_a_matrix(weight, factor):
    copies = np.kron(np.eye(len(weight)), np.ones((factor**2, 1)))
    return np.tensordot(copies, weight, 1)


# ---- changes that are no mistake ----------------------------------------------------------------------------

EVERY = [
    subpixel.SPLIT_1D, subpixel.SPLIT_2D, subpixel.SHUFFLE, subpixel.UNSHUFFLE, subpixel.CONVERT,
    subpixel.PLAIN_RESHAPE, subpixel.DEPTH_ORDER, subpixel.ICNR,
]  # fmt: skip
for exercise in EVERY:
    same(exercise, "reshape(*-1* -> *reshape(*-2", "any negative size tells NumPy to work it out")
for exercise in (subpixel.SPLIT_1D, subpixel.SPLIT_2D, subpixel.CONVERT):
    same(exercise, "int(np.ceil(* -> *round(np.ceil(", "what is rounded up is whole already")
for exercise in (subpixel.SHUFFLE, subpixel.UNSHUFFLE, subpixel.PLAIN_RESHAPE, subpixel.DEPTH_ORDER):
    same(exercise, "out = np.zeros(* -> out = np.ones(", "every value is written over")
for exercise in (subpixel.PLAIN_RESHAPE, subpixel.ICNR):
    same(exercise, ".astype(np.float32) -> ", "float64 is as good")

same(subpixel.SPLIT_1D, "fillvalue=0), strict=True)) -> *fillvalue=0)", "the rows are equally long")
same(subpixel.SPLIT_1D, "(len(kernel) - 1)* -> *(len(place) - 1)", "every weight has one place")

same(
    subpixel.SHUFFLE,
    "factor, factor, height, width): -> *factor, factor, width, height):",
    "the next reshape takes rows and columns apart again",
)

same(subpixel.CONVERT, "swapaxes(0, 1)* -> *swapaxes(1, 0)", "exchanging two axes has no order")
same(subpixel.CONVERT, "transpose(0, 1) -> *transpose(1, 0)", "torch's transpose exchanges two axes")
same(subpixel.CONVERT, "swapaxes(1, 2)* -> *swapaxes(2, 1)", "exchanging two axes has no order")
same(subpixel.CONVERT, "(1, 2)) -> *(2, 1))", "flipping two axes has no order")
same(subpixel.CONVERT, "flip(3, 4) -> *flip(4, 3)", "flipping two axes has no order")
same(subpixel.CONVERT, "weight.shape[", "the kernel is square")
same(
    subpixel.CONVERT, "(0, 0), (0, 0),* -> *(0, 0), (0, 1),", "the loop leaves an added output channel alone"
)

same(subpixel.COST, "np.square(1.0 * -> *np.square(", "whole numbers are as good")
same(subpixel.COST, "np.prod((", "a product has no order")
same(subpixel.COST, "np.empty((", "a product has no order")
same(
    subpixel.COST,
    "torch.nn.Conv2d(* -> *torch.nn.Conv2d(",
    "only the size of `weight` is read, not its bias or device",
)
same(
    subpixel.COST,
    "layer(torch.empty(* -> *layer(torch.empty(c_in, ",
    "only the size is read",
)
same(subpixel.COST, "weights * rows * columns) -> ", "the maps are as large as the picture")

same(
    subpixel.PLAIN_RESHAPE,
    "(n, c // factor ** 2, factor, factor, h, w)* -> *(c // factor ** 2, n, factor, factor, h, w)",
    "these two axes stay side by side, and the last reshape takes them apart again",
)

same(
    subpixel.DEPTH_ORDER,
    "(block, block, -1, height, width) -> *(block, block, height, -1, width)",
    "these two axes stay side by side, and the last reshape takes them apart again",
)
same(
    subpixel.DEPTH_ORDER,
    "(block, block, depth // block ** 2, height, width) -> *height, depth // block ** 2, width)",
    "these two axes stay side by side, and the last reshape takes them apart again",
)
same(
    subpixel.DEPTH_ORDER,
    "width, block, block, depth // block ** 2) -> *width, block, depth // block ** 2, block)",
    "these two axes stay side by side, and the last reshape takes them apart again",
)
same(
    subpixel.DEPTH_ORDER,
    "-1, height, width)* -> *-1, width, height)",
    "the second reshape takes rows and columns apart again",
)
same(subpixel.DEPTH_ORDER, "swapaxes(0, 1)* -> *swapaxes(1, 0)", "exchanging two axes has no order")
same(subpixel.DEPTH_ORDER, "swapaxes(1, 2)* -> *swapaxes(2, 1)", "exchanging two axes has no order")

same(subpixel.ICNR, "c_in, height, width) -> *c_in, width, height)", "the kernel is square")
