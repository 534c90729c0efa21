"""Where a feature sits on the image, and where upsampling assumes that it sits. All along one axis.

Words used throughout the course
    layers       a list of (kernel_size, stride, padding, dilation), from the image on
    stage        what there is after so many layers; stage 0 is the image itself
    place        a position on the image's axis, in image pixels: pixel p sits at p
    sits         feature i of a stage has the middle of its receptive field at start + jump * i
    field        the pixels that a feature sees, from its first to its last place, padding included
    assumed      where the upsampled map draws feature i; that depends on two sizes and a convention, not on layers
    offset       assumed - sits: how far upsampling draws a feature too far right (or down)
    shares       how much of each place of a map each class covers, see ``scenes.class_shares``
    shift        (right, down) in image pixels, by which a coarse map is moved before it is added to a fine one

Sizes, starts and jumps are whole numbers or halves, so offsets that should be 0 are 0 and not 1e-16.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from course_utils.convolution import convolution_size, receptive_field
from course_utils.resampling import COORDINATE_MAPS, source_coordinates
from course_utils.scenes import class_shares
from course_utils.validation import LARGEST_SIZE, finite_array, one_of, real_number, shown, whole_number
from course_utils.warping import FARTHEST, sample
from course_utils.windows import reach


class Stage(NamedTuple):
    """One stage of a stack of layers."""

    size: int  # features along the axis
    jump: int  # image pixels from one feature to the next
    start: float  # the place of feature 0
    field: int  # pixels that one feature sees, padding included

    @property
    def places(self):
        """Where its features sit, in image pixels: float64 (size,).

        >>> Stage(3, 2, 0.5, 2).places
        array([0.5, 2.5, 4.5])
        """
        return self.start + self.jump * np.arange(self.size)

    @property
    def fields(self):
        """The first and the last place that each feature sees: float64 (size, 2).

        >>> Stage(2, 2, 0.0, 3).fields
        array([[-1.,  1.],
               [ 1.,  3.]])
        """
        half = (self.field - 1) / 2
        return self.places[:, None] + np.array([-half, half])


def stages(in_size, layers):
    """The image and what each layer makes of it: a list of len(layers) + 1 Stages.

    >>> for stage in stages(8, [(3, 2, 1, 1), (3, 2, 1, 1)]):
    ...     print(*stage)
    8 1 0.0 1
    4 2 0.0 3
    2 4 0.0 7
    """
    in_size = whole_number(in_size, "in_size", 1, LARGEST_SIZE)
    result = [Stage(in_size, 1, 0.0, 1)]
    for layer, field in zip(layers, receptive_field(layers), strict=True):
        size = convolution_size(result[-1].size, *layer)
        result.append(Stage(size, field.jump, field.start, field.size))
    return result


def feature_places(in_size, layers):
    """Where the features of the last stage sit, in image pixels: float64, one for each feature.

    >>> feature_places(8, [(3, 2, 1, 1)]), feature_places(8, [(2, 2, 0, 1)])
    (array([0., 2., 4., 6.]), array([0.5, 2.5, 4.5, 6.5]))
    """
    return stages(in_size, layers)[-1].places


def assumed_places(size, in_size, coordinate_map="half_pixel"):
    """Where ``size`` features are drawn when they are upsampled to ``in_size`` pixels: float64 (size,).

    The coordinate map of upsampling, read backwards. ``half_pixel`` (align_corners=False), ``align_corners``, or
    ``asymmetric``. Steps in between change nothing: 4 to 8 to 16 draws a feature where 4 to 16 draws it.

    >>> assumed_places(4, 8), assumed_places(4, 7, "align_corners")
    (array([0.5, 2.5, 4.5, 6.5]), array([0., 2., 4., 6.]))
    """
    one_of(coordinate_map, "coordinate_map", COORDINATE_MAPS)
    size = whole_number(size, "size", 1, LARGEST_SIZE)
    return source_coordinates(whole_number(in_size, "in_size", 1, LARGEST_SIZE), size, coordinate_map)


def offsets(in_size, layers, coordinate_map="half_pixel", fine=0):
    """For each feature of the last stage, assumed - sits, in image pixels: float64, one for each feature.

    The last stage is upsampled to the size of stage ``fine`` and laid on it: by default on the image, stage 0. On
    another stage, such as the second last in an FPN, the assumed place is where the *fine* feature at that index
    sits, so this is the distance between two features that are added.

    >>> offsets(8, [(3, 2, 1, 1)]), offsets(8, [(2, 2, 0, 1)])
    (array([0.5, 0.5, 0.5, 0.5]), array([0., 0., 0., 0.]))
    >>> offsets(8, [(3, 2, 1, 1)], "align_corners").round(2)
    array([0.  , 0.33, 0.67, 1.  ])
    >>> offsets(9, [(3, 2, 1, 1)], "align_corners")
    array([0., 0., 0., 0., 0.])
    """
    every = stages(in_size, layers)
    fine = whole_number(fine, "fine", 0, len(layers))
    lower, upper = every[fine], every[-1]
    index = assumed_places(upper.size, lower.size, coordinate_map)
    return lower.start + lower.jump * index - upper.places


def stage_offsets(in_size, layers, coordinate_map="half_pixel"):
    """For each stage the (first, last) feature's offset on the image: a list of len(layers) + 1 pairs.

    Between the first and the last the offset changes evenly, so the two say all.

    >>> stage_offsets(16, [(3, 2, 1, 1)] * 3)
    [(0.0, 0.0), (0.5, 0.5), (1.5, 1.5), (3.5, 3.5)]
    """
    depth = len(stages(in_size, layers))  # which says what is wrong with either
    every = (offsets(in_size, layers[:count], coordinate_map) for count in range(depth))
    return [(float(each[0]), float(each[-1])) for each in every]


def aligned_coordinates(in_size, layers):
    """Where each image pixel sits on the axis of the last stage: float64 (in_size,), not clamped.

    Sampling the last stage there draws every feature where it sits: upsampling without an offset.

    >>> aligned_coordinates(4, [(3, 2, 1, 1)]), aligned_coordinates(4, [(2, 2, 0, 1)])
    (array([0. , 0.5, 1. , 1.5]), array([-0.25,  0.25,  0.75,  1.25]))
    """
    every = stages(in_size, layers)
    return (np.arange(every[0].size) - every[-1].start) / every[-1].jump


def aligned_padding(kernel_size, stride, dilation=1, coordinate_map="half_pixel"):
    """The padding with which a layer adds no offset, or None where no padding does.

    ``half_pixel`` draws the features in the middle of their ``stride`` pixels; the window is in the middle, too, if
    it is longer than the stride by 2 * padding. ``align_corners`` and ``asymmetric`` draw feature 0 at pixel 0; the
    window's middle is there if padding is half of the odd rest. The size has to suit as well: a multiple of the
    stride for ``half_pixel`` and ``asymmetric``, a multiple plus 1 for ``align_corners``.

    >>> aligned_padding(2, 2), aligned_padding(4, 2), aligned_padding(3, 2)
    (0, 1, None)
    >>> aligned_padding(3, 2, coordinate_map="align_corners")
    1
    """
    stride = whole_number(stride, "stride", 1, LARGEST_SIZE)
    kernel_size = whole_number(kernel_size, "kernel_size", 1, LARGEST_SIZE)
    extent = reach(kernel_size, whole_number(dilation, "dilation", 1, LARGEST_SIZE))
    one_of(coordinate_map, "coordinate_map", COORDINATE_MAPS)
    beyond = extent - (stride if coordinate_map == "half_pixel" else 1)
    return beyond // 2 if beyond >= 0 and beyond % 2 == 0 else None


def center_of_mass(weights):
    """The mean place of samples 0, 1, 2, ..., weighted: a float. What autograd sees of a feature, in one number.

    >>> center_of_mass([0, 1, 2, 1]), center_of_mass([-1, -1])
    (2.0, 0.5)
    """
    weights = finite_array(weights, "weights", ndim=1).astype(float)
    shares = weights / (np.abs(weights).max() or 1)  # so that neither tiny nor huge ones are lost in the sums
    if abs(shares.sum()) <= 1e-8 * np.abs(shares).sum():
        raise ValueError(f"weights must not sum to 0, or they have no center; got {shown(weights)}.")
    return float(shares @ np.arange(weights.size) / shares.sum())


def fetch(features, flow_xy):
    """Enlarge and align in one step: every output reads ``features`` at its own place + flow.

    features has shape (C, h, w), flow_xy (H, W, 2), x before y and in pixels of *features*, the map that is read;
    the result is (C, H, W). The two maps' outer edges coincide, and beyond the border the border is repeated, so zero
    flow is bilinear resizing.

    >>> fetch(np.array([[[0.0, 4.0]]]), np.zeros((1, 4, 2)))
    array([[[0., 1., 3., 4.]]])
    >>> fetch(np.array([[[0.0, 4.0]]]), np.full((1, 4, 2), [0.25, 0.0]))
    array([[[0., 2., 4., 4.]]])
    """
    features, flow_xy = finite_array(features, "features", 3), finite_array(flow_xy, "flow_xy", 3)
    if features.dtype.name not in ("float32", "float64"):
        raise TypeError(
            f"features must be float32 or float64; got {features.dtype}. Write features.astype(float)."
        )
    if flow_xy.shape[-1] != 2:
        raise ValueError(
            f"flow_xy must have shape (height, width, 2), x before y; got shape {flow_xy.shape}."
        )
    if (farthest := np.abs(flow_xy.astype(float)).max()) > FARTHEST / 2:
        raise ValueError(f"flow_xy must stay within {FARTHEST / 2:.0f} pixels; got {farthest}.")
    rows, columns = map(source_coordinates, features.shape[1:], flow_xy.shape[:2])
    own = np.stack(np.meshgrid(columns, rows), axis=-1)
    return sample(features, own + flow_xy, padding_mode="border")


# ---- A coarse map of shares, shifted or fetched along a flow ---------------------------------------------------


def reading_places(flow_xy, stride):
    """Where each place of a map reads, in image pixels: float64 (h, w, 2), x before y, pixel p at p; not clamped.

    ``flow_xy`` is (h, w, 2) in image pixels. A place of the map is the middle of ``stride`` x ``stride`` pixels.

    >>> reading_places(np.array([[[0.0, 0.0], [-3.0, 1.0]]]), 4)
    array([[[1.5, 1.5],
            [2.5, 2.5]]])
    """
    flow_xy, stride = finite_array(flow_xy, "flow_xy", 3), whole_number(stride, "stride", 1, LARGEST_SIZE)
    if flow_xy.shape[-1] != 2:
        raise ValueError(
            f"flow_xy must have shape (height, width, 2), x before y; got shape {flow_xy.shape}."
        )
    rows, columns = ((np.arange(size) + 0.5) * stride - 0.5 for size in flow_xy.shape[:2])
    return np.stack(np.meshgrid(columns, rows), axis=-1) + flow_xy


def class_at(labels, places_xy):
    """The class of the pixel nearest to each place; beyond the border, of the border.

    ``labels`` is (H, W), ``places_xy`` (..., 2) in image pixels, x before y; the result has the shape (...).

    >>> class_at(np.array([[0, 1, 2]]), [[0.4, 0], [0.5, 0], [9, -3]])
    array([0, 1, 2])
    """
    labels, places_xy = finite_array(labels, "labels", 2), finite_array(places_xy, "places_xy")
    (height, width), nearest = labels.shape, np.floor(places_xy + 0.5).astype(int)
    columns, rows = np.moveaxis(nearest, -1, 0)
    return labels[rows.clip(0, height - 1), columns.clip(0, width - 1)]


def tips_in_own_region(labels, flow_xy, stride, near=4):
    """Which arrows end in the class in which they begin, and which begin near an outline: two bool (h, w).

    Near an outline are places with another class within ``near`` pixels, up, down, left, right or both. ``labels`` is
    (H, W); ``flow_xy`` is (h, w, 2) in image pixels, of the map at ``stride``.

    >>> own, near = tips_in_own_region([[0, 0, 0, 1, 1, 1]], np.full((1, 3, 2), [2.0, 0]), 2, near=1)
    >>> own, near
    (array([[False,  True,  True]]), array([[False,  True, False]]))
    """
    labels, flow_xy = finite_array(labels, "labels", 2), finite_array(flow_xy, "flow_xy", 3)
    begin = reading_places(np.zeros_like(flow_xy), stride)
    size = 2 * whole_number(near, "near", 1, LARGEST_SIZE) + 1
    around = sliding_window_view(np.pad(labels, near, mode="edge"), (size, size))
    outlines = around.max(axis=(2, 3)) != around.min(axis=(2, 3))
    own = class_at(labels, begin) == class_at(labels, reading_places(flow_xy, stride))
    return own, class_at(outlines.astype(int), begin) > 0


def share_in_own_region(labels, flows_xy, stride, near=4):
    """Of the arrows of n scenes that begin near an outline, the share that ends in its own region: 0 to 1.

    ``labels`` is (n, H, W), ``flows_xy`` (n, h, w, 2) in image pixels; see :func:`tips_in_own_region`. Without any
    outline it is nan.
    """
    labels, flows_xy = finite_array(labels, "labels", 3), finite_array(flows_xy, "flows_xy", 4)
    every = [tips_in_own_region(*each, stride, near) for each in zip(labels, flows_xy, strict=True)]
    own, counted = np.moveaxis(np.array(every), 1, 0)
    return float(own[counted].mean()) if counted.any() else np.nan


def with_comparisons(flows_xy):
    """The flows of n scenes, (n, h, w, 2), and three more to compare them with: kind -> flows.

    Those of "another scene" know how scenes are laid out and nothing of this one. "reversed", each arrow leads the
    other way. "turned" by 90 degrees is no measure of chance: an arrow that crossed an outline now runs along it.

    >>> sorted(with_comparisons(np.array([[[[1.0, 2.0]]], [[[3.0, 4.0]]]])).items())[3]
    ('turned', array([[[[-2.,  1.]]],
    <BLANKLINE>
    <BLANKLINE>
           [[[-4.,  3.]]]]))
    """
    flows_xy = finite_array(flows_xy, "flows_xy", 4)
    x, y = np.moveaxis(flows_xy, -1, 0)
    return {
        "learned": flows_xy,
        "another scene": np.roll(flows_xy, 1, axis=0),
        "turned": np.stack([-y, x], axis=-1),
        "reversed": -flows_xy,
    }


def fetched_shares(labels, map_stride, flow_xy):
    """What a perfect map becomes when it is fetched along a flow: float64 (classes, h, w).

    The map holds the true shares of ``labels`` (H, W) at ``map_stride``; ``flow_xy`` is (h, w, 2) in *image pixels*.

    >>> labels = np.array([[0, 0, 1, 1]] * 2)
    >>> fetched_shares(labels, 2, np.zeros((1, 4, 2)))[1], fetched_shares(labels, 2, np.full((1, 4, 2), [1.0, 0]))[1]
    (array([[0.  , 0.25, 0.75, 1.  ]]), array([[0.25, 0.75, 1.  , 1.  ]]))
    """
    return fetch(class_shares(labels, map_stride), finite_array(flow_xy, "flow_xy", 3) / map_stride)


def flow_growth(flow_xy, flow_still_xy, shift_xy):
    """The mean growth of a flow along a shift, as a part of the shift: 1 answers all of it, 0 nothing.

    Both flows are (h, w, 2) in image pixels; the shift is (right, down), not (0, 0).

    >>> flow_growth(np.full((2, 2, 2), [3.0, 1.0]), np.full((2, 2, 2), [1.0, 1.0]), (4, 0))
    0.5
    """
    shift = np.array([real_number(each, "shift_xy") for each in shift_xy])
    if not shift.any():
        raise ValueError("shift_xy must not be (0, 0): no part of nothing can be said.")
    flows = finite_array(flow_xy, "flow_xy", 3), finite_array(flow_still_xy, "flow_still_xy", 3)
    if flows[0].shape != flows[1].shape:
        raise ValueError(f"both flows must have one shape; got {flows[0].shape} and {flows[1].shape}.")
    return float((flows[0] - flows[1]).mean(axis=(0, 1)) @ shift / (shift @ shift))


@dataclass(frozen=True, eq=False)
class ShiftedShares:
    """The class shares of a scene at two strides, the coarse ones shifted. All maps are float64 (classes, h, w).

    labels     (H, W), indices into scenes.CLASS_NAMES
    stride     of the fine map; the coarse one has twice that stride, which must divide H and W
    shift_xy   (right, down) in image pixels
    """

    labels: np.ndarray
    stride: int
    shift_xy: tuple[float, float]

    @cached_property
    def fine(self):
        return class_shares(self.labels, self.stride)

    @cached_property
    def coarse(self):
        """At half the fine map's size, moved by the shift: what a network would be given."""
        coarse = class_shares(self.labels, 2 * self.stride)
        return fetch(coarse, -self._flow(coarse.shape[1:]))

    def _flow(self, size_hw):
        """The flow that undoes the shift, the same everywhere, in pixels of the coarse map."""
        shift = [real_number(each, "shift_xy") for each in self.shift_xy]
        return np.full((*size_hw, 2), np.array(shift) / (2 * self.stride))

    @cached_property
    def plain(self):
        """The coarse map enlarged as it lies."""
        return fetch(self.coarse, np.zeros((*self.fine.shape[1:], 2)))

    @cached_property
    def aligned(self):
        """The coarse map enlarged and read along the flow that undoes the shift."""
        return fetch(self.coarse, self._flow(self.fine.shape[1:]))

    @cached_property
    def plain_sum(self):
        """Half the sum of the fine map and ``plain``, so that shares still add up to 1."""
        return (self.fine + self.plain) / 2

    @cached_property
    def aligned_sum(self):
        """Half the sum of the fine map and ``aligned``."""
        return (self.fine + self.aligned) / 2

    @cached_property
    def boundary_length(self):
        """Of the true labels, in image pixels: neighbors of different classes, by pi / 4, for a slanted line of
        length 1 crosses 4 / pi such pairs in the mean of all directions."""
        down = np.count_nonzero(self.labels[1:] != self.labels[:-1])
        return (down + np.count_nonzero(self.labels[:, 1:] != self.labels[:, :-1])) * np.pi / 4

    def boundary_width(self, shares):
        """How wide the boundaries of a map are, in image pixels: straight ramps of that width would be as mixed.

        A place with the shares p is mixed by 1 - sum(p ** 2). Across a ramp from one class to another of width w that
        adds up to w / 3. NaN in a scene without boundaries.
        """
        mixed = (1 - (shares**2).sum(axis=0)).sum() * self.stride**2
        return 3 * mixed / self.boundary_length if self.boundary_length else np.nan

    def wrong_part(self, shares):
        """The part of the places whose strongest class is another than the fine map's, from 0 to 1."""
        return float((shares.argmax(axis=0) != self.fine.argmax(axis=0)).mean())
