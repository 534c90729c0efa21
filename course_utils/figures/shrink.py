"""One photo with a thin line, shrunk by several libraries: what is left of the line, and which columns count at all.

Words used here
    column   of the photo, from 0; the line is one column wide
    share    how much a column counts in the small picture, in fair shares: 1 where all count alike, 0 where nobody
             reads it. Of the line, it is the part of its brightness that is kept
    peak     the line's part of the pixel that shows it best: a line spread over three pixels is kept, and pale
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from course_utils.figures.draw.cells import cell_group
from course_utils.figures.draw.scene import (
    Handle,
    Scene,
    data_url,
    document,
    group,
    held,
    image,
    label,
    line,
    number,
    path,
    rect,
    scrub,
)
from course_utils.keeping import passed_over, sample_shares
from course_utils.recipes import Recipe, recipe_matrix, resize_by
from course_utils.resampling import to_8_bits
from course_utils.validation import one_of, real_number, whole_number

SIZE = 192
"""Pixels of the photo, in both axes."""

LEAST_FACTOR, MOST_FACTOR, FACTOR_STEP = 2.0, 8.0, 0.5
FIRST_COLUMN, LAST_COLUMN, SEEN = 60, 131, 24  # where the line can stand; columns that are seen large at once
LINES = {"white": 255, "black": 0, "none": None}
MOST_LIBRARIES = 5

WIDTH, HEIGHT = 900, 508
LARGE, TOP, LEFT = 240, 26, 2  # the photo
NAMES, FIRST = 266, 396  # px: where the rows' names and their bars begin
CELL = (WIDTH - 6 - FIRST) / SEEN
BASE, ROW_HEIGHT = TOP + 12, 44
SMALL, GAP, SMALL_TOP = 172, 9, 314


@dataclass(frozen=True)
class Shrunk:
    """What one library does with one axis of the photo."""

    name: str
    shares: np.ndarray  # (SIZE,)
    peaks: np.ndarray  # (SIZE,): the largest weight of each column
    lost: int  # columns that nobody reads

    def kept(self, column):
        return float(self.shares[column])


@lru_cache(128)
def shrunk(name, recipe, out_size):
    matrix = recipe_matrix(recipe, SIZE, out_size)
    return Shrunk(name, sample_shares(matrix), np.abs(matrix).max(0), int(passed_over(matrix).sum()))


class _State:
    """All numbers of one picture."""

    def __init__(self, pixels, libraries, factor, column, color):
        self.pixels, self.libraries, self.color, self.column = pixels, libraries, color, column
        self.factor, self.out_size = factor, round(SIZE / factor)
        self.step = SIZE / self.out_size
        self.rows = [shrunk(name, recipe, self.out_size) for name, recipe in libraries.items()]
        start = FIRST_COLUMN + (column - FIRST_COLUMN) // SEEN * SEEN
        self.seen = range(start, start + SEEN)
        self.most = max(2.0, *(float(row.shares.max()) for row in self.rows))

    @cached_property
    def source(self):
        """The photo with the line in it."""
        source = self.pixels.copy()
        if LINES[self.color] is not None:
            source[:, self.column] = LINES[self.color]
        return source

    def result(self, recipe):
        small = resize_by(recipe, self.source, (self.out_size, self.out_size), axes=(0, 1))
        return small if small.dtype == np.uint8 else to_8_bits(small)


def shrink_scene(
    pixels, libraries: Mapping[str, Recipe], factor, column, color="white", name="photo"
) -> Scene:
    """The photo with a line in ``column``; how much each column counts for each library; what they make of it.

    pixels      uint8, shape (SIZE, SIZE)
    libraries   title -> Recipe, up to MOST_LIBRARIES
    factor      2 to 8: the photo becomes SIZE / factor pixels wide and high, rounded
    color       of the line: one of LINES

    Handles: "line" in the photo and "column" under the bars move the line, "factor" is a number.
    Cells ``column-p``: a column that can be chosen for the line.
    """
    one_of(color, "color", tuple(LINES))
    state = _State(
        pixels, libraries, real_number(factor, "factor"),
        whole_number(column, "column", FIRST_COLUMN, LAST_COLUMN), color,
    )  # fmt: skip
    text = _sentence(state)
    parts = [*_photo(state, name), *_bars(state), _columns(state), _knob(state), *_results(state)]
    details = {f"column-{p}": _column_sentence(state, p) for p in state.seen}
    title = f"{name}, shrunk {number(state.step)} times by {len(libraries)} libraries"
    return Scene(
        document(WIDTH, HEIGHT, parts, title, text),
        text,
        _table(state),
        details=details,
        handles=_handles(state),
    )


def _handles(state):
    ends = {"low": (FIRST_COLUMN,), "high": (LAST_COLUMN,), "step": (1,), "label": "column of the line"}
    return {
        "line": Handle(("column",), (state.column,), ((SIZE / LARGE, 0),), **ends),
        "column": Handle(("column",), (state.column,), ((1 / CELL, 0),), **ends),
        "factor": scrub("factor", state.factor, LEAST_FACTOR, MOST_FACTOR, FACTOR_STEP, pixels=14),
    }


def _photo(state, name):
    """The photo, and the line in it to be pulled."""
    unit = LARGE / SIZE
    x = LEFT + state.column * unit
    words = f"the line in column {state.column}"
    yield label(LEFT, 16, f"{name}: drag the line", "", "start", 14, font_weight="600")
    yield image(LEFT, TOP, LARGE, LARGE, _jpeg(state.pixels.tobytes()), "the photo", crisp=False)
    if (value := LINES[state.color]) is not None:
        yield rect(x, TOP, unit, LARGE, fill=f"rgb({value},{value},{value})", pointer_events="none")
    yield rect(LEFT, TOP, LARGE, LARGE, "line input", pointer_events="none")
    middle = x + unit / 2
    tip = [(middle, TOP + LARGE), (middle - 9, TOP + LARGE + 12), (middle + 9, TOP + LARGE + 12)]
    yield group(
        [rect(middle - 11, TOP, 22, LARGE + 14, "plain"), path(tip, "input knob", closed=True)],
        **held("line", words),
    )


@lru_cache(8)
def _jpeg(pixels):
    return data_url(np.frombuffer(pixels, np.uint8).reshape(SIZE, SIZE), "jpeg", quality=85)


# ---- the bars ------------------------------------------------------------------------------------


def _x(column):
    """The left edge of a column among the bars."""
    return FIRST + CELL * column


def _floor(k):
    """y of share 0 in row k."""
    return BASE + ROW_HEIGHT * (k + 1) - 6


def _bars(state):
    """For each library, how much each column counts; behind them, the output's pixels."""
    words = f"{number(state.factor)} times smaller"
    yield label(NAMES, 16, words, "output scrub", "start", 14, font_weight="600", **held("factor", words))
    yield label(WIDTH - 6, 16, f"{SIZE} × {SIZE} → {state.out_size} × {state.out_size}: how much each column counts",
                "", "end", 14, font_weight="600")  # fmt: skip
    bottom, start = BASE + ROW_HEIGHT * MOST_LIBRARIES, state.seen[0]
    parts = []
    for o in range(int(start / state.step), int((start + SEEN) / state.step) + 1):
        left, right = (
            np.clip(_x(edge * state.step - start), FIRST, FIRST + SEEN * CELL) for edge in (o, o + 1)
        )
        if right > left:
            parts.append(
                rect(
                    left,
                    BASE - 6,
                    right - left,
                    bottom - BASE + 6,
                    "output",
                    fill_opacity=0.05 + 0.09 * (o % 2),
                )
            )
    here = _x(state.column - start)
    parts.append(rect(here, BASE - 6, CELL, bottom - BASE + 6, "input", fill_opacity="0.25"))
    for k, row in enumerate(state.rows):
        parts += _row(state, k, row)
    for p in state.seen[:: 2 if CELL < 24 else 1]:
        parts.append(label(_x(p - start + 0.5), bottom + 13, p, "muted", size=10))
    parts.append(label(NAMES, bottom + 13, "column", "muted", "start", 12))
    yield group(parts, pointer_events="none")


