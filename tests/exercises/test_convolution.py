"""The exercises of lesson 07: held against torch; where the bugs hide."""

import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from course_utils.convolution import convolution, convolution_size, output_padding_for, transposed_size
from course_utils.exercises import convolution as lesson
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
    for ours in (lesson.transposed_1d(x, kernel, stride), lesson.gather(x, kernel, stride)):
        np.testing.assert_allclose(ours, theirs, atol=EXACT)


@few
@given(pictures(5), pictures(4), st.integers(1, 3), st.integers(0, 2))
def test_two_axes_are_torch(x, kernel, stride, padding):
    import torch

    assume(all((n - 1) * stride + k > 2 * padding for n, k in zip(x.shape, kernel.shape, strict=True)))
    tensors = (torch.tensor(array)[None, None] for array in (x, kernel))
    theirs = torch.nn.functional.conv_transpose2d(*tensors, stride=stride, padding=padding)[0, 0].numpy()
    np.testing.assert_allclose(lesson.transposed_2d(x, kernel, stride, padding), theirs, atol=EXACT)


@few
@given(signals(6), signals(5), st.integers(1, 4), st.integers(0, 4))
def test_the_stretched_input_convolved_is_the_transposed_convolution(x, kernel, stride, padding):
    assume(padding < len(kernel) and (len(x) - 1) * stride + len(kernel) > 2 * padding)
    stretched, sliding = lesson.zero_insertion(x, kernel, stride, padding)
    gathered = convolution(stretched[None, None], sliding[None, None].copy())[0, 0]
    full = lesson.transposed_1d(x, kernel, stride)
    np.testing.assert_allclose(gathered, full[padding : len(full) - padding], atol=EXACT)


def test_sizes_are_those_of_the_package_which_torch_confirms():
    for n, k, s, p, d, op in itertools.product(
        (1, 2, 7, 50), (1, 2, 3, 5), (1, 2, 3), (0, 1, 2), (1, 2), (0, 1)
    ):
        size = lesson.output_size(n, k, s, p, d, op)
        if op < max(s, d) and size > 0:
            assert size == transposed_size(n, k, s, p, op, d)
    for n, k, s, p in itertools.product(range(1, 30), range(1, 8), range(1, 5), range(4)):
        if n + 2 * p >= k:
            assert lesson.choose_output_padding(n, k, s, p) == output_padding_for(n, k, s, p)


# ---- Ways a learner may write it that are right --------------------------------------------------


def test_other_ways_that_are_right():
    def by_matrix(x, kernel, stride):
        C = np.zeros((len(x), (len(x) - 1) * stride + len(kernel)))
        for i in range(len(x)):
            C[i, i * stride : i * stride + len(kernel)] = kernel
        return C.T @ x

    def by_numpy(x, kernel, stride):  # numpy's convolve flips, so it is the full transposed convolution
        between = np.zeros((len(x) - 1) * stride + 1)
        between[::stride] = x
        return np.convolve(between, kernel)

    def from_both_sizes(size, kernel_size, stride, padding):
        there = convolution_size(size, kernel_size, stride, padding)
        return size - transposed_size(there, kernel_size, stride, padding)

    assert lesson.MINIMAL.check(by_matrix).outcome is Outcome.RIGHT
    assert lesson.MINIMAL.check(by_numpy).outcome is Outcome.RIGHT
    assert lesson.UNFLIPPED.check(by_numpy).outcome is Outcome.RIGHT
    assert lesson.OUTPUT_PADDING.check(from_both_sizes).outcome is Outcome.RIGHT


# ---- Where the bug hides -------------------------------------------------------------------------


def test_the_smallest_input_that_shows_the_missing_flip():
    assert lesson.UNFLIPPED.symptom().call == "gather([1], [1, 2], 1)"


@few
@given(signals(5), signals(5), st.integers(1, 3))
def test_only_kernels_that_are_their_own_mirror_image_hide_the_missing_flip(x, kernel, stride):
    assume(x.any())
    hidden = np.allclose(lesson.gather(x, kernel, stride), lesson._gather_unflipped(x, kernel, stride))
    assert hidden == np.array_equal(kernel, kernel[::-1])


# ---- What the lesson says in passing -------------------------------------------------------------


def test_same_and_the_usual_padding_agree_for_kernel_4_and_part_by_one_place_for_kernel_3():
    x = np.array([1.0, 2, 3, 4])
    for kernel_size, padding, output_padding, shift in ((4, 1, 0, 0), (3, 1, 1, 1)):
        kernel = np.arange(1.0, kernel_size + 1)
        first = lesson.same_crop(kernel_size, 2)
        same = lesson.transposed_1d(x, kernel, 2)[first : first + 8]
        usual = lesson._painted(x, kernel, stride=2, padding=padding, output_padding=output_padding)
        np.testing.assert_array_equal(same[shift:], usual[: 8 - shift])


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
    painted = lesson.transposed_1d(np.ones(3), np.ones(3), stride)
    assert (painted.max(), painted.min()) == (most, least)


def test_how_often_the_places_of_two_axes_are_painted():
    two = np.ones((2, 2))
    np.testing.assert_array_equal(lesson.transposed_2d(two, two, 1, 0), [[1, 2, 1], [2, 4, 2], [1, 2, 1]])
    three = lesson.transposed_2d(two, np.ones((3, 3)), 2, 0)
    assert (three[0, 0], three[0, 2], three[2, 2]) == (1, 2, 4)
    digits = np.array([[0.0, 1], [2, 3]])
    np.testing.assert_array_equal(lesson.transposed_2d(digits, digits, 2, 1), [[0, 2], [2, 0]])
