"""What one output of an upsampler reads: the pixels of the coarse map it takes, the points it chose, what it makes.

Words used here
    output    the pixel that is looked at, (column, row) on the enlarged picture
    part      the square of coarse pixels that is drawn large, around the output
    share     how much a coarse pixel counts in the output; a share of one is all of it
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from course_utils.figures.draw.label_maps import heading, photo_url
from course_utils.figures.draw.scene import (
    Handle,
    NoPicture,
    Scene,
    arrow,
    circle,
    counted,
    document,
    group,
    held,
    image,
    label,
    number,
    rect,
    scrub,
)
from course_utils.sampling import bilinear_decision, read_with

LEFT, TOP, WHOLE, GAP = 4, 26, 270, 20
PART, CELL = 9, 30  # coarse pixels along the part, and scene px of one
WIDTH = LEFT + WHOLE + 2 * (GAP + PART * CELL) + 14
SWATCH, BELOW = 26, 92
SEEN = 0.005  # the least share whose number is written
WORDS = {"deformable, shared": "deformable"}
WHEN = {"before": "before learning", "after": "after learning"}
VEIL = 0.75  # over a pixel that does not count


@dataclass(frozen=True, eq=False)
class Reading:
    """How one output reads, by one upsampler."""

    name: str
    taps: np.ndarray  # (h, w)
    points: np.ndarray  # (P, 2), x before y, in coarse pixels
    weights: np.ndarray  # (P,)
    own: np.ndarray  # (2,), where bilinear interpolation would read
    kept: float  # the share of the fine map
    color: np.ndarray  # (3,), what comes out
    error: float  # of 255, the mean of red, green and blue

    @property
    def count(self):
        """How many coarse pixels count at all."""
        return int((np.abs(self.taps) >= SEEN).sum())


def taps_scene(each, name, when, place) -> Scene:
    """An enlarged picture, and beside it what the output at ``place`` reads, by ``name`` and by bilinear.

    each    a ``films.Enlarged``
    name    one of its upsamplers; ``when`` is "before" or "after" learning
    place   (column, row) of the output; drag the ring, or press anywhere in the picture
    """
    height, width = each.truth.shape[:2]
    if min(each.colors.shape[1:]) < PART:
        raise NoPicture(f"The coarse map must have at least {PART} rows and columns to be drawn.")
    decision = each.decisions[name][when]
    plain = bilinear_decision(decision.in_size_hw, (height, width))
    readings = [
        _reading(each, WORDS.get(name, name), decision, place),
        _reading(each, "bilinear", plain, place),
    ]
    corner = corner_of(each, place, PART)
    unit = WHOLE / max(height, width)
    parts = [heading(At(LEFT, TOP), f"{WORDS.get(name, name)}, {WHEN[when]}")]
    parts += whole(each, decision, unit, corner, PART, place)
    for i, reading in enumerate(readings):
        parts += _part(each, reading, LEFT + WHOLE + GAP + i * (GAP + PART * CELL), corner)
        parts += _made(each, reading, LEFT + WHOLE + GAP + i * (GAP + PART * CELL), place)
    text = _sentence(readings, place)
    return Scene(
        document(WIDTH, TOP + WHOLE + BELOW, parts, "What one output reads", text),
        text,
        _table(readings),
        handles=place_handles(each, unit, place),
    )


def place_handles(each, unit, place):
    """The two numbers of the output, to be pulled, and its ring: one step is one output."""
    (column, row), (height, width) = place, each.truth.shape[:2]
    return {
        "column": scrub("column", column, 0, width - 1, label="column of the output"),
        "row": scrub("row", row, 0, height - 1, label="row of the output"),
        "place": Handle(
            ("column", "row"), (column, row), ((1 / unit, 0), (0, 1 / unit)), (0, 0), (width - 1, height - 1), (1, 1),
            "column and row of the output",
        ),
    }  # fmt: skip


# ---- numbers of a picture ------------------------------------------------------------------------------------


def _reading(each, name, decision, place):
    column, row = place
    taps = decision.taps(row, column)
    points, weights = decision.points(row, column)
    kept = 0.0 if decision.kept is None else float(decision.kept[row, column])
    rest = 0.0 if decision.rest is None else float(decision.rest[row, column])
    color = (np.einsum("hw,chw->c", taps, each.colors) + rest).clip(0, 1)
    error = 255 * float(np.abs(color - each.truth[row, column]).mean())
    n, m = np.array(each.colors.shape[:0:-1]), np.array(each.truth.shape[1::-1])
    own = (np.array([column, row]) + 0.5) * n / m - 0.5
    return Reading(name, taps, points, weights, own, kept, color, error)


def corner_of(each, place, part):
    """(column, row) of the first coarse pixel of the part: the output in its middle, as far as the map goes."""
    n, m = np.array(each.colors.shape[:0:-1]), np.array(each.truth.shape[1::-1])
    nearest = np.array(place) * n // m
    return np.clip(nearest - part // 2, 0, n - part)


# ---- its parts -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class At:
    """A corner."""

    x: float
    y: float


def whole(each, decision, unit, corner, part, place):
    """The enlarged picture, a frame round the part, a ring round the output."""
    height, width = each.truth.shape[:2]
    answer = photo_url(np.moveaxis(read_with(decision, each.colors), 0, -1).clip(0, 1))
    x, y = LEFT + (place[0] + 0.5) * unit, TOP + (place[1] + 0.5) * unit
    step = unit * width / each.colors.shape[2]
    white = {"stroke_width": 4, "style": "stroke: var(--jp-layout-color1, #fff)"}
    ring = max(unit, 7)
    return [
        image(LEFT, TOP, width * unit, height * unit, answer, "what comes out"),
        rect(LEFT, TOP, width * unit, height * unit, "frame"),
        *(
            rect(
                LEFT + corner[0] * step, TOP + corner[1] * step, part * step, part * step, "line",
                pointer_events="none", **style,
            )
            for style in (white, {"stroke_width": 1.5})
        ),
        rect(
            LEFT, TOP, width * unit, height * unit, "plain", data_drag="place",
            data_axes=f"{LEFT:.6g} {TOP:.6g} {unit:.6g} {unit:.6g}",
        ),
        group(
            [
                rect(x - ring, y - ring, 2 * ring, 2 * ring, "plain"),
                circle(x, y, ring, "line", **white),
                circle(x, y, ring, "line", stroke_width=2),
            ],
            **held("place", "the output that is looked at"),
        ),
        label(LEFT, TOP + height * unit + 20, "ring: column", anchor="start", size=12),
        label(LEFT + 82, TOP + height * unit + 20, str(place[0]), "scrub", "start", 12, **held("column", "column")),
        label(LEFT + 106, TOP + height * unit + 20, "row", anchor="start", size=12),
        label(LEFT + 134, TOP + height * unit + 20, str(place[1]), "scrub", "start", 12, **held("row", "row")),
        label(LEFT, TOP + height * unit + 40, "frame: the part drawn large", "muted", "start", 12),
    ]  # fmt: skip


def _part(each, reading, x, corner):
    """Coarse pixels in their colors, veiled where they do not count, with their shares; the points over them."""
    left, top = corner
    taps = reading.taps[top : top + PART, left : left + PART]
    most = max(float(np.abs(taps).max()), 1e-9)
    parts = [heading(At(x, TOP), f"{reading.name} reads")]
    for i in range(PART):
        for j in range(PART):
            at = x + j * CELL, TOP + i * CELL
            parts.append(rect(*at, CELL, CELL, fill=hexadecimal(each.colors[:, top + i, left + j])))
            veil = VEIL * (1 - min(abs(taps[i, j]) / most, 1))
            if veil > 0.01:
                parts.append(rect(*at, CELL, CELL, "paper", fill_opacity=f"{veil:.2f}"))
    parts.append(rect(x, TOP, PART * CELL, PART * CELL, "frame", pointer_events="none"))
    return [*parts, *_points(reading, x, corner), *_numbers(taps, x, reading.own)]


def _numbers(taps, x, own):
    """Shares in the half of their cell where the ring is not."""
    down = 12 if own[1] > np.rint(own[1]) else CELL - 4
    parts = []
    for i, j in np.argwhere(np.abs(taps) >= SEEN):
        css = "negative halo" if taps[i, j] < 0 else "halo"
        at = x + (j + 0.5) * CELL, TOP + i * CELL + down
        parts.append(label(*at, number(taps[i, j], 2), css, size=10))
    return parts


def _points(reading, x, corner):
    def on_scene(place):
        return x + (place[0] - corner[0] + 0.5) * CELL, TOP + (place[1] - corner[1] + 0.5) * CELL

    white = {"stroke_width": 2, "style": "stroke: var(--jp-layout-color1, #fff)"}
    own, parts = on_scene(reading.own), []
    for place, weight in zip(reading.points, reading.weights, strict=True):
        at = on_scene(np.clip(place, corner - 0.5, corner + PART - 0.5))
        if len(reading.points) == 1 and np.hypot(at[0] - own[0], at[1] - own[1]) > 3:
            parts.append(arrow(*own, *at, "sample", 2))
        parts.append(circle(*at, 2 + 3 * min(abs(float(weight)), 1) ** 0.5, "sample", **white))
    ring = circle(*own, 6, "line", stroke_width=1.6)
    return [group([*parts, circle(*own, 6, "line", **white), ring], pointer_events="none")]


def hexadecimal(color):
    """A color from 0 to 1 as SVG has it."""
    return "#{:02x}{:02x}{:02x}".format(*np.rint(255 * np.clip(color, 0, 1)).astype(int))


def _made(each, reading, x, place):
    """The color that comes out beside the true one."""
    y, true = TOP + PART * CELL + 14, each.truth[place[1], place[0]]
    parts = []
    for i, (words, color) in enumerate((("makes", reading.color), ("true", true))):
        at = x + i * 96
        fill = hexadecimal(color)
        parts += [
            rect(at, y, SWATCH, SWATCH, fill=fill),
            rect(at, y, SWATCH, SWATCH, "frame"),
            label(at + SWATCH + 6, y + 18, words, anchor="start", size=12),
        ]
    parts.append(label(x + 176, y + 18, f"off by {reading.error:.0f} of 255", anchor="start", size=12))
    return [*parts, label(x, y + 48, _shares(reading), "muted", "start", 12)]


# ---- the words -----------------------------------------------------------------------------------------------


def _shares(reading):
    """Such as "4 pixels, shares add up to 1"."""
    total = f"{counted(reading.count, 'pixel')}, shares add up to {number(reading.taps.sum(), 2)}"
    return total if not reading.kept else f"{total}; {number(reading.kept, 2)} is the gray's"


def _sentence(readings, place):
    ours, plain = readings
    at = np.unravel_index(np.abs(ours.taps).argmax(), ours.taps.shape)
    return (
        f"Output in column {place[0]}, row {place[1]}: {ours.name} reads {counted(ours.count, 'coarse pixel')}, most "
        f"of column {at[1]}, row {at[0]}: {number(ours.taps[at], 2)}. It makes a color that is off by "
        f"{ours.error:.0f} of 255; bilinear's is off by {plain.error:.0f}."
    )


def _table(readings):
    header = ["upsampler", "coarse pixels read", "sum of shares", "off by, of 255"]
    return header, [
        [each.name, str(each.count), number(each.taps.sum(), 2), f"{each.error:.1f}"] for each in readings
    ]
