"""The stepper's picture: a transposed convolution one step at a time, seen as scatter and as gather.

Ids of cells: "in-3" and "out-3" are flat indices; "cut-3" is a flat full place that padding cut off (the words and
the slots: see ``walk.py``). In 2-D input and kernel are squares, and every setting holds for both axes.
"""

from __future__ import annotations

import math
import textwrap

import numpy as np

from course_utils.figures.cells import cell_group, font_size, lifted, moving, tile, words_in
from course_utils.figures.scene import (
    NoPicture,
    Scene,
    document,
    group,
    image,
    label,
    line,
    number,
    rect,
    written,
)
from course_utils.figures.walk import (
    advice,
    all_sums,
    checked_walk,
    combinations_of,
    details_of,
    gather_frames,
    is_added,
    is_kept,
    links_of,
    overview,
    scatter_frames,
    settings_of,
    size_terms,
    table_of,
    torch_line,
    torch_words,
)
from course_utils.validation import one_of, whole_number

VIEWS = ("scatter", "gather")
MOST_INPUTS = {1: 7, 2: 4}  # per axis; more could not be read in the room there is
MOST_TAPS = {1: 5, 2: 4}
MOST = {
    "stride": {1: 4, 2: 3},
    "padding": {1: 5, 2: 4},
    "output_padding": {1: 4, 2: 3},
    "dilation": {1: 3, 2: 2},
}

WIDTH, HEIGHT = 980, 482
LEFT, ROOM = 86, 716  # the columns of the 1-D picture
ROW = 32  # height of a row of cells
IN_Y, KERNEL_Y, PRODUCT_Y, OUT_Y = 116, 180, 250, 400
MATRIX_X = 828


# ---- The operator and its words -----------------------------------------------------------------------------


# ---- The stepper --------------------------------------------------------------------------------------------


def stepper_scene(
    x, kernel, stride=1, padding=0, output_padding=0, dilation=1, view="scatter", step=0
) -> Scene:
    """A transposed convolution at ``step``, with the frames of all steps: one per input (scatter) or output (gather).

    x, kernel   1-D, or square 2-D; up to MOST_INPUTS and MOST_TAPS per axis
    step        flat index of the input that stamps, or of the output that is read; the last one if too large

    A setting that torch refuses becomes a scene that says so, in torch's words and in ours. Raises NoPicture for
    more numbers than can be read.
    """
    one_of(view, "view", VIEWS)
    walk = _checked(
        x, kernel, stride=stride, padding=padding, output_padding=output_padding, dilation=dilation
    )
    try:
        outputs = math.prod(walk.out_shape)
    except ValueError as reason:
        return _refusal(walk, str(reason))
    steps = walk.x.size if view == "scatter" else outputs
    step = min(whole_number(step, "step", 0), steps - 1)
    draw = _Line(walk, view) if walk.x.ndim == 1 else _Square(walk, view)
    frames = draw.frames()
    matrix, bands = _matrix(walk)
    text = overview(walk)
    parts = [_header(walk), *draw.parts(written(frames, step), frames[step].move), matrix]
    return Scene(
        document(WIDTH, HEIGHT, parts, f"A transposed convolution, {view}", text),
        text,
        table_of(walk),
        links=links_of(walk),
        details=details_of(walk),
        steps=[f"{'in' if view == 'scatter' else 'out'}-{i}" for i in range(steps)],
        bands=bands,
        frames=frames,
        step=step,
    )


def _checked(x, kernel, **settings):
    return checked_walk(x, kernel, settings, {"x": MOST_INPUTS, "kernel": MOST_TAPS, **MOST}, "the stepper")


def _readable(sums, width, height):
    """The font size at which all sums fit their cells; blank cells would be read as nothing."""
    size = font_size(sums, width, height)
    if size is None:
        raise NoPicture(
            f"A sum such as {max(sums, key=len)} could not be read in cells this small. A smaller stride, dilation, "
            "kernel or input works, or shorter numbers."
        )
    return size


