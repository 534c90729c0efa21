"""Exercises of lesson 07: stamps in one axis and in two, zero insertion, sizes, output_padding, the missing flip.

Words: ``kernel`` has one or two axes and one channel. A transposed convolution paints ``value * kernel`` for each
input, ``stride`` places apart; what overlaps adds up; ``padding`` crops as many samples at either end.
"""

import numpy as np

from course_utils.convolution import (
    colliding_sizes,
    convolution,
    convolution_size,
    insert_zeros,
    transposed_convolution,
    transposed_size,
)
from course_utils.exercises.engine import Case, Exercise, Prediction, SpotTheBug

DIGITS = np.array([1.0, 10.0, 100.0])  # a kernel with which every output can be read digit by digit


# ---- predictions --------------------------------------------------------------------------------------------


def _painted(x, kernel=DIGITS, **settings):
    return transposed_convolution(_single(x), _single(kernel), **settings)[0, 0]


def _single(samples):
    """One signal of one channel, as batch and channels want it."""
    return np.asarray(samples, float)[None, None]


SENT_BACK = Prediction(
    key="convolution.sent_back",
    title="Two numbers sent back",
    question="Output 0 read places 0, 1, 2 with the weights 1, 10, 100; output 1 read places 2, 3, 4 with "
    "the same weights. Now 1 stands at output 0 and 2 at output 1, and both are sent back. Which numbers "
    "arrive at the five places?",
    shape=5,
    answer=lambda: _painted([1, 2], stride=2),
    explain="Output 0 sends 1, 10, 100 to places 0, 1, 2; output 1 sends 2, 20, 200 to places 2, 3, 4. "
    "Place 2 gets both: 100 + 2 = 102.",
    guesses={
        "At place 2 the later stamp has replaced the earlier one. They add up.": lambda: [1, 10, 2, 20, 200],
        "You sent the weights back in reverse order. Place 0 was read with the weight 1, so it gets 1 "
        "times that.": lambda: [100, 10, 201, 20, 2],
        "At place 2 you kept the earlier stamp. The two add up.": lambda: [1, 10, 100, 20, 200],
    },
)

WHAT_COMES_BACK = Prediction(
    key="convolution.what_comes_back",
    title="There and back",
    question="Five samples, 1 to 5, go through the convolution and then through the transposed convolution "
    "with the same kernel and the same stride. What comes back?",
    options=["five samples, the same values", "five samples, other values", "another number of samples"],
    answer=lambda: _there_and_back(np.arange(1.0, 6)),
    explain="Two outputs cannot remember five samples. The size returns because the places do; the values "
    "do not.",
    guesses={
        "Two outputs cannot remember five values.": "five samples, the same values",
        "The size does return: (2 − 1) · 2 + 3 = 5.": "another number of samples",
    },
)

ZEROS_BETWEEN = Prediction(
    key="convolution.zeros_between",
    title="Zeros between neighbors",
    question="To write a transposed convolution of stride 3 as an ordinary convolution, how many zeros go "
    "between two neighboring inputs?",
    options=["1", "2", "3", "none, they go into the kernel"],
    answer=lambda: str(_zeros_between(stride=3)),
    explain="Neighbours end up 3 places apart, and 2 places lie between: stride − 1.",
    guesses={
        "That is how far apart the two end up.": "3",
        "Zeros inside the kernel belong to dilation.": "none, they go into the kernel",
    },
)

STRIDE_THREE = Prediction(
    key="convolution.stride_three",
    title="Stamps far apart",
    question="The samples 1, 2 and the kernel (1, 10), but the stride is now 3. Which five numbers come out?",
    shape=5,
    answer=lambda: _painted([1, 2], [1, 10], stride=3),
    explain="The stamps begin at 0 and at 3, and the first one ends at 1. Nothing reaches place 2: it "
    "stays 0.",
    guesses={
        "The size is right. But the second stamp begins at place 3, not at 2.": lambda: (1, 10, 2, 20, 0),
    },
)

WITH_PADDING = Prediction(
    key="convolution.padding_crops",
    title="What padding does here",
    question="Samples 1, 2, kernel (1, 10, 100), stride 2 gave 1, 10, 102, 20, 200. Now padding is 1. How "
    "many numbers come out?",
    answer=lambda: _painted([1, 2], stride=2, padding=1).size,
    explain="The convolution put one zero at each end; its transpose takes one sample off each end: 10, "
    "102, 20.",
    guesses={
        "That is with one sample more at each end. It is the other way round here.": lambda: 7,
        "That is with one sample fewer. Padding counts at both ends.": lambda: 4,
        "That is without padding.": lambda: _painted([1, 2], stride=2).size,
    },
)

