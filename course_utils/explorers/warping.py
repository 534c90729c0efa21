"""Warp a picture by an affine map, a swirl, or a flow painted by hand; see what each output fetches."""

from __future__ import annotations

import ipywidgets as widgets
import numpy as np

from course_utils import images
from course_utils.explorers.explorer import Explorer, choice, slider, switch
from course_utils.explorers.painting import erased, pushed
from course_utils.figures.scene import number
from course_utils.figures.warping import LARGEST, Picture, Warp, chosen_id, swirl_flow, warp_scene
from course_utils.resampling import resize
from course_utils.validation import finite_array, one_of
from course_utils.warping import (
    PADDING_MODES,
    SAMPLING_MODES,
    about_center,
    affine_pixels,
    affine_theta,
    pixel_centers,
    resize_flow,
    rotation,
)

SMALL, REAL = (6, 8), (96, 128)
RAMPS = ("numbers", "x ramp", "y ramp")
REAL_PICTURES = {"camera": (40, 110, 264, 352), "brick": (0, 0, 192, 256), "coffee": (60, 140, 330, 440)}
"""What is shown of each picture, in gray and shrunk: (top, left, height, width)."""

OF_FIELD = {
    "affine": ("turn", "spread", "shear", "shift_x", "shift_y"),
    "swirl": ("swirl",),
    "painted": ("brush", "radius", "strength"),
}
"""The controls that belong to each field; the others are hidden."""


def warp_grid(image=None, field="affine", picture="numbers", **start) -> WarpExplorer:
    """Move the field that outputs fetch along; point at an output to see its place, its taps and their sum.

    image     your own picture, (height, width), 2 to 128 pixels a side; it is then first in the list
    field     what is moved: ``affine``, ``swirl`` or ``painted`` (drag on either picture; arrow keys on the brush)
    picture   ``numbers`` (each input holds its index), ``x ramp``, ``y ramp``, ``camera``, ``brick`` or ``coffee``
    start     first values of further controls, e.g. built=True, padding_mode="border", shift_x=1.0

    What it shows can be read in the next cell: ``.image``, ``.flow_xy``, ``.output``.
    """
    one_of(field, "field", tuple(OF_FIELD))
    pictures = {} if image is None else {"yours": Picture("yours", _own(image))}
    names = (*pictures, *RAMPS, *REAL_PICTURES)
    picture = "yours" if pictures else one_of(picture, "picture", names)
    controls = _controls(names, field, picture)
    for name, value in start.items():
        controls[one_of(name, "a start value", tuple(controls))].value = value
    return WarpExplorer(pictures, controls)


