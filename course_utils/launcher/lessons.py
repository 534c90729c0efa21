"""A learner's own copy of the lessons: what the learner wrote is never lost, updates lie beside it.

A learner may write in the copy and, before it was made, in the course's own folder. What stands in that folder
therefore counts as the course's only when git says so (see ``published``). git can be wrong: in a fork the
learner's commits look like the course's. So whatever an update replaces is kept all the same, out of sight.

Words used here
    delivered    the course's version that we put there, proved to be the course's: it may be replaced
    offered      the version that we last put there or laid beside, whoever wrote it
    fingerprint  a hash of what a learner can write in a lesson: the cells. JupyterLab's own notes in the file
                 (which Python ran it) do not count: a lesson that was only looked at still follows the course
"""

import contextlib
import copy
import datetime
import glob
import hashlib
import itertools
import json
import os
import time
from dataclasses import dataclass, field
from pathlib import Path

from course_utils.files import LEFTOVER_SECONDS, end_of_link, unfinished, write_whole
from course_utils.launcher import places
from course_utils.launcher.environment import is_same_folder
from course_utils.launcher.messages import Trouble
from course_utils.launcher.published import published
from course_utils.lessons import WRITTEN

MANIFEST = ".delivered.json"
NEWS = "WHAT_CHANGED.md"
MOST_NEWS = 20_000  # bytes of it, before another is begun
VERSION = 2
FORMER = ".former"  # the folder in a copy of what updates replaced
NEWS_HEAD = "## Your lessons on "
FOLDERS_OF_THE_COURSE = {
    "benchmarks", "course_utils", "data", "docs", "hub", "notebooks", "publishing", "site", "tests", "tools",
}  # fmt: skip


@dataclass
class Manifest:
    """What was put into a folder: file name -> fingerprint of what was delivered, of what was offered."""

    delivered: dict = field(default_factory=dict)
    offered: dict = field(default_factory=dict)


def chosen_folder(name, source, root):
    """The folder that the word behind --copy names; Trouble with the reason if lessons cannot stand there."""
    try:
        target = Path(name).expanduser().resolve()
    except RuntimeError as error:  # ~somebody who is not here, or links that lead in a circle
        raise Trouble(f"--copy {name}: there is no such folder ({error}). {EXAMPLE}") from None
    reason = _why_not(name, target, source, root)
    if reason:
        raise Trouble(f"--copy {name}: {reason}. {EXAMPLE}")
    return target


EXAMPLE = "Choose a folder of your own: python -m course_utils --copy my_lessons"


def _why_not(name, target, source, root):
    """What keeps ``target`` from being a folder of lessons, in words; "" if nothing does."""
    way_down = (target, *target.parents)
    inside = next(
        (target.relative_to(place).parts for place in way_down if is_same_folder(place, root)), None
    )
    if "://" in name:
        return "this is an address, and a folder is needed"
    if target.suffix == ".ipynb" or (source / f"{target.name}.ipynb").exists():
        return "this is the name of a lesson, and a folder is needed"
    if os.path.lexists(target) and not target.is_dir():
        return "this is a file, and a folder is needed"
    if any(is_same_folder(place, target) for place in (root, *root.parents)):
        return f"the course itself lies in {target}"
    if inside and inside[0].casefold() in FOLDERS_OF_THE_COURSE:
        return f"{target} belongs to the course"
    if any(part.startswith(".") for part in inside or target.parts[-1:]):
        return "a folder whose name begins with a dot is hidden, and JupyterLab would not open it"
    if is_same_folder(target, places.home()):
        return "the lessons would lie among everything else in your home folder"
    beyond = [place for place in way_down if place not in root.parents]
    if any((place / "pyvenv.cfg").exists() or place.name == ".git" for place in beyond):
        return f"{target} belongs to a Python environment or to git"
    return ""


