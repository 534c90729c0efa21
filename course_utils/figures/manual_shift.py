"""A coarse map shifted by hand: what plain addition makes of it, what alignment makes of it, what networks do.

Words used here
    share      how much of a place a class covers, 0 to 1: the mean of its mask over stride x stride pixels
    fine       the shares at a stride, coarse at twice that stride
    shift      (right, down) in image pixels, by which the coarse map is moved before it is fused
    plain      the coarse map is enlarged as it lies; aligned: it is read along the flow that undoes the shift
    width      of the boundaries, in image pixels: of straight ramps that would be as mixed, see ``Shifted.width``
    answered   the part of the shift by which a network's flow grew: 1 all of it, 0 nothing
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from course_utils.alignment import fetch
from course_utils.figures.alignment import (
    LEFT,
    TOP,
    WIDTH,
    WORDS,
    arrow_scale,
    arrows,
    class_key,
    class_names,
    drawing_factor,
    heading,
    iou,
    lengths,
    longest_words,
    photo_url,
    picture,
    prediction,
    row_of_places,
    rows_of_four,
    scale_words,
)
from course_utils.figures.scene import Scene, arrow, document, label, line, number, path, png_url, rect
from course_utils.scenes import CLASS_COLOURS, CLASS_NAMES

PROFILE = 64  # px, the height of a profile


def class_shares(labels, stride) -> np.ndarray:
    """The share of every class at every place of a map: (classes, H / stride, W / stride).

    >>> class_shares(np.array([[0, 1], [1, 1]]), 2)[:2, 0, 0]
    array([0.25, 0.75])
    """
    height, width = labels.shape
    if height % stride or width % stride:
        raise ValueError(
            f"a map of stride {stride} needs a height and a width that {stride} divides; got {height} × {width}."
        )
    masks = labels == np.arange(len(CLASS_NAMES))[:, None, None]
    return masks.reshape(len(masks), height // stride, stride, width // stride, stride).mean(axis=(2, 4))


@dataclass(frozen=True, eq=False)
class Shifted:
    """The class shares of a scene at two strides, the coarse ones shifted. All maps are (classes, h, w)."""

    labels: np.ndarray
    stride: int
    shift_xy: tuple[float, float]

    @cached_property
    def fine(self) -> np.ndarray:
        return class_shares(self.labels, self.stride)

    @cached_property
    def coarse(self) -> np.ndarray:
        """At half the fine map's size, moved by the shift: what a network would be given."""
        coarse = class_shares(self.labels, 2 * self.stride)
        return fetch(coarse, -self._flow(coarse.shape[1:]))

    def _flow(self, size_hw):
        """The flow that undoes the shift, the same everywhere, in pixels of the coarse map."""
        return np.full((*size_hw, 2), np.array(self.shift_xy, float) / (2 * self.stride))

    @cached_property
    def plain(self) -> np.ndarray:
        """The coarse map enlarged as it lies."""
        return fetch(self.coarse, np.zeros((*self.fine.shape[1:], 2)))

    @cached_property
    def aligned(self) -> np.ndarray:
        """The coarse map enlarged and read along the flow that undoes the shift."""
        return fetch(self.coarse, self._flow(self.fine.shape[1:]))

    def fused(self, enlarged) -> np.ndarray:
        """Half the sum with the fine map, so that shares still add up to 1."""
        return (self.fine + enlarged) / 2

    @cached_property
    def boundary_length(self) -> float:
        """Of the true labels, in image pixels: neighbors of different classes, by pi / 4, for a slanted line of
        length 1 crosses 4 / pi such pairs in the mean of all directions."""
        down = np.count_nonzero(self.labels[1:] != self.labels[:-1])
        return (down + np.count_nonzero(self.labels[:, 1:] != self.labels[:, :-1])) * np.pi / 4

    def width(self, shares) -> float:
        """How wide the boundaries of a map are, in image pixels: straight ramps of that width would be as mixed.

        A place with the shares p is mixed by 1 - sum(p ** 2). Across a ramp from one class to another of width w that
        adds up to w / 3. NaN in a scene without boundaries.
        """
        mixed = (1 - (shares**2).sum(axis=0)).sum() * self.stride**2
        return 3 * mixed / self.boundary_length if self.boundary_length else np.nan

    def wrong(self, shares) -> float:
        """The part of the places whose strongest class is another than the fine map's."""
        return float((shares.argmax(axis=0) != self.fine.argmax(axis=0)).mean())


# ---- the picture ---------------------------------------------------------------------------------------------


