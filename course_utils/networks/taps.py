"""What one output of an upsampler reads: which coarse pixels count how much, and the points that were chosen.

weights = taps(upsampler, coarse, fine, (5, 3))     # (C, h, w): row 5, column 3 of channel 0
places = points(upsampler, coarse, fine)            # (N, P, 2, H, W), or None where no points are chosen
"""

import torch

from course_utils.networks.alignment import own_places
from course_utils.networks.sampling import tap_places
from course_utils.networks.upsamplers import Upsampler
from course_utils.validation import whole_number


def taps(upsampler, coarse, fine, pixel, channel=0):
    """How much every coarse value counts in one output of the first picture: (C, h, w), a float64 numpy array.

    ``pixel`` is (row, column) of the output. The plan is held still: what counts is what the upsampler *reads* by
    its plan, and not that another value might have changed the plan. ``upsampler`` may be any function of (coarse,
    fine); without a plan to hold, the slope of its output is the answer.
    """
    height, width = fine.shape[-2:]
    row, column = whole_number(pixel[0], "row", 0, height - 1), whole_number(pixel[1], "column", 0, width - 1)
    whole_number(channel, "channel", 0, coarse.shape[1] - 1)
    values = coarse[:1].detach().clone().requires_grad_()
    if isinstance(upsampler, Upsampler):
        with torch.no_grad():
            plan = upsampler.plan(coarse[:1], fine[:1])
        answer = upsampler.sample(values, plan, (height, width))
    else:
        answer = upsampler(values, fine[:1])
    (weights,) = torch.autograd.grad(answer[0, channel, row, column], values)
    return weights[0].double().numpy()


@torch.no_grad()
def points(upsampler, coarse, fine):
    """Where every output reads, x before y, in pixels of the coarse map: (N, P, 2, H, W), or None.

    P is 1 for a flow, ``groups`` for DySample, 9 for each group of a deformable convolution (its taps, row by row).
    None where an upsampler chooses no points: what it reads is then in ``taps`` alone.
    """
    plan, size_hw, in_size_hw = upsampler.plan(coarse, fine), fine.shape[-2:], coarse.shape[-2:]
    if "offsets_xy" in plan:
        return own_places(size_hw, in_size_hw, coarse) + plan["offsets_xy"]
    if "offsets_yx" in plan:
        return _on_coarse(tap_places(plan["offsets_yx"]).flatten(1, 2), size_hw, in_size_hw)
    if "flow_xy" in plan:
        flow = plan["flow_xy"][:, None]
        if upsampler.enlarges_first:
            return _on_coarse(own_places(size_hw, size_hw, coarse) + flow, size_hw, in_size_hw)
        return own_places(size_hw, in_size_hw, coarse) + flow
    return None


def _on_coarse(places_xy, size_hw, in_size_hw):
    """Places in pixels of the enlarged map as places in pixels of the coarse one: outer edges coincide."""
    ratio = torch.tensor([in_size_hw[1] / size_hw[1], in_size_hw[0] / size_hw[0]]).to(places_xy)
    return (places_xy + 0.5) * ratio[:, None, None] - 0.5
