"""The museum, moved: every exhibit, every control over its range."""

import pytest

from course_utils.explorers.museum import museum
from course_utils.museum import EXHIBITS
from tests.explorers.hand import handles, key, over_their_range


def test_every_exhibit_opens_on_an_input_that_hides_it():
    explorer = museum()
    for each in EXHIBITS.values():
        explorer.controls["key"].value = each.key
        assert explorer.failure is None and explorer.scene.text.endswith("the bug hides.")
        assert (explorer.controls["size"].min, explorer.controls["size"].max) == (
            each.sizes[0],
            each.sizes[-1],
        )
        assert explorer.controls["row"].max == len(each.kinds)
        assert museum(each.key).scene == explorer.scene


@pytest.mark.parametrize("name", EXHIBITS)
def test_every_handle_and_every_cell(name):
    explorer = museum(name)
    assert handles(explorer) == {"size"}
    for _ in over_their_range(explorer):
        assert explorer.failure is None
    for cell in list(explorer.scene.details):
        explorer.stage.chosen = cell
        assert explorer.failure is None
        assert f"at-{explorer.values['row']}-{explorer.values['size']}" == cell
    explorer.controls["whole_field"].value = True
    assert "It hides on" in explorer.scene.text


def test_an_arrow_key_takes_the_next_size():
    explorer = museum("padding")
    assert explorer.values["size"] == 15 and "hides" in explorer.scene.text
    key(explorer, "size", right=1)
    assert (
        explorer.values["size"] == 16
        and "the two differ by up to 16; the bug shows" not in explorer.scene.text
    )
    assert "the bug shows" in explorer.scene.text


def test_key_and_size_can_be_set_together():
    explorer = museum()
    explorer.set(key="skip", size=9, row=1)
    assert explorer.values == {"key": "skip", "size": 9, "row": 1, "whole_field": False}
    assert "the bug shows" in explorer.scene.text


def test_starting_values_are_checked():
    with pytest.raises(ValueError, match="key must be one of"):
        museum("corner")
    with pytest.raises(TypeError, match="whole_field must be"):
        museum(whole_field="yes")
