"""Probing: the matrix of any function, against matrices known from elsewhere."""

import sys

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.operators import call, jacobian, operator_matrix, probe
from course_utils.resampling import resample, resampling_matrix

few = settings(max_examples=40, deadline=None)
shapes = st.lists(st.integers(1, 4), min_size=1, max_size=3).map(tuple)


def noise(*shape, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, shape)


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
    seen = probe(np.floor, (3,))
    np.testing.assert_allclose(seen.at, [1.37, 2.37, 3.37])
    assert seen.matrix.any() == np.False_
    assert seen.linearity.sentence.endswith("0.37 was added to every number of it.")


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
    with pytest.raises(ValueError, match="given a numpy array: TypeError: no"):
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
        "The function fails on an array of shape (2,):\n"
        "  given a numpy array or a float64 tensor or a float32 tensor: "
        "NameError: name 'undefined_name' is not defined"
    )


@pytest.mark.parametrize(
    "function, message",
    [
        (lambda x: None, "returns None, which is not an array of real numbers"),
        (lambda x: "blue", "returns 'blue', which is not"),
        (lambda x: (x, x), "returns a tuple of 2; let it return one array"),
        (lambda x: x[:0], "returns an empty array"),
        (lambda x: x * 1j, "not an array of real numbers"),
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


def test_microscope_sizes_stay_quick():
    """Up to 16x16 in and 32x32 out: one call per input, and about a hundred to judge linearity."""
    calls = []

    def counted(x):
        calls.append(1)
        return resample(x, 32)

    probe(counted, (16, 16))
    assert len(calls) < 16 * 16 + 120
