"""The wheel of the course stands by itself: every module that a lesson imports, and the results that it reads."""

import ast
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest

from tools import THOROUGH
from tools.run import LESSONS, ROOT

pytest.importorskip(
    "setuptools", "77", reason="a wheel is built by setuptools 77 or newer, which is not here"
)
BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
READ = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
import course_utils
from course_utils import fcn, films, images
from course_utils.explorers.linear import two_samples
print(course_utils.__file__)
print(len(films.Film.__doc__) > 0, len(fcn.recorded_results("scenes")) > 0, images.picture("camera").shape)
print(len(two_samples().stage._esm) > 1000 and len(two_samples().stage._css) > 1000)
"""


def modules(path):
    """Modules of the course that a lesson imports."""
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type != "code":
            continue
        try:
            tree = ast.parse(cell.source)
        except SyntaxError:  # a magic
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("course_utils"):
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_module(name):
    path = ROOT.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


def of_lessons():
    names = {
        name if is_module(name) else name.rpartition(".")[0] for path in LESSONS for name in modules(path)
    }
    return sorted(name for name in names if THOROUGH or ".networks" not in name)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with nothing in it but what the wheel brings."""
    copy, wheels, place = (tmp_path_factory.mktemp(name) for name in ("copy", "wheels", "place"))
    for name in ("course_utils", "data"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    done = subprocess.run(
        [sys.executable, "-c", BUILD, str(wheels)], cwd=copy, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = wheels.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(place)
    return place


def test_it_holds_the_course_and_nothing_of_the_repository(installed):
    assert {path.name.partition("-")[0] for path in installed.iterdir()} == {
        "course_utils",
        "between_the_pixels",
    }
    results = {path.name for path in (installed / "course_utils" / "data").iterdir()}
    assert results == {path.name for path in (ROOT / "data").glob("*.json")} | {"agreement.md"}


def test_recorded_results_are_found_by_one_line():
    """In a wheel they lie elsewhere than in the repository."""
    named = [
        file.name
        for file in (ROOT / "course_utils").rglob("*.py")
        if '/ "data"' in file.read_text(encoding="utf-8")
    ]
    assert named == ["files.py"], "from course_utils.files import DATA"
    astray = [path.stem for path in LESSONS if '/ \\"data\\"' in path.read_text(encoding="utf-8")]
    assert astray == [], "from course_utils.files import DATA"


@pytest.mark.thorough
def test_lessons_find_all_they_import_and_read(installed, tmp_path):
    names = of_lessons()
    assert len(names) > 20
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {"PYTHONPATH": str(installed)}
    done = subprocess.run(
        [sys.executable, "-c", READ, *names], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    where, read, stage = done.stdout.splitlines()
    assert Path(where).is_relative_to(installed)
    assert read == "True True (512, 512)" and stage == "True"
