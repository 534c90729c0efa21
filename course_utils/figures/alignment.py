"""Networks that learn to align: what each predicts, where it is wrong, and where it has learned to read by then.

Words used here
    film      pictures of networks while they learn: .images (n, H, W, 3) from 0 to 1, .labels (n, H, W), .steps (of
              training), .predictions {contender: (step, n, H, W)} and .flows {contender: {stride: {map: (step, n, h,
              w, 2)}}}, (x, y) in image pixels
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
    with_uninformed,
)
from course_utils.figures.draw.label_maps import (
    LEFT,
    WORDS,
    arrow_scale,
    arrows,
    below,
    class_key,
    class_names,
    drawing_factor,
    heading,
    in_pixels,
    iou,
    lengths,
    longest_words,
    photo_url,
    picture,
    prediction,
    profile,
    profile_frame,
    row_of_places,
    scale_words,
)
from course_utils.figures.draw.scene import (
    Frame,
    Handle,
    NoPicture,
    Scene,
    arrow,
    circle,
    document,
    group,
    held,
    line,
    rect,
    written,
)
from course_utils.scenes import CLASS_COLORS, CLASS_NAMES

MOST = 4
"""Contenders in one picture."""

WIDTH, TOP, GAP = 924, 24, 40
SMALL, LARGE = 114, 204  # scene px of a prediction's longer side, and of a flow's
TEXTS, PROFILE, KEY = 86, 40, 22  # heights below a flow: five lines, a profile, the names of the colors
TO_DO = "dark dots: wrong pixels.  Press anywhere to follow that arrow to where it reads."
AWAY = (-20000, 0)  # where pictures of other moments wait: to the left nothing can be scrolled to


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


def _followed(reel, scene, stride, place, magnified) -> Followed:
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
            for kind, each in with_uninformed(flows).items()
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


# ---- the picture ---------------------------------------------------------------------------------------------


def film_scene(reel: Reel, scene=0, stride=4, place=(0, 0), magnified=False) -> Scene:
    """Above: the true labels and what every contender predicts, dots where it is wrong. Below: the scene, and every
    learned flow as arrows over it, the one at ``place`` followed. A frame for each moment; all are in the picture,
    and all but the last out of sight.

    place       (column, row) on the finest map of the film, from 0
    magnified   small flows are drawn as long as large ones, by a factor that is said; otherwise each map has one
                factor for all moments, so that one sees the flow grow
    """
    film, last = reel.film, len(reel.film.steps) - 1
    shown = _followed(reel, scene, stride, place, magnified)
    upper = row_of_places(reel.size_hw, TOP, 1 + len(reel.contenders), SMALL)
    lower = _lower(reel, TOP + upper[0].height + GAP, 1 + len(shown.flows))
    frames = _frames(reel, shown, lower[0])
    texts = written(frames, last)
    parts = [
        *picture(upper[0], CLASS_COLORS[film.labels[scene]], "true labels"),
        *class_names(upper[0], film.labels[scene]),
        *_titles(reel, upper[1:], texts),
        *_still(reel, shown, lower, texts),
    ]
    parts += [
        _movable(moment, last, _moment(reel, shown, moment, upper, lower)) for moment in range(last + 1)
    ]
    parts += _to_hold(reel, shown, lower)
    bottom = lower[-1].y + lower[-1].height + TEXTS + PROFILE + KEY
    parts.append(class_key(LEFT, bottom - 6, TO_DO))
    sentences = [_sentence(reel, shown, moment) for moment in range(last + 1)]
    ids = [f"moment-{moment}" for moment in range(last + 1)]
    return Scene(
        document(WIDTH, bottom, parts, "Networks that learn to align", sentences[-1]),
        sentences[-1],
        _table(reel, shown),
        details=dict(zip(ids, sentences, strict=True)),
        steps=ids,
        frames=frames,
        word="moment",
        handles={"place": _handle(reel, shown, lower[0])} if shown.flows else {},
    )


def _movable(moment, last, parts):
    """What belongs to one moment: out of sight, but for the last one."""
    x, y = (0, 0) if moment == last else AWAY
    return group(parts, data_move=f"moment-{moment}", transform=f"translate({x} {y})", aria_hidden="true")


def _lower(reel, y, count):
    """Places of the scene and its flows, in rows of up to four."""
    places = []
    for begin in range(0, count, 4):
        places += row_of_places(reel.size_hw, y, min(4, count - begin), LARGE)
        y += places[-1].height + TEXTS + PROFILE + 26
    return places


def _titles(reel, places, texts):
    parts = []
    for i, (name, place) in enumerate(zip(reel.contenders, places, strict=True)):
        parts += [
            heading(place, WORDS.get(name, name)),
            _slot(place, 15, f"iou-{i}", texts, font_weight="600"),
        ]
    return parts


def _still(reel, shown, lower, texts):
    """All that stays where it is: titles, frames, the scene, and the texts that the moments write."""
    height, width = reel.size_hw
    photo, here = photo_url(reel.film.images[shown.scene]), lower[0]
    parts = [
        *picture(here, photo, f"the scene: {height} × {width} pixels"),
        _slot(here, 16, "step", texts, font_weight="600"),
        below(here, 32, f"arrows: flow onto stride {shown.stride}"),
    ]
    if any(learned.profiles for learned in shown.flows):
        lines = (f"curves: share of {CLASS_NAMES[shown.kind]} along the", "ringed row, in a perfect map;",
                 "dashed as it is, solid read", "along the arrows")  # fmt: skip
        parts += [below(here, 54 + 14 * i, words, css="muted") for i, words in enumerate(lines)]
    for i, (learned, place) in enumerate(zip(shown.flows, lower[1:], strict=True)):
        parts += [
            *picture(place, photo, learned.name, pale=True),
            *arrow_scale(place, 16, texts[f"scale-{i}"], data_slot=f"scale-{i}"),
            _slot(place, 32, f"longest-{i}", texts),
            _slot(place, 48, f"here-{i}", texts, font_weight="600"),
            _slot(place, 64, f"tips-{i}", texts),
            _slot(place, 80, f"chance-{i}", texts, css="muted"),
            profile_frame(place, TEXTS, PROFILE),
        ]
        if learned.profiles:
            lying = learned.profiles[0]
            parts.append(profile(place, TEXTS, PROFILE, lying, "line muted", stroke_dasharray="4 3"))
    return parts


def _slot(place, down, name, texts, **more):
    return below(place, down, texts[name], data_slot=name, **more)


def _moment(reel, shown, moment, upper, lower):
    """What is seen at one moment only: predictions, arrows, the arrow that is followed, the profile along it."""
    truth = reel.film.labels[shown.scene]
    parts = []
    for name, place in zip(reel.contenders, upper[1:], strict=True):
        predicted = reel.film.predictions[name][moment, shown.scene]
        parts += prediction(place, predicted, truth, WORDS.get(name, name))
    for learned, place in zip(shown.flows, lower[1:], strict=True):
        parts.append(arrows(place, learned.flow[moment], shown.stride, learned.factors[moment]))
        parts += _followed_arrow(shown, learned, moment, place)
        if learned.profiles:
            parts.append(profile(place, TEXTS, PROFILE, learned.profiles[1][moment], stroke_width=2))
    return parts


def _middle(shown, place):
    """The middle of the followed place, in scene px."""
    return (
        place.x + (shown.column + 0.5) * shown.stride * place.unit,
        place.y + (shown.row + 0.5) * shown.stride * place.unit,
    )


def _followed_arrow(shown, learned, moment, place):
    """Thick, from the place to where it reads, at the picture's edge where that is beyond; its length is true."""
    x, y = _middle(shown, place)
    tip = learned.reads[moment] + 0.5  # pixel p spans p to p + 1 scene units
    to_x = place.x + min(max(tip[0] * place.unit, 0), place.width)
    to_y = place.y + min(max(tip[1] * place.unit, 0), place.height)
    under = line(x, y, to_x, to_y, "line", stroke_width=6, style="stroke: var(--jp-layout-color1, #fff)")
    color = "rgb({}, {}, {})".format(*CLASS_COLORS[learned.kinds[moment]].tolist())
    mark = circle(to_x, to_y, 5, "line", stroke_width=1.5, style=f"fill: {color}")
    return [group([under, arrow(x, y, to_x, to_y, "sample", width=2.5, head=8), mark], pointer_events="none")]


