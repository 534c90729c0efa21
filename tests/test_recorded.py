"""Cells that cannot run here: what they show instead, in a kernel without PyTorch, OpenCV and scikit-image.

``sys.modules[name] = None`` is Python's own way to have an import fail.
"""

import json
import os
import subprocess
import sys
import textwrap

import nbformat
import numpy as np
import pytest
from nbformat import v4

from course_utils import images, platform
from publishing import for_browser
from publishing.record import Recorded
from tests.later import later
from tools.run import LESSONS, ROOT, run, with_sources

BLOCK = 'import sys; sys.modules.update(dict.fromkeys(("torch", "cv2", "skimage")))\nimport course_utils'
PLAYED = ("03",)  # in the usual run; all of them in a thorough one


def blocked(notebook):
    notebook.cells.insert(0, v4.new_code_cell(BLOCK))
    return notebook


def shown(cell):
    """The text of all that a cell showed."""
    return "\n".join(
        out.get("text", "") or str(out.get("data", {}).get("text/plain", "")) for out in cell.outputs
    )


LESSON = [  # (source, what it showed where torch is)
    "signal = [1, 2]\nstale = 'old'",
    "import math\nimport torch\n\nstale = torch.tensor(signal)\nprint(stale)",
    "math.floor(2.5)",  # another import of a cell that is not run
    "def ours(x):\n    return stale + x",
    "import cv2",
    "from course_utils.networks.records import read_record\nlen(read_record('mending')['command'])",
    "if torch.ones(1) > answer(2):\n    print('right')",
    "stale = 3\nprint(stale)",
    "from course_utils.networks import fcn",
]
CHANGED = [
    "import torch\nprint('mine')",
    "print(torch.ones(3), stale)",
    "ours(2)",
    "def f():\n    import torch\n\n\nf()",
]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """What a site's build writes for a small lesson, whose cells have shown what is said here."""
    folder = tmp_path_factory.mktemp("files")
    notebook = with_sources(*LESSON, "def answer(x):\n    return x")
    notebook.cells.insert(0, notebook.cells.pop())
    notebook.cells[0].metadata["exercise"] = "linear.answer"
    by_source = {cell.source: cell for cell in notebook.cells}
    by_source[LESSON[1]].outputs = [
        v4.new_output("stream", name="stdout", text="tensor([1, 2])\n"),
        v4.new_output(
            "display_data", {for_browser.VIEW: {"model_id": "x"}, "text/plain": "HBox(children=())"}
        ),
        v4.new_output(
            "execute_result",
            {for_browser.VIEW: {"model_id": "y"}, "image/svg+xml": "<svg></svg>", "text/plain": "Four taps."},
        ),
    ]
    by_source[LESSON[6]].outputs = [v4.new_output("stream", name="stdout", text="of somebody else\n")]
    for_browser.write_course_files(folder, {"small": Recorded(notebook, {})})
    return folder


@pytest.fixture(scope="module")
def cells(files, tmp_path_factory):
    """The small lesson, and cells of the learner's after it, run without torch: source -> cell."""
    before = os.environ.get(platform.FILES)
    os.environ[platform.FILES] = str(files)
    try:
        done = run(
            blocked(with_sources("def answer(x):\n    return x", *LESSON[:8], *CHANGED[:3], LESSON[8])),
            tmp_path_factory.mktemp("run"),
        )
    finally:
        os.environ.pop(platform.FILES)
        if before is not None:
            os.environ[platform.FILES] = before
    assert done.problems == []
    return {cell.source: cell for cell in done.ran}


def test_an_unchanged_cell_shows_what_it_showed(cells):
    said = shown(cells[LESSON[1]])
    torch = for_browser.versions()["torch"]
    assert (
        f"Recorded. PyTorch cannot run in a browser. Below is what this cell showed with PyTorch {torch}."
        in said
    )
    assert said.index("Recorded.") < said.index("tensor([1, 2])") < said.index("Four taps.")
    assert "HBox" not in said


def test_its_other_imports_are_made_and_its_names_are_not(cells):
    assert shown(cells[LESSON[2]]) == "2"
    assert (
        shown(cells[LESSON[3]]) == "● Not run here. PyTorch cannot run in a browser."
    )  # it needs `stale`, not 'old'
    assert "It uses `ours`, which a cell before it makes with PyTorch." in shown(cells["ours(2)"])
    assert shown(cells[LESSON[7]]) == "3\n"


def test_a_cell_that_shows_nothing_needs_one_sentence(cells):
    assert shown(cells[LESSON[4]]) == "● Not run here. OpenCV cannot run in this browser."
    assert shown(cells[LESSON[8]]) == "● Not run here. PyTorch cannot run in a browser."


def test_records_are_read_without_torch(cells):
    assert int(shown(cells[LESSON[5]])) > 0


def test_what_works_with_the_learners_own_code_is_never_recorded(cells):
    said = shown(cells[LESSON[6]])
    assert "It works with what you wrote, so nothing could be recorded of it." in said
    assert "of somebody else" not in said