def _header(walk):
    """The size formula, the same with the present numbers below it, and the line of torch."""
    parts, left = [], 2.0
    for symbol, value, css in size_terms(len(walk.x), len(walk.kernel), **settings_of(walk)):
        width = 7.3 * len(symbol) + 7
        parts.append(label(left + width / 2, 17, symbol, f"mono {css or 'muted'}", size=12))
        parts.append(label(left + width / 2, 36, value, f"mono {css}", size=12, font_weight="600"))
        left += width
    call = torch_line(walk.x.ndim, **settings_of(walk))
    shapes = ", ".join(
        f"{name} of shape {(1, 1, *array.shape)}" for name, array in (("x", walk.x), ("w", walk.kernel))
    )
    parts.append(label(2, 66, call, "mono code", anchor="start", size=13, font_weight="600"))
    parts.append(label(WIDTH - 2, 66, shapes, "muted", anchor="end", size=12))
    return "".join(parts)


def _refusal(walk, reason):
    """A setting without output: the same formula, and why torch and arithmetic say no."""
    theirs = torch_words(walk.x.shape, len(walk.kernel), **settings_of(walk))
    parts = [_header(walk), rect(2, 92, WIDTH - 4, HEIGHT - 100, "frame", rx=6, stroke_dasharray="5 4")]
    y = 140
    for title, words, css in (
        ("torch refuses this setting:", theirs, "mono"),
        ("In plain words:", reason, ""),
        ("What would work:", advice(walk), ""),
    ):
        parts.append(label(28, y, title, anchor="start", size=14, font_weight="600"))
        for piece in textwrap.wrap(words, 112 if css else 132):
            y += 22
            parts.append(label(28, y, piece, css, anchor="start"))
        y += 40
    text = f"torch refuses this setting: “{theirs}”. {reason} {advice(walk)}"
    svg = document(WIDTH, HEIGHT, parts, "A setting that torch refuses", text)
    return Scene(svg.replace('class="btp-scene"', 'class="btp-scene btp-sentence"', 1), text)


# ---- sentences ----------------------------------------------------------------------------------------------


# ---- frames -------------------------------------------------------------------------------------------------


# ---- cells --------------------------------------------------------------------------------------------------


def _output_cell(walk, place, x, y, width, height, size, texts):
    """The cell at a full place, with its slot: an output, an added output, or one that is cut off."""
    flat = int(np.ravel_multi_index(place, (walk.full,) * walk.x.ndim))
    text = texts.get(f"sum-{flat}", "")
    row, column = place if len(place) == 2 else (0, place[0])
    if not is_kept(walk, place):
        return (
            rect(x, y, width, height, "cell plain", data_id=f"cut-{flat}", data_row=row, data_col=column)
            + rect(x, y, width, height, "frame", pointer_events="none", stroke_dasharray="2 3")
            + words_in(
                x,
                lifted(y, height),
                width,
                height,
                text,
                size,
                "muted",
                data_slot=f"sum-{flat}",
                fill_opacity="0.75",
            )
            + line(
                x + 1,
                y + height - 1,
                x + width - 1,
                y + 1,
                "line muted",
                stroke_width=0.8,
                pointer_events="none",
            )
        )
    index = tuple(u - walk.padding for u in place)
    name = f"out-{np.ravel_multi_index(index, walk.out_shape)}"
    added = is_added(walk, place)
    return (
        tile(x, y, width, height, "output", 0.08 if added else 0.24, data_id=name, data_row=row, data_col=column)
        + (
            rect(x + 2, y + 2, width - 4, height - 4, "line output", stroke_dasharray="4 3", stroke_width=1.6,
                 pointer_events="none")
            if added and width > 8
            else ""
        )
        + words_in(x, lifted(y, height), width, height, text, size, data_slot=f"sum-{flat}", font_weight="600")
    )  # fmt: skip


def _kernel_grid(kernel, x, y, cell, title, height=None):
    """The kernel as numbered green (negative: purple) cells; 1-D as one row."""
    rows = np.atleast_2d(kernel)
    height = cell if height is None else height
    size = font_size([number(w, 2) for w in kernel.flat], cell, height)
    parts = [label(x, y - 8, title, anchor="start", size=12)]
    for (r, c), weight in np.ndenumerate(rows):
        left, top = x + c * cell, y + r * height
        parts.append(tile(left, top, cell, height, _sign(weight), 0.22))
        parts.append(words_in(left, top, cell, height, number(weight, 2), size))
    return "".join(parts)


