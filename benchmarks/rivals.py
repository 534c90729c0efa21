"""The pictures of the explorers as most notebooks would make them: a matplotlib figure, redrawn by interact.

Each figure shows what the explorer of that name shows, at the same size on the screen: the same curves, areas,
cells and numbers. It is written as one would write it: axes, patches and texts, ``plt.show()`` at the end. No words
below the picture, no table, nothing to point at or drag: what an explorer has beyond the picture is not asked of
its rival.
"""

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.patches import Rectangle

from course_utils.probing import probe
from course_utils.resampling import resize

INPUT, OUTPUT, KERNEL, DARK, GREY = "#0072b2", "#d55e00", "#008560", "#1f2328", "#59636e"
DPI = 100  # of the inline backend


def interact_two_samples():
    """The rival of ``two_samples``: x and the two values as sliders."""

    def control(value, high, step):
        return widgets.FloatSlider(value=value, min=0, max=high, step=step)

    widgets.interact(
        two_samples_figure, x=control(0.25, 1, 0.05), left=control(2, 10, 0.5), right=control(8, 10, 0.5)
    )


def two_samples_figure(x, left, right):
    """The line between two samples, which distance is whose weight, and the kernel centred on x."""
    value = (1 - x) * left + x * right
    figure, (values, bar, weights) = plt.subplots(
        3, 1, sharex=True, figsize=(8, 5.5), height_ratios=[10, 4, 6]
    )
    figure.subplots_adjust(
        left=0.08, right=0.98, bottom=0.1, top=0.88, hspace=0.05
    )  # no layout engine to pay for
    figure.suptitle(
        f"value = (1 − x) · left + x · right\nvalue at x = {x:g}:  "
        f"{1 - x:.3g} · {left:g} + {x:.3g} · {right:g} = {value:.3g}",
        x=0.1,
        ha="left",
    )
    for axes in (values, bar, weights):
        axes.spines[:].set_visible(False)
        for sample in (0, 1):
            axes.axvline(sample, color=GREY, linestyle=":", linewidth=1)
        axes.axvline(x, color=OUTPUT, linestyle="--", linewidth=1)

    values.set(xlim=(-1.35, 2.35), ylim=(-2.6, 12.6), yticks=[0, 5, 10], ylabel="value")
    values.grid(axis="y", alpha=0.3)
    values.plot([0, 1], [left, right], color=OUTPUT)
    values.vlines([0, 1], 0, [left, right], color=DARK)
    values.plot([0, 1], [left, right], "o", color=DARK, markersize=12)
    values.plot(x, value, "o", color=OUTPUT, markersize=9)
    values.text(-0.08, left, f"left = {left:g}", ha="right", va="center")
    values.text(1.08, right, f"right = {right:g}", va="center")
    values.text(x, value + 1, f"{value:.3g}", color=OUTPUT, ha="center", weight="bold")

    bar.set(ylim=(0, 1), yticks=[])
    bar.add_patch(Rectangle((0, 0.6), x, 0.25, color=KERNEL, alpha=0.3))
    bar.add_patch(Rectangle((x, 0.6), 1 - x, 0.25, color=KERNEL, alpha=0.75))
    bar.text(-1.3, 0.7, "weight = distance\nto the other sample", color=GREY, fontsize=9, va="center")
    for middle, distance, sample, weight in ((x / 2, x, 1, x), ((1 + x) / 2, 1 - x, 0, 1 - x)):
        bar.text(middle, 0.9, f"{distance:.3g}", color=GREY, fontsize=8, ha="center")
        arrow = {"arrowstyle": "->", "color": KERNEL}
        bar.annotate("", xy=(sample, 0.28), xytext=(middle, 0.58), arrowprops=arrow)
        bar.text(sample, 0.02, f"weight {weight:.3g}", color=KERNEL, ha="center", weight="bold")

    weights.set(ylim=(-0.25, 1.1), xticks=[0, 1], yticks=[0, 1], xlabel="coordinate", ylabel="weight")
    weights.grid(axis="y", alpha=0.3)
    weights.plot([x - 1, x, x + 1], [0, 1, 0], color=KERNEL)
    weights.bar([0, 1], [1 - x, x], width=0.07, color=KERNEL, alpha=0.5)
    weights.plot([0, 1], [1 - x, x], "o", color=KERNEL)
    weights.plot(x, -0.2, "^", color=OUTPUT, markersize=10, clip_on=False)
    weights.text(x + 0.06, -0.22, f"x = {x:g}", color=OUTPUT, weight="bold")
    weights.text(x + 0.04, 0.03, "the kernel, centred on x", color=GREY, fontsize=8)
    plt.show()


