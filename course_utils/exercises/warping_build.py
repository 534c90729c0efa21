"""Lesson 11, the five functions to write: units there and back, the sampler, the warp, a flow of another size."""

import numpy as np

from course_utils.exercises.engine import Case, Exercise
from course_utils.resampling import resize
from course_utils.warping import grid_to_pixels, pixel_centers, pixels_to_grid, sample

# ------------------------------------------------------------------------------------ the identity grid


def identity(height, width, align_corners):
    """The grid (height, width, 2), last axis (x, y), with which every output fetches its own pixel."""
    column, row = np.arange(width), np.arange(height)
    if align_corners:  # -1 and 1 are the outer centres
        x, y = 2 * column / (width - 1) - 1, 2 * row / (height - 1) - 1
    else:  # -1 and 1 are the outer edges
        x, y = (2 * column + 1) / width - 1, (2 * row + 1) / height - 1
    return np.stack(np.meshgrid(x, y), axis=-1)


def _grid(x, y):
    return np.stack(np.meshgrid(x, y), axis=-1)


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
            note="Two rows of four pixels. The unit from −1 to 1 is 4 pixels wide and 2 pixels high.",
        ),
        Case(
            2,
            3,
            True,
            by_hand=[[[-1, -1], [0, -1], [1, -1]], [[-1, 1], [0, 1], [1, 1]]],
            note="The outer centres are −1 and 1.",
        ),
        Case(3, 2, False),
        Case(5, 5, True),
        Case(5, 5, False),
        Case(4, 9, True),
    ],
    hints=[
        "First one axis: the numbers of the columns 0, 1, …, width − 1.",
        "`align_corners=False`: 0 is the edge −0.5 and the axis is `width` long, so (column + 0.5) / "
        "width runs from 0 to 1. Times 2, minus 1.",
        "`align_corners=True`: the axis runs from centre 0 to centre width − 1, so column / (width − 1).",
        "`np.stack(np.meshgrid(x, y), axis=-1)` puts x and y of every pixel together, x first.",
    ],
)


@IDENTITY.mistake("(y, x) order")
def _yx_order(height, width, align_corners):
    """Your result equals the grid in (y, x) order. The last axis is (x, y): x first, and x runs along a
    row."""
    return identity(height, width, align_corners)[..., ::-1]


@IDENTITY.mistake
def _other_convention(height, width, align_corners):
    """Your result equals the other convention: the two branches of `align_corners` are swapped."""
    return identity(height, width, not align_corners)


@IDENTITY.mistake("align_corners=False in both")
def _edges_always(height, width, align_corners):
    """Your result equals `align_corners=False` whatever is asked for. With True, the first and the last
    centre are −1 and 1."""
    return identity(height, width, False)


@IDENTITY.mistake("align_corners=True in both")
def _centers_always(height, width, align_corners):
    """Your result equals `align_corners=True` whatever is asked for. With False, −1 and 1 are the outer
    edges, half a pixel beyond the centres."""
    return identity(height, width, True)


@IDENTITY.mistake("n instead of n - 1")
def _n_instead_of_n_minus_1(height, width, align_corners):
    """With `align_corners=True` your result equals dividing by n instead of n − 1. From the first
    centre to the last it is n − 1 pixels."""
    if not align_corners:
        return identity(height, width, False)
    return _grid(2 * np.arange(width) / width - 1, 2 * np.arange(height) / height - 1)


@IDENTITY.mistake
def _half_pixel_forgotten(height, width, align_corners):
    """With `align_corners=False` your pixels stand on their left edges. A centre is half a pixel
    further: 2 · column + 1."""
    if align_corners:
        return identity(height, width, True)
    return _grid(2 * np.arange(width) / width - 1, 2 * np.arange(height) / height - 1)


@IDENTITY.mistake("last end left out")
def _no_end(height, width, align_corners):
    """Your numbers begin at −1 and stop one step before 1, in both conventions. One of them begins and
    ends on centres, the other half a step inside."""
    return _grid(np.linspace(-1, 1, width, endpoint=False), np.linspace(-1, 1, height, endpoint=False))


@IDENTITY.mistake("height and width swapped")
def _sizes_swapped(height, width, align_corners):
    """You divide x by the height and y by the width. x runs along a row, and a row is `width` pixels
    long. A square picture hides this one."""
    x, y = np.arange(width), np.arange(height)
    if align_corners:
        return _grid(2 * x / (height - 1) - 1, 2 * y / (width - 1) - 1)
    return _grid((2 * x + 1) / height - 1, (2 * y + 1) / width - 1)


