"""The exercises of lesson 14: predictions by hand, what the records answer, experiments whose truth is known."""

import numpy as np
import pytest
import torch
from scipy import stats

from course_utils.exercises import shootout as lesson
from course_utils.exercises.engine import Exercise, Prediction
from course_utils.exercises.shootout import predict, suspects
from course_utils.shootout import recorded

EXERCISES = [item for item in vars(lesson).values() if isinstance(item, Exercise)]
PREDICTIONS = [item for item in vars(lesson).values() if isinstance(item, Prediction)]


def test_the_lesson_has_what_it_promises():
    names = ("gain", "guided", "best_seed", "same_picture")
    assert {exercise.key for exercise in EXERCISES} == {f"shootout.{name}" for name in names}
    assert len(PREDICTIONS) == 7


@pytest.mark.parametrize(
    "prediction, answer",
    [
        (lesson.AHEAD_IN_THE_OTHER, "P"),
        (lesson.BEST_OF_FIVE, "flow"),
        (lesson.BEST_OF_FOUR, "sub-pixel, ICNR"),
        (lesson.AT_ITS_PEAK, "deformable"),
        (lesson.WHICH_EXPERIMENT, "D"),
    ],
    ids=lambda value: getattr(value, "key", ""),
)
def test_what_the_lesson_says_of_an_answer(prediction, answer):
    assert prediction.computed() == answer


def test_the_four_seeds_by_hand():
    np.testing.assert_allclose(lesson.WHICH_SPREAD.computed(), [0.25, 0.05])
    assert lesson.WHICH_SPREAD.judge("0.25, 0.85").sentence.startswith("That is how far our *scores* lie")


def test_a_gain_is_what_a_paired_test_asks_for():
    ours, theirs = np.random.default_rng(0).normal(70, 3, (2, 6))
    mean, error = lesson.GAIN.reference(ours, theirs)
    assert mean / error == pytest.approx(stats.ttest_rel(ours, theirs).statistic)


def test_the_guided_row_is_what_attention_makes_of_it():
    """Query: the guide here; key: the guide there; value: the coarse row. With flat guides it is a mean."""
    random = np.random.default_rng(1)
    coarse, guide, sharpness = random.normal(size=5), random.normal(size=10), 1.7
    keys, values = (np.pad(row, 1, mode="edge") for row in (guide.reshape(-1, 2).mean(1), coarse))
    for o in range(10):
        near = slice(o // 2, o // 2 + 3)
        logits = torch.tensor(-sharpness * (guide[o] - keys[near]) ** 2)
        expected = float(logits.softmax(0) @ torch.tensor(values[near]))
        assert lesson.GUIDED.reference(coarse, guide, sharpness)[o] == pytest.approx(expected)


# ---- Experiments ---------------------------------------------------------------------------------


def test_only_one_of_the_four_has_a_true_gain_and_all_report_one():
    papers = lesson.four_experiments()
    assert list(papers) == list("ABCD") == list(suspects.TRUE_GAIN)
    for paper in papers.values():
        assert 0.7 < paper["reported"] < 2.2
    assert [letter for letter, gain in suspects.TRUE_GAIN.items() if gain] == ["D"]


def test_each_mistake_is_in_its_figure():
    papers = lesson.four_experiments()
    assert np.isnan(papers["A"]["theirs"][0, -1]) and np.isfinite(papers["A"]["ours"]).all()
    own = papers["B"]["ours"][:, -1]
    mean = papers["B"]["theirs"][:, -1].mean()
    assert papers["B"]["reported"] == own.max() - mean and abs(own.mean() - mean) < 0.7
    late = [
        paper[:, -1].mean() - paper[:, 10].mean() for paper in (papers["C"]["ours"], papers["C"]["theirs"])
    ]
    assert late[0] > late[1] + 0.5  # learning by heart
    assert (papers["D"]["ours"][:, -1] > papers["D"]["theirs"][:, -1]).all()


def test_the_best_of_many_beats_itself():
    bilinear = np.array(list(predict.scores("labels", "bilinear").values()))[:, None]
    assert lesson.BEST_SEED.buggy(bilinear, bilinear) > 0.1
    assert lesson.BEST_SEED.reference(bilinear, bilinear) == 0


def test_a_patch_of_every_photo_is_on_both_sides():
    picture_of = np.arange(12).repeat(4)
    wrong, right = lesson.SAME_PICTURE.buggy(picture_of), lesson.SAME_PICTURE.reference(picture_of)
    assert set(picture_of[wrong]) == set(picture_of[~wrong])
    assert not set(picture_of[right]) & set(picture_of[~right]) and wrong.sum() == right.sum()


# ---- The records ---------------------------------------------------------------------------------


def test_opening_shows_what_the_record_holds():
    pictures = lesson.opening()
    assert list(pictures) == ["the photo", "what is known", "P", "Q", "the truth"]
    assert all(each.shape == (64, 64, 3) for each in pictures.values())
    right = {letter: (pictures[letter] == pictures["the truth"]).all(-1).mean() for letter in "PQ"}
    assert right["Q"] > right["P"] + 0.01  # as the first cell says


def test_differences_are_those_of_the_rows():
    for task in ("labels", "pictures", "pyramid"):
        for row in recorded(task)["rows"]:
            found = predict.difference(task, row["upsampler"], "bilinear")
            assert (round(found.mean, 2), found.seeds) == (row["gain"], row["seeds"])
