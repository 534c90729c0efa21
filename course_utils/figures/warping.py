"""A backward warp: every output fetches its value from a place in the input, and the place is drawn there.

Words used here
    place      where an output fetches from, in input pixels, (x, y); its own place is (column, row)
    flow       place - own place; in the ``x ramp`` it is the output's value minus its own x
    net        places joined as their outputs are
    chosen     an output that can be pointed at: every pixel of a small picture, every 16th of a real one
    margin     what padding gives beyond the picture, drawn pale around it
    field      what moves the places, and where a hand takes hold of it (``warp_fields``)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from course_utils.figures.draw.cells import cell_group
from course_utils.figures.draw.scene import (
    NoPicture,
    Scene,
    document,
    group,
    image,
    label,
    number,
    rect,
    strength,
)
from course_utils.figures.warp_layout import HEIGHT, LEFT, TOP, WIDTH, Layout, as_text, data_axes
from course_utils.figures.warp_reading import Reading
from course_utils.flows import Warp
from course_utils.warping import pixel_centers

LARGEST = 160
"""Pixels on the longer side of a picture."""


@dataclass(frozen=True, eq=False)
class Picture:
    """What is warped. image (H, W) float64; of the pictures called ``x ramp`` and ``y ramp`` the flow is read out."""

    name: str
    image: np.ndarray

    @property
    def limits(self):
        """(lowest, highest) value: what the tints span."""
        return float(self.image.min()), float(self.image.max())


def warp_scene(picture: Picture, warp: Warp, field, arrows=False) -> Scene:
    """The input with the places that outputs fetch from, the output, and the lines of torch.

    warp     of the picture's image
    field    an ``Affine``, a ``Whirl`` or a ``Painted``: what a hand can take hold of
    arrows   draw an arrow from each output's own place to where it fetches, instead of the net of places
    """
    if max(warp.image.shape) > LARGEST or min(warp.image.shape) < 2:
        raise NoPicture(
            f"This explorer shows pictures of 2 to {LARGEST} pixels a side; this one has shape {warp.image.shape}."
        )
    layout = Layout(*warp.image.shape)
    reading = Reading(warp, layout, picture.name)
    hold = field.hold(layout)
    parts = [
        _input(picture, warp.padding_mode, warp.sample_align_corners, tuple(hold.items()), field.hint),
        _net(warp, layout, arrows),
        _places(reading, layout, hold),
        _output(picture, warp, layout, "data_drag" in hold),
        *_readout(picture, warp, field, layout),
        field.drawn(layout),
    ]
    text = _sentence(picture, warp, field)
    title = f"{picture.name}: every output fetches from a position in the input"
    return Scene(
        document(WIDTH, HEIGHT, parts, title, text),
        text,
        _table(warp, *layout.chosen),
        links=reading.links(),
        details=reading.details(),
        places=reading.boxes(),
        bands=reading.frames(),
        arrows=reading.arrows(),
        handles=field.handles(layout),
    )


def torch_lines(warp, field) -> tuple[str, ...]:
    """Lines that give the output in torch; ``image`` is the picture as a tensor (1, 1, H, W) of float64.

    They may use ``explorer`` and ``flow_to_grid``.
    """
    options = (
        f'mode="{warp.mode}", padding_mode="{warp.padding_mode}", align_corners={warp.sample_align_corners}'
    )
    recipe = field.recipe(warp.image.shape, warp.grid_align_corners)
    return (*recipe, f"output = F.grid_sample(image, grid, {options})")


# ---- input ---------------------------------------------------------------------------------------------------


def _input(picture, padding_mode, align_corners, hold, hint):
    layout = Layout(*picture.image.shape)
    x, y = LEFT, TOP - 10
    right = LEFT + (layout.width + 2 * layout.margin) * layout.unit
    title = label(x, y, "input, and the positions fetched from", anchor="start", size=14, font_weight="600")
    if right - LEFT > 440:  # beside a title that is longer than the picture there is no room
        title += label(right, y, hint, "kernel", anchor="end", size=13)
    return title + _canvas(picture, padding_mode, align_corners, hold)


@lru_cache(maxsize=16)
def _canvas(picture, padding_mode, align_corners, hold):
    """The input in its margin. Kept, because it stays as it is while the field moves."""
    layout, hold = Layout(*picture.image.shape), dict(hold)
    around = Warp(picture.image, np.zeros((*picture.image.shape, 2)), "nearest", padding_mode,
                  sample_align_corners=align_corners).padded(layout.margin)  # fmt: skip
    x, y = layout.in_xy
    width, height = layout.width * layout.unit, layout.height * layout.unit
    edge = layout.margin * layout.unit
    frame = rect(x, y, width, height, "line input", stroke_width=2, pointer_events="none")
    canvas = rect(LEFT, TOP, width + 2 * edge, height + 2 * edge, "plain", **hold)
    if not layout.few:  # no pixel of it can be pointed at
        pixels = _gray(around, picture)
        outside = image(LEFT, TOP, width + 2 * edge, height + 2 * edge, pixels, "the padding", opacity=0.35)
        inside = image(x, y, width, height, _gray(picture.image, picture), f"the input, {picture.name}")
        return outside + inside + frame + canvas
    tint = strength(around, *picture.limits)
    cells = _cells(around, tint * 0.3, LEFT, TOP, layout.unit, "input", skip=layout.margin, pale=True)
    tint = strength(picture.image, *picture.limits)
    cells += _cells(picture.image, tint, x, y, layout.unit, "input", "in", more=as_text(hold))
    inner = cell_group([cells, frame], "in", "input")
    return canvas + inner


def _cells(values, tint, x, y, unit, css, name="", skip=0, pale=False, more=""):
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
                named = f' data-id="{name}-{r * columns + c}" data-row="{r}" data-col="{c}"{more}'
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


# ---- places --------------------------------------------------------------------------------------------------


def _net(warp, layout, arrows):
    """The output's grid where it lies on the input, in its color; or arrows from own places to where they fetch."""
    if arrows:
        rows, columns = layout.lines
        places = warp.places[np.ix_(rows, columns)]
        inside = layout.inside(places)
        own = layout.on_input(np.stack(np.meshgrid(columns, rows), axis=-1))
        ends = zip(own[inside], layout.on_input(places)[inside], strict=True)
        lines = "".join(_arrow(*start, *end) for start, end in ends)
    else:
        lines = _lines(warp, layout)
    if not lines:
        return ""
    drawn = f'<path d="{lines}" class="line output" stroke-width="1.2"/>'
    return group([drawn], pointer_events="none")


