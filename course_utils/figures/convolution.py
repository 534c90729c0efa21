"""The stepper's picture: a transposed convolution one step at a time, seen as scatter and as gather.

Ids of cells: "in-3", "w-3" and "out-3" are flat indices; "cut-3" is a flat full place that padding cut off;
"stamp-1-2" is input 1 times weight 2, where it is drawn. In 2-D input and kernel are squares, and every setting holds
for both axes. Words: see ``course_utils.trace``.
"""

from __future__ import annotations

import textwrap

import numpy as np

from course_utils.figures.draw.cells import font_size, words_in
from course_utils.figures.draw.scene import (
    Scene,
    document,
    image,
    label,
    number,
    painted,
    rect,
    written,
)
from course_utils.figures.stepper_cells import (
    HEIGHT,
    MATRIX_X,
    MOST,
    MOST_INPUTS,
    MOST_TAPS,
    WIDTH,
    formula,
    handles_of,
)
from course_utils.figures.stepper_line import Line
from course_utils.figures.stepper_square import Square
from course_utils.figures.trace import (
    checked_trace,
    details_of,
    links_of,
    overview,
    refusal,
    table_of,
    torch_line,
    torch_words,
)
from course_utils.validation import one_of, whole_number

VIEWS = ("scatter", "gather")


def stepper_scene(
    x, kernel, stride=1, padding=0, output_padding=0, dilation=1, view="scatter", step=None
) -> Scene:
    """A transposed convolution with the frames of all steps: one per input (scatter) or output (gather).

    x, kernel   1-D, or square 2-D; up to MOST_INPUTS and MOST_TAPS per axis
    step        flat index of the input that stamps, or of the output that is read; the last one if too large. None
                leaves the learner at the step where they are

    Handles: "x[0]", "kernel[0]" (in 2-D "x[0,0]"), every setting, "in_size", "kernel_size".
    A setting that torch refuses becomes a scene that says so, in torch's words and in ours. Raises NoPicture for
    more numbers than can be read.
    """
    one_of(view, "view", VIEWS)
    trace = stepper_trace(
        x, kernel, stride=stride, padding=padding, output_padding=output_padding, dilation=dilation
    )
    try:
        outputs = trace.output.size
    except ValueError:
        return _refusal(trace)
    steps = trace.x.size if view == "scatter" else outputs
    shown = min(whole_number(step or 0, "step", 0), steps - 1)
    draw = (Line if trace.x.ndim == 1 else Square)(trace, view)
    frames = draw.frames()
    matrix, bands = _matrix(trace)
    text = overview(trace)
    drawn = draw.parts(written(frames, shown), frames[shown].move, painted(frames, shown))
    parts = [formula(trace), _torch(trace), *drawn, matrix]
    return Scene(
        document(WIDTH, HEIGHT, parts, f"A transposed convolution, {view}", text),
        text,
        table_of(trace),
        links=links_of(trace, view),
        details=details_of(trace, view),
        steps=[f"{'in' if view == 'scatter' else 'out'}-{i}" for i in range(steps)],
        bands=bands,
        frames=frames,
        step=None if step is None else shown,
        word="input" if view == "scatter" else "output",
        handles=handles_of(trace),
    )


def stepper_trace(x, kernel, **settings):
    """The numbers of the picture. Raises NoPicture for more numbers than can be read."""
    return checked_trace(x, kernel, settings, {"x": MOST_INPUTS, "kernel": MOST_TAPS, **MOST}, "the stepper")


def _torch(trace):
    """The line of torch that computes the same."""
    call = torch_line(trace.x.ndim, **trace.settings)
    shapes = ", ".join(
        f"{name} of shape {(1, 1, *array.shape)}" for name, array in (("x", trace.x), ("w", trace.kernel))
    )
    return label(2, 66, call, "mono code", anchor="start", size=13, font_weight="600") + label(
        WIDTH - 2, 66, shapes, "muted", anchor="end", size=12
    )


