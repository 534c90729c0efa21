"""The segmentation network: where its features sit, what contenders share, training by the budget, its scores."""

import itertools

import numpy as np
import pytest
import torch

from course_utils import alignment, scores
from course_utils.networks.alignment import FlowAlignment
from course_utils.networks.segmentation import (
    DOWN,
    FUSIONS,
    SCORES,
    STRIDES,
    Budget,
    Encoder,
    Segmenter,
    parameter_count,
    predicted_labels,
    score,
    train,
    training_scenes,
    unseen_scenes,
)
from course_utils.scenes import CLASS_NAMES

TINY = Budget(train=8, test=4, size=32, steps=3, batch=4, width=8)
every_contender = pytest.mark.parametrize("name", FUSIONS)


def images(count=2, size_hw=(32, 48), seed=0):
    return torch.rand((count, 3, *size_hw), generator=torch.Generator().manual_seed(seed))


# ---- The network ---------------------------------------------------------------------------------


@pytest.mark.parametrize("down", DOWN)
def test_the_encoder_has_strides_2_to_16(down):
    maps = Encoder(down=down)(images())
    assert [tuple(each.shape[-2:]) for each in maps] == [(32 // s, 48 // s) for s in STRIDES]


@pytest.mark.parametrize("down, offset", [("3x3", 0.5), ("4x4", 0.0), ("2x2", 0.0)])
def test_features_sit_where_the_arithmetic_of_the_numpy_floor_says(down, offset):
    """The center of mass of the gradient, with all weights 1 and norms at rest, is where a feature sits."""
    encoder = Encoder(down=down).eval()
    for parameter in encoder.parameters():
        torch.nn.init.constant_(parameter, 1.0 if parameter.ndim == 4 else 0.5)
    picture = torch.ones(1, 3, 128, 128, requires_grad=True)
    layers = []
    for stage, stride in enumerate(STRIDES):
        layers += [(*DOWN[down][:1], 2, DOWN[down][1], 1)] + ([(3, 1, 1, 1)] if stage else [])
        middle = 64 // stride
        seen = torch.autograd.grad(encoder(picture)[stage][0, 0, middle, middle], picture)[0].sum((0, 1))
        place = float((seen.sum(0) * torch.arange(128)).sum() / seen.sum())
        assert place == pytest.approx(alignment.feature_places(128, layers)[middle], abs=1e-3)
        assumed = alignment.assumed_places(128 // stride, 128)[middle]
        assert assumed - place == pytest.approx(offset * (stride - 1), abs=1e-3)


@every_contender
def test_a_logit_for_each_class_and_pixel_on_maps_that_are_not_square(name):
    assert Segmenter(FUSIONS[name])(images()).shape == (2, 5, 32, 48)


def test_one_seed_gives_all_contenders_the_same_weights_but_for_the_fusion():
    first, *others = (Segmenter(fusion, seed=3).state_dict() for fusion in FUSIONS.values())
    common = [key for key in first if not key.startswith("fusions")]
    for other in others:
        assert all(torch.equal(first[key], other[key]) for key in common)
        assert {key for key in other if not key.startswith("fusions")} == set(common)
    again = Segmenter(FUSIONS["bilinear"], seed=4).state_dict()
    assert not torch.equal(first["encoder.stages.0.0.weight"], again["encoder.stages.0.0.weight"])


def test_making_a_network_leaves_torchs_random_numbers_alone():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    Segmenter(FUSIONS["flow"])
    assert torch.equal(torch.rand(3), expected)


def test_before_training_two_branch_and_bilinear_are_one_network():
    ours, plain = (Segmenter(FUSIONS[name], seed=1).eval() for name in ("two-branch", "bilinear"))
    assert torch.equal(ours(images(size_hw=(64, 64))), plain(images(size_hw=(64, 64))))


def test_parameters_are_counted_by_hand():
    """Width 24: 24 * 12 * 2 + 24 * 2 * 9 = 1008 for a flow, 2 * (48 * 24 + 48 + 24 * 2 * 9) = 3264 for two."""
    counts = {name: parameter_count(Segmenter(fusion)) for name, fusion in FUSIONS.items()}
    assert counts["nearest"] == counts["bilinear"]
    assert counts["flow"] - counts["bilinear"] == 2 * 1008
    assert counts["two-branch"] - counts["bilinear"] == 2 * 3264


@pytest.mark.parametrize("finest, strides", [(2, [8, 4, 2]), (4, [8, 4]), (8, [8])])
def test_steps_go_from_coarse_to_fine_and_end_at_the_finest(finest, strides):
    steps = Segmenter(FUSIONS["flow"], finest=finest).steps(images())
    assert [step.stride for step in steps] == strides
    assert all(step.fine.shape[-1] == 2 * step.coarse.shape[-1] == 48 // step.stride for step in steps)
    assert all(torch.equal(a.fused, b.coarse) for a, b in itertools.pairwise(steps))


def test_flows_are_told_in_image_pixels():
    """SFNet's flow counts coarse pixels, 8 or 16 image pixels each; AlignSeg's count fine ones, 4 or 8."""
    for name, maps, fine_pixels in (("flow", ("coarse",), 2), ("two-branch", ("coarse", "fine"), 1)):
        network = Segmenter(FUSIONS[name]).eval()
        told = network.flows(images())
        for step in network.steps(images()):
            raw = step.fusion.flows(step.fine, step.coarse)
            assert tuple(raw) == tuple(told[step.stride]) == maps
            for each in maps:
                assert torch.equal(told[step.stride][each], raw[each] * fine_pixels * step.stride)


def test_sizes_that_do_not_halve_four_times_are_refused():
    with pytest.raises(ValueError, match=r"multiples of 16; got \(1, 3, 40, 32\)"):
        Segmenter(FUSIONS["flow"])(torch.zeros(1, 3, 40, 32))
    with pytest.raises(ValueError, match="finest must be 2, 4 or 8"):
        Segmenter(FUSIONS["flow"], finest=16)
    with pytest.raises(ValueError, match="down must be one of '3x3', '4x4', '2x2', '5x5'; got '6x6'"):
        Segmenter(FUSIONS["flow"], down="6x6")


# ---- Training and scores -------------------------------------------------------------------------


def test_scenes_are_tensors_of_the_budget_and_no_test_scene_is_trained_on():
    data, unseen = training_scenes(TINY), unseen_scenes(TINY)
    assert data.images.shape == (8, 3, 32, 32) and data.labels.shape == (8, 32, 32)
    assert data.images.dtype == torch.float32 and data.labels.dtype == torch.int64
    assert not any(torch.equal(a, b) for a in data.images for b in unseen.images)


def test_the_same_seed_trains_the_same_network_and_another_seed_another():
    data = training_scenes(TINY)

    def weights(seed):
        model = Segmenter(FlowAlignment, seed=0, width=8)
        history = train(model, data, TINY, seed)
        assert len(history.losses) == 3 and not history.stopped
        return torch.nn.utils.parameters_to_vector(model.parameters())

    assert torch.equal(weights(0), weights(0))
    assert not torch.equal(weights(0), weights(1))


def test_watching_sees_every_step_and_changes_nothing():
    data, seen = training_scenes(TINY), []

    def watch(step, model):
        seen.append(step)
        predicted_labels(model, data.images[:1])

    watched, alone = (Segmenter(FlowAlignment, width=8) for _ in range(2))
    train(watched, data, TINY, watch=watch)
    train(alone, data, TINY)
    assert seen == [0, 1, 2, 3]
    assert torch.equal(watched(data.images), alone(data.images))


def test_training_makes_the_loss_smaller():
    data = training_scenes(TINY)
    history = train(Segmenter(FUSIONS["bilinear"], width=8), data, TINY._replace(steps=40))
    assert history.losses[-5:].mean() < 0.7 * history.losses[:5].mean()


class Knows(torch.nn.Module):
    """A network that knows the labels, and says them moved to the right."""

    def __init__(self, labels, moved=0):
        super().__init__()
        self.moved_labels = labels.roll(moved, -1)
        self.nothing = torch.nn.Parameter(torch.zeros(1))  # it says which device

    def forward(self, images):
        return torch.nn.functional.one_hot(self.moved_labels, 5).movedim(-1, 1).float()


def test_scores_are_those_of_the_numpy_floor():
    unseen = unseen_scenes(TINY)
    model = Knows(unseen.labels, moved=2)
    truth, predicted = unseen.labels.numpy(), predicted_labels(model, unseen.images)
    result = score(model, unseen)
    assert tuple(result) == SCORES and np.array_equal(predicted[..., 2:], truth[..., :-2])
    ious = scores.class_ious(scores.confusion_matrix(truth, predicted, 5))
    assert result["mean IoU"] == pytest.approx(np.nanmean(ious))
    assert [result[f"IoU {name}"] for name in CLASS_NAMES] == pytest.approx(ious.tolist(), nan_ok=True)
    assert result["boundary F"] == pytest.approx(scores.boundary_f_score(truth, predicted, 5, 1))
    assert result["thin IoU"] == pytest.approx(scores.thin_iou(truth, predicted, 5, 4))


def test_a_perfect_prediction_scores_one():
    unseen = unseen_scenes(TINY)
    assert set(score(Knows(unseen.labels), unseen).values()) == {1.0}


def test_images_are_predicted_a_few_at_once_and_in_their_order():
    unseen, model = unseen_scenes(TINY), Segmenter(FUSIONS["bilinear"], width=8)
    few, all_at_once = (predicted_labels(model, unseen.images, count) for count in (3, 50))
    assert few.dtype == np.uint8 and np.array_equal(few, all_at_once)
