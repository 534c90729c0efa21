"""The picture of a warp: its places, taps and sums are torch's, its arrows and dots stand where they should."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.figures.scene import NoPicture
from course_utils.figures.warping import HEIGHT, WIDTH, Picture, Warp, chosen_id, swirl_flow, warp_scene
from course_utils.warping import PADDING_MODES, SAMPLING_MODES, flow_to_grid, pixel_centers, rotation

SVG = "{http://www.w3.org/2000/svg}"
NUMBERS = np.arange(48.0).reshape(6, 8)
SHIFT = np.full((6, 8, 2), [1.25, -0.5])


def warp_of(
    flow=SHIFT, image=NUMBERS, name="numbers", mode="bilinear", padding="zeros", built=False, sampled=False
):
    return Warp(Picture(name, image), flow, mode, padding, built, sampled, ("grid = ...",), "A field.")


def by_torch(warp, image):
    """torch's output for the same grid, (H, W)."""
    grid = torch.from_numpy(flow_to_grid(warp.flow_xy, warp.built))[None]
    batch = torch.from_numpy(np.array(image, float))[None, None]
    return F.grid_sample(
        batch, grid, mode=warp.mode, padding_mode=warp.padding_mode, align_corners=warp.sampled
    )[0, 0].numpy()


def elements(scene, kind):
    return list(ElementTree.fromstring(scene.svg).iter(SVG + kind))


flows = st.integers(0, 2**32 - 1).map(
    lambda seed: (
        np.random.default_rng(seed).uniform(-4, 4, (5, 7, 2)).round(2) + 1e-3
    )  # off the ties of nearest
)
warps = st.builds(
    lambda flow, mode, padding, built, sampled: warp_of(
        flow, np.random.default_rng(1).normal(0, 20, (5, 7)), "random", mode, padding, built, sampled
    ),
    flows, st.sampled_from(SAMPLING_MODES), st.sampled_from(PADDING_MODES), st.booleans(), st.booleans(),
)  # fmt: skip


@given(warps)
@settings(max_examples=40, deadline=None)
def test_output_and_lit_taps_are_torchs(warp):
    np.testing.assert_allclose(warp.output, by_torch(warp, warp.image), rtol=0, atol=1e-9)
    scene = warp_scene(warp)
    for output in (0, 17, 34):
        weights = np.zeros(35)
        for name, weight in scene.links[f"out-{output}"]:
            weights[int(name.removeprefix("in-"))] += weight
        matrix_row = [by_torch(warp, np.eye(35)[i].reshape(5, 7)).flat[output] for i in range(35)]
        np.testing.assert_allclose(weights, matrix_row, rtol=0, atol=2e-6)


@given(warps)
@settings(max_examples=40, deadline=None)
def test_the_sentence_of_an_output_has_its_place_and_value(warp):
    scene = warp_scene(warp)
    for output, words in scene.details.items():
        row, column = divmod(int(output.removeprefix("out-")), 7)
        place = re.search(r"at x = (\S+), y = (\S+) fetches from x = (\S+), y = (\S+):", words).groups()
        at = [float(text.replace("−", "-")) for text in place]
        assert at == pytest.approx([column, row, *warp.places[row, column]], abs=6e-4)
        value = re.search(r"= (\S+)\.( The weights| Minus|$)|No tap", words)
        shown = float(value[1].replace("−", "-")) if value[1] else 0
        assert shown == pytest.approx(warp.output[row, column], abs=6e-4)
        assert "+ −" not in words.partition("Value")[2]  # a weight below zero is subtracted


def test_a_shift_by_hand():
    scene = warp_scene(warp_of())
    words = scene.details["out-20"]  # x = 4, y = 2 fetches from 5.25, 1.5: between 13, 14 and 21, 22
    assert "fetches from x = 5.25, y = 1.5: flow (+1.25, −0.5)" in words
    assert "Value = 0.375 · 13 + 0.375 · 21 + 0.125 · 14 + 0.125 · 22 = 17.25." in words
    assert dict(scene.links["out-20"]) == {"in-13": 0.375, "in-21": 0.375, "in-14": 0.125, "in-22": 0.125}
    assert "The weights sum to 0.5: taps beyond the picture are 0." in scene.details["out-0"]
    assert "No tap lies in the picture: value 0." in scene.details["out-7"]


def test_arrows_lead_from_an_outputs_own_place_to_where_it_fetches():
    scene = warp_scene(warp_of())
    cells = {e.get("data-id"): e for e in elements(scene, "rect")}
    unit = float(cells["in-0"].get("width"))

    def middle(name):
        return [float(cells[name].get(axis)) + unit / 2 for axis in "xy"]

    x1, y1, x2, y2 = scene.arrows["out-20"]
    assert [x1, y1] == pytest.approx(middle("in-20"), abs=0.1)
    assert [(x2 - x1) / unit, (y2 - y1) / unit] == pytest.approx([1.25, -0.5], abs=0.01)
    dots = {(float(e.get("cx")), float(e.get("cy"))) for e in elements(scene, "circle")}
    assert (x2, y2) in dots and len(dots) == 48


@pytest.mark.parametrize("far", [3.0, 30.0, 3000.0])
def test_what_lies_beyond_the_margin_is_not_drawn(far):
    scene = warp_scene(warp_of(np.full((6, 8, 2), [far, 0.0])), arrows=True)
    inside = sum(column + far <= 9.5 for column in range(8)) * 6
    assert len(elements(scene, "circle")) == inside
    panel = next(e for e in elements(scene, "rect") if e.get("class") == "plain")
    right = float(panel.get("x")) + float(panel.get("width"))
    assert max(arrow[2] for arrow in scene.arrows.values()) <= right + 0.1


