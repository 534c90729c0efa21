"""Warping: every output names the place in the image that it fetches its value from.

Words used throughout the course
    pixels_xy       places in pixels, last axis (x, y): pixel (row 3, column 5) sits at x = 5, y = 3
    grid            the same places in normalized units, as torch's grid_sample wants them; also (x, y)
    align_corners   where -1 and 1 are: False, at the outer *edges* of the image, True, at the outer pixel *centers*
    flow_xy         in pixels, how far from its own place an output fetches; zero flow fetches from where it stands
    matrix, theta   an affine map (2, 3): output place to input place, ``matrix`` in pixels, ``theta`` normalized
    in, out         the image that is read, the image that is made

All warps here are *backward*: a flow of +1 in x reads one pixel further right, so the picture moves left. Sizes are
(height, width), places are (x, y): the two orders meet in this file and nowhere else. Places are float64 throughout.
"""

import math

import numpy as np

from course_utils.resampling import CUBIC_A, cubic, resize, triangle
from course_utils.validation import (
    LARGEST_SIZE,
    affordable,
    finite_array,
    one_of,
    real_number,
    true_or_false,
    whole_number,
    whole_numbers,
)

SAMPLING_MODES = ("bilinear", "nearest", "bicubic")
PADDING_MODES = ("zeros", "border", "reflection")
FLOW_MAPS = ("half_pixel", "align_corners")

FARTHEST = 2.0**31
"""Pixels. Beyond, neighboring pixels are told apart badly, and torch's integers overflow."""


# ---- Pixels and normalized units -----------------------------------------------------------------


def to_normalized(pixels, size, align_corners=False):
    """Places along one axis, from pixels to normalized units: float64, the shape of ``pixels``.

    ``align_corners=False``: (2 p + 1) / size - 1, so the edges -0.5 and size - 0.5 become -1 and 1.
    ``align_corners=True``: 2 p / (size - 1) - 1, so the centers 0 and size - 1 become -1 and 1. An axis of a single
    pixel then has no scale: its pixel is called 0, as torch's affine_grid has it, and any other place is an error.

    >>> to_normalized([0, 1, 2, 3], 4), to_normalized([0, 1, 2], 3, align_corners=True)
    (array([-0.75, -0.25,  0.25,  0.75]), array([-1.,  0.,  1.]))
    """
    pixels = _places(pixels, "pixels")
    size = whole_number(size, "size", 1, LARGEST_SIZE)
    if not true_or_false(align_corners, "align_corners"):
        return (2 * pixels + 1) / size - 1
    if size > 1:
        return 2 * pixels / (size - 1) - 1
    if np.any(pixels != 0):
        raise ValueError(
            f"With align_corners=True and size=1 every normalized number means pixel 0, so "
            f"pixels={float(pixels[pixels != 0][0])} has none. Use align_corners=False."
        )
    return np.zeros(pixels.shape)


def to_pixels(normalized, size, align_corners=False):
    """Places along one axis, from normalized units to pixels: float64, the inverse of ``to_normalized``.

    >>> to_pixels([-1, 0, 1], 4), to_pixels([-1, 0, 1], 4, align_corners=True)
    (array([-0.5,  1.5,  3.5]), array([0. , 1.5, 3. ]))
    """
    normalized = _places(normalized, "normalized", whole_number(size, "size", 1, LARGEST_SIZE))
    # In this order the rounding is torch's too, so floor finds the same pixel.
    if true_or_false(align_corners, "align_corners"):
        return (normalized + 1) / 2 * (size - 1)
    return ((normalized + 1) * size - 1) / 2


def pixels_to_grid(pixels_xy, in_size_hw, align_corners=False):
    """Places (..., 2) in pixels of an image of ``in_size_hw`` as a grid of the same shape.

    >>> pixels_to_grid([[0, 0], [3, 1]], (2, 4))
    array([[-0.75, -0.5 ],
           [ 0.75,  0.5 ]])
    """
    pixels_xy = _pairs(pixels_xy, "pixels_xy")
    height, width = _size_hw(in_size_hw, "in_size_hw")
    x = to_normalized(pixels_xy[..., 0], width, align_corners)
    return np.stack([x, to_normalized(pixels_xy[..., 1], height, align_corners)], axis=-1)


