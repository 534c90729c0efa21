"""Exercises of lesson 07: stamps in one axis and in two, zero insertion, sizes, output_padding, the missing flip.

Words: ``kernel`` has one or two axes and one channel. A transposed convolution paints ``value * kernel`` for each
input, ``stride`` positions apart; what overlaps adds up; ``padding`` crops as many samples at either end, and
``output_padding`` crops that many fewer at the end only.
"""

# isort: off
# in the order of the lesson: it is that of the summary
from course_utils.exercises.convolution.predict import (
    DILATED_STAMP,
    FIFTY,
    ONE_MORE_SAMPLE,
    SAME_CROPS,
    SENT_BACK,
    STRIDE_THREE,
    TWO_SIZES,
    WEIGHTS_IN_GROUPS,
    WHAT_COMES_BACK,
    WHO_COLLIDES,
    WITH_PADDING,
    ZEROS_BETWEEN,
)
from course_utils.exercises.convolution.write import MINIMAL, TWO_AXES, ZERO_INSERTION
from course_utils.exercises.convolution.sizes import OUTPUT_PADDING, SIZE
from course_utils.exercises.convolution.repair import GATHER
# isort: on

__all__ = [
    "DILATED_STAMP", "FIFTY", "GATHER", "MINIMAL", "ONE_MORE_SAMPLE", "OUTPUT_PADDING", "SAME_CROPS", "SENT_BACK",
    "SIZE", "STRIDE_THREE", "TWO_AXES", "TWO_SIZES", "WEIGHTS_IN_GROUPS", "WHAT_COMES_BACK", "WHO_COLLIDES",
    "WITH_PADDING", "ZEROS_BETWEEN", "ZERO_INSERTION",
]  # fmt: skip
