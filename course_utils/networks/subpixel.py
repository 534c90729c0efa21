"""Sub-pixel and transposed convolutions as torch layers, and weights carried from one to the other.

The arithmetic is ``course_utils.subpixel``'s; here it gets into ``nn.Conv2d``, ``nn.PixelShuffle`` and
``nn.ConvTranspose2d``, in the weights' own dtype and on their own device.

Where the two differ is the bias. A transposed convolution has one number per channel, for all pixels. A convolution
before a pixel shuffle has one per phase, factor * factor of them: more than the other can say. BIASES are
    "phase"      factor * factor per channel, in the convolution: what nn.Conv2d and the papers do
    "channel"    one per channel, added after the shuffle (ChannelBias): what a transposed convolution does
    None         none
"""

import torch
from torch import nn

from course_utils.subpixel import icnr_weight, subpixel_to_transposed, transposed_to_subpixel
from course_utils.validation import shown

BIASES = ("phase", "channel", None)


class ChannelBias(nn.Module):
    """Adds one number per channel, the same at every pixel: (N, C, H, W) to (N, C, H, W). Starts at 0."""

    def __init__(self, channels):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x):
        return x + self.bias[:, None, None]

    def extra_repr(self):
        return str(len(self.bias))


def subpixel_layer(in_channels, out_channels, kernel_size, factor, padding=0, bias="phase", icnr=False):
    """A new sub-pixel convolution, nn.Sequential(nn.Conv2d, nn.PixelShuffle), a ChannelBias last if asked for.

    ``icnr=True`` starts all phases of a channel with one kernel, so that before training it enlarges by repetition.

    >>> subpixel_layer(3, 1, kernel_size=3, factor=2, padding=1)[0].weight.shape
    torch.Size([4, 3, 3, 3])
    """
    _known(bias)
    conv = nn.Conv2d(
        in_channels, out_channels * factor**2, kernel_size, padding=padding, bias=bias == "phase"
    )
    if icnr:
        icnr_(conv, factor)
    last = [ChannelBias(out_channels)] if bias == "channel" else []
    return nn.Sequential(conv, nn.PixelShuffle(factor), *last)


def icnr_(conv, factor):
    """Change a convolution before nn.PixelShuffle(factor): every phase starts as phase 0 of its channel."""
    if conv.out_channels % factor**2:
        raise ValueError(
            f"the convolution must have a multiple of {factor**2} output channels for factor={factor}; "
            f"got {conv.out_channels}."
        )
    with torch.no_grad():
        _fill(conv.weight, icnr_weight(_numbers(conv.weight[:: factor**2]), factor))
        if conv.bias is not None:  # phases that differ in their bias alone would be a checkerboard again
            conv.bias.copy_(conv.bias[:: factor**2].repeat_interleave(factor**2))


def to_subpixel(layer, bias="channel"):
    """An nn.ConvTranspose2d as an nn.Sequential of a convolution and a pixel shuffle that computes the same.

    Any kernel, padding, output_padding, dilation and groups; the stride must be the same for both axes, because
    nn.PixelShuffle has one factor. An nn.ZeroPad2d comes before the convolution where its own padding cannot say
    it, and one that cuts after the shuffle. ``bias`` says where the layer's bias goes: "channel", one number as
    before, or "phase", the same number in every phase, each of which training may then change.
    """
    if not isinstance(layer, nn.ConvTranspose2d):
        raise TypeError(f"layer must be an nn.ConvTranspose2d; got {shown(layer)}.")
    _known(bias)
    if layer.bias is not None and bias is None:
        raise ValueError('layer has a bias; bias must be "channel" or "phase" to keep it, got None.')
    if layer.stride[0] != layer.stride[1]:
        raise ValueError(f"nn.PixelShuffle has one factor for both axes; got stride={layer.stride}.")
    per_channel = _numbers(layer.bias)
    inside = per_channel if bias == "phase" else None
    parts = transposed_to_subpixel(
        _numbers(layer.weight), inside,
        layer.stride, layer.padding, layer.output_padding, layer.groups, layer.dilation,
    )  # fmt: skip
    plain = all(before == after >= 0 for before, after in parts.pads)
    conv = nn.Conv2d(
        layer.in_channels,
        len(parts.weight),
        parts.weight.shape[2:],
        padding=tuple(before for before, _ in parts.pads) if plain else 0,
        groups=layer.groups,
        bias=parts.bias is not None,
    ).to(layer.weight)
    _fill(conv.weight, parts.weight)
    if parts.bias is not None:
        _fill(conv.bias, parts.bias)
    layers = [] if plain else [_padding(parts.pads)]
    layers += [conv, nn.PixelShuffle(layer.stride[0])]
    layers += (
        [_padding([(-before, -after) for before, after in parts.trims])] if any(map(any, parts.trims)) else []
    )
    if per_channel is not None and bias == "channel":
        layers.append(ChannelBias(len(per_channel)).to(layer.weight))
        _fill(layers[-1].bias, per_channel)
    return nn.Sequential(*layers)


