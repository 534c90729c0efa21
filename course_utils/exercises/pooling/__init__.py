"""Exercises of lesson 06: max pooling with indices, unpooling, sizes, three bugs, predictions."""

# isort: off
# in the order of the lesson: it is that of the summary
from course_utils.exercises.pooling.write import MAX_POOL, POOLED_SIZE, UNPOOL
from course_utils.exercises.pooling.repair import ODD_SIZE, PADDED_ZEROS, SEVEN_TO_SIX
from course_utils.exercises.pooling.predict import (
    BACK_FROM_500,
    BELOW_ZERO,
    INDICES,
    LINEAR,
    PARAMETERS,
    SHARED_PEAK,
    VEIL,
)
# isort: on

__all__ = [
    "BACK_FROM_500", "BELOW_ZERO", "INDICES", "LINEAR", "MAX_POOL", "ODD_SIZE", "PADDED_ZEROS", "PARAMETERS",
    "POOLED_SIZE", "SEVEN_TO_SIX", "SHARED_PEAK", "UNPOOL", "VEIL",
]  # fmt: skip
