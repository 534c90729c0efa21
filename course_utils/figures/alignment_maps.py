"""One learned flow and the two maps that it shall bring together: where an arrow leads, and what is read there.

The words are those of ``following``. A share is the part of a place's pixels that is of a class, from 0 to 1, as
it can be read off a map (see ``networks.alignment_pictures.shares_read_off``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from course_utils.alignment import fetch, tips_in_own_region
from course_utils.figures.draw.label_maps import (
    LEFT,
    arrow_scale,
    arrows,
    below,
    class_key,
    in_pixels,
    lengths,
    outlines,
    photo_url,
    picture,
    profile,
    profile_frame,
    row_of_places,
    scale_words,
)
from course_utils.figures.draw.scene import Scene, document, group, line
from course_utils.figures.following import (
    Followed,
    Reel,
    followed,
    followed_arrow,
    middle,
    place_handle,
    reads_words,
    tips_words,
    to_hold,
)
from course_utils.figures.manual_shift import mixture
from course_utils.scenes import CLASS_NAMES

WIDTH, TOP, LARGE = 980, 24, 234
TEXTS, PROFILE, KEY = 44, 60, 26  # heights below a map: two lines, a profile, the names of the colors
TO_DO = "lines: the true outlines.  Press anywhere, or drag the ring, to follow the arrow there."
DARK = "--jp-content-font-color1: #111"  # lines over maps: the colors below them are bright in both themes


@dataclass(frozen=True, eq=False)
class Maps:
    """Class shares of one scene, (classes, h, w)."""

    fine: np.ndarray
    coarse: np.ndarray  # at half the size of the others
    lying: np.ndarray  # the coarse map enlarged as it lies
    fetched: np.ndarray  # the coarse map read along the flow
    counted: int  # arrows that begin near an outline


@lru_cache(maxsize=16)
def _maps(reel, scene, stride) -> Maps:
    """At the last moment of the film."""
    fine, coarse = (reel.maps(stride)[which][scene] for which in ("fine", "coarse"))
    flow = reel.flows(stride)[reel.contenders[0], "coarse"][-1, scene]
    labels = reel.film.labels[scene]
    lying, fetched = (fetch(coarse, each / (2 * stride)) for each in (np.zeros_like(flow), flow))
    return Maps(fine, coarse, lying, fetched, int(tips_in_own_region(labels, flow, stride)[1].sum()))


def maps_scene(reel: Reel, scene=0, stride=4, place=(0, 0)) -> Scene:
    """The scene, its fine map, its coarse map with the learned arrows, and the coarse map read along them, all when
    the only contender has learned; below the maps, the share of the ring's class along its row.

    place    (column, row) on the finest map of the film, from 0: its arrow is followed
    """
    shown, maps = followed(reel, scene, stride, place), _maps(reel, scene, stride)
    places = row_of_places(reel.size_hw, TOP, 4, LARGE)
    bottom = places[0].y + places[0].height + TEXTS + PROFILE + KEY
    parts = [*_pictures(reel, shown, maps, places), *_below_scene(reel, shown, maps, places[0])]
    parts += [*_curves(shown, maps, places[1:]), *to_hold(reel, shown, places)]
    parts.append(class_key(LEFT, bottom - 6, TO_DO))
    text = _sentence(shown, maps)
    return Scene(
        document(WIDTH, bottom, parts, "Two maps and a learned flow", text),
        text,
        _table(shown, maps),
        handles={"place": place_handle(reel, shown, places[0])},
    )


def _pictures(reel, shown, maps, places):
    height, width = reel.size_hw
    labels, learned = reel.film.labels[shown.scene], shown.flows[0]
    pixels = (photo_url(reel.film.images[shown.scene]), *map(mixture, (maps.fine, maps.coarse, maps.fetched)))
    titles = (
        f"the scene: {height} × {width} pixels",
        f"fine map: {_size(maps.fine)}",
        f"coarse map: {_size(maps.coarse)}",
        "read along the arrows",
    )
    parts = []
    for place, title, each in zip(places, titles, pixels, strict=True):
        parts += [*picture(place, each, title), outlines(place, labels)]
    parts.append(group([arrows(places[2], learned.flow[-1], shown.stride)], style=DARK))
    for place in (places[0], places[2]):
        parts += followed_arrow(shown, learned, -1, place)
    return parts


def _size(shares):
    return " × ".join(map(str, shares.shape[1:]))


def _below_scene(reel, shown, maps, place):
    learned = shown.flows[0]
    tips, others = tips_words(reel, learned.tips[-1])
    own = learned.kinds[-1] == shown.kind
    foot, tip = (CLASS_NAMES[kind] for kind in (shown.kind, learned.kinds[-1]))
    long = in_pixels(float(lengths(learned.flow[-1, shown.row, shown.column])))
    return [
        below(place, 16, f"foot in {foot}, tip in {tip}", font_weight="600"),
        below(place, 32, f"{long}: {'stays in' if own else 'leaves'} its region"),
        below(place, 62, tips, font_weight="600"),
        below(place, 78, others),
        below(
            place, 94, f"of the {maps.counted} arrows near an outline" if maps.counted else "", css="muted"
        ),
    ]


def _curves(shown, maps, places):
    """Below each map, the share of the ring's class along its row, with a dotted line at its column."""
    name = CLASS_NAMES[shown.kind]
    columns = (
        (maps.fine, None, f"{name} in the ring: {_percent(_here(shown, maps.fine))}"),
        (maps.lying, None, f"as it lies: {_percent(_here(shown, maps.lying))}"),
        (maps.fetched, maps.lying, f"along the arrows: {_percent(_here(shown, maps.fetched))}"),
    )
    parts = []
    for place, (shares, before, words) in zip(places, columns, strict=True):
        (x, y), top = middle(shown, place), place.y + place.height + TEXTS
        parts += [
            group([line(place.x, y, place.x + place.width, y, "line", stroke_dasharray="2 3")], style=DARK),
            below(place, 16, words, font_weight="600"),
            profile_frame(place, TEXTS, PROFILE),
            line(x, top, x, top + PROFILE, "line muted", stroke_dasharray="2 3"),
        ]
        if before is not None:
            before = before[shown.kind, shown.row]
            parts.append(profile(place, TEXTS, PROFILE, before, "line muted", stroke_dasharray="4 3"))
        parts.append(profile(place, TEXTS, PROFILE, shares[shown.kind, shown.row], stroke_width=2))
    notes = (f"curve: share of {name} along the row", None, "dashed: as it lies")
    parts += [below(place, 32, words) for place, words in zip(places, notes, strict=True) if words]
    return [*parts, *arrow_scale(places[1], 32, scale_words(places[1], 1))]


def _here(shown, shares):
    """The share of the ring's class at the ring."""
    return float(shares[shown.kind, shown.row, shown.column])


def _percent(share):
    return f"{100 * share:.0f} %"


def _sentence(shown: Followed, maps):
    name = CLASS_NAMES[shown.kind]
    fine, lying, fetched = (_percent(_here(shown, each)) for each in (maps.fine, maps.lying, maps.fetched))
    return (
        f"Scene {shown.scene + 1}. The ring lies in {name}; its arrow {reads_words(shown, shown.flows[0], -1)}. In "
        f"the ring the fine map shows {fine} {name}, the coarse map {lying} as it lies and {fetched} along the arrow."
    )


def _table(shown, maps):
    header = ("share in the ring", "fine map", "coarse map as it lies", "along the arrow")
    every = (maps.fine, maps.lying, maps.fetched)
    rows = [
        (name, *(f"{each[kind, shown.row, shown.column]:.2f}" for each in every))
        for kind, name in enumerate(CLASS_NAMES)
    ]
    return header, rows
