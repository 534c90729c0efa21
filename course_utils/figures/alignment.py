"""Networks that learn to align: what each predicts, where it is wrong, and the flow that it has learned by then.

Words used here
    film      pictures of networks while they learn: .images (n, H, W, 3) from 0 to 1, .labels (n, H, W), .steps (of
              training), .predictions {contender: (step, n, H, W)} and .flows {contender: {stride: {map: (step, n, h,
              w, 2)}}}, (x, y) in image pixels
    moment    one of the film's steps
    map       "coarse" or "fine": which of the two maps that are added is read along the flow
    longest   the longest arrow of a flow, in image pixels
    factor    how many times longer than true an arrow is drawn
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from course_utils.figures.scene import (
    Frame,
    NoPicture,
    Scene,
    document,
    group,
    label,
    line,
    number,
    png_url,
    rect,
    written,
)
from course_utils.scenes import CLASS_COLOURS, CLASS_NAMES
from course_utils.scores import confusion_matrix, mean_iou

MOST = 4
"""Contenders in one picture."""

WORDS = {"flow": "flow alignment"}  # a contender's name, where it needs more words than the film's

LEFT, TOP, GAP, WIDTH = 4, 26, 12, 856
AWAY = (-20000, 0)  # where pictures of other moments wait: to the left nothing can be scrolled to
FACTORS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
DOT = 4
"""Pixels of a painted prediction for one of its own, of which the 2 x 2 in the middle are dark where it is wrong."""


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


# ---- the picture ---------------------------------------------------------------------------------------------


def film_scene(reel: Reel, scene=0, stride=4, step=None, magnified=False) -> Scene:
    """Above: the true labels and what every contender predicts, dots where it is wrong. Below: the scene, and every
    learned flow as arrows over it. A frame for each moment; all are in the picture, and all but one out of sight.

    step        the moment that is drawn first; None is the last
    magnified   small flows are drawn as long as large ones, by a factor that is said; otherwise each map has one
                factor for all moments, so that one sees the flow grow
    """
    film, last = reel.film, len(reel.film.steps) - 1
    step = last if step is None else min(step, last)
    upper = row_of_places(film.labels.shape[1:], TOP, 1 + len(reel.contenders), MOST + 1)
    y = TOP + upper[0].height + 54
    lower = rows_of_four(film.labels.shape[1:], y, 1 + len(reel.flows(stride)), below=62)
    longest, factors = _lengths(reel, scene, stride, lower[0].unit * stride, magnified)
    ious = _ious(reel, scene)
    frames = _frames(reel, scene, stride, ious, longest, factors, lower[0])
    texts = written(frames, step)
    parts = [*_truth(film, scene, upper[0]), *_still(reel, scene, stride, upper, lower, texts)]
    for moment in range(last + 1):
        shown = _moment(reel, scene, stride, moment, upper, lower, factors)
        x, y = (0, 0) if moment == step else AWAY
        parts.append(
            group(shown, data_move=f"moment-{moment}", transform=f"translate({x} {y})", aria_hidden="true")
        )
    bottom = lower[-1].y + lower[-1].height + 62
    parts.append(
        class_key(LEFT, bottom - 8, "dark dots: wrong pixels.  Arrows lead from a place to where it reads.")
    )
    sentences = [_sentence(reel, scene, stride, moment, ious, longest) for moment in range(last + 1)]
    ids = [f"moment-{moment}" for moment in range(last + 1)]
    svg = document(WIDTH, bottom, parts, "Networks that learn to align", sentences[step])
    return Scene(svg, sentences[step], _table(reel, ious, longest), details=dict(zip(ids, sentences, strict=True)),
                 steps=ids, frames=frames, step=step)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """Where a picture is drawn; ``unit`` scene px for one pixel of it."""

    x: float
    y: float
    width: float
    height: float
    unit: float


def row_of_places(size_hw, y, count, across=None) -> list[Place]:
    """``count`` places of one size in a row from y on, as wide as if there were ``across``."""
    height, width = size_hw
    column = (WIDTH - 2 * LEFT + GAP) / (across or count) - GAP
    unit = column / max(width, height)
    return [Place(LEFT + i * (column + GAP), y, width * unit, height * unit, unit) for i in range(count)]


def rows_of_four(size_hw, y, count, below) -> list[Place]:
    """``count`` places in rows of up to four, ``below`` scene px for the words under each row and the next titles."""
    places = []
    for begin in range(0, count, 4):
        places += row_of_places(size_hw, y, min(4, count - begin), 4)
        y += places[-1].height + below
    return places


def _still(reel, scene, stride, upper, lower, texts):
    """All that stays where it is: titles, frames, the scene, and the texts that the moments write."""
    parts = []
    for i, (name, place) in enumerate(zip(reel.contenders, upper[1:], strict=True)):
        parts += [
            heading(place, WORDS.get(name, name)),
            _slot(place.x, place.y + place.height + 16, f"iou-{i}", texts, "600"),
        ]
    height, width = reel.film.labels.shape[1:]
    photo = photo_url(reel.film.images[scene])
    parts += [
        *picture(lower[0], photo, f"the scene: {height} × {width} pixels"),
        _slot(lower[0].x, lower[0].y + lower[0].height + 17, "step", texts, "600"),
        label(
            lower[0].x,
            lower[0].y + lower[0].height + 33,
            f"arrows: flow onto stride {stride}",
            anchor="start",
            size=12,
        ),
    ]
    for i, ((name, which), place) in enumerate(zip(reel.flows(stride), lower[1:], strict=True)):
        title = f"{WORDS.get(name, name)}, {which} map"
        parts += [
            *picture(place, photo, title, pale=True),
            *arrow_scale(place, _slot, f"scale-{i}", texts),
            _slot(place.x, place.y + place.height + 17, f"longest-{i}", texts),
        ]
    return parts


def _slot(x, y, name, texts, weight=None):
    return label(x, y, texts[name], anchor="start", size=12, data_slot=name, font_weight=weight)


def _moment(reel, scene, stride, moment, upper, lower, factors):
    """What is seen at one moment only: predictions and arrows."""
    truth = reel.film.labels[scene]
    parts = []
    for name, place in zip(reel.contenders, upper[1:], strict=True):
        predicted = reel.film.predictions[name][moment, scene]
        parts += prediction(place, predicted, truth, WORDS.get(name, name))
    for (key, flow), place in zip(reel.flows(stride).items(), lower[1:], strict=True):
        parts.append(arrows(place, flow[moment, scene], stride, factors[key][moment]))
    return parts


def _frames(reel, scene, stride, ious, longest, factors, place):
    """One for each moment: its pictures come, those of the others go, and its numbers are written."""
    frames, flows = [], list(reel.flows(stride))
    for moment, step in enumerate(reel.film.steps):
        write = {"step": f"after {step} of {reel.film.steps[-1]} steps"}
        write |= {f"iou-{i}": f"mean IoU {each[moment]:.3f}" for i, each in enumerate(ious.values())}
        for i, key in enumerate(flows):
            write[f"longest-{i}"] = longest_words(longest[key][moment])
            write[f"scale-{i}"] = scale_words(place, factors[key][moment])
        move = {
            f"moment-{other}": (0, 0) if other == moment else AWAY for other in range(len(reel.film.steps))
        }
        frames.append(Frame(write, move))
    return frames


# ---- numbers -------------------------------------------------------------------------------------------------


def lengths(flow_xy) -> np.ndarray:
    """The length of each arrow: (..., 2) -> (...)."""
    return np.hypot(flow_xy[..., 0], flow_xy[..., 1])


def drawing_factor(longest, room) -> int:
    """The largest of FACTORS with which ``longest`` still fits into ``room``; 1 when it does not fit as it is.

    >>> drawing_factor(0.3, 4), drawing_factor(9, 4), drawing_factor(0, 4)
    (10, 1, 1)
    """
    if longest <= 0:
        return 1
    return max([factor for factor in FACTORS if factor * longest <= room], default=1)


def _lengths(reel, scene, stride, cell, magnified):
    """For each flow: the longest arrow at each moment, and the factor with which it is drawn."""
    longest, factors = {}, {}
    for key, flow in reel.flows(stride).items():
        longest[key] = lengths(flow[:, scene]).max(axis=(1, 2))
        each = longest[key] if magnified else np.full(len(flow), longest[key].max())
        factors[key] = [drawing_factor(length, 1.2 * stride) for length in each]
    return longest, factors


@lru_cache(maxsize=16)
def _ious(reel, scene):
    """Contender -> the mean IoU of this one scene at each moment."""
    return {
        name: [iou(reel.film.labels[scene], each) for each in reel.film.predictions[name][:, scene]]
        for name in reel.contenders
    }


def iou(truth, predicted) -> float:
    """Mean IoU of one picture over the course's classes."""
    return mean_iou(confusion_matrix(truth, predicted, len(CLASS_NAMES)))


