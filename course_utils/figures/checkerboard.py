"""How many stamps land where: along one axis, layer upon layer, and as the picture that both axes make.

Ids: "stamp-2-1" is number 1 of the kernel in stamp 2; "out-3" is the fourth output shown, along one axis. The part
that is shown lies far from the border and begins at a multiple of the stride.
"""

from __future__ import annotations

import numpy as np

from course_utils.checkerboard import stacked_overlap
from course_utils.figures.draw.cells import cell_group, font_size, tile, words_in
from course_utils.figures.draw.scene import Scene, document, held, image, label, rect, scrub
from course_utils.validation import whole_number

WIDTH, HEIGHT = 860, 462
LEFT, SPAN = 30, 430  # of the axis
TOP, HIGH = 120, 60  # of the first row of bars
SQUARE, SIDE = 500, 330  # the picture at the right
MOST = {"kernel_size": 7, "stride": 4, "layers": 3}


def overlap_scene(kernel_size=3, stride=2, layers=1) -> Scene:
    """The overlap of ``layers`` transposed convolutions of one kernel size and stride, away from the border.

    kernel_size, stride, layers   up to MOST
    Handles: "kernel_size", "stride", "layers".
    """
    values = {
        name: whole_number(value, name, 1, MOST[name])
        for name, value in (("kernel_size", kernel_size), ("stride", stride), ("layers", layers))
    }
    counts = shown_counts(**values)
    text = _words(counts[-1], values)
    parts = [_formula(values), *_stamps(counts[0], values), *_bars(counts, values), _picture(counts[-1])]
    table = (("output", "stamps"), [(str(o), str(count)) for o, count in enumerate(counts[-1])])
    links, details = _links(counts, values)
    return Scene(
        document(WIDTH, HEIGHT, parts, "How many stamps land where", text),
        text, table, links=links, details=details,
        handles={
            name: scrub(name, value, 1, MOST[name], 1, name.replace("_", " "), pixels=22)
            for name, value in values.items()
        },
    )  # fmt: skip


