"""Where the two pictures of a warp lie: the input in its margin, the output beside it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

FEW = 100
"""Up to so many pixels are cells with their number; more are one picture."""

ROWS, COLUMNS = 6, 8
"""Outputs that can be pointed at in a picture of more than FEW pixels."""

LEFT, TOP, GAP = 6, 30, 30
ROOM_X, ROOM_Y = 476, 400  # of the input with its margin
LARGEST_UNIT = 60
WIDTH, HEIGHT = 900, 490


@dataclass(frozen=True)
class Layout:
    """Where pixels of the two pictures lie, in scene pixels. height, width: of the picture, in pixels."""

    height: int
    width: int

    @property
    def size_hw(self):
        return self.height, self.width

    @property
    def few(self):
        """Are pixels cells with their numbers?"""
        return self.height * self.width <= FEW

    @property
    def margin(self):
        """How many pixels of padding are shown on each side."""
        return max(1, round(max(self.height, self.width) / (4 if self.few else 8)))

    @cached_property
    def unit(self):
        """Scene pixels that a pixel is wide and high."""
        across, down = self.width + 2 * self.margin, self.height + 2 * self.margin
        return min(ROOM_X / across, ROOM_Y / down, LARGEST_UNIT)

    @property
    def in_xy(self):
        """The top left corner of the input, inside its margin."""
        return np.array([LEFT + self.margin * self.unit, TOP + self.margin * self.unit])

    @property
    def out_xy(self):
        """The top left corner of the output."""
        return np.array([LEFT + (self.width + 2 * self.margin) * self.unit + GAP, TOP])

    @property
    def chosen(self):
        """Rows and columns of the outputs that can be pointed at."""
        if self.few:
            return np.arange(self.height), np.arange(self.width)
        return _spread(self.height, ROWS), _spread(self.width, COLUMNS)

    @property
    def lines(self):
        """Rows and columns whose places are joined to a net: those of chosen outputs, between them, and the ends."""
        if self.few:
            return self.chosen
        return tuple(_and_between(axis, size) for axis, size in zip(self.chosen, self.size_hw, strict=True))

    def on_input(self, pixels_xy):
        """Places (..., 2) in scene pixels: the middle of pixel (0, 0) is half a unit from the corner."""
        return self.in_xy + (np.asarray(pixels_xy) + 0.5) * self.unit

    def on_output(self, pixels_xy):
        return self.out_xy + (np.asarray(pixels_xy) + 0.5) * self.unit

    @property
    def ends(self):
        """(lowest, highest) place within the margin, each (x, y)."""
        return np.full(2, -self.margin - 0.5), np.array([self.width, self.height]) + self.margin - 0.5

    def inside(self, pixels_xy):
        """Which places lie within the margin."""
        low, high = self.ends
        return np.all((pixels_xy >= low) & (pixels_xy <= high), axis=-1)

    def cut(self, start, places):
        """``places``, each moved toward its ``start`` until it is within the margin."""
        low, high = self.ends
        step = places - start
        with np.errstate(divide="ignore", invalid="ignore"):
            reach = np.where(
                step > 0, (high - start) / step, np.where(step < 0, (low - start) / step, np.inf)
            )
        return start + step * np.clip(reach.min(axis=-1, keepdims=True), 0, 1)


def _spread(size, count):
    count = min(size, count)
    return np.floor((np.arange(count) + 0.5) * size / count).astype(int)


def _and_between(places, size):
    return np.unique([0, *places, *((places[1:] + places[:-1]) // 2), size - 1])


def chosen_id(size_hw, pixel_xy):
    """The id of the output nearest to a place (x, y) among those that can be pointed at.

    >>> chosen_id((6, 8), (3.2, 0.9)), chosen_id((96, 128), (20, 10))
    ('out-11', 'out-1048')
    """
    rows, columns = Layout(*size_hw).chosen
    row, column = (
        axis[np.abs(axis - at).argmin()] for axis, at in ((rows, pixel_xy[1]), (columns, pixel_xy[0]))
    )
    return f"out-{row * size_hw[1] + column}"


def data_axes(corner, unit):
    """A brush tells its moves in pixels of the picture; the middle of pixel (0, 0) is (0, 0)."""
    x0, y0 = corner + unit / 2
    return f"{x0:.6g} {y0:.6g} {unit:.6g} {unit:.6g}"


def as_text(attributes):
    """Attributes as they stand in an element: {"data_id": "a"} as ' data-id="a"'."""
    return "".join(f' {name.replace("_", "-")}="{value}"' for name, value in attributes.items())