@IDENTITY.mistake("pixels")
def _in_pixels(height, width, align_corners):
    """These are the places in pixels. They still have to become numbers from −1 to 1."""
    return pixel_centers((height, width))


@IDENTITY.mistake
def _from_0_to_1(height, width, align_corners):
    """Your result runs from 0 to 1. Times 2, minus 1."""
    return (identity(height, width, align_corners) + 1) / 2


@IDENTITY.mistake("width before height")
def _width_first(height, width, align_corners):
    """Your result has the shape (width, height, 2). Rows come first in an array: `np.meshgrid(x, y)`
    without `indexing` gives rows of x."""
    return identity(height, width, align_corners).transpose(1, 0, 2)


# ------------------------------------------------------------------------------------ back to pixels


def back_to_pixels(grid, height, width, align_corners):
    """The places of a grid (..., 2) in pixels, the same shape: undo the normalisation."""
    size = np.array([width, height])  # as the last axis: x, y
    if align_corners:
        return (grid + 1) / 2 * (size - 1)
    return ((grid + 1) * size - 1) / 2


def _back_by(size_of):
    """A wrong way back: ``size_of(height, width)`` in place of (width, height)."""
    return lambda grid, height, width, align_corners: back_to_pixels(
        grid, *size_of(height, width), align_corners
    )


BACK = Exercise(
    key="warping.back",
    title="From normalised units back to pixels",
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
        Case(pixels_to_grid(pixel_centers((3, 4)), (3, 4)), 3, 4, False),
    ],
    hints=[
        "(grid + 1) / 2 runs from 0 to 1 across the picture, in either convention.",
        "`align_corners=True`: 0 to 1 is centre 0 to centre n − 1. `False`: it is edge −0.5 to edge n − 0.5.",
        "The last axis is (x, y): `np.array([width, height])` multiplies each with its own size.",
    ],
)


BACK.mistake(
    "[height, width]",
    "You stretch x by the height and y by the width. The last axis is (x, y), so the sizes are "
    "[width, height]. A square picture hides this one.",
)(_back_by(lambda height, width: (width, height)))


BACK.mistake(
    "width for both", "You stretch both axes by the width. y runs down the rows: its size is the height."
)(_back_by(lambda height, width: (width, width)))


BACK.mistake(
    "height for both", "You stretch both axes by the height. x runs along a row: its size is the width."
)(_back_by(lambda height, width: (height, height)))


BACK.mistake(
    "other convention",
    "Your result equals the other convention: the branches of `align_corners` are swapped.",
)(lambda grid, height, width, align_corners: back_to_pixels(grid, height, width, not align_corners))


BACK.mistake(
    "align_corners=False in both", "Your result equals `align_corners=False` whatever is asked for."
)(lambda grid, height, width, align_corners: back_to_pixels(grid, height, width, False))


BACK.mistake("align_corners=True in both", "Your result equals `align_corners=True` whatever is asked for.")(
    lambda grid, height, width, align_corners: back_to_pixels(grid, height, width, True)
)


@BACK.mistake("half pixel forgotten")
def _back_without_the_half(grid, height, width, align_corners):
    """With `align_corners=False` your places are half a pixel too far: −1 is the edge, and that is at
    −0.5."""
    size = np.array([width, height])
    return (grid + 1) / 2 * (size - 1 if align_corners else size)


@BACK.mistake("n instead of n - 1")
def _back_by_n(grid, height, width, align_corners):
    """With `align_corners=True` your result equals stretching by n instead of n − 1: 1 must be the last
    centre."""
    size = np.array([width, height])
    return (grid + 1) / 2 * size if align_corners else back_to_pixels(grid, height, width, False)


@BACK.mistake("+ 1 forgotten")
def _back_without_plus_1(grid, height, width, align_corners):
    """−1 is where the picture begins: add 1 before stretching."""
    return back_to_pixels(grid - 1, height, width, align_corners)


@BACK.mistake("not halved")
def _back_not_halved(grid, height, width, align_corners):
    """From −1 to 1 it is 2 units for the whole axis: divide by 2."""
    size = np.array([width, height])
    return (grid + 1) * (size - 1) if align_corners else (grid + 1) * size - 0.5


BACK.mistake("there instead of back", "That is the way to normalised units. Solve it for the pixel.")(
    lambda grid, height, width, align_corners: pixels_to_grid(grid, (height, width), align_corners)
)

