"""The stepper in 2-D: the input (or the input with zeros), the kernel and its products, the output, painted."""

from __future__ import annotations

import itertools

import numpy as np

from course_utils.figures.draw.cells import cell_group, font_size, lifted, moving, tile, words_in
from course_utils.figures.draw.scene import label, number, rect, strength
from course_utils.figures.stepper_cells import (
    HEIGHT,
    anchored,
    input_cell,
    kernel_grid,
    output_cell,
    readable,
    still,
    strike,
    title,
)
from course_utils.figures.trace import all_sums, crops_less, gather_frames, scatter_frames

IN_X, MIDDLE_X, OUT_X, SQUARE_Y = 2, 334, 496, 116
IN_SIDE, OUT_SIDE = 324, 308
MIDDLE = 136  # room for the kernel, and below it for the products


class Square:
    """The 2-D picture of a trace in one view."""

    def __init__(self, trace, view):
        self.trace, self.view = trace, view
        n, most = len(trace.x), 48.0
        spread, start = anchored(trace, IN_SIDE, most)
        self.in_cell, self.in_start = (min(most, OUT_SIDE / n), 0) if view == "scatter" else (spread, start)
        most_places = (n - 1) * 3 + trace.reach + 2  # at the largest stride and output_padding
        self.out_cell = min(most, OUT_SIDE / most_places)
        self.tap = min(34.0, MIDDLE / len(trace.kernel))

    def frames(self):
        if self.view == "scatter":
            return scatter_frames(self.trace, lambda j, t: f"stamp-{t}", self._stamp_place)
        return gather_frames(self.trace, self._window_place)

    def _stamp_place(self, index):
        row, column = (i * self.trace.stride * self.out_cell for i in index)
        return {"stamp": (round(OUT_X + column, 2), round(SQUARE_Y + row, 2))}

    def _window_place(self, index):
        row, column = (self._spread_at(o + self.trace.padding - self.trace.reach + 1) for o in index)
        return {"window": (round(IN_X + column, 2), round(SQUARE_Y + row, 2))}

    def _spread_at(self, c):
        """Where place c of the input with zeros begins."""
        return self.in_start + c * self.in_cell

    def parts(self, texts, moves, paint):
        inputs = self._compact() if self.view == "scatter" else self._spread(moves)
        return [inputs, self._middle(texts), self._outputs(texts, moves, paint)]

    # ---- input

    def _input_cells(self, place):
        """The inputs as cells; ``place``: number along an axis -> where it begins."""
        trace, cell = self.trace, self.in_cell
        size = font_size([number(v, 2) for v in trace.x.flat], cell, cell)
        tint = strength(np.abs(trace.x), 0, np.abs(trace.x).max() or 1)
        return "".join(
            input_cell(trace, (r, c), IN_X + place(c), SQUARE_Y + place(r), cell, cell, size, tint[r, c])
            for r, c in np.ndindex(trace.x.shape)
        )

    def _compact(self):
        n = len(self.trace.x)
        cells = self._input_cells(lambda i: i * self.in_cell)
        return cell_group([title(IN_X, SQUARE_Y - 9, f"input {n} × {n}"), cells], "in", "input")

    def _spread(self, moves):
        trace, cell = self.trace, self.in_cell
        parts = [title(IN_X, SQUARE_Y - 9, "input with zeros"), self._zeros()]
        parts.append(self._input_cells(lambda i: self._spread_at(i * trace.stride)))
        for index in np.ndindex(trace.x.shape):
            if not trace.outputs_of(index):
                y, x = (self._spread_at(i * trace.stride) for i in index)
                parts.append(strike(IN_X + x, SQUARE_Y + y, cell, cell))
        window = [
            rect(c * trace.dilation * cell, r * trace.dilation * cell, cell, cell, "kernel", fill_opacity=0.3)
            for r, c in np.ndindex(trace.kernel.shape)
        ]
        window.append(rect(0, 0, trace.reach * cell, trace.reach * cell, "line", stroke_width=2.4))
        return cell_group(parts, "in", "input") + moving("window", "".join(window), moves)

    def _zeros(self):
        """Zeros between the inputs and around them: as many as some output reads."""
        trace, cell, parts = self.trace, self.in_cell, []
        read = range(trace.padding - trace.reach + 1, trace.padding + trace.out_shape[0])
        size = font_size(["0"], cell, cell * 0.8) if cell >= 15 else None
        inputs = {i * trace.stride for i in range(len(trace.x))}
        for r, c in itertools.product(read, read):
            if not (r in inputs and c in inputs):
                x, y = IN_X + self._spread_at(c), SQUARE_Y + self._spread_at(r)
                parts.append(rect(x, y, cell, cell, "frame", stroke_width=0.5, stroke_dasharray="2 2"))
                parts.append(words_in(x, lifted(y, cell), cell, cell, "0", size, "muted"))
        return "".join(parts)

    # ---- kernel and products

    def _middle(self, texts):
        """Kernel above; below it the stamp, or the products in the window, number for number."""
        trace, tap, k = self.trace, self.tap, len(self.trace.kernel)
        scatter = self.view == "scatter"
        below = SQUARE_Y + MIDDLE + 40
        words = "stamp: input × w" if scatter else "products"
        parts = [label(MIDDLE_X, below - 8, words, anchor="start", size=12, font_weight="600")]
        values = [number(v * w, 2) for v in trace.x.flat for w in trace.kernel.flat]
        size = font_size(values, tap, tap)
        for r, c in np.ndindex(trace.kernel.shape):
            x, y = MIDDLE_X + c * tap, below + r * tap
            # the products lie as the window does: the last weight first
            t = r * k + c if scatter else (k - 1 - r) * k + (k - 1 - c)
            slot = f"{'stamp' if scatter else 'product'}-{t}"
            parts.append(tile(x, y, tap, tap, "kernel" if scatter else "output", 0.1))
            parts.append(words_in(x, y, tap, tap, texts.get(slot, ""), size, data_slot=slot))
        words = "lands on the output →" if scatter else "add up to one output →"
        parts.append(label(MIDDLE_X, below + k * tap + 16, words, "muted", anchor="start", size=11))
        words = "kernel w" if scatter else "w, flipped both ways"
        kernel = kernel_grid(trace, MIDDLE_X, SQUARE_Y, tap, tap, words, flipped=not scatter)
        return kernel + still(parts)

    # ---- output

    def _outputs(self, texts, moves, paint):
        trace, cell = self.trace, self.out_cell
        size = readable(all_sums(trace), cell, cell)
        out, p = trace.out_shape[0], trace.padding
        parts = [title(OUT_X, SQUARE_Y - 9, f"output {out} × {out}")]
        for place in np.ndindex((trace.full,) * 2):
            x, y = OUT_X + place[1] * cell, SQUARE_Y + place[0] * cell
            parts.append(output_cell(trace, place, x, y, cell, cell, size, texts, paint))
        corner = (OUT_X + p * cell, SQUARE_Y + p * cell)
        parts.append(
            rect(*corner, out * cell, out * cell, "line output", stroke_width=2, pointer_events="none")
        )
        svg = cell_group(parts, "out", "output") + still([self._notes()])
        if self.view == "scatter":
            side = trace.reach * cell
            svg += moving("stamp", rect(0, 0, side, side, "line", stroke_width=2.4), moves)
        return svg

    def _notes(self):
        trace, parts = self.trace, []
        if trace.padding:
            words = f"padding = {trace.padding} cuts {trace.padding} off at every side"
            parts.append(label(OUT_X, HEIGHT - 22, words, "muted", anchor="start", size=12))
        if trace.output_padding:
            words = crops_less(trace, "bottom and right")
            parts.append(label(OUT_X, HEIGHT - 5, words, "output", anchor="start", size=12))
        return "".join(parts)
