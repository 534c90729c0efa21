"""The book: one page a lesson, an index, a search, and what they share. No page asks another host for anything."""

import json
import re
import shutil
from dataclasses import dataclass
from html import escape
from pathlib import Path

from pygments.formatters import HtmlFormatter

from course_utils.exercises.engine.reading import vocabulary
from course_utils.exercises.engine.report import STYLE as CARD_STYLE
from course_utils.explorers.bilinear import bilinear_cell
from course_utils.explorers.stage.stage import HERE, Stage
from course_utils.explorers.stage.standalone import recorded, unpacked
from course_utils.figures.course_map import PANELS, course_map
from course_utils.figures.draw.scene import STYLE_ELEMENT
from course_utils.lessons import LESSONS, WRITTEN
from publishing.explorers import explorer_html, fitted, squeezed, states_js
from publishing.pages import anchor, body, headings, markdown
from publishing.pyodide import sha256
from tools.roads import roads
from tools.run import ROOT

ASSETS = Path(__file__).with_name("assets")
NAME = "Between the Pixels"
MOVING_BYTES, MOVING_STATES = 600_000, 700
PAGE_BYTES, SHARED_BYTES = 2_000_000, 1_000_000  # compressed: a lesson with its states; what all pages share
ROOM = 100_000  # for the predictions of a lesson
WORDS = re.compile(r"<details>|</?\w+>|[#*|`$\\{}]+|!?\[|\]\([^)]*\)")
OWN = re.compile(r'(<[^<>]* (?:src|href|data-index)=")((?:assets|states)/[\w.]+)(?=")')
FENCE = re.compile(r"^:?-+:?$")


@dataclass
class Size:
    """Of one page: compressed bytes of the page and of its explorers' states; how many explorers, how many states."""

    page: int
    states: int
    explorers: int = 0
    pictures: int = 0

    @property
    def bytes(self):
        return self.page + self.states


def build(out, lessons) -> dict:
    """Write the book of these (Lesson, Recorded) pairs into the folder ``out``; name of a page -> its Size."""
    out = Path(out)
    for folder in ("assets", "states"):
        shutil.rmtree(out / folder, ignore_errors=True)
        (out / folder).mkdir(parents=True)
    for page in out.glob("*.html"):
        page.unlink()
    numbers = [lesson.number for lesson, _ in lessons]
    has_lab = (out / "lab" / "index.html").is_file()
    sizes, sections = {}, []
    for i, (lesson, done) in enumerate(lessons):
        try:
            inside, records, predictions = body(done)
        except ValueError as error:  # a formula
            raise ValueError(f"Lesson {lesson.number} cannot be made into a page: {error}") from None
        around = [lessons[j][0] if 0 <= j < len(lessons) else None for j in (i - 1, i + 1)]
        page = lesson_page(lesson, inside, roads(done.notebook), around, has_lab)
        records = fitted(records, PAGE_BYTES - ROOM - squeezed(page))
        states = states_js(records, predictions)
        write(out / page_of(lesson), page)
        write(out / "states" / f"{lesson.number}.js", states)
        sections += [[page_of(lesson), *section] for section in sections_of(lesson, done.notebook)]
        pictures = sum(len(record["states"]) for record in records)
        sizes[lesson.number] = Size(squeezed(page), squeezed(states), len(records), pictures)
    sources = markdown((ROOT / "data" / "SOURCES.md").read_text(encoding="utf-8"))
    write(
        out / "sources.html", shell(f"Sources · {NAME}", "Where the pictures come from", sources, "Sources")
    )
    moving = moving_picture()
    index, states = index_page(numbers, has_lab, moving), states_js([moving])
    write(out / "index.html", index)
    write(out / "states" / "index.js", states)
    sizes["index"] = Size(squeezed(index), squeezed(states), 1, len(moving["states"]))
    sizes["shared"] = Size(write_assets(out / "assets", sections), 0)
    for page in out.glob("*.html"):
        write(page, with_versions(page.read_text(encoding="utf-8"), out))
    return sizes


def write(file, text):
    file.write_text(text, encoding="utf-8")


def with_versions(page, folder):
    """The page with a hash of each script and style in its address: a browser that keeps older ones asks anew."""

    def versioned(found):
        file = folder / found[2]
        return f"{found[1]}{found[2]}?v={sha256(file)[:8]}" if file.is_file() else found[0]

    return OWN.sub(versioned, page)


def page_of(lesson):
    return f"{lesson.file.removesuffix('.ipynb')}.html"


# ---- what all pages share ------------------------------------------------------------------------------------------


