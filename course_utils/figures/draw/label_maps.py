"""Pictures of class labels and of flows over them: places in a row, class colors, wrong pixels, arrows, profiles.

Words used here
    longest   the longest arrow of a flow, in image pixels
    factor    how many times longer than true an arrow is drawn
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from course_utils.figures.draw.scene import data_url, group, image, label, line, number, path, rect
from course_utils.scenes import CLASS_COLORS, CLASS_NAMES
from course_utils.scores import confusion_matrix, mean_iou

WORDS = {"flow": "flow alignment"}  # a contender's name, where it needs more words than its own

LEFT, GAP = 4, 12
FACTORS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
DOT = 4
"""Pixels of a painted prediction for one of its own, of which the 2 x 2 in the middle are dark where it is wrong."""


@dataclass(frozen=True)
class Place:
    """Where a picture is drawn; ``unit`` scene px for one pixel of it."""

    x: float
    y: float
    width: float
    height: float
    unit: float


def row_of_places(size_hw, y, count, column) -> list[Place]:
    """``count`` places of one size in a row from y on; the longer side of each is ``column`` scene px."""
    height, width = size_hw
    unit = column / max(width, height)
    return [Place(LEFT + i * (column + GAP), y, width * unit, height * unit, unit) for i in range(count)]


def iou(truth, predicted) -> float:
    """Mean IoU of one picture over the course's classes."""
    return mean_iou(confusion_matrix(truth, predicted, len(CLASS_NAMES)))


def heading(place, words):
    return label(place.x, place.y - 8, words, anchor="start", size=13, font_weight="600")


def picture(place, pixels, title, pale=False):
    """Pixels (or their URL) with a title above. Pale: what is drawn over them stands out in both themes."""
    return [
        heading(place, title),
        image(place.x, place.y, place.width, place.height, pixels, title, opacity=0.4 if pale else 1),
        rect(place.x, place.y, place.width, place.height, "frame"),
    ]


@lru_cache(maxsize=32)
def _photo_url(pixels, shape):
    return data_url(np.frombuffer(pixels, np.uint8).reshape(shape))


def photo_url(pixels):
    """(H, W, 3) from 0 to 1 as a ``data:`` URL."""
    rounded = np.rint(np.asarray(pixels) * 255).clip(0, 255).astype(np.uint8)
    return _photo_url(rounded.tobytes(), rounded.shape)


def prediction(place, predicted, truth, name):
    """Labels in their colors with a dark dot in every pixel that is wrong."""
    url = _marked_url(predicted.tobytes(), truth.tobytes(), predicted.shape)
    return [
        image(place.x, place.y, place.width, place.height, url, f"what {name} predicts", crisp=False),
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
    painted.putpalette([*CLASS_COLORS.ravel().tolist(), 0, 0, 0])
    return data_url(painted, bits=4, compress_level=6)


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


def outlines(place, labels):
    """The borders between the classes of ``labels`` (H, W), as one path of straight pieces, white on a dark rim."""
    pieces = []
    for turned, grid in enumerate((labels, labels.T)):
        for at in range(1, len(grid)):
            apart = np.concatenate([[False], grid[at] != grid[at - 1], [False]])
            for begin, end in np.flatnonzero(apart[1:] != apart[:-1]).reshape(-1, 2).tolist():
                x, y, long = begin, at, end - begin
                x, y, letter = (y, x, "v") if turned else (x, y, "h")
                pieces.append(
                    f"M{place.x + x * place.unit:.1f} {place.y + y * place.unit:.1f}{letter}{long * place.unit:.1f}"
                )
    drawn = f'<path d="{"".join(pieces)}"'
    return group(
        [f'{drawn} stroke="#111" stroke-opacity="0.6" stroke-width="3"/>{drawn} stroke="#fff" stroke-width="1.4"/>'],
        fill="none", pointer_events="none",
    )  # fmt: skip


def class_key(x, y, more=""):
    """The five colors with their names, in one line."""
    parts = []
    for name, color in zip(CLASS_NAMES, CLASS_COLORS.tolist(), strict=True):
        parts.append(rect(x, y - 10, 11, 11, fill=f"rgb({color[0]}, {color[1]}, {color[2]})"))
        parts.append(label(x + 16, y, name, "muted", anchor="start", size=11))
        x += 30 + 6.4 * len(name)
    return group([*parts, label(x, y, more, "muted", anchor="start", size=11)])


# ---- arrows --------------------------------------------------------------------------------------------------


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
    length = math.hypot(dx, dy)
    if part < 1 or length < 2.5:
        return shaft
    back = min(5.0, 0.5 * length) / length
    bx, by = dx * back, dy * back
    right, left = (bx + 0.5 * by, by - 0.5 * bx), (-bx + 0.5 * by, -by - 0.5 * bx)
    # from the tip to one wing, back to the tip, to the other: relative, for thousands of arrows travel
    return (
        f"{shaft}m{-right[0]:.1f} {-right[1]:.1f}l{right[0]:.1f} {right[1]:.1f} {left[0]:.1f} {left[1]:.1f}"
    )


def arrow_scale(place, down, words, **more):
    """A bar ``down`` scene px below the picture, and beside it the words that say how much flow is as long."""
    y, long = place.y + place.height + down - 4, _bar(place) * place.unit
    bar = [line(place.x, y, place.x + long, y, "line", stroke_width=1.3)]
    bar += [line(at, y - 3, at, y + 3, "line", stroke_width=1.3) for at in (place.x, place.x + long)]
    return [*bar, label(place.x + long + 7, y + 4, words, anchor="start", size=12, **more)]


def below(place, down, words, **more):
    """A line of text ``down`` scene px below the picture."""
    return label(place.x, place.y + place.height + down, words, anchor="start", size=12, **more)


def profile(place, down, height, shares, css="line", **more):
    """Shares (w,) along a row of the picture as a curve as wide as it, 1 at ``down`` and 0 ``height`` lower."""
    top, step = place.y + place.height + down, place.width / len(shares)
    at = [(place.x + (i + 0.5) * step, top + height * (1 - share)) for i, share in enumerate(shares)]
    return path(at, css, pointer_events="none", **more)


def profile_frame(place, down, height):
    return rect(place.x, place.y + place.height + down, place.width, height, "frame", pointer_events="none")


def _bar(place):
    """Image pixels of the bar: the largest round number up to a sixth of the picture's width."""
    return max(
        size
        for size in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
        if size <= max(1, place.width / place.unit / 6)
    )


def longest_words(longest):
    return f"longest arrow: {in_pixels(longest)}" if longest else "zero flow"


def in_pixels(length):
    return f"{number(length, 1 if length >= 1 else 2)} px"


def scale_words(place, factor):
    times = f", drawn × {factor}" if factor > 1 else ""
    return f"{number(_bar(place) / factor)} px{times}"
