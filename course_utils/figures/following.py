"""What a film shows of one scene: its learned flows at every moment, and the place whose arrow is followed.

Words used here
    film      pictures of networks while they learn, see ``films.Film``
    moment    one of the film's steps
    map       "coarse" or "fine": which of the two maps that are added is read along the flow
    place     (column, row) on the film's finest map: the arrow there is followed to where it reads
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from course_utils.alignment import (
    class_at,
    fetched_shares,
    reading_places,
    share_in_own_region,
    with_comparisons,
)
from course_utils.figures.draw.label_maps import WORDS, drawing_factor, in_pixels, iou, lengths
from course_utils.figures.draw.scene import Handle, NoPicture, arrow, circle, group, held, line, rect
from course_utils.scenes import CLASS_COLORS, CLASS_NAMES

MOST = 4
"""Contenders in one picture."""


@dataclass(frozen=True, eq=False)
class Reel:
    """The contenders of a film that are shown, at most MOST. ``film`` is read only."""

    film: object
    contenders: tuple[str, ...]

    @property
    def strides(self) -> tuple[int, ...]:
        """The strides onto which maps are fused, coarse to fine."""
        return tuple(
            sorted({stride for name in self.contenders for stride in self.film.flows[name]}, reverse=True)
        )

    @property
    def size_hw(self) -> tuple[int, int]:
        return self.film.labels.shape[1:]

    def flows(self, stride) -> dict:
        """(contender, map) -> flow (step, n, h, w, 2), for all that learn one."""
        return {
            (name, which): flow
            for name in self.contenders
            for which, flow in self.film.flows[name].get(stride, {}).items()
        }

    def maps(self, stride) -> dict:
        """{"fine" or "coarse": shares (n, classes, h, w)} of the only contender, {} where nobody read them off."""
        return (
            self.film.shares.get(self.contenders[0], {}).get(stride, {}) if len(self.contenders) == 1 else {}
        )


def reel_of(film, contenders=None) -> Reel:
    """The film's contenders, or those named. Those whose training was stopped have no pictures and are left out."""
    developed = tuple(name for name, each in film.predictions.items() if isinstance(each, np.ndarray))
    if not developed:
        raise NoPicture(
            "This film has no pictures yet: compare(..., film=film) takes them while the first seed learns, and a "
            "contender whose training was stopped has none."
        )
    chosen = developed[:MOST] if contenders is None else tuple(contenders)
    missing = [name for name in chosen if name not in developed]
    if missing or not 1 <= len(chosen) <= MOST:
        raise ValueError(
            f"contenders must be 1 to {MOST} of {', '.join(developed)}; got {', '.join(map(str, chosen)) or 'none'}."
        )
    if film.labels.max() >= len(CLASS_NAMES):
        raise ValueError(f"labels must be from 0 to {len(CLASS_NAMES) - 1}; got {film.labels.max()}.")
    return Reel(film, chosen)


# ---- the numbers of one picture ------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Learned:
    """One flow of a scene at all moments, and what becomes of the place that is followed. Lengths in image pixels."""

    name: str  # "flow alignment, coarse map"
    flow: np.ndarray  # (moment, h, w, 2)
    longest: np.ndarray  # (moment,)
    factors: tuple[int, ...]  # with which the arrows are drawn, one for each moment
    reads: np.ndarray  # (moment, 2): where the followed place reads, x and y, pixel p at p
    kinds: tuple[int, ...]  # the class there
    profiles: tuple | None  # see _profiles
    tips: tuple  # see _tips


@dataclass(frozen=True, eq=False)
class Followed:
    """All that one picture shows: a scene, a stride, a place, and every flow."""

    scene: int
    stride: int
    column: int  # of the map of this stride
    row: int
    kind: int  # the true class of the place
    flows: tuple[Learned, ...]
    ious: dict  # contender -> mean IoU of this scene at each moment


