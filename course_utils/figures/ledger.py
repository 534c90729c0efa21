"""FCN's maps on the axis of the image: where their first samples sit, and which are cut off.

Words used here (place, start, jump: see ``places.py``; line, crop: ``fcn.Line``)
    ids   "line-3" is line 3 of the picture; each line's dots are the first samples of one map
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from course_utils.fcn import HEADS, fcn_ledger
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
from course_utils.places import Places
from course_utils.validation import one_of, whole_number

SETTINGS = {"first_padding": "padding of conv1_1", "last_kernel": "kernel of fc6"}
ENDS = {"first_padding": (40, 120), "last_kernel": (1, 9)}
SHOWN = ("image", "conv1_1", "pool3", "pool4", "pool5", "fc6")

WIDTH, HEIGHT, TOP, PITCH = 932, 440, 62, 33
NAME_X, LEFT, RIGHT = 4, 176, 760  # names; the axis; to its right, start and jump
FIRST, LAST = -128, 160  # image pixels on the axis


class Row(NamedTuple):
    """One map of the picture."""

    name: str
    places: Places  # before its crop
    crop: float | None  # samples that are cut off in front


def rows_of(network, first_padding, last_kernel):
    """The lines of the ledger that are drawn; a crop is drawn on the map that it cuts."""
    lines = fcn_ledger(network, first_padding, last_kernel)
    maps = {each.name: each.places for each in lines}
    rows = [Row(each.name, each.places, None) for each in lines if each.name in SHOWN]
    for each in lines[lines.index(next(one for one in lines if one.name == "fc6")) + 1 :]:
        if each.crop is None:
            rows.append(Row(each.name, each.places, None))
        elif each.name == "crop to the image":
            rows[-1] = rows[-1]._replace(crop=each.crop)
        else:
            pool = each.name.removeprefix("crop ")
            rows.append(Row(f"scores of {pool}", maps[pool], each.crop))
    return rows


def ledger_scene(network="FCN-8s", first_padding=100, last_kernel=7) -> Scene:
    """A row of dots for each map: its first samples, where they sit on the image; those that are cut are hollow.

    network         "FCN-32s", "FCN-16s" or "FCN-8s"
    first_padding   of conv1_1, 40 to 120; FCN has 100
    last_kernel     of fc6, 1 to 9; FCN has 7
    Handles: both numbers, in the line above the picture.
    """
    settings = {"first_padding": first_padding, "last_kernel": last_kernel}
    one_of(network, "network", HEADS)
    for name, value in settings.items():
        whole_number(value, name, *ENDS[name])
    rows = rows_of(network, first_padding, last_kernel)
    text = _sentence(network, rows)
    parts = [_settings(settings), _axis(len(rows)), *(_row(i, row) for i, row in enumerate(rows))]
    return Scene(
        document(WIDTH, HEIGHT, parts, f"The places of {network}", text),
        text,
        (("map", "start", "jump", "cut off"), [_written(row) for row in rows]),
        details={f"line-{i}": _detail(row) for i, row in enumerate(rows)},
        handles={
            name: scrub(name, value, *ENDS[name], label=SETTINGS[name], pixels=6)
            for name, value in settings.items()
        },
    )


def _settings(settings):
    parts, x = [], 4.0
    for name, value in settings.items():
        text = f"{SETTINGS[name]} = {value}"
        parts.append(rect(x - 4, 2, 8.6 * len(text) + 8, 24, "plain", **held(name, text)))
        parts.append(label(x, 19, text, "mono scrub", "start", 14, font_weight="600", pointer_events="none"))
        x += 8.6 * len(text) + 36
    return "".join(parts)


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
    for x, word in ((RIGHT + 62, "start"), (RIGHT + 110, "jump"), (WIDTH - 4, "cut")):
        parts.append(label(x, TOP - 13, word, "muted", "end", 11))
    return group(parts, pointer_events="none")


def _row(i, row):
    y = TOP + PITCH * i + 8
    start, jump = row.places
    places = start + jump * np.arange(int((LAST - start) // jump) + 1)
    cut = 0 if row.crop is None else row.crop
    dots = []
    for o, place in enumerate(places):
        if place < FIRST or (jump == 1 and o % 4):  # of single pixels every fourth
            continue
        kept = o >= cut
        dots.append(
            circle(
                _x(place), y, 4.2 if jump > 1 else 2.6, "output" if kept else "line muted", stroke_width=1.4
            )
        )
    name, *numbers = _written(row)
    words = [label(NAME_X, y + 4, name, "", "start", 13)]
    for x, word in zip((RIGHT + 62, RIGHT + 110), numbers, strict=False):
        words.append(label(x, y + 4, word, "", "end", 13))
    words.append(label(WIDTH - 4, y + 4, numbers[-1], "kernel", "end", 13, font_weight="600"))
    cell = rect(
        0, y - PITCH / 2 + 2, WIDTH, PITCH - 4, "cell plain", data_id=f"line-{i}", data_row=i, data_col=0
    )
    return cell_group([cell], f"line-{i}", name) + group([*dots, *words], pointer_events="none")


# ---- the words ------------------------------------------------------------------------------------------------


def _written(row):
    crop = "" if row.crop is None else number(row.crop)
    return (row.name, number(row.places.start), number(row.places.jump), crop)


def _cut_words(row):
    if row.crop != int(row.crop):
        return f"{number(row.crop)} samples would have to go: no crop fits"
    if row.crop < 0:
        return f"{counted(int(-row.crop), 'sample')} missing in front"
    return f"{counted(int(row.crop), 'sample')} cut off"


def _detail(row):
    start, jump = (number(each) for each in row.places)
    words = f"{row.name}: sample 0 sits at {start}, the next {jump} further."
    return words if row.crop is None else f"{words} {_cut_words(row)[0].upper()}{_cut_words(row)[1:]}."


def _sentence(network, rows):
    cuts = [f"{row.name}: {_cut_words(row)}" for row in rows if row.crop is not None]
    return f"{network}. {'; '.join(cuts)}."