def grid_to_pixels(grid, in_size_hw, align_corners=False):
    """A grid (..., 2) as places in pixels of an image of ``in_size_hw``: the inverse of ``pixels_to_grid``.

    >>> grid_to_pixels([-1, 1], (2, 4))
    array([-0.5,  1.5])
    """
    height, width = size_hw = _size_hw(in_size_hw, "in_size_hw")
    grid = _pairs(grid, "grid", max(size_hw))
    x = to_pixels(grid[..., 0], width, align_corners)
    return np.stack([x, to_pixels(grid[..., 1], height, align_corners)], axis=-1)


# ---- Where to fetch from -------------------------------------------------------------------------


def pixel_centers(size_hw):
    """Every pixel's own place, in pixels: shape (height, width, 2).

    >>> pixel_centers((1, 3))
    array([[[0., 0.],
            [1., 0.],
            [2., 0.]]])
    """
    height, width = _size_hw(size_hw, "size_hw")
    affordable((height, width, 2), "the result")
    return np.stack(np.meshgrid(np.arange(width, dtype=float), np.arange(height, dtype=float)), axis=-1)


def identity_grid(size_hw, align_corners=False):
    """The grid with which every output fetches its own pixel: shape (height, width, 2).

    >>> identity_grid((1, 4))[0, :, 0], identity_grid((1, 5), align_corners=True)[0, :, 0]
    (array([-0.75, -0.25,  0.25,  0.75]), array([-1. , -0.5,  0. ,  0.5,  1. ]))
    """
    return pixels_to_grid(pixel_centers(size_hw), size_hw, align_corners)


def flow_to_pixels(flow_xy):
    """The places that a flow of shape (..., height, width, 2) fetches from: center + flow, in pixels.

    >>> flow_to_pixels([[[0.0, 0.0], [1.5, -2.0]]])[0, 1]  # at x = 1, y = 0
    array([ 2.5, -2. ])
    """
    flow_xy = _pairs(flow_xy, "flow_xy", at_least_axes=3)
    return pixel_centers(flow_xy.shape[-3:-1]) + flow_xy


def flow_to_grid(flow_xy, align_corners=False):
    """The grid of a flow of shape (..., height, width, 2), for an image of that height and width.

    A pixel is 2 / width in x and 2 / height in y, or 2 / (width - 1) and 2 / (height - 1) with align_corners.

    >>> flow_to_grid([[[0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [-1.0, 0.0]]])[0, :, 0]
    array([-0.75, -0.25,  0.25,  0.25])
    """
    flow_xy = _pairs(flow_xy, "flow_xy", at_least_axes=3)
    return pixels_to_grid(flow_to_pixels(flow_xy), flow_xy.shape[-3:-1], align_corners)


def resize_flow(flow_xy, out_size_hw, coordinate_map="half_pixel"):
    """A flow (..., height, width, 2) for an image of ``out_size_hw``: interpolated, and its values multiplied.

    One pixel of 8 is two of 16: x is multiplied by out_width / in_width and y likewise, or by (out - 1) / (in - 1)
    with ``align_corners``, which stretches the pixel centers. Without it the flow moves too little.

    >>> resize_flow([[[1.0, 0.0], [1.0, 0.0]]], (1, 4))[0, :, 0]
    array([2., 2., 2., 2.])
    """
    flow_xy = _pairs(flow_xy, "flow_xy", at_least_axes=3)
    out_size_hw = _size_hw(out_size_hw, "out_size_hw")
    one_of(coordinate_map, "coordinate_map", FLOW_MAPS)
    in_size_hw = flow_xy.shape[-3:-1]
    factor_h, factor_w = (
        _stretch(n, m, coordinate_map) for n, m in zip(in_size_hw, out_size_hw, strict=True)
    )
    return resize(flow_xy, out_size_hw, axes=(-3, -2), coordinate_map=coordinate_map) * [factor_w, factor_h]


def _stretch(in_size, out_size, coordinate_map):
    """Output pixels per input pixel."""
    if coordinate_map == "half_pixel" or in_size == out_size:
        return out_size / in_size
    if min(in_size, out_size) == 1:
        raise ValueError(
            f"coordinate_map='align_corners' stretches the centers of at least 2 pixels; got an axis of {in_size} "
            f"to become {out_size}. Use 'half_pixel'."
        )
    return (out_size - 1) / (in_size - 1)


# ---- Affine maps ---------------------------------------------------------------------------------


def rotation(degrees):
    """The (2, 2) turn of places; used to fetch, it turns the *picture* counterclockwise, as seen (y points down).

    >>> rotation(90).round() + 0.0
    array([[ 0., -1.],
           [ 1.,  0.]])
    """
    angle = math.radians(real_number(degrees, "degrees"))
    return np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])


