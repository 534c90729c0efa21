"""The exercises of lesson 07: held against torch; where the bugs hide."""

import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from course_utils.convolution import (
    convolution,
    convolution_matrix,
    convolution_size,
    output_padding_for,
    transposed_size,
)
from course_utils.exercises import convolution as lesson
from course_utils.exercises.convolution import repair, sizes, write
from course_utils.exercises.convolution.predict import painted, same_crop
from course_utils.exercises.convolution.repair import gather, gather_unflipped
from course_utils.exercises.convolution.write import transposed_1d, transposed_2d, zero_insertion
from course_utils.exercises.engine import Exercise, Outcome, Prediction

EXERCISES = [item for item in vars(lesson).values() if isinstance(item, Exercise)]
PREDICTIONS = [item for item in vars(lesson).values() if isinstance(item, Prediction)]
EXACT = 1e-12
few = settings(max_examples=80, deadline=None)
numbers = st.integers(-9, 9).map(float)


def signals(most):
    return st.lists(numbers, min_size=1, max_size=most).map(np.array)


def pictures(most):
    shapes = st.tuples(st.integers(1, most), st.integers(1, most))
    return shapes.map(lambda shape: np.random.default_rng(sum(shape)).uniform(-1, 1, shape))


def test_the_lesson_has_what_it_promises():
    assert {exercise.key for exercise in EXERCISES} == {
        f"convolution.{name}"
        for name in ("minimal", "zero_insertion", "two_axes", "size", "output_padding", "unflipped")
    }
    assert len(PREDICTIONS) == 12


@pytest.mark.parametrize(
    ("prediction", "by_hand"),
    [
        (lesson.SENT_BACK, [1, 10, 102, 20, 200]),
        (lesson.WHAT_COMES_BACK, "five samples, other values"),
        (lesson.ZEROS_BETWEEN, "2"),
        (lesson.STRIDE_THREE, [1, 10, 0, 2, 20]),
        (lesson.WITH_PADDING, 3),
        (lesson.DILATED_STAMP, [1, 2, 10, 20, 100, 200]),
        (lesson.ONE_MORE_SAMPLE, 200),
        (lesson.WEIGHTS_IN_GROUPS, 108),
        (lesson.FIFTY, 98),
        (lesson.WHO_COLLIDES, "7 or 8"),
        (lesson.TWO_SIZES, [3, 15]),
        (lesson.SAME_CROPS, "the last"),
    ],
    ids=lambda value: getattr(value, "key", ""),
)
def test_predictions_by_hand(prediction, by_hand):
    computed = prediction.computed()
    assert computed == by_hand if isinstance(by_hand, str) else np.array_equal(computed, by_hand)


# ---- The references have witnesses ---------------------------------------------------------------


@few
@given(signals(6), signals(5), st.integers(1, 4))
def test_one_axis_is_torch(x, kernel, stride):
    import torch

    tensors = (torch.tensor(array)[None, None] for array in (x, kernel))
    theirs = torch.nn.functional.conv_transpose1d(*tensors, stride=stride)[0, 0].numpy()
    for ours in (transposed_1d(x, kernel, stride), gather(x, kernel, stride)):
        np.testing.assert_allclose(ours, theirs, atol=EXACT)


@few
@given(pictures(5), pictures(4), st.integers(1, 3), st.integers(0, 2))
def test_two_axes_are_torch(x, kernel, stride, padding):
    import torch

    assume(all((n - 1) * stride + k > 2 * padding for n, k in zip(x.shape, kernel.shape, strict=True)))
    tensors = (torch.tensor(array)[None, None] for array in (x, kernel))
    theirs = torch.nn.functional.conv_transpose2d(*tensors, stride=stride, padding=padding)[0, 0].numpy()
    np.testing.assert_allclose(transposed_2d(x, kernel, stride, padding), theirs, atol=EXACT)


