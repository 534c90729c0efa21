"""A transposed convolution as small convolutions, one for each phase, and a shuffle."""

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from benchmarks.rivals.convolution import formula
from benchmarks.rivals.draw import GRAY, INPUT, OUTPUT, cells, sheet, whole

PHASES = "tab20"
KERNEL = np.arange(1.0, 17).reshape(4, 4)


def interact_phases():
    """The rival of ``phases()``: the stride and the first input as sliders."""
    widgets.interact(phases_figure, stride=whole(2, 1, 4), first=whole(1, 0, 9))


def phases_figure(stride, first):
    """The padded input, the kernel in its slots, small kernels and maps by phase, the result shuffled and stamped."""
    x = np.arange(1.0, 10).reshape(3, 3)
    x[0, 0] = first
    stamped = np.zeros((2 * stride + 4,) * 2)
    for row, column in np.ndindex(3, 3):
        stamped[stride * row :, stride * column :][:4, :4] += x[row, column] * KERNEL
    result = stamped[1:-1, 1:-1]  # padding 1
    taps = -(
        -5 // stride
    )  # one empty slot before the kernel: the first sample computed is the first one wanted
    slots = np.full((taps * stride,) * 2, np.nan)
    slots[1:5, 1:5] = KERNEL
    axes = sheet(940, 500)
    _calls(axes, stride, taps)
    cells(axes, 2, 128, (42, 33), np.pad(x, 1), "Blues", (0, 40), 10, "input x")
    axes.add_patch(Rectangle((44, 161), 126, 99, fill=False, edgecolor=INPUT, linewidth=2))
    _by_phase(axes, (286, 128), (190, 147), slots, stride, "kernel w, 4 × 4")
    axes.annotate("", xy=(578, 168), xytext=(486, 168), arrowprops={"arrowstyle": "->", "color": GRAY})
    axes.text(584, 107, "small kernels W", fontsize=10, weight="bold")
    axes.text(2, 309, "maps", fontsize=10, weight="bold")
    for a, b in np.ndindex(stride, stride):
        flipped, filled = slots[a::stride, b::stride][::-1, ::-1], result[a::stride, b::stride]
        for left, top, values in ((584, 128, flipped), (2, 330, filled)):
            corner = left + 226 / stride * b, top + 182 / stride * a
            phase = np.full(values.shape, a * stride + b)
            _tinted(axes, corner, (196 / stride, 148 / stride), values, phase)
            axes.text(corner[0], corner[1] - 3, f"({a}, {b})", color=GRAY, fontsize=7)
    for left, title in ((370, "shuffled"), (664, "transposed convolution")):
        _by_phase(axes, (left, 330), (194, 149), result, stride, title)
        axes.add_patch(Rectangle((left, 330), 194, 149, fill=False, edgecolor=OUTPUT, linewidth=2))
    plt.show()


def _calls(axes, stride, taps):
    formula(axes.figure, 3, 4, stride, 1)
    calls = (
        f"F.conv_transpose2d(x, w, stride={stride}, padding=1)",
        f"F.pixel_shuffle(F.conv2d(x, W, padding=1), {stride})",
    )
    shapes = (
        "x of shape (1, 1, 3, 3), w of shape (1, 1, 4, 4)",
        f"W of shape ({stride**2}, 1, {taps}, {taps})",
    )
    for y, call, shape in zip((59, 78), calls, shapes, strict=True):
        axes.text(2, y, call, family="monospace", weight="bold", fontsize=8)
        axes.text(938, y, shape, color=GRAY, ha="right", fontsize=9)


def _by_phase(axes, corner, room, values, stride, title):
    row, column = np.indices(values.shape) % stride
    _tinted(axes, corner, room, values, row * stride + column)
    axes.text(corner[0], corner[1] - 7, title, fontsize=10, weight="bold")


def _tinted(axes, corner, room, values, phase):
    """Cells with their numbers, tinted by their phase."""
    cell = room[0] / values.shape[1], room[1] / values.shape[0]
    cells(axes, *corner, cell, values, PHASES, (0, 15), 8, tints=np.where(np.isfinite(values), phase, np.nan))
