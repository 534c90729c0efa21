"""Every upsampler of the course: hand cases, torch's own operators, the numpy floor, what its paper says."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import warping
from course_utils.cost import sampler_costs
from course_utils.networks.counting import count
from course_utils.networks.sampling import (
    around,
    deformable_convolution,
    reassemble,
    sample_points,
    tap_places,
)
from course_utils.networks.segmentation import parameter_count
from course_utils.networks.taps import points, taps
from course_utils.networks.training import seeded
from course_utils.networks.upsamplers import UPSAMPLERS, Carafe, Deformable, DySample, GatedFlow, Selection
from course_utils.resampling import resampling_matrix

EXACT = 1e-12
CHANNELS = 8
every_upsampler = pytest.mark.parametrize("name", UPSAMPLERS)
ANY_SIZE = ("nearest", "bilinear", "bicubic", "flow", "one branch", "two-branch", "gated flow", "FaPN")
STARTS_BILINEAR = ("bilinear", "one branch", "two-branch")
sizes = st.integers(1, 6)


def noise(*shape, seed=0, dtype=torch.float64):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def pair(h=3, w=5, fine_channels=CHANNELS, n=2, seed=0):
    """Coarse and fine maps, the fine one twice as large."""
    return noise(n, CHANNELS, h, w, seed=seed), noise(n, fine_channels, 2 * h, 2 * w, seed=seed + 1)


def made(name, fine_channels=None, **options):
    """An upsampler in float64 with weights that decide something: none of them is at its neutral start."""
    with seeded(3):
        upsampler = UPSAMPLERS[name](CHANNELS, fine_channels, **options).double().eval()
        with torch.no_grad():
            for parameter in upsampler.parameters():
                parameter += 0.3 * torch.randn_like(parameter)
    return upsampler


def zeroed(*layers):
    for layer in layers:
        for parameter in layer.parameters():
            torch.nn.init.zeros_(parameter)


def bilinear(coarse, size_hw=None):
    return F.interpolate(coarse, size_hw or [2 * n for n in coarse.shape[-2:]], mode="bilinear")


# ---- What all of them promise --------------------------------------------------------------------


@every_upsampler
@settings(max_examples=8)
@given(sizes, sizes)
def test_the_answer_has_the_coarse_maps_channels_and_the_fine_maps_size(name, h, w):
    coarse, fine = pair(h, w, fine_channels=3)
    assert made(name, fine_channels=3)(coarse, fine).shape == (2, CHANNELS, 2 * h, 2 * w)


@pytest.mark.parametrize("name", ANY_SIZE)
@settings(max_examples=8)
@given(sizes, sizes, sizes, sizes)
def test_what_reads_places_reads_them_for_any_size(name, h, w, out_h, out_w):
    coarse, fine = noise(2, CHANNELS, h, w), noise(2, CHANNELS, out_h, out_w, seed=1)
    assert made(name)(coarse, fine).shape == fine.shape


@every_upsampler
def test_reading_is_linear_in_the_values_but_for_a_bias(name):
    """The plan held still, impulses tell all: the answer is their sum, and ``taps`` is one row of it."""
    upsampler, (coarse, fine) = made(name), pair(2, 3, n=1)
    size_hw = fine.shape[-2:]
    with torch.no_grad():
        plan = upsampler.plan(coarse, fine)
        offset = upsampler.sample(0 * coarse, plan, size_hw)
        impulses = torch.eye(coarse.numel(), dtype=torch.float64).reshape(-1, *coarse.shape)
        columns = torch.stack([upsampler.sample(each, plan, size_hw) - offset for each in impulses])
        whole = torch.einsum("i,i...->...", coarse.flatten(), columns) + offset
        assert (upsampler.finish(whole) - upsampler(coarse, fine)).abs().max() < 1e-9
    read = taps(upsampler, coarse, fine, (3, 4), channel=5)
    assert np.abs(read.ravel() - columns[:, 0, 5, 3, 4].numpy()).max() < 1e-12


@every_upsampler
def test_the_answer_holds_nothing_of_the_fine_map_but_what_it_decides(name):
    """Coarse values of 0 stay 0, whatever the fine map says (the biases of layers set aside)."""
    upsampler, (coarse, fine) = made(name), pair()
    if hasattr(upsampler, "layer") and getattr(upsampler.layer, "bias", None) is not None:
        torch.nn.init.zeros_(upsampler.layer.bias)
    elif hasattr(upsampler, "layer") and isinstance(upsampler.layer, torch.nn.Sequential):
        [torch.nn.init.zeros_(each.bias) for each in upsampler.layer if hasattr(each, "bias")]
    elif isinstance(upsampler, Deformable) and not upsampler.shared:
        torch.nn.init.zeros_(upsampler.mix.bias)
    assert not upsampler(0 * coarse, fine).any()
    moved = upsampler(coarse, fine.flip(-1)) - upsampler(coarse, fine)
    assert bool(moved.abs().max() > 1e-6) == (upsampler.looks and "nothing moved" not in name)


@every_upsampler
def test_every_weight_that_counts_learns(name):
    upsampler, (coarse, fine) = made(name), pair(3, 4)
    loss = (upsampler.fused(coarse, fine) * noise(2, CHANNELS, 6, 8, seed=7)).sum()
    for parameter in upsampler.parameters():
        assert torch.autograd.grad(loss, parameter, retain_graph=True)[0].abs().max() > 0


@every_upsampler
def test_laid_together_it_is_the_sum_unless_the_fine_map_is_changed_too(name):
    upsampler, (coarse, fine) = made(name), pair()
    added = upsampler.fused(coarse, fine) - upsampler(coarse, fine)
    changed = name in ("two-branch", "gated flow", "gated flow, spatial", "FaPN", "FaPN, nothing moved")
    assert torch.allclose(added, fine, atol=1e-12) != changed


def test_maps_that_do_not_go_together_are_refused():
    coarse, fine = pair()
    with pytest.raises(ValueError, match=r"coarse must be \(N, 8, h, w\).*got shapes \(2, 4, 3, 5\)"):
        made("bilinear")(coarse[:, :4], fine)
    with pytest.raises(ValueError, match=r"Carafe doubles: for a coarse map of 3 x 5 .* 6 x 10; got 6 x 9"):
        made("CARAFE")(coarse, fine[..., :-1])
    with pytest.raises(ValueError, match=r"adds maps of one shape; got \(2, 1, 6, 10\)"):
        made("bilinear").fused(coarse, fine[:, :1])
    with pytest.raises(ValueError, match="channels must be a multiple of groups=4; got 6"):
        DySample(6)
    with pytest.raises(ValueError, match="multiple of groups=2, and of 4 to be shuffled; got 6"):
        DySample(6, groups=2, style="pl")
    with pytest.raises(ValueError, match="channels must be a multiple of groups=8; got 12"):
        Deformable(12)


# ---- Neutral settings, and those that are none ---------------------------------------------------


@pytest.mark.parametrize("name", ["DySample", "DySample, dynamic", "DySample, pl", "DySample, pl, dynamic"])
@settings(max_examples=10)
@given(sizes, sizes)
def test_dysample_without_offsets_is_bilinear(name, h, w):
    upsampler, (coarse, fine) = made(name), pair(h, w)
    zeroed(upsampler.offset)
    assert (upsampler(coarse, fine) - bilinear(coarse)).abs().max() < EXACT


@pytest.mark.parametrize("name", ["DySample", "DySample, dynamic", "DySample, pl", "DySample, pl, dynamic"])
def test_a_fresh_dysample_moves_points_by_thousandths_of_a_pixel(name):
    with seeded(0):
        upsampler = UPSAMPLERS[name](64).double()
    coarse, fine = noise(2, 64, 8, 8), noise(2, 64, 16, 16)
    with torch.no_grad():
        offsets = upsampler.plan(coarse, fine)["offsets_xy"]
    assert 0 < offsets.std() < 5e-3


@pytest.mark.parametrize("name", STARTS_BILINEAR)
def test_what_begins_as_bilinear(name):
    with seeded(1):
        upsampler = UPSAMPLERS[name](CHANNELS).double()
    coarse, fine = pair(5, 3)
    assert (upsampler(coarse, fine) - bilinear(coarse)).abs().max() < EXACT
    assert (upsampler.fused(coarse, fine) - fine - bilinear(coarse)).abs().max() < EXACT


def test_sfnets_flow_can_begin_as_bilinear():
    coarse, fine = pair()
    upsampler = UPSAMPLERS["flow"](CHANNELS, zero_start=True).double()
    assert (upsampler(coarse, fine) - bilinear(coarse)).abs().max() < EXACT


@pytest.mark.parametrize("pooled", [True, False])
def test_gated_flow_at_zero_is_a_mean_and_no_sum(pooled):
    coarse, fine = pair()
    upsampler = GatedFlow(CHANNELS, pooled=pooled, zero_start=True).double()
    assert (upsampler(coarse, fine) - bilinear(coarse) / 2).abs().max() < EXACT
    assert (upsampler.fused(coarse, fine) - (fine + bilinear(coarse)) / 2).abs().max() < EXACT


def test_fapn_begins_with_half_a_convolution_and_a_relu():
    coarse, fine = pair()
    with seeded(0):
        upsampler = Deformable(CHANNELS).double()
    half = F.conv2d(bilinear(coarse), upsampler.mix.weight / 2, padding=1).relu()
    assert (upsampler(coarse, fine) - half).abs().max() < EXACT
    assert (upsampler.fused(coarse, fine) - half - upsampler.select(fine)).abs().max() < EXACT
    still = Deformable(CHANNELS, moves=False).double()
    still.load_state_dict(upsampler.state_dict(), strict=False)
    assert (upsampler.fused(coarse, fine) - still.fused(coarse, fine)).abs().max() < EXACT


def test_fapn_is_relu_of_bilinear_with_twice_the_identity():
    coarse, fine = pair()
    upsampler = Deformable(CHANNELS, select=False).double()
    torch.nn.init.dirac_(upsampler.mix.weight)
    with torch.no_grad():
        upsampler.mix.weight *= 2
    assert (upsampler.fused(coarse, fine) - fine - bilinear(coarse).relu()).abs().max() < EXACT


def test_a_shared_kernel_reads_every_channel_alike_and_begins_as_relu_of_bilinear():
    coarse, fine = pair(n=1)
    upsampler = UPSAMPLERS["deformable, shared"](CHANNELS).double()
    assert (upsampler(coarse, fine) - bilinear(coarse).relu()).abs().max() < EXACT
    upsampler = made("deformable, shared")
    reads = [taps(upsampler, coarse, fine, (2, 5), channel) for channel in range(CHANNELS)]
    assert all(np.array_equal(each[channel], reads[0][0]) for channel, each in enumerate(reads))
    assert not any(np.delete(each, channel, axis=0).any() for channel, each in enumerate(reads))


def test_a_blind_flow_is_the_flow_that_is_shown_the_coarse_map_twice():
    coarse, fine = pair()
    flow, blind = made("flow"), UPSAMPLERS["flow, blind"](CHANNELS).double()
    blind.load_state_dict(flow.state_dict())
    assert (blind(coarse, fine) - flow(coarse, bilinear(coarse))).abs().max() < EXACT
    assert (blind(coarse, fine) - flow(coarse, fine)).abs().max() > 0.1


@settings(max_examples=10)
@given(sizes, sizes, st.sampled_from([1, 2, 4]))
def test_a_deformable_mean_is_a_mean_of_moved_points(h, w, groups):
    """Its weights are above 0 and sum to 1, so that inside the picture no value leaves the range of the channel."""
    upsampler, (coarse, fine) = made("deformable, a mean", groups=groups), pair(h, w)
    plan = upsampler.plan(coarse, fine)
    assert (plan["mask"].sum(dim=2) - 1).abs().max() < EXACT and plan["mask"].min() > 0
    answer, zero = upsampler(coarse, fine), torch.zeros(())
    low, high = (
        extreme(each, zero)[:, :, None, None]  # beyond the border are zeros
        for extreme, each in ((torch.minimum, coarse.amin((2, 3))), (torch.maximum, coarse.amax((2, 3))))
    )
    assert (answer >= low - EXACT).all() and (answer <= high + EXACT).all()
    larger, channel = bilinear(coarse), CHANNELS - 1  # of the last group
    own = plan | {"offsets_yx": plan["offsets_yx"][:, -1:], "mask": plan["mask"][:, -1:]}
    ones = torch.ones(1, 1, 3, 3).double()
    witness = deformable_convolution(larger[:, channel:], own["offsets_yx"], ones, None, own["mask"])
    assert (answer[:, channel:] - witness).abs().max() < EXACT


def test_a_deformable_mean_begins_nearly_as_bilinear():
    coarse, fine = pair(6, 5)
    upsampler = UPSAMPLERS["deformable, a mean"](CHANNELS).double()
    middle = np.exp(5) / (np.exp(5) + 8)
    assert middle == pytest.approx(0.95, abs=0.005)
    around = F.avg_pool2d(bilinear(coarse), 3, 1, padding=1) * 9 - bilinear(coarse)
    due = middle * bilinear(coarse) + (1 - middle) / 8 * around
    assert (upsampler(coarse, fine) - due).abs().max() < 1e-6  # exp in float32 before .double()


def test_the_controls_of_a_deformable_convolution_keep_what_they_do_not_take_away():
    count = {name: parameter_count(UPSAMPLERS[name](CHANNELS)) for name in UPSAMPLERS}
    assert count["flow, blind"] == count["flow"]
    assert count["deformable, a mean"] == count["deformable, shared"]
    coarse, fine = pair()
    still = made("deformable, nothing moved")
    layer = F.conv2d(bilinear(coarse), still.mix.weight / 2, still.mix.bias, padding=1).relu()
    assert (still(coarse, fine) - layer).abs().max() < EXACT


def test_selection_weighs_channels_from_1_to_2_and_switches_none_off():
    selection = Selection(CHANNELS).double()
    torch.nn.init.dirac_(selection.mix.weight)
    fine = 30 * noise(3, CHANNELS, 4, 4)
    gains = selection(fine) / fine
    assert gains.min() >= 1 and gains.max() <= 2 and gains.std() > 0.1
    assert (gains - gains[..., :1, :1]).abs().max() < 1e-9  # one gain for a whole channel


# ---- CARAFE --------------------------------------------------------------------------------------


def carafe_without_logits(**options):
    upsampler = Carafe(CHANNELS, **options).double()
    zeroed(upsampler.predict)
    return upsampler


@settings(max_examples=15)
@given(sizes, sizes)
def test_carafe_without_logits_is_nearest_of_a_mean(h, w):
    coarse, fine = pair(h, w)
    mean = F.avg_pool2d(coarse, 5, 1, padding=2)  # zeros are counted among the 25
    nearest = F.interpolate(mean, scale_factor=2, mode="nearest")
    assert (carafe_without_logits()(coarse, fine) - nearest).abs().max() < EXACT


def test_a_fresh_carafe_darkens_the_border():
    coarse, fine = torch.ones(1, CHANNELS, 7, 9).double(), torch.zeros(1, 1, 14, 18)
    answer = carafe_without_logits()(coarse, fine)[0, 0]
    assert answer[0, 0].item() == pytest.approx(0.36, abs=1e-12)
    assert answer[7, :5].tolist() == pytest.approx([0.6, 0.6, 0.8, 0.8, 1], abs=1e-12)
    repeated = carafe_without_logits(border="replicate")(coarse, fine)
    assert (repeated - 1).abs().max() < EXACT


def bilinear_kernels(h, w):
    """The weights of doubling by bilinear interpolation, as 5 x 5 kernels around the nearest coarse pixel."""
    away, near = [0, 0.25, 0.75, 0, 0], [0, 0, 0.75, 0.25, 0]
    phases = torch.tensor(np.array([[np.outer(a, b).ravel() for b in (away, near)] for a in (away, near)]))
    return phases.permute(2, 0, 1).repeat(1, h, w)[None]


@settings(max_examples=15)
@given(sizes, sizes)
def test_bilinear_weights_make_carafe_bilinear_inside_and_at_the_border_where_it_is_repeated(h, w):
    coarse = noise(1, 3, h, w)
    kernels = bilinear_kernels(h, w)
    assert (reassemble(coarse, kernels, "replicate") - bilinear(coarse)).abs().max() < EXACT
    inside = (reassemble(coarse, kernels) - bilinear(coarse))[..., 1:-1, 1:-1]
    assert not inside.numel() or inside.abs().max() < EXACT
    assert (reassemble(torch.ones_like(coarse), kernels)[..., 0, 0] - 0.75**2).abs().max() < EXACT


@settings(max_examples=15)
@given(sizes, sizes, st.integers(1, 3), st.sampled_from([1, 3, 5]))
def test_reassembly_is_nearest_and_an_unfold_with_dilation(h, w, factor, size):
    coarse, kernels = noise(2, 3, h, w), noise(2, size**2, factor * h, factor * w, seed=1)
    larger = F.interpolate(coarse, scale_factor=factor, mode="nearest")
    patches = F.unfold(larger, size, dilation=factor, padding=factor * (size // 2))
    patches = patches.reshape(2, 3, size**2, factor * h, factor * w)
    witness = (patches * kernels[:, None]).sum(2)
    assert (reassemble(coarse, kernels) - witness).abs().max() < EXACT


@settings(max_examples=15)
@given(sizes, sizes)
def test_what_stands_around_every_output_is_what_reassembly_weighs(h, w):
    coarse, kernels = noise(2, 3, h, w), noise(2, 9, 2 * h, 2 * w, seed=1)
    weighed = torch.einsum("nckyx,nkyx->ncyx", around(coarse), kernels)
    assert (weighed - reassemble(coarse, kernels, "replicate")).abs().max() < EXACT
    assert torch.equal(around(coarse)[:, :, 4], F.interpolate(coarse, scale_factor=2, mode="nearest"))


def test_a_kernel_of_one_tap_copies_that_neighbor():
    coarse, kernels = torch.arange(12.0).reshape(1, 1, 3, 4), torch.zeros(1, 9, 6, 8)
    kernels[:, 5] = 1  # row by row: the middle row's last, one to the right
    assert reassemble(coarse, kernels)[0, 0, ::2, ::2].tolist() == [
        [1, 2, 3, 0],
        [5, 6, 7, 0],
        [9, 10, 11, 0],
    ]


def test_carafes_kernels_sum_to_one_and_their_channels_are_taps_first():
    upsampler, (coarse, fine) = made("CARAFE"), pair()
    kernels = upsampler.plan(coarse, fine)["kernels"]
    assert (kernels.sum(1) - 1).abs().max() < EXACT and kernels.min() > 0
    logits = upsampler.predict(upsampler.squeeze(coarse))
    one = logits[0, :, 1, 2].reshape(25, 2, 2)  # 4 t + 2 i + j: tap t of the output (i, j) of a coarse pixel
    assert (kernels[0, :, 2:4, 4:6] - one.softmax(0)).abs().max() < EXACT


def test_carafe_stays_within_the_values_it_reads():
    upsampler, (coarse, fine) = made("CARAFE", border="replicate"), pair(6, 6)
    answer = upsampler(coarse, fine)
    highest = F.interpolate(F.max_pool2d(coarse, 5, 1, padding=2), scale_factor=2, mode="nearest")
    assert (answer <= highest + EXACT).all()


# ---- Points --------------------------------------------------------------------------------------


def ramps(h, w, n=1):
    """Channel 0 says x, channel 1 says y."""
    return (
        torch.stack(torch.meshgrid(torch.arange(w), torch.arange(h), indexing="xy"))[None]
        .double()
        .repeat(n, 1, 1, 1)
    )


POINTED = ["bilinear", "DySample", "DySample, pl, dynamic", "flow", "one branch", "gated flow"]


@pytest.mark.parametrize("name", POINTED[1:])
def test_ramps_say_where_the_points_are(name):
    upsampler, (coarse, fine) = made(name), pair(5, 7)
    places = points(upsampler, coarse, fine)
    plan = upsampler.plan(coarse, fine)
    groups = places.shape[1]
    x, y = (ramps(5, 7, 2)[:, axis, None].repeat(1, CHANNELS, 1, 1) for axis in (0, 1))
    gate = plan.get("gate", 1)
    for axis, (ramp, last) in enumerate(((x, 6), (y, 4))):
        read = upsampler.sample(ramp, plan, (10, 14)) / gate
        due = places[:, :, axis].clamp(0, last).repeat_interleave(CHANNELS // groups, dim=1)
        # One branch reads an enlarged ramp, which is flat within half a fine pixel of the border.
        edge = 0.25 if upsampler.enlarges_first else 0
        assert (read - due).abs().max() < edge + 1e-9


def test_upsamplers_that_choose_no_points_say_so():
    assert all(
        points(made(name), *pair()) is None for name in ("bilinear", "CARAFE", "sub-pixel", "max unpooling")
    )


def test_dysamples_channels_are_x_then_y_by_group_and_output():
    """8 g channels: (axis, group, i, j). A bias of 1 in one of them moves one output of one group by a quarter."""
    upsampler = DySample(CHANNELS, groups=2).double()
    zeroed(upsampler.offset)
    with torch.no_grad():
        upsampler.offset.bias.reshape(2, 2, 2, 2)[0, 1, 0, 1] = 1  # x, group 1, the upper right output
    offsets = upsampler.plan(*pair())["offsets_xy"]
    assert offsets.shape == (2, 2, 2, 6, 10)
    assert (offsets[:, 1, 0, 0::2, 1::2] == 0.25).all() and offsets.abs().sum() == 2 * 15 * 0.25


def test_pl_moves_all_outputs_by_one_rule():
    upsampler = DySample(CHANNELS, groups=2, style="pl").double()
    zeroed(upsampler.offset)
    with torch.no_grad():
        upsampler.offset.bias.reshape(2, 2)[1, 0] = 1  # y, group 0
    offsets = upsampler.plan(*pair())["offsets_xy"]
    assert (offsets[:, 0, 1] == 0.25).all() and offsets.abs().sum() == 2 * 60 * 0.25


def test_every_group_of_channels_has_points_of_its_own():
    coarse = noise(1, 4, 3, 3)
    right = torch.zeros(1, 2, 2, 3, 3, dtype=torch.float64)
    right[:, 1, 0] = 1
    answer = sample_points(coarse, right)
    assert torch.allclose(answer[:, :2], coarse[:, :2]) and torch.allclose(
        answer[:, 2:, :, :2], coarse[:, 2:, :, 1:]
    )


def test_gated_flows_count_in_pixels_of_the_map_they_move():
    upsampler, (coarse, fine) = GatedFlow(CHANNELS, zero_start=True).double(), pair(4, 6)
    right = torch.tensor([1.0, 0.0]).double().reshape(1, 2, 1, 1).expand(2, 2, 8, 12)
    plan = {"flow_xy": right, "fine_flow_xy": right, "gate": torch.full((2, 1, 8, 12), 0.25).double()}
    coarse_part, fine_part = upsampler.sample(coarse, plan, (8, 12)), upsampler.kept(fine, plan)
    assert (coarse_part - bilinear(coarse.roll(-1, -1)) / 4)[..., 1:-3].abs().max() < EXACT
    assert (fine_part - 0.75 * fine.roll(-1, -1))[..., :-1].abs().max() < EXACT


# ---- Deformable convolution ----------------------------------------------------------------------


@settings(max_examples=15)
@given(sizes, sizes, st.sampled_from([1, 3, 5]), st.sampled_from([1, 2]))
def test_without_offsets_it_is_a_convolution(h, w, size, groups):
    x, weight, bias = noise(2, 4, h, w), noise(3, 4, size, size, seed=1), noise(3, seed=2)
    zero = torch.zeros(2, groups, size**2, 2, h, w).double()
    witness = F.conv2d(x, weight, bias, padding=size // 2)
    assert (deformable_convolution(x, zero, weight, bias) - witness).abs().max() < EXACT
    half = torch.full((2, groups, size**2, h, w), 0.5).double()
    witness = F.conv2d(x, weight / 2, bias, padding=size // 2)
    assert (deformable_convolution(x, zero, weight, bias, half) - witness).abs().max() < EXACT


@settings(max_examples=15)
@given(sizes, sizes, st.integers(0, 99))
def test_moved_taps_read_what_the_numpy_warp_reads(h, w, seed):
    x, weight = noise(1, 4, h, w, seed=seed), noise(3, 4, 3, 3, seed=seed + 1)
    offsets, mask = noise(1, 2, 9, 2, h, w, seed=seed + 2), noise(1, 2, 9, h, w, seed=seed + 3)
    due = np.zeros((3, h, w))
    for channel in range(4):
        for tap in range(9):
            step, own = (tap % 3 - 1, tap // 3 - 1), warping.pixel_centers((h, w))
            dy, dx = offsets[0, channel // 2, tap].numpy()
            places = own + step + np.stack([dx, dy], axis=-1)
            read = warping.sample(x[0, channel].numpy(), places) * mask[0, channel // 2, tap].numpy()
            due += weight[:, channel, tap // 3, tap % 3, None, None].numpy() * read
    assert np.abs(deformable_convolution(x, offsets, weight, mask=mask)[0].numpy() - due).max() < 1e-9


def test_offsets_are_y_before_x():
    x, weight = torch.arange(9.0).reshape(1, 1, 3, 3), torch.ones(1, 1, 1, 1)
    down = torch.tensor([1.0, 0.0]).reshape(1, 1, 1, 2, 1, 1).expand(1, 1, 1, 2, 3, 3)
    assert deformable_convolution(x, down, weight)[0, 0].tolist() == [[3, 4, 5], [6, 7, 8], [0, 0, 0]]
    assert tap_places(down)[0, 0, 0, :, 1, 1].tolist() == [1, 2]


def test_fapns_channels_are_y_and_x_in_turn():
    """216 channels for 8 groups: (group, tap, axis) for the offsets, then (group, tap) for the masks."""
    upsampler, (coarse, fine) = Deformable(CHANNELS).double(), pair()
    with torch.no_grad():
        upsampler.predict.bias[18 * 3 + 2 * 4 + 1] = 1  # group 3, the middle tap, x
        upsampler.predict.bias[144 + 9 * 3 + 4] = 100  # its mask
    plan = upsampler.plan(coarse, fine)
    assert (plan["offsets_yx"][:, 3, 4, 1] == 1).all() and plan["offsets_yx"].sum() == 2 * 60
    assert (plan["mask"][:, 3, 4] == 1).all() and plan["mask"].sum() == 2 * 60 * (1 + 71 / 2)
    places = points(upsampler, coarse, fine)[0, 3 * 9 + 4, :, 2, 2]
    assert places.tolist() == [1.25, 0.75]  # fine (2, 2) reads fine x = 3, y = 2: coarse 1.25 and 0.75


# ---- Taps ----------------------------------------------------------------------------------------


@settings(max_examples=15)
@given(sizes, sizes, st.data())
def test_bilinears_taps_are_the_row_of_its_matrix(h, w, data):
    row, column = data.draw(st.integers(0, 2 * h - 1)), data.draw(st.integers(0, 2 * w - 1))
    coarse, fine = pair(h, w, n=1)
    read = taps(made("bilinear"), coarse, fine, (row, column), channel=3)
    assert (
        np.abs(
            read[3] - np.outer(resampling_matrix(h, 2 * h)[row], resampling_matrix(w, 2 * w)[column])
        ).max()
        < EXACT
    )
    assert not np.delete(read, 3, axis=0).any()


def test_carafes_taps_are_its_kernel():
    upsampler, (coarse, fine) = made("CARAFE"), pair(5, 7, n=1)
    read = taps(upsampler, coarse, fine, (5, 6), channel=1)[1]  # the lower left output of coarse (2, 3)
    kernel = upsampler.plan(coarse, fine)["kernels"][0, :, 5, 6].reshape(5, 5).detach().numpy()
    assert np.abs(read[:, 1:6] - kernel).max() < EXACT and not read[:, [0, 6]].any()


def test_taps_of_a_plain_function_are_its_slope():
    coarse, fine = pair(3, 3, n=1)
    read = taps(lambda coarse, fine: bilinear(coarse) ** 2, coarse, fine, (0, 0))
    due = 2 * coarse[0, 0, 0, 0].item()
    assert read[0, 0, 0] == pytest.approx(due, abs=1e-12) and np.count_nonzero(read) == 1


def test_a_pixel_outside_is_refused():
    with pytest.raises(ValueError, match="row must be a whole number, from 0 to 5; got 6"):
        taps(made("bilinear"), *pair(), (6, 0))


# ---- Cost ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sampler_costs())
@pytest.mark.parametrize("channels, in_sizes", [(8, (3, 5)), (24, (4, 4))])
def test_formulas_and_the_counter_agree(name, channels, in_sizes):
    options = {"CARAFE": {"squeezed": 64, "size": 5}}.get(name, {})
    upsampler = UPSAMPLERS[name](channels, **options)
    coarse = torch.zeros(1, channels, *in_sizes)
    fine = torch.zeros(1, channels, *(2 * n for n in in_sizes))
    assert count(upsampler.fused, coarse, fine)[1:] == sampler_costs(channels, in_sizes)[name][1:]
    parameters = sum(each.numel() for each in upsampler.parameters())
    assert (
        parameters
        == count(upsampler, coarse, fine).parameters
        == sampler_costs(channels, in_sizes)[name].parameters
    )


def test_the_costs_of_the_papers_defaults():
    """facts: 64 channels, 64 x 64 to 128 x 128."""
    parameters = {name: cost.parameters for name, cost in sampler_costs().items()}
    assert parameters == {
        "CARAFE": 61_860, "DySample": 2_080, "DySample, dynamic": 4_160, "DySample, pl": 136,
        "DySample, pl, dynamic": 272, "flow": 5_248, "two-branch": 18_944, "gated flow": 6_436,
        "gated flow, spatial": 6_976, "FaPN": 177_944,
    }  # fmt: skip
    fapn = UPSAMPLERS["FaPN"](64)
    decides = parameter_count(fapn.look) + parameter_count(fapn.predict)
    assert decides / parameters["FaPN"] == pytest.approx(3 / 4, abs=0.01)
    assert parameters["FaPN"] - decides == parameter_count(fapn.mix) + parameter_count(fapn.select)
    millions = {name: round(cost.multiply_adds / 1e6, 1) for name, cost in sampler_costs().items()}
    assert millions["CARAFE"] == 278.9 and millions["DySample"] == 8.4 and millions["FaPN"] == 2843.7


def test_what_is_read_is_counted_with_its_taps():
    coarse = torch.zeros(1, 8, 4, 4)
    for mode, read in (("nearest", 0), ("bilinear", 4), ("bicubic", 16)):
        assert count(UPSAMPLERS[mode](8), coarse, torch.zeros(1, 8, 8, 8)) == (0, 0, read * 8 * 64)
