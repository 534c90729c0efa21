"""Train the contenders of lesson 12 and write down what came out.

    python -m data.alignment_table             the table and its controls with ten seeds, the open questions with
                                               four, modules trained with shifts with three, and a film of
                                               one; prints
    python -m data.alignment_table --record    and writes alignment_table.json, alignment_controls.json and so on
    python -m data.alignment_table large --record     the table with a larger budget: alignment_large.json

Run it from the repository's root. It trains on one thread of the CPU (``large``: on the GPU where there is one), so
the same machine gives the same numbers. Another one rounds float32 in another order, and training makes that grow:
expect differences of the size of the recorded spread over the seeds, not of the last digit.
"""

import argparse
import statistics
import time
from pathlib import Path

import numpy as np

from course_utils.alignment import share_in_own_region, with_comparisons
from course_utils.networks import alignment_study as study
from course_utils.networks import shift_study
from course_utils.networks.alignment_pictures import new_film, shares_read_off
from course_utils.networks.records import table, write_record
from course_utils.networks.segmentation import (
    LARGE,
    LESSON,
    settings_of_unseen,
    training_scenes,
    unseen_scenes,
)
from course_utils.networks.training import choose_device
from course_utils.scenes import CLASS_NAMES
from course_utils.scores import confusion_matrix, mean_iou
from course_utils.validation import one_of

HERE = Path(__file__).parent
SEEDS, QUESTION_SEEDS, LARGE_SEEDS, SHIFT_SEEDS = 10, 4, 2, 3
FILM_SCENES = 3
SCENE_SETS = 5  # other scenes, for training and for the scores: what ± means beyond these scenes
OVER_SETS = ("bilinear", "gate", "flow", "two-branch")
WITH_ARROWS = ("flow", "two-branch")
SHARES = (0.0, 0.05, 0.1, 0.25, 0.5, 1.0)
NOTE = "On a CPU: one thread, seconds of processor time. Percent; ± is the standard deviation over the seeds."


def table_result(seeds=SEEDS, budget=LESSON, device="cpu"):
    """The table: its record's result."""
    results = study.compare(range(seeds), budget=budget, device=device, progress="table")
    return {
        "rows": study.summary(results), "classes": study.per_class(results),
        "flows": study.flows_learned(results), "budget": budget._asdict(),
        "note": NOTE, "runs": study.as_runs(results),
    }  # fmt: skip


def questions_result(seeds=QUESTION_SEEDS, budget=LESSON):
    """The open questions: their record's result."""
    results = study.compare(range(seeds), _all_of(study.QUESTIONS), budget, progress="questions")
    runs = study.as_runs(results)
    questions, rows = _by_question(study.QUESTIONS, runs)
    kept = kept_flows([each for each in results if each.contender == "flow"], budget)
    return {
        "rows": rows, "questions": questions, "kept": kept, "budget": budget._asdict(), "note": NOTE, "runs": runs,
    }  # fmt: skip


def controls_result(seeds=SEEDS, budget=LESSON, scene_sets=SCENE_SETS):
    """What else could explain the gains: its record's result."""
    results = study.compare(range(seeds), _all_of(study.CONTROLS), budget, progress="controls")
    runs = study.as_runs(results)
    controls, rows = _by_question(study.CONTROLS, runs)
    other = []
    for scene_set in range(1, scene_sets + 1):  # another start and another order with each set
        found = study.compare([scene_set], OVER_SETS, budget, progress="other scenes", scene_set=scene_set)
        other += study.as_runs(found)
    return {
        "rows": rows, "controls": controls, "other scenes": study.summary(other), "tips": arrow_tips(results, budget),
        "budget": budget._asdict(), "note": NOTE, "runs": runs,
    }  # fmt: skip


def arrow_tips(results, budget=LESSON):
    """Where arrows end, in percent of the tips near outlines: rows, means and spread over the seeds."""
    unseen, rows = unseen_scenes(budget), []
    for name in WITH_ARROWS:
        shares = [study.tips_in_own_region(each.model, unseen) for each in results if each.contender == name]
        row = {"fusion": name}
        for kind in shares[0]:
            values = [100 * share[kind] for share in shares]
            row[kind] = round(statistics.mean(values), 1)
            row[f"± {kind}"] = round(statistics.stdev(values), 1) if len(values) > 1 else "-"
        rows.append(row)
    return rows


def shifts_result(seeds=SHIFT_SEEDS, budget=LESSON):
    """Do modules trained with shifts follow what moves? Their record's result."""
    found = shift_study.followers(range(seeds), unseen_scenes(budget), budget, progress="shifts")
    rows = [
        {
            "fusion": name,
            "parameters": own[0].parameters,
            "follows x": _listed(each.response_x for each in own),
            "follows y": _listed(each.response_y for each in own),
            **_mean_and_spread("mean IoU", [each.mean_iou for each in own]),
            **_mean_and_spread("moved by 8", [each.moved_iou for each in own]),
        }
        for name in shift_study.FOLLOWERS
        if (own := [each for each in found if each.contender == name])
    ]
    return {"rows": rows, "budget": budget._asdict(), "note": NOTE}


