"""Lesson 00: one exercise and one prediction, to see how the course answers."""

import numpy as np

from course_utils.exercises.engine import Case, Exercise, Prediction, decimals
from course_utils.resampling import resample


def halfway(a, b):
    """The value halfway between a and b."""
    return (a + b) / 2


HALFWAY = Exercise(
    key="start.halfway",
    title="Halfway between two values",
    reference=halfway,
    cases=[
        Case(0, 10, by_hand=5),
        Case(4, 6, by_hand=5),
        Case(10, 0, by_hand=5, note="The first value may be the larger one."),
    ],
    random_case=lambda rng: Case(*rng.uniform(-9, 9, 2).round(decimals(rng)).tolist()),
    hints=["Halfway between 4 and 6 is 5. How do you get there from 4 + 6?", "Add both, then divide by 2."],
)  # fmt: skip


@HALFWAY.mistake("missing parentheses")
def without_brackets(a, b):
    """Your answer is a + b / 2: division comes before addition. What has to be added up first?"""
    return a + b / 2


@HALFWAY.mistake
def half_the_distance(a, b):
    """Your answer is half the distance from a to b, counted from 0. Where should you start?"""
    return (b - a) / 2


FOUR_FROM_TWO = Prediction(
    key="start.four_from_two",
    title="Two pixels become four",
    question=(
        "A row of two pixels, 0 and 10, is enlarged to four pixels by linear interpolation, the way PyTorch does "
        "it by default. Which four numbers come out?"
    ),
    shape=4,
    answer=lambda: resample(np.array([0.0, 10.0]), 4),
    guesses={
        "You put the first and the last pixel center on top of the old ones. That is align_corners=True, which "
        "some people choose on purpose.": lambda: resample(
            np.array([0.0, 10.0]), 4, coordinate_map="align_corners"
        ),
        "You started at the first pixel and took half steps. That is the asymmetric map: the picture "
        "slides to one side.": lambda: resample(np.array([0.0, 10.0]), 4, coordinate_map="asymmetric"),
        "You copied each pixel. That is nearest neighbor.": lambda: resample(
            np.array([0.0, 10.0]), 4, mode="nearest"
        ),
        "You continued the slope beyond the border. The border sample is repeated.": lambda: (
            10 * np.array([-0.25, 0.25, 0.75, 1.25])
        ),
    },
    explain=(
        "A pixel is an area with its center in the middle. Two areas, cut into four, have their centers at "
        "−0.25, 0.25, 0.75 and 1.25, counted in old pixels. Lesson 02 is about nothing else."
    ),
)
