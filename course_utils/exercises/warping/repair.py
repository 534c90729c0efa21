"""Lesson 11, the five bugs to repair: conventions mixed, (y, x), [h, w], a flow of the wrong size, too few bits."""

import numpy as np

from course_utils.exercises.engine import Case, SpotTheBug
from course_utils.exercises.warping.write import NEARLY, random_size_hw, random_values
from course_utils.resampling import resize
from course_utils.warping import grid_sample, identity_grid, pixel_centers, sample

DIGITS = np.arange(6.0).reshape(2, 3)
WIDE = np.random.default_rng(4).integers(0, 10, (4, 8)).astype(float)
SQUARE = np.random.default_rng(5).integers(0, 10, (5, 5)).astype(float)

# ------------------------------------------------------------------------------------ zero flow is not identity


def fetch_along(image, flow_xy):
    """The image fetched along a flow in pixels."""
    height, width = image.shape
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    grid = np.stack([x, y], axis=-1) + flow_xy * [2 / (width - 1), 2 / (height - 1)]
    return grid_sample(image, grid, align_corners=True)


def _conventions_mixed(image, flow_xy):
    """The image fetched along a flow in pixels."""
    height, width = image.shape
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    grid = np.stack([x, y], axis=-1) + flow_xy * [2 / (width - 1), 2 / (height - 1)]
    return grid_sample(image, grid)


def _mixed_grid(image, flow_xy):
    height, width = image.shape
    return identity_grid(image.shape, True) + flow_xy * [2 / (width - 1), 2 / (height - 1)]


def _random_flow(rng):
    height, width = random_size_hw(rng, 2)  # the function as given divides by size - 1
    return Case(random_values(rng, height, width), random_values(rng, height, width, 2, reach=2.5))


def _still(height, width, x=0.0, y=0.0):
    return np.full((height, width, 2), [x, y], float)


ZERO_FLOW = SpotTheBug(
    key="warping.zero_flow",
    title="Nothing moves, and the picture changes",
    buggy=_conventions_mixed,
    reference=fetch_along,
    cases=[
        Case(
            np.ones((2, 2)),
            _still(2, 2),
            by_hand=[[1, 1], [1, 1]],
            note="A white picture, and no flow at all.",
        ),
        Case(np.ones((4, 8)), _still(4, 8), by_hand=np.ones((4, 8))),
        Case(DIGITS, _still(2, 3), by_hand=DIGITS),
        Case(DIGITS, _still(2, 3, x=1), by_hand=[[1, 2, 0], [4, 5, 0]]),
        Case(WIDE, _still(4, 8, 0.5, -1)),
        Case(SQUARE, _still(5, 5, -0.25, 0.75)),
    ],
    random_case=_random_flow,
    hints=[
        "Fetch `np.ones((2, 2))` along `np.zeros((2, 2, 2))`. Which position does the top left output read?",
        "`np.linspace(-1, 1, width)` puts −1 on the first center. Where does `grid_sample` put it by "
        "default?",
        "Both must use one convention: tell `grid_sample` about it, or build the grid for the other one and "
        "scale the flow to match.",
    ],
    name="fetch_along",
    tolerance=NEARLY,
)


@ZERO_FLOW.mistake
def _border_over_it(image, flow_xy):
    """The dark frame is gone, but outputs still fetch from up to half a pixel away from their own position.
    What does −1
    mean to the grid, and what to `grid_sample`?"""
    return grid_sample(image, _mixed_grid(image, flow_xy), padding_mode="border")


@ZERO_FLOW.mistake("zero flow treated apart")
def _only_zero_repaired(image, flow_xy):
    """With zero flow the picture comes back now. What happens with a flow of a hundredth of a pixel?"""
    return image.copy() if not flow_xy.any() else _conventions_mixed(image, flow_xy)


