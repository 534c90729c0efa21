"""The machinery of exercises and predictions. What a topic needs to write one is imported from here."""

from course_utils.exercises.engine.compare import WHOLE
from course_utils.exercises.engine.exercise import (
    Case,
    Exercise,
    Mistake,
    NoCallOf,
    NoLoopOverPixels,
    Outcome,
    Report,
    SpotTheBug,
    decimals,
)
from course_utils.exercises.engine.predictions import Prediction
from course_utils.exercises.engine.registry import all_exercises, all_predictions

__all__ = [
    "WHOLE", "Case", "Exercise", "Mistake", "NoCallOf", "NoLoopOverPixels", "Outcome", "Prediction", "Report",
    "SpotTheBug", "all_exercises", "all_predictions", "decimals",
]  # fmt: skip
