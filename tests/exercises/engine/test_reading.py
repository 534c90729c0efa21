"""Numbers as people write them: right values, one reading of every text, and a sentence for the rest."""

import re
import warnings
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.exercises.engine.reading import Unreadable, example, read, wanted
from tests.exercises.verify_predictions import ways_to_write

ONE = [
    ("2.5", 2.5), ("5/2", 2.5), ("1 / 4", 0.25), ("1/ 4", 0.25), ("1e-3", 0.001), ("1e−3", 0.001),
    ("3.", 3), (".5", 0.5),
    # every minus, with and without a blank
    (" −0.25 ", -0.25), ("- 0.75", -0.75), ("–0.75", -0.75), ("—0.75", -0.75), ("－0.75", -0.75),
    ("‐0.75", -0.75), ("−.75", -0.75), ("− 1/4", -0.25), ("+0.75", 0.75), ("+ 0.75", 0.75),
    ("1/−4", -0.25), ("minus 0.75", -0.75),
    # decimal commas and thousands
    ("0,75", 0.75), (",75", 0.75), ("−0,75", -0.75), ("-,75", -0.75), ("1,2", 1.2), ("0，75", 0.75),
    ("1.234,5", 1234.5), ("1,000", 1000), ("1 000", 1000), ("1'000", 1000), ("1_000", 1000),
    ("9,216", 9216), ("0,333", 0.333),
    # other keyboards
    ("０．７５", 0.75), ("0。75", 0.75), ("（3）", 3), ("【3】", 3), ("3。", 3), ("٣", 3), ("\u200b3\ufeff", 3),
    ("3\u00a0", 3),
    # units
    ("3.5 px", 3.5), ("6 dB", 6), ("6dB", 6), ("6.02 dB.", 6.02), ("2 pixels", 2),
    ("5.5 small pixels", 5.5), ("4x", 4), ("four weights", 4), ("4 times", 4), ("90°", 90),
    ("2 pixels to the right", 2), ("half a pixel", 0.5), ("half of a coarse pixel", 0.5),
    ("a quarter of a pixel", 0.25), ("x4", 4), ("×4", 4), ("4:1", 4),
    ("by 6 dB", 6), ("6 decibel", 6), ("0.5 coarse pixels", 0.5), ("0.5 of a pixel", 0.5), ("480 pixels high", 480),
    ("every 5 pixels", 5), ("3 gray levels", 3), ("3 parameters", 3), ("3像素", 3), ("约3", 3), ("大约 3 px", 3),
    ("ca 3", 3), ("pixel 3", 3), ("pixel −3", -3),
    ("64 %", 0.64), ("64,5%", 0.645), ("50 percent", 0.5),
    # fractions and calculations
    ("½", 0.5), ("−½", -0.5), ("1½", 1.5), ("-1½", -1.5), ("1 1/2", 1.5), ("⅓", 1 / 3), ("6*6*9", 324),
    ("6 · 6 · 9", 324), ("2×2", 4), ("2 x 3", 6), ("(2+4)/2", 3), ("2*(1 + 3)", 8), ("1 + 1/4", 1.25),
    ("6-4", 2), ("10²", 100), ("10⁻³", 1e-3), ("2^3", 8), ("2**3", 8), ("1/3/2", 1 / 6), ("−5 − 3", -8),
    ("007", 7), ("3 times 4", 12), ("3 ÷ 4", 0.75), ("20·log10(2)", 20 * np.log10(2)), ("np.sqrt(2)/2", 0.5**0.5),
    ("7/3 = 2.33", 7 / 3), ("7/3 ≈ 2.33", 7 / 3),
    # words
    ("zero", 0), ("None", 0), ("nothing", 0), ("three", 3), ("one half", 0.5), ("half", 0.5),
    ("a third", 1 / 3), ("three quarters", 0.75), ("minus a quarter", -0.25), ("two and a half", 2.5),
    ("twenty-five", 25), ("minus twenty-one", -21), ("thirteen", 13), ("three-quarters", 0.75),
    ("two-and-a-half", 2.5), ("minus three and a half", -3.5), ("3 and one third", 10 / 3), ("an eighth", 0.125),
    ("two fifths", 0.4), ("3 px²", 3), ("3 I think", 3), ("3, I think", 3),
    ("about 3", 3), ("approx. 3", 3), ("ca. 3", 3), ("~3", 3), ("≈ 3", 3), ("= 3", 3), ("x = 3", 3),
    ("answer: 3", 3),
    # what a program prints
    ("[3]", 3), ("array(3.)", 3), ("array([3.])", 3), ("np.float64(3.5)", 3.5), ("np.int64(3)", 3),
    ("'3'", 3), ("`3`", 3), ("tensor(3.5, dtype=torch.float64)", 3.5),
    ("tensor(3.5, grad_fn=<SumBackward0>)", 3.5), ("$3$", 3),
]  # fmt: skip

