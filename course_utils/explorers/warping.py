"""Warp a picture by an affine map, a whirl, or a flow painted by hand; see what each output fetches."""

from __future__ import annotations

import ipywidgets as widgets
import numpy as np

from course_utils import images
from course_utils.explorers.stage import Explorer, choice, slider, switch, toggle
from course_utils.figures.warp_fields import RANGES, Affine, Painted, Whirl
from course_utils.figures.warp_layout import Layout, chosen_id
from course_utils.figures.warping import LARGEST, Picture, warp_scene
from course_utils.flows import Warp, erased, pushed
from course_utils.resampling import resize
from course_utils.validation import finite_array, one_of, real_number, shown, true_or_false
from course_utils.warping import PADDING_MODES, SAMPLING_MODES, flow_to_pixels, pixel_centers, resize_flow

SMALL, REAL = (6, 8), (120, 160)
RAMPS = ("numbers", "x ramp", "y ramp")
REAL_PICTURES = {"camera": (40, 110, 264, 352), "brick": (0, 0, 192, 256), "coffee": (60, 140, 330, 440)}
"""What is shown of each picture, in gray and shrunk: (top, left, height, width)."""

FIELDS = {"affine": Affine, "swirl": Whirl}
OF_FIELD = {
    "affine": ("turn", "spread", "shear", "shift_x", "shift_y"),
    "swirl": ("swirl", "reach", "center_x", "center_y"),
    "painted": ("brush", "radius", "strength"),
}
"""The controls that belong to each field; the others are hidden."""

MAIN = ("picture", "field", "turn", "swirl", "brush")
WHEN_NAMED = ("mode", "padding_mode", "grid_align_corners", "sample_align_corners", "arrows")
"""In sight when a call names them; else folded away, as what the hand can drag in the picture."""


def warp_grid(image=None, field="affine", picture="numbers", **start) -> WarpExplorer:
    """Move the field that outputs fetch along; point at an output, or an input, to see who reads what.

    Drag the net itself, and its green knobs; paint on either picture when the field is painted.

    image     your own picture, (height, width), 2 to 160 pixels a side; it is then first in the list
    field     what is moved: ``affine``, ``swirl`` or ``painted`` (drag on either picture; arrow keys on the brush)
    picture   ``numbers`` (each input holds its index), ``x ramp``, ``y ramp``, ``camera``, ``brick`` or ``coffee``
    start     first values of further controls, e.g. shift_x=1.0, padding_mode="border", grid_align_corners=True;
              of WHEN_NAMED, those that are named here stay in sight

    What it shows can be read in the next cell: ``.image``, ``.flow_xy``, ``.output``.
    """
    one_of(field, "field", tuple(OF_FIELD))
    pictures = {} if image is None else {"yours": Picture("yours", _own(image))}
    names = (*pictures, *RAMPS, *REAL_PICTURES)
    picture = "yours" if pictures else one_of(picture, "picture", names)
    controls = _controls(names, field, picture)
    named = tuple(name for name in controls if name != "strokes")
    for name, value in start.items():
        _set_start(controls[one_of(name, "a start value", named)], name, value)
    return WarpExplorer(pictures, controls, in_sight=(*MAIN, *(name for name in WHEN_NAMED if name in start)))


