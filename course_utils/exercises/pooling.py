"""Exercises of lesson 06: max pooling with indices, unpooling, sizes, three bugs, predictions."""

import numpy as np

from course_utils.exercises.engine import Case, Exercise, Prediction, SpotTheBug
from course_utils.operators import check_linearity
from course_utils.pooling import avg_pool2d, max_pool2d, max_unpool2d
from course_utils.resampling import resize

FOUR = np.array([[1.0, 2, 6, 3], [3, 5, 2, 1], [1, 2, 2, 1], [7, 3, 4, 8]])  # the lesson's example

# ------------------------------------------------------------------------------------ max pooling with indices


def max_pool(x, kernel_size, stride):
    """The largest value of each window of x and its index, row * width + column: two arrays (values, indices)."""
    height, width = x.shape
    rows = (height - kernel_size) // stride + 1
    columns = (width - kernel_size) // stride + 1
    values = np.zeros((rows, columns))
    indices = np.zeros((rows, columns), int)
    for r in range(rows):
        for c in range(columns):
            top, left = r * stride, c * stride
            window = x[top : top + kernel_size, left : left + kernel_size]
            a, b = np.unravel_index(window.argmax(), window.shape)  # the first of equals
            values[r, c] = window[a, b]
            indices[r, c] = (top + a) * width + left + b
    return values, indices


