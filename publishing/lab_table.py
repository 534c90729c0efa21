"""The browser edition of a site that was built: what runs in it, how long a visitor waits, how fast it answers.

    python -m publishing.lab_table site                     prints it
    python -m publishing.lab_table site --record            and writes data/browser_edition.md
    python -m publishing.lab_table site --lessons 00,03     of these lessons only
    python -m publishing.lab_table site --parts start,keys  "cells" runs every lesson, which takes minutes

Every other host is refused. A cold start is a browser that has seen nothing; a warm one comes back within ten
minutes, as long as GitHub Pages lets a browser keep what it has. Run it on a machine that does nothing else.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from nbformat import v4

from benchmarks.explorers import MATCHES, OURS
from benchmarks.page import PROBE, QUIET_MS, Output, Slider, open_cells
from publishing.__main__ import chosen
from publishing.pyodide import LOCK
from publishing.record import ROOT
from publishing.serve import running
from publishing.table import shown
from tools import texts
from tools.lab import ALONE, IS_READY, PATIENCE_S, open_page, running_browser, running_lab
from tools.lite import Edition, private_page

FILE = ROOT / "data" / "browser_edition.md"
PARTS = "start", "keys", "cells"
KEPT_S = 600
STARTS, KEYS = 3, 8
FIRST_CELLS = "() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }"
OPENED = "() => window.jupyterapp?.shell?.currentWidget?.context?.isReady"
SAVE = """([name, content]) => window.jupyterapp.serviceManager.contents.save(
    name, { type: 'notebook', format: 'json', content })"""
CLOSE_OTHERS = """async () => { const { shell } = window.jupyterapp, front = shell.currentWidget;
    for (const panel of [...shell.widgets("main")].filter(each => each !== front)) {
        await panel.sessionContext?.shutdown();
        panel.dispose(); } }"""
OPEN = "name => window.jupyterapp.commands.execute('docmanager:open', { path: name })"
EXPLORERS = ("01 two samples", "03 P in a cell of four samples", "07 stepper 7 → 23", "11 warp 6 × 8")
HEAD = """# The browser edition

Made by `python -m publishing.lab_table site --record` in {browser}, with {python} in the page; a browser that may ask
no other host than the server on the same computer, which squeezes what GitHub Pages squeezes.
"""
START = """
## How long a visitor waits

From asking for the page to the lesson as text, to a kernel that is ready, and, all cells being run at once, to the
first explorer; medians of {count}. MB are what travels.

| lesson | | text, s | kernel, s | explorer, s | MB |
|---|---|---|---|---|---|
"""
KEYS_HEAD = """
## From a key to the picture

The first slider of an explorer, {count} times the first key after another control was used, median and most in ms, in
the browser edition and in JupyterLab with a kernel on the same computer, one after the other.

| explorer | in the browser | JupyterLab | ratio |
|---|---|---|---|
"""
CELLS_HEAD = """
## What runs

*Run All*. A recorded cell shows, under a card that says so, what it showed on a computer with PyTorch, OpenCV and
scikit-image.