@ZERO_FLOW.mistake("flow in the old unit")
def _flow_left_in_the_old_unit(image, flow_xy):
    """Zero flow is right. But the grid has changed its convention, and the flow has not. How long is one pixel
    now?"""
    height, width = image.shape
    return grid_sample(image, identity_grid(image.shape) + flow_xy * [2 / (width - 1), 2 / (height - 1)])


@ZERO_FLOW.mistake
def _flow_in_the_other_unit(image, flow_xy):
    """Zero flow is right. But how long is one pixel with `align_corners=True`?"""
    height, width = image.shape
    grid = identity_grid(image.shape, True) + flow_xy * [2 / width, 2 / height]
    return grid_sample(image, grid, align_corners=True)


# ------------------------------------------------------------------------------------ (y, x) order


def shrink_to_center(image, factor):
    """The image, every position fetched from factor times as far from the center."""
    height, width = image.shape
    y, x = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    grid = np.stack([x, y], axis=-1) * factor
    return grid_sample(image, grid, align_corners=True)


def _y_before_x(image, factor):
    """The image, every position fetched from factor times as far from the center."""
    height, width = image.shape
    y, x = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    grid = np.stack([y, x], axis=-1) * factor
    return grid_sample(image, grid, align_corners=True)


YX_ORDER = SpotTheBug(
    key="warping.yx_order",
    title="A picture on its side",
    buggy=_y_before_x,
    reference=shrink_to_center,
    cases=[
        Case(
            np.array([[1.0, 2], [3, 4]]),
            1,
            by_hand=[[1, 2], [3, 4]],
            note="Factor 1: every position is its own.",
        ),
        Case(DIGITS, 1, by_hand=DIGITS),
        Case(WIDE, 0.5),
        Case(SQUARE, 2),
        Case(WIDE.T.copy(), 1.25),
    ],
    random_case=lambda rng: Case(random_values(rng, *random_size_hw(rng)), round(rng.uniform(0.1, 1.7), 2)),
    hints=[
        "Try `np.array([[1.0, 2], [3, 4]])` with factor 1.",
        "Which number of the last axis does `grid_sample` take for x?",
        "`np.stack([x, y], axis=-1)`: x first, whatever order `meshgrid` gives them in.",
    ],
    name="shrink_to_center",
    tolerance=NEARLY,
)


@YX_ORDER.mistake("grid on its side")
def _other_shape(image, factor):
    """x comes first now, but the grid is transposed: its first axis is the columns. A picture of 4 × 8 becomes
    8 × 4."""
    height, width = image.shape
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height), indexing="ij")
    return grid_sample(image, np.stack([x, y], axis=-1) * factor, align_corners=True)


@YX_ORDER.mistake
def _result_transposed(image, factor):
    """You transpose the result. That works for a square picture. What shape does a wide one get?"""
    return _y_before_x(image, factor).T


@YX_ORDER.mistake
def _default_convention(image, factor):
    """x comes first now. But the grid puts −1 on the first center: `grid_sample` has to be told."""
    height, width = image.shape
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    return grid_sample(image, np.stack([x, y], axis=-1) * factor)


# ------------------------------------------------------------------------------------ [h, w] instead of [w, h]


def shift(image, dx, dy):
    """The image fetched from dx pixels further right and dy pixels further down."""
    height, width = image.shape
    one_pixel = 2 / (np.array([width, height]) - 1)
    grid = identity_grid(image.shape, align_corners=True) + one_pixel * [dx, dy]
    return grid_sample(image, grid, align_corners=True)


def _height_before_width(image, dx, dy):
    """The image fetched from dx pixels further right and dy pixels further down."""
    height, width = image.shape
    one_pixel = 2 / (np.array([height, width]) - 1)
    grid = identity_grid(image.shape, align_corners=True) + one_pixel * [dx, dy]
    return grid_sample(image, grid, align_corners=True)


def _shift_by(step_xy, image):
    return grid_sample(image, identity_grid(image.shape, align_corners=True) + step_xy, align_corners=True)


