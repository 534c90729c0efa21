"""The commands that measure a site refuse what they would not measure whole, and write nothing then."""

import pytest

from publishing import lab_table, table
from tools.lab import NoBrowser


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A site with lesson 00 in its browser edition, measured by nobody; its record would go beside it."""
    (tmp_path / "lab" / "files").mkdir(parents=True)
    (tmp_path / "lab" / "index.html").touch()
    (tmp_path / "lab" / "files" / "00_start_here.ipynb").touch()
    monkeypatch.setattr(lab_table, "FILE", tmp_path / "record.md")
    monkeypatch.setattr(
        lab_table, "measured", lambda site, lessons, parts: f"{[each.number for each in lessons]}"
    )
    return tmp_path


def test_a_whole_run_is_kept(site, capsys):
    assert lab_table.main([str(site), "--record"]) == 0
    assert (site / "record.md").read_text() == "['00']" and "['00']" in capsys.readouterr().out


@pytest.mark.parametrize(
    "part", [["--parts", "start"], ["--lessons", "00"], ["--parts", "speed"], ["--lessons", "77"]]
)
def test_a_part_is_never_kept_as_the_whole(site, part):
    with pytest.raises(SystemExit):
        lab_table.main([str(site), "--record", *part])
    assert not (site / "record.md").exists()


def test_numbers_are_read_as_people_write_them(site, capsys):
    assert lab_table.main([str(site), "--lessons", "0"]) == 0
    assert lab_table.main([str(site), "--lessons", "7"]) == 1
    assert "holds none of these lessons" in capsys.readouterr().err


def test_without_a_browser_nothing_is_written(tmp_path, capsys):
    def measure():
        raise NoBrowser("no browser here")

    assert table.shown(measure, tmp_path / "record.md") == 2
    assert "no browser here" in capsys.readouterr().err and not (tmp_path / "record.md").exists()
