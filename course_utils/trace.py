"""One transposed convolution of a single channel, number by number: where each product goes.

Words used here (stride, padding, dilation: see ``windows.py``; output_padding: see ``convolution.py``)
    stamp        the kernel times one input, as it lands on the output
    full place   position on the output before padding crops it; output o is at full place o + padding
    natural size how many full places the stamps reach: (n - 1) * stride + dilation * (k - 1) + 1
    added        the last output_padding outputs: those that would not be there without it
"""

import itertools
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from course_utils.convolution import transposed_convolution, transposed_size
from course_utils.validation import LARGEST_SIZE, finite_array, whole_number
from course_utils.windows import reach


@dataclass(frozen=True, eq=False)
class Trace:
    """A transposed convolution of ``x`` with ``kernel``, and where each of its numbers goes.

    x, kernel: both of shape (size,), or both (size, size); the settings hold for every axis. ``out_shape`` and
    whatever needs it raise ValueError for a setting that torch refuses, and say why.

    >>> trace = Trace([4, 5, 6], [1, 2, 3], stride=2)
    >>> trace.output, trace.inputs_of((2,))  # output 2 is input 0 times weight 2 plus input 1 times weight 0
    (array([ 4.,  8., 17., 10., 21., 12., 18.]), [((0,), (2,)), ((1,), (0,))])
    """

    x: np.ndarray
    kernel: np.ndarray
    stride: int = 1
    padding: int = 0
    output_padding: int = 0
    dilation: int = 1

    def __post_init__(self):
        for name in ("x", "kernel"):
            array = finite_array(getattr(self, name), name).astype(float)
            if array.ndim not in (1, 2) or len(set(array.shape)) > 1:
                raise ValueError(f"{name} must have 1 axis, or 2 of one size; got shape {array.shape}.")
            object.__setattr__(self, name, array)
        if self.x.ndim != self.kernel.ndim:
            raise ValueError(
                f"x and kernel must have as many axes; got shapes {self.x.shape} and {self.kernel.shape}."
            )
        for name, value in self.settings.items():
            whole_number(value, name, 1 if name in ("stride", "dilation") else 0, LARGEST_SIZE)

    @property
    def settings(self) -> dict[str, int]:
        """The settings by torch's names for them."""
        names = ("stride", "padding", "output_padding", "dilation")
        return {name: getattr(self, name) for name in names}

    @cached_property
    def out_shape(self) -> tuple[int, ...]:
        return tuple(
            transposed_size(n, k, **self.settings)
            for n, k in zip(self.x.shape, self.kernel.shape, strict=True)
        )

    @property
    def reach(self) -> int:
        """Full places from a stamp's first number to its last, along one axis."""
        return reach(len(self.kernel), self.dilation)

    @property
    def natural(self) -> int:
        return (len(self.x) - 1) * self.stride + self.reach

    @property
    def full(self) -> int:
        """Full places along one axis: what the stamps reach, and what output_padding keeps beyond them."""
        return max(self.natural, self.padding + self.out_shape[0])

    @cached_property
    def output(self) -> np.ndarray:
        return self._run(self.x[None], self.kernel)[0]

    @cached_property
    def matrix(self) -> np.ndarray:
        """Shape (outputs, inputs), both flat: the transpose of the convolution's matrix."""
        impulses = np.eye(self.x.size).reshape(-1, *self.x.shape)
        return self._run(impulses, self.kernel).reshape(self.x.size, -1).T

    @cached_property
    def overlaps(self) -> np.ndarray:
        """How many stamps land on each output, shape ``out_shape``.

        >>> Trace([1, 1, 1], [1, 1, 1], stride=2).overlaps
        array([1, 1, 2, 1, 2, 1, 1])
        """
        ones = self._run(np.ones_like(self.x)[None], np.ones_like(self.kernel))[0]
        return ones.round().astype(int)

    def _run(self, batch, kernel):
        return transposed_convolution(batch[:, None], kernel[None, None], **self.settings)[:, 0]

    def stamp(self, index) -> np.ndarray:
        """What input ``index`` stamps: its value times the kernel."""
        return self.x[index] * self.kernel

    def stamp_places(self, index) -> tuple[slice, ...]:
        """The full places that input ``index`` stamps, in the order of the kernel."""
        return tuple(slice(i * self.stride, i * self.stride + self.reach, self.dilation) for i in index)

    def outputs_of(self, index) -> list[tuple[int, ...]]:
        """Outputs that input ``index`` paints: those that padding did not cut off."""
        along = []
        for i, size in zip(index, self.out_shape, strict=True):
            first = i * self.stride - self.padding
            along.append([o for o in range(first, first + self.reach, self.dilation) if 0 <= o < size])
        return list(itertools.product(*along))

    def inputs_of(self, index) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
        """(input, kernel position) of every product that output ``index`` sums, inputs in order."""
        along = []
        for o, n in zip(index, self.x.shape, strict=True):
            pairs = []
            for t in range(len(self.kernel)):
                i, rest = divmod(o + self.padding - t * self.dilation, self.stride)
                if rest == 0 and 0 <= i < n:
                    pairs.append((i, t))
            along.append(sorted(pairs))
        return [tuple(zip(*pairs, strict=True)) for pairs in itertools.product(*along)]

    def linked(self, in_index, out_index) -> bool:
        """Does this input paint this output?"""
        return any(i == tuple(in_index) for i, _ in self.inputs_of(out_index))

    def nearest_output(self, in_index) -> tuple[int, ...]:
        """The output under the middle of an input's stamp, or the nearest that was not cut off."""
        painted = self.outputs_of(in_index)
        if painted:
            return painted[len(painted) // 2]
        return tuple(
            min(max(i * self.stride - self.padding + self.reach // 2, 0), size - 1)
            for i, size in zip(in_index, self.out_shape, strict=True)
        )

    def nearest_input(self, out_index) -> tuple[int, ...]:
        """The middle one of the inputs that an output reads, or the nearest where it reads none."""
        read = self.inputs_of(out_index)
        if read:
            return read[len(read) // 2][0]
        middle = [(o + self.padding - self.reach // 2) / self.stride for o in out_index]
        return tuple(min(max(round(m), 0), n - 1) for m, n in zip(middle, self.x.shape, strict=True))

    def is_kept(self, place) -> bool:
        """Is this full place part of the output, or does padding cut it off?"""
        return all(0 <= u - self.padding < size for u, size in zip(place, self.out_shape, strict=True))

    def is_added(self, place) -> bool:
        """Is this full place an output that is there because of output_padding?"""
        sizes = zip(place, self.out_shape, strict=True)
        return self.is_kept(place) and any(
            u - self.padding >= size - self.output_padding for u, size in sizes
        )

    def sums(self):
        """After each input: (index, its stamp, all sums so far, shape (full, ...))."""
        sums = np.zeros((self.full,) * self.x.ndim)
        for index in np.ndindex(self.x.shape):
            stamp = self.stamp(index)
            sums[self.stamp_places(index)] += stamp
            yield index, stamp, sums.copy()
