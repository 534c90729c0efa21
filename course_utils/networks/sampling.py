"""Three ways to read a map that a network can steer: kernels per pixel, points per pixel, kernels of moving points.

Words used in lesson 13
    coarse, fine    the map to be enlarged (N, C, h, w), and a map of the size it shall have (N, C, H, W)
    kernels         (N, k * k, H, W): weights for the k x k coarse pixels around every output's nearest one
    points_xy       (N, groups, 2, H, W), x before y: where every output reads, in pixels of the coarse map
    offsets         how far the points are from where bilinear upsampling reads, or a convolution's taps from theirs
    group           channels that share their points; C / groups channels each
"""

import torch
import torch.nn.functional as F

from course_utils.networks.alignment import fetch, own_places, to_grid

BORDERS = {"zeros": "constant", "replicate": "replicate"}
"""What lies beyond the border of a map: border -> the mode of ``F.pad``."""


def reassemble(coarse, kernels, border="zeros"):
    """CARAFE's second half: every output is a weighted sum of the k x k coarse pixels around its nearest one.

    ``coarse`` (N, C, h, w), ``kernels`` (N, k * k, s h, s w), k odd, taps row by row; the same for all channels.
    Gives (N, C, s h, s w). Beyond the border are zeros, and the weights there are lost: they are not shared out
    among the others. ``border="replicate"`` repeats the border pixels instead.

    Source: Wang et al., CARAFE: Content-Aware ReAssembly of FEatures, ICCV 2019, arXiv 1905.02188, section 3.2.

    >>> reassemble(torch.ones(1, 1, 3, 3), torch.full((1, 9, 3, 3), 1 / 9))[0, 0, 0]  # corner: 4 of the 9 taps
    tensor([0.4444, 0.6667, 0.4444])
    """
    n, channels, height, width = coarse.shape
    size, factor = _kernel_size(kernels), kernels.shape[-1] // width
    if kernels.shape[0] != n or kernels.shape[-2:] != (factor * height, factor * width) or factor < 1:
        raise ValueError(
            f"kernels must be (N, k * k, s * {height}, s * {width}) with the same N={n}, for a whole factor s; got "
            f"shape {tuple(kernels.shape)}."
        )
    padded = F.pad(coarse, (size // 2,) * 4, mode=BORDERS[border])
    patches = padded.unfold(2, size, 1).unfold(3, size, 1)  # (N, C, h, w, k, k)
    patches = patches.permute(0, 2, 3, 1, 4, 5).reshape(n, height, width, channels, size**2)
    # All outputs of a coarse pixel read the same patch: one matrix product for each coarse pixel.
    own = kernels.reshape(n, size**2, height, factor, width, factor).permute(0, 2, 4, 1, 3, 5)
    answer = patches @ own.reshape(n, height, width, size**2, factor**2)
    answer = answer.reshape(n, height, width, channels, factor, factor).permute(0, 3, 1, 4, 2, 5)
    return answer.reshape(n, channels, factor * height, factor * width)


def around(coarse):
    """The 3 x 3 coarse pixels around the nearest one of every output: (N, C, 9, 2 h, 2 w), row by row.

    ``coarse`` (N, C, h, w). Its border is repeated. It is what ``reassemble`` weighs.

    >>> around(torch.tensor([[[[1.0, 2.0, 3.0]]]]))[0, 0, :, 0, 2]  # an output of the pixel in the middle
    tensor([1., 2., 3., 1., 2., 3., 1., 2., 3.])
    """
    n, channels, height, width = coarse.shape
    windows = F.unfold(F.pad(coarse, (1, 1, 1, 1), mode="replicate"), 3)
    windows = windows.reshape(n, channels, 9, height, width)
    return windows.repeat_interleave(2, dim=-2).repeat_interleave(2, dim=-1)


def sample_points(coarse, offsets_xy, fetch=fetch):
    """DySample's second half: every output reads one point, its bilinear place + its offset, in each group.

    ``offsets_xy`` (N, groups, 2, H, W), x before y, in pixels of the coarse map (N, C, h, w). Gives (N, C, H, W).
    ``fetch`` may be another function of (features, flow_xy): the lesson's bugs go in there.

    Source: Liu et al., Learning to Upsample by Learning to Sample, ICCV 2023, arXiv 2308.15085, section 3.1.

    >>> both = torch.tensor([0.25, -0.25, 0.25, -0.25]).expand(1, 1, 1, 4)  # against -0.25, 0.25, 0.75, 1.25
    >>> sample_points(torch.tensor([[[[1.0, 5.0]]]]), torch.stack([both, 0 * both], dim=2)).flatten()
    tensor([1., 1., 5., 5.])
    """
    n, channels, height, width = coarse.shape
    groups = offsets_xy.shape[1]
    if offsets_xy.ndim != 5 or offsets_xy.shape[2] != 2 or channels % groups or len(offsets_xy) != n:
        raise ValueError(
            "offsets_xy must be (N, groups, 2, H, W), x before y, with groups a divisor of the coarse map's "
            f"{channels} channels; got shape {tuple(offsets_xy.shape)} for a map {tuple(coarse.shape)}."
        )
    own_channels = coarse.reshape(n * groups, channels // groups, height, width)
    read = fetch(own_channels, offsets_xy.flatten(0, 1))
    return read.reshape(n, channels, *offsets_xy.shape[-2:])


def deformable_convolution(x, offsets_yx, weight, bias=None, mask=None):
    """A convolution whose taps have moved: at every place, every tap reads beside its own place. (N, out, H, W).

    ``x`` (N, C, H, W), ``weight`` (out, C, k, k), k odd, stride 1, size kept. ``offsets_yx`` (N, groups, k * k, 2,
    H, W) in pixels, *y before x*, as torchvision and mmcv order them; ``mask`` (N, groups, k * k, H, W) scales each
    tap. Beyond the border are zeros. Without offsets and mask it is ``F.conv2d(x, weight, bias, padding=k // 2)``.

    Source: Zhu et al., Deformable ConvNets v2, CVPR 2019, arXiv 1811.11168. Written with ``F.grid_sample``, one
    sample for each tap, so that it needs no operator in C++.
    """
    n, channels, height, width = x.shape
    taps = weight.shape[-1] ** 2
    groups = offsets_yx.shape[1] if offsets_yx.ndim == 6 else 1
    if offsets_yx.shape != (n, groups, taps, 2, height, width) or channels % groups:
        raise ValueError(
            "offsets_yx must be (N, groups, k * k, 2, H, W), y before x, with groups a divisor of the map's "
            f"{channels} channels; got shape {tuple(offsets_yx.shape)} for a map {tuple(x.shape)} and a weight "
            f"{tuple(weight.shape)}."
        )
    places = tap_places(offsets_yx).flatten(0, 1).transpose(1, 2).flatten(2, 3)  # (N groups, 2, taps * H, W)
    own_channels = x.reshape(n * groups, channels // groups, height, width)
    read = F.grid_sample(own_channels, to_grid(places, (height, width)), align_corners=False)
    read = read.reshape(n, groups, channels // groups, taps, height, width)
    if mask is not None:
        read = read * mask[:, :, None]
    answer = torch.einsum("nckhw,ock->nohw", read.flatten(1, 2), weight.flatten(2))
    return answer if bias is None else answer + bias[:, None, None]


def tap_places(offsets_yx):
    """Where the taps of a deformable convolution read, x before y: (N, groups, k * k, 2, H, W), in pixels.

    >>> tap_places(torch.zeros(1, 1, 9, 2, 2, 2))[0, 0, 0, :, 1, 1]  # the first tap of (1, 1): left and above
    tensor([0., 0.])
    """
    height, width = offsets_yx.shape[-2:]
    reach = int(offsets_yx.shape[2] ** 0.5) // 2
    steps = torch.arange(-reach, reach + 1, dtype=offsets_yx.dtype, device=offsets_yx.device)
    taps_xy = torch.stack(torch.meshgrid(steps, steps, indexing="xy")).flatten(1).T  # row by row
    own = own_places((height, width), (height, width), offsets_yx)
    return own + taps_xy[:, :, None, None] + offsets_yx.flip(3)


def _kernel_size(kernels):
    size = round(kernels.shape[1] ** 0.5) if kernels.ndim == 4 else 0
    if size % 2 == 0 or size**2 != kernels.shape[1]:
        raise ValueError(
            f"kernels must be (N, k * k, H, W) with k odd, such as 25 weights; got shape {tuple(kernels.shape)}."
        )
    return size
