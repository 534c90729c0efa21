"""The exercises of lesson 01, held against libraries; the bug on inputs that hide it.

test_every_exercise.py plays every learner.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.exercises import linear
from course_utils.exercises.engine import Exercise, Prediction
from course_utils.resampling import nearest_indices, source_coordinates

EXERCISES = [item for item in vars(linear).values() if isinstance(item, Exercise)]
PREDICTIONS = [item for item in vars(linear).values() if isinstance(item, Prediction)]


def test_the_lesson_has_its_exercises_and_predictions():
    assert {exercise.name for exercise in EXERCISES} == {"lerp", "weights", "linear_matrix", "enlarge"}
    assert len(PREDICTIONS) >= 3


@pytest.mark.parametrize(
    ("prediction", "by_hand"),
    [
        (linear.A_QUARTER, 3.5),
        (linear.WEIGHT_OR_VALUE, "it stays as it is"),
        (linear.ONE_IMPULSE, [0, 5, 10, 5, 0]),
        (linear.ROW_SUMS, "always 1"),
    ],
    ids=lambda value: getattr(value, "key", ""),
)
def test_predictions_by_hand(prediction, by_hand):
    computed = prediction.computed()
    assert computed == by_hand if isinstance(by_hand, str) else np.allclose(computed, by_hand)


@pytest.mark.parametrize(("typed", "words"), [("6.5", "other side"), ("1.5", "begin"), ("2", "quarter of 8")])
def test_a_wrong_quarter_is_told_what_it_is(typed, words):
    assert words in linear.A_QUARTER.judge(typed).sentence


@given(
    left=st.floats(-100, 100),
    right=st.floats(-100, 100),
    x=st.floats(0, 1),
)
def test_lerp_is_the_straight_line_of_numpy(left, right, x):
    assert linear.lerp(left, right, x) == pytest.approx(np.interp(x, [0, 1], [left, right]), abs=1e-12)


@given(x=st.floats(-3, 12), size=st.integers(1, 9))
def test_weights_are_what_interp_does_to_impulses(x, size):
    witness = [np.interp(x, np.arange(size), impulse) for impulse in np.eye(size)]
    assert np.allclose(linear.weights(x, size), witness, atol=1e-12)


@given(in_size=st.integers(1, 12), out_size=st.integers(1, 20))
@settings(max_examples=40, deadline=None)
def test_the_matrix_is_the_one_of_torch(in_size, out_size):
    import torch

    impulses = torch.eye(in_size, dtype=torch.float64)[None]
    witness = torch.nn.functional.interpolate(impulses, size=out_size, mode="linear", align_corners=False)
    assert np.abs(linear.linear_matrix(in_size, out_size) - witness[0].numpy().T).max() <= 1e-12


@given(samples=st.lists(st.floats(-50, 50), min_size=1, max_size=9), out_size=st.integers(1, 20))
def test_enlarge_is_the_matrix_times_the_signal(samples, out_size):
    signal = np.array(samples)
    assert np.allclose(linear.enlarge(signal, out_size), linear.linear_matrix(len(signal), out_size) @ signal)


def _tents(x, in_size):
    return np.maximum(1 - np.abs(x.clip(0, in_size - 1)[:, None] - np.arange(in_size)), 0)


@pytest.mark.parametrize(
    ("exercise", "answer", "diagnosis"),
    [
        (linear.LERP, lambda left, right, x: left + x * (left - right), "difference reversed"),
        (linear.LERP, lambda left, right, x: round(linear.lerp(left, right, x), 4), "precision"),
        (linear.LERP, lambda left, right, x: round(linear.lerp(left, right, x), 1), "partly right"),
        (linear.WEIGHTS, lambda x, size: linear.weights(x, size).round(2), "partly right"),
        (linear.MATRIX, lambda n, m: _tents((np.arange(m) + 0.5) * n / m, n), "missing −0.5"),
        (linear.MATRIX, lambda n, m: _tents(np.arange(m) * n / m - 0.5, n), "missing +0.5"),
        (
            linear.MATRIX,
            lambda n, m: np.maximum(1 - np.abs(source_coordinates(n, m).clip(0, n - 1) - np.arange(n)), 0),
            "coordinates not in a column",
        ),
    ],
)
def test_frequent_slips_have_names(exercise, answer, diagnosis):
    assert exercise.judge(answer).diagnosis == diagnosis


def test_the_floor_of_x_is_not_the_floor_rule_of_libraries():
    """What lesson 01 says beside its box: two different x are rounded down."""
    floor_of_x = np.floor(source_coordinates(4, 8)).clip(0)
    assert floor_of_x.tolist() == [0, 0, 0, 1, 1, 2, 2, 3]
    assert nearest_indices(4, 8).tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    many = source_coordinates(1000, 100_000)[500:-500]
    assert np.mean(np.floor(many) - many) == pytest.approx(-0.5, abs=0.01)


def test_the_inputs_that_hide_the_bug_and_the_smallest_that_shows_it():
    right, wrong = linear.enlarge, linear.enlarge_swapped
    for hides, out_size in (
        (np.full(4, 7.0), 9),
        (np.array([3.0]), 5),
        (np.array([10.0, 20.0, 30.0, 40.0]), 2),
    ):
        assert np.array_equal(right(hides, out_size), wrong(hides, out_size))
    assert wrong(np.array([0.0, 1.0]), 2).tolist() == [1.0, 1.0]
    assert wrong(np.array([0.0, 4.0]), 4).tolist() == [4.0, 3.0, 1.0, 4.0]
