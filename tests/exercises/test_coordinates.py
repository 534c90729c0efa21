"""Every exercise and prediction of lesson 02 does what it says; the answers have witnesses of their own."""

import cv2
import numpy as np
import pytest

from course_utils.exercises import coordinates
from course_utils.exercises.engine import Exercise, Outcome, Prediction
from course_utils.resampling import nearest_indices

EXERCISES = [item for item in vars(coordinates).values() if isinstance(item, Exercise)]
PREDICTIONS = [item for item in vars(coordinates).values() if isinstance(item, Prediction)]


def test_the_lesson_has_what_it_promises():
    assert {exercise.key for exercise in EXERCISES} == {
        f"coordinates.{name}"
        for name in ("half_pixel", "align_corners", "asymmetric", "to_output", "nearest_floor", "missing_half",
                     "mask_shift")
    }  # fmt: skip
    assert len(PREDICTIONS) == 6


def test_the_answers_of_the_predictions():
    assert coordinates.FIRST_CENTER.computed() == "−0.25"
    assert coordinates.TWO_DOTS.computed().startswith("7/3")
    np.testing.assert_array_equal(coordinates.FLOOR_PICKS.computed(), [0, 2, 5])
    np.testing.assert_allclose(coordinates.FIRST_ROW.computed(), [1, 1.25, 1.75, 2])
    np.testing.assert_array_equal(coordinates.AMONG_ZEROS.computed(), [9, 1])
    assert coordinates.ENLARGED_LABELS.computed() == "0, 1 and 2"


@pytest.mark.parametrize(
    ("prediction", "typed", "words"),
    [
        (coordinates.FLOOR_PICKS, "1, 4, 6", "half-pixel rule"),
        (coordinates.FLOOR_PICKS, "0, 3, 5", "always rounds down"),
        (coordinates.FIRST_ROW, "1, 4/3, 5/3, 2", "align-corners"),
        (coordinates.FIRST_ROW, "1, 1.5, 2, 2", "asymmetric"),
        (coordinates.FIRST_ROW, "0.75, 1.25, 1.75, 2.25", "beyond the border"),
        (coordinates.FIRST_ROW, "1, 1, 2, 2", "nearest"),
    ],
)
def test_a_wrong_prediction_with_a_name_is_told_it(prediction, typed, words):
    assert words in prediction.judge(typed).sentence


# Ways a learner may write it that are right, or wrong in a way with a name


def test_other_ways_to_write_the_half_pixel_map():
    o = np.arange
    check = coordinates.HALF_PIXEL.check
    assert (
        check(lambda in_size, out_size: in_size / out_size * (o(out_size) + 0.5) - 0.5).outcome
        is Outcome.RIGHT
    )
    shifted = lambda in_size, out_size: o(out_size) * in_size / out_size + (in_size / out_size - 1) / 2  # noqa: E731
    assert check(shifted).outcome is Outcome.RIGHT


@pytest.mark.parametrize(
    ("answer", "diagnosis"),
    [
        (lambda n, m: np.round(coordinates.half_pixel(n, m)), "rounded"),
        (lambda n, m: np.floor(coordinates.half_pixel(n, m)), "rounded down"),
        (lambda n, m: coordinates.half_pixel(n, m)[::-1], "reversed"),
        (lambda n, m: coordinates.half_pixel(n, m).astype(np.float16), "precision"),
        (lambda n, m: coordinates.half_pixel(m, n), "shape"),
    ],
)
def test_wrong_in_another_way(answer, diagnosis):
    report = coordinates.HALF_PIXEL.check(lambda in_size, out_size: answer(in_size, out_size))
    assert (report.outcome, report.diagnosis) == (Outcome.NOT_QUITE, diagnosis)


@pytest.mark.parametrize(
    ("place", "diagnosis"),
    [
        (lambda n, m: (np.arange(m) + 0.5) * (n / m), "ratio first"),
        (lambda n, m: (np.arange(m) + 0.5) / (m / n), "divided by the factor"),
        (lambda n, m: (np.arange(m, dtype="f") + np.float32(0.5)) * np.float32(n / m), "ratio in single precision"),
        (lambda n, m: (np.arange(m) + 0.5) * float(np.float32(n / m)), "partly right"),
    ],
)  # fmt: skip
def test_labels_by_a_ratio_that_is_rounded_first_are_not_right(place, diagnosis):
    report = coordinates.MASK_SHIFT.check(
        lambda labels, out_size: labels[place(len(labels), out_size).astype(int)]
    )
    assert (report.outcome, report.diagnosis) == (Outcome.NOT_QUITE, diagnosis)


