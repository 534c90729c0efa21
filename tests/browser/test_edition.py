"""The browser edition as a visitor has it: JupyterLab and Python out of files, and no other host."""

import os

import pytest

from course_utils.lessons import WRITTEN
from publishing import lab
from publishing.pyodide import NotAtHand, at_hand
from publishing.record import recorded
from publishing.serve import served
from tools import THOROUGH, texts
from tools.lab import ALONE, NoBrowser, running_browser
from tools.lite import Edition, private_page
from tools.run import ROOT

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.takes(150),
    pytest.mark.skipif(not THOROUGH, reason="minutes; CI's second step runs it"),
]

RUN = [lesson for lesson in WRITTEN if lesson.number in ("00", "01", "03", "07")]
FIRST = RUN[0].file
SET_SOURCE = """([number, source]) => { const cell = window.jupyterapp.shell.currentWidget.content.widgets[number];
    cell.model.sharedModel.setSource(source); }"""


@pytest.fixture(scope="module")
def alone():
    """A browser for which no other host has an address."""
    running = running_browser(ALONE)
    try:
        browser = running.__enter__()
    except NoBrowser as reason:
        if os.environ.get("COURSE_REQUIRE_BROWSER"):
            pytest.fail(str(reason))
        pytest.skip(str(reason))
    yield browser
    running.__exit__(None, None, None)


@pytest.fixture(scope="module")
def ran():
    """The lessons as they ran on this computer: file -> Recorded."""
    return {lesson.file: recorded(ROOT / "notebooks" / lesson.file) for lesson in RUN}


@pytest.fixture(scope="module")
def site(alone, ran, tmp_path_factory):
    """The address of the browser edition, built from the files of Pyodide that are at hand."""
    folder = tmp_path_factory.mktemp("site")
    try:
        lab.build(folder, [(lesson, ran[lesson.file]) for lesson in RUN], at_hand())
    except NotAtHand as reason:
        pytest.skip(str(reason))
    with served(folder) as address:
        yield address


@pytest.fixture(scope="module", params=RUN, ids=lambda lesson: lesson.number)
def lesson(request, alone, site):
    page, elsewhere = private_page(alone, site)
    lesson = Edition(site).open_lesson(page, request.param.file)
    lesson.elsewhere = elsewhere
    lesson.run_all()
    yield lesson
    lesson.close()


def number_of(lesson, source):
    """Of the code cell whose source holds these words."""
    (number,) = (
        number
        for number, cell in enumerate(lesson.cells())
        if cell["cell_type"] == "code" and source in texts.joined(cell["source"])
    )
    return number


def test_it_runs_from_top_to_bottom_and_asks_no_other_host(lesson):
    assert lesson.cell_errors() == [] and lesson.not_run() == []
    assert lesson.elsewhere == []


def test_it_says_what_the_lesson_says_on_a_computer(lesson, ran):
    here = [cell for cell in lesson.cells() if cell["cell_type"] == "code"]
    there = [cell for cell in ran[lesson.name].notebook.cells if cell.cell_type == "code"]
    compared = 0
    for one, other in zip(here, there, strict=True):
        if not other.outputs or texts.is_recorded(one):
            continue
        assert texts.agree(texts.said(one), texts.said(other)), texts.joined(one["source"])
        compared += 1
    assert compared > 3


def test_an_explorer_answers_a_hand(lesson):
    from tests.browser.stage import stages

    explorer = next(stage for stage in stages(lesson) if stage.sliders())
    before = explorer.shown()
    explorer.press_slider(explorer.sliders()[0])
    lesson.wait_idle()
    assert explorer.shown() != before


@pytest.fixture(scope="module")
def start(alone, site):
    """Lesson 00, run, for what a learner does."""
    page, _ = private_page(alone, site)
    lesson = Edition(site).open_lesson(page, FIRST)
    lesson.run_all()
    yield lesson
    lesson.close()


def solve(lesson):
    lesson.page.evaluate(
        SET_SOURCE, [number_of(lesson, "def halfway("), "def halfway(a, b):\n    return (a + b) / 2"]
    )
    lesson.run_cell(number_of(lesson, "def halfway("))
    check = number_of(lesson, ".HALFWAY.check(")
    lesson.run_cell(check)
    return "".join(texts.joined(output["data"]["text/html"]) for output in lesson.cells()[check]["outputs"])


def test_an_exercise_is_checked_and_outlives_the_page(start):
    assert "right" in solve(start).lower()
    assert start.ask("__import__('course_utils.exercises.progress', fromlist=['x']).counts()['00'].steps") > 0
    start.page.reload()
    start.page.wait_for_function("() => window.jupyterapp?.shell?.currentWidget?.context?.isReady")