@few
@given(signals(6), signals(5), st.integers(1, 4), st.integers(0, 4))
def test_the_stretched_input_convolved_is_the_transposed_convolution(x, kernel, stride, padding):
    assume(padding < len(kernel) and (len(x) - 1) * stride + len(kernel) > 2 * padding)
    stretched, sliding = zero_insertion(x, kernel, stride, padding)
    gathered = convolution(stretched[None, None], sliding[None, None].copy())[0, 0]
    full = transposed_1d(x, kernel, stride)
    np.testing.assert_allclose(gathered, full[padding : len(full) - padding], atol=EXACT)


def test_sizes_are_those_of_the_package_which_torch_confirms():
    for n, k, s, p, d, op in itertools.product(
        (1, 2, 7, 50), (1, 2, 3, 5), (1, 2, 3), (0, 1, 2), (1, 2), (0, 1)
    ):
        size = sizes.output_size(n, k, s, p, d, op)
        if op < max(s, d) and size > 0:
            assert size == transposed_size(n, k, s, p, op, d)
    for n, k, s, p in itertools.product(range(1, 30), range(1, 8), range(1, 5), range(4)):
        if n + 2 * p >= k:
            assert sizes.choose_output_padding(n, k, s, p) == output_padding_for(n, k, s, p)


# ---- What a learner hands in ---------------------------------------------------------------------


def test_tensors_of_torch_are_answers_too():
    from torch import from_numpy as tensor
    from torch.nn.functional import conv_transpose1d, conv_transpose2d

    def one_axis(x, kernel, stride):
        return conv_transpose1d(tensor(x)[None, None], tensor(kernel)[None, None], stride=stride)[0, 0]

    def two_axes(x, kernel, stride, padding):
        x, kernel = tensor(x)[None, None].float(), tensor(kernel)[None, None].float()
        return conv_transpose2d(x, kernel, stride=stride, padding=padding)[0, 0]

    for exercise, answer in (
        (write.MINIMAL, one_axis),
        (write.TWO_AXES, two_axes),
        (repair.GATHER, one_axis),
    ):
        assert exercise.judge(answer).outcome is Outcome.RIGHT


def not_rounded_down(size, kernel_size, stride, padding):
    there = (size + 2 * padding - kernel_size) / stride + 1
    return size - ((there - 1) * stride - 2 * padding + kernel_size)


def a_step_too_short(size, kernel_size, stride, padding):
    return (size + 2 * padding - kernel_size) / stride - (size + 2 * padding - kernel_size) // stride


def kernel_first(x, kernel, stride, padding):
    return list(reversed(zero_insertion(x, kernel, stride, padding)))


def zeros_stored_as_whole_numbers(x, kernel, stride, padding):
    stretched = np.zeros((len(x) - 1) * stride + 1, dtype=int)
    stretched[::stride] = x
    return np.pad(stretched, len(kernel) - 1 - padding), kernel[::-1]


def k_plus_d_minus_1(in_size, kernel_size, stride, padding, dilation, output_padding):
    return (in_size - 1) * stride + (kernel_size + dilation - 1) - 2 * padding + output_padding


