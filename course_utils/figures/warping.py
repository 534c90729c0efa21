"""A backward warp: every output fetches its value from a place in the input, and the place is drawn there.

Words used here
    place      where an output fetches from, in input pixels, (x, y); its own place is (column, row)
    flow       place - own place; in the ``x ramp`` it is the output's value minus its own x
    built      the align_corners with which places became a grid; ``sampled``, with which the grid was read
    chosen     an output that can be pointed at: every pixel of a small picture, every 16th of a real one
    margin     what padding gives beyond the picture, drawn pale around it
    brush      (x, y, radius) in pixels; what lies under it moves with the hand
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from course_utils.figures.scene import (
    NoPicture,
    Scene,
    circle,
    document,
    group,
    image,
    label,
    number,
    rect,
    strength,
)
from course_utils.warping import (
    flow_to_grid,
    grid_to_pixels,
    pixel_centers,
    sample,
)

FEW = 100
"""Up to so many pixels are cells with their number; more are one picture."""

LARGEST = 128
"""Pixels on the longer side of a picture."""

ROWS, COLUMNS = 6, 8
"""Outputs that can be pointed at in a picture of more than FEW pixels."""

LEFT, TOP, GAP = 6, 30, 30
ROOM_X, ROOM_Y = 476, 400  # of the input with its margin
WIDTH, HEIGHT = 848, 504
UNDER = "stroke: var(--jp-layout-color1, #fff); stroke-opacity: 0.45; stroke-width: 2"


@dataclass(frozen=True, eq=False)
class Picture:
    """What is warped. image (H, W) float64; of the pictures called ``x ramp`` and ``y ramp`` the flow is read out."""

    name: str
    image: np.ndarray

    @property
    def limits(self):
        """(lowest, highest) value: what the tints span."""
        return float(self.image.min()), float(self.image.max())


@dataclass(frozen=True, eq=False)
class Warp:
    """One backward warp. flow_xy (H, W, 2) as it was meant, in pixels.

    recipe     the lines of torch that make ``grid``; they may use ``explorer`` and ``flow_to_grid``
    in_words   what the field does, one sentence
    """

    picture: Picture
    flow_xy: np.ndarray
    mode: str
    padding_mode: str
    built: bool
    sampled: bool
    recipe: tuple[str, ...]
    in_words: str

    @property
    def name(self):
        return self.picture.name

    @property
    def image(self):
        return self.picture.image

    @cached_property
    def places(self) -> np.ndarray:
        """Where outputs fetch from, in pixels, after a grid built one way was read the other way."""
        if self.built == self.sampled:  # there and back; without the way, whole places stay whole
            return pixel_centers(self.image.shape) + self.flow_xy
        return grid_to_pixels(flow_to_grid(self.flow_xy, self.built), self.image.shape, self.sampled)

    @cached_property
    def output(self) -> np.ndarray:
        """The warped picture, (H, W)."""
        return self._sample(self.image, self.places)

    def axis_weights(self, pixels, size) -> np.ndarray:
        """How much every input along one axis counts at n places on it: shape (n, size).

        A row with a single 1 reads it out. Two axes are one axis twice: a tap's weight is the product of the two.
        """
        singles = np.eye(size)[:, None, :]
        return self._sample(singles, np.stack([pixels, np.zeros_like(pixels)], axis=-1)[None])[:, 0].T

    def _sample(self, pictures, places):
        return sample(pictures, places, self.mode, self.padding_mode, self.sampled)

    @property
    def torch_lines(self) -> tuple[str, ...]:
        """Lines that give the output in torch; ``image`` is the picture as a tensor (1, 1, H, W) of float64."""
        options = f'mode="{self.mode}", padding_mode="{self.padding_mode}", align_corners={self.sampled}'
        return (*self.recipe, f"output = F.grid_sample(image, grid, {options})")


def swirl_flow(size_hw, degrees):
    """The flow of a whirl: places turn about the middle by ``degrees`` there, by less further out, in pixels.

    At a distance of r from the middle, in halves of the shorter side, they turn by degrees (1 - r)^2 (1 + 2 r), and
    beyond r = 1 not at all.

    >>> swirl_flow((3, 5), 90)[1, [0, 2]] + 0.0  # the end of the middle row, and the middle
    array([[0., 0.],
           [0., 0.]])
    """
    height, width = size_hw
    offset = pixel_centers(size_hw) - (np.array([width, height]) - 1) / 2
    r = np.hypot(*np.moveaxis(offset, -1, 0)) / (min(size_hw) / 2)
    angle = np.deg2rad(degrees) * np.where(r < 1, (1 - r) ** 2 * (1 + 2 * r), 0)
    x, y = offset[..., 0], offset[..., 1]
    turned = np.stack([np.cos(angle) * x - np.sin(angle) * y, np.sin(angle) * x + np.cos(angle) * y], axis=-1)
    return turned - offset


# ---- the picture of it ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Layout:
    """Where pixels of the two pictures lie, in scene pixels."""

    height: int
    width: int

    @property
    def few(self):
        return self.height * self.width <= FEW

    @property
    def margin(self):
        return max(1, round(max(self.height, self.width) / 4))

    @property
    def unit(self):
        return min(ROOM_X / (self.width + 2 * self.margin), ROOM_Y / (self.height + 2 * self.margin), 60)

    @property
    def in_xy(self):
        """The top left corner of the input, inside its margin."""
        return np.array([LEFT + self.margin * self.unit, TOP + self.margin * self.unit])

    @property
    def out_xy(self):
        return np.array([LEFT + (self.width + 2 * self.margin) * self.unit + GAP, TOP])

    @property
    def chosen(self):
        """Rows and columns of the outputs that can be pointed at."""
        if self.few:
            return np.arange(self.height), np.arange(self.width)
        return self._spread(self.height, ROWS), self._spread(self.width, COLUMNS)

    @property
    def nodes(self):
        """Rows and columns of the outputs whose places are drawn."""
        if self.few:
            return self.chosen
        return self._spread(self.height, 2 * ROWS), self._spread(self.width, 2 * COLUMNS)

    @staticmethod
    def _spread(size, count):
        count = min(size, count)
        return np.floor((np.arange(count) + 0.5) * size / count).astype(int)

    def on_input(self, pixels_xy):
        """Places (..., 2) in scene pixels: the middle of pixel (0, 0) is half a unit from the corner."""
        return self.in_xy + (np.asarray(pixels_xy) + 0.5) * self.unit

    def on_output(self, pixels_xy):
        return self.out_xy + (np.asarray(pixels_xy) + 0.5) * self.unit

    def inside(self, pixels_xy):
        """Which places lie within the margin."""
        low, high = -self.margin - 0.5, np.array([self.width, self.height]) + self.margin - 0.5
        return np.all((pixels_xy >= low) & (pixels_xy <= high), axis=-1)


def chosen_id(size_hw, pixel_xy):
    """The id of the output nearest to a place (x, y) among those that can be pointed at.

    >>> chosen_id((6, 8), (3.2, 0.9)), chosen_id((96, 128), (20, 10))
    ('out-11', 'out-1048')
    """
    rows, columns = _Layout(*size_hw).chosen
    row, column = (
        axis[np.abs(axis - at).argmin()] for axis, at in ((rows, pixel_xy[1]), (columns, pixel_xy[0]))
    )
    return f"out-{row * size_hw[1] + column}"


def warp_scene(warp: Warp, arrows=False, brush=None) -> Scene:
    """The input with the places that outputs fetch from, the output, and the lines of torch.

    arrows   draw an arrow from each output's own place to where it fetches, instead of the net of places
    brush    (x, y, radius) in pixels of the output; with it both pictures can be dragged
    """
    layout = _Layout(*warp.image.shape)
    if max(warp.image.shape) > LARGEST or min(warp.image.shape) < 2:
        raise NoPicture(
            f"This explorer shows pictures of 2 to {LARGEST} pixels a side; this one has shape {warp.image.shape}."
        )
    rows, columns = layout.chosen
    row, column = (axis.ravel() for axis in np.meshgrid(rows, columns, indexing="ij"))
    chosen = _Chosen(warp, layout, row, column)
    parts = [
        _input(warp.picture, warp.padding_mode, warp.sampled, brush is not None),
        _net(warp, layout, arrows),
        _output(warp, layout, brush is not None),
        *_readout(warp, layout),
    ]
    if brush is not None:
        parts += _brush(layout, brush)
    text = _sentence(warp)
    return Scene(
        document(WIDTH, HEIGHT, parts, f"{warp.name}: every output fetches from a place in the input", text),
        text,
        _table(warp, rows, columns),
        links=chosen.links(),
        details=chosen.details(),
        places=chosen.boxes(),
        bands=chosen.frames(),
        arrows=chosen.arrows(),
    )


# ---- input ---------------------------------------------------------------------------------------------------


@lru_cache(maxsize=16)
def _input(picture, padding_mode, align_corners, draggable):
    """The input in its margin. Kept, because it stays as it is while the field moves."""
    layout = _Layout(*picture.image.shape)
    x, y = layout.in_xy
    width, height = layout.width * layout.unit, layout.height * layout.unit
    edge = layout.margin * layout.unit
    words = "input, and the places that outputs fetch from"
    title = label(LEFT, TOP - 10, words, anchor="start", size=14, font_weight="600")
    words = f"pale: what padding_mode={padding_mode} gives beyond the picture"
    pale = label(LEFT, TOP + height + 2 * edge + 16, words, "muted", anchor="start", size=12)
    drag = _drag("places", layout.in_xy, layout.unit) if draggable else {}
    as_text = _as_text(drag)
    margin = layout.margin
    centers = pixel_centers((layout.height + 2 * margin, layout.width + 2 * margin)) - margin
    around = sample(picture.image, centers, "nearest", padding_mode, align_corners)
    if layout.few:
        tint = strength(around, *picture.limits)
        cells = _cells(around, tint * 0.3, LEFT, TOP, layout.unit, "input", skip=margin, pale=True)
        cells += _cells(
            picture.image,
            strength(picture.image, *picture.limits),
            x,
            y,
            layout.unit,
            "input",
            "in",
            drag=as_text,
        )
    else:
        outside = image(
            LEFT,
            TOP,
            width + 2 * edge,
            height + 2 * edge,
            _gray(around, picture),
            "the padding",
            opacity=0.35,
        )
        cells = outside + image(
            x, y, width, height, _gray(picture.image, picture), f"the input, {picture.name}"
        )
    frame = rect(x, y, width, height, "line input", stroke_width=2, pointer_events="none")
    canvas = rect(LEFT, TOP, width + 2 * edge, height + 2 * edge, "plain", **drag)
    if not layout.few:  # no pixel of it can be pointed at
        return title + pale + cells + frame + canvas
    inner = group([cells, frame], data_group="in", tabindex="0", role="group", aria_label="input")
    return title + pale + canvas + inner


def _cells(values, tint, x, y, unit, css, name="", skip=0, pale=False, drag=""):
    """Cells with their numbers; ``skip`` leaves out the inside, so many cells from the border."""
    rows, columns = values.shape
    texts = [[number(value, 2) for value in row] for row in values]
    longest = max(len(text) for row in texts for text in row)
    size = min(13.0, unit * 0.36, (unit - 5) / (0.62 * longest))
    parts = []
    for r in range(rows):
        for c in range(columns):
            if skip and skip <= r < rows - skip and skip <= c < columns - skip:
                continue
            left, top = x + c * unit, y + r * unit
            named = ' pointer-events="none"'
            if name:
                named = f' data-id="{name}-{r * columns + c}" data-row="{r}" data-col="{c}"{drag}'
            parts.append(
                f'<rect x="{left:.6g}" y="{top:.6g}" width="{unit:.6g}" height="{unit:.6g}" class="cell {css}" '
                f'fill-opacity="{tint[r, c]:.2f}"{named}/>'
            )
            if size >= 7:
                muted = ' class="muted" opacity="0.6"' if pale else ""
                parts.append(
                    f'<text x="{left + unit / 2:.6g}" y="{top + unit * 0.3 + size * 0.36:.6g}" text-anchor="middle" '
                    f'font-size="{size:.3g}" pointer-events="none"{muted}>{texts[r][c]}</text>'
                )
    return "".join(parts)


def _gray(values, picture):
    low, high = picture.limits
    return np.rint((values - low) * (255 / max(high - low, 1e-12))).clip(0, 255).astype(np.uint8)


def _net(warp, layout, arrows):
    """The places of the nodes: dots joined as their outputs are, or each with an arrow from its own place."""
    rows, columns = layout.nodes
    places = warp.places[np.ix_(rows, columns)]
    inside, at = layout.inside(places), layout.on_input(places)
    if arrows:
        own = layout.on_input(np.stack(np.meshgrid(columns, rows), axis=-1))
        lines = "".join(_arrow(*start, *end) for start, end in zip(own[inside], at[inside], strict=True))
    else:
        across = inside[:, 1:] & inside[:, :-1]
        down = inside[1:] & inside[:-1]
        pairs = [(at[:, :-1][across], at[:, 1:][across]), (at[:-1][down], at[1:][down])]
        lines = "".join(
            f"M{x1:.1f},{y1:.1f}L{x2:.1f},{y2:.1f}"
            for starts, ends in pairs
            for (x1, y1), (x2, y2) in zip(starts, ends, strict=True)
        )
    drawn = ""
    if lines:
        drawn = f'<path d="{lines}" class="line" stroke-width="0.9" stroke-opacity="0.8"/>'
        if not layout.few:  # on a picture a dark line needs a light one under it, and the other way around
            drawn = f'<path d="{lines}" fill="none" style="{UNDER}"/>' + drawn
    radius = 2.6 if layout.few else 1.6
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}"/>' for x, y in at[inside])
    return group([drawn, f'<g class="sample">{dots}</g>'], pointer_events="none")


def _arrow(x1, y1, x2, y2):
    dx, dy = x2 - x1, y2 - y1
    length = float(np.hypot(dx, dy))
    if length < 1:
        return ""
    head = min(6.0, length) / length
    back_x, back_y, side_x, side_y = -dx * head, -dy * head, dy * head * 0.45, -dx * head * 0.45
    return (
        f"M{x1:.1f},{y1:.1f}L{x2:.1f},{y2:.1f}l{back_x + side_x:.1f},{back_y + side_y:.1f}"
        f"M{x2:.1f},{y2:.1f}l{back_x - side_x:.1f},{back_y - side_y:.1f}"
    )


# ---- output --------------------------------------------------------------------------------------------------


def _output(warp, layout, draggable):
    x, y = layout.out_xy
    unit = layout.unit
    width, height = layout.width * unit, layout.height * unit
    title = label(x, TOP - 10, "output", "output", anchor="start", size=14, font_weight="600")
    drag = _drag("picture", layout.out_xy, unit) if draggable else {}
    as_text = _as_text(drag)
    if layout.few:
        body = _cells(
            warp.output,
            strength(warp.output, *warp.picture.limits),
            x,
            y,
            unit,
            "output",
            "out",
            drag=as_text,
        )
    else:
        body = image(x, y, width, height, _gray(warp.output, warp.picture), f"the output, {warp.name} warped")
        rows, columns = layout.chosen
        step_x, step_y = width / len(columns), height / len(rows)
        body += "".join(
            f'<rect x="{x + c * step_x:.6g}" y="{y + r * step_y:.6g}" width="{step_x:.6g}" height="{step_y:.6g}" '
            f'class="plain" data-id="out-{row * layout.width + column}" data-row="{r}" data-col="{c}"{as_text}/>'
            for r, row in enumerate(rows)
            for c, column in enumerate(columns)
        )
    frame = rect(x, y, width, height, "line output", stroke_width=2, pointer_events="none")
    return title + group([body, frame], data_group="out", tabindex="0", role="group", aria_label="output")


def _drag(name, corner, unit):
    """Drags are told in pixels of the picture; the middle of pixel (0, 0) is (0, 0)."""
    x0, y0 = corner + unit / 2
    return {"data_drag": name, "data_axes": f"{x0:.6g} {y0:.6g} {unit:.6g} {unit:.6g}"}


def _as_text(attributes):
    return "".join(f' {name.replace("_", "-")}="{value}"' for name, value in attributes.items())


def _brush(layout, brush):
    x, y, radius = brush
    parts = []
    for name, words, corner, at in (
        ("places", "brush on the places", layout.in_xy, layout.on_input((x, y))),
        ("picture", "brush on the output", layout.out_xy, layout.on_output((x, y))),
    ):
        step = max(0.25, round(radius / 8, 2))
        parts += [
            circle(
                *at,
                radius * layout.unit,
                "line kernel",
                stroke_width=2,
                stroke_dasharray="6 4",
                pointer_events="none",
            ),
            circle(
                *at,
                8,
                "kernel",
                fill_opacity=0.75,
                data_at=f"{x:.6g} {y:.6g} {step:.6g}",
                tabindex="0",
                role="slider",
                aria_label=f"{words}; arrow keys push with it",
                aria_valuetext=f"x = {number(x, 2)}, y = {number(y, 2)}",
                aria_valuenow=number(x, 2),
                **_drag(name, corner, layout.unit),
            ),
        ]
    return parts


def _readout(warp, layout):
    """What the whole field does, in three lines under the output; the lines of torch under everything."""
    x, y = layout.out_xy
    y += layout.height * layout.unit + 30
    parts = [
        label(x, y + 22 * i, words, css, anchor="start", size=13)
        for i, (words, css) in enumerate(_facts(warp))
    ]
    lines = warp.torch_lines
    top = HEIGHT - 8 - 18 * (len(lines) - 1)
    parts += [
        label(LEFT, top + 18 * i, text, "mono code", anchor="start", size=11.5)
        for i, text in enumerate(lines)
    ]
    return parts


def _facts(warp):
    height, width = warp.image.shape
    outside = _outside(warp)
    largest = float(np.abs(warp.output - warp.image).max())
    facts = [(f"{outside} of {height * width} fetch from beyond the picture", "")]
    facts.append((f"largest |output − input| = {number(largest)}", ""))
    if warp.built != warp.sampled:
        facts.append((f"two conventions: places off by up to {number(_mismatch(warp))} px", "output"))
    ramp = _ramp_fact(warp)
    if ramp:
        facts.append((ramp, ""))
    return facts


def _outside(warp):
    height, width = warp.image.shape
    x, y = warp.places[..., 0], warp.places[..., 1]
    beyond_x = (x < -1e-9) | (x > width - 1 + 1e-9)
    return int((beyond_x | (y < -1e-9) | (y > height - 1 + 1e-9)).sum())


def _ramp_fact(warp):
    """Of a ramp: at how many outputs its value minus its own coordinate is the flow that was meant."""
    axis = {"x ramp": 0, "y ramp": 1}.get(warp.name)
    if axis is None:
        return ""
    read = warp.output - pixel_centers(warp.image.shape)[..., axis]
    right = int((np.abs(read - warp.flow_xy[..., axis]) < 1e-9).sum())
    name = "xy"[axis]
    return f"output − own {name} is the {name} flow: at {right} of {read.size}"


# ---- what lights up ------------------------------------------------------------------------------------------


class _Chosen:
    """The outputs that can be pointed at: their places, taps and sums. row, column: flat arrays of n."""

    def __init__(self, warp, layout, row, column):
        self.warp, self.layout, self.row, self.column = warp, layout, row, column
        self.places = warp.places[row, column]
        self.ids = [f"out-{r * layout.width + c}" for r, c in zip(row, column, strict=True)]
        height, width = warp.image.shape
        across = warp.axis_weights(self.places[:, 0], width)
        down = warp.axis_weights(self.places[:, 1], height)
        self.taps = [_taps(*weights) for weights in zip(down, across, strict=True)]

    def links(self):
        return {
            id_: [(f"in-{index}", round(weight, 6)) for index, weight in taps]
            for id_, taps in zip(self.ids, self.taps, strict=True)
        }

    def boxes(self):
        """Of pixels that have no element of their own."""
        if self.layout.few:
            return {}
        unit, (x, y) = self.layout.unit, self.layout.in_xy
        indices = {index for taps in self.taps for index, _ in taps}
        return {
            f"in-{i}": (round(x + i % self.layout.width * unit, 2), round(y + i // self.layout.width * unit, 2),
                        round(unit, 2), round(unit, 2))
            for i in indices
        }  # fmt: skip

    def frames(self):
        """A small frame around the place that is fetched from, where the arrow is too short to point at it."""
        own = self.layout.on_input(np.stack([self.column, self.row], axis=-1))
        at = self.layout.on_input(self.places)
        short = np.linalg.norm(at - own, axis=-1) < 8
        return {
            id_: (round(x - 5, 1), round(y - 5, 1), 10, 10)
            for id_, (x, y), needed in zip(self.ids, at, short, strict=True)
            if needed
        }

    def arrows(self):
        """From the output's own place to where it fetches; cut off where the margin ends."""
        own = np.stack([self.column, self.row], axis=-1).astype(float)
        ends = _cut(own, self.places, self.layout)
        start, end = self.layout.on_input(own).round(1), self.layout.on_input(ends).round(1)
        return {id_: (*map(float, s), *map(float, e)) for id_, s, e in zip(self.ids, start, end, strict=True)}

    def details(self):
        return {id_: self._detail(i) for i, id_ in enumerate(self.ids)}

    def _detail(self, i):
        row, column, (x, y) = int(self.row[i]), int(self.column[i]), self.places[i]
        value = self.warp.output[row, column]
        flow_x, flow_y = x - column, y - row
        words = (
            f"Output at x = {column}, y = {row} fetches from x = {number(x)}, y = {number(y)}: "
            f"flow ({_signed(flow_x)}, {_signed(flow_y)}). {self._sum(self.taps[i], value)}"
        )
        return words + self._ramp(row, column, value, (flow_x, flow_y))

    def _sum(self, taps, value):
        values = self.warp.image.ravel()
        if not taps:
            return "No tap lies in the picture: value 0."
        heavy = sorted(taps, key=lambda tap: -abs(tap[1]))[:4]
        terms = " + ".join(f"{number(w)} · {number(values[j], 2)}" for j, w in heavy).replace("+ −", "− ")
        more = f" + {len(taps) - 4} lighter taps" if len(taps) > 4 else ""
        total = sum(weight for _, weight in taps)
        lost = (
            ""
            if abs(total - 1) < 1e-9
            else f" The weights sum to {number(total)}: taps beyond the picture are 0."
        )
        return f"Value = {terms}{more} = {number(value)}.{lost}"

    def _ramp(self, row, column, value, flow):
        for axis, (name, own) in enumerate((("x", column), ("y", row))):
            if self.warp.name != f"{name} ramp":
                continue
            read = value - own
            if abs(read - flow[axis]) < 1e-9:
                meant = self.warp.flow_xy[row, column, axis]
                off = "" if abs(meant - read) < 1e-9 else f"; meant was {_signed(meant)}"
                return f" Minus its own {name}: {number(value)} − {own} = {_signed(read)}, its flow in {name}{off}."
            nearest = self.warp.mode == "nearest"
            reason = "nearest rounds the place" if nearest else "here the picture is no ramp"
            return f" Minus its own {name}: {_signed(read)}, not its flow {_signed(flow[axis])}; {reason}."
        return ""


