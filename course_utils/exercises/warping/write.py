"""Lesson 11, the five functions to write: units there and back, the sampler, the warp, a flow of another size."""

import numpy as np

from course_utils.exercises.engine import Case, Exercise, NoCallOf, NoLoopOverPixels
from course_utils.resampling import resize
from course_utils.warping import grid_sample, grid_to_pixels, pixel_centers, pixels_to_grid, sample

NEARLY = 1e-5  # tolerance: the values are right in float32 too, and 0.01 pixel beside the place is seen


def random_size_hw(rng, smallest=1):
    """Height and width of a picture; every sixth has an axis of the smallest size."""
    size_hw = rng.integers(2, 7, 2)
    if rng.random() < 1 / 6:
        size_hw[rng.integers(2)] = smallest
    return tuple(size_hw.tolist())


def random_values(rng, *shape, reach=9):
    """Numbers with two decimals: not exact in any arithmetic, but readable."""
    return rng.uniform(-reach, reach, shape).round(2)


# ------------------------------------------------------------------------------------ the identity grid


def identity(height, width, align_corners):
    """The grid (height, width, 2), last axis (x, y), with which every output fetches its own pixel."""
    column, row = np.arange(width), np.arange(height)
    if align_corners:  # -1 and 1 are the outer centers
        x, y = 2 * column / (width - 1) - 1, 2 * row / (height - 1) - 1
    else:  # -1 and 1 are the outer edges
        x, y = (2 * column + 1) / width - 1, (2 * row + 1) / height - 1
    return np.stack(np.meshgrid(x, y), axis=-1)


def _grid(x, y):
    return np.stack(np.meshgrid(x, y), axis=-1)


def _random_identity(rng):
    align_corners = bool(rng.integers(2))
    return Case(*random_size_hw(rng, 2 if align_corners else 1), align_corners)


IDENTITY = Exercise(
    key="warping.identity",
    title="The identity grid, for both conventions",
    reference=identity,
    cases=[
        Case(
            2,
            4,
            False,
            by_hand=[
                [[-0.75, -0.5], [-0.25, -0.5], [0.25, -0.5], [0.75, -0.5]],
                [[-0.75, 0.5], [-0.25, 0.5], [0.25, 0.5], [0.75, 0.5]],
            ],
            note="Two rows of four pixels. From −1 to 1 there are 4 pixels in x and 2 pixels in y.",
        ),
        Case(
            2,
            3,
            True,
            by_hand=[[[-1, -1], [0, -1], [1, -1]], [[-1, 1], [0, 1], [1, 1]]],
            note="The outer centers are −1 and 1.",
        ),
        Case(3, 2, False),
        Case(5, 5, True),
        Case(5, 5, False),
        Case(4, 9, True),
    ],
    random_case=_random_identity,
    hints=[
        "First one axis: the normalized x of columns 0, 1, …, width − 1.",
        "`align_corners=False`: 0 is the edge −0.5 and the axis is `width` long, so (column + 0.5) / "
        "width lies between 0 and 1. Times 2, minus 1.",
        "`align_corners=True`: the axis runs from center 0 to center width − 1, so column / (width − 1).",
        "`np.stack(np.meshgrid(x, y), axis=-1)` puts x and y of every pixel together, x first.",
    ],
    forbids=[NoCallOf("course_utils.identity_grid", "torch.affine_grid", case=Case(2, 4, False))],
    tolerance=NEARLY,
)


@IDENTITY.mistake("(y, x) order")
def _yx_order(height, width, align_corners):
    """Your grid is in (y, x) order. The last axis is (x, y): which of the two runs along a row?"""
    return identity(height, width, align_corners)[..., ::-1]


@IDENTITY.mistake
def _other_convention(height, width, align_corners):
    """The two branches of `align_corners` are swapped. Which of them puts −1 on an edge?"""
    return identity(height, width, not align_corners)


@IDENTITY.mistake("align_corners=False in both")
def _edges_always(height, width, align_corners):
    """Your grid is the one of `align_corners=False`, whatever is asked for. With True, which number is at the
    center of the first pixel?"""
    return identity(height, width, False)


@IDENTITY.mistake("align_corners=True in both")
def _centers_always(height, width, align_corners):
    """Your grid is the one of `align_corners=True`, whatever is asked for. With False, −1 and 1 are the outer
    edges. How far are those from the outer centers?"""
    return _grid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))