| lesson | live | recorded | failing | seconds |
|---|---|---|---|---|
"""


def main(arguments=None):
    options = parser().parse_args(arguments)
    site = Path(options.site)
    if not (site / "lab" / "index.html").is_file():
        print(f"{site} holds no browser edition: python -m course_utils site makes one.", file=sys.stderr)
        return 1
    parts = options.parts.split(",")
    if unknown := set(parts) - set(PARTS):
        parser().error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    if options.record and (options.lessons or parts != list(PARTS)):
        parser().error("--record keeps one full run: leave out --lessons and --parts")
    built = [each for each in chosen(options.lessons) if (site / "lab" / "files" / each.file).is_file()]
    if not built:
        print(f"{site} holds none of these lessons.", file=sys.stderr)
        return 1
    return shown(lambda: measured(site, built, parts), FILE if options.record else None)


def parser():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("site")
    parser.add_argument("--lessons", metavar="00,03")
    parser.add_argument("--parts", default=",".join(PARTS))
    parser.add_argument("--record", action="store_true")
    return parser


def measured(site, lessons, parts):
    """The whole table as Markdown."""
    pieces = dict(zip(PARTS, (starts, keys, cells), strict=True))
    with running(site, max_age=KEPT_S) as server:
        with running_browser(ALONE) as browser:
            version = f"Chromium {browser.version}"
        texts_of = []
        for part in parts:
            print(f"{part} ...", file=sys.stderr, flush=True)
            texts_of.append(pieces[part](server, lessons))
    info = json.loads((site / "lab" / "static" / "pyodide" / LOCK).read_text(encoding="utf-8"))["info"]
    return HEAD.format(browser=version, python=f"Pyodide {info['version']}") + "".join(texts_of)


# ---- how long a visitor waits --------------------------------------------------------------------------------


def starts(server, lessons):
    """Cold and warm, of lesson 00 and of the first that imports matplotlib and SciPy."""
    rows = []
    for lesson in [each for each in lessons if each.number in ("00", "03")] or lessons[:1]:
        found = {"cold": [], "warm": []}
        for _ in range(STARTS):
            with running_browser(ALONE) as browser:
                page, elsewhere = private_page(browser, server.address)
                for times in found.values():
                    times.append(start(server, page, lesson.file))
                    page.goto("about:blank")
                if elsewhere:
                    raise RuntimeError(f"{lesson.file} asked {elsewhere}")
        for kind, times in found.items():
            middle = [statistics.median(column) for column in zip(*times, strict=True)]
            rows.append(f"| {lesson.number} | {kind} | {' | '.join(f'{value:.1f}' for value in middle)} |")
    return START.format(count=STARTS) + "\n".join(rows) + "\n"


def start(server, page, name):
    """(text, kernel, explorer in seconds; MB) of a lesson that is opened and run."""
    server.sent, begin, seconds = 0, time.perf_counter(), []
    page.goto(Edition(server.address).lesson_url(name), wait_until="commit")
    for script, argument in ((OPENED, None), (IS_READY, name)):
        page.wait_for_function(script, arg=argument)
        seconds.append(time.perf_counter() - begin)
    page.evaluate(FIRST_CELLS)
    page.locator(".btp-stage svg").first.wait_for(state="attached", timeout=PATIENCE_S * 1000)
    return [*seconds, time.perf_counter() - begin, server.sent / 1e6]


# ---- from a key to the picture -------------------------------------------------------------------------------


def keys(server, lessons):
    rows = []
    for match in [each for each in MATCHES if each.name in EXPLORERS]:
        source = match.cells[OURS]
        with running_browser(ALONE) as browser:
            here = pressed(in_the_page(server, browser, lessons[0].file, source), match)
            with tempfile.TemporaryDirectory() as folder, running_lab(folder) as lab:
                there = pressed(open_cells(lab, open_page(browser), "explorer.ipynb", [source]), match)
        ratio = statistics.median(here) / statistics.median(there)
        both = [f"{statistics.median(times):.0f}, {max(times):.0f}" for times in (here, there)]
        rows.append(f"| {match.name} | {both[0]} | {both[1]} | {ratio:.2f} |")
    return KEYS_HEAD.format(count=KEYS) + "\n".join(rows) + "\n"


def in_the_page(server, browser, first, source):
    """A notebook of one cell, open in the browser edition."""
    page, _ = private_page(browser, server.address)
    lesson = Edition(server.address).open_lesson(page, first)
    lesson.name = "explorer.ipynb"
    page.evaluate(SAVE, [lesson.name, v4.new_notebook(
        cells=[v4.new_code_cell(source)],
        metadata={"kernelspec": {"name": "python", "display_name": "Python", "language": "python"},
                  "language_info": {"name": "python"}},
    )])  # fmt: skip
    page.evaluate(OPEN, lesson.name)
    page.wait_for_function(IS_READY, arg=lesson.name)
    page.evaluate(CLOSE_OTHERS)
    page.add_script_tag(path=PROBE)
    page.evaluate("() => probe.listen()")
    return lesson


def pressed(lesson, match):
    """Milliseconds from each key to its picture on the screen, another control having been used before it."""
    lesson.run_all()
    slider = Slider.found(Output(lesson, 0))
    slider.output.bring_forward()
    slider.walk(2)  # the first move pays for fonts and caches
    times = []
    for number in range(KEYS):
        values = match.aside(
            slider.sets(match.explorer), number + 1
        )  # what was sent ahead is of other values now
        lesson.ask(f"[explorer.set(**{values!r}), 0][1]")
        lesson.settle(QUIET_MS)
        times += [press.painted for press in slider.walk(1)]
    lesson.close()
    return times


# ---- what runs -----------------------------------------------------------------------------------------------


def cells(server, lessons):
    rows, sums = [], [0, 0, 0]
    with running_browser(ALONE) as browser:
        for lesson in lessons:
            page, elsewhere = private_page(browser, server.address)
            opened = Edition(server.address).open_lesson(page, lesson.file)
            begin = time.perf_counter()
            opened.run_all()
            seconds = time.perf_counter() - begin
            counts = count(opened)
            if elsewhere:
                raise RuntimeError(f"{lesson.file} asked {elsewhere}")
            opened.close()
            sums = [sum(pair) for pair in zip(sums, counts, strict=True)]
            rows.append(f"| {lesson.number} | {' | '.join(map(str, counts))} | {seconds:.0f} |")
            print(rows[-1], flush=True)
    rows.append(f"| all | {' | '.join(map(str, sums))} | |")
    return CELLS_HEAD + "\n".join(rows) + "\n"


def count(lesson):
    """(live, recorded, failing) cells of a lesson that was run."""
    code = [cell for cell in lesson.cells() if cell["cell_type"] == "code"]
    recorded = sum(map(texts.is_recorded, code))
    failing = len({problem.partition(":")[0] for problem in lesson.cell_errors()}) + len(lesson.not_run())
    return len(code) - recorded - failing, recorded, failing


if __name__ == "__main__":
    sys.exit(main())
