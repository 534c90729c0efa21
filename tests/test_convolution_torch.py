"""Our convolutions against torch's, in float64, over every legal setting; what torch refuses, refused in words."""

import itertools

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.convolution import convolution, insert_zeros, transposed_convolution
from tests.arrays import noise
from tools import some

EXACT = 1e-12
KERNELS, STRIDES, PADDINGS, DILATIONS, GROUPS = range(1, 8), range(1, 5), range(7), range(1, 4), (1, 2)
OUTPUT_PADDINGS = range(5)  # stride and dilation go up to 4: the last is always refused
THEIRS = {
    ("convolution", 1): F.conv1d,
    ("convolution", 2): F.conv2d,
    ("transposed", 1): F.conv_transpose1d,
    ("transposed", 2): F.conv_transpose2d,
}
OURS = {"convolution": convolution, "transposed": transposed_convolution}


def arrays(kind, in_sizes, kernel_sizes, groups):
    """(x, weight, bias): two channels in and three out per group, a batch of two."""
    c_in, c_out = 2 * groups, 3 * groups
    channels = (c_out, 2) if kind == "convolution" else (c_in, 3)
    x, weight = noise(2, c_in, *in_sizes), noise(*channels, *kernel_sizes, seed=1)
    return x, weight, noise(c_out, seed=2)


def torchs(kind, x, weight, bias, how):
    """torch's answer, or None where it refuses or answers with nothing: which of them depends on its version."""
    try:
        result = THEIRS[kind, x.ndim - 2](*map(torch.tensor, (x, weight, bias)), **how).numpy()
    except RuntimeError:
        return None
    return result if result.size else None


def error_of(function, *arguments, **how):
    with pytest.raises((ValueError, TypeError)) as caught:
        function(*arguments, **how)
    return str(caught.value)


def compare(kind, in_sizes, kernel_sizes, **how):
    """Values where torch has some, a reason that repeats the settings where it has none. Was it legal?"""
    x, weight, bias = arrays(kind, in_sizes, kernel_sizes, how["groups"])
    expected = torchs(kind, x, weight, bias, how)
    told = f"{kind} {in_sizes} kernel {kernel_sizes} {how}"
    if expected is None:
        message = error_of(OURS[kind], x, weight, bias, **how)
        assert reasons_repeated(message, kernel_sizes, how), f"{told}: {message}"
        return False
    result = OURS[kind](x, weight, bias, **how)
    np.testing.assert_allclose(result, expected, rtol=0, atol=EXACT, err_msg=told)
    if kind == "transposed":
        spread, flipped = insert_zeros(x, weight, **how)
        plain = convolution(spread, flipped, bias, dilation=how["dilation"], groups=how["groups"])
        np.testing.assert_allclose(plain, expected, rtol=0, atol=EXACT, err_msg=told)
    return True


def reasons_repeated(message, kernel_sizes, how):
    """Does the message hold the numbers of one axis? Those of the rule that it is about, at least."""
    for axis, kernel_size in enumerate(kernel_sizes):
        on_axis = {name: at(value, axis) for name, value in how.items() if name != "groups"}
        if message.startswith("output_padding"):
            named = ("output_padding", "stride", "dilation")
        elif message.startswith("Nothing is left"):
            named = ("output_padding", "stride", "dilation", "padding")
        else:
            assert message.startswith("The kernel does not fit"), message
            named = ("dilation", "padding")
        repeated = [f"{name}={on_axis[name]}" in message for name in named]
        fits_kernel = message.startswith("output_padding") or f"kernel_size={kernel_size}" in message
        if all(repeated) and fits_kernel:
            return True
    return False


def at(value, axis):
    return value[axis] if isinstance(value, tuple) else value


@pytest.fixture
def report(tell):
    def report(what, compared, refused):
        tell(
            f"{what}: {compared} configurations agree with torch to {EXACT:g}, {refused} are refused by both"
        )

    return report


def named(k, s, p, d, g, op=None):
    how = {"stride": s, "padding": p, "dilation": d, "groups": g}
    return k, (how if op is None else {**how, "output_padding": op})


