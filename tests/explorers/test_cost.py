"""The cost of low and high resolution, moved: every control over its range."""

import pytest

from course_utils.cost import RULES, low_and_high
from course_utils.explorers.cost import cost
from course_utils.figures.cost import MOST
from tests.explorers.hand import handles, key, over_their_range


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("name", MOST)
def test_every_slider_over_its_range(name, rule):
    explorer = cost(rule=rule)
    control = explorer.controls[name]
    assert (control.min, control.max) == (1, MOST[name])
    for value in [*range(1, MOST[name] + 1), 1]:
        control.value = value
        assert explorer.failure is None
        low, high = low_and_high(**explorer.values)
        assert f"{low.layer.parameters:,} parameters against {high.layer.parameters:,}" in explorer.scene.text


def test_the_three_things_to_try():
    explorer = cost()
    explorer.set(layers=1)
    assert "After 1 layer an output sees 3 small pixels along an axis, against 3." in explorer.scene.text
    explorer.set(layers=6)
    assert "sees 13 small pixels along an axis, against 15.5." in explorer.scene.text
    explorer.set(factor=4)
    assert "147,456 parameters against 9,216" in explorer.scene.text
    explorer.set(factor=2, layers=4, rule="same layers")
    assert "2,304·W·H multiply-adds against 9,216·W·H, 9,216 parameters against 9,216" in explorer.scene.text
    assert "sees 9 small pixels along an axis, against 4.5." in explorer.scene.text


def test_starting_values_are_checked():
    with pytest.raises(ValueError, match="from 1 to 4; got 5"):
        cost(factor=5)
    with pytest.raises(ValueError, match="Did you mean 'same layers'"):
        cost(rule="same layer")


@pytest.mark.parametrize("rule", RULES)
def test_every_handle_over_its_range(rule):
    explorer = cost(rule=rule)
    assert handles(explorer) == set(MOST)
    for _ in over_their_range(explorer):
        low, high = low_and_high(**explorer.values)
        assert explorer.failure is None
        assert f"{low.layer.parameters:,} parameters against {high.layer.parameters:,}" in explorer.scene.text


def test_keys_move_a_setting_and_its_slider_follows():
    explorer = cost()
    key(explorer, "factor", right=1)
    assert explorer.values["factor"] == explorer.controls["factor"].value == 3
    key(explorer, "layers", down=1)
    assert explorer.values["layers"] == 3
