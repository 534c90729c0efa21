"""Lesson 14's two tasks, in which the upsampler is the one thing that differs, and every upsampler of the course.

    results = compare(("labels",), ("bilinear", "flow"), seeds=range(3), progress="task A")
    print(table(summary(results)))

Task A, "labels": labels averaged over 4 x 4 pixels are enlarged twice, with a photo of the scene as *guide*. Nothing
of the guide is added: it is only there to be looked at. Task B, "pictures": photos at half their size are enlarged;
what bicubic enlargement lacks is learned. There is no finer picture, so its guide is the bicubic one.

Words used here
    make        a function of the number of channels that makes one upsampler, ``upsampler(coarse, fine)``
    seed        decides everything random that contenders share, and their batches; an upsampler's own weights are
                drawn last
    gain        mean IoU in points, or dB, above bilinear with the same seed
"""

import time
from contextlib import nullcontext
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from tqdm.auto import tqdm

from course_utils import scenes
from course_utils.networks.kept import kept
from course_utils.networks.segmentation import (
    LESSON,
    Budget,
    Segmenter,
    parameter_count,
    scores_of,
    settings_of_unseen,
    train,
    training_scenes,
    unseen_scenes,
)
from course_utils.networks.segmentation import score as segmentation_score
from course_utils.networks.superresolution import HELD_OUT, TRAINING, bicubic, pairs, patches, score
from course_utils.networks.training import choose_device, fit, seeded, shuffled, squared_error
from course_utils.networks.upsamplers import UPSAMPLERS
from course_utils.shootout import TASKS, paired
from course_utils.validation import one_of

WIDTH = 16
BASELINE = "bilinear"
MEASURES = {"labels": "mean IoU", "pictures": "dB above bicubic", "pyramid": "mean IoU"}
"""What decides, by task."""

