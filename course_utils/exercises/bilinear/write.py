"""Functions to write in lesson 03: a value between four samples, a resize without loops, eight samples."""

import numpy as np

from course_utils.exercises.engine import Case, Exercise, NoCallOf, NoLoopOverPixels, decimals

CELL = np.array([[10.0, 20.0], [40.0, 90.0]])
SINGLE_PRECISION = 1e-4  # a tolerance for values below 300 whose coordinates are computed in float32


def random_samples(rng, *shape):
    """Numbers that can be read, and that are not exact in any precision."""
    return rng.uniform(-9, 9, shape).round(decimals(rng))


def random_fractions(rng, count):
    """How far along each axis: 0 to 1."""
    return rng.uniform(0, 1, count).round(decimals(rng)).tolist()


# ---- at a point ---------------------------------------------------------------------------------------------


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
        Case(CELL, 0.25, 0.75, by_hand=42.5, note="Near the bottom left sample, which is 40."),
        Case(CELL, 0.8, 0.25, by_hand=33.5, note="0.15 · 10 + 0.6 · 20 + 0.05 · 40 + 0.2 · 90."),
        Case(
            np.full((2, 2), 100.0), 0.3, 0.9, by_hand=100, note="Four equal samples: nothing to interpolate."
        ),
        Case(np.array([[0.0, 0.0], [0.0, 1.0]]), 0.5, 0.7, by_hand=0.35),
    ],
    random_case=lambda rng: Case(random_samples(rng, 2, 2), *random_fractions(rng, 2)),
    tolerance=SINGLE_PRECISION,
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
def _weights_of_y_exchanged(cell, x, y):
    """Your two weights of y have changed places; those of x are right. At y = 0 the point lies on the top
    edge: what does the bottom edge weigh there?"""
    return bilinear(cell, x, 1 - y)


@AT_A_POINT.mistake
def _weights_of_x_exchanged(cell, x, y):
    """Your two weights of x have changed places; those of y are right. At x = 0 the point lies on the left
    edge: what do the samples on the right weigh there?"""
    return bilinear(cell, 1 - x, y)


@AT_A_POINT.mistake
def _differences_reversed(cell, x, y):
    """You walk away from the next sample instead of toward it. The step from left to right is
    right − left. Is yours left − right?"""
    return bilinear(cell, -x, -y)


@AT_A_POINT.mistake
def _plain_mean(cell, x, y):
    """You take the mean of the four wherever the point is. That is right in the middle only. Elsewhere
    the nearer samples weigh more."""
    return cell.mean()


@AT_A_POINT.mistake("weights 0.5")
def _weights_of_a_half(cell, x, y):
    """Your four weights are 0.5 each. What do they sum to? And what must four equal weights be to sum to 1?"""
    return 0.5 * cell.sum()


@AT_A_POINT.mistake("one lerp only")
def _first_lerp_only(cell, x, y):
    """You interpolate along the top edge and stop there. What is the value on the bottom edge, and how
    far between the two is the point?"""
    return (1 - x) * cell[0, 0] + x * cell[0, 1]


@AT_A_POINT.mistake
def _left_edge_only(cell, x, y):
    """You interpolate down the left edge and stop there. What is the value on the right edge, and how far
    between the two is the point?"""
    return (1 - y) * cell[0, 0] + y * cell[1, 0]


@AT_A_POINT.mistake
def _mean_of_two_edges(cell, x, y):
    """You take the mean of the value on the top edge and the one on the bottom edge, wherever y is. That is
    right at y = 0.5 only. Which weights depend on y?"""
    return bilinear(cell, x, 0.5)


@AT_A_POINT.mistake
def _sum_of_two_edges(cell, x, y):
    """You add the value on the top edge and the one on the bottom edge: four weights that sum to 2. How far
    between the two edges is the point?"""
    return bilinear(cell, x, 0) + bilinear(cell, x, 1)


@AT_A_POINT.mistake("the plane through three samples")
def _straight_diagonal(cell, x, y):
    """Your formula reads three samples and never the bottom right one: a plane through three points.
    What should the bottom right sample weigh at (1, 1), and what at the other three corners?"""
    return cell[0, 0] + x * (cell[0, 1] - cell[0, 0]) + y * (cell[1, 0] - cell[0, 0])


@AT_A_POINT.mistake("nearest sample")
def _nearest(cell, x, y):
    """You copy the nearest sample. Four weights are wanted, one per sample, that change smoothly."""
    return cell[int(y >= 0.5), int(x >= 0.5)]