def grid(kind):
    """Every (kernel size, the other settings), legal or not."""
    axes = (KERNELS, STRIDES, PADDINGS, DILATIONS, GROUPS)
    return [
        named(*each)
        for each in itertools.product(*axes, *([OUTPUT_PADDINGS] if kind == "transposed" else []))
    ]


# ---- Every setting -------------------------------------------------------------------------------

# A kernel of 7 with dilation 3 spans 19 samples, and padding 6 crops 12: from these sizes on no setting of the
# grid is too large for the input.
LARGE = {"convolution": (20, 19), "transposed": (14, 13)}
IN_SIZES = {"convolution": (1, 4, 20), "transposed": (1, 2, 5, 13)}


def is_legal(kind, n, k, how):
    """The rules, written out once more."""
    s, p, d = how["stride"], how["padding"], how["dilation"]
    if kind == "convolution":
        return n + 2 * p >= d * (k - 1) + 1
    op = how["output_padding"]
    return op < max(s, d) and (n - 1) * s - 2 * p + d * (k - 1) + op + 1 > 0


@pytest.mark.thorough  # one of five otherwise, here and in two dimensions
@pytest.mark.parametrize("kind", ["convolution", "transposed"])
def test_one_dimension_every_setting_legal_or_not(kind, report):
    every = some(itertools.product(IN_SIZES[kind], grid(kind)), 5)
    outcomes = [compare(kind, (n,), (k,), **how) for n, (k, how) in every]
    report(f"{kind}, 1-D", sum(outcomes), outcomes.count(False))
    assert outcomes == [is_legal(kind, n, k, how) for n, (k, how) in every]


@pytest.mark.thorough
@pytest.mark.parametrize("kind", ["convolution", "transposed"])
def test_two_dimensions_every_setting_on_both_axes(kind, report):
    """The same setting on both axes, the input not square."""
    every = some(grid(kind), 5)
    outcomes = [compare(kind, LARGE[kind], (k, k), **how) for k, how in every]
    report(f"{kind}, 2-D, both axes alike", sum(outcomes), outcomes.count(False))
    assert outcomes == [all(is_legal(kind, n, k, how) for n in LARGE[kind]) for k, how in every]


@pytest.mark.thorough
@pytest.mark.parametrize("kind", ["convolution", "transposed"])
def test_two_dimensions_every_setting_beside_another(kind, report):
    """Each legal setting along the height meets a random legal one along the width.

    All pairs would be millions. Each setting once on each axis, beside one that differs, is where an axis mixed
    up with the other would show.
    """
    rng, compared = np.random.default_rng(0), 0
    for groups in GROUPS:
        rows, columns = (
            [each for each in grid(kind) if each[1]["groups"] == groups and is_legal(kind, n, *each)]
            for n in LARGE[kind]
        )
        order = rng.permutation(len(columns))
        for i, row in some(enumerate(rows), 5):
            column = columns[order[i % len(columns)]]
            both = {name: (row[1][name], column[1][name]) for name in row[1] if name != "groups"}
            assert compare(kind, LARGE[kind], (row[0], column[0]), groups=groups, **both)
            compared += 1
    report(f"{kind}, 2-D, the axes different", compared, 0)


# ---- Any shape, both number types ----------------------------------------------------------------


