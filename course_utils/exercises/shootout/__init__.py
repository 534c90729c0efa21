"""Exercises of lesson 14: paired differences, an upsampler that looks at a guide, experiments that mislead."""

# isort: off
# in the order of the lesson: it is that of the summary
from course_utils.exercises.shootout.predict import (
    AHEAD_IN_THE_OTHER,
    BEST_OF_FIVE,
    BEST_OF_FOUR,
    WHICH_SPREAD,
    NOTHING_MOVED,
    AT_ITS_PEAK,
    opening,
)
from course_utils.exercises.shootout.write import GAIN, GUIDED
from course_utils.exercises.shootout.suspects import WHICH_EXPERIMENT, four_experiments
from course_utils.exercises.shootout.repair import BEST_SEED, SAME_PICTURE
# isort: on

__all__ = [
    "AHEAD_IN_THE_OTHER", "AT_ITS_PEAK", "BEST_OF_FIVE", "BEST_OF_FOUR", "BEST_SEED", "GAIN", "GUIDED",
    "NOTHING_MOVED", "SAME_PICTURE", "WHICH_EXPERIMENT", "WHICH_SPREAD", "four_experiments", "opening",
]  # fmt: skip
