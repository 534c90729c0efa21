"""The kernel bench's numbers: one kernel at one output, the waves it lets through, a picture resized by it.

Words used here
    step      input samples from one output to the next: 4 shrinks to a quarter, 0.25 enlarges four times
    stretch   how many times as wide the learner pulls the kernel; ``antialias`` makes it ``step`` times wider still
    width     both together: how many times as wide as it is defined the kernel is used
    height    of the kernel at a sample, before all heights of an output are divided by their sum and are weights
    fit       waves that the outputs can hold: longer than two of their steps
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from course_utils.figures.draw.scene import NoPicture, data_url
from course_utils.figures.photos import PHOTOS, part_of
from course_utils.images import clipped_count, crop, psnr
from course_utils.keeping import curve_response, energy_aliased, energy_kept, passed_over, weight_curve
from course_utils.kernels import Kernel, Taps, coordinates, size_from_factor, taps_at
from course_utils.resampling import to_8_bits
from course_utils.spectra import Spectrum, matrix_spectrum, zone_plate
from course_utils.validation import one_of

SIZE = 120
"""Pixels of each picture, in both axes; most steps divide it."""

PICTURES = ("zone plate", *PHOTOS)

SMALLEST_STEP, LARGEST_STEP, STEP_STEP = 0.25, 4.0, 0.25
WIDEST, STRETCH_STEP = 4.0, 0.05
FARTHEST_OUTPUT = 3  # from the middle one, either way

SIXTHS = 6
"""``b`` and ``c`` of Mitchell and Netravali move by sixths: all named kernels of the family stand on them."""

PARAMETERS = {
    "a": (-1.0, 0.0, 0.05),
    "b": (0, SIXTHS, 1),
    "c": (0, SIXTHS, 1),
    "lobes": (1, 4, 1),
    "sigma": (0.2, 1.5, 0.05),
}
"""Parameter -> (lowest, highest, step) of its control."""

FREQUENCIES = np.linspace(0, 0.5, 101)
"""At which the curve's own response is drawn."""

MOST_WAVES = 128  # on the axis whose resize is taken apart
WORTH_A_MARK = 5e-4  # weights of a prefilter fade away without an end


@lru_cache(8)
def bench_picture(name):
    """A photo or the zone plate, gray: uint8 of shape (SIZE, SIZE), not to be written into."""
    one_of(name, "picture", PICTURES)
    if name in PHOTOS:
        return part_of(name, SIZE)
    pixels = to_8_bits(255 * zone_plate(SIZE))
    pixels.flags.writeable = False
    return pixels


