"""Real pictures, a crop of one, and how far two are apart.

The pictures come with scikit-image, so nothing is downloaded; the browser edition brings them along as files. An
image has shape (height, width) when it is gray, (height, width, channels) when it has colors; its values are 0 to
255 in uint8.
"""

import io

import numpy as np

from course_utils import platform
from course_utils.resampling import to_8_bits
from course_utils.validation import finite_array, one_of, real_number, shown, whole_number

PICTURES = ("chelsea", "camera", "coffee", "brick", "astronaut")
"""A cat, 300 x 451; a cameraman, 512 x 512, gray; a cup, 400 x 600; a wall and an astronaut, 512 x 512,
the wall gray."""

GRAY = (0.299, 0.587, 0.114)
"""How much red, green and blue count for a gray (ITU-R BT.601), as in OpenCV and Pillow."""


def picture(name):
    """One of PICTURES as a uint8 array of shape (height, width) or (height, width, 3). Yours to write into.

    >>> picture("chelsea").shape
    (300, 451, 3)
    """
    one_of(name, "name", PICTURES)
    if platform.has_files():
        return _from_file(f"{name}.png")
    from skimage import data  # here, because importing it takes longer than most cells of a lesson

    return np.array(getattr(data, name)())


def face():
    """The astronaut's face in gray, averaged down to 24 by 24 pixels: uint8. Yours to write into.

    Small enough to see every pixel, large enough to see who it is.
    """
    if platform.has_files():  # a lesson opens with it, and the astronaut has a thousand times the bytes
        return _from_file("face.png")
    gray = crop(picture("astronaut"), top=44, left=166, height=120, width=120) @ GRAY
    return to_8_bits(gray.reshape(24, 5, 24, 5).mean(axis=(1, 3)))


def stereo_pair():
    """Two cameras before one motorcycle, and how far apart each point is seen: (left, right, disparity). Yours.

    left, right   uint8 (500, 741, 3)
    disparity     float64 (500, 741), in pixels: what the left picture shows at x, the right one shows at
                  x - disparity. So the left is fetched from the right with a flow of -disparity in x (the
                  docstring of the data has it the other way around). Infinite where it is not known

    From the Middlebury benchmark: Scharstein et al., "High-resolution stereo datasets with subpixel-accurate
    ground truth", GCPR 2014.
    """
    if platform.has_files():
        disparity = np.load(io.BytesIO(platform.read_file("pictures/disparity.npy")))
        return _from_file("left.png"), _from_file("right.png"), disparity.astype(float)
    from skimage import data

    left, right, disparity = data.stereo_motorcycle()
    return np.array(left), np.array(right), disparity.astype(float)


def _from_file(name):
    from PIL import Image  # here, as scikit-image is: numbers need no pictures

    return np.array(Image.open(io.BytesIO(platform.read_file(f"pictures/{name}"))))


def crop(image, top, left, height, width):
    """Rows top .. top + height - 1 and columns left .. left + width - 1 of an image, as a new array.

    Raises ValueError when any of it lies outside: a crop is never cut short or wrapped around.

    >>> crop(np.arange(12).reshape(3, 4), top=1, left=2, height=2, width=1)
    array([[ 6],
           [10]])
    """
    image = _image(image)
    rows = _span(top, height, "top", "height", image.shape)
    columns = _span(left, width, "left", "width", image.shape)
    return image[rows, columns].copy()


def signed_difference(a, b):
    """``a - b`` of two uint8 images of one shape, as int16: in uint8, 100 - 200 would be 156.

    >>> signed_difference(np.uint8([100, 7]), np.uint8([200, 7]))
    array([-100,    0], dtype=int16)
    """
    a, b = finite_array(a, "a"), finite_array(b, "b")
    for name, image in (("a", a), ("b", b)):
        if image.dtype != np.uint8:
            raise TypeError(f"{name} must be uint8; got {image.dtype} of shape {image.shape}.")
    if a.shape != b.shape:
        raise ValueError(f"a and b must have the same shape; got {a.shape} and {b.shape}.")
    return a.astype(np.int16) - b.astype(np.int16)


def clipped_count(values):
    """How many values 8 bits cannot hold: once rounded they lie below 0 or above 255.

    >>> clipped_count([-0.6, -0.5, 255.4, 255.5])
    2
    """
    values = finite_array(values, "values")
    return int(np.count_nonzero((values < -0.5) | (values >= 255.5)))


def psnr(a, b, peak=255):
    """Peak signal-to-noise ratio of two arrays of one shape, in decibels: 20 log10(peak / RMS difference).

    ``peak`` is the largest value there can be: 255 for 8-bit images, 1 for floats from 0 to 1. Higher is closer;
    infinity means equal. The arrays are compared as they are, so bring both to the same range first.

    >>> round(psnr([0, 0, 0, 0], [255, 0, 0, 0]), 3)  # the RMS difference is half the peak: 20 log10(2)
    6.021
    """
    a, b = finite_array(a, "a"), finite_array(b, "b")
    if a.shape != b.shape:
        raise ValueError(f"a and b must have the same shape; got {a.shape} and {b.shape}.")
    if (largest_value := real_number(peak, "peak")) <= 0:
        raise ValueError(f"peak must be above 0, such as 255 or 1; got {shown(peak)}.")
    difference = a.astype(float) - b.astype(float)  # in uint8, 100 - 200 would be 156
    largest = np.abs(difference).max()
    if largest == 0:
        return float("inf")
    if not np.isfinite(largest):
        raise ValueError("a and b are too far apart: their difference is no float64 number.")
    rms = np.sqrt(np.mean((difference / largest) ** 2)) * largest  # a square could overflow, or vanish
    return float(20 * (np.log10(largest_value) - np.log10(rms)))


def _image(value):
    image = finite_array(value, "image")
    if image.ndim not in (2, 3):
        raise ValueError(
            f"image must have shape (height, width) or (height, width, channels); got {image.shape}."
        )
    return image


def _span(start, length, start_name, length_name, shape):
    size = shape[0] if start_name == "top" else shape[1]
    start = whole_number(start, start_name, 0, size - 1)
    length = whole_number(length, length_name, 1)
    if start + length > size:
        raise ValueError(
            f"{start_name}={start} and {length_name}={length} end at {start + length}, but the image has shape "
            f"{shape}: from there {length_name} can be at most {size - start}."
        )
    return slice(start, start + length)
