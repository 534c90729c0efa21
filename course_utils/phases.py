"""One transposed convolution taken apart into its phases, number by number: a sub-pixel convolution.

Words used here (phase, pads, trims, merged, slot: see ``subpixel.py``; stamp, full place: see ``trace.py``)
    version     "slots before": empty slots before the kernel, so that the first sample computed is the first wanted;
                "trim after": the uncropped result is computed, and padding is trimmed off it
    channel     number of a phase in torch's order: phase in 1-D, row phase * stride + column phase in 2-D
    small kernel   the weights of one phase, as the convolution uses them: its tap j meets sample j of the window
    map         what one small kernel makes of the padded input: the low-resolution picture of its phase
    small       index into a map; the stride outputs (in 2-D stride * stride) of one small pixel share it
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from course_utils.subpixel import SubPixel, merge_phases, pixel_unshuffle, transposed_to_subpixel
from course_utils.trace import Trace
from course_utils.validation import one_of

VERSIONS = ("slots before", "trim after")


@dataclass(frozen=True, eq=False)
class Phases:
    """``trace`` as small convolutions and a shuffle, and where each number is in both forms.

    Raises ValueError for what torch refuses, once a number is asked for.

    >>> parts = Phases(Trace([1, 2, 3], [1, 2, 3, 4], stride=2))
    >>> parts.sub_kernels, parts.maps
    (array([[3., 1.],
           [4., 2.]]), array([[ 1.,  5.,  9.,  9.],
           [ 2.,  8., 14., 12.]]))
    """

    trace: Trace
    version: str = VERSIONS[0]

    def __post_init__(self):
        one_of(self.version, "version", VERSIONS)

    @cached_property
    def layer(self) -> SubPixel:
        """The sub-pixel convolution that is the same layer."""
        weight = self.trace.kernel[None, None]
        return transposed_to_subpixel(weight, **self.trace.settings, crop=self.version == "trim after")

    @property
    def dimensions(self) -> int:
        return self.trace.x.ndim

    @property
    def stride(self) -> int:
        return self.trace.stride

    @property
    def taps(self) -> int:
        """Numbers of a small kernel along one axis, empty ones included: K."""
        return self.layer.weight.shape[-1]

    @property
    def pads(self) -> tuple[int, int]:
        return self.layer.pads[0]

    @property
    def trims(self) -> tuple[int, int]:
        return self.layer.trims[0]

    @cached_property
    def phases(self) -> list[tuple[int, ...]]:
        """The phase of every channel."""
        return list(np.ndindex((self.stride,) * self.dimensions))

    @cached_property
    def sub_kernels(self) -> np.ndarray:
        """(channels, K) or (channels, K, K), as the convolution uses them."""
        return self.layer.weight[:, 0]

    @cached_property
    def merged(self) -> np.ndarray:
        """The small kernels interleaved again: the kernel with its empty slots."""
        axes = tuple(range(1, 1 + self.dimensions))
        shape = (*self.layer.factor, *self.sub_kernels.shape[1:])
        return merge_phases(np.flip(self.sub_kernels, axes).reshape(shape), dimensions=self.dimensions)

    @cached_property
    def shuffled(self) -> np.ndarray:
        """What the shuffle makes of the maps, before it is trimmed."""
        untrimmed = self.layer._replace(trims=((0, 0),) * self.dimensions)
        return untrimmed(self.trace.x[None, None])[0, 0]

    @cached_property
    def maps(self) -> np.ndarray:
        """(channels, Q) or (channels, Q, Q)."""
        return pixel_unshuffle(self.shuffled[None], self.stride, dimensions=self.dimensions)

    @cached_property
    def output(self) -> np.ndarray:
        """The whole sub-pixel convolution's answer; ``trace.output`` is the transposed convolution's."""
        return self.layer(self.trace.x[None, None])[0, 0]

    @property
    def difference(self) -> np.ndarray:
        return self.output - self.trace.output

    # ---- where things are

    def kernel_number(self, slot):
        """Index of the weight in a slot; None where the slot is empty."""
        used = self.layer.used[0]
        return tuple(used.index(u) for u in slot) if all(u in used for u in slot) else None

    def slot_of(self, t):
        return tuple(self.layer.used[0][i] for i in t)

    def channel_of(self, place):
        """The channel of a slot, or of a place in the shuffled picture."""
        return self.phases.index(tuple(u % self.stride for u in place))

    def tap_of(self, slot):
        """(channel, index into its small kernel): the convolution's kernel runs the other way."""
        return self.channel_of(slot), tuple(self.taps - 1 - u // self.stride for u in slot)

    def slot_at(self, channel, tap):
        return tuple(
            (self.taps - 1 - j) * self.stride + a for j, a in zip(tap, self.phases[channel], strict=True)
        )

    def filled(self, channel) -> int:
        """How many slots of a small kernel hold a weight."""
        taps = np.ndindex(self.sub_kernels.shape[1:])
        return sum(self.kernel_number(self.slot_at(channel, tap)) is not None for tap in taps)

    def place_of(self, channel, small):
        """Where the shuffle puts a sample of a map, before trimming."""
        return tuple(q * self.stride + a for q, a in zip(small, self.phases[channel], strict=True))

    def output_at(self, place):
        """The output that a shuffled sample becomes; None where it is trimmed off."""
        index = tuple(v - self.trims[0] for v in place)
        inside = all(0 <= o < size for o, size in zip(index, self.trace.out_shape, strict=True))
        return index if inside else None

    def map_of(self, out):
        """(channel, small) of an output."""
        place = tuple(o + self.trims[0] for o in out)
        return self.channel_of(place), tuple(v // self.stride for v in place)

    def window(self, small) -> list[tuple[int, ...]]:
        """The inputs under the window of a small pixel, zeros of the padding left out.

        >>> Phases(Trace([1, 2, 3], [1, 2, 3, 4], stride=2)).window((0,))
        [(0,)]
        """
        taps = np.ndindex(self.sub_kernels.shape[1:])
        return [i for i in (self._under(small, tap) for tap in taps) if self._is_input(i)]

    def terms(self, channel, small) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
        """(input, tap) of every product with a weight that a sample of a map sums.

        >>> Phases(Trace([1, 2, 3], [1, 2, 3, 4], stride=2)).terms(0, (1,))
        [((0,), (0,)), ((1,), (1,))]
        """
        pairs = ((self._under(small, tap), tap) for tap in np.ndindex(self.sub_kernels.shape[1:]))
        return [
            (i, tap)
            for i, tap in pairs
            if self._is_input(i) and self.kernel_number(self.slot_at(channel, tap)) is not None
        ]

    def _under(self, small, tap):
        return tuple(q - self.pads[0] + j for q, j in zip(small, tap, strict=True))

    def _is_input(self, index):
        """Is it a sample of x, and not a zero of the padding? What negative pads crop is under no window."""
        return all(0 <= i < len(self.trace.x) for i in index)