SEVERAL = [
    ("0, 2.5, 7.5, 10", [0, 2.5, 7.5, 10]), ("[0 2.5 7.5 10]", [0, 2.5, 7.5, 10]),
    ("0;2.5;7.5;10;", [0, 2.5, 7.5, 10]), ("1,2", [1, 2]), ("1，2", [1, 2]), ("1、2；3", [1, 2, 3]),
    ("1/4, 3/4", [0.25, 0.75]), ("0, 1 / 4,0.5", [0, 0.25, 0.5]), ("0,5; 1,5", [0.5, 1.5]),
    ("0,5 1,5", [0.5, 1.5]), ("0,5, 1,5", [0.5, 1.5]), ("0, 0,33, 0,67, 1", [0, 0.33, 0.67, 1]),
    ("−0.25，0.25", [-0.25, 0.25]), ("- 0.25, - 0.5", [-0.25, -0.5]), ("1 -2", [1, -2]),
    ("[-1 -2.5]", [-1, -2.5]), ("1\n2\t3", [1, 2, 3]), ("(0, 1)", [0, 1]), ("(1,2),(3,4)", [1, 2, 3, 4]),
    ("（1，2）", [1, 2]), ("{1, 2}", [1, 2]), ("array([0., 2.5])", [0, 2.5]), ("np.array([0, 1])", [0, 1]),
    ("array([1, 2], dtype=int8)", [1, 2]), ("0 and 1", [0, 1]), ("[1, 2, 3", [1, 2, 3]),
    ("zero, one", [0, 1]), ("−1 px, 2 px", [-1, 2]), ("1 1/2", [1, 0.5]), ("2×3", [2, 3]),
    ("100, 200", [100, 200]), ("100 200", [100, 200]), ("1,000", [1, 0]), ("about 3, about 4", [3, 4]),
    ("0.25 ± 0.05", [0.25, 0.05]), ("0.25 +- 0.05", [0.25, 0.05]), ("0.25 +/- 0.05", [0.25, 0.05]),
    ("0,25±0,05", [0.25, 0.05]), ("1/4 +- 1/20", [0.25, 0.05]), ("0.25 px +− 0.05 px", [0.25, 0.05]),
    ("4 stamps, 1 stamp", [4, 1]), ("pixels 0, 2 and 5", [0, 2, 5]), ("3 px 4 px", [3, 4]),
    ("½ 1½", [0.5, 1.5]), ("half and a quarter", [0.5, 0.25]), ("0.5 and a half", [0.5, 0.5]),
    ("1/3 and one third", [1 / 3, 1 / 3]), ("one and a half", [1, 0.5]),
    ("1,10,100,20,200", [1, 10, 100, 20, 200]), ("1,000 2,000", [1000, 2000]),
]  # fmt: skip

OBJECTS = [
    (3, (), 3), (np.float32(3), (), 3), (np.int64(3), (), 3), (Fraction(1, 4), (), 0.25),
    (Decimal("0.25"), (), 0.25), ([1, 2], (2,), [1, 2]), ((1, 2), (2,), [1, 2]),
    (range(3), (3,), [0, 1, 2]), ([[1], [2]], (2,), [1, 2]), (["1/4", "0,5"], (2,), [0.25, 0.5]),
    (np.array([3]), (), 3), ([Fraction(1, 3)], (1,), [1 / 3]), (np.ma.array([1.0, 2.0]), (2,), [1, 2]),
    ([[1, 2], [3, 4]], (2, 2), [[1, 2], [3, 4]]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), ONE, ids=[text for text, _ in ONE])
def test_one_number(text, value):
    assert read(text).numbers.shape == () and np.isclose(read(text).numbers, value, rtol=1e-12)


@pytest.mark.parametrize(("text", "values"), SEVERAL, ids=[text for text, _ in SEVERAL])
def test_several_numbers(text, values):
    assert np.allclose(read(text, (len(values),)).numbers, values, rtol=1e-12)


