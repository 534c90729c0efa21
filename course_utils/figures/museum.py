"""An exhibit of the museum: an input, what the bug makes of it, what is right, and the field of all its inputs.

Words used here
    field    a cell for every input, sizes along one side, kinds along the other: full where the bug shows
    window   the columns that are drawn of an array that has too many
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from course_utils.figures.draw.cells import cell_group, font_size, tile, words_in
from course_utils.figures.draw.scene import (
    Scene,
    circle,
    document,
    group,
    held,
    label,
    number,
    rect,
    scrub,
    strength,
)
from course_utils.museum import EXHIBITS, exhibit
from course_utils.validation import true_or_false, whole_number

WIDTH, HEIGHT = 900, 424
LEFT, ROOM, TOP = 2, 560, 66  # of the arrays
MOST_COLUMNS, WINDOW = 100, 16
FIELD, FIELD_WIDTH, FIELD_ROW = 594, 304, 34
NAMES = ("input", "as it was found", "repaired", "difference")
COLORS = ("input", "output", "output", "negative")


@lru_cache(len(EXHIBITS))
def differences(key):
    """The largest difference for every input of an exhibit: shape (kinds, sizes)."""
    return exhibit(key).differences()


def exhibit_scene(key, size, row, whole_field=False) -> Scene:
    """One exhibit at one input.

    key           of museum.EXHIBITS
    size          one of its sizes
    row           which of its kinds, from 1
    whole_field   fill the field: where the bug shows, and how strongly

    Handle: "size". Cells ``at-row-size``: an input that can be chosen.
    """
    each = exhibit(key)
    kind = each.kinds[whole_number(row, "row", 1, len(each.kinds)) - 1]
    true_or_false(whole_field, "whole_field")
    source, found, right = (np.asarray(array, float) for array in each.results(size, kind))
    arrays = [source, found, right, np.abs(found - right)]
    text = _sentence(each, size, kind, whole_field)
    parts = [*_heading(each, size, kind), *_arrays(arrays), *_field(each, size, row, whole_field)]
    details = {
        f"at-{r}-{s}": _of_input(each, r, s, whole_field or (r, s) == (row, size))
        for r in range(1, len(each.kinds) + 1)
        for s in each.sizes
    }
    return Scene(
        document(WIDTH, HEIGHT, parts, f"{each.title}: {each.input_in_words(size, kind)}", text),
        text,
        _table(each, source, found, right),
        details=details,
        handles={"size": scrub("size", size, each.sizes[0], each.sizes[-1], 1, each.size_word, pixels=14)},
    )


def _heading(each, size, kind):
    yield label(LEFT, 18, each.title, "", "start", 15, font_weight="600")
    words = f"{each.size_word} {each.said(size)}"
    yield label(LEFT, 42, words, "input scrub", "start", 14, font_weight="600", **held("size", words))
    yield label(LEFT + 8.2 * len(words) + 18, 42, kind, "input", "start", 14, font_weight="600")


# ---- the arrays --------------------------------------------------------------------------------------------


def _arrays(arrays):
    """Rows under each other; arrays of several rows two by two."""
    first = _window(arrays)
    limits = _limits(arrays)
    flat = all(array.ndim == 2 and len(array) == 1 for array in arrays)
    for i, (array, name, css) in enumerate(zip(arrays, NAMES, COLORS, strict=True)):
        shown = array if first is None else array[..., first : first + WINDOW]
        columns = "" if first is None else f", columns {first} to {first + WINDOW - 1}"
        x, y, width, height = (
            (LEFT, TOP + 22 + 84 * i, ROOM, 40)
            if flat
            else (LEFT + ROOM / 2 * (i % 2), TOP + 22 + 178 * (i // 2), ROOM / 2 - 16, 136)
        )
        yield label(x, y - 7, name + columns, css, "start", 13, font_weight="600")
        yield from _panels(shown, x, y, width, height, css, limits[i], f"panel {i}")


def _window(arrays):
    """The first column to be drawn, so that the largest difference stands in the middle; None for all of them."""
    columns = arrays[-1].shape[-1]
    if columns <= MOST_COLUMNS:
        return None
    worst = int(np.argmax(arrays[-1].reshape(-1, columns).max(0)))
    return int(np.clip(worst - WINDOW // 2, 0, columns - WINDOW))


def _limits(arrays):
    """One tint for input and answers where they hold the same kind of number; one for the difference."""
    low = min(float(array.min()) for array in arrays[1:3])
    high = max(float(array.max()) for array in arrays[1:3])
    return [
        (float(arrays[0].min()), float(arrays[0].max())),
        (low, high),
        (low, high),
        (0, max(float(arrays[3].max()), 1e-9)),
    ]


def _panels(array, x, y, width, height, css, limits, name):
    """The panels of an array side by side."""
    panels = array if array.ndim == 3 else array[None]
    room = (width - 14 * (len(panels) - 1)) / len(panels)
    rows, columns = panels.shape[1:]
    across = min(44.0, room / columns)
    down = min(height / rows, across if rows > 1 else 40.0)
    across = min(across, down) if rows > 1 else across
    texts = [[[number(value, 2) for value in row] for row in panel] for panel in panels]
    size = font_size([text for panel in texts for row in panel for text in row], across, down)
    for p, panel in enumerate(panels):
        left, tints = x + p * (columns * across + 14), strength(panel, *limits)
        for (r, c), tint in np.ndenumerate(tints):
            at = left + c * across, y + r * down, across, down
            yield (
                tile(*at, css, tint) if across >= 6 else rect(*at, f"cell {css}", fill_opacity=f"{tint:.2f}")
            )
            yield words_in(*at, texts[p][r][c], size)
        yield rect(left, y, columns * across, rows * down, "frame", pointer_events="none")


# ---- the field ---------------------------------------------------------------------------------------------


def _field(each, size, row, whole_field):
    """All inputs: full where the two functions differ, a dot where they agree, empty where nobody has looked."""
    apart = differences(each.key)
    across = FIELD_WIDTH / len(each.sizes)
    most = max(float(apart.max()), 1e-9)
    yield label(FIELD, 18, "all its inputs", "", "start", 15, font_weight="600")
    yield label(FIELD, 42, f"across: {each.size_word}; click one", "muted", "start", 12)
    cells = []
    for r, kind in enumerate(each.kinds):
        y = TOP + 22 + r * (FIELD_ROW + 22)
        yield label(FIELD, y - 6, kind, "input" if r + 1 == row else "muted", "start", 12)
        for c, s in enumerate(each.sizes):
            x, here = FIELD + c * across, (r + 1, s) == (row, size)
            known = whole_field or here
            full = known and apart[r, c] > 0
            tint = 0.3 + 0.7 * apart[r, c] / most if full else 0
            cells.append(
                tile(
                    x,
                    y,
                    across,
                    FIELD_ROW,
                    "output" if full else "plain",
                    tint,
                    data_id=f"at-{r + 1}-{s}",
                    data_row=r,
                    data_col=c,
                )
            )
            if known and not full:
                yield circle(
                    x + across / 2, y + FIELD_ROW / 2, min(3.5, across / 4), "muted", pointer_events="none"
                )
        yield from _ticks(each, y + FIELD_ROW + 11, across) if r + 1 == len(each.kinds) else ()
    yield cell_group(cells, "field", "all inputs of this exhibit")
    x, y = FIELD + each.sizes.index(size) * across, TOP + 22 + (row - 1) * (FIELD_ROW + 22)
    yield rect(x, y, across, FIELD_ROW, "line", stroke_width=2.5, pointer_events="none")
    y = TOP + 22 + len(each.kinds) * (FIELD_ROW + 22) + 14
    yield group(
        [
            rect(FIELD, y - 10, 12, 12, "output"), label(FIELD + 18, y, "it shows", "muted", "start", 12),
            circle(FIELD + 96, y - 4, 3.5, "muted"), label(FIELD + 106, y, "it hides", "muted", "start", 12),
        ]
    )  # fmt: skip


def _ticks(each, y, across):
    """Sizes under the field, as many as can be read."""
    longest = max(len(each.said(size)) for size in each.sizes)
    step = max(1, int(np.ceil((7 * longest + 4) / across)))
    for c, size in list(enumerate(each.sizes))[::step]:
        yield label(FIELD + (c + 0.5) * across, y, each.said(size), "muted", size=11)


# ---- the words ---------------------------------------------------------------------------------------------


def _apart(each, value):
    return f"differ by up to {number(value)}{each.unit}" if value else "agree"


def _sentence(each, size, kind, whole_field):
    apart = differences(each.key)
    value = each.difference(size, kind)
    verdict = "the bug shows" if value else "the bug hides"
    text = f"{each.input_in_words(size, kind)}: the two {_apart(each, value)}; {verdict}."
    text = text[0].upper() + text[1:]
    if not whole_field:
        return text
    return f"{text} It hides on {int((apart == 0).sum())} of the {apart.size} inputs of this field."


def _of_input(each, row, size, known):
    kind = each.kinds[row - 1]
    words = each.input_in_words(size, kind)
    if not known:
        return f"Click to try {words}."
    value = differences(each.key)[row - 1, each.sizes.index(size)]
    return f"{words[0].upper()}{words[1:]}: the two {_apart(each, value)}."


def _table(each, source, found, right):
    def listed(array):
        values = [number(value, 2) for value in np.ravel(array)[:24]]
        return ", ".join(values) + (", …" if array.size > 24 else "")

    return ("array", "shape", "values"), [
        (name, " × ".join(map(str, array.shape)), listed(array))
        for name, array in zip(NAMES, (source, found, right), strict=False)
    ]
