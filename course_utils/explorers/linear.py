"""Between two samples, and what many samples paint together: drag x, drag the samples, change the kernel."""

from __future__ import annotations

import re

import ipywidgets as widgets
import numpy as np

from course_utils.explorers.explorer import Explorer, choice, slider
from course_utils.figures.linear import (
    HIGHEST,
    LOWEST,
    MOST_SAMPLES,
    NAMES,
    paintings_scene,
    two_samples_scene,
)
from course_utils.figures.scene import NoPicture
from course_utils.resampling import CUBIC_A, MODES
from course_utils.validation import finite_array, one_of, real_number

KERNELS = (
    ("linear (tent)", "linear"),
    ("nearest, half-pixel rule", "nearest-exact"),
    ("nearest, floor rule", "nearest"),
    ("cubic", "cubic"),
)
ONLY_CUBIC = ("before", "after", "a")
STEP = 0.5  # of a sample's value
SEPARATORS = re.compile(r"[\s,;\[\]()]+")


def two_samples(left=2, right=8, before=5, after=6, x=0.25, kernel="linear") -> Explorer:
    """The value at x between two samples. Drag the point or its knob on the axis; drag a sample up or down.

    left, right     values 0 to 10 of the samples at coordinates 0 and 1, where they start
    before, after   the samples at -1 and 2, which only the cubic kernel reads
    x               0 to 1
    kernel          "linear", "nearest-exact" (half-pixel rule), "nearest" (floor rule) or "cubic"
    """
    starts = dict(zip(NAMES, (before, left, right, after), strict=True))
    x = _within(x, "x", 0.0, 1.0)
    one_of(kernel, "kernel", MODES)
    controls = {
        "mode": choice("kernel", list(KERNELS), kernel),
        "x": slider("x", x, 0.0, 1.0),
        **{name: _value_slider(name, starts[name]) for name in ("left", "right", "before", "after")},
        "a": slider("a", CUBIC_A, -1.0, 0.0),
    }
    controls["a"].layout.width = "220px"
    _show_only_for_cubic(controls, ONLY_CUBIC)

    def draw(mode, x, left, right, before, after, a):
        return two_samples_scene([before, left, right, after], round(x, 10), mode, round(a, 10))

    def drag(name, x, y):
        return {"x": _snap(x, 0.05, 0.0, 1.0)} if name == "x" else {name: _snap(y, STEP, LOWEST, HIGHEST)}

    return Explorer(draw, controls, on_drag=drag)


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
    x = _within(x, "x", -0.5, len(samples) - 0.5)
    one_of(kernel, "kernel", MODES)
    typed = widgets.Text(
        value=_as_text(samples),
        description="samples",
        continuous_update=False,
        style={"description_width": "initial"},
        layout=widgets.Layout(width="320px"),
    )
    controls = {
        "mode": choice("kernel", list(KERNELS), kernel),
        "x": slider("x", x, -0.5, len(samples) - 0.5, 0.1),
        "samples": typed,
        "a": slider("a", CUBIC_A, -1.0, 0.0),
    }
    controls["a"].layout.width = "220px"
    _show_only_for_cubic(controls, ("a",))
    typed.observe(lambda change: _fit_x(controls["x"], change["new"]), names="value")

    def draw(mode, x, samples, a):
        values = read_samples(samples)
        x = round(min(max(x, -0.5), len(values) - 0.5), 10)
        return paintings_scene(values, x, mode, round(a, 10))

    def drag(name, x, y):
        if name == "x":
            return {"x": _snap(x, 0.1, -0.5, controls["x"].max)}
        values = read_samples(typed.value)
        index = int(name[1:])
        if index >= len(values):  # dragged while the samples were typed anew
            return {}
        values[index] = _snap(y, STEP, LOWEST, HIGHEST)
        return {"samples": _as_text(values)}

    return Explorer(draw, controls, on_drag=drag)


def read_samples(text: str) -> np.ndarray:
    """The typed numbers, shape (count,). Raises NoPicture in words when they are none.

    >>> read_samples("2, 6; 3")
    array([2., 6., 3.])
    """
    try:
        values = np.array([float(word) for word in SEPARATORS.split(text) if word])
    except ValueError:
        values = np.array([])
    if values.size == 0 or not np.isfinite(values).all():
        raise NoPicture(
            f"samples holds {text[:40]!r}. Type 2 to {MOST_SAMPLES} numbers from {LOWEST:g} to {HIGHEST:g}, "
            "such as 0, 0, 10, 0, 0."
        )
    return values


def _fit_x(control, text):
    """The slider for x reaches as far as there are samples."""
    try:
        size = len(read_samples(text))
    except NoPicture:
        return
    control.max = min(max(size, 2), MOST_SAMPLES) - 0.5


def _show_only_for_cubic(controls, names):
    """Sliders that no other kernel reads are put away, so that they do not ask to be moved in vain."""

    def follow(_=None):
        for name in names:
            controls[name].layout.display = None if controls["mode"].value == "cubic" else "none"

    controls["mode"].observe(follow, names="value")
    follow()


def _value_slider(name, value):
    control = slider(name, _within(value, name, LOWEST, HIGHEST), LOWEST, HIGHEST, STEP)
    control.layout.width = "220px"
    return control


def _within(value, name, low, high):
    value = real_number(value, name)
    if not low <= value <= high:
        raise ValueError(f"{name} must be from {low:g} to {high:g}; got {value:g}.")
    return float(value)


def _snap(value, step, low, high):
    """The nearest value a slider can have."""
    return min(max(round(round(float(value) / step) * step, 10), low), high)


def _as_text(values):
    return ", ".join(f"{value:g}" for value in values)
