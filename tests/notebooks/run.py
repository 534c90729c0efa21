"""Run a notebook in a fresh kernel, as it is or solved, move every control, collect what went wrong."""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import v4

from tests.notebooks.watch import REPORT

ROOT = Path(__file__).resolve().parents[2]
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
CELL_TIMEOUT_S = 300  # the longest cell, of lesson 12, trains for a minute; several may share two slow cores
BEFORE = "from tests.notebooks import watch\nwatch.watch()"
AFTER = "from tests.notebooks import watch\nawait watch.move_everything()\nwatch.report()"


@dataclass(frozen=True)
class Run:
    """What happened. ``problems``: sentences; ``cells``: (source, seconds, is torch loaded after it)."""

    notebook: nbformat.NotebookNode
    problems: list
    cells: list
    moves: int
    seconds: float  # of the lesson's own cells
    home: Path  # where the learner's progress went
    left_behind: list  # names of files that the lesson wrote next to itself


def run(notebook, folder, solutions=None):
    """Run ``notebook`` (a NotebookNode) in ``folder``; ``solutions`` maps an exercise's key to its source."""
    notebook = with_solutions(notebook, solutions or {})
    notebook.cells = [v4.new_code_cell(BEFORE), *notebook.cells, v4.new_code_cell(AFTER)]
    lesson_folder, home = folder / "lessons", folder / "home"
    lesson_folder.mkdir(parents=True)
    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT_S,
        startup_timeout=180,
        kernel_name="python3",
        allow_errors=True,  # go on after an error: the report names them all
        resources={"metadata": {"path": str(lesson_folder)}},
    )
    client.execute(env=kernel_environment(folder, home))
    return read(notebook, home, sorted(path.name for path in lesson_folder.iterdir()))


def with_solutions(notebook, solutions):
    """A copy in which every exercise cell whose key has a solution holds that solution."""
    notebook = nbformat.from_dict(json.loads(json.dumps(notebook)))
    for cell in notebook.cells:
        if cell.metadata.get("exercise") in solutions:
            cell.source = solutions[cell.metadata["exercise"]]
    return notebook


def kernel_environment(folder, home):
    """What a learner's kernel has: the repository on the path, and here a home and settings of its own."""
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
        "BETWEEN_THE_PIXELS_HOME": str(home),
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_PREFER_ENV_PATH": "1",
    }


def read(notebook, home, left_behind):
    report = watched(notebook.cells[-1])
    code = [cell for cell in notebook.cells[1:-1] if cell.cell_type == "code" and cell.source.strip()]
    seen = [(cell["seconds"], cell["torch"]) for cell in report["cells"]]
    cells = [(cell.source, *facts) for cell, facts in zip(code, seen, strict=False)]
    problems = report["problems"] + [
        f"code cell {number}: {problem}"
        for number, cell in enumerate([*code, notebook.cells[-1]])
        for output in cell.outputs
        for problem in problems_in(output)
    ]
    seconds = sum(seconds for _, seconds, _ in cells)
    return Run(notebook, problems, cells, report["moves"], seconds, home, left_behind)


def watched(cell):
    """The report that the last cell printed; without one (the kernel died, the mover broke) say so."""
    for output in cell.outputs:
        for line in output.get("text", "").splitlines():
            if line.startswith(REPORT):
                return json.loads(line.removeprefix(REPORT))
    said = "\n".join(str(output) for output in cell.outputs)
    return {"problems": [f"no report from the kernel: {said}"], "cells": [], "moves": 0}


def problems_in(output):
    """Sentences about what an output says went wrong: an error, a warning on stderr, a printed traceback."""
    if output.output_type == "error":
        yield f"{output.ename}: {output.evalue}"
    text = output.get("text", "") + " ".join(map(str, output.get("data", {}).values()))
    text = re.sub(f"^{REPORT}.*$", "", text, flags=re.MULTILINE)
    if output.output_type == "stream" and output.name == "stderr":
        yield f"stderr: {text.strip()[:1000]}"
    elif "Traceback (most recent call last)" in text:
        yield f"a printed traceback: {text[:1000]}"


def with_sources(*sources):
    """A notebook of code cells, for tests of this file."""
    notebook = v4.new_notebook(cells=[v4.new_code_cell(source) for source in sources])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return notebook
