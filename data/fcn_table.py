"""Train the networks of lesson 08 and write down what came out.

    python -m data.fcn_table             the three networks with ten seeds, the learning curves with six, whole
                                         trainings from two starts with five, what became of the kernels, and three
                                         scenes as one network sees them; prints
    python -m data.fcn_table --record    and writes fcn_networks.json, fcn_starts.json, fcn_whole.json,
                                         fcn_kernels.json and fcn_scenes.json

Run it from the repository's root. It trains on one thread of the CPU, so the same machine gives the same numbers.
Another one rounds float32 in another order, and training makes that grow.
"""

import argparse
import statistics
import time
from pathlib import Path

import numpy as np

from course_utils.fcn import bilinear_kernel
from course_utils.networks import fcn
from course_utils.networks.records import table, write_record
from course_utils.networks.segmentation import LESSON, SCORES, settings_of_unseen, unseen_scenes
from course_utils.scenes import CLASS_NAMES
from course_utils.scores import confusion_matrix, mean_iou
from course_utils.validation import one_of

HERE = Path(__file__).parent
SEEDS, START_SEEDS, WHOLE_SEEDS, SCENES = 10, 6, 5, 3
CURVE_TEST = 100  # scenes, of each look at a learning curve
BELOW = (0.5, 0.35)
NOTE = "One thread of a CPU. Percent; ± is the standard deviation over the seeds."


def networks_result(seeds=SEEDS, budget=LESSON):
    """The three networks: their record's result."""
    runs = [
        {"network": run.network, "seed": run.seed, "parameters": run.parameters}
        | {name: round(run.scores[name], 5) for name in SCORES}
        for run in fcn.compare(range(seeds), budget=budget, progress="networks")
    ]
    return {"rows": network_rows(runs), "budget": budget._asdict(), "note": NOTE, "runs": runs}


def network_rows(runs):
    """Means over the seeds in percent, and how much each network is above the one before, seed by seed."""
    rows, before = [], None
    for name in dict.fromkeys(run["network"] for run in runs):
        own = [run for run in runs if run["network"] == name]
        row = {"network": name, "parameters": own[0]["parameters"]}
        for each in SCORES:
            values = [100 * run[each] for run in own]
            row[each] = round(statistics.mean(values), 2)
            if each == "mean IoU":
                row["± mean IoU"] = _spread(values)
        gains = [100 * (a["mean IoU"] - b["mean IoU"]) for a, b in zip(own, before or own, strict=True)]
        row |= {"gain": round(statistics.mean(gains), 2), "± gain": _spread(gains)}
        rows.append(row)
        before = own
    return rows


def starts_result(seeds=START_SEEDS, budget=LESSON, at=(25, 50, 100, 200)):
    """Learning curves from every start: their record's result."""
    budget = budget._replace(test=min(budget.test, CURVE_TEST))
    runs = [
        {
            "start": curve.start, "seed": curve.seed, "parameters": curve.parameters, "moved": round(curve.moved, 4),
            "mean IoU": {str(step): round(value, 5) for step, value in curve.mean_iou.items()},
            "losses": np.round(curve.losses, 4),
        }
        for curve in fcn.learning_curves(range(seeds), budget=budget, at=at, progress="starts")
    ]  # fmt: skip
    return {"rows": start_rows(runs), "budget": budget._asdict(), "note": NOTE, "runs": runs}


def start_rows(runs):
    """Per start: mean IoU in percent after so many steps, the first loss, and the steps to two losses (medians)."""
    rows = []
    for name in dict.fromkeys(run["start"] for run in runs):
        own = [run for run in runs if run["start"] == name]
        row = {"start": name, "parameters": own[0]["parameters"]}
        for step in own[0]["mean IoU"]:
            row[f"after {step}"] = round(statistics.mean(100 * run["mean IoU"][step] for run in own), 1)
        last = list(own[0]["mean IoU"])[-1]
        row[f"± after {last}"] = _spread([100 * run["mean IoU"][last] for run in own], 1)
        row["first loss"] = round(statistics.mean(float(run["losses"][0]) for run in own), 2)
        for below in BELOW:
            steps = [fcn.steps_until(np.array(run["losses"]), below) for run in own]
            row[f"loss < {below}"] = "-" if None in steps else statistics.median(steps)
        row["moved"] = round(max(run["moved"] for run in own), 2)
        rows.append(row)
    return rows


