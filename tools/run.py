"""Run a notebook in a fresh kernel, as it is and solved, move every control, collect what went wrong."""

import ast
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import v4

from tools.watch import REPORT

ROOT = Path(__file__).resolve().parents[1]
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
CELL_TIMEOUT_S = 1200  # ends what hangs. The longest cell trains for half a minute; a busy core is no failure
BEFORE = "from tools import watch\nwatch.watch()"
AFTER = "from tools import watch\nawait watch.move_everything()\nwatch.report()"


@dataclass(frozen=True)
class Run:
    """What happened. ``problems``: sentences; ``cells``: (source, seconds, is torch loaded after it)."""

    ran: list  # of cells, with their outputs
    problems: list
    cells: list
    moves: int
    seconds: float  # of the lesson's own cells
    home: Path  # where the learner's progress went
    left_behind: list  # names of files that the lesson wrote next to itself


def run(notebook, folder):
    """Run ``notebook`` (a NotebookNode) in ``folder``, in a kernel of its own."""
    return run_in_turn([notebook], folder)[0]


def run_in_turn(notebooks, folder):
    """Run notebooks one after another in one kernel, as somebody who starts again from the top: a Run for each."""
    whole, lesson_folder, home = nbformat.from_dict(notebooks[0]), folder / "lessons", folder / "home"
    parts = [[*copied(notebook).cells, v4.new_code_cell(AFTER)] for notebook in notebooks]
    whole.cells = [v4.new_code_cell(BEFORE), *(cell for part in parts for cell in part)]
    lesson_folder.mkdir(parents=True)
    client = NotebookClient(
        whole,
        timeout=CELL_TIMEOUT_S,
        startup_timeout=CELL_TIMEOUT_S,
        kernel_name="python3",
        allow_errors=True,  # go on after an error: the report names them all
        resources={"metadata": {"path": str(lesson_folder)}},
    )
    client.execute(env=kernel_environment(folder, home))
    left_behind = sorted(path.name for path in lesson_folder.iterdir())
    return [read(part, home, left_behind) for part in parts]


def copied(notebook):
    return nbformat.from_dict(json.loads(json.dumps(notebook)))


def with_solutions(notebook, solutions):
    """A copy in which every exercise cell whose key is in ``solutions`` holds that source."""
    notebook = copied(notebook)
    for cell in notebook.cells:
        if cell.metadata.get("exercise") in solutions:
            cell.source = solutions[cell.metadata["exercise"]]
    return notebook


def without_training(notebook, solutions):
    """A copy without the cells tagged "training", for a kernel that has trained: the networks are there.

    A cell that uses a function of the learner stays: what it trains is another network now.
    """
    own = {
        name for source in solutions.values() for name in re.findall(r"^def (\w+)\(", source, re.MULTILINE)
    }
    notebook = copied(notebook)
    notebook.cells = [
        cell for cell in notebook.cells if not trains(cell) or own & set(re.findall(r"\w+", cell.source))
    ]
    return notebook


def untrained(notebook):
    """A copy in which cells that train only import, and so do those that use what another one would have made."""
    notebook, missing = copied(notebook), set()
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        tree = ast.parse(cell.source)
        made, used = names_in(tree)
        if trains(cell) or used & missing:
            missing |= made
            kept = [
                part for part in tree.body if isinstance(part, (ast.Import, ast.ImportFrom, ast.FunctionDef))
            ]
            cell.source = "\n".join(map(ast.unparse, kept))
        else:
            missing -= made
    return notebook


def what_solutions_change(notebook):
    """A copy with the exercises, the cells that use what comes of them, and those that make what these use.

    For a kernel that has run the whole: there the others would show the same again.
    """
    notebook = copied(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    facts = []
    for tree in (ast.parse(cell.source) for cell in cells):
        made, used = names_in(tree)
        facts.append((made | names_brought(tree), used))
    changed, kept = set(), set()
    for number, (cell, (made, used)) in enumerate(zip(cells, facts, strict=True)):
        if "exercise" in cell.metadata or used & changed:
            kept.add(number)
            changed |= made
        else:
            changed -= made
    needed = set()
    for number, (made, used) in reversed(list(enumerate(facts))):
        if number in kept or made & needed:
            kept.add(number)
            needed = needed - made | used
    notebook.cells = [cell for number, cell in enumerate(cells) if number in kept]
    return notebook


def names_in(tree):
    """Names that a cell assigns, and names that it needs from others: (made, used).

    >>> made, used = names_in(ast.parse("results += compare(seeds)\\nfor run in results:\\n    print(run)"))
    >>> sorted(made), sorted(used)
    (['results', 'run'], ['compare', 'print', 'results', 'seeds'])
    """
    made, used = set(), set()
    for statement in tree.body:
        nodes = list(ast.walk(statement))
        names = [node for node in nodes if isinstance(node, ast.Name)]
        assigned = {node.id for node in names if isinstance(node.ctx, ast.Store)}
        used |= {node.id for node in names if isinstance(node.ctx, ast.Load)} - assigned - made
        used |= {ast.unparse(node.target) for node in nodes if isinstance(node, ast.AugAssign)} - made
        made |= assigned
    return made, used


def names_brought(tree):
    """Names that a cell imports or defines.

    >>> sorted(names_brought(ast.parse("import numpy as np, os.path\\nx = 1\\ndef twice(x): return 2 * x")))
    ['np', 'os', 'twice']
    """
    brought = set()
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            brought.add(statement.name)
        if isinstance(statement, ast.Import | ast.ImportFrom):
            brought |= {name.asname or name.name.split(".")[0] for name in statement.names}
    return brought


def trains(cell):
    """Does this cell train for seconds? A "training" can be kept for a class, what is "long" cannot."""
    return bool({"training", "long"} & set(cell.metadata.get("tags", [])))


def kernel_environment(folder, home):
    """What a learner's kernel has: the repository on the path, and here a home and settings of its own."""
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
        "BETWEEN_THE_PIXELS_HOME": str(home),
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_PREFER_ENV_PATH": "1",
    }


def read(cells, home, left_behind):
    report = watched(cells[-1])
    code = [cell for cell in cells[:-1] if cell.cell_type == "code" and cell.source.strip()]
    seen = [(cell["seconds"], cell["torch"]) for cell in report["cells"]]
    problems = report["problems"] + [
        f"code cell {number}: {problem}"
        for number, cell in enumerate([*code, cells[-1]])
        for output in cell.outputs
        for problem in problems_in(output)
    ]
    timed = [(cell.source, *facts) for cell, facts in zip(code, seen, strict=bool(seen))]
    seconds = sum(seconds for _, seconds, _ in timed)
    return Run(cells[:-1], problems, timed, report["moves"], seconds, home, left_behind)


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