def test_a_range_with_a_fractional_step_is_one_too_long():
    report = coordinates.ASYMMETRIC.check(lambda in_size, out_size: np.arange(0, in_size, in_size / out_size))
    assert report.diagnosis == "shape" and report.call == "asymmetric(17, 7)"


def test_dividing_by_zero_is_told_apart():
    report = coordinates.ALIGN_CORNERS.check(
        lambda in_size, out_size: np.arange(out_size) * (in_size - 1) / (out_size - 1)
    )
    assert report.outcome is Outcome.NOT_QUITE and report.diagnosis == "nan"
    assert "One output makes no step" in report.text


def test_multiplying_first_is_as_good_as_whole_numbers():
    def floats(in_size, out_size):
        return np.floor(np.arange(out_size) * in_size / out_size).astype(int)

    assert coordinates.NEAREST_FLOOR.check(floats).outcome is Outcome.RIGHT


def test_what_is_called_opencv_is_opencv():
    ramp = np.arange(6, dtype=np.uint8)[None]
    picked = cv2.resize(ramp, (34, 1), interpolation=cv2.INTER_NEAREST)[0]
    report = coordinates.NEAREST_FLOOR.check(
        lambda in_size, out_size: picked if (in_size, out_size) == (6, 34)
        else coordinates.opencv_nearest_indices(in_size, out_size)
    )  # fmt: skip
    assert report.diagnosis == "OpenCV's arithmetic"


def test_the_way_back_undoes_the_map():
    for n, m in [(4, 8), (8, 3), (5, 5), (640, 224)]:
        back = [coordinates.to_output(x, n, m) for x in coordinates.half_pixel(n, m)]
        np.testing.assert_allclose(back, np.arange(m), atol=1e-12)


def test_what_the_lesson_says_in_passing():
    """Claims of the lesson's prose that no cell of it computes."""
    from PIL import Image

    places = {name: coordinates.source_coordinates(8, 16, name) for name in ("half_pixel", "align_corners")}
    for name, whole in places.items():  # two tiles of 4, enlarged each, have the places of the whole or not
        tile = coordinates.source_coordinates(4, 8, name)
        assert np.allclose(np.concatenate([tile, tile + 4]), whole) == (name == "half_pixel")
    ramp = np.arange(8, dtype=np.float32)[None]  # when they shrink, Pillow and OpenCV part ways
    pillow = np.asarray(Image.fromarray(ramp).resize((3, 1), Image.Resampling.BILINEAR))
    assert np.abs(pillow - cv2.resize(ramp, (3, 1))).max() > 0.2
    for n in (1, 2, 3, 8):  # enlarging: half-pixel and align-corners places are less than half a pixel apart
        for m in range(n, 40):
            pair = [coordinates.source_coordinates(n, m, name) for name in places]
            assert np.abs(pair[0] - pair[1]).max() < 0.5
            pair[1] = coordinates.source_coordinates(n, m, "asymmetric")
            assert np.abs(pair[0] - pair[1]).max() < 0.5
    for n in range(2, 40):  # shrinking: the rules of nearest neighbor are about half a step apart
        for m in range(1, n):
            apart = nearest_indices(n, m, "half_pixel") - nearest_indices(n, m)
            assert np.abs(apart - n / m / 2).max() < 1


def test_where_the_bugs_hide():
    """The smallest input that shows each bug, and sizes at which no input can."""
    assert coordinates.MISSING_HALF.symptom().call == "resize_row([0, 10], 1)"
    assert coordinates.MASK_SHIFT.symptom().call == "shrink_labels([1, 2, 3], 1)"
    for n in range(1, 9):
        for m in range(1, 9):
            labels, row = np.arange(n), np.arange(n) ** 2.0
            same_labels = np.array_equal(
                coordinates._shrink_labels_with_bug(labels, m), coordinates.shrink_labels(labels, m)
            )
            assert same_labels == (m % n == 0)
            same_row = np.allclose(coordinates._resize_row_with_bug(row, m), coordinates.resize_row(row, m))
            assert same_row == (n in (1, m))
