"""The pictures of lesson 14, read from their SVG: where points stand, what is on the front, what bars are made of."""

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import shootout
from course_utils.figures import decision
from course_utils.figures import shootout as figures
from course_utils.figures.decision import CRITERIA, decision_scene, marks
from course_utils.figures.shootout import LEFT, LIST_X, LOWEST, PLOT_H, PLOT_W, TOP, shootout_scene
from course_utils.shootout import COSTS, TASKS, Contender, Typical, front, worth

SVG = "{http://www.w3.org/2000/svg}"
EDGES = {"labels": np.zeros((64, 64), np.uint8), "pictures": np.full((48, 48), 9, np.uint8)}


def contender(name, labels=0.0, pictures=0.0, spread=0.1, seeds=5, **costs):
    """Gains from twice the spread below to the spread above."""
    both = {"labels": (labels, spread), "pictures": (pictures, spread / 10)}
    gains = {
        task: Typical(gain, gain - 2 * reach, gain + reach, seeds) for task, (gain, reach) in both.items()
    }
    return Contender(name, gains, dict.fromkeys(COSTS, 0) | costs, EDGES)


GAINS = st.integers(-80, 120).map(lambda number: number / 10)
PRICES = st.one_of(st.just(0), st.integers(1, 10**6))


@st.composite
def some_contenders(draw):
    """Bilinear and up to eight others."""
    found = [contender("bilinear", spread=0.0)]
    for number in range(draw(st.integers(1, 8))):
        costs = {cost: draw(PRICES) for cost in COSTS}
        gains = draw(GAINS), draw(GAINS) / 40
        spread, seeds = draw(st.sampled_from([(0.0, 1), (0.3, 3), (30.0, 5)]))
        found.append(contender(f"number {number}", *gains, spread, seeds, **costs))
    return found


def points(scene):
    """Index -> (x, y, class) of the contenders' points."""
    root = ElementTree.fromstring(scene.svg)
    found = {}
    for each in root.iter(f"{SVG}circle"):
        kind, _, index = (each.get("data-id") or "").partition("-")
        if kind == "point":
            found[int(index)] = float(each.get("cx")), float(each.get("cy")), each.get("class")
    return found


@settings(max_examples=40, deadline=None)
@given(some_contenders(), st.sampled_from(TASKS), st.sampled_from(list(COSTS)), st.data())
def test_points_stand_where_gain_and_cost_say(found, task, cost, data):
    chosen = data.draw(st.integers(0, len(found) - 1))
    scene = shootout_scene(found, task, cost, chosen)
    at = points(scene)
    gains = [each.gains[task].median for each in found]
    costs = [each.costs[cost] for each in found]
    assert len(at) == len(found)
    unbeaten = front(costs, gains)
    for i in range(len(found)):
        x, y, css = at[i]
        assert LEFT <= x <= LEFT + PLOT_W and TOP <= y <= TOP + PLOT_H
        assert css == ("output" if i == chosen else "kernel" if unbeaten[i] else "sample")
        for j in range(len(found)):
            if costs[i] < costs[j]:
                assert x < at[j][0]
            if gains[i] > gains[j] > LOWEST[task]:
                assert y < at[j][1]
    place = 1 + sum(gain > gains[chosen] for gain in gains)
    assert f"place {place} of {len(found)}. {found[chosen].name}: " in scene.text
    assert ("Nobody gains as much for less." in scene.text) == unbeaten[chosen]
    assert [row[0] for row in scene.table[1]] == [
        found[i].name for i in np.argsort(-np.array(gains), kind="stable")
    ]
    assert set(scene.links) == {f"{kind}-{i}" for kind in ("row", "point") for i in range(len(found))}


def test_who_beats_the_chosen_one_is_named():
    found = [contender("bilinear"), contender("best", 3.0), contender("second", 2.0), contender("third", 1.0)]
    last = [*found, contender("last", -1.0)]
    says = [shootout_scene(last, "labels", "memory", i).text for i in range(5)]
    assert "Nobody gains" in says[1]
    assert "best gains no less and costs no more." in says[2]
    assert "best gains no less and costs no more, and so does second." in says[3]
    assert "bilinear gains no less and costs no more, and so do 3 others." in says[4]


def test_who_is_far_below_stands_at_the_border_with_its_number():
    found = [contender("bilinear"), contender("holes", -55.4)]
    scene = shootout_scene(found, "labels", "memory", 1)
    assert points(scene)[1][1] == TOP + PLOT_H
    assert "holes (−55.4)" in scene.svg
    assert (
        "holes (−55.4)" in shootout_scene(found, "labels", "memory", 0).svg
    )  # not chosen, and not on the front


def test_one_seed_has_no_spread():
    scene = shootout_scene([contender("bilinear"), contender("mine", 1.5, spread=0.0, seeds=1)], chosen=1)
    assert "mine: +1.5 points of mean IoU (1 seed)" in scene.text
    scene = shootout_scene([contender("bilinear"), contender("mine", 1.5, spread=0.5, seeds=4)], chosen=1)
    assert "mine: +1.5 points of mean IoU (+0.5 to +2 in 4 seeds)" in scene.text


