"""Pool and unpool: numbers to edit, windows over them, what comes back and what does not."""

from __future__ import annotations

import re

import ipywidgets as widgets
import numpy as np

from course_utils.explorers.explorer import Explorer, choice, slider, switch
from course_utils.figures.pooling import (
    LARGEST_KERNEL,
    LARGEST_PADDING,
    LARGEST_STRIDE,
    LEAST_SIZE,
    MOST_SIZE,
    WEIGHTS,
    pooling_scene,
)
from course_utils.figures.scene import NoPicture
from course_utils.validation import finite_array, one_of, whole_number

LOWEST_DIGIT, HIGHEST_DIGIT = -9, 9  # of the slider; other numbers can be typed

# Where rows and columns come from when the grid grows. Its top left corner is the lesson's 4 x 4 example.
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


def pool_and_unpool(
    numbers=STOCK[:4, :4], kernel_size=2, stride=2, padding=0, weights="mean", output_size=True
) -> Explorer:
    """Max pooling with its indices and unpooling, the mean and a strided convolution over the same windows.

    numbers                       2 x 2 to 8 x 8, where the grid starts; typed as rows: "1, 2; 3, 4"
    kernel_size, stride, padding  1 to 4, 1 to 4, 0 to 2
    weights                       of the convolution: "mean", "left minus right" or "corner"
    output_size                   whether unpooling is told the size of the input

    Point at a pooled number to see its window, at an input to see the windows it is in. Click an input (or go to
    it with the arrow keys) and change it with the slider *number*.
    """
    numbers = finite_array(numbers, "numbers", ndim=2).astype(float)
    if not all(LEAST_SIZE <= size <= MOST_SIZE for size in numbers.shape):
        raise ValueError(
            f"numbers must have {LEAST_SIZE} to {MOST_SIZE} rows and columns; got shape {numbers.shape}."
        )
    one_of(weights, "weights", WEIGHTS)
    kernel_size = whole_number(kernel_size, "kernel_size", 1, LARGEST_KERNEL)
    stride = whole_number(stride, "stride", 1, LARGEST_STRIDE)
    padding = whole_number(padding, "padding", 0, LARGEST_PADDING)
    rows, columns = numbers.shape
    controls = {
        "numbers": _text_field(numbers),
        "rows": _narrow(slider("rows", rows, LEAST_SIZE, MOST_SIZE)),
        "columns": _narrow(slider("columns", columns, LEAST_SIZE, MOST_SIZE)),
        "index": _narrow(slider("index", 0, 0, numbers.size - 1)),
        "number": _narrow(slider("number", _digit(numbers[0, 0]), LOWEST_DIGIT, HIGHEST_DIGIT)),
        "kernel_size": _narrow(slider("kernel_size", kernel_size, 1, LARGEST_KERNEL)),
        "stride": _narrow(slider("stride", stride, 1, LARGEST_STRIDE)),
        "padding": _narrow(slider("padding", padding, 0, LARGEST_PADDING)),
        "weights": choice("convolution", list(WEIGHTS), weights),
        "output_size": switch("unpool with output_size", bool(output_size)),
    }
    _Together(controls)
    latest = {}

    def draw(numbers, rows, columns, index, number, **settings):
        # rows, columns and number are other handles on the text: moving one of them asks twice for one picture
        asked = numbers, index, *settings.values()
        if asked not in latest:
            latest.clear()
            latest[asked] = _scene(read_rows(numbers), index, **settings)
        return latest[asked]

    def choose(name):
        return {"index": int(name[3:])} if name.startswith("in-") else {}

    return Explorer(draw, controls, on_choose=choose)


def _scene(x, index, kernel_size, stride, padding, weights, output_size):
    return pooling_scene(x, kernel_size, stride, padding, weights, output_size, min(index, x.size - 1))


def read_rows(text: str) -> np.ndarray:
    """The typed numbers as an array; rows end with ";" or a new line. Raises NoPicture in words.

    >>> read_rows("1, 2; 3 4")
    array([[1., 2.],
           [3., 4.]])
    """
    lines = [part for part in re.split(r"[;\n]|\]\s*,?\s*\[", text.replace("−", "-")) if part.strip(" ,[]")]
    try:
        rows = [[float(word) for word in re.split(r"[\s,\[\]()]+", each) if word] for each in lines]
        values = np.array(rows) if rows and len({len(row) for row in rows}) == 1 else None
    except ValueError:
        raise NoPicture(f"numbers holds {text[:60]!r}. {_EXAMPLE}") from None
    if values is None:
        counts = ", ".join(str(len(row)) for row in rows) or "no numbers at all"
        raise NoPicture(f"All rows need the same number of numbers; these have {counts}. {_EXAMPLE}")
    if not np.isfinite(values).all():
        raise NoPicture(f"NaN and infinity have no place on this grid. {_EXAMPLE}")
    return values


_EXAMPLE = "Type rows with a semicolon between them, such as 1, 2, 6, 3; 3, 5, 2, 1."


class _Together:
    """Keeps the text and its four handles (rows, columns, index, number) in step, whichever is moved."""

    def __init__(self, controls):
        self.controls, self.busy = controls, False
        for name, follow in (
            ("numbers", self._typed), ("rows", self._resized), ("columns", self._resized),
            ("index", self._chosen), ("number", self._changed),
        ):  # fmt: skip
            controls[name].observe(lambda change, follow=follow: self._once(follow), names="value")

    def _once(self, follow):
        if self.busy:
            return
        self.busy = True
        try:
            follow()
        except NoPicture:  # the picture says what is wrong with the text; nothing can follow it
            pass
        finally:
            self.busy = False

    def _get(self, name):
        return self.controls[name].value

    def _typed(self):
        x = read_rows(self._get("numbers"))
        if all(LEAST_SIZE <= size <= MOST_SIZE for size in x.shape):
            self._show_size(x)
            self._chosen()

    def _show_size(self, x):
        self.controls["rows"].value, self.controls["columns"].value = x.shape
        self.controls["index"].max = x.size - 1

    def _resized(self):
        """Cut, or grow from the stock; numbers that stay keep their row and column."""
        shape = self._get("rows"), self._get("columns")
        try:
            old = read_rows(self._get("numbers"))[: shape[0], : shape[1]]
        except NoPicture:
            old = np.zeros((0, 0))
        x = STOCK[: shape[0], : shape[1]].copy()
        x[: old.shape[0], : old.shape[1]] = old
        self.controls["numbers"].value = as_text(x)
        self.controls["index"].max = x.size - 1
        self._chosen()

    def _chosen(self):
        x = read_rows(self._get("numbers"))
        self.controls["number"].value = _digit(x.flat[min(self._get("index"), x.size - 1)])

    def _changed(self):
        x = read_rows(self._get("numbers"))
        x.flat[min(self._get("index"), x.size - 1)] = self._get("number")
        self.controls["numbers"].value = as_text(x)


def as_text(x: np.ndarray) -> str:
    """An array as it can be typed.

    >>> as_text(np.array([[1.0, 2.5], [-3.0, 4.0]]))
    '1, 2.5; -3, 4'
    """
    return "; ".join(", ".join(f"{value:g}" for value in row) for row in x)


def _text_field(numbers):
    return widgets.Text(
        value=as_text(numbers),
        description="numbers",
        continuous_update=False,
        style={"description_width": "initial"},
        layout=widgets.Layout(width="640px", max_width="100%", margin="2px 12px 2px 2px"),
    )


def _narrow(control):
    control.layout.width = "214px"
    return control


def _digit(value):
    return int(min(max(round(float(value)), LOWEST_DIGIT), HIGHEST_DIGIT))
