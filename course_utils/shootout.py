"""Comparing contenders that were trained with the same seeds: differences within a seed, ranks, what nothing beats.

Words used in lesson 14
    contender   what is compared; all contenders of a seed begin alike and see the same batches
    score       one number for a training, more is better; ``scores`` holds one for each seed
    paired      the difference of two scores of one seed: what the seed gives to both is not in it
    spread      the standard deviation over the seeds, with n - 1
    front       the contenders that no other one beats in score without costing more
"""

import json
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from course_utils.files import DATA
from course_utils.validation import finite_array, one_of, plain_array

TASKS = ("labels", "pictures")
"""Task A of lesson 14, labels enlarged along a photo, and task B, pictures enlarged."""

COSTS = {
    "parameters": "parameters",
    "multiply-adds": "multiply-adds per output",
    "memory": "peak MB",
    "time": "ms",
}
"""What an upsampler costs: name -> unit."""


class Paired(NamedTuple):
    """How far one contender is above another, seed by seed."""

    mean: float
    spread: float  # of the differences; NaN for a single seed
    error: float  # of the mean: spread / sqrt(seeds)
    ahead: int  # seeds with a difference above 0
    seeds: int

    @property
    def believable(self) -> bool:
        """Is the mean more than 2.5 errors from 0, or with three seeds 4? With fewer seeds nothing is.

        A rule of thumb for six to ten seeds: Student's t at 5 % is 2.57 for six, 2.26 for ten, and 4.30 for three.

        >>> paired([81.0, 84.0, 82.5], [80.0, 82.5, 82.0]).believable
        False
        """
        return self.seeds > 2 and abs(self.mean) > (4 if self.seeds == 3 else 2.5) * self.error


def paired(ours, theirs) -> Paired:
    """The differences ``ours - theirs`` of scores with the same seeds in the same order, summed up.

    >>> paired([81.0, 84.0, 82.5], [80.0, 82.5, 82.0])
    Paired(mean=1.0, spread=0.5, error=0.2886751345948129, ahead=3, seeds=3)
    """
    ours, theirs = finite_array(ours, "ours", 1), finite_array(theirs, "theirs", 1)
    if ours.shape != theirs.shape:
        raise ValueError(
            f"ours and theirs must hold a score for each of the same seeds; got {len(ours)} and {len(theirs)}."
        )
    differences, count = ours - theirs, len(ours)
    spread = float(np.std(differences, ddof=1)) if count > 1 else float("nan")
    ahead = int(np.count_nonzero(differences > 0))
    return Paired(float(differences.mean()), spread, spread / count**0.5, ahead, count)


def ranks(scores) -> np.ndarray:
    """The place of each contender within each seed, 1 for the best: (contenders, seeds), as ``scores``.

    Equal scores share the better place.

    >>> ranks([[3.0, 1.0], [2.0, 1.0], [5.0, 0.0]])
    array([[2, 1],
           [3, 1],
           [1, 3]])
    """
    scores = finite_array(scores, "scores", 2)
    return 1 + (scores[None] > scores[:, None]).sum(axis=1)


class Place(NamedTuple):
    """Where somebody who comes in afterwards stands: 1 is the best."""

    median: int  # of the median gain
    best: int  # of the seed with the largest gain, and of that with the smallest
    worst: int
    count: int  # contenders, the newcomer among them

    def __str__(self):
        between = f" ({self.best} to {self.worst} by seed)" if self.best != self.worst else ""
        return f"place {self.median}{between} of {self.count}"


def place(gains, others) -> Place:
    """The place of somebody with these gains, one for each seed, among the median gains of ``others``.

    >>> str(place([1.0, 3.0], [0.0, 1.5, 2.5, 4.0]))
    'place 3 (2 to 4 by seed) of 5'
    """
    gains, others = finite_array(gains, "gains", 1), finite_array(others, "others", 1)
    median, best, worst = (
        1 + int(np.count_nonzero(others > each)) for each in (np.median(gains), gains.max(), gains.min())
    )
    return Place(median, best, worst, len(others) + 1)


def front(costs, gains) -> np.ndarray:
    """Which contenders nobody beats: bool (contenders,). ``costs`` (less is better) and ``gains`` (more is better).

    A contender is beaten by one that costs no more and gains no less, and is better in one of the two.

    >>> front([1, 2, 2, 3], [5.0, 7.0, 6.0, 7.0])
    array([ True,  True, False, False])
    """
    costs, gains = finite_array(costs, "costs", 1), finite_array(gains, "gains", 1)
    if costs.shape != gains.shape:
        raise ValueError(f"costs and gains must be as many; got {len(costs)} and {len(gains)}.")
    no_worse = (costs[:, None] <= costs) & (gains[:, None] >= gains)  # [i, j]: i is no worse than j
    better = (costs[:, None] < costs) | (gains[:, None] > gains)
    return ~(no_worse & better).any(axis=0)


