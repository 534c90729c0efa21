"""The surface over a cell of four samples, and the values along one line across it.

Words used here
    cell       four samples, shape (2, 2): rows go down, columns to the right
    line       a straight way across the cell; what the values do along it
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from course_utils.figures.draw.cells import cell_group
from course_utils.figures.draw.scene import Handle, circle, group, label, line, number, path, rect
from course_utils.resampling import interpolate_cell
from course_utils.validation import one_of

PROFILES = ("diagonal ↘", "diagonal ↗", "along x", "along y")
ALONG = {
    "diagonal ↘": "along the diagonal ↘",
    "diagonal ↗": "along the diagonal ↗",
    "along x": "along P's row",
    "along y": "along P's column",
}
AXIS_NAMES = {
    "diagonal ↘": "x, in samples (y = x)",
    "diagonal ↗": "x, in samples (y = 1 − x)",
    "along x": "x, in samples",
    "along y": "y, in samples",
}
LOWEST, HIGHEST = 0.0, 100.0
POINTS = 41  # of a line; every tenth is written out


@dataclass(frozen=True, eq=False)
class Line:
    """One line across the cell: its ends (x, y), ``POINTS`` values along it, and how far along P is, or None."""

    name: str
    ends: tuple[tuple[float, float], tuple[float, float]]
    values: np.ndarray
    at: float | None

    @property
    def points(self):
        """(x, y) of every value, shape (POINTS, 2)."""
        return np.linspace(*self.ends, POINTS)

    @property
    def words(self):
        """The five values and what they do: equal steps, or a parabola."""
        five = self.values[::10]
        steps = np.diff(five)
        listed = ", ".join(number(value, 2) for value in five)
        if np.ptp(steps) < 1e-9:
            return f"{listed}: equal steps, a straight line"
        return f"{listed}: steps of {', '.join(number(step, 2) for step in steps)}, a parabola"


def line_across(cell, name: str, x: float, y: float) -> Line:
    """The line called ``name``; those along an axis go through P at (x, y).

    >>> line_across([[10, 20], [40, 90]], "diagonal ↘", 0, 0).values[::10]
    array([10. , 22.5, 40. , 62.5, 90. ])
    """
    one_of(name, "profile", PROFILES)
    ends = {
        "diagonal ↘": ((0.0, 0.0), (1.0, 1.0)),
        "diagonal ↗": ((0.0, 1.0), (1.0, 0.0)),
        "along x": ((0.0, y), (1.0, y)),
        "along y": ((x, 0.0), (x, 1.0)),
    }[name]
    off = {"diagonal ↘": x - y, "diagonal ↗": x + y - 1}.get(name, 0)  # how far P is from the line
    at = None if abs(off) > 1e-9 else (y if name == "along y" else x)
    xs, ys = np.linspace(*ends, POINTS).T
    return Line(name, ends, interpolate_cell(cell, xs, ys), at)


# ---- the surface -------------------------------------------------------------------------------------------

ORIGIN, ALONG_X, ALONG_Y, PER_UNIT = (572, 186), (130, -44), (130, 50), 1.02
MESH = 8


def _project(x, y, value):
    """Parallel projection: straight lines stay straight, so a curve on the surface is really one."""
    return (
        ORIGIN[0] + x * ALONG_X[0] + y * ALONG_Y[0],
        ORIGIN[1] + x * ALONG_X[1] + y * ALONG_Y[1] - value * PER_UNIT,
    )


def surface(cell, x, y, value, across: Line) -> str:
    """The bilinear surface over the cell, ``across`` on it, and P at (x, y) with its value."""
    base = [_project(*corner, 0) for corner in ((0, 0), (1, 0), (1, 1), (0, 1))]
    on_it = zip(across.points[::2], across.values[::2], strict=True)
    px, py = _project(x, y, value)
    parts = [
        label(520, 20, "the surface over the cell", anchor="start", size=14, font_weight="600"),
        path(base, "line muted", closed=True, stroke_dasharray="3 3"),
        *(
            line(*_project(c, r, 0), *_project(c, r, cell[r, c]), "line muted")
            for r in (0, 1)
            for c in (0, 1)
        ),
        *_net(cell),
        path([_project(*point, v) for point, v in on_it], "line", stroke_width=2.5),
        line(*_project(x, y, 0), px, py, "line output", stroke_dasharray="2 3"),
        label(*_project(0.5, -0.16, 0), "x", "muted", size=12),
        label(*_project(-0.14, 0.5, 0), "y", "muted", size=12),
        circle(px, py, 7, "output"),
    ]
    return group(parts, pointer_events="none")


def _net(cell):
    """Tinted patches, and the lines between them: each is drawn from two points, for it is straight."""
    ticks = np.linspace(0, 1, MESH + 1)
    heights = interpolate_cell(cell, ticks, ticks[:, None])
    parts = []
    for r in range(MESH):
        for c in range(MESH):
            around = ((c, r), (c + 1, r), (c + 1, r + 1), (c, r + 1))
            patch = [_project(ticks[i], ticks[j], heights[j, i]) for i, j in around]
            tint = 0.08 + 0.5 * heights[r : r + 2, c : c + 2].mean() / HIGHEST
            parts.append(path(patch, "output", closed=True, fill_opacity=f"{tint:.2f}"))
    for k, t in enumerate(ticks):
        along_y = [_project(t, e, heights[-e, k]) for e in (0, 1)]
        along_x = [_project(e, t, heights[k, -e]) for e in (0, 1)]
        parts += [path(ends, "line muted", stroke_width=0.8) for ends in (along_y, along_x)]
    return parts


def lifted(k, name, value, words) -> tuple[str, str, Handle]:
    """Sample k on the surface, to be pulled up and down: (SVG, name of the handle, handle)."""
    row, column = divmod(k, 2)
    x, y = _project(column, row, value)
    dx, dy, anchor = ((-11, 0, "end"), (0, -14, "middle"), (0, 18, "middle"), (11, 0, "start"))[k]
    handle_name = f"height of {words}"
    handle = Handle((name,), (value,), ((0, -1 / PER_UNIT),), (LOWEST,), (HIGHEST,), (1,), words)
    dot = circle(x, y, 12, "plain", data_handle=handle_name) + circle(
        x, y, 7, "input knob", data_handle=handle_name
    )
    text = label(
        x + dx, y + dy + 4, number(value), "input halo", anchor, font_weight="700", pointer_events="none"
    )
    return dot + text, handle_name, handle


# ---- a line across it --------------------------------------------------------------------------------------

PLOT_LEFT, PLOT_TOP, PLOT_WIDTH, PLOT_HEIGHT = 566, 302, 290, 96
CHOICE, CHOICES_LEFT, CHOICES_TOP = 24, 792, PLOT_TOP - 45


def _plot(t, value):
    return PLOT_LEFT + t * PLOT_WIDTH, PLOT_TOP + PLOT_HEIGHT * (1 - (value - LOWEST) / (HIGHEST - LOWEST))


def line_plot(across: Line, value) -> str:
    """The values along the line, beside the straight way between its ends; P's value where P is on it."""
    ts = np.linspace(0, 1, POINTS)
    parts = [
        label(
            PLOT_LEFT - 46,
            PLOT_TOP - 27,
            f"the value {ALONG[across.name]}",
            anchor="start",
            size=14,
            font_weight="600",
        ),
        line(*_plot(0, LOWEST), *_plot(1, LOWEST)),
        line(*_plot(0, LOWEST), *_plot(0, HIGHEST)),
        path([_plot(0, across.values[0]), _plot(1, across.values[-1])], "line muted", stroke_dasharray="5 4"),
        path([_plot(t, v) for t, v in zip(ts, across.values, strict=True)], "line", stroke_width=2.5),
        *_ticks(across.name),
    ]
    for t, v in zip(ts[::10], across.values[::10], strict=True):
        dot_x, dot_y = _plot(t, v)
        corner = t in (0, 1) and "diagonal" in across.name
        parts.append(circle(dot_x, dot_y, 4, "input" if corner else "sample"))
        # The first label stands to the right of the axis, clear of the axis' own numbers.
        begin = (dot_x + 5, "start") if t == 0 else (dot_x, "middle")
        parts.append(label(begin[0], dot_y - 9, number(v, 2), "halo", begin[1], 12))
    if across.at is not None:
        parts.append(circle(*_plot(across.at, value), 6, "output"))
    return group(parts, pointer_events="none")


