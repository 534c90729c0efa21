"""What lesson 04 asks before it shows: a fence, false stripes, a leaky kernel, shares of area, and a byte."""

import numpy as np

from course_utils import kernels
from course_utils.exercises.engine import Prediction
from course_utils.exercises.kernels.repair import to_bytes_that_wrap
from course_utils.exercises.kernels.write import area
from course_utils.resampling import resample

FENCE = np.where(np.arange(27) % 3 == 0, 9.0, 0.0)
"""White pickets, one pixel wide, every three pixels: 9, 0, 0, 9, 0, 0, …"""


def _shrunk_fence():
    values = np.unique(resample(FENCE, 9))
    return values[0] if len(values) == 1 else "mixed"


A_FENCE = Prediction(
    key="kernels.a_fence",
    title="A fence to a third",
    question="A fence of 27 pixels: 9, 0, 0, 9, 0, 0, and so on; the mean is 3. `cv2.resize` makes "
    "9 pixels of it, in its default, `INTER_LINEAR`. What comes out?",
    options={
        "3 everywhere": 3,
        "9 everywhere": 9,
        "0 everywhere": 0,
        "9 and 0 by turns": "mixed",
        "6 everywhere": 6,
    },
    answer=_shrunk_fence,
    explain="0, nine times. The fence is gone without a trace. The next cell moves it by a pixel.",
    guesses={
        "That would be fair: the mean. A program that computes it is in this lesson, too.": "3 everywhere",
        "You are near: it depends on where the fence begins. Begin it a pixel later.": "9 everywhere",
        "Pickets stand every three pixels, outputs too: all outputs see the same.": "9 and 0 by turns",
        "No output is a mean of two pickets and a gap.": "6 everywhere",
    },
)


def _period_of_every_fourth():
    """Pixels of the small picture, from one stripe to the next: by its strongest wave."""
    small = np.cos(2 * np.pi * np.arange(800) / 5)[::4]
    return len(small) / np.abs(np.fft.rfft(small)).argmax()


FALSE_STRIPES = Prediction(
    key="kernels.false_stripes",
    title="Stripes of five pixels, every fourth kept",
    question="Soft stripes repeat every 5 pixels. You keep every fourth pixel and throw the others away. Every how "
    "many pixels of the *small* picture do its stripes repeat?",
    answer=_period_of_every_fourth,
    guesses={
        "That is 5/4. But something that repeats every 1.25 pixels cannot be seen in pixels.": lambda: 5 / 4,
        "That is in pixels of the large picture.": lambda: 20,
        "5 · 4 or 5 + 4? Write down where you are on the stripe at pixels 0, 4, 8, 12, 16, 20.": lambda: 9,
        "Two pixels are the least that can repeat. These repeat more slowly.": lambda: 2,
    },
    explain="At pixels 0, 4, 8, 12, 16, 20 you are 0, 4, 3, 2, 1, 0 pixels into a stripe. So it takes five pixels of "
    "the small picture: 20 of the large one, four times as wide as the stripes were, and running backward.",
)


def passed(kernel, frequency, step=4):
    """What is left of a wave of amplitude 1 after shrinking by ``step``, an even number, with antialias.

    ``frequency`` in cycles per pixel of the large picture. Outputs lie halfway between two of its pixels.
    """
    distance = np.arange(-10 * step, 10 * step) + 0.5
    weights = kernel(distance / step)
    return (weights * np.cos(2 * np.pi * frequency * distance)).sum() / weights.sum()


def _leakiest():
    tried = {
        "box": kernels.BOX, "triangle": kernels.TRIANGLE, "cubic": kernels.keys_cubic(-0.5),
        "Lanczos": kernels.lanczos(3),
    }  # fmt: skip
    return max(tried, key=lambda name: abs(passed(tried[name], 1.5 / 8)))


TOO_FINE = Prediction(
    key="kernels.too_fine",
    title="Which kernel lets through most",
    question="To a quarter again, each kernel made four times as wide. A wave of frequency 3/16 comes in, and the "
    "small picture holds up to 1/8: all of it should be stopped. Which kernel lets through most?",
    options=["box", "triangle", "cubic", "Lanczos"],
    answer=_leakiest,
    explain="The box, a plain mean, ends abruptly, and passes nearly a third of it. The triangle passes 0.08, "
    "the cubic 0.06, Lanczos 0.01.",
    guesses={
        "It is wider than the box, and smoother: that stops more.": "triangle",
        "Its negative parts look odd, but that is what makes it stop sharply.": "cubic",
        "It is the sharpest of the four: it keeps most of what fits, and stops most of what does not.": "Lanczos",
    },
)

