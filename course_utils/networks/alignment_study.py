"""The trainings of lesson 12: the table and the open questions.

    results = compare(seeds=range(3), progress="12 trainings")
    print(table(summary(results)))

Every contender of a seed starts from the same encoder, sees the same batches in the same order and makes the same
number of steps. So contenders are compared seed by seed: what a seed gives to all of them cancels in the difference.
"""

import statistics
from functools import partial
from typing import NamedTuple

import torch
from tqdm.auto import tqdm

from course_utils import alignment
from course_utils.networks.alignment import fetch_between_corners
from course_utils.networks.alignment_bugs import as_in_alignseg, mixed_conventions
from course_utils.networks.controls import FineBranch, Gate, Residual, Scaled, ShiftedFlow, unadded
from course_utils.networks.kept import kept
from course_utils.networks.registration import (
    GlobalAffine,
    GlobalShift,
    OneBranch,
    PartialFlow,
    SparseFlow,
)
from course_utils.networks.segmentation import (
    FUSIONS,
    LESSON,
    SCORES,
    Segmenter,
    parameter_count,
    score,
    train,
    training_scenes,
    unseen_scenes,
)
from course_utils.networks.training import choose_device
from course_utils.validation import one_of


class Contender(NamedTuple):
    """What a network is made of, where contenders may differ."""

    fusion: object  # a function of the width that makes one fusion
    down: str = "3x3"  # the strided convolutions, see segmentation.DOWN
    mode: str = "bilinear"  # how logits are enlarged, see alignment.enlarge
    baseline: str = "bilinear"  # the contender that it is compared with


TABLE = tuple(FUSIONS)

CONTENDERS = {
    **{name: Contender(fusion) for name, fusion in FUSIONS.items()},
    "flow at 1 place in 16": Contender(partial(SparseFlow, spacing=4)),
    "flow at the steepest quarter": Contender(partial(PartialFlow, share=0.25)),
    "known shift": Contender(partial(GlobalShift, shift_xy=(0.25, 0.25), learned=False)),
    "known shift, reversed": Contender(partial(GlobalShift, shift_xy=(-0.25, -0.25), learned=False)),
    "one learned shift": Contender(GlobalShift),
    "one learned affine map": Contender(GlobalAffine),
    "4x4, bilinear": Contender(FUSIONS["bilinear"], "4x4", baseline="4x4, bilinear"),
    "4x4, flow": Contender(FUSIONS["flow"], "4x4", baseline="4x4, bilinear"),
    "5x5, bilinear": Contender(FUSIONS["bilinear"], "5x5", baseline="5x5, bilinear"),
    "5x5, flow": Contender(FUSIONS["flow"], "5x5", baseline="5x5, bilinear"),
    "corners, bilinear": Contender(
        partial(FUSIONS["bilinear"], mode="corners"), mode="corners", baseline="corners, bilinear"
    ),
    "corners, flow": Contender(
        partial(FUSIONS["flow"], fetch=fetch_between_corners, mode="corners"),
        mode="corners",
        baseline="corners, bilinear",
    ),
    "scaled": Contender(Scaled),
    "gate": Contender(Gate),
    "residual": Contender(Residual),
    "known shift + flow": Contender(ShiftedFlow, baseline="known shift"),
    "two-branch, fine alone": Contender(FineBranch),
    "not added, bilinear": Contender(unadded(FUSIONS["bilinear"]), baseline="not added, bilinear"),
    "not added, gate": Contender(unadded(Gate), baseline="not added, bilinear"),
    "not added, flow": Contender(unadded(FUSIONS["flow"]), baseline="not added, bilinear"),
    "two-branch, coarse alone": Contender(OneBranch),
    "flow, grids mixed up": Contender(partial(FUSIONS["flow"], fetch=mixed_conventions)),
    "two-branch, as first published": Contender(partial(FUSIONS["two-branch"], fetch=as_in_alignseg)),
}
"""All that was ever trained for the lesson: name -> Contender.

"known shift" is the arithmetic of lesson 12: after a 3x3 convolution of stride 2, feature i of the coarse map sits at
feature 2 i of the fine one, and upsampling reads it a quarter of a coarse pixel too far left and too high. "corners"
enlarges with align_corners=True everywhere: this offset is 0 at the first feature, and a fine pixel at the last one.
"""

