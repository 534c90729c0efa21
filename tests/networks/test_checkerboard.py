"""Layers that double the size, and what a flat picture becomes: sizes, beginnings, measures, one small training."""

import json

import numpy as np
import pytest
import torch
from torch import nn

from course_utils.checkerboard import fixed_pattern
from course_utils.networks import checkerboard as net
from course_utils.networks.records import read_record
from course_utils.networks.superresolution import HELD_OUT, pairs
from course_utils.networks.training import seeded
from data import checkerboards

CLEAN = ("sub-pixel, ICNR", "nearest, then convolution", "bilinear, then convolution")


def enlarger(layer, seed=0):
    with seeded(seed):
        return net.Enlarger(layer)


@pytest.mark.parametrize("layer", net.LAYERS)
def test_every_layer_doubles_any_size(layer):
    for size in ((1, 1), (5, 7), (6, 4)):
        x = torch.rand(2, 1, *size)
        assert enlarger(layer)(x).shape == (2, 1, 2 * size[0], 2 * size[1])
    assert net.decoder(layer, stages=2, channels=3)(torch.rand(1, 3, 4, 5)).shape == (1, 3, 16, 20)


@pytest.mark.parametrize("layer", net.LAYERS)
def test_what_begins_clean(layer):
    pattern = net.gray_levels(enlarger(layer))
    assert pattern < 1e-4 if layer in CLEAN else pattern > 1


@pytest.mark.parametrize("layer", net.LAYERS)
def test_gray_levels_are_the_spread_of_a_flat_pictures_phases(layer):
    model = enlarger(layer, 3)
    with torch.no_grad():
        flat = model(torch.full((1, 1, 20, 20), 0.5))[0, 0, 16:24, 16:24].numpy() * 255
    wanted = np.array([[flat[a::2, b::2].mean() for b in (0, 1)] for a in (0, 1)])
    np.testing.assert_allclose(net.flat_answer(model, (0.5,))[0], wanted, atol=1e-3)
    assert net.gray_levels(model) == pytest.approx(wanted.std(), abs=1e-3)


def test_contenders_begin_alike_up_to_their_layer():
    first, second = enlarger("sub-pixel"), enlarger("transposed, kernel 4")
    for one, other in zip(first.features.parameters(), second.features.parameters(), strict=True):
        assert torch.equal(one, other)


def test_resize_convolution_stays_clean_whatever_its_weights():
    for layer in CLEAN[1:]:
        for seed in range(5):
            model = enlarger(layer, seed)
            with torch.no_grad():
                for each in model.parameters():
                    each.mul_(3).add_(0.1)
            assert net.gray_levels(model) < 1e-6 * np.abs(net.flat_answer(model)).max()


def test_error_ratio_of_a_pattern_by_hand():
    class Wrong(nn.Module):
        """Right but for a tenth in phase (0, 0) and a twentieth elsewhere."""

        def __init__(self, pair):
            super().__init__()
            self.unused = nn.Parameter(torch.zeros(1))
            self.answer = pair.high + 0.05
            self.answer[..., ::2, ::2] += 0.05

        def forward(self, x):
            return self.answer

    pair = pairs(HELD_OUT[:1])[0]
    assert net.error_ratio(Wrong(pair), [pair]) == pytest.approx(4, rel=1e-3)


def test_the_gradient_of_a_linear_encoder_is_its_transpose():
    layer = nn.Conv2d(2, 3, 3, 2, 1, bias=False)
    x = torch.rand(1, 2, 8, 8)
    with seeded(5):
        upstream = torch.randn(1, 3, 4, 4)
    wanted = nn.functional.conv_transpose2d(upstream, layer.weight, None, 2, 1, 1).detach().numpy()
    np.testing.assert_allclose(net.input_gradient(layer, x, seed=5), wanted, atol=1e-6)
    assert x.grad is None


@pytest.fixture(scope="module")
def runs():
    return net.compare(("transposed, kernel 4", "nearest, then convolution"), seeds=(0, 1), steps=(0, 2, 5))


def test_a_training_is_looked_at_after_each_of_its_steps(runs):
    assert [(run.seed, run.layer.partition(",")[0]) for run in runs] == [
        (0, "transposed"), (0, "nearest"), (1, "transposed"), (1, "nearest")
    ]  # fmt: skip
    for run in runs:
        assert tuple(run.levels) == (0, 2, 5) and len(run.losses) == 5 and not run.stopped
        assert run.levels[5] == pytest.approx(net.gray_levels(run.model))
        assert run.answers[2].shape == (3, 2, 2)
    assert runs[0].levels[0] == pytest.approx(net.gray_levels(enlarger("transposed, kernel 4")))


