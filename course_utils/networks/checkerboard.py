"""Layers that enlarge twice, side by side: what pattern a flat picture shows before, while and after they learn.

    results = compare(("transposed, kernel 4", "nearest, then convolution"), seeds=(0,), steps=100)
    results[0].levels[100]          # gray levels of pattern after 100 steps
    flat_answer(results[0].model)   # (levels, 2, 2): what a flat picture becomes, phase by phase

The task is lesson 10's: photos at half their size, to be enlarged again.
"""

import statistics
from contextlib import nullcontext
from typing import NamedTuple

import numpy as np
import torch
from torch import nn
from tqdm.auto import tqdm

from course_utils.checkerboard import by_phase, pattern
from course_utils.networks.kept import kept
from course_utils.networks.subpixel import subpixel_layer
from course_utils.networks.superresolution import HELD_OUT, TRAINING, pairs, patches
from course_utils.networks.training import fit, predict, seeded, squared_error
from course_utils.validation import one_of, whole_number, whole_numbers

CHANNELS = 16
RATE = 2e-3
STEPS = (0, 25, 100, 400)
GRAYS = (0.2, 0.5, 0.8)
"""Of the flat pictures that are filmed; the pattern is measured on MIDDLE, gray 128 of 255."""

MIDDLE = 0.5


def transposed(kernel_size):
    """A maker of transposed convolutions, stride 2, that double the size exactly."""

    def make(in_channels, out_channels):
        odd = kernel_size % 2
        return nn.ConvTranspose2d(
            in_channels, out_channels, kernel_size, 2, (kernel_size - 2 + odd) // 2, odd
        )

    return make


def resized(mode):
    """A maker of resize-convolutions: enlarge by ``mode``, then convolve with 3 × 3."""

    def make(in_channels, out_channels):
        return nn.Sequential(
            nn.Upsample(scale_factor=2, mode=mode), nn.Conv2d(in_channels, out_channels, 3, padding=1)
        )

    return make


def subpixel(icnr=False):
    """A maker of sub-pixel convolutions, 3 × 3."""
    return lambda in_channels, out_channels: subpixel_layer(in_channels, out_channels, 3, 2, 1, icnr=icnr)


LAYERS = {
    "transposed, kernel 2": transposed(2),
    "transposed, kernel 3": transposed(3),
    "transposed, kernel 4": transposed(4),
    "sub-pixel": subpixel(),
    "sub-pixel, ICNR": subpixel(icnr=True),
    "nearest, then convolution": resized("nearest"),
    "bilinear, then convolution": resized("bilinear"),
}
"""Layers that double the size, by name: functions of (in_channels, out_channels)."""


class Enlarger(nn.Module):
    """Two convolutions on the small picture, then one of LAYERS: (N, 1, H, W) to (N, 1, 2H, 2W)."""

    def __init__(self, layer):
        super().__init__()
        make = LAYERS[one_of(layer, "layer", tuple(LAYERS))]
        self.features = nn.Sequential(
            nn.Conv2d(1, CHANNELS, 5, padding=2), nn.ReLU(),
            nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1), nn.ReLU(),
        )  # fmt: skip
        self.enlarge = make(CHANNELS, 1)

    def forward(self, low):
        return self.enlarge(self.features(low))


def decoder(layer, stages=3, channels=CHANNELS):
    """A random decoder: ``stages`` times one of LAYERS and a ReLU, no ReLU last. Size times 2 ** stages."""
    make = LAYERS[one_of(layer, "layer", tuple(LAYERS))]
    parts = [
        part
        for _ in range(whole_number(stages, "stages", 1, 5))
        for part in (make(channels, channels), nn.ReLU())
    ]
    return nn.Sequential(*parts[:-1])


ENCODERS = {
    "convolution 3, stride 2": lambda c: nn.Conv2d(c, c, 3, 2, 1),
    "convolution 4, stride 2": lambda c: nn.Conv2d(c, c, 4, 2, 1),
    "convolution 3, max pooling 2": lambda c: nn.Sequential(nn.Conv2d(c, c, 3, 1, 1), nn.MaxPool2d(2)),
    "convolution 3, average pooling 2": lambda c: nn.Sequential(nn.Conv2d(c, c, 3, 1, 1), nn.AvgPool2d(2)),
    "convolution 1, stride 2": lambda c: nn.Conv2d(c, c, 1, 2),
}
"""Layers that halve the size, by name: functions of the channels."""


