"""Exercises of lesson 03: bilinear at a point, a resize without loops, trilinear, and four bugs to repair.

Words: ``cell`` holds four samples, shape (2, 2), rows down, columns to the right; x, y run from 0 to 1 in it.
``size_hw`` is (height, width), the order of the axes of an image array.
"""

import numpy as np

from course_utils.exercises.engine import Case, Exercise, Prediction, SpotTheBug
from course_utils.resampling import resampling_matrix

CELL = np.array([[10.0, 20.0], [40.0, 90.0]])


# ---- at a point --------------------------------------------------------------------------------------------


def bilinear(cell, x, y):
    """The value at (x, y) between four samples; x runs to the right, y down, 0 to 1 each."""
    top = (1 - x) * cell[0, 0] + x * cell[0, 1]
    bottom = (1 - x) * cell[1, 0] + x * cell[1, 1]
    return (1 - y) * top + y * bottom


AT_A_POINT = Exercise(
    key="bilinear.at_a_point",
    title="Four samples, one value",
    reference=bilinear,
    cases=[
        Case(CELL, 0.5, 0.5, by_hand=40, note="The middle of the cell: the mean of the four."),
        Case(CELL, 1.0, 0.0, by_hand=20, note="On the top right sample itself: its value, and nothing else."),
        Case(CELL, 0.25, 0.25, by_hand=22.5, note="A quarter of the way down the diagonal."),
        Case(CELL, 0.8, 0.25, by_hand=33.5, note="0.15 · 10 + 0.6 · 20 + 0.05 · 40 + 0.2 · 90."),
        Case(
            np.full((2, 2), 100.0), 0.3, 0.9, by_hand=100, note="Four equal samples: nothing to interpolate."
        ),
        Case(np.array([[0.0, 0.0], [0.0, 1.0]]), 0.5, 0.7, by_hand=0.35),
    ],
    hints=[
        "First stay on the top edge: two samples, and you are a fraction x of the way from left to right.",
        "Do the same on the bottom edge. Now you have two values, one above the other, and a fraction y.",
        "`top = (1 - x) * cell[0, 0] + x * cell[0, 1]`, and bottom the same with row 1. One more lerp joins "
        "them.",
    ],
)


@AT_A_POINT.mistake
def _x_and_y_swapped(cell, x, y):
    """Your x and y have changed places. x runs to the right: it moves between the columns, cell[0, 0]
    and cell[0, 1]. The array index has the row first."""
    return bilinear(cell, y, x)


@AT_A_POINT.mistake("own area instead of the opposite one")
def _own_areas(cell, x, y):
    """Each of your samples is weighted by its own area, so the farthest counts most. At (1, 0), on the
    top right sample, which sample should weigh 1?"""
    return bilinear(cell, 1 - x, 1 - y)


@AT_A_POINT.mistake
def _plain_mean(cell, x, y):
    """You take the mean of the four wherever the point is. That is right in the middle only; elsewhere
    the nearer samples weigh more."""
    return cell.mean()


@AT_A_POINT.mistake("weights 0.5")
def _weights_of_a_half(cell, x, y):
    """Your four weights are 0.5 each, so they sum to 2 and four samples of 100 give 200. What must four
    equal weights be to sum to 1?"""
    return 0.5 * cell.sum()


@AT_A_POINT.mistake("one lerp only")
def _first_lerp_only(cell, x, y):
    """You interpolate along the top edge and stop there. What is the value on the bottom edge, and how
    far between the two is the point?"""
    return (1 - x) * cell[0, 0] + x * cell[0, 1]


@AT_A_POINT.mistake("the plane through three samples")
def _straight_diagonal(cell, x, y):
    """Your formula reads three samples and never the bottom right one: a plane through three points.
    The term that is missing is x · y · (top left − top right − bottom left + bottom right)."""
    return cell[0, 0] + x * (cell[0, 1] - cell[0, 0]) + y * (cell[1, 0] - cell[0, 0])


@AT_A_POINT.mistake("nearest sample")
def _nearest(cell, x, y):
    """You copy the nearest sample. Four weights are wanted, one per sample, that change smoothly."""
    return cell[int(y >= 0.5), int(x >= 0.5)]


@AT_A_POINT.mistake("truncation")
def _truncated_point(cell, x, y):
    """The value is right and then loses its fraction. Leave int() out: rounding is for whoever stores
    pixels."""
    return int(bilinear(cell, x, y))