@IDENTITY.mistake("n instead of n - 1")
def _n_instead_of_n_minus_1(height, width, align_corners):
    """With `align_corners=True` you divide by n. How many pixels is it from the first center to the last?"""
    return _on_left_edges(height, width) if align_corners else identity(height, width, False)


@IDENTITY.mistake
def _half_pixel_forgotten(height, width, align_corners):
    """With `align_corners=False` your numbers belong to the left and upper edges of the pixels. How far from
    its edge is a center?"""
    return identity(height, width, True) if align_corners else _on_left_edges(height, width)


@IDENTITY.mistake("last end left out")
def _no_end(height, width, align_corners):
    """Your numbers begin at −1 and stop one step before 1, in both conventions. Draw four pixels between −1 and
    1: where are their centers?"""
    return _on_left_edges(height, width)


def _on_left_edges(height, width):
    return _grid(2 * np.arange(width) / width - 1, 2 * np.arange(height) / height - 1)


@IDENTITY.mistake("height and width swapped")
def _sizes_swapped(height, width, align_corners):
    """You divide x by the height and y by the width. How many pixels does a row have? A square picture hides
    this one."""
    x, y = np.arange(width), np.arange(height)
    if align_corners:
        return _grid(2 * x / (height - 1) - 1, 2 * y / (width - 1) - 1)
    return _grid((2 * x + 1) / height - 1, (2 * y + 1) / width - 1)


@IDENTITY.mistake("pixels")
def _in_pixels(height, width, align_corners):
    """These are the positions in pixels. They still have to become numbers from −1 to 1."""
    return pixel_centers((height, width))


@IDENTITY.mistake
def _from_0_to_1(height, width, align_corners):
    """Your numbers run from 0 to 1. How do you stretch that to −1 to 1?"""
    return (identity(height, width, align_corners) + 1) / 2


@IDENTITY.mistake("from 0 to 1, on left edges")
def _from_0_to_1_on_left_edges(height, width, align_corners):
    """Your numbers run from 0 to 1. They have to run from −1 to 1. Also, with `align_corners=False` a center is
    half a pixel to the right of its left edge."""
    if align_corners:
        return (identity(height, width, True) + 1) / 2
    return _grid(np.arange(width) / width, np.arange(height) / height)


@IDENTITY.mistake("from 0 to 1 in both")
def _from_0_to_1_always(height, width, align_corners):
    """Your numbers run from 0 to 1, whatever `align_corners` is. They have to run from −1 to 1, and with False
    those are the outer edges."""
    return _grid(np.linspace(0, 1, width), np.linspace(0, 1, height))


@IDENTITY.mistake
def _x_and_y_apart(height, width, align_corners):
    """Your result has the shape (2, height, width): all x, then all y. `np.stack(..., axis=-1)` puts the two numbers
    of a pixel together."""
    return np.moveaxis(identity(height, width, align_corners), -1, 0)


@IDENTITY.mistake("width before height")
def _width_first(height, width, align_corners):
    """Your result has the shape (width, height, 2). Rows come first in an array: `np.meshgrid(x, y)` without
    `indexing` has them first."""
    return identity(height, width, align_corners).transpose(1, 0, 2)


# ------------------------------------------------------------------------------------ back to pixels


def back_to_pixels(grid, height, width, align_corners):
    """The positions of a grid (..., 2) in pixels, the same shape: undo the normalization."""
    size = np.array([width, height])  # as the last axis: x, y
    if align_corners:
        return (grid + 1) / 2 * (size - 1)
    return ((grid + 1) * size - 1) / 2


def _random_grid(rng):
    shape = rng.integers(1, 4, rng.integers(3))
    return Case(random_values(rng, *shape, 2, reach=1.5), *random_size_hw(rng), bool(rng.integers(2)))


