"""The trainings of lesson 13: what a seed decides, what the record says, and every number that the lesson names."""

import json
import time

import numpy as np
import pytest
import torch

from course_utils.figures.sampling import SEEN, taps_scene
from course_utils.figures.sampling_around import steps_of
from course_utils.films import (
    packed,
    packed_decision,
    recorded_decisions,
    unpacked,
    unpacked_decision,
)
from course_utils.images import psnr
from course_utils.networks.colors import (
    CONTENDERS,
    CONTROLS,
    SCALED,
    STEPS,
    ColorEnlarger,
    compare,
    decided,
    explored,
    gray_of,
    network,
    patches,
    summary,
    task,
    train,
    training_pictures,
    unseen,
)
from course_utils.networks.records import read_record
from course_utils.resampling import resize
from course_utils.sampling import own_places, read_with
from data import learned_sampling
from tests.figures.reading import numbers_in

PICTURES = recorded_decisions()


def test_a_task_averages_colors_and_keeps_the_gray():
    truth = torch.arange(48.0).reshape(1, 3, 4, 4) / 48
    each = task(truth)
    assert torch.allclose(each.colors[0, 0, 0, 0], truth[0, 0, :2, :2].mean())
    assert each.gray.shape == (1, 1, 4, 4) and each.colors.shape == (1, 3, 2, 2)
    assert torch.allclose(each.gray[0, 0, 1, 2], truth[0, :, 1, 2] @ torch.tensor([0.299, 0.587, 0.114]))


def test_a_seed_decides_patches_and_weights():
    pictures = training_pictures()
    for a, b in zip(next(patches(pictures, 3)), next(patches(pictures, 3)), strict=True):
        assert torch.equal(a, b)
    assert not torch.equal(next(patches(pictures, 3)).truth, next(patches(pictures, 4)).truth)
    first, second = (ColorEnlarger(name, 7) for name in ("flow", "CARAFE"))
    assert all(
        torch.equal(a, b) for a, b in zip(first.guide.parameters(), second.guide.parameters(), strict=True)
    )


def test_training_changes_what_is_decided_and_is_repeated_by_its_seed():
    each, decisions = explored("scene"), []
    for _ in range(2):
        network = ColorEnlarger("DySample")
        losses = train(network, steps=12).losses
        decisions.append(decided(network, each).points_xy)
    assert np.array_equal(*decisions) and len(losses) == 12
    assert np.abs(decisions[0] - decided(ColorEnlarger("DySample"), each).points_xy).max() > 0.01


def test_what_is_unseen_is_no_training_picture():
    known = {each.numpy().tobytes() for each in training_pictures()}
    assert not known & {each.numpy().tobytes() for each in unseen()["scenes"].truth}
    for kind in PICTURES:
        assert np.abs(PICTURES[kind].truth - explored(kind).truth[0].movedim(0, -1).numpy()).max() < 1 / 255


# ---- records -------------------------------------------------------------------------------------


def test_what_is_packed_comes_back_up_to_half_a_unit():
    numbers = np.random.default_rng(0).normal(size=(2, 3, 5))
    assert np.abs(unpacked(packed(numbers, 0.01)) - numbers).max() <= 0.005 + 1e-12


@pytest.mark.parametrize("name", CONTENDERS)
def test_a_recorded_decision_reads_what_the_network_read(name):
    each, network = explored("scene", 12), ColorEnlarger(name)
    with torch.no_grad():
        for parameter in network.upsampler.parameters():
            parameter += 0.05 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(0))
    decision = decided(network, each)
    record = json.loads(json.dumps(packed_decision(name, decision)))
    colors = each.colors[0].double().numpy()
    again = unpacked_decision(name, (6, 6), record)
    assert np.abs(read_with(again, colors) - read_with(decision, colors)).max() < 0.02


@pytest.fixture
def out(tmp_path, monkeypatch):
    """The command, with a record in a folder of its own."""
    monkeypatch.setattr(learned_sampling, "OUT", tmp_path / "learned_sampling.json")
    return learned_sampling.OUT


@pytest.mark.thorough(only=True)
def test_one_command_records_every_run(out, capsys):
    learned_sampling.main(["--record", "--seeds", "1", "--steps", "1"])
    record = json.loads(out.read_text(encoding="utf-8"))
    assert record["command"] == "python -m data.learned_sampling --record --steps 1"
    result = record["result"]
    assert [row["upsampler"] for row in result["rows"]] == list(CONTENDERS)
    assert [row["upsampler"] for row in result["controls"]] == list(CONTROLS)
    assert set(result["pictures"]) == set(PICTURES)
    assert all(list(each["decisions"]) == list(CONTENDERS) for each in result["pictures"].values())
    assert "nothing left" in capsys.readouterr().out


