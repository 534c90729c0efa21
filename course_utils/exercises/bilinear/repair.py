"""Four bugs to repair in lesson 03: two at the border, one in the weights, one in the rounding."""

import numpy as np

from course_utils.exercises.bilinear.write import (
    CELL,
    SINGLE_PRECISION,
    bilinear,
    black_outside,
    extrapolating,
    extrapolating_at_the_start,
    half_pixel,
    mapped,
    random_resize,
    random_samples,
    two_taps,
    with_align_corners,
    wrapping_both_ends,
)
from course_utils.exercises.engine import Case, SpotTheBug

# ---- the borders --------------------------------------------------------------------------------------------


def enlarge_with_black_border(image, size_hw):
    (height, width), (out_height, out_width) = image.shape, size_hw
    y = ((np.arange(out_height) + 0.5) * height / out_height - 0.5).clip(0, height - 1)[:, None]
    x = ((np.arange(out_width) + 0.5) * width / out_width - 0.5).clip(0, width - 1)
    y0, x0 = np.floor(y).astype(int), np.floor(x).astype(int)
    y1, x1 = np.minimum(y0 + 1, height - 1), np.minimum(x0 + 1, width - 1)
    top = (x1 - x) * image[y0, x0] + (x - x0) * image[y0, x1]
    bottom = (x1 - x) * image[y1, x0] + (x - x0) * image[y1, x1]
    return (y1 - y) * top + (y - y0) * bottom


def enlarge_that_wraps(image, size_hw):
    (height, width), (out_height, out_width) = image.shape, size_hw
    y = ((np.arange(out_height) + 0.5) * height / out_height - 0.5)[:, None]
    x = (np.arange(out_width) + 0.5) * width / out_width - 0.5
    y0, x0 = np.floor(y).astype(int), np.floor(x).astype(int)
    y1, x1 = np.minimum(y0 + 1, height - 1), np.minimum(x0 + 1, width - 1)
    top = (1 - (x - x0)) * image[y0, x0] + (x - x0) * image[y0, x1]
    bottom = (1 - (x - x0)) * image[y1, x0] + (x - x0) * image[y1, x1]
    return (1 - (y - y0)) * top + (y - y0) * bottom


def enlarge(image, size_hw):
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
    buggy=enlarge_with_black_border,
    reference=enlarge,
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
            note="A gray wall, twice as large.",
        ),
        Case(
            np.array([[9.0, 8, 0], [6, 5, 0], [0, 0, 0]]),
            (6, 6),
            note="The last row and column are black anyway.",
        ),
        Case(
            np.arange(16.0).reshape(4, 4),
            (2, 2),
            by_hand=np.array([[2.5, 4.5], [10.5, 12.5]]),
            note="Shrunk to half: no output comes near the last sample.",
        ),
    ],
    random_case=random_resize,
    tolerance=SINGLE_PRECISION,
    hints=[
        "Print `x`, `x0` and `x1` of the last output column. What are `x1 - x` and `x - x0` there?",
        "At the last sample `x1` equals `x0`, and x lies on it: both weights are 0. Find weights that sum "
        "to 1 for any x.",
        "Use the fraction: `x - x0` for the right neighbor, `1 - (x - x0)` for the left one. The same for y.",
    ],
)


@BLACK_BORDER.mistake("the border moved inward")
def _padded(image, size_hw):
    """Padding the image changes its size, and with it every coordinate. Where the two neighbors are
    the same sample, which weights would still sum to 1?"""
    return enlarge_with_black_border(np.pad(image, ((0, 1), (0, 1)), mode="edge"), size_hw)


@BLACK_BORDER.mistake("only the columns repaired")
def _black_last_row(image, size_hw):
    """The last column is right now, the last row is still black. The weights of y have the same bug as
    those of x had."""
    return _black_beyond(enlarge(image, size_hw), image, size_hw, axis=0)


@BLACK_BORDER.mistake("only the rows repaired")
def _black_last_column(image, size_hw):
    """The last row is right now, the last column is still black. The weights of x have the same bug as
    those of y had."""
    return _black_beyond(enlarge(image, size_hw), image, size_hw, axis=1)


def _black_beyond(result, image, size_hw, axis):
    """``result`` with 0 where the coordinate reaches the last sample."""
    in_size, out_size = image.shape[axis], size_hw[axis]
    inside = half_pixel(in_size, out_size) < in_size - 1
    return result * (inside[:, None] if axis == 0 else inside)


