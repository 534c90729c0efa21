"""Pixel shuffle as a picture: many small maps above, few large ones below, and the three steps between them.

Words used here (factor, phase, order: see ``subpixel.py``)
    c          number of a large map; i, j  row and column in a small map; a, b  the phases of a large pixel
    order      how channels are counted: "torch", "tensorflow", or "reshape": no order at all, but the mistake of
               writing one reshape where there should be three steps
    origin     the input cell that a pixel's number comes from

Ids: "in-3" is the flat index of a number in the small maps, "out-3" of one in the large maps.
"""

from __future__ import annotations

from math import prod

import numpy as np

from course_utils.figures.cells import cell_group, font_size, words_in
from course_utils.figures.scene import Scene, arrow, counted, document, group, label, number, rect
from course_utils.subpixel import pixel_shuffle
from course_utils.validation import one_of, whole_number

ORDERS = {
    "torch": "torch = ONNX CRD",
    "tensorflow": "TensorFlow = ONNX DCR",
    "reshape": "one plain reshape (wrong)",
}
NUMBERS = {"count": "0, 1, 2, …", "channel": "channel number"}
MOST = {"channels": 3, "factor": 3, "height": 3, "width": 4}

WIDTH, HEIGHT = 932, 664
ROOM, TALLEST, LARGEST_CELL = 926, 180, 36
GAP, BLOCK_GAP, LINE = 6, 22, 15  # between small maps, between blocks of them, height of a small map's name
SHAPES, ARROWS = (82, 128, 128, 118), (164, 178, 126)  # widths of the texts of a step, and of those between
SMALL_Y, STEPS_Y, LARGE_Y, ORDERS_Y = 26, 268, 376, 586


def shuffle_scene(channels=2, factor=2, height=2, width=3, order="torch", numbers="count") -> Scene:
    """``channels * factor**2`` small maps of height x width become ``channels`` large ones.

    channels   of the large maps, C        order     "torch", "tensorflow" or "reshape"
    factor     r                           numbers   "count": every number is different; "channel": each small map
    height, width   of a small map                   holds its channel's number
    Raises ValueError for sizes beyond MOST.
    """
    state = _State(channels, factor, height, width, order, numbers)
    text = _summary(state)
    parts = [_small_maps(state), _steps(state), _large_maps(state), _orders(state)]
    cells = {f"in-{i}": state.small_box(i) for i in range(state.count)}
    cells |= {f"out-{o}": state.large_box(o) for o in range(state.count)}
    return Scene(
        document(WIDTH, HEIGHT, parts, f"Pixel shuffle, {ORDERS[order]}", text),
        text,
        table=_table(state),
        links={f"out-{o}": [(f"in-{i}", 1.0)] for o, i in enumerate(state.origin.flat)},
        details=_details(state),
        places=cells,  # known as places, cells light up without "×1" written over their number
    )


def origins(channels, factor, height, width, order) -> np.ndarray:
    """For every large pixel the flat index of the number it shows: shape (channels, height * factor, width * factor).

    >>> origins(1, 2, 1, 1, "torch").ravel()
    array([0, 1, 2, 3])
    """
    one_of(order, "order", ORDERS)
    small = np.arange(prod((channels, factor, factor, height, width)))
    if order == "reshape":
        return small.reshape(channels, height * factor, width * factor)
    return pixel_shuffle(small.reshape(-1, height, width), factor, order)