def shift_scene(
    image, labels, stride=4, shift_xy=(0, 0), kind=2, row=None, networks=None, changed=False
) -> Scene:
    """Above: fine map, shifted coarse map, their plain and their aligned sum, and below each a profile along a row.

    kind, row   the class and the row of the fine map of which the profiles are; row None is the middle
    networks    contender -> what ``shift_by_hand`` gives for (shift, no shift), a pair of dictionaries: a row of
                their predictions and flows
    changed     of the flows, draw only what the shift changed
    """
    maps, still = Shifted(labels, stride, tuple(shift_xy)), _unshifted(labels.tobytes(), labels.shape, stride)
    row = maps.fine.shape[1] // 2 if row is None else min(row, maps.fine.shape[1] - 1)
    places = row_of_places(labels.shape, TOP, 4)
    parts, y = _maps(maps, still, places, kind, row)
    text, table = _words(maps, still), _table(maps, still)
    if networks:
        more, y, words, rows = _networks(image, maps, networks, changed, y)
        parts, text, table = parts + more, f"{text} {words}", (table[0], table[1] + rows)
    parts.append(
        class_key(
            LEFT, y + 8, "a mixture of colors: several classes" + "; dark dots: wrong pixels" * bool(networks)
        )
    )
    return Scene(document(WIDTH, y + 18, parts, "A coarse map shifted by hand", text), text, table)


@lru_cache(maxsize=8)
def _unshifted(labels, shape, stride):
    return Shifted(np.frombuffer(labels, np.uint8).reshape(shape), stride, (0, 0))


def mixture(shares) -> np.ndarray:
    """Colors of the classes mixed by their shares: uint8 (h, w, 3)."""
    return np.rint(np.tensordot(shares, CLASS_COLOURS.astype(float), (0, 0))).clip(0, 255).astype(np.uint8)


def _maps(maps, still, places, kind, row):
    """The four maps with their profiles; the y below them."""
    plain, aligned = maps.fused(maps.plain), maps.fused(maps.aligned)
    columns = (
        (f"fine, stride {maps.stride}", maps.fine, maps.fine, None),
        (f"coarse, stride {2 * maps.stride}, shifted", maps.coarse, maps.plain, still.plain),
        ("added as it lies", plain, plain, still.fused(still.plain)),
        ("aligned, then added", aligned, aligned, still.fused(still.plain)),
    )
    parts = []
    for place, (title, shares, profile, before) in zip(places, columns, strict=True):
        parts += picture(place, png_url(mixture(shares)), title)
        parts += _row_mark(place, row, maps)
        parts += _profile(place, profile[kind, row], None if before is None else before[kind, row])
    parts += _shift_arrow(places[1], maps)
    y = places[0].y + places[0].height + PROFILE + 40
    for place, words in zip(places, _captions(maps, still, plain, aligned, kind), strict=True):
        parts += [
            label(place.x, y + 16 * i, each, anchor="start", size=12, font_weight=None if i else "600")
            for i, each in enumerate(words)
        ]
    return parts, y + 30


def _captions(maps, still, plain, aligned, kind):
    dx, dy = maps.shift_xy
    before = still.fused(still.plain)

    def width(shares):
        return f"boundaries {number(maps.width(shares), 1)} px wide"

    def wrong(shares):
        return f"{100 * maps.wrong(shares):.1f} % of places another class"

    return (
        (width(maps.fine), f"curve: share of {CLASS_NAMES[kind]}, 0 to 1"),
        (f"flow to be found: ({number(dx)}, {number(dy)}) px", "dashed: before the shift"),
        (width(plain), wrong(plain)),
        (width(aligned), f"{wrong(aligned)}"),
    ) if maps.shift_xy != (0, 0) else (
        (width(maps.fine), f"curve: share of {CLASS_NAMES[kind]}, 0 to 1"),
        ("no shift yet", ""),
        (width(before), wrong(before)),
        (width(before), "no flow: the same sum"),
    )  # fmt: skip


def _row_mark(place, row, maps):
    """Two ticks beside the row of the profile, and a line that leaves the colors visible."""
    y = place.y + (row + 0.5) * maps.stride * place.unit
    return [
        line(place.x, y, place.x + place.width, y, "line", stroke_width=1, stroke_dasharray="2 3"),
        line(place.x - 4, y, place.x, y, "line", stroke_width=2),
    ]


def _profile(place, values, before):
    """The share along the row, right below the picture and as wide; dashed before the shift."""
    top, x = place.y + place.height + 12, place.x
    step = place.width / len(values)

    def curve(shares, css, **more):
        at = [(x + (i + 0.5) * step, top + PROFILE * (1 - share)) for i, share in enumerate(shares)]
        return path(at, css, **more)

    parts = [rect(x, top, place.width, PROFILE, "frame")]
    if before is not None:
        parts.append(curve(before, "line muted", stroke_dasharray="4 3"))
    return [*parts, curve(values, "line", stroke_width=2)]


def _shift_arrow(place, maps):
    """The flow to be found, from the middle of the coarse map: it leads from a place to where it must read."""
    dx, dy = np.array(maps.shift_xy, float) * place.unit
    x, y = place.x + place.width / 2, place.y + place.height / 2
    under = line(x, y, x + dx, y + dy, "line", stroke_width=7, style="stroke: var(--jp-layout-color1, #fff)")
    return [under * bool(dx or dy), arrow(x, y, x + dx, y + dy, "sample", width=2.5, head=9)]


