"""Films: pictures of networks while they learn, as plain arrays, and those that are recorded in data/.

It was recorded by ``python -m data.alignment_table film --record``, and is read without torch. So are the patterns of
lesson 09, of ``python -m data.checkerboards --record``.
"""

import json
from dataclasses import dataclass, field

import numpy as np

from course_utils.files import DATA
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