@BLACK_BORDER.mistake
def _corners_aligned(image, size_hw):
    """Now the corners lie on the corners: that is a different map, align_corners=True, and it moves every output.
    The coordinates were right. Which weights sum to 1 where both neighbors are the same sample?"""
    return with_align_corners(image, size_hw)


@BLACK_BORDER.mistake("reading beyond the border as 0")
def _darker_border(image, size_hw):
    """Now the border is darker rather than black: the weights there still sum to less than 1."""
    return black_outside(image, size_hw)


@BLACK_BORDER.mistake("short of the last sample")
def _stopped_short(image, size_hw):
    """Your second neighbor is another sample now, but the coordinate has been moved away from the last
    sample. The border is to be that sample itself, so leave the coordinate and repair the weights."""

    def coordinates(in_size, out_size):
        return half_pixel(in_size, out_size).clip(0, max(in_size - 2, 0))

    return mapped(image, size_hw, coordinates)


WRAP_AROUND = SpotTheBug(
    key="bilinear.wrap_around",
    title="A wrong border",
    buggy=enlarge_that_wraps,
    reference=enlarge,
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
        Case(np.full((3, 3), 100.0), (6, 6), by_hand=np.full((6, 6), 100.0), note="A gray wall."),
        Case(
            np.array([[5.0, 9.0, 5.0]]),
            (1, 6),
            by_hand=np.array([[5.0, 6, 8, 8, 6, 5]]),
            note="First = last.",
        ),
        Case(
            np.array([[0.0], [8], [16], [24], [32], [40]]),
            (8, 1),
            note="One column: more rows than columns.",
        ),
        Case(
            np.arange(16.0).reshape(4, 4),
            (2, 2),
            by_hand=np.array([[2.5, 4.5], [10.5, 12.5]]),
            note="Shrunk to half: no coordinate is negative.",
        ),
    ],
    random_case=random_resize,
    tolerance=SINGLE_PRECISION,
    hints=[
        "Print `x` and `x0` when two columns become four. What does NumPy do with the smallest `x0`?",
        "The floor of −0.25 is −1, and `image[:, -1]` is the last column. Where should that output read?",
        "Clip `x` to 0 .. width − 1 and `y` to 0 .. height − 1, before the floor.",
    ],
)


@WRAP_AROUND.mistake("index clamped, coordinate not")
def _negative_fraction(image, size_hw):
    """The index is clamped now, but the coordinate is not: its fraction is negative, and the line
    runs on beyond the first sample. Clamp the coordinate, before the floor."""
    return extrapolating_at_the_start(image, size_hw)


@WRAP_AROUND.mistake("extrapolated at both ends")
def _extrapolating_both_ends(image, size_hw):
    """Now no index leaves the picture, but the coordinate does. The line runs on beyond the first and the
    last sample. Clamp the coordinate, before the floor."""
    return extrapolating(image, size_hw)


@WRAP_AROUND.mistake
def _wrapped_at_both_ends(image, size_hw):
    """Now the last row and column read the first ones as well: the picture is tiled. Repeat the border sample
    instead."""
    return wrapping_both_ends(image, size_hw)


@WRAP_AROUND.mistake("zeros outside")
def _zeros_outside(image, size_hw):
    """Now samples beyond the border count as 0 and the border gets darker. Repeat the border sample instead."""
    return black_outside(image, size_hw)


@WRAP_AROUND.mistake("the absolute value")
def _mirrored(image, size_hw):
    """−0.25 became 0.25: the first output is mirrored into the picture. It should sit on the first sample."""
    return mapped(image, size_hw, lambda n, m: np.abs(half_pixel(n, m)))


@WRAP_AROUND.mistake("only the columns repaired")
def _rows_wrap(image, size_hw):
    """The first column is right now, the first row still shows the last one. The coordinate y has the same
    bug as x had."""
    return enlarge_that_wraps(enlarge(image, (image.shape[0], size_hw[1])), size_hw)


@WRAP_AROUND.mistake("only the rows repaired")
def _columns_wrap(image, size_hw):
    """The first row is right now, the first column still shows the last one. The coordinate x has the same
    bug as y had."""
    return enlarge_that_wraps(enlarge(image, (size_hw[0], image.shape[1])), size_hw)


@WRAP_AROUND.mistake("y clamped by the width")
def _clamped_by_the_other_axis(image, size_hw):
    """You clamp both coordinates to the width. y counts rows: it may go up to height − 1."""
    (height, width), (out_height, out_width) = image.shape, size_hw
    rows = enlarge(image, (height, out_width))
    y = half_pixel(height, out_height).clip(0, min(width, height) - 1)
    top, bottom, of_top, of_bottom = two_taps(y, height)
    return of_top[:, None] * rows[top] + of_bottom[:, None] * rows[bottom]


