"""Pooling and unpooling: cases worked by hand, a loop over windows as the witness, every setting against torch."""

import itertools
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.pooling import (
    WEIGHTINGS,
    avg_pool2d,
    max_pool2d,
    max_unpool2d,
    round_trip,
    window_weights,
)
from course_utils.probing import check_linearity
from tests.arrays import noise

EXACT = 1e-12
KERNELS, STRIDES, PADDINGS, DILATIONS = range(1, 8), range(1, 5), range(7), range(1, 4)


def with_ties(*shape, seed=0):
    """Whole numbers, few of them and more below zero than above: ties and negative maxima in every window."""
    return np.random.default_rng(seed).integers(-3, 2, shape).astype(float)


# ---- By hand -------------------------------------------------------------------------------------

FOUR_BY_FOUR = np.array(
    [[1.0, 2.0, 6.0, 3.0], [3.0, 5.0, 2.0, 1.0], [1.0, 2.0, 2.0, 1.0], [7.0, 3.0, 4.0, 8.0]]
)


def test_the_four_by_four_of_the_first_article():
    values, indices = max_pool2d(FOUR_BY_FOUR, 2)
    np.testing.assert_array_equal(values, [[5, 6], [7, 8]])
    np.testing.assert_array_equal(indices, [[5, 2], [12, 15]])
    back = max_unpool2d(np.array([[5.0, 6.0], [7.0, 8.0]]), indices, 2)
    np.testing.assert_array_equal(back, [[0, 0, 6, 0], [0, 5, 0, 0], [0, 0, 0, 0], [7, 0, 0, 8]])
    np.testing.assert_array_equal(avg_pool2d(FOUR_BY_FOUR, 2), [[2.75, 3], [3.25, 3.75]])


def test_the_numbers_of_dumoulin_and_visins_guide():
    x = np.array([[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]], float)
    np.testing.assert_array_equal(max_pool2d(x, 3, 1)[0], [[3, 3, 3], [3, 3, 3], [3, 2, 3]])
    np.testing.assert_allclose(
        avg_pool2d(x, 3, 1), [[1.7, 1.7, 1.7], [1.0, 1.2, 1.8], [1.1, 0.8, 1.3]], atol=0.05
    )


def test_of_equal_maxima_the_first_row_by_row():
    np.testing.assert_array_equal(max_pool2d(np.ones((4, 4)), 2)[1], [[0, 2], [8, 10]])
    np.testing.assert_array_equal(max_pool2d(np.array([[0.0, 2.0], [2.0, 2.0]]), 2)[1], [[1]])
    np.testing.assert_array_equal(max_pool2d(np.array([[0.0, 1.0], [2.0, 2.0]]), 2)[1], [[2]])


def test_indices_count_in_their_own_channel():
    x = np.stack([FOUR_BY_FOUR, FOUR_BY_FOUR.T])[None]
    values, indices = max_pool2d(x, 2)
    assert values.shape == indices.shape == (1, 2, 2, 2)
    np.testing.assert_array_equal(indices[0, 1], [[5, 3], [8, 15]])
    np.testing.assert_array_equal(
        np.take_along_axis(x.reshape(1, 2, 16), indices.reshape(1, 2, 4), 2), values.reshape(1, 2, 4)
    )


def test_padding_never_wins_and_is_counted_in_a_mean_only_if_asked():
    below_zero = -np.ones((2, 2))
    values, indices = max_pool2d(below_zero, 2, 1, padding=1)
    np.testing.assert_array_equal(values, -np.ones((3, 3)))
    np.testing.assert_array_equal(indices, [[0, 0, 1], [0, 0, 1], [2, 2, 3]])
    quarters = [[-0.25, -0.5, -0.25], [-0.5, -1, -0.5], [-0.25, -0.5, -0.25]]
    np.testing.assert_array_equal(avg_pool2d(below_zero, 2, 1, padding=1), quarters)
    np.testing.assert_array_equal(
        avg_pool2d(below_zero, 2, 1, padding=1, count_include_pad=False), -np.ones((3, 3))
    )


