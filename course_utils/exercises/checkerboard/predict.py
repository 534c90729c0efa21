"""Lesson 09, checkerboards: what to predict before it is shown, and the pictures of its bugs."""

import numpy as np

from course_utils import checkerboard, films
from course_utils.convolution import convolution, transposed_convolution
from course_utils.exercises.engine import Prediction
from course_utils.subpixel import phase_sums


def _share(layer, seeds=6):
    """How much of the power repeats every 8 pixels, on average."""
    features = [checkerboard.random_features(layer, seed) for seed in range(seeds)]
    return np.mean([checkerboard.comb_share(each, 8) for each in features])


def _kernel_four():
    three, four = (_share(f"transposed, kernel {size}") for size in (3, 4))
    return (
        "about as much" if four > 0.75 * three else "about half" if four > 0.25 * three else "almost nothing"
    )


KERNEL_FOUR = Prediction(
    key="checkerboard.kernel_four",
    title="The usual advice",
    question="These layers have kernels of 3 × 3 and stride 2. The usual advice is a kernel size that the stride "
    "divides. With 4 × 4, how much of the picture's power repeats every 8 pixels, compared with this one?",
    options=["almost nothing", "about half", "about as much"],
    answer=_kernel_four,
    explain="The squares stay. There are two causes, and the advice removes only one of them. This lesson takes them "
    "apart.",
    guesses={
        "It is what the advice lets one expect. It removes one cause of two, and here the other is larger.": (
            "almost nothing"
        ),
    },
)

MOST_AND_LEAST = Prediction(
    key="checkerboard.most_and_least",
    title="Stamps on a pixel",
    question="A kernel of 3 × 3 at stride 2. Far from the border, how many stamps land on the pixel that gets the "
    "most, and how many on the one that gets the least? (two numbers)",
    shape=2,
    answer=lambda: [f(checkerboard.overlap((8, 8), 3, 2)[4:-4, 4:-4]) for f in (np.max, np.min)],
    explain="Along one axis 2 and 1 stamps land by turns. A picture has two axes, and the numbers multiply: "
    "4, 2, 2 and 1.",
    guesses={
        "That is along one axis. In a picture stamps overlap along both, and the numbers multiply.": lambda: [
            2,
            1,
        ],
        "Those are the two numbers in the other order. The question has the most first.": lambda: [1, 4],
        "You counted the kernel's numbers. Two neighboring stamps are two pixels apart.": lambda: [9, 1],
        "Stamps begin at every second pixel, and three pixels long they leave no pixel out.": lambda: [4, 0],
    },
)

FLAT_ONES = Prediction(
    key="checkerboard.flat_ones",
    title="Two stamps on every output",
    question="The kernel (1, 2, 3, 5), stride 2, and an input of ones. Everywhere inside two stamps overlap. Which "
    "numbers come out there, at even and at odd positions? (two numbers)",
    shape=2,
    answer=lambda: phase_sums([1, 2, 3, 5], 2, dimensions=1),
    explain="Even positions get 1 + 3, odd positions 2 + 5. Equally many numbers, different sums.",
    guesses={
        "Neighbors in the kernel land on neighboring outputs. Every second number lands on the same one.": lambda: [
            3,
            8,
        ],
        "That is the sum of the whole kernel. Each output gets two of its numbers.": lambda: [11, 11],
        "It is the other way around: a stamp begins at an even position.": lambda: [7, 4],
        "That is how many stamps land there. What do they add up to?": lambda: [2, 2],
    },
)


def _pattern_share(kernel_size, stride, draws=4000):
    """The share of the power that random kernels make a pattern of, on a flat picture."""
    kernels = np.random.default_rng(0).normal(size=(draws, kernel_size, kernel_size))
    sums = phase_sums(kernels, stride)
    return sums.var(axis=(1, 2)).mean() / (sums**2).mean()


def _stride_four():
    change = _pattern_share(8, 4) - _pattern_share(4, 2)
    return "more" if change > 0.05 else "less" if change < -0.05 else "equally much"


STRIDE_FOUR = Prediction(
    key="checkerboard.stride_four",
    title="A larger stride",
    question="With random kernels of 4 × 4 and stride 2, three quarters of the power on a flat picture is pattern. "
    "How much is it with 8 × 8 and stride 4, where also four stamps land on every pixel?",
    options=["less", "equally much", "more"],
    answer=_stride_four,
    explain="More: 15/16. There are 16 sums now, and only their mean is no pattern. The mean of s² independent sums "
    "keeps 1/s² of their power.",
    guesses={
        "Equally many numbers in each sum, but 16 sums, not 4: they have less in common.": "equally much",
        "A larger kernel does not average the phases. Each phase still sums four numbers of its own.": "less",
    },
)


