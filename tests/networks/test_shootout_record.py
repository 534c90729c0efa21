"""The command behind the recorded tables of lesson 14, in the small, and the records themselves."""

import json
import time

import nbformat
import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from course_utils import shootout as numerics
from course_utils.exercises.shootout.predict import difference, scores
from course_utils.networks import entering, shootout
from course_utils.networks.records import DATA, show_record, table
from course_utils.networks.segmentation import Budget
from course_utils.networks.shootout import CONTENDERS, Labels, Pictures
from course_utils.networks.upsamplers import Flow
from course_utils.scenes import class_shares, scenes
from data import shootout as command
from tools.run import LESSONS

TINY = Budget(train=8, test=15, size=32, steps=2, batch=4, rate=1e-2)


@pytest.fixture
def small(tmp_path, monkeypatch):
    """The command with two contenders, three seeds and tiny tasks, in a folder of its own."""
    tasks = {"labels": Labels(TINY), "pictures": Pictures(steps=2, patch=4, batch=2)}
    monkeypatch.setattr(command, "HERE", tmp_path)
    monkeypatch.setattr(command, "SEEDS", 3)
    monkeypatch.setattr(shootout, "CONTROLS", {"flow, blind": shootout.CONTROLS["flow, blind"]})
    monkeypatch.setattr(shootout, "task", tasks.get)
    monkeypatch.setattr(
        shootout, "CONTENDERS", {name: CONTENDERS[name] for name in ("bilinear", "flow", "CARAFE")}
    )
    return tmp_path


def recorded(folder, part):
    return json.loads((folder / f"shootout_{part}.json").read_text(encoding="utf-8"))


def test_what_is_missing_is_trained_and_added(small, monkeypatch, capsys):
    command.main(["labels", "--record", "--minutes", "0"])
    assert not (small / "shootout_labels.json").exists() and "labels: 12 left" in capsys.readouterr().out
    ends = iter([0, 0, 9, *[9] * 99])  # the clock: two trainings, then it is over
    monkeypatch.setattr(command.time, "monotonic", lambda: 60 * next(ends))
    command.main(["labels", "--record", "--minutes", "1"])
    first = recorded(small, "labels")
    assert "labels: 11 left" in capsys.readouterr().out
    assert [run["contender"] for run in first["result"]["runs"]] == ["bilinear"]
    monkeypatch.setattr(command.time, "monotonic", time.perf_counter)
    command.main(["labels", "--record"])
    printed, record = capsys.readouterr().out, recorded(small, "labels")
    assert "labels: nothing left" in printed
    assert table(shootout.summary(record["result"]["runs"])) in printed
    runs = record["result"]["runs"]
    assert runs[:1] == first["result"]["runs"] and record["seconds"] >= first["seconds"]
    assert [(run["seed"], run["contender"]) for run in runs] == [
        (seed, name) for seed in range(3) for name in ("bilinear", "flow", "CARAFE", "flow, blind")
    ]
    seeds = {row["upsampler"]: row["seeds"] for row in record["result"]["rows"]}
    assert seeds == {"bilinear": 3, "flow": 3, "CARAFE": 3}
    assert [row["upsampler"] for row in record["result"]["controls"]] == ["flow, blind"]
    edges = record["result"]["edges"]
    assert set(edges) == {"bilinear", "flow", "CARAFE"} and numerics.from_text(edges["flow"]).shape == (
        32,
        32,
    )


@pytest.mark.thorough(only=True)
def test_without_record_nothing_is_written(small, capsys):
    command.main(["pictures"])
    assert not list(small.iterdir()) and "pictures: nothing left" in capsys.readouterr().out


def test_a_run_before_its_baseline_waits(small):
    assert command.compared([{"contender": "flow", "seed": 0}]) == []
    both = [{"contender": "flow", "seed": 0}, {"contender": "bilinear", "seed": 0}]
    assert command.compared([*both, {"contender": "flow", "seed": 1}]) == both


@pytest.mark.parametrize("part", command.ONCE)
def test_parts_made_in_one_go(small, monkeypatch, part):
    row = {"upsampler": "flow", "ms": 1.5}
    monkeypatch.setattr(command, {"costs": "cost_rows", "speeds": "speeds"}[part], lambda: [row])
    command.main([part, "--record"])
    assert recorded(small, part)["result"] == {"rows": [row]}
    assert recorded(small, part)["command"] == f"python -m data.shootout {part} --record"


