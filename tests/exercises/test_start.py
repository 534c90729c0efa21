"""Lesson 00's exercise and prediction."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from course_utils.exercises import start


def test_the_prediction_is_what_torch_computes():
    row = torch.tensor([[[0.0, 10.0]]])
    expected = F.interpolate(row, size=4, mode="linear")[0, 0].numpy()
    assert start.FOUR_FROM_TWO.computed() == pytest.approx(expected)
    assert start.FOUR_FROM_TWO.judge("0, 2.5, 7.5, 10").outcome == "right"


@pytest.mark.parametrize(
    "typed, words",
    [
        ("0 10/3 20/3 10", "align_corners=True"),
        ("0 5 10 10", "asymmetric"),
        ("0 0 10 10", "nearest neighbor"),
    ],
)
def test_a_usual_guess_is_recognized(typed, words):
    verdict = start.FOUR_FROM_TWO.judge(typed)
    assert verdict.outcome == "not quite" and words in verdict.sentence


def test_an_unusual_guess_gets_the_explanation_alone():
    verdict = start.FOUR_FROM_TWO.judge(np.array([1.0, 2.0, 3.0, 4.0]))
    assert verdict.sentence == start.FOUR_FROM_TWO.explain


def test_a_rounded_answer_is_not_right():
    assert start.HALFWAY.judge(lambda a, b: round((a + b) / 2, 3)).outcome == "not quite"


def test_the_centers_in_the_explanation_are_the_coordinates():
    from course_utils.resampling import source_coordinates

    assert source_coordinates(2, 4).tolist() == [-0.25, 0.25, 0.75, 1.25]
