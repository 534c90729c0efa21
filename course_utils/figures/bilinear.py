"""Four samples and a point P between them: areas, two lerps, the surface, a line across it.

Words used here
    cell       the square between four samples, values of shape (2, 2): rows go down, columns to the right
    x, y       position of P in the cell, 0 to 1 each: x to the right, y down
    weights    shape (2, 2), one per corner: the area of the rectangle at the *opposite* corner
    R1, R2     the two values after the first lerp; P lies between them
    twist      top left + bottom right - top right - bottom left: how much the surface bends
"""

from __future__ import annotations

import numpy as np

from course_utils.figures.scene import (
    NoPicture,
    Scene,
    circle,
    document,
    group,
    label,
    line,
    number,
    path,
    rect,
)
from course_utils.resampling import triangle
from course_utils.validation import finite_array, one_of, real_number

CORNERS = ("top left", "top right", "bottom left", "bottom right")
ORDERS = ("x first", "y first")
PROFILES = ("diagonal ↘", "diagonal ↗", "along x", "along y")
LOWEST, HIGHEST = 0.0, 100.0

SIDE, LEFT, TOP = 300, 112, 68
WIDTH, HEIGHT = 912, 506
HATCHES = (
    (0, 1),
    (1, 0),
    (1, 1),
    (1, -1),
)  # direction of the strokes of each corner, in the order of CORNERS


def cell_weights(x: float, y: float) -> np.ndarray:
    """The weights of the four corners for P at (x, y): shape (2, 2), they sum to 1.

    >>> cell_weights(0.75, 0.5)
    array([[0.125, 0.375],
           [0.125, 0.375]])
    """
    return np.outer(triangle([y, y - 1]), triangle([x, x - 1]))


def twist(cell) -> float:
    """How much the surface bends: 0 when the four values lie on one plane.

    >>> twist([[10, 20], [40, 90]]), twist([[10, 20], [40, 50]])
    (40.0, 0.0)
    """
    (a, b), (c, d) = np.asarray(cell, float)
    return float(a + d - b - c)


