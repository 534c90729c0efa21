"""The picture of phases: a kernel falls apart, its maps are shuffled; the transposed convolution stands beside it.

In 1-D everything is a row, in 2-D a square; a row is drawn as a square of height 1. A phase is told from the others
by its tint and by a dot, which says where its sample lies inside one small pixel: in the upper left corner for phase
(0, 0), nowhere for the one in the middle, whose number would cover it, or where cells are small. Words and ids: see
``phases.py``.
"""

from __future__ import annotations

import textwrap

import numpy as np

from course_utils.figures.cells import cell_group
from course_utils.figures.panels import Panel
from course_utils.figures.phases import (
    VERSIONS,
    Phases,
    checked_phases,
    phase_badge,
    phases_details,
    phases_links,
    phases_overview,
    phases_table,
    sides,
    subpixel_line,
    subpixel_size,
)
from course_utils.figures.scene import (
    Frame,
    NoPicture,
    Scene,
    arrow,
    document,
    group,
    label,
    line,
    moved,
    number,
    rect,
    written,
)
from course_utils.figures.trace import (
    advice,
    checked_trace,
    settings_of,
    size_terms,
    torch_line,
    torch_words,
)
from course_utils.validation import one_of, whole_number

MOST_INPUTS = {1: 6, 2: 3}  # per axis; more could not be read in the room there is
MOST_TAPS = {1: 9, 2: 6}
MOST_REACH = {1: 25, 2: 9}
MOST = {
    "stride": {1: 4, 2: 3},
    "padding": {1: 6, 2: 4},
    "output_padding": {1: 3, 2: 2},
    "dilation": {1: 3, 2: 2},
}
WIDTH = 860
HEIGHT = {1: 576, 2: 690}
LEFT = 116  # of the rows in 1-D: their names stand before them
BADGE = 15  # height of the name of a phase
ROWS = {  # top of every row in 1-D
    "input": 122,
    "slots": 178,
    "taps": 248,
    "maps": 338,
    "shuffled": 414,
    "reference": 470,
    "difference": 522,
}
COLUMNS = {"input": 2, "slots": 262, "taps": 506, "maps": 2, "shuffled": 326, "reference": 600}  # in 2-D


def phases_scene(
    x, kernel, stride=1, padding=0, output_padding=0, dilation=1, version="no crop", step=None
) -> Scene:
    """A transposed convolution and the sub-pixel convolution that is the same, with the frames of the shuffle.

    x, kernel   1-D, or square 2-D; up to MOST_INPUTS and MOST_TAPS per axis
    version     "no crop" or "crop": how ``padding`` is brought about (see ``phases.py``)
    step        0: no map is shuffled yet; c: the first c maps are; one more: the difference is written, too.
                None: the last

    A setting that torch refuses, or a dilated kernel that is too long to be read, becomes a scene that says so, as
    large as the others. Raises NoPicture for more numbers than there are places.
    """
    one_of(version, "version", VERSIONS)
    walk = _checked(
        x, kernel, stride=stride, padding=padding, output_padding=output_padding, dilation=dilation
    )
    if walk.reach > MOST_REACH[walk.x.ndim]:
        return _too_long(walk)
    try:
        parts = checked_phases(walk, version)
    except NoPicture as reason:
        return _refusal(walk, str(reason))
    draw = (_Rows if walk.x.ndim == 1 else _Squares)(parts)
    frames = draw.frames()
    step = len(frames) - 1 if step is None else min(whole_number(step, "step", 0), len(frames) - 1)
    text = phases_overview(parts)
    shapes = [_header(walk), _subpixel_header(parts), *draw.parts(frames, step)]
    if any("<circle" in shape for shape in shapes):
        shapes.append(_beside(95, "a dot says where a phase lies in a small pixel"))
    return Scene(
        document(WIDTH, HEIGHT[walk.x.ndim], shapes, f"A kernel and its phases, {version}", text),
        text,
        phases_table(parts),
        links=phases_links(parts),
        details=phases_details(parts),
        steps=["maps", *(f"phase-{channel}" for channel in range(len(parts.phases))), "all"],
        frames=frames,
        step=step,
    )


