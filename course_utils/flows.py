"""Flows: made by a formula or pushed by hand; and what a warp along one reads.

Words used here, beside those of ``warping``
    whirl     places turn about a center, fully there and less further out, until the reach ends
    stroke    where a soft brush goes, from start to end in pixels; walked in short steps, so that the flow does not
              depend on how often the hand was asked where it is
    softness  how much of the hand's move a place takes: all of it under the middle of the brush, nothing at its edge
    tap       one pixel that counts for an output, with its weight
    downhill  gradient descent: the flow goes against the slope of its error, a step at a time
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from course_utils.resampling import cubic, triangle
from course_utils.validation import finite_array, one_of, real_number, true_or_false, whole_numbers
from course_utils.warping import (
    SAMPLING_MODES,
    about_center,
    flow_to_grid,
    flow_to_pixels,
    grid_to_pixels,
    pixel_centers,
    rotation,
    sample,
)

HANDS = ("picture", "places")
"""What a stroke moves: the output's ``picture``, which then fetches from *behind*, or the ``places`` themselves."""


# ---- Made by a formula ---------------------------------------------------------------------------


def affine_matrix(size_hw, turn=0.0, spread=1.0, shear=0.0, shift_xy=(0.0, 0.0)):
    """The affine map (2, 3) in pixels that shears, spreads and turns places about the middle, then shifts them.

    turn is in degrees, clockwise as seen; shear in pixels of x per pixel of y; shift_xy in pixels.

    >>> affine_matrix((3, 5), spread=2.0, shift_xy=(1.0, 0.0)) + 0.0  # the middle is x = 2, y = 1
    array([[ 2.,  0., -1.],
           [ 0.,  2., -1.]])
    """
    spread, shear = real_number(spread, "spread"), real_number(shear, "shear")
    matrix = about_center(rotation(turn) @ [[1, shear], [0, 1]] * spread, size_hw)
    matrix[:, 2] += _pair(shift_xy, "shift_xy")
    return matrix


def whirl_angle(distance, degrees, reach):
    """By how many degrees a place turns at a distance from the center of a whirl; both in pixels, shape of distance.

    degrees (1 - r)^2 (1 + 2 r) with r = distance / reach: all at r = 0, nothing from r = 1 on, level at both ends.

    >>> whirl_angle([0.0, 5.0, 10.0, 20.0], 90, 10)
    array([90., 45.,  0.,  0.])
    """
    r = finite_array(distance, "distance") / _above_zero(reach, "reach")
    return real_number(degrees, "degrees") * np.where(r < 1, (1 - r) ** 2 * (1 + 2 * r), 0.0)


def swirl_flow(size_hw, degrees, center_xy=None, reach=None):
    """The flow (H, W, 2) of a whirl, in pixels: places turn about the center by ``degrees`` there, less further out.

    center_xy   in pixels; None: the middle
    reach       in pixels, the distance from which on nothing turns; None: half of the shorter side

    >>> swirl_flow((3, 5), 90)[1, [0, 2]] + 0.0  # the end of the middle row, and the middle
    array([[0., 0.],
           [0., 0.]])
    """
    own = pixel_centers(size_hw)
    center = own.mean(axis=(0, 1)) if center_xy is None else _pair(center_xy, "center_xy")
    offset = own - center
    reach = min(size_hw) / 2 if reach is None else reach
    angle = np.deg2rad(whirl_angle(np.hypot(offset[..., 0], offset[..., 1]), degrees, reach))
    x, y = offset[..., 0], offset[..., 1]
    turned = np.stack([np.cos(angle) * x - np.sin(angle) * y, np.sin(angle) * x + np.cos(angle) * y], axis=-1)
    return turned - offset


# ---- Pushed by hand ------------------------------------------------------------------------------


def softness(distance, radius):
    """(1 - (distance / radius)^2)^2 within the radius, 0 outside; the shape of ``distance``.

    >>> softness(np.array([0.0, 1.0, 2.0]), 2.0)
    array([1.    , 0.5625, 0.    ])
    """
    ratio = finite_array(distance, "distance") / _above_zero(radius, "radius")
    return np.maximum(1 - ratio**2, 0) ** 2


def pushed(flow_xy, start, end, radius, amount=1.0, hand="picture"):
    """The flow after a stroke from ``start`` to ``end``, (x, y) in pixels: a new array (H, W, 2).

    radius    of the brush, in pixels
    amount    how much of the move is taken over, 0 to 1
    hand      ``picture``: what is seen under the brush moves along with it, so its flow gets minus the move;
              ``places``: the places under the brush move along, so their flow gets plus the move

    No flow becomes longer than the picture's longer side.
    """
    flow, own, amount, steps = _stroke(flow_xy, start, end, radius, amount, hand)
    for here, move in steps:
        seen_at, sign = (own, -1) if hand == "picture" else (own + flow, 1)
        soft = softness(np.linalg.norm(seen_at - here, axis=-1, keepdims=True), radius)
        flow += sign * amount * soft * move
    length = np.linalg.norm(flow, axis=-1, keepdims=True)
    return flow * np.minimum(1, max(flow.shape[:2]) / np.maximum(length, 1e-12))


