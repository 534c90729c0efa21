"""The arrows of the house: what may import what."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "course_utils"
INSIDE = {"server.py", "probe.py"}  # run inside the environment: by JupyterLab's server, by the doctor
OUTSIDE = sorted(file for file in PACKAGE.glob("launcher/*.py") if file.name not in INSIDE)


def imported(file):
    """The top-level names of everything a file imports, wherever in the file."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


def test_the_contracts_of_pyproject_are_kept(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    assert lint_imports(no_cache=True) == 0, capsys.readouterr().out


def test_nothing_but_tests_imports_tests():
    files = [
        file
        for room in ("course_utils", "benchmarks", "data", "hub", "publishing", "tools")
        for file in (ROOT / room).rglob("*.py")
    ]
    assert len(files) > 150
    assert [file for file in files if "tests" in imported(file)] == []


@pytest.mark.parametrize("file", OUTSIDE, ids=lambda file: file.name)
def test_the_launcher_needs_the_standard_library_alone(file):
    assert set(imported(file)) - sys.stdlib_module_names <= {"course_utils"}


def test_the_command_starts_without_a_single_package():
    """-S leaves out site-packages: what is imported then is what a newcomer's Python has."""
    code = "import sys; from course_utils.launcher import cli; sys.exit(cli.main(['--help']))"
    done = subprocess.run([sys.executable, "-S", "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_package_itself_imports_only_what_costs_nothing():
    """The launcher runs before anything is installed, and an old Python must be able to read both files."""
    assert set(imported(PACKAGE / "__init__.py")) == {"os", "sys", "course_utils"}
    assert set(imported(PACKAGE / "threads.py")) == {"os", "sys", "threadpoolctl"}
    code = "import sys; before = set(sys.modules); import course_utils; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.split() == ["course_utils", "course_utils.threads"], done.stderr


def test_the_lessons_package_does_not_load_torch():
    """Lessons 01 to 05 load torch only in the cell that compares with it."""
    modules = [
        ".".join(file.relative_to(ROOT).with_suffix("").parts)
        for file in sorted(PACKAGE.rglob("*.py"))
        if not {"launcher", "networks"} & set(file.parts) and not file.name.startswith("__")
    ]
    code = f"import sys, {', '.join(modules)}; sys.exit('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def modules_of(file, package):
    """Names of the modules of a room that a file imports: ``figures.bilinear``."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"course_utils.{package}"):
            yield node.module.removeprefix("course_utils.")


@pytest.mark.parametrize("machinery", ["figures.draw", "explorers.stage", "exercises.engine"])
def test_machinery_knows_none_of_the_topics_that_it_serves(machinery):
    room = machinery.partition(".")[0]
    files = sorted((PACKAGE / machinery.replace(".", "/")).glob("*.py"))
    known = {name for file in files for name in modules_of(file, room)}
    assert len(files) > 4 and all(name.startswith(machinery) for name in known)


NUMERICS = {file.stem for file in PACKAGE.glob("*.py") if not file.stem.startswith("__")} | {"probing"}
NUMERICS -= {"validation", "files", "lessons", "threads"}
EXPLORERS = sorted(
    file
    for file in PACKAGE.glob("explorers/*.py")
    if list(modules_of(file, "figures")) and "Explorer(" in file.read_text()
)


@pytest.mark.parametrize("explorer", EXPLORERS, ids=lambda file: file.stem)
def test_from_a_slider_to_its_formula_it_is_three_hops(explorer):
    figures = [PACKAGE / f"{name.replace('.', '/')}.py" for name in modules_of(explorer, "figures")]
    below = {name.partition(".")[0] for figure in figures for name in modules_of(figure, "")}
    below |= {name.partition(".")[0] for name in modules_of(explorer, "")}
    assert below & NUMERICS, f"{explorer.stem} shows numbers that no numerics compute"


def test_the_three_hops_that_the_readme_names_are_there():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "`explorers/bilinear.py`, `figures/bilinear.py`, `resampling.py`" in readme
    assert "figures.bilinear" in modules_of(PACKAGE / "explorers/bilinear.py", "figures")
    assert "resampling" in modules_of(PACKAGE / "figures/bilinear.py", "resampling")
    assert "def cell_weights(" in (PACKAGE / "resampling.py").read_text(encoding="utf-8")
