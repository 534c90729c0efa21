"""Every public function of the numerics, every argument, every kind of wrong value: refused, by name, repeated."""

import inspect
import itertools

import numpy as np
import pytest
import torch

from course_utils import images, resampling
from course_utils.probing import operators
from course_utils.validation import shown

ARRAY, IMAGE = np.arange(6.0).reshape(2, 3), np.zeros((4, 5, 3), np.uint8)
NAN, INFINITY = np.array([[1.0, np.nan]]), np.array([[1.0, -np.inf]])
CELL = np.array([[10.0, 20.0], [40.0, 90.0]])
SIGNAL = np.array([1.0, 2.5, 3.0, 0.5])
SEEN = operators.probe(lambda x: 2 * x, (3,))


def double(x):
    return 2 * x


# What works, one call each. The bad values below take the place of one argument at a time.
CALLS = {
    resampling.source_coordinates: {"in_size": 4, "out_size": 8, "coordinate_map": "half_pixel"},
    resampling.nearest_indices: {"in_size": 4, "out_size": 8, "rule": "floor"},
    resampling.opencv_nearest_indices: {"in_size": 4, "out_size": 8},
    resampling.box: {"distance": ARRAY},
    resampling.triangle: {"distance": ARRAY},
    resampling.cubic: {"distance": ARRAY, "a": -0.5},
    resampling.kernel_weight: {"distance": ARRAY, "mode": "cubic", "a": -0.5},
    resampling.weights_at: {"x": SIGNAL, "size": 4, "mode": "cubic", "a": -0.5},
    resampling.interpolate: {"samples": SIGNAL, "x": SIGNAL, "mode": "cubic", "a": -0.5},
    resampling.cell_weights: {"x": 0.25, "y": 0.5},
    resampling.interpolate_cell: {"cell": CELL, "x": SIGNAL / 3, "y": SIGNAL / 3},
    resampling.twist: {"cell": CELL},
    resampling.cell_around: {"image": IMAGE, "x": 3.5, "y": 2},
    resampling.enlarge_crop: {"image": IMAGE, "top": 1, "left": 1, "size": 3, "factor": 2, "mode": "cubic"},
    resampling.to_8_bits: {"values": ARRAY},
    resampling.resampling_taps: {
        "in_size": 4, "out_size": 8, "mode": "cubic", "coordinate_map": "half_pixel", "a": -0.5
    },
    resampling.resampling_matrix: {
        "in_size": 4, "out_size": 8, "mode": "cubic", "coordinate_map": "half_pixel", "a": -0.5
    },
    resampling.resample: {
        "signal": ARRAY, "out_size": 8, "axis": 1, "mode": "cubic", "coordinate_map": "half_pixel", "a": -0.5
    },
    resampling.resize: {
        "array": ARRAY, "out_sizes": (4, 5), "axes": (0, 1), "mode": "cubic",
        "coordinate_map": "half_pixel", "a": -0.5,
    },
    operators.call: {"function": double, "array": ARRAY},
    operators.operator_matrix: {"function": double, "in_shape": (2, 3)},
    operators.check_linearity: {"function": double, "in_shape": (2, 3)},
    operators.jacobian: {"function": double, "at": ARRAY, "step": 0.5},
    operators.probe: {"function": double, "in_shape": (2, 3), "at": ARRAY, "most_outputs": 6},
    SEEN.row: {"out_index": 1},
    SEEN.column: {"in_index": 1},
    images.stereo_pair: {},
    images.picture: {"name": "camera"},
    images.crop: {"image": IMAGE, "top": 1, "left": 1, "height": 2, "width": 2},
    images.face: {},
    images.signed_difference: {"a": IMAGE, "b": IMAGE},
    images.clipped_count: {"values": ARRAY},
    images.psnr: {"a": ARRAY, "b": ARRAY, "peak": 255},
}  # fmt: skip