class _State:
    """One setting, its numbers, and where every cell stands."""

    def __init__(self, channels, factor, height, width, order, numbers):
        sizes = {"channels": channels, "factor": factor, "height": height, "width": width}
        for name, value in sizes.items():
            whole_number(value, name, 1, MOST[name])
        self.order, self.numbers = one_of(order, "order", ORDERS), one_of(numbers, "numbers", NUMBERS)
        self.c, self.r, self.h, self.w = sizes.values()
        self.maps = self.c * self.r**2
        self.count = self.maps * self.h * self.w
        self.origin = origins(self.c, self.r, self.h, self.w, order)
        self.moved = {  # which pixels take their number from elsewhere than torch's
            name: origins(self.c, self.r, self.h, self.w, name)
            != origins(self.c, self.r, self.h, self.w, "torch")
            for name in ORDERS
        }
        across = ROOM - (self.c - 1) * BLOCK_GAP - self.c * (self.r - 1) * GAP
        self.cell = min(LARGEST_CELL, TALLEST / (self.r * self.h), across / (self.c * self.r * self.w))
        self.block = self.r * self.w * self.cell + (self.r - 1) * GAP + BLOCK_GAP

    def index(self, i):
        """(channel, row, column) of number i in the small maps."""
        return tuple(int(n) for n in np.unravel_index(i, (self.maps, self.h, self.w)))

    def place(self, o):
        """(map, row, column) of pixel o in the large maps."""
        return tuple(int(n) for n in np.unravel_index(o, self.origin.shape))

    def map_corner(self, channel):
        """Where a small map stands: in blocks of r x r maps, one block above each large map."""
        block, rest = divmod(channel, self.r**2)
        down, right = divmod(rest, self.r)
        x = 3 + block * self.block + right * (self.w * self.cell + GAP)
        return x, SMALL_Y + down * (self.h * self.cell + LINE) + LINE

    def small_box(self, i):
        channel, row, column = self.index(i)
        x, y = self.map_corner(channel)
        return _box(x + column * self.cell, y + row * self.cell, self.cell)

    def large_box(self, o):
        image, row, column = self.place(o)
        return _box(3 + image * self.block + column * self.cell, LARGE_Y + row * self.cell, self.cell)

    def value(self, i):
        return i if self.numbers == "count" else self.index(i)[0]

    def tint(self, i):
        """All numbers of a channel share a tint, above and below, so that the channels can be followed."""
        return 0.08 + 0.5 * self.index(i)[0] / max(self.maps - 1, 1)


def _box(x, y, cell):
    return round(x, 2), round(y, 2), round(cell, 2), round(cell, 2)


# ---- the picture --------------------------------------------------------------------------------------------


def _cell(state, name, box, i, css, row, column):
    size = font_size([str(state.count - 1 if state.numbers == "count" else state.maps - 1)], *box[2:])
    return rect(
        *box, f"cell {css}", fill_opacity=f"{state.tint(i):.2f}", data_id=name, data_row=row, data_col=column
    ) + words_in(*box, number(state.value(i)), size)


def _small_maps(state):
    parts = []
    for i in range(state.count):
        channel, row, column = state.index(i)
        block, rest = divmod(channel, state.r**2)
        down, right = divmod(rest, state.r)
        parts.append(
            _cell(
                state, f"in-{i}", state.small_box(i), i, "input",
                down * state.h + row, (block * state.r + right) * state.w + column,
            )
        )  # fmt: skip
    notes, across = [], state.w * state.cell
    for channel in range(state.maps):
        x, y = state.map_corner(channel)
        name = f"channel {channel}" if across >= 62 else channel
        parts.append(rect(x, y, across, state.h * state.cell, "frame", pointer_events="none"))
        notes.append(label(x, y - 3, name, "muted", "start", 11))
    title = f"{counted(state.maps, 'channel')} of {state.h} × {state.w}"
    notes.append(label(3, SMALL_Y - 9, title, "input", "start", 13, font_weight="600"))
    return group(notes, pointer_events="none") + cell_group(parts, "in", title)


def _large_maps(state):
    parts, across, high = [], state.r * state.w * state.cell, state.r * state.h * state.cell
    for o, i in enumerate(state.origin.flat):
        image, row, column = state.place(o)
        box = state.large_box(o)
        parts.append(_cell(state, f"out-{o}", box, int(i), "output", row, image * state.r * state.w + column))
    for image in range(state.c):
        left = 3 + image * state.block
        parts.append(rect(left, LARGE_Y, across, high, "frame", pointer_events="none"))
        side = state.r * state.cell
        blocks = [
            rect(left + column * side, LARGE_Y + row * side, side, side, "frame", stroke_width=1.6)
            for row, column in np.ndindex(state.h, state.w)
        ]
        parts.append(
            group(blocks, pointer_events="none")
        )  # of its own: the focus marks a map, not every block
    title = f"{counted(state.c, 'map')} of {state.r * state.h} × {state.r * state.w}"
    wrong = ", the wrong picture" if state.order == "reshape" else ""
    heading = label(
        3, LARGE_Y - 10, f"{title}: {ORDERS[state.order]}{wrong and _and_wrong(state)}", "output", "start", 13,
        font_weight="600",
    )  # fmt: skip
    return heading + cell_group(parts, "out", title)