def whole_result(seeds=WHOLE_SEEDS, budget=LESSON, starts=("bilinear", "random")):
    """Do the starts still differ after a whole training, its rate led up and down? Their record's result."""
    runs = [
        {"start": start, "seed": run.seed, "mean IoU": round(run.scores["mean IoU"], 5)}
        for start in starts
        for run in fcn.compare(range(seeds), ["+ stride 4"], budget, "whole", start)
    ]
    return {"rows": whole_rows(runs), "budget": budget._asdict(), "note": NOTE, "runs": runs}


def whole_rows(runs):
    """Per start: mean IoU in percent, and how much it is above the last start's, seed by seed."""
    names = list(dict.fromkeys(run["start"] for run in runs))
    values = {name: [100 * run["mean IoU"] for run in runs if run["start"] == name] for name in names}
    rows = []
    for name in names:
        gains = [a - b for a, b in zip(values[name], values[names[-1]], strict=True)]
        mean, gain = (round(statistics.mean(each), 2) for each in (values[name], gains))
        row = {"start": name, "mean IoU": mean, "± mean IoU": _spread(values[name]), "gain": gain}
        rows.append(row | {"± gain": _spread(gains)})
    return rows


def kernels_result(budget=LESSON, starts=("bilinear", "random")):
    """What the kernels of the finest network become in a whole training from two starts: their record's result."""
    kernels = {
        start: {
            "before": fcn.FCN(4, start, seed=0).kernels(),
            "after": fcn.compare([0], ["+ stride 4"], budget, "kernels", start)[0].model.kernels(),
        }
        for start in starts
    }
    rounded = {
        start: {when: [each.round(4) for each in every] for when, every in both.items()}
        for start, both in kernels.items()
    }
    return {
        "rows": kernel_rows(rounded), "network": "+ stride 4", "seed": 0, "kernels": rounded,
        "budget": budget._asdict(), "note": NOTE,
    }  # fmt: skip


def kernel_rows(kernels):
    """Per start, before and after: how like the bilinear kernel the last kernels are.

    That is the correlation with it, without its sign, averaged over the classes.
    """
    rows = []
    for start, both in kernels.items():
        row = {"start": start}
        for when, every in both.items():
            last = np.array(every[-1])[:, 0]
            tent = bilinear_kernel(last.shape[-1]).ravel()
            row[when] = round(
                float(np.mean([abs(np.corrcoef(tent, each.ravel())[0, 1]) for each in last])), 2
            )
        rows.append(row)
    return rows


def scenes_result(budget=LESSON, count=SCENES):
    """One trained network's scores of a few scenes, as ``fcn.recorded_scenes`` reads them: the record's result."""
    model = fcn.compare([0], ["+ stride 4"], budget, progress="scenes")[0].model
    few = budget._replace(test=count)
    scored = fcn.scored_scenes(model, *unseen_scenes(few))
    return {
        "rows": [
            {"scene": i + 1, **{f"mean IoU from stride {s}": _iou(scene, s) for s in scene.strides}}
            for i, scene in enumerate(scored)
        ],
        "network": "+ stride 4", "seed": 0, "scenes": settings_of_unseen(few),
        "scores": [{str(stride): each.round(3) for stride, each in scene.scores.items()} for scene in scored],
        "kernels": [each.round(4) for each in scored[0].kernels],
        "budget": budget._asdict(), "note": NOTE,
    }  # fmt: skip


def _iou(scene, finest):
    """In percent, with the scores of all strides down to ``finest``."""
    predicted = scene.predicted([stride for stride in scene.strides if stride >= finest])
    return round(100 * mean_iou(confusion_matrix(scene.labels, predicted, len(CLASS_NAMES))), 1)


def _spread(values, digits=2):
    return round(statistics.stdev(values), digits) if len(values) > 1 else "-"


PARTS = {
    "scenes": scenes_result, "starts": starts_result, "networks": networks_result, "whole": whole_result,
    "kernels": kernels_result,
}  # fmt: skip


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}; all when none is named")
    parser.add_argument("--record", action="store_true", help="write each part's record beside this file")
    chosen = parser.parse_args(arguments)
    for part in chosen.parts or PARTS:
        begin = time.process_time()
        result = PARTS[one_of(part, "part", PARTS)]()
        print(table(result["rows"]), end="\n\n")
        if chosen.record:
            command = " ".join(["python -m data.fcn_table", *chosen.parts, "--record"])
            write_record(HERE / f"fcn_{part}.json", result, command, time.process_time() - begin, "cpu")


if __name__ == "__main__":
    main()
