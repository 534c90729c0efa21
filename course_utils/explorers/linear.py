"""Between two samples, and what many samples paint together: drag x, drag the samples, change the kernel."""

from __future__ import annotations

from course_utils.explorers.stage import Explorer, Numbers, slider, toggle
from course_utils.figures.draw.scene import NoPicture
from course_utils.figures.linear import (
    HIGHEST,
    LOWEST,
    MOST_SAMPLES,
    NAMES,
    VALUE_STEP,
    kernel_sum_scene,
    two_samples_scene,
)
from course_utils.resampling import CUBIC_A, MODES
from course_utils.validation import finite_array, one_of, real_number

KERNELS = (
    ("linear (tent)", "linear"),
    ("nearest (box)", "nearest-exact"),
    ("floor of x", "nearest"),
    ("cubic", "cubic"),
)


def two_samples(left=2, right=8, before=5, after=6, x=0.25, kernel="linear") -> Explorer:
    """The value at x between two samples. Drag the point or its knob on the axis; drag a sample up or down.

    left, right     values 0 to 10 of the samples at coordinates 0 and 1, where they start
    before, after   the samples at -1 and 2, which only the cubic kernel reads
    x               0 to 1
    kernel          "linear", "nearest-exact", "nearest" (the sample at or left of x) or "cubic"
    """
    starts = dict(zip(NAMES, (before, left, right, after), strict=True))
    one_of(kernel, "kernel", MODES)
    controls = {
        "x": slider("x", _within(x, "x", 0.0, 1.0), 0.0, 1.0),
        "mode": toggle("kernel", list(KERNELS), kernel),
        **{name: _value_slider(name, starts[name]) for name in ("left", "right", "before", "after")},
        "a": slider("a, of the cubic kernel", CUBIC_A, -1.0, 0.0),
    }

    def draw(mode, x, left, right, before, after, a):
        return two_samples_scene([before, left, right, after], round(x, 10), mode, round(a, 10))

    return Explorer(draw, controls, more=("left", "right", "before", "after", "a"))


def many_samples(samples=(2, 6, 3, 8, 5), x=1.4, kernel="linear") -> Explorer:
    """Every sample paints a copy of the kernel, and the curve is their sum. Drag the samples, drag x.

    samples   2 to 12 values 0 to 10; they can also be typed
    x         where the sum is taken apart
    kernel    as in ``two_samples``
    """
    samples = finite_array(samples, "samples", ndim=1).astype(float)
    if not 2 <= len(samples) <= MOST_SAMPLES or samples.min() < LOWEST or samples.max() > HIGHEST:
        raise ValueError(
            f"samples must be 2 to {MOST_SAMPLES} values from {LOWEST:g} to {HIGHEST:g}; "
            f"got {samples.tolist()}."
        )
    one_of(kernel, "kernel", MODES)
    typed = Numbers("samples", samples)
    controls = {
        "x": slider("x", _within(x, "x", -0.5, len(samples) - 0.5), -0.5, len(samples) - 0.5, 0.1),
        "mode": toggle("kernel", list(KERNELS), kernel),
        "samples": typed,
        "a": slider("a, of the cubic kernel", CUBIC_A, -1.0, 0.0),
    }

    def draw(mode, x, samples, a):
        return kernel_sum_scene(samples, round(min(x, len(samples) - 0.5), 10), mode, round(a, 10))

    def limits(values):
        """x reaches as far as there are samples."""
        try:
            size = len(typed.read(values["samples"]))
        except NoPicture:
            return {}
        return {"x": (-0.5, min(max(size, 2), MOST_SAMPLES) - 0.5)}

    return Explorer(draw, controls, more=("samples", "a"), limits=limits)


def _value_slider(name, value):
    return slider(name, _within(value, name, LOWEST, HIGHEST), LOWEST, HIGHEST, VALUE_STEP)


def _within(value, name, low, high):
    value = real_number(value, name)
    if not low <= value <= high:
        raise ValueError(f"{name} must be from {low:g} to {high:g}; got {value:g}.")
    return float(value)
