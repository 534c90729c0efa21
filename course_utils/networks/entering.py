"""Bring your own: an upsampler of the learner's is looked at first, then joins the tables of lesson 14.

    def mine(coarse, fine):
        return F.interpolate(coarse, fine.shape[-2:], mode="bicubic")

    enter(mine)                        # a plain function of two maps
    enter(MyUpsampler)                 # a module's class, or any function that makes one for a number of channels

What cannot take part is refused with a sentence that says why and what would do. Nothing is raised.
"""

import copy
import inspect
import time
from contextlib import nullcontext
from dataclasses import dataclass, field
from itertools import product

import torch
from torch import nn
from tqdm.auto import tqdm

from course_utils.networks import shootout
from course_utils.networks.records import table
from course_utils.networks.shootout import BASELINE, MEASURES, WIDTH, run, task
from course_utils.networks.shootout_costs import Cost, cost
from course_utils.networks.training import seeded
from course_utils.shootout import TASKS, place, recorded
from course_utils.validation import shown

PATIENCE = 60.0  # seconds for one training
MOST_PARAMETERS = 200_000
SMALL_HW = (5, 7)  # neither square nor even: what swaps height and width shows
SAME = 1e-4  # float32, relative to the largest value


class Refused(ValueError):
    """Why an upsampler cannot take part, in a sentence for whoever wrote it."""


class Plain(nn.Module):
    """A plain function of (coarse, fine) as a module without parameters."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, coarse, fine):
        return self.function(coarse, fine)


def maker(upsampler):
    """``make(channels)``, which gives a fresh module of what a learner handed in. Raises Refused.

    A module's class or a function of one argument makes modules; a function of two is the upsampler itself; a module
    that is made already is copied.
    """
    if isinstance(upsampler, nn.Module):
        return lambda channels: copy.deepcopy(upsampler)
    if not callable(upsampler):
        raise Refused(f"It must be a function of (coarse, fine) or a module's class; got {shown(upsampler)}.")
    needed = _needed(upsampler)
    is_class = isinstance(upsampler, type)
    if needed == 2 and not is_class:
        return lambda channels: Plain(upsampler)
    if needed > 1 or (needed == 0 and not is_class):
        wanted = (
            "a class that is made with the number of channels" if is_class else "a function of (coarse, fine)"
        )
        raise Refused(f"It needs {needed} arguments; {wanted} would do.")
    return lambda channels: _module(upsampler(*[channels][:needed]))


def _needed(function):
    """How many arguments must be given."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # a function written in C does not say
        return 2
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(each.kind in kinds and each.default is inspect.Parameter.empty for each in parameters)


def _module(made):
    if isinstance(made, nn.Module):
        return made
    if callable(made):
        return Plain(made)
    raise Refused(
        f"Called with the number of channels it returned {shown(made)}. A function of one argument must make an "
        "upsampler, one of two arguments, (coarse, fine), is one."
    )


# ---- The audit -----------------------------------------------------------------------------------


def audit(upsampler, channels=WIDTH, patience=PATIENCE):
    """What must be known before training: (make, notes). Raises Refused.

    It is asked for shape, finite numbers, the same answer twice, one picture's answer whatever else is in the batch,
    a gradient, and how long a training would take. ``notes`` are sentences about what is allowed, and worth knowing.
    """
    make = maker(upsampler)
    module, (coarse, fine) = _made(make, channels), _small_maps(channels)
    answer = _answer(module, coarse, fine)
    _same_again(module, coarse, fine, answer)
    notes = [*_gradient_notes(module, coarse, fine), *_flat_notes(module, coarse, fine)]
    _affordable(make, channels, patience)
    return make, notes


def _made(make, channels):
    try:
        with seeded(0):
            module = make(channels)
    except Refused:
        raise
    except Exception as error:
        raise Refused(f"Making it for {channels} channels failed. {_said(error)}") from error
    count = sum(each.numel() for each in module.parameters())
    if count > MOST_PARAMETERS:
        raise Refused(
            f"It has {count:,} parameters for {channels} channels; {MOST_PARAMETERS:,} are allowed. Smaller "
            "kernels or fewer channels in between would do."
        )
    return module.eval()


def _small_maps(channels, height=SMALL_HW[0], width=SMALL_HW[1]):
    with seeded(0):
        return torch.randn(2, channels, height, width), torch.randn(2, channels, 2 * height, 2 * width)


