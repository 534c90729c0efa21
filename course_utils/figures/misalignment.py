"""Strided layers on a ruler of image pixels: where each feature sits, and where upsampling draws it.

Words used here (stage, sits, assumed, offset: see ``alignment.py``)
    layer     (kind, kernel_size, stride, padding); kind is "convolution" or "pooling"
    drawn     where upsampling puts a feature: its assumed place
    laid on   what the upsampled stage is added to: the image, or the stage before (as in an FPN)

Ids: "px-3" is pixel 3 of the image, "s2-5" feature 5 of stage 2. One axis; the other one is the same.
"""

from __future__ import annotations

from textwrap import wrap
from typing import NamedTuple

import numpy as np

from course_utils.alignment import offsets, stages
from course_utils.figures.draw.cells import cell_group
from course_utils.figures.draw.scene import (
    Scene,
    circle,
    counted,
    document,
    group,
    held,
    label,
    line,
    number,
    rect,
    scrub,
)
from course_utils.validation import one_of, whole_number

KINDS = {"convolution": "convolution", "pooling": "max pooling"}
RULES = {"half_pixel": "align_corners=False", "align_corners": "align_corners=True"}
LAID_ON = {"image": "the image", "stage": "the stage before (FPN)"}
LEAST_SIZE, MOST_SIZE, MOST_STAGES = 4, 64, 4
MOST = {"kernel_size": 7, "stride": 4, "padding": 3}

WIDTH, HEIGHT = 932, 448
LEFT, ROOM, MARGIN = 192, 560, 24  # the ruler, and what there is room for beyond its ends
IMAGE_Y, STAGES_Y, PITCH = 28, 74, 94
SEES, SITS, DRAWN = 8, 38, 66  # heights inside a stage's row
BAR = 5  # height of a receptive field; three levels of them
NOTE_X = LEFT + ROOM + MARGIN + 12


def misalignment_scene(in_size, layers, rule="half_pixel", laid_on="image", numbers=None) -> Scene:
    """One row for the image and one for each stage: fields as bars, places as dots, drawn places below them.

    in_size   pixels of the image along the axis, 4 to 64
    layers    up to 4 of (kind, kernel_size, stride, padding)
    rule      of upsampling: "half_pixel" or "align_corners"
    laid_on   "image" or "stage"
    numbers   what each layer is called among the controls: handles are "kernel_2", "stride_2", "padding_2"; without
              it 1, 2, ...
    The rows end where torch would refuse a layer, with torch's words and plain ones. Raises ValueError
    for settings beyond MOST.
    """
    state = _State(in_size, layers, rule, laid_on)
    numbers = tuple(range(1, len(state.layers) + 1)) if numbers is None else numbers
    text = _refusal_words(state.refused) if state.refused else _summary(state)
    drawn = range(1, len(state.stages))
    features = [(n, i) for n in drawn for i in range(state.stages[n].size)]
    parts = [_image(state), *(_stage(state, n) for n in drawn)]
    parts += [_settings(state, n, numbers[n - 1]) for n in range(1, len(state.layers) + 1)]
    if state.refused:
        parts.append(_refusal(state))
    return Scene(
        document(WIDTH, HEIGHT, parts, "Where features sit and where they are drawn", text),
        text,
        table=_table(state),
        links={f"s{n}-{i}": [(f"px-{p}", 1.0) for p in state.seen(n, i)] for n, i in features},
        details=_details(state),
        places={f"px-{p}": state.pixel_box(p) for p in range(state.in_size)},
        bands={f"s{n}-{i}": (*state.bar(n, i), BAR) for n, i in features if state.bar(n, i) is not None},
        handles=_handles(state, numbers),
    )