@pytest.mark.parametrize(("answer", "shape", "values"), OBJECTS)
def test_what_is_not_text(answer, shape, values):
    numbers = read(answer, shape).numbers
    assert numbers.shape == shape and np.allclose(numbers, values)


@pytest.mark.parametrize(
    "text",
    ["[[1, 2], [3, 4]]", "1 2\n3 4", "array([[1., 2.],\n       [3., 4.]])", "1, 2; 3, 4", "[[1 2]\n [3 4]]"],
)
def test_tables(text):
    assert read(text, (2, 2)).numbers.tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("text", "shape", "remark"),
    [
        ("0.75", (), ""),
        ("1, 2", (2,), ""),
        ("1,2", (2,), ""),
        ("0,75", (), "'0,75' was read as 0.75: a decimal comma."),
        ("1,2", (), "'1,2' was read as 1.2: a decimal comma."),
        ("0,5; 1,5", (2,), "'0,5; 1,5' was read as 0.5, 1.5: a decimal comma."),
        (
            "1,000",
            (),
            "'1,000' was read as 1000: digits in groups of three are one number. It could also mean 1.",
        ),
        ("0 ,75", (2,), "'0 ,75' was read as 0, 75. It could also mean 0, 0.75."),
        ("1 1/2", (), "'1 1/2' was read as 1.5: a whole number and a fraction."),
        ("2×3", (2,), "'2×3' was read as 2, 3: the sizes one by one."),
        ("none", (), "'none' was read as 0."),
        ("3.5 px", (), "Only the number was read, not the unit 'px'."),
        ("64 %", (), "A percent sign divides by 100: 64 % is 0.64."),
    ],
)
def test_how_it_was_read_is_said(text, shape, remark):
    assert read(text, shape).remark == remark


def test_the_unit_that_is_asked_for_needs_no_remark():
    assert read("6 dB", unit="dB").remark == ""
    assert read("6 px", unit="dB").remark == "Only the number was read, not the unit 'px'."
    assert read("6 decibels", unit="dB").remark == ""
    assert read("64 %", unit="%") == (64, "")  # percent are asked for


FOUR = "Type them like this: 2.6, 1/7, −1.7, 0.3."


@pytest.mark.parametrize(
    ("answer", "shape", "message"),
    [
        ("", (), "Nothing is typed yet. One number is asked for, such as 2.6."),
        ("  ,;", (4,), "Nothing is typed yet. 4 numbers are asked for, such as 2.6, 1/7, −1.7, 0.3."),
        (None, (2,), "Nothing is typed yet. 2 numbers are asked for, such as 2.6, 1/7."),
        ("1 2 3", (4,), f"4 numbers are asked for, and you gave 3: 1, 2, 3. {FOUR}"),
        ([1, 2, 3], (4,), f"4 numbers are asked for, and you gave 3: 1, 2, 3. {FOUR}"),
        ([], (4,), f"4 numbers are asked for, and you gave none. {FOUR}"),
        ("−1 2", (), "One number is asked for, and you gave 2: −1, 2. Type it like this: 2.6."),
        (
            "1 2 3",
            (2, 2),
            "4 numbers are asked for, and you gave 3: 1, 2, 3. Type them like this: [[2.6, 1/7], [−1.7, 0.3]].",
        ),
        (
            "0,33,0,67",
            (2,),
            "2 numbers are asked for, and you gave 4: 0, 33, 0, 67. "
            "Put semicolons between numbers with decimal commas: 0,3; 1,7.",
        ),
        ("fish", (), "'fish' is not a number. One number is asked for, such as 2.6."),
        ("1, x, 3", (3,), "'x' is not a number. 3 numbers are asked for, such as 2.6, 1/7, −1.7."),
        ("1/0", (), "'1/0' is not a number. One number is asked for, such as 2.6."),
        ("nan", (), "'nan': NaN and infinity cannot be compared with an answer. Type a number."),
        ("∞", (), "'∞': NaN and infinity cannot be compared with an answer. Type a number."),
        (
            [np.inf, 1],
            (2,),
            "NaN and infinity cannot be compared with an answer. 2 numbers are asked for, such as 2.6, 1/7.",
        ),
        ("3+2i", (), "'3+2i' is a complex number. The answer is real: leave out i."),
        (1j, (), "1j cannot be read as numbers. One number is asked for, such as 2.6."),
        ("3 or 4", (), "'3 or 4' leaves open which number is meant. Choose one, for example 2.6."),
        (
            "3–4",
            (),
            "'3–4' can mean the numbers from 3 to 4, or 3 minus 4. One number is asked for, such as 2.6.",
        ),
        (
            "x = 1, y = 2",
            (2,),
            "'x = 1, y = 2' contains names. Type only the numbers, in the order of the question.",
        ),
        ("2*3 = 7", (), "The two sides of '2*3 = 7' differ: 6, 7. Type one number."),
        (
            "1,,3",
            (2,),
            "There is nothing between two of the commas. 2 numbers are asked for, such as 2.6, 1/7.",
        ),
        ({}, (2,), "{} cannot be read as numbers. 2 numbers are asked for, such as 2.6, 1/7."),
        (True, (), "True cannot be read as numbers. One number is asked for, such as 2.6."),
        (
            [[1, 2], [3, 4], [5, 6]],
            (2, 3),
            "Yours is a table of 3 × 2. 6 numbers are asked for, in 2 rows of 3, such as "
            "[[2.6, 1/7, −1.7], [0.3, 3.6, 4.6]].",
        ),
    ],
)
def test_what_cannot_be_read_is_explained(answer, shape, message):
    with pytest.raises(Unreadable) as caught:
        read(answer, shape)
    assert str(caught.value) == message


