"""A small classifier of textures, to see what another resize does to it: five photos, and from which a crop was cut.

It reads how strong a crop is in each of eight bands of frequencies, from coarse to fine: a hand-made cousin of what
the first layers of a network measure. The last step is softmax regression, trained by gradient descent.
"""

from functools import lru_cache
from itertools import pairwise

import numpy as np

from course_utils import images
from course_utils.recipes import recipe, resize_by
from course_utils.resampling import to_8_bits

SIDE, SMALL, BANDS = 128, 32, 8
SHRINK = {"Pillow BILINEAR": recipe("pillow", "bilinear"), "OpenCV LINEAR": recipe("opencv", "linear")}
SEEDS = range(5)


def crops(seed, count=60):
    """``count`` crops of each photo, in gray: uint8 (5 * count, SIDE, SIDE), and the number of each crop's photo."""
    rng, cut, labels = np.random.default_rng(seed), [], []
    for label, name in enumerate(images.PICTURES):
        photo = images.picture(name)
        gray = to_8_bits(photo @ images.GRAY) if photo.ndim == 3 else photo
        for _ in range(count):
            top, left = (rng.integers(size - SIDE + 1) for size in gray.shape)
            cut.append(gray[top : top + SIDE, left : left + SIDE])
            labels.append(label)
    return np.array(cut), np.array(labels)


def shrunk(crops, how):
    """The crops at SMALL × SMALL pixels, by a name of SHRINK."""
    return resize_by(SHRINK[how], crops, (SMALL, SMALL), axes=(1, 2))


def band_powers(small):
    """How strong each crop is in each band, as logarithms: shape (crops, BANDS)."""
    small = small / 255
    power = np.abs(np.fft.fft2(small - small.mean((1, 2), keepdims=True))) ** 2
    frequency = np.hypot(*np.meshgrid(*[np.fft.fftfreq(SMALL)] * 2))
    edges = np.linspace(0, np.sqrt(0.5), BANDS + 1)
    inside = [(frequency >= low) & (frequency <= high) for low, high in pairwise(edges)]
    return np.stack([np.log(1e-6 + power[:, band].mean(1)) for band in inside], 1)


def pixels(small):
    """The crops as they are: shape (crops, SMALL * SMALL)."""
    return small.reshape(len(small), -1) / 255


def trained(features, labels, steps=400, rate=0.5):
    """A function from features to labels: softmax regression on standardized features."""
    mean, spread = features.mean(0), features.std(0) + 1e-6
    x, wanted = (features - mean) / spread, np.eye(labels.max() + 1)[labels]
    weights, bias = np.zeros((x.shape[1], wanted.shape[1])), np.zeros(wanted.shape[1])
    for _ in range(steps):
        scores = np.exp(x @ weights + bias - (x @ weights + bias).max(1, keepdims=True))
        off = (scores / scores.sum(1, keepdims=True) - wanted) / len(x)
        weights -= rate * (x.T @ off + 1e-3 * weights)
        bias -= rate * off.sum(0)
    return lambda features: ((features - mean) / spread @ weights + bias).argmax(1)


@lru_cache(2)
def scores(features=band_powers):
    """{(shrunk so in training, shrunk so in use): share of right answers, one per seed}, on new crops."""
    table = {(one, other): [] for one in SHRINK for other in SHRINK}
    for seed in SEEDS:
        (cut, labels), (fresh, truth) = crops(seed), crops(1000 + seed)
        new = {how: features(shrunk(fresh, how)) for how in SHRINK}
        for one in SHRINK:
            answer = trained(features(shrunk(cut, one)), labels)
            for other in SHRINK:
                table[one, other].append(float((answer(new[other]) == truth).mean()))
    return table
