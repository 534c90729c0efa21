"""Resampling: a coordinate map, a kernel, the taps, their weighted sum.

Words used throughout the course
    index        integer position of a sample: 0 .. size - 1
    coordinate   real-valued position on the same axis; sample i sits at coordinate i
    in, out      the samples we have, the samples we want
    tap          an input sample that an output reads, with its weight

Four steps make every method here: *map* each output to a coordinate on the input axis, *weigh* the samples around it
by a kernel, *clamp* taps beyond the border to the border sample, *sum*. Two axes are one axis twice.
"""

import numpy as np

from course_utils.validation import (
    LARGEST_SIZE,
    affordable,
    finite_array,
    one_of,
    real_number,
    whole_number,
    whole_numbers,
)

COORDINATE_MAPS = ("half_pixel", "align_corners", "asymmetric")
MODES = ("nearest", "nearest-exact", "linear", "cubic")
NEAREST_RULES = {"nearest": "floor", "nearest-exact": "half_pixel"}

CUBIC_A = -0.75
"""The cubic's parameter in torch and OpenCV; Pillow, TensorFlow and JAX take -0.5."""


def source_coordinates(in_size, out_size, coordinate_map="half_pixel"):
    """Where each output sample falls on the input axis, in input pixels: shape (out_size,), float64, not clamped.

    ``half_pixel``     the outer pixel *edges* coincide (-0.5 and in_size - 0.5)
    ``align_corners``  the outer pixel *centres* coincide (0 and in_size - 1); a single output sample sits at 0
    ``asymmetric``     output o sits at o * in_size / out_size: the first centres coincide, the last do not

    >>> source_coordinates(2, 4)
    array([-0.25,  0.25,  0.75,  1.25])
    >>> source_coordinates(4, 7, "align_corners")
    array([0. , 0.5, 1. , 1.5, 2. , 2.5, 3. ])
    >>> source_coordinates(2, 4, "asymmetric")
    array([0. , 0.5, 1. , 1.5])
    """
    in_size, out_size = _sizes(in_size, out_size)
    one_of(coordinate_map, "coordinate_map", COORDINATE_MAPS)
    out_index = np.arange(out_size)
    # Multiply before dividing: the product is exact, so the only rounding is the division's.
    if coordinate_map == "align_corners":
        return out_index * (in_size - 1) / max(out_size - 1, 1)
    if coordinate_map == "asymmetric":
        return out_index * in_size / out_size
    return (out_index + 0.5) * in_size / out_size - 0.5


def nearest_indices(in_size, out_size, rule="floor"):
    """The input index that each output copies: shape (out_size,), int, by exact integer arithmetic.

    ``floor``       the sample at or left of the asymmetric coordinate: torch's ``nearest``
    ``half_pixel``  the pixel that the output's centre lies in: torch's ``nearest-exact``

    >>> nearest_indices(8, 4)
    array([0, 2, 4, 6])
    >>> nearest_indices(8, 4, "half_pixel")
    array([1, 3, 5, 7])
    """
    in_size, out_size = _sizes(in_size, out_size)
    one_of(rule, "rule", tuple(NEAREST_RULES.values()))
    out_index = np.arange(out_size, dtype=np.int64)
    if rule == "floor":
        return out_index * in_size // out_size
    return (2 * out_index + 1) * in_size // (2 * out_size)


def opencv_nearest_indices(in_size, out_size):
    """The indices that ``cv2.resize(..., interpolation=cv2.INTER_NEAREST)`` picks: shape (out_size,), int.

    The floor rule, but o * in_size / out_size is computed as o * (1 / (out_size / in_size)) in float64. Each step
    rounds, and where the exact result is whole, a hair less floors to the sample before it:

    >>> nearest_indices(2, 98)[49], opencv_nearest_indices(2, 98)[49]
    (np.int64(1), np.int64(0))
    """
    in_size, out_size = _sizes(in_size, out_size)
    step = 1 / (out_size / in_size)
    indices = np.floor(np.arange(out_size) * step).astype(np.int64)
    return indices.clip(max=in_size - 1)


def box(distance):
    """Nearest-neighbour kernel: weight 1 from -0.5 up to, not including, 0.5. Distance is coordinate - sample.

    >>> box([-0.5, 0, 0.49, 0.5])
    array([1., 1., 1., 0.])
    """
    distance = _floats(distance, "distance")
    return ((distance >= -0.5) & (distance < 0.5)).astype(float)


