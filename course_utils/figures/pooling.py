"""Pooling and unpooling side by side: windows on the input, their maxima with indices, what comes back.

Words used here
    window     the kernel_size x kernel_size samples that one output looks at; the next one starts ``stride`` on
    index      a place counted along the rows: row * width + column; written small in the corner of a cell
    winner     an input that is the maximum of at least one window
    back       the unpooled array: winners at their indices, 0 elsewhere

Below the maxima the same windows are read by two other rules: their mean, and a weighted sum (a strided convolution).
"""

from __future__ import annotations

import textwrap

import numpy as np

from course_utils.figures.scene import (
    NoPicture,
    Scene,
    arrow,
    circle,
    document,
    group,
    label,
    line,
    number,
    rect,
    strength,
)
from course_utils.pooling import avg_pool2d, max_pool2d, max_unpool2d
from course_utils.validation import finite_array, one_of, whole_number

LEAST_SIZE, MOST_SIZE = 2, 8
LARGEST_KERNEL, LARGEST_STRIDE, LARGEST_PADDING = 4, 4, 2
HIGHEST = 99.0  # of a number in the grid, so that it fits into its cell
WEIGHTS = ("mean", "left minus right", "corner")

PANEL, GAP, TOP = 250, 46, 42  # widths of a panel and of the space between two, height of the headings
LARGEST_CELL, SMALL_CELL = 54, 26
INDEXED = 26  # smaller cells have no room for their index; the table has it
UNDER, SECOND_ROW = 58, 212  # room for two lines under the first row; least height of the second
COLUMNS = [4 + k * (PANEL + GAP) for k in range(3)]
WIDTH = COLUMNS[2] + PANEL + 8


def pooling_scene(
    numbers,
    kernel_size: int = 2,
    stride: int = 2,
    padding: int = 0,
    weights: str = "mean",
    sized: bool = True,
    edited: int | None = None,
) -> Scene:
    """``numbers`` (2 x 2 to 8 x 8) pooled by maximum, mean and weighted sum; the maxima put back.

    weights   of the convolution: "mean", "left minus right" (first column minus last), "corner" (one number kept)
    sized     unpooling is told the size of the input; without it, it takes the size that the windows fit exactly
    edited    index of the input cell that is marked as the one to change

    Cells: ``in-i``, ``max-o``, ``avg-o``, ``conv-o``, ``back-i``, all with flat indices.
    Raises NoPicture for windows that do not fit, in the words of the error that the library would raise.
    """
    state = _State(numbers, kernel_size, stride, padding, weights, sized)
    if edited is not None:
        edited = whole_number(edited, "edited", 0, state.x.size - 1)
    second = TOP + state.row_height + UNDER + 28
    parts = [
        _input_panel(state, edited),
        _max_panel(state),
        _back_panel(state),
        _rule_panel(state, "avg", COLUMNS[0], second),
        _rule_panel(state, "conv", COLUMNS[1], second),
        _weights_panel(state, COLUMNS[2], second),
    ]
    text = _summary(state)
    height = second + max(state.row_height, SECOND_ROW) + 6
    return Scene(
        document(WIDTH, height, parts, "Pooling and unpooling", text),
        text,
        table=_table(state),
        links=_links(state),
        details=_details(state),
        bands=_bands(state),
    )


def convolution_weights(name: str, kernel_size: int) -> np.ndarray:
    """The weights of the strided convolution beside the poolings: shape (kernel_size, kernel_size).

    >>> convolution_weights("left minus right", 2)
    array([[ 0.5, -0.5],
           [ 0.5, -0.5]])
    """
    one_of(name, "weights", WEIGHTS)
    weights = np.zeros((kernel_size, kernel_size))
    if name == "mean":
        weights += 1 / kernel_size**2
    elif name == "corner":
        weights[0, 0] = 1
    else:
        weights[:, 0] += 1 / kernel_size
        weights[:, -1] -= 1 / kernel_size
    return weights


