"""Lesson 09, checkerboards: two bugs to repair."""

import numpy as np

from course_utils.exercises.checkerboard.write import _size, _values
from course_utils.exercises.engine import Case, SpotTheBug


def stays_flat(kernel, stride):
    """True if a transposed convolution with this kernel (k,) leaves a flat signal flat, away from the border."""
    sums = [sum(kernel[phase::stride]) for phase in range(stride)]
    return bool(np.ptp(sums) < 1e-9)


def _stays_flat_divisible(kernel, stride):
    """True if a transposed convolution with this kernel (k,) leaves a flat signal flat, away from the border."""
    return len(kernel) % stride == 0


def _kernels(rng):
    """Half of them stay flat, whether or not the stride divides their size."""
    stride = _size(rng, 4)
    size = stride + _size(rng, 6) - 1
    if rng.random() < 0.5:
        return Case(_values(rng, size), stride)
    kernel = rng.integers(-9, 10, size).astype(float)
    for phase in range(stride):  # the first number of each phase makes its sum 4
        kernel[phase] += 4 - kernel[phase::stride].sum()
    return Case(kernel, stride)


DIVISIBLE = SpotTheBug(
    key="checkerboard.divisible",
    title="Divisible, so it is safe",
    buggy=_stays_flat_divisible,
    reference=stays_flat,
    cases=[
        Case(np.array([1.0, 1]), 2, by_hand=True, note="1, 1, 1, 1: flat."),
        Case(np.array([1.0, 2]), 2, by_hand=False, note="Stamps side by side: 1, 2, 1, 2."),
        Case(np.array([1.0, 2, 1]), 2, by_hand=True, note="1 + 1 and 2: flat, though 2 does not divide 3."),
        Case(np.array([1.0, 1, 1]), 2, by_hand=False, note="2, 1, 2, 1."),
        Case(np.array([1.0, 2, 3, 5]), 2, by_hand=False, note="4, 7, 4, 7."),
        Case(np.array([4.0, -3]), 1, by_hand=True, note="Stride 1 has one phase."),
        Case(np.array([2.0]), 3, by_hand=False, note="2, 0, 0: holes."),
        Case(np.array([1.0, 1, 2, 2, 2, 1]), 3, by_hand=True, note="3, 3, 3."),
        Case(np.array([1.0, 2, 3]), 3, by_hand=False, note="1, 2, 3: one of them is the mean."),
        Case(np.array([1.0, 1, 2]), 3, by_hand=False, note="Two of the three sums are equal: 1, 1, 2."),
        Case(np.array([1.0, 1.1]), 2, by_hand=False, note="A faint pattern: 1, 1.1."),
        Case(
            np.array([0.1, 0.3, 0.2]), 2, by_hand=True, note="0.1 + 0.2 is 0.30000000000000004 in a computer."
        ),
    ],
    random_case=_kernels,
    hints=[
        "Two numbers are enough to show it. What does a flat signal become with the kernel (1, 2)?",
        "A flat signal becomes the sums of the phases. Counting says how many numbers are in a sum, not which.",
        "Compare the sums of kernel[phase::stride], with a little room for rounding.",
    ],
    name="stays_flat",
)


@DIVISIBLE.mistake
def _equal_numbers(kernel, stride):
    """You ask that all numbers are equal. (1, 2, 1) at stride 2 stays flat too: what must be equal?"""
    return bool(np.ptp(kernel) < 1e-9 and len(kernel) % stride == 0)


@DIVISIBLE.mistake
def _both_conditions(kernel, stride):
    """You still ask that the stride divides the size. Equal sums are enough: look at (1, 2, 1) at stride 2."""
    return len(kernel) % stride == 0 and stays_flat(kernel, stride)


@DIVISIBLE.mistake
def _sums_of_one(kernel, stride):
    """You ask that every sum is 1. Flat means that they are equal: (1, 2, 1) at stride 2 makes 2 everywhere."""
    return bool(np.allclose([sum(kernel[phase::stride]) for phase in range(stride)], 1))