def _after_training():
    patterns = films.recorded_patterns()
    level = patterns.answers["sub-pixel, ICNR"][-1, patterns.grays.index(0.5)].std()
    return (
        "not at all"
        if level < 0.01
        else "faintly, by less than 1 gray level"
        if level < 1
        else "clearly, by more than 1"
    )


AFTER_TRAINING = Prediction(
    key="checkerboard.after_training",
    title="A clean start",
    question="A sub-pixel layer computes the four phases as four channels and interleaves them. ICNR starts all four "
    "with the same kernel, so flat pictures stay flat. Then it learns to enlarge photos for 400 steps. By how much "
    "do the phases of a flat picture, gray 128, differ afterwards (standard deviation)?",
    options=["not at all", "faintly, by less than 1 gray level", "clearly, by more than 1"],
    answer=_after_training,
    explain="Nothing holds the phases together. Each of them has weights of its own and learns its own pixels.",
    guesses={
        "The phases are equal only in the beginning. After one step of training they are not.": "not at all",
    },
)

GRADIENT = Prediction(
    key="checkerboard.gradient",
    title="On the way back",
    question="Now a convolution that shrinks: kernel 3, stride 2, padding 1, all weights 1, along one axis. What is "
    "the gradient of the sum of all outputs at the inputs 2, 3, 4 and 5? (four numbers)",
    shape=4,
    answer=lambda: checkerboard.read_counts(12, 3, 2, 1)[2:6],
    explain="An input's gradient is how many windows read it, and windows of 3 at stride 2 overlap at every second "
    "input. It is the table of the transposed convolution again.",
    guesses={
        "The windows' centers are at even inputs; they overlap at the odd ones.": lambda: [2, 1, 2, 1],
        "Some inputs are read by two windows.": lambda: [1, 1, 1, 1],
        "Every window reads three inputs; how many windows read one input?": lambda: [3, 3, 3, 3],
    },
)


# ---- The pictures of the bugs --------------------------------------------------------------------


def flat_pictures():
    """A flat gray, enlarged by three programs: {letter: (H, W) in gray levels}. Two of them are wrong."""
    rng = np.random.default_rng(3)
    flat = np.full((1, 1, 10, 10), 0.5)
    even, weight = rng.normal(size=(1, 1, 2, 2)) / 2, rng.normal(size=(1, 1, 3, 3)) / 3
    ones = np.full((1, 1, 3, 3), 4 / 9)
    enlarged = flat.repeat(2, axis=-1).repeat(2, axis=-2)
    pictures = {
        "A": transposed_convolution(flat, even, stride=2),
        "B": convolution(enlarged, weight, padding=1),
        "C": transposed_convolution(flat, ones, stride=2, padding=1, output_padding=1),
    }
    return {letter: _gray(each[0, 0, 4:-4, 4:-4]) for letter, each in pictures.items()}


def _gray(values):
    return 128 + 120 * (values - values.mean())


WHICH_PICTURE = Prediction(
    key="checkerboard.which_picture",
    title="Three programs enlarge a flat gray",
    question="In C the darkest pixel is followed by two that are one step brighter, and the brightest is three steps "
    "above it. Whose picture is it? (Each is drawn around its mean, as gray 128.)",
    options={
        "kernel 2, random weights": "A",
        "nearest, then a random kernel 3": "B",
        "kernel 3, all weights alike": "C",
    },
    answer=lambda: next(
        letter
        for letter, picture in flat_pictures().items()
        if np.ptp(picture) > 1 and np.allclose(_ratios(picture), [0, 1 / 3, 1 / 3, 1])
    ),
    explain="Equal weights, 1, 2, 2 and 4 of them: the sums are 0, 1, 1 and 3 steps above the least.",
    guesses={
        "There every pixel meets the same kernel: that is the flat picture, B.": "nearest, then a random kernel 3",
        "Its four sums are random. Nothing makes two of them equal.": "kernel 2, random weights",
    },
)


def _ratios(picture):
    """The four phases, sorted, from 0 to 1: (1, 2, 2, 4) becomes (0, 1/3, 1/3, 1)."""
    phases = np.sort(checkerboard.by_phase(picture, 2).mean(axis=(-2, -1)).ravel())
    return (phases - phases[0]) / np.ptp(phases)
