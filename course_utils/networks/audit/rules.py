"""Which rule holds for which function of torch, by its plain name."""

from __future__ import annotations

from functools import cache

import torch

from course_utils.networks.audit.layout import plain
from course_utils.networks.audit.track import Track, lost
from course_utils.networks.audit.values import tensors_in

RULES = {}


def rule(*names):
    """Register a function of a ``Call`` that returns the track of what came out.

    It may return a list, one track for each tensor that came out, or None for what does not depend on the image.
    """

    def register(function):
        for name in names:
            RULES[name] = function
        return function

    return register


def apply(call):
    """The track of what came out of one call."""
    known = RULES.get(call.name)
    if known is not None:
        return known(call)
    if is_pointwise(call.name) and isinstance(call.out, torch.Tensor):
        return call.merged(tensors_in((call.args, call.kwargs)), None)
    return _unknown(call)


@cache
def is_pointwise(name):
    """Does every output depend on the inputs of the same place alone? torch's own tables say."""
    packet = getattr(torch.ops.aten, name, None)
    if packet is None:
        return False
    return any(torch.Tag.pointwise in getattr(packet, each).tags for each in packet.overloads())


def _unknown(call):
    """A function without a rule: what it does to places is not known, and the report says so."""
    tracks = call.tracks()
    outs = tensors_in(call.out)
    if not any(track.is_map or track.lost for track in tracks):
        return [Track(tuple(map(plain, each.shape))) for each in outs]
    call.watch.unknown[call.name] += 1
    why = next((track.lost for track in tracks if track.lost), "")
    return [lost(each.shape, why) if why else call.lost(f"{call.name} has no rule", each) for each in outs]