def followed(reel, scene, stride, place, magnified=False) -> Followed:
    """The numbers of one picture; ``place`` is (column, row) on the finest map of the film."""
    column, row = (each * min(reel.strides, default=stride) // stride for each in place)
    labels = reel.film.labels[scene]
    own = reading_places(np.zeros((row + 1, column + 1, 2)), stride)[row, column]
    kind = int(class_at(labels, own))
    flows = []
    for (name, which), every in reel.flows(stride).items():
        flow = every[:, scene]
        longest = lengths(flow).max(axis=(1, 2))
        factors = [drawing_factor(each, 1.2 * stride) for each in (longest if magnified else [longest.max()])]
        reads = np.stack([reading_places(each, stride)[row, column] for each in flow])
        flows.append(
            Learned(
                f"{WORDS.get(name, name)}, {which} map", flow, longest,
                tuple(factors) if magnified else tuple(factors) * len(flow),
                reads, tuple(class_at(labels, reads).tolist()),
                _profiles(reel, scene, stride, (name, which), kind, row),
                _tips(reel, scene, stride, (name, which)),
            )
        )  # fmt: skip
    return Followed(scene, stride, column, row, kind, tuple(flows), _ious(reel, scene))


def _profiles(reel, scene, stride, key, kind, row):
    """The share of a class along a row of a perfect map: (w,) as it lies, (moment, w) along the learned flow.

    None where the scene has no such map: its stride does not divide the scene.
    """
    map_stride = 2 * stride if key[1] == "coarse" else stride
    if any(size % map_stride for size in reel.size_hw):
        return None
    lying, fetched = _shares(reel, scene, stride, key, map_stride)
    return lying[kind, row], fetched[:, kind, row]


@lru_cache(maxsize=64)
def _tips(reel, scene, stride, key):
    """For each moment {"learned": share of the tips in their own region, "another scene": ..., "turned": ...}."""
    labels = reel.film.labels[scene][None]
    return tuple(
        {
            kind: share_in_own_region(labels, each[[scene]], stride)
            for kind, each in with_comparisons(flows).items()
        }
        for flows in reel.flows(stride)[key]
    )


@lru_cache(maxsize=64)
def _shares(reel, scene, stride, key, map_stride):
    """All shares of a perfect map (classes, h, w) as it lies, and (moment, classes, h, w) along the learned flow."""
    labels, flow = reel.film.labels[scene], reel.flows(stride)[key][:, scene]
    lying = fetched_shares(labels, map_stride, np.zeros_like(flow[0]))
    return lying, np.stack([fetched_shares(labels, map_stride, each) for each in flow])


@lru_cache(maxsize=16)
def _ious(reel, scene):
    """Contender -> the mean IoU of this one scene at each moment."""
    return {
        name: [iou(reel.film.labels[scene], each) for each in reel.film.predictions[name][:, scene]]
        for name in reel.contenders
    }


# ---- the arrow that is followed, in a hand -----------------------------------------------------------------


def middle(shown, place):
    """The middle of the followed place, in scene px."""
    return (
        place.x + (shown.column + 0.5) * shown.stride * place.unit,
        place.y + (shown.row + 0.5) * shown.stride * place.unit,
    )


def followed_arrow(shown, learned, moment, place):
    """Thick, from the place to where it reads, at the picture's edge where that is beyond; its length is true."""
    x, y = middle(shown, place)
    tip = learned.reads[moment] + 0.5  # pixel p spans p to p + 1 scene units
    to_x = place.x + min(max(tip[0] * place.unit, 0), place.width)
    to_y = place.y + min(max(tip[1] * place.unit, 0), place.height)
    under = line(x, y, to_x, to_y, "line", stroke_width=6, style="stroke: var(--jp-layout-color1, #fff)")
    color = "rgb({}, {}, {})".format(*CLASS_COLORS[learned.kinds[moment]].tolist())
    mark = circle(to_x, to_y, 5, "line", stroke_width=1.5, style=f"fill: {color}")
    return [group([under, arrow(x, y, to_x, to_y, "sample", width=2.5, head=8), mark], pointer_events="none")]


def to_hold(reel, shown, lower):
    """Every picture of the lower row can be pressed where an arrow shall be followed; the ring can be dragged."""
    if not shown.flows:
        return []
    parts, finest = [], min(reel.strides)
    for place in lower:
        unit = finest * place.unit
        parts.append(
            rect(
                place.x, place.y, place.width, place.height, "plain",
                data_drag="place", data_axes=f"{place.x:.6g} {place.y:.6g} {unit:.6g} {unit:.6g}",
            )
        )  # fmt: skip
    for i, place in enumerate(lower):
        x, y = middle(shown, place)
        side = shown.stride * place.unit
        stop = held("place", "the position whose arrow is followed") if i == 0 else {"data_handle": "place"}
        parts.append(
            group(
                [
                    rect(x - side / 2, y - side / 2, side, side, "plain"),
                    circle(
                        x,
                        y,
                        max(side / 2, 7),
                        "line",
                        stroke_width=4,
                        style="stroke: var(--jp-layout-color1, #fff)",
                    ),
                    circle(x, y, max(side / 2, 7), "line", stroke_width=2),
                ],
                **stop,
            )
        )
    return parts


def place_handle(reel, shown, place) -> Handle:
    finest = min(reel.strides)
    height, width = (size // finest for size in reel.size_hw)
    step = shown.stride // finest
    at, rate = (shown.column * step, shown.row * step), 1 / (finest * place.unit)
    return Handle(
        ("column", "row"), at, ((rate, 0), (0, rate)), (0, 0), (width - step, height - step), (step, step),
        "column and row of the position",
    )  # fmt: skip


# ---- its words -----------------------------------------------------------------------------------------------


def reads_words(shown, learned, moment):
    """Such as "reads 3.2 px away, in block"."""
    away = float(lengths(learned.flow[moment, shown.row, shown.column]))
    where = CLASS_NAMES[learned.kinds[moment]]
    return f"reads {in_pixels(away)} away, in {where}" if away else "reads where it is"


def tips_words(reel, tips):
    """The counts of one moment: ("tips in own region: 71 %", "another scene 66 %, turned 63 %")"""
    if np.isnan(tips["learned"]):
        return "no outline in this scene", ""
    kinds = ("another scene", "turned") if len(reel.film.images) > 1 else ("turned",)
    others = {kind: tips[kind] for kind in kinds}
    return (
        f"tips in own region: {tips['learned']:.0%}".replace("%", " %"),
        ", ".join(f"{name} {share:.0%}" for name, share in others.items()).replace("%", " %"),
    )