class WarpExplorer(Explorer):
    """Controls, the painted flow, and what is shown as arrays, to go on with in a cell of your own."""

    def __init__(self, pictures, controls):
        self._pictures, self._stroke = pictures, None
        size_hw = self._load(controls["picture"].value).image.shape
        self._painted = np.zeros((*size_hw, 2))
        self._brush_xy = (size_hw[1] - 1) / 2, (size_hw[0] - 1) / 2
        reset = widgets.Button(description="no flow", tooltip="set the painted flow to zero")
        reset.layout.width = "80px"
        reset.on_click(self._reset)
        controls["field"].observe(lambda _: _show_controls(controls, reset), names="value")
        controls["picture"].observe(self._enter, names="value")  # before the redraw, which observes it later
        _show_controls(controls, reset)
        super().__init__(self._draw, controls, on_drag=self._paint, extra=(reset,))
        self.stage.chosen = self._default_choice()

    @property
    def image(self):
        """The picture that is warped: float64, shape (height, width)."""
        return self.warp.image.copy()

    @property
    def flow_xy(self):
        """The flow that is shown, in pixels: shape (height, width, 2). Set it to paint a flow of your own."""
        return self.warp.flow_xy.copy()

    @flow_xy.setter
    def flow_xy(self, flow_xy):
        flow = finite_array(flow_xy, "flow_xy").astype(float)
        if flow.shape != self._painted.shape:
            raise ValueError(f"flow_xy must have shape {self._painted.shape}; got shape {flow.shape}.")
        self._painted = flow
        self.set(field="painted")

    @property
    def output(self):
        """The warped picture: float64, shape (height, width)."""
        return self.warp.output.copy()

    def _draw(self, picture, field, arrows, mode, padding_mode, built, sampled, **moved):
        picture = self._load(picture)
        flow, recipe, in_words = self._field(field, picture.image.shape, built, moved)
        self.warp = Warp(picture, flow, mode, padding_mode, built, sampled, recipe, in_words)
        brush = (*self._brush_xy, self._radius(moved["radius"])) if field == "painted" else None
        return warp_scene(self.warp, arrows, brush)

    def _field(self, field, size_hw, built, moved):
        """(flow, lines of torch that make the grid, one sentence)."""
        lines = (f"grid = torch.from_numpy(flow_to_grid(explorer.flow_xy, align_corners={built}))[None]",)
        if field == "affine":
            return _affine(size_hw, built, **{name: moved[name] for name in OF_FIELD["affine"]})
        if field == "swirl":
            return swirl_flow(size_hw, moved["swirl"]), lines, _swirl_in_words(moved["swirl"])
        return self._painted, lines, _painted_in_words(self._painted)

    def _load(self, name):
        if name not in self._pictures:
            self._pictures[name] = Picture(name, _ramp(name) if name in RAMPS else _real(name))
        return self._pictures[name]

    # ---- painting --------------------------------------------------------------------------------------------

    def _paint(self, hand, x, y):
        """One move of the brush. Of a stroke's moves some may be lost: each goes on from where the last was seen."""
        dragged = self.stage.dragged
        if self.controls["field"].value != "painted" or hand not in ("picture", "places"):
            return {}
        here = self._within(x, y)
        stroke = dragged.get("stroke"), hand
        begins = dragged.get("stroke") is None or stroke != self._stroke
        before = self._within(*(dragged.get("start") or here)) if begins else self._brush_xy
        self._stroke, self._brush_xy = stroke, here
        values = {name: control.value for name, control in self.controls.items()}
        change = pushed if values["brush"] == "push" else erased
        radius = self._radius(values["radius"])
        self._painted = change(self._painted, before, here, radius, values["strength"], hand)
        if begins:
            self.stage.chosen = self._grabbed(hand, before)
        return {}

    def _grabbed(self, hand, at):
        """The output that the hand has taken hold of: itself, or the one whose place is nearest."""
        size_hw = self._painted.shape[:2]
        if hand == "places":
            places = pixel_centers(size_hw) + self._painted
            nearest = np.linalg.norm(places - at, axis=-1).argmin()
            at = nearest % size_hw[1], nearest // size_hw[1]
        return chosen_id(size_hw, at)

    def _radius(self, percent):
        return percent / 100 * self._painted.shape[1]

    def _within(self, x, y):
        """The hand, kept within the picture and its margin."""
        height, width = self._painted.shape[:2]
        return tuple(float(np.clip(at, -size / 4, size * 1.25)) for at, size in ((x, width), (y, height)))

    def _enter(self, change):
        """Another picture: the painted flow, the brush and the choice come along to its size."""
        old, new = self._painted.shape[:2], self._load(change["new"]).image.shape
        if old == new:
            return
        self._painted = resize_flow(self._painted, new)
        self._brush_xy = tuple(
            (at + 0.5) * m / n - 0.5 for at, n, m in zip(self._brush_xy, old[::-1], new[::-1], strict=True)
        )
        self.stage.chosen = self._default_choice()

    def _default_choice(self):
        height, width = self._painted.shape[:2]
        return chosen_id((height, width), (0.75 * width, 0.25 * height))

    def _reset(self, _=None):
        self._painted = np.zeros_like(self._painted)
        self.set(field="painted")


# ---- controls ------------------------------------------------------------------------------------------------


def _controls(names, field, picture):
    conventions = [("False", False), ("True", True)]
    controls = {
        "picture": choice("picture", list(names), picture),
        "field": choice("field", list(OF_FIELD), field),
        "mode": choice("mode", list(SAMPLING_MODES)),
        "padding_mode": choice("padding_mode", list(PADDING_MODES)),
        "built": choice("grid built with align_corners", conventions),
        "sampled": choice("sampled with align_corners", conventions),
        "arrows": switch("arrows"),
        "turn": slider("points turn, °", 20.0, -180.0, 180.0, 5.0),
        "spread": slider("points spread ×", 1.0, 0.25, 2.0, 0.05),
        "shear": slider("points shear", 0.0, -1.0, 1.0, 0.05),
        "shift_x": slider("points shift in x, px", 0.0, -8.0, 8.0, 0.25),
        "shift_y": slider("points shift in y, px", 0.0, -8.0, 8.0, 0.25),
        "swirl": slider("points whirl, °", 90.0, -180.0, 180.0, 5.0),
        "brush": choice("brush", ["push", "erase"]),
        "radius": slider("radius, % of width", 25, 10, 60, 5),
        "strength": slider("strength", 1.0, 0.1, 1.0, 0.1),
    }
    for control in controls.values():
        if isinstance(control, (widgets.IntSlider, widgets.FloatSlider)):
            control.layout.width = "262px"
        elif isinstance(control, widgets.Dropdown):
            control.layout.min_width = "120px"
    return controls


