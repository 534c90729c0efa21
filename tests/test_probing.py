"""Probing: the matrix of any function, against matrices known from elsewhere."""

import itertools
import sys
from fractions import Fraction

import cv2
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.probing.operators import call, check_linearity, jacobian, operator_matrix, probe
from course_utils.resampling import resample, resampling_matrix
from tests.arrays import noise

few = settings(max_examples=40, deadline=None)
shapes = st.lists(st.integers(1, 4), min_size=1, max_size=3).map(tuple)


# ---- The matrix ---------------------------------------------------------------


@few
@given(shapes, shapes)
def test_the_matrix_of_a_matrix_is_that_matrix(in_shape, out_shape):
    """Any input shape, any output shape; not square, so a transposed result cannot pass."""
    matrix = noise(int(np.prod(out_shape)), int(np.prod(in_shape)))
    found, found_shape = operator_matrix(lambda x: (matrix @ x.ravel()).reshape(out_shape), in_shape)
    assert found_shape == out_shape
    np.testing.assert_allclose(found, matrix, rtol=0, atol=1e-12)


def test_rows_gather_and_columns_scatter():
    """Three inputs to two outputs: output 0 reads inputs 0 and 1, output 1 reads inputs 1 and 2."""
    seen = probe(lambda x: np.array([2 * x[0] + 3 * x[1], 5 * x[1] + 7 * x[2]]), (3,))
    np.testing.assert_array_equal(seen.matrix, [[2, 3, 0], [0, 5, 7]])
    assert seen.row(0).indices.tolist() == [0, 1] and seen.row(0).weights.tolist() == [2, 3]
    assert seen.row(1).indices.tolist() == [1, 2] and seen.row(1).weights.tolist() == [5, 7]
    assert seen.column(0).indices.tolist() == [0] and seen.column(0).weights.tolist() == [2]
    assert seen.column(1).indices.tolist() == [0, 1] and seen.column(1).weights.tolist() == [3, 5]


def test_resample_and_the_resampling_matrix_are_one():
    matrix, _ = operator_matrix(lambda x: resample(x, 7, mode="cubic"), (4,))
    np.testing.assert_allclose(matrix, resampling_matrix(4, 7, "cubic"), rtol=0, atol=1e-15)


def test_convolution_and_transposed_convolution_are_transposes_of_each_other():
    """A case that needs torch's tensors, and the identity that lesson 07 rests on."""
    kernel = torch.tensor(noise(1, 1, 3, 3))
    down, down_shape = operator_matrix(lambda x: F.conv2d(x, kernel, stride=2, padding=1), (1, 1, 5, 7))
    up, up_shape = operator_matrix(lambda x: F.conv_transpose2d(x, kernel, stride=2, padding=1), (1, 1, 3, 4))
    assert down_shape == (1, 1, 3, 4) and up_shape == (1, 1, 5, 7)
    np.testing.assert_allclose(up, down.T, rtol=0, atol=1e-14)


def test_the_probe_puts_together_what_the_microscope_shows():
    seen = probe(lambda x: resample(x, 4), (2,), at=[10, 30])
    np.testing.assert_array_equal(seen.matrix, [[1, 0], [0.75, 0.25], [0.25, 0.75], [0, 1]])
    np.testing.assert_array_equal(seen.output, [10, 15, 25, 30])
    np.testing.assert_array_equal(seen.offset, 0)
    assert seen.in_shape == (2,) and seen.out_shape == (4,) and seen.linearity.kind == "linear"


def test_left_out_the_input_counts_from_one():
    np.testing.assert_array_equal(probe(np.negative, (2, 3)).at, [[1, 2, 3], [4, 5, 6]])


def test_a_flat_input_takes_the_shape_asked_for():
    np.testing.assert_array_equal(probe(np.negative, (2, 2), at=[1, 2, 3, 4]).at, [[1, 2], [3, 4]])


