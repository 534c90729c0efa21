"""Convolution and its transpose: cases worked by hand, sizes, the matrix, identities. Torch has a file of its own."""

import itertools
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from course_utils.convolution import (
    colliding_sizes,
    convolution,
    convolution_matrix,
    convolution_size,
    insert_zeros,
    output_padding_for,
    receptive_field,
    transposed_convolution,
    transposed_size,
)
from course_utils.pooling import max_pool2d
from course_utils.probing import operator_matrix
from tests.arrays import noise, single

ROOT = Path(__file__).resolve().parents[1]
EXACT = 1e-12
few = settings(max_examples=60, deadline=None)
KERNELS, STRIDES, PADDINGS, DILATIONS = range(1, 8), range(1, 5), range(7), range(1, 4)
ALL = list(itertools.product(KERNELS, STRIDES, PADDINGS, DILATIONS))


# ---- By hand -------------------------------------------------------------------------------------

TWO_BY_TWO = [[0, 1], [2, 3]]


def test_a_minimal_scatter_on_paper():
    """1 stamps 1, 10, 100; 2 stamps 2, 20, 200, two places further; where the stamps overlap they add up."""
    x, kernel = single([1, 2]), single([1, 10, 100])
    np.testing.assert_array_equal(transposed_convolution(x, kernel, stride=1), single([1, 12, 120, 200]))
    np.testing.assert_array_equal(transposed_convolution(x, kernel, stride=2), single([1, 10, 102, 20, 200]))
    np.testing.assert_array_equal(
        transposed_convolution(x, kernel, stride=2, padding=1), single([10, 102, 20])
    )
    with_one_more = transposed_convolution(x, kernel, stride=2, padding=1, output_padding=1)
    np.testing.assert_array_equal(with_one_more, single([10, 102, 20, 200]))  # a sample, not a zero


def test_output_padding_shows_a_sample_that_was_cropped_or_adds_a_zero_where_no_stamp_reaches():
    x, kernel = single([1, 2]), single([1, 10])
    np.testing.assert_array_equal(
        transposed_convolution(x, kernel, stride=2, output_padding=1), single([1, 10, 2, 20, 0])
    )
    reached = transposed_convolution(x, kernel, stride=2, padding=1, output_padding=1)
    np.testing.assert_array_equal(reached, single([10, 2, 20]))


def test_dilation_spreads_the_stamp():
    result = transposed_convolution(single([1, 2]), single([1, 10, 100]), dilation=2)
    np.testing.assert_array_equal(result, single([1, 2, 10, 20, 100, 200]))


def test_two_by_two_with_itself():
    x = single(TWO_BY_TWO)
    side_by_side = [[0, 0, 0, 1], [0, 0, 2, 3], [0, 2, 0, 3], [4, 6, 6, 9]]
    np.testing.assert_array_equal(
        transposed_convolution(x, x, stride=1), single([[0, 0, 1], [0, 4, 6], [4, 12, 9]])
    )
    np.testing.assert_array_equal(transposed_convolution(x, x, stride=2), single(side_by_side))


def test_a_convolution_does_not_flip():
    np.testing.assert_array_equal(convolution(single([0, 0, 1, 0]), single([1, 10, 100])), single([100, 10]))
    impulse = single([0, 0, 1, 0, 0])
    np.testing.assert_array_equal(
        transposed_convolution(impulse, single([1, 2, 3])), single([0, 0, 1, 2, 3, 0, 0])
    )


def test_channels_add_up_and_the_bias_is_added_once():
    x = np.array([[[1.0, 2.0], [10.0, 20.0]]])
    weight = np.array([[[1.0], [3.0]], [[1.0], [0.0]]])  # torch's layout: (in, out, 1)
    result = transposed_convolution(x, weight, bias=np.array([100.0, 0.5]))
    np.testing.assert_array_equal(result, [[[111, 122], [3.5, 6.5]]])


def test_groups_keep_channels_apart():
    x = np.array([[[1.0, 2.0], [10.0, 20.0]]])
    depthwise = np.array([[[1.0, 0.0]], [[0.0, 1.0]]])
    result = transposed_convolution(x, depthwise, groups=2)
    np.testing.assert_array_equal(result, [[[1, 2, 0], [0, 10, 20]]])
    np.testing.assert_array_equal(convolution(x, depthwise, groups=2), [[[1], [20]]])


