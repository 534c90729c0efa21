"""The trainings of lesson 13: colors at half the size, enlarged with the gray picture in full size at hand.

    results = compare(("DySample", "flow"), seeds=(0,), progress="2 trainings")
    print(table(summary(results)))
    decided(results[0].network, explored("photo"))     # what it decides at every pixel

It is what a JPEG file leaves to be done: many keep the color at half the size, and the brightness at the full one.
A small network adds features to the colors and to the gray; an upsampler decides from both, or from the coarse map
alone, how to read; and what it reads are the colors themselves. So every color of the answer is a weighted sum of
colors that were there, and one can point at them.
"""

import statistics
from contextlib import nullcontext
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from tqdm.auto import tqdm

from course_utils.images import GRAY, picture, psnr
from course_utils.networks.alignment import enlarge
from course_utils.networks.kept import kept
from course_utils.networks.segmentation import TEST_SEEDS, parameter_count
from course_utils.networks.taps import points
from course_utils.networks.training import fit, predict, seeded
from course_utils.networks.upsamplers import UPSAMPLERS, GatedFlow
from course_utils.sampling import Decision, bilinear_decision
from course_utils.scenes import scenes
from course_utils.validation import one_of, whole_number

WIDTH = 16
STEPS = 300
RATE = 5e-3
RATES = {"CARAFE": 3e-4}
"""The largest rate of a contender that cannot take RATE. CARAFE's softmax would put all of a kernel's weight on one
tap within the first steps, and from there no gradient leads back."""

BATCH, PATCH = 8, 48

CONTENDERS = {
    "bilinear": {},
    "CARAFE": {"squeezed": WIDTH},
    "DySample": {"groups": 1},
    "flow": {"zero_start": True},
    "gated flow": {"zero_start": True, "pooled": False},
    "deformable, shared": {},
}
"""Names of UPSAMPLERS and their options: what reads all channels alike, so that colors stay colors."""

SCALED = "bilinear × gray"
CONTROLS = {SCALED: {}, "flow, blind": {"zero_start": True}, "deformable, a mean": {}}
"""What tells causes apart: scaling without any network, a flow that does not see the gray, a deformable convolution
that cannot scale."""


class ColorEnlarger(nn.Module):
    """Colors (N, 3, h, w) and gray (N, 1, 2 h, 2 w) -> colors (N, 3, 2 h, 2 w).

    All that contenders have in common is made first, so that one seed gives all of them the same features.
    """

    def __init__(self, name, seed=0, **options):
        super().__init__()
        self.name = name
        with seeded(seed):
            self.context, self.guide = _features(3), _features(1)
            options = (CONTENDERS | CONTROLS).get(name, {}) | options
            self.upsampler = UPSAMPLERS[one_of(name, "name", tuple(UPSAMPLERS))](WIDTH, **options)

    def maps(self, colors, gray):
        """The coarse map, its first three channels the colors, and the fine map, its first three the gray."""
        coarse = torch.cat([colors, self.context(colors)], dim=1)
        return coarse, torch.cat([gray.expand(-1, 3, -1, -1), self.guide(gray)], dim=1)

    def forward(self, colors, gray):
        coarse, fine = self.maps(colors, gray)
        # A gate leaves room for the fine map: without it the answer would be too dark.
        enlarge = self.upsampler.fused if isinstance(self.upsampler, GatedFlow) else self.upsampler
        return enlarge(coarse, fine)[:, :3]


class Scaled(ColorEnlarger):
    """Bilinear colors, each pixel scaled until its gray is the one that is known. Nothing is learned."""

    def __init__(self, seed=0):
        super().__init__("bilinear", seed)
        self.name = SCALED

    def forward(self, colors, gray):
        larger = enlarge(colors, gray.shape[-2:])
        return larger * gray / gray_of(larger).clamp(min=1 / 255)  # black has no color to scale


def network(name, seed=0):
    """The network of a name of CONTENDERS or CONTROLS, before training."""
    return Scaled(seed) if name == SCALED else ColorEnlarger(name, seed)


def gray_of(pictures):
    """The gray (N, 1, H, W) of pictures (N, 3, H, W).

    >>> gray_of(torch.tensor([1.0, 0.0, 0.0]).reshape(1, 3, 1, 1)).item()
    0.29...
    """
    return torch.einsum("c,nchw->nhw", torch.tensor(GRAY, dtype=pictures.dtype), pictures)[:, None]


