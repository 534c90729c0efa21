"""How long a lesson takes, counted from what is in it: ``python -m tools.roads``, with ``--write`` into the lessons.

A lesson has a main road and side roads. A side road is a heading that begins "Side road:", with all cells up to the
next heading of its rank or a higher one; JupyterLab shows it collapsed.

The rates were fitted to six lessons that were worked through with a clock (65 to 180 minutes; a lesson may take a
third more or less than they say).
"""

from __future__ import annotations

import ast
import importlib
import re
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import nbformat

from course_utils.lessons import FILE, WRITTEN

ROOT = Path(__file__).resolve().parents[1]
WORDS_A_MINUTE, LINES_A_MINUTE = 170, 7
MINUTES = {"prediction": 2, "explorer": 4, "exercise": 6}
LONGEST_MAIN_ROAD = 60
HEADING = re.compile(r"^(#+) +(.*)", re.MULTILINE)  # JupyterLab: a cell has the rank of its first heading
SIDE_ROAD = re.compile(r"^(#+) +Side road: (.*?)(?: \((\d+) min\))?$")
PREDICTION = re.compile(r"\w+\.[A-Z][A-Z_\d]+")  # exercises.FIRST_CENTER
STATED = re.compile(r"\b\d+ minutes\b")  # the first place where a lesson says how long it takes
NOT_READ = re.compile(r"\s*($|#|import |from )")  # lines that take no time
UNREAD_TEXT = re.compile(r"<details>.*?</details>| \(\d+ min\)", re.DOTALL)  # folded, or written by us
COLLAPSED = "jp-MarkdownHeadingCollapsed"


@dataclass
class Road:
    """What stands along a road; ``title`` is "" for the main one."""

    title: str = ""
    words: int = 0
    lines: int = 0
    stations: dict = field(default_factory=lambda: dict.fromkeys(MINUTES, 0))

    @property
    def minutes(self) -> int:
        """To walk it: to read the text, to read the code, to answer, to hold, to write."""
        stops = sum(MINUTES[name] * count for name, count in self.stations.items())
        return max(1, round(self.words / WORDS_A_MINUTE + self.lines / LINES_A_MINUTE + stops))


def roads(notebook) -> list[Road]:
    """The main road and the side roads, in their order."""
    found = [Road()]
    for title, cell in by_road(notebook):
        if title and title != found[-1].title:
            found.append(Road(title))
        note(found[-1] if title else found[0], cell)
    return found


def by_road(notebook):
    """(title of the side road or "", cell) for every cell."""
    title, rank = "", 0
    for cell in notebook.cells:
        heading = HEADING.search(cell.source) if cell.cell_type == "markdown" else None
        if heading and (side := SIDE_ROAD.match(cell.source.split("\n")[0])):
            title, rank = side[2], len(side[1])
        elif heading and len(heading[1]) <= rank:
            title, rank = "", 0
        yield title, cell


def note(road, cell):
    """Count a cell. What is folded is for those who look; hints and checks belong to their exercise."""
    if cell.cell_type == "markdown":
        road.words += len(re.findall(r"\w+", UNREAD_TEXT.sub("", cell.source)))
        road.stations["exercise"] += is_task(cell)
        return
    code = [line for line in cell.source.splitlines() if not NOT_READ.match(line)]
    if kind := kind_of(cell, code):
        road.stations[kind] += 1
    elif not (len(code) == 1 and re.search(r"\.(check|summary)\(", code[0])):
        road.lines += len(code)


def kind_of(cell, code):
    """ "prediction", "explorer", "exercise", or "" for code that is read."""
    if "exercise" in cell.metadata or is_task(cell):
        return "exercise"
    if code and PREDICTION.fullmatch(code[-1].strip()):
        return "prediction"
    return "explorer" if code and shows_explorer("\n".join(code)) else ""


def is_task(cell):
    """A cell tagged "task" is an exercise that nothing checks: what solves it is right, or it is done on paper."""
    return "task" in cell.metadata.get("tags", ())


def keys_on_side_roads(notebook, topic):
    """Keys of the exercises and predictions that stand on side roads, in their order."""
    module = importlib.import_module(f"course_utils.exercises.{topic}")
    return [key for title, cell in by_road(notebook) if title and (key := key_of(cell, module))]