def test_it_is_a_transpose_and_not_an_inverse():
    """The size comes back, the values do not."""
    x, weight = noise(1, 1, 7, 7), noise(1, 1, 3, 3, seed=1)
    there = convolution(x, weight, stride=2, padding=1)
    back = transposed_convolution(there, weight, stride=2, padding=1)
    assert back.shape == x.shape
    assert np.abs(back - x).max() > 0.5
    matrix = convolution_matrix((7, 7), weight[0, 0], stride=2, padding=1)
    assert np.abs(matrix.T @ matrix - np.eye(49)).max() > 0.5


# ---- Sizes ---------------------------------------------------------------------------------------

# Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", the figures of the text.
# name: (i, k, s, p) of a convolution and its output size o.
GUIDE = {
    "no padding, unit strides": ((4, 3, 1, 0), 2),
    "arbitrary padding, unit strides": ((5, 4, 1, 2), 6),
    "half padding, unit strides": ((5, 3, 1, 1), 5),
    "full padding, unit strides": ((5, 3, 1, 2), 7),
    "no padding, strides": ((5, 3, 2, 0), 2),
    "padding, strides": ((5, 3, 2, 1), 3),
    "padding, strides, odd": ((6, 3, 2, 1), 3),
}
# The transposed convolution of each, as a plain one of stride 1: (its input with zeros between, padding before,
# samples more after the padding at the end) and the size it gives, which is i above.
GUIDE_TRANSPOSED = {
    "no padding, unit strides": ((2, 2, 0), 4),
    "arbitrary padding, unit strides": ((6, 1, 0), 5),
    "half padding, unit strides": ((5, 1, 0), 5),
    "full padding, unit strides": ((7, 0, 0), 5),
    "no padding, strides": ((3, 2, 0), 5),
    "padding, strides": ((5, 1, 0), 5),
    "padding, strides, odd": ((5, 1, 1), 6),
}


@pytest.mark.parametrize("name", GUIDE)
def test_the_guides_convolutions(name):
    (i, k, s, p), o = GUIDE[name]
    assert convolution_size(i, k, s, p) == o
    assert convolution(noise(1, 1, i, i), noise(1, 1, k, k), stride=s, padding=p).shape == (1, 1, o, o)
    assert i in colliding_sizes(o, k, s, p)


@pytest.mark.parametrize("name", GUIDE_TRANSPOSED)
def test_the_guides_transposed_convolutions(name):
    (i, k, s, p), o = GUIDE[name]
    (stretched, before, more), size = GUIDE_TRANSPOSED[name]
    op = output_padding_for(i, k, s, p)
    assert (op, size) == (more, i)
    assert transposed_size(o, k, s, p, op) == size
    x, weight = noise(1, 1, o, o), noise(1, 1, k, k, seed=1)
    direct = transposed_convolution(x, weight, stride=s, padding=p, output_padding=op)
    assert direct.shape == (1, 1, size, size)
    spread, flipped = insert_zeros(x, weight, s, p, op)
    assert spread.shape == (1, 1, stretched + 2 * before + more, stretched + 2 * before + more)
    np.testing.assert_array_equal(spread[0, 0, before, before], x[0, 0, 0, 0])
    np.testing.assert_array_equal(spread[0, 0, -1 - before - more, -1 - before - more], x[0, 0, -1, -1])
    np.testing.assert_allclose(convolution(spread, flipped), direct, atol=EXACT)


def test_the_guides_dilated_convolution_and_its_numbers():
    assert convolution_size(7, 3, dilation=2) == 3
    x = single([[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]])
    kernel = single([[0, 1, 2], [2, 2, 0], [0, 1, 2]])
    np.testing.assert_array_equal(convolution(x, kernel), single([[12, 12, 17], [10, 17, 19], [9, 6, 14]]))
    np.testing.assert_array_equal(
        convolution(x, kernel, stride=2, padding=1), single([[6, 17, 3], [8, 17, 13], [6, 4, 4]])
    )


