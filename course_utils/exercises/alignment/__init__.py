"""Exercises of lesson 12: the offset of a stack of layers, fetching across sizes, the flow alignment module."""

# isort: off
# in the order of the lesson: it is that of the summary
from course_utils.exercises.alignment.predict import (
    ADDED_APART,
    FIRST_PLACE,
    FOUR_HALVINGS,
    HEIGHT_BEFORE_WIDTH,
    OTHER_CONVENTION,
    WHERE_IT_IS_DRAWN,
    WHERE_IT_SITS,
    WHICH_FLOW,
    WHICH_LAYER,
    ZERO_START,
)
from course_utils.exercises.alignment.layers import OFFSET
from course_utils.exercises.alignment.write import FETCH, FORWARD
from course_utils.exercises.alignment.repair import LATE_JUMP, TWO_MISTAKES
# isort: on

__all__ = [
    "ADDED_APART", "FETCH", "FIRST_PLACE", "FORWARD", "FOUR_HALVINGS", "HEIGHT_BEFORE_WIDTH", "LATE_JUMP",
    "OFFSET", "OTHER_CONVENTION", "TWO_MISTAKES", "WHERE_IT_IS_DRAWN", "WHERE_IT_SITS", "WHICH_FLOW",
    "WHICH_LAYER", "ZERO_START",
]  # fmt: skip