MIDDLE_OF_THREE = Prediction(
    key="kernels.middle_of_three",
    title="Five pixels under three",
    question="Five pixels become three. So an output is 5/3 pixels wide, and the middle one covers 1.67 to 3.33, "
    "measured from the left edge. If what is covered counts, what are the weights of the five pixels? (Their sum "
    "is 1.)",
    answer=lambda: area(5, 3)[1],
    shape=5,
    guesses={
        "These are the lengths. They sum to 5/3; divide by that.": lambda: [0, 1 / 3, 1, 1 / 3, 0],
        "You count every pixel in full that is touched. torch does; here only what is covered counts.": lambda: (
            kernels.taps(5, 3, kernels.AREA_BINS).matrix[1]
        ),
        "You count the pixels whose center is covered. Pillow's BOX does; here parts count, too.": lambda: (
            kernels.taps(5, 3, kernels.BOX, antialias=True).matrix[1]
        ),
        "Quarters are right for an output two pixels wide. This one covers a third on either side.": lambda: (
            np.array([0, 1, 2, 1, 0]) / 4
        ),
    },
    explain="It covers a third of pixel 1, all of pixel 2 and a third of pixel 3: 5/3 pixels in all. Divided by "
    "that, 0.2, 0.6 and 0.2.",
)

NINE_BELOW_ZERO = Prediction(
    key="kernels.nine_below_zero",
    title="Nine below zero, in eight bits",
    question="Pixels hold 0 to 255 in eight bits. A program stores −9 there and does not look. Which number does the "
    "pixel hold?",
    answer=lambda: to_bytes_that_wrap(np.array([-9.0]))[0],
    guesses={
        "That would be the right thing. Nobody does it for you.": lambda: 0,
        "The sign is not simply dropped: the numbers go round in a circle of 256.": lambda: 9,
        "Nearly: 255 is −1. Eight further back.": lambda: 255,
        "Nearly: 0 is −256, and 256 itself is 0. Count from 256.": lambda: 246,
    },
    explain="Eight bits count in a circle: before 0 comes 255. So −9 is 256 − 9 = 247, nearly white.",
)

BINS_OF_THREE = Prediction(
    key="kernels.bins_of_three",
    title="Five pixels under three, in torch",
    question='torch\'s `mode="area"` has no parts of pixels: every pixel that an output touches counts in full. Five '
    "become three. How much does each of the five count for in the *middle* output?",
    answer=lambda: kernels.taps(5, 3, kernels.AREA_BINS).matrix[1],
    shape=5,
    guesses={
        "That is the true area.": lambda: area(5, 3)[1],
        "The output from 1.67 to 3.33 touches three pixels.": lambda: [0, 0, 1, 0, 0],
    },
    explain="The middle output touches pixels 1, 2 and 3: a third each. The first touches 0 and 1. So pixel 1 counts "
    "in two outputs, and in the sum of all it has more say than pixel 0.",
)

PEAK_OF_A_SPLINE = Prediction(
    key="kernels.peak_of_a_spline",
    title="A spot under a spline",
    question="The cubic B-spline weighs a sample at distance 0 by 2/3, and at distance 1 by 1/6. A spot of 60 among "
    "zeros is resampled at its own size. Two numbers: what will the spot be, and the pixel beside it?",
    answer=lambda: kernels.taps(5, 5, kernels.b_spline(3, prefilter=False)).apply([0, 0, 60, 0, 0])[[2, 3]],
    shape=2,
    guesses={"That is what a kernel does that is 1 at 0, and 0 at 1. This one is not.": lambda: [60, 0]},
    explain="2/3 · 60 = 40, and 1/6 · 60 = 10. This kernel does not run through the samples: it blurs, even where "
    "nothing is resized.",
)


def _changed_by_antialias():
    samples = np.random.default_rng(4).random(4)
    changed = {
        "bilinear": (kernels.TRIANGLE, kernels.TRIANGLE),
        "bicubic": (kernels.keys_cubic(-0.75), kernels.keys_cubic(-0.5)),
    }  # torch's two cubics, without and with antialias
    return " and ".join(
        mode
        for mode, (without, with_it) in changed.items()
        if not np.allclose(
            kernels.taps(4, 8, without).apply(samples),
            kernels.taps(4, 8, with_it, antialias=True, border="renormalize").apply(samples),
        )
    )


ALSO_WHEN_ENLARGING = Prediction(
    key="kernels.also_when_enlarging",
    title="Antialias where nothing shrinks",
    question="You *enlarge* in torch, and `antialias=True` stands in the call by accident. For which modes does the "
    "result change?",
    options={
        "for neither": "",
        "for bilinear": "bilinear",
        "for bicubic": "bicubic",
        "for both": "bilinear and bicubic",
    },
    answer=_changed_by_antialias,
    explain="A kernel is only ever made wider, so bilinear stays. But torch takes another cubic with antialias, a = "
    "−0.5 in place of −0.75, and another border.",
    guesses={
        "The kernel does not get wider, true. But with antialias torch takes another cubic.": "for neither",
        "The triangle is the same with and without.": "for bilinear",
        "The triangle is the same with and without; the cubic is not.": "for both",
    },
)
