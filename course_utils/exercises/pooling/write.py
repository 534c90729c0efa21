"""Functions to write in lesson 06: max pooling with indices, unpooling, how many windows fit."""

import numpy as np

from course_utils.exercises.engine import Case, Exercise, decimals
from course_utils.pooling import avg_pool2d
from course_utils.resampling import resize

FOUR = np.array([[1.0, 2, 6, 3], [3, 5, 2, 1], [1, 2, 2, 1], [7, 3, 4, 8]])  # the lesson's example
PEAK = np.zeros((5, 5))
PEAK[2, 2] = 9  # in all four windows of 3 x 3 at stride 2


def different_numbers(rng, shape):
    """Numbers that can be read, no two of them equal: whether a tie has one maximum or two is not asked."""
    steps = 10 ** decimals(rng)
    return (rng.choice(18 * steps + 1, shape, replace=False) - 9 * steps) / steps


# ---- max pooling with indices -------------------------------------------------------------------------------


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


def random_image(rng):
    """An image with at least one window along each axis; half of the images are full of equal numbers."""
    kernel_size, stride = (int(size) for size in rng.integers(1, [4, 5]))
    shape = kernel_size + rng.integers(0, 6, 2)
    few, many = rng.integers(-3, 3, shape).astype(float), rng.uniform(-9, 9, shape).round(decimals(rng))
    return Case(few if rng.random() < 0.5 else many, kernel_size, stride)


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
            np.array([[0.5, 0.25, 1.5]]),
            1,
            2,
            by_hand=([[0.5, 1.5]], [[0, 2]]),
            note="Windows of one sample.",
        ),
        Case(
            np.array([[3.0, 1, 4], [1, 5, 9], [2, 6, 5]]), 2, 1, by_hand=([[5, 9], [6, 9]], [[4, 5], [7, 5]])
        ),
    ],
    hints=[
        "Two loops, over the rows and columns of the result. Window (r, c) begins at r · stride, c · stride.",
        "`window.argmax()` counts inside the window. `np.unravel_index(window.argmax(), window.shape)` gives row and "
        "column there.",
        "The index is (top + a) · width + left + b, where (a, b) is the position in the window.",
        "There are (height − kernel_size) // stride + 1 rows of windows.",
    ],
    random_case=random_image,
)


def pooled(x, kernel_size, stride, index=None, pick=np.argmax, sizes=None):
    """Windows of x, each reduced by ``pick``; ``index(row, column, a, b, columns)`` numbers the position.

    (row, column) is the position in x, (a, b) that in the window; ``sizes`` says how many rows and columns of
    windows there are.
    """
    index = index or (lambda row, column, *_: row * x.shape[1] + column)
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


@MAX_POOL.mistake("index inside the window")
def _index_in_the_window(x, kernel_size, stride):
    """Your indices count inside the window. Count in the whole array: add where the window begins."""
    return pooled(x, kernel_size, stride, lambda row, column, a, b, columns: a * kernel_size + b)


@MAX_POOL.mistake("window's corner forgotten")
def _window_corner_forgotten(x, kernel_size, stride):
    """Your rows are as wide as the array, but every window seems to begin at row 0, column 0. Window
    (r, c) begins at row r · stride, column c · stride."""
    return pooled(x, kernel_size, stride, lambda row, column, a, b, columns: a * x.shape[1] + b)


@MAX_POOL.mistake("argmax added to the corner")
def _place_inside_added(x, kernel_size, stride):
    """You add `argmax` to the index of the window's corner. But `argmax` counts in rows as long as the
    window. Split it into row and column first."""
    width = x.shape[1]
    return pooled(x, kernel_size, stride, lambda i, j, a, b, _: (i - a) * width + j - b + a * kernel_size + b)


