"""Upsamplers by what they gain and what they cost: a plot, their order, and what each made of the same edge.

Words used here
    front    the contenders that nobody beats: no other gains as much and costs no more
    chosen   the index of the contender that is pointed at
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise

import numpy as np

from course_utils import shootout
from course_utils.figures.draw.label_maps import Place as Frame
from course_utils.figures.draw.label_maps import photo_url, prediction
from course_utils.figures.draw.scene import (
    Scene,
    circle,
    document,
    group,
    image,
    label,
    line,
    number,
    path,
    rect,
)
from course_utils.images import picture
from course_utils.scenes import scenes
from course_utils.shootout import COSTS, TASKS, front
from course_utils.validation import one_of, whole_number

WIDTH, HEIGHT = 924, 500
LEFT, TOP, PLOT_W, PLOT_H = 52, 34, 386, 396
LIST_X, ROW, BAR_W = 466, 20.5, 64
EDGE_X, EDGE = 766, 128
UNITS = {"labels": "points of mean IoU", "pictures": "dB"}
LOWEST = {"labels": -10.0, "pictures": -0.2}  # who is lower stands at the border, with its number
TITLES = {"labels": "Task A, labels", "pictures": "Task B, pictures"}
SHORT = {"transposed, bilinear start, each channel": "transposed, bilinear start"}


def short(name):
    """A name that fits into the list."""
    name = SHORT.get(name, name)
    return name if len(name) <= 27 else name[:26] + "…"


def shootout_scene(contenders, task="labels", cost="multiply-adds", chosen=0) -> Scene:
    """Median gain over bilinear against cost, the order of the gains, and the edge that the chosen one made.

    contenders   a list of ``shootout.Contender``, bilinear among them
    task         "labels" or "pictures"
    cost         a name of ``shootout.COSTS``
    chosen       which of the contenders, from 0

    Every point is ``point-i`` and every line of the list ``row-i``; they light each other.
    """
    one_of(task, "task", TASKS)
    one_of(cost, "cost", COSTS)
    chosen = whole_number(chosen, "chosen", 0, len(contenders) - 1)
    gains = np.array([each.gains[task].median for each in contenders])
    costs = np.array([each.costs[cost] for each in contenders], float)
    unbeaten = front(costs, gains)
    text = _sentence(contenders, task, cost, chosen, gains, costs, unbeaten)
    parts = [
        _plot(contenders, task, cost, chosen, gains, costs, unbeaten),
        _order(contenders, task, chosen, gains, unbeaten),
        *_edges(contenders, task, chosen),
    ]
    links = {}
    for i in range(len(contenders)):
        links[f"row-{i}"] = [(f"point-{i}", None)]
        links[f"point-{i}"] = [(f"row-{i}", None)]
    return Scene(
        document(WIDTH, HEIGHT, parts, "What upsamplers gain and cost", text),
        text,
        table=_table(contenders, task, gains),
        links=links,
        details={
            f"{kind}-{i}": _about(each, task, cost)
            for i, each in enumerate(contenders)
            for kind in ("row", "point")
        },
    )


# ---- the plot ------------------------------------------------------------------------------------


def _plot(contenders, task, cost, chosen, gains, costs, unbeaten):
    across, ticks = _across(costs)
    low, high = LOWEST[task], max(gains.max() * 1.08, 0.1)

    def up(gain):
        return TOP + PLOT_H * (high - max(gain, low)) / (high - low)

    parts = [
        rect(LEFT, TOP, PLOT_W, PLOT_H, "frame"),
        label(LEFT, TOP - 12, f"gain in {UNITS[task]}: median, and least to most", anchor="start"),
        label(LEFT + PLOT_W, TOP + PLOT_H + 36, f"{COSTS[cost]} (logarithmic)", "muted", "end", 12),
        line(LEFT, up(0), LEFT + PLOT_W, up(0), "line muted", stroke_dasharray="5 4"),
    ]
    for value, x in ticks:
        parts.append(line(x, TOP + PLOT_H, x, TOP + PLOT_H + 5, "line muted"))
        parts.append(label(x, TOP + PLOT_H + 19, _compact(value), "muted", size=11.5))
    for value in _round_steps(low, high):
        parts.append(line(LEFT - 5, up(value), LEFT, up(value), "line muted"))
        parts.append(label(LEFT - 9, up(value) + 4, _signed(value), "muted", "end", 11.5))
    at = [(across(each), up(gain)) for each, gain in zip(costs, gains, strict=True)]
    on_front = sorted(at[i] for i in np.flatnonzero(unbeaten))
    stairs = [corner for a, b in pairwise(on_front) for corner in (a, (b[0], a[1]))] + on_front[-1:]
    parts.append(path(stairs, "line kernel", stroke_width=2, stroke_opacity="0.7", pointer_events="none"))
    for (x, _), contender in zip(at, contenders, strict=True):
        typical = contender.gains[task]
        if typical.seeds > 1 and typical.most > low:
            ends = (max(up(gain), TOP) for gain in (typical.most, typical.least))
            parts.append(line(x, next(ends), x, next(ends), "line muted", pointer_events="none"))
    order = sorted(range(len(at)), key=lambda i: i == chosen)  # the chosen one on top
    points = []
    for i in order:
        x, y = at[i]
        css = "output" if i == chosen else "kernel" if unbeaten[i] else "sample"
        if i == chosen:
            points.append(circle(x, y, 11, "line output", stroke_width=2, pointer_events="none"))
        points.append(
            circle(x, y, 6.5, css, data_id=f"point-{i}", fill_opacity="1" if css != "sample" else "0.55",
                   data_row=0, data_col=i)
        )  # fmt: skip
    parts.append(
        group(points, data_group="point", tabindex="0", role="group", aria_label="contenders in the plot")
    )
    parts += _names(contenders, at, chosen, unbeaten, gains, low)
    return group(parts)


def _names(contenders, at, chosen, unbeaten, gains, low):
    """Names of the front, the chosen one and those below the plot, moved apart where they would cover each other."""
    taken, parts = [], []
    wanted = [chosen] + [i for i in np.flatnonzero(unbeaten | (gains < low)) if i != chosen]
    for i in wanted:
        x, y = at[i]
        name = short(contenders[i].name)
        if gains[i] < low:
            name += f" ({_signed(gains[i])})"
        wide = 6.6 * len(name)
        to_left = x + 12 + wide > LEFT + PLOT_W
        begin = x - 12 - wide if to_left else x + 12
        for shift in (0, -15, 15, -30, 30):
            box = (begin, y + shift - 7, begin + wide, y + shift + 7)
            if (
                TOP < box[1]
                and box[3] < TOP + PLOT_H
                and box[0] > LEFT
                and all(_apart(box, each) for each in taken)
            ):
                taken.append(box)
                css = "output halo" if i == chosen else "halo"
                parts.append(
                    label(begin, y + shift + 4, name, css, "start", 12, pointer_events="none",
                          font_weight="600" if i == chosen else None)
                )  # fmt: skip
                break
    return parts


def _apart(a, b):
    return a[2] < b[0] or b[2] < a[0] or a[3] < b[1] or b[3] < a[1]


def _across(costs):
    """(cost -> x, [(cost, x) of the ticks]): logarithmic, with a place of its own for a cost of 0."""
    some = costs[costs > 0]
    lowest, highest = (math.log10(some.min()), math.log10(some.max())) if some.size else (0, 1)
    lowest, highest = lowest - 0.1, max(highest + 0.1, lowest + 0.3)
    begin = LEFT + (56 if (costs == 0).any() else 14)
    room = LEFT + PLOT_W - 14 - begin

    def across(cost):
        return LEFT + 20 if cost == 0 else begin + room * (math.log10(cost) - lowest) / (highest - lowest)

    ticks = [(0, across(0))] if (costs == 0).any() else []
    decades = range(math.ceil(lowest), math.floor(highest) + 1)
    values = [10.0**power for power in decades]
    if len(values) < 2:
        values = [mantissa * 10.0**power for power in range(math.floor(lowest), math.ceil(highest) + 1)
                  for mantissa in (1, 2, 5) if lowest <= math.log10(mantissa * 10.0**power) <= highest]  # fmt: skip
    return across, ticks + [(value, across(value)) for value in values]


def _round_steps(low, high):
    step = next(step for step in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50) if (high - low) / step <= 9)
    first = math.ceil(low / step)
    return [round(step * i, 6) for i in range(first, math.floor(high / step) + 1)]


def _compact(value):
    return f"{value:,.0f}" if value >= 1 else number(value)


def _signed(value):
    return ("+" if value > 0 else "") + number(value, 2)


# ---- the list ------------------------------------------------------------------------------------


def _order(contenders, task, chosen, gains, unbeaten):
    """The contenders from the best to the last: name, gain and spread."""
    parts = [label(LIST_X, TOP - 12, f"{TITLES[task]}: the order", anchor="start", font_weight="600")]
    rows = []
    for place, i in enumerate(np.argsort(-gains, kind="stable")):
        y = TOP + ROW * place
        said = _signed(gains[i])
        css = "output" if i == chosen else "kernel" if unbeaten[i] else ""
        rows.append(
            rect(LIST_X - 4, y, 286, ROW - 1, "plain", data_id=f"row-{i}", data_row=place, data_col=0, rx=3)
        )
        rows.append(label(LIST_X, y + 14, f"{place + 1:2}", "muted", "start", 11.5, pointer_events="none"))
        rows.append(
            label(LIST_X + 22, y + 14, short(contenders[i].name), css, "start", 12.5, pointer_events="none",
                  font_weight="600" if i == chosen else None)
        )  # fmt: skip
        rows.append(label(LIST_X + 278, y + 14, said, css, "end", 12, pointer_events="none"))
    parts.append(
        group(rows, data_group="row", tabindex="0", role="group", aria_label="contenders in their order")
    )
    y = TOP + ROW * len(contenders) + 16
    parts.append(label(LIST_X, y, "green: nobody gains as much for less", "kernel", "start", 12))
    return group(parts)


# ---- the edge ------------------------------------------------------------------------------------


def _edges(contenders, task, chosen):
    """The photo, bilinear's answer and the chosen one's, below each other."""
    baseline = next(each for each in contenders if each.name == "bilinear")
    for i, contender in enumerate((None, baseline, contenders[chosen])):
        place = Frame(EDGE_X, TOP + i * (EDGE + 24), EDGE, EDGE, EDGE / (64 if task == "labels" else 48))
        title = "the photo" if contender is None else short(contender.name)
        yield label(place.x, place.y - 6, title, "output" if i == 2 else "", "start", 12.5, font_weight="600")
        yield group(_edge(place, task, contender))


def _edge(place, task, contender):
    """The edge that a contender made, or that of the photo."""
    if task == "labels":
        photo, truth = _scene()
        if contender is None:
            return _pixels(place, photo_url(photo), "the photo of the scene")
        return prediction(place, contender.edges[task], truth, contender.name)
    if contender is None:
        return _pixels(place, _photo(), "the photo")
    return _pixels(place, contender.edges[task], f"the edge by {contender.name}")


def _pixels(place, pixels, description):
    return [
        image(place.x, place.y, place.width, place.height, pixels, description),
        rect(place.x, place.y, place.width, place.height, "frame"),
    ]


@lru_cache(maxsize=1)
def _scene():
    """(photo, classes) of the scene whose edges were recorded."""
    images, labels = scenes(**shootout.recorded("labels")["edge"])
    return images[0], labels[0]


@lru_cache(maxsize=1)
def _photo():
    """The gray values of the photo where edges were recorded, uint8."""
    where = shootout.recorded("pictures")["edge"]
    rows, columns = (slice(where[side], where[side] + where["size"]) for side in ("top", "left"))
    return np.ascontiguousarray(picture(where["picture"])[rows, columns])


# ---- the words -----------------------------------------------------------------------------------


def _about(contender, task, cost):
    typical = contender.gains[task]
    sure = "1 seed"
    if typical.seeds > 1:
        sure = f"{_signed(typical.least)} to {_signed(typical.most)} in {typical.seeds} seeds"
    spent = f"{number(contender.costs[cost], 2)} {COSTS[cost]}"
    return f"{contender.name}: {_signed(typical.median)} {UNITS[task]} ({sure}); {spent}"


def _sentence(contenders, task, cost, chosen, gains, costs, unbeaten):
    own = contenders[chosen]
    place = 1 + int((gains > gains[chosen]).sum())
    beaten_by = [
        each.name for each, gain, price in zip(contenders, gains, costs, strict=True)
        if gain >= gains[chosen] and price <= costs[chosen] and (gain, price) != (gains[chosen], costs[chosen])
    ]  # fmt: skip
    if unbeaten[chosen]:
        against = "Nobody gains as much for less."
    else:
        against = f"{beaten_by[0]} gains no less and costs no more" + (
            f", and so do {len(beaten_by) - 1} others." if len(beaten_by) > 2
            else f", and so does {beaten_by[1]}." if len(beaten_by) == 2 else "."
        )  # fmt: skip
    return f"{TITLES[task]}, place {place} of {len(contenders)}. {_about(own, task, cost)}. {against}"


def _table(contenders, task, gains):
    rows = []
    for i in np.argsort(-gains, kind="stable"):
        typical = contenders[i].gains[task]
        gained = (_signed(gain) for gain in typical[:3])
        spent = (number(contenders[i].costs[cost], 2) for cost in COSTS)
        rows.append((contenders[i].name, *gained, str(typical.seeds), *spent))
    return ("upsampler", f"median gain, {UNITS[task]}", "least", "most", "seeds", *COSTS.values()), rows