@pytest.mark.parametrize(
    ("exercise", "answer", "diagnosis"),
    [
        (sizes.OUTPUT_PADDING, not_rounded_down, "always 0"),
        (sizes.OUTPUT_PADDING, a_step_too_short, "a fraction of a step"),
        (sizes.SIZE, k_plus_d_minus_1, "dilation added"),
        (write.ZERO_INSERTION, kernel_first, "swapped tuple"),
        (write.ZERO_INSERTION, zeros_stored_as_whole_numbers, "fractions cut off on the way"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_slip_written_otherwise_has_its_name(exercise, answer, diagnosis):
    assert exercise.judge(answer).diagnosis == diagnosis


def test_stamps_with_fractions_on_an_array_of_whole_numbers():
    def answer(x, kernel, stride):
        out = np.zeros((len(x) - 1) * stride + len(kernel), dtype=int)
        for i in range(len(x)):
            out[i * stride : i * stride + len(kernel)] += x[i] * kernel
        return out

    report = write.MINIMAL.judge(answer)
    assert report.outcome is Outcome.CRASHED and "cannot hold fractions" in report.sentence


# ---- Where the bug hides -------------------------------------------------------------------------


def test_the_smallest_input_that_shows_the_missing_flip():
    assert repair.GATHER.symptom().call == "gather([1], [1, 2], 1)"


@few
@given(signals(5), signals(5), st.integers(1, 3))
def test_only_kernels_that_are_their_own_mirror_image_hide_the_missing_flip(x, kernel, stride):
    assume(x.any())
    hidden = np.allclose(gather(x, kernel, stride), gather_unflipped(x, kernel, stride))
    assert hidden == np.array_equal(kernel, kernel[::-1])


# ---- What the lesson says in passing -------------------------------------------------------------


def test_same_and_the_usual_padding_agree_for_kernel_4_and_part_by_one_place_for_kernel_3():
    x = np.array([1.0, 2, 3, 4])
    for kernel_size, padding, output_padding, shift in ((4, 1, 0, 0), (3, 1, 1, 1)):
        kernel = np.arange(1.0, kernel_size + 1)
        first = same_crop(kernel_size, 2)
        same = transposed_1d(x, kernel, 2)[first : first + 8]
        usual = painted(x, kernel, stride=2, padding=padding, output_padding=output_padding)
        np.testing.assert_array_equal(same[shift:], usual[: 8 - shift])


def test_the_last_window_reads_the_eighth_sample():
    for size, last in ((7, [5, 6]), (8, [5, 6, 7])):
        reads = convolution_matrix(size, np.ones(3), stride=2, padding=1)
        assert len(reads) == 4 and np.flatnonzero(reads[-1]).tolist() == last


@pytest.mark.parametrize(("size", "positions"), [(7, 3), (8, 4)])
def test_with_8_samples_the_gradient_has_room_for_a_weight_that_is_none(size, positions):
    x, g = np.random.default_rng(0).normal(size=(1, 1, size)), np.random.default_rng(1).normal(size=(1, 1, 4))
    by_weight = convolution(x, g, padding=1, dilation=2)[0, 0]
    assert len(by_weight) == positions
    for t in range(3):
        weight = np.eye(3)[t]
        there = convolution_matrix(size, weight, stride=2, padding=1) @ x[0, 0]
        np.testing.assert_allclose(by_weight[t], g[0, 0] @ there, atol=EXACT)


def test_the_sizes_of_u_net_and_of_seven_pixels_pooled_in_pairs():
    size = 572
    for _ in range(4):
        size = (size - 4) // 2  # two convolutions without padding, then pooling
    assert size - 4 == 28
    for _ in range(4):
        size = transposed_size(size - 4, 2, stride=2)
    assert size - 4 == 388
    assert transposed_size(convolution_size(7, 2, stride=2), 2, stride=2) == 6


@pytest.mark.parametrize(("stride", "most", "least"), [(1, 3, 1), (2, 2, 1), (3, 1, 1), (4, 1, 0)])
def test_when_stamps_of_three_overlap_touch_or_leave_a_gap(stride, most, least):
    on_paper = transposed_1d(np.ones(3), np.ones(3), stride)
    assert (on_paper.max(), on_paper.min()) == (most, least)


def test_how_often_the_places_of_two_axes_are_painted():
    two = np.ones((2, 2))
    np.testing.assert_array_equal(transposed_2d(two, two, 1, 0), [[1, 2, 1], [2, 4, 2], [1, 2, 1]])
    three = transposed_2d(two, np.ones((3, 3)), 2, 0)
    assert (three[0, 0], three[0, 2], three[2, 2]) == (1, 2, 4)
    digits = np.array([[0.0, 1], [2, 3]])
    np.testing.assert_array_equal(transposed_2d(digits, digits, 2, 1), [[0, 2], [2, 0]])
