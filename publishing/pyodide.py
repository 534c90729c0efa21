"""Pyodide, the Python that runs in a browser: where its files come from, each held to its hash.

The core is pinned here. The lock that belongs to it holds the hash of every package, so one list pins all.
"""

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from functools import cached_property
from http.client import HTTPException
from pathlib import Path

from tools.run import ROOT

FOLDER = "COURSE_PYODIDE"  # the variable that names a folder of packages
BESIDE = ROOT.parent / "shared" / "pyodide"
CACHE = ROOT / ".course" / "pyodide"
LOCK = "pyodide-lock.json"
TIMEOUT_S, TRIES, PAUSE_S = 60, 3, 1


class NotAtHand(Exception):
    """A file of Pyodide is not here, or is not the one that it should be; the message says which and why."""


@dataclass(frozen=True)
class Core:
    """A release of Pyodide: its version, that of its Python, and the sha256 of each file that the browser needs.

    lessons_import: packages of it that cells may import and the course itself does not
    """

    version: str
    python: str
    files: dict
    lessons_import: tuple = ("matplotlib", "scipy", "scikit-image", "opencv-python")


CORES = {
    core.version: core
    for core in (
        Core(
            "0.27.7",
            "3.12",
            {
                "pyodide.mjs": "04c052c815abb0bf2981fa38c2dfa58e3120ee5288c956df2b2a15e301782c5f",
                "pyodide.asm.js": "6b4c90de5b7172873f04f21884d0e9d2274e305fe32116558fe3e4fbe3618d51",
                "pyodide.asm.wasm": "a50dd1843f805a0b7c45b61037ee0d7b26dfe85efe0e18ef95a34ad24e401f5f",
                "python_stdlib.zip": "16611534726e5d8ac2bd8f926410b2dcb8d6f49aa24913463533b457a2115c16",
                LOCK: "9c45b916001a750f4102fc287494f3eab215909c7535c626a20db80fd6333e2c",
            },
            lessons_import=("matplotlib", "scipy", "sqlite3"),  # the folder holds no others
        ),
        Core(
            "314.0.6",
            "3.14",
            {
                "pyodide.mjs": "69e3f6ccec3e14b465df60be577ca62f536251406b9a00cce019eac5252a2495",
                "pyodide.asm.mjs": "2ac5eba365ec12839c75c03b39b3be1dd63b798852cc460b014b52238be042f7",
                "pyodide.asm.wasm": "3a0a00dfeaa348ac20f9ef09904233d32d33f644339662d4af368f8a2010f37a",
                "python_stdlib.zip": "80c5be6babfe03297069703410c3c29404dcf2525d2b128746bae5536f94831f",
                LOCK: "3fdaef09e9e365c85e002737720f8d0ab8f278c1c244a2dde6a37663cf488ad4",
            },
        ),
    )
}
OF_THE_FOLDER, PUBLISHED = CORES["0.27.7"], CORES["314.0.6"]


class Distribution:
    """A Core and its packages. ``find(name)`` gives the path of a file that is what its hash says.

    folder   where the packages lie, None where they come from a server
    """

    def __init__(self, core, sources, cache=None, folder=None):
        self.core, self.sources, self.folder = core, sources, folder
        self.cache = (cache or CACHE) / core.version

    def find(self, name) -> Path:
        """A file of the core or of a package, by its name. Raises NotAtHand."""
        wanted = self.core.files.get(name) or self._hashes.get(name)
        if wanted is None:
            raise NotAtHand(f"Pyodide {self.core.version} has no file {name}.")
        kept, wrong = self.cache / name, []
        if kept.is_file() and sha256(kept) == wanted:
            return kept
        for source in self.sources:
            found = source(self.core, name, self.cache)
            if found is None:
                continue
            if sha256(found) == wanted:
                return found
            wrong.append(f"{found} is not the file that Pyodide {self.core.version} was published with.")
        raise NotAtHand(wrong[0] if wrong else f"{name} of Pyodide {self.core.version} is not at hand.")

    @cached_property
    def lock(self) -> dict:
        return json.loads(self.find(LOCK).read_text(encoding="utf-8"))

    @cached_property
    def _hashes(self):
        return {package["file_name"]: package["sha256"] for package in self.lock["packages"].values()}


def sha256(file):
    return hashlib.sha256(Path(file).read_bytes()).hexdigest()


# ---- where files come from: (core, name, cache) -> path or None ------------------------------------------------


def in_folder(folder):
    """Files that lie in a folder."""
    return lambda core, name, cache: Path(folder) / name if (Path(folder) / name).is_file() else None


def by_npm(core, name, cache):
    """The core as an npm package, by npm itself."""
    npm = shutil.which("npm")  # npm.cmd on Windows
    if name not in core.files or not npm:
        return None
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [npm, "pack", f"pyodide@{core.version}", "--silent", "--pack-destination", folder],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        archives = list(Path(folder).glob("*.tgz"))
        if done.returncode or not archives:
            return None
        cache.mkdir(parents=True, exist_ok=True)
        with tarfile.open(archives[0]) as archive:
            for file in core.files:
                (cache / file).write_bytes(archive.extractfile(f"package/{file}").read())
    return cache / name


def at_address(address):
    """Files that a server gives, each fetched once."""

    def fetched(core, name, cache):
        cache.mkdir(parents=True, exist_ok=True)
        content = asked(f"{address}/{name}")
        (cache / name).write_bytes(content)
        return cache / name

    return fetched


def asked(url) -> bytes:
    """What a server gives; asked up to TRIES times, since long answers break off. Raises NotAtHand."""
    for number in range(1, TRIES + 1):
        try:
            with urllib.request.urlopen(url, timeout=TIMEOUT_S) as answer:
                return answer.read()
        except (OSError, HTTPException) as problem:  # HTTPException: an answer that broke off
            last = problem
        if number < TRIES:
            time.sleep(PAUSE_S)
    raise NotAtHand(f"{url} does not come: {last}")


def at_hand(cache=None) -> Distribution:
    """The distribution in the folder that COURSE_PYODIDE names, or in ../shared/pyodide. Raises NotAtHand."""
    folder = Path(os.environ.get(FOLDER) or BESIDE)
    if not folder.is_dir():
        raise NotAtHand(
            f"the packages of Pyodide {OF_THE_FOLDER.version} are not at hand: there is no folder {folder} "
            f"(the variable {FOLDER} names another)"
        )
    found = Distribution(OF_THE_FOLDER, [in_folder(folder), by_npm], cache, folder)
    found.lock  # noqa: B018 - the core comes by npm, which may be missing or without a network
    return found


def published(address, cache=None) -> Distribution:
    """The distribution that the published site takes, from a server."""
    return Distribution(PUBLISHED, [at_address(address.rstrip("/"))], cache)
