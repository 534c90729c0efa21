"""What each resampling operator of torch does along one axis: output o sits at the input sample a * o + b.

``Places`` holds the rule and the operators of the course. Here are torch's own ways with it: factors that do not
come out even, nearest neighbors that lean to the left, grids that are read by value.
"""

from __future__ import annotations

from fractions import Fraction

import torch

from course_utils.places import Places

UNIT = Places(0.0, 1)  # the operator's own input as if it were the image: its places are then (b, a)


def as_map(places):
    """Places on the operator's input, as (a, b)."""
    return places.jump, places.start


def convolved(kernel_size, stride, padding, dilation):
    """A convolution or a pooling. ``padding`` is what stands in front; it may be negative."""
    return as_map(UNIT.cropped(-padding).convolved(kernel_size, stride, dilation=dilation))


def transposed(kernel_size, stride, padding, dilation):
    """A transposed convolution."""
    return as_map(UNIT.transposed(kernel_size, stride, padding, dilation))


def interpolated(in_size, out_size, mode, align_corners=False, scale=None, antialias=False):
    """``F.interpolate`` along one axis; ``scale`` is the factor that torch was given and steps by, if any.

    nearest reads whole samples, so its map is the mean over its outputs. Where it enlarges by a whole number that is
    the half-pixel map; where it shrinks it is not.

    >>> interpolated(4, 8, "nearest"), interpolated(8, 4, "nearest"), interpolated(8, 4, "nearest-exact")
    ((0.5, -0.25), (2.0, 0.0), (2.0, 1.0))
    >>> interpolated(4, 7, "bilinear", align_corners=True)
    (0.5, 0.0)
    """
    if align_corners:
        a, _ = as_map(UNIT.interpolated(in_size, out_size, "align_corners"))
        return (
            a,
            a / 2 - 0.5 if antialias else 0.0,
        )  # torch's antialias keeps the step and centers the windows
    a = in_size / out_size if scale is None or mode == "area" else 1 / scale
    if mode == "nearest":
        return a, 0.5 / Fraction(a).limit_denominator(4096).denominator - 0.5
    if mode == "nearest-exact":
        exact = Fraction(a).limit_denominator(4096)
        return a, a / 2 - 0.5 + (0.5 / exact.denominator if exact.numerator % 2 == 0 else 0.0)
    return a, a / 2 - 0.5


def divided(factor):
    """Every sample divided into ``factor``, as pixel shuffle does."""
    return 1 / factor, (1 / factor - 1) / 2


def gathered(factor):
    """Every ``factor`` samples gathered into one, as pixel unshuffle does."""
    return factor, (factor - 1) / 2


def grid_line(grid, dim):
    """How a grid's component runs along its own dim: (slope, first value, largest distance from that line).

    ``grid`` holds one component, (N, ...); the distance is over all its values.
    """
    grid = grid.detach().cpu().double()  # some devices have no float64
    line = grid.mean([i for i in range(grid.ndim) if i != dim])
    steps = torch.arange(len(line), dtype=torch.float64)
    middle = steps - steps.mean()
    slope = float((middle * line).sum() / (middle**2).sum()) if len(line) > 1 else 0.0
    first = float(line.mean() - slope * steps.mean())
    shape = [1] * grid.ndim
    shape[dim] = -1
    return slope, first, float((grid - (first + slope * steps).reshape(shape)).abs().max())


def sampled(slope, first, in_size, align_corners):
    """``grid_sample`` along one axis, its grid's component running as first + slope * o."""
    if align_corners:
        return slope * (in_size - 1) / 2, (first + 1) * (in_size - 1) / 2
    return slope * in_size / 2, ((first + 1) * in_size - 1) / 2