BACK = Exercise(
    key="warping.back",
    title="From normalized units back to pixels",
    reference=back_to_pixels,
    cases=[
        Case(
            np.array([-1.0, 0.0]),
            2,
            4,
            False,
            by_hand=[-0.5, 0.5],
            note="x = −1 is the left edge; y = 0 is the middle of two rows, between 0 and 1.",
        ),
        Case(
            np.array([[-1.0, -1.0], [0.5, 0.0], [1.0, 1.0]]),
            3,
            5,
            True,
            by_hand=[[0, 0], [3, 1], [4, 2]],
        ),
        Case(np.array([[-1.0, -1.0], [1.0, 1.0]]), 3, 5, False, by_hand=[[-0.5, -0.5], [4.5, 2.5]]),
        Case(np.array([[[2.0, -3.0], [0.25, 0.75]]]), 6, 4, False),
        Case(np.array([[[2.0, -3.0], [0.25, 0.75]]]), 6, 4, True),
    ],
    random_case=_random_grid,
    hints=[
        "(grid + 1) / 2 runs from 0 to 1 across the picture, in either convention.",
        "`align_corners=True`: 0 to 1 is center 0 to center n − 1. `False`: it is edge −0.5 to edge n − 0.5.",
        "The last axis is (x, y): `np.array([width, height])` multiplies each with its own size.",
    ],
    forbids=[
        NoCallOf("course_utils.grid_to_pixels", "course_utils.to_pixels", case=Case(np.zeros(2), 2, 4, False))
    ],
    tolerance=NEARLY,
)


@BACK.mistake("[height, width]")
def _back_by_height_and_width(grid, height, width, align_corners):
    """You stretch x by the height and y by the width. The last axis is (x, y): in which order are its sizes? A
    square picture hides this one."""
    return back_to_pixels(grid, width, height, align_corners)


@BACK.mistake("width for both")
def _back_by_width(grid, height, width, align_corners):
    """You stretch both axes by the width. y runs down the rows: how many are there?"""
    return back_to_pixels(grid, width, width, align_corners)


@BACK.mistake("height for both")
def _back_by_height(grid, height, width, align_corners):
    """You stretch both axes by the height. x runs along a row: how many pixels does it have?"""
    return back_to_pixels(grid, height, height, align_corners)


@BACK.mistake("(y, x) order")
def _back_in_yx_order(grid, height, width, align_corners):
    """Your positions are in (y, x) order. The last axis keeps its order: x comes first."""
    return back_to_pixels(grid, height, width, align_corners)[..., ::-1]


@BACK.mistake("other convention")
def _back_by_the_other(grid, height, width, align_corners):
    """The two branches of `align_corners` are swapped. Which of them puts −1 on an edge?"""
    return back_to_pixels(grid, height, width, not align_corners)


@BACK.mistake("align_corners=False in both")
def _back_from_edges(grid, height, width, align_corners):
    """You go back from edges, whatever is asked for. With `align_corners=True`, which pixel is −1?"""
    return back_to_pixels(grid, height, width, False)


@BACK.mistake("align_corners=True in both")
def _back_from_centers(grid, height, width, align_corners):
    """You go back from centers, whatever is asked for. With `align_corners=False`, which position is −1?"""
    return back_to_pixels(grid, height, width, True)


@BACK.mistake("half pixel forgotten")
def _back_without_the_half(grid, height, width, align_corners):
    """With `align_corners=False` your positions are half a pixel too far. −1 is the left edge of pixel 0: which
    position is that?"""
    size = np.array([width, height])
    return (grid + 1) / 2 * (size - 1 if align_corners else size)


@BACK.mistake("n instead of n - 1")
def _back_by_n(grid, height, width, align_corners):
    """With `align_corners=True` you stretch by n, and 1 lands beyond the last center. How many pixels is it from
    the first center to the last?"""
    size = np.array([width, height])
    return (grid + 1) / 2 * size if align_corners else back_to_pixels(grid, height, width, False)


@BACK.mistake("n in both")
def _back_by_n_always(grid, height, width, align_corners):
    """You stretch by n, whatever `align_corners` is. With True it is n − 1 from the first center to the last; with
    False −1 is an edge, half a pixel to the left of pixel 0."""
    return (grid + 1) / 2 * np.array([width, height])


@BACK.mistake("+ 1 forgotten")
def _back_without_plus_1(grid, height, width, align_corners):
    """The picture begins at −1, not at 0. What do you add before you stretch?"""
    return back_to_pixels(grid - 1, height, width, align_corners)


@BACK.mistake("not halved")
def _back_not_halved(grid, height, width, align_corners):
    """You multiply by the whole size. How many units is it from −1 to 1?"""
    size = np.array([width, height])
    return (grid + 1) * (size - 1) if align_corners else (grid + 1) * size - 0.5


@BACK.mistake("there instead of back")
def _there_again(grid, height, width, align_corners):
    """That is the way from pixels to normalized units. Solve it for the pixel."""
    return pixels_to_grid(grid, (height, width), align_corners)


