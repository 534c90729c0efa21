"""Explorers: controls and a plain function from their values to a scene.

Beside explorers, which follow the theme of the page, figures of matplotlib follow it too.
"""

from IPython import get_ipython
from IPython.display import display

from course_utils.figures.draw.plots import page_svg


def _show(figure):
    display({"text/html": page_svg(figure), "text/plain": repr(figure)}, raw=True)


if kernel := get_ipython():  # by its name: matplotlib is loaded when a lesson asks for it
    kernel.display_formatter.ipython_display_formatter.for_type_by_name("matplotlib.figure", "Figure", _show)
