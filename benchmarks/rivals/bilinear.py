"""P in a cell of four samples."""

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.patches import Rectangle

from benchmarks.rivals.draw import DARK, GRAY, INPUT, KERNEL, OUTPUT, real

CELL = np.array([[10.0, 20.0], [40.0, 90.0]])
HATCHES = ("||", "--", "\\\\", "//")


def interact_bilinear_cell():
    """The rival of ``bilinear_cell``: P as two sliders."""
    widgets.interact(bilinear_cell_figure, x=real(0.8, 0, 1, 0.05), y=real(0.25, 0, 1, 0.05))


def bilinear_cell_figure(x, y):
    """Four areas and two lerps, the surface over the cell, the value along the diagonal, the sums with numbers."""
    weights = np.outer([1 - y, y], [1 - x, x])
    value = (weights * CELL).sum()
    ends = CELL @ [1 - x, x]
    figure = plt.figure(figsize=(9.12, 5.06))
    _areas(figure.add_axes([0.09, 0.2, 0.38, 0.68]), weights, ends, value, x, y)
    _surface(figure.add_axes([0.55, 0.46, 0.43, 0.48]), value, x, y)
    _diagonal(figure.add_axes([0.62, 0.2, 0.32, 0.19]))
    terms = " + ".join(f"{w:.4g} · {v:g}" for w, v in zip(weights.flat, CELL.flat, strict=True))
    first, second = (
        f"{name} = {1 - x:.3g} · {start:g} + {x:.3g} · {end:g} = {lerp:.4g}"
        for name, (start, end), lerp in zip(("R₁", "R₂"), CELL, ends, strict=True)
    )
    last = f"P = {1 - y:.3g} · {ends[0]:.4g} + {y:.3g} · {ends[1]:.4g} = {value:.4g}"
    lines = (
        ("four weights", f"P = {terms} = {value:.4g}"),
        ("two lerps", f"{first}      {second}"),
        ("", last),
    )
    for row, (name, words) in enumerate(lines):
        figure.text(0.01, 0.1 - 0.045 * row, name, color=GRAY)
        figure.text(0.12, 0.1 - 0.045 * row, words)
    plt.show()


def _areas(axes, weights, ends, value, x, y):
    axes.set(xlim=(-0.25, 1.25), ylim=(1.12, -0.14), aspect="equal")
    axes.set_title("each weight is the opposite area", loc="left", fontsize=10, weight="bold")
    axes.axis("off")
    corners = ((1, 1, 0, 0), (0, 1, 1, 0), (1, 0, 0, 1), (0, 0, 1, 1))  # the area's corner, then the sample's
    for k, (area_x, area_y, sample_x, sample_y) in enumerate(corners):
        left, width = (x, 1 - x) if area_x else (0, x)
        top, height = (y, 1 - y) if area_y else (0, y)
        style = {"facecolor": "#e5f2ef", "edgecolor": KERNEL, "hatch": HATCHES[k], "linewidth": 0.5}
        axes.add_patch(Rectangle((left, top), width, height, **style))
        weight = weights.flat[k]
        if width > 0.19 and height > 0.12:
            axes.text(
                left + width / 2, top + height / 2, f"{weight:.4g}", ha="center", va="center", weight="bold"
            )
        chip = 1.07 if sample_x else -0.18
        axes.add_patch(Rectangle((chip, sample_y - 0.06), 0.11, 0.11, **style))
        axes.text(chip + 0.055, sample_y - 0.08, f"{CELL.flat[k]:g}", color=INPUT, ha="center", weight="bold")
        axes.text(chip + 0.055, sample_y + 0.12, f"× {weight:.4g}", color=KERNEL, ha="center", fontsize=8)
        axes.plot(sample_x, sample_y, "o", color=INPUT, markersize=9)
    axes.plot([0, 1], [0, 1], ":", color=DARK)
    axes.plot([0, 1], [y, y], "--", color=GRAY, linewidth=1)
    axes.plot([x, x], [0, 1], "o-", color=DARK)
    axes.text(x, -0.05, f"R₁ = {ends[0]:.4g}", ha="center")
    axes.text(x, 1.09, f"R₂ = {ends[1]:.4g}", ha="center")
    axes.plot(x, y, "o", color=OUTPUT, markersize=14)
    axes.text(x - 0.05, y + 0.08, f"P = {value:.4g}", color=OUTPUT, ha="right", weight="bold")


def _project(x, y, value):
    """The explorer's own parallel projection, so that no 3-D axes have to be paid for."""
    return 130 * x + 130 * y, 44 * x - 50 * y + 1.12 * value


def _surface(axes, value, x, y):
    axes.set(xlim=(-50, 330), ylim=(-65, 125))
    axes.set_title("the surface over the cell", loc="left", fontsize=10, weight="bold")
    axes.axis("off")
    ticks = np.linspace(0, 1, 9)
    heights = np.stack([1 - ticks, ticks], 1) @ CELL @ np.stack([1 - ticks, ticks])
    net = np.stack(_project(*np.meshgrid(ticks, ticks), heights), -1)
    squares = np.stack([net[:-1, :-1], net[:-1, 1:], net[1:, 1:], net[1:, :-1]], 2).reshape(-1, 4, 2)
    tint = plt.colormaps["Oranges"](0.1 + heights[:-1, :-1].ravel() / 150)
    axes.add_collection(PolyCollection(squares, facecolors=tint))
    axes.add_collection(LineCollection([*net, *net.swapaxes(0, 1)], colors=GRAY, linewidths=0.8))
    axes.plot(*_project(ticks, ticks, np.diag(heights)), color=DARK, linewidth=2.5)
    axes.plot(
        *_project(np.array([0, 1, 1, 0, 0]), np.array([0, 0, 1, 1, 0]), 0), "--", color=GRAY, linewidth=1
    )
    axes.text(*_project(0.5, -0.16, 0), "x", color=GRAY)
    axes.text(*_project(-0.14, 0.5, 0), "y", color=GRAY)
    for row, column in np.ndindex(2, 2):
        foot, top = _project(column, row, 0), _project(column, row, CELL[row, column])
        axes.plot([foot[0], top[0]], [foot[1], top[1]], color=GRAY, linewidth=1)
        axes.plot(*top, "o", color=INPUT)
        axes.text(top[0] + 8, top[1] + 6, f"{CELL[row, column]:g}", color=INPUT, weight="bold")
    foot, top = _project(x, y, 0), _project(x, y, value)
    axes.plot([foot[0], top[0]], [foot[1], top[1]], ":", color=OUTPUT)
    axes.plot(*top, "o", color=OUTPUT, markersize=10)


def _diagonal(axes):
    axes.set(
        xlim=(0, 1),
        ylim=(0, 100),
        xticks=np.linspace(0, 1, 5),
        yticks=[0, 50, 100],
        xlabel="x, in samples (y = x)",
    )
    axes.set_title("the value along the diagonal", loc="left", fontsize=10, weight="bold")
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8)
    t = np.linspace(0, 1, 41)
    values = sum(CELL[i, j] * t ** (i + j) * (1 - t) ** (2 - i - j) for i, j in np.ndindex(2, 2))
    axes.plot([0, 1], values[[0, -1]], "--", color=GRAY, linewidth=1)
    axes.plot(t, values, color=DARK, linewidth=2.5)
    axes.plot(t[::10], values[::10], "o", color=DARK, clip_on=False)
    for at, height in zip(t[::10], values[::10], strict=True):
        axes.text(at, height + 8, f"{height:.4g}", ha="center", fontsize=8)