# ------------------------------------------------------------------------------------ the bilinear sampler


def fetch_bilinear(image, x, y):
    """The values of image (height, width) at positions x, y in pixels (arrays of one shape); outside it is 0."""
    height, width = image.shape
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    value = np.zeros(np.shape(x))
    for row, weight_y in ((top, 1 - (y - top)), (top + 1, y - top)):
        for column, weight_x in ((left, 1 - (x - left)), (left + 1, x - left)):
            inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
            sample = image[row.clip(0, height - 1), column.clip(0, width - 1)]
            value += weight_y * weight_x * inside * sample
    return value


def _fetch(
    image, x, y, whole=np.floor, weights=lambda f: (1 - f, f), index=None, inside=None, weights_y=None
):
    """The sampler with parts to spoil."""
    height, width = image.shape
    index = index or (lambda i, size: i.clip(0, size - 1))
    inside = inside or (lambda i, size: (i >= 0) & (i < size))
    left, top = whole(x).astype(int), whole(y).astype(int)
    value = np.zeros(np.shape(x))
    for b, weight_y in enumerate((weights_y or weights)(y - top)):
        for a, weight_x in enumerate(weights(x - left)):
            taken = inside(top + b, height) & inside(left + a, width)
            value += weight_y * weight_x * taken * image[index(top + b, height), index(left + a, width)]
    return value


def _random_places(rng):
    """Positions on the picture and up to two pixels beside it, not always in two axes."""
    height, width = random_size_hw(rng)
    shape = rng.integers(1, 4, rng.integers(1, 3))
    x, y = (rng.uniform(-1.5, size + 0.5, shape).round(2) for size in (width, height))
    return Case(random_values(rng, height, width), x, y)


def _many_places(count):
    return Case(FOUR, np.linspace(0, 1, count), np.linspace(1, 0, count))


FOUR = np.array([[10.0, 20.0], [40.0, 90.0]])
THREE_BY_FOUR = np.array([[3.0, 1, 4, 1], [5, 9, 2, 6], [5, 3, 5, 8]])
PLACES_X = np.array([[0.0, 1.5, 3.0, 2.25], [-0.5, 3.75, 1.0, 0.5], [2.0, -2.0, 5.5, 2.5]])
PLACES_Y = np.array([[0.0, 0.5, 2.0, 1.75], [1.0, 0.25, -0.25, 2.5], [-0.75, 1.0, 1.0, 7.0]])

FETCH = Exercise(
    key="warping.fetch",
    title="A bilinear sampler with zeros around",
    reference=fetch_bilinear,
    cases=[
        Case(
            FOUR,
            np.array([0.75]),
            np.array([0.0]),
            by_hand=[17.5],
            note="On the top row, three quarters of the way: 0.25 · 10 + 0.75 · 20.",
        ),
        Case(
            FOUR,
            np.array([0.75]),
            np.array([0.25]),
            by_hand=[32.5],
            note="17.5 above and 77.5 below: 0.75 · 17.5 + 0.25 · 77.5.",
        ),
        Case(
            FOUR,
            np.array([1.0, 0.0, 1.0]),
            np.array([0.0, 1.0, 1.0]),
            by_hand=[20, 40, 90],
            note="Exactly on pixels.",
        ),
        Case(
            FOUR,
            np.array([-0.25, 1.5, -1.0]),
            np.array([0.0, 1.0, 0.0]),
            by_hand=[7.5, 45, 0],
            note="A quarter of a pixel outside, a quarter of the weight falls on nothing.",
        ),
        Case(THREE_BY_FOUR, PLACES_X, PLACES_Y),
        Case(THREE_BY_FOUR.T.copy(), PLACES_Y, PLACES_X),
        Case(
            np.array([[7.0]]),
            np.array([0.0, 0.5, -0.5, 1.0]),
            np.array([0.0, 0.0, 0.5, 0.0]),
            by_hand=[7, 3.5, 1.75, 0],
            note="A picture of one pixel.",
        ),
    ],
    random_case=_random_places,
    hints=[
        "`left = np.floor(x)`, `top = np.floor(y)`: the four taps are (top, left), (top, left + 1), and "
        "the two below them.",
        "In x the left tap weighs 1 − (x − left), the right one x − left. Likewise in y. Multiply them.",
        "Clip the index so that reading never fails, and multiply by `inside`, which is 0 or 1: was it inside "
        "before clipping?",
    ],
    forbids=[
        NoLoopOverPixels(_many_places(20), _many_places(2000)),
        NoCallOf(
            "course_utils.sample",
            "course_utils.grid_sample",
            "course_utils.hat_sample",
            "scipy.map_coordinates",
            "scipy.interpn",
            "scipy.RegularGridInterpolator.__call__",
            "torch.grid_sample",
            "torch._VariableFunctionsClass.grid_sampler",  # `torch.grid_sampler`, in C
            "torch._VariableFunctionsClass.grid_sampler_2d",
            "torch.OpOverloadPacket.__call__",  # `torch.ops.aten.grid_sampler_2d`
            case=_many_places(20),
        ),
    ],
    tolerance=NEARLY,
)


