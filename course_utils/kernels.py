"""Kernels with their support, and the taps they make: shrinking and enlarging by any kernel, with any border.

Words used here beside those of ``resampling``
    kernel      a function of the distance to a sample, together with its support
    support     how far a kernel reaches to either side, in samples: beyond it, every weight is 0
    step        input samples from one output to the next: in_size / out_size, or 1 / factor
    antialias   the kernel made ``step`` times as wide where that is more than 1, so that no input is passed over
    border      what a tap beyond the first or the last sample reads

``taps`` makes the steps of ``resampling`` one parameter each: *map* each output to a coordinate, *weigh* the
samples around it by a kernel, bring the weights to the sum 1, send taps beyond the *border* where it says.
"""

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from course_utils import resampling
from course_utils.sums import weighted_sum
from course_utils.validation import (
    LARGEST_SIZE,
    affordable,
    finite_array,
    number_above,
    one_of,
    real_number,
    resizable,
    shown,
    sizes_and_axes,
    true_or_false,
    whole_number,
)

READINGS = ("weigh", "pick", "overlap", "bins")
COORDINATE_MAPS = (
    "half_pixel", "align_corners", "asymmetric",
    "pytorch_half_pixel", "half_pixel_symmetric", "tf_crop_and_resize", "corner_step",
)  # fmt: skip
BORDERS = ("clamp", "renormalize", "mirror", "mirror_edge", "wrap", "constant")
PICKS = ("floor", "ceil", "round_prefer_floor", "round_prefer_ceil")
SIZE_RULES = ("floor", "ceil", "half_even", "half_up")

FARTHEST = 2**31
"""Coordinates beyond this have no fraction worth weighing by, and beyond 2**63 no index."""

LARGEST_SUPPORT = 64
LARGEST_PREFILTERED = 4096
"""Longest axis with a prefilter: its matrix is dense."""

SPLINE_PADDING = 12
"""Samples that scipy puts around a signal before the prefilter, where the border is clamped or constant."""


@dataclass(frozen=True)
class Kernel:
    """A function of the distance with its support: called like the function, 0 wherever it does not reach.

    function    distances, coordinate - sample in samples, as an array: their weights, in the same shape
    support     how far it reaches to either side: from -support up to, not including, +support
    name        as it is printed, with ``parameters``, pairs (name, value)
    reading     "weigh"    each sample gets the weight of its distance
                "pick"     one sample is copied
                "overlap"  each pixel gets the share of the output's pixel that it covers: area
                "bins"     the plain mean of every pixel the output's pixel touches: torch's area
    prefilter   True: samples become coefficients first, so that the curve runs through the samples

    >>> tent = Kernel(lambda d: 1 - abs(d), support=1, name="tent")
    >>> tent([-0.25, 0, 0.75, 2])
    array([0.75, 1.  , 0.25, 0.  ])
    """

    function: Callable
    support: float
    name: str = "own"
    parameters: tuple = ()
    reading: str = "weigh"
    prefilter: bool = False

    def __post_init__(self):
        if not callable(self.function):
            raise TypeError(f"function must be a function of the distance; got {shown(self.function)}.")
        number_above(self.support, "support", 0, LARGEST_SUPPORT)
        one_of(self.reading, "reading", READINGS)
        true_or_false(self.prefilter, "prefilter")

    def __call__(self, distance):
        distance = finite_array(distance, "distance").astype(float)
        reached = (distance >= -self.support) & (distance < self.support)
        # Beyond the support the function is asked at 0 instead: far out, a polynomial would overflow.
        weights = np.asarray(self.function(np.where(reached, distance, 0.0)), float)
        if weights.shape != distance.shape or not np.isfinite(weights).all():
            raise ValueError(
                f"The function of kernel {self.name!r} must return one finite weight per distance; for distances of "
                f"shape {distance.shape} it returned shape {weights.shape}, {shown(weights)}."
            )
        return np.where(reached, weights, 0.0)

    @property
    def keeps_samples(self):
        """Is an array that keeps its size what it was, to the last bit, when it is read through the kernel?"""
        if self.reading != "weigh" or self.prefilter:
            return not self.prefilter
        whole = np.arange(1, self.support + 1)  # to both sides: a support holds its left end alone
        return bool(np.abs(self([*-whole, *whole])).max() < 1e-9)

    def __str__(self):
        values = ", ".join(f"{name}={value:g}" for name, value in self.parameters)
        return f"{self.name}({values})" if values else self.name

    __repr__ = __str__


