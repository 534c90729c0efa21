"""Films: pictures of networks while they learn, as plain arrays, and those that are recorded in data/.

It was recorded by ``python -m data.alignment_table film --record``, and is read without torch. So are the patterns of
lesson 09, of ``python -m data.checkerboards --record``, and what the upsamplers of lesson 13 decide, of
``python -m data.learned_sampling --record``.
"""

import base64
import json
import zlib
from dataclasses import dataclass, field, replace

import numpy as np

from course_utils.files import DATA
from course_utils.images import GRAY
from course_utils.sampling import fresh_decision
from course_utils.scenes import scenes

RECORD = DATA / "alignment_film.json"


@dataclass(frozen=True, eq=False)
class Film:
    """Pictures of contenders at some moments of their training. n scenes of H × W, flows in image pixels, x before y.

    images        (n, H, W, 3), 0 to 1
    labels        (n, H, W), the true classes
    steps         of training, at which pictures were taken
    predictions   contender -> (step, n, H, W)
    flows         contender -> {stride of the fine map: {"coarse" or "fine": (step, n, h, w, 2)}}
    shares        contender -> {stride of the fine map: {"coarse" or "fine": (n, classes, h, w)}}: the class shares
                  that can be read off the two maps at the last step, the coarse one at half the size; {} where
                  nobody read them
    """

    images: np.ndarray
    labels: np.ndarray
    steps: tuple[int, ...]
    predictions: dict
    flows: dict
    shares: dict = field(default_factory=dict)


def recorded_film() -> Film:
    """Lesson 12's "flow" network, trained with seed 0, on the first three test scenes, when it has learned."""
    result = json.loads(RECORD.read_text(encoding="utf-8"))["result"]
    images, labels = scenes(**result["scenes"])
    name, stride = result["contender"], result["stride"]
    flow = np.moveaxis(np.array(result["flow"]), 1, -1)
    predicted = np.array([[list(map(int, row)) for row in each] for each in result["predictions"]], np.uint8)
    return Film(
        images,
        labels,
        tuple(result["steps"]),
        {name: predicted[None]},
        {name: {stride: {"coarse": flow[None]}}},
        {name: {stride: {which: np.array(each) for which, each in result["shares"].items()}}},
    )


@dataclass(frozen=True, eq=False)
class Patterns:
    """What flat pictures become, far from the border, at some moments of the training of layers that double the size.

    steps      of training
    grays      of the flat pictures, 0 to 1
    answers    layer -> (step, gray, 2, 2): the four phases, in gray levels of 255
    """

    steps: tuple[int, ...]
    grays: tuple[float, ...]
    answers: dict


def recorded_patterns() -> Patterns:
    """Lesson 09's layers, trained with seed 0."""
    result = json.loads((DATA / "checkerboards.json").read_text(encoding="utf-8"))["result"]
    answers = {layer: np.array(film) for layer, film in result["film"].items()}
    return Patterns(tuple(result["film steps"]), tuple(result["flat pictures"]), answers)


@dataclass(frozen=True, eq=False)
class Enlarged:
    """A small picture, and what upsamplers decide for it before and after they have learned.

    colors      (3, h, w), 0 to 1: what is read
    truth       (H, W, 3), 0 to 1: what should come out
    decisions   upsampler -> {"before", "after": Decision}
    """

    colors: np.ndarray
    truth: np.ndarray
    decisions: dict


PARTS = {"kernels": 1 / 255, "points_xy": 1 / 500, "weights": 1 / 1000, "kept": 1 / 255, "rest": 1 / 255}
"""What of a Decision is recorded, and the unit of its whole numbers."""


def packed(array, unit):
    """Numbers as whole multiples of ``unit``, zipped, as text: {"unit", "shape", "data"}, for a record.

    >>> unpacked(packed(np.array([[0.5, -0.26]]), 0.25))
    array([[ 0.5 , -0.25]])
    """
    whole = np.rint(np.asarray(array) / unit).astype("<i2")
    text = base64.urlsafe_b64encode(zlib.compress(whole.tobytes(), 9)).decode()
    return {"unit": unit, "shape": list(whole.shape), "data": text}


def unpacked(record):
    """What ``packed`` was given, up to half a unit: float64."""
    whole = np.frombuffer(zlib.decompress(base64.urlsafe_b64decode(record["data"])), "<i2")
    return whole.reshape(record["shape"]) * record["unit"]


def packed_decision(name, decision):
    """A Decision for a record; its points as steps away from those before learning."""
    fresh = fresh_decision(name, decision.in_size_hw)
    parts = {part: getattr(decision, part) for part in PARTS}
    if parts["points_xy"] is not None:
        parts["points_xy"] = parts["points_xy"] - fresh.points_xy
    return {part: packed(value, PARTS[part]) for part, value in parts.items() if value is not None}


def unpacked_decision(name, in_size_hw, record):
    """What ``packed_decision`` was given, up to its units; kernels sum to 1 again."""
    fresh = fresh_decision(name, in_size_hw)
    parts = {part: unpacked(each) for part, each in record.items()}
    if "points_xy" in parts:
        parts["points_xy"] = parts["points_xy"] + fresh.points_xy
    if "kernels" in parts:
        parts["kernels"] = parts["kernels"] / parts["kernels"].sum(axis=0)
    return replace(fresh, **parts)


def recorded_decisions() -> dict[str, Enlarged]:
    """What the upsamplers of lesson 13 decide, trained with seed 0, for "scene" and "photo"."""
    result = json.loads((DATA / "learned_sampling.json").read_text(encoding="utf-8"))["result"]
    found = {}
    for kind, each in result["pictures"].items():
        truth = np.array(unpacked(each["truth"]))
        colors = truth.reshape(len(truth) // 2, 2, -1, 2, 3).mean(axis=(1, 3)).transpose(2, 0, 1)
        size_hw = colors.shape[1:]
        decisions = {
            name: {
                "before": fresh_decision(name, size_hw),
                "after": unpacked_decision(name, size_hw, decided),
            }
            for name, decided in each["decisions"].items()
        }
        for name, pair in decisions.items():  # before learning the gate lets half of the gray through
            if name == "gated flow":
                pair["before"] = replace(pair["before"], rest=truth @ GRAY / 2)
        found[kind] = Enlarged(colors, truth, decisions)
    return found
