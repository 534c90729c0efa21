"""Five pictures, resized by five programs: one is right. What is wrong with the others?"""

import numpy as np

from course_utils import images, kernels
from course_utils.exercises.engine import Prediction
from course_utils.exercises.kernels.repair import thumbnail_of_skipped_pixels, to_bytes_that_wrap
from course_utils.resampling import resize, to_8_bits
from course_utils.spectra import zone_plate


def five_pictures():
    """Letter -> (title, the picture, the picture resized by a program), gray pictures in uint8."""
    camera = images.crop(images.picture("camera"), top=60, left=160, height=192, width=192)
    cases = {
        "A": ("a moon, 4 times", _moon(24), (96, 96), _wrapping),
        "B": ("a fence to 1/3", _fence(96), (32, 32), resize),
        "C": ("rings to 1/4", to_8_bits(255 * zone_plate(256, fastest=0.25)), (64, 64), _every_fourth),
        "D": ("a photo to 1/4", camera, (48, 48), _antialiased),
        "E": ("a wall to 1/4", np.full((96, 96), 180, np.uint8), (24, 24), _divided_by_the_step),
    }
    return {
        letter: (title, picture, to_8_bits(program(picture.astype(float), size_hw)))
        for letter, (title, picture, size_hw, program) in cases.items()
    }


def _moon(size):
    """A white crescent in a black sky."""
    fine = np.linspace(-1, 1, 8 * size)
    inside = (np.hypot(fine, fine[:, None]) < 0.85) & (np.hypot(fine + 0.35, fine[:, None] + 0.25) > 0.7)
    return to_8_bits(255.0 * inside.reshape(size, 8, size, 8).mean(axis=(1, 3)))


def _fence(size):
    """White pickets, one pixel wide, before a dark hill and a gray sky."""
    picture = np.full((size, size), 130, np.uint8)
    picture[size // 3 :] = 70
    picture[size // 4 :, ::3] = 255
    return picture


def _wrapping(image, size_hw):
    return to_bytes_that_wrap(resize(image, size_hw, mode="cubic")).astype(float)


def _every_fourth(image, size_hw):
    return thumbnail_of_skipped_pixels(image, len(image) // size_hw[0])


def _antialiased(image, size_hw):
    return kernels.resize_with(image, size_hw, kernels.lanczos(3), antialias=True, border="renormalize")


def _divided_by_the_step(image, size_hw):
    """Antialias with the weights divided by the step, so that at the border they sum to less than 1."""
    stretched = [
        kernels.taps(n, m, kernels.TRIANGLE, antialias=True, border="constant")
        for n, m in zip(image.shape, size_hw, strict=True)
    ]
    return stretched[0].matrix @ image @ stretched[1].matrix.T


def _the_right_one():
    (letter,) = (
        letter
        for letter, (_, picture, result) in five_pictures().items()
        if np.array_equal(result, to_8_bits(_antialiased(picture.astype(float), result.shape)))
    )
    return letter


FIVE_PICTURES = Prediction(
    key="kernels.five_pictures",
    title="One of five is right",
    question="Five programs, each with the picture above its result. Four results are wrong. Which one is right?",
    options=list("ABCDE"),
    answer=_the_right_one,
    explain="D is small, and as sharp as its pixels allow. Every other picture shows something that a resize must "
    "not do.",
    guesses={
        "Look where black meets white: there is white in the sky and black in the moon.": "A",
        "Look for the pickets.": "B",
        "Look between the middle and the edge: the picture above has only one set of rings.": "C",
        "Look at its edges: the wall has no frame.": "E",
    },
)
