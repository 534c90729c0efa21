"""The picture of phases: a kernel falls apart, windows fill the maps, the maps are shuffled; beside it, the layer.

A phase has one hue from the kernel to the output. Words and ids: see ``phases.py``; how arrays are drawn:
``phase_panels.py``.
"""

from __future__ import annotations

import textwrap

import numpy as np

from course_utils.figures.draw.hues import hued
from course_utils.figures.draw.scene import NoPicture, Scene, document, label, rect, scrub
from course_utils.figures.phase_panels import WIDTH, PhaseRows, PhaseSquares
from course_utils.figures.phases import (
    phases_details,
    phases_links,
    phases_overview,
    phases_table,
    subpixel_line,
    subpixel_size,
)
from course_utils.figures.stepper_cells import LOWEST, formula, handle_at
from course_utils.figures.trace import checked_trace, refusal, torch_line, torch_words
from course_utils.phases import VERSIONS, Phases
from course_utils.validation import one_of

MOST_INPUTS = {1: 6, 2: 3}  # per axis; more could not be read in the room there is
MOST_TAPS = {1: 9, 2: 6}
MOST_REACH = {1: 25, 2: 9}
MOST = {
    "stride": {1: 4, 2: 3},
    "padding": {1: 6, 2: 4},
    "output_padding": {1: 3, 2: 2},
    "dilation": {1: 3, 2: 2},
}
LARGEST = 99  # of a number; sums of larger ones could not be read
HEIGHT = 520
OPENS_AT = "shuffle-0"  # the maps are full and the first one has flown: where it goes can be seen


def phases_scene(
    x, kernel, stride=1, padding=0, output_padding=0, dilation=1, version="slots before"
) -> Scene:
    """A transposed convolution and the sub-pixel convolution that is the same, with the frames of all steps.

    x, kernel   1-D, or square 2-D; up to MOST_INPUTS and MOST_TAPS per axis, from -LARGEST to LARGEST
    version     "slots before" or "trim after": how ``padding`` is brought about (see ``course_utils.phases``)

    Handles: "x[0]", "kernel[0]" (in 2-D "x[0,0]"), every setting, "in_size", "kernel_size".
    A setting that torch refuses, or numbers that are too many or too long to be read, become a scene that says so,
    as large as the others. Raises NoPicture for more numbers than there are places.
    """
    one_of(version, "version", VERSIONS)
    settings = {"stride": stride, "padding": padding, "output_padding": output_padding, "dilation": dilation}
    trace = phases_trace(x, kernel, **settings)
    if trace.reach > MOST_REACH[trace.x.ndim]:
        return _too_long(trace)
    try:
        _ = trace.out_shape
    except ValueError:
        return _refusal(trace)
    parts = Phases(trace, version)
    try:
        return _drawn(parts)
    except NoPicture as reason:
        return _in_words(
            trace, [("No room for the numbers:", str(reason), "")], "Numbers too long", str(reason)
        )


def phases_trace(x, kernel, **settings):
    """The numbers of the picture. Raises NoPicture for more than there are places, and for larger ones."""
    most = {"x": MOST_INPUTS, "kernel": MOST_TAPS, **MOST}
    trace = checked_trace(x, kernel, settings, most, "this picture")
    for name, array in (("x", trace.x), ("kernel", trace.kernel)):
        if abs(array).max() > LARGEST:
            raise NoPicture(
                f"{name} reaches from {array.min():g} to {array.max():g}; this picture shows numbers from "
                f"−{LARGEST} to {LARGEST}."
            )
    return trace


def _drawn(parts):
    trace = parts.trace
    draw = (PhaseRows if parts.dimensions == 1 else PhaseSquares)(parts)
    frames, text = draw.frames(), phases_overview(parts)
    channels = range(len(parts.phases))
    steps = [*(f"window-{q}" for q in range(parts.maps[0].size)), *(f"shuffle-{c}" for c in channels), "all"]
    shapes = [formula(trace), _torch(trace), _subpixel(parts), *draw.parts(frames, steps.index(OPENS_AT))]
    return Scene(
        hued(document(WIDTH, HEIGHT, shapes, f"A kernel and its phases, {parts.version}", text)),
        text,
        phases_table(parts),
        links=phases_links(parts),
        details=phases_details(parts),
        steps=steps,
        frames=frames,
        handles=_handles(trace),
    )


