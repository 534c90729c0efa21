"""The warp explorer, moved: every control, strokes of the brush, its lines of torch run, its arrays used."""

import re

import ipywidgets as widgets
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.explorers.warping import OF_FIELD, RAMPS, REAL_PICTURES, warp_grid
from course_utils.warping import PADDING_MODES, SAMPLING_MODES, flow_to_grid, resize_flow

NAMES = (*RAMPS, *REAL_PICTURES)
EXPLORER = warp_grid()


def stroke(explorer, hand, *points, number=1):
    """The brush put down at the first point and led along the others, in pixels."""
    start = list(points[0])
    for x, y in points:
        explorer.stage.dragged = {"name": hand, "x": x, "y": y, "start": start, "stroke": number}


def values_of(control):
    if isinstance(control, widgets.Dropdown):
        return [value for _, value in control._options_full]
    if isinstance(control, widgets.Checkbox):
        return [True, False]
    return [type(control.value)(value) for value in np.linspace(control.min, control.max, 5)]


@pytest.mark.parametrize("field", OF_FIELD)
@pytest.mark.parametrize("picture", ["numbers", "camera"])
def test_every_control_over_its_range(field, picture):
    explorer = warp_grid(field=field, picture=picture)
    for name, control in explorer.controls.items():
        start = control.value
        for value in values_of(control):
            explorer.set(**{name: value})
            assert explorer.failure is None and "cannot be drawn" not in explorer.scene.text
            assert explorer.stage.chosen in explorer.scene.details
        explorer.set(**{name: start})


# No values here that put places exactly between two pixels: there rounding alone decides what nearest takes.
@given(
    st.fixed_dictionaries(
        {
            "picture": st.sampled_from(NAMES[:4]),
            "field": st.sampled_from(tuple(OF_FIELD)),
            "mode": st.sampled_from(SAMPLING_MODES),
            "padding_mode": st.sampled_from(PADDING_MODES),
            "built": st.booleans(),
            "sampled": st.booleans(),
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
    exec("\n".join(explorer.warp.torch_lines), known)
    output = known["output"][0, 0].numpy()
    close = np.abs(output - explorer.output) < 1e-3 * (1 + np.ptp(explorer.image))
    # theta has six digits: nearest can fall to the other side of a half, zeros to the other side of the border
    assert close.mean() > (0.97 if values["mode"] == "nearest" else 0.999)
    for line in explorer.warp.torch_lines:
        assert line in explorer.scene.svg.replace("&quot;", '"')


def test_zero_flow_and_the_two_conventions():
    explorer = warp_grid(turn=0.0)
    for both in (False, True):
        explorer.set(built=both, sampled=both)
        np.testing.assert_array_equal(explorer.output, explorer.image)
    explorer.set(built=True, sampled=False)
    assert "Zero flow is not the identity here" in explorer.scene.text
    explorer.set(built=False, sampled=True)
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
    assert explorer.failure is None and explorer.image.shape == (96, 128)
    np.testing.assert_allclose(explorer.flow_xy, resize_flow(small, (96, 128)))
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


@pytest.mark.parametrize("image", [np.zeros((1, 5)), np.zeros((129, 4))])
def test_a_picture_it_cannot_show_is_refused(image):
    with pytest.raises(ValueError, match=re.escape(f"2 to 128 pixels a side; got shape {image.shape}")):
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