DILATED_STAMP = Prediction(
    key="convolution.dilated_stamp",
    title="A stamp with gaps",
    question="Samples 1, 2 and kernel (1, 10, 100) with stride 1 and dilation 2: the parts of a stamp are "
    "2 places apart. Which six numbers come out?",
    shape=6,
    answer=lambda: _painted([1, 2], dilation=2),
    explain="The stamp of 1 is 1, 0, 10, 0, 100, and the stamp of 2 begins one place later, in its gaps.",
    guesses={
        "The stamps lie side by side there. The second begins one place after the first.": lambda: (
            1,
            10,
            100,
            2,
            20,
            200,
        ),
    },
)

ONE_MORE_SAMPLE = Prediction(
    key="convolution.one_more_sample",
    title="The sample that output_padding adds",
    question="Stride 2 and padding 1 gave 10, 102, 20. With output_padding = 1 there is one number more at "
    "the end. Which one?",
    answer=lambda: _painted([1, 2], stride=2, padding=1, output_padding=1)[-1],
    explain="The stamps reached that place all along, and padding had cropped it. output_padding crops one "
    "less at the end.",
    guesses={
        "Its name suggests a zero. But a stamp reaches this place.": lambda: 0,
        "That repeats the last number. The next place has a sum of its own.": lambda: _painted(
            [1, 2], stride=2, padding=1
        )[-1],
    },
)

WEIGHTS_IN_GROUPS = Prediction(
    key="convolution.weights_in_groups",
    title="Weights in groups",
    question="A transposed convolution takes 6 channels to 6 channels with a 3 × 3 kernel: 6 · 6 · 9 = 324 "
    "weights. With groups = 3 each output channel hears only the input channels of its own group. How many "
    "weights are left?",
    answer=lambda: _weights(channels=6, kernel_size=3, groups=3),
    explain="Three groups of 2 → 2 channels: 3 · 2 · 2 · 9 = 108, a third of 324.",
    guesses={
        "That is one of the three groups.": lambda: _weights(channels=6, kernel_size=3, groups=3) // 3,
        "That is with a single group, where every channel hears all others.": lambda: _weights(
            channels=6, kernel_size=3, groups=1
        ),
    },
)

FIFTY = Prediction(
    key="convolution.fifty",
    title="Fifty in",
    question="in_size = 50, kernel_size = 3, stride = 2, padding = 2, output_padding = 1. What is the "
    "output size?",
    answer=lambda: transposed_size(50, 3, stride=2, padding=2, output_padding=1),
    explain="The last stamp begins at 49 · 2 = 98 and is 3 long: 101 places. 2 go at each end, 1 comes "
    "back: 98.",
    guesses={
        "That is twice the input. Kernel and padding count as well.": lambda: 100,
        "That is without output_padding.": lambda: 97,
        "That is the size formula of a convolution. This layer enlarges.": lambda: convolution_size(
            50, 3, stride=2, padding=2
        ),
        "That is without padding.": lambda: transposed_size(50, 3, stride=2, output_padding=1),
        "Padding counts at both ends, and output_padding adds one.": lambda: transposed_size(
            50, 3, stride=2, padding=1
        ),
    },
)

WHO_COLLIDES = Prediction(
    key="convolution.who_collides",
    title="Which sizes become 4",
    question="A convolution with kernel size 3, stride 2 and padding 1 gives 4 outputs. How many inputs "
    "can it have had?",
    options=["7", "8", "7 or 8", "6, 7 or 8"],
    answer=lambda: " or ".join(map(str, colliding_sizes(4, 3, stride=2, padding=1))),
    explain="With stride 2 every second position of the window counts. An eighth sample adds a position "
    "that is skipped.",
    guesses={
        "7 fits exactly. An eighth sample adds no window.": "7",
        "8 is possible, and its last sample is not read.": "8",
        "With 6 inputs there are only 3 outputs.": "6, 7 or 8",
    },
)

