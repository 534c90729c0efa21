"""Sizes that collide: what a convolution makes of each size, and where each output_padding leads back.

Ids of cells: "in-8" is size 8, "middle-4" the size 4 that it becomes, "back-8" the size that comes back.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from course_utils.convolution import colliding_sizes, convolution_size, output_padding_for, transposed_size
from course_utils.figures.draw.cells import cell_group, tile, words_in
from course_utils.figures.draw.scene import Handle, Scene, circle, document, held, label, line, rect, scrub
from course_utils.figures.trace import listed
from course_utils.validation import whole_number
from course_utils.windows import reach

WIDTH, HEIGHT = 980, 402
LARGEST_FOLLOWED, LAST_COLUMN = 16, 20  # the sizes that collide with 16 are in sight, too
MOST_COLLISIONS = {  # lowest and highest of every value
    "kernel_size": (1, 7), "stride": (1, 4), "padding": (0, 6), "dilation": (1, 3), "size": (1, LARGEST_FOLLOWED)
}  # fmt: skip
COLUMN, BAR = 42, 24  # a bar of 24 px is too low for "×1" to appear in it
THERE_Y, MIDDLE_Y, BACK_Y = 142, 232, 330


@dataclass(frozen=True)
class _Sizes:
    """The sizes of the picture, there and back."""

    kernel_size: int
    stride: int
    padding: int
    dilation: int
    size: int

    @property
    def settings(self):
        return self.kernel_size, self.stride, self.padding, self.dilation

    @cached_property
    def to(self):
        """Size -> what the convolution makes of it; without the sizes that the kernel does not fit."""
        to = {}
        for n in range(1, LAST_COLUMN + 1):
            try:
                to[n] = convolution_size(n, *self.settings)
            except ValueError:
                if self.kernel_size < 1:
                    raise
        return to

    @cached_property
    def members(self):
        """Size after the convolution -> the sizes in sight that become it."""
        return {m: [n for n in self.to if self.to[n] == m] for m in sorted(set(self.to.values()))}

    @property
    def output_padding(self):
        """What brings the followed size back."""
        return output_padding_for(self.size, *self.settings)

    def back(self, m):
        """(output_padding, size it leads to) from ``m``, for every one that torch takes, up to the last column."""
        pairs = []
        for output_padding in range(max(self.stride, self.dilation)):
            try:
                n = transposed_size(m, *self.settings[:3], output_padding, self.dilation)
            except ValueError:  # nothing is left
                continue
            if n <= LAST_COLUMN:
                pairs.append((output_padding, n))
        return pairs


def collisions_scene(kernel_size, stride=1, padding=0, dilation=1, size=8) -> Scene:
    """Sizes 1 to 20, the size a convolution makes of each, and where each output_padding leads from there.

    size   the one to follow, 1 to 16. Its whole way is drawn strong; the others stay in sight.

    Handles: "size" along its row, and every number of the formula.
    """
    whole_number(size, "size", 1, LARGEST_FOLLOWED)
    sizes = _Sizes(kernel_size, stride, padding, dilation, size)
    text = _followed(sizes, size)
    parts = [*_formulas(sizes), *_ways(sizes), *_size_bars(sizes), *_notes(sizes)]
    rows = [
        (str(m), ", ".join(map(str, found)), ", ".join(f"{op} → {n}" for op, n in sizes.back(m)))
        for m, found in sizes.members.items()
    ]
    return Scene(
        document(WIDTH, HEIGHT, parts, "Sizes there and back", text),
        text,
        (("output of the convolution", "inputs it comes from", "output_padding → size"), rows),
        links=_links(sizes),
        details=_details(sizes),
        places={f"in-{n}": _bar(n, THERE_Y) for n in range(LARGEST_FOLLOWED + 1, LAST_COLUMN + 1)},
        handles=_handles(sizes),
        chosen=f"in-{size}",
    )


def _links(sizes):
    links = {
        f"in-{n}": [(f"middle-{m}", None), (f"back-{n}", None)]
        for n, m in sizes.to.items()
        if n != sizes.size  # its way is drawn strong
    }
    for m, found in sizes.members.items():
        links[f"middle-{m}"] = [(f"in-{n}", None) for n in found] + [
            (f"back-{n}", None) for _, n in sizes.back(m)
        ]
    return links


def _handles(sizes):
    handles = {
        name: scrub(name, getattr(sizes, name), low, high, label=name, pixels=20)
        for name, (low, high) in MOST_COLLISIONS.items()
    }
    along = Handle(("size",), (sizes.size,), ((1 / COLUMN, 0),), (1,), (LARGEST_FOLLOWED,), (1,), "size")
    return handles | {"followed": along}


def _bar(n, y):
    """The place of a size in its row."""
    return WIDTH - 4 - (LAST_COLUMN - n + 1) * COLUMN + 3, y, COLUMN - 6, BAR


def _bar_x(n):
    """Its middle."""
    return WIDTH - 4 - (LAST_COLUMN - n + 0.5) * COLUMN


def _middle_x(found):
    return sum(map(_bar_x, found)) / len(found)


# ---- sentences ----------------------------------------------------------------------------------------------


def _followed(sizes, size):
    """The way of one size in words."""
    if size not in sizes.to:
        return (
            f"Size {size} is too small: the kernel spans {reach(sizes.kernel_size, sizes.dilation)} samples, "
            f"and {size} with padding = {sizes.padding} on both sides make only {size + 2 * sizes.padding}. "
            "torch: “Kernel size can't be greater than actual input size”."
        )
    m = sizes.to[size]
    others = [n for n in colliding_sizes(m, *sizes.settings) if n != size]
    shared = f", as it does {listed(others)}" if others else ", and no other size"
    op = output_padding_for(size, *sizes.settings)
    return (
        f"The convolution turns size {size} into {m}{shared}. Back from {m}, {_ways_back(sizes, m)}. "
        f"So output_padding = {op} brings {size} back."
    )


def _ways_back(sizes, m):
    led = [f"{op} leads to {n}" for op, n in sizes.back(m)]
    return f"output_padding = {', '.join(led)}" if led else "no output_padding leads to a size in sight"


def _details(sizes):
    details = {f"in-{n}": _followed(sizes, n) for n in range(1, LARGEST_FOLLOWED + 1)}
    for m, found in sizes.members.items():
        details[f"middle-{m}"] = (
            f"The convolution turns {listed(found)} into {m}. Back from {m}, {_ways_back(sizes, m)}."
        )
        for op, n in sizes.back(m):
            if sizes.to.get(n) == m:
                details[f"back-{n}"] = f"Size {n} comes back from {m} with output_padding = {op}."
    for n in range(1, LAST_COLUMN + 1):
        details.setdefault(f"back-{n}", f"No output of the convolution leads back to {n}.")
    return details


# ---- the formulas -------------------------------------------------------------------------------------------


def _formulas(sizes):
    """There and back: the size formulas, the same with numbers to pull at, and the lines of torch."""
    rest = [("stride", sizes.stride, 1), ("padding", sizes.padding, 0), ("dilation", sizes.dilation, 1)]
    said = "".join(f", {name}={value}" for name, value, usual in rest if value != usual)
    fits = sizes.size in sizes.to
    m = sizes.to.get(sizes.size)
    terms = [
        ("⌊(", "⌊("), ("size", sizes.size), ("+ 2 ·", "+ 2 ·"), ("padding", sizes.padding), ("−", "−"),
        ("dilation", sizes.dilation), ("· (", "· ("), ("kernel_size", sizes.kernel_size),
        ("− 1) − 1) /", "− 1) − 1) /"), ("stride", sizes.stride), ("⌋ + 1 =", "⌋ + 1 ="),
        ("out", m if fits else "the kernel does not fit"),
    ]  # fmt: skip
    parts = [label(2, 37, "there", anchor="start", font_weight="600")]
    left = 64.0
    for symbol, value in terms:
        width = 7.3 * len(symbol) + 6
        parts.append(_term(symbol, str(value), left + width / 2, left))
        left += width
    if not fits:
        return parts
    parts.append(_call(58, f"F.conv1d(x, w{said})"))
    op = sizes.output_padding
    back = f"({m} − 1) · {sizes.stride} − 2 · {sizes.padding} + {sizes.dilation} · ({sizes.kernel_size} − 1)"
    parts.append(label(2, 88, "back", anchor="start", font_weight="600"))
    parts.append(label(64, 88, f"{back} + {op} + 1 = {sizes.size}", "mono", anchor="start", size=12))
    last = f", output_padding={op}" if op else ""
    return [*parts, _call(108, f"F.conv_transpose1d(y, w{said}{last})")]


def _call(y, words):
    return label(64, y, words, "mono code muted", anchor="start", size=12)


def _term(symbol, value, middle, left):
    """A piece of the formula; the numbers of the learner's can be pulled."""
    if symbol == value:
        return label(middle, 37, value, "mono", size=12)
    head = label(middle, 17, symbol, "mono muted", size=12, pointer_events="none")
    if symbol == "out":
        return head + label(left + 3, 37, value, "mono output", anchor="start", size=13, font_weight="600")
    css = "mono scrub input" if symbol == "size" else "mono scrub"
    number = label(middle, 37, value, css, size=13, font_weight="600", pointer_events="none")
    return head + number + rect(middle - 14, 22, 28, 22, "plain", **held(symbol, f"{symbol}: {value}"))


