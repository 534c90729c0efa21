"""What submitted notebooks can do, beside what progress files claim: a progress file is written by its learner.

Of a notebook, the functions that exercises ask for are run, with the imports, definitions and names that they
use, and nothing else. That is strange code: it runs in a process of its own (``again``) with limits on time and
memory, without the network, with an empty folder for a home. Whoever writes code in order to deceive the check can
still do so, and it then stands in the notebook for all to read.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from course_utils.classroom.learners import learner_of, shown
from course_utils.classroom.words import count
from course_utils.exercises.engine.store import OUTCOMES

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 120  # for one notebook; each exercise has a limit of its own besides
MEMORY = 4_000_000_000  # bytes of address space: PyTorch alone reserves more than half of it
LARGEST_NOTEBOOK = 100_000_000  # bytes
NOBODY = 65534


@dataclass(frozen=True)
class Judged:
    """One notebook run again: {key: (outcome, diagnosis)}, how it was shut in, and why it could not be run."""

    path: Path
    name: str
    outcomes: dict
    shut_in: str = ""
    trouble: str = ""


def find_notebooks(places):
    """The notebooks named, and those in the named folders, however deep. Copies that Jupyter keeps do not count."""
    found = {}
    for place in map(Path, places):
        inside = sorted(place.rglob("*.ipynb")) if place.is_dir() else [place]
        for path in inside:
            if not any(part.startswith(".") for part in path.relative_to(place).parts):
                found.setdefault(path.resolve(), path)
    return list(found.values())


def judge(path, seconds=SECONDS, memory=MEMORY):
    """Run the exercises of one notebook again, in a sandbox: a Judged."""
    path = Path(path)
    try:
        cells = _cells(path)
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        return Judged(path, learner_of(path), {}, trouble=f"it cannot be read ({type(error).__name__})")
    job = json.dumps({"cells": cells, "memory": memory, "seconds": seconds})
    with tempfile.TemporaryDirectory(prefix="between-the-pixels-") as home:
        status, out = _run(job, home, seconds)
    try:
        answer = json.loads(out.splitlines()[-1])
        outcomes = {str(key): (str(outcome), str(why)) for key, (outcome, why) in answer["outcomes"].items()}
        if not {outcome for outcome, _ in outcomes.values()} <= set(OUTCOMES):
            raise ValueError("this was not written by us")
        return Judged(path, learner_of(path), outcomes, str(answer["shut_in"]))
    except (IndexError, ValueError, KeyError, TypeError, AttributeError):
        reason = (
            f"it ran longer than {seconds} s" if status is None else f"it ended with exit status {status}"
        )
        return Judged(path, learner_of(path), {}, trouble=reason)


def _cells(path):
    if path.stat().st_size > LARGEST_NOTEBOOK:
        raise ValueError("too large")
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [
        {"source": "".join(cell["source"]), "exercise": str(cell.get("metadata", {}).get("exercise", ""))}
        for cell in cells
        if cell["cell_type"] == "code"
    ]


def _run(job, home, seconds):
    """(exit status, None when time was up; what it printed)"""
    also = {}
    if hasattr(os, "geteuid") and os.geteuid() == 0 and _others_can_read(ROOT, Path(sys.executable)):
        os.chown(home, NOBODY, NOBODY)
        also = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    process = subprocess.Popen(
        [sys.executable, "-B", "-s", "-m", "course_utils.classroom.again"],
        env=_variables(home), cwd=home, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True, encoding="utf-8", errors="replace", start_new_session=True, **also,
    )  # fmt: skip
    try:
        out, _ = process.communicate(job, timeout=seconds)
        return process.returncode, out
    except subprocess.TimeoutExpired:
        return None, ""
    finally:
        process.kill()
        process.communicate()


def _variables(home):
    """Nothing of the teacher's own but where Python and its packages are."""
    kept = {
        name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ
    }
    folders = dict.fromkeys([str(ROOT), *(folder for folder in sys.path if folder)])
    places = dict.fromkeys(("HOME", "USERPROFILE", "TMPDIR", "BETWEEN_THE_PIXELS_HOME", "MPLCONFIGDIR"), home)
    return kept | places | {"PYTHONPATH": os.pathsep.join(folders), "OMP_NUM_THREADS": "1", "PYTHONUTF8": "1"}


def _others_can_read(*paths):
    """May somebody who is not the owner reach these?"""
    ways = {each for path in paths for each in (path.resolve(), *path.resolve().parents)}
    return all(each.stat().st_mode & 0o005 == 0o005 for each in ways)


# --- beside what is claimed ---------------------------------------------------------------------------------


def report(learners, places, names, say):
    """Run the notebooks again and say which files claim more; returns 1 when one does, else 0."""
    paths = find_notebooks(places)
    if not paths:
        raise ValueError(f"there is no notebook in {', '.join(places)}")
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        judged = list(pool.map(judge, paths))
    owners = {learner.name: learner for learner in learners}
    alone = learners[0] if len(learners) == 1 else None
    best = {}  # (learner's number, key) -> (outcome, why): a lesson may be handed in twice
    for number, notebook in enumerate(judged, 1):
        learner = owners.get(notebook.name) or alone
        who = learner.called(names) if learner else notebook.name if names else f"notebook {number}"
        if notebook.trouble:
            say(f"{who}, {_file(notebook, names)}: {notebook.trouble}.")
        if not learner:
            say(f"{who}: there is no progress file of the same name.")
            continue
        for key, found in notebook.outcomes.items():
            place = learner.number, key
            best[place] = max(best.get(place, found), found, key=lambda each: OUTCOMES.index(each[0]))
    say(f"{count(len(judged), 'notebook')} run again, {shut_in(judged)}.")
    return _compare(learners, best, names, say)


def _compare(learners, best, names, say):
    """Say what is claimed and so, claimed and not so; 1 when something is not so, else 0."""
    claimed = {
        (learner.number, key): learner
        for learner in learners
        for key, entry in learner.exercises.items()
        if entry["outcome"] == "right"
    }
    right = {place for place, (outcome, _) in best.items() if outcome == "right"}
    say(f"{count(len(right & claimed.keys()), 'exercise')} claimed right, and right.")
    if under := right - claimed.keys():
        say(f"{count(len(under), 'exercise')} right, and not claimed: perhaps solved on another computer.")
    if unseen := claimed.keys() - best.keys():
        say(f"{count(len(unseen), 'exercise')} claimed right, of lessons whose notebook is not here.")
    over = sorted((claimed.keys() & best.keys()) - right)
    if over:
        say(f"{count(len(over), 'exercise')} claimed right, and not right in the notebook:")
    for number, key in over:
        outcome, why = best[number, key]
        who = claimed[number, key].called(names)
        say(f"  {who}: {key} is {outcome}{f' ({shown(why)})' if why else ''}")
    return 1 if over else 0


def _file(notebook, names):
    return shown(notebook.path.name if names else "one notebook")


def shut_in(judged):
    """How the notebooks were kept apart, in words: the weakest of all counts."""
    ways = sorted({each.shut_in for each in judged if each.shut_in}, key=len)
    return ways[0] if ways else "none to its end"