def key_of(cell, module):
    """The key of the exercise or the prediction that a cell shows, else ""."""
    if cell.cell_type != "code" or kind_of(cell, code := cell.source.strip().splitlines()) != "prediction":
        return cell.metadata.get("exercise", "")
    return getattr(module, code[-1].strip().partition(".")[2]).key


def shows_explorer(source):
    """Does the cell end in the call of an explorer?"""
    try:
        body = ast.parse(source).body
    except SyntaxError:  # a magic
        return False
    called = getattr(getattr(body[-1], "value", None), "func", None) if body else None
    return getattr(called, "id", "") in explorers()


@cache
def explorers():
    """Names of the functions that make explorers."""
    names = set()
    for path in (ROOT / "course_utils" / "explorers").glob("*.py"):
        names |= set(re.findall(r"^def ([a-z]\w+)\(", path.read_text(encoding="utf-8"), re.MULTILINE))
    return names


def first_picture(notebook):
    """Number of the first cell that shows a picture, None where there is none."""
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "code" and (
            kind_of(cell, cell.source.splitlines()) == "explorer"
            or (
                re.search(r"plt\.|\.plot\(|imshow|show_pictures|course_map\(|_scene\(", cell.source)
                and not re.fullmatch(r"(\s*(import|from) .*\n?)+", cell.source)
            )
        ):
            return number
    return None


def with_minutes(notebook):
    """Write the minutes of its side roads into their headings, and have JupyterLab collapse them."""
    minutes = {road.title: road.minutes for road in roads(notebook)}
    for cell in notebook.cells:
        first, *rest = cell.source.split("\n")
        if cell.cell_type == "markdown" and (side := SIDE_ROAD.match(first)):
            heading = f"{side[1]} Side road: {side[2]} ({minutes[side[2]]} min)"
            cell.source = "\n".join([heading, *rest])
            cell.metadata[COLLAPSED] = True
    return notebook


def write():
    """Minutes into the headings of side roads and into ``lessons.toml``; its tables are ``tools.tables``'s."""
    facts = FILE.read_text(encoding="utf-8")
    for lesson in WRITTEN:
        path = ROOT / "notebooks" / lesson.file
        notebook = with_minutes(nbformat.read(path, as_version=4))
        main = roads(notebook)[0].minutes
        head = next(cell for cell in notebook.cells if STATED.search(cell.source))
        head.source = STATED.sub(f"{main} minutes", head.source, count=1)
        nbformat.write(notebook, path)
        entry = rf'(file = "{re.escape(lesson.file)}"\n(?:.+\n)*?minutes = )\d+'
        facts = re.sub(entry, rf"\g<1>{main}", facts)
        facts = with_side_keys(facts, lesson.number, keys_on_side_roads(notebook, lesson.topic))
    FILE.write_text(facts, encoding="utf-8")


def with_side_keys(facts, number, keys):
    """The text of ``lessons.toml`` with the line ``side`` of one lesson written anew."""
    head, entry, rest = re.split(rf'(\[\[lesson\]\]\nnumber = "{number}"\n(?:.+\n)*)', facts, maxsplit=1)
    entry = re.sub(r"side = \[(?:.*|\n(?: .*\n)*)\]\n", "", entry)
    listed = "".join(f'    "{key}",\n' for key in keys)
    return head + entry + (f"side = [\n{listed}]\n" if keys else "") + rest


def table():
    """Every lesson and its roads, as Markdown."""
    rows = [
        "| lesson | main road | side roads | words | first picture | predictions | explorers | exercises |"
    ]
    rows.append("|---|---:|---:|---:|---:|---:|---:|---:|")
    for lesson in WRITTEN:
        notebook = nbformat.read(ROOT / "notebooks" / lesson.file, as_version=4)
        main, *sides = roads(notebook)
        side = f"{sum(road.minutes for road in sides)} in {len(sides)}"
        stops = " | ".join(map(str, main.stations.values()))
        picture = f"cell {first_picture(notebook)}"
        rows.append(f"| {lesson.number} | {main.minutes} min | {side} | {main.words} | {picture} | {stops} |")
    return "\n".join(rows)


if __name__ == "__main__":
    if "--write" in sys.argv:
        write()
    print(table())
