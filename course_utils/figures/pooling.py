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

from course_utils.figures import pooling_words as words
from course_utils.figures.draw.cells import cell_group
from course_utils.figures.draw.scene import (
    NoPicture,
    Scene,
    arrow,
    cell_handles,
    circle,
    document,
    group,
    label,
    line,
    number,
    rect,
    strength,
)
from course_utils.pooling import RoundTrip, round_trip
from course_utils.validation import finite_array, whole_number

LEAST_SIZE, MOST_SIZE = 2, 8
LARGEST_KERNEL, LARGEST_STRIDE, LARGEST_PADDING = 4, 4, 2
HIGHEST = 99.0  # of a number in the grid or of a weight, so that it fits into its cell
WEIGHT_STEP = 0.25  # of a weight that is pulled

# The canvas, in scene pixels. The input's first cell stands at CORNER, whatever the settings are.
CORNER = (62, 82)  # the room above and left of it is for padding
INPUT_ROOM, OUTPUT_ROOM, CELL, INDEXED = 270, 176, 44, 26  # cells below INDEXED have no room for their index
PADDED_TWICE = 30  # the cell of an input with two rings of padding, so that they fit above CORNER
MAXIMA, BACK, TOP, SECOND = 366, 590, 26, 268  # left edges of the panels, tops of their two rows
WEIGHTS, WEIGHT_CELL = 790, 34
WIDTH, HEIGHT = WEIGHTS + 4 * WEIGHT_CELL + 4, SECOND + OUTPUT_ROOM + 6


def pooling_scene(
    numbers,
    weights,
    stride: int = 2,
    padding: int = 0,
    sized: bool = True,
    remarks: tuple[str, ...] = (),
    handles: tuple[str, str] = ("numbers", "kernel"),
) -> Scene:
    """``numbers`` (2 x 2 to 8 x 8) pooled by maximum, mean and weighted sum; the maxima put back.

    weights   of the sum, shape (kernel_size, kernel_size): all three rules read windows of this size
    sized     unpooling is told the size of the input; without it, it takes the size that the windows fit exactly
    remarks   short lines under the input, about where its numbers come from
    handles   names of the controls that hold the numbers and the weights: each of them can be pulled

    Cells: ``in-i``, ``max-o``, ``avg-o``, ``conv-o``, ``back-i``, ``w-t``, all with flat indices.
    Raises NoPicture for windows that do not fit, in the words of the error that the library would raise.
    """
    trip = _trip(numbers, weights, stride, padding, sized)
    parts = [_input_panel(trip, remarks, handles[0]), _max_panel(trip), _back_panel(trip)]
    parts += [_rule_panel(trip, trip.means, "avg", "means", MAXIMA)]
    parts += [_rule_panel(trip, trip.sums, "conv", "strided convolution", BACK)]
    parts += [_weights_panel(trip, handles[1]), _key(trip)]
    text = words.summary(trip, remarks)
    return Scene(
        document(WIDTH, HEIGHT, parts, "Pooling and unpooling", text),
        text,
        table=words.table(trip),
        links=_links(trip),
        details=words.details(trip),
        bands=_bands(trip),
        handles=cell_handles(handles[0], trip.x, -HIGHEST, HIGHEST)
        | cell_handles(handles[1], trip.weights, -HIGHEST, HIGHEST, WEIGHT_STEP),
    )


def _trip(numbers, weights, stride, padding, sized) -> RoundTrip:
    x = finite_array(numbers, "numbers", ndim=2).astype(float)
    weights = finite_array(weights, "weights", ndim=2).astype(float)
    check_numbers(x)
    whole_number(len(weights), "kernel_size", 1, LARGEST_KERNEL)
    stride = whole_number(stride, "stride", 1, LARGEST_STRIDE)
    padding = whole_number(padding, "padding", 0, LARGEST_PADDING)
    _check_heights(weights, "weights")
    try:
        return round_trip(x, weights, stride, padding, sized)
    except ValueError as error:
        raise NoPicture(f"No windows here. {error}") from None


