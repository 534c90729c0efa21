"""Runs a program in Pyodide under Node.js, with the course and the pure Python packages of this environment mounted.

The distribution is that of ``publishing.pyodide``, each file held to its hash. What compiled packages it holds comes
from there; ipywidgets and the like are the ones that are installed here.
"""

import contextlib
import importlib.metadata
import importlib.util
import json
import os
import shutil
import subprocess
from pathlib import Path

from course_utils import platform
from publishing import pyodide
from tools.run import ROOT

COMPILED = ("numpy", "pillow", "ipython")
MOUNTED = (
    "ipywidgets", "anywidget", "psygnal", "comm", "typing_extensions",
    "pytest", "_pytest", "pluggy", "iniconfig", "py",
)  # fmt: skip
ASKED_FOR_THEIR_VERSION = ("ipywidgets", "anywidget", "psygnal", "pytest")
LONGEST_S = 900  # ends what hangs


class Unavailable(Exception):
    """Pyodide cannot be started here; the message says what is missing."""


def distribution(folder, packages):
    """Links to the core and to ``packages`` with all that they depend on, in ``folder``. Raises Unavailable."""
    if not shutil.which("node"):
        raise Unavailable("node (Node.js) is not here")
    try:
        found = pyodide.at_hand()
        for name in (*found.core.files, *files_of(found.lock, packages)):
            with contextlib.suppress(FileExistsError):
                (folder / name).symlink_to(found.find(name))
    except pyodide.NotAtHand as missing:
        raise Unavailable(str(missing)) from None
    return folder


def files_of(lock, names):
    """File names of packages of a lock and of everything they depend on."""
    known = {name.replace("_", "-"): package for name, package in lock["packages"].items()}
    found, waiting = {}, list(names)
    while waiting:
        name = waiting.pop().replace("_", "-")
        if name not in found:
            found[name] = known[name]["file_name"]
            waiting += known[name]["depends"]
    return list(found.values())


def run(program, folder, packages=(), environment=(), mounts=()):
    """What ``program`` prints. Raises Unavailable, and AssertionError with what it wrote when it fails."""
    packages = [*COMPILED, *packages]
    place = distribution(folder, packages)
    (folder / "program.py").write_text(program, encoding="utf-8")
    task = {
        "pyodide": str(place),
        "packages": packages,
        "mounts": {"/course": str(ROOT), **installed(folder), **dict(mounts)},
        "environment": dict(environment),
    }
    done = subprocess.run(
        ["node", str(Path(__file__).with_name("start.mjs")), json.dumps(task), str(folder / "program.py")],
        capture_output=True, text=True, timeout=LONGEST_S, cwd=folder,
        env={name: value for name, value in os.environ.items() if name != platform.FILES},
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-6000:]}"
    return done.stdout


def installed(folder):
    """Where the pure Python packages of this environment are mounted: place -> folder."""
    single = folder / "single"
    single.mkdir(exist_ok=True)
    mounts = {"/packages": str(single)}
    for name in MOUNTED:
        spec = importlib.util.find_spec(name)
        if spec is None:
            raise Unavailable(f"{name} is not installed here")
        if spec.submodule_search_locations:
            mounts[f"/packages/{name}"] = spec.submodule_search_locations[0]
            (single / name).mkdir(exist_ok=True)
        else:
            shutil.copy(spec.origin, single)
    for name in ASKED_FOR_THEIR_VERSION:
        found = importlib.metadata.distribution(name)
        about = single / f"{name}-{found.version}.dist-info"
        about.mkdir(exist_ok=True)
        (about / "METADATA").write_text(found.read_text("METADATA"), encoding="utf-8")
    return mounts
