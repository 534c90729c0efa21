"""All upsamplers by what they are worth, each a bar made of what every criterion gives it."""

from functools import cache

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np

from benchmarks.rivals.draw import sheet, whole
from course_utils.shootout import TASKS, contenders

COLORS = ("#7db9f2", "#ffe070", "#e8825a", "#889885", "#bd7fb5")
ROW, TOP, LEFT, ROOM = 21, 74, 236, 500


def interact_decide():
    """The rival of ``decide()``: the weight of task A as a slider."""
    widgets.interact(decide_figure, labels=whole(5, 0, 10))


@cache
def _marks():
    """(names, marks from 0 to 1): both tasks, multiply-adds, memory, parameters."""
    every = contenders()
    nearest = next(each for each in every if each.name == "nearest")
    columns = []
    for task in TASKS:
        gains, low = np.array([each.gains[task].median for each in every]), min(nearest.gains[task].median, 0)
        columns.append(((gains - low) / (gains.max() - low)).clip(0, 1))
    for cost in ("multiply-adds", "memory", "parameters"):
        logs = np.log10(1 + np.array([each.costs[cost] for each in every], float))
        columns.append((logs.max() - logs) / np.ptp(logs))
    return [each.name for each in every], np.stack(columns, axis=1)


def decide_figure(labels):
    """Task A counts ``labels``, task B five, and nothing else."""
    names, marks = _marks()
    weights = np.array([labels, 5, 0, 0, 0])
    shares = marks * weights / weights.sum()
    worth = shares.sum(axis=1)
    axes = sheet(806, TOP + ROW * len(names) + 12)
    words = ("task A", "task B", "few multiply-adds", "little memory", "few parameters")
    for i, (word, color, weight) in enumerate(zip(words, COLORS, weights, strict=True)):
        axes.text(8 + 160 * i, 45, f"{word} = {weight}", fontsize=10, weight="bold", backgroundcolor=color)
    for place, i in enumerate(np.argsort(-worth, kind="stable")):
        y = TOP + ROW * place + ROW / 2
        axes.text(4, y, f"{place + 1:2}  {names[i][:27]}", va="center", fontsize=9)
        left = LEFT + ROOM * np.concatenate([[0], np.cumsum(shares[i])[:-1]])
        axes.barh(np.full(5, y), ROOM * shares[i], ROW - 4, left, color=COLORS)
        axes.text(LEFT + ROOM * worth[i] + 8, y, f"{worth[i]:.2f}", va="center", fontsize=9)
    axes.set(xlim=(0, 806), ylim=(TOP + ROW * len(names) + 12, 0))
    plt.show()
