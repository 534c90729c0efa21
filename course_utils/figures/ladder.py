"""A ladder of maps, each with a ruler of where its samples sit, and a rung under the lens: first, middle and last.

Words used here
    ruler   the image's axis, with a tick for every sample of a map
    lens    a part of the image's axis, large: the samples of both maps that meet at a rung
"""

from __future__ import annotations

import numpy as np

from course_utils.figures.draw.cells import cell_group
from course_utils.figures.draw.scene import (
    NoPicture,
    Scene,
    arrow,
    circle,
    document,
    held,
    label,
    line,
    number,
    rect,
    scrub,
)
from course_utils.ladders import ladder
from course_utils.validation import one_of, whole_number, whole_numbers

DEPTH = 3
SMALLEST, LARGEST = 16, 96
MOST_KERNEL, MOST_PADDING = 7, 3
MAPS = {"align_corners=False": "half_pixel", "align_corners=True": "align_corners"}

WIDTH, HEIGHT = 900, 500
RULER = 300  # px of a ruler
LEFT, RIGHT = 96, 596  # where the two columns of rulers begin
TOP, STEP = 66, 70
LENS_TOP, LENS_WIDTH, LENS_GAP = 366, 286, 20


def ladder_scene(size, enlarge, kernels, paddings, rung) -> Scene:
    """The encoder's maps on the left, what comes up on the right, one rung under the lens.

    size       of the image: SMALLEST to LARGEST
    enlarge    one of MAPS
    kernels, paddings   of the three halvings: 1 to MOST_KERNEL, 0 to MOST_PADDING
    rung       1, the highest, to 3, the deepest

    Handles: "size", and each kernel and padding. Cells ``rung-1`` to ``rung-3`` can be chosen.
    """
    one_of(enlarge, "enlarge", tuple(MAPS))
    size = whole_number(size, "size", SMALLEST, LARGEST)
    kernels = whole_numbers([_whole(value) for value in kernels], "kernels", 1, MOST_KERNEL)
    paddings = whole_numbers([_whole(value) for value in paddings], "paddings", 0, MOST_PADDING)
    rung = whole_number(rung, "rung", 1, DEPTH)
    try:
        steps = ladder(size, kernels, paddings, MAPS[enlarge])
    except ValueError as error:
        raise NoPicture(f"{error} (The halvings are {_pairs(kernels, paddings)}.)") from error
    chosen = steps.rungs[DEPTH - rung]
    text = f"{_all_rungs(steps)} {_of_rung(chosen)}"
    parts = [
        *_heading(size, enlarge),
        *_encoder(steps, kernels, paddings),
        *_decoder(steps, rung),
        *_lenses(steps, chosen),
    ]
    handles = {"size": scrub("size", size, SMALLEST, LARGEST, 1, "image size", pixels=8)}
    for i, (kernel, padding) in enumerate(zip(kernels, paddings, strict=True)):
        handles[f"kernels[{i}]"] = scrub(f"kernels[{i}]", kernel, 1, MOST_KERNEL, 1, f"kernel {i + 1}", 14)
        handles[f"paddings[{i}]"] = scrub(
            f"paddings[{i}]", padding, 0, MOST_PADDING, 1, f"padding {i + 1}", 14
        )
    details = {f"rung-{DEPTH - i}": _of_rung(each) for i, each in enumerate(steps.rungs)}
    title = f"A ladder of maps: image {size}, {_pairs(kernels, paddings)}, {enlarge}"
    return Scene(
        document(WIDTH, HEIGHT, parts, title, text), text, _table(steps), details=details, handles=handles
    )


def check_kernels(values):
    """Raises NoPicture for kernels that the ladder cannot have."""
    _check(values, "kernels", 1, MOST_KERNEL)


def check_paddings(values):
    """Raises NoPicture for paddings that the ladder cannot have."""
    _check(values, "paddings", 0, MOST_PADDING)


def _check(values, name, low, high):
    values = np.asarray(values)
    if values.size != DEPTH or ((values < low) | (values > high) | (values != np.floor(values))).any():
        raise NoPicture(f"{name} must be {DEPTH} whole numbers from {low} to {high}, such as 3, 3, 3.")


