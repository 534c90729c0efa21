"""Rules of the operators that resample: convolutions, pools, interpolation, shuffles, grids, windows."""

from __future__ import annotations

from typing import NamedTuple

import torch

from course_utils.networks.audit import maps
from course_utils.networks.audit.layout import plain
from course_utils.networks.audit.rules import rule
from course_utils.networks.audit.units import exchanged


def each_axis(value, count):
    """A setting of torch, a number or one for each axis, as a tuple."""
    values = tuple(value) if isinstance(value, (tuple, list, torch.Size)) else (value,)
    return values * count if len(values) == 1 else values


def short(values):
    """The settings of all axes as briefly as they allow.

    >>> short((3, 3)), short((3, 1))
    ('3', '3 x 1')
    """
    values = [f"{value:g}" for value in values]
    return values[0] if len(set(values)) == 1 else " x ".join(values)


# ---- Convolutions and pools ----------------------------------------------------------------------


@rule("conv1d", "conv2d", "conv3d")
def convolution(call):
    x, weight = call.arg(0, "input"), call.arg(1, "weight")
    settings = (call.arg(3, "stride", 1), call.arg(4, "padding", 0), call.arg(5, "dilation", 1))
    return convolved(call, x, weight.shape[2:], *settings)


def convolved(call, x, kernels, strides, paddings, dilations, kind="conv"):
    """The track after a convolution with these settings."""
    count = len(kernels)
    strides, dilations = each_axis(strides, count), each_axis(dilations, count)
    if isinstance(paddings, str):  # "same" puts the smaller half in front
        same = paddings == "same"
        paddings = [d * (k - 1) // 2 if same else 0 for k, d in zip(kernels, dilations, strict=True)]
    return windowed(call, x, kind, kernels, strides, each_axis(paddings, count), dilations)


def windowed(call, x, kind, kernels, strides, paddings, dilations, out=None):
    """The track after anything that looks at windows: convolutions, pools, unfolding."""
    settings = tuple(zip(kernels, strides, paddings, dilations, strict=True))
    if set(kernels) == set(strides) == {1} and set(paddings) == {0}:
        return each_alone(call, x, len(kernels), out)
    lines = [maps.convolved(*each) for each in settings]
    words = f"kernel {short(kernels)}, stride {short(strides)}, padding {short(paddings)}"
    if set(dilations) != {1}:
        words += f", dilation {short(dilations)}"
    resamples = set(strides) != {1}
    result = call.resampled(x, lines, kind, words, out=out, resamples=resamples)
    if result is not None:
        shape = (
            (call.out if out is None else out).shape if not isinstance(call.out, tuple) else call.out[0].shape
        )
        _what_is_not_read(call, x.shape[-len(kernels) :], shape[-len(kernels) :], settings, words, kind)
    return result


def each_alone(call, x, count, out=None):
    """The track after a 1 x 1 convolution: places are mixed with none, however their samples stand."""
    track, out = call.track(x), call.out if out is None else out
    if track is None:
        return call.lost("its weights depend on the image", out) if call.tracks() else None
    if track.lost:
        return call.still_lost(track.lost, out)
    channels = x.ndim - count - 1
    if channels >= 0 and track.dims[channels].axes:
        track = track.averaged(channels)
    dims = list(track.dims)
    if channels >= 0:
        dims[channels] = plain(out.shape[channels])
    return track.with_dims(dims)


def _what_is_not_read(call, in_sizes, out_sizes, settings, words, kind):
    number = len(call.watch.operators) - 1
    for n, m, (k, s, p, d) in zip(in_sizes, out_sizes, settings, strict=True):
        unread = n - 1 - ((m - 1) * s - p + d * (k - 1))
        if s > k and d == 1 and n > 1:
            call.remark("holes", number, words=f"{kind} {words}", kernel=k, stride=s)
            return
        if unread > 0 and n > k:
            call.remark("unread", number, words=f"{kind} {words}", count=unread, size=n, stride=s)
            return


@rule("conv_transpose1d", "conv_transpose2d", "conv_transpose3d")
def transposed_convolution(call):
    x, weight = call.arg(0, "input"), call.arg(1, "weight")
    kernels = tuple(weight.shape[2:])
    count = len(kernels)
    strides, paddings = (
        each_axis(call.arg(3, "stride", 1), count),
        each_axis(call.arg(4, "padding", 0), count),
    )
    dilations = each_axis(call.arg(7, "dilation", 1), count)
    settings = tuple(zip(kernels, strides, paddings, dilations, strict=True))
    words = f"kernel {short(kernels)}, stride {short(strides)}, padding {short(paddings)}"
    result = call.resampled(x, [maps.transposed(*each) for each in settings], "transposed conv", words)
    if result is not None and any(k % s and s > 1 for k, s in zip(kernels, strides, strict=True)):
        number = len(call.watch.operators) - 1
        call.remark("uneven taps", number, words=f"transposed conv {words}", kernels=kernels, strides=strides)
    return result


@rule("deform_conv2d")
def deformable_convolution(call):
    """Its windows are moved by learned offsets; where they stand without any is what is known."""
    x, weight = call.arg(0, "input"), call.arg(1, "weight")
    numbers = [each for each in call.args[2:] if isinstance(each, int) and not isinstance(each, bool)]
    if len(numbers) < 6:
        return call.lost("a deformable convolution whose settings were not understood")
    strides, paddings, dilations = numbers[0:2], numbers[2:4], numbers[4:6]
    return windowed(call, x, "deformable conv", weight.shape[2:], strides, paddings, dilations)


@rule("max_pool1d", "max_pool2d", "max_pool3d",
      "max_pool1d_with_indices", "max_pool2d_with_indices", "max_pool3d_with_indices")  # fmt: skip
def max_pool(call):
    return pooled(call, "max pool", 1, 2, 3, 4)


@rule("avg_pool1d", "avg_pool2d", "avg_pool3d")
def average_pool(call):
    return pooled(call, "average pool", 1, 2, 3, None)


@rule("lp_pool1d", "lp_pool2d", "lp_pool3d")
def power_pool(call):
    return pooled(call, "power pool", 2, 3, None, None)


def pooled(call, kind, kernel, stride, padding, dilation):
    """A pooling whose settings stand at these positions, None where it has none."""
    x = call.arg(0, "input")
    count = int(next(c for c in call.name if c.isdigit()))
    kernels = each_axis(call.arg(kernel, "kernel_size"), count)
    strides = call.arg(stride, "stride")
    strides = kernels if strides is None or strides == [] else each_axis(strides, count)
    paddings = each_axis(0 if padding is None else call.arg(padding, "padding", 0), count)
    dilations = each_axis(1 if dilation is None else call.arg(dilation, "dilation", 1), count)
    out = call.out[0] if isinstance(call.out, tuple) else call.out
    result = windowed(call, x, kind, kernels, strides, paddings, dilations, out)
    return [result, result] if isinstance(call.out, tuple) else result


@rule("adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d",
      "adaptive_max_pool1d", "adaptive_max_pool2d", "adaptive_max_pool3d",
      "adaptive_max_pool1d_with_indices", "adaptive_max_pool2d_with_indices",
      "adaptive_max_pool3d_with_indices")  # fmt: skip
def adaptive_pool(call):
    x = call.arg(0, "input")
    out = call.out[0] if isinstance(call.out, tuple) else call.out
    count = int(next(c for c in call.name if c.isdigit()))
    sizes = list(zip(x.shape[-count:], out.shape[-count:], strict=True))
    if all(m == 1 for _, m in sizes):
        return _mean_of_all(call, x, count, out)
    lines = [maps.interpolated(n, m, "area") for n, m in sizes]
    words = f"{short(x.shape[-count:])} to {short(out.shape[-count:])}"
    result = call.resampled(x, lines, "adaptive pool", words, out=out)
    uneven = [(n, m) for n, m in sizes if n % m]
    if result is not None and uneven:
        number = len(call.watch.operators) - 1
        call.remark("uneven bins", number, in_size=uneven[0][0], out_size=uneven[0][1])
    return [result, result] if isinstance(call.out, tuple) else result


def _mean_of_all(call, x, count, out):
    """One value for the whole map, in whichever order its samples stand."""
    track = call.track(x)
    if track is None:
        return None
    if not track.lost:
        for i in range(x.ndim - count, x.ndim):
            track = track.averaged(i)
    result = call.still_lost(track.lost, out) if track.lost else track.with_dims(track.dims)
    return [result, result] if isinstance(call.out, tuple) else result


@rule("max_unpool1d", "max_unpool2d", "max_unpool3d")
def unpool(call):
    """Every value goes back to where its window had it; the middle of the window is what is known."""
    x = call.arg(0, "input")
    count = int(next(c for c in call.name if c.isdigit()))
    kernels = each_axis(call.arg(2, "kernel_size"), count)
    strides = call.arg(3, "stride")
    strides = kernels if strides is None else each_axis(strides, count)
    paddings = each_axis(call.arg(4, "padding", 0), count)
    settings = zip(kernels, strides, paddings, (1,) * count, strict=True)
    words = f"kernel {short(kernels)}, stride {short(strides)}"
    return call.resampled(x, [maps.transposed(*each) for each in settings], "max unpool", words)


@rule("unfold")
def unfold(call):
    """``F.unfold`` makes a list of windows, ``Tensor.unfold`` a dimension of their samples."""
    x = call.arg(0, "input")
    if x.ndim == 4 and call.out.ndim == 3:
        return _windows_as_columns(call, x)
    dim, size, step = call.arg(1, "dimension") % x.ndim, call.arg(2, "size"), call.arg(3, "step")
    line = maps.convolved(size, step, 0, 1)
    first = torch.empty(tuple(call.out.shape[:-1]), device="meta")
    words = f"size {size}, step {step}"
    result = call.resampled(
        x, [line], "unfold", words, out=first, spatial=[dim], mixed=[], resamples=step != 1
    )
    return None if result is None else result.with_dims([*result.dims, plain(size)])


def _windows_as_columns(call, x):
    names = ("kernel_size", "dilation", "padding", "stride")
    defaults = (None, 1, 0, 1)
    settings = [
        each_axis(call.arg(i + 1, name, default), 2)
        for i, (name, default) in enumerate(zip(names, defaults, strict=True))
    ]
    kernels, dilations, paddings, strides = settings
    sizes = [
        (n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, d, p, s in zip(x.shape[2:], *settings, strict=True)
    ]
    out = torch.empty((x.shape[0], call.out.shape[1], *sizes), device="meta")
    result = windowed(call, x, "unfold", kernels, strides, paddings, dilations, out)
    return None if result is None else _flat(call, result)


def _flat(call, track):
    from course_utils.networks.audit.layout import reshaped

    if track.lost:
        return call.still_lost(track.lost)
    dims = reshaped(track.dims, call.out.shape)
    return track.with_dims(dims)


@rule("fold")
def fold(call):
    """Windows are laid back, each at its place: the transpose of ``F.unfold``."""
    from course_utils.networks.audit.layout import reshaped

    x = call.arg(0, "input")
    size, kernels = each_axis(call.arg(1, "output_size"), 2), each_axis(call.arg(2, "kernel_size"), 2)
    dilations, paddings = each_axis(call.arg(3, "dilation", 1), 2), each_axis(call.arg(4, "padding", 0), 2)
    strides = each_axis(call.arg(5, "stride", 1), 2)
    settings = list(zip(kernels, strides, paddings, dilations, strict=True))
    sizes = [(n + 2 * p - d * (k - 1) - 1) // s + 1 for n, (k, s, p, d) in zip(size, settings, strict=True)]
    track = call.track(x)
    dims = None if track.lost else reshaped(track.dims, (*x.shape[:-1], *sizes))
    if dims is None:
        return call.still_lost(track.lost or "fold of what is not a list of windows")
    stand_in = torch.empty((*x.shape[:-1], *sizes), device="meta")
    call.watch.seen[stand_in] = track.with_dims(dims)
    words = f"kernel {short(kernels)}, stride {short(strides)}, padding {short(paddings)}"
    return call.resampled(stand_in, [maps.transposed(*each) for each in settings], "fold", words)


# ---- Interpolation, shuffles ---------------------------------------------------------------------


@rule("interpolate")
def interpolate(call):
    mode, corners = call.arg(3, "mode", "nearest"), bool(call.arg(4, "align_corners"))
    scale, recompute = call.arg(2, "scale_factor"), call.arg(5, "recompute_scale_factor")
    scales = None if scale is None or recompute else scale
    return enlarged(call, call.arg(0, "input"), mode, corners, scales, bool(call.arg(6, "antialias", False)))


@rule("upsample_nearest1d", "upsample_nearest2d", "upsample_nearest3d")
def upsample_nearest(call):
    return enlarged(call, call.arg(0, "input"), "nearest", False, None, False)


@rule("upsample_linear1d", "upsample_bilinear2d", "upsample_trilinear3d", "upsample_bicubic2d")
def upsample_linear(call):
    mode = "bicubic" if "cubic" in call.name else "bilinear"
    return enlarged(call, call.arg(0, "input"), mode, bool(call.arg(2, "align_corners")), None, False)


def enlarged(call, x, mode, corners, scales, antialias):
    """The track after interpolation, and what should be said about it."""
    count = x.ndim - 2
    scales = (None,) * count if scales is None else each_axis(scales, count)
    sizes = list(zip(x.shape[2:], call.out.shape[2:], strict=True))
    lines = [
        maps.interpolated(n, m, mode, corners, scale, antialias)
        for (n, m), scale in zip(sizes, scales, strict=True)
    ]
    words = mode + (f" align_corners={corners}" if "nearest" not in mode and mode != "area" else "")
    words += " antialias" if antialias else ""
    words += f", {short(x.shape[2:])} to {short(call.out.shape[2:])}"
    result = call.resampled(x, lines, "interpolate", words)
    if result is not None:
        _remarks_of_interpolation(call, x, mode, sizes, scales, antialias, f"interpolate {words}")
    return result


def _remarks_of_interpolation(call, x, mode, sizes, scales, antialias, words):
    number = len(call.watch.operators) - 1
    n, m = max(sizes, key=lambda pair: pair[0] / pair[1])
    if mode == "nearest" and n > 1:
        off = max((a - 1) / 2 - b for a, b in (maps.interpolated(*pair, mode) for pair in sizes))
        labels = not x.is_floating_point() or bool((x == x.round()).all())
        if off > 0.01:
            call.remark("legacy nearest", number, words=words, off=off, in_size=n, out_size=m, labels=labels)
    if m < n and not antialias and mode not in ("area", "nearest", "nearest-exact"):
        reach = 2 if mode in ("linear", "bilinear", "trilinear") else 4
        call.remark(
            "no antialias", number, words=words, in_size=n, out_size=m, skips=n / m > reach, reach=reach
        )
    for (n, m), scale in zip(sizes, scales, strict=True):
        if scale is not None and abs(scale * n - m) > 1e-6:
            call.remark("uneven factor", number, words=words, scale=scale, in_size=n, out_size=m)
            break


@rule("pixel_shuffle")
def pixel_shuffle(call):
    r = call.arg(1, "upscale_factor")
    return call.resampled(call.arg(0, "input"), [maps.divided(r)] * 2, "pixel shuffle", f"{r}")


@rule("pixel_unshuffle")
def pixel_unshuffle(call):
    r = call.arg(1, "downscale_factor")
    return call.resampled(call.arg(0, "input"), [maps.gathered(r)] * 2, "pixel unshuffle", f"{r}")


@rule("repeat_interleave")
def repeat_interleave(call):
    x, repeats, dim = call.arg(0, "input"), call.arg(1, "repeats"), call.arg(2, "dim")
    track = call.track(x)
    if track is None or dim is None or not isinstance(repeats, int):
        return call.still_lost(track.lost if track and track.lost else "repeat_interleave of unequal numbers")
    dim %= x.ndim
    if track.lost or not track.dims[dim].axes:
        sizes = list(track.dims)
        sizes[dim] = plain(call.out.shape[dim])
        return call.still_lost(track.lost) if track.lost else track.with_dims(sizes)
    return call.resampled(x, [maps.divided(repeats)], "repeat", f"{repeats} times", spatial=[dim], mixed=[])


# ---- Grids ---------------------------------------------------------------------------------------


@rule("grid_sample")
def grid_sample(call):
    """The grid is read by value. One that depends on the image is a regular grid moved by a learned flow."""
    x, grid = call.arg(0, "input"), call.arg(1, "grid")
    learned = call.track(grid) is not None
    corners = bool(call.arg(4, "align_corners"))
    mode, padding = call.arg(2, "mode", "bilinear"), call.arg(3, "padding_mode", "zeros")
    words = f"{mode} align_corners={corners} padding={padding}" + (", learned grid" if learned else "")
    if call.track(x) is None:
        return call.lost("a fixed map is sampled along a learned grid") if learned else None
    grid = grid.detach()
    if _swapped(grid):
        call.remark("swapped grid", words=f"grid_sample {words}")
        return call.lost("grid_sample reads (y, x) where it wants (x, y)")
    read = [_read_grid(grid, i, n, corners, learned) for i, n in enumerate(x.shape[2:])]
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
    if far > max(2.0, max(x.shape[2:]) / 8):
        call.watch.operators[number] = call.watch.operators[number]._replace(known=False)
        return call.lost(f"grid_sample reads up to {far:.0f} pixels from a regular grid")
    return result


class ReadGrid(NamedTuple):
    """One component of a grid: the (a, b) that it stands for, and how far its values are from that, in pixels.

    made_for    the align_corners of a whole map's grid, True for -1 to 1, False for pixel middles; None for any other
    first, last how far it reads from where a grid for the convention at hand would, in pixels of the map
    """

    line: tuple[float, float]
    far: float
    made_for: bool | None
    first: float
    last: float
    in_size: int
    out_size: int


def _read_grid(grid, i, n, corners, learned):
    """The component of a grid (N, ..., count) that belongs to axis i, sampled from n samples."""
    component, m = grid[..., grid.shape[-1] - 1 - i], grid.shape[1 + i]  # x comes first, for the last axis
    slope, first, distance = maps.grid_line(component, i + 1)
    far = distance * (n - 1 if corners else n) / 2
    made_for = None
    if m > 1:
        # a learned flow is small at the start, and its mean moves the grid by less than the conventions differ
        near = 0.5 / m if learned else 0.05 / m
        ways = {True: (2 / (m - 1), -1.0), False: (2 / m, 1 / m - 1)}
        away = {
            key: max(abs(first - f), abs(first - f + (slope - s) * (m - 1))) for key, (s, f) in ways.items()
        }
        best = min(away, key=away.get)
        if away[best] < near:
            made_for = best
            slope, first = ways[best]
    a, b = maps.sampled(slope, first, n, corners)
    own, start = ((n - 1) / (m - 1), 0.0) if made_for else (n / m, (n / m - 1) / 2)
    return ReadGrid((a, b), far, made_for, b - start, b - start + (a - own) * (m - 1), n, m)


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
