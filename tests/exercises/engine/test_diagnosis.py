"""General patterns: what is said is true of the numbers, and nothing is said without evidence."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.exercises.engine import compare, sandbox
from course_utils.exercises.engine.diagnosis import explain

TOLERANCE = 1e-6
random = np.random.default_rng(7)
GRID = random.uniform(1, 99, (5, 6))
SQUARE = random.uniform(1, 99, (4, 4))
LINE = random.uniform(1, 99, 8)
CUBE = random.uniform(1, 99, (3, 4, 5))


def name(*pairs):
    return explain(pairs, TOLERANCE).name


def changed(array, where, amount=1.0):
    copy = array.copy()
    copy[where] += amount
    return copy


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda v: v + 2, "off by a constant"),
        (lambda v: v - 0.5, "off by a constant"),
        (lambda v: v * 3, "scaled"),
        (lambda v: -v, "sign"),
        (lambda v: v * 0, "zeros"),
        (lambda v: np.floor(v), "truncated"),
        (lambda v: np.ceil(v), "rounded up"),
        (lambda v: np.round(v), "rounded"),
        (lambda v: v * (1 + 1e-4), "precision"),
        (lambda v: np.flip(v, 0), "reversed"),
        (lambda v: np.roll(v, 1, 0), "shifted"),
        (lambda v: np.roll(v, -1, 0), "shifted"),
        (lambda v: random.uniform(200, 300, v.shape), "different"),
    ],
)
def test_patterns_of_lines_and_grids(change, expected):
    assert name((LINE, change(LINE))) == expected
    assert name((GRID, change(GRID)), (LINE, change(LINE))) == expected


def test_rearrangements():
    assert name((SQUARE, SQUARE.T)) == "transposed"
    assert name((GRID, GRID[::-1, ::-1])) == "reversed"
    equal_sides = random.uniform(size=(4, 4, 3))
    assert name((equal_sides, equal_sides.swapaxes(0, 1))) == "axes swapped"


def test_negative_values_tell_cutting_off_from_rounding_down():
    line = np.array([-1.25, 2.75, 3.25])
    assert name((line, np.trunc(line))) == "truncated"
    assert name((line, np.floor(line))) == "rounded down"


def test_what_could_be_cut_off_or_rounded_is_called_both():
    line = np.array([1.25, 2.25])
    finding = explain([(line, np.floor(line))], TOLERANCE)
    assert finding.name == "whole numbers" and "rounded, or cut off" in finding.sentence


@pytest.mark.parametrize(
    ("array", "where", "words"),
    [
        (LINE, -1, "except in the last value."),
        (LINE, 0, "except in the first value."),
        (LINE, [0, -1], "except in the last value and the first value."),
        (GRID, -1, "except in the last row."),
        (GRID, (slice(None), 0), "except in the first column."),
        (GRID, (slice(None), -1), "except in the last column."),
        (CUBE, (slice(None), slice(None), -1), "except in the last slice along axis 2."),
    ],
)
def test_borders_are_named(array, where, words):
    finding = explain([(array, changed(array, where))], TOLERANCE)
    assert finding.name == "border" and words in finding.sentence


def test_last_row_and_last_column():
    got = changed(changed(GRID, -1), (slice(None), -1))
    assert "last row and the last column" in explain([(GRID, got)], TOLERANCE).sentence


def test_the_inside_is_no_border():
    assert name((GRID, changed(changed(GRID, 2), -1))) == "partly right"


def test_a_case_too_small_to_have_an_inside_neither_helps_nor_hurts():
    small = np.array([1.0, 2.0])
    assert name((small, small * [6, 1]), (LINE, changed(LINE, 0))) == "border"
    assert name((small, small * [6, 1])) == "partly right"


def test_a_border_needs_an_inside_and_small_cases_that_bear_it_out():
    around = np.array([[1, 0, 1], [0, 0, 0], [1, 0, 1]])
    three = random.uniform(1, 99, (3, 3))
    assert name((three, three + around)) == "partly right"  # 4 corners wrong, one value inside
    small = np.array([1.0, 2.0])
    assert name((small, small * [1, 6]), (LINE, changed(LINE, 0))) == "partly right"


@pytest.mark.parametrize(
    ("error", "digits"), [(5e-4, "three"), (5e-5, "four"), (3.4e-6, "five"), (1e-9, "many")]
)
def test_how_many_digits_are_right(error, digits):
    assert f"about {digits} digits" in explain([(LINE, LINE + error * (1 + LINE))], 1e-12).sentence


def test_one_number_proves_no_pattern():
    assert name((np.float64(3), np.float64(6))) == "different"
    assert name((np.float64(3), np.float64(6)), (np.float64(5), np.float64(10))) == "different"
    numbers = [np.float64(v) for v in (3, 5, 8)]
    assert name(*[(v, 2 * v) for v in numbers]) == "scaled"


def test_a_pattern_must_hold_in_every_case():
    assert name((LINE, LINE + 1), (GRID, GRID + 2)) not in ("off by a constant", "scaled")
    assert name((LINE, LINE[::-1]), (GRID, GRID)) != "reversed"


def test_the_amount_and_the_factor_are_said():
    assert "0.5 too small" in explain([(LINE, LINE - 0.5)], TOLERANCE).sentence
    assert "2 times" in explain([(LINE, LINE * 2)], TOLERANCE).sentence
    assert "one position too late" in explain([(LINE, np.roll(LINE, 1))], TOLERANCE).sentence
    assert "one position too early" in explain([(LINE, np.roll(LINE, -1))], TOLERANCE).sentence
    assert "5 of 8 values" in explain([(LINE, changed(LINE, [2, 4, 5]))], TOLERANCE).sentence


shapes = st.sampled_from([(), (1,), (2,), (7,), (1, 1), (3, 4), (2, 1, 3)])
values = st.floats(-1e6, 1e6, allow_nan=False)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(shapes, st.integers(0, 2**32 - 1)), min_size=1, max_size=3), st.data())
def test_explain_always_has_a_sentence(cases, data):
    pairs = []
    for shape, seed in cases:
        expected, got = np.random.default_rng(seed).integers(-3, 4, (2, *shape)).astype(float)
        pairs.append(
            (expected, data.draw(st.sampled_from([got, expected + 1, expected * 2, expected + 1e-4])))
        )
    finding = explain(pairs, TOLERANCE)
    assert finding.name and finding.sentence.endswith((".", "?"))


@settings(max_examples=100, deadline=None)
@given(values, values)
def test_equal_is_symmetric_enough_and_never_raises(left, right):
    assert compare.equal(left, left, TOLERANCE)
    assert compare.equal(left, right, TOLERANCE) == bool(abs(left - right) <= TOLERANCE * (1 + abs(left)))


@pytest.mark.parametrize(
    "expected", [1, 1.0, np.float64(1), np.ones(2), np.ones((2, 2)), (1, 2), "torch", True]
)
@pytest.mark.parametrize(
    "got",
    [None, [], {}, (), "x", b"x", 1j, object(), int, np.array([]), np.array(None), np.array(["a"]), np.ma.masked,
     np.array([{}, []], object), np.datetime64("2020-01-01"), range(3), {1, 2}, np.zeros((0, 3)), Ellipsis],
    ids=lambda got: type(got).__name__,
)  # fmt: skip
def test_strange_answers_are_never_equal_and_always_described(expected, got):
    got = sandbox.plain(got)
    assert not compare.equal(expected, got, TOLERANCE)
    finding = compare.wrong_kind(expected, got, TOLERANCE)
    assert (finding is None and isinstance(expected, str)) or finding.sentence
