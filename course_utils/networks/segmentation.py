"""A small segmentation network, an encoder and a decoder that fuses its maps, with the fusion as its one variable.

Words used in lesson 12
    stage       one halving in the encoder: there are four, of strides 2, 4, 8 and 16, in pixels of the image
    lateral     the 1x1 convolution that brings a stage's map to the decoder's width
    fusion      what lays a coarse map onto the next finer one, see ``alignment``
    contender   a name in ``FUSIONS``: networks of two names differ in their fusions and in nothing else
"""

from functools import partial
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn

from course_utils import scenes, scores
from course_utils.networks.alignment import Addition, FlowAlignment, TwoBranchAlignment, enlarge
from course_utils.networks.training import fit, predict, seeded, shuffled
from course_utils.validation import one_of

FUSIONS = {
    "nearest": partial(Addition, mode="nearest"),
    "bilinear": Addition,
    "flow": FlowAlignment,
    "two-branch": TwoBranchAlignment,
}
"""The contenders of the table: name -> a function of the width that makes one fusion."""

STRIDES = (2, 4, 8, 16)
CHANNELS = (16, 24, 32, 48)

DOWN = {"3x3": (3, 1), "4x4": (4, 1), "2x2": (2, 0), "5x5": (5, 2)}
"""Kernel and padding of the strided convolutions. 3x3 and 5x5: every feature sits half a pixel left of and above the
middle of the pixels that it stands for. 4x4 and 2x2: in the middle, where upsampling assumes it. See lesson 12."""


class Encoder(nn.Module):
    """Image (N, 3, H, W) -> four maps of strides 2, 4, 8 and 16. H and W must be multiples of 16."""

    def __init__(self, channels=CHANNELS, down="3x3"):
        super().__init__()
        kernel, padding = DOWN[one_of(down, "down", DOWN)]
        stages, before = [], 3
        for count in channels:
            halve = nn.Conv2d(before, count, kernel, stride=2, padding=padding, bias=False)
            stages.append(_normed(halve) if before == 3 else nn.Sequential(_normed(halve), _same(count)))
            before = count
        self.stages = nn.ModuleList(stages)

    def forward(self, images):
        if images.ndim != 4 or images.shape[-2] % 16 or images.shape[-1] % 16:
            raise ValueError(
                f"images must be (N, 3, H, W), H and W multiples of 16; got {tuple(images.shape)}."
            )
        maps = []
        for stage in self.stages:
            images = stage(images)
            maps.append(images)
        return maps


class Step(NamedTuple):
    """One fusion of the decoder and its maps, all (N, width, ., .)."""

    stride: int  # of the fine map, in pixels of the image
    fusion: nn.Module
    fine: torch.Tensor
    coarse: torch.Tensor
    fused: torch.Tensor


class Segmenter(nn.Module):
    """Image (N, 3, H, W) -> a logit for each class and pixel, (N, classes, H, W).

    ``fusion`` is a function of the width that makes one fusion. The decoder fuses from stride 16 to stride
    ``finest``, 4 as in both papers; its logits are then enlarged by ``mode``, see ``alignment.enlarge``. All that
    contenders have in common is made first, so that one ``seed`` gives all of them the same encoder, laterals and
    head.
    """

    def __init__(
        self, fusion, seed=0, *, width=24, down="3x3", finest=4, channels=CHANNELS, classes=5, mode="bilinear"
    ):
        super().__init__()
        if finest not in STRIDES[:3]:
            raise ValueError(f"finest must be 2, 4 or 8, the stride at which fusing ends; got {finest}.")
        first = STRIDES.index(finest)
        used = channels[first:]
        with seeded(seed):
            self.encoder = Encoder(channels, down)
            self.laterals = nn.ModuleList(nn.Conv2d(count, width, 1) for count in used)
            self.head = nn.Sequential(_same(width), nn.Conv2d(width, classes, 1))
            self.fusions = nn.ModuleList(fusion(width) for _ in used[1:])  # from fine to coarse
        self.first, self.mode = first, mode

    def forward(self, images, alter=None):
        return enlarge(self.head(self.steps(images, alter)[-1].fused), images.shape[-2:], self.mode)

    def steps(self, images, alter=None):
        """The decoder's fusions in their order, from coarse to fine: a list of ``Step``.

        ``alter(stride, coarse)`` may put another map in place of the coarse one before it is fused.
        """
        maps = self.encoder(images)[self.first :]
        *finer, coarse = (lateral(each) for lateral, each in zip(self.laterals, maps, strict=True))
        result = []
        for level in reversed(range(len(finer))):
            stride, fusion, fine = STRIDES[self.first + level], self.fusions[level], finer[level]
            coarse = coarse if alter is None else alter(stride, coarse)
            result.append(Step(stride, fusion, fine, coarse, fusion(fine, coarse)))
            coarse = result[-1].fused
        return result

    def flows(self, images):
        """The learned flows in *image* pixels: {stride of the fine map: {"coarse" or "fine": (N, 2, h, w)}}."""
        result = {}
        for step in self.steps(images):
            flows = step.fusion.flows(step.fine, step.coarse)
            result[step.stride] = {
                name: flow * (step.stride * step.fusion.fine_pixels[name]) for name, flow in flows.items()
            }
        return result


