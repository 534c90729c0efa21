"""The cell with its point, moved: every control over its range, drags, numbers against torch's sampler."""

import itertools
import re

import numpy as np
import pytest
import scipy.ndimage
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import images
from course_utils.explorers.bilinear import bilinear_cell, face_cell
from course_utils.figures.bilinear import ORDERS, PROFILES
from tests.explorers.hand import handles, key, move, over_their_range

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
    assert "10, 22.5, 40, 62.5, 90" in explorer.scene.details["line-0"]


def test_p_is_pulled_within_the_cell_and_on_the_steps():
    explorer = bilinear_cell()
    for (x, y), where in {
        (0.5, 0.5): (0.5, 0.5), (0.333, 0.77): (0.35, 0.75), (-3, 9): (0, 1), (1.02, -0.01): (1, 0),
    }.items():  # fmt: skip
        move(explorer, "P", x, y)
        assert (explorer.controls["x"].value, explorer.controls["y"].value) == pytest.approx(where)
        assert explorer.scene.handles["P"].at == pytest.approx(where) and explorer.failure is None


def test_arrow_keys_move_p_by_one_step_along_the_screen():
    explorer = bilinear_cell(x=0.35, y=0.6)
    key(explorer, "P", right=1)
    key(explorer, "P", down=-1)
    assert explorer.scene.handles["P"].at == pytest.approx((0.4, 0.55))


def test_every_handle_over_its_range_is_a_picture():
    explorer = bilinear_cell()
    assert {"P", "x", "y", "top_left", "bottom_right", "height of top right sample"} <= handles(explorer)
    seen = set()
    for _ in over_their_range(explorer):
        assert explorer.failure is None and "btp-sentence" not in explorer.scene.svg
        seen.add(explorer.scene.svg)
    assert len(seen) > 60


def test_a_corner_is_the_same_number_in_the_cell_and_on_the_surface():
    explorer = bilinear_cell()
    move(explorer, "bottom_right", 50)
    assert explorer.scene.handles["height of bottom right sample"].at == (50,)
    move(explorer, "height of bottom right sample", 71.4)
    assert explorer.values["bottom_right"] == 71 and explorer.scene.handles["bottom_right"].at == (71,)


def test_a_click_on_a_small_cell_chooses_its_line_and_says_its_values():
    explorer = bilinear_cell()
    for k, name in enumerate(PROFILES):
        explorer.stage.chosen = f"line-{k}"
        assert explorer.values["profile"] == name and explorer.stage.chosen == f"line-{k}"
    explorer.stage.chosen = "in-2"
    assert explorer.values["profile"] == PROFILES[3]
    assert (
        "10, 22.5, 40, 62.5, 90: steps of 12.5, 17.5, 22.5, 27.5, a parabola"
        in explorer.scene.details["line-0"]
    )
    explorer.set(bottom_right=50)
    assert "10, 20, 30, 40, 50: equal steps, a straight line" in explorer.scene.details["line-0"]


def test_the_same_values_draw_the_same_scene():
    explorer = bilinear_cell()
    values = explorer.values
    before = explorer.draw(**values)
    explorer.set(x=0.1, y=0.9, top_left=77, order="y first")
    assert explorer.draw(**values) == before


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


# ---- P on a face -----------------------------------------------------------------------------------


def test_the_face_opens_at_the_edge_of_a_pupil():
    explorer = face_cell()
    face = images.face()
    assert explorer.failure is None
    assert face[11, 7] < face[11, 8] / 2 and "rows 11 and 12 and columns 7 and 8" in explorer.scene.text
    assert "P = 0.45 · 62 + 0.3 · 147 + 0.15 · 183 + 0.1 · 173 = 116.75, a gray of 117" in explorer.scene.text


@given(st.floats(0, 23), st.floats(0, 23))
@settings(max_examples=60, deadline=None)
def test_p_anywhere_on_the_face_is_what_scipy_says(x, y):
    move(FACE, "P", x, y)
    x, y = FACE.values["x"], FACE.values["y"]
    expected = scipy.ndimage.map_coordinates(images.face().astype(float), [[y], [x]], order=1)[0]
    assert FACE.failure is None
    assert float(FACE.scene.table[1][-1][-1]) == pytest.approx(expected, abs=1e-4)


FACE = face_cell()


def test_p_crosses_from_one_cell_into_the_next_by_a_key():
    explorer = face_cell(x=7.95, y=3)
    assert "columns 7 and 8" in explorer.scene.text
    key(explorer, "P from near", right=1)
    assert explorer.values["x"] == 8 and "columns 8 and 9" in explorer.scene.text
    key(explorer, "P", right=-1)
    assert explorer.values["x"] == pytest.approx(7.95)


@pytest.mark.parametrize("shape", [(2, 2), (3, 32), (32, 2), (24, 24)])
def test_every_handle_of_a_face_over_its_range_is_a_picture(shape):
    explorer = face_cell(np.arange(shape[0] * shape[1]).reshape(shape) % 256, 0, 0)
    assert handles(explorer) == {"P", "P from near", "x", "y"}
    for _ in over_their_range(explorer):
        assert explorer.failure is None and "btp-sentence" not in explorer.scene.svg
        assert explorer.draw(**explorer.values) == explorer.scene


@pytest.mark.parametrize(
    ("pixels", "words"),
    [
        (np.zeros((1, 5)), r"2 to 32 rows and columns; got shape (1, 5)"),
        (np.zeros((33, 5)), r"got shape (33, 5)"),
        (np.zeros((4, 4, 3)), "pixels must have 2 axes; got shape (4, 4, 3)"),
        (np.full((4, 4), 0.5), "whole numbers from 0 to 255; got 0.5 to 0.5, dtype float64"),
        (np.full((4, 4), 300), "got 300 to 300"),
        ("chelsea", "pixels must hold real numbers; got 'chelsea'"),
    ],
)
def test_pixels_that_are_no_face_are_refused_with_their_values(pixels, words):
    with pytest.raises((ValueError, TypeError), match=re.escape(words)):
        face_cell(pixels)
