"""Lesson 09, checkerboards: seven predictions, four functions to write, two bugs to repair."""

from course_utils.exercises.checkerboard.predict import (
    AFTER_TRAINING,
    FLAT_ONES,
    GRADIENT,
    KERNEL_FOUR,
    MOST_AND_LEAST,
    STRIDE_FOUR,
    WHICH_PICTURE,
    flat_pictures,
)
from course_utils.exercises.checkerboard.repair import CROP, DIVISIBLE
from course_utils.exercises.checkerboard.write import EQUAL_PHASES, PHASE_SUMS, RESIZE_KERNEL, STAMPS

__all__ = [
    "AFTER_TRAINING",
    "CROP",
    "DIVISIBLE",
    "EQUAL_PHASES",
    "FLAT_ONES",
    "GRADIENT",
    "KERNEL_FOUR",
    "MOST_AND_LEAST",
    "PHASE_SUMS",
    "RESIZE_KERNEL",
    "STAMPS",
    "STRIDE_FOUR",
    "WHICH_PICTURE",
    "flat_pictures",
]
