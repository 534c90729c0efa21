"""python -m tests.search TIME [--seed N] [pytest's options]: new examples for every property test, round after round.

TIME is 90s, 10m or 2h; 0s is one round. A round runs every property test once, with a seed of its own: drawn, or N,
N + 1, and so on. The first round that fails is the last: its output shows the smallest example that hypothesis found,
and how to see it again is printed below it.
"""

import argparse
import re
import secrets
import subprocess
import sys
import time
from itertools import count

SECONDS = {"s": 1, "m": 60, "h": 3600}
NOTHING_SELECTED = 5  # pytest's exit status


def main(arguments):
    parser = argparse.ArgumentParser(prog="python -m course_utils test --search", allow_abbrev=False)
    parser.add_argument("time", type=seconds, help="90s, 10m or 2h")
    parser.add_argument("--seed", type=int, help="the first round's; later rounds count on from it")
    chosen, options = parser.parse_known_args(arguments)
    end, first = time.monotonic() + chosen.time, chosen.seed
    for rounds in count(1):
        seed = secrets.randbelow(2**32) if first is None else first + rounds - 1
        print(f"\nRound {rounds}, seed {seed}", flush=True)
        status = subprocess.run(command(seed, options)).returncode
        if status:
            print("" if status == NOTHING_SELECTED else how_to_see_it_again(seed), flush=True)
            return status
        if time.monotonic() >= end:
            print(f"\n{rounds} round{'s' * (rounds > 1)}, nothing found.")
            return 0


def seconds(words):
    """How long ``words`` are, in seconds.

    >>> seconds("90s"), seconds("10m"), seconds("1.5h")
    (90.0, 600.0, 5400.0)
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smh])", words)
    if not found:
        raise argparse.ArgumentTypeError(f"{words!r} is no time; write 90s, 10m or 2h")
    return float(found[1]) * SECONDS[found[2]]


def command(seed, options=()):
    """One round. ``-m hypothesis`` selects the property tests: hypothesis marks them itself."""
    return [
        sys.executable, "-m", "pytest", "-m", "hypothesis",
        "--hypothesis-profile=search", f"--hypothesis-seed={seed}", *options,
    ]  # fmt: skip


def how_to_see_it_again(seed):
    return (
        "\nTo see it again: put the @reproduce_failure line that is printed above over the test, or run\n\n"
        f"    python -m course_utils test -n 0 --hypothesis-profile=search --hypothesis-seed={seed} FILE::TEST\n\n"
        "Then write the example down as a test of its own, or as @example(...) above @given."
    )


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
