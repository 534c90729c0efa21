"""Lesson 11, its predictions."""

import numpy as np

from course_utils import images
from course_utils.exercises.engine import Prediction
from course_utils.flows import BumpMatch, affine_matrix
from course_utils.resampling import resample, resize
from course_utils.warping import (
    PADDING_MODES,
    affine_grid,
    affine_pixels,
    grid_sample,
    grid_sample_gradients,
    hat_sample,
    identity_grid,
    pixels_to_grid,
    resize_flow,
    rotation,
    sample,
    to_normalized,
    warp,
)

SQUARES = np.arange(5.0) ** 2

# ------------------------------------------------------------------------------------ forward and backward


def _width_in_a_smaller_net():
    """A disc, fetched through a net of half the size: how wide is it, as a part of what it was?"""
    before = disc(61, 81, 10)
    after = sample(before, affine_pixels(affine_matrix(before.shape, spread=0.5), before.shape))
    widths = [np.ptp(np.nonzero(picture.max(axis=0) > 0.5)[0]) + 1 for picture in (before, after)]
    return round(widths[1] / widths[0], 1)


NET_SHRUNK = Prediction(
    key="warping.net_shrunk",
    title="A smaller net",
    question="Imagine another net, without a whirl: straight, and half as wide and half as high as the photo. "
    "How wide is the man's head in the output?",
    answer=_width_in_a_smaller_net,
    options={"half as wide as in the photo": 0.5, "as wide": 1.0, "twice as wide": 2.0},
    explain="The output keeps its size, and all of it is fetched from the quarter of the photo under the net. "
    "What happens to the net happens to the picture the other way around.",
    guesses={
        "That is what happens to the net. The output shows what lies under it, at full size.": (
            "half as wide as in the photo"
        ),
        "The output keeps its size, but it is fetched from a smaller part of the photo.": "as wide",
    },
)


def _impulse_after(flow_x):
    """The column that holds the impulse of column 2 after a warp with this flow."""
    impulse = np.array([[0.0, 0, 1, 0, 0]])
    return int(warp(impulse, np.full((1, 5, 2), [flow_x, 0.0])).argmax())


def sent(row, places):
    """A forward warp: every sample written to its own position, rounded half up; 0 where nothing arrives.

    >>> sent(np.array([1.0, 2.0]), np.array([0.0, 2.0]))
    array([1., 0., 2.])
    """
    places = np.floor(places + 0.5).astype(int)
    out = np.zeros(places.max() + 1)
    out[places] = row
    return out


WHERE_IT_GOES = Prediction(
    key="warping.where_it_goes",
    title="Where the impulse goes",
    question="A row of five pixels is 0 except for a 1 in column 2. Every output fetches its value from "
    "one pixel further right: flow +1. In which column is the 1 afterwards?",
    answer=lambda: str(_impulse_after(1)),
    options=["1", "2", "3"],
    explain="Output 1 asks at 1 + 1 = 2 and finds it there. Fetching from the right moves the picture "
    "to the left.",
    guesses={
        "You sent the 1 along with the flow. Here every output fetches.": "3",
    },
)

SENT_APART = Prediction(
    key="warping.holes",
    title="Sent to twice the distance",
    question="Now the other way: four pixels, 1 2 3 4, each sent to twice its column: 0, 2, 4, 6. "
    "What do the seven columns hold?",
    shape=7,
    answer=lambda: sent(np.arange(1.0, 5), 2.0 * np.arange(4)),
    guesses={
        "That would be filled by interpolation. Nothing is sent to columns 1, 3 and 5.": lambda: resample(
            np.arange(1.0, 5), 7, coordinate_map="align_corners"
        ),
        "You copied each value to its neighbor as well. Every pixel is sent to one column.": lambda: (
            np.repeat(np.arange(1.0, 5), 2)[:7]
        ),
        "You left the four pixels where they were.": lambda: sent(
            np.arange(1.0, 8) * (np.arange(7) < 4), np.arange(7.0)
        ),
    },
    explain="Nothing is sent to columns 1, 3 and 5: they stay empty. A forward warp leaves holes.",
)

# ------------------------------------------------------------------------------------ positions