TWO_SIZES = Prediction(
    key="convolution.twice_as_long",
    title="Where the zeros go",
    question="7 samples and a kernel of size 3, no padding. How many outputs has a convolution with "
    "dilation 2, and how many a transposed convolution with stride 2? (two numbers)",
    shape=2,
    answer=lambda: [convolution_size(7, 3, dilation=2), transposed_size(7, 3, stride=2)],
    explain="The dilated kernel reaches over 5 samples, so it fits 3 times: fewer outputs. The transposed "
    "convolution spreads the input to 13 places and adds 2: 15.",
    guesses={
        "The first is right. 7 · 2 = 14 is for a kernel as long as the stride; this one is longer.": lambda: (
            convolution_size(7, 3, dilation=2),
            7 * 2,
        ),
        "The second is right. The first is without dilation: the kernel reaches over 5 samples now.": lambda: (
            convolution_size(7, 3),
            transposed_size(7, 3, stride=2),
        ),
        "You have the two exchanged.": lambda: (
            transposed_size(7, 3, stride=2),
            convolution_size(7, 3, dilation=2),
        ),
    },
)

SAME_CROPS = Prediction(
    key="convolution.same_crops",
    title="Which sample goes",
    question="Kernel size 3 and stride 2 on 4 samples paint 9 places. TensorFlow's SAME keeps 8 of them, "
    "and crops floor((k − s) / 2) on the left. Which place is dropped?",
    options=["the first", "the last", "the middle one"],
    answer=lambda: "the last" if same_crop(3, 2) == 0 else "the first",
    explain="(3 − 2) / 2 = 0.5, rounded down 0: nothing on the left, so the one too many goes on the right.",
    guesses={
        "The rounding is downward, so nothing is cropped on the left.": "the first",
    },
)


def same_crop(kernel_size, stride):
    """What SAME crops on the left of a transposed convolution; the rest comes off the right."""
    return max(kernel_size - stride, 0) // 2


def _there_and_back(x):
    there = convolution(_single(x), _single(DIGITS), stride=2)[0, 0]
    back = _painted(there, stride=2)
    if back.shape != x.shape:
        return "another number of samples"
    return f"five samples, {'the same' if np.allclose(back, x) else 'other'} values"


def _zeros_between(stride):
    spread, _ = insert_zeros(_single([1, 1]), _single([1]), stride=stride)
    return int(np.diff(np.flatnonzero(spread))[0]) - 1


