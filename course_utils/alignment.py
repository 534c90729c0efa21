"""Where a feature sits on the image, and where upsampling assumes that it sits. All along one axis.

Words used throughout the course
    layers       a list of (kernel_size, stride, padding, dilation), from the image on
    stage        what there is after so many layers; stage 0 is the image itself
    place        a position on the image's axis, in image pixels: pixel p sits at p
    sits         feature i of a stage has the middle of its receptive field at start + jump * i
    assumed      where the upsampled map draws feature i; that depends on two sizes and a convention, not on layers
    offset       assumed - sits: how far upsampling draws a feature too far right (or down)

Sizes, starts and jumps are whole numbers or halves, so offsets that should be 0 are 0 and not 1e-16.
"""

from typing import NamedTuple

import numpy as np

from course_utils.convolution import convolution_size, receptive_field
from course_utils.resampling import COORDINATE_MAPS, source_coordinates
from course_utils.validation import LARGEST_SIZE, finite_array, one_of, shown, whole_number
from course_utils.warping import FARTHEST, sample
from course_utils.windows import reach


class Stage(NamedTuple):
    """One stage of a stack of layers."""

    size: int  # features along the axis
    jump: int  # image pixels from one feature to the next
    start: float  # the place of feature 0
    field: int  # pixels that one feature sees, padding included


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
    return _places(stages(in_size, layers)[-1])


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
    return lower.start + lower.jump * index - _places(upper)


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


def _places(stage):
    return stage.start + stage.jump * np.arange(stage.size)
