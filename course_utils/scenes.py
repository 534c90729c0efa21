"""Labeled street-like scenes, deterministic by seed, with exact masks at any resolution.

A scene is geometry in continuous coordinates: sky, ground below a slanted horizon, blocks, discs and thin slanted
poles, each of one color with a soft texture. It is drawn afterwards, at the size one asks for.

    place       (x, y) in *heights of the picture*: y runs from 0, the top edge, to 1; x from 0 to width / height
    labels      the class at each pixel's center, ((column + 0.5) / height, (row + 0.5) / height): exact at any size
    coverage    how much of a pixel a shape covers; the image mixes colors by it, so its edges are smooth

One seed at two sizes of one shape is one scene, looked at with coarser or finer pixels. Only the noise is another:
it belongs to the pixels.
"""

from typing import NamedTuple

import numpy as np

from course_utils.validation import (
    LARGEST_SIZE,
    affordable,
    finite_array,
    real_number,
    whole_number,
    whole_numbers,
)

CLASS_NAMES = ("sky", "ground", "block", "disc", "pole")
SKY, GROUND, BLOCK, DISC, POLE = range(len(CLASS_NAMES))

CLASS_COLORS = np.array(
    [[86, 180, 233], [150, 150, 150], [240, 228, 66], [0, 158, 115], [204, 60, 120]], np.uint8
)
"""One (red, green, blue) for each class, to paint labels with: ``CLASS_COLORS[labels]``."""

_COLORS = np.array(
    [[0.60, 0.72, 0.85], [0.45, 0.43, 0.42], [0.62, 0.50, 0.42], [0.35, 0.55, 0.35], [0.24, 0.22, 0.30]]
)
_SPREAD = 0.09, 0.045  # in brightness, in each channel: color alone must not give an object's class away
_WAVES = np.array([[1.5, 0.02], [9.0, 0.05], [7.0, 0.09], [16.0, 0.08], [0.0, 0.0]])  # per height; amplitude


class Scene(NamedTuple):
    """An image and the class of each of its pixels."""

    image: np.ndarray  # (height, width, 3) float32, 0 to 1
    labels: np.ndarray  # (height, width) uint8, indices into CLASS_NAMES


class Scenes(NamedTuple):
    """Many of one size."""

    images: np.ndarray  # (count, height, width, 3) float32, 0 to 1
    labels: np.ndarray  # (count, height, width) uint8


class Shape(NamedTuple):
    """One object. It is the meeting of its slabs; a slab lies between two edges, or behind one."""

    kind: int  # index into CLASS_NAMES
    slabs: tuple  # of tuples of edges (normal_x, normal_y, offset): inside where normal . place <= offset
    circle: tuple | None  # (x, y, radius) in place of slabs
    box: tuple  # (left, top, right, bottom) around it, in heights
    color: np.ndarray  # (3,)
    wave: tuple  # of its texture: (x and y frequency per height, phase, amplitude)


def scene(
    seed, size_hw=(96, 96), difficulty=0.5, *, noise=None, contrast=None, clutter=None, pole_width=None
):
    """One scene: image (height, width, 3) float32 from 0 to 1, labels (height, width) uint8.

    ``difficulty`` from 0 to 1 sets the four others, and each can be given instead:

    noise       standard deviation of each pixel's noise: 0.02 to 0.16
    contrast    how far the colors of the classes stand apart: 1 to 0.4
    clutter     how many blocks, discs and poles: 0, two of each, to 1, five, six and six
    pole_width  of the average pole, in heights of the picture: 0.03 to 0.012

    A larger clutter adds objects, and leaves those that were there where they are.

    >>> [int((scene(0, (8, 8)).labels == kind).sum()) for kind in range(5)]
    [28, 17, 16, 2, 1]
    """
    seed = whole_number(seed, "seed", 0)
    height, width = size_hw = _size_hw(size_hw)
    difficulty = _from_to(difficulty, "difficulty", 0, 1)
    noise = _setting(noise, "noise", 0, 1, 0.02 + 0.14 * difficulty)
    contrast = _setting(contrast, "contrast", 0, 1, 1 - 0.6 * difficulty)
    clutter = _setting(clutter, "clutter", 0, 1, difficulty)
    pole_width = _setting(pole_width, "pole_width", 0, 1, 0.03 - 0.018 * difficulty)

    shapes = _shapes(np.random.default_rng([seed, 0]), width / height, contrast, clutter, pole_width)
    image, labels = np.empty((height, width, 3), np.float32), np.zeros(size_hw, np.uint8)
    for shape in shapes:
        _paint(shape, image, labels)
    if noise:
        pixels = np.random.default_rng([seed, 1])
        image += np.float32(noise) * pixels.standard_normal(image.shape, np.float32)
    return Scene(image.clip(0, 1), labels)


