"""Lesson 10, sub-pixel convolution: the six functions to write.

Words: ``factor`` is how many times larger a picture becomes, ``stride`` the same number for a transposed
convolution. A picture has the axes (channels, height, width); channels count as in torch, the phases of
channel 0 first.
"""

import numpy as np

from course_utils.exercises.engine import Case, Exercise


def noise(*shape, seed=0):
    return np.random.default_rng(seed).integers(-9, 10, shape).astype(float)


# ---- a kernel and its phases --------------------------------------------------------------------------------


def split_1d(kernel, stride):
    """One row for each phase: kernel[phase::stride], filled up with zeros at the end where it is shorter."""
    taps = -(-len(kernel) // stride)  # rounded up
    phases = np.zeros((stride, taps))
    for phase in range(stride):
        part = kernel[phase::stride]
        phases[phase, : len(part)] = part
    return phases


SPLIT_1D = Exercise(
    key="subpixel.split_1d",
    title="A kernel in one axis, split into its phases",
    reference=split_1d,
    cases=[
        Case(
            np.array([1.0, 2.0]),
            2,
            by_hand=[[1], [2]],
            note="As long as the stride: one weight for each phase.",
        ),
        Case(
            np.array([1.0, 2.0, 3.0, 4.0]), 2, by_hand=[[1, 3], [2, 4]], note="Even places, then odd places."
        ),
        Case(
            np.array([1.0, 2.0, 3.0]),
            2,
            by_hand=[[1, 3], [2, 0]],
            note="The odd phase has one weight and a 0.",
        ),
        Case(np.array([1.0, 2.0, 3.0]), 1, by_hand=[[1, 2, 3]]),
        Case(np.array([1.0, 2.0, 3.0, 4.0, 5.0]), 3, by_hand=[[1, 4], [2, 5], [3, 0]]),
        Case(
            np.array([7.0]), 3, by_hand=[[7], [0], [0]], note="Two of the three phases have nothing at all."
        ),
        Case(noise(9), 4),
    ],
    hints=[
        "kernel[phase::stride] is one phase. How long is the longest?",
        "The longest is phase 0, with len(kernel) / stride weights, rounded up: -(-len(kernel) // stride).",
        "Begin with np.zeros((stride, taps)) and write each phase into the beginning of its row.",
    ],
)


@SPLIT_1D.mistake("cut into pieces")
def _in_pieces(kernel, stride):
    """You cut the kernel into pieces of neighbours. A phase takes every stride-th weight:
    kernel[phase::stride]."""
    taps = -(-len(kernel) // stride)
    return np.append(kernel, np.zeros(stride * taps - len(kernel))).reshape(stride, taps)


@SPLIT_1D.mistake
def _zeros_in_front(kernel, stride):
    """Where a phase is shorter, the 0 stands at its end: weight j of a phase is kernel[phase + stride *
    j]."""
    phases = split_1d(kernel, stride)
    for phase in range(stride):
        part = kernel[phase::stride]
        phases[phase] = np.append(np.zeros(phases.shape[1] - len(part)), part)
    return phases


@SPLIT_1D.mistake("the rest dropped")
def _rest_dropped(kernel, stride):
    """You dropped the last weights, those after the last full stride. Round the number of taps *up*."""
    taps = len(kernel) // stride
    return kernel[: taps * stride].reshape(taps, stride).T


@SPLIT_1D.mistake("rows and columns swapped")
def _rows_are_taps(kernel, stride):
    """A row of yours holds one weight of each phase. A row should be a phase."""
    return split_1d(kernel, stride).T.copy()


@SPLIT_1D.mistake("every phase flipped")
def _every_row_flipped(kernel, stride):
    """Each of your phases runs backwards. That is needed when it slides as a convolution; here it stays
    as it is."""
    return split_1d(kernel, stride)[:, ::-1].copy()


@SPLIT_1D.mistake
def _last_phase_first(kernel, stride):
    """Your phases begin with the last one. Row 0 is phase 0."""
    return split_1d(kernel, stride)[::-1].copy()


def split_2d(kernel, stride):
    """(stride**2, taps, taps): number a * stride + b is kernel[a::stride, b::stride], filled up with zeros."""
    taps = -(-len(kernel) // stride)  # the kernel is square
    phases = np.zeros((stride, stride, taps, taps))
    for a in range(stride):
        for b in range(stride):
            part = kernel[a::stride, b::stride]
            phases[a, b, : part.shape[0], : part.shape[1]] = part
    return phases.reshape(stride * stride, taps, taps)


def _phases_2d(kernel, stride):
    taps = -(-len(kernel) // stride)
    return split_2d(kernel, stride).reshape(stride, stride, taps, taps)


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
            note="The kernel of the article, (1, 1, 4, 4), as four of 2 × 2.",
        ),
        Case(
            np.arange(1.0, 10).reshape(3, 3),
            2,
            by_hand=[[[1, 3], [7, 9]], [[2, 0], [8, 0]], [[4, 6], [0, 0]], [[5, 0], [0, 0]]],
            note="3 × 3 with stride 2: four, two, two and one weight.",
        ),
        Case(np.array([[1.0, 2], [3, 4]]), 1, by_hand=[[[1, 2], [3, 4]]]),
        Case(noise(5, 5), 3),
        Case(noise(9, 9, seed=1), 3),
    ],
    hints=[
        "kernel[a::stride, b::stride] is the phase a down, b to the right.",
        "Its number is a * stride + b, as the channels of a pixel shuffle count: right first, then down.",
        "Begin with np.zeros((stride, stride, taps, taps)), write each phase into the corner of its own, reshape "
        "at the end.",
    ],
)


@SPLIT_2D.mistake
def _down_and_right_swapped(kernel, stride):
    """Your phases are numbered down first. Number 1 is the phase to the *right*: kernel[0::stride,
    1::stride]."""
    return _phases_2d(kernel, stride).swapaxes(0, 1).reshape(stride**2, -(-len(kernel) // stride), -1)


@SPLIT_2D.mistake("cut into blocks")
def _blocks(kernel, stride):
    """You cut the kernel into blocks of neighbours. A phase takes every stride-th weight of every
    stride-th row."""
    taps = -(-len(kernel) // stride)
    filled = np.zeros((stride * taps, stride * taps))
    filled[: len(kernel), : len(kernel)] = kernel
    return filled.reshape(stride, taps, stride, taps).swapaxes(1, 2).reshape(-1, taps, taps)


@SPLIT_2D.mistake("plain reshape")
def _reshaped_2d(kernel, stride):
    """That is a reshape alone. Slice with a step: kernel[a::stride, b::stride]."""
    taps = -(-len(kernel) // stride)
    filled = np.zeros((stride * taps, stride * taps))
    filled[: len(kernel), : len(kernel)] = kernel
    return filled.reshape(-1, taps, taps)


@SPLIT_2D.mistake("zeros in front")
def _zeros_in_front_2d(kernel, stride):
    """Where a phase is shorter, its zeros stand at the end: below and on the right."""
    short = -len(kernel) % stride
    phases = _phases_2d(kernel, stride)
    for axis in (0, 1):
        late = [slice(None)] * 4
        late[axis] = slice(stride - short, None)  # these phases are one weight shorter
        phases[tuple(late)] = np.roll(phases[tuple(late)], 1, axis=axis + 2)
    return phases.reshape(stride**2, *phases.shape[2:])


@SPLIT_2D.mistake("the rest dropped")
def _rest_dropped_2d(kernel, stride):
    """You dropped the last rows and columns of the kernel. Round the number of taps *up*."""
    whole = len(kernel) // stride * stride
    return split_2d(kernel[:whole, :whole], stride)


@SPLIT_2D.mistake("the diagonal only")
def _only_the_diagonal(kernel, stride):
    """You used one number for both axes and got `stride` phases. Down and right have a phase each:
    stride * stride of them."""
    phases = _phases_2d(kernel, stride)
    return np.array([phases[a, a] for a in range(stride)])


@SPLIT_2D.mistake("every phase flipped")
def _flipped_2d(kernel, stride):
    """Your phases are turned round. That comes later, when they slide; here they stay as they are."""
    return split_2d(kernel, stride)[:, ::-1, ::-1].copy()


# ---- channels into pixels, and back -------------------------------------------------------------------------


def channels_to_pixels(x, factor):
    """Channels to pixels: (C * factor**2, H, W) becomes (C, H * factor, W * factor), as in PyTorch."""
    _, height, width = x.shape
    apart = x.reshape(-1, factor, factor, height, width)  # channel, phase down, phase right, row, column
    woven = apart.transpose(0, 3, 1, 4, 2)  # channel, row, phase down, column, phase right
    return woven.reshape(-1, height * factor, width * factor)


def _shuffled_by(axes, order="torch"):
    def shuffled(x, factor):
        _, height, width = x.shape
        shape = (-1, factor, factor) if order == "torch" else (factor, factor, -1)
        apart = x.reshape(*shape, height, width)
        return apart.transpose(axes).reshape(-1, height * factor, width * factor)

    return shuffled


TWO_BY_TWO = np.arange(1.0, 5).reshape(4, 1, 1)

SHUFFLE = Exercise(
    key="subpixel.shuffle",
    title="Pixel shuffle",
    reference=channels_to_pixels,
    cases=[
        Case(
            TWO_BY_TWO, 2, by_hand=[[[1, 2], [3, 4]]], note="Four channels of one pixel: one block of 2 × 2."
        ),
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
        Case(np.arange(16.0).reshape(4, 2, 2), 2),
        Case(noise(3, 2, 4), 1, note="Factor 1 changes nothing."),
        Case(noise(18, 2, 3, seed=1), 3),
        Case(noise(12, 3, 2, seed=2), 2),
    ],
    hints=[
        "First give every index an axis of its own: x.reshape(-1, factor, factor, height, width) has the axes "
        "channel, phase down, phase right, row, column.",
        "A large row is row * factor + phase down: when two axes become one, the one behind counts faster. So "
        "which axis must stand right behind `row`, and which right behind `column`?",
        "transpose(0, 3, 1, 4, 2), then the last reshape.",
    ],
)


@SHUFFLE.mistake
def _plain_reshape(x, factor):
    """That is a reshape alone: the shape is right, but each channel stays in one piece. Neighbours in
    the large picture come from *different* channels, so an axis has to move."""
    channels, height, width = x.shape
    return x.reshape(channels // factor**2, height * factor, width * factor)


SHUFFLE.mistake(
    "phases swapped",
    "Down and right have changed places: your second channel goes below the first. It belongs to its right.",
)(_shuffled_by((0, 3, 2, 4, 1)))


SHUFFLE.mistake(
    "TensorFlow's order",
    "That is TensorFlow's order, in which the channel counts fastest. In PyTorch the first factor**2 "
    "channels make output channel 0.",
)(_shuffled_by((2, 3, 0, 4, 1), "tensorflow"))


SHUFFLE.mistake(
    "side by side",
    "You put the channels next to each other as whole pictures. Their *pixels* take turns: the phase "
    "changes faster than the row and the column.",
)(_shuffled_by((0, 1, 3, 2, 4)))


@SHUFFLE.mistake
def phases_behind(x, factor):
    """Your first reshape takes the phases from the *end* of the shape, where the columns are. A reshape
    only cuts axes up: the phases are in the channel axis, the first one."""
    _, height, width = x.shape
    apart = x.reshape(-1, height, width, factor, factor)  # wrong: the channels lie in front, not behind
    return apart.transpose(0, 1, 3, 2, 4).reshape(-1, height * factor, width * factor)


def pixels_to_channels(x, factor):
    """Pixels to channels, the inverse: (C, H * factor, W * factor) becomes (C * factor**2, H, W)."""
    channels, height, width = x.shape
    apart = x.reshape(channels, height // factor, factor, width // factor, factor)
    phases = apart.transpose(0, 2, 4, 1, 3)  # channel, phase down, phase right, row, column
    return phases.reshape(-1, height // factor, width // factor)


def _unshuffled_by(axes, blocks=False):
    def unshuffled(x, factor):
        channels, height, width = x.shape
        rows, columns = height // factor, width // factor
        shape = (factor, rows, factor, columns) if blocks else (rows, factor, columns, factor)
        return x.reshape(channels, *shape).transpose(axes).reshape(-1, rows, columns)

    return unshuffled


UNSHUFFLE = Exercise(
    key="subpixel.unshuffle",
    title="The inverse of the shuffle",
    reference=pixels_to_channels,
    cases=[
        Case(
            np.array([[[1.0, 2], [3, 4]]]),
            2,
            by_hand=[[[1]], [[2]], [[3]], [[4]]],
            note="One block of 2 × 2.",
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
        Case(np.arange(16.0).reshape(1, 4, 4), 2),
        Case(noise(2, 3, 4), 1, note="Factor 1 changes nothing."),
        Case(noise(2, 6, 9, seed=1), 3),
        Case(noise(3, 4, 6, seed=2), 2),
    ],
    hints=[
        "Go the way of the shuffle backwards. Its last step joined row and phase down, column and phase right: "
        "take them apart again.",
        "x.reshape(channels, height // factor, factor, width // factor, factor) has the axes channel, row, phase "
        "down, column, phase right.",
        "Then both phases go right behind the channel: transpose(0, 2, 4, 1, 3).",
    ],
)


@UNSHUFFLE.mistake("plain reshape")
def _unshuffled_plainly(x, factor):
    """That is a reshape alone: it cuts the picture into strips. Channel 0 should hold every factor-th
    pixel of every factor-th row."""
    channels, height, width = x.shape
    return x.reshape(channels * factor**2, height // factor, width // factor)


UNSHUFFLE.mistake(
    "phases swapped",
    "Down and right have changed places: the pixel to the right of the first belongs to channel 1, the "
    "one below it to channel `factor`.",
)(_unshuffled_by((0, 4, 2, 1, 3)))


UNSHUFFLE.mistake(
    "TensorFlow's order",
    "That is TensorFlow's order: all channels of a phase together. In PyTorch all phases of a channel are "
    "together.",
)(_unshuffled_by((2, 4, 0, 1, 3)))


UNSHUFFLE.mistake(
    "cut into quarters",
    "You cut the picture into factor × factor pieces. A phase is every factor-th pixel, from all over the "
    "picture.",
)(_unshuffled_by((0, 1, 3, 2, 4), blocks=True))


@UNSHUFFLE.mistake("one phase only")
def _first_of_each_block(x, factor):
    """All your channels hold the first pixel of each block. Each phase starts at another pixel: x[:,
    a::factor, b::factor]."""
    return np.concatenate([x[:, ::factor, ::factor]] * factor**2)


# ---- the whole conversion -----------------------------------------------------------------------------------


def to_subpixel(weight, stride):
    """(C_in, C_out, k, k) of a transposed convolution as (C_out * stride**2, C_in, taps, taps) of its twin."""
    c_in, c_out, size, _ = weight.shape
    taps = -(-size // stride)
    filled = np.zeros((c_in, c_out, taps * stride, taps * stride))
    filled[:, :, :size, :size] = weight
    apart = filled.reshape(c_in, c_out, taps, stride, taps, stride)
    apart = apart[:, :, ::-1, :, ::-1, :]  # what painted forwards is read backwards
    rows = apart.transpose(1, 3, 5, 0, 2, 4)  # output channel, phase down, phase right, input channel, taps
    return rows.reshape(c_out * stride**2, c_in, taps, taps)


def _rows_by(weight, stride, axes=(1, 3, 5, 0, 2, 4), flip=True, whole_flip=False, front=False):
    c_in, c_out, size, _ = weight.shape
    taps = -(-size // stride)
    filled = np.zeros((c_in, c_out, taps * stride, taps * stride))
    start = taps * stride - size if front else 0
    filled[:, :, start : start + size, start : start + size] = (
        weight[:, :, ::-1, ::-1] if whole_flip else weight
    )
    apart = filled.reshape(c_in, c_out, taps, stride, taps, stride)
    if flip and not whole_flip:
        apart = apart[:, :, ::-1, :, ::-1, :]
    inputs = c_out if axes[3] == 1 else c_in
    return apart.transpose(axes).reshape(-1, inputs, taps, taps)


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
            note="The four phases of the kernel 1 to 16, each turned round.",
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
        Case(noise(1, 1, 3, 3), 2),
        Case(noise(2, 3, 3, 3, seed=1), 2),
        Case(noise(3, 2, 5, 5, seed=2), 3),
    ],
    hints=[
        "Four steps: fill the kernel up to a multiple of the stride, take the phases apart, turn each round, bring "
        "the axes into order.",
        "filled.reshape(c_in, c_out, taps, stride, taps, stride) has a phase and a tap for either axis. Turning "
        "round is [::-1] along both axes of taps.",
        "The rows count output channel, phase down, phase right; behind them come input channel and taps: "
        "transpose(1, 3, 5, 0, 2, 4).",
    ],
)


@CONVERT.mistake("not turned round")
def _unflipped(weight, stride):
    """Your phases lie as they lie in the kernel. A stamp paints forwards; a convolution that *reads*
    meets the same weights in reverse, so turn each phase round."""
    return _rows_by(weight, stride, flip=False)


@CONVERT.mistake("turned round before splitting")
def _flipped_before(weight, stride):
    """You turned the whole kernel round and split it then: the phases come in the wrong order as well.
    Split first, then turn each phase."""
    return _rows_by(weight, stride, whole_flip=True)


@CONVERT.mistake("channels not swapped")
def _channels_kept(weight, stride):
    """A transposed convolution stores (inputs, outputs, ...), a convolution (outputs, inputs, ...).
    Yours still has the inputs first."""
    return _rows_by(weight, stride, axes=(0, 3, 5, 1, 2, 4))


@CONVERT.mistake("phases before channels")
def _phases_first(weight, stride):
    """Your rows count the phase first and the output channel last: TensorFlow's order. PyTorch's
    shuffle wants all phases of output channel 0 first."""
    return _rows_by(weight, stride, axes=(3, 5, 1, 0, 2, 4))


@CONVERT.mistake("down and right swapped")
def _phases_crossed(weight, stride):
    """Your phases are numbered down first. The shuffle puts channel 1 to the *right* of channel 0."""
    return _rows_by(weight, stride, axes=(1, 5, 3, 0, 2, 4))


@CONVERT.mistake("zeros in front")
def _filled_in_front(weight, stride):
    """You filled the kernel up at its beginning. That moves every weight to another phase; put the
    zeros at the end."""
    return _rows_by(weight, stride, front=True)


# ---- what it costs ------------------------------------------------------------------------------------------


def count_cost(height, width, c_in, c_out, kernel_size, factor):
    """(weights, products) of a K x K convolution on the height x width picture and a shuffle; no bias."""
    rows = c_out * factor**2  # one channel for every phase
    weights = rows * c_in * kernel_size**2
    return weights, weights * height * width


COST = Exercise(
    key="subpixel.cost",
    title="Count the cost",
    reference=count_cost,
    cases=[
        Case(1, 1, 1, 1, 1, 2, by_hand=(4, 4), note="One pixel becomes four: four weights, four products."),
        Case(2, 3, 1, 1, 1, 2, by_hand=(4, 24), note="The same four weights at six pixels."),
        Case(2, 3, 1, 1, 3, 1, by_hand=(9, 54), note="Factor 1 is an ordinary convolution."),
        Case(4, 5, 2, 3, 3, 2, by_hand=(216, 4320), note="12 rows · 2 channels · 9 weights."),
        Case(5, 6, 32, 1, 3, 3, by_hand=(2592, 77760), note="The (9, 32, 3, 3) of the article."),
        Case(64, 64, 64, 64, 3, 2, by_hand=(147456, 603979776)),
    ],
    hints=[
        "How many channels leave the convolution, before the shuffle? c_out for each of the factor**2 phases.",
        "Each of them has a kernel of kernel_size × kernel_size for every input channel.",
        "With stride 1 and full padding, each weight meets every small pixel once.",
    ],
)


@COST.mistake
def _on_the_large_picture(height, width, c_in, c_out, kernel_size, factor):
    """Your weights are right. The convolution runs on the *small* picture, and the shuffle multiplies
    nothing."""
    weights, products = count_cost(height, width, c_in, c_out, kernel_size, factor)
    return weights, products * factor**2


@COST.mistake("phases forgotten")
def _no_phases(height, width, c_in, c_out, kernel_size, factor):
    """Right for factor 1. Otherwise the convolution has c_out * factor**2 rows, one for each phase."""
    return count_cost(height, width, c_in, c_out, kernel_size, 1)


@COST.mistake
def _factor_once(height, width, c_in, c_out, kernel_size, factor):
    """There are factor phases down *and* factor to the right: factor**2."""
    weights = c_out * factor * c_in * kernel_size**2
    return weights, weights * height * width


@COST.mistake("kernel_size once")
def _kernel_once(height, width, c_in, c_out, kernel_size, factor):
    """The kernel has kernel_size rows *and* columns: kernel_size**2."""
    weights = c_out * factor**2 * c_in * kernel_size
    return weights, weights * height * width


@COST.mistake("one pixel only")
def _one_pixel(height, width, c_in, c_out, kernel_size, factor):
    """Your weights are right. Each of them is used at every pixel once."""
    weights, _ = count_cost(height, width, c_in, c_out, kernel_size, factor)
    return weights, weights


@COST.mistake("bias counted")
def _with_bias(height, width, c_in, c_out, kernel_size, factor):
    """You counted the biases. Here the layer has none."""
    weights, products = count_cost(height, width, c_in, c_out, kernel_size, factor)
    return weights + c_out * factor**2, products


@COST.mistake("input channels forgotten")
def _no_inputs(height, width, c_in, c_out, kernel_size, factor):
    """Every output channel reads all input channels: times c_in."""
    weights = c_out * factor**2 * kernel_size**2
    return weights, weights * height * width


@COST.mistake("only where the kernel fits")
def _no_zeros_at_the_border(height, width, c_in, c_out, kernel_size, factor):
    """Your weights are right. The kernel stands over every pixel of the small picture, also where it
    reaches beyond the border: zeros are multiplied as well."""
    weights, _ = count_cost(height, width, c_in, c_out, kernel_size, factor)
    return weights, weights * max(height - kernel_size + 1, 0) * max(width - kernel_size + 1, 0)


@COST.mistake("sums counted as well")
def _two_for_each(height, width, c_in, c_out, kernel_size, factor):
    """You counted a product and a sum for every weight. Here only the products are asked for."""
    weights, products = count_cost(height, width, c_in, c_out, kernel_size, factor)
    return weights, 2 * products


@COST.mistake("products before weights")
def _products_first(height, width, c_in, c_out, kernel_size, factor):
    """Both numbers are right. They come the other way round: first the weights, then the products."""
    return count_cost(height, width, c_in, c_out, kernel_size, factor)[::-1]
