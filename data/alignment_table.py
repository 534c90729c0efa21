"""Train the contenders of lesson 12 and write down what came out.

    python -m data.alignment_table                    ten seeds of the table, five of every open question; prints
    python -m data.alignment_table --record           and writes alignment_table.json, alignment_questions.json
    python -m data.alignment_table --large [--record]  the budget for a GPU; writes alignment_large.json
    python -m data.alignment_table --seeds 2          fewer seeds, to try it out

Run it from the repository's root. It trains on one thread of the CPU (--large: on the GPU where there is one), so the
same machine gives the same numbers. Another one rounds float32 in another order, which training blows up: expect
differences of the size of the recorded spread over the seeds, not of the last digit.
"""

import argparse
import statistics
import time
from pathlib import Path

import torch

from course_utils.networks import alignment_study as study
from course_utils.networks.records import table, write_record
from course_utils.networks.segmentation import LARGE, LESSON, test_scenes
from course_utils.networks.training import choose_device

HERE = Path(__file__).parent
SEEDS, QUESTION_SEEDS, LARGE_SEEDS = 10, 5, 2
SHARES = (0.0, 0.05, 0.1, 0.25, 0.5, 1.0)
NOTE = "One thread; seconds of processor time. Percent; ± is the standard deviation over the seeds."


def record_table(seeds=SEEDS, budget=LESSON, device="cpu"):
    """The table: its record's result, and the trainings."""
    results = study.compare(range(seeds), budget=budget, device=device, progress="table")
    return {
        "rows": study.summary(results), "classes": study.per_class(results),
        "flows": study.flows_learned(results), "budget": budget._asdict(),
        "note": NOTE, "runs": study.as_runs(results),
    }, results  # fmt: skip


def record_questions(results, seeds=QUESTION_SEEDS, budget=LESSON):
    """The open questions: their record's result. What the table has trained is not trained again."""
    seeds = range(min(seeds, 1 + max(each.seed for each in results)))
    have = [each for each in results if each.seed in seeds]
    others = [name for name in study.CONTENDERS if name not in study.TABLE]
    runs = study.as_runs(have + study.compare(seeds, others, budget, progress="questions"))
    questions = {}
    for question, names in study.QUESTIONS.items():
        of_question = [run for name in names for run in runs if run["contender"] == name]
        questions[question] = {"rows": study.summary(of_question), "flows": study.flows_learned(of_question)}
    rows = [{"question": question, **row} for question, each in questions.items() for row in each["rows"]]
    kept = kept_flows([each for each in have if each.contender == "flow"], budget)
    return {
        "rows": rows,
        "questions": questions,
        "kept": kept,
        "budget": budget._asdict(),
        "note": NOTE,
        "runs": runs,
    }


def kept_flows(results, budget=LESSON):
    """Mean IoU of trained "flow" networks whose flow is kept at a share of the places: rows, in percent."""
    unseen, rows = test_scenes(budget), []
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


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--record", action="store_true", help="write the records beside this file")
    parser.add_argument("--large", action="store_true", help="the larger budget alone")
    parser.add_argument("--seeds", type=int, help="of the table")
    chosen = parser.parse_args(arguments)
    command = "python -m data.alignment_table" + (" --large" if chosen.large else "") + " --record"
    torch.set_num_threads(1)

    def done(name, result, begin):
        print(table(result["rows"]), end="\n\n")
        if chosen.record:
            write_record(HERE / f"{name}.json", result, command, time.process_time() - begin, device)

    begin = time.process_time()
    device = choose_device() if chosen.large else choose_device("cpu")
    if chosen.large:
        done("alignment_large", record_table(chosen.seeds or LARGE_SEEDS, LARGE, device)[0], begin)
        return
    result, results = record_table(chosen.seeds or SEEDS)
    done("alignment_table", result, begin)
    begin = time.process_time()
    result = record_questions(results)
    print(table(result["kept"]), end="\n\n")
    done("alignment_questions", result, begin)


if __name__ == "__main__":
    main()
