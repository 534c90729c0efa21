"""P between four samples: drag it, and see its weights, its two lerps and the surface it sits on."""

from __future__ import annotations

import numpy as np

from course_utils.explorers.explorer import Explorer, choice, slider
from course_utils.figures.bilinear import CORNERS, HIGHEST, LOWEST, ORDERS, PROFILES, cell_scene
from course_utils.validation import finite_array

STEP = 0.05


def bilinear_cell(corners=((10, 20), (40, 90)), x=0.8, y=0.25) -> Explorer:
    """Drag P in the cell of four samples (or use its sliders, or the arrow keys when P has the focus).

    corners    values 0 to 100 of the four samples, shape (2, 2): top row, then bottom row
    x, y       where P starts, 0 to 1 each: x to the right, y down; rounded to steps of 0.05
    """
    corners = _whole_corners(corners)
    controls = {
        "x": slider("x", _snap(x), 0.0, 1.0, STEP),
        "y": slider("y", _snap(y), 0.0, 1.0, STEP),
        "order": choice("two lerps", list(ORDERS)),
        "profile": choice("line across", list(PROFILES)),
    }
    for name, value in zip(CORNERS, corners.flat, strict=True):
        control = slider(name, int(value), int(LOWEST), int(HIGHEST))
        control.layout.width = "270px"
        controls[name.replace(" ", "_")] = control
    return Explorer(_draw, controls, on_drag=_drag)


def _draw(x, y, order, profile, top_left, top_right, bottom_left, bottom_right):
    cell = np.array([[top_left, top_right], [bottom_left, bottom_right]], float)
    return cell_scene(cell, _snap(x), _snap(y), order, profile)


def _drag(name, x, y):
    """Where the hand is becomes where P is, within the cell and on the steps of the sliders."""
    return {"x": min(max(_snap(x), 0.0), 1.0), "y": min(max(_snap(y), 0.0), 1.0)}


def _snap(position):
    return round(round(float(position) / STEP) * STEP, 10)


def _whole_corners(corners):
    corners = finite_array(corners, "corners", ndim=2)
    whole = corners.shape == (2, 2) and np.all(corners == np.round(corners))
    if not whole or corners.min() < LOWEST or corners.max() > HIGHEST:
        raise ValueError(
            "corners must be two rows of two whole numbers from 0 to 100, such as ((10, 20), (40, 90)); "
            f"got {corners.tolist()}."
        )
    return corners
