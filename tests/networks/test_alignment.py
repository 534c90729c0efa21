"""Fetching along a flow, and the modules that learn one: torch's own operators, the numpy warps, hand cases."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import warping
from course_utils.networks.alignment import (
    Addition,
    FlowAlignment,
    TwoBranchAlignment,
    corner_shift,
    enlarge,
    fetch,
    fetch_between_corners,
)
from course_utils.networks.alignment_bugs import (
    BUGS,
    as_in_alignseg,
    height_and_width_swapped,
    measured_flow,
    mixed_conventions,
    rows_before_columns,
)
from course_utils.resampling import source_coordinates

EXACT = 1e-12
WIDTH = 6
sizes = st.integers(1, 9)
FUSIONS = {
    "nearest": lambda: Addition(WIDTH, "nearest"),
    "bilinear": lambda: Addition(WIDTH),
    "flow": lambda: FlowAlignment(WIDTH),
    "two-branch": lambda: TwoBranchAlignment(WIDTH),
}
every_fusion = pytest.mark.parametrize("name", FUSIONS)


def noise(*shape, seed=0, dtype=torch.float64):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def whole_numbers(*shape, seed=0):
    return torch.randint(-50, 50, shape, generator=torch.Generator().manual_seed(seed)).float()


def without_flow(fusion):
    """The same module with the last convolution of every branch at zero."""
    for module in fusion.modules():
        if isinstance(module, torch.nn.Conv2d) and module.out_channels == 2:
            torch.nn.init.zeros_(module.weight)
    return fusion


# ---- fetch ---------------------------------------------------------------------------------------


@settings(max_examples=60)
@given(sizes, sizes, sizes, sizes)
def test_between_corners_every_output_reads_further_by_the_difference_of_the_conventions(h, w, out_h, out_w):
    shift = corner_shift((out_h, out_w), (h, w), noise(1))
    for axis, (n, m) in enumerate(((w, out_w), (h, out_h))):
        places = source_coordinates(n, m, "align_corners") - source_coordinates(n, m)
        along = shift[axis, 0] if axis == 0 else shift[axis, :, 0]
        assert along.numpy() == pytest.approx(places, abs=1e-12)


def test_between_corners_a_flow_of_one_moves_by_one_pixel():
    features, flow = noise(1, 2, 4, 6), torch.zeros(1, 2, 4, 6, dtype=torch.float64)
    flow[:, 0] = 1
    assert (fetch_between_corners(features, flow)[..., :-1] - features[..., 1:]).abs().max() < EXACT


@pytest.mark.parametrize(
    "fetched, mode, align_corners", [(fetch, "bilinear", False), (fetch_between_corners, "corners", True)]
)
@settings(max_examples=60)
@given(sizes, sizes, sizes, sizes)
def test_zero_flow_is_bilinear_interpolation_at_every_size(fetched, mode, align_corners, h, w, out_h, out_w):
    features = noise(2, 3, h, w)
    zero = torch.zeros(2, 2, out_h, out_w, dtype=torch.float64)
    witness = F.interpolate(features, (out_h, out_w), mode="bilinear", align_corners=align_corners)
    assert (fetched(features, zero) - witness).abs().max() < EXACT
    assert torch.equal(enlarge(features, (out_h, out_w), mode), witness)


@pytest.mark.parametrize("size_hw", [(1, 1), (4, 8), (16, 2), (32, 32), (64, 128)])
def test_zero_flow_is_bit_for_bit_bilinear_where_float32_can_be(size_hw):
    """Powers of two and whole numbers: no sum is rounded, so not one bit may differ."""
    features, double = whole_numbers(2, 3, *size_hw), tuple(2 * n for n in size_hw)
    assert torch.equal(fetch(features, torch.zeros(2, 2, *size_hw)), features)
    witness = F.interpolate(features, double, mode="bilinear")
    assert torch.equal(fetch(features, torch.zeros(2, 2, *double)), witness)


@settings(max_examples=40)
@given(sizes, sizes, st.integers(0, 99))
def test_on_one_size_it_is_the_warp_of_the_numpy_floor(h, w, seed):
    features, flow = noise(2, 3, h, w, seed=seed), 3 * noise(2, 2, h, w, seed=seed + 1)
    witness = warping.warp(features.numpy(), flow.movedim(1, -1).numpy(), padding_mode="border")
    assert np.abs(fetch(features, flow).numpy() - witness).max() < 1e-9


@settings(max_examples=40)
@given(st.integers(2, 9), st.integers(2, 9), st.floats(-0.7, 0.7), st.floats(-0.7, 0.7))
def test_flow_is_in_pixels_of_the_map_that_is_sampled(h, w, dx, dy):
    """A ramp says where it was read: at the output's own place on the coarse map, plus the flow."""
    ramps = np.stack(np.meshgrid(np.arange(w), np.arange(h))).astype(float)
    flow = torch.tensor([dx, dy], dtype=torch.float64).reshape(1, 2, 1, 1).expand(1, 2, 2 * h, 3 * w)
    read = fetch(torch.tensor(ramps)[None], flow)[0].numpy()
    columns = ((np.arange(3 * w) + 0.5) / 3 - 0.5 + dx).clip(0, w - 1)
    rows = ((np.arange(2 * h) + 0.5) / 2 - 0.5 + dy).clip(0, h - 1)
    assert np.abs(read[0] - columns).max() < EXACT
    assert np.abs(read[1] - rows[:, None]).max() < EXACT