def to_transposed(layers):
    """The nn.ConvTranspose2d that computes what a sub-pixel convolution computes: kernel_size * factor long.

    ``layers`` is what ``subpixel_layer`` and ``to_subpixel`` make. Raises ValueError when the biases of a channel
    differ between its phases: a transposed convolution adds one number to all pixels of a channel.
    """
    pads, conv, shuffle, trims, channel_bias = _read(layers)
    if conv.stride != (1, 1) or conv.dilation != (1, 1) or conv.padding_mode != "zeros":
        raise ValueError(f"the convolution must have stride 1, dilation 1 and zeros as padding; got {conv}.")
    if isinstance(conv.padding, str):
        raise ValueError(f"the convolution's padding must be numbers such as 1; got {conv.padding!r}.")
    pads = [(before + own, after + own) for (before, after), own in zip(pads, conv.padding, strict=True)]
    parts = subpixel_to_transposed(
        _numbers(conv.weight), _numbers(conv.bias), shuffle.upscale_factor, pads, trims, conv.groups
    )
    own, added = parts.bias, _numbers(channel_bias.bias) if channel_bias else None
    bias = own if added is None else added if own is None else own + added
    layer = nn.ConvTranspose2d(
        conv.in_channels,
        parts.weight.shape[1] * conv.groups,
        parts.weight.shape[2:],
        stride=parts.stride,
        padding=parts.padding,
        output_padding=parts.output_padding,
        groups=conv.groups,
        bias=bias is not None,
        dilation=parts.dilation,
    ).to(conv.weight)
    _fill(layer.weight, parts.weight)
    if bias is not None:
        _fill(layer.bias, bias)
    return layer


# ---- Parts ---------------------------------------------------------------------------------------


def _read(layers):
    """(pads, convolution, shuffle, trims, channel bias or None) of what subpixel_layer and to_subpixel make."""
    wanted = "layers must be nn.Sequential(nn.Conv2d, nn.PixelShuffle), perhaps a ChannelBias last"
    if not isinstance(layers, nn.Sequential):
        raise TypeError(f"{wanted}; got {shown(layers)}.")
    rest = list(layers)

    def take(kind):
        return rest.pop(0) if rest and isinstance(rest[0], kind) else None

    before, conv, shuffle = take(nn.ZeroPad2d), take(nn.Conv2d), take(nn.PixelShuffle)
    cut, bias = take(nn.ZeroPad2d), take(ChannelBias)
    if conv is None or shuffle is None or rest:
        raise TypeError(f"{wanted}; got {[type(each).__name__ for each in layers]}.")
    return _pairs(before), conv, shuffle, [(-first, -last) for first, last in _pairs(cut)], bias


def _padding(pairs):
    """nn.ZeroPad2d counts (left, right, top, bottom); below 0 it cuts."""
    rows, columns = pairs
    return nn.ZeroPad2d((*columns, *rows))


def _pairs(padding):
    if padding is None:
        return [(0, 0), (0, 0)]
    left, right, top, bottom = padding.padding
    return [(top, bottom), (left, right)]


def _known(bias):
    if bias not in BIASES:
        raise ValueError(f'bias must be "phase", "channel" or None; got {shown(bias)}.')


def _numbers(parameter):
    return None if parameter is None else parameter.detach().cpu().numpy()


def _fill(parameter, array):
    with torch.no_grad():
        parameter.copy_(torch.from_numpy(array))
