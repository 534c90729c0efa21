"""Controls for lesson 12: what a module gains without displacement, and what displacement gains by itself.

Each is a fusion as in ``alignment``: ``fusion(fine, coarse)``. A control has what an alignment module has (weights,
a look at both maps, a zero start) except for one thing, so that a difference has one cause.
"""

from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import nn

from course_utils.networks.alignment import Addition, FlowAlignment, enlarge, fetch
from course_utils.networks.registration import OneBranch


class Scaled(Addition):
    """a · fine + b · enlarged coarse: two learned numbers that begin at 1, for all positions of all images."""

    def __init__(self, width):
        super().__init__(width)
        self.scale = nn.Parameter(torch.ones(2))

    def aligned(self, fine, coarse):
        """The two maps that ``forward`` adds, both of the fine map's size."""
        fine, coarse = super().aligned(fine, coarse)
        return self.scale[0] * fine, self.scale[1] * coarse


class Gate(FlowAlignment):
    """SFNet's module, weight for weight, with its two outputs used as scales of the two maps and not as (x, y).

    At every position fused = 2 sigmoid(a) · fine + 2 sigmoid(b) · enlarged coarse. It sees what the flow module sees,
    and moves nothing.
    """

    fine_pixels: ClassVar = {}

    def flows(self, fine, coarse):
        """The learned flows by the map they move: none."""
        return {}

    def aligned(self, fine, coarse):
        """The two maps that ``forward`` adds, both of the fine map's size."""
        scales = 2 * self.flow(fine, coarse).sigmoid()
        return scales[:, :1] * fine, scales[:, 1:] * enlarge(coarse, fine.shape[-2:])


class Residual(Addition):
    """fine + enlarged coarse + what two 1x1 convolutions make of both maps: as many weights as ``FlowAlignment``.

    It begins at plain addition, sees what the flow module sees, and moves nothing.
    """

    def __init__(self, width):
        super().__init__(width)
        hidden = round(parameters_of_flow(width) / (3 * width))
        self.look = nn.Sequential(nn.Conv2d(2 * width, hidden, 1, bias=False), nn.ReLU())
        self.answer = nn.Conv2d(hidden, width, 1, bias=False)
        nn.init.zeros_(self.answer.weight)

    def forward(self, fine, coarse):
        fine, coarse = self.aligned(fine, coarse)
        return fine + coarse + self.answer(self.look(torch.cat([fine, coarse], dim=1)))


def parameters_of_flow(width):
    """How many weights SFNet's module has.

    >>> parameters_of_flow(24)
    1008
    """
    return sum(each.numel() for each in FlowAlignment(width).parameters())


class FineBranch(OneBranch):
    """AlignSeg's module without the flow of the coarse map: its branch for the fine map, and nothing else."""

    fine_pixels: ClassVar = {"fine": 1}

    def flows(self, fine, coarse):
        """The flow by the map it moves."""
        return {"fine": self.flow(fine, coarse)}

    def aligned(self, fine, coarse):
        """The two maps that ``forward`` adds, both of the fine map's size."""
        return fetch(fine, self.flow(fine, coarse)), enlarge(coarse, fine.shape[-2:])


class ShiftedFlow(FlowAlignment):
    """Flow alignment on top of a known shift of the coarse map, ``shift_xy`` in coarse pixels."""

    def __init__(self, width, shift_xy=(0.25, 0.25)):
        super().__init__(width)
        self.register_buffer("shift_xy", torch.tensor(shift_xy).reshape(1, 2, 1, 1), persistent=False)

    def flow(self, fine, coarse):
        """The flow (N, 2, H, W), in pixels of the coarse map: the known part and the learned part."""
        return super().flow(fine, coarse) + self.shift_xy


class ProductShift(FlowAlignment):
    """One displacement for each image: the one with which the two maps' *products* are largest.

    Two 1x1 convolutions, the cosine between every fine feature and the coarse features around it up to ``reach`` fine
    pixels away (a *cost volume*, as in networks for optical flow), its mean over the map, and the mean displacement
    under a softmax. It has fewer weights than SFNet's module; unlike it, it can follow content that moves.
    """

    def __init__(self, width, reach=4):
        super().__init__(width)
        del self.to_flow
        self.reach = reach
        self.sharpness = nn.Parameter(torch.tensor(30.0))

    def flow(self, fine, coarse):
        """The flow (N, 2, H, W), in pixels of the coarse map: the same at every place of an image."""
        ours = F.normalize(self.look_fine(fine), dim=1)
        theirs = F.normalize(enlarge(self.look_coarse(coarse), fine.shape[-2:]), dim=1)
        weights = (self.sharpness * self.fit(ours, theirs)).flatten(1).softmax(dim=1)
        steps = torch.arange(-self.reach, self.reach + 1, dtype=fine.dtype, device=fine.device)
        steps_xy = torch.stack(torch.meshgrid(steps, steps, indexing="xy")).flatten(1)
        in_coarse_pixels = weights @ steps_xy.T * (coarse.shape[-1] / fine.shape[-1])
        return in_coarse_pixels[:, :, None, None].expand(-1, -1, *fine.shape[-2:])

    def fit(self, ours, theirs):
        """The mean cosine of the maps for every displacement, y before x: (N, 2 reach + 1, 2 reach + 1)."""
        height, width = ours.shape[-2:]
        around = F.pad(theirs, [self.reach] * 4, mode="replicate")
        places = range(2 * self.reach + 1)
        return torch.stack(
            [
                torch.stack(
                    [(ours * around[..., y : y + height, x : x + width]).sum(1).mean((1, 2)) for x in places],
                    dim=1,
                )
                for y in places
            ],
            dim=1,
        )


class Unadded(nn.Module):
    """The aligned coarse map alone: the fine map steers the flow, and is not added."""

    def __init__(self, fusion):
        super().__init__()
        self.fusion = fusion
        self.fine_pixels = fusion.fine_pixels

    def flows(self, fine, coarse):
        """The learned flows by the map they move."""
        return self.fusion.flows(fine, coarse)

    def forward(self, fine, coarse):
        return self.fusion.aligned(fine, coarse)[1]


def unadded(fusion):
    """A function of the width that makes ``fusion`` without its fine map: for ``alignment_study.CONTENDERS``."""
    return lambda width: Unadded(fusion(width))
