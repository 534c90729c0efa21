"""Other registrations: where zero they are bilinear addition, and each moves the map as its name says."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from course_utils import alignment as arithmetic
from course_utils.networks.alignment import FlowAlignment, TwoBranchAlignment, enlarge, fetch
from course_utils.networks.registration import (
    GlobalAffine,
    GlobalShift,
    OneBranch,
    PartialFlow,
    SparseFlow,
    steepness,
)

WIDTH = 6
EXACT = 1e-12


def noise(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


FINE, COARSE = noise(3, WIDTH, 8, 12), noise(3, WIDTH, 4, 6, seed=1)


@pytest.mark.parametrize("kind", [GlobalShift, GlobalAffine, OneBranch])
def test_untrained_they_are_bilinear_addition_and_their_first_step_moves_them(kind):
    fusion = kind(WIDTH).double()
    fused = fusion(FINE, COARSE)
    assert (fused - FINE - enlarge(COARSE, (8, 12))).abs().max() < EXACT
    fused.square().sum().backward()
    last = list(fusion.parameters())[-1]  # of a branch, only this one gets a gradient at zero flow
    assert last.grad.any()


def test_the_known_shift_reads_every_feature_where_the_arithmetic_says_it_sits():
    """Fine feature o of a 3x3 stage sits on coarse index o / 2: the shift makes the fetch read exactly there."""
    fusion = GlobalShift(WIDTH, (0.25, 0.25), learned=False).double()
    assert not [each for each in fusion.parameters() if each.requires_grad]
    ramps = np.stack(np.meshgrid(np.arange(6.0), np.arange(4.0)))[None]
    read = fusion.aligned(torch.zeros(1, 2, 8, 12).double(), torch.tensor(ramps))[1][0].numpy()
    assert np.abs(read[0, :, :-1] - np.arange(12)[:-1] / 2).max() < EXACT
    assert np.abs(read[1, :-1] - np.arange(8)[:-1, None] / 2).max() < EXACT
    sits = arithmetic.feature_places(12, [(3, 2, 1, 1)])  # of the coarse features, in fine pixels
    assert np.interp(np.arange(11), sits, np.arange(6)) == pytest.approx(read[0, 0, :-1])


def test_an_affine_flow_grows_from_the_middle_by_half_the_width_to_the_edge():
    fusion = GlobalAffine(WIDTH).double()
    with torch.no_grad():
        fusion.matrix[:] = torch.tensor([[1.0, 0, 0.5], [0, 0, -2]])
    x, y = fusion.flow(FINE, COARSE)[1]
    assert x[0].tolist() == pytest.approx(((np.arange(12) + 0.5) / 6 - 1 + 0.5).tolist())
    assert (x == x[0]).all() and (y == -2).all()


def test_one_branch_is_the_two_branch_module_with_the_fine_map_left_alone():
    one, two = OneBranch(WIDTH).double().eval(), TwoBranchAlignment(WIDTH).double().eval()
    torch.nn.init.normal_(one.branch[-1].weight)
    two.coarse_branch.load_state_dict(one.branch.state_dict())
    assert one.flow(FINE, COARSE).any()
    assert (one(FINE, COARSE) - two(FINE, COARSE)).abs().max() < EXACT


def test_a_sparse_flow_is_computed_at_few_places_and_interpolated():
    fusion = SparseFlow(WIDTH, spacing=4).double()
    few = []
    fusion.to_flow.register_forward_hook(lambda module, given, made: few.append(made))
    flow = fusion.flow(FINE, COARSE)
    assert few[0].shape == (3, 2, 2, 3)
    assert torch.equal(flow, F.interpolate(few[0], (8, 12), mode="bilinear"))


@pytest.mark.parametrize("where", ["edges", "random"])
@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_a_partial_flow_keeps_its_share_of_each_image(where, share):
    fusion = PartialFlow(WIDTH, share, where).double()
    assert fusion.chosen(FINE, COARSE).flatten(1).sum(1).tolist() == [round(share * 96)] * 3


def test_a_full_partial_flow_is_flow_alignment_and_none_is_bilinear():
    whole, partly = FlowAlignment(WIDTH).double(), PartialFlow(WIDTH, 1.0).double()
    partly.load_state_dict(whole.state_dict())
    assert torch.equal(partly(FINE, COARSE), whole(FINE, COARSE))
    partly.share = 0.0
    assert (partly(FINE, COARSE) - FINE - enlarge(COARSE, (8, 12))).abs().max() < EXACT


def test_the_steepest_places_are_beside_an_edge():
    coarse = torch.zeros(1, WIDTH, 4, 8).double()
    coarse[..., 4:] = 1
    chosen = PartialFlow(WIDTH, 0.25).chosen(torch.zeros(1, WIDTH, 8, 16), coarse)[0, 0]
    assert chosen.any(0).nonzero().flatten().tolist() == [6, 7, 8, 9]
    assert steepness(torch.ones(1, 2, 3, 3)).abs().max() == 0


def test_torchs_fetch_is_the_one_of_the_numpy_floor():
    flow = 2 * noise(1, 2, 8, 12, seed=2)
    witness = arithmetic.fetch(COARSE[0].numpy(), flow[0].movedim(0, -1).numpy())
    assert np.abs(fetch(COARSE[:1], flow)[0].numpy() - witness).max() < EXACT