def _show_controls(controls, reset):
    field = controls["field"].value
    reset.layout.display = None if field == "painted" else "none"
    for name in (name for names in OF_FIELD.values() for name in names):
        controls[name].layout.display = None if name in OF_FIELD[field] else "none"


# ---- fields --------------------------------------------------------------------------------------------------


def _affine(size_hw, built, turn, spread, shear, shift_x, shift_y):
    linear = rotation(turn) @ np.array([[1, shear], [0, 1]]) * spread
    matrix = about_center(linear, size_hw)
    matrix[:, 2] += shift_x, shift_y
    flow = affine_pixels(matrix, size_hw) - pixel_centers(size_hw)
    if turn == shear == 0 and spread == 1:
        flow = np.broadcast_to([shift_x, shift_y], flow.shape).astype(float)  # whole places stay whole
    theta = ", ".join(
        "[" + ", ".join(f"{value + 0.0:.6g}" for value in row.round(9)) + "]"
        for row in affine_theta(matrix, size_hw, align_corners=built)
    )
    recipe = (
        f"theta = torch.tensor([[{theta}]], dtype=torch.float64)",
        f"grid = F.affine_grid(theta, (1, 1, {size_hw[0]}, {size_hw[1]}), align_corners={built})",
    )
    return flow, recipe, _affine_in_words(turn, spread, shear, shift_x, shift_y)


def _affine_in_words(turn, spread, shear, shift_x, shift_y):
    points, picture = [], []
    if turn:
        ways = ("clockwise", "counter-clockwise")
        points.append(f"turn {number(abs(turn))}° {ways[turn < 0]}")
        picture.append(f"turns {ways[turn > 0]}")
    if spread != 1:
        points.append(f"spread by {number(spread)}")
        picture.append("shrinks" if spread > 1 else "grows")
    if shear:
        points.append(f"shear by {number(shear)}")
        picture.append("shears the other way")
    if shift_x or shift_y:
        points.append(f"shift by ({number(shift_x)}, {number(shift_y)}) px")
        picture.append("shifts the other way")
    if not points:
        return "Zero flow: every output fetches from its own place."
    return f"The points {' and '.join(points)}, so the picture {' and '.join(picture)}."


def _swirl_in_words(degrees):
    if not degrees:
        return "Zero flow: every output fetches from its own place."
    way = "clockwise" if degrees > 0 else "counter-clockwise"
    return f"In the middle the points turn {number(abs(degrees))}° {way}, further out by less."


def _painted_in_words(flow):
    length = np.linalg.norm(flow, axis=-1)
    if not length.any():
        return "Zero flow: every output fetches from its own place. Drag on either picture to push it."
    moved = int((length > 0.005).sum())
    farthest = number(length.max(), 2)
    return (
        f"A painted flow: {moved} of {length.size} outputs fetch from elsewhere, at most {farthest} px away."
    )


# ---- pictures ------------------------------------------------------------------------------------------------


def _ramp(name):
    x, y = np.moveaxis(pixel_centers(SMALL), -1, 0)
    return {"numbers": y * SMALL[1] + x, "x ramp": x, "y ramp": y}[name]


def _real(name):
    """A part of a real picture, in gray, shrunk to REAL by the mean of blocks."""
    pixels = images.crop(images.picture(name), *REAL_PICTURES[name]).astype(float)
    gray = pixels if pixels.ndim == 2 else pixels.mean(axis=2)
    factor = max(1, round(gray.shape[0] / REAL[0]))
    whole = resize(gray, (REAL[0] * factor, REAL[1] * factor))
    return whole.reshape(REAL[0], factor, REAL[1], factor).mean(axis=(1, 3)).round()


def _own(image):
    image = finite_array(image, "image", ndim=2).astype(float)
    if min(image.shape) < 2 or max(image.shape) > LARGEST:
        raise ValueError(f"image must have 2 to {LARGEST} pixels a side; got shape {image.shape}.")
    return image