def write_assets(folder, sections) -> int:
    """Scripts, styles and the search's index; their compressed bytes."""
    search = f"book.index({json.dumps(sections, ensure_ascii=False, separators=(',', ':'))});\n"
    files = {
        "book.js": (ASSETS / "book.js").read_text(encoding="utf-8"),
        "reading.js": reading_js(),
        "stage.js": stage_js(),
        "book.css": style(),
        "search.js": search,
    }
    for name, text in files.items():
        write(folder / name, text)
    return sum(map(squeezed, files.values()))


def reading_js():
    """What reads the numbers that are typed, with the words of the one that reads them in a notebook."""
    words = json.dumps(vocabulary(), ensure_ascii=False, separators=(",", ":"))
    return f"const btpWords = {words};\n{(ASSETS / 'reading.js').read_text(encoding='utf-8')}"


def stage_js():
    """The stage as a script and not as a module: a page that is read from a disk may not load modules."""
    source = (HERE / "stage.js").read_text(encoding="utf-8")
    inside, exported, rest = source.partition("export default { initialize, render };")
    if not exported or rest.strip():
        raise ValueError("stage.js must end in: export default { initialize, render };")
    return f"const btpStage = (() => {{\n{inside}return {{ initialize, render }};\n}})();\n"


def style():
    """One style sheet: the stage's own, the cards', the colors of code in both themes, the page's."""
    dark = HtmlFormatter(style="github-dark").get_style_defs('[data-jp-theme-light="false"] .highlight')
    parts = [
        Stage._css,
        CARD_STYLE.replace("<style>", "").replace("</style>", ""),
        HtmlFormatter(style="default").get_style_defs(".highlight"),
        dark,
        ".highlight, [data-jp-theme-light] .highlight { background: none; }",
        (ASSETS / "book.css").read_text(encoding="utf-8"),
    ]
    return "\n".join(map(str, parts))


def sections_of(lesson, notebook):
    """[anchor, heading, words] of every part of a lesson that has a heading, for the search."""
    found = [["", f"{lesson.number} {lesson.title}", ""]]
    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            found[-1][2] += f" {cell.source}"
            continue
        for line in cell.source.split("\n"):
            heading = re.match(r"#{2,3} +(.*)", line)
            if heading:
                title = re.sub(r" \(\d+ min\)$", "", heading[1])
                found.append([anchor(WORDS.sub("", title)), f"{lesson.number} {WORDS.sub('', title)}", ""])
            else:
                found[-1][2] += f" {line}"
    return [[anchor, title, plain(words)] for anchor, title, words in found]


def plain(source):
    """The words of Markdown or code, for a search."""
    words = WORDS.sub(" ", source).split()
    return " ".join(word for word in words if not FENCE.match(word))


# ---- pages ---------------------------------------------------------------------------------------------------------

SHELL = """<!DOCTYPE html>
<html lang="en" data-jp-theme-light="true">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<meta name="description" content="{about}">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="assets/book.css">
<script>{theme}</script>
<script src="assets/stage.js" defer></script>
<script src="assets/reading.js" defer></script>
<script src="assets/book.js" defer></script>
{scripts}</head>
<body>
<header class="top"><a class="home" href="index.html">Between the Pixels</a><span class="here">{here}</span>
<div class="search">
<input id="search" type="search" placeholder="Search ( / )" aria-label="Search all lessons" autocomplete="off"
 data-index="assets/search.js">
<ul id="found" hidden></ul></div>
<button id="theme" type="button" title="light or dark" aria-label="light or dark">◐</button></header>
<main>
{main}
</main>
</body>
</html>
"""
THEME = """{ const { dataset } = document.documentElement;
dataset.jpThemeLight = String(!matchMedia("(prefers-color-scheme: dark)").matches);
try { dataset.jpThemeLight = localStorage.getItem("light") ?? dataset.jpThemeLight; } catch { /* refused */ } }"""


def shell(title, about, main, here="", scripts=""):
    return SHELL.format(
        title=escape(title), about=escape(about), theme=THEME, scripts=scripts, here=escape(here), main=main
    )


def lesson_page(lesson, inside, its_roads, around, has_lab):
    """The page of a lesson. around: the lessons before and after it, None where there is none."""
    contents = "".join(
        f'<li><a href="#{escape(anchor)}">{words}</a></li>'
        for rank, anchor, words in headings(inside)
        if rank == 2
    )
    side = sum(road.minutes for road in its_roads if road.title)
    minutes = f"{lesson.minutes} minutes" + (f", and {side} on side roads" if side else "")
    top = (
        f"{run_links(lesson, has_lab)}"
        f'<details class="contents"><summary>In this lesson <span class="minutes">({minutes})</span></summary>'
        f"<ul>{contents}</ul></details>"
    )
    head, end, rest = inside.partition("</h1>")
    main = f"{head}{end}{top}{rest}" if end else f"{top}{inside}"
    scripts = f'<script src="states/{lesson.number}.js" defer></script>\n'
    here = f"{lesson.number} {lesson.title}"
    return shell(
        f"{lesson.number} {lesson.title} · {NAME}",
        lesson.question,
        main + before_and_after(*around),
        here,
        scripts,
    )


