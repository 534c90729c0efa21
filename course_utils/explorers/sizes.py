"""Arrays whose size is a control of its own: what is cut off and what is added when it changes."""

from __future__ import annotations

import numpy as np

from course_utils.explorers.stage.controls import as_text
from course_utils.figures.draw.scene import NoPicture


def sizes_that_fit(controls, values, changed, counts, resized):
    """A size counts its numbers, one along every axis: {control: new value} where they disagree.

    Where numbers were typed, their size follows; else they follow their size.

    controls   name -> control; values: name -> value; changed: name of the control that changed, or None
    counts     name of a size -> name of the ``Numbers`` that it counts
    resized    (array, size) -> the array cut or grown to that size
    """
    changes = {}
    for size, numbers in counts.items():
        try:
            array = controls[numbers].read(values[numbers])
        except NoPicture:  # the picture says what is wrong with what was typed
            continue
        if len(array) == values[size] or len(array) > controls[size].max:
            continue  # more numbers than there are places are never cut off without a word
        if changed == numbers:
            changes[size] = len(array)
        else:
            changes[numbers] = as_text(resized(array, values[size]))
    return changes


def counted_on(array, shape):
    """The numbers that are there stay where they are; new ones count up from the largest, as they are read.

    ``shape`` is a tuple, or one size for all axes.

    >>> counted_on(np.array([[1.0, 2.0], [3.0, 4.0]]), 3)
    array([[1., 2., 5.],
           [3., 4., 6.],
           [7., 8., 9.]])
    """
    shape = shape if isinstance(shape, tuple) else (shape,) * array.ndim
    result = np.full(shape, np.nan)
    kept = tuple(slice(min(n, size)) for n, size in zip(array.shape, shape, strict=True))
    result[kept] = array[kept]
    new = np.isnan(result)
    result[new] = np.floor(np.nanmax(result)) + 1 + np.arange(new.sum())
    return result