def test_flow_of_one_reads_one_to_the_right_so_the_picture_moves_left():
    impulse = torch.tensor([[[[0.0, 0.0, 1.0, 0.0]]]])
    flow = torch.tensor([1.0, 0.0]).reshape(1, 2, 1, 1).expand(1, 2, 1, 4)
    assert fetch(impulse, flow).flatten().tolist() == [0, 1, 0, 0]


def test_gradients_of_features_and_flow_agree_with_finite_differences():
    features, flow = noise(1, 2, 3, 4), 0.3 * noise(1, 2, 6, 8, seed=1)
    assert torch.autograd.gradcheck(fetch, (features.requires_grad_(), flow.requires_grad_()))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_maps_are_read_at_places_of_float32(dtype):
    """1000 wide: in a grid of the map's own dtype the places would be off by an eighth of a pixel or more."""
    ramp = torch.arange(1000, dtype=torch.float32).expand(1, 1, 1, 1000)
    flow = torch.full((1, 2, 1, 1000), 0.25, dtype=dtype)
    fetched = fetch(ramp.to(dtype), flow)
    witness = fetch(ramp.to(dtype).float(), flow.float()).to(dtype)
    assert fetched.dtype == dtype and torch.equal(fetched, witness)


@pytest.mark.parametrize(
    "shapes", [((1, 3, 4), (1, 2, 4, 4)), ((1, 3, 4, 4), (1, 4, 4, 2)), ((2, 3, 4, 4), (1, 2, 4, 4))]
)
def test_a_wrong_shape_is_said(shapes):
    with pytest.raises(ValueError, match=r"fetch wants features \(N, C, h, w\).*got shapes"):
        fetch(torch.zeros(shapes[0]), torch.zeros(shapes[1]))


# ---- The modules ---------------------------------------------------------------------------------


@every_fusion
@settings(max_examples=15)
@given(sizes, sizes, sizes, sizes)
def test_without_flow_every_module_is_plain_addition_at_every_size(name, h, w, out_h, out_w):
    fine, coarse = noise(2, WIDTH, out_h, out_w), noise(2, WIDTH, h, w, seed=1)
    mode = {"mode": "nearest-exact"} if name == "nearest" else {"mode": "bilinear", "align_corners": False}
    plain = fine + F.interpolate(coarse, (out_h, out_w), **mode)
    fusion = without_flow(FUSIONS[name]()).double().eval()
    assert (fusion(fine, coarse) - plain).abs().max() < EXACT


@every_fusion
def test_without_flow_every_module_is_plain_addition_bit_for_bit(name):
    fine, coarse = whole_numbers(2, WIDTH, 16, 8), whole_numbers(2, WIDTH, 8, 4, seed=1)
    plain = fine + enlarge(coarse, (16, 8), "nearest" if name == "nearest" else "bilinear")
    assert torch.equal(without_flow(FUSIONS[name]()).eval()(fine, coarse), plain)


