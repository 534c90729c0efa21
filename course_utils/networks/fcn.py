"""FCN in the small: scores at strides 16, 8 and 4, enlarged by transposed convolutions and added.

Words used in lesson 08
    stride      pixels of the image from one feature to the next; the pools make 2, 4, 8 and 16
    scores      one number per class and place: a 1x1 convolution of a stage's map
    finest      the stride of the finest scores that are added: 16 (nothing is added, the role of FCN-32s), 8 (that of
                FCN-16s) or 4 (FCN-8s). The pictures are small, so every stride is half of what the paper's is
    start       what the kernels of the transposed convolutions are before training, see ``STARTS``

Source: Long, Shelhamer and Darrell, Fully Convolutional Networks for Semantic Segmentation, CVPR 2015,
arXiv 1411.4038.
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from course_utils import fcn, scores
from course_utils.networks.kept import kept
from course_utils.networks.segmentation import (
    CHANNELS,
    LESSON,
    STRIDES,
    parameter_count,
    pixel_loss,
    predicted_labels,
    score,
    train,
    training_scenes,
    unseen_scenes,
)
from course_utils.networks.training import fit, seeded, shuffled
from course_utils.scenes import CLASS_NAMES
from course_utils.validation import one_of

NETWORKS = {"stride 16 alone": 16, "+ stride 8": 8, "+ stride 4": 4}
"""Name -> finest: the roles of FCN-32s, FCN-16s and FCN-8s."""


class Start(NamedTuple):
    """What the transposed convolutions are."""

    bilinear: bool  # or torch's random numbers
    dense: bool  # one kernel for each pair of classes, or groups = classes
    frozen: bool = False


STARTS = {
    "bilinear, frozen": Start(bilinear=True, dense=False, frozen=True),
    "bilinear": Start(bilinear=True, dense=False),
    "random": Start(bilinear=False, dense=False),
    "bilinear, dense": Start(bilinear=True, dense=True),
    "random, dense": Start(bilinear=False, dense=True),
}


class FCN(nn.Module):
    """Image (N, 3, H, W) -> a logit for each class and pixel (N, classes, H, W); H and W multiples of 16.

    Nothing is cropped: pools halve exactly, and kernels of 2 * stride with padding stride / 2 keep their sizes. All
    that networks have in common is made first, so that one ``seed`` gives all of them the same encoder and scores.
    """

    def __init__(self, finest=4, start="bilinear", seed=0, *, channels=CHANNELS, classes=5):
        super().__init__()
        if finest not in STRIDES[1:]:
            raise ValueError(f"finest must be 4, 8 or 16, the stride of the finest scores; got {finest}.")
        start = STARTS[one_of(start, "start", STARTS)]
        with seeded(seed):
            self.stages = nn.ModuleList(
                _stage(before, after, convolutions=1 if stride < 8 else 2)
                for before, after, stride in zip((3, *channels), channels, STRIDES, strict=False)
            )
            every = {
                stride: nn.Conv2d(count, classes, 1) for stride, count in zip(STRIDES, channels, strict=True)
            }
            self.scores = nn.ModuleDict(
                {str(stride): every[stride] for stride in STRIDES if stride >= finest}
            )
            factors = [2] * (len(self.scores) - 1) + [finest]
            self.upsamplings = nn.ModuleList(upsampling(classes, factor, start) for factor in factors)

    def forward(self, images):
        own = self.score_maps(images)
        result, *finer = (own[stride] for stride in sorted(own, reverse=True))
        for enlarge, added in zip(self.upsamplings, finer, strict=False):
            result = enlarge(result) + added
        return self.upsamplings[-1](result)

    def score_maps(self, images):
        """The scores of every stride before anything is enlarged or added: {stride: (N, classes, h, w)}."""
        if images.ndim != 4 or images.shape[-2] % 16 or images.shape[-1] % 16:
            raise ValueError(
                f"images must be (N, 3, H, W), H and W multiples of 16; got {tuple(images.shape)}."
            )
        result = {}
        for stride, stage in zip(STRIDES, self.stages, strict=True):
            images = stage(images)
            if str(stride) in self.scores:
                result[stride] = self.scores[str(stride)](images)
        return result

    def kernels(self):
        """The kernels of the upsamplings, from coarse to fine, as numpy arrays."""
        return [each.weight.detach().cpu().numpy().copy() for each in self.upsamplings]


def upsampling(channels, factor, start=STARTS["bilinear"]):
    """The transposed convolution that enlarges ``factor`` times, without a bias."""
    kernel_size, stride, padding = fcn.fitting(factor)
    layer = nn.ConvTranspose2d(
        channels, channels, kernel_size, stride, padding, groups=1 if start.dense else channels, bias=False
    )
    if start.bilinear:
        mixing = np.eye(channels) if start.dense else np.ones((channels, 1))
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(fcn.bilinear_weight(mixing, kernel_size)))
    layer.weight.requires_grad_(not start.frozen)
    return layer


def _stage(before, after, convolutions):
    layers = []
    for _ in range(convolutions):
        layers += [nn.Conv2d(before, after, 3, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
        before = after
    return nn.Sequential(*layers, nn.MaxPool2d(2))


# ---- The study ---------------------------------------------------------------------------------------


class Run(NamedTuple):
    """One training."""

    network: str
    seed: int
    parameters: int
    scores: dict  # the keys are segmentation.SCORES
    model: FCN


@kept
def compare(seeds=(0,), networks=tuple(NETWORKS), budget=LESSON, progress=None, start="bilinear"):
    """Train every network with every seed, on the same batches in the same order: a list of ``Run``.

    ``start`` is a name in STARTS.
    """
    known, unseen = training_scenes(budget), unseen_scenes(budget)
    runs = []
    for seed in seeds:
        for name in networks:
            model = FCN(NETWORKS[one_of(name, "networks", NETWORKS)], start, seed)
            title = None if progress is None else f"{progress}: {name}, seed {seed}"
            if train(model, known, budget, seed, title).stopped:
                return runs
            runs.append(Run(name, seed, parameter_count(model), score(model, unseen), model))
    return runs


class Curve(NamedTuple):
    """One training from one start, at a constant rate."""

    start: str
    seed: int
    parameters: int
    losses: np.ndarray  # the loss before each step
    mean_iou: dict  # number of steps made -> mean IoU of unseen scenes, from 0 to 1
    moved: float  # the largest change of a weight of the upsamplings
    kernels: list  # of the upsamplings, trained, from coarse to fine


@kept
def learning_curves(
    seeds=(0,), starts=tuple(STARTS), budget=LESSON, *, rate=2e-3, at=(25, 50, 100, 200), progress=None
):
    """Train the finest network from every start, for max(at) steps at one rate: a list of ``Curve``.

    A constant rate, so that what is learned after few steps does not depend on how many were planned.
    """
    known, unseen = training_scenes(budget), unseen_scenes(budget)
    curves = []
    for seed in seeds:
        for name in starts:
            model = FCN(4, one_of(name, "starts", STARTS), seed)
            before, found = model.kernels(), {}
            batches = _looked_at(shuffled(known, budget.batch, seed), model, unseen, at, found)
            optimizer = torch.optim.AdamW(
                [p for p in model.parameters() if p.requires_grad], lr=rate, weight_decay=1e-4
            )
            title = None if progress is None else f"{progress}: {name}, seed {seed}"
            history = fit(model, pixel_loss, batches, optimizer, max(at), title)
            if history.stopped:
                return curves
            found[max(at)] = mean_iou(model, unseen)
            kernels = model.kernels()
            moved = max(float(np.abs(a - b).max()) for a, b in zip(before, kernels, strict=True))
            curves.append(Curve(name, seed, parameter_count(model), history.losses, found, moved, kernels))
    return curves


def _looked_at(batches, model, unseen, at, found):
    for step, batch in enumerate(batches):
        if step in at:
            found[step] = mean_iou(model, unseen)
        yield batch


def mean_iou(model, data):
    """Of unseen scenes, from 0 to 1."""
    confusion = scores.confusion_matrix(
        data.labels.numpy(), predicted_labels(model, data.images), len(CLASS_NAMES)
    )
    return float(scores.mean_iou(confusion))


def steps_until(losses, below, window=10):
    """The first step at which the mean of the last ``window`` losses is below a value; None where it never is.

    >>> steps_until(np.array([4.0, 2.0, 1.0, 1.0]), 1.6, window=2)
    3
    """
    means = np.convolve(losses, np.full(window, 1 / window), "valid")
    found = np.flatnonzero(means < below)
    return int(found[0]) + window if found.size else None


@torch.no_grad()
def scored_scenes(model, images, labels):
    """What a trained network says of a few scenes, for ``fcn.ScoredScene``: a list of them."""
    own = model.eval().score_maps(images)
    kernels = tuple(each.astype(float) for each in model.kernels())
    return [
        fcn.ScoredScene(
            image=images[i].movedim(0, -1).numpy(),
            labels=labels[i].numpy(),
            scores={stride: each[i].numpy().astype(float) for stride, each in own.items()},
            kernels=kernels,
        )
        for i in range(len(images))
    ]