def triangle(distance):
    """Linear-interpolation kernel: weight 1 at distance 0, falling to 0 at distance 1.

    >>> triangle([-0.25, 0, 0.75, 2])
    array([0.75, 1.  , 0.25, 0.  ])
    """
    return np.maximum(1 - np.abs(_floats(distance, "distance")), 0)


def cubic(distance, a=CUBIC_A):
    """Cubic-convolution kernel: 1 at 0, 0 at every other whole distance, slope ``a`` at 1, nothing beyond 2.

    Keys, "Cubic convolution interpolation for digital image processing", 1981.

    >>> cubic([0, 0.5, 1, 1.5, 2])
    array([ 1.     ,  0.59375,  0.     , -0.09375,  0.     ])
    """
    d = np.abs(_floats(distance, "distance"))
    a = real_number(a, "a")
    inner = ((a + 2) * d - (a + 3)) * d * d + 1
    outer = a * (d - 1) * (d - 2) ** 2
    return np.where(d <= 1, inner, np.where(d < 2, outer, 0.0))


def resampling_taps(in_size, out_size, mode="linear", coordinate_map=None, a=CUBIC_A):
    """What each output reads along one axis: (indices, weights), both of shape (out_size, taps).

    One tap for the nearest modes, two for linear, four for cubic. At the border two taps may name the same sample.
    ``coordinate_map`` None is half_pixel; the nearest modes have their own rule and refuse one.

    >>> indices, weights = resampling_taps(2, 4)
    >>> indices[1], weights[1]  # output 1 sits at coordinate 0.25
    (array([0, 1]), array([0.75, 0.25]))
    """
    in_size, out_size = _sizes(in_size, out_size)
    _check_method(mode, coordinate_map, a)
    if mode in NEAREST_RULES:
        indices = nearest_indices(in_size, out_size, NEAREST_RULES[mode])[:, None]
        return indices, np.ones(indices.shape)
    coordinates = source_coordinates(in_size, out_size, coordinate_map or "half_pixel")[:, None]
    if mode == "linear":
        coordinates = coordinates.clip(0, in_size - 1)  # beyond the border, repeat the border sample
        samples = np.floor(coordinates) + [0, 1]
        weights = triangle(coordinates - samples)
    else:
        # Only the taps are clamped, not the coordinate: the curve keeps its slope up to the edge, as in torch.
        samples = np.floor(coordinates) + [-1, 0, 1, 2]
        weights = cubic(coordinates - samples, a)
    return samples.clip(0, in_size - 1).astype(np.int64), weights


def resampling_matrix(in_size, out_size, mode="linear", coordinate_map=None, a=CUBIC_A):
    """The same as a matrix W of shape (out_size, in_size): ``out = W @ signal``. Every row sums to 1.

    >>> resampling_matrix(2, 4)
    array([[1.  , 0.  ],
           [0.75, 0.25],
           [0.25, 0.75],
           [0.  , 1.  ]])
    """
    affordable(_sizes(out_size, in_size), "the matrix")
    indices, weights = resampling_taps(in_size, out_size, mode, coordinate_map, a)
    matrix = np.zeros((out_size, in_size))
    np.add.at(matrix, (np.arange(out_size)[:, None], indices), weights)  # taps on the same sample add up
    return matrix


def resample(signal, out_size, axis=-1, mode="linear", coordinate_map=None, a=CUBIC_A):
    """The signal with ``out_size`` samples along one axis; the other axes stay.

    >>> resample([0.0, 1.0, 2.0, 3.0], 7, coordinate_map="align_corners")
    array([0. , 0.5, 1. , 1.5, 2. , 2.5, 3. ])
    """
    out_size = whole_number(out_size, "out_size", 1, LARGEST_SIZE)
    axis = whole_number(axis, "axis", None)
    return resize(signal, (out_size,), (axis,), mode, coordinate_map, a)


