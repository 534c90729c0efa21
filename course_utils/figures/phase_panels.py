"""A kernel falls apart into phases, its windows fill the maps, and the maps are shuffled: every array in its panel.

In 1-D everything is a row, in 2-D a square; a row is drawn as a square of height 1. Words and ids: see ``phases.py``.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from course_utils.figures.draw.cells import cell_group
from course_utils.figures.draw.hues import hue
from course_utils.figures.draw.panels import Panel, words
from course_utils.figures.draw.scene import (
    Frame,
    arrow,
    group,
    label,
    line,
    moved,
    number,
    painted,
    rect,
    written,
)
from course_utils.figures.phases import phase_badge, sides
from course_utils.figures.stepper_cells import handle_at
from course_utils.phases import Phases

WIDTH = 940
BADGE = 15  # height of the name of a phase
GHOST = 0.3  # how strongly the hue of a map stays behind when its numbers have left
CUT = 0.45  # of a number that is trimmed off
ROW_TOPS = {  # of every row in 1-D
    "input": 96, "slots": 150, "taps": 218, "maps": 300, "shuffled": 370, "reference": 418, "difference": 456
}  # fmt: skip
SQUARE_LEFTS = {"input": 2, "slots": 286, "taps": 584, "maps": 2, "shuffled": 322, "reference": 636}  # in 2-D
SQUARE_WIDTHS = {"input": 216, "slots": 224, "taps": 350, "maps": 310, "shuffled": 302}


def _two(index):
    """An index as (row, column)."""
    return index if len(index) == 2 else (0, index[0])


def _texts(array):
    return [number(value, 2) for value in array.flat]


def _where(row, column):
    return {"data_row": row, "data_col": column}


class PhasePanels:
    """What rows and squares have in common: every array in its panel. A subclass says where the panels lie."""

    input: Panel
    slots: Panel
    taps: Panel
    maps: Panel
    shuffled: Panel
    reference: Panel

    def __init__(self, parts: Phases):
        self.p, self.trace = parts, parts.trace
        self.map_shape = parts.maps.shape[1:]

    def _rows(self, size):
        """``size`` along every axis as (rows, columns)."""
        return (1, size) if self.p.dimensions == 1 else (size, size)

    def _corner(self, phase, size):
        """Row and column at which the array of a phase begins."""
        a, b = _two(phase)
        return (a * size if self.p.dimensions == 2 else 0), b * size

    @cached_property
    def _sum_font(self):
        return self.maps.font({*_texts(self.p.maps), *_texts(self.trace.output)})

    @cached_property
    def _kernel_font(self):
        return self.slots.font(_texts(self.trace.kernel))

    def parts(self, frames, step):
        texts, places, paints = written(frames, step), moved(frames, step), painted(frames, step)
        return [
            self.titles(),
            self._inputs(),
            self._window(places["window"], paints["window"]),
            self._slots(),
            self._taps(),
            self._maps(texts),
            self._shuffled(texts, places, paints),
            self._reference(),
            self.extras(texts),
        ]

    # ---- the input, and the window on it

    def _shown(self):
        """Cells of the input along an axis, with the zeros that the pads add."""
        return len(self.trace.x) + sum(max(pad, 0) for pad in self.p.pads)

    def _inputs(self):
        """The input in its pads, zeros; below 0 pads crop: samples that no small kernel sees are struck out."""
        panel, x, (before, after) = self.input, self.trace.x, self.p.pads
        n, first = len(x), max(before, 0)
        size, rows = panel.font(_texts(x)), self._rows(self._shown())
        cells, numbers, struck = [], [], []
        inside = {_two(tuple(i + first for i in index)): index for index in np.ndindex(x.shape)}
        for row, column in np.ndindex(rows):
            corner, index = panel.at(row, column), inside.get((row, column))
            if index is None:
                numbers.append(panel.word(corner, "0", size, "muted"))
                continue
            more = {
                "data_id": f"in-{np.ravel_multi_index(index, x.shape)}",
                "data_handle": handle_at("x", index),
            }
            cells.append(panel.cell(corner, "cell input", fill_opacity="0.3", **more, **_where(row, column)))
            numbers.append(panel.word(corner, number(x[index], 2), size, "scrub"))
            if any(i < -before or i >= n + after for i in index):
                struck.append(panel.strike(row, column))
        start = first if self.p.dimensions == 2 else 0
        cells += [
            *struck,
            words(numbers, size),
            panel.frame(0, 0, *rows, stroke_dasharray="2 2"),
            panel.outline(start, first, *self._rows(n), "line input"),
        ]
        return cell_group(cells, "in", "input")

    def _window(self, place, opacity):
        """The frame that slides over the padded input: as large as a small kernel."""
        rows, columns = self._rows(self.p.taps)
        wide, high = columns * self.input.width, rows * self.input.height
        ring = f"M-2-2H{wide + 2:.6g}V{high + 2:.6g}H-2ZM1.5 1.5V{high - 1.5:.6g}H{wide - 1.5:.6g}V1.5Z"
        return (
            f'<g class="glide" data-move="window" transform="translate({place[0]:.6g} {place[1]:.6g})" '
            f'pointer-events="none"><path d="{ring}" class="sample" fill-rule="evenodd" data-paint="window" '
            f'fill-opacity="{opacity:g}"/></g>'
        )

    def _window_place(self, small):
        cropped = max(-self.p.pads[0], 0)
        row, column = _two(tuple(q + cropped for q in small))
        return self.input.at(row if self.p.dimensions == 2 else 0, column)

    # ---- the kernel

    def _slots(self):
        p = self.p
        cells, numbers = [], []
        for u, slot in enumerate(np.ndindex(p.merged.shape)):
            self._weight(self.slots, _two(slot), slot, f"slot-{u}", cells, numbers)
        cells += [
            words(numbers, self._kernel_font),
            self.slots.frame(0, 0, *self._rows(len(p.merged)), stroke_dasharray="2 3"),
        ]
        size = p.stride if p.stride > 1 else len(p.merged)  # a frame around every small pixel
        for block in np.ndindex((len(p.merged) // size,) * p.dimensions):
            row, column = _two(tuple(j * size for j in block))
            cells.append(self.slots.outline(row, column, *self._rows(size), "line muted", stroke_width=1.5))
        return cell_group(cells, "slots", "kernel")

    def _weight(self, panel, position, slot, name, cells, numbers):
        """A slot of the kernel, wherever it is drawn; an empty one can be pointed at, too."""
        t, corner = self.p.kernel_number(slot), panel.at(*position)
        where = {"data_id": name, **_where(*position)}
        if t is None:
            cells.append(panel.cell(corner, "cell plain", **where))
            return
        css = f"cell {hue(self.p.channel_of(slot))}"
        cells.append(panel.cell(corner, css, **where, data_handle=handle_at("kernel", t)))
        numbers.append(panel.word(corner, number(self.trace.kernel[t], 2), self._kernel_font, "scrub"))

    def _taps(self):
        p = self.p
        cells, numbers, frames = [], [], []
        for channel, phase in enumerate(p.phases):
            row, column = self._corner(phase, p.taps)
            for j, tap in enumerate(np.ndindex(p.sub_kernels.shape[1:])):
                r, c = _two(tap)
                slot = p.slot_at(channel, tap)
                self._weight(self.taps, (row + r, column + c), slot, f"tap-{channel}-{j}", cells, numbers)
            frames.append(self.taps.frame(row, column, *self._rows(p.taps), stroke_dasharray="2 3"))
            frames.append(self.taps.outline(row, column, *self._rows(p.taps), "line muted", stroke_width=1.5))
        cells += [words(numbers, self._kernel_font), *frames]
        return cell_group(cells, "taps", "small kernels") + self._badges(self.taps, p.taps)

    def _badges(self, panel, size):
        """The name of every phase beside its array; the phase can be pointed at there."""
        parts, of_taps = [], panel is self.taps
        if self.p.dimensions == 2 and panel.gap[1] < BADGE and self.p.stride > 1:
            return ""
        for channel, phase in enumerate(self.p.phases):
            x, y = panel.at(*self._corner(phase, size))
            if of_taps and self.p.dimensions == 1:  # above it the lines from the kernel arrive
                y += panel.height + BADGE + 2
            room = size * panel.width + panel.gap[0]
            text = phase_badge(phase, room, 11)
            width = min(room, 6.4 * len(text) + 6)
            if of_taps:
                more = {"data_id": f"phase-{channel}", **_where(*_two(phase))}
                parts.append(rect(x, y - BADGE, width, BADGE - 1, "plain", **more))
            parts.append(label(x + 1, y - 4, text, "muted", "start", 11, pointer_events="none"))
        return cell_group(parts, "phases", "phases") if of_taps else "".join(parts)

    # ---- maps and pictures

    def _samples(self):
        """(channel, phase, q, small) of every sample of every map."""
        for channel, phase in enumerate(self.p.phases):
            for q, small in enumerate(np.ndindex(self.map_shape)):
                yield channel, phase, q, small

    def _map_place(self, phase, small):
        row, column = self._corner(phase, self.map_shape[-1])
        r, c = _two(small)
        return row + r, column + c

    def _maps(self, texts):
        """The maps stay behind, pale, when their numbers fly off."""
        panel, size = self.maps, self._sum_font
        cells, numbers, frames = [], [], []
        for channel, phase, q, small in self._samples():
            row, column = self._map_place(phase, small)
            corner, slot = panel.at(row, column), f"{channel}-{q}"
            css, where = f"cell {hue(channel)}", {"data_id": f"map-{slot}", **_where(row, column)}
            cells.append(panel.cell(corner, css, **where))
            numbers.append(panel.word(corner, texts.get(slot, ""), size, slot=slot))
            if q == 0:
                frames.append(
                    panel.frame(row, column, *self._rows(self.map_shape[-1]), stroke_dasharray="2 3")
                )
        cells = [group(cells, fill_opacity=GHOST), words(numbers, size, css="pale"), *frames]
        return cell_group(cells, "maps", "maps") + self._badges(panel, self.map_shape[-1])

    def frames(self):
        """The window slides and fills the maps; one map after another flies to its places; both are compared."""
        p, frames = self.p, []
        home = {
            f"{channel}-{q}": self.maps.at(*self._map_place(phase, small))
            for channel, phase, q, small in self._samples()
        }
        for q, small in enumerate(np.ndindex(self.map_shape)):
            write = {f"{channel}-{q}": number(values[small], 2) for channel, values in enumerate(p.maps)}
            move = {"window": self._window_place(small), **(home if q == 0 else {})}
            frames.append(Frame(write, move, {f"q{q}": 1, "window": 1}))
        for channel in range(len(p.phases)):
            away = {
                f"{channel}-{q}": self.shuffled.at(*_two(p.place_of(channel, small)))
                for q, small in enumerate(np.ndindex(self.map_shape))
            }
            frames.append(Frame(move=away, paint={"window": 0} if channel == 0 else {}))
        return [*frames, Frame(write=self.differences())]

    def _shuffled(self, texts, places, paints):
        p, panel = self.p, self.shuffled
        cells, struck = [], []
        for v, place in enumerate(np.ndindex(p.shuffled.shape)):
            row, column = _two(place)
            out = p.output_at(place)
            name = f"cut-{v}" if out is None else f"out-{np.ravel_multi_index(out, self.trace.out_shape)}"
            cells.append(panel.cell(panel.at(row, column), "cell plain", data_id=name, **_where(row, column)))
            if out is None:
                struck.append(panel.strike(row, column))
        cells.append(panel.frame(0, 0, *self._rows(len(p.shuffled)), stroke_dasharray="2 3"))
        flyers = [
            self._flyer(channel, q, small, texts, places, paints) for channel, _, q, small in self._samples()
        ]
        first = p.trims[0]
        edge = panel.outline(
            first if p.dimensions == 2 else 0, first, *self._rows(len(p.output)), "line output"
        )
        return cell_group(cells, "out", "shuffled") + words(flyers, self._sum_font) + group([*struck, edge])

    def _flyer(self, channel, q, small, texts, places, paints):
        """One number: a window brings it, the shuffle moves it."""
        slot = f"{channel}-{q}"
        x, y = places[slot]
        kept = self.p.output_at(self.p.place_of(channel, small)) is not None
        paint = {"data_paint": f"q{q}", "fill_opacity": f"{paints.get(f'q{q}', 0):g}"}
        body = self.maps.cell((0, 0), hue(channel), **paint)
        body += self.maps.word((0, 0), texts.get(slot, ""), self._sum_font, slot=slot)
        faint = "" if kept else f' opacity="{CUT}"'
        return f'<g class="glide" data-move="{slot}" transform="translate({x:.6g} {y:.6g})"{faint}>{body}</g>'

    def _reference(self):
        p, panel = self.p, self.reference
        cells, numbers = [], []
        for o, out in enumerate(np.ndindex(self.trace.out_shape)):
            row, column = _two(out)
            corner, css = panel.at(row, column), f"cell {hue(p.map_of(out)[0])}"
            cells.append(panel.cell(corner, css, data_id=f"ref-{o}", **_where(row, column)))
            numbers.append(panel.word(corner, number(self.trace.output[out], 2), self._sum_font))
        rows = self._rows(len(self.trace.output))
        cells += [
            words(numbers, self._sum_font),
            panel.frame(0, 0, *rows),
            panel.outline(0, 0, *rows, "line output"),
        ]
        return cell_group(cells, "ref", "transposed convolution")

    def differences(self):
        """slot -> text, written when everything is shuffled."""
        return {"largest": f"largest difference: {number(np.abs(self.p.difference).max(), 12)}"}

    def _largest(self, x, y, texts):
        more = {"size": 12, "font_weight": "600", "data_slot": "largest"}
        return label(x, y, texts.get("largest", ""), anchor="start", **more)

    def names(self):
        """panel -> (its name, a note)."""
        p, (filled, slots) = self.p, self.p.layer.slots
        square = " × ".join([str(len(self.trace.kernel))] * p.dimensions)
        return {
            "input": ("input x", f"pads {sides(p.pads)}"),
            "slots": (f"kernel w, {square}" if p.dimensions == 2 else "kernel w", f"{filled} of {slots} slots used"),
            "taps": ("small kernels W", f"flipped, K = {p.taps}"),
            "maps": ("maps", "one per phase"),
            "shuffled": ("shuffled", f"trims {sides(p.trims)}"),
        }  # fmt: skip


# ---- 1-D: rows under one another ----------------------------------------------------------------------------


class PhaseRows(PhasePanels):
    """1-D: everything is a row."""

    CELL, HIGH = 46.0, 30
    LEFT = 116  # of the rows: their names stand before them

    def __init__(self, parts):
        super().__init__(parts)
        room, stride, gap = WIDTH - self.LEFT - 4, parts.stride, 14
        gaps, q = (stride - 1) * gap, self.map_shape[-1]
        width = min(self.CELL, (room - gaps) / (stride * parts.taps))
        self.input = self._row("input", min(self.CELL, room / self._shown()))
        self.slots = self._row("slots", width)
        self.taps = self._row("taps", width, parts.taps, gap)
        # maps and pictures share one width of cells, so that a shuffled number keeps its size
        width = min(self.CELL, (room - gaps) / (stride * q))
        self.maps = self._row("maps", width, q, gap)
        self.shuffled = self._row("shuffled", width)
        x = self.LEFT + parts.trims[0] * width
        self.reference = Panel(x, ROW_TOPS["reference"], width, self.HIGH)
        self.difference_row = Panel(x, ROW_TOPS["difference"], width, 22)

    def _row(self, name, width, block=1, gap=0):
        return Panel(self.LEFT, ROW_TOPS[name], width, self.HIGH, (1, block), (gap, 0))

    def titles(self):
        parts = []
        for name, (first, second) in {**self.names(), "reference": ("transposed", "convolution")}.items():
            y = ROW_TOPS[name]
            parts.append(label(2, y + 12, first, anchor="start", size=12, font_weight="600"))
            parts.append(label(2, y + 26, second, "muted", anchor="start", size=11))
        return "".join(parts)

    def extras(self, texts):
        """The lines along which the kernel falls apart, and the row of differences."""
        panel, y = self.difference_row, ROW_TOPS["difference"]
        size = panel.font(["0"])
        slots = [f"difference-{o}" for o in range(len(self.p.output))]
        numbers = [
            panel.word(panel.at(0, o), texts.get(slot, ""), size, "muted", slot)
            for o, slot in enumerate(slots)
        ]
        return "".join(
            [
                *(self._line_apart(t) for t in np.ndindex(self.trace.kernel.shape)),
                label(2, y + 15, "difference", anchor="start", size=12, font_weight="600"),
                words(numbers, size),
                panel.frame(0, 0, 1, len(slots)),
                self._largest(self.LEFT, y + 38, texts),
            ]
        )

    def _line_apart(self, t):
        slot = self.p.slot_of(t)
        channel, tap = self.p.tap_of(slot)
        x1, y1 = self.slots.at(0, slot[0])
        x2, y2 = self.taps.at(0, channel * self.p.taps + tap[0])
        half = self.slots.width / 2
        ends = (x1 + half, y1 + self.HIGH, x2 + half, y2)
        return line(*ends, "line muted", stroke_width=1.4, stroke_opacity=0.6, pointer_events="none")

    def differences(self):
        each = {f"difference-{o}": number(value, 12) for o, value in enumerate(self.p.difference)}
        return {**each, **super().differences()}


# ---- 2-D: squares beside one another ------------------------------------------------------------------------


class PhaseSquares(PhasePanels):
    """2-D: the kernel's squares above, the pictures below."""

    TOP, BELOW = 128, 340
    HIGH, LOW = 164, 178  # how high a square above may be, and one below
    NAMED = 11  # how high a cell of the maps is at least, where they have names
    SQUARE = 1.3  # a cell is at most so many times as wide as high, where it is not tiny

    def __init__(self, parts):
        super().__init__(parts)
        stride, gap, q = parts.stride, BADGE + 2, self.map_shape[-1]
        gaps = (stride - 1) * gap
        # no names of phases stand above the input, so it may be higher: with wide pads it has many cells
        width, height = self._cell(self._shown(), self.HIGH + 22, "input")
        self.input = Panel(SQUARE_LEFTS["input"], self.TOP - BADGE + 3, width, height)
        cell = self._cell(stride * parts.taps, self.HIGH - gaps, "slots", ("taps", gaps))
        self.slots = self._square("slots", *cell)
        self.taps = self._square("taps", *cell, parts.taps, gap)
        if (self.LOW - gaps) / (stride * q) < self.NAMED:  # no room for names: the hues say which is which
            gap, gaps = 4, (stride - 1) * 4
        cell = self._cell(stride * q, self.LOW - gaps, "shuffled", ("maps", gaps))
        self.maps = self._square("maps", *cell, q, gap)
        self.shuffled = self._square("shuffled", *cell)
        self.reference = self._square("reference", *cell)

    def _cell(self, count, high, name, parted=None):
        """(width, height) of a cell, ``count`` of which fit along either side of a square, parted by gaps or not."""
        height = min(34.0, high / count)
        wide = SQUARE_WIDTHS[name]
        if parted is not None:
            wide = min(wide, SQUARE_WIDTHS[parted[0]] - parted[1])
        return min(max(self.SQUARE * height, 17), wide / count), height

    def _square(self, name, width, height, block=1, gap=0):
        top = self.TOP if name in ("slots", "taps") else self.BELOW
        return Panel(SQUARE_LEFTS[name], top, width, height, (block, block), (gap, gap))

    def titles(self):
        parts = []
        for name, (first, second) in {**self.names(), "reference": ("transposed convolution", "")}.items():
            y = (self.TOP if name in ("input", "slots", "taps") else self.BELOW) - BADGE - 6
            parts.append(label(SQUARE_LEFTS[name], y, first, anchor="start", size=12, font_weight="600"))
            x = SQUARE_LEFTS[name] + 7.6 * len(first) + 10
            parts.append(label(x, y, second, "muted", anchor="start", size=12))
        return "".join(parts)

    def extras(self, texts):
        end = self.slots.at(0, len(self.p.merged))[0]
        middle = self.TOP + 40
        return arrow(end + 8, middle, SQUARE_LEFTS["taps"] - 8, middle) + self._largest(
            SQUARE_LEFTS["reference"], self.BELOW - 6, texts
        )
