"""Train the contenders of lesson 12 and write down what came out.

    python -m data.alignment_table             the table with ten seeds, the open questions with four; prints
    python -m data.alignment_table --record    and writes alignment_table.json and alignment_questions.json
    python -m data.alignment_table large --record     the table with a larger budget: alignment_large.json

Run it from the repository's root. It trains on one thread of the CPU (``large``: on the GPU where there is one), so
the same machine gives the same numbers. Another one rounds float32 in another order, and training makes that grow:
expect differences of the size of the recorded spread over the seeds, not of the last digit.
"""

import argparse
import statistics
import time
from pathlib import Path

from course_utils.networks import alignment_study as study
from course_utils.networks.records import table, write_record
from course_utils.networks.segmentation import LARGE, LESSON, unseen_scenes
from course_utils.networks.training import choose_device
from course_utils.validation import one_of

HERE = Path(__file__).parent
SEEDS, QUESTION_SEEDS, LARGE_SEEDS = 10, 4, 2
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
    names = list(dict.fromkeys(name for names in study.QUESTIONS.values() for name in names))
    results = study.compare(range(seeds), names, budget, progress="questions")
    runs = study.as_runs(results)
    questions = {}
    for question, names in study.QUESTIONS.items():
        of_question = [run for name in names for run in runs if run["contender"] == name]
        questions[question] = {"rows": study.summary(of_question), "flows": study.flows_learned(of_question)}
    rows = [{"question": question, **row} for question, each in questions.items() for row in each["rows"]]
    kept = kept_flows([each for each in results if each.contender == "flow"], budget)
    return {
        "rows": rows, "questions": questions, "kept": kept, "budget": budget._asdict(), "note": NOTE, "runs": runs,
    }  # fmt: skip


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


PARTS = {"table": table_result, "questions": questions_result, "large": large_result}


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "parts", nargs="*", help="of table, questions, large; the first two when none is named"
    )
    parser.add_argument("--record", action="store_true", help="write each part's record beside this file")
    chosen = parser.parse_args(arguments)
    for part in chosen.parts or ("table", "questions"):
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
