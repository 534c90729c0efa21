"""A lesson as a page: without a network and without scripts, its formulas are drawn and its explorers are seen."""

import nbformat
import pytest

from course_utils.launcher.saving import VIEW
from tests.later import keep
from tools.lab import open_page
from tools.pages import mathml, page
from tools.run import LESSONS, with_sources

# a browser's words for the reader, without code; and where a formula is smaller than a letter
RAW = r"""() => { document.querySelectorAll('pre, code, math').forEach(part => part.remove());
    return document.body.innerText.match(/\$[^$]+\$|\\[a-zA-Z]+/g); }"""
SIZES = "all => all.map(each => each.getBoundingClientRect()).map(box => [box.width, box.height])"


@pytest.fixture
def opened(browser, tmp_path):
    """A function: HTML -> (page without a network, what it asked for beside itself)."""
    tab, asked = open_page(browser), []
    tab.context.set_offline(True)
    tab.on("request", lambda request: asked.append(request.url))

    def opened(html):
        file = tmp_path / "page.html"
        file.write_text(html, encoding="utf-8")
        tab.goto(file.as_uri())
        return tab, [url for url in asked if url != file.as_uri() and not url.startswith("data:")]

    yield opened
    tab.context.close()


@pytest.mark.parametrize("path", keep(LESSONS, {2, 4, 7, 11}), ids=lambda path: path.stem)
def test_every_formula_of_a_lesson_is_drawn(opened, path):
    tab, asked = opened(page(nbformat.read(path, as_version=4)))
    assert asked == []
    assert all(width > 4 and height > 4 for width, height in tab.locator("math").evaluate_all(SIZES))
    assert tab.evaluate(RAW) is None


def test_all_ways_to_write_a_formula_are_drawn(opened):
    notebook = nbformat.v4.new_notebook()
    lines = r"\begin{aligned} a &= 1 \\ b &= 2 \end{aligned}"
    text = f"A $\\frac{{1}}{{2}}$ and\n\n$$\\sum_i x_i$$\n\n{lines}\n\nfor 5 \\$ and `$x$`"
    notebook.cells = [nbformat.v4.new_markdown_cell(text)]
    tab, _ = opened(page(notebook))
    assert tab.locator("math").count() == 3
    assert tab.locator("math[display=block]").count() == 2
    fraction, number = tab.locator("math mfrac"), tab.locator("math mfrac mn").first
    assert fraction.bounding_box()["height"] > 1.8 * number.bounding_box()["height"]  # one above the other
    assert "5 $" in tab.locator("body").inner_text() and tab.locator("code").inner_text() == "$x$"


def test_a_formula_that_cannot_be_drawn_is_named():
    with pytest.raises(ValueError, match=r"\\nonsense"):
        mathml(r"\nonsense x", "inline")


def test_an_explorer_is_its_picture(opened):
    from course_utils.explorers.linear import two_samples

    explorer = two_samples()
    data = explorer._repr_mimebundle_()
    data = data[0] if isinstance(data, tuple) else data
    assert VIEW in data
    notebook = with_sources("two_samples()")
    notebook.cells[0].outputs = [nbformat.v4.new_output("execute_result", data, execution_count=1)]
    tab, asked = opened(page(notebook))
    assert asked == []
    assert tab.locator("svg.btp-scene").bounding_box()["height"] > 200
    assert VIEW in notebook.cells[0].outputs[0].data  # what was given is as it was