def resize(array, out_sizes, axes=None, mode="linear", coordinate_map=None, a=CUBIC_A):
    """The array with ``out_sizes[i]`` samples along ``axes[i]``; the other axes stay. Always a new array.

    One axis with mode="linear" is linear interpolation, two are bilinear, three trilinear. ``axes`` may be left out
    when every axis is named by ``out_sizes``; an image of shape (height, width, channels) needs ``axes=(0, 1)``.

    float16, float32, float64 stay what they are (float16 is computed in float32). uint8 is computed in float64 along
    all axes, then rounded once, half up, and clipped to 0..255.

    >>> resize(np.array([[10.0, 20.0], [40.0, 90.0]]), (3, 3))  # the middle is the mean of the four
    array([[10., 15., 20.],
           [25., 40., 55.],
           [40., 65., 90.]])
    """
    array = _resizable(array)
    out_sizes, axes = _sizes_and_axes(array, out_sizes, axes)
    _check_method(mode, coordinate_map, a)
    shape = list(array.shape)
    for out_size, axis in zip(out_sizes, axes, strict=True):
        shape[axis] = out_size
    affordable(shape, "the result")

    result = array.astype({"uint8": np.float64, "float16": np.float32}.get(array.dtype.name, array.dtype))
    for out_size, axis in sorted(zip(out_sizes, axes, strict=True), key=lambda p: (p[0] / array.shape[p[1]], -p[1])):
        indices, weights = resampling_taps(result.shape[axis], out_size, mode, coordinate_map, a)
        result = _weighted_sum(result, axis, indices, weights.astype(result.dtype))
    if array.dtype == np.uint8:
        result = np.floor(result + 0.5).clip(0, 255)  # bicubic overshoots; a bare cast would wrap 256 to 0
    return result.astype(array.dtype)


def _weighted_sum(array, axis, indices, weights):
    """Sum over taps of weight * sample, along one axis."""
    per_output = (-1,) + (1,) * (array.ndim - 1 - axis)
    total = 0
    for tap in range(indices.shape[1]):
        total = total + array.take(indices[:, tap], axis) * weights[:, tap].reshape(per_output)
    return total


def _sizes(in_size, out_size):
    return (
        whole_number(in_size, "in_size", 1, LARGEST_SIZE),
        whole_number(out_size, "out_size", 1, LARGEST_SIZE),
    )


def _check_method(mode, coordinate_map, a):
    one_of(mode, "mode", MODES)
    if real_number(a, "a") != CUBIC_A and mode != "cubic":
        raise ValueError(f"a={a} changes the cubic kernel only; leave it out for mode={mode!r}, or take mode='cubic'.")
    if coordinate_map is None:
        return
    one_of(coordinate_map, "coordinate_map", COORDINATE_MAPS)
    if mode in NEAREST_RULES:
        raise ValueError(
            f"coordinate_map={coordinate_map!r} does not go with mode={mode!r}, which has its own rule for the index: "
            "leave it out, or take mode='linear' or 'cubic'."
        )


def _floats(value, name):
    array = finite_array(value, name)
    return array if array.dtype.kind == "f" else array.astype(float)


def _resizable(value):
    array = finite_array(value, "array")
    if array.dtype.name not in ("uint8", "float16", "float32", "float64"):
        raise TypeError(
            f"array must be float16, float32, float64 or uint8; got {array.dtype} of shape {array.shape}. "
            "Write array.astype(float), or array.astype(np.uint8) if it is an image with values 0 to 255."
        )
    return array


def _sizes_and_axes(array, out_sizes, axes):
    out_sizes = whole_numbers(out_sizes, "out_sizes", 1, LARGEST_SIZE)
    if axes is None:
        if len(out_sizes) != array.ndim:
            raise ValueError(
                f"out_sizes={out_sizes} names {len(out_sizes)} of the {array.ndim} axes of shape {array.shape}: "
                "say which with axes=, for example axes=(0, 1) for an image of shape (height, width, channels)."
            )
        return out_sizes, tuple(range(array.ndim))
    axes = whole_numbers(axes, "axes", -array.ndim, array.ndim - 1)
    if len(axes) != len(out_sizes):
        raise ValueError(f"one size per axis, please; got out_sizes={out_sizes} and axes={axes}.")
    positive = tuple(axis % array.ndim for axis in axes)
    if len(set(positive)) != len(positive):
        raise ValueError(f"each axis may be named once; got axes={axes} for shape {array.shape}.")
    return out_sizes, positive