def _random_shift(rng):
    image = random_values(rng, *random_size_hw(rng, 2))  # the function as given divides by size - 1
    return Case(image, *rng.uniform(-2, 2, 2).round(2).tolist())


IMPULSE = np.zeros((4, 8))
IMPULSE[1, 2] = 1
MOVED_DOWN, MOVED_RIGHT = np.roll(IMPULSE, 1, 0), np.roll(IMPULSE, 1, 1)

HEIGHT_WIDTH = SpotTheBug(
    key="warping.height_width",
    title="A step of the wrong length",
    buggy=_height_before_width,
    reference=shift,
    cases=[
        Case(
            DIGITS,
            1,
            0,
            by_hand=[[1, 2, 0], [4, 5, 0]],
            note="Two rows of three, fetched one pixel further right.",
        ),
        Case(DIGITS, 0, 1, by_hand=[[3, 4, 5], [0, 0, 0]], note="One pixel further down."),
        Case(MOVED_RIGHT, 1, 0, by_hand=IMPULSE),
        Case(MOVED_DOWN, 0, 1, by_hand=IMPULSE),
        Case(SQUARE, 1, -1),
        Case(WIDE, 0.5, 0.25),
    ],
    random_case=_random_shift,
    hints=[
        "Square pictures cannot show it. Fetch two rows of three from one pixel further right.",
        "`[dx, dy]` is in the order (x, y). In which order are the sizes it is scaled by?",
        "`np.array([width, height])`.",
    ],
    name="shift",
    tolerance=NEARLY,
)


@HEIGHT_WIDTH.mistake("dx and dy swapped too")
def _dy_before_dx(image, dx, dy):
    """Each is divided by its own size now, but dx ends up as y and dy as x. In which order is the last axis of a
    grid?"""
    return _shift_by(2 / (np.array(image.shape) - 1) * [dy, dx], image)


@HEIGHT_WIDTH.mistake("width for both")
def _width_for_both(image, dx, dy):
    """x is right. Over which size does y run?"""
    return _shift_by(2 / (image.shape[1] - 1) * np.array([dx, dy]), image)


@HEIGHT_WIDTH.mistake("height for both")
def _height_for_both(image, dx, dy):
    """y is right. Over which size does x run?"""
    return _shift_by(2 / (image.shape[0] - 1) * np.array([dx, dy]), image)


@HEIGHT_WIDTH.mistake("the unit of edges")
def _edge_units(image, dx, dy):
    """The order is right. But how long is one pixel with `align_corners=True`?"""
    height, width = image.shape
    return _shift_by([dx * 2 / width, dy * 2 / height], image)


@HEIGHT_WIDTH.mistake("grid in (y, x) order")
def _grid_turned(image, dx, dy):
    """Each step has its own size now, but your grid is in (y, x) order. Which comes first?"""
    height, width = image.shape
    one_pixel = 2 / (np.array([width, height]) - 1)
    grid = identity_grid(image.shape, align_corners=True) + one_pixel * [dx, dy]
    return grid_sample(image, grid[..., ::-1], align_corners=True)


# ------------------------------------------------------------------------------------ a flow of the wrong size


def fetch_by_small_flow(image, flow_xy):
    """The image fetched along a flow that was estimated on a smaller copy of it."""
    height, width = image.shape
    factor = np.array([width, height]) / [flow_xy.shape[1], flow_xy.shape[0]]
    flow = resize(flow_xy, (height, width), axes=(0, 1)) * factor
    return sample(image, pixel_centers((height, width)) + flow)


def _flow_not_rescaled(image, flow_xy):
    """The image fetched along a flow that was estimated on a smaller copy of it."""
    height, width = image.shape
    flow = resize(flow_xy, (height, width), axes=(0, 1))
    return sample(image, pixel_centers((height, width)) + flow)