@FETCH.mistake("x and y swapped")
def _x_for_rows(image, x, y):
    """You swapped x and y. x is the column, and that is the second index: image[row, column]."""
    return fetch_bilinear(image, y, x)


@FETCH.mistake
def _border_repeated(image, x, y):
    """Your border is repeated outside. Here a tap outside counts as 0: clip the index to read, and multiply by
    whether it was inside."""
    height, width = image.shape
    return fetch_bilinear(image, x.clip(0, width - 1), y.clip(0, height - 1))


@FETCH.mistake
def _clipped_before_the_weights(image, x, y):
    """You take the weights from taps that are clipped already, so beyond the border they are below 0 or above 1. Take
    the weights first. Then clip the index to read, and count a tap outside as 0."""
    height, width = image.shape
    left, top = np.floor(x).astype(int).clip(0, width - 1), np.floor(y).astype(int).clip(0, height - 1)
    right, bottom = (left + 1).clip(0, width - 1), (top + 1).clip(0, height - 1)
    upper = image[top, left] * (1 - (x - left)) + image[top, right] * (x - left)
    lower = image[bottom, left] * (1 - (x - left)) + image[bottom, right] * (x - left)
    return upper * (1 - (y - top)) + lower * (y - top)


@FETCH.mistake("weights swapped")
def _opposite_weights(image, x, y):
    """Your weights are swapped. At x = 0.75, which of columns 0 and 1 should weigh more?"""
    return _fetch(image, x, y, weights=lambda f: (f, 1 - f))


@FETCH.mistake("y weights swapped")
def _opposite_weights_in_y(image, x, y):
    """Your weights in x are right, those in y are swapped. At y = 0.25, which of rows 0 and 1 should weigh
    more?"""
    return _fetch(image, x, y, weights_y=lambda f: (f, 1 - f))


@FETCH.mistake("floor and ceil")
def _floor_and_ceil(image, x, y):
    """Your result is 0 at whole positions. There `np.floor` and `np.ceil` agree, so both of your weights are 0. Is
    the right tap always one further than the left?"""
    return _fetch(image, x, y, weights=lambda f: (np.ceil(f) - f, f))


@FETCH.mistake("wrap-around")
def _around_the_corner(image, x, y):
    """Your taps outside wrap around to the other end. Here a tap outside counts as 0."""
    return _fetch(image, x, y, index=lambda i, size: i % size, inside=lambda i, size: np.ones(i.shape, bool))


@FETCH.mistake("negative index")
def _negative_indices(image, x, y):
    """Index −1 is the last pixel in NumPy. What should a tap at row or column −1 weigh?"""
    return _fetch(image, x, y, index=lambda i, size: np.minimum(i, size - 1), inside=lambda i, size: i < size)


@FETCH.mistake("cut off instead of floor")
def _cut_off(image, x, y):
    """`int` and `astype(int)` cut off toward 0: −0.25 becomes 0, not −1. Use `np.floor` first."""
    return _fetch(image, x, y, whole=np.trunc)


@FETCH.mistake("nearest")
def _nearest_only(image, x, y):
    """You return the nearest pixel. Between pixels, how many of them contribute?"""
    return _fetch(image, np.rint(x), np.rint(y))


@FETCH.mistake("upper left neighbor")
def _left_top_only(image, x, y):
    """You return only the top left neighbor. Which other pixels are less than one pixel away?"""
    return _fetch(image, np.floor(x), np.floor(y))