FIRST_PIXEL = Prediction(
    key="warping.first_pixel",
    title="The first of four",
    question="Four pixels in a row. With align_corners=False, −1 is the left edge of the first pixel "
    "and 1 the right edge of the last. Which number is at the center of the first pixel?",
    answer=lambda: to_normalized([0], 4)[0],
    guesses={
        "That is align_corners=True. Here −1 is the edge.": lambda: to_normalized([0], 4, align_corners=True)[
            0
        ],
        "A quarter of the way from −1 to 1 is a whole pixel, since 2 units are 4 pixels. The center is half a "
        "pixel away.": lambda: -0.5,
        "That is the center of the last pixel.": lambda: to_normalized([3], 4)[0],
    },
    explain="2 units are 4 pixels, so half a pixel is 0.25: −1 + 0.25.",
)

BEYOND = Prediction(
    key="warping.beyond",
    title="Two pixels to the left of the first",
    question="The row 1, 2, 4 is sampled at position −2, two pixels left of the first. What comes back with "
    "padding zeros, border, reflection, in this order? (align_corners=False: a reflection turns around at the "
    "edge, −0.5.)",
    shape=3,
    answer=lambda: [_beyond(padding_mode) for padding_mode in PADDING_MODES],
    guesses={
        "You reflected about the center of the first pixel. With align_corners=False it is the edge.": lambda: [
            0,
            1,
            _beyond("reflection", align_corners=True),
        ],
    },
    explain="Zeros: nothing is there. Border: the first sample, 1. Reflection: −2 is 1.5 left of the "
    "edge −0.5, so 1.5 right of it instead: position 1, and that is 2.",
)


def _beyond(padding_mode, align_corners=False):
    row, place = np.array([[1.0, 2, 4]]), [[[-2.0, 0.0]]]
    return sample(row, place, "bilinear", padding_mode, align_corners)[0, 0]


ONE_PIXEL = Prediction(
    key="warping.one_pixel",
    title="One pixel in normalized units",
    question="A map is 8 pixels wide. Which number must be added to x in the grid, so that it fetches "
    "one pixel further right, with align_corners=False?",
    answer=lambda: to_normalized([1], 8)[0] - to_normalized([0], 8)[0],
    guesses={
        "That is align_corners=True, where 2 units are 7 pixels.": lambda: 2 / 7,
        "From −1 to 1 there are 2 units, not 1.": lambda: 1 / 8,
        "That is one pixel in pixels. The grid has normalized units.": lambda: 1,
    },
    explain="2 units are 8 pixels, so one pixel is 2/8.",
)

# ------------------------------------------------------------------------------------ affine maps


def disc(height, width, radius):
    """1 within ``radius`` pixels of the middle, else 0."""
    y, x = np.mgrid[:height, :width]
    return ((x - (width - 1) / 2) ** 2 + (y - (height - 1) / 2) ** 2 <= radius**2).astype(float)


def _turned_disc():
    theta = np.column_stack([rotation(90), [0, 0]])
    turned = grid_sample(disc(21, 41, 8), affine_grid(theta, (21, 41)), "nearest")
    height, width = (np.ptp(np.nonzero(turned)[axis]) + 1 for axis in (0, 1))
    return "a circle" if height == width else "wider than high" if width > height else "higher than wide"


QUARTER_TURN = Prediction(
    key="warping.quarter_turn",
    title="A quarter turn of a wide map",
    question="A map of 21 × 41 pixels (twice as wide as high) holds a circle in its middle. It is "
    "turned by 90 degrees with theta = [[cos, −sin, 0], [sin, cos, 0]], straight from the textbook. "
    "What becomes of the circle?",
    answer=_turned_disc,
    options=["a circle", "wider than high", "higher than wide"],
    explain="A unit of y is half as many pixels as a unit of x. After the turn, what was high is measured in "
    "units of x, and becomes wide.",
    guesses={
        "It would stay a circle if theta worked in pixels. It works in normalized units.": "a circle",
    },
)

# ------------------------------------------------------------------------------------ hats and slopes


def _pixels_that_count(x, y, size_hw=(20, 30)):
    """How many pixels have a hat above 0 at (x, y): one impulse at a time."""
    impulses = np.eye(size_hw[0] * size_hw[1]).reshape(-1, *size_hw)
    return np.count_nonzero(hat_sample(impulses, pixels_to_grid([[[x, y]]], size_hw)) > 1e-9)