# ------------------------------------------------------------------------------------ the bilinear sampler


def fetch_bilinear(image, x, y):
    """The values of image (height, width) at places x, y in pixels (arrays of one shape); outside it is 0."""
    height, width = image.shape
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    value = np.zeros(np.shape(x))
    for row, weight_y in ((top, 1 - (y - top)), (top + 1, y - top)):
        for column, weight_x in ((left, 1 - (x - left)), (left + 1, x - left)):
            inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
            sample = image[row.clip(0, height - 1), column.clip(0, width - 1)]
            value += weight_y * weight_x * inside * sample
    return value


def _fetch(image, x, y, whole=np.floor, weights=lambda f: (1 - f, f), index=None, inside=None):
    """The sampler with parts to spoil."""
    height, width = image.shape
    index = index or (lambda i, size: i.clip(0, size - 1))
    inside = inside or (lambda i, size: (i >= 0) & (i < size))
    left, top = whole(x).astype(int), whole(y).astype(int)
    value = np.zeros(np.shape(x))
    for b, weight_y in enumerate(weights(y - top)):
        for a, weight_x in enumerate(weights(x - left)):
            taken = inside(top + b, height) & inside(left + a, width)
            value += weight_y * weight_x * taken * image[index(top + b, height), index(left + a, width)]
    return value


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
        ),
    ],
    hints=[
        "`left = np.floor(x)`, `top = np.floor(y)`: the four taps are (top, left), (top, left + 1), and "
        "the row below.",
        "The weight in x is 1 − (x − left) for the left one, x − left for the right one. Likewise in y. "
        "Multiply them.",
        "Clip the index so that reading never fails, and multiply by `inside`, which is 0 or 1: was it "
        "inside before?",
    ],
)


@FETCH.mistake("x and y swapped")
def _x_for_rows(image, x, y):
    """Your result equals the sampler with x and y swapped. x is the column, the second index:
    image[row, column]."""
    return fetch_bilinear(image, y, x)


@FETCH.mistake
def _border_repeated(image, x, y):
    """Your result repeats the border. Here a tap outside counts as 0: clip the index so that you can
    read, and multiply by whether it was inside."""
    height, width = image.shape
    return fetch_bilinear(image, x.clip(0, width - 1), y.clip(0, height - 1))


@FETCH.mistake("weights swapped")
def _opposite_weights(image, x, y):
    """Your weights are swapped: the left neighbour gets the distance to the left. The nearer one weighs
    more."""
    return _fetch(image, x, y, weights=lambda f: (f, 1 - f))


@FETCH.mistake("wrap-around")
def _around_the_corner(image, x, y):
    """Your taps outside come in again at the other end."""
    return _fetch(image, x, y, index=lambda i, size: i % size, inside=lambda i, size: np.ones(i.shape, bool))


@FETCH.mistake("negative index")
def _negative_indices(image, x, y):
    """Index −1 is the last pixel in NumPy. A tap at row or column −1 is outside: weight 0."""
    return _fetch(
        image, x, y, index=lambda i, size: i % size, inside=lambda i, size: (i >= -size) & (i < size)
    )


@FETCH.mistake("cut off instead of floor")
def _cut_off(image, x, y):
    """`int` and `astype(int)` cut off towards 0: −0.25 becomes 0, not −1. Use `np.floor` first."""
    return _fetch(image, x, y, whole=np.trunc)


@FETCH.mistake("nearest")
def _nearest_only(image, x, y):
    """Your result equals the nearest pixel. Between pixels, four of them share."""
    return _fetch(image, np.rint(x), np.rint(y))


@FETCH.mistake("upper left neighbour")
def _left_top_only(image, x, y):
    """Your result is the upper left neighbour alone. Four pixels share, weighed by the distances."""
    return _fetch(image, np.floor(x), np.floor(y))


@FETCH.mistake("0 as soon as outside")
def _nothing_beyond_the_centers(image, x, y):
    """You return 0 as soon as the place is outside. Only the taps outside are 0: within a pixel of the
    picture, the inner taps still count, and the picture fades."""
    height, width = image.shape
    there = (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)
    return np.where(there, fetch_bilinear(image, x, y), 0)


