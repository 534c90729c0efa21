"""The picture of lesson 03: its areas are the weights, its numbers are right, nothing leaves the frame."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.figures.bilinear import (
    HEIGHT,
    ORDERS,
    PROFILES,
    SIDE,
    WIDTH,
    cell_scene,
)
from course_utils.figures.draw.scene import NoPicture
from course_utils.resampling import cell_weights

CELL = np.array([[10.0, 20.0], [40.0, 90.0]])
SVG = "{http://www.w3.org/2000/svg}"

fractions = st.floats(0, 1)
corners = st.lists(st.integers(0, 100), min_size=4, max_size=4).map(lambda v: np.reshape(v, (2, 2)))
states = st.tuples(corners, fractions, fractions, st.sampled_from(ORDERS), st.sampled_from(PROFILES))


def shapes(scene, kind):
    return ElementTree.fromstring(scene.svg).iter(SVG + kind)


def by_id(scene):
    return {e.get("data-id"): e for e in shapes(scene, "rect") if e.get("data-id")}


@given(states)
@settings(max_examples=40, deadline=None)
def test_each_area_is_the_weight_of_its_sample_and_lies_across(state):
    _cell, x, y, _order, _profile = state
    scene = cell_scene(*state)
    rectangles = by_id(scene)
    px, py = handle_place(scene)
    for k, weight in enumerate(cell_weights(x, y).flat):
        left, top, width, height = (
            float(rectangles[f"area-{k}"].get(n)) for n in ("x", "y", "width", "height")
        )
        assert width * height / SIDE**2 == pytest.approx(weight, abs=1e-4)
        row, col = divmod(k, 2)
        assert (left >= px - 1e-2) if not col else (left + width <= px + 1e-2)
        assert (top >= py - 1e-2) if not row else (top + height <= py + 1e-2)
    assert scene.links["in-2"] == [("area-2", pytest.approx(cell_weights(x, y)[1, 0]))]


def handle_place(scene):
    handle = next(e for e in shapes(scene, "circle") if e.get("data-handle") == "P")
    return float(handle.get("cx")), float(handle.get("cy"))


@given(states)
@settings(max_examples=40, deadline=None)
def test_text_and_table_hold_the_interpolated_value(state):
    cell, x, y, _, _ = state
    expected = np.interp(y, [0, 1], [np.interp(x, [0, 1], row) for row in cell])
    scene = cell_scene(*state)
    last = scene.table[1][-1]
    assert last[0] == "sum" and float(last[3].replace("−", "-")) == pytest.approx(expected, abs=1e-4)
    assert float(last[2]) == pytest.approx(1, abs=1e-4)
    said = float(re.search(r"P = [^=]*= ([\d.]+)\.", scene.text).group(1))
    assert said == pytest.approx(expected, abs=1e-4)


@given(states)
@settings(max_examples=60, deadline=None)
def test_everything_stays_inside_the_frame(state):
    scene = cell_scene(*state)
    for e in shapes(scene, "circle"):
        x, y, r = (float(e.get(n)) for n in ("cx", "cy", "r"))
        assert r <= x <= WIDTH - r and r <= y <= HEIGHT - r
    for e in shapes(scene, "rect"):
        x, y, w, h = (float(e.get(n)) for n in ("x", "y", "width", "height"))
        assert 0 <= x and x + w <= WIDTH and 0 <= y and y + h <= HEIGHT
    for e in shapes(scene, "text"):
        left, right, baseline = text_span(e)
        assert 0 <= left and right <= WIDTH and 10 <= baseline <= HEIGHT - 2, e.text
    for e in shapes(scene, "path"):
        numbers = [float(n) for n in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", e.get("d"))]
        assert min(numbers) >= 0 and max(numbers) <= WIDTH


def text_span(element):
    """(left, right, baseline) with a generous width per letter."""
    size = float(element.get("font-size") or 13)
    width = 0.58 * size * len(element.text)
    x = float(element.get("x"))
    left = {"start": x, "middle": x - width / 2, "end": x - width}[element.get("text-anchor")]
    return left, left + width, float(element.get("y"))


@given(states)
@settings(max_examples=80, deadline=None)
def test_labels_do_not_overlap(state):
    scene = cell_scene(*state)
    boxes = []
    for e in shapes(scene, "text"):
        left, right, baseline = text_span(e)
        size = float(e.get("font-size") or 13)
        if float(e.get("x")) < 530:  # the cell and the formulas; labels on the surface move with it
            boxes.append((left, right, baseline - 0.72 * size, baseline, e.text))
    for i, a in enumerate(boxes):
        for b in boxes[i + 1 :]:
            apart = a[1] <= b[0] or b[1] <= a[0] or a[3] <= b[2] or b[3] <= a[2]
            assert apart, (a, b)


def test_a_plane_is_called_one():
    flat = cell_scene(np.array([[10, 20], [40, 50]]), 0.3, 0.6)
    assert "lie on one plane" in flat.text and "parabola" not in flat.text
    assert "parabola" in cell_scene(CELL, 0.3, 0.6).text


def test_the_order_changes_the_stations_and_not_the_end():
    x_first, y_first = (cell_scene(CELL, 0.8, 0.25, order) for order in ORDERS)
    assert "R₁ = 0.2 · 10 + 0.8 · 20 = 18" in x_first.svg and "R₁ = 18, R₂ = 80" in x_first.text
    assert "R₁ = 0.75 · 10 + 0.25 · 40 = 17.5" in y_first.svg and "R₁ = 17.5, R₂ = 37.5" in y_first.text
    assert x_first.text.count("= 33.5") == y_first.text.count("= 33.5") == 2


def test_one_size_for_all_states():
    sizes = {re.search(r'viewBox="([^"]*)"', cell_scene(CELL, x, 1 - x).svg).group(1) for x in (0, 0.35, 1)}
    assert len(sizes) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((CELL, 1.5, 0), "x = 1.5"),
        ((CELL * 2, 0, 0), "180"),
        ((CELL[:1], 0, 0), "(1, 2)"),
        ((CELL, float("nan"), 0), "nan"),
        ((CELL, "left", 0), "left"),
        ((CELL, 0, 0, "z first"), "z first"),
        ((CELL, 0, 0, "x first", "spiral"), "spiral"),
        ((CELL * np.nan, 0, 0), "nan"),
    ],
)
def test_what_cannot_be_drawn_says_why(arguments, words):
    with pytest.raises((NoPicture, ValueError, TypeError), match=re.escape(words)):
        cell_scene(*arguments)


@given(states)
@settings(max_examples=40, deadline=None)
def test_the_sentence_fits_two_lines(state):
    assert len(cell_scene(*state).text) < 280


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("P", (CELL, 0.2, 0.3), (CELL, 0.7, 0.4)),
        ("height of bottom right sample", (CELL, 0, 0), (CELL - [[0, 0], [0, 40]], 0, 0)),
        ("height of top left sample", (CELL, 0, 0), (CELL + np.array([[40, 0], [0, 0]]), 0, 0)),
    ],
)
def test_a_knob_stays_under_the_hand_that_pulls_it(name, before, after):
    """What the handle makes of the knob's way is how much its values have changed."""
    first, second = cell_scene(*before), cell_scene(*after)
    (x0, y0), (x1, y1) = knob(first, name), knob(second, name)
    changes = [right * (x1 - x0) + down * (y1 - y0) for right, down in first.handles[name].by]
    expected = np.subtract(second.handles[name].at, first.handles[name].at)
    np.testing.assert_allclose(changes, expected, atol=1e-3 * np.abs(expected).max())


def knob(scene, name):
    dot = next(e for e in shapes(scene, "circle") if e.get("data-handle") == name)
    return float(dot.get("cx")), float(dot.get("cy"))
