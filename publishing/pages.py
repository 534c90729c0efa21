"""A lesson that was run becomes a page: text, formulas, code, outputs; explorers that live without a kernel."""

import base64
import io
import re
from html import escape
from urllib.parse import quote

from PIL import Image

from course_utils.exercises.engine.report import STYLE as CARD_STYLE
from course_utils.figures.draw.scene import STYLE_ELEMENT
from course_utils.launcher.saving import VIEW
from publishing.explorers import explorer_html
from publishing.predictions import prediction_html, without_styles
from publishing.record import OF_THIS_MACHINE
from tools.pages import MarkdownWithMath, PageExporter, Renderer
from tools.roads import SIDE_ROAD, by_road
from tools.run import copied

LATER = '<p class="later">Answering comes alive when the lesson runs.</p>'
ON_YOUR_MACHINE = (
    '<p class="later">What this cell prints is about the machine it runs on: run the lesson.</p>'
)
NOTEBOOK_LINK = re.compile(r'href="([\w./-]+)\.ipynb(#[^"]*)?"')
HEADING = re.compile(r'<h([23]) id="([^"]*)">(.*?)<a class="anchor-link".*?</h\1>', re.DOTALL)
PNG = re.compile(r"data:image/png;base64,[A-Za-z0-9+/=\s]{4000,}")
TAGS = re.compile(r"<[^>]+>")


class LessonExporter(PageExporter):
    """nbconvert's plainest template; what stands before and after a cell opens and closes its side road."""

    raw_template = (
        "{%- extends 'basic/index.html.j2' -%}"
        "{%- block any_cell scoped -%}{{ cell.metadata.get('before', '') }}{{ super() }}"
        "{{ cell.metadata.get('after', '') }}{%- endblock any_cell -%}"
    )


def anchor(title):
    """Where a heading can be reached, as nbconvert names it.

    >>> anchor('Why "times two"?')
    'Why-%22times-two%22?'
    """
    return quote(title.replace(" ", "-"), safe="?/:@!$&'()*+,;=")


def body(recorded) -> tuple[str, list, list]:
    """The inside of a lesson's page; and the records of its explorers and of its predictions, in the page's order.

    Raises ValueError for a formula that cannot be drawn.
    """
    notebook, explorers, predictions = copied(recorded.notebook), [], []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            _as_page(cell, recorded.widgets, explorers, predictions)
    _fold(notebook)
    exporter = LessonExporter(template_name="basic", exclude_input_prompt=True, exclude_output_prompt=True)
    html, _ = exporter.from_notebook_node(notebook)
    html = NOTEBOOK_LINK.sub(r'href="\1.html\2"', html)
    html = PNG.sub(lambda found: smaller(found[0]), html)
    return html.replace('href="../data/SOURCES.md', 'href="sources.html'), explorers, predictions


def _as_page(cell, widgets, explorers, predictions):
    """What a cell showed, as HTML that needs no kernel."""
    if OF_THIS_MACHINE.search(cell.source):
        cell.outputs = [_html(ON_YOUR_MACHINE)]
    cell.outputs = [output for output in cell.outputs if not is_of_the_kernel_alone(output.get("data", {}))]
    for output in cell.outputs:
        data = output.get("data", {})
        view = data.pop(VIEW, None)
        record = widgets.get(view["model_id"]) if view else None
        if record and "card" in record:
            predictions.append(without_styles(record))
            data["text/html"] = prediction_html(predictions[-1], len(predictions) - 1)
        elif record:
            explorers.append(record)
            data["text/html"] = explorer_html(record, data["image/svg+xml"], len(explorers) - 1)
        elif view is not None and "text/html" in data:
            data["text/html"] += LATER
        if "text/html" in data:  # their styles stand once, in book.css
            data["text/html"] = data["text/html"].replace(STYLE_ELEMENT, "").replace(CARD_STYLE, "")


def is_of_the_kernel_alone(data):
    """Is it a widget that shows nothing without its kernel, such as the bar of a training that is over?"""
    return VIEW in data and not {"text/html", "image/svg+xml"} & set(data)


def _html(text):
    from nbformat import v4

    return v4.new_output("display_data", {"text/html": text})


def _fold(notebook):
    """Put every side road into a <details> of its own."""
    roads = list(by_road(notebook))
    titles = ["", *(title for title, _ in roads), ""]
    for i, (title, cell) in enumerate(roads, start=1):
        if title and title != titles[i - 1]:
            heading = SIDE_ROAD.match(cell.source.split("\n")[0])
            cell.source = cell.source.partition("\n")[2].strip()
            minutes = f" <small>{heading[3]} min</small>" if heading[3] else ""
            here = escape(anchor(f"Side road: {heading[2]}"))
            summary = f"<summary>Side road: {escape(heading[2])}{minutes}</summary>"
            cell.metadata["before"] = f'<details class="side-road" id="{here}">{summary}'
        if title and title != titles[i + 1]:
            cell.metadata["after"] = "</details>"


def smaller(png) -> str:
    """A picture in a data address with the same pixels in fewer bytes, where lossless WebP has fewer."""
    with Image.open(io.BytesIO(base64.b64decode(png.partition(",")[2]))) as picture:
        picture.load()
        stream = io.BytesIO()
        picture.convert(
            "RGBA" if "A" in picture.getbands() or "transparency" in picture.info else "RGB"
        ).save(stream, "WEBP", lossless=True, quality=60, method=4, exact=True)
    webp = "data:image/webp;base64," + base64.b64encode(stream.getvalue()).decode()
    return webp if len(webp) < len(png) else png


def markdown(source) -> str:
    """A text in Markdown as the inside of a page."""
    html = MarkdownWithMath(renderer=Renderer(escape=False)).render(source)
    return f'<div class="text_cell"><div class="rendered_html">{html}</div></div>'


def headings(html) -> list[tuple[int, str, str]]:
    """(rank, anchor, words) of the headings of a page."""
    return [(int(rank), anchor, TAGS.sub("", words)) for rank, anchor, words in HEADING.findall(html)]
