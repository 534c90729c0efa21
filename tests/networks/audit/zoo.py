"""Small networks written for the tests: in each one thing is planted, and its clean twin differs in that alone."""

from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from course_utils.networks.alignment import fetch
from course_utils.networks.alignment_bugs import (
    as_in_alignseg,
    height_and_width_swapped,
    mixed_conventions,
    rows_before_columns,
)
from tests.networks.audit.networks import compared


class Ladder(nn.Module):
    """An encoder of halvings and a decoder that adds or stacks: how each goes is a function."""

    def __init__(self, down, up, levels=2, merge="add", rank=2):
        super().__init__()
        conv = (nn.Conv1d, nn.Conv2d, nn.Conv3d)[rank - 1]
        self.stem = conv(1, 2, 3, padding=1)
        self.down = nn.ModuleList(down() for _ in range(levels))
        self.up = up
        self.merge = merge

    def forward(self, x):
        maps = [self.stem(x)]
        for layer in self.down:
            maps.append(layer(maps[-1]))
        coarse = maps.pop()
        while maps:
            fine = maps.pop()
            coarse = self.up(coarse, fine.shape[2:])
            coarse = fine + coarse if self.merge == "add" else torch.cat([fine, coarse], 1)[:, :2]
        return coarse


class InPlace(nn.Module):
    """A residual block of resnet-d: 3 x 3 beside an average pool, added in place."""

    def __init__(self):
        super().__init__()
        self.main, self.shortcut = (
            nn.Conv2d(1, 2, 3, 2, 1),
            nn.Sequential(nn.AvgPool2d(2), nn.Conv2d(1, 2, 1)),
        )

    def forward(self, x):
        y = self.main(x)
        y += self.shortcut(x)
        return F.relu_(y)


class Apply(nn.Module):
    """A function as a module."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


def resize(coarse, size, **settings):
    return F.interpolate(coarse, size, **settings)


bilinear = partial(resize, mode="bilinear", align_corners=False)
corners = partial(resize, mode="bilinear", align_corners=True)
nearest = partial(resize, mode="nearest")


def halving(kernel, padding, rank=2):
    conv = (nn.Conv1d, nn.Conv2d, nn.Conv3d)[rank - 1]
    return partial(conv, 2, 2, kernel, stride=2, padding=padding)


def pool():
    return nn.MaxPool2d(2)


class Transposed(nn.Module):
    """One halving and a transposed convolution back."""

    def __init__(self, down, up):
        super().__init__()
        self.stem, self.down, self.up = nn.Conv2d(1, 2, 1), down, up

    def forward(self, x):
        fine = self.stem(x)
        return fine + self.up(self.down(fine))


class Fetch(nn.Module):
    """A coarse map is fetched along a flow, learned or zero, and added."""

    def __init__(self, fetch, learned):
        super().__init__()
        self.down, self.flow, self.fetch, self.learned = (
            nn.AvgPool2d(2),
            nn.Conv2d(1, 2, 3, padding=1),
            fetch,
            learned,
        )

    def forward(self, x):
        flow = 0.1 * self.flow(x) if self.learned else torch.zeros(len(x), 2, *x.shape[2:])
        return x + self.fetch(self.down(x), flow)


def of_affine_grid(x, made, sampled):
    theta = torch.eye(2, 3)[None]
    grid = F.affine_grid(theta, list(x.shape), align_corners=made)
    return x + F.grid_sample(x, grid, align_corners=sampled)


def lookups(x, learned=False):
    """RAFT's way: a map of correlations for every place, each read in a small window around a point of its own."""
    tokens = x.flatten(2)
    maps = (tokens.mT @ tokens).reshape(256, 1, 16, 16)
    steps = torch.arange(-4, 5) / 7.5
    window = torch.stack(torch.meshgrid(steps, steps, indexing="ij"), -1)  # y before x
    centers = torch.rand(256, 1, 1, 2, generator=torch.Generator().manual_seed(0)) * 2 - 1
    if learned:
        centers = centers + 0.1 * x.reshape(256, 1, 1, 1)
    seen = F.grid_sample(maps, centers + window, align_corners=True)
    return x + seen.reshape(1, 16, 16, 81).movedim(-1, 1)


