"""Lesson 10, sub-pixel convolution: what to predict before it is shown."""

import numpy as np

from course_utils import images, subpixel
from course_utils.convolution import receptive_field, transposed_convolution
from course_utils.exercises.engine import Prediction
from course_utils.probing import operator_matrix


def _single(samples):
    """One signal or picture of one channel, as batch and channels want it."""
    return np.asarray(samples, float)[None, None]


def _painted(x, kernel, **settings):
    return transposed_convolution(_single(x), _single(kernel), stride=2, **settings)[0, 0]


def _weights_that_make(place, **settings):
    """The weights of the kernel (1, 2, 3, 4) that one output of a stride 2 meets, as the options say it."""
    matrix, _ = operator_matrix(lambda x: _painted(x, [1, 2, 3, 4], **settings), (5,))
    return tuple(sorted(int(weight) for weight in matrix[place] if weight))


EVEN_SAMPLES = Prediction(
    key="subpixel.even_samples",
    title="Only the even positions",
    question="The samples 1, 10 and the kernel (1, 2, 3, 4), stride 2, no padding: six numbers come out, at "
    "positions 0 to 5. Which three numbers stand at the even positions 0, 2 and 4?",
    shape=3,
    answer=lambda: _painted([1, 10], [1, 2, 3, 4])[::2],
    explain="The first stamp, 1, 2, 3, 4, begins at position 0; the second, 10, 20, 30, 40, at position 2. So "
    "position 0 gets 1, position 2 gets 3 + 10, and position 4 gets 30.",
    guesses={
        "Those are positions 0, 1 and 2. The question asks for every second one.": lambda: [1, 2, 13],
        "That is the second stamp instead of the sum. At position 2 the 3 of the first stamp is added.": lambda: [
            1,
            10,
            30,
        ],
        "Those are the odd positions.": lambda: _painted([1, 10], [1, 2, 3, 4])[1::2],
    },
)

PLACE_FOUR = Prediction(
    key="subpixel.who_makes_even",
    title="Which weights make position 4",
    question="Five samples, the kernel (1, 2, 3, 4), stride 2, no padding. Which of the four weights does "
    "output 4 meet?",
    options={"1 and 2": (1, 2), "1 and 3": (1, 3), "2 and 4": (2, 4), "all four": (1, 2, 3, 4)},
    answer=lambda: _weights_that_make(4),
    explain="A stamp begins at every even position. So an even position gets the weights 1 and 3, and never "
    "the others.",
    guesses={
        "Those make the odd positions.": "2 and 4",
        "A stamp begins at every second position only, so no output meets all four.": "all four",
    },
)

LENGTHS = Prediction(
    key="subpixel.lengths",
    title="A kernel of three",
    question="Five samples and the kernel (1, 2, 3), stride 2, no padding: eleven outputs. How many come from "
    "the weights 1 and 3, and how many from the weight 2? (two numbers)",
    shape=2,
    answer=lambda: [len(_painted(range(5), [1, 2, 3])[phase::2]) for phase in (0, 1)],
    explain="Positions 0, 2, 4, 6, 8, 10 are six; positions 1, 3, 5, 7, 9 are five.",
    guesses={
        "It is the other way around: position 0 is even, and so is position 10.": lambda: [5, 6],
        "You counted products. At most positions, two products add up to one output.": lambda: (5 * 2, 5),
    },
)

AFTER_A_CROP = Prediction(
    key="subpixel.after_a_crop",
    title="The same position after a crop",
    question="The kernel (1, 2, 3, 4) and stride 2 again, but now padding is 1. Which weights does output 4 meet?",
    options={"1 and 2": (1, 2), "1 and 3": (1, 3), "2 and 4": (2, 4), "all four": (1, 2, 3, 4)},
    answer=lambda: _weights_that_make(4, padding=1),
    explain="Padding 1 crops position 0, so output 4 was position 5 before. That is odd, with the weights 2 "
    "and 4.",
    guesses={
        "Those are the weights of output 4 without padding.": "1 and 3",
    },
)

FIRST_ROW = Prediction(
    key="subpixel.first_row",
    title="The first row of the large picture",
    question="Channel 0 holds 0, 1, 2, 3, channel 1 holds 4 to 7, channel 2 holds 8 to 11, channel 3 holds 12 to "
    "15, each as 2 × 2. Shuffled with factor 2 they are one picture of 4 × 4. What is its first row?",
    shape=4,
    answer=lambda: subpixel.pixel_shuffle(np.arange(16).reshape(4, 2, 2), 2)[0, 0],
    explain="Row 0 takes turns between channel 0 and channel 1: their first pixels, then their second ones.",
    guesses={
        "That is what a plain reshape gives: the four pixels of channel 0 in one row.": lambda: [0, 1, 2, 3],
        "Those are the first pixels of the four channels. They make the first block of 2 × 2.": lambda: [
            0,
            4,
            8,
            12,
        ],
        "That takes turns between channels 0 and 2. The channel after the first goes to the right, not "
        "down.": lambda: [0, 8, 1, 9],
        "You laid the channels side by side. A shuffle interleaves them.": lambda: (
            np.arange(16).reshape(4, 2, 2)[:2, 0].ravel()
        ),
    },
)