def erased(flow_xy, start, end, radius, amount=1.0, hand="picture"):
    """The flow after a stroke that takes it away: under the middle of the brush nothing is left with amount=1.

    The arguments are those of ``pushed``.
    """
    flow, own, amount, steps = _stroke(flow_xy, start, end, radius, amount, hand)
    for here, _ in steps:
        seen_at = own if hand == "picture" else own + flow
        flow *= 1 - amount * softness(np.linalg.norm(seen_at - here, axis=-1, keepdims=True), radius)
    return flow


def _stroke(flow_xy, start, end, radius, amount, hand):
    """What a stroke works on: a copy of the flow, the pixels' own places, the checked amount, its short steps."""
    one_of(hand, "hand", HANDS)
    flow = np.array(_flow(flow_xy), float)
    start, end = _pair(start, "start"), _pair(end, "end")
    radius, amount = _above_zero(radius, "radius"), real_number(amount, "amount")
    if not 0 <= amount <= 1:
        raise ValueError(f"amount must be from 0 to 1; got {amount:g}.")
    return flow, pixel_centers(flow.shape[:2]), amount, _steps(start, end, radius)


def _steps(start, end, radius):
    """(middle, move) of short steps from start to end, at most a sixteenth of the radius each; at least one."""
    count = max(1, int(np.ceil(np.linalg.norm(end - start) / (radius / 16))))
    move = (end - start) / count
    for i in range(count):
        yield start + (i + 0.5) * move, move


# ---- What a warp reads ---------------------------------------------------------------------------


def reads_outside(pixels_xy, in_size_hw, mode="bilinear"):
    """Which places (..., 2), in pixels, have a tap beyond the image that counts: bool, shape (...).

    ``nearest`` reads only the pixel that the place rounds to, ``bilinear`` the pixels around it, ``bicubic`` also
    the next ones: at x = 0.5 it reads pixel -1.

    >>> [reads_outside([[-0.25, 0], [0.5, 0]], (1, 4), mode).tolist() for mode in ("nearest", "bilinear", "bicubic")]
    [[False, False], [True, False], [True, True]]
    """
    one_of(mode, "mode", SAMPLING_MODES)
    places = finite_array(pixels_xy, "pixels_xy").astype(float)
    if places.shape[-1:] != (2,):
        raise ValueError(f"pixels_xy must have shape (..., 2), x before y; got shape {places.shape}.")
    height, width = whole_numbers(in_size_hw, "in_size_hw")
    x, y = np.moveaxis(places, -1, 0)
    return _axis_reads_outside(x, width, mode) | _axis_reads_outside(y, height, mode)


def _axis_reads_outside(places, size, mode):
    if mode == "nearest":
        return (np.rint(places) < 0) | (np.rint(places) > size - 1)
    offsets, kernel = ((0, 1), triangle) if mode == "bilinear" else ((-1, 0, 1, 2), cubic)
    samples = np.floor(places)[..., None] + offsets
    counts = (
        np.abs(kernel(places[..., None] - samples)) > 1e-9
    )  # a place on a pixel, but for rounding, reads it alone
    return (counts & ((samples < 0) | (samples > size - 1))).any(axis=-1)