def _same(channels):
    return _normed(nn.Conv2d(channels, channels, 3, padding=1, bias=False))


def _normed(convolution):
    return nn.Sequential(convolution, nn.BatchNorm2d(convolution.out_channels), nn.ReLU())


def parameter_count(module):
    """How many numbers training may change."""
    return sum(each.numel() for each in module.parameters() if each.requires_grad)


# ---- Scenes, training, scores --------------------------------------------------------------------


class Budget(NamedTuple):
    """What every contender gets. The seeds of the test scenes begin where no training seed is."""

    train: int = 400  # scenes
    test: int = 200
    size: int = 64  # pixels, of their height and width
    steps: int = 250
    batch: int = 16
    rate: float = 5e-3  # the largest, on the way of one cycle
    width: int = 24
    finest: int = 4
    difficulty: float = 0.4
    pole_width: float = 0.045


LESSON = Budget()
LARGE = Budget(train=1000, size=96, steps=500, width=32, pole_width=0.03)
"""For a GPU: more and larger scenes, twice the steps; poles are as many pixels wide."""

TEST_SEEDS = 1_000_000
SET_SEEDS = 100_000  # from one set of scenes to the next


class Data(NamedTuple):
    """Scenes as tensors."""

    images: torch.Tensor  # (N, 3, H, W) float32
    labels: torch.Tensor  # (N, H, W) int64


def training_scenes(budget=LESSON, scene_set=0):
    """The scenes with the seeds 0, 1, ..., or those of another set: Data."""
    return _data(_settings(budget.train, SET_SEEDS * scene_set, budget))


def unseen_scenes(budget=LESSON, scene_set=0):
    """Scenes that no training sees: Data."""
    return _data(settings_of_unseen(budget, scene_set))


def settings_of_unseen(budget=LESSON, scene_set=0):
    """What ``scenes.scenes`` is called with for the unseen scenes: a dictionary of plain numbers."""
    return _settings(budget.test, TEST_SEEDS + SET_SEEDS * scene_set, budget)


def _settings(count, first_seed, budget):
    return {
        "count": count, "size_hw": (budget.size, budget.size), "difficulty": budget.difficulty,
        "first_seed": first_seed, "pole_width": budget.pole_width,
    }  # fmt: skip


def _data(settings):
    images, labels = scenes.scenes(**settings)
    return Data(torch.from_numpy(images).movedim(-1, 1).contiguous(), torch.from_numpy(labels).long())


def pixel_loss(model, batch):
    """Mean cross-entropy of all pixels: a loss for ``fit``."""
    images, labels = batch
    return F.cross_entropy(model(images), labels)


def train(model, data, budget=LESSON, seed=0, progress=None, watch=None):
    """Train by the budget, batches in an order that follows from ``seed`` alone: the History of ``fit``.

    ``watch(step, model)`` is called before every step, with the number of steps made so far, and after the last.
    """
    optimizer = torch.optim.AdamW(model.parameters(), lr=budget.rate, weight_decay=1e-4)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, budget.rate, total_steps=budget.steps)
    batches = shuffled(data, budget.batch, seed)
    if watch is not None:
        batches = _watched(batches, model, watch)
    history = fit(model, pixel_loss, batches, optimizer, budget.steps, progress, cycle)
    if watch is not None:
        watch(len(history.losses), model)
    return history


def _watched(batches, model, watch):
    for step, batch in enumerate(batches):
        watch(step, model)
        yield batch


def predicted_labels(model, images, at_once=50):
    """The most likely class of every pixel, (N, H, W) uint8 in numpy."""
    parts = [predict(model, part).argmax(1).to(torch.uint8) for part in images.split(at_once)]
    return torch.cat(parts).numpy()


SCORES = ("mean IoU", "boundary F", "thin IoU", *(f"IoU {name}" for name in scenes.CLASS_NAMES))


def score(model, data):
    """``scores_of`` what a trained network says of ``data``."""
    return scores_of(data.labels.numpy(), predicted_labels(model, data.images))


def scores_of(truth, predicted):
    """The scores of predicted classes, both (N, H, W): a dictionary with the keys ``SCORES``, from 0 to 1.

    Boundaries count as found within 1 pixel; thin is what is in no 4 x 4 square of its class.
    """
    classes = len(scenes.CLASS_NAMES)
    confusion = scores.confusion_matrix(truth, predicted, classes)
    values = [
        scores.mean_iou(confusion),
        scores.boundary_f_score(truth, predicted, classes, tolerance=1),
        scores.thin_iou(truth, predicted, classes, width=4),
        *scores.class_ious(confusion),
    ]
    return dict(zip(SCORES, map(float, values), strict=True))