def _lines(warp, layout):
    """The net, broken where it leaves the margin. Of a real picture it runs through every other place: it bends."""
    rows, columns = layout.lines
    step = 1 if layout.few else 2
    along = [*warp.places[rows, ::step], *warp.places[::step, columns].swapaxes(0, 1)]
    parts = []
    for places in along:
        pen_down = False
        for (x, y), inside in zip(
            layout.on_input(places).tolist(), layout.inside(places).tolist(), strict=True
        ):
            if inside:
                parts.append(f"{'L' if pen_down else 'M'}{x:.1f},{y:.1f}")
            pen_down = inside
    return "".join(parts)


def _places(reading, layout, hold):
    """A dot at every place that can be pointed at. On a real picture it stands for its output, and lights it up."""
    inside = layout.inside(reading.places)
    at = layout.on_input(reading.places)
    radius = 2.6 if layout.few else 2.2
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}"/>' for x, y in at[inside])
    dots = f'<g class="sample" pointer-events="none">{dots}</g>'
    if layout.few:  # there the input cells can be pointed at
        return dots
    more = as_text(hold)
    return dots + "".join(
        f'<rect x="{x - 6:.1f}" y="{y - 6:.1f}" width="12" height="12" class="plain" data-id="{id_}"{more}/>'
        for id_, (x, y), shown in zip(reading.ids, at, inside, strict=True)
        if shown
    )


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


