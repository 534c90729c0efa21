"""Four enlarged pictures, each by a layer with one wrong line: which line made which picture?"""

import numpy as np

from course_utils import images
from course_utils.convolution import transposed_convolution
from course_utils.exercises.engine import Prediction
from course_utils.fcn import bilinear_kernel, bilinear_weight

STRIDE = 4


def small_photo():
    """A cat's eye in color, 0 to 1: float64, shape (3, 14, 20)."""
    part = images.crop(images.picture("chelsea"), top=84, left=100, height=56, width=80) / 255
    return np.moveaxis(part.reshape(14, 4, 20, 4, 3).mean(axis=(1, 3)), -1, 0)


def by_layer(kernel_size, padding, output_padding=0, mixing=None):
    """The small photo, enlarged by a transposed convolution with zeros beyond its border."""
    photo = small_photo()[None]
    weight = bilinear_weight(np.ones((3, 1)) if mixing is None else mixing, kernel_size)
    groups = 3 if mixing is None else 1
    return transposed_convolution(photo, weight, None, STRIDE, padding, output_padding, groups)[0]


def four_layers():
    """Letter -> the picture, (3, 56, 80), that a layer made of the small photo."""
    return {
        "A": by_layer(6, 1),  # phases that do not add up to 1
        "B": by_layer(7, 3, 3),  # the odd kernel: moved, and dark at the end
        "C": by_layer(8, 2),  # as it should be, but for the border
        "D": by_layer(8, 2, mixing=np.ones((3, 3))),  # every color into every color
    }


def phase_sums_of_a():
    """What the phases of picture A's kernel add up to along one axis."""
    kernel = bilinear_kernel(6, 1)
    return np.array([kernel[phase::STRIDE].sum() for phase in range(STRIDE)])


def _letter(picture):
    (letter,) = (letter for letter, each in four_layers().items() if np.array_equal(each, picture))
    return letter


WHICH_PICTURE = Prediction(
    key="fcn.which_picture",
    title="Which picture did it make?",
    question="One of the four layers is kernel_size=7, stride=4, padding=3, output_padding=3, groups=3, with a "
    "bilinear kernel. Which picture did it make?",
    options=list("ABCD"),
    answer=lambda: _letter(by_layer(7, 3, 3)),
    explain="The kernel is odd, so its middle lies on a weight, and everything is drawn one and a half of the large "
    "pixels too far left and up. output_padding only makes room at the other end, where little is painted: the last "
    "rows and columns are dark.",
    guesses={
        "There flat areas have a grid, so phases do not add up to 1. For 7 = 2 · 4 − 1 they do.": "A",
        "That border is dark on all four sides, and the same on each. At an even stride an odd kernel leans to one "
        "side.": "C",
        "There every color has become the same gray. groups=3 keeps the colors apart.": "D",
    },
)
