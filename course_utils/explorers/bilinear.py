"""P between four samples: its weights, its three lerps and the surface; P on a face; a resize as matrices."""

from __future__ import annotations

import ipywidgets as widgets
import numpy as np

from course_utils import images
from course_utils.explorers.stage import Explorer, Numbers, slider, toggle
from course_utils.figures.bilinear import CORNERS, ORDERS, STEP, cell_scene, corner_name
from course_utils.figures.face import checked_pixels, face_scene
from course_utils.figures.separable import MOST_NEW, two_matrices_scene
from course_utils.figures.surface import HIGHEST, LOWEST, PROFILES
from course_utils.validation import finite_array, real_number, whole_number


def bilinear_cell(corners=((10, 20), (40, 90)), x=0.8, y=0.25) -> Explorer:
    """Drag P in the cell of four samples; pull the samples' numbers, or the corners of the surface.

    corners    whole numbers 0 to 100, the four samples, shape (2, 2): top row, then bottom row
    x, y       where P starts, 0 to 1 each: x to the right, y down; rounded to steps of 0.05
    """
    corners = _whole_corners(corners)
    samples = {
        corner_name(k): slider(CORNERS[k], int(corners.flat[k]), int(LOWEST), int(HIGHEST)) for k in range(4)
    }
    controls = {
        "x": slider("x", _start(x, "x"), 0.0, 1.0, STEP),
        "y": slider("y", _start(y, "y"), 0.0, 1.0, STEP),
        "order": toggle("three lerps", list(ORDERS)),
        "profile": toggle("line across", list(PROFILES)),
        **samples,
    }

    def draw(x, y, order, profile, top_left, top_right, bottom_left, bottom_right):
        cell = np.array([[top_left, top_right], [bottom_left, bottom_right]], float)
        return cell_scene(cell, snapped(x), snapped(y), order, profile)

    def choose(cell_id):
        """A click on one of the four small cells chooses its line."""
        kind, _, k = cell_id.partition("-")
        return {"profile": PROFILES[int(k)]} if kind == "line" else {}

    return Explorer(draw, controls, more=("profile", *samples), on_choose=choose)


def face_cell(pixels=None, x=None, y=None) -> Explorer:
    """Drag P over a face of few pixels: the four pixels around it, their weights, and its value.

    pixels   gray, whole numbers 0 to 255, 2 to 32 rows and columns; without them, ``images.face()``
    x, y     where P starts, in pixels: 0 is the center of the first, x to the right, y down
    """
    pixels = checked_pixels(images.face() if pixels is None else pixels)
    ends = {"x": float(pixels.shape[1] - 1), "y": float(pixels.shape[0] - 1)}
    starts = {
        "x": EYE[0] if x is None else real_number(x, "x"),
        "y": EYE[1] if y is None else real_number(y, "y"),
    }
    controls = {
        name: widgets.BoundedFloatText(  # a slider with this many values could not be aimed
            min(max(snapped(starts[name]), 0.0), end), min=0.0, max=end, step=STEP, description=f"{name}, in pixels",
            style={"description_width": "initial"},
        )
        for name, end in ends.items()
    }  # fmt: skip

    def draw(x, y):
        return face_scene(pixels, min(snapped(x), ends["x"]), min(snapped(y), ends["y"]))

    return Explorer(draw, controls, more=tuple(controls))


EYE = (7.4, 11.25)
"""x and y on the face where neighbors differ most: at the edge of a pupil."""


def two_matrices(picture=((8, 0, 1, 2), (1, 8, 8, 5), (0, 0, 3, 4)), out_size=(5, 6)) -> Explorer:
    """A bilinear resize as W_h · X · W_wᵀ: choose an output to see the row, the column and the pixels it comes from.

    picture    numbers from -99 to 99, at most 4 rows and 5 columns; each can be pulled
    out_size   (new height, new width), at most (6, 8)
    """
    new_height, new_width = (
        whole_number(size, "out_size", 1, most) for size, most in zip(out_size, MOST_NEW, strict=True)
    )
    controls = {
        "new_height": slider("new height", new_height, 1, MOST_NEW[0]),
        "new_width": slider("new width", new_width, 1, MOST_NEW[1]),
        "picture": Numbers("X", picture),
    }
    explorer = Explorer(two_matrices_scene, controls, more=("picture",))
    steps, links = explorer.scene.steps, explorer.scene.links
    most = max(
        range(len(steps)), key=lambda step: len(links[steps[step]])
    )  # an output that reads four pixels
    explorer.stage.step, explorer.stage.chosen = most, steps[most]
    return explorer


def snapped(position) -> float:
    """The place on the steps of a hand.

    >>> snapped(0.333), snapped(0.3)
    (0.35, 0.3)
    """
    return round(round(float(position) / STEP) * STEP, 10)


def _start(value, name):
    return min(max(snapped(real_number(value, name)), 0.0), 1.0)


def _whole_corners(corners):
    corners = finite_array(corners, "corners", ndim=2)
    whole = corners.shape == (2, 2) and np.all(corners == np.round(corners))
    if not whole or corners.min() < LOWEST or corners.max() > HIGHEST:
        raise ValueError(
            "corners must be two rows of two whole numbers from 0 to 100, such as ((10, 20), (40, 90)); "
            f"got {corners.tolist()}."
        )
    return corners
