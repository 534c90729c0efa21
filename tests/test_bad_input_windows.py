"""Pooling and convolution: every argument, every kind of wrong value: refused, by name, repeated."""

import inspect
import itertools

import numpy as np
import pytest
import torch

from course_utils import convolution, pooling
from course_utils.validation import one_per_axis, shown, true_or_false
from tests.test_bad_input import (
    INFINITY,
    NOT_AN_ARRAY,
    NOT_WHOLE,
    cases,
    message_of_refusal,
    name_of,
    public_functions,
    ways_to_repeat,
)

IMAGE = np.arange(24.0).reshape(4, 6)
VALUES, INDICES = pooling.max_pool2d(IMAGE, 2)
X, WEIGHT = np.ones((2, 4, 5, 6)), np.ones((4, 2, 3, 3))
LAYER = {"stride": 2, "padding": 1, "dilation": 1}

# What works, one call each. The bad values below take the place of one argument at a time.
CALLS = {
    pooling.max_pool2d: {
        "x": IMAGE, "kernel_size": 2, "stride": 2, "padding": 1, "dilation": 1, "ceil_mode": False
    },
    pooling.avg_pool2d: {
        "x": IMAGE, "kernel_size": 2, "stride": 2, "padding": 1, "ceil_mode": False, "count_include_pad": True
    },
    pooling.max_unpool2d: {
        "values": VALUES, "indices": INDICES, "kernel_size": 2, "stride": 2, "padding": 0, "output_size": (4, 6)
    },
    pooling.window_weights: {"kind": "mean", "kernel_size": 2},
    pooling.round_trip: {"x": IMAGE, "weights": np.ones((3, 3)), "stride": 2, "padding": 1, "sized": True},
    convolution.convolution: {"x": X, "weight": WEIGHT, "bias": np.ones(4), **LAYER, "groups": 2},
    convolution.transposed_convolution: {
        "x": X, "weight": WEIGHT, "bias": np.ones(4), **LAYER, "output_padding": 1, "groups": 2
    },
    convolution.insert_zeros: {"x": X, "weight": WEIGHT, **LAYER, "output_padding": 1, "groups": 2},
    convolution.convolution_matrix: {"in_size": (5, 6), "kernel": np.ones((3, 3)), **LAYER},
    convolution.convolution_size: {"in_size": 7, "kernel_size": 3, **LAYER},
    convolution.transposed_size: {"in_size": 4, "kernel_size": 3, **LAYER, "output_padding": 1},
    convolution.colliding_sizes: {"out_size": 4, "kernel_size": 3, **LAYER},
    convolution.output_padding_for: {"size": 8, "kernel_size": 3, **LAYER},
    convolution.receptive_field: {"layers": [(3, 2, 1, 1)]},
}  # fmt: skip

SEQUENCES = ([4], (4,), np.array([4]))
NOT_ONE_WHOLE = [v for v in NOT_WHOLE if not isinstance(v, (list, tuple, np.ndarray))]
NOT_PER_AXIS = [
    *NOT_ONE_WHOLE,
    *SEQUENCES,
    -1,
    10**9,
    10**40,
    (1, -1),
    (1, 1.0),
    (True, 1),
    (1, 1, 1),
    (),
    "22",
    (1, None),
]
NOT_POSITIVE = [*NOT_PER_AXIS, 0, (1, 0)]
NOT_A_COUNT = [*NOT_WHOLE, -1, 10**9, 10**40]
NOT_A_SWITCH = ["no", 1, 0, 1.0, [True], np.array(1)]
NOT_FLOATS = [np.arange(24).reshape(4, 6), IMAGE.astype(np.float16), IMAGE.astype(np.uint8), IMAGE > 3]
BAD = {
    "x": NOT_AN_ARRAY, "values": NOT_AN_ARRAY, "indices": NOT_AN_ARRAY, "weight": NOT_AN_ARRAY,
    "kernel": NOT_AN_ARRAY, "bias": [v for v in NOT_AN_ARRAY if v is not None],
    "kernel_size": NOT_POSITIVE, "stride": NOT_POSITIVE, "dilation": NOT_POSITIVE,
    "padding": NOT_PER_AXIS, "output_padding": NOT_PER_AXIS, "in_size": NOT_POSITIVE,
    "ceil_mode": [*NOT_A_SWITCH, None], "count_include_pad": [*NOT_A_SWITCH, None],
    "groups": [*NOT_A_COUNT, 0], "out_size": [*NOT_A_COUNT, 0], "size": [*NOT_A_COUNT, 0],
    "layers": [None, 3, "3211", {}, [3], [(3, 2, 1)], [(3, 2, 1, 1, 1)], (3, 2, 1, 1), [None],
               [(3, 2, 1, 1), (3, 0, 1, 1)], [(3, 2, -1, 1)], [(3.0, 2, 1, 1)], [(3, 2, 1, True)]],
}  # fmt: skip
NOT_TO_COMPARE = [v for v in NOT_AN_ARRAY if v is not INFINITY]  # a maximum may be infinite
BY_FUNCTION = {
    (pooling.max_pool2d, "x"): [*NOT_TO_COMPARE, *NOT_FLOATS, 5.0, np.ones(4)],
    (pooling.avg_pool2d, "x"): [*NOT_AN_ARRAY, *NOT_FLOATS, 5.0, np.ones(4)],
    (pooling.window_weights, "kind"): ["means", "", None, 3],
    (pooling.window_weights, "kernel_size"): [*NOT_A_COUNT, 0],
    (pooling.round_trip, "x"): [*NOT_AN_ARRAY, 5.0, np.ones(4)],
    (pooling.round_trip, "weights"): [*NOT_AN_ARRAY, 5.0, np.ones(4)],
    (pooling.round_trip, "stride"): [*NOT_A_COUNT, 0],
    (pooling.round_trip, "padding"): NOT_A_COUNT,
    (pooling.round_trip, "sized"): [*NOT_A_SWITCH, None],
    (pooling.max_unpool2d, "values"): [*NOT_TO_COMPARE, *NOT_FLOATS, 5.0, np.ones(4)],
    (pooling.max_unpool2d, "indices"): [*NOT_AN_ARRAY, INDICES.astype(float), INDICES[:1], 7],
    (pooling.max_unpool2d, "output_size"): [v for v in NOT_POSITIVE if v is not None],
    # None is a good stride in pooling: the kernel's size.
    (pooling.max_pool2d, "stride"): [v for v in NOT_POSITIVE if v is not None],
    (pooling.avg_pool2d, "stride"): [v for v in NOT_POSITIVE if v is not None],
    (pooling.max_unpool2d, "stride"): [v for v in NOT_POSITIVE if v is not None],
}  # fmt: skip
ONE_AXIS = (
    convolution.convolution_size, convolution.transposed_size, convolution.colliding_sizes,
    convolution.output_padding_for,
)  # fmt: skip
for function, argument in itertools.product(
    ONE_AXIS, LAYER | {"kernel_size": 0, "in_size": 0, "output_padding": 0}
):
    from_zero = argument in ("padding", "output_padding")
    BY_FUNCTION[function, argument] = [*NOT_A_COUNT, *([] if from_zero else [0])]