class WarpExplorer(Explorer):
    """Controls, the painted flow, and what is shown as arrays, to go on with in a cell of your own.

    Of the painted flow the control ``strokes`` counts the versions: like everything else that is shown it belongs to
    the values of the controls.
    """

    def __init__(self, pictures, controls, in_sight=MAIN):
        self._pictures, self._stroke = pictures, None
        height, width = self._load(controls["picture"].value).image.shape
        self._painted = {0: (np.zeros((height, width, 2)), ((width - 1) / 2, (height - 1) / 2))}
        reset = widgets.Button(description="no flow", tooltip="set the painted flow to zero")
        reset.layout.width = "80px"
        reset.on_click(self._reset)
        controls["field"].observe(lambda _: _show_controls(controls, reset), names="value")
        controls["picture"].observe(
            self._choose_one, names="value"
        )  # before the redraw, which observes it later
        _show_controls(controls, reset)
        more = [name for name in controls if name not in in_sight]
        super().__init__(self._draw, controls, more=more, on_drag=self._paint, extra=(reset,))
        self._choose_one()

    @property
    def shown(self):
        """What is shown: (the field, the warp along it)."""
        return self._state(**self.values)

    @property
    def warp(self) -> Warp:
        return self.shown[1]

    @property
    def image(self):
        """The picture that is warped: float64, shape (height, width)."""
        return self.warp.image.copy()

    @property
    def output(self):
        """The warped picture: float64, shape (height, width)."""
        return self.warp.output.copy()

    @property
    def flow_xy(self):
        """The flow that is shown, in pixels: shape (height, width, 2). Set it to paint a flow of your own."""
        return self.warp.flow_xy.copy()

    @flow_xy.setter
    def flow_xy(self, flow_xy):
        flow, shape = finite_array(flow_xy, "flow_xy").astype(float), self.warp.flow_xy.shape
        if flow.shape != shape:
            raise ValueError(f"flow_xy must have shape {shape}; got shape {flow.shape}.")
        self.set(field="painted", strokes=self._keep(flow, self._brush()[1]))

    def _draw(self, arrows, **values):
        field, warp = self._state(**values)
        return warp_scene(self._load(values["picture"]), warp, field, arrows)

    def _state(self, picture, field, mode, padding_mode, grid_align_corners, sample_align_corners, **values):
        """(the field, the warp along it) for values of the controls."""
        image = self._load(picture).image
        if field == "painted":
            flow, brush_xy = _resized(*self._version(values["strokes"]), image.shape)
            moved = Painted(flow, brush_xy, values["radius"] / 100 * image.shape[1])
        else:
            # A slider in a page may say 0.30000000000000004.
            moved = FIELDS[field](**{name: round(values[name], 10) for name in OF_FIELD[field]})
        flow = moved.flow(image.shape)
        return moved, Warp(image, flow, mode, padding_mode, grid_align_corners, sample_align_corners)

    def _load(self, name):
        if name not in self._pictures:
            self._pictures[name] = Picture(name, _ramp(name) if name in RAMPS else _real(name))
        return self._pictures[name]

    def _choose_one(self, _=None):
        """Of a small picture an output is chosen from the beginning: what lights up shows that one can point."""
        height, width = self._load(self.values["picture"]).image.shape
        few = Layout(height, width).few
        self.stage.chosen = chosen_id((height, width), (0.75 * width, 0.25 * height)) if few else ""

    # ---- painting --------------------------------------------------------------------------------------------

    def _brush(self):
        """(the painted flow, the brush's position), in the size of the present picture."""
        size_hw = self._load(self.values["picture"]).image.shape
        return _resized(*self._version(self.values["strokes"]), size_hw)

    def _version(self, strokes):
        """The painted flow and the brush after so many strokes; the newest where that one is not kept."""
        return self._painted.get(strokes, self._painted[max(self._painted)])

    def _keep(self, flow, brush_xy):
        """The number of a new version of the painted flow; older ones are never asked for again."""
        newest = max(self._painted)
        self._painted = {newest: self._painted[newest], newest + 1: (flow, tuple(brush_xy))}
        return newest + 1

    def _paint(self, hand, x, y):
        """One move of the brush. Of a stroke's moves some may be lost: each goes on from where the last was seen."""
        values, dragged = self.values, self.stage.dragged
        if values["field"] != "painted" or hand not in ("picture", "places"):
            return {}
        flow, brush_xy = self._brush()
        size_hw = flow.shape[:2]
        here = _within(x, y, size_hw)
        stroke = dragged.get("stroke"), hand
        begins = dragged.get("stroke") is None or stroke != self._stroke
        before = _within(*(dragged.get("start") or here), size_hw) if begins else brush_xy
        self._stroke = stroke
        change = pushed if values["brush"] == "push" else erased
        radius = values["radius"] / 100 * size_hw[1]
        flow = change(flow, before, here, radius, values["strength"], hand)
        if begins:
            self.stage.chosen = _grabbed(flow, hand, before)
        return {"strokes": self._keep(flow, here)}

    def _reset(self, _=None):
        flow, brush_xy = self._brush()
        self.set(field="painted", strokes=self._keep(np.zeros_like(flow), brush_xy))