def copy_lessons(source, target, root, find_published=published):
    """Bring the lessons of ``source`` into the folder ``target``; returns sentences for the learner.

    For each lesson: not there yet, or taken away -> a fresh copy; as delivered -> the present version;
    otherwise left alone, and the present version, if it is another, is laid beside it once.
    ``find_published`` tells what the course published: (source, root) -> a function of name and data.
    """
    try:
        target.mkdir(parents=True, exist_ok=True)
        manifest, messages = _read_manifest(target)
        before = copy.deepcopy(manifest)
        lessons = _lesson_files(source)
        is_published = find_published(source, root, fingerprint)
        for name in lessons:
            messages += _bring(source / name, target, name, manifest, is_published)
        messages += _forget_withdrawn(target, lessons, manifest)
        _sweep(target, [*lessons, MANIFEST, NEWS])
        if manifest != before or not (target / MANIFEST).exists():
            _write_manifest(target, manifest)  # else a full disk would stand in the way of nothing
    except OSError as error:
        raise Trouble(
            f"The lessons cannot be copied to {target}: {error}. Nothing of yours was changed."
        ) from None
    return messages


def bring(source, target, root):
    """``copy_lessons``, with what changed told beside the lessons as well: few learners see a terminal."""
    messages = copy_lessons(source, target, root, _witness(source))
    if messages:
        with contextlib.suppress(OSError):  # a full disk; the lessons are what counts
            _tell_beside(target / NEWS, messages)
    return messages


def _witness(source):
    """A course that this user cannot write to is the course's, every word of it: git need not be asked."""
    return published if os.access(source, os.W_OK) else _all_is_the_courses


def _all_is_the_courses(source, root, fingerprint):
    return lambda name, data: True


def _tell_beside(path, messages):
    """Write what changed on top of what changed before. A long file is put aside whole: a learner may write in it."""
    before = path.read_bytes() if path.is_file() else b""
    if len(before) > MOST_NEWS:
        put(_free_beside(path, "former"), before)
        before = b""
    listed = "\n".join(f"- {message}" for message in messages)
    news = f"{NEWS_HEAD}{datetime.date.today().isoformat()}\n\n{listed}\n\n"
    put(path, news.encode() + before)


def latest_news(folder):
    """What changed in a copy of the lessons when it last changed: (date, sentences); ("", []) for nothing."""
    try:
        text = (folder / NEWS).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "", []
    first = text.split(NEWS_HEAD)[1] if NEWS_HEAD in text else ""
    date, *lines = first.splitlines() or [""]
    return date.strip(), [line.removeprefix("- ") for line in lines if line.startswith("- ")]


def fresh_copy(number, source, target, root):
    """Put the course's version of one lesson into the copy ``target``; returns a sentence for the learner.

    The learner's own stays beside it under another name. ``number`` is the lesson's: "3" or "03".
    """
    name = _file_of(number)
    if not (source / name).is_file():
        raise Trouble(f"{source / name} is missing. git checkout notebooks brings the lessons back.")
    manifest, messages = _read_manifest(target)
    ours, there = (source / name).read_bytes(), target / name
    said = f"{name} is as the course has it."
    try:
        if there.exists():
            said += _put_aside(there, ours, target, name)
        put(there, ours)
        is_published = _witness(source)(source, root, fingerprint)
        _note(manifest, name, fingerprint(ours, name), is_published(name, ours))
        _write_manifest(target, manifest)
    except OSError as error:
        raise Trouble(f"{there} cannot be written ({error}). Nothing of yours was changed.") from None
    return " ".join([*messages, said, "Close its tab and open it again."])


def _put_aside(there, ours, target, name):
    """Keep a learner's version: in view if they wrote in it, out of sight if only tags or Jupyter's notes differ."""
    theirs = there.read_bytes()
    if fingerprint(theirs, name) != fingerprint(ours, name):
        aside = _free_beside(there, "yours")
        put(aside, theirs)
        return f" Your own version is beside it: {aside.name}."
    return "" if theirs == ours else f" What stood there before is kept as {_keep(target, name)}."


def _file_of(number):
    """The name of a lesson's file: Jupyter may have laid files with like names beside it."""
    for lesson in WRITTEN:
        if lesson.number == f"{number:0>2}":
            return lesson.file
    raise Trouble(f"There is no lesson {number}. The lessons are numbered as their files are: 00, 01, 02 ...")


def _free_beside(path, word):
    number = 1
    while os.path.lexists(aside := path.with_name(f"{path.stem}.{word}-{number}{path.suffix}")):
        number += 1
    return aside


