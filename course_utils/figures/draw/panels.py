"""Panels: arrays as cells of one size, parted into blocks, in the hues of their phases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from course_utils.figures.draw.cells import lifted
from course_utils.figures.draw.scene import NoPicture, group, line, rect


@dataclass(frozen=True)
class Panel:
    """Cells of one size from (x, y) on. ``gap`` parts blocks of ``block`` cells, for panels of several arrays."""

    x: float
    y: float
    width: float  # of a cell
    height: float
    block: tuple[int, int] = (1, 1)
    gap: tuple[float, float] = (0, 0)

    def at(self, row, column):
        """Top left corner of a cell."""
        return (
            round(self.x + column * self.width + column // self.block[1] * self.gap[0], 2),
            round(self.y + row * self.height + row // self.block[0] * self.gap[1], 2),
        )

    def font(self, texts):
        """The size at which all texts fit, at most 14. Raises NoPicture where that could not be read."""
        longest = max(texts, key=len)
        room = self.width - 1 - 0.16 * max(self.width - 14, 0)
        size = min(14.0, self.height * 0.58, room / (0.61 * len(longest)))
        if size < 5:
            raise NoPicture(
                f"A number such as {longest} could not be read in cells this small. A smaller kernel, dilation or "
                "input works, or shorter numbers."
            )
        return round(size, 2)

    def word(self, corner, text, size, css="", slot=None):
        """A number in its cell, for ``texts``; with ``slot`` it is written by the steps."""
        if not text and slot is None:
            return ""
        x, y = corner[0] + self.width / 2, lifted(corner[1], self.height) + self.height / 2 + 0.36 * size
        css, slot = css and f' class="{css}"', "" if slot is None else f' data-slot="{slot}"'
        return f'<text x="{x:.5g}" y="{y:.5g}"{css}{slot}>{text}</text>'

    def cell(self, corner, css, **more):
        return rect(*corner, round(self.width, 2), round(self.height, 2), css, **more)

    def frame(self, row, column, rows, columns, css="frame", **more):
        """The lines between and around ``rows`` times ``columns`` cells of one block, as one path."""
        x, y = self.at(row, column)
        right, bottom = x + columns * self.width, y + rows * self.height
        steps = [f"M{x + c * self.width:.6g},{y:.6g}V{bottom:.6g}" for c in range(columns + 1)]
        steps += [f"M{x:.6g},{y + r * self.height:.6g}H{right:.6g}" for r in range(rows + 1)]
        more = {"stroke_width": 0.7, **more}
        said = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in more.items())
        return f'<path d="{"".join(steps)}" class="{css}" pointer-events="none"{said}/>'

    def outline(self, row, column, rows, columns, css="line", **more):
        x, y = self.at(row, column)
        more = {"stroke_width": 1.8, "pointer_events": "none", **more}
        return rect(x, y, columns * self.width, rows * self.height, css, **more)

    def strike(self, row, column):
        x, y = self.at(row, column)
        return line(
            x + 1, y + self.height - 1, x + self.width - 1, y + 1, "line muted", pointer_events="none"
        )


def words(parts: Iterable[str], size: float, css="", **more) -> str:
    """Numbers of one size in the middle of their cells, which keep the pointer."""
    return group(parts, css, text_anchor="middle", font_size=size, pointer_events="none", **more)