def test_the_pyramid_is_another_network(monkeypatch):
    monkeypatch.setattr(shootout, "run_in_pyramid", lambda name, seed: {"contender": name, "seed": seed})
    assert command.trained("pyramid", "FaPN", 2) == ({"contender": "FaPN", "seed": 2}, None)
    assert len(command.wanted("pyramid")) == command.SEEDS * len(shootout.PYRAMID)


def test_half_a_training_is_not_recorded(small, monkeypatch):
    real = shootout.run
    monkeypatch.setattr(shootout, "run", lambda *args: real(*args)._replace(stopped=True))
    with pytest.raises(KeyboardInterrupt):
        command.main(["labels", "--record"])
    assert not list(small.iterdir())


# ---- The records ---------------------------------------------------------------------------------


@pytest.mark.parametrize("part", command.PARTS)
def test_a_record_says_what_the_code_would_say_of_its_trainings(part, capsys):
    result = numerics.recorded(part)
    assert {name: result.get(name, []) for name in ("rows", "controls")} == command.tables(result["runs"])
    assert (result["budget"], result["note"]) == (command.settings(part)["budget"], command.NOTE)
    assert {(run["contender"], run["seed"]) for run in result["runs"]} <= set(command.wanted(part))
    show_record(f"shootout_{part}")
    assert f"data/shootout_{part}.json" in capsys.readouterr().out


@pytest.mark.parametrize("task", numerics.TASKS)
def test_every_contender_was_recorded_with_all_seeds(task):
    seeds = {row["upsampler"]: row["seeds"] for row in numerics.recorded(task)["rows"]}
    assert set(seeds) == set(CONTENDERS)
    assert set(seeds.values()) == {command.SEEDS}
    assert all(row["seeds"] == command.SEEDS for row in numerics.recorded(task)["controls"])
    edges = numerics.recorded(task)["edges"]
    size = {"labels": (64, 64), "pictures": (48, 48)}[task]
    assert set(edges) == set(CONTENDERS)
    assert all(numerics.from_text(each).shape == size for each in edges.values())
    assert numerics.recorded(task)["edge"] == json.loads(json.dumps(shootout.task(task).edge_of()))


def test_costs_were_recorded_for_all():
    rows = numerics.recorded("costs")["rows"]
    assert [row["upsampler"] for row in rows] == list(CONTENDERS)
    for row in rows:
        found = sum(each.numel() for each in CONTENDERS[row["upsampler"]](shootout.WIDTH).parameters())
        assert row["parameters"] == found


def test_the_contenders_of_the_pictures_are_all_of_them():
    found = numerics.contenders()
    assert [each.name for each in found] == list(CONTENDERS)
    assert (DATA / "shootout_speeds.json").exists()
    for each in found:
        assert set(each.gains) == set(numerics.TASKS) == set(each.edges) and set(each.costs) == set(
            numerics.COSTS
        )


# ---- What lesson 14 says of them ------------------------------------------------------------------

COMPUTE = {
    "transposed, kernel 3", "transposed, kernel 4", "sub-pixel", "sub-pixel, ICNR", "nearest, then convolution",
    "bilinear, then convolution",
}  # fmt: skip


def gains(task):
    return {row["upsampler"]: row["median"] for row in numerics.recorded(task)["rows"]}


def on_the_front(task, cost):
    found = numerics.contenders()
    kept = numerics.front([each.costs[cost] for each in found], [each.gains[task].median for each in found])
    return {each.name for each, is_kept in zip(found, kept, strict=True) if is_kept}


def test_who_looks_leads_among_labels_and_who_computes_among_pictures():
    labels, pictures = gains("labels"), gains("pictures")
    look = {"flow", "gated flow", "one branch", "deformable"}
    assert min(labels[name] for name in look) > max(labels[name] for name in set(labels) - look)
    sees = {name for name, make in CONTENDERS.items() if make(shootout.WIDTH).looks}
    assert sees == look | {"max unpooling"} and min(labels, key=labels.get) == "max unpooling"
    others = set(pictures) - COMPUTE - {"deformable"}  # which does both
    assert min(pictures[name] for name in COMPUTE) > max(pictures[name] for name in others)
    assert all(
        abs(pictures[name]) < 0.12 for name in ("flow", "gated flow", "one branch", "DySample", "CARAFE")
    )


