"""What the audit says of random encoders and decoders, the gradient says too."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from course_utils.networks.audit import audit
from course_utils.networks.audit.witness import confirm, confirm_all
from tests.networks.audit.zoo import PLANTED, image

# Kernels and paddings that halve an even number of samples, and transposed ones that double any.
HALVES = [(2, 0), (3, 1), (4, 1), (5, 2), (6, 2), (7, 3), (1, 0)]
DOUBLES = [(2, 0, 0), (3, 1, 1), (4, 1, 0), (5, 2, 1), (6, 2, 0)]
ROUGH = ["nearest", "linear", "transposed", "shuffle"]


class Random(nn.Module):
    """A 1-D or 2-D encoder and decoder from drawn settings."""

    def __init__(self, downs, ups, rank, merge):
        super().__init__()
        self.conv = (nn.Conv1d, nn.Conv2d)[rank - 1]
        transposed = (nn.ConvTranspose1d, nn.ConvTranspose2d)[rank - 1]
        self.rank, self.ups, self.merge = rank, ups, merge
        self.downs = nn.ModuleList(self._down(*down) for down in downs)
        self.doubles = nn.ModuleList(transposed(1, 1, k, 2, p, op) for _, (k, p, op) in ups)

    def _down(self, kind, kernel, stride, padding, dilation):
        if kind == "conv":
            return nn.Sequential(self.conv(1, 1, kernel, stride, padding, dilation), nn.ReLU())
        pool = {"max": (nn.MaxPool1d, nn.MaxPool2d), "mean": (nn.AvgPool1d, nn.AvgPool2d)}[kind][
            self.rank - 1
        ]
        return pool(kernel, stride, min(padding, kernel // 2))

    def forward(self, x):
        maps = [x]
        for down in self.downs:
            maps.append(down(maps[-1]))
        coarse = maps.pop()
        for (kind, _), double in zip(self.ups, self.doubles, strict=True):
            fine = maps.pop()
            coarse = self.enlarged(coarse, kind, double, fine.shape[2:])
            if self.merge == "add":
                coarse = fine + coarse
            elif self.merge == "cat":
                coarse = torch.cat([fine, coarse], 1).mean(1, keepdim=True)
            else:
                coarse = torch.stack([fine, coarse]).amax(0)
        return coarse

    def enlarged(self, coarse, kind, double, size):
        linear = ("linear", "bilinear")[self.rank - 1]
        if kind == "transposed":
            return double(coarse)
        if kind == "nearest":
            return F.interpolate(coarse, scale_factor=2)
        if kind == "shuffle":  # copies written by hand
            for axis in range(2, coarse.ndim):
                coarse = coarse.unsqueeze(axis + 1).expand(
                    *[-1] * (axis + 1), 2, *[-1] * (coarse.ndim - axis - 1)
                )
                coarse = coarse.flatten(axis, axis + 1)
            return coarse
        return F.interpolate(coarse, size, mode=linear, align_corners=kind == "corners")


@st.composite
def even(draw, rank):
    """Every stride halves, and what enlarges may be rough: where its copies sit is a mean."""
    depth = draw(st.integers(1, 3))
    halves = st.tuples(st.sampled_from(["conv", "max", "mean"]), st.sampled_from(HALVES))
    drawn = draw(st.lists(halves, min_size=depth, max_size=depth))
    downs = [(kind if k > 1 else "conv", k, 2, p, 1) for kind, (k, p) in drawn]
    ups = draw(
        st.lists(st.tuples(st.sampled_from(ROUGH), st.sampled_from(DOUBLES)), min_size=depth, max_size=depth)
    )
    return Random(downs, ups, rank, draw(st.sampled_from(["add", "cat", "stack"]))), (128,) * rank


@st.composite
def any_size(draw, rank=1):
    """Any kernel, stride, padding and dilation on any size; what enlarges is smooth, of either convention."""
    depth = draw(st.integers(1, 3))
    downs = []
    for _ in range(depth):
        kernel, dilation = draw(st.integers(1, 5)), draw(st.integers(1, 2))
        padding = draw(st.integers(0, dilation * (kernel - 1) // 2))
        downs.append(("conv", kernel, draw(st.integers(1, 3)), padding, dilation))
    ups = [(draw(st.sampled_from(["linear", "corners"])), (2, 0, 0)) for _ in range(depth)]
    return Random(downs, ups, rank, "add"), tuple(draw(st.integers(160, 200)) for _ in range(rank))


def check(model, sizes):
    """Both sides of every gap sit where the gradient says; a window that the border cuts says nothing."""
    x = image(*sizes)
    report = audit(model, x)
    assert report.surprises == () and report.complete, report
    for number, measured in confirm_all(model, x, report=report, taps="middle").items():
        for each in measured:
            assert each.cut or each.agrees, (number, each, report)
    return report


@settings(max_examples=120)
@given(even(1))
def test_halvings_of_a_line(drawn):
    check(*drawn)


@pytest.mark.parametrize("merge", ["add", "cat", "stack"])
def test_maps_of_two_ways_half_a_sample_apart_are_no_phases_of_one(merge):
    """Laid side by side they fill each other's gaps, as phases do; on the way back they are a pixel apart."""
    halves, up = ("conv", 2, 2, 0, 1), [("transposed", (k, p, op)) for k, p, op in DOUBLES[:2]]
    report = check(Random([halves] * 2, up[::-1], 1, merge), (128,))
    assert [gap.worst for gap in report.merges[0].gaps] == [-1.0]  # a quarter of 4 pixels, by the kernel of 3


@settings(max_examples=120)
@given(any_size())
def test_any_settings_and_sizes_of_a_line(drawn):
    check(*drawn)


@settings(max_examples=20)
@given(even(2))
def test_halvings_of_a_picture(drawn):
    check(*drawn)


def test_planted_gaps_are_confirmed_by_whole_windows_too():
    for name in (
        "3x3 halvings",
        "added in place",
        "corners",
        "kernel 3 down, kernel 2 up",
        "made True, sampled False",
    ):
        model, x, *_ = PLANTED[name]
        report = audit(model, x)
        gaps = [number for number, merge in enumerate(report.merges) if merge.gaps]
        measured = [each for number in gaps for each in confirm(model, x, merge=number, report=report)]
        assert measured and any(each.agrees for each in measured), name
        assert all(each.cut or each.agrees for each in measured), name