def _whole(value):
    return int(value) if float(value).is_integer() else value


def _pairs(kernels, paddings):
    return ", ".join(f"kernel {k} padding {p}" for k, p in zip(kernels, paddings, strict=True))


# ---- the two columns ---------------------------------------------------------------------------------------


def _y(level):
    return TOP + STEP * level


def _x(left, place, size):
    """Where a place of the image's axis stands on a ruler; the image's edges are the ruler's ends."""
    return left + RULER * (place + 0.5) / size


def _ruler(left, y, size):
    yield rect(left, y - 1.5, RULER, 3, "frame")
    yield line(left, y - 7, left, y + 7)
    yield line(left + RULER, y - 7, left + RULER, y + 7)


def _ticks(left, y, size, places, count, css, below=False):
    """A tick for every sample; those beyond the image are drawn as far as there is room."""
    span = (y + 2, y + 11) if below else (y - 11, y - 2)
    for o in range(count):
        x = _x(left, places.start + places.jump * o, size)
        if left - 24 <= x <= left + RULER + 24:
            yield line(x, span[0], x, span[1], f"line {css}", stroke_width=2)


def _heading(size, enlarge):
    words = f"image: {size} pixels"
    yield label(2, 18, words, "input scrub", "start", 14, font_weight="600", **held("size", words))
    yield label(LEFT + 60, 18, "halved three times", "", "start", 14, font_weight="600")
    yield label(RIGHT, 18, f"enlarged, {enlarge}", "output", "start", 14, font_weight="600")


def _encoder(steps, kernels, paddings):
    """The maps of the encoder, and the halvings between them."""
    size = steps.maps[0].size
    for level, each in enumerate(steps.maps):
        y = _y(level)
        yield label(2, y + 4, f"{each.size} samples", "input", "start", 12, font_weight="600")
        yield from _ruler(LEFT, y, size)
        yield from _ticks(LEFT, y, size, each.places, each.size, "input")
        if level < DEPTH:
            kernel, padding = f"kernel {kernels[level]}", f"padding {paddings[level]}"
            y += STEP / 2 + 4
            yield label(LEFT + 12, y, "↓", "muted", "middle", 13)
            yield label(LEFT + 26, y, kernel, "scrub", "start", 12, **held(f"kernels[{level}]", kernel))
            yield label(LEFT + 96, y, padding, "scrub", "start", 12, **held(f"paddings[{level}]", padding))


def _decoder(steps, rung):
    """What comes up, beside the ticks of the skip that it meets, and a rung for every meeting."""
    size, deepest = steps.maps[0].size, steps.maps[-1]
    y = _y(DEPTH)
    yield from _ruler(RIGHT, y, size)
    yield from _ticks(RIGHT, y, size, deepest.places, deepest.size, "output", below=True)
    yield arrow(LEFT + RULER + 12, y, RIGHT - 12, y, "muted")
    yield label((LEFT + RULER + RIGHT) / 2, y - 8, "the deepest map", "muted", size=12)
    cells = []
    for i, each in enumerate(steps.rungs):
        y, mine = _y(each.level), DEPTH - i == rung
        yield from _ruler(RIGHT, y, size)
        yield from _ticks(RIGHT, y, size, each.skip, each.size, "input")
        yield from _ticks(RIGHT, y, size, each.up, each.size, "output", below=True)
        yield label(RIGHT + 12, y + STEP / 2 + 4, "↑", "muted", "middle", 13)
        x, width = LEFT + RULER + 14, RIGHT - LEFT - RULER - 28
        cells.append(
            rect(x, y - 15, width, 30, "cell plain" if each.fits else "cell output", rx=4,
                 fill_opacity=_strength(each), data_id=f"rung-{DEPTH - i}", data_row=each.level, data_col=0)
        )  # fmt: skip
        yield rect(x, y - 15, width, 30, "line" if mine else "frame", rx=4, stroke_width=2.5 if mine else 1,
                   pointer_events="none")  # fmt: skip
        yield label(
            x + width / 2, y + 5, _verdict(each), "", size=13, font_weight="600", pointer_events="none"
        )
    yield cell_group(cells, "rungs", "the rungs: where two maps meet")


