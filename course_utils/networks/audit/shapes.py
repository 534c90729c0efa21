"""Rules of functions that lay samples out anew: reshape, permute, slices, padding, rolling, stacking."""

from __future__ import annotations

import itertools

import torch

from course_utils.networks.audit.layout import Dim, plain, reshaped, whole
from course_utils.networks.audit.merges import out_of_order
from course_utils.networks.audit.rules import rule
from course_utils.networks.audit.track import Track
from course_utils.networks.audit.values import tensors_in

# ---- The same samples in the same order ----------------------------------------------------------


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
        return call.lost(f"reshape {shapes} cuts through a map") if track.is_map else _no_map(call.out)
    return track.with_dims(dims)


def _no_map(out):
    return Track(tuple(map(plain, out.shape)))


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


# ---- A part of the samples -----------------------------------------------------------------------


@rule("getitem")
def getitem(call):
    x, index = call.args
    track = call.track(x)
    if track is None:
        return (
            call.lost("a fixed table is read at places that depend on the image") if call.tracks() else None
        )
    if track.lost:
        return call.still_lost(track.lost)
    items = list(index) if isinstance(index, tuple) else [index]
    if any(isinstance(each, (list, torch.Tensor, bool)) for each in items):
        return _picked(call, track, items)
    if any(each is Ellipsis for each in items):
        at = next(i for i, each in enumerate(items) if each is Ellipsis)
        missing = x.ndim - sum(each is not None and each is not Ellipsis for each in items)
        items[at : at + 1] = [slice(None)] * missing
    items += [slice(None)] * (x.ndim - sum(each is not None for each in items))
    return _cut(call, track, x, items)


def _cut(call, track, x, items, out=None):
    """The track after one slice, number or None for each dimension; ``out`` is one of several that came out."""
    kept, position = [], 0
    for item in items:
        if item is None:
            kept.append("new")
            continue
        size = x.shape[position]
        if isinstance(item, slice):
            first, stop, step = item.indices(size)
            track = _sliced(call, track, position, first, len(range(first, stop, step)), step)
            kept.append(position)
        else:
            track = _chosen(track, position, int(item) % size)
        if track is None:
            return call.lost("a slice of samples that do not stand in a row", out)
        position += 1
    return track.with_dims([plain(1) if each == "new" else track.dims[each] for each in kept])


def _sliced(call, track, position, first, count, step):
    """With every step-th sample of one dimension from ``first``; None where that cannot be followed."""
    dim = track.dims[position]
    if first == 0 and step == 1 and count == dim.size:
        return track
    dims = list(track.dims)
    inside = dim.size - dim.front - dim.back
    if not dim.axes:
        dims[position] = plain(count)
        return track.with_dims(dims)
    if dim.front or dim.back:
        if step == 1 and first <= dim.front and first + count >= dim.front + inside:
            end = dim.size - first - count
            dims[position] = Dim(dim.parts, dim.front - first, dim.back - end)
            return track.with_dims(dims)
        if first + (count - 1) * step < dim.front or first >= dim.front + inside:
            dims[position] = plain(count)
            return track.with_dims(dims)
        return None
    settled = track.settled([position])
    if settled is None:
        return _rows_of_tokens(track, position, first, count, step)
    (axis,) = settled.dims[position].axes
    n = settled.dims[position].size
    dims = list(settled.dims)
    dims[position] = whole(count, axis) if count > 1 else plain(count)
    number = call.note_move(axis, step, first, n, count, "slice", f"[{first}::{step}]")
    return settled.moved({axis: (step, first)}, number).with_dims(dims)