@dataclass(frozen=True, eq=False)
class Warp:
    """A backward warp, and what every output reads. image (H, W) float64; flow_xy (H, W, 2) as meant, in pixels.

    grid_align_corners     the convention in which the flow became a grid
    sample_align_corners   the convention in which the grid is read. Where the two differ, places are not as meant
    """

    image: np.ndarray
    flow_xy: np.ndarray
    mode: str = "bilinear"
    padding_mode: str = "zeros"
    grid_align_corners: bool = False
    sample_align_corners: bool = False

    def __post_init__(self):
        true_or_false(self.grid_align_corners, "grid_align_corners")
        shape = finite_array(self.image, "image", ndim=2).shape
        if _flow(self.flow_xy).shape[:2] != shape:
            raise ValueError(
                f"flow_xy must have one (x, y) per pixel; got shape {np.shape(self.flow_xy)} for an image of {shape}."
            )

    @cached_property
    def places(self):
        """Where outputs fetch from, in pixels: (H, W, 2)."""
        if (
            self.grid_align_corners == self.sample_align_corners
        ):  # there and back; this way whole places stay whole
            return flow_to_pixels(self.flow_xy)
        grid = flow_to_grid(self.flow_xy, self.grid_align_corners)
        return grid_to_pixels(grid, self.image.shape, self.sample_align_corners)

    @cached_property
    def output(self):
        """The warped picture: (H, W)."""
        return self._sample(self.image, self.places)

    @cached_property
    def outside(self):
        """Which outputs read beyond the picture: bool, (H, W)."""
        return reads_outside(self.places, self.image.shape, self.mode)

    @property
    def off_by(self):
        """How far, in pixels, the farthest place is from where it was meant: 0 with one convention."""
        return float(np.abs(self.places - flow_to_pixels(self.flow_xy)).max())

    @property
    def largest_change(self):
        """The largest difference between output and input."""
        return float(np.abs(self.output - self.image).max())

    def padded(self, margin):
        """The picture with so many pixels of its padding on each side."""
        height, width = self.image.shape
        places = pixel_centers((height + 2 * margin, width + 2 * margin)) - margin
        return sample(self.image, places, "nearest", self.padding_mode, self.sample_align_corners)

    def taps(self, rows, columns):
        """For each of these outputs, n rows and n columns: [(flat index of an input, weight), ...]."""
        places = self.places[rows, columns]
        down = self._axis_weights(places[:, 1], self.image.shape[0])
        across = self._axis_weights(places[:, 0], self.image.shape[1])
        return [_products(*weights) for weights in zip(down, across, strict=True)]

    def _axis_weights(self, pixels, size):
        """How much every input along one axis counts at n places on it, read out by a single 1: (n, size)."""
        singles = np.eye(size)[:, None, :]
        return self._sample(singles, np.stack([pixels, np.zeros_like(pixels)], axis=-1)[None])[:, 0].T

    def _sample(self, pictures, places):
        return sample(pictures, places, self.mode, self.padding_mode, self.sample_align_corners)


def _products(down, across):
    """Two axes are one axis twice: a tap's weight is the product of its row's and its column's."""
    return [
        (int(row) * len(across) + int(column), float(down[row] * across[column]))
        for row in np.flatnonzero(np.abs(down) > 1e-12)
        for column in np.flatnonzero(np.abs(across) > 1e-12)
    ]


# ---- Found by going downhill ---------------------------------------------------------------------


@dataclass(frozen=True)
class BumpMatch:
    """A bump stands at column 0 of one row and ``distance`` columns further right in another: which flow fits?

    The value at d columns from its middle is exp(-(d / width)^2 / 2). One flow, in pixels, holds for all outputs.

    >>> BumpMatch(4.0).error(6.0), BumpMatch(0.4).path(0.0)[-1].round(2)  # the one fits, the other is stuck
    (0.0, np.float64(0.5))
    """

    width: float
    distance: float = 6.0

    @property
    def columns(self):
        """Where both rows are known; further out they are 0 for every flow that a lesson tries."""
        return np.arange(-40.0, 41.0)

    @property
    def wanted(self):
        return self._bump(self.columns)

    def fetched(self, flow):
        """The other row, every output fetched ``flow`` pixels further right: shape of ``columns``."""
        left, right, part = self._two_taps(flow)
        return (1 - part) * left + part * right

    def error(self, flow):
        """Squared differences, as a part of the wanted row's own squares: 0 fits, 2 is side by side."""
        return float(((self.fetched(flow) - self.wanted) ** 2).sum() / (self.wanted**2).sum())

    def slope(self, flow):
        """d error / d flow, per pixel; on a whole pixel the one to the right."""
        left, right, _ = self._two_taps(flow)
        return float((2 * (self.fetched(flow) - self.wanted) * (right - left)).sum() / (self.wanted**2).sum())

    def path(self, start, steps=400, rate=0.25):
        """The flows that gradient descent visits from ``start`` on: shape (steps + 1,)."""
        flows = [float(start)]
        for _ in range(steps):
            flows.append(flows[-1] - rate * self.slope(flows[-1]))
        return np.array(flows)

    def _two_taps(self, flow):
        """For every output its left tap, its right tap, and the part of the way between them."""
        whole = np.floor(flow)
        at = self.columns + whole - self.distance
        return self._bump(at), self._bump(at + 1), flow - whole

    def _bump(self, away):
        return np.exp(-((away / self.width) ** 2) / 2)


# ---- Checks --------------------------------------------------------------------------------------


def _flow(value):
    flow = finite_array(value, "flow_xy")
    if flow.ndim != 3 or flow.shape[-1] != 2:
        raise ValueError(f"flow_xy must have shape (height, width, 2), x before y; got shape {flow.shape}.")
    return flow


def _pair(value, name):
    pair = finite_array(value, name)
    if pair.shape != (2,):
        raise ValueError(f"{name} must be (x, y); got shape {pair.shape}.")
    return pair.astype(float)


def _above_zero(value, name):
    value = real_number(value, name)
    if value <= 0:
        raise ValueError(f"{name} must be above 0; got {value:g}.")
    return value
