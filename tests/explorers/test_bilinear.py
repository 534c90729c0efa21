"""The cell with its point, moved: every control over its range, drags, numbers against torch's sampler."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.explorers.bilinear import bilinear_cell
from course_utils.figures.bilinear import ORDERS, PROFILES

EXPLORER = bilinear_cell()
STEPS = [round(0.05 * i, 2) for i in range(21)]
corner = st.integers(0, 100)


def value_shown(explorer):
    return float(explorer.scene.table[1][-1][3].replace("−", "-"))


def test_every_control_over_its_range():
    explorer = bilinear_cell()
    for name, control in explorer.controls.items():
        start = control.value
        values = control.options if hasattr(control, "options") else np.linspace(control.min, control.max, 11)
        for value in values:
            explorer.set(**{name: type(start)(value)})
            assert explorer.failure is None and "<svg" in explorer.scene.svg
            assert "cannot be drawn" not in explorer.scene.text
        explorer.set(**{name: start})


@given(
    st.sampled_from(STEPS), st.sampled_from(STEPS), st.sampled_from(ORDERS), st.sampled_from(PROFILES),
    st.tuples(corner, corner, corner, corner),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_the_value_is_what_np_interp_makes_of_it(x, y, order, profile, values):
    top_left, top_right, bottom_left, bottom_right = values
    EXPLORER.set(
        x=x, y=y, order=order, profile=profile, top_left=top_left, top_right=top_right,
        bottom_left=bottom_left, bottom_right=bottom_right,
    )  # fmt: skip
    assert EXPLORER.failure is None
    top = np.interp(x, [0, 1], [top_left, top_right])
    bottom = np.interp(x, [0, 1], [bottom_left, bottom_right])
    assert value_shown(EXPLORER) == pytest.approx(np.interp(y, [0, 1], [top, bottom]), abs=1e-4)


def test_it_starts_with_the_numbers_of_the_lesson():
    explorer = bilinear_cell()
    assert value_shown(explorer) == 33.5
    assert "0.15 · 10 + 0.6 · 20 + 0.05 · 40 + 0.2 · 90 = 33.5" in explorer.scene.text
    assert "10, 22.5, 40, 62.5, 90" in explorer.scene.text


def test_dragging_stays_in_the_cell_and_on_the_steps():
    explorer = bilinear_cell()
    for (x, y), where in {
        (0.5, 0.5): (0.5, 0.5), (0.333, 0.77): (0.35, 0.75), (-3, 9): (0, 1), (1.02, -0.01): (1, 0),
    }.items():  # fmt: skip
        explorer.stage.dragged = {"name": "P", "x": x, "y": y}
        assert (explorer.controls["x"].value, explorer.controls["y"].value) == pytest.approx(where)
        assert explorer.failure is None


def test_the_handle_says_where_it_is():
    explorer = bilinear_cell(x=0.35, y=0.6)
    assert 'data-drag="P"' in explorer.scene.svg and 'data-at="0.35 0.6 0.05"' in explorer.scene.svg
    assert 'aria-valuetext="x = 0.35, y = 0.6' in explorer.scene.svg


def test_on_a_sample_that_sample_is_everything():
    explorer = bilinear_cell()
    names = ("top_left", "top_right", "bottom_left", "bottom_right")
    for (y, x), name in zip(itertools.product((0.0, 1.0), repeat=2), names, strict=True):
        explorer.set(x=x, y=y)
        assert value_shown(explorer) == explorer.controls[name].value


def test_pointing_at_a_sample_lights_its_area():
    scene = bilinear_cell().scene
    for k in range(4):
        assert [target for target, _ in scene.links[f"in-{k}"]] == [f"area-{k}"]
        assert f'data-id="area-{k}"' in scene.svg and f"in-{k}" in scene.details
    assert "the opposite corner, bottom left" in scene.details["in-1"]


@pytest.mark.parametrize("corners", [((1, 2), (3, 101)), ((0.5, 1), (2, 3)), ((1, 2, 3),), ((1, 2), (3, -1))])
def test_corners_it_cannot_show_are_refused_with_their_values(corners):
    with pytest.raises(ValueError, match="corners must be two rows of two whole numbers") as error:
        bilinear_cell(corners)
    assert str(np.asarray(corners).tolist()) in str(error.value)