def _sign(weight):
    return "negative" if weight < 0 else "kernel"


def _matrix(walk):
    """The matrix at the right, row = output, column = input, numbered where there is room. Returns (svg, bands)."""
    top, high, wide = (200, 236, 148) if walk.x.ndim == 1 else (116, 300, 148)
    rows, columns = walk.matrix.shape
    width, height = min(wide, 24 * columns), min(high, 24 * rows)
    cell_w, cell_h = width / columns, height / rows
    pixels = np.zeros((rows, columns, 4), np.uint8)
    pixels[..., :3] = np.where((walk.matrix < 0)[..., None], (144, 64, 168), (0, 150, 110))
    tint = np.abs(walk.matrix) / (np.abs(walk.matrix).max() or 1)
    numbered = cell_h >= 9 and cell_w >= 12
    pixels[..., 3] = np.where(walk.matrix == 0, 0, 40 + (90 if numbered else 215) * tint).round()
    words = f"matrix with {rows} rows (one per output) and {columns} columns (one per input)"
    parts = [
        label(MATRIX_X, top - 9, f"matrix {rows} × {columns}", anchor="start", size=12),
        image(
            MATRIX_X, top, width, height, pixels, words, data_hit="out in", data_rows=rows, data_cols=columns
        ),
        rect(MATRIX_X, top, width, height, "frame", pointer_events="none"),
        label(MATRIX_X, top + height + 15, "row = output", "muted", anchor="start", size=11),
        label(MATRIX_X, top + height + 29, "column = input", "muted", anchor="start", size=11),
    ]
    size = font_size([number(w, 2) for w in walk.kernel.flat], cell_w, cell_h * 1.5)
    if numbered and size:
        for o, j in np.argwhere(walk.matrix):
            x, y = MATRIX_X + j * cell_w, top + o * cell_h
            parts.append(words_in(x, y, cell_w, cell_h, number(walk.matrix[o, j], 2), min(size, 11)))
    bands = {f"out-{o}": (MATRIX_X, top + o * cell_h, width, cell_h) for o in range(rows)}
    bands |= {f"in-{j}": (MATRIX_X + j * cell_w, top, cell_w, height) for j in range(columns)}
    return "".join(parts), bands


# ---- 1-D: input and output under one another ----------------------------------------------------------------


