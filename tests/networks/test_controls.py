"""The controls of lesson 12: each lacks just what it is said to lack."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from course_utils import scores
from course_utils.networks import alignment_study as study
from course_utils.networks import segmentation, shift_study
from course_utils.networks.alignment import Addition, FlowAlignment, TwoBranchAlignment, enlarge, moved
from course_utils.networks.controls import (
    FineBranch,
    Gate,
    ProductShift,
    Residual,
    Scaled,
    ShiftedFlow,
    Unadded,
    parameters_of_flow,
)
from course_utils.networks.registration import GlobalShift
from course_utils.networks.segmentation import Budget, Data, Segmenter, unseen_scenes

TINY = Budget(train=8, test=4, size=32, steps=2, batch=4, width=8)


@pytest.fixture(autouse=True)
def known_weights():
    """Fresh modules have the same weights in every run, in whatever order the tests come."""
    torch.manual_seed(0)


def pair(seed=0, width=8, size=12, count=2):
    dice = torch.Generator().manual_seed(seed)
    return (
        torch.randn(count, width, size, size, generator=dice),
        torch.randn(count, width, size // 2, size // 2, generator=dice),
    )


@pytest.mark.parametrize("control", [Scaled, Residual, FineBranch])
def test_a_control_begins_at_plain_addition(control):
    fine, coarse = pair()
    assert torch.allclose(control(8)(fine, coarse), Addition(8)(fine, coarse), atol=1e-6)


def test_two_numbers_scale_the_maps():
    fine, coarse = pair()
    scaled = Scaled(8)
    scaled.scale.data = torch.tensor([0.5, 3.0])
    assert torch.allclose(scaled(fine, coarse), 0.5 * fine + 3 * enlarge(coarse, (12, 12)))
    assert scaled.flows(fine, coarse) == {} and sum(p.numel() for p in scaled.parameters()) == 2


def test_a_gate_has_the_weights_of_a_flow_and_scales_each_position_with_its_two_outputs():
    fine, coarse = pair()
    gate, module = Gate(8), FlowAlignment(8)
    gate.load_state_dict(module.state_dict())  # weight for weight
    a, b = module.flow(fine, coarse).split(1, dim=1)
    wanted = 2 / (1 + (-a).exp()) * fine + 2 / (1 + (-b).exp()) * enlarge(coarse, (12, 12))
    assert torch.allclose(gate(fine, coarse), wanted, atol=1e-5) and gate.flows(fine, coarse) == {}
    torch.nn.init.zeros_(gate.to_flow.weight)
    assert torch.allclose(gate(fine, coarse), Addition(8)(fine, coarse), atol=1e-6)


@pytest.mark.parametrize("width", [8, 24, 32])
def test_a_residual_has_as_many_weights_as_a_flow(width):
    own = sum(each.numel() for each in Residual(width).parameters())
    assert abs(own / parameters_of_flow(width) - 1) < 0.1


def test_without_its_learned_part_a_shifted_flow_is_the_known_shift():
    fine, coarse = pair()
    shifted = ShiftedFlow(8)
    torch.nn.init.zeros_(shifted.to_flow.weight)
    known = GlobalShift(8, (0.25, 0.25), learned=False)
    assert torch.allclose(shifted(fine, coarse), known(fine, coarse))


def test_what_is_not_added_is_the_fine_map():
    fine, coarse = pair()
    fusion = FlowAlignment(8)
    assert torch.allclose(Unadded(fusion)(fine, coarse) + fine, fusion(fine, coarse), atol=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_without_products_the_mean_flow_cannot_follow_what_moves(seed):
    """SFNet's module is linear in both maps: it adds what each says, wherever it is said."""
    dice = torch.Generator().manual_seed(seed)
    fine, coarse = torch.randn(1, 8, 24, 24, generator=dice), torch.zeros(1, 8, 12, 12)
    coarse[..., 4:7, 4:7] = torch.randn(1, 8, 3, 3, generator=dice)
    module = FlowAlignment(8).double()
    fine, coarse = fine.double(), coarse.double()
    with torch.no_grad():
        flows = [module.flow(fine, each) for each in (coarse, coarse.roll((1, 2), (2, 3)))]
    here, there = (flow.mean((2, 3)) for flow in flows)
    assert torch.allclose(here, there, atol=1e-12)
    assert (flows[0] - flows[1]).abs().max() > 1e-3  # the flow itself has changed