HOW_MANY_COUNT = Prediction(
    key="warping.how_many_count",
    title="How many of 600",
    question="The formula sums over all pixels of a 20 × 30 map, 600 terms. At the position x = 12.3, y = "
    "7.8: how many of the terms have a weight above 0?",
    answer=lambda: _pixels_that_count(12.3, 7.8),
    guesses={
        "A position between pixels has two columns within a distance of 1, not three.": lambda: 9,
        "All are in the sum, but beyond a distance of 1 the hat is 0.": lambda: 600,
        "That is along one axis. There are two.": lambda: 2,
        "That would be nearest neighbor.": lambda: 1,
    },
    explain="Columns 12 and 13 are less than 1 away, and rows 7 and 8: two times two.",
)

SLOPE_ON_A_PIXEL = Prediction(
    key="warping.slope_on_a_pixel",
    title="The slope on a kink",
    question="The row 0, 1, 4, 9, 16 is sampled exactly at pixel 2, where the value is 4. To the left the "
    "slope is 3 a pixel, to the right 5. Which slope does torch report?",
    answer=lambda: _slope_at_2(),
    options={"3, the left one": 3.0, "4, their mean": 4.0, "5, the right one": 5.0},
    explain="floor(2) = 2, so the taps are pixels 2 and 3, with weights 1 and 0. Their difference is 9 − 4.",
    guesses={
        "torch does not average. It looks at the two taps that it reads.": "4, their mean",
    },
)


def _slope_at_2():
    _, to_grid = grid_sample_gradients([[1.0]], SQUARES[None], [[[0.0, 0.0]]])
    return to_grid[0, 0, 0] / 2.5  # 2.5 pixels in a normalized unit


BUMP_WIDTHS = (4.0, 2.0, 0.4)


def _found_from_six_away():
    return tuple(width for width in BUMP_WIDTHS if abs(BumpMatch(width).path(0.0)[-1] - 6) < 0.1)


HOW_FAR_SEEN = Prediction(
    key="warping.how_far_seen",
    title="Three bumps",
    question="One row holds a bump, another row the same bump 6 pixels further right: a flow of 6 would fit. "
    "Gradient descent begins at a flow of 0. The bumps are soft: one *width* from the middle they still have 61 % of "
    "their height, at three widths 1 %. The widths are 4, 2 and 0.4 pixels. For which does it end at 6?",
    answer=_found_from_six_away,
    options={
        "4 only": (4.0,),
        "4 and 2": (4.0, 2.0),
        "all three": BUMP_WIDTHS,
        "0.4 only: it is the sharpest": (0.4,),
    },
    explain="The slope compares neighboring pixels. It knows the way as long as the two bumps overlap, and two bumps "
    "of width 0.4 do not overlap at a distance of 6.",
    guesses={
        "Bumps of 2 pixels still overlap a little at a distance of 6, and that is enough of a slope.": "4 only",
        "Two bumps of 0.4 pixels do not touch at a distance of 6. What would the slope know of the other one?": (
            "all three"
        ),
        "A sharp bump fits well once it is there. From 6 pixels away its slope knows nothing of it.": (
            "0.4 only: it is the sharpest"
        ),
    },
)

# ------------------------------------------------------------------------------------ uses


def _shrunk_stripes():
    """Stripes of two pixels, shifted by one, fetched at a quarter of their size."""
    stripes = np.tile([0.0, 1, 1, 0], (1, 16))
    values = np.unique(grid_sample(stripes, identity_grid((1, 16))).round(9))
    return float(values[0]) if len(values) == 1 else "stripes"


SHRUNK_STRIPES = Prediction(
    key="warping.shrunk_stripes",
    title="Stripes, shrunk",
    question="A row of 64 pixels holds stripes: 0 1 1 0 0 1 1 0 0 1 1 0 and so on. grid_sample fetches 16 outputs, "
    "evenly spread over it, with bilinear weights. What do they hold?",
    answer=_shrunk_stripes,
    options={"stripes, four times as fine": "stripes", "0.5 everywhere": 0.5, "1 everywhere": 1.0},
    explain="Output i asks at 4 i + 1.5, halfway between the two pixels of a white stripe, and it reads these two "
    "alone. The black ones are never read.",
    guesses={
        "One output for four pixels: there is no room for stripes any more.": "stripes, four times as fine",
        "That would be right: half of the row is white. But an output reads two of its four pixels.": (
            "0.5 everywhere"
        ),
    },
)


