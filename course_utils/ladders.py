"""A ladder: an encoder's maps down one side, a decoder's up the other, and a rung where a skip meets what comes up.

Words used here
    halving     a layer of the encoder with stride 2, by its kernel_size and padding
    skip        an encoder's map that is laid beside, or added to, what comes up
    coming up   the deepest map, enlarged rung by rung to each skip's size
    apart       how far left of the skip's sample the one that comes up sits, in image pixels
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from course_utils.places import IMAGE, Places
from course_utils.resampling import COORDINATE_MAPS
from course_utils.validation import LARGEST_SIZE, one_of, whole_number, whole_numbers


class Map(NamedTuple):
    """A map of the encoder along one axis."""

    size: int
    places: Places


class Rung(NamedTuple):
    """Where two maps of one size meet: level 0 is the image's size, 1 half of it."""

    level: int
    size: int
    skip: Places
    up: Places

    @property
    def apart(self):
        """How far left of the skip's samples those that come up sit: one number a sample, in image pixels."""
        index = np.arange(self.size)
        return (self.skip.start + self.skip.jump * index) - (self.up.start + self.up.jump * index)

    @property
    def fits(self):
        """Do the two maps sit at the same places?"""
        return bool(np.abs(self.apart).max() < 1e-9)


class Ladder(NamedTuple):
    """All maps of the encoder, the image's own first, and the rungs from the deepest up."""

    maps: tuple[Map, ...]
    rungs: tuple[Rung, ...]


def ladder(size, kernel_sizes=(3, 3, 3), paddings=(1, 1, 1), coordinate_map="half_pixel"):
    """The ladder of an encoder of halvings and a decoder that enlarges to each skip's size.

    coordinate_map: of the enlarging; ``half_pixel`` is align_corners=False. Raises ValueError when a halving leaves
    nothing.

    >>> ladder(64).rungs[0].apart[[0, -1]], ladder(64, (4, 4, 4)).rungs[-1].fits
    (array([2., 2.]), True)
    """
    size = whole_number(size, "size", 1, LARGEST_SIZE)
    kernel_sizes = whole_numbers(kernel_sizes, "kernel_sizes", 1)
    paddings = whole_numbers(paddings, "paddings", 0)
    one_of(coordinate_map, "coordinate_map", COORDINATE_MAPS)
    if len(kernel_sizes) != len(paddings) or not len(kernel_sizes):
        raise ValueError(
            "kernel_sizes and paddings must hold one number per halving; "
            f"got {len(kernel_sizes)} and {len(paddings)}."
        )
    maps = [Map(size, IMAGE)]
    for kernel_size, padding in zip(kernel_sizes, paddings, strict=True):
        maps.append(_halved(maps[-1], kernel_size, padding))
    rungs, up = [], maps[-1]
    for level in reversed(range(len(maps) - 1)):
        skip = maps[level]
        up = Map(skip.size, up.places.interpolated(up.size, skip.size, coordinate_map))
        rungs.append(Rung(level, skip.size, skip.places, up.places))
    return Ladder(tuple(maps), tuple(rungs))


def _halved(before, kernel_size, padding):
    """The map after a halving."""
    left = before.size + 2 * padding - kernel_size
    if left < 0:
        raise ValueError(
            f"kernel {kernel_size} does not fit into {before.size} samples with padding {padding}. "
            "A smaller kernel or a larger image works."
        )
    return Map(left // 2 + 1, before.places.convolved(kernel_size, 2, padding))