# ---- the lens ----------------------------------------------------------------------------------------------


def _lenses(steps, chosen):
    """The chosen rung at its first, its middle and its last sample."""
    last = chosen.size - 1
    yield label(
        2, LENS_TOP - 18, f"the rung of {chosen.size} samples, large", "", "start", 13, font_weight="600"
    )
    yield label(236, LENS_TOP - 18, "skip", "input", "start", 12, font_weight="600")
    yield label(276, LENS_TOP - 18, "what comes up", "output", "start", 12, font_weight="600")
    for i, (name, o) in enumerate((("first", 0), ("middle", last // 2), ("last", last))):
        yield from _lens(
            2 + i * (LENS_WIDTH + LENS_GAP), f"{name}: sample {o}", o, chosen, steps.maps[0].size
        )


def _lens(left, name, o, chosen, size):
    skip, up = (each.start + each.jump * o for each in (chosen.skip, chosen.up))
    reach = max(1.6 * max(chosen.skip.jump, chosen.up.jump), 3)
    low, high = np.floor(min(skip, up) - reach), np.ceil(max(skip, up) + reach)
    unit = LENS_WIDTH / (high - low + 1)
    top, upper, lower, floor = LENS_TOP, LENS_TOP + 34, LENS_TOP + 62, LENS_TOP + 84

    def at(place):
        return left + unit * (place - low + 0.5)

    yield label(left, top + 12, name, "muted", "start", 12)
    every = max(1, int(np.ceil(22 / unit)))
    for p in range(int(low), int(high) + 1):
        inside = 0 <= p < size
        yield rect(left + unit * (p - low), floor, unit, 14, "input" if inside else "plain",
                   fill_opacity=f"{0.1 + 0.12 * (p % 2) if inside else 0}")  # fmt: skip
        if p % every == 0:
            yield label(at(p), floor + 27, number(p), "muted", size=10)
    for places, y, css in ((chosen.skip, upper, "input"), (chosen.up, lower, "output")):
        for k in range(max(0, o - 8), min(chosen.size, o + 9)):
            x = at(places.start + places.jump * k)
            if left <= x <= left + LENS_WIDTH:
                yield circle(x, y, 5.5 if k == o else 3, css, fill_opacity=1 if k == o else 0.55)
    yield line(at(skip), upper, at(skip), floor, "line input", stroke_dasharray="3 3")
    yield line(at(up), lower, at(up), floor, "line output", stroke_dasharray="3 3")
    gap = skip - up
    if abs(gap) > 1e-9:
        middle = (upper + lower) / 2
        yield arrow(at(up), middle, at(skip), middle, "sample", 1.5, 6)
    yield label(left + LENS_WIDTH, top + 12, f"{_signed(gap)} px", "", "end", 13, font_weight="600")


# ---- the words ---------------------------------------------------------------------------------------------


def _signed(value):
    text = number(value, 2)
    return text if text == "0" or value < 0 else f"+{text}"


def _strength(each):
    """Pale for an offset that is the same everywhere, stronger for one that grows."""
    return "0.12" if np.ptp(each.apart) < 1e-9 else "0.4"


def _verdict(each):
    if each.fits:
        return "fits"
    first, last = (_signed(value) for value in each.apart[[0, -1]])
    return f"{first} px" if first == last else f"{first} … {last} px"


def _all_rungs(steps):
    rows = "; ".join(f"{each.size} samples {_verdict(each)}" for each in steps.rungs)
    return f"From the deepest rung up: {rows}."


def _of_rung(each):
    ends = each.skip, each.up
    last = each.size - 1
    at = [(number(e.start, 2), number(e.start + e.jump * last, 2)) for e in ends]
    return (
        f"At the rung of {each.size} samples the skip runs from pixel {at[0][0]} to {at[0][1]}, "
        f"what comes up from {at[1][0]} to {at[1][1]}."
    )


def _table(steps):
    def places(each):
        return f"{number(each.start)} + {number(each.jump)} o"

    return ("samples", "skip", "what comes up", "first", "last"), [
        (str(each.size), places(each.skip), places(each.up), *(_signed(v) for v in each.apart[[0, -1]]))
        for each in reversed(steps.rungs)
    ]
