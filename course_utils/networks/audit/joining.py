"""Rules of functions that make one tensor of several: cat, stack, writing into a canvas."""

from __future__ import annotations

import itertools

from course_utils.networks.audit.layout import Dim, joined, laid_over, plain, whole
from course_utils.networks.audit.merges import out_of_order
from course_utils.networks.audit.rows import in_a_row
from course_utils.networks.audit.rules import rule
from course_utils.networks.audit.track import lost


@rule("cat", "concat", "concatenate")
def cat(call):
    tensors = list(call.arg(0, "tensors"))
    dim = call.arg(1, "dim", 0) % tensors[0].ndim
    tracks = [call.track(each) for each in tensors]
    if not any(track and dim < len(track.dims) and track.dims[dim].axes for track in tracks):
        dims = _dims_beside(call, tracks, dim)
        known = [track for track in tracks if track and track.is_map]
        return out_of_order(call, tensors, known) if known and dims is None else call.merged(tensors, dims)
    if any(track and track.lost for track in tracks):
        return call.still_lost(next(track.lost for track in tracks if track and track.lost))
    mapped = [i for i, track in enumerate(tracks) if track and track.dims[dim].axes]
    if len(mapped) == 1:
        return _with_extras(tensors, tracks, dim, mapped[0])
    return (
        _joined_ends(tracks, dim, mapped)
        or _joined_tokens(tracks, dim, mapped)
        or in_a_row(tracks, [each.shape[dim] for each in tensors], call.out.shape, dim)
        or call.lost("samples of several maps in one row")
    )


def _dims_beside(call, tracks, dim):
    """The dims of maps whose channels are laid side by side, None where they disagree."""
    shape = list(call.out.shape)
    known = [list(track.with_copies_shared().dims) for track in tracks if track and track.is_map]
    for dims in known:
        dims[dim] = plain(shape[dim])
    return laid_over(known, shape) if known else None


def _with_extras(tensors, tracks, dim, at):
    """A class token in front of the tokens, and what else has no place."""
    front = sum(each.shape[dim] for each in tensors[:at])
    back = sum(each.shape[dim] for each in tensors[at + 1 :])
    track = tracks[at]
    old = track.dims[dim]
    dims = list(track.dims)
    dims[dim] = Dim(old.parts, old.front + front, old.back + back)
    return track.with_dims(dims)


def _joined_tokens(tracks, dim, mapped):
    """Whole rows of tokens (H*W, C) set end to end in their own order; None where they are not."""
    if len(mapped) != len(tracks) or any(track.row for track in tracks):
        return None
    first = tracks[0]
    heads = [track.dims[dim].parts[:1] for track in tracks]
    if any(len(track.dims[dim].parts) < 2 for track in tracks) or heads[0][0].axis is None:
        return None
    axis, step = heads[0][0].axis, heads[0][0].step
    total = sum(head.size for (head,) in heads)
    wanted = [*first.dims]
    for track, (head,) in zip(tracks, heads, strict=True):
        beside = [*track.dims[:dim], *track.dims[dim + 1 :]]
        rest = Dim(track.dims[dim].parts[1:])
        if (head.axis, head.step) != (axis, step) or rest != Dim(first.dims[dim].parts[1:]):
            return None
        if any(axis in each.axes for each in (rest, *beside)) or len(track.sources) != len(first.sources):
            return None
    ahead = 0
    for track, (head,) in zip(tracks, heads, strict=True):
        moved = first.moved({axis: (1, step * ahead)})
        if [source.places for source in moved.sources] != [source.places for source in track.sources]:
            return None
        ahead += head.size
    wanted[dim] = joined([heads[0][0]._replace(size=total), *first.dims[dim].parts[1:]])
    return first.with_dims(wanted)


def _joined_ends(tracks, dim, mapped):
    """Parts of one map set end to end, as they were or rolled; None where they are not."""
    if len(mapped) != len(tracks):
        return None
    settled = [track.settled([dim]) for track in tracks]
    if any(track is None or len(track.sources) != len(settled[0].sources) for track in settled):
        return None
    (axis,) = settled[0].dims[dim].axes or (None,)
    if any(track.dims[dim].axes != {axis} for track in settled):
        return None
    sizes = [track.dims[dim].size for track in settled]
    longest = max(range(len(sizes)), key=sizes.__getitem__)
    ahead = sum(sizes[:longest])
    for track, other in itertools.pairwise(settled):
        for one, two in zip(track.sources, other.sources, strict=True):
            a, b = one.places[axis], two.places[axis]
            end = a.start + a.jump * track.dims[dim].size
            rolled = abs(b.start + b.jump * other.dims[dim].size - a.start) < 1e-6  # the end comes first
            if a.jump != b.jump or (abs(b.start - end) > 1e-6 and not (rolled and len(settled) == 2)):
                return None
    dims = list(settled[longest].dims)
    dims[dim] = whole(sum(sizes), axis)
    return settled[longest].moved({axis: (1, -ahead)}).with_dims(dims)


@rule("stack")
def stack(call):
    tensors = list(call.arg(0, "tensors"))
    at = call.arg(1, "dim", 0) % call.out.ndim
    known = [track for track in map(call.track, tensors) if track and track.is_map]
    if not known:
        return call.merged(tensors, None)
    dims = laid_over([track.with_copies_shared().dims for track in known], tensors[0].shape)
    if dims is None:
        return out_of_order(call, tensors, known)
    return call.merged(tensors, [*dims[:at], plain(len(tensors)), *dims[at:]])


@rule("setitem")
def setitem(call):
    """``x[...] = y``: an empty canvas takes the places of what is laid into it."""
    x, index, value = call.args
    target, put = call.track(x), call.track(value)
    if put is None:
        return
    items = list(index) if isinstance(index, tuple) else [index]
    simple = all(isinstance(each, (slice, int)) or each is Ellipsis for each in items)
    result = _laid_in(x, put, items) if target is None and simple else target
    if result is None or (target is not None and put.is_map and not target.is_map):
        result = lost(x.shape, f"a map was written into another tensor ({call.watch.here})")
    call.watch.seen[x] = result
    return


def _laid_in(x, put, items):
    if put.lost:
        return None
    if Ellipsis in items:
        at = items.index(Ellipsis)
        items[at : at + 1] = [slice(None)] * (x.ndim - len(items) + 1)
    items += [slice(None)] * (x.ndim - len(items))
    slices = [item for item in items if isinstance(item, slice)]
    if len(slices) != len(put.dims):
        return None
    dims, track, position = [], put, 0
    for size, item in zip(x.shape, items, strict=True):
        if isinstance(item, int):
            dims.append(plain(size))
            continue
        first, _, step = item.indices(size)
        dim = put.dims[position]
        position += 1
        if not dim.axes or (first == 0 and step == 1 and dim.size == size):
            dims.append(dim if dim.axes else plain(size))
            continue
        settled = track.settled([position - 1])
        if settled is None or dim.front or dim.back or len(dim.parts) != 1:
            return None
        (axis,) = dim.axes
        track = settled.moved({axis: (1 / step, -first / step)})
        dims.append(whole(size, axis))
    return track.with_dims(dims)
