"""Lesson 09, checkerboards: the four functions to write."""

import numpy as np

from course_utils.exercises.engine import Case, Exercise, decimals


def _size(rng, most):
    return int(rng.integers(1, most + 1))


def _values(rng, *shape):
    """Readable numbers, hardly any two of them alike."""
    return rng.uniform(-9, 9, shape).round(decimals(rng))


# ---- How many ------------------------------------------------------------------------------------


def stamps(kernel_size, stride):
    """How many of the kernel's numbers land on an output of phase 0, 1, ..., stride - 1: whole numbers."""
    return [len(range(phase, kernel_size, stride)) for phase in range(stride)]


STAMPS = Exercise(
    key="checkerboard.stamps",
    title="How many stamps land",
    reference=stamps,
    cases=[
        Case(2, 1, by_hand=[2], note="Stride 1 has a single phase."),
        Case(3, 2, by_hand=[2, 1], note="Numbers 0 and 2 land on phase 0, number 1 on phase 1."),
        Case(4, 2, by_hand=[2, 2], note="The stride divides the kernel size."),
        Case(5, 3, by_hand=[2, 2, 1], note="Numbers 0 and 3; 1 and 4; 2."),
        Case(2, 3, by_hand=[1, 1, 0], note="No number of the kernel lands on phase 2: a hole."),
        Case(7, 4, by_hand=[2, 2, 2, 1], note="Numbers 0 and 4, 1 and 5, 2 and 6; 3."),
    ],
    random_case=lambda rng: Case(_size(rng, 12), _size(rng, 6)),
    hints=[
        "Number t of the kernel lands on phase t % stride. Count, for each phase, the numbers t that land there.",
        "On phase 1, at stride 2, land the numbers 1, 3, 5, … below kernel_size. A range counts them.",
        "len(range(phase, kernel_size, stride)), for every phase from 0 to stride - 1.",
    ],
)


