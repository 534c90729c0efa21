"""The browser edition as a visitor has it: JupyterLab and Python out of files, and no other host."""

import os

import pytest
from nbformat import v4

from course_utils.lessons import WRITTEN
from publishing import lab
from publishing.book import lab_page
from publishing.pyodide import NotAtHand, at_hand
from publishing.record import recorded
from publishing.serve import served
from tests.browser import test_reopened
from tests.browser.stage import stages
from tools import texts
from tools.lab import ALONE, NoBrowser, running_browser
from tools.lite import Edition, private_page
from tools.run import ROOT

pytestmark = [
    pytest.mark.thorough(only=True),
    pytest.mark.takes(150),
]

RUN = [lesson for lesson in WRITTEN if lesson.number in ("00", "01", "03", "05", "07")]
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
        if not other.outputs or texts.is_recorded(one) or "timeit" in other.source:
            continue
        says = [texts.said(one), texts.said(other)]
        if "classifier.scores" in other.source:
            # of the one that learns from pixels last bits decide single answers
            says = [text.partition("pixels")[0] for text in says]
        assert texts.agree(*says), texts.joined(one["source"])
        compared += 1
    assert compared > 3


def test_an_explorer_answers_a_hand(lesson):
    explorer = stages(lesson)[0]
    before = explorer.shown()
    if explorer.sliders().count():
        explorer.sliders().first.focus()
        lesson.page.keyboard.press("ArrowLeft" if explorer.at_its_end() else "ArrowRight")
        explorer.wait_for_change(before)
    else:
        handle = explorer.handles()[0]
        explorer.drag(handle, explorer.toward_the_middle(handle))
    assert explorer.shown() != before


@pytest.fixture(scope="module")
def start(alone, site):
    """Lesson 00, run, for what a learner does."""
    page, _ = private_page(alone, site)
    lesson = Edition(site).open_lesson(page, FIRST)
    lesson.run_all()
    yield lesson
    lesson.close()


def answered(lesson, body):
    """What the check of lesson 00's exercise says of a function with this body."""
    written = number_of(lesson, "def halfway(")
    lesson.page.evaluate(SET_SOURCE, [written, f"def halfway(a, b):\n{body}"])
    lesson.run_cell(written)
    check = number_of(lesson, ".HALFWAY.check(")
    lesson.run_cell(check)
    return "".join(texts.joined(output["data"]["text/html"]) for output in lesson.cells()[check]["outputs"])


def steps(lesson):
    """(done, of how many) in lesson 00, as the course counts."""
    module = "__import__('course_utils.exercises.engine.progress', fromlist=['counts'])"
    return lesson.ask(f"{module}.counts()['00'].steps")


def test_a_prediction_is_answered(start):
    before = steps(start)[0]
    form = start.page.locator(".jp-OutputArea-output", has_text="enlarged to four pixels").first
    form.locator("input").fill("0, 2.5, 7.5, 10")
    form.get_by_role("button", name="This is my prediction").click()
    form.get_by_text("As you predicted").first.wait_for()
    start.wait_idle()
    assert steps(start)[0] == before + 1


def test_a_loop_that_never_ends_is_stopped_even_one_that_swallows_every_error(start):
    loop = "    while True:\n        try:\n            a += 1\n        except:\n            pass"
    assert "Is there a loop that never ends?" in answered(start, loop)
    assert start.ask("1 + 1") == 2


def test_what_was_answered_outlives_the_page(start, alone, site):
    assert "all 27 cases agree" in answered(start, "    return (a + b) / 2")
    before = steps(start)
    start.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    again = Edition(site).open_lesson(start.page, FIRST)  # the same browser comes back
    again.run_cell(number_of(again, "from course_utils.exercises import progress"))
    assert steps(again) == before and before[0] > 0
    assert "return (a + b) / 2" in texts.joined(again.cells()[number_of(again, "def halfway(")]["source"])
    again.close()


WRITE = """([name, content]) => window.jupyterapp.serviceManager.contents.save(
    name, { type: 'notebook', format: 'json', content })"""
STATES = """async name => {
    const { content } = await window.jupyterapp.serviceManager.contents.get(name, { content: true });
    return Object.values(Object.values(content.metadata.widgets)[0].state).map(each => each.model_name); }"""


def test_explorers_stand_after_a_lesson_was_saved_without_being_run(alone, site):
    page, _ = private_page(alone, site)
    sources = test_reopened.FIRST, test_reopened.SECOND, "1"
    notebook = v4.new_notebook(
        cells=[*map(v4.new_code_cell, sources)],
        metadata={"kernelspec": lab.KERNELSPEC, "language_info": lab.LANGUAGE},
    )
    Edition(site).open_lesson(page, FIRST)
    page.evaluate(WRITE, ["made.ipynb", notebook])
    lesson = Edition(site).open_lesson(page, "made.ipynb")
    lesson.run_all()
    page.evaluate(test_reopened.SAVE)
    once = page.evaluate(STATES, "made.ipynb")
    assert once.count("AnyModel") == 2
    lesson.run_all()  # the widgets of the first run stay in the kernel
    left = [stage.shown() for stage in stages(lesson)]
    page.evaluate(test_reopened.SAVE)
    assert sorted(page.evaluate(STATES, "made.ipynb")) == sorted(once)
    for source in ("2", "3"):
        lesson = Edition(site).open_lesson(page, "made.ipynb")
        page.locator(".btp-stage svg").nth(1).wait_for()
        assert [stage.shown() for stage in stages(lesson)] == left and lesson.console_errors == []
        page.evaluate(SET_SOURCE, [2, source])
        page.evaluate(test_reopened.SAVE)
    lesson.close()


def test_a_link_of_the_book_opens_the_lesson(site, alone):
    page, elsewhere = private_page(alone, site, width=420, height=800)
    page.goto(f"{site}/{lab_page(RUN[1])}")
    page.get_by_role("heading", name="Linear interpolation").first.wait_for()
    assert page.locator(".jp-Dialog").count() == 0 and elsewhere == []
    page.context.close()
