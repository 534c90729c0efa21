"""The picture of a warp: its places, taps and sums are torch's, its arrows and dots stand where they should."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.figures.draw.scene import NoPicture
from course_utils.figures.warp_fields import RANGES, Affine, Painted, Whirl
from course_utils.figures.warp_layout import HEIGHT, WIDTH, Layout, chosen_id
from course_utils.figures.warping import LARGEST, Picture, warp_scene
from course_utils.flows import Warp
from course_utils.warping import PADDING_MODES, SAMPLING_MODES, pixel_centers

SVG = "{http://www.w3.org/2000/svg}"
NUMBERS = np.arange(48.0).reshape(6, 8)
SHIFT = np.full((6, 8, 2), [1.25, -0.5])


def warp_of(flow=SHIFT, image=NUMBERS, mode="bilinear", padding="zeros", built=False, sampled=False):
    return Warp(image, flow, mode, padding, built, sampled)


def scene_of(warp, name="numbers", field=None, arrows=False):
    field = field or Painted(warp.flow_xy, (1.0, 1.0), 2.0)
    return warp_scene(Picture(name, warp.image), warp, field, arrows)


def elements(scene, kind):
    return list(ElementTree.fromstring(scene.svg).iter(SVG + kind))


warps = st.builds(
    lambda seed, *how: warp_of(
        np.random.default_rng(seed).uniform(-4, 4, (5, 7, 2)).round(2),
        np.random.default_rng(1).normal(0, 20, (5, 7)),
        *how,
    ),
    st.integers(0, 2**32 - 1), st.sampled_from(SAMPLING_MODES), st.sampled_from(PADDING_MODES), st.booleans(),
    st.booleans(),
)  # fmt: skip


@given(warps)
@settings(max_examples=40, deadline=None)
def test_lit_taps_are_the_warps_and_an_input_says_who_reads_it(warp):
    scene = scene_of(warp)
    readers = {f"in-{i}": {} for i in range(35)}
    for output in range(35):
        taps = warp.taps(*np.divmod([output], 7))[0]
        assert [(f"in-{i}", pytest.approx(w, abs=1e-6)) for i, w in taps] == scene.links[f"out-{output}"]
        for index, weight in taps:
            column, row = output % 7, output // 7
            readers[f"in-{index}"][f"({column}, {row})"] = weight
    for name, found in readers.items():
        words = scene.details[name]
        if not found:
            assert words.startswith("No output reads the input at x = ")
            continue
        assert re.search(rf"read by {len(found)} outputs?, with weight", words)
        named = re.findall(r"(\S+) at (\(\d+, \d+\))", words.partition("with weight ")[2])
        assert len(named) == min(4, len(found))
        for weight, place in named:
            assert float(weight.replace("−", "-")) == pytest.approx(found[place], abs=6e-4)
        total = re.search(r"(\S+) in all", words)
        assert (total is not None) == (len(found) > 1)
        if total:
            assert float(total[1].replace("−", "-")) == pytest.approx(sum(found.values()), abs=6e-4)


@given(warps)
@settings(max_examples=40, deadline=None)
def test_the_sentence_of_an_output_has_its_place_and_value(warp):
    scene = scene_of(warp)
    for output, words in scene.details.items():
        if not output.startswith("out-"):
            continue
        row, column = divmod(int(output.removeprefix("out-")), 7)
        place = re.search(r"at x = (\S+), y = (\S+) fetches from x = (\S+), y = (\S+):", words).groups()
        at = [float(text.replace("−", "-")) for text in place]
        assert at == pytest.approx([column, row, *warp.places[row, column]], abs=6e-4)
        value = re.search(r"= (\S+)\.( The weights| Minus|$)|No tap", words)
        shown = float(value[1].replace("−", "-")) if value[1] else 0
        assert shown == pytest.approx(warp.output[row, column], abs=6e-4)
        assert "+ −" not in words.partition("Value")[2]  # a weight below zero is subtracted


def test_a_shift_by_hand():
    scene = scene_of(warp_of())
    words = scene.details["out-20"]  # x = 4, y = 2 fetches from 5.25, 1.5: between 13, 14 and 21, 22
    assert "fetches from x = 5.25, y = 1.5: flow (+1.25, −0.5)" in words
    assert "Value = 0.375 · 13 + 0.375 · 21 + 0.125 · 14 + 0.125 · 22 = 17.25." in words
    assert dict(scene.links["out-20"]) == {"in-13": 0.375, "in-21": 0.375, "in-14": 0.125, "in-22": 0.125}
    assert "The weights sum to 0.5: taps beyond the picture are 0." in scene.details["out-0"]
    assert "No tap lies in the picture: value 0." in scene.details["out-7"]


def test_arrows_lead_from_an_outputs_own_place_to_where_it_fetches():
    scene = scene_of(warp_of())
    cells = {e.get("data-id"): e for e in elements(scene, "rect")}
    unit = float(cells["in-0"].get("width"))

    def middle(name):
        return [float(cells[name].get(axis)) + unit / 2 for axis in "xy"]

    x1, y1, x2, y2 = scene.arrows["out-20"]
    assert [x1, y1] == pytest.approx(middle("in-20"), abs=0.1)
    assert [(x2 - x1) / unit, (y2 - y1) / unit] == pytest.approx([1.25, -0.5], abs=0.01)
    dots = {
        (float(e.get("cx")), float(e.get("cy"))) for e in elements(scene, "circle") if e.get("r") == "2.6"
    }
    assert (x2, y2) in dots and len(dots) == 48


@pytest.mark.parametrize("far", [3.0, 30.0, 3000.0])
def test_what_lies_beyond_the_margin_is_not_drawn(far):
    scene = scene_of(warp_of(np.full((6, 8, 2), [far, 0.0])), arrows=True)
    inside = sum(column + far <= 9.5 for column in range(8)) * 6
    assert sum(e.get("r") == "2.6" for e in elements(scene, "circle")) == inside
    panel = next(e for e in elements(scene, "rect") if e.get("class") == "plain")
    right = float(panel.get("x")) + float(panel.get("width"))
    assert max(arrow[2] for arrow in scene.arrows.values()) <= right + 0.1


def test_zero_flow_is_the_identity_or_the_sentence_says_it_is_not():
    zero = np.zeros((6, 8, 2))
    for both in (False, True):
        text = scene_of(warp_of(zero, built=both, sampled=both)).text
        assert "The output is the input, exactly." in text
    text = scene_of(warp_of(zero[:4], np.ones((4, 8)), built=True)).text
    assert "built with align_corners=True and is read with align_corners=False" in text
    assert "by up to 0.5 px" in text
    assert "Zero flow is not the identity here: the output differs from the input by up to 0.75." in text


@pytest.mark.parametrize(
    ("mode", "count"), [("nearest", "All outputs read within"), ("bilinear", "6 of 48 outputs")]
)
def test_outside_is_what_is_read(mode, count):
    """A quarter of a pixel beyond the border, nearest still reads the border pixel."""
    assert count in scene_of(warp_of(np.full((6, 8, 2), [-0.25, 0.0]), mode=mode)).text


@pytest.mark.parametrize(("axis", "name"), [(0, "x ramp"), (1, "y ramp")])
def test_a_ramp_reads_out_the_flow(axis, name):
    image = pixel_centers((6, 8))[..., axis]
    flow = np.zeros((6, 8, 2))
    flow[2, 3] = [1.25, -0.5]
    scene = scene_of(warp_of(flow, image), name)
    assert f"own {name[0]} is the {name[0]} flow: at 48 of 48" in scene.text
    read = (
        "Minus its own x: 4.25 − 3 = +1.25, its flow in x.",
        "Minus its own y: 1.5 − 2 = −0.5, its flow in y.",
    )
    assert read[axis] in scene.details["out-19"]
    beyond = scene_of(warp_of(np.full((6, 8, 2), 9.0), image), name)
    assert "at 0 of 48" in beyond.text and "here the picture is not a ramp" in beyond.details["out-0"]
    nearest = scene_of(warp_of(flow, image, mode="nearest"), name).details["out-19"]
    assert ("nearest rounds the position" in nearest) == (axis == 0 or "not its flow" in nearest)


def test_places_in_the_wrong_convention_are_told_beside_the_meant_ones():
    image = pixel_centers((6, 8))[..., 0]
    words = scene_of(warp_of(np.zeros((6, 8, 2)), image, built=True), "x ramp").details["out-14"]
    assert "Minus its own x: 6.357 − 6 = +0.357, its flow in x; 0 was meant." in words


def test_a_real_picture_is_an_image_with_outputs_and_places_to_point_at():
    picture = np.random.default_rng(0).integers(0, 256, (96, 128)).astype(float)
    whirl = Whirl(90.0)
    scene = scene_of(warp_of(whirl.flow((96, 128)), picture), "real", whirl)
    cells = [e for e in elements(scene, "rect") if e.get("data-id")]
    outputs = [e.get("data-id") for e in cells if e.get("data-row")]
    assert len(outputs) == 48 and set(outputs) == set(scene.details) == set(scene.links) == set(scene.arrows)
    assert len(elements(scene, "image")) == 3
    for taps in scene.links.values():
        assert all(name in scene.places for name, _ in taps)
    places = {e.get("data-id"): e for e in cells if not e.get("data-row")}
    assert set(places) <= set(outputs) and len(places) > 40
    for name, dot in places.items():  # where its arrow ends
        middle = [float(dot.get(axis)) + 6 for axis in "xy"]
        assert middle == pytest.approx(scene.arrows[name][2:], abs=0.11)


FIELDS = [
    Affine(20.0, 1.3, 0.2, 1.0, -1.5),
    Whirl(90.0, 130.0, 0.0, 100.0),
    Painted(np.zeros((1, 1, 2)), (1, 1), 2),
]


@pytest.mark.parametrize(
    "size_hw", [(2, 2), (2, 50), (50, 2), (6, 8), (11, 9), (160, 160), (160, 2), (10, 10)]
)
@pytest.mark.parametrize("field", FIELDS, ids=lambda field: type(field).__name__)
def test_every_size_fits(size_hw, field):
    image = np.random.default_rng(0).normal(100, 500, size_hw)
    if isinstance(field, Painted):
        field = Painted(np.zeros((*size_hw, 2)), (1.0, 1.0), 2.0)
    scene = scene_of(warp_of(field.flow(size_hw), image), "random", field)
    for e in elements(scene, "rect") + elements(scene, "image"):
        x, y, width, height = (float(e.get(name)) for name in ("x", "y", "width", "height"))
        assert x >= 0 and y >= 0 and x + width <= WIDTH + 0.1 and y + height <= HEIGHT
    for e in elements(scene, "text"):
        assert 0 <= float(e.get("y")) <= HEIGHT and 0 <= float(e.get("x")) < WIDTH
    for e in elements(scene, "circle"):
        if e.get("tabindex"):
            assert 0 <= float(e.get("cx")) <= WIDTH and 0 <= float(e.get("cy")) <= HEIGHT
    assert chosen_id(size_hw, (0, 0)) in scene.details and chosen_id(size_hw, (999, 999)) in scene.details


@pytest.mark.parametrize("size_hw", [(1, 5), (LARGEST + 1, 3)])
def test_other_sizes_are_a_sentence(size_hw):
    with pytest.raises(NoPicture, match=re.escape(str(size_hw))):
        scene_of(warp_of(np.zeros((*size_hw, 2)), np.zeros(size_hw)))


# ---- what a hand takes hold of ---------------------------------------------------------------------------------


def knobs(field, size_hw=(6, 8)):
    """{name: (x, y)} of the knobs, in pixels of the picture."""
    layout = Layout(*size_hw)
    root = ElementTree.fromstring(f"<svg>{field.drawn(layout)}</svg>")
    found = {e.get("data-handle"): e for e in root.iter("circle") if e.get("data-handle")}
    at = {name: np.array([float(e.get("cx")), float(e.get("cy"))]) for name, e in found.items()}
    return {name: (xy - layout.in_xy) / layout.unit - 0.5 for name, xy in at.items()}


def turned(field, name, outward, degrees, size_hw=(6, 8)):
    """The field after its knob was turned about its point, as stage.js reports it."""
    handle = field.handles(Layout(*size_hw))[name]
    values = {
        target: at + outward * rate[0] + degrees * rate[1]
        for target, at, rate in zip(handle.sets, handle.at, handle.by, strict=True)
    }
    return type(field)(**{**field.__dict__, **values})


def moved_by(field, name, right, down, size_hw=(6, 8)):
    """The field after its knob was moved by pixels of the picture."""
    layout = Layout(*size_hw)
    handle = field.handles(layout)[name]
    assert handle.around is None
    values = {
        target: at + layout.unit * (right * rate[0] + down * rate[1])
        for target, at, rate in zip(handle.sets, handle.at, handle.by, strict=True)
    }
    return type(field)(**{**field.__dict__, **values})


START = Affine(15.0, 0.8, 0.1, 0.5, -0.25)


def test_the_knobs_of_an_affine_map_stand_on_its_net():
    at = knobs(START)
    places = START.flow((7, 9)) + pixel_centers((7, 9))  # odd: with a middle
    odd = knobs(START, (7, 9))
    np.testing.assert_allclose(odd["shift"], places[3, 4], atol=1e-4)
    np.testing.assert_allclose(odd["turn"], places[3, 8], atol=1e-4)
    np.testing.assert_allclose(odd["shear"], places[6, 4], atol=1e-4)
    assert set(at) == set(START.handles(Layout(6, 8))) == {"shift", "turn", "shear"}


def test_every_knob_of_an_affine_map_stays_under_the_hand():
    at = knobs(START)
    np.testing.assert_allclose(
        knobs(moved_by(START, "shift", 0.75, -0.5))["shift"] - at["shift"], [0.75, -0.5], atol=1e-3
    )
    lever = at["turn"] - at["shift"]
    angle = np.deg2rad(25)
    hand = (
        at["shift"]
        + 1.2 * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ lever
    )
    np.testing.assert_allclose(knobs(turned(START, "turn", 0.2, 25))["turn"], hand, atol=1e-3)
    along = 0.3 * np.array([np.cos(np.deg2rad(15)), np.sin(np.deg2rad(15))])
    np.testing.assert_allclose(
        knobs(moved_by(START, "shear", *along))["shear"] - at["shear"], along, atol=1e-3
    )


@pytest.mark.parametrize("whirl", [Whirl(60.0, 100.0, 40.0, 60.0), Whirl(-200.0, 60.0, 50.0, 50.0)])
def test_every_knob_of_a_whirl_stays_under_the_hand(whirl):
    at = knobs(whirl, (96, 128))
    moved = knobs(moved_by(whirl, "center", 6.0, -4.0, (96, 128)), (96, 128))
    np.testing.assert_allclose(moved["center"] - at["center"], [6, -4], atol=1e-2)
    lever, angle = at["swirl"] - at["center"], np.deg2rad(30)
    hand = (
        at["center"]
        + 1.1 * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ lever
    )
    np.testing.assert_allclose(
        knobs(turned(whirl, "swirl", 0.1, 30, (96, 128)), (96, 128))["swirl"], hand, atol=1e-2
    )


@pytest.mark.parametrize("field", FIELDS[:2], ids=["affine", "whirl"])
def test_handles_are_drawn_and_have_the_ranges_of_their_sliders(field):
    scene = scene_of(warp_of(field.flow((6, 8))), field=field)
    assert set(re.findall(r'data-handle="([^"]+)"', scene.svg)) == set(scene.handles)
    for handle in scene.handles.values():
        for name, at, low, high, step in zip(
            handle.sets, handle.at, handle.low, handle.high, handle.step, strict=True
        ):
            assert at == getattr(field, name) and (low, high, step) == RANGES[name]


def test_the_net_itself_can_be_dragged_and_so_can_every_input():
    for field, name in ((START, "shift"), (Whirl(), "center")):
        scene = scene_of(warp_of(field.flow((6, 8))), field=field)
        held = [e for e in elements(scene, "rect") if e.get("data-handle") == name]
        assert sum((e.get("data-id") or "").startswith("in-") for e in held) == 48
        assert any(e.get("class") == "plain" for e in held)


def test_the_brush_can_be_taken_hold_of_in_both_pictures():
    scene = scene_of(warp_of(), field=Painted(SHIFT, (3.0, 2.0), 2.0))
    knobs = [e for e in elements(scene, "circle") if e.get("data-drag")]
    assert [knob.get("data-drag") for knob in knobs] == ["places", "picture"]
    for knob in knobs:
        x0, y0, unit_x, unit_y = map(float, knob.get("data-axes").split())
        assert (float(knob.get("cx")) - x0) / unit_x == pytest.approx(3, abs=1e-3)
        assert (float(knob.get("cy")) - y0) / unit_y == pytest.approx(2, abs=1e-3)
        assert knob.get("tabindex") == "0" and knob.get("data-at").startswith("3 2 ")
    assert "data-drag" not in scene_of(warp_of(), field=START).svg
