"""The three fields that move places: an affine map, a whirl, a flow painted by hand. Each says what it does, gives
its flow and its lines of torch, and draws what a hand can take hold of.

Words used here
    field   what moves the places; ``hold(layout)`` are the attributes of the input's canvas, ``drawn(layout)`` its
            knobs, ``handles(layout)`` what they set
    knob    a green dot; the whole net can be dragged as well
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from course_utils.figures.draw.scene import Handle, circle, held, label, line, number
from course_utils.figures.warp_layout import data_axes
from course_utils.flows import affine_matrix, swirl_flow, whirl_angle
from course_utils.warping import affine_pixels, affine_theta, pixel_centers

RANGES = {
    "turn": (-90.0, 90.0, 2.5),
    "spread": (0.25, 2.0, 0.01),
    "shear": (-1.0, 1.0, 0.01),
    "shift_x": (-8.0, 8.0, 0.25),
    "shift_y": (-8.0, 8.0, 0.25),
    "swirl": (-180.0, 180.0, 5.0),
    "reach": (20.0, 160.0, 1.0),
    "center_x": (0.0, 100.0, 0.5),
    "center_y": (0.0, 100.0, 0.5),
}
"""(lowest, highest, step) of every number of a field, for its slider and for the hand in the picture."""

NO_FLOW = "Zero flow: every output fetches from its own position."
GRID_OF_FLOW = "grid = torch.from_numpy(flow_to_grid(explorer.flow_xy, align_corners={}))[None]"
KNOB_AT = 0.4  # of a whirl's reach: there the net turns by 0.65 of what it turns in the middle


def _handle(names, values, by, words, around=None):
    low, high, step = zip(*(RANGES[name] for name in names), strict=True)
    at = tuple(round(float(value), 10) for value in values)  # sliders in a page count 0.1 + 0.2
    return Handle(names, at, by, low, high, step, words, around=around)


def _knob(name, x, y, words, shown, **more):
    """A knob with its name beside it."""
    knob = circle(x, y, 8, "kernel knob", **held(name, words), **more)
    return knob + label(x + 12, y + 4, shown, "halo", "start", 12, pointer_events="none")


@dataclass(frozen=True)
class Affine:
    """Places are sheared, spread and turned about the middle (turn in degrees), then shifted (in pixels)."""

    turn: float = 0.0
    spread: float = 1.0
    shear: float = 0.0
    shift_x: float = 0.0
    shift_y: float = 0.0
    hint = "drag the net or a knob"

    def matrix(self, size_hw):
        return affine_matrix(size_hw, self.turn, self.spread, self.shear, (self.shift_x, self.shift_y))

    def flow(self, size_hw):
        return affine_pixels(self.matrix(size_hw), size_hw) - pixel_centers(size_hw)

    def recipe(self, size_hw, align_corners):
        theta = affine_theta(self.matrix(size_hw), size_hw, align_corners=align_corners).round(9) + 0.0
        rows = ", ".join("[" + ", ".join(f"{value:.6g}" for value in row) + "]" for row in theta)
        return (
            f"theta = torch.tensor([[{rows}]], dtype=torch.float64)",
            f"grid = F.affine_grid(theta, (1, 1, {size_hw[0]}, {size_hw[1]}), align_corners={align_corners})",
        )

    def hold(self, layout):
        return {"data_handle": "shift"}

    def handles(self, layout):
        center, _, below = (layout.on_input(place) for place in self._knobs(layout))
        along = np.array([np.cos(np.deg2rad(self.turn)), np.sin(np.deg2rad(self.turn))])
        lever = max(
            1.0, float(np.linalg.norm(below - center)) / np.hypot(1, self.shear)
        )  # scene px a unit of shear
        rate = (1 / layout.unit, 0.0), (0.0, 1 / layout.unit)
        return {
            "shift": _handle(
                ("shift_x", "shift_y"), (self.shift_x, self.shift_y), rate, "shift of the points, in px"
            ),
            "turn": _handle(
                ("turn", "spread"), (self.turn, self.spread), ((0.0, 1.0), (self.spread, 0.0)),
                "turn and spread of the points", tuple(map(float, center)),
            ),
            "shear": _handle(("shear",), (self.shear,), (tuple(map(float, along / lever)),), "shear of the points"),
        }  # fmt: skip

    def drawn(self, layout):
        center, right, below = (layout.on_input(place) for place in self._knobs(layout))
        levers = [
            line(*center, *end, "line kernel", stroke_width=2, pointer_events="none")
            for end in (right, below)
        ]
        return "".join(
            (
                *levers,
                _knob("shear", *below, "shear of the points", "shear"),
                _knob("turn", *right, "turn and spread of the points", "turn, spread"),
                _knob("shift", *center, "shift of the points", "shift"),
            )
        )

    def _knobs(self, layout):
        """Places of the net's middle, of the middle of its right edge and of its lower edge; within the margin."""
        height, width = layout.size_hw
        middle = np.array([width - 1, height - 1]) / 2
        matrix = self.matrix(layout.size_hw)
        low, high = layout.ends
        center = (matrix[:, :2] @ middle + matrix[:, 2]).clip(low, high)
        ends = [
            matrix[:, :2] @ place + matrix[:, 2]
            for place in ((width - 1, middle[1]), (middle[0], height - 1))
        ]
        return center, *(layout.cut(center, end) for end in ends)

    def words(self, flow_xy):
        points, picture = [], []
        if self.turn:
            ways = ("clockwise", "counterclockwise")
            points.append(f"turn {number(abs(self.turn))}° {ways[self.turn < 0]}")
            picture.append(f"turns {ways[self.turn > 0]}")
        if self.spread != 1:
            points.append(f"spread by a factor of {number(self.spread)}")
            picture.append("shrinks" if self.spread > 1 else "grows")
        if self.shear:
            points.append(f"shear by {number(self.shear)}")
            picture.append("shears the other way")
        if self.shift_x or self.shift_y:
            points.append(f"shift by ({number(self.shift_x)}, {number(self.shift_y)}) px")
            picture.append("shifts the other way")
        if not points:
            return NO_FLOW
        if len(points) > 1:
            return f"The points {', '.join(points[:-1])} and {points[-1]}. The picture does the opposite."
        return f"The points {points[0]}, so the picture {picture[0]}."


