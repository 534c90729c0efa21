"""What the audit knows about one tensor: its dims, and where its samples sit by every way that led to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from course_utils.networks.audit.layout import Dim, Part, joined, plain
from course_utils.places import Places

MOST_SOURCES = 16


class Source(NamedTuple):
    """One way from the picture to a map.

    places   for each axis, where sample o sits: start + jump * o, in image pixels; None where the axis is gone
    path     the last event on the way and the path before it, ``(path, event)``; None at the image. An event is the
             number of an operator, or (number of a merge, which of its maps)
    attended how often the way went through attention, which may fetch from anywhere: of two ways to the same places,
             the one through less of it is kept
    """

    places: tuple[Places | None, ...]
    path: tuple | None = None
    attended: int = 0

    def moved(self, axis, a, b):
        """After an operator whose output o sits at the input sample a * o + b of this axis."""
        places = list(self.places)
        places[axis] = places[axis].moved(a, b)
        return self._replace(places=tuple(places))

    def after(self, event):
        """With one more event on its path."""
        return self._replace(path=(self.path, event))

    def events(self):
        """The events on the way, the first first."""
        path, result = self.path, []
        while path is not None:
            path, event = path
            result.append(event)
        return result[::-1]


@dataclass(frozen=True)
class Track:
    """A tensor that depends on the image.

    ``lost`` says why nobody knows where its samples sit; "" where that is known. A tensor may also have no samples
    along any axis, such as the mean over the picture: then there is nothing to know.

    ``row`` holds the maps that stand in it one after the other, see ``rows``; ``row_axis`` counts their samples.
    """

    dims: tuple[Dim, ...]
    sources: tuple[Source, ...] = ()
    name: str = ""
    lost: str = ""
    row: tuple[Track, ...] = ()

    @property
    def row_axis(self):
        """The number of the axis that runs through all maps of a row, after those of the picture; or None."""
        return _rank(self.sources) - 1 if self.row and self.sources else None

    @property
    def axes(self):
        """The axes that its dims run along."""
        return set().union(*(dim.axes for dim in self.dims)) if self.dims else set()

    @property
    def is_map(self):
        """Has it samples along an axis, at known places?"""
        return not self.lost and bool(self.axes)

    def size(self, axis):
        """How many samples it has along an axis, over all its parts."""
        count = 1
        for dim in self.dims:
            for part in dim.along(axis):
                count *= part.size
        return count

    def with_dims(self, dims):
        """The same samples in other dims; an axis that no dim runs along any more is gone, and steps become 1."""
        return replace(self, dims=tuple(dims))._rebased()

    def moved(self, maps, event=None):
        """After an operator: ``maps`` is {axis: (a, b)}; ``event`` joins every path."""
        sources = self.sources
        for axis, (a, b) in maps.items():
            sources = tuple(source.moved(axis, a, b) for source in sources)
        if event is not None:
            sources = tuple(source.after(event) for source in sources)
        return replace(self, sources=sources)

    def attended(self):
        """After attention, which leaves its answers where the queries are."""
        return replace(self, sources=tuple(s._replace(attended=s.attended + 1) for s in self.sources))

    def averaged(self, index):
        """After all samples of one dimension became one: its mean, or any weighted sum whose middle is its middle.

        What else runs along the same axis then sits in the middle of what was averaged.
        """
        dim = self.dims[index]
        maps = {
            axis: (1, sum(part.step * (part.size - 1) / 2 for part in dim.along(axis))) for axis in dim.axes
        }
        return self.moved(maps).with_dims([*self.dims[:index], plain(1), *self.dims[index + 1 :]])

    def settled(self, spatial, mixed=()):
        """With each of the dims ``spatial`` along one whole axis or none; None where that cannot be said.

        The dims ``mixed`` are summed over by what comes next, or belong together (channels). Copies that stand side
        by side within a dim, as after a pixel shuffle written by hand, divide a sample among them.
        """
        track = self
        for index in mixed:
            if track.dims[index].axes:
                size = track.dims[index].size
                track = track.averaged(index)
                dims = list(track.dims)
                dims[index] = plain(size)
                track = track.with_dims(dims)
        for index in spatial:
            if self.row and self.row_axis in track.dims[index].axes:
                return None
            track = track._shared_among_copies(index)
            dim = track.dims[index]
            if dim.front or dim.back or (dim.axes and len(dim.parts) > 1):
                return None
            if any(other.axes & dim.axes for i, other in enumerate(track.dims) if i != index):
                return None
        return track

    def with_copies_shared(self):
        """With every dim in which copies stand side by side along one whole axis."""
        track = self
        for index in range(len(self.dims)):
            track = track._shared_among_copies(index)
        return track

    def _shared_among_copies(self, index):
        dim = self.dims[index]
        if len(dim.parts) != 2 or dim.parts[0].axis is None or dim.parts[1].axis is not None:
            return self
        (count, axis, step), (copies, _, _) = dim.parts
        if any(other.axes & {axis} for i, other in enumerate(self.dims) if i != index):
            return self
        track = self.moved({axis: (step, 0)}).moved({axis: (1 / copies, (1 / copies - 1) / 2)})
        dims = list(track.dims)
        dims[index] = joined([Part(count * copies, axis)])
        return track.with_dims(dims)

    def _rebased(self):
        track = self
        for axis in sorted(track.axes):
            parts = [part for dim in track.dims for part in dim.along(axis)]
            if len(parts) == 1 and parts[0].step != 1:
                dims = tuple(_unit_steps(dim, axis) for dim in track.dims)
                track = replace(track.moved({axis: (parts[0].step, 0)}), dims=dims)
        gone = [axis for axis in range(_rank(track.sources)) if axis not in track.axes]
        row = track.row if track.row_axis in track.axes else ()
        return replace(track, sources=without(track.sources, gone), row=row)


def _unit_steps(dim, axis):
    parts = tuple(part._replace(step=1) if part.axis == axis else part for part in dim.parts)
    return dim._replace(parts=parts)


def _rank(sources):
    return len(sources[0].places) if sources else 0


def without(sources, axes):
    """The sources without their places along some axes; two that now say the same are one."""
    changed = [
        source._replace(places=tuple(None if i in axes else p for i, p in enumerate(source.places)))
        for source in sources
    ]
    return unique(changed)


def unique(sources):
    """Each place once, with the first path that led there; of very many, the outermost."""
    seen = {}
    for source in sources:
        key = tuple(None if p is None else (round(p.start, 6), round(p.jump, 9)) for p in source.places)
        if key not in seen or source.attended < seen[key].attended:
            seen[key] = source
    kept = list(seen.values())
    if len(kept) > MOST_SOURCES:
        kept.sort(key=lambda source: [(p.start, p.jump) for p in source.places if p is not None])
        kept = kept[: MOST_SOURCES // 2] + kept[-MOST_SOURCES // 2 :]
    return tuple(kept)


def lost(shape, why):
    """A tensor that depends on the image, and nobody knows where its samples sit."""
    return Track(tuple(plain(size) for size in shape), lost=why)


def without_places(tensor):
    """A tensor that depends on the image and has no samples along any axis."""
    return Track(tuple(plain(size) for size in tensor.shape))