def _output(picture, warp, layout, painted):
    x, y = layout.out_xy
    unit = layout.unit
    width, height = layout.width * unit, layout.height * unit
    title = label(x, TOP - 10, "output", "output", anchor="start", size=14, font_weight="600")
    brush = {"data_drag": "picture", "data_axes": data_axes(layout.out_xy, unit)} if painted else {}
    more = as_text(brush)
    if layout.few:
        tint = strength(warp.output, *picture.limits)
        body = _cells(warp.output, tint, x, y, unit, "output", "out", more=more)
    else:
        pixels = _gray(warp.output, picture)
        body = image(x, y, width, height, pixels, f"the output, {picture.name} warped")
        body += _squares(layout, x, y, more)
    frame = rect(x, y, width, height, "line output", stroke_width=2, pointer_events="none")
    return title + cell_group([body, frame], "out", "output")


def _squares(layout, x, y, more):
    """Of a real picture: the squares to point at, each for the output in its middle."""
    rows, columns = layout.chosen
    width, height = layout.width * layout.unit / len(columns), layout.height * layout.unit / len(rows)
    return "".join(
        f'<rect x="{x + c * width:.6g}" y="{y + r * height:.6g}" width="{width:.6g}" height="{height:.6g}" '
        f'class="plain" data-id="out-{row * layout.width + column}" data-row="{r}" data-col="{c}"{more}/>'
        for r, row in enumerate(rows)
        for c, column in enumerate(columns)
    )


def _readout(picture, warp, field, layout):
    """What the whole field does, under the output; the lines of torch under everything."""
    x, y = layout.out_xy
    y += layout.height * layout.unit + 30
    facts = enumerate(_facts(picture, warp))
    parts = [label(x, y + 22 * i, words, css, anchor="start", size=13) for i, (words, css) in facts]
    lines = torch_lines(warp, field)
    top = HEIGHT - 8 - 18 * (len(lines) - 1)
    parts += [
        label(LEFT, top + 18 * i, words, "mono code", anchor="start", size=11.5)
        for i, words in enumerate(lines)
    ]
    return parts


def _facts(picture, warp):
    facts = [
        (f"{_outside(warp)} read beyond the picture", ""),
        (f"largest |output − input| = {number(warp.largest_change)}", ""),
    ]
    if warp.grid_align_corners != warp.sample_align_corners:
        facts.append((f"two conventions: positions off by up to {number(warp.off_by)} px", "output"))
    ramp = _ramp_fact(picture, warp)
    pale = f"pale: what padding_mode={warp.padding_mode} gives beyond the picture"
    return [*facts, *([(ramp, "")] if ramp else []), (pale, "muted")]


def _outside(warp):
    return f"{int(warp.outside.sum()):,} of {warp.outside.size:,}"


def _ramp_fact(picture, warp):
    """Of a ramp: at how many outputs its value minus its own coordinate is the flow that was meant."""
    axis = {"x ramp": 0, "y ramp": 1}.get(picture.name)
    if axis is None:
        return ""
    read = warp.output - pixel_centers(warp.image.shape)[..., axis]
    right = int((np.abs(read - warp.flow_xy[..., axis]) < 1e-9).sum())
    name = "xy"[axis]
    return f"output − own {name} is the {name} flow: at {right} of {read.size}"


# ---- in words ------------------------------------------------------------------------------------------------


def _sentence(picture, warp, field):
    words = [field.words(warp.flow_xy)]
    if warp.grid_align_corners != warp.sample_align_corners:
        words.append(
            f"The grid was built with align_corners={warp.grid_align_corners} and is read with "
            f"align_corners={warp.sample_align_corners}, so positions are off by up to {number(warp.off_by)} px."
        )
    if not np.any(warp.flow_xy):
        change = number(warp.largest_change)
        words.append(
            "The output is the input, exactly."
            if warp.largest_change == 0
            else f"Zero flow is not the identity here: the output differs from the input by up to {change}."
        )
    elif warp.outside.any():
        words.append(f"{_outside(warp)} outputs read beyond the picture.")
    else:
        words.append("All outputs read within the picture.")
    ramp = _ramp_fact(picture, warp)
    return " ".join(words) + (f" {ramp[0].upper()}{ramp[1:]}." if ramp else "")


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
