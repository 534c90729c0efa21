"""Runs in a lesson's kernel: after each cell, how long it took and how much memory the kernel holds."""

import json
import sys
import time

REPORT = "MEASURED "  # begins the line that ``report`` prints
CELLS = []


def begin():
    """From the next cell on, note every cell."""
    import psutil
    from IPython import get_ipython

    process, clock = psutil.Process(), {}

    def before(_):
        clock["begin"] = time.perf_counter()

    def after(_):
        seconds = time.perf_counter() - clock.get("begin", time.perf_counter())
        megabytes = process.memory_info().rss / 2**20
        CELLS.append({"seconds": seconds, "memory": megabytes, "torch": "torch" in sys.modules})

    events = get_ipython().events
    events.register("pre_run_cell", before)
    events.register("post_run_cell", after)


def report():
    """Print what was noted. The first entry is the cell that called ``begin``: the bare kernel."""
    print(REPORT + json.dumps(CELLS))