def between(values, worst, best) -> np.ndarray:
    """Where each value stands from ``worst``, 0, to ``best``, 1; beyond them it is cut.

    >>> between([10, 30, 90], worst=10, best=50)
    array([0. , 0.5, 1. ])
    """
    values = plain_array(values, "values").astype(float)
    if worst == best:
        return np.ones_like(values)
    return np.clip((values - worst) / (best - worst), 0, 1)


def worth(marks, weights) -> np.ndarray:
    """The weighted mean of marks from 0 to 1: (contenders,) from ``marks`` (contenders, criteria).

    >>> worth([[1.0, 0.0], [0.5, 0.5]], [3, 1])
    array([0.75, 0.5 ])
    """
    marks, weights = finite_array(marks, "marks", 2), finite_array(weights, "weights", 1)
    if marks.shape[1] != len(weights) or (weights < 0).any() or not weights.sum():
        raise ValueError(
            f"weights must be one for each of the {marks.shape[1]} criteria, none below 0 and not all 0; got "
            f"{weights.tolist()}."
        )
    return marks @ weights / weights.sum()


# ---- What was recorded ---------------------------------------------------------------------------


def recorded(part):
    """What ``python -m data.shootout --record`` wrote of a part, read without torch: a dictionary with "rows".

    Parts are the tasks "labels" and "pictures"; "pyramid", the upsamplers in lesson 12's network; "costs"; "speeds".
    """
    one_of(part, "part", (*TASKS, "pyramid", "costs", "speeds"))
    return json.loads((DATA / f"shootout_{part}.json").read_text(encoding="utf-8"))["result"]


def as_text(picture) -> list[str]:
    """A small picture, uint8 (height, width), as a line of hexadecimal digits for each row.

    >>> as_text(np.array([[0, 255], [16, 1]], np.uint8))
    ['00ff', '1001']
    """
    picture = plain_array(picture, "picture")
    if picture.dtype != np.uint8 or picture.ndim != 2:
        raise ValueError(f"picture must be uint8 (height, width); got {picture.dtype} {picture.shape}.")
    return [row.tobytes().hex() for row in picture]


def from_text(lines) -> np.ndarray:
    """The picture that ``as_text`` wrote.

    >>> from_text(["00ff", "1001"])
    array([[  0, 255],
           [ 16,   1]], dtype=uint8)
    """
    return np.array([list(bytes.fromhex(line)) for line in lines], np.uint8)


class Typical(NamedTuple):
    """What one training gains over bilinear with the same seed: half of the trainings more than the median."""

    median: float
    least: float
    most: float
    seeds: int


@dataclass(frozen=True, eq=False)
class Contender:
    """One upsampler as the pictures of lesson 14 show it.

    gains   task -> Typical gain over bilinear
    costs   name of COSTS -> number
    edges   task -> what it made of the edge: classes for "labels", gray values for "pictures", uint8
    """

    name: str
    gains: dict
    costs: dict
    edges: dict


def contenders(*entries) -> list[Contender]:
    """All contenders that were recorded for both tasks, and the learner's ``entries`` (what ``enter`` returns).

    Entries that were refused, or that were not trained for both tasks, are left out.
    """
    costs = {row["upsampler"]: row for row in recorded("costs")["rows"]}
    results = {task: recorded(task) for task in TASKS}
    rows = {task: {row["upsampler"]: row for row in results[task]["rows"]} for task in TASKS}
    found = [
        Contender(
            name,
            {task: _gain(rows[task][name]) for task in TASKS},
            {cost: costs[name][cost] for cost in COSTS},
            {task: from_text(results[task]["edges"][name]) for task in TASKS},
        )
        for name in costs
        if all(name in rows[task] for task in TASKS)
    ]
    return found + [_entered(entry) for entry in entries if set(entry.rows) == set(TASKS)]


def _entered(entry):
    costs = dict(zip(COSTS, entry.cost, strict=True))
    return Contender(entry.name, {task: _gain(row) for task, row in entry.rows.items()}, costs, entry.edges)


def _gain(row):
    return Typical(*(float(row[name]) for name in ("median", "least", "most")), int(row["seeds"]))