def _to_hold(reel, shown, lower):
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
        x, y = _middle(shown, place)
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


def _handle(reel, shown, place) -> Handle:
    finest = min(reel.strides)
    height, width = (size // finest for size in reel.size_hw)
    step = shown.stride // finest
    at, rate = (shown.column * step, shown.row * step), 1 / (finest * place.unit)
    return Handle(
        ("column", "row"), at, ((rate, 0), (0, rate)), (0, 0), (width - step, height - step), (step, step),
        "column and row of the position",
    )  # fmt: skip


def _frames(reel, shown, place):
    """One for each moment: its pictures come, those of the others go, and its numbers are written."""
    frames = []
    for moment, step in enumerate(reel.film.steps):
        write = {"step": f"after {step} of {reel.film.steps[-1]} steps"}
        write |= {f"iou-{i}": f"mean IoU {each[moment]:.3f}" for i, each in enumerate(shown.ious.values())}
        for i, learned in enumerate(shown.flows):
            write[f"longest-{i}"] = longest_words(learned.longest[moment])
            write[f"scale-{i}"] = scale_words(place, learned.factors[moment])
            write[f"here-{i}"] = _reads(shown, learned, moment)
            write[f"tips-{i}"], write[f"chance-{i}"] = _tips_words(reel, learned.tips[moment])
        move = {
            f"moment-{other}": (0, 0) if other == moment else AWAY for other in range(len(reel.film.steps))
        }
        frames.append(Frame(write, move))
    return frames


# ---- the words -----------------------------------------------------------------------------------------------


def _reads(shown, learned, moment):
    """Such as "reads 3.2 px away, in block"."""
    away = float(lengths(learned.flow[moment, shown.row, shown.column]))
    where = CLASS_NAMES[learned.kinds[moment]]
    return f"reads {in_pixels(away)} away, in {where}" if away else "reads where it is"


def _tips_words(reel, tips):
    """Such as ("tips in own region: 71 %", "another scene 66 %, turned 63 %")"""
    if np.isnan(tips["learned"]):
        return "no outline in this scene", ""
    kinds = ("another scene", "turned") if len(reel.film.images) > 1 else ("turned",)
    others = {kind: tips[kind] for kind in kinds}
    return (
        f"tips in own region: {tips['learned']:.0%}".replace("%", " %"),
        ", ".join(f"{name} {share:.0%}" for name, share in others.items()).replace("%", " %"),
    )


def _sentence(reel, shown, moment):
    start = f"Scene {shown.scene + 1} after {reel.film.steps[moment]} training steps."
    if not shown.flows:
        scores = ", ".join(f"{each[moment]:.3f} {WORDS.get(name, name)}" for name, each in shown.ious.items())
        return f"{start} Mean IoU of this scene: {scores}. No flow is learned."
    reads = "; ".join(f"{each.name} {_reads(shown, each, moment)}" for each in shown.flows)
    return (
        f"{start} Column {shown.column}, row {shown.row} of the map at stride {shown.stride} lies in "
        f"{CLASS_NAMES[shown.kind]}: {reads}."
    )


def _table(reel, shown):
    header = ["training steps", *(f"mean IoU, {WORDS.get(name, name)}" for name in shown.ious)]
    header += [f"longest arrow, {each.name}" for each in shown.flows]
    rows = [
        [
            str(step),
            *(f"{each[i]:.3f}" for each in shown.ious.values()),
            *(f"{each.longest[i]:.2f}" for each in shown.flows),
        ]
        for i, step in enumerate(reel.film.steps)
    ]
    return header, rows