def test_what_is_missing_is_trained_and_added(out, monkeypatch, capsys):
    settings = ["--record", "--seeds", "2", "--steps", "1"]
    few = [(name, seed) for seed in (0, 1) for name in ("bilinear", "DySample", "flow, blind")]
    monkeypatch.setattr(learned_sampling, "wanted", lambda seeds: few)
    learned_sampling.main([*settings, "--minutes", "0"])
    assert not out.exists() and "6 left" in capsys.readouterr().out
    ends = iter([0, 0, 0, 9])  # the clock: two trainings, then it is over
    monkeypatch.setattr(learned_sampling.time, "monotonic", lambda: 60 * next(ends))
    learned_sampling.main([*settings, "--minutes", "1"])
    first = json.loads(out.read_text(encoding="utf-8"))
    assert "4 left" in capsys.readouterr().out and len(first["result"]["runs"]) == 2
    monkeypatch.setattr(learned_sampling.time, "monotonic", time.perf_counter)
    learned_sampling.main(settings)
    result = json.loads(out.read_text(encoding="utf-8"))["result"]
    assert result["runs"][:2] == first["result"]["runs"]
    assert [(run["upsampler"], run["seed"]) for run in result["runs"]] == few
    for kind, each in result["pictures"].items():
        assert each["decisions"].keys() == {"bilinear", "DySample"}
        assert each["decisions"]["DySample"] == first["result"]["pictures"][kind]["decisions"]["DySample"]
    learned_sampling.main(["--record", "--seeds", "1", "--steps", "2"])  # another budget begins anew
    steps = json.loads(out.read_text(encoding="utf-8"))["result"]
    assert steps["steps"] == 2 and len(steps["runs"]) == len(few)


def test_half_a_training_is_not_recorded(out, monkeypatch):
    monkeypatch.setattr(learned_sampling, "compare", lambda *args: [])
    with pytest.raises(KeyboardInterrupt):
        learned_sampling.main(["--record", "--seeds", "1", "--steps", "1"])
    assert not out.exists()


def test_bilinear_colors_scaled_to_the_gray_have_that_gray_and_keep_their_shades():
    each = explored("photo")
    with torch.no_grad():
        answer = network(SCALED)(each.colors, each.gray).double()
    larger = torch.nn.functional.interpolate(each.colors.double(), scale_factor=2, mode="bilinear")
    assert (gray_of(answer) - each.gray).abs().max() < 1e-6
    shades = [picture / picture.sum(1, keepdim=True) for picture in (answer, larger)]
    assert (shades[0] - shades[1]).abs().max() < 1e-5
    black = network(SCALED)(torch.zeros(1, 3, 2, 2), torch.ones(1, 1, 4, 4))
    assert black.isfinite().all()


def test_the_summary_has_a_row_for_each_contender():
    (row,) = summary(compare(("bilinear",), seeds=(0, 1)))
    assert (
        row["upsampler"] == "bilinear"
        and row["parameters"] == 0
        and row["seeds"] == 2
        and row["± photo"] == 0
    )


# ---- what lesson 13 says -------------------------------------------------------------------------


def recorded_rows():
    """Name -> row, of contenders and controls."""
    result = read_record("learned_sampling")["result"]
    return {row["upsampler"]: row for row in result["rows"] + result["controls"]}


def recorded_scores(name, kind):
    """The scores of all seeds, in dB."""
    runs = read_record("learned_sampling")["result"]["runs"]
    return [run[f"{kind} dB"] for run in runs if run["upsampler"] == name]


def gain(name, kind="photo", over="bilinear"):
    return np.mean(recorded_scores(name, kind)) - np.mean(recorded_scores(over, kind))


def test_the_record_says_what_the_code_would_say_of_its_trainings():
    record = read_record("learned_sampling")
    assert record["command"] == "python -m data.learned_sampling --record"
    result = record["result"]
    assert result == json.loads(
        json.dumps(learned_sampling.result(result["runs"], result["pictures"], result["steps"]))
    )
    assert result["steps"] == STEPS and set(recorded_rows()) == {*CONTENDERS, *CONTROLS}
    assert {row["seeds"] for row in recorded_rows().values()} == {learned_sampling.SEEDS}


def test_the_gains_that_the_lesson_names():
    rows = recorded_rows()
    assert gain("flow", "scenes") == pytest.approx(0.7, abs=0.05)
    assert gain("flow") == pytest.approx(1.9, abs=0.05)
    assert [gain("DySample", kind) for kind in ("scenes", "photo")] == pytest.approx([0.4, 0.4], abs=0.05)
    assert gain("deformable, shared") == pytest.approx(8, abs=0.3)
    assert gain("deformable, shared", over="flow") == pytest.approx(6, abs=0.3)
    assert 4 * rows["DySample"]["parameters"] == rows["flow"]["parameters"]
    size = {name: rows[name]["parameters"] for name in CONTENDERS}
    seen = {
        name: size[name] for name in ("flow", "gated flow", "deformable, shared")
    }  # those that see the gray
    assert max(seen, key=seen.get) == "deformable, shared" and max(size, key=size.get) == "CARAFE"
    steady = [name for name in rows if name not in ("bilinear", "gated flow")]
    assert all(abs(gain(name)) > 4 * rows[name]["± photo"] for name in steady)
    assert 0 < gain("gated flow") < 4 * rows["gated flow"]["± photo"]


