"""The map of the course: the same little picture under six operators, each beside its matrix.

The operators are written out here, each in a few lines of numpy, so that the map needs no lesson to be finished.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from course_utils.figures.draw.scene import Scene, arrow, document, grid, image, label, number, rect
from course_utils.lessons import LESSONS
from course_utils.probing import probe
from course_utils.resampling import resize, source_coordinates, triangle

# A slanted pole on a darker ground: slanted edges and thin things are where upsamplers differ.
LITTLE_PICTURE = np.array([[1.0, 0, 2, 9], [0, 2, 8, 4], [1, 9, 4, 3], [8, 3, 5, 4]])
STAMP = np.array([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]]) / 4


def interpolate(picture):
    """Enlarge 2 times, bilinear: (n, n) -> (2n, 2n)."""
    return resize(picture, (8, 8))


def pool_and_unpool(picture):
    """Keep the maximum of every 2 x 2 block at its place, 0 elsewhere: (n, n) -> (n, n)."""
    blocks = picture.reshape(2, 2, 2, 2)
    highest = blocks.max(axis=(1, 3), keepdims=True)
    return np.where(blocks == highest, blocks, 0).reshape(4, 4)


def transposed_convolution(picture):
    """Every input paints STAMP two outputs further on; sums where stamps overlap (k3 s2 p1 op1): (4, 4) -> (8, 8)."""
    canvas = np.zeros((10, 10))
    for row, col in np.ndindex(4, 4):
        canvas[2 * row : 2 * row + 3, 2 * col : 2 * col + 3] += picture[row, col] * STAMP
    return canvas[1:9, 1:9]


def subpixel_convolution(picture):
    """The same numbers from four small convolutions at low resolution, one for each phase, then interleaved."""
    padded = np.pad(picture, ((0, 1), (0, 1)))
    out = np.empty((8, 8))
    for a, b in np.ndindex(2, 2):
        # Output row 2i + a is canvas row 2i + a + 1: it meets stamp row a + 1 of input i, or row 0 of input i + 1.
        rows = [(0, 1)] if a == 0 else [(0, 2), (1, 0)]
        cols = [(0, 1)] if b == 0 else [(0, 2), (1, 0)]
        out[a::2, b::2] = sum(padded[i : i + 4, j : j + 4] * STAMP[u, v] for i, u in rows for j, v in cols)
    return out


def sample(picture, y, x):
    """Bilinear values at coordinates (y, x), both of shape (h, w): every output asks for its own place."""
    rows = triangle(np.clip(y, 0, 3)[..., None] - np.arange(4))
    cols = triangle(np.clip(x, 0, 3)[..., None] - np.arange(4))
    return np.einsum("hwi,hwj,ij->hw", rows, cols, picture)


def _half_pixel_grid():
    place = source_coordinates(4, 8)
    return np.meshgrid(place, place, indexing="ij")


def warp(picture):
    """Turn by 30 degrees about the center while enlarging."""
    y, x = _half_pixel_grid()
    cos, sin = np.cos(np.pi / 6), np.sin(np.pi / 6)
    return sample(picture, 1.5 + cos * (y - 1.5) - sin * (x - 1.5), 1.5 + sin * (y - 1.5) + cos * (x - 1.5))


def alignment_flow():
    """A stand-in for a learned flow (dy, dx), in input pixels: toward the pole from both sides."""
    y, x = _half_pixel_grid()
    from_pole = (y + x - 3) / 2
    pull = -0.6 * from_pole * np.exp(-(from_pole**2))
    return pull, pull


def align(picture):
    """Enlarge, each output moved by the flow before it reads."""
    y, x = _half_pixel_grid()
    dy, dx = alignment_flow()
    return sample(picture, y + dy, x + dx)


@dataclass(frozen=True)
class Panel:
    """One operator of the map: what it is called, and one sentence. The lessons about it say so themselves."""

    title: str
    operator: Callable
    sentence: str

    @property
    def numbers(self):
        """The numbers of the lessons about it."""
        return [int(lesson.number) for lesson in LESSONS if lesson.operator == self.title]

    @property
    def first(self):
        return self.numbers[0]

    @property
    def last(self):
        return self.numbers[-1]

    @property
    def lessons(self):
        """The lessons about it, as they are numbered: "06" or "07 – 09"."""
        return f"{self.first:02d}" if self.first == self.last else f"{self.first:02d} – {self.last:02d}"


PANELS = (
    Panel("interpolate", interpolate, "fixed weights from distances"),
    Panel("pool and unpool", pool_and_unpool, "keeps maxima and their positions"),
    Panel("transposed convolution", transposed_convolution, "each input paints a stamp"),
    Panel("sub-pixel convolution", subpixel_convolution, "the same, one phase at a time"),
    Panel("warp", warp, "each output asks for a position"),
    Panel("align features", align, "the positions are learned"),
)
WIDTH, HEIGHT, SIDE = 270, 206, 128


def course_map(done: Mapping[str, tuple[int, int]] | None = None, filled=False) -> Scene:
    """Six operators on one little picture: beside each output its matrix, a row per output, a column per input.

    done     lesson number -> (steps done, steps in all); drawn as a bar under the panel that the lesson belongs to
    filled   under each panel what its matrix says: what rows and columns sum to, and how many taps there are
    """
    parts = [
        grid(LITTLE_PICTURE, 10, 34, 32, "in", "input", "the little picture, 4 × 4", (0, 9)),
        label(
            172, 62, "One picture of 16 numbers, six operators.", anchor="start", size=16, font_weight="600"
        ),
        label(
            172, 88, "Left in each panel: what comes out. Right: the operator as a matrix,", anchor="start"
        ),
        label(
            172,
            107,
            "one row for each output, one column for each input. Strong green is a large weight.",
            anchor="start",
        ),
        label(172, 138, "Read a row and you gather. Read a column and you scatter.", "muted", anchor="start"),
    ]
    for index, panel in enumerate(PANELS):
        x, y = 10 + index % 3 * WIDTH, 190 + index // 3 * HEIGHT
        parts += _panel(panel, x, y, filled) + _bar(_steps(panel, done or {}), x, y + SIDE + 36)
    names = ", ".join(f"{panel.title} ({_in_words(panel, done or {})})" for panel in PANELS)
    text = f"The same 4 × 4 picture under six operators, each beside its matrix: {names}."
    if filled:
        said = (f"{panel.title}: {'; '.join(matrix_facts(panel))}." for panel in PANELS)
        text = f"What the six matrices say. {' '.join(said)}"
    return Scene(document(10 + 3 * WIDTH, 190 + 2 * HEIGHT, parts, "Map of the course", text), text)


def _steps(panel, done):
    """(steps done, steps in all) of the lessons of a panel."""
    mine = [done.get(f"{lesson:02d}", (0, 0)) for lesson in range(panel.first, panel.last + 1)]
    return sum(now for now, _ in mine), sum(total for _, total in mine)


def _in_words(panel, done):
    now, total = _steps(panel, done)
    return f"lessons {panel.lessons}" + (f", {now} of {total} steps done" if total else "")


def _bar(steps, x, y):
    now, total = steps
    if not total:
        return []
    return [
        rect(x, y, 150, 7, "frame", rx=3),
        rect(x, y, 150 * now / total, 7, "kernel", rx=3),
        label(x + 160, y + 8, f"{now} of {total} done", "muted", anchor="start", size=11),
    ]


def matrix_facts(panel):
    """What a panel's matrix says: what its rows sum to, what its columns sum to, how many inputs an output reads."""
    matrix = probe(panel.operator, (4, 4), at=LITTLE_PICTURE).matrix
    taps = (np.abs(matrix) > 1e-9).sum(1)
    return (
        f"rows sum to {_range(matrix.sum(1))}",
        f"columns sum to {_range(matrix.sum(0))}",
        f"an output reads {_range(taps)}",
    )


