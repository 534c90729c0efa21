"""Every upsampler of the course behind one call: ``upsampler(coarse, fine)`` is a map of the fine map's size.

    upsampler = UPSAMPLERS["DySample"](channels=64)
    larger = upsampler(coarse, fine)          # (N, 64, H, W) from (N, 64, h, w) and (N, any, H, W)
    fused = upsampler.fused(coarse, fine)     # the same and the fine map, as a feature pyramid lays them together

The answer of the call holds nothing of the fine map's values: whoever looks at the fine map looks in order to decide.
So every upsampler works in two steps. ``decide(coarse, fine)`` makes a *plan*: kernels, points, offsets, a gate; it
may be any network. ``sample(coarse, plan, size_hw)`` then reads the coarse map, and is linear in the values it reads
(but for a bias).

Words used in lessons 13 and 14
    coarse, fine    maps (N, channels, h, w) and (N, fine_channels, H, W)
    plan            what was decided: a dictionary of tensors, empty where nothing is
    looks           does the plan depend on the fine map?
    neutral         the plan, or the weights, with which an upsampler is a known one, most often bilinear
"""

from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from course_utils.networks.alignment import FlowAlignment, TwoBranchAlignment, enlarge, fetch
from course_utils.networks.checkerboard import LAYERS
from course_utils.networks.fcn import STARTS, upsampling
from course_utils.networks.registration import OneBranch
from course_utils.networks.sampling import BORDERS, deformable_convolution, reassemble, sample_points
from course_utils.validation import one_of


class Upsampler(nn.Module):
    """What all upsamplers share. ``fine_channels`` is asked for where the fine map has others than the coarse one.

    An upsampler that looks then brings the fine map to ``channels`` with a 1x1 convolution, ``lateral``.
    """

    looks = False
    enlarges_first = False  # flows are in pixels of the enlarged map

    def __init__(self, channels, fine_channels=None):
        super().__init__()
        self.channels = channels
        brought = self.looks and fine_channels not in (None, channels)
        self.lateral = nn.Conv2d(fine_channels, channels, 1) if brought else nn.Identity()

    def decide(self, coarse, fine):
        """The plan: a dictionary of tensors."""
        return {}

    def sample(self, coarse, plan, size_hw):
        """The coarse map read by the plan: (N, channels, *size_hw)."""
        raise NotImplementedError

    def finish(self, read):
        """What is done to every value that was read: nothing, in most upsamplers."""
        return read

    def kept(self, fine, plan):
        """The fine map as ``fused`` adds it."""
        return fine

    def forward(self, coarse, fine):
        fine = self._seen(coarse, fine)
        return self._enlarged(coarse, fine, self.decide(coarse, fine))

    def fused(self, coarse, fine):
        """The enlarged coarse map and the fine map, laid together: their sum, unless the module says otherwise."""
        fine = self._seen(coarse, fine)
        plan = self.decide(coarse, fine)
        enlarged, kept = self._enlarged(coarse, fine, plan), self.kept(fine, plan)
        if kept.shape != enlarged.shape:  # a single channel would be added to all without a word
            raise ValueError(
                f"fused adds maps of one shape; got {tuple(kept.shape)} for the fine map and "
                f"{tuple(enlarged.shape)} for the enlarged coarse one."
            )
        return enlarged + kept

    def plan(self, coarse, fine):
        """What is decided for these two maps, as ``forward`` decides it."""
        return self.decide(coarse, self._seen(coarse, fine))

    def _enlarged(self, coarse, fine, plan):
        return self.finish(self.sample(coarse, plan, fine.shape[-2:]))

    def _seen(self, coarse, fine):
        if coarse.ndim != 4 or fine.ndim != 4 or len(coarse) != len(fine) or coarse.shape[1] != self.channels:
            raise ValueError(
                f"coarse must be (N, {self.channels}, h, w) and fine (N, any, H, W), of the same N; got shapes "
                f"{tuple(coarse.shape)} and {tuple(fine.shape)}."
            )
        return self.lateral(fine)


