"""Exercises of lesson 13: kernels put to work, numbers made into points, a gate; three bugs."""

# isort: off
# in the order of the lesson: it is that of the summary
from course_utils.exercises.sampling.predict import (
    BEYOND,
    HOW_MANY,
    MASK,
    NO_GATE,
    ONE_FLOW,
    WALL,
    WHICH_WAY,
)
from course_utils.exercises.sampling.write import GATE, POINTS, REASSEMBLE
from course_utils.exercises.sampling.suspects import SIX_PICTURES, six_pictures
from course_utils.exercises.sampling.repair import STEPS, TWO_UNITS, WINDOWS
# isort: on

__all__ = [
    "BEYOND", "GATE", "HOW_MANY", "MASK", "NO_GATE", "ONE_FLOW", "POINTS", "REASSEMBLE",
    "SIX_PICTURES", "STEPS", "TWO_UNITS", "WALL", "WHICH_WAY", "WINDOWS", "six_pictures",
]  # fmt: skip
