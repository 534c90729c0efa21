"""Six pictures, resized by six programs: one is right. What is wrong with the others?"""

import numpy as np

from course_utils import images
from course_utils.exercises.bilinear.repair import (
    enlarge_that_wraps,
    enlarge_with_black_border,
    mean_with_halves,
)
from course_utils.exercises.bilinear.write import mapped
from course_utils.exercises.engine import Prediction
from course_utils.resampling import resize, to_8_bits


def six_resizes():
    """Letter -> (title, the picture, the picture resized by a program), gray pictures in uint8."""
    face = images.face()
    spot = np.pad(np.uint8([[255]]), 2)
    ramp = np.tile(np.linspace(0, 255, 6).round().astype(np.uint8), (6, 1))
    cases = {
        "A": ("a wall to 24 × 24", np.full((6, 6), 150, np.uint8), (24, 24), enlarge_with_black_border),
        "B": ("a ramp to 24 × 24", ramp, (24, 24), enlarge_that_wraps),
        "C": ("a photo to 12 × 12", face, (12, 12), _sum_of_halves),
        "D": ("a photo to 96 × 96", face, (96, 96), resize),
        "E": ("24 × 16 to 96 × 64", face[:, 4:20], (96, 64), _width_first),
        "F": ("a spot to 20 × 20", spot, (20, 20), _from_the_first_center),
    }
    return {
        letter: (title, picture, to_8_bits(program(picture.astype(float), size_hw)))
        for letter, (title, picture, size_hw, program) in cases.items()
    }


def _sum_of_halves(image, size_hw):
    """Shrunk to a half: every output lies in the middle of four pixels."""
    return mean_with_halves(image[::2, ::2], image[::2, 1::2], image[1::2, ::2], image[1::2, 1::2])


def _width_first(image, size_hw):
    return resize(image, size_hw[::-1])


def _from_the_first_center(image, size_hw):
    return mapped(image, size_hw, lambda n, m: np.arange(m) * n / m)


def _the_right_one():
    (letter,) = (
        letter
        for letter, (_, picture, result) in six_resizes().items()
        if letter != "E" and np.array_equal(result, resize(picture, result.shape))
    )
    return letter


SIX_PICTURES = Prediction(
    key="bilinear.six_pictures",
    title="One of six is right",
    question="Six programs, each with the picture above its result. Five results are wrong. Which one is right?",
    options=list("ABCDEF"),
    answer=_the_right_one,
    explain="D is only soft: 96 rows made from 24 cannot be sharp. Every other picture shows something that a "
    "resize must not do.",
    guesses={
        "Look at its right and bottom edges: the wall has no dark ones.": "A",
        "Look at its left edge: the ramp begins in black. Where does the gray come from?": "B",
        "It is brighter than the picture above it.": "C",
        "It should be taller than it is wide, like the picture above it.": "E",
        "The spot was in the middle of its picture.": "F",
    },
)