@AT_A_POINT.mistake("truncation")
def _truncated_point(cell, x, y):
    """The value is right and then loses its fraction. Leave out int(): rounding is for whoever stores the
    pixels."""
    return int(bilinear(cell, x, y))


# ---- a resize without loops ---------------------------------------------------------------------------------


def neighbors(in_size, out_size):
    """Per output: index of the sample before, of the sample after, and how far between them."""
    coordinate = (np.arange(out_size) + 0.5) * in_size / out_size - 0.5
    coordinate = coordinate.clip(0, in_size - 1)  # beyond the border, repeat the border sample
    before = np.floor(coordinate).astype(int)
    after = np.minimum(before + 1, in_size - 1)
    return before, after, coordinate - before


def resize_bilinear(image, size_hw):
    """The image (height, width) at size_hw = (new height, new width): half pixel, clamped, floats."""
    top, bottom, down = neighbors(image.shape[0], size_hw[0])
    left, right, along = neighbors(image.shape[1], size_hw[1])
    rows = (1 - along) * image[:, left] + along * image[:, right]
    down = down[:, None]  # one fraction per row
    return (1 - down) * rows[top] + down * rows[bottom]


def random_resize(rng):
    """An image of up to 5 × 5 samples that grows or shrinks, along each axis by another factor."""
    height, width, out_height, out_width = rng.integers(1, [6, 6, 8, 8]).tolist()
    return Case(random_samples(rng, height, width), (out_height, out_width))


def _to_double(height, width):
    return Case(np.zeros((height, width)), (2 * height, 2 * width))


RESIZE = Exercise(
    key="bilinear.resize",
    title="Resize without a loop over pixels",
    reference=resize_bilinear,
    helpers=[neighbors],
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
            np.array([[0.0, 30.0], [80.0, 10.0]]),
            (4, 2),
            by_hand=np.array([[0.0, 30], [20, 25], [60, 15], [80, 10]]),
            note="Two columns, twice as high.",
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
            note="A gray wall stays a gray wall.",
        ),
        Case(
            np.array([[90.0, 10, 30, 0, 0, 4, 8, 60]]),
            (1, 2),
            by_hand=np.array([[20.0, 6]]),
            note="A quarter of the width: each output lies halfway between two samples, and reads no others.",
        ),
        Case(np.array([[7.5]]), (3, 2), by_hand=np.full((3, 2), 7.5), note="One pixel."),
        Case(
            np.array([[1.5, 2, 3], [4, 5, 6.5]]),
            (2, 3),
            by_hand=np.array([[1.5, 2, 3], [4, 5, 6.5]]),
            note="The size stays: every value stays.",
        ),
    ],
    random_case=random_resize,
    tolerance=SINGLE_PRECISION,
    forbids=[
        NoLoopOverPixels(_to_double(2, 3), _to_double(20, 30)),
        NoCallOf(
            "cv2.resize",
            "torch.interpolate",
            "PIL.Image.resize",
            "skimage.resize",
            "scipy.zoom",
            "course_utils.resample",  # before the one that it calls
            "course_utils.resize",
            "course_utils.resize_with",
            case=Case(CELL, (3, 5)),
        ),
    ],
    hints=[
        "Work on one axis first. For all outputs at once: `coordinate = (np.arange(out) + 0.5) * in / out - "
        "0.5`, then clamp it with `.clip(0, in - 1)`.",
        "`before` is the floor of the coordinate, as int; `after = np.minimum(before + 1, in - 1)`; "
        "`fraction = coordinate - before`.",
        "`image[:, before]` picks whole columns, one per output column. Mix it with `image[:, after]`, with "
        "the weights `1 - fraction` and `fraction`: that was the first lerp, for all rows at once.",
        "The second lerp mixes rows of that result. Its fraction must be a column, one number per row: "
        "`fraction[:, None]`.",
    ],
)


def half_pixel(in_size, out_size):
    """Coordinates before they are clamped."""
    return (np.arange(out_size) + 0.5) * in_size / out_size - 0.5


def two_taps(coordinate, in_size):
    """(before, after, weight before, weight after), with the coordinate clamped."""
    coordinate = coordinate.clip(0, in_size - 1)
    before = np.floor(coordinate).astype(int)
    return before, np.minimum(before + 1, in_size - 1), 1 - (coordinate - before), coordinate - before


def resized(image, size_hw, taps):
    """A resize with other taps: ``taps(in_size, out_size)`` gives what :func:`two_taps` gives."""
    top, bottom, of_top, of_bottom = taps(image.shape[0], size_hw[0])
    left, right, of_left, of_right = taps(image.shape[1], size_hw[1])
    rows = of_left * image[:, left] + of_right * image[:, right]
    return of_top[:, None] * rows[top] + of_bottom[:, None] * rows[bottom]