# ---- a resize without loops --------------------------------------------------------------------------------


def neighbours(in_size, out_size):
    """Per output: index of the sample before, of the sample after, and how far between them."""
    coordinate = (np.arange(out_size) + 0.5) * in_size / out_size - 0.5
    coordinate = coordinate.clip(0, in_size - 1)  # beyond the border, repeat the border sample
    before = np.floor(coordinate).astype(int)
    after = np.minimum(before + 1, in_size - 1)
    return before, after, coordinate - before


def resize_bilinear(image, size_hw):
    """The image (height, width) at size_hw = (new height, new width): half pixel, clamped, floats."""
    top, bottom, down = neighbours(image.shape[0], size_hw[0])
    left, right, along = neighbours(image.shape[1], size_hw[1])
    rows = (1 - along) * image[:, left] + along * image[:, right]
    down = down[:, None]  # one fraction per row
    return (1 - down) * rows[top] + down * rows[bottom]


def _resize_with(neighbours, image, size_hw):
    """The reference with another idea of where outputs read, for the mistakes below."""
    image = np.asarray(image, float)
    top, bottom, wt, wb = neighbours(image.shape[0], size_hw[0])
    left, right, wl, wr = neighbours(image.shape[1], size_hw[1])
    rows = wl * image[:, left] + wr * image[:, right]
    return wt[:, None] * rows[top] + wb[:, None] * rows[bottom]


def _taps_at(coordinate, in_size):
    coordinate = coordinate.clip(0, in_size - 1)
    before = np.floor(coordinate).astype(int)
    after = np.minimum(before + 1, in_size - 1)
    return before, after, 1 - (coordinate - before), coordinate - before


def _half_pixel(in_size, out_size):
    return (np.arange(out_size) + 0.5) * in_size / out_size - 0.5


def _extrapolating(image, size_hw):
    def neighbours(in_size, out_size):
        coordinate = _half_pixel(in_size, out_size)
        before = (
            np.floor(coordinate).astype(int).clip(0, max(in_size - 2, 0))
        )  # index clamped, coordinate not
        after = np.minimum(before + 1, in_size - 1)
        return before, after, 1 - (coordinate - before), coordinate - before

    return _resize_with(neighbours, image, size_hw)


def _black_outside(image, size_hw):
    def neighbours(in_size, out_size):
        coordinate = _half_pixel(in_size, out_size)
        before = np.floor(coordinate).astype(int)
        after, fraction = before + 1, coordinate - before
        left, right = (1 - fraction) * (before >= 0), fraction * (after < in_size)
        return before.clip(0, in_size - 1), after.clip(0, in_size - 1), left, right

    return _resize_with(neighbours, image, size_hw)


def _nearest_resize(image, size_hw):
    def neighbours(in_size, out_size):
        nearest = ((2 * np.arange(out_size) + 1) * in_size) // (2 * out_size)
        return nearest, nearest, np.ones(out_size), np.zeros(out_size)

    return _resize_with(neighbours, image, size_hw)


def _digits(height, width, seed):
    return np.random.default_rng(seed).integers(0, 100, (height, width)).astype(float)


RESIZE = Exercise(
    key="bilinear.resize",
    title="Resize without a loop over pixels",
    reference=resize_bilinear,
    helpers=[neighbours],
    stub='''
    def resize_bilinear(image, size_hw):
        """The image (height, width) at size_hw = (new height, new width): half pixel, clamped, floats."""
        ...
    ''',
    cases=[
        Case(
            np.array([[0.0, 80.0, 160.0, 240.0]]),
            (1, 8),
            by_hand=np.array([[0.0, 20, 60, 100, 140, 180, 220, 240]]),
            note="One row, twice as wide.",
        ),
        Case(
            np.array([[0.0], [80.0], [160.0]]),
            (6, 1),
            by_hand=np.array([[0.0], [20], [60], [100], [140], [160]]),
            note="One column, twice as high.",
        ),
        Case(
            CELL,
            (3, 3),
            by_hand=np.array([[10.0, 15, 20], [25, 40, 55], [40, 65, 90]]),
            note="Four samples: outputs on the corners, the middles of the edges, the middle.",
        ),
        Case(
            np.full((4, 4), 100.0),
            (8, 8),
            by_hand=np.full((8, 8), 100.0),
            note="A grey wall stays a grey wall.",
        ),
        Case(_digits(2, 3, 0), (5, 4), note="Two rows, three columns: height and width differ."),
        Case(_digits(5, 7, 1), (4, 10), note="Fewer rows, more columns."),
        Case(_digits(4, 6, 2), (2, 3), note="Exactly half the size."),
        Case(_digits(4, 5, 3), (4, 5), note="The size stays: every value stays."),
        Case(_digits(1, 1, 4), (3, 2), note="One pixel."),
    ],
    hints=[
        "Work on one axis first. For all outputs at once: `coordinate = (np.arange(out) + 0.5) * in / out - "
        "0.5`, then clamp it with `.clip(0, in - 1)`.",
        "`before` is the floor of the coordinate, as int; `after = np.minimum(before + 1, in - 1)`; "
        "`fraction = coordinate - before`.",
        "`image[:, before]` picks whole columns, one per output column. Mix it with `image[:, after]`, with "
        "the weights `1 - fraction` and `fraction`: that was the first lerp, for all rows at once.",
        "The second lerp mixes rows of that result. Its fraction must stand upright to be one number per "
        "row: `fraction[:, None]`.",
    ],
)


