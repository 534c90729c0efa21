"""Pixel shuffle as arrays: the channels, the five axes of a reshape, the same transposed, and the large maps.

Words used here (factor, phase, order, k, i, j, c, a, b: see ``course_utils.subpixel``)
    order      how channels are counted: "torch", "tensorflow", or "reshape": no order at all, but the mistake of
               writing one reshape where there should be three steps
    number     flat index p of a number in the small maps. It flies from array to array, and the same id, "p-3",
               is given to its cell in every one of them

Steps: "x", "reshape", "transpose", "result"; of the mistake only the first and the last.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from course_utils.figures.draw.cells import cell_group
from course_utils.figures.draw.hues import hue, hued
from course_utils.figures.draw.panels import Panel, words
from course_utils.figures.draw.scene import (
    Frame,
    NoPicture,
    Scene,
    counted,
    document,
    group,
    held,
    label,
    moved,
    number,
    path,
    rect,
    scrub,
)
from course_utils.subpixel import ShuffleStep, channel_number, shuffle_steps
from course_utils.validation import one_of, whole_number

ORDERS = {
    "torch": "torch = ONNX CRD",
    "tensorflow": "TensorFlow = ONNX DCR",
    "reshape": "one plain reshape (wrong)",
}
MOST = {"channels": 3, "factor": 3, "height": 2, "width": 3}  # larger ones could hardly be read
LETTERS = {"channels": "C", "factor": "r", "height": "h", "width": "w"}
LARGEST = 999  # of a number
OPENS_AT = "transpose"  # the numbers of a large pixel have just come together

WIDTH, HEIGHT = 980, 500
ROOM, TALLEST, LARGEST_CELL = 466, 158, 34  # of one of the four arrays
LEFTS, TOPS = (4, 510), (92, 322)
GAP, BLOCK_GAP, NAME = 5, 16, 14  # between small maps, between blocks of them; height of a channel's name
MISTAKE = "no separate axes, no transpose: all numbers stay in reading order"
GHOST = 0.3  # how strongly a number's hue stays where it has been or will be


def shuffle_scene(channels=2, factor=2, height=2, width=3, order="torch", numbers=None) -> Scene:
    """``channels * factor**2`` small maps of height x width become ``channels`` large ones, array by array.

    channels   of the large maps, C        order     "torch", "tensorflow" or "reshape"
    factor     r                           numbers   of the small maps, shape (channels * factor**2, height * width);
    height, width   of a small map                   None counts them: 0, 1, 2, ...

    Handles: "channels", "factor", "height", "width", and "p-3" of every number.
    Raises ValueError for sizes beyond MOST and NoPicture for numbers that do not fit them.
    """
    sizes = {"channels": channels, "factor": factor, "height": height, "width": width}
    for name, value in sizes.items():
        whole_number(value, name, 1, MOST[name])
    one_of(order, "order", ORDERS)
    state = Shuffle(channels, factor, height, width, order, numbers)
    draw = _Arrays(state)
    frames, text = draw.frames(), _summary(state)
    opens = state.names.index(OPENS_AT) if OPENS_AT in state.names else len(frames) - 1
    parts = [_sizes(sizes), *draw.parts(moved(frames, opens))]
    return Scene(
        hued(document(WIDTH, HEIGHT, parts, f"Pixel shuffle, {ORDERS[order]}", text)),
        text,
        table=_table(state),
        details=_details(state),
        steps=state.names,
        frames=frames,
        word="array",
        handles=_handles(state, sizes),
    )


def wrong_steps(x, factor):
    """The mistake: one reshape, where there should be three steps."""
    large = (len(x) // factor**2, x.shape[1] * factor, x.shape[2] * factor)
    return [
        ShuffleStep("x", "k i j", x),
        ShuffleStep(f".reshape{large}", "in reading order", x.reshape(large)),
    ]


def steps_of(x, factor, order):
    return wrong_steps(x, factor) if order == "reshape" else shuffle_steps(x, factor, order)


def origins(channels, factor, height, width, order) -> np.ndarray:
    """For every large pixel the flat index of the number it shows: shape (channels, height * factor, width * factor).

    >>> origins(1, 2, 1, 1, "torch").ravel()
    array([0, 1, 2, 3])
    """
    one_of(order, "order", ORDERS)
    maps = channels * factor**2
    return steps_of(np.arange(maps * height * width).reshape(maps, height, width), factor, order)[-1].array


@dataclass(frozen=True, eq=False)
class Shuffle:
    """One setting and its numbers."""

    c: int
    r: int
    h: int
    w: int
    order: str
    given: np.ndarray | None = None

    def __post_init__(self):
        if self.given is None:
            return
        shape = np.shape(self.given)
        if shape != (self.maps, self.h * self.w):
            raise NoPicture(
                f"These sizes need {self.maps} rows, one per channel, of {self.h} · {self.w} = {self.h * self.w} "
                f"numbers; these are {' rows of '.join(map(str, shape))}."
            )
        if np.abs(self.given).max() > LARGEST:
            raise NoPicture(
                f"Numbers from −{LARGEST} to {LARGEST} can be shown; these reach from "
                f"{number(np.min(self.given))} to {number(np.max(self.given))}."
            )

    @property
    def maps(self) -> int:
        return self.c * self.r**2

    @property
    def count(self) -> int:
        return self.maps * self.h * self.w

    @cached_property
    def values(self) -> np.ndarray:
        """The number of every p."""
        return np.arange(float(self.count)) if self.given is None else np.asarray(self.given, float).ravel()

    @cached_property
    def steps(self) -> list[ShuffleStep]:
        """The arrays, holding p."""
        return steps_of(np.arange(self.count).reshape(self.maps, self.h, self.w), self.r, self.order)

    @property
    def names(self) -> list[str]:
        return ["x", "result"] if self.order == "reshape" else ["x", "reshape", "transpose", "result"]

    @property
    def origin(self) -> np.ndarray:
        return self.steps[-1].array

    @cached_property
    def differs(self) -> dict[str, np.ndarray]:
        """order -> which large pixels take their number from elsewhere than torch's."""
        torchs = origins(self.c, self.r, self.h, self.w, "torch")
        return {name: origins(self.c, self.r, self.h, self.w, name) != torchs for name in ORDERS}

    @property
    def counted_as(self) -> str:
        """The order by which channels have phases: of the mistake, torch's."""
        return "torch" if self.order == "reshape" else self.order

    def index(self, p):
        """(channel, row, column) of number p in the small maps."""
        return tuple(int(n) for n in np.unravel_index(p, (self.maps, self.h, self.w)))

    def place(self, p):
        """(map, row, column) of number p in the large maps."""
        return tuple(int(n) for n in np.argwhere(self.origin == p)[0])

    def phase(self, p):
        """The phase of number p, as a hue: a * r + b."""
        _, a, b = channel_number(self.index(p)[0], self.c, self.r, self.counted_as)
        return a * self.r + b