@pytest.mark.parametrize(
    "arguments, size",
    [
        ((50, 3, 2, 2, 1, 1), 98),  # the first article's layer
        ((2, 2, 1), 3),
        ((2, 2, 2), 4),
        ((3, 2, 2), 6),  # 7 was pooled to 3; the transposed convolution comes back to 6
        ((4, 3, 2, 1, 0), 7),
        ((4, 3, 2, 1, 1), 8),
        ((5, 4, 2, 0), 12),
        ((5, 4, 2, 1), 10),
        ((5, 4, 2, 2), 8),
    ],
)
def test_sizes_that_the_lessons_name(arguments, size):
    assert transposed_size(*arguments) == size


def test_the_sizes_of_the_fully_convolutional_network_for_a_picture_of_500():
    sizes, size = {}, convolution_size(500, 3, padding=100)
    for stage in range(1, 6):
        size = max_pool2d(np.zeros((size, 1)), (2, 1), ceil_mode=True)[0].shape[0]
        sizes[stage] = size
    assert sizes == {1: 349, 2: 175, 3: 88, 4: 44, 5: 22}
    scores = convolution_size(22, 7)
    assert (scores, transposed_size(scores, 64, 32)) == (16, 544)
    twice = transposed_size(scores, 4, 2)
    assert (twice, transposed_size(twice, 32, 16)) == (34, 560)
    four_times = transposed_size(twice, 4, 2)
    assert (four_times, transposed_size(four_times, 16, 8)) == (70, 568)


@few
@given(st.integers(1, 60), st.sampled_from(ALL))
def test_colliding_sizes_are_exactly_those_that_give_the_output(out_size, setting):
    """Tried on every input size that can come into question."""
    k, s, _, d = setting

    def gives(in_size):
        try:
            return convolution_size(in_size, *setting) == out_size
        except ValueError:
            return False

    found = colliding_sizes(out_size, *setting)
    assert list(found) == [n for n in range(1, out_size * s + d * k + 2) if gives(n)]
    assert len(found) <= s


def test_where_padding_alone_fills_the_window_no_size_collides():
    assert list(colliding_sizes(2, 1, stride=1, padding=3)) == []
    assert list(colliding_sizes(7, 1, stride=1, padding=3)) == [1]


@few
@given(st.integers(1, 60), st.sampled_from(ALL))
def test_output_padding_for_restores_the_size(size, setting):
    k, s, p, d = setting
    assume(size + 2 * p >= d * (k - 1) + 1)
    op = output_padding_for(size, *setting)
    assert 0 <= op < s
    assert transposed_size(convolution_size(size, *setting), k, s, p, op, d) == size


def test_each_output_padding_leads_to_another_of_the_colliding_sizes():
    for op, size in enumerate(colliding_sizes(4, 3, stride=3, padding=1)):
        assert transposed_size(4, 3, stride=3, padding=1, output_padding=op) == size


# ---- The matrix ----------------------------------------------------------------------------------


def possible(in_size, k, s, p, d):
    return in_size + 2 * p >= d * (k - 1) + 1


def test_the_matrix_of_every_setting_is_the_convolution_and_its_transpose_the_transposed():
    for in_size, (k, s, p, d) in itertools.product((1, 5, 8), ALL):
        if not possible(in_size, k, s, p, d):
            continue
        x, kernel = noise(in_size), noise(k, seed=1)
        matrix = convolution_matrix(in_size, kernel, s, p, d)
        gathered = convolution(single(x), single(kernel), None, s, p, d)
        np.testing.assert_allclose(matrix @ x, gathered[0, 0], atol=EXACT)
        y = noise(len(matrix), seed=2)
        op = output_padding_for(in_size, k, s, p, d)
        scattered = transposed_convolution(single(y), single(kernel), None, s, p, op, 1, d)
        np.testing.assert_allclose(matrix.T @ y, scattered[0, 0], atol=EXACT)


AXIS = st.tuples(st.integers(1, 9), st.sampled_from(ALL)).filter(lambda axis: possible(axis[0], *axis[1]))


@few
@given(AXIS, AXIS)
def test_the_matrix_of_two_axes(rows, columns):
    (height, row), (width, column) = rows, columns
    (kh, kw), *setting = zip(row, column, strict=True)
    kernel = noise(kh, kw, seed=1)
    matrix = convolution_matrix((height, width), kernel, *setting)
    probed, _ = operator_matrix(
        lambda x: convolution(single(x), single(kernel), None, *setting), (height, width)
    )
    np.testing.assert_allclose(matrix, probed, atol=EXACT)
    separable = convolution_matrix((height, width), np.outer(kernel[:, 0], kernel[0]), *setting)
    by_axes = np.kron(
        convolution_matrix(height, kernel[:, 0], *row[1:]), convolution_matrix(width, kernel[0], *column[1:])
    )
    np.testing.assert_allclose(separable, by_axes, atol=EXACT)


