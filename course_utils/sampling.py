"""Learned sampling: what is done with kernels, points and gates once a network has decided on them.

Words used in lesson 13
    coarse      the map to be enlarged, (C, h, w); a map has its channels first, as in networks
    kernels     (k * k, H, W): a weight for each of the k x k coarse pixels around every output's nearest one,
                row by row
    points_xy   (P, 2, H, W), x before y: the places that every output reads bilinearly, in coarse pixels
    taps        (h, w): how much each coarse pixel counts in one output
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from course_utils.resampling import resampling_matrix, resize, source_coordinates, triangle
from course_utils.validation import finite_array, one_of, real_number, whole_number, whole_numbers
from course_utils.warping import sample

BORDERS = {"zeros": "constant", "replicate": "edge"}
"""What lies beyond the border of a map: border -> the mode of ``np.pad``."""

QUARTER = 0.25
"""DySample's factor: neighboring outputs of a doubling are half a coarse pixel apart, so their points meet there."""


def softmax(logits, axis=0):
    """Weights above 0 that sum to 1 along an axis: exp(logits) over its sum.

    >>> softmax([0, 0, np.log(2)])
    array([0.25, 0.25, 0.5 ])
    """
    logits = finite_array(logits, "logits").astype(float)
    raised = np.exp(logits - logits.max(axis=axis, keepdims=True))  # the largest is 1: nothing overflows
    return raised / raised.sum(axis=axis, keepdims=True)


def reassemble(coarse, kernels, border="zeros"):
    """CARAFE's second half: every output is a weighted sum of the k x k coarse pixels around its nearest one.

    ``coarse`` (C, h, w), ``kernels`` (k * k, s h, s w) with k odd. Gives float64 (C, s h, s w). Beyond the border are
    zeros, and the weights there are lost; ``border="replicate"`` repeats the border pixels.

    Source: Wang et al., CARAFE: Content-Aware ReAssembly of FEatures, ICCV 2019, arXiv 1905.02188, section 3.2.

    >>> reassemble(np.ones((1, 3, 3)), np.full((9, 3, 3), 1 / 9))[0, 0].round(3)  # the corner keeps 4 of its 9 taps
    array([0.444, 0.667, 0.444])
    """
    coarse = _map(coarse)
    kernels, size, factor = _kernels(kernels, coarse.shape[1:])
    reach = size // 2
    padded = np.pad(
        coarse, [(0, 0), (reach, reach), (reach, reach)], BORDERS[one_of(border, "border", BORDERS)]
    )
    height, width = coarse.shape[1:]
    answer = np.zeros((len(coarse), *kernels.shape[1:]))
    for tap, weights in enumerate(kernels):
        down, right = divmod(tap, size)
        neighbor = padded[:, down : down + height, right : right + width]
        answer += weights * neighbor.repeat(factor, axis=1).repeat(factor, axis=2)
    return answer


def points_of(channels, factor=2, scale=QUARTER):
    """DySample's first half: the channels of its convolution as points, (groups, 2, s h, s w), x before y.

    ``channels`` (2 * groups * s * s, h, w), in the order (axis, group, row, column of the output in its coarse
    pixel), as a pixel shuffle takes them. Every point is the output's bilinear place + ``scale`` times the number.

    Source: Liu et al., Learning to Upsample by Learning to Sample, ICCV 2023, arXiv 2308.15085, section 3.2.

    >>> points_of(np.zeros((8, 1, 2)))[0, 0, 0]  # x of the first row: where bilinear reads
    array([-0.25,  0.25,  0.75,  1.25])
    """
    channels, factor = _map(channels, "channels"), whole_number(factor, "factor", 1)
    if len(channels) % (2 * factor**2):
        raise ValueError(
            f"channels must be a multiple of 2 * factor²={2 * factor**2}, two for each output of a coarse pixel; got "
            f"{len(channels)}."
        )
    groups, (height, width) = len(channels) // (2 * factor**2), channels.shape[1:]
    scale = real_number(scale, "scale")
    each = channels.reshape(2, groups, factor, factor, height, width).transpose(1, 0, 4, 2, 5, 3)
    offsets = each.reshape(groups, 2, factor * height, factor * width) * scale
    return own_places((height, width), offsets.shape[2:]) + offsets


def own_places(in_size_hw, out_size_hw):
    """Where bilinear interpolation reads for every output, in coarse pixels, x before y: (2, H, W).

    >>> own_places((1, 2), (1, 4))[0]
    array([[-0.25,  0.25,  0.75,  1.25]])
    """
    rows, columns = (
        source_coordinates(n, m)
        for n, m in zip(
            whole_numbers(in_size_hw, "in_size_hw"), whole_numbers(out_size_hw, "out_size_hw"), strict=True
        )
    )
    return np.stack(np.meshgrid(columns, rows))