@DIVISIBLE.mistake
def _without_room(kernel, stride):
    """Your sums must be equal to the last digit. In a computer 0.1 + 0.2 is not quite 0.3; leave a little room."""
    sums = [sum(kernel[phase::stride]) for phase in range(stride)]
    return all(each == sums[0] for each in sums)


@DIVISIBLE.mistake
def _first_two(kernel, stride):
    """You compare two phases. There are `stride` of them, and all must be equal."""
    sums = [sum(kernel[phase::stride]) for phase in range(min(stride, 2))]
    return bool(np.ptp(sums) < 1e-9)


# ---- A pattern that is taken off at the wrong place ----------------------------------------------


def without_pattern(crop, phases, top, left):
    """The crop (h, w) of a large picture, that begins at its row top, column left, without its fixed pattern."""
    rows, columns = np.indices(crop.shape)
    size = len(phases)
    return crop - phases[(rows + top) % size, (columns + left) % size]


def _without_pattern_shifted(crop, phases, top, left):
    """The crop (h, w) of a large picture, that begins at its row top, column left, without its fixed pattern."""
    rows, columns = np.indices(crop.shape)
    size = len(phases)
    return crop - phases[rows % size, columns % size]


def _crops(rng):
    size = _size(rng, 3)
    shape, (top, left) = (_size(rng, 5), _size(rng, 5)), rng.integers(0, 9, 2)
    return Case(_values(rng, *shape), _values(rng, size, size), int(top), int(left))


_FIXED = np.array([[1.0, 2], [3, 4]])

CROP = SpotTheBug(
    key="checkerboard.crop",
    title="A crop moves the pattern",
    buggy=_without_pattern_shifted,
    reference=without_pattern,
    cases=[
        Case(
            np.array([[10.0]]),
            _FIXED,
            0,
            0,
            by_hand=[[9]],
            note="Row 0, column 0 of the picture: phase (0, 0).",
        ),
        Case(
            np.array([[10.0]]),
            _FIXED,
            0,
            1,
            by_hand=[[8]],
            note="One pixel, at row 0, column 1 of the large picture.",
        ),
        Case(np.array([[10.0]]), _FIXED, 1, 0, by_hand=[[7]], note="One pixel, at row 1, column 0."),
        Case(np.array([[10.0, 10, 10]]), _FIXED, 2, 1, by_hand=[[8, 9, 8]], note="Row 2 is phase 0 again."),
        Case(np.array([[10.0], [10]]), _FIXED, 1, 1, by_hand=[[6], [8]], note="Rows 1 and 2, column 1."),
        Case(
            np.array([[10.0]]),
            np.arange(1.0, 10).reshape(3, 3),
            2,
            1,
            by_hand=[[2]],
            note="A pattern of 3 × 3: row 2 is its last row, column 1 its middle one.",
        ),
    ],
    random_case=_crops,
    hints=[
        "One pixel is enough. Which `top` and `left` hide the bug?",
        "Row 0 of the crop is row `top` of the large picture. Which phase has that row?",
        "(rows + top) % size, and the same for columns.",
    ],
    name="without_pattern",
)


@CROP.mistake
def _other_way(crop, phases, top, left):
    """You moved the pattern the other way. Row 0 of the crop is row `top` of the picture: add, do not subtract."""
    rows, columns = np.indices(crop.shape)
    size = len(phases)
    return crop - phases[(rows - top) % size, (columns - left) % size]


@CROP.mistake
def _swapped(crop, phases, top, left):
    """`top` counts rows, `left` counts columns. You swapped them."""
    return without_pattern(crop, phases, left, top)


@CROP.mistake
def _only_rows(crop, phases, top, left):
    """Rows are right now. What about the columns?"""
    return without_pattern(crop, phases, top, 0)


@CROP.mistake
def _only_columns(crop, phases, top, left):
    """Columns are right now. What about the rows?"""
    return without_pattern(crop, phases, 0, left)


@CROP.mistake
def _added(crop, phases, top, left):
    """The pattern is in the crop already. Take it off, do not add it."""
    return 2 * crop - without_pattern(crop, phases, top, left)


@CROP.mistake
def _mean_of_the_pattern(crop, phases, top, left):
    """You took the mean of the pattern off everywhere. Each pixel has the value of its own phase."""
    return crop - phases.mean()