def _weights(channels, kernel_size, groups):
    """How many numbers the weight of channels -> channels has, counted on one that the layer accepts."""
    weight = np.ones((channels, channels // groups, kernel_size, kernel_size))
    transposed_convolution(np.ones((1, channels, 2, 2)), weight, groups=groups)  # raises if it does not fit
    return weight.size


# ---- one axis -----------------------------------------------------------------------------------------------


def transposed_1d(x, kernel, stride):
    """Each x[i] paints x[i] * kernel, beginning at place i * stride; what overlaps adds up. No padding."""
    out = np.zeros((len(x) - 1) * stride + len(kernel))
    for i in range(len(x)):
        start = i * stride
        out[start : start + len(kernel)] += x[i] * kernel
    return out


MINIMAL = Exercise(
    key="convolution.minimal",
    title="A transposed convolution in one axis",
    reference=transposed_1d,
    cases=[
        Case(np.array([3.0]), np.array([1.0, 10.0]), 1, by_hand=[3, 30], note="One sample: one stamp."),
        Case(
            np.array([1.0, 2.0]),
            np.array([1.0, 10.0]),
            2,
            by_hand=[1, 10, 2, 20],
            note="Stride as long as the kernel: the stamps lie side by side.",
        ),
        Case(
            np.array([1.0, 2.0]), DIGITS, 2, by_hand=[1, 10, 102, 20, 200], note="Two stamps meet at place 2."
        ),
        Case(np.array([1.0, 2.0, 3.0]), DIGITS, 1, by_hand=[1, 12, 123, 230, 300]),
        Case(
            np.array([1.0, 2.0]),
            np.array([5.0]),
            3,
            by_hand=[5, 0, 0, 10],
            note="Places no stamp reaches stay 0.",
        ),
        Case(np.array([2.0, -1.0, 4.0, 0.0, 1.5]), np.array([1.0, -2.0, 0.5, 3.0]), 2),
    ],
    hints=[
        "How many places are there? The last stamp begins at (len(x) - 1) * stride and is len(kernel) long.",
        "Begin with zeros. For each i, the stamp x[i] * kernel covers the places i * stride up to i * "
        "stride + len(kernel).",
        "out[start : start + len(kernel)] += x[i] * kernel, with a plus: stamps may overlap.",
    ],
)


@MINIMAL.mistake
def _overwritten(x, kernel, stride):
    """Where two stamps overlap, yours keeps the later one. They have to be added: `+=`."""
    out = np.zeros((len(x) - 1) * stride + len(kernel))
    for i in range(len(x)):
        out[i * stride : i * stride + len(kernel)] = x[i] * kernel
    return out


@MINIMAL.mistake("flipped kernel")
def _turned_round(x, kernel, stride):
    """Your stamps lie the wrong way round. A stamp is x[i] * kernel as it is; the flipped kernel
    belongs to the other view, the one that gathers."""
    return transposed_1d(x, kernel[::-1], stride)


@MINIMAL.mistake("mean of the stamps")
def _averaged(x, kernel, stride):
    """Where stamps overlap you take their mean. A transposed convolution adds them and divides by
    nothing."""
    count = transposed_1d(np.ones(len(x)), np.ones(len(kernel)), stride)
    return transposed_1d(x, kernel, stride) / np.maximum(count, 1)


@MINIMAL.mistake("stamps one place apart")
def _one_place_apart(x, kernel, stride):
    """Your result is long enough, but the stamps begin at places 0, 1, 2, … whatever the stride. Stamp
    i begins at i * stride."""
    out = np.zeros((len(x) - 1) * stride + len(kernel))
    for i in range(len(x)):
        out[i : i + len(kernel)] += x[i] * kernel
    return out


@MINIMAL.mistake
def _spread_kernel(x, kernel, stride):
    """You moved the parts of the kernel apart: that is dilation. The stride moves the *stamps*
    apart."""
    return _painted(x, kernel, dilation=stride)


@MINIMAL.mistake("in_size * stride places")
def _size_times_stride(x, kernel, stride):
    """You made len(x) * stride places. The last stamp begins at (len(x) - 1) * stride and needs
    len(kernel) places."""
    out = np.zeros(len(x) * stride)
    for i in range(len(x)):
        out[i * stride : i * stride + len(kernel)] += x[i] * kernel
    return out


@MINIMAL.mistake("a convolution")
def _forward(x, kernel, stride):
    """That is the convolution itself: each output reads a window. Here each *input* paints a stamp."""
    starts = range(0, len(x) - len(kernel) + 1, stride)
    return np.array([x[i : i + len(kernel)] @ kernel for i in starts], float)


# ---- zero insertion -----------------------------------------------------------------------------------------


def zero_insertion(x, kernel, stride, padding):
    """(stretched, sliding): x with zeros between and around, and the kernel that slides over it."""
    around = len(kernel) - 1 - padding  # padding is at most len(kernel) - 1 in this exercise
    between = np.zeros((len(x) - 1) * stride + 1)
    between[::stride] = x
    return np.pad(between, around), kernel[::-1]


def _stretched(x, stride, around, gap=None):
    step = stride if gap is None else gap + 1
    between = np.zeros((len(x) - 1) * step + 1)
    between[::step] = x
    return np.pad(between, around)


ZERO_INSERTION = Exercise(
    key="convolution.zero_insertion",
    title="Zeros between, zeros around, and a flip",
    reference=zero_insertion,
    cases=[
        Case(
            np.array([4.0]),
            np.array([1.0, 10.0]),
            1,
            0,
            by_hand=([0, 4, 0], [10, 1]),
            note="len(kernel) − 1 zeros at each end: the kernel's first and last positions touch the "
            "sample with one end only.",
        ),
        Case(np.array([1.0, 2.0]), DIGITS, 2, 0, by_hand=([0, 0, 1, 0, 2, 0, 0], [100, 10, 1])),
        Case(
            np.array([1.0, 2.0]),
            DIGITS,
            2,
            1,
            by_hand=([0, 1, 0, 2, 0], [100, 10, 1]),
            note="Padding 1 crops one output at each end, so one zero less is needed there.",
        ),
        Case(np.array([1.0, 2.0]), DIGITS, 3, 2, by_hand=([1, 0, 0, 2], [100, 10, 1])),
        Case(np.array([5.0, 6.0, 7.0]), np.array([1.0, 2.0, 3.0, 4.0]), 2, 1),
        Case(np.array([5.0, 6.0, 7.0]), np.array([1.0, 2.0, 3.0, 4.0]), 1, 0),
    ],
    hints=[
        "Neighbours must end up `stride` places apart. An array of zeros and a slice with a step, "
        "`[::stride]`, do it.",
        "A stretched input of len(x) samples has (len(x) - 1) * stride + 1 places before anything goes "
        "around it.",
        "Around: np.pad(between, len(kernel) - 1 - padding). The kernel: kernel[::-1].",
    ],
)


@ZERO_INSERTION.mistake("stride zeros between")
def _stride_zeros(x, kernel, stride, padding):
    """You put `stride` zeros between neighbours. Then they are stride + 1 places apart; one zero
    less."""
    return _stretched(x, stride, len(kernel) - 1 - padding, gap=stride), kernel[::-1]


@ZERO_INSERTION.mistake
def _no_flip(x, kernel, stride, padding):
    """The stretched input is right, the kernel is not flipped. Sliding reads from left to right, a
    stamp paints from left to right: the first part of the stamp is the last thing that a sliding window
    reads."""
    return _stretched(x, stride, len(kernel) - 1 - padding), kernel.copy()


@ZERO_INSERTION.mistake
def _nothing_around(x, kernel, stride, padding):
    """Without zeros around, the kernel never reaches over the ends, and the outer outputs are
    missing."""
    return _stretched(x, stride, 0), kernel[::-1]


@ZERO_INSERTION.mistake
def _padding_around(x, kernel, stride, padding):
    """You put `padding` zeros at each end, as a convolution does. Here padding takes away: len(kernel)
    − 1 − padding are left."""
    return _stretched(x, stride, padding), kernel[::-1]


@ZERO_INSERTION.mistake("padding ignored")
def _padding_forgotten(x, kernel, stride, padding):
    """Right for padding 0. Each unit of padding takes one zero away at each end."""
    return _stretched(x, stride, len(kernel) - 1), kernel[::-1]


@ZERO_INSERTION.mistake("len(kernel) zeros around")
def _kernel_size_around(x, kernel, stride, padding):
    """One zero too many at each end: in its first position the kernel must already touch the first
    sample."""
    return _stretched(x, stride, len(kernel) - padding), kernel[::-1]


@ZERO_INSERTION.mistake
def _zeros_after_the_last(x, kernel, stride, padding):
    """Zeros go *between* samples. After the last one there is no neighbour to keep apart from."""
    between = np.zeros(len(x) * stride)
    between[::stride] = x
    return np.pad(between, len(kernel) - 1 - padding), kernel[::-1]


@ZERO_INSERTION.mistake
def _zeros_in_the_kernel(x, kernel, stride, padding):
    """You stretched the kernel: that is a dilated convolution. Here the input is stretched."""
    return np.pad(x, len(kernel) - 1 - padding), _stretched(kernel, stride, 0)[::-1]


# ---- two axes -----------------------------------------------------------------------------------------------


def transposed_2d(x, kernel, stride, padding):
    """Each x[i, j] paints x[i, j] * kernel from row i * stride, column j * stride; then padding crops."""
    (height, width), (kernel_height, kernel_width) = x.shape, kernel.shape
    out = np.zeros(((height - 1) * stride + kernel_height, (width - 1) * stride + kernel_width))
    for i in range(height):
        for j in range(width):
            top, left = i * stride, j * stride
            out[top : top + kernel_height, left : left + kernel_width] += x[i, j] * kernel
    return out[padding : out.shape[0] - padding, padding : out.shape[1] - padding]


def _full(x, kernel, stride):
    return transposed_2d(x, kernel, stride, 0)


def _cut(full, padding):
    return full[padding : full.shape[0] - padding, padding : full.shape[1] - padding]


TWO_AXES = Exercise(
    key="convolution.two_axes",
    title="A transposed convolution in two axes",
    reference=transposed_2d,
    cases=[
        Case(
            np.array([[3.0]]), np.array([[1.0, 2.0]]), 1, 0, by_hand=[[3, 6]], note="One sample: one stamp."
        ),
        Case(
            np.array([[0.0, 1.0], [2.0, 3.0]]),
            np.array([[0.0, 1.0], [2.0, 3.0]]),
            1,
            0,
            by_hand=[[0, 0, 1], [0, 4, 6], [4, 12, 9]],
            note="All four stamps meet in the middle: 0·3 + 1·2 + 2·1 + 3·0 = 4.",
        ),
        Case(
            np.array([[0.0, 1.0], [2.0, 3.0]]),
            np.array([[0.0, 1.0], [2.0, 3.0]]),
            2,
            0,
            by_hand=[[0, 0, 0, 1], [0, 0, 2, 3], [0, 2, 0, 3], [4, 6, 6, 9]],
            note="Stride 2: the stamps lie side by side.",
        ),
        Case(
            np.array([[1.0, 2.0]]),
            np.arange(1.0, 10).reshape(3, 3),
            2,
            1,
            by_hand=[[5, 14, 10]],
            note="Painted are 3 rows of 5; padding 1 keeps the inner 1 × 3.",
        ),
        Case(np.array([[1.0, -1.0, 2.0], [0.5, 3.0, 1.0]]), np.arange(1.0, 13).reshape(3, 4), 2, 1),
        Case(np.array([[2.0, 1.0], [4.0, 3.0], [0.0, 5.0]]), np.arange(1.0, 17).reshape(4, 4), 3, 2),
    ],
    hints=[
        "First without padding: an array of zeros with (n − 1) · stride + k places along each axis.",
        "The stamp of x[i, j] goes to rows from i * stride and columns from j * stride, as many as the "
        "kernel has.",
        "Crop at the end: out[padding : out.shape[0] - padding, padding : out.shape[1] - padding].",
    ],
)


@TWO_AXES.mistake("padding adds zeros")
def _pads_instead(x, kernel, stride, padding):
    """You put zeros around the result. Padding belongs to the convolution that is transposed; here it
    takes away."""
    return np.pad(_full(x, kernel, stride), padding)


@TWO_AXES.mistake("padding ignored")
def _never_crops(x, kernel, stride, padding):
    """Right for padding 0. Otherwise crop that many samples on every side."""
    return _full(x, kernel, stride)


@TWO_AXES.mistake("cropped at the start only")
def _crops_the_start(x, kernel, stride, padding):
    """You crop the first rows and columns only. As many come off at the end."""
    return _full(x, kernel, stride)[padding:, padding:]


@TWO_AXES.mistake
def _minus_zero(x, kernel, stride, padding):
    """With padding 0 nothing is left of your result: `[0:-0]` is `[0:0]`, and that is empty. Compute
    where the slice ends."""
    return _full(x, kernel, stride)[padding:-padding, padding:-padding]


@TWO_AXES.mistake("padding around the input")
def _pads_the_input(x, kernel, stride, padding):
    """You put zeros around the input, so there are more stamps and the result grows. Here padding crops
    the result."""
    return _full(np.pad(x, padding), kernel, stride)


@TWO_AXES.mistake("overwritten")
def _overwritten_2d(x, kernel, stride, padding):
    """Where stamps overlap, yours keeps the last one. Add them: `+=`."""
    full = np.zeros_like(_full(x, kernel, stride))
    for (i, j), value in np.ndenumerate(x):
        top, left = i * stride, j * stride
        full[top : top + kernel.shape[0], left : left + kernel.shape[1]] = value * kernel
    return _cut(full, padding)


@TWO_AXES.mistake("flipped kernel")
def _turned_round_2d(x, kernel, stride, padding):
    """Your stamps are turned by half a turn. A stamp is the kernel as it is; the flip belongs to the
    gather view."""
    return transposed_2d(x, kernel[::-1, ::-1], stride, padding)


@TWO_AXES.mistake("stride along the rows' axis only")
def _stride_in_rows_only(x, kernel, stride, padding):
    """Downwards your stamps are `stride` apart, to the right only 1. Both axes have a stride."""
    full = np.zeros_like(_full(x, kernel, stride))
    for (i, j), value in np.ndenumerate(x):
        full[i * stride : i * stride + kernel.shape[0], j : j + kernel.shape[1]] += value * kernel
    return _cut(full, padding)


# ---- sizes --------------------------------------------------------------------------------------------------


def output_size(in_size, kernel_size, stride, padding, dilation, output_padding):
    """How many outputs a transposed convolution has along one axis."""
    reach = dilation * (kernel_size - 1) + 1  # from the first to the last part of a stamp
    return (in_size - 1) * stride + reach - 2 * padding + output_padding


SIZE = Exercise(
    key="convolution.size",
    title="The output size",
    reference=output_size,
    cases=[
        Case(1, 3, 1, 0, 1, 0, by_hand=3, note="One stamp, as long as the kernel."),
        Case(2, 3, 2, 0, 1, 0, by_hand=5, note="The second stamp begins at place 2 and ends at place 4."),
        Case(2, 3, 2, 1, 1, 0, by_hand=3, note="Padding 1 crops one at each end."),
        Case(2, 3, 2, 1, 1, 1, by_hand=4, note="output_padding 1: one more, at the end only."),
        Case(2, 3, 1, 0, 2, 0, by_hand=6, note="Dilation 2: a stamp of 3 parts reaches over 5 places."),
        Case(50, 3, 2, 2, 1, 1, by_hand=98),
        Case(10, 16, 8, 4, 1, 0, by_hand=80),
        Case(7, 5, 3, 4, 2, 2),
        Case(16, 64, 32, 0, 1, 0, by_hand=544, note="The last layer of FCN-32s."),
    ],
    hints=[
        "Where does the last stamp begin? in_size − 1 steps of the stride from place 0.",
        "How long is a stamp? Its kernel_size parts are dilation apart: dilation · (kernel_size − 1) + 1 "
        "places.",
        "Then crop padding at both ends and add output_padding at one.",
    ],
)


@SIZE.mistake("in_size * stride")
def _times_stride(in_size, kernel_size, stride, padding, dilation, output_padding):
    """in_size · stride is what many layers are tuned to give, not a rule. Where does the last stamp
    begin, and where does it end?"""
    return in_size * stride


@SIZE.mistake
def _one_stride_too_many(in_size, kernel_size, stride, padding, dilation, output_padding):
    """Between in_size stamps there are in_size − 1 steps of the stride."""
    return in_size * stride + dilation * (kernel_size - 1) + 1 - 2 * padding + output_padding


@SIZE.mistake
def _padding_once(in_size, kernel_size, stride, padding, dilation, output_padding):
    """Padding crops at both ends: twice."""
    return (in_size - 1) * stride + dilation * (kernel_size - 1) + 1 - padding + output_padding


@SIZE.mistake
def _padding_grows(in_size, kernel_size, stride, padding, dilation, output_padding):
    """In a transposed convolution padding takes away."""
    return (in_size - 1) * stride + dilation * (kernel_size - 1) + 1 + 2 * padding + output_padding


@SIZE.mistake("dilation ignored")
def _no_dilation(in_size, kernel_size, stride, padding, dilation, output_padding):
    """A dilated stamp is longer: its k parts are `dilation` places apart."""
    return (in_size - 1) * stride + kernel_size - 2 * padding + output_padding


@SIZE.mistake("dilation · kernel_size")
def _dilation_times_kernel(in_size, kernel_size, stride, padding, dilation, output_padding):
    """k parts have k − 1 gaps: the stamp reaches over dilation · (k − 1) + 1 places."""
    return (in_size - 1) * stride + dilation * kernel_size - 2 * padding + output_padding


@SIZE.mistake("output_padding ignored")
def _no_output_padding(in_size, kernel_size, stride, padding, dilation, output_padding):
    """output_padding adds that many places at the end."""
    return (in_size - 1) * stride + dilation * (kernel_size - 1) + 1 - 2 * padding


@SIZE.mistake("output_padding twice")
def _output_padding_twice(in_size, kernel_size, stride, padding, dilation, output_padding):
    """output_padding adds at the end only, so it counts once. That is what sets it apart from
    padding."""
    return (in_size - 1) * stride + dilation * (kernel_size - 1) + 1 - 2 * padding + 2 * output_padding


@SIZE.mistake("one too few")
def _without_the_one(in_size, kernel_size, stride, padding, dilation, output_padding):
    """Every one of your sizes is 1 too small. From place 0 to place 4 there are 5 places."""
    return (in_size - 1) * stride + dilation * (kernel_size - 1) - 2 * padding + output_padding


@SIZE.mistake
def _size_of_the_convolution(in_size, kernel_size, stride, padding, dilation, output_padding):
    """That is the size of the convolution, the way there. This is the way back."""
    return (in_size + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1


def choose_output_padding(size, kernel_size, stride, padding):
    """The output_padding with which the transposed convolution comes back to the size the convolution had."""
    return (size + 2 * padding - kernel_size) % stride


OUTPUT_PADDING = Exercise(
    key="convolution.output_padding",
    title="Choose the output_padding",
    reference=choose_output_padding,
    cases=[
        Case(7, 3, 2, 1, by_hand=0, note="7 → 4, and 4 → (4 − 1) · 2 − 2 + 3 = 7 without any help."),
        Case(8, 3, 2, 1, by_hand=1, note="8 → 4 as well, but 4 → 7: one is missing."),
        Case(5, 3, 1, 1, by_hand=0, note="With stride 1 no two sizes collide."),
        Case(9, 2, 2, 0, by_hand=1),
        Case(32, 4, 2, 1, by_hand=0),
        Case(11, 4, 3, 1, by_hand=0),
        Case(12, 4, 3, 1, by_hand=1),
        Case(16, 1, 4, 0, by_hand=3, note="16 → 4 and 4 → 13."),
        Case(20, 5, 3, 2),
        Case(224, 7, 2, 3, by_hand=1),
    ],
    hints=[
        "One way: compute the convolution's size, then the transposed size without output_padding. What is "
        "missing?",
        "A shorter way: the window can travel size + 2 · padding − kernel_size places, in steps of the "
        "stride.",
        "Samples left over after the last full step: the remainder of that division, %.",
    ],
)


@OUTPUT_PADDING.mistake("stride − 1")
def _as_much_as_allowed(size, kernel_size, stride, padding):
    """stride − 1 restores the largest of the colliding sizes. Which one is asked for?"""
    return stride - 1


@OUTPUT_PADDING.mistake("always 0")
def _none_at_all(size, kernel_size, stride, padding):
    """0 restores the smallest of the colliding sizes. Which one is asked for?"""
    return 0


@OUTPUT_PADDING.mistake("size % stride")
def _size_mod_stride(size, kernel_size, stride, padding):
    """size % stride forgets kernel and padding: how far does the window travel?"""
    return size % stride


@OUTPUT_PADDING.mistake
def _odd_or_even(size, kernel_size, stride, padding):
    """That works for kernel size 3, stride 2 and padding 1. Other layers have other windows."""
    return (size - 1) % stride


@OUTPUT_PADDING.mistake("what is missing")
def _missing_to_the_next(size, kernel_size, stride, padding):
    """You count how many samples are missing until the window fits once more. Count those that are left
    over."""
    return -(size + 2 * padding - kernel_size) % stride


@OUTPUT_PADDING.mistake("padding once")
def _one_pad(size, kernel_size, stride, padding):
    """The convolution pads both ends: 2 · padding."""
    return (size + padding - kernel_size) % stride


@OUTPUT_PADDING.mistake("padding ignored")
def _no_pad(size, kernel_size, stride, padding):
    """The window travels over the padding as well: size + 2 · padding samples."""
    return (size - kernel_size) % stride


@OUTPUT_PADDING.mistake("compared with outputs · stride")
def _against_times_stride(size, kernel_size, stride, padding):
    """You compare with outputs · stride, and output_padding cannot be negative. Compare with what the
    transposed convolution gives without it."""
    return size - convolution_size(size, kernel_size, stride, padding) * stride


# ---- spot the bug -------------------------------------------------------------------------------------------


def gather(x, kernel, stride):
    """The transposed convolution as a convolution: zeros between and around, then the kernel slides."""
    between = np.zeros((len(x) - 1) * stride + 1)
    between[::stride] = x
    stretched = np.pad(between, len(kernel) - 1)
    windows = np.lib.stride_tricks.sliding_window_view(stretched, len(kernel))
    return windows @ kernel[::-1]


def _gather_unflipped(x, kernel, stride):
    """The transposed convolution as a convolution: zeros between and around, then the kernel slides."""
    between = np.zeros((len(x) - 1) * stride + 1)
    between[::stride] = x
    stretched = np.pad(between, len(kernel) - 1)
    windows = np.lib.stride_tricks.sliding_window_view(stretched, len(kernel))
    return windows @ kernel


UNFLIPPED = SpotTheBug(
    key="convolution.unflipped",
    title="A convolution that should run backwards",
    buggy=_gather_unflipped,
    reference=gather,
    cases=[
        Case(
            np.array([1.0]),
            np.array([1.0, 2.0]),
            1,
            by_hand=[1, 2],
            note="One sample of 1 paints the kernel itself.",
        ),
        Case(np.array([1.0, 2.0]), DIGITS, 2, by_hand=[1, 10, 102, 20, 200]),
        Case(np.array([1.0, 2.0, 5.0]), np.array([1.0, 2.0, 1.0]), 2, by_hand=[1, 2, 3, 4, 7, 10, 5]),
        Case(np.array([4.0, 0.0, 1.0]), np.array([3.0, 1.0]), 3),
    ],
    hints=[
        "Run it on one sample, `np.array([1.0])`, with a kernel of two different numbers. What should come "
        "out?",
        "In its first position the window holds zeros and, at its *end*, the first sample. Which part of "
        "the kernel should that sample meet?",
        "Only the last line is wrong.",
    ],
    name="gather",
)


@UNFLIPPED.mistake
def _result_flipped(x, kernel, stride):
    """You turned the result round. With one sample that looks right; with more, they now come in
    reverse order."""
    return _gather_unflipped(x, kernel, stride)[::-1]


@UNFLIPPED.mistake
def _input_flipped(x, kernel, stride):
    """You turned the input round. The samples are in the right order; the kernel is not."""
    return _gather_unflipped(x[::-1], kernel, stride)
