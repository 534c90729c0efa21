"""The explorers of lesson 14, moved: every contender, task and cost; every weight; an entry of a learner's."""

import pytest

from course_utils import shootout as numerics
from course_utils.explorers.shootout import decide, shootout
from course_utils.figures.decision import CRITERIA, MOST, marks
from course_utils.networks.entering import Entry
from course_utils.networks.shootout_costs import Cost
from course_utils.shootout import COSTS, TASKS, Place
from tests.explorers.hand import handles, key, over_their_range


def entry(name="mine", gain=20.0):
    """What ``enter`` would return for one that is better than all."""
    row = {"upsampler": name, "parameters": 1, "median": gain, "least": gain, "most": gain, "seeds": 1}
    edges = {task: numerics.contenders()[0].edges[task] for task in TASKS}
    places = dict.fromkeys(TASKS, Place(1, 1, 1, 19))
    return Entry(name, "", (), Cost(1, 2.0, 3.0, 4.0), dict.fromkeys(TASKS, row), places, edges)


def test_every_contender_task_and_cost():
    explorer, seen = shootout(), set()
    names = [each.name for each in numerics.contenders()]
    for task in TASKS:
        for cost in COSTS:
            for i, name in enumerate(names):
                explorer.set(task=task, cost=cost, chosen=i)
                assert explorer.failure is None and f"{name}: " in explorer.scene.text
                seen.add(explorer.scene.svg)
    assert len(seen) == len(names) * len(TASKS) * len(COSTS)


@pytest.mark.parametrize("kind", ["point", "row"])
def test_a_click_chooses(kind):
    explorer = shootout()
    for i in (3, 0, 7):
        explorer.stage.chosen = f"{kind}-{i}"
        assert explorer.values["chosen"] == i


def test_a_learners_own_is_among_them_and_chosen():
    explorer = shootout(entry())
    assert "place 1 of 19. mine: +20 points" in explorer.scene.text
    assert "place 1 of 20. other: +30" in shootout(entry(), entry("other", 30.0)).scene.text


def test_who_was_refused_or_did_half_is_left_out():
    refused, half = Entry("bad", "It is too large."), entry()
    half = Entry("half", "", (), half.cost, {"labels": half.rows["labels"]}, half.places, half.edges)
    assert "of 18. flow" in shootout(refused, half).scene.text


def test_starting_values_are_checked():
    assert "Task B, pictures, place" in shootout(task="pictures", contender="flow").scene.text
    for wrong in ({"task": "both"}, {"cost": "money"}, {"contender": "mine"}):
        with pytest.raises(ValueError, match=f"{next(iter(wrong))} must be one of"):
            shootout(**wrong)


def test_every_weight_over_its_range():
    explorer = decide(entry())
    assert handles(explorer) == set(CRITERIA)
    for _ in over_their_range(explorer):
        assert explorer.failure is None
    assert "mine is worth most" in explorer.scene.text
    explorer.set(labels=0, pictures=0)
    assert explorer.scene.text.startswith("Nothing counts")
    key(explorer, "multiply_adds", right=1)
    assert explorer.controls["multiply_adds"].value == 1 and "nearest is worth most" in explorer.scene.text


def test_weights_to_begin_with():
    assert decide(labels=MOST, memory=1).values["memory"] == 1
    with pytest.raises(ValueError, match="weights must be one of"):
        decide(beauty=3)
    with pytest.raises(ValueError, match="labels must be a whole number, from 0 to 10"):
        decide(labels=11)


def test_what_there_is_to_try():
    explorer, nothing = decide(), dict.fromkeys(CRITERIA, 0)
    costs = {each.name: each.costs["multiply-adds"] for each in numerics.contenders()}

    def winner(**weights):
        explorer.set(**nothing | weights)
        return explorer.scene.text.partition(" is worth most")[0].split(
            ", ", sum(map(bool, weights.values()))
        )[-1]

    assert winner(labels=5) == "deformable"
    assert winner(labels=5, pictures=5) == "nearest, then convolution"
    cheap = winner(labels=5, multiply_adds=5)
    assert cheap == "transposed, bilinear start, each channel" and costs[cheap] == 4
    assert winner(**dict.fromkeys(CRITERIA, 5)) == "bicubic"
    found = dict(zip(costs, marks(numerics.contenders()), strict=True))
    both = sorted(found, key=lambda name: -found[name][0] - found[name][1])
    assert both[:2] == ["nearest, then convolution", "sub-pixel, ICNR"]
    in_b = sorted(found, key=lambda name: -found[name][1])
    assert (in_b[0], in_b[2]) == tuple(both[:2])
    assert found["nearest"][0] == 0 == found["bilinear"][1] and found["nearest"][1] > 0
    lost = {name: 1 - found[name] for name in found}  # against the best of each task
    assert all(lost[name][0] < lost["deformable"][1] for name in both[:2])