@FETCH.mistake("0 as soon as outside")
def _nothing_beyond_the_centers(image, x, y):
    """You return 0 as soon as the position is outside. A quarter of a pixel outside, which taps are still inside?"""
    height, width = image.shape
    there = (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)
    return np.where(there, fetch_bilinear(image, x, y), 0)


@FETCH.mistake("last row and column lost")
def _last_line_lost(image, x, y):
    """You return 0 as soon as one of the four taps is outside. On the last row two taps lie outside with weight
    0. What about the others?"""
    height, width = image.shape
    left, top = np.floor(x), np.floor(y)
    there = (left >= 0) & (left + 1 < width) & (top >= 0) & (top + 1 < height)
    return np.where(there, fetch_bilinear(image, x, y), 0)


@FETCH.mistake("weights made to sum to 1")
def _shared_again(image, x, y):
    """You divide by the sum of the weights inside. With zeros around, the missing part is 0 and stays missing."""
    ones = fetch_bilinear(np.ones_like(image), x, y)
    return np.divide(fetch_bilinear(image, x, y), ones, out=np.zeros(np.shape(x)), where=ones > 0)


# ------------------------------------------------------------------------------------ warp by a flow


def along_flow(image, flow_xy):
    """The image (height, width), every output fetched flow_xy (height, width, 2) pixels from its own position."""
    height, width = image.shape
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    own_place = np.stack([x, y], axis=-1)
    return sample(image, own_place + flow_xy)  # bilinear, zeros outside


def _random_flow(rng):
    height, width = random_size_hw(rng)
    return Case(random_values(rng, height, width), random_values(rng, height, width, 2, reach=2.5))


TWO_ROWS = np.array([[1.0, 2, 3], [4, 5, 6]])
RIGHT = np.full((2, 3, 2), [1.0, 0.0])
PICTURE = np.array([[1.0, 2, 3, 4], [5, 6, 7, 8], [9, 1, 2, 3]])
DOWN = np.full((3, 4, 2), [0.0, 1.0])
LEFT_AND_UP = np.full((3, 4, 2), [-0.5, -0.25])

# Small cases have at least two rows: a grid of size - 1 says nothing of a single one, and its slip needs a
# name.
ALONG_FLOW = Exercise(
    key="warping.along_flow",
    title="Warp by a flow",
    reference=along_flow,
    cases=[
        Case(
            TWO_ROWS,
            RIGHT,
            by_hand=[[2, 3, 0], [5, 6, 0]],
            note="Every output fetches from one pixel further right: 2, 3, and then nothing is there.",
        ),
        Case(PICTURE, DOWN, by_hand=[[5, 6, 7, 8], [9, 1, 2, 3], [0, 0, 0, 0]]),
        Case(
            TWO_ROWS,
            RIGHT / 2,
            by_hand=[[1.5, 2.5, 1.5], [4.5, 5.5, 3]],
            note="Half of the last one is outside.",
        ),
        Case(PICTURE, np.zeros((3, 4, 2)), by_hand=PICTURE, note="Zero flow is the identity."),
        Case(PICTURE, LEFT_AND_UP),
    ],
    random_case=_random_flow,
    hints=[
        "Where is each output's own position? `np.meshgrid(np.arange(width), np.arange(height))` gives x and y.",
        "Stack them with x first: shape (height, width, 2), like the flow. Add the flow.",
        "`sample(image, pixels_xy)` fetches, bilinear and with zeros outside. So does your own sampler.",
    ],
    forbids=[NoCallOf("course_utils.warp", case=Case(TWO_ROWS, RIGHT))],
    tolerance=NEARLY,
)


@ALONG_FLOW.mistake("the other way")
def _against_the_flow(image, flow_xy):
    """You subtract the flow. It says where to *fetch from*: is that further right or further left for a flow of
    +1?"""
    return along_flow(image, -flow_xy)


@ALONG_FLOW.mistake
def _forward(image, flow_xy):
    """You send every pixel along the flow. That is the forward warp. Here every output fetches its value, and a
    flow of half a pixel needs interpolation."""
    out = np.zeros(image.shape)
    for row, column in np.ndindex(image.shape):
        to_x, to_y = np.rint(flow_xy[row, column]).astype(int) + np.array([column, row])
        if 0 <= to_y < image.shape[0] and 0 <= to_x < image.shape[1]:
            out[to_y, to_x] = image[row, column]
    return out