def labels_shrunk(x, mode):
    return F.interpolate((x > 0.5).float(), size=(8, 8), mode=mode)


def shuffled_by_hand(x, r=2):
    """A pixel unshuffle and a shuffle, written with reshape and permute."""
    n, c, h, w = x.shape
    small = (
        x.reshape(n, c, h // r, r, w // r, r).permute(0, 1, 3, 5, 2, 4).reshape(n, c * r * r, h // r, w // r)
    )
    small = small * 2
    large = small.reshape(n, c, r, r, h // r, w // r).permute(0, 1, 4, 2, 5, 3).reshape(n, c, h, w)
    return x + large


class Windows(nn.Module):
    """Swin's way: tokens, rolled, parted into windows, attended to, put together, rolled back, added."""

    def __init__(self, window=4, shift=2, forget_to_roll_back=False):
        super().__init__()
        self.window, self.shift, self.forget = window, shift, forget_to_roll_back
        self.qkv = nn.Linear(4, 12)
        self.embed = nn.Conv2d(1, 4, 2, 2)

    def forward(self, x):
        x = self.embed(x).flatten(2).transpose(1, 2)
        n, length, c = x.shape
        side, w = int(length**0.5), self.window
        y = torch.roll(x.view(n, side, side, c), (-self.shift, -self.shift), dims=(1, 2))
        y = y.view(n, side // w, w, side // w, w, c).permute(0, 1, 3, 2, 4, 5).reshape(-1, w * w, c)
        q, k, v = self.qkv(y).reshape(-1, w * w, 3, 1, c).permute(2, 0, 3, 1, 4).unbind(0)
        y = (q @ k.transpose(-2, -1)).softmax(-1) @ v
        y = y.transpose(1, 2).reshape(-1, w, w, c)
        y = y.view(n, side // w, side // w, w, w, c).permute(0, 1, 3, 2, 4, 5).reshape(n, side, side, c)
        if not self.forget:
            y = torch.roll(y, (self.shift, self.shift), dims=(1, 2))
        return x + y.view(n, length, c)


class Tokens(nn.Module):
    """A vision transformer with a class token, its tokens laid out again and enlarged."""

    def __init__(self, up):
        super().__init__()
        self.embed, self.token, self.up = nn.Conv2d(1, 4, 4, 4), nn.Parameter(torch.zeros(1, 1, 4)), up
        self.position = nn.Parameter(torch.zeros(1, 65, 4))
        self.attend = nn.MultiheadAttention(4, 2, batch_first=True)

    def forward(self, x):
        tokens = self.embed(x).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.token.expand(len(x), -1, -1), tokens], 1) + self.position
        tokens = tokens + self.attend(tokens, tokens, tokens)[0]
        side = x.shape[-1] // 4
        back = tokens[:, 1:].transpose(1, 2).reshape(len(x), 4, side, side)
        return x + self.up(back, x.shape[2:])[:, :1]


class TokenPyramid(nn.Module):
    """Mask2Former's way: tokens of three maps in one row, an encoder, parted again, added from the top.

    ``encoder`` is handed (tokens, sizes of the maps); ``down`` makes a halving.
    """

    def __init__(self, down, encoder, up):
        super().__init__()
        self.stem = nn.Conv2d(1, 2, 1)
        self.down = nn.ModuleList(down() for _ in range(3))
        self.levels = nn.Parameter(torch.rand(3, 2))
        self.encoder, self.up = encoder, up

    def forward(self, x):
        maps, x = [], self.stem(x)
        for layer in self.down:
            x = layer(x)
            maps.append(x)
        sizes = [tuple(each.shape[2:]) for each in maps]
        tokens = [
            each.flatten(2).transpose(1, 2) + level for each, level in zip(maps, self.levels, strict=True)
        ]
        row = self.encoder(torch.cat(tokens, 1), sizes)
        parts = row.split([h * w for h, w in sizes], 1)
        maps = [part.mT.reshape(len(x), 2, *size) for part, size in zip(parts, sizes, strict=True)]
        coarse = maps.pop()
        while maps:
            fine = maps.pop()
            coarse = fine + self.up(coarse, fine.shape[2:])
        return coarse


class Attention(nn.Module):
    """A layer of a transformer: attention and two linear layers, each added to what came in."""

    def __init__(self, class_token=False, attended_first=False):
        super().__init__()
        self.attended_first = attended_first
        self.attend = nn.MultiheadAttention(2, 1, batch_first=True)
        self.norm, self.one, self.two = nn.LayerNorm(2), nn.Linear(2, 8), nn.Linear(8, 2)
        self.class_token = nn.Parameter(torch.zeros(1, 1, 2)) if class_token else None

    def forward(self, x, sizes):
        if self.class_token is not None:
            x = torch.cat([self.class_token.expand(len(x), -1, -1), x], 1)
        y = self.attend(x, x, x)[0]
        x = self.norm(y + x if self.attended_first else x + y)
        x = x + self.two(F.gelu(self.one(x)))
        return x if self.class_token is None else x[:, 1:]


class Deformable(nn.Module):
    """Attention that fetches two points of every map for each token, at offsets that the token chooses."""

    def __init__(self, levels=3, points=2):
        super().__init__()
        self.value, self.offsets = nn.Linear(2, 2), nn.Linear(2, levels * points * 2)
        self.weights, self.shape = nn.Linear(2, levels * points), (levels, points)

    def forward(self, x, sizes):
        n, length, c = x.shape
        middles = torch.cat([self.middles(*size) for size in sizes])
        scales = torch.tensor([(w, h) for h, w in sizes], dtype=x.dtype)
        offsets = self.offsets(x).view(n, length, *self.shape, 2) / scales[:, None]
        points = 2 * (middles[:, None, None] + offsets) - 1
        weights = self.weights(x).softmax(-1).view(n, length, *self.shape)
        fetched = []
        values = self.value(x).split([h * w for h, w in sizes], 1)
        for level, (value, size) in enumerate(zip(values, sizes, strict=True)):
            value = value.mT.reshape(n, c, *size)
            fetched.append(F.grid_sample(value, points[:, :, level], align_corners=False))
        together = (torch.stack(fetched, -2) * weights[:, None]).flatten(-2).sum(-1)
        return x + together.mT

    @staticmethod
    def middles(height, width):
        """The middles of all cells, (x, y) from 0 to 1, in the order of the tokens."""
        ys, xs = ((torch.arange(n) + 0.5) / n for n in (height, width))
        return torch.stack(torch.meshgrid(ys, xs, indexing="ij")[::-1], -1).flatten(0, 1)


class Exchange(nn.Module):
    """Three maps by convolutions and three by pools, each three in a row; the rows are added or laid side by side."""

    def __init__(self, down, merge):
        super().__init__()
        self.convolutions = nn.ModuleList(down() for _ in range(3))
        self.merge = merge

    def forward(self, x):
        x = x.expand(-1, 2, -1, -1)
        rows = []
        for layers in (self.convolutions, [nn.AvgPool2d(2)] * 3):
            maps = [x]
            for layer in layers:
                maps.append(layer(maps[-1]))
            rows.append(torch.cat([each.flatten(2) for each in maps[1:]], 2))
        return sum(rows) if self.merge == "add" else torch.cat(rows, 1)


def squeezed(x):
    """Squeeze and excitation: one number for the whole map has no place."""
    return x * torch.sigmoid(F.adaptive_avg_pool2d(x, 1))


def profiles(x):
    """Coordinate attention: the means of all rows and of all columns, joined, worked on, parted, multiplied in."""
    rows, columns = x.mean(3, keepdim=True), x.mean(2, keepdim=True)
    both = torch.sigmoid(torch.cat([rows, columns.mT], 2))
    rows, columns = both.split([x.shape[2], x.shape[3]], 2)
    return F.avg_pool2d(x * rows * columns.mT, 2) + F.avg_pool2d(rows * columns.mT, 2)


def phases(x):
    """Every second sample from each start, laid side by side as channels, as Swin and YOLO's stem do."""
    parts = [x[..., i::2, j::2] for i in (0, 1) for j in (0, 1)]
    small = torch.cat(parts, 1)
    return x + F.interpolate(small, scale_factor=2, mode="nearest")[:, :1]


def window(x, reach=1):
    """All samples of a window as channels, written by hand: the map padded and cut at every shift."""
    height, width = x.shape[2:]
    padded = F.pad(x, [reach] * 4)
    shifts = [(i, j) for i in range(2 * reach + 1) for j in range(2 * reach + 1)]
    return x + torch.cat([padded[:, :, i : i + height, j : j + width] for i, j in shifts], 1).mean(1, True)


class Search(nn.Module):
    """A map compared with another at every shift, as a flow network does: ``one`` and ``other`` make them."""

    def __init__(self, one, other):
        super().__init__()
        self.one, self.other = one(), other()

    def forward(self, x):
        x = x.expand(-1, 2, -1, -1)
        return compared(self.one(x), self.other(x))


def image(*size):
    return torch.rand(1, 1, *size, generator=torch.Generator().manual_seed(0))


CLEAN = {
    "2x2 halvings, bilinear": (Ladder(halving(2, 0), bilinear), image(32, 24)),
    "4x4 halvings, nearest": (Ladder(halving(4, 1), nearest, merge="cat"), image(32, 24)),
    "pools, bilinear": (Ladder(pool, bilinear, 3), image(32, 48)),
    "3x3 halvings between corners": (Ladder(halving(3, 1), corners), image(33, 17)),
    "1-D": (Ladder(halving(2, 0, 1), nearest, rank=1), image(32)),
    "3-D": (
        Ladder(halving(2, 0, 3), partial(resize, mode="trilinear", align_corners=False), rank=3),
        image(8, 16, 8),
    ),
    "3x3 down, its transpose up": (
        Transposed(nn.Conv2d(2, 2, 4, 2, 1), nn.ConvTranspose2d(2, 2, 4, 2, 1)), image(16, 16)
    ),
    "fetched, zero flow": (Fetch(partial(lambda x, flow: resize(x, flow.shape[2:], mode="bilinear")), False),
                           image(16, 24)),
    "fetched along a learned flow": (Fetch(fetch, True), image(16, 24)),
    "small windows around points, y before x": (Apply(lookups), image(16, 16)),
    "small windows around points that the network chose": (Apply(partial(lookups, learned=True)), image(16, 16)),
    "grid and sampling agree, False": (Apply(partial(of_affine_grid, made=False, sampled=False)), image(16, 24)),
    "grid and sampling agree, True": (Apply(partial(of_affine_grid, made=True, sampled=True)), image(16, 24)),
    "labels shrunk by area": (Apply(lambda x: F.interpolate((x > 0.5).float(), size=(8, 8), mode="area")),
                              image(32, 32)),
    "shuffles by hand": (Apply(shuffled_by_hand), image(16, 24)),
    "pixel shuffle": (
        Apply(lambda x: x + F.pixel_shuffle(F.pixel_unshuffle(x, 2) * 2, 2)), image(16, 24)
    ),
    "windows": (Windows(), image(32, 32)),
    "tokens": (Tokens(bilinear), image(32, 32)),
    "tokens of three maps": (TokenPyramid(halving(2, 0), Attention(), bilinear), image(32, 48)),
    "tokens of three maps and a class token": (
        TokenPyramid(halving(4, 1), Attention(class_token=True), bilinear), image(32, 48)
    ),
    "deformable attention to three maps": (TokenPyramid(halving(2, 0), Deformable(), nearest), image(32, 48)),
    "rows of three maps, added": (Exchange(halving(2, 0), "add"), image(32, 48)),
    "rows of three maps, side by side": (Exchange(halving(4, 1), "cat"), image(32, 48)),
    "tokens cut between rows and joined again": (
        Apply(lambda x: x.flatten(2) + torch.cat(x.flatten(2).chunk(4, -1), -1)), image(16, 24)
    ),
    "a window cut by hand": (Apply(window), image(16, 24)),
    "compared at every shift": (Search(halving(2, 0), pool), image(32, 48)),
    "rows and columns, a profile each": (Apply(profiles), image(16, 24)),
    "squeezed": (Apply(squeezed), image(16, 24)),
    "phases": (Apply(phases), image(16, 24)),
    "unfolded and folded": (
        Apply(lambda x: x + F.fold(F.unfold(x, 4, stride=2, padding=1), x.shape[2:], 4, stride=2, padding=1)),
        image(16, 24),
    ),
    "padded and cropped": (Apply(lambda x: x + F.pad(x, (2, 1, 3, 1), "reflect")[..., 3:-1, 2:-1]), image(16, 24)),
    "shrunk with antialias": (
        Apply(lambda x: F.interpolate(x, size=(8, 8), mode="bilinear", antialias=True)), image(32, 32)
    ),
    "adaptive pool that divides": (Apply(lambda x: F.adaptive_avg_pool2d(x, 4)), image(16, 24)),
}  # fmt: skip
"""Name -> (network, image): nothing is to be found, and all is known."""

PLANTED = {
    "3x3 halvings": (Ladder(halving(3, 1), bilinear), image(32, 24), "constant offset", "note"),
    "3x3 halvings, stacked": (Ladder(halving(3, 1), nearest, merge="cat"), image(32, 24), "constant offset", "note"),
    "corners": (Ladder(halving(2, 0), corners), image(32, 24), "growing offset", "look"),
    "pools between corners": (Ladder(pool, corners, 3), image(32, 48), "growing offset", "look"),
    "added in place": (InPlace(), image(32, 24), "constant offset", "note"),
    "odd size": (Ladder(halving(3, 1), bilinear), image(33, 17), "growing offset", "look"),
    "1-D": (Ladder(halving(3, 1, 1), nearest, rank=1), image(32), "constant offset", "note"),
    "3-D": (
        Ladder(halving(3, 1, 3), partial(resize, mode="trilinear", align_corners=False), rank=3),
        image(8, 16, 8), "constant offset", "note",
    ),
    "kernel 3 down, kernel 2 up": (
        Transposed(nn.Conv2d(2, 2, 3, 2, 1), nn.ConvTranspose2d(2, 2, 2, 2)), image(16, 16), "constant offset", "note"
    ),
    "uneven taps": (
        Transposed(nn.Conv2d(2, 2, 3, 2, 1), nn.ConvTranspose2d(2, 2, 3, 2, 1, 1)), image(16, 16),
        "uneven taps", "look",
    ),
    "both conventions": (
        Apply(lambda x: corners(bilinear(F.avg_pool2d(x, 4), (8, 12)), (16, 24))), image(16, 24),
        "mixed conventions", "look",
    ),
    "mixed grid": (Fetch(mixed_conventions, False), image(16, 24), "grid of the other convention", "bug"),
    "mixed grid, learned flow": (
        Fetch(mixed_conventions, True), image(16, 24), "grid of the other convention", "bug"
    ),
    "flow divided by (height, width)": (Fetch(height_and_width_swapped, True), image(16, 24), "flow units", "bug"),
    "as in AlignSeg, units": (Fetch(as_in_alignseg, True), image(16, 24), "flow units", "bug"),
    "as in AlignSeg, conventions": (
        Fetch(as_in_alignseg, True), image(16, 24), "grid of the other convention", "bug"
    ),
    "rows before columns": (Fetch(rows_before_columns, False), image(16, 16), "x and y exchanged", "bug"),
    "made False, sampled True": (
        Apply(partial(of_affine_grid, made=False, sampled=True)), image(16, 24), "grid of the other convention", "bug"
    ),
    "made True, sampled False": (
        Apply(partial(of_affine_grid, made=True, sampled=False)), image(16, 24), "grid of the other convention", "bug"
    ),
    "labels shrunk by nearest": (
        Apply(partial(labels_shrunk, mode="nearest")), image(32, 32), "nearest leans to the left", "bug"
    ),
    "shrunk by nearest": (
        Apply(lambda x: F.interpolate(x, size=(8, 8))), image(32, 32), "nearest leans to the left", "look"
    ),
    "shrunk without antialias": (
        Apply(lambda x: bilinear(x, (8, 8))), image(32, 32), "shrinks without antialias", "bug"
    ),
    "a factor that does not come out even": (
        Apply(lambda x: F.interpolate(x, scale_factor=1.55, mode="bilinear")), image(10, 10),
        "factor that does not come out even", "look",
    ),
    "last row never read": (
        nn.Sequential(nn.Conv2d(1, 1, 3, 2), nn.ReLU()), image(16, 16), "samples never read", "look"
    ),
    "pool drops a row": (nn.MaxPool2d(2), image(17, 16), "samples never read", "look"),
    "one sample of four": (nn.Conv2d(1, 1, 1, 2), image(16, 16), "reads one sample of several", "note"),
    "uneven bins": (nn.AdaptiveAvgPool2d(6), image(16, 16), "uneven bins", "look"),
    "a crop that forgets the padding": (
        Apply(lambda x: x + F.pad(x, (2, 1, 2, 1))[..., :-3, :-3]), image(16, 24), "constant offset", "note"
    ),
    "windows that are not rolled back": (
        Windows(forget_to_roll_back=True), image(32, 32), "constant offset", "note"
    ),
    "tokens between corners": (Tokens(corners), image(32, 32), "growing offset", "look"),
    "tokens of three maps, 3x3 halvings": (
        TokenPyramid(halving(3, 1), Attention(), bilinear), image(32, 48), "constant offset", "note"
    ),
    "deformable attention to three maps between corners": (
        TokenPyramid(halving(2, 0), Deformable(), corners), image(32, 48), "growing offset", "look"
    ),
    "rows of maps that sit elsewhere, added": (
        Exchange(halving(3, 1), "add"), image(32, 48), "constant offset", "note"
    ),
    "rows of maps that sit elsewhere, side by side": (
        Exchange(halving(3, 1), "cat"), image(32, 48), "constant offset", "note"
    ),
    "compared at every shift, half a pixel apart": (
        Search(halving(3, 1), pool), image(32, 48), "constant offset", "note"
    ),
    "a profile of rows, one row off": (
        Apply(lambda x: x * F.pad(x, (0, 0, 1, 0))[:, :, :-1].mean(3, keepdim=True)), image(16, 24),
        "constant offset", "note",
    ),
    "cut at two shifts and laid side by side": (
        Apply(lambda x: torch.cat([x[..., 1:-1], x[..., 2:]], 1)), image(16, 24), "constant offset", "note"
    ),
    "attention's answer reshaped without a permute": (
        Apply(lambda x: x.expand(-1, 64, -1, -1) + x.expand(-1, 64, -1, -1).flatten(2).mT.reshape(1, 64, 4, 4)),
        image(4, 4), "samples in another order", "bug",
    ),
    "rows and columns exchanged": (Apply(lambda x: x + x.mT), image(16, 16), "samples in another order", "bug"),
    "mirrored": (Apply(lambda x: x + x.flip(-1)), image(16, 24), "growing offset", "look"),
    "answer beside the picture": (
        Apply(lambda x: bilinear(F.conv2d(x, torch.ones(1, 1, 3, 3), stride=2, padding=1), x.shape[2:])),
        image(16, 24), "offset of the answer", "note",
    ),
}  # fmt: skip
"""Name -> (network, image, kind, grade): what must be found."""
