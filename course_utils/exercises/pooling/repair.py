"""Three bugs to repair in lesson 06: maxima that move, a frame of zeros, and 7 -> 3 -> 6."""

import numpy as np

from course_utils.exercises.engine import Case, SpotTheBug, decimals
from course_utils.exercises.pooling.write import FOUR, different_numbers
from course_utils.pooling import max_pool2d, max_unpool2d
from course_utils.resampling import resize


def _maxima_everywhere(x):
    return resize(max_pool2d(x, 2)[0], x.shape, mode="nearest")


# ---- maxima that move ---------------------------------------------------------------------------------------


def keep_maxima(x):
    """The maxima of 2 x 2 windows at their places, zeros elsewhere: an array of x's shape."""
    values, indices = max_pool2d(x, 2)
    return max_unpool2d(values, indices, 2, output_size=x.shape)


def keep_maxima_with_bug(x):
    """The maxima of 2 x 2 windows at their places, zeros elsewhere: an array of x's shape."""
    values, indices = max_pool2d(x, 2)
    back = max_unpool2d(values, indices, 2)
    missing = np.subtract(x.shape, back.shape)  # an odd size leaves a row or a column over
    return np.pad(back, ((0, missing[0]), (0, missing[1])))


ODD_SIZE = SpotTheBug(
    key="pooling.odd_size",
    title="Maxima that move",
    buggy=keep_maxima_with_bug,
    reference=keep_maxima,
    cases=[
        Case(
            np.array([[0.0, 0, 0], [5, 0, 0]]),
            by_hand=[[0, 0, 0], [5, 0, 0]],
            note="Index 3, in rows of three.",
        ),
        Case(
            np.array([[9.0, 0, 0, 0, 0], [0, 0, 0, 8, 0], [7, 0, 0, 6, 0], [0, 0, 0, 0, 0]]),
            by_hand=[[9, 0, 0, 0, 0], [0, 0, 0, 8, 0], [7, 0, 0, 6, 0], [0, 0, 0, 0, 0]],
        ),
        Case(np.pad(FOUR, ((0, 0), (0, 1)))),
        Case(FOUR, by_hand=[[0, 0, 6, 0], [0, 5, 0, 0], [0, 0, 0, 0], [7, 0, 0, 8]]),
        Case(np.pad(FOUR, ((0, 1), (0, 0)))),
        Case(
            np.array([[1.0, 2, 3], [4, 5, 6]]),
            by_hand=[[0, 0, 0], [0, 5, 0]],
            note="The third column fills no window.",
        ),
    ],
    hints=[
        "Run it on `np.array([[0.0, 0, 0], [5, 0, 0]])`. Which index has the 5, and in rows of what length?",
        "`max_unpool2d` without `output_size` returns rows of 2. There, index 3 is a different position.",
        "`max_unpool2d` can be told the size: `output_size=x.shape`. Then nothing is missing.",
    ],
    name="keep_maxima",
    random_case=lambda rng: Case(different_numbers(rng, rng.integers(2, 10, 2))),
)


@ODD_SIZE.mistake
def _padded_in_front(x):
    """You add the missing row and column at the start instead of the end. But the maxima moved before that:
    look at the call that puts them back."""
    values, indices = max_pool2d(x, 2)
    back = max_unpool2d(values, indices, 2)
    missing = np.subtract(x.shape, back.shape)
    return np.pad(back, ((missing[0], 0), (missing[1], 0)))


@ODD_SIZE.mistake
def _stretched(x):
    """You stretch the result to the right size. A maximum at the wrong position stays at the wrong position."""
    values, indices = max_pool2d(x, 2)
    return resize(max_unpool2d(values, indices, 2), x.shape, mode="nearest")


@ODD_SIZE.mistake
def _copied_over_the_window(x):
    """Now each maximum fills its whole window. Only its own position should get it."""
    return _maxima_everywhere(x)


