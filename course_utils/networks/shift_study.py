"""Does a module follow content that moves? Trainings of lesson 12 in which the coarse maps are shifted at random.

    response(train_with_shifts("flow", seed=0), unseen_scenes().images)

A module that registers the two maps answers a coarse map moved by d with a flow that changes by d: a response of 1.
"""

import statistics
from functools import partial
from typing import NamedTuple

import torch

from course_utils.networks.alignment import Addition, FlowAlignment, TwoBranchAlignment, moved
from course_utils.networks.controls import ProductShift
from course_utils.networks.segmentation import (
    LESSON,
    Segmenter,
    parameter_count,
    score,
    train,
    training_scenes,
)

FOLLOWERS = {
    "bilinear": Addition,
    "flow": FlowAlignment,
    "two-branch": TwoBranchAlignment,
    "products": ProductShift,
}
"""The contenders: name -> a function of the width that makes one fusion."""

MOST_PIXELS = 12  # of the image, either way
SHIFTS = (-8, -4, 0, 4, 8)
MOVED = ((8, 0), (-8, 0), (0, 8), (0, -8))  # right and down, image pixels: where the moved scenes are scored


class Follower(NamedTuple):
    """One training with random shifts, and how its flow answers."""

    contender: str
    seed: int
    parameters: int
    response_x: (
        float | None
    )  # pixels of flow for each pixel that the coarse map was moved; None without a flow
    response_y: float | None
    mean_iou: float  # without a shift, from 0 to 1
    moved_iou: float  # with the last coarse map moved by 8 image pixels: the mean over four ways


class Shaken(torch.nn.Module):
    """A segmenter in training: each of its coarse maps is moved by a shift of its own, drawn for every image."""

    def __init__(self, model, seed):
        super().__init__()
        self.model, self.dice = model, torch.Generator().manual_seed(seed)

    def forward(self, images):
        if not self.training:
            return self.model(images)

        def alter(stride, coarse):
            drawn = (2 * torch.rand(len(coarse), 2, generator=self.dice) - 1) * MOST_PIXELS
            return moved(coarse, 2 * stride, drawn)

        return self.model(images, alter)


class WithMovedMap(torch.nn.Module):
    """A segmenter whose last coarse map is moved by (right, down) image pixels before it is fused."""

    def __init__(self, model, shift_xy):
        super().__init__()
        self.model, self.shift_xy = model, shift_xy

    def forward(self, images):
        shift_xy = torch.tensor([self.shift_xy], dtype=images.dtype)
        return self.model(images, partial(_last_moved, 2 << self.model.first, shift_xy))


def moved_iou(model, data):
    """Mean IoU with the last coarse map moved by 8 image pixels, the mean over four ways: 0 to 1."""
    ious = [score(WithMovedMap(model, shift).train(model.training), data)["mean IoU"] for shift in MOVED]
    return statistics.mean(ious)


def train_with_shifts(name, seed=0, budget=LESSON, progress=None):
    """The contender's ``Segmenter``, trained while its coarse maps are moved by up to 12 image pixels each way."""
    model = Segmenter(FOLLOWERS[name], seed, width=budget.width, finest=budget.finest)
    train(Shaken(model, seed), training_scenes(budget), budget, seed, progress)
    return model.eval()


@torch.no_grad()
def response(model, images, axis=0):
    """How many image pixels the mean flow changes for each pixel that the coarse map is moved, along x (0) or y (1).

    The slope of a straight line through five shifts, at the last fusion, where the fine map is finest.
    """
    means = []
    for shift in SHIFTS:
        shift_xy = torch.zeros(len(images), 2)
        shift_xy[:, axis] = shift
        step = model.steps(images, partial(_last_moved, 2 << model.first, shift_xy))[-1]
        flow = step.fusion.flows(step.fine, step.coarse)["coarse"]
        means.append(float(flow[:, axis].mean()) * step.stride * step.fusion.fine_pixels["coarse"])
    return statistics.linear_regression(SHIFTS, means).slope


def _last_moved(last, shift_xy, stride, coarse):
    return moved(coarse, 2 * stride, shift_xy) if stride == last else coarse


def followers(seeds, unseen, budget=LESSON, names=tuple(FOLLOWERS), progress=None):
    """Every contender with every seed, trained with shifts: a list of ``Follower``."""
    found = []
    for name in names:
        for seed in seeds:
            model = train_with_shifts(name, seed, budget, progress)
            ious = score(model, unseen)["mean IoU"], moved_iou(model, unseen)
            found.append(
                Follower(
                    name,
                    seed,
                    parameter_count(model),
                    *_responses(model, unseen.images[:50]),
                    *(round(each, 4) for each in ious),
                )
            )
    return found


def _responses(model, images):
    if not model.fusions[0].fine_pixels:
        return None, None
    return tuple(round(response(model, images, axis), 3) for axis in (0, 1))
