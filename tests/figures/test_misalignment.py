"""The picture of features out of place, read from its SVG; torch and a walk through windows say where they are."""

import functools
import itertools
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.figures.misalignment import KINDS, LAID_ON, LEFT, MOST, ROOM, RULES, misalignment_scene

SVG = "{http://www.w3.org/2000/svg}"
FOUR = [("convolution", 3, 2, 1)] * 4

layer = st.tuples(st.sampled_from(list(KINDS)), st.integers(1, 7), st.integers(1, 4), st.integers(0, 3))
state = st.tuples(
    st.integers(4, 64),
    st.lists(layer, max_size=4),
    st.sampled_from(list(RULES)),
    st.sampled_from(list(LAID_ON)),
)


def torch_sizes(in_size, layers):
    """What torch makes of the stack: sizes of the stages, or its refusal."""
    x, sizes = torch.zeros(1, 1, in_size, in_size), [in_size]
    for kind, k, s, p in layers:
        if kind == "pooling":
            x = torch.nn.functional.max_pool2d(x, k, s, p)
        else:
            x = torch.nn.functional.conv2d(x, torch.zeros(1, 1, k, k), stride=s, padding=p)
        sizes.append(x.shape[-1])
    return sizes


def walked(layers):
    """place(n, i) and field(n, i) of feature i of stage n, by walking down through its windows."""

    @functools.cache
    def field(n, i):
        if n == 0:
            return i, i
        _, k, s, p = layers[n - 1]
        ends = [field(n - 1, i * s - p + t) for t in (0, k - 1)]
        return min(low for low, _ in ends), max(high for _, high in ends)

    @functools.cache
    def place(n, i):
        if n == 0:
            return float(i)
        _, k, s, p = layers[n - 1]
        return float(np.mean([place(n - 1, i * s - p + t) for t in range(k)]))

    return place, field


def drawn_by_torch(size, out_size, rule):
    """Where torch's upsampling draws each of ``size`` features, in output pixels; None where clamping hides it."""
    ramp = torch.arange(size, dtype=torch.float64)[None, None]
    options = {"align_corners": rule == "align_corners"}
    out = torch.nn.functional.interpolate(ramp, size=out_size, mode="linear", **options)[0, 0].numpy()
    free = np.flatnonzero((out > 0) & (out < size - 1))
    if len(free) < 2:
        return None
    (slope, start), rest, *_ = np.polyfit(free, out[free], 1, full=True)
    assert len(rest) == 0 or rest[0] < 1e-18
    return (np.arange(size) - start) / slope


def read(scene):
    """(root, {id: x of the dot}, {id: x of the drawn ring}, {id: bar})."""
    root = ElementTree.fromstring(scene.svg)
    dots = {e.get("data-sits"): float(e.get("cx")) for e in root.iter(f"{SVG}circle") if e.get("data-sits")}
    rings = {
        e.get("data-drawn"): float(e.get("cx")) for e in root.iter(f"{SVG}circle") if e.get("data-drawn")
    }
    bars = {e.get("data-field"): e for e in root.iter(f"{SVG}rect") if e.get("data-field")}
    return root, dots, rings, bars


@settings(deadline=None, max_examples=150)
@given(state)
def test_every_state(state):
    in_size, layers, rule, laid_on = state
    scene = misalignment_scene(*state)
    try:
        sizes = torch_sizes(in_size, layers)
    except RuntimeError as refusal:
        words = str(refusal).splitlines()[0]
        assert scene.text.startswith("There is no stage") and f"torch says: “{words}”." in scene.text
        assert len(scene.table[1]) == int(re.match(r"There is no stage (\d)", scene.text)[1]) - 1
        assert set(scene.handles) == {"in_size"} | {
            f"{name}_{n}" for n in range(1, len(layers) + 1) for name in MOST
        }
        return
    place, field = walked(tuple(layers))
    root, dots, rings, bars = read(scene)
    right, bottom = map(float, root.get("viewBox").split()[2:])
    for e in root.iter(f"{SVG}rect"):
        left, top, wide, high = (float(e.get(name)) for name in ("x", "y", "width", "height"))
        assert left >= 0 and top >= 0 and left + wide <= right and top + high <= bottom
    pixel = ROOM / in_size
    here = lambda x: (x - LEFT) / pixel - 0.5  # noqa: E731
    header, rows = scene.table
    assert [row[header.index("features")] for row in rows] == sizes[1:]
    assert set(dots) == set(rings)
    assert {name for name in scene.details if name[0] == "s"} == {
        f"s{n}-{i}" for n, size in enumerate(sizes) if n for i in range(size)
    }
    for n, size in enumerate(sizes[1:], 1):
        fine = n - 1 if laid_on == "stage" else 0
        drawn = drawn_by_torch(size, sizes[fine], rule)
        shown = [i for i in range(size) if f"s{n}-{i}" in dots]
        for i in shown:
            name = f"s{n}-{i}"
            assert here(dots[name]) == pytest.approx(place(n, i), abs=1e-3)
            if drawn is not None:
                begin, step = place(fine, 0), place(fine, 1) - place(fine, 0)
                assert here(rings[name]) == pytest.approx(begin + step * drawn[i], abs=1e-3)
        for i in range(size):
            name = f"s{n}-{i}"
            low, high = field(n, i)
            if name not in dots:  # it is said that there is no room for it
                assert "beyond the picture" in scene.svg
            pixels = [f"px-{p}" for p in range(max(low, 0), min(high, in_size - 1) + 1)]
            assert [target for target, _ in scene.links[name]] == pixels
            if name in bars:
                left, wide = float(bars[name].get("x")), float(bars[name].get("width"))
                ends = np.clip([LEFT + low * pixel, LEFT + (high + 1) * pixel], LEFT - 24, LEFT + ROOM + 24)
                assert (left, left + wide) == pytest.approx(ends, abs=0.02)
                assert scene.bands[name][:3] == pytest.approx((left, float(bars[name].get("y")), wide))
        levels = {}
        for name, bar in bars.items():
            if name.startswith(f"s{n}-"):
                levels.setdefault(bar.get("y"), []).append((float(bar.get("x")), float(bar.get("width"))))
        for level in levels.values():  # no bar runs into the next one on its level
            level.sort()
            assert all(a + w <= b + 0.05 for (a, w), (b, _) in itertools.pairwise(level))