CONTENDERS = {
    **{name: UPSAMPLERS[name] for name in (
        "nearest", "bilinear", "bicubic", "max unpooling",
        "transposed, kernel 2", "transposed, kernel 3", "transposed, kernel 4",
        "transposed, bilinear start, each channel", "sub-pixel", "sub-pixel, ICNR",
        "nearest, then convolution", "bilinear, then convolution", "DySample", "flow", "one branch", "gated flow",
    )},
    "CARAFE": partial(UPSAMPLERS["CARAFE"], squeezed=WIDTH // 2),
    "deformable": partial(UPSAMPLERS["deformable"], groups=2),
}  # fmt: skip
"""Name -> a function of the channels that makes an upsampler. All of lessons 01 to 13 that double the size."""

CONTROLS = {
    "flow, blind": UPSAMPLERS["flow, blind"],
    "deformable, a mean": partial(UPSAMPLERS["deformable, a mean"], groups=2),
    "deformable, nothing moved": partial(UPSAMPLERS["deformable, nothing moved"], groups=2),
}
"""Each is a contender without the one thing that it is named after; recorded beside them, with the same seeds."""

SLOW = ("CARAFE", "gated flow", "deformable")
"""Those that need several times the others' seconds: they are recorded, and not trained in the lesson."""


# ---- The networks --------------------------------------------------------------------------------


class LabelEnlarger(nn.Module):
    """Soft labels (N, 5, h, w) and images (N, 3, 4 h, 4 w) -> a logit for each class and pixel, (N, 5, 4 h, 4 w)."""

    def __init__(self, make, seed=0, width=WIDTH):
        super().__init__()
        classes = len(scenes.CLASS_NAMES)
        with seeded(seed):
            self.widen = nn.Conv2d(classes, width, 1)
            self.guide = nn.Sequential(
                nn.Conv2d(3, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU()
            )
            self.halve = nn.Conv2d(width, width, 4, stride=2, padding=1)
            self.head = nn.Conv2d(width, classes, 1)
            self.upsamplers = nn.ModuleList(make(width) for _ in range(2))

    def forward(self, soft, images):
        fine = self.guide(images)
        first, second = self.upsamplers
        return self.head(second(first(self.widen(soft), self.halve(fine)), fine))


class PictureEnlarger(nn.Module):
    """Luminance (N, 1, h, w) -> (N, 1, 2 h, 2 w): bicubic, and what a network with one upsampler adds to it."""

    def __init__(self, make, seed=0, width=WIDTH):
        super().__init__()
        with seeded(seed):
            self.features = nn.Sequential(
                nn.Conv2d(1, width, 5, padding=2), nn.ReLU(), nn.Conv2d(width, width, 3, padding=1), nn.ReLU()
            )
            self.guide = nn.Sequential(nn.Conv2d(1, width, 3, padding=1), nn.ReLU())
            self.last = nn.Conv2d(width, 1, 3, padding=1)
            self.upsamplers = nn.ModuleList([make(width)])

    def forward(self, low):
        larger = bicubic(low, 2)
        return larger + self.last(self.upsamplers[0](self.features(low), self.guide(larger)))


# ---- The tasks -----------------------------------------------------------------------------------


class Labels:
    """Task A. ``data`` says how many scenes of which kind, and how long it is trained."""

    name, unit = "labels", "points"
    factor = 4  # pixels along a side of the blocks over which labels are averaged
    EDGE = 12  # the test scene whose edges are shown

    def __init__(self, budget=Budget(train=200, test=100, steps=200, batch=8, rate=1e-2)):  # noqa: B008, a tuple
        self.budget, self.steps = budget, budget.steps

    def network(self, make, seed):
        """The network before training."""
        return LabelEnlarger(make, seed)

    def train(self, network, seed, progress=None):
        """AdamW and one cycle of the learning rate, as in lesson 12: a History."""
        soft, images, labels = _labels(self.budget, "training")
        optimizer = torch.optim.AdamW(network.parameters(), lr=self.budget.rate, weight_decay=1e-4)
        cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, self.budget.rate, total_steps=self.steps)
        batches = shuffled((soft, images, labels), self.budget.batch, seed)
        return fit(network, _label_loss, batches, optimizer, self.steps, progress, cycle)

    def scores(self, network):
        """Of the test scenes, in percent: "mean IoU" and the other scores of lesson 12."""
        soft, images, labels = _labels(self.budget, "unseen")
        return {
            name: 100 * value
            for name, value in scores_of(labels.numpy(), _classes(network, soft, images)).items()
        }

    def edge_of(self):
        """Where the answers of ``edge`` come from, for a record."""
        return settings_of_unseen(self.budget) | {
            "count": 1,
            "first_seed": settings_of_unseen(self.budget)["first_seed"] + self.EDGE,
        }

    def edge(self, network):
        """Its answer at one test scene: classes, uint8 (H, W)."""
        soft, images, _ = (each[self.EDGE : self.EDGE + 1] for each in _labels(self.budget, "unseen"))
        return _classes(network, soft, images)[0]


class Pictures:
    """Task B. ``steps`` of ``batch`` patches of ``patch`` small pixels along a side."""

    name, unit = "pictures", "dB"
    factor = 2
    EDGE = ("camera", slice(300, 348), slice(286, 334))  # of the large picture

    def __init__(self, steps=400, patch=12, batch=16, rate=3e-3):
        self.steps, self.patch, self.batch, self.rate = steps, patch, batch, rate

    def network(self, make, seed):
        """The network before training."""
        return PictureEnlarger(make, seed)

    def train(self, network, seed, progress=None):
        """Adam on the squared error, one cycle of the learning rate: a History."""
        optimizer = torch.optim.Adam(network.parameters(), lr=self.rate)
        cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, self.rate, total_steps=max(self.steps, 2))
        batches = patches(_known(), seed, self.patch, self.batch)
        return fit(network, squared_error, batches, optimizer, self.steps, progress, cycle)

    def scores(self, network):
        """dB of the pictures that were not trained on, and by how much they are above bicubic, on average."""
        found = {name: float(value) for name, value in score(network, _unseen()).items()}
        above = [value - _bicubic_scores()[name] for name, value in found.items()]
        return {MEASURES[self.name]: sum(above) / len(above), **found}

    def edge_of(self):
        """Where the answers of ``edge`` come from, for a record."""
        name, rows, columns = self.EDGE
        return {"picture": name, "top": rows.start, "left": columns.start, "size": rows.stop - rows.start}

    def edge(self, network):
        """Its answer at an edge of a picture: gray values, uint8 (48, 48)."""
        name, rows, columns = self.EDGE
        low = next(pair.low for pair in _unseen() if pair.name == name)
        with torch.no_grad():
            answer = network.eval()(low.to(next(network.parameters()).device)).cpu()
        return (answer[0, 0, rows, columns].clamp(0, 1) * 255).round().to(torch.uint8).numpy()


