"""Pool and unpool, moved: every control and every handle over its range, numbers typed, sizes changed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.explorers.pooling import OWN, STOCK, pool_and_unpool
from course_utils.pooling import WEIGHTINGS, window_weights
from tests.explorers.hand import handles, key, move, over_their_range


@pytest.fixture
def explorer():
    return pool_and_unpool()


def grid(explorer):
    """The numbers that the picture shows: each is a handle."""
    return shown(explorer, "numbers")


def shown(explorer, control):
    cells = {
        tuple(map(int, name[len(control) + 1 : -1].split(","))): handle.at[0]
        for name, handle in explorer.scene.handles.items() if name.startswith(f"{control}[")
    }  # fmt: skip
    rows, columns = np.max(list(cells), axis=0) + 1
    return np.array([[cells[r, c] for c in range(columns)] for r in range(rows)])


@pytest.mark.parametrize(
    "name", ["rows", "columns", "kernel_size", "stride", "padding", "weights", "output_size"]
)
@pytest.mark.parametrize("start", [{}, {"numbers": STOCK[:7, :5], "kernel_size": 3}])
def test_every_control_over_its_range(name, start):
    explorer = pool_and_unpool(**start)
    control = explorer.controls[name]
    if name in ("rows", "columns"):
        values = [*range(control.min, control.max + 1), control.min]
    else:
        values = [True, False, True] if name == "output_size" else [*control.options, control.options[0]]
    for value in values:
        control.value = value
        assert explorer.failure is None
        if explorer.scene.handles:
            assert grid(explorer).shape == (explorer.values["rows"], explorer.values["columns"])


@settings(deadline=None, max_examples=80)
@given(
    rows=st.integers(2, 8), columns=st.integers(2, 8), kernel_size=st.integers(1, 4), stride=st.integers(1, 4),
    padding=st.integers(0, 2), weights=st.sampled_from([*WEIGHTINGS, OWN]), output_size=st.booleans(),
)  # fmt: skip
def test_any_state_is_a_picture_or_a_reason(**values):
    explorer = pool_and_unpool()
    explorer.set(**values)
    assert explorer.failure is None
    illegal = (
        values["padding"] > values["kernel_size"] // 2
        or values["kernel_size"] > min(values["rows"], values["columns"]) + 2 * values["padding"]
    )
    assert explorer.scene.text.startswith("No windows here.") == illegal
    if not illegal:
        assert grid(explorer).shape == (values["rows"], values["columns"])
        assert explorer.draw(**_read(explorer)) == explorer.scene  # nothing but the values decides


def _read(explorer):
    return {name: explorer._drawable(name, value) for name, value in explorer.values.items()}


@pytest.mark.parametrize(
    "start", [{}, {"numbers": STOCK[:3, :5], "kernel_size": 3, "stride": 1, "padding": 1}]
)
def test_every_handle_over_its_range(start):
    explorer = pool_and_unpool(**start)
    assert len(handles(explorer)) == grid(explorer).size + explorer.values["kernel_size"] ** 2
    for name, (value,) in over_their_range(explorer, most=4):
        assert explorer.failure is None and explorer.scene.handles, name
        assert explorer.scene.handles[name].at[0] == pytest.approx(value, abs=0.6)


def test_it_starts_with_the_example_of_the_lesson(explorer):
    np.testing.assert_array_equal(grid(explorer), [[1, 2, 6, 3], [3, 5, 2, 1], [1, 2, 2, 1], [7, 3, 4, 8]])
    assert "maxima 5, 6, 7, 8 with indices 5, 2, 12, 15" in explorer.scene.text


def test_what_is_in_sight_is_what_the_lesson_asks_for(explorer):
    assert set(explorer._main) == {"kernel_size", "stride", "padding", "output_size"}


def test_a_number_is_pulled_where_it_stands(explorer):
    move(explorer, "numbers[1,1]", -1)
    assert grid(explorer)[1, 1] == -1
    assert explorer.scene.text.startswith("4 × 4 numbers, 2 × 2 windows, stride 2: 2 × 2 maxima 3, 6, 7, 8")
    assert explorer.values["numbers"].startswith("1, 2, 6, 3; 3, -1, 2, 1")
    key(explorer, "numbers[1,1]", down=-1)
    assert grid(explorer)[1, 1] == 0


def test_choosing_changes_no_number():
    explorer = pool_and_unpool([[0.5, 30.0], [-40.0, 2.0]])
    before = explorer.values
    for i in range(4):
        explorer.stage.chosen = f"in-{i}"
        explorer.stage.chosen = ""
    assert explorer.values == before


def test_typed_numbers_bring_their_size_along(explorer):
    explorer.controls["numbers"].value = "1, 2, 3; 4, 5, 6"
    assert (explorer.values["rows"], explorer.values["columns"]) == (2, 3)
    np.testing.assert_array_equal(grid(explorer), [[1, 2, 3], [4, 5, 6]])


def test_a_grid_that_grows_says_what_is_new(explorer):
    move(explorer, "numbers[0,0]", -7)
    explorer.set(rows=5, columns=6)
    assert grid(explorer).shape == (5, 6) and grid(explorer)[0, 0] == -7
    assert not grid(explorer)[4].any() and not grid(explorer)[:, 4:].any()
    assert "Row 4 is new: 0s. Columns 4 to 5 are new: 0s." in explorer.scene.text
    assert "columns 4 to 5 are new: 0s" in explorer.scene.svg
    move(explorer, "numbers[4,5]", 3)
    assert grid(explorer)[4, 5] == 3 and "new" not in explorer.scene.text


def test_a_grid_that_shrinks_sets_numbers_aside_and_loses_none(explorer):
    before = grid(explorer)
    explorer.set(rows=2, columns=3)
    np.testing.assert_array_equal(grid(explorer), before[:2, :3])
    assert "Rows 2 to 3 are set aside until there is room again." in explorer.scene.text
    assert "Column 3 is set aside until there is room again." in explorer.scene.text
    move(explorer, "numbers[0,0]", 9)
    explorer.set(rows=4, columns=4)
    before[0, 0] = 9
    np.testing.assert_array_equal(grid(explorer), before)


def test_a_weight_that_is_pulled_becomes_your_own(explorer):
    explorer.set(weights="left minus right")
    move(explorer, "kernel[0,1]", 2)
    assert explorer.values["weights"] == OWN
    np.testing.assert_array_equal(shown(explorer, "kernel"), [[0.5, 2], [0.5, -0.5]])
    assert explorer.scene.details["conv-0"] == "conv[0, 0] = 0.5 · (1 + 3) + 2 · 2 + (−0.5) · 5 = 3.5."
    move(explorer, "kernel[1,1]", 0)
    np.testing.assert_array_equal(shown(explorer, "kernel"), [[0.5, 2], [0.5, 0]])


def test_your_own_weights_stay_when_the_window_changes(explorer):
    explorer.controls["kernel"].value = "1, 2, 3; 4, 5, 6; 7, 8, 9"
    assert (explorer.values["weights"], explorer.values["kernel_size"]) == (OWN, 3)
    explorer.set(kernel_size=2)
    np.testing.assert_array_equal(shown(explorer, "kernel"), [[1, 2], [4, 5]])
    assert "5 of your 9 weights set aside" in explorer.scene.text
    explorer.set(kernel_size=4)
    assert shown(explorer, "kernel")[:3, :3].tolist() == [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    assert "7 weights are new: 0s" in explorer.scene.text
    explorer.set(weights="mean")
    np.testing.assert_array_equal(shown(explorer, "kernel"), window_weights("mean", 4))
    explorer.set(weights=OWN, kernel_size=3)
    assert shown(explorer, "kernel")[2, 2] == 9


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "numbers holds no numbers"),
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
    explorer.controls["rows"].value = 3
    explorer.set(columns=3, rows=3, **{"numbers[0,0]": 4})
    assert explorer.failure is None and words in explorer.scene.text
    explorer.controls["numbers"].value = "1, 2; 3, 4"
    assert explorer.scene.text.startswith("2 × 2 numbers")


@pytest.mark.parametrize(
    ("text", "words"), [("1, 2; x", "your own weights holds"), ("1, 2, 3, 4, 5", "1 × 5"), ("100", "100")]
)
def test_weights_that_are_none_get_a_sentence(explorer, text, words):
    explorer.controls["kernel"].value = text
    explorer.set(weights=OWN)
    assert explorer.failure is None and words in explorer.scene.text


def test_every_preset_is_a_picture(explorer):
    buttons = [
        each for box in explorer.children for each in getattr(box, "children", ()) if hasattr(each, "click")
    ]
    assert len(buttons) == 4
    explorer.set(stride=1, rows=7)
    for button in [*buttons[1:], buttons[0]]:
        button.click()
        assert explorer.failure is None and explorer.scene.handles
    assert explorer.scene.text == pool_and_unpool().scene.text


def test_the_three_things_to_try(explorer):
    for r, c in sorted({(r, c) for r in range(4) for c in range(4)} - {(1, 1), (0, 2), (3, 0), (3, 3)}):
        move(explorer, f"numbers[{r},{c}]", -9)
    assert "maxima 5, 6, 7, 8 with indices 5, 2, 12, 15" in explorer.scene.text
    explorer = pool_and_unpool(kernel_size=3, stride=1)
    assert "maxima 6, 6, 7, 8 with indices 2, 2, 12, 15. 3 of 16 come back" in explorer.scene.text
    explorer.set(kernel_size=2, stride=2, numbers="-1, -2, 6, 3; -3, -4, 2, 1; 1, 2, 2, 1; 7, 3, 4, 8")
    assert "max[0, 0] was −1 and is now 0" in explorer.scene.text


def test_the_second_three_things_to_try():
    peaks = np.zeros((4, 5))
    peaks[[0, 1, 2, 2], [0, 3, 0, 3]] = [9, 8, 7, 6]
    explorer = pool_and_unpool(peaks, output_size=False)
    assert "8, 7, 6 land at another position" in explorer.scene.text
    explorer.set(columns=4, rows=5)
    assert "another position" not in explorer.scene.text and "refused" not in explorer.scene.text
    explorer.set(rows=4, columns=5)
    move(explorer, "numbers[3,3]", 9)
    assert "Unpooling is refused: indices[1, 1] is 18" in explorer.scene.text


def test_starting_values_are_checked():
    with pytest.raises(ValueError, match=r"2 to 8 rows and columns; got shape \(1, 4\)"):
        pool_and_unpool([[1, 2, 3, 4]])
    with pytest.raises(ValueError, match=r"kernel_size.*from 1 to 4; got 5"):
        pool_and_unpool(kernel_size=5)
    with pytest.raises(ValueError, match="Did you mean 'corner'"):
        pool_and_unpool(weights="corners")
