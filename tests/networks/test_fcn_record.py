"""The command behind the recorded tables of lesson 08, in the small, and the records themselves."""

import json

import numpy as np
import pytest

from course_utils import fcn as numerics
from course_utils.networks import fcn
from course_utils.networks.records import show_record, table
from course_utils.networks.segmentation import LESSON, Budget
from data import fcn_table

TINY = Budget(train=8, test=4, size=32, steps=2, batch=4)


def test_the_command_writes_records_that_lessons_can_show(monkeypatch, tmp_path, capsys):
    small = {
        "networks": lambda: fcn_table.networks_result(2, TINY),
        "starts": lambda: fcn_table.starts_result(2, TINY, at=(1, 2)),
        "whole": lambda: fcn_table.whole_result(2, TINY),
        "scenes": lambda: fcn_table.scenes_result(TINY, 2),
        "kernels": lambda: fcn_table.kernels_result(TINY),
    }
    monkeypatch.setattr(fcn_table, "HERE", tmp_path)
    monkeypatch.setattr(fcn_table, "PARTS", small)
    fcn_table.main(["--record"])
    printed = capsys.readouterr().out
    for part in small:
        record = json.loads((tmp_path / f"fcn_{part}.json").read_text(encoding="utf-8"))
        assert record["command"] == "python -m data.fcn_table --record"
        assert table(record["result"]["rows"]) in printed
    monkeypatch.setattr(numerics, "DATA", tmp_path)
    scenes = numerics.recorded_scenes()
    model = fcn.compare([0], ["+ stride 4"], TINY)[0].model
    again = fcn.scored_scenes(model, *fcn.unseen_scenes(TINY._replace(test=2)))
    assert len(scenes) == 2
    for one, other in zip(scenes, again, strict=True):
        np.testing.assert_array_equal(one.image, other.image)
        np.testing.assert_allclose(one.answer(), other.answer(), atol=0.01)  # they were rounded


def test_without_record_nothing_is_written(monkeypatch, tmp_path):
    monkeypatch.setattr(fcn_table, "HERE", tmp_path)
    monkeypatch.setitem(fcn_table.PARTS, "whole", lambda: fcn_table.whole_result(1, TINY))
    fcn_table.main(["whole"])
    assert not list(tmp_path.iterdir())


# ---- The records ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "part, rows_of, seeds",
    [
        ("networks", fcn_table.network_rows, fcn_table.SEEDS),
        ("starts", fcn_table.start_rows, fcn_table.START_SEEDS),
        ("whole", fcn_table.whole_rows, fcn_table.WHOLE_SEEDS),
    ],
)
def test_a_record_says_what_the_code_would_say_of_its_trainings(part, rows_of, seeds, capsys):
    result = numerics.recorded_results(part)
    assert result["rows"] == rows_of(result["runs"])
    assert {run["seed"] for run in result["runs"]} == set(range(seeds))
    assert result["budget"] | {"test": LESSON.test} == LESSON._asdict()
    show_record(f"fcn_{part}")
    assert f"fcn_{part}.json" in capsys.readouterr().out


def test_what_lesson_08_says_of_trained_kernels_is_in_the_record():
    """A rough tent from random numbers, upside down for two classes."""
    result = numerics.recorded_results("kernels")
    kernels = result["kernels"]
    assert result["rows"] == fcn_table.kernel_rows(kernels)
    for start, both in kernels.items():
        for one, other in zip(both["before"], fcn.FCN(4, start, seed=0).kernels(), strict=True):
            np.testing.assert_allclose(one, other, atol=6e-5)
    bilinear, random = result["rows"]
    assert bilinear["after"] > 0.95 and random["before"] < 0.1 and random["after"] > 0.8
    tent = numerics.bilinear_kernel(8)
    signs = [
        np.sign(np.sum(tent * (each[0] - np.mean(each)))) for each in np.array(kernels["random"]["after"][-1])
    ]
    assert signs.count(-1) == 2


def rows(part, key):
    return {row[key]: row for row in numerics.recorded_results(part)["rows"]}


def test_what_lesson_08_says_of_finer_scores_is_in_the_record():
    alone, eight, four = rows("networks", "network").values()
    assert eight["gain"] > 10 * eight["± gain"] and four["gain"] > 10 * four["± gain"]
    assert eight["gain"] > four["gain"] > 5
    assert alone["parameters"] > eight["parameters"] > four["parameters"]
    assert four["IoU pole"] - alone["IoU pole"] > 2 * (four["IoU sky"] - alone["IoU sky"])
    by_seed = [
        [run["mean IoU"] for run in numerics.recorded_results("networks")["runs"] if run["network"] == name]
        for name in fcn.NETWORKS
    ]
    assert max(by_seed[0]) < min(by_seed[1]) and max(by_seed[1]) < min(by_seed[2])


def test_what_lesson_08_says_of_first_losses_is_in_the_record():
    runs = numerics.recorded_results("starts")["runs"]
    first = {name: [run["losses"][0] for run in runs if run["start"] == name] for name in fcn.STARTS}
    np.testing.assert_allclose(first["random"], np.log(5), atol=0.02)
    assert (round(min(first["bilinear"]), 2), round(max(first["bilinear"]), 2)) == (1.46, 2.28)
    assert sum(a > b for a, b in zip(first["bilinear"], first["random"], strict=True)) == 4


def test_what_lesson_08_says_of_starts_is_in_the_record():
    table_ = rows("starts", "start")
    for dense in ("", ", dense"):
        bilinear, random = table_["bilinear" + dense], table_["random" + dense]
        for below in ("loss < 0.5", "loss < 0.35"):
            assert random[below] > 2 * bilinear[below]
    assert table_["random"]["loss < 0.5"] > 3 * table_["bilinear"]["loss < 0.5"]
    runs = numerics.recorded_results("starts")["runs"]
    last = {
        name: np.array([run["mean IoU"]["200"] for run in runs if run["start"] == name])
        for name in fcn.STARTS
    }
    assert (last["bilinear"] > last["random"]).all()
    assert 100 * (last["bilinear"] - last["random"]).mean() == pytest.approx(2.4, abs=0.1)
    assert 100 * (last["bilinear"] - last["bilinear, frozen"]).mean() == pytest.approx(0.8, abs=0.1)
    assert table_["bilinear, frozen"]["moved"] == 0 and max(row["moved"] for row in table_.values()) < 0.4


def test_what_lesson_08_says_of_whole_trainings_is_in_the_record():
    bilinear, random = rows("whole", "start").values()
    assert random["gain"] == 0 and abs(bilinear["gain"]) < bilinear["± gain"] / 5
