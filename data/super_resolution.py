"""Train ESPCN and its rivals for longer than a lesson waits, with many seeds, and record how they score.

    python -m data.super_resolution              trains and prints the table
    python -m data.super_resolution --record     and writes data/super_resolution.json, which lesson 10 shows

On the best device present, or on ``--device cpu``. Run it from the repository's root. Ctrl-C ends it; a run that
was ended is printed but not recorded.
"""

import argparse
import time
from pathlib import Path

from course_utils.networks.records import device_in_words, table, write_record
from course_utils.networks.superresolution import (
    BATCH,
    CONTENDERS,
    HELD_OUT,
    PATCH,
    RATE,
    TRAINING,
    compare,
    summary,
)
from course_utils.networks.training import choose_device

OUT = Path(__file__).with_suffix(".json")
SEEDS, STEPS, FACTOR = 10, 2000, 2


def settings(seeds, steps):
    """What was done, for the record."""
    return {
        "factor": FACTOR, "trained on": list(TRAINING), "held out": list(HELD_OUT), "seeds": seeds, "steps": steps,
        "batch": BATCH, "patch": PATCH, "highest learning rate": RATE,
        "measure": "PSNR in dB of the luminance, 2 pixels of border cut; above bicubic: a = -0.75, mean of pictures",
    }  # fmt: skip


def runs(trained):
    """Every single training: contender, seed, score of each picture, last losses, seconds."""
    return [
        {
            "contender": each.contender,
            "seed": each.seed,
            **{name: round(value, 3) for name, value in each.scores.items()},
            "loss": round(float(each.history.losses[-100:].mean()), 6),
            "seconds": round(each.history.seconds, 1),
        }
        for each in trained
    ]


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--record", action="store_true", help=f"write data/{OUT.name}")
    parser.add_argument("--device", help="cpu, cuda or mps; the best present if not given")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--steps", type=int, default=STEPS)
    chosen = parser.parse_args(arguments)
    device = choose_device(chosen.device)
    begin = time.perf_counter()
    trained = compare(
        tuple(CONTENDERS), range(chosen.seeds), chosen.steps, FACTOR, device, progress=device_in_words(device)
    )
    seconds = time.perf_counter() - begin
    rows = summary(trained, FACTOR)
    print(table(rows))
    if chosen.record and len(trained) == len(CONTENDERS) * chosen.seeds and not trained[-1].history.stopped:
        result = {"rows": rows, **settings(chosen.seeds, chosen.steps), "runs": runs(trained)}
        print(f"data/{write_record(OUT, result, _command(chosen), seconds, device).name} written")


def _command(chosen):
    """The command that does it again."""
    more = "".join(
        f" --{name} {value}"
        for name, value, usual in (("seeds", chosen.seeds, SEEDS), ("steps", chosen.steps, STEPS))
        if value != usual
    )
    return f"python -m data.super_resolution --record{more}" + (
        f" --device {chosen.device}" if chosen.device else ""
    )


if __name__ == "__main__":
    main()
