"""Lesson 11, warping: what it asks to predict, to write and to repair."""

from course_utils.exercises.warping.predict import (
    ANOTHER_SIZE,
    BEYOND,
    FIRST_PIXEL,
    HOW_FAR_OFF,
    HOW_MANY_COUNT,
    LEFT_OR_RIGHT,
    ONE_PIXEL,
    QUARTER_TURN,
    SENT_APART,
    SLOPE_ON_A_PIXEL,
    WHERE_IT_GOES,
    WHICH_PADDING,
    disc,
    sent,
)
from course_utils.exercises.warping.repair import (
    HALF_PRECISION,
    HEIGHT_WIDTH,
    SMALL_FLOW,
    YX_ORDER,
    ZERO_FLOW,
)
from course_utils.exercises.warping.write import ALONG_FLOW, BACK, FETCH, IDENTITY, RESIZED

__all__ = [
    "ALONG_FLOW",
    "ANOTHER_SIZE",
    "BACK",
    "BEYOND",
    "FETCH",
    "FIRST_PIXEL",
    "HALF_PRECISION",
    "HEIGHT_WIDTH",
    "HOW_FAR_OFF",
    "HOW_MANY_COUNT",
    "IDENTITY",
    "LEFT_OR_RIGHT",
    "ONE_PIXEL",
    "QUARTER_TURN",
    "RESIZED",
    "SENT_APART",
    "SLOPE_ON_A_PIXEL",
    "SMALL_FLOW",
    "WHERE_IT_GOES",
    "WHICH_PADDING",
    "YX_ORDER",
    "ZERO_FLOW",
    "disc",
    "sent",
]