@ODD_SIZE.mistake("border cut off")
def _without_its_border(x):
    """The maxima are at their positions now, but the odd row and column are gone: the shape should be x's."""
    back = max_unpool2d(*max_pool2d(x, 2), 2, output_size=x.shape)
    even = [size // 2 * 2 for size in x.shape]
    return back[: even[0], : even[1]]


@ODD_SIZE.mistake
def _windows_that_are_not_full(x):
    """The maxima are at their positions now, but you also keep some from windows that are not full. The pooling
    was right as it was: only the way back is wrong."""
    padded = np.pad(x, [(0, size % 2) for size in x.shape], constant_values=-np.inf)
    back = max_unpool2d(*max_pool2d(padded, 2), 2)
    return back[: x.shape[0], : x.shape[1]]


# ---- a frame of zeros ---------------------------------------------------------------------------------------


def padded_max(x, kernel_size, stride, padding):
    """The largest value of each window, with `padding` empty samples around x."""
    padded = np.pad(x, padding, constant_values=-np.inf)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (kernel_size, kernel_size))
    return windows[::stride, ::stride].max(axis=(2, 3))


def padded_max_with_bug(x, kernel_size, stride, padding):
    """The largest value of each window, with `padding` empty samples around x."""
    padded = np.pad(x, padding)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (kernel_size, kernel_size))
    return windows[::stride, ::stride].max(axis=(2, 3))


