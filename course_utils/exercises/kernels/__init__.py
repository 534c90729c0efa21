"""Exercises of lesson 04: a row that stops at its support, antialias, area, values for eight bits, and two more bugs.

Words: ``kernel`` is a function of the distance, ``support`` how far it may be asked, to either side, in samples;
``step`` is in_size / out_size, the distance between two outputs in input samples.
"""

# isort: off
# in the order of the lesson: it is that of the summary
from course_utils.exercises.kernels.write import ANTIALIAS, AREA, WITHIN_THE_SUPPORT
from course_utils.exercises.kernels.repair import NEIGHBORS_OF_A_FETCH, THUMBNAIL, WRAPPED_BYTES
from course_utils.exercises.kernels.predict import (
    ALSO_WHEN_ENLARGING,
    A_FENCE,
    BINS_OF_THREE,
    FALSE_STRIPES,
    MIDDLE_OF_THREE,
    NINE_BELOW_ZERO,
    PEAK_OF_A_SPLINE,
    TOO_FINE,
)
from course_utils.exercises.kernels.suspects import FIVE_PICTURES, five_pictures
# isort: on

__all__ = [
    "ALSO_WHEN_ENLARGING", "ANTIALIAS", "AREA", "A_FENCE", "BINS_OF_THREE", "FALSE_STRIPES", "FIVE_PICTURES",
    "MIDDLE_OF_THREE", "NEIGHBORS_OF_A_FETCH", "NINE_BELOW_ZERO", "PEAK_OF_A_SPLINE", "THUMBNAIL", "TOO_FINE",
    "WITHIN_THE_SUPPORT", "WRAPPED_BYTES", "five_pictures",
]  # fmt: skip