def mapped(image, size_hw, coordinates):
    """A resize with another map: ``coordinates(in_size, out_size)``."""
    return resized(image, size_hw, lambda n, m: two_taps(coordinates(n, m), n))


@RESIZE.mistake("missing half pixel")
def _without_half_pixel(image, size_hw):
    """Your map is o · in / out: the half pixel is missing. Pixel o covers o to o + 1, so its center is
    o + 0.5. Scale the center, then go back: (o + 0.5) · in / out − 0.5."""
    return mapped(image, size_hw, lambda n, m: np.arange(m) * n / m)


@RESIZE.mistake
def _half_pixel_not_taken_back(image, size_hw):
    """Your map is (o + 0.5) · in / out. That is measured from the edge of the first pixel. From the center
    of the first pixel, where sample 0 lies, it is 0.5 less."""
    return mapped(image, size_hw, lambda n, m: (np.arange(m) + 0.5) * n / m)


@RESIZE.mistake
def _half_pixel_taken_back_only(image, size_hw):
    """Your map is o · in / out − 0.5: you take half a pixel back that you never added. Where is the center
    of output o before it is scaled?"""
    return mapped(image, size_hw, lambda n, m: np.arange(m) * n / m - 0.5)


@RESIZE.mistake("align_corners")
def with_align_corners(image, size_hw):
    """Your result is that of align_corners=True: the centers of the corner pixels coincide, o · (in − 1) / (out
    − 1). The task asks for the half-pixel map, in which the outer edges coincide."""
    return mapped(image, size_hw, lambda n, m: np.arange(m) * (n - 1) / max(m - 1, 1))


@RESIZE.mistake("align_corners, divided by zero")
def _align_corners_without_care(image, size_hw):
    """Your map is o · (in − 1) / (out − 1), that of align_corners=True, and a single output divides by
    zero. The task asks for the half-pixel map, in which the outer edges coincide."""
    return mapped(image, size_hw, lambda n, m: np.arange(m) * (n - 1) / np.float64(m - 1))


@RESIZE.mistake
def _scale_upside_down(image, size_hw):
    """Your scale is upside down: you multiply by out / in. A step of one output is in / out input pixels
    long."""
    return mapped(image, size_hw, lambda n, m: (np.arange(m) + 0.5) * m / n - 0.5)