FUNCTIONS = {
    "linear": (lambda x: np.cumsum(x), (4,)),
    "affine": (lambda x: 2 * x + 1, (4,)),
    "constant": (lambda x: np.full(3, 7.0), (4,)),
    "max pooling": (lambda x: F.max_pool2d(x, 2), (1, 1, 4, 4)),
    "relu": (lambda x: np.maximum(x, 0), (4,)),
    "softmax": (lambda x: torch.softmax(x, 0), (4,)),
    "square": (lambda x: x**2, (4,)),
    "rounding": (np.round, (4,)),
    "floor": (np.floor, (4,)),
    "bicubic in float32": (lambda x: F.interpolate(x.float(), scale_factor=2, mode="bicubic"), (1, 1, 3, 3)),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_matrix_and_offset_always_give_the_output(name):
    function, in_shape = FUNCTIONS[name]
    for at in (None, noise(*in_shape) * 9):
        seen = probe(function, in_shape, at)
        rebuilt = seen.matrix @ seen.at.ravel() + seen.offset
        np.testing.assert_allclose(rebuilt, seen.output.ravel(), rtol=0, atol=1e-5)
        np.testing.assert_allclose(call(function, seen.at), seen.output, rtol=0, atol=1e-6)


def test_rounding_errors_are_no_taps():
    seen = probe(lambda x: x[:1] + 1e-12 * x[1:2], (2,))
    assert seen.row(0).indices.tolist() == [0]


# ---- The Jacobian ---------------------------------------------------------------


def test_max_pooling_reads_the_largest_of_each_window_only():
    matrix, _ = jacobian(lambda x: F.max_pool1d(x[None], 2)[0], [3.0, 1.0, 2.0, 5.0])
    np.testing.assert_array_equal(matrix, [[1, 0, 0, 0], [0, 0, 0, 1]])


def test_at_a_tie_central_differences_share():
    np.testing.assert_array_equal(jacobian(np.max, [2.0, 2.0, 1.0])[0], [[0.5, 0.5, 0]])


@pytest.mark.parametrize("name", ["softmax", "square", "bicubic in float32"])
def test_the_jacobian_is_what_autograd_says(name):
    function, in_shape = FUNCTIONS[name]
    at = noise(*in_shape)
    matrix, _ = jacobian(function, at)
    exact = torch.autograd.functional.jacobian(function, torch.tensor(at)).reshape(matrix.shape)
    np.testing.assert_allclose(matrix, exact.numpy(), atol=1e-4 if "float32" in name else 1e-7)


def test_the_jacobian_of_rounding_is_zero_between_the_jumps():
    np.testing.assert_array_equal(jacobian(np.round, [0.2, 1.4])[0], np.zeros((2, 2)))


def test_a_jump_has_no_slope():
    with pytest.raises(ValueError, match=r"jumps where input 1 is 2: output 1 changes by 1"):
        jacobian(np.floor, [0.5, 2.0])


def test_the_probe_steps_aside_from_a_jump_and_says_so():
    seen = probe(lambda x: x**2 + (x >= 2), (3,))
    np.testing.assert_allclose(seen.at, [1.367879, 2.367879, 3.367879])
    np.testing.assert_allclose(seen.matrix, 2 * np.diag([1.367879, 2.367879, 3.367879]), atol=1e-6)
    assert seen.linearity.sentence.endswith("0.367879 was added to every number of it.")


def test_aside_of_a_jump_is_no_other_jump():
    seen = probe(lambda x: x + np.floor(x * 1000) / 1000, (3,))
    np.testing.assert_allclose(seen.matrix, np.eye(3), rtol=0, atol=1e-6)


STAIRCASES = {
    "floor": (np.floor, (3,), np.eye(3)),
    "round": (np.round, (2, 2), np.eye(4)),
    "8-bit image": (lambda x: np.round(255 * x) / 255, (2,), np.eye(2)),
    "floor to thousandths": (lambda x: np.floor(x * 1000) / 1000, (4,), np.eye(4)),
    "floor to fifths": (lambda x: np.floor(x * 5) / 5, (4,), np.eye(4)),
    "floor of sums": (lambda x: np.floor(np.cumsum(x) * 100) / 100, (4,), np.tri(4)),
    "threshold": (lambda x: x > 3, (2,), np.eye(2) / 255),
    "8-bit average": (
        lambda x: x.astype(np.uint8)[::2] // 2 + x.astype(np.uint8)[1::2] // 2,
        (2,),
        [[127 / 255] * 2],
    ),
    "OpenCV on 8 bits": (
        lambda x: cv2.resize(x.astype(np.uint8), (4, 1)),
        (1, 2),
        [[1, 0], [0.75, 0.25], [0.25, 0.75], [0, 1]],
    ),
    "shift of whole numbers": (lambda x: x >> 1, (2,), np.eye(2) * 127 / 255),
    "table of whole numbers": (lambda x: np.arange(256)[x] * 2 + (x > 9), (2,), np.eye(2) * (2 + 1 / 255)),
}


@pytest.mark.parametrize("name", STAIRCASES)
def test_a_staircase_is_measured_from_0_to_255(name):
    """Between its steps its slope is 0, which says nothing; and the input that was asked for is kept."""
    function, in_shape, matrix = STAIRCASES[name]
    seen = probe(function, in_shape)
    np.testing.assert_allclose(seen.matrix, matrix, rtol=0, atol=1 / 255)
    np.testing.assert_array_equal(seen.at.ravel(), np.arange(1, seen.at.size + 1))
    assert seen.between == (0, 255) and seen.linearity.steps
    assert "each input was changed from 0 to 255" in seen.linearity.sentence


def test_whole_numbers_that_cannot_be_changed_that_far_are_moved_by_one():
    square = np.arange(102) ** 2
    seen = probe(lambda x: square[x], (2,), at=[10, 20])
    np.testing.assert_array_equal(seen.matrix, [[20, 0], [0, 40]])
    np.testing.assert_array_equal(jacobian(lambda x: square[x], [0, 101])[0], [[1, 0], [0, 201]])
    with pytest.raises(ValueError, match=r"no slope where input 0 is 0: 1 beside it the function fails"):
        jacobian(lambda x: square[:1][x], [0])


def test_tables_shorter_than_8_bits_are_looked_at_from_their_first_entry_on():
    palette = np.array([0, 10, 30, 60])
    seen = probe(lambda x: palette[x], (2,))
    np.testing.assert_array_equal(seen.matrix, [[15, 0], [0, 25]])
    assert seen.linearity.sentence.endswith("changed by 1, to both sides where the function answers there.")
    vectors = torch.tensor(noise(40, 3))
    column = probe(lambda x: F.embedding(x, vectors), (1,), at=[0]).matrix[:, 0]
    np.testing.assert_allclose(column, vectors[1] - vectors[0])
    np.testing.assert_array_equal(probe(lambda x: np.arange(60.0)[x], (3,)).matrix, np.eye(3))


@pytest.mark.parametrize(
    "table", [np.minimum(np.arange(256), 150), np.arange(256) % 128, np.arange(256) % 200]
)
def test_a_table_that_is_linear_at_its_beginning_only_is_not_called_linear(table):
    seen = probe(lambda x: table[x], (4,))
    assert (
        seen.linearity.kind == "nonlinear" and "Numbers up to 100 keep the rules" in seen.linearity.sentence
    )
    np.testing.assert_array_equal(seen.matrix, np.eye(4))


@pytest.mark.parametrize("decimals", range(5, 11))
@pytest.mark.parametrize("size", [6, 7])
def test_a_grid_too_fine_to_be_seen_as_steps_hides_no_weight(size, decimals):
    """Steps of the Jacobian that fit between two steps of the answers see none of what the function does."""
    due = resampling_matrix(4, size)
    for rounding in (np.round, lambda x, k: np.floor(x * 10**k) / 10**k):
        seen = probe(lambda x, rounding=rounding: rounding(resample(x, size), decimals), (4,))
        np.testing.assert_allclose(seen.matrix, due, rtol=0, atol=2 * 10.0**-decimals + 1e-6)
        assert "kink" not in seen.linearity.sentence


def test_only_the_output_that_is_rounded_is_measured_as_one():
    matrix, _ = jacobian(lambda x: [np.round(np.sin(x[0]), 6), np.sin(x[1])], [0.3, 1.0])
    np.testing.assert_allclose(np.diag(matrix), np.cos([0.3, 1.0]), rtol=0, atol=1e-5)
    np.testing.assert_allclose(matrix[1, 1], np.cos(1.0), rtol=1e-9)


SLOPES = {  # function, its slope, and between which inputs that is a float64 number larger than rounding errors
    "square root": (np.sqrt, lambda x: 0.5 / np.sqrt(x), 1e-300, 1e9),
    "logarithm": (np.log, lambda x: 1 / x, 1e-300, 1e9),
    "reciprocal": (lambda x: 1 / x, lambda x: -1 / x**2, 1e-100, 1e9),
    "power 1.5": (lambda x: x**1.5, lambda x: 1.5 * np.sqrt(x), 1e-100, 1e9),
    "square": (np.square, lambda x: 2 * x, 1e-12, 1e9),
    "plus one": (lambda x: x + 1, np.ones_like, 1e-300, 1e9),
    "sine": (np.sin, np.cos, 1e-300, 1e9),
    "tanh": (np.tanh, lambda x: 1 / np.cosh(x) ** 2, 1e-300, 8),
}
PLACES = (1e-300, 1e-100, 1e-12, 1e-5, 0.3, 1.0, 7.7, 1e5, 1e9)


@pytest.mark.parametrize(
    "name, x", [(name, x) for name, (*_, low, high) in SLOPES.items() for x in PLACES if low <= x <= high]
)
def test_a_slope_that_exists_is_found(name, x):
    function, slope, *_ = SLOPES[name]
    np.testing.assert_allclose(jacobian(function, [x])[0], [[slope(np.float64(x))]], rtol=2e-6)


def test_a_slope_that_exists_is_found_where_steps_are_easily_too_large():
    np.testing.assert_allclose(
        jacobian(lambda x: np.sin(1e6 * x), [0.3])[0], [[1e6 * np.cos(3e5)]], rtol=1e-6
    )
    np.testing.assert_allclose(jacobian(np.tan, [1.5707])[0], [[1 / np.cos(1.5707) ** 2]], rtol=1e-6)
    np.testing.assert_allclose(jacobian(np.exp, [709.78])[0], [[np.exp(709.78)]], rtol=1e-6)
    np.testing.assert_array_equal(jacobian(np.abs, [1e-9])[0], [[1]])
    np.testing.assert_array_equal(jacobian(np.floor, [-1e-12, 1e-12, 1e6 + 0.5])[0], np.zeros((3, 3)))


@pytest.mark.parametrize("far", [1e-3, 1e-6, 1e-8, 1e-10, 1e-12])
def test_what_is_narrow_around_zero_has_its_slope_and_no_kink(far):
    for function, slope in (
        (lambda x: np.sqrt(x + far), 0.5 / np.sqrt(far)),
        (lambda x: np.log(x + far), 1 / far),
    ):
        np.testing.assert_allclose(jacobian(function, [0.0])[0], [[slope]], rtol=2e-6)
    rounded_off = probe(lambda x: np.sqrt(x * x + far**2), (1,), at=[0.0])
    np.testing.assert_array_equal(rounded_off.matrix, [[0]])
    assert "kink" not in rounded_off.linearity.sentence


def test_a_kink_has_the_slopes_right_beside_it():
    sentence = probe(lambda x: np.sqrt(np.abs(x) + 1e-12), (1,), at=[0.0]).linearity.sentence
    assert "its slope is -5e+05 just below and 5e+05 just above" in sentence


@few
@given(st.floats(1e-12, 1e9), st.sampled_from([1 / 3, 0.5, 1.5, 2.0, 3.0, -1.0, -0.5]), st.integers(1, 3))
def test_powers_have_their_slopes(x, power, size):
    at = x * np.arange(1, size + 1)
    due = np.diag(power * at ** (power - 1))
    np.testing.assert_allclose(jacobian(lambda v: v**power, at)[0], due, rtol=2e-6, atol=0)


@pytest.mark.parametrize(
    "dtype, error", [(torch.float32, 1e-4), (torch.float16, 0.05), (torch.bfloat16, 0.15)]
)
@pytest.mark.parametrize("coat", [torch.float32, torch.float64])
def test_slopes_in_low_precision_are_found_under_any_coat(dtype, coat, error):
    for function, slope in (
        (torch.sin, np.cos),
        (torch.exp, np.exp),
        (torch.sqrt, lambda x: 0.5 / np.sqrt(x)),
    ):
        for x in (0.25, 1.0, 1.25):
            matrix, _ = jacobian(lambda v, f=function: f(torch.as_tensor(v).to(dtype)).to(coat), [x])
            np.testing.assert_allclose(matrix, [[slope(x)]], rtol=error)


NO_SLOPES = {
    "end of the square root": (
        np.sqrt,
        0.0,
        r"no slope where input 0 is 0: \S+ beside it the function fails",
    ),
    "end of the arcsine": (np.arcsin, 1.0, "no slope where input 0 is 1: .*holds nan"),
    "cube root": (
        np.cbrt,
        0.0,
        r"no slope where input 0 is 0: output 0 changes by \S+ per unit within 0.00024, and",
    ),
    "cusp": (lambda x: np.sqrt(np.abs(x)), 0.0, "no slope where input 0 is 0"),
    "floor": (np.floor, 2.0, "jumps where input 0 is 2: output 0 changes by 1 within"),
    "floor, far out": (np.floor, 1e6, "jumps where input 0 is 1e[+]06"),
    "sign": (np.sign, 0.0, "jumps where input 0 is 0: output 0 changes by 2"),
    "one point apart": (lambda x: x == 0, 0.0, "jumps where input 0 is 0: output 0 changes by 1"),
    "pole": (lambda x: 1 / x, 0.0, "The output holds inf"),
    "too steep": (lambda x: 1 / x, 1e-300, "too steep to be a float64 number"),
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", NO_SLOPES)
def test_where_there_is_no_slope_it_is_said(name):
    function, x, words = NO_SLOPES[name]
    with pytest.raises(ValueError, match=words):
        jacobian(function, [x])


KINKS = {
    "absolute value": (np.abs, [0, 2], "input 0 is 0: its slope is -1 just below and 1 just above"),
    "ReLU": (lambda x: np.maximum(x, 0), [0, 2], "input 0 is 0: its slope is 0 just below and 1 just above"),
    "largest of equals": (np.max, [2, 2], "input 0 is 2: its slope is 0 just below and 1 just above"),
    "median of equals": (np.median, [1, 2, 2], "input 1 is 2: its slope is 1 just below and 0 just above"),
}


@pytest.mark.parametrize("name", KINKS)
def test_a_kink_is_named_beside_the_mean_of_both_sides(name):
    function, at, words = KINKS[name]
    assert words + "; the matrix holds their mean." in probe(function, (len(at),), at=at).linearity.sentence
    assert "kink" not in probe(function, (len(at),), at=np.arange(len(at)) + 0.3).linearity.sentence


def test_a_step_can_be_chosen_and_one_that_is_lost_is_refused():
    np.testing.assert_allclose(jacobian(np.square, [3.0], step=0.5)[0], [[6]])
    with pytest.raises(ValueError, match=r"step=1e-20 is lost in 3, input 0"):
        jacobian(np.square, [3.0], step=1e-20)


# ---- Asking ---------------------------------------------------------------


def test_numpy_comes_first_then_tensors_of_double_and_single_precision():
    seen = []

    def picky(accepted):
        def function(x):
            seen.append(str(getattr(x, "dtype", "")))
            if str(x.dtype) != accepted:
                raise TypeError(f"no {x.dtype} here")
            return x * 2

        return function

    for accepted in ("float64", "torch.float64", "torch.float32"):
        seen.clear()
        answer = call(picky(accepted), np.array([1.0, 2.0]))
        assert isinstance(answer, np.ndarray) and answer.tolist() == [2, 4]
        assert seen == ["float64", "torch.float64", "torch.float32"][: len(seen)] and seen[-1] == accepted


def test_a_layer_with_float32_weights_and_gradients_answers():
    layer = torch.nn.Conv2d(1, 2, 3, bias=False)
    matrix, out_shape = operator_matrix(layer, (1, 1, 3, 3))
    assert out_shape == (1, 2, 1, 1)
    np.testing.assert_allclose(matrix, layer.weight.detach().numpy().reshape(2, 9), rtol=0, atol=1e-6)


def test_torch_is_never_imported_for_a_function_that_does_not_need_it(monkeypatch):
    monkeypatch.delitem(sys.modules, "torch")
    with pytest.raises(ValueError, match=r"of shape \(1,\): TypeError: no"):
        call(lambda x: (_ for _ in ()).throw(TypeError("no")), [1.0])
    assert "torch" not in sys.modules


def test_a_function_may_write_into_its_input_or_return_it():
    array = np.array([1.0, 2.0])

    def writes(x):
        x *= 3
        return x

    assert call(writes, array).tolist() == [3, 6] and array.tolist() == [1, 2]
    np.testing.assert_array_equal(operator_matrix(writes, (2,))[0], 3 * np.eye(2))
    given = call(lambda x: array, array)
    given[0] = 100
    assert array[0] == 1


def test_one_complaint_about_every_form_is_said_once():
    with pytest.raises(ValueError) as caught:
        call(lambda x: undefined_name + x, [1.0, 2.0])  # noqa: F821
    assert str(caught.value) == (
        "The function fails on an array of shape (2,): NameError: name 'undefined_name' is not defined"
    )


@pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor")
@pytest.mark.parametrize(
    "function, message",
    [
        (lambda x: None, "returns None, which is not an array of real numbers"),
        (lambda x: "blue", "returns 'blue', which is not"),
        (lambda x: (x, x), "returns a tuple of 2; let it return one array"),
        (lambda x: x[:0], "returns an empty array"),
        (lambda x: x * 1j, "returns complex numbers, dtype complex128; let it return .real"),
        (lambda x: x.astype(object), "dtype=object.*not an array of real numbers"),
        (lambda x: (each for each in x), "not an array of real numbers"),
        (lambda x: np.ma.masked_greater(x, 1), "masked array: 1 of 2 numbers are masked.*such as .filled"),
        (lambda x: sys.exit(3), "SystemExit: 3"),
        (lambda x: [Fraction(1, 2)] * 2, "fractions that numpy cannot read; let it return floats"),
        (lambda x: [10**400], "which is not an array of real numbers"),
        (lambda x: torch.as_tensor(x).to("meta"), "what numpy cannot read, a Tensor: "),
        (lambda x: [torch.as_tensor(x).requires_grad_()], "what numpy cannot read, a list: .*grad"),
        (
            lambda x: torch.quantize_per_tensor(torch.as_tensor(x).float(), 0.1, 0, torch.qint8),
            "what numpy cannot read, a Tensor: ",
        ),
        (lambda x: F.max_pool1d(x[None], 2, return_indices=True), "returns a tuple of 2"),
        (lambda x: [[1, 2], [3]], "inhomogeneous"),
    ],
)
def test_an_answer_that_is_no_array_is_refused_in_words(function, message):
    for ask in (lambda: call(function, [1.0, 2.0]), lambda: probe(function, (2,))):
        with pytest.raises(ValueError, match=message):
            ask()


def test_a_function_that_is_not_linear_has_no_matrix_alone():
    with pytest.raises(ValueError, match=r"No matrix alone describes this function\..*as in max pooling"):
        operator_matrix(lambda x: F.max_pool1d(x[None], 2), (4,))
    with pytest.raises(ValueError, match=r"No matrix alone.*offset"):
        operator_matrix(lambda x: x + 1, (4,))


def test_a_random_function_is_shown_as_a_sentence():
    with pytest.raises(
        ValueError, match=r"There is no matrix to show\. Two calls with the same input differ"
    ):
        probe(torch.nn.Dropout(), (8,))
    assert probe(torch.nn.Dropout().eval(), (8,)).linearity.kind == "linear"


def test_too_many_inputs_are_counted_before_anything_is_called():
    with pytest.raises(ValueError, match=r"in_shape=\(1, 3, 512, 512\) has 786,432 inputs"):
        probe(lambda x: pytest.fail("called"), (1, 3, 512, 512))


def test_a_matrix_too_large_is_refused():
    with pytest.raises(ValueError, match=r"the matrix would have shape \(20000, 10000\)"):
        operator_matrix(lambda x: np.append(x, x), (10000,))


@pytest.mark.parametrize(
    "ask", [probe, operator_matrix, check_linearity, lambda f, shape: jacobian(f, np.ones(shape))]
)
def test_an_answer_too_large_is_refused_after_one_call(ask):
    calls = []

    def enlarge(x):
        calls.append(1)
        return np.broadcast_to(x.sum(), (4000, 4000))

    with pytest.raises(
        ValueError, match=r"One call turns \(4, 4\) into \(4000, 4000\): 16,000,000 outputs\. At most"
    ):
        ask(enlarge, (4, 4))
    assert len(calls) == 1


def test_a_matrix_too_large_is_refused_after_one_call():
    calls = []
    with pytest.raises(ValueError, match="the matrix would have shape"):
        probe(lambda x: calls.append(1) or np.append(x, x), (10000,))
    assert len(calls) == 1


def test_fewer_outputs_can_be_asked_for():
    with pytest.raises(ValueError, match=r"8 outputs\. At most 7 are looked at"):
        probe(lambda x: np.repeat(x, 2), (4,), most_outputs=7)
    assert probe(lambda x: np.repeat(x, 2), (4,), most_outputs=8).out_shape == (8,)


@pytest.mark.parametrize("last", range(1, 420))
def test_a_function_that_changes_at_any_call_is_never_shown_as_linear(last):
    """From 1 call to more than a probe makes: what is shown is then right until the end."""
    calls = itertools.count(1)
    try:
        seen = probe(lambda x: x * (3 if next(calls) <= last else 2), (4,))
    except ValueError as error:
        assert "There is no matrix to show" in str(error) and "call" in str(error)
    else:
        assert next(calls) <= last + 1
        np.testing.assert_array_equal(seen.matrix, 3 * np.eye(4))


def test_dropout_is_never_shown_as_a_matrix():
    for seed in range(20):
        torch.manual_seed(seed)
        with pytest.raises(ValueError, match="There is no matrix to show"):
            probe(torch.nn.Dropout(0.01), (1, 1, 4, 4))


@pytest.mark.parametrize("in_shape", [(3, 16), (4,), (8, 8)])
def test_an_array_dropped_as_a_whole_is_never_shown_and_seldom_missed(in_shape):
    """As DropPath does, in 1 call of 100: what is shown may only be of calls that all kept it."""
    missed = 0
    for seed in range(30):
        random, keeps = np.random.default_rng(seed), []

        def drop_path(x, random=random, keeps=keeps):
            keeps.append(random.random() > 0.01)
            return x * keeps[-1]

        try:
            probe(drop_path, in_shape)
        except ValueError as error:
            assert "There is no matrix to show" in str(error)
        else:
            assert all(keeps)
            missed += 1
    assert missed <= 3


def test_what_is_linear_for_most_inputs_only_is_not_shown_as_a_matrix():
    odd_for_impulses = lambda x: 2 * x + 7 * (np.count_nonzero(x) == 1)  # noqa: E731
    with pytest.raises(ValueError, match=r"add up to .* linear for most inputs only"):
        probe(odd_for_impulses, (3,))


BUFFER = np.zeros(4)


def into_a_buffer(x):
    np.multiply(2, x, out=BUFFER)
    return BUFFER


def in_place(x):
    x *= 2
    return x


WAYS_TO_ANSWER = {
    "buffer used again": into_a_buffer,
    "in place": in_place,
    "in place, view of it": lambda x: in_place(x)[:],
    "list": lambda x: [2 * each for each in x],
    "list of numpy numbers": lambda x: list(2 * x),
    "nested lists": lambda x: (2 * x).reshape(2, 2).tolist(),
    "Fortran order": lambda x: np.asfortranarray((2 * x).reshape(2, 2)),
    "view": lambda x: np.repeat(2 * x, 2)[::2],
    "negative strides": lambda x: (2 * x)[::-1][::-1],
    "broadcast view": lambda x: np.broadcast_to(2 * x, (1, 4)),
    "read-only": lambda x: np.frombuffer((2 * x).tobytes()),
    "memory view": lambda x: memoryview(2 * x),
    "masked, nothing behind a mask": lambda x: np.ma.masked_array(2 * x),
    "long double": lambda x: 2 * x.astype(np.longdouble),
    "big-endian": lambda x: (2 * x).astype(">f8"),
    "sparse tensor": lambda x: (2 * torch.as_tensor(x)).to_sparse(),
    "gradients": lambda x: torch.as_tensor(x) * torch.tensor(2.0, requires_grad=True),
    "parameter": lambda x: torch.nn.Parameter(2 * torch.as_tensor(x)),
    "imaginary part": lambda x: (torch.as_tensor(x) * 2j).imag,
    "negated view": lambda x: (torch.as_tensor(x) * -2j).conj().imag,
}


@pytest.mark.parametrize("name", WAYS_TO_ANSWER)
def test_any_way_to_answer_is_understood(name):
    at = np.arange(1.0, 5)
    seen = probe(WAYS_TO_ANSWER[name], (4,), at=at)
    np.testing.assert_allclose(seen.matrix, 2 * np.eye(4), rtol=1e-6)
    np.testing.assert_array_equal(at, [1, 2, 3, 4])


@pytest.mark.parametrize(
    "answer", [np.sum, torch.sum, lambda x: float(x.sum()), lambda x: np.float32(x.sum())]
)
def test_a_single_number_is_an_answer(answer):
    seen = probe(answer, (2, 3))
    assert seen.out_shape == () and seen.linearity.kind == "linear"
    np.testing.assert_array_equal(seen.matrix, np.ones((1, 6)))


def test_a_single_number_is_no_place_to_look_at():
    with pytest.raises(
        ValueError, match=r"at must be an array .* got the single number 5\.0\. Write \[5\.0\]"
    ):
        jacobian(np.sqrt, 5)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float8_e4m3fn])
