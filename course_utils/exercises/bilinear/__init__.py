"""Exercises of lesson 03: bilinear at a point, a resize without loops, trilinear, and four bugs to repair.

Words: ``cell`` holds four samples, shape (2, 2), rows down, columns to the right; x, y run from 0 to 1 in it.
``size_hw`` is (height, width), the order of the axes of an image array.
"""

# isort: off
# in the order of the lesson: it is that of the summary
from course_utils.exercises.bilinear.write import AT_A_POINT, RESIZE, TRILINEAR
from course_utils.exercises.bilinear.repair import (
    BLACK_BORDER,
    TWO_TRUNCATIONS,
    WEIGHTS_OF_A_HALF,
    WRAP_AROUND,
)
from course_utils.exercises.bilinear.predict import (
    A_GRAY_WALL,
    BESIDE_THE_PUPIL,
    HOW_MUCH_IS_NEW,
    QUARTER_OF_THE_DIAGONAL,
    ROUNDING_A_HALF,
    WHO_COUNTS_MOST,
)
from course_utils.exercises.bilinear.suspects import SIX_PICTURES, six_resizes
# isort: on

__all__ = [
    "AT_A_POINT", "A_GRAY_WALL", "BESIDE_THE_PUPIL", "BLACK_BORDER", "HOW_MUCH_IS_NEW", "QUARTER_OF_THE_DIAGONAL",
    "RESIZE", "ROUNDING_A_HALF", "SIX_PICTURES", "TRILINEAR", "TWO_TRUNCATIONS", "WEIGHTS_OF_A_HALF",
    "WHO_COUNTS_MOST", "WRAP_AROUND", "six_resizes",
]  # fmt: skip
