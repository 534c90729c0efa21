"""Where the samples of a map sit on the image's axis, and what every operator does to that: the ledger of places.

Sample o of a map sits at place start + jump * o, in image pixels; pixel p of the image itself sits at p. An operator
whose output o looks at its input around a * o + b turns (start, jump) into (start + jump * b, jump * a). That is the
whole rule. Sizes do not enter it, unless an operator is told sizes: interpolation.
"""

from __future__ import annotations

from typing import NamedTuple

from course_utils.resampling import COORDINATE_MAPS
from course_utils.validation import LARGEST_SIZE, one_of, whole_number
from course_utils.windows import reach


class Places(NamedTuple):
    """Where the samples of a map sit: sample o at start + jump * o, in image pixels.

    >>> IMAGE.convolved(2, stride=2).convolved(3, padding=1).transposed(4, stride=2, padding=1)
    Places(start=0.0, jump=1.0)
    """

    start: float
    jump: float

    def moved(self, a, b):
        """After an operator whose output o sits at the input coordinate a * o + b.

        >>> Places(0.5, 2).moved(2, 0.5)
        Places(start=1.5, jump=4)
        """
        return Places(self.start + self.jump * b, self.jump * a)

    def convolved(self, kernel_size, stride=1, padding=0, dilation=1):
        """After a convolution or a pooling: an output sits in the middle of its window.

        >>> IMAGE.convolved(3, padding=100), IMAGE.convolved(2, stride=2)
        (Places(start=-99.0, jump=1), Places(start=0.5, jump=2))
        """
        middle = _middle(kernel_size, padding, dilation)
        return self.moved(whole_number(stride, "stride", 1, LARGEST_SIZE), middle)

    def transposed(self, kernel_size, stride=1, padding=0, dilation=1):
        """After a transposed convolution: an input sits in the middle of what it paints.

        output_padding adds samples at the end, and so moves none.

        >>> Places(12.5, 32).transposed(64, stride=32)
        Places(start=-19.0, jump=1.0)
        """
        middle = _middle(kernel_size, padding, dilation)
        jump = self.jump / whole_number(stride, "stride", 1, LARGEST_SIZE)
        return Places(self.start - jump * middle, jump)

    def interpolated(self, in_size, out_size, coordinate_map="half_pixel"):
        """After resampling ``in_size`` samples to ``out_size``: half_pixel is torch's align_corners=False.

        >>> Places(0.5, 2).interpolated(5, 10), IMAGE.interpolated(4, 7, "align_corners")
        (Places(start=0.0, jump=1.0), Places(start=0.0, jump=0.5))
        """
        one_of(coordinate_map, "coordinate_map", COORDINATE_MAPS)
        in_size = whole_number(in_size, "in_size", 1, LARGEST_SIZE)
        out_size = whole_number(out_size, "out_size", 1, LARGEST_SIZE)
        if coordinate_map == "align_corners":
            a = (in_size - 1) / (out_size - 1) if out_size > 1 else 0.0
            return self.moved(a, 0.0)
        a = in_size / out_size
        return self.moved(a, a / 2 - 0.5 if coordinate_map == "half_pixel" else 0.0)

    def cropped(self, first):
        """After ``first`` samples are cut off in front; below 0 samples are put there.

        >>> Places(-19.0, 1.0).cropped(19)
        Places(start=0.0, jump=1.0)
        """
        return self.moved(1, whole_number(first, "first", -LARGEST_SIZE, LARGEST_SIZE))

    def crop_to(self, other):
        """How many samples to cut off in front so that the first one left sits where ``other`` begins: a float.

        Only a whole number can be cut. Raises ValueError where the jumps differ: then the two drift apart along the
        picture, and no crop helps.

        >>> Places(-91.5, 16).crop_to(Places(-11.5, 16)), IMAGE.crop_to(Places(0.5, 1))
        (5.0, 0.5)
        """
        if other.jump != self.jump:
            raise ValueError(
                f"both maps must have the same jump; got {self.jump:g} and {other.jump:g}. "
                "Resample one of them first."
            )
        return (other.start - self.start) / self.jump


IMAGE = Places(0.0, 1)
"""The image's own samples, its pixels."""


def _middle(kernel_size, padding, dilation):
    """The middle of the first window, counted from the first sample."""
    kernel_size = whole_number(kernel_size, "kernel_size", 1, LARGEST_SIZE)
    dilation = whole_number(dilation, "dilation", 1, LARGEST_SIZE)
    return (reach(kernel_size, dilation) - 1) / 2 - whole_number(padding, "padding", 0, LARGEST_SIZE)
