"""Is a finding true? The gradient knows where a map's samples sit, and shares nothing with the audit's arithmetic.

The same network runs once more, with every nonlinear function replaced by a linear one that looks at the same
samples: activations and norms let everything through, all weights are equal, a maximum becomes a mean, and where maps
are added only the one that is followed goes on. Then the gradient of one sample of a map, with respect to the image,
has its center of mass where that sample sits.
"""

from __future__ import annotations

import contextlib
import itertools
import math
from typing import NamedTuple

import torch
import torch.nn.functional as F

from course_utils.networks.audit.merges import all_phases
from course_utils.networks.audit.products import ACTIVATIONS, NORMS
from course_utils.networks.audit.rows import merges_of
from course_utils.networks.audit.rules import apply, is_pointwise
from course_utils.networks.audit.run import ANSWER, watched
from course_utils.networks.audit.track import Source
from course_utils.networks.audit.values import labeled, tensors_in
from course_utils.networks.audit.watch import Watch
from course_utils.validation import one_of, whole_number

TAPS = ("all", "middle")
# Comparisons and the like: what they answer is no map of numbers to be followed.
ANSWERS_OF_OTHER_KINDS = {
    "eq", "ne", "lt", "le", "gt", "ge", "isnan", "isinf", "isfinite", "logical_and", "logical_or", "logical_not",
    "logical_xor", "bitwise_and", "bitwise_or", "bitwise_not", "bitwise_xor", "floor", "ceil", "round", "sign",
}  # fmt: skip


class Measured(NamedTuple):
    """Where some samples of a map sit on one axis, by the audit's arithmetic and by the gradient, in image pixels.

    cut     does the gradient reach the border of the picture? Then its center is not where the samples sit
    count   how many samples were asked: as many as the pattern of enlarged copies repeats after
    """

    map: str
    axis: int
    index: float  # the mean index of the samples that were asked
    predicted: float
    measured: float
    cut: bool
    count: int = 1

    @property
    def agrees(self):
        """To a hundredth of an image pixel."""
        return not self.cut and abs(self.predicted - self.measured) < 0.01


def confirm(model, *inputs, merge, report, taps="all", axes=None, **named_inputs):
    """Both sides of the largest gap of one merge, measured: a list of ``Measured``, two for each axis.

    ``merge`` is its number in ``report.merges``, a report of the same model and inputs. ``taps="middle"`` looks at
    the middle of each window only: the same places by narrower windows, for deep networks and small pictures.

    Raises ValueError where the merge has no gap.
    """
    one_of(taps, "taps", TAPS)
    whole_number(merge, "merge", 0, len(report.merges) - 1)
    if not report.merges[merge].gaps:
        raise ValueError(f"merge {merge} has no gap to confirm: {report.merges[merge]}.")
    result = []
    for gap in report.merges[merge].gaps:
        for which, source in zip(gap.maps, gap.sources, strict=True):
            side = Side(merge, which, source, taps, gap.axis, _period(report, source, gap.axis))
            result.append(measured(side, report, model, inputs, named_inputs, axes))
    return result


def measure(model, *inputs, merge, which, source, axis, report, taps="all", axes=None, **named_inputs):
    """Where one map of a merge sits by one of its ways: ``source`` is one that a track or a gap holds."""
    side = Side(merge, which, source, taps, axis, _period(report, source, axis))
    return measured(side, report, model, inputs, named_inputs, axes)


def confirm_all(model, *inputs, report, taps="all", axes=None, **named_inputs):
    """``confirm`` for every merge that has a gap: {number of the merge: its measurements}."""
    return {
        number: confirm(model, *inputs, merge=number, report=report, taps=taps, axes=axes, **named_inputs)
        for number, merge in enumerate(report.merges)
        if merge.gaps
    }


class Side(NamedTuple):
    """One map of a merge, by one way; or an answer of the network, by its name, where ``merge`` is None.

    at  which of its samples: 0 the first, 0.5 those in the middle, 1 the last
    """

    merge: int | None
    which: int
    source: Source
    taps: str
    axis: int
    period: int
    answer: str = ""
    at: float = 0.5


def sides(report, merge, gap, taps="all", at=0.5):
    """Both maps of a gap, to be asked at the same samples."""
    periods = [_period(report, source, gap.axis) for source in gap.sources]
    both = math.lcm(*periods)
    period = both if both <= gap.size // 4 else max(periods)  # of uneven factors nothing repeats
    pairs = zip(gap.maps, gap.sources, strict=True)
    return [Side(merge, which, source, taps, gap.axis, period, at=at) for which, source in pairs]


