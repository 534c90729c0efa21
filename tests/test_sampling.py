"""Kernels, points and gates in numpy: torch's operators, the networks' own taps, hand cases and identities."""

from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import sampling
from course_utils.networks import alignment
from course_utils.networks import sampling as torch_sampling
from course_utils.networks.colors import ColorEnlarger, explored
from course_utils.networks.colors import decided as decided_by
from course_utils.networks.taps import points, taps
from course_utils.networks.training import seeded
from course_utils.networks.upsamplers import UPSAMPLERS
from course_utils.resampling import resampling_matrix, resize
from course_utils.sampling import Decision

EXACT = 1e-12
sizes = st.integers(1, 6)
seeds = st.integers(0, 99)


def noise(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape)


# ---- Softmax, reassembly, points, gate -----------------------------------------------------------


@settings(max_examples=20)
@given(seeds, st.integers(1, 30), st.sampled_from([1e-3, 1, 30, 1e5]))
def test_softmax_is_torchs(seed, count, scale):
    logits = scale * noise(seed, count, 3)
    ours = sampling.softmax(logits)
    assert np.abs(ours - torch.tensor(logits).softmax(0).numpy()).max() < EXACT
    assert np.abs(ours.sum(axis=0) - 1).max() < EXACT


@settings(max_examples=20)
@given(
    sizes,
    sizes,
    st.integers(1, 3),
    st.sampled_from([1, 3, 5]),
    st.sampled_from(["zeros", "replicate"]),
    seeds,
)
def test_reassembly_is_torchs(h, w, factor, size, border, seed):
    coarse, kernels = noise(seed, 3, h, w), noise(seed + 1, size**2, factor * h, factor * w)
    theirs = torch_sampling.reassemble(torch.tensor(coarse[None]), torch.tensor(kernels[None]), border)[0]
    assert np.abs(sampling.reassemble(coarse, kernels, border) - theirs.numpy()).max() < EXACT


def test_the_middle_tap_alone_is_nearest():
    coarse, kernels = noise(0, 2, 3, 4), np.zeros((25, 6, 8))
    kernels[12] = 1
    nearest = resize(coarse, (6, 8), axes=(1, 2), mode="nearest")
    assert np.array_equal(sampling.reassemble(coarse, kernels), nearest)


@settings(max_examples=20)
@given(sizes, sizes, st.integers(1, 3), st.integers(1, 3), seeds)
def test_points_follow_the_pixel_shuffle(h, w, factor, groups, seed):
    channels = noise(seed, 2 * groups * factor**2, h, w)
    shuffled = F.pixel_shuffle(torch.tensor(channels[None]), factor)[0].reshape(
        2, groups, factor * h, factor * w
    )
    own = alignment.own_places((factor * h, factor * w), (h, w), shuffled)
    due = own + 0.25 * shuffled.transpose(0, 1)
    assert np.abs(sampling.points_of(channels, factor) - due.numpy()).max() < EXACT


def test_one_channel_moves_one_output_a_quarter():
    channels = np.zeros((8, 2, 3))
    channels[4 + 2] = 1  # y, lower left output
    moved = sampling.points_of(channels) - sampling.own_places((2, 3), (4, 6))
    assert moved[0, 1, 1::2, 0::2].tolist() == [[0.25] * 3] * 2 and moved.sum() == 6 * 0.25


@settings(max_examples=20)
@given(seeds, sizes, sizes, st.booleans(), st.sampled_from([1, 50, 1000]))
def test_a_gate_mixes_and_its_ends_choose(seed, h, w, one_channel, scale):
    fine, coarse = noise(seed, 3, h, w), noise(seed + 1, 3, h, w)
    logits = scale * noise(seed + 2, 1 if one_channel else 3, h, w)
    gate = torch.tensor(logits).sigmoid().numpy()
    assert np.abs(sampling.mixed(fine, coarse, logits) - (gate * coarse + (1 - gate) * fine)).max() < EXACT
    assert np.array_equal(sampling.mixed(fine, coarse, 0 * logits), (fine + coarse) / 2)
    assert np.array_equal(sampling.mixed(fine, coarse, 0 * logits + 1e4), coarse)


# ---- Taps ----------------------------------------------------------------------------------------


@settings(max_examples=30)
@given(sizes, sizes, sizes, sizes)
def test_bilinears_decision_reads_what_resizing_reads(h, w, out_h, out_w):
    coarse = noise(0, 2, h, w)
    decision = sampling.bilinear_decision((h, w), (out_h, out_w))
    due = resize(coarse, (out_h, out_w), axes=(1, 2))
    assert np.abs(sampling.read_with(decision, coarse) - due).max() < EXACT
    row, column = out_h // 2, out_w - 1
    due = np.outer(resampling_matrix(h, out_h)[row], resampling_matrix(w, out_w)[column])
    assert np.abs(decision.taps(row, column) - due).max() < EXACT


@settings(max_examples=30)
@given(sizes, sizes, seeds)
def test_points_read_what_grid_sample_reads_inside_and_out(h, w, seed):
    coarse, places, weights = noise(seed, 1, h, w), 3 * noise(seed + 1, 5, 2), noise(seed + 2, 5)
    grid = alignment.to_grid(torch.tensor(places.T[None, :, None]), (h, w))
    for beyond in ("border", "zeros"):
        read = F.grid_sample(torch.tensor(coarse[None]), grid, padding_mode=beyond, align_corners=False)
        ours = (sampling.point_taps(places, weights, (h, w), beyond) * coarse[0]).sum()
        assert ours == pytest.approx((read.numpy()[0, 0, 0] * weights).sum(), abs=1e-9)


