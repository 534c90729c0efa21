"""What a kernel and a whole resize do to waves: responses, what folds back, and the zone plate that shows it.

Words used here
    frequency   cycles per input sample; 0.5 is the fastest wave that samples hold: + - + -
    response    the factor a wave's amplitude is multiplied by; 1 keeps it, 0 removes it
    limit       the fastest frequency that the output can hold, in cycles per input sample: 0.5 / step when shrinking
    alias       what an output has at other frequencies than its input had: from too fast waves when shrinking, from
                copies of the spectrum that the kernel left over when enlarging
"""

from dataclasses import dataclass

import numpy as np

from course_utils.kernels import TRIANGLE, Kernel, taps
from course_utils.validation import affordable, finite_array, number_above, shown, true_or_false, whole_number

LARGEST_SPECTRUM = 4096
FASTEST = 16  # cycles per sample: the quadrature below is exact to rounding up to there
PIECES_PER_SAMPLE, NODES = 8, 24  # Gauss-Legendre on each piece; our kernels are smooth between half samples


def kernel_response(kernel, frequency, width=1.0):
    """The frequency response of a kernel: float64, in the shape of ``frequency``; 1 at 0 for weights that sum to 1.

    It is the Fourier transform: the integral of kernel(x) cos(2 pi f x). ``width`` is how many times as wide the
    kernel is made (antialias). With a prefilter, the response of kernel and prefilter together. For a kernel of your
    own it is exact where the function is smooth between multiples of 1/8 sample.

    >>> from course_utils.kernels import BOX
    >>> kernel_response(BOX, [0, 0.5, 1]).round(4)  # sinc(f): a box three samples wide removes f = 1/3
    array([1.    , 0.6366, 0.    ])
    """
    _weighing(kernel)
    frequency = finite_array(frequency, "frequency").astype(float)
    width = number_above(width, "width", 0, 2**20)
    at = np.abs(frequency * width)
    if (at > FASTEST).any():
        raise ValueError(f"frequency * width must be at most {FASTEST} cycles per sample; got {at.max():g}.")
    places, areas = _quadrature(kernel.support)
    weighted = kernel(places) * areas
    affordable((at.size, len(places)), "the waves")
    response = np.cos(2 * np.pi * at[..., None] * places) @ weighted
    if not kernel.prefilter:
        return response
    samples = np.arange(-int(kernel.support), int(kernel.support) + 1)
    return response / (np.cos(2 * np.pi * at[..., None] * samples) @ kernel(samples))


def _quadrature(support):
    """Places and their areas: sums over them are integrals from -support to support."""
    edges = np.linspace(-support, support, max(1, round(2 * support * PIECES_PER_SAMPLE)) + 1)
    nodes, areas = np.polynomial.legendre.leggauss(NODES)
    half = np.diff(edges)[:, None] / 2
    return ((edges[:-1, None] + half) + half * nodes).ravel(), (half * areas).ravel()


@dataclass(frozen=True)
class Spectrum:
    """What a resize makes of every wave that ``in_size`` samples hold, the signal being repeated without end.

    frequency   shape (in_size // 2 + 1,): cycles per input sample, 0 to 0.5
    kept        the response: amplitude that comes out at the wave's own frequency; 0 above ``limit``
    aliased     energy that comes out at other frequencies, for a wave of energy 1
    limit       the fastest frequency that the output can hold
    """

    frequency: np.ndarray
    kept: np.ndarray
    aliased: np.ndarray
    limit: float

    @property
    def aliasing(self):
        """The mean of ``aliased``: how much folds back of noise that has every frequency alike."""
        weights = np.where(
            (self.frequency == 0) | (self.frequency == 0.5), 1, 2
        )  # the others have a mirror image
        return float(np.average(self.aliased, weights=weights))