@RESIZE.mistake("missing half pixel")
def _without_half_pixel(image, size_hw):
    """Your map is o · in / out: the half pixel is missing. Pixel o covers o to o + 1, so its centre is
    o + 0.5. Scale the centre, then go back: (o + 0.5) · in / out − 0.5."""

    def neighbours(in_size, out_size):
        return _taps_at(np.arange(out_size) * in_size / out_size, in_size)

    return _resize_with(neighbours, image, size_hw)


@RESIZE.mistake("align_corners")
def _with_align_corners(image, size_hw):
    """Your result equals align_corners=True: the centres of the corner pixels coincide, o · (in − 1) /
    (out − 1). Asked for is the half-pixel map, in which the outer edges coincide."""

    def neighbours(in_size, out_size):
        return _taps_at(np.arange(out_size) * (in_size - 1) / max(out_size - 1, 1), in_size)

    return _resize_with(neighbours, image, size_hw)


@RESIZE.mistake("wrap-around border")
def _wrapping_around(image, size_hw):
    """The coordinate of the first output is −0.25, its floor is −1, and index −1 is the last sample for
    NumPy: your first row and column mix in the opposite border. Clamp the coordinate to 0 .. in − 1
    before the floor."""

    def neighbours(in_size, out_size):
        coordinate = _half_pixel(in_size, out_size)
        before = np.floor(coordinate).astype(int)  # -1 is the last sample for numpy
        after = np.minimum(before + 1, in_size - 1)
        return before, after, 1 - (coordinate - before), coordinate - before

    return _resize_with(neighbours, image, size_hw)


@RESIZE.mistake("wrap-around at both ends")
def _wrapping_both_ends(image, size_hw):
    """Your indices wrap around at both ends, as if the image were tiled. At the border the border
    sample is to be repeated: clamp the coordinate to 0 .. in − 1."""

    def neighbours(in_size, out_size):
        coordinate = _half_pixel(in_size, out_size)
        before = np.floor(coordinate).astype(int)
        return before % in_size, (before + 1) % in_size, 1 - (coordinate - before), coordinate - before

    return _resize_with(neighbours, image, size_hw)


RESIZE.mistake(
    "not clamped: extrapolated",
    "Your indices are clamped but your coordinate is not, so at the border the fraction is below 0 "
    "or above 1 and the line runs on beyond the samples. Clamp the coordinate before you take its "
    "floor.",
)(_extrapolating)


RESIZE.mistake(
    "zeros outside",
    "Your border is too dark: samples beyond the border count as 0. Clamp the coordinate, and the "
    "border sample is repeated instead.",
)(_black_outside)


@RESIZE.mistake("black last row and column")
def _black_border(image, size_hw):
    """Your last row and column are 0. There both neighbours are the same sample, after − x and x −
    before are both 0, and nothing is left. Take the weights from the fraction: 1 − f and f sum to 1
    everywhere."""

    def neighbours(in_size, out_size):
        coordinate = _half_pixel(in_size, out_size).clip(0, in_size - 1)
        before = np.floor(coordinate).astype(int)
        after = np.minimum(before + 1, in_size - 1)
        return before, after, after - coordinate, coordinate - before

    return _resize_with(neighbours, image, size_hw)


