"""An operator as input, matrix and output."""

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from benchmarks.rivals.draw import KERNEL, whole
from course_utils.probing import probe
from course_utils.resampling import resize


def interact_microscope():
    """The rival of ``microscope`` on a bilinear resize from 4 x 4 to 8 x 8: the chosen output as a slider."""
    seen = probe(lambda image: resize(image, (8, 8)), (4, 4))

    def draw(output):
        microscope_figure(seen, output)

    widgets.interact(draw, output=whole(0, 0, 63))


def microscope_figure(seen, output):
    """Input cells with the taps of one output lit, the matrix with its row framed, output cells with it framed."""
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(7.8, 4.4), width_ratios=[176, 170, 330])
    figure.subplots_adjust(left=0.02, right=0.99, bottom=0.08, top=0.84, wspace=0.06)
    figure.suptitle("Linear: every output is a weighted sum of inputs.", x=0.02, ha="left", weight="bold")
    _cells(left, seen.at, "Blues", "input 4 × 4")
    _cells(right, seen.output.reshape(8, 8), "Oranges", "output 8 × 8")
    middle.imshow(seen.matrix, cmap="Greens", vmin=0, aspect="auto")
    middle.set_title("matrix 64 × 16", loc="left", fontsize=10)
    middle.set(xticks=[], yticks=[], xlabel="row = output, column = input")
    middle.add_patch(Rectangle((-0.5, output - 0.5), 16, 1, fill=False, linewidth=2))
    row, column = divmod(output, 8)
    right.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, linewidth=2))
    taps = seen.row(output)
    for index, weight in zip(taps.indices, taps.weights, strict=True):
        row, column = divmod(int(index), 4)
        opacity = 0.15 + 0.55 * weight / taps.weights.max()
        left.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, color=KERNEL, alpha=opacity))
        words = f"×{weight:.3g}"
        left.text(column, row + 0.42, words, color=KERNEL, ha="center", fontsize=8, weight="bold")
    plt.show()


def _cells(axes, values, colors, title):
    axes.imshow(values, cmap=colors, alpha=0.6)
    axes.set_title(title, loc="left", fontsize=10)
    axes.set(xticks=[], yticks=[])
    for (row, column), value in np.ndenumerate(values):
        axes.text(column, row, f"{value:.4g}", ha="center", va="center", fontsize=9)
