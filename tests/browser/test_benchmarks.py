"""The benchmark's hands move an explorer and its rival, and see both pictures follow."""

import pytest

from benchmarks import explorers

pytestmark = [pytest.mark.takes(40), pytest.mark.thorough(only=True)]


@pytest.mark.parametrize(
    ("name", "hands"),
    [
        ("P in a cell", ["slider x", "handle P"]),  # an element that is a Tab stop of its own
        ("stepper", ["slider stride", "steps", "handle input 0"]),  # a player, and a cell of a grid
    ],
)
def test_one_short_match(lab, browser, name, hands):
    match = next(match for match in explorers.MATCHES if name in match.name)
    result = explorers.measure_match(lab, browser, 0, match, rounds=1, keys=2, drag_seconds=0.5, firsts=1)
    assert match.name in explorers.report([result])
    assert len(result["hands"]) == len(hands) + 1 and explorers.RIVAL in result["hands"]
    for measured in result["hands"].values():
        presses = [press for keys in measured["keys"] for press in (*keys, *measured["new"])]
        assert len(presses) == 3 and all(0 < press.changed < press.painted for press in presses)
        assert all(drag.offered > 0 for drag in measured["drags"])
    assert len(result["hover"]) >= 8 and min(result["hover"]) > 0
