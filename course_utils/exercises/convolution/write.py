"""Functions to write in lesson 07: stamps along one axis and along two, and the view with zeros between."""

import numpy as np

from course_utils.exercises.convolution.predict import DIGITS, painted
from course_utils.exercises.engine import Case, Exercise, decimals

SINGLE_PRECISION = 1e-4  # a tolerance for sums of products below 100, computed in float32


def random_samples(rng, *shape):
    """Numbers that can be read, and that are not exact in any precision."""
    return rng.uniform(-9, 9, shape).round(decimals(rng))


# ---- one axis -----------------------------------------------------------------------------------------------


def transposed_1d(x, kernel, stride):
    """Each x[i] paints x[i] * kernel, beginning at position i * stride; what overlaps adds up. No padding."""
    out = np.zeros((len(x) - 1) * stride + len(kernel))
    for i in range(len(x)):
        start = i * stride
        out[start : start + len(kernel)] += x[i] * kernel
    return out


def random_signal(rng):
    """A signal, a kernel and a stride: shorter than the kernel, as long, longer."""
    in_size, kernel_size, stride = rng.integers(1, [6, 6, 7])
    return Case(random_samples(rng, in_size), random_samples(rng, kernel_size), int(stride))


MINIMAL = Exercise(
    key="convolution.minimal",
    title="A transposed convolution in one axis",
    reference=transposed_1d,
    cases=[
        Case(np.array([3.0]), np.array([1.0, 10.0]), 1, by_hand=[3, 30], note="One sample: one stamp."),
        Case(
            np.array([1.0, 2.0]),
            np.array([1.0, 10.0]),
            2,
            by_hand=[1, 10, 2, 20],
            note="Stride as long as the kernel: the stamps lie side by side.",
        ),
        Case(
            np.array([1.0, 2.0]),
            DIGITS,
            2,
            by_hand=[1, 10, 102, 20, 200],
            note="Two stamps meet at position 2.",
        ),
        Case(np.array([1.0, 2.0, 3.0]), DIGITS, 1, by_hand=[1, 12, 123, 230, 300]),
        Case(
            np.array([1.0, 2.0]),
            np.array([5.0]),
            3,
            by_hand=[5, 0, 0, 10],
            note="Positions no stamp reaches stay 0.",
        ),
        Case(np.array([2.0, -1.0, 4.0, 0.0, 1.5]), np.array([1.0, -2.0, 0.5, 3.0]), 2),
    ],
    hints=[
        "How many positions are there? The last stamp begins at (len(x) - 1) * stride and is len(kernel) long.",
        "Begin with zeros. For each i, the stamp x[i] * kernel covers the positions i * stride up to i * "
        "stride + len(kernel).",
        "out[start : start + len(kernel)] += x[i] * kernel, with a plus: stamps may overlap.",
    ],
    random_case=random_signal,
    tolerance=SINGLE_PRECISION,
)


@MINIMAL.mistake
def _overwritten(x, kernel, stride):
    """Where two stamps overlap, yours keeps the later one. They have to be added: `+=`."""
    out = np.zeros((len(x) - 1) * stride + len(kernel))
    for i in range(len(x)):
        out[i * stride : i * stride + len(kernel)] = x[i] * kernel
    return out


@MINIMAL.mistake
def _flipped_kernel(x, kernel, stride):
    """Your stamps are reversed. A stamp is x[i] * kernel as it is. The flipped kernel belongs
    to the other view, the one that gathers."""
    return transposed_1d(x, kernel[::-1], stride)


@MINIMAL.mistake
def _mean_of_the_stamps(x, kernel, stride):
    """Where stamps overlap, you take their mean. A transposed convolution adds them and divides by
    nothing."""
    count = transposed_1d(np.ones(len(x)), np.ones(len(kernel)), stride)
    return transposed_1d(x, kernel, stride) / np.maximum(count, 1)


@MINIMAL.mistake
def _stamps_one_place_apart(x, kernel, stride):
    """Your result is long enough, but the stamps begin at positions 0, 1, 2, … whatever the stride. Stamp i
    begins at i * stride."""
    out = np.zeros((len(x) - 1) * stride + len(kernel))
    for i in range(len(x)):
        out[i : i + len(kernel)] += x[i] * kernel
    return out


@MINIMAL.mistake
def _spread_kernel(x, kernel, stride):
    """You moved the parts of the kernel apart: that is dilation. The stride moves the *stamps* apart."""
    return painted(x, kernel, dilation=stride)


@MINIMAL.mistake("in_size * stride places")
def _size_times_stride(x, kernel, stride):
    """You made len(x) * stride positions. The last stamp begins at (len(x) - 1) * stride and needs
    len(kernel) positions."""
    out = np.zeros(len(x) * stride)
    for i in range(len(x)):
        out[i * stride : i * stride + len(kernel)] += x[i] * kernel
    return out


