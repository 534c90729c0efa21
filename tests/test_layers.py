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
    assert list(imported(PACKAGE / "__init__.py")) == ["course_utils"]
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
