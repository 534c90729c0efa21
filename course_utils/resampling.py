"""Resampling: a coordinate map, a kernel, the taps, their weighted sum.

Words used throughout the course
    index        integer position of a sample: 0 .. size - 1
    coordinate   real-valued position on the same axis; sample i sits at coordinate i
    in, out      the samples we have, the samples we want
    tap          an input sample that an output reads, with its weight

Four steps make every method here: *map* each output to a coordinate on the input axis, *weigh* the samples
around it by a kernel, *clamp* taps beyond the border to the border sample, *sum*. Two axes are one axis twice.
"""

import numpy as np

from course_utils.sums import weighted_sum
from course_utils.validation import (
    LARGEST_SIZE,
    affordable,
    finite_array,
    one_of,
    real_number,
    resizable,
    shown,
    sizes_and_axes,
    whole_number,
)

COORDINATE_MAPS = ("half_pixel", "align_corners", "asymmetric")
MODES = ("nearest", "nearest-exact", "linear", "cubic")
NEAREST_RULES = {"nearest": "floor", "nearest-exact": "half_pixel"}

CUBIC_A = -0.75
"""The cubic's parameter in torch and OpenCV; Pillow, TensorFlow and JAX take -0.5."""


def source_coordinates(in_size, out_size, coordinate_map="half_pixel"):
    """Where each output falls on the input axis, in input pixels: shape (out_size,), float64, not clamped.

    ``half_pixel``     the outer pixel *edges* coincide (-0.5 and in_size - 0.5)
    ``align_corners``  the outer pixel *centers* coincide (0 and in_size - 1); a single output sits at 0
    ``asymmetric``     output o sits at o * in_size / out_size: the first centers coincide, the last do not

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
    ``half_pixel``  the pixel that the output's center lies in: torch's ``nearest-exact``

    >>> nearest_indices(8, 4)
    array([0, 2, 4, 6])
    >>> nearest_indices(8, 4, "half_pixel")
    array([1, 3, 5, 7])
    """
    in_size, out_size = _sizes(in_size, out_size)
    one_of(rule, "rule", tuple(NEAREST_RULES.values()))
    out_index = np.arange(
        out_size, dtype=np.int64
    )  # not intp: where that has 32 bits, a product would overflow
    if rule == "floor":
        return (out_index * in_size // out_size).astype(np.intp)
    return ((2 * out_index + 1) * in_size // (2 * out_size)).astype(np.intp)


def opencv_nearest_indices(in_size, out_size):
    """The indices that ``cv2.resize(..., interpolation=cv2.INTER_NEAREST)`` picks: shape (out_size,), int.

    The floor rule, but o * in_size / out_size is computed as o * (1 / (out_size / in_size)) in float64. Each
    step rounds, and where the exact result is whole, a hair less floors to the sample before it:

    >>> nearest_indices(2, 98)[49], opencv_nearest_indices(2, 98)[49]
    (np.int64(1), np.int64(0))
    """
    in_size, out_size = _sizes(in_size, out_size)
    step = 1 / (out_size / in_size)
    return np.floor(np.arange(out_size) * step).astype(np.intp)


def box(distance):
    """Nearest-neighbor kernel: weight 1 from -0.5 up to, not including, 0.5.

    The distance, here as for the other kernels, is coordinate - sample, in input pixels.

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
    d = np.minimum(np.abs(_floats(distance, "distance")), 2)  # nothing beyond, and no overflow far out
    a = real_number(a, "a")
    inner = ((a + 2) * d - (a + 3)) * d * d + 1
    outer = a * (d - 1) * (d - 2) ** 2
    return np.where(d <= 1, inner, np.where(d < 2, outer, 0.0))


def kernel_weight(distance, mode: str = "linear", a: float = CUBIC_A) -> np.ndarray:
    """The weight of a sample when x lies ``distance`` to its right; same shape as ``distance``.

    ``nearest`` is the box moved right by a half: a sample counts from its own place up to the next sample.

    >>> kernel_weight([-0.25, 0.75], "linear")
    array([0.75, 0.25])
    >>> kernel_weight([-0.25, 0.75], "nearest"), kernel_weight([-0.25, 0.75], "nearest-exact")
    (array([0., 1.]), array([1., 0.]))
    """
    one_of(mode, "mode", MODES)
    distance = finite_array(distance, "distance").astype(float)
    if mode == "cubic":
        return cubic(distance, a)
    if mode == "linear":
        return triangle(distance)
    return box(distance - 0.5 if mode == "nearest" else distance)


def weights_at(x, size: int, mode: str = "linear", a: float = CUBIC_A) -> np.ndarray:
    """Weight of each of ``size`` samples at each coordinate: shape (len(x), size). Every row sums to 1.

    Beyond the border the border sample is repeated: it takes the weight of the samples that are missing.

    >>> weights_at([0.25, 1.5], 2)
    array([[0.75, 0.25],
           [0.  , 1.  ]])
    """
    x = finite_array(x, "x", ndim=1).astype(float)
    size = whole_number(size, "size", 1)
    affordable((len(x), size), "the weights")
    x = x.clip(-3, size + 2)  # further out nothing changes: the border sample has all the weight
    places = np.arange(-5, size + 5)
    weights = kernel_weight(x[:, None] - places, mode, a)
    columns = np.zeros((len(x), size))
    for place, column in zip(places.clip(0, size - 1), weights.T, strict=True):
        columns[:, place] += column
    return columns


def interpolate(samples, x, mode: str = "linear", a: float = CUBIC_A) -> np.ndarray:
    """Values at the coordinates ``x``: shape (len(x),).

    >>> interpolate([2, 8], [0.25, 0.5])
    array([3.5, 5. ])
    """
    samples = finite_array(samples, "samples", ndim=1)
    return weights_at(x, len(samples), mode, a) @ samples


def cell_weights(x, y):
    """The weights of the four samples of a cell for a point in it: shape (2, 2), float64; they sum to 1.

    ``x`` runs to the right and ``y`` down, from 0 to 1 each. A weight is the area of the rectangle at the
    *opposite* corner. Raises ValueError for a point outside the cell.

    >>> cell_weights(0.75, 0.5)
    array([[0.125, 0.375],
           [0.125, 0.375]])
    """
    x, y = real_number(x, "x"), real_number(y, "y")
    _inside_the_cell(x, "x")
    _inside_the_cell(y, "y")
    return np.outer(triangle([y, y - 1]), triangle([x, x - 1]))


def interpolate_cell(cell, x, y):
    """Bilinear values between four samples: float64, in the common shape of ``x`` and ``y``.

    cell   shape (2, 2): the top row, then the bottom row
    x, y   numbers or arrays, 0 to 1: x to the right, y down. Raises ValueError outside

    >>> interpolate_cell([[10, 20], [40, 90]], [0, 0.5, 1], [0, 0.5, 1])
    array([10., 40., 90.])
    """
    (a, b), (c, d) = _cell(cell)
    x, y = _floats(x, "x"), _floats(y, "y")
    _inside_the_cell(x, "x")
    _inside_the_cell(y, "y")
    _broadcastable(x, y)
    return (1 - y) * ((1 - x) * a + x * b) + y * ((1 - x) * c + x * d)


def twist(cell):
    """How much the bilinear surface over a cell bends: the factor of x y. 0 when the four values lie on a plane.

    >>> twist([[10, 20], [40, 90]]), twist([[10, 20], [40, 50]])
    (40.0, 0.0)
    """
    (a, b), (c, d) = _cell(cell)
    return float(a + d - b - c)


def cell_around(image, x, y):
    """The cell of an image that a point lies in: (row, column, x, y).

    row, column   of the cell's top left pixel; the four pixels are ``image[row:row + 2, column:column + 2]``
    x, y          the point within the cell, 0 to 1 each

    ``image`` has shape (height, width) or (height, width, channels), at least 2 by 2 pixels. The point is given in
    pixels, from 0 to width - 1 and height - 1: pixel centers. Raises ValueError outside.

    >>> cell_around(np.zeros((3, 4)), 2.25, 0.5), cell_around(np.zeros((3, 4)), 3, 2)
    ((0, 2, 0.25, 0.5), (1, 2, 1.0, 1.0))
    """
    image = finite_array(image, "image")
    if image.ndim not in (2, 3) or min(image.shape[:2]) < 2:
        raise ValueError(f"image must have at least 2 rows and 2 columns of pixels; got shape {image.shape}.")
    row, y = _step_and_rest(y, "y", image.shape[0])
    column, x = _step_and_rest(x, "x", image.shape[1])
    return row, column, x, y


def _step_and_rest(coordinate, name, size):
    coordinate = real_number(coordinate, name)
    if not 0 <= coordinate <= size - 1:
        raise ValueError(
            f"{name} must be from 0 to {size - 1}, the centers of the outer pixels; got {shown(coordinate)}."
        )
    first = min(int(coordinate), size - 2)  # the last pixel is the far end of the last cell
    return first, coordinate - first


def _cell(value):
    cell = finite_array(value, "cell")
    if cell.shape != (2, 2):
        raise ValueError(f"cell must have shape (2, 2), two rows of two samples; got shape {cell.shape}.")
    return cell.astype(float)


def _inside_the_cell(values, name):
    outside = np.extract((values < 0) | (values > 1), values)
    if outside.size:
        raise ValueError(f"{name} must be from 0 to 1, within the cell; got {shown(float(outside[0]))}.")


def _broadcastable(x, y):
    try:
        np.broadcast_shapes(x.shape, y.shape)
    except ValueError:
        raise ValueError(f"x of shape {x.shape} and y of shape {y.shape} do not go together.") from None


def resampling_taps(in_size, out_size, mode="linear", coordinate_map=None, a=CUBIC_A):
    """What each output reads along one axis: (indices, weights), both of shape (out_size, taps).

    One tap for the nearest modes, two for linear, four for cubic. At the border taps may name one sample twice.
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
        samples = np.floor(coordinates) + np.array([0, 1])
        weights = triangle(coordinates - samples)
    else:
        # Clamp the taps only, not the coordinate: the curve keeps its slope up to the edge, as in torch.
        samples = np.floor(coordinates) + np.array([-1, 0, 1, 2])
        weights = cubic(coordinates - samples, a)
    return samples.clip(0, in_size - 1).astype(np.intp), weights


def resampling_matrix(in_size, out_size, mode="linear", coordinate_map=None, a=CUBIC_A):
    """The same as a matrix W of shape (out_size, in_size): ``out = W @ signal``. Every row sums to 1.

    >>> resampling_matrix(2, 4)
    array([[1.  , 0.  ],
           [0.75, 0.25],
           [0.25, 0.75],
           [0.  , 1.  ]])
    """
    in_size, out_size = _sizes(in_size, out_size)
    affordable((out_size, in_size), "the matrix")
    indices, weights = resampling_taps(in_size, out_size, mode, coordinate_map, a)
    matrix = np.zeros((out_size, in_size))
    np.add.at(matrix, (np.arange(out_size)[:, None], indices), weights)  # taps on the same sample add up
    return matrix


def resample(signal, out_size, axis=-1, mode="linear", coordinate_map=None, a=CUBIC_A):
    """The signal with ``out_size`` samples along one axis; the other axes stay. Dtypes are as in ``resize``.

    >>> resample([0.0, 1.0, 2.0, 3.0], 7, coordinate_map="align_corners")
    array([0. , 0.5, 1. , 1.5, 2. , 2.5, 3. ])
    """
    signal = resizable(signal, "signal")
    out_size = whole_number(out_size, "out_size", 1, LARGEST_SIZE)
    axis = whole_number(axis, "axis", -signal.ndim, signal.ndim - 1)
    return resize(signal, (out_size,), (axis,), mode, coordinate_map, a)


def resize(array, out_sizes, axes=None, mode="linear", coordinate_map=None, a=CUBIC_A):
    """The array with ``out_sizes[i]`` samples along ``axes[i]``; the other axes stay. Always a new array.

    One axis with mode="linear" is linear interpolation, two are bilinear, three trilinear. ``axes`` may be left
    out when ``out_sizes`` names every axis; an image of shape (height, width, channels) needs ``axes=(0, 1)``.

    float16, float32 and float64 stay what they are (float16 is computed in float32). uint8 is computed in
    float64 along all axes, then rounded once, half up, and clipped to 0..255.

    >>> resize(np.array([[10.0, 20.0], [40.0, 90.0]]), (3, 3))  # the middle is the mean of the four
    array([[10., 15., 20.],
           [25., 40., 55.],
           [40., 65., 90.]])
    """
    array = resizable(array, "array")
    out_sizes, axes = sizes_and_axes(array, out_sizes, axes)
    _check_method(mode, coordinate_map, a)
    new_sizes = dict(zip(axes, out_sizes, strict=True))
    affordable([new_sizes.get(axis, size) for axis, size in enumerate(array.shape)], "the result")

    dtype, result = array.dtype, array
    if mode not in NEAREST_RULES:  # those copy samples, in any dtype
        result = array.astype({"uint8": np.float64, "float16": np.float32}.get(dtype.name, dtype), copy=False)
    # Axes that shrink first, so that nothing is larger on the way than the larger of input and output.
    for axis in sorted(axes, key=lambda axis: (new_sizes[axis] / array.shape[axis], -axis)):
        taps = resampling_taps(array.shape[axis], new_sizes[axis], mode, coordinate_map, a)
        result = weighted_sum(result, axis, *taps)
    if dtype == np.uint8 and result.dtype != np.uint8:
        result = _rounded_to_8_bits(result)
    return result.astype(dtype, copy=False)


def enlarge_crop(image, top, left, size, factor, mode="linear"):
    """Part of an enlarged image: float64, shape (size * factor, size * factor) and channels, not rounded.

    The whole image is enlarged ``factor`` times; this is what replaces its ``size`` by ``size`` pixels from row
    ``top`` and column ``left`` on. The same numbers as in the whole, so pixels beside the crop are read too.
    Raises ValueError when the crop reaches out of the image.

    >>> enlarge_crop(np.array([[0, 100]]), top=0, left=0, size=1, factor=2)
    array([[ 0., 25.],
           [ 0., 25.]])
    """
    image = finite_array(image, "image")
    if image.ndim not in (2, 3):
        raise ValueError(
            f"image must have shape (height, width) or (height, width, channels); got {image.shape}."
        )
    one_of(mode, "mode", MODES)
    size = whole_number(size, "size", 1, min(image.shape[:2]))
    factor = whole_number(factor, "factor", 1, LARGEST_SIZE // max(image.shape[:2]))
    affordable((size * factor, size * factor, *image.shape[2:]), "the enlarged crop")
    top = whole_number(top, "top", 0, image.shape[0] - size)
    left = whole_number(left, "left", 0, image.shape[1] - size)
    rows, row_weights = _crop_taps(image.shape[0], top, size, factor, mode)
    columns = _crop_taps(image.shape[1], left, size, factor, mode)
    strip = image[rows.min() : rows.max() + 1].astype(float)  # no other row is read
    return weighted_sum(weighted_sum(strip, 1, *columns), 0, rows - rows.min(), row_weights)


def _crop_taps(in_size, start, size, factor, mode):
    """The taps of the outputs that replace the samples start .. start + size - 1, along one axis."""
    indices, weights = resampling_taps(in_size, in_size * factor, mode)
    crop = slice(start * factor, (start + size) * factor)
    return indices[crop], weights[crop]


def to_8_bits(values):
    """Values as uint8: rounded half up, then clipped to 0 .. 255. Same shape.

    >>> to_8_bits([-8.96, 57.5, 281.9])
    array([  0,  58, 255], dtype=uint8)
    """
    return _rounded_to_8_bits(finite_array(values, "values").astype(float)).astype(np.uint8)


def _rounded_to_8_bits(result):
    result += 0.5
    np.floor(result, out=result)
    result.clip(0, 255, out=result)  # bicubic overshoots, and a bare cast would wrap 256 to 0
    return result


def _sizes(in_size, out_size):
    return (
        whole_number(in_size, "in_size", 1, LARGEST_SIZE),
        whole_number(out_size, "out_size", 1, LARGEST_SIZE),
    )


def _check_method(mode, coordinate_map, a):
    one_of(mode, "mode", MODES)
    if real_number(a, "a") != CUBIC_A and mode != "cubic":
        raise ValueError(f"a={a} changes the cubic kernel only; with mode={mode!r} leave it out.")
    if coordinate_map is None:
        return
    one_of(coordinate_map, "coordinate_map", COORDINATE_MAPS)
    if mode in NEAREST_RULES:
        raise ValueError(
            f"coordinate_map={coordinate_map!r} does not go with mode={mode!r}, which has its own rule for the "
            "index: leave it out, or take mode='linear' or 'cubic'."
        )


def _floats(value, name):
    array = finite_array(value, name)
    return array if array.dtype.kind == "f" else array.astype(float)