class Doubling(Upsampler):
    """An upsampler that makes exactly twice the height and width."""

    def _seen(self, coarse, fine):
        fine = super()._seen(coarse, fine)
        height, width = coarse.shape[-2:]
        if fine.shape[-2:] != (2 * height, 2 * width):
            raise ValueError(
                f"{type(self).__name__} doubles: for a coarse map of {height} x {width} the fine map must be "
                f"{2 * height} x {2 * width}; got {fine.shape[-2]} x {fine.shape[-1]}."
            )
        return fine


# ---- Nothing decided -----------------------------------------------------------------------------


class Interpolation(Upsampler):
    """Nearest, bilinear or bicubic, to any size, the outer edges kept in place. Nothing is learned."""

    def __init__(self, channels, fine_channels=None, mode="bilinear"):
        super().__init__(channels, fine_channels)
        self.mode = one_of(mode, "mode", ("nearest", "bilinear", "bicubic"))

    def sample(self, coarse, plan, size_hw):
        if self.mode == "bicubic":
            return F.interpolate(coarse, tuple(size_hw), mode="bicubic", align_corners=False)
        return enlarge(coarse, size_hw, self.mode)


class Layer(Doubling):
    """A layer that doubles: transposed and sub-pixel convolutions, interpolation and a convolution.

    ``make(in_channels, out_channels)`` makes it; its weights are learned, and the same for every picture.
    """

    def __init__(self, channels, fine_channels=None, *, make):
        super().__init__(channels, fine_channels)
        self.layer = make(channels, channels)

    def sample(self, coarse, plan, size_hw):
        return self.layer(coarse)


class MaxUnpooling(Doubling):
    """Every coarse value goes where the fine map is largest, of 2 x 2 pixels and for each channel; 0 elsewhere."""

    looks = True

    def decide(self, coarse, fine):
        return {"indices": F.max_pool2d(fine, 2, return_indices=True)[1]}

    def sample(self, coarse, plan, size_hw):
        return F.max_unpool2d(coarse, plan["indices"], 2)


# ---- Weights decided -----------------------------------------------------------------------------


class Carafe(Doubling):
    """CARAFE: a kernel of its own for every output, predicted from the coarse map and normalized by a softmax.

    A 1x1 convolution to ``squeezed`` channels (no activation), a 3x3 convolution to four kernels of ``size`` x
    ``size``, a pixel shuffle, and only then the softmax over the taps of each kernel. A fresh module is a blur: all
    its taps are equal, 1 / size². No weight is negative, so no answer leaves the range of the values it reads.
    ``border`` is "zeros", as published: what falls outside is lost and the border darkens; or "replicate".

    Source: Wang et al., CARAFE, ICCV 2019, arXiv 1905.02188.
    """

    def __init__(self, channels, fine_channels=None, *, size=5, squeezed=64, border="zeros"):
        super().__init__(channels, fine_channels)
        self.border = one_of(border, "border", tuple(BORDERS))
        self.squeeze = nn.Conv2d(channels, squeezed, 1)
        self.predict = nn.Conv2d(squeezed, 4 * size**2, 3, padding=1)
        _nearly_zero(self.predict)

    def decide(self, coarse, fine):
        logits = F.pixel_shuffle(self.predict(self.squeeze(coarse)), 2)
        return {"kernels": logits.softmax(dim=1)}

    def sample(self, coarse, plan, size_hw):
        return reassemble(coarse, plan["kernels"], self.border)


# ---- Places decided ------------------------------------------------------------------------------


