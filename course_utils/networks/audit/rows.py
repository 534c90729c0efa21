"""Several maps in one row of tokens: joined, worked on token by token, and parted again.

Deformable encoders do that: maps of stride 8, 16 and 32 become (N, H*W, C) each, and are set end to end. Such a track
keeps its maps in ``row``, each a track of one dimension. One more axis, after those of the picture, counts through
their tokens. As long as token 0 is token 0, a slice says which map it takes.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

from course_utils.networks.audit.layout import plain, whole
from course_utils.networks.audit.track import Source, Track, lost, unique
from course_utils.places import Places

IN_ORDER = Places(0, 1)


def new_row(maps, dims, axis):
    """The track of these maps one after the other along the dim of ``dims`` that runs along ``axis``."""
    sources = (Source((*[None] * axis, IN_ORDER)),)
    return Track(tuple(dims), sources, row=tuple(maps))


def in_a_row(tracks, sizes, shape, dim):
    """The track of what is joined along ``dim``; None where anything else runs along the picture."""
    maps = []
    for track, size in zip(tracks, sizes, strict=True):
        if track is None or not track.axes:
            maps.append(Track((plain(size),)))
        elif track.dims[dim].axes != track.axes or (track.row and not _in_order(track, dim)):
            return None
        else:
            maps += [replace(each, dims=each.dims[dim : dim + 1]) for each in _all_of(track, dim)]
    axis = next(len(each.sources[0].places) for each in maps if each.axes)
    dims = [whole(n, axis) if i == dim else plain(n) for i, n in enumerate(shape)]
    return new_row(maps, dims, axis)


def _all_of(track, dim):
    return [map_in(track, dim, number) for number in range(len(track.row))] if track.row else [track]


def standing_in(track):
    """The maps of a row as tracks with their names; or the one map itself."""
    if not track.row:
        return [track]
    at = [i for i, dim in enumerate(track.dims) if track.row_axis in dim.axes]
    if len(at) != 1 or not _in_order(track, at[0]):
        return []
    return [map_in(track, at[0], i) for i, each in enumerate(track.row) if each.axes and not each.lost]


def merges_of(tracks):
    """How many merges it is when these are merged: one, or one for each map of rows that sit elsewhere."""
    rows = [track for track in tracks if track.row]
    apart = len(rows) > 1 and stand_alike(rows, places=False) and not stand_alike(rows)
    return len(rows[0].row) if apart else 1


def map_in(track, position, number):
    """One map of a row: it sits where it sat before, and went through what the row went through."""
    one = track.row[number]
    dims = list(track.dims)
    dims[position] = one.dims[0]
    if one.lost:
        return lost([dim.size for dim in dims], one.lost)
    sources = [
        _gone_through(source, through) for source, through in itertools.product(one.sources, track.sources)
    ]
    name = f"{track.name}, map {number + 1}" if track.name else one.name
    return replace(track, row=(), sources=unique(sources), name=name).with_dims(dims)


def _gone_through(source, through):
    """A way to a map, and on through the row."""
    for event in through.events():
        source = source.after(event)
    return source._replace(attended=source.attended + through.attended)


def parted(track, position, first, count):
    """The maps that begin at token ``first`` and fill ``count`` tokens; None where a map would be cut."""
    starts = _starts(track)
    if not _in_order(track, position) or first not in starts or first + count not in starts:
        return None
    begin, end = starts.index(first), starts.index(first + count)
    if end - begin == 1:
        return map_in(track, position, begin)
    dims = list(track.dims)
    dims[position] = whole(count, track.row_axis)
    return replace(track, row=track.row[begin:end], sources=_from_its_first(track)).with_dims(dims)


def _from_its_first(track):
    return tuple(s._replace(places=(*s.places[: track.row_axis], IN_ORDER)) for s in track.sources)


def map_around(track, position, first, last):
    """The one map that holds both tokens, and the token at which it begins; None where there is none."""
    starts = _starts(track)
    for number, (begin, end) in enumerate(itertools.pairwise(starts)):
        if _in_order(track, position) and begin <= first <= last < end:
            return map_in(track, position, number), begin
    return None


def stand_alike(tracks, places=True):
    """Are these rows of maps of the same sizes in the same order, and, if asked, on the same places?"""
    if not all(track.row and all(_orders(track)) for track in tracks):
        return False
    first = tracks[0]
    return all(
        [each.dims for each in track.row] == [each.dims for each in first.row]
        and (not places or [_places(each) for each in track.row] == [_places(each) for each in first.row])
        for track in tracks
    )


def _places(track):
    return track.lost, {source.places for source in track.sources}


def _starts(track):
    return [0, *itertools.accumulate(each.dims[0].size for each in track.row)]


def _orders(track):
    return [source.places[track.row_axis] == IN_ORDER for source in track.sources]


def _in_order(track, position):
    """Does the dim hold the whole row, token 0 first?"""
    return track.dims[position] == whole(_starts(track)[-1], track.row_axis) and all(_orders(track))
