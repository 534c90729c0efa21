"""Scenes: one world at any size, exact labels, edges mixed by coverage."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.scenes import CLASS_COLORS, CLASS_NAMES, GROUND, POLE, SKY, class_shares, scene, scenes


def box_means(image, factor):
    height, width, channels = image.shape
    return image.reshape(height // factor, factor, width // factor, factor, channels).mean((1, 3))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 60), st.integers(1, 60), st.floats(0, 1))
def test_any_size_and_any_difficulty_is_a_picture(seed, height, width, difficulty):
    image, labels = scene(seed, (height, width), difficulty)
    assert image.shape == (height, width, 3) and image.dtype == np.float32
    assert labels.shape == (height, width) and labels.dtype == np.uint8
    assert image.min() >= 0 and image.max() <= 1 and labels.max() < len(CLASS_NAMES)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("size_hw", [(32, 32), (20, 50)])
def test_every_third_center_is_shared_with_a_picture_three_times_as_fine(seed, size_hw):
    fine = scene(seed, tuple(3 * size for size in size_hw)).labels
    np.testing.assert_array_equal(fine[1::3, 1::3], scene(seed, size_hw).labels)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("size, mean_apart", [(96, 0.001), (24, 0.005)])
def test_the_image_is_the_mean_of_a_finer_one(seed, size, mean_apart):
    """The witness of coverage and texture: 8 x 8 finer pixels in place of one. Corners are the worst."""
    fine, coarse = scene(seed, (8 * size, 8 * size), noise=0).image, scene(seed, (size, size), noise=0).image
    apart = np.abs(box_means(fine, 8) - coarse)
    assert apart.mean() < mean_apart and apart.max() < 0.15


def test_image_and_labels_stand_at_the_same_place():
    """Move the labels by one pixel either way, and each class's color becomes less uniform."""

    def spread_in_classes(image, labels):
        return sum(((image[labels == kind] - image[labels == kind].mean(0)) ** 2).sum() for kind in range(5))

    images, labels = scenes(20, (64, 64), 0.0, noise=0.0)
    middle = (slice(None), slice(1, -1), slice(1, -1))
    totals = {}
    for shift in [(0, 0), (0, 1), (0, -1), (1, 0), (-1, 0)]:
        moved = np.roll(labels, shift, axis=(1, 2))
        totals[shift] = sum(map(spread_in_classes, images[middle], moved[middle]))
    assert min(totals, key=totals.get) == (0, 0)


def test_a_seed_decides_everything_and_nothing_else_does():
    np.random.seed(1)
    first = scene(7)
    np.random.seed(2)
    np.random.random(10)
    again = scene(7)
    np.testing.assert_array_equal(first.image, again.image)
    np.testing.assert_array_equal(first.labels, again.labels)
    assert (scene(8).labels != first.labels).any()


def test_many_are_the_single_ones():
    many = scenes(4, (24, 30), 0.3, first_seed=5, noise=0.2)
    for number in range(4):
        one = scene(5 + number, (24, 30), 0.3, noise=0.2)
        np.testing.assert_array_equal(many.images[number], one.image)
        np.testing.assert_array_equal(many.labels[number], one.labels)


def test_noise_has_its_standard_deviation():
    quiet, loud = scene(0, (200, 200), noise=0.0).image, scene(0, (200, 200), noise=0.05).image
    not_clipped = (quiet > 0.3) & (quiet < 0.7)
    assert np.std((loud - quiet)[not_clipped]) == pytest.approx(0.05, rel=0.02)


def test_noise_and_contrast_leave_the_labels_alone():
    labels = scene(3).labels
    for changed in (scene(3, noise=0.5), scene(3, contrast=0.0)):
        np.testing.assert_array_equal(changed.labels, labels)


def test_clutter_adds_and_poles_grow():
    def share(kind, **changed):
        return (scenes(20, (96, 96), **changed).labels == kind).mean()

    assert share(SKY, clutter=1.0) < share(SKY, clutter=0.0)
    assert share(POLE, pole_width=0.0) < 1e-4
    assert share(POLE, pole_width=0.04) == pytest.approx(2 * share(POLE, pole_width=0.02), rel=0.1)


def test_with_more_clutter_what_was_near_stays():
    """Only new objects may cover old ones: no pixel changes to sky or ground."""
    few, many = scene(2, clutter=0.0).labels, scene(2, clutter=1.0).labels
    changed = few != many
    assert changed.any() and not np.isin(many[changed], (SKY, GROUND)).any()


def test_every_class_is_there_and_none_is_rare():
    shares = np.bincount(scenes(100).labels.ravel(), minlength=5) / (100 * 96 * 96)
    assert shares.min() > 0.02 and shares.max() < 0.5
    assert CLASS_COLORS.shape == (5, 3)


def test_color_alone_does_not_give_the_class_away():
    """The best constant color per class, on scenes it was fitted to, leaves more than a quarter wrong."""
    images, labels = scenes(100, (48, 48))
    means = np.array([images[labels == kind].mean(0) for kind in range(5)])
    nearest = ((images[..., None, :] - means) ** 2).sum(-1).argmin(-1)
    assert (nearest != labels).mean() > 0.25


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: scene(-1), "seed must be a whole number, at least 0; got -1"),
        (lambda: scene(0, (96,)), "size_hw must be (height, width); got (96,)"),
        (lambda: scene(0, (0, 4)), "size_hw[0] must be a whole number, from 1"),
        (lambda: scene(0, difficulty=2), "difficulty must be from 0 to 1; got 2"),
        (lambda: scene(0, noise=-0.1), "noise must be from 0 to 1; got -0.1"),
        (lambda: scenes(0), "count must be a whole number, at least 1; got 0"),
        (lambda: scenes(10**9), "the images would have shape"),
    ],
)
def test_bad_input_is_refused_in_words(call, words):
    with pytest.raises((ValueError, TypeError)) as refusal:
        call()
    assert words in str(refusal.value)


@pytest.mark.parametrize("stride", [1, 2, 4, 8])
def test_shares_are_means_of_masks(stride):
    labels = scene(3, (16, 24)).labels
    shares = class_shares(labels, stride)
    assert shares.shape == (5, 16 // stride, 24 // stride)
    np.testing.assert_allclose(shares.sum(axis=0), 1)
    for kind, row, column in ((SKY, 0, 0), (GROUND, -1, -1), (GROUND, 1, 2)):
        rows, columns = (
            range(size)[at] * stride for size, at in ((16 // stride, row), (24 // stride, column))
        )
        window = labels[rows : rows + stride, columns : columns + stride]
        assert shares[kind, row, column] == (window == kind).mean()


@pytest.mark.parametrize(
    ("labels", "stride", "words"),
    [
        (np.zeros((6, 8), int), 4, "a width that 4 divides; got 6 × 8"),
        (np.zeros((6, 8), int), 0, "stride must be a whole number, from 1"),
        (np.zeros(6, int), 2, "labels must have 2 axes"),
        (np.full((2, 2), 5), 2, "labels must be whole numbers from 0 to 4; they reach from 5 to 5"),
        (np.full((2, 2), 0.5), 2, "labels must be whole numbers from 0 to 4"),
    ],
)
def test_what_has_no_shares(labels, stride, words):
    with pytest.raises(ValueError, match=words):
        class_shares(labels, stride)
