"""Sizes that collide: what a convolution makes of each size, and where each output_padding leads back.

Ids of cells: "in-8" is size 8, "middle-4" the size 4 that it becomes, "back-8" the size that comes back.
"""

from __future__ import annotations

from course_utils.convolution import colliding_sizes, convolution_size, output_padding_for, transposed_size
from course_utils.figures.cells import cell_group, tile, words_in
from course_utils.figures.scene import Scene, circle, document, label, line
from course_utils.figures.walk import listed
from course_utils.validation import whole_number

WIDTH = 980
LARGEST_FOLLOWED, LAST_COLUMN = 16, 20
COLUMN, BAR, COLLISIONS_HEIGHT = 42, 24, 372  # a bar of 24 px is too low for "×1" to appear in it
THERE_Y, MIDDLE_Y, BACK_Y = 112, 202, 300


def collisions_scene(kernel_size, stride=1, padding=0, dilation=1, size=8) -> Scene:
    """Sizes 1 to 20, the size a convolution makes of each, and where each output_padding leads from there.

    size   the one to follow, 1 to 16. Its whole way is drawn strong; the others stay in sight.
    """
    whole_number(size, "size", 1, LARGEST_FOLLOWED)
    settings = (kernel_size, stride, padding, dilation)
    to = {}
    for n in range(1, LAST_COLUMN + 1):
        try:
            to[n] = convolution_size(n, *settings)
        except ValueError:  # the kernel does not fit; the picture says so
            if kernel_size < 1:
                raise
    text = _followed(size, to, settings)
    members = {m: [n for n in to if to[n] == m] for m in sorted(set(to.values()))}
    parts = [
        *_collisions_header(size, to, settings),
        *_ways(size, to, members, settings),
        *_size_bars(size, to, members),
    ]
    rows = [
        (str(m), ", ".join(map(str, found)), ", ".join(f"{op} → {n}" for op, n in _back(m, settings)))
        for m, found in members.items()
    ]
    return Scene(
        document(WIDTH, COLLISIONS_HEIGHT, parts, "Sizes there and back", text),
        text,
        (("output of the convolution", "inputs it comes from", "output_padding → size"), rows),
        links={
            **{f"in-{n}": [(f"middle-{m}", 1.0), (f"back-{n}", 1.0)] for n, m in to.items()},
            **{
                f"middle-{m}": [
                    *((f"in-{n}", 1.0) for n in found),
                    *((f"back-{n}", 1.0) for _, n in _back(m, settings)),
                ]
                for m, found in members.items()
            },
        },
        details={f"in-{n}": _followed(n, to, settings) for n in range(1, LAST_COLUMN + 1)},
    )


def _back(m, settings):
    """(output_padding, size it leads to) from ``m``, for every one that torch takes, up to the last column."""
    kernel_size, stride, padding, dilation = settings
    pairs = []
    for output_padding in range(max(stride, dilation)):
        try:
            n = transposed_size(m, kernel_size, stride, padding, output_padding, dilation)
        except ValueError:  # nothing is left
            continue
        if n <= LAST_COLUMN:
            pairs.append((output_padding, n))
    return pairs


def _bar_x(n):
    return WIDTH - 4 - (LAST_COLUMN - n + 0.5) * COLUMN


def _middle_x(found):
    return sum(map(_bar_x, found)) / len(found)


def _followed(size, to, settings):
    """The way of one size in words."""
    kernel_size, _, padding, dilation = settings
    if size not in to:
        extent = dilation * (kernel_size - 1) + 1
        return (
            f"Size {size} is too small: the kernel reaches over {extent} samples, and {size} with padding = "
            f"{padding} on both sides are {size + 2 * padding}. torch: “Kernel size can't be "
            "greater than actual input size”."
        )
    m = to[size]
    others = [n for n in colliding_sizes(m, *settings) if n != size]
    shared = f", as it takes {listed(others)}" if others else ", and no other size"
    op = output_padding_for(size, *settings)
    choices = "; ".join(f"{p} to {n}" for p, n in _back(m, settings))
    return (
        f"The convolution takes size {size} to {m}{shared}. From {m}, output_padding leads: {choices}. "
        f"So output_padding = {op} brings {size} back."
    )