@RESIZE.mistake
def _weights_exchanged(image, size_hw):
    """Your two weights have changed places: the farther sample counts more. With a fraction of 0, which
    sample should be copied?"""

    def neighbours(in_size, out_size):
        before, after, left, right = _taps_at(_half_pixel(in_size, out_size), in_size)
        return before, after, right, left

    return _resize_with(neighbours, image, size_hw)


RESIZE.mistake(
    "nearest sample",
    "You copy the nearest sample: box kernel, not triangle. Use the fraction as well as the index.",
)(_nearest_resize)


@RESIZE.mistake("height and width swapped")
def _sizes_swapped(image, size_hw):
    """Your result has height and width swapped. size_hw is (height, width), the order of image.shape;
    cv2 and Pillow are the ones that take (width, height)."""
    return resize_bilinear(image, size_hw[::-1])


@RESIZE.mistake
def _image_transposed(image, size_hw):
    """You resize the transposed image: rows and columns of the input have changed places. The first
    axis is the height."""
    return resize_bilinear(image.T, size_hw)


@RESIZE.mistake
def _scales_swapped(image, size_hw):
    """The shape is right, but rows are mapped with the scale of the width and columns with that of the
    height. Each axis has its own: height / new height for rows, width / new width for columns."""
    (height, width), (out_height, out_width) = image.shape, size_hw
    y = (np.arange(out_height) + 0.5) * width / out_width - 0.5  # the scale of the other axis
    x = (np.arange(out_width) + 0.5) * height / out_height - 0.5
    image = np.asarray(image, float)
    top, bottom, wt, wb = _taps_at(y, height)
    left, right, wl, wr = _taps_at(x, width)
    rows = wl * image[:, left] + wr * image[:, right]
    return wt[:, None] * rows[top] + wb[:, None] * rows[bottom]


@RESIZE.mistake
def _columns_only(image, size_hw):
    """Along the rows you interpolate, but downwards you copy the nearest row. The second lerp, over y,
    is missing."""
    rows = _nearest_resize(image, (size_hw[0], image.shape[1]))
    return resize_bilinear(rows, size_hw)


@RESIZE.mistake
def _rows_only(image, size_hw):
    """Downwards you interpolate, but along the rows you copy the nearest column. The lerp over x is
    missing."""
    columns = _nearest_resize(image, (image.shape[0], size_hw[1]))
    return resize_bilinear(columns, size_hw)


@RESIZE.mistake("truncation")
def _truncated_resize(image, size_hw):
    """Your values have lost their fractions: int() and astype(int) cut off. Floats go in, floats come
    out."""
    return resize_bilinear(image, size_hw).astype(int)


@RESIZE.mistake("rounding")
def _rounded_resize(image, size_hw):
    """Your values are rounded to whole numbers. Floats go in, floats come out; round where pixels are
    stored."""
    return np.floor(resize_bilinear(image, size_hw) + 0.5)


@RESIZE.mistake
def _truncated_twice(image, size_hw):
    """Both parts of the last sum lose their fractions before they are added, so a value can be too
    small by 2. Add first, and here do not round at all."""
    top, bottom, down = neighbours(image.shape[0], size_hw[0])
    left, right, along = neighbours(image.shape[1], size_hw[1])
    rows = (1 - along) * image[:, left] + along * image[:, right]
    down = down[:, None]
    return ((1 - down) * rows[top]).astype(int) + (down * rows[bottom]).astype(int)


# ---- trilinear ---------------------------------------------------------------------------------------------


def trilinear(cube, x, y, z):
    """The value at (x, y, z) between eight samples cube[z, y, x], shape (2, 2, 2); 0 to 1 each."""
    front = bilinear_in(cube[0], x, y)
    back = bilinear_in(cube[1], x, y)
    return (1 - z) * front + z * back


def bilinear_in(cell, x, y):
    """The value at (x, y) between four samples."""
    top = (1 - x) * cell[0, 0] + x * cell[0, 1]
    bottom = (1 - x) * cell[1, 0] + x * cell[1, 1]
    return (1 - y) * top + y * bottom


_CUBE = np.array([[[10.0, 20.0], [40.0, 90.0]], [[110.0, 120.0], [140.0, 190.0]]])