def test_the_right_label_lies_near_in_task_a():
    """In a block of several classes: whose largest share names a pixel's class, its own block's or a neighbor's?"""
    settings = numerics.recorded("labels")["edge"]
    first = settings["first_seed"] - Labels.EDGE  # all test scenes
    _, labels = scenes(**settings | {"first_seed": first, "count": Labels().budget.test})
    own, near = [], []
    for classes in labels:
        shares = class_shares(classes, Labels.factor)
        largest = np.pad(shares.argmax(axis=0), 1, mode="edge")
        around = sliding_window_view(largest, (3, 3)).reshape(*shares.shape[1:], 9)
        there = around.repeat(Labels.factor, 0).repeat(Labels.factor, 1) == classes[..., None]
        mixed = (shares.max(axis=0) < 1).repeat(Labels.factor, 0).repeat(Labels.factor, 1)
        own.append(there[mixed][:, 4])
        near.append(there[mixed].any(axis=1))
    assert np.concatenate(own).mean() == pytest.approx(0.70, abs=0.005)
    assert np.concatenate(near).mean() == pytest.approx(0.98, abs=0.005)


def test_computing_comes_near_among_labels_and_does_not_fail():
    found = gains("labels")
    for name, less in (("sub-pixel, ICNR", 1), ("bicubic", 2)):
        assert found["flow"] - found[name] == pytest.approx(less, abs=0.1)
        assert min(gains_by_seed("labels", name).values()) > 2.5
    still = {row["upsampler"]: row["median"] for row in numerics.recorded("labels")["controls"]}
    assert abs(still["deformable, nothing moved"] - found["bilinear, then convolution"]) < 0.1


def gains_by_seed(task, name):
    base = scores(task, "bilinear")
    return {seed: value - base[seed] for seed, value in scores(task, name).items()}


def test_the_flow_runs_away_in_two_trainings_of_ten_and_leads_in_the_others():
    found = gains_by_seed("labels", "flow")
    lost = {seed for seed, gain in found.items() if gain < -20}
    assert lost == {1, 3} and len(found) == 10
    assert all(4 < gain < 5.5 for seed, gain in found.items() if seed not in lost)
    assert {seed for seed, gain in gains_by_seed("labels", "gated flow").items() if gain < 0} == lost
    assert min(gains_by_seed("labels", "DySample").values()) > -0.5
    for name in ("bicubic", "sub-pixel, ICNR"):
        assert np.ptp(list(gains_by_seed("labels", name).values())) < 1


def test_which_gains_of_the_record_are_believable():
    """As the lesson prints them."""
    found = {
        name: difference("labels", name, "bilinear")
        for name in ("DySample", "bilinear, then convolution", "bicubic")
    }
    assert all(each.seeds == 10 for each in found.values())
    assert [each.believable for each in found.values()] == [False, True, True]
    assert 0 < found["bilinear, then convolution"].mean < 0.5  # believable is not yet large


def test_what_the_controls_of_task_a_leave():
    rows = {row["upsampler"]: row for row in numerics.recorded("labels")["rows"]}
    controls = {row["upsampler"]: row for row in numerics.recorded("labels")["controls"]}
    assert list(controls) == sorted(controls, key=lambda name: -controls[name]["median"])
    assert set(controls) == set(shootout.CONTROLS)
    assert controls["flow, blind"]["parameters"] == rows["flow"]["parameters"]
    assert 0.5 < controls["flow, blind"]["median"] < 1 < 4 < rows["flow"]["median"]
    mean, still = controls["deformable, a mean"], controls["deformable, nothing moved"]
    assert (
        4.5 < mean["median"] < 5.5 and 0.2 < still["median"] < 0.6 and 9 < rows["deformable"]["median"] < 9.9
    )
    assert still["parameters"] < mean["parameters"] < rows["deformable"]["parameters"]
    for name, other in (
        ("deformable", "deformable, a mean"),
        ("deformable, a mean", "deformable, nothing moved"),
    ):
        found = difference("labels", name, other)
        assert found.believable and found.ahead == found.seeds == 10


def test_in_task_b_a_mean_gains_nothing():
    found = difference("pictures", "deformable, a mean", "bilinear")
    assert found.seeds == 10 and abs(found.mean) < 0.05 and not found.believable
    assert difference("pictures", "deformable", "deformable, a mean").believable


def test_the_three_things_to_try():
    stairs = on_the_front("labels", "multiply-adds")
    assert {"bicubic", "flow", "deformable"} <= stairs
    on_pictures = on_the_front("pictures", "multiply-adds")
    assert "bicubic" in on_pictures and "transposed, kernel 4" in on_pictures
    assert not on_pictures & {"flow", "gated flow", "one branch"}
    ways = {"sub-pixel", "sub-pixel, ICNR"}
    assert not stairs & ways and on_the_front("labels", "memory") & ways
    assert abs(gains("labels")["DySample"]) < 0.3 and abs(gains("pictures")["DySample"]) < 0.06