def _collisions_header(size, to, settings):
    kernel_size, stride, padding, dilation = settings
    there = f"⌊({size} + 2 · {padding} − {dilation} · ({kernel_size} − 1) − 1) / {stride}⌋ + 1"
    parts = [label(2, 18, "there", anchor="start", font_weight="600")]
    rest = [("stride", stride, 1), ("padding", padding, 0), ("dilation", dilation, 1)]
    said = "".join(f", {name}={value}" for name, value, usual in rest if value != usual)
    if size not in to:
        parts.append(label(64, 18, f"{there}: the kernel does not fit", "mono", anchor="start", size=12))
        return parts
    parts.append(label(2, 62, "back", anchor="start", font_weight="600"))
    m, op = to[size], output_padding_for(size, *settings)
    back = f"({m} − 1) · {stride} − 2 · {padding} + {dilation} · ({kernel_size} − 1) + {op} + 1 = {size}"
    last = f", output_padding={op}" if op else ""
    for y, formula, call in (
        (18, f"{there} = {m}", f"F.conv1d(x, w{said})"),
        (62, back, f"F.conv_transpose1d(y, w{said}{last})"),
    ):
        parts.append(label(64, y, formula, "mono", anchor="start", size=12))
        parts.append(label(64, y + 18, call, "mono code muted", anchor="start", size=12))
    return parts


def _ways(size, to, members, settings):
    """Lines from every size to what it becomes, and from there to where each output_padding leads."""
    faint, strong, marks = [], [], []
    for m, found in members.items():
        followed = to.get(size) == m
        middle = _middle_x(found)
        for n in found:
            here = followed and n == size
            line_ = line(
                _bar_x(n), THERE_Y + BAR, middle, MIDDLE_Y, "line input" if here else "line muted",
                stroke_width=3 if here else 1.2, stroke_opacity=1 if followed else 0.35,
            )  # fmt: skip
            (strong if followed else faint).append(line_)
        for op, n in _back(m, settings):
            if op >= settings[1] and not followed:
                continue  # lines that leave their own group cross the others: one group at a time
            here = followed and n == size
            end = _bar_x(n)
            drawn = line(
                middle, MIDDLE_Y + BAR, end, BACK_Y, "line output" if here else "line muted",
                stroke_width=3 if here else 1.2, stroke_opacity=1 if followed else 0.35,
                stroke_dasharray="5 4" if op >= settings[1] else None,
            )  # fmt: skip
            (strong if followed else faint).append(drawn)
            if followed:
                at = 0.72
                x, y = middle + at * (end - middle), MIDDLE_Y + BAR + at * (BACK_Y - MIDDLE_Y - BAR)
                # on a disc of paper, above all lines: on a line of its own colour the number could not be read
                marks.append(circle(x, y, 9, "paper"))
                marks.append(label(x, y + 4.5, op, "output", size=13, font_weight="700"))
    return [*faint, *strong, *marks]


def _size_bars(size, to, members):
    """The three rows of sizes."""
    rows = [
        ("in", THERE_Y, "input", "size", "of the input"),
        ("middle", MIDDLE_Y, "muted", "after the", "convolution"),
        ("back", BACK_Y, "output", "after the way", "back"),
    ]
    parts = []
    for name, y, css, first, second in rows:
        cells = []
        xs = {m: _middle_x(found) for m, found in members.items()} if name == "middle" else None
        for n in xs or range(1, LAST_COLUMN + 1):
            strong = n == (to.get(size) if xs else size)
            x = (xs[n] if xs else _bar_x(n)) - COLUMN / 2 + 3
            fits = xs or n in to
            cells.append(
                tile(
                    x,
                    y,
                    COLUMN - 6,
                    BAR,
                    css if fits else "plain",
                    0.5 if strong else 0.16,
                    data_id=f"{name}-{n}",
                    data_row=0,
                    data_col=n,
                )
            )
            weight = {"font_weight": "700"} if strong else {}
            cells.append(words_in(x, y, COLUMN - 6, BAR, str(n), 13, "" if fits else "muted", **weight))
            if not fits and name == "in":
                cells.append(line(x, y + BAR, x + COLUMN - 6, y, "line muted", pointer_events="none"))
        parts.append(cell_group(cells, name, f"{first} {second}"))
        parts.append(label(2, y + 10, first, anchor="start", size=12, font_weight="600"))
        parts.append(label(2, y + 25, second, "muted", anchor="start", size=11))
    words = "the number on a line is the output_padding"
    parts.append(label(WIDTH - 4, BACK_Y + BAR + 24, words, "output", anchor="end", size=12))
    if len(to) < LAST_COLUMN:
        parts.append(
            label(
                2,
                BACK_Y + BAR + 24,
                "struck through: the kernel does not fit",
                "muted",
                anchor="start",
                size=12,
            )
        )
    return parts
