"""What every file of the repository must keep to."""

import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Package registries and their download hosts, written so that this file does not name one itself.
HOSTS = [".".join(parts) for parts in (
    ("py" + "pi", "org"), ("python" + "hosted", "org"), ("download", "pytorch", "org"),
    ("conda", "anaconda", "org"), ("repo", "anaconda", "com"), ("registry", "npmjs", "org"),
)]  # fmt: skip
TEXT = {".py", ".ipynb", ".md", ".toml", ".yml", ".json", ".js", ".css", ".svg", ".txt", ".cfg", ""}


def files_of_the_repository():
    """Paths of all files that git knows, or would take in."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git clone")
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "-co", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def ruff(*arguments):
    command = [sys.executable, "-m", "ruff", *arguments, "--no-cache", "."]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def test_ruff_has_nothing_to_say():
    done = ruff("check")
    assert done.returncode == 0, done.stdout


def test_every_file_is_formatted():
    """By the version that pyproject.toml names: another, in an environment made elsewhere, breaks lines elsewhere."""
    if f'"ruff=={version("ruff")}"' not in (ROOT / "pyproject.toml").read_text(encoding="utf-8"):
        pytest.skip(f"ruff {version('ruff')} is here, and pyproject.toml names another")
    done = ruff("format", "--diff")
    assert done.returncode == 0, done.stdout


def test_no_file_names_a_package_registry():
    """pip and conda know theirs, and a learner's own settings must hold."""
    texts = [file for file in files_of_the_repository() if file.suffix in TEXT]
    assert len(texts) > 20
    found = [
        f"{file.relative_to(ROOT)}: {host}"
        for file in texts
        for host in HOSTS
        if host in file.read_text(encoding="utf-8", errors="replace").lower()
    ]
    assert found == []
