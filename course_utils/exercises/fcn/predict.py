"""What lesson 08 asks before it shows: a corner, phase sums, useful weights, finer scores, a first loss, a crop."""

import numpy as np

from course_utils.exercises.engine import Prediction
from course_utils.fcn import (
    bilinear_weight,
    crops,
    flat_answer,
    recorded_results,
    upsample_bilinear,
)


def corner():
    """A white picture, enlarged twice by FCN's layer: its top left pixel."""
    return float(upsample_bilinear(np.ones((1, 1, 6, 6)), 2, "zeros")[0, 0, 0, 0])


CORNER = Prediction(
    key="fcn.corner",
    title="The corner of a white picture",
    question="A white picture, 1 everywhere, goes through nn.ConvTranspose2d with kernel_size=4, stride=2, padding=1 "
    "and this kernel: along each axis 1/4, 3/4, 3/4, 1/4. What is the value in its corner?",
    answer=corner,
    explain="Along one axis only one of the two weights meets a sample, so the border is 3/4; in the corner that "
    "happens twice, 3/4 · 3/4 = 0.5625. F.interpolate repeats the border and says 1.",
    guesses={
        "That is what interpolation says, and what the middle of the picture is.": lambda: 1,
        "That is the border. In the corner two borders meet.": lambda: corner() ** 0.5,
        "That is the kernel's first weight. Which weights meet the corner?": lambda: 1 / 16,
    },
)


def flat_pair():
    """What a row of ones becomes with a kernel of 5 and a stride of 2: the larger value, the smaller."""
    return np.sort(flat_answer(5, 2).sums)[::-1]


FIVE_AT_TWO = Prediction(
    key="fcn.five_at_two",
    title="A kernel of five",
    question="A row of ones, a stride of 2, and the kernel 1/3, 2/3, 1, 2/3, 1/3. Far from the ends, outputs take "
    "two values in turn. Which? The larger one first.",
    shape=2,
    answer=flat_pair,
    tolerance=0.01,
    explain="Every other output meets 1/3 + 1 + 1/3 = 5/3, the others 2/3 + 2/3 = 4/3. A white wall becomes striped.",
    guesses={
        "Those are the two, the smaller one first. The question has the larger first.": lambda: flat_pair()[
            ::-1
        ],
        "You expected an interpolation: 1 everywhere.": lambda: [1, 1],
        "That is the mean of the two: the whole kernel, divided by the stride.": lambda: [1.5, 1.5],
    },
)


def useful_share():
    """Of FCN-32s' last layer, dense and bilinear: the weights that are not 0, in percent."""
    weight = bilinear_weight(np.eye(21), 64)
    return 100 * np.count_nonzero(weight) / weight.size


HOW_MANY_COUNT = Prediction(
    key="fcn.how_many_count",
    title="How many weights do anything",
    question="FCN-32s ends in a layer of 21 classes to 21 classes with 64 × 64 kernels and no groups: 1,806,336 "
    "weights. It starts with the bilinear kernel from each class to itself and 0 elsewhere. What percentage of the "
    "weights is not 0?",
    answer=useful_share,
    unit="%",
    tolerance=0.02,
    explain="21 of the 21 · 21 kernels lie on the diagonal: 1 in 21. With groups=21 the layer has only these.",
    guesses={
        "That is a share of 0.048, in percent.": lambda: useful_share() / 100,
        "That is 1 of 21 · 21 kernels. The diagonal has 21.": lambda: 100 / 21**2,
    },
)


def _gained():
    """By the recorded trainings, in points of mean IoU: what strides 8 and 4 add to stride 16 alone."""
    rows = {row["network"]: row["mean IoU"] for row in recorded_results("networks")["rows"]}
    gain = rows["+ stride 4"] - rows["stride 16 alone"]
    return min((2, 8, 20), key=lambda choice: abs(choice - gain))


FINER_SCORES = Prediction(
    key="fcn.finer_scores",
    title="What finer scores bring",
    question="The same network, trained three times: with scores at stride 16 alone, with those at stride 8 added, "
    "and with those at stride 4 added as well. By how much does the mean IoU of the last one exceed the first's?",
    options={"about 2 points": 2, "about 8 points": 8, "more than 15 points": 20},
    answer=_gained,
    explain="These pictures are 64 pixels wide, and poles and discs are smaller than 16. In the paper objects are "
    "large, and its last step brings less than a point.",
    guesses={
        "In the models that FCN's authors published, both steps together bring about that much. Objects are large "
        "there; how wide is a pole here, at stride 16?": "about 2 points",
        "The first of the two steps alone brings more.": "about 8 points",
    },
)


def _first_losses():
    """By the recorded trainings: whose first loss is higher in every seed."""
    first = {}
    for run in recorded_results("starts")["runs"]:
        first.setdefault(run["start"], []).append(run["losses"][0])
    higher = np.array(first["bilinear"]) > first["random"]
    return "bilinear" if higher.all() else "now one, now the other" if higher.any() else "random"


FIRST_LOSS = Prediction(
    key="fcn.first_loss",
    title="The loss before the first step",
    question="Two networks with the same encoder and the same scores, all of it random. In one the upsampling starts "
    "with bilinear kernels, in the other with small random ones. Nothing is trained yet. Whose loss is higher? (Six "
    "pairs were tried.)",
    options=["bilinear", "random", "now one, now the other"],
    answer=_first_losses,
    explain="Small random kernels nearly wipe the scores out, and scores near 0 mean a fifth for each of the five "
    "classes: every one of them began at ln 5 = 1.61. Bilinear kernels pass random scores on at full strength, and "
    "these may be confidently wrong, or lucky: between 1.46 and 2.28. A first loss says nothing of a start.",
    guesses={
        "That is so in four of the six. Confident scores can also be right by luck.": "bilinear",
        "A good start need not have a low loss. What do small random kernels do to scores?": "random",
    },
)


def _crop_of_pool4(first_padding):
    return crops("FCN-16s", first_padding)[0]


OTHER_PADDING = Prediction(
    key="fcn.other_padding",
    title="Half the padding",
    question="FCN pads its first convolution by 100, and crops pool4's scores by 5 before it adds. With a padding of "
    "50 instead, what is pool4's crop?",
    answer=lambda: _crop_of_pool4(50),
    explain="The padding moves every map of the network by the same number of pixels, so the distance between two "
    "of them stays. Only the last crop, the one to the image, changes: from 27 to −23.",
    guesses={
        "You halved it. The padding moves both maps: how far is one from the other?": lambda: 2.5,
        "Both maps move by 50 pixels, not one.": lambda: 5 - 50 / 16,
    },
)
