"""Predictions of lesson 06: where maxima stand, what comes back, sizes, what is linear, what is learned."""

import numpy as np

from course_utils.exercises.engine import Prediction
from course_utils.exercises.pooling.write import FOUR, PEAK, pooled
from course_utils.images import picture
from course_utils.pooling import avg_pool2d, max_pool2d, max_unpool2d
from course_utils.probing import check_linearity


def learned_numbers(layers, channels, height, width):
    """How many weights and biases a chain of layers learns, given the input's sizes.

    layers: ("convolution", out_channels, kernel_size) that keeps the size, ("pool", factor), ("dense", outputs).

    >>> learned_numbers([("convolution", 8, 3)], 8, 8, 8), learned_numbers([("dense", 10)], 8, 8, 8)
    (584, 5130)
    """
    total = 0
    for kind, *settings in layers:
        if kind == "convolution":
            out_channels, kernel_size = settings
            total += out_channels * (channels * kernel_size**2 + 1)
            channels = out_channels
        elif kind == "pool":
            height, width = height // settings[0], width // settings[0]
        else:
            total += settings[0] * (channels * height * width + 1)
            channels, height, width = settings[0], 1, 1
    return total


def _saved_by_pooling():
    behind = [("convolution", 8, 3)]
    return learned_numbers(behind, 8, 32, 32) - learned_numbers([("pool", 2), *behind], 8, 32, 32)


def _down_and_up(size, times=5):
    for _ in range(times):
        size //= 2
    return size * 2**times


def _which_is_linear():
    kinds = [
        check_linearity(function, (4, 4)).kind
        for function in (lambda x: max_pool2d(x, 2)[0], lambda x: avg_pool2d(x, 2))
    ]
    return {
        ("linear", "linear"): "both",
        ("linear", "nonlinear"): "max pooling",
        ("nonlinear", "linear"): "average pooling",
    }.get(tuple(kinds), "neither")


def _brightness_behind_the_veil():
    """What is left of the mean brightness of lesson 06's first picture after pooling and unpooling by 2."""
    part = picture("camera")[90:170, 190:290].astype(float)
    share = max_unpool2d(*max_pool2d(part, 2), 2).mean() / part.mean()
    names = {0.25: "exactly a quarter", 0.5: "half or more", 1: "all of it"}
    return names.get(share, "a little more than a quarter" if 0.25 < share < 0.5 else names[0.5])


def _one_row_of_indices(index):
    """A guess at the four indices of the 4 x 4 example, ``index(row, column, a, b)`` of each maximum."""
    return pooled(FOUR, 2, 2, lambda row, column, a, b, columns: index(row, column, a, b))[1].ravel()


INDICES = Prediction(
    key="pooling.indices",
    title="The four indices",
    question="Four maxima: 5, 6, 7, 8. Count positions along the rows, from 0 in the top left corner to 15 in "
    "the bottom right. Which index does each of the four have, in this order?",
    shape=4,
    answer=lambda: max_pool2d(FOUR, 2)[1].ravel(),
    guesses={
        "You counted from 1. The first position is 0.": lambda: max_pool2d(FOUR, 2)[1].ravel() + 1,
        "You counted down the columns; here we count along the rows.": lambda: _one_row_of_indices(
            lambda row, column, a, b: column * 4 + row
        ),
        "You counted inside each window; here we count in the whole array.": lambda: _one_row_of_indices(
            lambda row, column, a, b: a * 2 + b
        ),
    },
    explain="5 is in row 1, column 1: 1 · 4 + 1 = 5. (That the index is the number itself is chance.) "
    "6 is in row 0, column 2: 2. 7 opens row 3: 12. 8 closes it: 15.",
)

SHARED_PEAK = Prediction(
    key="pooling.shared_peak",
    title="One peak in four windows",
    question="A 5 × 5 array holds one 9, in the middle, and zeros. Windows of 3 × 3 at stride 2 all contain "
    "it, "
    "so all four maxima are 9. What do the numbers of the unpooled array sum to?",
    answer=lambda: max_unpool2d(*max_pool2d(PEAK, 3, 2), 3, 2, output_size=PEAK.shape).sum(),
    options={"0": 0.0, "9": 9.0, "36": 36.0},
    explain="All four carry the same index, 12. The 9 is written four times to the same position, each over "
    "the last.",
    guesses={
        "That would be right if unpooling added. It writes.": "36",
    },
)

BELOW_ZERO = Prediction(
    key="pooling.below_zero",
    title="Pool, unpool, pool, below zero",
    question="All numbers of [[−1.5, −2], [−3, −4]] are negative. Pool it with one 2 × 2 window, unpool, pool again. "
    "The first pooling gives −1.5. What does the second give?",
    answer=lambda: max_pool2d(max_unpool2d(*max_pool2d(-np.array([[1.5, 2], [3, 4]]), 2), 2), 2)[0][0, 0],
    options={"−1.5": -1.5, "0": 0.0, "−4": -4.0},
    explain="Unpooling fills the other three positions with 0, and 0 is larger than −1.5.",
    guesses={
        "Unpooling does not bring the other three numbers back.": "−1.5",
    },
)

BACK_FROM_500 = Prediction(
    key="pooling.back_from_500",
    title="Five times down, five times up",
    question="An image 500 pixels high is halved five times by 2 × 2 max pooling, then doubled five times. "
    "How high is the result?",
    answer=lambda: _down_and_up(500),
    guesses={
        "500/32 is 15.6. Halving 250 works; halving 125 leaves a row over.": lambda: 500.0,
        "That would be rounding up. A window that is not full is dropped.": lambda: 512.0,
        "That is the height after five halvings. It is doubled five times again.": lambda: (
            _down_and_up(500) / 2**5
        ),
    },
    explain="500, 250, 125, 62, 31, 15: a row is left over twice. 15 · 32 = 480.",
)

VEIL = Prediction(
    key="pooling.veil",
    title="Behind the veil",
    question="One pixel of four is left in the middle picture, and three are black. How much of the photograph's "
    "mean brightness is left?",
    answer=_brightness_behind_the_veil,
    options=["exactly a quarter", "a little more than a quarter", "half or more", "all of it"],
    explain="The pixel that is left is the brightest of its four, not an average one.",
    guesses={"That would be right if the pixel that is left were chosen by chance.": "exactly a quarter"},
)

LINEAR = Prediction(
    key="pooling.linear",
    title="Which of them is a matrix",
    question="Which of the two is linear, so that one matrix gives its answer to every input?",
    answer=_which_is_linear,
    options=["max pooling", "average pooling", "both", "neither"],
    explain="A mean is a weighted sum with fixed weights. Which input a maximum copies depends on the inputs.",
    guesses={
        "Doubling the input does double a maximum, but the maximum of a sum is not the sum of the "
        "maxima.": "both",
        "A maximum copies one of its inputs. Which one depends on the inputs.": "max pooling",
    },
)

PARAMETERS = Prediction(
    key="pooling.parameters",
    title="What a pooling layer saves",
    question="A convolution from 8 to 8 channels with 3 × 3 weights learns 584 weights and biases. A 2 × 2 max "
    "pooling is put in front of it. How many of the 584 does that save?",
    answer=_saved_by_pooling,
    options={"nothing": 0, "half, 292": 292, "three quarters, 438": 438},
    explain="The same weights slide over every image, large or small: 8 · (8 · 9 + 1) = 584 either way.",
    guesses={
        "Pooling saves three quarters of the multiply-adds, not of the weights.": "three quarters, 438",
        "Pooling halves the height and the width of the map, not the number of weights.": "half, 292",
    },
)
