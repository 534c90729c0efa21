"""Where the windows of a pooling or a convolution lie: which input meets which output at each kernel position.

Words used throughout the course
    stride          input samples from one window to the next
    padding         empty samples before the first and after the last input, on each side
    dilation        input samples from one kernel position to the next
    kernel position which number of the kernel: t = 0 .. kernel_size - 1
    reach           samples from a window's first to its last: dilation * (kernel_size - 1) + 1

One line of arithmetic holds all of it: at kernel position t, output o meets input ``o * stride - padding +
t * dilation``. A convolution carries numbers from input to output along these meetings, a transposed convolution
from output to input, a pooling compares them.

Nothing is checked here: the public functions of ``pooling`` and ``convolution`` check what they hand on.
"""

import itertools


def reach(kernel_size, dilation=1):
    """Samples from the first to the last that one window reads.

    >>> reach(3), reach(3, dilation=2)
    (3, 5)
    """
    return dilation * (kernel_size - 1) + 1


def window_slices(in_sizes, out_sizes, kernel_sizes, strides, paddings, dilations):
    """For every kernel position, row by row: (position, outputs, inputs), one number or slice per axis.

    The two slices run in step: their first elements meet, their second, and so on. What would meet the padding
    is left out, so no padded copy is ever made, and so is a kernel position that meets nothing else.

    >>> for (t,), (outputs,), (inputs,) in window_slices((4,), (3,), (3,), (2,), (1,), (1,)):
    ...     print(t, list(range(3))[outputs], list(range(4))[inputs])
    0 [1, 2] [1, 3]
    1 [0, 1] [0, 2]
    2 [0, 1] [1, 3]
    """
    settings = zip(in_sizes, out_sizes, kernel_sizes, strides, paddings, dilations, strict=True)
    for axes in itertools.product(*itertools.starmap(_along_one_axis, settings)):
        yield tuple(zip(*axes, strict=True))


def _along_one_axis(in_size, out_size, kernel_size, stride, padding, dilation):
    """(kernel position, slice of outputs, slice of inputs) for each position that meets an input."""
    for t in range(kernel_size):
        offset = t * dilation - padding  # output o meets input o * stride + offset
        first = max(0, -(offset // stride))  # the smallest o whose input is at 0 or after
        last = min(out_size - 1, (in_size - 1 - offset) // stride)
        if first <= last:
            inputs = slice(first * stride + offset, last * stride + offset + 1, stride)
            yield t, slice(first, last + 1), inputs
