"""Predictions of lesson 12: where features sit and are drawn, which flow brings two maps together, grids."""

import numpy as np

from course_utils.alignment import aligned_padding, feature_places, offsets
from course_utils.exercises.engine import Prediction
from course_utils.resampling import source_coordinates

HALVING = (3, 2, 1, 1)

WHERE_IT_SITS = Prediction(
    key="alignment.where_it_sits",
    title="Where four features sit",
    question="A convolution with kernel 3, stride 2 and padding 1 reads a row of 8 pixels. Four features come out. "
    "On which pixel is each feature's window centered?",
    shape=4,
    answer=lambda: feature_places(8, [HALVING]),
    explain="The first window begins at −1, in the padding, and covers −1, 0, 1: its middle is pixel 0. Then it "
    "moves by 2.",
    guesses={
        "That would be the middle of pixels 0 and 1, of 2 and 3. A window of three has its middle on a "
        "pixel.": lambda: feature_places(8, [(2, 2, 0, 1)]),
        "Without padding the first window would lie there. With padding 1 it begins at −1.": lambda: (
            feature_places(9, [(3, 2, 0, 1)])
        ),
    },
)

WHERE_IT_IS_DRAWN = Prediction(
    key="alignment.where_it_is_drawn",
    title="Where the four are drawn",
    question="Now the four features are enlarged to 8 again, with align_corners=False. Feature i is drawn around "
    "which pixel? Give the four positions; they may lie between pixels.",
    shape=4,
    answer=lambda: source_coordinates(8, 4),
    explain="Each of the four covers two pixels: the first covers 0 and 1, and its middle is 0.5.",
    guesses={
        "That is where the features sit. Upsampling does not know that: it knows only two sizes, 4 and "
        "8.": lambda: feature_places(8, [HALVING]),
        "That is align_corners=True.": lambda: source_coordinates(8, 4, "align_corners"),
    },
)

FOUR_HALVINGS = Prediction(
    key="alignment.four_halvings",
    title="Four times half a pixel",
    question="One such layer is off by half a pixel. How many pixels of the image is a stack of four of them off, "
    "at stride 16?",
    answer=lambda: offsets(64, [HALVING] * 4)[0],
    explain="Each layer is off by half a pixel of its own input: 0.5 + 1 + 2 + 4 image pixels.",
    guesses={
        "That is four times 0.5. But a pixel of the second layer is two image pixels, and one of the third is "
        "four.": lambda: 2,
        "Close: half of 16. The features sit at 16 i and are drawn at 16 i + 7.5.": lambda: 8,
        "That is a stack of three.": lambda: offsets(64, [HALVING] * 3)[0],
    },
)

WHICH_LAYER = Prediction(
    key="alignment.which_layer",
    title="A layer without an offset",
    question="Upsampling is align_corners=False. Which of these halvings adds no offset?",
    options=["kernel 3, padding 1", "kernel 4, padding 1", "kernel 5, padding 2", "kernel 7, padding 3"],
    answer=lambda: next(f"kernel {k}, padding {p}" for k, p in _SYMMETRIC if aligned_padding(k, 2) == p),
    explain="Two pixels become one feature, so its window should be centered between two pixels: an even kernel. "
    "Every odd one is centered on a pixel.",
    guesses={
        "That is the layer of the lesson so far: it is off by half a pixel.": "kernel 3, padding 1",
    },
)
_SYMMETRIC = ((3, 1), (4, 1), (5, 2), (7, 3))


def _corners_on_64():
    along = offsets(64, [HALVING] * 4, "align_corners")
    return (
        "it is gone"
        if not along.any()
        else "the same everywhere"
        if np.ptp(along) == 0
        else "it grows along the row"
    )


OTHER_CONVENTION = Prediction(
    key="alignment.other_convention",
    title="The other convention",
    question="Four halvings with kernel 3 and padding 1, on a row of 64 pixels. What becomes of the offset when the "
    "features are enlarged with align_corners=True?",
    options=["it is gone", "the same everywhere", "it grows along the row"],
    answer=_corners_on_64,
    explain="The last feature sits at 16 · 3 = 48 and is drawn at the last pixel, 63. The first is right.",
    guesses={
        "It is gone for the first feature only.": "it is gone",
    },
)

ADDED_APART = Prediction(
    key="alignment.added_apart",
    title="Two edges that miss each other",
    question="Two maps hold the same edge: 0 on the left, 1 on the right. In the first it is at column 8, in "
    "the second at column 10. What is in their sum?",
    options=["one step from 0 to 2", "two steps of 1", "a step from 0 to 1"],
    answer=lambda: _steps_of_the_sum(8, 10),
    explain="Between the two edges only one of the maps is already 1. The sum cannot say where the edge is.",
    guesses={
        "The two edges are in different columns, so their steps do not coincide.": "one step from 0 to 2",
    },
)