def test_an_odd_size_drops_the_last_row_unless_ceil_mode_keeps_it():
    x = np.arange(15.0).reshape(3, 5)
    np.testing.assert_array_equal(max_pool2d(x, 2)[0], [[6, 8]])
    values, indices = max_pool2d(x, 2, ceil_mode=True)
    np.testing.assert_array_equal(values, [[6, 8, 9], [11, 13, 14]])
    np.testing.assert_array_equal(indices, values)
    # A window that hangs over is divided by what it covers, not by four.
    np.testing.assert_array_equal(avg_pool2d(x, 2, ceil_mode=True), [[3, 5, 6.5], [10.5, 12.5, 14]])


def test_ceil_mode_counts_the_padding_but_not_what_hangs_over_it():
    """Ones, padding 1, windows of 3 every 3. The second of four ones covers two and one zero of padding; the second
    of three covers the last one, one zero, and hangs over by one place that does not count.
    """
    x = np.ones((1, 4))
    kernel, how = (1, 3), {"stride": (1, 3), "padding": (0, 1), "ceil_mode": True}
    np.testing.assert_allclose(avg_pool2d(x, kernel, **how), [[2 / 3, 2 / 3]])
    x = np.ones((1, 3))
    np.testing.assert_allclose(avg_pool2d(x, kernel, **how), [[2 / 3, 1 / 2]])
    np.testing.assert_allclose(avg_pool2d(x, kernel, **how, count_include_pad=False), [[1, 1]])


# ---- Unpooling: what comes back and what does not ------------------------------------------------


def test_an_odd_width_scrambles_unless_its_size_is_said():
    """Peaks of a 4x5 image: read with a default width of 4, the same indices mean other places."""
    x = np.zeros((4, 5))
    peaks = {(0, 0): 1.0, (1, 3): 2.0, (2, 0): 3.0, (2, 3): 4.0}
    for place, value in peaks.items():
        x[place] = value
    values, indices = max_pool2d(x, 2)
    np.testing.assert_array_equal(indices, [[0, 8], [10, 13]])
    np.testing.assert_array_equal(max_unpool2d(values, indices, 2, output_size=(4, 5)), x)
    scrambled = max_unpool2d(values, indices, 2)
    assert scrambled.shape == (4, 4)
    assert [tuple(map(int, place)) for place in np.argwhere(scrambled)] == [(0, 0), (2, 0), (2, 2), (3, 1)]


def test_indices_that_do_not_fit_are_refused_with_the_way_out():
    x = np.arange(20.0).reshape(4, 5)
    values, indices = max_pool2d(x, 2)
    with pytest.raises(
        ValueError, match=r"indices\[1, 0\] is 16; an output of 4x4 has indices 0 to 15.*output_size="
    ):
        max_unpool2d(values, indices, 2)
    with pytest.raises(ValueError, match=r"indices\[0, 0\] is -6; .* 0 to 15"):
        max_unpool2d(values, -indices, 2)


def test_windows_that_overlap_share_a_peak_and_it_comes_back_once():
    x = np.zeros((5, 5))
    x[2, 2] = 9
    values, indices = max_pool2d(x, 3, 2)
    np.testing.assert_array_equal(values, [[9, 9], [9, 9]])
    back = max_unpool2d(values, indices, 3, 2)
    np.testing.assert_array_equal(back, x)  # 9, not 36: it overwrites, and does not add


def test_of_different_values_for_one_index_the_last_stays():
    values, indices = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[5, 5], [6, 6]])
    assert max_unpool2d(values, indices, 2).ravel()[[5, 6]].tolist() == [2, 4]


def test_pooling_after_unpooling_restores_only_what_is_not_negative():
    x = np.array([[-1.5, -2.0], [-3.0, -4.0]])
    values, indices = max_pool2d(x, 2)
    assert values == -1.5
    assert max_pool2d(max_unpool2d(values, indices, 2), 2)[0] == 0


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 4), st.integers(0, 3), st.integers(0, 3))
def test_pool_unpool_pool_is_pool_for_maxima_from_zero_up(
    rows, columns, kernel_size, more_rows, more_columns
):
    """Windows side by side; a border that no window covers is lost, wherever the size leaves one."""
    shape = (rows * kernel_size + more_rows % kernel_size, columns * kernel_size + more_columns % kernel_size)
    x = np.abs(noise(2, 3, *shape))
    values, indices = max_pool2d(x, kernel_size)
    back = max_unpool2d(values, indices, kernel_size, output_size=shape)
    assert back.shape == x.shape
    assert ((back == x) | (back == 0)).all()
    assert np.count_nonzero(back) == values.size
    np.testing.assert_array_equal(max_pool2d(back, kernel_size)[0], values)


