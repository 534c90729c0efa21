"""What every explorer owes the hand that holds it, in a real browser, for each explorer that a lesson shows.

Tracks that reach every value, a picture that fits a laptop, a sentence in view, handles for pointer and keyboard,
a choice that can be released, a right button that does nothing.
"""

import json

import nbformat
import pytest

from tests.browser.explorers_of_lessons import missing, notebook_of
from tests.browser.stage import stages
from tools.run import LESSONS

pytestmark = [pytest.mark.takes(60), pytest.mark.thorough(only=True)]
LOOKED_AT = [pytest.param(path, id=path.stem) for path in LESSONS]

SHORTEST_TRACK, PIXELS_A_VALUE, TALLEST, NARROW = 240, 6, 700, 760
NEEDS_MORE_THAN_IMPORTS = {"alignment"}  # a trained network: seen in lesson 12's own browser test

TRACKS = """box => [...box.querySelectorAll('.widget-slider')].filter(each => each.offsetParent).map(each => {
    const knob = each.querySelector('.noUi-handle'), track = each.querySelector('.noUi-base').offsetWidth;
    return {label: each.querySelector('.widget-label')?.textContent, track,
            low: Number(knob.getAttribute('aria-valuemin')), high: Number(knob.getAttribute('aria-valuemax'))}; })"""

NAMELESS = """() => [...document.querySelectorAll('.btp-explorer button, .noUi-handle, .btp-explorer input')]
    .filter(each => each.offsetParent && !(each.ariaLabel || each.textContent.trim() || each.title
        || each.labels?.length || each.placeholder)).map(each => each.outerHTML.slice(0, 200))"""


@pytest.fixture(scope="module", params=LOOKED_AT)
def lesson(request, open_lesson, lessons):
    notebook = notebook_of(request.param)
    if not notebook.cells:
        pytest.skip("this lesson shows no explorer that stands by itself")
    name = f"explorers_{request.param.stem[:2]}.ipynb"
    nbformat.write(notebook, lessons / name)
    lesson = open_lesson(name, width=1300, height=1000)
    lesson.run_all()
    assert lesson.cell_errors() == []
    yield lesson
    lesson.close()


def test_every_explorer_of_the_lessons_is_looked_at():
    assert missing() <= NEEDS_MORE_THAN_IMPORTS


def test_sliders_reach_every_value_with_a_mouse(lesson):
    short = []
    for stage in stages(lesson):
        for slider, control in zip(stage.explorer().evaluate(TRACKS), stage.slider_steps(), strict=False):
            values = (slider["high"] - slider["low"]) / control
            if slider["track"] < SHORTEST_TRACK or slider["track"] < PIXELS_A_VALUE * values - 1:
                short.append((slider, values))
    assert short == []


def test_an_explorer_fits_a_laptop(lesson):
    tall = {stage.text()[:40]: height for stage in stages(lesson) if (height := stage.height()) > TALLEST}
    assert tall == {}


def test_the_sentence_is_in_view_with_the_picture(lesson):
    for stage in stages(lesson):
        sentence, picture = (stage.root.locator(part).first.bounding_box() for part in (".twin", ".picture"))
        if "said" not in stage.root.get_attribute("class"):
            assert sentence["height"] > 0 and sentence["y"] + sentence["height"] <= picture["y"] + 1
        assert stage.text().strip()


def test_nothing_runs_over_in_a_narrow_window(lesson):
    size = lesson.page.viewport_size
    lesson.page.set_viewport_size({"width": NARROW, "height": size["height"]})
    try:
        lesson.settle()
        over = [stage.text()[:40] for stage in stages(lesson) if stage.runs_over()]
    finally:
        lesson.page.set_viewport_size(size)
        lesson.settle()
    assert over == []


def test_a_right_press_moves_nothing(lesson):
    for stage in stages(lesson, having="[data-handle]"):
        before = stage.shown()
        for handle in [*stage.handles(), *stage.cell_handles()[:1]]:
            stage.pull(handle, stage.toward_the_middle(handle), button="right")
            lesson.page.keyboard.press("Escape")
        lesson.page.mouse.move(1, 1)  # off the picture: what is under the pointer lights up
        lesson.wait_idle()
        assert stage.shown() == before


def test_every_handle_is_moved_by_pointer_and_by_keyboard(lesson):
    stuck = []
    for stage in stages(lesson, having="[data-handle]"):
        for handle in stage.handles():
            if not stage.moved_by_pointer(handle):
                stuck.append((handle, "pointer"))
            if not stage.moved_by_keys(handle):
                stuck.append((handle, "keyboard"))
        few = stage.cell_handles()[:2]
        stuck += [(handle, "pointer") for handle in few if not stage.moved_by_pointer(handle)]
    assert stuck == []


def test_a_value_can_be_typed_where_it_stands(lesson):
    for stage in stages(lesson, having="[data-handle][tabindex]"):
        handle = stage.handles()[0]
        stage.knob(handle).press("Enter")
        field = stage.root.locator("input.typed")
        assert field.is_visible()
        field.press("Escape")
        assert field.count() == 0


def test_a_choice_is_released_by_esc_by_a_second_click_and_by_a_click_on_nothing(lesson):
    for stage in stages(lesson, having="g[data-group] [data-id]"):
        if stage.position().is_visible():
            continue  # where there are steps, one of them is always chosen
        for release in ("Escape", "again", "nothing"):
            stage.choose_first()
            chosen = stage.chosen()
            if not chosen:
                continue
            stage.release(release)
            assert stage.chosen() == "", (chosen, release)


def test_buttons_and_sliders_have_names(lesson):
    nameless = lesson.page.evaluate(NAMELESS)
    assert nameless == []


def test_no_text_is_cut_off(lesson):
    assert {stage.text()[:40]: cut for stage in stages(lesson) if (cut := stage.cut_off())} == {}


@pytest.mark.thorough(only=True)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pictures_for_people_to_look_at(lesson, theme, artifacts):
    lesson.set_theme(theme)
    assert lesson.screenshots(artifacts, f"hand-{lesson.name[10:12]}-{theme}")


def test_the_console_stayed_silent(lesson):
    assert lesson.console_errors == []
    assert json.dumps(lesson.cell_errors()) == "[]"
