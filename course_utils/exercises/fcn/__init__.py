"""Exercises of lesson 08: the bilinear kernel, flat areas, crops, four bugs to repair."""

# isort: off
# in the order of the lesson: it is that of the summary
from course_utils.exercises.fcn.write import BILINEAR_KERNEL, KEEPS_FLAT
from course_utils.exercises.fcn.crop import CROP
from course_utils.exercises.fcn.repair import ALL_CHANNELS, BIAS_LEFT, MIXING_WEIGHT, ODD_KERNEL
from course_utils.exercises.fcn.suspects import WHICH_PICTURE, four_layers, small_photo
from course_utils.exercises.fcn.predict import (
    CORNER,
    FINER_SCORES,
    FIRST_LOSS,
    FIVE_AT_TWO,
    HOW_MANY_COUNT,
    OTHER_PADDING,
)
# isort: on

__all__ = [
    "ALL_CHANNELS", "BIAS_LEFT", "BILINEAR_KERNEL", "CORNER", "CROP", "FINER_SCORES", "FIRST_LOSS", "FIVE_AT_TWO",
    "HOW_MANY_COUNT", "KEEPS_FLAT", "MIXING_WEIGHT", "ODD_KERNEL", "OTHER_PADDING", "WHICH_PICTURE",
    "four_layers", "small_photo",
]  # fmt: skip
