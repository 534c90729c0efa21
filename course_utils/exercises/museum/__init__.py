"""Exercises of lesson 15: find the smallest input, measure an offset, repair a mask, see where a gradient sits.

Words: ``as_found`` is a function with a bug, ``repaired`` the same without; a map's places are (start, jump), in
image pixels: sample o of it sits at start + jump * o.
"""

# isort: off
# in the order of the lesson: it is that of the summary
from course_utils.exercises.museum.write import APART, SAME_PADDING, SEEN_AT, SMALLEST, PAIRS
from course_utils.exercises.museum.repair import MASK, two_masks
from course_utils.exercises.museum.predict import (
    AFTER_TRAINING,
    CORNER_TO_CORNER,
    NEVER_FAILS,
    SIXTEEN,
    WHICH_COSTS,
    WHICH_LINE,
)
# isort: on

__all__ = [
    "AFTER_TRAINING", "APART", "CORNER_TO_CORNER", "MASK", "NEVER_FAILS", "PAIRS", "SAME_PADDING", "SEEN_AT",
    "SIXTEEN", "SMALLEST", "WHICH_COSTS", "WHICH_LINE", "two_masks",
]  # fmt: skip