TRILINEAR = Exercise(
    key="bilinear.trilinear",
    title="Eight samples, one value",
    reference=trilinear,
    helpers=[bilinear_in],
    cases=[
        Case(
            _CUBE,
            0.25,
            0.25,
            0.5,
            by_hand=72.5,
            note="22.5 on the front face, 122.5 on the back face, half-way.",
        ),
        Case(_CUBE, 0.5, 0.5, 0.0, by_hand=40, note="z = 0: the front face, the cell you know."),
        Case(_CUBE, 1.0, 0.0, 0.25, by_hand=45, note="Between the samples 20 and 120, a quarter of the way."),
        Case(np.full((2, 2, 2), 100.0), 0.2, 0.4, 0.6, by_hand=100),
        Case(np.arange(8.0).reshape(2, 2, 2), 0.25, 0.5, 0.75, by_hand=0.25 + 2 * 0.5 + 4 * 0.75),
        Case(np.array([[[0.0, 0], [0, 0]], [[0, 0], [0, 1]]]), 0.5, 0.2, 0.3, by_hand=0.03),
    ],
    hints=[
        "`cube[0]` and `cube[1]` are two cells. What you wrote for one cell gives a value in each.",
        "Two values, and a fraction z between them: that is a lerp.",
    ],
)


@TRILINEAR.mistake
def _x_and_z_swapped(cube, x, y, z):
    """Your x and z have changed places. The array is cube[z, y, x], in torch's order depth, height,
    width: cube[0] is the front face, and z moves from it to cube[1]."""
    return trilinear(cube, z, y, x)


@TRILINEAR.mistake("x and y swapped")
def _x_and_y_swapped_in_cube(cube, x, y, z):
    """Inside a face your x and y have changed places: x moves between columns, y between rows."""
    return trilinear(cube, y, x, z)


@TRILINEAR.mistake
def _z_reversed(cube, x, y, z):
    """Your two faces have changed places: at z = 0 the answer lies on the front face, cube[0]."""
    return trilinear(cube, x, y, 1 - z)


@TRILINEAR.mistake("front face only")
def _front_only(cube, x, y, z):
    """You interpolate in the front face and stop. Do the same in cube[1]; one more lerp, by z, joins
    them."""
    return bilinear_in(cube[0], x, y)


@TRILINEAR.mistake("mean of the faces")
def _mean_of_faces(cube, x, y, z):
    """You take the mean of the two faces, whatever z is. That is right at z = 0.5 only."""
    return trilinear(cube, x, y, 0.5)


@TRILINEAR.mistake("sum of the faces")
def _sum_of_faces(cube, x, y, z):
    """You add the two faces: eight weights that sum to 2. Weigh them by 1 − z and z."""
    return bilinear_in(cube[0], x, y) + bilinear_in(cube[1], x, y)


# ---- spot the bug ------------------------------------------------------------------------------------------


def _enlarge_with_black_border(image, size_hw):
    (height, width), (out_height, out_width) = image.shape, size_hw
    y = ((np.arange(out_height) + 0.5) * height / out_height - 0.5).clip(0, height - 1)[:, None]
    x = ((np.arange(out_width) + 0.5) * width / out_width - 0.5).clip(0, width - 1)
    y0, x0 = np.floor(y).astype(int), np.floor(x).astype(int)
    y1, x1 = np.minimum(y0 + 1, height - 1), np.minimum(x0 + 1, width - 1)
    top = (x1 - x) * image[y0, x0] + (x - x0) * image[y0, x1]
    bottom = (x1 - x) * image[y1, x0] + (x - x0) * image[y1, x1]
    return (y1 - y) * top + (y - y0) * bottom


def _enlarge_that_wraps(image, size_hw):
    (height, width), (out_height, out_width) = image.shape, size_hw
    y = ((np.arange(out_height) + 0.5) * height / out_height - 0.5)[:, None]
    x = (np.arange(out_width) + 0.5) * width / out_width - 0.5
    y0, x0 = np.floor(y).astype(int), np.floor(x).astype(int)
    y1, x1 = np.minimum(y0 + 1, height - 1), np.minimum(x0 + 1, width - 1)
    top = (1 - (x - x0)) * image[y0, x0] + (x - x0) * image[y0, x1]
    bottom = (1 - (x - x0)) * image[y1, x0] + (x - x0) * image[y1, x1]
    return (1 - (y - y0)) * top + (y - y0) * bottom


