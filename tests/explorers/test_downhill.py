"""The descent, moved by hand: its start dragged along the axis, its bump changed."""

import pytest

from course_utils.explorers.downhill import downhill
from tests.explorers import hand


def test_the_start_is_dragged_and_stays_on_its_steps():
    explorer = downhill()
    assert hand.handles(explorer) == {"start"}
    for x, start in {0.6: 0.5, 5.3: 5.25, 99.0: 14.0, -99.0: -4.0}.items():
        hand.move(explorer, "start", x)
        assert explorer.values["start"] == pytest.approx(start) and explorer.failure is None
    hand.key(explorer, "start", right=1)
    assert explorer.values["start"] == pytest.approx(-3.75)


def test_another_bump_keeps_the_step():
    explorer = downhill(width=4)
    explorer.stage.step = 6
    explorer.set(width=0.4)
    assert explorer.failure is None and explorer.stage.step == 6
    assert "width 0.4, step 30" in explorer.scene.details[explorer.stage.chosen]


@pytest.mark.parametrize(
    ("start", "words"),
    [
        ({"width": 3}, "width must be one of 0.4, 2, 4; got 3."),
        ({"start": 20}, "start must be from -4 to 14; got 20."),
    ],
)
def test_what_it_refuses(start, words):
    with pytest.raises(ValueError, match="must be") as refused:
        downhill(**start)
    assert str(refused.value) == words
