"""The exercises of lesson 13: held against the networks and torch; where the bugs hide."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.exercises import sampling as lesson
from course_utils.exercises.engine import Exercise, Prediction
from course_utils.networks import sampling as networks
from course_utils.networks.upsamplers import Carafe, Deformable, DySample, GatedFlow
from course_utils.warping import identity_grid

EXERCISES = [item for item in vars(lesson).values() if isinstance(item, Exercise)]
PREDICTIONS = [item for item in vars(lesson).values() if isinstance(item, Prediction)]
few = settings(max_examples=30, deadline=None)
sizes = st.integers(1, 5)


def noise(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape)


def test_the_lesson_has_what_it_promises():
    names = ("reassemble", "points", "gated", "windows", "two_units", "steps")
    assert {exercise.key for exercise in EXERCISES} == {f"sampling.{name}" for name in names}
    assert len(PREDICTIONS) == 8


@pytest.mark.parametrize(
    ("prediction", "by_hand"),
    [
        (lesson.WALL, 9 / 25),
        (lesson.BEYOND, "80"),
        (lesson.NO_GATE, 20),
        (lesson.HOW_MANY, 16 * 8 + 8),
        (lesson.ONE_FLOW, 0.5),
        (lesson.MASK, 0.5),
        (lesson.WHICH_WAY, "down, into the dark rim"),
        (lesson.SIX_PICTURES, "D"),
    ],
    ids=lambda value: getattr(value, "key", ""),
)
def test_predictions_by_hand(prediction, by_hand):
    computed = prediction.computed()
    assert computed == by_hand if isinstance(by_hand, str) else computed == pytest.approx(by_hand, abs=1e-12)


def test_predictions_are_what_the_networks_do():
    wall, fine = torch.ones(1, 4, 6, 6), torch.zeros(1, 4, 12, 12)
    carafe, dysample = Carafe(4), DySample(4)
    for layer in (carafe.predict, dysample.offset):
        torch.nn.init.zeros_(layer.weight)
    assert carafe(wall, fine)[0, 0, 0, 0].item() == pytest.approx(lesson.WALL.computed(), abs=1e-6)
    noisy = torch.tensor(noise(0, 1, 4, 6, 6)).float()
    assert torch.allclose(
        dysample(noisy, fine), F.interpolate(noisy, scale_factor=2, mode="bilinear"), atol=1e-5
    )
    assert sum(p.numel() for p in DySample(64, style="pl").parameters()) == lesson.HOW_MANY.computed()
    gate = GatedFlow(4, zero_start=True).fused(torch.full((1, 4, 2, 2), 30.0), torch.full((1, 4, 4, 4), 10.0))
    assert torch.allclose(gate, torch.tensor(float(lesson.NO_GATE.computed())))
    assert (Deformable(8).plan(wall.repeat(1, 2, 1, 1), fine.repeat(1, 2, 1, 1))["mask"] == 0.5).all()


def test_five_of_six_pictures_are_wrong_as_the_lesson_says():
    pictures = lesson.six_pictures()
    wrong = {letter: made.astype(int) - due for letter, (_, made, due) in pictures.items()}
    assert [letter for letter, each in wrong.items() if each.any()] == list("ABCEF")
    assert (
        wrong["A"][0, 0] < wrong["A"][8, 0] < wrong["A"][8, 3] < wrong["A"][8, 4] == 0
    )  # two coarse pixels deep
    assert wrong["B"][8, 0] < wrong["B"][8, 1] == 0  # half a coarse pixel deep
    (_, spread, due) = pictures["C"]
    assert (np.count_nonzero(spread), np.count_nonzero(due)) == (36, 100)
    _, two, one = pictures["E"]
    assert [np.count_nonzero(np.abs(np.diff(each[8].astype(int))) > 50) for each in (two, one)] == [2, 1]


# ---- against the networks -----------------------------------------------------------------------------------


@few
@given(sizes, sizes, st.sampled_from([1, 3, 5]), st.integers(0, 99))
def test_the_sums_are_the_networks(h, w, size, seed):
    coarse, kernels = noise(seed, 2, h, w), noise(seed + 1, size**2, 2 * h, 2 * w)
    theirs = networks.reassemble(torch.tensor(coarse[None]), torch.tensor(kernels[None]))[0].numpy()
    for exercise in (lesson.REASSEMBLE, lesson.WINDOWS):
        assert np.abs(exercise.reference(coarse, kernels) - theirs).max() < 1e-12


@few
@given(sizes, sizes, st.integers(0, 99))
def test_the_points_read_what_dysample_reads(h, w, seed):
    channels, values = noise(seed, 8, h, w), torch.tensor(noise(seed + 1, 1, 3, h, w))
    offsets = 0.25 * F.pixel_shuffle(torch.tensor(channels[None]), 2)
    due = networks.sample_points(values, offsets.reshape(1, 1, 2, 2 * h, 2 * w))
    grid = (2 * torch.tensor(lesson.POINTS.reference(channels)) + 1) / torch.tensor([w, h]) - 1
    read = F.grid_sample(values, grid[None], padding_mode="border", align_corners=False)
    assert (read - due).abs().max() < 1e-9


@few
@given(sizes, sizes, sizes, sizes, st.integers(0, 99))
def test_the_gate_is_sfnet_lites(h, w, out_h, out_w, seed):
    fine, coarse = noise(seed, 4, out_h, out_w), noise(seed + 1, 4, h, w)
    flows, logits = noise(seed + 2, 2, out_h, out_w, 2), noise(seed + 3, out_h, out_w)
    module, (ours, theirs) = GatedFlow(4).double(), (torch.tensor(each[None]) for each in (fine, coarse))
    plan = {
        "fine_flow_xy": torch.tensor(flows[:1]).movedim(-1, 1), "flow_xy": torch.tensor(flows[1:]).movedim(-1, 1),
        "gate": torch.tensor(logits).sigmoid()[None, None],
    }  # fmt: skip
    due = module.sample(theirs, plan, (out_h, out_w)) + module.kept(ours, plan)
    assert np.abs(lesson.GATE.reference(fine, coarse, *flows, logits) - due[0].detach().numpy()).max() < 1e-9


@few
@given(sizes, sizes, st.integers(0, 99))
def test_the_steps_are_those_that_a_deformable_convolution_takes(h, w, seed):
    channels = noise(seed, 18, h, w)
    said = torch.tensor(channels).reshape(1, 1, 9, 2, h, w)
    still = networks.tap_places(0 * said)
    moved = (networks.tap_places(said) - still)[0, 0].numpy()
    assert np.abs(lesson.STEPS.reference(channels) - moved).max() < 1e-12


# ---- where the bugs hide ------------------------------------------------------------------------------------


def test_windows_without_a_dilation_are_right_for_one_tap_and_for_a_wall():
    buggy, right = lesson.WINDOWS.buggy, lesson.WINDOWS.reference
    for coarse, kernels in (
        (noise(0, 2, 3, 4), noise(1, 1, 6, 8)),
        (np.ones((1, 6, 6)), np.full((9, 12, 12), 1 / 9)),
    ):
        inside = np.s_[:, 2:-2, 2:-2]
        assert np.allclose(buggy(coarse, kernels)[inside], right(coarse, kernels)[inside])
    coarse, kernels = noise(2, 1, 6, 6), np.full((25, 12, 12), 1 / 25)
    assert np.abs(buggy(coarse, kernels) - right(coarse, kernels)).max() > 0.1


def test_one_size_for_both_flows_is_right_without_flow_and_for_equal_maps():
    buggy, right = lesson.TWO_UNITS.buggy, lesson.TWO_UNITS.reference
    fine, coarse, flow = noise(0, 1, 4, 6), noise(1, 1, 2, 3), noise(2, 4, 6, 2)
    assert np.allclose(buggy(fine, coarse, flow, 0 * flow), right(fine, coarse, flow, 0 * flow))
    assert np.allclose(buggy(fine, fine, flow, flow), right(fine, fine, flow, flow))
    assert not np.allclose(buggy(fine, coarse, flow, flow), right(fine, coarse, flow, flow))
    half = right(fine, coarse, flow, flow / 2)
    assert np.allclose(buggy(fine, coarse, flow, flow), half)  # the coarse map moves half as far


@pytest.mark.parametrize("width, by_corners", [(16, 15 / 32), (8, 7 / 32)])
def test_what_a_flow_of_one_is_from_edge_to_edge_and_in_sfnet_lites_code(width, by_corners):
    """One divisor, 16, for a map of 16 and one of 8; a ramp tells where it is read."""
    ramp, still = torch.arange(float(width)).reshape(1, 1, 1, -1), torch.linspace(-1, 1, 16)
    corners = torch.stack([still, 0 * still], dim=-1)[None, None]
    edges = torch.tensor(identity_grid((1, 16))[None]).float()
    step = torch.tensor([1 / 16, 0])

    def moved(grid, step, align_corners):
        read = [F.grid_sample(ramp, each, align_corners=align_corners) for each in (grid, grid + step)]
        return (read[1] - read[0])[..., 3:-3]

    torch.testing.assert_close(moved(corners, step, True), torch.full((1, 1, 1, 10), by_corners))
    pixels = float(lesson.ONE_FLOW.computed()) if width == 8 else 1.0
    torch.testing.assert_close(moved(edges, 2 * step, False), torch.full((1, 1, 1, 10), pixels))


def test_halves_are_right_for_equal_steps_only():
    buggy, right = lesson.STEPS.buggy, lesson.STEPS.reference
    assert np.array_equal(buggy(np.ones((18, 2, 2))), right(np.ones((18, 2, 2))))
    assert not np.array_equal(buggy(noise(0, 18, 2, 2)), right(noise(0, 18, 2, 2)))
