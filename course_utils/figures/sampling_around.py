"""All that an upsampler decided in one part of a picture: a kernel for each output, or a step.

Words used here
    part    the square of coarse pixels that is drawn large, two by two outputs in each
    step    from where bilinear interpolation would read to where an output reads; of several points, to their middle
"""

from __future__ import annotations

import numpy as np

from course_utils.figures.draw.label_maps import heading
from course_utils.figures.draw.scene import (
    NoPicture,
    Scene,
    arrow,
    circle,
    document,
    group,
    image,
    label,
    number,
    rect,
)
from course_utils.figures.sampling import (
    GAP,
    LEFT,
    TOP,
    WHEN,
    WHOLE,
    WORDS,
    At,
    corner_of,
    hexadecimal,
    place_handles,
    whole,
)
from course_utils.sampling import own_places

PART, CELL = 6, 76  # coarse pixels along the part, and scene px of one
WIDTH, HEIGHT = LEFT + WHOLE + 2 * GAP + PART * CELL + 6, TOP + PART * CELL + 40
PALE = 0.55


def around_scene(each, name, when, place) -> Scene:
    """An enlarged picture, and beside it what ``name`` decided for all outputs of the part around ``place``.

    each    a ``films.Enlarged``
    when    "before" or "after" learning
    place   (column, row) of the output in the middle of the part
    """
    if min(each.colors.shape[1:]) < PART:
        raise NoPicture(f"The coarse map must have at least {PART} rows and columns to be drawn.")
    decision, words = each.decisions[name][when], WORDS.get(name, name)
    unit, corner = WHOLE / max(each.truth.shape[:2]), corner_of(each, place, PART)
    x = LEFT + WHOLE + 2 * GAP
    parts = [heading(At(LEFT, TOP), f"{words}, {WHEN[when]}")]
    parts += whole(each, decision, unit, corner, PART, place)
    if decision.kernels is not None:
        parts += _kernels(each, decision, corner, x)
        text = _kernel_sentence(words, decision, corner)
    else:
        parts += _steps(each, decision, corner, x)
        text = _step_sentence(words, decision, corner)
    return Scene(
        document(WIDTH, HEIGHT, parts, "What was decided around one output", text),
        text,
        handles=place_handles(each, unit, place),
    )


def _outputs(decision, corner):
    """Rows and columns of the outputs in the part: two slices."""
    factor = decision.out_size_hw[0] // decision.in_size_hw[0]
    return tuple(slice(factor * first, factor * (first + PART)) for first in corner[::-1])


# ---- kernels -------------------------------------------------------------------------------------------------


def _kernels(each, decision, corner, x):
    """Each output's kernel as a small picture, black where a tap counts most, in the pixel that it belongs to."""
    kernels = decision.kernels[(slice(None), *_outputs(decision, corner))]
    size = round(len(kernels) ** 0.5)
    most = float(kernels.max())
    rows, columns = kernels.shape[1:]
    shown = np.full((rows, columns, size + 1, size + 1, 4), 0, np.uint8)  # one row and column apart: clear
    dark = np.moveaxis(kernels, 0, -1).reshape(rows, columns, size, size) / most
    shown[:, :, :size, :size, :3] = np.rint(255 * (1 - dark))[..., None]
    shown[:, :, :size, :size, 3] = 255
    pixels = shown.transpose(0, 2, 1, 3, 4).reshape(rows * (size + 1), columns * (size + 1), 4)
    length = PART * CELL
    pitch = length / (rows * (size + 1))
    return [
        heading(At(x, TOP), f"a kernel of {size} × {size} for each output"),
        *_ground(each, corner, x),
        image(x + pitch / 2, TOP + pitch / 2, length, length, np.ascontiguousarray(pixels), "kernels"),
        label(
            x,
            TOP + length + 20,
            f"white: 0, black: {number(most, 2)}",
            "muted",
            "start",
            12,
        ),
    ]


def _kernel_sentence(words, decision, corner):
    kernels = decision.kernels[(slice(None), *_outputs(decision, corner))]
    largest = kernels.max(axis=0)
    return (
        f"{words}: one kernel for each of {largest.size} outputs. The largest weight in a kernel is between "
        f"{number(largest.min(), 2)} and {number(largest.max(), 2)}; "
        f"of equal weights each is {number(1 / len(kernels), 2)}."
    )


# ---- steps ---------------------------------------------------------------------------------------------------


def steps_of(decision):
    """From where bilinear interpolation reads to where each output reads, (2, H, W), x before y, in coarse pixels."""
    points = decision.points_xy
    weights = np.ones(points[:, 0].shape) if decision.weights is None else np.abs(decision.weights)
    total = np.maximum(weights.sum(axis=0), 1e-9)
    middle = (points * weights[:, None]).sum(axis=0) / total
    return middle - own_places(decision.in_size_hw, decision.out_size_hw)


def _ground(each, corner, x):
    """The coarse pixels of the part in their colors."""
    left, top = corner
    return [
        rect(x + j * CELL, TOP + i * CELL, CELL, CELL, fill=hexadecimal(each.colors[:, top + i, left + j]))
        for i in range(PART)
        for j in range(PART)
    ]


def _steps(each, decision, corner, x):
    rows, columns = _outputs(decision, corner)
    steps = steps_of(decision)[:, rows, columns]
    own = own_places(decision.in_size_hw, decision.out_size_hw)[:, rows, columns]
    parts = []
    for i, j in np.ndindex(steps.shape[1:]):
        start = x + (own[0, i, j] - corner[0] + 0.5) * CELL, TOP + (own[1, i, j] - corner[1] + 0.5) * CELL
        end = start[0] + steps[0, i, j] * CELL, start[1] + steps[1, i, j] * CELL
        parts.append(circle(*start, 2.2, "sample"))
        if np.hypot(end[0] - start[0], end[1] - start[1]) > 2:
            parts.append(arrow(*start, *end, "sample", 1.8, 8))
    length = PART * CELL
    return [
        heading(At(x, TOP), "a step for each output, over the coarse pixels"),
        *_ground(each, corner, x),
        rect(x, TOP, length, length, "paper", fill_opacity=PALE),
        rect(x, TOP, length, length, "frame"),
        group(parts, pointer_events="none"),
        label(x, TOP + length + 20, "dots: where bilinear reads", "muted", "start", 12),
    ]


def _step_sentence(words, decision, corner):
    rows, columns = _outputs(decision, corner)
    lengths = np.hypot(*steps_of(decision)[:, rows, columns])
    return (
        f"{words}: one step for each of {lengths.size} outputs, {number(lengths.mean(), 2)} coarse pixels long on "
        f"average, {number(lengths.max(), 2)} at most."
    )