@MINIMAL.mistake
def _one_stride_too_long(x, kernel, stride):
    """Your result is `stride` positions too long. The last stamp begins at (len(x) - 1) * stride, not at
    len(x) * stride."""
    return np.append(transposed_1d(x, kernel, stride), np.zeros(stride))


@MINIMAL.mistake
def _a_convolution(x, kernel, stride):
    """That is the convolution itself: each output reads a window. Here each *input* paints a stamp."""
    starts = range(0, len(x) - len(kernel) + 1, stride)
    return np.array([x[i : i + len(kernel)] @ kernel for i in starts], float)


@MINIMAL.mistake
def _fractions_cut_off(x, kernel, stride):
    """Your array of zeros holds whole numbers only, so the fractions of a stamp are cut off.
    `np.zeros(n)` without a dtype keeps them."""
    out = np.zeros((len(x) - 1) * stride + len(kernel), int)
    for i in range(len(x)):
        for j in range(len(kernel)):
            out[i * stride + j] += x[i] * kernel[j]
    return out


# ---- zero insertion -----------------------------------------------------------------------------------------


def zero_insertion(x, kernel, stride, padding):
    """(stretched, sliding): x with zeros between and around, and the kernel that slides over it."""
    around = len(kernel) - 1 - padding  # padding is at most len(kernel) - 1 in this exercise
    between = np.zeros((len(x) - 1) * stride + 1)
    between[::stride] = x
    return np.pad(between, around), kernel[::-1]