# ---- Kernels -------------------------------------------------------------------------------------


def keys_cubic(a=resampling.CUBIC_A):
    """The cubic of ``resampling.cubic`` with its support, 2: ``a`` is its slope at distance 1.

    -0.75 in torch and OpenCV; -0.5 in Pillow, TensorFlow and JAX. Keys, 1981.

    >>> keys_cubic(-0.5)([0, 0.5, 1, 1.5])
    array([ 1.    ,  0.5625,  0.    , -0.0625])
    """
    return _keys_cubic(real_number(a, "a"))


@functools.cache  # the same kernel each time, so that two recipes with it are equal
def _keys_cubic(a):
    return Kernel(lambda d: resampling.cubic(d, a), 2, "cubic", (("a", a),))


def mitchell_netravali(b=1 / 3, c=1 / 3):
    """The family of cubics with two parameters; support 2. (0, 0.5) is ``keys_cubic(-0.5)``, (1, 0) the B-spline.

    Mitchell and Netravali, "Reconstruction filters in computer graphics", 1988.

    >>> mitchell_netravali(1, 0)([0, 1])  # a B-spline does not run through its samples: 4/6, 1/6
    array([0.66666667, 0.16666667])
    """
    return _mitchell_netravali(real_number(b, "b"), real_number(c, "c"))


@functools.cache
def _mitchell_netravali(b, c):
    def weight(distance):
        d = np.abs(distance)
        inner = (12 - 9 * b - 6 * c) * d**3 + (-18 + 12 * b + 6 * c) * d**2 + (6 - 2 * b)
        outer = (-b - 6 * c) * d**3 + (6 * b + 30 * c) * d**2 + (-12 * b - 48 * c) * d + (8 * b + 24 * c)
        return np.where(d < 1, inner, outer) / 6

    return Kernel(weight, 2, "mitchell-netravali", (("b", b), ("c", c)))


def lanczos(lobes=3):
    """The sinc, faded out by the middle lobe of a sinc ``lobes`` times as wide; support ``lobes``.

    >>> lanczos(3)([0, 0.5, 1.5]).round(3)
    array([ 1.   ,  0.608, -0.135])
    """
    return _lanczos(whole_number(lobes, "lobes", 1, 16))


@functools.cache
def _lanczos(lobes):
    return Kernel(lambda d: np.sinc(d) * np.sinc(d / lobes), lobes, "lanczos", (("lobes", lobes),))


def gaussian(sigma=0.5, support=None):
    """The bell with standard deviation ``sigma``, in samples, cut off at ``support``: 3 sigma where None.

    >>> gaussian(0.5)([0, 0.5, 1.5]).round(3)
    array([1.   , 0.607, 0.   ])
    """
    sigma = number_above(sigma, "sigma", 0, LARGEST_SUPPORT / 3)
    support = 3 * sigma if support is None else number_above(support, "support", 0, LARGEST_SUPPORT)
    return _gaussian(sigma, support)


@functools.lru_cache(256)
def _gaussian(sigma, support):
    def weight(distance):  # at the support itself nothing, on both sides, as in TensorFlow
        return np.where(np.abs(distance) < support, np.exp(-0.5 * (distance / sigma) ** 2), 0.0)

    return Kernel(weight, support, "gaussian", (("sigma", sigma), ("support", support)))


def b_spline(degree=3, prefilter=True):
    """The B-spline: a box, smoothed ``degree`` times by a box; support (degree + 1) / 2.

    From degree 2 on it blurs. ``prefilter`` turns samples into coefficients first, and that undoes it: this is
    spline interpolation as in scipy and scikit-image. Unser, "Splines: a perfect fit for signal processing", 1999.

    >>> b_spline(3)([0, 1]) * 6
    array([4., 1.])
    """
    return _b_spline(whole_number(degree, "degree", 0, 5), true_or_false(prefilter, "prefilter"))