def _features(channels):
    return nn.Sequential(
        nn.Conv2d(channels, WIDTH, 3, padding=1), nn.ReLU(),
        nn.Conv2d(WIDTH, WIDTH - 3, 3, padding=1), nn.ReLU(),
    )  # fmt: skip


# ---- Pictures ------------------------------------------------------------------------------------


class Task(NamedTuple):
    """Pictures to enlarge, all of one size."""

    colors: torch.Tensor  # (N, 3, h, w), each the mean of 2 x 2 pixels
    gray: torch.Tensor  # (N, 1, 2 h, 2 w)
    truth: torch.Tensor  # (N, 3, 2 h, 2 w), 0 to 1


def task(truth):
    """The Task of pictures (N, 3, 2 h, 2 w): their colors averaged over 2 x 2 pixels, and their gray as it is."""
    return Task(F.avg_pool2d(truth, 2), gray_of(truth), truth)


def _photo(name):
    """A photo at half its size, where edges are as sharp as pixels allow: (3, H, W), 0 to 1."""
    image = torch.tensor(picture(name), dtype=torch.float32).movedim(-1, 0) / 255
    height, width = (n // 4 * 4 for n in image.shape[1:])
    return F.avg_pool2d(image[:, :height, :width], 2)


def _scenes(count, first_seed):
    images, _ = scenes(count, (64, 64), difficulty=0.4, first_seed=first_seed, pole_width=0.045)
    return torch.tensor(images, dtype=torch.float32).movedim(-1, 1)


def training_pictures():
    """Two photos and 40 scenes, a list of (3, H, W)."""
    return [_photo("coffee"), _photo("astronaut"), *_scenes(40, 0)]


def unseen():
    """What no training sees: {"scenes": Task of 20, "photo": Task of one, the cat}."""
    return {
        "scenes": task(_scenes(20, TEST_SEEDS)),
        "photo": task(_photo("chelsea")[None, :, 20:148, 20:212]),
    }


EXPLORED = {"scene": (0, 8, 8), "photo": (None, 26, 64)}
"""The part of 48 x 48 pixels that the explorers show: (number of the unseen scene, top, left)."""


def explored(kind, size=48):
    """A Task of one small picture, "scene" or "photo", that no training sees."""
    number, top, left = EXPLORED[one_of(kind, "kind", tuple(EXPLORED))]
    whole = _photo("chelsea") if number is None else _scenes(1, TEST_SEEDS + number)[0]
    return task(whole[None, :, top : top + size, left : left + size])


def patches(pictures, seed, count=BATCH, size=PATCH):
    """Tasks without end: ``count`` patches of random places, mirrored at random; every other one of a photo."""
    whole_number(seed, "seed", 0)
    return _endless(pictures, np.random.default_rng(seed), count, size)


def _endless(pictures, random, count, size):
    photos, drawn = pictures[:2], pictures[2:]
    while True:
        cut = []
        for i in range(count):
            kind = photos if i % 2 else drawn
            whole = kind[random.integers(len(kind))]
            top, left = (random.integers(n - size + 1) for n in whole.shape[1:])
            part = whole[:, top : top + size, left : left + size]
            cut.append(part.flip(2) if random.integers(2) else part)
        yield task(torch.stack(cut))


# ---- Training ------------------------------------------------------------------------------------


class Result(NamedTuple):
    """One training of one contender."""

    contender: str
    seed: int
    network: nn.Module
    scores: dict  # "scenes" and "photo" -> dB
    seconds: float


FIXED = ("bilinear", SCALED)
"""What has no weight that could be trained."""


def train(network, seed=0, steps=STEPS, pictures=None, progress=None):
    """Adam on the mean squared error of the colors, one cycle of the rate: the History of ``fit``.

    A contender without weights that count, such as bilinear, is left as it is.
    """
    pictures = training_pictures() if pictures is None else pictures
    rate = RATES.get(network.name, RATE)
    optimizer = torch.optim.Adam(network.parameters(), lr=rate)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, max(steps, 2))
    return fit(network, _loss, patches(pictures, seed), optimizer, steps, progress, cycle)


def _loss(network, batch):
    colors, gray, truth = batch
    return F.mse_loss(network(colors, gray), truth)