class _State:
    """One setting with all its numbers."""

    def __init__(self, numbers, kernel_size, stride, padding, weights, sized):
        self.x = _checked(numbers)
        self.k = whole_number(kernel_size, "kernel_size", 1, LARGEST_KERNEL)
        self.s = whole_number(stride, "stride", 1, LARGEST_STRIDE)
        self.p = whole_number(padding, "padding", 0, LARGEST_PADDING)
        self.weights = convolution_weights(weights, self.k)
        try:
            self.max, self.indices = max_pool2d(self.x, self.k, self.s, self.p)
        except ValueError as error:
            raise NoPicture(f"No windows here. {error}") from None
        self.avg = avg_pool2d(self.x, self.k, self.s, self.p)
        self.height, self.width = self.x.shape
        self.out_shape = self.max.shape
        self.windows = [self._window(o) for o in range(self.max.size)]
        self.conv = np.array([self._weighted(window) for window in self.windows]).reshape(self.out_shape)
        self.times = np.bincount(self.indices.ravel(), minlength=self.x.size)  # windows that each input wins
        self.reads = np.bincount([i for w in self.windows for i, _ in w], minlength=self.x.size)
        self.winners = np.flatnonzero(self.times)
        self._unpool(sized)
        longest = max(self.height, self.width) + 2 * self.p
        self.cell = min(LARGEST_CELL, PANEL / longest)
        self.row_height = (self.height + 2 * self.p) * self.cell
        self.limits = min(float(self.x.min()), 0.0), max(float(self.x.max()), 0.0)
        self.spoken = [number(value, 2) for value in self.x.flat]  # each is in many sentences
        self.factors = {t: _in_brackets(number(weight, 4)) for t, weight in np.ndenumerate(self.weights)}

    def _window(self, o):
        """(index, kernel position) of every sample of window o that lies on the image."""
        top, left = (self.s * int(i) - self.p for i in np.unravel_index(o, self.out_shape))
        return [
            ((top + a) * self.width + left + b, (a, b))
            for a in range(self.k)
            for b in range(self.k)
            if 0 <= top + a < self.height and 0 <= left + b < self.width
        ]

    def _weighted(self, window):
        return sum(float(self.weights[t]) * float(self.x.flat[i]) for i, t in window)

    def _unpool(self, sized):
        self.sized, self.back, self.refused, self.again = sized, None, "", None
        try:
            self.back = max_unpool2d(
                self.max, self.indices, self.k, self.s, self.p, self.x.shape if sized else None
            )
        except ValueError as error:
            self.refused = str(error)
            return
        if self.back.shape == self.x.shape:
            self.again = max_pool2d(self.back, self.k, self.s, self.p)[0]

    @property
    def misplaced(self):
        """Winners that unpooling put at another row or column than the one they came from."""
        if self.back is None or self.back.shape[1] == self.width:
            return []
        return [i for i in self.winners if divmod(i, self.width) != divmod(i, self.back.shape[1])]

    def place(self, i):
        return f"[{i // self.width}, {i % self.width}]"

    def name(self, array, o):
        row, column = np.unravel_index(o, self.out_shape)
        return f"{array}[{row}, {column}]"

    def seen(self, o):
        """The numbers of window o, in reading order."""
        return [float(self.x.flat[i]) for i, _ in self.windows[o]]


def _checked(numbers):
    x = finite_array(numbers, "numbers", ndim=2).astype(float)
    if not all(LEAST_SIZE <= size <= MOST_SIZE for size in x.shape):
        raise NoPicture(
            f"This picture has room for {LEAST_SIZE} to {MOST_SIZE} rows and columns; these are "
            f"{x.shape[0]} × {x.shape[1]}."
        )
    if np.abs(x).max() > HIGHEST:
        raise NoPicture(
            f"The numbers can be −{HIGHEST:g} to {HIGHEST:g}; one is {number(x.flat[np.abs(x).argmax()])}."
        )
    return x


# ---------------------------------------------------------------------------------- the panels


