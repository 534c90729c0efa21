"""Error against flow for three bumps, and a ball that rolls down one of the curves as gradient descent walks it.

Words used here
    wanted    the row that is to be matched; a bump stands at its column 0
    fetched   the other row, where the bump stands further right, fetched along one flow for all outputs
    ball      the flow now, on the curve of the bump that is shown
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from course_utils.figures.draw.cells import moving
from course_utils.figures.draw.scene import (
    Frame,
    Handle,
    Scene,
    circle,
    document,
    group,
    held,
    label,
    line,
    moved,
    number,
    painted,
    path,
    rect,
    written,
)
from course_utils.flows import BumpMatch

WIDTHS = (0.4, 2.0, 4.0)
"""Of the bumps, in pixels."""

FIRST, LAST, STEP = -4.0, 14.0, 0.25
"""Flows of the picture, and how finely its start is set."""

KEPT = (0, 1, 2, 5, 10, 20, 30, 40, 60, 80, 100, 130, 160, 200, 250, 300, 400)
"""Steps of the descent that are shown."""

FOUND = 0.1
"""Pixels: a descent that ends as near to the flow that fits has found it."""

WIDTH, HEIGHT, LEFT = 760, 452, 60
SHOWN = np.arange(-12, 15)  # columns of the two rows
CELL, ROWS_Y = 24, (22, 60)
ROW_X = LEFT + 24
PLOT_Y, PLOT_WIDTH, PLOT_HEIGHT, HIGHEST = 134, 684, 268, 2.1
OPENS_AT = 0


def downhill_scene(width: float, start: float) -> Scene:
    """The descent of the bump of one of ``WIDTHS`` from the flow ``start``; a frame for each step of ``KEPT``."""
    match, flows = BumpMatch(width), _descent(width, start)
    frames = _frames(match, flows)
    shown = (written(frames, OPENS_AT), moved(frames, OPENS_AT), painted(frames, OPENS_AT))
    text = _ending(match, flows)
    parts = [*_rows(match, shown[2]), *_plot(width), *_start(start), *_ball(frames, shown)]
    title = f"Error against flow, and a descent from flow {number(start)}"
    return Scene(
        document(WIDTH, HEIGHT, parts, title, text),
        text,
        _table(match, flows),
        details={_name(step): _sentence(match, flows, step) for step in KEPT},
        steps=[_name(step) for step in KEPT],
        frames=frames,
        word="picture",
        handles={"start": _handle(start)},
    )


@lru_cache(maxsize=256)  # a hand on the start comes by the same places again
def _descent(width, start):
    return BumpMatch(width).path(start, KEPT[-1])


def _name(step):
    return f"step-{step}"


# ---- frames --------------------------------------------------------------------------------------------------


def _frames(match, flows):
    frames = []
    for i, step in enumerate(KEPT):
        flow = flows[step]
        fetched = match.fetched(flow)[_column_indices(match)]
        frames.append(
            Frame(
                write={"now": f"step {step}: flow {number(flow, 2)}, error {number(match.error(flow))}"},
                move={"ball": _at(flow, match.error(flow))},
                paint={f"fetched-{c}": _tint(value) for c, value in zip(SHOWN, fetched, strict=True)}
                | {f"trail-{i}": 0.9},
            )
        )
    return frames


def _tint(value):
    return round(0.05 + 0.85 * float(value), 2)


def _column_indices(match):
    return np.searchsorted(match.columns, SHOWN)


# ---- the two rows --------------------------------------------------------------------------------------------


def _rows(match, tints):
    wanted = match.wanted[_column_indices(match)]
    parts = []
    for y, css, words in zip(ROWS_Y, ("input", "output"), ("wanted", "fetched"), strict=True):
        parts.append(label(LEFT + 16, y + 16, words, css, anchor="end", font_weight="600"))
        for i, c in enumerate(SHOWN):
            x = ROW_X + i * CELL
            tint = {"fill_opacity": _tint(wanted[i])}
            if css == "output":
                tint = {"fill_opacity": tints[f"fetched-{c}"], "data_paint": f"fetched-{c}"}
            parts.append(rect(x, y, CELL, CELL, css, **tint))
            parts.append(rect(x, y, CELL, CELL, "frame", stroke_width=0.7))
            if css == "output" and c % 2 == 0:
                parts.append(label(x + CELL / 2, y + CELL + 14, number(c), "muted", size=11))
    return [group(parts, pointer_events="none")]


# ---- the curves ----------------------------------------------------------------------------------------------


def _at(flow, error):
    across = (flow - FIRST) / (LAST - FIRST)
    return (
        round(float(LEFT + across * PLOT_WIDTH), 2),
        round(float(PLOT_Y + (1 - error / HIGHEST) * PLOT_HEIGHT), 2),
    )


@lru_cache(maxsize=len(WIDTHS))
def _curve(width):
    """Points of the picture; the kinks of the narrow bump stand at whole flows and in their middles."""
    match, flows = BumpMatch(width), np.linspace(FIRST, LAST, 361)
    return [_at(flow, match.error(flow)) for flow in flows]


def _plot(width):
    parts = [label(LEFT, PLOT_Y - 10, "error by flow", anchor="start", font_weight="600")]
    for error in (0, 1, 2):
        (x, y), (end, _) = _at(FIRST, error), _at(LAST, error)
        parts += [
            line(x, y, end, y, "line muted", stroke_opacity=0.25),
            label(x - 8, y + 4, error, "muted", anchor="end", size=11),
        ]
    for flow in range(int(FIRST), int(LAST) + 1, 2):
        x, y = _at(flow, 0)
        parts += [
            line(x, PLOT_Y, x, y, "line muted", stroke_opacity=0.25),
            label(x, y + 32, number(flow), "muted", size=11),
        ]
    parts.append(label(LEFT + PLOT_WIDTH / 2, HEIGHT - 4, "flow, pixels", "muted", size=12))
    for other in WIDTHS:
        if other != width:
            parts.append(path(_curve(other), "line muted", stroke_opacity=0.6, stroke_width=1.2))
    parts.append(path(_curve(width), "line output", stroke_width=2.4))
    for each in WIDTHS:
        x, y = next(
            (x, y) for x, y in _curve(each) if x > _at(BumpMatch(each).distance, 0)[0] and y < _at(0, 1)[1]
        )
        css = "output halo" if each == width else "muted halo"
        parts.append(label(x + 8, y + 12, f"width {number(each)}", css, anchor="start", size=12))
    return [group(parts, pointer_events="none")]


def _start(start):
    """The knob on the axis: where the descent begins."""
    x, y = _at(start, 0)
    knob = path([(x, y + 3), (x - 9, y + 19), (x + 9, y + 19)], "output knob", closed=True,
                **held("start", f"start, flow {number(start)}"))  # fmt: skip
    return [
        rect(LEFT, y, PLOT_WIDTH, 20, "plain", data_handle="start"),
        line(
            x, PLOT_Y, x, y, "line output", stroke_dasharray="4 4", stroke_opacity=0.6, pointer_events="none"
        ),
        knob,
    ]


def _handle(start):
    unit = PLOT_WIDTH / (LAST - FIRST)
    return Handle(
        ("start",), (start,), ((1 / unit, 0.0),), (FIRST,), (LAST,), (STEP,), "start of the descent", big=4
    )


def _ball(frames, shown):
    """The ball with the places it has been to, and what it says."""
    texts, places, tints = shown
    trail = [
        circle(*frame.move["ball"], 3, fill_opacity=tints.get(f"trail-{i}", 0), data_paint=f"trail-{i}")
        for i, frame in enumerate(frames)
    ]
    now = label(LEFT + PLOT_WIDTH, PLOT_Y - 10, texts["now"], "output", anchor="end", size=13, font_weight="600",
                data_slot="now")  # fmt: skip
    ball = moving("ball", circle(0, -9, 9, "output", stroke="none"), places)
    return [group([*trail, now], pointer_events="none"), ball]


# ---- in words ------------------------------------------------------------------------------------------------


def _sentence(match, flows, step):
    flow = flows[step]
    error, slope = number(match.error(flow)), number(match.slope(flow))
    now = f"Bump of width {number(match.width)}, step {step}: flow {number(flow, 2)}, error {error}"
    return f"{now}, slope {slope} a pixel." + (f" {_ending(match, flows)}" if step == KEPT[-1] else "")


def _ending(match, flows):
    end = flows[-1]
    found = abs(end - match.distance) < FOUND
    verdict = f"the flow of {number(match.distance)} is found" if found else "it is stuck there"
    return (
        f"From flow {number(flows[0])}, {KEPT[-1]} steps downhill end at flow {number(end, 2)} with error "
        f"{number(match.error(end))}: {verdict}."
    )


def _table(match, flows):
    rows = [
        (
            str(step),
            number(flows[step], 2),
            number(match.error(flows[step])),
            number(match.slope(flows[step])),
        )
        for step in KEPT
    ]
    return ("step", "flow", "error", "slope a pixel"), rows