# ---- above the picture --------------------------------------------------------------------------------------


def _torch(trace):
    call = torch_line(trace.x.ndim, **trace.settings)
    shapes = f"x of shape {(1, 1, *trace.x.shape)}, w of shape {(1, 1, *trace.kernel.shape)}"
    return _call(60, call) + _beside(60, shapes)


def _subpixel(parts):
    """The call that does the same with phases, and the size that it makes."""
    symbols, numbers = subpixel_size(parts)
    return "".join(
        [
            label(WIDTH - 2, 17, f"out = {symbols}", "mono muted", "end", 11),
            label(WIDTH - 2, 37, numbers, "mono", "end", 11),
            _call(79, subpixel_line(parts)),
            _beside(79, f"W of shape {parts.layer.weight.shape}"),
        ]
    )


def _call(y, text):
    return label(2, y, text, "mono code", "start", 12, font_weight="600")


def _beside(y, text):
    return label(WIDTH - 2, y, text, "muted", "end", 12)


def _handles(trace, numbers=True):
    """Handles of every input, every weight, every setting and both sizes."""
    ndim, handles = trace.x.ndim, {}
    for name, words, array in (("x", "input", trace.x), ("kernel", "weight", trace.kernel)):
        step = 1 if (array == array.round()).all() else 0.25
        for index in np.ndindex(array.shape) if numbers else ():
            handle, value = handle_at(name, index), float(array[index])
            handles[handle] = scrub(
                handle, value, -LARGEST, LARGEST, step, f"{words} {', '.join(map(str, index))}"
            )
    for name, value in trace.settings.items():
        handles[name] = scrub(name, value, LOWEST[name], MOST[name][ndim], label=name, pixels=20)
    for name, words, array, most in (
        ("in_size", "n, the input size", trace.x, MOST_INPUTS[ndim]),
        ("kernel_size", "k, the kernel size", trace.kernel, MOST_TAPS[ndim]),
    ):
        handles[name] = scrub(name, len(array), 1, most, label=f"{words} (new numbers count up)", pixels=20)
    return handles


# ---- what cannot be drawn -----------------------------------------------------------------------------------


def _refusal(trace):
    """A setting without output: torch's words in the picture, ours in the sentence above it."""
    theirs = torch_words(trace.x.shape, len(trace.kernel), **trace.settings)
    said = [("torch refuses this setting:", theirs, "mono")]
    return _in_words(trace, said, "A setting that torch refuses", refusal(trace))


def _too_long(trace):
    """A setting that torch takes, whose cells would be too small for their numbers."""
    reason = (
        f"A kernel of {len(trace.kernel)} with dilation = {trace.dilation} spans {trace.reach} samples. Here "
        f"the numbers could be read up to {MOST_REACH[trace.x.ndim]}."
    )
    works = f"What works: a smaller kernel, or dilation = {trace.dilation - 1}."
    said = [("No room for the numbers:", reason, "")]
    return _in_words(trace, said, "A kernel that is too long to be drawn", f"{reason} {works}")


def _in_words(trace, said, title, text):
    """Words in place of a picture, and as large as one. Settings and sizes can still be pulled."""
    parts = [
        formula(trace),
        _torch(trace),
        rect(2, 92, WIDTH - 4, HEIGHT - 100, "frame", rx=6, stroke_dasharray="5 4"),
    ]
    y = 136
    for heading, words, css in said:
        parts.append(label(28, y, heading, anchor="start", size=14, font_weight="600"))
        for piece in textwrap.wrap(words, 100 if css else 118):
            y += 24
            parts.append(label(28, y, piece, css, anchor="start"))
        y += 40
    svg = document(WIDTH, HEIGHT, parts, title, text)
    return Scene(svg, text, handles=_handles(trace, numbers=False))