def _cells(values, left, top, cell, name, css, opacity, title, corners=None, quiet=(), rings=()):
    """A grid of numbers. ``corners``: small index in each cell; ``quiet``: grey numbers; ``rings``: circled ones."""
    rows, columns = values.shape
    texts = [number(value, 2) for value in values.flat]
    size = min(15.0, cell * 0.36, (cell - 5) / (0.6 * max(map(len, texts))))
    indexed = corners is not None and cell >= INDEXED
    lower = 3 if indexed and cell < 40 else 0  # the number makes room for the index above it
    parts = []
    for i, text in enumerate(texts):
        row, column = divmod(i, columns)
        x, y = left + column * cell, top + row * cell
        parts.append(
            rect(x, y, cell, cell, f"cell {css}", fill_opacity=f"{opacity[row, column]:.2f}",
                 data_id=f"{name}-{i}", data_row=row, data_col=column)
        )  # fmt: skip
        middle = y + cell / 2 + lower
        if i in rings:
            parts.append(
                circle(x + cell / 2, middle, 0.31 * cell, "paper", fill_opacity="0.75", pointer_events="none")
            )
            parts.append(
                circle(
                    x + cell / 2, middle, 0.31 * cell, "line output", stroke_width=2.2, pointer_events="none"
                )
            )
        grey = "muted" if i in quiet else ""
        parts.append(label(x + cell / 2, middle + size * 0.36, text, grey, size=size, pointer_events="none"))
        if indexed:
            tiny = 9 if cell >= 40 else 7.5
            parts.append(
                label(x + 3, y + tiny + 1, corners[i], "muted", "start", tiny, pointer_events="none")
            )
    parts.append(rect(left, top, columns * cell, rows * cell, "frame", pointer_events="none"))
    if name != "in":  # the input's heading stands above its padding
        parts.append(label(left, top - 9, title, anchor="start", size=13, font_weight="600"))
    return group(parts, data_group=name, tabindex="0", role="group", aria_label=title)


def _input_panel(state, edited):
    cell, pad = state.cell, state.p * state.cell
    left, top = COLUMNS[0] + pad, TOP + pad
    opacity = strength(state.x, *state.limits) * np.where(state.reads.reshape(state.x.shape) > 0, 1, 0.3)
    title = f"input {state.height} × {state.width}"
    winners = {int(i) for i in state.winners}
    indices = range(state.x.size)
    grid = _cells(state.x, left, top, cell, "in", "input", opacity, "input", indices, rings=winners)
    marks = [_unread(state, left, top), _window_frames(state), _counts(state, left, top)]
    if edited is not None:
        row, column = divmod(edited, state.width)
        marks.append(
            rect(left + column * cell + 1.5, top + row * cell + 1.5, cell - 3, cell - 3, "line", stroke_width=2,
                 stroke_dasharray="3 3")
        )  # fmt: skip
    under = [f"windows of {state.k} × {state.k}, one every {state.s}" if state.s > 1 else
             f"windows of {state.k} × {state.k}, at every sample"]  # fmt: skip
    unread = int((state.reads == 0).sum())
    if unread:
        under.append(f"{unread} of {state.x.size} are in no window (slanted line)")
    heading = label(COLUMNS[0], TOP - 9, title, anchor="start", size=13, font_weight="600")
    return "".join(
        [
            heading,
            _padding_ring(state),
            grid,
            group(marks, pointer_events="none"),
            _notes(state, COLUMNS[0], under),
        ]
    )


def _padding_ring(state):
    """The empty samples around the image, as dashed cells."""
    if state.p == 0:
        return ""
    cell, parts = state.cell, []
    for row in range(state.height + 2 * state.p):
        for column in range(state.width + 2 * state.p):
            on_image = 0 <= row - state.p < state.height and 0 <= column - state.p < state.width
            if not on_image:
                parts.append(
                    rect(COLUMNS[0] + column * cell + 1, TOP + row * cell + 1, cell - 2, cell - 2, "frame",
                         stroke_dasharray="2 3")
                )  # fmt: skip
    return group(parts, pointer_events="none")


def _counts(state, left, top):
    """How many windows a winner wins, where they are several."""
    cell, parts = state.cell, []
    for i in np.flatnonzero(state.times > 1):
        row, column = divmod(int(i), state.width)
        x, y = left + (column + 1) * cell - 3, top + (row + 1) * cell - 3
        parts.append(label(x, y, f"{state.times[i]}×", "halo", "end", 11 if cell >= 40 else 8.5))
    return "".join(parts) if cell >= INDEXED else ""


def _unread(state, left, top):
    """A slanted line through every input that is in no window."""
    cell, parts = state.cell, []
    for i in np.flatnonzero(state.reads == 0):
        row, column = divmod(int(i), state.width)
        x, y = left + column * cell, top + row * cell
        parts.append(line(x + 4, y + cell - 4, x + cell - 4, y + 4, "line muted", stroke_width=1.5))
    return "".join(parts)