@RESIZE.mistake
def _scale_without_its_fraction(image, size_hw):
    """Your scale has lost its fraction: in // out is 1 for 5 // 4, and 0 wherever the picture grows. Divide
    with /."""
    return mapped(image, size_hw, lambda n, m: (np.arange(m) + 0.5) * (n // m) - 0.5)


@RESIZE.mistake("the nearest index for the one before")
def _nearest_before(image, size_hw):
    """You round the coordinate to find the sample before it. At 0.75 that is sample 1, and the fraction is
    negative. The sample before is the floor."""

    def taps(in_size, out_size):
        coordinate = half_pixel(in_size, out_size).clip(0, in_size - 1)
        before = np.round(coordinate).astype(int)
        after = np.minimum(before + 1, in_size - 1)
        return before, after, 1 - (coordinate - before), coordinate - before

    return resized(image, size_hw, taps)


@RESIZE.mistake("wrap-around border")
def wrapping_around(image, size_hw):
    """The coordinate of the first output is −0.25, its floor is −1, and index −1 is the last sample for
    NumPy: your first row and column mix in the opposite border. Clamp the coordinate to 0 .. in − 1
    before the floor."""

    def taps(in_size, out_size):
        coordinate = half_pixel(in_size, out_size)
        before = np.floor(coordinate).astype(int)  # -1 is the last sample for numpy
        after = np.minimum(before + 1, in_size - 1)
        return before, after, 1 - (coordinate - before), coordinate - before

    return resized(image, size_hw, taps)


@RESIZE.mistake("wrap-around at both ends")
def wrapping_both_ends(image, size_hw):
    """Your indices wrap around at both ends, as if the image were tiled. At the border the border
    sample is to be repeated: clamp the coordinate to 0 .. in − 1."""

    def taps(in_size, out_size):
        coordinate = half_pixel(in_size, out_size)
        before = np.floor(coordinate).astype(int)
        return before % in_size, (before + 1) % in_size, 1 - (coordinate - before), coordinate - before

    return resized(image, size_hw, taps)


@RESIZE.mistake("index clamped, coordinate not")
def extrapolating_at_the_start(image, size_hw):
    """The index of your first output is 0, but its coordinate is still −0.25. So its fraction is negative,
    and the line runs on beyond the first sample. Clamp the coordinate, before you take its floor."""

    def taps(in_size, out_size):
        coordinate = half_pixel(in_size, out_size)
        before = np.floor(coordinate).astype(int).clip(0)
        after = np.minimum(before + 1, in_size - 1)
        return before, after, 1 - (coordinate - before), coordinate - before

    return resized(image, size_hw, taps)


@RESIZE.mistake("not clamped: extrapolated")
def extrapolating(image, size_hw):
    """Your indices are clamped but your coordinate is not. So at both borders the fraction is below 0 or
    above 1, and the line runs on beyond the samples. Clamp the coordinate before you take its floor."""

    def taps(in_size, out_size):
        coordinate = half_pixel(in_size, out_size)
        before = np.floor(coordinate).astype(int).clip(0, max(in_size - 2, 0))
        after = np.minimum(before + 1, in_size - 1)
        return before, after, 1 - (coordinate - before), coordinate - before

    return resized(image, size_hw, taps)


@RESIZE.mistake("zeros outside")
def black_outside(image, size_hw):
    """Your border is too dark: samples beyond the border count as 0. Clamp the coordinate, and the
    border sample is repeated instead."""

    def taps(in_size, out_size):
        coordinate = half_pixel(in_size, out_size)
        before = np.floor(coordinate).astype(int)
        after, fraction = before + 1, coordinate - before
        of_before, of_after = (1 - fraction) * (before >= 0), fraction * (after < in_size)
        return before.clip(0), after.clip(0, in_size - 1), of_before, of_after

    return resized(image, size_hw, taps)


@RESIZE.mistake("black last row and column")
def _black_border(image, size_hw):
    """Your last row and column are 0. There both neighbors are the same sample, after − x and x −
    before are both 0, and nothing is left. Take the weights from the fraction: 1 − f and f sum to 1
    everywhere."""

    def taps(in_size, out_size):
        coordinate = half_pixel(in_size, out_size).clip(0, in_size - 1)
        before, after, _, of_after = two_taps(coordinate, in_size)
        return before, after, after - coordinate, of_after

    return resized(image, size_hw, taps)


@RESIZE.mistake
def _weights_exchanged(image, size_hw):
    """Your two weights have changed places: the farther sample counts more. With a fraction of 0, which
    sample should be copied?"""

    def taps(in_size, out_size):
        before, after, of_before, of_after = two_taps(half_pixel(in_size, out_size), in_size)
        return before, after, of_after, of_before

    return resized(image, size_hw, taps)


@RESIZE.mistake("nearest sample")
def _nearest_resize(image, size_hw):
    """You copy the nearest sample: box kernel, not triangle. Use the fraction as well as the index."""

    def taps(in_size, out_size):
        nearest = ((2 * np.arange(out_size) + 1) * in_size) // (2 * out_size)
        return nearest, nearest, np.ones(out_size), np.zeros(out_size)

    return resized(image, size_hw, taps)


@RESIZE.mistake("antialiased where it shrinks")
def _antialiased(image, size_hw):
    """Where the picture shrinks, you average more than two samples along an axis. That is antialiasing: Pillow
    always does it, torch with antialias=True. The task asks for the two neighbors, whatever the size."""

    def matrix(in_size, out_size):
        distance = half_pixel(in_size, out_size)[:, None] - np.arange(in_size)
        weights = np.maximum(1 - np.abs(distance) * min(out_size / in_size, 1), 0)
        return weights / weights.sum(axis=1, keepdims=True)

    return matrix(image.shape[0], size_hw[0]) @ image @ matrix(image.shape[1], size_hw[1]).T


@RESIZE.mistake("a fraction per column instead of one per row")
def _fractions_lying_down(image, size_hw):
    """Your fractions of the second lerp lie along a row, so NumPy pairs them with the columns. One
    fraction per row has the shape (new height, 1): `fraction[:, None]`."""
    top, bottom, down = neighbors(image.shape[0], size_hw[0])
    left, right, along = neighbors(image.shape[1], size_hw[1])
    rows = (1 - along) * image[:, left] + along * image[:, right]
    return (1 - down) * rows[top] + down * rows[bottom]


@RESIZE.mistake("rows and columns paired")
def _indices_in_pairs(image, size_hw):
    """`image[rows, columns]` with two index arrays of one axis takes pairs: the first row with the first
    column, the second with the second. To pair every row with every column, make the row indices a column:
    `rows[:, None]`."""
    top, bottom, down = neighbors(image.shape[0], size_hw[0])
    left, right, along = neighbors(image.shape[1], size_hw[1])
    upper = (1 - along) * image[top, left] + along * image[top, right]
    lower = (1 - along) * image[bottom, left] + along * image[bottom, right]
    return (1 - down) * upper + down * lower


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
    y = (np.arange(out_height) + 0.5) * (width / out_width) - 0.5
    x = (np.arange(out_width) + 0.5) * (height / out_height) - 0.5
    top, bottom, of_top, of_bottom = two_taps(y, height)
    left, right, of_left, of_right = two_taps(x, width)
    rows = of_left * image[:, left] + of_right * image[:, right]
    return of_top[:, None] * rows[top] + of_bottom[:, None] * rows[bottom]


@RESIZE.mistake
def _columns_only(image, size_hw):
    """Along the rows you interpolate, but downward you copy the nearest row. The second lerp, over y,
    is missing."""
    rows = _nearest_resize(image, (size_hw[0], image.shape[1]))
    return resize_bilinear(rows, size_hw)


@RESIZE.mistake
def _rows_only(image, size_hw):
    """Downward you interpolate, but along the rows you copy the nearest column. The lerp over x is
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
    small by nearly 2. Add first, and here do not round at all."""
    top, bottom, down = neighbors(image.shape[0], size_hw[0])
    left, right, along = neighbors(image.shape[1], size_hw[1])
    rows = (1 - along) * image[:, left] + along * image[:, right]
    down = down[:, None]
    return ((1 - down) * rows[top]).astype(int) + (down * rows[bottom]).astype(int)


# ---- trilinear ----------------------------------------------------------------------------------------------


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
            note="22.5 on the front face, 122.5 on the back face, halfway between.",
        ),
        Case(_CUBE, 0.5, 0.5, 0.0, by_hand=40, note="z = 0: the front face, the cell you know."),
        Case(_CUBE, 1.0, 0.0, 0.25, by_hand=45, note="Between the samples 20 and 120, a quarter of the way."),
        Case(np.full((2, 2, 2), 100.0), 0.2, 0.4, 0.6, by_hand=100),
        Case(np.arange(8.0).reshape(2, 2, 2), 0.25, 0.5, 0.75, by_hand=0.25 + 2 * 0.5 + 4 * 0.75),
        Case(np.array([[[0.0, 0], [0, 0]], [[0, 0], [0, 1]]]), 0.5, 0.2, 0.3, by_hand=0.03),
    ],
    random_case=lambda rng: Case(random_samples(rng, 2, 2, 2), *random_fractions(rng, 3)),
    tolerance=SINGLE_PRECISION,
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
def _y_and_z_swapped(cube, x, y, z):
    """Your y and z have changed places. The array is cube[z, y, x]: z chooses between the faces cube[0] and
    cube[1], y between the rows of a face."""
    return trilinear(cube, x, z, y)


