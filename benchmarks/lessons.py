"""Every lesson as it is, its exercises unsolved: how long it runs, how much memory its kernel holds."""

import json
import subprocess
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import v4

from benchmarks.tables import Goal, digits, table
from benchmarks.watch import REPORT
from course_utils import lessons
from tools.run import CELL_TIMEOUT_S, LESSONS, kernel_environment

SLOWEST_S, MOST_MB = 30, 150
SLOWEST_TRAINING_S = 120
TRAINING = {lesson.number for lesson in lessons.LESSONS if lesson.trains}


def measure(paths=None):
    """One dict per lesson; see ``measure_one``."""
    return [measure_one(path) for path in (LESSONS if paths is None else paths)]


def measure_one(path):
    """{"name", "total", "cells", "start", "before_torch", "end": MB, "torch": bool}; times in seconds.

    ``total`` is from starting the kernel to the last cell; ``cells`` is what the lesson's own cells took. The memory
    is what the kernel's process holds (RSS) when a cell ends: ``before_torch`` the most of the cells before torch.
    """
    notebook = nbformat.read(path, as_version=4)
    begin = v4.new_code_cell("from benchmarks import watch; watch.begin()")
    end = v4.new_code_cell("from benchmarks import watch; watch.report()")
    notebook.cells = [begin, *notebook.cells, end]
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        client = NotebookClient(
            notebook, timeout=CELL_TIMEOUT_S, startup_timeout=180, kernel_name="python3",
            resources={"metadata": {"path": str(folder)}},
        )  # fmt: skip
        clock = time.perf_counter()
        # Not on our screen: what a kernel says when it starts. A cell that raises is raised here.
        client.execute(env=kernel_environment(folder, folder / "home"), stderr=subprocess.DEVNULL)
        total = time.perf_counter() - clock
    bare, *cells = noted(notebook.cells[-1])
    without = [cell["memory"] for cell in cells if not cell["torch"]]
    return {
        "name": Path(path).stem,
        "total": total,
        "cells": sum(cell["seconds"] for cell in cells),
        "start": bare["memory"],
        "before_torch": max(without, default=bare["memory"]),
        "end": cells[-1]["memory"] if cells else bare["memory"],
        "torch": any(cell["torch"] for cell in cells),
    }


def noted(cell):
    """The list that the last cell printed."""
    said = "".join(output.get("text", "") for output in cell.outputs)
    return next(
        json.loads(line.removeprefix(REPORT)) for line in said.splitlines() if line.startswith(REPORT)
    )


def report(results):
    """Markdown with the table."""
    if not results:
        return "There are no lessons in notebooks/."
    rows = [
        [
            r["name"], f"{digits(r['total'])} s", f"{digits(r['cells'])} s", *(f"{r[key]:.0f} MB" for key in
            ("start", "before_torch", "end")), "yes" if r["torch"] else "no",
        ]
        for r in results
    ]  # fmt: skip
    header = ["lesson", "with kernel", "cells", "bare kernel", "before torch", "at the end", "loads torch"]
    return "Run time, and memory of the kernel's process (the most before torch is loaded):\n\n" + table(
        header, rows
    )


def goals(results):
    goals = []
    for words, most, group in (
        ("slowest lesson without training", SLOWEST_S, [r for r in results if r["name"][:2] not in TRAINING]),
        ("slowest lesson that trains", SLOWEST_TRAINING_S, [r for r in results if r["name"][:2] in TRAINING]),
    ):
        if group:
            slowest = max(group, key=lambda r: r["total"])
            goals.append(Goal(f"{words} ({slowest['name']}), with its kernel", most, slowest["total"], " s"))
    if results:
        largest = max(results, key=lambda r: r["before_torch"])
        added = largest["before_torch"] - largest["start"]
        why = (
            f"{largest['start']:.0f} MB are the bare kernel, {added:.0f} MB the lesson's libraries and arrays"
        )
        words = f"kernel memory without torch ({largest['name']})"
        goals.append(Goal(words, MOST_MB, largest["before_torch"], " MB", why=why))
    return goals