@ALONG_FLOW.mistake("flow in (y, x) order")
def _flow_yx(image, flow_xy):
    """You read the flow in (y, x) order. Its first number is x: to the right."""
    return along_flow(image, flow_xy[..., ::-1])


@ALONG_FLOW.mistake("positions in (y, x) order")
def _places_yx(image, flow_xy):
    """Your own positions are in (y, x) order. In which order is the flow?"""
    return sample(image, pixel_centers(image.shape)[..., ::-1] + flow_xy)


@ALONG_FLOW.mistake
def _own_place_forgotten(image, flow_xy):
    """You fetch from the flow itself. A flow counts from each pixel's own position: add that."""
    return sample(image, flow_xy)


@ALONG_FLOW.mistake("flow in normalized units")
def _normalized_flow(image, flow_xy):
    """You add the flow to a grid from −1 to 1. How many pixels is one unit of such a grid?"""
    grid = pixels_to_grid(pixel_centers(image.shape), image.shape) + flow_xy
    return sample(image, grid_to_pixels(grid, image.shape))


@ALONG_FLOW.mistake
def _conventions_mixed(image, flow_xy):
    """Your grid divides by size − 1: that is `align_corners=True`. What is the default of `grid_sample`?"""
    places = pixel_centers(image.shape) + flow_xy
    return grid_sample(image, 2 * places / (np.array(image.shape[::-1]) - 1) - 1)


@ALONG_FLOW.mistake("an axis of one pixel")
def _centers_of_one_pixel(image, flow_xy):
    """An axis of one pixel has size − 1 = 0, and you divide by that. With `align_corners=False` you divide by the
    size."""
    places = pixel_centers(image.shape) + flow_xy
    return grid_sample(image, 2 * places / (np.array(image.shape[::-1]) - 1) - 1, align_corners=True)


@ALONG_FLOW.mistake
def _half_pixel_forgotten(image, flow_xy):
    """Every position is half a pixel too far left and up. With `align_corners=False`, −1 is an edge: which
    number is at the center of the first pixel?"""
    return along_flow(image, flow_xy - 0.5)


@ALONG_FLOW.mistake
def _border_instead_of_zeros(image, flow_xy):
    """Your border is repeated outside. Here the outside is 0, as `sample` has it by default."""
    return sample(image, pixel_centers(image.shape) + flow_xy, padding_mode="border")


@ALONG_FLOW.mistake("nearest")
def _nearest_place(image, flow_xy):
    """Your positions are right, but you take the nearest pixel. Interpolate."""
    return sample(image, pixel_centers(image.shape) + flow_xy, "nearest")


@ALONG_FLOW.mistake
def _whole_pixels(image, flow_xy):
    """You cut the flow off to whole pixels. A flow of half a pixel needs interpolation."""
    return along_flow(image, np.trunc(flow_xy))


# ------------------------------------------------------------------------------------ a flow of another size


def resized_flow(flow_xy, height, width):
    """A flow in pixels (h, w, 2) for a picture of height x width: resized, and its numbers in new pixels."""
    old_height, old_width = flow_xy.shape[:2]
    return resize(flow_xy, (height, width), axes=(0, 1)) * [width / old_width, height / old_height]


def _resized_times(flow_xy, height, width, factors, **options):
    """Resized, and times ``factors`` of (the height's factor, the width's factor)."""
    old_height, old_width = flow_xy.shape[:2]
    larger = resize(flow_xy, (height, width), axes=(0, 1), **options)
    return larger * factors(height / old_height, width / old_width)


UNEVEN = np.array([[[1.0, 0.5], [2.0, -1.0], [0.0, 3.0]], [[-1.0, 1.0], [0.5, 0.25], [4.0, 0.0]]])