def check_numbers(x) -> None:
    """Raises NoPicture for numbers that this picture has no room for."""
    if not all(LEAST_SIZE <= size <= MOST_SIZE for size in x.shape):
        raise NoPicture(
            f"This picture has room for {LEAST_SIZE} to {MOST_SIZE} rows and columns; these are "
            f"{x.shape[0]} × {x.shape[1]}."
        )
    _check_heights(x, "numbers")


def check_kernel(weights) -> None:
    """Raises NoPicture for weights that this picture has no room for."""
    if max(weights.shape) > LARGEST_KERNEL:
        raise NoPicture(
            f"This kernel can have 1 to {LARGEST_KERNEL} rows and columns; these are {weights.shape[0]} × "
            f"{weights.shape[1]}."
        )
    _check_heights(weights, "weights")


def _check_heights(values, name):
    if np.abs(values).max() > HIGHEST:
        highest = values.flat[np.abs(values).argmax()]
        raise NoPicture(f"The {name} can be −{HIGHEST:g} to {HIGHEST:g}; one is {number(highest)}.")


# ---------------------------------------------------------------------------------- sizes


def _in_cell(trip):
    """The side of an input cell: the same for every window and for padding of 0 and 1."""
    longest = max(trip.x.shape) + max(trip.padding, 1)
    largest = PADDED_TWICE if trip.padding > 1 else CELL
    return min(largest, INPUT_ROOM / longest)


def _out_cell(shape):
    return min(CELL, OUTPUT_ROOM / max(shape))


def _limits(trip):
    return min(float(trip.x.min()), 0.0), max(float(trip.x.max()), 0.0)


# ---------------------------------------------------------------------------------- the panels


def _cells(values, left, top, cell, name, opacity, corners=None, css="output", quiet=(), rings=(), handle=""):
    """A grid of numbers. ``corners``: small index in each cell; ``quiet``: gray numbers; ``rings``: circled ones."""
    columns = values.shape[1]
    texts = [number(value, 2) for value in values.flat]
    size = min(15.0, cell * 0.36, (cell - 5) / (0.6 * max(map(len, texts))))
    indexed = corners is not None and cell >= INDEXED
    lower = 3 if indexed and cell < 40 else 0  # the number makes room for the index above it
    parts = []
    for i, text in enumerate(texts):
        row, column = divmod(i, columns)
        x, y = left + column * cell, top + row * cell
        middle = y + cell / 2 + lower
        grip = f"{handle}[{row},{column}]" if handle else None
        parts.append(
            rect(x, y, cell, cell, f"cell {css}", fill_opacity=f"{opacity[row, column]:.2f}",
                 data_id=f"{name}-{i}", data_row=row, data_col=column, data_handle=grip)
        )  # fmt: skip
        if i in rings:
            ring = (x + cell / 2, middle, 0.31 * cell)
            parts.append(circle(*ring, "paper", fill_opacity="0.75", pointer_events="none"))
            parts.append(circle(*ring, "line output", stroke_width=2.2, pointer_events="none"))
        look = " ".join(["muted"] * (i in quiet) + ["scrub"] * bool(handle))
        parts.append(label(x + cell / 2, middle + size * 0.36, text, look, size=size, pointer_events="none"))
        if indexed:
            tiny, inset = (9, 5) if cell >= 40 else (7.5, 3)  # clear of a window's frame, where there is room
            parts.append(
                label(
                    x + inset, y + tiny + inset - 2, corners[i], "muted", "start", tiny, pointer_events="none"
                )
            )
    rows = len(values)
    parts.append(rect(left, top, columns * cell, rows * cell, "frame", pointer_events="none"))
    return parts


def _titled(parts, name, title, x, y):
    """Cells as one stop of the Tab key, with their heading."""
    heading = label(x, y - 9, title, anchor="start", size=13, font_weight="600")
    return heading + cell_group(parts, name, title)