CELL = np.array([[10.0, 20.0], [40.0, 90.0]])
HATCHES = ("||", "--", "\\\\", "//")


def interact_bilinear_cell():
    """The rival of ``bilinear_cell``: P as two sliders."""
    x, y = (widgets.FloatSlider(value=value, min=0, max=1, step=0.05) for value in (0.8, 0.25))
    widgets.interact(bilinear_cell_figure, x=x, y=y)


def bilinear_cell_figure(x, y):
    """Four areas and two lerps, the surface over the cell, the value along the diagonal, the sums with numbers."""
    weights = np.outer([1 - y, y], [1 - x, x])
    value = (weights * CELL).sum()
    ends = CELL @ [1 - x, x]
    figure = plt.figure(figsize=(9.12, 5.06))
    _areas(figure.add_axes([0.09, 0.2, 0.38, 0.68]), weights, ends, value, x, y)
    _surface(figure.add_axes([0.55, 0.46, 0.43, 0.48]), value, x, y)
    _diagonal(figure.add_axes([0.62, 0.2, 0.32, 0.19]))
    terms = " + ".join(f"{w:.4g} · {v:g}" for w, v in zip(weights.flat, CELL.flat, strict=True))
    first, second = (
        f"{name} = {1 - x:.3g} · {start:g} + {x:.3g} · {end:g} = {lerp:.4g}"
        for name, (start, end), lerp in zip(("R₁", "R₂"), CELL, ends, strict=True)
    )
    last = f"P = {1 - y:.3g} · {ends[0]:.4g} + {y:.3g} · {ends[1]:.4g} = {value:.4g}"
    lines = (
        ("four weights", f"P = {terms} = {value:.4g}"),
        ("two lerps", f"{first}      {second}"),
        ("", last),
    )
    for row, (name, words) in enumerate(lines):
        figure.text(0.01, 0.1 - 0.045 * row, name, color=GREY)
        figure.text(0.12, 0.1 - 0.045 * row, words)
    plt.show()


def _areas(axes, weights, ends, value, x, y):
    axes.set(xlim=(-0.25, 1.25), ylim=(1.12, -0.14), aspect="equal")
    axes.set_title("each weight is the opposite area", loc="left", fontsize=10, weight="bold")
    axes.axis("off")
    corners = ((1, 1, 0, 0), (0, 1, 1, 0), (1, 0, 0, 1), (0, 0, 1, 1))  # the area's corner, then the sample's
    for k, (area_x, area_y, sample_x, sample_y) in enumerate(corners):
        left, width = (x, 1 - x) if area_x else (0, x)
        top, height = (y, 1 - y) if area_y else (0, y)
        style = {"facecolor": "#e5f2ef", "edgecolor": KERNEL, "hatch": HATCHES[k], "linewidth": 0.5}
        axes.add_patch(Rectangle((left, top), width, height, **style))
        weight = weights.flat[k]
        if width > 0.19 and height > 0.12:
            axes.text(
                left + width / 2, top + height / 2, f"{weight:.4g}", ha="center", va="center", weight="bold"
            )
        chip = 1.07 if sample_x else -0.18
        axes.add_patch(Rectangle((chip, sample_y - 0.06), 0.11, 0.11, **style))
        axes.text(chip + 0.055, sample_y - 0.08, f"{CELL.flat[k]:g}", color=INPUT, ha="center", weight="bold")
        axes.text(chip + 0.055, sample_y + 0.12, f"× {weight:.4g}", color=KERNEL, ha="center", fontsize=8)
        axes.plot(sample_x, sample_y, "o", color=INPUT, markersize=9)
    axes.plot([0, 1], [0, 1], ":", color=DARK)
    axes.plot([0, 1], [y, y], "--", color=GREY, linewidth=1)
    axes.plot([x, x], [0, 1], "o-", color=DARK)
    axes.text(x, -0.05, f"R₁ = {ends[0]:.4g}", ha="center")
    axes.text(x, 1.09, f"R₂ = {ends[1]:.4g}", ha="center")
    axes.plot(x, y, "o", color=OUTPUT, markersize=14)
    axes.text(x - 0.05, y + 0.08, f"P = {value:.4g}", color=OUTPUT, ha="right", weight="bold")


