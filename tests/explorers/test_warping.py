"""The warp explorer, moved: every control, strokes of the brush, its lines of torch run, its arrays used."""

import re

import ipywidgets as widgets
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.explorers.warping import OF_FIELD, RAMPS, REAL, REAL_PICTURES, warp_grid
from course_utils.figures.warping import torch_lines
from course_utils.warping import PADDING_MODES, SAMPLING_MODES, flow_to_grid, resize_flow
from tests.explorers import hand
from tests.later import later

NAMES = (*RAMPS, *REAL_PICTURES)
EXPLORER = warp_grid()


def stroke(explorer, hand, *points, number=1):
    """The brush put down at the first point and led along the others, in pixels."""
    start = list(points[0])
    for x, y in points:
        explorer.stage.dragged = {"name": hand, "x": x, "y": y, "start": start, "stroke": number}


def values_of(control):
    if isinstance(control, (widgets.Dropdown, widgets.ToggleButtons)):
        return [value for _, value in control._options_full]
    if isinstance(control, widgets.Checkbox):
        return [True, False]
    return [type(control.value)(value) for value in np.linspace(control.min, control.max, 5)]


@pytest.mark.parametrize("field", OF_FIELD)
@pytest.mark.parametrize("picture", ["numbers", later("camera")])
def test_every_control_over_its_range(field, picture):
    explorer = warp_grid(field=field, picture=picture)
    for name, control in explorer.controls.items():
        if name == "strokes":  # counted by the explorer
            continue
        start = control.value
        for value in values_of(control):
            explorer.set(**{name: value})
            assert explorer.failure is None and "cannot be drawn" not in explorer.scene.text
            assert explorer.stage.chosen in {"", *explorer.scene.details}
        explorer.set(**{name: start})


# No values here that put places exactly between two pixels: there rounding alone decides what nearest takes.
@given(
    st.fixed_dictionaries(
        {
            "picture": st.sampled_from(NAMES[:4]),
            "field": st.sampled_from(tuple(OF_FIELD)),
            "mode": st.sampled_from(SAMPLING_MODES),
            "padding_mode": st.sampled_from(PADDING_MODES),
            "grid_align_corners": st.booleans(),
            "sample_align_corners": st.booleans(),
            "turn": st.sampled_from([-35.0, 0.0, 20.0]),
            "spread": st.sampled_from([0.55, 1.0, 1.35]),
            "shear": st.sampled_from([0.0, 0.4]),
            "shift_x": st.sampled_from([0.0, -1.6, 8.0]),
            "swirl": st.sampled_from([-90.0, 0.0, 120.0]),
        }
    )
)
@settings(max_examples=60, deadline=None)
def test_its_lines_of_torch_give_its_output(values):
    explorer = EXPLORER
    explorer.set(**values)
    assert explorer.failure is None
    known = {"torch": torch, "F": F, "flow_to_grid": flow_to_grid, "explorer": explorer}
    known["image"] = torch.from_numpy(explorer.image)[None, None]
    lines = torch_lines(*reversed(explorer.shown))
    exec("\n".join(lines), known)
    output = known["output"][0, 0].numpy()
    close = np.abs(output - explorer.output) < 1e-3 * (1 + np.ptp(explorer.image))
    # theta has six digits: nearest can fall to the other side of a half, zeros to the other side of the border
    assert close.mean() > (0.97 if values["mode"] == "nearest" else 0.999)
    for line in lines:
        assert line in explorer.scene.svg.replace("&quot;", '"')


def test_zero_flow_and_the_two_conventions():
    explorer = warp_grid(turn=0.0)
    for both in (False, True):
        explorer.set(grid_align_corners=both, sample_align_corners=both)
        np.testing.assert_array_equal(explorer.output, explorer.image)
    explorer.set(grid_align_corners=True, sample_align_corners=False)
    assert "Zero flow is not the identity here" in explorer.scene.text
    explorer.set(grid_align_corners=False, sample_align_corners=True)
    assert "Zero flow is not the identity here" in explorer.scene.text