@MAX_POOL.mistake
def _stride_forgotten_in_the_index(x, kernel_size, stride):
    """Your values are right. In the index, window (r, c) begins at row r · stride, column c · stride, not at
    row r, column c."""

    def index(row, column, a, b, _):
        return ((row - a) // stride + a) * x.shape[1] + (column - b) // stride + b

    return pooled(x, kernel_size, stride, index)


@MAX_POOL.mistake("counted down the columns")
def _index_by_columns(x, kernel_size, stride):
    """You count down the columns. An index runs along the rows: row · width + column."""
    return pooled(x, kernel_size, stride, lambda row, column, *_: column * x.shape[0] + row)


@MAX_POOL.mistake("height instead of width")
def _height_for_width(x, kernel_size, stride):
    """A full row holds as many samples as the array is *wide*: row · width + column. A square array
    hides this one."""
    return pooled(x, kernel_size, stride, lambda row, column, *_: row * x.shape[0] + column)


@MAX_POOL.mistake("width of the pooled array")
def _width_of_the_pooled(x, kernel_size, stride):
    """You multiply the row by the width of the result. The index is a position in the *input*: use its
    width."""
    return pooled(x, kernel_size, stride, lambda row, column, a, b, columns: row * columns + column)


@MAX_POOL.mistake
def _counted_from_1(x, kernel_size, stride):
    """Your values are right, and every index is 1 too large. The first position has index 0."""
    values, indices = max_pool(x, kernel_size, stride)
    return values, indices + 1


@MAX_POOL.mistake
def _indices_first(x, kernel_size, stride):
    """Both arrays are right, but you return the indices first. The values come first: (values, indices)."""
    return max_pool(x, kernel_size, stride)[::-1]


@MAX_POOL.mistake
def _last_of_equals(x, kernel_size, stride):
    """Of equal maxima you take the last. The first one counts, row by row; `argmax` does that."""

    def last(window):
        return window.size - 1 - window.ravel()[::-1].argmax()

    return pooled(x, kernel_size, stride, pick=last)


@MAX_POOL.mistake("minimum")
def _smallest(x, kernel_size, stride):
    """These are the smallest values. Which ones does the task ask for?"""
    return pooled(x, kernel_size, stride, pick=np.argmin)


@MAX_POOL.mistake
def _signs_dropped(x, kernel_size, stride):
    """You compare absolute values. −3 is smaller than 1."""
    return pooled(x, kernel_size, stride, pick=lambda window: np.abs(window).argmax())


@MAX_POOL.mistake("stride ignored")
def _side_by_side(x, kernel_size, stride):
    """Your windows stand side by side. The next one begins `stride` further on, which may be inside the
    last."""
    return max_pool(x, kernel_size, kernel_size)


@MAX_POOL.mistake
def _windows_at_every_sample(x, kernel_size, stride):
    """Your windows begin at 0, 1, 2, … whatever the stride. Window (r, c) begins at row r · stride, column
    c · stride."""
    rows, columns = ((size - kernel_size) // stride + 1 for size in x.shape)
    values, indices = max_pool(x, kernel_size, 1)
    return values[:rows, :columns], indices[:rows, :columns]


@MAX_POOL.mistake("one window too few")
def _a_window_short(x, kernel_size, stride):
    """One window is missing along each axis. The first begins at 0; how many more steps fit after it?"""
    return pooled(x, kernel_size, stride, sizes=[(size - kernel_size) // stride for size in x.shape])


@MAX_POOL.mistake
def _fractions_cut_off(x, kernel_size, stride):
    """Your array for the values holds whole numbers only, so the fractions are cut off. `np.zeros(shape)`
    without a dtype keeps them."""
    values, indices = max_pool(x, kernel_size, stride)
    return np.trunc(values), indices


@MAX_POOL.mistake("maximum begins at 0")
def _from_zero(x, kernel_size, stride):
    """Your search starts from 0, so a window below zero keeps the 0. Start from the window's first
    value."""
    values, indices = max_pool(x, kernel_size, stride)
    return np.maximum(values, 0), np.where(values > 0, indices, 0)


@MAX_POOL.mistake("left-over samples pooled too")
def _with_left_over(x, kernel_size, stride):
    """You make a window of what is left at the border. A window that is not full is dropped here."""
    return pooled(x, kernel_size, stride, sizes=[-(-(size - kernel_size) // stride) + 1 for size in x.shape])


@MAX_POOL.mistake("mean")
def _mean_of_windows(x, kernel_size, stride):
    """Your indices are right, but your values are the means of the windows."""
    return avg_pool2d(x, kernel_size, stride), max_pool(x, kernel_size, stride)[1]


# ---- unpooling ----------------------------------------------------------------------------------------------


def unpool(values, indices, shape):
    """Each value at its index, row * width + column, in an array of zeros of this shape."""
    back = np.zeros(shape[0] * shape[1])
    back[indices.ravel()] = values.ravel()
    return back.reshape(shape)


def random_maxima(rng):
    """What pooling keeps of a random image: maxima that share an index are the same number."""
    case = random_image(rng)
    return Case(*max_pool(*case.args), case.args[0].shape)


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
        Case(
            np.array([[0.5, -1.5]]),
            np.array([[0, 5]]),
            (3, 2),
            by_hand=[[0.5, 0], [0, 0], [0, -1.5]],
            note="More rows than columns.",
        ),
    ],
    hints=[
        "Begin with zeros, as a flat array: one position for each index.",
        "`back[indices.ravel()] = values.ravel()` writes all of them.",
        "At the end, `.reshape(shape)` cuts the flat array into rows.",
    ],
    random_case=random_maxima,
)


def _written_in_rows_of(width, values, indices, shape):
    back = np.zeros(shape)
    for value, index in zip(values.ravel(), indices.ravel(), strict=True):
        back[index // width, index % width] = value
    return back


@UNPOOL.mistake("added up")
def _unpool_adding(values, indices, shape):
    """You add values that share an index. It is a single number that several windows share: put it back, do not
    add it."""
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
    return _written_in_rows_of(shape[0], values, indices, shape)


@UNPOOL.mistake("width of the windows")
def _unpool_even_width(values, indices, shape):
    """You take twice the pooled width for the width of the array. With an odd width the indices mean
    other positions: use `shape[1]`."""
    return _written_in_rows_of(2 * values.shape[1], values, indices, shape)


@UNPOOL.mistake("smallest instead of 0")
def _unpool_with_smallest(values, indices, shape):
    """Where nothing came back there is a 0, not the smallest of the values."""
    back = np.full(shape[0] * shape[1], values.min())
    back[indices.ravel()] = values.ravel()
    return back.reshape(shape)


@UNPOOL.mistake("fractions cut off")
def _unpool_whole_numbers(values, indices, shape):
    """Your array of zeros holds whole numbers only, so the fractions are cut off. `np.zeros(n)` without a
    dtype keeps them."""
    return unpool(np.trunc(values), indices, shape)


@UNPOOL.mistake("marks")
def _unpool_marks(values, indices, shape):
    """The positions are right. Put the values there, not ones."""
    return unpool(np.ones_like(values), indices, shape)


@UNPOOL.mistake("copied over the window")
def _unpool_blocks(values, indices, shape):
    """You spread each value over its whole window. Only one position gets it; the rest stay 0."""
    return resize(values, shape, mode="nearest")


# ---- how many windows fit -----------------------------------------------------------------------------------


def pooled_size(in_size, kernel_size, stride, padding):
    """How many windows fit along one axis, with `padding` empty samples on either side."""
    return (in_size + 2 * padding - kernel_size) // stride + 1


def random_axis(rng):
    """An axis on which at least one window fits, none of them in the padding alone."""
    kernel_size, stride = (int(size) for size in rng.integers(1, [8, 7]))
    padding = int(rng.integers(0, kernel_size // 2 + 1))
    in_size = int(rng.integers(max(kernel_size - 2 * padding, 1), 30))
    return Case(in_size, kernel_size, stride, padding)


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
        "The number of windows is the number of steps plus one.",
    ],
    random_case=random_axis,
)


@POOLED_SIZE.mistake
def _rounded_up(in_size, kernel_size, stride, padding):
    """You round up: that is `ceil_mode=True`, with a window that is not full. The ordinary size rounds
    down."""
    return -(-(in_size + 2 * padding - kernel_size) // stride) + 1


@POOLED_SIZE.mistake
def _rounded_to_the_nearest(in_size, kernel_size, stride, padding):
    """`round` goes to the nearest whole number, which may be above. Half a step does not count: round down."""
    return round((in_size + 2 * padding - kernel_size) / stride) + 1


@POOLED_SIZE.mistake
def _not_rounded(in_size, kernel_size, stride, padding):
    """A part of a step does not count: round down, `//`."""
    return (in_size + 2 * padding - kernel_size) / stride + 1


@POOLED_SIZE.mistake("+ 1 forgotten")
def _steps(in_size, kernel_size, stride, padding):
    """You count the steps from window to window. Four fence posts have three gaps: there is one more window
    than steps."""
    return (in_size + 2 * padding - kernel_size) // stride


@POOLED_SIZE.mistake("+ 1 before the division")
def _one_more_sample(in_size, kernel_size, stride, padding):
    """You add 1 before you divide, so it counts as a sample. It is the first window: add it at the end."""
    return (in_size + 2 * padding - kernel_size + 1) // stride


@POOLED_SIZE.mistake("kernel_size − 1")
def _one_sample_too_much(in_size, kernel_size, stride, padding):
    """You give the first window one sample too much room. A window as long as the axis has none."""
    return (in_size + 2 * padding - (kernel_size - 1)) // stride + 1


@POOLED_SIZE.mistake
def _size_over_stride(in_size, kernel_size, stride, padding):
    """Size over stride counts the steps without asking whether the last window still fits."""
    return in_size // stride


@POOLED_SIZE.mistake
def _padded_size_over_stride(in_size, kernel_size, stride, padding):
    """The last window has to fit: it begins `kernel_size` samples before the end."""
    return (in_size + 2 * padding) // stride


@POOLED_SIZE.mistake
def _padding_counted_once(in_size, kernel_size, stride, padding):
    """Padding stands on both sides: count it twice."""
    return (in_size + padding - kernel_size) // stride + 1


@POOLED_SIZE.mistake
def _padding_forgotten(in_size, kernel_size, stride, padding):
    """The padding is missing: the axis is `in_size + 2 · padding` samples long."""
    return (in_size - kernel_size) // stride + 1


@POOLED_SIZE.mistake
def _over_kernel_size(in_size, kernel_size, stride, padding):
    """The next window begins `stride` further on, not `kernel_size`."""
    return (in_size + 2 * padding) // kernel_size


@POOLED_SIZE.mistake
def _kernel_size_and_stride_exchanged(in_size, kernel_size, stride, padding):
    """You have swapped kernel_size and stride. The room is what the first window leaves; each step takes
    `stride` of it."""
    return (in_size + 2 * padding - stride) // kernel_size + 1
