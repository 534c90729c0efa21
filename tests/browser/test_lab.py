"""The instrument itself, on a notebook made for it: it runs, waits, sees errors, takes pictures, can skip."""

import socket

import nbformat
import pytest

from tools import lab as lab_module
from tools.run import with_sources

pytestmark = pytest.mark.takes(30)

SLIDER = """
import time, sys
import ipywidgets as widgets
time.sleep(2)
slider, picture = widgets.IntSlider(max=9), widgets.HTML()
def draw(change):
    picture.value = f'<svg width="300" height="900"><text y="20">value {slider.value}</text></svg>'
slider.observe(draw, names="value")
draw(None)
widgets.VBox([slider, picture])"""


@pytest.fixture(scope="module")
def ran(open_lesson, lessons):
    notebook = with_sources(SLIDER, "slider.value", "print('careful', file=sys.stderr)", "1 / 0", "2")
    nbformat.write(notebook, lessons / "made_for_a_test.ipynb")
    lesson = open_lesson("made_for_a_test.ipynb")
    lesson.run_all()
    return lesson


def test_run_all_waits_for_the_last_cell_and_tells_what_went_wrong(ran):
    assert ran.cell_errors() == ["cell 2: stderr: careful", "cell 3: ZeroDivisionError: division by zero"]
    assert ran.not_run() == [4]
    assert [cell["execution_count"] for cell in ran.cells()] == [1, 2, 3, 4, None]


def test_an_arrow_key_on_a_slider_changes_the_picture(ran):
    assert "value 0" in ran.page.locator("svg text", has_text="value").text_content()
    ran.page.locator(".noUi-handle").press("ArrowRight")
    ran.page.get_by_text("value 1").wait_for()


def test_pictures_show_the_whole_notebook_in_both_themes(ran, tmp_path):
    from PIL import Image

    brightness = {}
    for theme in ("light", "dark"):
        ran.set_theme(theme)
        paths = ran.screenshots(tmp_path, theme, slice_height=700)
        pictures = [Image.open(path).convert("L") for path in paths]
        assert sum(picture.height for picture in pictures) > 1200  # the SVG alone is 900 pixels high
        assert all(picture.height <= 700 and picture.width > 1000 for picture in pictures)
        brightness[theme] = pictures[0].getpixel((5, 300))
    assert brightness["light"] > 200 > 60 > brightness["dark"]


def test_console_errors_are_collected(ran):
    assert ran.console_errors == []
    ran.page.evaluate("() => console.error('a mistake in a script')")
    assert any("a mistake in a script" in words for words in ran.console_errors)


def test_the_repository_s_own_files_are_not_touched(ran, lessons):
    assert lab_module.ROOT not in lessons.resolve().parents
    assert ran.lab.folder == lessons.resolve()


def test_without_a_browser_the_reason_is_said(monkeypatch):
    monkeypatch.setenv("COURSE_BROWSER", "/nowhere/chromium")
    with pytest.raises(lab_module.NoBrowser, match="no Chromium"), lab_module.running_browser():
        pass


def test_a_port_that_somebody_takes_first_is_no_failure(tmp_path, monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setattr(lab_module, "free_port", lambda: taken.getsockname()[1])
        with lab_module.running_lab(tmp_path) as lab:
            assert lab.url and not lab.url.endswith(f":{taken.getsockname()[1]}")
