"""A lesson as a page to read: ``python -m tools.pages LESSON.ipynb PAGE.html``.

The page needs no kernel, no network and no scripts. Formulas become MathML, which browsers draw themselves; an
explorer is the picture that its cell showed, in the colors of the page.
"""

import argparse
from pathlib import Path

import nbformat
from jinja2 import pass_context
from latex2mathml.converter import convert
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from course_utils.launcher.saving import VIEW

NO_SCRIPTS = "".join(
    f"{{% block {name} %}}{{% endblock %}}"
    for name in ("html_head_js", "html_head_js_mathjax", "html_head_js_mermaidjs", "jupyter_widgets")
)


def page(notebook) -> str:
    """The HTML of a notebook as it is, run or not. Raises ValueError for a formula that cannot be drawn."""
    notebook = nbformat.from_dict(notebook)  # a copy
    for data in (output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", ())):
        if VIEW in data and "image/svg+xml" in data:  # as HTML it is inline, where the page's colors reach it
            data["text/html"] = data["image/svg+xml"]
        data.pop(VIEW, None)
    return PageExporter().from_notebook_node(notebook)[0]


class PageExporter(HTMLExporter):
    """JupyterLab's look without the scripts that nbconvert would fetch from elsewhere."""

    raw_template = f"{{% extends 'lab/index.html.j2' %}}{NO_SCRIPTS}"

    @pass_context
    def markdown2html(self, context, source):
        """Text with its formulas drawn."""
        attachments = context.get("cell", {}).get("attachments", {})
        return MarkdownWithMath(renderer=Renderer(escape=False, attachments=attachments)).render(source)


class Renderer(IPythonRenderer):
    """nbconvert's own, with MathML for formulas."""

    def inline_math(self, body):
        return mathml(body, "inline")

    def block_math(self, body):
        return mathml(body, "block")

    def latex_environment(self, name, body):
        return mathml(f"\\begin{{{name}}}{body}\\end{{{name}}}", "block")


def mathml(formula: str, display: str) -> str:
    """A formula in LaTeX as MathML. Raises ValueError for a command that is not known."""
    drawn = convert(formula.strip(), display=display)
    if "\\" in drawn:  # what latex2mathml does not know it copies
        raise ValueError(f"the formula ${formula}$ holds a command that cannot be drawn in a page")
    return drawn


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lesson", type=Path)
    parser.add_argument("page", type=Path)
    options = parser.parse_args()
    options.page.write_text(page(nbformat.read(options.lesson, as_version=4)), encoding="utf-8")


if __name__ == "__main__":
    main()
