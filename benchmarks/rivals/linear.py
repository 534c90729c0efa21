"""The line between two samples."""

import ipywidgets as widgets
import matplotlib.pyplot as plt
from matplotlib.patches import Rectangle

from benchmarks.rivals.draw import DARK, GRAY, KERNEL, OUTPUT, real


def interact_two_samples():
    """The rival of ``two_samples``: x and the two values as sliders."""
    widgets.interact(
        two_samples_figure, x=real(0.25, 0, 1, 0.05), left=real(2, 0, 10, 0.5), right=real(8, 0, 10, 0.5)
    )


def two_samples_figure(x, left, right):
    """The line between two samples, which distance is whose weight, and the kernel centered on x."""
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
            axes.axvline(sample, color=GRAY, linestyle=":", linewidth=1)
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
    bar.text(-1.3, 0.7, "weight = distance\nto the other sample", color=GRAY, fontsize=9, va="center")
    for middle, distance, sample, weight in ((x / 2, x, 1, x), ((1 + x) / 2, 1 - x, 0, 1 - x)):
        bar.text(middle, 0.9, f"{distance:.3g}", color=GRAY, fontsize=8, ha="center")
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
    weights.text(x + 0.04, 0.03, "the kernel, centered on x", color=GRAY, fontsize=8)
    plt.show()