def _project(x, y, value):
    """The explorer's own parallel projection, so that no 3-D axes have to be paid for."""
    return 130 * x + 130 * y, 44 * x - 50 * y + 1.12 * value


def _surface(axes, value, x, y):
    axes.set(xlim=(-50, 330), ylim=(-65, 125))
    axes.set_title("the surface over the cell", loc="left", fontsize=10, weight="bold")
    axes.axis("off")
    ticks = np.linspace(0, 1, 9)
    heights = np.stack([1 - ticks, ticks], 1) @ CELL @ np.stack([1 - ticks, ticks])
    net = np.stack(_project(*np.meshgrid(ticks, ticks), heights), -1)
    squares = np.stack([net[:-1, :-1], net[:-1, 1:], net[1:, 1:], net[1:, :-1]], 2).reshape(-1, 4, 2)
    tint = plt.colormaps["Oranges"](0.1 + heights[:-1, :-1].ravel() / 150)
    axes.add_collection(PolyCollection(squares, facecolors=tint))
    axes.add_collection(LineCollection([*net, *net.swapaxes(0, 1)], colors=GREY, linewidths=0.8))
    axes.plot(*_project(ticks, ticks, np.diag(heights)), color=DARK, linewidth=2.5)
    axes.plot(
        *_project(np.array([0, 1, 1, 0, 0]), np.array([0, 0, 1, 1, 0]), 0), "--", color=GREY, linewidth=1
    )
    axes.text(*_project(0.5, -0.16, 0), "x", color=GREY)
    axes.text(*_project(-0.14, 0.5, 0), "y", color=GREY)
    for row, column in np.ndindex(2, 2):
        foot, top = _project(column, row, 0), _project(column, row, CELL[row, column])
        axes.plot([foot[0], top[0]], [foot[1], top[1]], color=GREY, linewidth=1)
        axes.plot(*top, "o", color=INPUT)
        axes.text(top[0] + 8, top[1] + 6, f"{CELL[row, column]:g}", color=INPUT, weight="bold")
    foot, top = _project(x, y, 0), _project(x, y, value)
    axes.plot([foot[0], top[0]], [foot[1], top[1]], ":", color=OUTPUT)
    axes.plot(*top, "o", color=OUTPUT, markersize=10)


def _diagonal(axes):
    axes.set(
        xlim=(0, 1),
        ylim=(0, 100),
        xticks=np.linspace(0, 1, 5),
        yticks=[0, 50, 100],
        xlabel="x, in samples (y = x)",
    )
    axes.set_title("the value along the diagonal", loc="left", fontsize=10, weight="bold")
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8)
    t = np.linspace(0, 1, 41)
    values = sum(CELL[i, j] * t ** (i + j) * (1 - t) ** (2 - i - j) for i, j in np.ndindex(2, 2))
    axes.plot([0, 1], values[[0, -1]], "--", color=GREY, linewidth=1)
    axes.plot(t, values, color=DARK, linewidth=2.5)
    axes.plot(t[::10], values[::10], "o", color=DARK, clip_on=False)
    for at, height in zip(t[::10], values[::10], strict=True):
        axes.text(at, height + 8, f"{height:.4g}", ha="center", fontsize=8)