def test_zero_flow_is_the_identity_or_the_sentence_says_it_is_not():
    zero = np.zeros((6, 8, 2))
    for both in (False, True):
        assert "The output is the input, exactly." in warp_scene(warp_of(zero, built=both, sampled=both)).text
    text = warp_scene(warp_of(zero[:4], np.ones((4, 8)), built=True)).text
    assert "built with align_corners=True and is read with align_corners=False" in text
    assert "by up to 0.5 px" in text
    assert "Zero flow is not the identity here: the output differs from the input by up to 0.75." in text


@pytest.mark.parametrize(("axis", "name"), [(0, "x ramp"), (1, "y ramp")])
def test_a_ramp_reads_out_the_flow(axis, name):
    image = pixel_centers((6, 8))[..., axis]
    flow = np.zeros((6, 8, 2))
    flow[2, 3] = [1.25, -0.5]
    scene = warp_scene(warp_of(flow, image, name))
    assert f"own {name[0]} is the {name[0]} flow: at 48 of 48" in scene.text
    read = (
        "Minus its own x: 4.25 − 3 = +1.25, its flow in x.",
        "Minus its own y: 1.5 − 2 = −0.5, its flow in y.",
    )
    assert read[axis] in scene.details["out-19"]
    beyond = warp_scene(warp_of(np.full((6, 8, 2), 9.0), image, name))
    assert "at 0 of 48" in beyond.text and "here the picture is no ramp" in beyond.details["out-0"]
    nearest = warp_scene(warp_of(flow, image, name, mode="nearest")).details["out-19"]
    assert ("nearest rounds the place" in nearest) == (axis == 0 or "not its flow" in nearest)


def test_places_in_the_wrong_convention_are_told_beside_the_meant_ones():
    image = pixel_centers((6, 8))[..., 0]
    words = warp_scene(warp_of(np.zeros((6, 8, 2)), image, "x ramp", built=True)).details["out-14"]
    assert "Minus its own x: 6.357 − 6 = +0.357, its flow in x; meant was 0." in words


def test_a_real_picture_is_an_image_with_outputs_to_point_at():
    picture = np.random.default_rng(0).integers(0, 256, (96, 128)).astype(float)
    scene = warp_scene(warp_of(swirl_flow((96, 128), 90), picture, "real"))
    outputs = [
        e.get("data-id") for e in elements(scene, "rect") if (e.get("data-id") or "").startswith("out-")
    ]
    assert len(outputs) == 48 and set(outputs) == set(scene.details) == set(scene.links) == set(scene.arrows)
    assert len(elements(scene, "image")) == 3
    for taps in scene.links.values():
        assert all(name in scene.places for name, _ in taps)


@pytest.mark.parametrize(
    "size_hw", [(2, 2), (2, 50), (50, 2), (6, 8), (11, 9), (128, 128), (128, 2), (10, 10)]
)
@pytest.mark.parametrize("brush", [None, (1.0, 1.0, 2.0)])
def test_every_size_fits(size_hw, brush):
    image = np.random.default_rng(0).normal(100, 500, size_hw)
    scene = warp_scene(warp_of(np.zeros((*size_hw, 2)), image, "random"), brush=brush)
    for e in elements(scene, "rect") + elements(scene, "image"):
        x, y, width, height = (float(e.get(name)) for name in ("x", "y", "width", "height"))
        assert x >= 0 and y >= 0 and x + width <= WIDTH + 0.1 and y + height <= HEIGHT
    assert all(
        0 <= float(e.get("y")) <= HEIGHT and 0 <= float(e.get("x")) < WIDTH for e in elements(scene, "text")
    )
    assert chosen_id(size_hw, (0, 0)) in scene.details and chosen_id(size_hw, (999, 999)) in scene.details


@pytest.mark.parametrize("size_hw", [(1, 5), (129, 3)])
def test_other_sizes_are_a_sentence(size_hw):
    with pytest.raises(NoPicture, match=re.escape(str(size_hw))):
        warp_scene(warp_of(np.zeros((*size_hw, 2)), np.zeros(size_hw)))


def test_a_whirl_turns_its_middle_and_leaves_the_sides():
    flow = swirl_flow((7, 9), 90)
    assert np.all(flow[:, [0, -1]] == 0) and np.all(flow[3, 4] == 0)
    near = (
        pixel_centers((7, 9))[3, 5] - [4, 3] + flow[3, 5]
    )  # from (1, 0), turned by 90 (1 - r)^2 (1 + 2 r), r = 1 / 3.5
    angle = 90 * (1 - 2 / 7) ** 2 * (1 + 4 / 7)
    np.testing.assert_allclose(near, rotation(angle) @ [1, 0], atol=1e-12)
    np.testing.assert_array_equal(swirl_flow((7, 9), 0), np.zeros((7, 9, 2)))


def test_the_brush_can_be_taken_hold_of_in_both_pictures():
    scene = warp_scene(warp_of(), brush=(3.0, 2.0, 2.0))
    knobs = [e for e in elements(scene, "circle") if e.get("data-drag")]
    assert [knob.get("data-drag") for knob in knobs] == ["places", "picture"]
    for knob in knobs:
        x0, y0, unit_x, unit_y = map(float, knob.get("data-axes").split())
        assert (float(knob.get("cx")) - x0) / unit_x == pytest.approx(3, abs=1e-3)
        assert (float(knob.get("cy")) - y0) / unit_y == pytest.approx(2, abs=1e-3)
        assert knob.get("tabindex") == "0" and knob.get("data-at").startswith("3 2 ")
    assert "data-drag" not in warp_scene(warp_of()).svg
