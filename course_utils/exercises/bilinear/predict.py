"""What lesson 03 asks before it shows: weights, a diagonal, a gray wall, the rank, and a tie."""

import numpy as np

from course_utils import images
from course_utils.exercises.bilinear.repair import mean_with_halves
from course_utils.exercises.bilinear.write import bilinear
from course_utils.exercises.engine import Prediction
from course_utils.resampling import interpolate_cell, resampling_matrix

BESIDE_THE_PUPIL = Prediction(
    key="bilinear.beside_the_pupil",
    title="How bright is it beside the pupil",
    question="P stands on the center of a dark pixel of the eye, 62. The pixel on its right is 147, the one below "
    "it 183, the one across 173. Now P goes 0.3 of a pixel to the right and 0.4 down, so it is still within the "
    "dark pixel. What will its value be?",
    options={"62": 62, "about 80": 80, "about 125": 125, "about 141": 141},
    answer=lambda: int(interpolate_cell(images.face()[11:13, 7:9], 0.3, 0.4) + 0.5),
    explain="It is 124.5, twice as bright as the pixel in which P still lies. All four pixels count, and the dark "
    "one for only 0.42.",
    guesses={
        "That is the pixel in which P lies: nearest neighbor.": "62",
        "The dark pixel is the nearest, but it counts for less than a half.": "about 80",
        "That is the mean of the four, the value where they meet.": "about 141",
    },
)


def _heaviest_corner():
    x, y = 0.8, 0.25
    weights = np.outer([1 - y, y], [1 - x, x])
    return ["top left", "top right", "bottom left", "bottom right"][int(weights.argmax())]


WHO_COUNTS_MOST = Prediction(
    key="bilinear.who_counts_most",
    title="Which sample counts most",
    question="P is at x = 0.8 (to the right) and y = 0.25 (down). Which of the four samples counts most?",
    options=["top left", "top right", "bottom left", "bottom right"],
    answer=_heaviest_corner,
    explain="P is nearest to the top right sample. Its weight is 0.8 · 0.75 = 0.6, more than the other "
    "three together.",
    guesses={
        "That is right for x = 0.25 and y = 0.8.": "bottom left",
        "x = 0.8 is far to the right, but y = 0.25 is near the top.": "bottom right",
        "y = 0.25 is near the top, but x = 0.8 is far to the right.": "top left",
    },
)

CROSSED = np.array([[0.0, 100.0], [100.0, 0.0]])

QUARTER_OF_THE_DIAGONAL = Prediction(
    key="bilinear.crossed_diagonal",
    title="A quarter of the way down the diagonal",
    question="Another cell: 0 and 100 above, 100 and 0 below. Walk from the top left sample straight to the bottom "
    "right one. What is the value after a quarter of the way?",
    answer=lambda: bilinear(CROSSED, 0.25, 0.25),
    tolerance=1e-3,
    explain="A straight line from 0 to 0 would say 0. The other two samples count as well: 0.1875 · 100, twice, is "
    "37.5.",
    guesses={
        "You joined the two corners by a straight line.": lambda: 0,
        "That is a quarter of the way along an edge.": lambda: bilinear(CROSSED, 0.25, 0),
        "That is the mean of the four, the value in the middle.": lambda: np.mean(CROSSED),
        "You walked the other diagonal, from one 100 to the other.": lambda: bilinear(CROSSED, 0.25, 0.75),
    },
)

A_GRAY_WALL = Prediction(
    key="bilinear.grey_wall",
    title="A gray wall with weights of one half",
    question="Take the average of four samples with a weight of 0.5 for each. All four are 100. What comes out?",
    answer=lambda: mean_with_halves(100, 100, 100, 100),
    explain="0.5 · 100, four times, is 200: the weights sum to 2. Four equal weights that sum to 1 are 0.25 "
    "each.",
    guesses={
        "That is the mean. Four weights of 0.5 do not sum to 1.": lambda: 100,
        "That is one of the four products.": lambda: 0.5 * 100,
    },
)

HOW_MUCH_IS_NEW = Prediction(
    key="bilinear.rank",
    title="How much is new in twenty samples made from eight",
    question="Eight samples become twenty. How many numbers must you know to work out all twenty?",
    answer=lambda: np.linalg.matrix_rank(resampling_matrix(8, 20)),
    explain="All twenty are sums of the same eight numbers, and the eight can be worked out from the twenty.",
    guesses={
        "There are twenty samples, but all are made from the same eight.": lambda: 20,
        "That is how many more samples there are.": lambda: 20 - 8,
    },
)


def _half_rounded_twice():
    import cv2  # here, so that only the lesson that asks pays for it

    pixels = np.array([[0, 0], [1, 1]], np.uint8)
    return [np.round(pixels.mean()), cv2.resize(pixels, (1, 1), interpolation=cv2.INTER_LINEAR).item()]


ROUNDING_A_HALF = Prediction(
    key="bilinear.rounding_a_half",
    title="Rounding one half",
    question="Four pixels 0, 0, 1, 1 shrink to one: the exact value is 0.5. Two numbers: what does np.round "
    "make of it, and what does cv2.resize?",
    shape=2,
    answer=_half_rounded_twice,
    tolerance=1e-3,
    guesses={
        "You expected half up from both.": lambda: (1, 1),
        "You expected half to even from both.": lambda: (0, 0),
        "You have the two exchanged.": lambda: _half_rounded_twice()[::-1],
    },
    explain="np.round sends a half to the nearest even number, 0. OpenCV computes (a + b + c + d + 2) >> 2, "
    "which sends a half up, to 1. Neither is wrong; they are two rules for the same tie.",
)
