"""ESPCN, a small super-resolution network, against bicubic enlargement on pictures that it has never seen.

Words used in lesson 10
    high, low    a picture's luminance, and the same one shrunk by the factor, as if it had been taken that way
    held out     never trained on: the pictures that are scored
    contender    a name and a function that makes a network; all get the same batches, steps and learning rate

The network: W. Shi et al., Real-Time Single Image and Video Super-Resolution Using an Efficient Sub-Pixel
Convolutional Neural Network, CVPR 2016. Three convolutions on the small picture, tanh between them, the last one
before a pixel shuffle.
"""

import copy
import statistics
from contextlib import nullcontext
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from tqdm.auto import tqdm

from course_utils.images import picture, psnr
from course_utils.networks.kept import kept
from course_utils.networks.subpixel import subpixel_layer, to_subpixel, to_transposed
from course_utils.networks.training import History, choose_device, fit, predict, seeded, squared_error
from course_utils.validation import finite_array, one_of, whole_number

TRAINING = ("astronaut", "brick", "coffee")
HELD_OUT = ("camera", "chelsea")

PATCH, BATCH = 16, 16  # small pixels along a side; patches in a batch
RATE = 3e-3  # the highest learning rate; it rises to it and falls to 0 (torch's OneCycleLR)
MIDDLE = 0.5  # gray: what the network takes for 0, so that its padding is gray and not black


class ESPCN(nn.Module):
    """Luminance from 0 to 1, (N, 1, H, W), to (N, 1, H * factor, W * factor).

    ``last="sub-pixel"`` is the paper's: a 3 x 3 convolution to factor² channels, then the shuffle. With
    ``last="transposed"`` a transposed convolution of 3 * factor, stride factor and padding factor stands there,
    which can be the same function (``twin``) but starts from other random weights. ``widths`` are the channels of
    the two hidden layers (64 and 32 in the paper; half of that here, for two slow cores), ``bias`` is the
    last layer's, of ``networks.subpixel.BIASES``; ``icnr`` starts all its phases alike.
    """

    def __init__(self, factor=2, widths=(32, 16), last="sub-pixel", bias="phase", icnr=False):
        super().__init__()
        one_of(last, "last", ("sub-pixel", "transposed"))
        whole_number(factor, "factor", 1, 8)
        first, second = widths
        self.features = nn.Sequential(
            nn.Conv2d(1, first, 5, padding=2), nn.Tanh(), nn.Conv2d(first, second, 3, padding=1), nn.Tanh()
        )
        if last == "sub-pixel":
            self.enlarge = subpixel_layer(second, 1, 3, factor, padding=1, bias=bias, icnr=icnr)
        else:
            self.enlarge = nn.ConvTranspose2d(second, 1, 3 * factor, factor, factor, bias=bias is not None)

    def forward(self, low):
        return self.enlarge(self.features(low - MIDDLE)) + MIDDLE


def twin(network):
    """The same function with the other last layer, weights carried over; a new network of the same class.

    Raises ValueError where a transposed convolution has no words for it: biases that differ between phases.
    """
    is_transposed = isinstance(network.enlarge, nn.ConvTranspose2d)
    other = copy.deepcopy(network)
    with seeded(0):  # its first random weights are overwritten; nobody else's are moved by them
        other.enlarge = to_subpixel(network.enlarge) if is_transposed else to_transposed(network.enlarge)
    return other


def weight_difference(network, other):
    """Largest difference between the weights of two ESPCNs, carried over first where the last layers differ."""
    kinds = {isinstance(each.enlarge, nn.ConvTranspose2d) for each in (network, other)}
    if len(kinds) == 2:
        other = twin(other)
    a, b = network.state_dict(), other.state_dict()
    if a.keys() != b.keys() or any(a[name].shape != b[name].shape for name in a):
        raise ValueError("the two networks have weights of different shapes.")
    return max((a[name] - b[name]).abs().max().item() for name in a)


# ---- Pictures ------------------------------------------------------------------------------------


class Pair(NamedTuple):
    """One picture twice, tensors of values from 0 to 1 and shape (1, 1, height, width)."""

    name: str
    low: torch.Tensor
    high: torch.Tensor


def luminance(image):
    """How bright every pixel is, from 0 to 1: 0.299 R + 0.587 G + 0.114 B of uint8 values, over 255 (BT.601).

    >>> luminance(np.array([[[255, 255, 255], [255, 0, 0]]], np.uint8)).round(3)
    array([[1.   , 0.299]])
    """
    image = finite_array(image, "image")
    gray = image if image.ndim == 2 else image @ np.array([0.299, 0.587, 0.114])
    return gray / 255


