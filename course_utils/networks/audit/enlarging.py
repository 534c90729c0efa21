"""Rules of interpolation and of shuffles."""

from __future__ import annotations

from course_utils.networks.audit import maps
from course_utils.networks.audit.layout import plain
from course_utils.networks.audit.rules import rule
from course_utils.networks.audit.values import each_axis, short


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
