"""Watches one forward pass: every function of torch that it calls, with its arguments and what it answers.

A ``TorchFunctionMode`` sees F.interpolate, convolutions, slices and additions alike, whoever calls them; what they
call inside is not seen twice. What each does to places stands in the rules, see ``rules.RULES``.
"""

from __future__ import annotations

import warnings
from collections import Counter
from dataclasses import replace
from typing import NamedTuple

import torch
from torch.overrides import TorchFunctionMode
from torch.utils.weak import WeakTensorKeyDictionary

from course_utils.networks.audit.layout import plain, whole
from course_utils.networks.audit.merges import Merge, merged
from course_utils.networks.audit.rows import standing_in
from course_utils.networks.audit.track import Source, Track, lost
from course_utils.networks.audit.units import divisor_after
from course_utils.networks.audit.values import labeled, tensors_in
from course_utils.places import IMAGE

CONSTANT = "constant"  # a tensor that does not depend on the image


class Operator(NamedTuple):
    """One operator that moves samples or changes their number.

    maps     {axis: (a, b)}: output o sits at the input sample a * o + b
    sizes    {axis: (in, out)}
    jumps    {axis: image pixels from one input sample to the next}, of the first way that led there; empty if unknown
    known    are its input's places known? None where it has no samples along an axis, such as the mean of a picture
    """

    where: str
    kind: str
    settings: str
    in_shape: tuple[int, ...]
    out_shape: tuple[int, ...]
    line: tuple[tuple[float, float], ...]
    maps: dict
    sizes: dict
    jumps: dict
    known: bool | None
    resamples: bool

    @property
    def words(self):
        """What it is, with its settings."""
        return f"{self.kind} {self.settings}".strip()


class Remark(NamedTuple):
    """What was noticed at one operator, before it is put into words."""

    kind: str
    where: str
    operator: int | None
    facts: dict


class Named(NamedTuple):
    """A named map: one tensor that a module returned."""

    name: str
    sizes: dict
    sources: tuple[Source, ...]


class Call:
    """One call of a function, as a rule sees it."""

    def __init__(self, watch, name, args, kwargs, out):
        self.watch, self.name, self.args, self.kwargs, self.out = watch, name, args, kwargs, out

    def arg(self, position, name, default=None):
        """An argument by position or by name."""
        if len(self.args) > position:
            return self.args[position]
        return self.kwargs.get(name, default)

    def track(self, value):
        """What is known of a tensor; None for one that does not depend on the image, and for all else."""
        return self.watch.track(value)

    def tracks(self):
        """The tracks of all tensors among the arguments that depend on the image."""
        found = (self.track(each) for each in tensors_in((self.args, self.kwargs)))
        return [track for track in found if track is not None]

    def lost(self, why, out=None):
        """The answer's places are not known, and this is why."""
        out = self.out if out is None else out
        return lost(out.shape, f"{why}, in {self.watch.here or 'the model'}")

    def still_lost(self, why, out=None):
        """The places were lost before; or, where ``why`` has just been found, they are lost here."""
        return lost((self.out if out is None else out).shape, why)

    def remark(self, kind, operator=None, **facts):
        """Note something for the report."""
        self.watch.remarks.append(Remark(kind, self.watch.here, operator, facts))

    def merged(self, tensors, dims, shape=None):
        """The track of what comes out when tensors are added, multiplied, or laid side by side as channels."""
        return merged(self, tensors, dims)

    def resampled(self, x, lines, kind, settings="", *, out=None, spatial=None, mixed=None, resamples=True):
        """The track after an operator with one (a, b) for each of the dims ``spatial``: the last ones if not told.

        The dims ``mixed``, by default the one before them, are the channels.
        """
        out = self.out if out is None else out
        track = self.track(x)
        if track is None:
            return None
        spatial = (
            list(range(x.ndim - len(lines), x.ndim)) if spatial is None else [i % x.ndim for i in spatial]
        )
        mixed = [spatial[0] - 1] if mixed is None else mixed
        if not track.lost:  # phases beside each other in a dim of their own, as in PackNet, are channels
            mixed = [*mixed, *(i for i in spatial if _runs_elsewhere_too(track, i, spatial))]
        settled = None if track.lost else track.settled(spatial, [i for i in mixed if i >= 0])
        axes = [next(iter(settled.dims[i].axes), None) if settled else None for i in spatial]
        number = self._operator(x, out, lines, kind, settings, track, settled, axes, spatial, resamples)
        if settled is None:
            if track.lost:
                return self.still_lost(track.lost, out)
            return self.lost(f"{kind} on samples that do not stand in rows", out)
        maps = {axis: line for axis, line in zip(axes, lines, strict=True) if axis is not None}
        dims = [
            dim if i not in spatial and dim.size == size else plain(size)
            for i, (dim, size) in enumerate(zip(settled.dims, out.shape, strict=True))
        ]
        for i, axis in zip(spatial, axes, strict=True):
            dims[i] = plain(out.shape[i]) if axis is None else whole(out.shape[i], axis)
        moved = settled.moved(maps, number).with_dims(dims)
        return replace(moved, name=_resampled_name(kind, track.name)) if resamples else moved

    def note_move(self, axis, a, b, in_size, out_size, kind, settings):
        """Keep an operator that moves samples along one axis, as slices and padding do; its number."""
        self.watch.operators.append(
            Operator(self.watch.here, kind, settings, (in_size,), (out_size,), ((float(a), float(b)),),
                     {axis: (a, b)}, {axis: (in_size, out_size)}, {}, None, False)
        )  # fmt: skip
        return len(self.watch.operators) - 1

    def _operator(self, x, out, lines, kind, settings, track, settled, axes, spatial, resamples):
        known = bool(settled) and settled.is_map
        if settled and all(axis is None for axis in axes):
            known = None  # nothing of the picture runs along what is resampled
        source = settled.sources[0] if known else None
        pairs = [(axis, i) for axis, i in zip(axes, range(len(lines)), strict=True) if axis is not None]
        self.watch.operators.append(
            Operator(
                where=self.watch.here,
                kind=kind,
                settings=settings,
                in_shape=tuple(x.shape),
                out_shape=tuple(out.shape),
                line=tuple((float(a), float(b)) for a, b in lines),
                maps={axis: lines[i] for axis, i in pairs},
                sizes={axis: (x.shape[spatial[i]], out.shape[spatial[i]]) for axis, i in pairs},
                jumps={axis: source.places[axis].jump for axis, i in pairs} if source else {},
                known=known,
                resamples=resamples,
            )
        )
        return len(self.watch.operators) - 1


