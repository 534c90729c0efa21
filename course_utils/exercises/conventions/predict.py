"""Predictions of lesson 05. Every answer is computed by a recipe, or measured."""

import numpy as np

from course_utils import images
from course_utils.conventions import largest_difference
from course_utils.exercises.conventions import classifier
from course_utils.exercises.engine import Prediction
from course_utils.kernels import size_from_factor
from course_utils.recipes import onnx_recipe, recipe, resize_by

TORCH, PILLOW, OPENCV = recipe("torch", "bilinear"), recipe("pillow", "bilinear"), recipe("opencv", "linear")


def _same_name():
    apart = largest_difference(PILLOW, OPENCV, images.picture("astronaut"), (128, 128), (0, 1))
    return next(most for most in (0, 1, 10, 255) if apart <= most)


SAME_NAME = Prediction(
    key="conventions.same_name",
    title="Two bilinear resizes of one photo",
    question="Both say bilinear, both make 128 × 128 of the same 512 × 512 pixels. How far apart are they, at most, "
    "in gray levels of 255?",
    options={"not at all": 0, "1, from rounding": 1, "up to 10": 10, "more than 10": 255},
    answer=_same_name,
    explain="Up to 84 gray levels, and 5 on average: Pillow makes its triangle four times as wide when it shrinks to "
    "a quarter, OpenCV does not.",
    guesses={
        "They would, if bilinear were one method. It names a kernel and leaves four decisions open.": "not at all",
        "Rounding alone makes such a difference. There is more than rounding here.": "1, from rounding",
    },
)


def _who():
    made = {
        "torch bilinear": TORCH, "torch bilinear, align_corners": recipe("torch", "bilinear", align_corners=True),
        "Pillow BILINEAR": PILLOW, "OpenCV AREA": recipe("opencv", "area"),
    }  # fmt: skip
    return next(
        name for name, each in made.items() if np.allclose(resize_by(each, np.arange(8.0), (3,)), [0, 3.5, 7])
    )


WHO_MADE_IT = Prediction(
    key="conventions.who_made_it",
    title="A ramp that keeps its ends",
    question="A ramp 0, 1, …, 7 became 0, 3.5, 7. Who did it?",
    options=["torch bilinear", "torch bilinear, align_corners", "Pillow BILINEAR", "OpenCV AREA"],
    answer=_who,
    explain="The first output reads sample 0 and the last sample 7: the corners are aligned. Half-pixel maps start "
    "inside: at 0.83 for 8 → 3.",
    guesses={
        "Its first output sits at 0.5 · 8/3 − 0.5 = 0.83, and a ramp shows the coordinate.": "torch bilinear",
        "It reads several samples around 0.83, so it cannot give 0.": "Pillow BILINEAR",
        "It takes the mean of the first 2.67 samples, so it cannot give 0.": "OpenCV AREA",
    },
)

ENLARGED = Prediction(
    key="conventions.enlarged",
    title="The same two when they enlarge",
    question="Shrinking the ramp, torch bilinear and Pillow BILINEAR were 0.272 apart. How far apart are they when a "
    "ramp of 4 becomes 7?",
    answer=lambda: largest_difference(TORCH, PILLOW, np.arange(4.0), (7,)),
    explain="Nothing is left. The kernel is stretched only when a picture shrinks. At the border one of two taps "
    "lies outside, and its weight goes to the other either way: by clamping, or by dividing by what remains.",
    guesses={"That is the difference when it shrinks.": lambda: 0.272},
)

TWELVE_OR_THIRTEEN = Prediction(
    key="conventions.twelve",
    title="Ten samples times 1.25",
    question="Ten samples, factor 1.25. How many do you get from torch, and how many from OpenCV? Two numbers.",
    shape=2,
    answer=lambda: [size_from_factor(10, 1.25, made.size_rule) for made in (TORCH, OPENCV)],
    explain="torch cuts 12.5 down. OpenCV, scipy and scikit-image round it, and send a half to the even neighbor: 12 "
    "from 12.5, and 16 from 15.5.",
    guesses={
        "OpenCV does round, but a half does not always go up.": lambda: (12, 13),
        "torch cuts 12.5 down, and in OpenCV a half does not always go up.": lambda: (13, 13),
        "torch cuts 12.5 down.": lambda: (13, 12),
    },
)


def _where_apart():
    torch = recipe("torch", "bilinear", antialias=True)
    onnx = onnx_recipe({"mode": "linear", "antialias": 1})
    ramp = np.arange(31.0)
    apart = np.abs(resize_by(torch, ramp, (7,)) - resize_by(onnx, ramp, (7,))) > 1e-6
    return ["nowhere", "at both ends only", "everywhere"][int(apart.any()) + int(apart.all())]


AT_THE_BORDER = Prediction(
    key="conventions.at_the_border",
    title="Where torch and ONNX differ",
    question="torch bilinear with antialias=True against an ONNX node with antialias=1, both on a ramp of 31 → 7. "
    "Only the border differs: clamp against renormalize. Where do the results differ?",
    options=["nowhere", "at both ends only", "everywhere"],
    answer=_where_apart,
    explain="The stretched triangle reaches 31/7 = 4.4 samples to either side. Only the first and the last output "
    "reach beyond the border.",
    guesses={
        "Two taps never reached the border when it shrank. A triangle 4.4 times as wide does.": "nowhere",
        "An output in the middle has all its taps within the samples.": "everywhere",
    },
)


def _of_a_hundred():
    wrong = np.mean(classifier.scores()["Pillow BILINEAR", "OpenCV LINEAR"])
    return next(
        label for label, most in (("about 20", 0.3), ("about 45", 0.55), ("about 65", 0.7)) if wrong <= most
    )


A_CLASSIFIER = Prediction(
    key="conventions.classifier",
    title="A classifier behind another resize",
    question="It was trained on crops that Pillow had shrunk. Of 100 new crops, it names the right photo for 74. Now "
    "OpenCV LINEAR shrinks the new crops. How many of 100 are right?",
    options=["about 75", "about 65", "about 45", "about 20"],
    answer=_of_a_hundred,
    explain="44. In OpenCV's crops the fine bands are stronger than in Pillow's of the same photo: false detail is "
    "added, and true fine detail is weakened less.",
    guesses={
        "It measures how strong the fine bands are, and just those have changed.": "about 75",
        "Chance would be 20, one of five photos.": "about 20",
    },
)