def decided(name, coarse, fine):
    """(an upsampler with weights that decide, its decision in numpy)."""
    with seeded(5):
        upsampler = UPSAMPLERS[name](4, **({"groups": 1} if name == "DySample" else {})).double()
        with torch.no_grad():
            for parameter in upsampler.parameters():
                parameter += 0.3 * torch.randn_like(parameter)
    plan = {key: value.detach()[0].numpy() for key, value in upsampler.plan(coarse, fine).items()}
    if "kernels" in plan:
        return upsampler, Decision(coarse.shape[-2:], kernels=plan["kernels"])
    weights = plan.get("gate")
    if "mask" in plan:
        weights = plan["mask"][0] * upsampler.taps.detach().numpy()[:, None, None]
    return upsampler, Decision(
        coarse.shape[-2:], points_xy=points(upsampler, coarse, fine)[0].numpy(), weights=weights,
        enlarged="mask" in plan,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["CARAFE", "DySample", "flow", "gated flow", "deformable, shared"])
def test_a_decision_reads_what_the_network_reads(name):
    """The witness is autograd: the slope of the network's output, its plan held still."""
    coarse, fine = torch.tensor(noise(1, 1, 4, 4, 5)), torch.tensor(noise(2, 1, 4, 8, 10))
    upsampler, decision = decided(name, coarse, fine)
    for row, column in ((0, 0), (3, 4), (7, 9), (4, 1)):
        theirs = taps(upsampler, coarse, fine, (row, column), channel=2)[2]
        assert np.abs(decision.taps(row, column) - theirs).max() < 1e-9
    read = upsampler.sample(coarse, upsampler.plan(coarse, fine), (8, 10)).detach().numpy()[0]
    ours = sampling.read_with(decision, coarse[0].numpy())
    assert np.abs(ours - read).max() < 1e-9
    assert (decision.taps(3, 4) * coarse[0].numpy()).sum(axis=(1, 2)) == pytest.approx(
        ours[:, 3, 4], abs=1e-9
    )
    still = sampling.read_with(replace(decision, rest=np.full((8, 10), 2.0)), coarse[0].numpy())
    assert np.abs(still - ours - 2).max() < 1e-9


@pytest.mark.parametrize("name", sampling.FRESH)
def test_what_is_decided_before_learning(name):
    """Held to fresh networks; their small random starts move points by thousandths, weights by less."""
    with seeded(1):
        network = ColorEnlarger(name)
    each = explored("scene", 12)
    theirs, ours = decided_by(network, each), sampling.fresh_decision(name, (6, 6))
    for what in ("kernels", "points_xy", "weights", "kept"):
        a, b = getattr(theirs, what), getattr(ours, what)
        assert (a is None) == (b is None)
        assert a is None or np.abs(a - b).max() < 2e-3
    assert theirs.enlarged == ours.enlarged
    assert (
        np.abs(sampling.read_with(theirs, each.colors[0].numpy()) - network_answer(network, each)).max()
        < 1e-5
    )


def network_answer(network, each):
    with torch.no_grad():
        return network(each.colors, each.gray)[0].numpy()


def test_a_decision_says_its_points():
    decision = sampling.bilinear_decision((2, 3), (4, 6))
    places, weights = decision.points(3, 0)
    assert places.tolist() == [[-0.25, 1.25]] and weights.tolist() == [1] and decision.out_size_hw == (4, 6)
    of_kernels = Decision((2, 3), kernels=np.ones((9, 4, 6)))
    assert of_kernels.points(0, 0)[0].shape == (0, 2) and of_kernels.taps(0, 0).tolist() == [
        [1, 1, 0],
        [1, 1, 0],
    ]


# ---- What is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "call, message",
    [
        (
            lambda: sampling.reassemble(np.ones((1, 2, 3)), np.ones((9, 4, 5))),
            r"kernels must be \(k \* k, s \* 2, s \* 3\) for a whole factor s; got shape \(9, 4, 5\)",
        ),
        (
            lambda: sampling.reassemble(np.ones((1, 2, 3)), np.ones((16, 4, 6))),
            "kernels must hold k \\* k weights with k odd, such as 9 or 25; got 16",
        ),
        (
            lambda: sampling.points_of(np.ones((6, 2, 2))),
            "channels must be a multiple of 2 \\* factor²=8, two for each output of a coarse pixel; got 6",
        ),
        (
            lambda: sampling.mixed(np.ones((2, 3, 3)), np.ones((2, 3, 3)), np.ones((2, 3, 4))),
            r"one shape, and logits this shape or one channel; got \(2, 3, 3\), \(2, 3, 3\) and \(2, 3, 4\)",
        ),
        (
            lambda: sampling.kernel_taps(np.ones(9), (2, 0), (2, 3)),
            "nearest must lie within a map of 2 x 3; got row 2, column 0",
        ),
        (
            lambda: sampling.point_taps(np.ones((3, 2)), np.ones(2), (2, 3)),
            r"points_xy must be \(P, 2\) and weights \(P,\); got shapes \(3, 2\) and \(2,\)",
        ),
        (
            lambda: sampling.bilinear_decision((2, 3), (4, 6)).taps(4, 0),
            "row must be a whole number, from 0 to 3; got 4",
        ),
        (
            lambda: sampling.read_with(sampling.bilinear_decision((2, 3), (4, 6)), np.ones((1, 3, 2))),
            r"coarse must be \(C, \*\(2, 3\)\); got shape \(1, 3, 2\)",
        ),
    ],
)
def test_what_cannot_be_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
