"""Exercises of lesson 02: the three coordinate maps, the way back, nearest neighbor, two bugs, predictions."""

import numpy as np

from course_utils.exercises.engine import WHOLE, Case, Exercise, Mistake, Prediction, SpotTheBug, decimals
from course_utils.resampling import nearest_indices, opencv_nearest_indices, resize, source_coordinates

# ------------------------------------------------------------------------------------ the three maps


def half_pixel(in_size, out_size):
    """Where every output center falls on the input when the outer edges coincide: shape (out_size,)."""
    out_index = np.arange(out_size)
    return (out_index + 0.5) * in_size / out_size - 0.5


def align_corners(in_size, out_size):
    """Where every output center falls on the input when the outer centers coincide: shape (out_size,)."""
    out_index = np.arange(out_size)
    steps = max(out_size - 1, 1)  # a single output makes no step; it stays at 0
    return out_index * (in_size - 1) / steps


def asymmetric(in_size, out_size):
    """Where every output falls on the input when only the ratio of the sizes counts: shape (out_size,)."""
    return np.arange(out_size) * in_size / out_size


def _sizes(rng):
    """Two sizes: small ones half of the time, and others for which rounding on the way can go wrong."""
    return rng.integers(1, rng.choice([13, 65]), 2).tolist()


def _two_sizes(rng):
    return Case(*_sizes(rng))


def _row_of_labels(rng):
    in_size, out_size = _sizes(rng)
    return Case(rng.integers(0, 9, in_size), out_size)


def _no_last_half(in_size, out_size):
    return (np.arange(out_size) + 0.5) * in_size / out_size


def _no_first_half(in_size, out_size):
    return np.arange(out_size) * in_size / out_size - 0.5


def _whole_division(in_size, out_size):
    return np.arange(out_size) * in_size // out_size


_IS_ASYMMETRIC = Mistake(
    "asymmetric map",
    asymmetric,
    "Your answer is the asymmetric map o·n/m. Pixel i covers [i − 0.5, i + 0.5]: "
    "which input position lies under the center of output 0?",
)

ASYMMETRIC = Exercise(
    key="coordinates.asymmetric",
    title="The asymmetric map",
    reference=asymmetric,
    cases=[
        Case(2, 4, by_hand=[0, 0.5, 1, 1.5]),
        Case(4, 2, by_hand=[0, 2]),
        Case(4, 1, by_hand=[0]),
        Case(5, 3),
        Case(3, 7),
        Case(17, 7, note="Seven outputs. The last of them is at 6 · 17/7 = 14.57."),
        Case(15, 13),
        Case(11, 15),
    ],
    random_case=_two_sizes,
    hints=[
        "One output step is n/m input pixels, and output 0 sits at 0.",
        "`np.arange(out_size)` times n/m.",
    ],
)


ASYMMETRIC.mistake("half_pixel map", "That is the half-pixel map. This one is shorter: no halves.")(
    half_pixel
)


ASYMMETRIC.mistake("align_corners map", "That is the align-corners map. Here the plain sizes count.")(
    align_corners
)


@ASYMMETRIC.mistake("ratio upside down")
def _asymmetric_upside_down(in_size, out_size):
    """Your ratio is upside down: eight outputs on four inputs stand 4/8 apart."""
    return np.arange(out_size) * out_size / in_size


ASYMMETRIC.mistake("whole division", "`//` rounds down already. That is nearest neighbor, and comes later.")(
    _whole_division
)