def task(name):
    """The task with this name, with the lesson's budget."""
    return {"labels": Labels, "pictures": Pictures}[one_of(name, "task", TASKS)]()


@lru_cache(maxsize=4)
def _labels(budget, which):
    """(soft labels, images, labels) of the training scenes or of those that no training sees."""
    images, labels = (training_scenes if which == "training" else unseen_scenes)(budget)
    one_hot = F.one_hot(labels, len(scenes.CLASS_NAMES)).movedim(-1, 1).float()
    return F.avg_pool2d(one_hot, Labels.factor), images, labels


@lru_cache(maxsize=1)
def _known():
    return pairs(TRAINING)


@lru_cache(maxsize=1)
def _unseen():
    return pairs(HELD_OUT)


@lru_cache(maxsize=1)
def _bicubic_scores():
    return score(partial(bicubic, factor=2), _unseen())


def _label_loss(network, batch):
    soft, images, labels = batch
    return F.cross_entropy(network(soft, images), labels)


@torch.no_grad()
def _classes(network, soft, images, at_once=50):
    """The most likely class of every pixel: numpy, uint8 (N, H, W)."""
    device, was_training = next(network.parameters()).device, network.training
    network.eval()
    parts = [
        network(a.to(device), b.to(device)).argmax(1).to(torch.uint8).cpu()
        for a, b in zip(soft.split(at_once), images.split(at_once), strict=True)
    ]
    network.train(was_training)
    return torch.cat(parts).numpy()


@torch.no_grad()
def mean_arrows(network, count=20):
    """How long the arrows of a LabelEnlarger's flows are, each in pixels of its coarse map: a mean per enlargement.

    Over the first ``count`` test scenes. Its upsamplers must decide a "flow_xy".
    """
    soft, images, _ = (each[:count] for each in _labels(Labels().budget, "unseen"))
    first, second = network.eval().upsamplers
    coarse, fine = network.widen(soft), network.guide(images)
    between = network.halve(fine)
    flows = first.plan(coarse, between), second.plan(first(coarse, between), fine)
    return [float(each["flow_xy"].norm(dim=1).mean()) for each in flows]


# ---- Running and comparing -----------------------------------------------------------------------


class Result(NamedTuple):
    """One contender trained for one task with one seed."""

    task: str
    contender: str
    seed: int
    scores: dict
    parameters: int  # of its upsamplers alone
    seconds: float  # of training, processor time on a CPU
    edge: object  # what it made of the edge that is shown, a numpy array
    stopped: bool


def run(task, contender, seed, make=None, device=None, progress=None):
    """Train and score one contender with one seed: a Result.

    ``contender`` is a name of CONTENDERS or CONTROLS, or any name together with ``make``. The device is the CPU
    unless named.
    """
    if make is None:
        known = CONTENDERS | CONTROLS
        make = known[one_of(contender, "contender", known)]
    network = task.network(make, seed).to(choose_device(device or "cpu"))
    with seeded(seed):  # for layers that draw numbers while they train
        begin = time.process_time()
        history = task.train(network, seed, progress)
        seconds = time.process_time() - begin if history.device == "cpu" else history.seconds
    own = sum(each.numel() for each in network.upsamplers.parameters() if each.requires_grad)
    return Result(
        task.name, contender, seed, task.scores(network), own, seconds, task.edge(network), history.stopped
    )


@kept
def compare(tasks=TASKS, contenders=None, seeds=(0,), device=None, progress=None):
    """Train every contender with every seed for every task: a list of Results, task by task and seed by seed.

    ``tasks`` are names, or tasks with another budget; ``contenders`` names, by default all but the SLOW ones.
    ``progress`` is the title of one bar for all. ■ ends it; the seeds that were finished by then are returned, since
    contenders are compared within a seed.
    """
    names = [name for name in CONTENDERS if name not in SLOW] if contenders is None else list(contenders)
    tasks = [task(each) if isinstance(each, str) else each for each in tasks]
    steps = sum(each.steps for each in tasks) * len(names) * len(seeds)
    results = []
    with tqdm(total=steps, desc=progress) if progress else nullcontext() as bar:
        for each in tasks:
            for seed in seeds:
                of_seed = []
                for name in names:
                    of_seed.append(run(each, name, seed, device=device, progress=bar))
                    if of_seed[-1].stopped:
                        return results
                results += of_seed
    return results


