"""Parts of real photos, gray and square, at the size a figure has room for."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from course_utils import images
from course_utils.kernels import AREA, resize_with
from course_utils.resampling import to_8_bits
from course_utils.validation import one_of, whole_number

PHOTOS = {"camera": (60, 100, 336), "chelsea": (20, 60, 224), "brick": (0, 0, 224)}
"""Photo -> (top, left, size) of a part with fine structures: a tripod, whiskers, joints."""


@lru_cache(16)
def part_of(name, size):
    """The part of one of PHOTOS, brought to ``size`` by area: uint8 (size, size), not to be written into."""
    one_of(name, "photo", tuple(PHOTOS))
    top, left, side = PHOTOS[name]
    pixels = gray_square(images.crop(images.picture(name), top, left, side, side), size)
    pixels.flags.writeable = False
    return pixels


def gray_square(pixels, size):
    """The middle square of a picture, (height, width) or (height, width, 3), in gray, brought to ``size`` by area."""
    size, (height, width) = whole_number(size, "size", 1), pixels.shape[:2]
    side = min(height, width)
    part = images.crop(pixels, (height - side) // 2, (width - side) // 2, side, side)
    gray = part @ images.GRAY if part.ndim == 3 else part.astype(float)
    return to_8_bits(resize_with(np.ascontiguousarray(gray), (size, size), AREA, (0, 1)))