def test_output_size_may_be_the_whole_shape_or_one_number_for_a_square():
    x = noise(2, 3, 5, 5)
    values, indices = max_pool2d(x, 2)
    expected = max_unpool2d(values, indices, 2, output_size=(5, 5))
    for output_size in (x.shape, list(x.shape), torch.Size([2, 3, 5, 5]), [5, 5], 5, np.array([5, 5])):
        np.testing.assert_array_equal(max_unpool2d(values, indices, 2, output_size=output_size), expected)


# ---- A loop over windows, the witness ------------------------------------------------------------


def windows(image, kernel_size, stride, padding, dilation, out_sizes):
    """For every output: {flat index: value} of what its window covers, in the order of the kernel."""
    height, width = image.shape
    for oy, ox in itertools.product(*map(range, out_sizes)):
        covered = {}
        for ky, kx in itertools.product(*map(range, kernel_size)):
            y = oy * stride[0] - padding[0] + ky * dilation[0]
            x = ox * stride[1] - padding[1] + kx * dilation[1]
            if 0 <= y < height and 0 <= x < width:
                covered[y * width + x] = image[y, x]
        yield covered


PAIR = st.tuples(st.integers(1, 4), st.integers(1, 4))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.integers(1, 3), max_size=3),
    st.tuples(st.integers(4, 11), st.integers(4, 11)),
    PAIR,
    PAIR,
    st.sampled_from([np.float32, np.float64]),
    st.booleans(),
    st.integers(0, 9),
)
def test_any_shape_and_number_type(leading, size, kernel_size, stride, dtype, ceil_mode, seed):
    x = with_ties(*leading, *size, seed=seed).astype(dtype)
    padding = tuple(k // 2 for k in kernel_size)
    values, indices = max_pool2d(x, kernel_size, stride, padding, ceil_mode=ceil_mode)
    means = avg_pool2d(x, kernel_size, stride, padding, ceil_mode=ceil_mode, count_include_pad=False)
    assert values.dtype == means.dtype == dtype and indices.dtype == np.int64
    assert values.shape == indices.shape == means.shape == (*leading, *values.shape[-2:])
    count = math.prod(leading)
    for image, value, index, mean in zip(
        x.reshape(count, *size), *(a.reshape(count, -1) for a in (values, indices, means)), strict=True
    ):
        seen = list(windows(image, kernel_size, stride, padding, (1, 1), values.shape[-2:]))
        first = [max(window, key=window.get) for window in seen]  # max keeps the first of equals
        np.testing.assert_array_equal(index, first)
        np.testing.assert_array_equal(value, [window[i] for window, i in zip(seen, first, strict=True)])
        expected = [np.mean(list(window.values())) for window in seen]
        np.testing.assert_allclose(mean, expected, atol=1e-6 if dtype == np.float32 else EXACT)


def test_strided_reversed_and_big_endian_arrays_and_the_input_left_alone():
    x = with_ties(2, 9, 8)
    for view in (x[:, ::-1, ::2], x.transpose(0, 2, 1), np.asfortranarray(x), x.astype(">f8")):
        plain, before = np.array(view, dtype=float, order="C"), view.copy()
        values, indices = max_pool2d(view, 2)
        np.testing.assert_array_equal(values, max_pool2d(plain, 2)[0])
        np.testing.assert_array_equal(avg_pool2d(view, 2), avg_pool2d(plain, 2))
        np.testing.assert_array_equal(
            max_unpool2d(values, indices, 2, output_size=view.shape),
            max_unpool2d(*max_pool2d(plain, 2), 2, output_size=view.shape),
        )
        np.testing.assert_array_equal(view, before)


def test_pooling_a_single_sample_gives_an_array_of_its_own():
    x = noise(3, 3)
    for result in (max_pool2d(x, 1)[0], avg_pool2d(x, 1), max_unpool2d(*max_pool2d(x, 1), 1)):
        np.testing.assert_array_equal(result, x)
        result += 1
        assert not np.array_equal(result, x)


def test_a_mean_is_linear_and_a_maximum_is_not():
    assert check_linearity(lambda x: avg_pool2d(x, 2), (4, 4)).kind == "linear"
    assert check_linearity(lambda x: max_pool2d(x, 2)[0], (4, 4)).kind == "nonlinear"


# ---- torch, every setting ------------------------------------------------------------------------


def torchs(function, x, *arguments, **how):
    """torch's answer, or None where it refuses."""
    try:
        answer = function(torch.tensor(x)[None], *arguments, **how)
    except RuntimeError:
        return None
    return tuple(part.numpy()[0] for part in answer) if isinstance(answer, tuple) else answer.numpy()[0]


def message_of(function, *arguments, **how):
    with pytest.raises(ValueError) as caught:
        function(*arguments, **how)
    return str(caught.value)


def pairs_of_settings(*names):
    """(rows, columns): every setting on both axes, legal or not; then each legal one beside four that differ."""
    every = list(itertools.product(*names))
    legal = [each for each in every if each[2] <= each[0] // 2]  # kernel size, stride, padding
    yield from zip(every, every, strict=True)
    rng = np.random.default_rng(0)
    for _ in range(4):
        yield from ((legal[i], legal[j]) for i, j in enumerate(rng.permutation(len(legal))))


@pytest.fixture
def report(tell):
    def report(what, compared, refused):
        tell(f"{what}: {compared} configurations agree with torch, {refused} are refused by both")

    return report


WINDOWS = st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(0, 2), st.integers(1, 2)).filter(
    lambda window: window[2] <= window[0] // 2
)


@settings(max_examples=300, deadline=None)
@given(
    st.tuples(st.integers(1, 2), st.integers(1, 7), st.integers(1, 7)),
    WINDOWS,
    WINDOWS,
    st.booleans(),
    st.sampled_from([np.float32, np.float64]),
    st.lists(st.sampled_from([-np.inf, -np.inf, np.inf, -1.0, 0.0, 2.0]), min_size=98, max_size=98),
)
def test_infinities_are_pooled_as_torch_pools_them(shape, rows, columns, ceil_mode, dtype, numbers):
    """Lesson 06 pads with -inf by hand. Of a window of nothing else, the first sample wins."""
    x = np.array(numbers[: math.prod(shape)], dtype).reshape(shape)
    arguments = list(zip(rows, columns, strict=True))
    expected = torchs(F.max_pool2d, x, *arguments, ceil_mode=ceil_mode, return_indices=True)
    try:
        values, indices = max_pool2d(x, *arguments, ceil_mode)
    except ValueError as error:
        assert expected is None or "reads nothing but padding" in str(error)
        return
    np.testing.assert_array_equal(values, expected[0])
    np.testing.assert_array_equal(indices, expected[1])
    assert values.dtype == dtype
    if rows[3] == columns[3] == 1:
        unpool_like_torch(values, indices, *arguments[:3], shape[1:])


def test_padding_with_minus_infinity_by_hand_is_padding():
    x = with_ties(3, 5, 4)
    by_hand = np.pad(x, ((0, 0), (1, 1), (1, 1)), constant_values=-np.inf)
    np.testing.assert_array_equal(max_pool2d(by_hand, 3, 2)[0], max_pool2d(x, 3, 2, padding=1)[0])
    nothing_else, indices = max_pool2d(np.full((4, 4), -np.inf), 2)
    np.testing.assert_array_equal(nothing_else, np.full((2, 2), -np.inf))
    np.testing.assert_array_equal(indices, [[0, 2], [8, 10]])
    back = max_unpool2d(nothing_else, indices, 2)
    np.testing.assert_array_equal(np.isneginf(back).nonzero(), [[0, 0, 2, 2], [0, 2, 0, 2]])


def test_what_no_maximum_and_no_mean_is_defined_for_is_refused():
    with pytest.raises(
        ValueError, match=r"x must hold numbers or infinities; got nan at \(1, 0\) of shape \(2, 2\)"
    ):
        max_pool2d(np.array([[np.inf, 1.0], [np.nan, -np.inf]]), 2)
    with pytest.raises(ValueError, match=r"values must hold numbers or infinities; got nan at \(0, 0\)"):
        max_unpool2d(np.array([[np.nan]]), np.array([[0]]), 2)
    with pytest.raises(ValueError, match=r"x must be finite; got -inf at \(0, 1\)"):
        avg_pool2d(np.array([[1.0, -np.inf]]), 1)


def test_max_pooling_and_unpooling_every_setting(report):
    compared, refused, only_padding = 0, 0, 0
    every = pairs_of_settings(KERNELS, STRIDES, PADDINGS, DILATIONS)
    for (rows, columns), size, ceil_mode in itertools.product(
        every, ((2, 3), (7, 8), (20, 19)), (False, True)
    ):
        x = with_ties(2, *size)
        arguments = list(zip(rows, columns, strict=True))
        expected = torchs(F.max_pool2d, x, *arguments, ceil_mode=ceil_mode, return_indices=True)
        if expected is None:
            message = message_of(max_pool2d, x, *arguments, ceil_mode)
            assert repeats_numbers_of_an_axis(message, rows, columns, size), message
            refused += 1
            continue
        if np.isneginf(expected[0]).any():  # torch has no value for such a window, and an index outside
            assert "reads nothing but padding" in message_of(max_pool2d, x, *arguments, ceil_mode)
            only_padding += 1
            continue
        values, indices = max_pool2d(x, *arguments, ceil_mode)
        np.testing.assert_array_equal(values, expected[0], err_msg=f"{size} {arguments} {ceil_mode=}")
        np.testing.assert_array_equal(indices, expected[1], err_msg=f"{size} {arguments} {ceil_mode=}")
        unpool_like_torch(values, indices, *arguments[:3], size)
        compared += 1
    report("max pooling and unpooling", compared, refused)
    assert compared > 2000 and refused > 2000 and 0 < only_padding < compared / 10


def repeats_numbers_of_an_axis(message, rows, columns, size):
    """The rule that is broken, with the numbers that break it."""
    for (k, _, p, d), n in zip((rows, columns), size, strict=True):
        too_much = f"padding={p} with kernel_size={k}, where at most {k // 2} works" in message
        too_large = (
            f"kernel_size={k} with dilation={d}" in message and f"{n} samples with padding={p}" in message
        )
        if too_much or too_large:
            return True
    return False


def unpool_like_torch(values, indices, kernel_size, stride, padding, size):
    """With the size said, and without: the same array, or both refuse."""
    tensors = torch.tensor(values), torch.tensor(indices)
    for output_size in (None, size):
        try:
            expected = F.max_unpool2d(*tensors, kernel_size, stride, padding, output_size).numpy()
        except (RuntimeError, ValueError):
            expected = None
        arguments = (values, indices, kernel_size, stride, padding, output_size)
        if expected is None or expected.size == 0:  # torch makes an empty image; here that is refused
            message_of(max_unpool2d, *arguments)
        else:
            np.testing.assert_array_equal(max_unpool2d(*arguments), expected)


def test_average_pooling_every_setting(report):
    compared, refused = 0, 0
    every = pairs_of_settings(KERNELS, STRIDES, PADDINGS)
    for (rows, columns), size, ceil_mode, count_include_pad in itertools.product(
        every, ((1, 2), (7, 8), (20, 19)), (False, True), (False, True)
    ):
        x = noise(2, *size)
        arguments = list(zip(rows, columns, strict=True))
        expected = torchs(F.avg_pool2d, x, *arguments, ceil_mode, count_include_pad)
        if expected is None:
            message = message_of(avg_pool2d, x, *arguments, ceil_mode, count_include_pad)
            assert repeats_numbers_of_an_axis(message, (*rows, 1), (*columns, 1), size), message
            refused += 1
            continue
        result = avg_pool2d(x, *arguments, ceil_mode, count_include_pad)
        np.testing.assert_allclose(result, expected, rtol=0, atol=EXACT, err_msg=f"{size} {arguments}")
        compared += 1
    report("average pooling", compared, refused)
    assert compared > 1000 and refused > 1000


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", [0, 1])
def test_unpooling_takes_the_same_output_sizes_as_torch(stride, padding):
    values, indices = noise(1, 3, 4), np.arange(12).reshape(1, 3, 4)
    taken = 0
    for output_size in itertools.product(range(1, 16), range(1, 16)):
        arguments = (3, stride, padding, output_size)
        try:
            expected = F.max_unpool2d(torch.tensor(values), torch.tensor(indices), *arguments).numpy()
        except (ValueError, RuntimeError):
            message = message_of(max_unpool2d, values, indices, *arguments)
            assert "output_size=" in message
            continue
        np.testing.assert_array_equal(max_unpool2d(values, indices, *arguments), expected)
        taken += 1
    assert taken >= 1


def test_float32_agrees_with_torch():
    x = noise(2, 3, 33, 31).astype(np.float32)
    values, indices = max_pool2d(x, 3, 2, 1, ceil_mode=True)
    expected = F.max_pool2d(torch.tensor(x), 3, 2, 1, ceil_mode=True, return_indices=True)
    np.testing.assert_array_equal(values, expected[0].numpy())
    np.testing.assert_array_equal(indices, expected[1].numpy())
    means = F.avg_pool2d(torch.tensor(x), 3, 2, 1, ceil_mode=True).numpy()
    np.testing.assert_allclose(avg_pool2d(x, 3, 2, 1, ceil_mode=True), means, atol=1e-6)


# ---- Words ---------------------------------------------------------------------------------------

X = noise(2, 5, 5)
VALUES, INDICES = max_pool2d(X, 2)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: max_pool2d(X, 3, 1, 2), "padding=2 with kernel_size=3, where at most 1 works"),
        (lambda: max_pool2d(X, (3, 6), 1), "kernel_size=6 with dilation=1 spans 6 samples, and 5 samples"),
        (lambda: max_pool2d(X, 3, 1, 1, 4), "kernel_size=3 with dilation=4 spans 9 samples, .* are 7"),
        (lambda: max_pool2d(X[:, :2, :2], 2, 1, 1, 3), r"output \(0, 0\) reads nothing but padding: x is 2x2"),
        (lambda: avg_pool2d(X, 2, 0), "stride must be .*got 0"),
        (lambda: max_unpool2d(VALUES, INDICES[:1], 2), r"shape of values, \(2, 2, 2\); got \(1, 2, 2\)"),
        (lambda: max_unpool2d(VALUES, INDICES.astype(float), 2), "indices must be whole numbers.*got float64"),
        (
            lambda: max_unpool2d(VALUES, INDICES, 2, output_size=(5, 6)),
            r"width can be 3 to 5 .*kernel_size=\(2, 2\), stride=\(2, 2\).*got 6 in output_size=\(5, 6\)",
        ),
        (lambda: max_unpool2d(VALUES, INDICES, 2, output_size=(2, 5)), r"height can be 3 to 5.*got 2"),
        (lambda: max_unpool2d(VALUES, INDICES, 2, output_size=(3, 5, 5)), r"output_size .*got \(3, 5, 5\)"),
        (lambda: max_unpool2d(VALUES, INDICES, 2, padding=2), "height can be 1 to 1 .*got 0"),
        (lambda: max_pool2d(X.astype(int), 2), r"x must be float32 or float64; got int64.*x\.astype\(float\)"),
        (lambda: max_unpool2d(VALUES, INDICES, 2, (10**6, 10**6), 0), "the result would have shape"),
    ],
)  # fmt: skip
def test_the_message_says_which_value_and_what_would_do(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call()


def test_a_window_far_larger_than_the_image_is_quick():
    """With ceil_mode it is legal; only the positions that meet the image are visited."""
    values, indices = max_pool2d(X, 10**5, 10**5, ceil_mode=True)
    np.testing.assert_array_equal(values[:, 0, 0], X.max((1, 2)))
    np.testing.assert_array_equal(indices[:, 0, 0], X.reshape(2, 25).argmax(1))


# ---- Three rules for the same windows ------------------------------------------------------------


def test_the_weights_of_a_window():
    for k in range(1, 6):
        assert window_weights("mean", k).sum() == pytest.approx(1)
        assert window_weights("left minus right", k).sum() == pytest.approx(0)
        assert window_weights("corner", k).sum() == 1 == window_weights("corner", k)[0, 0]
    assert set(WEIGHTINGS) == {"mean", "left minus right", "corner"}


@settings(deadline=None, max_examples=100)
@given(
    shape=st.tuples(st.integers(1, 7), st.integers(1, 7)), k=st.integers(1, 4), stride=st.integers(1, 4),
    padding=st.integers(0, 2), sized=st.booleans(), seed=st.integers(0, 99),
)  # fmt: skip
def test_a_round_trip_is_torchs_and_its_windows_are_found_by_walking(shape, k, stride, padding, sized, seed):
    x, weights = with_ties(*shape, seed=seed), noise(k, k, seed=seed)
    if padding > k // 2 or k > min(shape) + 2 * padding:
        with pytest.raises(ValueError):
            round_trip(x, weights, stride, padding, sized)
        return
    trip = round_trip(x, weights, stride, padding, sized)
    batch = torch.from_numpy(x)[None, None]
    maxima, indices = F.max_pool2d(batch, k, stride, padding, return_indices=True)
    sums = F.conv2d(batch, torch.from_numpy(weights)[None, None], None, stride, padding)
    np.testing.assert_array_equal(trip.maxima, maxima[0, 0])
    np.testing.assert_array_equal(trip.indices, indices[0, 0])
    np.testing.assert_allclose(trip.means, F.avg_pool2d(batch, k, stride, padding)[0, 0], atol=EXACT)
    np.testing.assert_allclose(trip.sums, sums[0, 0], atol=EXACT)

    starts = itertools.product(*(range(-padding, size + padding - k + 1, stride) for size in shape))
    reads, wins = np.zeros(x.size, int), np.zeros(x.size, int)
    for o, (top, left) in enumerate(starts):
        inside = [
            ((top + a) * shape[1] + left + b, (a, b))
            for a, b in itertools.product(range(k), repeat=2)
            if 0 <= top + a < shape[0] and 0 <= left + b < shape[1]
        ]
        assert list(trip.windows[o]) == inside
        assert trip.center(o) == (top + (k - 1) / 2, left + (k - 1) / 2)
        reads[[i for i, _ in inside]] += 1
        wins[trip.indices.flat[o]] += 1
    assert o == trip.maxima.size - 1
    np.testing.assert_array_equal(trip.reads, reads)
    np.testing.assert_array_equal(trip.wins, wins)


def test_where_a_pooled_sample_sits():
    x = np.zeros((8, 8))
    halves = round_trip(x, np.ones((2, 2)), 2)
    assert [halves.center(o) for o in (0, 1, 4)] == [(0.5, 0.5), (0.5, 2.5), (2.5, 0.5)]
    padded = round_trip(x, np.ones((3, 3)), 2, 1)
    assert [padded.center(o) for o in (0, 1, 4)] == [(0, 0), (0, 2), (2, 0)]


def test_a_round_trip_knows_what_moved_and_what_was_refused():
    peaks = np.zeros((4, 5))
    peaks[[0, 1, 2, 2], [0, 3, 0, 3]] = [9, 8, 7, 6]
    told, guessed = round_trip(peaks, np.ones((2, 2)), 2), round_trip(peaks, np.ones((2, 2)), 2, sized=False)
    assert told.misplaced == [] and guessed.misplaced == [8, 10, 13]
    np.testing.assert_array_equal(told.back, peaks)
    np.testing.assert_array_equal(told.again, told.maxima)
    assert guessed.again is None and guessed.refused == ""
    peaks[3, 3] = 9
    refused = round_trip(peaks, np.ones((2, 2)), 2, sized=False)
    assert (
        refused.back is None and refused.misplaced == [] and refused.refused.startswith("indices[1, 1] is 18")
    )


def test_a_kernel_that_is_not_square_is_refused():
    with pytest.raises(ValueError, match=r"as many rows as columns; got shape \(2, 3\)"):
        round_trip(np.ones((4, 4)), np.ones((2, 3)), 1)
