"""Which upsampler would you take? A bar for each, made of what every criterion gives it."""

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np

from benchmarks.rivals.draw import GRAY, sheet, whole
from course_utils.shootout import contenders

CRITERIA = ("task A", "task B", "few multiply-adds", "little memory", "few parameters")
NAME_X, BAR_X, BAR_W, ROW, TOP = 4, 236, 500, 21, 74


def interact_decide():
    """The rival of ``decide()``: the five weights as sliders."""
    starts = {"labels": 5, "pictures": 5, "multiply_adds": 0, "memory": 0, "parameters": 0}
    widgets.interact(decide_figure, **{name: whole(weight, 0, 10) for name, weight in starts.items()})


def decide_figure(labels, pictures, multiply_adds, memory, parameters):
    """The weights in a line, and below it the contenders in their order."""
    weights, every = np.array([labels, pictures, multiply_adds, memory, parameters], float), contenders()
    axes = sheet(806, TOP + ROW * len(every) + 12)
    axes.text(NAME_X, 20, "what counts, and how much", color=GRAY, fontsize=9)
    colors, x = [plt.cm.Set2(i) for i in range(len(CRITERIA))], NAME_X
    for name, weight, color in zip(CRITERIA, weights, colors, strict=True):
        text = f"{name} = {weight:.0f}"
        box = {"facecolor": color, "edgecolor": "none"}
        axes.text(x + 6, 50, text, fontsize=10, weight="bold", bbox=box)
        x += 7.9 * len(text) + 38
    shares = _marks(every) * weights / max(weights.sum(), 1)
    order = np.argsort(-shares.sum(1), kind="stable")
    y = TOP + ROW * np.arange(len(every)) + ROW / 2
    left = np.full(len(every), float(BAR_X))
    for share, color in zip(BAR_W * shares[order].T, colors, strict=True):
        axes.barh(y, share, ROW - 4, left, color=color)
        left += share
    for place, i in enumerate(order):
        axes.text(NAME_X, y[place] + 4, f"{place + 1:2}  {every[i].name}", fontsize=9)
        axes.text(left[place] + 8, y[place] + 4, f"{shares[i].sum():.2f}", fontsize=8)
    plt.show()


def _marks(every):
    """(contenders, criteria): gains from nearest's to the best, costs by their logarithm, as 0 to 1."""
    columns = []
    for name in ("labels", "pictures"):
        gains = np.array([each.gains[name][0] for each in every])
        (floor,) = (gain for gain, each in zip(gains, every, strict=True) if each.name == "nearest")
        columns.append((gains - min(floor, 0)) / (gains.max() - min(floor, 0)))
    for name in ("multiply-adds", "memory", "parameters"):
        costs = np.log10(1 + np.array([each.costs[name] for each in every], float))
        columns.append((costs.max() - costs) / (costs.max() - costs.min()))
    return np.clip(np.stack(columns, 1), 0, 1)