# ---- the rows -----------------------------------------------------------------------------------------------


def _ways(sizes):
    """Lines from every size to what it becomes, and from there to where each output_padding leads."""
    faint, strong, marks = [], [], []
    for m, found in sizes.members.items():
        followed, middle = sizes.to.get(sizes.size) == m, _middle_x(found)
        for n in found:
            way = _way(
                _bar_x(n), THERE_Y + BAR, middle, MIDDLE_Y, followed, followed and n == sizes.size, "input"
            )
            (strong if followed else faint).append(way)
        for op, n in sizes.back(m):
            if op >= sizes.stride and not followed:
                continue  # lines that leave their own group cross the others: one group at a time
            end, here = _bar_x(n), followed and n == sizes.size
            dash = "5 4" if op >= sizes.stride else None
            way = _way(middle, MIDDLE_Y + BAR, end, BACK_Y, followed, here, "output", dash)
            (strong if followed else faint).append(way)
            if followed:
                x, y = middle + 0.72 * (end - middle), MIDDLE_Y + BAR + 0.72 * (BACK_Y - MIDDLE_Y - BAR)
                # on a disc of paper, above all lines: on a line of its own color the number could not be read
                marks.append(circle(x, y, 9, "paper"))
                marks.append(label(x, y + 4.5, op, "output", size=13, font_weight="700"))
    return [*faint, *strong, *marks]


