"""Every exercise and every prediction of the course, found by the registry: a new one is tested by being there."""

import numpy as np
import pytest

from course_utils.exercises.engine import Outcome
from course_utils.exercises.engine.registry import all_exercises, all_predictions
from tests.exercises.verify import verify
from tests.exercises.verify_predictions import verify_prediction

EXERCISES = [exercise for lesson in all_exercises().values() for exercise in lesson]
PREDICTIONS = [prediction for lesson in all_predictions().values() for prediction in lesson]


@pytest.mark.thorough  # all ways to misbehave, not a third of them
@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.key)
def test_every_exercise_answers_every_learner(exercise):
    verify(exercise)


# Their answers are whole numbers, halves or quarters, whatever is given.
EXACT = {
    "conventions.nearest_mode", "fcn.crop", "alignment.stack_offset", "alignment.late_jump", "museum.apart",
}  # fmt: skip


def rounded(answer):
    """To hundredths; the answer itself where it has no fractions: whole numbers, truth values, names."""
    if isinstance(answer, (tuple, list)):
        return type(answer)(map(rounded, answer))
    return np.round(answer, 2) if has_fractions(answer) else answer


def has_fractions(answer):
    if isinstance(answer, (tuple, list)):
        return any(map(has_fractions, answer))
    return isinstance(answer, (float, np.ndarray, np.generic)) and np.asarray(answer).dtype.kind == "f"


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.key)
def test_an_answer_rounded_to_hundredths_is_not_right(exercise):
    """Numbers that are drawn with two decimals only would hide it."""

    def rounds(*args, **kwargs):
        return rounded(exercise.reference(*args, **kwargs))

    answers = [exercise.reference(*case.args, **case.kwargs) for case in exercise.cases]
    shows = any(map(has_fractions, answers)) and exercise.key not in EXACT
    assert exercise.judge(rounds).outcome is (Outcome.NOT_QUITE if shows else Outcome.RIGHT)


@pytest.mark.parametrize("prediction", PREDICTIONS, ids=lambda prediction: prediction.key)
def test_every_prediction_computes_its_answer(prediction):
    verify_prediction(prediction)


def test_every_prediction_shows_a_form():
    for prediction in PREDICTIONS:
        assert prediction.question in prediction.text and prediction.form().children