def test_only_the_controls_of_the_field_are_shown():
    explorer = warp_grid()
    for field, own in OF_FIELD.items():
        explorer.set(field=field)
        for names in OF_FIELD.values():
            for name in names:
                assert (explorer.controls[name].layout.display is None) == (name in own)


def test_a_stroke_pushes_the_picture_and_takes_hold_of_an_output():
    explorer = warp_grid(field="painted")
    assert "Drag on either picture" in explorer.scene.text
    stroke(explorer, "picture", (2, 2), (2.5, 2), (4, 2))
    assert explorer.failure is None and explorer.stage.chosen == "out-18"
    assert explorer.flow_xy[2, 3, 0] < -0.5 and "A painted flow" in explorer.scene.text
    assert "flow (−" in explorer.scene.details["out-18"]
    np.testing.assert_array_equal(explorer.flow_xy[5], 0)


def test_a_new_stroke_begins_where_the_hand_was_put_down():
    """Not where the last one ended: else the way between the two would be painted as well."""
    explorer = warp_grid(field="painted")
    stroke(explorer, "picture", (0, 0), (0.5, 0), number=1)
    before = explorer.flow_xy
    stroke(explorer, "picture", (7, 5), number=2)
    np.testing.assert_array_equal(explorer.flow_xy, before)
    assert explorer.stage.chosen == "out-47"


def test_moves_that_were_lost_are_made_up_for():
    told_all, told_last = warp_grid(field="painted"), warp_grid(field="painted")
    stroke(told_all, "picture", *[(1 + i / 4, 2) for i in range(17)])
    told_last.stage.dragged = {"name": "picture", "x": 5, "y": 2, "start": [1, 2], "stroke": 1}
    assert np.abs(told_all.flow_xy - told_last.flow_xy).max() < 0.1


def test_places_are_dragged_the_other_way():
    explorer = warp_grid(field="painted")
    stroke(explorer, "places", (3, 2), (5, 2))
    assert explorer.stage.chosen == "out-19"
    assert explorer.flow_xy[2, 3, 0] == pytest.approx(2, abs=0.1)
    stroke(explorer, "places", (5, 2), (5, 3), number=2)  # the same place, taken hold of where it is now
    assert explorer.stage.chosen == "out-19"


def test_erase_and_reset():
    explorer = warp_grid(field="painted")
    stroke(explorer, "picture", (2, 2), (5, 2))
    explorer.set(brush="erase", radius=60)
    most = np.abs(explorer.flow_xy).max()
    stroke(explorer, "picture", (2, 2), (5, 2), number=2)
    assert np.abs(explorer.flow_xy).max() < most / 4
    button = next(w for w in explorer.children[0].children if isinstance(w, widgets.Button))
    button.click()
    assert not explorer.flow_xy.any() and button.layout.display is None
    explorer.set(field="swirl")
    assert button.layout.display == "none"


def test_a_hand_far_outside_and_a_hand_where_nothing_is_painted():
    explorer = warp_grid(field="painted")
    stroke(explorer, "picture", (-500, 900), (10_000, -10_000))
    assert explorer.failure is None and np.isfinite(explorer.flow_xy).all()
    explorer.set(field="swirl")
    before = explorer.flow_xy
    stroke(explorer, "picture", (2, 2), (5, 2), number=2)
    np.testing.assert_array_equal(explorer.flow_xy, before)


def test_the_painted_flow_comes_along_to_another_size_and_is_multiplied():
    explorer = warp_grid(field="painted")
    stroke(explorer, "picture", (2, 2), (5, 3))
    small = explorer.flow_xy
    explorer.set(picture="camera")
    assert explorer.failure is None and explorer.image.shape == REAL
    np.testing.assert_allclose(explorer.flow_xy, resize_flow(small, REAL))
    assert np.abs(explorer.flow_xy).max() > 10 * np.abs(small).max()
    explorer.set(picture="numbers")
    assert explorer.flow_xy.shape == (6, 8, 2)


