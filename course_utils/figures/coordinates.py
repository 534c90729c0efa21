"""The ruler: input pixels as areas with centers, and the places on them where the output centers fall."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from course_utils.figures.draw.cells import cell_group
from course_utils.figures.draw.scene import (
    Scene,
    arrow,
    circle,
    document,
    group,
    held,
    label,
    line,
    number,
    rect,
    scrub,
)
from course_utils.resampling import COORDINATE_MAPS, nearest_indices, resampling_taps, source_coordinates
from course_utils.validation import one_of, whole_number

LARGEST = 32
PICKS = ("floor", "half_pixel")
SAYS = {
    "half_pixel": "the outer edges coincide",
    "align_corners": "the outer centers coincide",
    "asymmetric": "the first centers coincide",
}

WIDTH, LEFT = 800, 62  # the margin on the left holds the names of the rows
BEFORE, BEYOND = 0.6, 0.1  # input pixels shown left of center 0 and right of the last edge's coordinate
STRIP, INPUT_STRIP, GAP = 28, 46, 52  # heights, in scene pixels; the stage writes weights along the bottom


def ruler_scene(
    in_size: int, out_size: int, maps: Sequence[str] = ("half_pixel",), picks: str | None = None
) -> Scene:
    """Where ``out_size`` output centers fall on ``in_size`` input pixels, under one coordinate map or two.

    maps   one or two of COORDINATE_MAPS; the first is drawn above the input, the second below it
    picks  None: lines fall from an output to its coordinate; "floor" or "half_pixel": they lead to the input
           pixel that nearest neighbor copies by that rule

    Cells are ``in-i`` and ``out-k-o`` (k = 0 for the first map, 1 for the second).
    Raises ValueError for sizes outside 1 .. 32.
    """
    in_size = whole_number(in_size, "in_size", 1, LARGEST)
    out_size = whole_number(out_size, "out_size", 1, LARGEST)
    maps = [one_of(name, "maps", COORDINATE_MAPS) for name in maps]
    if not 1 <= len(maps) <= 2:
        raise ValueError(f"maps must name one or two coordinate maps, got {len(maps)}: {maps}.")
    if picks is not None:
        one_of(picks, "picks", PICKS)
    sides = [_Side(k, name, in_size, out_size, picks) for k, name in enumerate(maps)]
    input_top = 42 + STRIP + 19 + GAP
    height = 2 * input_top + INPUT_STRIP + 22  # also with one map: nothing jumps when a second one comes
    parts = [_dead_zones(in_size, input_top, len(maps)), _input_strip(in_size, input_top)]
    parts += [_side_picture(side, input_top) for side in sides]
    parts.append(_sizes(in_size, out_size, height - 4))
    parts.append(label(LEFT, height - 4, _legend(sides, picks), "muted", "start", 12))
    text = " ".join(_summary(side) for side in sides)
    text = f"{_count(in_size, 'input')}, {_count(out_size, 'output')}. {text}"
    return Scene(
        document(WIDTH, height, parts, f"The ruler: {in_size} input pixels, {out_size} output centers", text),
        text,
        table=_table(sides),
        links={f"out-{s.k}-{o}": s.taps(o) for s in sides for o in range(out_size)},
        details={**_output_sentences(sides), **_input_sentences(sides, in_size)},
        handles={
            "in_size": scrub("in_size", in_size, 1, LARGEST, label="input pixels n"),
            "out_size": scrub("out_size", out_size, 1, LARGEST, label="output pixels m"),
        },
    )


def _sizes(in_size, out_size, y):
    """The two sizes, to be pulled or typed where they stand."""
    parts = []
    for x, name, words in (
        (WIDTH - 78, "in_size", f"n = {in_size}"),
        (WIDTH - 6, "out_size", f"m = {out_size}"),
    ):
        size = {"in_size": "input pixels n", "out_size": "output pixels m"}[name]
        parts.append(
            label(x, y, words, "output scrub" if name == "out_size" else "input scrub", "end", 14,
                  font_weight="700", **held(name, f"{size}: {words[4:]}"))
        )  # fmt: skip
    return "".join(parts)


def formula(coordinate_map: str, out_index, in_size, out_size) -> str:
    """The coordinate map with numbers (or letters) put in.

    >>> formula("half_pixel", "o", "n", "m")
    '(o + 0.5) · n/m − 0.5'
    >>> formula("align_corners", 2, 4, 8)
    '2 · 3/7'
    """
    if coordinate_map == "half_pixel":
        return f"({out_index} + 0.5) · {in_size}/{out_size} − 0.5"
    if coordinate_map == "asymmetric":
        return f"{out_index} · {in_size}/{out_size}"
    if isinstance(in_size, str):
        return f"{out_index} · ({in_size} − 1)/({out_size} − 1)"
    if out_size == 1:
        return "0"  # a single output sits on the first center
    return f"{out_index} · {in_size - 1}/{out_size - 1}"


class _Side:
    """One coordinate map with its numbers: what is drawn on one side of the input strip."""

    def __init__(self, k, name, in_size, out_size, picks):
        self.k, self.name, self.in_size, self.out_size, self.picks = k, name, in_size, out_size, picks
        self.coordinates = source_coordinates(in_size, out_size, name)
        self.clamped = self.coordinates.clip(0, in_size - 1)
        # a hair of tolerance: 1e-12 past the last center is rounding, not a coordinate outside
        self.outside = np.abs(self.clamped - self.coordinates) > 1e-9
        self.chosen = None if picks is None else nearest_indices(in_size, out_size, picks)
        self.indices, self.weights = resampling_taps(in_size, out_size, "linear", name)
        if name == "align_corners":
            self.step = (in_size - 1) / (out_size - 1) if out_size > 1 else 1.0
        else:
            self.step = in_size / out_size

    def taps(self, o):
        """Links of output o: the picked pixel, or the one or two that linear interpolation reads."""
        if self.picks is not None:
            return [(f"in-{self.chosen[o]}", 1.0)]
        return [(f"in-{i}", w) for i, w in self.reads(o)]

    def reads(self, o):
        together = {}
        for index, weight in zip(self.indices[o].tolist(), self.weights[o].tolist(), strict=True):
            together[index] = together.get(index, 0.0) + weight
        return [(index, weight) for index, weight in together.items() if weight > 1e-9]


def _unit(in_size):
    """Scene pixels per input pixel. It depends on the input alone, so that nothing jumps with out_size."""
    return (WIDTH - LEFT - 6) / (in_size - 0.5 + BEFORE + BEYOND + 0.5)


def _x(in_size, coordinate):
    return LEFT + (coordinate + BEFORE) * _unit(in_size)


def _every(room, least):
    """Label every 1st, 2nd, 5th ... item, so that labels stand at least ``least`` scene pixels apart."""
    for stride in (1, 2, 5, 10):
        if room * stride >= least:
            return stride
    return 40


def _cell(left, top, width, height, css, name, index):
    """An area that can be pointed at; every second one is paler, so that neighbors are told apart."""
    shade = "0.16" if index % 2 else "0.3"
    return rect(
        left, top, width, height, f"cell {css}", fill_opacity=shade, data_id=name, data_row=0, data_col=index
    )


def _input_strip(in_size, top):
    unit = _unit(in_size)
    every = _every(unit, 20)
    parts = []
    for i in range(in_size):
        left = _x(in_size, i - 0.5)
        parts.append(_cell(left, top, unit, INPUT_STRIP, "input", f"in-{i}", i))
    for i in range(in_size):
        center = _x(in_size, i)
        parts.append(circle(center, top + 10, 3 if unit > 30 else 2.2, "input", pointer_events="none"))
        if i % every == 0:
            parts.append(label(center, top + 27, i, size=11, pointer_events="none"))
    parts.append(rect(_x(in_size, -0.5), top, in_size * unit, INPUT_STRIP, "frame", pointer_events="none"))
    name = label(LEFT - 8, top + 27, "input i", anchor="end", size=12)
    return name + cell_group(parts, "in", "input pixels")


def _dead_zones(in_size, input_top, sides):
    """Gray where a coordinate lies before the first center or after the last one: it is clamped there."""
    parts = []
    for k in range(sides):
        top = input_top - GAP if k == 0 else input_top + INPUT_STRIP
        for low, high in ((-BEFORE, 0.0), (in_size - 1.0, in_size + BEYOND)):
            left, right = _x(in_size, low), _x(in_size, high)
            parts.append(rect(left, top, right - left, GAP, "muted", fill_opacity="0.13"))
            edge = _x(in_size, 0.0 if low < 0 else in_size - 1.0)
            parts.append(line(edge, top, edge, top + GAP, stroke_dasharray="2 3", stroke_opacity="0.7"))
    return "".join(parts)


def _side_picture(side, input_top):
    """Heading, indices, footprints, coordinates, lines of one map; the second side is the first mirrored."""
    n, m, down = side.in_size, side.out_size, side.k == 1
    floor = input_top + INPUT_STRIP
    if not down:
        heading, numbers, strip, coordinates = 14, 36, 42, 42 + STRIP + 13
        start, end = input_top - GAP, input_top
    else:
        start, end = floor + GAP, floor
        coordinates, strip = start + 14, start + 19
        numbers, heading = strip + STRIP + 12, strip + STRIP + 34
    here = formula(side.name, "o", n, m)
    title = f"{side.name}: x = {formula(side.name, 'o', 'n', 'm')} = {here} ({SAYS[side.name]})"
    parts = [label(LEFT, heading, title, anchor="start", size=13, font_weight="600")]
    parts.append(label(LEFT - 8, numbers, "output o", anchor="end", size=12))
    parts.append(label(LEFT - 8, coordinates, "at x", "muted", "end", 12))
    parts.append(_footprints(side, strip))
    parts.append(_numbers(side, numbers, coordinates))
    parts.append(_lines(side, start, end))
    return "".join(parts)


def _footprints(side, top):
    """Every output pixel as an area one step wide around its center, cut where the ruler ends."""
    n, unit = side.in_size, _unit(side.in_size)
    half = max(side.step * unit, 9) / 2
    low, high = _x(n, -BEFORE), _x(n, n + BEYOND)
    parts = []
    for o, coordinate in enumerate(side.coordinates):
        center = _x(n, coordinate)
        left, right = max(center - half, low), min(center + half, high)
        parts.append(_cell(left, top, right - left, STRIP, "output", f"out-{side.k}-{o}", o))
    radius = 3 if side.step * unit > 12 else 2.2
    parts += [circle(_x(n, x), top + 8, radius, "output", pointer_events="none") for x in side.coordinates]
    name = f"output centers, {side.name}"
    return cell_group(parts, f"out-{side.k}", name)


def _numbers(side, index_y, coordinate_y):
    n, room = side.in_size, side.step * _unit(side.in_size)
    if room < 0.5 and side.out_size > 1:  # every output sits on one point
        x = _x(n, 0)
        where = label(x, coordinate_y, "all at 0", "muted", size=11)
        return label(x, index_y, f"0 … {side.out_size - 1}", size=11) + where
    parts = []
    words = [number(x, 2) for x in side.coordinates]
    every = _every(room, 20)
    every_x = _every(room, 7 * max(map(len, words)) + 6)
    for o, coordinate in enumerate(side.coordinates):
        x = _x(n, coordinate)
        if o % every == 0:
            parts.append(label(x, index_y, o, size=11))
        if o % every_x == 0:
            css = "muted halo" if side.outside[o] else "halo"
            parts.append(label(x, coordinate_y, words[o], css, size=11))
    return "".join(parts)


def _lines(side, start, end):
    """From every output center to its coordinate, to the border it is clamped to, or to the picked pixel."""
    n = side.in_size
    dot = end + (-3 if end > start else 3)  # outside the strip, which keeps its room for weights
    parts = []
    for o, coordinate in enumerate(side.coordinates):
        x = _x(n, coordinate)
        if side.picks is not None:
            parts.append(arrow(x, start, _x(n, side.chosen[o]), end, "output", 1.4, 6))
        elif side.outside[o]:
            to = _x(n, side.clamped[o])
            parts.append(line(x, start, to, dot, "line output", stroke_dasharray="4 3", stroke_width=1.3))
            parts.append(circle(to, dot, 3))
        else:
            parts.append(line(x, start, x, dot, "line output", stroke_width=1.1))
            parts.append(circle(x, dot, 2.6))
    return group(parts, pointer_events="none")


def _legend(sides, picks):
    if picks is not None:
        rule = "o·n/m rounded down" if picks == "floor" else "(o + 0.5)·n/m rounded down"
        return f"Arrows: the pixel that nearest neighbor copies, {rule}."
    if any(side.outside.any() for side in sides):
        return "Gray: x below 0 or above n − 1. Dashed lines: such an x is clamped to the border center."
    return "Gray: x below 0 or above n − 1 (no output falls there now)."


# ---------------------------------------------------------------------------------- the text twin


def _count(n, word):
    return f"{n} {word}{'s' * (n != 1)}"


def _summary(side):
    first, last = number(side.coordinates[0]), number(side.coordinates[-1])
    if side.out_size == 1:
        where = f"the one output sits at {first}"
    elif side.step == 0:
        where = f"all outputs sit at {first}"
    else:
        where = f"outputs stand {number(side.step)} apart, from {first} to {last}"
    outside = int(side.outside.sum())
    clamped = f"; {outside} of them clamped" if outside else ""
    sentence = f"{side.name}: {where}{clamped}."
    if side.picks is None:
        return sentence
    lean = float(np.mean(side.chosen - side.coordinates))
    shift = "no shift on average" if abs(lean) < 5e-4 else f"on average {_beside(lean)}"
    return f"{sentence} The {_rule(side.picks)} copies {_list(side.chosen)}: {shift}."


def _beside(offset):
    """How far a picked pixel lies from the coordinate, in words."""
    if abs(offset) < 5e-4:
        return "exactly at x"
    return f"{number(abs(offset))} px to the {'right' if offset > 0 else 'left'} of x"


def _rule(picks):
    return "floor rule" if picks == "floor" else "half-pixel rule"


def _list(values):
    return ", ".join(str(int(v)) for v in values)


def _table(sides):
    header = ["output o"]
    for side in sides:
        header += [f"x, {side.name}", "reads"]
    rows = []
    for o in range(sides[0].out_size):
        row = [str(o)]
        for side in sides:
            row += [number(side.coordinates[o]), _reads_in_words(side, o)]
        rows.append(row)
    return header, rows


def _reads_in_words(side, o):
    if side.picks is not None:
        return f"in[{side.chosen[o]}]"
    return " + ".join(f"{number(w)} · in[{i}]" for i, w in side.reads(o))


def _output_sentences(sides):
    return {f"out-{s.k}-{o}": _output_sentence(s, o) for s in sides for o in range(s.out_size)}


def _output_sentence(side, o):
    n, m, x = side.in_size, side.out_size, side.coordinates[o]
    written = formula(side.name, o, n, m)
    value = "" if written == "0" else f" = {number(x)}"
    start = f"Output {o}, {side.name}: x = {written}{value}."
    if side.picks is not None:
        top = f"{o} · {n}/{m}" if side.picks == "floor" else f"({o} + 0.5) · {n}/{m}"
        exact = (o + 0.5 * (side.picks == "half_pixel")) * n / m
        return (
            f"{start} The {_rule(side.picks)} takes {top} = {number(exact)}, rounded down: "
            f"it copies in[{side.chosen[o]}], {_beside(side.chosen[o] - x)}."
        )
    if side.outside[o]:
        border, place = ("first", "below 0") if x < 0 else ("last", f"above {n - 1}")
        start += f" That is {place}: clamped to the {border} center, {number(side.clamped[o])}."
    return f"{start} Linear interpolation reads {_reads_in_words(side, o)}."


def _input_sentences(sides, in_size):
    sentences = {}
    for i in range(in_size):
        text = f"Input {i} covers {number(i - 0.5)} to {number(i + 0.5)}; its center is at {i}."
        for side in sides:
            readers = [o for o in range(side.out_size) if any(name == f"in-{i}" for name, _ in side.taps(o))]
            outputs = f"output{'s' * (len(readers) > 1)} {_list(readers)}" if readers else "no output"
            text += f" {side.name}: read by {outputs}."
        sentences[f"in-{i}"] = text
    return sentences