def _window_frames(state):
    """Every window as a frame; where they overlap, neighbours are drawn a little larger and smaller."""
    overlap = state.s < state.k and state.max.size > 1
    faint = (0.9 if state.max.size <= 16 else 0.4) if overlap else 0.9
    parts = []
    for o in range(state.max.size):
        x, y, width, height = _window_box(state, o)
        row, column = np.unravel_index(o, state.out_shape)
        inset = 2 + 3 * ((row + column) % 2) * overlap
        parts.append(
            rect(x + inset, y + inset, width - 2 * inset, height - 2 * inset, "line output", rx=4,
                 stroke_width=1.3 if overlap else 2, stroke_opacity=faint)
        )  # fmt: skip
    return "".join(parts)


def _window_box(state, o):
    row, column = np.unravel_index(o, state.out_shape)
    extent = state.k * state.cell
    return (
        COLUMNS[0] + float(column) * state.s * state.cell,
        TOP + float(row) * state.s * state.cell,
        extent,
        extent,
    )


def _max_panel(state):
    rows, columns = state.out_shape
    grid = _cells(
        state.max, COLUMNS[1], TOP, state.cell, "max", "output", strength(state.max, *state.limits),
        f"maxima {rows} × {columns}{', with indices' * (state.cell >= INDEXED)}", state.indices.ravel(),
    )  # fmt: skip
    return grid + _flow(state, 0, "pool") + _notes(state, COLUMNS[1], [_spoken_indices(state)])


def _spoken_indices(state):
    if state.max.size > 9:
        return ""
    return f"indices {', '.join(map(str, state.indices.ravel()))}"


def _flow(state, k, word):
    """The arrow from panel k to the next."""
    x, y = COLUMNS[k] + PANEL, TOP + state.row_height / 2
    return label(x + GAP / 2, y - 8, word, "muted", size=11) + arrow(x + 6, y, x + GAP - 6, y)


def _back_panel(state):
    x = COLUMNS[2]
    title = "unpooled"
    if state.back is None:
        heading = label(x, TOP - 9, f"{title}: refused", anchor="start", size=13, font_weight="600")
        lines = textwrap.wrap(state.refused, 38)
        words = [label(x, TOP + 14 + 17 * i, text, "muted", "start", 12) for i, text in enumerate(lines)]
        return heading + "".join(words) + _flow(state, 1, "unpool")
    rows, columns = state.back.shape
    values = state.back.ravel()
    came_back = {int(i) for i in state.winners}
    tint = strength(state.back, *state.limits)
    opacity = np.array([tint.flat[i] + 0.1 if i in came_back else 0.0 for i in range(values.size)])
    quiet = {i for i in range(values.size) if i not in came_back}
    grid = _cells(
        state.back, x, TOP, state.cell, "back", "output", opacity.reshape(rows, columns).clip(0, 0.7),
        f"{title} {rows} × {columns}", range(values.size), quiet,
    )  # fmt: skip
    return grid + _misplaced_marks(state) + _flow(state, 1, "unpool") + _notes(state, x, _verdicts(state))


def _misplaced_marks(state):
    cell, parts = state.cell, []
    for i in state.misplaced:
        row, column = divmod(int(i), state.back.shape[1])
        x, y = COLUMNS[2] + column * cell, TOP + row * cell
        parts.append(
            rect(x + 1, y + 1, cell - 2, cell - 2, "line", stroke_width=2, stroke_dasharray="4 3")
        )
        parts.append(label(x + cell - 4, y + cell - 5, "✗", "", "end", min(12, cell * 0.3)))
    return group(parts, pointer_events="none")


def _verdicts(state):
    """One or two short lines under what came back."""
    if state.misplaced:
        count = len(state.misplaced)
        return [f"✗ {count} of {len(state.winners)} not where {'it' if count == 1 else 'they'} came from"]
    return [_came_back(state), _pooled_again(state)]


def _came_back(state):
    count, lost = len(state.winners), state.x.size - len(state.winners)
    if lost == 0:
        return f"all {count} numbers come back"
    return f"{count} of {state.x.size} come back, {lost} become 0"


def _pooled_again(state):
    if state.again is None:
        return ""
    differ = int((state.again != state.max).sum())
    if differ == 0:
        return "pooled again: the same maxima"
    return f"pooled again: {differ} of {state.max.size} maxima differ"


def _notes(state, x, lines):
    y = TOP + state.row_height + 18
    return "".join(label(x, y + 17 * i, text, "muted", "start", 12) for i, text in enumerate(lines))


