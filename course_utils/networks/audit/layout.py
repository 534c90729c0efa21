"""Which dimension of a tensor runs along which axis of the picture, kept through reshape, permute and windows.

Words of the audit
    axis    of the picture, counted from 0: of (N, C, H, W), axis 0 runs down and axis 1 to the right
    map     a tensor with at least one dimension that runs along an axis; its samples along an axis have indices
    part    a factor of a dimension: ``size`` steps, each of ``step`` samples along ``axis`` (None: along no axis)
    dim     a dimension as its parts, slowest first: of tokens (N, H*W, C), the middle one has two parts. ``front``
            and ``back`` count what stands before and after them, such as a class token

The index along an axis is the sum of step * index over all parts of that axis, wherever they stand. That is why
windows, (N, H/8, 8, W/8, 8, C) with its dimensions in any order, are nothing new.
"""

from __future__ import annotations

import math
from typing import NamedTuple


class Part(NamedTuple):
    """``size`` steps of ``step`` samples along ``axis``."""

    size: int
    axis: int | None = None
    step: int = 1


class Dim(NamedTuple):
    """One dimension of a tensor."""

    parts: tuple[Part, ...] = ()
    front: int = 0
    back: int = 0

    @property
    def size(self):
        """How long the dimension is."""
        return self.front + math.prod(part.size for part in self.parts) + self.back

    @property
    def axes(self):
        """The axes that it runs along."""
        return {part.axis for part in self.parts} - {None}

    def along(self, axis):
        """Its parts along one axis."""
        return [part for part in self.parts if part.axis == axis]


def plain(size):
    """A dimension along no axis: batch, channels, heads."""
    return joined([Part(size)])


def whole(size, axis):
    """A dimension that runs along a whole axis."""
    return joined([Part(size, axis)])


def joined(parts):
    """The parts as one dimension: neighbors that run on as one are one, and what has one step only is nothing.

    >>> joined([Part(4, axis=0, step=8), Part(8, axis=0)]).parts
    (Part(size=32, axis=0, step=1),)
    """
    result = []
    for part in parts:
        if part.size == 1:
            continue
        before = result[-1] if result else None
        if (
            before
            and before.axis == part.axis
            and (part.axis is None or before.step == part.size * part.step)
        ):
            result[-1] = Part(before.size * part.size, part.axis, part.step)
        else:
            result.append(Part(part.size, part.axis, 1 if part.axis is None else part.step))
    return Dim(tuple(result))


def reshaped(dims, shape):
    """The dims after ``reshape(shape)``, or None where a new dimension cuts through the middle of a step.

    >>> windows = reshaped([whole(32, 0), whole(16, 1)], (4, 8, 2, 8))
    >>> windows[0].parts, windows[1].parts
    ((Part(size=4, axis=0, step=8),), (Part(size=8, axis=0, step=1),))
    >>> reshaped(windows, (32, 16)) == [whole(32, 0), whole(16, 1)]
    True
    """
    waiting = []
    for dim in reversed(dims):
        waiting += [dim] if dim.front or dim.back else reversed(dim.parts)
    result = []
    for size in shape:
        dim = _next_dim(waiting, size)
        if dim is None:
            return None
        result.append(dim)
    return None if waiting else result


def _next_dim(waiting, size):
    """Takes parts for one dimension off ``waiting``, a stack; None where they do not come out even."""
    taken, left = [], size
    while left > 1:
        part = waiting.pop() if waiting else None
        if isinstance(part, Dim):
            return part if part.size == size and not taken else None
        if part is None or part.size == 0:
            return None
        if left % part.size == 0:
            taken.append(part)
            left //= part.size
        elif part.size % left == 0:
            inner = part.size // left
            taken.append(Part(left, part.axis, part.step * inner))
            waiting.append(Part(inner, part.axis, part.step))
            left = 1
        else:
            return None
    return joined(taken) if left == 1 else None


def laid_over(all_dims, shape):
    """The dims of what comes out when tensors are broadcast to ``shape``, or None where two of them disagree.

    A tensor that says nothing about a dimension, such as a table of positions, is no disagreement.
    """
    rank = len(shape)
    result = []
    for i, size in enumerate(shape):
        said = [dims[i - rank] for dims in all_dims if len(dims) >= rank - i]
        said = {dim for dim in said if dim.axes}
        if len(said) > 1 or any(dim.size != size for dim in said) or _elsewhere(all_dims, said, i - rank):
            return None
        result.append(said.pop() if said else plain(size))
    return result


def _elsewhere(all_dims, said, i):
    """Does one tensor run along these axes in dimension ``i``, and another, which has samples there, elsewhere?"""
    axes = set().union(*(dim.axes for dim in said))
    others = [dims for dims in all_dims if len(dims) >= -i and not dims[i].axes and dims[i].size > 1]
    return any(axes & dim.axes for dims in others for dim in dims)