@ASYMMETRIC.mistake("whole ratio")
def _ratio_cut_off(in_size, out_size):
    """You divide the sizes with `//` before you multiply: 5 // 3 is 1, and 2 // 4 is 0."""
    return np.arange(out_size) * float(in_size // out_size)


HALF_PIXEL = Exercise(
    key="coordinates.half_pixel",
    title="The half-pixel map",
    reference=half_pixel,
    cases=[
        Case(2, 4, by_hand=[-0.25, 0.25, 0.75, 1.25], note="Two pixels, each cut in half."),
        Case(4, 2, by_hand=[0.5, 2.5], note="Each output covers two inputs: its center lies between them."),
        Case(3, 3, by_hand=[0, 1, 2], note="The same size: every output sits on its input."),
        Case(4, 1, by_hand=[1.5], note="One output covers everything; its center is the middle."),
        Case(5, 3),
        Case(3, 7),
        Case(1, 4),
    ],
    mistakes=[_IS_ASYMMETRIC],
    random_case=_two_sizes,
    hints=[
        "Measure from the left edge of the picture, not from the first center. "
        "How far from that edge is the center of output o, in output pixels?",
        "One output pixel is n/m input pixels wide. So the center of output o is (o + 0.5)·n/m input pixels "
        "from the edge.",
        "The edge lies at coordinate −0.5, because pixel 0 has its center at 0. Add the two.",
    ],
)


HALF_PIXEL.mistake(
    "missing −0.5",
    "Every value is 0.5 too large. You measure from the left edge of the input; "
    "coordinate 0 is the center of pixel 0, half a pixel further right.",
)(_no_last_half)


HALF_PIXEL.mistake(
    "missing +0.5",
    "You subtract the input's half pixel but never add the output's: "
    "o is where output pixel o begins, its center is at o + 0.5.",
)(_no_first_half)


@HALF_PIXEL.mistake
def _halves_swapped(in_size, out_size):
    """The signs of your two halves are swapped. First from an index to a center measured from the edge
    (+ 0.5), then scale, then back (− 0.5)."""
    return (np.arange(out_size) - 0.5) * in_size / out_size + 0.5


@HALF_PIXEL.mistake("ratio upside down")
def _half_pixel_upside_down(in_size, out_size):
    """Your ratio is upside down. One step in the output is n/m input pixels: when the picture grows,
    that is less than 1."""
    return (np.arange(out_size) + 0.5) * out_size / in_size - 0.5


HALF_PIXEL.mistake(
    "align_corners map",
    "Your answer is the align-corners map: the outer centers coincide. "
    "Here the outer edges must: −0.5 on the left and n − 0.5 on the right.",
)(align_corners)


@HALF_PIXEL.mistake("clamped")
def _half_pixel_clamped(in_size, out_size):
    """Right, but clamped to [0, n − 1]. The map only says where the center falls; what to do outside is
    a later step."""
    return half_pixel(in_size, out_size).clip(0, in_size - 1)


@HALF_PIXEL.mistake
def _edges_as_centers(in_size, out_size):
    """Your first and last values are the input's edges. The outputs' edges lie there, their centers
    half a step inside."""
    return np.linspace(-0.5, in_size - 0.5, out_size)


HALF_PIXEL.mistake(
    "whole division",
    "`//` throws the fraction away, and the halves are missing. A coordinate is a real number.",
)(_whole_division)


ALIGN_CORNERS = Exercise(
    key="coordinates.align_corners",
    title="The align-corners map",
    reference=align_corners,
    cases=[
        Case(4, 7, by_hand=[0, 0.5, 1, 1.5, 2, 2.5, 3], note="Six steps cover the distance 3."),
        Case(2, 4, by_hand=[0, 1 / 3, 2 / 3, 1], note="Three steps cover the distance 1."),
        Case(5, 3, by_hand=[0, 2, 4]),
        Case(1, 3, by_hand=[0, 0, 0], note="One input pixel: there is only one position."),
        Case(5, 1, by_hand=[0], note="One output makes no step; torch leaves it at 0, and so do we."),
        Case(8, 5),
        Case(3, 8),
        Case(9, 2, by_hand=[0, 8], note="Two outputs: one at each end."),
    ],
    random_case=_two_sizes,
    hints=[
        "Output 0 sits at 0, output m − 1 at n − 1, and all steps are equal.",
        "How many steps are there from output 0 to output m − 1? Each is (n − 1) divided by that.",
        "With one output there are no steps: take `max(out_size - 1, 1)` to avoid dividing by zero.",
    ],
)


ALIGN_CORNERS.mistake(
    "half_pixel map",
    "Your answer is the half-pixel map: the outer edges coincide. Here output 0 must sit at 0 and "
    "the last output at n − 1.",
)(half_pixel)


ALIGN_CORNERS.mistake(
    "asymmetric map",
    "Your answer is the asymmetric map o·n/m. Where does it put the last output, and where should that be?",
)(asymmetric)


@ALIGN_CORNERS.mistake("n over m − 1")
def _n_over_steps(in_size, out_size):
    """Your last output lands at n. From the first center to the last it is n − 1, not n: four fence
    posts have three gaps."""
    return np.arange(out_size) * in_size / max(out_size - 1, 1)


@ALIGN_CORNERS.mistake("n − 1 over m")
def _steps_over_m(in_size, out_size):
    """Your last output does not reach n − 1. From output 0 to output m − 1 there are m − 1 steps, not
    m."""
    return np.arange(out_size) * (in_size - 1) / out_size


@ALIGN_CORNERS.mistake("m + 1 steps")
def _one_step_too_short(in_size, out_size):
    """m outputs make m − 1 steps, one fewer than outputs, not one more."""
    return np.arange(out_size) * (in_size - 1) / (out_size + 1)


@ALIGN_CORNERS.mistake("ratio upside down")
def _align_corners_upside_down(in_size, out_size):
    """Your ratio is upside down: the distance n − 1 is shared by m − 1 steps."""
    return np.arange(out_size) * (out_size - 1) / max(in_size - 1, 1)


@ALIGN_CORNERS.mistake
def _lone_output_in_the_middle(in_size, out_size):
    """Right except for a single output. You put it in the middle, which is a fair choice; torch puts
    it at 0, and this exercise follows torch."""
    return np.array([(in_size - 1) / 2]) if out_size == 1 else align_corners(in_size, out_size)


ALIGN_CORNERS.mistake("whole division", "`//` throws the fraction away: a coordinate is a real number.")(
    _whole_division
)


# ------------------------------------------------------------------------------------ the way back


def to_output(coordinate, in_size, out_size):
    """Where an input coordinate lies on the output axis, by the half-pixel map: a number."""
    return (coordinate + 0.5) * out_size / in_size - 0.5


TO_OUTPUT = Exercise(
    key="coordinates.to_output",
    title="The way back: from input to output",
    reference=to_output,
    cases=[
        Case(
            0.0,
            4,
            8,
            by_hand=0.5,
            note="Input pixel 0 becomes outputs 0 and 1; its center lies between them.",
        ),
        Case(1.5, 4, 8, by_hand=3.5, note="The middle stays in the middle."),
        Case(-0.5, 4, 8, by_hand=-0.5, note="The left edge stays the left edge."),
        Case(3.0, 8, 2, by_hand=0.375),
        Case(10.0, 640, 224),
        Case(2.0, 5, 5, by_hand=2.0),
    ],
    random_case=lambda rng: Case(round(rng.uniform(-2, 12), decimals(rng)), *rng.integers(1, 13, 2).tolist()),
    hints=[
        "Write x = (o + 0.5)·n/m − 0.5 on paper and solve it for o.",
        "Add 0.5 on both sides first: x + 0.5 is the distance from the left edge, in input pixels.",
    ],
)


@TO_OUTPUT.mistake
def _plain_factor(coordinate, in_size, out_size):
    """You multiply by m/n, as if coordinate 0 were the picture's edge. The edge is at −0.5, and it is
    the edge that stays where it is."""
    return coordinate * out_size / in_size


@TO_OUTPUT.mistake("forward map")
def _forward_again(coordinate, in_size, out_size):
    """That is the map from output to input once more. Solve it for o."""
    return (coordinate + 0.5) * in_size / out_size - 0.5


@TO_OUTPUT.mistake("align_corners map")
def _to_output_align_corners(coordinate, in_size, out_size):
    """That is the way back of align_corners. Here the outer edges coincide, not the outer centers."""
    return coordinate * (out_size - 1) / (in_size - 1)


@TO_OUTPUT.mistake("missing −0.5")
def _to_output_no_last_half(coordinate, in_size, out_size):
    """Every value is 0.5 too large: you stopped at the distance from the edge. The edge is at −0.5."""
    return (coordinate + 0.5) * out_size / in_size


@TO_OUTPUT.mistake("missing +0.5")
def _to_output_no_first_half(coordinate, in_size, out_size):
    """You go back by half an output pixel, but never measured from the edge in the first place."""
    return coordinate * out_size / in_size - 0.5


@TO_OUTPUT.mistake("rounded")
def _to_output_rounded(coordinate, in_size, out_size):
    """Right, but then you round. An eye or a corner may lie between two pixels."""
    return float(round(to_output(coordinate, in_size, out_size)))


# ------------------------------------------------------------------------------------ nearest neighbor


def nearest_floor(in_size, out_size):
    """The input pixel that each output copies by the floor rule: shape (out_size,), whole numbers."""
    out_index = np.arange(out_size)
    return out_index * in_size // out_size  # whole numbers only: nothing to round


def _floor_of_half_pixel(in_size, out_size):
    return np.floor(half_pixel(in_size, out_size)).astype(int)


NEAREST_FLOOR = Exercise(
    key="coordinates.nearest_floor",
    title="Nearest neighbor by the floor rule",
    reference=nearest_floor,
    cases=[
        Case(4, 8, by_hand=[0, 0, 1, 1, 2, 2, 3, 3]),
        Case(8, 3, by_hand=[0, 2, 5], note="8/3 = 2.67 and 16/3 = 5.33, rounded down."),
        Case(8, 4, by_hand=[0, 2, 4, 6]),
        Case(3, 7),
        Case(5, 5),
        Case(2, 98, note="Output 49 sits at exactly 49·2/98 = 1. What does 49·(2/98) give in Python?"),
        Case(6, 34, note="Output 17 sits at exactly 17·6/34 = 3."),
        Case(14, 18, note="Output 9 sits at exactly 9·14/18 = 7."),
        Case(26, 22, note="Output 11 sits at exactly 11·26/22 = 13."),
    ],
    random_case=_two_sizes,
    stored_as=WHOLE,
    hints=[
        "Compute the asymmetric coordinate, then take the sample at or left of it.",
        "`np.floor(...)` gives floats. `//` on whole numbers rounds down and stays whole.",
        "`out_index * in_size // out_size`: multiply first, so that nothing is rounded before the end.",
    ],
)


@NEAREST_FLOOR.mistake
def _ratio_first(in_size, out_size):
    """The rule is right, the arithmetic is not: n/m is rounded before it is multiplied, and a hair less
    than a whole number floors to the pixel before it. Multiply first, or stay with `//`."""
    return np.floor(np.arange(out_size) * (in_size / out_size)).astype(int)


@NEAREST_FLOOR.mistake("divided by the factor")
def _over_the_factor(in_size, out_size):
    """The rule is right, the arithmetic is not: m/n is rounded before you divide by it, and a hair less than a
    whole number floors to the pixel before it. Multiply first, or stay with `//`."""
    return np.floor(np.arange(out_size) / (out_size / in_size)).astype(int)


@NEAREST_FLOOR.mistake("torch's arithmetic")
def _ratio_in_single_precision(in_size, out_size):
    """These are exactly torch's indices: it rounds n/m to single precision before it multiplies, and misses a
    pixel where the exact result is whole. Multiply whole numbers, then `//`."""
    return np.floor(np.arange(out_size, dtype=np.float32) * np.float32(in_size / out_size)).astype(int)


NEAREST_FLOOR.mistake(
    "OpenCV's arithmetic",
    "These are exactly OpenCV's indices: it computes floor(o·(1/(m/n))) in floating point and misses "
    "a pixel where the exact result is whole. Multiply whole numbers, then `//`.",
)(opencv_nearest_indices)


@NEAREST_FLOOR.mistake("rounded to the nearest")
def _to_nearest_center(in_size, out_size):
    """You round o·n/m to the nearest whole number. The name says nearest, but the floor rule rounds down."""
    x = np.arange(out_size) * in_size / out_size
    return np.floor(x + 0.5).astype(int).clip(0, in_size - 1)


@NEAREST_FLOOR.mistake("half-pixel rule")
def _half_pixel_rule(in_size, out_size):
    """That is the half-pixel rule, torch's `nearest-exact`. The floor rule has no halves."""
    return (2 * np.arange(out_size) + 1) * in_size // (2 * out_size)


NEAREST_FLOOR.mistake(
    "floor of the half-pixel map",
    "You floor the half-pixel coordinate. Output 0 of 4 → 8 sits at −0.25, and that floors to −1, "
    "which in Python is the last pixel.",
)(_floor_of_half_pixel)


@NEAREST_FLOOR.mistake("floor of the half-pixel map, clamped")
def _floor_of_half_pixel_clamped(in_size, out_size):
    """You floor the half-pixel coordinate and clamp it. The floor rule floors the asymmetric one."""
    return _floor_of_half_pixel(in_size, out_size).clip(0, in_size - 1)


@NEAREST_FLOOR.mistake("floor of align_corners")
def _floor_of_align_corners(in_size, out_size):
    """You floor the align-corners coordinate, not o·n/m."""
    return np.floor(align_corners(in_size, out_size)).astype(int)


@NEAREST_FLOOR.mistake("ratio upside down")
def _floor_upside_down(in_size, out_size):
    """Your ratio is upside down: these indices leave the input."""
    return np.arange(out_size) * out_size // in_size


@NEAREST_FLOOR.mistake("not rounded")
def _no_rounding(in_size, out_size):
    """These are coordinates. An index is a whole number: round down."""
    return asymmetric(in_size, out_size)


# ------------------------------------------------------------------------------------ two bugs to repair


def resize_row(row, out_size):
    in_size = len(row)
    x = (np.arange(out_size) + 0.5) * in_size / out_size - 0.5
    x = x.clip(0, in_size - 1)
    left = np.floor(x).astype(int)
    right = np.minimum(left + 1, in_size - 1)
    t = x - left
    return (1 - t) * row[left] + t * row[right]


def _resize_row_with_bug(row, out_size):
    in_size = len(row)
    x = np.arange(out_size) * in_size / out_size
    x = x.clip(0, in_size - 1)
    left = np.floor(x).astype(int)
    right = np.minimum(left + 1, in_size - 1)
    t = x - left
    return (1 - t) * row[left] + t * row[right]


def _row_at(row, x):
    """The repaired function's second half, at any coordinates, with its clamping."""
    x = x.clip(0, len(row) - 1)
    left = np.floor(x).astype(int)
    right = np.minimum(left + 1, len(row) - 1)
    return (1 - (x - left)) * row[left] + (x - left) * row[right]


MISSING_HALF = SpotTheBug(
    key="coordinates.missing_half",
    title="A resize that moves the picture",
    buggy=_resize_row_with_bug,
    reference=resize_row,
    cases=[
        Case(np.array([0.0, 10.0]), 1, by_hand=[5], note="One output covers both pixels: their mean."),
        Case(
            np.array([0.0, 8.0]), 8, by_hand=[0, 0, 1, 3, 5, 7, 8, 8], note="A step must stay in the middle."
        ),
        Case(np.arange(8.0), 2, by_hand=[1.5, 5.5]),
        Case(np.array([3.0, 1.0, 4.0, 1.0, 5.0]), 7),
        Case(np.array([5.0, 5.0, 5.0]), 6, by_hand=[5, 5, 5, 5, 5, 5]),
        Case(np.array([1.0, 2.0, 4.0]), 3, by_hand=[1, 2, 4]),
    ],
    random_case=lambda rng: Case(
        rng.uniform(-9, 9, rng.integers(1, 9)).round(decimals(rng)), int(rng.integers(1, 13))
    ),
    hints=[
        "Run it on `np.array([0.0, 10.0])` with `out_size=1`. What should one pixel that covers both be?",
        "Only one line is wrong: the one that computes `x`.",
        "You have written the right map already, in the exercise `half_pixel`.",
    ],
    name="resize_row",
)


MISSING_HALF.mistake(
    "align_corners map",
    "Now the outer centers coincide, so the picture is stretched a little instead of moved. "
    "The outer edges should coincide.",
)(lambda row, out_size: _row_at(row, align_corners(len(row), out_size)))


MISSING_HALF.mistake(
    "missing −0.5",
    "You added the output's half pixel; now the picture moves the other way. "
    "Coordinate 0 is a center: take the input's half pixel off again.",
)(lambda row, out_size: _row_at(row, _no_last_half(len(row), out_size)))


MISSING_HALF.mistake(
    "missing +0.5", "You took the input's half pixel off, but the output's was never added."
)(lambda row, out_size: _row_at(row, _no_first_half(len(row), out_size)))


@MISSING_HALF.mistake("coordinate not clamped")
def _row_not_clamped(row, out_size):
    """The map is right now, but x can be below 0: floor(−0.25) is −1, and `row[-1]` is the last
    pixel."""
    x = half_pixel(len(row), out_size)
    left = np.floor(x).astype(int)
    right = np.minimum(left + 1, len(row) - 1)
    return (1 - (x - left)) * row[left] + (x - left) * row[right]


@MISSING_HALF.mistake("only the index clamped")
def _row_index_clamped_only(row, out_size):
    """The map is right now, but t = x − left is negative at the left border: you extrapolate. Clamp x
    itself before it is split."""
    x = half_pixel(len(row), out_size)
    left = np.floor(x).astype(int).clip(0, len(row) - 1)
    right = np.minimum(left + 1, len(row) - 1)
    return (1 - (x - left)) * row[left] + (x - left) * row[right]


def shrink_labels(labels, out_size):
    in_size = len(labels)
    index = (2 * np.arange(out_size) + 1) * in_size // (2 * out_size)
    return labels[index]


def _shrink_labels_with_bug(labels, out_size):
    in_size = len(labels)
    index = np.arange(out_size) * in_size // out_size
    return labels[index]


MASK_SHIFT = SpotTheBug(
    key="coordinates.mask_shift",
    title="A mask that slips under its image",
    buggy=_shrink_labels_with_bug,
    reference=shrink_labels,
    cases=[
        Case(np.array([1, 2, 3]), 1, by_hand=[2], note="The one output's center lies in the middle pixel."),
        Case(np.arange(9), 3, by_hand=[1, 4, 7]),
        Case(
            np.arange(8),
            2,
            by_hand=[2, 6],
            note="The centers fall at 1.5 and 5.5: take the right neighbor, as torch does.",
        ),
        Case(np.arange(4), 2, by_hand=[1, 3], note="0.5 and 2.5, halfway again."),
        Case(np.array([0, 0, 3, 3, 3, 0, 0]), 4),
        Case(np.array([0, 2]), 4, by_hand=[0, 0, 2, 2]),
        Case(np.array([4, 0, 7]), 3, by_hand=[4, 0, 7]),
        Case(
            np.arange(14),
            9,
            note="Output 4 is at exactly 4.5 · 14/9 = 7 from the left edge: pixel 7 begins there.",
        ),
        Case(np.arange(26), 23, note="Output 11 is at exactly 11.5 · 26/23 = 13 from the left edge."),
        Case(np.arange(18), 33, note="Output 27 is at exactly 27.5 · 18/33 = 15 from the left edge."),
        Case(np.arange(6), 37, note="Output 18 is at exactly 18.5 · 6/37 = 3 from the left edge."),
    ],
    random_case=_row_of_labels,
    hints=[
        "Shrink `np.array([1, 2, 3])` to one pixel. Which of the three would you keep?",
        "The output's center is at (o + 0.5)·n/m from the left edge. Pixel i covers i to i + 1 from that edge.",
        "In whole numbers, (o + 0.5)·n/m is (2·o + 1)·n over 2·m.",
    ],
    name="shrink_labels",
)


@MASK_SHIFT.mistake
def _labels_interpolated(labels, out_size):
    """You interpolate the labels. The number between label 1 and label 3 is not the label between them:
    it is another class, or none. Copy one pixel."""
    return np.floor(_row_at(labels, half_pixel(len(labels), out_size)) + 0.5).astype(labels.dtype)


@MASK_SHIFT.mistake("ties to even")
def _labels_round_half_even(labels, out_size):
    """`np.round` takes the even number on a tie: 0.5 goes to 0, but 1.5 to 2. Your pixel is just as near, but
    torch's `nearest-exact` takes floor(x + 0.5), always the right one of the two."""
    x = half_pixel(len(labels), out_size)
    return labels[np.round(x).astype(int).clip(0, len(labels) - 1)]


def _labels_at(place):
    """A copy of the labels, with an arithmetic of its own for (o + 0.5)·n/m."""

    def wrong(labels, out_size):
        n = len(labels)
        return labels[place(np.arange(out_size) + 0.5, n, out_size).astype(int).clip(0, n - 1)]

    return wrong


_EXACTLY_WHOLE = (
    "and a hair less than a whole number becomes the pixel before it. Multiply first, or stay with `//`."
)

MASK_SHIFT.mistake(
    "ratio first",
    f"The rule is right, the arithmetic is not: n/m is rounded before it is multiplied, {_EXACTLY_WHOLE}",
)(_labels_at(lambda o, n, m: o * (n / m)))

MASK_SHIFT.mistake(
    "divided by the factor",
    f"The rule is right, the arithmetic is not: m/n is rounded before you divide by it, {_EXACTLY_WHOLE}",
)(_labels_at(lambda o, n, m: o / (m / n)))

MASK_SHIFT.mistake(
    "ratio in single precision",
    f"The rule is right, the arithmetic is not: n/m is rounded to single precision, {_EXACTLY_WHOLE}",
)(_labels_at(lambda o, n, m: o.astype(np.float32) * np.float32(n / m)))


@MASK_SHIFT.mistake("last of the block")
def _labels_last_of_block(labels, out_size):
    """Now you copy the last pixel of each block: the mask slips to the other side."""
    n = len(labels)
    return labels[((np.arange(out_size) + 1) * n - 1) // out_size]


@MASK_SHIFT.mistake("floor of the half-pixel map")
def _labels_floor_of_half_pixel(labels, out_size):
    """Your x is right, but it is rounded down. Pixel i covers [i − 0.5, i + 0.5]: which pixel holds x =
    0.8?"""
    x = half_pixel(len(labels), out_size)
    return labels[np.floor(x).astype(int).clip(0, len(labels) - 1)]


# ------------------------------------------------------------------------------------ predictions

SMALL = np.array([[1.0, 2.0], [3.0, 4.0]])
IN_ZEROS = np.pad(SMALL, (0, 1))  # the same four numbers in the corner of a 3 x 3 array of zeros


def enlarge_both(coordinate_map):
    """The 2 x 2 array made 4 x 4, and the 3 x 3 array with the same corner made 6 x 6: (small, large)."""
    small = resize(SMALL, (4, 4), coordinate_map=coordinate_map)
    large = resize(IN_ZEROS, (6, 6), coordinate_map=coordinate_map)
    return small, large


def unchanged_by_zeros(coordinate_map):
    """How many of the 16 small results the large one repeats in its top left corner."""
    small, large = enlarge_both(coordinate_map)
    return int(np.isclose(small, large[:4, :4]).sum())


FIRST_CENTER = Prediction(
    key="coordinates.first_center",
    title="Where output 0 falls",
    question="Four pixels become eight, and the outer edges of the picture stay where they are. "
    "At which input coordinate does the center of output 0 fall? (The center of input 0 is coordinate 0.)",
    answer=lambda: source_coordinates(4, 8)[0],
    options={"−0.5": -0.5, "−0.25": -0.25, "0": 0.0, "0.25": 0.25},
    explain="Output 0 covers half of input 0, from −0.5 to 0. Its center is −0.25: left of the first input center.",
    guesses={
        "That is the outer edge of output 0. Its center is half an output pixel further right.": "−0.5",
        "Then the two centers would coincide, and the outer edges would not.": "0",
        "The distance is right, but output 0 covers the left half of input 0.": "0.25",
    },
)

TWO_DOTS = Prediction(
    key="coordinates.true_factor",
    title="Two dots, enlarged",
    question="With align_corners, four pixels become eight. Two dots stand 1 pixel apart in the input. "
    "How far apart do they stand in the output, in output pixels?",
    answer=lambda: 1 / np.diff(source_coordinates(4, 8, "align_corners"))[0],
    options={"2": 2.0, "7/3, about 2.33": 7 / 3, "8/3, about 2.67": 8 / 3, "7/4 = 1.75": 7 / 4},
    explain="Three input steps become seven output steps: the factor is 7/3. Only the sizes have the ratio 2.",
    guesses={
        "That is the ratio of the sizes. align_corners stretches the steps between centers.": "2",
        "Four centers have three steps between them.": "7/4 = 1.75",
        "Eight centers have seven steps between them.": "8/3, about 2.67",
    },
)

FLOOR_PICKS = Prediction(
    key="coordinates.floor_picks",
    title="Which three of eight",
    question="Eight pixels become three by nearest neighbor with the floor rule, floor(o·n/m). "
    "Which three input pixels are copied?",
    shape=3,
    answer=lambda: nearest_indices(8, 3),
    guesses={
        "You predicted the half-pixel rule, which comes next.": lambda: nearest_indices(8, 3, "half_pixel"),
        "You rounded to the nearest whole number; the floor rule always rounds down.": lambda: np.round(
            source_coordinates(8, 3, "asymmetric")
        ),
        "You rounded up. The floor rule rounds down.": lambda: np.ceil(
            source_coordinates(8, 3, "asymmetric")
        ),
        "You stretched the outputs from the first pixel to the last. That is align_corners.": lambda: (
            np.round(source_coordinates(8, 3, "align_corners"))
        ),
    },
    explain="0, 8/3 = 2.67 and 16/3 = 5.33, rounded down. Nothing reaches pixels 6 and 7.",
)

FIRST_ROW = Prediction(
    key="coordinates.first_row",
    title="The first row of the table",
    question="The array [[1, 2], [3, 4]] is made 4 × 4 by bilinear interpolation with the half-pixel map. "
    "What are the four numbers of its first row?",
    shape=4,
    answer=lambda: enlarge_both("half_pixel")[0][0],
    guesses={
        "You predicted the align-corners map.": lambda: enlarge_both("align_corners")[0][0],
        "You predicted the asymmetric map.": lambda: enlarge_both("asymmetric")[0][0],
        "You continued the slope beyond the border; the border is repeated.": lambda: (
            1 + source_coordinates(2, 4)
        ),
        "You copied each pixel, as nearest neighbor does.": lambda: resize(SMALL, (4, 4), mode="nearest")[0],
    },
    explain="The four centers fall at −0.25, 0.25, 0.75 and 1.25. The outer two are clamped to 1 and 2; "
    "the inner two lie a quarter of the way in.",
)

AMONG_ZEROS = Prediction(
    key="coordinates.among_zeros",
    title="A neighborhood of zeros",
    question="Now the same four numbers stand in the top left corner of a 3 × 3 array of zeros, made 6 × 6. "
    "How many of the 16 numbers of the 4 × 4 result come out again in the top left corner? "
    "Give two counts: first with the half-pixel map, then with align_corners.",
    shape=2,
    answer=lambda: [unchanged_by_zeros("half_pixel"), unchanged_by_zeros("align_corners")],
    explain="Half-pixel centers depend on the ratio 1/2 alone, so every value that does not read the zeros is "
    "repeated. "
    "align_corners uses the step 1/3 for the small array and 2/5 for the large one: only the corner stays.",
    guesses={
        "The last row and the last column of the result do read the zeros.": lambda: (16, 16),
        "You have the two exchanged.": lambda: [
            unchanged_by_zeros("align_corners"),
            unchanged_by_zeros("half_pixel"),
        ],
        "The first count is right. With align_corners the step itself changes.": lambda: (
            [unchanged_by_zeros("half_pixel")] * 2
        ),
        "The first count is right. With align_corners one number stays: the corner.": lambda: [
            unchanged_by_zeros("half_pixel"),
            0,
        ],
    },
)

ENLARGED_LABELS = Prediction(
    key="coordinates.new_labels",
    title="A row of labels, enlarged",
    question="A row of class labels 0, 0, 2, 2 (uint8) is made 8 long by bilinear interpolation. "
    "Which labels does the result hold?",
    answer=lambda: " ".join(map(str, np.unique(resize(np.array([0, 0, 2, 2], np.uint8), (8,))))),
    options={"0 and 2": "0 2", "0, 1 and 2": "0 1 2", "only 1": "1"},
    explain="Between 0 and 2 lies 0.5, which rounds to 1: a class that nobody labeled.",
    guesses={
        "That is what nearest neighbor gives. Bilinear interpolation averages.": "0 and 2",
    },
)
