"""Functions to write in lesson 08: the bilinear kernel, and when a kernel keeps flat areas flat."""

import numpy as np

from course_utils.exercises.engine import Case, Exercise
from course_utils.fcn import bilinear_kernel

# ---- the kernel ----------------------------------------------------------------------------------------------


def bilinear_filter(kernel_size):
    """The square bilinear kernel of FCN, shape (kernel_size, kernel_size)."""
    distance = np.abs(np.arange(kernel_size) - (kernel_size - 1) / 2)
    tent = 1 - distance / ((kernel_size + 1) // 2)
    return np.outer(tent, tent)


BILINEAR_KERNEL = Exercise(
    key="fcn.bilinear_filter",
    title="The bilinear kernel",
    reference=bilinear_filter,
    cases=[
        Case(1, by_hand=[[1]]),
        Case(2, by_hand=[[0.25, 0.25], [0.25, 0.25]], note="Along one axis: 1/2, 1/2."),
        Case(
            3,
            by_hand=[[0.25, 0.5, 0.25], [0.5, 1, 0.5], [0.25, 0.5, 0.25]],
            note="Along one axis: 1/2, 1, 1/2.",
        ),
        Case(
            4,
            by_hand=np.outer([1, 3, 3, 1], [1, 3, 3, 1]) / 16,
            note="Along one axis: 1/4, 3/4, 3/4, 1/4. The middle lies between two weights.",
        ),
        Case(5, by_hand=np.outer([1, 2, 3, 2, 1], [1, 2, 3, 2, 1]) / 9),
        Case(8),
    ],
    random_case=lambda rng: Case(int(rng.integers(1, 17))),
    hints=[
        "Build one axis first. Where is the middle of places 0, 1, ..., k − 1?",
        "A weight is 1 minus its distance from the middle, divided by (k + 1) // 2.",
        "`np.outer(tent, tent)` makes the square.",
    ],
)


def square(distance, reach):
    """The kernel whose axis is a tent of this reach, at these distances from its middle."""
    tent = 1 - np.abs(distance) / reach
    return np.outer(tent, tent)


def from_middle(kernel_size):
    """Distances from the middle."""
    return np.arange(kernel_size) - (kernel_size - 1) / 2


@BILINEAR_KERNEL.mistake
def _middle_rounded_down(kernel_size):
    """Your kernel leans to one side when its size is even. The middle of k places is (k − 1) / 2, also where that is
    a half."""
    return square(np.arange(kernel_size) - (kernel_size - 1) // 2, (kernel_size + 1) // 2)


@BILINEAR_KERNEL.mistake
def _middle_at_half_the_size(kernel_size):
    """Your kernel leans to one side. Places run from 0 to k − 1, so their middle is (k − 1) / 2 and not k / 2."""
    return square(np.arange(kernel_size) - kernel_size / 2, (kernel_size + 1) // 2)


@BILINEAR_KERNEL.mistake
def _half_the_size(kernel_size):
    """Sizes that are even are right. For the odd ones you divide by k / 2; it is (k + 1) // 2."""
    return square(from_middle(kernel_size), kernel_size / 2)


@BILINEAR_KERNEL.mistake
def _half_a_place_more(kernel_size):
    """Sizes that are odd are right. For the even ones (k + 1) / 2 is half a place too far: it is (k + 1) // 2."""
    return square(from_middle(kernel_size), (kernel_size + 1) / 2)


ZERO_AT_THE_ENDS = "Your tent reaches 0 *on* the outer weights, so they are wasted. It is 0 just beyond them."


@BILINEAR_KERNEL.mistake("zero at the ends", ZERO_AT_THE_ENDS)
def _zero_at_the_ends(kernel_size):
    return square(from_middle(kernel_size), max((kernel_size - 1) / 2, 1))


@BILINEAR_KERNEL.mistake("zero at the ends, 0 / 0 for a size of 1", ZERO_AT_THE_ENDS)
def _zero_at_the_ends_of_any(kernel_size):
    return square(from_middle(kernel_size), np.float64(kernel_size - 1) / 2)


@BILINEAR_KERNEL.mistake("np.bartlett", ZERO_AT_THE_ENDS)
def _bartlett(kernel_size):
    tent = np.bartlett(kernel_size)
    return np.outer(tent, tent)


@BILINEAR_KERNEL.mistake
def _sums_to_one(kernel_size):
    """The shape is right, but you divide by the sum, as for a blur. Every *phase* must add up to 1, not the whole
    kernel."""
    kernel = bilinear_filter(kernel_size)
    return kernel / kernel.sum()


@BILINEAR_KERNEL.mistake
def _added_not_multiplied(kernel_size):
    """Along one axis you are right. Join the two axes by a product, not by a mean: bilinear is a tent times a
    tent."""
    tent = 1 - np.abs(from_middle(kernel_size)) / ((kernel_size + 1) // 2)
    return (tent[:, None] + tent) / 2


@BILINEAR_KERNEL.mistake
def _one_axis(kernel_size):
    """That is one axis. The kernel is square: `np.outer(tent, tent)`."""
    return 1 - np.abs(from_middle(kernel_size)) / ((kernel_size + 1) // 2)


# ---- flat areas ----------------------------------------------------------------------------------------------


def keeps_flat(kernel, stride):
    """True where a transposed convolution with this kernel (1-D) and stride leaves a flat signal as it was, away from
    its ends."""
    return all(np.isclose(kernel[phase::stride].sum(), 1) for phase in range(stride))


def random_kernel(rng):
    """A kernel of tenths, whose phases all add up to 1 half of the time."""
    stride = int(rng.integers(1, 5))
    kernel = rng.integers(-3, 9, int(rng.integers(stride, 4 * stride))) / 10
    if rng.random() < 0.5:
        for phase in range(stride):
            kernel[phase] += 1 - kernel[phase::stride].sum()
    return Case(kernel, stride)


def tent(kernel_size):
    return bilinear_kernel(kernel_size, 1)


KEEPS_FLAT = Exercise(
    key="fcn.keeps_flat",
    title="Does it keep flat areas flat?",
    reference=keeps_flat,
    cases=[
        Case(np.array([0.5, 1, 0.5]), 2, by_hand=True, note="Phases (0.5, 0.5) and (1)."),
        Case(np.array([0.5, 0.5]), 2, by_hand=False, note="Both phases are 0.5: flat, but half as bright."),
        Case(np.array([0.25, 0.75, 0.75, 0.25]), 2, by_hand=True),
        Case(np.array([1.0, 0.5, 0.5, 0.0]), 2, by_hand=False, note="Phases (1, 0.5) and (0.5, 0)."),
        Case(np.array([0.2, 0.3, 0.5]), 1, by_hand=True, note="A stride of 1 has a single phase."),
        Case(np.array([1.0]), 2, by_hand=False, note="The second phase has no weight at all."),
        Case(tent(5), 3, by_hand=True, note="Thirds: they add up to 1 but for the last binary digit."),
        Case(np.array([0.9, 1.0, 0.1]), 2, by_hand=True),
        Case(tent(6), 2, by_hand=False),
        Case(np.array([2.0, 1.0, -1.0]), 2, by_hand=True, note="A weight may be below 0."),
        Case(np.array([1.0, 1.01]), 2, by_hand=False, note="A faint pattern: 1, 1.01."),
        Case(np.array([1.2, 0.8]), 2, by_hand=False),
        Case(np.array([0.8, 1.2]), 2, by_hand=False),
    ],
    random_case=random_kernel,
    hints=[
        "Output o meets the weights whose index leaves the same rest as o when divided by the stride.",
        "`kernel[phase::stride]` are the weights of a phase. What must each add up to?",
        "Compare with `np.isclose`: 1/3 + 2/3 need not be exactly 1 on a computer.",
    ],
)


@KEEPS_FLAT.mistake
def _only_the_total(kernel, stride):
    """You look at the total. Phases can make up for each other there, and flat areas still get a pattern: look at
    each phase."""
    return bool(np.isclose(kernel.sum(), stride))


@KEEPS_FLAT.mistake
def _equal_is_not_one(kernel, stride):
    """Equal phase sums keep flat areas flat, but not as bright as they were. What must each sum be?"""
    sums = [kernel[phase::stride].sum() for phase in range(stride)]
    return bool(np.allclose(sums, sums[0]))


@KEEPS_FLAT.mistake
def _blocks(kernel, stride):
    """You add up neighbors, kernel[0:s], kernel[s:2s], ... A phase takes every s-th weight: kernel[phase::stride]."""
    blocks = [kernel[i : i + stride].sum() for i in range(0, len(kernel), stride)]
    return bool(np.allclose(blocks, 1))


@KEEPS_FLAT.mistake
def _divisible(kernel, stride):
    """You look at the kernel's size. Size and stride alone say nothing about what the weights add up to."""
    return len(kernel) % stride == 0


@KEEPS_FLAT.mistake
def _exactly_one(kernel, stride):
    """You compare with ==. 1/3 + 2/3, added by a computer, can miss 1 by its last digit: use `np.isclose`."""
    return all(float(sum(kernel[phase::stride])) == 1.0 for phase in range(stride))


@KEEPS_FLAT.mistake
def _any_phase(kernel, stride):
    """One good phase is not enough. Every phase must add up to 1."""
    return any(np.isclose(kernel[phase::stride].sum(), 1) for phase in range(stride))


@KEEPS_FLAT.mistake
def _sums_to_one_in_all(kernel, stride):
    """You ask whether the whole kernel adds up to 1. That is right for a blur; here every phase must."""
    return bool(np.isclose(kernel.sum(), 1))
