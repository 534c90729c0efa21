"""Other ways to lay a coarse map onto a fine one: one shift for all, an affine map, a flow at some points only.

They answer the lesson's open questions. Each is a fusion as in ``alignment``: ``fusion(fine, coarse)``, with
``flows`` in pixels of the coarse map, and plain bilinear addition where the flow is zero.
"""

from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import nn

from course_utils.networks.alignment import FlowAlignment, TwoBranchAlignment, enlarge, fetch, own_places


class _Registration(nn.Module):
    """A fusion that fetches the coarse map along ``flow(fine, coarse)``."""

    fine_pixels = FlowAlignment.fine_pixels

    def flows(self, fine, coarse):
        """The flow by the map it moves."""
        return {"coarse": self.flow(fine, coarse)}

    def aligned(self, fine, coarse):
        """The two maps that ``forward`` adds, both of the fine map's size."""
        return fine, fetch(coarse, self.flow(fine, coarse))

    def forward(self, fine, coarse):
        fine, coarse = self.aligned(fine, coarse)
        return fine + coarse


class GlobalShift(_Registration):
    """One (x, y) for every place of every image, in coarse pixels: learned from (0, 0) on, or known and kept."""

    def __init__(self, width, shift_xy=(0.0, 0.0), learned=True):
        super().__init__()
        self.shift_xy = nn.Parameter(torch.tensor(shift_xy, dtype=torch.float32), requires_grad=learned)

    def flow(self, fine, coarse):
        """The flow (N, 2, H, W), in pixels of the coarse map."""
        return self.shift_xy.reshape(1, 2, 1, 1).expand(len(fine), 2, *fine.shape[-2:])


class GlobalAffine(_Registration):
    """One affine map for all images, learned from the identity on: flow = matrix @ (x, y, 1).

    Here x and y run from -1 to 1 over the map, so that the six numbers, in coarse pixels, fit a map of any size.
    """

    def __init__(self, width):
        super().__init__()
        self.matrix = nn.Parameter(torch.zeros(2, 3))

    def flow(self, fine, coarse):
        """The flow (N, 2, H, W), in pixels of the coarse map."""
        height, width = fine.shape[-2:]
        x, y = own_places((height, width), (2, 2), self.matrix) - 0.5  # two pixels: edges at -1 and 1
        flow = torch.einsum("ij,jhw->ihw", self.matrix, torch.stack([x, y, torch.ones_like(x)]))
        return flow.expand(len(fine), -1, -1, -1)


class OneBranch(_Registration):
    """AlignSeg's module without the flow of the fine map: its branch for the coarse map, and nothing else."""

    fine_pixels: ClassVar = {"coarse": 1}

    def __init__(self, width):
        super().__init__()
        self.branch = TwoBranchAlignment(width).coarse_branch

    def flow(self, fine, coarse):
        """The flow (N, 2, H, W), in pixels of the enlarged coarse map."""
        return self.branch(torch.cat([fine, enlarge(coarse, fine.shape[-2:])], dim=1))

    def aligned(self, fine, coarse):
        """The two maps that ``forward`` adds, both of the fine map's size."""
        return fine, fetch(enlarge(coarse, fine.shape[-2:]), self.flow(fine, coarse))


class SparseFlow(FlowAlignment):
    """Flow alignment that computes its flow at one place in ``spacing`` x ``spacing`` and interpolates the rest."""

    def __init__(self, width, spacing=4):
        super().__init__(width)
        self.spacing = spacing

    def flow(self, fine, coarse):
        """The flow (N, 2, H, W), in pixels of the coarse map: interpolation leaves the unit as it is."""
        seen = torch.cat([self.look_fine(fine), enlarge(self.look_coarse(coarse), fine.shape[-2:])], dim=1)
        few = F.avg_pool2d(seen, self.spacing, ceil_mode=True, count_include_pad=False)
        return enlarge(self.to_flow(few), fine.shape[-2:])


class PartialFlow(FlowAlignment):
    """Flow alignment at a ``share`` of the places, zero flow at all others. The weights are ``FlowAlignment``'s.

    ``where`` is "edges", the places at which the enlarged coarse map changes most, or "random".
    """

    def __init__(self, width, share=0.25, where="edges"):
        super().__init__(width)
        self.share, self.where = share, where

    def flow(self, fine, coarse):
        """The flow (N, 2, H, W), in pixels of the coarse map."""
        return super().flow(fine, coarse) * self.chosen(fine, coarse)

    def chosen(self, fine, coarse):
        """Which places keep their flow: bool (N, 1, H, W), ``share`` of those of each image."""
        if self.where == "random":
            order = torch.rand(fine[:, :1].shape, device=fine.device)
        else:
            order = steepness(enlarge(coarse.detach(), fine.shape[-2:]))
        count = round(self.share * order[0].numel())
        ranks = order.flatten(1).argsort(dim=1, descending=True).argsort(dim=1)
        return (ranks < count).reshape(order.shape)


def steepness(features):
    """How much a map (N, C, H, W) changes from one pixel to the next, over all channels: (N, 1, H, W)."""
    padded = F.pad(features, (1, 1, 1, 1), mode="replicate")
    across = padded[..., 1:-1, 2:] - padded[..., 1:-1, :-2]
    down = padded[..., 2:, 1:-1] - padded[..., :-2, 1:-1]
    return (across.square() + down.square()).sum(1, keepdim=True).sqrt()