def _taps(down, across):
    """The (flat index, weight) of every input that counts, from the weights of rows and of columns."""
    return [
        (int(r) * len(across) + int(c), float(down[r] * across[c]))
        for r in np.flatnonzero(np.abs(down) > 1e-12)
        for c in np.flatnonzero(np.abs(across) > 1e-12)
    ]


def _cut(own, places, layout):
    """``places``, each moved towards its ``own`` place until it is within the margin."""
    low, high = -layout.margin - 0.5, np.array([layout.width, layout.height]) + layout.margin - 0.5
    step = places - own
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = np.where(step > 0, (high - own) / step, np.where(step < 0, (low - own) / step, np.inf))
    return own + step * np.minimum(1, reach.min(axis=-1, keepdims=True))


def _signed(value):
    text = number(value)
    return text if text.startswith("−") or text == "0" else f"+{text}"


# ---- in words ------------------------------------------------------------------------------------------------


def _sentence(warp):
    height, width = warp.image.shape
    outside = _outside(warp)
    words = [f"{warp.name}, {height} × {width}, {warp.mode}, padding {warp.padding_mode}.", warp.in_words]
    if warp.built != warp.sampled:
        words.append(
            f"The grid was built with align_corners={warp.built} and is read with align_corners={warp.sampled}, "
            f"so every place is off, by up to {number(_mismatch(warp))} px."
        )
    if not np.any(warp.flow_xy):
        error = float(np.abs(warp.output - warp.image).max())
        words.append(
            "The output is the input, exactly."
            if error == 0
            else f"Zero flow is not the identity here: the output differs from the input by up to {number(error)}."
        )
    elif outside:
        words.append(f"{outside} of {height * width} outputs fetch from beyond the picture.")
    else:
        words.append("All outputs fetch from within the picture.")
    ramp = _ramp_fact(warp)
    return " ".join(words) + (f" {ramp[0].upper()}{ramp[1:]}." if ramp else "")


def _mismatch(warp):
    return np.abs(warp.places - pixel_centers(warp.image.shape) - warp.flow_xy).max()


def _table(warp, rows, columns):
    """The outputs that can be pointed at: where each fetches from."""
    header = ("fetches from (x, y)", *(f"x = {column}" for column in columns))
    body = [
        (
            f"y = {row}",
            *(
                f"{number(warp.places[row, column, 0], 2)}, {number(warp.places[row, column, 1], 2)}"
                for column in columns
            ),
        )
        for row in rows
    ]
    return header, body