def profile_points(name: str, x: float, y: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Start and end of the line called ``name`` in the cell; the axis lines go through P."""
    one_of(name, "profile", PROFILES)
    return {
        "diagonal ↘": ((0.0, 0.0), (1.0, 1.0)),
        "diagonal ↗": ((0.0, 1.0), (1.0, 0.0)),
        "along x": ((0.0, y), (1.0, y)),
        "along y": ((x, 0.0), (x, 1.0)),
    }[name]


def profile_values(cell, name: str, x: float, y: float, count: int) -> np.ndarray:
    """``count`` values along that line, ends included: shape (count,).

    >>> profile_values([[10, 20], [40, 90]], "diagonal ↘", 0, 0, 5)
    array([10. , 22.5, 40. , 62.5, 90. ])
    """
    (x0, y0), (x1, y1) = profile_points(name, x, y)
    ts = np.linspace(0, 1, count)
    xs, ys = x0 + ts * (x1 - x0), y0 + ts * (y1 - y0)
    # All points at once: one by one they take longer than the rest of the picture, and every redraw waits for it.
    down, across = triangle([ys, ys - 1]), triangle([xs, xs - 1])
    return np.einsum("in,ij,jn->n", down, cell, across)


def cell_scene(cell, x: float, y: float, order: str = "x first", profile: str = "diagonal ↘") -> Scene:
    """P at (x, y) in the cell: its areas and weights, two lerps in ``order``, the surface, a line across it.

    cell: shape (2, 2), values 0 to 100, because the axes stay put while P moves. Raises NoPicture outside.
    """
    cell, x, y = finite_array(cell, "cell", ndim=2).astype(float), real_number(x, "x"), real_number(y, "y")
    one_of(order, "order", ORDERS)
    if cell.shape != (2, 2):
        raise NoPicture(f"A cell has two rows of two samples; this one has shape {cell.shape}.")
    if not (0 <= x <= 1 and 0 <= y <= 1):
        raise NoPicture(f"P is at x = {number(x)}, y = {number(y)}, outside its cell (0 to 1 each).")
    if cell.min() < LOWEST or cell.max() > HIGHEST:
        raise NoPicture(
            f"The axes go from 0 to 100; the corners hold {number(cell.min())} to {number(cell.max())}."
        )
    weights = cell_weights(x, y)
    parts = [
        _areas(weights, x, y),
        _corners(cell, weights),
        _lerps(cell, x, y, order, profile),
        _handle(cell, x, y),
        _surface(cell, x, y, profile),
        _profile(cell, x, y, profile),
        _formulas(cell, weights, x, y, order),
    ]
    text = _sentence(cell, weights, x, y, order, profile)
    header = ("corner", "value", "weight = area of the opposite rectangle", "value × weight")
    rows = [
        (name, number(v), number(w, 4), number(v * w, 4))
        for name, v, w in zip(CORNERS, cell.flat, weights.flat, strict=True)
    ]
    rows.append(("sum", "", number(weights.sum(), 4), number((cell * weights).sum(), 4)))
    return Scene(
        document(WIDTH, HEIGHT, parts, "A point between four samples", text),
        text,
        (header, rows),
        links={f"in-{k}": [(f"area-{k}", float(weights.flat[k]))] for k in range(4)},
        details=_details(cell, weights),
    )


def _value(cell, x, y):
    return float((cell_weights(x, y) * cell).sum())


# ---- the cell: areas, corners, lerps -----------------------------------------------------------------------


def _opposite(k):
    return 3 - k


def _rectangle(k, x, y):
    """The rectangle at corner k, cut off by the lines through P: (left, top, width, height), scene pixels."""
    row, col = divmod(k, 2)
    left, width = (x, 1 - x) if col else (0, x)
    top, height = (y, 1 - y) if row else (0, y)
    return LEFT + left * SIDE, TOP + top * SIDE, width * SIDE, height * SIDE


def _hatch(left, top, width, height, k, gap=9):
    """Parallel strokes across a rectangle, in the direction that belongs to corner k. One path.

    Drawn rather than taken from an SVG pattern: pattern ids clash between the pictures of one page.
    """
    dx, dy = HATCHES[k]
    step = gap * (2**0.5 if dx and dy else 1)
    pieces = []
    if not dx:
        xs = np.arange(np.ceil((left + 1) / step) * step, left + width, step)
        pieces = [f"M{s:.5g},{top:.5g}V{top + height:.5g}" for s in xs]
    elif not dy:
        ys = np.arange(np.ceil((top + 1) / step) * step, top + height, step)
        pieces = [f"M{left:.5g},{s:.5g}H{left + width:.5g}" for s in ys]
    else:  # strokes x - dy * y = s; the ends are where they leave the rectangle
        ends = sorted(
            (
                left - dy * top,
                left - dy * (top + height),
                left + width - dy * top,
                left + width - dy * (top + height),
            )
        )
        for s in np.arange(np.ceil(ends[0] / step) * step, ends[-1], step):
            begin = max(left, min(s + dy * top, s + dy * (top + height)))
            end = min(left + width, max(s + dy * top, s + dy * (top + height)))
            if end > begin:
                pieces.append(f"M{begin:.5g},{(begin - s) * dy:.5g}L{end:.5g},{(end - s) * dy:.5g}")
    if not pieces:
        return ""
    return f'<path d="{"".join(pieces)}" class="line kernel" stroke-width="1.2" pointer-events="none"/>'


def _areas(weights, x, y):
    """Each rectangle in the hatch of the corner whose weight it is: the opposite one."""
    parts = []
    for k in range(4):
        left, top, width, height = _rectangle(_opposite(k), x, y)
        parts.append(
            rect(
                left,
                top,
                width,
                height,
                "cell kernel",
                fill_opacity=0.1,
                data_id=f"area-{k}",
                data_row=0,
                data_col=k,
            )
        )
        parts.append(_hatch(left, top, width, height, k))
        if width >= 58 and height >= 36:
            parts.append(
                label(
                    left + width / 2,
                    top + height / 2 + 5,
                    number(weights.flat[k], 4),
                    "halo",
                    pointer_events="none",
                    font_weight="600",
                )
            )
    parts.append(rect(LEFT, TOP, SIDE, SIDE, "frame", pointer_events="none"))
    return "".join(parts)


def _corners(cell, weights):
    """The four samples: a dot, a chip in the hatch of its area, value and weight beside it."""
    parts = [
        label(LEFT - 104, 20, "each weight is the opposite area", anchor="start", size=14, font_weight="600")
    ]
    for k in range(4):
        row, col = divmod(k, 2)
        dot_x, dot_y = LEFT + col * SIDE, TOP + row * SIDE
        left = dot_x + 22 if col else dot_x - 56
        chip = rect(
            left,
            dot_y - 17,
            34,
            34,
            "cell kernel",
            fill_opacity=0.1,
            data_id=f"in-{k}",
            data_row=row,
            data_col=col,
        )
        middle = left + 17
        parts += [
            chip,
            _hatch(left, dot_y - 17, 34, 34, k, gap=7),
            rect(left, dot_y - 17, 34, 34, "frame", pointer_events="none"),
            circle(dot_x, dot_y, 6, "input", pointer_events="none"),
            label(
                middle,
                dot_y - 24,
                number(cell.flat[k]),
                "input",
                size=17,
                font_weight="700",
                pointer_events="none",
            ),
            label(
                middle,
                dot_y + 33,
                f"× {number(weights.flat[k], 4)}",
                "kernel",
                font_weight="600",
                pointer_events="none",
            ),
        ]
    return group(parts, data_group="in", tabindex="0", role="group", aria_label="the four samples")


def _first_lerp(cell, x, y, order):
    """(name, value, x, y) of R1 and R2."""
    ends = ((x, 0.0), (x, 1.0)) if order == "x first" else ((0.0, y), (1.0, y))
    return [(f"R{'₁₂'[i]}", _value(cell, *end), *end) for i, end in enumerate(ends)]


def _lerps(cell, x, y, order, profile):
    first = _first_lerp(cell, x, y, order)
    px, py = LEFT + x * SIDE, TOP + y * SIDE
    across = line(LEFT, py, LEFT + SIDE, py, "line muted", stroke_dasharray="4 4", pointer_events="none")
    down = line(px, TOP, px, TOP + SIDE, "line muted", stroke_dasharray="4 4", pointer_events="none")
    parts = [across if order == "x first" else down]
    if "diagonal" in profile:
        ends = [(LEFT + u * SIDE, TOP + v * SIDE) for u, v in profile_points(profile, x, y)]
        parts.append(path(ends, "line", stroke_dasharray="1 6", stroke_width=1.5, pointer_events="none"))
    (_, _, xa, ya), (_, _, xb, yb) = first
    parts.append(
        line(
            LEFT + xa * SIDE,
            TOP + ya * SIDE,
            LEFT + xb * SIDE,
            TOP + yb * SIDE,
            "line",
            stroke_width=2.5,
            pointer_events="none",
        )
    )
    for i, (name, value, rx, ry) in enumerate(first):
        dot_x, dot_y = LEFT + rx * SIDE, TOP + ry * SIDE
        parts.append(circle(dot_x, dot_y, 4.5, "sample", pointer_events="none"))
        words = f"{name} = {number(value, 4)}"
        if order == "x first":  # above and below the cell, kept between the corners
            text_x = min(max(dot_x, LEFT + 44), LEFT + SIDE - 44)
            parts.append(label(text_x, TOP - 12 if i == 0 else TOP + SIDE + 22, words))
        else:  # left and right of the cell, kept between the corners
            text_y = min(max(dot_y, TOP + 58), TOP + SIDE - 54) + 4
            anchor, text_x = ("end", LEFT - 10) if i == 0 else ("start", LEFT + SIDE + 10)
            parts.append(label(text_x, text_y, words, anchor=anchor))
    return "".join(parts)


def _handle(cell, x, y):
    """P itself, to be dragged; its value stands in the largest of the four rectangles."""
    px, py = LEFT + x * SIDE, TOP + y * SIDE
    value = number(_value(cell, x, y), 4)
    right, below = x <= 0.5, y <= 0.5
    return circle(
        px,
        py,
        10,
        "output",
        data_drag="P",
        data_axes=f"{LEFT} {TOP} {SIDE} {SIDE}",
        data_at=f"{x:.6g} {y:.6g} 0.05",
        tabindex="0",
        role="slider",
        aria_label="P, move it with the arrow keys",
        aria_valuetext=f"x = {number(x)}, y = {number(y)}, value {value}",
        aria_valuenow=value,
    ) + label(
        px + (16 if right else -16),
        py + (24 if below else -14),
        f"P = {value}",
        "output halo",
        anchor="start" if right else "end",
        size=16,
        font_weight="700",
        style="stroke-width: 6px",
        pointer_events="none",
    )


# ---- the surface over the cell -----------------------------------------------------------------------------

ORIGIN, ALONG_X, ALONG_Y, PER_UNIT = (572, 186), (130, -44), (130, 50), 1.02
MESH = 8


def _project(x, y, value):
    """Parallel projection: straight lines stay straight, so a curve on the surface is really one."""
    return (
        ORIGIN[0] + x * ALONG_X[0] + y * ALONG_Y[0],
        ORIGIN[1] + x * ALONG_X[1] + y * ALONG_Y[1] - value * PER_UNIT,
    )


def _surface(cell, x, y, profile):
    ticks = np.linspace(0, 1, MESH + 1)
    column, row = triangle([ticks, ticks - 1]), triangle([ticks, ticks - 1])
    heights = column.T @ cell @ row  # W X Wᵀ: all points of the net at once
    base = [_project(*corner, 0) for corner in ((0, 0), (1, 0), (1, 1), (0, 1))]
    parts = [
        label(520, 20, "the surface over the cell", anchor="start", size=14, font_weight="600"),
        path(base, "line muted", closed=True, stroke_dasharray="3 3"),
    ]
    for k in range(4):
        row_k, col_k = divmod(k, 2)
        parts.append(line(*_project(col_k, row_k, 0), *_project(col_k, row_k, cell.flat[k]), "line muted"))
    for r in range(MESH):
        for c in range(MESH):
            square = [
                _project(ticks[i], ticks[j], heights[j, i])
                for i, j in ((c, r), (c + 1, r), (c + 1, r + 1), (c, r + 1))
            ]
            tint = 0.08 + 0.5 * heights[r : r + 2, c : c + 2].mean() / HIGHEST
            parts.append(path(square, "output", closed=True, fill_opacity=f"{tint:.2f}"))
    for k, t in enumerate(ticks):  # every line of the net is drawn as two points: it is straight
        along_y = [_project(t, e, heights[-e, k]) for e in (0, 1)]
        along_x = [_project(e, t, heights[k, -e]) for e in (0, 1)]
        parts += [path(ends, "line muted", stroke_width=0.8) for ends in (along_y, along_x)]
    parts += _profile_on_surface(cell, x, y, profile)
    px, py = _project(x, y, _value(cell, x, y))
    parts.append(line(*_project(x, y, 0), px, py, "line output", stroke_dasharray="2 3"))
    parts += _surface_labels(cell)
    parts.append(circle(px, py, 7, "output"))
    return group(parts, pointer_events="none")


def _profile_on_surface(cell, x, y, profile):
    (x0, y0), (x1, y1) = profile_points(profile, x, y)
    values = profile_values(cell, profile, x, y, 21)
    ts = np.linspace(0, 1, 21)
    points = [_project(x0 + t * (x1 - x0), y0 + t * (y1 - y0), v) for t, v in zip(ts, values, strict=True)]
    return [path(points, "line", stroke_width=2.5)]


def _surface_labels(cell):
    parts = [
        label(*_project(0.5, -0.16, 0), "x", "muted", size=12),
        label(*_project(-0.14, 0.5, 0), "y", "muted", size=12),
    ]
    for k, (dx, dy, anchor) in enumerate(
        [(-9, 0, "end"), (0, -13, "middle"), (0, 15, "middle"), (9, 0, "start")]
    ):
        row, col = divmod(k, 2)
        cx, cy = _project(col, row, cell.flat[k])
        parts.append(circle(cx, cy, 4, "input"))
        parts.append(
            label(cx + dx, cy + dy + 4, number(cell.flat[k]), "input halo", anchor=anchor, font_weight="700")
        )
    return parts


# ---- a line across the surface -----------------------------------------------------------------------------

PLOT_LEFT, PLOT_TOP, PLOT_WIDTH, PLOT_HEIGHT = 566, 302, 290, 96


def _plot(t, value):
    return PLOT_LEFT + t * PLOT_WIDTH, PLOT_TOP + PLOT_HEIGHT * (1 - (value - LOWEST) / (HIGHEST - LOWEST))


def _profile(cell, x, y, profile):
    """The values along one line across the cell, beside the straight line between its ends."""
    ts = np.linspace(0, 1, 41)
    values = profile_values(cell, profile, x, y, 41)
    parts = [
        label(
            PLOT_LEFT - 46,
            PLOT_TOP - 27,
            f"the value {_along(profile)}",
            anchor="start",
            size=14,
            font_weight="600",
        ),
        line(*_plot(0, LOWEST), *_plot(1, LOWEST)),
        line(*_plot(0, LOWEST), *_plot(0, HIGHEST)),
        path([_plot(0, values[0]), _plot(1, values[-1])], "line muted", stroke_dasharray="5 4"),
        path([_plot(t, v) for t, v in zip(ts, values, strict=True)], "line", stroke_width=2.5),
    ]
    for value in (0, 50, 100):
        parts.append(label(PLOT_LEFT - 8, _plot(0, value)[1] + 4, value, "muted", anchor="end", size=11))
    for t in np.linspace(0, 1, 5):
        parts.append(label(_plot(t, 0)[0], PLOT_TOP + PLOT_HEIGHT + 15, number(t), "muted", size=11))
    parts.append(
        label(PLOT_LEFT + PLOT_WIDTH / 2, PLOT_TOP + PLOT_HEIGHT + 31, _axis_name(profile), "muted", size=11)
    )
    for t, v in zip(ts[::10], values[::10], strict=True):
        dot_x, dot_y = _plot(t, v)
        parts.append(circle(dot_x, dot_y, 4, "input" if t in (0, 1) and "diagonal" in profile else "sample"))
        # The first label stands to the right of the axis, clear of the axis' own numbers.
        begin = (dot_x + 5, "start") if t == 0 else (dot_x, "middle")
        parts.append(label(begin[0], dot_y - 9, number(v, 2), "halo", begin[1], 12))
    at = _where_on(profile, x, y)
    if at is not None:
        parts.append(circle(*_plot(at, _value(cell, x, y)), 6, "output"))
    return group(parts, pointer_events="none")


def _where_on(profile, x, y):
    """How far along the line P is, 0 to 1; None when P is not on it."""
    if profile == "along x":
        return x
    if profile == "along y":
        return y
    on_line = abs(x - y) < 1e-9 if profile == "diagonal ↘" else abs(x + y - 1) < 1e-9
    return x if on_line else None


def _along(profile):
    return {
        "diagonal ↘": "along the diagonal ↘",
        "diagonal ↗": "along the diagonal ↗",
        "along x": "along the row through P",
        "along y": "along the column through P",
    }[profile]


def _axis_name(profile):
    if profile == "along y":
        return "y, in samples"
    return "x, in samples" + {"diagonal ↘": " (y = x)", "diagonal ↗": " (y = 1 − x)"}.get(profile, "")


# ---- in words ----------------------------------------------------------------------------------------------


def _lerp_words(name, start, end, t, value):
    return (
        f"{name} = {number(1 - t)} · {number(start, 4)} + {number(t)} · {number(end, 4)} = {number(value, 4)}"
    )


def _lerp_sentences(cell, x, y, order):
    (name1, r1, *_), (name2, r2, *_) = _first_lerp(cell, x, y, order)
    pairs, t, u = (cell, x, y) if order == "x first" else (cell.T, y, x)
    return [
        _lerp_words(name1, *pairs[0], t, r1),
        _lerp_words(name2, *pairs[1], t, r2),
        _lerp_words("P", r1, r2, u, _value(cell, x, y)),
    ]


def _sum_words(cell, weights):
    terms = " + ".join(f"{number(w, 4)} · {number(v)}" for w, v in zip(weights.flat, cell.flat, strict=True))
    return f"P = {terms} = {number((weights * cell).sum(), 4)}"


def _formulas(cell, weights, x, y, order):
    first, second, last = _lerp_sentences(cell, x, y, order)
    bottom = TOP + SIDE + 78
    return "".join(
        [
            label(8, bottom, "four weights", "muted", anchor="start"),
            label(112, bottom, _sum_words(cell, weights), anchor="start", size=14),
            label(8, bottom + 25, "two lerps", "muted", anchor="start"),
            label(
                112, bottom + 25, f"{first}      {second}", anchor="start", size=14, style="white-space: pre"
            ),
            label(112, bottom + 50, last, anchor="start", size=14),
        ]
    )


def _sentence(cell, weights, x, y, order, profile):
    first, second, last = _lerp_sentences(cell, x, y, order)
    values = profile_values(cell, profile, x, y, 5)
    steps = np.diff(values)
    listed = ", ".join(number(v, 2) for v in values)
    if np.ptp(steps) < 1e-9:
        shape = "equal steps, a straight line"
        if "diagonal" in profile:
            shape += ", because these four values lie on one plane"
    else:
        shape = f"steps of {', '.join(number(s, 2) for s in steps)}: a curve, a parabola"
    return (
        f"P is at x = {number(x)}, y = {number(y)}. {_sum_words(cell, weights)}. "
        f"The same in two steps, {order}: {first}; {second}; {last}. "
        f"The value {_along(profile)} is {listed}: {shape}."
    )


def _details(cell, weights):
    details = {}
    for k in range(4):
        w, v = float(weights.flat[k]), float(cell.flat[k])
        sentence = (
            f"The {CORNERS[k]} sample, {number(v)}, has weight {number(w, 4)}: the area of the rectangle at "
            f"the opposite corner, {CORNERS[_opposite(k)]}. "
            f"It adds {number(w, 4)} · {number(v)} = {number(w * v, 4)}."
        )
        details[f"in-{k}"] = details[f"area-{k}"] = sentence
    return details