def interact_microscope():
    """The rival of ``microscope`` on a bilinear resize from 4 x 4 to 8 x 8: the chosen output as a slider."""
    seen = probe(lambda image: resize(image, (8, 8)), (4, 4))

    def draw(output):
        microscope_figure(seen, output)

    widgets.interact(draw, output=widgets.IntSlider(value=0, min=0, max=63))


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


def interact_stepper():
    """The rival of ``stepper`` in the gather view, 7 inputs, 5 taps: the stride and the output as sliders."""
    stride, step = widgets.IntSlider(value=3, min=1, max=4), widgets.IntSlider(value=0, min=0, max=22)
    widgets.interact(stepper_figure, stride=stride, step=step)


X, TAPS = np.arange(1.0, 8), np.array([1.0, 2, 3, 2, 1])
TERMS = (
    ("out", "{out}", OUTPUT), ("=", "=", GREY), ("(n − 1)", "(7 − 1)", INPUT), ("·", "·", GREY),
    ("stride", "{stride}", DARK), ("−", "−", GREY), ("2 · padding", "2 · 0", DARK), ("+", "+", GREY),
    ("dilation", "1", DARK), ("·", "·", GREY), ("(k − 1)", "(5 − 1)", KERNEL), ("+", "+", GREY),
    ("output_padding", "0", DARK), ("+ 1", "+ 1", GREY),
)  # fmt: skip


def stepper_figure(stride, step):
    """The input with zeros between, the flipped kernel under it, products, the outputs so far, kernel and matrix."""
    stretched = np.zeros(6 * stride + 9)
    stretched[4:-4:stride] = X
    windows = np.lib.stride_tricks.sliding_window_view(stretched, 5)
    figure, (rows, side) = plt.subplots(1, 2, figsize=(9.8, 4.82), width_ratios=[716, 150])
    figure.subplots_adjust(left=0.09, right=0.97, bottom=0.04, top=0.82, wspace=0.05)
    step = min(step, len(windows) - 1)
    _formula(figure, stride)
    rows.set(xlim=(-0.6, len(stretched) - 0.4), ylim=(10.4, -1.2))
    rows.axis("off")
    _input_and_kernel(rows, stretched, windows[step], stride, step)
    _outputs(rows, windows @ TAPS[::-1], step)
    shown = " + ".join(
        f"{value:g} · {tap:g}" for value, tap in zip(windows[step], TAPS[::-1], strict=True) if value
    )
    figure.text(0.01, 0.02, f"Output {step} = {shown} = {windows[step] @ TAPS[::-1]:g}")
    _kernel_and_matrix(side, stride, step)
    plt.show()


def _formula(figure, stride):
    left = 0.01
    for symbol, value, colour in TERMS:
        width = 0.0075 * len(symbol) + 0.007
        middle = {
            "x": left + width / 2,
            "ha": "center",
            "color": colour,
            "fontsize": 8,
            "family": "monospace",
        }
        figure.text(y=0.965, s=symbol, **middle)
        figure.text(y=0.925, s=value.format(out=6 * stride + 5, stride=stride), weight="bold", **middle)
        left += width
    figure.text(0.01, 0.87, f"F.conv_transpose1d(x, w, stride={stride})", family="monospace", weight="bold")
    figure.text(0.98, 0.87, "x of shape (1, 1, 7), w of shape (1, 1, 5)", color=GREY, ha="right", fontsize=8)