def _words(maps, still):
    dx, dy = maps.shift_xy
    before = still.fused(still.plain)
    start = (
        f"The coarse map at stride {2 * maps.stride} lies where it belongs; added to the fine map at stride "
        f"{maps.stride}, boundaries are {number(maps.width(before), 1)} px wide."
    )
    if not (dx or dy):
        return start
    plain, aligned = maps.fused(maps.plain), maps.fused(maps.aligned)
    text = (
        f"The coarse map at stride {2 * maps.stride} was moved {number(dx)} px right and {number(dy)} px down. Added "
        f"as it lies, boundaries become {number(maps.width(plain), 1)} px wide ({number(maps.width(before), 1)} "
        f"before the shift) and {100 * maps.wrong(plain):.1f} % of places go to another class; read along the flow "
        f"({number(dx)}, {number(dy)}) px first, {number(maps.width(aligned), 1)} px and "
        f"{100 * maps.wrong(aligned):.1f} %."
    )
    if dx % (2 * maps.stride) or dy % (2 * maps.stride):
        text += (
            f" The shift is no multiple of {2 * maps.stride} px: to move the map, neighbors were averaged, and that "
            "no flow undoes."
        )
    return text


def _table(maps, still):
    def row(name, shares):
        return name, f"{maps.width(shares):.1f} px", f"{100 * maps.wrong(shares):.1f} %"

    rows = [
        row("fine map", maps.fine),
        row("sum, no shift", still.fused(still.plain)),
        row("sum as it lies", maps.fused(maps.plain)),
        row("sum after alignment", maps.fused(maps.aligned)),
    ]
    return ("", "width of boundaries", "another class than the fine map"), rows


# ---- trained networks under the same shift -------------------------------------------------------------------


def answered(flow, flow_still, shift_xy) -> float:
    """The mean growth of a flow along a shift, as a part of the shift.

    >>> answered(np.full((2, 2, 2), [3.0, 1.0]), np.full((2, 2, 2), [1.0, 1.0]), (4, 0))
    0.5
    """
    shift = np.asarray(shift_xy, float)
    return float((flow - flow_still).mean(axis=(0, 1)) @ shift / (shift @ shift))


def _networks(image, maps, networks, changed, y):
    """A row of true labels, predictions and flows under the shift: parts, y below, a sentence, rows of the table."""
    aligning = [name for name, both in networks.items() if any(each["flow"].any() for each in both)]
    places = rows_of_four(maps.labels.shape, y + 34, 1 + len(networks) + len(aligning), below=84)
    parts = picture(places[0], png_url(CLASS_COLOURS[maps.labels]), "true labels")
    parts += class_names(places[0], maps.labels)
    sentences, rows = [], []
    for place, (name, (now, before)) in zip(places[1:], networks.items(), strict=False):
        parts += [heading(place, WORDS.get(name, name)), *prediction(place, now["labels"], maps.labels, name)]
        scores = [iou(maps.labels, each["labels"]) for each in (now, before)]
        parts.append(_below(place, 17, f"mean IoU {scores[0]:.3f}", font_weight="600"))
        parts.append(_below(place, 33, f"without the shift {scores[1]:.3f}"))
        sentences.append(f"{WORDS.get(name, name)} {scores[0]:.3f} ({scores[1]:.3f} without the shift)")
        rows.append(
            (f"network, {WORDS.get(name, name)}", "", f"mean IoU {scores[0]:.3f}, unshifted {scores[1]:.3f}")
        )
    words = f"Trained networks whose coarse map is moved so, mean IoU: {', '.join(sentences)}."
    photo = photo_url(image)
    for place, name in zip(places[1 + len(networks) :], aligning, strict=True):
        more, said = _flow_under_shift(place, photo, name, networks[name], maps, changed)
        parts, words = parts + more, f"{words} {said}"
    return parts, places[-1].y + places[-1].height + 74, words, rows


def _flow_under_shift(place, photo, name, now_and_before, maps, changed):
    flow, before = (each["flow"] for each in now_and_before)
    drawn = flow - before if changed else flow
    longest = float(lengths(drawn).max())
    factor = drawing_factor(longest, 1.2 * maps.stride)
    said = "no shift: nothing to answer"
    if any(maps.shift_xy):
        percent = round(100 * answered(flow, before, maps.shift_xy))
        said = f"answers {number(percent)} % of the shift"
    parts = [
        *picture(place, photo, f"{'change' if changed else 'arrows'}: {WORDS.get(name, name)}", pale=True),
        arrows(place, drawn, maps.stride, factor),
        *arrow_scale(
            place,
            _slotless,
            "scale",
            {"scale": f"{scale_words(place, factor)}"},
        ),
        _below(place, 17, said, font_weight="600"),
        _below(place, 50, longest_words(longest)),
    ]
    return parts, f"The flow of {WORDS.get(name, name)}: {said}."


def _below(place, down, words, **more):
    return label(place.x, place.y + place.height + down, words, anchor="start", size=12, **more)


def _slotless(x, y, name, texts):
    return label(x, y, texts[name], anchor="start", size=12)
