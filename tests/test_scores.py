"""Scores: by hand, by loops over pixels, by scipy's distance transform and openings."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from course_utils.scenes import scenes
from course_utils.scores import (
    boundary,
    boundary_f_score,
    boundary_f_scores,
    class_ious,
    confusion_matrix,
    grown,
    mean_iou,
    thin_iou,
    thin_pixels,
)

CROSS = ndimage.generate_binary_structure(2, 1)


@st.composite
def labels_pairs(draw, classes=4):
    height, width = draw(st.integers(1, 12)), draw(st.integers(1, 12))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    truth = rng.integers(0, classes, (height, width)).repeat(draw(st.integers(1, 3)), 1)
    predicted = np.where(rng.random(truth.shape) < 0.7, truth, rng.integers(0, classes, truth.shape))
    return truth, predicted


# ---- regions ------------------------------------------------------------------------------------------------


@given(labels_pairs())
def test_confusion_counts_pixel_by_pixel(pair):
    truth, predicted = pair
    counts = np.zeros((4, 4), int)
    for t, p in zip(truth.ravel(), predicted.ravel(), strict=True):
        counts[t, p] += 1
    np.testing.assert_array_equal(confusion_matrix(truth, predicted, 4), counts)


@given(labels_pairs())
def test_iou_is_that_of_two_sets_of_pixels(pair):
    truth, predicted = pair
    ious = class_ious(confusion_matrix(truth, predicted, 4))
    for kind in range(4):
        of_truth, of_predicted = (set(np.flatnonzero(labels == kind)) for labels in pair)
        if of_truth | of_predicted:
            assert ious[kind] == pytest.approx(len(of_truth & of_predicted) / len(of_truth | of_predicted))
        else:
            assert np.isnan(ious[kind])
    assert mean_iou(confusion_matrix(truth, predicted, 4)) == pytest.approx(np.nanmean(ious))


@given(labels_pairs())
def test_ignored_pixels_change_nothing_whatever_was_predicted_there(pair):
    truth, predicted = pair
    left_out = np.where(truth == 3, 255, truth)
    other = np.where(truth == 3, 7, predicted)  # not even a class
    kept = truth != 3
    if kept.any():
        by_hand = confusion_matrix(truth[kept][None], predicted[kept][None], 4)
        np.testing.assert_array_equal(confusion_matrix(left_out, other, 4, ignore=255), by_hand)


def test_a_class_that_is_claimed_and_never_true_scores_zero_and_counts():
    confusion = confusion_matrix([[0, 0, 0, 0]], [[0, 0, 0, 1]], 3)
    np.testing.assert_array_equal(class_ious(confusion), [0.75, 0, np.nan])
    assert mean_iou(confusion) == 0.375


def test_counts_and_labels_as_large_as_there_are_do_not_wrap():
    np.testing.assert_allclose(class_ious(np.full((2, 2), 2**62)), [1 / 3, 1 / 3])
    for value in (2**63, 2**64 - 1):  # as int64 these would be negative, and 2**64 - 1 the label -1
        with pytest.raises(
            ValueError, match=f"truth must hold whole numbers up to 9223372036854775807; got {value}"
        ):
            confusion_matrix(np.array([[value, 0]], np.uint64), [[0, 0]], 2, ignore=-1)


@pytest.mark.parametrize("of_mask", [boundary, lambda mask: grown(mask, 1)])
def test_a_mask_that_is_masked_itself_or_no_array_is_refused(of_mask):
    for value in (np.ma.masked_array(np.eye(3, dtype=bool), np.eye(3)), [np.ma.masked_array([True], [True])]):
        with pytest.raises(TypeError, match="mask must be a plain array; got a masked one"):
            of_mask(value)
    with pytest.raises(TypeError, match=r"mask must be an array of numbers; got .*inhomogeneous"):
        of_mask([[True, False], [True]])


def test_nothing_to_score_is_nan():
    assert np.isnan(mean_iou(np.zeros((2, 2), int)))
    assert np.isnan(thin_iou(np.zeros((5, 5), int), np.zeros((5, 5), int), 2))
    assert np.isnan(boundary_f_score(np.zeros((5, 5), int), np.zeros((5, 5), int), 2))


# ---- boundaries ---------------------------------------------------------------------------------------------


@given(labels_pairs())
def test_boundary_is_what_an_erosion_by_a_cross_takes_away(pair):
    mask = pair[0] == 1
    eroded = ndimage.binary_erosion(mask, CROSS, border_value=1)
    np.testing.assert_array_equal(boundary(mask), mask & ~eroded)


@given(labels_pairs(), st.sampled_from([0, 1, 1.5, 2, 3.7]))
def test_grown_is_a_threshold_on_the_distance_transform(pair, distance):
    mask = pair[0] == 1
    if mask.any():
        far = ndimage.distance_transform_edt(~mask)
        np.testing.assert_array_equal(grown(mask, distance), far <= distance)
    else:
        assert not grown(mask, distance).any()


def f_score_by_distances(truth, predicted, kind, tolerance):
    true, claimed = (
        mask & ~ndimage.binary_erosion(mask, CROSS, border_value=1)
        for mask in (truth == kind, predicted == kind)
    )
    if not (true.any() and claimed.any()):
        return 0.0 if true.any() or claimed.any() else np.nan
    precision = np.mean(ndimage.distance_transform_edt(~true)[claimed] <= tolerance)
    recall = np.mean(ndimage.distance_transform_edt(~claimed)[true] <= tolerance)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


@settings(deadline=None)
@given(labels_pairs(), st.sampled_from([0, 1, 2, 2.5]))
def test_boundary_f_scores_against_distance_transforms(pair, tolerance):
    scores = boundary_f_scores(*pair, 4, tolerance)
    expected = [f_score_by_distances(*pair, kind, tolerance) for kind in range(4)]
    np.testing.assert_allclose(scores, expected, rtol=1e-12)


@pytest.mark.parametrize("shift, tolerance, score", [(1, 0, 0), (1, 1, 1), (2, 1, 0), (2, 2, 1), (3, 2, 0)])
def test_a_straight_edge_moved_by_hand(shift, tolerance, score):
    truth = np.repeat([[0, 1]], 10, axis=1).repeat(6, axis=0)
    moved = np.roll(truth, shift, axis=1)
    moved[:, :shift] = 0
    np.testing.assert_array_equal(boundary_f_scores(truth, moved, 2, tolerance), [score, score])


def test_the_border_of_an_ignored_region_is_no_boundary():
    truth = np.array([[0, 0, 255, 255, 1, 1]] * 4)
    assert np.isnan(boundary_f_scores(truth, np.where(truth == 1, 1, 0), 2, ignore=255)).all()


def test_pictures_in_a_batch_do_not_touch_one_another():
    """Two flat pictures of other classes, one under the other in memory, have no boundary."""
    flat = np.stack([np.zeros((4, 4), int), np.ones((4, 4), int)])
    assert np.isnan(boundary_f_scores(flat, flat, 2)).all()
    assert not thin_pixels(flat, 3).any()


# ---- thin structures ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [1, 2, 3, 5])
def test_thin_pixels_are_what_openings_take_away(width):
    labels = scenes(3, (40, 50)).labels
    wide = np.zeros(labels.shape, bool)
    for number, picture in enumerate(labels):
        larger = np.pad(picture, 2 * width, mode="edge")
        for kind in range(5):
            opened = ndimage.binary_opening(larger == kind, np.ones((width, width)))
            wide[number] |= opened[2 * width : -2 * width, 2 * width : -2 * width]
    np.testing.assert_array_equal(thin_pixels(labels, width), ~wide)


def test_thin_pixels_of_a_stripe_by_hand():
    stripe = np.zeros((9, 12), int)
    stripe[:, 4:7] = 1
    np.testing.assert_array_equal(thin_pixels(stripe, 4), stripe == 1)
    assert not thin_pixels(stripe, 3).any()


@given(labels_pairs())
def test_a_perfect_prediction_scores_one_everywhere_it_scores(pair):
    truth, _ = pair
    for score in (
        mean_iou(confusion_matrix(truth, truth, 4)),
        boundary_f_score(truth, truth, 4, 0),
        thin_iou(truth, truth, 4),
    ):
        assert score == 1 or np.isnan(score)


@pytest.mark.parametrize(
    "columns, score",
    [([4, 5], 1), ([4], 1 / 2), ([5, 6], 1 / 3), ([3, 4, 5, 6], 1 / 2), ([], 0), ([4, 5, 11], 1)],
)
def test_a_pole_too_thin_moved_too_thick_or_elsewhere(columns, score):
    """The pole is columns 4 and 5; column 11 is farther than ``width`` and counts only in the plain IoU."""
    truth, predicted = np.zeros((8, 16), int), np.zeros((8, 16), int)
    truth[:, 4:6] = 1
    predicted[:, columns] = 1
    assert thin_iou(truth, predicted, 2, width=4) == pytest.approx(score)


def test_where_only_wide_regions_go_wrong_thin_iou_does_not_see_it():
    truth = np.zeros((12, 30), int)
    truth[:, 3:5], truth[:, 20:] = 1, 2
    predicted = np.where(truth == 2, 0, truth)
    assert thin_iou(truth, predicted, 3, width=4) == 1
    assert mean_iou(confusion_matrix(truth, predicted, 3)) < 0.6


@pytest.mark.parametrize(
    "call, words",
    [
        (
            lambda: confusion_matrix([[0, 255]], [[0, 0]], 2),
            "got 255. To leave such pixels out, write ignore=255",
        ),
        (lambda: confusion_matrix([[0, 1]], [[0, 5]], 2), "predicted must hold labels from 0 to 1"),
        (lambda: confusion_matrix([[0, 1]], [[0]], 2), "got (1, 2) and (1, 1)"),
        (lambda: confusion_matrix([[0.5]], [[0]], 2), "truth must hold whole numbers"),
        (lambda: confusion_matrix([0], [0], 2), "truth must have shape (..., height, width)"),
        (lambda: class_ious([[1, 2]]), "confusion must be counts of shape (classes, classes)"),
        (lambda: class_ious([[1, -2], [0, 0]]), "smallest -2"),
        (lambda: boundary([[1, 0]]), "Write mask == label"),
        (lambda: boundary_f_scores([[0]], [[0]], 1, -1), "tolerance must be from 0 to 100 pixels; got -1"),
        (lambda: thin_pixels([[0]], 0), "width must be a whole number, from 1"),
    ],
)
def test_bad_input_is_refused_in_words(call, words):
    with pytest.raises((ValueError, TypeError)) as refusal:
        call()
    assert words in str(refusal.value)