def film_result(budget=LESSON, count=FILM_SCENES):
    """One trained "flow" network on a few scenes, as ``films.recorded_film`` reads it: its record's result."""
    film = new_film(budget, count, (budget.steps,))
    model = study.compare([0], ["flow"], budget, progress="film", film=film)[0].model
    stride = budget.finest
    flow, predicted = film.flows["flow"][stride]["coarse"][-1].round(2), film.predictions["flow"][-1]
    few = budget._replace(test=count)
    shares = shares_read_off(model, training_scenes(budget), unseen_scenes(few).images)
    return {
        "rows": film_rows(film.labels, predicted, flow, stride),
        "contender": "flow", "seed": 0, "stride": stride, "steps": film.steps, "scenes": settings_of_unseen(few),
        "flow": np.moveaxis(flow, -1, 1).astype(float).round(2),
        "shares": {which: each.round(3) for which, each in shares.items()},
        "predictions": [["".join(map(str, row)) for row in each] for each in predicted.tolist()],
        "budget": budget._asdict(), "note": NOTE,
    }  # fmt: skip


def film_rows(labels, predicted, flow, stride):
    """For each scene its mean IoU, and where arrows that begin near an outline end, in percent."""
    return [
        {"scene": i + 1, "mean IoU": round(100 * _iou(labels[i], predicted[i]), 2)}
        | {
            kind: round(100 * share_in_own_region(labels[[i]], each[[i]], stride), 1)
            for kind, each in with_comparisons(flow).items()
        }
        for i in range(len(labels))
    ]


def _iou(truth, predicted):
    return mean_iou(confusion_matrix(truth, predicted, len(CLASS_NAMES)))


def _listed(numbers):
    found = list(numbers)
    return "-" if None in found else found


def _mean_and_spread(name, shares):
    percent = [100 * share for share in shares]
    spread = round(statistics.stdev(percent), 2) if len(percent) > 1 else "-"
    return {name: round(statistics.mean(percent), 2), f"± {name}": spread}


def _all_of(questions):
    return list(dict.fromkeys(name for names in questions.values() for name in names))


def _by_question(questions, runs):
    """({question: {"rows", "flows"}}, all rows with their question)"""
    answers = {}
    for question, names in questions.items():
        own = [run for name in names for run in runs if run["contender"] == name]
        answers[question] = {"rows": study.summary(own), "flows": study.flows_learned(own)}
    rows = [{"question": question, **row} for question, each in answers.items() for row in each["rows"]]
    return answers, rows


def kept_flows(results, budget=LESSON):
    """Mean IoU of trained "flow" networks whose flow is kept at a share of the places: rows, in percent."""
    unseen, rows = unseen_scenes(budget), []
    curves = {
        where: [study.flow_kept(each.model, unseen, SHARES, where) for each in results]
        for where in ("edges", "random")
    }
    for i, share in enumerate(SHARES):
        row = {"flow kept at": f"{100 * share:g} %"}
        for where, of_seeds in curves.items():
            row[where] = round(100 * statistics.mean(curve[i] for curve in of_seeds), 2)
        rows.append(row)
    return rows


def large_result(seeds=LARGE_SEEDS):
    """The table with the budget for a GPU, on the GPU where there is one: its record's result."""
    return table_result(seeds, LARGE, choose_device())


PARTS = {
    "table": table_result,
    "questions": questions_result,
    "controls": controls_result,
    "shifts": shifts_result,
    "film": film_result,
    "large": large_result,
}
UNASKED = ("table", "questions", "controls", "shifts", "film")


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "parts", nargs="*", help=f"of {', '.join(PARTS)}; all but the last when none is named"
    )
    parser.add_argument("--record", action="store_true", help="write each part's record beside this file")
    chosen = parser.parse_args(arguments)
    for part in chosen.parts or UNASKED:
        device = choose_device(None if part == "large" else "cpu")
        clock = (
            time.process_time if device.type == "cpu" else time.perf_counter
        )  # others may use the CPU, too
        begin = clock()
        result = PARTS[one_of(part, "part", PARTS)]()
        seconds = clock() - begin
        print(table(result["rows"]), end="\n\n")
        if chosen.record:
            command = " ".join(["python -m data.alignment_table", *chosen.parts, "--record"])
            write_record(HERE / f"alignment_{part}.json", result, command, seconds, device)


if __name__ == "__main__":
    main()
