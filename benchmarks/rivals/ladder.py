"""A small U-Net as a ladder of maps: where samples sit going down and coming up, and one rung large."""

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import FancyBboxPatch, Rectangle

from benchmarks.rivals.draw import DARK, GRAY, INPUT, OUTPUT, sheet, whole

RULER, LEFT, RIGHT, TOP, STEP, LENS_TOP, LENS_WIDTH, LENS_GAP, DEPTH = 300, 96, 596, 66, 70, 366, 286, 20, 3


def interact_ladder():
    """The rival of ``ladder(align_corners=True)``: the image's size as a slider."""
    widgets.interact(ladder_figure, size=whole(64, 16, 96))


def ladder_figure(size):
    """Rulers with a tick for each sample, the offset at each rung, and the highest rung at three places."""
    axes, count, jump, down = sheet(900, 500), size, 1.0, []
    for _ in range(DEPTH + 1):  # kernel 3, stride 2, padding 1: the first sample stays on pixel 0
        down.append(jump * np.arange(count))
        count, jump = (count - 1) // 2 + 1, 2 * jump
    up = [down[-1]]
    for places in down[-2::-1]:  # from corner to corner
        up.append(np.linspace(up[-1][0], up[-1][-1], len(places)))
    up.reverse()
    axes.text(2, 20, f"image: {size} pixels", color=INPUT, fontsize=10, weight="bold")
    axes.text(156, 20, "halved three times", fontsize=10, weight="bold")
    axes.text(RIGHT, 20, "enlarged, align_corners=True", color=OUTPUT, fontsize=10, weight="bold")
    for level, (skip, risen) in enumerate(zip(down, up, strict=True)):
        _rung(axes, level, size, skip, risen)
    axes.text(2, 344, f"the rung of {len(down[0])} samples, large", fontsize=9, weight="bold")
    for k, sample in enumerate((0, (size - 1) // 2, size - 1)):
        _lens(axes, 2 + k * (LENS_WIDTH + LENS_GAP), ("first", "middle", "last")[k], sample, down[0], up[0])
    plt.show()


def _rung(axes, level, size, skip, risen):
    y, pixel = TOP + STEP * level, RULER / size
    axes.text(2, y + 4, f"{len(skip)} samples", color=INPUT, fontsize=9, weight="bold")
    for left in (LEFT, RIGHT):
        axes.add_patch(Rectangle((left, y - 1), RULER, 3, fill=False, edgecolor=GRAY, linewidth=0.7))
        axes.vlines(left + (skip + 0.5) * pixel, y - 11, y - 1, INPUT, linewidth=1.5)
    axes.vlines(RIGHT + (risen + 0.5) * pixel, y + 2, y + 11, OUTPUT, linewidth=1.5)
    if level == DEPTH:
        axes.annotate("", xy=(584, y), xytext=(408, y), arrowprops={"arrowstyle": "->", "color": GRAY})
        axes.text(496, y - 8, "the deepest map", color=GRAY, ha="center", fontsize=9)
        return
    box = FancyBboxPatch((410, y - 15), 172, 30, "round,pad=0,rounding_size=4", facecolor=OUTPUT, alpha=0.4)
    axes.add_patch(box)
    words = f"{skip[0] - risen[0]:+.3g} … {skip[-1] - risen[-1]:+.3g} px"
    axes.text(496, y + 4, words, ha="center", fontsize=10, weight="bold")
    axes.text(104, y + 39, "↓  kernel 3    padding 1", fontsize=9)
    axes.text(RIGHT + 8, y + 39, "↑", fontsize=9)


def _lens(axes, left, name, sample, skip, risen):
    axes.text(left, LENS_TOP + 8, f"{name}: sample {sample}", color=GRAY, fontsize=9)
    off = skip[sample] - risen[sample]
    axes.text(left + LENS_WIDTH, LENS_TOP + 8, f"{off:+.3g} px", ha="right", fontsize=10, weight="bold")
    middle, reach = (skip[sample] + risen[sample]) / 2, max(4.0, abs(off) / 2 + 2)
    pixel = LENS_WIDTH / (2 * reach)
    for places, y, color in ((skip, LENS_TOP + 34, INPUT), (risen, LENS_TOP + 62, OUTPUT)):
        near = places[np.abs(places - middle) < reach]
        axes.plot(
            left + (near - middle + reach) * pixel, np.full(len(near), y), "o", color=color, markersize=4
        )
        axes.plot(left + (places[sample] - middle + reach) * pixel, y, "o", color=color, markersize=8)
    ends = [left + (places[sample] - middle + reach) * pixel for places in (risen, skip)]
    arrow = {"arrowstyle": "->", "color": DARK}
    axes.annotate("", xy=(ends[1], LENS_TOP + 48), xytext=(ends[0], LENS_TOP + 48), arrowprops=arrow)
    for p in range(int(np.ceil(middle - reach)), int(middle + reach) + 1):
        x = left + (p - middle + reach) * pixel
        shade = Rectangle((x - pixel / 2, LENS_TOP + 92), pixel, 14, color=INPUT, alpha=0.1 + 0.12 * (p % 2))
        axes.add_patch(shade)
        axes.text(x, LENS_TOP + 120, str(p), ha="center", fontsize=8)
