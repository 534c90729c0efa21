"""What both pictures of the stepper draw: numbers to pull at, cells of the output, the kernel."""

from __future__ import annotations

import numpy as np

from course_utils.figures.draw.cells import cell_group, font_size, lifted, tile, words_in
from course_utils.figures.draw.scene import NoPicture, group, held, label, line, number, rect, scrub, strength
from course_utils.figures.trace import LARGEST, size_terms

MOST_INPUTS = {1: 7, 2: 4}  # per axis; more could not be read in the room there is
MOST_TAPS = {1: 5, 2: 4}
MOST = {
    "stride": {1: 4, 2: 3},
    "padding": {1: 5, 2: 4},
    "output_padding": {1: 4, 2: 3},
    "dilation": {1: 3, 2: 2},
}
LOWEST = {"stride": 1, "padding": 0, "output_padding": 0, "dilation": 1}
WIDTH, HEIGHT = 980, 470
MATRIX_X = 828
STEPS = (1, 0.5, 0.25, 0.2, 0.1)  # of a number that is pulled: the widest on which all of its array stand


# ---- numbers to pull at -------------------------------------------------------------------------------------


def handles_of(trace):
    """Handles of every input, every weight, every setting and both sizes."""
    ndim, handles = trace.x.ndim, {}
    for name, words, array in (("x", "input", trace.x), ("kernel", "weight", trace.kernel)):
        step = _step(array)
        for index, value in np.ndenumerate(array):
            place = ",".join(map(str, index))
            handles[f"{name}[{place}]"] = scrub(
                f"{name}[{place}]", float(value), -LARGEST, LARGEST, step, f"{words} {place}"
            )
    for name, value in trace.settings.items():
        handles[name] = scrub(name, value, LOWEST[name], MOST[name][ndim], label=name, pixels=20)
    for name, words, array, most in (
        ("in_size", "n, the input size (new inputs are 0)", trace.x, MOST_INPUTS[ndim]),
        ("kernel_size", "k, the kernel size (new weights are 0)", trace.kernel, MOST_TAPS[ndim]),
    ):
        handles[name] = scrub(name, len(array), 1, most, label=words, pixels=20)
    return handles


def _step(array):
    return next((s for s in STEPS if np.allclose(array / s, np.round(array / s))), STEPS[-1])


def handle_at(name, index):
    """``x[1]``, ``kernel[0,2]``: the handle of one number."""
    return f"{name}[{','.join(map(str, index))}]"


def formula(trace):
    """The size formula; below it the same with the present numbers, each of which can be pulled."""
    named = {**{name: name for name in trace.settings}, "(n − 1)": "in_size", "(k − 1)": "kernel_size"}
    parts, left = [], 2.0
    for symbol, value, css in size_terms(len(trace.x), len(trace.kernel), **trace.settings):
        width = 7.3 * len(symbol) + 7
        middle, name = left + width / 2, named.get(symbol)
        parts.append(label(middle, 17, symbol, f"mono {css or 'muted'}", size=12, pointer_events="none"))
        if name is None:
            parts.append(label(middle, 39, value, f"mono {css}", size=13, font_weight="600"))
        else:
            parts.append(_number_to_pull(name, symbol.strip("()"), value, middle, 39, f"mono scrub {css}"))
        left += width
    return "".join(parts)


def _number_to_pull(name, symbol, value, x, y, css):
    """A number with a field around it that is easily taken hold of."""
    width = max(24.0, 8 * len(value) + 8)
    field = rect(x - width / 2, y - 13, width, 18, "plain", **held(name, f"{symbol}: {value}"))
    return label(x, y, value, css, size=13, font_weight="600", pointer_events="none") + field


# ---- cells --------------------------------------------------------------------------------------------------


def readable(sums, width, height):
    """The font size at which all sums fit their cells; blank cells would be read as nothing."""
    size = font_size(sums, width, height)
    if size is None:
        raise NoPicture(
            f"A sum such as {max(sums, key=len)} could not be read in cells this small. A smaller stride, dilation, "
            "kernel or input works, or shorter numbers."
        )
    return size


def title(x, y, first, second=""):
    """The name of a row, and a note below it."""
    note = label(x, y + 14, second, "muted", anchor="start", size=11) if second else ""
    return label(x, y, first, anchor="start", size=12, font_weight="600") + note


def strike(x, y, width, height):
    """A line through a cell that padding cuts off."""
    return line(
        x + 1, y + height - 1, x + width - 1, y + 1, "line muted", stroke_width=0.8, pointer_events="none"
    )


