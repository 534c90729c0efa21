"""The exercises of lesson 08: held against torch; where the bugs hide."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import fcn
from course_utils.exercises import fcn as lesson
from course_utils.exercises.engine import Exercise, Outcome, Prediction
from course_utils.exercises.fcn import suspects
from course_utils.exercises.fcn.crop import POOLS
from tests.arrays import noise

EXERCISES = [item for item in vars(lesson).values() if isinstance(item, Exercise)]
PREDICTIONS = [item for item in vars(lesson).values() if isinstance(item, Prediction)]
few = settings(max_examples=60, deadline=None)


def test_the_lesson_has_what_it_promises():
    names = (
        "bilinear_filter",
        "keeps_flat",
        "mixing_weight",
        "crop",
        "odd_kernel",
        "all_channels",
        "bias_left",
    )
    assert {exercise.key for exercise in EXERCISES} == {f"fcn.{name}" for name in names}
    assert len(PREDICTIONS) == 7


@pytest.mark.parametrize(
    ("prediction", "by_hand"),
    [
        (lesson.CORNER, 9 / 16),
        (lesson.FIVE_AT_TWO, [5 / 3, 4 / 3]),
        (lesson.HOW_MANY_COUNT, 100 / 21),
        (lesson.FINER_SCORES, "more than 15 points"),
        (lesson.FIRST_LOSS, "now one, now the other"),
        (lesson.OTHER_PADDING, 5),
        (lesson.WHICH_PICTURE, "B"),
    ],
    ids=lambda value: getattr(value, "key", ""),
)
def test_predictions_by_hand(prediction, by_hand):
    computed = prediction.computed()
    assert computed == by_hand if isinstance(by_hand, str) else np.allclose(computed, by_hand)


# ---- against torch ------------------------------------------------------------------------------------------


@few
@given(st.integers(1, 5), st.lists(st.integers(-9, 9), min_size=1, max_size=6))
def test_the_repaired_row_is_torchs(stride, row):
    x = torch.tensor(row, dtype=torch.float64)[None, None]
    wanted = F.interpolate(x, scale_factor=float(stride), mode="linear")[0, 0]
    np.testing.assert_allclose(lesson.ODD_KERNEL.reference(np.array(row, float), stride), wanted, atol=1e-12)


@few
@given(st.integers(1, 4), st.integers(1, 4), st.sampled_from([2, 4]))
def test_the_repaired_channels_are_torchs_groups(channels, length, stride):
    x = noise(channels, length)
    kernel = torch.tensor(fcn.bilinear_kernel(2 * stride, 1)).expand(channels, 1, -1)
    wanted = F.conv_transpose1d(
        torch.tensor(x)[None], kernel, stride=stride, padding=stride // 2, groups=channels
    )
    np.testing.assert_allclose(lesson.ALL_CHANNELS.reference(x, stride), wanted[0], atol=1e-12)


@few
@given(st.integers(1, 9), st.integers(1, 5))
def test_flat_is_what_torch_makes_of_ones(kernel_size, stride):
    kernel = noise(kernel_size, seed=kernel_size).round(1)
    for each in (kernel, fcn.bilinear_kernel(kernel_size, 1)):
        answer = F.conv_transpose1d(
            torch.ones(1, 1, 40).double(), torch.tensor(each)[None, None], stride=stride
        )[0, 0]
        middle = answer[15 * stride : 25 * stride]  # kernels of 9 reach over 9 samples at most
        flat = bool(np.allclose(middle, 1))
        assert lesson.KEEPS_FLAT.reference(each, stride) == flat


def test_the_crop_of_fcn_32s_is_the_ledgers():
    assert lesson.CROP.reference([(3, 1, 100), *POOLS, (7, 1, 0)], 64, 32) == fcn.crops("FCN-32s")[0] == 19


# ---- where the bugs hide --------------------------------------------------------------------------------------


def test_a_flat_row_and_a_stride_of_one_hide_the_odd_kernel():
    buggy, right = lesson.ODD_KERNEL.buggy, lesson.ODD_KERNEL.reference
    row = np.array([1.0, 7, 2])
    np.testing.assert_allclose(buggy(row, 1), right(row, 1))
    for stride in (2, 3, 4):
        np.testing.assert_allclose(buggy(np.full(4, 5.0), stride), 5)
    np.testing.assert_allclose(buggy(np.arange(4.0), 2)[1:-1] - right(np.arange(4.0), 2)[1:-1], 0.25)
    assert not np.allclose(buggy(row, 2), right(row, 2))


def test_a_single_channel_hides_the_dense_weight():
    buggy, right = lesson.ALL_CHANNELS.buggy, lesson.ALL_CHANNELS.reference
    np.testing.assert_allclose(buggy(noise(1, 5), 2), right(noise(1, 5), 2))
    assert not np.allclose(buggy(noise(2, 5), 2), right(noise(2, 5), 2))


@pytest.mark.parametrize(
    "bug",
    [lesson.ODD_KERNEL, lesson.ALL_CHANNELS, lesson.BIAS_LEFT, lesson.MIXING_WEIGHT],
    ids=lambda bug: bug.key,
)
def test_the_bugs_show(bug):
    assert bug.symptom().outcome is Outcome.NOT_QUITE


@few
@given(st.integers(1, 4), st.integers(1, 5))
def test_the_repaired_bias_makes_torchs_layer_interpolate(channels, stride):
    kernel_size, _, padding = fcn.fitting(stride)
    layer = torch.nn.ConvTranspose2d(
        channels, channels, kernel_size, stride, padding, groups=channels
    ).double()
    state = [part.detach().numpy() for part in (layer.weight, layer.bias)]
    weight, bias = lesson.BIAS_LEFT.reference(*state)
    layer.weight.data, layer.bias.data = torch.tensor(weight), torch.tensor(bias)
    x = noise(1, channels, 4, 5)
    wanted = fcn.upsample_bilinear(x, stride, "zeros")
    np.testing.assert_allclose(layer(torch.tensor(x)).detach(), wanted, atol=1e-12)
    _, left = lesson.BIAS_LEFT.buggy(*state)
    assert (left != 0).all()


def test_a_diagonal_is_right_for_equal_counts_and_refused_for_others_but_one():
    np.testing.assert_array_equal(
        lesson.MIXING_WEIGHT.buggy(np.eye(3), fcn.bilinear_kernel(4)), fcn.bilinear_weight(np.eye(3), 4)
    )
    with pytest.raises(IndexError):
        lesson.MIXING_WEIGHT.buggy(np.ones((2, 3)), fcn.bilinear_kernel(4))
    for shape in ((1, 3), (3, 1)):
        everywhere = lesson.MIXING_WEIGHT.buggy(np.full(shape, 0.5), fcn.bilinear_kernel(4))
        np.testing.assert_array_equal(everywhere, fcn.bilinear_weight(np.ones(shape), 4))


# ---- the four pictures ------------------------------------------------------------------------------------------


def test_what_is_wrong_with_each_picture():
    right = np.stack([fcn.upsample_bilinear(each[None, None], 4)[0, 0] for each in suspects.small_photo()])
    four = suspects.four_layers()
    assert all(picture.shape == (3, 56, 80) for picture in four.values())
    inside = (slice(None), slice(2, -2), slice(2, -2))
    np.testing.assert_allclose(four["C"][inside], right[inside], atol=1e-12)
    assert (four["C"][:, 0] < right[:, 0]).all()
    np.testing.assert_allclose(four["D"], four["C"].sum(axis=0, keepdims=True).repeat(3, 0), atol=1e-12)
    assert four["B"][:, -1].mean() < 0.35 * right[:, -1].mean()
    np.testing.assert_allclose(suspects.phase_sums_of_a(), [2 / 3, 2 / 3, 5 / 6, 5 / 6])
