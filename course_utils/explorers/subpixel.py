"""Phases: a transposed convolution falls apart into small convolutions and is shuffled together again."""

from __future__ import annotations

import numpy as np

from course_utils.explorers.sizes import counted_on, sizes_that_fit
from course_utils.explorers.stage import Explorer, toggle
from course_utils.explorers.stage.standing import Standing
from course_utils.explorers.transposed import FOLDED, SIZES, controls_of, start_of
from course_utils.figures.subpixel import MOST, MOST_INPUTS, MOST_TAPS, OPENS_AT, phases_scene, phases_trace
from course_utils.phases import VERSIONS
from course_utils.validation import one_of, whole_number

ROOM = {"x": MOST_INPUTS, "kernel": MOST_TAPS, **MOST}
LABELS = {
    "x": "input x",
    "kernel": "kernel w",
    "in_size": "input size (new inputs count up)",
    "kernel_size": "kernel size (new weights count up)",
}


def phases(
    dimensions=2,
    x=None,
    kernel=None,
    kernel_size=4,
    stride=2,
    padding=1,
    output_padding=0,
    dilation=1,
    version="slots before",
) -> Explorer:
    """A kernel and its phases: windows fill the maps, the maps are shuffled. Play, step, back or scrub.

    Pull an input, a weight, or a number in the size formula up or down; press Enter on it to type another one.

    dimensions       1 or 2
    x, kernel        the numbers to start with: lists of up to 6 and 9 in 1-D, square rows of up to 3 × 3 and 6 × 6
                     in 2-D, none beyond 99; without them 1, 2, 3, ..., and a kernel of ``kernel_size``
    stride, padding, output_padding, dilation   where the settings start; also settings that torch refuses, which
                     are then explained
    version          "slots before": empty slots before the kernel, so that the first sample computed is the first one
                     wanted; "trim after": the uncropped result is computed, and padding is trimmed off it
    """
    dimensions = whole_number(dimensions, "dimensions", 1, 2)
    one_of(version, "version", VERSIONS)
    whole_number(kernel_size, "kernel_size", 1, MOST_TAPS[dimensions])
    settings = {"stride": stride, "padding": padding, "output_padding": output_padding, "dilation": dilation}
    x = _counting(3, dimensions) if x is None else x
    kernel = _counting(kernel_size, dimensions) if kernel is None else kernel
    start = start_of(phases_trace, x, kernel, settings, dimensions, ROOM)
    controls = {"version": toggle("version", VERSIONS, version), **controls_of(start, ROOM, LABELS)}

    def draw(in_size, kernel_size, **values):
        return phases_scene(**values)

    return Explorer(
        draw,
        controls,
        more=FOLDED,
        adjust=lambda values, name: sizes_that_fit(controls, values, name, SIZES, counted_on),
        stand=Standing(OPENS_AT),
    )


def _counting(size, dimensions):
    """1, 2, 3, ... as they are read."""
    return np.arange(1.0, size**dimensions + 1).reshape((size,) * dimensions)
