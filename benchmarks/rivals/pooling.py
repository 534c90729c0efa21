"""Max pooling and unpooling, means and a weighted sum over the same windows."""

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import FancyBboxPatch

from benchmarks.rivals.draw import GRAY, OUTPUT, cells, sheet, whole

NUMBERS = np.array([[1, 2, 6, 3], [3, 5, 2, 1], [1, 2, 2, 1], [7, 3, 4, 8]], float)


def interact_pool_and_unpool():
    """The rival of ``pool_and_unpool``: the first number of the grid as a slider."""
    widgets.interact(pool_and_unpool_figure, first=whole(1, 0, 9))


def pool_and_unpool_figure(first):
    """The input with its windows and winners, maxima with indices, the unpooled array, means, sums and weights."""
    numbers = NUMBERS.copy()
    numbers[0, 0] = first
    windows = numbers.reshape(2, 2, 2, 2).swapaxes(1, 2).reshape(2, 2, 4)
    maxima, best = windows.max(-1), windows.argmax(-1)
    row, column = np.indices((2, 2)) * 2 + np.stack(np.divmod(best, 2))
    back = np.zeros((4, 4))
    back[row, column] = maxima
    index = row * 4 + column
    axes = sheet(930, 450)
    cells(axes, 62, 82, 44, numbers, "Blues", (0, 9), 11, "input 4 × 4")
    for top, left in np.ndindex(2, 2):
        corner = 62 + 88 * left + 3, 82 + 88 * top + 3
        axes.add_patch(
            FancyBboxPatch(corner, 82, 82, "round,pad=0,rounding_size=6", fill=False, edgecolor=OUTPUT, lw=2)
        )
    middles = 62 + 44 * column.ravel() + 22, 82 + 44 * row.ravel() + 22
    axes.plot(*middles, "o", fillstyle="none", markeredgecolor=OUTPUT, markeredgewidth=2, markersize=20)
    _indices(axes, 62, 82, np.arange(16).reshape(4, 4))
    cells(axes, 366, 26, 44, maxima, "Oranges", (0, 9), 11, "maxima 2 × 2")
    _indices(axes, 366, 26, index)
    axes.text(366, 132, f"indices {', '.join(map(str, index.ravel()))}", fontsize=9)
    axes.annotate("", xy=(586, 48), xytext=(462, 48), arrowprops={"arrowstyle": "->", "color": GRAY})
    axes.text(524, 40, "unpool", color=GRAY, ha="center", fontsize=8)
    cells(axes, 590, 26, 44, back, "Oranges", (0, 9), 11, "unpooled 4 × 4")
    _indices(axes, 590, 26, np.arange(16).reshape(4, 4))
    axes.text(
        590,
        220,
        "4 of 16 come back, 12 become 0\npooled again: the same maxima",
        va="top",
        fontsize=9,
    )
    for left, title in ((366, "means 2 × 2"), (590, "strided convolution")):
        cells(axes, left, 268, 44, windows.mean(-1), "Oranges", (0, 9), 11, title)
    cells(axes, 790, 268, 34, np.full((2, 2), 0.25), "Greens", (0, 0.5), 9, "its weights")
    axes.plot(68, 410, "o", fillstyle="none", markeredgecolor=OUTPUT, markeredgewidth=2, markersize=10)
    axes.text(86, 414, "a maximum (2×: of two windows)", color=GRAY, fontsize=8)
    axes.text(86, 434, "index: row · width + column", color=GRAY, fontsize=8)
    plt.show()


def _indices(axes, x, y, index):
    """Small numbers in the corners of cells."""
    for (row, column), number in np.ndenumerate(index):
        axes.text(x + 44 * column + 3, y + 44 * row + 11, str(number), color=GRAY, fontsize=6)
