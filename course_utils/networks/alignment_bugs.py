"""How early public code of SFNet and AlignSeg fetched along a flow, rebuilt with one mistake at a time.

Each function takes (features, flow_xy) as ``alignment.fetch`` does and can stand in its place in either module.
``measured_flow`` says where a fetch really reads from.
"""

import torch
import torch.nn.functional as F

from course_utils.networks.alignment import own_places


def mixed_conventions(features, flow_xy):
    """A grid from -1 to 1, right for align_corners=True, sampled with align_corners=False; zeros outside.

    SFNet's repository had this until July 2022.

    Output i reads at i n / (n - 1) - 1/2: every map shrinks, by half a pixel at its borders, and fades there.
    The flow is divided by (width, height) of the output, so that 1 means half a pixel.
    """
    height, width = flow_xy.shape[-2:]
    offsets = _over(flow_xy, [width, height])
    return F.grid_sample(features, _corner_grid(flow_xy) + offsets, align_corners=False)


def height_and_width_swapped(features, flow_xy, align_corners=True):
    """(x, y) divided by (height, width) of the input: right by chance on square maps, wrong on all others.

    The convention is right here, so that this mistake is seen alone. A flow of 1 moves x by (width - 1) / (2 height)
    and y by (height - 1) / (2 width): on a map of 4 x 8, by 0.875 and 0.1875 of a pixel.
    """
    offsets = _over(flow_xy, features.shape[-2:])
    return F.grid_sample(features, _corner_grid(flow_xy) + offsets, align_corners=align_corners)


def rows_before_columns(features, flow_xy):
    """(y, x) instead of (x, y): zero flow transposes a square map. The convention is right, 1 is half a pixel."""
    height, width = flow_xy.shape[-2:]
    grid = _corner_grid(flow_xy) + _over(flow_xy, [width, height])
    return F.grid_sample(features, grid.flip(-1), align_corners=True)


def as_in_alignseg(features, flow_xy):
    """What AlignSeg's repository did until December 2021: mixed conventions and [h, w] together."""
    return height_and_width_swapped(features, flow_xy, align_corners=False)


BUGS = {
    "grid of one convention, sampled with the other": mixed_conventions,
    "(x, y) divided by [h, w]": height_and_width_swapped,
    "(y, x) instead of (x, y)": rows_before_columns,
}


def measured_flow(fetch, size_hw, flow_xy=(0.0, 0.0)):
    """How far from its own place every pixel really reads, when a flow is asked for: (H, W, 2), in pixels, (x, y).

    A map that holds its own coordinates is fetched, and what comes out is where it came from. Beside the border
    the answer also tells what the fetch does outside the map.

    >>> from course_utils.networks.alignment import fetch
    >>> measured_flow(fetch, (4, 8), (1.0, 0.5))[1, 2]
    tensor([1.0000, 0.5000], dtype=torch.float64)
    """
    height, width = size_hw
    ramps = own_places(size_hw, size_hw, torch.zeros((), dtype=torch.float64))[None]
    flow = torch.tensor(flow_xy, dtype=torch.float64).reshape(1, 2, 1, 1).expand(1, 2, height, width)
    return (fetch(ramps, flow) - ramps)[0].movedim(0, -1)


def _corner_grid(flow_xy):
    """Outputs spread evenly from -1 to 1: (H, W, 2), x before y."""
    height, width = flow_xy.shape[-2:]
    columns, rows = (
        torch.linspace(-1, 1, n, dtype=flow_xy.dtype, device=flow_xy.device) for n in (width, height)
    )
    return torch.stack(torch.meshgrid(columns, rows, indexing="xy"), dim=-1)


def _over(flow_xy, divisors):
    return flow_xy.movedim(1, -1) / torch.tensor(divisors, dtype=flow_xy.dtype, device=flow_xy.device)
