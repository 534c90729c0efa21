"""The pages of a book that was built: sizes, seconds to the first stage, and what lives without a kernel.

    python -m publishing.table site              prints it
    python -m publishing.table site --record     and writes data/book.md

Each page is opened in a browser of its own, with nothing kept from the one before, and every other host refused. The
first stage is there when it answers a hand: its picture stands in the page from the beginning.
"""

import argparse
import gzip
import json
import sys
import time
from pathlib import Path

from course_utils.lessons import WRITTEN
from publishing.book import page_of
from publishing.explorers import is_alive
from publishing.record import ROOT
from publishing.serve import served
from tools.lab import PATIENCE_S, NoBrowser, running_browser

FILE = ROOT / "data" / "book.md"
HEAD = """# The book, page by page

Made by `python -m publishing.table site --record`, in {browser}. kB are compressed, as a server sends them; what all
pages share is {shared:.0f} kB once. A control lives when it brings pictures without a kernel, one at a time or
together with others; text fields wait for the lesson to run. Pointing, stepping and playing live everywhere. Seconds
are from asking for the page, in a browser that has seen nothing of it, to a first picture, and to a first stage that
answers; the server is on the same computer.

| | page, kB | ahead, kB | explorers | pictures | controls that live | others | picture, s | stage, s |
|---|---|---|---|---|---|---|---|---|
"""


def main(arguments=None):
    options = parser().parse_args(arguments)
    site = Path(options.site)
    lessons = [lesson for lesson in WRITTEN if (site / page_of(lesson)).is_file()]
    if not lessons:
        print(f"{site} holds no page of a lesson: python -m course_utils site makes them.", file=sys.stderr)
        return 1
    return shown(lambda: table(site, lessons), FILE if options.record else None)


def shown(measure, file=None):
    """Print what ``measure()`` answers, and write it into ``file`` if there is one; 2 where no browser is, else 0."""
    try:
        text = measure()
    except NoBrowser as problem:
        print(problem, file=sys.stderr)
        return 2
    print(text)
    if file:
        file.write_text(text, encoding="utf-8")
    return 0


def parser():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("site")
    parser.add_argument("--record", action="store_true")
    return parser


def table(site, lessons):
    """The whole table as Markdown."""
    rows = []
    with served(site) as address, running_browser() as browser:
        for name, page, states in [
            *((lesson.number, page_of(lesson), f"{lesson.number}.js") for lesson in lessons),
            ("first page", "index.html", "index.js"),
        ]:
            records = records_in(site / "states" / states)
            alive, others = controls_of(records)
            sizes = [squeezed(site / page), squeezed(site / "states" / states)]
            counts = [len(records), sum(len(record["states"]) for record in records), alive, others]
            seconds = opened(browser, f"{address}/{page}", address)
            cells = [name, *(f"{size / 1e3:.0f}" for size in sizes), *counts, *(f"{s:.1f}" for s in seconds)]
            rows.append(f"| {' | '.join(map(str, cells))} |")
        version = f"Chromium {browser.version}"
    shared = sum(map(squeezed, (site / "assets").iterdir())) / 1e3
    return HEAD.format(browser=version, shared=shared) + "\n".join(rows) + "\n"


def squeezed(file):
    return len(gzip.compress(file.read_bytes(), 6))


def records_in(file):
    """What ``states_js`` wrote."""
    text = file.read_text(encoding="utf-8").removeprefix("book.open(").rstrip().removesuffix(");")
    return json.loads(f"[{text}]")[0]


def controls_of(records):
    """(controls that bring pictures, other controls and buttons), text fields apart."""
    alive = others = 0
    for record in records:
        named = [name for name, about in record["controls"].items() if about["kind"] != "text"]
        living = sum(is_alive(record, name) for name in named)
        alive += living + len(record["presets"])
        others += len(named) - living + len(record["extra"])
    return alive, others


def opened(browser, url, address):
    """Seconds from asking for a page to its first picture, and to its first stage that answers."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    page.route(lambda asked: not asked.startswith((address, "data:")), lambda route: route.abort())
    begin = time.perf_counter()
    page.goto(url, wait_until="commit")
    seconds = []
    for selector in ("svg.btp-scene", "[data-alive]"):
        page.locator(selector).first.wait_for(state="attached", timeout=PATIENCE_S * 1000)
        seconds.append(time.perf_counter() - begin)
    context.close()
    return seconds


if __name__ == "__main__":
    sys.exit(main())
