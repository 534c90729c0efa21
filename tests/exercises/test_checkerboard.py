"""The exercises of lesson 09: predictions by hand, references held against torch and the package."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import checkerboard as numerics
from course_utils import subpixel
from course_utils.exercises import checkerboard as lesson
from course_utils.exercises.checkerboard import predict, repair, write
from course_utils.exercises.engine import Exercise, Prediction
from tests.arrays import noise

EXERCISES = [item for item in vars(lesson).values() if isinstance(item, Exercise)]
PREDICTIONS = [item for item in vars(lesson).values() if isinstance(item, Prediction)]
few = settings(max_examples=60, deadline=None)


def test_the_lesson_has_what_it_promises():
    assert {exercise.key.partition(".")[2] for exercise in EXERCISES} == {
        "stamps", "phase_sums", "resize_kernel", "equal_phases", "divisible", "crop",
    }  # fmt: skip
    assert len(PREDICTIONS) == 7


@pytest.mark.parametrize(
    ("prediction", "by_hand"),
    [
        (lesson.KERNEL_FOUR, "about as much"),
        (lesson.MOST_AND_LEAST, [4, 1]),
        (lesson.FLAT_ONES, [4, 7]),
        (lesson.STRIDE_FOUR, "more"),
        (lesson.AFTER_TRAINING, "faintly, by less than 1 gray level"),
        (lesson.GRADIENT, [1, 2, 1, 2]),
        (lesson.WHICH_PICTURE, "kernel 3, all weights alike"),
    ],
    ids=lambda value: getattr(value, "key", ""),
)
def test_predictions_by_hand(prediction, by_hand):
    computed = prediction.computed()
    assert computed == by_hand if isinstance(by_hand, str) else np.array_equal(computed, by_hand)


def test_both_opening_pictures_have_about_half_of_their_power_in_squares():
    assert all(0.45 < predict._share(f"transposed, kernel {size}") < 0.6 for size in (3, 4))


def test_random_kernels_make_the_share_that_an_explanation_states():
    assert predict._pattern_share(4, 2) == pytest.approx(3 / 4, abs=0.02)
    assert predict._pattern_share(8, 4) == pytest.approx(15 / 16, abs=0.02)


def test_only_one_of_the_three_pictures_is_flat():
    spread = {letter: np.ptp(picture) for letter, picture in lesson.flat_pictures().items()}
    assert {letter for letter, each in spread.items() if each < 1e-9} == {"B"}
    assert min(each for letter, each in spread.items() if letter != "B") > 20
    for picture in lesson.flat_pictures().values():  # one period of 2 × 2, everywhere
        np.testing.assert_allclose(picture, np.tile(picture[:2, :2], np.divide(picture.shape, 2).astype(int)))


@few
@given(st.integers(1, 12), st.integers(1, 6))
def test_stamps_and_sums_are_those_of_the_package(kernel_size, stride):
    assert write.stamps(kernel_size, stride) == numerics.taps_per_phase(kernel_size, stride).tolist()
    kernel = noise(kernel_size, max(kernel_size - 2, 1))
    np.testing.assert_allclose(write.phase_sums(kernel, stride), subpixel.phase_sums(kernel, stride))


@few
@given(st.integers(1, 6), st.integers(1, 4), st.integers(1, 5))
def test_the_resize_kernel_is_torchs_resize_convolution(size, stride, samples):
    weight, x = torch.tensor(noise(size)), torch.tensor(noise(1, 1, samples, seed=1))
    large = F.pad(x.repeat_interleave(stride, dim=2), (size - 1, size - 1))
    wanted = F.conv1d(large, weight[None, None])
    kernel = torch.tensor(write.resize_kernel(weight.numpy(), stride))
    torch.testing.assert_close(F.conv_transpose1d(x, kernel[None, None], stride=stride), wanted)
    assert np.ptp(subpixel.phase_sums(kernel.numpy(), stride, dimensions=1)) < 1e-12


@few
@given(st.integers(1, 4), st.integers(1, 4))
def test_equal_phases_are_icnr(size, stride):
    kernel = noise(size, size)
    phases = subpixel.split_phases(write.equal_phases(kernel, stride), stride)
    np.testing.assert_array_equal(phases, np.broadcast_to(kernel, phases.shape))


@few
@given(st.integers(1, 9), st.integers(1, 4), st.integers(0, 999))
def test_stays_flat_is_what_torch_does(size, stride, seed):
    kernel = np.random.default_rng(seed).integers(0, 3, size).astype(float)
    x, weight = torch.ones(1, 1, size + 3, dtype=torch.float64), torch.tensor(kernel)[None, None]
    first = (size + 1) * stride
    inside = F.conv_transpose1d(x, weight, stride=stride)[0, 0, first : first + stride]
    assert repair.stays_flat(kernel, stride) == bool((inside == inside[0]).all())


@few
@given(st.integers(0, 9), st.integers(0, 9), st.integers(1, 4))
def test_a_crop_without_its_pattern_is_the_crop_of_the_picture_without_it(top, left, size):
    clean, phases = noise(16, 16), noise(size, size, seed=1)
    rows, columns = np.indices(clean.shape) % size
    crop = (clean + phases[rows, columns])[top : top + 6, left : left + 5]
    np.testing.assert_allclose(
        repair.without_pattern(crop, phases, top, left), clean[top : top + 6, left : left + 5]
    )


def test_where_the_bugs_hide():
    """At crops that begin at a multiple of the period; at kernels whose sums happen to agree with their size."""
    crop = noise(4, 4)
    shown = [
        (top, left)
        for top in range(4)
        for left in range(4)
        if not np.allclose(
            repair._without_pattern_shifted(crop, repair._FIXED, top, left),
            repair.without_pattern(crop, repair._FIXED, top, left),
        )
    ]
    assert shown == [(top, left) for top in range(4) for left in range(4) if top % 2 or left % 2]
    assert repair._stays_flat_divisible([1.0, 2], 2) and not repair.stays_flat([1.0, 2], 2)


def test_two_phases_alike_are_not_taken_for_the_other_direction():
    def every_pattern_two_wide(crop, phases, top, left):
        rows, columns = np.indices(crop.shape)
        return crop - phases[(rows + top % 2) % len(phases), (columns + left % 2) % len(phases)]

    assert lesson.CROP.judge(every_pattern_two_wide).diagnosis != "other way"