def mixed(fine, coarse, logits):
    """What a gate makes of two maps of one size: g * coarse + (1 - g) * fine, with g = 1 / (1 + exp(-logits)).

    ``logits`` has the maps' shape, or one channel for all. At 0 it is the mean of both.

    Source: Li et al., SFNet: Faster and Accurate Semantic Segmentation via Semantic Flow, arXiv 2207.04415.

    >>> mixed([[[10.0]]], [[[30.0]]], [[[0.0]]])
    array([[[20.]]])
    """
    fine, coarse, logits = _map(fine, "fine"), _map(coarse), _map(logits, "logits")
    if fine.shape != coarse.shape or logits.shape not in (fine.shape, (1, *fine.shape[1:])):
        raise ValueError(
            "fine and coarse must have one shape, and logits this shape or one channel; got "
            f"{fine.shape}, {coarse.shape} and {logits.shape}."
        )
    gate = 0.5 + 0.5 * np.tanh(logits / 2)  # the sigmoid, without an overflow
    return gate * coarse + (1 - gate) * fine


# ---- Taps ----------------------------------------------------------------------------------------


def kernel_taps(kernel, nearest, in_size_hw):
    """The taps of one output that a kernel makes: (h, w). Weights that fall outside the map are lost.

    ``kernel`` (k * k,) row by row, ``nearest`` the (row, column) of the output's nearest coarse pixel.

    >>> kernel_taps([1, 2, 3, 4, 5, 6, 7, 8, 9], (0, 1), (2, 3))
    array([[4., 5., 6.],
           [7., 8., 9.]])
    """
    kernel = finite_array(kernel, "kernel", 1)
    size = _odd_root(len(kernel), "kernel")
    height, width = whole_numbers(in_size_hw, "in_size_hw")
    reach, (row, column) = size // 2, whole_numbers(nearest, "nearest", 0)
    if row >= height or column >= width:
        raise ValueError(
            f"nearest must lie within a map of {height} x {width}; got row {row}, column {column}."
        )
    padded = np.zeros((height + 2 * reach, width + 2 * reach))
    padded[row : row + size, column : column + size] = kernel.reshape(size, size)
    return padded[reach : reach + height, reach : reach + width]


def point_taps(points_xy, weights, in_size_hw, beyond="border"):
    """The taps of one output that reads P points bilinearly: (h, w).

    ``points_xy`` (P, 2) in pixels, x before y, ``weights`` (P,). Beyond the border, "border" repeats the border
    pixels and "zeros" reads zeros, so that their weights are lost.

    >>> point_taps([[0.75, 0.0]], [1.0], (2, 3))
    array([[0.25, 0.75, 0.  ],
           [0.  , 0.  , 0.  ]])
    """
    points_xy, weights = finite_array(points_xy, "points_xy", 2), finite_array(weights, "weights", 1)
    height, width = whole_numbers(in_size_hw, "in_size_hw")
    if points_xy.shape != (len(weights), 2):
        raise ValueError(
            f"points_xy must be (P, 2) and weights (P,); got shapes {points_xy.shape} and {weights.shape}."
        )
    if one_of(beyond, "beyond", ("border", "zeros")) == "border":
        points_xy = points_xy.clip(0, [width - 1, height - 1])
    across = triangle(points_xy[:, :1] - np.arange(width))
    down = triangle(points_xy[:, 1:] - np.arange(height))
    return np.einsum("p,ph,pw->hw", weights, down, across)