def random_stretching(rng):
    """A signal, a kernel, a stride, and a padding that leaves at least one output and no fewer than 0 zeros."""
    in_size, kernel_size, stride = (int(size) for size in rng.integers(1, [6, 6, 5]))
    painted_size = (in_size - 1) * stride + kernel_size
    padding = rng.integers(0, min(kernel_size - 1, (painted_size - 1) // 2) + 1)
    return Case(random_samples(rng, in_size), random_samples(rng, kernel_size), stride, int(padding))


def _stretched(x, stride, around):
    between = np.zeros((len(x) - 1) * stride + 1)
    between[::stride] = x
    return np.pad(between, around)


ZERO_INSERTION = Exercise(
    key="convolution.zero_insertion",
    title="Zeros between, zeros around, and a flip",
    reference=zero_insertion,
    cases=[
        Case(
            np.array([4.0]),
            np.array([1.0, 10.0]),
            1,
            0,
            by_hand=([0, 4, 0], [10, 1]),
            note="len(kernel) − 1 zeros at each end: the kernel's first and last positions touch the "
            "sample with one end only.",
        ),
        Case(np.array([1.0, 2.0]), DIGITS, 2, 0, by_hand=([0, 0, 1, 0, 2, 0, 0], [100, 10, 1])),
        Case(
            np.array([1.0, 2.0]),
            DIGITS,
            2,
            1,
            by_hand=([0, 1, 0, 2, 0], [100, 10, 1]),
            note="Padding 1 crops one output at each end, so one zero less is needed there.",
        ),
        Case(
            np.array([1.0, 2.0]),
            DIGITS,
            3,
            2,
            by_hand=([1, 0, 0, 2], [100, 10, 1]),
            note="Padding len(kernel) − 1 leaves no zeros at the ends.",
        ),
        Case(np.array([0.5, -1.5]), np.array([0.25, 1.0]), 1, 0, by_hand=([0, 0.5, -1.5, 0], [1, 0.25])),
        Case(np.array([5.0, 6.0, 7.0]), np.array([1.0, 2.0, 3.0, 4.0]), 2, 1),
    ],
    hints=[
        "Neighbors must end up `stride` positions apart. An array of zeros and a slice with a step, "
        "`[::stride]`, do it.",
        "A stretched input of len(x) samples has (len(x) - 1) * stride + 1 positions before anything goes "
        "around it.",
        "Around: np.pad(between, len(kernel) - 1 - padding). The kernel: kernel[::-1].",
    ],
    random_case=random_stretching,
)


@ZERO_INSERTION.mistake
def _stride_zeros_between(x, kernel, stride, padding):
    """You put `stride` zeros between neighbors. Then they are stride + 1 positions apart: one zero too many."""
    return _stretched(x, stride + 1, len(kernel) - 1 - padding), kernel[::-1]


@ZERO_INSERTION.mistake
def _no_flip(x, kernel, stride, padding):
    """The stretched input is right, but the kernel is not flipped. A stamp paints its first part first.
    Which part of the kernel does a window that slides from the left bring to a sample first?"""
    return _stretched(x, stride, len(kernel) - 1 - padding), kernel.copy()


@ZERO_INSERTION.mistake
def _swapped_tuple(x, kernel, stride, padding):
    """Both parts are right, but you return the kernel first. The stretched input comes first:
    (stretched, sliding)."""
    return zero_insertion(x, kernel, stride, padding)[::-1]


@ZERO_INSERTION.mistake
def _nothing_around(x, kernel, stride, padding):
    """Without zeros around, the kernel never extends past the ends, and the outer outputs are missing."""
    return _stretched(x, stride, 0), kernel[::-1]


@ZERO_INSERTION.mistake
def _padding_around(x, kernel, stride, padding):
    """You put `padding` zeros at each end, as a convolution does. Here padding removes zeros: len(kernel) − 1 −
    padding are left."""
    return _stretched(x, stride, padding), kernel[::-1]


@ZERO_INSERTION.mistake
def _padding_ignored(x, kernel, stride, padding):
    """That is right for padding 0. Each unit of padding takes one zero away at each end."""
    return _stretched(x, stride, len(kernel) - 1), kernel[::-1]


@ZERO_INSERTION.mistake
def _padding_twice(x, kernel, stride, padding):
    """You take 2 · padding zeros away at each end. Padding is a number of positions at *one* end."""
    return _stretched(x, stride, len(kernel) - 1 - 2 * padding), kernel[::-1]


@ZERO_INSERTION.mistake("len(kernel) zeros around")
def _kernel_size_around(x, kernel, stride, padding):
    """There is one zero too many at each end. In its first position the kernel must already touch the
    first sample."""
    return _stretched(x, stride, len(kernel) - padding), kernel[::-1]


@ZERO_INSERTION.mistake
def _zeros_after_the_last(x, kernel, stride, padding):
    """Zeros go *between* samples. After the last one there is no neighbor to keep apart from."""
    between = np.zeros(len(x) * stride)
    between[::stride] = x
    return np.pad(between, len(kernel) - 1 - padding), kernel[::-1]


@ZERO_INSERTION.mistake
def _zeros_in_the_kernel(x, kernel, stride, padding):
    """You stretched the kernel: that is a dilated convolution. Here the input is stretched."""
    return np.pad(x, len(kernel) - 1 - padding), _stretched(kernel, stride, 0)[::-1]


@ZERO_INSERTION.mistake
def _fractions_cut_off_on_the_way(x, kernel, stride, padding):
    """Your array of zeros holds whole numbers only, so the fractions of x are cut off. `np.zeros(n)`
    without a dtype keeps them."""
    return _stretched(x.astype(int), stride, len(kernel) - 1 - padding), kernel[::-1]


@ZERO_INSERTION.mistake
def _minus_zero_around(x, kernel, stride, padding):
    """Where no zeros go around, your slice ends at -0. That is 0, so the slice is empty. Compute where
    it ends."""
    around = len(kernel) - 1 - padding
    stretched = np.zeros((len(x) - 1) * stride + 1 + 2 * around)
    stretched[around:-around:stride] = x
    return stretched, kernel[::-1]


# ---- two axes -----------------------------------------------------------------------------------------------


def transposed_2d(x, kernel, stride, padding):
    """Each x[i, j] paints x[i, j] * kernel from row i * stride, column j * stride; then padding crops."""
    (height, width), (kernel_height, kernel_width) = x.shape, kernel.shape
    out = np.zeros(((height - 1) * stride + kernel_height, (width - 1) * stride + kernel_width))
    for i in range(height):
        for j in range(width):
            top, left = i * stride, j * stride
            out[top : top + kernel_height, left : left + kernel_width] += x[i, j] * kernel
    return out[padding : out.shape[0] - padding, padding : out.shape[1] - padding]


def random_picture(rng):
    """A picture, a kernel, a stride, and a padding that leaves at least one output."""
    shape, kernel_shape = rng.integers(1, 5, (2, 2))
    stride = int(rng.integers(1, 5))
    most = min((shape - 1) * stride + kernel_shape - 1) // 2
    padding = int(rng.integers(0, min(most, 3) + 1))
    return Case(random_samples(rng, *shape), random_samples(rng, *kernel_shape), stride, padding)


def _full(x, kernel, stride):
    return transposed_2d(x, kernel, stride, 0)


def _cut(full, padding):
    return full[padding : full.shape[0] - padding, padding : full.shape[1] - padding]


TWO_AXES = Exercise(
    key="convolution.two_axes",
    title="A transposed convolution in two axes",
    reference=transposed_2d,
    cases=[
        Case(
            np.array([[3.0]]), np.array([[1.0, 2.0]]), 1, 0, by_hand=[[3, 6]], note="One sample: one stamp."
        ),
        Case(
            np.array([[0.0, 1.0], [2.0, 3.0]]),
            np.array([[0.0, 1.0], [2.0, 3.0]]),
            1,
            0,
            by_hand=[[0, 0, 1], [0, 4, 6], [4, 12, 9]],
            note="All four stamps meet in the middle: 0·3 + 1·2 + 2·1 + 3·0 = 4.",
        ),
        Case(
            np.array([[0.0, 1.0], [2.0, 3.0]]),
            np.array([[0.0, 1.0], [2.0, 3.0]]),
            2,
            0,
            by_hand=[[0, 0, 0, 1], [0, 0, 2, 3], [0, 2, 0, 3], [4, 6, 6, 9]],
            note="Stride 2: the stamps lie side by side.",
        ),
        Case(
            np.array([[1.0, 2.0]]),
            np.arange(1.0, 10).reshape(3, 3),
            2,
            1,
            by_hand=[[5, 14, 10]],
            note="The stamps paint 3 rows of 5; padding 1 keeps the inner 1 × 3.",
        ),
        Case(np.array([[1.0, -1.0, 2.0], [0.5, 3.0, 1.0]]), np.arange(1.0, 13).reshape(3, 4), 2, 1),
        Case(np.array([[2.0, 1.0], [4.0, 3.0], [0.0, 5.0]]), np.arange(1.0, 17).reshape(4, 4), 3, 2),
    ],
    hints=[
        "First without padding: an array of zeros with (n − 1) · stride + k positions along each axis.",
        "The stamp of x[i, j] goes to rows from i * stride and columns from j * stride, as many as the "
        "kernel has.",
        "Crop at the end: out[padding : out.shape[0] - padding, padding : out.shape[1] - padding].",
    ],
    random_case=random_picture,
    tolerance=SINGLE_PRECISION,
)


@TWO_AXES.mistake
def _padding_adds_zeros(x, kernel, stride, padding):
    """You put zeros around the result. Padding belongs to the convolution that is transposed. Here it crops."""
    return np.pad(_full(x, kernel, stride), padding)


@TWO_AXES.mistake("padding ignored")
def _never_crops(x, kernel, stride, padding):
    """That is right for padding 0. Otherwise crop that many samples on every side."""
    return _full(x, kernel, stride)


@TWO_AXES.mistake
def _cropped_at_the_start_only(x, kernel, stride, padding):
    """You crop the first rows and columns only. As many come off at the end."""
    return _full(x, kernel, stride)[padding:, padding:]


@TWO_AXES.mistake
def _only_rows_cropped(x, kernel, stride, padding):
    """You crop rows only. As many columns come off, left and right."""
    full = _full(x, kernel, stride)
    return full[padding : full.shape[0] - padding]


@TWO_AXES.mistake
def _minus_zero(x, kernel, stride, padding):
    """With padding 0 your result is empty: `[0:-0]` is `[0:0]`, which holds nothing. Compute
    where the slice ends."""
    return _full(x, kernel, stride)[padding:-padding, padding:-padding]


@TWO_AXES.mistake
def _padding_around_the_input(x, kernel, stride, padding):
    """You put zeros around the input, so there are more stamps and the result grows. Here padding crops
    the result."""
    return _full(np.pad(x, padding), kernel, stride)


@TWO_AXES.mistake("overwritten")
def _overwritten_2d(x, kernel, stride, padding):
    """Where stamps overlap, yours keeps the last one. Add them: `+=`."""
    full = np.zeros_like(_full(x, kernel, stride))
    for (i, j), value in np.ndenumerate(x):
        top, left = i * stride, j * stride
        full[top : top + kernel.shape[0], left : left + kernel.shape[1]] = value * kernel
    return _cut(full, padding)


@TWO_AXES.mistake("flipped kernel")
def _turned_around(x, kernel, stride, padding):
    """Your stamps are rotated by half a turn. A stamp is the kernel as it is. The flip belongs to the
    view that gathers."""
    return transposed_2d(x, kernel[::-1, ::-1], stride, padding)


@TWO_AXES.mistake
def _stride_from_row_to_row_only(x, kernel, stride, padding):
    """From row to row your stamps are `stride` positions apart, from column to column only 1. Both axes
    have the stride."""
    full = np.zeros_like(_full(x, kernel, stride))
    for (i, j), value in np.ndenumerate(x):
        full[i * stride : i * stride + kernel.shape[0], j : j + kernel.shape[1]] += value * kernel
    return _cut(full, padding)


@TWO_AXES.mistake
def _one_size_for_both_axes(x, kernel, stride, padding):
    """You use shape[0] for both axes. That fits only when picture and kernel are square: `x.shape` is
    (height, width)."""
    n, k = len(x), len(kernel)
    full = np.zeros(((n - 1) * stride + k, (n - 1) * stride + k))
    for i in range(n):
        for j in range(n):
            full[i * stride : i * stride + k, j * stride : j * stride + k] += x[i, j] * kernel
    return _cut(full, padding)
