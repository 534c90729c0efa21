"""The microscope's picture: input grid, matrix, output grid; rows gather, columns scatter."""

from __future__ import annotations

import math

import numpy as np

from course_utils.figures.draw.scene import (
    NoPicture,
    Scene,
    cell_handles,
    document,
    grid,
    image,
    label,
    number,
    rect,
)
from course_utils.probing import Probe, numbers_apart

MOST_INPUTS, MOST_OUTPUTS = 1024, 4096
LIMITS = f"The microscope shows up to {MOST_INPUTS:,} inputs and {MOST_OUTPUTS:,} outputs"
MOST_LINKS = 60_000
LARGEST = 99  # of an input that is pulled; typed ones may be larger
GAP, TOP = 46, 72


def microscope_scene(
    probe: Probe, title: str = "The operator under the microscope", handle: str = ""
) -> Scene:
    """``probe`` as a picture. Choose ``out-i`` to see row i (its taps), ``in-j`` to see column j (what it paints).

    handle   name of the control that holds the input's numbers: then each of them can be pulled

    Raises NoPicture when the operator has more cells than anyone could point at.
    """
    inputs, outputs = math.prod(probe.in_shape), math.prod(probe.out_shape)
    if inputs > MOST_INPUTS or outputs > MOST_OUTPUTS:
        raise NoPicture(
            f"This operator maps {probe.in_shape} to {probe.out_shape}: {inputs:,} inputs and {outputs:,} outputs. "
            f"{LIMITS}; give it a smaller input."
        )
    left, in_width, in_height = _panels(probe.at, probe.in_shape, 2, "in", "input", "input", 230, handle)
    matrix_x = 2 + in_width + GAP
    matrix, matrix_width, matrix_height, bands = _matrix_picture(probe.matrix, matrix_x)
    out_x = matrix_x + matrix_width + GAP
    right, out_width, out_height = _panels(
        probe.output, probe.out_shape, out_x, "out", "output", "output", 330
    )
    width = out_x + out_width + 4
    height = TOP + max(in_height, matrix_height, out_height) + 26
    text = _overview(probe)
    parts = [label(2, 18, _headline(probe), anchor="start", size=14, font_weight="600"), left, matrix, right]
    return Scene(
        document(max(width, 7.7 * len(_headline(probe)), 560), height, parts, title, text),
        text,
        links=_links(probe),
        details={**_row_sentences(probe), **_column_sentences(probe)},
        steps=[f"out-{i}" for i in range(outputs)],
        word="output",
        handles=cell_handles(handle, as_rows(probe.at), -LARGEST, LARGEST) if handle else {},
        bands=bands,
    )


def as_rows(values) -> np.ndarray:
    """An array of any shape as rows of its last axis: shape (rows, columns)."""
    values = np.asarray(values, float)
    return values.reshape(-1, values.shape[-1] if values.ndim else 1)


def name_of(flat_index: int, shape: tuple[int, ...], array: str) -> str:
    """``out[1, 2]`` for a flat index; leading axes of size 1 are left out.

    >>> name_of(5, (1, 1, 2, 3), "out")
    'out[1, 2]'
    """
    shape = _without_leading_ones(shape)
    return f"{array}[{', '.join(str(int(i)) for i in np.unravel_index(flat_index, shape))}]"


def _without_leading_ones(shape):
    while len(shape) > 1 and shape[0] == 1:
        shape = shape[1:]
    return shape or (1,)


