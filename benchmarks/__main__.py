"""python -m benchmarks [resize] [antialias] [transposed] [threads] [explorers] [lessons] [--quick] [--record]

Measures the parts that are named (all of them when none is), prints tables of ratios and says which goals are
met. --quick takes fewer sizes and rounds; --only WORD measures the explorers with this word in their name. --record
measures everything and keeps it in data/benchmark.md; do that on a machine that does nothing else.
"""

import argparse
import sys
import time
from pathlib import Path

from benchmarks import antialias, explorers, lessons, machine, resize, side_by_side, transposed
from benchmarks.tables import goals_table
from tools.lab import NoBrowser

RECORD = Path(__file__).resolve().parents[1] / "data" / "benchmark.md"
PARTS = {  # name -> (heading, module, arguments of a quick run)
    "resize": ("Resize", resize, {"sizes": resize.QUICK_SIZES, "rounds": 5}),
    "antialias": ("Shrink with antialias", antialias, {"sizes": antialias.QUICK_SIZES, "rounds": 5}),
    "transposed": ("Transposed convolution", transposed, {"layers": transposed.QUICK_LAYERS, "rounds": 5}),
    "threads": ("Side by side", side_by_side, {"rounds": 1, "seconds": 0.5}),
    "explorers": ("Explorers", explorers, {"rounds": 1, "keys": 3, "drag_seconds": 0.7}),
    "lessons": ("Lessons", lessons, {}),
}


def main(arguments=None):
    options = parser().parse_args(arguments)
    if options.record and (options.parts or options.quick or options.only):
        parser().error("--record keeps one full run: leave out the parts, --quick and --only")
    chosen = [name for name in PARTS if name in (options.parts or PARTS)]
    if options.only:
        chosen = ["explorers"]
    pieces = [introduction(options)]
    say(pieces[0])
    reached = []
    for name in chosen:
        piece, goals = measured(name, options.quick, options.only)
        pieces.append(piece)
        reached += goals
        say(piece)
    pieces.append(f"## Goals\n\n{goals_table(reached)}" if reached else "## Goals\n\nNothing was measured.")
    say(pieces[-1])
    if options.record:
        RECORD.write_text("\n\n".join(pieces) + "\n", encoding="utf-8")
        say(f"Kept in {RECORD.relative_to(RECORD.parents[1])}")
    return 0


def measured(name, quick, only=""):
    """One part: (Markdown, goals). A part that cannot run here says why and has no goals."""
    heading, module, quick_arguments = PARTS[name]
    arguments = (quick_arguments if quick else {}) | ({"only": only} if only else {})
    begin = time.perf_counter()
    try:
        results = module.measure(**arguments)
    except NoBrowser as reason:
        return f"## {heading}\n\nNot measured: {reason}.", []
    took = f"(This part took {time.perf_counter() - begin:.0f} s.)"
    return f"## {heading}\n\n{module.report(results)}\n\n{took}", module.goals(results)


def introduction(options):
    words = [
        "python -m benchmarks",
        *options.parts,
        *["--quick"] * options.quick,
        *(["--only", options.only] if options.only else []),
        *["--record"] * options.record,
    ]
    return (
        f"# Benchmark\n\n- command: `{' '.join(words)}`\n{machine.description()}\n\n"
        "Contenders took turns in one session; times are medians. A ratio can be compared with another run's, "
        "a time only with others of this run."
    )


def parser():
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", type=part, metavar="part", help=", ".join(PARTS))
    parser.add_argument("--quick", action="store_true", help="fewer sizes and rounds")
    parser.add_argument(
        "--only", metavar="WORD", help="explorers with this word in their name, such as ruler"
    )
    parser.add_argument("--record", action="store_true", help="keep a full run in data/benchmark.md")
    return parser


def part(name):
    """A part's name, or a sentence that argparse prints."""
    if name not in PARTS:
        raise argparse.ArgumentTypeError(f"{name!r} is no part; there are {', '.join(PARTS)}")
    return name


def say(text):
    print(text, end="\n\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