class _Line:
    """The 1-D picture. Column c is the place of the zero-inserted input; input i stands at c = i * stride.

    An output stands under the middle of its window, and an input over the middle of its stamp, so inputs and
    outputs keep their places when the view changes.
    """

    def __init__(self, walk, view):
        self.walk, self.view = walk, view
        span = walk.reach - 1
        self.first = -span  # the flipped kernel of full place 0 begins here
        self.cell = min(38.0, ROOM / (walk.full + span))
        self.left = LEFT + (ROOM - self.cell * (walk.full + span)) / 2
        self.pitch = min(56.0, 212 / len(walk.x))  # of the stamps' rows
        self.sum_size = _readable(all_sums(walk), 0.88 * self.cell, ROW)  # bold digits are wider

    def column(self, c):
        """Left edge of column c."""
        return self.left + (c - self.first) * self.cell

    def out_x(self, place):
        return self.column(place - (self.walk.reach - 1) / 2)

    def frames(self):
        if self.view == "scatter":
            return scatter_frames(
                self.walk, lambda j, t: f"stamp-{j}-{t}", lambda index: {"stamp": self._stamp_place(index[0])}
            )
        return gather_frames(self.walk, lambda index: {"window": self._window_place(index[0])})

    def _stamp_place(self, j):
        return round(self.out_x(j * self.walk.stride), 2), round(self._stamp_y(j), 2)

    def _window_place(self, o):
        return round(self.column(o + self.walk.padding - self.walk.reach + 1), 2), 0

    def _stamp_y(self, j):
        return 168 + self.pitch * (j + 0.5) - self._stamp_height() / 2

    def _stamp_height(self):
        return min(26.0, self.pitch - 3)

    def parts(self, texts, moves):
        middle = self._scatter(texts, moves) if self.view == "scatter" else self._gather(texts, moves)
        return [self._inputs(), middle, self._outputs(texts), self._kernel()]

    def _kernel(self):
        return _kernel_grid(self.walk.kernel, MATRIX_X, IN_Y, 29, "kernel w", ROW)

    def _inputs(self):
        walk, cell = self.walk, self.cell
        size = font_size([number(v, 2) for v in walk.x], cell, ROW)
        gather = self.view == "gather"
        parts = [label(2, IN_Y + 14, "input", anchor="start", size=12, font_weight="600")]
        if gather:
            parts.append(label(2, IN_Y + 28, "with zeros", "muted", anchor="start", size=11))
            parts.append(self._zeros())
        for j, value in enumerate(walk.x):
            left = self.column(j * walk.stride)
            parts.append(
                tile(left, IN_Y, cell, ROW, "input", 0.28, data_id=f"in-{j}", data_row=0, data_col=j)
                + words_in(left, lifted(IN_Y, ROW), cell, ROW, number(value, 2), size, font_weight="600")
            )
            parts.append(label(left + cell / 2, IN_Y - 5, j, "muted", size=10, pointer_events="none"))
        return cell_group(parts, "in", "input")

    def _zeros(self):
        """Zeros between the inputs and around them: as many as some output reads."""
        walk, cell, parts = self.walk, self.cell, []
        start, stop = walk.padding - walk.reach + 1, walk.padding + walk.out_shape[0]
        inputs = {j * walk.stride for j in range(len(walk.x))}
        size = font_size(["0"], cell, ROW * 0.8)
        for c in range(start, stop):
            if c not in inputs:
                x = self.column(c)
                parts.append(
                    rect(x, IN_Y, cell, ROW, "frame", stroke_width=0.7, stroke_dasharray="2 2")
                    + words_in(x, lifted(IN_Y, ROW), cell, ROW, "0", size, "muted")
                )
        return "".join(parts)

    def _scatter(self, texts, moves):
        walk, cell, height = self.walk, self.cell, self._stamp_height()
        values = [number(v * w, 2) for v in walk.x for w in walk.kernel]
        size = font_size(values, cell, height)
        parts = [
            label(2, 186, "stamps", anchor="start", size=12, font_weight="600"),
            label(2, 201, "input × w", "muted", anchor="start", size=11),
        ]
        parts += [self._cut_bands()]
        for j, value in enumerate(walk.x):
            y, x = self._stamp_y(j), self.out_x(j * walk.stride)
            middle = x + walk.reach * cell / 2
            parts.append(
                line(middle, IN_Y + ROW, middle, y, "line input", stroke_width=1, stroke_opacity=0.35)
            )
            for t, weight in enumerate(walk.kernel):
                left = x + t * walk.dilation * cell
                slot = f"stamp-{j}-{t}"
                parts.append(tile(left, y, cell, height, _sign(value * weight), 0.14))
                parts.append(words_in(left, y, cell, height, texts.get(slot, ""), size, data_slot=slot))
        frame = rect(0, 0, walk.reach * cell, height, "line", stroke_width=2.4, rx=2)
        parts.append(moving("stamp", frame, moves))
        parts.append(label(2, 372, "add up ↓", "muted", anchor="start", size=11))
        return group(parts, pointer_events="none")

    def _cut_bands(self):
        """Grey columns, all the way down, where padding cuts off."""
        walk, parts = self.walk, []
        for begin, end in self._cuts():
            x, width = self.out_x(begin), (end - begin) * self.cell
            parts.append(rect(x, 158, width, OUT_Y + ROW - 158, "muted", fill_opacity=0.1))
            edge = x + width if begin == 0 else x
            if 0 < begin or end < walk.full:
                parts.append(line(edge, 158, edge, OUT_Y + ROW + 6, "line muted", stroke_dasharray="5 4"))
        return "".join(parts)

    def _cuts(self):
        walk = self.walk
        ends = [(0, walk.padding), (walk.padding + walk.out_shape[0], walk.full)]
        return [(begin, end) for begin, end in ends if end > begin]

    def _gather(self, texts, moves):
        """The flipped kernel under the input, the products, and the way to the output. All of it moves."""
        walk, cell = self.walk, self.cell
        parts = []
        middle = walk.reach * cell / 2
        kernel_size = font_size([number(w, 2) for w in walk.kernel], cell, ROW)
        product_size = font_size([number(v * w, 2) for v in walk.x for w in walk.kernel], cell, ROW)
        for t, weight in enumerate(walk.kernel):
            x, slot = (walk.reach - 1 - t * walk.dilation) * cell, f"product-{t}"
            parts += [
                line(x + cell / 2, IN_Y + ROW, x + cell / 2, KERNEL_Y, "line muted"),
                line(x + cell / 2, KERNEL_Y + ROW, x + cell / 2, PRODUCT_Y, "line muted"),
                line(x + cell / 2, PRODUCT_Y + ROW, middle, OUT_Y - 2, "line output", stroke_opacity=0.6),
                rect(x, KERNEL_Y, cell, ROW, "paper"),
                tile(x, KERNEL_Y, cell, ROW, _sign(weight), 0.22),
                words_in(x, KERNEL_Y, cell, ROW, number(weight, 2), kernel_size),
                rect(x, PRODUCT_Y, cell, ROW, "paper"),
                tile(x, PRODUCT_Y, cell, ROW, "output", 0.08),
                words_in(x, PRODUCT_Y, cell, ROW, texts.get(slot, ""), product_size, data_slot=slot),
            ]
        parts.append(rect(0, IN_Y - 1, walk.reach * cell, ROW + 2, "line", stroke_width=2.4, rx=2))
        titles = [
            label(2, KERNEL_Y + 14, "kernel,", anchor="start", size=12, font_weight="600"),
            label(2, KERNEL_Y + 28, "flipped", "muted", anchor="start", size=11),
            label(2, PRODUCT_Y + 20, "products", anchor="start", size=12, font_weight="600"),
            label(2, 372, "add up ↓", "muted", anchor="start", size=11),
        ]
        return group(
            [*titles, self._cut_inputs(), moving("window", "".join(parts), moves)], pointer_events="none"
        )

    def _cut_inputs(self):
        """Inputs that no window reaches are struck through: padding cut their stamps off altogether."""
        parts = []
        for j in range(len(self.walk.x)):
            if not self.walk.outputs_of((j,)):
                x = self.column(j * self.walk.stride)
                parts.append(line(x + 1, IN_Y + ROW - 1, x + self.cell - 1, IN_Y + 1, "line muted"))
        return "".join(parts)

    def _outputs(self, texts):
        walk, parts = self.walk, [label(2, OUT_Y + 20, "output", anchor="start", size=12, font_weight="600")]
        for place in range(walk.full):
            x = self.out_x(place)
            parts.append(_output_cell(walk, (place,), x, OUT_Y, self.cell, ROW, self.sum_size, texts))
            o = place - walk.padding
            if is_kept(walk, (place,)) and (self.cell >= 17 or o % 5 == 0):
                middle = x + self.cell / 2
                parts.append(label(middle, OUT_Y + ROW + 13, o, "muted", size=10, pointer_events="none"))
        return cell_group(parts, "out", "output") + self._notes()

    def _notes(self):
        walk, parts = self.walk, []
        if walk.padding:
            for begin, end in self._cuts():
                middle = (self.out_x(begin) + self.out_x(end)) / 2
                parts.append(label(middle, OUT_Y + ROW + 30, "cut off", "muted", size=11))
            parts.append(
                label(2, HEIGHT - 4, f"padding = {walk.padding} cuts {walk.padding} off at each end", "muted",
                      anchor="start", size=12)
            )  # fmt: skip
        if walk.output_padding:
            begin = walk.padding + walk.out_shape[0] - walk.output_padding
            end = begin + walk.output_padding
            middle = (self.out_x(begin) + self.out_x(end)) / 2
            beside = (
                self.out_x(end) + self.out_x(walk.full)
            ) / 2  # the middle of what is cut off, if anything
            if end == walk.full or beside - middle > 42:  # else the words "cut off" would lie over this one
                parts.append(label(middle, OUT_Y + ROW + 30, "added", "output", size=11))
            words = f"output_padding = {walk.output_padding} adds {walk.output_padding} at the end"
            parts.append(label(LEFT + ROOM, HEIGHT - 4, words, "output", anchor="end", size=12))
        return "".join(parts)