def test_your_own_picture_and_your_own_flow():
    image = np.random.default_rng(3).normal(size=(5, 9))
    explorer = warp_grid(image, field="painted", mode="nearest")
    np.testing.assert_array_equal(explorer.image, image)
    explorer.flow_xy = np.full((5, 9, 2), [1.0, 0.0])
    np.testing.assert_array_equal(explorer.output[:, :-1], image[:, 1:])
    explorer.output[:] = 99
    assert explorer.output.max() < 99
    with pytest.raises(ValueError, match=r"shape \(5, 9, 2\); got shape \(9, 5, 2\)"):
        explorer.flow_xy = np.zeros((9, 5, 2))


@pytest.mark.parametrize("image", [np.zeros((1, 5)), np.zeros((161, 4))])
def test_a_picture_it_cannot_show_is_refused(image):
    with pytest.raises(ValueError, match=re.escape(f"2 to 160 pixels a side; got shape {image.shape}")):
        warp_grid(image)


def test_start_values_and_their_names():
    explorer = warp_grid(turn=0.0, shift_x=1.0, padding_mode="border")
    assert explorer.output[0, 0] == 1 and explorer.output[0, 7] == 7
    with pytest.raises(ValueError, match="Did you mean 'padding_mode'"):
        warp_grid(padding_mod="border")
    with pytest.raises(ValueError, match="'painted'"):
        warp_grid(field="paint")


def test_arrow_keys_paint_as_the_stage_reports_them():
    """A key press is a stroke of its own, from where the brush is, one step on."""
    explorer = warp_grid(field="painted")
    x, y = 3.5, 2.5
    for number in range(4):
        explorer.stage.dragged = {
            "name": "picture",
            "x": x + 0.25,
            "y": y,
            "start": [x, y],
            "stroke": 100 + number,
        }
        x += 0.25
        assert f'data-at="{x:.6g} {y:.6g} 0.25"' in explorer.scene.svg
    assert explorer.flow_xy[2, 4, 0] < -0.5


# ---- the hand --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["affine", "swirl"])
@pytest.mark.parametrize("picture", ["numbers", "camera"])
def test_every_handle_over_its_range(field, picture):
    explorer = warp_grid(field=field, picture=picture)
    hand.handles(explorer)
    seen = set()
    for _ in hand.over_their_range(explorer):
        assert explorer.failure is None
        hand.handles(explorer)
        seen.add(explorer.scene.svg)
    assert len(seen) > 10


def test_the_net_is_dragged_by_its_middle_turned_by_its_right_edge_sheared_by_its_lower_edge():
    explorer = warp_grid(turn=0.0)
    hand.move(explorer, "shift", 1.5, -0.5)
    assert np.all(explorer.flow_xy == [1.5, -0.5]) and "shift by (1.5, −0.5) px" in explorer.scene.text
    hand.move(explorer, "turn", 33.2, 1.234)
    assert (explorer.values["turn"], explorer.values["spread"]) == (32.5, 1.23)
    hand.move(explorer, "shear", -0.37)
    assert explorer.values["shear"] == -0.37
    assert "turn 32.5° clockwise, spread by a factor of 1.23, shear by −0.37" in explorer.scene.text
    hand.key(explorer, "shift", right=1)
    assert explorer.values["shift_x"] == 1.75


def test_the_whirl_is_dragged_over_the_picture_and_turned():
    explorer = warp_grid(field="swirl", picture="camera")
    still = np.linalg.norm(explorer.flow_xy, axis=-1)
    hand.move(explorer, "center", 20, 30)
    assert explorer.failure is None
    moved = np.linalg.norm(explorer.flow_xy, axis=-1)
    assert moved[36, 32] < 1 < still[36, 32] + 1 and moved[:, 100:].max() == 0 < still[:, 100:].max()
    hand.move(explorer, "swirl", -150, 60)
    assert (explorer.values["swirl"], explorer.values["reach"]) == (-150.0, 60.0)
    assert "150° counterclockwise" in explorer.scene.text