# ---- the weights --------------------------------------------------------------------------------------------


def mean_with_halves(a, b, c, d):
    return 0.5 * a + 0.5 * b + 0.5 * c + 0.5 * d


def mean_of_four(a, b, c, d):
    return 0.25 * a + 0.25 * b + 0.25 * c + 0.25 * d


WEIGHTS_OF_A_HALF = SpotTheBug(
    key="bilinear.weights_of_a_half",
    title="The average that is too bright",
    buggy=mean_with_halves,
    reference=mean_of_four,
    name="middle",
    cases=[
        Case(1.0, 1.0, 1.0, 1.0, by_hand=1, note="Four equal samples: their average is that same value."),
        Case(100.0, 100.0, 100.0, 100.0, by_hand=100),
        Case(10.0, 20.0, 40.0, 90.0, by_hand=40),
        Case(0.0, 0.0, 0.0, 0.0, by_hand=0, note="All black."),
        Case(-3.0, 1.0, 5.0, -3.0, by_hand=0, note="Values that sum to 0."),
        Case(1, 2, 2, 2, by_hand=1.75, note="The average of whole numbers has a fraction."),
    ],
    random_case=lambda rng: Case(*random_samples(rng, 4).tolist()),
    tolerance=1e-5,
    hints=[
        "What do the four weights sum to?",
        "In the middle of the cell all four opposite areas are equal. How large is each?",
    ],
)


@WEIGHTS_OF_A_HALF.mistake("two of the four")
def _mean_of_two(a, b, c, d):
    """Now the weights sum to 1, but two of the samples are not read at all."""
    return 0.5 * a + 0.5 * d


@WEIGHTS_OF_A_HALF.mistake("the first two")
def _mean_of_the_first_two(a, b, c, d):
    """Now the weights sum to 1, but c and d are not read at all."""
    return 0.5 * a + 0.5 * b


@WEIGHTS_OF_A_HALF.mistake
def _whole_number_division(a, b, c, d):
    """// divides and rounds down, so the average loses its fraction. / keeps it."""
    return (a + b + c + d) // 4


@WEIGHTS_OF_A_HALF.mistake
def _only_the_last_divided(a, b, c, d):
    """Only d is divided by 4: a division binds tighter than a sum. Which parentheses are missing?"""
    return a + b + c + d / 4


@WEIGHTS_OF_A_HALF.mistake
def _rounded_average(a, b, c, d):
    """The average is right and then rounded to a whole number. Its fraction is needed."""
    return round(mean_of_four(a, b, c, d))


# ---- the rounding -------------------------------------------------------------------------------------------


def blend_truncating_twice(cell, x, y):
    top = (1 - x) * cell[0, 0] + x * cell[0, 1]
    bottom = (1 - x) * cell[1, 0] + x * cell[1, 1]
    return int((1 - y) * top) + int(y * bottom)


def blend(cell, x, y):
    top = (1 - x) * cell[0, 0] + x * cell[0, 1]
    bottom = (1 - x) * cell[1, 0] + x * cell[1, 1]
    return int(np.floor((1 - y) * top + y * bottom + 0.5))


def random_pixels(rng):
    """Four pixels and a point, in eighths or in thousandths.

    Eighths are exact in binary, so a halfway value is one in any arithmetic. Thousandths are not: there
    points are drawn until the value is away from halfway, by little in every second case.
    """
    brightest, farthest = int(rng.choice([4, 30, 255])), rng.choice([0.01, 0.5])
    exact = rng.random() < 0.5
    while True:
        cell = rng.integers(0, brightest + 1, (2, 2))
        if exact:
            return Case(cell, *(rng.integers(0, 9, 2) / 8).tolist())
        x, y = rng.uniform(0, 1, 2).round(3).tolist()
        if 0.001 < abs(bilinear(cell, x, y) % 1 - 0.5) <= farthest:
            return Case(cell, x, y)


def _pixels(*values):
    return np.array(values).reshape(2, 2)