def scenes(count, size_hw=(96, 96), difficulty=0.5, first_seed=0, **settings):
    """``count`` scenes with the seeds first_seed, first_seed + 1, ...: images (count, height, width, 3) and labels.

    >>> images, labels = scenes(3, (6, 8))
    >>> images.shape, labels.shape, bool((labels[2] == scene(2, (6, 8)).labels).all())
    ((3, 6, 8, 3), (3, 6, 8), True)
    """
    count = whole_number(count, "count")
    first_seed = whole_number(first_seed, "first_seed", 0)
    height, width = _size_hw(size_hw)
    images = np.empty(affordable((count, height, width, 3), "the images"), np.float32)
    labels = np.empty((count, height, width), np.uint8)
    for number in range(count):
        images[number], labels[number] = scene(first_seed + number, (height, width), difficulty, **settings)
    return Scenes(images, labels)


def class_shares(labels, stride):
    """The share of every class at every place of a map: float64 (classes, H / stride, W / stride).

    labels is (H, W), indices into CLASS_NAMES; ``stride`` must divide both sizes. A share is the mean of a class's
    mask over stride x stride pixels, so the shares of a place add up to 1.

    >>> class_shares(np.array([[0, 1], [1, 1]]), 2)[:2, 0, 0]
    array([0.25, 0.75])
    """
    labels, stride = _labels(labels), whole_number(stride, "stride", 1, LARGEST_SIZE)
    height, width = labels.shape
    if height % stride or width % stride:
        raise ValueError(
            f"a map of stride {stride} needs a height and a width that {stride} divides; got {height} × {width}."
        )
    masks = labels == np.arange(len(CLASS_NAMES))[:, None, None]
    return masks.reshape(len(masks), height // stride, stride, width // stride, stride).mean(axis=(2, 4))


def _labels(labels):
    labels = finite_array(labels, "labels", 2)
    if labels.size and not (np.isin(labels, np.arange(len(CLASS_NAMES))).all()):
        raise ValueError(
            f"labels must be whole numbers from 0 to {len(CLASS_NAMES) - 1}; they reach from {labels.min():g} to "
            f"{labels.max():g}."
        )
    return labels


# ---- What stands where ---------------------------------------------------------------------------


def _shapes(rng, aspect, contrast, clutter, pole_width):
    """The shapes from back to front. Every kind draws all its random numbers, whatever the clutter."""
    horizon, tilt = rng.uniform(0.5, 0.72), rng.uniform(-0.12, 0.12)
    colors = _object_colors(rng, contrast)
    everywhere = (-1.0, -1.0, aspect + 1, 2.0)
    sky = Shape(SKY, (), None, everywhere, next(colors[SKY]), _wave(rng, SKY, contrast))
    edge = _edge((aspect / 2, horizon), (tilt, -1.0))
    ground = Shape(GROUND, ((edge,),), None, everywhere, next(colors[GROUND]), _wave(rng, GROUND, contrast))

    def floor(x):
        return horizon + tilt * (x - aspect / 2)

    blocks = [_block(rng, aspect, floor, next(colors[BLOCK]), contrast) for _ in range(5)]
    discs = [_disc(rng, aspect, next(colors[DISC]), contrast) for _ in range(6)]
    poles = [_pole(rng, aspect, pole_width, next(colors[POLE]), contrast) for _ in range(6)]
    depth = rng.permutation(12)  # discs and poles stand before and behind one another
    more = round(3 * clutter), round(4 * clutter)
    near = [(depth[i], discs[i]) for i in range(2 + more[1])] + [
        (depth[6 + i], poles[i]) for i in range(2 + more[1])
    ]
    near = [shape for _, shape in sorted(near, key=lambda pair: pair[0])]
    return [sky, ground, *blocks[: 2 + more[0]], *near]


def _block(rng, aspect, floor, color, contrast):
    """A building: four sides that are not quite upright, standing a little below the horizon."""
    x, half = rng.uniform(0, aspect), rng.uniform(0.07, 0.2)
    bottom = floor(x) + rng.uniform(0.0, 0.12)
    top = bottom - rng.uniform(0.2, 0.55)
    lean_left, lean_right, roof, foot = rng.uniform(-0.15, 0.15, 4)
    middle = (top + bottom) / 2
    slabs = (
        (_edge((x - half, middle), (-1, lean_left)), _edge((x + half, middle), (1, lean_right))),
        (_edge((x, top), (roof, -1)), _edge((x, bottom), (foot, 1))),
    )
    reach = 0.12  # more than the leaning sides can add
    box = (x - half - reach, top - reach, x + half + reach, bottom + reach)
    return Shape(BLOCK, slabs, None, box, color, _wave(rng, BLOCK, contrast))


def _disc(rng, aspect, color, contrast):
    x, y, radius = rng.uniform(0, aspect), rng.uniform(0.25, 0.9), rng.uniform(0.035, 0.1)
    box = (x - radius, y - radius, x + radius, y + radius)
    return Shape(DISC, (), (x, y, radius), box, color, _wave(rng, DISC, contrast))


def _pole(rng, aspect, pole_width, color, contrast):
    """Long and thin, up to 30 degrees from upright."""
    x, y = rng.uniform(0, aspect), rng.uniform(0.35, 0.75)
    half_length, half_width = rng.uniform(0.15, 0.33), pole_width * rng.uniform(0.35, 0.65)
    angle = np.radians(rng.uniform(-30, 30))
    along = np.array([np.sin(angle), np.cos(angle)])
    across = np.array([along[1], -along[0]])
    place = np.array([x, y])
    slabs = tuple(
        (_edge(place - half * direction, -direction), _edge(place + half * direction, direction))
        for half, direction in ((half_width, across), (half_length, along))
    )
    reach = half_length * np.abs(along) + half_width * np.abs(across)
    return Shape(POLE, slabs, None, (*(place - reach), *(place + reach)), color, _wave(rng, POLE, contrast))


def _edge(place, outwards):
    """The edge through a place; ``outwards`` points out of the shape."""
    normal = np.asarray(outwards, float) / np.hypot(*outwards)
    return float(normal[0]), float(normal[1]), float(normal @ place)


def _object_colors(rng, contrast):
    """For each class an endless supply of colors, around that of the class."""
    light = rng.uniform(-0.06, 0.06)

    def supply(kind, own):
        middle = _COLORS.mean(0)
        while True:
            color = middle + contrast * (_COLORS[kind] - middle) + light
            yield color + _SPREAD[0] * own.standard_normal() + _SPREAD[1] * own.standard_normal(3)

    return [supply(kind, own) for kind, own in enumerate(rng.spawn(len(CLASS_NAMES)))]


def _wave(rng, kind, contrast):
    frequency, amplitude = _WAVES[kind]
    angle, phase = rng.uniform(0, 2 * np.pi, 2)
    return frequency * np.cos(angle), frequency * np.sin(angle), phase, amplitude * (0.4 + 0.6 * contrast)


# ---- Painting ------------------------------------------------------------------------------------


def _paint(shape, image, labels):
    """Mix the shape into the image by its coverage, and label the pixels whose center it holds."""
    height, width = labels.shape
    rows, columns = _span(shape.box[1::2], height, height), _span(shape.box[::2], height, width)
    y = ((np.arange(rows.start, rows.stop) + 0.5) / height)[:, None]
    x = (np.arange(columns.start, columns.stop) + 0.5) / height
    if not (x.size and y.size):
        return
    coverage, inside = _coverage(shape, x, y, pixel=1 / height)
    color = (shape.color + _texture(shape.wave, x, y, 1 / height)[..., None]).astype(np.float32)
    if shape.kind == SKY:
        image[...] = color
        return
    part = image[rows, columns]
    part += coverage[..., None].astype(np.float32) * (color - part)
    labels[rows, columns][inside] = shape.kind


def _span(low_high, per_height, size):
    """The pixels that a stretch in heights can touch, as a slice within the picture."""
    low, high = low_high
    first = min(max(int(np.floor(low * per_height)) - 1, 0), size)
    return slice(first, max(min(int(np.ceil(high * per_height)) + 2, size), first))


def _coverage(shape, x, y, pixel):
    """How much of each pixel the shape covers, 0 to 1, and whether it holds the pixel's center."""
    coverage, inside = np.ones(np.broadcast_shapes(x.shape, y.shape)), True
    if shape.circle:
        center_x, center_y, radius = shape.circle
        depth = radius - np.hypot(x - center_x, y - center_y)
        return (depth / pixel + 0.5).clip(0, 1), depth >= 0
    for slab in shape.slabs:
        covered = 1 - len(slab)  # between two edges: what one leaves, less what the other takes
        for normal_x, normal_y, offset in slab:
            depth = offset - normal_x * x - normal_y * y
            inside = inside & (depth >= 0)
            shadow = pixel * (abs(normal_x) + abs(normal_y))  # the pixel's extent along the normal
            covered = covered + (depth / shadow + 0.5).clip(0, 1)
        coverage = coverage * np.maximum(covered, 0)
    return coverage, inside


def _texture(wave, x, y, pixel):
    """A sine, averaged over each pixel: the mean of a wave over a box is the wave times a sinc."""
    frequency_x, frequency_y, phase, amplitude = wave
    kept = np.sinc(frequency_x * pixel) * np.sinc(frequency_y * pixel)
    return amplitude * kept * np.sin(2 * np.pi * (frequency_x * x + frequency_y * y) + phase)


# ---- Checks --------------------------------------------------------------------------------------


def _size_hw(value):
    size_hw = whole_numbers(value, "size_hw", 1, LARGEST_SIZE)
    if len(size_hw) != 2:
        raise ValueError(f"size_hw must be (height, width); got {size_hw}.")
    affordable((*size_hw, 3), "the image")
    return size_hw


def _setting(value, name, low, high, otherwise):
    return otherwise if value is None else _from_to(value, name, low, high)


def _from_to(value, name, low, high):
    number = real_number(value, name)
    if not low <= number <= high:
        raise ValueError(f"{name} must be from {low} to {high}; got {value}.")
    return number