class _State:
    """One stack with all its places, in image pixels, and where they are on the picture.

    Where torch refuses a layer, the stages before it are there, and ``refused`` says why.
    """

    def __init__(self, in_size, layers, rule, laid_on):
        self.in_size = whole_number(in_size, "in_size", LEAST_SIZE, MOST_SIZE)
        self.rule, self.laid_on = one_of(rule, "rule", RULES), one_of(laid_on, "laid_on", LAID_ON)
        self.layers = [_checked(number_, layer) for number_, layer in enumerate(layers, 1)]
        if len(self.layers) > MOST_STAGES:
            raise ValueError(f"layers must be up to {MOST_STAGES}; got {len(self.layers)}.")
        self.refused = _refused(self.in_size, self.layers)
        kept = self.layers[: self.refused.stage - 1] if self.refused else self.layers
        numbers = [(k, s, p, 1) for _, k, s, p in kept]
        self.stages = stages(self.in_size, numbers)
        self.offsets = [np.zeros(self.in_size)]
        for n in range(1, len(self.stages)):
            fine = n - 1 if laid_on == "stage" else 0
            self.offsets.append(offsets(self.in_size, numbers[:n], rule, fine))
        self.places = [stage.places for stage in self.stages]
        self.fields = [stage.fields for stage in self.stages]
        self.pixel = ROOM / self.in_size

    def x(self, place):
        """A place on the image as scene x; pixel 0 has its middle half a pixel from the ruler's end."""
        return LEFT + (place + 0.5) * self.pixel

    def inside(self, place):
        return LEFT - MARGIN <= self.x(place) <= LEFT + ROOM + MARGIN

    def sits(self, n, i):
        return float(self.places[n][i])

    def drawn(self, n, i):
        return self.sits(n, i) + float(self.offsets[n][i])

    def seen(self, n, i):
        """Pixels of the image in the field of feature i of stage n."""
        first, last = self.fields[n][i]
        return range(max(round(first), 0), min(round(last), self.in_size - 1) + 1)

    def pixel_box(self, p):
        return round(LEFT + p * self.pixel, 2), IMAGE_Y, round(self.pixel, 2), 18

    def row(self, n):
        return STAGES_Y + PITCH * (n - 1)

    def every(self, n):
        """Neighboring fields overlap; on three levels, every so many can be drawn apart from one another."""
        return max(1, -(-self.stages[n].field // (3 * self.stages[n].jump)))

    def bar(self, n, i):
        """(x, y, width) of a receptive field, cut where the picture ends; None where all of it is beyond."""
        first, last = self.fields[n][i]
        left = max(self.x(first - 0.5), LEFT - MARGIN)
        right = min(self.x(last + 0.5), LEFT + ROOM + MARGIN)
        if right - left < 0.5:
            return None
        level = i // self.every(n) % 3
        return round(left, 2), round(self.row(n) + SEES + level * (BAR + 2), 2), round(right - left, 2)


def _checked(n, layer):
    kind, kernel_size, stride, padding = layer
    one_of(kind, f"the kind of layer {n}", KINDS)
    for (name, most), value in zip(MOST.items(), (kernel_size, stride, padding), strict=True):
        whole_number(value, f"{name} of layer {n}", least(name), most)
    return kind, kernel_size, stride, padding


class _Refusal(NamedTuple):
    """The first layer that torch would refuse."""

    stage: int
    why: str
    theirs: str  # what torch says


def _refused(in_size, layers):
    """The _Refusal, or None."""
    for n, (kind, k, s, p) in enumerate(layers, 1):
        size = stages(in_size, [(*layer[1:], 1) for layer in layers[: n - 1]])[-1].size
        if kind == "pooling" and p > k // 2:
            theirs = (
                f"pad should be at most half of effective kernel size, but got pad={p}, kernel_size={k} and"
            )
            why = f"A padding of {p} is more than half of the window of {k}."
            return _Refusal(n, why, f"{theirs} dilation=1")
        if size + 2 * p < k:
            why = f"A window of {k} does not fit on {counted(size, 'feature')} with padding {p}."
            return _Refusal(n, why, _too_small(kind, size, k, s, p))
    return None


def _too_small(kind, size, k, s, p):
    if kind == "convolution":
        return (
            f"Calculated padded input size per channel: ({size + 2 * p} x {size + 2 * p}). Kernel size: ({k} x {k}). "
            "Kernel size can't be greater than actual input size"
        )
    out = (size + 2 * p - k) // s + 1
    return f"Given input size: (1x{size}x{size}). Calculated output size: (1x{out}x{out}). Output size is too small"


# ---- the picture --------------------------------------------------------------------------------------------


def _image(state):
    parts = []
    for p in range(state.in_size):
        x, y, wide, high = state.pixel_box(p)
        parts.append(
            rect(
                x, y, wide, high, "cell input", fill_opacity="0.22", data_id=f"px-{p}", data_row=0, data_col=p
            )
        )
        parts.append(rect(x, y, wide, high, "frame", pointer_events="none", stroke_width=0.7))
    every = next(step for step in (1, 2, 4, 8) if step * state.pixel >= 22)
    ticks = [label(state.x(p), IMAGE_Y - 6, p, "muted", size=11) for p in range(0, state.in_size, every)]
    ticks.append(label(3, IMAGE_Y + 14, "image", "input", "start", 13, font_weight="600"))
    ticks.append(label(86, IMAGE_Y + 14, "pixels", "muted", "start", 12))
    ticks.append(label(NOTE_X, IMAGE_Y + 14, "offset in pixels", "output", "start", 12, font_weight="600"))
    size = _pulled(68, IMAGE_Y + 14, state.in_size, "in_size", "image size")
    return group(ticks, pointer_events="none") + cell_group(parts, "px", "image") + size


def _stage(state, n):
    stage, top = state.stages[n], state.row(n)
    bars, marks, cells = [], [], []
    for i in range(stage.size):
        bar = state.bar(n, i)
        if bar is not None and i % state.every(n) == 0:
            bars.append(rect(*bar, BAR, "input", fill_opacity="0.45", data_field=f"s{n}-{i}", rx=1.5))
        sits, drawn = state.sits(n, i), state.drawn(n, i)
        if not (state.inside(sits) and state.inside(drawn)):
            continue
        a, b = state.x(sits), state.x(drawn)
        marks.append(line(a, top + SITS + 5, b, top + DRAWN - 5, "line output", stroke_width=1.3))
        marks.append(circle(a, top + SITS, 4, "sample", data_sits=f"s{n}-{i}"))
        marks.append(circle(b, top + DRAWN, 3.6, "line output", stroke_width=1.8, data_drawn=f"s{n}-{i}"))
        half = min(5.5, state.pixel * stage.jump / 2)
        cells.append(
            rect(
                a - half,
                top + SITS - 5.5,
                2 * half,
                11,
                "cell plain",
                data_id=f"s{n}-{i}",
                data_row=0,
                data_col=i,
            )
        )
    frame = rect(
        LEFT - MARGIN,
        top,
        ROOM + 2 * MARGIN,
        PITCH - 14,
        "frame",
        stroke_width=0.5,
        rx=4,
        pointer_events="none",
    )
    edges = "".join(
        line(x, top, x, top + PITCH - 14, "line muted", stroke_width=0.7, stroke_dasharray="3 3")
        for x in (LEFT, LEFT + ROOM)
    )
    picture = group([edges, *bars, *marks, _names(state, n), _offset(state, n)], pointer_events="none")
    return picture + cell_group([frame, *cells], f"s{n}", f"stage {n}")


def _names(state, n):
    """What the three lines of a stage are, and how many features it has."""
    top = state.row(n)
    parts = [label(3, top + 69, counted(state.stages[n].size, "feature"), "muted", "start", 12)]
    for name, y in (("sees", SEES + 13), ("sits", SITS + 4), ("drawn", DRAWN + 4)):
        css = {"sees": "input", "sits": "", "drawn": "output"}[name]
        parts.append(label(LEFT - MARGIN - 8, top + y, name, css, "end", 12))
    return "".join(parts)


def _settings(state, n, control):
    """The layer in words; its three numbers can be pulled."""
    kind, *values = state.layers[n - 1]
    top, parts = state.row(n), []
    parts.append(label(3, top + 16, f"stage {n}", "", "start", 13, font_weight="600"))
    short = {"convolution": "conv", "pooling": "pool"}[kind]
    words = ((3, 35, short, 40), (47, 35, ", stride", 100), (3, 53, "padding", 62))
    for (x, y, word, at), name, value in zip(words, MOST, values, strict=True):
        parts.append(label(x, top + y, word, "", "start", 12))
        parts.append(
            _pulled(at, top + y, value, f"{name}_{control}", f"{name.replace('_', ' ')} of stage {n}")
        )
    return "".join(parts)


def _pulled(x, y, value, name, words):
    """A number that can be pulled, x its middle, in a field large enough for a hand."""
    field = rect(x - 10, y - 13, 20, 18, "plain")
    return group([field, label(x, y, value, "scrub", size=13, font_weight="600")], **held(name, words))


def _handles(state, numbers):
    """One for the size of the image, and one for each number of each layer."""
    handles = {"in_size": scrub("in_size", state.in_size, LEAST_SIZE, MOST_SIZE, label="image size")}
    for control, (_, *values) in zip(numbers, state.layers, strict=True):
        for (name, most), value in zip(MOST.items(), values, strict=True):
            words = f"{name.replace('_', ' ')} of stage {control}"
            handles[f"{name}_{control}"] = scrub(
                f"{name}_{control}", value, least(name), most, label=words, pixels=14
            )
    return handles


def least(name):
    """The smallest kernel size, stride or padding."""
    return 0 if name == "padding" else 1


def _offset(state, n):
    stage, top = state.stages[n], state.row(n)
    first, last = state.offsets[n][0], state.offsets[n][-1]
    field = f"field of {stage.field}" + (f", 1 in {state.every(n)} shown" if state.every(n) > 1 else "")
    lines = [
        label(NOTE_X, top + 20, field, "input", "start", 12),
        label(NOTE_X, top + 38, f"one every {stage.jump}", "muted", "start", 12),
        label(NOTE_X, top + 62, _span(first, last), "output", "start", 15, font_weight="600"),
        label(NOTE_X, top + 77, _where(state, n), "muted", "start", 11),
    ]
    return "".join(lines)


def _where(state, n):
    hidden = _beyond(state, n)
    if hidden:
        return f"{hidden} beyond the picture"
    if state.stages[n].size == 1:
        return "the only feature"
    return "every feature" if np.allclose(state.offsets[n], state.offsets[n][0]) else "from first to last"


def _beyond(state, n):
    """Features that the picture has no room for."""
    return sum(
        not (state.inside(state.sits(n, i)) and state.inside(state.drawn(n, i)))
        for i in range(state.stages[n].size)
    )


def _refusal(state):
    """In the row of the stage that is not there, and below it."""
    top = state.row(state.refused.stage)
    parts = [
        rect(LEFT - MARGIN, top, ROOM + 2 * MARGIN, PITCH - 14, "frame", rx=6, stroke_dasharray="5 4"),
        label(LEFT - 8, top + 20, state.refused.why, "", "start", 13, font_weight="600"),
    ]
    pieces = [
        f"torch says: {piece}" if not i else piece for i, piece in enumerate(wrap(state.refused.theirs, 76))
    ]
    parts += [label(LEFT - 8, top + 39 + 15 * i, piece, "", "start", 11.5) for i, piece in enumerate(pieces)]
    advice = "Take a smaller window, smaller strides before it, or a larger image."
    parts.append(label(LEFT - 8, top + PITCH - 22, advice, "muted", "start", 12))
    return group(parts, pointer_events="none")


# ---- the words ----------------------------------------------------------------------------------------------


def _refusal_words(refused):
    return f"There is no stage {refused.stage}. {refused.why} torch says: “{refused.theirs}”."


def _signed(value):
    text = number(value, 2)
    return text if text == "0" or text.startswith("−") else f"+{text}"


def _span(first, last):
    return _signed(first) if np.isclose(first, last) else f"{_signed(first)} … {_signed(last)}"


def _summary(state):
    if not state.layers:
        return f"{state.in_size} pixels and no layer: every pixel sits where it is drawn."
    spans = [_span(every[0], every[-1]) for every in state.offsets[1:]]
    on = "on the image" if state.laid_on == "image" else "on the stage before it"
    rule = "half-pixel map" if state.rule == "half_pixel" else "align-corners map"
    names = ", ".join(f"stage {n}: {span}" for n, span in enumerate(spans, 1))
    text = (
        f"{state.in_size} pixels, upsampled with the {rule} and laid {on}. Offset in image pixels: {names}."
    )
    if all(span == "0" for span in spans):
        return f"{text} Every feature is drawn where it sits."
    size = state.stages[-1].size
    feature = "its last feature" if size > 1 else "it"
    left = f"{counted(size, 'feature')} {'are' if size > 1 else 'is'} left in stage {len(state.layers)}"
    at, drawn = (number(each(-1, size - 1), 2) for each in (state.sits, state.drawn))
    return f"{text} {left}; {feature} sits at {at} and is drawn at {drawn}."


def _details(state):
    details = {}
    for p in range(state.in_size):
        counts = ", ".join(
            f"stage {n}: {sum(p in state.seen(n, i) for i in range(stage.size))}"
            for n, stage in enumerate(state.stages)
            if n
        )
        details[f"px-{p}"] = (
            f"Pixel {p}. Features whose field contains it: {counts}." if counts else f"Pixel {p}."
        )
    for n, stage in enumerate(state.stages):
        for i in range(stage.size if n else 0):
            details[f"s{n}-{i}"] = _feature_words(state, n, i)
    return details


def _feature_words(state, n, i):
    sits, drawn, shift = state.sits(n, i), state.drawn(n, i), float(state.offsets[n][i])
    low, high = state.fields[n][i]
    first, last = number(low, 2), number(high, 2)
    seen = f"sees pixels {first} to {last}" if first != last else f"sees pixel {first}"
    if low < 0 or high > state.in_size - 1:
        seen += " (beyond the image it is padding)"
    away = "exactly where it sits" if abs(shift) < 1e-9 else (
        f"{number(abs(shift), 2)} px too far {'right' if shift > 0 else 'left'}"
    )  # fmt: skip
    met = "is drawn" if state.laid_on == "image" or n == 1 else f"is added to what stage {n - 1} has"
    return f"Stage {n}, feature {i} {seen} and sits at {number(sits, 2)}. It {met} at {number(drawn, 2)}: {away}."


def _table(state):
    header = (
        "stage",
        "layer",
        "features",
        "one every",
        "field",
        "first sits at",
        "offset of the first",
        "of the last",
    )
    rows = []
    for n, (kind, k, s, p) in enumerate(state.layers[: len(state.stages) - 1], 1):
        stage, shift = state.stages[n], state.offsets[n]
        layer = f"{KINDS[kind]} {k}, stride {s}, padding {p}"
        rows.append(
            (
                n,
                layer,
                stage.size,
                stage.jump,
                stage.field,
                number(stage.start, 2),
                _signed(shift[0]),
                _signed(shift[-1]),
            )
        )
    return header, rows