TWO_TRUNCATIONS = SpotTheBug(
    key="bilinear.two_truncations",
    title="Every picture a little too dark",
    buggy=blend_truncating_twice,
    reference=blend,
    cases=[
        Case(_pixels(1, 1, 1, 1), 0.5, 0.5, by_hand=1, note="Four pixels of 1."),
        Case(_pixels(255, 255, 255, 255), 0.5, 0.5, by_hand=255, note="A white wall."),
        Case(_pixels(10, 11, 10, 11), 0.75, 0.0, by_hand=11, note="10.75 is nearer to 11 than to 10."),
        Case(_pixels(0, 0, 0, 1), 0.5, 0.5, by_hand=0, note="0.25 is nearer to 0 than to 1."),
        Case(_pixels(0, 0, 0, 1), 0.75, 0.75, by_hand=1, note="0.5625 is nearer to 1 than to 0."),
        Case(_pixels(1, 1, 0, 0), 0.0, 0.5, by_hand=1, note="0.5: halves go up."),
        Case(_pixels(2, 2, 1, 1), 0.0, 0.5, by_hand=2, note="1.5: halves go up."),
        Case(_pixels(0, 0, 0, 0), 0.3, 0.7, by_hand=0, note="All black."),
        Case(CELL.astype(int), 0.5, 0.5, by_hand=40, note="Both halves (7.5 and 32.5) have fractions."),
        Case(_pixels(8, 8, 12, 12), 0.0, 0.5, by_hand=10, note="Even values: both halves are whole."),
        Case(_pixels(3, 3, 3, 3), 0.5, 0.25, by_hand=3),
    ],
    random_case=random_pixels,
    random_cases=48,  # enough values halfway
    hints=[
        "Take four pixels of 1 and the middle of the cell. What are the two numbers that go into `int()`?",
        "`int(0.5)` is 0, twice. When should the fraction be given up?",
        "Add first, then round once, half up: `int(np.floor(value + 0.5))`.",
    ],
)


@TWO_TRUNCATIONS.mistake("truncated once")
def _blend_truncating_once(cell, x, y):
    """Once is better than twice, but int() still cuts off: 10.75 becomes 10 and 99.9 becomes 99. Which
    function goes to the nearest whole number, halves up?"""
    return int(bilinear(cell, x, y))


@TWO_TRUNCATIONS.mistake
def _half_to_even(cell, x, y):
    """Only values exactly halfway are wrong now. Python's round and np.round send them to the even
    neighbor: 0.5 to 0, 1.5 to 2. The task sends halves up: the floor of value + 0.5."""
    return round(bilinear(cell, x, y))


@TWO_TRUNCATIONS.mistake
def _half_down(cell, x, y):
    """Only values exactly halfway are wrong now: yours go down. The task sends halves up."""
    return int(np.ceil(bilinear(cell, x, y) - 0.5))


@TWO_TRUNCATIONS.mistake
def _rounded_up(cell, x, y):
    """You add first, as you should, and then always round up: 0.25 becomes 1. Every picture is a little
    too bright. Which whole number is nearest?"""
    return int(np.ceil(bilinear(cell, x, y)))


@TWO_TRUNCATIONS.mistake
def _not_rounded(cell, x, y):
    """The sum is right, but a pixel is a whole number. Round it, once, halves up."""
    return bilinear(cell, x, y)


@TWO_TRUNCATIONS.mistake("rounded twice")
def _blend_rounding_twice(cell, x, y):
    """Now both halves are rounded before they are added, and 0.5 + 0.5 becomes 2. Add first, round
    once."""
    top, bottom = bilinear(cell, x, 0), bilinear(cell, x, 1)
    return int(np.floor((1 - y) * top + 0.5)) + int(np.floor(y * bottom + 0.5))


@TWO_TRUNCATIONS.mistake("rounded twice, to even")
def _blend_rounding_twice_to_even(cell, x, y):
    """Both halves are still made whole before they are added: round() sends 0.5 to 0, twice. Add first,
    round once."""
    top, bottom = bilinear(cell, x, 0), bilinear(cell, x, 1)
    return round((1 - y) * top) + round(y * bottom)


@TWO_TRUNCATIONS.mistake
def _one_added_back(cell, x, y):
    """You cut off twice and then add 1. That is right for four pixels of 1, and too bright for black. Add
    the halves first, then round once."""
    return blend_truncating_twice(cell, x, y) + 1


@TWO_TRUNCATIONS.mistake
def _truncated_at_every_lerp(cell, x, y):
    """You cut off on both edges, and then once more. Keep the fractions of top and bottom, and round the sum,
    once."""
    top, bottom = int(bilinear(cell, x, 0)), int(bilinear(cell, x, 1))
    return int((1 - y) * top + y * bottom)


@TWO_TRUNCATIONS.mistake
def _rounded_at_every_lerp(cell, x, y):
    """You round on the way, on both edges, and then once more. The error of the first rounding stays. Keep
    the fractions of top and bottom, and round the sum."""
    top, bottom = (int(np.floor(bilinear(cell, x, row) + 0.5)) for row in (0, 1))
    return int(np.floor((1 - y) * top + y * bottom + 0.5))
