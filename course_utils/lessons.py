"""Facts about the lessons, read from ``lessons.toml``: the one place where they stand."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("lessons.toml")


@dataclass(frozen=True)
class Lesson:
    """One lesson; what each field means is said at the top of ``lessons.toml``."""

    number: str
    topic: str
    title: str
    question: str
    file: str = ""
    minutes: int = 0
    operator: str = ""
    needs: tuple[str, ...] = ()
    trains: bool = False
    torch: str = ""
    side: tuple[str, ...] = ()

    @property
    def written(self) -> bool:
        """True when there is a notebook."""
        return bool(self.file)


def read(file: Path = FILE) -> tuple[Lesson, ...]:
    """Every lesson, in the order of the course."""
    entries = tomllib.loads(file.read_text(encoding="utf-8"))["lesson"]
    lists = dict.fromkeys(("needs", "side"), ())
    return tuple(
        Lesson(**{name: _fixed(value) for name, value in (lists | entry).items()}) for entry in entries
    )


def _fixed(value):
    return tuple(value) if isinstance(value, list) else value


LESSONS = read()
WRITTEN = tuple(lesson for lesson in LESSONS if lesson.written)
ON_SIDE_ROADS = frozenset(key for lesson in LESSONS for key in lesson.side)
NUMBER_OF_TOPIC = {lesson.topic: lesson.number for lesson in LESSONS}


def table(folder: str) -> str:
    """The lessons as a Markdown table. ``folder`` is put before the links: "notebooks/" or ""."""
    rows = ["| | lesson | the question | minutes |", "|---|---|---|---|"]
    for lesson in LESSONS:
        title = f"[{lesson.title}]({folder}{lesson.file})" if lesson.written else lesson.title
        minutes = lesson.minutes if lesson.written else "*to come*"
        rows.append(f"| {lesson.number} | {title} | {lesson.question} | {minutes} |")
    return "\n".join(rows)
