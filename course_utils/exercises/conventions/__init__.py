"""Exercises of lesson 05: who resized this, coordinates of a factor, an export and a port to repair.

Words: a ``candidate`` is a library's call by the name that CANDIDATES gives it; ``in_size`` counts the samples that
are read, ``out_size`` those that are made.
"""

# isort: off
# in the order of the lesson: it is that of the summary
from course_utils.exercises.conventions.write import CANDIDATES, FROM_A_FACTOR, IDENTIFY, NEAREST_MODE
from course_utils.exercises.conventions.repair import EXPORT, PORTED
from course_utils.exercises.conventions.predict import (
    A_CLASSIFIER,
    AT_THE_BORDER,
    ENLARGED,
    SAME_NAME,
    TWELVE_OR_THIRTEEN,
    WHO_MADE_IT,
)
from course_utils.exercises.conventions.suspects import FIVE_DIFFERENCES, discs, five_differences
# isort: on

__all__ = [
    "AT_THE_BORDER", "A_CLASSIFIER", "CANDIDATES", "ENLARGED", "EXPORT", "FIVE_DIFFERENCES", "FROM_A_FACTOR",
    "IDENTIFY", "NEAREST_MODE", "PORTED", "SAME_NAME", "TWELVE_OR_THIRTEEN", "WHO_MADE_IT", "discs",
    "five_differences",
]  # fmt: skip