class DySample(Doubling):
    """DySample: every output reads one point beside its bilinear place, in each of ``groups`` groups of channels.

    Offsets are in coarse pixels, a quarter of what a 1x1 convolution says: at a quarter the points of neighboring
    outputs meet. ``style`` "lp" (linear, then pixel shuffle) predicts the four outputs of a coarse pixel together,
    "pl" (pixel shuffle, then linear) each from a quarter of the channels. ``dynamic`` scales the offsets by half the
    sigmoid of a second convolution, which begins at a quarter too. Zero offsets are bilinear interpolation.

    Source: Liu et al., Learning to Upsample by Learning to Sample, ICCV 2023, arXiv 2308.15085.
    """

    def __init__(self, channels, fine_channels=None, *, groups=4, style="lp", dynamic=False, fetch=fetch):
        super().__init__(channels, fine_channels)
        self.style, self.groups, self.fetch = one_of(style, "style", ("lp", "pl")), groups, fetch
        if channels % groups or (style == "pl" and channels % 4):
            raise ValueError(
                f"channels must be a multiple of groups={groups}"
                f"{', and of 4 to be shuffled' if style == 'pl' else ''}; got {channels}."
            )
        into, out = (channels, 8 * groups) if style == "lp" else (channels // 4, 2 * groups)
        self.offset = nn.Conv2d(into, out, 1)
        _nearly_zero(self.offset)
        if dynamic:
            self.scope = nn.Conv2d(into, out, 1)
            nn.init.zeros_(self.scope.weight)
            nn.init.zeros_(self.scope.bias)
        else:
            self.scope = None

    def decide(self, coarse, fine):
        seen = F.pixel_shuffle(coarse, 2) if self.style == "pl" else coarse
        scope = 0.25 if self.scope is None else 0.5 * self.scope(seen).sigmoid()
        offsets = self.offset(seen) * scope
        if self.style == "lp":
            offsets = F.pixel_shuffle(offsets, 2)
        # The channels are (2, groups): all x, then all y.
        return {
            "offsets_xy": offsets.reshape(len(offsets), 2, self.groups, *offsets.shape[-2:]).transpose(1, 2)
        }

    def sample(self, coarse, plan, size_hw):
        return sample_points(coarse, plan["offsets_xy"], self.fetch)


class Flow(Upsampler):
    """SFNet's flow alignment module as an upsampler: one learned flow, the coarse map fetched along it.

    Source: Li et al., arXiv 2002.10120; ``alignment.FlowAlignment`` is the module. Zero flow is bilinear.
    """

    looks = True

    def __init__(self, channels, fine_channels=None, **options):
        super().__init__(channels, fine_channels)
        self.module = FlowAlignment(channels, **options)

    def decide(self, coarse, fine):
        return {"flow_xy": self.module.flow(fine, coarse)}

    def sample(self, coarse, plan, size_hw):
        return self.module.fetch(coarse, plan["flow_xy"])


class BlindFlow(Flow):
    """The control of a flow: weight for weight the same module, shown the enlarged coarse map as the fine one.

    It moves its points as a flow does, and knows only what the coarse map knows.
    """

    looks = False

    def decide(self, coarse, fine):
        return super().decide(coarse, enlarge(coarse, fine.shape[-2:]))


class Branch(Upsampler):
    """AlignSeg's branch for the coarse map alone: enlarged bilinearly, then fetched along a learned flow.

    Source: Huang et al., arXiv 2003.00872; ``registration.OneBranch`` is the module. It begins as bilinear.
    """

    looks = True
    enlarges_first = True

    def __init__(self, channels, fine_channels=None):
        super().__init__(channels, fine_channels)
        self.module = OneBranch(channels)

    def decide(self, coarse, fine):
        return {"flow_xy": self.module.flow(fine, coarse)}

    def sample(self, coarse, plan, size_hw):
        return fetch(enlarge(coarse, size_hw), plan["flow_xy"])


class TwoBranch(Upsampler):
    """AlignSeg's two branches: ``fused`` fetches the fine map, too. It begins as bilinear.

    Source: Huang et al., arXiv 2003.00872; ``alignment.TwoBranchAlignment`` is the module.
    """

    looks = True
    enlarges_first = True

    def __init__(self, channels, fine_channels=None):
        super().__init__(channels, fine_channels)
        self.module = TwoBranchAlignment(channels)

    def decide(self, coarse, fine):
        flows = self.module.flows(fine, coarse)
        return {"flow_xy": flows["coarse"], "fine_flow_xy": flows["fine"]}

    def sample(self, coarse, plan, size_hw):
        return fetch(enlarge(coarse, size_hw), plan["flow_xy"])

    def kept(self, fine, plan):
        return fetch(fine, plan["fine_flow_xy"])


# ---- Places and weights decided ------------------------------------------------------------------


class GatedFlow(Upsampler):
    """SFNet-Lite's gated dual flow: both maps are fetched, and a gate mixes them, g coarse + (1 - g) fine.

    A 1x1 convolution to half the channels for each map, the coarse result enlarged, a 3x3 convolution to two flows,
    another to the gate's logit. Here each flow is in pixels of the map that it moves. ``pooled`` is the gate that
    the paper's networks use: it sees mean and maximum over the channels, of the enlarged coarse result and of the
    fine map itself; otherwise it sees what the flows see. With zero weights it is the *mean* of both maps,
    (fine + bilinear) / 2, and not the sum of a feature pyramid; the call without the fine map is half of bilinear.

    Source: Li et al., SFNet: Faster and Accurate Semantic Segmentation via Semantic Flow, arXiv 2207.04415.
    """

    looks = True

    def __init__(self, channels, fine_channels=None, *, pooled=True, zero_start=False):
        super().__init__(channels, fine_channels)
        half = channels // 2
        self.look_fine = nn.Conv2d(channels, half, 1, bias=False)
        self.look_coarse = nn.Conv2d(channels, half, 1, bias=False)
        self.to_flows = nn.Conv2d(2 * half, 4, 3, padding=1, bias=False)
        self.to_gate = nn.Conv2d(4 if pooled else 2 * half, 1, 3, padding=1, bias=False)
        self.pooled = pooled
        if zero_start:
            nn.init.zeros_(self.to_flows.weight)
            nn.init.zeros_(self.to_gate.weight)

    def decide(self, coarse, fine):
        seen = enlarge(self.look_coarse(coarse), fine.shape[-2:])
        both = torch.cat([self.look_fine(fine), seen], dim=1)
        flow_xy, fine_flow_xy = self.to_flows(both).split(2, dim=1)
        summary = [each for a in (seen, fine) for each in (a.mean(1, True), a.amax(1, True))]
        gate = self.to_gate(torch.cat(summary, dim=1) if self.pooled else both).sigmoid()
        return {"flow_xy": flow_xy, "fine_flow_xy": fine_flow_xy, "gate": gate}

    def sample(self, coarse, plan, size_hw):
        return plan["gate"] * fetch(coarse, plan["flow_xy"])

    def kept(self, fine, plan):
        return (1 - plan["gate"]) * fetch(fine, plan["fine_flow_xy"])


class Selection(nn.Module):
    """FaPN's feature selection: each channel weighed 1 to 2 by what its mean says, then a 1x1 convolution.

    Source: Huang et al., FaPN: Feature-Aligned Pyramid Network for Dense Image Prediction, arXiv 2108.07058.
    """

    def __init__(self, channels):
        super().__init__()
        self.weigh = nn.Conv2d(channels, channels, 1, bias=False)
        self.mix = nn.Conv2d(channels, channels, 1, bias=False)

    def forward(self, fine):
        means = fine.mean(dim=(2, 3), keepdim=True)
        return self.mix(fine + fine * self.weigh(means).sigmoid())


class Deformable(Upsampler):
    """FaPN's alignment: the map is enlarged bilinearly, then a deformable 3x3 convolution reads it, then a ReLU.

    Offsets and masks come from the selected fine map and *twice* the enlarged coarse one, through a 1x1 and a 3x3
    convolution that starts at 0. ``select=False`` leaves the selection out, ``moves=False`` what decides: offsets
    stay 0 and masks 1/2. Not neutral at the start: no tap has moved, but sigmoid(0) halves the convolution, and its
    weights are random. ``shared=True`` has one weight for each tap instead, the same for all channels, so that every
    channel is read alike; it begins with 2 in the middle, which is the ReLU of bilinear.

    Source: Huang et al., FaPN, ICCV 2021, arXiv 2108.07058.
    """

    looks = True

    def __init__(self, channels, fine_channels=None, *, groups=8, select=True, moves=True, shared=False):
        super().__init__(channels, fine_channels)
        if channels % groups:
            raise ValueError(f"channels must be a multiple of groups={groups}; got {channels}.")
        self.groups, self.moves = groups, moves
        self.select = Selection(channels) if select else nn.Identity()
        if moves:
            self.look = nn.Conv2d(2 * channels, channels, 1, bias=False)
            self.predict = nn.Conv2d(channels, 27 * groups, 3, padding=1)
            nn.init.zeros_(self.predict.weight)
            nn.init.zeros_(self.predict.bias)
        if shared:
            self.taps = nn.Parameter(2 * F.one_hot(torch.tensor(4), 9).float())
        else:
            self.mix = nn.Conv2d(channels, channels, 3, padding=1)
            nn.init.zeros_(self.mix.bias)
        self.shared = shared

    def decide(self, coarse, fine):
        plan = {"selected": self.select(fine)}
        if not self.moves:
            return plan
        larger = enlarge(coarse, fine.shape[-2:])
        said = self.predict(self.look(torch.cat([plan["selected"], 2 * larger], dim=1)))
        offsets, masks = said.split([18 * self.groups, 9 * self.groups], dim=1)
        size_hw = said.shape[-2:]
        # A deformable convolution reads its channels as y, x, y, x, ... within every group.
        return plan | {
            "offsets_yx": offsets.reshape(-1, self.groups, 9, 2, *size_hw),
            "mask": masks.reshape(-1, self.groups, 9, *size_hw).sigmoid(),
        }

    def sample(self, coarse, plan, size_hw):
        larger = enlarge(coarse, size_hw)
        weight, bias = self._weight(), None if self.shared else self.mix.bias
        if not self.moves:
            return F.conv2d(larger / 2, weight, bias, padding=1)
        return deformable_convolution(larger, plan["offsets_yx"], weight, bias, plan["mask"])

    def _weight(self):
        if not self.shared:
            return self.mix.weight
        same = torch.eye(self.channels, dtype=self.taps.dtype, device=self.taps.device)
        return same[:, :, None, None] * self.taps.reshape(3, 3)

    def finish(self, read):
        return read.relu()

    def kept(self, fine, plan):
        return plan["selected"]


class DeformableMean(Deformable):
    """The control of a deformable convolution: it looks and moves as that one does, and only takes a mean.

    Its nine weights, mask times a learned number that is above 0, are divided by their sum, and are the same for all
    channels of a group; no ReLU follows. So it can neither scale nor subtract nor mix channels. It begins nearly as
    bilinear: the middle tap weighs 0.95. As everywhere here, taps beyond the border read 0.
    """

    def __init__(self, channels, fine_channels=None, *, groups=1):
        super().__init__(channels, fine_channels, groups=groups, select=False, shared=True)
        with torch.no_grad():
            self.taps.mul_(2.5)  # exp(5) in the middle, exp(0) around it

    def decide(self, coarse, fine):
        plan = super().decide(coarse, fine)
        weights = plan["mask"] * self.taps.exp()[:, None, None]
        return plan | {"mask": weights / weights.sum(dim=2, keepdim=True)}

    def _weight(self):
        same = torch.eye(self.channels, dtype=self.taps.dtype, device=self.taps.device)
        return same[:, :, None, None].expand(-1, -1, 3, 3)

    def finish(self, read):
        return read


def _nearly_zero(convolution):
    """Weights from N(0, 0.001) and no bias, as CARAFE and DySample begin."""
    nn.init.normal_(convolution.weight, std=1e-3)
    nn.init.zeros_(convolution.bias)


UPSAMPLERS = {
    **{mode: partial(Interpolation, mode=mode) for mode in ("nearest", "bilinear", "bicubic")},
    "max unpooling": MaxUnpooling,
    **{name: partial(Layer, make=make) for name, make in LAYERS.items()},
    "transposed, bilinear start": partial(
        Layer, make=lambda channels, _: upsampling(channels, 2, STARTS["bilinear, dense"])
    ),
    "transposed, bilinear start, each channel": partial(
        Layer, make=lambda channels, _: upsampling(channels, 2)
    ),
    "CARAFE": Carafe,
    "DySample": DySample,
    "DySample, dynamic": partial(DySample, dynamic=True),
    "DySample, pl": partial(DySample, style="pl"),
    "DySample, pl, dynamic": partial(DySample, style="pl", dynamic=True),
    "flow": Flow,
    "flow, blind": BlindFlow,
    "one branch": Branch,
    "two-branch": TwoBranch,
    "gated flow": GatedFlow,
    "gated flow, spatial": partial(GatedFlow, pooled=False),
    "deformable": partial(Deformable, select=False),
    "deformable, shared": partial(Deformable, groups=1, select=False, shared=True),
    "deformable, a mean": DeformableMean,
    "deformable, nothing moved": partial(Deformable, select=False, moves=False),
    "FaPN": Deformable,
    "FaPN, nothing moved": partial(Deformable, moves=False),
}
"""Name -> a function of (channels, fine_channels=None, **options) that makes an Upsampler which doubles."""
