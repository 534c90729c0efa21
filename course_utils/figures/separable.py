"""A resize of two axes as three matrices: W_h, the picture X, W_w transposed, and what comes out.

Words used here
    W_h    one row for each new row of the picture: which old rows it mixes, shape (new height, height)
    W_wᵀ   one column for each new column: which old columns it mixes, shape (width, new width)
"""

from __future__ import annotations

import numpy as np

from course_utils.figures.draw.scene import NoPicture, Scene, cell_handles, document, grid, label, number
from course_utils.resampling import resampling_matrix
from course_utils.validation import finite_array, whole_number

MOST_ROWS, MOST_COLUMNS, LARGEST = 4, 5, 99  # of the picture, and of a number in it
MOST_NEW = 6, 8  # rows and columns of the result
CELL, TOP, GAP, WIDTH = 44, 34, 34, 912
HEIGHT = TOP + CELL * MOST_NEW[0] + 6


def two_matrices_scene(picture, new_height: int, new_width: int) -> Scene:
    """``picture`` resized by bilinear interpolation: W_h, X, W_wᵀ and the output side by side, linked.

    picture   shape (height, width), at most 4 x 5, numbers -99 to 99

    Choose ``out-o`` to see its row of W_h, its column of W_wᵀ and the pixels they meet in; ``in-i`` to see what a
    pixel paints; ``high-k``, ``wide-k`` (weights of W_h and W_wᵀ) to see where a weight counts. All indices are flat.
    Raises NoPicture for a picture that has no room.
    """
    x = _checked(picture)
    new_height = whole_number(new_height, "new_height", 1, MOST_NEW[0])
    new_width = whole_number(new_width, "new_width", 1, MOST_NEW[1])
    high, wide = resampling_matrix(x.shape[0], new_height), resampling_matrix(x.shape[1], new_width).T
    out = high @ x @ wide
    text = _overview(x, out)
    return Scene(
        document(WIDTH, HEIGHT, _panels(high, x, wide, out), "A resize as two matrices", text),
        text,
        links=_links(high, x, wide),
        details=_details(high, x, wide, out),
        steps=[f"out-{o}" for o in range(out.size)],
        word="output",
        handles=cell_handles("picture", x, -LARGEST, LARGEST),
    )


def _checked(picture):
    x = finite_array(picture, "picture", ndim=2).astype(float)
    if not (1 <= x.shape[0] <= MOST_ROWS and 1 <= x.shape[1] <= MOST_COLUMNS):
        raise NoPicture(
            f"There is room for up to {MOST_ROWS} rows and {MOST_COLUMNS} columns; these are {x.shape[0]} × "
            f"{x.shape[1]}."
        )
    if np.abs(x).max() > LARGEST:
        raise NoPicture(
            f"Numbers from −{LARGEST} to {LARGEST} fit; one is {number(x.flat[np.abs(x).argmax()])}."
        )
    return x


def _panels(high, x, wide, out):
    """Four grids in a row, with the signs of the product between them."""
    cells = sum(array.shape[1] for array in (high, x, wide, out))
    cell = min(CELL, (WIDTH - 4 - 3 * GAP) / cells)
    limits = min(x.min(), 0), max(x.max(), 1)
    left, middle, parts = (
        2,
        TOP + CELL * MOST_NEW[0] / 2,
        [],
    )  # the middle stays where it is when sizes change
    for array, name, css, title, ends, sign, handle in (
        (high, "high", "kernel", "W_h", (0, 1), "·", ""),
        (x, "in", "input", "X", limits, "·", "picture"),
        (wide, "wide", "kernel", "W_wᵀ", (0, 1), "=", ""),
        (out, "out", "output", "output", limits, "", ""),
    ):
        rows, columns = array.shape
        top = middle - rows * cell / 2
        words = f"{title}  {rows} × {columns}"
        parts.append(grid(array, left, top, cell, name, css, words, ends, handle=handle))
        left += columns * cell
        parts.append(label(left + GAP / 2, middle + 9, sign, size=28))
        left += GAP
    return parts


def _links(high, x, wide):
    """An output and a pixel light what they meet in; the weight of a pixel in an output is a product."""
    (rows, columns), (new_rows, new_columns) = x.shape, (len(high), wide.shape[1])
    links = {}
    for r, c in np.ndindex(new_rows, new_columns):
        taps = [
            (f"in-{i * columns + j}", round(float(high[r, i] * wide[j, c]), 6))
            for i in np.flatnonzero(high[r]) for j in np.flatnonzero(wide[:, c])
        ]  # fmt: skip
        row = [(f"high-{r * rows + i}", None) for i in range(rows)]
        column = [(f"wide-{j * new_columns + c}", None) for j in range(columns)]
        links[f"out-{r * new_columns + c}"] = taps + row + column
    for i, j in np.ndindex(rows, columns):
        painted = [
            (f"out-{r * new_columns + c}", round(float(high[r, i] * wide[j, c]), 6))
            for r in np.flatnonzero(high[:, i]) for c in np.flatnonzero(wide[j])
        ]  # fmt: skip
        column = [(f"high-{r * rows + i}", None) for r in range(new_rows)]
        row = [(f"wide-{j * new_columns + c}", None) for c in range(new_columns)]
        links[f"in-{i * columns + j}"] = painted + column + row
    return links


# ---- in words ----------------------------------------------------------------------------------------------


def _overview(x, out):
    sizes = f"{x.shape[0]} × {x.shape[1]} pixels become {out.shape[0]} × {out.shape[1]}"
    return f"{sizes}: W_h mixes rows, W_wᵀ mixes columns. Point at an output, or at a pixel of X."


def _details(high, x, wide, out):
    details, (rows, columns), new_columns = {}, x.shape, out.shape[1]
    for r, c in np.ndindex(out.shape):
        terms = " + ".join(
            f"{number(high[r, i])} · {number(wide[j, c])} · {_factor(x[i, j])}"
            for i in np.flatnonzero(high[r]) for j in np.flatnonzero(wide[:, c])
        )  # fmt: skip
        details[f"out-{r * new_columns + c}"] = (
            f"Row {r} of W_h, column {c} of W_wᵀ: out[{r}, {c}] = {terms} = {number(out[r, c])}."
        )
    for i, j in np.ndindex(rows, columns):
        count = np.count_nonzero(high[:, i]) * np.count_nonzero(wide[j])
        details[f"in-{i * columns + j}"] = (
            f"Column {i} of W_h, row {j} of W_wᵀ: X[{i}, {j}] = {number(x[i, j])} contributes to {count} outputs."
        )
    for r, i in np.ndindex(high.shape):
        details[f"high-{r * rows + i}"] = (
            f"W_h[{r}, {i}] = {number(high[r, i])}: the weight of row {i} of X in row {r} of the output."
        )
    for j, c in np.ndindex(wide.shape):
        details[f"wide-{j * new_columns + c}"] = (
            f"W_wᵀ[{j}, {c}] = {number(wide[j, c])}: the weight of column {j} of X in column {c} of the "
            "output."
        )
    return details


def _factor(value):
    return f"({number(value)})" if value < 0 else number(value)
