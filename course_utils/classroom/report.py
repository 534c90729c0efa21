"""``python -m course_utils report``: what a class found hard, from its progress files."""

import argparse
import os
import sys
import time
from pathlib import Path

from course_utils.classroom import recheck
from course_utils.classroom.command import run
from course_utils.classroom.learners import closed_folders, find_files, read_learners
from course_utils.classroom.page import page
from course_utils.classroom.table import table
from course_utils.classroom.tally import tally
from course_utils.classroom.words import count, text
from course_utils.files import write_whole

ABOUT = """\
What a class found hard: per exercise how many are right or stuck and which mistakes they made, per prediction the
answers. No names, unless --names asks for them."""


def parser():
    """What can be typed behind ``report``."""
    words = argparse.ArgumentParser("python -m course_utils report", description=ABOUT)
    words.add_argument(
        "files", nargs="+", metavar="FILES", help="progress files, or folders with them, such as /home"
    )
    words.add_argument(
        "--page", metavar="FILE", type=Path, help="write a page with bars (HTML) instead of text"
    )
    words.add_argument("--csv", metavar="FILE", type=Path, help="write a table for other programs")
    words.add_argument(
        "--lesson", action="append", default=[], metavar="NUMBER", help="this lesson only; may be repeated"
    )
    words.add_argument(
        "--only", action="append", default=[], metavar="KEY", help="this exercise or prediction only"
    )
    words.add_argument("--names", action="store_true", help="say who")
    words.add_argument(
        "--hide", action="store_true", help="do not say which answers are right: the vote is still open"
    )
    words.add_argument(
        "--watch", nargs="?", type=float, const=3.0, metavar="SECONDS",
        help="go on, and show new answers as they come in, every 3 seconds or as many as you say",
    )  # fmt: skip
    words.add_argument(
        "--recheck", nargs="+", default=[], metavar="NOTEBOOKS",
        help="run the exercises of these notebooks again, in a sandbox, and say which files claim more",
    )  # fmt: skip
    return words


def main(arguments=None, say=print, sleep=time.sleep):
    """Report once, or until stopped; returns the exit status."""
    asked = parser().parse_args(arguments)
    try:
        if asked.watch is not None and asked.watch < 0.5:
            raise ValueError(f"--watch takes at least half a second between two looks, got {asked.watch}")
        tallied = _report(asked, say)
        if asked.recheck:
            return recheck.report(tallied.learners, asked.recheck, asked.names, say)
        while asked.watch is not None:
            tallied = _watch(asked, say, sleep, tallied)
    except ValueError as error:
        say(f"{error}.")
        return 2
    except KeyboardInterrupt:
        return 0
    return 0


def _report(asked, say):
    files = find_files(asked.files)
    if closed := closed_folders(asked.files):
        say(
            f"{count(closed, 'folder')} cannot be looked into: reading other people's homes takes an administrator."
        )
    if not files:
        raise ValueError(f"there is no progress file in {', '.join(asked.files)}")
    tallied = tally(read_learners(files), asked.lesson, asked.only)
    if asked.page:
        refresh = max(1, round(asked.watch)) if asked.watch else 0
        write_whole(asked.page, page(tallied, asked.names, asked.hide, refresh).encode())
        say(f"The page is {asked.page}.")
    if asked.csv:
        write_whole(
            asked.csv, table(tallied, asked.names).encode("utf-8-sig")
        )  # a spreadsheet asks for the mark
        say(f"The table is {asked.csv}.")
    if not (asked.page or asked.csv or asked.recheck):
        say(text(tallied, asked.names, asked.hide))
    return tallied


def _watch(asked, say, sleep, before):
    """Look again after a while; what is new is shown."""
    sleep(asked.watch)
    now = tally(read_learners(find_files(asked.files)), asked.lesson, asked.only)
    if now == before:
        return before
    clear = "\x1b[2J\x1b[H" if sys.stdout.isatty() and os.name == "posix" else ""
    return _report(asked, lambda words: say(clear + words))


if __name__ == "__main__":
    run(main)