def shrink(high, factor):
    """(N, 1, H, W) made smaller, then rounded to 8 bits, as a file would hold it.

    Antialiased bicubic: the kernel, a = -0.5, is widened by the factor, so that it averages. It is Pillow's
    ``resize(..., BICUBIC)`` and torch's ``interpolate(mode="bicubic", antialias=True)``; the papers use MATLAB's
    ``imresize``, the same kernel.
    """
    height, width = (size // factor for size in high.shape[2:])
    low = F.interpolate(high, size=(height, width), mode="bicubic", antialias=True)
    return (low.clamp(0, 1) * 255).round() / 255


def bicubic(low, factor, a=-0.75):
    """The rival that learns nothing. a = -0.75 is torch's and OpenCV's bicubic, -0.5 is Pillow's and MATLAB's."""
    if a not in (-0.75, -0.5):
        raise ValueError(f"a must be -0.75 (torch, OpenCV) or -0.5 (Pillow, MATLAB); got {a}.")
    return F.interpolate(low, scale_factor=factor, mode="bicubic", antialias=a == -0.5)


def pairs(names, factor=2, dtype=torch.float32):
    """A Pair for every name of ``images.PICTURES``, cut to a multiple of the factor."""
    whole_number(factor, "factor", 1, 8)
    return [_pair(name, factor, dtype) for name in names]


def _pair(name, factor, dtype):
    gray = luminance(picture(name))
    height, width = (size // factor * factor for size in gray.shape)
    high = torch.tensor(gray[None, None, :height, :width], dtype=dtype)
    return Pair(name, shrink(high, factor), high)


def patches(pictures, seed, size=PATCH, count=BATCH):
    """Batches without end, (low, high): ``count`` places of random pictures, turned and mirrored at random.

    ``size`` is in small pixels; low has shape (count, 1, size, size). The places follow from the seed alone.
    """
    smallest = min(min(pair.low.shape[2:]) for pair in pictures)
    whole_number(size, "size", 1, smallest)
    whole_number(count, "count")
    whole_number(seed, "seed", 0)
    return _endless(pictures, np.random.default_rng(seed), size, count)


def _endless(pictures, random, size, count):
    while True:
        cut = [_patches(pictures[random.integers(len(pictures))], random, size) for _ in range(count)]
        yield tuple(torch.stack(each) for each in zip(*cut, strict=True))


def _patches(pair, random, size):
    factor = pair.high.shape[2] // pair.low.shape[2]
    top, left = (random.integers(length - size + 1) for length in pair.low.shape[2:])
    turns, mirrored = random.integers(4), random.integers(2)
    low = pair.low[0, :, top : top + size, left : left + size]
    top, left, size = top * factor, left * factor, size * factor
    high = pair.high[0, :, top : top + size, left : left + size]
    for each in (low, high):
        turned = torch.rot90(each, int(turns), (1, 2))
        yield turned.flip(2) if mirrored else turned


# ---- Without a hidden layer ----------------------------------------------------------------------


def least_squares(pictures, kernel_size=5):
    """The rival that learns without steps: one convolution and a shuffle, in float32, fitted to all of ``pictures``.

    Every phase has a kernel of ``kernel_size`` (odd) and a bias; together they have the least squared error of all
    such layers on these pictures, found by solving the normal equations. Beyond the border the border sample repeats.
    """
    whole_number(kernel_size, "kernel_size", 1, 15)
    if kernel_size % 2 == 0:
        raise ValueError(f"kernel_size must be odd, so that a pixel is its center; got {kernel_size}.")
    factor = pictures[0].high.shape[2] // pictures[0].low.shape[2]
    normal = right = 0
    for pair in pictures:
        read = _windows(pair.low.double() - MIDDLE, kernel_size)
        wanted = F.pixel_unshuffle(pair.high.double() - MIDDLE, factor)[0].flatten(1)
        normal, right = normal + read @ read.T, right + read @ wanted.T
    *weight, bias = torch.linalg.lstsq(
        normal, right, driver="gelsd"
    ).solution  # flat pictures: the least weights
    return _filter(torch.stack(weight), bias, kernel_size, factor)


def _windows(low, kernel_size):
    """(kernel_size² + 1, pixels): what the kernel reads at every pixel of (1, 1, H, W), and a 1 for the bias."""
    padded = F.pad(low, (kernel_size // 2,) * 4, mode="replicate")
    return F.pad(F.unfold(padded, kernel_size)[0], (0, 0, 0, 1), value=1)


def _filter(weight, bias, kernel_size, factor):
    """The layer with these numbers; ``weight`` has shape (kernel_size², factor²). Gray is its 0, as ESPCN's."""
    conv = nn.Conv2d(1, factor**2, kernel_size, padding=kernel_size // 2, padding_mode="replicate")
    with torch.no_grad():
        conv.weight.copy_(weight.T.reshape(conv.weight.shape))
        conv.bias.copy_(bias + MIDDLE - MIDDLE * weight.sum(0))
    return nn.Sequential(conv, nn.PixelShuffle(factor))


# ---- Training and scoring ------------------------------------------------------------------------


def train(network, pictures, seed, steps, progress=None, rate=RATE):
    """Adam on the mean squared error of ``patches(pictures, seed)``, learning rate up to ``rate`` and down again."""
    optimizer = torch.optim.Adam(network.parameters(), lr=rate)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, max(steps, 2))
    return fit(
        network, squared_error, patches(pictures, seed), optimizer, steps, progress=progress, scheduler=scheduler
    )  # fmt: skip


def score(enlarge, pictures):
    """{name: PSNR in dB} of ``enlarge(low)``, a network or a function, against each picture.

    On luminance, cut to 0..1, without the outermost ``factor`` pixels: as usual in the field.
    """
    make = partial(predict, enlarge) if isinstance(enlarge, nn.Module) else enlarge
    return {pair.name: _psnr(make(pair.low), pair) for pair in pictures}


def _psnr(result, pair):
    if result.shape != pair.high.shape:
        raise ValueError(
            f"the enlarged {pair.name} must have shape {tuple(pair.high.shape)}; got {tuple(result.shape)}."
        )
    border = pair.high.shape[2] // pair.low.shape[2]
    inside = (..., slice(border, -border), slice(border, -border))
    return psnr(result.clamp(0, 1)[inside].double().numpy(), pair.high[inside].double().numpy(), peak=1)


CONTENDERS = {
    "sub-pixel": ESPCN,
    "sub-pixel, ICNR": partial(ESPCN, icnr=True),
    "transposed": partial(ESPCN, last="transposed"),
    "the paper's widths": partial(ESPCN, widths=(64, 32)),
}
"""Networks by name. They differ in the last layer and how it starts; the last one has twice the channels."""


class Trained(NamedTuple):
    """One training of one contender."""

    contender: str
    seed: int
    network: nn.Module
    history: History
    scores: dict  # picture -> dB


@kept
def compare(contenders=("sub-pixel",), seeds=(0, 1, 2), steps=1500, factor=2, device=None, progress=None):
    """Train every contender with every seed on TRAINING; a list of Trained, scored on HELD_OUT.

    A seed sets the random weights and the patches, so that contenders meet the same patches in the same order.
    ``progress`` is the title of one bar for all; ■ ends it, and what was trained by then is returned.
    """
    names = [one_of(name, "contenders", tuple(CONTENDERS)) for name in contenders]
    device = choose_device(device)
    known, unknown = pairs(TRAINING, factor), pairs(HELD_OUT, factor)
    bar = tqdm(total=len(names) * len(seeds) * steps, desc=progress) if progress else nullcontext()
    trained = []
    with bar as shared:
        for seed in seeds:
            for name in names:
                with seeded(seed):
                    network = CONTENDERS[name](factor).to(device)
                history = train(network, known, seed, steps, progress=shared)
                trained.append(Trained(name, seed, network, history, score(network, unknown)))
                if history.stopped:
                    return trained[:-1] or trained
    return trained


def summary(trained, factor=2):
    """Rows for a table: both bicubics, then every contender, its mean PSNR over the seeds, and how far it is above.

    "above bicubic" is against the better one, a = -0.75, averaged over the pictures; "±" is its standard
    deviation over the seeds, "least" the worst seed.
    """
    unknown = pairs(HELD_OUT, factor)
    base = {a: score(partial(bicubic, factor=factor, a=a), unknown) for a in (-0.5, -0.75)}
    rows = [_row(f"bicubic, a = {a}", [scores], base[-0.75]) for a, scores in base.items()]
    for name in dict.fromkeys(each.contender for each in trained):
        runs = [each for each in trained if each.contender == name]
        rows.append(_row(name, [each.scores for each in runs], base[-0.75]))
    return rows


def _row(name, scores, base):
    above = [statistics.mean(each[picture] - base[picture] for picture in base) for each in scores]
    means = {f"{picture} dB": round(statistics.mean(each[picture] for each in scores), 2) for picture in base}
    spread = round(statistics.stdev(above), 3) if len(above) > 1 else "-"
    return {"enlarged by": name, **means, "above bicubic": round(statistics.mean(above), 2),
            "±": spread, "least": round(min(above), 2), "seeds": len(scores)}  # fmt: skip
