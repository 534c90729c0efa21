"""A face of few pixels with a point P on it: its four pixels, their weights, and the picture of all such points.

Words used here
    x, y       where P is, in pixels: 0 is the center of the first pixel; x to the right, y down
    cell       the square between the centers of the four pixels around P; their values, shape (2, 2)
    weights    shape (2, 2): the area of the rectangle at the opposite corner of the cell
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from course_utils.figures.bilinear import CORNERS, STEP, opposite_areas, weighted_sum_words
from course_utils.figures.draw.cells import cell_group
from course_utils.figures.draw.scene import (
    Handle,
    NoPicture,
    Scene,
    circle,
    data_url,
    document,
    held,
    image,
    label,
    line,
    number,
    rect,
    scrub,
)
from course_utils.resampling import cell_around, cell_weights, interpolate_cell, resize, to_8_bits
from course_utils.validation import finite_array, real_number

MOST_PIXELS = 32  # per side: more could not be seen as squares
PANEL, TOP, NEAR = 312, 26, 126  # px: a picture, where it begins, one of the four pixels, close up
LEFT, MIDDLE, RIGHT = 2, 330, 598
WIDTH, HEIGHT = RIGHT + PANEL + 2, TOP + PANEL + 50


@dataclass(frozen=True, eq=False)
class Place:
    """P on the pixels: (row, column) of the top left of its four pixels, x and y within their cell, and its value."""

    row: int
    column: int
    x: float
    y: float
    cell: np.ndarray
    weights: np.ndarray
    value: float

    @property
    def gray(self):
        """The value as 8 bits hold it."""
        return int(to_8_bits(self.value))


def place_of(pixels, x, y) -> Place:
    """Everything that the picture shows of P at (x, y), in pixels."""
    row, column, inside_x, inside_y = cell_around(pixels, x, y)
    inside_x, inside_y = round(inside_x, 10), round(inside_y, 10)  # 8.6 - 8 is 0.6 to a reader
    cell = pixels[row : row + 2, column : column + 2].astype(float)
    value = float(interpolate_cell(cell, inside_x, inside_y))
    return Place(row, column, inside_x, inside_y, cell, cell_weights(inside_x, inside_y), value)


def checked_pixels(pixels) -> np.ndarray:
    """Gray pixels as uint8. Raises ValueError or TypeError for what this picture cannot show."""
    pixels = finite_array(pixels, "pixels", ndim=2)
    if not 2 <= min(pixels.shape) <= max(pixels.shape) <= MOST_PIXELS:
        raise ValueError(f"pixels must have 2 to {MOST_PIXELS} rows and columns; got shape {pixels.shape}.")
    if pixels.min() < 0 or pixels.max() > 255 or np.any(pixels != np.round(pixels)):
        raise ValueError(
            "pixels must be whole numbers from 0 to 255; "
            f"got {number(pixels.min())} to {number(pixels.max())}, dtype {pixels.dtype}."
        )
    return pixels.astype(np.uint8)


def face_scene(pixels, x: float, y: float) -> Scene:
    """Left the pixels and P, in the middle its four pixels and their weights, right the same picture smooth.

    pixels   gray, uint8 of shape (rows, columns), 2 to 32 each
    x, y     in pixels, 0 to columns - 1 and rows - 1. Raises NoPicture outside

    Handles: "P" on both pictures, "P from near" on the four pixels, "x", "y". Cells: ``in-k``, ``area-k``.
    """
    pixels, x, y = checked_pixels(pixels), real_number(x, "x"), real_number(y, "y")
    rows, columns = pixels.shape
    if not (0 <= x <= columns - 1 and 0 <= y <= rows - 1):
        raise NoPicture(
            f"P is at x = {number(x)}, y = {number(y)}, outside the centers of the pixels: "
            f"x goes from 0 to {columns - 1}, y from 0 to {rows - 1}."
        )
    p = place_of(pixels, x, y)
    side = PANEL / max(rows, columns)
    at = (x + 0.5) * side, TOP + (y + 0.5) * side  # from the left edge of a panel
    text = _sentence(p, x, y)
    parts = [
        *_mosaic(pixels, p, side),
        *_smooth(pixels, side),
        *_from_near(pixels, p),
        *_value(p),
        _formula(p, x, y),
        _point(LEFT + at[0], at[1], 6, **held("P", f"P at x = {number(x)}, y = {number(y)}")),
        _point(RIGHT + at[0], at[1], 6, data_handle="P"),
        _point(MIDDLE + (0.5 + p.x) * NEAR, TOP + (0.5 + p.y) * NEAR, 9, data_handle="P from near"),
    ]
    return Scene(
        document(WIDTH, HEIGHT, parts, "A point between the pixels of a face", text),
        text,
        _table(p),
        links={f"in-{k}": [(f"area-{k}", float(p.weights.flat[k]))] for k in range(4)},
        details=_details(p),
        handles=_handles(x, y, pixels.shape, side),
    )


def _handles(x, y, shape, side):
    high = float(shape[1] - 1), float(shape[0] - 1)

    def both(pixel):
        rates = ((1 / pixel, 0), (0, 1 / pixel))
        return Handle(("x", "y"), (x, y), rates, (0.0, 0.0), high, (STEP, STEP), "P", big=20)

    each = {
        name: scrub(name, value, 0.0, end, STEP, pixels=4)
        for name, value, end in zip("xy", (x, y), high, strict=True)
    }
    return {"P": both(side), "P from near": both(NEAR), **each}  # fmt: skip


# ---- what is seen ------------------------------------------------------------------------------------------


def _mosaic(pixels, p, side):
    """The pixels as squares, and a frame around the four that P asks, tied to their enlargement."""
    rows, columns = pixels.shape
    width, height = columns * side, rows * side
    left, top, block = LEFT + p.column * side, TOP + p.row * side, 2 * side
    edges = "".join(f"M{LEFT + i * side:.5g},{TOP}v{height:.5g}" for i in range(1, columns))
    edges += "".join(f"M{LEFT},{TOP + i * side:.5g}h{width:.5g}" for i in range(1, rows))
    return [
        label(LEFT, TOP - 8, f"{rows} × {columns} pixels: drag P", "", "start", 14, font_weight="600"),
        image(LEFT, TOP, width, height, pixels, "the pixels as squares"),
        f'<path d="{edges}" class="line" stroke-width="0.5" stroke-opacity="0.25" pointer-events="none"/>',
        *(line(left + block, y0, MIDDLE, y1, "line input", stroke_opacity=0.55, pointer_events="none")
          for y0, y1 in ((top, TOP), (top + block, TOP + 2 * NEAR))),
        rect(left, top, block, block, "plain", stroke="#fff", stroke_width=4, pointer_events="none"),
        rect(left, top, block, block, "line input", stroke_width=2, pointer_events="none"),
    ]  # fmt: skip


def _smooth(pixels, side):
    rows, columns = pixels.shape
    url = _smooth_url(pixels.tobytes(), pixels.shape)
    return [
        label(RIGHT, TOP - 8, "the same, for every point", "", "start", 14, font_weight="600"),
        image(RIGHT, TOP, columns * side, rows * side, url, "the same picture, bilinear", crisp=False),
    ]


@lru_cache(maxsize=8)
def _smooth_url(data, shape):
    """The pixels enlarged until no square is seen, as a ``data:`` URL. As JPEG it is a sixth of the bytes."""
    pixels = np.frombuffer(data, np.uint8).reshape(shape)
    factor = PANEL // max(shape)
    return data_url(resize(pixels, tuple(factor * size for size in shape)), "jpeg", quality=92)


def _from_near(pixels, p):
    """The four pixels, their values and weights; between their centers the cell with its four areas."""
    four = pixels[p.row : p.row + 2, p.column : p.column + 2]
    cells = [
        rect(MIDDLE + NEAR * (k % 2), TOP + NEAR * (k // 2), NEAR, NEAR, "cell plain", data_id=f"in-{k}",
             data_row=k // 2, data_col=k % 2)
        for k in range(4)
    ]  # fmt: skip
    return [
        label(MIDDLE, TOP - 8, "the four pixels around P", "", "start", 14, font_weight="600"),
        image(MIDDLE, TOP, 2 * NEAR, 2 * NEAR, four, "the four pixels, close up"),
        cell_group(cells, "in", "the four pixels"),
        *(rect(MIDDLE + NEAR * (k % 2), TOP + NEAR * (k // 2), NEAR, NEAR, "line input", stroke_width=1.5,
               pointer_events="none") for k in range(4)),
        rect(MIDDLE + NEAR / 2, TOP + NEAR / 2, NEAR, NEAR, "paper", fill_opacity=0.72, pointer_events="none"),
        opposite_areas(p, MIDDLE + NEAR / 2, TOP + NEAR / 2, NEAR),
        _cross(MIDDLE + NEAR / 2, TOP + NEAR / 2, p),
        rect(MIDDLE + NEAR / 2, TOP + NEAR / 2, NEAR, NEAR, "frame", pointer_events="none"),
        *(_pixel_words(k, p) for k in range(4)),
    ]  # fmt: skip


def _cross(left, top, p):
    """Where the four areas meet: the lines through P."""
    x, y = left + p.x * NEAR, top + p.y * NEAR
    return line(left, y, left + NEAR, y, pointer_events="none") + line(
        x, top, x, top + NEAR, pointer_events="none"
    )


def _pixel_words(k, p):
    """A pixel's value and weight, in its outer corner."""
    row, column = divmod(k, 2)
    x = MIDDLE + (2 * NEAR - 8 if column else 8)
    y = TOP + (2 * NEAR - 26 if row else 22)
    more = {"anchor": "end" if column else "start", "pointer_events": "none"}
    return label(x, y, number(p.cell.flat[k]), "input halo", size=17, font_weight="700", **more) + label(
        x, y + 18, f"× {number(p.weights.flat[k], 4)}", "kernel halo", font_weight="600", **more
    )


