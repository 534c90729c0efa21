"""What a network costs, counted while it runs: parameters, multiply-adds, and the reading of maps beside them.

count(UPSAMPLERS["CARAFE"](64), coarse, fine)   # Count(parameters=61860, multiply_adds=..., reading=...)
"""

import math
from typing import NamedTuple

import torch
from torch.utils.flop_counter import FlopCounterMode

aten = torch.ops.aten


class Count(NamedTuple):
    """Of one call."""

    parameters: int  # all numbers that training may change, biases too
    multiply_adds: int  # of convolutions and matrix products
    reading: int  # multiply-adds of interpolation: 4 taps for each bilinear value, 16 for each bicubic one


def _interpolated(taps):
    """Torch's counter leaves interpolation out: 2 flops for each tap of each value that is read."""
    return lambda *shapes, out_shape=None, **settings: 2 * taps * math.prod(out_shape)


READING = {
    aten.grid_sampler_2d: _interpolated(4),
    aten.upsample_bilinear2d: _interpolated(4),
    aten.upsample_bicubic2d: _interpolated(16),
}


@torch.no_grad()
def count(module, *inputs):
    """The Count of ``module(*inputs)``. A function that is no module has no parameters.

    Activations, sums, softmax, pooling and nearest interpolation are not counted: they multiply no weight.
    """
    parameters = module.parameters() if isinstance(module, torch.nn.Module) else ()
    with FlopCounterMode(display=False, custom_mapping=READING) as counter:
        module(*inputs)
    flops = counter.get_flop_counts().get("Global", {})
    reading = sum(flops.get(operator, 0) for operator in READING)
    return Count(
        sum(each.numel() for each in parameters if each.requires_grad),
        (sum(flops.values()) - reading) // 2,
        reading // 2,
    )