def _sentence(reel, scene, stride, moment, ious, longest):
    scores = ", ".join(f"{each[moment]:.3f} {WORDS.get(name, name)}" for name, each in ious.items())
    arrows = [
        f"{WORDS.get(name, name)}, {which} map {_pixels(each[moment])}"
        for (name, which), each in longest.items()
    ]
    learned = (
        f"The longest arrow onto stride {stride}: {'; '.join(arrows)}." if arrows else "No flow is learned."
    )
    return (
        f"Scene {scene + 1} after {reel.film.steps[moment]} training steps. Mean IoU of this scene: {scores}. "
        f"{learned} An arrow leads from a place to where it reads."
    )


def _table(reel, ious, longest):
    header = ["training steps", *(f"mean IoU, {WORDS.get(name, name)}" for name in ious)]
    header += [f"longest arrow, {WORDS.get(name, name)}, {which}" for name, which in longest]
    rows = [
        [
            str(step),
            *(f"{each[i]:.3f}" for each in ious.values()),
            *(f"{each[i]:.2f}" for each in longest.values()),
        ]
        for i, step in enumerate(reel.film.steps)
    ]
    return header, rows


# ---- pieces, also of a map shifted by hand -------------------------------------------------------------------


def heading(place, words):
    return label(place.x, place.y - 8, words, anchor="start", size=13, font_weight="600")


