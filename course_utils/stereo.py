"""A pair of pictures with the true flow between them: what a warp along it can fetch, and what no flow can.

Words used here
    disparity   how much further left the right camera sees what the left one sees, in pixels; infinite: not known
    amount      the part of the flow that is used: 0 none, 1 all of it, below 0 the wrong way
    hidden      what the left camera sees and the right one does not: something nearer stands before it, or the
                picture ends; no flow can fetch it
    shrink      a pair of 1/3 of the size has 1/3 of the disparity; forget that, and the flow is three times too long
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from course_utils.images import psnr
from course_utils.validation import finite_array, real_number, true_or_false, whole_number
from course_utils.warping import pixel_centers, sample


def hidden_pixels(disparity, start=0):
    """Which pixels with a known disparity have no counterpart in the other picture: bool, (H, W).

    Every known pixel is sent to the pixel of the other picture where it is seen. The nearest one there, that of the
    largest disparity, is visible; what lies more than one pixel of disparity behind it is hidden, and so is what
    falls beyond the left edge. ``start``: the column of the other picture in which column 0 would be.

    >>> hidden_pixels(np.array([[0.0, 0.0, 2.0, 0.0]]))  # 2 stands at x = 2 - 2 = 0, before what belongs there
    array([[ True, False, False, False]])
    """
    disparity = finite_array(disparity, "disparity", ndim=2, infinities=True)
    start = whole_number(start, "start", 0)
    known = np.isfinite(disparity)
    at = np.rint(np.arange(disparity.shape[1]) + start - np.where(known, disparity, 0)).astype(int)
    rows = np.broadcast_to(np.arange(disparity.shape[0])[:, None], at.shape)
    sent = known & (at >= 0)
    nearest = np.zeros((disparity.shape[0], max(1, at.max() + 1)))
    np.maximum.at(nearest, (rows[sent], at[sent]), disparity[sent])
    behind = np.where(known, disparity, 0) < nearest[rows, at.clip(0)] - 1
    return known & ((at < 0) | behind)


@dataclass(frozen=True, eq=False)
class StereoPair:
    """Two pictures and the flow between them, for one size and one part of the view.

    left        (H, W, 3) float64, 0 to 255: what is to be shown again
    right       (H, W', 3): what is fetched from
    disparity   (H, W) in pixels of this size, infinite where not known
    start       the column of the right picture in which the left one's column 0 would be
    too_long    by how many times the flow is longer than the disparity: 1, or what it was not divided by
    """

    left: np.ndarray
    right: np.ndarray
    disparity: np.ndarray
    start: int = 0
    padding_mode: str = "border"
    too_long: int = 1

    @cached_property
    def known(self):
        """Which pixels have a disparity: bool, (H, W)."""
        return np.isfinite(self.disparity)

    @cached_property
    def hidden(self):
        """Which known pixels the right camera does not see: bool, (H, W)."""
        return hidden_pixels(self.disparity, self.start)

    @cached_property
    def flow_xy(self):
        """The flow (H, W, 2): -disparity in x, too_long times; zero where it is not known."""
        flow_x = -self.too_long * np.where(self.known, self.disparity, 0)
        return np.stack([flow_x, np.zeros_like(flow_x)], axis=-1)

    def warped(self, amount):
        """The right picture fetched along ``amount`` of the flow: (H, W, 3)."""
        amount = real_number(amount, "amount")
        places = pixel_centers(self.left.shape[:2]) + [self.start, 0] + amount * self.flow_xy
        fetched = sample(np.moveaxis(self.right, -1, 0), places, padding_mode=self.padding_mode)
        return np.moveaxis(fetched, 0, -1)

    def psnr(self, amount, where=None):
        """In decibels, against the left picture, on the pixels ``where`` (all whose disparity is known)."""
        where = self.known if where is None else where
        return psnr(self.warped(amount)[where], self.left[where])

    def curves(self, amounts):
        """PSNR at each amount, two arrays: on the known pixels, and on those that both cameras see."""
        both, seen = [], self.known & ~self.hidden
        for amount in amounts:
            warped = self.warped(amount)
            both.append([psnr(warped[where], self.left[where]) for where in (self.known, seen)])
        return tuple(np.array(both).T)

    def fit(self, amount):
        """How well ``amount`` of the flow brings the right picture onto the left one: a ``Fit``."""
        return Fit(self, amount, self.warped(amount))


@dataclass(frozen=True, eq=False)
class Fit:
    """The warped picture (H, W, 3), and its error on each kind of pixel; ``share`` is of the known pixels, 0 to 1."""

    pair: StereoPair
    amount: float
    warped: np.ndarray

    @cached_property
    def kinds(self):
        """Names of the kinds of pixels that count, and where they are."""
        known, hidden = self.pair.known, self.pair.hidden
        return {"disparity known": known, "seen by both": known & ~hidden, "hidden from the right": hidden}

    @property
    def error(self):
        """|difference| in gray levels, the mean over channels: (H, W)."""
        return np.abs(self.warped - self.pair.left).mean(axis=2)

    def psnr(self, kind="disparity known"):
        """In decibels on one kind of pixels; infinity where nothing differs, also when there are none."""
        where = self.kinds[kind]
        return psnr(self.warped[where], self.pair.left[where]) if where.any() else float("inf")

    def share(self, kind):
        """How many of the known pixels are of this kind."""
        return float(self.kinds[kind].sum() / max(self.pair.known.sum(), 1))

    def error_share(self, kind):
        """How much of the squared error lies on this kind of pixels."""
        total = self._squared[self.pair.known].sum()
        return float(self._squared[self.kinds[kind]].sum() / total) if total else 0.0

    @cached_property
    def _squared(self):
        return ((self.warped - self.pair.left) ** 2).mean(axis=2)

    @property
    def fetched_px(self):
        """How far away outputs fetch from, in pixels: (the nearest, the farthest)."""
        ends = [self.amount * flow(self.pair.flow_xy[..., 0][self.pair.known]) for flow in (np.min, np.max)]
        return tuple(sorted(float(abs(end)) for end in ends))


def _pictures(left, right, disparity):
    """The three arrays of a pair as floats; an unknown disparity may be infinite."""
    left, right = (finite_array(*pair).astype(float) for pair in ((left, "left"), (right, "right")))
    return left, right, finite_array(disparity, "disparity", ndim=2, infinities=True).astype(float)


def shrunk_pair(left, right, disparity, factor, rescaled=True, padding_mode="border"):
    """The pair at 1/factor of its size: means of blocks, the disparity of their middle pixel divided by factor.

    rescaled=False leaves the flow undivided: the bug of lesson 11. What is hidden stays hidden.
    """
    left, right, disparity = _pictures(left, right, disparity)
    factor = whole_number(factor, "factor", 1, min(disparity.shape))
    height, width = (size // factor for size in np.shape(disparity))

    def blocks(array):
        whole = array[: height * factor, : width * factor]
        return whole.reshape(height, factor, width, factor, *array.shape[2:])

    small = [blocks(picture.astype(float)).mean(axis=(1, 3)) for picture in (left, right)]
    middle = blocks(disparity)[:, factor // 2, :, factor // 2]
    too_long = 1 if true_or_false(rescaled, "rescaled") else factor
    return StereoPair(*small, middle / factor, 0, padding_mode, too_long)


def part_of_pair(left, right, disparity, top, start, height, width, padding_mode="border"):
    """A window of the left picture at full size; it may fetch from the whole width of the right one."""
    left, right, disparity = _pictures(left, right, disparity)
    full_height, full_width = disparity.shape
    top, start = whole_number(top, "top", 0, full_height - 1), whole_number(start, "start", 0, full_width - 1)
    height = whole_number(height, "height", 1, full_height - top)
    width = whole_number(width, "width", 1, full_width - start)
    rows, columns = slice(top, top + height), slice(start, start + width)
    cut = left[rows, columns].astype(float), right[rows].astype(float), disparity[rows, columns]
    return StereoPair(*cut, start, padding_mode)
