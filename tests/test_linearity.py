"""The sentences that say why a function is not linear: each must be true, and name the right reason."""

import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.probing import check_linearity, numbers_apart
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
    "half precision in a float32 coat": (lambda x: x.half().float() / 3, (4,), "linear", "3 decimal digits"),
    "half precision in a float64 coat": (
        lambda x: F.interpolate(x.half().double(), scale_factor=2, mode="bilinear"),
        GRID,
        "linear",
        "3 decimal digits",
    ),
    "rounded to half precision last": (
        lambda x: F.interpolate(x, scale_factor=2, mode="bicubic").half().float(),
        GRID,
        "linear",
        "a matrix",
    ),
    "layer in half precision": (torch.nn.Conv2d(1, 1, 3).half(), GRID, "affine", "(a bias)"),
    "layer in bfloat16": (torch.nn.Conv2d(1, 1, 3).bfloat16(), GRID, "affine", "(a bias)"),
    "bfloat16": (lambda x: x.bfloat16() * 3, (4,), "linear", "2 decimal digits"),
    "bfloat16 in a float32 coat": (lambda x: (x.bfloat16() * 3).float(), (4,), "linear", "2 decimal digits"),
    "8-bit float": (lambda x: x.float().to(torch.float8_e4m3fn), (4,), "linear", "1 decimal digit inside"),
    "ReLU in half precision": (lambda x: torch.relu(x.half()).float() / 255, (4,), "nonlinear", "as in ReLU"),
    "max pooling in bfloat16": (
        lambda x: F.max_pool2d(x.bfloat16(), 2).float(),
        GRID,
        "nonlinear",
        "as in max pooling",
    ),
    "rounding in half precision": (lambda x: x.half().round(), (4,), "nonlinear", "moves in steps"),
    "square in half precision": (
        lambda x: x.half() ** 2 / 100,
        (4,),
        "nonlinear",
        "multiplied by one another",
    ),
    "nothing but rounding errors": (
        lambda x: x.float() * 3 / 3 - x.float(),
        (4,),
        "linear",
        "a matrix",
    ),
    "a little square": (
        lambda x: x + 1e-9 * x**2,
        (4,),
        "nonlinear",
        "goes from 13.696 to 27.392001, where 27.392",
    ),
    "batch normalization": (
        torch.nn.BatchNorm2d(1).double(),
        GRID,
        "nonlinear",
        "add up to 0 whatever the input, as when their mean is subtracted",
    ),
    "8 bits of 0 to 1": (lambda x: np.round(x * 255) / 255, (4,), "nonlinear", "moves in steps"),
    "shift to the left": (lambda x: x << 1, (4,), "linear", "whole numbers only, so nothing else was tried"),
    "shift to the right": (lambda x: x >> 1, (4,), "nonlinear", "Up to one step it keeps the rules"),
    "table": (lambda x: np.arange(256)[x] ** 2, (4,), "nonlinear", "takes whole numbers only"),
    "one-hot": (lambda x: F.one_hot(x, 256), (4,), "nonlinear", "takes whole numbers only"),
    "embedding": (torch.nn.Embedding(128, 2), (4,), "nonlinear", "takes whole numbers only"),
    "mask of the negative ones": (
        lambda x: np.ma.masked_less(x, 0),
        (4,),
        "nonlinear",
        "this one fails: It returns a masked array",
    ),
    "dropout": (torch.nn.Dropout(), (8,), "random", "call .eval() first"),
    "noise": (
        lambda x: x + np.random.default_rng().normal(size=x.shape),
        (4,),
        "random",
        "draws random numbers",
    ),
}


PRECISIONS = {
    "float64": (lambda x: x * 3, -52),
    "float32 in float64": (lambda x: x.float().double() / 3, -23),
    "float32 and a large bias": (lambda x: x.float() + 1e6, -23),
    "float32 ReLU in float64": (lambda x: torch.relu(x.float()).double(), -23),
    "float16 in float32": (lambda x: x.half().float() / 3, -10),
    "float16 in the middle": (lambda x: (x.sum() * x.new_ones(3, 4)).half().double().sum(0), -10),
    "float16 and a bias": (lambda x: (x.half() + 5).float(), -10),
    "float16 exponential": (lambda x: torch.exp(x.half() / 8).float(), -10),
    "bfloat16 in float64": (lambda x: x.bfloat16().double() / 3, -7),
    "bfloat16 of positive numbers": (lambda x: torch.sqrt(x).bfloat16(), -7),
    "whole numbers are no precision": (np.round, -52),
    "nor are 8 bits": (lambda x: np.round(x * 255) / 255, -52),
    "nor is a constant": (lambda x: np.ones(2), -52),
    "the type counts where nothing can be measured": (lambda x: torch.ones(2) * 3, -23),
}


@pytest.mark.parametrize("name", PRECISIONS)
def test_precision_is_what_happened_inside(name):
    function, exponent = PRECISIONS[name]
    assert check_linearity(function, (4,)).precision == 2.0**exponent


SKIP = torch.tensor(np.random.default_rng(0).normal(size=(1, 1, 3, 3)))
PARTLY_COARSE = {
    "a sum": (lambda x: x.float() + (x.float() * 0.3).half().float(), -10),
    "a sum in float64": (lambda x: x + 0.3 * x.half(), -10),
    "a small part": (lambda x: x + 0.01 * x.half().double(), -10),
    "float32 beside float64": (lambda x: x + 0.3 * x.float().double(), -23),
    "side by side": (
        lambda x: torch.cat([x.float(), x.float() * 0.3, (x.float() * 0.3).half().float()]),
        -10,
    ),
    "one output of 16": (lambda x: torch.cat([x.ravel()[:15], x.ravel()[15:].half().double() / 3]), -10),
    "around a layer": (lambda x: x + F.conv2d(x.half(), SKIP.half(), padding=1).double(), -10),
    "around a bfloat16 layer": (lambda x: x + F.conv2d(x.bfloat16(), SKIP.bfloat16(), padding=1), -7),
}


