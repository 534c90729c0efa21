"""What an upsampler costs: counted against formulas, memory against cases whose bytes are known."""

import pytest
import torch
from torch import nn

from course_utils.cost import upsampler_costs
from course_utils.networks import shootout_costs as costs
from course_utils.networks.records import table
from course_utils.networks.sampling import deformable_convolution
from course_utils.networks.shootout import CONTENDERS
from course_utils.networks.upsamplers import UPSAMPLERS

MEGABYTE = 250_000  # numbers of four bytes


def megabytes(action):
    """At the peak; single numbers, 4 or 8 bytes, do not count."""
    return round(costs.peak_memory(action) / 1e6, 4)


def test_memory_is_what_is_held_at_the_worst_moment():
    x = torch.zeros(MEGABYTE)
    assert megabytes(lambda: x + 1) == 1
    assert megabytes(lambda: [x + 1 for _ in range(3)]) == 3
    assert megabytes(lambda: [None for _ in range(3) if (x + 1) is None]) in (1, 2)
    assert megabytes(lambda: x[::2]) == 0


def test_training_holds_what_the_backward_pass_needs():
    x = torch.zeros(MEGABYTE)

    def tanh_three_times(x):
        return x.tanh().tanh().tanh()

    with torch.no_grad():
        forward = megabytes(lambda: tanh_three_times(x))
    kept = megabytes(lambda: tanh_three_times(x.clone().requires_grad_()))
    assert forward <= 2 and kept == 4  # the clone and three answers


def test_a_deformable_convolution_of_grid_samples_keeps_nine_samples_and_their_places():
    x, weight = noise_that_learns(1, 4, 6, 5), noise_that_learns(4, 4, 3, 3)
    offsets, mask, kept = noise_that_learns(1, 2, 9, 2, 6, 5), noise_that_learns(1, 2, 9, 6, 5), []
    with torch.autograd.graph.saved_tensors_hooks(lambda each: kept.append(each) or each, lambda each: each):
        deformable_convolution(x, offsets, weight, mask=mask)
    sizes = [each.numel() for each in kept]
    assert 9 * x.numel() in sizes and offsets.numel() in sizes
    assert not {9 * x.numel(), offsets.numel()} & {each.numel() for each in (x, weight, mask)}


def noise_that_learns(*shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(0), requires_grad=True)


def test_counts_are_those_of_the_formulas():
    expected = upsampler_costs(16, (8, 8))
    values = 16 * 16 * 16
    for name, ours in {
        "transposed convolution 4": "transposed, kernel 4",
        "transposed convolution 2": "transposed, kernel 2",
        "convolution 3, then shuffle": "sub-pixel",
        "nearest, then convolution 3": "nearest, then convolution",
    }.items():
        found = costs.cost(UPSAMPLERS[ours], size=8, repeats=1)
        assert found.multiply_adds == expected[name].multiply_adds / values
        assert found.parameters >= expected[name].parameters  # and biases
    assert costs.cost(UPSAMPLERS["bilinear"], size=8, repeats=1).multiply_adds == 4


def test_every_contender_has_its_row():
    rows = costs.cost_rows()
    assert [row["upsampler"] for row in rows] == list(CONTENDERS)
    by_name = {row["upsampler"]: row for row in rows}
    assert by_name["bilinear"]["parameters"] == by_name["bilinear"]["multiply-adds"] - 4 == 0
    assert by_name["deformable"]["memory"] > 5 * by_name["bilinear"]["memory"]
    assert all(row["time"] > 0 for row in rows)


def test_speed_is_bytes_over_time():
    rows = costs.speeds("cpu", ("nearest", "flow"), size=16, width=8, repeats=1)
    assert [row["upsampler"] for row in rows] == ["a copy", "nearest", "flow"]
    coarse, fine = 4 * 8 * 16 * 16, 4 * 8 * 32 * 32
    for row, moved in zip(rows, (2 * fine, coarse + fine, coarse + 2 * fine), strict=True):
        assert row["GB/s"] == pytest.approx(moved / row["ms"] / 1e6, rel=0.02)  # three digits each
        assert row["of a copy"] == pytest.approx(100 * row["GB/s"] / rows[0]["GB/s"], rel=0.02)
    assert "GB/s" in table(rows)


def test_the_same_weights_every_time_and_functions_as_they_are():
    one, other = (costs.made(UPSAMPLERS["sub-pixel"]).state_dict() for _ in range(2))
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert costs.made(lambda channels: torch.add) is torch.add
    assert isinstance(costs.made(lambda channels: nn.Identity()), nn.Identity)