def _ticks(name):
    for value in (0, 50, 100):
        yield label(PLOT_LEFT - 8, _plot(0, value)[1] + 4, value, "muted", anchor="end", size=11)
    for t in np.linspace(0, 1, 5):
        yield label(_plot(t, 0)[0], PLOT_TOP + PLOT_HEIGHT + 15, number(t), "muted", size=11)
    yield label(PLOT_LEFT + PLOT_WIDTH / 2, PLOT_TOP + PLOT_HEIGHT + 31, AXIS_NAMES[name], "muted", size=11)


def line_choices(chosen: str) -> str:
    """Four small cells, each with its line: a click on one shows the values along it. Cells ``line-0`` to 3."""
    parts = []
    for k, name in enumerate(PROFILES):
        left, top, side = CHOICES_LEFT + 30 * k, CHOICES_TOP, CHOICE
        (x0, y0), (x1, y1) = line_across(np.zeros((2, 2)), name, 0.5, 0.5).ends
        now = name == chosen
        parts += [
            rect(left, top, side, side, "cell input", fill_opacity=0.3 if now else 0.06,
                 data_id=f"line-{k}", data_row=0, data_col=k, aria_label=name),
            rect(left, top, side, side, "frame", pointer_events="none"),
            line(left + x0 * side, top + y0 * side, left + x1 * side, top + y1 * side, "line",
                 stroke_width=2.5 if now else 1.2, pointer_events="none"),
        ]  # fmt: skip
    return cell_group(parts, "line", "line across the cell")
