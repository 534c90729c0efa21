"""Maps that are added, multiplied or laid side by side: do their samples sit on the same places?"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import NamedTuple

from course_utils.networks.audit.layout import laid_over
from course_utils.networks.audit.rows import map_in, new_row, stand_alike
from course_utils.networks.audit.track import Source, lost, unique

SAME = 1e-3  # image pixels: what float32 factors and sums may leave


class Gap(NamedTuple):
    """Two maps of one merge along one axis: how far the first sits beyond the second, in image pixels."""

    axis: int
    first: float  # at the first pixel
    last: float
    size: int
    jump: float  # image pixels from one pixel of the finer of the two to the next
    maps: tuple[int, int]  # which of the merge's maps
    sources: tuple[Source, Source]

    @property
    def worst(self):
        """The larger of the two, with its sign."""
        return max(self.first, self.last, key=abs)

    @property
    def grows(self):
        """Is it another at the last pixel?"""
        return abs(self.last - self.first) > SAME


class Merge(NamedTuple):
    """One merge. ``gaps`` holds the largest new gap of each axis; ``lost`` says why it could not be compared."""

    where: str
    name: str
    maps: tuple[str, ...]
    shape: tuple[int, ...]
    gaps: tuple[Gap, ...]
    lost: str = ""


def merged(call, tensors, dims=None):
    """The track of what comes out when ``tensors`` are laid over each other, and a ``Merge`` for the report.

    ``dims`` are given where they are not those of a broadcast.
    """
    watch = call.watch
    tracks = [track for track in map(call.track, tensors) if track is not None]
    shape = tuple(call.out.shape)
    maps = [track.with_copies_shared() for track in tracks if track.is_map]
    if not maps:
        why = next((track.lost for track in tracks if track.lost), "")
        if why or not tracks:
            return lost(shape, why) if tracks else None
        return replace(tracks[0], dims=lost(shape, "").dims, sources=())
    dims = laid_over([track.dims for track in maps], shape) if dims is None else dims
    if dims is None:
        return out_of_order(call, tensors, maps)
    if len(maps) > 1 and any(track.row for track in maps) and not stand_alike(maps):
        return _by_their_maps(call, tensors, maps, dims)
    blind = [track for track in tracks if track.lost and _covers(track, dims, shape)]
    if len(maps) + len(blind) < 2:
        return replace(maps[0], dims=tuple(dims)).with_dims(dims)
    phases = all_phases(maps, watch.operators) if call.name in SIDE_BY_SIDE and not blind else None
    if phases:
        return replace(maps[0].moved(phases), name="").with_dims(dims)
    number = len(watch.merges)
    watch.met(number, tensors)
    still = unmoved(maps) if call.name in SIDE_BY_SIDE and not blind else None
    if still is not None:
        _no_offsets_of_a_search(watch, maps, still)
        names = _names(maps)
        watch.merges.append(Merge(watch.here, call.name, names, shape, ()))
        sources = tuple(source.after((number, still)) for source in maps[still].sources)
        return replace(maps[still], sources=sources, name=f"merge {number}").with_dims(dims)
    gaps = _new_gaps(maps)
    names = _names(maps)
    watch.merges.append(Merge(watch.here, call.name, names, shape, gaps, blind[0].lost if blind else ""))
    sources = [source.after((number, i)) for i, track in enumerate(maps) for source in track.sources]
    sources = _on_all_axes(sources, set().union(*(track.axes for track in maps)))
    return replace(maps[0], dims=tuple(dims), sources=unique(sources), name=f"merge {number}").with_dims(dims)


def _by_their_maps(call, tensors, maps, dims):
    """Rows of several maps that sit on other places: each map is a merge of its own."""
    if not stand_alike(maps, places=False) or any(each.ndim != len(dims) for each in tensors):
        return _not_compared(call, tensors, maps, "rows of other maps, or in another order, were merged")
    at = next(i for i, dim in enumerate(dims) if maps[0].row_axis in dim.axes)
    total, merged_maps, first = dims[at].size, [], 0
    for number, one in enumerate(maps[0].row):
        count = one.dims[0].size
        stand_ins = []
        for each in tensors:
            inside = each.narrow(at, first, count) if each.shape[at] == total else each
            track = call.track(each)
            known = track is not None and track.row
            call.watch.seen[inside] = map_in(track, at, number) if known else call.watch.seen.get(each)
            stand_ins.append(inside)
        sub_call = type(call)(call.watch, call.name, (), {}, call.out.narrow(at, first, count))
        track = merged(sub_call, stand_ins, [*dims[:at], one.dims[0], *dims[at + 1 :]])
        merged_maps.append(replace(track, dims=track.dims[at : at + 1]))
        first += count
    return new_row(merged_maps, dims, maps[0].row_axis)


def _not_compared(call, tensors, maps, reason):
    """A merge of maps whose places are known, though not how they belong together."""
    call.watch.met(len(call.watch.merges), tensors)
    result = call.lost(reason)
    names = _names(maps)
    call.watch.merges.append(Merge(call.watch.here, call.name, names, tuple(call.out.shape), (), result.lost))
    return result


def out_of_order(call, tensors, maps):
    """Maps whose samples do not stand in the same order were merged: a finding, and their places are lost."""
    if len({bool(track.row) for track in maps}) > 1:
        return _not_compared(call, tensors, maps, "a row of several maps was merged with something else")
    watch = call.watch
    number = len(watch.merges)
    watch.met(number, tensors)
    names = _names(maps)
    result = call.lost("maps whose samples stand in different orders were merged")
    watch.merges.append(Merge(watch.here, call.name, names, tuple(call.out.shape), (), result.lost))
    call.remark("other order", maps=names, shape=tuple(call.out.shape), name=call.name)
    return result


def _on_all_axes(sources, axes):
    """The ways that say something about every axis; a profile along one axis alone says nothing about the others.

    Where a column and a row make a map between them, each is completed by the other.
    """
    whole = [source for source in sources if all(source.places[axis] is not None for axis in axes)]
    if whole:
        return whole
    known = {
        axis: next(source.places[axis] for source in sources if source.places[axis] is not None)
        for axis in axes
    }
    return [
        source._replace(places=tuple(place or known.get(axis) for axis, place in enumerate(source.places)))
        for source in sources
    ]


def _names(maps):
    return tuple(
        track.name or (f"a row of {len(track.row)} maps" if track.row else "a map") for track in maps
    )


SIDE_BY_SIDE = {"cat", "concat", "concatenate", "stack"}


def _covers(track, dims, shape):
    """Has a tensor of unknown places samples where the map has them, or one for all?"""
    rank = len(shape)
    sizes = [dim.size for dim in track.dims]
    along = [i for i, dim in enumerate(dims) if dim.axes]
    return any(len(sizes) >= rank - i and sizes[i - rank] > 1 for i in along)


def _new_gaps(maps):
    """The largest gap of each axis, without those that were there before: one map brought both of its sides."""
    if all(track.sources == maps[0].sources for track in maps):
        return ()
    known = {
        key
        for track in maps
        for one, other in itertools.permutations(track.sources, 2)
        for key in _keys(one, other)
    }
    worst = {}
    for i, j in itertools.combinations(range(len(maps)), 2):
        for gap in _gaps(maps, i, j):
            one, other = gap.sources
            new = _key(one, other, gap.axis) not in known
            if new and abs(gap.worst) > max(
                SAME, abs(worst[gap.axis].worst) + 1e-9 if gap.axis in worst else 0
            ):
                worst[gap.axis] = gap
    return tuple(worst[axis] for axis in sorted(worst))


def _gaps(maps, i, j):
    for axis in sorted(maps[i].axes & maps[j].axes):
        size = maps[i].size(axis)
        for one, other in itertools.product(maps[i].sources, maps[j].sources):
            a, b = one.places[axis], other.places[axis]
            first = a.start - b.start
            last = first + (a.jump - b.jump) * (size - 1)
            jump = min(abs(a.jump), abs(b.jump)) or max(abs(a.jump), abs(b.jump)) or 1
            yield Gap(axis, first, last, size, jump, (i, j), (one, other))


def _keys(one, other):
    return [_key(one, other, axis) for axis, place in enumerate(one.places) if place and other.places[axis]]


def _key(one, other, axis):
    a, b = one.places[axis], other.places[axis]
    return axis, round(a.start - b.start, 3), round(a.jump - b.jump, 6)


def all_phases(maps, operators):
    """Are these all the phases of one map, or all its samples in a window? Then where their middle sits.

    {axis: (1, b)} or None. Swin and YOLO's stem lay four phases side by side as channels, every second sample of a
    map from each start. A window written by hand is a map padded and cut at every shift. So all came one way: maps of
    two ways that sit half a sample apart are no phases, they have a gap.
    """
    first = maps[0].sources if maps else ()
    shifts = []
    for track in maps:
        if len(track.sources) != len(first):
            return None
        pairs = list(zip(track.sources, first, strict=True))
        if any(_uncut(one, operators) is not _uncut(other, operators) for one, other in pairs):
            return None
        own = {
            tuple(_shift(a, b) for a, b in zip(one.places, other.places, strict=True)) for one, other in pairs
        }
        if len(own) != 1:
            return None
        shifts.append(own.pop())
    if any(None in shift for shift in shifts) or len(set(shifts)) != len(shifts) or len(shifts) < 2:
        return None
    maps_of_axes, count = {}, 1
    for axis, place in enumerate(first[0].places):
        values = sorted({shift[axis] for shift in shifts})
        count *= len(values)
        if not _without_gaps(values):
            return None
        if place is not None:
            maps_of_axes[axis] = (1, (values[0] + values[-1]) / 2)
    return maps_of_axes if count == len(shifts) else None


def _uncut(source, operators):
    """The path to the map that was cut, or padded, at last."""
    path = source.path
    while path is not None and isinstance(path[1], int) and not operators[path[1]].resamples:
        path = path[0]
    return path


def _without_gaps(values):
    """Shifts, in samples: 0, 1/r, 2/r, ..., or an odd number of whole ones."""
    r = len(values)
    phases = [round(i / r, 6) for i in range(r)]
    return values == phases or (r % 2 == 1 and values == [values[0] + i for i in range(r)])


def unmoved(maps):
    """Of products of one map with another at many shifts, as in a search for correspondences: which is unmoved?

    The number of that map, or None if these are no such products. Flow and stereo networks compare what does not move
    with what does, and lay the answers side by side: the shifts are what they ask, and no offset.
    """
    if len(maps) < 3:
        return None
    found = [{source.places for source in track.sources} for track in maps]
    fixed = set.intersection(*found)
    moving = max((each - fixed for each in found), key=len)
    if not fixed or not moving:
        return None
    shifts = [_shift_between(moving, each, fixed) for each in found]
    if None in shifts or len(set(shifts)) < len(maps):
        return None
    return min(
        range(len(maps)), key=lambda i: min(_far(_moved(p, shifts[i]), q) for p in moving for q in fixed)
    )


def _shift_between(moving, places, fixed):
    """By how many whole samples all of ``moving`` went where these places are not fixed; None if they did not."""
    one = next(iter(moving))
    for other in places:
        shift = tuple(_shift(a, b) for a, b in zip(other, one, strict=True))
        if any(part is None or part % 1 for part in shift):
            continue
        moved = {_moved(each, shift) for each in moving}
        if moved <= places <= moved | fixed:
            return shift
    return None


def _moved(places, shift):
    return tuple(p and p.moved(1, part) for p, part in zip(places, shift, strict=True))


def _far(one, other):
    return sum(abs(a.start - b.start) for a, b in zip(one, other, strict=True) if a and b)


def _no_offsets_of_a_search(watch, maps, still):
    """What the merges on the way to the moved ones said of their offsets is taken back."""
    events = [
        {event[0] for source in track.sources for event in source.events() if isinstance(event, tuple)}
        for track in maps
    ]
    for number in set().union(*events) - events[still]:
        watch.merges[number] = watch.merges[number]._replace(gaps=())


def _shift(one, other):
    """How many samples further one starts, or None where both do not step alike."""
    if one is None or other is None:
        return 0.0 if one is other else None
    return round((one.start - other.start) / other.jump, 6) if one.jump == other.jump != 0 else None