def test_what_dysample_has_learned_is_not_in_the_mean():
    runs = {(run["contender"], run["seed"]): run for run in numerics.recorded("labels")["runs"]}

    def over_bilinear(measure):
        return [
            runs["DySample", seed][measure] - runs["bilinear", seed][measure] for seed in range(command.SEEDS)
        ]

    assert not difference("labels", "DySample", "bilinear").believable
    for name, boundary in (("DySample", 89.5), ("bilinear", 85.9)):
        found = [run["boundary F"] for (contender, _), run in runs.items() if contender == name]
        assert np.mean(found) == pytest.approx(boundary, abs=0.05)
    outlines, poles, discs = (over_bilinear(name) for name in ("boundary F", "IoU pole", "IoU disc"))
    assert min(outlines) > 0 and min(poles) > 0 > max(discs)
    assert np.mean(poles) == pytest.approx(1.4, abs=0.05) and np.mean(discs) == pytest.approx(-1.7, abs=0.05)
    assert max(abs(each) for each in gains_by_seed("pictures", "DySample").values()) < 0.05


def test_memory_and_time_are_not_multiply_adds():
    rows = {row["upsampler"]: row for row in numerics.recorded("costs")["rows"]}
    carafe, layer = (rows[name] for name in ("CARAFE", "sub-pixel"))
    assert carafe["multiply-adds"] < layer["multiply-adds"]
    assert carafe["memory"] > 4 * layer["memory"] and carafe["time"] > 3 * layer["time"]
    speeds = {row["upsampler"]: row["of a copy"] for row in numerics.recorded("speeds")["rows"]}
    assert speeds["a copy"] == 100 and max(speeds[name] for name in CONTENDERS) < 60


def test_more_than_half_of_fapns_gain_is_not_one_of_moving():
    rows = {row["upsampler"]: row for row in numerics.recorded("pyramid")["rows"]}
    assert (
        0.9 < rows["FaPN"]["gain"] < 1.1
        and 0.52 < rows["FaPN, nothing moved"]["gain"] / rows["FaPN"]["gain"] < 0.65
    )
    moved = difference("pyramid", "FaPN", "FaPN, nothing moved")
    assert moved.ahead == moved.seeds == command.SEEDS and moved.believable
    size = {name: row["parameters"] for name, row in rows.items()}
    assert 1 - size["FaPN, nothing moved"] / size["FaPN"] == pytest.approx(0.54, abs=0.005)
    assert all(row["seeds"] == command.SEEDS for row in rows.values())


def seed_0(task):
    measure = shootout.MEASURES[task]
    return {run["contender"]: run[measure] for run in numerics.recorded(task)["runs"] if run["seed"] == 0}


def test_what_is_said_of_the_trainings_in_the_lesson():
    pictures = seed_0("pictures")
    assert all(abs(each - pictures["bilinear"]) < 0.4 for each in pictures.values())
    assert pictures["transposed, kernel 4"] > pictures["flow"]  # P and Q


def cell(name):
    notebook = nbformat.read(next(path for path in LESSONS if path.stem.startswith("14")), as_version=4)
    return next(each.source for each in notebook.cells if each.id == name)


@pytest.mark.thorough(only=True)
def test_whatever_looks_alike_is_second_among_labels_and_last_among_pictures():
    names = {}
    exec(cell("own-class"), names)
    entry = entering.enter(names["LooksAlike"])
    assert entry.places["labels"].median == 2 and entry.cost.parameters == 1
    assert entry.places["pictures"].median == entry.places["pictures"].count


@pytest.mark.thorough(only=True)
def test_arrows_that_are_held_do_not_run_away():
    found = {}
    for name, make in (("flow", Flow), ("held", held_flow())):
        task = Labels()
        network = task.network(make, 1)
        task.train(network, 1)
        found[name] = task.scores(network) | {"arrows": shootout.mean_arrows(network)}
    assert found["held"]["mean IoU"] > 86 and max(found["held"]["arrows"]) < 1.5
    assert found["flow"]["IoU ground"] < 20 and found["flow"]["arrows"][0] > 10


def held_flow():
    """The class that the lesson writes."""
    names = {}
    exec(cell("runaway").partition("\n\n\ntask = ")[0], names)
    return names["HeldFlow"]