def _pool(x, kernel_size, stride, index, pick=np.argmax, sizes=None):
    """Windows of x, each reduced by ``pick``; ``index(row, column, a, b, columns)`` numbers the place."""
    rows, columns = sizes or [(size - kernel_size) // stride + 1 for size in x.shape]
    values, indices = np.zeros((rows, columns)), np.zeros((rows, columns), int)
    for r in range(rows):
        for c in range(columns):
            top, left = r * stride, c * stride
            window = x[top : top + kernel_size, left : left + kernel_size]
            a, b = np.unravel_index(pick(window), window.shape)
            values[r, c] = window[a, b]
            indices[r, c] = index(top + a, left + b, a, b, columns)
    return values, indices


PEAK = np.zeros((5, 5))
PEAK[2, 2] = 9  # in all four windows of 3 x 3 at stride 2

MAX_POOL = Exercise(
    key="pooling.max_pool",
    title="Max pooling with indices",
    reference=max_pool,
    cases=[
        Case(np.array([[4.0, 9], [1, 2]]), 2, 2, by_hand=([[9]], [[1]]), note="One window, the whole array."),
        Case(FOUR, 2, 2, by_hand=([[5, 6], [7, 8]], [[5, 2], [12, 15]])),
        Case(
            np.array([[1.0, 2, 3, 0, 9], [0, 6, 1, 4, 9], [9, 9, 9, 9, 9]]),
            2,
            2,
            by_hand=([[6, 4]], [[6, 8]]),
            note="Three rows of five: the last row and column fill no window.",
        ),
        Case(
            PEAK,
            3,
            2,
            by_hand=([[9, 9], [9, 9]], [[12, 12], [12, 12]]),
            note="The windows overlap in the middle.",
        ),
        Case(
            np.zeros((2, 4)),
            2,
            2,
            by_hand=([[0, 0]], [[0, 2]]),
            note="All equal: the first of each window counts.",
        ),
        Case(np.array([[-3.0, -1], [-2, -4]]), 2, 2, by_hand=([[-1]], [[1]]), note="Nothing above zero."),
        Case(
            np.array([[3.0, 1, 4], [1, 5, 9], [2, 6, 5]]), 2, 1, by_hand=([[5, 9], [6, 9]], [[4, 5], [7, 5]])
        ),
    ],
    hints=[
        "Two loops, over the rows and columns of the result. Window (r, c) begins at r · stride, c · stride.",
        "`window.argmax()` counts inside the window. `np.unravel_index(window.argmax(), window.shape)` gives row and "
        "column there.",
        "The index is (top + a) · width + left + b, where (a, b) is the place in the window.",
        "There are (height − kernel_size) // stride + 1 rows of windows.",
    ],
)


@MAX_POOL.mistake("index inside the window")
def _index_in_the_window(x, kernel_size, stride):
    """Your indices count inside the window. Count in the whole array: add where the window begins."""
    return _pool(x, kernel_size, stride, lambda row, column, a, b, columns: a * kernel_size + b)


@MAX_POOL.mistake("window's corner forgotten")
def _window_corner_forgotten(x, kernel_size, stride):
    """Your rows are as wide as the array, but every window seems to begin at row 0, column 0. Window
    (r, c) begins at row r · stride, column c · stride."""
    return _pool(x, kernel_size, stride, lambda row, column, a, b, columns: a * x.shape[1] + b)


@MAX_POOL.mistake("counted down the columns")
def _index_by_columns(x, kernel_size, stride):
    """You count down the columns. An index runs along the rows: row · width + column."""
    return _pool(x, kernel_size, stride, lambda row, column, a, b, columns: column * x.shape[0] + row)


@MAX_POOL.mistake("height instead of width")
def _height_for_width(x, kernel_size, stride):
    """A full row holds as many samples as the array is *wide*: row · width + column. A square array
    hides this one."""
    return _pool(x, kernel_size, stride, lambda row, column, a, b, columns: row * x.shape[0] + column)


@MAX_POOL.mistake("width of the pooled array")
def _width_of_the_pooled(x, kernel_size, stride):
    """You multiply the row by the width of the result. The index is a place in the *input*: use its
    width."""
    return _pool(x, kernel_size, stride, lambda row, column, a, b, columns: row * columns + column)


@MAX_POOL.mistake
def _last_of_equals(x, kernel_size, stride):
    """Of equal maxima you take the last. The first one counts, row by row; `argmax` does that."""

    def last(window):
        return window.size - 1 - window.ravel()[::-1].argmax()

    return _pool(x, kernel_size, stride, lambda row, column, a, b, columns: row * x.shape[1] + column, last)


@MAX_POOL.mistake("minimum")
def _smallest(x, kernel_size, stride):
    """These are the smallest values."""
    return _pool(
        x, kernel_size, stride, lambda row, column, a, b, columns: row * x.shape[1] + column, np.argmin
    )


@MAX_POOL.mistake("stride ignored")
def _side_by_side(x, kernel_size, stride):
    """Your windows stand side by side. The next one begins `stride` further on, which may be inside the
    last."""
    return max_pool(x, kernel_size, kernel_size)


@MAX_POOL.mistake("one window too few")
def _a_window_short(x, kernel_size, stride):
    """One window is missing along each axis. The first begins at 0; how many more steps fit behind
    it?"""
    sizes = [(size - kernel_size) // stride for size in x.shape]
    return _pool(
        x, kernel_size, stride, lambda row, column, a, b, columns: row * x.shape[1] + column, sizes=sizes
    )


@MAX_POOL.mistake("maximum begins at 0")
def _from_zero(x, kernel_size, stride):
    """Your search starts from 0, so a window below zero keeps the 0. Start from the window's first
    value."""
    values, indices = max_pool(x, kernel_size, stride)
    return np.maximum(values, 0), np.where(values > 0, indices, 0)


@MAX_POOL.mistake("left-over samples pooled too")
def _with_left_over(x, kernel_size, stride):
    """You make a window of what is left at the border. A window that is not full is dropped here."""
    sizes = [-(-(size - kernel_size) // stride) + 1 for size in x.shape]
    return _pool(
        x, kernel_size, stride, lambda row, column, a, b, columns: row * x.shape[1] + column, sizes=sizes
    )


@MAX_POOL.mistake("mean")
def _mean_of_windows(x, kernel_size, stride):
    """Your indices are right, your values are the windows' means."""
    return avg_pool2d(x, kernel_size, stride), max_pool(x, kernel_size, stride)[1]


# ------------------------------------------------------------------------------------ unpooling


def unpool(values, indices, shape):
    """Each value at its index, row * width + column, in an array of zeros of this shape."""
    back = np.zeros(shape[0] * shape[1])
    back[indices.ravel()] = values.ravel()
    return back.reshape(shape)


UNPOOL = Exercise(
    key="pooling.unpool",
    title="Unpooling",
    reference=unpool,
    cases=[
        Case(np.array([[9.0]]), np.array([[1]]), (2, 2), by_hand=[[0, 9], [0, 0]]),
        Case(
            np.array([[5.0, 6], [7, 8]]),
            np.array([[5, 2], [12, 15]]),
            (4, 4),
            by_hand=[[0, 0, 6, 0], [0, 5, 0, 0], [0, 0, 0, 0], [7, 0, 0, 8]],
        ),
        Case(
            np.array([[6.0, 4]]),
            np.array([[6, 8]]),
            (3, 5),
            by_hand=[[0, 0, 0, 0, 0], [0, 6, 0, 4, 0], [0, 0, 0, 0, 0]],
            note="Rows of five: index 6 is row 1, column 1.",
        ),
        Case(
            np.full((2, 2), 9.0),
            np.full((2, 2), 4),
            (3, 3),
            by_hand=[[0, 0, 0], [0, 9, 0], [0, 0, 0]],
            note="Four windows share one maximum.",
        ),
        Case(
            np.array([[-1.0]]),
            np.array([[1]]),
            (2, 2),
            by_hand=[[0, -1], [0, 0]],
            note="A maximum below zero.",
        ),
    ],
    hints=[
        "Begin with zeros, as a flat array: one place for each index.",
        "`back[indices.ravel()] = values.ravel()` writes all of them.",
        "At the end, `.reshape(shape)` cuts the flat array into rows.",
    ],
)


@UNPOOL.mistake("added up")
def _unpool_adding(values, indices, shape):
    """You add values that share an index. It is one number that several windows have seen: put it back,
    do not add it."""
    back = np.zeros(shape[0] * shape[1])
    np.add.at(back, indices.ravel(), values.ravel())
    return back.reshape(shape)


@UNPOOL.mistake("larger of the two")
def _unpool_larger_wins(values, indices, shape):
    """You keep the larger of the value and the 0 that stood there. A maximum can be negative:
    overwrite."""
    back = np.zeros(shape[0] * shape[1])
    np.maximum.at(back, indices.ravel(), values.ravel())
    return back.reshape(shape)


@UNPOOL.mistake("counted down the columns")
def _unpool_by_columns(values, indices, shape):
    """You count down the columns. An index runs along the rows: row = index // width."""
    back = np.zeros(shape[0] * shape[1])
    back[indices.ravel()] = values.ravel()
    return back.reshape(shape, order="F")


@UNPOOL.mistake("height instead of width")
def _unpool_height_for_width(values, indices, shape):
    """Row and column come from the *width*: index // width, index % width. Square arrays hide this
    one."""
    back = np.zeros(shape)
    for value, index in zip(values.ravel(), indices.ravel(), strict=True):
        back[index // shape[0], index % shape[0]] = value
    return back


@UNPOOL.mistake("width of the windows")
def _unpool_even_width(values, indices, shape):
    """You take twice the pooled width for the width of the array. With an odd width the indices mean
    other places: use `shape[1]`."""
    back = np.zeros(shape)
    width = 2 * values.shape[1]
    for value, index in zip(values.ravel(), indices.ravel(), strict=True):
        back[index // width, index % width] = value
    return back


@UNPOOL.mistake("smallest instead of 0")
def _unpool_with_smallest(values, indices, shape):
    """Where nothing came back there is a 0, not the smallest of the values."""
    back = np.full(shape[0] * shape[1], values.min())
    back[indices.ravel()] = values.ravel()
    return back.reshape(shape)


@UNPOOL.mistake("marks")
def _unpool_marks(values, indices, shape):
    """The places are right. Put the values there, not ones."""
    return (unpool(np.ones_like(values), indices, shape) != 0).astype(float)


@UNPOOL.mistake("copied over the window")
def _unpool_blocks(values, indices, shape):
    """You spread each value over its whole window. Only one place gets it, the rest stays 0."""
    return resize(values, shape, mode="nearest")


# ------------------------------------------------------------------------------------ sizes


def pooled_size(in_size, kernel_size, stride, padding):
    """How many windows fit along one axis, with `padding` empty samples on either side."""
    return (in_size + 2 * padding - kernel_size) // stride + 1


POOLED_SIZE = Exercise(
    key="pooling.pooled_size",
    title="How many windows fit",
    reference=pooled_size,
    cases=[
        Case(4, 2, 2, 0, by_hand=2),
        Case(7, 2, 2, 0, by_hand=3, note="Three windows; the seventh sample is left over."),
        Case(5, 3, 2, 0, by_hand=2, note="They begin at 0 and 2."),
        Case(2, 3, 1, 1, by_hand=2, note="They begin at −1 and 0."),
        Case(7, 3, 2, 1, by_hand=4, note="They begin at −1, 1, 3, 5."),
        Case(8, 3, 2, 1, by_hand=4, note="They begin at −1, 1, 3, 5, as for seven samples."),
        Case(6, 2, 3, 0, by_hand=2),
        Case(5, 1, 4, 0, by_hand=2),
        Case(224, 2, 2, 0, by_hand=112),
    ],
    hints=[
        "How many steps of `stride` can the first window make before it sticks out?",
        "It has in_size + 2 · padding − kernel_size samples of room. Each step takes `stride` of them.",
        "Steps plus one are windows.",
    ],
)


POOLED_SIZE.mistake(
    "rounded up",
    "You round up: that is `ceil_mode=True`, with a window that is not full. The ordinary size rounds down.",
)(lambda in_size, kernel_size, stride, padding: -(-(in_size + 2 * padding - kernel_size) // stride) + 1)


POOLED_SIZE.mistake(
    "+ 1 forgotten", "These are the steps from window to window. Four fence posts have three gaps: one more."
)(lambda in_size, kernel_size, stride, padding: (in_size + 2 * padding - kernel_size) // stride)


POOLED_SIZE.mistake(
    "size over stride", "Size over stride counts the steps without asking whether the last window still fits."
)(lambda in_size, kernel_size, stride, padding: in_size // stride)


POOLED_SIZE.mistake(
    "padded size over stride", "The last window has to fit: it begins `kernel_size` samples before the end."
)(lambda in_size, kernel_size, stride, padding: (in_size + 2 * padding) // stride)


POOLED_SIZE.mistake("padding counted once", "Padding stands on both sides: count it twice.")(
    lambda in_size, kernel_size, stride, padding: (in_size + padding - kernel_size) // stride + 1
)


POOLED_SIZE.mistake(
    "padding forgotten", "The padding is missing: the axis is `in_size + 2 · padding` samples long."
)(lambda in_size, kernel_size, stride, padding: (in_size - kernel_size) // stride + 1)


POOLED_SIZE.mistake("over kernel_size", "The next window begins `stride` further on, not `kernel_size`.")(
    lambda in_size, kernel_size, stride, padding: (in_size + 2 * padding) // kernel_size
)


POOLED_SIZE.mistake("not rounded", "Half a window is none: round down, `//`.")(
    lambda in_size, kernel_size, stride, padding: (in_size + 2 * padding - kernel_size) / stride + 1
)

# ------------------------------------------------------------------------------------ three bugs to repair


def keep_maxima(x):
    """The maxima of 2 x 2 windows at their places, zeros elsewhere: an array of x's shape."""
    values, indices = max_pool2d(x, 2)
    return max_unpool2d(values, indices, 2, output_size=x.shape)


def _keep_maxima_with_bug(x):
    """The maxima of 2 x 2 windows at their places, zeros elsewhere: an array of x's shape."""
    values, indices = max_pool2d(x, 2)
    back = max_unpool2d(values, indices, 2)
    missing = np.subtract(x.shape, back.shape)  # an odd size leaves a row or a column over
    return np.pad(back, ((0, missing[0]), (0, missing[1])))


def _maxima_everywhere(x):
    return resize(max_pool2d(x, 2)[0], x.shape, mode="nearest")


ODD_SIZE = SpotTheBug(
    key="pooling.odd_size",
    title="Maxima that move",
    buggy=_keep_maxima_with_bug,
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
        Case(np.pad(FOUR, ((0, 1), (0, 3)), constant_values=1.0)),
    ],
    hints=[
        "Run it on `np.array([[0.0, 0, 0], [5, 0, 0]])`. Which index has the 5, and in rows of what length?",
        "`max_unpool2d` without `output_size` returns rows of 2. Index 3 is another place there.",
        "`max_unpool2d` can be told the size: `output_size=x.shape`. Then nothing is missing.",
    ],
    name="keep_maxima",
)


@ODD_SIZE.mistake
def _padded_in_front(x):
    """You add the missing row and column in front instead of behind. The maxima have moved before that:
    look at the call that puts them back."""
    values, indices = max_pool2d(x, 2)
    back = max_unpool2d(values, indices, 2)
    missing = np.subtract(x.shape, back.shape)
    return np.pad(back, ((missing[0], 0), (missing[1], 0)))


@ODD_SIZE.mistake
def _stretched(x):
    """You stretch the result to the right size. What stands in the wrong place stays in the wrong
    place."""
    values, indices = max_pool2d(x, 2)
    return resize(max_unpool2d(values, indices, 2), x.shape, mode="nearest")


ODD_SIZE.mistake(
    "copied over the window", "Now each maximum fills its whole window. Only its own place should get it."
)(_maxima_everywhere)


@ODD_SIZE.mistake("border cut off")
def _without_its_border(x):
    """The maxima are at their places now, but the odd row and column have gone: the shape should be
    x's."""
    back = max_unpool2d(*max_pool2d(x, 2), 2, output_size=x.shape)
    even = [size // 2 * 2 for size in x.shape]
    return back[: even[0], : even[1]]


def padded_max(x, kernel_size, stride, padding):
    """The largest value of each window, with `padding` empty samples around x."""
    padded = np.pad(x, padding, constant_values=-np.inf)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (kernel_size, kernel_size))
    return windows[::stride, ::stride].max(axis=(2, 3))


def _padded_max_with_bug(x, kernel_size, stride, padding):
    """The largest value of each window, with `padding` empty samples around x."""
    padded = np.pad(x, padding)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (kernel_size, kernel_size))
    return windows[::stride, ::stride].max(axis=(2, 3))


def _max_of_padded(padded, kernel_size, stride):
    windows = np.lib.stride_tricks.sliding_window_view(padded, (kernel_size, kernel_size))
    return windows[::stride, ::stride].max(axis=(2, 3))


PADDED_ZEROS = SpotTheBug(
    key="pooling.padded_zeros",
    title="A frame of zeros",
    buggy=_padded_max_with_bug,
    reference=padded_max,
    cases=[
        Case(np.array([[-1.0]]), 2, 2, 1, by_hand=[[-1]], note="One number. It is the largest there is."),
        Case(np.array([[-4.0, -2], [-3, -5]]), 2, 2, 1, by_hand=[[-4, -2], [-3, -5]]),
        Case(-FOUR, 3, 2, 1, by_hand=[[-1, -1], [-1, -1]]),
        Case(FOUR - 5, 3, 2, 1),
        Case(FOUR, 3, 2, 1, by_hand=[[5, 6], [7, 8]]),
        Case(-FOUR, 2, 2, 0, by_hand=[[-1, -1], [-1, -1]]),
    ],
    hints=[
        "Run it on `np.array([[-1.0]])` with kernel_size 2, stride 2, padding 1. Which 0 does it return?",
        "The padding takes part in the maximum. Its value must lose against every number.",
        "`np.pad` takes `constant_values`; `-np.inf` is smaller than every number.",
    ],
    name="padded_max",
)


PADDED_ZEROS.mistake("another number", "A frame of −1 beats −2. Which number is beaten by every other?")(
    lambda x, k, s, p: _max_of_padded(np.pad(x, p, constant_values=-1.0), k, s)
)


PADDED_ZEROS.mistake("mirrored", "A mirrored border brings numbers into a window that are not in it.")(
    lambda x, k, s, p: _max_of_padded(np.pad(x, p, mode="reflect"), k, s)
)


PADDED_ZEROS.mistake(
    "the mean around", "The mean beats every number below it. Which number is beaten by every other?"
)(lambda x, k, s, p: _max_of_padded(np.pad(x, p, constant_values=x.mean()), k, s))


PADDED_ZEROS.mistake(
    "signs dropped", "You pool the sizes of the numbers, without their signs. −1 should stay −1."
)(lambda x, k, s, p: _max_of_padded(np.pad(np.abs(x), p), k, s))


def coarse_copy(x):
    """Every number replaced by the maximum of its 2 x 2 window, cut at the border: an array of x's shape."""
    values, _ = max_pool2d(x, 2, ceil_mode=True)
    large = values.repeat(2, axis=0).repeat(2, axis=1)
    return large[: x.shape[0], : x.shape[1]]


def _coarse_copy_with_bug(x):
    """Every number replaced by the maximum of its 2 x 2 window, cut at the border: an array of x's shape."""
    values, _ = max_pool2d(x, 2)
    return values.repeat(2, axis=0).repeat(2, axis=1)


def _bordered(x, **options):
    large = _coarse_copy_with_bug(x)
    missing = np.subtract(x.shape, large.shape)
    return np.pad(large, ((0, missing[0]), (0, missing[1])), **options)


SEVEN_TO_SIX = SpotTheBug(
    key="pooling.seven_to_six",
    title="7 → 3 → 6",
    buggy=_coarse_copy_with_bug,
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
        "`ceil_mode=True` gives what is left over a window too.",
        "With it, 7 → 4 → 8. Cut the eighth: `large[: x.shape[0], : x.shape[1]]`.",
    ],
    name="coarse_copy",
)


SEVEN_TO_SIX.mistake(
    "stretched to fit",
    "The size fits now because the picture is stretched: windows of 2 have become 2.33 wide, and the copy "
    "slips under the original. Let the last row and column have windows of their own.",
)(_maxima_everywhere)


SEVEN_TO_SIX.mistake("zeros at the border", "You fill the border with zeros. Its numbers have maxima too.")(
    _bordered
)


SEVEN_TO_SIX.mistake(
    "last window repeated", "You repeat the last full window. The odd row and column are not in it."
)(lambda x: _bordered(x, mode="edge"))


@SEVEN_TO_SIX.mistake("not cut")
def _uncut(x):
    """All windows are there now. The last ones stick out: cut the result to x's shape."""
    return max_pool2d(x, 2, ceil_mode=True)[0].repeat(2, axis=0).repeat(2, axis=1)


# ------------------------------------------------------------------------------------ predictions


def learned_numbers(layers, channels, height, width):
    """How many numbers a chain of layers learns, walked through with its sizes.

    layers: ("convolution", out_channels, kernel_size) that keeps the size, ("pool", factor), ("dense", outputs).

    >>> learned_numbers([("convolution", 8, 3)], 8, 8, 8), learned_numbers([("dense", 10)], 8, 8, 8)
    (584, 5130)
    """
    total = 0
    for kind, *settings in layers:
        if kind == "convolution":
            out_channels, kernel_size = settings
            total += out_channels * (channels * kernel_size**2 + 1)
            channels = out_channels
        elif kind == "pool":
            height, width = height // settings[0], width // settings[0]
        else:
            total += settings[0] * (channels * height * width + 1)
            channels, height, width = settings[0], 1, 1
    return total


def _saved_by_pooling():
    behind = [("convolution", 8, 3)]
    return learned_numbers(behind, 8, 32, 32) - learned_numbers([("pool", 2), *behind], 8, 32, 32)


def _down_and_up(size, times=5):
    for _ in range(times):
        size //= 2
    return size * 2**times


def _which_is_linear():
    kinds = [
        check_linearity(function, (4, 4)).kind
        for function in (lambda x: max_pool2d(x, 2)[0], lambda x: avg_pool2d(x, 2))
    ]
    return {
        ("linear", "linear"): "both",
        ("linear", "nonlinear"): "max pooling",
        ("nonlinear", "linear"): "average pooling",
    }.get(tuple(kinds), "neither")


def _one_row_of_indices(index):
    """A guess at the four indices of the 4 x 4 example, ``index(row, column, a, b)`` of each maximum."""
    return _pool(FOUR, 2, 2, lambda row, column, a, b, columns: index(row, column, a, b))[1].ravel()


INDICES = Prediction(
    key="pooling.indices",
    title="The four indices",
    question="Four maxima: 5, 6, 7, 8. Count the places along the rows, from 0 in the top left corner to 15 in the "
    "bottom right. Which index has each of the four, in this order?",
    shape=4,
    answer=lambda: max_pool2d(FOUR, 2)[1].ravel(),
    guesses={
        "You counted from 1. The first place is 0.": lambda: max_pool2d(FOUR, 2)[1].ravel() + 1,
        "You counted down the columns; here we count along the rows.": lambda: _one_row_of_indices(
            lambda row, column, a, b: column * 4 + row
        ),
        "You counted inside each window; here we count in the whole array.": lambda: _one_row_of_indices(
            lambda row, column, a, b: a * 2 + b
        ),
    },
    explain="5 is in row 1, column 1: 1 · 4 + 1 = 5. (That the index is the number itself is chance.) "
    "6 is in row 0, column 2: 2. 7 opens row 3: 12. 8 closes it: 15.",
)

SHARED_PEAK = Prediction(
    key="pooling.shared_peak",
    title="One peak in four windows",
    question="A 5 × 5 array holds one 9, in the middle, and zeros. Windows of 3 × 3, one every 2, all contain it, "
    "so all four maxima are 9. What do the numbers of the unpooled array sum to?",
    answer=lambda: max_unpool2d(*max_pool2d(PEAK, 3, 2), 3, 2, output_size=PEAK.shape).sum(),
    options={"0": 0.0, "9": 9.0, "36": 36.0},
    explain="All four carry the same index, 12. Four times 9 is written to one place, each over the last.",
    guesses={
        "That would be right if unpooling added. It writes.": "36",
    },
)

BELOW_ZERO = Prediction(
    key="pooling.below_zero",
    title="Pool, unpool, pool, below zero",
    question="All numbers of [[−1.5, −2], [−3, −4]] are negative. Pool it with one 2 × 2 window, unpool, pool again. "
    "The first pooling gives −1.5. What does the second give?",
    answer=lambda: max_pool2d(max_unpool2d(*max_pool2d(-np.array([[1.5, 2], [3, 4]]), 2), 2), 2)[0][0, 0],
    options={"−1.5": -1.5, "0": 0.0, "−4": -4.0},
    explain="Unpooling fills the other three places with 0, and 0 is larger than −1.5.",
    guesses={
        "Unpooling does not bring the other three numbers back.": "−1.5",
    },
)

BACK_FROM_500 = Prediction(
    key="pooling.back_from_500",
    title="Five times down, five times up",
    question="An image 500 pixels high is halved five times by 2 × 2 max pooling, then doubled five times. "
    "How high is the result?",
    answer=lambda: _down_and_up(500),
    guesses={
        "500/32 is 15.6. Halving 250 works, halving 125 leaves a row over.": lambda: 500.0,
        "That would be rounding up. A window that is not full is dropped.": lambda: 512.0,
        "That is the height after five halvings. It is doubled five times again.": lambda: (
            _down_and_up(500) / 2**5
        ),
    },
    explain="500, 250, 125, 62, 31, 15: twice a row is left over. 15 · 32 = 480.",
)

LINEAR = Prediction(
    key="pooling.linear",
    title="Which of them is a matrix",
    question="Which of the two is linear, so that one matrix gives its answer to every input?",
    answer=_which_is_linear,
    options=["max pooling", "average pooling", "both", "neither"],
    explain="A mean is a weighted sum with fixed weights. Which input a maximum copies depends on the inputs.",
    guesses={
        "Doubling the input doubles a maximum too, but the maximum of a sum is not the sum of the maxima.": "both",
        "A maximum copies one of its inputs. Which one depends on the inputs.": "max pooling",
    },
)

PARAMETERS = Prediction(
    key="pooling.parameters",
    title="What a pooling layer saves",
    question="A convolution from 8 to 8 channels with 3 × 3 weights learns 584 numbers. A 2 × 2 max pooling is put "
    "in front of it. How many of the 584 does that save?",
    answer=_saved_by_pooling,
    options={"nothing": 0, "half, 292": 292, "three quarters, 438": 438},
    explain="The same weights slide over every image, large or small: 8 · (8 · 9 + 1) = 584 either way.",
    guesses={
        "Pooling saves three quarters of the products. The weights are another number.": "three quarters, 438",
        "Pooling halves the height and the width of the map, not the number of weights.": "half, 292",
    },
)
