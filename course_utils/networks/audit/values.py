"""Tensors in what a function of torch is given and answers."""

from __future__ import annotations

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
    else:
        return []
    return [pair for label, each in pairs for pair in labeled(each, label)]