def side_of_answer(report, name, axis, source, taps="all", at=0.5):
    """An answer of the network that sits beside the picture, the one thing to be asked."""
    return [Side(None, 0, source, taps, axis, _period(report, source, axis), name, at)]


def goes_astray(report, side):
    """What on the way makes the gradient's center another than the audit's, though neither is wrong: or "".

    "moved"     a learned flow or attention, which may fetch from anywhere
    "picked"    a stride after copies: the audit counts their mean place, and the weights pick some of them
    """
    operators = [report.operators[event] for event in side.source.events() if isinstance(event, int)]
    if side.source.attended or any("learned grid" in each.settings for each in operators):
        return "moved"
    steps = [each.maps[side.axis][0] for each in operators if side.axis in each.maps]
    copies = [
        each.kind in COPIES or (each.kind == "interpolate" and "nearest" in each.settings)
        for each in operators
        if side.axis in each.maps
    ]
    picks = any(copied and max(map(abs, steps[i:])) > 1 for i, copied in enumerate(copies))
    return "picked" if picks else ""


COPIES = ("transposed conv", "repeat", "max unpool", "pixel shuffle")


def _period(report, source, axis):
    """After how many samples the pattern of enlarged copies repeats: those of one sample of the coarsest map."""
    jump = coarsest = 1.0
    for event in source.events():
        if isinstance(event, int) and axis in report.operators[event].maps:
            jump *= abs(report.operators[event].maps[axis][0])
            coarsest = max(coarsest, jump)
    return max(1, round(coarsest / abs(source.places[axis].jump)))


class Reached(BaseException):
    """The merge was reached: nothing after it matters."""


class Linear(Watch):
    """A watch under which a network is linear, and follows one way through its merges."""

    def __init__(self, side):
        super().__init__(apply)
        self.side = side
        self.choices = dict(event for event in side.source.events() if isinstance(event, tuple))
        self.tensor = self.track_of_it = None

    def met(self, number, tensors):
        if number == self.side.merge:
            maps = [each for each in tensors if self.track(each) is not None and self.track(each).is_map]
            self.tensor = maps[self.side.which]
            self.track_of_it = self.track(self.tensor).with_copies_shared()
            raise Reached

    def run(self, name, func, args, kwargs):
        tensors = [each for each in tensors_in((args, kwargs)) if self.track(each) is not None]
        if not tensors:
            return func(*args, **kwargs)
        x = tensors[0]
        if name in ACTIVATIONS or name in NORMS:
            return x
        if name.startswith("conv") and name[4:5] in ("1", "2", "3", "_") and not isinstance(args[1], int):
            return _with_equal_weights(name, func, args, kwargs, self.side.taps)
        if name == "linear":
            weight = args[1] if len(args) > 1 else kwargs["weight"]
            return F.linear(x, torch.full_like(weight, 1 / weight.shape[1]))
        if name == "scaled_dot_product_attention" and args[0].shape == args[2].shape:
            return args[2]  # every query looks at its own place
        if name in ("matmul", "bmm") and self._is_attention(*args[:2]):
            return args[1]
        if name == "fold":
            return _mean(func, x, args[1:])
        if "max_pool" in name:
            return _mean_instead(name, func, x, args, kwargs, self.side.taps)
        if "avg_pool" in name and "adaptive" not in name and self.side.taps == "middle":
            return _mean_instead(name, func, x, args, kwargs, self.side.taps)
        if name in ("cat", "concat", "stack", "concatenate"):
            return self._one_beside_others(name, func, args, kwargs)
        if is_pointwise(name) and name not in ANSWERS_OF_OTHER_KINDS:
            return self._one_of(func, args, kwargs)
        return func(*args, **kwargs)

    def _is_attention(self, one, other):
        """A square matrix whose rows run along a map, times a map in the same order."""
        track = self.track(one)
        square = one.ndim == other.ndim and one.shape[-1] == one.shape[-2] == other.shape[-2]
        return (
            square and one.shape[:-2] == other.shape[:-2] and track is not None and bool(track.dims[-2].axes)
        )

    def _chosen(self, tensors):
        """The map that the way goes on with at the merge that comes now; the first if it is no merge of the way."""
        maps = [each for each in tensors if self.track(each) is not None and self.track(each).is_map]
        if not maps:
            return None
        chosen = (self.choices[number] for number in self._coming(maps) if number in self.choices)
        return maps[next(chosen, 0) % len(maps)]

    def _coming(self, tensors):
        """The numbers of the merges that come now: those of the maps, where rows of several maps are merged."""
        tracks = [track for track in map(self.track, tensors) if track is not None]
        return range(len(self.merges), len(self.merges) + merges_of(tracks))

    def _one_of(self, func, args, kwargs):
        tensors = tensors_in((args, kwargs))
        if self.side.merge in self._coming(tensors) and len(tensors) > 1:
            copies = (each.clone() if isinstance(each, torch.Tensor) else each for each in args)
            return func(*copies, **kwargs)  # what is asked about must not change in place
        chosen = self._chosen(tensors)
        if chosen is None or not chosen.is_floating_point():
            return func(*args, **kwargs)
        shape = torch.broadcast_shapes(*(each.shape for each in tensors))
        result = chosen.expand(shape)
        name = getattr(func, "__name__", "")
        if name.endswith("_") and not name.endswith("__") and result is not args[0]:
            return args[0].copy_(result) if args[0] is not chosen else chosen
        return result

    def _one_beside_others(self, name, func, args, kwargs):
        tensors = list(args[0] if args else kwargs["tensors"])
        chosen = self._chosen(tensors)
        rest = args[1:] if args else ()
        others = {key: value for key, value in kwargs.items() if key != "tensors"}
        coming = self._coming(tensors)
        dim = None if "stack" in name else args[1] if len(args) > 1 else kwargs.get("dim", 0)
        meets = self.side.merge not in coming and any(number in self.choices for number in coming)
        if meets and not self._all_go_on(tensors, dim):
            tensors = [each if each is chosen else torch.zeros_like(each) for each in tensors]
        return func(tensors, *rest, **others)

    def _all_go_on(self, tensors, dim):
        """Are these parts of one map: set one after the other along the picture, or all of its phases?"""
        tracks = [track for track in map(self.track, tensors) if track is not None]
        maps = [track.with_copies_shared() for track in tracks if track.is_map]
        return any(dim is not None and track.dims[dim].axes for track in tracks) or bool(
            all_phases(maps, self.operators)
        )


