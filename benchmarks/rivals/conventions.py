"""Two recipes on one ramp: both results, their difference, and the decisions between them one after the other."""

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from benchmarks.rivals.draw import GRAY, INPUT, KERNEL, OUTPUT, cells, sheet, whole

NAMES, CELL, ROW, GAP, TOP, BARS, HIGH, CARDS, WIDE = 190, 57, 36, 12, 24, 276, 62, 362, 124


def interact_conventions_lab():
    """The rival of ``conventions_lab()``: the number of outputs as a slider."""
    widgets.interact(conventions_lab_figure, out_size=whole(3, 1, 12))


def resized(signal, out_size, antialias, border):
    """A triangle at half-pixel places; wider when shrinking with antialias; clamped or renormalized at the border."""
    scale = len(signal) / out_size
    wide = max(scale, 1) if antialias else 1
    x = (np.arange(out_size) + 0.5) * scale - 0.5
    at = np.arange(-2 * len(signal), 3 * len(signal))
    weights = np.maximum(0, 1 - np.abs(x[:, None] - at) / wide)
    inside = (at >= 0) & (at < len(signal))
    if border == "renormalize":
        weights = weights * inside
    weights /= weights.sum(1, keepdims=True)
    return weights @ signal[np.clip(at, 0, len(signal) - 1)]


def conventions_lab_figure(out_size):
    """Rows of numbers, then a bar for what is left after each switch, with its card below."""
    ramp = np.arange(8.0)
    first, goal = (resized(ramp, out_size, *how) for how in ((False, "clamp"), (True, "renormalize")))
    switched = resized(ramp, out_size, True, "clamp"), goal
    alone = switched[0], resized(ramp, out_size, False, "renormalize")
    axes = sheet(900, 452)
    axes.text(0, 14, f"ramp of 8 → {out_size}", weight="bold")
    rows = (
        ("input", ramp, INPUT, "Blues", 7),
        ("torch bilinear", first, OUTPUT, "Oranges", 7),
        ("Pillow BILINEAR", goal, OUTPUT, "Oranges", 7),
        ("difference", first - goal, KERNEL, "Greens", 0.7),
    )
    for row, (name, values, color, tints, most) in enumerate(rows):
        y = TOP + row * (ROW + GAP)
        axes.text(0, y + ROW / 2 + 5, name, color=color, fontsize=9, weight="bold")
        cells(axes, NAMES, y, (CELL, ROW), values.round(3), tints, (0, most), 10)
    axes.plot(NAMES + CELL * 8 + 10, TOP + ROW / 2, ">", color=INPUT, markersize=9)
    axes.plot(
        NAMES + CELL * out_size + 10, TOP + 1.5 * (ROW + GAP) + ROW / 2, ">", color=OUTPUT, markersize=9
    )
    axes.text(
        2, BARS - 16, "drag from left to right: one decision after the other", fontsize=9, weight="bold"
    )
    left = [np.abs(each - goal).max() for each in (first, *switched)]
    cards = (
        ("as they are", "", "", None),
        ("antialias", "none", "stretch", alone[0]),
        ("border", "clamp", "renormalize", alone[1]),
    )
    for k, card in enumerate(cards):
        _card(axes, k, left, card, goal)
    plt.show()


def _card(axes, k, left, card, goal):
    x, floor, most = 2 + k * WIDE, BARS + HIGH, max(left) or 1
    name, old, new, alone = card
    if k == 0:
        axes.add_patch(Rectangle((x + 1, BARS - 8), WIDE - 2, 180, color=OUTPUT, alpha=0.12, lw=0))
        axes.plot(x + WIDE / 2, floor - 8, "v", color=OUTPUT, markersize=12)
    axes.add_patch(
        Rectangle(
            (x + 8, floor - HIGH * left[k] / most), WIDE - 16, HIGH * left[k] / most, color=KERNEL, alpha=0.8
        )
    )
    axes.hlines(floor, x + 8, x + WIDE - 8, GRAY)
    axes.text(x + WIDE / 2, floor + 15, f"{left[k]:.3g} left", ha="center", fontsize=9, weight="bold")
    axes.text(x + WIDE / 2, CARDS + 14, name, ha="center", fontsize=9, color=GRAY)
    if alone is None:
        return
    for row, value in enumerate((old, new)):
        y = CARDS + 33 + 17 * row
        axes.plot(x + 10, y - 4, "o", color=OUTPUT, markersize=5, fillstyle="none" if row else "full")
        axes.text(x + 18, y, value, fontsize=9, color=GRAY)
    words = f"alone: {np.abs(alone - goal).max():.3g} left"
    axes.text(x + WIDE / 2, CARDS + 72, words, ha="center", fontsize=8, color=GRAY)