@FETCH.mistake("last row and column lost")
def _last_line_lost(image, x, y):
    """You return 0 as soon as one of the four taps is outside. On the last row and column two taps lie
    outside with weight 0; the others still count."""
    height, width = image.shape
    left, top = np.floor(x), np.floor(y)
    there = (left >= 0) & (left + 1 < width) & (top >= 0) & (top + 1 < height)
    return np.where(there, fetch_bilinear(image, x, y), 0)


@FETCH.mistake("weights made to sum to 1")
def _shared_again(image, x, y):
    """You divide by the sum of the weights inside. With zeros around, the missing part is 0 and stays
    missing."""
    ones = fetch_bilinear(np.ones_like(image), x, y)
    return np.divide(fetch_bilinear(image, x, y), ones, out=np.zeros(np.shape(x)), where=ones > 0)


# ------------------------------------------------------------------------------------ warp by a flow


def along_flow(image, flow_xy):
    """The image (height, width), every output fetched flow_xy (height, width, 2) pixels from its own place."""
    height, width = image.shape
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    own_place = np.stack([x, y], axis=-1)
    return sample(image, own_place + flow_xy)  # bilinear, zeros outside


RIGHT = np.zeros((1, 3, 2))
RIGHT[..., 0] = 1
PICTURE = np.array([[1.0, 2, 3, 4], [5, 6, 7, 8], [9, 1, 2, 3]])
DOWN = np.zeros((3, 4, 2))
DOWN[..., 1] = 1
LEFT_AND_UP = np.full((3, 4, 2), [-0.5, -0.25])
FIELD = np.random.default_rng(11).integers(-6, 7, (3, 4, 2)) / 4

ALONG_FLOW = Exercise(
    key="warping.along_flow",
    title="Warp by a flow",
    reference=along_flow,
    cases=[
        Case(
            np.array([[1.0, 2, 3]]),
            RIGHT,
            by_hand=[[2, 3, 0]],
            note="Every output fetches from one pixel further right: 2, 3, and then nothing is there.",
        ),
        Case(PICTURE, DOWN, by_hand=[[5, 6, 7, 8], [9, 1, 2, 3], [0, 0, 0, 0]]),
        Case(
            np.array([[1.0, 2, 3]]),
            RIGHT / 2,
            by_hand=[[1.5, 2.5, 1.5]],
            note="Half of the last one is outside.",
        ),
        Case(PICTURE, np.zeros((3, 4, 2)), by_hand=PICTURE, note="Zero flow is the identity."),
        Case(PICTURE, LEFT_AND_UP),
        Case(PICTURE, FIELD, note="A flow of its own for every pixel."),
    ],
    hints=[
        "Where is each output's own place? `np.meshgrid(np.arange(width), np.arange(height))` gives x and y.",
        "Stack them with x first: shape (height, width, 2), like the flow. Add the flow.",
        "`sample(image, places)` fetches, bilinear and with zeros outside. So does your own sampler.",
    ],
)


ALONG_FLOW.mistake(
    "the other way",
    "You subtract the flow. It says where to *fetch from*, so it is added; the picture then "
    "moves the other way.",
)(lambda image, flow_xy: along_flow(image, -flow_xy))


@ALONG_FLOW.mistake
def _forward(image, flow_xy):
    """You send every pixel along the flow. That is the forward warp; here every output fetches its
    value. And a flow of half a pixel needs interpolation."""
    out = np.zeros(image.shape)
    for row, column in np.ndindex(image.shape):
        to_x, to_y = np.rint(flow_xy[row, column]).astype(int) + np.array([column, row])
        if 0 <= to_y < image.shape[0] and 0 <= to_x < image.shape[1]:
            out[to_y, to_x] = image[row, column]
    return out


ALONG_FLOW.mistake(
    "flow in (y, x) order",
    "Your result equals reading the flow in (y, x) order. Its first number is x, to the right.",
)(lambda image, flow_xy: along_flow(image, flow_xy[..., ::-1]))


ALONG_FLOW.mistake("places in (y, x) order", "Your own places are in (y, x) order, the flow is in (x, y).")(
    lambda image, flow_xy: sample(image, pixel_centers(image.shape)[..., ::-1] + flow_xy)
)


ALONG_FLOW.mistake(
    "own place forgotten",
    "You fetch from the flow itself. A flow counts from each pixel's own place: add that.",
)(lambda image, flow_xy: sample(image, flow_xy))


@ALONG_FLOW.mistake("flow in normalised units")
def _normalized_flow(image, flow_xy):
    """You add the flow to a grid from −1 to 1, so one pixel became one normalised unit, half the
    picture."""
    grid = pixels_to_grid(pixel_centers(image.shape), image.shape) + flow_xy
    return sample(image, grid_to_pixels(grid, image.shape))


