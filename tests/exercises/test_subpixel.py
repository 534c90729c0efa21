"""The exercises of lesson 10: predictions by hand, references held against torch, where the bugs hide."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import subpixel
from course_utils.exercises import subpixel as lesson
from course_utils.exercises.engine import Exercise, Prediction
from course_utils.exercises.subpixel import repair, write
from tests.arrays import noise

EXERCISES = [item for item in vars(lesson).values() if isinstance(item, Exercise)]
PREDICTIONS = [item for item in vars(lesson).values() if isinstance(item, Prediction)]
EXACT = 1e-12
few = settings(max_examples=60, deadline=None)
small = st.integers(1, 3)


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


@pytest.mark.parametrize("size, padding, empty", [(4, 1, 20), (6, 2, 0)])
def test_empty_slots_of_a_twin_learn(size, padding, empty):
    """What the lesson says of the 4 x 4 layer; the race is between twins without empty slots."""
    weight = subpixel.transposed_to_subpixel(noise(1, 1, size, size), stride=2, padding=padding).weight
    slots = torch.tensor(weight, requires_grad=True)
    large = F.pixel_shuffle(F.conv2d(torch.tensor(noise(1, 1, 5, 7, seed=1)), slots, padding=1), 2)
    F.mse_loss(large, torch.tensor(noise(1, 1, 10, 14, seed=2))).backward()
    assert (weight == 0).sum() == empty
    assert (slots.grad != 0).all()


# ---- Wrong answers that were once accepted or misjudged -------------------------------------------


def batch_behind_channels(x, factor):
    n, c, h, w = x.shape
    x = x.reshape(n, c // factor**2, factor, factor, h, w).transpose(0, 1, 4, 2, 5, 3)
    return x.reshape(c // factor**2, n, h * factor, w * factor)


def even_and_odd(kernel, stride):
    even, odd = kernel[::2], kernel[1::2]
    return np.array([even, np.append(odd, np.zeros(len(even) - len(odd)))])


def shuffled_again(x, factor):
    channels, height, width = x.shape
    apart = x.reshape(channels, height // factor, factor, width // factor, factor)
    return apart.transpose(0, 3, 1, 4, 2).reshape(-1, height // factor, width // factor)


def flipped_one_by_one(weight, stride):
    taps = -(-weight.shape[2] // stride)
    rows = []
    for kernels in weight.swapaxes(0, 1):
        for a, b in np.ndindex(stride, stride):
            part = kernels[:, a::stride, b::stride][:, ::-1, ::-1]
            rows.append(np.pad(part, ((0, 0), (0, taps - part.shape[1]), (0, taps - part.shape[2]))))
    return np.array(rows)


def rolled(weight, stride):
    """Right for one tap and for two."""
    rows = write._converted(weight, stride, flipped=())
    return np.roll(rows, 1, axis=(2, 3))


def stacked(kernel, stride):
    return np.stack([kernel[phase::stride] for phase in range(stride)])


def only_where_the_kernel_fits(height, width, c_in, c_out, kernel_size, factor):
    weights = c_in * c_out * (kernel_size * factor) ** 2
    return weights, weights * (height - kernel_size + 1) * (width - kernel_size + 1)


@pytest.mark.parametrize(
    ("exercise", "wrong", "diagnosis"),
    [
        (lesson.PLAIN_RESHAPE, batch_behind_channels, "batch and channels swapped"),
        (lesson.ICNR, lambda weight, factor: np.repeat(weight, factor**2), "repeat without axis"),
        (lesson.SPLIT_1D, even_and_odd, "always two phases"),
        (lesson.SPLIT_1D, stacked, "stacked before filling up"),
        (lesson.UNSHUFFLE, shuffled_again, "the shuffle's own transpose"),
        (lesson.CONVERT, flipped_one_by_one, "turned around before filling up"),
        (lesson.CONVERT, rolled, "partly right"),
        (lesson.COST, only_where_the_kernel_fits, "only where the kernel fits"),
    ],
    ids=lambda value: getattr(value, "__name__", getattr(value, "key", "")),
)
def test_a_wrong_answer_hears_what_is_wrong(exercise, wrong, diagnosis):
    assert exercise.judge(wrong).diagnosis == diagnosis


# ---- Where the bugs hide -------------------------------------------------------------------------


def test_the_smallest_inputs_that_show_the_bugs():
    symptoms = {bug.key: bug.symptom().call for bug in EXERCISES if hasattr(bug, "symptom")}
    assert "[[[[0, 1]], [[2, 3]], [[4, 5]], [[6, 7]]]]" in symptoms["subpixel.plain_reshape"]
    assert "[[7]]" in symptoms["subpixel.depth_order"]
    assert "[[[[1]]], [[[2]]]]" in symptoms["subpixel.icnr"]


def test_the_spoiled_pictures_by_hand():
    photo = np.zeros((2, 4, 3))
    photo[..., 0] = [[0, 1, 2, 3], [4, 5, 6, 7]]  # red only: the gray is a third of it
    pictures = lesson.spoiled_pictures(photo / 8)
    np.testing.assert_allclose(pictures["A"] * 24, [[0, 2, 1, 3], [4, 6, 5, 7]])
    assert pictures["B"].shape == (12, 18, 3)
    np.testing.assert_allclose(pictures["B"][:2, :2, 0], [[0.95, 0.6], [0.25, 0.95]])  # R, G, B, R in red
    np.testing.assert_allclose(
        pictures["C"][:2, :2, 0] * 8, [[0, 0], [0, 1]]
    )  # three colors of one pixel, then red


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