@pytest.mark.parametrize("field", OF_FIELD)
def test_the_same_values_give_the_same_picture(field):
    """So that pictures can be drawn ahead; painting changes the values too."""
    explorer = warp_grid(field=field)
    stroke(explorer, "picture", (2, 2), (4, 3))
    values, scene, key = explorer.values, explorer.scene, explorer.key(explorer.values)
    explorer.set(picture="camera", mode="bicubic")
    explorer.set(picture=values["picture"], mode=values["mode"])
    assert explorer.draw(**values) == scene == explorer.scene and explorer.key(explorer.values) == key


def test_a_number_that_a_page_has_counted_is_the_same_state():
    """A slider in a page says 0.30000000000000004 for 0.3: the same key, the same picture."""
    explorer = warp_grid(spread=0.3)
    counted = explorer.values | {"spread": 0.1 + 0.2}
    assert explorer.key(counted) == explorer.key(explorer.values)
    assert explorer.draw(**counted) == explorer.scene


def test_every_stroke_is_a_state_of_its_own():
    explorer = warp_grid(field="painted")
    keys = {explorer.key(explorer.values)}
    for i in range(5):
        stroke(explorer, "picture", (2, 2), (3, 2 + i / 4), number=i)
        keys.add(explorer.key(explorer.values))
    assert len(keys) == 1 + 5


def test_a_version_that_is_not_kept_is_the_newest():
    explorer = warp_grid(field="painted")
    for i in range(4):
        stroke(explorer, "picture", (2, 2), (3, 2), number=i)
    painted = explorer.flow_xy
    for strokes in (-1, 0, 1, 99):
        explorer.set(strokes=strokes)
        assert explorer.failure is None
        np.testing.assert_array_equal(explorer.flow_xy, painted)
    stroke(explorer, "picture", (2, 2), (3, 4), number=9)
    assert np.any(explorer.flow_xy != painted)


def test_pictures_drawn_ahead_are_those_that_come():
    explorer = warp_grid(field="swirl", picture="camera")
    for change in (
        {"swirl": 100.0},
        {"picture": "numbers"},
        {"field": "painted"},
        {"padding_mode": "border"},
    ):
        before = explorer.values
        assert explorer.send_ahead(change)
        sent = explorer.stage.ahead
        explorer.set(**change)
        assert sent["svg"] == explorer.stage.scene["svg"] and sent["key"] == explorer.stage.scene["key"]
        explorer.set(**before)


def test_pointing_at_an_input_says_who_reads_it():
    explorer = warp_grid(turn=0.0, shift_x=1.5)
    words = explorer.scene.details["in-20"]  # x = 4, y = 2: half of what x = 2 and x = 3 fetch
    assert words == (
        "The input at x = 4, y = 2, value 20: read by 2 outputs, with weight 0.5 at (2, 2), 0.5 at (3, 2), 1 in all."
    )
    assert explorer.scene.details["in-0"] == "No output reads the input at x = 0, y = 0, value 0."


def test_what_a_call_names_is_in_sight():
    plain, named = (
        warp_grid(),
        warp_grid(turn=0.0, shift_x=2.0, padding_mode="border", grid_align_corners=True),
    )
    folded = [explorer.children[-1].children[0].children for explorer in (plain, named)]
    for name, in_sight in {
        "padding_mode": True,
        "grid_align_corners": True,
        "shift_x": False,
        "mode": False,
    }.items():
        assert plain.controls[name] in folded[0]
        assert (named.controls[name] not in folded[1]) == in_sight


@pytest.mark.parametrize(
    "start, told",
    [
        ({"turn": 91.0}, "turn must be from -90 to 90; got 91.0"),
        ({"shift_x": "1"}, "shift_x must be a finite number such as -0.5; got '1'"),
        ({"mode": "cubic"}, "mode must be one of .* Did you mean 'bicubic'"),
        ({"grid_align_corners": 1}, "grid_align_corners must be True or False; got 1"),
        ({"arrows": "yes"}, "arrows must be True or False; got 'yes'"),
        ({"built": True}, "a start value must be one of .*'grid_align_corners'"),
        ({"strokes": 3}, "a start value must be one of"),
    ],
)
def test_a_start_value_that_a_control_cannot_have_is_refused_in_words(start, told):
    with pytest.raises((ValueError, TypeError), match=told):
        warp_grid(**start)