OTHER_ORDER = Prediction(
    key="subpixel.other_order",
    title="The other order",
    question="Eight channels of one pixel each, holding 0 to 7, become two channels of 2 × 2. In PyTorch channel 0 "
    "gets 0, 1, 2, 3. Which four numbers does it get in TensorFlow, which counts the phase first and the "
    "channel last?",
    shape=4,
    answer=lambda: subpixel.pixel_shuffle(np.arange(8)[:, None, None], 2, order="tensorflow")[0].ravel(),
    explain="With two output channels every second number belongs to channel 0.",
    guesses={
        "Every fourth number would need four output channels. There are two.": lambda: [0, 4, 1, 5],
        "That is PyTorch's order.": lambda: np.arange(4),
        "That is channel 1.": lambda: np.arange(1, 8, 2),
    },
)

SMALL_KERNELS = Prediction(
    key="subpixel.small_kernels",
    title="How large the small kernels must be",
    question="A transposed convolution with a 4 × 4 kernel, stride 2 and padding 1 doubles a picture, one pixel "
    "cropped on every side. You want exactly this from one convolution on the small picture and a shuffle, "
    "with nothing to trim after it. How large must the four kernels of that convolution be?",
    options=["2 × 2", "3 × 3", "4 × 4"],
    answer=lambda: " × ".join(map(str, _doubling().weight.shape[2:])),
    explain="Each output reads 2 × 2 small pixels. But the first output of a pair reads one to the left of the "
    "second: a window that serves both is 3 wide.",
    guesses={
        "Each output reads 2 × 2 pixels, but not all four outputs of a block read the same ones.": "2 × 2",
        "The small kernels share the 4 × 4 weights among them.": "4 × 4",
    },
)

FILLED_SLOTS = Prediction(
    key="subpixel.filled_slots",
    title="How many slots are filled",
    question="Four kernels of 3 × 3 have 36 slots. How many of them hold a weight of the 4 × 4 kernel?",
    answer=lambda: _doubling().slots[0],
    explain="Every weight of the 4 × 4 kernel has one slot. The other 20 hold 0.",
    guesses={
        "That is the number of all slots.": lambda: 4 * 3 * 3,
        "That is one kernel. There are four.": lambda: _doubling().slots[0] / 4,
        "That is the number of empty slots.": lambda: 36 - _doubling().slots[0],
    },
)

WHICH_SHAPE = Prediction(
    key="subpixel.which_shape",
    title="The weights of the twin",
    question="A convolution with weights of shape (9, 32, 3, 3) and a shuffle with factor 3. What is the shape "
    "of the weights of the transposed convolution that computes the same, as PyTorch stores them?",
    options=["(9, 32, 3, 3)", "(1, 32, 9, 9)", "(32, 1, 9, 9)", "(32, 9, 9, 9)"],
    answer=lambda: str(
        subpixel.subpixel_to_transposed(np.ones((9, 32, 3, 3)), factor=3, pads=1).weight.shape
    ),
    explain="Nine rows of channels become one channel, 3 × 3 becomes 9 × 9. A transposed convolution stores the "
    "input channels first.",
    guesses={
        "The sizes are right. A transposed convolution stores the input channels first.": "(1, 32, 9, 9)",
        "The nine channels become one: they are the 3 × 3 phases of one picture.": "(32, 9, 9, 9)",
    },
)

WEIGHT_RATIO = Prediction(
    key="subpixel.four_times",
    title="The same cost, other sizes",
    question="On the small picture: 32 channels to 32, kernel 3 × 3. On the picture twice as large: 8 channels to "
    "8, kernel 6 × 6. Both take the same number of multiply-adds. How many times as many weights does the "
    "first have?",
    answer=lambda: (32 * 32 * 3 * 3) / (8 * 8 * 6 * 6),
    explain="9216 against 2304. Every weight of the first is used at a quarter of the positions.",
    guesses={
        "That is the inverse of the ratio.": lambda: 0.25,
        "The multiply-adds are equal, but the two layers do not work at the same number of positions.": lambda: (
            1
        ),
        "That counts the channels alone. The kernels differ as well.": lambda: (32 * 32) / (8 * 8),
    },
)

SEEN_BY_TWO = Prediction(
    key="subpixel.seen_by_two",
    title="What two layers see",
    question="Two layers of 3 × 3 on the small picture see 5 × 5 small pixels. Two layers of 6 × 6 on a picture "
    "twice as large: how many small pixels wide is their view?",
    answer=lambda: receptive_field([(6, 1, 0, 1)] * 2)[-1].size / 2,
    explain="6 + 5 = 11 large pixels, 5.5 small ones. One layer sees 3 in both networks; then they part.",
    guesses={
        "That would be so if two layers of 6 saw 10 large pixels. They see 6 + 5.": lambda: 5,
        "Two kernels of 6 overlap by one pixel: 6 + 5, not 6 + 6.": lambda: 6,
        "That is in large pixels. Small ones are twice as wide.": lambda: 11,
    },
)