def _way(x1, y1, x2, y2, followed, here, css, dash=None):
    return line(
        x1, y1, x2, y2, f"line {css}" if here else "line muted", stroke_width=3 if here else 1.2,
        stroke_opacity=1 if followed else 0.35, stroke_dasharray=dash,
    )  # fmt: skip


def _size_bars(sizes):
    """The three rows of sizes."""
    middles = {m: _middle_x(found) for m, found in sizes.members.items()}
    columns = {n: _bar_x(n) for n in range(1, LAST_COLUMN + 1)}
    return [
        *_row(sizes, "in", THERE_Y, "input", ("size", "of the input"), columns, sizes.size),
        *_row(sizes, "middle", MIDDLE_Y, "muted", ("after the", "convolution"), middles, sizes.to.get(sizes.size)),
        *_row(sizes, "back", BACK_Y, "output", ("after the way", "back"), columns, sizes.size),
    ]  # fmt: skip


def _row(sizes, name, y, css, words, middles, followed):
    cells = []
    for n, middle in middles.items():
        x, width, strong = middle - COLUMN / 2 + 3, COLUMN - 6, n == followed
        fits = name == "middle" or n in sizes.to
        more = {"data_id": f"{name}-{n}", "data_row": 0, "data_col": n}
        if name == "in" and n > LARGEST_FOLLOWED:
            more = {}  # in sight, because others collide with it; it cannot be followed
        if name == "in" and strong:
            more["data_handle"] = "followed"
        offered = 0.5 if strong else 0.16 if more else 0.07
        cells.append(tile(x, y, width, BAR, css if fits else "plain", offered, **more))
        text = "scrub" if name == "in" and strong else "" if fits and more else "muted"
        weight = {"font_weight": "700"} if strong else {}
        cells.append(words_in(x, y, width, BAR, str(n), 13, text, **weight))
        if not fits and name == "in":
            cells.append(line(x, y + BAR, x + width, y, "line muted", pointer_events="none"))
    return [
        cell_group(cells, name, " ".join(words)),
        label(2, y + 10, words[0], anchor="start", size=12, font_weight="600"),
        label(2, y + 25, words[1], "muted", anchor="start", size=11),
    ]


def _notes(sizes):
    y = BACK_Y + BAR + 24
    words = "the number on a line is the output_padding"
    parts = [label(WIDTH - 4, y, words, "output", anchor="end", size=12)]
    if len(sizes.to) < LAST_COLUMN:
        parts.append(label(2, y, "struck through: the kernel does not fit", "muted", anchor="start", size=12))
    return parts