def _rule_panel(state, name, x, top):
    values = getattr(state, name)
    rows, columns = values.shape
    title = {"avg": "means", "conv": "strided convolution"}[name]
    return _cells(
        values, x, top, state.cell, name, "output", strength(values, *state.limits), f"{title} {rows} × {columns}"
    )  # fmt: skip


def _weights_panel(state, x, top):
    """The convolution's weights, and what the marks mean."""
    cell, parts = SMALL_CELL, [label(x, top - 9, "its weights", anchor="start", size=13, font_weight="600")]
    largest = np.abs(state.weights).max() or 1.0
    for (row, column), weight in np.ndenumerate(state.weights):
        left, upper = x + column * cell, top + row * cell
        css = "negative" if weight < 0 else "kernel"
        parts.append(
            rect(left, upper, cell, cell, css, fill_opacity=f"{0.06 + 0.5 * abs(weight) / largest:.2f}")
        )
        text = number(weight, 2)
        size = min(11, (cell - 3) / (0.6 * len(text)))
        parts.append(label(left + cell / 2, upper + cell / 2 + 4, text, size=size))
    parts.append(rect(x, top, state.k * cell, state.k * cell, "frame"))
    y = top + LARGEST_KERNEL * cell + 26
    parts.append(circle(x + 8, y - 4, 7, "line output", stroke_width=2.2))
    parts.append(label(x + 24, y, "a maximum (2×: of two windows)", "muted", "start", 12))
    parts.append(label(x + 8, y + 20, "5", "muted", size=9))
    parts.append(label(x + 24, y + 20, "index: row · width + column", "muted", "start", 12))
    parts.append(rect(x + 2, y + 31, 13, 13, "line", stroke_width=2, stroke_dasharray="3 3"))
    parts.append(label(x + 24, y + 42, "the cell that you change", "muted", "start", 12))
    if state.p:
        parts.append(rect(x + 2, y + 54, 13, 13, "frame", stroke_dasharray="2 3"))
        parts.append(label(x + 24, y + 65, "padding: never a maximum, else 0", "muted", "start", 12))
    return group(parts, pointer_events="none")


# ---------------------------------------------------------------------------------- what lights up


def _links(state):
    """Window cells of every output, with the weight that each has there; of a maximum, all but one weigh 0."""
    links = {}
    share = 1 / state.k**2
    for o, window in enumerate(state.windows):
        winner = int(state.indices.flat[o])
        links[f"max-{o}"] = [(f"in-{i}", float(i == winner)) for i, _ in window]
        if state.back is not None:
            links[f"max-{o}"].append((f"back-{winner}", 1.0))
        links[f"avg-{o}"] = [(f"in-{i}", share) for i, _ in window]
        links[f"conv-{o}"] = [(f"in-{i}", float(state.weights[t])) for i, t in window]
    return links


def _bands(state):
    """The whole window is framed, its padding too."""
    return {
        f"{array}-{o}": _window_box(state, o)
        for o in range(state.max.size)
        for array in ("max", "avg", "conv")
    }


# ---------------------------------------------------------------------------------- the text twin


def _summary(state):
    rows, columns = state.out_shape
    text = (
        f"{state.height} × {state.width} numbers, {state.k} × {state.k} windows, stride {state.s}"
        f"{f', padding {state.p}' if state.p else ''}: {rows} × {columns} maxima"
    )
    if state.max.size <= 9:
        text += f" {_list(state.max.ravel())} with indices {', '.join(map(str, state.indices.ravel()))}"
    text += ". "
    if state.back is None:
        return f"{text}Unpooling is refused: {state.refused}"
    if state.misplaced:
        names = ", ".join(f"{number(state.x.flat[i])}" for i in state.misplaced[:4])
        more = f" and {len(state.misplaced) - 4} more" if len(state.misplaced) > 4 else ""
        text += (
            f"Unpooled to {state.back.shape[0]} × {state.back.shape[1]}, {names}{more} "
            f"land{'s' if len(state.misplaced) == 1 else ''} in another place: the indices count rows of "
            f"{state.width}, the result has rows of {state.back.shape[1]}."
        )
        return text
    text += f"{_came_back(state)[0].upper()}{_came_back(state)[1:]}."
    shared = int((state.times > 1).sum())
    if shared:
        text += f" {shared} of them won in more than one window; each is written once, not added up."
    if state.again is not None:
        wrong = np.flatnonzero(state.again != state.max)
        if len(wrong):
            o = int(wrong[0])
            text += (
                f" Pooled again, {len(wrong)} of {state.max.size} maxima differ: {state.name('max', o)} was "
                f"{number(state.max.flat[o])} and is now {number(state.again.flat[o])}."
            )
        else:
            text += " Pooled again, they give the same maxima."
    return text