def test_no_public_function_is_missing_here():
    assert public_functions(pooling, convolution) == set(CALLS)
    for function, good in CALLS.items():
        assert set(good) == set(inspect.signature(function).parameters), name_of(function)


@pytest.mark.parametrize("function", CALLS, ids=name_of)
def test_the_good_call_works(function):
    function(**CALLS[function])


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("function, argument, value", cases(CALLS, BAD, BY_FUNCTION))
def test_refused_by_name_with_the_value(function, argument, value):
    message = message_of_refusal(function, {**CALLS[function], argument: value})
    assert argument in message, message
    assert any(part in message for part in repeated(value)), message


def repeated(value):
    yield from ways_to_repeat(value)
    if isinstance(value, np.ndarray):
        yield from (f"got {value.dtype}", f"got shape {value.shape}", f"got {value.shape}")
    if isinstance(value, list):  # of layers: the layer at fault, or the number at fault
        yield from (f"got {shown(layer)}" for layer in value)
        yield from (f"got {shown(number)}" for layer in value if isinstance(layer, tuple) for number in layer)
    if isinstance(value, (int, float)):
        yield "got shape ()"


@pytest.mark.parametrize(
    "layer, named", [((3, 0, 1, 1), "stride"), ((3, 1, -1, 1), "padding"), ((3, 1, 1, 0), "dilation")]
)
def test_of_many_layers_the_one_at_fault_is_named(layer, named):
    with pytest.raises(ValueError, match=rf"layers\[2\]: {named} must be"):
        convolution.receptive_field([(3, 1, 1, 1), (3, 1, 1, 1), layer])


ONE, TWO = np.ones((1, 1, 5, 5)), np.ones((1, 1, 2, 2))
TOO_LARGE = [
    lambda: convolution.convolution(ONE, TWO, padding=10**5),
    lambda: convolution.transposed_convolution(ONE, TWO, stride=10**5),
    lambda: convolution.insert_zeros(ONE, TWO, stride=10**5),
    lambda: convolution.convolution_matrix((1000, 1000), TWO[0, 0]),
    lambda: pooling.max_unpool2d(TWO[0, 0], TWO[0, 0].astype(int), 10**5),
]


@pytest.mark.parametrize("call", TOO_LARGE)
def test_results_that_would_fill_the_memory_are_refused_before_anything_is_made(call):
    with pytest.raises(ValueError, match=r"would have shape .* numbers; at most 134,217,728"):
        call()


def test_a_few_things_that_look_unusual_are_right():
    """Refusing too much would be as bad: numpy integers, lists, arrays as pairs, nested lists of floats, tensors."""
    expected = convolution.convolution(X, WEIGHT, stride=(2, 1), groups=2)
    for stride in ([2, 1], np.array([2, 1]), (np.int32(2), np.uint8(1)), torch.Size([2, 1])):
        np.testing.assert_array_equal(convolution.convolution(X, WEIGHT, stride=stride, groups=2), expected)
    for array in (X.tolist(), torch.tensor(X)):
        np.testing.assert_array_equal(
            convolution.convolution(array, WEIGHT, stride=(2, 1), groups=2), expected
        )
    for image in (IMAGE.tolist(), torch.tensor(IMAGE)):
        np.testing.assert_array_equal(pooling.max_pool2d(image, np.int64(2), ceil_mode=np.True_)[0], VALUES)
    for indices in (INDICES.tolist(), INDICES.astype(np.uint8), torch.tensor(INDICES)):
        np.testing.assert_array_equal(
            pooling.max_unpool2d(VALUES, indices, 2), pooling.max_unpool2d(VALUES, INDICES, 2)
        )


def test_one_per_axis_and_true_or_false():
    assert one_per_axis(3, "stride", 2) == (3, 3)
    assert one_per_axis((3, 1), "stride", 2) == (3, 1)
    assert one_per_axis(np.array([0]), "padding", 1, at_least=0) == (0,)
    assert true_or_false(np.False_, "ceil_mode") is False
    for value in (0, 1, None, "True"):
        with pytest.raises(TypeError, match="ceil_mode must be True or False; got"):
            true_or_false(value, "ceil_mode")