def _by_small_flow(image, flow_xy, factors):
    """With ``factors`` of (the height's factor, the width's factor)."""
    h, w = np.array(image.shape) / flow_xy.shape[:2]
    flow = resize(flow_xy, image.shape, axes=(0, 1)) * factors(h, w)
    return sample(image, pixel_centers(image.shape) + flow)


def _random_small_flow(rng):
    height, width = random_size_hw(rng)
    small_hw = rng.integers(1, height + 1), rng.integers(1, width + 1)
    return Case(random_values(rng, height, width), random_values(rng, *small_hw, 2, reach=1.5))


SMALL_FLOW = SpotTheBug(
    key="warping.small_flow",
    title="Half the step",
    buggy=_flow_not_rescaled,
    reference=fetch_by_small_flow,
    cases=[
        Case(
            np.array([[7.0, 5, 3, 1]]),
            _still(1, 2, x=1),
            by_hand=[[3, 1, 0, 0]],
            note="The small copy is 2 wide. There the flow is 1 pixel; here that is 2.",
        ),
        Case(WIDE, _still(2, 4, 1, -1)),
        Case(WIDE, _still(4, 2, 1, 1)),
        Case(SQUARE, _still(5, 5, 1, 2)),
    ],
    random_case=_random_small_flow,
    hints=[
        "Take `np.array([[7.0, 5, 3, 1]])` and a flow of shape (1, 2, 2) that says 1 pixel to the right.",
        "`resize` makes the flow larger and leaves its numbers as they are. In whose pixels are they?",
        "Multiply the resized flow by [width / small width, height / small height].",
    ],
    name="fetch_by_small_flow",
    tolerance=NEARLY,
)


@SMALL_FLOW.mistake("divided")
def _flow_divided(image, flow_xy):
    """You divide by the factor, and the flow is even shorter. Is a pixel of the small copy more or fewer pixels
    here?"""
    return _by_small_flow(image, flow_xy, lambda h, w: [1 / w, 1 / h])


@SMALL_FLOW.mistake("factors swapped")
def _flow_factors_swapped(image, flow_xy):
    """x has the factor of the height and y that of the width. The last axis of a flow is (x, y)."""
    return _by_small_flow(image, flow_xy, lambda h, w: [h, w])


@SMALL_FLOW.mistake("always 2")
def _flow_doubled(image, flow_xy):
    """You multiply by 2. What if the copy is three times smaller?"""
    return _by_small_flow(image, flow_xy, lambda h, w: [2, 2])


@SMALL_FLOW.mistake("one factor")
def _flow_by_the_width(image, flow_xy):
    """You multiply x and y by the factor of the width. What does y grow with?"""
    return _by_small_flow(image, flow_xy, lambda h, w: [w, w])


@SMALL_FLOW.mistake("the height's factor for both")
def _flow_by_the_height(image, flow_xy):
    """You multiply x and y by the factor of the height. What does x grow with?"""
    return _by_small_flow(image, flow_xy, lambda h, w: [h, h])


@SMALL_FLOW.mistake("factor of the centers")
def _flow_by_centers(image, flow_xy):
    """Your factor is (size − 1) / (small size − 1), which stretches centers. `resize` stretches edges: size / small
    size."""
    (height, width), (small_height, small_width) = image.shape, flow_xy.shape[:2]
    factors = [(width - 1) / max(small_width - 1, 1), (height - 1) / max(small_height - 1, 1)]
    return _by_small_flow(image, flow_xy, lambda h, w: factors)


@SMALL_FLOW.mistake("positions multiplied")
def _places_multiplied(image, flow_xy):
    """You multiply the whole position, not only the flow. Only the flow is in pixels of the small copy."""
    flow = resize(flow_xy, image.shape, axes=(0, 1))
    h, w = np.array(image.shape) / flow_xy.shape[:2]
    return sample(image, (pixel_centers(image.shape) + flow) * [w, h])