@dataclass(frozen=True)
class Bench:
    """One state of the bench. ``shift`` is that of the output that is looked at, from the middle one."""

    kernel: Kernel
    picture: str
    step: float
    antialias: bool
    stretch: float
    shift: int

    @property
    def fixed(self):
        """Kernels that bring their own width, or have none."""
        return self.kernel.reading != "weigh"

    @property
    def wider(self):
        """What antialias makes of the width."""
        return max(1.0, self.step) if self.antialias else 1.0

    @property
    def width(self):
        if self.fixed:
            return self.step if self.kernel.reading == "overlap" else 1.0
        return self.stretch * self.wider

    @property
    def reach(self):
        """How far the kernel reaches to either side, in samples."""
        return self.kernel.support * self.width + (0.5 if self.kernel.reading == "overlap" else 0)

    @property
    def in_size(self):
        """A whole row where it is shrunk; where it is enlarged, as much of its middle as fills the panel."""
        return _in_size(self.step)

    @cached_property
    def places(self):
        """The coordinate of every output."""
        return _places(self.step)

    @property
    def output(self):
        return len(self.places) // 2 + self.shift

    @property
    def x(self):
        return float(self.places[self.output])

    @cached_property
    def taps(self) -> Taps:
        return self.asked(lambda: taps_at(self.places, self.in_size, self.kernel, self.width))

    @cached_property
    def matrix(self):
        return self.taps.matrix

    @property
    def weights(self):
        """Of every sample, at the output that is looked at."""
        return self.matrix[self.output]

    @cached_property
    def read(self):
        """Samples whose weight is worth a mark."""
        return np.flatnonzero(np.abs(self.weights) > WORTH_A_MARK)

    @cached_property
    def lost(self):
        """For every sample, whether no output reads it."""
        return passed_over(self.matrix)

    @cached_property
    def total(self):
        """What the heights sum to."""
        if self.fixed or self.kernel.prefilter:
            return self.width
        samples = np.arange(np.floor(self.x - self.reach), np.ceil(self.x + self.reach) + 1)
        return float(self.kernel((self.x - samples) / self.width).sum())

    def height(self, distance):
        return self.asked(lambda: weight_curve(self.kernel, distance, self.width))

    @property
    def spectrum(self) -> Spectrum:
        """What becomes of every wave."""
        return self.asked(lambda: _spectrum(self.kernel, self.step, self.width))

    @property
    def response(self):
        """What the kernel's curve leaves of a wave of each of FREQUENCIES."""
        return self.asked(lambda: _response(self.kernel, self.width))

    @property
    def kept(self):
        return float(energy_kept(self.spectrum))

    @property
    def aliased(self):
        return float(energy_aliased(self.spectrum))

    @property
    def resized(self):
        return self.asked(lambda: _resized(self.kernel, self.picture, self.step, self.width))

    def asked(self, question):
        """What the kernel answers. It may be a learner's, and any error in it is one to be told."""
        try:
            return question()
        except Exception as error:
            raise NoPicture(f"{type(error).__name__}: {error}") from error


@lru_cache(256)
def _response(kernel, width):
    return curve_response(kernel, FREQUENCIES, width)


@lru_cache(256)
def _spectrum(kernel, step, width):
    """Of an axis without borders, as long as the step divides it: exact."""
    quarters = round(4 * step)  # four outputs for so many samples
    times = -(-MOST_WAVES // quarters)
    in_size, out_size = quarters * times, 4 * times
    taps = taps_at(coordinates(in_size, out_size), in_size, kernel, width, border="wrap")
    return matrix_spectrum(taps.matrix)


@dataclass(frozen=True, eq=False)
class Resized:
    """The pixels of the second and the third picture; the first is the whole one."""

    small: np.ndarray
    large: np.ndarray
    clipped: int  # values of the third that 8 bits cannot hold
    psnr: float | None  # of what was shrunk and enlarged again, to what it was

    @cached_property
    def urls(self):
        return _small_file(self.small), _small_file(self.large)


@lru_cache(64)  # while another output is looked at, the pictures stay
def _resized(kernel, name, step, width):
    """Shrunk by the widened kernel, then enlarged to SIZE again by the plain one; or its middle enlarged."""
    source, in_size = bench_picture(name), _in_size(step)
    there = taps_at(_places(step), in_size, kernel, width)
    if step < 1:
        start = (SIZE - in_size) // 2
        small = crop(source, start, start, in_size, in_size)
        large = there.apply(there.apply(small, 0), 1)
        return Resized(small, to_8_bits(large), clipped_count(large), None)
    small = there.apply(there.apply(source, 0), 1)
    back = taps_at(coordinates(len(small), SIZE, factor=step), len(small), kernel)
    large = back.apply(back.apply(small, 0), 1)
    return Resized(to_8_bits(small), to_8_bits(large), clipped_count(large), psnr(source, to_8_bits(large)))


@lru_cache(8)
def source_url(name):
    return _small_file(bench_picture(name))


def _small_file(pixels):
    return data_url(pixels, compress_level=6)


@lru_cache(8)
def thumbnail_url(name):
    """The same small, in a tenth of the bytes."""
    return data_url(bench_picture(name)[::2, ::2], "jpeg", quality=80)


def _in_size(step):
    return SIZE if step >= 1 else round(SIZE * step)


def _places(step):
    """Rounded up, so that no sample is left over at the end."""
    size = size_from_factor(_in_size(step), 1 / step, "ceil")
    return coordinates(_in_size(step), size, factor=1 / step)
