"""Two lessons at once on two cores: how much longer each of them takes than alone.

Each piece of work runs in a process of its own, as in a kernel: alone, then two of them at the same time. Beside it,
the same with a thread for each core, which is what the libraries do when nobody decides (``course_utils.threads``).
"""

import os
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.tables import Goal, digits, median, table, times
from course_utils.threads import ALL, OPENCV

ROOT = Path(__file__).resolve().parents[1]
CORES, ROUNDS, SECONDS = 2, 3, 2.0
MOST = 2.2  # times as long as alone: each has one core then, and waits for memory


def flow_network():
    """One image of a batch of one through lesson 12's network with flow."""
    import torch

    from course_utils.networks.alignment_study import network

    model, image = network("flow").eval(), torch.rand(1, 3, 64, 64)

    def forward():
        with torch.no_grad():
            model(image)

    return forward


def product():
    import numpy as np

    matrix = np.random.default_rng(0).random((400, 400))
    return lambda: matrix @ matrix


def opencv():
    import cv2
    import numpy as np

    picture = np.random.default_rng(0).random((512, 512, 3), dtype=np.float32)
    return lambda: cv2.resize(picture, (1024, 1024), interpolation=cv2.INTER_CUBIC)


WORK = {
    "one image through lesson 12's flow network": flow_network,
    "NumPy: 400 × 400 times 400 × 400": product,
    "OpenCV: 512² → 1024² × 3, bicubic": opencv,
}


def measure(rounds=ROUNDS, seconds=SECONDS):
    """One dict for each work: "work", "alone" (ms), "together" (ms), "many" (ms together, a thread for each core)."""
    return [measure_one(name, rounds, seconds) for name in WORK]


def measure_one(name, rounds, seconds):
    decided = {key: value for key, value in os.environ.items() if key not in (ALL, OPENCV)}
    many = decided | {ALL: str(CORES), OPENCV: str(CORES)}
    taken = {"alone": [], "together": [], "many": []}
    for _ in range(rounds):  # in turn, so that what else the machine does meets all of them
        taken["alone"].append(at_once(name, 1, decided, seconds))
        taken["together"].append(at_once(name, 2, decided, seconds))
        taken["many"].append(at_once(name, 2, many, seconds))
    return {"work": name, **{how: median(each) for how, each in taken.items()}}


def at_once(name, count, environ, seconds):
    """``count`` processes that do the work at the same time: ms that one piece takes in the slower of them."""
    number = list(WORK).index(name)  # an argument of a program that any locale can write
    command = [sys.executable, "-m", "benchmarks.side_by_side", str(number), str(seconds)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, cwd=ROOT, env=environ, **pipes) for _ in range(count)]
    for process in processes:
        process.stdout.readline()  # it has loaded its libraries
    for process in processes:
        process.stdin.write("begin\n")
        process.stdin.flush()
    return max(float(process.communicate()[0]) for process in processes)


def work(number, seconds):
    """In a process of its own, the work of this place in ``WORK``: the mean time of one piece of work, in ms."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    once = list(WORK.values())[number]()
    once()
    print("ready", flush=True)
    sys.stdin.readline()
    begin, count = time.perf_counter(), 0
    while count == 0 or time.perf_counter() - begin < seconds:
        once()
        count += 1
    print(1000 * (time.perf_counter() - begin) / count)


def report(results):
    """Markdown with the table."""
    rows = [
        [
            r["work"], f"{digits(r['alone'])} ms", f"{digits(r['together'])} ms",
            times(r["together"] / r["alone"]), times(r["many"] / r["alone"]),
        ]
        for r in results
    ]  # fmt: skip
    header = ["work", "alone", "two at once", "ratio", "with a thread for each core"]
    return (
        f"On {CORES} cores, one thread for a kernel as the course decides, and what it is without:\n\n"
        + table(header, rows)
    )


def goals(results):
    worst = max(results, key=lambda r: r["together"] / r["alone"])
    words = f"two lessons at once: time / alone, the highest ({worst['work']})"
    return [Goal(words, MOST, worst["together"] / worst["alone"], "×")]


if __name__ == "__main__":
    work(int(sys.argv[1]), float(sys.argv[2]))