RACE = Prediction(
    key="subpixel.same_training",
    title="A race",
    question="A 6 × 6 transposed convolution (stride 2, padding 2, no bias) and its sub-pixel twin start from the "
    "same weights, each in its own arrangement. The twin has no empty slots. Both are trained for 100 steps on "
    "the same data. Which loss is smaller at the end?",
    options=["the sub-pixel convolution's", "the transposed convolution's", "both are the same"],
    answer=lambda: _race(),
    explain="Each of the 36 weights has one place in the twin, every place of the twin holds one of them, and the "
    "loss is the same function of both. So both get the same gradient, the same step, and are twins again.",
)

FIRST_WEIGHTS = Prediction(
    key="subpixel.first_weights",
    title="Before the first step",
    question="PyTorch draws the first weights from ±1/√fan. For a convolution, fan is input channels · K²; for "
    "a transposed convolution it is output channels · k². With 64 channels in, 32 out, K = 3 and k = 6: whose "
    "first weights are larger?",
    options=["the convolution's", "the transposed convolution's", "they are alike"],
    answer=lambda: _larger(1 / np.sqrt(64 * 3 * 3), 1 / np.sqrt(32 * 6 * 6)),
    explain="64 · 9 = 576 against 32 · 36 = 1152: the bounds are 0.042 and 0.029. The twins start from "
    "different weights, but that is a choice of PyTorch, not a property of the layer.",
    guesses={
        "A larger fan makes smaller weights.": "the transposed convolution's",
    },
)

FLAT_PICTURE = Prediction(
    key="subpixel.flat_picture",
    title="A flat picture",
    question="A picture in which all pixels are 1 goes through a sub-pixel convolution with factor 2 and random "
    "weights. How many different values are there inside the result, away from its border?",
    answer=lambda: len(np.unique(_inside_of_flat().round(9))),
    explain="Each of the four channels has its own kernel, and the kernels have four different sums: a checkerboard, "
    "before anything is learned.",
    guesses={
        "That would need four kernels with the same sum. These are random.": lambda: 1,
        "A checkerboard of two values would need kernels with two different sums.": lambda: 2,
    },
)

HALF_THE_ERROR = Prediction(
    key="subpixel.half_the_error",
    title="Decibels",
    question="PSNR is 20 · log10(largest value / typical error). A picture's typical error becomes half as large. By "
    "how many dB does its PSNR rise?",
    answer=lambda: images.psnr([1.0], [0.9], peak=1) - images.psnr([1.0], [0.8], peak=1),
    explain="20 · log10(2) = 6.02, whatever the error was. So 0.5 dB more means an error 0.944 times as large.",
    guesses={
        "The logarithm of 2 is 0.301, and it is multiplied by 20.": lambda: np.log10(2),
        "That is 10 · log10(2). The typical error is a square root, so the factor is 20.": lambda: (
            10 * np.log10(2)
        ),
        "That is the ratio of the errors. Decibels are logarithms.": lambda: 2,
        "The size is right. A smaller error means a larger PSNR.": lambda: -20 * np.log10(2),
    },
    unit="dB",
    tolerance=1e-2,  # 6 dB is the textbook's answer
)


def _doubling():
    return subpixel.transposed_to_subpixel(np.ones((1, 1, 4, 4)), stride=2, padding=1)


def _inside_of_flat():
    weight = np.random.default_rng(0).normal(size=(4, 1, 3, 3))
    return subpixel.subpixel_convolution(np.ones((1, 1, 6, 6)), weight, pads=1)[0, 0, 2:-2, 2:-2]


def _larger(convolution_bound, transposed_bound):
    if np.isclose(convolution_bound, transposed_bound):
        return "they are alike"
    larger = convolution_bound > transposed_bound
    return "the convolution's" if larger else "the transposed convolution's"


def _race(steps=100):
    """Gradient descent with momentum on both arrangements of one layer, which leaves no slot empty."""
    rng = np.random.default_rng(0)
    x, wanted = rng.normal(size=(1, 1, 5, 5)), rng.normal(size=100)
    kernel = rng.normal(size=(1, 1, 6, 6))
    small = subpixel.transposed_to_subpixel(kernel, stride=2, padding=2)

    def painted(weights):
        return transposed_convolution(x, weights.reshape(kernel.shape), stride=2, padding=2).ravel()

    def shuffled(weights):
        return small._replace(weight=weights.reshape(small.weight.shape))(x).ravel()

    losses = []
    for layer, weights in ((shuffled, small.weight.ravel()), (painted, kernel.ravel())):
        matrix, _ = operator_matrix(layer, weights.shape)  # the output is linear in the weights as well
        velocity = np.zeros_like(weights)
        for _ in range(steps):
            velocity = 0.9 * velocity + matrix.T @ (matrix @ weights - wanted) / wanted.size
            weights = weights - 0.1 * velocity
        losses.append(np.mean((matrix @ weights - wanted) ** 2))
    if np.isclose(*losses, rtol=1e-9, atol=0):
        return "both are the same"
    return "the sub-pixel convolution's" if losses[0] < losses[1] else "the transposed convolution's"
