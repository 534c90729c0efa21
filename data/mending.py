"""Train lesson 12's segmenter three ways, score each with one setting changed, and write down what came out.

    python -m data.mending             three seeds; prints
    python -m data.mending --record    and writes mending.json

Run it from the repository's root, on one thread of the CPU.
"""

import argparse
import time
from pathlib import Path

from course_utils.networks.mending_study import rows, scores_after_changes
from course_utils.networks.records import table, write_record
from course_utils.networks.segmentation import LESSON

OUT = Path(__file__).parent / "mending.json"
SEEDS = 3


def main(arguments=None, budget=LESSON):
    """Train, print, and record when asked."""
    parser = argparse.ArgumentParser(prog="python -m data.mending", allow_abbrev=False)
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    chosen = parser.parse_args(arguments)
    before = time.process_time()
    scores = scores_after_changes(range(chosen.seeds), budget)
    seconds = time.process_time() - before
    print(table(rows(scores)))
    if chosen.record:
        more = "" if chosen.seeds == SEEDS else f" --seeds {chosen.seeds}"
        result = {"rows": rows(scores), "seeds": chosen.seeds, "scores": scores}
        write_record(OUT, result, f"python -m data.mending --record{more}", seconds, "cpu")
        print(f"{OUT.name} written")


if __name__ == "__main__":
    main()
