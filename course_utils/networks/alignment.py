"""Fusing a fine feature map with a coarse one: by addition, or after fetching each value from a learned place.

Words used in lesson 12
    fine, coarse    maps of one width (N, C, H, W) and (N, C, h, w); the coarse one knows what, the fine one where
    flow_xy         (N, 2, H, W), x before y: how far from its own place every output fetches, in pixels of the map
                    that is *sampled*; one pixel of a coarse map is several of the image
    fusion          a module ``fused = fusion(fine, coarse)``, of the fine map's size

One convention throughout, ``align_corners=False``: the outer edges of two maps coincide, as in ``F.interpolate``.
Zero flow is therefore plain bilinear upsampling, and on maps of one size it is the identity.
"""

from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import nn


def own_places(out_size_hw, in_size_hw, like):
    """Where every output sits on the map it samples, in that map's pixels: shape (2, H, W), x before y.

    >>> own_places((1, 4), (1, 2), torch.zeros(1))[0]
    tensor([[-0.2500,  0.2500,  0.7500,  1.2500]])
    """
    rows, columns = (
        (torch.arange(m, dtype=like.dtype, device=like.device) + 0.5) * (n / m) - 0.5
        for m, n in zip(out_size_hw, in_size_hw, strict=True)
    )
    return torch.stack(torch.meshgrid(columns, rows, indexing="xy"))


def to_grid(places_xy, in_size_hw):
    """Places (N, 2, H, W) in pixels as the grid (N, H, W, 2) that ``F.grid_sample`` wants with align_corners=False.

    >>> to_grid(torch.tensor([3.0, 1.0]).reshape(1, 2, 1, 1), (2, 4)).flatten()
    tensor([0.7500, 0.5000])
    """
    height, width = in_size_hw
    size_xy = torch.tensor([width, height], dtype=places_xy.dtype, device=places_xy.device)
    return (2 * places_xy.movedim(1, -1) + 1) / size_xy - 1


def fetch(features, flow_xy):
    """Every output's value from its own place + flow: (N, C, h, w) sampled along (N, 2, H, W) gives (N, C, H, W).

    The flow is in pixels of ``features``. Sizes may differ, so one call both enlarges and aligns; with zero flow it
    is ``F.interpolate(features, (H, W), mode="bilinear")``. Beyond the border, the border sample is repeated.
    Places are computed in float32 at least: float16 would move some by an eighth of a pixel of 1024.

    >>> one_right = torch.tensor([[[[1.0, 1.0, 1.0, 1.0]], [[0.0, 0.0, 0.0, 0.0]]]])
    >>> fetch(torch.tensor([[[[1.0, 2.0, 3.0, 4.0]]]]), one_right)
    tensor([[[[2., 3., 4., 4.]]]])
    """
    _check_flow(features, flow_xy)
    exact = torch.promote_types(features.dtype, torch.float32)
    in_size_hw, out_size_hw = features.shape[-2:], flow_xy.shape[-2:]
    flow_xy = flow_xy.to(exact)
    grid = to_grid(own_places(out_size_hw, in_size_hw, flow_xy) + flow_xy, in_size_hw)
    return F.grid_sample(features.to(exact), grid, padding_mode="border", align_corners=False).to(
        features.dtype
    )


def fetch_between_corners(features, flow_xy):
    """``fetch`` by the other convention: with zero flow it is ``F.interpolate(..., align_corners=True)``.

    >>> fetch_between_corners(torch.tensor([[[[1.0, 3.0]]]]), torch.zeros(1, 2, 1, 3))
    tensor([[[[1., 2., 3.]]]])
    """
    _check_flow(features, flow_xy)
    return fetch(features, flow_xy + corner_shift(flow_xy.shape[-2:], features.shape[-2:], flow_xy))


def corner_shift(out_size_hw, in_size_hw, like):
    """How much further each output reads with ``align_corners=True`` than without: (2, H, W), right before down.

    In pixels of the map that is sampled.

    >>> corner_shift((1, 4), (1, 2), torch.zeros(1))[0]
    tensor([[ 0.2500,  0.0833, -0.0833, -0.2500]])
    """
    rows, columns = (
        torch.arange(m, dtype=like.dtype, device=like.device) * ((n - 1) / (m - 1) if m > 1 else 0)
        for m, n in zip(out_size_hw, in_size_hw, strict=True)
    )
    return torch.stack(torch.meshgrid(columns, rows, indexing="xy")) - own_places(
        out_size_hw, in_size_hw, like
    )


def moved(coarse, stride, shift_xy):
    """The map (N, C, h, w) of a stride with its content moved by (N, 2) or (1, 2) *image* pixels, right and down."""
    flow = -shift_xy.to(coarse)[:, :, None, None] / stride
    return fetch(coarse, flow.expand(len(coarse), 2, *coarse.shape[-2:]))


def enlarge(features, size_hw, mode="bilinear"):
    """The map enlarged to ``size_hw`` with the outer edges kept in place; ``mode`` is bilinear or nearest.

    "corners" is bilinear by the other convention, ``align_corners=True``.
    """
    if mode == "nearest":
        return F.interpolate(features, size_hw, mode="nearest-exact")
    if mode == "corners":
        return F.interpolate(features, size_hw, mode="bilinear", align_corners=True)
    return F.interpolate(features, size_hw, mode="bilinear", align_corners=False)


