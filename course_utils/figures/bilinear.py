"""Four samples and a point P between them: areas, three lerps, the surface, a line across it.

Words used here
    cell       the square between four samples, values of shape (2, 2): rows go down, columns to the right
    x, y       position of P in the cell, 0 to 1 each: x to the right, y down
    weights    shape (2, 2), one per corner: the area of the rectangle at the *opposite* corner
    R1, R2     the two values after the first lerp; P lies between them
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from course_utils.figures.draw.cells import cell_group
from course_utils.figures.draw.scene import (
    Handle,
    NoPicture,
    Scene,
    circle,
    document,
    group,
    held,
    label,
    line,
    number,
    path,
    rect,
    scrub,
)
from course_utils.figures.surface import (
    ALONG,
    HIGHEST,
    LOWEST,
    PROFILES,
    Line,
    lifted,
    line_across,
    line_choices,
    line_plot,
    surface,
)
from course_utils.resampling import cell_weights, interpolate_cell
from course_utils.validation import finite_array, one_of, real_number

CORNERS = ("top left", "top right", "bottom left", "bottom right")
ORDERS = ("x first", "y first")
STEP = 0.05  # of x and y, for a hand
PULL = 3  # pixels that a corner's number is pulled for a change of 1

SIDE, LEFT, TOP = 300, 112, 68
WIDTH, HEIGHT = 912, 506
DIRECTIONS = ((0, 1), (1, 0), (1, 1), (1, -1))  # of the strokes of each corner, in the order of CORNERS


@dataclass(frozen=True, eq=False)
class Point:
    """P in its cell with all numbers of the picture. ``first``: (name, value, x, y) of R1 and R2."""

    cell: np.ndarray
    x: float
    y: float
    order: str
    weights: np.ndarray
    value: float
    first: tuple[tuple[str, float, float, float], ...]
    lines: tuple[Line, ...]


def point_in(cell, x: float, y: float, order: str) -> Point:
    """Everything that the picture shows of P at (x, y)."""
    ends = ((x, 0.0), (x, 1.0)) if order == "x first" else ((0.0, y), (1.0, y))
    first = tuple((f"R{'₁₂'[i]}", float(interpolate_cell(cell, *end)), *end) for i, end in enumerate(ends))
    lines = tuple(line_across(cell, name, x, y) for name in PROFILES)
    value = float(interpolate_cell(cell, x, y))
    return Point(cell, x, y, order, cell_weights(x, y), value, first, lines)


def cell_scene(cell, x: float, y: float, order: str = "x first", profile: str = "diagonal ↘") -> Scene:
    """P at (x, y) in the cell: its areas and weights, three lerps in ``order``, the surface, a line across it.

    cell: shape (2, 2), values 0 to 100, because the axes stay put while P moves. Raises NoPicture outside.

    Handles: "P", "x", "y"; "top_left" and so on, the corners' numbers; and the corners of the surface.
    Cells: ``in-k`` a sample, ``area-k`` its weight, ``line-k`` one of PROFILES to choose.
    """
    cell, x, y = finite_array(cell, "cell", ndim=2).astype(float), real_number(x, "x"), real_number(y, "y")
    one_of(order, "order", ORDERS)
    one_of(profile, "profile", PROFILES)
    _refuse_what_does_not_fit(cell, x, y)
    p = point_in(cell, x, y, order)
    across = p.lines[PROFILES.index(profile)]
    heights = [lifted(k, corner_name(k), float(cell.flat[k]), f"{CORNERS[k]} sample") for k in range(4)]
    parts = [
        _headline(p),
        _areas(p),
        _corners(p),
        _lerps(p, across),
        _point(p),
        surface(cell, x, y, p.value, across),
        *(svg for svg, _, _ in heights),
        line_plot(across, p.value),
        line_choices(profile),
        _formulas(p),
    ]
    text = _sentence(p, across)
    return Scene(
        document(WIDTH, HEIGHT, parts, "A point between four samples", text),
        text,
        _table(p),
        links={f"in-{k}": [(f"area-{k}", float(p.weights.flat[k]))] for k in range(4)},
        details=_details(p),
        handles=_handles(p) | {name: handle for _, name, handle in heights},
    )


def corner_name(k):
    """The control of corner k: "top_left" for 0."""
    return CORNERS[k].replace(" ", "_")


def _refuse_what_does_not_fit(cell, x, y):
    if cell.shape != (2, 2):
        raise NoPicture(f"A cell has two rows of two samples; this one has shape {cell.shape}.")
    if not (0 <= x <= 1 and 0 <= y <= 1):
        raise NoPicture(f"P is at x = {number(x)}, y = {number(y)}, outside its cell (0 to 1 each).")
    if cell.min() < LOWEST or cell.max() > HIGHEST:
        raise NoPicture(
            f"The axes go from 0 to 100; the corners hold {number(cell.min())} to {number(cell.max())}."
        )


def _handles(p):
    rates = ((1 / SIDE, 0), (0, 1 / SIDE))
    handles = {"P": Handle(("x", "y"), (p.x, p.y), rates, (0.0, 0.0), (1.0, 1.0), (STEP, STEP), "P")}
    handles |= {name: scrub(name, getattr(p, name), 0.0, 1.0, STEP) for name in ("x", "y")}
    for k, value in enumerate(p.cell.flat):
        words = f"{CORNERS[k]} sample"
        handles[corner_name(k)] = scrub(corner_name(k), float(value), LOWEST, HIGHEST, 1, words, PULL)
    return handles


# ---- the cell: areas, corners, lerps -----------------------------------------------------------------------


def _headline(p):
    """What to look for, and where P is: two numbers that can be pulled."""
    parts = [
        label(8, 20, "each weight is the opposite area", anchor="start", size=14, font_weight="600"),
        label(300, 20, "P at", "muted", "start", 14),
    ]
    for left, name in ((335, "x"), (415, "y")):
        words = f"{name} = {number(getattr(p, name))}"
        parts.append(
            label(left, 20, words, "output scrub", "start", 14, font_weight="600", **held(name, words))
        )
    return "".join(parts)


def rectangle_at(k, x, y):
    """The rectangle at corner k, cut off by the lines through (x, y): (left, top, width, height), 0 to 1 each."""
    row, col = divmod(k, 2)
    left, width = (x, 1 - x) if col else (0, x)
    top, height = (y, 1 - y) if row else (0, y)
    return left, top, width, height


def hatch(left, top, width, height, k, gap=9):
    """Parallel strokes across a rectangle, in the direction that belongs to corner k. One path.

    Drawn rather than taken from an SVG pattern: pattern ids clash between the pictures of one page.
    """
    dx, dy = DIRECTIONS[k]
    step = gap * (2**0.5 if dx and dy else 1)
    pieces = []
    if not dx:
        xs = np.arange(np.ceil((left + 1) / step) * step, left + width, step)
        pieces = [f"M{s:.5g},{top:.5g}V{top + height:.5g}" for s in xs]
    elif not dy:
        ys = np.arange(np.ceil((top + 1) / step) * step, top + height, step)
        pieces = [f"M{left:.5g},{s:.5g}H{left + width:.5g}" for s in ys]
    else:  # strokes x - dy * y = s; the ends are where they leave the rectangle
        corners = [x - dy * y for x in (left, left + width) for y in (top, top + height)]
        for s in np.arange(np.ceil(min(corners) / step) * step, max(corners), step):
            begin = max(left, min(s + dy * top, s + dy * (top + height)))
            end = min(left + width, max(s + dy * top, s + dy * (top + height)))
            if end > begin:
                pieces.append(f"M{begin:.5g},{(begin - s) * dy:.5g}L{end:.5g},{(end - s) * dy:.5g}")
    if not pieces:
        return ""
    return f'<path d="{"".join(pieces)}" class="line kernel" stroke-width="1.2" pointer-events="none"/>'


def opposite_areas(p, left, top, side, tint=0.1) -> str:
    """Each rectangle in the strokes of the corner whose weight it is, the opposite one: cells ``area-k``.

    p: anything with x, y and weights. The cell is drawn ``side`` px large at (left, top).
    """
    parts = []
    for k in range(4):
        x, y, width, height = rectangle_at(3 - k, p.x, p.y)
        place = left + x * side, top + y * side, width * side, height * side
        parts.append(
            rect(*place, "cell kernel", fill_opacity=tint, data_id=f"area-{k}", data_row=0, data_col=k)
        )
        parts.append(hatch(*place, k))
        if place[2] >= 58 and place[3] >= 36:
            middle = place[0] + place[2] / 2, place[1] + place[3] / 2 + 5
            words = number(p.weights.flat[k], 4)
            parts.append(label(*middle, words, "halo", pointer_events="none", font_weight="600"))
    return "".join(parts)


def _areas(p):
    return opposite_areas(p, LEFT, TOP, SIDE) + rect(LEFT, TOP, SIDE, SIDE, "frame", pointer_events="none")


def _corners(p):
    """The four samples: a dot, a chip in the strokes of its area, value and weight beside it."""
    parts = [_corner(k, p.cell.flat[k], p.weights.flat[k]) for k in range(4)]
    return cell_group(parts, "in", "the four samples")


def _corner(k, value, weight):
    row, col = divmod(k, 2)
    dot_x, dot_y = LEFT + col * SIDE, TOP + row * SIDE
    left = dot_x + 22 if col else dot_x - 56
    place, middle, name = (left, dot_y - 17, 34, 34), left + 17, corner_name(k)
    return "".join(
        [
            rect(*place, "cell kernel", fill_opacity=0.1, data_id=f"in-{k}", data_row=row, data_col=col,
                 data_handle=name),
            hatch(*place, k, gap=7),
            rect(*place, "frame", pointer_events="none"),
            circle(dot_x, dot_y, 6, "input", pointer_events="none"),
            label(middle, dot_y - 27, number(value), "input scrub", size=17, font_weight="700", data_handle=name),
            label(middle, dot_y + 33, f"× {number(weight, 4)}", "kernel", font_weight="600", pointer_events="none"),
        ]
    )  # fmt: skip


def _lerps(p, across):
    px, py = LEFT + p.x * SIDE, TOP + p.y * SIDE
    sideways = line(LEFT, py, LEFT + SIDE, py, "line muted", stroke_dasharray="4 4")
    upright = line(px, TOP, px, TOP + SIDE, "line muted", stroke_dasharray="4 4")
    parts = [sideways if p.order == "x first" else upright]
    if "diagonal" in across.name:
        ends = [(LEFT + u * SIDE, TOP + v * SIDE) for u, v in across.ends]
        parts.append(path(ends, "line", stroke_dasharray="1 6", stroke_width=1.5))
    places = [(LEFT + x * SIDE, TOP + y * SIDE) for _, _, x, y in p.first]
    parts.append(line(*places[0], *places[1], "line", stroke_width=2.5))
    for i, ((name, value, _, _), (dot_x, dot_y)) in enumerate(zip(p.first, places, strict=True)):
        parts.append(circle(dot_x, dot_y, 4.5, "sample"))
        words = f"{name} = {number(value, 4)}"
        if p.order == "x first":  # above and below the cell, kept between the corners
            text_x = min(max(dot_x, LEFT + 44), LEFT + SIDE - 44)
            parts.append(label(text_x, TOP - 12 if i == 0 else TOP + SIDE + 22, words))
        else:  # left and right of the cell, kept between the corners
            text_y = min(max(dot_y, TOP + 58), TOP + SIDE - 54) + 4
            anchor, text_x = ("end", LEFT - 10) if i == 0 else ("start", LEFT + SIDE + 10)
            parts.append(label(text_x, text_y, words, anchor=anchor))
    return group(parts, pointer_events="none")


def _point(p):
    """P itself, to be pulled anywhere; its value stands in the largest of the four rectangles."""
    px, py = LEFT + p.x * SIDE, TOP + p.y * SIDE
    value = number(p.value, 4)
    right, below = p.x <= 0.5, p.y <= 0.5
    rim = circle(px, py, 20, "plain", data_handle="P")  # easy to take hold of
    knob = circle(
        px, py, 10, "output knob", **held("P", f"P at x = {number(p.x)}, y = {number(p.y)}: value {value}")
    )
    return (
        rim
        + knob
        + label(
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
    )


# ---- in words ----------------------------------------------------------------------------------------------


def weighted_sum_words(weights, cell, total) -> str:
    """The four products and their sum: "0.25 · 10 + ... = 40"."""
    terms = " + ".join(f"{number(w, 4)} · {number(v)}" for w, v in zip(weights.flat, cell.flat, strict=True))
    return f"{terms} = {number(total, 4)}"


def _lerp_words(name, start, end, t, value):
    return (
        f"{name} = {number(1 - t)} · {number(start, 4)} + {number(t)} · {number(end, 4)} = {number(value, 4)}"
    )


def _lerp_sentences(p):
    (name1, r1, *_), (name2, r2, *_) = p.first
    pairs, t, u = (p.cell, p.x, p.y) if p.order == "x first" else (p.cell.T, p.y, p.x)
    return [
        _lerp_words(name1, *pairs[0], t, r1),
        _lerp_words(name2, *pairs[1], t, r2),
        _lerp_words("P", r1, r2, u, p.value),
    ]


def _formulas(p):
    first, second, last = _lerp_sentences(p)
    rows = (
        ("four weights", f"P = {weighted_sum_words(p.weights, p.cell, p.value)}"),
        ("three lerps", f"{first}      {second}"),
        ("", last),
    )
    parts = []
    for i, (name, words) in enumerate(rows):
        y = TOP + SIDE + 78 + 25 * i
        parts.append(label(8, y, name, "muted", anchor="start") if name else "")
        parts.append(label(112, y, words, anchor="start", size=14, style="white-space: pre"))
    return "".join(parts)


def _sentence(p, across):
    last = _lerp_sentences(p)[2]
    first = ", ".join(f"{name} = {number(value, 4)}" for name, value, _, _ in p.first)
    shape = "a parabola" if np.ptp(np.diff(across.values[::10])) > 1e-9 else "a straight line"
    if "diagonal" in across.name and shape == "a straight line":
        shape += ": the four lie on one plane"
    return (
        f"P is at x = {number(p.x)}, y = {number(p.y)}. P = {weighted_sum_words(p.weights, p.cell, p.value)}. "
        f"In three lerps, {p.order}: {first}, {last}. The value {ALONG[across.name]} is {shape}."
    )


def _details(p):
    details = {}
    for k in range(4):
        w, v = float(p.weights.flat[k]), float(p.cell.flat[k])
        details[f"in-{k}"] = details[f"area-{k}"] = (
            f"The {CORNERS[k]} sample, {number(v)}, has weight {number(w, 4)}: the area of the rectangle at "
            f"the opposite corner, {CORNERS[3 - k]}. It adds {number(w, 4)} · {number(v)} = {number(w * v, 4)}."
        )
    for k, across in enumerate(p.lines):
        details[f"line-{k}"] = f"The value {ALONG[across.name]} is {across.words}."
    return details


def _table(p):
    header = ("corner", "value", "weight = area of the opposite rectangle", "value × weight")
    rows = [
        (name, number(v), number(w, 4), number(v * w, 4))
        for name, v, w in zip(CORNERS, p.cell.flat, p.weights.flat, strict=True)
    ]
    rows.append(("sum", "", number(p.weights.sum(), 4), number(p.value, 4)))
    return header, rows