def random_padded_image(rng):
    """An image, mostly below zero, whose windows fit, none of them in the padding alone."""
    kernel_size, stride = (int(size) for size in rng.integers(1, 5, 2))
    padding = int(rng.integers(0, kernel_size // 2 + 1))
    shape = max(kernel_size - 2 * padding, 1) + rng.integers(0, 5, 2)
    return Case(rng.uniform(-9, 3, shape).round(decimals(rng)), kernel_size, stride, padding)


PADDED_ZEROS = SpotTheBug(
    key="pooling.padded_zeros",
    title="A frame of zeros",
    buggy=padded_max_with_bug,
    reference=padded_max,
    cases=[
        Case(np.array([[-1.0]]), 2, 2, 1, by_hand=[[-1]], note="One number. It is the largest there is."),
        Case(np.array([[-4.0, -2], [-3, -5]]), 2, 2, 1, by_hand=[[-4, -2], [-3, -5]]),
        Case(-FOUR, 3, 2, 1, by_hand=[[-1, -1], [-1, -1]]),
        Case(FOUR - 5, 3, 2, 1),
        Case(FOUR, 3, 2, 1, by_hand=[[5, 6], [7, 8]]),
        Case(-FOUR, 2, 2, 0, by_hand=[[-1, -1], [-1, -1]]),
        Case(
            np.array([[-1e30]]),
            3,
            1,
            1,
            by_hand=[[-1e30]],
            note="No padding value should beat this number either.",
        ),
    ],
    hints=[
        "Run it on `np.array([[-1.0]])` with kernel_size 2, stride 2, padding 1. Which 0 does it return?",
        "The padding takes part in the maximum. Its value must lose against every number.",
        "`np.pad` takes `constant_values`; `-np.inf` is smaller than every number.",
    ],
    name="padded_max",
    random_case=random_padded_image,
)


def _max_of_padded(padded, kernel_size, stride):
    windows = np.lib.stride_tricks.sliding_window_view(padded, (kernel_size, kernel_size))
    return windows[::stride, ::stride].max(axis=(2, 3))


@PADDED_ZEROS.mistake("another number")
def _framed_with_minus_1(x, kernel_size, stride, padding):
    """A frame of −1 beats −2. Which number is beaten by every other?"""
    return _max_of_padded(np.pad(x, padding, constant_values=-1.0), kernel_size, stride)


@PADDED_ZEROS.mistake
def _mirrored(x, kernel_size, stride, padding):
    """A mirrored border brings numbers into a window that do not belong to it."""
    return _max_of_padded(np.pad(x, padding, mode="reflect"), kernel_size, stride)


@PADDED_ZEROS.mistake
def _the_mean_around(x, kernel_size, stride, padding):
    """The mean beats every number below it. Which number is beaten by every other?"""
    return _max_of_padded(np.pad(x, padding, constant_values=x.mean()), kernel_size, stride)


@PADDED_ZEROS.mistake
def _signs_dropped(x, kernel_size, stride, padding):
    """You pool absolute values. −1 should stay −1."""
    return _max_of_padded(np.pad(np.abs(x), padding), kernel_size, stride)


@PADDED_ZEROS.mistake
def _no_padding(x, kernel_size, stride, padding):
    """You left the padding out, and the windows at the border with it. Keep them, around empty samples that
    never win."""
    return _max_of_padded(x, kernel_size, stride)


# ---- 7 -> 3 -> 6 --------------------------------------------------------------------------------------------


def coarse_copy(x):
    """Every number replaced by the maximum of its 2 x 2 window, cut at the border: an array of x's shape."""
    values, _ = max_pool2d(x, 2, ceil_mode=True)
    large = values.repeat(2, axis=0).repeat(2, axis=1)
    return large[: x.shape[0], : x.shape[1]]


def coarse_copy_with_bug(x):
    """Every number replaced by the maximum of its 2 x 2 window, cut at the border: an array of x's shape."""
    values, _ = max_pool2d(x, 2)
    return values.repeat(2, axis=0).repeat(2, axis=1)


SEVEN_TO_SIX = SpotTheBug(
    key="pooling.seven_to_six",
    title="7 → 3 → 6",
    buggy=coarse_copy_with_bug,
    reference=coarse_copy,
    cases=[
        Case(
            np.array([[1.0, 2, 3], [0, 0, 4]]),
            by_hand=[[2, 2, 4], [2, 2, 4]],
            note="The third column has a window of its own, cut in half.",
        ),
        Case(np.arange(21.0).reshape(3, 7)),
        Case(-np.arange(49.0).reshape(7, 7)),
        Case(np.pad(FOUR, ((0, 1), (0, 0)), constant_values=9.0)),
        Case(FOUR, by_hand=[[5, 5, 6, 6], [5, 5, 6, 6], [7, 7, 8, 8], [7, 7, 8, 8]]),
    ],
    hints=[
        "Seven samples make three windows of two. Which sample is in none?",
        "With `ceil_mode=True`, what is left over gets a window too.",
        "With it, 7 → 4 → 8. Cut the eighth: `large[: x.shape[0], : x.shape[1]]`.",
    ],
    name="coarse_copy",
    random_case=lambda rng: Case(different_numbers(rng, rng.integers(1, 10, 2))),
)


def _bordered(x, **options):
    large = coarse_copy_with_bug(x)
    missing = np.subtract(x.shape, large.shape)
    return np.pad(large, ((0, missing[0]), (0, missing[1])), **options)


@SEVEN_TO_SIX.mistake
def _stretched_to_fit(x):
    """The size fits now because the picture is stretched: windows of 2 have become 2.33 wide, and the copy
    slips under the original. Let the last row and column have windows of their own."""
    return _maxima_everywhere(x)


@SEVEN_TO_SIX.mistake
def _zeros_at_the_border(x):
    """You fill the border with zeros. Its numbers have maxima too."""
    return _bordered(x)


@SEVEN_TO_SIX.mistake
def _last_window_repeated(x):
    """You repeat the last full window. The odd row and column are not in it."""
    return _bordered(x, mode="edge")


@SEVEN_TO_SIX.mistake
def _zeros_in_the_last_window(x):
    """You fill the last windows up with zeros before pooling, and a 0 beats every number below it. What
    never wins a maximum?"""
    return coarse_copy_with_bug(np.pad(x, [(0, size % 2) for size in x.shape]))[: x.shape[0], : x.shape[1]]


@SEVEN_TO_SIX.mistake("not cut")
def _uncut(x):
    """All windows are there now. The last ones stick out: cut the result to x's shape."""
    return max_pool2d(x, 2, ceil_mode=True)[0].repeat(2, axis=0).repeat(2, axis=1)