def _runs_elsewhere_too(track, index, spatial):
    """Does all of the picture that runs along this dim, run along another one in longer steps?"""
    dim = track.dims[index]
    others = set().union(*(track.dims[i].axes for i in spatial if i != index))
    inner = all(len(dim.along(axis)) == 1 and dim.along(axis)[0].step == 1 for axis in dim.axes)
    whole_elsewhere = all(
        any(part.step > 1 for i in spatial if i != index for part in track.dims[i].along(axis))
        for axis in dim.axes
    )
    return bool(dim.axes) and dim.axes <= others and inner and whole_elsewhere


def _resampled_name(kind, name):
    """interpolate of encoder.3; of several such steps outside any module, the last is named.

    >>> _resampled_name("average pool", "max pool of image")
    'average pool of image'
    """
    return f"{kind} of {name.rpartition(' of ')[2]}" if name else ""


class Watch(TorchFunctionMode):
    """What was seen of one forward pass: ``operators``, ``merges``, ``remarks``, ``named`` maps, ``surprises``."""

    def __init__(self, rules):
        super().__init__()
        self.rules = rules
        self.seen = WeakTensorKeyDictionary()
        self.divided = WeakTensorKeyDictionary()  # flows, and what their (x, y) have been divided by
        self.stack = []
        self.operators, self.remarks, self.named = [], [], []
        self.merges: list[Merge] = []
        self.surprises = []  # (function, where, error): a rule that failed, a gap in the audit
        self.unknown = Counter()  # functions without a rule that lost places

    @property
    def here(self):
        """The name of the module that runs now."""
        return self.stack[-1] if self.stack else ""

    # ---- what is known of tensors

    def begin(self, tensor, axes):
        """The image: its dims ``axes`` are the axes of the picture."""
        dims = [plain(size) for size in tensor.shape]
        for number, dim in enumerate(axes):
            dims[dim] = whole(tensor.shape[dim], number)
        track = Track(tuple(dims), (Source((IMAGE,) * len(axes)),), "image")
        self.seen[tensor] = track.with_dims(dims)

    def constant(self, tensors):
        """Tensors that do not depend on the image."""
        for tensor in tensors:
            self.seen[tensor] = CONSTANT

    def track(self, value):
        """The track of a tensor; None if it does not depend on the image."""
        if not isinstance(value, torch.Tensor):
            return None
        track = self.seen.get(value)
        if track is None:  # made by code that torch does not show: a compiled function, another library
            if value.ndim < 3 or not value.is_floating_point():
                return None
            track = lost(value.shape, f"made by code that torch does not show, in {self.here or 'the model'}")
            self.seen[value] = track
        return None if track is CONSTANT else track

    def keep(self, out, result):
        """Remember what a rule said of an answer; ``result`` is a track, a list of tracks or None."""
        if isinstance(out, torch.Tensor):
            result = result[0] if isinstance(result, list) else result
            self.seen[out] = CONSTANT if result is None else result
            return
        outs = tensors_in(out)
        results = result if isinstance(result, list) else [result] * len(outs)
        for each, track in zip(outs, results, strict=True):
            self.seen[each] = CONSTANT if track is None else track

    # ---- the watching

    def run(self, name, func, args, kwargs):
        """Calls the function. The witness puts another one in its place."""
        return func(*args, **kwargs)

    def met(self, number, tensors):
        """A merge of these tensors, before they are compared. The witness stops here."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        name = name_of(func)
        depend = any(self.track(each) is not None for each in tensors_in((args, kwargs)))
        out = self.run(name, func, args, kwargs)
        if not depend:
            self.constant(tensors_in(out))
            return out
        self._see(name, args, kwargs, out)
        return out

    def _see(self, name, args, kwargs, out):
        outs = tensors_in(out)
        if not outs and name != "setitem":
            return
        if isinstance(out, torch.Tensor) and (pair := divisor_after(name, args, kwargs, self.divided)):
            self.divided[out] = pair
        call = Call(self, name, args, kwargs, out)
        try:
            result = self.rules(call)
            if outs:
                self.keep(out, result)
                self._written_through_views(outs)
        except Exception as error:  # a gap in the audit must not end the forward pass
            self.surprises.append((name, self.here, f"{type(error).__name__}: {error}"))
            for each in outs:
                self.seen[each] = lost(
                    each.shape, f"the audit failed at {name}, in {self.here or 'the model'}"
                )

    def _written_through_views(self, outs):
        """A part of a canvas was written in place: the canvas depends on the image now, and nobody says where."""
        for each in outs:
            base = each._base
            if base is not None and self.seen.get(each) is not CONSTANT and self.seen.get(base) is CONSTANT:
                self.seen[base] = lost(base.shape, f"written through a view, in {self.here or 'the model'}")

    # ---- modules

    def entered(self, name):
        """A module begins."""
        self.stack.append(name)

    def left(self, name, out):
        """A module ends: what it returned has a name now."""
        self.stack.pop()
        for label, tensor in labeled(out, name):
            track = self.seen.get(tensor)
            if isinstance(track, Track) and track.is_map:
                track = self.seen[tensor] = replace(track, name=label)
                for each in standing_in(track):
                    sizes = {axis: each.size(axis) for axis in sorted(each.axes)}
                    self.named.append(Named(each.name, sizes, each.sources))


def hooked(model, watch):
    """Tells ``watch`` which module runs; the handles, to be removed afterwards."""
    handles = []

    def before(module, args, name):
        watch.entered(name)

    def after(module, args, out, name):
        watch.left(name, out)  # returns None: anything else would stand in for the output

    for name, module in model.named_modules():
        if isinstance(module, torch.jit.ScriptModule):
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            handles.append(module.register_forward_pre_hook(_with(before, name)))
            handles.append(module.register_forward_hook(_with(after, name)))
    return handles


def _with(function, name):
    return lambda *args: function(*args, name)


def name_of(func):
    """The plain name of a function of torch: ``__iadd__``, ``__radd__`` and ``add_`` are all "add"."""
    name = getattr(func, "__name__", str(func))
    if name == "__get__":
        return "attribute " + getattr(getattr(func, "__self__", None), "__name__", "")
    plain_name = name.strip("_").partition(".")[0]
    return OPERATORS.get(plain_name, plain_name)


OPERATORS = {
    kind + name: function
    for name, function in {
        "add": "add", "sub": "sub", "mul": "mul", "truediv": "div", "div": "div", "floordiv": "div", "pow": "pow",
        "mod": "remainder", "and": "bitwise_and", "or": "bitwise_or", "xor": "bitwise_xor",
    }.items()
    for kind in ("", "i", "r")
} | {"invert": "bitwise_not", "deepcopy": "clone"}  # fmt: skip
