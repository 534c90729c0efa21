"""A lesson, run once in a kernel of its own, unsolved: its outputs, and what its explorers show without a kernel.

What was recorded is kept in ``.course/book`` under a name made from everything that it rests on, so that a page's
looks can be changed without running anything again.
"""

import gzip
import hashlib
import json
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat import v4

from course_utils.launcher.requirements import installed, read_needs
from publishing.inside import FOLDER
from tools.roads import shows_explorer
from tools.run import CELL_TIMEOUT_S, ROOT, copied, kernel_environment

KEPT = ROOT / ".course" / "book"
RESTS_ON = ("course_utils/**/*.py", "course_utils/**/*.toml", "data/*.json", "data/*.py", "data/agreement.md",
            "publishing/inside.py", "publishing/record.py", "pyproject.toml", "tools/roads.py",
            "tools/run.py")  # fmt: skip
NOTE = "__import__('publishing.inside').inside.note({expected})"
COLORS = re.compile(r"\x1b\[[\d;]*m")
OF_THIS_MACHINE = re.compile(r"\bcli\.main\(")  # what it prints is about the machine it runs on


class NotRecorded(Exception):
    """A lesson could not be run; the message says where and why."""


@dataclass(frozen=True)
class Recorded:
    """A lesson that was run. ``widgets``: id of a widget in an output -> what is recorded of it.

    That is what ``standalone.recorded`` gives of an explorer, or ``Prediction.ahead`` of a prediction.
    """

    notebook: nbformat.NotebookNode
    widgets: dict


def recorded(path, on_cell=lambda: None, kept=None):
    """The lesson at ``path``, from what is kept or else run now. ``on_cell`` is called after each code cell.

    Raises NotRecorded when a cell raises or the kernel ends.
    """
    kept = kept or KEPT
    file = kept / f"{path.stem}-{fingerprint(path)}.json.gz"
    if file.is_file():
        data = json.loads(gzip.decompress(file.read_bytes()))
        return Recorded(nbformat.from_dict(data["notebook"]), data["widgets"])
    done = run(nbformat.read(path, as_version=4), path.stem, on_cell)
    kept.mkdir(parents=True, exist_ok=True)
    for old in kept.glob(f"{path.stem}-*.json.gz"):
        old.unlink()
    data = {"notebook": done.notebook, "widgets": done.widgets}
    file.write_bytes(gzip.compress(json.dumps(data).encode(), 6))
    return done


def fingerprint(path):
    """Of a lesson and all that its outputs rest on, the packages' versions among it."""
    digest = hashlib.sha256(path.read_bytes() + str(sorted(versions().items())).encode())
    for pattern in RESTS_ON:
        for file in sorted(ROOT.glob(pattern)):
            digest.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def versions():
    """The course's packages here: name -> version."""
    return installed([(need.name, need.module) for need in read_needs(ROOT / "pyproject.toml")])


def run(notebook, name, on_cell=lambda: None):
    """Run a lesson (a NotebookNode), with what records its explorers between its cells."""
    lesson = copied(notebook)
    code = [cell for cell in lesson.cells if cell.cell_type == "code"]
    note = NOTE.format(expected=sum(shows_explorer(cell.source) for cell in code))
    whole = copied(notebook)
    whole.cells = []
    for cell in lesson.cells:
        if cell.cell_type == "code" and not OF_THIS_MACHINE.search(cell.source):
            whole.cells += [cell, v4.new_code_cell(note, metadata={"recorder": True})]
    with tempfile.TemporaryDirectory(prefix="book-") as folder:
        folder = Path(folder)
        (folder / "lessons").mkdir()
        (folder / "widgets").mkdir()
        _execute(whole, name, folder, on_cell)
        widgets = {
            file.stem: json.loads(file.read_text(encoding="utf-8"))
            for file in sorted((folder / "widgets").glob("*.json"))
        }
    lesson.metadata.pop("widgets", None)
    return Recorded(lesson, widgets)


def _execute(whole, name, folder, on_cell):
    def executed(cell, **_):
        if "recorder" not in cell.metadata:
            on_cell()

    client = NotebookClient(
        whole,
        timeout=CELL_TIMEOUT_S,
        startup_timeout=CELL_TIMEOUT_S,
        kernel_name="python3",
        store_widget_state=False,
        resources={"metadata": {"path": str(folder / "lessons")}},
        on_cell_executed=executed,
    )
    environment = kernel_environment(folder, folder / "home") | {FOLDER: str(folder / "widgets")}
    said = folder / "kernel.log"
    try:
        with said.open("wb") as log:
            client.execute(env=environment, stderr=log)
    except CellExecutionError as error:
        what = COLORS.sub("", str(error))
        raise NotRecorded(f"Lesson {name} cannot be made into a page: a cell raised.\n{what}") from None
    except DeadKernelError as error:
        raise NotRecorded(
            f"Lesson {name} cannot be made into a page: its kernel ended. {error}\n{_last(said)}"
        ) from None


def _last(log, most=2000):
    return log.read_text(encoding="utf-8", errors="replace")[-most:]