def test_tensors_of_every_float_are_read(dtype):
    np.testing.assert_array_equal(call(lambda x: torch.as_tensor(x).to(dtype), [0.5, 2.0]), [0.5, 2])


FORMS = ["float64", "torch.float64", "torch.float32", "float32", "torch.float16", "torch.bfloat16"]
FORMS += ["uint8", "torch.uint8", "int64", "torch.int64"]


@pytest.mark.parametrize("form", FORMS)
def test_a_function_of_one_type_gets_that_type(form):
    def picky(x):
        if str(x.dtype) != form:
            raise TypeError(f"no {x.dtype} here")
        return x * 2

    np.testing.assert_array_equal(probe(picky, (3,)).matrix, 2 * np.eye(3))


def test_whole_numbers_are_given_for_whole_numbers_only():
    with pytest.raises(ValueError, match="The function fails on an array of shape"):
        call(lambda x: np.arange(9)[x], [0.5, 2])
    assert call(lambda x: np.arange(9)[x], [1.0, 2.0]).tolist() == [1, 2]


def test_microscope_sizes_stay_quick():
    """Up to 16x16 in and 32x32 out: one call per input, and about a hundred to judge linearity."""
    calls = []

    def counted(x):
        calls.append(1)
        return resample(x, 32)

    probe(counted, (16, 16))
    assert len(calls) < 16 * 16 + 120
