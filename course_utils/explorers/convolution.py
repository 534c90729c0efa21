"""The stepper: a transposed convolution one stamp, or one output, at a time. Collisions: sizes there and back."""

from __future__ import annotations

from course_utils.explorers.explorer import Explorer


def stepper(
    dimensions=1,
    x=None,
    kernel=None,
    stride=2,
    padding=0,
    output_padding=0,
    dilation=1,
    view="scatter",
) -> Explorer:
    """Walk through a transposed convolution: play, step, back or scrub; change the view at any moment.

    dimensions       1 or 2
    x, kernel        the numbers to start with: lists of up to 7 and 5 in 1-D, square rows of up to 4 × 4 and 4 × 4
                     in 2-D; without them 1, 2, 3, ... and a tent such as (1, 2, 1). Sizes and patterns can be
                     changed with the controls
    stride, padding, output_padding, dilation   where the sliders start; also settings that torch refuses, which
                     are then explained
    view             "scatter": each input stamps the kernel, scaled, and the stamps add up;
                     "gather": zeros between the inputs, and the flipped kernel slides over them
    """
    raise NotImplementedError


def collisions(kernel_size=3, stride=2, padding=1, dilation=1, size=8) -> Explorer:
    """Input sizes that a convolution takes to the same output size, and where each output_padding leads back.

    size   the input size to follow, 1 to 16
    """
    raise NotImplementedError