def as_runs(results):
    """Results as dictionaries of numbers and words, as a record holds them; dictionaries stay as they are."""
    return [
        each
        if isinstance(each, dict)
        else {
            "task": each.task, "contender": each.contender, "seed": each.seed, "parameters": each.parameters,
            "seconds": round(each.seconds, 1), **{name: round(value, 3) for name, value in each.scores.items()},
        }
        for each in results
    ]  # fmt: skip


def summary(results, baseline=BASELINE):
    """Rows for ``records.table``: each contender's score, and its gain over the baseline's, seed by seed.

    Results of one task. Only seeds that both have are compared. "gain" is the mean of the differences and "±" their
    standard deviation, "-" for a single seed; "median", "least" and "most" say what one training is worth. The best
    median comes first. Raises ValueError for a contender without a seed in common.
    """
    runs = as_runs(results)
    measure = MEASURES[runs[0]["task"]]
    found = {(each["contender"], each["seed"]): each[measure] for each in runs}
    parameters = {each["contender"]: each["parameters"] for each in runs}
    rows = [
        {"upsampler": name, "parameters": count, **_gains(name, found, baseline, measure)}
        for name, count in parameters.items()
    ]
    return sorted(rows, key=lambda row: -row["median"])


def _gains(name, found, baseline, measure):
    seeds = [seed for contender, seed in found if contender == name and (baseline, seed) in found]
    if not seeds:
        raise ValueError(f"{name!r} is compared with {baseline!r}, which has no seed in common with it.")
    own, base = ([found[each, seed] for seed in seeds] for each in (name, baseline))
    gain, differences = paired(own, base), np.subtract(own, base)
    rounded = {"gain": gain.mean, "±": gain.spread, "median": np.median(differences)}
    rounded |= {"least": differences.min(), "most": differences.max()}
    return {
        measure: round(float(np.mean(own)), 2),
        **{key: round(float(value), 2) + 0.0 if np.isfinite(value) else "-" for key, value in rounded.items()},
        "ahead": "-" if name == baseline else f"{gain.ahead} of {gain.seeds}", "seeds": gain.seeds,
    }  # fmt: skip


# ---- Lesson 12's pyramid -------------------------------------------------------------------------

PYRAMID = {
    "bilinear": UPSAMPLERS["bilinear"],
    "DySample": UPSAMPLERS["DySample"],
    "CARAFE": lambda width: UPSAMPLERS["CARAFE"](width, squeezed=width // 2),
    "gated flow": UPSAMPLERS["gated flow"],
    "FaPN, nothing moved": UPSAMPLERS["FaPN, nothing moved"],
    "FaPN": UPSAMPLERS["FaPN"],
}
"""What lesson 12 did not train in its segmentation network: name -> a function of the width. "nothing moved" is the
control of FaPN: its offsets stay 0 and its masks 1/2, and all its other layers are there."""


class Fused(nn.Module):
    """An upsampler as a fusion of lesson 12: ``fused = fusion(fine, coarse)``."""

    def __init__(self, upsampler):
        super().__init__()
        self.upsampler = upsampler

    def forward(self, fine, coarse):
        return self.upsampler.fused(coarse, fine)


def run_in_pyramid(name, seed, budget=LESSON, progress=None):
    """Train lesson 12's segmentation network with an upsampler of PYRAMID in its fusions: a run as a dictionary."""
    make = PYRAMID[one_of(name, "name", PYRAMID)]
    model = Segmenter(lambda width: Fused(make(width)), seed, width=budget.width, finest=budget.finest)
    begin = time.process_time()
    if train(model, training_scenes(budget), budget, seed, progress).stopped:
        raise KeyboardInterrupt  # half a training is no run
    seconds = time.process_time() - begin
    found = segmentation_score(model, unseen_scenes(budget))
    return {
        "task": "pyramid", "contender": name, "seed": seed, "parameters": parameter_count(model),
        "seconds": round(seconds, 1), **{key: round(100 * value, 3) for key, value in found.items()},
    }  # fmt: skip
