"""Where output pixels fall on the input, by two coordinate maps."""

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from benchmarks.rivals.draw import DARK, GRAY, INPUT, OUTPUT, sheet, whole

LEFT, INPUT_TOP = 62, 141
STRIPS = (("half_pixel", 42, 14, 36, 83), ("align_corners", 258, 320, 298, 253))
"""Of each map: top of its strip, then the heights of heading, output numbers and coordinates."""


def interact_ruler():
    """The rival of ``ruler(4, 8, compare="align_corners")``: the two sizes as sliders."""
    widgets.interact(ruler_figure, n=whole(4, 1, 32), m=whole(8, 1, 32))


def ruler_figure(n, m):
    """The input with its centers, above and below it the outputs of one map, each with a line to its coordinate."""
    axes, unit = sheet(800, 350), 732 / (n + 0.7)
    outputs = np.arange(m)
    coordinates = {
        "half_pixel": (outputs + 0.5) * n / m - 0.5,
        "align_corners": outputs * (n - 1) / max(m - 1, 1),
    }
    x = LEFT + (np.arange(n) + 0.6) * unit
    _strip(axes, x, unit, INPUT_TOP, 46, INPUT)
    axes.plot(x, np.full(n, INPUT_TOP + 10), "o", color=INPUT, markersize=5)
    for i in range(0, n, max(1, n // 16)):
        axes.text(x[i], INPUT_TOP + 27, str(i), ha="center", fontsize=8)
    axes.text(LEFT - 8, INPUT_TOP + 27, "input i", ha="right", fontsize=9)
    for name, top, heading, numbers, at in STRIPS:
        places = coordinates[name]
        clamped = places.clip(0, n - 1)
        step = n / m if name == "half_pixel" else (n - 1) / max(m - 1, 1) or 1
        x, foot = LEFT + (places + 0.6) * unit, LEFT + (clamped + 0.6) * unit
        above = top < INPUT_TOP
        near, far = (INPUT_TOP, INPUT_TOP - 52) if above else (INPUT_TOP + 46, INPUT_TOP + 98)
        _dead(axes, n, unit, min(near, far))
        _strip(axes, x, step * unit, top, 28, OUTPUT)
        axes.plot(x, np.full(m, top + 8), "o", color=OUTPUT, markersize=5)
        for o in range(m):
            dashes = "--" if abs(clamped[o] - places[o]) > 1e-9 else "-"
            axes.plot([x[o], foot[o]], [far, near], dashes, color=OUTPUT, linewidth=1)
        axes.plot(foot, np.full(m, near), "o", color=DARK, markersize=4)
        for o in range(0, m, max(1, m // 16)):
            axes.text(x[o], numbers, str(o), ha="center", fontsize=8)
            axes.text(x[o], at, f"{places[o]:.3g}", ha="center", fontsize=8)
        rule = f"(o + 0.5) · {n}/{m} − 0.5" if name == "half_pixel" else f"o · {n - 1}/{m - 1}"
        axes.text(LEFT, heading, f"{name}: x = {rule}", fontsize=9, weight="bold")
        axes.text(LEFT - 8, numbers, "output o", ha="right", fontsize=9)
        axes.text(LEFT - 8, at, "at x", color=GRAY, ha="right", fontsize=9)
    words = "Gray: x below 0 or above n − 1. Dashed lines: such an x is clamped to the border center."
    axes.text(LEFT, 344, words, color=GRAY, fontsize=8)
    axes.text(722, 344, f"n = {n}", color=INPUT, ha="right", weight="bold")
    axes.text(794, 344, f"m = {m}", color=OUTPUT, ha="right", weight="bold")
    plt.show()


def _strip(axes, middles, wide, top, high, color):
    """Pixels as areas; every second one is paler."""
    for k, x in enumerate(middles):
        axes.add_patch(
            Rectangle((x - wide / 2, top), wide, high, color=color, alpha=(0.3, 0.16)[k % 2], lw=0)
        )
    start = middles[0] - wide / 2
    axes.add_patch(Rectangle((start, top), wide * len(middles), high, fill=False, edgecolor=GRAY))


def _dead(axes, n, unit, top):
    """Gray where a coordinate is clamped."""
    for start, wide in ((0, 0.6), (n - 0.4, 1.1)):
        axes.add_patch(Rectangle((LEFT + start * unit, top), wide * unit, 52, color=GRAY, alpha=0.13, lw=0))
    for edge in (0.6, n - 0.4):
        axes.vlines(LEFT + edge * unit, top, top + 52, GRAY, ":", linewidth=1)