def about_center(linear, size_hw):
    """The (2, 3) affine map in pixels that does ``linear`` (2, 2) and leaves the middle of the image where it is.

    >>> about_center([[2, 0], [0, 2]], (3, 5))  # the middle is x = 2, y = 1
    array([[ 2.,  0., -2.],
           [ 0.,  2., -1.]])
    """
    linear = _matrix(linear, "linear", (2, 2))
    height, width = _size_hw(size_hw, "size_hw")
    center = np.array([width - 1, height - 1]) / 2
    return np.column_stack([linear, center - linear @ center])


def affine_pixels(matrix, out_size_hw):
    """The places that an affine map (2, 3) in pixels fetches from: shape (height, width, 2), in pixels.

    >>> affine_pixels([[1, 0, 0.5], [0, 1, 0]], (1, 3))[0, :, 0]
    array([0.5, 1.5, 2.5])
    """
    matrix = _matrix(matrix, "matrix", (2, 3))
    return pixel_centers(_size_hw(out_size_hw, "out_size_hw")) @ matrix[:, :2].T + matrix[:, 2]


def affine_theta(matrix, in_size_hw, out_size_hw=None, align_corners=False):
    """The affine map (2, 3) in pixels as the ``theta`` (2, 3) that torch's affine_grid takes.

    The normalized units of x and y differ on images that are not square, and theta must make up for it. In a
    rotation, cos stays and the two sines become -sin * height / width and sin * width / height:

    >>> affine_theta(about_center(rotation(30), (20, 40)), (20, 40)).round(3) + 0.0
    array([[ 0.866, -0.25 ,  0.   ],
           [ 1.   ,  0.866,  0.   ]])
    """
    matrix = _matrix(matrix, "matrix", (2, 3))
    in_size_hw = _size_hw(in_size_hw, "in_size_hw")
    out_size_hw = in_size_hw if out_size_hw is None else _size_hw(out_size_hw, "out_size_hw")
    if true_or_false(align_corners, "align_corners") and 1 in in_size_hw:
        raise ValueError(
            f"With align_corners=True an axis of one pixel has no scale; got in_size_hw={in_size_hw}. "
            "Use align_corners=False."
        )
    # Output place = half_out * g + middle_out. The matrix takes it to the input, where it is normalized again.
    half_out, half_in = _halves(out_size_hw, align_corners), _halves(in_size_hw, align_corners)
    middle_out = (np.array(out_size_hw[::-1]) - 1) / 2
    shift = pixels_to_grid(matrix[:, :2] @ middle_out + matrix[:, 2], in_size_hw, align_corners)
    return np.column_stack([matrix[:, :2] * half_out / half_in[:, None], shift])


def affine_grid(theta, out_size_hw, align_corners=False):
    """The grid of a ``theta`` (2, 3), as torch's affine_grid has it, for one image: shape (height, width, 2).

    >>> affine_grid([[0.5, 0, 0], [0, 1, 0]], (1, 4))[0, :, 0]
    array([-0.375, -0.125,  0.125,  0.375])
    """
    theta = _matrix(theta, "theta", (2, 3))
    return identity_grid(_size_hw(out_size_hw, "out_size_hw"), align_corners) @ theta[:, :2].T + theta[:, 2]


def _halves(size_hw, align_corners):
    """Pixels from the middle of the image to normalized 1, as (x, y); also the slope of pixels by normalized."""
    height, width = size_hw
    return np.array([width - 1, height - 1] if align_corners else [width, height]) / 2


# ---- Sampling ------------------------------------------------------------------------------------


def grid_sample(image, grid, mode="bilinear", padding_mode="zeros", align_corners=False):
    """The image's values at the places of a grid, as torch's grid_sample; the dtype of the image.

    image has shape (..., H, W), grid (h, w, 2), and the result is (..., h, w): one grid for everything in front of
    H and W. Or the image is (N, C, H, W) and the grid (N, h, w, 2), one for each of the batch.

    mode          ``bilinear`` (2 x 2 taps), ``nearest`` (halves go to the even pixel), ``bicubic`` (4 x 4 taps)
    padding_mode  beyond the image: ``zeros``, the ``border`` repeated, or its ``reflection``, about the outer edges
                  or, with align_corners, about the outer pixel centers. Bicubic pads each tap, the others the place

    >>> grid_sample([[0.0, 10.0], [20.0, 30.0]], [[[0.0, 0.0], [0.5, 0.5], [1.0, 0.5]]])
    array([[15., 30., 15.]])
    """
    image, grid, shape = _image_and_places(image, grid, "grid")
    pixels = grid_to_pixels(grid, image.shape[-2:], align_corners)
    return _sampled(image, pixels, mode, padding_mode, align_corners).reshape(shape)


