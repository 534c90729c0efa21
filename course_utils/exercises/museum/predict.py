"""Predictions of lesson 15: sixteen samples, labels, a line, corner to corner, what mending costs."""

import numpy as np

from course_utils import exhibits
from course_utils.exercises.engine import Prediction
from course_utils.museum import recorded_mending
from course_utils.places import IMAGE


def _sixteen():
    ramp = np.arange(16.0)
    wrong = exhibits.padded_alike(ramp, 3, 2) != exhibits.padded_as_tensorflow(ramp, 3, 2)
    if not wrong.any():
        return "none"
    return "all 8" if wrong.all() else f"{int(wrong.sum())} of the 8"


SIXTEEN = Prediction(
    key="museum.sixteen",
    title="Sixteen samples",
    question="The same two layers read 16 samples instead of 15. How many of the 8 outputs differ?",
    options=["none", "1 of the 8", "all 8"],
    answer=_sixteen,
    explain="For 15 samples both put a zero at either end. For 16, TensorFlow needs one zero and puts it at the end: "
    "every window begins one sample further right.",
    guesses={
        "The last window is not the only one: if no zero stands in front, all windows move.": "1 of the 8",
        "The values agreed at 15 because 15 is odd.": "none",
    },
)

_LABELS = {"0 and 255": (0, 255), "0 and 2": (0, 2), "1 and 2": (1, 2), "1 and 3": (1, 3)}


def _never_fails():
    """The pair from which no size makes a third label."""
    never = [
        name
        for name, (first, second) in _LABELS.items()
        if all(
            set(exhibits.labels_blended(np.array([first, first, second, second]), size)) <= {first, second}
            for size in range(1, 33)
        )
    ]
    (name,) = never
    return name


NEVER_FAILS = Prediction(
    key="museum.never_fails",
    title="Two labels that never fail",
    question="Label maps are enlarged with bilinear weights and rounded. A test draws maps of two labels and looks "
    "for a third one. With which two labels can it never fail?",
    options=list(_LABELS),
    answer=_never_fails,
    explain="Between 1 and 2 no whole number is left for a third label. Background and one object, 0 and 1, is what "
    "most tests draw.",
    guesses={
        "Between 0 and 255 lie 254 other labels: the easiest pair to catch it with.": "0 and 255",
        "Between 0 and 2 lies 1.": "0 and 2",
        "Between 1 and 3 lies 2.": "1 and 3",
    },
)


def _line():
    """Half a cell too low: which change of the mask's rows moves its middle by 4 pixels down?"""
    mask, lines = np.zeros(12), {}
    mask[5:7] = 1
    right = exhibits.bars_off_in_pixels(mask, 12, 8)
    lines["C"] = exhibits.bars_off_in_cells(mask, 12, 8)
    lines["A"] = np.interp(np.arange(72) + 12, np.arange(96), exhibits.bars_off_in_pixels(mask, 0, 8))
    lines["B"] = np.interp(np.linspace(0, 95, 72), np.arange(96), exhibits.bars_off_in_pixels(mask, 0, 8))

    def middle(values):
        return values @ np.arange(len(values)) / values.sum()

    (letter,) = (name for name, values in lines.items() if abs(middle(values) - middle(right) - 4) < 0.1)
    return letter


WHICH_LINE = Prediction(
    key="museum.which_line",
    title="The line that moves the mask",
    question="Which of the three lines puts the mask where it is?",
    options={
        "A: pixels[12 : 84], of the enlarged mask": "A",
        "B: resize(mask, (72, 96)), of the whole mask": "B",
        "C: mask[round(1.4) : 12 - round(1.6)], before it is enlarged": "C",
    },
    answer=_line,
    explain="A bar of 12 pixels is 1.5 cells. C cuts 1 cell off at the top and 2 at the bottom: what is left begins "
    "half a cell too early, and its object lands 4 pixels too low.",
    guesses={
        "A is right: in pixels the bar is a whole number, and the mask lands on its disc.": (
            "A: pixels[12 : 84], of the enlarged mask"
        ),
        "B squeezes the bars into the picture: the mask gets flatter, and this one has kept its height.": (
            "B: resize(mask, (72, 96)), of the whole mask"
        ),
    },
)

CORNER_TO_CORNER = Prediction(
    key="museum.corner_to_corner",
    title="From corner to corner",
    question="A network halves 64 pixels three times, each time with kernel 3, stride 2, padding 1. Its 8 deepest "
    "features sit at 0, 8, …, 56. Then it enlarges them to 64 pixels with align_corners=True, from corner to corner. "
    "How many pixels beside its place is the first feature drawn, and how many the last?",
    shape=2,
    answer=lambda: [
        0.0,
        63.0 - (IMAGE.convolved(3, 2, 1).convolved(3, 2, 1).convolved(3, 2, 1).moved(1, 7).start),
    ],
    explain="The first stays at 0. The last sits at 56 and is drawn at 63. Between them the offset grows.",
    guesses={
        "That is align_corners=False: 3.5 pixels everywhere.": lambda: [3.5, 3.5],
        "The last feature is number 7. It sits at 7 · 8 = 56.": lambda: [0.0, 0.0],
        "The last pixel is number 63.": lambda: [0.0, 8.0],
    },
)


def _mean(name):
    return float(np.mean(recorded_mending()[name]))


def _costs():
    constant = _mean("by edges, the offset taken out before") - _mean("by edges")
    growing = _mean("by edges") - _mean("by corners")
    if abs(constant) > 1 and growing > 1:
        return "both cost about as much"
    return "the growing one, by far" if growing > 5 * abs(constant) else "the constant one, by far"


WHICH_COSTS = Prediction(
    key="museum.which_costs",
    title="Which offset costs more",
    question="Lesson 12's segmenter was trained three ways. Enlarged by edges, its maps have a constant offset; by "
    "corners, one that grows; by edges with the offset taken out by arithmetic, none. Which offset costs accuracy?",
    options=["the constant one, by far", "the growing one, by far", "both cost about as much"],
    answer=_costs,
    explain="A convolution learns to look half a pixel aside, everywhere alike. It cannot learn to look further "
    "aside at the right than at the left.",
    guesses={
        "Training makes up for it: the next convolution has learned to look aside.": "the constant one, by far",
    },
)


def _after():
    gain = _mean("by edges, then the offset taken out") - _mean("by edges")
    return "it scores higher" if gain > 0.1 else "it scores lower" if gain < -0.1 else "nothing changes"


AFTER_TRAINING = Prediction(
    key="museum.after_training",
    title="Mended after training",
    question="The network enlarged by edges is trained. Now you take its constant offset out by arithmetic and "
    "change nothing else. What happens to its score?",
    options=["it scores higher", "nothing changes", "it scores lower"],
    answer=_after,
    explain="Its weights have learned the offset. Take it away, and they look aside for nothing.",
    guesses={
        "Before training it would be fair to expect no harm. But these weights were made for the offset.": (
            "it scores higher"
        ),
        "Half a pixel a halving is little, but every outline moves by it.": "nothing changes",
    },
)
