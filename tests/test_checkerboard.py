"""Checkerboards: counts and sums against torch and brute force, scores against what is known on paper."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn

from course_utils import checkerboard as cb
from course_utils.convolution import output_padding_for, transposed_convolution
from course_utils.pooling import avg_pool2d
from course_utils.subpixel import icnr_weight, nearest_to_transposed, phase_sums, subpixel_convolution
from tests.arrays import noise

TRANSPOSED = {1: F.conv_transpose1d, 2: F.conv_transpose2d}
CONVOLUTION = {1: F.conv1d, 2: F.conv2d}


@st.composite
def layers(draw):
    """(in_sizes, settings) of a transposed convolution of one or two axes that torch takes."""
    count = draw(st.integers(1, 2))
    numbers = {
        name: tuple(draw(st.integers(low, high)) for _ in range(count))
        for name, low, high in (("n", 1, 6), ("kernel_size", 1, 7), ("stride", 1, 4), ("padding", 0, 3))
    }
    numbers["output_padding"] = tuple(draw(st.integers(0, each - 1)) for each in numbers["stride"])
    n = numbers.pop("n")
    sizes = [
        (n[i] - 1) * numbers["stride"][i] - 2 * numbers["padding"][i] + numbers["kernel_size"][i]
        + numbers["output_padding"][i] for i in range(count)
    ]  # fmt: skip
    assume(min(sizes) > 0)
    return n, numbers


def torchs_overlap(counts, kernel_size, stride, padding, output_padding):
    x = torch.tensor(counts, dtype=torch.float64)[None, None]
    weight = torch.ones(1, 1, *kernel_size, dtype=torch.float64)
    return TRANSPOSED[counts.ndim](x, weight, None, stride, padding, output_padding)[0, 0].numpy()


@given(layers())
@settings(max_examples=150, deadline=None)
def test_overlap_is_what_torch_makes_of_ones(layer):
    n, chosen = layer
    in_size = n if len(n) == 2 else n[0]
    chosen_here = chosen if len(n) == 2 else {name: each[0] for name, each in chosen.items()}
    assert (cb.overlap(in_size, **chosen_here) == torchs_overlap(np.ones(n), **chosen)).all()


@given(layers())
@settings(max_examples=100, deadline=None)
def test_overlap_in_two_axes_is_the_product_of_one_and_one(layer):
    n, chosen = layer
    one = [cb.overlap(n[i], **{name: each[i] for name, each in chosen.items()}) for i in range(len(n))]
    wanted = np.multiply.outer(*one) if len(n) == 2 else one[0]
    assert (cb.overlap(n if len(n) == 2 else n[0], **chosen) == wanted).all()


@given(layers(), layers())
@settings(max_examples=100, deadline=None)
def test_a_stack_is_layer_upon_layer(first, second):
    n, chosen = first
    stack = [
        (chosen["kernel_size"][0], chosen["stride"][0], chosen["padding"][0], chosen["output_padding"][0])
    ]
    then = second[1]
    stack.append((then["kernel_size"][0], then["stride"][0], 0, 0))
    counts = np.ones(n[:1])
    for k, s, p, more in stack:
        counts = torchs_overlap(counts, (k,), (s,), (p,), (more,))
    assert (cb.stacked_overlap(n[0], stack) == counts).all()


def test_overlap_worked_by_hand():
    assert cb.overlap((2, 2), 3, stride=2).tolist() == [
        [1, 1, 2, 1, 1], [1, 1, 2, 1, 1], [2, 2, 4, 2, 2], [1, 1, 2, 1, 1], [1, 1, 2, 1, 1]
    ]  # fmt: skip
    assert cb.stacked_overlap(5, []).tolist() == [1] * 5
    assert cb.overlap(2, 2, stride=3).tolist() == [1, 1, 0, 1, 1]  # holes


@given(st.integers(1, 12), st.integers(1, 6))
def test_taps_are_counted_one_by_one(kernel_size, stride):
    counted = [sum(t % stride == phase for t in range(kernel_size)) for phase in range(stride)]
    assert cb.taps_per_phase(kernel_size, stride).tolist() == counted
    assert (len(set(counted)) == 1) == (kernel_size % stride == 0)
    full = cb.overlap(15, kernel_size, stride)
    inside = range(kernel_size, 15 * stride - kernel_size)
    assert all(full[o] == counted[o % stride] for o in inside if o < 15 * stride - stride)


@pytest.mark.parametrize(
    "k, s, counts",
    [
        (3, 2, [[4, 2], [2, 1]]),
        (5, 2, [[9, 6], [6, 4]]),
        (5, 3, [[4, 4, 2], [4, 4, 2], [2, 2, 1]]),
        (4, 2, [[4, 4], [4, 4]]),
    ],
)
def test_a_phase_of_a_picture_has_the_product_of_both_axes(k, s, counts):
    one = cb.taps_per_phase(k, s)
    assert np.multiply.outer(one, one).tolist() == counts
    assert (phase_sums(np.ones((k, k)), s) == counts).all()


# ---- Phase sums ----------------------------------------------------------------------------------


def test_necessary_is_not_sufficient():
    assert phase_sums([1.0, 2, 3, 5], 2, dimensions=1).tolist() == [4, 7]
    assert len(set(cb.taps_per_phase(4, 2))) == 1


@pytest.mark.parametrize("k, s, p", [(1, 2, 0), (3, 2, 1), (3, 3, 1), (5, 2, 2), (4, 4, 0)])
def test_resize_convolution_has_equal_phase_sums(k, s, p):
    weight = noise(2, 3, k, k, seed=k)  # (C_out, C_in, k, k)
    sums = phase_sums(nearest_to_transposed(weight, factor=s, padding=p).weight, s)
    np.testing.assert_allclose(sums, np.broadcast_to(weight.sum(axis=(2, 3)).T[..., None, None], sums.shape))


# ---- Gradients -----------------------------------------------------------------------------------


@given(st.integers(1, 16), st.integers(1, 7), st.integers(1, 4), st.integers(0, 3), st.integers(1, 2))
@settings(max_examples=120, deadline=None)
def test_read_counts_are_torchs_gradient_and_the_transposes_overlap(n, k, s, p, count):
    assume(n + 2 * p >= k)
    x = torch.ones(1, 1, *(n,) * count, dtype=torch.float64, requires_grad=True)
    out = CONVOLUTION[count](x, torch.ones(1, 1, *(k,) * count, dtype=torch.float64), None, s, p)
    out.sum().backward()
    counts = cb.read_counts(n if count == 1 else (n, n), k, s, p)
    assert (counts == x.grad[0, 0].numpy()).all()
    more = output_padding_for(n, k, s, p)
    if more < s and count == 1:
        assert (counts == cb.overlap(out.shape[-1], k, s, p, more)).all()


@pytest.mark.parametrize(
    "k, s, p, row",
    [
        (3, 2, 1, [1, 2, 1, 2]), (1, 2, 0, [1, 0, 1, 0]), (5, 2, 2, [3, 2, 3, 2]), (7, 2, 3, [3, 4, 3, 4]),
        (2, 2, 0, [1, 1, 1, 1]), (4, 2, 1, [2, 2, 2, 2]), (7, 4, 3, [1, 2, 2, 2]),
    ],
)  # fmt: skip
def test_the_gradients_that_a_lesson_states(k, s, p, row):
    counts = cb.read_counts(32, k, s, p)[8:24]
    assert counts.tolist() == row * 4


def test_average_pooling_hands_back_the_read_counts():
    x = torch.tensor(noise(1, 1, 9, 12), requires_grad=True)
    F.avg_pool2d(x, 3, 2, 1).sum().backward()
    np.testing.assert_allclose(cb.read_counts((9, 12), 3, 2, 1) / 9, x.grad[0, 0].numpy())
    assert avg_pool2d(np.ones((9, 12)), 3, 2, 1).shape == (5, 6)


@given(
    st.integers(1, 9),
    st.integers(1, 9),
    st.integers(1, 4),
    st.integers(1, 3),
    st.integers(0, 1),
    st.integers(0, 99),
)
@settings(max_examples=100, deadline=None)
def test_max_pooling_hands_back_torchs_gradient(height, width, k, s, p, seed):
    assume(min(height, width) + 2 * p >= k and p <= k // 2)
    x = torch.tensor(np.random.default_rng(seed).normal(size=(2, 3, height, width)), requires_grad=True)
    F.max_pool2d(x, k, s, p).sum().backward()
    assert (cb.max_pool_gradient(x.detach().numpy(), k, s, p) == x.grad.numpy()).all()


# ---- Spectra and patterns ------------------------------------------------------------------------


@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 5), st.integers(0, 99))
@settings(max_examples=80, deadline=None)
def test_the_comb_holds_what_repeats(factor, rows, columns, seed):
    image = np.random.default_rng(seed).normal(size=(factor * rows, factor * columns))
    shares = np.fft.ifftshift(cb.spectrum(image))
    assert shares.sum() == pytest.approx(float(image.size > 1))
    assert cb.comb_share(image, factor) == pytest.approx(shares[::rows, ::columns].sum(), abs=1e-9)


def test_a_period_is_all_comb_and_noise_is_hardly():
    tile = noise(4, 4)
    assert cb.comb_share(np.tile(tile, (5, 3)), 4) == pytest.approx(1)
    random = np.random.default_rng(0).normal(size=(50, 64, 64))
    assert cb.comb_share(random, 8) == pytest.approx(63 / 4095, rel=0.1)
    assert cb.comb_share(np.ones((8, 8)), 2) == 0
    assert not cb.spectrum(np.full((8, 8), 0.3)).any()


@given(st.integers(1, 4), st.floats(0.1, 50), st.floats(-50, 50), st.integers(0, 99))
def test_pattern_is_in_the_unit_of_the_image(factor, scale, shift, seed):
    image = noise(3, 4 * factor, 2 * factor, seed=seed)
    assert cb.pattern(scale * image + shift, factor) == pytest.approx(
        scale * cb.pattern(image, factor), abs=1e-9
    )
    tiled = np.tile(image[0, :factor, :factor], (3, 3))
    assert cb.pattern(tiled, factor) == pytest.approx(tiled.std())


# ---- Scores --------------------------------------------------------------------------------------


def one_layer(kernel_size, seed):
    torch.manual_seed(seed)
    return nn.ConvTranspose2d(16, 16, kernel_size, 2, (kernel_size - 1) // 2, kernel_size % 2).double()


MANY = (1, 16, 16, 16)


@pytest.mark.parametrize("kernel_size", [3, 4, 5])
def test_a_random_layer_answers_flat_with_a_pattern_whatever_its_kernel_size(kernel_size):
    scores = [cb.fixed_pattern(one_layer(kernel_size, seed), MANY) for seed in range(20)]
    assert np.mean(np.square(scores)) == pytest.approx(3 / 4, abs=0.05)  # 1 - 1 / stride²


def test_for_one_layer_the_score_is_the_spread_of_its_phase_sums():
    layer = one_layer(5, 0)
    sums = phase_sums(layer.weight.detach().numpy(), 2).sum(axis=0)
    wanted = np.sqrt(sums.var(axis=(1, 2)).mean() / (sums**2).mean())
    assert cb.fixed_pattern(layer, MANY) == pytest.approx(wanted)
    assert cb.fixed_pattern(layer, MANY, constant=-7.0) == pytest.approx(wanted)  # linear: any constant
    shifted = nn.Sequential(layer, nn.ZeroPad2d((1, -1, 1, -1)))  # a crop only renames the phases
    assert cb.fixed_pattern(shifted, MANY) == pytest.approx(wanted)


def test_what_enlarges_with_one_kernel_for_all_keeps_flat_areas_flat():
    weight, x_shape = noise(3, 2, 3, 3), (2, 2, 12, 12)
    clean = {
        "ICNR": lambda x: subpixel_convolution(x, icnr_weight(weight), pads=1),
        "resize-convolution": nearest_to_transposed(weight, padding=1),
        "nearest": lambda x: x.repeat(2, axis=-1).repeat(2, axis=-2),
        "bilinear": nn.Upsample(scale_factor=2, mode="bilinear"),
    }
    for name, layer in clean.items():
        assert cb.fixed_pattern(layer, x_shape) < 1e-12, name
    tiled = np.tile(
        icnr_weight(weight)[::4], (4, 1, 1, 1)
    )  # the repeat that is wrong for more than one channel
    assert cb.fixed_pattern(lambda x: subpixel_convolution(x, tiled, pads=1), x_shape) > 0.1


def test_power_spread_of_ones_is_the_spread_of_the_counts():
    for k, s, more in ((3, 2, 1), (5, 2, 1), (4, 2, 0), (5, 3, 0)):
        weight = torch.ones(1, 1, k, k, dtype=torch.float64)
        counts = np.multiply.outer(*[cb.taps_per_phase(k, s)] * 2)
        p = (k - s + more) // 2
        score = cb.power_spread(
            lambda x, w=weight, s=s, p=p, more=more: F.conv_transpose2d(x, w, None, s, p, more),
            (200, 1, 12, 12),
        )
        assert score == pytest.approx(counts.std() / counts.mean(), abs=0.03)


def test_scores_of_what_answers_nothing_are_0():
    assert cb.fixed_pattern(lambda x: np.kron(0 * x, np.ones((2, 2)))) == 0
    assert cb.power_spread(lambda x: np.kron(0 * x, np.ones((2, 2)))) == 0


def test_the_two_columns_of_the_lesson():
    """The advice moves the noise and leaves the pattern, at every kernel size."""
    rng, noisy = np.random.default_rng(1), {}
    for k in (2, 3, 4, 5, 6):

        def layer(x, weight):
            k = weight.shape[-1]
            return transposed_convolution(x, weight, stride=2, padding=(k - 1) // 2, output_padding=k % 2)

        weights = rng.normal(size=(20, 8, 8, k, k))
        flat = [cb.fixed_pattern(lambda x, w=w: layer(x, w), (1, 8, 12, 12)) for w in weights]
        assert np.sqrt(np.mean(np.square(flat))) == pytest.approx(np.sqrt(3 / 4), abs=0.04)
        noisy[k] = np.mean([cb.power_spread(lambda x, w=w: layer(x, w), (2, 8, 20, 20)) for w in weights[:8]])
    assert min(noisy[3], noisy[5]) > 0.2 > 0.15 > max(noisy[2], noisy[4], noisy[6])


def test_biases_are_taken_off():
    layer = one_layer(4, 0)
    plain = cb.fixed_pattern(layer, MANY)
    with torch.no_grad():
        layer.bias.fill_(100.0)
    assert cb.fixed_pattern(layer, MANY) == pytest.approx(plain)


def test_random_features_show_the_comb_only_where_the_weights_of_phases_differ():
    """By chance 63 of 4095 frequencies would hold 1.5 %."""
    shares = {
        layer: np.mean([cb.comb_share(cb.random_features(layer, seed), 8) for seed in range(6)])
        for layer in cb.RANDOM_LAYERS
    }
    assert shares.pop("nearest, then convolution") < 0.05
    assert min(shares.values()) > 0.3


@pytest.mark.parametrize("layer", cb.RANDOM_LAYERS)
def test_random_features_follow_from_the_seed(layer):
    features = cb.random_features(layer, seed=3)
    assert features.shape == (64, 64) and abs(features.mean()) < 1e-12 and features.std() == pytest.approx(1)
    assert (features == cb.random_features(layer, seed=3)).all()
    assert not np.allclose(features, cb.random_features(layer, seed=4))


@pytest.mark.parametrize("layer", cb.HALVING_LAYERS)
@pytest.mark.parametrize("stages", [1, 3])
def test_random_gradients_are_torchs(layer, stages):
    """The same draws, and autograd instead of transposed convolutions."""
    rng = np.random.default_rng(5)
    x = first = torch.tensor(rng.normal(size=(1, 3, 16, 16)), requires_grad=True)
    k = 4 if "4" in layer else 3
    for _ in range(stages):
        weight = torch.tensor(rng.normal(size=(3, 3, k, k)) / np.sqrt(k * k * 3))
        if "pooling" in layer:
            x = F.avg_pool2d(F.conv2d(x, weight, padding=1), 2)
        else:
            x = F.conv2d(x, weight, stride=2, padding=1)
        x = x.relu()
    (x * torch.tensor(rng.normal(size=x.shape))).sum().backward()
    gradient = cb.random_gradient(layer, seed=5, stages=stages, channels=3, size=16)
    np.testing.assert_allclose(gradient, first.grad[0].numpy(), atol=1e-12)


def test_only_windows_that_overlap_unevenly_make_squares_on_the_way_back():
    ratios = {}
    for layer in cb.HALVING_LAYERS:
        power = 0
        for seed in range(6):
            gradient = cb.random_gradient(layer, seed)[:, 16:-16, 16:-16]
            power = power + np.square(cb.by_phase(gradient, 2)).mean(axis=(0, -2, -1))
        ratios[layer] = power.max() / power.min()
    assert 3 < ratios.pop("convolution 3, stride 2") < 5.5
    assert max(ratios.values()) < 1.5


# ---- What is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: cb.overlap(4, 3, 2, output_padding=2), "output_padding must be smaller than stride"),
        (lambda: cb.overlap((4, 4, 4), 3), "in_size must be a whole number or 2 of them; got (4, 4, 4), which is 3."),
        (lambda: cb.overlap(4, 0), "kernel_size must be a whole number, from 1 to 1048576; got 0."),
        (lambda: cb.taps_per_phase(3, 0), "stride must be a whole number, from 1 to 1048576; got 0."),
        (lambda: cb.read_counts(2, 5), "The kernel does not fit: kernel_size=5"),
        (lambda: cb.stacked_overlap(4, 3), "layers must be a list such as [(3, 2, 1, 1)]; got 3."),
        (lambda: cb.stacked_overlap(4, [(3, 2)]), "layers[0] must be (kernel_size, stride, padding, output_padding)"),
        (lambda: cb.by_phase(np.ones((5, 4)), 2), "that factor=2 divides; got shape (5, 4). Crop it"),
        (lambda: cb.spectrum(np.ones(4)), "image must have at least 2 axes, height and width last; got shape (4,)."),
        (lambda: cb.fixed_pattern(abs, (1, 1, 4)), "in_shape must be (N, C, H, W); got (1, 1, 4)."),
        (lambda: cb.fixed_pattern(abs, (1, 1, 8, 8), border=4), "border must be a whole number, from 0 to 3"),
        (lambda: cb.fixed_pattern(lambda x: x[..., :-1]), "function must enlarge by a whole number"),
        (lambda: cb.random_gradient(size=20), "size must be a multiple of 2 ** stages = 8; got 20."),
        (lambda: cb.random_features("transposed, kernel 5"), "Did you mean 'transposed, kernel"),
        (lambda: cb.fixed_pattern(lambda x: x[0]), "function must return 4 axes (N, C, H, W); got shape (1, 16, 16)"),
    ],
)  # fmt: skip
def test_refused_with_what_would_work(call, message):
    with pytest.raises((ValueError, TypeError)) as caught:
        call()
    assert message in str(caught.value)