def sample(image, pixels_xy, mode="bilinear", padding_mode="zeros", align_corners=False):
    """``grid_sample`` with the places given in pixels; align_corners only says where reflection turns around.

    Nothing is converted, so whole places give back the samples exactly.

    >>> sample([[0.0, 10.0], [20.0, 30.0]], [[[1.0, 0.0], [0.25, 0.0]]])
    array([[10. ,  2.5]])
    """
    image, pixels, shape = _image_and_places(image, pixels_xy, "pixels_xy")
    true_or_false(align_corners, "align_corners")
    return _sampled(image, pixels, mode, padding_mode, align_corners).reshape(shape)


def warp(image, flow_xy, mode="bilinear", padding_mode="zeros", align_corners=False):
    """The image of shape (..., H, W) fetched along a flow (H, W, 2), or (N, C, H, W) along (N, H, W, 2).

    Zero flow gives back the image exactly. Through ``flow_to_grid`` and ``grid_sample`` it comes back to within
    rounding only: a number such as (2 x + 1) / width - 1 is seldom exact.

    >>> warp([[1.0, 2.0, 3.0]], [[[1.0, 0.0]] * 3])  # reads one further right: the picture moves left
    array([[2., 3., 0.]])
    """
    image, flow_xy, shape = _image_and_places(image, flow_xy, "flow_xy")
    if flow_xy.shape[1:3] != image.shape[-2:]:
        raise ValueError(
            f"flow_xy must have one (x, y) per pixel; got shape {flow_xy.shape[1:]} for an image of height and width "
            f"{image.shape[-2:]}. resize_flow brings a flow to another size."
        )
    true_or_false(align_corners, "align_corners")
    return _sampled(image, flow_to_pixels(flow_xy), mode, padding_mode, align_corners).reshape(shape)


def hat_sample(image, grid, align_corners=False):
    """Bilinear ``grid_sample`` with zeros, by the papers' formula: slow, and nothing in common with the fast one.

    value(x, y) = sum over *all* pixels of image[row, column] max(0, 1 - |x - column|) max(0, 1 - |y - row|).

    >>> hat_sample([[0.0, 10.0], [20.0, 30.0]], [[[0.0, 0.0], [1.0, 0.5]]])
    array([[15., 15.]])
    """
    image, grid, shape = _image_and_places(image, grid, "grid")
    height, width = image.shape[-2:]
    affordable((*grid.shape[:3], height, width), "the table of hats")
    pixels = grid_to_pixels(grid, (height, width), align_corners)
    hats_x = triangle(pixels[..., :1] - np.arange(width))
    hats_y = triangle(pixels[..., 1:] - np.arange(height))
    result = np.einsum("ncij,nhwi,nhwj->nchw", image, hats_y, hats_x)
    return result.astype(image.dtype).reshape(shape)


