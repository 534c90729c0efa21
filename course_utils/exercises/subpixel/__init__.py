"""Lesson 10, sub-pixel convolution: fifteen predictions, six functions to write, three bugs to repair."""

from course_utils.exercises.subpixel.predict import (
    AFTER_A_CROP,
    EVEN_SAMPLES,
    FILLED_SLOTS,
    FIRST_ROW,
    FIRST_WEIGHTS,
    FLAT_PICTURE,
    HALF_THE_ERROR,
    LENGTHS,
    OTHER_ORDER,
    PLACE_FOUR,
    RACE,
    SEEN_BY_TWO,
    SMALL_KERNELS,
    WEIGHT_RATIO,
    WHICH_SHAPE,
)
from course_utils.exercises.subpixel.repair import DEPTH_ORDER, ICNR, PLAIN_RESHAPE, spoiled_pictures
from course_utils.exercises.subpixel.write import CONVERT, COST, SHUFFLE, SPLIT_1D, SPLIT_2D, UNSHUFFLE

__all__ = [
    "AFTER_A_CROP",
    "CONVERT",
    "COST",
    "DEPTH_ORDER",
    "EVEN_SAMPLES",
    "FILLED_SLOTS",
    "FIRST_ROW",
    "FIRST_WEIGHTS",
    "FLAT_PICTURE",
    "HALF_THE_ERROR",
    "ICNR",
    "LENGTHS",
    "OTHER_ORDER",
    "PLACE_FOUR",
    "PLAIN_RESHAPE",
    "RACE",
    "SEEN_BY_TWO",
    "SHUFFLE",
    "SMALL_KERNELS",
    "SPLIT_1D",
    "SPLIT_2D",
    "UNSHUFFLE",
    "WEIGHT_RATIO",
    "WHICH_SHAPE",
    "spoiled_pictures",
]
