"""What a resize keeps: how much each sample counts afterwards, and which waves come through.

Words used here
    share      how much one input sample counts in all outputs together, in fair shares: 1 where all count alike,
               0 where nobody reads it, 2 where it counts twice
    frequency  of a wave, in cycles per input sample: 0.5 is black, white, black, white, the finest there is
    width      how many times as wide as it is defined a kernel is used, as in ``kernels.taps_at``
"""

import numpy as np

from course_utils.kernels import Kernel, taps_at
from course_utils.validation import affordable, finite_array, number_above, shown

LARGEST_WIDTH = 64
NEGLIGIBLE = 1e-9
"""Weights below this are rounding errors."""


def sample_shares(matrix):
    """How much each input sample counts, in fair shares: shape (in_size,). ``matrix`` is (out_size, in_size).

    Their mean is 1 where every row of the matrix sums to 1: what some samples lack, others have too much.

    >>> sample_shares([[0, 0.5, 0.5, 0], [0, 0.5, 0.5, 0]])  # two outputs of four samples, the same two read twice
    array([0., 2., 2., 0.])
    """
    matrix = finite_array(matrix, "matrix", ndim=2).astype(float)
    return matrix.sum(0) * (matrix.shape[1] / matrix.shape[0])


def passed_over(matrix):
    """Which input samples no output reads: bool, shape (in_size,). ``matrix`` is (out_size, in_size).

    >>> passed_over([[0, 0.5, 0.5, 0]])
    array([ True, False, False,  True])
    """
    return (np.abs(finite_array(matrix, "matrix", ndim=2)) < NEGLIGIBLE).all(0)


def weight_curve(kernel, distance, width=1.0):
    """The weight that a sample gets at each distance from an output, times ``width``: in the shape of ``distance``.

    For most kernels that is the kernel itself, ``width`` times as wide. What an area kernel or one with a prefilter
    weighs by is another curve: it is found by asking them.

    >>> from course_utils.kernels import AREA, TRIANGLE
    >>> weight_curve(TRIANGLE, [0, 2, 3], width=4)
    array([1.  , 0.5 , 0.25])
    >>> weight_curve(AREA, [0, 1.5, 2, 2.5], width=4)  # at the edge of the area a pixel is covered in part
    array([1. , 1. , 0.5, 0. ])
    """
    distance = finite_array(distance, "distance").astype(float)
    width = number_above(width, "width", 0, LARGEST_WIDTH)
    if not isinstance(kernel, Kernel):
        raise TypeError(f"kernel must be a Kernel, such as TRIANGLE; got {shown(kernel)}.")
    if kernel.reading == "weigh" and not kernel.prefilter:
        return kernel(distance / width)
    if kernel.reading == "pick":
        width = 1.0  # whatever the width, one sample is copied
    middle = (
        int(np.ceil(np.abs(distance).max(initial=0) + kernel.support * width)) + 24
    )  # borders do not matter
    affordable((distance.size, 2 * middle + 1), "the weights")
    taps = taps_at(middle + distance.ravel(), 2 * middle + 1, kernel, width)
    return taps.matrix[:, middle].reshape(distance.shape) * width


def frequency_response(kernel, frequency, width=1.0):
    """STAND-IN until spectra is merged."""
    frequency = finite_array(frequency, "frequency").astype(float)
    reach = kernel.support * width if kernel.reading == "weigh" else max(width, 1.0)
    if kernel.prefilter:
        reach += 12
    count = max(512, int(64 * reach))
    d = (np.arange(count) + 0.5) / count * 2 * reach - reach
    curve = weight_curve(kernel, d, width)
    spectrum = np.cos(2 * np.pi * np.multiply.outer(frequency, d)) @ curve
    return spectrum / curve.sum()


def zone_plate(size):
    """STAND-IN until spectra is merged."""
    x = np.arange(size) - (size - 1) / 2
    return np.cos(np.pi / size * (x[:, None] ** 2 + x**2))
