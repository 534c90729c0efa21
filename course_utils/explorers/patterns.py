"""Numbers to choose from for an input and a kernel of any size, the learner's own among them."""

from __future__ import annotations

import numpy as np

from course_utils.validation import finite_array

YOURS = "yours"
LARGEST = 99  # of a number that is shown


def numbers_given(values, name, dimensions, most, largest=LARGEST):
    """The numbers that were given, checked; None when none were."""
    if values is None:
        return None
    values = finite_array(values, name, ndim=dimensions).astype(float)
    if len(set(values.shape)) > 1 or len(values) > most or np.abs(values).max() > largest:
        wanted = f"{most} numbers" if dimensions == 1 else f"{most} rows of as many numbers"
        raise ValueError(
            f"{name} must be up to {wanted}, from -{largest} to {largest}; got shape {values.shape}, "
            f"{values.min():g} to {values.max():g}."
        )
    return values


def patterns_of_inputs(dimensions, yours):
    """name -> (size -> numbers); the learner's own come first, and repeat where the size is larger."""

    def shaped(values, size):
        return np.asarray(values, float).reshape((size,) * dimensions)

    def impulse(size):
        values = np.zeros((size,) * dimensions)
        values[(size // 2,) * dimensions] = 1
        return values

    patterns = {
        "1, 2, 3, …": lambda size: shaped(np.arange(1, size**dimensions + 1), size),
        "all ones": lambda size: np.ones((size,) * dimensions),
        "one impulse": impulse,
        "random digits": lambda size: shaped(
            np.random.default_rng(3).integers(0, 10, size**dimensions), size
        ),
    }
    return _with_yours(patterns, yours, dimensions)


def patterns_of_kernels(dimensions, yours):
    """name -> (size -> numbers)."""

    def separable(profile):
        return lambda size: profile(size) if dimensions == 1 else np.outer(profile(size), profile(size))

    def tent(size):
        middle = (size - 1) / 2
        return np.floor(middle - np.abs(np.arange(size) - middle)) + 1

    def edge(size):
        profile = -np.sign(np.arange(size) - (size - 1) / 2) if size > 1 else np.ones(1)
        return profile if dimensions == 1 else np.tile(profile, (size, 1))

    patterns = {
        "tent": separable(tent),
        "1, 2, 3, …": lambda size: np.arange(1.0, size**dimensions + 1).reshape((size,) * dimensions),
        "all ones": lambda size: np.ones((size,) * dimensions),
        "edge": edge,
    }
    return _with_yours(patterns, yours, dimensions)


def _with_yours(patterns, yours, dimensions):
    if yours is None:
        return patterns
    return {YOURS: lambda size: yours[np.ix_(*[np.arange(size) % len(yours)] * dimensions)], **patterns}