def _range(values):
    low, high = number(values.min(), 2), number(values.max(), 2)
    return low if low == high else f"{low}…{high}"


def _panel(panel, x, y, filled=False):
    seen = probe(panel.operator, (4, 4), at=LITTLE_PICTURE)
    cell = SIDE / seen.out_shape[0]
    largest = np.abs(seen.matrix).max()
    pixels = np.zeros((*seen.matrix.shape, 4), np.uint8)
    pixels[..., :3] = (0, 150, 110)
    pixels[..., 3] = 255 * np.clip(seen.matrix / largest, 0, 1)
    rows, cols = seen.matrix.shape
    parts = [
        label(x, y, panel.title, anchor="start", font_weight="600"),
        label(x + 250, y, panel.lessons, "muted", anchor="end"),
        grid(seen.output, x, y + 10, cell, f"map-{panel.operator.__name__}", "output", "", numbers=cell > 24),
        image(x + SIDE + 22, y + 10, 64, SIDE, pixels, f"matrix of {panel.title}, {rows} by {cols}"),
        rect(x + SIDE + 22, y + 10, 64, SIDE, "frame"),
    ]
    if filled:
        rows, columns, taps = matrix_facts(panel)
        parts += [
            label(x, y + SIDE + 27, f"{rows}, {columns.replace(' sum', '')}", anchor="start", size=12),
            label(x, y + SIDE + 44, taps, anchor="start", size=12),
        ]
    else:
        parts.append(label(x, y + SIDE + 27, panel.sentence, "muted", anchor="start"))
    return parts + (_flow_arrows(x, y + 10, cell) if panel.operator is align else [])


def _flow_arrows(x, y, cell):
    dy, dx = alignment_flow()
    spots = [(r, c) for r in range(8) for c in range(8) if np.hypot(dy[r, c], dx[r, c]) > 0.1]
    return [
        arrow(
            x + (c + 0.5) * cell,
            y + (r + 0.5) * cell,
            x + (c + 0.5 + 2 * dx[r, c]) * cell,
            y + (r + 0.5 + 2 * dy[r, c]) * cell,
            "sample",
            1.2,
            5,
        )
        for r, c in spots
    ]
