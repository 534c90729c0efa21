"""Which upsampler would you take? Marks from 0 to 1 for what it is good at, and weights of the reader's own.

Words used here
    criterion   one of the things that may count; its mark is 1 for the best contender and 0 for the worst
    weight      0 to 10, how much a criterion counts
    worth       the weighted mean of a contender's marks
"""

from __future__ import annotations

import numpy as np

from course_utils.figures.draw.hues import hue, hued
from course_utils.figures.draw.scene import Scene, document, group, held, label, number, rect, scrub
from course_utils.figures.shootout import short
from course_utils.shootout import between, worth
from course_utils.validation import whole_number

CRITERIA = {
    "labels": "task A",
    "pictures": "task B",
    "multiply_adds": "few multiply-adds",
    "memory": "little memory",
    "parameters": "few parameters",
}
"""What may count: the parameter of ``decision_scene`` -> its words."""
MOST = 10
NAME_X, BAR_X, BAR_W, ROW, TOP = 4, 236, 500, 21, 74
WIDTH = BAR_X + BAR_W + 70


def marks(contenders) -> np.ndarray:
    """(contenders, criteria), 0 to 1: gains between nearest or bilinear, whichever gains less, and the best, costs
    between the dearest and the cheapest on a logarithmic scale."""
    columns = []
    for name in CRITERIA:
        if name in contenders[0].gains:
            gains = np.array([each.gains[name].median for each in contenders])
            floor = next(
                (each.gains[name].median for each in contenders if each.name == "nearest"), gains.min()
            )
            columns.append(between(gains, min(floor, 0), gains.max()))
        else:
            costs = np.log10(1 + np.array([each.costs[name.replace("_", "-")] for each in contenders], float))
            columns.append(between(costs, costs.max(), costs.min()))
    return np.stack(columns, axis=1)


def decision_scene(contenders, **weights) -> Scene:
    """All contenders by their worth, each a bar made of what every criterion gives it. The weights can be pulled.

    contenders   a list of ``shootout.Contender``
    weights      one for each of CRITERIA, whole numbers from 0 to 10
    """
    weights = {name: whole_number(weights[name], name, 0, MOST) for name in CRITERIA}
    parts = [_settings(weights)]
    height = TOP + ROW * len(contenders) + 12
    if not any(weights.values()):
        text = "Nothing counts: all weights are 0. Pull one of them up."
        parts.append(label(BAR_X, TOP + 40, text, anchor="start"))
    else:
        given = np.array(list(weights.values()), float)
        found = marks(contenders)
        value = worth(found, given)
        order = np.argsort(-value, kind="stable")
        parts += [_bar(contenders[i], found[i] * given / given.sum(), value[i], TOP + ROW * place, place)
                  for place, i in enumerate(order)]  # fmt: skip
        text = _sentence(contenders, weights, value, order)
    return Scene(
        hued(document(WIDTH, height, parts, "Which upsampler would you take?", text)),
        text,
        handles={
            name: scrub(name, weight, 0, MOST, label=f"weight of {CRITERIA[name]}", pixels=12)
            for name, weight in weights.items()
        },
    )


def _settings(weights):
    """The weights in a line; each can be pulled, and its color is that of its part of the bars."""
    parts, x = [label(NAME_X, 20, "what counts, and how much", "muted", "start", 12)], float(NAME_X)
    for i, (name, weight) in enumerate(weights.items()):
        text = f"{CRITERIA[name]} = {weight}"
        wide = 7.9 * len(text) + 30
        parts.append(rect(x, 32, wide, 26, hue(i), rx=4, **held(name, text)))
        parts.append(
            label(x + wide / 2, 50, text, "scrub", size=14, font_weight="600", pointer_events="none")
        )
        x += wide + 8
    return group(parts)


def _bar(contender, shares, value, y, place):
    parts, x = (
        [label(NAME_X, y + 14, f"{place + 1:2}  {short(contender.name)}", "", "start", 13)],
        float(BAR_X),
    )
    for i, share in enumerate(shares):
        if share > 0:
            parts.append(rect(x, y + 1, share * BAR_W, ROW - 4, hue(i), data_value=f"{contender.name}-{i}"))
            x += share * BAR_W
    parts.append(label(x + 8, y + 14, number(value, 2), "", "start", 12))
    return group(parts)


def _sentence(contenders, weights, value, order):
    first, second = (contenders[i].name for i in order[:2])
    counted = ", ".join(f"{CRITERIA[name]} {weight}" for name, weight in weights.items() if weight)
    ahead = value[order[0]] - value[order[1]]
    near = " They are close: another weight may change that." if ahead < 0.03 else ""
    return (
        f"With {counted}, {first} is worth most, {number(value[order[0]], 2)} of 1, before {second}, "
        f"{number(value[order[1]], 2)}.{near}"
    )
