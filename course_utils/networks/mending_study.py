"""What it costs to mend a network's places, before training and after: the same weights under another setting.

Three trainings a seed, of lesson 12's segmenter: enlarged by edges (an offset of half a pixel a halving, the same
everywhere), enlarged by corners (an offset that grows), and by edges with the constant offset taken out by
arithmetic. Each trained network is then scored as it is, and once more with one setting changed.
"""

import torch

from course_utils.networks import alignment_study as study
from course_utils.networks.segmentation import LESSON, score, train, training_scenes, unseen_scenes

EDGES, CORNERS, SHIFTED = "bilinear", "corners, bilinear", "known shift"

CHANGES = {
    "by edges": (EDGES, EDGES),
    "by edges, then by corners": (EDGES, CORNERS),
    "by edges, then the offset taken out": (EDGES, SHIFTED),
    "by edges, the offset taken out before": (SHIFTED, SHIFTED),
    "by corners": (CORNERS, CORNERS),
    "by corners, then by edges": (CORNERS, EDGES),
}
"""What is said of a network -> (the contender that was trained, the one that its weights are scored in)."""


def scores_after_changes(seeds=range(3), budget=LESSON, progress=None):
    """Every entry of CHANGES with every seed: {name: [mean IoU in percent, one per seed]}."""
    known, unseen = training_scenes(budget), unseen_scenes(budget)
    result = {name: [] for name in CHANGES}
    for seed in seeds:
        trained = {}
        for name in (EDGES, CORNERS, SHIFTED):
            trained[name] = study.network(name, seed, budget)
            train(trained[name], known, budget, seed, progress)
        for name, (before, after) in CHANGES.items():
            result[name].append(100 * score(as_another(trained[before], after, budget), unseen)["mean IoU"])
    return result


def as_another(model, contender, budget=LESSON):
    """A network of the contender's making with the weights of ``model``: only settings differ."""
    other = study.network(contender, 0, budget)
    weights = {name: value for name, value in model.state_dict().items() if name in other.state_dict()}
    if {name for name, weight in other.named_parameters() if weight.requires_grad} - set(weights):
        raise ValueError(f"{contender!r} has weights that this model lacks: only settings may differ.")
    with torch.no_grad():
        other.load_state_dict(weights, strict=False)
    return other.eval()


def rows(scores):
    """A row for each entry of CHANGES: mean, least and most, and the gain over the same weights unchanged."""
    table = []
    for name, values in scores.items():
        start = next(n for n, pair in CHANGES.items() if pair == (CHANGES[name][0],) * 2)
        values, before = (
            torch.tensor(values, dtype=torch.float64),
            torch.tensor(scores[start], dtype=torch.float64),
        )
        gains = (values - before).tolist()
        table.append(
            {
                "trained, then used": name,
                "mean IoU": round(values.mean().item(), 2),
                "least": round(values.min().item(), 2),
                "most": round(values.max().item(), 2),
                "changed by": round(sum(gains) / len(gains), 2) if name != start else "-",
            }
        )
    return table
