"""By what (x, y) of a flow were divided on the way to a grid: the width and the height, or the other way about.

A grid counts x in widths and y in heights. A flow in pixels is therefore divided by (width, height), and a division
by (height, width) is right by chance on a square map. Only values tell: the divisor is a tensor of two numbers.
"""

from __future__ import annotations

import torch

from course_utils.networks.audit.rules import is_pointwise
from course_utils.networks.audit.values import tensors_in

KEEP = ("permute", "movedim", "moveaxis", "transpose", "contiguous", "clone", "to", "float", "double", "half")


def divisor_after(name, args, kwargs, scales):
    """What (x, y) of the answer of one call have been divided by, (a, b); None where nothing of it is known.

    ``scales`` maps tensors to such pairs, for tensors whose x and y have been divided before.
    """
    tensors = tensors_in((args, kwargs))
    if name in ("div", "mul") and len(tensors) == 2:
        pairs = [_pair(each) for each in tensors]
        pair = pairs[1] or (pairs[0] if name == "mul" else None)
        if pair:
            return pair if name == "div" else (1 / pair[0], 1 / pair[1])
    if name in KEEP or is_pointwise(name):
        return next((scales[each] for each in tensors if each in scales), None)
    return None


def _pair(tensor):
    """Two numbers of one sign that stand along one dimension, and nothing else; or None."""
    if tensor.numel() != 2 or not (tensor.is_floating_point() or tensor.dtype in (torch.int32, torch.int64)):
        return None
    one, other = tensor.detach().flatten().tolist()
    return (abs(one), abs(other)) if one * other > 0 else None


def exchanged(pair, sizes):
    """Is (x, y) divided by (height, width) of one of these sizes (height, width), and not by (width, height)?

    >>> exchanged((16, 24), [(16, 24)]), exchanged((15, 23), [(16, 24)])
    (True, True)
    >>> exchanged((24, 16), [(16, 24)]), exchanged((16, 16), [(16, 16)])
    (False, False)
    """
    right = [(w - less) / (h - less) for h, w in sizes for less in (0, 1) if min(h, w) > less]
    ratio = pair[0] / pair[1]
    if any(abs(ratio - each) < 1e-3 * each for each in right):
        return False
    return any(abs(ratio - 1 / each) < 1e-3 / each for each in right)