def test_what_the_controls_leave():
    rows = recorded_rows()
    for control, of in (("deformable, a mean", "deformable, shared"), ("flow, blind", "flow")):
        assert rows[control]["parameters"] == rows[of]["parameters"]
        for kind in ("scenes", "photo"):  # the worst of the one is above the best of the other
            assert max(recorded_scores(control, kind)) < min(recorded_scores(of, kind))
    assert gain("deformable, shared") - gain("deformable, a mean") == pytest.approx(7, abs=0.3)
    assert gain("flow, blind") == pytest.approx(0.5, abs=0.1)
    assert gain(SCALED, over="deformable, shared") == pytest.approx(1.85, abs=0.15)
    assert 0 < gain("deformable, shared", "scenes", SCALED) < 0.3
    assert max(rows, key=lambda name: rows[name]["photo dB"]) == SCALED


def test_the_first_picture():
    before, after = (taps_scene(PICTURES["photo"], "flow", when, (30, 19)) for when in ("before", "after"))
    decision = PICTURES["photo"].decisions["flow"]["after"]
    taps = decision.taps(19, 30)
    assert taps[10].sum() == pytest.approx(0.72, abs=0.01) and (taps >= SEEN).sum() == 4
    still = PICTURES["photo"].decisions["flow"]["before"].taps(19, 30)
    assert still[10].sum() == pytest.approx(0.25, abs=0.01)
    assert ((taps >= SEEN) == (still >= SEEN)).all()
    assert float(before.table[1][0][3]) == pytest.approx(30, abs=0.5)
    assert float(after.table[1][0][3]) == pytest.approx(6, abs=0.5)
    (x, y), (own_x, own_y) = decision.points(19, 30)[0][0], own_places((24, 24), (48, 48))[:, 19, 30]
    assert np.hypot(x - own_x, y - own_y) == pytest.approx(0.5, abs=0.05)


def test_the_bright_spot():
    scene = taps_scene(PICTURES["photo"], "deformable, shared", "after", (20, 24))
    assert numbers_in(scene.table[1][0][2]) == [1.56]


@pytest.mark.parametrize("kind", PICTURES)
def test_the_steps_of_dysample_go_to_the_middle_of_their_pixel_and_those_of_flow_do_not(kind):
    own = own_places((24, 24), (48, 48))
    middles = np.stack(np.meshgrid(np.arange(48) // 2, np.arange(48) // 2)) - own
    toward = {
        name: ((steps_of(PICTURES[kind].decisions[name]["after"]) * middles).sum(axis=0) > 0).mean()
        for name in ("DySample", "flow")
    }
    assert toward["DySample"] > 0.95 and 0.4 < toward["flow"] < 0.6


def test_bicubic_beside_an_edge():
    made = resize(np.array([20.0, 20, 20, 80, 80, 80]), (12,), mode="cubic")
    assert (made.min().round(1), made.max().round(1)) == (13.7, 86.3)


@pytest.mark.parametrize("kind", PICTURES)
def test_the_long_steps_of_flow_stand_at_edges_and_lead_to_colors_that_are_nearer(kind):
    each = PICTURES[kind]
    long = np.hypot(*steps_of(each.decisions["flow"]["after"])) > 0.3
    edges = np.hypot(*np.gradient(each.truth.mean(axis=-1)))
    assert edges[long].mean() > 1.5 * edges[~long].mean()
    errors = {
        name: np.abs(
            read_with(each.decisions[name]["after"], each.colors) - np.moveaxis(each.truth, -1, 0)
        ).mean(0)
        for name in ("flow", "bilinear")
    }
    assert (errors["flow"] < errors["bilinear"])[long].mean() > 0.8


def test_carafe_came_from_a_blur_nearly_to_nearest():
    for each in PICTURES.values():
        kernels = each.decisions["CARAFE"]["after"].kernels
        assert (kernels.argmax(axis=0) == 12).mean() > 0.99  # the middle tap
        assert kernels.max(axis=0).mean() == pytest.approx(0.9, abs=0.05)
    rows = recorded_rows()
    for kind, each in unseen().items():
        nearest = torch.nn.functional.interpolate(each.colors, scale_factor=2, mode="nearest")
        assert abs(psnr(nearest.numpy(), each.truth.numpy(), peak=1) - rows["CARAFE"][f"{kind} dB"]) < 0.3
    assert rows["CARAFE"]["photo dB"] < rows["bilinear"]["photo dB"]