QUESTIONS = {
    "some points": ("bilinear", "flow", "flow at 1 place in 16", "flow at the steepest quarter"),
    "another registration": (
        "bilinear", "known shift", "one learned shift", "one learned affine map", "flow",
    ),
    "where from": ("bilinear", "flow", "4x4, bilinear", "4x4, flow"),
    "which part": ("bilinear", "flow", "two-branch, coarse alone", "two-branch"),
    "what the bugs cost": (
        "bilinear", "flow", "flow, grids mixed up", "two-branch", "two-branch, as first published",
    ),
}  # fmt: skip
"""The open questions of the lesson: name -> the contenders that answer it."""

CONTROLS = {
    "weights without displacement": ("bilinear", "scaled", "residual", "gate", "flow"),
    "each branch": ("bilinear", "two-branch, fine alone", "two-branch, coarse alone", "two-branch"),
    "the known shift": ("bilinear", "known shift, reversed", "known shift", "flow", "known shift + flow"),
    "kernels": ("bilinear", "flow", "5x5, bilinear", "5x5, flow", "4x4, bilinear", "4x4, flow"),
    "offsets that grow": ("bilinear", "flow", "corners, bilinear", "corners, flow"),
    "the fine map steers and is not added": ("not added, bilinear", "not added, gate", "not added, flow"),
}
"""What else could explain a gain: name -> the contenders that tell it apart."""


class Result(NamedTuple):
    """One training."""

    contender: str
    seed: int
    scores: dict  # the keys are segmentation.SCORES
    parameters: int
    seconds: float
    flow: dict  # see flow_report
    model: torch.nn.Module


@kept
def compare(
    seeds=range(3), contenders=TABLE, budget=LESSON, device=None, progress=None, film=None, scene_set=0
):
    """Train every contender with every seed: a list of ``Result``, seed by seed.

    ``progress`` is the title of one bar for all. ■ ends it; the seeds that were finished by then are returned, since
    a contender is compared within its seed. ``film`` (``alignment_pictures.new_film()``) is filled while the first
    seed learns. The default device is the CPU, which gives the same result every time. ``scene_set`` 1, 2, ... are
    other scenes, for training and for the scores.
    """
    contenders = [one_of(name, "contenders", tuple(CONTENDERS)) for name in contenders]
    device = choose_device(device or "cpu")
    known, unseen = training_scenes(budget, scene_set), unseen_scenes(budget, scene_set)
    results = []
    with tqdm(
        total=len(contenders) * len(seeds) * budget.steps, desc=progress, disable=progress is None
    ) as bar:
        for seed in seeds:
            of_seed = []
            for name in contenders:
                model = network(name, seed, budget).to(device)
                watch = film.watching(name) if film is not None and seed == seeds[0] else None
                history = train(model, known, budget, seed, bar, watch)
                if history.stopped:
                    return results
                of_seed.append(_result(name, seed, model, unseen, history.seconds))
            results += of_seed
    return results


def network(name, seed=0, budget=LESSON):
    """The contender's network before training: a ``Segmenter``."""
    contender = CONTENDERS[one_of(name, "name", tuple(CONTENDERS))]
    return Segmenter(
        contender.fusion,
        seed,
        width=budget.width,
        down=contender.down,
        finest=budget.finest,
        mode=contender.mode,
    )


def _result(name, seed, model, unseen, seconds):
    flow = flow_report(model, unseen.images[:50])
    return Result(name, seed, score(model, unseen), parameter_count(model), seconds, flow, model)


# ---- Tables --------------------------------------------------------------------------------------


def summary(results, baseline=None, scores=SCORES[:3]):
    """Rows for ``table``: a row for each contender, means over the seeds in percent.

    "±" is the standard deviation over the seeds. "gain" is mean IoU minus the baseline's of the same seed, its "±"
    the standard deviation of these differences, "error" the standard error of their mean, and "ahead" says in how
    many seeds it is above 0. The baseline is each contender's own (bilinear addition after an encoder of the same
    kind, unless ``CONTENDERS`` says otherwise), or the one named.
    """
    runs = as_runs(results)
    measured = {(run["contender"], run["seed"]): run["mean IoU"] for run in runs}
    rows = []
    for name in dict.fromkeys(run["contender"] for run in runs):
        base, own = baseline or CONTENDERS[name].baseline, [run for run in runs if run["contender"] == name]
        if any((base, run["seed"]) not in measured for run in own):
            raise ValueError(
                f"{name!r} is compared with {base!r}, which was not trained with the same seeds."
            )
        gains = [100 * (run["mean IoU"] - measured[base, run["seed"]]) for run in own]
        row = {"fusion": name, "parameters": own[0]["parameters"]}
        for each in scores:
            mean, spread = _mean_and_spread([100 * run[each] for run in own])
            row |= {each: mean, f"± {each}": spread}
        gain, spread = _mean_and_spread(gains)
        ahead = f"{sum(each > 0 for each in gains)} of {len(gains)}"
        error = round(spread / len(gains) ** 0.5, 2) if len(gains) > 1 else "-"
        rows.append(
            row | {"gain": gain, "± gain": spread, "error": error, "ahead": "-" if name == base else ahead}
        )
    return rows


