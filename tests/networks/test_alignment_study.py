"""The trainings of lesson 12, in the small: same start and budget for all, paired tables, films, an early stop."""

import statistics

import numpy as np
import pytest
import torch

from course_utils.networks import alignment_study as study
from course_utils.networks.records import table
from course_utils.networks.segmentation import SCORES, Budget, Segmenter, score, unseen_scenes

TINY = Budget(train=8, test=4, size=32, steps=2, batch=4, width=8)


@pytest.fixture(scope="module")
def results():
    return study.compare(range(2), budget=TINY)


def made_up(contender, seed, mean_iou):
    return {"contender": contender, "seed": seed, "parameters": 7, "flow": {}} | dict.fromkeys(
        SCORES, mean_iou
    )


def test_every_contender_is_trained_with_every_seed(results):
    assert [(each.contender, each.seed) for each in results] == [
        (name, seed) for seed in range(2) for name in study.TABLE
    ]
    assert all(tuple(each.scores) == SCORES for each in results)


def test_the_same_command_gives_the_same_numbers(results):
    again = study.compare(range(2), ("flow",), TINY)
    assert [each.scores for each in again] == [each.scores for each in results if each.contender == "flow"]


@pytest.mark.parametrize("name", study.CONTENDERS)
def test_every_contender_learns_and_can_be_scored(name):
    (result,) = study.compare([0], [name], TINY)
    assert np.isfinite(result.scores["mean IoU"])
    still = any(word in name for word in ("nearest", "bilinear", "scaled", "gate", "residual", "fine alone"))
    assert set(result.flow) == (set() if still else {"8", "4"})


def test_contenders_of_one_kind_of_encoder_start_from_the_same():
    first, *others = (
        study.network(name, 5, TINY).state_dict() for name in study.CONTENDERS if name[1] != "x"
    )
    for other in others:
        assert all(torch.equal(first[key], other[key]) for key in first if not key.startswith("fusions"))


def test_questions_are_answered_by_contenders_with_a_baseline_of_the_same_encoder():
    assert all(
        set(names) <= set(study.CONTENDERS) and "bilinear" in names for names in study.QUESTIONS.values()
    )
    asked = {name for names in (*study.QUESTIONS.values(), *study.CONTROLS.values()) for name in names}
    assert all(study.CONTENDERS[name].baseline in study.CONTENDERS for name in asked)
    assert asked | set(study.TABLE) == set(study.CONTENDERS)


def test_an_interrupt_keeps_the_seeds_that_are_complete(monkeypatch):
    real, calls = study.train, []

    def train(*arguments):
        calls.append(1)
        return real(*arguments)._replace(stopped=len(calls) == 4)

    monkeypatch.setattr(study, "train", train)
    stopped = study.compare(range(3), ("bilinear", "flow"), TINY)
    assert [each.seed for each in stopped] == [0, 0] and len(calls) == 4


# ---- Tables --------------------------------------------------------------------------------------


def test_a_gain_is_taken_seed_by_seed():
    runs = [
        made_up("bilinear", 0, 0.5),
        made_up("flow", 0, 0.52),
        made_up("bilinear", 1, 0.6),
        made_up("flow", 1, 0.59),
    ]
    plain, flow = study.summary(runs)
    assert flow["mean IoU"] == 55.5 and flow["± mean IoU"] == round(statistics.stdev([52, 59]), 2)
    assert flow["gain"] == 0.5 and flow["± gain"] == round(statistics.stdev([2, -1]), 2)
    assert flow["ahead"] == "1 of 2" and plain["gain"] == 0 and plain["ahead"] == "-"


def test_one_seed_has_no_spread_and_a_baseline_must_be_there():
    (row,) = study.summary([made_up("flow", 0, 0.5)], baseline="flow")
    assert row["± gain"] == "-"
    with pytest.raises(ValueError, match="'flow' is compared with 'bilinear', which was not trained"):
        study.summary([made_up("flow", 0, 0.5)])


def test_flow_is_compared_with_the_bilinear_of_its_own_encoder():
    names = {"bilinear": 0.5, "4x4, bilinear": 0.6, "4x4, flow": 0.61}
    rows = study.summary([made_up(name, 0, value) for name, value in names.items()])
    assert [row["gain"] for row in rows] == [0, 0, 1]


def test_tables_can_be_printed_from_results_and_from_a_record(results):
    runs = study.as_runs(results)
    assert study.summary(runs) == study.summary(study.as_runs(runs))
    for rows in (study.summary(results), study.per_class(results), study.flows_learned(results)):
        assert len(table(rows).splitlines()) == len(rows) + 1
    assert [row["fusion"] for row in study.flows_learned(results)] == ["flow"] * 2 + ["two-branch"] * 2
    assert list(study.per_class(results)[0]) == ["fusion", "sky", "ground", "block", "disc", "pole"]


# ---- What was learned ----------------------------------------------------------------------------


def test_flow_reports_are_means_in_image_pixels():
    model = study.network("known shift", 0, TINY)
    report = study.flow_report(model, torch.rand(2, 3, 32, 32))
    assert report["4"] == {"x": 2.0, "y": 2.0, "length": 2.828}  # a quarter of a coarse pixel of 8
    assert report["8"] == {"x": 4.0, "y": 4.0, "length": 5.657}


def test_a_flow_kept_everywhere_is_the_network_itself_and_kept_nowhere_is_bilinear():
    model, unseen = study.network("flow", 0, TINY), unseen_scenes(TINY)
    plain = Segmenter(study.CONTENDERS["bilinear"].fusion, width=8)
    plain.load_state_dict(model.state_dict(), strict=False)
    none, whole = study.flow_kept(model, unseen, shares=(0, 1))
    assert whole == score(model, unseen)["mean IoU"]
    assert none == pytest.approx(score(plain, unseen)["mean IoU"], abs=1e-3)


@pytest.mark.parametrize("where", ["edges", "random"])
def test_a_flow_is_kept_at_the_share_that_is_asked_for(where, monkeypatch):
    def moved(model, data):
        return {"mean IoU": float(model.flows(data.images)[4]["coarse"].any(dim=1).float().mean())}

    monkeypatch.setattr(study, "score", moved)
    shares = [0.0, 0.25, 0.5, 1.0]
    assert study.flow_kept(study.network("flow", 0, TINY), unseen_scenes(TINY), shares, where) == shares