def _row(state, k, row):
    floor, unit, start = _floor(k), (ROW_HEIGHT - 10) / state.most, state.seen[0]
    fair = floor - unit
    yield line(FIRST, floor, FIRST + SEEN * CELL, floor)
    yield line(FIRST, fair, FIRST + SEEN * CELL, fair, stroke_dasharray="3 3")
    for p in state.seen:
        share, x = row.kept(p), _x(p - start)
        css = "input" if p == state.column else "kernel" if share >= 0 else "negative"
        if abs(share) * unit > 0.3:
            yield rect(
                x + 2, floor - max(share, 0) * unit, CELL - 4, abs(share) * unit, css, fill_opacity="0.85"
            )
        else:
            yield path([(x + CELL / 2 - 3, floor - 6), (x + CELL / 2 + 3, floor)], "line muted")
            yield path([(x + CELL / 2 - 3, floor), (x + CELL / 2 + 3, floor - 6)], "line muted")
    yield label(NAMES, floor - 16, row.name, "", "start", 13, font_weight="600")
    yield label(
        NAMES, floor - 1, f"line: {_percent(row.kept(state.column))}", "input", "start", 13, font_weight="600"
    )


def _columns(state):
    """Every column that is seen can be chosen for the line."""
    start, bottom = state.seen[0], BASE + ROW_HEIGHT * MOST_LIBRARIES
    cells = [
        rect(_x(p - start), BASE - 6, CELL, bottom - BASE + 6, "plain", data_id=f"column-{p}", data_row=0,
             data_col=p - start)
        for p in state.seen
    ]  # fmt: skip
    return cell_group(cells, "column", "columns")