def test_the_same_seed_is_the_same_training_wherever_it_is_looked_at(runs):
    (again,) = net.compare(("transposed, kernel 4",), seeds=(0,), steps=5)
    np.testing.assert_array_equal(again.losses, runs[0].losses)
    assert tuple(again.levels) == (0, 5)


def test_summary_has_a_row_for_each_layer(runs):
    rows = net.summary(runs, steps=(0, 5))
    assert [row["layer"] for row in rows] == ["transposed, kernel 4", "nearest, then convolution"]
    assert list(rows[0]) == ["layer", "step 0", "step 5", "error ratio", "seeds"] and rows[0]["seeds"] == 2
    assert rows[0]["step 0"] == pytest.approx((runs[0].levels[0] + runs[2].levels[0]) / 2, abs=0.006)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: net.Enlarger("sub-pixle"), "Did you mean 'sub-pixel'?"),
        (lambda: net.compare(steps=(5, 2)), "steps must rise, such as (0, 25, 100); got (5, 2)."),
        (lambda: net.decoder("sub-pixel", stages=0), "stages must be a whole number"),
        (lambda: net.encoder("pool"), "layer must be one of"),
    ],
)
def test_refused(call, message):
    with pytest.raises(ValueError) as caught:
        call()
    assert message in str(caught.value)


# ---- The record ----------------------------------------------------------------------------------


def test_one_command_records_everything(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(checkerboards, "OUT", tmp_path / "checkerboards.json")
    monkeypatch.setattr(checkerboards, "FILMED", (0, 1, 2))
    monkeypatch.setattr(checkerboards, "STEPS", (0, 2))
    monkeypatch.setattr(checkerboards, "summary", lambda runs: net.summary(runs, (0, 2)))
    checkerboards.main(["--record", "--seeds", "1"])
    record = json.loads(checkerboards.OUT.read_text(encoding="utf-8"))
    assert record["command"] == "python -m data.checkerboards --record --seeds 1"
    assert [row["layer"] for row in record["result"]["rows"]] == list(net.LAYERS)
    assert np.shape(record["result"]["film"]["sub-pixel"]) == (3, 3, 2, 2)
    assert [row["layer"] for row in record["result"]["encoders"]] == list(net.ENCODERS)
    assert "checkerboards.json written" in capsys.readouterr().out


def test_what_the_lesson_says_of_the_record():
    result = read_record("checkerboards")["result"]
    rows = {row["layer"]: row for row in result["rows"]}
    assert result["seeds"] == 10 and len(result["runs"]) == 10 * len(rows) and result["measured on"] == 0.5
    for layer, row in rows.items():
        if "then convolution" in layer:
            assert [row[f"step {s}"] for s in net.STEPS] == [0] * 4
        elif layer != "sub-pixel, ICNR":
            assert row["step 0"] > 14 and 1 < row["step 100"] < 3 and 0.4 <= row["step 400"] < 0.7
    grown = rows["sub-pixel, ICNR"]
    assert grown["step 0"] == 0 < grown["step 25"] < 0.2 and 0.4 <= grown["step 400"] < 0.7
    shares = {row["layer"]: row["share on the comb"] for row in result["decoders"]}
    assert all((share > 0.5) == (layer not in CLEAN) for layer, share in shares.items())
    assert max(shares[layer] for layer in CLEAN) < 0.01
    ratios = {row["layer"]: row["most over least"] for row in result["encoders"]}
    assert 3.5 < ratios["convolution 3, stride 2"] < 4.5 and ratios["convolution 1, stride 2"] == "infinite"
    assert all(ratio < 1.1 for layer, ratio in ratios.items() if layer.endswith(("pooling 2", "4, stride 2")))


def test_the_film_is_of_the_recorded_runs():
    result = read_record("checkerboards")["result"]
    for run in result["runs"]:
        if run["seed"] == 0:
            film = np.array(result["film"][run["layer"]])
            for step in net.STEPS:
                moment = result["film steps"].index(step)
                middle = film[moment, net.GRAYS.index(net.MIDDLE)]
                assert middle.std() == pytest.approx(run[f"step {step}"], abs=2e-3)


def test_the_scores_take_a_module_as_it_is():
    with seeded(0):
        layer = net.LAYERS["bilinear, then convolution"](2, 3)
    assert fixed_pattern(layer, (1, 2, 16, 16)) < 1e-5
