"""A bug to repair in lesson 15: a mask that lands half a cell beside its object."""

import numpy as np

from course_utils.exercises.engine import Case, SpotTheBug
from course_utils.resampling import resize


def mask_on_picture(mask, bar, stride):
    """A mask of cells, `stride` pixels wide, on the picture: without the `bar` pixels added above and below."""
    height, width = mask.shape
    pixels = resize(mask, (height * stride, width * stride))
    return pixels[bar : height * stride - bar]


def mask_in_cells(mask, bar, stride):
    """A mask of cells, `stride` pixels wide, on the picture: without the `bar` pixels added above and below."""
    height, width = mask.shape
    above, below = round(bar / stride - 0.1), round(bar / stride + 0.1)
    kept = mask[above : height - below]
    return resize(kept, (height * stride - 2 * bar, width * stride))


def _random_mask(rng):
    height, width = (int(n) for n in rng.integers([3, 1], [7, 4]))
    stride = int(2 ** rng.integers(1, 4))
    bar = int(rng.integers(height * stride // 2 - stride + 1))
    return Case(rng.integers(0, 10, (height, width)).astype(float), bar, stride)


COLUMN = np.array([[0.0], [0], [8], [0], [0]])

MASK = SpotTheBug(
    key="museum.mask",
    title="A mask beside its object",
    buggy=mask_in_cells,
    reference=mask_on_picture,
    name="mask_on_picture",
    cases=[
        Case(
            COLUMN, 1, 2, by_hand=np.array([[0.0, 0, 2, 6, 6, 2, 0, 0]] * 2).T,
            note="Ten rows of pixels less one above and one below. The object stays in their middle.",
        ),
        Case(COLUMN, 2, 2, by_hand=np.array([[0.0, 2, 6, 6, 2, 0]] * 2).T, note="A bar of one whole cell."),
        Case(COLUMN, 0, 1, by_hand=COLUMN, note="No bars, and cells of one pixel."),
        Case(COLUMN, 3, 4),
        Case(np.arange(12.0).reshape(6, 2), 3, 2),
    ],
    random_case=_random_mask,
    hints=[
        "How many cells is a bar of 1 pixel, at 2 pixels a cell? What do the two roundings make of it?",
        "In which unit is the bar a whole number?",
        "Enlarge the whole mask first, bars and all. Then cut off `bar` rows of pixels at both ends.",
    ],
)  # fmt: skip


def _cut_in_cells(mask, bar, stride, above, below):
    height, width = mask.shape
    kept = mask[above : max(height - below, above + 1)]
    return resize(kept, (height * stride - 2 * bar, width * stride))


@MASK.mistake
def _rounded_alike(mask, bar, stride):
    """Both ends are rounded alike now: the middle stays, but the mask is stretched or squeezed. A bar of half a
    cell has no whole number of cells at all."""
    return _cut_in_cells(mask, bar, stride, round(bar / stride), round(bar / stride))


@MASK.mistake
def _rounded_down(mask, bar, stride):
    """Both ends are rounded down now: what is left of the bars is squeezed into the picture."""
    return _cut_in_cells(mask, bar, stride, bar // stride, bar // stride)


@MASK.mistake
def _other_end(mask, bar, stride):
    """The two roundings are exchanged: the mask lands as far on the other side."""
    return _cut_in_cells(mask, bar, stride, round(bar / stride + 0.1), round(bar / stride - 0.1))


@MASK.mistake
def _cut_twice(mask, bar, stride):
    """You cut both bars off at the top."""
    height, width = mask.shape
    return resize(mask, (height * stride, width * stride))[2 * bar :]


@MASK.mistake
def _squeezed(mask, bar, stride):
    """You enlarge the whole mask, bars and all, to the picture's size: it is squeezed. Enlarge it to the size with
    bars, then cut."""
    height, width = mask.shape
    return resize(mask, (height * stride - 2 * bar, width * stride))


@MASK.mistake
def _copied(mask, bar, stride):
    """The place is right. But each pixel copies its cell; the function as given interpolates."""
    height, width = mask.shape
    pixels = resize(mask, (height * stride, width * stride), mode="nearest")
    return pixels[bar : height * stride - bar]


@MASK.mistake
def _nothing_where_there_is_no_bar(mask, bar, stride):
    """`[bar:-bar]` is empty where `bar` is 0. Cut with `[bar : len(pixels) - bar]`."""
    height, width = mask.shape
    return resize(mask, (height * stride, width * stride))[bar:-bar]


def two_masks(bar=12, stride=8):
    """A picture of 72 x 96 with a bright disc, and its mask as found and as it should be: gray, found, right."""
    rows, columns = np.mgrid[0:96.0, 0:96]
    inside = 1.0 * (np.hypot(rows - 51.5, columns - 47.5) < 20)
    cells = inside.reshape(12, stride, 12, stride).mean(axis=(1, 3))
    photo = (60 + 20 * np.sin(columns / 9) + 130 * inside)[bar : 96 - bar]
    return photo, mask_in_cells(cells, bar, stride), mask_on_picture(cells, bar, stride)
