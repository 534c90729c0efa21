"""Recorded results: written whole, read back, shown where there is no GPU, and without a trace of the machine."""

import datetime
import json
import os
import re
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from course_utils.networks import records, training
from course_utils.networks.records import (
    DATA,
    device_in_words,
    gpu_or_record,
    read_record,
    show_record,
    table,
    write_record,
)

COMMAND = "python -m data.something --record"
RESULT = {
    "rows": [
        {"network": "bicubic", "dB": 28.5, "seeds": 1},
        {"network": "ESPCN [small]", "dB": np.float32(29.25), "seeds": np.int64(10)},
    ],
    "losses": torch.tensor([0.5, 0.25]),
    "note": 'ratio 3/4, "quoted" {braces}, and/or',
}


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "DATA", tmp_path)
    return tmp_path


def written(data, result=RESULT, seconds=12.34, name="something"):
    return write_record(data / f"{name}.json", result, COMMAND, seconds, "cpu")


def test_what_was_written_is_read_with_where_and_when(data):
    before = datetime.date.today().isoformat()
    record = (written(data), read_record("something"))[1]
    assert record["result"]["rows"][1] == {"network": "ESPCN [small]", "dB": 29.25, "seeds": 10}
    assert record["result"]["losses"] == [0.5, 0.25] and record["result"]["note"] == RESULT["note"]
    assert (record["command"], record["seconds"]) == (COMMAND, 12.3)
    assert before <= record["date"] <= datetime.date.today().isoformat()  # also at midnight
    assert record["versions"]["torch"] == torch.__version__ and record["versions"]["numpy"] == np.__version__
    assert record["device"].startswith("CPU (")


def test_a_long_table_has_a_line_for_each_row(data):
    rows = [{"network": "bicubic", "dB": 28.5, "seeds": n} for n in range(5)]
    lines = written(data, {"rows": rows}).read_text(encoding="utf-8").splitlines()
    assert '      {"network": "bicubic", "dB": 28.5, "seeds": 3},' in lines and max(map(len, lines)) <= 140


def test_a_failed_writing_leaves_what_was_there(data, monkeypatch):
    before = written(data).read_text(encoding="utf-8")

    def full(*_, **__):
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="disk full"):
        written(data, seconds=99)
    assert (data / "something.json").read_text(encoding="utf-8") == before
    assert [path.name for path in data.iterdir()] == ["something.json"]


@pytest.mark.parametrize("text", [
    "/home/ada/course", "saved in /tmp/x/y", "C:\\Users\\ada", "~/course/data", "--out=/root/a.json", "(/a/b)",
])  # fmt: skip
def test_no_folder_of_the_machine(data, text):
    with pytest.raises(ValueError, match="must name no folder") as error:
        written(data, RESULT | {"more": [{"deep": text}]})
    assert repr(text) in str(error.value)
    with pytest.raises(ValueError, match="must name no folder"):
        write_record(data / "a.json", RESULT, f"python {text}", 1, "cpu")
    assert list(data.iterdir()) == []


@pytest.mark.parametrize(
    "text", ["data/super_resolution.json", "dB / pixel", "3/4", "ESPCN/twin", "a / b / c"]
)
def test_a_slash_is_no_folder(data, text):
    written(data, RESULT | {"more": text})


@pytest.mark.parametrize(
    "result, message",
    [
        ([], '"rows"'),
        ({}, '"rows"'),
        ({"rows": []}, '"rows"'),
        ({"rows": [1]}, '"rows"'),
        ({"rows": [{"a": 1}, {"b": 1}]}, r"must have the keys \['a'\]; got \['b'\]"),
        ({"rows": [{"a": float("nan")}]}, "(?i)nan|compliant"),
    ],
)
def test_what_makes_no_record(data, result, message):
    with pytest.raises(ValueError, match=message):
        written(data, result)
    assert list(data.iterdir()) == []


def test_what_json_cannot_hold(data):
    with pytest.raises(TypeError, match="numbers, words, lists"):
        written(data, RESULT | {"more": object()})


@pytest.mark.parametrize("name", ["other", "../something", 3, None])
def test_an_unknown_record_is_answered_with_the_list(data, name):
    written(data)
    with pytest.raises(ValueError, match=rf"here 'something'; got {re.escape(repr(name))}"):
        read_record(name)


def test_without_any(data):
    with pytest.raises(ValueError, match="none yet"):
        read_record("something")


def test_shown_with_file_device_and_date(data, capsys):
    written(data)
    show_record("something")
    printed, date = capsys.readouterr().out, read_record("something")["date"]
    assert "bicubic         28.5      1" in printed and "ESPCN [small]  29.25     10" in printed
    for said in ("data/something.json", device_in_words("cpu"), date, COMMAND):
        assert said in printed


def test_some_columns_of_it_in_an_order_of_ones_own(data, capsys):
    written(data)
    names = list(read_record("something")["result"]["rows"][0])
    show_record("something", names[1::-1])
    assert capsys.readouterr().out.split("\n")[0].split() == names[1::-1]
    with pytest.raises(ValueError, match="columns must be one of"):
        show_record("something", ["speed"])


def test_without_a_gpu_the_record_is_shown(data, capsys, monkeypatch):
    written(data)
    monkeypatch.setattr(training, "present_devices", lambda: ("cpu",))
    assert gpu_or_record("something") is None
    said = capsys.readouterr().out
    assert said.startswith("No GPU here: ") and "ESPCN [small]" in said


def test_without_torch_too(data, capsys, monkeypatch):
    written(data)
    monkeypatch.setitem(sys.modules, "torch", None)
    assert gpu_or_record("something") is None
    said = capsys.readouterr().out
    assert said.startswith("PyTorch is not here, so this cell is skipped.") and "ESPCN [small]" in said


@pytest.mark.parametrize("present", [("cuda", "cpu"), ("mps", "cpu")])
def test_with_one_the_cell_goes_on(data, capsys, monkeypatch, present):
    monkeypatch.setattr(training, "present_devices", lambda: present)
    assert gpu_or_record("something") == torch.device(present[0])
    assert capsys.readouterr().out == ""


def test_columns_of_a_table():
    lines = table([{"a": "x", "value": 1.23456}, {"a": "longer", "value": 10}]).splitlines()
    assert lines == ["a       value", "x       1.235", "longer     10"]


# what libraries answered that are no dependency, each with a command of its own: tests/test_recipes.py reads it
ANSWERS_OF_LIBRARIES = "resize_records.json"


def test_the_recorded_files_of_the_course_can_be_shown(capsys):
    for path in sorted(Path(DATA).glob("*.json")):
        if path.name == ANSWERS_OF_LIBRARIES:
            continue
        record = json.loads(path.read_text(encoding="utf-8"))
        assert record["command"].startswith("python -m data."), path.name
        show_record(path.stem)
