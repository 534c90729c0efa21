"""The progress files of a class: found, read, and told apart by the learner's name.

A progress file is written by its learner and can hold anything; what is shown of it must be taken for text.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from course_utils.exercises.engine import store
from course_utils.lessons import WRITTEN

FILE = "progress.json"
FOLDER = ".between_the_pixels"
# folders that stand between a learner's own folder and a file
BETWEEN = {FOLDER, "between_the_pixels", "notebooks", "my_lessons", "course", "submission", "submissions", ""}
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")


@dataclass(frozen=True)
class Learner:
    """What one progress file says. ``number`` stands for the learner where no names are shown, from 1."""

    number: int
    name: str
    exercises: dict = field(default_factory=dict)  # key -> entry, as in the file
    predictions: dict = field(default_factory=dict)
    trouble: str = ""  # why the file could not be read, or not all of it

    def called(self, names):
        """How the learner is called: by name only where ``names`` is true."""
        return self.name if names else f"learner {self.number}"


def find_files(places):
    """Progress files: those named, and those in the named folders, one or two levels below. Sorted, each once.

    A folder may be a home, the folder of all homes (/home), or one with the files that learners handed in.
    """
    found = {}
    for place in map(Path, places):
        for path in sorted(_below(place)) if place.is_dir() else [place]:
            found.setdefault(path.resolve(), path)
    return list(found.values())


def _below(folder):
    for pattern in (FILE, f"{FOLDER}/{FILE}", f"*/{FILE}", f"*/{FOLDER}/{FILE}", "*.json"):
        yield from (path for path in folder.glob(pattern) if path.is_file())


def closed_folders(places):
    """How many folders below these cannot be looked into: other people's homes, for somebody without rights."""
    folders = (each for place in map(Path, places) if place.is_dir() for each in place.iterdir())
    return sum(not os.access(each, os.R_OK | os.X_OK) for each in folders if each.is_dir())


def read_learners(paths):
    """A Learner for each file, in this order; one that cannot be read says why."""
    return [_read(number, path) for number, path in enumerate(paths, 1)]


def _read(number, path):
    name = learner_of(path)
    try:
        state, lost = store.parse(store.read_file(path))
    except store.Newer as error:
        return Learner(number, name, trouble=f"it is from a newer version of the course (format {error})")
    except store.Damaged as error:
        return Learner(number, name, trouble=str(error))
    except (OSError, ValueError) as error:
        return Learner(number, name, trouble=getattr(error, "strerror", None) or str(error))
    trouble = "a part of it is damaged; the rest counts" if lost else ""
    return Learner(number, name, state["exercises"], state["predictions"], trouble)


def learner_of(path):
    """Whose file this is, from its name or else from the folder that it lies in.

    >>> learner_of("/home/ada/.between_the_pixels/progress.json"), learner_of("handed_in/ada.json")
    ('ada', 'ada')
    >>> learner_of("/home/ada/between_the_pixels/01_linear_interpolation.ipynb")
    'ada'
    >>> learner_of("handed_in/ada_01_linear_interpolation.ipynb")
    'ada'
    """
    path = Path(path)
    stem = path.stem
    for lesson in WRITTEN:
        stem = stem.removesuffix(Path(lesson.file).stem)
    stem = stem.strip(" _-")
    if stem and path.name != FILE:
        return shown(stem)
    folders = (each.name for each in Path(path.absolute()).parents)
    return shown(next((name for name in folders if name not in BETWEEN), path.name))


def shown(text, most=200):
    """A text from a learner's file, for a terminal or a page: no control characters, and not endless."""
    text = UNPRINTABLE.sub(" ", str(text).encode("utf-8", "replace").decode()).strip()
    return text if len(text) <= most else text[: most - 1] + "…"
