"""The command that records the longer super-resolution run: what it writes, and when it does not."""

import json

import pytest

from course_utils.networks.superresolution import CONTENDERS, HELD_OUT, compare
from data import super_resolution


@pytest.fixture
def out(tmp_path, monkeypatch):
    monkeypatch.setattr(super_resolution, "OUT", tmp_path / "super_resolution.json")
    return super_resolution.OUT


def test_one_command_records_every_run(out, capsys):
    super_resolution.main(["--record", "--seeds", "2", "--steps", "2", "--device", "cpu"])
    record = json.loads(out.read_text(encoding="utf-8"))
    assert record["command"] == "python -m data.super_resolution --record --seeds 2 --steps 2 --device cpu"
    result = record["result"]
    assert [row["enlarged by"] for row in result["rows"]] == [
        "bicubic, a = -0.5",
        "bicubic, a = -0.75",
        *CONTENDERS,
    ]
    assert [(run["seed"], run["contender"]) for run in result["runs"]] == [
        (s, c) for s in (0, 1) for c in CONTENDERS
    ]
    assert set(HELD_OUT) < set(result["runs"][0])
    assert "super_resolution.json written" in capsys.readouterr().out


def test_without_record_nothing_is_written(out, capsys):
    super_resolution.main(["--seeds", "1", "--steps", "1", "--device", "cpu"])
    assert not out.exists() and "sub-pixel, ICNR" in capsys.readouterr().out


def test_a_run_that_was_ended_is_not_recorded(out, monkeypatch):
    monkeypatch.setattr(super_resolution, "compare", lambda *args, **more: compare(*args, **more)[:-1])
    super_resolution.main(["--record", "--seeds", "1", "--steps", "1", "--device", "cpu"])
    assert not out.exists()


def test_the_usual_command_is_short():
    class Chosen:
        seeds, steps, device = super_resolution.SEEDS, super_resolution.STEPS, None

    assert super_resolution._command(Chosen) == "python -m data.super_resolution --record"