def _input_panel(trip, remarks, handle):
    cell, (left, top) = _in_cell(trip), CORNER
    read = (trip.reads > 0).reshape(trip.x.shape)
    opacity = strength(trip.x, *_limits(trip)) * np.where(read, 1, 0.3)
    cells = _cells(
        trip.x, left, top, cell, "in", opacity, range(trip.x.size), "input", rings=set(trip.winners), handle=handle
    )  # fmt: skip
    marks = [_unread(trip, cell), _window_frames(trip), _counts(trip, cell)]
    title = f"input {trip.x.shape[0]} × {trip.x.shape[1]}{', padding dashed' if trip.padding else ''}"
    ring = trip.padding * cell
    unread = int((trip.reads == 0).sum())
    verb = "is" if unread == 1 else "are"
    under = [f"{unread} of {trip.x.size} {verb} in no window (slanted line)"] * bool(unread)
    bottom = top + len(trip.x) * cell + ring
    return "".join(
        [
            _padding_ring(trip, cell),
            _titled(cells, "in", title, left - ring, top - ring),
            group(marks, pointer_events="none"),
            _notes(left, bottom, [*under, *remarks]),
        ]
    )


def _padding_ring(trip, cell):
    """The empty samples around the image, as dashed cells."""
    p, (height, width) = trip.padding, trip.x.shape
    parts = []
    for row in range(-p, height + p):
        for column in range(-p, width + p):
            if not (0 <= row < height and 0 <= column < width):
                x, y = CORNER[0] + column * cell + 1, CORNER[1] + row * cell + 1
                parts.append(rect(x, y, cell - 2, cell - 2, "frame", stroke_dasharray="2 3"))
    return group(parts, pointer_events="none")


def _place(trip, i, cell):
    """The top left corner of an input cell."""
    row, column = divmod(int(i), trip.x.shape[1])
    return CORNER[0] + column * cell, CORNER[1] + row * cell


def _counts(trip, cell):
    """How many windows a winner wins, where they are several."""
    if cell < INDEXED:
        return ""
    parts = []
    for i in np.flatnonzero(trip.wins > 1):
        x, y = _place(trip, i, cell)
        text = f"{trip.wins[i]}×"
        parts.append(label(x + cell - 3, y + cell - 3, text, "halo", "end", 11 if cell >= 40 else 8.5))
    return "".join(parts)


def _unread(trip, cell):
    """A slanted line through every input that is in no window."""
    places = [_place(trip, i, cell) for i in np.flatnonzero(trip.reads == 0)]
    return "".join(
        line(x + 4, y + cell - 4, x + cell - 4, y + 4, "line muted", stroke_width=1.5) for x, y in places
    )


def _window_frames(trip):
    """Every window as a frame; where they overlap, neighbors are drawn a little larger and smaller."""
    overlap = trip.stride < trip.kernel_size and trip.maxima.size > 1
    faint = 0.4 if overlap and trip.maxima.size > 16 else 0.9
    parts = []
    for o in range(trip.maxima.size):
        x, y, width, height = _window_box(trip, o)
        row, column = np.unravel_index(o, trip.maxima.shape)
        inset = 2 + 3 * ((row + column) % 2) * overlap
        parts.append(
            rect(x + inset, y + inset, width - 2 * inset, height - 2 * inset, "line output", rx=4,
                 stroke_width=1.3 if overlap else 2, stroke_opacity=faint)
        )  # fmt: skip
    return "".join(parts)


def _window_box(trip, o):
    cell = _in_cell(trip)
    row, column = (int(i) * trip.stride - trip.padding for i in np.unravel_index(o, trip.maxima.shape))
    extent = trip.kernel_size * cell
    return CORNER[0] + column * cell, CORNER[1] + row * cell, extent, extent


def _max_panel(trip):
    rows, columns = trip.maxima.shape
    cell = _out_cell(trip.maxima.shape)
    opacity = strength(trip.maxima, *_limits(trip))
    cells = _cells(trip.maxima, MAXIMA, TOP, cell, "max", opacity, trip.indices.ravel())
    few = trip.maxima.size <= 9
    spoken = [f"indices {', '.join(map(str, trip.indices.ravel()))}"] if few else []
    notes = _notes(MAXIMA, TOP + rows * cell, spoken)
    return _titled(cells, "max", f"maxima {rows} × {columns}", MAXIMA, TOP) + notes