@pytest.mark.parametrize("spread", [0.5, 3.0, 60.0])
def test_a_bar_runs_from_the_least_to_the_most_and_ends_with_the_plot(spread):
    found = [
        contender("bilinear", seeds=1),
        contender("mine", 1.5, spread=spread, memory=9),
        contender("tall", 9.0),
    ]
    scene = shootout_scene(found, "labels", "memory", 1)
    x, y, _ = points(scene)[1]
    bars = [
        sorted(float(each.get(end)) for end in ("y1", "y2"))
        for each in ElementTree.fromstring(scene.svg).iter(f"{SVG}line")
        if float(each.get("x1")) == float(each.get("x2")) == x and each.get("pointer-events") == "none"
    ]
    [(top, bottom)] = bars
    assert TOP <= top < y < bottom <= TOP + PLOT_H
    assert (bottom == TOP + PLOT_H) == (spread > 5.75)  # 1.5 - 2 * 5.75 is as low as the plot goes
    if spread < 1:
        assert bottom - y == pytest.approx(2 * (y - top), rel=1e-3)


@pytest.mark.parametrize("task", TASKS)
def test_no_name_covers_another(task):
    found = shootout.contenders()
    for cost in COSTS:
        for chosen in range(len(found)):
            svg = shootout_scene(found, task, cost, chosen).svg
            names = re.findall(r'<text x="([\d.]+)" y="([\d.]+)"[^>]*class="[^"]*halo"[^>]*>([^<]+)<', svg)
            boxes = [(float(x), float(y) - 10, float(x) + 6 * len(name), float(y)) for x, y, name in names]
            assert boxes
            for i, box in enumerate(boxes):
                assert all(figures._apart(box, other) for other in boxes[:i])
                assert box[0] > LEFT and box[2] < LEFT + PLOT_W + 40


def test_the_scene_and_the_photo_are_those_of_the_record():
    photo, truth = figures._scene()
    assert photo.shape == (64, 64, 3) and truth.shape == (64, 64)
    bilinear = next(each for each in shootout.contenders() if each.name == "bilinear")
    assert (bilinear.edges["labels"] == truth).mean() > 0.9  # an enlarged answer of this very scene
    errors = [np.abs(bilinear.edges["pictures"] - figures._photo().astype(float)).mean() for _ in range(1)]
    assert errors[0] < 15


# ---- Which would you take? -----------------------------------------------------------------------


def bars(scene):
    """Name -> the widths of its parts, in the order of the picture."""
    found = {}
    for each in ElementTree.fromstring(scene.svg).iter(f"{SVG}rect"):
        if each.get("data-value"):
            name, _, part = each.get("data-value").rpartition("-")
            found.setdefault(name, {})[int(part)] = float(each.get("width"))
    return found


@settings(max_examples=40, deadline=None)
@given(some_contenders(), st.lists(st.integers(0, 10), min_size=len(CRITERIA), max_size=len(CRITERIA)))
def test_a_bar_is_made_of_what_every_criterion_gives(found, given_weights):
    scene = decision_scene(found, **dict(zip(CRITERIA, given_weights, strict=True)))
    if not any(given_weights):
        assert scene.text.startswith("Nothing counts") and not bars(scene)
        return
    table = marks(found)
    assert ((table >= 0) & (table <= 1)).all()
    value, drawn = worth(table, given_weights), bars(scene)
    for i, each in enumerate(found):
        parts = drawn.get(each.name, {})
        assert sum(parts.values()) == pytest.approx(value[i] * decision.BAR_W, abs=0.01)
        for part, wide in parts.items():
            share = table[i, part] * given_weights[part] / sum(given_weights)
            assert wide == pytest.approx(share * decision.BAR_W, abs=0.01)
    best = found[int(value.argmax())].name
    assert f", {best} is worth most, " in scene.text
    assert {name: handle.at for name, handle in scene.handles.items()} == {
        name: (weight,) for name, weight in zip(CRITERIA, given_weights, strict=True)
    }


def test_marks_run_from_nearest_or_the_dearest_to_the_best():
    found = [
        contender("bilinear", memory=0), contender("nearest", -8.0, -0.1), contender("best", 8.0, 0.3, memory=9),
        contender("holes", -50.0, 0.1, memory=99),
    ]  # fmt: skip
    columns = dict(zip(CRITERIA, marks(found).T, strict=True))
    np.testing.assert_allclose(columns["labels"], [0.5, 0, 1, 0])
    np.testing.assert_allclose(columns["pictures"], [0.25, 0, 1, 0.5])
    np.testing.assert_allclose(columns["memory"], [1, 1, 0.5, 0])
    np.testing.assert_allclose(columns["parameters"], 1)


@pytest.mark.parametrize("task", TASKS)
def test_the_title_of_the_plot_ends_before_the_list(task):
    scene = shootout_scene([contender("bilinear")], task)
    (title,) = (
        text for text in ElementTree.fromstring(scene.svg).iter(SVG + "text") if "least to most" in text.text
    )
    assert LEFT + 0.56 * float(title.get("font-size", 13)) * len(title.text) < LIST_X
