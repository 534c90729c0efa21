"""One forward pass under watch, and the model as it was afterwards."""

from __future__ import annotations

import contextlib
import random
import warnings

import numpy as np
import torch

from course_utils.networks.audit.findings import all_findings
from course_utils.networks.audit.merges import SAME
from course_utils.networks.audit.report import Report
from course_utils.networks.audit.rules import apply
from course_utils.networks.audit.values import labeled, tensors_in
from course_utils.networks.audit.watch import Watch, hooked
from course_utils.validation import shown, whole_numbers

ANSWER = "the answer"  # what the network returns, in the report


def audit(model, *inputs, axes=None, **named_inputs):
    """Where every map of a network sits, and which of them do not fit: a ``Report``.

    The model runs once on the inputs, without gradients and in evaluation mode, and is left as it was: hooks, mode,
    buffers and random numbers. It may also be a function of tensors. The first tensor of floating-point numbers with
    three or more dimensions is the image, (N, C, ...) unless ``axes`` names the dimensions that are the picture's;
    other inputs with the same sizes there are pictures of the same places.

    Raises TypeError for what cannot be called, ValueError where no input can be the image.

    >>> from torch import nn
    >>> audit(nn.Sequential(nn.Conv2d(1, 1, 2, 2), nn.Upsample(scale_factor=2)), torch.zeros(1, 1, 8, 8))
    Audit of Sequential on 1 x 1 x 8 x 8
    Places known for 2 of 2 resampling operators; 0 of 0 merges compared.
    Every merge was compared, and all maps fit.
    """
    watch, out, images, axes = watched(Watch(apply), model, inputs, named_inputs, axes)
    answers = _answers(watch, out, images[0], axes)
    return Report(
        model=_name(model),
        inputs=tuple(tuple(each.shape) for each in images),
        findings=all_findings(watch, len(axes), answers),
        operators=tuple(watch.operators),
        ledger=tuple(watch.named),
        merges=tuple(watch.merges),
        answers=tuple(answers),
        unknown=dict(watch.unknown),
        surprises=tuple(watch.surprises),
    )


def watched(watch, model, inputs, named_inputs, axes=None, grad=False):
    """Run the model under a watch: (watch, what it returned, the images among the inputs, their axes)."""
    if not callable(model):
        raise TypeError(f"model must be a torch module or a function; got {shown(model)}.")
    images, axes = _images((inputs, named_inputs), axes)
    with _left_as_it_was(model), torch.set_grad_enabled(grad), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        watch.constant(_own_tensors(model))
        watch.constant(tensors_in((inputs, named_inputs)))
        for image in images:
            watch.begin(image, axes)
        handles = hooked(model, watch) if isinstance(model, torch.nn.Module) else []
        try:
            with watch:
                out = model(*inputs, **named_inputs)
        finally:
            for handle in handles:
                handle.remove()
    return watch, out, images, axes


def _images(inputs, axes):
    tensors = tensors_in(inputs)
    able = [each for each in tensors if each.is_floating_point() and each.ndim >= 3]
    if not able:
        shapes = ", ".join(str(tuple(each.shape)) for each in tensors) or "no tensor"
        raise ValueError(
            "one of the inputs must be the image, floating-point numbers of three dimensions or more, such as "
            f"torch.rand(1, 3, 224, 224); got {shapes}."
        )
    first = able[0]
    if axes is None:
        axes = tuple(range(2, first.ndim))
    axes = tuple(i % first.ndim for i in whole_numbers(axes, "axes", -first.ndim, first.ndim - 1))
    sizes = [first.shape[i] for i in axes]
    same = [each for each in able if each.ndim == first.ndim and [each.shape[i] for i in axes] == sizes]
    return same, axes


def _own_tensors(model):
    """Parameters, buffers, and tensors that modules keep as plain attributes."""
    if not isinstance(model, torch.nn.Module):
        return []
    found = [*model.parameters(), *model.buffers()]
    for module in model.modules():
        for value in vars(module).values():
            if isinstance(value, (torch.Tensor, list, tuple, dict)):
                found += tensors_in(value)
    return found


@contextlib.contextmanager
def _left_as_it_was(model):
    """Evaluation mode inside; mode, buffers and random numbers are restored afterwards."""
    modules = list(model.modules()) if isinstance(model, torch.nn.Module) else []
    modes = [module.training for module in modules]
    buffers = [
        (module, name, buffer, None if buffer is None else buffer.detach().clone())
        for module in modules
        for name, buffer in module._buffers.items()
    ]
    dice = random.getstate(), np.random.get_state(), torch.get_rng_state()  # noqa: NPY002, the model may draw from it
    on_gpu = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else None
    try:
        if modules:
            model.eval()
        yield
    finally:
        for module, mode in zip(modules, modes, strict=True):
            module.training = mode
        for module, name, buffer, before in buffers:
            module._buffers[name] = buffer
            if buffer is not None:
                with torch.no_grad():
                    buffer.copy_(before)
        random.setstate(dice[0])
        np.random.set_state(dice[1])  # noqa: NPY002
        torch.set_rng_state(dice[2])
        if on_gpu is not None:
            torch.cuda.set_rng_state_all(on_gpu)


def _answers(watch, out, image, axes):
    """Answers of the picture's size whose features sit beside its pixels by every way: what ``findings`` wants."""
    found = []
    for name, tensor in labeled(out, ANSWER):
        track = watch.seen.get(tensor)
        if track is None or isinstance(track, str) or not track.is_map or track.row:
            continue
        beside = {}
        for axis in sorted(track.axes):
            if track.size(axis) == image.shape[axes[axis]]:
                gap, source = _nearest(track, axis)
                if max(map(abs, gap)) > SAME:
                    beside[axis] = gap, source
        if beside:
            found.append((name, beside))
    return found


def _nearest(track, axis):
    """The gap between an answer's places and the picture's along an axis, by the way where it is smallest."""
    gaps = [(_gap(source.places[axis], track.size(axis)), source) for source in track.sources]
    return min(gaps, key=lambda each: max(map(abs, each[0])))


def _gap(places, size):
    return places.start, places.start + (places.jump - 1) * (size - 1)


def _name(model):
    if isinstance(model, torch.nn.Module):
        return type(model).__name__
    return getattr(model, "__name__", type(model).__name__)
