"""Five ports of one resize: what went wrong in each, seen in its difference from the original."""

import numpy as np

from course_utils import images
from course_utils.exercises.engine import Prediction
from course_utils.kernels import AREA, resize_with
from course_utils.recipes import onnx_recipe, recipe, resize_by

SIZE, NEW, FACTOR = 96, 40, 40.6 / 96


def five_differences():
    """Letter -> (what it was, difference from what it became), float (NEW, NEW) in gray levels."""
    part = images.crop(images.picture("camera"), top=60, left=100, height=336, width=336)
    bytes_ = resize_with(part, (SIZE, SIZE), AREA)
    photo = bytes_.astype(float)
    pillow, torch = recipe("pillow", "bilinear"), recipe("torch", "bilinear", antialias=True)

    def made(each, **asked):
        return resize_by(each, photo, axes=(0, 1), **(asked or {"out_sizes": (NEW, NEW)}))

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
        "Every edge has two colors: the whole picture has moved.": "A",
        "It differs more and more toward the right and the bottom: the steps differ, not the border.": "C",
        "It differs wherever there is fine detail: one of the two skips pixels.": "D",
        "These are half gray levels, everywhere: rounding.": "E",
    },
)