def test_products_look_further_than_the_two_branches():
    """4 fine positions each way against 1, which lesson 12 names as a second difference between them."""
    fine, coarse = pair()
    fine.requires_grad_()
    middle = fine.shape[-1] // 2
    module = TwoBranchAlignment(8).eval()
    torch.nn.init.normal_(module.coarse_branch[-1].weight)
    module.flows(fine, coarse)["coarse"][..., middle, middle].sum().backward()
    read = fine.grad.abs().sum((0, 1)).nonzero() - middle
    assert (read.min(), read.max()) == (-1, 1) and ProductShift(8).reach == 4


@pytest.mark.parametrize("dx, dy", [(0, 0), (1, 0), (-1, 1), (2, -2)])
def test_with_products_it_can(dx, dy):
    module = ProductShift(8, reach=5)
    with torch.no_grad():
        module.look_fine.weight.copy_(torch.eye(4, 8)[:, :, None, None])
        module.look_coarse.weight.copy_(torch.eye(4, 8)[:, :, None, None])
        module.sharpness.fill_(300.0)
        coarse = torch.nn.functional.avg_pool2d(torch.randn(2, 8, 48, 48), 3, 1, 1)[..., ::2, ::2]
        fine = enlarge(coarse.roll((-dy, -dx), (2, 3)), (48, 48))
        flow = module.flow(fine, coarse).mean((0, 2, 3))
    assert flow.tolist() == pytest.approx([dx, dy], abs=0.3)


def test_a_map_is_moved_by_image_pixels_to_the_right_and_down():
    coarse = torch.arange(64.0).reshape(1, 1, 8, 8)
    there = moved(coarse, 8, torch.tensor([[16.0, 8.0]]))
    assert torch.allclose(there[..., 1:, 2:], coarse[..., :-1, :-2], atol=1e-5)


class Follows(Addition):
    """Its flow is the mean column of the coarse map's brightest pixel: it moves by what the map moves."""

    fine_pixels = FlowAlignment.fine_pixels

    def flows(self, fine, coarse):
        columns = torch.arange(coarse.shape[-1]) * coarse[:, :1].sum(2, keepdim=True).softmax(-1)
        x = columns.sum((1, 2, 3)).reshape(-1, 1, 1, 1).expand(-1, 1, *fine.shape[-2:])
        return {"coarse": torch.cat([0.5 * x, torch.zeros_like(x)], dim=1)}


def test_a_response_is_pixels_of_flow_for_a_pixel_of_shift(monkeypatch):
    model = Segmenter(Follows, width=8).eval()
    spot = torch.zeros(1, 8, 8, 8)
    spot[..., 4] = 50
    monkeypatch.setattr(
        model.fusions[0], "aligned", lambda fine, coarse: (fine, enlarge(coarse, fine.shape[-2:]))
    )
    monkeypatch.setattr(model.fusions[1], "forward", lambda fine, coarse: spot)
    assert shift_study.response(model, torch.zeros(1, 3, 64, 64)) == pytest.approx(0.5, abs=0.05)
    assert shift_study.response(model, torch.zeros(1, 3, 64, 64), axis=1) == pytest.approx(0, abs=0.01)


def test_in_training_every_image_gets_shifts_of_its_own_and_afterwards_none():
    model = Segmenter(FlowAlignment, width=8)
    shaken = shift_study.Shaken(model, seed=3)
    one = torch.rand(1, 3, 32, 32).expand(2, -1, -1, -1)
    with torch.no_grad():
        shaken.eval()
        assert torch.equal(shaken(one), model(one))
        shaken.train()
        first, second = shaken(one)
        assert (first - second).abs().max() > 1e-3
        assert (shaken(one)[0] - first).abs().max() > 1e-3  # another shift in the next step
        again = shift_study.Shaken(model.train(), seed=3)(one)
    assert torch.equal(again[0], first)