RESIZED = Exercise(
    key="warping.resized_flow",
    title="A flow for a picture of another size",
    reference=resized_flow,
    cases=[
        Case(
            np.array([[[1.0, 0.0], [1.0, 0.0]]]),
            1,
            4,
            by_hand=[[[2, 0], [2, 0], [2, 0], [2, 0]]],
            note="Two pixels become four: one old pixel is two new ones.",
        ),
        Case(
            np.full((2, 2, 2), [1.0, -1.0]),
            2,
            6,
            by_hand=np.full((2, 6, 2), [3.0, -1.0]),
            note="Only the width changes, so only x changes.",
        ),
        Case(
            np.full((4, 4, 2), [2.0, 3.0]),
            2,
            1,
            by_hand=np.full((2, 1, 2), [0.5, 1.5]),
            note="A smaller picture: fewer pixels.",
        ),
        Case(UNEVEN, 4, 9),
        Case(UNEVEN, 2, 3, by_hand=UNEVEN, note="The same size."),
        Case(UNEVEN, 5, 4),
    ],
    random_case=lambda rng: Case(random_values(rng, *random_size_hw(rng), 2), *random_size_hw(rng)),
    hints=[
        "A flow is an image with two channels: `resize(flow_xy, (height, width), axes=(0, 1))` "
        "interpolates both.",
        "Then its numbers are still in old pixels. How many new pixels is one old pixel in x? And in y?",
        "Multiply by `[width / old_width, height / old_height]`; the last axis is (x, y).",
    ],
    forbids=[NoCallOf("course_utils.resize_flow", case=Case(UNEVEN, 4, 9))],
    tolerance=NEARLY,
)


@RESIZED.mistake
def _values_not_rescaled(flow_xy, height, width):
    """Your flow has the right size, but its numbers are still in old pixels. How many new pixels is one old pixel?"""
    return resize(flow_xy, (height, width), axes=(0, 1))


@RESIZED.mistake
def _factors_swapped(flow_xy, height, width):
    """You multiply x by the factor of the height and y by that of the width. Two equal factors hide this one."""
    return _resized_times(flow_xy, height, width, lambda h, w: [h, w])


@RESIZED.mistake("the width's factor for both")
def _width_twice(flow_xy, height, width):
    """You multiply x and y by the factor of the width. What does y grow with?"""
    return _resized_times(flow_xy, height, width, lambda h, w: [w, w])


@RESIZED.mistake("the height's factor for both")
def _height_twice(flow_xy, height, width):
    """You multiply x and y by the factor of the height. What does x grow with?"""
    return _resized_times(flow_xy, height, width, lambda h, w: [h, h])


@RESIZED.mistake
def _divided(flow_xy, height, width):
    """You divide by the factor. In a larger picture, is the same step more pixels or fewer?"""
    return _resized_times(flow_xy, height, width, lambda h, w: [1 / w, 1 / h])


@RESIZED.mistake
def _always_2(flow_xy, height, width):
    """You multiply by 2. The factor is new size / old size, one for x and one for y."""
    return _resized_times(flow_xy, height, width, lambda h, w: [2, 2])


@RESIZED.mistake("both factors at once")
def _by_the_area(flow_xy, height, width):
    """You multiply by the product of both factors. What does x grow with, and what does y?"""
    return _resized_times(flow_xy, height, width, lambda h, w: [w * h, w * h])


@RESIZED.mistake
def _factor_squared(flow_xy, height, width):
    """You multiply by the factor twice."""
    return _resized_times(flow_xy, height, width, lambda h, w: [w * w, h * h])


@RESIZED.mistake("factor of the centers")
def _by_centers(flow_xy, height, width):
    """You multiply by (new − 1) / (old − 1): that belongs to `align_corners=True`, which stretches centers. What
    does `resize` stretch?"""
    return resize(flow_xy, (height, width), axes=(0, 1)) * _factors_of_centers(flow_xy, height, width)


@RESIZED.mistake("nearest")
def _copied(flow_xy, height, width):
    """Your factors are right, but you copy the nearest numbers. Interpolate: a flow is a picture with two
    channels."""
    return _resized_times(flow_xy, height, width, lambda h, w: [w, h], mode="nearest")


@RESIZED.mistake("resized by align_corners")
def _centers_on_centers(flow_xy, height, width):
    """You resize with outer centers on outer centers, but multiply by the factor of the edges. Use one
    convention: the default of `resize`."""
    return _resized_times(flow_xy, height, width, lambda h, w: [w, h], coordinate_map="align_corners")


@RESIZED.mistake("align_corners in both")
def _all_by_centers(flow_xy, height, width):
    """You resize and multiply as `align_corners=True` does. That is consistent, but here the outer edges
    coincide: the default of `resize`."""
    larger = resize(flow_xy, (height, width), axes=(0, 1), coordinate_map="align_corners")
    return larger * _factors_of_centers(flow_xy, height, width)


def _factors_of_centers(flow_xy, height, width):
    old_height, old_width = flow_xy.shape[:2]
    return [(width - 1) / max(old_width - 1, 1), (height - 1) / max(old_height - 1, 1)]
