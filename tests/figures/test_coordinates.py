"""The ruler as a picture: what stands where, read from the SVG, against arithmetic in fractions."""

import re
import xml.etree.ElementTree as ElementTree
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from course_utils.figures.coordinates import PICKS, formula, ruler_scene
from course_utils.figures.draw.scene import number
from course_utils.resampling import COORDINATE_MAPS

SVG = "{http://www.w3.org/2000/svg}"
sizes = st.integers(1, 32)
sides = st.sampled_from(
    [(a,) for a in COORDINATE_MAPS] + [(a, b) for a in COORDINATE_MAPS for b in COORDINATE_MAPS]
)


def exact(coordinate_map, o, n, m):
    """The coordinate as a fraction: the witness."""
    if coordinate_map == "half_pixel":
        return Fraction(2 * o + 1, 2) * Fraction(n, m) - Fraction(1, 2)
    if coordinate_map == "asymmetric":
        return Fraction(o * n, m)
    return Fraction(o * (n - 1), m - 1) if m > 1 else Fraction(0)


def read(scene):
    root = ElementTree.fromstring(scene.svg)
    cells = {e.get("data-id"): e for e in root.iter() if e.get("data-id")}
    return root, cells


def center(cell):
    return float(cell.get("x")) + float(cell.get("width")) / 2


@given(sizes, sizes, sides, st.sampled_from([None, *PICKS]))
def test_every_state_is_whole(n, m, maps, picks):
    scene = ruler_scene(n, m, maps, picks)
    root, cells = read(scene)
    assert set(cells) == {f"in-{i}" for i in range(n)} | {
        f"out-{k}-{o}" for k in range(len(maps)) for o in range(m)
    }
    width, height = map(float, root.get("viewBox").split()[2:])
    for element in root.iter():
        for name, end in (
            ("x", width),
            ("cx", width),
            ("x1", width),
            ("x2", width),
            ("y", height),
            ("cy", height),
        ):
            if element.get(name) is not None:
                assert 0 <= float(element.get(name)) <= end, (element.tag, name, element.attrib)
        if element.tag == f"{SVG}rect":
            assert float(element.get("x")) + float(element.get("width")) <= width + 1e-6
            assert float(element.get("width")) > 4
    assert "nan" not in scene.svg and "inf" not in scene.svg.replace("info", "")
    assert set(scene.links) == {name for name in cells if name.startswith("out")}
    assert set(scene.details) == set(cells)
    assert len(scene.table[1]) == m


@given(sizes, sizes, st.sampled_from(COORDINATE_MAPS))
def test_dots_stand_at_the_coordinates(n, m, name):
    root, cells = read(ruler_scene(n, m, (name,)))
    group = next(g for g in root.iter(f"{SVG}g") if g.get("data-group") == "out-0")
    dots = [float(c.get("cx")) for c in group.iter(f"{SVG}circle")]
    assert len(dots) == m
    unit = float(cells["in-0"].get("width"))
    zero = center(cells["in-0"])
    for o, dot in enumerate(dots):
        assert (dot - zero) / unit == pytest.approx(float(exact(name, o, n, m)), abs=2e-3)


@given(sizes, sizes)
def test_half_pixel_footprints_cover_the_input(n, m):
    _, cells = read(ruler_scene(n, m))
    first, last, unit = cells["out-0-0"], cells[f"out-0-{m - 1}"], float(cells["in-0"].get("width"))
    assume(n * unit / m > 9)  # else they are widened, so that they can be pointed at
    assert float(first.get("x")) == pytest.approx(float(cells["in-0"].get("x")), abs=1e-2)
    right, end = (float(c.get("x")) + float(c.get("width")) for c in (last, cells[f"in-{n - 1}"]))
    assert right == pytest.approx(end, abs=1e-2)