def _paddings_that_resize():
    image = np.random.default_rng(7).uniform(size=(5, 7))
    larger = resize(image, (9, 12))
    return tuple(
        mode
        for mode in PADDING_MODES
        if np.allclose(grid_sample(image, identity_grid((9, 12)), padding_mode=mode), larger)
    )


WHICH_PADDING = Prediction(
    key="warping.which_padding",
    title="Resizing as a warp",
    question="Sample an image on the identity grid of a larger size, align_corners=False. With which "
    "padding is that exactly the bilinear resize?",
    answer=_paddings_that_resize,
    options={
        "zeros only": ("zeros",),
        "border only": ("border",),
        "border and reflection": ("border", "reflection"),
        "all three": PADDING_MODES,
    },
    explain="The outer outputs read up to half a pixel beyond the outer centers. There, zeros darken them. A "
    "reflection at the edge shows the border sample again in that half pixel, and so does border.",
    guesses={
        "border is right, but it is not the only one.": "border only",
        "Zeros darken the border of the picture.": "all three",
    },
)


def _better_way(rows=slice(200, 300)):
    """Which sign of the disparity brings the right picture onto the left one, on some rows of the stereo pair."""
    left, right, disparity = (array[rows] for array in images.stereo_pair())
    known = np.isfinite(disparity)
    flow = np.stack([np.where(known, disparity, 0), np.zeros(disparity.shape)], axis=-1).astype(float)
    gray = right.mean(axis=-1)

    def error(sign):
        return np.abs(warp(gray, sign * flow, padding_mode="border") - left.mean(axis=-1))[known].mean()

    return "further left" if error(-1) < error(1) else "further right"


LEFT_OR_RIGHT = Prediction(
    key="warping.left_or_right",
    title="Two cameras",
    question="Two cameras look at a motorcycle, one a little to the right of the other. A handlebar is "
    "at column 300 of the left picture. Where is it in the right picture?",
    answer=_better_way,
    options=["further left", "further right"],
    explain="Move your head to the right, and what is near moves to the left.",
)


def _farthest_off(dtype, size=1024):
    """Pixels by which a zero-flow grid of this dtype misses its own positions, at most (align_corners=True)."""
    grid = np.linspace(-1, 1, size).astype(dtype).astype(float)
    return np.abs((grid + 1) / 2 * (size - 1) - np.arange(size)).max()


HOW_FAR_OFF = Prediction(
    key="warping.how_far_off",
    title="Sixteen bits for a position",
    question="A row of 1024 pixels, align_corners=True, zero flow, and the grid is kept in float16. By "
    "how many pixels is a position off, at worst?",
    answer=lambda: min(
        (1 / 8192, 1 / 8, 2), key=lambda guess: abs(np.log(guess / _farthest_off(np.float16)))
    ),
    options={"about 1/8000": 1 / 8192, "about 1/8": 1 / 8, "about 2": 2},
    explain="Between 0.5 and 1 float16 has steps of 1/2048, so it rounds by up to 1/4096 of a unit. A "
    "unit is 512 pixels: 512/4096 = 1/8.",
    guesses={
        "That is near the error in units of the grid. One unit is 512 pixels.": "about 1/8000",
    },
)

ANOTHER_SIZE = Prediction(
    key="warping.flow_of_another_size",
    title="A flow of another size",
    question="A network estimates a flow on a map 8 pixels wide: 1 pixel to the right, everywhere. The "
    "flow is used on the same picture at 16 pixels. What must it say there?",
    answer=lambda: resize_flow(np.full((4, 8, 2), [1.0, 0.0]), (8, 16))[0, 0, 0],
    guesses={
        "The step is the same fraction of the picture, and that is more pixels now.": lambda: 1.0,
        "It is the other way around: a larger picture has more pixels for the same step.": lambda: 0.5,
    },
    explain="An eighth of the width is 1 pixel of 8 and 2 pixels of 16.",
)
