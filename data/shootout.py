"""Train the contenders of lesson 14 and write down what came out.

    python -m data.shootout              trains what the records lack, for five minutes; prints
    python -m data.shootout --record     and adds it to shootout_labels.json, shootout_pictures.json, shootout_pyramid.json
    python -m data.shootout costs --record            parameters, multiply-adds, memory and time of each: shootout_costs.json
    python -m data.shootout labels --minutes 20       one part, for longer

Run it from the repository's root, again and again until it says that nothing is left: each training is added to the
record when it ends, so that a run may be ended at any time. It trains on one thread of the CPU; another machine
rounds float32 in another order, and training makes that grow.
"""

import argparse
import json
import time
from pathlib import Path

from course_utils.networks import shootout
from course_utils.networks.records import table, write_record
from course_utils.networks.shootout_costs import cost_rows
from course_utils.shootout import as_text
from course_utils.validation import one_of

HERE = Path(__file__).parent
MINUTES = 5
SEEDS, SLOW_SEEDS, PYRAMID_SEEDS = 10, 3, 3
NOTE = "One thread of a CPU, seconds of processor time; gain and ± (standard deviation) over the seeds of both."


def wanted(part):
    """(contender, seed) of all trainings of a part, in the order in which they are made: seed by seed."""
    if part == "pyramid":
        return [(name, seed) for seed in range(PYRAMID_SEEDS) for name in shootout.PYRAMID]
    return [
        (name, seed)
        for seed in range(SEEDS)
        for name in shootout.CONTENDERS
        if seed < SLOW_SEEDS or name not in shootout.SLOW
    ]


def trained(part, name, seed):
    """One training: (its run as a dictionary, what it made of the edge as texts or None)."""
    if part == "pyramid":
        return shootout.run_in_pyramid(name, seed), None
    result = shootout.run(shootout.task(part), name, seed)
    return shootout.as_runs([result])[0], as_text(result.edge) if seed == 0 else None


def settings(part):
    """What was done, for the record."""
    if part == "pyramid":
        return {"budget": shootout.LESSON._asdict(), "note": NOTE}
    task = shootout.task(part)
    chosen = {"steps": task.steps} if part == "pictures" else task.budget._asdict()
    return {"budget": chosen, "edge": task.edge_of(), "note": NOTE}


def extend(part, record, until):
    """Make the trainings of ``part`` that the record lacks until the clock says ``until``: (runs, edges, left)."""
    runs, edges = (list(record.get("runs", [])), dict(record.get("edges", {})))
    done = {(run["contender"], run["seed"]) for run in runs}
    left = [each for each in wanted(part) if each not in done]
    while left and time.monotonic() < until:
        name, seed = left.pop(0)
        run, edge = trained(part, name, seed)
        runs.append(run)
        if edge is not None:
            edges[name] = edge
        yield runs, edges, left


def record_part(part, until, write):
    """Extend one record; True when nothing is left."""
    path = HERE / f"shootout_{part}.json"
    before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    result, spent, begin, left = before.get("result", {}), before.get("seconds", 0), time.process_time(), ()
    for runs, edges, left in extend(part, result, until):
        complete = [run for run in runs if (shootout.BASELINE, run["seed"]) in {(r["contender"], r["seed"]) for r in runs}]
        if len(complete) < len(runs):  # the baseline of this seed is still to come
            continue
        result = {"rows": shootout.summary(runs), **settings(part), "edges": edges, "runs": runs}
        if write:
            seconds = spent + time.process_time() - begin
            write_record(path, result, "python -m data.shootout --record", seconds, "cpu")
    if result:
        print(table(result["rows"]), end="\n\n")
    print(f"{part}: {len(left)} trainings left" if left else f"{part}: nothing left", flush=True)