def shown_counts(kernel_size, stride, layers):
    """The overlap after each layer, the parts that lie above each other in the picture: a list of arrays.

    The last one is as long as a whole number of periods, 24 or a little more.
    """
    period = stride**layers
    periods = max(1, -(-24 // period)) if period < 24 else 1
    first = kernel_size * layers  # inputs that are skipped: more than any border reaches
    after = []
    for layer in range(1, layers + 1):
        stack = stacked_overlap(2 * first + periods, [(kernel_size, stride, 0, 0)] * layer)
        start = first * stride**layer
        after.append(stack[start : start + periods * stride**layer])
    return after


def _words(counts, values):
    kernel, stride, layers = values["kernel_size"], values["stride"], values["layers"]
    least, most = int(counts.min()), int(counts.max())
    begin = f"Kernel {kernel}, stride {stride}"
    begin += f", {layers} layers: " if layers > 1 else ": "
    what = "ways lead to" if layers > 1 else "stamps land on"
    if least == most:
        return f"{begin}every output has {most} along an axis, {most**2} in the picture: no squares from counting."
    if least == 0:
        return (
            f"{begin}up to {most} {what} an output along an axis, and none to some. "
            f"The picture has holes: from 0 to {most**2}."
        )
    return (
        f"{begin}{least} to {most} {what} an output along an axis, so {least**2} to {most**2} in the picture. "
        f"The most is {most**2 / least**2:.3g} times the least."
    )


def _formula(values):
    """The three numbers that a hand can pull."""
    parts, x = [], LEFT
    for name, words in (("kernel_size", "kernel"), ("stride", "stride"), ("layers", "layers")):
        parts.append(label(x, 32, words, "muted", anchor="start"))
        x += 8 * len(words) + 6
        parts.append(
            label(
                x, 34, values[name], "scrub mono", anchor="start", size=22, font_weight="600",
                **held(name, words),
            )
        )  # fmt: skip
        x += 52
    return "".join(parts)


def _stamps(counts, values):
    """The stamps of the first layer, one below the other where they overlap."""
    kernel, stride = values["kernel_size"], values["stride"]
    cell = SPAN / len(counts)
    rows = min(-(-kernel // stride), 7)
    height = 42 / max(rows, 1)
    parts = [label(LEFT, TOP - 54, "stamps of layer 1", "muted", anchor="start", size=12)]
    cells, size = [], font_size([str(kernel - 1)], cell, height)
    for number in _stamp_numbers(counts, values):
        top = TOP - 46 + number % rows * height
        for t in range(kernel):
            o = number * stride + t
            if 0 <= o < len(counts):
                place = LEFT + o * cell, top, cell, height - 1.5
                cells.append(tile(*place, "kernel", 0.35, data_id=f"stamp-{_id(number)}-{t}"))
                cells.append(words_in(*place, str(t), size and min(size, 10)))
    return [*parts, cell_group(cells, "stamp", "stamps of layer 1")]


def _stamp_numbers(counts, values):
    first = -(-(values["kernel_size"] - 1) // values["stride"])
    return range(-first, -(-len(counts) // values["stride"]))


def _id(number):
    return f"b{-number}" if number < 0 else str(number)


def _bars(counts, values):
    """A row of bars for every layer, all over the same stretch."""
    high = HIGH if len(counts) < 3 else 56
    parts = []
    for layer, row in enumerate(counts):
        base = TOP + 30 + (high + 40) * layer + high
        cell, most = SPAN / len(row), max(int(row.max()), 1)
        last = layer == len(counts) - 1
        name = "stamps on every output" if len(counts) == 1 else f"after layer {layer + 1}"
        parts.append(label(LEFT, base - high - 8, name, "muted", anchor="start", size=12))
        size = font_size([str(most)], cell, 30)
        cells = []
        for o, count in enumerate(row):
            height = high * int(count) / most
            more = {"data_id": f"out-{o}"} if last else {}
            cells.append(tile(LEFT + o * cell, base - height, cell, max(height, 1), "output", 0.45, **more))
            if size:
                cells.append(words_in(LEFT + o * cell, base + 1, cell, 14, str(count), min(size, 11)))
        parts.append(cell_group(cells, "out" if last else f"layer-{layer + 1}", name))
    return parts


def _picture(counts):
    """What both axes make of it: the product, as pixels."""
    both = counts[:, None] * counts
    words = f"the overlap in the picture, from {both.min()} to {both.max()}"
    pixels = np.zeros((*both.shape, 4), np.uint8)
    pixels[..., :3] = (213, 94, 0)  # the output's vermilion; how much of it covers the paper says how many
    pixels[..., 3] = (230 * both / max(both.max(), 1)).round()
    return (
        label(SQUARE, 90, "both axes: how many in the picture", "muted", anchor="start", size=12)
        + image(SQUARE, 100, SIDE, SIDE, pixels, words)
        + rect(SQUARE, 100, SIDE, SIDE, "frame", pointer_events="none")
    )


def _links(counts, values):
    if values["layers"] > 1:
        return {}, {f"out-{o}": f"Output {o}: {count} ways lead to it." for o, count in enumerate(counts[-1])}
    links, details = {}, {}
    for o, count in enumerate(counts[0]):
        lit = [
            (f"stamp-{_id(number)}-{o - number * values['stride']}", None)
            for number in _stamp_numbers(counts[0], values)
            if 0 <= o - number * values["stride"] < values["kernel_size"]
        ]
        links[f"out-{o}"] = lit
        numbers = " and ".join(each.rsplit("-", 1)[1] for each, _ in lit)
        details[f"out-{o}"] = f"Output {o} meets {count} of the kernel's numbers" + (
            f": {numbers}." if lit else "."
        )
        for each, _ in lit:
            links.setdefault(each, []).append((f"out-{o}", None))
            details[each] = f"This number of the kernel lands on output {o}."
    return links, details
