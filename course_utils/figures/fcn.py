"""A bilinear kernel, what its phases add up to, and what it makes of a flat signal.

Words used here (phase, phase sum: see ``subpixel.py``; whole: ``fcn.FlatAnswer``)
    ids   "k-3" weight 3, "sum-1" the sum of phase 1, "out-5" output 5; one hue per phase in all three
"""

from __future__ import annotations

from typing import NamedTuple

from course_utils.fcn import FlatAnswer, flat_answer, is_interpolator
from course_utils.figures.draw.cells import cell_group
from course_utils.figures.draw.hues import hue, hued
from course_utils.figures.draw.scene import Scene, counted, document, held, label, line, number, rect, scrub
from course_utils.validation import whole_number

MOST = {"kernel_size": 16, "stride": 8}
NAMES = {"kernel_size": "kernel k", "stride": "stride s"}
IN_SIZE = 6  # ones; with a stride of 8 and a kernel of 16 the flat part is still the larger one

WIDTH, HEIGHT = 932, 448
TOP, ONE = 64, 84  # where the upper row begins; height of a weight or an output of 1
KERNEL_X, KERNEL_ROOM = 4, 560
SUMS_X, SUMS_ROOM = 620, 308
ANSWER_Y, ANSWER_ROOM = 268, 924
HIGHEST = 1.6  # of a bar that is drawn whole: longer ones end there, and their number says how long they are


def kernel_scene(kernel_size=4, stride=2) -> Scene:
    """Upper row: the weights, and their sums phase by phase. Lower row: what a signal of ones becomes, uncropped.

    Handles: both settings, in the line above the picture. Raises ValueError for settings beyond MOST.
    """
    settings = {"kernel_size": kernel_size, "stride": stride}
    for name, most in MOST.items():
        whole_number(settings[name], name, 1, most)
    state = _State(kernel_size, stride, flat_answer(kernel_size, stride, IN_SIZE))
    text = _sentence(state)
    parts = [_settings(settings), _kernel(state), _sums(state), _answer(state)]
    return Scene(
        hued(document(WIDTH, HEIGHT, parts, "A bilinear kernel and a flat signal", text)),
        text,
        table=_table(state),
        links=_links(state),
        details=_details(state),
        handles={
            name: scrub(name, value, 1, MOST[name], label=NAMES[name], pixels=12)
            for name, value in settings.items()
        },
    )