class Evil:
    def __array__(self, *_, **__):
        raise SystemExit(3)

    __str__ = __repr__ = __array__


class Lazy:
    def __getattr__(self, name):
        raise SystemExit(3)


class TextThatLeaves(str):
    def strip(self, *_):
        raise SystemExit(3)

    __len__ = strip


NO_NUMBERS = [
    "1e999", "9**9**9", "9" * 300, "(" * 3000 + "1", "((((" * 40 + "1" + "))))" * 40, "-" * 1500 + "1", "1" * 3000,
    "1+" * 80 + "1e", "(-2)**0.5", "1(2)", "1if 2else 3", "__import__('os')", "0x10",
    "±1", "3 ± 1", "3+-1", "3 +/- 1", "2 pixels to the left", "1:4", "16:9", "3!", "√2", "1..5", "3.4.5",
    ">3", "3-", "e", "1/4/", "array([])", "{1: 2}", "range(3)", b"3", Evil(), [Evil()], Lazy(), {1, 2}, lambda: 3,
    np.ma.array([1.0], mask=[True]), np.array([1 + 2j]), [[1], [2, 3]], "2 to 4", "not 3", "at least 3", "3~4",
    "1/2 and a quarter", "1 / 2 and a quarter", "half and a quarter", "twenty-twenty", "log10(0)", "log10(-1)",
    "3 point 5",
    "px", "by", "every", "third", "the fifth", "4x²",
    "five-three",
]  # fmt: skip


@pytest.mark.parametrize(
    "answer",
    NO_NUMBERS,
    ids=lambda answer: repr(answer)[:20] if isinstance(answer, str) else type(answer).__name__,
)
def test_nothing_else_is_read(answer):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(Unreadable) as caught:
            read(answer)
    assert 10 < len(str(caught.value)) < 300


def test_a_text_of_another_type_is_a_text():
    assert read(TextThatLeaves("0.5")).numbers == 0.5


@given(
    st.one_of(st.text(max_size=40), st.text("0123456789.,;-−+*/()[] e%x=~½²\n", max_size=25)),
    st.sampled_from([(), (2,), (2, 2)]),
)
def test_no_text_ever_raises_anything_else(text, shape):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            assert np.isfinite(read(text, shape).numbers).all()
        except Unreadable as error:
            assert str(error)


@given(st.lists(st.integers(-20000, 20000).map(lambda n: n / 64), min_size=1, max_size=6), st.booleans())
def test_every_way_to_write_some_numbers(values, alone):
    numbers = np.array(values[0] if alone or len(values) == 1 else values, float)
    for written in ways_to_write(numbers):
        assert np.allclose(read(written, numbers.shape).numbers, numbers, rtol=5e-3, atol=5e-3), written


@pytest.mark.parametrize("shape", [(), (1,), (2,), (3,), (4,), (7,), (12,), (2, 2), (3, 4)])
def test_the_example_is_as_many_numbers_as_are_asked_for(shape):
    numbers = read(example(shape), shape).numbers
    assert numbers.shape == shape and len(set(numbers.ravel())) == numbers.size
    assert wanted(shape).endswith(f"such as {example(shape)}.")
    assert re.match(r"(One number is|\d+ numbers are) asked for", wanted(shape))