def _input_and_kernel(axes, stretched, window, stride, step):
    for k, value in enumerate(stretched):
        _box(axes, k, 0, value, INPUT if value else None)
    for i in range(7):
        axes.text(4 + stride * i, -0.75, str(i), color=GREY, ha="center", fontsize=7)
    axes.add_patch(Rectangle((step - 0.5, -0.5), 5, 1, fill=False, linewidth=2))
    for k, (value, tap) in enumerate(zip(window, TAPS[::-1], strict=True)):
        if value:
            axes.add_patch(Rectangle((step + k - 0.5, -0.5), 1, 1, color=KERNEL, alpha=0.4))
            axes.text(step + k, 0.4, f"×{tap:g}", color=KERNEL, ha="center", fontsize=6, weight="bold")
        _box(axes, step + k, 2, tap, KERNEL)
        _box(axes, step + k, 4.2, value * tap, OUTPUT, opacity=0.1)
        axes.plot([step + k] * 2, [0.5, 1.5], color=GREY, linewidth=1)
        axes.plot([step + k] * 2, [2.5, 3.7], color=GREY, linewidth=1)
        axes.plot([step + k, step + 2], [4.7, 7.9], color=OUTPUT, linewidth=0.8)
    for y, words in (
        (0, "input\nwith zeros"),
        (2, "kernel,\nflipped"),
        (4.2, "products"),
        (7, "add up ↓"),
        (8.4, "output"),
    ):
        axes.text(-3, y, words, va="center", fontsize=8, weight="bold")


def _outputs(axes, outputs, step):
    for o, value in enumerate(outputs):
        _box(axes, 2 + o, 8.4, value if o <= step else "", OUTPUT)
        axes.text(2 + o, 9.4, str(o), color=GREY, ha="center", fontsize=7)
    axes.add_patch(Rectangle((1.5 + step, 7.9), 1, 1, fill=False, linewidth=2))


def _kernel_and_matrix(axes, stride, step):
    count = 6 * stride + 5
    matrix = np.zeros((count, 7))
    for i in range(7):
        matrix[stride * i : stride * i + 5, i] = TAPS
    axes.set(xlim=(-0.5, 6.5), ylim=(count + 2.5, -10), xticks=[], yticks=[])
    axes.axis("off")
    axes.imshow(matrix, cmap="Greens", vmin=0, vmax=6, aspect="auto", extent=(-0.5, 6.5, count - 0.5, -0.5))
    for (row, column), weight in np.ndenumerate(matrix):
        if weight:
            axes.text(column, row, f"{weight:g}", ha="center", va="center", fontsize=5)
    axes.add_patch(Rectangle((-0.5, -0.5), 7, count, fill=False, color=GREY))
    axes.add_patch(Rectangle((-0.5, step - 0.5), 7, 1, fill=False, linewidth=2))
    axes.text(-0.5, -1.2, f"matrix {count} × 7", fontsize=8)
    axes.text(-0.5, count + 2, "row = output\ncolumn = input", color=GREY, fontsize=7)
    axes.text(-0.5, -9, "kernel w", fontsize=8)
    for k, tap in enumerate(TAPS):
        axes.add_patch(
            Rectangle((-0.5 + 1.4 * k, -8), 1.4, 3.4, facecolor=KERNEL, alpha=0.25, edgecolor=GREY)
        )
        axes.text(0.2 + 1.4 * k, -6.3, f"{tap:g}", ha="center", va="center", fontsize=8)


def _box(axes, x, y, value, colour, opacity=0.25):
    style = {"facecolor": colour, "alpha": opacity} if colour else {"fill": False, "linestyle": ":"}
    axes.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, edgecolor=GREY, **style))
    words = value if isinstance(value, str) else f"{value:g}"
    axes.text(x, y, words, ha="center", va="center", fontsize=8)


def _cells(axes, values, colours, title):
    axes.imshow(values, cmap=colours, alpha=0.6)
    axes.set_title(title, loc="left", fontsize=10)
    axes.set(xticks=[], yticks=[])
    for (row, column), value in np.ndenumerate(values):
        axes.text(column, row, f"{value:.4g}", ha="center", va="center", fontsize=9)