def picture(place, url, title, pale=False):
    """A picture that came as a URL, with its title above. Pale: what is drawn over it stands out in both themes."""
    return [
        heading(place, title),
        f'<image x="{place.x:.6g}" y="{place.y:.6g}" width="{place.width:.6g}" height="{place.height:.6g}" '
        f'href="{url}" preserveAspectRatio="none" style="image-rendering: pixelated" role="img" '
        f'aria-label="{title}" opacity="{0.4 if pale else 1}"/>',
        rect(place.x, place.y, place.width, place.height, "frame"),
    ]


@lru_cache(maxsize=32)
def _photo_url(pixels, shape):
    return png_url(np.frombuffer(pixels, np.uint8).reshape(shape))


def photo_url(pixels):
    """(H, W, 3) from 0 to 1 as a ``data:`` URL."""
    rounded = np.rint(np.asarray(pixels) * 255).clip(0, 255).astype(np.uint8)
    return _photo_url(rounded.tobytes(), rounded.shape)


def prediction(place, predicted, truth, name):
    """Labels in their colors with a dark dot in every pixel that is wrong."""
    url = _marked_url(predicted.tobytes(), truth.tobytes(), predicted.shape)
    return [
        f'<image x="{place.x:.6g}" y="{place.y:.6g}" width="{place.width:.6g}" height="{place.height:.6g}" '
        f'href="{url}" preserveAspectRatio="none" role="img" aria-label="what {name} predicts"/>',
        rect(place.x, place.y, place.width, place.height, "frame"),
    ]


@lru_cache(maxsize=512)
def _marked_url(predicted, truth, shape):
    """A PNG of few colors, DOT times enlarged: a quarter of the bytes of any colors."""
    from PIL import Image

    predicted, truth = (np.frombuffer(each, np.uint8).reshape(shape) for each in (predicted, truth))
    large = predicted.repeat(DOT, 0).repeat(DOT, 1)
    rows, columns = np.nonzero(predicted != truth)
    for down in (1, 2):
        for right in (1, 2):
            large[rows * DOT + down, columns * DOT + right] = len(CLASS_NAMES)
    painted = Image.fromarray(large).convert("P")
    painted.putpalette([*CLASS_COLOURS.ravel().tolist(), 0, 0, 0])
    stream = io.BytesIO()
    painted.save(stream, "png", bits=4, compress_level=6)
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()


def _truth(film, scene, place):
    """The true labels, with the names of the classes that have room for theirs."""
    labels = film.labels[scene]
    return [*picture(place, png_url(CLASS_COLOURS[labels]), "true labels"), *class_names(place, labels)]


