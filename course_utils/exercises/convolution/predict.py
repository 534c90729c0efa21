"""What lesson 07 asks before it shows: stamps, sizes, and what each setting does."""

import numpy as np

from course_utils.convolution import (
    colliding_sizes,
    convolution,
    convolution_size,
    insert_zeros,
    transposed_convolution,
    transposed_size,
)
from course_utils.exercises.engine import Prediction

DIGITS = np.array([1.0, 10.0, 100.0])  # a kernel with which every output can be read digit by digit


def painted(x, kernel=DIGITS, **settings):
    """The transposed convolution of one signal of one channel."""
    return transposed_convolution(_single(x), _single(kernel), **settings)[0, 0]


def _single(samples):
    """One signal of one channel, as batch and channels want it."""
    return np.asarray(samples, float)[None, None]


SENT_BACK = Prediction(
    key="convolution.sent_back",
    title="The second stamp",
    question="The 1 has put 1 · (1, 10, 100) at positions 0, 1, 2. The second input is 2, and its stamp begins at "
    "position 2. Which five numbers does the output hold then?",
    shape=5,
    answer=lambda: painted([1, 2], stride=2),
    explain="The 2 puts 2, 20, 200 at positions 2, 3, 4. Position 2 gets both: 100 + 2 = 102.",
    guesses={
        "At position 2 the later stamp replaced the earlier one. They add up.": lambda: [1, 10, 2, 20, 200],
        "You stamped the kernel in reverse order. A stamp is the kernel as it is, times one input.": lambda: [
            100,
            10,
            201,
            20,
            2,
        ],
        "At position 2 you kept the earlier stamp. The two add up.": lambda: [1, 10, 100, 20, 200],
    },
)

WHAT_COMES_BACK = Prediction(
    key="convolution.what_comes_back",
    title="There and back",
    question="Five samples, 1 to 5, go through the convolution and then through the transposed convolution "
    "with the same kernel and the same stride. What comes back?",
    options=["five samples, the same values", "five samples, other values", "another number of samples"],
    answer=lambda: _there_and_back(np.arange(1.0, 6)),
    explain="Two outputs cannot remember five samples. The size comes back because the positions do; the "
    "values do not.",
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
    explain="Neighbors end up 3 positions apart, and 2 positions lie between: stride − 1.",
    guesses={
        "That is how far apart the two end up.": "3",
        "Zeros inside the kernel are dilation.": "none, they go into the kernel",
    },
)

WITH_PADDING = Prediction(
    key="convolution.padding_crops",
    title="What padding does here",
    question="Samples 1, 2, kernel (1, 10, 100), stride 2 gave 1, 10, 102, 20, 200. Now padding is 1. How "
    "many numbers come out?",
    answer=lambda: painted([1, 2], stride=2, padding=1).size,
    explain="The convolution put one zero at each end; its transpose takes one sample off each end: 10, "
    "102, 20.",
    guesses={
        "That is with one sample more at each end. Here it is the other way around.": lambda: 7,
        "That is with one sample fewer. Padding counts at both ends.": lambda: 4,
        "That is without padding.": lambda: painted([1, 2], stride=2).size,
    },
)

ONE_MORE_SAMPLE = Prediction(
    key="convolution.one_more_sample",
    title="The sample at the end",
    question="Stride 2 and padding 1 gave 10, 102, 20. With output_padding = 1 there is one number more at "
    "the end. Which one?",
    answer=lambda: painted([1, 2], stride=2, padding=1, output_padding=1)[-1],
    explain="The stamps reached that position all along, and padding had cropped it. output_padding crops one "
    "less at the end.",
    guesses={
        "Its name suggests a zero. But a stamp reaches this position.": lambda: 0,
        "That repeats the last number. The next position has a sum of its own.": lambda: painted(
            [1, 2], stride=2, padding=1
        )[-1],
    },
)

STRIDE_THREE = Prediction(
    key="convolution.stride_three",
    title="Stamps far apart",
    question="The samples 1, 2 and the kernel (1, 10), but the stride is now 3. Which five numbers come out?",
    shape=5,
    answer=lambda: painted([1, 2], [1, 10], stride=3),
    explain="The stamps begin at 0 and at 3, and the first one ends at 1. Nothing reaches position 2: it "
    "stays 0.",
    guesses={
        "The size is right. But the second stamp begins at position 3, not at 2.": lambda: (1, 10, 2, 20, 0),
    },
)

