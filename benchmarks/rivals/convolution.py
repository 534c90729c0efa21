"""A transposed convolution, one output after the other."""

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from benchmarks.rivals.draw import DARK, DPI, GRAY, INPUT, KERNEL, OUTPUT, whole


def interact_stepper():
    """The rival of ``stepper`` in the gather view, 7 inputs, 5 taps: the stride and the output as sliders."""
    widgets.interact(stepper_figure, stride=whole(3, 1, 4), step=whole(0, 0, 22))


X, TAPS = np.arange(1.0, 8), np.array([1.0, 2, 3, 2, 1])
TERMS = (
    ("out", "{out}", OUTPUT), ("=", "=", GRAY), ("(n − 1)", "({n} − 1)", INPUT), ("·", "·", GRAY),
    ("stride", "{stride}", DARK), ("−", "−", GRAY), ("2 · padding", "2 · {padding}", DARK), ("+", "+", GRAY),
    ("dilation", "1", DARK), ("·", "·", GRAY), ("(k − 1)", "({k} − 1)", KERNEL), ("+", "+", GRAY),
    ("output_padding", "0", DARK), ("+ 1", "+ 1", GRAY),
)  # fmt: skip


def stepper_figure(stride, step):
    """The input with zeros between, the flipped kernel under it, products, the outputs so far, kernel and matrix."""
    stretched = np.zeros(6 * stride + 9)
    stretched[4:-4:stride] = X
    windows = np.lib.stride_tricks.sliding_window_view(stretched, 5)
    figure, (rows, side) = plt.subplots(1, 2, figsize=(9.8, 4.82), width_ratios=[716, 150])
    figure.subplots_adjust(left=0.09, right=0.97, bottom=0.04, top=0.82, wspace=0.05)
    step = min(step, len(windows) - 1)
    formula(figure, 7, 5, stride, 0)
    figure.text(0.01, 0.87, f"F.conv_transpose1d(x, w, stride={stride})", family="monospace", weight="bold")
    figure.text(0.98, 0.87, "x of shape (1, 1, 7), w of shape (1, 1, 5)", color=GRAY, ha="right", fontsize=8)
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


def formula(figure, n, k, stride, padding):
    """The size formula in letters, and below it in numbers, along the top of a figure."""
    width, height = figure.get_size_inches() * DPI
    left = 10
    numbers = {"n": n, "k": k, "stride": stride, "padding": padding}
    numbers["out"] = (n - 1) * stride - 2 * padding + k
    for symbol, value, color in TERMS:
        room = 7.3 * len(symbol) + 7
        style = {
            "x": (left + room / 2) / width,
            "ha": "center",
            "color": color,
            "fontsize": 8,
            "family": "monospace",
        }
        figure.text(y=1 - 17 / height, s=symbol, **style)
        figure.text(y=1 - 37 / height, s=value.format(**numbers), weight="bold", **style)
        left += room


def _input_and_kernel(axes, stretched, window, stride, step):
    for k, value in enumerate(stretched):
        _box(axes, k, 0, value, INPUT if value else None)
    for i in range(7):
        axes.text(4 + stride * i, -0.75, str(i), color=GRAY, ha="center", fontsize=7)
    axes.add_patch(Rectangle((step - 0.5, -0.5), 5, 1, fill=False, linewidth=2))
    for k, (value, tap) in enumerate(zip(window, TAPS[::-1], strict=True)):
        if value:
            axes.add_patch(Rectangle((step + k - 0.5, -0.5), 1, 1, color=KERNEL, alpha=0.4))
            axes.text(step + k, 0.4, f"×{tap:g}", color=KERNEL, ha="center", fontsize=6, weight="bold")
        _box(axes, step + k, 2, tap, KERNEL)
        _box(axes, step + k, 4.2, value * tap, OUTPUT, opacity=0.1)
        axes.plot([step + k] * 2, [0.5, 1.5], color=GRAY, linewidth=1)
        axes.plot([step + k] * 2, [2.5, 3.7], color=GRAY, linewidth=1)
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
        axes.text(2 + o, 9.4, str(o), color=GRAY, ha="center", fontsize=7)
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
    axes.add_patch(Rectangle((-0.5, -0.5), 7, count, fill=False, color=GRAY))
    axes.add_patch(Rectangle((-0.5, step - 0.5), 7, 1, fill=False, linewidth=2))
    axes.text(-0.5, -1.2, f"matrix {count} × 7", fontsize=8)
    axes.text(-0.5, count + 2, "row = output\ncolumn = input", color=GRAY, fontsize=7)
    axes.text(-0.5, -9, "kernel w", fontsize=8)
    for k, tap in enumerate(TAPS):
        axes.add_patch(
            Rectangle((-0.5 + 1.4 * k, -8), 1.4, 3.4, facecolor=KERNEL, alpha=0.25, edgecolor=GRAY)
        )
        axes.text(0.2 + 1.4 * k, -6.3, f"{tap:g}", ha="center", va="center", fontsize=8)


def _box(axes, x, y, value, color, opacity=0.25):
    style = {"facecolor": color, "alpha": opacity} if color else {"fill": False, "linestyle": ":"}
    axes.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, edgecolor=GRAY, **style))
    words = value if isinstance(value, str) else f"{value:g}"
    axes.text(x, y, words, ha="center", va="center", fontsize=8)
