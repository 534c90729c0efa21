"""The sentences that say why a function is not linear: each must be true, and name the right reason."""

import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.operators import check_linearity
from course_utils.resampling import MODES, resize

GRID = (1, 1, 4, 4)
CASES = {  # function, input shape, kind, what the sentence must say
    "bilinear": (
        lambda x: F.interpolate(x, scale_factor=2, mode="bilinear"),
        GRID,
        "linear",
        "a matrix says it all",
    ),
    "float32 bicubic": (
        lambda x: F.interpolate(x.float(), size=(7, 5), mode="bicubic"),
        GRID,
        "linear",
        "a matrix",
    ),
    "half precision": (lambda x: x.half() / 3, (4,), "linear", "a matrix"),
    "permutation": (lambda x: x[::-1], (4,), "linear", "a matrix"),
    "minus the mean": (lambda x: x - x.mean(), (4,), "linear", "a matrix"),
    "zeros": (np.zeros_like, (4,), "linear", "a matrix of zeros"),
    "bias": (lambda x: 2 * x - 3, (4,), "affine", "given zeros, output 0 is -3"),
    "large bias in float32": (lambda x: x.float() + 1e6, (4,), "affine", "given zeros, output 0 is 1e+06"),
    "convolution layer": (torch.nn.Conv2d(1, 1, 3), GRID, "affine", "(a bias)"),
    "constant": (lambda x: np.full(3, 7.0), (4,), "affine", "input is not read: output 0 is 7"),
    "max pooling": (lambda x: F.max_pool2d(x, 2), GRID, "nonlinear", "chosen by size, as in max pooling"),
    "numpy maximum": (
        lambda x: x.reshape(2, 2).max(axis=1),
        (4,),
        "nonlinear",
        "chosen by size, as in max pooling",
    ),
    "sorting": (np.sort, (4,), "nonlinear", "chosen by size"),
    "median": (lambda x: np.median(x, keepdims=True), (3,), "nonlinear", "chosen by size, as in a median"),
    "abs": (np.abs, (4,), "nonlinear", "sign is dropped"),
    "norm": (np.linalg.norm, (4,), "nonlinear", "sign is dropped"),
    "relu": (torch.relu, (4,), "nonlinear", "sign that decides, as in ReLU"),
    "leaky relu": (F.leaky_relu, (4,), "nonlinear", "sign that decides"),
    "clip to 8 bits": (lambda x: x.clip(0, 255), (4,), "nonlinear", "sign that decides"),
    "clip far out": (lambda x: x.clip(-1000, 1000), (4,), "nonlinear", "as when values are clipped"),
    "rounding": (np.round, (4,), "nonlinear", "Halving the input does not halve the output"),
    "floor": (np.floor, (4,), "nonlinear", "moves in steps"),
    "sign": (np.sign, (4,), "nonlinear", "moves in steps"),
    "threshold": (lambda x: x > 3, (4,), "nonlinear", "moves in steps"),
    "8-bit resize": (
        lambda x: resize(x.astype(np.uint8), (8,)),
        (4,),
        "nonlinear",
        "moves in steps, as rounding",
    ),
    "square": (np.square, (4,), "nonlinear", "multiplied by one another"),
    "variance": (np.var, (4,), "nonlinear", "multiplied by one another"),
    "unit length": (
        lambda x: x / (np.linalg.norm(x) + 1e-12),
        (4,),
        "nonlinear",
        "size of the input is lost",
    ),
    "softmax": (lambda x: torch.softmax(x, 0), (4,), "nonlinear", "outputs add up to 1 whatever the input"),
    "tanh": (np.tanh, (4,), "nonlinear", "Doubling the input does not double the output"),
    "sigmoid": (torch.sigmoid, (4,), "nonlinear", "Its answer to zeros is not 0"),
    "cosine": (np.cos, (4,), "nonlinear", "Doubling the input"),
    "logarithm": (np.log, (4,), "nonlinear", "Given zeros, this one fails: The output holds -inf"),
    "division by the mean": (lambda x: x / x.mean(), (4,), "nonlinear", "Given zeros, this one fails"),
    "unique": (np.unique, (4,), "nonlinear", "The output has shape (1,) here and (4,) for another input"),
    "positive ones only": (lambda x: x[x > 0], (4,), "nonlinear", "returns an empty array"),
    "refuses negatives": (lambda x: resize_if_positive(x), (4,), "nonlinear", "only positive numbers"),
    "dropout": (torch.nn.Dropout(), (8,), "random", "call .eval() first"),
    "noise": (
        lambda x: x + np.random.default_rng().normal(size=x.shape),
        (4,),
        "random",
        "draws random numbers",
    ),
}