def test_the_matrix_on_paper():
    expected = [[10, 100, 0, 0, 0], [0, 1, 10, 100, 0], [0, 0, 0, 1, 10]]
    np.testing.assert_array_equal(convolution_matrix(5, [1.0, 10.0, 100.0], stride=2, padding=1), expected)
    np.testing.assert_array_equal(
        convolution_matrix(5, [1, 10, 100], 2, 1), expected
    )  # whole numbers will do


# ---- Identities ----------------------------------------------------------------------------------


@st.composite
def layers(draw):
    """Shapes and settings of a convolution that is possible, in one or two dimensions."""
    axes = draw(st.lists(AXIS, min_size=1, max_size=2))
    groups, mine, theirs = draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    in_sizes = tuple(size for size, _ in axes)
    kernel, stride, padding, dilation = zip(*(setting for _, setting in axes), strict=True)
    return {
        "x": (draw(st.integers(1, 3)), groups * mine, *in_sizes),
        "weight": (groups * theirs, mine, *kernel),
        "stride": stride, "padding": padding, "dilation": dilation, "groups": groups,
    }  # fmt: skip


def output_padding_of(layer):
    settings = (layer["x"][2:], layer["weight"][2:], layer["stride"], layer["padding"], layer["dilation"])
    return tuple(map(output_padding_for, *settings))


@settings(max_examples=200, deadline=None)
@given(layers())
def test_the_two_are_adjoint_with_the_very_same_weight(layer):
    """<conv(x), y> = <x, conv_transposed(y)>, any channels, groups and batch."""
    x, weight = noise(*layer["x"]), noise(*layer["weight"], seed=1)
    how = {name: layer[name] for name in ("stride", "padding", "dilation", "groups")}
    there = convolution(x, weight, **how)
    y = noise(*there.shape, seed=2)
    back = transposed_convolution(y, weight, output_padding=output_padding_of(layer), **how)
    assert back.shape == x.shape
    np.testing.assert_allclose((there * y).sum(), (x * back).sum(), rtol=1e-10, atol=1e-10)


@settings(max_examples=200, deadline=None)
@given(layers(), st.data())
def test_zero_insertion_is_the_direct_form(layer, data):
    how = {name: layer[name] for name in ("stride", "padding", "dilation", "groups")}
    op = tuple(
        data.draw(st.integers(0, max(s, d) - 1)) for s, d in zip(how["stride"], how["dilation"], strict=True)
    )
    in_sizes = tuple(
        map(
            convolution_size,
            layer["x"][2:],
            layer["weight"][2:],
            how["stride"],
            how["padding"],
            how["dilation"],
        )
    )
    sizes = zip(
        in_sizes, layer["weight"][2:], how["stride"], how["padding"], op, how["dilation"], strict=True
    )
    assume(all((n - 1) * s - 2 * p + d * (k - 1) + extra + 1 > 0 for n, k, s, p, extra, d in sizes))
    x = noise(layer["x"][0], layer["weight"][0], *in_sizes)
    weight = noise(*layer["weight"], seed=1)
    spread, flipped = insert_zeros(x, weight, output_padding=op, **how)
    plain = convolution(spread, flipped, dilation=how["dilation"], groups=how["groups"])
    np.testing.assert_allclose(plain, transposed_convolution(x, weight, output_padding=op, **how), atol=EXACT)


def test_only_a_kernel_with_a_mirror_image_hides_a_forgotten_flip():
    x = noise(1, 1, 5)
    for kernel, hides in (([1, 2, 1], True), ([1, 2, 3], False)):
        spread, flipped = insert_zeros(x, single(kernel), stride=2)
        right = convolution(spread, flipped)
        unflipped = convolution(spread, single(kernel))
        assert np.allclose(right, unflipped) == hides


