"""Train every layer of lesson 09 with ten seeds, measure random decoders and encoders, and record what they leave.

    python -m data.checkerboards              trains and prints the tables
    python -m data.checkerboards --record     and writes data/checkerboards.json, which lesson 09 shows

About three minutes on one core, always on the CPU. Run it from the repository's root. A run that was ended with
Ctrl-C is printed but not recorded.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import torch

from course_utils.checkerboard import by_phase, comb_share
from course_utils.networks.checkerboard import (
    ENCODERS,
    GRAYS,
    LAYERS,
    MIDDLE,
    RATE,
    STEPS,
    compare,
    decoder,
    encoder,
    input_gradient,
    summary,
)
from course_utils.networks.records import table, write_record
from course_utils.networks.superresolution import BATCH, HELD_OUT, PATCH, TRAINING
from course_utils.networks.training import seeded

OUT = Path(__file__).with_suffix(".json")
SEEDS = 10
FILMED = (0, 5, 10, 25, 50, 100, 200, 400)


def decoders(seeds):
    """How much of a random decoder's power is pattern: three stages, noise in."""
    rows = []
    for name in LAYERS:
        shares = []
        for seed in range(seeds):
            with seeded(seed), torch.no_grad():
                answer = decoder(name)(torch.randn(1, 16, 16, 16))[0].double().numpy()
            shares.append(comb_share(answer[:, 32:-32, 32:-32], 8))
        rows.append({"layer": name, "share on the comb": round(float(np.mean(shares)), 4)})
    return rows


def encoders(seeds):
    """How unevenly a random encoder's gradient falls on the four phases of its input: three stages."""
    rows = []
    for name in ENCODERS:
        power, zero = 0, 0
        for seed in range(seeds):
            with seeded(seed):
                gradient = input_gradient(encoder(name), torch.randn(4, 16, 48, 48), seed)
            zero += (gradient == 0).mean() / seeds
            parts = by_phase(gradient[..., 16:-16, 16:-16].astype(float), 2)
            one = np.square(parts).mean(axis=(0, 1, -2, -1))
            power = power + one / one.mean()
        least = power.min()
        rows.append(
            {
                "layer": name,
                "most over least": round(float(power.max() / least), 2) if least else "infinite",
                "exactly 0": round(float(zero), 3),
            }
        )
    return rows


def film(runs):
    """What flat pictures become while the first seed learns: layer -> step -> gray -> phases."""
    return {
        run.layer: [run.answers[step].round(3).tolist() for step in FILMED] for run in runs if run.seed == 0
    }


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--record", action="store_true", help=f"write data/{OUT.name}")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    chosen = parser.parse_args(arguments)
    begin = time.perf_counter()
    runs = compare(tuple(LAYERS), range(chosen.seeds), FILMED, progress="checkerboards")
    rows, forward, backward = summary(runs), decoders(chosen.seeds), encoders(chosen.seeds)
    for each in (rows, forward, backward):
        print(table(each), end="\n\n")
    if chosen.record and len(runs) == len(LAYERS) * chosen.seeds:
        result = {
            "rows": rows, "trained on": list(TRAINING), "held out": list(HELD_OUT), "seeds": chosen.seeds,
            "batch": BATCH, "patch": PATCH, "learning rate": RATE, "flat pictures": list(GRAYS),
            "measured on": MIDDLE,
            "measure": "standard deviation of the four phases' means on a flat picture, in gray levels of 255",
            "decoders": forward, "encoders": backward, "film steps": list(FILMED), "film": film(runs),
            "runs": [
                {"layer": run.layer, "seed": run.seed, **{f"step {s}": round(run.levels[s], 3) for s in STEPS}}
                for run in runs
            ],
        }  # fmt: skip
        seeds = "" if chosen.seeds == SEEDS else f" --seeds {chosen.seeds}"
        path = write_record(
            OUT, result, f"python -m data.checkerboards --record{seeds}", time.perf_counter() - begin, "cpu"
        )
        print(f"data/{path.name} written")


if __name__ == "__main__":
    main()