def _enlarge(image, size_hw):
    (height, width), (out_height, out_width) = image.shape, size_hw
    y = ((np.arange(out_height) + 0.5) * height / out_height - 0.5).clip(0, height - 1)[:, None]
    x = ((np.arange(out_width) + 0.5) * width / out_width - 0.5).clip(0, width - 1)
    y0, x0 = np.floor(y).astype(int), np.floor(x).astype(int)
    y1, x1 = np.minimum(y0 + 1, height - 1), np.minimum(x0 + 1, width - 1)
    top = (1 - (x - x0)) * image[y0, x0] + (x - x0) * image[y0, x1]
    bottom = (1 - (x - x0)) * image[y1, x0] + (x - x0) * image[y1, x1]
    return (1 - (y - y0)) * top + (y - y0) * bottom


BLACK_BORDER = SpotTheBug(
    key="bilinear.black_border",
    title="The last row and column are black",
    buggy=_enlarge_with_black_border,
    reference=_enlarge,
    name="enlarge",
    cases=[
        Case(
            np.array([[100.0]]),
            (1, 1),
            by_hand=np.array([[100.0]]),
            note="One pixel, kept at its size.",
        ),
        Case(np.full((1, 2), 100.0), (1, 4), by_hand=np.full((1, 4), 100.0)),
        Case(
            np.full((4, 4), 100.0),
            (8, 8),
            by_hand=np.full((8, 8), 100.0),
            note="A grey wall, twice as large.",
        ),
        Case(
            np.array([[9.0, 8, 0], [6, 5, 0], [0, 0, 0]]),
            (6, 6),
            note="The last row and column are black anyway.",
        ),
        Case(_digits(3, 4, 5), (5, 9)),
        Case(_digits(4, 4, 6), (2, 2), note="Shrunk to half: no output comes near the last sample."),
    ],
    hints=[
        "Print `x`, `x0` and `x1` of the last output column. What are `x1 - x` and `x - x0` there?",
        "At the last sample `x1` equals `x0`, and x lies on it: both weights are 0. Find weights that sum "
        "to 1 for any x.",
        "Use the fraction: `x - x0` for the right neighbour, `1 - (x - x0)` for the left one. The same for "
        "y.",
    ],
)


BLACK_BORDER.mistake(
    "the border moved inwards",
    "Padding the image changes its size, and with it every coordinate. Where the two neighbours are "
    "the same sample, which weights would still sum to 1?",
)(lambda image, size_hw: _enlarge_with_black_border(np.pad(image, ((0, 1), (0, 1)), mode="edge"), size_hw))


BLACK_BORDER.mistake(
    "reading beyond the border as 0",
    "Now the border is darker rather than black: the weights there still sum to less than 1.",
)(_black_outside)

WRAP_AROUND = SpotTheBug(
    key="bilinear.wrap_around",
    title="The left border shows the right one",
    buggy=_enlarge_that_wraps,
    reference=_enlarge,
    name="enlarge",
    cases=[
        Case(
            np.array([[0.0, 8.0]]),
            (1, 4),
            by_hand=np.array([[0.0, 2, 6, 8]]),
            note="Two samples become four.",
        ),
        Case(
            np.array([[0.0, 80.0, 160.0, 240.0]]),
            (1, 8),
            by_hand=np.array([[0.0, 20, 60, 100, 140, 180, 220, 240]]),
            note="A ramp. The first output should be black like the first sample.",
        ),
        Case(np.full((3, 3), 100.0), (6, 6), by_hand=np.full((6, 6), 100.0), note="A grey wall."),
        Case(
            np.array([[5.0, 9.0, 5.0]]),
            (1, 6),
            by_hand=np.array([[5.0, 6, 8, 8, 6, 5]]),
            note="First = last.",
        ),
        Case(_digits(3, 4, 7), (5, 9)),
        Case(_digits(4, 4, 8), (2, 2), note="Shrunk to half: no coordinate is negative."),
    ],
    hints=[
        "Print `x` and `x0` when two columns become four. What does NumPy do with the smallest `x0`?",
        "The floor of −0.25 is −1, and `image[:, -1]` is the last column. Where should that output read?",
        "Clip `x` to 0 .. width − 1 and `y` to 0 .. height − 1, before the floor.",
    ],
)


WRAP_AROUND.mistake(
    "index clamped, coordinate not",
    "The index is clamped now, but the coordinate is not: its fraction is negative and the line "
    "runs on beyond the first sample. Clamp the coordinate, before the floor.",
)(_extrapolating)


WRAP_AROUND.mistake(
    "zeros outside",
    "Now samples beyond the border count as 0 and the border gets darker. Repeat the border sample instead.",
)(_black_outside)


