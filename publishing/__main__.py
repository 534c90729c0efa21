"""Build the book of pages and the browser edition: ``python -m course_utils site [--out DIR] [--serve [PORT]]``."""

import argparse
import contextlib
import shutil
import sys
import threading
from pathlib import Path

import nbformat
from tqdm import tqdm

from course_utils.launcher.lessons import FOLDERS_OF_THE_COURSE
from course_utils.lessons import WRITTEN
from publishing import book, lab
from publishing.pyodide import NotAtHand
from publishing.record import OF_THIS_MACHINE, ROOT, NotRecorded, recorded
from publishing.serve import served

DEFAULT_OUT = "site"


def main(arguments=None):
    options = parser().parse_args(arguments)
    lessons = chosen(options.lessons)
    out = Path(options.out).resolve()
    if problem := unfit(out):
        return say_no(problem)
    try:
        done = list(zip(lessons, record_all(lessons), strict=True))
        trouble = browser_edition(out, done, options.lab)
        sizes = book.build(out, done)
    except (NotRecorded, OSError, ValueError) as error:
        return say_no(error)
    print(table(sizes))
    print(f"\nThe book is in {out}")
    if problems := [*over_budget(sizes), *trouble]:
        return say_no("\n".join(problems))
    if options.serve is not None:
        look(out, options.serve)
    return 0


def parser():
    parser = argparse.ArgumentParser(prog="python -m course_utils site", description=__doc__.split(":")[0])
    parser.add_argument(
        "--out", default=DEFAULT_OUT, metavar="DIR", help=f"where it is written ({DEFAULT_OUT})"
    )
    parser.add_argument(
        "--lessons", metavar="00,07", help="only these, while you work on one; all by default"
    )
    parser.add_argument(
        "--no-lab", dest="lab", action="store_false", help="the book alone, without the browser edition"
    )
    parser.add_argument(
        "--serve", nargs="?", type=int, const=0, metavar="PORT", help="then show it on this computer"
    )
    return parser


def chosen(numbers):
    """The lessons to build, in their order. Ends the program for one that is not there."""
    if not numbers:
        return WRITTEN
    wanted = [f"{int(word):02d}" if word.strip().isdigit() else word for word in numbers.split(",")]
    known = [lesson.number for lesson in WRITTEN]
    if unknown := [word for word in wanted if word not in known]:
        raise SystemExit(
            say_no(f"There is no lesson {', '.join(unknown)}. The lessons are {', '.join(known)}.")
        )
    return tuple(lesson for lesson in WRITTEN if lesson.number in wanted)


def unfit(out):
    """Why the book is not written there, "" where it can be: nothing of anybody is deleted."""
    inside = out.relative_to(ROOT).parts if out.is_relative_to(ROOT) else ()
    if (
        out == ROOT
        or out in ROOT.parents
        or (inside and inside[0].casefold() in FOLDERS_OF_THE_COURSE - {DEFAULT_OUT})
    ):
        return f"{out} holds the course itself. Name a folder of its own: --out {DEFAULT_OUT}"
    if out.is_file():
        return f"{out} is a file. Name a folder: --out {DEFAULT_OUT}"
    if out.is_dir() and any(out.iterdir()) and not (out / "assets" / "book.js").is_file():
        return f"{out} holds something else than the book. Name an empty folder, or one that holds an older book."
    return ""


def browser_edition(out, done, wanted):
    """Build it, or take away a former one that nobody wants now; sentences about why it could not be built."""
    if not wanted:
        shutil.rmtree(out / "lab", ignore_errors=True)
        return []
    try:
        lab.build(out, done, lab.distribution())
    except (
        NotAtHand,
        OSError,
        ValueError,
    ) as reason:  # ValueError: a release without what the lock must name
        return [f"The browser edition was not built: {reason}", "--no-lab builds the book alone."]
    print("The browser edition is built.", flush=True)
    return []


def record_all(lessons):
    """Every lesson run, or taken from what is kept; a bar shows how far it is."""
    paths = [ROOT / "notebooks" / lesson.file for lesson in lessons]
    counts = [len(cells_to_run(path)) for path in paths]
    with tqdm(total=sum(counts), unit="cell", disable=None) as bar:
        for lesson, path, count in zip(lessons, paths, counts, strict=True):
            bar.set_description(f"lesson {lesson.number}")
            before = bar.n
            done = recorded(path, on_cell=lambda: bar.update(1))
            bar.update(before + count - bar.n)
            if bar.disable:  # no terminal: a line for each, so that a log shows where it is
                print(f"lesson {lesson.number} is recorded", flush=True)
            yield done


def cells_to_run(path):
    cells = nbformat.read(path, as_version=4).cells
    return [c for c in cells if c.cell_type == "code" and not OF_THIS_MACHINE.search(c.source)]


def table(sizes):
    """The pages with their sizes, to print."""
    rows = ["page     page  states  explorers  pictures   (kB, compressed)"]
    for name, size in sizes.items():
        counts = f"{size.explorers or '':>10} {size.pictures or '':>9}"
        rows.append(f"{name:6} {size.page / 1e3:6.0f} {size.states / 1e3:7.0f} {counts}".rstrip())
    return "\n".join(rows)


def over_budget(sizes):
    """Sentences about pages that are larger than a reader should wait for."""
    found = []
    for name, size in sizes.items():
        most = book.SHARED_BYTES if name == "shared" else book.PAGE_BYTES
        if size.bytes > most:
            found.append(f"{name} has {size.bytes / 1e6:.2f} MB, more than {most / 1e6:g} MB.")
    return found


def look(out, port):
    with served(out, port) as address:
        print(f"{address}/index.html\nTo stop: Ctrl+C.")
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


def say_no(problem):
    print(f"\n{problem}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
