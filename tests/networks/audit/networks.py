"""Networks as people write them, small, and written after the audit: what it met here it had not seen before."""

import torch
import torch.nn.functional as F
from torch import nn


def conv(channels, out, kernel=3, stride=1, padding=None):
    """Convolution, norm, activation."""
    padding = kernel // 2 if padding is None else padding
    return nn.Sequential(
        nn.Conv2d(channels, out, kernel, stride, padding, bias=False),
        nn.BatchNorm2d(out),
        nn.ReLU(inplace=True),
    )


def center_crop(x, size):
    """The middle of a map."""
    top, left = ((n - m) // 2 for n, m in zip(x.shape[2:], size, strict=True))
    return x[:, :, top : top + size[0], left : left + size[1]]


class Gate(nn.Module):
    """Attention U-Net's gate: a skip at half its size, what comes up drawn to that size, and a sigmoid."""

    def __init__(self, channels, coarse):
        super().__init__()
        self.theta, self.phi = nn.Conv2d(channels, channels, 2, 2), nn.Conv2d(coarse, channels, 1)
        self.psi = nn.Conv2d(channels, 1, 1)

    def forward(self, x, gate):
        small = self.theta(x)
        gate = F.interpolate(self.phi(gate), size=small.shape[2:], mode="bilinear", align_corners=False)
        share = torch.sigmoid(self.psi(F.relu(small + gate)))
        return x * F.interpolate(share, size=x.shape[2:], mode="bilinear", align_corners=False).expand_as(x)


class CroppingUNet(nn.Module):
    """Convolutions without padding, as the first U-Net had them, and skips cropped to the middle; gates, if asked."""

    def __init__(self, gates=False):
        super().__init__()
        self.one, self.two = (conv(3, 4, padding=0), conv(4, 8, padding=0))
        self.deep = conv(8, 8, padding=0)
        self.ups = nn.ModuleList([nn.ConvTranspose2d(8, 8, 2, 2), nn.ConvTranspose2d(8, 4, 2, 2)])
        self.gates = nn.ModuleList([Gate(8, 8), Gate(4, 8)]) if gates else None
        self.joins = nn.ModuleList([conv(16, 8, padding=0), conv(8, 4, padding=0)])

    def forward(self, x):
        one = self.one(x)
        two = self.two(F.max_pool2d(one, 2))
        x = self.deep(F.max_pool2d(two, 2))
        for i, skip in enumerate((two, one)):
            skip = skip if self.gates is None else self.gates[i](skip, x)
            x = self.ups[i](x)
            x = self.joins[i](torch.cat([center_crop(skip, x.shape[2:]), x], 1))
        return x


def packed(x, r=2):
    """Pixel unshuffle, written with view and permute."""
    n, c, h, w = x.shape
    x = x.contiguous().view(n, c, h // r, r, w // r, r).permute(0, 1, 3, 5, 2, 4)
    return x.contiguous().view(n, c * r * r, h // r, w // r)


class PackNet(nn.Module):
    """Depth by packing: an unshuffle, a 3-D convolution through its channels, and back by nearest neighbors."""

    def __init__(self, kernel=3):
        super().__init__()
        self.stem = conv(3, 4, kernel)
        self.through = nn.ModuleList(nn.Conv3d(1, 2, 3, padding=1) for _ in range(2))
        self.narrow = nn.ModuleList([conv(32, 4), conv(32, 4)])
        self.join, self.depth = (
            nn.ModuleList([conv(8, 4), conv(9, 4)]),
            nn.ModuleList(nn.Conv2d(4, 1, 3, padding=1) for _ in range(2)),
        )

    def forward(self, x):
        maps = [self.stem(x)]
        for through, narrow in zip(self.through, self.narrow, strict=True):
            y = packed(maps[-1])
            n, c, h, w = y.shape
            maps.append(narrow(through(y.unsqueeze(1)).view(n, 2 * c, h, w)))
        x, depths = maps.pop(), []
        for join, depth in zip(self.join, self.depth, strict=True):
            parts = [F.interpolate(x, scale_factor=2), maps.pop()]
            parts += [F.interpolate(depths[-1], scale_factor=2)] if depths else []
            x = join(torch.cat(parts, 1))
            depths.append(torch.sigmoid(depth(x)))
        return depths


def fetched(x, flow):
    """A map fetched along a flow, nothing where it comes from outside."""
    height, width = x.shape[2:]
    ys, xs = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    places = torch.stack([xs, ys]).float() + flow
    grid = torch.stack([2 * places[:, 0] / (width - 1) - 1, 2 * places[:, 1] / (height - 1) - 1], -1)
    inside = F.grid_sample(torch.ones_like(x), grid, align_corners=True)
    return F.grid_sample(x, grid, align_corners=True) * (inside > 0.999).float()


def compared(one, other, reach=1):
    """How alike two maps are at every shift up to ``reach``: one channel each."""
    height, width = one.shape[2:]
    padded = F.pad(other, [reach] * 4)
    shifts = [(i, j) for i in range(2 * reach + 1) for j in range(2 * reach + 1)]
    return torch.cat(
        [(one * padded[:, :, i : i + height, j : j + width]).mean(1, keepdim=True) for i, j in shifts], 1
    )


class FlowPyramid(nn.Module):
    """Two pictures, two pyramids; at every level the second is fetched, compared at all shifts, the flow mended."""

    def __init__(self, kernel=4):
        super().__init__()
        self.levels = nn.ModuleList([conv(3, 4, kernel, 2, 1), conv(4, 4, kernel, 2, 1)])
        self.flows = nn.ModuleList(nn.Conv2d(9 + 4 + 2, 2, 3, padding=1) for _ in range(2))
        self.up = nn.ConvTranspose2d(2, 2, 4, 2, 1)

    def pyramid(self, x):
        maps = []
        for level in self.levels:
            x = level(x)
            maps.append(x)
        return maps[::-1]

    def forward(self, first, second):
        flow = None
        for mend, one, other in zip(self.flows, self.pyramid(first), self.pyramid(second), strict=True):
            flow = torch.zeros(len(one), 2, *one.shape[2:]) if flow is None else 2 * self.up(flow)
            seen = compared(one, fetched(other, flow))
            flow = flow + mend(torch.cat([seen, one, flow], 1))
        return 2 * F.interpolate(flow, scale_factor=2, mode="bilinear", align_corners=False)


class Channels(nn.Module):
    """Restormer's attention, in which channels are compared and not places; and a norm in tokens."""

    def __init__(self, channels, heads=2):
        super().__init__()
        self.norm, self.heads = nn.LayerNorm(channels), heads
        self.qkv = nn.Conv2d(channels, 3 * channels, 1)
        self.around = nn.Conv2d(3 * channels, 3 * channels, 3, padding=1, groups=3 * channels)
        self.out = nn.Conv2d(channels, channels, 1)

    def forward(self, x):
        n, c, h, w = x.shape
        tokens = self.norm(x.flatten(2).transpose(1, 2)).transpose(1, 2).reshape(n, c, h, w)
        q, k, v = (
            each.reshape(n, self.heads, c // self.heads, h * w)
            for each in self.around(self.qkv(tokens)).chunk(3, dim=1)
        )
        shares = (F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)).softmax(-1)
        return x + self.out((shares @ v).reshape(n, c, h, w))


class Restorer(nn.Module):
    """A picture padded to a size that divides, halved by an unshuffle, doubled by a shuffle, cut, added to itself."""

    def __init__(self, channels=4):
        super().__init__()
        self.stem, self.out = nn.Conv2d(3, channels, 3, padding=1), nn.Conv2d(channels, 3, 3, padding=1)
        self.blocks = nn.ModuleList(Channels(channels * k) for k in (1, 2, 2, 1))
        self.down = nn.Sequential(nn.Conv2d(channels, channels // 2, 3, padding=1), nn.PixelUnshuffle(2))
        self.up = nn.Sequential(nn.Conv2d(2 * channels, 4 * channels, 3, padding=1), nn.PixelShuffle(2))
        self.join = nn.Conv2d(2 * channels, channels, 1)

    def forward(self, picture):
        height, width = picture.shape[2:]
        padded = F.pad(picture, (0, -width % 4, 0, -height % 4), mode="reflect")
        fine = self.blocks[0](self.stem(padded))
        coarse = self.blocks[2](self.blocks[1](self.down(fine)))
        fine = self.blocks[3](self.join(torch.cat([self.up(coarse), fine], 1)))
        return (self.out(fine) + padded)[:, :, :height, :width]


class Detector(nn.Module):
    """YOLO's way: phases side by side as channels, a path down and one up again, boxes of all maps in one row."""

    def __init__(self, kernel=3):
        super().__init__()
        self.stem = conv(12, 4)
        self.down = nn.ModuleList([conv(4, 4, kernel, 2, 1), conv(4, 8, kernel, 2, 1)])
        self.spread = conv(16, 8, 1)
        self.fine, self.again, self.coarse = conv(12, 4), conv(4, 4, kernel, 2, 1), conv(12, 4)
        self.heads = nn.ModuleList(nn.Conv2d(4, 6, 1) for _ in range(2))

    def forward(self, x):
        x = self.stem(torch.cat([x[..., i::2, j::2] for j in (0, 1) for i in (0, 1)], 1))
        fine = self.down[0](x)
        coarse = self.down[1](fine)
        coarse = self.spread(torch.cat([coarse, F.max_pool2d(coarse, 5, 1, 2)], 1))
        fine = self.fine(torch.cat([F.interpolate(coarse, scale_factor=2), fine], 1))
        coarse = self.coarse(torch.cat([self.again(fine), coarse], 1))
        answers = [head(each) for head, each in zip(self.heads, (fine, coarse), strict=True)]
        boxes, scores = torch.cat([each.flatten(2) for each in answers], 2).split((4, 2), 1)
        middles = [torch.cartesian_prod(*(torch.arange(n) + 0.5 for n in each.shape[2:])) for each in answers]
        middles = torch.cat(middles).flip(1).T
        one, other = boxes.chunk(2, 1)
        return torch.cat([middles - one, middles + other, scores.sigmoid()], 1)


class Branches(nn.Module):
    """HRNet's exchange: three sizes, each the sum of all three; at the end all are drawn to the largest."""

    def __init__(self, kernel=3, align_corners=False):
        super().__init__()
        self.first = conv(3, 4, 4, 2, 1)
        self.down = nn.ModuleList([conv(4, 4, kernel, 2, 1), conv(4, 4, kernel, 2, 1)])
        self.across = nn.ModuleList(
            nn.ModuleList(self._way(i, j, kernel) for j in range(3)) for i in range(3)
        )
        self.align_corners = align_corners

    @staticmethod
    def _way(to, start, kernel):
        if start > to:
            return nn.Sequential(nn.Conv2d(4, 4, 1), nn.Upsample(scale_factor=2 ** (start - to)))
        return nn.Sequential(*(conv(4, 4, kernel, 2, 1) for _ in range(to - start)))

    def forward(self, x):
        maps = [self.first(x)]
        for down in self.down:
            maps.append(down(maps[-1]))
        maps = [F.relu(sum(way(each) for way, each in zip(row, maps, strict=True))) for row in self.across]
        large = [
            F.interpolate(each, maps[0].shape[2:], mode="bilinear", align_corners=self.align_corners)
            for each in maps[1:]
        ]
        return torch.cat([maps[0], *large], 1)