def _called(module, coarse, fine):
    """Its answer; what goes wrong is said in a sentence."""
    try:
        return module(coarse, fine)
    except Exception as error:
        hint = ""
        if "numpy()" in str(error):
            hint = " NumPy knows no gradients: write it with torch."
        raise Refused(
            f"Called with maps {tuple(coarse.shape)} and {tuple(fine.shape)} it failed. {_said(error)}{hint}"
        ) from error


def _said(error):
    text = str(error).strip().split("\n")[0][:200]
    return f"{type(error).__name__}: {text}" if text else f"{type(error).__name__}."


@torch.no_grad()
def _answer(module, coarse, fine):
    """Its answer for two small maps, after looking at it."""
    kept = coarse.clone(), fine.clone()
    answer = _called(module, coarse, fine)
    wanted = (*coarse.shape[:2], *fine.shape[-2:])
    if not isinstance(answer, torch.Tensor):
        raise Refused(f"It must return a tensor; got {type(answer).__name__}.")
    if tuple(answer.shape) != wanted:
        raise Refused(
            f"Of a coarse map {tuple(coarse.shape)} and a fine one {tuple(fine.shape)} it must make {wanted}: the "
            f"coarse map's channels, the fine map's size. It made {tuple(answer.shape)}."
        )
    if answer.dtype != coarse.dtype:
        raise Refused(f"It must keep the dtype {coarse.dtype}; it made {answer.dtype}.")
    if not answer.isfinite().all():
        raise Refused(
            "Its answer holds NaN or infinity. Look for a division by 0, or a root or logarithm of it."
        )
    if not (torch.equal(kept[0], coarse) and torch.equal(kept[1], fine)):
        raise Refused(
            "It writes into the maps it is given, which others read, too. Work on a copy: .clone()."
        )
    return answer


@torch.no_grad()
def _same_again(module, coarse, fine, answer):
    scale = 1 + answer.abs().max()
    if (_called(module, coarse, fine) - answer).abs().max() > SAME * scale:
        raise Refused(
            "Asked twice, it gives two answers. Draw random numbers when it is made, not when it is called, and none "
            "after .eval()."
        )
    alone = _called(module, coarse[:1], fine[:1])
    if alone.shape != answer[:1].shape or (alone - answer[:1]).abs().max() > SAME * scale:
        raise Refused(
            "Its answer for one picture changes with the other pictures of the batch. Means and other sums must not "
            "run over dimension 0."
        )


def _gradient_notes(module, coarse, fine):
    """Refuses what cannot be trained through; notes what is not read, not looked at, not trained."""
    coarse, fine = coarse.clone().requires_grad_(), fine.clone().requires_grad_()
    with seeded(0):
        direction = torch.randn(*coarse.shape[:2], *fine.shape[-2:])
    answer = _called(module, coarse, fine)
    if answer.requires_grad:
        try:
            (answer * direction).sum().backward()
        except Exception as error:
            raise Refused(f"The backward pass failed. {_said(error)}") from error
    if coarse.grad is None or not coarse.grad.any():
        raise Refused(
            "No gradient reaches the coarse map, so the layers before it could not learn. .detach(), .data, "
            "no_grad() or NumPy cut it off."
        )
    if not coarse.grad.isfinite().all():
        raise Refused("The gradient at the coarse map holds NaN or infinity.")
    unread = float((coarse.grad == 0).all(dim=1).float().mean())
    if unread:
        yield f"{100 * unread:.0f} % of the coarse map's places are not read at all."
    learned = [each for each in module.parameters() if each.requires_grad]
    dead = sum(each.grad is None for each in learned)
    if dead:
        yield f"{dead} of its {len(learned)} parameter tensors get no gradient: they will stay as they are."
    looks = fine.grad is not None and bool(fine.grad.any())
    yield "It looks at the fine map." if looks else "It does not look at the fine map."


@torch.no_grad()
def _flat_notes(module, coarse, fine):
    """Does a flat map stay flat?"""
    flat = torch.ones_like(coarse)
    answer = _called(module, flat, fine) - _called(module, 0 * flat, fine)
    uneven = float((answer - answer.mean(dim=(-2, -1), keepdim=True)).abs().max())
    if uneven > SAME:
        yield f"A flat map of 1 does not stay flat: values differ from their mean by up to {uneven:.2g}."


