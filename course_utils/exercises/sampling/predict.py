"""Predictions of lesson 13: where a learned point lies, what fresh modules do, what softmax cannot, units, costs."""

import numpy as np

from course_utils.cost import sampler_costs
from course_utils.exercises.engine import Prediction
from course_utils.films import recorded_decisions
from course_utils.sampling import fresh_decision, mixed, own_places, read_with, softmax

OPENED = (30, 19)  # the output of the first picture: (column, row)


def _way():
    """Which way the recorded flow goes for the output of the first picture."""
    decision, (column, row) = recorded_decisions()["photo"].decisions["flow"]["after"], OPENED
    step = (
        decision.points_xy[0, 1, row, column]
        - own_places(decision.in_size_hw, decision.out_size_hw)[1, row, column]
    )
    return "up, into the fur" if step < -0.1 else "down, into the dark rim" if step > 0.1 else "nowhere else"


WHICH_WAY = Prediction(
    key="sampling.which_way",
    title="Which way it steps",
    question="The network has seen the gray picture in full size, where this pixel is dark. When it has "
    "learned, where "
    "will it read the color: further up, further down, or where bilinear reads?",
    options=["up, into the fur", "nowhere else", "down, into the dark rim"],
    answer=_way,
    explain="In the gray picture the pixel is as dark as the rim. So it reads from the side of the edge "
    "that it belongs "
    "to, and mixes in less of the other.",
    guesses={
        "Bilinear reads mostly there already, and its color is too bright.": "up, into the fur",
        "That is what it does before it learns. Its color is too bright there.": "nowhere else",
    },
)


def _wall(name, height=6, width=6):
    """A white wall, enlarged by an upsampler that has learned nothing: (2 h, 2 w)."""
    return read_with(fresh_decision(name, (height, width)), np.ones((1, height, width)))[0]


WALL = Prediction(
    key="sampling.wall",
    title="A white wall and a fresh CARAFE",
    question="A fresh CARAFE gives each of its 25 taps the weight 1/25. Taps beyond the border read 0. It "
    "enlarges a white "
    "wall, 1 everywhere, of 6 × 6 pixels. What becomes of the output in the corner?",
    answer=lambda: _wall("CARAFE")[0, 0],
    explain="Around a corner pixel 3 × 3 of the 25 taps fall on the wall. The weights of the 16 others are "
    "lost: 9/25.",
    guesses={
        "That is right inside. At the corner, count the taps that fall on the wall.": lambda: 1,
        "That is an output at an edge: 15 of the 25 taps.": lambda: _wall("CARAFE")[0, 6],
        "That is the part that is lost.": lambda: 1 - _wall("CARAFE")[0, 0],
        "A quarter would be left if the kernel's middle lay on the corner *between* pixels. It lies on a "
        "pixel, so 3 of 5 "
        "are left along each axis.": lambda: 0.25,
    },
)


def _largest():
    """The largest that weights of a softmax can make of 20 and 80."""
    random = np.random.default_rng(0)
    made = [softmax(random.normal(0, 9, 25)) @ random.choice([20.0, 80.0], 25) for _ in range(2000)]
    return "more than 80" if max(made) > 80 + 1e-9 else "80" if max(made) > 79 else "50"


BEYOND = Prediction(
    key="sampling.beyond",
    title="The most that a softmax can make",
    question="The coarse pixels around an edge are 20 and 80. CARAFE may learn any logits; a softmax makes "
    "its weights. "
    "What is the most that an output can become?",
    options=["50", "80", "more than 80"],
    answer=_largest,
    explain="Weights above 0 that sum to 1 make an average, and no average leaves the range of what is "
    "averaged. Bicubic "
    "can: some of its weights are negative.",
    guesses={
        "That is the plain mean. With all the weight on bright pixels it is 80.": "50",
        "That takes a negative weight on the dark side, as bicubic has. A softmax makes none.": "more than "
        "80",
    },
)


NO_GATE = Prediction(
    key="sampling.no_gate",
    title="A gate that knows nothing",
    question="A gate's logits are 0. The fine map holds 10, the enlarged coarse one 30. What comes out?",
    answer=lambda: mixed([[[10.0]]], [[[30.0]]], [[[0.0]]]).item(),
    explain="1 / (1 + exp(0)) is a half: half of each. A feature pyramid would add them to 40.",
    guesses={
        "That is their sum, as in a feature pyramid. A gate shares out.": lambda: 40,
        "A logit of 0 is a gate of a half, not of 0.": lambda: 10,
    },
)

HOW_MANY = Prediction(
    key="sampling.how_many",
    title="How few numbers decide",
    question="CARAFE learns 61,860 numbers for 64 channels. DySample in its style *pl* has one 1 × 1 "
    "convolution, from 16 "
    "channels to 8, with biases. How many numbers does it learn?",
    answer=lambda: sampler_costs()["DySample, pl"].parameters,
    explain="16 · 8 weights and 8 biases.",
    guesses={"These are the weights; each of the 8 outputs has a bias, too.": lambda: 128},
)

ONE_FLOW = Prediction(
    key="sampling.one_flow",
    title="One flow, two maps",
    question="The fine map is 16 pixels wide, the coarse one 8. Each is sampled on a grid from −1 to 1, from "
    "edge to edge. A program adds 2 · flow / 16 to both grids, so on the fine map a flow of 1 is one pixel. "
    "How many pixels is it on the coarse map?",
    answer=lambda: _moved(8),
    explain="1/16 of the width, and 1/16 of 8 pixels. One number has two units, and a network has to learn both.",
    guesses={
        "The same share of the width is fewer pixels of a smaller map.": lambda: _moved(16),
        "The other way around: a coarse pixel is larger.": lambda: 1 / _moved(8),
    },
)


def _moved(width, over=16):
    """How many of its pixels a map of this width is moved by 2 / ``over`` of a grid from edge to edge."""
    return 2 / over * width / 2


def _fapns_start():
    """The share of its convolution that a fresh FaPN lets through: the mask is a sigmoid of 0."""
    return 1 / (1 + np.exp(0.0))


MASK = Prediction(
    key="sampling.mask",
    title="A mask that knows nothing",
    question="In FaPN's deformable convolution each tap is multiplied by a mask, the sigmoid of a number. "
    "The convolution that "
    "makes the numbers starts with zeros. What share of the plain convolution does a fresh one compute?",
    answer=_fapns_start,
    explain="sigmoid(0) is a half: no tap has moved, and all of them count half.",
    guesses={"A mask of 1 would be neutral. sigmoid(0) is 0.5.": lambda: 1},
)