# ---- 2-D: input, kernel, output side by side ----------------------------------------------------------------

IN_X, MIDDLE_X, OUT_X, SQUARE_Y, SIDE = 2, 326, 488, 116, 308


class _Square:
    """The 2-D picture: the input (or the input with zeros), the kernel and its products, the output."""

    def __init__(self, walk, view):
        self.walk, self.view = walk, view
        # the zero-inserted input from the first place that is read, or the first input, to the last of either
        self.first = min(walk.padding - walk.reach + 1, 0)
        last = max(walk.padding + walk.out_shape[0] - 1, (len(walk.x) - 1) * walk.stride)
        self.spread = last - self.first + 1
        self.in_cell = min(48.0, SIDE / self.spread) if view == "gather" else min(48.0, SIDE / len(walk.x))
        self.out_cell = min(48.0, SIDE / walk.full)
        self.tap = min(34.0, 136 / len(walk.kernel))

    def frames(self):
        if self.view == "scatter":
            return scatter_frames(self.walk, lambda j, t: f"stamp-{t}", self._stamp_place)
        return gather_frames(self.walk, self._window_place)

    def _stamp_place(self, index):
        row, column = index
        step = self.walk.stride * self.out_cell
        return {"stamp": (round(OUT_X + column * step, 2), round(SQUARE_Y + row * step, 2))}

    def _window_place(self, index):
        start = [o + self.walk.padding - self.walk.reach + 1 - self.first for o in index]
        return {
            "window": (
                round(IN_X + start[1] * self.in_cell, 2),
                round(SQUARE_Y + start[0] * self.in_cell, 2),
            )
        }

    def parts(self, texts, moves):
        inputs = self._compact() if self.view == "scatter" else self._spread(moves)
        return [inputs, self._middle(texts), self._outputs(texts, moves)]

    def _input_cells(self, place):
        """The inputs as cells; ``place``: index -> (x, y)."""
        size = font_size([number(v, 2) for v in self.walk.x.flat], self.in_cell, self.in_cell)
        parts = []
        for j, index in enumerate(np.ndindex(self.walk.x.shape)):
            x, y = place(index)
            more = {"data_id": f"in-{j}", "data_row": index[0], "data_col": index[1]}
            parts.append(tile(x, y, self.in_cell, self.in_cell, "input", 0.28, **more))
            words = number(self.walk.x[index], 2)
            y = lifted(y, self.in_cell)
            parts.append(words_in(x, y, self.in_cell, self.in_cell, words, size, font_weight="600"))
        return "".join(parts)

    def _compact(self):
        n, cell = len(self.walk.x), self.in_cell
        title = label(IN_X, SQUARE_Y - 9, f"input {n} × {n}", anchor="start", size=12, font_weight="600")
        cells = self._input_cells(lambda index: (IN_X + index[1] * cell, SQUARE_Y + index[0] * cell))
        return cell_group([title, cells], "in", "input")

    def _spread(self, moves):
        walk, cell = self.walk, self.in_cell
        words = f"input with zeros {self.spread} × {self.spread}"
        parts = [label(IN_X, SQUARE_Y - 9, words, anchor="start", size=12, font_weight="600")]
        begin, end = walk.padding - walk.reach + 1, walk.padding + walk.out_shape[0]
        size = font_size(["0"], cell, cell * 0.8) if cell >= 15 else None
        at = {i * walk.stride for i in range(len(walk.x))}
        for r, c in combinations_of([range(begin, end)] * 2):
            if not (r in at and c in at):
                x, y = IN_X + (c - self.first) * cell, SQUARE_Y + (r - self.first) * cell
                parts.append(rect(x, y, cell, cell, "frame", stroke_width=0.5, stroke_dasharray="2 2"))
                parts.append(words_in(x, lifted(y, cell), cell, cell, "0", size, "muted"))
        place = [(i * walk.stride - self.first) * cell for i in range(len(walk.x))]
        parts.append(self._input_cells(lambda index: (IN_X + place[index[1]], SQUARE_Y + place[index[0]])))
        for index in np.ndindex(walk.x.shape):
            if not walk.outputs_of(index):
                x, y = IN_X + place[index[1]], SQUARE_Y + place[index[0]]
                parts.append(
                    line(x + 1, y + cell - 1, x + cell - 1, y + 1, "line muted", pointer_events="none")
                )
        window = [
            rect(c * walk.dilation * cell, r * walk.dilation * cell, cell, cell, "kernel", fill_opacity=0.3)
            for r, c in np.ndindex(walk.kernel.shape)
        ]
        window.append(rect(0, 0, walk.reach * cell, walk.reach * cell, "line", stroke_width=2.4))
        return cell_group(parts, "in", "input") + moving("window", "".join(window), moves)

    def _middle(self, texts):
        """Kernel above; below it the stamp, or the products in the window, number for number."""
        walk, tap, k = self.walk, self.tap, len(self.walk.kernel)
        scatter = self.view == "scatter"
        shown = walk.kernel if scatter else walk.kernel[::-1, ::-1]
        below = SQUARE_Y + 136 + 40
        parts = [
            _kernel_grid(shown, MIDDLE_X, SQUARE_Y, tap, "kernel w" if scatter else "w, flipped both ways"),
            label(
                MIDDLE_X, below - 8, "stamp: input × w" if scatter else "products", anchor="start", size=12
            ),
        ]
        values = [number(v * w, 2) for v in walk.x.flat for w in walk.kernel.flat]
        size = font_size(values, tap, tap)
        for r, c in np.ndindex(walk.kernel.shape):
            x, y = MIDDLE_X + c * tap, below + r * tap
            # the products lie as the window does: the last kernel number first
            t = r * k + c if scatter else (k - 1 - r) * k + (k - 1 - c)
            slot = f"{'stamp' if scatter else 'product'}-{t}"
            parts.append(tile(x, y, tap, tap, "kernel" if scatter else "output", 0.1))
            parts.append(words_in(x, y, tap, tap, texts.get(slot, ""), size, data_slot=slot))
        words = "lands on the output →" if scatter else "add up to one output →"
        parts.append(label(MIDDLE_X, below + k * tap + 16, words, "muted", anchor="start", size=11))
        return group(parts, pointer_events="none")

    def _outputs(self, texts, moves):
        walk, cell = self.walk, self.out_cell
        size = _readable(all_sums(walk), cell, cell)
        out, p = walk.out_shape[0], walk.padding
        parts = [
            label(OUT_X, SQUARE_Y - 9, f"output {out} × {out}", anchor="start", size=12, font_weight="600")
        ]
        for place in np.ndindex((walk.full,) * 2):
            x, y = OUT_X + place[1] * cell, SQUARE_Y + place[0] * cell
            parts.append(_output_cell(walk, place, x, y, cell, cell, size, texts))
        edge = rect(
            OUT_X + p * cell, SQUARE_Y + p * cell, out * cell, out * cell, "line output", stroke_width=2,
            pointer_events="none",
        )  # fmt: skip
        parts.append(edge)
        svg = cell_group(parts, "out", "output") + self._notes()
        if self.view == "scatter":
            svg += moving(
                "stamp", rect(0, 0, walk.reach * cell, walk.reach * cell, "line", stroke_width=2.4), moves
            )
        return svg

    def _notes(self):
        walk, parts = self.walk, []
        if walk.padding:
            words = f"padding = {walk.padding} cuts {walk.padding} off at every side"
            parts.append(label(OUT_X, HEIGHT - 26, words, "muted", anchor="start", size=12))
        if walk.output_padding:
            words = (
                f"output_padding = {walk.output_padding} adds {walk.output_padding} at the bottom and right"
            )
            parts.append(label(OUT_X, HEIGHT - 8, words, "output", anchor="start", size=12))
        return "".join(parts)
