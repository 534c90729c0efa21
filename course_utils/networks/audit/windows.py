"""Rules of what looks at windows: convolutions, pools, their transposes, unfolding and folding."""

from __future__ import annotations

import torch

from course_utils.networks.audit import maps
from course_utils.networks.audit.layout import plain, reshaped
from course_utils.networks.audit.rules import rule
from course_utils.networks.audit.values import each_axis, short


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
    if track.lost:
        return call.still_lost(track.lost)
    dims = reshaped(track.dims, call.out.shape)
    return track.with_dims(dims)


@rule("fold")
def fold(call):
    """Windows are laid back, each at its place: the transpose of ``F.unfold``."""
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