def _back_panel(trip):
    flow = _unpool_arrow(trip)
    if trip.back is None:
        heading = label(BACK, TOP - 9, "unpooled: refused", anchor="start", size=13, font_weight="600")
        reason = [
            label(BACK, TOP + 14 + 17 * i, text, "muted", "start", 12)
            for i, text in enumerate(textwrap.wrap(trip.refused, 46))
        ]
        return heading + "".join(reason) + flow
    rows, columns = trip.back.shape
    cell, winners = _out_cell(trip.back.shape), set(trip.winners)
    came_back = np.isin(np.arange(trip.back.size), trip.winners).reshape(trip.back.shape)
    opacity = np.where(came_back, strength(trip.back, *_limits(trip)) + 0.1, 0).clip(0, 0.7)
    quiet = set(range(trip.back.size)) - winners
    cells = _cells(trip.back, BACK, TOP, cell, "back", opacity, range(trip.back.size), quiet=quiet)
    heading = f"unpooled {rows} × {columns}"
    notes = _notes(BACK, TOP + rows * cell, words.verdicts(trip))
    return _titled(cells, "back", heading, BACK, TOP) + _misplaced_marks(trip, cell) + flow + notes


def _unpool_arrow(trip):
    start, y = MAXIMA + trip.maxima.shape[1] * _out_cell(trip.maxima.shape) + 8, TOP + 22
    if BACK - 8 - start < 20:  # the maxima take the room
        return ""
    middle = (start + BACK - 8) / 2
    return label(middle, y - 8, "unpool", "muted", size=11) + arrow(start, y, BACK - 8, y)


def _misplaced_marks(trip, cell):
    parts = []
    for i in trip.misplaced:
        row, column = divmod(i, trip.back.shape[1])
        x, y = BACK + column * cell, TOP + row * cell
        parts.append(rect(x + 1, y + 1, cell - 2, cell - 2, "line", stroke_width=2, stroke_dasharray="4 3"))
        parts.append(label(x + cell - 4, y + cell - 5, "✗", "", "end", min(12, cell * 0.3)))
    return group(parts, pointer_events="none")


def _notes(x, y, lines):
    return "".join(label(x, y + 17 + 17 * i, text, "muted", "start", 12) for i, text in enumerate(lines))


def _rule_panel(trip, values, name, title, x):
    rows, columns = values.shape
    cells = _cells(values, x, SECOND, _out_cell(values.shape), name, strength(values, *_limits(trip)))
    return _titled(cells, name, f"{title} {rows} × {columns}", x, SECOND)


def _weights_panel(trip, handle):
    largest = np.abs(trip.weights).max() or 1.0
    opacity = 0.06 + 0.5 * np.abs(trip.weights) / largest
    cells = _cells(trip.weights, WEIGHTS, SECOND, WEIGHT_CELL, "w", opacity, css="kernel", handle=handle)
    for t in np.flatnonzero(trip.weights.ravel() < 0):
        cells = [
            cell.replace("cell kernel", "cell negative") if f'"w-{t}"' in cell else cell for cell in cells
        ]
    return _titled(cells, "w", "its weights", WEIGHTS, SECOND)


def _key(trip):
    """What the marks mean."""
    x, y = CORNER[0], HEIGHT - 34
    parts = [
        circle(x + 8, y - 4, 7, "line output", stroke_width=2.2),
        label(x + 24, y, "a maximum (2×: of two windows)", "muted", "start", 12),
        label(x + 8, y + 20, "5", "muted", size=9),
        label(x + 24, y + 20, "index: row · width + column", "muted", "start", 12),
    ]
    return group(parts, pointer_events="none")


# ---------------------------------------------------------------------------------- what lights up


def _links(trip):
    """Window cells of every output, with the weight that each has there; of a maximum, all but one weigh 0."""
    links = {}
    share = 1 / trip.kernel_size**2
    for o, window in enumerate(trip.windows):
        winner = int(trip.indices.flat[o])
        links[f"max-{o}"] = [(f"in-{i}", float(i == winner)) for i, _ in window]
        if trip.back is not None:
            links[f"max-{o}"].append((f"back-{winner}", 1.0))
        links[f"avg-{o}"] = [(f"in-{i}", share) for i, _ in window]
        links[f"conv-{o}"] = [(f"in-{i}", float(trip.weights[t])) for i, t in window]
    return links


def _bands(trip):
    """The whole window is framed, its padding too."""
    boxes = [_window_box(trip, o) for o in range(trip.maxima.size)]
    return {f"{array}-{o}": box for array in ("max", "avg", "conv") for o, box in enumerate(boxes)}
