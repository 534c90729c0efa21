"""The two tasks of lesson 14: what contenders share, what is scored, and how they are compared."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from course_utils import shootout as numerics
from course_utils.networks import shootout
from course_utils.networks.segmentation import Budget, scores_of
from course_utils.networks.shootout import (
    CONTENDERS,
    CONTROLS,
    MEASURES,
    PYRAMID,
    SLOW,
    Fused,
    Labels,
    Pictures,
    as_runs,
    compare,
    run,
    run_in_pyramid,
    summary,
)
from course_utils.networks.training import seeded
from course_utils.networks.upsamplers import UPSAMPLERS

TINY = Budget(train=8, test=3, size=32, steps=2, batch=4, rate=1e-2)
SOME = ("sub-pixel", "bilinear", "flow")
FEW = Budget(train=8, test=15, size=32, steps=2, batch=4, rate=1e-2)


def tiny_tasks():
    return Labels(FEW), Pictures(steps=2, patch=8, batch=2)


@pytest.fixture(scope="module")
def results():
    return compare(tiny_tasks(), SOME, seeds=(0, 1))


# ---- What contenders share -----------------------------------------------------------------------


@pytest.mark.parametrize("task", tiny_tasks(), ids=("labels", "pictures"))
def test_a_seed_gives_all_contenders_the_same_surroundings(task):
    one, other = (task.network(CONTENDERS[name], 3).state_dict() for name in ("bilinear", "sub-pixel"))
    shared = {name for name in one if not name.startswith("upsamplers")}
    assert shared == {name for name in other if not name.startswith("upsamplers")} and shared
    assert all(torch.equal(one[name], other[name]) for name in shared)
    another = task.network(CONTENDERS["bilinear"], 4).state_dict()
    assert any(not torch.equal(one[name], another[name]) for name in shared)


def test_soft_labels_are_means_over_4_x_4_pixels_and_right():
    soft, images, labels = shootout._labels(TINY, "unseen")
    assert soft.shape == (3, 5, 8, 8) and images.shape == (3, 3, 32, 32)
    for kind in range(5):
        blocks = (labels == kind).double().reshape(3, 8, 4, 8, 4).mean(dim=(2, 4))
        np.testing.assert_allclose(soft[:, kind], blocks, atol=1e-6)


def test_nothing_of_the_guide_is_added():
    """What does not look at the fine map answers the same whatever the photo."""
    soft, images, _ = shootout._labels(TINY, "unseen")
    for name in ("bilinear", "sub-pixel", "CARAFE", "DySample", "flow", "deformable"):
        network = Labels(TINY).network(CONTENDERS[name], 0).eval()
        with torch.no_grad():
            # offsets begin at or near 0; a step away from it, who looks moves
            for each in network.parameters():
                each.add_(0.05)
            same = torch.equal(network(soft, images), network(soft, images.flip(0)))
        assert same != network.upsamplers[0].looks, name


def test_what_task_b_learns_is_added_to_bicubic():
    network = Pictures().network(CONTENDERS["bilinear"], 0)
    low = torch.rand(2, 1, 6, 5)
    with torch.no_grad():
        network.last.weight.zero_()
        network.last.bias.zero_()
        np.testing.assert_allclose(
            network(low), F.interpolate(low, scale_factor=2, mode="bicubic"), atol=1e-6
        )
    task = Pictures()
    scores = task.scores(network)
    assert scores.pop(MEASURES["pictures"]) == pytest.approx(0, abs=1e-5)
    assert set(scores) == {"camera", "chelsea"}


def test_every_upsampler_of_the_course_takes_part():
    kinds = {type(make(16)) for make in (CONTENDERS | CONTROLS).values()}
    left_out = {type(UPSAMPLERS["two-branch"](16))}  # as "one branch" where nothing is added
    assert {type(make(16)) for make in UPSAMPLERS.values()} - kinds == left_out
    assert set(SLOW) < set(CONTENDERS)


@pytest.mark.parametrize("name", CONTENDERS | CONTROLS)
def test_every_contender_learns_both_tasks(name):
    for task in (Labels(TINY), Pictures(steps=2, patch=4, batch=2)):
        network = task.network((CONTENDERS | CONTROLS)[name], 0)
        before = {key: value.clone() for key, value in network.state_dict().items()}
        history = task.train(network, 0)
        assert len(history.losses) == 2 and np.isfinite(history.losses).all()
        learned = [key for key, _ in network.upsamplers.named_parameters()]
        moved = [
            key
            for key in learned
            if not torch.equal(network.upsamplers.state_dict()[key], before[f"upsamplers.{key}"])
        ]
        assert moved if learned else name in ("nearest", "bilinear", "bicubic", "max unpooling")


# ---- Scores --------------------------------------------------------------------------------------


def test_scores_are_those_of_lesson_12_in_percent():
    task = Labels(TINY)
    network = task.network(CONTENDERS["bilinear"], 0)
    soft, images, labels = shootout._labels(TINY, "unseen")
    with torch.no_grad():
        predicted = network.eval()(soft, images).argmax(1).numpy()
    expected = scores_of(labels.numpy(), predicted)
    assert task.scores(network) == pytest.approx({name: 100 * value for name, value in expected.items()})
    assert MEASURES["labels"] in expected


def test_arrows_are_measured_in_pixels_of_the_coarse_map():
    class Aside(UPSAMPLERS["flow"]):
        def decide(self, coarse, fine):
            x = torch.full((len(coarse), 1, *fine.shape[-2:]), coarse.shape[-1] / 4)
            return {"flow_xy": torch.cat([x, 0 * x], dim=1)}

    assert shootout.mean_arrows(Labels().network(Aside, 0), 2) == [4, 8]  # maps of 16 and 32


def test_edges_are_a_part_of_the_answer(results):
    for result in results:
        assert result.edge.dtype == np.uint8
        assert result.edge.shape == {"labels": (32, 32), "pictures": (48, 48)}[result.task]
    of = Labels(FEW).edge_of()
    image, labels = numerics_scene(of)
    _, images, truth = shootout._labels(FEW, "unseen")
    np.testing.assert_array_equal(labels, truth[Labels.EDGE])
    np.testing.assert_allclose(np.moveaxis(image, -1, 0), images[Labels.EDGE], atol=1e-6)


def numerics_scene(settings):
    from course_utils.scenes import scenes

    images, labels = scenes(**settings)
    return images[0], labels[0]


# ---- Comparing -----------------------------------------------------------------------------------


def test_one_run_is_repeated_to_the_digit(results):
    again = run(tiny_tasks()[0], "sub-pixel", 1)
    first = next(
        each for each in results if (each.task, each.contender, each.seed) == ("labels", "sub-pixel", 1)
    )
    assert again.scores == first.scores and (again.edge == first.edge).all()


def test_all_are_trained_for_both_tasks_with_both_seeds(results):
    done = [(each.task, each.seed, each.contender) for each in results]
    assert done == [(task, seed, name) for task in numerics.TASKS for seed in (0, 1) for name in SOME]
    for each in results:
        twice = 2 if each.task == "labels" else 1
        assert each.parameters == twice * sum(p.numel() for p in CONTENDERS[each.contender](16).parameters())
    assert not any(each.stopped for each in results)


def test_gains_are_paired_with_bilinear(results):
    runs = [each for each in as_runs(results) if each["task"] == "labels"]
    found = {(each["contender"], each["seed"]): each["mean IoU"] for each in runs}
    rows = {row["upsampler"]: row for row in summary(runs)}
    for name, row in rows.items():
        gains = [found[name, seed] - found["bilinear", seed] for seed in (0, 1)]
        assert row["gain"] == pytest.approx(np.mean(gains), abs=0.006) and row["seeds"] == 2
        assert row["±"] == pytest.approx(np.std(gains, ddof=1), abs=0.006)
    gains = [row["gain"] for row in summary(runs)]
    assert gains == sorted(gains, reverse=True)
    assert summary(results[: len(SOME)])[0]["±"] == "-"


def test_only_seeds_of_both_are_compared(results):
    runs = [each for each in as_runs(results) if each["task"] == "labels"]
    without = [each for each in runs if (each["contender"], each["seed"]) != ("flow", 1)]
    assert next(row for row in summary(without) if row["upsampler"] == "flow")["seeds"] == 1
    alone = [each for each in runs if each["contender"] == "flow"]
    with pytest.raises(ValueError, match="'flow' is compared with 'bilinear', which has no seed in common"):
        summary(alone)


def test_controls_are_run_by_their_name():
    assert run(tiny_tasks()[1], "flow, blind", 0).contender == "flow, blind" and not set(CONTROLS) & set(
        CONTENDERS
    )


def test_an_unknown_contender_is_named():
    with pytest.raises(ValueError, match="contender must be one of"):
        run(tiny_tasks()[0], "sharpest", 0)


# ---- The pyramid ---------------------------------------------------------------------------------


def test_an_upsampler_in_the_pyramid_is_a_fusion():
    with seeded(0):
        fine, coarse = torch.randn(1, 8, 8, 8), torch.randn(1, 8, 4, 4)
    fused = Fused(UPSAMPLERS["bilinear"](8))(fine, coarse)
    assert torch.equal(fused, fine + F.interpolate(coarse, (8, 8), mode="bilinear"))


def test_half_a_training_of_the_pyramid_is_no_run(monkeypatch):
    real = shootout.train
    monkeypatch.setattr(shootout, "train", lambda *args: real(*args)._replace(stopped=True))
    with pytest.raises(KeyboardInterrupt):
        run_in_pyramid("bilinear", 0, TINY)


@pytest.mark.parametrize("name", PYRAMID)
def test_the_pyramid_is_trained(name):
    found = run_in_pyramid(name, 0, TINY)
    assert found["contender"] == name and math.isfinite(found["mean IoU"])
    assert found["parameters"] > 0