def class_names(place, labels):
    """A name in the widest part of each class, where it fits and covers no other name."""
    parts, taken = [], []
    for kind, name in enumerate(CLASS_NAMES):
        depth = _depth(labels == kind)
        row, column = np.unravel_index(depth.argmax(), depth.shape)
        half = 3.3 * len(name), 7
        x = np.clip((column + 0.5) * place.unit, half[0] + 2, place.width - half[0] - 2)
        y = np.clip((row + 0.5) * place.unit, half[1] + 2, place.height - half[1] - 2)
        clear = all(abs(x - a) > half[0] + other or abs(y - b) > 14 for a, b, other in taken)
        if depth.max() * place.unit < 6 or not clear:
            continue
        taken.append((x, y, half[0]))
        parts.append(
            label(place.x + x, place.y + y + 4, name, size=11, style="fill: #111", pointer_events="none")
        )
    return parts


def _depth(mask):
    """How many times a mask can be eroded until a pixel is gone, so deep inside are large numbers: int (H, W)."""
    depth, left = np.zeros(mask.shape, int), mask
    while left.any():
        depth += left
        around = np.pad(left, 1)
        left = left & around[:-2, 1:-1] & around[2:, 1:-1] & around[1:-1, :-2] & around[1:-1, 2:]
    return depth


def class_key(x, y, more=""):
    """The five colors with their names, in one line."""
    parts = []
    for name, color in zip(CLASS_NAMES, CLASS_COLOURS.tolist(), strict=True):
        parts.append(rect(x, y - 10, 11, 11, fill=f"rgb({color[0]}, {color[1]}, {color[2]})"))
        parts.append(label(x + 16, y, name, "muted", anchor="start", size=11))
        x += 30 + 6.4 * len(name)
    return group([*parts, label(x, y, more, "muted", anchor="start", size=11)])


# ---- arrows --------------------------------------------------------------------------------------------------


def arrows(place, flow_xy, stride, factor=1):
    """A flow (h, w, 2), in image pixels, as one path of arrows. An arrow that would leave the picture ends at its
    edge, without a head; zero flow is a dot."""
    rows, columns = np.indices(flow_xy.shape[:2])
    start = (np.stack([columns, rows], axis=-1) + 0.5) * stride * place.unit
    along = flow_xy * factor * place.unit
    room = np.array([place.width, place.height])
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        until_edge = np.where(along > 0, (room - start) / along, np.where(along < 0, -start / along, np.inf))
    part = until_edge.min(axis=-1).clip(0, 1)
    origin = start + np.array([place.x, place.y])
    pieces = map(_arrow, origin.reshape(-1, 2).tolist(), along.reshape(-1, 2).tolist(), part.ravel().tolist())
    drawn = 'class="line" stroke-width="1.3" stroke-linecap="round" pointer-events="none"'
    return f'<path d="{"".join(pieces)}" {drawn}/>'


def _arrow(start, along, part):
    (x, y), (dx, dy) = start, along
    shaft = f"M{x:.1f} {y:.1f}l{dx * part:.1f} {dy * part:.1f}"
    length = float(np.hypot(dx, dy))
    if part < 1 or length < 2.5:
        return shaft
    back = min(5.0, 0.5 * length) / length
    bx, by = dx * back, dy * back
    wing = -bx - 0.5 * by, -by + 0.5 * bx
    return f"{shaft}m{wing[0]:.1f} {wing[1]:.1f}L{x + dx:.1f} {y + dy:.1f}l{-bx + 0.5 * by:.1f} {-by - 0.5 * bx:.1f}"


def arrow_scale(place, slot, name, texts):
    """A bar under the picture and, in the slot ``name``, how many image pixels of flow are as long."""
    y, long = place.y + place.height + 29, _bar(place) * place.unit
    bar = [line(place.x, y, place.x + long, y, "line", stroke_width=1.3)]
    bar += [line(at, y - 3, at, y + 3, "line", stroke_width=1.3) for at in (place.x, place.x + long)]
    return [*bar, slot(place.x + long + 7, y + 4, name, texts)]


def _bar(place):
    """Image pixels of the bar: the largest round number up to a sixth of the picture's width."""
    return max(
        size
        for size in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
        if size <= max(1, place.width / place.unit / 6)
    )


def longest_words(longest):
    return f"longest arrow: {_pixels(longest)}" if longest else "zero flow"


def _pixels(length):
    return f"{number(length, 1 if length >= 1 else 2)} px"


def scale_words(place, factor):
    times = f", drawn × {factor}" if factor > 1 else ""
    return f"{number(_bar(place) / factor)} px{times}"