def _with_equal_weights(name, func, args, kwargs, taps):
    names = ("input", "weight", "bias", "stride", "padding", "dilation", "groups")
    if "transpose" in name:
        names = ("input", "weight", "bias", "stride", "padding", "output_padding", "groups", "dilation")
    values = dict(zip(names, args, strict=False)) | kwargs
    weight = values["weight"]
    kernel = torch.zeros_like(weight)
    kernel[(..., *_taps(weight.shape[2:], "all" if "transpose" in name else taps))] = 1.0
    values |= {"weight": kernel, "bias": None}
    defaults = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1, "output_padding": 0}
    settings = [values.get(each, defaults.get(each)) for each in names]
    return _mean(func, settings[0], settings[1:])


def _mean(func, x, settings):
    """Sums over windows as means: every output is divided by what it would be if all inputs were 1."""
    mass = func(torch.ones_like(x), *settings).detach()
    return func(x, *settings) / mass.where(mass != 0, 1)


def _taps(kernels, taps):
    """Slices of the taps that are not zero."""
    if taps == "all":
        return [slice(None)] * len(kernels)
    return [slice((k - 1) // 2, k // 2 + 1) for k in kernels]


def _mean_instead(name, func, x, args, kwargs, taps):
    """A maximum of each window becomes its mean, or the mean of its middle."""
    out = func(*args, **kwargs)
    values = out[0] if isinstance(out, tuple) else out
    count = int(next(c for c in name if c.isdigit()))
    if "adaptive" in name:
        mean = getattr(F, f"adaptive_avg_pool{count}d")(x, values.shape[-count:])
        return (mean, out[1]) if isinstance(out, tuple) else mean
    names = ("input", "kernel_size", "stride", "padding", "dilation" if "max" in name else "ceil_mode")
    given = dict(zip(names, args, strict=False)) | kwargs
    kernels, strides, paddings, dilations = (
        _each(given.get(key, default), count)
        for key, default in (("kernel_size", 1), ("stride", None), ("padding", 0), ("dilation", 1))
    )
    strides = kernels if None in strides or strides == () else strides
    sizes = zip(x.shape[-count:], values.shape[-count:], kernels, strides, paddings, dilations, strict=True)
    widths = [(p, max(0, (m - 1) * s + d * (k - 1) + 1 - n - p)) for n, m, k, s, p, d in sizes]
    padded = F.pad(x, [width for pair in reversed(widths) for width in pair])
    kernel = torch.zeros(*kernels, dtype=x.dtype, device=x.device)
    kernel[tuple(_taps(kernels, taps))] = 1.0
    channels = x.shape[-count - 1]
    weight = (kernel / kernel.sum()).expand(channels, 1, *kernels)
    mean = getattr(F, f"conv{count}d")(padded, weight, None, strides, 0, dilations, channels)
    mean = mean[(..., *(slice(0, m) for m in values.shape[-count:]))]
    return (mean, out[1]) if isinstance(out, tuple) else mean


def _each(value, count):
    if value == [] or value is None:
        return (None,) * count
    return tuple(value) if isinstance(value, (tuple, list)) else (value,) * count


# ---- Measuring -----------------------------------------------------------------------------------


def measured(side, report, model, inputs, named_inputs, axes):
    """Where one side's samples sit, by the audit and by the gradient."""
    watch, out = Linear(side), None
    images = [each for each in tensors_in((inputs, named_inputs)) if each.is_floating_point()]
    states = [(each, each.requires_grad, each.grad) for each in images]
    try:
        for each in images:
            each.requires_grad_(True)
        with contextlib.suppress(Reached):
            _, out, *_ = watched(watch, model, inputs, named_inputs, axes, grad=True)
        track, tensor = watch.track_of_it, watch.tensor
        if side.answer:
            tensor = dict(labeled(out, ANSWER))[side.answer]
            track = watch.track(tensor).with_copies_shared()
        if tensor is None:  # another way through the network than the first time: it looks at values
            return Measured(_name_of(report, side), side.axis, math.nan, math.nan, math.nan, False)
        mask, index, count = _some_samples(track, tensor, side)
        image = next(each for each in images if each.ndim >= 3)
        total = (tensor * mask).sum()
        gradient = torch.autograd.grad(total, images, allow_unused=True) if total.requires_grad else []
    finally:
        for each, required, grad in states:
            each.requires_grad_(required)
            each.grad = grad
    axes = tuple(range(2, image.ndim)) if axes is None else tuple(i % image.ndim for i in axes)
    dim = axes[side.axis]
    mass = torch.zeros(image.shape[dim], dtype=torch.float64) + sum(
        each.detach().cpu().double().movedim(dim, -1).flatten(0, -2).sum(0)
        for each in gradient
        if each is not None and each.ndim == image.ndim and each.shape[dim] == image.shape[dim]
    )
    center = float((mass * torch.arange(len(mass))).sum() / mass.sum())  # nan where nothing reaches the map
    touched = mass.abs() > max(1e-9 * float(mass.abs().max()), 1e-30)
    cut = bool(touched[0] or touched[-1]) or not bool(touched.any())
    place = side.source.places[side.axis]
    return Measured(
        _name_of(report, side),
        side.axis,
        index,
        place.start + place.jump * index,
        center,
        cut,
        count,
    )


def _name_of(report, side):
    return side.answer or report.merges[side.merge].maps[side.which]


def _some_samples(track, tensor, side):
    """A mask of some samples of a map, as many as its pattern repeats after; their mean index; their count."""
    mask = torch.ones((), dtype=tensor.dtype)
    index, asked = None, 1
    for axis in sorted(track.axes):
        size = track.size(axis)
        count = min(side.period, size) if axis == side.axis else size
        first = int((size - count) * side.at) if axis == side.axis else (size - count) // 2
        positions = torch.zeros((), dtype=torch.long)
        for i, dim in enumerate(track.dims):
            shape = [1] * len(track.dims)
            shape[i] = -1
            positions = positions + _positions(dim, axis).reshape(shape)
        mask = mask * ((positions >= first) & (positions < first + count)).to(tensor.dtype)
        if axis == side.axis:
            index, asked = first + (count - 1) / 2, count
    return mask.to(tensor.device), index, asked


def _positions(dim, axis):
    """The index along ``axis`` that each element of a dimension adds; far outside where a token has no place."""
    away = -(2**40)
    inner = [0]
    for part in dim.parts:
        steps = [part.step * i if part.axis == axis else 0 for i in range(part.size)]
        inner = [a + b for a, b in itertools.product(inner, steps)]
    assert len(inner) == math.prod(part.size for part in dim.parts)
    return torch.tensor([away] * dim.front + inner + [away] * dim.back)
