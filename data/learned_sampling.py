"""Train the upsamplers of lesson 13 with several seeds, and record their scores and what they decide.

    python -m data.learned_sampling              trains what the record lacks, for five minutes; prints
    python -m data.learned_sampling --record     and adds it to learned_sampling.json, which lesson 13 shows

Run it from the repository's root, again and again until it says that nothing is left: each training is added when it
ends. A seed takes about two minutes on one core; it is always the CPU.
"""

import argparse
import json
import time
from pathlib import Path

from course_utils.films import packed, packed_decision
from course_utils.networks.colors import (
    BATCH,
    CONTENDERS,
    CONTROLS,
    EXPLORED,
    PATCH,
    RATE,
    RATES,
    STEPS,
    as_runs,
    compare,
    decided,
    explored,
    summary,
)
from course_utils.networks.records import table, write_record

OUT = Path(__file__).with_suffix(".json")
SEEDS, MINUTES = 10, 5


def wanted(seeds):
    """(name, seed) of all trainings, in the order in which they are made."""
    return [(name, seed) for seed in range(seeds) for name in (*CONTENDERS, *CONTROLS)]


def trained(name, seed, steps=STEPS):
    """One training: (its run as a dictionary, what it decides for each explored picture, packed).

    Only what contenders decide with seed 0 is shown, so that the rest is {}.
    """
    results = compare((name,), (seed,), steps)
    if not results:  # ended with Ctrl-C: half a training is none
        raise KeyboardInterrupt
    decisions = {}
    if seed == 0 and name in CONTENDERS:
        decisions = {
            kind: packed_decision(name, decided(results[0].network, explored(kind))) for kind in EXPLORED
        }
    return as_runs(results)[0], decisions


def begun(steps):
    """(runs, pictures, seconds) of the record, if it was made with as many steps."""
    record = json.loads(OUT.read_text(encoding="utf-8")) if OUT.exists() else None
    if record and record["result"]["steps"] == steps:
        return record["result"]["runs"], record["result"]["pictures"], record["seconds"]
    truths = {kind: packed(explored(kind).truth[0].movedim(0, -1).numpy(), 1 / 255) for kind in EXPLORED}
    return [], {kind: {"truth": truth, "decisions": {}} for kind, truth in truths.items()}, 0


def result(runs, pictures, steps):
    """What the record holds: rows of the contenders, rows of the controls, and where they come from."""
    rows = summary(runs)
    return {
        "rows": [row for row in rows if row["upsampler"] in CONTENDERS],
        "controls": [row for row in rows if row["upsampler"] in CONTROLS],
        "steps": steps, "batch": BATCH, "patch": PATCH, "learning rate": RATE, "other rates": RATES,
        "runs": runs, "pictures": pictures,
    }  # fmt: skip


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--record", action="store_true", help=f"write data/{OUT.name}")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--minutes", type=float, default=MINUTES, help="when to begin no further training")
    chosen = parser.parse_args(arguments)
    until, begin = time.monotonic() + 60 * chosen.minutes, time.process_time()
    runs, pictures, before = begun(chosen.steps)
    done = {(run["upsampler"], run["seed"]) for run in runs}
    left = [each for each in wanted(chosen.seeds) if each not in done]
    while left and time.monotonic() < until:
        name, seed = left.pop(0)
        run, decisions = trained(name, seed, chosen.steps)
        runs.append(run)
        for kind, decision in decisions.items():
            pictures[kind]["decisions"][name] = decision
        if chosen.record:
            asked = "" if chosen.steps == STEPS else f" --steps {chosen.steps}"
            seconds = before + time.process_time() - begin
            command = f"python -m data.learned_sampling --record{asked}"
            write_record(OUT, result(runs, pictures, chosen.steps), command, seconds, "cpu")
    if runs:
        print(table(summary(runs)))
    print(f"{len(left) or 'nothing'} left")


if __name__ == "__main__":
    main()