@pytest.mark.parametrize("name", PARTLY_COARSE)
def test_few_digits_in_a_part_of_the_answer_are_not_taken_for_a_nonlinearity(name):
    function, exponent = PARTLY_COARSE[name]
    verdict = check_linearity(lambda x: function(torch.as_tensor(x)), GRID)
    assert verdict.kind == "linear", verdict.sentence
    assert 2.0**exponent <= verdict.precision <= 2.0 ** (exponent + 3)  # many parts, many jumps: next coarser


def test_few_digits_in_one_output_excuse_no_other():
    verdict = check_linearity(lambda x: torch.cat([x + 1e-5 * x**2, x.half().double() / 3]), (4,))
    assert verdict.kind == "nonlinear"


def test_steps_of_one_size_are_no_floats():
    assert check_linearity(lambda x: x + np.floor(x * 1e4) / 1e4, (4,)).kind == "nonlinear"


DTYPES = {torch.float64: -52, torch.float32: -23, torch.float16: -10, torch.bfloat16: -7}


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 5),
    st.integers(1, 5),
    st.sampled_from(list(DTYPES)),
    st.booleans(),
    st.integers(0, 100),
    st.sampled_from([torch.float32, torch.float64]),
)
def test_a_matrix_is_linear_in_any_precision_under_any_coat(rows, cols, dtype, late, seed, coat):
    matrix = torch.tensor(np.random.default_rng(seed).normal(size=(rows, cols)))

    def function(x):
        x = torch.as_tensor(x)
        return ((matrix @ x).to(dtype) if late else matrix @ x.to(dtype).double()).to(coat)

    verdict = check_linearity(function, (cols,))
    assert verdict.kind == "linear", verdict.sentence
    assert verdict.precision >= 2.0 ** DTYPES[dtype] / (8 if late else 1)  # few outputs move early, by luck


@settings(max_examples=60, deadline=None)
@given(
    st.integers(2, 6),
    st.sampled_from(list(DTYPES)),
    st.sampled_from([torch.relu, torch.abs, torch.square, torch.round, torch.sort]),
    st.sampled_from([1 / 255, 1.0, 3.0]),
)
def test_a_nonlinearity_is_found_in_any_precision(size, dtype, function, gain):
    def coated(x):
        answer = function(x.to(dtype))
        return (answer.values if function is torch.sort else answer).float() * gain

    assert check_linearity(coated, (size,)).kind == "nonlinear"


class Calls:
    """Multiplies by a factor that depends on how often it was called."""

    def __init__(self, factor):
        self.calls, self.factor = 0, factor

    def __call__(self, x):
        self.calls += 1
        return x * self.factor(self.calls)


CHANGING = {
    "the first call only": lambda call: 3 if call == 1 else 2,
    "the first two calls": lambda call: 3 if call <= 2 else 2,
    "the first ten": lambda call: 3 if call <= 10 else 2,
    "the first thirty": lambda call: 3 if call <= 30 else 2,
    "every other call": lambda call: 2 + call % 2,
    "every third": lambda call: 2 + (call % 3 == 0),
    "every sixteenth": lambda call: 2 + (call % 16 == 0),
    "a little more each time": lambda call: 1 + 1e-6 * call,
}


@pytest.mark.parametrize("name", CHANGING)
def test_what_changes_from_call_to_call_is_not_called_linear_nor_nonlinear(name):
    verdict = check_linearity(Calls(CHANGING[name]), (4,))
    assert verdict.kind == "random" and "Two calls with the same input differ" in verdict.sentence


def test_the_first_call_is_named():
    sentence = check_linearity(Calls(CHANGING["the first call only"]), (4,)).sentence
    assert "output 0 is 3 in the first call and 2 later" in sentence


@pytest.mark.parametrize("size", [4, 16])
@pytest.mark.parametrize("share", [0.5, 0.1, 0.01])
def test_dropout_is_random_however_rare(size, share):
    """Whichever call the zero falls into: in one of the same inputs twice, or in a rule that it breaks."""
    for seed in range(20):
        random = np.random.default_rng(seed)
        kinds = check_linearity(lambda x, random=random: x * (random.random(x.shape) >= share), (size,)).kind
        assert kinds != "nonlinear"
    assert kinds == "random"


def test_noise_too_small_to_break_a_rule_is_random_too():
    random = np.random.default_rng(0)
    assert check_linearity(lambda x: x + 1e-9 * random.normal(size=x.shape), (4,)).kind == "random"


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(allow_nan=False, allow_infinity=False))
def test_two_different_numbers_never_read_the_same(first, second):
    words = numbers_apart(first, second)
    assert (words[0] == words[1]) == (first == second)


def test_no_sentence_says_that_a_number_is_due_where_it_is():
    for amount in 10.0 ** -np.arange(1, 9):
        sentence = check_linearity(lambda x, a=amount: x + a * x**2, (3,)).sentence
        got, due = re.search(r"to (\S+), where (\S+) is expected", sentence).groups()
        assert got != due


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
        and "nan is expected" not in sentence
        and "np." not in sentence
        and len(sentence) < 360
    )


def test_the_numbers_of_the_failing_case_are_real():
    """Max pooling of two numbers: what negating does can be read off the sentence and checked."""
    sentence = check_linearity(lambda x: np.max(x, keepdims=True), (2,)).sentence
    before, after, due = map(
        float, re.search(r"goes from (\S+) to (\S+), where (\S+) is expected", sentence).groups()
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