def resize_if_positive(x):
    if (x < 0).any():
        raise ValueError("only positive numbers")
    return x


@pytest.mark.filterwarnings("ignore:invalid value encountered in cast")
@pytest.mark.parametrize("name", CASES)
def test_kind_and_reason(name):
    function, in_shape, kind, words = CASES[name]
    verdict = check_linearity(function, in_shape)
    assert verdict.kind == kind, verdict.sentence
    assert words in verdict.sentence


@pytest.mark.parametrize("name", CASES)
def test_sentences_are_sentences(name):
    function, in_shape, _, _ = CASES[name]
    sentence = check_linearity(function, in_shape).sentence
    assert sentence[0].isupper() and sentence.rstrip(")").endswith(".")
    assert (
        "  " not in sentence
        and "nan is due" not in sentence
        and "np." not in sentence
        and len(sentence) < 330
    )


def test_the_numbers_of_the_failing_case_are_real():
    """Max pooling of two numbers: what negating does can be read off the sentence and checked."""
    sentence = check_linearity(lambda x: np.max(x, keepdims=True), (2,)).sentence
    before, after, due = map(
        float, re.search(r"goes from (\S+) to (\S+), where (\S+) is due", sentence).groups()
    )
    assert due == -before and after > due
    x = np.array([before, -after])  # the larger and the smaller of the two inputs
    assert np.max(x) == before and np.max(-x) == after


def test_the_output_named_is_the_one_that_breaks_the_rule():
    for output in range(3):
        power = np.where(np.arange(3) == output, 2, 1)
        sentence = check_linearity(lambda x, power=power: x**power, (3,)).sentence
        assert re.findall(r"output \d", sentence) == [f"output {output}"]


SLOPES = {
    "tanh": np.tanh,
    "clip to one": lambda x: x.clip(-1, 1),
    "hard shrink": F.hardshrink,
    "relu": torch.relu,
}


@pytest.mark.parametrize("name", SLOPES)
def test_flat_pieces_beside_slopes_are_no_steps(name):
    verdict = check_linearity(SLOPES[name], (6,))
    assert verdict.kind == "nonlinear" and "steps" not in verdict.sentence


def test_a_median_is_found_though_it_keeps_the_rules_for_many_pairs():
    for seed in range(40):
        weights = np.random.default_rng(seed).uniform(0.5, 2, 3)
        verdict = check_linearity(lambda x, weights=weights: np.median(weights * x, keepdims=True), (3,))
        assert verdict.kind == "nonlinear"


def test_looking_makes_no_noise_and_leaves_numpys_switches_alone(recwarn):
    before = np.geterr()
    check_linearity(np.exp, (4,))
    check_linearity(np.sqrt, (4,))
    assert np.geterr() == before and len(recwarn) == 0


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 9), st.sampled_from(MODES), st.booleans())
def test_resize_is_linear_on_floats_and_affine_with_a_bias(height, width, out_size, mode, biased):
    def function(x):
        return resize(x, (out_size, out_size), mode=mode) + (5 if biased else 0)

    assert check_linearity(function, (height, width)).kind == ("affine" if biased else "linear")


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 8), st.integers(0, 100))
def test_any_matrix_is_linear_at_any_scale(size, seed):
    random = np.random.default_rng(seed)
    matrix = random.normal(size=(size, size)) * 10.0 ** random.integers(-6, 6)
    assert check_linearity(lambda x: matrix @ x, (size,)).kind == "linear"


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 30), st.sampled_from([np.round, np.abs, np.sort, np.square, np.floor, np.sign]))
def test_a_nonlinearity_is_found_at_any_size(size, function):
    assert check_linearity(function, (size,)).kind == "nonlinear"