# ---- the arrays ---------------------------------------------------------------------------------------------


class _Arrays:
    """Every array as cells. All have C * r * w columns and r * h rows; gaps part what its axes part."""

    def __init__(self, state: Shuffle):
        self.s = state
        columns, rows = state.c * state.r * state.w, state.r * state.h
        gap = GAP if columns <= 24 else 3
        across = max(state.c * state.r * gap + state.c * BLOCK_GAP, state.c * (state.w * gap + BLOCK_GAP))
        down = max(state.r * (NAME + GAP), state.h * GAP)
        wide = min(LARGEST_CELL, (ROOM - across) / columns)
        high = min(LARGEST_CELL, (TALLEST - down) / rows)
        self.gap = gap
        self.cell = Panel(0, 0, round(min(wide, 1.5 * high), 2), round(min(high, 1.5 * wide), 2))
        self.texts = [number(value, 2) for value in state.values]
        self.size = self.cell.font(self.texts)
        self.hues = [hue(state.phase(p)) for p in range(state.count)]
        self.spots = [self._spots(name) for name in state.names]

    def frames(self):
        """All numbers fly from array to array."""
        return [Frame(move={str(p): spot[:2] for p, spot in enumerate(spots)}) for spots in self.spots]

    def parts(self, places):
        arrays = [self._array(step) for step in range(len(self.spots))]
        left_out = (
            [label(LEFTS[1], TOPS[0] - 36, MISTAKE, "muted", "start", 13)]
            if self.s.order == "reshape"
            else []
        )
        return [*arrays, *left_out, self._flyers(places), self._marks()]

    def _spots(self, name):
        """For every number its place in one array: (x, y, row, column)."""
        spots = [None] * self.s.count
        which = self.s.names.index(name)
        left, top = self._corner(name)
        array = self.s.steps[which].array
        for index in np.ndindex(array.shape):
            x, y, row, column = getattr(self, f"_in_{name}")(*index)
            spots[int(array[index])] = (round(left + x, 2), round(top + y, 2), row, column)
        return spots

    def _corner(self, name):
        at = {"x": (0, 0), "reshape": (1, 0), "transpose": (0, 1), "result": (1, 1)}[name]
        return LEFTS[at[0]], TOPS[at[1]]

    def _in_x(self, k, i, j):
        """Channels in lines of C * r, as they are counted."""
        line = self.s.c * self.s.r
        return self._in_maps(k // line, k % line, i, j, (k % line) * self.gap)

    def _in_maps(self, down, right, i, j, shift):
        """Cell (i, j) of the small map that is so many maps down and to the right."""
        row, column = down * self.s.h + i, right * self.s.w + j
        y = row * self.cell.height + down * GAP + (down + 1) * NAME
        return column * self.cell.width + shift, y, row, column

    def _in_reshape(self, *index):
        """Blocks: the outer index across is c in torch's order, b in TensorFlow's."""
        if self.s.order == "torch":
            c, a, b, i, j = index
            outer, inner, inside = c, b, self.s.r
        else:
            a, b, c, i, j = index
            outer, inner, inside = b, c, self.s.c
        right = outer * inside + inner
        return self._in_maps(a, right, i, j, right * self.gap + outer * (BLOCK_GAP - self.gap))

    def _in_transpose(self, c, i, a, j, b):
        """Rows (i, a), columns (j, b): the numbers of a small pixel stand together, apart from the next."""
        row, column = i * self.s.r + a, (c * self.s.w + j) * self.s.r + b
        shift = (c * self.s.w + j) * self.gap + c * (BLOCK_GAP - self.gap)
        return column * self.cell.width + shift, row * self.cell.height + i * GAP, row, column

    def _in_result(self, c, row, column):
        across = c * self.s.r * self.s.w + column
        return across * self.cell.width + c * BLOCK_GAP, row * self.cell.height, row, across

    def _array(self, step):
        """The cells of one array, pale: what is bright flies."""
        name, spots = self.s.names[step], self.spots[step]
        cells, numbers = [], []
        for p, (x, y, row, column) in enumerate(spots):
            more = {"data_id": f"p-{p}", "data_row": row, "data_col": column, "data_handle": f"p-{p}"}
            cells.append(self.cell.cell((x, y), self.hues[p], **more))
            numbers.append(self.cell.word((x, y), self.texts[p], self.size))
        cells = [group(cells, fill_opacity=GHOST), words(numbers, self.size, css="pale"), *self._frames(name)]
        return self._title(step, name) + cell_group(cells, name, self.s.steps[step].code)

    def _title(self, step, name):
        left, top = self._corner(name)
        top += 0 if name in ("x", "reshape") else NAME  # no names of channels stand there
        code, axes, array = self.s.steps[step]
        heading = {"x": "x, the small maps", "result": f"{code}"}.get(name, code)
        says = f"{step + 1}.  {heading}"
        parts = [label(left, top - 36, says, "mono code", "start", 13, font_weight="600")]
        parts.append(label(left, top - 20, f"{axes},  shape {array.shape}", "mono muted", "start", 12))
        return "".join(parts)

    def _frames(self, name):
        """Around every small map, every small pixel, every large map; and the channels' names."""
        s, cell = self.s, self.cell
        parts = []
        if name == "result":
            wide, high = s.r * s.w * cell.width, s.r * s.h * cell.height
            left, top = self._corner(name)
            for c in range(s.c):
                x = left + c * (wide + BLOCK_GAP)
                parts.append(rect(x, top, wide, high, "line output", stroke_width=1.8, pointer_events="none"))
            return parts
        rows, columns = (s.h, s.w) if name != "transpose" else (s.r, s.r)
        spots = np.array([spot[:2] for spot in self.spots[s.names.index(name)]])
        blocks = {}
        for p, (_, _, row, column) in enumerate(self.spots[s.names.index(name)]):
            blocks.setdefault((row // rows, column // columns), []).append(p)
        for members in blocks.values():
            x, y = spots[members].min(axis=0)
            size = (columns * cell.width, rows * cell.height)
            parts.append(rect(x, y, *size, "frame", pointer_events="none"))
            if name != "transpose":
                parts.append(self._name_of(name, s.index(members[0])[0], x, y, size[0]))
        return parts

    def _name_of(self, name, channel, x, y, room):
        c, a, b = channel_number(channel, self.s.c, self.s.r, self.s.counted_as)
        long, short = (f"k={channel}", channel) if name == "x" else (f"c={c} a={a} b={b}", f"{c}{a}{b}")
        text = long if 6.6 * len(long) <= room else short
        return label(x + 1, y - 3, text, "muted", "start", 11, pointer_events="none")

    def _flyers(self, places):
        tiles = []
        for p, text in enumerate(self.texts):
            x, y = places[str(p)]
            body = self.cell.cell((0, 0), self.hues[p]) + self.cell.word((0, 0), text, self.size, "scrub")
            tiles.append(f'<g class="glide" data-move="{p}" transform="translate({x:g} {y:g})">{body}</g>')
        return words(tiles, self.size)

    def _marks(self):
        """A dark corner on every large pixel whose number is another one than in torch's order."""
        s, corner = self.s, min(7.0, 0.3 * min(self.cell.width, self.cell.height))
        parts = []
        for p in s.origin[s.differs[s.order]]:
            x, y, *_ = self.spots[-1][int(p)]
            right = x + self.cell.width
            parts.append(
                path([(right - corner, y), (right, y), (right, y + corner)], "sample mark", closed=True)
            )
        count = int(s.differs[s.order].sum())
        left, top = self._corner("result")
        note = f"◥ torch has a different number here: {count} of {s.count}"
        y = top + s.r * s.h * self.cell.height + 18
        says = [label(left, y, note, "", "start", 12)] if count else []
        return group([*parts, *says], pointer_events="none")


# ---- the sizes ----------------------------------------------------------------------------------------------


def _sizes(sizes):
    """The sizes in a line; each can be pulled."""
    words_of = {
        "channels": "large maps",
        "factor": "factor",
        "height": "rows",
        "width": "columns of a small map",
    }
    parts, x = [], 4.0
    for name, value in sizes.items():
        text = f"{LETTERS[name]} = {value}"
        field = rect(x - 4, 4, 8.2 * len(text) + 8, 24, "plain", **held(name, f"{words_of[name]}: {value}"))
        parts.append(
            label(x, 21, text, "mono scrub", "start", 14, font_weight="600", pointer_events="none") + field
        )
        x += 8.4 * len(text) + 10
        parts.append(label(x, 21, words_of[name], "muted", "start", 12))
        x += 6.6 * len(words_of[name]) + 26
    return "".join(parts)


def _handles(state, sizes):
    handles = {
        name: scrub(name, value, 1, MOST[name], label=f"{LETTERS[name]}, {name}", pixels=20)
        for name, value in sizes.items()
    }
    columns = state.h * state.w
    for p, value in enumerate(state.values):
        channel, pixel = divmod(p, columns)
        words_for = f"channel {channel}, number {pixel}"
        handles[f"p-{p}"] = scrub(
            f"numbers[{channel},{pixel}]", float(value), -LARGEST, LARGEST, label=words_for
        )
    return handles


# ---- the words ----------------------------------------------------------------------------------------------


def _summary(state):
    sizes = f"{counted(state.maps, 'channel')} of {state.h} × {state.w}"
    become = "becomes" if state.maps == 1 else "become"
    maps = counted(state.c, "map")
    large = f"{state.r * state.h} × {state.r * state.w}"
    first = (
        f"{sizes} {become} {maps} of {large} in the order of "
        f"{'torch and ONNX’s CRD' if state.order == 'torch' else 'TensorFlow and ONNX’s DCR'}."
        if state.order != "reshape"
        else f"{sizes}, written as {maps} of {large} by one plain reshape."
    )
    counts = {name: int(moved.sum()) for name, moved in state.differs.items()}
    second = (
        f" Compared with torch's, {counts['tensorflow']} of {counted(state.count, 'pixel')} come from elsewhere in "
        f"TensorFlow's order, and {counts['reshape']} in a plain reshape."
    )
    return first + second + _hidden(state, counts)


def _hidden(state, counts):
    if state.r == 1:
        return " With r = 1 there is nothing to shuffle."
    hidden = []
    if not counts["tensorflow"]:
        hidden.append("One large map hides the order.")
    if not counts["reshape"]:
        hidden.append("Maps of one pixel hide the plain reshape.")
    return "".join(f" {sentence}" for sentence in hidden)


def _formula(state, channel):
    """How the order takes channel k apart: ("1·4 + 0·2 + 1", c, a, b)."""
    r, c = state.r, state.c
    image, a, b = channel_number(channel, c, r, state.counted_as)
    words = (
        f"({image}·{r} + {a})·{r} + {b}" if state.counted_as == "torch" else f"({a}·{r} + {b})·{c} + {image}"
    )
    return words, image, a, b


def _details(state):
    """The sentence of every number, and of every step."""
    details = dict(zip(state.names, _step_sentences(state), strict=True))
    for o, p in enumerate(state.origin.flat):
        channel, row, column = state.index(p)
        image, down, right = (int(n) for n in np.unravel_index(o, state.origin.shape))
        value = number(state.values[p], 2)
        start = (
            f"{value}, in channel {channel}, row {row}, column {column}, goes to map {image}, row {down}, "
            f"column {right}."
        )
        if state.order == "reshape":
            details[f"p-{p}"] = f"{start} In both it is number {o} in reading order: a reshape moves nothing."
            continue
        formula, _, a, b = _formula(state, channel)
        details[f"p-{p}"] = (
            f"{start} Channel {channel} = {formula}, so c = {image}, a = {a}, b = {b}: row {row}·{state.r} + {a} = "
            f"{down}, column {column}·{state.r} + {b} = {right}."
        )
    return details


def _step_sentences(state):
    sizes = f"{counted(state.maps, 'channel')} of {state.h} × {state.w}"
    block = f"{state.r} × {state.r}"
    first = (
        f"x holds {sizes}. A color is a phase: the position of a channel's numbers in each block of {block}."
    )
    if state.order == "reshape":
        return [first, _summary(state)]
    formula = "(c·r + a)·r + b" if state.order == "torch" else "(a·r + b)·C + c"
    axes = "c, a and b" if state.order == "torch" else "a, b and c"
    return [
        first,
        f"The reshape gives every index an axis of its own: channel k = {formula} splits into {axes}. "
        "In memory no number moves.",
        "The transpose puts a right after i, and b right after j. Now the numbers of one pixel of x, one of "
        f"each phase, form a block of {state.r} × {state.r}.",
        _summary(state),
    ]


def _table(state):
    """Where the channels' first numbers go, in each of the three orders."""
    header = (
        "channel",
        *(f"first number goes to: {name}" for name in ("torch", "TensorFlow", "plain reshape")),
    )
    sizes = (state.c, state.r, state.h, state.w)
    flat = {name: np.argsort(origins(*sizes, name).ravel()) for name in ORDERS}
    rows = []
    for channel in range(state.maps):
        first = channel * state.h * state.w
        places = [np.unravel_index(flat[name][first], state.origin.shape) for name in ORDERS]
        rows.append((channel, *(f"map {m}, row {r}, column {c}" for m, r, c in places)))
    return header, rows