def _affordable(make, channels, patience):
    """Refuses what would train for longer than ``patience``: two steps of task A's second enlargement are timed."""
    with seeded(0):
        module = make(channels)
        coarse, fine = torch.randn(8, channels, 32, 32), torch.randn(8, channels, 64, 64)
    needed = [_step_seconds(module, coarse, fine) for _ in range(2)][1] * task("labels").steps
    if needed > patience:
        raise Refused(
            f"One training would take it more than {needed:.0f} seconds; {patience:g} are allowed. Make it "
            "smaller, or allow more with patience=..."
        )


def _step_seconds(module, coarse, fine):
    begin = time.process_time()
    coarse = coarse.clone().requires_grad_()
    _called(module.train(), coarse, fine).sum().backward()
    return time.process_time() - begin


# ---- The entry -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """What became of an upsampler that was entered. ``refused`` is a sentence, or "" when it took part."""

    name: str
    refused: str = ""
    notes: tuple = ()
    cost: Cost | None = None
    rows: dict = field(default_factory=dict)  # task -> its row, with the keys of shootout.summary
    places: dict = field(default_factory=dict)  # task -> its Place among those recorded
    edges: dict = field(default_factory=dict)  # task -> what it made of the edge, uint8
    runs: tuple = ()

    def __repr__(self):
        if self.refused:
            return f"{self.name} cannot take part. {self.refused}"
        lines = [f"{self.name}: {' '.join(self.notes)}", _cost_in_words(self.cost)]
        for name, row in self.rows.items():
            lines.append(f"\nTask {'AB'[TASKS.index(name)]}, {name}: {self.places[name]}.")
            lines.append(table([row]))
        return "\n".join(lines)

    def joined(self, name):
        """The recorded table of a task with this entry's row in its place, for ``records.table``."""
        rows = recorded(name)["rows"] + ([self.rows[name]] if name in self.rows else [])
        return sorted(rows, key=lambda row: -row["median"])


def _cost_in_words(found):
    many = "parameter" if found.parameters == 1 else "parameters"
    return (
        f"It has {found.parameters:,} {many}, makes {found.multiply_adds:.4g} multiply-adds for each value in "
        f"convolutions, matrix products and interpolations, holds {found.memory:.3g} MB at its peak and takes "
        f"{found.time:.3g} ms, for 16 channels from 64 x 64 to 128 x 128."
    )


def enter(upsampler, name=None, tasks=TASKS, seeds=(0,), patience=PATIENCE, progress=None):
    """Look at a learner's upsampler, train it for each task with each seed, beside bilinear: an Entry.

    ``upsampler`` is a function of (coarse, fine), a module's class, or a function of the channels that makes one.
    ``tasks`` are names, or tasks with a smaller budget; gains are paired with bilinear's, trained here with the same
    seeds. Its place is among the recorded medians; with several seeds it is given with the places of the
    worst and the best. ``progress`` is the title of one bar for all.
    """
    name = name or getattr(upsampler, "__name__", type(upsampler).__name__).replace("<lambda>", "yours")
    try:
        make, notes = audit(upsampler, patience=patience)
    except Refused as reason:
        return Entry(name, str(reason))
    tasks = [task(each) if isinstance(each, str) else each for each in tasks]
    steps = 2 * len(seeds) * sum(each.steps for each in tasks)
    results = []
    with tqdm(total=steps, desc=progress) if progress else nullcontext() as bar:
        for each, seed in product(tasks, seeds):
            try:
                for own_name, own_make in ((BASELINE, None), (name, make)):
                    results.append(run(each, own_name, seed, own_make, progress=bar))
            except (FloatingPointError, RuntimeError, ValueError) as error:
                return Entry(name, f"In training it failed. {_said(error)}", tuple(notes))
            if any(result.stopped for result in results):
                return Entry(name, "Its training was stopped before its end.", tuple(notes))
    return _entry(name, tuple(notes), make, tasks, results)


def _entry(name, notes, make, tasks, results):
    rows, places, edges = {}, {}, {}
    for each in tasks:
        runs = shootout.as_runs(result for result in results if result.task == each.name)
        rows[each.name] = next(row for row in shootout.summary(runs) if row["upsampler"] == name)
        measure = MEASURES[each.name]
        base = {found["seed"]: found[measure] for found in runs if found["contender"] == BASELINE}
        gains = [found[measure] - base[found["seed"]] for found in runs if found["contender"] == name]
        places[each.name] = place(gains, [row["median"] for row in recorded(each.name)["rows"]])
        edges[each.name] = next(
            result.edge for result in results if (result.task, result.contender) == (each.name, name)
        )
    return Entry(name, "", notes, cost(make), rows, places, edges, tuple(shootout.as_runs(results)))