def test_alignseg_starts_at_plain_addition_and_learns_from_the_first_step():
    """Zero weights: at step 0 only the last convolution of each branch gets a gradient, and it does."""
    fusion = TwoBranchAlignment(WIDTH).double()
    fine, coarse = noise(2, WIDTH, 8, 8), noise(2, WIDTH, 4, 4, seed=1)
    assert all(not flow.any() for flow in fusion.flows(fine, coarse).values())
    fusion(fine, coarse).square().sum().backward()
    for branch in (fusion.fine_branch, fusion.coarse_branch):
        assert branch[-1].weight.grad.abs().max() > 0
        assert not branch[0].weight.grad.any()


def test_alignseg_has_two_branches_that_share_no_weight():
    fusion = TwoBranchAlignment(WIDTH)
    with torch.no_grad():
        fusion.fine_branch[-1].weight += 1
    flows = fusion.flows(whole_numbers(1, WIDTH, 4, 4), whole_numbers(1, WIDTH, 2, 2, seed=1))
    assert flows["fine"].any() and not flows["coarse"].any()


def test_sfnet_starts_with_the_flow_of_its_weights_and_can_start_at_zero():
    fine, coarse = whole_numbers(1, WIDTH, 4, 4), whole_numbers(1, WIDTH, 2, 2)
    assert FlowAlignment(WIDTH).flow(fine, coarse).any()
    assert not FlowAlignment(WIDTH, zero_start=True).flow(fine, coarse).any()


@every_fusion
def test_forward_adds_what_aligned_gives_and_every_weight_learns(name):
    fusion = FUSIONS[name]().double().eval()
    with torch.no_grad():
        for parameter in fusion.parameters():
            parameter += 0.01
    fine, coarse = noise(2, WIDTH, 6, 10), noise(2, WIDTH, 3, 5, seed=1)
    first, second = fusion.aligned(fine, coarse)
    fused = fusion(fine, coarse)
    assert torch.equal(fused, first + second)
    for parameter in fusion.parameters():
        assert torch.autograd.grad(fused.square().sum(), parameter, retain_graph=True)[0].abs().max() > 0


@pytest.mark.parametrize("name, moved", [("flow", {"coarse"}), ("two-branch", {"coarse", "fine"})])
def test_a_constant_flow_moves_the_map_that_it_is_said_to_move(name, moved):
    """Flows put in by hand: (1, 0) reads one pixel further right on the map that is sampled."""
    fusion, fine, coarse = FUSIONS[name]().double(), noise(1, WIDTH, 4, 8), noise(1, WIDTH, 2, 4, seed=1)
    right = torch.tensor([1.0, 0.0], dtype=torch.float64).reshape(1, 2, 1, 1).expand(1, 2, 4, 8)
    assert set(fusion.flows(fine, coarse)) == moved
    if name == "flow":
        fusion.flow = lambda fine, coarse: right
        shifted = enlarge(coarse.roll(-1, -1), (4, 8))
        assert (fusion.aligned(fine, coarse)[1] - shifted)[..., 1:5].abs().max() < EXACT
    else:
        fusion.flows = lambda fine, coarse: {"coarse": right, "fine": 0 * right}
        shifted = enlarge(coarse, (4, 8)).roll(-1, -1)
        assert (fusion.aligned(fine, coarse)[1] - shifted)[..., :-1].abs().max() < EXACT


def test_maps_of_different_width_are_refused():
    with pytest.raises(ValueError, match=r"got shapes \(1, 6, 4, 4\) and \(1, 5, 2, 2\)"):
        FlowAlignment(WIDTH)(torch.zeros(1, 6, 4, 4), torch.zeros(1, 5, 2, 2))


# ---- The bugs, each with what it moves -----------------------------------------------------------


@pytest.mark.parametrize("flow_xy", [(0, 0), (1, 0), (0, 1), (0.5, -0.25)])
def test_the_right_fetch_moves_by_what_is_asked(flow_xy):
    moved = measured_flow(fetch, (6, 8), flow_xy)[1:-1, 1:-1].numpy()
    assert np.abs(moved - flow_xy).max() < EXACT