def _and_wrong(state):
    return "" if state.moved["reshape"].any() else ", but here it happens to be right"


def shapes(channels, factor, height, width, order) -> list[tuple[str, str, tuple[int, ...]]]:
    """The steps as (code, axes, shape after it), the input first.

    >>> for step in shapes(2, 2, 2, 3, "torch"):
    ...     print(*step)
    x k i j (8, 2, 3)
    .reshape(2, 2, 2, 2, 3) c a b i j (2, 2, 2, 2, 3)
    .transpose(0, 3, 1, 4, 2) c i a j b (2, 2, 2, 3, 2)
    .reshape(2, 4, 6) c i·r+a j·r+b (2, 4, 6)
    """
    c, r, h, w = channels, factor, height, width
    result = (c, h * r, w * r)
    steps = [("x", "k i j", (c * r * r, h, w))]
    if order == "reshape":
        return [*steps, (f".reshape{result}", "in reading order", result)]
    dealt, axes, turn = {
        "torch": ((c, r, r, h, w), "cabij", (0, 3, 1, 4, 2)),
        "tensorflow": ((r, r, c, h, w), "abcij", (2, 3, 0, 4, 1)),
    }[order]
    return [
        *steps,
        (f".reshape{dealt}", " ".join(axes), dealt),
        (f".transpose{turn}", " ".join(axes[t] for t in turn), tuple(dealt[t] for t in turn)),
        (f".reshape{result}", "c i·r+a j·r+b", result),
    ]


def _steps(state):
    """Shapes and what each axis is, from left to right; the arrows are the code, and it is all of it."""
    steps = shapes(state.c, state.r, state.h, state.w, state.order)
    parts, x = [], 3.0
    for step, (code, axes, shape) in enumerate(steps):
        css = "input" if step == 0 else "output" if step == len(steps) - 1 else ""
        if step:
            parts.append(label(x + ARROWS[step - 1] / 2, STEPS_Y + 6, code, "mono code", size=10.5))
            parts.append(arrow(x + 3, STEPS_Y + 15, x + ARROWS[step - 1] - 3, STEPS_Y + 15))
            x += ARROWS[step - 1]
        middle = x + SHAPES[step] / 2
        parts.append(label(middle, STEPS_Y + 19, str(shape), f"mono {css}", size=12.5, font_weight="600"))
        parts.append(label(middle, STEPS_Y + 38, axes, "mono muted", size=12))
        x += SHAPES[step]
    note = {
        "torch": "channel k = (c·r + a)·r + b: the channels of one large map stand together",
        "tensorflow": "channel k = (a·r + b)·C + c: the channels of one phase stand together",
        "reshape": "no transpose: the reading order stays, so each small map fills the next rows of a large one",
    }[state.order]
    parts.append(label(3, STEPS_Y + 64, note, "", "start", 12))
    return "".join(parts)


def _orders(state):
    """The three orders beside each other; a dark pixel takes its number from elsewhere than in torch's."""
    parts, pitch = [], 310
    cell = min(10.0, 62 / (state.r * state.h), (280 - 8 * (state.c - 1)) / (state.c * state.r * state.w))
    for column, (order, moved) in enumerate(state.moved.items()):
        left, chosen = 3 + column * pitch, order == state.order
        parts.append(
            label(left, ORDERS_Y - 8, _order_title(state, order), "" if chosen else "muted", "start", 12,
                  font_weight="600" if chosen else None)
        )  # fmt: skip
        for image, row, col in np.ndindex(moved.shape):
            x = left + image * (state.r * state.w * cell + 8) + col * cell
            css = "sample" if moved[image, row, col] else "plain"
            parts.append(rect(x, ORDERS_Y + row * cell, cell, cell, css, fill_opacity="0.75"))
            parts.append(rect(x, ORDERS_Y + row * cell, cell, cell, "frame", stroke_width=0.5))
    return group(parts, pointer_events="none")