def _value(p):
    """P's own gray, and its number."""
    top = TOP + PANEL - 48
    gray = f"rgb({p.gray},{p.gray},{p.gray})"
    return [
        f'<rect x="{MIDDLE}" y="{top}" width="48" height="48" fill="{gray}" data-name="P"/>',
        rect(MIDDLE, top, 48, 48, "line output", stroke_width=2),
        label(MIDDLE + 60, top + 20, f"P = {number(p.value, 4)}", "output", "start", 17, font_weight="700"),
        label(MIDDLE + 60, top + 41, f"a gray of {p.gray}", "muted", "start"),
    ]


def _formula(p, x, y):
    bottom = TOP + PANEL + 32
    parts = [
        label(left, bottom, f"{name} = {number(value)}", "output scrub", "start", 15, font_weight="600",
              **held(name, f"{name} = {number(value)}"))
        for left, name, value in ((LEFT + 4, "x", x), (LEFT + 104, "y", y))
    ]  # fmt: skip
    words = f"P = {weighted_sum_words(p.weights, p.cell, p.value)}"
    parts.append(label(300, bottom, words, anchor="start", size=14))
    return "".join(parts)


def _point(x, y, radius, **attributes):
    """P, with a wide rim that is easy to take hold of."""
    rim = circle(x, y, 2.4 * radius, "plain", data_handle=attributes["data_handle"])
    return rim + circle(x, y, radius, "output knob", **attributes)