def _grabbed(flow_xy, hand, at):
    """The output that the hand has taken hold of: itself, or the one whose position is nearest."""
    size_hw = flow_xy.shape[:2]
    if hand == "places":
        nearest = np.linalg.norm(flow_to_pixels(flow_xy) - at, axis=-1).argmin()
        at = nearest % size_hw[1], nearest // size_hw[1]
    return chosen_id(size_hw, at)


def _within(x, y, size_hw):
    """The hand, kept within the picture and its margin."""
    height, width = size_hw
    return tuple(float(np.clip(at, -size / 4, size * 1.25)) for at, size in ((x, width), (y, height)))


def _resized(flow_xy, brush_xy, size_hw):
    """The painted flow and the brush in a picture of another size: they come along, and are multiplied."""
    old = flow_xy.shape[:2]
    if old == size_hw:
        return flow_xy, brush_xy
    sizes = zip(brush_xy, old[::-1], size_hw[::-1], strict=True)
    return resize_flow(flow_xy, size_hw), tuple((at + 0.5) * m / n - 0.5 for at, n, m in sizes)


# ---- controls ------------------------------------------------------------------------------------------------


def _controls(names, field, picture):
    conventions = [("False", False), ("True", True)]
    labels = {
        "turn": ("points turn, °", 20.0),
        "swirl": ("points whirl, °", 90.0),
        "spread": ("points spread ×", 1.0),
        "shear": ("points shear", 0.0),
        "shift_x": ("points shift in x, px", 0.0),
        "shift_y": ("points shift in y, px", 0.0),
        "reach": ("reach, %", 100.0),
        "center_x": ("center across, %", 50.0),
        "center_y": ("center down, %", 50.0),
    }
    sliders = {name: slider(words, value, *RANGES[name]) for name, (words, value) in labels.items()}
    return {
        "picture": choice("picture", list(names), picture),
        "field": toggle("field", list(OF_FIELD), field),
        **{name: sliders.pop(name) for name in ("turn", "swirl")},
        "brush": toggle("brush", ["push", "erase"]),
        "mode": choice("mode", list(SAMPLING_MODES)),
        "padding_mode": choice("padding_mode", list(PADDING_MODES)),
        "grid_align_corners": choice("grid built with align_corners", conventions),
        "sample_align_corners": choice("sampled with align_corners", conventions),
        "arrows": switch("arrows"),
        **sliders,
        "radius": slider("radius, % of width", 25, 10, 60, 5),
        "strength": slider("strength", 1.0, 0.1, 1.0, 0.1),
        "strokes": widgets.IntText(0, layout=widgets.Layout(display="none")),
    }


def _set_start(control, name, value):
    """The first value of a control. Raises in words when it cannot have this value."""
    if isinstance(control, widgets.Checkbox):
        control.value = true_or_false(value, name)
        return
    if hasattr(control, "_options_full"):
        options = [option for _, option in control._options_full]
        if all(isinstance(option, bool) for option in options):
            control.value = true_or_false(value, name)
        else:
            control.value = one_of(value, name, tuple(options))
        return
    if not control.min <= real_number(value, name) <= control.max:
        raise ValueError(f"{name} must be from {control.min:g} to {control.max:g}; got {shown(value)}.")
    control.value = value


def _show_controls(controls, reset):
    field = controls["field"].value
    reset.layout.display = None if field == "painted" else "none"
    for name in (name for names in OF_FIELD.values() for name in names):
        controls[name].layout.display = None if name in OF_FIELD[field] else "none"


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