def _rows_of_tokens(track, position, first, count, step):
    """Whole rows cut from tokens (H*W, C)."""
    dim = track.dims[position]
    inner = dim.size // dim.parts[0].size if dim.parts else 0
    if step != 1 or len(dim.parts) < 2 or not inner or first % inner or count % inner:
        return None
    head = dim.parts[0]
    if head.axis is None or any(
        part.axis == head.axis for each in track.dims for part in each.parts if part is not head
    ):
        return None
    rest = Dim((head._replace(size=count // inner), *dim.parts[1:]))
    dims = list(track.dims)
    dims[position] = rest
    return track.moved({head.axis: (1, first // inner * head.step)}).with_dims(dims)


def _chosen(track, position, index):
    """With one sample of a dimension. An axis that runs on elsewhere is read from there."""
    dim = track.dims[position]
    dims = list(track.dims)
    dims[position] = plain(1)
    if len(dim.parts) == 1 and dim.parts[0].axis is not None and not dim.front:
        part = dim.parts[0]
        return track.moved({part.axis: (1, part.step * index)}).with_dims(dims)
    return track.with_dims(dims)


def _picked(call, track, items):
    """An index of numbers or True and False: fine along channels, unknown along a map."""
    plain_so_far = all(
        not dim.axes or (isinstance(item, slice) and item == slice(None))
        for dim, item in zip(track.dims, items, strict=False)
    )
    tensors = [item for item in items if isinstance(item, (list, torch.Tensor))]
    if not plain_so_far or len(tensors) != 1 or any(each is None or each is Ellipsis for each in items):
        return call.lost("samples picked by a list of indices") if track.is_map else _no_map(call.out)
    shape, dims, out_at = call.out.shape, [], 0
    for position, item in enumerate(items):
        if isinstance(item, (list, torch.Tensor)):
            item = torch.as_tensor(item)
            wide = 1 if item.dtype == torch.bool else item.ndim
            dims += map(plain, shape[out_at : out_at + wide])
            out_at += wide
        elif isinstance(item, slice):
            same = item == slice(None)
            dims.append(track.dims[position] if same else plain(shape[out_at]))
            out_at += 1
    return track.with_dims([*dims, *track.dims[len(items) :]])


@rule("select")
def select(call):
    x, dim, index = call.arg(0, "input"), call.arg(1, "dim"), call.arg(2, "index")
    return _by_slices(call, x, dim, int(index))


@rule("narrow")
def narrow(call):
    x, dim, start, length = (call.arg(i, name) for i, name in enumerate(("input", "dim", "start", "length")))
    return _by_slices(call, x, dim, slice(int(start), int(start) + int(length)))


def _by_slices(call, x, dim, item):
    track = call.track(x)
    if track is None:
        return None
    if track.lost:
        return call.still_lost(track.lost)
    items = [slice(None)] * x.ndim
    items[dim % x.ndim] = item
    return _cut(call, track, x, items)


@rule("chunk", "split", "split_with_sizes", "tensor_split", "unbind", "unsafe_chunk")
def split(call):
    x, dim = call.arg(0, "input"), call.arg(1 if call.name == "unbind" else 2, "dim", 0)
    track = call.track(x)
    if track is None:
        return None
    if track.lost:
        return [call.still_lost(track.lost, each) for each in call.out]
    start, tracks = 0, []
    for each in call.out:
        item = start if call.name == "unbind" else slice(start, start + each.shape[dim])
        items = [slice(None)] * x.ndim
        items[dim % x.ndim] = item
        tracks.append(_cut(call, track, x, items, each))
        start += 1 if call.name == "unbind" else each.shape[dim]
    return tracks


@rule("index_select")
def index_select(call):
    x, dim = call.arg(0, "input"), call.arg(1, "dim")
    track = call.track(x)
    if track is None or track.lost or track.dims[dim].axes:
        return call.still_lost(track.lost if track and track.lost else "samples picked by a list of indices")
    dims = list(track.dims)
    dims[dim] = plain(call.out.shape[dim])
    return track.with_dims(dims)


# ---- Moved along --------------------------------------------------------------------------------


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
    pairs = zip(_tuple(shifts), _tuple(dims), strict=True)
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


def _tuple(value):
    return tuple(value) if isinstance(value, (tuple, list)) else (value,)


@rule("flip")
def flip(call):
    x, dims = call.arg(0, "input"), call.arg(1, "dims")
    track = call.track(x)
    if track is None or track.lost:
        return None if track is None else call.still_lost(track.lost)
    for position in _tuple(dims):
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


# ---- Several tensors in one ----------------------------------------------------------------------


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
    return _joined_ends(call, tracks, dim, mapped) or call.lost("samples of several maps in one row")


def _dims_beside(call, tracks, dim):
    """The dims of maps whose channels are laid side by side, None where they disagree."""
    from course_utils.networks.audit.layout import laid_over

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


def _joined_ends(call, tracks, dim, mapped):
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
    from course_utils.networks.audit.layout import laid_over

    tensors = list(call.arg(0, "tensors"))
    at = call.arg(1, "dim", 0) % call.out.ndim
    known = [track for track in map(call.track, tensors) if track and track.is_map]
    if not known:
        return call.merged(tensors, None)
    dims = laid_over([track.with_copies_shared().dims for track in known], tensors[0].shape)
    if dims is None:
        return out_of_order(call, tensors, known)
    return call.merged(tensors, [*dims[:at], plain(len(tensors)), *dims[at:]])


# ---- Written into another ------------------------------------------------------------------------


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
        from course_utils.networks.audit.track import lost

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


# ---- Lost on the way -----------------------------------------------------------------------------


@rule("sum", "mean", "amax", "amin", "max", "min", "median", "std", "var", "var_mean", "std_mean", "norm",
      "logsumexp", "argmax", "argmin", "prod", "any", "all", "quantile", "nansum", "nanmean", "count_nonzero",
      "linalg_norm", "linalg_vector_norm", "vector_norm", "mode", "softmin_max", "aminmax")  # fmt: skip
def reduce(call):
    """One value for all samples of some dimensions."""
    x = call.arg(0, "input")
    track = call.track(x)
    others = [each for each in tensors_in(call.args[1:]) if call.track(each) is not None]
    if others or (call.name in ("max", "min") and len(tensors_in((call.args, call.kwargs))) > 1):
        return call.merged(tensors_in((call.args, call.kwargs)), None)
    outs = tensors_in(call.out)
    if track is None:
        return None
    if track.lost:
        return [call.still_lost(track.lost, each) for each in outs]
    gone = _reduced(call, x)
    for position in gone:
        track = track.averaged(position)
    keeps = outs[0].ndim == x.ndim
    dims = [dim for i, dim in enumerate(track.dims) if keeps or i not in gone]
    return [track.with_dims(dims)] * len(outs)


def _reduced(call, x):
    """Which dimensions one call reduced."""
    name = "dim" if "dim" in call.kwargs else "axis"
    wanted = call.kwargs.get(name)
    if wanted is None:
        numbers = [each for each in call.args[1:] if isinstance(each, (int, tuple, list))]
        numbers = [each for each in numbers if not isinstance(each, bool)]
        wanted = numbers[-1] if call.name in ("norm", "quantile") and numbers else (numbers or [None])[0]
    if wanted is None or wanted == () or wanted == []:
        return list(range(x.ndim))
    return [each % x.ndim for each in _tuple(wanted)]
