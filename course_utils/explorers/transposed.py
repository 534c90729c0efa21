"""What the stepper and the phases share: a transposed convolution whose numbers, sizes and settings are controls.

``most`` is what a picture has room for: {"x" | "kernel" | setting: {1: in 1-D, 2: in 2-D}}, per axis.
"""

from __future__ import annotations

from course_utils.explorers.stage import Numbers, slider
from course_utils.figures.stepper_cells import LOWEST
from course_utils.validation import whole_number

SIZES = {"in_size": "x", "kernel_size": "kernel"}  # size -> the numbers that it counts
FOLDED = ("output_padding", "dilation", "x", "kernel", *SIZES)


def start_of(trace, x, kernel, settings, dimensions, most):
    """The trace to start with. ``trace``: function (x, kernel, **settings) -> Trace.

    Raises ValueError for a setting without room, and for numbers of another dimension.
    """
    for name, value in settings.items():
        whole_number(value, name, LOWEST[name], most[name][dimensions])
    start = trace(x, kernel, **settings)
    if start.x.ndim != dimensions:
        raise ValueError(
            f"dimensions={dimensions} needs x and kernel with that many axes; got shape {start.x.shape}."
        )
    return start


def controls_of(start, most, labels):
    """{name: control}. ``labels``: of "x", "kernel", "in_size" and "kernel_size"."""
    ndim = start.x.ndim
    settings = {
        name: slider(name, value, LOWEST[name], most[name][ndim]) for name, value in start.settings.items()
    }
    arrays = {"x": start.x, "kernel": start.kernel}
    numbers = {name: Numbers(labels[name], array) for name, array in arrays.items()}
    sizes = {
        size: slider(labels[size], len(arrays[name]), 1, most[name][ndim]) for size, name in SIZES.items()
    }
    return settings | numbers | sizes
