"""Rules of grid_sample and affine_grid."""

from __future__ import annotations

from typing import NamedTuple

from course_utils.networks.audit import maps
from course_utils.networks.audit.layout import plain
from course_utils.networks.audit.rules import rule
from course_utils.networks.audit.units import exchanged
from course_utils.networks.audit.watch import Operator


@rule("grid_sample")
def grid_sample(call):
    """The grid is read by value. One that depends on the image is a regular grid moved by a learned flow."""
    x, grid = call.arg(0, "input"), call.arg(1, "grid")
    learned = call.track(grid) is not None
    corners = bool(call.arg(4, "align_corners"))
    mode, padding = call.arg(2, "mode", "bilinear"), call.arg(3, "padding_mode", "zeros")
    words = f"{mode} align_corners={corners} padding={padding}" + (", learned grid" if learned else "")
    if learned and _is_asked_for(call.track(grid)):
        return _fetched_for_queries(call, x, grid, f"{mode} align_corners={corners} padding={padding}")
    if call.track(x) is None:
        return _of_a_fixed_map(call, call.track(grid), x) if learned else None
    grid = grid.detach()
    if _swapped(grid):
        call.remark("swapped grid", words=f"grid_sample {words}")
        return call.lost("grid_sample reads (y, x) where it wants (x, y)")
    read = [_read_grid(grid, i, n, corners, learned) for i, n in enumerate(x.shape[2:])]
    if learned and _runs_along(call.track(x)) and not all(each.regular for each in read):
        return _picked_places(call, x, call.arg(1, "grid"), words, max(each.far for each in read))
    result = call.resampled(x, [each.line for each in read], "grid_sample", words)
    number = len(call.watch.operators) - 1
    pair = call.watch.divided.get(call.arg(1, "grid"))
    if pair and x.ndim == 4 and exchanged(pair, [tuple(x.shape[2:]), tuple(grid.shape[1:3])]):
        divisor = f"({pair[0]:g}, {pair[1]:g})"
        call.remark("flow units", number, divisor=divisor, size=tuple(x.shape[2:]))
    for each in read:
        if each.made_for not in (None, corners):
            call.remark(
                "mixed grid", number, words=f"grid_sample {words}", sampled_with=corners, **each._asdict()
            )
            break
    far = max(each.far for each in read)
    if not call.watch.operators[number].known:
        return result
    if far > _far_away(max(x.shape[2:])):
        call.watch.operators[number] = call.watch.operators[number]._replace(known=False)
        return call.lost(f"grid_sample reads up to {far:.0f} pixels from a regular grid")
    return result


def _of_a_fixed_map(call, grid, x):
    """A mask of what was fetched from inside, say: it lies where the grid does."""
    if grid.lost:
        return call.still_lost(grid.lost)
    return grid.with_dims([plain(x.shape[0]), plain(x.shape[1]), *grid.dims[1:-1]])


def _is_asked_for(track):
    """Do tokens stand where a grid has its rows? Then every token is a query, and its points are what it looks at."""
    return track.is_map and any(len(dim.parts) > 1 or track.row for dim in track.dims[1:-1] if dim.axes)


def _fetched_for_queries(call, x, grid, words):
    """Deformable attention: what is fetched lies where the queries are, as in any attention."""
    queries, value = call.track(grid), call.track(x)
    dims = [plain(x.shape[0]), plain(x.shape[1]), *queries.dims[1:-1]]
    known = True if value is None else value.is_map
    call.watch.operators.append(
        Operator(call.watch.here, "grid_sample", f"{words}, for queries", tuple(x.shape), tuple(call.out.shape),
                 (), {}, {}, {}, known, True)
    )  # fmt: skip
    return queries.attended().with_dims(dims)


def _runs_along(track):
    """Is a map of the picture sampled, or a table of its own for each place, as in a search for correspondences?"""
    return bool(track.lost) or any(dim.axes for dim in track.dims[2:])


def _picked_places(call, x, grid, words, far):
    """Points that the network picks, as a decoder's queries do, and no regular grid moved by a flow."""
    queries = call.track(grid)
    if not queries.lost and not queries.axes and (call.track(x) is None or not call.track(x).lost):
        return _fetched_for_queries(call, x, grid, words.removesuffix(", learned grid"))
    settings = f"{words}, at {call.out.shape[2:].numel()} places"
    call.watch.operators.append(
        Operator(call.watch.here, "grid_sample", settings, tuple(x.shape), tuple(call.out.shape),
                 (), {}, {}, {}, False, True)
    )  # fmt: skip
    return call.lost(f"grid_sample reads up to {far:.0f} pixels from a regular grid")


def _far_away(size):
    """Up to how many pixels a learned flow may move a regular grid that is still recognized."""
    return max(2.0, size / 8)


UNEVEN = 0.25  # pixels of the map


class ReadGrid(NamedTuple):
    """One component of a grid: the (a, b) that it stands for, and how far its values are from that, in pixels.

    made_for    the align_corners of a whole map's grid, True for -1 to 1, False for pixel middles; None for any other
    regular     does it run evenly, or near to one of the two?
    first, last how far it reads from where a grid for the convention at hand would, in pixels of the map
    """

    line: tuple[float, float]
    far: float
    made_for: bool | None
    first: float
    last: float
    in_size: int
    out_size: int
    regular: bool


def _read_grid(grid, i, n, corners, learned):
    """The component of a grid (N, ..., count) that belongs to axis i, sampled from n samples."""
    component, m = grid[..., grid.shape[-1] - 1 - i], grid.shape[1 + i]  # x comes first, for the last axis
    slope, first, distance = maps.grid_line(component, i + 1)
    far = distance * (n - 1 if corners else n) / 2
    made_for, regular = None, far < UNEVEN
    if m > 1:
        # a learned flow is small at the start, and its mean moves the grid by less than the conventions differ
        near = 0.5 / m if learned else 0.05 / m
        ways = {True: (2 / (m - 1), -1.0), False: (2 / m, 1 / m - 1)}
        away = {
            key: max(abs(first - f), abs(first - f + (slope - s) * (m - 1))) for key, (s, f) in ways.items()
        }
        best = min(away, key=away.get)
        if away[best] < near:
            made_for, regular = best, True
            slope, first = ways[best]
        elif learned and away[corners] * n / 2 < _far_away(n):
            regular = True
            slope, first = ways[corners]  # what random weights add to a grid is no place
    a, b = maps.sampled(slope, first, n, corners)
    own, start = ((n - 1) / (m - 1), 0.0) if made_for else (n / m, (n / m - 1) / 2)
    return ReadGrid((a, b), far, made_for, b - start, b - start + (a - own) * (m - 1), n, m, regular)


def _swapped(grid):
    """Do the components of a grid (N, H, W, 2) that spans a whole map run along each other's axis?

    A small window around a point, as in a search for correspondences, may be listed either way.
    """
    if grid.ndim != 4 or min(grid.shape[1:3]) < 3:
        return False
    own = max(abs(maps.grid_line(grid[..., i], 2 - i)[0]) for i in (0, 1))
    lines = [maps.grid_line(grid[..., i], 1 + i) for i in (0, 1)]
    spans = [abs(slope) * (size - 1) for (slope, _, _), size in zip(lines, grid.shape[1:3], strict=True)]
    regular = max(far for _, _, far in lines) < 0.2
    return regular and min(spans) > 1 and own < min(spans) / (20 * max(grid.shape[1:3]))


@rule("affine_grid")
def affine_grid(call):
    """Its theta may depend on the image (a spatial transformer); the grid is read by value where it is used."""
    return call.lost("a grid whose transform depends on the image")
