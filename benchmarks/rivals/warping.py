"""A picture warped by an affine map: the net of places that outputs fetch from."""

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.patches import Rectangle
from scipy.ndimage import map_coordinates

from benchmarks.rivals.draw import DARK, GRAY, INPUT, KERNEL, OUTPUT, cells, sheet, whole

ROWS, COLUMNS, MARGIN, UNIT = 6, 8, 2, 40
PICTURE = np.arange(48.0).reshape(ROWS, COLUMNS)


def interact_warp_grid():
    """The rival of ``warp_grid``: the turn of the points as a slider."""
    widgets.interact(warp_grid_figure, turn=whole(20, -180, 180))


def warp_grid_figure(turn):
    """The input in its margin of zeros, the turned net with its knobs, the output, the calls that make it."""
    angle = np.deg2rad(turn)
    center = np.array([(COLUMNS - 1) / 2, (ROWS - 1) / 2])
    matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    pixels = np.stack(np.meshgrid(np.arange(COLUMNS), np.arange(ROWS)), -1)
    places = (pixels - center) @ matrix.T + center
    output = map_coordinates(PICTURE, places[..., ::-1].transpose(2, 0, 1), order=1, mode="grid-constant")
    axes = sheet(900, 490)
    axes.text(6, 20, "input, and the places fetched from", weight="bold")
    cells(axes, 6, 30, UNIT, np.pad(PICTURE, MARGIN), "Blues", (0, 60))
    corner = 6 + MARGIN * UNIT, 30 + MARGIN * UNIT
    axes.add_patch(Rectangle(corner, COLUMNS * UNIT, ROWS * UNIT, fill=False, edgecolor=INPUT, linewidth=2))
    net = corner + (places + 0.5) * UNIT
    axes.add_collection(LineCollection([*net, *net.swapaxes(0, 1)], colors=OUTPUT, linewidths=1.2))
    axes.plot(*net.reshape(-1, 2).T, "o", color=DARK, markersize=4)
    _knobs(axes, corner + (center + 0.5) * UNIT, matrix)
    left = 6 + (COLUMNS + 2 * MARGIN) * UNIT + 30
    axes.text(left, 20, "output", color=OUTPUT, weight="bold")
    cells(axes, left, 30, UNIT, output, "Oranges", (0, 60))
    axes.add_patch(
        Rectangle((left, 30), COLUMNS * UNIT, ROWS * UNIT, fill=False, edgecolor=OUTPUT, linewidth=2)
    )
    outside = np.any((places < 0) | (places > [COLUMNS - 1, ROWS - 1]), -1).sum()
    largest = np.abs(output - PICTURE).max()
    words = f"{outside} of 48 read beyond the picture\nlargest |output − input| = {largest:.4g}"
    axes.text(left, 302, words, fontsize=9, va="bottom")
    axes.text(left, 322, "pale: what padding_mode=zeros gives beyond the picture", color=GRAY, fontsize=9)
    theta = ", ".join(
        f"[{a:.6g}, {b:.6g}, 0]" for a, b in matrix * [[1, ROWS / COLUMNS], [COLUMNS / ROWS, 1]]
    )
    for row, code in enumerate((
        f"theta = torch.tensor([[{theta}]], dtype=torch.float64)",
        "grid = F.affine_grid(theta, (1, 1, 6, 8), align_corners=False)",
        'output = F.grid_sample(image, grid, mode="bilinear", padding_mode="zeros", align_corners=False)',
    )):  # fmt: skip
        axes.text(6, 446 + 18 * row, code, family="monospace", fontsize=8)
    plt.show()


def _knobs(axes, center, matrix):
    for (right, down), name in (((0, 0), "shift"), ((3.5, 0), "turn, spread"), ((0, 2.5), "shear")):
        x, y = center + matrix @ (right * UNIT, down * UNIT)
        axes.plot([center[0], x], [center[1], y], color=KERNEL, linewidth=2)
        axes.plot(x, y, "o", color=KERNEL, markersize=11)
        axes.text(x + 12, y + 4, name, fontsize=9)