def output_cell(trace, place, x, y, width, height, size, texts, paint=None):
    """The cell at a full place, with its slot: an output, an added output, or one that is cut off.

    ``paint``: slot -> opacity where the sums are painted as they grow; None for one tint.
    """
    flat = int(np.ravel_multi_index(place, (trace.full,) * trace.x.ndim))
    text, row, column = texts.get(f"sum-{flat}", ""), place[0] if len(place) == 2 else 0, place[-1]
    where, slot = {"data_row": row, "data_col": column}, {"data_slot": f"sum-{flat}"}
    words = (x, lifted(y, height), width, height, text, size)
    if not trace.is_kept(place):
        return (
            rect(x, y, width, height, "cell plain", data_id=f"cut-{flat}", **where)
            + rect(x, y, width, height, "frame", pointer_events="none", stroke_dasharray="2 3")
            + words_in(*words, "muted", fill_opacity="0.75", **slot)
            + strike(x, y, width, height)
        )
    index = tuple(u - trace.padding for u in place)
    where["data_id"] = f"out-{np.ravel_multi_index(index, trace.out_shape)}"
    added = trace.is_added(place)
    if paint is None:
        cell = tile(x, y, width, height, "output", 0.08 if added else 0.24, **where)
    else:
        cell = _paint(flat, x, y, width, height, paint) + tile(x, y, width, height, "plain", 1, **where)
    if added and width > 8:
        inside = (x + 2, y + 2, width - 4, height - 4)
        cell += rect(*inside, "line output", stroke_dasharray="4 3", stroke_width=1.6, pointer_events="none")
    return cell + words_in(*words, font_weight="600", **slot)


def _paint(flat, x, y, width, height, paint):
    """Two layers, vermilion for sums above 0 and purple for sums below."""
    return "".join(
        rect(x, y, width, height, css, data_paint=slot, fill_opacity=f"{paint.get(slot, 0):g}", pointer_events="none")
        for slot, css in ((f"plus-{flat}", "output"), (f"minus-{flat}", "negative"))
    )  # fmt: skip


def sign(weight):
    return "negative" if weight < 0 else "kernel"


def kernel_grid(trace, x, y, width, height, words, flipped=False):
    """The weights, each tinted by its size and each a handle; a kernel of 1-D is one row."""
    kernel = np.atleast_2d(trace.kernel)
    rows, columns = kernel.shape
    size = font_size([number(w, 2) for w in kernel.flat], width, height)
    tint = strength(np.abs(kernel), 0, np.abs(kernel).max() or 1)
    parts = [label(x, y - 8, words, anchor="start", size=12, font_weight="600")]
    for (r, c), weight in np.ndenumerate(kernel):
        row, column = (rows - 1 - r, columns - 1 - c) if flipped else (r, c)
        left, top = x + column * width, y + row * height
        handle = handle_at("kernel", (r, c)[-trace.kernel.ndim :])
        more = {"data_id": f"w-{r * columns + c}", "data_row": row, "data_col": column, "data_handle": handle}
        parts.append(tile(left, top, width, height, sign(weight), tint[r, c], **more))
        parts.append(words_in(left, top, width, height, number(weight, 2), size, "scrub"))
    return cell_group(parts, "w", "kernel, the weights")


def input_cell(trace, index, x, y, width, height, size, opacity=0.28):
    """An input with its number, which is a handle."""
    flat = int(np.ravel_multi_index(index, trace.x.shape))
    row, column = index if len(index) == 2 else (0, index[0])
    more = {
        "data_id": f"in-{flat}", "data_row": row, "data_col": column, "data_handle": handle_at("x", index)
    }  # fmt: skip
    text = number(trace.x[index], 2)
    return tile(x, y, width, height, "input", opacity, **more) + words_in(
        x, lifted(y, height), width, height, text, size, "scrub", font_weight="600"
    )


def still(parts):
    """What is only looked at: the pointer goes through."""
    return group(parts, pointer_events="none")


# ---- where place 0 stands -----------------------------------------------------------------------------------


def anchored(trace, room, widest):
    """(cell size, distance of input 0 from the left) that stay as they are when a setting changes.

    The room holds the zeros before input 0 and all that lies to its right at the largest stride and
    output_padding. Input 0 stands where the dilation that needs most room puts it.
    """
    n, k, ndim = len(trace.x), len(trace.kernel), trace.x.ndim

    def columns(dilation):
        """Before input 0, and from it on."""
        before = dilation * (k - 1)
        return before, (n - 1) * MOST["stride"][ndim] + before + MOST["stride"][ndim]

    dilations = range(1, MOST["dilation"][ndim] + 1)
    start = max(b * min(widest, room / (b + after)) for b, after in map(columns, dilations))
    return min(widest, (room - start) / columns(trace.dilation)[1]), start