NOT_WHOLE = [
    4.0,
    2.5,
    np.float64(4),
    float("nan"),
    float("inf"),
    True,
    np.True_,
    "4",
    None,
    [4],
    (4,),
    4j,
    np.array([4]),
]
NOT_A_SIZE = [*NOT_WHOLE, 0, -1, np.int64(-3), 10**9, 10**40]
NOT_A_NUMBER = [float("nan"), float("inf"), -np.inf, True, "-0.5", None, [0.5], 1j, 10**400]
NOT_A_CHOICE = ["", "bilinear", "NEAREST", 3, True, np.array(["linear"]), ["linear"], b"linear"]
NOT_A_SHAPE = [4, 4.0, True, None, "44", b"44", {2, 3}, {2: 3}, np.array(4), np.ones((2, 2), int), (), []]
NOT_SIZES = [
    *NOT_A_SHAPE,
    (4, 0),
    (4, -5),
    (4.0, 5),
    (4, True),
    ("4", 5),
    (4, None),
    (4, 10**40),
    np.array([4.0, 5.0]),
]
NOT_AN_ARRAY = [
    None, "blue", b"1", [], np.zeros((0, 3)), NAN, INFINITY, ["1", "2"], [[1, 2], [3]], [None, 1.0], [True, False],
    np.array([1 + 2j]), np.array(["2020"], "datetime64"), {"a": 1}, np.ma.masked_array([1.0, 2.0], [0, 1]),
    torch.ones(2, requires_grad=True), object(),
]  # fmt: skip
NOT_A_SIGNAL = [value for value in NOT_AN_ARRAY if value is not NAN and value is not INFINITY]
NOT_A_SIGNAL += [NAN[0], INFINITY[0], ARRAY, 3.0]
BAD = {
    "in_size": NOT_A_SIZE, "out_size": NOT_A_SIZE, "height": NOT_A_SIZE, "width": NOT_A_SIZE,
    "top": [*NOT_WHOLE, -1, 4, 10**40], "left": [*NOT_WHOLE, -1, 5], "axis": [*NOT_WHOLE, -3, 2],
    "out_index": [*NOT_WHOLE, -1, 3], "in_index": [*NOT_WHOLE, -1, 3],
    "coordinate_map": NOT_A_CHOICE, "mode": [*NOT_A_CHOICE, None], "rule": [*NOT_A_CHOICE, None],
    "name": [*NOT_A_CHOICE, None], "a": NOT_A_NUMBER, "peak": [*NOT_A_NUMBER, 0, -1],
    "step": [v for v in NOT_A_NUMBER if v is not None] + [0, -0.5],
    "out_sizes": NOT_SIZES, "axes": [*(v for v in NOT_A_SHAPE if v is not None), (0, 2), (-3, 0), (0.0, 1)],
    "most_outputs": NOT_A_SIZE, "in_shape": [*NOT_SIZES, (1000, 1000)],
    "array": NOT_AN_ARRAY, "signal": NOT_AN_ARRAY, "samples": NOT_A_SIGNAL, "x": NOT_A_SIGNAL, "size": NOT_A_SIZE,
    "distance": NOT_AN_ARRAY, "image": NOT_AN_ARRAY,
    "at": [v for v in NOT_AN_ARRAY if v is not None], "b": NOT_AN_ARRAY,
    "cell": [*NOT_AN_ARRAY, ARRAY, 7.0, SIGNAL], "factor": NOT_A_SIZE, "values": NOT_AN_ARRAY,
    "y": [*NOT_AN_ARRAY, -0.1, 1.5],
    "function": [None, 3, "np.cumsum", ARRAY],
}  # fmt: skip
DTYPES_REFUSED = [np.arange(4), np.arange(4, dtype=np.int16), np.arange(4, dtype=np.longdouble), [1, 2, 3]]
BY_FUNCTION = {
    (images.psnr, "a"): NOT_AN_ARRAY,
    (images.signed_difference, "a"): [*NOT_AN_ARRAY, ARRAY, IMAGE[1:]],
    (images.signed_difference, "b"): [*NOT_AN_ARRAY, ARRAY, IMAGE[1:]],
    (resampling.cell_weights, "x"): [*NOT_A_NUMBER, -0.1, 1.5],
    (resampling.cell_weights, "y"): [*NOT_A_NUMBER, -0.1, 1.5],
    (resampling.interpolate_cell, "x"): [*NOT_AN_ARRAY, -0.1, 1.5, np.zeros(3)],
    (resampling.cell_around, "x"): [*NOT_A_NUMBER, -0.1, 4.5],
    (resampling.cell_around, "y"): [*NOT_A_NUMBER, -0.1, 3.5],
    (resampling.cell_around, "image"): [*NOT_AN_ARRAY, SIGNAL, ARRAY[:1], np.zeros((1, 2, 3, 4)), 7.0],
    (resampling.enlarge_crop, "image"): [*NOT_AN_ARRAY, np.zeros(4), np.zeros((1, 2, 3, 4)), 7],
    (resampling.enlarge_crop, "top"): [*NOT_WHOLE, -1, 2, 10**40],
    (resampling.enlarge_crop, "left"): [*NOT_WHOLE, -1, 3],
    (resampling.enlarge_crop, "size"): [*NOT_A_SIZE, 5],
    (resampling.resize, "array"): [*NOT_AN_ARRAY, *DTYPES_REFUSED, 5.0],
    (resampling.resample, "signal"): [*NOT_AN_ARRAY, *DTYPES_REFUSED, 5.0],
    (images.crop, "image"): [*NOT_AN_ARRAY, np.zeros(4), np.zeros((1, 2, 3, 4)), 7],
    (operators.probe, "at"): [*BAD["at"], np.zeros((3, 2)), np.zeros(5), 1.0],
}