class Addition(nn.Module):
    """fine + enlarged coarse, as a feature pyramid (FPN) adds them. Nothing is learned, nothing is aligned."""

    fine_pixels: ClassVar = {}

    def __init__(self, width, mode="bilinear"):
        super().__init__()
        self.mode = mode

    def flows(self, fine, coarse):
        """The learned flows by the map they move: none."""
        return {}

    def aligned(self, fine, coarse):
        """The two maps that ``forward`` adds, both of the fine map's size."""
        _check_pair(fine, coarse)
        return fine, enlarge(coarse, fine.shape[-2:], self.mode)

    def forward(self, fine, coarse):
        fine, coarse = self.aligned(fine, coarse)
        return fine + coarse


class FlowAlignment(nn.Module):
    """SFNet's flow alignment module: both maps are looked at, and the coarse one is fetched along a learned flow.

    A 1x1 convolution for each map, the coarse result enlarged, both stacked, a 3x3 convolution to (x, y). Then one
    bilinear fetch straight from the coarse map, which enlarges and aligns at once. The paper counts the flow in
    pixels of the fine map and halves it; here it is in pixels of the coarse map, the one that is sampled.

    ``fetch`` may be another function of (features, flow_xy): the lesson's bugs go in there.
    ``zero_start`` begins with zero flow, which the paper does not ask for. ``mode`` enlarges what is looked at.

    Source: Li et al., Semantic Flow for Fast and Accurate Scene Parsing, arXiv 2002.10120, section 3.
    """

    fine_pixels: ClassVar = {"coarse": 2}  # in one unit of each flow, when the coarse map is half as large

    def __init__(self, width, fetch=fetch, zero_start=False, mode="bilinear"):
        super().__init__()
        self.fetch, self.mode = fetch, mode
        self.look_fine = nn.Conv2d(width, width // 2, 1, bias=False)
        self.look_coarse = nn.Conv2d(width, width // 2, 1, bias=False)
        self.to_flow = nn.Conv2d(width // 2 * 2, 2, 3, padding=1, bias=False)
        if zero_start:
            nn.init.zeros_(self.to_flow.weight)

    def flow(self, fine, coarse):
        """The flow (N, 2, H, W), in pixels of the coarse map."""
        _check_pair(fine, coarse)
        seen = enlarge(self.look_coarse(coarse), fine.shape[-2:], self.mode)
        return self.to_flow(torch.cat([self.look_fine(fine), seen], dim=1))

    def flows(self, fine, coarse):
        """The learned flows by the map they move."""
        return {"coarse": self.flow(fine, coarse)}

    def aligned(self, fine, coarse):
        """The two maps that ``forward`` adds, both of the fine map's size."""
        return fine, self.fetch(coarse, self.flow(fine, coarse))

    def forward(self, fine, coarse):
        fine, coarse = self.aligned(fine, coarse)
        return fine + coarse


class TwoBranchAlignment(nn.Module):
    """AlignSeg's aligned feature aggregation: each of the two maps gets a flow of its own, and both are fetched.

    The coarse map is enlarged first. Two branches see both maps stacked: 1x1 convolution, batch norm, ReLU, 3x3
    convolution to (x, y), with weights 0 at the start, so that training begins at plain bilinear addition. The paper
    draws one convolution with four outputs; its code, and this module, has two branches. Both flows are in pixels of
    the fine map's size, since both sampled maps have that size.

    ``fetch`` may be another function of (features, flow_xy): the lesson's bugs go in there.

    Source: Huang et al., AlignSeg: Feature-Aligned Segmentation Networks, arXiv 2003.00872, section 3.
    """

    fine_pixels: ClassVar = {"coarse": 1, "fine": 1}  # in one unit of each flow

    def __init__(self, width, fetch=fetch):
        super().__init__()
        self.fetch = fetch
        self.coarse_branch = self._branch(width)
        self.fine_branch = self._branch(width)

    @staticmethod
    def _branch(width):
        to_flow = nn.Conv2d(width, 2, 3, padding=1, bias=False)
        nn.init.zeros_(to_flow.weight)
        return nn.Sequential(
            nn.Conv2d(2 * width, width, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(), to_flow
        )

    def flows(self, fine, coarse):
        """The learned flows by the map they move, both (N, 2, H, W) and in pixels of the fine map."""
        _check_pair(fine, coarse)
        both = torch.cat([fine, enlarge(coarse, fine.shape[-2:])], dim=1)
        return {"coarse": self.coarse_branch(both), "fine": self.fine_branch(both)}

    def aligned(self, fine, coarse):
        """The two maps that ``forward`` adds, both of the fine map's size."""
        flows = self.flows(fine, coarse)
        coarse = enlarge(coarse, fine.shape[-2:])
        return self.fetch(fine, flows["fine"]), self.fetch(coarse, flows["coarse"])

    def forward(self, fine, coarse):
        fine, coarse = self.aligned(fine, coarse)
        return fine + coarse


def _check_flow(features, flow_xy):
    if features.ndim != 4 or flow_xy.ndim != 4 or flow_xy.shape[1] != 2 or len(features) != len(flow_xy):
        raise ValueError(
            "fetch wants features (N, C, h, w) and a flow (N, 2, H, W), x before y, of the same N; got shapes "
            f"{tuple(features.shape)} and {tuple(flow_xy.shape)}."
        )


def _check_pair(fine, coarse):
    if fine.ndim != 4 or coarse.ndim != 4 or fine.shape[:2] != coarse.shape[:2]:
        raise ValueError(
            "fine and coarse must be (N, C, H, W) and (N, C, h, w) with the same N and C; got shapes "
            f"{tuple(fine.shape)} and {tuple(coarse.shape)}. A 1x1 convolution brings maps to the same C."
        )