@dataclass(frozen=True)
class Whirl:
    """Places turn by ``swirl`` degrees about a center, less further out. reach in % of half the shorter side,
    center_x and center_y in % of width and height."""

    swirl: float = 90.0
    reach: float = 100.0
    center_x: float = 50.0
    center_y: float = 50.0
    hint = "drag the net or its knob"

    def center(self, size_hw):
        """(x, y) in pixels."""
        return np.array([self.center_x * (size_hw[1] - 1), self.center_y * (size_hw[0] - 1)]) / 100

    def radius(self, size_hw):
        """How far it reaches, in pixels."""
        return self.reach / 100 * min(size_hw) / 2

    def flow(self, size_hw):
        return swirl_flow(size_hw, self.swirl, self.center(size_hw), self.radius(size_hw))

    def recipe(self, size_hw, align_corners):
        return (GRID_OF_FLOW.format(align_corners),)

    def hold(self, layout):
        return {"data_handle": "center"}

    def handles(self, layout):
        height, width = layout.size_hw
        # A hand that turns the knob by a degree turns the middle by more: the knob stays under the hand.
        less = whirl_angle(KNOB_AT, 1.0, 1.0)
        rate = (100 / ((width - 1) * layout.unit), 0.0), (0.0, 100 / ((height - 1) * layout.unit))
        middle = tuple(map(float, layout.on_input(self.center(layout.size_hw))))
        return {
            "center": _handle(
                ("center_x", "center_y"), (self.center_x, self.center_y), rate, "center of the whirl, in %"
            ),
            "swirl": _handle(
                ("swirl", "reach"), (self.swirl, self.reach), ((0.0, float(1 / less)), (self.reach, 0.0)),
                "degrees of the whirl, and its reach in %", middle,
            ),
        }  # fmt: skip

    def drawn(self, layout):
        center, radius = self.center(layout.size_hw), self.radius(layout.size_hw)
        angle = np.deg2rad(whirl_angle(KNOB_AT, self.swirl, 1.0))
        low, high = layout.ends
        knob = center + KNOB_AT * radius * np.array([np.cos(angle), np.sin(angle)])
        knob = layout.on_input(knob.clip(low, high))
        center = layout.on_input(center)
        rim = dict(stroke_width=2, stroke_dasharray="6 4", pointer_events="none")
        return "".join(
            (
                line(*center, *knob, "line kernel", stroke_width=2, pointer_events="none"),
                circle(*center, radius * layout.unit, "line kernel", **rim),
                _knob("center", *center, "center of the whirl", ""),
                _knob("swirl", *knob, "degrees and reach of the whirl", "turn, reach"),
            )
        )

    def words(self, flow_xy):
        if not self.swirl:
            return NO_FLOW
        way = "clockwise" if self.swirl > 0 else "counterclockwise"
        return (
            f"At the center of the whirl the points turn {number(abs(self.swirl))}° {way}, farther out by less, "
            "so the picture turns the other way."
        )


@dataclass(frozen=True, eq=False)
class Painted:
    """A flow (H, W, 2) painted by hand, and the brush: its middle (x, y) and its radius in pixels."""

    flow_xy: np.ndarray
    brush_xy: tuple[float, float]
    brush_radius: float
    hint = "drag on either picture"

    def flow(self, size_hw):
        return self.flow_xy

    def recipe(self, size_hw, align_corners):
        return (GRID_OF_FLOW.format(align_corners),)

    def hold(self, layout):
        return {"data_drag": "places", "data_axes": data_axes(layout.in_xy, layout.unit)}

    def handles(self, layout):
        return {}

    def drawn(self, layout):
        at = self.brush_xy
        return self._brush(
            "places", "brush on the positions", layout.in_xy, layout.on_input(at), layout.unit
        ) + (self._brush("picture", "brush on the output", layout.out_xy, layout.on_output(at), layout.unit))

    def _brush(self, name, words, corner, at, unit):
        x, y = self.brush_xy
        step = max(0.25, round(self.brush_radius / 8, 2))
        rim = circle(
            *at,
            self.brush_radius * unit,
            "line kernel",
            stroke_width=2,
            stroke_dasharray="6 4",
            pointer_events="none",
        )
        return rim + circle(
            *at, 8, "kernel knob", fill_opacity=0.75, data_drag=name, data_axes=data_axes(corner, unit),
            data_at=f"{x:.6g} {y:.6g} {step:.6g}", tabindex="0", role="slider",
            aria_label=f"{words}; arrow keys push with it", aria_valuenow=number(x, 2),
            aria_valuetext=f"x = {number(x, 2)}, y = {number(y, 2)}",
        )  # fmt: skip

    def words(self, flow_xy):
        length = np.linalg.norm(flow_xy, axis=-1)
        if not length.any():
            return f"{NO_FLOW} Drag on either picture to push it."
        moved = int((length > 0.005).sum())
        farthest = number(length.max(), 2)
        return f"A painted flow: {moved} of {length.size} outputs fetch from elsewhere, at most {farthest} px away."
