"""The weighted sum of taps along one axis of an array: what every resize does last, and most of its time.

Nothing is checked here: ``resampling`` and ``kernels`` check what they hand on.
"""

import math

import numpy as np

BLOCK = 2**15
"""Values computed at a time: few enough to stay in a core's cache, enough to make numpy's overhead small."""

FEW = 16
"""Below this many values, a loop along the last axis is mostly overhead."""


def weighted_sum(array, axis, indices, weights):
    """Sum over taps of weight * sample, along one axis. A new array, computed in blocks that fit in the cache."""
    before, after = array.shape[:axis], array.shape[axis + 1 :]
    shape, taps = (*before, len(indices), *after), indices.shape[1]
    if taps == 1 and (weights == 1).all():
        return array.take(indices[:, 0], axis)  # a copy, in any dtype
    inner = math.prod(after)
    if inner < FEW:  # a few channels become part of the axis: numpy's loops run along the last one
        indices = (indices[:, None] * inner + np.arange(inner)[:, None]).reshape(-1, taps)
        weights = weights.repeat(inner, axis=0)
        inner = 1
    samples = array.reshape(math.prod(before), -1, inner)
    weights = weights.astype(array.dtype)
    result = np.zeros((len(samples), len(indices), inner), array.dtype)
    for rows, outputs in _blocks(result.shape):
        for tap in range(taps):
            term = samples[rows].take(indices[outputs, tap], axis=1)
            term *= weights[outputs, tap, None]
            result[rows, outputs] += term
    return result.reshape(shape)


def _blocks(shape):
    """Pairs of slices that cut the first two axes of a result into pieces of about BLOCK values."""
    rows, outputs, inner = shape
    output_step = min(outputs, max(1, BLOCK // inner))
    row_step = max(1, BLOCK // (output_step * inner))
    for row in range(0, rows, row_step):
        for output in range(0, outputs, output_step):
            yield slice(row, row + row_step), slice(output, output + output_step)