class _State(NamedTuple):
    kernel_size: int
    stride: int
    flat: FlatAnswer

    def taps(self, phase):
        """The weights of a phase."""
        return range(phase, self.kernel_size, self.stride)

    def met(self, out):
        """The weights whose product an output sums; at the border some of its phase are missing."""
        return [t for t in self.taps(out % self.stride) if 0 <= (out - t) // self.stride < IN_SIZE]


# ---- the picture ---------------------------------------------------------------------------------------------


def _settings(settings):
    parts, x = [], 4.0
    for name, value in settings.items():
        text = f"{NAMES[name]} = {value}"
        parts.append(rect(x - 4, 2, 8.2 * len(text) + 8, 24, "plain", **held(name, text)))
        parts.append(label(x, 19, text, "mono scrub", "start", 14, font_weight="600", pointer_events="none"))
        x += 8.4 * len(text) + 40
    return "".join(parts)


def _kernel(state):
    wide = min(KERNEL_ROOM / state.kernel_size, 56)
    values = state.flat.kernel
    bars = [
        _bar(KERNEL_X + t * wide, TOP + 18, wide, values[t], t % state.stride, f"k-{t}", t)
        for t in range(state.kernel_size)
    ]
    title = label(KERNEL_X, TOP - 8, "the kernel, one hue per phase", "", "start", 13, font_weight="600")
    return title + cell_group(bars, "k", "kernel")


def _sums(state):
    wide = min(SUMS_ROOM / state.stride, 56)
    bars = [
        _bar(SUMS_X + p * wide, TOP + 18, wide, total, p, f"sum-{p}", p)
        for p, total in enumerate(state.flat.sums)
    ]
    title = label(SUMS_X, TOP - 8, "what each phase adds up to", "", "start", 13, font_weight="600")
    return title + _level(SUMS_X, TOP + 18, SUMS_ROOM) + cell_group(bars, "sum", "phase sums")


def _answer(state):
    count = len(state.flat.answer)
    wide = min(ANSWER_ROOM / count, 40)
    bars = [
        _bar(
            KERNEL_X + o * wide, ANSWER_Y + 18, wide, value, o % state.stride, f"out-{o}", o,
            pale=o not in state.flat.whole, numbers=wide >= 22,
        )
        for o, value in enumerate(state.flat.answer)
    ]  # fmt: skip
    words = f"what {IN_SIZE} ones become, before any crop (pale: the border is felt)"
    title = label(KERNEL_X, ANSWER_Y - 8, words, "", "start", 13, font_weight="600")
    return title + _level(KERNEL_X, ANSWER_Y + 18, wide * count) + cell_group(bars, "out", "answer")


def _bar(x, top, wide, value, phase, name, column, pale=False, numbers=True):
    """A bar that stands on the line of 0, and its number above it."""
    base, tall = top + ONE * HIGHEST, ONE * min(value, HIGHEST)
    more = {"data_id": name, "data_row": 0, "data_col": column, "stroke_width": 0.7}
    css = f"cell {hue(phase)}"
    bar = rect(x + 1, base - tall, wide - 2, tall, css, fill_opacity="0.45" if pale else "1", **more)
    frame = rect(x + 1, base - tall, wide - 2, tall, "frame", pointer_events="none", stroke_width=0.7)
    size = min(12.0, (wide - 1) / (0.6 * len(number(value, 2))))
    if not numbers or size < 7:
        return bar + frame
    return (
        bar
        + frame
        + label(x + wide / 2, base - tall - 4, number(value, 2), size=round(size, 2), pointer_events="none")
    )


def _level(x, top, wide):
    """The line of 1."""
    y = top + ONE * (HIGHEST - 1)
    return line(x, y, x + wide, y, "line muted", stroke_dasharray="4 3", pointer_events="none") + label(
        x + wide + 2, y - 3, "1", "muted", "end", 11, pointer_events="none"
    )


# ---- the words ------------------------------------------------------------------------------------------------


def _sentence(state):
    k, s, sums = state.kernel_size, state.stride, state.flat.sums
    listed = _listed(sums)
    begin = f"Kernel {k}, stride {s}: {counted(s, 'phase')}, adding up to {listed}. "
    if is_interpolator(k, s):
        return begin + "Flat areas stay flat, and as bright as they were."
    if sums.max() - sums.min() < 1e-9:
        return begin + f"Flat areas stay flat, {number(sums[0], 2)} times as bright."
    return begin + "Flat areas get a pattern."


def _listed(sums):
    words = [number(each, 2) for each in sums]
    if len(set(words)) == 1:
        return words[0] if len(words) == 1 else f"{words[0]} each"
    return ", ".join(words)


def _added(state, taps):
    values = [number(state.flat.kernel[t], 2) for t in taps]
    total = number(state.flat.kernel[list(taps)].sum(), 2) if taps else "0"
    return f"{' + '.join(values) or 'nothing'} = {total}" if len(values) != 1 else total


def _details(state):
    details = {
        f"k-{t}": f"Weight {t} is {number(value)}; it belongs to phase {t % state.stride}."
        for t, value in enumerate(state.flat.kernel)
    }
    for p in range(state.stride):
        details[f"sum-{p}"] = f"Phase {p}: {_added(state, state.taps(p))}."
    for o in range(len(state.flat.answer)):
        where = "" if o in state.flat.whole else " Part of its phase lies beyond the border."
        details[f"out-{o}"] = f"Output {o}, phase {o % state.stride}: {_added(state, state.met(o))}.{where}"
    return details


def _links(state):
    def weights(taps):
        return [(f"k-{t}", float(state.flat.kernel[t])) for t in taps]

    links = {f"sum-{p}": weights(state.taps(p)) for p in range(state.stride)}
    links |= {f"out-{o}": weights(state.met(o)) for o in range(len(state.flat.answer))}
    links |= {f"k-{t}": [(f"sum-{t % state.stride}", None)] for t in range(state.kernel_size)}
    return links


def _table(state):
    rows = [(f"phase {p}", _added(state, state.taps(p))) for p in range(state.stride)]
    rows.append(("what ones become", ", ".join(number(each, 2) for each in state.flat.answer)))
    return ("", "sum"), rows
