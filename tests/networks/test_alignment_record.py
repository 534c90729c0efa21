"""The command behind the recorded tables of lesson 12, in the small, and the records themselves."""

import json
import statistics

import numpy as np
import pytest

from course_utils import films
from course_utils.networks import alignment_study as study
from course_utils.networks import shift_study
from course_utils.networks.alignment_pictures import new_film
from course_utils.networks.records import DATA, read_record, show_record, table
from course_utils.networks.segmentation import LARGE, LESSON, Budget
from data import alignment_table

TINY = Budget(train=8, test=4, size=32, steps=2, batch=4, width=8)
RECORDED = [
    ("alignment_table", alignment_table.SEEDS, LESSON),
    ("alignment_questions", alignment_table.QUESTION_SEEDS, LESSON),
    ("alignment_controls", alignment_table.SEEDS, LESSON),
    ("alignment_large", alignment_table.LARGE_SEEDS, LARGE),
]
every_record = pytest.mark.parametrize("name, seeds, budget", RECORDED)


def test_the_command_writes_a_record_that_lessons_can_show(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(alignment_table, "HERE", tmp_path)
    monkeypatch.setitem(alignment_table.PARTS, "table", lambda: alignment_table.table_result(2, TINY))
    alignment_table.main(["table", "--record"])
    record = json.loads((tmp_path / "alignment_table.json").read_text(encoding="utf-8"))
    assert record["command"] == "python -m data.alignment_table table --record"
    assert record["device"].startswith("CPU")
    assert table(record["result"]["rows"]) in capsys.readouterr().out


def test_without_record_nothing_is_written(monkeypatch, tmp_path):
    monkeypatch.setattr(alignment_table, "HERE", tmp_path)
    monkeypatch.setitem(alignment_table.PARTS, "table", lambda: alignment_table.table_result(1, TINY))
    alignment_table.main(["table"])
    assert not list(tmp_path.iterdir())


def test_every_question_gets_its_rows():
    result = alignment_table.questions_result(1, TINY)
    assert {name: [row["fusion"] for row in each["rows"]] for name, each in result["questions"].items()} == {
        name: list(names) for name, names in study.QUESTIONS.items()
    }
    assert len(result["kept"]) == len(alignment_table.SHARES)


def test_every_control_gets_its_rows():
    result = alignment_table.controls_result(2, TINY, scene_sets=2)
    assert {name: [row["fusion"] for row in each["rows"]] for name, each in result["controls"].items()} == {
        name: list(names) for name, names in study.CONTROLS.items()
    }
    assert [row["fusion"] for row in result["other scenes"]] == list(alignment_table.OVER_SETS)
    assert [row["fusion"] for row in result["tips"]] == list(alignment_table.WITH_ARROWS)


def test_shifts_are_answered_by_every_follower():
    rows = alignment_table.shifts_result(2, TINY)["rows"]
    assert [row["fusion"] for row in rows] == list(shift_study.FOLLOWERS)
    plain, *followers = rows
    assert plain["follows x"] == plain["follows y"] == "-"
    assert all(len(row["follows x"]) == len(row["follows y"]) == 2 for row in followers)


def test_the_film_that_is_recorded_is_read_again(monkeypatch, tmp_path):
    monkeypatch.setattr(alignment_table, "HERE", tmp_path)
    monkeypatch.setitem(alignment_table.PARTS, "film", lambda: alignment_table.film_result(TINY, 2))
    alignment_table.main(["film", "--record"])
    monkeypatch.setattr(films, "RECORD", tmp_path / "alignment_film.json")
    film, own = films.recorded_film(), new_film(TINY, 2, (TINY.steps,))
    study.compare([0], ["flow"], TINY, film=own)
    assert np.array_equal(film.images, own.images) and film.steps == own.steps
    assert np.array_equal(film.predictions["flow"], own.predictions["flow"])
    flow, trained = (each.flows["flow"][4]["coarse"] for each in (film, own))
    assert flow.shape == trained.shape and np.abs(flow - trained).max() < 0.0051
    assert {which: each.shape for which, each in film.shares["flow"][4].items()} == {
        "fine": (2, 5, 8, 8), "coarse": (2, 5, 4, 4)
    }  # fmt: skip


@every_record
def test_a_record_says_what_the_code_would_say_of_its_trainings(name, seeds, budget, capsys):
    """Means, spreads and gains follow from the single trainings, and the budget is the one in the code."""
    result = read_record(name)["result"]
    assert result["budget"] == budget._asdict()
    assert {run["seed"] for run in result["runs"]} == set(range(seeds))
    tables = (result.get("questions") or result.get("controls") or {"": result}).values()
    for each in tables:
        names = [row["fusion"] for row in each["rows"]]
        assert each["rows"] == study.summary(
            [run for own in names for run in result["runs"] if run["contender"] == own]
        )
    show_record(name)
    assert (DATA / f"{name}.json").name in capsys.readouterr().out


def test_gains_in_the_table_are_differences_within_a_seed():
    """By hand, without the code that made them."""
    result = read_record("alignment_table")["result"]
    found = {(run["contender"], run["seed"]): 100 * run["mean IoU"] for run in result["runs"]}
    for row in result["rows"]:
        gains = [found[row["fusion"], seed] - found["bilinear", seed] for seed in range(10)]
        assert row["gain"] == pytest.approx(statistics.mean(gains), abs=0.006)
        assert row["± gain"] == pytest.approx(statistics.stdev(gains), abs=0.006)


def row_of(name, question, fusion):
    rows = read_record(name)["result"]["controls"][question]["rows"]
    return next(row for row in rows if row["fusion"] == fusion)


def test_what_lesson_12_says_of_its_controls_is_in_the_record():
    gate = row_of("alignment_controls", "weights without displacement", "gate")
    flow = row_of("alignment_controls", "weights without displacement", "flow")
    residual = row_of("alignment_controls", "weights without displacement", "residual")
    assert (gate["gain"], residual["gain"]) == (0.58, 0.19) and gate["gain"] > 2 * flow["gain"]
    assert gate["parameters"] == flow["parameters"] == residual["parameters"]
    branches = [
        row_of("alignment_controls", "each branch", f"two-branch, {one} alone") for one in ("fine", "coarse")
    ]
    assert all(0.25 < row["gain"] < 0.35 for row in branches)
    assert row_of("alignment_controls", "the known shift", "known shift")["gain"] < 0
    assert (
        abs(row_of("alignment_controls", "the known shift", "known shift + flow")["gain"] - flow["gain"])
        < 0.05
    )
    assert row_of("alignment_controls", "kernels", "5x5, flow")["gain"] == 0.08
    assert row_of("alignment_controls", "kernels", "4x4, flow")["gain"] == 0.08
    steered = row_of("alignment_controls", "the fine map steers and is not added", "not added, flow")
    assert 11.5 < steered["gain"] < 12 and steered["ahead"] == "10 of 10"
    gated = row_of("alignment_controls", "the fine map steers and is not added", "not added, gate")
    assert gated["gain"] == pytest.approx(15, abs=0.5) and gated["gain"] > steered["gain"]
    plain = row_of("alignment_controls", "the known shift", "bilinear")["mean IoU"]
    assert max(gated["mean IoU"], steered["mean IoU"]) < plain - 10


def test_what_lesson_12_says_of_offsets_is_in_the_record():
    known, reversed_, flow = (
        row_of("alignment_controls", "the known shift", name)
        for name in ("known shift", "known shift, reversed", "known shift + flow")
    )
    assert known["gain"] == -0.13 and reversed_["gain"] == -0.05 and flow["gain"] == 0.28
    growing = row_of("alignment_controls", "offsets that grow", "corners, bilinear")
    constant = row_of("alignment_controls", "offsets that grow", "bilinear")
    assert constant["mean IoU"] - growing["mean IoU"] == pytest.approx(2.7, abs=0.05)
    assert row_of("alignment_controls", "offsets that grow", "corners, flow")["gain"] == pytest.approx(
        0.4, abs=0.05
    )
    with_5x5, with_flow = (
        row_of("alignment_controls", "kernels", name) for name in ("5x5, bilinear", "flow")
    )
    assert with_5x5["mean IoU"] > with_flow["mean IoU"]
    assert row_of("alignment_controls", "kernels", "4x4, bilinear")["mean IoU"] > with_flow["mean IoU"]


def test_one_registration_for_the_whole_picture_gains_nothing():
    rows = read_record("alignment_questions")["result"]["questions"]["another registration"]["rows"]
    gains = {row["fusion"]: row["gain"] for row in rows}
    assert max(gains[name] for name in ("known shift", "one learned shift", "one learned affine map")) <= 0
    assert gains["flow"] > 0.2


def test_what_lesson_12_says_of_arrows_and_shifts_is_in_the_record():
    for row in read_record("alignment_controls")["result"]["tips"]:
        assert round(row["learned"] - row["another scene"]) in (4, 6) and 70 < row["learned"] < 75
        assert 50 < row["reversed"] < 60
    shifts = {row["fusion"]: row for row in read_record("alignment_shifts")["result"]["rows"]}
    assert max(shifts["flow"]["follows x"] + shifts["two-branch"]["follows x"]) < 0.2
    assert all(0.25 < y < 0.45 for y in shifts["flow"]["follows y"] + shifts["two-branch"]["follows y"])
    followed = shifts["products"]["follows x"] + shifts["products"]["follows y"]
    assert 0.9 < min(followed) and max(followed) < 1.05
    lost = {name: row["mean IoU"] - row["moved by 8"] for name, row in shifts.items()}
    assert lost["bilinear"] == pytest.approx(0.4, abs=0.05) and lost["products"] == pytest.approx(
        0.1, abs=0.05
    )
    assert shifts["products"]["mean IoU"] < min(
        shifts[name]["mean IoU"] for name in lost if name != "products"
    )
