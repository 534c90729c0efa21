"""Sub-pixel and transposed convolutions as layers: equal results in both directions, for any setting of torch."""

import itertools

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from course_utils.networks.subpixel import ChannelBias, icnr_, subpixel_layer, to_subpixel, to_transposed
from course_utils.networks.training import seeded

EXACT = 1e-12


def noise(*shape):
    return torch.rand(shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64) * 2 - 1


def furthest(a, b):
    assert a.shape == b.shape
    return (a - b).abs().max().item()


def transposed(**settings):
    with seeded(0):
        return nn.ConvTranspose2d(4, 6, **settings).double()


SETTINGS = [
    dict(kernel_size=k, stride=s, padding=p, output_padding=op, dilation=d, groups=g)
    for k, s, p, op, d, g in itertools.product((1, 2, 3, 4, 6), (1, 2, 3), (0, 1, 2), (0, 1), (1, 2), (1, 2))
    if op < max(s, d) and 4 * s - 2 * p + d * (k - 1) + op + 1 > s
]


@pytest.mark.parametrize("bias", ["channel", "phase"])
def test_every_transposed_convolution_has_its_twin_and_comes_back(bias):
    x = noise(2, 4, 5, 6)
    assert len(SETTINGS) > 200
    for settings in SETTINGS:
        layer = transposed(**settings)
        twin = to_subpixel(layer, bias)
        expected = layer(x)
        assert furthest(twin(x), expected) < EXACT, settings
        assert furthest(to_transposed(twin)(x), expected) < EXACT, settings


@pytest.mark.parametrize(
    "settings",
    [
        dict(kernel_size=(2, 5), stride=3, padding=(0, 2), output_padding=(1, 0), dilation=(2, 1)),
        dict(kernel_size=(3, 4), stride=2, padding=(1, 0), output_padding=(1, 0)),  # other pads for rows
        dict(kernel_size=(3, 5), stride=3, padding=(0, 2), output_padding=(2, 0)),  # other cuts for rows
    ],
)
def test_rows_and_columns_with_settings_of_their_own(settings):
    layer = transposed(**settings)
    twin = to_subpixel(layer)
    x = noise(1, 4, 6, 3)
    assert furthest(twin(x), layer(x)) < EXACT and furthest(to_transposed(twin)(x), layer(x)) < EXACT


@pytest.mark.parametrize("factor", [1, 2, 3, 4])
@pytest.mark.parametrize("kernel, padding", [(1, 0), (3, 1), (3, 0), (5, 2), (2, 1), (3, 4)])
def test_every_sub_pixel_convolution_has_its_twin(factor, kernel, padding):
    with seeded(0):
        layers = subpixel_layer(3, 2, kernel, factor, padding, bias="channel").double()
    nn.init.normal_(layers[-1].bias)
    x = noise(2, 3, 5, 4)
    twin = to_transposed(layers)
    assert furthest(twin(x), layers(x)) < EXACT
    if padding <= kernel - 1:
        assert twin.kernel_size == (kernel * factor,) * 2 and twin.stride == (factor,) * 2
        assert twin.padding == (factor * (kernel - 1 - padding),) * 2
        back = to_subpixel(twin)
        assert torch.equal(back[0].weight, layers[0].weight) and back[0].padding == (padding,) * 2


def test_the_numbers_of_the_papers_layer():
    """(9, 32, 3, 3) and (32, 1, 9, 9): the same 2592 numbers."""
    layers = subpixel_layer(32, 1, 3, 3, padding=1, bias=None)
    twin = to_transposed(layers)
    assert (layers[0].weight.shape, twin.weight.shape) == ((9, 32, 3, 3), (32, 1, 9, 9))
    assert (twin.stride, twin.padding, twin.bias) == ((3, 3), (3, 3), None)
    assert torch.equal(layers[0].weight.flatten().sort().values, twin.weight.flatten().sort().values)


def test_biases_of_phases_that_differ_are_refused_and_equal_ones_are_not():
    layers = subpixel_layer(3, 2, 3, 2, 1, bias="phase")
    with pytest.raises(
        ValueError, match=r"same in all phases.*A transposed convolution has one bias per channel"
    ):
        to_transposed(layers)
    with torch.no_grad():
        layers[0].bias.copy_(torch.tensor([0.5] * 4 + [-1.0] * 4))
    assert to_transposed(layers).bias.tolist() == [0.5, -1.0]
    layers.append(ChannelBias(2))
    nn.init.constant_(layers[-1].bias, 1.0)
    assert to_transposed(layers).bias.tolist() == [1.5, 0.0]


