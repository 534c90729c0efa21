"""Two small networks as everybody writes them, to be audited: a U-Net and a feature pyramid."""

import itertools

import torch
import torch.nn.functional as F
from torch import nn

from course_utils.validation import one_of

UPSAMPLINGS = ("corners", "bilinear", "nearest", "transposed")


class UNet(nn.Module):
    """Image (N, 3, H, W) to scores (N, classes, H, W): pools on the way down, what ``up`` names on the way up.

    "corners" is ``nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True)``, which a much copied U-Net uses.
    H and W must be multiples of 2 ** levels.
    """

    def __init__(self, up="corners", levels=3, width=8, classes=2):
        super().__init__()
        one_of(up, "up", UPSAMPLINGS)
        widths = [width * 2**level for level in range(levels + 1)]
        self.stem = _convolutions(3, width)
        self.down = nn.ModuleList(
            nn.Sequential(nn.MaxPool2d(2), _convolutions(a, b)) for a, b in itertools.pairwise(widths)
        )
        self.up = nn.ModuleList(_upsampling(up, count) for count in widths[:0:-1])
        self.mix = nn.ModuleList(
            _convolutions(a + b, a) for a, b in zip(widths[-2::-1], widths[:0:-1], strict=True)
        )
        self.head = nn.Conv2d(width, classes, 1)

    def forward(self, images):
        maps = [self.stem(images)]
        for down in self.down:
            maps.append(down(maps[-1]))
        coarse = maps.pop()
        for up, mix in zip(self.up, self.mix, strict=True):
            coarse = mix(torch.cat([maps.pop(), up(coarse)], dim=1))
        return self.head(coarse)


class Pyramid(nn.Module):
    """A feature pyramid: strided convolutions, lateral ones, coarse maps enlarged and added; scores at stride 2."""

    def __init__(self, kernel=3, padding=1, align_corners=False, levels=3, width=8, classes=2):
        super().__init__()
        self.align_corners = align_corners
        counts = [3] + [width] * levels
        self.stages = nn.ModuleList(
            nn.Sequential(nn.Conv2d(a, b, kernel, 2, padding), nn.ReLU())
            for a, b in itertools.pairwise(counts)
        )
        self.laterals = nn.ModuleList(nn.Conv2d(width, width, 1) for _ in range(levels))
        self.head = nn.Conv2d(width, classes, 1)

    def forward(self, images):
        maps = []
        for stage in self.stages:
            images = stage(images)
            maps.append(images)
        maps = [lateral(each) for lateral, each in zip(self.laterals, maps, strict=True)]
        coarse = maps.pop()
        while maps:
            fine = maps.pop()
            enlarged = F.interpolate(
                coarse, fine.shape[2:], mode="bilinear", align_corners=self.align_corners
            )
            coarse = fine + enlarged
        return self.head(coarse)


def _convolutions(before, after):
    return nn.Sequential(
        nn.Conv2d(before, after, 3, padding=1), nn.ReLU(), nn.Conv2d(after, after, 3, padding=1), nn.ReLU()
    )


def _upsampling(name, count):
    if name == "transposed":
        return nn.ConvTranspose2d(count, count, 2, stride=2)
    mode = "nearest" if name == "nearest" else "bilinear"
    return nn.Upsample(
        scale_factor=2, mode=mode, align_corners=None if mode == "nearest" else name == "corners"
    )
