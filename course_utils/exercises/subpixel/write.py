"""Lesson 10, sub-pixel convolution: the six functions to write.

Words: ``factor`` is how many times larger a picture becomes, ``stride`` the same number for a transposed
convolution. A picture has the axes (channels, height, width); channels count as in torch, the phases of
channel 0 first.
"""

import numpy as np

from course_utils.exercises.engine import Case, Exercise, decimals


def sizes(rng, *largest):
    """Whole numbers from 1 up to each of these."""
    return [int(rng.integers(1, most + 1)) for most in largest]


def values(rng, *shape):
    """Readable numbers, hardly any two of them alike: an array of this shape."""
    return rng.uniform(-9, 9, shape).round(decimals(rng))


# ---- a kernel and its phases --------------------------------------------------------------------------------


def split_1d(kernel, stride):
    """One row for each phase: kernel[phase::stride], filled up with zeros at the end where it is shorter."""
    length = -(-len(kernel) // stride)  # rounded up
    phases = np.zeros((stride, length))
    for phase in range(stride):
        part = kernel[phase::stride]
        phases[phase, : len(part)] = part
    return phases


def _any_kernel(rng):
    size, stride = sizes(rng, 9, 5)
    return Case(values(rng, size), stride)


SPLIT_1D = Exercise(
    key="subpixel.split_1d",
    title="A kernel in one axis, split into its phases",
    reference=split_1d,
    cases=[
        Case(np.array([1.0, 2]), 2, by_hand=[[1], [2]], note="As long as the stride: one weight per phase."),
        Case(
            np.array([1.0, 2, 3, 4]), 2, by_hand=[[1, 3], [2, 4]], note="Even positions, then odd positions."
        ),
        Case(
            np.array([1.0, 2, 3]), 2, by_hand=[[1, 3], [2, 0]], note="The odd phase has one weight and one 0."
        ),
        Case(np.array([1, 2, 3]), 1, by_hand=[[1, 2, 3]], note="Stride 1: a single phase."),
        Case(
            np.array([1.0, 2, 3, 4, 5]), 3, by_hand=[[1, 4], [2, 5], [3, 0]], note="Stride 3: three phases."
        ),
        Case(np.array([7.0]), 3, by_hand=[[7], [0], [0]], note="Two of the three phases are empty."),
    ],
    random_case=_any_kernel,
    hints=[
        "kernel[phase::stride] is one phase. How long is the longest?",
        "Phase 0 is the longest, with len(kernel) / stride weights, rounded up: -(-len(kernel) // stride).",
        "Begin with np.zeros((stride, length)) and write each phase into the beginning of its row.",
    ],
)


@SPLIT_1D.mistake("cut into pieces")
def _in_pieces(kernel, stride):
    """You cut the kernel into runs of neighbors. How far apart are two weights of the same phase?"""
    length = -(-len(kernel) // stride)
    return np.append(kernel, np.zeros(stride * length - len(kernel))).reshape(stride, length)


@SPLIT_1D.mistake
def _zeros_in_front(kernel, stride):
    """Your zeros come first. Where a phase is shorter, the 0 belongs at its end."""
    phases = split_1d(kernel, stride)
    for phase in range(stride):
        part = kernel[phase::stride]
        phases[phase] = np.append(np.zeros(phases.shape[1] - len(part)), part)
    return phases


@SPLIT_1D.mistake
def _not_filled_up(kernel, stride):
    """Your phases have different lengths. Pad the shorter ones with zeros at the end."""
    return [kernel[phase::stride] for phase in range(stride)]


@SPLIT_1D.mistake("stacked before filling up")
def _stacked_too_early(kernel, stride):
    """Your phases have different lengths, so they do not form an array. Pad the shorter ones with zeros
    first."""
    return np.array([kernel[phase::stride] for phase in range(stride)])


@SPLIT_1D.mistake("the rest dropped")
def _rest_dropped(kernel, stride):
    """You dropped the last weights, those after the last full stride. Round the length of the rows *up*."""
    length = len(kernel) // stride
    return kernel[: length * stride].reshape(length, stride).T


@SPLIT_1D.mistake("length rounded down")
def _no_room(kernel, stride):
    """Your rows are too short for the longest phase. Round their length *up*."""
    phases = np.zeros((stride, len(kernel) // stride))
    for phase in range(stride):
        part = kernel[phase::stride]
        phases[phase, : len(part)] = part
    return phases


@SPLIT_1D.mistake
def _one_tap_too_many(kernel, stride):
    """Your rows have one 0 too many when the stride divides the length. What is the length divided by the
    stride then, rounded up?"""
    phases = np.zeros((stride, len(kernel) // stride + 1))
    for phase in range(stride):
        part = kernel[phase::stride]
        phases[phase, : len(part)] = part
    return phases


@SPLIT_1D.mistake
def _always_two_phases(kernel, stride):
    """You always make two phases, the even positions and the odd ones. There are `stride` phases."""
    return split_1d(kernel, 2)


@SPLIT_1D.mistake("rows and columns swapped")
def _rows_are_taps(kernel, stride):
    """Each of your rows holds one weight of every phase. A row should be one phase."""
    return split_1d(kernel, stride).T


@SPLIT_1D.mistake("every phase flipped")
def _every_row_flipped(kernel, stride):
    """Each of your phases is reversed. A kernel is flipped when it slides as a convolution. Here it is only
    split."""
    return split_1d(kernel, stride)[:, ::-1]


@SPLIT_1D.mistake
def _last_phase_first(kernel, stride):
    """Your phases are in reverse order. Row 0 is phase 0."""
    return split_1d(kernel, stride)[::-1]


def split_2d(kernel, stride):
    """(stride**2, K, K): number a * stride + b is kernel[a::stride, b::stride], filled up with zeros to K x K."""
    length = -(-len(kernel) // stride)  # the kernel is square
    phases = np.zeros((stride, stride, length, length))
    for a in range(stride):
        for b in range(stride):
            part = kernel[a::stride, b::stride]
            phases[a, b, : part.shape[0], : part.shape[1]] = part
    return phases.reshape(stride * stride, length, length)


def _phases_2d(kernel, stride):
    length = -(-len(kernel) // stride)
    return split_2d(kernel, stride).reshape(stride, stride, length, length)


def _filled_up(kernel, stride):
    """The kernel padded with zeros, below and on the right, to a multiple of the stride."""
    return np.pad(kernel, (0, -len(kernel) % stride))


def _any_square_kernel(rng):
    size, stride = sizes(rng, 6, 4)
    return Case(values(rng, size, size), stride)


ONE_TO_SIXTEEN = np.arange(1.0, 17).reshape(4, 4)

SPLIT_2D = Exercise(
    key="subpixel.split_2d",
    title="A square kernel, split into its phases",
    reference=split_2d,
    cases=[
        Case(
            np.array([[1.0, 2], [3, 4]]),
            2,
            by_hand=[[[1]], [[2]], [[3]], [[4]]],
            note="2 × 2 with stride 2: four kernels of one weight.",
        ),
        Case(
            ONE_TO_SIXTEEN,
            2,
            by_hand=[[[1, 3], [9, 11]], [[2, 4], [10, 12]], [[5, 7], [13, 15]], [[6, 8], [14, 16]]],
            note="4 × 4 with stride 2: four kernels of 2 × 2.",
        ),
        Case(
            np.arange(1.0, 10).reshape(3, 3),
            2,
            by_hand=[[[1, 3], [7, 9]], [[2, 0], [8, 0]], [[4, 6], [0, 0]], [[5, 0], [0, 0]]],
            note="3 × 3 with stride 2: four, two, two and one weight.",
        ),
        Case(np.array([[1, 2], [3, 4]]), 1, by_hand=[[[1, 2], [3, 4]]], note="Stride 1: a single phase."),
    ],
    random_case=_any_square_kernel,
    hints=[
        "kernel[a::stride, b::stride] is the phase a down, b to the right.",
        "Its number is a * stride + b, as the channels of a pixel shuffle count: right first, then down.",
        "Begin with np.zeros((stride, stride, length, length)), write each phase into the top left corner of its "
        "own square, and reshape at the end.",
    ],
)


@SPLIT_2D.mistake
def _down_and_right_swapped(kernel, stride):
    """Your phases are numbered down first. Phase 1 is the one to the *right*."""
    phases = _phases_2d(kernel, stride)
    return phases.swapaxes(0, 1).reshape(stride**2, *phases.shape[2:])


@SPLIT_2D.mistake("cut into blocks")
def _blocks(kernel, stride):
    """You cut the kernel into blocks of neighbors. How far apart are two weights of the same phase?"""
    length = -(-len(kernel) // stride)
    blocks = _filled_up(kernel, stride).reshape(stride, length, stride, length)
    return blocks.swapaxes(1, 2).reshape(-1, length, length)


@SPLIT_2D.mistake("plain reshape")
def _reshaped_2d(kernel, stride):
    """That is a reshape alone. It keeps neighbors together. Which weights belong to the first phase?"""
    length = -(-len(kernel) // stride)
    return _filled_up(kernel, stride).reshape(-1, length, length)


@SPLIT_2D.mistake("zeros in front")
def _zeros_in_front_2d(kernel, stride):
    """Your zeros come first. Where a phase is shorter, they belong at its end: below and on the right."""
    short = -len(kernel) % stride
    phases = _phases_2d(kernel, stride)
    for axis in (0, 1):
        late = [slice(None)] * 4
        late[axis] = slice(stride - short, None)  # these phases are one weight shorter
        phases[tuple(late)] = np.roll(phases[tuple(late)], 1, axis=axis + 2)
    return phases.reshape(stride**2, *phases.shape[2:])


@SPLIT_2D.mistake
def _not_filled_up_2d(kernel, stride):
    """Your phases have different sizes. Pad the smaller ones with zeros, below and on the right."""
    return [kernel[a::stride, b::stride] for a in range(stride) for b in range(stride)]


@SPLIT_2D.mistake("stacked before filling up")
def _stacked_too_early_2d(kernel, stride):
    """Your phases have different sizes, so they do not form an array. Pad the smaller ones with zeros first."""
    return np.array([kernel[a::stride, b::stride] for a in range(stride) for b in range(stride)])


@SPLIT_2D.mistake("the rest dropped")
def _rest_dropped_2d(kernel, stride):
    """You dropped the last rows and columns of the kernel. Round the length of the small kernels *up*."""
    whole = len(kernel) // stride * stride
    return split_2d(kernel[:whole, :whole], stride)


@SPLIT_2D.mistake("always two phases")
def _always_two_phases_2d(kernel, stride):
    """You always make two phases in each axis. There are `stride` phases down and `stride` to the right."""
    return split_2d(kernel, 2)


@SPLIT_2D.mistake("the diagonal only")
def _only_the_diagonal(kernel, stride):
    """You used one index for both axes and got `stride` phases. Down and right each have their own index, so
    how many pairs are there?"""
    phases = _phases_2d(kernel, stride)
    return np.array([phases[a, a] for a in range(stride)])


@SPLIT_2D.mistake("every phase flipped")
def _flipped_2d(kernel, stride):
    """Your phases are flipped. A kernel is flipped when it slides as a convolution. Here it is only split."""
    return split_2d(kernel, stride)[:, ::-1, ::-1]


# ---- channels into pixels, and back -------------------------------------------------------------------------


def channels_to_pixels(x, factor):
    """Channels to pixels: (C * factor**2, H, W) becomes (C, H * factor, W * factor), as in PyTorch."""
    _, height, width = x.shape
    apart = x.reshape(-1, factor, factor, height, width)  # channel, phase down, phase right, row, column
    woven = apart.transpose(0, 3, 1, 4, 2)  # channel, row, phase down, column, phase right
    return woven.reshape(-1, height * factor, width * factor)


def _shuffled_by(x, factor, axes):
    _, height, width = x.shape
    apart = x.reshape(-1, factor, factor, height, width)
    return apart.transpose(axes).reshape(-1, height * factor, width * factor)


def any_channels(rng):
    """Any picture whose channels can be shuffled."""
    channels, factor, height, width = sizes(rng, 3, 3, 4, 4)
    return Case(values(rng, channels * factor**2, height, width), factor)


TWO_BY_TWO = np.arange(1.0, 5).reshape(4, 1, 1)

SHUFFLE = Exercise(
    key="subpixel.shuffle",
    title="Pixel shuffle",
    reference=channels_to_pixels,
    cases=[
        Case(TWO_BY_TWO, 2, by_hand=[[[1, 2], [3, 4]]], note="Four channels of one pixel: a block of 2 × 2."),
        Case(
            np.arange(8.0).reshape(4, 1, 2),
            2,
            by_hand=[[[0, 2, 1, 3], [4, 6, 5, 7]]],
            note="Two pixels: two blocks side by side. The first is 0, 2 above 4, 6.",
        ),
        Case(
            np.arange(8.0).reshape(8, 1, 1),
            2,
            by_hand=[[[0, 1], [2, 3]], [[4, 5], [6, 7]]],
            note="Eight channels become two: the first four of them are the first one.",
        ),
        Case(np.arange(6).reshape(3, 1, 2), 1, by_hand=[[[0, 1]], [[2, 3]], [[4, 5]]], note="Factor 1."),
    ],
    random_case=any_channels,
    hints=[
        "First give every index an axis of its own: x.reshape(-1, factor, factor, height, width) has the axes "
        "channel, phase down, phase right, row, column.",
        "A large row is row * factor + phase down: when two axes become one, the second of them counts faster. "
        "So which axis must come right after `row`, and which right after `column`?",
        "transpose(0, 3, 1, 4, 2), then the last reshape.",
    ],
)


@SHUFFLE.mistake
def _plain_reshape(x, factor):
    """That is a reshape alone: the shape is right, but each channel stays together. Neighbors in
    the large picture come from *different* channels, so an axis has to move."""
    channels, height, width = x.shape
    return x.reshape(channels // factor**2, height * factor, width * factor)


@SHUFFLE.mistake
def _phases_swapped(x, factor):
    """Down and right are swapped. Your second channel goes below the first; it belongs to its right."""
    return _shuffled_by(x, factor, (0, 3, 2, 4, 1))


@SHUFFLE.mistake("TensorFlow's order")
def _tensorflows_order(x, factor):
    """That is TensorFlow's order, in which the channel counts fastest. In PyTorch the first `factor**2`
    channels make output channel 0."""
    _, height, width = x.shape
    apart = x.reshape(factor, factor, -1, height, width)
    return apart.transpose(2, 3, 0, 4, 1).reshape(-1, height * factor, width * factor)


@SHUFFLE.mistake
def _side_by_side(x, factor):
    """You put the channels next to each other as whole pictures. Their *pixels* take turns: the phase
    changes faster than the row and the column."""
    return _shuffled_by(x, factor, (0, 1, 3, 2, 4))


@SHUFFLE.mistake
def _rows_only(x, factor):
    """The rows take turns. Along a row, the pixels of one channel are still together."""
    return _shuffled_by(x, factor, (0, 3, 1, 2, 4))


@SHUFFLE.mistake
def _axes_inverted(x, factor):
    """You told `transpose` where each axis goes. It asks, for each position in the result, which axis comes
    there."""
    return _shuffled_by(x, factor, (0, 2, 4, 1, 3))


@SHUFFLE.mistake
def phases_behind(x, factor):
    """Your first reshape takes the phases from the *end* of the shape, where the columns are. A reshape only
    splits axes: the phases are in the channel axis, the first one."""
    _, height, width = x.shape
    apart = x.reshape(-1, height, width, factor, factor)  # wrong: the channels come first, not last
    return apart.transpose(0, 1, 3, 2, 4).reshape(-1, height * factor, width * factor)


@SHUFFLE.mistake
def _factor_always_two(x, factor):
    """You wrote 2 where `factor` is meant. This case has another factor."""
    return channels_to_pixels(x, 2)


def pixels_to_channels(x, factor):
    """Pixels to channels, the inverse: (C, H * factor, W * factor) becomes (C * factor**2, H, W)."""
    channels, height, width = x.shape
    apart = x.reshape(channels, height // factor, factor, width // factor, factor)
    phases = apart.transpose(0, 2, 4, 1, 3)  # channel, phase down, phase right, row, column
    return phases.reshape(-1, height // factor, width // factor)


def _unshuffled_by(x, factor, axes):
    channels, height, width = x.shape
    apart = x.reshape(channels, height // factor, factor, width // factor, factor)
    return apart.transpose(axes).reshape(-1, height // factor, width // factor)


def _any_pixels(rng):
    channels, factor, rows, columns = sizes(rng, 3, 3, 4, 4)
    return Case(values(rng, channels, rows * factor, columns * factor), factor)


UNSHUFFLE = Exercise(
    key="subpixel.unshuffle",
    title="The inverse of the shuffle",
    reference=pixels_to_channels,
    cases=[
        Case(
            np.array([[[1.0, 2], [3, 4]]]), 2, by_hand=[[[1]], [[2]], [[3]], [[4]]], note="A block of 2 × 2."
        ),
        Case(
            np.array([[[0.0, 2, 1, 3], [4, 6, 5, 7]]]),
            2,
            by_hand=[[[0, 1]], [[2, 3]], [[4, 5]], [[6, 7]]],
            note="Two blocks. Channel 0 gets the first pixel of each.",
        ),
        Case(
            np.arange(8.0).reshape(2, 2, 2),
            2,
            by_hand=np.arange(8.0).reshape(8, 1, 1),
            note="All of channel 0 comes before channel 1.",
        ),
        Case(np.arange(6).reshape(2, 3, 1), 1, by_hand=np.arange(6).reshape(2, 3, 1), note="Factor 1."),
    ],
    random_case=_any_pixels,
    hints=[
        "Undo the shuffle step by step. Its last step joined row and phase down, column and phase right: split "
        "them again.",
        "x.reshape(channels, height // factor, factor, width // factor, factor) has the axes channel, row, phase "
        "down, column, phase right.",
        "Then both phases go right after the channel: transpose(0, 2, 4, 1, 3).",
    ],
)


@UNSHUFFLE.mistake("plain reshape")
def _unshuffled_plainly(x, factor):
    """That is a reshape alone: it cuts the picture into strips. Which pixels should channel 0 hold?"""
    channels, height, width = x.shape
    return x.reshape(channels * factor**2, height // factor, width // factor)


@UNSHUFFLE.mistake("the shuffle's own transpose")
def _shuffle_again(x, factor):
    """You transposed as the shuffle does. Going back needs the inverse: your axes are now channel, row, phase
    down, column, phase right, and both phases belong right after the channel."""
    return _unshuffled_by(x, factor, (0, 3, 1, 4, 2))


@UNSHUFFLE.mistake("the shuffle's own reshape")
def _shuffled_once_more(x, factor):
    """Your first reshape splits the channel axis, as the shuffle does. Where are the phases now?"""
    channels, height, width = x.shape
    apart = x.reshape(channels, factor, factor, height // factor, width // factor)
    return apart.transpose(0, 3, 1, 4, 2).reshape(-1, height // factor, width // factor)


@UNSHUFFLE.mistake("phases swapped")
def _unshuffled_crosswise(x, factor):
    """Down and right are swapped. The pixel to the right of the first belongs to channel 1, the one
    below it to channel `factor`."""
    return _unshuffled_by(x, factor, (0, 4, 2, 1, 3))


@UNSHUFFLE.mistake("TensorFlow's order")
def _unshuffled_for_tensorflow(x, factor):
    """That is TensorFlow's order: all channels of a phase come together. In PyTorch, all phases of a channel
    do."""
    return _unshuffled_by(x, factor, (2, 4, 0, 1, 3))


@UNSHUFFLE.mistake("cut into tiles")
def _tiles(x, factor):
    """You cut the picture into `factor` × `factor` tiles. A phase is every factor-th pixel, from all over the
    picture."""
    channels, height, width = x.shape
    tiles = x.reshape(channels, factor, height // factor, factor, width // factor)
    return tiles.swapaxes(2, 3).reshape(-1, height // factor, width // factor)


@UNSHUFFLE.mistake
def _one_phase_only(x, factor):
    """All your channels hold the first pixel of each block. Where does each of the other phases start?"""
    return np.repeat(x[:, ::factor, ::factor], factor**2, axis=0)


@UNSHUFFLE.mistake("factor always two")
def _unshuffled_by_two(x, factor):
    """You wrote 2 where `factor` is meant. This case has another factor."""
    return pixels_to_channels(x, 2)


# ---- the whole conversion -----------------------------------------------------------------------------------


def to_subpixel(weight, stride):
    """(C_in, C_out, k, k) of a transposed convolution as (C_out * stride**2, C_in, K, K) of its twin."""
    c_in, c_out, size, _ = weight.shape
    length = -(-size // stride)
    filled = np.zeros((c_in, c_out, length * stride, length * stride))
    filled[:, :, :size, :size] = weight
    apart = filled.reshape(c_in, c_out, length, stride, length, stride)
    apart = apart[:, :, ::-1, :, ::-1, :]  # what painted forward is read backward
    rows = apart.transpose(1, 3, 5, 0, 2, 4)  # output channel, phase down, phase right, input channel, K x K
    return rows.reshape(c_out * stride**2, c_in, length, length)


ROWS, COLUMNS = 2, 4  # the axes of the small kernel, after input channel and output channel


def _converted(weight, stride, axes=(1, 3, 5, 0, 2, 4), flipped=(ROWS, COLUMNS)):
    """The reference, with another order of axes or other axes flipped."""
    c_in, c_out, size, _ = weight.shape
    length = -(-size // stride)
    filled = np.pad(weight, ((0, 0), (0, 0), *[(0, length * stride - size)] * 2))
    apart = np.flip(filled.reshape(c_in, c_out, length, stride, length, stride), flipped)
    return apart.transpose(axes).reshape(-1, apart.shape[axes[3]], length, length)


def _any_layer(rng):
    c_in, c_out, size, stride = sizes(rng, 3, 3, 5, 3)
    return Case(values(rng, c_in, c_out, size, size), stride)


CONVERT = Exercise(
    key="subpixel.convert",
    title="From a transposed convolution to a sub-pixel convolution",
    reference=to_subpixel,
    cases=[
        Case(
            np.array([[[[1.0, 2], [3, 4]]]]),
            2,
            by_hand=[[[[1]]], [[[2]]], [[[3]]], [[[4]]]],
            note="Kernel 2, stride 2: four kernels of one weight, in the order of the shuffle.",
        ),
        Case(
            ONE_TO_SIXTEEN[None, None],
            2,
            by_hand=[[[[11, 9], [3, 1]]], [[[12, 10], [4, 2]]], [[[15, 13], [7, 5]]], [[[16, 14], [8, 6]]]],
            note="The four phases of the kernel 1 to 16, each flipped.",
        ),
        Case(
            np.arange(1.0, 10).reshape(1, 1, 3, 3),
            2,
            by_hand=[[[[9, 7], [3, 1]]], [[[0, 8], [0, 2]]], [[[0, 0], [6, 4]]], [[[0, 0], [0, 5]]]],
            note="A kernel of 3 × 3: four, two, two and one weight.",
        ),
        Case(
            np.arange(1.0, 10).reshape(1, 1, 3, 3),
            1,
            by_hand=[[[[9, 8, 7], [6, 5, 4], [3, 2, 1]]]],
            note="Stride 1: a single phase.",
        ),
        Case(
            np.array([[[[1.0, 2], [3, 4]]], [[[5.0, 6], [7, 8]]]]),
            2,
            by_hand=[[[[1]], [[5]]], [[[2]], [[6]]], [[[3]], [[7]]], [[[4]], [[8]]]],
            note="Two channels in, one out: every row of the convolution reads both.",
        ),
        Case(
            np.array([[[[1.0]], [[2.0]]]]),
            2,
            by_hand=[[[[1]]], [[[0]]], [[[0]]], [[[0]]], [[[2]]], [[[0]]], [[[0]]], [[[0]]]],
            note="One channel in, two out: all phases of output channel 0 come first.",
        ),
    ],
    random_case=_any_layer,
    hints=[
        "Four steps: pad the kernel to a multiple of the stride, split it into phases, flip each phase, put "
        "the axes in order.",
        "filled.reshape(c_in, c_out, length, stride, length, stride) has a phase and a place in its small kernel "
        "for either axis. Flipping is [::-1] along both axes of the small kernel.",
        "The rows count output channel, phase down, phase right; after them come input channel and small kernel: "
        "transpose(1, 3, 5, 0, 2, 4).",
    ],
)


@CONVERT.mistake
def _not_turned_around(weight, stride):
    """Your phases are in the kernel's own order. A transposed convolution paints them forward. In which order
    does a convolution read the same weights?"""
    return _converted(weight, stride, flipped=())


@CONVERT.mistake
def _turned_upside_down_only(weight, stride):
    """Your phases are flipped upside down, but not left to right. Flip *both* axes."""
    return _converted(weight, stride, flipped=ROWS)


@CONVERT.mistake
def _turned_left_to_right_only(weight, stride):
    """Your phases are flipped left to right, but not upside down. Flip *both* axes."""
    return _converted(weight, stride, flipped=COLUMNS)


@CONVERT.mistake
def _turned_around_before_splitting(weight, stride):
    """You flipped the whole kernel and then split it, so the phases are in the wrong order as well. Split
    first, then flip each phase."""
    return _converted(weight[:, :, ::-1, ::-1], stride, flipped=())


@CONVERT.mistake
def _turned_around_before_filling_up(weight, stride):
    """You flipped each phase and then padded it, so its zeros are at the end. Pad first. Where are the zeros
    once such a phase is flipped?"""
    rows = to_subpixel(weight, stride)
    length, size = rows.shape[-1], weight.shape[-1]
    for row, phase in enumerate(np.ndindex(weight.shape[1], stride, stride)):
        short = [length - len(range(start, size, stride)) for start in phase[1:]]
        rows[row] = np.roll(rows[row], [-zeros for zeros in short], axis=(1, 2))
    return rows


@CONVERT.mistake("channels not swapped")
def _channels_kept(weight, stride):
    """A transposed convolution stores (inputs, outputs, ...), a convolution (outputs, inputs, ...).
    Yours still has the inputs first."""
    return _converted(weight, stride, axes=(0, 3, 5, 1, 2, 4))


@CONVERT.mistake("phases before channels")
def _phases_first(weight, stride):
    """Your rows count the phase first and the output channel last: TensorFlow's order. PyTorch's
    shuffle wants all phases of output channel 0 first."""
    return _converted(weight, stride, axes=(3, 5, 1, 0, 2, 4))


@CONVERT.mistake("down and right swapped")
def _phases_crossed(weight, stride):
    """Your phases are numbered down first. The shuffle puts channel 1 to the *right* of channel 0."""
    return _converted(weight, stride, axes=(1, 5, 3, 0, 2, 4))


@CONVERT.mistake("zeros in front")
def _filled_in_front(weight, stride):
    """You padded the kernel at its beginning. That moves every weight to another phase; put the zeros at the
    end."""
    short = -weight.shape[-1] % stride
    return _converted(np.pad(weight, ((0, 0), (0, 0), (short, 0), (short, 0))), stride)


@CONVERT.mistake
def _stride_always_two(weight, stride):
    """You wrote 2 where `stride` is meant. This case has another stride."""
    return to_subpixel(weight, 2)


# ---- what it costs ------------------------------------------------------------------------------------------


def count_cost(height, width, c_in, c_out, kernel_size, factor):
    """(weights, multiply-adds) of a K x K convolution on the height x width picture and a shuffle; no bias."""
    rows = c_out * factor**2  # one channel for every phase
    weights = rows * c_in * kernel_size**2
    return weights, weights * height * width


def _any_cost(rng):
    height, width, c_in, c_out, factor = sizes(rng, 9, 9, 6, 6, 4)
    return Case(height, width, c_in, c_out, int(rng.choice([1, 3, 5, 7])), factor)


COST = Exercise(
    key="subpixel.cost",
    title="Count the cost",
    reference=count_cost,
    cases=[
        Case(1, 1, 1, 1, 1, 2, by_hand=(4, 4), note="One pixel becomes four: 4 weights, 4 multiply-adds."),
        Case(2, 3, 1, 1, 1, 2, by_hand=(4, 24), note="The same four weights at six pixels."),
        Case(2, 3, 1, 1, 3, 1, by_hand=(9, 54), note="Factor 1 is an ordinary convolution."),
        Case(4, 5, 2, 3, 3, 2, by_hand=(216, 4320), note="12 rows · 2 channels · 9 weights."),
        Case(64, 64, 64, 64, 3, 2, by_hand=(147456, 603979776), note="A layer as networks have it."),
    ],
    random_case=_any_cost,
    hints=[
        "How many channels leave the convolution, before the shuffle? `c_out` for each of the `factor**2` phases.",
        "Each of them has a kernel of `kernel_size` × `kernel_size` for every input channel.",
        "With stride 1 and the padding that keeps the size, each weight is used once for every pixel of the small "
        "picture.",
    ],
)


@COST.mistake
def _on_the_large_picture(height, width, c_in, c_out, kernel_size, factor):
    """Your weights are right. The convolution runs on the *small* picture, and the shuffle multiplies
    nothing."""
    weights, multiply_adds = count_cost(height, width, c_in, c_out, kernel_size, factor)
    return weights, multiply_adds * factor**2


@COST.mistake
def _phases_forgotten(height, width, c_in, c_out, kernel_size, factor):
    """Right for factor 1. Otherwise the convolution has more than `c_out` channels. How many does the shuffle
    need?"""
    return count_cost(height, width, c_in, c_out, kernel_size, 1)


@COST.mistake
def _factor_once(height, width, c_in, c_out, kernel_size, factor):
    """There are `factor` phases down *and* `factor` to the right. How many is that together?"""
    weights = c_out * factor * c_in * kernel_size**2
    return weights, weights * height * width


@COST.mistake("factor always two")
def _four_phases(height, width, c_in, c_out, kernel_size, factor):
    """You count four phases, whatever `factor` is. How many are there for factor 1, for factor 3?"""
    return count_cost(height, width, c_in, c_out, kernel_size, 2)


@COST.mistake("kernel_size once")
def _kernel_once(height, width, c_in, c_out, kernel_size, factor):
    """A kernel has `kernel_size` rows *and* `kernel_size` columns. How many weights is that?"""
    weights = c_out * factor**2 * c_in * kernel_size
    return weights, weights * height * width


@COST.mistake
def _one_pixel_only(height, width, c_in, c_out, kernel_size, factor):
    """Your weights are right. How often is each of them used on a picture of `height` × `width` pixels?"""
    weights, _ = count_cost(height, width, c_in, c_out, kernel_size, factor)
    return weights, weights


@COST.mistake("bias counted")
def _with_bias(height, width, c_in, c_out, kernel_size, factor):
    """You counted biases. This layer has none."""
    weights, multiply_adds = count_cost(height, width, c_in, c_out, kernel_size, factor)
    return weights + c_out * factor**2, multiply_adds


@COST.mistake("bias counted in both")
def _with_bias_in_both(height, width, c_in, c_out, kernel_size, factor):
    """You counted biases, in both numbers. This layer has none."""
    weights = c_out * factor**2 * (c_in * kernel_size**2 + 1)
    return weights, weights * height * width


@COST.mistake("input channels forgotten")
def _no_inputs(height, width, c_in, c_out, kernel_size, factor):
    """You counted one kernel for each output channel. How many input channels does each of them read?"""
    weights = c_out * factor**2 * kernel_size**2
    return weights, weights * height * width


@COST.mistake("only where the kernel fits")
def _no_zeros_at_the_border(height, width, c_in, c_out, kernel_size, factor):
    """Your weights are right. The kernel is placed over every pixel of the small picture, even where it extends
    beyond the border. The multiply-adds with those zeros count as well."""
    weights, _ = count_cost(height, width, c_in, c_out, kernel_size, factor)
    return weights, weights * (height - kernel_size + 1) * (width - kernel_size + 1)


@COST.mistake("sums counted as well")
def _two_for_each(height, width, c_in, c_out, kernel_size, factor):
    """You counted multiplication and addition apart. A weight times a number, added to a sum, is *one*
    multiply-add."""
    weights, multiply_adds = count_cost(height, width, c_in, c_out, kernel_size, factor)
    return weights, 2 * multiply_adds


@COST.mistake("multiply-adds before weights")
def _multiply_adds_first(height, width, c_in, c_out, kernel_size, factor):
    """Both numbers are right, but in the wrong order. The weights come first, then the multiply-adds."""
    return count_cost(height, width, c_in, c_out, kernel_size, factor)[::-1]
