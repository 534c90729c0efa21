"""A kernel that ends behind an open lesson: its pictures say so, and offer no control that would not move them."""

import nbformat
import pytest

from hub.client import ask
from tests.browser.stage import stages
from tools.run import with_sources

pytestmark = pytest.mark.takes(20)

EXPLORER = "from course_utils.explorers.linear import two_samples\ntwo_samples()"
KERNEL = "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.id"
TOLD = "explorer => getComputedStyle(explorer, '::before').content"


def culled(lab, kernel):
    """Shut down from outside, as a hub's culler does it."""
    ask(f"{lab.url}/api/kernels/{kernel}", lab.token, "DELETE")


def test_the_picture_says_that_it_has_ended(open_lesson, lessons):
    name = "culled.ipynb"
    nbformat.write(with_sources(EXPLORER), lessons / name)
    lesson = open_lesson(name)
    lesson.run_all()
    (stage,) = stages(lesson)
    stage.press_slider("x")
    picture = stage.shown()
    culled(lesson.lab, lesson.page.evaluate(KERNEL))
    explorer = stage.explorer().locator(".btp-explorer").first
    lesson.page.wait_for_function(
        f"explorer => ({TOLD})(explorer).includes('run the cells above again')", arg=explorer.element_handle()
    )
    assert stage.shown() == picture and stage.sliders().count() == 0
    lesson.close()
