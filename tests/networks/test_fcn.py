"""FCN in the small: its sums, its sizes, what seeds share, and the numpy floor's account of a network."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from course_utils import fcn as numerics
from course_utils.networks import fcn
from course_utils.networks.segmentation import Budget, parameter_count, unseen_scenes

TINY = Budget(train=8, test=4, size=32, steps=3, batch=4)
every_network = pytest.mark.parametrize("name", fcn.NETWORKS)
every_start = pytest.mark.parametrize("start", fcn.STARTS)


def images(count=2, size_hw=(32, 48), seed=0):
    return torch.rand((count, 3, *size_hw), generator=torch.Generator().manual_seed(seed))


# ---- The network ---------------------------------------------------------------------------------


@every_network
def test_a_logit_for_each_class_and_pixel(name):
    model = fcn.FCN(fcn.NETWORKS[name])
    assert model(images()).shape == (2, 5, 32, 48)
    with pytest.raises(ValueError, match=r"multiples of 16; got \(2, 3, 24, 32\)"):
        model(images(size_hw=(24, 32)))


@every_network
def test_scores_have_the_strides_that_they_are_named_after(name):
    maps = fcn.FCN(fcn.NETWORKS[name]).score_maps(images())
    assert {stride: tuple(each.shape[-2:]) for stride, each in maps.items()} == {
        stride: (32 // stride, 48 // stride) for stride in (4, 8, 16) if stride >= fcn.NETWORKS[name]
    }


def test_before_training_it_is_interpolation_and_addition():
    """Away from the border, where F.interpolate repeats and a transposed convolution has nothing."""
    model = fcn.FCN(4).eval()
    picture = images(1, (96, 96))
    with torch.no_grad():
        own = model.score_maps(picture)
        wanted = own[16]
        for stride in (8, 4):
            wanted = F.interpolate(wanted, scale_factor=2, mode="bilinear") + own[stride]
        wanted = F.interpolate(wanted, scale_factor=4, mode="bilinear")
        got = model(picture)
    np.testing.assert_allclose(got[..., 24:-24, 24:-24], wanted[..., 24:-24, 24:-24], atol=1e-5)
    assert not np.allclose(got[..., :8, :], wanted[..., :8, :], atol=1e-3)


def test_parameters_on_paper():
    """The encoder 54,976, scores of 5 classes, kernels of 2 * stride: finer networks have fewer."""
    scores = {16: 48 * 5 + 5, 8: 32 * 5 + 5, 4: 24 * 5 + 5}
    kernels = {16: 32**2, 8: 16**2, 4: 8**2}
    for finest, more in ((16, 0), (8, 1), (4, 2)):
        wanted = 54_976 + sum(scores[stride] for stride in scores if stride >= finest)
        assert parameter_count(fcn.FCN(finest)) == wanted + 5 * (16 * more + kernels[finest])
        assert parameter_count(fcn.FCN(finest, "bilinear, frozen")) == wanted
    assert parameter_count(fcn.FCN(4, "random, dense")) == wanted + 25 * (2 * 16 + 64)


@every_start
def test_starts_are_what_they_are_called(start):
    model = fcn.FCN(4, start)
    bilinear, dense, frozen = fcn.STARTS[start]
    for layer, kernel in zip(model.upsamplings, model.kernels(), strict=True):
        channels = 5 if dense else 1
        assert kernel.shape[:2] == (5, channels) and layer.bias is None
        assert layer.weight.requires_grad is not frozen
        mixing = np.eye(5) if dense else np.ones((5, 1))
        wanted = numerics.bilinear_weight(mixing, kernel.shape[-1])
        assert np.allclose(kernel, wanted) == bilinear


def test_one_seed_gives_all_starts_and_all_networks_the_same_encoder_and_scores():
    first = fcn.FCN(4, "bilinear", seed=3).state_dict()
    for finest in (4, 8, 16):
        for start in fcn.STARTS:
            other = fcn.FCN(finest, start, seed=3).state_dict()
            common = [key for key in other if not key.startswith("upsamplings")]
            assert len(common) > 30 and all(torch.equal(first[key], other[key]) for key in common)
    assert not torch.equal(fcn.FCN(4, seed=4).state_dict()["stages.0.0.weight"], first["stages.0.0.weight"])


def test_what_is_no_network_is_refused():
    with pytest.raises(ValueError, match=r"finest must be 4, 8 or 16.*got 2"):
        fcn.FCN(2)
    with pytest.raises(ValueError, match=r"start must be one of .* Did you mean 'bilinear'"):
        fcn.FCN(4, "bilinea")
    with pytest.raises(ValueError, match="networks must be one of 'stride 16 alone'"):
        fcn.compare(networks=["FCN-8s"], budget=TINY)


# ---- Training ----------------------------------------------------------------------------------------


def test_compare_trains_every_network_with_every_seed_and_repeats_itself():
    runs = fcn.compare((0, 1), budget=TINY)
    assert [(run.seed, run.network) for run in runs] == [(s, n) for s in (0, 1) for n in fcn.NETWORKS]
    again = fcn.compare((1,), ["+ stride 8"], TINY)[0]
    assert again.scores == runs[4].scores and runs[4].scores != runs[1].scores
    assert all(0 <= value <= 1 for run in runs for value in run.scores.values())


def test_learning_curves_look_when_they_were_asked_to():
    curves = fcn.learning_curves((0,), ("bilinear, frozen", "bilinear", "random"), TINY, at=(1, 3))
    frozen, learned, random = curves
    assert all(list(curve.mean_iou) == [1, 3] and len(curve.losses) == 3 for curve in curves)
    assert frozen.moved == 0 < learned.moved
    first = fcn.FCN(4, "bilinear", 0).kernels()
    largest = max(np.abs(a - b).max() for a, b in zip(first, learned.kernels, strict=True))
    assert largest == learned.moved and all(
        (a == b).all() for a, b in zip(first, frozen.kernels, strict=True)
    )
    assert (
        frozen.losses[0] == learned.losses[0] != random.losses[0]
    )  # the same network until the first step is made
    assert fcn.learning_curves((0,), ("bilinear",), TINY, at=(1,))[0].mean_iou[1] == learned.mean_iou[1]


def test_steps_until():
    losses = np.array([5.0, 5, 1, 1, 1, 9])
    assert fcn.steps_until(losses, 2, window=3) == 5 and fcn.steps_until(losses, 0.5, window=3) is None


# ---- What the numpy floor makes of it ----------------------------------------------------------------------


@every_network
def test_the_parts_of_a_scored_scene_add_up_to_the_networks_answer(name):
    model = fcn.FCN(fcn.NETWORKS[name], "random", seed=1).eval()
    data = unseen_scenes(TINY)
    with torch.no_grad():
        wanted = model(data.images)
    for scene, logits in zip(fcn.scored_scenes(model, *data), wanted.numpy(), strict=True):
        np.testing.assert_allclose(scene.answer(), logits, atol=1e-4)
        np.testing.assert_allclose(sum(scene.parts.values()), scene.answer(), atol=1e-9)
        np.testing.assert_array_equal(scene.answer([]), 0)
        assert scene.strides == tuple(s for s in (16, 8, 4) if s >= fcn.NETWORKS[name])
        assert (scene.predicted() == logits.argmax(0)).mean() > 0.99  # but for ties in float32
        with pytest.raises(ValueError, match=r"strides must be some of .* got 2"):
            scene.answer([2])
