"""Small networks for the audit of lesson 15: what they enlarge, and what they lay beside it, can be asked for.

Both are made as their papers are, without normalization and with few channels: places do not depend on either.
"""

import torch
import torch.nn.functional as F
from torch import nn

CHANNELS, LEVELS = 4, 3


class _Encoder(nn.Module):
    """An image and its halvings: maps of stride 1, 2, 4 and 8."""

    def __init__(self, kernel_size):
        super().__init__()
        padding = (kernel_size - 1) // 2
        self.first = nn.Conv2d(3, CHANNELS, 3, padding=1)
        self.halvings = nn.ModuleList(
            nn.Conv2d(CHANNELS, CHANNELS, kernel_size, stride=2, padding=padding) for _ in range(LEVELS)
        )

    def forward(self, image):
        maps = [self.first(image)]
        for halving in self.halvings:
            maps.append(halving(maps[-1].relu()))
        return maps


class UNet(nn.Module):
    """Halve three times, enlarge three times; each skip is laid beside what comes up (Ronneberger et al., 2015).

    kernel_size     of the halvings: 3 with padding 1, or 4 with padding 1
    align_corners   of the enlarging
    """

    def __init__(self, kernel_size=3, align_corners=False):
        super().__init__()
        self.encoder, self.align_corners = _Encoder(kernel_size), align_corners
        self.joins = nn.ModuleList(nn.Conv2d(2 * CHANNELS, CHANNELS, 3, padding=1) for _ in range(LEVELS))

    def forward(self, image):
        return self.merges(image)[-1][2]

    def merges(self, image):
        """Every merge from the deepest on: (skip, what came up enlarged to its size, the two joined)."""
        *skips, deep = self.encoder(image)
        result = []
        for skip, join in zip(reversed(skips), self.joins, strict=True):
            large = _enlarged(deep, skip, self.align_corners)
            deep = join(torch.cat([skip, large], dim=1)).relu()
            result.append((skip, large, deep))
        return result


class FPN(nn.Module):
    """Halve three times; a lateral of each map is added to what comes down from above (Lin et al., 2017)."""

    def __init__(self, kernel_size=3, align_corners=True):
        super().__init__()
        self.encoder, self.align_corners = _Encoder(kernel_size), align_corners
        self.laterals = nn.ModuleList(nn.Conv2d(CHANNELS, CHANNELS, 1) for _ in range(LEVELS + 1))

    def forward(self, image):
        return self.merges(image)[-1][2]

    def merges(self, image):
        """Every merge from the deepest on: (lateral, what came down enlarged to its size, their sum)."""
        maps = self.encoder(image)
        *laterals, deep = (lateral(each) for lateral, each in zip(self.laterals, maps, strict=True))
        result = []
        for fine in reversed(laterals):
            large = _enlarged(deep, fine, self.align_corners)
            deep = fine + large
            result.append((fine, large, deep))
        return result


def with_equal_weights(model):
    """The model with all weights 1 and all biases 0: what it sees of an image is then known without training.

    >>> image = torch.ones(1, 3, 8, 8, requires_grad=True)
    >>> bool((with_equal_weights(UNet())(image) > 0).all())
    True
    """
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.fill_(1.0 if parameter.ndim > 1 else 0.0)
    return model


def gradient_of(feature, image):
    """The gradient of one number of a map for its image of shape (1, C, H, W): an array (C, H, W)."""
    (gradient,) = torch.autograd.grad(feature, image, retain_graph=True)
    return gradient[0].numpy()


def _enlarged(coarse, fine, align_corners):
    return F.interpolate(coarse, size=fine.shape[2:], mode="bilinear", align_corners=align_corners)
