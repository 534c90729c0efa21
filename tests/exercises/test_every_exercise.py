"""Every exercise and every prediction of the course, found by the registry: a new one is tested by being there."""

import pytest

from course_utils.exercises.engine.registry import all_exercises, all_predictions
from tests.exercises.verify import verify
from tests.exercises.verify_predictions import verify_prediction

EXERCISES = [exercise for lesson in all_exercises().values() for exercise in lesson]
PREDICTIONS = [prediction for lesson in all_predictions().values() for prediction in lesson]


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.key)
def test_every_exercise_answers_every_learner(exercise):
    verify(exercise)


@pytest.mark.parametrize("prediction", PREDICTIONS, ids=lambda prediction: prediction.key)
def test_every_prediction_computes_its_answer(prediction):
    verify_prediction(prediction)


def test_every_prediction_shows_a_form():
    for prediction in PREDICTIONS:
        assert prediction.question in prediction.text and prediction.form().children
