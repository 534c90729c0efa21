"""Four strided layers: where their features sit, and where upsampling draws them."""

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import FancyBboxPatch, Rectangle

from benchmarks.rivals.draw import DARK, GRAY, INPUT, OUTPUT, cells, flat, sheet, whole

LEFT, ROOM, MARGIN, STAGES_TOP, PITCH = 192, 560, 24, 74, 94


def interact_misalignment():
    """The rival of ``misalignment()``: the size of the image as a slider."""
    widgets.interact(misalignment_figure, size=whole(32, 4, 64))


def misalignment_figure(size):
    """The image's pixels; of each stage its fields as bars, its features as dots, and where they are drawn."""
    axes, pixel = sheet(932, 448), ROOM / size
    axes.text(3, 42, f"image  {size}  pixels", color=INPUT, fontsize=9, weight="bold")
    axes.text(788, 42, "offset in pixels", color=OUTPUT, fontsize=9, weight="bold")
    cells(axes, LEFT, 28, (pixel, 18), np.full((1, size), np.nan), flat(INPUT))
    for p in range(size):
        axes.add_patch(
            Rectangle((LEFT + p * pixel, 28), pixel, 18, facecolor=INPUT, alpha=0.22, edgecolor=GRAY)
        )
    every = next(step for step in (1, 2, 4, 8) if step * pixel >= 22)
    for p in range(0, size, every):
        axes.text(LEFT + (p + 0.5) * pixel, 22, str(p), color=GRAY, ha="center", fontsize=8)
    features, field, jump = size, 1, 1
    for stage in range(1, 5):  # kernel 3, stride 2, padding 1
        features, field, jump = (features - 1) // 2 + 1, field + 2 * jump, 2 * jump
        sits = jump * np.arange(features)
        drawn = (np.arange(features) + 0.5) * size / features - 0.5
        _stage(axes, pixel, STAGES_TOP + PITCH * (stage - 1), stage, sits, drawn, field)
    plt.show()


def _stage(axes, pixel, top, stage, sits, drawn, field):
    box = (LEFT - MARGIN, top), ROOM + 2 * MARGIN, PITCH - 14
    axes.add_patch(FancyBboxPatch(*box, "round,pad=0,rounding_size=4", fill=False, edgecolor=GRAY, lw=0.7))
    axes.vlines([LEFT, LEFT + ROOM], top, top + PITCH - 14, GRAY, ":", linewidth=0.8)
    middle, to = (LEFT + (places + 0.5) * pixel for places in (sits, drawn))
    for i, x in enumerate(middle):
        start, end = (
            max(x - field / 2 * pixel, LEFT - MARGIN),
            min(x + field / 2 * pixel, LEFT + ROOM + MARGIN),
        )
        axes.add_patch(
            Rectangle((start, top + 8 + 7 * (i % 3)), end - start, 5, color=INPUT, alpha=0.45, lw=0)
        )
        axes.plot([x, to[i]], [top + 43, top + 61], color=OUTPUT, linewidth=1.3)
    axes.plot(middle, np.full(len(sits), top + 38), "o", color=DARK, markersize=6)
    ring = {"fillstyle": "none", "markeredgecolor": OUTPUT, "markersize": 5}
    axes.plot(to, np.full(len(sits), top + 66), "o", **ring)
    for y, name, color in ((21, "sees", INPUT), (42, "sits", DARK), (70, "drawn", OUTPUT)):
        axes.text(LEFT - MARGIN - 8, top + y, name, color=color, ha="right", fontsize=9)
    axes.text(3, top + 16, f"stage {stage}", fontsize=9, weight="bold")
    axes.text(3, top + 35, "conv 3, stride 2\npadding 1", fontsize=9, va="center")
    axes.text(3, top + 69, f"{len(sits)} features", color=GRAY, fontsize=9)
    axes.text(788, top + 20, f"field of {field}", color=INPUT, fontsize=9)
    axes.text(788, top + 38, f"one every {2**stage}", color=GRAY, fontsize=9)
    axes.text(788, top + 62, f"{drawn[0] - sits[0]:+.3g}", color=OUTPUT, fontsize=11, weight="bold")
    axes.text(788, top + 77, "every feature", color=GRAY, fontsize=8)
