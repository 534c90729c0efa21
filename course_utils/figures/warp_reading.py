"""What a warp reads, as it lights up: for each output its place, taps and sum; for each input who reads it."""

from __future__ import annotations

import numpy as np

from course_utils.figures.draw.scene import counted, number

SHOWN = 4  # taps, or readers, that a sentence names


class Reading:
    """The outputs that can be pointed at, of a warp in its layout. name: of the picture."""

    def __init__(self, warp, layout, name):
        self.warp, self.layout, self.name = warp, layout, name
        self.row, self.column = (axis.ravel() for axis in np.meshgrid(*layout.chosen, indexing="ij"))
        self.places = warp.places[self.row, self.column]
        self.own = np.stack([self.column, self.row], axis=-1).astype(float)
        self.ids = [f"out-{r * layout.width + c}" for r, c in zip(self.row, self.column, strict=True)]
        self.taps = warp.taps(self.row, self.column)

    def links(self):
        return {
            id_: [(f"in-{index}", round(weight, 6)) for index, weight in taps]
            for id_, taps in zip(self.ids, self.taps, strict=True)
        }

    def boxes(self):
        """Of pixels that have no element of their own."""
        if self.layout.few:
            return {}
        unit, (x, y), width = self.layout.unit, self.layout.in_xy, self.layout.width
        return {
            f"in-{i}": (
                round(x + i % width * unit, 2),
                round(y + i // width * unit, 2),
                round(unit, 2),
                round(unit, 2),
            )
            for i in {index for taps in self.taps for index, _ in taps}
        }

    def frames(self):
        """A small frame around the place that is fetched from, where the arrow is too short to point at it."""
        own, at = self.layout.on_input(self.own), self.layout.on_input(self.places)
        short = np.linalg.norm(at - own, axis=-1) < 8
        return {
            id_: (round(x - 5, 1), round(y - 5, 1), 10, 10)
            for id_, (x, y), needed in zip(self.ids, at, short, strict=True)
            if needed
        }

    def arrows(self):
        """From the output's own place to where it fetches; cut off where the margin ends."""
        ends = self.layout.cut(self.own, self.places)
        start, end = self.layout.on_input(self.own).round(1), self.layout.on_input(ends).round(1)
        return {id_: (*map(float, s), *map(float, e)) for id_, s, e in zip(self.ids, start, end, strict=True)}

    def details(self):
        words = {id_: self._of_output(i) for i, id_ in enumerate(self.ids)}
        return words | self._of_inputs() if self.layout.few else words

    # ---- an output -------------------------------------------------------------------------------------------

    def _of_output(self, i):
        row, column, (x, y) = int(self.row[i]), int(self.column[i]), self.places[i]
        value, flow = self.warp.output[row, column], (x - column, y - row)
        words = (
            f"Output at x = {column}, y = {row} fetches from x = {number(x)}, y = {number(y)}: "
            f"flow ({_signed(flow[0])}, {_signed(flow[1])}). {self._sum(self.taps[i], value)}"
        )
        return words + self._ramp(row, column, value, flow)

    def _sum(self, taps, value):
        values = self.warp.image.ravel()
        if not taps:
            return "No tap lies in the picture: value 0."
        heavy = sorted(taps, key=lambda tap: -abs(tap[1]))[:SHOWN]
        terms = " + ".join(f"{number(w)} · {number(values[j], 2)}" for j, w in heavy).replace("+ −", "− ")
        more = f" + {len(taps) - SHOWN} lighter taps" if len(taps) > SHOWN else ""
        total = sum(weight for _, weight in taps)
        lost = ""
        if abs(total - 1) > 1e-9:
            lost = f" The weights sum to {number(total)}: taps beyond the picture are 0."
        return f"Value = {terms}{more} = {number(value)}.{lost}"

    def _ramp(self, row, column, value, flow):
        """Of the ramps: the value minus the output's own coordinate is its flow."""
        for axis, (name, own) in enumerate((("x", column), ("y", row))):
            if self.name != f"{name} ramp":
                continue
            read = value - own
            if abs(read - flow[axis]) < 1e-9:
                meant = self.warp.flow_xy[row, column, axis]
                off = "" if abs(meant - read) < 1e-9 else f"; {_signed(meant)} was meant"
                return f" Minus its own {name}: {number(value)} − {own} = {_signed(read)}, its flow in {name}{off}."
            nearest = self.warp.mode == "nearest"
            reason = "nearest rounds the position" if nearest else "here the picture is not a ramp"
            return f" Minus its own {name}: {_signed(read)}, not its flow {_signed(flow[axis])}; {reason}."
        return ""

    # ---- an input --------------------------------------------------------------------------------------------

    def _of_inputs(self):
        readers = [[] for _ in range(self.warp.image.size)]
        for output, taps in enumerate(self.taps):
            for index, weight in taps:
                readers[index].append((output, weight))
        return {f"in-{index}": self._of_input(index, found) for index, found in enumerate(readers)}

    def _of_input(self, index, readers):
        row, column = divmod(index, self.layout.width)
        here = f"input at x = {column}, y = {row}, value {number(self.warp.image[row, column], 2)}"
        if not readers:
            return f"No output reads the {here}."
        heavy = sorted(readers, key=lambda reader: -abs(reader[1]))[:SHOWN]
        named = ", ".join(f"{number(weight)} at ({self.column[i]}, {self.row[i]})" for i, weight in heavy)
        more = f" and {len(readers) - SHOWN} lighter ones" if len(readers) > SHOWN else ""
        total = f", {number(sum(weight for _, weight in readers))} in all" if len(readers) > 1 else ""
        return f"The {here}: read by {counted(len(readers), 'output')}, with weight {named}{more}{total}."


def _signed(value):
    text = number(value)
    return text if text.startswith("−") or text == "0" else f"+{text}"