@STAMPS.mistake
def _rounded_down(kernel_size, stride):
    """You rounded down everywhere. What is left after the last full stride lands on the first phases."""
    return [kernel_size // stride] * stride


@STAMPS.mistake
def _rounded_up(kernel_size, stride):
    """You rounded up everywhere. Only the first phases get one more."""
    return [-(-kernel_size // stride)] * stride


@STAMPS.mistake
def _holes_left_out(kernel_size, stride):
    """Phases on which nothing lands are missing. A hole is a phase too: it gets a 0."""
    return np.bincount(np.arange(kernel_size) % stride)


@STAMPS.mistake
def _from_the_end(kernel_size, stride):
    """You count the phases from the end. A stamp begins on phase 0, so phase 0 gets the most."""
    return stamps(kernel_size, stride)[::-1]


@STAMPS.mistake
def _per_number(kernel_size, stride):
    """You answer for each number of the kernel. The question has one answer per phase: `stride` of them."""
    return [len(range(t % stride, kernel_size, stride)) for t in range(kernel_size)]


@STAMPS.mistake
def _only_two(kernel_size, stride):
    """You have two phases, even and odd. There are `stride` of them."""
    return [len(range(phase, kernel_size, 2)) for phase in (0, 1)]


@STAMPS.mistake
def _both_axes(kernel_size, stride):
    """Those are the numbers of a picture, where both axes multiply. The question is about one axis."""
    return [n * n for n in stamps(kernel_size, stride)]


# ---- What they add up to -------------------------------------------------------------------------


def phase_sums(kernel, stride):
    """What a flat picture of ones becomes, phase by phase: sums of the kernel (k, k), shape (stride, stride)."""
    return np.array([[kernel[a::stride, b::stride].sum() for b in range(stride)] for a in range(stride)])


def _any_kernel(rng):
    return Case(_values(rng, *[_size(rng, 5)] * 2), _size(rng, 3))


_THREE = np.arange(1.0, 10).reshape(3, 3)
_FOUR = np.arange(1.0, 17).reshape(4, 4)

PHASE_SUMS = Exercise(
    key="checkerboard.phase_sums",
    title="What the stamps add up to",
    reference=phase_sums,
    cases=[
        Case(np.array([[1.0, 2], [3, 4]]), 2, by_hand=[[1, 2], [3, 4]], note="One number for each phase."),
        Case(np.array([[1.0, 2], [3, 4]]), 1, by_hand=[[10]], note="Stride 1: one phase, all numbers."),
        Case(_THREE, 2, by_hand=[[20, 10], [10, 5]], note="1 + 3 + 7 + 9; 2 + 8; 4 + 6; 5."),
        Case(_FOUR, 2, by_hand=[[24, 28], [40, 44]], note="Four numbers each; phase (0, 0): 1 + 3 + 9 + 11."),
        Case(np.array([[5.0]]), 2, by_hand=[[5, 0], [0, 0]], note="Three phases get nothing: holes."),
        Case(np.ones((5, 5)), 3, by_hand=[[4, 4, 2], [4, 4, 2], [2, 2, 1]], note="Ones only count."),
    ],
    random_case=_any_kernel,
    hints=[
        "Number (i, j) of the kernel lands on phase (i % stride, j % stride).",
        "kernel[a::stride, b::stride] are the numbers that land on phase (a, b). Sum them.",
        "Rows are the row phase a, columns the column phase b.",
    ],
)


@PHASE_SUMS.mistake
def _blocks(kernel, stride):
    """You summed blocks of neighbors. Neighbors in the kernel land on neighboring outputs, not on the same one."""
    return [
        [kernel[a * stride : (a + 1) * stride, b * stride : (b + 1) * stride].sum() for b in range(stride)]
        for a in range(stride)
    ]


@PHASE_SUMS.mistake
def _turned(kernel, stride):
    """Rows and columns are swapped: row a of your answer should hold row phase a."""
    return np.transpose(phase_sums(kernel, stride))


@PHASE_SUMS.mistake
def _means(kernel, stride):
    """You took means. Stamps *add up*, so a phase with more numbers gets more."""
    return [[kernel[a::stride, b::stride].mean() for b in range(stride)] for a in range(stride)]


@PHASE_SUMS.mistake
def _means_without_holes(kernel, stride):
    """You took means. Stamps *add up*, so a phase with more numbers gets more."""
    return [
        [
            kernel[a::stride, b::stride].sum() / max(kernel[a::stride, b::stride].size, 1)
            for b in range(stride)
        ]
        for a in range(stride)
    ]


@PHASE_SUMS.mistake
def _counts(kernel, stride):
    """You counted the numbers. What do they add up to?"""
    return phase_sums(np.ones_like(kernel), stride)


@PHASE_SUMS.mistake
def _flipped(kernel, stride):
    """Your kernel runs backwards. A stamp is not flipped: its first number lands on phase 0."""
    return phase_sums(kernel[::-1, ::-1], stride)


@PHASE_SUMS.mistake
def _flat_list(kernel, stride):
    """The sums are right, but in one row. Give a table with `stride` rows and columns."""
    return np.ravel(phase_sums(kernel, stride))


# ---- Resize-convolution --------------------------------------------------------------------------


def resize_kernel(weight, stride):
    """The kernel of the transposed convolution that equals: repeat each sample, then convolve with weight."""
    return np.convolve(weight[::-1], np.ones(stride))


RESIZE_KERNEL = Exercise(
    key="checkerboard.resize_kernel",
    title="Resize-convolution as one kernel",
    reference=resize_kernel,
    cases=[
        Case(np.array([5.0]), 2, by_hand=[5, 5], note="Times 5, for each of the two copies."),
        Case(
            np.array([1.0, 2, 3]),
            1,
            by_hand=[3, 2, 1],
            note="Stride 1 repeats nothing. A stamp is what a 1 paints: the weight, flipped.",
        ),
        Case(np.array([1.0, 2]), 2, by_hand=[2, 3, 1], note="A single 1 becomes 1, 1; both paint 2, 1."),
        Case(np.array([1.0, 2, 3]), 2, by_hand=[3, 5, 3, 1], note="3, 2, 1 and 3, 2, 1 one further, added."),
        Case(
            np.array([1.0, 2, 3]),
            3,
            by_hand=[3, 5, 6, 3, 1],
            note="Three copies of 3, 2, 1, each one further.",
        ),
    ],
    random_case=lambda rng: Case(_values(rng, _size(rng, 5)), _size(rng, 4)),
    hints=[
        "What does a single 1 paint? Repeating makes `stride` ones of it, side by side.",
        "The convolution slides `weight` over a single 1, its last number first: it paints the flipped weight.",
        "`stride` flipped copies, each one further, added up: np.convolve(flipped, np.ones(stride)).",
    ],
)


@RESIZE_KERNEL.mistake
def _not_flipped(weight, stride):
    """Your kernel runs backwards. A convolution that slides over a single 1 meets its last number first."""
    return np.convolve(weight, np.ones(stride))


@RESIZE_KERNEL.mistake
def _numbers_repeated(weight, stride):
    """You repeated each number of the weight. The *samples* are repeated: their stamps overlap and add up."""
    return np.repeat(weight[::-1], stride)


@RESIZE_KERNEL.mistake
def _just_the_weight(weight, stride):
    """That is what a single 1 paints. Each sample becomes `stride` of them, side by side."""
    return weight[::-1]


@RESIZE_KERNEL.mistake
def _averaged(weight, stride):
    """You divided by the stride. Repeating copies a sample; it does not share it out."""
    return resize_kernel(weight, stride) / stride


@RESIZE_KERNEL.mistake
def _middle_only(weight, stride):
    """You kept only as many numbers as the weight has. The kernel is `stride` - 1 longer."""
    return resize_kernel(weight, stride)[: len(weight)]


# ---- ICNR ----------------------------------------------------------------------------------------


def equal_phases(kernel, stride):
    """A kernel (k * stride, k * stride) for a transposed convolution, all of whose phases are ``kernel`` (k, k)."""
    return kernel.repeat(stride, axis=0).repeat(stride, axis=1)


EQUAL_PHASES = Exercise(
    key="checkerboard.equal_phases",
    title="One kernel for all phases",
    reference=equal_phases,
    cases=[
        Case(np.array([[5.0]]), 2, by_hand=[[5, 5], [5, 5]], note="One number: every phase gets it."),
        Case(np.array([[1.0, 2], [3, 4]]), 1, by_hand=[[1, 2], [3, 4]], note="One phase: the kernel itself."),
        Case(
            np.array([[1.0, 2], [3, 4]]),
            2,
            by_hand=[[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 4, 4], [3, 3, 4, 4]],
            note="Every second number along both axes is 1, 2, 3, 4 again, from wherever you start.",
        ),
    ],
    random_case=lambda rng: Case(_values(rng, *[_size(rng, 3)] * 2), _size(rng, 4)),
    hints=[
        "Phase (a, b) is big[a::stride, b::stride]. For all a and b it should be the kernel.",
        "big[0], big[stride], big[2 * stride], … are rows of phase a = 0; the rows just after them are of phase 1.",
        "So each row stands `stride` times, and then each column: np.repeat along both axes.",
    ],
)


@EQUAL_PHASES.mistake
def _tiled(kernel, stride):
    """You tiled whole kernels. Then big[0::stride] meets numbers of neighbors in turn: the phases differ."""
    return np.tile(kernel, (stride, stride))


@EQUAL_PHASES.mistake
def _rows_only(kernel, stride):
    """You repeated along one axis only. The column phases must be equal too."""
    return kernel.repeat(stride, axis=0)


@EQUAL_PHASES.mistake
def _zeros_between(kernel, stride):
    """You put zeros between the numbers. Then one phase is the kernel and all others are 0."""
    size = len(kernel) * stride
    result = np.zeros((size, size))
    result[::stride, ::stride] = kernel
    return result


@EQUAL_PHASES.mistake
def _shared_out(kernel, stride):
    """You divided by the number of phases. Each phase *is* the kernel; phases do not share it."""
    return equal_phases(kernel, stride) / stride**2


@EQUAL_PHASES.mistake
def _columns_only(kernel, stride):
    """You repeated along one axis only. The row phases must be equal too."""
    return kernel.repeat(stride, axis=1)
