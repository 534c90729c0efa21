"""Pool and unpool, moved: every control over its range, cells chosen and changed, numbers typed."""


import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.explorers.pooling import STOCK, as_text, pool_and_unpool, read_rows
from course_utils.figures.pooling import WEIGHTS
from course_utils.figures.scene import NoPicture


@pytest.fixture
def explorer():
    return pool_and_unpool()


def grid(explorer):
    return read_rows(explorer.values["numbers"])


@pytest.mark.parametrize("name", ["rows", "columns", "index", "number", "kernel_size", "stride", "padding"])
@pytest.mark.parametrize("start", [{}, {"numbers": STOCK[:7, :5], "kernel_size": 3}])
def test_every_slider_over_its_range(name, start):
    explorer = pool_and_unpool(**start)
    control = explorer.controls[name]
    for value in [*range(control.min, control.max + 1), control.min]:
        control.value = value
        assert explorer.failure is None
        assert grid(explorer).shape == (explorer.values["rows"], explorer.values["columns"])


def test_every_choice(explorer):
    for weights in WEIGHTS:
        for sized in (True, False):
            explorer.set(weights=weights, output_size=sized)
            assert explorer.failure is None and explorer.scene.text.startswith("4 × 4 numbers")


@settings(deadline=None, max_examples=80)
@given(
    rows=st.integers(2, 8), columns=st.integers(2, 8), index=st.integers(0, 63), number=st.integers(-9, 9),
    kernel_size=st.integers(1, 4), stride=st.integers(1, 4), padding=st.integers(0, 2),
    weights=st.sampled_from(WEIGHTS), output_size=st.booleans(),
)  # fmt: skip
def test_any_state_is_a_picture_or_a_reason(**values):
    explorer = pool_and_unpool()
    explorer.set(**values)
    assert explorer.failure is None
    assert grid(explorer).shape == (values["rows"], values["columns"])
    illegal = (
        values["padding"] > values["kernel_size"] // 2
        or values["kernel_size"] > min(values["rows"], values["columns"]) + 2 * values["padding"]
    )
    assert explorer.scene.text.startswith("No windows here.") == illegal


def test_it_starts_with_the_example_of_the_lesson(explorer):
    np.testing.assert_array_equal(grid(explorer), [[1, 2, 6, 3], [3, 5, 2, 1], [1, 2, 2, 1], [7, 3, 4, 8]])
    assert "maxima 5, 6, 7, 8 with indices 5, 2, 12, 15" in explorer.scene.text


def test_a_chosen_cell_can_be_changed(explorer):
    explorer.stage.chosen = "in-5"
    assert (explorer.values["index"], explorer.values["number"]) == (5, 5)
    explorer.controls["number"].value = -1
    assert grid(explorer)[1, 1] == -1
    assert explorer.scene.text.startswith("4 × 4 numbers, 2 × 2 windows, stride 2: 2 × 2 maxima 3, 6, 7, 8")
    explorer.stage.chosen = "in-15"
    assert explorer.values["number"] == 8 and grid(explorer)[1, 1] == -1
    explorer.stage.chosen = "max-0"  # an output is looked at, not changed
    assert explorer.values["index"] == 15


def test_choosing_changes_no_number():
    explorer = pool_and_unpool([[0.5, 30.0], [-40.0, 2.0]])
    before = explorer.values["numbers"]
    for i in range(4):
        explorer.stage.chosen = f"in-{i}"
        explorer.stage.chosen = ""
    assert explorer.values["numbers"] == before


def test_typed_numbers_move_the_sliders(explorer):
    explorer.controls["numbers"].value = "1, 2, 3; 4, 5, 6"
    assert (explorer.values["rows"], explorer.values["columns"]) == (2, 3)
    assert explorer.controls["index"].max == 5
    explorer.controls["index"].value = 5
    assert explorer.values["number"] == 6


def test_a_grid_that_grows_keeps_its_numbers(explorer):
    explorer.set(index=0, number=-7)
    explorer.set(rows=5, columns=6)
    assert grid(explorer)[0, 0] == -7 and grid(explorer).shape == (5, 6)
    np.testing.assert_array_equal(grid(explorer)[4], STOCK[4, :6])
    explorer.set(rows=2, columns=2)
    np.testing.assert_array_equal(grid(explorer), [[-7, 2], [3, 5]])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "these have no numbers at all"),
        ("1, 2; 3", "these have 2, 1"),
        ("1, x; 2, 3", "numbers holds '1, x; 2, 3'"),
        ("1, nan; 2, 3", "NaN and infinity"),
        ("1; 2; 3", "2 to 8 rows and columns; these are 3 × 1"),
        ("1, 2; 3, 1000", "one is 1000"),
        ("5", "these are 1 × 1"),
    ],
)
def test_numbers_that_are_none_get_a_sentence(explorer, text, words):
    explorer.controls["numbers"].value = text
    assert explorer.failure is None and words in explorer.scene.text
    explorer.controls["rows"].value = 3  # any handle leads back to a picture, or the sentence stays
    explorer.set(columns=3, rows=3)
    explorer.controls["number"].value = 4
    assert explorer.failure is None


def test_rows_can_be_typed_in_many_ways():
    for text in ("1, 2; 3, 4", "1 2;3 4;", "[[1, 2], [3, 4]]", "1,2\n3,4"):
        np.testing.assert_array_equal(read_rows(text), [[1, 2], [3, 4]])
    np.testing.assert_array_equal(read_rows("−1, 2; 3, 4.5"), [[-1, 2], [3, 4.5]])
    with pytest.raises(NoPicture):
        read_rows(";;")


def test_text_and_numbers_are_inverse():
    for seed in range(5):
        x = np.random.default_rng(seed).integers(-50, 50, (3, 4)) / 4
        np.testing.assert_array_equal(read_rows(as_text(x)), x)


def test_the_three_things_to_try(explorer):
    for i in set(range(16)) - {5, 2, 12, 15}:
        explorer.set(index=i, number=-9)
    assert "maxima 5, 6, 7, 8 with indices 5, 2, 12, 15" in explorer.scene.text
    explorer = pool_and_unpool(kernel_size=3, stride=1)
    assert "maxima 6, 6, 7, 8 with indices 2, 2, 12, 15. 3 of 16 come back" in explorer.scene.text
    explorer.set(kernel_size=2, stride=2, numbers="-1, -2, 6, 3; -3, -4, 2, 1; 1, 2, 2, 1; 7, 3, 4, 8")
    assert "max[0, 0] was −1 and is now 0" in explorer.scene.text


def test_the_second_three_things_to_try():
    peaks = np.zeros((4, 5))
    peaks[[0, 1, 2, 2], [0, 3, 0, 3]] = [9, 8, 7, 6]
    explorer = pool_and_unpool(peaks, output_size=False)
    assert "8, 7, 6 land in another place" in explorer.scene.text
    explorer.set(columns=4, rows=5)
    assert "another place" not in explorer.scene.text and "refused" not in explorer.scene.text
    explorer.set(rows=4, columns=5)
    explorer.set(index=18)
    explorer.set(number=9)
    assert "Unpooling is refused: indices[1, 1] is 18" in explorer.scene.text


def test_starting_values_are_checked():
    with pytest.raises(ValueError, match=r"2 to 8 rows and columns; got shape \(1, 4\)"):
        pool_and_unpool([[1, 2, 3, 4]])
    with pytest.raises(ValueError, match=r"kernel_size.*from 1 to 4; got 5"):
        pool_and_unpool(kernel_size=5)
    with pytest.raises(ValueError, match="Did you mean 'corner'"):
        pool_and_unpool(weights="corners")