def per_class(results):
    """Rows for ``table``: the IoU of each class, means over the seeds in percent."""
    return [
        {"fusion": row["fusion"]} | {name.removeprefix("IoU "): row[name] for name in SCORES[3:]}
        for row in summary(results, as_runs(results)[0]["contender"], SCORES[3:])
    ]


def flows_learned(results):
    """Rows for ``table``: the flow of the coarse map at each stride, in image pixels, means over the seeds."""
    rows, results = [], as_runs(results)
    for name in dict.fromkeys(run["contender"] for run in results):
        reports = [run["flow"] for run in results if run["contender"] == name]
        for stride in reports[0]:
            parts = {key: [report[stride][key] for report in reports] for key in ("x", "y", "length")}
            row = {"fusion": name, "onto stride": int(stride)}
            for key, values in parts.items():
                mean, spread = _mean_and_spread(values)
                row |= {f"mean {key}": mean, f"± {key}": spread}
            rows.append(row)
    return rows


def as_runs(results):
    """Results as dictionaries of numbers and words, as a record holds them."""
    return [
        each
        if isinstance(each, dict)
        else {
            "contender": each.contender, "seed": each.seed, "parameters": each.parameters,
            **{name: round(each.scores[name], 5) for name in SCORES},
            "flow": each.flow,
        }
        for each in results
    ]  # fmt: skip


def _mean_and_spread(values):
    spread = round(statistics.stdev(values), 2) if len(values) > 1 else "-"
    return round(statistics.mean(values), 2), spread


# ---- What was learned ----------------------------------------------------------------------------


def flow_report(model, images):
    """The coarse map's flow in image pixels, over all places of all images: {stride: {"x", "y", "length"}}.

    x and y are means: what all places have in common. length is the mean length of the arrows.
    """
    model.eval()
    with torch.no_grad():
        flows = model.flows(images.to(next(model.parameters()).device))
    return {
        str(stride): {
            "x": round(float(flow["coarse"][:, 0].mean()), 3),
            "y": round(float(flow["coarse"][:, 1].mean()), 3),
            "length": round(float(flow["coarse"].norm(dim=1).mean()), 3),
        }
        for stride, flow in flows.items()
        if "coarse" in flow
    }


def flow_kept(model, data, shares=(0.0, 0.05, 0.1, 0.25, 0.5, 1.0), where="edges"):
    """A trained "flow" network scored with its flow kept at a share of the places and 0 elsewhere: [mean IoU, ...].

    Nothing is trained anew: it tells which of the arrows matter.
    """
    partly = Segmenter(
        partial(PartialFlow, where=where), width=model.head[1].in_channels, finest=2 << model.first
    )
    partly.load_state_dict(model.state_dict())
    result = []
    for share in shares:
        for fusion in partly.fusions:
            fusion.share = share
        result.append(score(partly, data)["mean IoU"])
    return result


@torch.no_grad()
def tips_in_own_region(model, data, near=4):
    """Where the arrows of the coarse map's flow end: the share of the tips that are in the class of their own place.

    Places are those of the finest fusion whose class changes within ``near`` pixels. Shares from 0 to 1: of
    the "learned" arrows and, to compare, of "another scene", of themselves "turned" by 90 degrees, and "reversed".
    """
    stride = min(model.eval().flows(data.images[:1]))
    flows = model.flows(data.images)[stride]["coarse"].movedim(1, -1).cpu().numpy()
    return {
        kind: alignment.share_in_own_region(data.labels.numpy(), each, stride, near)
        for kind, each in alignment.with_comparisons(flows).items()
    }
