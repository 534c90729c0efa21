"""Pictures of what outputs read: the numbers are the decision's, the colors the picture's, points in their places."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.figures.draw.scene import NoPicture
from course_utils.figures.sampling import CELL, GAP, LEFT, PART, SEEN, TOP, WHOLE, taps_scene
from course_utils.figures.sampling_around import PART as AROUND
from course_utils.figures.sampling_around import around_scene, steps_of
from course_utils.films import Enlarged
from course_utils.resampling import resize
from course_utils.sampling import FRESH, Decision, fresh_decision, own_places, read_with
from tests.figures.reading import decoded, numbers_in

SIZE = (10, 12)
places = st.tuples(st.integers(0, 2 * SIZE[1] - 1), st.integers(0, 2 * SIZE[0] - 1))


def enlarged(size_hw=SIZE, seed=0):
    """Random colors and, "after", decisions that differ from those before."""
    random, (h, w) = np.random.default_rng(seed), size_hw
    colors = random.uniform(size=(3, h, w)).round(3)
    truth = np.moveaxis(resize(colors, (2 * h, 2 * w), axes=(1, 2), mode="nearest"), 0, -1)
    kernels = random.dirichlet(np.ones(25), (2 * h, 2 * w)).transpose(2, 0, 1)
    own = own_places(size_hw, (2 * h, 2 * w))
    points = own + random.normal(0, 0.7, (9, 2, 2 * h, 2 * w))
    gate = random.uniform(size=(2 * h, 2 * w))
    after = {
        "bilinear": fresh_decision("bilinear", size_hw),
        "CARAFE": Decision(size_hw, kernels=kernels),
        "DySample": Decision(size_hw, points_xy=points[:1]),
        "flow": Decision(size_hw, points_xy=points[1:2]),
        "gated flow": Decision(
            size_hw, points_xy=points[2:3], weights=gate[None], kept=1 - gate, rest=0.2 * (1 - gate)
        ),
        "deformable, shared": Decision(
            size_hw, points_xy=points, weights=random.normal(size=(9, 2 * h, 2 * w)) / 3, enlarged=True
        ),
    }
    return Enlarged(
        colors, truth, {n: {"before": fresh_decision(n, size_hw), "after": after[n]} for n in FRESH}
    )


EACH = enlarged()
every = pytest.mark.parametrize("name", FRESH)


@every
@settings(max_examples=12)
@given(st.sampled_from(["before", "after"]), places)
def test_the_numbers_are_those_of_the_decision(name, when, place):
    scene, decision = taps_scene(EACH, name, when, place), EACH.decisions[name][when]
    taps = decision.taps(place[1], place[0])
    row = scene.table[1][0]
    assert int(row[1]) == (np.abs(taps) >= SEEN).sum()
    assert numbers_in(row[2]) == [pytest.approx(taps.sum(), abs=0.006)]
    answer = np.clip(read_with(decision, EACH.colors)[:, place[1], place[0]], 0, 1)
    error = 255 * np.abs(answer - EACH.truth[place[1], place[0]]).mean()
    assert float(row[3]) == pytest.approx(error, abs=0.06)
    assert scene.text.startswith(f"Output in column {place[0]}, row {place[1]}: ")
    at = np.unravel_index(np.abs(taps).argmax(), taps.shape)
    assert f"of column {at[1]}, row {at[0]}:" in scene.text


@every
@pytest.mark.parametrize("scene", [taps_scene, around_scene])
def test_the_enlarged_picture_is_what_the_decision_makes(name, scene):
    due = np.rint(255 * np.moveaxis(read_with(EACH.decisions[name]["after"], EACH.colors), 0, -1).clip(0, 1))
    shown = decoded(scene(EACH, name, "after", (5, 7)).svg, "what comes out")[..., :3]
    assert np.abs(shown - due).max() <= 1


@given(places)
def test_a_point_is_drawn_where_it_is(place):
    scene = taps_scene(EACH, "DySample", "after", place)
    (point,), _ = EACH.decisions["DySample"]["after"].points(place[1], place[0])
    corner = np.clip(np.array(place) // 2 - PART // 2, 0, np.array(SIZE[::-1]) - PART)
    due = np.array([LEFT + WHOLE + GAP, TOP]) + (point - corner + 0.5) * CELL
    circles = np.array(re.findall(r'<circle cx="([^"]+)" cy="([^"]+)"', scene.svg), float)
    inside = np.all((point >= corner - 0.5) & (point <= corner + PART - 0.5))
    assert (np.abs(circles - due).max(axis=1).min() < 0.01) or not inside


@every
def test_every_pixel_can_be_reached_and_bilinear_stands_beside_it(name):
    scene = taps_scene(EACH, name, "after", (0, 0))
    handle = scene.handles["place"]
    assert handle.high == (2 * SIZE[1] - 1, 2 * SIZE[0] - 1) and handle.at == (0, 0)
    assert scene.table[1][1][0] == "bilinear" and scene.table[1][1][1] == "1"  # the corner: one pixel


def test_shares_of_the_gray_are_said():
    scene = taps_scene(EACH, "gated flow", "before", (8, 8))
    assert "shares add up to 0.5; 0.5 is the gray&#x27;s" in scene.svg
    assert "is the gray" not in taps_scene(EACH, "flow", "before", (8, 8)).svg


# ---- all around one output -----------------------------------------------------------------------


@settings(max_examples=12)
@given(places)
def test_kernels_are_drawn_row_by_row_in_the_output_they_belong_to(place):
    scene = around_scene(EACH, "CARAFE", "after", place)
    kernels = EACH.decisions["CARAFE"]["after"].kernels
    corner = 2 * np.clip(np.array(place) // 2 - AROUND // 2, 0, np.array(SIZE[::-1]) - AROUND)
    part = kernels[:, corner[1] : corner[1] + 2 * AROUND, corner[0] : corner[0] + 2 * AROUND]
    shown = decoded(scene.svg, "kernels")
    assert shown.shape == (2 * AROUND * 6, 2 * AROUND * 6, 4)
    for i, j in ((0, 0), (3, 7), (11, 2)):
        block = shown[6 * i : 6 * i + 5, 6 * j : 6 * j + 5, 0]
        due = np.rint(255 * (1 - part[:, i, j].reshape(5, 5) / part.max()))
        assert np.abs(block - due).max() <= 1
    assert not shown[5::6, :, 3].any() and not shown[:, 5::6, 3].any()


def test_a_step_leads_from_bilinears_place_to_the_point():
    decision = EACH.decisions["DySample"]["after"]
    due = decision.points_xy[0] - own_places(SIZE, decision.out_size_hw)
    assert np.abs(steps_of(decision) - due).max() < 1e-12
    assert np.abs(steps_of(fresh_decision("deformable, shared", SIZE))).max() < 1e-12


@every
@pytest.mark.parametrize("when", ["before", "after"])
def test_every_upsampler_has_a_picture_of_its_surroundings(name, when):
    scene = around_scene(EACH, name, when, (10, 9))
    outputs = 4 * AROUND**2
    assert (
        f"one kernel for each of {outputs}" in scene.text or f"one step for each of {outputs}" in scene.text
    )
    if when == "before" and name != "CARAFE":
        assert "0 coarse pixels long on average, 0 at most" in scene.text


@pytest.mark.parametrize("scene", [taps_scene, around_scene])
def test_a_small_map_says_why_it_has_no_picture(scene):
    with pytest.raises(NoPicture, match=r"at least [69] rows and columns"):
        scene(enlarged((5, 20)), "flow", "after", (0, 0))