def _list(values):
    return ", ".join(number(value, 2) for value in values)


def _seen(state, o):
    """The numbers of window o in words, in reading order."""
    return ", ".join(state.spoken[i] for i, _ in state.windows[o])


def _table(state):
    header = ["window", "reads", "maximum", "index", "mean", "convolution"]
    rows = []
    for o in range(state.max.size):
        row, column = np.unravel_index(o, state.out_shape)
        rows.append(
            [f"{row}, {column}", _seen(state, o), number(state.max.flat[o], 2), str(state.indices.flat[o]),
             number(state.avg.flat[o], 4), number(state.conv.flat[o], 4)]
        )  # fmt: skip
    return header, rows


def _details(state):
    details = {}
    for o in range(state.max.size):
        details[f"max-{o}"] = _max_sentence(state, o)
        details[f"avg-{o}"] = _mean_sentence(state, o)
        details[f"conv-{o}"] = _convolution_sentence(state, o)
    for i in range(state.x.size):
        details[f"in-{i}"] = _input_sentence(state, i)
    if state.back is not None:
        details |= {f"back-{i}": _back_sentence(state, i) for i in range(state.back.size)}
    return details


def _max_sentence(state, o):
    largest, index = float(state.max.flat[o]), int(state.indices.flat[o])
    row, column = divmod(index, state.width)
    ties = state.seen(o).count(largest)
    first = f" It stands there {ties} times; the first one counts." if ties > 1 else ""
    return (
        f"{state.name('max', o)}: the window reads {_seen(state, o)}. The largest is {number(largest)}, in row "
        f"{row}, column {column}: index {row} · {state.width} + {column} = {index}.{first}"
    )


def _mean_sentence(state, o):
    window, count = state.windows[o], state.k**2
    empty = count - len(window)
    padded = f"; {empty} of the {count} are padding and count as 0" if empty else ""
    terms = " + ".join(_in_brackets(state.spoken[i]) for i, _ in window)
    return f"{state.name('mean', o)} = ({terms})/{count} = {number(state.avg.flat[o], 4)}{padded}."


def _convolution_sentence(state, o):
    terms = [
        f"{state.factors[t]} · {_in_brackets(state.spoken[i])}"
        for i, t in state.windows[o]
        if state.factors[t] != "0"
    ]
    return f"{state.name('conv', o)} = {' + '.join(terms) or '0'} = {number(state.conv.flat[o], 4)}."


def _in_brackets(text):
    """A negative number inside a sum or product, so that signs do not collide."""
    return f"({text})" if text.startswith("−") else text


def _input_sentence(state, i):
    row, column = divmod(i, state.width)
    value = state.spoken[i]
    start = f"in[{row}, {column}] = {value}, index {row} · {state.width} + {column} = {i}, is in "
    count, wins = int(state.reads[i]), int(state.times[i])
    if count == 0:
        return f"{start}no window: whatever stands here, the result is the same."
    windows = f"{count} window{'s' * (count > 1)}"
    if wins == 0:
        equals = [
            o for o, w in enumerate(state.windows) if i in dict(w) and state.max.flat[o] == state.x.flat[i]
        ]
        second = " (an equal number stands before it)" if equals else ""
        return f"{start}{windows} and the maximum of none{second}: unpooling gives 0 here."
    return f"{start}{windows} and the maximum of {wins}: unpooling writes it once."


def _back_sentence(state, i):
    row, column = divmod(i, state.back.shape[1])
    start = f"back[{row}, {column}] = {number(state.back.flat[i], 2)}, index {i}."
    if state.times[i]:
        source = f" It came from in{state.place(i)}"
        if i in state.misplaced:
            return f"{start}{source}, whose index is {i} in rows of {state.width}: here it is in the wrong place."
        return f"{start}{source}, its own place."
    had = state.x[row, column]
    if had == 0:
        return f"{start} No maximum has this index. The input had 0 here too."
    return f"{start} No maximum has this index: the input's {number(had, 2)} is lost."
