"""Tensors in what a function of torch is given and answers."""

from __future__ import annotations

import dataclasses

import torch


def tensors_in(value):
    """All tensors in nested tuples, lists and dictionaries, in their order."""
    return [tensor for _, tensor in labeled(value, "")]


def labeled(value, name):
    """(name, tensor) for each tensor: ``encoder[1]``, ``head.scores``."""
    if isinstance(value, torch.Tensor):
        return [(name, value)]
    if isinstance(value, (str, bytes, torch.Size)):
        return []
    if isinstance(value, (tuple, list)):
        pairs = [(f"{name}[{i}]", each) for i, each in enumerate(value)]
    elif hasattr(value, "items"):
        pairs = [(f"{name}.{key}", each) for key, each in value.items()]
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        pairs = [(f"{name}.{key}", each) for key, each in vars(value).items()]
    else:
        return []
    return [pair for label, each in pairs for pair in labeled(each, label)]


def as_tuple(value):
    """A number or several, as a tuple."""
    return tuple(value) if isinstance(value, (tuple, list)) else (value,)


def each_axis(value, count):
    """A setting of torch, a number or one for each axis, as a tuple."""
    values = tuple(value) if isinstance(value, (tuple, list, torch.Size)) else (value,)
    return values * count if len(values) == 1 else values


def short(values):
    """The settings of all axes as briefly as they allow.

    >>> short((3, 3)), short((3, 1))
    ('3', '3 x 1')
    """
    values = [f"{value:g}" for value in values]
    return values[0] if len(set(values)) == 1 else " x ".join(values)
