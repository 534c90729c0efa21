"""Five ports of one resize: what went wrong in each, seen in its difference from the original."""

import numpy as np

from course_utils.exercises.engine import Prediction
from course_utils.recipes import onnx_recipe, recipe, resize_by

SIZE, NEW, FACTOR = 144, 60, 60.9 / 144
PITCH, RADIUS, CUT, FINE = 36, 12, 15, 4  # of the discs, in pixels; the first is cut by 15; parts of a pixel


def discs():
    """Equal discs on a ground, all of it lighter toward the lower right: uint8 (SIZE, SIZE)."""
    rows, columns = (np.mgrid[: SIZE * FINE, : SIZE * FINE] + 0.5) / FINE
    away = [(each + CUT) % PITCH - PITCH / 2 for each in (rows, columns)]
    values = 40 + 0.2 * (rows + columns) + 150 * (np.hypot(*away) < RADIUS)
    return np.rint(values.reshape(SIZE, FINE, SIZE, FINE).mean(axis=(1, 3))).astype(np.uint8)


def five_differences():
    """Letter -> what it became less what it was, of the discs, float (NEW, NEW) in gray levels."""
    bytes_ = discs()
    picture = bytes_.astype(float)
    pillow, torch = recipe("pillow", "bilinear"), recipe("torch", "bilinear", antialias=True)

    def made(each, **asked):
        return resize_by(each, picture, axes=(0, 1), **(asked or {"out_sizes": (NEW, NEW)}))

    plain = recipe("torch", "bilinear")
    pairs = {
        "A": (made(recipe("tensorflow 1", "bilinear")), made(recipe("tensorflow", "bilinear"))),
        "B": (made(torch), made(onnx_recipe({"mode": "linear", "antialias": 1}))),
        "C": (made(plain, factors=(FACTOR, FACTOR)), made(plain)),
        "D": (made(pillow), made(recipe("opencv", "linear"))),
        "E": (resize_by(pillow, bytes_, (NEW, NEW)).astype(float), made(torch)),
    }
    return {letter: later - before for letter, (before, later) in pairs.items()}


def _only_at_the_border():
    inside = {letter: np.abs(apart[1:-1, 1:-1]).max() for letter, apart in five_differences().items()}
    (letter,) = (letter for letter, most in inside.items() if most < 1e-6)
    return letter


FIVE_DIFFERENCES = Prediction(
    key="conventions.five_differences",
    title="The export from torch to ONNX",
    question="Five ports, each as the difference between before and after. One is an export from torch to ONNX, with "
    "antialias on in both. Which?",
    options=list("ABCDE"),
    answer=_only_at_the_border,
    explain="B is gray everywhere but in its frame: all decisions agree but the border.",
    guesses={
        "Every disc has a light and a dark side: all of them have moved.": "A",
        "It differs more and more toward the right and the bottom: the steps differ, not the border.": "C",
        "It differs around every disc: edges became sharper, one of the two skips pixels.": "D",
        "It differs by less than one gray level, everywhere: rounding.": "E",
    },
)