def grid_sample_gradients(upstream, image, grid, mode="bilinear", padding_mode="zeros", align_corners=False):
    """Where a small change of the image or of the grid would take a loss: (to_image, to_grid), as they are shaped.

    ``upstream`` has the shape of ``grid_sample(image, grid, ...)``: the loss's gradient with respect to that result.

    to_image  scatter: every tap gets weight * upstream, the transpose of the sampling
    to_grid   the slope of the image at the place, summed over channels; times width / 2 in x and height / 2 in y
              (or (size - 1) / 2), the pixels in one normalized unit. Zero where the border is repeated, reversed by
              a reflection, zero for ``nearest``. Bilinear has a kink at each pixel: there it is the slope to the
              *right* (or below), as in torch.

    >>> _, to_grid = grid_sample_gradients([[1.0]], [[0.0, 1.0, 4.0, 9.0, 16.0]], [[[0.0, 0.0]]])
    >>> to_grid[0, 0, 0]  # squares, at pixel 2: 9 - 4 = 5 a pixel, and 5 / 2 pixels in a normalized unit
    np.float64(12.5)
    """
    in_shape, grid_shape = finite_array(image, "image").shape, finite_array(grid, "grid").shape
    image, grid, out_shape = _image_and_places(image, grid, "grid")
    upstream = finite_array(upstream, "upstream").astype(float)
    if upstream.shape != out_shape:
        raise ValueError(
            f"upstream must have the shape of the sampled image, {out_shape}; got shape {upstream.shape}."
        )
    upstream = upstream.reshape(*image.shape[:2], *grid.shape[1:3])
    pixels = grid_to_pixels(grid, image.shape[-2:], align_corners)
    to_image = np.zeros((*image.shape[:2], image[0, 0].size))
    to_pixels_xy = np.zeros(grid.shape)
    for flat, (weight_y, slope_y), (weight_x, slope_x) in _taps_2d(
        pixels, image.shape[-2:], mode, padding_mode, align_corners
    ):
        np.add.at(to_image, _everywhere(to_image, flat), weight_y * weight_x * upstream)
        pulled = (_gathered(image, flat) * upstream).sum(axis=1)
        to_pixels_xy[..., 0] += weight_y[:, 0] * slope_x[:, 0] * pulled
        to_pixels_xy[..., 1] += slope_y[:, 0] * weight_x[:, 0] * pulled
    to_grid = to_pixels_xy * _halves(image.shape[-2:], align_corners)
    return to_image.astype(image.dtype).reshape(in_shape), to_grid.reshape(grid_shape)


def _sampled(image, pixels, mode, padding_mode, align_corners):
    """Sum over taps of weight * sample: (N, C, H, W) at (N, h, w, 2)."""
    result = np.zeros((*image.shape[:2], *pixels.shape[1:3]))
    for flat, (weight_y, _), (weight_x, _) in _taps_2d(
        pixels, image.shape[-2:], mode, padding_mode, align_corners
    ):
        result += weight_y * weight_x * _gathered(image, flat)
    return result.astype(image.dtype)


def _taps_2d(pixels, in_size_hw, mode, padding_mode, align_corners):
    """One tap at a time: its flat index in the image, and (weight, slope) in y and in x; each (N, 1, h, w)."""
    one_of(mode, "mode", SAMPLING_MODES)
    one_of(padding_mode, "padding_mode", PADDING_MODES)
    height, width = in_size_hw
    columns = _taps(pixels[:, None, ..., 0], width, mode, padding_mode, align_corners)
    rows = _taps(pixels[:, None, ..., 1], height, mode, padding_mode, align_corners)
    for row, weight_y, slope_y in zip(*rows, strict=True):
        for column, weight_x, slope_x in zip(*columns, strict=True):
            yield row * width + column, (weight_y, slope_y), (weight_x, slope_x)


def _taps(places, size, mode, padding_mode, align_corners):
    """Along one axis: (indices, weights, slopes), each (taps, *places.shape). A slope is d weight / d place."""
    if mode == "bicubic":
        samples = np.floor(places) + _upright([-1, 0, 1, 2], places)
        weights, slopes = cubic(places - samples), _cubic_slope(places - samples)
        samples, _ = _padded(samples, size, padding_mode, align_corners)
    elif mode == "nearest":
        samples = np.rint(_padded(places, size, padding_mode, align_corners)[0])[None]
        weights, slopes = np.ones(samples.shape), np.zeros(samples.shape)
    else:
        places, direction = _padded(places, size, padding_mode, align_corners)
        lower = np.floor(places)
        samples = lower + _upright([0, 1], places)
        weights = np.stack([1 - (places - lower), places - lower])
        slopes = np.stack([-direction, direction])
    inside = (samples >= 0) & (samples <= size - 1)  # outside, zeros: a tap of weight 0
    return samples.clip(0, size - 1).astype(np.intp), weights * inside, slopes * inside


def _padded(places, size, padding_mode, align_corners):
    """Where a place outside the image reads instead, and how that moves when the place does: 1, 0 or -1."""
    if padding_mode == "zeros":
        return places, np.ones(places.shape)
    direction = 1.0
    if padding_mode == "reflection":
        places, direction = _reflected(places, size, align_corners)
    # On the outermost centers too the derivative is 0: torch counts them as outside.
    return places.clip(0, size - 1), direction * ((places > 0) & (places < size - 1))