def resize_spectrum(in_size, out_size, kernel=TRIANGLE, antialias=False, coordinate_map="half_pixel"):
    """The Spectrum of a resize, exact for any ratio: every wave is put through it, and the output's waves counted.

    >>> halved = resize_spectrum(8, 4)
    >>> halved.frequency, halved.limit
    (array([0.   , 0.125, 0.25 , 0.375, 0.5  ]), 0.25)
    >>> halved.aliased.round(2)  # two taps of 1/2: the fastest wave is gone, the one at 0.375 comes back slower
    array([0.  , 0.  , 0.  , 0.15, 0.  ])
    """
    return _spectrum(transfer(in_size, out_size, kernel, antialias, coordinate_map))


def matrix_spectrum(matrix):
    """The Spectrum of a matrix of shape (out_size, in_size), whose border should wrap around.

    >>> matrix_spectrum(taps(8, 4, border="wrap").matrix).aliased.round(2)
    array([0.  , 0.  , 0.  , 0.15, 0.  ])
    """
    matrix = finite_array(matrix, "matrix", ndim=2).astype(float)
    whole_number(max(matrix.shape), "the matrix's size", 1, LARGEST_SPECTRUM)
    return _spectrum(_transfer(matrix))


def _spectrum(gains):
    out_size, in_size = gains.shape
    frequency = np.arange(in_size // 2 + 1)
    energy = np.abs(gains[:, frequency]) ** 2
    # At the limit itself, a wave and its mirror image are the same samples: it is kept, not folded.
    own = np.where(2 * frequency <= out_size, frequency % out_size, -1)
    kept = np.where(own >= 0, energy[own, frequency], 0.0)
    aliased = np.maximum(energy.sum(0) - kept, 0)
    return Spectrum(frequency / in_size, np.sqrt(kept), aliased, 0.5 * min(1, out_size / in_size))


def transfer(in_size, out_size, kernel=TRIANGLE, antialias=False, coordinate_map="half_pixel"):
    """How much of each input wave comes out as each output wave: complex, shape (out_size, in_size).

    Wave k has k cycles on the whole axis. The border wraps around, so that waves meet no border.

    >>> np.abs(transfer(4, 2)).round(2)[0]  # the mean of the output: that of the input
    array([1., 0., 0., 0.])
    """
    in_size = whole_number(in_size, "in_size", 1, LARGEST_SPECTRUM)
    out_size = whole_number(out_size, "out_size", 1, LARGEST_SPECTRUM)
    true_or_false(antialias, "antialias")
    return _transfer(taps(in_size, out_size, kernel, coordinate_map, antialias, border="wrap").matrix)


def _transfer(matrix):
    out_size, in_size = matrix.shape
    waves = np.fft.ifft(matrix, axis=1) * in_size  # each row's answer to exp(2 pi i k n / in_size)
    return np.fft.fft(waves, axis=0) / out_size


def zone_plate(size, fastest=0.5):
    """Rings whose frequency grows with the radius: float64, shape (size, size), values 0 to 1.

    At the middle of each side it is ``fastest`` cycles per pixel; in the corners about 1.4 times that. Shrunk
    without antialias, it shows rings where there are none.

    >>> zone_plate(4)[0].round(2)
    array([0.04, 0.31, 0.31, 0.04])
    """
    size = whole_number(size, "size", 1, LARGEST_SPECTRUM)
    fastest = number_above(fastest, "fastest", 0, 1)
    place = np.arange(size) + 0.5 - size / 2
    radius_squared = place[:, None] ** 2 + place**2
    return 0.5 + 0.5 * np.cos(
        2 * np.pi * fastest * radius_squared / size
    )  # its slope is 2 pi fastest r / (size / 2)


def _weighing(kernel):
    if not isinstance(kernel, Kernel) or kernel.reading != "weigh":
        raise TypeError(
            f"kernel must be a Kernel that weighs samples, such as TRIANGLE; got {shown(kernel)}. "
            "For nearest and area, see resize_spectrum."
        )
