"""The checks themselves: what passes comes back unchanged; the rest is named, repeated, and told what would do."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.validation import (
    LARGEST_COUNT,
    LARGEST_SIZE,
    affordable,
    finite_array,
    one_of,
    real_number,
    shown,
    whole_number,
    whole_numbers,
)


@given(st.integers(1, 10**9))
def test_whole_numbers_pass_as_ints(value):
    assert whole_number(value, "size") == value
    assert type(whole_number(np.int64(value), "size")) is int


@pytest.mark.parametrize(
    "value, range_, message",
    [
        (0, {}, "size must be a whole number, at least 1; got 0."),
        (-3, {"at_least": 0}, "size must be a whole number, at least 0; got -3."),
        (9, {"at_most": 8}, "size must be a whole number, from 1 to 8; got 9."),
        (9, {"at_least": None, "at_most": 8}, "size must be a whole number, at most 8; got 9."),
        (4.0, {}, "size must be a whole number, at least 1; got 4.0, a float. Write 4."),
        (4.5, {}, "size must be a whole number, at least 1; got 4.5, a float."),
        (True, {}, "size must be a whole number, at least 1; got True, a bool."),
        ("4", {}, "size must be a whole number, at least 1; got '4', a str."),
        (None, {"at_least": None}, "size must be a whole number, of any sign; got None, a NoneType."),
        (
            np.float32(2),
            {},
            "size must be a whole number, at least 1; got np.float32(2.0), a float32. Write 2.",
        ),
    ],
)
def test_the_whole_message(value, range_, message):
    with pytest.raises((TypeError, ValueError)) as caught:
        whole_number(value, "size", **range_)
    assert str(caught.value) == message


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_real_numbers_pass_as_floats(value):
    assert real_number(value, "a") == value
    assert type(real_number(np.float64(value), "a")) is float


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 10**400, "1", None, True, 1j])
def test_what_is_no_finite_number_is_refused(value):
    with pytest.raises((TypeError, ValueError), match=r"a must be a finite number such as -0\.5; got"):
        real_number(value, "a")


def test_choices_are_listed_and_the_nearest_is_offered():
    choices = ("half_pixel", "align_corners", "asymmetric")
    assert one_of("asymmetric", "map", choices) == "asymmetric"
    with pytest.raises(ValueError) as caught:
        one_of("align_corner", "map", choices)
    assert str(caught.value) == (
        "map must be one of 'half_pixel', 'align_corners', 'asymmetric'; got 'align_corner'. "
        "Did you mean 'align_corners'?"
    )
    with pytest.raises(ValueError, match=r"got 'zebra'\.$"):
        one_of("zebra", "map", choices)
    with pytest.raises(ValueError, match="Did you mean 'half_pixel'"):
        one_of("Half_Pixel", "map", choices)


@pytest.mark.parametrize("value", [3, 2.5, [1, 2], np.float16(4), np.arange(3), np.zeros((2, 2), np.uint8)])
def test_arrays_pass_with_their_type(value):
    array = finite_array(value, "x")
    assert array.dtype == np.asarray(value).dtype
    np.testing.assert_array_equal(array, value)


@pytest.mark.parametrize(
    "value, ndim, message",
    [
        ([[1, 2]], 1, "x must have 1 axis; got shape (1, 2)."),
        ([1, 2], 2, "x must have 2 axes; got shape (2,)."),
        ([], None, "x must hold at least one number; got shape (0,)."),
        ([[1.0, 2.0], [np.inf, np.nan]], None, "x must be finite; got inf at (1, 0) of shape (2, 2)."),
        (np.nan, None, "x must be finite; got nan at () of shape ()."),
        (["a"], None, "x must hold real numbers; got ['a'], dtype <U1."),
        (
            np.ma.masked_array([1, 2], [0, 1]),
            None,
            "x must be a plain array; got a masked one. Say what is masked: x.filled(0).",
        ),
        (
            [[1, 2], (np.ma.masked_array([1, 2], [0, 1]),)],
            None,
            "x must be a plain array; got a masked one. Say what is masked: x.filled(0).",
        ),
        ([True], None, "x must hold real numbers; got [True], dtype bool."),
    ],
)
def test_what_is_wrong_with_an_array_is_said(value, ndim, message):
    with pytest.raises((TypeError, ValueError)) as caught:
        finite_array(value, "x", ndim)
    assert str(caught.value) == message


def test_a_masked_array_does_not_lose_its_mask_silently():
    with pytest.raises(TypeError, match=r"x\.filled\(0\)"):
        finite_array(np.ma.masked_array([1.0, 2.0], [False, True]), "x")


def test_sequences_of_whole_numbers():
    assert whole_numbers([4, np.int8(5)], "sizes") == (4, 5)
    assert whole_numbers(np.array([4, 5]), "sizes") == (4, 5)
    with pytest.raises(ValueError, match=r"sizes\[1\] must be a whole number, at least 1; got 0\."):
        whole_numbers((4, 0), "sizes")
    with pytest.raises(
        TypeError, match=r"sizes must be a tuple such as \(4, 6\); got 4, an int\. Write \(4,\)\."
    ):
        whole_numbers(4, "sizes")
    with pytest.raises(ValueError, match=r"got \(\), which is empty"):
        whole_numbers((), "sizes")


def test_memory_is_counted_in_advance():
    assert affordable((1024, 1024, 3), "the result") == (1024, 1024, 3)
    assert affordable((LARGEST_COUNT,), "the result") == (LARGEST_COUNT,)
    with pytest.raises(
        ValueError, match=r"the result would have shape \(134217728, 2\), 268,435,456 numbers; at most"
    ):
        affordable((LARGEST_COUNT, 2), "the result")
    with pytest.raises(ValueError, match="would have shape"):
        affordable((LARGEST_SIZE,) * 60, "the result")


def test_long_and_broken_values_are_shown_short():
    class Broken:
        def __repr__(self):
            raise RuntimeError

    assert shown("x" * 500) == "'" + "x" * 56 + "..."
    assert shown(np.arange(4).reshape(2, 2)) == "array([[0, 1], [2, 3]])"
    assert shown(Broken()) == "a Broken that cannot be printed"
    assert shown(10**5000) == "an int that cannot be printed"
