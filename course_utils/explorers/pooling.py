"""Pool and unpool: numbers to pull, windows over them, what comes back and what does not."""

from __future__ import annotations

import numpy as np

from course_utils.explorers.stage import Explorer, Numbers, choice, slider, switch, toggle
from course_utils.explorers.stage.controls import as_text
from course_utils.figures.draw.scene import NoPicture
from course_utils.figures.pooling import (
    LARGEST_KERNEL,
    LARGEST_PADDING,
    LARGEST_STRIDE,
    LEAST_SIZE,
    MOST_SIZE,
    check_kernel,
    check_numbers,
    pooling_scene,
)
from course_utils.pooling import WEIGHTINGS, window_weights
from course_utils.validation import finite_array, one_of, whole_number

OWN = "your own"  # weights of the convolution

# The top left corner is the lesson's 4 x 4 example.
STOCK = np.array(
    [
        [1, 2, 6, 3, 4, 0, 5, 1],
        [3, 5, 2, 1, 7, 2, 3, 6],
        [1, 2, 2, 1, 3, 8, 1, 2],
        [7, 3, 4, 8, 2, 5, 4, 9],
        [2, 6, 1, 3, 9, 1, 2, 0],
        [4, 0, 5, 2, 1, 6, 7, 3],
        [8, 1, 3, 4, 5, 2, 0, 6],
        [3, 2, 7, 1, 6, 4, 8, 5],
    ],
    float,
)  # fmt: skip
BELOW_ZERO = np.where(np.indices((4, 4)).max(axis=0) < 2, [[-1, -2, 0, 0], [-3, -4, 0, 0]] * 2, STOCK[:4, :4])
PEAK = np.pad([[9.0]], 2)


def pool_and_unpool(
    numbers=STOCK[:4, :4], kernel_size=2, stride=2, padding=0, weights="mean", output_size=True
) -> Explorer:
    """Max pooling with its indices and unpooling, the mean and a strided convolution over the same windows.

    numbers                       2 x 2 to 8 x 8, where the grid starts
    kernel_size, stride, padding  1 to 4, 1 to 4, 0 to 2
    weights                       of the convolution: "mean", "left minus right" or "corner"
    output_size                   whether unpooling is told the size of the input

    Choose a pooled number to see its window, an input to see the windows it is in. Pull an input or a weight up
    or down, or press Enter on it and type.
    """
    numbers = finite_array(numbers, "numbers", ndim=2).astype(float)
    if not all(LEAST_SIZE <= size <= MOST_SIZE for size in numbers.shape):
        raise ValueError(
            f"numbers must have {LEAST_SIZE} to {MOST_SIZE} rows and columns; got shape {numbers.shape}."
        )
    one_of(weights, "weights", WEIGHTINGS)
    kernel_size = whole_number(kernel_size, "kernel_size", 1, LARGEST_KERNEL)
    stride = whole_number(stride, "stride", 1, LARGEST_STRIDE)
    padding = whole_number(padding, "padding", 0, LARGEST_PADDING)
    controls = _controls(numbers, kernel_size, stride, padding, weights, bool(output_size))

    def adjust(values, name):
        return _followers(controls, values, name)

    return Explorer(
        _draw,
        controls,
        more=("rows", "columns", "numbers", "weights", "kernel"),
        presets=_presets(numbers, kernel_size, stride, padding),
        adjust=adjust,
    )


def _controls(numbers, kernel_size, stride, padding, weights, output_size):
    return {
        "kernel_size": _count("kernel_size", 1, LARGEST_KERNEL, kernel_size),
        "stride": _count("stride", 1, LARGEST_STRIDE, stride),
        "padding": _count("padding", 0, LARGEST_PADDING, padding),
        "output_size": switch("unpool with output_size", output_size),
        "rows": slider("rows", numbers.shape[0], LEAST_SIZE, MOST_SIZE),
        "columns": slider("columns", numbers.shape[1], LEAST_SIZE, MOST_SIZE),
        "numbers": _Growing("numbers", numbers, check_numbers, width="640px"),
        "weights": choice("convolution", [*WEIGHTINGS, OWN], weights),
        "kernel": _Growing(
            "your own weights", window_weights(weights, kernel_size), check_kernel, width="480px"
        ),
    }


