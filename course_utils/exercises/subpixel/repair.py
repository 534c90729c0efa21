"""Lesson 10, sub-pixel convolution: three functions from real life that passed their tests, to repair."""

import numpy as np

from course_utils import subpixel
from course_utils.exercises.engine import Case, SpotTheBug
from course_utils.exercises.subpixel.write import TWO_BY_TWO, any_channels, phases_behind, sizes, values


def to_pixels(x, factor):
    """The same as torch.nn.PixelShuffle: (N, C * factor**2, H, W) becomes (N, C, H * factor, W * factor)."""
    n, c, h, w = x.shape
    x = x.reshape(n, c // factor**2, factor, factor, h, w)
    x = x.transpose(0, 1, 4, 2, 5, 3)
    return x.reshape(n, c // factor**2, h * factor, w * factor)


def _to_pixels_reshaped(x, factor):
    """The same as torch.nn.PixelShuffle: (N, C * factor**2, H, W) becomes (N, C, H * factor, W * factor)."""
    n, c, h, w = x.shape
    return x.reshape(n, c // factor**2, h * factor, w * factor)


def _any_batch(rng):
    batch, channels, factor, height, width = sizes(rng, 3, 3, 3, 3, 3)
    return Case(values(rng, batch, channels * factor**2, height, width), factor)


PLAIN_RESHAPE = SpotTheBug(
    key="subpixel.plain_reshape",
    title="Only a reshape",
    buggy=_to_pixels_reshaped,
    reference=to_pixels,
    cases=[
        Case(TWO_BY_TWO[None], 2, by_hand=[[[[1, 2], [3, 4]]]], note="One pixel in each channel."),
        Case(
            np.arange(8.0).reshape(1, 4, 1, 2),
            2,
            by_hand=[[[[0, 2, 1, 3], [4, 6, 5, 7]]]],
            note="Two pixels in each channel.",
        ),
        Case(
            np.arange(8).reshape(2, 4, 1, 1),
            2,
            by_hand=[[[[0, 1], [2, 3]]], [[[4, 5], [6, 7]]]],
            note="A batch of two pictures. Each is shuffled by itself.",
        ),
        Case(
            np.arange(8).reshape(1, 8, 1, 1),
            2,
            by_hand=[[[[0, 1], [2, 3]], [[4, 5], [6, 7]]]],
            note="Two channels come out.",
        ),
    ],
    random_case=_any_batch,
    hints=[
        "Give every pixel a number of its own, np.arange, and two pixels to each channel.",
        "In the large picture the right neighbor of channel 0 is channel 1. Where does the reshape put it?",
        "A reshape never changes the order of the numbers in memory, and here the order must change. So an axis has "
        "to move, between two reshapes.",
    ],
    name="to_pixels",
)


@PLAIN_RESHAPE.mistake("rows only")
def _rows_woven_only(x, factor):
    """The rows take turns now. Along a row, the pixels of one channel are still together."""
    n, c, h, w = x.shape
    x = x.reshape(n, c // factor**2, factor, factor, h, w).transpose(0, 1, 4, 2, 3, 5)
    return x.reshape(n, c // factor**2, h * factor, w * factor)


@PLAIN_RESHAPE.mistake("phases swapped")
def _crossed(x, factor):
    """The pixels take turns, but down and right are swapped. Channel 1 belongs to the right of channel 0."""
    n, c, h, w = x.shape
    x = x.reshape(n, c // factor**2, factor, factor, h, w).transpose(0, 1, 4, 3, 5, 2)
    return x.reshape(n, c // factor**2, h * factor, w * factor)


@PLAIN_RESHAPE.mistake("phases behind")
def _phases_taken_from_the_end(x, factor):
    """Your first reshape takes the phases from the *end* of the shape, where the columns are. They are
    in the channel axis: it becomes three axes."""
    return np.stack([phases_behind(picture, factor) for picture in x])


@PLAIN_RESHAPE.mistake("TensorFlow's order")
def _phases_before_channels(x, factor):
    """The pixels take turns, but your first reshape puts the phases before the channel. That is TensorFlow's
    order. In PyTorch the first `factor**2` channels make output channel 0."""
    n, c, h, w = x.shape
    x = x.reshape(n, factor, factor, c // factor**2, h, w).transpose(0, 3, 4, 1, 5, 2)
    return x.reshape(n, c // factor**2, h * factor, w * factor)


@PLAIN_RESHAPE.mistake
def _batch_and_channels_swapped(x, factor):
    """The pixels take turns, but the batch and the channels are swapped. With one picture and one
    channel nobody notices."""
    n, c, h, w = x.shape
    return to_pixels(x, factor).reshape(c // factor**2, n, h * factor, w * factor)


def depth_to_space(x, block):
    """TensorFlow's depth_to_space, channels first: (block * block * C, H, W) becomes (C, H * block, W * block)."""
    _, height, width = x.shape
    x = x.reshape(block, block, -1, height, width)
    x = x.transpose(2, 3, 0, 4, 1)
    return x.reshape(-1, height * block, width * block)


def _depth_to_space_in_torchs_order(x, block):
    """TensorFlow's depth_to_space, channels first: (block * block * C, H, W) becomes (C, H * block, W * block)."""
    _, height, width = x.shape
    x = x.reshape(-1, block, block, height, width)
    x = x.transpose(0, 3, 1, 4, 2)
    return x.reshape(-1, height * block, width * block)


DEPTH_ORDER = SpotTheBug(
    key="subpixel.depth_order",
    title="A network comes from TensorFlow",
    buggy=_depth_to_space_in_torchs_order,
    reference=depth_to_space,
    cases=[
        Case(TWO_BY_TWO, 2, by_hand=[[[1, 2], [3, 4]]], note="One channel comes out."),
        Case(
            np.arange(8.0).reshape(8, 1, 1),
            2,
            by_hand=[[[0, 2], [4, 6]], [[1, 3], [5, 7]]],
            note="Two channels come out. The input counts phase first, channel last.",
        ),
        Case(
            np.arange(8).reshape(4, 1, 2),
            2,
            by_hand=[[[0, 2, 1, 3], [4, 6, 5, 7]]],
            note="Two pixels in each channel.",
        ),
    ],
    random_case=any_channels,
    hints=[
        "A gray picture was tested, and with one output channel there is no order of channels. How many does a color "
        "picture have?",
        "TensorFlow's channel number is (a * block + b) * C + c: what changes slowest comes first in a "
        "reshape.",
        "reshape(block, block, -1, height, width) has the axes a, b, channel, row, column. The result wants channel, "
        "row, a, column, b.",
    ],
    name="depth_to_space",
)


@DEPTH_ORDER.mistake("the reshape only")
def _reshape_repaired_only(x, block):
    """The reshape is right now: phase down, phase right, channel, row, column. The transpose still
    picks its axes from the old order."""
    _, height, width = x.shape
    x = x.reshape(block, block, -1, height, width).transpose(0, 3, 1, 4, 2)
    return x.reshape(-1, height * block, width * block)


@DEPTH_ORDER.mistake("the transpose only")
def _transpose_repaired_only(x, block):
    """The transpose fits TensorFlow's order now. The reshape still splits the channels as PyTorch counts them,
    the output channel first."""
    _, height, width = x.shape
    x = x.reshape(-1, block, block, height, width).transpose(2, 3, 0, 4, 1)
    return x.reshape(-1, height * block, width * block)


@DEPTH_ORDER.mistake("down and right swapped")
def _right_before_down(x, block):
    """The channels are right. But down and right are swapped."""
    _, height, width = x.shape
    x = x.reshape(block, block, -1, height, width).transpose(2, 3, 1, 4, 0)
    return x.reshape(-1, height * block, width * block)


def icnr(weight, factor):
    """Rows for a sub-pixel convolution that begins as an enlarging by repetition: (C * factor**2, C_in, K, K)."""
    return np.repeat(weight, factor**2, axis=0)


def _icnr_tiled(weight, factor):
    """Rows for a sub-pixel convolution that begins as an enlarging by repetition: (C * factor**2, C_in, K, K)."""
    return np.tile(weight, (factor**2, 1, 1, 1))


def _any_kernels(rng):
    channels, c_in, size, factor = sizes(rng, 3, 3, 3, 3)
    return Case(values(rng, channels, c_in, size, size), factor)


ICNR = SpotTheBug(
    key="subpixel.icnr",
    title="A start without a checkerboard",
    buggy=_icnr_tiled,
    reference=icnr,
    cases=[
        Case(
            np.array([[[[5.0]]]]),
            2,
            by_hand=[[[[5]]]] * 4,
            note="One channel: four rows with the same kernel.",
        ),
        Case(
            np.array([[[[1.0]]], [[[2.0]]]]),
            2,
            by_hand=[[[[1]]]] * 4 + [[[[2]]]] * 4,
            note="Two channels: the four phases of channel 0 come first.",
        ),
        Case(
            np.array([[[[1, 2], [3, 4]]]]),
            2,
            by_hand=[[[[1, 2], [3, 4]]]] * 4,
            note="A kernel of 2 × 2 stays in one piece.",
        ),
    ],
    random_case=_any_kernels,
    hints=[
        "Write down the channel numbers, for C = 2 and factor 2: which rows make output channel 0?",
        "np.tile gives 0, 1, 0, 1, … Which order does the shuffle want?",
        "np.repeat gives 0, 0, 0, 0, 1, 1, 1, 1. (PyTorch calls these two `repeat` and `repeat_interleave`: its "
        "`repeat` is NumPy's `tile`.)",
    ],
    name="icnr",
)


@ICNR.mistake
def _repeat_without_axis(weight, factor):
    """Without `axis`, np.repeat makes one long row of single weights. Along which axis are the kernels
    stacked?"""
    return np.repeat(weight, factor**2)


@ICNR.mistake
def _single_weights_repeated(weight, factor):
    """You repeated single weights. A kernel should stay in one piece: name the `axis` along which to repeat."""
    return np.repeat(weight, factor**2).reshape(-1, *weight.shape[1:])


@ICNR.mistake
def _inputs_repeated(weight, factor):
    """You repeated the *input* channels, axis 1. The rows are axis 0."""
    return np.repeat(weight, factor**2, axis=1)


@ICNR.mistake("factor rows each")
def _repeated_once(weight, factor):
    """Each channel has `factor` phases down *and* `factor` to the right. How many rows is that?"""
    return np.repeat(weight, factor, axis=0)


@ICNR.mistake
def _four_rows_each(weight, factor):
    """You always make four rows per channel. How many phases does a factor of 3 have?"""
    return np.repeat(weight, 4, axis=0)


@ICNR.mistake
def _shared_out(weight, factor):
    """You divided the kernel among the phases. Each phase makes pixels of its own and needs the whole
    kernel."""
    return np.repeat(weight, factor**2, axis=0) / factor**2


# ---- what they look like ------------------------------------------------------------------------------------


def spoiled_pictures(photo):
    """What three bugs of this lesson do, as three pictures. ``photo`` is (height, width, 3), 0 to 1, of even sizes.

    A: its gray, taken apart and dealt out by the plain reshape; B: a flat gray picture, doubled in color by a layer
    that starts with the tiled weights; C: the photo, stored as TensorFlow counts and dealt out in PyTorch's order.
    """
    gray = photo.mean(axis=2)[None, None]
    reshaped = _to_pixels_reshaped(subpixel.pixel_unshuffle(gray, 2), 2)[0, 0]
    color = np.array([0.95, 0.6, 0.25]).reshape(3, 1, 1, 1)  # one weight for each of red, green and blue
    tiled = subpixel.subpixel_convolution(np.ones((1, 1, 6, 9)), _icnr_tiled(color, 2))[0]
    stored = subpixel.pixel_unshuffle(photo.transpose(2, 0, 1), 2, order="tensorflow")
    crossed = _depth_to_space_in_torchs_order(stored, 2)
    return {"A": reshaped, "B": tiled.transpose(1, 2, 0), "C": crossed.transpose(1, 2, 0)}