def _lesson_files(source):
    """Names of everything a lesson may need, relative to ``source``, "/" between folders, sorted."""
    names = [path.relative_to(source) for path in source.rglob("*") if path.is_file()]
    return sorted(name.as_posix() for name in names if not any(_is_hidden(part) for part in name.parts))


def _is_hidden(part):
    return part.startswith(".") or part == "__pycache__"


# --- one lesson ---------------------------------------------------------------------------------------------


def _bring(source, target, name, manifest, is_published):
    """Settle one lesson; returns what to say about it."""
    ours, there = source.read_bytes(), target / name
    present = fingerprint(ours, name)
    if not os.path.lexists(there):  # a link to a disk that is not here now is no absence
        known = name in manifest.offered
        put(there, ours)
        _note(manifest, name, present, is_published(name, ours))
        return [f"{name} was gone; here is a fresh copy."] if known else []
    learners = _fingerprint_of(there, name)
    if learners == present:
        _note(manifest, name, present, is_published(name, ours))
        return []
    if learners and learners == manifest.delivered.get(name):
        kept = _keep(target, name)
        put(there, ours)
        _note(manifest, name, present, is_published(name, ours))
        return [f"{name} was brought up to date; what stood there before is kept as {kept}."]
    if manifest.offered.get(name) == present:
        return []  # the learner's work on the present version, or an update that was handed out already
    return _lay_beside(ours, target, name, present, manifest)


def _keep(target, name):
    """Keep what is about to be replaced, each version once; returns its place in ``target``."""
    data, path = (target / name).read_bytes(), Path(FORMER, name)
    for number in itertools.count(1):
        place = path.with_name(f"{path.stem}.{number}{path.suffix}")
        if not os.path.lexists(target / place):
            put(target / place, data)
        if (target / place).is_file() and (target / place).read_bytes() == data:
            return place.as_posix()


def _fingerprint_of(path, name):
    """The fingerprint of a learner's file, "" if it cannot be read: then it is left alone."""
    try:
        return fingerprint(path.read_bytes(), name)
    except OSError:
        return ""


def _note(manifest, name, present, is_the_courses):
    """Only what the course published may be replaced later: who wrote the rest, nobody knows."""
    manifest.offered[name] = present
    manifest.delivered.pop(name, None)
    if is_the_courses:
        manifest.delivered[name] = present


def _lay_beside(ours, target, name, present, manifest):
    """Lay an update beside a lesson that may hold the learner's work, once for every version."""
    update = _update_name(name, present)
    if not os.path.lexists(target / update):
        put(target / update, ours)
    manifest.offered[name] = present
    return [f"{name} may hold your work and stays as it is. The course's version is beside it: {update}"]


def _update_name(name, present):
    path = Path(name)
    return path.with_name(f"{path.stem}.update-{present[:8]}{path.suffix}").as_posix()


def _forget_withdrawn(target, lessons, manifest):
    """Lessons that the course no longer has: the learner's copies stay."""
    gone = sorted((set(manifest.delivered) | set(manifest.offered)) - set(lessons))
    for name in gone:
        manifest.delivered.pop(name, None)
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
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
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
    """Write a file. A link stays one: a learner may keep a lesson somewhere else."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(end_of_link(path), data)


def _sweep(target, names):
    """Remove what killed writers left unfinished: of our files, of what lies beside them, of what is kept."""
    oldest = time.time() - LEFTOVER_SECONDS
    for name in names:
        for path in (target / name, target / FORMER / name):
            beginning, end = unfinished(path)
            for leftover in path.parent.glob(f"{glob.escape(beginning[:-1])}[-.]*{end}"):
                with contextlib.suppress(OSError):
                    if leftover.lstat().st_mtime < oldest:
                        leftover.unlink()


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
        if content["version"] not in (1, VERSION) or not all(_is_table(table) for table in tables):
            raise ValueError("not a manifest of this version")
        if content["version"] == 1:  # it took everything in the course's folder for the course's
            return Manifest({}, tables[0] | tables[1]), []
        return Manifest(*tables), []
    except (ValueError, KeyError, TypeError, RecursionError):
        aside = _free_name(path)
        path.rename(aside)
        return Manifest(), [
            f"The note of what was delivered could not be read and is now {aside.name}. "
            "Lessons that differ from the course's are treated as changed by you."
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
