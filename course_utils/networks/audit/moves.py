"""Rules of functions that move samples along: padding, rolling, mirroring."""

from __future__ import annotations

from course_utils.networks.audit.layout import Dim, plain, whole
from course_utils.networks.audit.rules import rule
from course_utils.networks.audit.values import as_tuple


@rule("pad")
def pad(call):
    x, widths = call.arg(0, "input"), call.arg(1, "pad")
    track = call.track(x)
    if track is None:
        return None
    if track.lost:
        return call.still_lost(track.lost)
    for i in range(len(widths) // 2):
        front, back, position = widths[2 * i], widths[2 * i + 1], x.ndim - 1 - i
        if front == back == 0:
            continue
        track = _padded(call, track, position, front, back)
        if track is None:
            return call.lost("padding of samples that do not stand in a row")
    return track


def _padded(call, track, position, front, back):
    dims = list(track.dims)
    dim = dims[position]
    if not dim.axes:
        dims[position] = plain(dim.size + front + back)
        return track.with_dims(dims)
    settled = track.settled([position])
    if settled is None:  # tokens: what is padded has no place, as a class token has none
        dims[position] = Dim(dim.parts, dim.front + front, dim.back + back)
        return track.with_dims(dims) if min(front, back) >= 0 else None
    (axis,) = settled.dims[position].axes
    n = settled.dims[position].size
    dims = list(settled.dims)
    dims[position] = whole(n + front + back, axis)
    number = call.note_move(axis, 1, -front, n, n + front + back, "pad", f"{front} in front, {back} behind")
    return settled.moved({axis: (1, -front)}, number).with_dims(dims)


@rule("roll")
def roll(call):
    """What wraps around at the end sits elsewhere; where the rest sits is what is known."""
    x, shifts, dims = call.arg(0, "input"), call.arg(1, "shifts"), call.arg(2, "dims")
    track = call.track(x)
    if track is None:
        return None
    if track.lost or dims is None or dims == ():
        return call.still_lost(track.lost or "rolled over all dimensions at once")
    pairs = zip(as_tuple(shifts), as_tuple(dims), strict=True)
    for shift, position in pairs:
        dim = track.dims[position]
        if not dim.axes:
            continue
        settled = track.settled([position % x.ndim])
        if settled is None:
            return call.lost("rolled samples that do not stand in a row")
        (axis,) = settled.dims[position].axes
        n = x.shape[position]
        shift = (shift + n // 2) % n - n // 2
        track = settled.moved({axis: (1, -shift)})
    return track


@rule("flip")
def flip(call):
    x, dims = call.arg(0, "input"), call.arg(1, "dims")
    track = call.track(x)
    if track is None or track.lost:
        return None if track is None else call.still_lost(track.lost)
    for position in as_tuple(dims):
        if not track.dims[position].axes:
            continue
        track = track.settled([position % x.ndim])
        if track is None:
            return call.lost("flipped samples that do not stand in a row")
        (axis,) = track.dims[position].axes
        n = x.shape[position]
        number = call.note_move(axis, -1, n - 1, n, n, "flip", "")
        track = track.moved({axis: (-1, n - 1)}, number)
    return track
