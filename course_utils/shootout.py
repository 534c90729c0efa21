"""Comparing contenders that were trained with the same seeds: differences within a seed, ranks, what nothing beats.

Words used in lesson 14
    contender   what is compared; all contenders of a seed begin alike and see the same batches
    score       one number for a training, more is better; ``scores`` holds one for each seed
    paired      the difference of two scores of one seed: what the seed gives to both is not in it
    spread      the standard deviation over the seeds, with n - 1
    front       the contenders that no other one beats in score without costing more
"""

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np

from course_utils.validation import finite_array, one_of, plain_array

DATA = Path(__file__).resolve().parents[1] / "data"
TASKS = ("labels", "pictures")
"""Task A of lesson 14, labels enlarged along a photo, and task B, pictures enlarged."""

COSTS = {"parameters": "parameters", "multiply-adds": "multiply-adds per output", "memory": "peak MB", "time": "ms"}
"""What an upsampler costs: name -> unit."""


class Paired(NamedTuple):
    """How far one contender is above another, seed by seed."""

    mean: float
    spread: float  # of the differences; NaN for a single seed
    error: float  # of the mean: spread / sqrt(seeds)
    ahead: int  # seeds with a difference above 0
    seeds: int


def paired(ours, theirs) -> Paired:
    """The differences ``ours - theirs`` of scores with the same seeds in the same order, summed up.

    >>> paired([81.0, 84.0, 82.5], [80.0, 82.5, 82.0])
    Paired(mean=1.0, spread=0.5, error=0.2886751345948129, ahead=3, seeds=3)
    """
    ours, theirs = finite_array(ours, "ours", 1), finite_array(theirs, "theirs", 1)
    if ours.shape != theirs.shape or not len(ours):
        raise ValueError(
            f"ours and theirs must hold a score for each of the same seeds, at least one; got {len(ours)} and "
            f"{len(theirs)} scores."
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