def _panels(values, shape, x, name, css, word, room, handle=""):
    """An array of any shape as panels of its last two axes. Returns (svg, width, height)."""
    shape = _without_leading_ones(shape)
    rows, cols = (1, shape[0]) if len(shape) == 1 else shape[-2:]
    count = math.prod(shape) // (rows * cols)
    across = math.ceil(math.sqrt(count))
    down = math.ceil(count / across)
    cell = min(44, max(8, min(room / (across * cols), room / (down * rows))))
    values = np.asarray(values, float).reshape(count, rows, cols)
    limits = float(values.min()), float(values.max())
    title = f"{word} {' × '.join(map(str, shape))}"
    parts = [label(x, TOP - 26, title, anchor="start")] if count > 1 else []
    step_x, step_y = cols * cell + 12, rows * cell + 28
    for panel in range(count):
        left, top = x + (panel % across) * step_x, TOP + (panel // across) * step_y
        start = panel * rows * cols
        caption = title if count == 1 else f"[{panel}]"
        parts.append(
            grid(values[panel], left, top, cell, name, css, caption, limits, start=start, handle=handle)
        )
    return "".join(parts), max(across * step_x - 12, 100), down * step_y - 28


def _matrix_picture(matrix, x):
    """The matrix as one image, green for positive and purple for negative weights. Returns (svg, w, h, bands)."""
    rows, cols = matrix.shape
    scale = min(26, 250 / max(rows, cols))
    width, height = max(cols * scale, 6), rows * scale
    largest = np.abs(matrix).max() or 1.0
    pixels = np.zeros((rows, cols, 4), np.uint8)
    pixels[..., :3] = np.where((matrix < 0)[..., None], (144, 64, 168), (0, 150, 110))
    strength = np.abs(matrix) / largest
    pixels[..., 3] = np.where(matrix == 0, 0, 40 + 215 * strength).round()
    words = f"matrix with {rows} rows (one per output) and {cols} columns (one per input)"
    parts = [
        label(x, TOP - 9, f"matrix {rows} × {cols}", anchor="start"),
        image(x, TOP, width, height, pixels, words, data_hit="out in", data_rows=rows, data_cols=cols),
        rect(x, TOP, width, height, "frame", pointer_events="none"),
        label(x, TOP + height + 17, "row = output, column = input", "muted", anchor="start", size=11),
    ]
    bands = {f"out-{i}": (x, TOP + i * height / rows, width, height / rows) for i in range(rows)}
    bands |= {f"in-{j}": (x + j * width / cols, TOP, width / cols, height) for j in range(cols)}
    return "".join(parts), max(width, 170), height, bands


def _links(probe):
    """Row i of the matrix as links of ``out-i``. The browser turns them round for the columns."""
    weights = np.count_nonzero(probe.matrix)
    if weights > MOST_LINKS:  # a dense matrix lights up everything; keep its large weights
        floor = np.partition(np.abs(probe.matrix).ravel(), -MOST_LINKS)[-MOST_LINKS]
    else:
        floor = 0
    links = {}
    for i in range(probe.matrix.shape[0]):
        taps = probe.row(i)
        links[f"out-{i}"] = [
            (f"in-{j}", round(float(w), 6))
            for j, w in zip(taps.indices, taps.weights, strict=True)
            if abs(w) >= floor
        ]
    return links


def _headline(probe):
    if probe.between:
        low, high = probe.between
        return (
            f"In steps. Shown is how much each output moves per unit when an input goes from {low} to {high}."
        )
    return {
        "linear": "Linear: every output is a weighted sum of inputs.",
        "affine": "Affine: a weighted sum of inputs plus a constant.",
        "nonlinear": "Not linear. Shown is the Jacobian: how much each output moves with each input, at this input.",
    }[probe.linearity.kind]


def _overview(probe):
    rows, cols = probe.matrix.shape
    taps = np.count_nonzero(probe.matrix, axis=1)
    reads = f"{taps.min()} to {taps.max()}" if taps.min() != taps.max() else f"{taps[0]}"
    advice = "Point at an output to see its row (gather), at an input to see its column (scatter)."
    why = "" if probe.linearity.kind == "linear" else probe.linearity.sentence + " "
    sizes = f"{cols} input{'s' * (cols != 1)} become{'s' * (cols == 1)} {rows} output{'s' * (rows != 1)}"
    return f"{why}{sizes}; an output reads {reads} of them. {_row_sums(probe)}. {advice}"


def _row_sums(probe):
    """What the rows sum to: one number where rounding errors explain the differences, else both ends."""
    sums, sizes = probe.matrix.sum(axis=1), np.abs(probe.matrix).sum(axis=1)
    low, high = sums.min(), sums.max()
    if high - low < 1e-9 * max(sizes.max(), 1):
        return f"Every row sums to {number(sums[0])}"
    if high - low <= probe.linearity.precision ** (2 / 3) * sizes.max():
        middle = np.median(sums)
        return f"Up to rounding errors of about {high - low:.1g}, every row sums to {number(middle)}"
    words = number(low), number(high)
    return "The rows sum to {} up to {}".format(
        *(words if words[0] != words[1] else numbers_apart(low, high))
    )


def _row_sentences(probe, most=8):
    at, output = np.ravel(probe.at), np.ravel(probe.output)
    sentences = {}
    for i in range(probe.matrix.shape[0]):
        name, taps = name_of(i, probe.out_shape, "out"), probe.row(i)
        order = np.argsort(-np.abs(taps.weights), kind="stable")[:most]
        chosen = sorted(order, key=lambda k: taps.indices[k])
        more = f" + … ({len(taps.indices) - most} more)" if len(taps.indices) > most else ""
        if probe.linearity.kind == "nonlinear":
            terms = ", ".join(
                f"{number(taps.weights[k])} for {name_of(taps.indices[k], probe.in_shape, 'in')}"
                for k in chosen
            )
            slopes = f"moves with {terms}{more}" if terms else "does not move with any input"
            sentences[f"out-{i}"] = f"{name} = {number(output[i])} at this input; it {slopes}."
            continue
        terms = (
            " + ".join(f"{_factor(taps.weights[k])} · {_factor(at[taps.indices[k]])}" for k in chosen) or "0"
        )
        constant = f" + {_factor(probe.offset[i])} (constant)" if probe.linearity.kind == "affine" else ""
        sentences[f"out-{i}"] = f"{name} = {terms}{more}{constant} = {number(output[i], 4)}"
    return sentences


def _factor(value):
    """A number inside a product; negative ones in brackets so that signs do not collide."""
    return f"({number(value, 4)})" if value < 0 else number(value, 4)


def _column_sentences(probe, most=8):
    sentences = {}
    for j in range(probe.matrix.shape[1]):
        taps = probe.column(j)
        order = sorted(np.argsort(-np.abs(taps.weights), kind="stable")[:most])
        painted = ", ".join(
            f"{name_of(taps.indices[k], probe.out_shape, 'out')} × {number(taps.weights[k], 4)}"
            for k in order
        )
        more = f" and {len(taps.indices) - most} more" if len(taps.indices) > most else ""
        name = f"{name_of(j, probe.in_shape, 'in')} = {number(np.ravel(probe.at)[j])}"
        count = len(taps.indices)
        paints = (
            f"paints {count} output{'s' * (count != 1)}: {painted}{more}." if count else "paints no output."
        )
        sentences[f"in-{j}"] = f"{name} {paints}"
    return sentences
