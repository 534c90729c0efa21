"""What the rivals share: colors, sliders, one sheet to draw on, cells with numbers."""

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
from IPython import get_ipython
from matplotlib.patches import Rectangle

import course_utils.explorers  # noqa: F401, from here on figures follow the theme of the page

INPUT, OUTPUT, KERNEL, DARK, GRAY = "#0072b2", "#d55e00", "#008560", "#1f2328", "#59636e"
DPI = 100  # of the inline backend

if kernel := get_ipython():  # rivals are as the inline backend shows them
    kernel.display_formatter.ipython_display_formatter.pop("matplotlib.figure.Figure")


def whole(value, low, high):
    return widgets.IntSlider(value=value, min=low, max=high)


def real(value, low, high, step):
    return widgets.FloatSlider(value=value, min=low, max=high, step=step)


def sheet(width, height):
    """Axes without axes: one unit is one pixel of the screen, y goes down. No layout engine to pay for."""
    figure = plt.figure(figsize=(width / DPI, height / DPI))
    axes = figure.add_axes([0, 0, 1, 1])
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.axis("off")
    return axes


def cells(axes, x, y, cell, values, colors, limits=(None, None), size=9, title="", tints=None):
    """A 2-D array as tinted cells with their numbers, (x, y) the top left corner, ``cell`` one size or (wide, high).

    colors: a colormap over ``limits`` for ``tints``, by default the numbers; NaN has neither tint nor number.
    """
    values = np.atleast_2d(np.asarray(values, float))
    wide, high = np.broadcast_to(cell, 2)
    rows, columns = values.shape
    box = (x, x + columns * wide, y + rows * high, y)
    low, top = limits
    axes.imshow(
        values if tints is None else tints, colors, aspect="auto", extent=box, alpha=0.6, vmin=low, vmax=top
    )
    axes.add_patch(Rectangle((x, y), columns * wide, rows * high, fill=False, edgecolor=GRAY))
    for (row, column), value in np.ndenumerate(values):
        if np.isfinite(value):
            middle = x + (column + 0.5) * wide, y + (row + 0.5) * high
            axes.text(*middle, f"{value:.4g}", ha="center", va="center", fontsize=size)
    if title:
        axes.text(x, y - 7, title, fontsize=10, weight="bold")


def flat(color):
    """A colormap of one color."""
    from matplotlib.colors import ListedColormap

    return ListedColormap([color])