def _order_title(state, order):
    if order == "torch":
        return "torch: the order to compare with"
    name = {"tensorflow": "TensorFlow", "reshape": "plain reshape"}[order]
    count = int(state.moved[order].sum())
    return f"{name}: {count} of {counted(state.count, 'pixel')} {'differs' if count == 1 else 'differ'}"


# ---- the words ----------------------------------------------------------------------------------------------


def _summary(state):
    sizes = f"{counted(state.maps, 'channel')} of {state.h} × {state.w}"
    become = "becomes" if state.maps == 1 else "become"
    maps = counted(state.c, "map")
    first = (
        f"{sizes} {become} {maps} of {state.r * state.h} × {state.r * state.w} in the order that "
        f"{'torch and ONNX’s CRD use' if state.order == 'torch' else 'TensorFlow and ONNX’s DCR use'}; "
        "no number changes."
        if state.order != "reshape"
        else f"{sizes}, written as {maps} of {state.r * state.h} × {state.r * state.w} by one plain reshape."
    )
    counts = {name: int(moved.sum()) for name, moved in state.moved.items()}
    second = (
        f" Against torch's, {counts['tensorflow']} of {counted(state.count, 'pixel')} come from elsewhere in "
        f"TensorFlow's order, {counts['reshape']} in a plain reshape."
    )
    return first + second + _hidden(state, counts)


def _hidden(state, counts):
    if state.r == 1:
        return " With r = 1 there is nothing to shuffle, so every order is right."
    hidden = []
    if not counts["tensorflow"]:
        hidden.append("C = 1 hides which order was used: with one large map both count the same.")
    if not counts["reshape"]:
        hidden.append("Maps of one pixel hide the plain reshape.")
    return "".join(f" {sentence}" for sentence in hidden)


def _formula(state, channel):
    """How the order takes channel k apart: ("1·4 + 0·2 + 1", c, a, b)."""
    r, c = state.r, state.c
    if state.order == "torch":
        image, a, b = channel // r**2, channel // r % r, channel % r
        return f"({image}·{r} + {a})·{r} + {b}", image, a, b
    a, b, image = channel // (r * c), channel // c % r, channel % c
    return f"({a}·{r} + {b})·{c} + {image}", image, a, b


def _details(state):
    details = {}
    for o, i in enumerate(state.origin.flat):
        (channel, row, column), (image, down, right) = state.index(i), state.place(o)
        where = f"channel {channel}, row {row}, column {column}"
        there = f"map {image}, row {down}, column {right}"
        if state.order == "reshape":
            how = f"Both are number {o} in reading order: a reshape moves nothing."
        else:
            words, _, a, b = _formula(state, channel)
            how = (
                f"Channel {channel} = {words}, so c = {image}, a = {a}, b = {b}: row {row}·{state.r} + {a} = {down}, "
                f"column {column}·{state.r} + {b} = {right}."
            )
        value = number(state.value(int(i)))
        details[f"in-{i}"] = f"The {value} of {where} goes to {there}. {how}"
        details[f"out-{o}"] = f"The {value} of {there} comes from {where}. {how}"
    return details


def _table(state):
    """Where the channels' first numbers go, in each of the three orders."""
    header = (
        "channel",
        *(f"first number goes to: {name}" for name in ("torch", "TensorFlow", "plain reshape")),
    )
    flat = {name: np.argsort(origins(state.c, state.r, state.h, state.w, name).ravel()) for name in ORDERS}
    rows = []
    for channel in range(state.maps):
        places = [state.place(flat[name][channel * state.h * state.w]) for name in ORDERS]
        rows.append((channel, *(f"map {m}, row {r}, column {c}" for m, r, c in places)))
    return header, rows
