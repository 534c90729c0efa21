"""The exercises of lesson 10: predictions by hand, references held against torch, where the bugs hide."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import subpixel
from course_utils.exercises import subpixel as lesson
from course_utils.exercises.engine import Exercise, Outcome, Prediction
from course_utils.exercises.subpixel import repair, write

EXERCISES = [item for item in vars(lesson).values() if isinstance(item, Exercise)]
PREDICTIONS = [item for item in vars(lesson).values() if isinstance(item, Prediction)]
EXACT = 1e-12
few = settings(max_examples=60, deadline=None)
small = st.integers(1, 3)


def noise(*shape, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, shape)


def test_the_lesson_has_what_it_promises():
    assert {exercise.key.partition(".")[2] for exercise in EXERCISES} == {
        "shuffle", "unshuffle", "split_1d", "split_2d", "convert", "cost", "plain_reshape", "depth_order", "icnr",
    }  # fmt: skip
    assert len(PREDICTIONS) == 15


@pytest.mark.parametrize(
    ("prediction", "by_hand"),
    [
        (lesson.EVEN_SAMPLES, [1, 13, 30]),
        (lesson.PLACE_FOUR, "1 and 3"),
        (lesson.LENGTHS, [6, 5]),
        (lesson.AFTER_A_CROP, "2 and 4"),
        (lesson.FIRST_ROW, [0, 4, 1, 5]),
        (lesson.SMALL_KERNELS, "3 × 3"),
        (lesson.FILLED_SLOTS, 16),
        (lesson.WHICH_SHAPE, "(32, 1, 9, 9)"),
        (lesson.OTHER_ORDER, [0, 2, 4, 6]),
        (lesson.WEIGHT_RATIO, 4),
        (lesson.SEEN_BY_TWO, 5.5),
        (lesson.RACE, "both are the same"),
        (lesson.FIRST_WEIGHTS, "the convolution's"),
        (lesson.FLAT_PICTURE, 4),
    ],
    ids=lambda value: getattr(value, "key", ""),
)
def test_predictions_by_hand(prediction, by_hand):
    computed = prediction.computed()
    assert computed == by_hand if isinstance(by_hand, str) else np.array_equal(computed, by_hand)


def test_half_the_error_is_six_decibels():
    computed = lesson.HALF_THE_ERROR.computed()
    np.testing.assert_allclose(computed, 20 * np.log10(2))
    assert round(10 ** (-0.5 / 20), 3) == 0.944  # what its explanation says


# ---- The references have witnesses ---------------------------------------------------------------


@few
@given(small, small, small, small)
def test_shuffle_and_inverse_are_torch(channels, factor, height, width):
    x = noise(channels * factor**2, height, width)
    large = F.pixel_shuffle(torch.tensor(x), factor).numpy()
    np.testing.assert_array_equal(write.channels_to_pixels(x, factor), large)
    np.testing.assert_array_equal(write.pixels_to_channels(large, factor), x)
    np.testing.assert_array_equal(repair.to_pixels(x[None], factor)[0], large)


@few
@given(st.integers(1, 9), st.integers(1, 5))
def test_splits_are_those_of_the_package(size, stride):
    kernel = noise(size, size)
    np.testing.assert_array_equal(
        write.split_1d(kernel[0], stride), subpixel.split_phases(kernel[0], stride, 1)
    )
    expected = subpixel.split_phases(kernel, stride)
    np.testing.assert_array_equal(write.split_2d(kernel, stride), expected.reshape(-1, *expected.shape[2:]))


@few
@given(small, small, st.integers(1, 5), st.integers(1, 3), st.data())
def test_the_converted_weights_make_torchs_transposed_convolution(c_in, c_out, size, stride, data):
    height, width = data.draw(small), data.draw(small)
    weight, x = noise(c_in, c_out, size, size), noise(1, c_in, height, width, seed=1)
    rows = write.to_subpixel(weight, stride)
    taps = rows.shape[-1]
    large = F.pixel_shuffle(
        F.conv2d(torch.tensor(x), torch.tensor(rows.copy()), padding=taps - 1), stride
    ).numpy()
    painted = F.conv_transpose2d(torch.tensor(x), torch.tensor(weight), stride=stride).numpy()
    kept = large[..., : painted.shape[2], : painted.shape[3]]
    np.testing.assert_allclose(kept, painted[..., : large.shape[2], : large.shape[3]], atol=EXACT)
    assert not painted[..., large.shape[2] :, :].any()  # a stride beyond the kernel leaves places unpainted
    np.testing.assert_array_equal(
        rows, subpixel.transposed_to_subpixel(weight, stride=stride, crop=True).weight
    )


@few
@given(small, small, small, small, st.sampled_from([1, 3, 5]), small)
def test_the_cost_is_that_of_torchs_layer(height, width, c_in, c_out, kernel_size, factor):
    from torch.utils.flop_counter import FlopCounterMode

    layer = torch.nn.Conv2d(
        c_in, c_out * factor**2, kernel_size, padding=kernel_size // 2, bias=False, device="meta"
    )
    with FlopCounterMode(display=False) as counter:
        layer(torch.empty(1, c_in, height, width, device="meta"))
    weights, products = write.count_cost(height, width, c_in, c_out, kernel_size, factor)
    assert (weights, 2 * products) == (layer.weight.numel(), counter.get_total_flops())


@few
@given(small, small, small, small)
def test_the_repaired_order_is_that_of_the_definition_of_onnx(channels, block, height, width):
    x = noise(channels * block**2, height, width)
    parts = np.transpose(x.reshape(block, block, channels, height, width), [2, 3, 0, 4, 1])
    expected = parts.reshape(channels, height * block, width * block)
    np.testing.assert_array_equal(repair.depth_to_space(x, block), expected)
    np.testing.assert_array_equal(subpixel.pixel_shuffle(x, block, "tensorflow"), expected)


@few
@given(small, small, small, st.sampled_from([1, 3]))
def test_icnr_begins_as_repetition(c_in, c_out, factor, kernel_size):
    weight, x = noise(c_out, c_in, kernel_size, kernel_size), noise(1, c_in, 4, 3, seed=1)
    rows, weight, x = map(torch.tensor, (repair.icnr(weight, factor), weight, x))
    large = F.pixel_shuffle(F.conv2d(x, rows, padding=kernel_size // 2), factor)
    repeated = F.interpolate(
        F.conv2d(x, weight, padding=kernel_size // 2), scale_factor=factor, mode="nearest"
    )
    np.testing.assert_allclose(large, repeated, atol=EXACT)


# ---- Ways a learner may write it that are right --------------------------------------------------


def test_other_ways_that_are_right():
    def by_loops(x, factor):
        channels, height, width = x.shape
        out = np.zeros((channels // factor**2, height * factor, width * factor))
        for number in range(channels):
            channel, phase = divmod(number, factor**2)
            out[channel, phase // factor :: factor, phase % factor :: factor] = x[number]
        return out

    def by_slices(x, factor):
        each = [c[a::factor, b::factor] for c in x for a in range(factor) for b in range(factor)]
        return np.array(each)

    def by_reshape(kernel, stride):
        return np.append(kernel, np.zeros(-len(kernel) % stride)).reshape(-1, stride).T

    def rows_first(kernel, stride):
        down = np.array([by_reshape(column, stride) for column in kernel.T])  # column, a, j
        both = np.array(
            [[by_reshape(down[:, a, j], stride) for j in range(down.shape[2])] for a in range(stride)]
        )
        return both.transpose(0, 2, 1, 3).reshape(stride**2, *both.shape[1::2])

    def by_splitting(weight, stride):
        phases = np.array([[write.split_2d(k, stride)[:, ::-1, ::-1] for k in inputs] for inputs in weight])
        return np.concatenate(phases.transpose(1, 2, 0, 3, 4))

    assert lesson.SHUFFLE.check(by_loops).outcome is Outcome.RIGHT
    assert lesson.UNSHUFFLE.check(by_slices).outcome is Outcome.RIGHT
    assert lesson.SPLIT_1D.check(by_reshape).outcome is Outcome.RIGHT
    assert lesson.SPLIT_2D.check(rows_first).outcome is Outcome.RIGHT
    assert lesson.CONVERT.check(by_splitting).outcome is Outcome.RIGHT


# ---- Where the bugs hide -------------------------------------------------------------------------


def test_the_smallest_inputs_that_show_the_bugs():
    symptoms = {bug.key: bug.symptom().call for bug in EXERCISES if hasattr(bug, "symptom")}
    assert "[[[[0, 1]], [[2, 3]], [[4, 5]], [[6, 7]]]]" in symptoms["subpixel.plain_reshape"]
    assert (
        "shape (8, 1, 1)" in symptoms["subpixel.depth_order"] or "[[7]]" in symptoms["subpixel.depth_order"]
    )
    assert "[[[[1]]], [[[2]]]]" in symptoms["subpixel.icnr"]


@few
@given(small, st.integers(1, 3), small, small)
def test_one_pixel_hides_the_plain_reshape_and_nothing_larger_does(channels, factor, height, width):
    x = np.arange(float(channels * factor**2 * height * width)).reshape(1, -1, height, width)
    hidden = np.array_equal(repair.to_pixels(x, factor), repair._to_pixels_reshaped(x, factor))
    assert hidden == (factor == 1 or height == width == 1)


@few
@given(small, st.integers(1, 3))
def test_one_output_channel_hides_the_other_order(channels, block):
    x = np.arange(float(channels * block**2 * 6)).reshape(-1, 2, 3)
    hidden = np.array_equal(repair.depth_to_space(x, block), repair._depth_to_space_in_torchs_order(x, block))
    assert hidden == (channels == 1 or block == 1)


@few
@given(small, st.integers(1, 3))
def test_one_channel_hides_icnr_with_tile(channels, factor):
    weight = noise(channels, 2, 3, 3)
    hidden = np.array_equal(repair.icnr(weight, factor), repair._icnr_tiled(weight, factor))
    assert hidden == (channels == 1 or factor == 1)