def test_the_strides_of_a_resnet():
    scene = misalignment_scene(32, FOUR)
    assert "stage 1: +0.5, stage 2: +1.5, stage 3: +3.5, stage 4: +7.5" in scene.text
    assert "its last feature sits at 16 and is drawn at 23.5" in scene.text
    assert scene.details["s3-1"] == (
        "Stage 3, feature 1 sees pixels 1 to 15 and sits at 8. It is drawn at 11.5: 3.5 px too far right."
    )
    assert scene.details["s3-0"].startswith(
        "Stage 3, feature 0 sees pixels −7 to 7 (beyond the image it is padding) and sits at 0."
    )
    scene = misalignment_scene(32, FOUR, laid_on="stage")
    assert "stage 1: +0.5, stage 2: +1, stage 3: +2, stage 4: +4" in scene.text


def test_what_lies_in_its_place():
    for size, layers, rule in (
        (32, [("pooling", 2, 2, 0)] * 4, "half_pixel"),
        (32, [("convolution", 4, 2, 1)] * 4, "half_pixel"),
        (33, FOUR, "align_corners"),
    ):
        scene = misalignment_scene(size, layers, rule)
        assert scene.text.endswith("Every feature is drawn where it sits.")
        _, dots, rings, _ = read(scene)
        assert dots == pytest.approx(rings)
    assert "stage 4: 0 … +15" in misalignment_scene(32, FOUR, "align_corners").text


def test_no_layer_at_all():
    scene = misalignment_scene(8, [])
    assert scene.text == "8 pixels and no layer: every pixel sits where it is drawn."
    assert read(scene)[1] == {}


def test_one_feature_is_drawn_in_the_middle_or_at_the_first_pixel():
    one = [("convolution", 4, 4, 0)]
    assert "stage 1: 0" in misalignment_scene(4, one).text
    assert "stage 1: −1.5" in misalignment_scene(4, one, "align_corners").text


def test_the_same_room_for_every_state():
    rooms = {
        re.search(r'viewBox="([^"]*)"', misalignment_scene(size, layers).svg).group(1)
        for size, layers in ((4, []), (64, FOUR), (4, [("convolution", 7, 1, 0)]))
    }
    assert len(rooms) == 1


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ((3, FOUR), "in_size must be a whole number, from 4 to 64; got 3"),
        ((32, FOUR + FOUR), "layers must be up to 4; got 8"),
        ((32, [("conv", 3, 2, 1)]), "the kind of layer 1 must be one of 'convolution', 'pooling'"),
        ((32, [("convolution", 3, 5, 1)]), "stride of layer 1 must be a whole number, from 1 to 4; got 5"),
        ((32, FOUR, "corners"), "rule must be one of"),
        ((32, FOUR, "half_pixel", "fpn"), "laid_on must be one of"),
    ],
)
def test_what_has_no_room_is_refused(state, words):
    with pytest.raises(ValueError, match=words):
        misalignment_scene(*state)


def test_the_stages_before_a_refusal_stay():
    layers = [
        ("convolution", 3, 2, 1),
        ("convolution", 3, 4, 0),
        ("convolution", 7, 1, 0),
        ("pooling", 2, 2, 0),
    ]
    scene = misalignment_scene(32, layers)
    assert scene.text.startswith(
        "There is no stage 3. A window of 7 does not fit on 4 features with padding 0."
    )
    ids = {name.split("-")[0] for name in scene.details}
    assert ids == {"px", "s1", "s2"} and "There is no" not in re.sub(r"<desc>.*?</desc>", "", scene.svg)
    whole = misalignment_scene(32, layers[:2])
    assert {name: words for name, words in whole.details.items() if name[0] == "s"} == {
        name: words for name, words in scene.details.items() if name[0] == "s"
    }
    assert "btp-sentence" not in scene.svg  # the numbers that can be pulled are still there


def test_every_number_that_stands_in_the_picture_can_be_pulled():
    layers = [("convolution", 7, 2, 3), ("pooling", 3, 4, 0)]
    scene = misalignment_scene(33, layers, numbers=(1, 3))
    values = {name: handle.at for name, handle in scene.handles.items()}
    assert values == {
        "in_size": (33,), "kernel_size_1": (7,), "stride_1": (2,), "padding_1": (3,),
        "kernel_size_3": (3,), "stride_3": (4,), "padding_3": (0,),
    }  # fmt: skip
    shown = dict(re.findall(r'data-handle="(\w+)"[^>]*>.*?<text[^>]*class="scrub"[^>]*>(\d+)<', scene.svg))
    assert shown == {name: str(value[0]) for name, value in values.items()}
    assert ">stage 2<" in scene.svg  # the third control makes the second stage where one is left out