def test_a_padding_larger_than_the_kernel_crops_instead():
    """Left pad dilation (kernel - 1) - padding is below zero here: samples fall away, even all of them."""
    x, kernel = single([1, 2, 3, 4]), single([1, 10])
    spread, _ = insert_zeros(x, kernel, stride=1, padding=2)
    np.testing.assert_array_equal(spread, single([2, 3]))
    only_zeros, _ = insert_zeros(single([5]), single([1]), stride=4, padding=1, output_padding=3)
    np.testing.assert_array_equal(only_zeros, single([0, 0]))
    np.testing.assert_array_equal(
        transposed_convolution(single([5]), single([1]), stride=4, padding=1, output_padding=3),
        single([0, 0]),
    )


@few
@given(layers(), st.sampled_from([np.float32, np.float64]))
def test_the_number_type_stays_and_the_input_too(layer, dtype):
    x, weight = noise(*layer["x"]).astype(dtype), noise(*layer["weight"], seed=1).astype(dtype)
    before = x.copy(), weight.copy()
    how = {name: layer[name] for name in ("stride", "padding", "dilation", "groups")}
    result = convolution(x, weight, np.zeros(len(weight), dtype), **how)
    back = transposed_convolution(result, weight, **{**how, "output_padding": output_padding_of(layer)})
    spread, flipped = insert_zeros(result, weight, **how, output_padding=output_padding_of(layer))
    assert result.dtype == back.dtype == spread.dtype == flipped.dtype == dtype
    exact = convolution(x.astype(float), weight.astype(float), **how)
    np.testing.assert_allclose(result, exact, atol=1e-4 if dtype == np.float32 else EXACT)
    for array in (result, back, spread, flipped):
        array += 1
    np.testing.assert_array_equal(x, before[0])
    np.testing.assert_array_equal(weight, before[1])


def test_strided_reversed_and_big_endian_arrays():
    x, weight = noise(2, 4, 8, 9), noise(4, 3, 3, 2, seed=1)
    for view in (x[:, :, ::-1, ::2], x.transpose(0, 1, 3, 2), np.asfortranarray(x), x.astype(">f8")):
        plain = np.array(view, dtype=float, order="C")
        for function, kernel in ((transposed_convolution, weight), (convolution, weight.swapaxes(0, 1))):
            result = function(view, kernel, stride=2, padding=1)
            np.testing.assert_allclose(result, function(plain, kernel, stride=2, padding=1), atol=EXACT)


# ---- Receptive fields ----------------------------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(0, 3), st.integers(1, 2)), max_size=3
    )
)
def test_the_receptive_field_is_what_the_product_of_the_matrices_reaches(stack):
    """In a row of the middle, where no border interferes: first and last entry that is not 0."""
    size, product = 200, np.eye(200)
    for (kernel_size, *how), field in zip(stack, receptive_field(stack), strict=True):
        matrix = convolution_matrix(size, np.ones(kernel_size), *how)
        product, size = matrix @ product, len(matrix)
        middle = size // 2
        seen = np.flatnonzero(product[middle])
        assume(seen[0] > 0 and seen[-1] < 199)
        assert field.size == seen[-1] - seen[0] + 1
        assert field.start + middle * field.jump == (seen[0] + seen[-1]) / 2


def test_the_receptive_field_of_four_layers_of_three():
    assert [tuple(field) for field in receptive_field([(3, 1, 1, 1)] * 4)] == [
        (3, 1, 0), (5, 1, 0), (7, 1, 0), (9, 1, 0)
    ]  # fmt: skip
    assert receptive_field([]) == []
    last = receptive_field([(3, 1, 1, 1), (2, 2, 0, 1)] * 2)[-1]
    assert (last.size, last.jump, last.start) == (10, 4, 1.5)


# ---- Cost ----------------------------------------------------------------------------------------


def peak_bytes(function):
    tracemalloc.start()
    try:
        function()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_grows_with_the_output_and_not_with_the_kernel():
    x = noise(1, 8, 64, 64)
    peaks = {}
    for k in (2, 8):
        weight = noise(8, 8, k, k)
        how = {"stride": 2, "padding": (k - 2) // 2}
        result = transposed_convolution(x, weight, **how)
        assert result.shape == (1, 8, 128, 128)
        peaks[k] = peak_bytes(lambda w=weight, how=how: transposed_convolution(x, w, **how)) / result.nbytes
    # The result, one kernel position's share of it (a quarter), a copy of the input that meets it (a quarter).
    assert max(peaks.values()) < 2, peaks
    assert peaks[8] < 1.3 * peaks[2], peaks