# ------------------------------------------------------------------------------------ too few bits


def shift_row(row, dx):
    """The row fetched from dx pixels further right; beyond the ends, the border is repeated."""
    size = len(row)
    grid = np.linspace(-1, 1, size)
    place = (grid + 1) / 2 * (size - 1) + dx
    return np.interp(place, np.arange(size), row)


def _half_precision(row, dx):
    """The row fetched from dx pixels further right; beyond the ends, the border is repeated."""
    size = len(row)
    grid = np.linspace(-1, 1, size).astype(np.float16)  # half the memory
    place = (grid.astype(float) + 1) / 2 * (size - 1) + dx
    return np.interp(place, np.arange(size), row)


STRIPES = np.arange(1024.0) % 2

HALF_PRECISION = SpotTheBug(
    key="warping.half_precision",
    title="An eighth of a pixel",
    buggy=_half_precision,
    reference=shift_row,
    cases=[
        Case(
            np.array([0.0, 8000, 0, 8000]), 0, by_hand=[0, 8000, 0, 8000], note="Four samples, and no shift."
        ),
        Case(STRIPES, 0, by_hand=STRIPES, note="1024 samples, 0 and 1 in turn, and no shift."),
        Case(np.arange(1024.0), 0.25),
        Case(
            np.array([0.0, 65535, 0]),
            0,
            by_hand=[0, 65535, 0],
            note="White in 16 bits is 65535: more than float16 can hold.",
        ),
        Case(np.arange(5.0) ** 2, 0.5, by_hand=[0.5, 2.5, 6.5, 12.5, 16]),
        Case(np.cos(np.arange(3000.0)), -1.5),
        Case(
            np.arange(5000.0) % 3,
            -1,
            note="5000 samples, 0, 1, 2 in turn, fetched from one further left.",
        ),
    ],
    random_case=lambda rng: Case(random_values(rng, rng.integers(1, 9)), round(rng.uniform(-9, 9), 2)),
    hints=[
        "Sizes such as 5, 9, 17 cannot show it: their numbers are exact. Try four samples that differ a lot.",
        "float16 keeps 11 binary digits. Near 1 that is a step of 1/2048, and 2 units are the whole row.",
        "Make the grid in float32 or float64. Converting it afterwards does not bring the digits back.",
    ],
    name="shift_row",
    tolerance=1e-3,  # so that float32, which the lesson recommends, is right
)


@HALF_PRECISION.mistake("more in half precision")
def _half_precision_to_the_end(row, dx):
    """You compute even more in float16. Every step rounds again."""
    size = len(row)
    place = (np.linspace(-1, 1, size).astype(np.float16) + 1) / 2 * (size - 1) + dx
    return np.interp(place.astype(float), np.arange(size), row)


@HALF_PRECISION.mistake("pixels in half precision")
def _half_precision_pixels(row, dx):
    """Positions in pixels are exact for small whole numbers. But which number follows 2048 in float16?"""
    place = (np.arange(len(row)) + dx).astype(np.float16)
    return np.interp(place.astype(float), np.arange(len(row)), row)


@HALF_PRECISION.mistake
def _whole_pixels(row, dx):
    """You round every position to a whole pixel. That repairs a shift of 0. What happens to a shift of a
    quarter?"""
    return np.interp(np.rint(_float16_places(len(row)) + dx), np.arange(len(row)), row)


@HALF_PRECISION.mistake("rounded back to pixels")
def _rounded_before_the_shift(row, dx):
    """You round the positions of float16 back to whole pixels. In a row of 5000 some of them are off by more than
    half a pixel."""
    return np.interp(np.rint(_float16_places(len(row))) + dx, np.arange(len(row)), row)


def _float16_places(size):
    grid = np.linspace(-1, 1, size).astype(np.float16)
    return (grid.astype(float) + 1) / 2 * (size - 1)
