"""How many stamps land on every output: along an axis, layer by layer, and in the picture."""

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from benchmarks.rivals.draw import DARK, GRAY, KERNEL, OUTPUT, sheet, whole

LEFT, SPAN, TOP, HIGH, SQUARE, SIDE = 30, 430, 120, 60, 500, 330


def interact_overlap():
    """The rival of ``overlap()``: kernel, stride and layers as sliders."""
    widgets.interact(overlap_figure, kernel_size=whole(3, 1, 7), stride=whole(2, 1, 4), layers=whole(1, 1, 3))


def overlap_figure(kernel_size, stride, layers):
    """The numbers that the first layer stamps, bars of counts for each layer, both axes as a picture."""
    axes = sheet(860, 462)
    for x, name, value in (
        (LEFT, "kernel", kernel_size),
        (LEFT + 106, "stride", stride),
        (LEFT + 212, "layers", layers),
    ):
        axes.text(x, 32, name, color=GRAY, fontsize=9)
        axes.text(x + 54, 34, str(value), fontsize=15, weight="bold", family="monospace")
    counts = shown = np.ones(12 * kernel_size)
    high = HIGH if layers < 3 else 56
    for layer in range(1, layers + 1):
        stamped = np.zeros(stride * (len(counts) - 1) + kernel_size)
        for i, count in enumerate(counts):
            stamped[stride * i : stride * i + kernel_size] += count
        counts = stamped
        period = stride**layers
        start = 3 * kernel_size * period
        shown = counts[start : start + max(1, -(-24 // period)) * period]
        if layer == 1:
            _stamps(axes, kernel_size, stride, len(shown))
        _bars(axes, shown, TOP + 30 + (high + 40) * (layer - 1) + high, high, layer)
    axes.text(SQUARE, 90, "both axes: how many in the picture", color=GRAY, fontsize=9)
    box = (SQUARE, SQUARE + SIDE, 100 + SIDE, 100)
    axes.imshow(np.outer(shown, shown), "Oranges", extent=box, aspect="auto", vmin=0, vmax=shown.max() ** 2)
    axes.add_patch(Rectangle((SQUARE, 100), SIDE, SIDE, fill=False, edgecolor=GRAY))
    plt.show()


def _stamps(axes, kernel_size, stride, count):
    cell, rows = SPAN / count, -(-kernel_size // stride)
    axes.text(LEFT, TOP - 54, "stamps of layer 1", color=GRAY, fontsize=9)
    for stamp in range(-kernel_size, count):
        for t in range(kernel_size):
            o, high = stamp * stride + t, 42 / rows
            if 0 <= o < count:
                x, y = LEFT + o * cell, TOP - 46 + stamp % rows * high
                axes.add_patch(
                    Rectangle((x, y), cell, high - 1.5, facecolor=KERNEL, edgecolor=DARK, alpha=0.35)
                )
                axes.text(x + cell / 2, y + high / 2, str(t), ha="center", va="center", fontsize=7)


def _bars(axes, counts, base, high, layer):
    cell = SPAN / len(counts)
    axes.text(LEFT, base - high - 8, f"after layer {layer}", color=GRAY, fontsize=9)
    x = LEFT + (np.arange(len(counts)) + 0.5) * cell
    axes.bar(
        x, -high * counts / max(counts.max(), 1), cell, base, color=OUTPUT, alpha=0.45, edgecolor=DARK, lw=0.5
    )
    if cell > 9:
        for at, count in zip(x, counts, strict=True):
            axes.text(at, base + 11, f"{count:.0f}", ha="center", fontsize=7)
