"""Train the contenders of lesson 14 and write down what came out.

    python -m data.shootout              trains what the records lack, for five minutes; prints
    python -m data.shootout --record     and adds it to shootout_labels.json, _pictures.json and _pyramid.json
    python -m data.shootout costs --record       parameters, multiply-adds, memory, time: shootout_costs.json
    python -m data.shootout speeds --record      bytes a second, on a GPU if there is one: shootout_speeds.json
    python -m data.shootout labels --minutes 20  one part, for longer

Run it from the repository's root, again and again until it says that nothing is left: each training is added to the
record when it ends, so that a run may be ended at any time; half a training is not recorded. It trains on one thread
of the CPU; another machine rounds float32 in another order, and training makes that grow.
"""

import argparse
import json
import time
from pathlib import Path

from course_utils.networks import shootout
from course_utils.networks.records import table, write_record
from course_utils.networks.shootout_costs import cost_rows, speeds
from course_utils.networks.training import choose_device
from course_utils.shootout import as_text
from course_utils.validation import one_of

HERE = Path(__file__).parent
PARTS, ONCE = ("labels", "pictures", "pyramid"), ("costs", "speeds")
MINUTES = 5
SEEDS = 10
NOTE = (
    "One thread of a CPU, seconds of processor time; gain and ± (standard deviation) over the seeds of both."
)


def wanted(part):
    """(contender, seed) of all trainings of a part, in the order in which they are made: seed by seed."""
    names = shootout.PYRAMID if part == "pyramid" else (*shootout.CONTENDERS, *shootout.CONTROLS)
    return [(name, seed) for seed in range(SEEDS) for name in names]


def trained(part, name, seed):
    """One training: (its run as a dictionary, what it made of the edge as texts or None)."""
    if part == "pyramid":
        return shootout.run_in_pyramid(name, seed), None
    result = shootout.run(shootout.task(part), name, seed)
    if result.stopped:
        raise KeyboardInterrupt
    shown = seed == 0 and name in shootout.CONTENDERS
    return shootout.as_runs([result])[0], as_text(result.edge) if shown else None


def settings(part):
    """What was done, for the record."""
    if part == "pyramid":
        return {"budget": shootout.LESSON._asdict(), "note": NOTE}
    task = shootout.task(part)
    chosen = {"steps": task.steps} if part == "pictures" else task.budget._asdict()
    return {"budget": chosen, "edge": task.edge_of(), "note": NOTE}


def trainings(part, runs, edges, until):
    """Make the trainings of ``part`` that are not among ``runs``, until the clock says ``until``.

    Runs are added to ``runs`` and pictures to ``edges``; yields what is left, at first and after each.
    """
    done = {(run["contender"], run["seed"]) for run in runs}
    left = [each for each in wanted(part) if each not in done]
    yield left
    while left and time.monotonic() < until:
        run, edge = trained(part, *left[0])
        runs.append(run)
        if edge is not None:
            edges[run["contender"]] = edge
        yield left[1:]
        left = left[1:]


def tables(runs):
    """The rows of the contenders and those of their controls, for a record: {"rows", "controls"}."""
    rows = shootout.summary(compared(runs))
    return {
        "rows": [row for row in rows if row["upsampler"] not in shootout.CONTROLS],
        "controls": [row for row in rows if row["upsampler"] in shootout.CONTROLS],
    }


def compared(runs):
    """The runs whose baseline has been trained with the same seed: only they have a gain."""
    seeds = {run["seed"] for run in runs if run["contender"] == shootout.BASELINE}
    return [run for run in runs if run["seed"] in seeds]


def extend(part, until, record):
    """Go on with one part: prints its table and how many trainings are left."""
    path = HERE / f"shootout_{part}.json"
    before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"seconds": 0, "result": {}}
    runs, edges = before["result"].get("runs", []), before["result"].get("edges", {})
    begin = time.process_time()
    for left in trainings(part, runs, edges, until):
        known = compared(runs)
        if known and record and len(left) < len(wanted(part)):
            result = {**tables(known), **settings(part), "edges": edges, "runs": known}
            seconds = before["seconds"] + time.process_time() - begin
            write_record(path, result, "python -m data.shootout --record", seconds, "cpu")
    if compared(runs):
        print(table(shootout.summary(compared(runs))))
    print(f"{part}: {len(left) or 'nothing'} left\n", flush=True)


def record_once(part, record):
    """The parts that are made in one go: their rows are printed, and recorded."""
    begin = time.process_time()
    rows, device = (cost_rows(), "cpu") if part == "costs" else (speeds(), choose_device())
    print(table(rows))
    if record:
        seconds = time.process_time() - begin
        write_record(
            HERE / f"shootout_{part}.json",
            {"rows": rows},
            f"python -m data.shootout {part} --record",
            seconds,
            device,
        )


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "parts", nargs="*", help=f"of {', '.join(PARTS + ONCE)}; the first three when none is named"
    )
    parser.add_argument("--record", action="store_true", help="write each part's record beside this file")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="when to begin no further training")
    chosen = parser.parse_args(arguments)
    until = time.monotonic() + 60 * chosen.minutes
    for part in chosen.parts or PARTS:
        if one_of(part, "part", PARTS + ONCE) in ONCE:
            record_once(part, chosen.record)
        else:
            extend(part, until, chosen.record)


if __name__ == "__main__":
    main()