def run_links(lesson, has_lab):
    run = lab_page(lesson) if has_lab else "index.html#run"
    return (
        f'<div class="run"><a class="go" href="{run}">Run this lesson</a>'
        "<details><summary>Open in JupyterLab here</summary><p>In the folder of the course:</p>"
        f"<pre>python -m course_utils notebooks/{lesson.file}</pre></details>"
        '<span class="later">On this page the cells were run for you; the exercises are left to you.</span></div>'
    )


def lab_page(lesson):
    """Where a lesson runs in the browser."""
    return f"lab/index.html?path={lesson.file}"


def before_and_after(before, after):
    links = [
        f'<a class="previous" rel="prev" href="{page_of(before)}">← {before.number} {escape(before.title)}</a>'
        if before
        else '<a class="previous" href="index.html">← All lessons</a>',
        f'<a class="next" rel="next" href="{page_of(after)}">{after.number} {escape(after.question)} →</a>'
        if after
        else '<a class="next" href="index.html">All lessons →</a>',
    ]
    return f'<nav class="around" aria-label="lessons before and after">{"".join(links)}</nav>'


INDEX = """<section class="hero"><h1>Between the Pixels</h1>
<p>A picture is a grid of numbers. Enlarge it, turn it, shift it by a third of a pixel, and somebody has to say which
numbers stand between the ones you have.</p>
<p>{count} lessons on how images and feature maps are resampled, upsampled, warped and aligned. You predict, drag, and
see what moved; here without installing anything.</p>
<p class="run"><a class="go" href="{first}">Begin: {question}</a></p></section>
<section class="moving" data-moves="x y">
<p>Four samples, and a point P between them. Each weight is the area across from its sample. Take P and move it.</p>
{moving}</section>
<h2 id="lessons">The lessons</h2>
<ul class="lessons">{lessons}</ul>
<h2 id="map">The map</h2>
<div class="map">{map}</div>
<p>Six operators, one idea: each is a matrix that is multiplied with the pixels. {links}</p>
<h2 id="run">Run it yourself</h2>
<div class="start">{run}
<p>On your computer, with Python 3.11 or newer and nothing else, in the folder of the course:</p>
<pre>python -m course_utils</pre>
<p>The lessons open in JupyterLab. Predictions are answered, exercises are checked and know the classic mistakes, and
every control moves together with all others. On these pages an explorer shows pictures that were drawn ahead.</p>
</div>
"""


def moving_picture():
    """The record of the explorer on the first page; it moves by itself until somebody takes it."""
    return recorded(bilinear_cell(), MOVING_BYTES, MOVING_STATES)


def index_page(numbers, has_lab, moving):
    """The first page: the moving picture, the lessons, the map. ``numbers``: of the lessons that have a page."""
    pages = {lesson.number: page_of(lesson) for lesson in WRITTEN if lesson.number in numbers}
    first = next(lesson for lesson in WRITTEN if lesson.number in numbers)
    links = " · ".join(
        f'<a href="{pages[number]}">{escape(panel.title)}</a>'
        for panel in PANELS
        if (number := next((f"{n:02d}" for n in panel.numbers if f"{n:02d}" in pages), None))
    )
    link = f'<a href="{lab_page(first)}">In the browser</a>'
    run = f"<p>{link}, with nothing installed.</p>" if has_lab else ""
    main = INDEX.format(
        count=len(WRITTEN), first=pages[first.number], question=escape(first.question),
        moving=explorer_html(moving, unpacked(moving, 0)["scene"]["svg"], 0),
        lessons="".join(card(lesson, pages.get(lesson.number)) for lesson in LESSONS),
        map=course_map().svg.replace(STYLE_ELEMENT, ""), links=links, run=run,
    )  # fmt: skip
    about = "An interactive course on resampling, upsampling, warping and aligning images"
    return shell(NAME, about, main, scripts='<script src="states/index.js" defer></script>\n')


def card(lesson, page):
    inside = (
        f'<span class="number">{lesson.number}</span>{escape(lesson.title)}'
        f'<span class="question">{escape(lesson.question)}</span>'
    )
    if not lesson.written:
        return f'<li><div class="to-come">{inside}<span class="minutes">to come</span></div></li>'
    inside += f'<span class="minutes">{lesson.minutes} minutes</span>'
    return (
        f'<li><a href="{page}">{inside}</a></li>' if page else f'<li><div class="to-come">{inside}</div></li>'
    )