# ---- in words ----------------------------------------------------------------------------------------------


def _sentence(p, x, y):
    return (
        f"P is at x = {number(x)}, y = {number(y)}, among rows {p.row} and {p.row + 1} and columns {p.column} and "
        f"{p.column + 1}. P = {weighted_sum_words(p.weights, p.cell, p.value)}, a gray of {p.gray}."
    )


def _details(p):
    details = {}
    for k, (w, v) in enumerate(zip(p.weights.flat, p.cell.flat, strict=True)):
        row, column = p.row + k // 2, p.column + k % 2
        details[f"in-{k}"] = details[f"area-{k}"] = (
            f"The {CORNERS[k]} pixel, row {row}, column {column}, holds {number(v)}. Its weight is {number(w, 4)}, "
            f"the area of the rectangle opposite: it adds {number(w, 4)} · {number(v)} = {number(w * v, 4)}."
        )
    return details


def _table(p):
    header = ("pixel", "row", "column", "value", "weight", "value × weight")
    rows = [
        (CORNERS[k], str(p.row + k // 2), str(p.column + k % 2), number(v), number(w, 4), number(w * v, 4))
        for k, (w, v) in enumerate(zip(p.weights.flat, p.cell.flat, strict=True))
    ]
    rows.append(("sum", "", "", "", number(p.weights.sum(), 4), number(p.value, 4)))
    return header, rows
