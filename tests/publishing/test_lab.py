"""What the browser edition is built from; that it runs is tested in a browser."""

import json

import nbformat
import pytest

from course_utils.recorded import key
from publishing import __main__ as command
from publishing import lab, pyodide, wheels
from publishing.for_browser import read_in_turn
from publishing.pyodide import NotAtHand
from tools.run import LESSONS


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_is_the_same_but_for_its_kernel(path):
    original, copy = nbformat.read(path, as_version=4), lab.as_lite(path)
    assert copy.cells == original.cells
    assert copy.metadata.kernelspec.name == "python"  # the name of the only one there is: no dialog asks
    assert copy.metadata.language_info.name == "python"
    nbformat.validate(copy)


def test_a_cell_that_shows_what_was_recorded_stands_in_one_lesson_only():
    """The record knows a cell by its source alone."""
    lessons = {}
    for path in LESSONS:
        for cell, modules, _ in read_in_turn(nbformat.read(path, as_version=4)):
            if modules:
                lessons.setdefault(key(cell.source), set()).add(path.stem)
    assert lessons and {many for many in map(tuple, lessons.values()) if len(many) > 1} == set()


def test_the_kernel_starts_with_packages_of_the_lock_and_asks_no_other_host():
    settings = lab.settings(pyodide.OF_THE_FOLDER)
    assert "://" not in json.dumps(settings)
    kernel = settings["jupyter-config-data"]["litePluginSettings"][f"{lab.KERNEL}:kernel"]
    assert kernel["disablePyPIFallback"] and kernel["pyodideUrl"].startswith("./")
    assert "/lib/python3.12/" in kernel["loadPyodideOptions"]["env"]["MPLCONFIGDIR"]
    assert set(kernel["loadPyodideOptions"]["packages"]) == set(wheels.AT_START)


def test_the_way_in_keeps_what_was_asked_for():
    assert '"/index.html" + location.search' in lab.ENTRANCE
    assert all(f'"{app}"' in lab.ENTRANCE for app in lab.APPS)
    assert 'id="jupyter-config-data"' in lab.ENTRANCE  # JupyterLite reads it there


def test_a_telephone_is_told_how_wide_it_is():
    """Without it a telephone lays a page out 980 pixels wide, and has room for everything."""
    viewport, asked = 'name="viewport" content="width=device-width', "Math.min(innerWidth, screen.width)"
    assert 0 < lab.ENTRANCE.find(viewport) < lab.ENTRANCE.find(asked)


def test_the_page_of_every_app_has_our_script_before_its_own(tmp_path):
    for app in lab.APPS:
        (tmp_path / app).mkdir()
        (tmp_path / app / "index.html").write_text("<html><head><script>its()</script></head></html>")
    lab.add_script(tmp_path)
    for app in lab.APPS:
        page = (tmp_path / app / "index.html").read_text(encoding="utf-8")
        assert page.index("navigator.storage") < page.index("its()") and page.count("</script>") == 2
    (tmp_path / "lab" / "index.html").write_text("<html></html>")
    with pytest.raises(ValueError, match=r"lab/index\.html has no <head>"):
        lab.add_script(tmp_path)


def test_the_book_stands_without_the_browser_edition(monkeypatch, tmp_path):
    def missing():
        raise NotAtHand("the packages are not at hand")

    monkeypatch.setattr(lab, "distribution", missing)
    assert command.browser_edition(tmp_path, [], wanted=True) == [
        "The browser edition was not built: the packages are not at hand",
        "--no-lab builds the book alone.",
    ]


def test_who_wants_the_book_alone_gets_no_links_to_what_is_old(tmp_path):
    (tmp_path / "lab").mkdir()
    assert command.browser_edition(tmp_path, [], wanted=False) == []
    assert not (tmp_path / "lab").exists()


def test_what_builds_it_is_pinned_and_stays_out_of_the_lessons_environment():
    assert all("==" in line for line in lab.needs())
    assert not {line.partition("==")[0] for line in lab.needs()} & {
        line.partition("==")[0] for line in wheels.PYPROJECT["project"]["dependencies"]
    }
