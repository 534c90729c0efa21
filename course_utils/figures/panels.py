"""Panels: arrays as cells of one size, parted into blocks, with tints and dots that tell phases apart."""

from __future__ import annotations

from dataclasses import dataclass

from course_utils.figures.cells import lifted
from course_utils.figures.scene import NoPicture, circle, label, line, rect


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
            self.x + column * self.width + column // self.block[1] * self.gap[0],
            self.y + row * self.height + row // self.block[0] * self.gap[1],
        )

    def font(self, texts):
        """The size at which all texts fit, at most 14. Raises NoPicture where that could not be read."""
        longest = max(texts, key=len)
        room = self.width - 1 - 0.16 * max(self.width - 14, 0)
        size = min(14.0, self.height * 0.54, room / (0.61 * len(longest)))
        if size < 5:
            raise NoPicture(
                f"A number such as {longest} could not be read in cells this small. A smaller kernel, dilation or "
                "input works, or shorter numbers."
            )
        return size

    def words(self, corner, text, size, css="", **more):
        if not text:
            return ""
        x, y = corner[0] + self.width / 2, lifted(corner[1], self.height) + self.height / 2 + 0.36 * size
        return label(round(x, 2), round(y, 2), text, css, size=round(size, 2), pointer_events="none", **more)

    def tile(self, corner, css, phase, factors, **more):
        """A cell with the tint and the dot of its phase."""
        (x, y), (a, b), (rows, columns) = corner, phase, factors
        last = max(rows * columns - 1, 1)
        tint = 0.12 + 0.4 * (a * columns + b) / last
        body = rect(x, y, self.width, self.height, f"cell {css}", fill_opacity=f"{tint:.2f}", **more)
        in_the_middle = rows > 1 and (2 * a, 2 * b) == (rows - 1, columns - 1)
        crowded = rows > 1 and self.width < (24 if rows == 2 else 34)  # dots would lie on the numbers
        if rows * columns == 1 or in_the_middle or crowded:
            return body
        radius = max(1.2, min(2.6, 0.075 * min(self.width, self.height)))
        edge = radius + max(0.8, 0.04 * self.width)
        across = x + edge + b * (self.width - 2 * edge) / max(columns - 1, 1)
        down = y + edge + a * (self.height - 2 * edge) / (rows - 1) if rows > 1 else y + self.height - edge
        return body + circle(across, down, radius, "sample", pointer_events="none")

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
