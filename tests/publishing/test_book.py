"""The book around the pages: search, index, sizes, the command and what it refuses."""

import hashlib
import re

import pytest

from course_utils.lessons import WRITTEN
from publishing import __main__ as command
from publishing import book, record
from tests.publishing.made import made
from tools.run import with_sources

LOADED = re.compile(
    r'<(?:script|img|link|iframe|source|input)[^>]+(?:src|href|data-index)="([^"?]+)(?:\?v=([^"]*))?"'
)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A book of the first two lessons, with other words in them: (folder, sizes)."""
    folder = tmp_path_factory.mktemp("site")
    first = made("# A title: a question?\n\nFirst.", "## Part one\n\nA zebra.", "### Two\n\n`code` and $x^2$")
    second = made("# Other\n\nLast.", "## Stripes\n\nzebra again")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(book, "MOVING_STATES", 20)
        return folder, book.build(folder, list(zip(WRITTEN[:2], (first, second), strict=True)))


def test_every_page_is_there_and_leads_on(site):
    folder, sizes = site
    pages = [book.page_of(lesson) for lesson in WRITTEN[:2]]
    assert list(sizes) == ["00", "01", "index", "shared"]
    first, second = ((folder / page).read_text(encoding="utf-8") for page in pages)
    assert f'rel="next" href="{pages[1]}"' in first and f'rel="prev" href="{pages[0]}"' in second
    index = (folder / "index.html").read_text(encoding="utf-8")
    for lesson in WRITTEN:
        assert lesson.question in index
        assert (f'href="{book.page_of(lesson)}"' in index) == (lesson in WRITTEN[:2])


def test_what_a_page_loads_lies_beside_it(site):
    folder, _ = site
    for page in folder.glob("*.html"):
        loaded = [name for name, _ in LOADED.findall(page.read_text(encoding="utf-8"))]
        assert len(loaded) >= 5
        assert [
            name for name in loaded if not name.startswith("data:") and not (folder / name).is_file()
        ] == []
    for style in folder.glob("assets/*.css"):
        assert not re.search(r"url\(|@import", style.read_text(encoding="utf-8"))


def test_what_a_page_loads_is_asked_for_by_what_is_in_it(site):
    """Else a browser that keeps a former script for some minutes would run it with the page of now."""
    folder, _ = site
    for page in folder.glob("*.html"):
        versions = {
            name: version
            for name, version in LOADED.findall(page.read_text(encoding="utf-8"))
            if name[:5] != "data:"
        }
        assert {
            "assets/book.js",
            "assets/reading.js",
            "assets/stage.js",
            "assets/book.css",
            "assets/search.js",
        } <= versions.keys()
        for name, version in versions.items():
            assert len(version) == 8 and hashlib.sha256((folder / name).read_bytes()).hexdigest().startswith(
                version
            )
    page = '<script src="assets/book.js"></script><a href="states/away.js">src="assets/book.css"</a>'
    assert book.with_versions(page, folder).replace(versions["assets/book.js"], "") == page.replace(
        "book.js", "book.js?v="
    )


def test_a_link_to_run_leads_to_the_browser_edition_once_it_is_there(site):
    folder, _ = site
    lesson = WRITTEN[0]
    assert 'href="index.html#run"' in (folder / book.page_of(lesson)).read_text(encoding="utf-8")
    assert f"lab/index.html?path={lesson.file}" in book.run_links(lesson, has_lab=True)


def test_sections_have_the_anchors_of_the_page(site):
    sections = book.sections_of(
        WRITTEN[0], made("# A\n\nx", "## Part one (3 min)\n\n| a | b |\n|---|:-:|", "### $x^2$ here").notebook
    )
    assert sections == [
        ["", f"00 {WRITTEN[0].title}", "A x"],
        ["Part-one", "00 Part one", "a b"],
        ["x%5E2-here", "00 x^2 here", ""],
    ]


def test_the_stage_becomes_a_plain_script(monkeypatch, tmp_path):
    script = book.stage_js()
    assert "export" not in script and script.rstrip().endswith("return { initialize, render };\n})();")
    (tmp_path / "stage.js").write_text("const a = 1;")
    monkeypatch.setattr(book, "HERE", tmp_path)
    with pytest.raises(ValueError, match="must end in: export default"):
        book.stage_js()


def test_a_lesson_whose_cell_raises_is_named(tmp_path):
    with pytest.raises(record.NotRecorded, match=r"(?s)Lesson 99_wrong .* a cell raised.*by design"):
        record.run(with_sources("1", "raise RuntimeError('by design')"), "99_wrong")


def test_what_was_recorded_is_kept_until_the_lesson_changes(tmp_path, monkeypatch):
    import nbformat

    path, ran = tmp_path / "07_x.ipynb", []
    nbformat.write(with_sources("1"), path)
    monkeypatch.setattr(
        record, "run", lambda notebook, *_: ran.append(1) or record.Recorded(notebook, {"a": {"b": 1}})
    )
    for source, runs in (("1", 1), ("1", 1), ("2", 2)):
        nbformat.write(with_sources(source), path) if source == "2" else None
        done = record.recorded(path, kept=tmp_path / "kept")
        assert len(ran) == runs and done.widgets == {"a": {"b": 1}}
        assert done.notebook.cells[0].source == source
    assert len(list((tmp_path / "kept").iterdir())) == 1
    monkeypatch.setattr(record, "versions", lambda: {"torch": "another"})
    record.recorded(path, kept=tmp_path / "kept")
    assert len(ran) == 3  # a card in the browser edition says with which version a cell ran


def test_what_a_record_rests_on_is_there():
    assert {"numpy", "torch", "ipywidgets"} <= record.versions().keys()
    assert all(any(record.ROOT.glob(pattern)) for pattern in record.RESTS_ON)


def test_lessons_are_chosen_by_number(capsys):
    assert [lesson.number for lesson in command.chosen("7,00")] == ["00", "07"]
    assert command.chosen(None) == WRITTEN
    with pytest.raises(SystemExit):
        command.chosen("00,77")
    assert "There is no lesson 77. The lessons are 00, 01" in capsys.readouterr().err


def test_nothing_of_anybody_is_overwritten(tmp_path, capsys):
    (tmp_path / "letter.txt").write_text("dear")
    assert command.main(["--lessons", "00", "--out", str(tmp_path)]) == 1
    assert "holds something else" in capsys.readouterr().err
    assert command.main(["--lessons", "00", "--out", str(tmp_path / "letter.txt")]) == 1
    for folder in (
        record.ROOT,
        record.ROOT.parent,
        record.ROOT / "course_utils" / "figures",
        record.ROOT / "publishing",
    ):
        assert "holds the course itself" in command.unfit(folder)
    assert command.unfit(tmp_path / "new") == ""


def test_a_page_that_is_too_large_is_named():
    sizes = {"07": book.Size(1_500_000, 600_000), "shared": book.Size(900_000, 0)}
    assert command.over_budget(sizes) == ["07 has 2.10 MB, more than 2 MB."]
    assert command.over_budget({"shared": book.Size(1_200_000, 0)}) == ["shared has 1.20 MB, more than 1 MB."]