def _steps_of_the_sum(first, second):
    columns = np.arange(16)
    heights = np.diff((columns >= first).astype(int) + (columns >= second))
    return {(2,): "one step from 0 to 2", (1, 1): "two steps of 1"}[tuple(heights[heights > 0].tolist())]


def _half_way(offset):
    """Where the sum of two edges, one of them moved back by ``offset``, is 1 of 2: a number of columns."""
    places = np.arange(16.0)
    moved = np.interp(places + offset, places, (places >= 10).astype(float))
    return int(((places >= 8) + moved == 2).argmax())


WHICH_FLOW = Prediction(
    key="alignment.which_flow",
    title="Which flow brings them together",
    question="The second map's edge lies 2 columns too far right. Every output of the warp fetches from its own "
    "column + flow. Which flow brings the edge to column 8?",
    answer=lambda: next(flow for flow in range(-4, 5) if _half_way(flow) == 8 and _half_way(flow - 1) != 8),
    explain="The output in column 8 must read what stands in column 10: 8 + 2.",
    guesses={
        "That would move the edge from 10 to 12. A flow says where to fetch from.": lambda: -2,
    },
)


def _gradients_at_zero():
    """Two layers, the last one's weights 0: which of the two gets a gradient in the first step?"""
    x, first, last = np.array([1.0, 2.0]), np.array([[1.0, -1.0], [0.5, 1.0]]), np.zeros(2)
    hidden = np.maximum(first @ x, 0)
    to_last = 1.0 * hidden  # the output's own gradient is 1
    to_first = np.outer(last * (hidden > 0), x)
    return {(True, False): "only the last layer", (True, True): "both", (False, False): "neither"}[
        bool(to_last.any()), bool(to_first.any())
    ]


ZERO_START = Prediction(
    key="alignment.zero_start",
    title="A branch that says zero",
    question="A branch has two layers, and the weights of the last one are 0: every flow it makes is 0. Which of its "
    "two layers learns anything in the very first step of training?",
    options=["neither", "only the last layer", "both"],
    answer=_gradients_at_zero,
    explain="The last layer's gradient contains its input, which is not 0. The first layer's contains the last "
    "layer's weights, and those are 0. After one step they no longer are, and both layers learn.",
    guesses={
        "The flow is 0, but its gradient is not.": "neither",
        "The gradient of the first layer passes through the weights of the last one.": "both",
    },
)

FIRST_PLACE = Prediction(
    key="alignment.stretched",
    title="The first position that is read",
    question="A grid runs from −1 to 1 over a map 8 pixels wide, `linspace(-1, 1, 8)`, no flow is added, and "
    "`grid_sample` is called without align_corners. At which position on the map does output 0 read?",
    answer=lambda: ((-1 + 1) * 8 - 1) / 2,
    explain="By default −1 is the left edge of the first pixel, half a pixel left of its center.",
    guesses={
        "That is right with align_corners=True. The default is False.": lambda: 0,
        "That is the number in the grid. In pixels it is a different number.": lambda: -1,
        "The distance is right. The left edge of a pixel lies to the left of its center.": lambda: 0.5,
    },
)

HEIGHT_BEFORE_WIDTH = Prediction(
    key="alignment.height_before_width",
    title="Divided by [h, w]",
    question="A map of 4 rows and 8 columns. An offset (x, y) = (1, 1) is divided by [h, w] = [4, 8] and added to a "
    "grid of align_corners=True, where one unit is 7/2 pixels in x and 3/2 in y. By how many pixels does it move x, "
    "and by how many y?",
    shape=2,
    answer=lambda: [1 / 4 * (8 - 1) / 2, 1 / 8 * (4 - 1) / 2],
    explain="x: 1/4 of 3.5. y: 1/8 of 1.5. The same number moves x nearly five times as far as y. On a square map "
    "both would be equal, and nobody would notice.",
    guesses={
        "That is divided by [w, h], as it should have been.": lambda: [1 / 8 * 7 / 2, 1 / 4 * 3 / 2],
        "That is in units of the grid. One unit is 7/2 pixels in x and 3/2 in y.": lambda: [1 / 4, 1 / 8],
        "You have x and y exchanged.": lambda: [1 / 8 * (4 - 1) / 2, 1 / 4 * (8 - 1) / 2],
    },
)