@pytest.mark.parametrize("size_hw", [(4, 8), (5, 3), (32, 32)])
def test_mixed_conventions_shrink_the_map_and_halve_the_flow(size_hw):
    h, w = size_hw
    still = measured_flow(mixed_conventions, size_hw)[1:-1, 1:-1].numpy()
    columns, rows = np.arange(w) * w / (w - 1) - 0.5, np.arange(h) * h / (h - 1) - 0.5
    assert np.abs(still[..., 0] - (columns - np.arange(w))[1:-1]).max() < EXACT
    assert np.abs(still[..., 1] - (rows - np.arange(h))[1:-1, None]).max() < EXACT
    moved = measured_flow(mixed_conventions, size_hw, (0.2, -0.1))[1:-1, 1:-1].numpy()
    assert np.abs(moved - still - [0.1, -0.05]).max() < EXACT


def test_mixed_conventions_fade_at_the_border():
    """numerics: ones of 4 x 8 keep a quarter in the corner, a half at the edge."""
    ones = mixed_conventions(torch.ones(1, 1, 4, 8), torch.zeros(1, 2, 4, 8))[0, 0]
    assert ones[0, 0] == 0.25 and ones[0, 3] == 0.5 and ones[1, 0] == 0.5 and ones[1, 3] == 1
    assert torch.equal(fetch(torch.ones(1, 1, 4, 8), torch.zeros(1, 2, 4, 8)), torch.ones(1, 1, 4, 8))


def test_mixed_conventions_are_neither_interpolation_when_they_enlarge():
    coarse, zero = noise(1, 2, 3, 5), torch.zeros(1, 2, 6, 10, dtype=torch.float64)
    for align_corners in (False, True):
        witness = F.interpolate(coarse, (6, 10), mode="bilinear", align_corners=align_corners)
        assert (mixed_conventions(coarse, zero) - witness).abs().max() > 0.3


def test_height_and_width_swapped_moves_too_far_or_too_little():
    """numerics: on 4 x 8, one in x moves 0.875 of a pixel, one in y 0.1875."""
    for flow_xy, wanted in (((1, 0), (0.875, 0)), ((0, 1), (0, 0.1875))):
        moved = measured_flow(height_and_width_swapped, (4, 8), flow_xy)[1:-1, 1:-1].numpy()
        assert np.abs(moved - wanted).max() < EXACT
    square = measured_flow(height_and_width_swapped, (8, 8), (1, 1))[1:-1, 1:-1].numpy()
    assert np.abs(square - 7 / 16).max() < EXACT  # a square map hides it: x and y agree


def test_rows_before_columns_transposes():
    numbers = torch.arange(9.0).reshape(1, 1, 3, 3)
    assert torch.equal(rows_before_columns(numbers, torch.zeros(1, 2, 3, 3)), numbers.mT)
    numbers = torch.arange(6.0).reshape(1, 1, 2, 3)
    assert rows_before_columns(numbers, torch.zeros(1, 2, 2, 3))[0, 0].tolist() == [[0, 1.5, 3], [2, 3.5, 5]]
    moved = measured_flow(rows_before_columns, (8, 8), (1, 0)) - measured_flow(rows_before_columns, (8, 8))
    assert np.abs(moved[2:-2, 2:-2].numpy() - [0, 7 / 16]).max() < EXACT  # asked for x, moved y


def test_alignsegs_first_version_had_two_mistakes_at_once():
    still = measured_flow(as_in_alignseg, (4, 8))
    assert torch.equal(still, measured_flow(mixed_conventions, (4, 8)))
    moved = (measured_flow(as_in_alignseg, (4, 8), (0.5, 0)) - still)[1:-1, 1:4].numpy()
    assert np.abs(moved - [0.5, 0]).max() < EXACT  # 0.5 / 4 / 2 * 8: right by the two mistakes together
    moved = (measured_flow(as_in_alignseg, (4, 8), (0, 0.5)) - still)[1:-1, 1:-1].numpy()
    assert np.abs(moved - [0, 0.125]).max() < EXACT


@pytest.mark.parametrize("bug", BUGS.values())
def test_every_bug_fits_into_both_modules_and_zero_flow_shows_two_of_the_three(bug):
    fine, coarse = noise(1, WIDTH, 8, 12), noise(1, WIDTH, 4, 6, seed=1)
    plain = fine + enlarge(coarse, (8, 12))
    still = TwoBranchAlignment(WIDTH, fetch=bug).double()(fine, coarse)
    assert torch.allclose(still, plain) == (bug is height_and_width_swapped)
    assert FlowAlignment(WIDTH, fetch=bug).double()(fine, coarse).shape == fine.shape
