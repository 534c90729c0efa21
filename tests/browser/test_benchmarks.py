"""The benchmark's hand moves a slider of an explorer and of its rival, and sees both pictures follow."""

import pytest

from benchmarks import explorers

pytestmark = pytest.mark.takes(30)


def test_one_short_match(lab, browser):
    match = explorers.matches()[1]
    result = explorers.measure_match(lab, browser, 0, match, rounds=1, keys=2, drag_seconds=0.5, firsts=1)
    assert "P in a cell" in explorers.report([result])
    for side in (explorers.OURS, explorers.RIVAL):
        assert all(0 < changed < painted for keys in result["keys"][side] for changed, painted in keys)
    assert all(result["drags"][side].offered > 0 for side in (explorers.OURS, explorers.RIVAL))
    assert len(result["hover"]) == 16 and min(result["hover"]) > 0
