"""A learner's own copy of the lessons: what the learner changed is never overwritten, updates lie beside it.

Words used here
    delivered    what a file looked like when the course last put it there; kept in the manifest
    fingerprint  a hash of what a learner can write in a lesson: the cells. JupyterLab's own notes in the file
                 (which Python ran it) do not count: a lesson that was only looked at still follows the course
"""

import hashlib
import json
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from course_utils.launcher.words import Trouble

MANIFEST = ".delivered.json"
VERSION = 1


@dataclass
class Manifest:
    """What the course put into a folder, file name -> fingerprint, and what it laid beside changed files."""

    delivered: dict = field(default_factory=dict)
    offered: dict = field(default_factory=dict)


def copy_lessons(source, target, root):
    """Bring the lessons of ``source`` into the folder ``target``; returns sentences for the learner.

    For each lesson: not there yet, or taken away -> a fresh copy; as delivered -> the present version;
    changed by the learner -> left alone, and the present version, if it is another, is laid beside it once.
    """
    _refuse_course_folders(source, target, root)
    try:
        target.mkdir(parents=True, exist_ok=True)
        manifest, messages = _read_manifest(target)
        lessons = _lesson_files(source)
        for name in lessons:
            messages += _bring(source / name, target, name, manifest)
        messages += _forget_withdrawn(target, lessons, manifest)
        _write_manifest(target, manifest)
    except OSError as error:
        raise Trouble(
            f"The lessons cannot be copied to {target}: {error}. Nothing of yours was changed."
        ) from None
    return messages


def _refuse_course_folders(source, target, root):
    if (
        target.is_relative_to(source)
        or root.is_relative_to(target)
        or target.is_relative_to(root / "course_utils")
    ):
        raise Trouble(
            f"{target} belongs to the course. Choose a folder of your own: "
            "python -m course_utils --copy my_lessons"
        )


def _lesson_files(source):
    """Names of everything a lesson may need, relative to ``source``, "/" between folders, sorted."""
    names = [path.relative_to(source) for path in source.rglob("*") if path.is_file()]
    return sorted(name.as_posix() for name in names if not any(_is_hidden(part) for part in name.parts))


def _is_hidden(part):
    return part.startswith(".") or part == "__pycache__"


# --- one lesson ---------------------------------------------------------------------------------------------


def _bring(source, target, name, manifest):
    """Settle one lesson; returns what to say about it."""
    ours, there = source.read_bytes(), target / name
    present = fingerprint(ours, name)
    before = manifest.delivered.get(name)
    if not there.exists():
        put(there, ours)
        manifest.delivered[name] = present
        return [f"{name} was gone; here is a fresh copy."] if before else []
    learners = fingerprint(there.read_bytes(), name)
    if learners == present:
        manifest.delivered[name] = present
        return []
    if learners == before:
        put(there, ours)
        manifest.delivered[name] = present
        return [f"{name} was brought up to date."]
    if before == present:
        return []  # the learner's work on the present version
    return _lay_beside(ours, target, name, present, manifest)


def _lay_beside(ours, target, name, present, manifest):
    """Lay an update beside a lesson the learner changed, once for every version of the course."""
    if manifest.offered.get(name) == present:
        return []
    update = _update_name(name, present)
    if not (target / update).exists():
        put(target / update, ours)
    manifest.offered[name] = present
    return [f"{name} has your changes and stays as it is. The course's new version lies beside it: {update}"]


def _update_name(name, present):
    path = Path(name)
    return path.with_name(f"{path.stem}.update-{present[:8]}{path.suffix}").as_posix()


def _forget_withdrawn(target, lessons, manifest):
    """Lessons that the course no longer has: the learner's copies stay."""
    gone = sorted(set(manifest.delivered) - set(lessons))
    for name in gone:
        del manifest.delivered[name]
        manifest.offered.pop(name, None)
    return [
        f"{name} is no longer part of the course; your copy stays."
        for name in gone
        if (target / name).exists()
    ]


def fingerprint(data, name):
    """A hash of what a learner can write in a file; for anything but a readable notebook, of all of it."""
    if name.endswith(".ipynb"):
        try:
            cells = [_written(cell) for cell in json.loads(data)["cells"]]
            data = json.dumps(cells, sort_keys=True).encode()
        except (ValueError, KeyError, TypeError, AttributeError):
            pass  # a learner's half-saved or hand-made file is still the learner's
    return hashlib.sha256(data).hexdigest()


def _written(cell):
    source = cell["source"]  # one string or a list of lines: the same text to every reader
    text = source if isinstance(source, str) else "".join(source)
    return [
        cell["cell_type"],
        text,
        cell.get("outputs", []),
        cell.get("attachments", {}),
        cell.get("execution_count"),
    ]


def put(path, data):
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".new")
    try:
        with open(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(beside, 0o644)  # mkstemp gives 0o600, too little for a folder that is shared
        os.replace(beside, path)
    except BaseException:
        os.unlink(beside)
        raise


# --- the manifest -------------------------------------------------------------------------------------------


def _read_manifest(target):
    """The manifest of a folder, and what to say about it. A damaged one is set aside: then every difference
    counts as the learner's, so nothing can be lost by it."""
    path = target / MANIFEST
    if not path.exists():
        return Manifest(), []
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        tables = content["delivered"], content["offered"]
        if content["version"] != VERSION or not all(_is_table(table) for table in tables):
            raise ValueError("not a manifest of this version")
        return Manifest(*tables), []
    except (ValueError, KeyError, TypeError):
        aside = _free_name(path)
        path.rename(aside)
        return Manifest(), [
            f"The note of what was delivered could not be read and is now {aside.name}. "
            "Lessons that differ from the course's are taken as changed by you."
        ]


def _is_table(table):
    return isinstance(table, dict) and all(isinstance(value, str) for value in table.values())


def _free_name(path):
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    return aside


def _write_manifest(target, manifest):
    content = {"version": VERSION, "delivered": manifest.delivered, "offered": manifest.offered}
    put(target / MANIFEST, (json.dumps(content, indent=1, sort_keys=True) + "\n").encode())