@functools.cache
def _b_spline(degree, prefilter):
    half = (degree + 1) / 2

    def weight(distance):
        if degree == 0:
            return resampling.box(distance)
        left = -np.abs(distance)  # the left half has fewer terms, and they do not cancel
        terms = (
            (-1) ** k * math.comb(degree + 1, k) * np.maximum(left + half - k, 0) ** degree
            for k in range(degree // 2 + 1)
        )
        return sum(terms) / math.factorial(degree)

    name = "b-spline" if prefilter else "b-spline without prefilter"
    return Kernel(weight, half, name, (("degree", degree),), prefilter=prefilter and degree > 1)


def _hamming(d):
    return np.sinc(d) * (0.54 + 0.46 * np.cos(np.pi * d))


def _magic_2013(distance):
    d = np.abs(distance)
    return np.select(
        [d < 0.5, d < 1.5], [17 / 16 - 7 / 4 * d * d, (1 - d) * (7 / 4 - d)], -1 / 8 * (d - 5 / 2) ** 2
    )


def _magic_2021(distance):
    d = np.abs(distance)
    pieces = [
        577 / 576 - 239 / 144 * d * d,
        (140 * d * d - 379 * d + 239) / 144,
        -(24 * d * d - 113 * d + 130) / 144,
        (4 * d * d - 27 * d + 45) / 144,
    ]
    return np.select([d < 0.5, d < 1.5, d < 2.5, d < 3.5], pieces, -((2 * d - 9) ** 2) / 1152)


BOX = Kernel(resampling.box, 0.5, "box")
TRIANGLE = Kernel(resampling.triangle, 1, "triangle")
HAMMING = Kernel(_hamming, 1, "hamming")
MAGIC_2013 = Kernel(_magic_2013, 2.5, "magic kernel sharp 2013")
MAGIC_2021 = Kernel(_magic_2021, 4.5, "magic kernel sharp 2021")
NEAREST = Kernel(resampling.box, 0.5, "nearest", reading="pick")
AREA = Kernel(resampling.box, 0.5, "area", reading="overlap")
AREA_BINS = Kernel(resampling.box, 0.5, "area of whole pixels", reading="bins")

KERNELS = {
    str(kernel): kernel
    for kernel in (
        BOX, TRIANGLE, HAMMING, keys_cubic(-0.5), keys_cubic(-0.75), mitchell_netravali(), lanczos(2), lanczos(3),
        lanczos(4), MAGIC_2013, MAGIC_2021, gaussian(), b_spline(3), NEAREST, AREA, AREA_BINS,
    )
}  # fmt: skip
"""Those that libraries use, by the name they print: for menus."""


# ---- From sizes to coordinates -------------------------------------------------------------------


def size_from_factor(in_size, factor, rule="floor"):
    """How many outputs a factor makes of ``in_size`` inputs: an int, at least 1.

    ``floor`` in torch and ONNX; ``half_even`` in OpenCV, scipy and scikit-image; ``ceil``; ``half_up``.

    >>> size_from_factor(10, 1.55), size_from_factor(10, 1.55, "half_even")
    (15, 16)
    """
    in_size = whole_number(in_size, "in_size", 1, LARGEST_SIZE)
    factor = number_above(factor, "factor", 0, LARGEST_SIZE)
    one_of(rule, "rule", SIZE_RULES)
    exact = in_size * factor
    size = {
        "floor": math.floor(exact), "ceil": math.ceil(exact),
        "half_even": round(exact), "half_up": math.floor(exact + 0.5),
    }[rule]  # fmt: skip
    if size < 1:
        raise ValueError(
            f"factor={factor:g} leaves nothing of {in_size} samples; take at least {1 / in_size:g}."
        )
    return whole_number(size, "out_size", 1, LARGEST_SIZE)


def coordinates(in_size, out_size, coordinate_map="half_pixel", factor=None, region=None):
    """Where each output falls on the input axis, in input samples: shape (out_size,), float64, not clamped.

    coordinate_map   "half_pixel", "align_corners", "asymmetric" as in ``resampling.source_coordinates``, and
                     "pytorch_half_pixel"    half_pixel, but a single output reads the first sample
                     "half_pixel_symmetric"  half_pixel, moved so that the middles coincide when a factor is given
                     "tf_crop_and_resize"    align_corners, but a single output reads the middle
                     "corner_step"           half_pixel with the step of align_corners: torch's antialias with it
    factor           outputs per input. None: out_size / the size of the region. A factor moves every coordinate,
                     as torch, OpenCV and ONNX do it when they are given one
    region           (start, stop), the part that is resized, like a slice: (2, 6) is samples 2 to 5. Fractions
                     cut pixels. None: all

    >>> coordinates(10, 15)[-1], coordinates(10, 15, factor=1.55)[-1].round(3)
    (np.float64(9.166666666666666), np.float64(8.855))
    >>> coordinates(8, 4, region=(2, 6))
    array([2., 3., 4., 5.])
    """
    return placed(in_size, out_size, coordinate_map, factor, region)[0]


def placed(in_size, out_size, coordinate_map="half_pixel", factor=None, region=None):
    """The same coordinates, and the step that an antialiased kernel is widened by: (coordinates, step).

    >>> placed(8, 2)
    (array([1.5, 5.5]), 4.0)
    """
    in_size = whole_number(in_size, "in_size", 1, LARGEST_SIZE)
    out_size = whole_number(out_size, "out_size", 1, LARGEST_SIZE)
    one_of(coordinate_map, "coordinate_map", COORDINATE_MAPS)
    start, stop = (0, in_size) if region is None else _region(region)
    length = stop - start
    # How many outputs the whole region makes: not a whole number where a factor does not make one.
    wanted = out_size
    if factor is not None:
        whole = in_size if coordinate_map == "tf_crop_and_resize" else length
        wanted = whole * number_above(factor, "factor", 0, LARGEST_SIZE)
    if coordinate_map == "half_pixel_symmetric" and region is None and factor is None:
        coordinate_map = "half_pixel"
    step = length / wanted if factor is None else 1 / factor
    output = np.arange(out_size)
    if coordinate_map == "asymmetric":
        return start + (output * length / out_size if factor is None else output * step), step
    if coordinate_map in ("align_corners", "tf_crop_and_resize"):
        if out_size == 1:
            return np.full(1, start + (length - 1) / 2 * (coordinate_map == "tf_crop_and_resize")), step
        return start + output * (length - 1) / (wanted - 1), step
    if coordinate_map == "corner_step":
        step = (length - 1) / (wanted - 1) if out_size > 1 else 0.0  # so that a single output reads the first
        return start - 0.5 + (output + 0.5) * step, step
    if coordinate_map == "pytorch_half_pixel" and out_size == 1:
        return np.full(1, float(start)), step
    if coordinate_map == "half_pixel_symmetric":
        start = start + length / 2 * (1 - out_size / wanted)
    output = output + 0.5
    return start - 0.5 + (output * length / out_size if factor is None else output * step), step


# ---- From coordinates to taps --------------------------------------------------------------------


@dataclass(frozen=True)
class Taps:
    """What each output reads along one axis.

    indices, weights   shape (out_size, taps): output o is the sum of weights[o] * signal[indices[o]]
    outside            shape (out_size,): the weight of the constant beyond the border; mostly 0
    coefficients       shape (any, in_size) where the kernel has a prefilter, else None: what makes coefficients of
                       the signal, and the indices then count those
    """

    in_size: int
    indices: np.ndarray
    weights: np.ndarray
    outside: np.ndarray
    coefficients: np.ndarray | None = None

    @property
    def matrix(self):
        """The same as a matrix of shape (out_size, in_size): ``out = matrix @ signal`` (+ the constant's share)."""
        width = self.in_size if self.coefficients is None else len(self.coefficients)
        matrix = np.zeros(affordable((len(self.indices), width), "the matrix"))
        np.add.at(matrix, (np.arange(len(self.indices))[:, None], self.indices), self.weights)
        return matrix if self.coefficients is None else matrix @ self.coefficients

    @property
    def constant(self):
        """How much of an output is the constant beyond the border: shape (out_size,). With the matrix, sums to 1."""
        if self.coefficients is None:
            return self.outside
        shares = 1 - self.coefficients.sum(1)
        return self.outside + (self.weights * shares[self.indices]).sum(1)

    def apply(self, array, axis=-1, fill=0.0):
        """The array with one axis read by these taps: float, in the dtype it has, float64 for whole numbers.

        ``fill`` is the value of the constant beyond the border.

        >>> taps(4, 2, BOX, antialias=True).apply([1.0, 3.0, 5.0, 9.0])
        array([2., 7.])
        """
        array = finite_array(array, "array")
        array = array if array.dtype.kind == "f" else array.astype(float)
        axis = whole_number(axis, "axis", -array.ndim, array.ndim - 1) % array.ndim
        fill = real_number(fill, "fill")
        if array.shape[axis] != self.in_size:
            raise ValueError(
                f"These taps read {self.in_size} samples; got an array of shape {array.shape}, axis={axis}."
            )
        samples = array
        if self.coefficients is not None:
            product = np.tensordot(self.coefficients.astype(array.dtype), array, (1, axis))
            samples = np.ascontiguousarray(np.moveaxis(product, 0, axis))
        result = weighted_sum(samples, axis, self.indices, self.weights)
        if fill and self.constant.any():
            result += fill * self.constant.astype(array.dtype).reshape(-1, *(1,) * (array.ndim - axis - 1))
        return result


def taps(
    in_size, out_size, kernel=TRIANGLE, coordinate_map="half_pixel", antialias=False, border="clamp",
    factor=None, region=None, pick="round_prefer_ceil", extrapolate=True,
):  # fmt: skip
    """What each output reads along one axis: Taps, with ``.indices``, ``.weights``, ``.matrix``, ``.apply(array)``.

    kernel           a Kernel, of this module or your own
    coordinate_map, factor, region
                     as in ``coordinates``
    antialias        True: when shrinking, the kernel gets as much wider as the outputs are apart
    border           what a tap beyond the border reads:
                     "clamp"        the border sample
                     "renormalize"  nothing; the other weights are brought to the sum 1 (none left: as "clamp")
                     "mirror"       the samples backward, the border sample once: c b [a b c
                     "mirror_edge"  the samples backward, the border sample twice: b a [a b c
                     "wrap"         the samples from the other end: b c [a b c
                     "constant"     a constant, the ``fill`` of ``apply``
    pick             how the kernel NEAREST rounds a coordinate: "floor", "ceil", "round_prefer_floor" (a half goes
                     down), "round_prefer_ceil" (a half goes up)
    extrapolate      False: an output whose coordinate lies outside the first and last sample is the constant

    The weights of all taps sum to 1 before the border is met. The area kernels bring their own width, with or
    without ``antialias``. Raises ValueError where a kernel reaches no sample.

    >>> taps(8, 2, antialias=True).matrix[0].round(3)  # the triangle, four times as wide, cut at the border
    array([0.281, 0.219, 0.219, 0.156, 0.094, 0.031, 0.   , 0.   ])
    >>> taps(8, 2).matrix[0]
    array([0. , 0.5, 0.5, 0. , 0. , 0. , 0. , 0. ])
    """
    places, step = placed(in_size, out_size, coordinate_map, factor, region)
    return taps_at(places, in_size, kernel, kernel_width(kernel, step, antialias), border, pick, extrapolate)


def kernel_width(kernel, step, antialias):
    """How many times as wide a kernel is made: float. The area kernels are as wide as the step, both ways.

    >>> kernel_width(TRIANGLE, 4.0, True), kernel_width(TRIANGLE, 0.5, True), kernel_width(AREA, 0.5, False)
    (4.0, 1.0, 0.5)
    """
    step = real_number(step, "step")
    if _kernel(kernel).reading in ("overlap", "bins"):
        return step or 1.0  # the step of corner_step can be 0
    return max(1.0, step) if true_or_false(antialias, "antialias") else 1.0


def taps_at(
    x, in_size, kernel=TRIANGLE, width=1.0, border="clamp", pick="round_prefer_ceil", extrapolate=True
):
    """What outputs at the coordinates ``x`` read: Taps. The kernel is made ``width`` times as wide.

    The other parameters are those of ``taps``.

    >>> taps_at([0.25], 2).matrix
    array([[0.75, 0.25]])
    """
    x = finite_array(x, "x", ndim=1).astype(float)
    in_size = whole_number(in_size, "in_size", 1, LARGEST_SIZE)
    _kernel(kernel)
    width = number_above(width, "width", 0, LARGEST_SIZE)
    one_of(border, "border", BORDERS)
    one_of(pick, "pick", PICKS)
    true_or_false(extrapolate, "extrapolate")
    far = np.abs(x) > FARTHEST
    if far.any():
        raise ValueError(f"x must stay within {FARTHEST} samples; got {x[far][0]:g}.")
    samples, weights = _WEIGHED[kernel.reading](x, kernel, width, pick)
    coefficients = None
    if kernel.prefilter:
        coefficients = _coefficients(kernel, in_size, border)
        samples = samples + (len(coefficients) - in_size) // 2  # the padding before the first
        indices, weights, outside = _at_border(samples, weights, len(coefficients), _beyond_padding(border))
    else:
        indices, weights, outside = _at_border(samples, weights, in_size, border)
    if not extrapolate:
        lost = (x < 0) | (x > in_size - 1)
        weights, outside = np.where(lost[:, None], 0.0, weights), np.where(lost, 1.0, outside)
    return Taps(in_size, indices, weights, outside, coefficients)


def _weigh(x, kernel, width, pick):
    reach, center = kernel.support * width, x + 0.5
    # Two roundings decide whether a kernel that jumps reaches a sample, as in Pillow: of the window and the distance.
    first, stop = np.floor(center - reach + 0.5), np.floor(center + reach + 0.5)
    count = math.ceil(2 * reach) + 1
    affordable((len(x), count), "the weights")
    samples = first[:, None] + np.arange(count)
    weights = np.where(samples < stop[:, None], kernel((x[:, None] - samples) / width), 0.0)
    read = weights.any(0)  # columns that no output reads are left out
    if not read.any():
        read[:1] = True
    return samples[:, read].astype(np.intp), _summing_to_one(weights[:, read], x, kernel)


def _pick(x, kernel, width, pick):
    rounded = {
        "floor": np.floor, "ceil": np.ceil,
        "round_prefer_floor": lambda x: np.ceil(x - 0.5), "round_prefer_ceil": lambda x: np.floor(x + 0.5),
    }[pick](x)  # fmt: skip
    return rounded[:, None].astype(np.intp), np.ones((len(x), 1))


def _overlap(x, kernel, width, pick):
    """The share of the window from x - width / 2 to x + width / 2 that lies in each pixel."""
    start, stop = x - width / 2, x + width / 2
    count = math.ceil(width) + 1
    affordable((len(x), count), "the weights")
    samples = np.floor(start + 0.5)[:, None] + np.arange(count)
    shares = np.minimum(stop[:, None], samples + 0.5) - np.maximum(start[:, None], samples - 0.5)
    return samples.astype(np.intp), _summing_to_one(np.maximum(shares, 0), x, kernel)


def _bins(x, kernel, width, pick):
    start, stop = x - width / 2 + 0.5, x + width / 2 + 0.5
    # Rounding errors must not make a bin touch one pixel more.
    first, last = np.floor(start + 1e-9), np.ceil(stop - 1e-9)
    samples = first[:, None] + np.arange(int((last - first).max()))
    weights = (samples < last[:, None]).astype(float)
    return samples.astype(np.intp), _summing_to_one(weights, x, kernel)


_WEIGHED = {"weigh": _weigh, "pick": _pick, "overlap": _overlap, "bins": _bins}


def _summing_to_one(weights, x, kernel):
    total = weights.sum(1, keepdims=True)
    lost = np.abs(total[:, 0]) < 1e-9
    if lost.any():
        raise ValueError(
            f"Kernel {kernel} reads nothing at coordinate {x[lost][0]:g}: its weights there sum to 0. A support of "
            "at least 0.5 always meets a sample."
        )
    return weights / total


def _at_border(samples, weights, size, border):
    """(indices within the signal, weights, weight of what is outside)."""
    nothing = np.zeros(len(samples))
    if border == "clamp":
        return samples.clip(0, size - 1), weights, nothing
    if border == "wrap":
        return samples % size, weights, nothing
    if border == "mirror":
        period = max(2 * (size - 1), 1)
        place = samples % period
        return np.minimum(place, period - place), weights, nothing
    if border == "mirror_edge":
        place = samples % (2 * size)
        return np.minimum(place, 2 * size - 1 - place), weights, nothing
    inside = (samples >= 0) & (samples < size)
    kept = np.where(inside, weights, 0.0)
    if border == "constant":
        return samples.clip(0, size - 1), kept, (weights - kept).sum(1)
    total = kept.sum(1, keepdims=True)
    lost = np.abs(total) < 1e-9
    indices = samples.clip(0, size - 1)  # where nothing is inside, the border sample is read
    return indices, np.where(lost, weights, kept / np.where(lost, 1, total)), nothing


# ---- Prefilter -----------------------------------------------------------------------------------


def _coefficients(kernel, in_size, border):
    """The matrix that turns samples into coefficients: with those, the kernel's curve runs through the samples."""
    if in_size > LARGEST_PREFILTERED:
        raise ValueError(
            f"A prefilter is made for at most {LARGEST_PREFILTERED} samples along an axis; got in_size={in_size}."
        )
    return _solved(kernel, in_size, border)


@functools.lru_cache(8)
def _solved(kernel, in_size, border):
    padding = SPLINE_PADDING if border in ("clamp", "constant") else 0
    size = in_size + 2 * padding
    places = np.arange(size)
    samples, weights = _weigh(places.astype(float), kernel, 1.0, None)
    indices, weights, _ = _at_border(samples, weights, size, _beyond_padding(border))
    curve = np.zeros((size, size))  # the kernel's curve at the samples, from its coefficients
    np.add.at(curve, (places[:, None], indices), weights)
    padded = np.zeros((size, in_size))
    source = places - padding
    inside = (source >= 0) & (source < in_size) if border == "constant" else np.ones(size, bool)
    padded[places[inside], source.clip(0, in_size - 1)[inside]] = 1
    solved = np.linalg.solve(curve, padded)
    solved.flags.writeable = False
    return solved


def _beyond_padding(border):
    """Beyond the padding the coefficients are mirrored, as in scipy; the other borders hold for them, too."""
    return border if border in ("mirror_edge", "wrap") else "mirror"


# ---- Arrays --------------------------------------------------------------------------------------


def resize_with(array, out_sizes, kernel=TRIANGLE, axes=None, fill=0.0, **how):
    """The array with ``out_sizes[i]`` samples along ``axes[i]``, read by a kernel; ``how`` as in ``taps``.

    Axes and dtypes are as in ``resampling.resize``: floats stay what they are, uint8 is rounded once, half up, and
    clipped to 0..255.

    >>> resize_with(np.array([[1.0, 3.0, 5.0, 9.0]]), (1, 2), BOX, antialias=True)
    array([[2., 7.]])
    """
    array = resizable(array, "array")
    out_sizes, axes = sizes_and_axes(array, out_sizes, axes)
    new_sizes = dict(zip(axes, out_sizes, strict=True))
    affordable([new_sizes.get(axis, size) for axis, size in enumerate(array.shape)], "the result")
    result = array.astype(
        {"uint8": np.float64, "float16": np.float32}.get(array.dtype.name, array.dtype), copy=False
    )
    # Axes that shrink most come first, so that nothing is larger on the way than input and output.
    for axis in sorted(axes, key=lambda axis: (new_sizes[axis] / array.shape[axis], -axis)):
        result = taps(array.shape[axis], new_sizes[axis], kernel, **how).apply(result, axis, fill)
    if array.dtype == np.uint8:
        return resampling.to_8_bits(result)
    return result.astype(array.dtype, copy=False)


# ---- What comes in -------------------------------------------------------------------------------


def _kernel(kernel):
    if not isinstance(kernel, Kernel):
        raise TypeError(
            f"kernel must be a Kernel, such as TRIANGLE or Kernel(function, support); got {shown(kernel)}."
        )
    return kernel


def _region(region):
    if not isinstance(region, (tuple, list)) or len(region) != 2:
        raise TypeError(f"region must be a pair (start, stop) such as (2, 6); got {shown(region)}.")
    start, stop = (real_number(value, f"region[{i}]") for i, value in enumerate(region))
    if max(abs(start), abs(stop)) > LARGEST_SIZE:
        raise ValueError(f"region must stay within {LARGEST_SIZE} samples; got {shown(region)}.")
    if not start < stop:
        raise ValueError(f"region must start before it stops; got {shown(region)}.")
    return start, stop
