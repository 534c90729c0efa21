"""The stepper in 1-D: input and output under one another, and between them the stamps, or the window.

Column c is the place of the zero-inserted input; input i stands at c = i * stride. An output stands under the middle
of its window, and an input over the middle of its stamp, so both keep their places when the view changes.
"""

from __future__ import annotations

import numpy as np

from course_utils.figures.draw.cells import cell_group, font_size, lifted, moving, tile, words_in
from course_utils.figures.draw.scene import group, label, line, number, rect
from course_utils.figures.stepper_cells import (
    HEIGHT,
    MATRIX_X,
    anchored,
    handle_at,
    input_cell,
    kernel_grid,
    output_cell,
    readable,
    sign,
    still,
    strike,
    title,
)
from course_utils.figures.trace import all_sums, crops_less, gather_frames, scatter_frames

LEFT, ROOM = 86, 716
ROW = 32  # height of a row of cells
IN_Y, STAMPS_Y, KERNEL_Y, PRODUCT_Y, OUT_Y = 116, 162, 180, 250, 388


class Line:
    """The 1-D picture of a trace in one view."""

    def __init__(self, trace, view):
        self.trace, self.view = trace, view
        self.cell, start = anchored(trace, ROOM, 38.0)
        self.zero = LEFT + start  # left edge of input 0
        self.pitch = min(56.0, 212 / len(trace.x))  # of the stamps' rows
        self.stamp_height = min(26.0, self.pitch - 3)
        self.sum_size = readable(all_sums(trace), 0.88 * self.cell, ROW)  # bold digits are wider

    def column(self, c):
        """Left edge of column c."""
        return self.zero + c * self.cell

    def out_x(self, place):
        return self.column(place - (self.trace.reach - 1) / 2)

    def frames(self):
        if self.view == "scatter":
            return scatter_frames(
                self.trace,
                lambda j, t: f"stamp-{j}-{t}",
                lambda index: {
                    "stamp": (
                        round(self.out_x(index[0] * self.trace.stride), 2),
                        round(self._stamp_y(index[0]), 2),
                    )
                },
            )
        return gather_frames(self.trace, lambda index: {"window": (round(self._window_x(index[0]), 2), 0)})

    def _window_x(self, o):
        return self.column(o + self.trace.padding - self.trace.reach + 1)

    def _stamp_y(self, j):
        return STAMPS_Y + self.pitch * (j + 0.5) - self.stamp_height / 2

    def parts(self, texts, moves, _):
        middle = self._scatter(texts, moves) if self.view == "scatter" else self._gather(texts, moves)
        kernel = kernel_grid(self.trace, MATRIX_X, IN_Y, 29, ROW, "kernel w")
        return [self._inputs(), middle, self._outputs(texts), kernel]

    def _inputs(self):
        trace, cell = self.trace, self.cell
        size = font_size([number(v, 2) for v in trace.x], cell, ROW)
        gather = self.view == "gather"
        parts = [
            title(2, IN_Y + 14, "input", "with zeros" if gather else ""),
            self._zeros() if gather else "",
        ]
        for j in range(len(trace.x)):
            left = self.column(j * trace.stride)
            parts.append(input_cell(trace, (j,), left, IN_Y, cell, ROW, size))
            parts.append(label(left + cell / 2, IN_Y - 5, j, "muted", size=10, pointer_events="none"))
        return cell_group(parts, "in", "input")

    def _zeros(self):
        """Zeros between the inputs and around them: as many as some output reads."""
        trace, cell, parts = self.trace, self.cell, []
        start, stop = trace.padding - trace.reach + 1, trace.padding + trace.out_shape[0]
        inputs = {j * trace.stride for j in range(len(trace.x))}
        size = font_size(["0"], cell, ROW * 0.8)
        for c in sorted({*range(start, stop)} - inputs):
            x = self.column(c)
            parts.append(rect(x, IN_Y, cell, ROW, "frame", stroke_width=0.7, stroke_dasharray="2 2"))
            parts.append(words_in(x, lifted(IN_Y, ROW), cell, ROW, "0", size, "muted"))
        return "".join(parts)

    # ---- scatter

    def _scatter(self, texts, moves):
        trace, cell, height = self.trace, self.cell, self.stamp_height
        parts = [
            title(2, STAMPS_Y + 18, "stamps", "input × w"),
            label(2, OUT_Y - 14, "add up ↓", "muted", anchor="start", size=11),
            self._cut_bands(),
        ]
        for j in range(len(trace.x)):
            middle = self.out_x(j * trace.stride) + trace.reach * cell / 2
            ends = (middle, IN_Y + ROW, middle, self._stamp_y(j))
            parts.append(line(*ends, "line input", stroke_width=1, stroke_opacity=0.35))
        frame = rect(0, 0, trace.reach * cell, height, "line", stroke_width=2.4, rx=2)
        return still(parts) + self._stamps(texts) + moving("stamp", frame, moves)

    def _stamps(self, texts):
        """Every product in the column of the output that it is added to."""
        trace, cell, height = self.trace, self.cell, self.stamp_height
        products = np.outer(trace.x, trace.kernel)
        size, cells = font_size([number(v, 2) for v in products.flat], cell, height), []
        for (j, t), product in np.ndenumerate(products):
            left, y = self.out_x(j * trace.stride) + t * trace.dilation * cell, self._stamp_y(j)
            slot = f"stamp-{j}-{t}"
            where = {"data_id": slot, "data_row": j, "data_col": t}
            cells.append(tile(left, y, cell, height, sign(product), 0.14, **where))
            cells.append(words_in(left, y, cell, height, texts.get(slot, ""), size, data_slot=slot))
        return cell_group(cells, "stamps", "stamps, input times weight")

    def _cut_bands(self):
        """Gray columns, all the way down, where padding cuts off."""
        trace, parts = self.trace, []
        for begin, end in self._cuts():
            x, width = self.out_x(begin), (end - begin) * self.cell
            parts.append(rect(x, STAMPS_Y - 8, width, OUT_Y + ROW - STAMPS_Y + 8, "muted", fill_opacity=0.1))
            edge = x + width if begin == 0 else x
            if 0 < begin or end < trace.full:
                parts.append(
                    line(edge, STAMPS_Y - 8, edge, OUT_Y + ROW + 6, "line muted", stroke_dasharray="5 4")
                )
        return "".join(parts)

    def _cuts(self):
        trace = self.trace
        ends = [(0, trace.padding), (trace.padding + trace.out_shape[0], trace.full)]
        return [(begin, end) for begin, end in ends if end > begin]

    # ---- gather

    def _gather(self, texts, moves):
        """The flipped kernel under the input, the products, and the way to the output. All of it moves."""
        trace, cell = self.trace, self.cell
        titles = [
            title(2, KERNEL_Y + 14, "kernel,", "flipped"),
            title(2, PRODUCT_Y + 20, "products"),
            label(2, OUT_Y - 14, "add up ↓", "muted", anchor="start", size=11),
            self._cut_inputs(),
        ]
        kernel_size = font_size([number(w, 2) for w in trace.kernel], cell, ROW)
        products = [number(v, 2) for v in np.outer(trace.x, trace.kernel).flat]
        product_size = font_size(products, cell, ROW)
        parts = []
        for t, weight in enumerate(trace.kernel):
            x, slot = (trace.reach - 1 - t * trace.dilation) * cell, f"product-{t}"
            parts += [
                self._way_down(x + cell / 2),
                rect(x, KERNEL_Y, cell, ROW, "paper"),
                tile(x, KERNEL_Y, cell, ROW, sign(weight), 0.22, data_handle=handle_at("kernel", (t,))),
                words_in(x, KERNEL_Y, cell, ROW, number(weight, 2), kernel_size, "scrub"),
                still([
                    rect(x, PRODUCT_Y, cell, ROW, "paper"),
                    tile(x, PRODUCT_Y, cell, ROW, "output", 0.08),
                    words_in(x, PRODUCT_Y, cell, ROW, texts.get(slot, ""), product_size, data_slot=slot),
                ]),
            ]  # fmt: skip
        around = (0, IN_Y - 1, trace.reach * cell, ROW + 2)
        parts.append(rect(*around, "line", stroke_width=2.4, rx=2, pointer_events="none"))
        return still(titles) + self._moving_window(parts, moves)

    def _moving_window(self, parts, moves):
        """Moves as ``cells.moving``, but the weights in it can be taken hold of."""
        x, y = moves["window"]
        return group(parts, data_move="window", transform=f"translate({x:.6g} {y:.6g})")

    def _way_down(self, x):
        """From a place of the input through weight and product to the output."""
        middle = self.trace.reach * self.cell / 2
        return still([
            line(x, IN_Y + ROW, x, KERNEL_Y, "line muted"),
            line(x, KERNEL_Y + ROW, x, PRODUCT_Y, "line muted"),
            line(x, PRODUCT_Y + ROW, middle, OUT_Y - 2, "line output", stroke_opacity=0.6),
        ])  # fmt: skip

    def _cut_inputs(self):
        """Inputs that no window reaches are struck through: padding cut their stamps off altogether."""
        return "".join(
            strike(self.column(j * self.trace.stride), IN_Y, self.cell, ROW)
            for j in range(len(self.trace.x))
            if not self.trace.outputs_of((j,))
        )

    # ---- output

    def _outputs(self, texts):
        trace, parts = self.trace, [title(2, OUT_Y + 20, "output")]
        for place in range(trace.full):
            x = self.out_x(place)
            parts.append(output_cell(trace, (place,), x, OUT_Y, self.cell, ROW, self.sum_size, texts))
            o = place - trace.padding
            if trace.is_kept((place,)) and (self.cell >= 17 or o % 5 == 0):
                middle = x + self.cell / 2
                parts.append(label(middle, OUT_Y + ROW + 13, o, "muted", size=10, pointer_events="none"))
        return cell_group(parts, "out", "output") + still([self._notes()])

    def _notes(self):
        trace, parts = self.trace, []
        if trace.padding:
            for begin, end in self._cuts():
                middle = (self.out_x(begin) + self.out_x(end)) / 2
                parts.append(label(middle, OUT_Y + ROW + 30, "cut off", "muted", size=11))
            words = f"padding = {trace.padding} cuts {trace.padding} off at each end"
            parts.append(label(2, HEIGHT - 4, words, "muted", anchor="start", size=12))
        if trace.output_padding:
            end = trace.padding + trace.out_shape[0]
            middle = (self.out_x(end - trace.output_padding) + self.out_x(end)) / 2
            # where "cut off" would lie over it, the words below must do
            beside = (self.out_x(end) + self.out_x(trace.full)) / 2
            if end == trace.full or beside - middle > 42:
                words = "beyond" if end > trace.natural else "kept"
                parts.append(label(middle, OUT_Y + ROW + 30, words, "output", size=11))
            words = crops_less(trace, "end")
            parts.append(label(LEFT + ROOM, HEIGHT - 4, words, "output", anchor="end", size=12))
        return "".join(parts)