@dataclass(frozen=True, eq=False)
class Decision:
    """What an upsampler decided for one picture: kernels, or points and their weights. Sizes are those of the maps.

    in_size_hw    (h, w) of the coarse map
    kernels       (k * k, H, W), or None
    points_xy     (P, 2, H, W) in pixels of the coarse map, or None
    weights       (P, H, W): how much what is read at each point counts; None is 1
    enlarged      the points read the map after it was enlarged bilinearly to (H, W), with zeros beyond its border
    kept          (H, W): how much of the answer is the fine map's; None is nothing
    rest          (H, W): what the fine map adds to the answer, the same in all channels; None is nothing
    """

    in_size_hw: tuple
    kernels: np.ndarray | None = None
    points_xy: np.ndarray | None = None
    weights: np.ndarray | None = None
    enlarged: bool = False
    kept: np.ndarray | None = None
    rest: np.ndarray | None = None

    @property
    def out_size_hw(self):
        """(H, W)."""
        return (self.points_xy if self.kernels is None else self.kernels).shape[-2:]

    def taps(self, row, column):
        """How much every coarse pixel counts in the output at (row, column): (h, w)."""
        height, width = self.out_size_hw
        row, column = whole_number(row, "row", 0, height - 1), whole_number(column, "column", 0, width - 1)
        if self.kernels is not None:
            factor = height // self.in_size_hw[0]
            nearest = (row // factor, column // factor)
            return kernel_taps(self.kernels[:, row, column], nearest, self.in_size_hw)
        points, weights = self.points(row, column)
        if not self.enlarged:
            return point_taps(points, weights, self.in_size_hw)
        ratio = np.array([width / self.in_size_hw[1], height / self.in_size_hw[0]])
        on_enlarged = point_taps((points + 0.5) * ratio - 0.5, weights, (height, width), "zeros")
        down, across = (
            resampling_matrix(n, m) for n, m in zip(self.in_size_hw, (height, width), strict=True)
        )
        return down.T @ on_enlarged @ across

    def points(self, row, column):
        """The points of one output and what each counts: (P, 2), x before y, in coarse pixels, and (P,)."""
        if self.points_xy is None:
            return np.zeros((0, 2)), np.zeros(0)
        count = len(self.points_xy)
        weights = np.ones(count) if self.weights is None else self.weights[:, row, column]
        return self.points_xy[:, :, row, column], weights


def bilinear_decision(in_size_hw, out_size_hw):
    """What bilinear interpolation always decides: one point, the output's own place."""
    return Decision(tuple(in_size_hw), points_xy=own_places(in_size_hw, out_size_hw)[None])


def fresh_decision(name, in_size_hw):
    """What an upsampler that doubles decides before it has learned, up to its small random start.

    ``name`` is "bilinear", "CARAFE", "DySample", "flow", "gated flow" or "deformable, shared".

    >>> fresh_decision("CARAFE", (3, 3)).kernels[0, 0]  # 25 equal weights
    array([0.04, 0.04, 0.04, 0.04, 0.04, 0.04])
    """
    one_of(name, "name", FRESH)
    in_size_hw = whole_numbers(in_size_hw, "in_size_hw")
    out_size_hw = tuple(2 * n for n in in_size_hw)
    if name == "CARAFE":
        return Decision(in_size_hw, kernels=np.full((25, *out_size_hw), 1 / 25))
    plain = bilinear_decision(in_size_hw, out_size_hw)
    if name == "gated flow":
        half = np.full(out_size_hw, 0.5)
        return replace(plain, weights=half[None], kept=half)
    if name == "deformable, shared":
        steps = np.array(
            [(x, y) for y in (-0.5, 0, 0.5) for x in (-0.5, 0, 0.5)]
        )  # fine pixels, on the coarse map
        weights = np.zeros((9, *out_size_hw))
        weights[4] = 1
        return Decision(
            in_size_hw, points_xy=plain.points_xy + steps[:, :, None, None], weights=weights, enlarged=True
        )
    return plain


FRESH = ("bilinear", "CARAFE", "DySample", "flow", "gated flow", "deformable, shared")


def read_with(decision, coarse):
    """The answer of a decision: (C, h, w) gives (C, H, W): sums of taps times values, and the rest.

    >>> read_with(bilinear_decision((1, 2), (1, 4)), np.array([[[1.0, 5.0]]]))
    array([[[1., 2., 4., 5.]]])
    """
    coarse = _map(coarse)
    if coarse.shape[1:] != tuple(decision.in_size_hw):
        raise ValueError(f"coarse must be (C, *{tuple(decision.in_size_hw)}); got shape {coarse.shape}.")
    rest = 0 if decision.rest is None else decision.rest
    if decision.kernels is not None:
        return reassemble(coarse, decision.kernels) + rest
    places, beyond = np.moveaxis(decision.points_xy, 1, -1), "border"
    if decision.enlarged:
        ratio = np.divide(decision.out_size_hw[::-1], decision.in_size_hw[::-1])
        places, beyond = (places + 0.5) * ratio - 0.5, "zeros"
        coarse = resize(coarse, decision.out_size_hw, axes=(1, 2))
    read = np.stack([sample(coarse, each, padding_mode=beyond) for each in places])
    weights = np.ones(read[:, 0].shape) if decision.weights is None else decision.weights
    return np.einsum("phw,pchw->chw", weights, read) + rest


# ---- Parts ---------------------------------------------------------------------------------------


def _map(value, name="coarse"):
    array = finite_array(value, name, 3)
    return array.astype(float)


def _kernels(value, in_size_hw):
    """(kernels, k, factor)."""
    kernels, (height, width) = finite_array(value, "kernels", 3).astype(float), in_size_hw
    factor = kernels.shape[2] // width
    if factor < 1 or kernels.shape[1:] != (factor * height, factor * width):
        raise ValueError(
            f"kernels must be (k * k, s * {height}, s * {width}) for a whole factor s; got shape {kernels.shape}."
        )
    return kernels, _odd_root(len(kernels), "kernels"), factor


def _odd_root(count, name):
    size = round(count**0.5)
    if size % 2 == 0 or size**2 != count:
        raise ValueError(f"{name} must hold k * k weights with k odd, such as 9 or 25; got {count}.")
    return size
