"""What a wrong answer is *not* told: a sentence that one case happens to bear out, or none at all."""

import numpy as np
import pytest

from course_utils.convolution import transposed_convolution
from course_utils.exercises import alignment, checkerboard, fcn, sampling, subpixel
from course_utils.exercises.engine import Outcome, compare
from course_utils.fcn import bilinear_kernel
from course_utils.resampling import resize
from tests.exercises.samples import WEIGHTS


def rows_for_columns(checkered, pattern, top, left):
    row, column = np.indices(checkered.shape)
    return checkered - pattern[(column + left) % len(pattern), (row + top) % len(pattern)]


def without_groups(x, stride):
    weight = np.tile(bilinear_kernel(2 * stride, 1), (len(x), 1, 1))
    return transposed_convolution(x[None], weight, stride=stride, padding=stride // 2)[0]


def no_output_padding(row, stride):
    kernel = bilinear_kernel(2 * stride, 1)[None, None]
    x = np.pad(row, 1, mode="edge")[None, None]
    return transposed_convolution(x, kernel, stride=stride, padding=stride // 2 + stride)[0, 0]


def stacked_beside(fine, coarse, make_flow):
    enlarged = resize(coarse, fine.shape[1:], axes=(1, 2))
    return fine + alignment.FETCH.reference(coarse, make_flow(np.concatenate([fine, enlarged], axis=1)))


def changed(exercise, change):
    """The right answer, changed."""
    return lambda *args: change(exercise.reference(*args))


MISLED = [
    (subpixel.SPLIT_1D, lambda kernel, stride: np.array_split(kernel, stride), "border"),
    (checkerboard.CROP, rows_for_columns, "border"),
    (fcn.MIXING_WEIGHT, lambda m, kernel: fcn.MIXING_WEIGHT.reference(m, kernel[::-1, ::-1]), "border"),
    (subpixel.CONVERT, changed(subpixel.CONVERT, lambda w: np.rot90(w, axes=(-2, -1))), "border"),
    (checkerboard.RESIZE_KERNEL, np.repeat, "reverse order"),
    (sampling.POINTS, changed(sampling.POINTS, lambda points: np.moveaxis(points, -1, 0)), "values are right"),
    (fcn.MIXING_WEIGHT, np.kron, "values are right"),
    (subpixel.ICNR, lambda w, factor: w.repeat(factor, 2).repeat(factor, 3), "values are right"),
    (sampling.REASSEMBLE, changed(sampling.REASSEMBLE, lambda channels: channels.sum(0)), "values are right"),
    (subpixel.ICNR, lambda weight, factor: np.repeat(weight, factor**2, axis=-1), "transposed"),
    (fcn.ODD_KERNEL, no_output_padding, "loop"),
    (fcn.ALL_CHANNELS, without_groups, "loop"),
    (checkerboard.RESIZE_KERNEL, lambda w, stride: np.convolve(w[::-1], np.ones(stride), mode="same"), "loop"),
    (alignment.FORWARD, stacked_beside, "loop"),
    (fcn.KEEPS_FLAT, lambda kernel, stride: False, "ever written"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("exercise", "wrong", "misleading"), MISLED, ids=[f"{case[0].name}-{case[2]}" for case in MISLED]
)
def test_no_sentence_about_one_case_is_said_of_all(exercise, wrong, misleading):
    report = exercise.judge(wrong)
    assert report.outcome is not Outcome.RIGHT and report.sentence
    assert misleading not in report.sentence


def test_a_wrong_shape_comes_before_wrong_values():
    report = checkerboard.RESIZE_KERNEL.judge(np.repeat)
    assert report.diagnosis == "shape"


@pytest.mark.parametrize(
    ("exercise", "wrong", "words"),
    [
        (fcn.KEEPS_FLAT, lambda kernel, stride: False, "Your function says False in every case."),
        (fcn.KEEPS_FLAT, lambda kernel, stride: [True], "a list of 1; True or False is needed."),
        (fcn.KEEPS_FLAT, lambda kernel, stride: "yes", "the text 'yes'; True or False is needed."),
        (fcn.KEEPS_FLAT, lambda kernel, stride: kernel > 0, "True or False is needed, yours is an array"),
        (fcn.KEEPS_FLAT, changed(fcn.KEEPS_FLAT, lambda flat: not flat), "True where it should say False"),
        (
            fcn.BIAS_LEFT,
            lambda weight, bias: (fcn.BIAS_LEFT.reference(weight, bias)[0], None),
            "Part 2 of the answer is None; an array of shape",
        ),
        (
            checkerboard.STAMPS,
            lambda kernel_size, stride: (len(range(phase, kernel_size, stride)) for phase in range(stride)),
            "a generator, by `yield` or by `(... for ...)`",
        ),
    ],
)
def test_what_is_needed_instead(exercise, wrong, words):
    assert words in exercise.judge(wrong).sentence


def test_a_part_that_is_printed_is_not_the_whole_answer():
    sentence = WEIGHTS.judge(lambda t: (1 - t, print(t))).sentence
    assert sentence == "Part 2 of the answer is None; one number is needed."


def test_the_parts_of_a_part_and_a_single_one():
    nested = compare.wrong_kind([[1.0, 2.0]], [["a", 2.0]], 1e-6).sentence
    assert nested == "Part 1, part 1 of the answer: Your function returns the text 'a'; one number is needed."
    few = compare.wrong_kind([1.0], [], 1e-6).sentence
    assert few == "The answer should be 1 thing (a list); you return 0."
