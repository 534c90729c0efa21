"""Rules of functions that take a part of the samples, or one value for all of them."""

from __future__ import annotations

import torch

from course_utils.networks.audit.layout import Dim, plain, whole
from course_utils.networks.audit.rows import map_around, parted
from course_utils.networks.audit.rules import rule
from course_utils.networks.audit.track import without_places
from course_utils.networks.audit.values import as_tuple, tensors_in


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
    return cut(call, track, x, items)


def cut(call, track, x, items, out=None):
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
        if first < dim.front or first + (count - 1) * step >= dim.front + inside:
            return None
        dims[position] = Dim(dim.parts)
        return _sliced(call, track.with_dims(dims), position, first - dim.front, count, step)
    if track.row_axis in dim.axes:
        return _of_row(call, track, position, first, count, step)
    settled = track.settled([position])
    if settled is None:
        return _rows_of_tokens(track, position, first, count, step)
    (axis,) = settled.dims[position].axes
    n = settled.dims[position].size
    dims = list(settled.dims)
    dims[position] = whole(count, axis) if count > 1 else plain(count)
    number = call.note_move(axis, step, first, n, count, "slice", f"[{first}::{step}]")
    return settled.moved({axis: (step, first)}, number).with_dims(dims)


def _of_row(call, track, position, first, count, step):
    """Some of the maps that stand in a row, or a slice of one of them."""
    found = parted(track, position, first, count) if step == 1 else None
    if found is not None:
        return found
    inside = map_around(track, position, first, first + (count - 1) * step)
    if inside is None:
        return None
    one, start = inside
    return _sliced(call, one, position, first - start, count, step)


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
        return call.lost("samples picked by a list of indices") if track.is_map else without_places(call.out)
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
    return by_slices(call, x, dim, int(index))


@rule("narrow")
def narrow(call):
    x, dim, start, length = (call.arg(i, name) for i, name in enumerate(("input", "dim", "start", "length")))
    return by_slices(call, x, dim, slice(int(start), int(start) + int(length)))


def by_slices(call, x, dim, item):
    track = call.track(x)
    if track is None:
        return None
    if track.lost:
        return call.still_lost(track.lost)
    items = [slice(None)] * x.ndim
    items[dim % x.ndim] = item
    return cut(call, track, x, items)


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
        tracks.append(cut(call, track, x, items, each))
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
    return [each % x.ndim for each in as_tuple(wanted)]
