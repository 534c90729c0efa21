"""A bilinear kernel, what its phases add up to, and what a flat signal becomes."""

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np

from benchmarks.rivals.draw import GRAY, sheet, whole

ONE, IN_SIZE = 84, 6


def interact_bilinear_kernels():
    """The rival of ``bilinear_kernels()``: kernel and stride as sliders."""
    widgets.interact(bilinear_kernels_figure, kernel_size=whole(4, 1, 16), stride=whole(2, 1, 8))


def bilinear_kernels_figure(kernel_size, stride):
    """The weights, one hue for each phase; the phases' sums; six ones enlarged, pale where the border is felt."""
    reach = (kernel_size + 1) // 2
    kernel = 1 - np.abs(np.arange(kernel_size) - (kernel_size - 1) / 2) / reach
    answer, stamps = (np.zeros(stride * (IN_SIZE - 1) + kernel_size) for _ in range(2))
    for i in range(IN_SIZE):
        answer[stride * i : stride * i + kernel_size] += kernel
        stamps[stride * i : stride * i + kernel_size] += 1
    most = [len(kernel[p::stride]) for p in range(stride)]
    sums = np.array([kernel[p::stride].sum() for p in range(stride)])
    axes = sheet(932, 448)
    for x, text in ((4, f"kernel k = {kernel_size}"), (150, f"stride s = {stride}")):
        axes.text(x, 19, text, family="monospace", weight="bold")
    axes.text(4, 56, "the kernel, one hue per phase", fontsize=9, weight="bold")
    _bars(axes, 4, 82, min(560 / kernel_size, 56), kernel, stride)
    axes.text(620, 56, "what each phase adds up to", fontsize=9, weight="bold")
    _bars(axes, 620, 82, min(308 / stride, 56), sums, stride, level=308)
    words = f"what {IN_SIZE} ones become, before any crop (pale: the border is felt)"
    axes.text(4, 260, words, fontsize=9, weight="bold")
    pale = [stamps[o] < most[o % stride] for o in range(len(answer))]
    wide = min(924 / len(answer), 40)
    _bars(axes, 4, 286, wide, answer, stride, pale, level=wide * len(answer))
    plt.show()


def _bars(axes, x, top, wide, values, stride, pale=None, level=None):
    base = top + 1.6 * ONE
    colors = [plt.cm.Set2(k % stride) for k in range(len(values))]
    middle = x + (np.arange(len(values)) + 0.5) * wide
    bars = axes.bar(middle, -values * ONE, wide - 2, base, color=colors, edgecolor=GRAY, linewidth=0.7)
    for bar, is_pale in zip(bars, pale or (), strict=False):
        bar.set_alpha(0.45 if is_pale else 1)
    if level:
        axes.hlines(base - ONE, x, x + level, GRAY, "--", linewidth=0.8)
    if wide >= 22:
        for at, value in zip(middle, values, strict=True):
            axes.text(at, base - value * ONE - 4, f"{value:.2g}", ha="center", fontsize=9)