def encoder(layer, stages=3, channels=CHANNELS):
    """A random encoder: ``stages`` times one of ENCODERS and a ReLU."""
    make = ENCODERS[one_of(layer, "layer", tuple(ENCODERS))]
    return nn.Sequential(
        *(part for _ in range(whole_number(stages, "stages", 1, 5)) for part in (make(channels), nn.ReLU()))
    )


def input_gradient(model, x, seed=0):
    """The gradient at x when random numbers arrive at the output, as a numpy array of x's shape (N, C, H, W)."""
    x = torch.as_tensor(x).detach().clone().requires_grad_()
    answer = model(x)
    with seeded(seed):
        (gradient,) = torch.autograd.grad(answer, x, torch.randn_like(answer))
    return gradient.numpy()


# ---- Measured while they learn -------------------------------------------------------------------


def flat_answer(model, grays=GRAYS):
    """What flat pictures become far from the border, in gray levels of 255, by phase: (grays, 2, 2)."""
    flats = torch.tensor(grays).reshape(-1, 1, 1, 1).expand(-1, 1, 16, 16)
    answer = predict(model, flats.contiguous())[:, 0, 12:20, 12:20].double().numpy() * 255
    return by_phase(answer, 2).mean(axis=(-2, -1))


def gray_levels(model, gray=MIDDLE):
    """How strong the pattern on a flat picture is, in gray levels of 255: the standard deviation of the phases."""
    return float(pattern(flat_answer(model, (gray,))[0], 2))


def error_ratio(model, pictures):
    """The largest squared error of a phase over the smallest, over all of ``pictures`` (superresolution.pairs)."""
    total = 0
    for pair in pictures:
        error = (predict(model, pair.low) - pair.high)[0, 0].double().numpy() ** 2
        total = total + by_phase(error, 2).sum(axis=(-2, -1))
    return float(total.max() / total.min())


class Run(NamedTuple):
    """One training of one layer."""

    layer: str
    seed: int
    model: nn.Module
    levels: dict  # step -> gray levels of pattern on MIDDLE
    answers: dict  # step -> (grays, 2, 2), flat_answer
    losses: np.ndarray
    stopped: bool


@kept
def compare(layers=tuple(LAYERS), seeds=(0,), steps=STEPS, progress=None):
    """Train an Enlarger with every layer and seed, and look at flat pictures after each of ``steps``. A list of Runs.

    A seed sets the weights and the patches: layers meet the same patches in the same order, and their first two
    convolutions begin the same. ``steps`` counts from 0, before the first step, and rises. ``progress`` is the
    title of one bar for all; ■ ends it, and what was trained by then is returned.
    """
    names = [one_of(name, "layers", tuple(LAYERS)) for name in layers]
    steps = whole_numbers((0, steps) if isinstance(steps, int) else steps, "steps", 0)
    if list(steps) != sorted(set(steps)):
        raise ValueError(f"steps must rise, such as (0, 25, 100); got {steps}.")
    known, runs = pairs(TRAINING), []
    bar = tqdm(total=len(names) * len(seeds) * steps[-1], desc=progress) if progress else nullcontext()
    with bar as shared:
        for seed in seeds:
            for name in names:
                runs.append(_run(name, seed, known, steps, shared))
                if runs[-1].stopped:
                    return runs[:-1] or runs
    return runs


def _run(name, seed, known, steps, bar):
    with seeded(seed):
        model = Enlarger(name)
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
    batches, losses, answers, stopped = patches(known, seed), [], {}, False
    for before, step in zip((0, *steps), steps, strict=False):
        if step > before and not stopped:
            history = fit(model, squared_error, batches, optimizer, step - before, progress=bar)
            losses.append(history.losses)
            stopped = history.stopped
        answers[step] = flat_answer(model)
    middle = GRAYS.index(MIDDLE)
    levels = {step: float(pattern(answer[middle], 2)) for step, answer in answers.items()}
    return Run(name, seed, model, levels, answers, np.concatenate(losses or [[]]), stopped)


def summary(runs, steps=STEPS):
    """Rows for a table, one per layer: gray levels of pattern after each step, error ratio; seeds averaged."""
    unknown = pairs(HELD_OUT)
    rows = []
    for name in dict.fromkeys(run.layer for run in runs):
        own = [run for run in runs if run.layer == name]
        levels = {
            f"step {step}": round(statistics.mean(run.levels[step] for run in own), 2) for step in steps
        }
        ratios = [error_ratio(run.model, unknown) for run in own]
        rows.append(
            {"layer": name, **levels, "error ratio": round(statistics.mean(ratios), 2), "seeds": len(own)}
        )
    return rows