@pytest.mark.parametrize("bias", ["channel", "phase"])
def test_a_layer_without_bias_gets_none(bias):
    twin = to_subpixel(nn.ConvTranspose2d(2, 3, 4, 2, 1, bias=False), bias)
    assert [type(each) for each in twin] == [nn.Conv2d, nn.PixelShuffle] and twin[0].bias is None
    assert to_transposed(twin).bias is None


def test_the_bias_is_kept_where_it_was_asked_for():
    layer = nn.ConvTranspose2d(2, 3, 6, 2, 2)
    with_channel, with_phases = to_subpixel(layer), to_subpixel(layer, "phase")
    assert with_channel[0].bias is None and torch.equal(with_channel[-1].bias, layer.bias)
    assert torch.equal(with_phases[0].bias, layer.bias.repeat_interleave(4))
    with pytest.raises(ValueError, match="layer has a bias"):
        to_subpixel(layer, None)


def test_dtype_is_kept_and_nothing_is_shared():
    layer = nn.ConvTranspose2d(2, 3, 4, 2, 1)
    twin = to_subpixel(layer)
    assert (
        twin[0].weight.dtype == torch.float32 and to_subpixel(layer.double())[0].weight.dtype == torch.float64
    )
    before = layer.weight.detach().clone()
    nn.init.zeros_(twin[0].weight)
    nn.init.zeros_(to_transposed(twin).weight)
    assert torch.equal(layer.weight, before)


def test_icnr_begins_as_enlarging_by_repetition():
    with seeded(0):
        layers = subpixel_layer(3, 2, 3, 2, padding=1, icnr=True).double()
        plain = subpixel_layer(3, 2, 3, 2, padding=1).double()
    x = noise(1, 3, 4, 5)
    conv = layers[0]
    small = F.conv2d(x, conv.weight[::4], conv.bias[::4], padding=1)
    assert furthest(layers(x), F.interpolate(small, scale_factor=2)) < EXACT
    assert furthest(plain(x), F.interpolate(plain(x)[..., ::2, ::2], scale_factor=2)) > 0.1
    assert conv.weight[0].std() > 0 and not torch.equal(conv.weight[0], conv.weight[4])


def test_icnr_wants_channels_that_can_be_dealt_out():
    with pytest.raises(ValueError, match="multiple of 4 output channels for factor=2; got 6"):
        icnr_(nn.Conv2d(1, 6, 3), 2)


@pytest.mark.parametrize(
    "layers, error, message",
    [
        (nn.Conv2d(1, 4, 3), TypeError, r"must be nn\.Sequential"),
        (nn.Sequential(nn.Conv2d(1, 4, 3)), TypeError, r"got \['Conv2d'\]"),
        (nn.Sequential(nn.Conv2d(1, 4, 3), nn.PixelShuffle(2), nn.ReLU()), TypeError, "'ReLU'"),
        (nn.Sequential(nn.Conv2d(1, 4, 3, stride=2), nn.PixelShuffle(2)), ValueError, "stride 1, dilation 1"),
        (
            nn.Sequential(nn.Conv2d(1, 4, 3, dilation=2), nn.PixelShuffle(2)),
            ValueError,
            "stride 1, dilation 1",
        ),
        (
            nn.Sequential(nn.Conv2d(1, 4, 3, padding=1, padding_mode="reflect"), nn.PixelShuffle(2)),
            ValueError,
            "zeros as padding",
        ),
        (nn.Sequential(nn.Conv2d(1, 4, 3, padding="same"), nn.PixelShuffle(2)), ValueError, "got 'same'"),
    ],
)
def test_what_is_no_sub_pixel_convolution(layers, error, message):
    with pytest.raises(error, match=message):
        to_transposed(layers)


def test_what_has_no_twin_here():
    with pytest.raises(TypeError, match=r"must be an nn\.ConvTranspose2d; got Conv2d"):
        to_subpixel(nn.Conv2d(1, 1, 3))
    with pytest.raises(ValueError, match=r"one factor for both axes; got stride=\(2, 3\)"):
        to_subpixel(nn.ConvTranspose2d(1, 1, 3, stride=(2, 3)))
    with pytest.raises(ValueError, match=r"bias must be .* got 'pixel'"):
        subpixel_layer(1, 1, 3, 2, bias="pixel")


def test_empty_slots_get_a_gradient_and_fill_up():
    """What lesson 10 says of a 3 x 3 convolution that begins as the twin of a 4 x 4 layer."""
    twin = to_subpixel(nn.ConvTranspose2d(1, 1, 4, stride=2, padding=1, bias=False).double())
    weight = twin[0].weight
    empty = weight == 0
    assert empty.sum() == 20 and weight.numel() == 36
    F.mse_loss(twin(noise(2, 1, 5, 5)), noise(2, 1, 10, 10)).backward()
    torch.optim.SGD([weight], lr=0.1).step()
    assert (weight[empty] != 0).all()