@st.composite
def legal_axes(draw, kind):
    """(in_size, kernel_size, {setting: value}) of one axis, legal by construction."""
    k, s, d = draw(st.integers(1, 7)), draw(st.integers(1, 4)), draw(st.integers(1, 3))
    if kind == "convolution":
        p = draw(st.integers(0, 6))
        least = max(1, d * (k - 1) + 1 - 2 * p)
        return draw(st.integers(least, least + 11)), k, {"stride": s, "padding": p, "dilation": d}
    n, op = draw(st.integers(1, 12)), draw(st.integers(0, max(s, d) - 1))
    before_cropping = (n - 1) * s + d * (k - 1) + op + 1
    p = draw(st.integers(0, min(6, (before_cropping - 1) // 2)))
    return n, k, {"stride": s, "padding": p, "dilation": d, "output_padding": op}


@st.composite
def legal_layers(draw, kind):
    """(batch, groups, channels in and out per group, in_sizes, kernel_sizes, settings)."""
    axes = draw(st.lists(legal_axes(kind), min_size=1, max_size=2))
    in_sizes, kernel_sizes, each = zip(*axes, strict=True)
    how = {name: tuple(axis[name] for axis in each) for name in each[0]}
    return *(draw(st.integers(1, 4)) for _ in range(4)), in_sizes, kernel_sizes, how


@pytest.mark.parametrize("dtype, error", [(np.float32, 2e-5), (np.float64, EXACT)])
@pytest.mark.parametrize("kind", ["convolution", "transposed"])
@settings(max_examples=60)
@given(data=st.data())
def test_any_channels_batch_groups_and_shape_in_both_number_types(kind, dtype, error, data):
    batch, groups, mine, theirs, in_sizes, kernel_sizes, how = data.draw(legal_layers(kind))
    channels = (groups * theirs, mine) if kind == "convolution" else (groups * mine, theirs)
    x, weight, bias = (
        noise(batch, groups * mine, *in_sizes).astype(dtype),
        noise(*channels, *kernel_sizes, seed=1).astype(dtype),
        noise(groups * theirs, seed=2).astype(dtype),
    )
    result = OURS[kind](x, weight, bias, **how, groups=groups)
    assert result.dtype == dtype
    expected = torchs(kind, x, weight, bias, how | {"groups": groups})
    np.testing.assert_allclose(result, expected, rtol=0, atol=error)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("batch, groups", [(1, 1), (2, 1), (1, 2)])
@pytest.mark.parametrize("in_sizes", [(1,), (1, 1), (1, 3)])
def test_where_nothing_is_left_torch_refuses_or_gives_an_empty_tensor_and_we_say_so(
    dtype, batch, groups, in_sizes
):
    """float32 with a batch or groups goes through another of torch's libraries, which does not mind."""
    x, weight = (
        noise(batch, groups, *in_sizes).astype(dtype),
        noise(groups, 1, *[1] * len(in_sizes)).astype(dtype),
    )
    how = {"stride": 2, "padding": 1, "output_padding": 1, "groups": groups}
    try:
        theirs = THEIRS["transposed", len(in_sizes)](torch.tensor(x), torch.tensor(weight), **how)
        assert theirs.numel() == 0
    except RuntimeError as error:
        assert "too small" in str(error)
    assert error_of(transposed_convolution, x, weight, **how).startswith("Nothing is left")


def test_the_layer_of_the_first_article():
    layer = torch.nn.ConvTranspose2d(3, 3, 3, stride=2, padding=2, output_padding=1).double()
    x = noise(1, 3, 50, 50)
    weight, bias = (parameter.detach().numpy() for parameter in (layer.weight, layer.bias))
    result = transposed_convolution(x, weight, bias, 2, 2, 1)
    assert result.shape == (1, 3, 98, 98)
    np.testing.assert_allclose(result, layer(torch.tensor(x)).detach().numpy(), atol=EXACT)


@pytest.mark.parametrize("groups", GROUPS)
def test_it_is_what_autograd_computes_for_a_convolution(groups):
    """Backpropagating through conv2d *is* a transposed convolution with the same weight."""
    x, weight, _ = arrays("convolution", (7, 8), (3, 4), groups)
    how = {"stride": (2, 3), "padding": (1, 2), "dilation": (2, 1), "groups": groups}
    tensor = torch.tensor(x, requires_grad=True)
    there = F.conv2d(tensor, torch.tensor(weight), **how)
    y = noise(*there.shape, seed=3)
    (there * torch.tensor(y)).sum().backward()
    back = transposed_convolution(y, weight, output_padding=(0, 2), **how)
    np.testing.assert_allclose(back, tensor.grad.numpy(), atol=EXACT)


# ---- What torch refuses --------------------------------------------------------------------------

X, WEIGHT = noise(2, 4, 5, 6), noise(4, 4, 3, 3)
TWO_GROUPS = noise(4, 2, 3, 3)
# What both refuse, in either direction unless a weight of one group count is given; what our message says.
REFUSED = [
    ({"stride": 0}, "stride must be .* at least 1|stride must be .* from 1 .*got 0"),
    ({"stride": -1}, "stride .*got -1"),
    ({"stride": (2, 0)}, r"stride\[1\] .*got 0"),
    ({"stride": (1, 2, 3)}, r"stride .* 2 of them; got \(1, 2, 3\), which is 3"),
    ({"stride": 1.5}, "stride .*got 1.5, a float"),
    ({"padding": -1}, "padding .*got -1"),
    ({"padding": (0, -2)}, r"padding\[1\] .*got -2"),
    ({"dilation": 0}, "dilation .*got 0"),
    ({"dilation": -2}, "dilation .*got -2"),
    ({"groups": 0}, "groups .*got 0"),
    ({"groups": -1}, "groups .*got -1"),
    ({"groups": 3}, r"groups=3 does not divide weight.shape\[0\]=4"),
    ({"groups": 5}, r"groups=5 does not divide weight.shape\[0\]=4"),
    ({"x": noise(2, 3, 5, 6)}, r"4 channels .*groups=1; got x of shape \(2, 3, 5, 6\), 3 channels"),
    ({"x": noise(5, 6)}, r"axes \(batch, channels, height, width\) .*got shape \(5, 6\)"),
    ({"bias": noise(3)}, r"bias must have shape \(4,\).*got \(3,\)"),
    ({"bias": noise(4, 1)}, r"bias must have 1 axis; got shape \(4, 1\)"),
    ({"weight": noise(3)}, r"weight must have 3 axes .*got shape \(3,\)"),
    ({"weight": WEIGHT.astype(np.float32)}, "one number type; got x float64 and weight float32"),
]  # fmt: skip
REFUSED_ONE_WAY = {
    "convolution": [
        ({"weight": TWO_GROUPS}, "x must have 2 channels .*groups=1; got x of shape .* 4 channels"),
        (
            {"weight": noise(4, 4, 6, 3)},
            "kernel_size=6 with dilation=1 spans 6 samples, and in_size=5",
        ),
        (
            {"dilation": (1, 3), "padding": 0},
            "kernel_size=3 with dilation=3 spans 7 .*in_size=6 .* has 6",
        ),
    ],
    "transposed": [
        ({"output_padding": -1}, "output_padding .*got -1"),
        ({"output_padding": 1}, "output_padding=1 with stride=1 and dilation=1. At most 0"),
        ({"stride": 2, "output_padding": 2}, "output_padding=2 with stride=2 and dilation=1. At most 1"),
        ({"stride": (2, 1), "output_padding": 1}, "output_padding=1 with stride=1 and dilation=1"),
        ({"padding": (0, 4)}, "in_size=6, kernel_size=3.* make 8 samples, and padding=4 crops 8"),
        ({"padding": 9}, "in_size=5, kernel_size=3.* make 7 samples, and padding=9 crops 18"),
    ],
}
EVERY_REFUSAL = [
    (kind, changed, message)
    for kind in ("convolution", "transposed")
    for changed, message in REFUSED + REFUSED_ONE_WAY[kind]
]


@pytest.mark.parametrize("kind, changed, message", EVERY_REFUSAL)
def test_torch_refuses_and_so_do_we_with_the_reason(kind, changed, message):
    good = {"x": X, "weight": WEIGHT, "bias": noise(4)}
    OURS[kind](**good)
    arguments = {**good, **changed}
    tensors = {"input" if name == "x" else name: as_tensor(value) for name, value in arguments.items()}
    with pytest.raises((RuntimeError, TypeError, ValueError)):
        THEIRS[kind, 2](**tensors)
    with pytest.raises((ValueError, TypeError), match=message):
        OURS[kind](**arguments)


def as_tensor(value):
    return torch.tensor(value) if isinstance(value, np.ndarray) else value


def test_what_torch_takes_and_we_do_not():
    """An image without a batch, padding by name, a tuple of one for two axes: here it is said in one way."""
    for changed, message in (
        ({"x": X[0]}, r"axes \(batch, channels, height, width\)"),
        ({"padding": "same"}, "padding must be a whole number"),
        ({"stride": (2,)}, r"stride must be a whole number or 2 of them; got \(2,\)"),
    ):
        arguments = {"x": X, "weight": WEIGHT, **changed}
        F.conv2d(**{"input" if name == "x" else name: as_tensor(value) for name, value in arguments.items()})
        with pytest.raises((ValueError, TypeError), match=message):
            convolution(**arguments)