def score(network, tasks=None):
    """{"scenes", "photo": PSNR in dB, of the colors of what no training sees}."""
    result = {}
    for name, each in (unseen() if tasks is None else tasks).items():
        answer = predict(_Given(network, each.gray), each.colors)
        result[name] = psnr(answer.clamp(0, 1).double().numpy(), each.truth.double().numpy(), peak=1)
    return result


class _Given(nn.Module):
    """A network with its gray picture at hand, as a function of the colors alone."""

    def __init__(self, network, gray):
        super().__init__()
        self.network, self.gray = network, gray

    def forward(self, colors):
        return self.network(colors, self.gray)


@kept
def compare(contenders=tuple(CONTENDERS), seeds=(0,), steps=STEPS, progress=None):
    """Train every contender with every seed; a list of Results. A seed sets the weights and the patches.

    ``progress`` is the title of one bar for all; ■ ends it, and what was trained by then is returned.
    """
    names = [one_of(name, "contenders", (*CONTENDERS, *CONTROLS)) for name in contenders]
    pictures, tasks, results = training_pictures(), unseen(), []
    learning = sum(name not in FIXED for name in names)
    bar = tqdm(total=learning * len(seeds) * steps, desc=progress) if progress else nullcontext()
    with bar as shared:
        for seed in seeds:
            for name in names:
                made, seconds = network(name, seed), 0.0
                if name not in FIXED:
                    history = train(made, seed, steps, pictures, shared)
                    seconds = history.seconds
                    if history.stopped:
                        return results
                results.append(Result(name, seed, made, score(made, tasks), seconds))
    return results


def as_runs(results):
    """Results as dictionaries of numbers and words, as a record holds them; dictionaries stay as they are."""
    return [
        each
        if isinstance(each, dict)
        else {
            "upsampler": each.contender, "seed": each.seed,
            "parameters": parameter_count(each.network.upsampler), "seconds": round(each.seconds, 1),
            **{f"{kind} dB": round(value, 3) for kind, value in each.scores.items()},
        }
        for each in results
    ]  # fmt: skip


def summary(results):
    """Rows for ``table``: the upsampler's own parameters, and PSNR in dB, means over the seeds and their spread."""
    rows, results = [], as_runs(results)
    for name in dict.fromkeys(each["upsampler"] for each in results):
        runs = [each for each in results if each["upsampler"] == name]
        row = {"upsampler": name, "parameters": runs[0]["parameters"]}
        for kind in ("scenes", "photo"):
            values = [each[f"{kind} dB"] for each in runs]
            row[f"{kind} dB"] = round(statistics.mean(values), 2)
            row[f"± {kind}"] = round(statistics.stdev(values), 2) if len(values) > 1 else "-"
        row["seeds"] = len(runs)
        rows.append(row)
    return rows


# ---- What it decides -----------------------------------------------------------------------------


@torch.no_grad()
def decided(network, each):
    """What a network decides for a Task of one picture, as arrays: a ``sampling.Decision``."""
    network.eval()
    upsampler, (coarse, fine) = network.upsampler, network.maps(each.colors, each.gray)
    if getattr(upsampler, "mode", None) == "bilinear":
        return bilinear_decision(coarse.shape[-2:], fine.shape[-2:])
    plan = {name: value[0].double().numpy() for name, value in upsampler.plan(coarse, fine).items()}
    in_size_hw = tuple(coarse.shape[-2:])
    if "kernels" in plan:
        return Decision(in_size_hw, kernels=plan["kernels"])
    places = points(upsampler, coarse, fine)
    if places is None:
        raise ValueError(f"{type(upsampler).__name__} chooses neither kernels nor points.")
    places = places[0].double().numpy()
    if "mask" in plan:
        weights = plan["mask"][0] * upsampler.taps.double().numpy()[:, None, None]
        return Decision(in_size_hw, points_xy=places, weights=weights, enlarged=True)
    if "gate" in plan:
        rest = upsampler.kept(fine, upsampler.plan(coarse, fine))[0, 0].double().numpy()  # of the gray
        return Decision(
            in_size_hw, points_xy=places, weights=plan["gate"], kept=1 - plan["gate"][0], rest=rest
        )
    return Decision(in_size_hw, points_xy=places)