def _checked(x, kernel, **settings):
    return checked_trace(x, kernel, settings, {"x": MOST_INPUTS, "kernel": MOST_TAPS, **MOST}, "this picture")


# ---- above the picture --------------------------------------------------------------------------------------


def _header(walk):
    """The size formula, the same with the present numbers below it, and the line of torch."""
    parts, left = [], 2.0
    for symbol, value, css in size_terms(len(walk.x), len(walk.kernel), **settings_of(walk)):
        width = 7.3 * len(symbol) + 7
        parts.append(label(left + width / 2, 14, symbol, f"mono {css or 'muted'}", size=12))
        parts.append(label(left + width / 2, 31, value, f"mono {css}", size=12, font_weight="600"))
        left += width
    call = torch_line(walk.x.ndim, **settings_of(walk))
    parts.append(label(2, 54, call, "mono code", anchor="start", size=12, font_weight="600"))
    parts.append(_beside(54, f"x of shape {(1, 1, *walk.x.shape)}, w of shape {(1, 1, *walk.kernel.shape)}"))
    return "".join(parts)


def _subpixel_header(parts):
    symbols, numbers = subpixel_size(parts)
    return "".join(
        [
            label(2, 77, subpixel_line(parts), "mono code", anchor="start", size=12, font_weight="600"),
            _beside(77, f"W of shape {parts.layer.weight.shape}"),
            label(2, 95, f"out = {symbols} = ", "mono muted", anchor="start", size=11),
            label(2 + 6.65 * (len(symbols) + 9), 95, numbers, "mono", anchor="start", size=11),
        ]
    )


def _beside(y, words):
    return label(WIDTH - 2, y, words, "muted", anchor="end", size=11 if y > 90 else 12)


def _refusal(walk, sentence):
    """A setting without output."""
    theirs = torch_words(walk.x.shape, len(walk.kernel), **settings_of(walk))
    reason = sentence.removeprefix(f"torch refuses this setting: “{theirs}”. ").removesuffix(advice(walk))
    said = [
        ("torch refuses this setting:", theirs, "mono"),
        ("In plain words:", reason, ""),
        ("What would work:", advice(walk), ""),
    ]
    return _in_words(walk, said, "A setting that torch refuses", sentence)


def _too_long(walk):
    """A setting that torch takes, whose cells would be too small for their numbers."""
    reason = (
        f"A kernel of {len(walk.kernel)} with dilation = {walk.dilation} reaches over {walk.reach} samples. Here the "
        f"numbers could be read up to {MOST_REACH[walk.x.ndim]}."
    )
    works = f"A smaller kernel, or dilation = {walk.dilation - 1}."
    said = [("No room for the numbers:", reason, ""), ("What would work:", works, "")]
    return _in_words(walk, said, "A kernel that is too long to be drawn", f"{reason} {works}")


def _in_words(walk, said, title, sentence):
    """Words in place of a picture, and as large as one, so that nothing below it moves."""
    height = HEIGHT[walk.x.ndim]
    parts = [_header(walk), rect(2, 76, WIDTH - 4, height - 80, "frame", rx=6, stroke_dasharray="5 4")]
    y = 124
    for heading, words, css in said:
        parts.append(label(28, y, heading, anchor="start", size=14, font_weight="600"))
        for piece in textwrap.wrap(words, 96 if css else 112):
            y += 22
            parts.append(label(28, y, piece, css, anchor="start"))
        y += 40
    svg = document(WIDTH, height, parts, title, sentence)
    return Scene(svg.replace('class="btp-scene"', 'class="btp-scene btp-sentence"', 1), sentence)


# ---- cells --------------------------------------------------------------------------------------------------


def _two(index):
    """An index as (row, column)."""
    return index if len(index) == 2 else (0, index[0])


def _texts(array):
    return [number(value, 2) for value in array.flat]


def _sign(weight):
    return "negative" if weight < 0 else "kernel"