def test_a_changed_cell_meets_a_sentence(cells):
    for source in CHANGED[:3]:
        said = shown(cells[source])
        assert "● Not run here. PyTorch cannot run in a browser." in said
        assert (
            said.endswith("On your own computer it runs.")
            and "you wrote or changed it, or your copy is older" in said
        )


def test_an_import_inside_a_function_meets_a_sentence_too(files, monkeypatch, tmp_path):
    monkeypatch.setenv(platform.FILES, str(files))
    done = run(blocked(with_sources(CHANGED[3], "import no_such_module")), tmp_path)
    assert (
        shown(done.ran[1])
        == "● Not run here. PyTorch cannot run in a browser. On your own computer this runs."
    )
    assert done.problems and all("no_such_module" in problem for problem in done.problems)


def test_without_the_record_a_sentence_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv(platform.FILES, str(tmp_path / "nowhere"))
    done = run(blocked(with_sources("import torch")), tmp_path / "run")
    assert "What this cell showed elsewhere could not be fetched" in shown(done.ran[1])
    assert done.problems == []


def test_pictures_are_the_same_from_files(files, monkeypatch):
    wanted = {name: images.picture(name) for name in images.PICTURES}
    pair, face = images.stereo_pair(), images.face()
    monkeypatch.setenv(platform.FILES, str(files))
    monkeypatch.setitem(sys.modules, "skimage", None)
    for name, pixels in wanted.items():
        np.testing.assert_array_equal(images.picture(name), pixels)
        assert images.picture(name).dtype == np.uint8
    np.testing.assert_array_equal(images.face(), face)
    for ours, theirs in zip(images.stereo_pair(), pair, strict=True):
        np.testing.assert_array_equal(ours, theirs)
        assert ours.dtype == theirs.dtype


def run_alone(code, files, *arguments):
    """What a program prints that is run beside the browser edition's files."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *arguments],
        cwd=ROOT, env=os.environ | {platform.FILES: str(files)}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def lesson(stem):
    return next(path for path in LESSONS if path.stem.startswith(stem))


@pytest.mark.takes(15)
@pytest.mark.parametrize(
    "stem",
    [p.stem[:2] if p.stem[:2] in PLAYED else later(p.stem[:2]) for p in LESSONS],
)
def test_a_lesson_runs_through_without_what_a_browser_lacks(stem, files, tmp_path, monkeypatch):
    """Every cell runs, or its place is taken by a card; none fails, no name is missing, and every control moves."""
    path = lesson(stem)
    notebook = nbformat.read(path, as_version=4)
    expected = {cell.source for cell, modules, _ in for_browser.read_in_turn(notebook) if modules}
    (tmp_path / "recorded").mkdir()
    (tmp_path / "pictures").symlink_to(files / "pictures")
    record = {"versions": for_browser.versions(), "cells": for_browser.recorded_cells(notebook)}
    (tmp_path / "recorded" / f"{stem}.json").write_text(json.dumps(record))
    (tmp_path / "recorded" / "index.json").write_text(json.dumps(dict.fromkeys(record["cells"], stem)))
    monkeypatch.setenv(platform.FILES, str(tmp_path))
    done = run(blocked(notebook), tmp_path / "run")
    assert done.problems == []
    cards = {
        cell.source for cell in done.ran if cell.cell_type == "code" and "● Not run here." in shown(cell)
    }
    assert cards == expected


def test_before_the_first_picture_nothing_heavy_is_loaded(files):
    """In a browser matplotlib costs three seconds and SciPy twenty megabytes."""
    code = """
    import nbformat, sys
    from tools.roads import shows_explorer
    sys.modules.update(dict.fromkeys(("torch", "cv2", "skimage", "matplotlib", "scipy", "tqdm", "threadpoolctl")))
    for path in sys.argv[1:]:
        space, seen = {}, False
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code" and not seen:
                exec(cell.source, space)
                seen = shows_explorer(cell.source)
        assert seen, path
    """
    paths = [str(lesson(stem)) for stem in ("00", "01")]
    run_alone(code, files, *paths)


@pytest.mark.thorough
def test_the_course_imports_with_what_the_browser_has(files):
    """All but the rooms that are torch's: what the wheel's entry in the lock promises."""
    code = """
    import importlib, pkgutil, sys
    absent = ("torch", "cv2", "skimage", "scipy", "matplotlib", "tqdm", "threadpoolctl", "jupyterlab", "nbformat")
    sys.modules.update(dict.fromkeys(absent))
    import course_utils
    from course_utils import needs
    for module in pkgutil.walk_packages(course_utils.__path__, "course_utils.", onerror=lambda name: None):
        name = module.name
        if not needs.behind(name) & set(absent) and not name.endswith("__main__"):
            importlib.import_module(name)
    print(len(sys.modules), *sorted(name for name in sys.modules if name.startswith("course_utils.networks.")))
    """
    said = run_alone(code, files)
    assert said.split()[1:] == ["course_utils.networks.records"]


def test_the_lock_lists_what_the_course_needs_there():
    import tomllib

    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    names = {each.partition("==")[0] for each in wanted}
    assert set(for_browser.PYODIDE_DEPENDS) < names