def test_followers_are_trained_with_shifts_and_judged_without():
    plain, found = shift_study.followers([1], unseen_scenes(TINY), TINY, ["bilinear", "flow"])
    assert found.contender == "flow" and found.seed == 1 and np.isfinite(found.response_x)
    assert plain.response_x is plain.response_y is None
    torch.manual_seed(0)
    first, again = (shift_study.train_with_shifts("flow", 3, TINY).state_dict() for _ in range(2))
    assert all(torch.equal(first[key], again[key]) for key in first)


class Arrows(Addition):
    fine_pixels = FlowAlignment.fine_pixels
    x = 0.0

    def flows(self, fine, coarse):
        flow = torch.zeros(len(fine), 2, *fine.shape[-2:])
        flow[:, 0] = self.x / 8  # image pixels, in pixels of a coarse map of stride 8
        return {"coarse": flow}


@pytest.mark.parametrize("x", [0, 8, -8])
def test_a_tip_is_in_its_own_region_when_the_class_there_is_that_of_its_place(x):
    """Two classes, left and right of column 16: places left of it leave when they go right."""
    model = Segmenter(Arrows, width=8)
    model.fusions[0].x = x
    labels = torch.zeros(2, 32, 32, dtype=torch.int64)
    labels[..., 16:] = 1
    tips = study.tips_in_own_region(model, Data(torch.zeros(2, 3, 32, 32), labels), near=3)
    assert set(tips) == {"learned", "another scene", "turned", "reversed"}
    assert tips["turned"] == 1 and tips["learned"] == tips["another scene"]
    assert tips["learned"] == (1 if x == 0 else 0.5) and tips["reversed"] == (1 if x == 0 else 0.5)


def test_other_sets_hold_other_scenes():
    first, second = unseen_scenes(TINY), unseen_scenes(TINY, 1)
    assert not torch.equal(first.images, second.images)
    assert torch.equal(second.images, unseen_scenes(TINY, 1).images)


def test_offsets_that_grow_are_everywhere_and_in_nothing_else():
    """Zero flow is plain addition there, too; the same weights give other labels than by the usual convention."""
    images = torch.rand(2, 3, 32, 48, generator=torch.Generator().manual_seed(0))
    plain, flow, usual = (
        study.network(name).eval() for name in ("corners, bilinear", "corners, flow", "bilinear")
    )
    for fusion in flow.fusions:
        torch.nn.init.zeros_(fusion.to_flow.weight)
    with torch.no_grad():
        expected, same, other = (model(images) for model in (plain, flow, usual))
        step = plain.steps(images)[0]
    assert same.numpy() == pytest.approx(expected.numpy(), abs=1e-4)
    assert (other - expected).abs().max() > 1e-2
    enlarged = F.interpolate(step.coarse, step.fine.shape[-2:], mode="bilinear", align_corners=True)
    assert torch.equal(step.fused, step.fine + enlarged)
    logits = plain.head(plain.steps(images)[-1].fused).detach()
    assert torch.equal(expected, F.interpolate(logits, (32, 48), mode="bilinear", align_corners=True))


def test_moved_scenes_are_scored_with_the_last_coarse_map_moved_in_four_ways():
    model, data = study.network("bilinear", 1, TINY).eval(), unseen_scenes(TINY)
    ious, own = [], segmentation.score(model, data)["mean IoU"]
    for shift in ((8, 0), (-8, 0), (0, 8), (0, -8)):

        def alter(stride, coarse, shift=shift):
            return moved(coarse, 8, torch.tensor([shift])) if stride == 4 else coarse

        with torch.no_grad():
            labels = model(data.images, alter).argmax(1).numpy()
        confusion = scores.confusion_matrix(data.labels.numpy(), labels, 5)
        ious.append(float(scores.mean_iou(confusion)))
    assert shift_study.moved_iou(model, data) == pytest.approx(np.mean(ious), abs=1e-6)
    assert not model.training  # batch norm is left at rest
    still = shift_study.WithMovedMap(model, (0.0, 0.0))
    assert segmentation.score(still, data)["mean IoU"] == pytest.approx(own, abs=1e-6)
    assert len(set(ious)) == 4