class _Picture:
    """What rows and squares have in common: every array in its panel. A subclass says where the panels lie."""

    input: Panel
    slots: Panel
    taps: Panel
    maps: Panel
    shuffled: Panel
    reference: Panel

    def __init__(self, parts: Phases):
        self.p = parts
        self.factors = _two((parts.walk.stride,) * parts.dimensions)
        if parts.dimensions == 1:
            self.factors = (1, parts.walk.stride)

    def _rows(self, size):
        """``size`` along every axis as (rows, columns)."""
        return (1, size) if self.p.dimensions == 1 else (size, size)

    def _sum_font(self):
        p = self.p
        return self.maps.font({*_texts(p.maps), *_texts(p.walk.output)})

    def parts(self, frames, step):
        texts, places = written(frames, step), moved(frames, step)
        return [
            self.titles(),
            self._inputs(),
            self._slots(),
            self._taps(),
            self._maps(),
            self._shuffled(places),
            self._reference(),
            self.extras(texts),
        ]

    # ---- input

    def _inputs(self):
        """The input in its pads, zeros; below 0 pads crop: samples that no sub-kernel gets to see are struck out."""
        p, panel = self.p, self.input
        n, (before, after) = len(p.walk.x), p.pads
        first = max(before, 0)
        size = panel.font(_texts(p.walk.x))
        rows = self._rows(max(before, 0) + n + max(after, 0))
        inside = {_two(tuple(i + first for i in index)) for index in np.ndindex(p.walk.x.shape)}
        parts = [panel.frame(0, 0, *rows, stroke_dasharray="2 2")]
        for row, column in np.ndindex(rows):
            if (row, column) not in inside:
                parts.append(panel.words(panel.at(row, column), "0", size, "muted"))
        for i, index in enumerate(np.ndindex(p.walk.x.shape)):
            row, column = _two(tuple(i + first for i in index))
            where = {"data_id": f"in-{i}", "data_row": row, "data_col": column}
            corner = panel.at(row, column)
            parts.append(rect(*corner, panel.width, panel.height, "cell input", fill_opacity="0.3", **where))
            parts.append(panel.words(corner, number(p.walk.x[index], 2), size, font_weight="600"))
            if any(i < -before or i >= n + after for i in index):
                parts.append(panel.strike(row, column))
        start = first if p.dimensions == 2 else 0
        parts.append(panel.outline(start, first, *self._rows(n), "line input"))
        return cell_group(parts, "in", "input")

    # ---- kernel

    def _slots(self):
        p = self.p
        parts = [self.slots.frame(0, 0, *self._rows(len(p.merged)), stroke_dasharray="2 3")]
        for u, slot in enumerate(np.ndindex(p.merged.shape)):
            parts.append(self._weight(self.slots, _two(slot), slot, f"slot-{u}"))
        size = p.walk.stride if p.walk.stride > 1 else len(p.merged)  # a frame around every small pixel
        for block in np.ndindex((len(p.merged) // size,) * p.dimensions):
            row, column = _two(tuple(j * size for j in block))
            parts.append(self.slots.outline(row, column, *self._rows(size), "line muted", stroke_width=1.5))
        return cell_group(parts, "slots", "kernel")

    def _weight(self, panel, position, slot, name):
        """A slot of the kernel, wherever it is drawn; an empty one can be pointed at, too."""
        p, t, corner = self.p, self.p.kernel_number(slot), panel.at(*position)
        where = {"data_id": name, "data_row": position[0], "data_col": position[1]}
        if t is None:
            return rect(*corner, panel.width, panel.height, "cell plain", **where)
        weight, phase = p.walk.kernel[t], _two(tuple(u % p.walk.stride for u in slot))
        size = panel.font(_texts(p.walk.kernel))
        return panel.tile(corner, _sign(weight), phase, self.factors, **where) + panel.words(
            corner, number(weight, 2), size
        )

    def _taps(self):
        p, parts = self.p, []
        for channel, phase in enumerate(p.phases):
            row, column = self._corner(phase, p.taps)
            parts.append(self.taps.frame(row, column, *self._rows(p.taps), stroke_dasharray="2 3"))
            for j, tap in enumerate(np.ndindex(p.sub_kernels.shape[1:])):
                r, c = _two(tap)
                slot = p.slot_at(channel, tap)
                parts.append(self._weight(self.taps, (row + r, column + c), slot, f"tap-{channel}-{j}"))
            parts.append(self.taps.outline(row, column, *self._rows(p.taps), "line muted", stroke_width=1.5))
        return cell_group(parts, "taps", "sub-kernels") + self._badges(self.taps, p.taps)

    def _corner(self, phase, size):
        """Row and column at which the array of a phase begins."""
        a, b = _two(phase)
        return (a * size if self.p.dimensions == 2 else 0), b * size

    def _badges(self, panel, size):
        """The name of every phase beside its array; the phase can be pointed at there."""
        parts = []
        for channel, phase in enumerate(self.p.phases):
            x, y = panel.at(*self._corner(phase, size))
            if panel is self.taps and self.p.dimensions == 1:  # above it the lines from the kernel arrive
                y += panel.height + BADGE + 2
            room = size * panel.width + panel.gap[0]
            words = phase_badge(phase, room, 11)
            more = {"data_row": _two(phase)[0], "data_col": _two(phase)[1]}
            more["data_id" if panel is self.taps else "data_name"] = f"phase-{channel}"
            width = min(room, 6.4 * len(words) + 6)
            parts.append(rect(x, y - BADGE, width, BADGE - 1, "plain", **more))
            parts.append(label(x + 1, y - 4, words, "muted", "start", 11, pointer_events="none"))
        return cell_group(parts, "phases", "phases") if panel is self.taps else "".join(parts)

    # ---- maps and pictures

    def _maps(self):
        """The maps stay behind, pale, when their numbers fly off."""
        p, parts, size = self.p, [], self._sum_font()
        shape = p.maps.shape[1:]
        for channel, phase in enumerate(p.phases):
            row, column = self._corner(phase, shape[-1])
            for q, small in enumerate(np.ndindex(shape)):
                r, c = _two(small)
                where = {
                    "data_id": f"map-{channel}-{q}",
                    "data_row": row + r,
                    "data_col": column + c,
                }
                corner = self.maps.at(row + r, column + c)
                parts.append(rect(*corner, self.maps.width, self.maps.height, "cell plain", **where))
                value = number(p.maps[(channel, *small)], 2)
                parts.append(self.maps.words(corner, value, size, "muted"))
            parts.append(self.maps.frame(row, column, *self._rows(shape[-1]), stroke_dasharray="2 3"))
        return cell_group(parts, "maps", "maps") + self._badges(self.maps, shape[-1])

    def frames(self):
        """First all numbers are in their maps; then one map after another flies to its places."""
        p, moves = self.p, []
        shape = p.maps.shape[1:]
        home = {}
        for channel, phase in enumerate(p.phases):
            row, column = self._corner(phase, shape[-1])
            away = {}
            for q, small in enumerate(np.ndindex(shape)):
                r, c = _two(small)
                home[f"{channel}-{q}"] = _rounded(self.maps.at(row + r, column + c))
                away[f"{channel}-{q}"] = _rounded(self.shuffled.at(*_two(p.place_of(channel, small))))
            moves.append(away)
        return [Frame(move=home), *(Frame(move=away) for away in moves), Frame(write=self.differences())]

    def _shuffled(self, places):
        p, size, panel = self.p, self._sum_font(), self.shuffled
        parts, struck, tiles = [], [], []
        for v, place in enumerate(np.ndindex(p.shuffled.shape)):
            row, column = _two(place)
            out = p.output_at(place)
            name = f"cut-{v}" if out is None else f"out-{np.ravel_multi_index(out, p.walk.out_shape)}"
            where = {"data_id": name, "data_row": row, "data_col": column}
            parts.append(rect(*panel.at(row, column), panel.width, panel.height, "cell plain", **where))
            if out is None:
                struck.append(panel.strike(row, column))
        parts.append(panel.frame(0, 0, *self._rows(len(p.shuffled)), stroke_dasharray="2 3"))
        for channel, phase in enumerate(p.phases):
            for q, small in enumerate(np.ndindex(p.maps.shape[1:])):
                tiles.append(self._flyer(channel, _two(phase), small, f"{channel}-{q}", places, size))
        first = p.trims[0]
        start = first if p.dimensions == 2 else 0
        edge = panel.outline(start, first, *self._rows(len(p.output)), "line output")
        return cell_group(parts, "out", "shuffled") + "".join(tiles) + group([*struck, edge])

    def _flyer(self, channel, phase, small, name, places, size):
        """One number that the shuffle moves."""
        panel, p = self.maps, self.p
        kept = p.output_at(p.place_of(channel, small)) is not None
        content = panel.tile((0, 0), "output" if kept else "muted", phase, self.factors)
        content += panel.words((0, 0), number(p.maps[(channel, *small)], 2), size)
        x, y = places[name]
        return (
            f'<g class="glide" data-move="{name}" transform="translate({x:.6g} {y:.6g})" '
            f'pointer-events="none">{content}</g>'
        )

    def _reference(self):
        p, size, panel, parts = self.p, self._sum_font(), self.reference, []
        for o, out in enumerate(np.ndindex(p.walk.out_shape)):
            channel, _ = p.map_of(out)
            row, column = _two(out)
            corner = panel.at(row, column)
            where = {"data_id": f"ref-{o}", "data_row": row, "data_col": column}
            parts.append(panel.tile(corner, "output", _two(p.phases[channel]), self.factors, **where))
            parts.append(panel.words(corner, number(p.walk.output[out], 2), size))
        rows = self._rows(len(p.walk.output))
        parts += [panel.frame(0, 0, *rows), panel.outline(0, 0, *rows, "line output")]
        return cell_group(parts, "ref", "transposed convolution")

    def differences(self):
        """slot -> text, written when everything is shuffled."""
        return {"largest": f"largest difference: {number(np.abs(self.p.difference).max(), 12)}"}


def _rounded(corner):
    return round(corner[0], 2), round(corner[1], 2)


# ---- 1-D: rows under one another ----------------------------------------------------------------------------


class _Rows(_Picture):
    """1-D: everything is a row."""

    CELL, HIGH = 46.0, 30

    def __init__(self, parts):
        super().__init__(parts)
        room, stride, gap = WIDTH - LEFT - 4, parts.walk.stride, 14
        gaps = (stride - 1) * gap
        q = parts.maps.shape[-1]
        shown = len(parts.walk.x) + sum(max(pad, 0) for pad in parts.pads)
        width = min(self.CELL, (room - gaps) / (stride * parts.taps))
        self.input = self._row("input", min(self.CELL, room / shown))
        self.slots = self._row("slots", width)
        self.taps = self._row("taps", width, parts.taps, gap)
        # maps and pictures share one width of cells, so that a shuffled number keeps its size
        width = min(self.CELL, (room - gaps) / (stride * q))
        self.maps = self._row("maps", width, q, gap)
        self.shuffled = self._row("shuffled", width)
        x = LEFT + parts.trims[0] * width
        self.reference = Panel(x, ROWS["reference"], width, self.HIGH)
        self.difference_row = Panel(x, ROWS["difference"], width, 22)

    def _row(self, name, width, block=1, gap=0):
        return Panel(LEFT, ROWS[name], width, self.HIGH, (1, block), (gap, 0))

    def titles(self):
        p = self.p
        filled, slots = p.layer.slots
        names = {
            "input": ("input", f"pads {sides(p.pads)}"),
            "slots": ("kernel w", f"{filled} of {slots} slots used"),
            "taps": ("sub-kernels W", f"flipped, K = {p.taps}"),
            "maps": ("maps", "one per phase"),
            "shuffled": ("shuffled", f"trims {sides(p.trims)}"),
            "reference": ("transposed", "convolution"),
        }
        parts = []
        for name, (first, second) in names.items():
            y = ROWS[name]
            parts.append(label(2, y + 12, first, anchor="start", size=12, font_weight="600"))
            parts.append(label(2, y + 26, second, "muted", anchor="start", size=11))
        return "".join(parts)

    def extras(self, texts):
        """The lines along which the kernel falls apart, and the row of differences."""
        p, parts = self.p, []
        for t in np.ndindex(p.walk.kernel.shape):
            slot = p.slot_of(t)
            channel, tap = p.tap_of(slot)
            x1, y1 = self.slots.at(0, slot[0])
            x2, y2 = self.taps.at(0, channel * p.taps + tap[0])
            half = self.slots.width / 2
            css = f"line {_sign(p.walk.kernel[t])}"
            ends = (x1 + half, y1 + self.HIGH, x2 + half, y2)
            parts.append(line(*ends, css, stroke_opacity=0.55, pointer_events="none"))
        panel, y = self.difference_row, ROWS["difference"]
        parts.append(label(2, y + 15, "difference", anchor="start", size=12, font_weight="600"))
        size = panel.font(["0"])
        for o in range(len(p.output)):
            x, top = panel.at(0, o)
            text = texts.get(f"difference-{o}", "")
            middle = (x + panel.width / 2, top + panel.height / 2 + 0.36 * size)
            parts.append(label(*middle, text, "muted", size=size, data_slot=f"difference-{o}"))
        parts.append(panel.frame(0, 0, 1, len(p.output)))
        words = texts.get("largest", "")
        parts.append(
            label(LEFT, y + 42, words, anchor="start", size=12, font_weight="600", data_slot="largest")
        )
        return "".join(parts)

    def differences(self):
        each = {f"difference-{o}": number(value, 12) for o, value in enumerate(self.p.difference)}
        return {**each, **super().differences()}


# ---- 2-D: squares beside one another ------------------------------------------------------------------------


class _Squares(_Picture):
    """2-D: the kernel's squares above, the pictures below."""

    TOP, BELOW = 142, 402
    SIDE, HIGH = 204, 256

    def __init__(self, parts):
        super().__init__(parts)
        stride, gap = parts.walk.stride, BADGE + 2
        q = parts.maps.shape[-1]
        shown = len(parts.walk.x) + sum(max(pad, 0) for pad in parts.pads)
        self.input = self._square("input", min(40.0, self.SIDE / shown))
        cell = min(40.0, (self.SIDE - (stride - 1) * gap) / (stride * parts.taps))
        self.slots = self._square("slots", cell)
        self.taps = self._square("taps", cell, parts.taps, gap)
        cell = min(42.0, self.HIGH / (stride * q), (self.HIGH + 28 - (stride - 1) * gap) / (stride * q))
        self.maps = self._square("maps", cell, q, gap, self.BELOW)
        self.shuffled = self._square("shuffled", cell, y=self.BELOW)
        self.reference = self._square("reference", cell, y=self.BELOW)

    def _square(self, name, cell, block=1, gap=0, y=TOP):
        return Panel(COLUMNS[name], y, cell, cell, (block, block), (gap, gap))

    def titles(self):
        p = self.p
        filled, slots = p.layer.slots
        n, k = len(p.walk.x), len(p.walk.kernel)
        names = {
            "input": (f"input {n} × {n}", f"pads {sides(p.pads)}"),
            "slots": (f"kernel w, {k} × {k}", f"{filled} of {slots} slots used"),
            "taps": ("sub-kernels W", f"flipped, K = {p.taps}"),
            "maps": ("maps", "one per phase"),
            "shuffled": ("shuffled", f"trims {sides(p.trims)}"),
            "reference": ("transposed convolution", ""),
        }
        parts = []
        for name, (first, second) in names.items():
            y = (self.TOP if name in ("input", "slots", "taps") else self.BELOW) - 21
            parts.append(label(COLUMNS[name], y, first, anchor="start", size=12, font_weight="600"))
            x = COLUMNS[name] + 7.3 * len(first) + 10
            parts.append(label(x, y, second, "muted", anchor="start", size=12))
        return "".join(parts)

    def extras(self, texts):
        p = self.p
        words = texts.get("largest", "")
        y = self.reference.at(len(p.output), 0)[1] + 20
        parts = [
            label(
                COLUMNS["reference"],
                y,
                words,
                anchor="start",
                size=12,
                font_weight="600",
                data_slot="largest",
            )
        ]
        end = self.slots.at(0, len(p.merged))[0]
        middle = self.TOP + 40
        parts.append(arrow(end + 6, middle, COLUMNS["taps"] - 8, middle))
        return "".join(parts)
