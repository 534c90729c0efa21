"""Four warped pictures, each by a program with one wrong line: which line made which picture?"""

import numpy as np

from course_utils import images
from course_utils.exercises.engine import Prediction
from course_utils.exercises.warping.repair import HEIGHT_WIDTH, SMALL_FLOW, YX_ORDER, ZERO_FLOW

POLE, ASKED = 20, 14
"""The column of the white pole, and the one that it is asked to stand in afterwards."""


def photo_with_a_pole():
    """A photographer's head with a white pole, gray from 0 to 1: float64, shape (20, 32)."""
    part = images.crop(images.picture("camera"), top=60, left=180, height=120, width=192) / 255
    photo = 0.35 + 0.45 * part.reshape(20, 6, 32, 6).mean(axis=(1, 3))
    photo[:, POLE] = 1
    return photo


def four_warps():
    """Letter -> (the column that the pole is asked to stand in, the picture that a program made instead)."""
    photo = photo_with_a_pole()
    small_flow = np.full((5, 8, 2), [(POLE - ASKED) / 4, 0])  # in pixels of a copy of a quarter of the size
    still = np.zeros((*photo.shape, 2))
    return {
        "A": (ASKED, HEIGHT_WIDTH.buggy(photo, POLE - ASKED, 0)),
        "B": (POLE, YX_ORDER.buggy(photo, 1)),
        "C": (POLE, ZERO_FLOW.buggy(photo, still)),
        "D": (ASKED, SMALL_FLOW.buggy(photo, small_flow)),
    }


def _made_by(program, *arguments):
    result = program(photo_with_a_pole(), *arguments)
    (letter,) = (letter for letter, (_, picture) in four_warps().items() if np.array_equal(picture, result))
    return letter


WHICH_PICTURE = Prediction(
    key="warping.which_picture",
    title="Which picture did it make?",
    question="One of the four programs builds its grid with np.linspace(-1, 1, width) and np.linspace(-1, 1, "
    "height), adds a flow of zero, and ends with grid_sample(image, grid). Which picture did it make?",
    options=list("ABCD"),
    answer=lambda: _made_by(ZERO_FLOW.buggy, np.zeros((20, 32, 2))),
    explain="linspace puts −1 on the center of the first pixel, grid_sample takes −1 for its edge. The outer outputs "
    "fetch from half a pixel outside, where half of what they read is 0: a dark frame.",
    guesses={
        "There the pole has moved, and a flow of zero moves nothing. One program divides by the wrong size.": "A",
        "There rows and columns are exchanged. linspace(-1, 1, width) is given to x here, as it should be.": "B",
        "There the pole has moved, though not far enough. One program forgets to rescale a flow.": "D",
    },
)
