"""P on a face: its pixels are the picture's, its areas the weights, nothing leaves the frame."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import images
from course_utils.figures.draw.scene import NoPicture
from course_utils.figures.face import HEIGHT, NEAR, PANEL, WIDTH, face_scene
from course_utils.resampling import resize
from tests.figures.reading import decoded
from tests.figures.test_bilinear import by_id, shapes, text_span

FACE = images.face()
places = st.tuples(st.floats(0, 23), st.floats(0, 23))


def test_the_pixels_shown_are_the_pixels_given():
    scene = face_scene(FACE, 7.4, 11.25)
    assert np.array_equal(decoded(scene.svg, "the pixels as squares"), FACE)
    assert np.array_equal(decoded(scene.svg, "the four pixels, close up"), FACE[11:13, 7:9])


def test_the_smooth_picture_is_bilinear():
    smooth = decoded(face_scene(FACE, 0, 0).svg, "the same picture, bilinear").astype(float)
    expected = resize(FACE, (PANEL, PANEL)).astype(float)
    assert np.abs(smooth - expected).mean() < 1.5  # a JPEG


@given(places)
@settings(max_examples=40, deadline=None)
def test_areas_are_weights_and_p_is_at_one_place_on_both_pictures(place):
    scene = face_scene(FACE, *place)
    rectangles = by_id(scene)
    for k in range(4):
        area = float(rectangles[f"area-{k}"].get("width")) * float(rectangles[f"area-{k}"].get("height"))
        assert area / NEAR**2 == pytest.approx(scene.links[f"in-{k}"][0][1], abs=1e-3)
    dots = [e for e in shapes(scene, "circle") if e.get("data-handle") == "P" and "knob" in e.get("class")]
    (x0, y0), (x1, y1) = ((float(e.get("cx")), float(e.get("cy"))) for e in dots)
    assert y0 == pytest.approx(y1) and x1 - x0 == pytest.approx(596)
    assert (x0 - 2) / 13 - 0.5 == pytest.approx(place[0], abs=1e-3)
    assert (y0 - 26) / 13 - 0.5 == pytest.approx(place[1], abs=1e-3)


@given(places)
@settings(max_examples=40, deadline=None)
def test_the_gray_is_the_rounded_value_and_nothing_leaves_the_frame(place):
    scene = face_scene(FACE, *place)
    gray = int(re.search(r"a gray of (\d+)", scene.text)[1])
    value = float(scene.table[1][-1][-1])
    assert abs(gray - value) <= 0.5 + 1e-4 and f"rgb({gray},{gray},{gray})" in scene.svg
    for element in shapes(scene, "text"):
        left, right, baseline = text_span(element)
        assert 0 <= left and right <= WIDTH and 10 <= baseline <= HEIGHT - 2, element.text
    assert ElementTree.fromstring(scene.svg).get("height") == str(HEIGHT)
    assert len(scene.text) < 200


@pytest.mark.parametrize(("x", "y"), [(-0.1, 0), (0, 23.5), (24, 3)])
def test_outside_the_centers_there_is_no_picture(x, y):
    with pytest.raises(NoPicture, match=r"x goes from 0 to 23, y from 0 to 23"):
        face_scene(FACE, x, y)