ALONG_FLOW.mistake(
    "border repeated", "You repeat the border. Outside there are zeros here, as `sample` has it by default."
)(lambda image, flow_xy: sample(image, pixel_centers(image.shape) + flow_xy, padding_mode="border"))


ALONG_FLOW.mistake("nearest", "Your places are right, but you take the nearest pixel. Interpolate.")(
    lambda image, flow_xy: sample(image, pixel_centers(image.shape) + flow_xy, "nearest")
)


ALONG_FLOW.mistake("whole pixels", "You cut the flow to whole pixels.")(
    lambda image, flow_xy: along_flow(image, np.trunc(flow_xy))
)

# ------------------------------------------------------------------------------------ a flow of another size


def resized_flow(flow_xy, height, width):
    """A flow in pixels (h, w, 2) for a picture of height x width: resized, and its numbers in new pixels."""
    old_height, old_width = flow_xy.shape[:2]
    return resize(flow_xy, (height, width), axes=(0, 1)) * [width / old_width, height / old_height]


def _resized_times(factors, **options):
    def wrong(flow_xy, height, width):
        old_height, old_width = flow_xy.shape[:2]
        larger = resize(flow_xy, (height, width), axes=(0, 1), **options)
        return larger * factors(height / old_height, width / old_width)

    return wrong


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
            note="Smaller: fewer pixels.",
        ),
        Case(UNEVEN, 4, 9),
        Case(UNEVEN, 2, 3, by_hand=UNEVEN, note="The same size."),
        Case(UNEVEN, 5, 4),
    ],
    hints=[
        "A flow is an image with two channels: `resize(flow_xy, (height, width), axes=(0, 1))` "
        "interpolates both.",
        "Then its numbers are still in old pixels. How many new pixels is one old pixel in x? And in y?",
        "Multiply by `[width / old_width, height / old_height]`; the last axis is (x, y).",
    ],
)


RESIZED.mistake(
    "values not rescaled",
    "Your flow has the right size, but its numbers are still old pixels: 1 pixel of 2 is 2 pixels of 4.",
)(_resized_times(lambda h, w: [1, 1]))


RESIZED.mistake(
    "factors swapped",
    "You multiply x by the factor of the height and y by that of the width. Two equal factors hide this one.",
)(_resized_times(lambda h, w: [h, w]))


RESIZED.mistake(
    "the width's factor for both", "You multiply x and y by the factor of the width. y grows with the height."
)(_resized_times(lambda h, w: [w, w]))


RESIZED.mistake(
    "the height's factor for both",
    "You multiply x and y by the factor of the height. x grows with the width.",
)(_resized_times(lambda h, w: [h, h]))


RESIZED.mistake("divided", "You divide by the factor. In a larger picture the same way is more pixels long.")(
    _resized_times(lambda h, w: [1 / w, 1 / h])
)


RESIZED.mistake("always 2", "You multiply by 2. The factor is new size / old size, one for x and one for y.")(
    _resized_times(lambda h, w: [2, 2])
)


RESIZED.mistake(
    "both factors at once",
    "You multiply by the factor of the area. x grows with the width alone, y with the height alone.",
)(_resized_times(lambda h, w: [w * h, w * h]))


RESIZED.mistake("factor squared", "You multiply twice.")(_resized_times(lambda h, w: [w * w, h * h]))


@RESIZED.mistake("factor of the centres")
def _by_centers(flow_xy, height, width):
    """You multiply by (new − 1) / (old − 1): that belongs to `align_corners=True`, which stretches
    centres. `resize` puts edges on edges: new / old."""
    old_height, old_width = flow_xy.shape[:2]
    factors = [(width - 1) / max(old_width - 1, 1), (height - 1) / max(old_height - 1, 1)]
    return resize(flow_xy, (height, width), axes=(0, 1)) * factors


RESIZED.mistake(
    "nearest",
    "Your numbers have the right length, but you copy the nearest. Interpolate: a flow is a "
    "picture with two channels.",
)(_resized_times(lambda h, w: [w, h], mode="nearest"))


RESIZED.mistake(
    "resized by align_corners",
    "You put outer centres on outer centres, and multiply by the factor of the edges. Use one convention.",
)(_resized_times(lambda h, w: [w, h], coordinate_map="align_corners"))