DILATED_STAMP = Prediction(
    key="convolution.dilated_stamp",
    title="A stamp with gaps",
    question="Samples 1, 2 and kernel (1, 10, 100) with stride 1 and dilation 2: the parts of a stamp are "
    "2 positions apart. Which six numbers come out?",
    shape=6,
    answer=lambda: painted([1, 2], dilation=2),
    explain="The stamp of 1 is 1, 0, 10, 0, 100, and the stamp of 2 begins one position later, in its gaps.",
    guesses={
        "The stamps lie side by side there. The second begins one position after the first.": lambda: (
            1,
            10,
            100,
            2,
            20,
            200,
        ),
    },
)

WEIGHTS_IN_GROUPS = Prediction(
    key="convolution.weights_in_groups",
    title="Weights in groups",
    question="A transposed convolution takes 6 channels to 6 channels with a 3 × 3 kernel: 6 · 6 · 9 = 324 "
    "weights. With groups = 3 each output channel reads only the input channels of its own group. How many "
    "weights are left?",
    answer=lambda: _weights(channels=6, kernel_size=3, groups=3),
    explain="Three groups of 2 → 2 channels: 3 · 2 · 2 · 9 = 108, a third of 324.",
    guesses={
        "That is one of the three groups.": lambda: _weights(channels=6, kernel_size=3, groups=3) // 3,
        "That is with a single group, where every output channel reads all input channels.": lambda: _weights(
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
    explain="The last stamp begins at 49 · 2 = 98 and is 3 long: 101 positions. 2 are cropped at the start and "
    "1 at the end: 98.",
    guesses={
        "That is twice the input. Kernel and padding count as well.": lambda: 100,
        "That is without output_padding.": lambda: 97,
        "That is the size formula of a convolution. This layer enlarges.": lambda: convolution_size(
            50, 3, stride=2, padding=2
        ),
        "That is without padding.": lambda: transposed_size(50, 3, stride=2, output_padding=1),
        "Padding counts at both ends.": lambda: transposed_size(50, 3, stride=2, padding=1),
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
        "8 is possible: the last window reads the eighth sample. With 7 that place is padding, and there are 4 "
        "windows as well.": "8",
        "With 6 inputs there are only 3 outputs.": "6, 7 or 8",
    },
)

SAME_CROPS = Prediction(
    key="convolution.same_crops",
    title="Which sample goes",
    question="Kernel size 3 and stride 2 on 4 samples paint 9 positions. TensorFlow's SAME keeps 8 of them, "
    "and crops floor((k − s) / 2) on the left. Which position is dropped?",
    options=["the first", "the last", "the middle one"],
    answer=lambda: "the last" if same_crop(3, 2) == 0 else "the first",
    explain="(3 − 2) / 2 = 0.5, which rounds down to 0: nothing is cropped on the left, so the extra position "
    "is dropped on the right.",
    guesses={
        "It rounds down, so nothing is cropped on the left.": "the first",
    },
)

TWO_SIZES = Prediction(
    key="convolution.twice_as_long",
    title="Where the zeros go",
    question="7 samples and a kernel of size 3, no padding. How many outputs has a convolution with "
    "dilation 2, and how many a transposed convolution with stride 2? (two numbers)",
    shape=2,
    answer=lambda: [convolution_size(7, 3, dilation=2), transposed_size(7, 3, stride=2)],
    explain="The dilated kernel spans 5 samples, so it fits 3 times: fewer outputs. The transposed "
    "convolution spreads the input to 13 positions and adds 2: 15.",
    guesses={
        "The first is right. 7 · 2 = 14 is for a kernel as long as the stride; this one is longer.": lambda: (
            convolution_size(7, 3, dilation=2),
            7 * 2,
        ),
        "The second is right. The first is without dilation: the kernel spans 5 samples now.": lambda: (
            convolution_size(7, 3),
            transposed_size(7, 3, stride=2),
        ),
        "You have the two exchanged.": lambda: (
            transposed_size(7, 3, stride=2),
            convolution_size(7, 3, dilation=2),
        ),
    },
)


def same_crop(kernel_size, stride):
    """What SAME crops on the left of a transposed convolution; the rest comes off the right."""
    return max(kernel_size - stride, 0) // 2


def _there_and_back(x):
    there = convolution(_single(x), _single(DIGITS), stride=2)[0, 0]
    back = painted(there, stride=2)
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
