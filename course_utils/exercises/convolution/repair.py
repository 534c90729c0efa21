"""A bug to repair in lesson 07: a window that slides over zeros, and a kernel that was not flipped."""

import numpy as np

from course_utils.exercises.convolution.predict import DIGITS
from course_utils.exercises.convolution.write import SINGLE_PRECISION, random_signal
from course_utils.exercises.engine import Case, SpotTheBug


def gather(x, kernel, stride):
    """The transposed convolution as a convolution: zeros between and around, then the kernel slides."""
    between = np.zeros((len(x) - 1) * stride + 1)
    between[::stride] = x
    stretched = np.pad(between, len(kernel) - 1)
    windows = np.lib.stride_tricks.sliding_window_view(stretched, len(kernel))
    return windows @ kernel[::-1]


def gather_unflipped(x, kernel, stride):
    """The transposed convolution as a convolution: zeros between and around, then the kernel slides."""
    between = np.zeros((len(x) - 1) * stride + 1)
    between[::stride] = x
    stretched = np.pad(between, len(kernel) - 1)
    windows = np.lib.stride_tricks.sliding_window_view(stretched, len(kernel))
    return windows @ kernel


GATHER = SpotTheBug(
    key="convolution.unflipped",
    title="A convolution that should run backwards",
    buggy=gather_unflipped,
    reference=gather,
    cases=[
        Case(
            np.array([1.0]),
            np.array([1.0, 2.0]),
            1,
            by_hand=[1, 2],
            note="One sample of 1 paints the kernel itself.",
        ),
        Case(np.array([1.0, 2.0]), DIGITS, 2, by_hand=[1, 10, 102, 20, 200]),
        Case(np.array([1.0, 2.0, 5.0]), np.array([1.0, 2.0, 1.0]), 2, by_hand=[1, 2, 3, 4, 7, 10, 5]),
        Case(np.array([4.0, 0.0, 1.0]), np.array([3.0, 1.0]), 3),
    ],
    hints=[
        "Run it on one sample, `np.array([1.0])`, with a kernel of two different numbers. What should come "
        "out?",
        "In its first position the window holds zeros and, at its *end*, the first sample. Which part of "
        "the kernel should that sample meet?",
        "Only the last line is wrong.",
    ],
    name="gather",
    random_case=random_signal,
    tolerance=SINGLE_PRECISION,
)


@GATHER.mistake
def _result_flipped(x, kernel, stride):
    """You reversed the result. With one sample that looks right. With more samples, they come out in reverse
    order."""
    return gather_unflipped(x, kernel, stride)[::-1]


@GATHER.mistake
def _input_flipped(x, kernel, stride):
    """You reversed the input. The samples are in the right order. Is the kernel?"""
    return gather_unflipped(x[::-1], kernel, stride)


@GATHER.mistake
def _zeros_at_both_ends(x, kernel, stride):
    """Your result has len(kernel) − 1 zeros too many at each end. `np.convolve` puts its own zeros around,
    unless the mode is "valid"."""
    return np.pad(gather(x, kernel, stride), len(kernel) - 1)
