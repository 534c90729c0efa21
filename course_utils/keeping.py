"""What a resize keeps: how much each sample counts afterwards, and which waves come through.

Words used here
    share      how much one input sample counts in all outputs together, in fair shares: 1 where all count alike,
               0 where nobody reads it, 2 where it counts twice
    frequency  of a wave, in cycles per input sample: 0.5 is black, white, black, white, the finest there is
    width      how many times as wide as it is defined a kernel is used, as in ``kernels.taps_at``
"""

import numpy as np

from course_utils.kernels import BOX, Kernel, taps_at
from course_utils.spectra import Spectrum, kernel_response
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
    if _kernel(kernel).reading == "weigh" and not kernel.prefilter:
        return kernel(distance / width)
    if kernel.reading == "pick":
        width = 1.0  # whatever the width, one sample is copied
    middle = (
        int(np.ceil(np.abs(distance).max(initial=0) + kernel.support * width)) + 24
    )  # borders do not matter
    affordable((distance.size, 2 * middle + 1), "the weights")
    taps = taps_at(middle + distance.ravel(), 2 * middle + 1, kernel, width)
    return taps.matrix[:, middle].reshape(distance.shape) * width


def curve_response(kernel, frequency, width=1.0):
    """What the curve of a kernel of any reading leaves of a wave: its amplitude, in the shape of ``frequency``.

    That of ``spectra.kernel_response``, for weights that are brought to the sum 1; the area's curve is a box of its
    width, averaged over each pixel: two boxes one after the other.

    >>> from course_utils.kernels import AREA
    >>> curve_response(AREA, [0, 0.25, 0.5], width=2).round(3)
    array([1.   , 0.573, 0.   ])
    """
    kernel = _kernel(kernel)
    if kernel.reading == "overlap":
        return kernel_response(BOX, frequency, width) * kernel_response(BOX, frequency)
    if kernel.reading == "pick":
        return kernel_response(BOX, frequency)
    mean = float(kernel_response(kernel, 0.0, width))
    if abs(mean) < NEGLIGIBLE:
        raise ValueError(f"Kernel {kernel} has the mean 0: its weights cannot be brought to the sum 1.")
    return kernel_response(kernel, frequency, width) / mean


def energy_kept(spectrum):
    """Of the energy of all waves that both input and output can hold, the part that comes out as it should.

    spectrum   of ``spectra.resize_spectrum`` or ``matrix_spectrum``. All waves have the same energy

    >>> from course_utils.spectra import resize_spectrum
    >>> energy_kept(resize_spectrum(8, 4)).round(4)  # cos(pi f) squared: (1 + 2 * 0.8536 + 2 * 0.5) / 5
    np.float64(0.7414)
    """
    fit = _spectrum(spectrum).frequency <= spectrum.limit
    return np.average(spectrum.kept[fit] ** 2, weights=_both_sides(spectrum)[fit])


def energy_aliased(spectrum):
    """Of the energy of waves too fine for the output, the part that comes back as other waves.

    Where the output can hold all waves: of the energy of all, the part that comes out as copies beside them.

    >>> from course_utils.spectra import resize_spectrum
    >>> energy_aliased(resize_spectrum(8, 4)).round(4), energy_aliased(resize_spectrum(4, 8)).round(4)
    (np.float64(0.0976), np.float64(0.0328))
    """
    finer = _spectrum(spectrum).frequency > spectrum.limit
    finer = finer if finer.any() else np.ones_like(finer)
    return np.average(spectrum.aliased[finer], weights=_both_sides(spectrum)[finer])


def _both_sides(spectrum):
    """All waves but the slowest and the fastest have a mirror image."""
    return np.where((spectrum.frequency == 0) | (spectrum.frequency == 0.5), 1, 2)


def _spectrum(value):
    if not isinstance(value, Spectrum):
        raise TypeError(f"spectrum must be a Spectrum, such as resize_spectrum(8, 4); got {shown(value)}.")
    return value


def _kernel(value):
    if not isinstance(value, Kernel):
        raise TypeError(f"kernel must be a Kernel, such as TRIANGLE; got {shown(value)}.")
    return value