@TRILINEAR.mistake
def _z_reversed(cube, x, y, z):
    """Your two faces have changed places: at z = 0 the answer lies on the front face, cube[0]."""
    return trilinear(cube, x, y, 1 - z)


@TRILINEAR.mistake("own volume instead of the opposite one")
def _own_volumes(cube, x, y, z):
    """Each of your samples is weighted by its own volume, so the farthest counts most. At (0, 0, 0), which
    sample should weigh 1?"""
    return trilinear(cube, 1 - x, 1 - y, 1 - z)


@TRILINEAR.mistake("front face only")
def _front_only(cube, x, y, z):
    """You interpolate in the front face and stop. Do the same in cube[1]. One more lerp, by z, joins
    them."""
    return bilinear_in(cube[0], x, y)


@TRILINEAR.mistake("mean of the faces")
def _mean_of_faces(cube, x, y, z):
    """You take the mean of the two faces, whatever z is. That is right at z = 0.5 only."""
    return trilinear(cube, x, y, 0.5)


@TRILINEAR.mistake("mean of the eight")
def _mean_of_all(cube, x, y, z):
    """You take the mean of the eight samples, wherever the point is. That is right in the middle only."""
    return cube.mean()


@TRILINEAR.mistake("sum of the faces")
def _sum_of_faces(cube, x, y, z):
    """You add the two faces: eight weights that sum to 2. Weigh them by 1 − z and z."""
    return bilinear_in(cube[0], x, y) + bilinear_in(cube[1], x, y)