def _knob(state):
    x, y = _x(state.column - state.seen[0] + 0.5), BASE + ROW_HEIGHT * MOST_LIBRARIES + 17
    outline = [(x, y), (x - 9, y + 11), (x + 9, y + 11)]
    return path(outline, "input knob", closed=True, **held("column", f"the line's column: {state.column}"))


# ---- the results ---------------------------------------------------------------------------------


def _results(state):
    """What each library makes of photo and line; a mark above says where the line would have to be."""
    for k, (row, recipe) in enumerate(zip(state.rows, state.libraries.values(), strict=True)):
        x = LEFT + k * (SMALL + GAP)
        kept, peak = row.kept(state.column), float(row.peaks[state.column])
        at = x + SMALL * (state.column + 0.5) / SIZE
        yield label(x, SMALL_TOP - 12, row.name, "", "start", 13, font_weight="600")
        yield image(x, SMALL_TOP, SMALL, SMALL, state.result(recipe), f"the photo shrunk by {row.name}")
        yield rect(x, SMALL_TOP, SMALL, SMALL, "line output", pointer_events="none")
        yield path(
            [(at, SMALL_TOP - 1), (at - 5, SMALL_TOP - 9), (at + 5, SMALL_TOP - 9)], "input", closed=True
        )
        yield label(
            x, SMALL_TOP + SMALL + 16, f"line: {_percent(kept)}, peak {_percent(peak)}", "input", "start", 12
        )


# ---- the words -----------------------------------------------------------------------------------


def _percent(share):
    return f"{number(100 * share, 0)} %"


def _together(rows, value):
    """What each row says, those that say the same in one: "0 in first, second; 2 in third"."""
    names = {}
    for row in rows:
        names.setdefault(value(row), []).append(row.name)
    return "; ".join(f"{words} in {', '.join(same)}" for words, same in names.items())


def _sentence(state):
    there = "the line" if LINES[state.color] is not None else "a line"
    kept = _together(state.rows, lambda row: _percent(row.kept(state.column)))
    lost = _together([row for row in state.rows if row.lost], lambda row: f"{row.lost} of {SIZE} columns")
    passed = f"Passed over: {lost}." if lost else "No column is passed over."
    return f"Of the brightness of {there} in column {state.column} is kept: {kept}. {passed}"


def _column_sentence(state, p):
    counts = ", ".join(f"{number(row.kept(p), 2)} in {row.name}" for row in state.rows)
    return f"Column {p} counts, in fair shares: {counts}."


def _table(state):
    header = (
        "library",
        "line kept",
        "brightest pixel of the line",
        "least share",
        "largest share",
        "columns nobody reads",
    )
    rows = [
        (
            row.name, _percent(row.kept(state.column)), _percent(row.peaks[state.column]),
            number(row.shares.min(), 2), number(row.shares.max(), 2), str(row.lost),
        )
        for row in state.rows
    ]  # fmt: skip
    return header, rows