WRAP_AROUND.mistake(
    "the absolute value",
    "−0.25 became 0.25: the first output is mirrored into the picture. It should sit on the first sample.",
)(lambda image, size_hw: _resize_with(lambda n, m: _taps_at(np.abs(_half_pixel(n, m)), n), image, size_hw))


def _mean_with_halves(a, b, c, d):
    return 0.5 * a + 0.5 * b + 0.5 * c + 0.5 * d


def _mean_of_four(a, b, c, d):
    return 0.25 * a + 0.25 * b + 0.25 * c + 0.25 * d


WEIGHTS_OF_A_HALF = SpotTheBug(
    key="bilinear.weights_of_a_half",
    title="The average that is too bright",
    buggy=_mean_with_halves,
    reference=_mean_of_four,
    name="middle",
    cases=[
        Case(1.0, 1.0, 1.0, 1.0, by_hand=1, note="Four equal samples: their average is that same value."),
        Case(100.0, 100.0, 100.0, 100.0, by_hand=100),
        Case(10.0, 20.0, 40.0, 90.0, by_hand=40),
        Case(0.0, 0.0, 0.0, 0.0, by_hand=0, note="All black."),
        Case(-3.0, 1.0, 5.0, -3.0, by_hand=0, note="Values that sum to 0."),
    ],
    hints=[
        "What do the four weights sum to?",
        "In the middle of the cell all four opposite areas are equal. How large is each?",
    ],
)


@WEIGHTS_OF_A_HALF.mistake("two of the four")
def _mean_of_two(a, b, c, d):
    """Now the weights sum to 1, but two of the samples are not read at all."""
    return 0.5 * a + 0.5 * d


def _blend_truncating_twice(cell, x, y):
    top = (1 - x) * cell[0, 0] + x * cell[0, 1]
    bottom = (1 - x) * cell[1, 0] + x * cell[1, 1]
    return int((1 - y) * top) + int(y * bottom)


def _blend(cell, x, y):
    top = (1 - x) * cell[0, 0] + x * cell[0, 1]
    bottom = (1 - x) * cell[1, 0] + x * cell[1, 1]
    return int(np.floor((1 - y) * top + y * bottom + 0.5))


TWO_TRUNCATIONS = SpotTheBug(
    key="bilinear.two_truncations",
    title="Every picture a little too dark",
    buggy=_blend_truncating_twice,
    reference=_blend,
    name="blend",
    cases=[
        Case(
            np.array([[1, 1], [1, 1]]),
            0.5,
            0.5,
            by_hand=1,
            note="Four pixels of 1. The answer is a whole pixel value.",
        ),
        Case(np.array([[255, 255], [255, 255]]), 0.5, 0.5, by_hand=255, note="A white wall."),
        Case(np.array([[10, 20], [40, 90]]), 0.25, 0.5, by_hand=33, note="32.5: halves go up."),
        Case(np.array([[0, 0], [0, 0]]), 0.3, 0.7, by_hand=0, note="All black."),
        Case(
            np.array([[10, 20], [40, 90]]),
            0.5,
            0.5,
            by_hand=40,
            note="Both halves (7.5 and 32.5) have fractions.",
        ),
        Case(np.array([[8, 8], [12, 12]]), 0.0, 0.5, by_hand=10, note="Even values: both halves are whole."),
        Case(np.array([[3, 3], [3, 3]]), 0.5, 0.25, by_hand=3),
    ],
    hints=[
        "Take four pixels of 1 and the middle of the cell. What are the two numbers that go into `int()`?",
        "`int(0.5)` is 0, twice. When should the fraction be given up?",
        "Add first, then round once, half up: `int(np.floor(value + 0.5))`.",
    ],
)


@TWO_TRUNCATIONS.mistake("truncated once")
def _blend_truncating_once(cell, x, y):
    """Once is better than twice, but int() still cuts off: 32.5 becomes 32 and 99.9 becomes 99. Round:
    floor(value + 0.5)."""
    return int(bilinear(cell, x, y))


@TWO_TRUNCATIONS.mistake("rounded twice")
def _blend_rounding_twice(cell, x, y):
    """Now both halves are rounded before they are added, and 0.5 + 0.5 becomes 2. Add first, round
    once."""
    top = (1 - x) * cell[0, 0] + x * cell[0, 1]
    bottom = (1 - x) * cell[1, 0] + x * cell[1, 1]
    return int(np.floor((1 - y) * top + 0.5)) + int(np.floor(y * bottom + 0.5))


