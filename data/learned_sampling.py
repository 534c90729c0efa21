"""Train the upsamplers of lesson 13 with several seeds, and record their scores and what they decide.

    python -m data.learned_sampling              trains and prints the table
    python -m data.learned_sampling --record     and writes data/learned_sampling.json, which lesson 13 shows

About four minutes on one core, always on the CPU. Run it from the repository's root. A run that was ended with Ctrl-C
is printed but not recorded.
"""

import argparse
import time
from pathlib import Path

from course_utils.films import packed, packed_decision
from course_utils.networks.colors import (
    BATCH,
    CONTENDERS,
    EXPLORED,
    PATCH,
    RATE,
    RATES,
    STEPS,
    compare,
    decided,
    explored,
    summary,
)
from course_utils.networks.records import table, write_record

OUT = Path(__file__).with_suffix(".json")
SEEDS = 3


def pictures(results):
    """The explored pictures, and what the networks of the first seed decide for each."""
    first = {each.contender: each.network for each in results if each.seed == 0}
    found = {}
    for kind in EXPLORED:
        each = explored(kind)
        found[kind] = {
            "truth": packed(each.truth[0].movedim(0, -1).numpy(), 1 / 255),
            "decisions": {name: packed_decision(name, decided(net, each)) for name, net in first.items()},
        }
    return found


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--record", action="store_true", help=f"write data/{OUT.name}")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--steps", type=int, default=STEPS)
    chosen = parser.parse_args(arguments)
    begin = time.perf_counter()
    results = compare(seeds=range(chosen.seeds), steps=chosen.steps, progress="learned sampling")
    rows = summary(results)
    print(table(rows), end="\n\n")
    if chosen.record and len(results) == len(CONTENDERS) * chosen.seeds:
        result = {
            "rows": rows, "seeds": chosen.seeds, "steps": chosen.steps, "batch": BATCH, "patch": PATCH,
            "learning rate": RATE, "other rates": RATES,
            "runs": [
                {"upsampler": each.contender, "seed": each.seed, "seconds": round(each.seconds, 1),
                 **{f"{kind} dB": round(value, 3) for kind, value in each.scores.items()}}
                for each in results
            ],
            "pictures": pictures(results),
        }  # fmt: skip
        asked = "" if chosen.seeds == SEEDS else f" --seeds {chosen.seeds}"
        asked += "" if chosen.steps == STEPS else f" --steps {chosen.steps}"
        command = f"python -m data.learned_sampling --record{asked}"
        path = write_record(OUT, result, command, time.perf_counter() - begin, "cpu")
        print(f"data/{path.name} written")


if __name__ == "__main__":
    main()
