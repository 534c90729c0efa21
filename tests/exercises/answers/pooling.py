"""Right answers of lesson 06, written otherwise."""

import math
from fractions import Fraction

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy import ndimage

from course_utils.exercises.pooling import MAX_POOL, ODD_SIZE, PADDED_ZEROS, POOLED_SIZE, SEVEN_TO_SIX, UNPOOL
from course_utils.pooling import max_pool2d, max_unpool2d
from tests.exercises.answers import right, same

# ---- max pooling with indices -------------------------------------------------------------------------------


@right(MAX_POOL)
def with_views(x, kernel_size, stride):
    windows = sliding_window_view(x, (kernel_size, kernel_size))[::stride, ::stride]
    flat = windows.reshape(*windows.shape[:2], -1)
    place = flat.argmax(axis=2)
    rows, columns = np.indices(place.shape) * stride
    return flat.max(axis=2), (rows + place // kernel_size) * x.shape[1] + columns + place % kernel_size


@right(MAX_POOL)
def windows_of_the_indices_too(x, kernel_size, stride):
    index = np.arange(x.size).reshape(x.shape)
    values, indices = (
        sliding_window_view(array, (kernel_size, kernel_size))[::stride, ::stride].reshape(-1, kernel_size**2)
        for array in (x, index)
    )
    best = values.argmax(axis=1)[:, None]
    shape = [(size - kernel_size) // stride + 1 for size in x.shape]
    return [np.take_along_axis(array, best, axis=1).reshape(shape) for array in (values, indices)]


@right(MAX_POOL)
def lists_and_a_search(x, kernel_size, stride):
    height, width = len(x), len(x[0])
    values, indices = [], []
    for top in range(0, height - kernel_size + 1, stride):
        values.append([])
        indices.append([])
        for left in range(0, width - kernel_size + 1, stride):
            best, where = x[top][left], top * width + left
            for i in range(top, top + kernel_size):
                for j in range(left, left + kernel_size):
                    if x[i][j] > best:
                        best, where = x[i][j], i * width + j
            values[-1].append(best)
            indices[-1].append(where)
    return values, indices


@right(MAX_POOL)
def by_pythons_max(x, kernel_size, stride):
    height, width = x.shape
    tops, lefts = (range(0, size - kernel_size + 1, stride) for size in (height, width))

    def largest(top, left):
        places = [(top + a, left + b) for a in range(kernel_size) for b in range(kernel_size)]
        return max(places, key=lambda place: x[place])

    places = [[largest(top, left) for left in lefts] for top in tops]
    values = np.array([[x[place] for place in row] for row in places])
    return values, np.array([[i * width + j for i, j in row] for row in places])


@right(MAX_POOL)
def index_from_the_window_of_places(x, kernel_size, stride):
    x = np.asarray(x, np.float32)
    places = np.arange(x.size).reshape(x.shape)
    out = np.zeros((2, *((np.array(x.shape) - kernel_size) // stride + 1)))
    for r, c in np.ndindex(*out.shape[1:]):
        inside = slice(r * stride, r * stride + kernel_size)
        beside = slice(c * stride, c * stride + kernel_size)
        window = x[inside, beside]
        out[:, r, c] = window.max(), places[inside, beside].ravel()[np.argmax(window)]
    return out


@right(MAX_POOL)
def where_it_is_the_maximum(x, kernel_size, stride):
    rows, columns = [np.arange(0, size - kernel_size + 1, stride) for size in x.shape]
    values, indices = np.empty((len(rows), len(columns))), np.empty((len(rows), len(columns)))
    for r, top in enumerate(rows):
        for c, left in enumerate(columns):
            window = x[top : top + kernel_size, left : left + kernel_size]
            values[r, c] = np.max(window)
            a, b = np.argwhere(window == values[r, c])[0]
            indices[r, c] = np.ravel_multi_index((top + a, left + b), x.shape)
    return values, indices


@right(MAX_POOL)
def by_torch(x, kernel_size, stride):
    import torch

    pool = torch.nn.MaxPool2d(kernel_size, stride, return_indices=True)
    values, indices = pool(torch.tensor(x)[None, None])
    return values[0, 0], indices[0, 0]


@right(MAX_POOL)
def by_the_package(x, kernel_size, stride):
    return max_pool2d(x, kernel_size, stride)


same(MAX_POOL, "= np.zeros(*-> *= np.ones(", "every place is written")
same(MAX_POOL, ".reshape(*-2", "NumPy takes any negative size for the one that is left to it")
same(MAX_POOL, "x.shape] -> *index.shape]", "every sample has an index")
same(MAX_POOL, "np.array(x.shape) *-> *np.array(places.shape)", "every sample has a place")
same(MAX_POOL, "array, best, axis=1)*-> *take_along_axis(array, best)", "the last axis is axis 1")
same(MAX_POOL, "len(x[0]))*-> height, width = (len(x), len(x[-1]))", "all rows are equally long")
same(MAX_POOL, "x = np.asarray(x, np.float32) -> ", "it is only the precision")
same(MAX_POOL, "return (values[0, 0], indices[0, 0]) -> ", "one image of one channel")


# ---- unpooling ----------------------------------------------------------------------------------------------


@right(UNPOOL)
def by_divmod(values, indices, shape):
    back = np.zeros(shape)
    for value, index in zip(values.flat, indices.flat, strict=True):
        back[divmod(index, shape[1])] = value
    return back


@right(UNPOOL)
def by_put(values, indices, shape):
    back = np.zeros(shape, dtype=np.float32)
    np.put(back, indices, values)
    return back


@right(UNPOOL)
def rows_and_columns_at_once(values, indices, shape):
    back = np.zeros(shape)
    back[indices // shape[1], indices % shape[1]] = values
    return back


@right(UNPOOL)
def by_unravel_index(values, indices, shape):
    back = np.zeros(shape)
    back[np.unravel_index(indices, shape)] = values
    return back


@right(UNPOOL)
def from_a_dictionary(values, indices, shape):
    where = dict(zip(indices.ravel().tolist(), values.ravel().tolist(), strict=True))
    height, width = shape
    return [[where.get(row * width + column, 0) for column in range(width)] for row in range(height)]


@right(UNPOOL)
def through_the_flat_view(values, indices, shape):
    back = np.zeros(shape)
    back.flat[indices.ravel()] = values.ravel()
    return back


@right(UNPOOL)
def by_loops_over_the_pooled(values, indices, shape):
    flat = [0.0] * (shape[0] * shape[1])
    for i in range(values.shape[0]):
        for j in range(values.shape[1]):
            flat[indices[i, j]] = float(values[i, j])
    return np.reshape(flat, shape)


@right(UNPOOL)
def one_matrix(values, indices, shape):
    numbers, first = np.unique(indices, return_index=True)
    one_hot = np.arange(shape[0] * shape[1])[:, None] == numbers
    return (one_hot @ values.ravel()[first]).reshape(shape)


same(UNPOOL, "strict=True*->", "there are as many values as indices")
same(UNPOOL, "range(values.shape[*-> *range(indices.shape[", "there are as many values as indices")
same(UNPOOL, "dtype=np.float32) -> back = np.zeros(shape)", "it is only the precision")


# ---- how many windows fit -----------------------------------------------------------------------------------


@right(POOLED_SIZE)
def rounded_down_by_math(in_size, kernel_size, stride, padding):
    return math.floor((in_size + 2 * padding - kernel_size) / stride) + 1


@right(POOLED_SIZE)
def a_float_from_numpy(in_size, kernel_size, stride, padding):
    return np.floor((in_size + 2 * padding - kernel_size) / stride + 1)


@right(POOLED_SIZE)
def counted(in_size, kernel_size, stride, padding):
    return len(range(-padding, in_size + padding - kernel_size + 1, stride))


@right(POOLED_SIZE)
def pushed_to_the_right(in_size, kernel_size, stride, padding):
    count, begin = 0, -padding
    while begin + kernel_size <= in_size + padding:
        count += 1
        begin += stride
    return count


@right(POOLED_SIZE)
def as_torch_has_it(in_size, kernel_size, stride, padding, dilation=1):
    return int((in_size + 2 * padding - dilation * (kernel_size - 1) - 1) / stride + 1)


@right(POOLED_SIZE)
def one_stride_more_room(in_size, kernel_size, stride, padding):
    return (in_size + 2 * padding - kernel_size + stride) // stride


@right(POOLED_SIZE)
def what_is_left_over_taken_away(in_size, kernel_size, stride, padding):
    room = in_size + 2 * padding - kernel_size
    return 1 + (room - room % stride) / stride


@right(POOLED_SIZE)
def a_fraction(in_size, kernel_size, stride, padding):
    return math.floor(Fraction(in_size + 2 * padding - kernel_size, stride)) + 1.0


@right(POOLED_SIZE)
def by_pooling(in_size, kernel_size, stride, padding):
    windows = sliding_window_view(np.zeros(in_size + 2 * padding), kernel_size)
    return np.array(len(windows[::stride]))


same(POOLED_SIZE, "math.floor*-> *math.trunc", "there is no less than no room")
same(POOLED_SIZE, "np.floor*-> *np.trunc", "there is no less than no room")
same(POOLED_SIZE, "/ stride*-> *// stride", "it is rounded down anyway")
same(POOLED_SIZE, "dilation * (kernel_size - 1)*-> *padding - (kernel_size - 1)", "the dilation is 1")
same(POOLED_SIZE, "np.zeros(*-> *np.ones(", "only their number matters")


# ---- maxima that move ---------------------------------------------------------------------------------------


@right(ODD_SIZE)
def only_what_is_in_a_window(x):
    even = x[: x.shape[0] // 2 * 2, : x.shape[1] // 2 * 2]
    back = max_unpool2d(*max_pool2d(even, 2), 2)
    return np.pad(back, [(0, a - b) for a, b in zip(x.shape, back.shape, strict=True)])


@right(ODD_SIZE)
def stride_and_size_said(x):
    values, indices = max_pool2d(x, kernel_size=2, stride=2)
    height, width = x.shape
    return max_unpool2d(values, indices, kernel_size=2, stride=2, output_size=(height, width))


@right(ODD_SIZE)
def written_by_hand(x):
    values, indices = max_pool2d(x, 2)
    back = np.zeros(x.size)
    back[indices.ravel()] = values.ravel()
    return back.reshape(x.shape)


@right(ODD_SIZE)
def indices_of_the_other_width(x):
    values, indices = max_pool2d(x, 2)
    rows, columns = np.unravel_index(indices, x.shape)
    even = x.shape[1] // 2 * 2
    back = max_unpool2d(values, rows * even + columns, 2)
    missing = np.subtract(x.shape, back.shape)
    return np.pad(back, ((0, missing[0]), (0, missing[1])))


@right(ODD_SIZE)
def where_x_is_its_maximum(x):
    large = np.full(x.shape, np.inf)
    values, _ = max_pool2d(x, 2)
    copied = np.kron(values, np.ones((2, 2)))
    large[: copied.shape[0], : copied.shape[1]] = copied
    return np.where(x == large, x, 0)


@right(ODD_SIZE)
def window_by_window(x):
    back = np.zeros_like(x)
    for top in range(0, x.shape[0] - 1, 2):
        for left in range(0, x.shape[1] - 1, 2):
            window = x[top : top + 2, left : left + 2]
            a, b = divmod(window.argmax(), 2)
            back[top + a, left + b] = window[a, b]
    return back.tolist()


@right(ODD_SIZE)
def odd_sizes_by_torch(x):
    import torch

    pooled = torch.nn.functional.max_pool2d(torch.tensor(x)[None], 2, return_indices=True)
    return torch.nn.functional.max_unpool2d(*pooled, 2, output_size=x.shape)[0]


same(ODD_SIZE, "even = x[:x.shape[0] *-> even = x[:", "a last row in no window changes no index")
same(ODD_SIZE, "x.shape, back.shape, strict=True*->", "both are images, of equal sizes after the cut")
same(ODD_SIZE, "kernel_size=2, stride=2*->*kernel_size=2)", "the stride is kernel_size unless told")
same(
    ODD_SIZE, "kernel_size=2, stride=2*->*kernel_size=2, output_size", "the stride is kernel_size unless told"
)
same(
    ODD_SIZE,
    "kernel_size=2, *-> *kernel_size=3, stride=2, output_size",
    "size and indices decide, and they are told",
)
same(ODD_SIZE, "x == large, x, 0) -> return np.where(x == large, large, 0)", "they are equal there")
same(ODD_SIZE, "range(0, x.shape[*-> *range(0, back.shape[", "both have one shape")
same(ODD_SIZE, "x.shape)[0] -> *[-1]", "there is one channel")


# ---- a frame of zeros ---------------------------------------------------------------------------------------


@right(PADDED_ZEROS)
def padded_with_the_border(x, kernel_size, stride, padding):
    windows = sliding_window_view(np.pad(x, padding, mode="edge"), (kernel_size, kernel_size))
    return windows[::stride, ::stride].max(axis=(2, 3))


@right(PADDED_ZEROS)
def padded_with_the_smallest(x, kernel_size, stride, padding):
    windows = sliding_window_view(np.pad(x, padding, constant_values=x.min()), (kernel_size, kernel_size))
    return windows[::stride, ::stride].max(axis=-1).max(axis=-1)


@right(PADDED_ZEROS)
def padded_with_the_smallest_there_is(x, kernel_size, stride, padding):
    padded = np.pad(x, padding, constant_values=np.finfo(x.dtype).min)
    rows, columns = ((size - kernel_size) // stride + 1 for size in padded.shape)
    out = np.zeros((rows, columns))
    for r in range(rows):
        for c in range(columns):
            window = padded[r * stride : r * stride + kernel_size, c * stride : c * stride + kernel_size]
            out[r, c] = window.max()
    return out


@right(PADDED_ZEROS)
def infinity_by_hand_and_the_packages_pooling(x, kernel_size, stride, padding):
    padded = np.pad(x, padding, constant_values=-np.inf)
    return max_pool2d(padded, kernel_size, stride)[0]


@right(PADDED_ZEROS)
def padding_by_the_package(x, kernel_size, stride, padding):
    return max_pool2d(x, kernel_size, stride, padding)[0]


@right(PADDED_ZEROS)
def padding_by_torch(x, kernel_size, stride, padding):
    import torch

    return torch.nn.functional.max_pool2d(torch.tensor(x)[None], kernel_size, stride, padding)[0].numpy()


@right(PADDED_ZEROS)
def padded_with_nan(x, kernel_size, stride, padding):
    padded = np.pad(x, padding, constant_values=np.nan)
    return np.nanmax(sliding_window_view(padded, (kernel_size,) * 2), axis=(2, 3))[::stride, ::stride]


@right(PADDED_ZEROS)
def windows_cut_at_the_border(x, kernel_size, stride, padding):
    def begins(size):
        return range(-padding, size + padding - kernel_size + 1, stride)

    def largest(top, left):
        return x[max(top, 0) : top + kernel_size, max(left, 0) : left + kernel_size].max()

    return [[largest(top, left) for left in begins(x.shape[1])] for top in begins(x.shape[0])]


same(PADDED_ZEROS, "axis=(2, 3)*-> *axis=(3, 2)", "the largest of the columns' largest is that of the rows'")
same(
    PADDED_ZEROS,
    "axis=-1).max(axis=-1) -> *axis=-2)",
    "the largest of the columns' largest is that of the rows'",
)
same(PADDED_ZEROS, "= np.zeros(*-> *= np.ones(", "every place is written")
same(PADDED_ZEROS, "padding)[0]*-> *padding)[-1]", "there is one channel")


# ---- 7 -> 3 -> 6 --------------------------------------------------------------------------------------------


@right(SEVEN_TO_SIX)
def padded_before(x):
    padded = np.pad(x, [(0, size % 2) for size in x.shape], constant_values=x.min())
    values, _ = max_pool2d(padded, 2)
    return values.repeat(2, axis=0).repeat(2, axis=1)[: x.shape[0], : x.shape[1]]


@right(SEVEN_TO_SIX)
def padded_with_minus_infinity(x):
    height, width = x.shape
    padded = np.pad(x, ((0, height % 2), (0, width % 2)), constant_values=-np.inf)
    values, _ = max_pool2d(padded, 2)
    return np.kron(values, np.ones((2, 2)))[:height, :width]


@right(SEVEN_TO_SIX)
def border_repeated(x):
    padded = np.pad(x, ((0, x.shape[0] % 2), (0, x.shape[1] % 2)), mode="edge")
    large = max_pool2d(padded, 2)[0].repeat(2, axis=0).repeat(2, axis=1)
    return large[: x.shape[0], : x.shape[1]]


@right(SEVEN_TO_SIX)
def each_asks_for_its_window(x):
    rows, columns = np.indices(x.shape) // 2
    values, _ = max_pool2d(x, 2, ceil_mode=True)
    return values[rows, columns]


@right(SEVEN_TO_SIX)
def painted_window_by_window(x):
    large = np.empty_like(x)
    for top in range(0, x.shape[0], 2):
        for left in range(0, x.shape[1], 2):
            window = np.s_[top : top + 2, left : left + 2]
            large[window] = x[window].max()
    return large


@right(SEVEN_TO_SIX)
def rows_first_then_columns(x):
    rows = np.maximum.reduceat(x, range(0, x.shape[0], 2), axis=0)
    both = np.maximum.reduceat(rows, range(0, x.shape[1], 2), axis=1)
    return [[both[i // 2, j // 2] for j in range(x.shape[1])] for i in range(x.shape[0])]


@right(SEVEN_TO_SIX)
def labels_of_the_windows(x):
    rows, columns = np.indices(x.shape) // 2
    labels = rows * x.shape[1] + columns
    found = ndimage.maximum(x, labels, index=labels)
    return np.reshape(found, x.shape)


same(
    SEVEN_TO_SIX,
    "padded = np.pad(x, *-> padded = np.pad(x, ",
    "what is padded beyond an even size is cut off",
)
same(SEVEN_TO_SIX, "x.shape[*-> *large.shape[", "both have one shape")
same(SEVEN_TO_SIX, "(0, x.shape[0], 2), axis=0) -> ", "axis 0 is what reduceat takes unless told")
same(SEVEN_TO_SIX, "x.shape[1]*-> *rows.shape[1]", "the rows are as long as those of x")
same(SEVEN_TO_SIX, "x.shape[1] + columns -> *x.shape[1] - columns", "the labels differ all the same")
same(SEVEN_TO_SIX, "np.reshape(found, x.shape) -> ", "all of them have one shape")
