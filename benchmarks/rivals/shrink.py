"""A photo with a thin line, shrunk by five libraries: how much each column counts, and what is left of the line."""

import cv2
import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle
from PIL import Image
from skimage.transform import resize

from benchmarks.rivals.draw import GRAY, INPUT, KERNEL, OUTPUT, real, sheet
from course_utils.figures.photos import part_of

SIZE, SEEN = 192, 24
LEFT, TOP, LARGE, FIRST, BASE, ROW, SMALL, SMALL_TOP = 2, 26, 240, 396, 38, 44, 172, 314
CELL = (894 - FIRST) / SEEN


def _pillow(image, out_size):
    image = Image.fromarray(image.astype(np.float32))
    return np.asarray(image.resize(out_size, Image.Resampling.BILINEAR))


def _opencv(method):
    return lambda image, out_size: cv2.resize(image, out_size, interpolation=method)


LIBRARIES = {
    "OpenCV LINEAR": _opencv(cv2.INTER_LINEAR),
    "torch bilinear": _opencv(cv2.INTER_LINEAR),  # the same weights, without torch's seconds of import
    "Pillow BILINEAR": _pillow,
    "scikit-image": lambda image, out_size: resize(image, out_size[::-1], order=1, anti_aliasing=True),
    "OpenCV AREA": _opencv(cv2.INTER_AREA),
}


def interact_shrink():
    """The rival of ``shrink()``: the factor as a slider."""
    widgets.interact(shrink_figure, factor=real(4, 2, 8, 0.5))


def shrink_figure(factor, column=96):
    """The photo with its line, a row of bars for each library, and what each makes of the photo."""
    photo = part_of("camera", SIZE).astype(float)
    photo[:, column] = 255
    out_size, start = round(SIZE / factor), 84
    axes = sheet(900, 508)
    axes.text(LEFT, 16, "camera: drag the line", weight="bold")
    axes.imshow(photo, "gray", extent=(LEFT, LEFT + LARGE, TOP + LARGE, TOP), aspect="auto", vmin=0, vmax=255)
    axes.add_patch(Rectangle((LEFT, TOP), LARGE, LARGE, fill=False, edgecolor=INPUT))
    axes.plot(LEFT + (column + 0.5) * LARGE / SIZE, TOP + LARGE + 7, "^", color=INPUT, markersize=10)
    axes.text(266, 16, f"{factor:g} times smaller", color=OUTPUT, weight="bold")
    words = f"{SIZE} × {SIZE} → {out_size} × {out_size}: how much each column counts"
    axes.text(894, 16, words, weight="bold", ha="right")
    _pixels(axes, SIZE / out_size, start, column)
    for k, (name, shrunk) in enumerate(LIBRARIES.items()):
        weights = np.asarray(shrunk(np.eye(SIZE), (SIZE, out_size)))
        shares = weights.sum(0) * SIZE / out_size
        _row(axes, k, name, shares, start, column)
        x = LEFT + k * (SMALL + 9)
        box = (x, x + SMALL, SMALL_TOP + SMALL, SMALL_TOP)
        axes.imshow(shrunk(photo, (out_size,) * 2), "gray", extent=box, aspect="auto", vmin=0, vmax=255)
        axes.add_patch(Rectangle((x, SMALL_TOP), SMALL, SMALL, fill=False, edgecolor=OUTPUT))
        axes.plot(x + SMALL * (column + 0.5) / SIZE, SMALL_TOP - 5, "v", color=INPUT, markersize=6)
        axes.text(x, SMALL_TOP - 12, name, fontsize=9, weight="bold")
        words = f"line: {shares[column]:.0%}, peak {weights[:, column].max():.0%}"
        axes.text(x, SMALL_TOP + SMALL + 16, words, color=INPUT, fontsize=8)
    plt.show()


def _pixels(axes, step, start, column):
    """The output's pixels behind the bars, the line's column, and the columns' numbers."""
    bottom = BASE + 5 * ROW
    for o in range(int(start / step), int((start + SEEN) / step) + 1):
        left, right = (np.clip(FIRST + (edge * step - start) * CELL, FIRST, 894) for edge in (o, o + 1))
        back = Rectangle((left, BASE - 6), right - left, bottom - BASE + 6, alpha=0.05 + 0.09 * (o % 2))
        back.set(facecolor=OUTPUT, linewidth=0)
        axes.add_patch(back)
    here = FIRST + (column - start) * CELL
    axes.add_patch(Rectangle((here, BASE - 6), CELL, bottom - BASE + 6, color=INPUT, alpha=0.25, lw=0))
    axes.plot(here + CELL / 2, bottom + 22, "^", color=INPUT, markersize=9)
    axes.text(266, bottom + 13, "column", color=GRAY, fontsize=9)
    for p in range(start, start + SEEN, 2):
        axes.text(FIRST + (p - start + 0.5) * CELL, bottom + 13, str(p), color=GRAY, ha="center", fontsize=7)


def _row(axes, k, name, shares, start, column):
    floor, unit = BASE + ROW * (k + 1) - 6, (ROW - 10) / max(2, shares.max())
    axes.text(266, floor - 16, name, fontsize=9, weight="bold")
    axes.text(266, floor - 1, f"line: {shares[column]:.0%}", color=INPUT, fontsize=9, weight="bold")
    axes.hlines(floor, FIRST, 894, GRAY, linewidth=0.8)
    axes.hlines(floor - unit, FIRST, 894, GRAY, "--", linewidth=0.8)
    x = FIRST + (np.arange(SEEN) + 0.5) * CELL
    seen = shares[start : start + SEEN]
    colors = [INPUT if start + p == column else KERNEL for p in range(SEEN)]
    axes.bar(x, -seen * unit, CELL - 4, floor, color=colors, alpha=0.85)
    axes.plot(x[np.abs(seen) < 1e-3], np.full((np.abs(seen) < 1e-3).sum(), floor - 3), "x", color=GRAY)
