"""A kernel that ends behind an open lesson: its pictures say so, offer no control, and begin again at a press."""

import json
from contextlib import suppress

import nbformat
import psutil
import pytest

from hub.client import ask
from tests.browser.stage import stages
from tools.run import with_sources

pytestmark = [pytest.mark.takes(30), pytest.mark.thorough(only=True)]

ABOVE = "above = 'ran'"
EXPLORER = "from course_utils.explorers.linear import two_samples\nassert above == 'ran'\ntwo_samples()"
WRITTEN = "mine = 'written and not saved'"
KERNEL = "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.id"
LOOK_FOR_KERNELS = (
    "() => { window.jupyterapp.serviceManager.sessions.refreshRunning(); }"  # as every ten seconds
)
TOLD = "explorer => getComputedStyle(explorer, '::before').content"
CONNECT_ANEW = "() => { window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.reconnect(); }"
RUN_ALONE = """() => { const app = window.kept = window.jupyterapp; delete window.jupyterapp;
    app.commands.execute('notebook:run-all-cells'); }"""
LEND_AGAIN = "() => { window.jupyterapp = window.kept; }"
WRITE = """([cell, text]) => {
    window.jupyterapp.shell.currentWidget.model.cells.get(cell).sharedModel.setSource(text); }"""


def culled(lesson):
    """Shut down from outside, as a hub's culler does it."""
    ask(f"{lesson.lab.url}/api/kernels/{lesson.page.evaluate(KERNEL)}", lesson.lab.token, "DELETE")
    lesson.page.evaluate(LOOK_FOR_KERNELS)


def killed(lesson):
    """As the system does with what takes too much memory."""
    name = lesson.page.evaluate(KERNEL)
    for process in psutil.Process(lesson.lab.process.pid).children(recursive=True):
        with suppress(psutil.Error):
            if name in " ".join(process.cmdline()):
                process.kill()


def is_told(lesson):
    """Wait until the one explorer of a lesson says that it has ended; its stage."""
    (stage,) = stages(lesson)
    explorer = stage.explorer().locator(".btp-explorer").first
    lesson.page.wait_for_function(
        f"explorer => ({TOLD})(explorer).includes('run the cells above again')", arg=explorer.element_handle()
    )
    assert stage.sliders().count() == 0
    return stage


def agree(stage):
    """Is the picture that of where the slider stands?"""
    return json.loads(stage.key())[0] == float(stage.slider("x").get_attribute("aria-valuenow"))


@pytest.fixture(params=[culled, killed])
def ended(request, open_lesson, lessons):
    """A lesson whose picture was moved, whose last cell holds what nobody saved, and whose kernel ended then."""
    name = f"{request.param.__name__}.ipynb"
    nbformat.write(with_sources(ABOVE, EXPLORER, "below = 'ran'"), lessons / name)
    lesson = open_lesson(name)
    lesson.run_all()
    (stage,) = stages(lesson)
    stage.press_slider("x")
    lesson.page.evaluate(WRITE, [2, WRITTEN])
    before = stage.shown()
    request.param(lesson)
    assert is_told(lesson).shown() == before
    if (
        request.param is killed
    ):  # JupyterLab has a word of its own, in a dialog; until it is answered nothing else is
        lesson.page.locator(".jp-Dialog", has_text="appears to have died").get_by_role("button").click()
    yield lesson
    lesson.close()


def test_one_press_brings_it_back_and_nothing_is_lost(ended):
    lesson, page, again = ended, ended.page, ended.page.locator(".btp-again")
    page.evaluate(WRITE, [0, "1 / 0"])
    again.click()
    page.get_by_role("button", name="A cell above stopped with an error").wait_for()
    assert is_told(lesson)
    page.evaluate(WRITE, [0, ABOVE])
    again.click()
    page.locator(".btp-explorer:not(.jupyter-widgets-disconnected)").wait_for()
    lesson.wait_idle()
    (stage,) = stages(lesson)
    stage.press_slider("x")
    assert agree(stage)
    assert not again.is_visible() and lesson.cell_errors() == []
    assert [cell["source"] for cell in lesson.cells()] == [ABOVE, EXPLORER, WRITTEN]
    assert lesson.ask("'below' in globals()") is False  # what stands below is the learner's to run


def test_while_the_way_to_python_is_gone_it_is_said_and_then_the_picture_comes(open_lesson, lessons):
    """A server that does not answer, as on a hub where it was stopped."""
    nbformat.write(with_sources(ABOVE, EXPLORER), lessons / "apart.ipynb")
    lesson = open_lesson("apart.ipynb")
    lesson.run_all()
    (stage,) = stages(lesson)
    server, told = (
        psutil.Process(lesson.lab.process.pid),
        f"() => ({TOLD})(document.querySelector('.btp-explorer'))",
    )
    server.suspend()
    try:
        lesson.page.evaluate(CONNECT_ANEW)
        lesson.page.wait_for_function(f"() => ({told})().includes('no connection to Python')")
        stage.slider("x").press("End")
    finally:
        server.resume()
    lesson.page.wait_for_function(f"() => ({told})() === 'none'")
    lesson.wait_idle()
    assert stage.at_its_end() and agree(stage)
    lesson.close()


def test_where_the_page_lends_no_commands_the_words_stand_alone(open_lesson, lessons):
    nbformat.write(with_sources(ABOVE, EXPLORER), lessons / "alone.ipynb")
    lesson = open_lesson("alone.ipynb")
    lesson.page.evaluate(RUN_ALONE)
    lesson.page.locator(".btp-stage svg").wait_for()
    lesson.page.evaluate(LEND_AGAIN)
    lesson.wait_idle()
    culled(lesson)
    is_told(lesson)
    assert lesson.page.locator(".btp-again").count() == 0
    lesson.close()