# ---- predictions -------------------------------------------------------------------------------------------


def _heaviest_corner():
    x, y = 0.8, 0.25
    weights = np.outer([1 - y, y], [1 - x, x])
    return ["top left", "top right", "bottom left", "bottom right"][int(weights.argmax())]


WHO_COUNTS_MOST = Prediction(
    key="bilinear.who_counts_most",
    title="Which sample counts most",
    question="P is at x = 0.8 (to the right) and y = 0.25 (down). Which of the four samples counts most?",
    options=["top left", "top right", "bottom left", "bottom right"],
    answer=_heaviest_corner,
    explain="P is nearest to the top right sample. Its weight is 0.8 · 0.75 = 0.6, more than the other "
    "three together.",
    guesses={
        "That is right for x = 0.25 and y = 0.8.": "bottom left",
        "x = 0.8 is far to the right, but y = 0.25 is near the top.": "bottom right",
        "y = 0.25 is near the top, but x = 0.8 is far to the right.": "top left",
    },
)

QUARTER_OF_THE_DIAGONAL = Prediction(
    key="bilinear.diagonal",
    title="A quarter of the way down the diagonal",
    question="Walk from the top left sample (10) straight to the bottom right one (90); the other two are "
    "20 and 40. What is the value after a quarter of the way?",
    answer=lambda: bilinear(CELL, 0.25, 0.25),
    tolerance=1e-3,
    explain="A straight line from 10 to 90 would say 30. The other two samples count as well: 0.5625 · 10 + "
    "0.1875 · 20 + 0.1875 · 40 + 0.0625 · 90 = 22.5.",
    guesses={
        "You joined the two corners by a straight line.": lambda: 10 + 0.25 * (90 - 10),
        "That is a quarter of the way along the top edge.": lambda: bilinear(CELL, 0.25, 0),
        "That is a quarter of the way down the left edge.": lambda: bilinear(CELL, 0, 0.25),
        "That is the mean of the four, the value in the middle.": lambda: np.mean(CELL),
    },
)

A_GRAY_WALL = Prediction(
    key="bilinear.grey_wall",
    title="A gray wall with weights of one half",
    question="An article takes the average of four samples with a weight of 0.5 for each. All four are 100. "
    "What comes out?",
    answer=lambda: _mean_with_halves(100, 100, 100, 100),
    explain="0.5 · 100, four times, is 200: the weights sum to 2. Four equal weights that sum to 1 are 0.25 "
    "each.",
    guesses={
        "That is the mean. Four weights of 0.5 do not sum to 1.": lambda: 100,
        "That is one of the four products.": lambda: 0.5 * 100,
    },
)

HOW_MUCH_IS_NEW = Prediction(
    key="bilinear.rank",
    title="How much is new in twenty samples made from eight",
    question="Eight samples become twenty. How many of the twenty can you choose freely (the rank of the 20 "
    "× 8 matrix)?",
    answer=lambda: np.linalg.matrix_rank(resampling_matrix(8, 20)),
    explain="All twenty are sums of the same eight numbers, so once eight are fixed, so are the rest: rank "
    "8.",
    guesses={
        "There are twenty samples, but all are made from the same eight.": lambda: 20,
        "That is how many more samples there are.": lambda: 20 - 8,
    },
)


def _half_rounded_twice():
    import cv2  # here, so that only the lesson that asks pays for it

    pixels = np.array([[0, 0], [1, 1]], np.uint8)
    return [np.round(pixels.mean()), cv2.resize(pixels, (1, 1), interpolation=cv2.INTER_LINEAR).item()]


ROUNDING_A_HALF = Prediction(
    key="bilinear.rounding_a_half",
    title="Rounding one half",
    question="Four pixels 0, 0, 1, 1 shrink to one: the exact value is 0.5. Two numbers: what does np.round "
    "make of it, and what does cv2.resize?",
    shape=2,
    answer=_half_rounded_twice,
    tolerance=1e-3,
    guesses={
        "You expected half up from both.": lambda: (1, 1),
        "You expected half to even from both.": lambda: (0, 0),
        "You have the two exchanged.": lambda: _half_rounded_twice()[::-1],
    },
    explain="np.round sends a half to the nearest even number, 0. OpenCV computes (a + b + c + d + 2) >> 2, "
    "which sends a half up, to 1. Neither is wrong; they are two rules for the same tie.",
)