def cases(calls, bad, by_function):
    """Every bad value in the place of one argument: pytest's parameters (function, argument, value)."""
    return [
        pytest.param(function, argument, value, id=f"{name_of(function)}-{argument}-{i}")
        for function, good in calls.items()
        for argument in good
        for i, value in enumerate(by_function.get((function, argument), bad.get(argument)))
    ]


def name_of(function):
    return getattr(function, "__qualname__", function.__name__)


def public_functions(*modules):
    return {
        member
        for module in modules
        for name, member in inspect.getmembers(module, inspect.isfunction)
        if member.__module__ == module.__name__ and not name.startswith("_")
    }


def message_of_refusal(function, arguments):
    with pytest.raises((ValueError, TypeError)) as caught:
        function(**arguments)
    message = str(caught.value)
    assert len(message) < 400
    return message


def test_no_public_function_is_missing_here():
    assert public_functions(resampling, operators, images) <= set(CALLS)
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
    assert any(part in message for part in ways_to_repeat(value)), message


def ways_to_repeat(value):
    """The value itself; or the element at fault; or, of an array, its shape, or what is wrong with it."""
    yield shown(value)
    if isinstance(value, np.ndarray) and value.ndim:
        yield str(value.shape)
    if isinstance(value, (tuple, np.ndarray)) and np.ndim(value) == 1:
        yield from (f"got {shown(element)}" for element in value)
    if isinstance(value, tuple):
        yield f"in_shape={value} has 1,000,000 inputs"
    if isinstance(value, (list, float, int, np.ndarray)):
        yield from ("got nan at (", "got -inf at (", "got a masked one", "the single number 5.0")
        shapes = ("(0,)", "(0, 3)", "(3,)", "(4,)", "(5,)", "(2, 3)", "(3, 2)", "()")
        yield from (f"shape {shape}" for shape in shapes)
        yield "got (4,)."
        yield "got (1, 2, 3, 4)."
        yield "got ()."


SIZES = [0, -1, 1.5, True, "8", None, 10**9]


@pytest.mark.parametrize(
    "in_size, out_size", [pair for pair in itertools.product([4, *SIZES], repeat=2) if pair != (4, 4)]
)
def test_two_wrong_sizes_are_no_less_wrong_than_one(in_size, out_size):
    for function in (resampling.source_coordinates, resampling.nearest_indices, resampling.resampling_matrix):
        with pytest.raises((ValueError, TypeError)):
            function(in_size, out_size)


@pytest.mark.parametrize("out_sizes", [(2**20, 2**20), (2**20, 1000), (50_000, 50_000)])
def test_sizes_that_would_fill_the_memory_are_refused_before_anything_is_made(out_sizes):
    with pytest.raises(ValueError, match=r"would have shape .* numbers; at most 134,217,728"):
        resampling.resize(ARRAY, out_sizes)
    with pytest.raises(ValueError, match="would have shape"):
        resampling.resampling_matrix(*out_sizes)


def test_a_few_things_that_look_unusual_are_right():
    """Refusing too much would be as bad: numpy integers, lists of sizes, negative axes, float lists, tensors."""
    expected = resampling.resize(ARRAY, (4, 5))
    for sizes in ([4, 5], np.array([4, 5]), (np.int32(4), np.uint8(5)), torch.Size([4, 5])):
        np.testing.assert_array_equal(resampling.resize(ARRAY, sizes), expected)
    np.testing.assert_array_equal(resampling.resize(ARRAY, (5, 4), (-1, 0)), expected)
    np.testing.assert_array_equal(resampling.resize(ARRAY.tolist(), (4, 5)), expected)
    np.testing.assert_array_equal(resampling.resize(torch.tensor(ARRAY), (4, 5)), expected)