def _draw(numbers, rows, columns, kernel, weights, kernel_size, stride, padding, output_size):
    remarks = _added_and_set_aside(numbers, (rows, columns), ("row", "column"))
    if weights == OWN:
        used = _fitted(kernel, (kernel_size, kernel_size))
        kept = kernel[:kernel_size, :kernel_size].size
        remarks += [f"{kernel.size - kept} of your {kernel.size} weights set aside"] * (kept < kernel.size)
        remarks += [f"{used.size - kept} weights are new: 0s"] * (kept < used.size)
    else:
        used = window_weights(weights, kernel_size)
    return pooling_scene(
        _fitted(numbers, (rows, columns)), used, stride, padding, output_size, tuple(remarks)
    )


def _followers(controls, values, name):
    """Typed numbers bring their size along; a weight that is pulled becomes one of the learner's own kernel."""
    try:
        if name == "numbers":
            rows, columns = controls["numbers"].read(values["numbers"]).shape
            return {"rows": rows, "columns": columns}
        if name == "kernel":
            return {"weights": OWN, "kernel_size": max(controls["kernel"].read(values["kernel"]).shape)}
        if name and name.startswith("kernel[") and values["weights"] != OWN:
            index = tuple(map(int, name[len("kernel[") : -1].split(",")))
            kernel = window_weights(values["weights"], values["kernel_size"])
            kernel[index] = controls["kernel"].read(values["kernel"])[index]
            return {"weights": OWN, "kernel": as_text(kernel)}
    except NoPicture:  # the picture says what is wrong with what was typed
        pass
    return {}


def _presets(numbers, kernel_size, stride, padding):
    first = {"numbers": as_text(numbers), "kernel_size": kernel_size, "stride": stride, "padding": padding}
    side_by_side = {"kernel_size": 2, "stride": 2, "padding": 0}
    return {
        "as it began": first,
        "a window below zero": {"numbers": as_text(BELOW_ZERO), **side_by_side},
        "one peak, windows overlap": {"numbers": as_text(PEAK), "kernel_size": 3, "stride": 2, "padding": 0},
        "8 × 8": {"numbers": as_text(STOCK), **side_by_side},
    }


def _count(label, low, high, value):
    control = toggle(label, range(low, high + 1), value)
    control.layout.margin = "2px 20px 2px 2px"
    return control


class _Growing(Numbers):
    """Numbers of which the picture may show more than were typed. Those are 0 until one of them is changed."""

    def with_entry(self, index, value):
        try:
            array = self.array
        except NoPicture:
            return self.value
        array = _fitted(array, np.maximum(array.shape, np.add(index, 1)))
        array[index] = value
        return as_text(array)


def _fitted(values, shape):
    """The numbers that fit into ``shape``, each in its place; what is not there is 0."""
    kept = values[: shape[0], : shape[1]]
    return np.pad(kept, [(0, size - there) for size, there in zip(shape, kept.shape, strict=True)])


def _added_and_set_aside(values, shape, nouns):
    """What ``_fitted`` does, in words; nothing is lost, for the field keeps the numbers."""
    remarks = []
    for there, size, noun in zip(values.shape, shape, nouns, strict=True):
        if size > there:
            remarks.append(f"{_span(noun, there, size)} new: 0s")
        elif size < there:
            remarks.append(f"{_span(noun, size, there)} set aside until there is room again")
    return remarks


def _span(noun, start, stop):
    """``row 4 is`` or ``rows 4 to 6 are``."""
    return f"{noun} {start} is" if stop == start + 1 else f"{noun}s {start} to {stop - 1} are"
