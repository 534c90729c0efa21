"""The microscope: any function from array to array, shown as input grid, matrix and output grid."""

from __future__ import annotations

import math

import numpy as np

from course_utils.explorers.stage import Explorer, Numbers
from course_utils.explorers.stage.controls import as_text
from course_utils.figures.draw.scene import NoPicture
from course_utils.figures.microscope import LIMITS, MOST_INPUTS, MOST_OUTPUTS, as_rows, microscope_scene
from course_utils.probing import probe
from course_utils.validation import finite_array, whole_numbers

COUNTING = "1, 2, 3, …"


def microscope(function, in_shape, at=None) -> Explorer:
    """Look at ``function`` through its matrix: choose an output to see its taps, an input to see what it paints.

    function   array -> array: yours, ours, or a library's, e.g.
               ``lambda x: F.interpolate(x, scale_factor=2, mode="bilinear")``
    in_shape   shape of its input, e.g. (4, 4) or (1, 1, 4, 4); up to 16 × 16 in and 32 × 32 out stays fluent
    at         the input whose values are shown (and at which a non-linear function is looked at); without it,
               buttons bring some to choose from

    Every number of the input can be pulled, or typed after Enter.

    A function that answers with more numbers than can be shown is refused after one call, with the reason.
    Play, step and scrub walk through the outputs; arrow keys move inside a grid that has the focus.
    """
    in_shape = whole_numbers(in_shape, "in_shape")
    patterns = _patterns(in_shape) if at is None else {"yours": finite_array(at, "at").astype(float)}
    first = next(iter(patterns.values()))
    values = Numbers("input values", as_rows(first), width="640px")
    shape = first.shape  # the probe tells of one that does not fit the function
    probes = {}

    def draw(values):
        if (inputs := math.prod(in_shape)) > MOST_INPUTS:  # before the function is called for each of them
            raise NoPicture(f"in_shape={in_shape} has {inputs:,} inputs. {LIMITS}; give it a smaller input.")
        if values.size != math.prod(shape):
            raise NoPicture(
                f"The input has shape {shape}: {math.prod(shape)} numbers are needed, and these are {values.size}."
            )
        try:
            return microscope_scene(_probe(values.reshape(shape)), handle="values")
        except (ValueError, TypeError) as reason:  # the function's own trouble, told in the probe's words
            raise NoPicture(str(reason)) from None

    def _probe(values):
        known = values.tobytes()
        if known not in probes:
            probes.clear()
            probes[known] = probe(function, in_shape, at=values, most_outputs=MOST_OUTPUTS)
        return probes[known]

    presets = {name: {"values": as_text(as_rows(numbers))} for name, numbers in patterns.items()}
    return Explorer(draw, {"values": values}, more=("values",), presets=presets)


def _patterns(in_shape):
    """Inputs to look at, by name. The first is the probe's own: 1, 2, 3, ... so that sums are easy to follow."""
    count = int(np.prod(in_shape))
    impulse = np.zeros(count)
    impulse[count // 2] = 1
    patterns = {
        COUNTING: np.arange(1.0, count + 1),
        "one impulse": impulse,
        "all ones": np.ones(count),
        "random digits": np.random.default_rng(0).integers(0, 10, count).astype(float),
    }
    return {name: values.reshape(in_shape) for name, values in patterns.items()}
