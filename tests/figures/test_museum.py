"""Pictures of the museum: what they draw is what the two functions return."""

import re

import numpy as np
import pytest

from course_utils.figures.museum import differences, exhibit_scene
from course_utils.museum import EXHIBITS

EACH = pytest.mark.parametrize("exhibit", EXHIBITS.values(), ids=list(EXHIBITS))


@EACH
def test_every_input_has_a_picture_and_says_whether_it_shows(exhibit):
    apart = differences(exhibit.key)
    for row, kind in enumerate(exhibit.kinds, 1):
        for column, size in enumerate(exhibit.sizes):
            scene = exhibit_scene(exhibit.key, size, row)
            shows = apart[row - 1, column] > 0
            assert scene.text.endswith("the bug shows." if shows else "the bug hides.")
            assert exhibit.input_in_words(size, kind).lower() in scene.text.lower()
            assert "nan" not in scene.svg and len(scene.svg) < 120_000


@EACH
def test_the_field_tells_nothing_before_it_is_asked(exhibit):
    size, kind = exhibit.hidden
    row = exhibit.kinds.index(kind) + 1
    closed, whole = (exhibit_scene(exhibit.key, size, row, whole) for whole in (False, True))
    cells = re.findall(r'class="cell (\w+)"[^>]*data-id="at-\d+-\d+"', closed.svg)
    assert len(cells) == differences(exhibit.key).size and set(cells) == {"plain"}
    full = re.findall(r'class="cell output"[^>]*data-id="(at-\d+-\d+)"', whole.svg)
    shows = {
        f"at-{r + 1}-{exhibit.sizes[c]}" for r, c in zip(*np.nonzero(differences(exhibit.key)), strict=True)
    }
    assert set(full) == shows
    assert f"It hides on {differences(exhibit.key).size - len(shows)} of the" in whole.text
    assert all(
        text.startswith("Click") for cell, text in closed.details.items() if cell != f"at-{row}-{size}"
    )


def test_the_numbers_of_the_smallest_u_net():
    scene = exhibit_scene("corners", 2, 2)
    rows = {name: values for name, _, values in scene.table[1]}
    assert rows == {
        "input": "0, 1, 2, 3",
        "as it was found": "0.5, 1.17, 1.83, 2.5",
        "repaired": "0.5, 1, 2, 2.5",
    }
    assert scene.text == "Pairs of samples 2, a ramp: the two differ by up to 0.167; the bug shows."
    for value in ("1.17", "1.83", "0.17"):
        assert f">{value}</text>" in scene.svg


def test_of_a_long_array_the_part_with_the_largest_difference_is_drawn():
    scene = exhibit_scene("half", 10, 2)
    first, last = map(int, re.search(r"difference, columns (\d+) to (\d+)", scene.svg).groups())
    _, found, right = EXHIBITS["half"].results(10, "float16")
    assert last - first == 15 and first <= np.abs(found - right).argmax() <= last


def test_rows_out_of_range_are_refused():
    with pytest.raises(ValueError, match="row must be a whole number, from 1 to 4; got 5"):
        exhibit_scene("corners", 2, 5)
