"""What one output of a learned upsampler reads, beside what bilinear interpolation reads."""

from functools import cache

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Circle, Rectangle

from benchmarks.rivals.draw import DARK, GRAY, sheet, whole
from course_utils.films import recorded_decisions
from course_utils.sampling import read_with

WHOLE, PART, CELL, TOP = 270, 9, 30, 26


def interact_chosen_taps():
    """The rival of ``chosen_taps()``: the output's column and row as sliders."""
    widgets.interact(chosen_taps_figure, column=whole(24, 0, 47), row=whole(24, 0, 47))


@cache
def _recorded():
    return recorded_decisions()["photo"]


def chosen_taps_figure(column, row):
    """The enlarged picture; the part around the output, veiled where nothing is read, by two upsamplers."""
    each, axes = _recorded(), sheet(868, 388)
    answer = np.moveaxis(read_with(each.decisions["DySample"]["after"], each.colors), 0, -1).clip(0, 1)
    axes.imshow(answer, extent=(4, 4 + WHOLE, TOP + WHOLE, TOP), interpolation="nearest")
    unit, corner = WHOLE / 48, np.clip(np.array([column, row]) // 2 - PART // 2, 0, 24 - PART)
    axes.add_patch(Circle((4 + (column + 0.5) * unit, TOP + (row + 0.5) * unit), 7, fill=False, lw=2))
    at = 4 + 2 * unit * corner[0], TOP + 2 * unit * corner[1]
    axes.add_patch(Rectangle(at, 2 * unit * PART, 2 * unit * PART, fill=False, lw=1.5))
    for i, name in enumerate(("DySample", "bilinear")):
        _part(axes, each, name, 294 + 290 * i, corner, column, row)
    axes.set_xlim(0, 868)
    axes.set_ylim(388, 0)
    axes.set_aspect("auto")
    plt.show()


def _part(axes, each, name, x, corner, column, row):
    decision, (left, top) = each.decisions[name]["after"], corner
    taps = decision.taps(row, column)
    axes.text(x, TOP - 8, f"{name} reads", fontsize=9, weight="bold")
    for i in range(PART):
        for j in range(PART):
            share, at = taps[top + i, left + j], (x + j * CELL, TOP + i * CELL)
            color = each.colors[:, top + i, left + j]
            axes.add_patch(
                Rectangle(at, CELL, CELL, color=(1 - share / taps.max()) * 0.75 * (1 - color) + color)
            )
            if share >= 0.005:
                axes.text(at[0] + CELL / 2, at[1] + CELL - 4, f"{share:.2f}", ha="center", fontsize=7)
    axes.add_patch(Rectangle((x, TOP), PART * CELL, PART * CELL, fill=False, edgecolor=GRAY))
    for point in decision.points(row, column)[0]:
        axes.plot(*(np.array([x, TOP]) + (point - corner + 0.5) * CELL), "o", color=DARK, markersize=5)
    made = (taps * each.colors).sum(axis=(1, 2)).clip(0, 1)
    for i, (words, color) in enumerate((("makes", made), ("true", each.truth[row, column]))):
        axes.add_patch(
            Rectangle((x + 96 * i, TOP + PART * CELL + 14), 26, 26, facecolor=color, edgecolor=GRAY)
        )
        axes.text(x + 96 * i + 32, TOP + PART * CELL + 32, words, fontsize=9)
    error = 255 * np.abs(made - each.truth[row, column]).mean()
    axes.text(x + 176, TOP + PART * CELL + 32, f"off by {error:.0f} of 255", fontsize=9)
