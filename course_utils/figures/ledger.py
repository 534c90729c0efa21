"""FCN's maps on the axis of the image: where their first samples sit, and which are cut off.

Words used here (place, start, jump: see ``places.py``; line, crop: ``fcn.Line``; stage: ``fcn.stages``)
    layers   (kernel_size, stride, padding) of each stage, shape (stages, 3): "layers[2,0]" is the kernel of stage 2
    ids      "line-3" is line 3 of the picture; each line's dots are the first samples of one map
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from course_utils.fcn import HEADS, staged_ledger, stages
from course_utils.figures.draw.cells import cell_group
from course_utils.figures.draw.scene import (
    NoPicture,
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
from course_utils.places import Places
from course_utils.validation import one_of

SETTINGS = ("kernel", "stride", "padding")
LEAST = (1, 1, 0)
MOST = {"conv1_1": (9, 4, 120), "upsample": (64, 32, 40), "": (9, 4, 9)}
PIXELS = (8, 12, 6)  # of a drag, for one step

WIDTH, HEIGHT, TOP, PITCH = 932, 456, 34, 32
NAME_X, SETTING_X, SETTING_PITCH = 4, 146, 44  # names; kernel, stride, padding
LEFT, RIGHT = 284, 770  # the axis; to its right, start and jump
START_X, JUMP_X = 826, 874
FIRST, LAST = -128, 160  # image pixels on the axis


class Row(NamedTuple):
    """One map of the picture."""

    name: str
    places: Places  # before its crop
    crop: float | None = None  # samples that are cut off in front; NaN where no crop fits
    stage: int | None = None  # whose settings stand in this row
    before: Places | None = None  # of the map that the stage reads


def published(network):
    """The layers of FCN as it was published, int (stages, 3)."""
    return np.array([rest for _, *rest in stages(network)])


def most_of(network):
    """The largest kernel, stride and padding of each stage, int (stages, 3)."""
    return np.array([MOST.get(name.split()[0], MOST[""]) for name, *_ in stages(network)])


def rows_of(network, layers):
    """The lines of the ledger; a crop is drawn on the map that it cuts."""
    lines = staged_ledger(network, [[int(n) for n in layer] for layer in layers])
    maps, rows, read = {each.name: each.places for each in lines}, [], None
    for each in lines:
        if each.crop is None:
            stage = sum(row.stage is not None for row in rows) if rows else None
            rows.append(Row(each.name, each.places, None, stage, read))
            read = each.places
        elif each.name == "crop to the image":
            rows[-1] = rows[-1]._replace(crop=each.crop)
        else:
            pool = each.name.removeprefix("crop ")
            rows.append(Row(f"scores of {pool}", maps[pool], each.crop))
    return rows


def ledger_scene(network="FCN-8s", layers=None) -> Scene:
    """A row of dots for each map: its first samples, where they sit on the image; those that are cut are hollow.

    network   "FCN-32s", "FCN-16s" or "FCN-8s"
    layers    (kernel_size, stride, padding) of each of its stages; None: as published
    Handles: every number of layers, in the row of its stage. Raises NoPicture for layers that are none.
    """
    one_of(network, "network", HEADS)
    layers = _checked(network, published(network) if layers is None else layers)
    rows = rows_of(network, layers)
    text = _sentence(network, rows, layers)
    parts = [_axis(len(rows)), *(_row(i, row) for i, row in enumerate(rows)), *_settings(rows, layers)]
    return Scene(
        document(WIDTH, HEIGHT, parts, f"The places of {network}", text),
        text,
        (("map", "start", "jump", "cut off"), [_written(row) for row in rows]),
        details={f"line-{i}": _detail(row, layers) for i, row in enumerate(rows)},
        handles=_handles(network, layers),
    )


def _checked(network, layers):
    most, names = most_of(network), [name for name, *_ in stages(network)]
    layers = np.asarray(layers)
    if layers.shape != most.shape:
        raise NoPicture(
            f"{network} has {len(most)} stages ({', '.join(names)}), each with kernel, stride and padding. "
            f"These numbers have shape {layers.shape}."
        )
    wrong = (layers != np.rint(layers)) | (layers < LEAST) | (layers > most)
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise NoPicture(
            f"The {SETTINGS[column]} of {names[row]} must be a whole number from {LEAST[column]} to "
            f"{most[row, column]}; got {layers[row, column]:g}."
        )
    return layers.astype(int)


def _handles(network, layers):
    most, names = most_of(network), [name for name, *_ in stages(network)]
    return {
        name: scrub(name, int(value), LEAST[c], int(most[r, c]), 1, f"{SETTINGS[c]} of {names[r]}", PIXELS[c])
        for (r, c), value in np.ndenumerate(layers)
        for name in [f"layers[{r},{c}]"]
    }


def _settings(rows, layers):
    """Kernel, stride and padding in the row of their stage."""
    for c, word in enumerate(SETTINGS):
        x = SETTING_X + SETTING_PITCH * c
        yield label(x, TOP - 13, word, "muted", size=11, pointer_events="none")
        for i, row in enumerate(rows):
            if row.stage is not None:
                y, value = TOP + PITCH * i + 8, layers[row.stage, c]
                words = f"{word} of {row.name}: {value}"
                yield rect(x - 17, y - 13, 34, 26, "plain", **held(f"layers[{row.stage},{c}]", words))
                yield label(
                    x, y + 5, str(value), "mono scrub", size=14, font_weight="600", pointer_events="none"
                )


def _x(place):
    return LEFT + (place - FIRST) / (LAST - FIRST) * (RIGHT - LEFT)


def _axis(count):
    """Lines at round places, pixel 0 the strongest, and what stands to the right."""
    bottom = TOP + PITCH * count - 8
    parts = []
    for place in range(-120, LAST + 1, 40):
        more = {"stroke_width": 1.6} if place == 0 else {"stroke_width": 0.6, "stroke_dasharray": "3 3"}
        parts.append(line(_x(place), TOP - 8, _x(place), bottom, "line muted", **more))
        parts.append(label(_x(place), TOP - 13, number(place), "muted", size=11))
    for x, word in ((START_X, "start"), (JUMP_X, "jump"), (WIDTH - 4, "cut")):
        parts.append(label(x, TOP - 13, word, "muted", "end", 11))
    return group(parts, pointer_events="none")


def _row(i, row):
    y = TOP + PITCH * i + 8
    start, jump = row.places
    every = max(1, math.ceil(4 / jump))  # dots that can be told apart
    first, last = math.ceil((FIRST - start) / jump), math.floor((LAST - start) / jump)
    seen = [o for o in range(max(first, 0), last + 1) if o % every == 0]
    cut = 0 if row.crop is None or math.isnan(row.crop) else row.crop
    radius = 4.2 if jump > 4 else 2.6
    dots = [
        circle(_x(start + jump * o), y, radius, "output" if o >= cut else "line muted", stroke_width=1.4)
        for o in seen
    ]
    if not seen:
        side = (RIGHT, "further right →", "end") if start > LAST else (LEFT, "none here", "start")
        dots.append(label(side[0], y + 4, side[1], "muted", side[2], 11))
    name, *numbers = _written(row)
    words = [label(NAME_X, y + 4, name, "", "start", 13)]
    for x, word in zip((START_X, JUMP_X), numbers, strict=False):
        words.append(label(x, y + 4, word, "", "end", 13))
    words.append(label(WIDTH - 4, y + 4, numbers[-1], "kernel", "end", 13, font_weight="600"))
    cell = rect(
        0, y - PITCH / 2 + 2, WIDTH, PITCH - 4, "cell plain", data_id=f"line-{i}", data_row=i, data_col=0
    )
    return cell_group([cell], f"line-{i}", name) + group([*dots, *words], pointer_events="none")


# ---- the words ------------------------------------------------------------------------------------------------


def _written(row):
    crop = "" if row.crop is None else "no fit" if math.isnan(row.crop) else number(row.crop)
    return (row.name, number(row.places.start), number(row.places.jump), crop)


def _cut_words(row):
    if math.isnan(row.crop):
        return "no crop fits, for the jumps differ"
    if row.crop != int(row.crop):
        return f"{number(row.crop)} samples would have to go: no crop fits"
    if row.crop < 0:
        return f"{counted(int(-row.crop), 'sample')} missing in front"
    return f"{counted(int(row.crop), 'sample')} cut off"


def _detail(row, layers):
    """Both numbers of a map, each with the rule that made it."""
    start, jump = (number(each) for each in row.places)
    words = f"{row.name}: start {start}, jump {jump}."
    if row.stage is not None:
        size, stride, padding = layers[row.stage]
        before, pace = (number(each) for each in row.before)
        middle = f"(({size} − 1)/2 − {padding})"
        if row.name.startswith("upsample"):
            words = (
                f"{row.name}: jump {pace} / {stride} = {jump}, start {before} − {jump} · {middle} = {start}."
            )
        else:
            words = (
                f"{row.name}: start {before} + {pace} · {middle} = {start}, jump {pace} · {stride} = {jump}."
            )
    return words if row.crop is None else f"{words} {_cut_words(row)[0].upper()}{_cut_words(row)[1:]}."


def _sentence(network, rows, layers):
    cuts = [f"{row.name}: {_cut_words(row)}" for row in rows if row.crop is not None]
    changed = "" if np.array_equal(layers, published(network)) else ", changed"
    return f"{network}{changed}. {'; '.join(cuts)}."