def _reflected(places, size, align_corners):
    low, span = (0.0, size - 1) if align_corners else (-0.5, size)
    if span == 0:
        return np.zeros(places.shape), 0.0
    distance = np.abs(places - low)
    flips = np.floor(distance / span)
    rest = distance - flips * span
    odd = flips % 2 == 1
    direction = np.where(odd, -1.0, 1.0) * np.where(places < low, -1.0, 1.0)
    return np.where(odd, span - rest, rest) + low, direction


def _cubic_slope(distance):
    """The derivative of ``resampling.cubic``."""
    d, a = np.abs(distance), CUBIC_A
    inner = (3 * (a + 2) * d - 2 * (a + 3)) * d
    outer = a * (d - 2) * (3 * d - 4)
    return np.sign(distance) * np.where(d <= 1, inner, np.where(d < 2, outer, 0.0))


def _upright(offsets, places):
    return np.reshape(np.array(offsets, float), (-1, *[1] * places.ndim))


def _gathered(image, flat):
    """The samples (N, C, h, w) of image (N, C, H, W) at the flat indices (N, 1, h, w)."""
    samples = image.reshape(*image.shape[:2], -1)
    return np.stack([of_one.take(places[0], axis=1) for of_one, places in zip(samples, flat, strict=True)])


def _everywhere(samples, flat):
    n, c = samples.shape[:2]
    return np.arange(n)[:, None, None, None], np.arange(c)[:, None, None], flat


# ---- Checks --------------------------------------------------------------------------------------


def _places(value, name, size=None):
    """The value in float64. ``size`` says that it is normalized, for an axis that long."""
    array = finite_array(value, name)
    if array.dtype == np.float16:
        raise TypeError(_float16_in_words(array, name, size))
    array = array.astype(float)
    farthest = array.flat[np.abs(array).argmax()]
    if abs(farthest) > FARTHEST / (size or 1):
        raise ValueError(
            f"{name} must stay within {FARTHEST:.0f} pixels; got {farthest} in shape {array.shape}"
            + (f", normalized for {size} pixels." if size else ".")
        )
    return array


def _float16_in_words(array, name, size):
    if size is None:
        reason = "above 1024 pixels it holds whole numbers only"
    else:  # between 0.5 and 1 float16 has steps of 2^-11; the rounding is half of one, of size / 2 pixels
        reason = f"near -1 and 1 its rounding moves a place by up to {size / 2**13:g} pixels of {size}"
    return (
        f"{name} is too coarse; got float16 of shape {array.shape}: {reason}. "
        "Compute places in float32 or float64; converting afterwards does not bring them back."
    )


def _pairs(value, name, size=None, at_least_axes=1):
    array = _places(value, name, size)
    if array.ndim < at_least_axes or array.shape[-1:] != (2,):
        wanted = "(..., height, width, 2)" if at_least_axes == 3 else "(..., 2)"
        raise ValueError(f"{name} must have shape {wanted}, x before y; got shape {array.shape}.")
    return array


def _matrix(value, name, shape):
    matrix = _places(value, name)
    if matrix.shape != shape:
        raise ValueError(f"{name} must have shape {shape}; got shape {matrix.shape}.")
    return matrix


def _size_hw(value, name):
    size_hw = whole_numbers(value, name, 1, LARGEST_SIZE)
    if len(size_hw) != 2:
        raise ValueError(f"{name} must be (height, width); got {size_hw}.")
    return size_hw


def _image_and_places(image, places, name):
    """image as (N, C, H, W), places as (N, h, w, 2), and the shape that the result is to have."""
    image = finite_array(image, "image")
    if image.dtype.name not in ("float32", "float64"):
        raise TypeError(f"image must be float32 or float64; got {image.dtype}. Write image.astype(float).")
    if image.ndim < 2:
        raise ValueError(f"image must have shape (..., height, width); got shape {image.shape}.")
    size = max(image.shape[-2:]) if name == "grid" else None
    places = _pairs(places, name, size, at_least_axes=3)
    if places.ndim == 3:
        lead, batches = image.shape[:-2], 1
    elif places.ndim == 4 and image.ndim == 4 and len(places) == len(image):
        lead, batches = image.shape[:2], len(image)
    else:
        raise ValueError(
            f"{name} must have shape (height, width, 2), or (N, height, width, 2) for an image (N, C, H, W); "
            f"got shape {places.shape} for an image of shape {image.shape}."
        )
    places = places.reshape(batches, *places.shape[-3:])
    shape = affordable((*lead, *places.shape[1:3]), "the result")
    return image.reshape(batches, -1, *image.shape[-2:]), places, shape
