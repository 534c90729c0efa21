"""Lessons 01 and 03 as a learner meets them: run all, then every slider, cell and grid (handles: test_hand.py)."""

import pytest

from tests.browser.stage import stages
from tools.run import LESSONS

SEEN_IN_A_BROWSER = [path for path in LESSONS if path.stem[:2] in ("01", "03")]

pytestmark = [pytest.mark.takes(60), pytest.mark.thorough(only=True)]


@pytest.fixture(scope="module", params=SEEN_IN_A_BROWSER, ids=lambda path: path.stem)
def lesson(request, open_lesson):
    lesson = open_lesson(request.param.name)
    lesson.run_all()
    lesson.unfold()
    yield lesson
    lesson.close()


def test_it_runs_from_top_to_bottom(lesson):
    assert lesson.cell_errors() == []
    assert lesson.not_run() == []


def test_a_slider_moves_every_explorer_that_has_one(lesson):
    moved = 0
    for stage in stages(lesson):
        if stage.sliders().count():
            before = stage.shown()
            stage.sliders().first.press("ArrowRight" if not stage.at_its_end() else "ArrowLeft")
            stage.wait_for_change(before)
            moved += 1
    assert moved


def test_pointing_lights_up_cells(lesson):
    for stage in stages(lesson, having="[data-id]"):
        stage.hover(stage.ids()[-1])
        assert stage.root.locator(".overlay rect").count()


def test_keys_choose_a_cell_in_every_grid(lesson):
    for stage in stages(lesson, having="g[data-group]"):
        for group in stage.groups():
            stage.press(group, "ArrowRight", "ArrowRight")
            assert stage.chosen() in stage.ids(group)


def test_lesson_03_has_a_point_to_drag_and_cells_to_point_at(lesson):
    if lesson.name.startswith("03"):
        assert any("P" in stage.handles() for stage in stages(lesson, having="[data-handle][tabindex]"))
        assert stages(lesson, having="[data-id]")


def test_no_text_is_cut_off(lesson):
    assert {stage.text()[:40]: cut for stage in stages(lesson) if (cut := stage.cut_off())} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pictures_for_people_to_look_at(lesson, theme, artifacts):
    lesson.set_theme(theme)
    assert lesson.screenshots(artifacts, f"{lesson.name[:2]}-{theme}")


def test_the_console_stayed_silent(lesson):
    assert lesson.console_errors == []