@given(sizes, sizes, st.sampled_from(COORDINATE_MAPS))
def test_links_are_linear_weights_at_the_coordinate(n, m, name):
    scene = ruler_scene(n, m, (name,))
    for o in range(m):
        taps = scene.links[f"out-0-{o}"]
        assert sum(weight for _, weight in taps) == pytest.approx(1)
        middle = sum(weight * int(target[3:]) for target, weight in taps)
        assert middle == pytest.approx(float(min(max(exact(name, o, n, m), 0), n - 1)), abs=1e-9)


@given(sizes, sizes, st.sampled_from(PICKS))
def test_picks_are_exact(n, m, rule):
    scene = ruler_scene(n, m, ("half_pixel",), rule)
    half = Fraction(1, 2) if rule == "half_pixel" else 0
    for o in range(m):
        picked = int((o + half) * Fraction(n, m))
        assert scene.links[f"out-0-{o}"] == [(f"in-{picked}", 1.0)]
        assert f"it copies in[{picked}]" in scene.details[f"out-0-{o}"]


def test_the_words_say_the_numbers():
    scene = ruler_scene(4, 8, ("half_pixel", "align_corners"))
    assert scene.text == (
        "4 inputs, 8 outputs. half_pixel: outputs stand 0.5 apart, from −0.25 to 3.25; 2 of them clamped. "
        "align_corners: outputs stand 0.429 apart, from 0 to 3."
    )
    assert scene.details["out-0-1"] == (
        "Output 1, half_pixel: x = (1 + 0.5) · 4/8 − 0.5 = 0.25. "
        "Linear interpolation reads 0.75 · in[0] + 0.25 · in[1]."
    )
    assert "below 0: clamped to the first center, 0." in scene.details["out-0-0"]
    assert "above 3: clamped to the last center, 3." in scene.details["out-0-7"]
    assert scene.details["in-0"] == (
        "Input 0 covers −0.5 to 0.5; its center is at 0. half_pixel: read by outputs 0, 1, 2. "
        "align_corners: read by outputs 0, 1, 2."
    )


def test_the_mask_shift_can_be_read():
    text = ruler_scene(8, 2, ("half_pixel",), "floor").text
    assert "The floor rule copies 0, 4: on average 1.5 px to the left of x." in text
    assert (
        "copies 2, 6: on average 0.5 px to the right" in ruler_scene(8, 2, ("half_pixel",), "half_pixel").text
    )


def test_nothing_jumps_when_out_size_moves():
    strips = {re.search(r'<rect x="([\d.]+)" y="([\d.]+)"[^>]*data-id="in-0"', ruler_scene(5, m).svg).groups()
              for m in range(1, 33)}  # fmt: skip
    assert len(strips) == 1
    assert len({re.search(r'viewBox="([^"]+)"', ruler_scene(n, 3).svg).group(1) for n in range(1, 33)}) == 1


def test_formulas_with_numbers_are_the_coordinates():
    for name in COORDINATE_MAPS:
        for n, m, o in ((4, 8, 3), (5, 2, 1), (7, 7, 6)):
            text = formula(name, o, n, m).replace("·", "*").replace("−", "-")
            assert eval(text) == pytest.approx(float(exact(name, o, n, m)))


def test_bad_settings_are_refused_in_words():
    with pytest.raises(ValueError, match=r"in_size.*from 1 to 32.*33"):
        ruler_scene(33, 4)
    with pytest.raises(TypeError, match=r"out_size.*4.0"):
        ruler_scene(4, 4.0)
    with pytest.raises(ValueError, match=r"maps must be one of.*half-pixel.*half_pixel"):
        ruler_scene(4, 8, ("half-pixel",))
    with pytest.raises(ValueError, match=r"one or two"):
        ruler_scene(4, 8, ())
    with pytest.raises(ValueError, match=r"picks must be one of"):
        ruler_scene(4, 8, picks="round")


def test_numbers_do_not_depend_on_float_noise():
    scene = ruler_scene(1, 32, ("align_corners",))
    assert "all outputs sit at 0" in scene.text and "clamped" not in scene.text
    assert number(np.float64(-0.0)) == "0"
