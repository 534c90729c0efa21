"""Rules of functions that lay the same samples out anew: reshape, permute, repeat."""

from __future__ import annotations

import torch

from course_utils.networks.audit.layout import plain, reshaped
from course_utils.networks.audit.rules import rule
from course_utils.networks.audit.track import without_places


@rule("view", "reshape", "flatten", "unflatten", "view_as", "reshape_as", "ravel", "unsafe_view")
def reshape(call):
    x = call.arg(0, "input")
    track = call.track(x)
    if track is None:
        return None
    if track.lost:
        return call.still_lost(track.lost)
    dims = reshaped(track.dims, call.out.shape)
    if dims is None:
        shapes = f"{tuple(x.shape)} to {tuple(call.out.shape)}"
        return call.lost(f"reshape {shapes} cuts through a map") if track.is_map else without_places(call.out)
    return track.with_dims(dims)


@rule("permute", "transpose", "swapaxes", "swapdims", "movedim", "moveaxis", "t", "adjoint",
      "attribute T", "attribute mT", "attribute H", "attribute mH")  # fmt: skip
def permute(call):
    x = call.arg(0, "input")
    track = call.track(x)
    if track is None:
        return None
    if track.lost:
        return call.still_lost(track.lost)
    order = _order(call, x.ndim)
    return track.with_dims([track.dims[i] for i in order])


def _order(call, ndim):
    """Where each dimension of the output comes from: torch itself is asked, with dimensions of sizes 1, 2, 3, ..."""
    probe = torch.empty(tuple(range(1, ndim + 1)), device="meta")
    if call.name.startswith("attribute "):
        moved = getattr(probe, call.name.removeprefix("attribute "))
    else:
        rest = call.args[1:] if call.args else ()
        kwargs = {key: value for key, value in call.kwargs.items() if key not in ("input", "self")}
        moved = getattr(probe, call.name)(*rest, **kwargs)
    return [size - 1 for size in moved.shape]


@rule("squeeze", "unsqueeze", "expand", "expand_as", "broadcast_to")
def with_ones(call):
    """Dimensions of size 1 come, go, or are repeated."""
    track = call.track(call.arg(0, "input"))
    if track is None:
        return None
    if track.lost:
        return call.still_lost(track.lost)
    if call.name in ("squeeze", "unsqueeze"):
        dims = reshaped(track.dims, call.out.shape)
        return call.lost(f"{call.name} was not understood") if dims is None else track.with_dims(dims)
    ahead = len(call.out.shape) - len(track.dims)
    shape = call.out.shape
    dims = [
        dim if dim.size == size else plain(size) for dim, size in zip(track.dims, shape[ahead:], strict=True)
    ]
    return track.with_dims([*map(plain, shape[:ahead]), *dims])


@rule("repeat", "tile")
def repeat(call):
    track = call.track(call.arg(0, "input"))
    if track is None:
        return None
    if track.lost:
        return call.still_lost(track.lost)
    shape = call.out.shape
    ahead = len(shape) - len(track.dims)
    dims = [*map(plain, shape[:ahead])]
    for dim, size in zip(track.dims, shape[ahead:], strict=True):
        if dim.size != size and dim.axes:
            return call.lost("a map repeated side by side")
        dims.append(dim if dim.size == size else plain(size))
    return track.with_dims(dims)


@rule("channel_shuffle")
def channel_shuffle(call):
    return call.merged([call.arg(0, "input")], None)
