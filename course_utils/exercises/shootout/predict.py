"""Predictions of lesson 14, answered by what was recorded: who wins where, and what a number is worth."""

import numpy as np

from course_utils.exercises.engine import Prediction
from course_utils.scenes import CLASS_COLORS, class_shares, scenes
from course_utils.shootout import from_text, paired, recorded

OPENING = {"P": "transposed, kernel 4", "Q": "flow"}


def scores(task, name):
    """The recorded scores of a contender, by seed."""
    measure = {"labels": "mean IoU", "pictures": "dB above bicubic", "pyramid": "mean IoU"}[task]
    return {run["seed"]: run[measure] for run in recorded(task)["runs"] if run["contender"] == name}


def difference(task, name, other):
    """The Paired difference of two contenders, over the seeds of both."""
    ours, theirs = scores(task, name), scores(task, other)
    seeds = sorted(ours.keys() & theirs.keys())
    return paired([ours[seed] for seed in seeds], [theirs[seed] for seed in seeds])


def opening():
    """What P and Q made of one scene, with the scene: title -> picture to show, (64, 64, 3)."""
    result = recorded("labels")
    images, labels = scenes(**result["edge"])
    blocks = np.moveaxis(class_shares(labels[0], 4), 0, -1) @ CLASS_COLORS / 255
    by_letter = {letter: from_text(result["edges"][name]) for letter, name in OPENING.items()}
    return {
        "the photo": images[0],
        "what is known": blocks.repeat(4, 0).repeat(4, 1),
        **{letter: CLASS_COLORS[classes] for letter, classes in by_letter.items()},
        "the truth": CLASS_COLORS[labels[0]],
    }


def _ahead_in_pictures():
    found = difference("pictures", *OPENING.values())
    if not found.believable:
        return "neither: they are equal within their spread"
    return "P" if found.mean > 0 else "Q"


AHEAD_IN_THE_OTHER = Prediction(
    key="shootout.ahead_in_the_other",
    title="The other task",
    question="P and Q also enlarge *photographs* to twice their size, in another small network, trained anew. There "
    "the score is how near they come to the photo, in decibels. Who is ahead?",
    options=["P", "Q", "neither: they are equal within their spread"],
    answer=_ahead_in_pictures,
    explain="P computes its values, Q looks for the right one nearby. Among labels the right value mostly is nearby. "
    "In a photo that was shrunk it is nowhere: it has to be made.",
    guesses={
        "Q is far ahead among labels. In a photo the values that it looks for do not exist any more.": "Q",
    },
)

FIVE = ("bilinear", "bicubic", "DySample", "sub-pixel, ICNR", "flow")

BEST_OF_FIVE = Prediction(
    key="shootout.best_of_five",
    title="Task A: who comes first?",
    question="Labels are known in blocks of 4 × 4 pixels; the photo may be looked at, but none of its values may be "
    "used. Of these five, which gains most when each is trained once, as below?",
    options=list(FIVE),
    answer=lambda: max(FIVE, key=lambda name: scores("labels", name)[0]),
    explain="Of the five only the flow looks at the photo. It sees where the outline is, and fetches the label from "
    "its own side.",
    guesses={
        "It moves its points, but it looks at the coarse map alone, and that does not know the outline.": "DySample",
        "It computes sharp values without knowing where the outline is. It comes second.": "sub-pixel, ICNR",
    },
)

FOUR = ("bicubic", "DySample", "sub-pixel, ICNR", "flow")

BEST_OF_FOUR = Prediction(
    key="shootout.best_of_four",
    title="Task B: who comes first?",
    question="Photographs, shrunk to half their size. Which of these four gains most over bilinear, trained once as "
    "below?",
    options=list(FOUR),
    answer=lambda: max(FOUR, key=lambda name: scores("pictures", name)[0]),
    explain="To undo a blur one has to subtract: a value beyond those that were read. A convolution can do that with "
    "weights that it learned. DySample and the flow move a bilinear mean, and a mean stays between what it reads.",
    guesses={
        "It led among labels, where the right value mostly stood nearby. Here it stands nowhere.": "flow",
        "It has negative weights, but always the same: they were not learned for this.": "bicubic",
    },
)

WHICH_SPREAD = Prediction(
    key="shootout.which_spread",
    title="Four seeds",
    question="Two upsamplers, trained with the same four seeds. Ours: 73.1, 72.4, 73.9, 72.8. Theirs: 72.9, 72.1, "
    "73.6, 72.6. Give the mean of the differences, and their largest distance from this mean.",
    shape=2,
    answer=lambda: _mean_and_reach([73.1, 72.4, 73.9, 72.8], [72.9, 72.1, 73.6, 72.6]),
    explain="Seed by seed the differences are 0.2, 0.3, 0.3, 0.2: 0.25, give or take 0.05. The scores themselves "
    "differ by 1.5 from seed to seed, but a good seed is good for both.",
    guesses={
        "That is how far our *scores* lie from their mean. What a seed gives to both is in no difference.": lambda: (
            [0.25, _mean_and_reach([73.1, 72.4, 73.9, 72.8], [0, 0, 0, 0])[1]]
        ),
    },
)


def _mean_and_reach(ours, theirs):
    differences = np.subtract(ours, theirs)
    return [differences.mean(), np.abs(differences - differences.mean()).max()]


SHARES = {"next to nothing": 0, "about a third": 1 / 3, "more than half": 0.6, "all of it": 1}

NOTHING_MOVED = Prediction(
    key="shootout.nothing_moved",
    title="A control",
    question="In lesson 12's network FaPN's module, a deformable convolution, gains a point over bilinear. It "
    "also weighs the fine map's channels (its selection), and brings a 3 × 3 convolution and a "
    "ReLU. How much of the gain is left when all of that stays and *nothing may move*?",
    options=list(SHARES),
    answer=lambda: min(SHARES, key=lambda words: abs(SHARES[words] - _kept_share())),
    explain="More than half of what was counted as a gain of moving is one of more layers.",
    guesses={
        "Then the gain would be one of moving alone.": "next to nothing",
        "Then moving would gain nothing.": "all of it",
    },
)


def _kept_share():
    """The share of FaPN's gain that its control keeps."""
    kept, whole = (difference("pyramid", name, "bilinear").mean for name in ("FaPN, nothing moved", "FaPN"))
    return kept / whole


PEAKS = ("sub-pixel", "CARAFE", "deformable", "flow")

AT_ITS_PEAK = Prediction(
    key="shootout.at_its_peak",
    title="Which one needs most memory?",
    question="While it trains, a layer holds what its backward pass will need. Which of these four, as written "
    "here, holds most for the same map?",
    options=list(PEAKS),
    answer=lambda: max(
        (row for row in recorded("costs")["rows"] if row["upsampler"] in PEAKS), key=lambda row: row["memory"]
    )["upsampler"],
    explain="Written with `grid_sample`, as here, a deformable convolution keeps nine samples of every channel for "
    "every output, and where each was read. torchvision's own operator keeps neither and computes them again.",
    guesses={
        "It has the most weights next to the deformable one, but weights are few beside maps.": "sub-pixel",
        "25 weights for every output are much. They are shared by all channels.": "CARAFE",
    },
)