def _refusal(trace):
    """A setting without output: the same formula, torch's words in the picture, ours in the sentence above it."""
    theirs = torch_words(trace.x.shape, len(trace.kernel), **trace.settings)
    parts = [
        formula(trace),
        _torch(trace),
        rect(2, 92, WIDTH - 4, 110, "frame", rx=6, stroke_dasharray="5 4"),
    ]
    parts.append(label(28, 136, "torch refuses this setting:", anchor="start", size=14, font_weight="600"))
    for i, piece in enumerate(textwrap.wrap(theirs, 112)):
        parts.append(label(28, 162 + 22 * i, piece, "mono", anchor="start"))
    text = refusal(trace)
    svg = document(WIDTH, HEIGHT, parts, "A setting that torch refuses", f"torch: “{theirs}”. {text}")
    # the sizes say what torch refuses; numbers are not drawn, so they cannot be pulled
    handles = {name: handle for name, handle in handles_of(trace).items() if "[" not in name}
    return Scene(svg, text, (("setting", "value"), list(trace.settings.items())), handles=handles)


def _matrix(trace):
    """The matrix at the right, row = output, column = input, numbered where there is room. Returns (svg, bands)."""
    top, high = (200, 224) if trace.x.ndim == 1 else (116, 150)
    rows, columns = trace.matrix.shape
    width, height = min(148, 24 * columns), min(high, 24 * rows)
    cell_w, cell_h = width / columns, height / rows
    numbered = cell_h >= 9 and cell_w >= 12
    pixels = _tinted(trace.matrix, 40, 90 if numbered else 215)
    words = f"matrix with {rows} rows (one per output) and {columns} columns (one per input)"
    parts = [
        label(MATRIX_X, top - 9, f"matrix {rows} × {columns}", anchor="start", size=12, font_weight="600"),
        image(
            MATRIX_X, top, width, height, pixels, words, data_hit="out in", data_rows=rows, data_cols=columns
        ),
        rect(MATRIX_X, top, width, height, "frame", pointer_events="none"),
        label(MATRIX_X, top + height + 15, "row = output", "muted", anchor="start", size=11),
        label(MATRIX_X, top + height + 29, "column = input", "muted", anchor="start", size=11),
    ]
    size = font_size([number(w, 2) for w in trace.kernel.flat], cell_w, cell_h * 1.5)
    if numbered and size:
        for o, j in np.argwhere(trace.matrix):
            x, y = MATRIX_X + j * cell_w, top + o * cell_h
            parts.append(words_in(x, y, cell_w, cell_h, number(trace.matrix[o, j], 2), min(size, 11)))
    if trace.x.ndim == 2:
        parts.append(_overlaps(trace, top + height + 60))
    bands = {f"out-{o}": (MATRIX_X, top + o * cell_h, width, cell_h) for o in range(rows)}
    bands |= {f"in-{j}": (MATRIX_X + j * cell_w, top, cell_w, height) for j in range(columns)}
    return "".join(parts), bands


def _tinted(values, weakest, range_, above=(0, 150, 110)):
    """Numbers as pixels: 0 is clear, the largest is ``weakest + range_`` of 255 opaque, below 0 purple."""
    pixels = np.zeros((*values.shape, 4), np.uint8)
    pixels[..., :3] = np.where((values < 0)[..., None], (144, 64, 168), above)
    tint = np.abs(values) / (np.abs(values).max() or 1)
    pixels[..., 3] = np.where(values == 0, 0, weakest + range_ * tint).round()
    return pixels


def _overlaps(trace, top):
    """How many stamps land on each output, as a small heat map."""
    counts, side = trace.overlaps, 110
    low, high = counts.min(), counts.max()
    words = f"{low}" if low == high else f"{low} to {high}"
    pixels = _tinted(counts, 0, 215, above=(213, 94, 0))
    return (
        label(MATRIX_X, top - 9, f"stamps per output: {words}", anchor="start", size=10)
        + image(MATRIX_X, top, side, side, pixels, f"how many stamps land on each output: {words}")
        + rect(MATRIX_X, top, side, side, "frame", pointer_events="none")
    )
