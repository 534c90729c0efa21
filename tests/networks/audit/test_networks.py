"""Whole networks that the audit was not written for: what it says is explained, and confirmed by the gradient."""

import pytest
import torch
from torch import nn

from course_utils.networks.audit import audit, verify
from course_utils.networks.upsamplers import UPSAMPLERS
from tests.networks.audit.networks import Branches, CroppingUNet, Detector, FlowPyramid, PackNet, Restorer
from tests.networks.audit.zoo import PLANTED

NETWORKS = {
    "crops": (CroppingUNet(), [(90, 122)], {}),
    # a map that lost its border is stretched to the size of one that has lost less
    "crops and gates": (CroppingUNet(gates=True), [(90, 122)], {"growing offset"}),
    "packing": (PackNet(), [(32, 48)], {}),
    "a flow, even kernels": (FlowPyramid(), [(64, 96)] * 2, {}),
    "a flow, odd kernels": (FlowPyramid(3), [(64, 96)] * 2, {"constant offset", "offset of the answer"}),
    "channels compared": (Restorer(), [(45, 62)], {}),
    "boxes, odd kernels": (Detector(), [(96, 128)], {"constant offset"}),
    "boxes, even kernels": (Detector(4), [(96, 128)], {}),
    "branches, odd kernels": (Branches(), [(96, 128)], {"constant offset"}),
    "branches, even kernels": (Branches(4), [(96, 128)], {}),
    "branches, by corners": (Branches(4, True), [(96, 128)], {"growing offset", "mixed conventions"}),
}


def pictures(name):
    model, sizes, kinds = NETWORKS[name]
    return (
        model,
        [torch.rand(1, 3, *size, generator=torch.Generator().manual_seed(0)) for size in sizes],
        kinds,
    )


@pytest.mark.parametrize("name", NETWORKS)
def test_all_of_it_is_known_and_what_is_found_is_what_was_built(name):
    model, images, kinds = pictures(name)
    report = audit(model, *images)
    assert report.surprises == () and report.complete, report
    assert {finding.kind for finding in report.findings} == set(kinds), report


@pytest.mark.parametrize("name", NETWORKS)
def test_nothing_that_is_found_is_withdrawn_by_the_gradient(name):
    model, images, kinds = pictures(name)
    verdicts = [check.verdict for check in verify(model, *images, most=4).checks]
    offsets = {kind for kind in kinds if "offset" in kind}
    assert "withdrawn" not in verdicts and ("confirmed" in verdicts) == bool(offsets), verdicts


def test_offsets_of_such_networks_on_paper():
    """Phases side by side sit at 1/2 + 2 o; a halving by 3 x 3 is half a cell behind one that keeps its edges."""
    boxes = audit(*_run("boxes, odd kernels"))
    assert boxes.merges[1].gaps[0].first == -2.0  # half a cell of 4 pixels
    flow = audit(*_run("a flow, odd kernels"))
    answer = next(finding for finding in flow.findings if finding.kind == "offset of the answer")
    assert (answer.first, answer.last) == (
        -0.5,
        -0.5,
    )  # of the first halving alone: the flow is laid on that map


def _run(name):
    model, images, _ = pictures(name)
    return model, *images


def test_the_shifts_of_a_search_are_no_offsets_and_what_does_not_fit_without_them_is_one():
    """A halving by 3 x 3 sits on even pixels and a pool between two: half a pixel at the one shift that is none."""
    model, x, *_ = PLANTED["compared at every shift, half a pixel apart"]
    report = audit(model, x)
    gaps = [gap for merge in report.merges for gap in merge.gaps]
    assert {gap.axis for gap in gaps} == {0, 1} and {(gap.first, gap.last) for gap in gaps} == {(-0.5, -0.5)}
    assert sum(bool(merge.gaps) for merge in report.merges) == 1 and len(report.merges) == 10


class Upsampled(nn.Module):
    """Halved by a kernel that keeps the edges, enlarged by an upsampler of lesson 13, added."""

    def __init__(self, name):
        super().__init__()
        self.stem, self.down = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 8, 2, 2)
        self.up = UPSAMPLERS[name](8)

    def forward(self, x):
        fine = self.stem(x)
        return fine + self.up(self.down(fine), fine)


@pytest.mark.parametrize("name", UPSAMPLERS)
def test_every_upsampler_of_lesson_13_is_followed_and_all_but_one_keep_the_edges(name):
    report = audit(Upsampled(name), torch.rand(1, 3, 32, 48, generator=torch.Generator().manual_seed(0)))
    assert report.surprises == () and report.complete, report
    kinds = {finding.kind for finding in report.findings}
    assert kinds == ({"constant offset", "uneven taps"} if name == "transposed, kernel 3" else set()), report
