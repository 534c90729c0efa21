"""The pictures of lesson 08, read from their SVG: bars are numbers, colors are scores, dots are wrong pixels."""

import itertools
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from course_utils.fcn import HEADS, ScoredScene, bilinear_weight, crops, flat_answer, stages
from course_utils.figures import ledger
from course_utils.figures.draw.scene import NoPicture
from course_utils.figures.fcn import HIGHEST, IN_SIZE, MOST, ONE, kernel_scene
from course_utils.figures.skip_fusion import fusion_scene, measured, score_colors
from course_utils.scenes import CLASS_COLORS, CLASS_NAMES, scene
from tests.arrays import noise
from tests.figures.reading import decoded, numbers_in

SVG = "{http://www.w3.org/2000/svg}"
SETTINGS = [*itertools.product((1, 2, 3, 4, 5, 7, 8, 15, 16), (1, 2, 3, 4, 7, 8))]


# ---- A bilinear kernel -----------------------------------------------------------------------------


@pytest.mark.parametrize("kernel_size, stride", SETTINGS)
def test_bars_are_the_numbers_in_the_hue_of_their_phase(kernel_size, stride):
    picture, flat = kernel_scene(kernel_size, stride), flat_answer(kernel_size, stride, IN_SIZE)
    root = ElementTree.fromstring(picture.svg)
    right, bottom = map(float, root.get("viewBox").split()[2:])
    bars = {bar.get("data-id"): bar for bar in root.iter(f"{SVG}rect") if bar.get("data-id")}
    values = {f"k-{t}": (value, t) for t, value in enumerate(flat.kernel)}
    values |= {f"sum-{p}": (value, p) for p, value in enumerate(flat.sums)}
    values |= {f"out-{o}": (value, o) for o, value in enumerate(flat.answer)}
    assert set(bars) == set(values)
    for name, (value, index) in values.items():
        x, y, wide, high = (float(bars[name].get(key)) for key in ("x", "y", "width", "height"))
        assert high == pytest.approx(ONE * min(value, HIGHEST), rel=1e-4)
        assert f"hue-{index % stride % 9}" in bars[name].get("class")
        assert x >= 0 and y >= 0 and x + wide <= right and y + high <= bottom
        if name.startswith("out"):
            assert (bars[name].get("fill-opacity") == "1") == (index in flat.whole)


@pytest.mark.parametrize("kernel_size, stride", SETTINGS)
def test_what_lights_up_adds_up_to_what_was_pointed_at(kernel_size, stride):
    picture, flat = kernel_scene(kernel_size, stride), flat_answer(kernel_size, stride, IN_SIZE)
    for o, value in enumerate(flat.answer):
        assert sum(weight for _, weight in picture.links[f"out-{o}"]) == pytest.approx(value)
        words = picture.details[f"out-{o}"].partition(": ")[2]
        assert numbers_in(words)[-1] == pytest.approx(value, abs=0.0051)
        assert ("border" in words) == (o not in flat.whole)
    for p, value in enumerate(flat.sums):
        assert sum(weight for _, weight in picture.links[f"sum-{p}"]) == pytest.approx(value)


@pytest.mark.parametrize(
    "kernel_size, stride, words",
    [
        (4, 2, "Kernel 4, stride 2: 2 phases, adding up to 1 each. Flat areas stay flat, and as bright as they "
         "were."),
        (6, 2, "Kernel 6, stride 2: 2 phases, adding up to 1.5 each. Flat areas stay flat, 1.5 times as bright."),
        (5, 2, "Kernel 5, stride 2: 2 phases, adding up to 1.67, 1.33. Flat areas get a pattern."),
        (1, 1, "Kernel 1, stride 1: 1 phase, adding up to 1. Flat areas stay flat, and as bright as they were."),
    ],
)  # fmt: skip
def test_the_sentence(kernel_size, stride, words):
    assert kernel_scene(kernel_size, stride).text == words


def test_both_settings_are_handles():
    picture = kernel_scene(5, 3)
    assert set(picture.handles) == set(MOST) == set(re.findall(r'data-handle="([^"]+)"', picture.svg))
    with pytest.raises(ValueError, match="kernel_size must be a whole number, from 1 to 16; got 17"):
        kernel_scene(17)


# ---- Scores of several strides ---------------------------------------------------------------------


def scored(seed=0, size=32, strides=(16, 8, 4)):
    picture = scene(seed, (size, size))
    factors = [2] * (len(strides) - 1) + [strides[-1]]
    kernels = tuple(bilinear_weight(np.ones((5, 1)), 2 * factor) for factor in factors)
    own = {s: noise(5, size // s, size // s, seed=s) for s in strides}
    return ScoredScene(picture.image, picture.labels, own, kernels)


@pytest.mark.parametrize("on", [(), (16,), (8,), (16, 8), (16, 4), (16, 8, 4)], ids=str)
def test_the_picture_shows_what_the_sum_predicts(on):
    case = scored()
    picture = fusion_scene(case, on, 4)
    predicted = case.predicted(on).astype(np.uint8)
    name = " + ".join(f"stride {stride}" for stride in on) or "nothing added"
    shown = decoded(picture.svg, f"what {name} predicts")[::4, ::4]
    truth = case.labels
    np.testing.assert_array_equal(shown, CLASS_COLORS[predicted])  # the corner of a pixel is never dark
    reach = max(np.abs(case.parts[stride][4]).max() for stride in case.strides)
    for stride in case.strides:
        title = f"stride {stride}" + ("" if stride in on else " (off)")
        np.testing.assert_array_equal(decoded(picture.svg, title), score_colors(case.parts[stride][4], reach))
    if on:
        assert f"{np.count_nonzero(predicted != truth):,} of 1,024 pixels are wrong" in picture.text
        assert numbers_in(picture.text)[len(on)] == pytest.approx(measured(truth, predicted)[0], abs=0.051)
    assert len(picture.text) < 230 and picture == fusion_scene(case, on, 4)


def test_a_class_that_is_nowhere_has_no_score():
    case = scored(strides=(4,))
    there = set(np.unique(case.labels)) | set(np.unique(case.predicted()))
    for kind, name in enumerate(CLASS_NAMES):
        words = fusion_scene(case, (4,), kind).text
        assert (f"there is no {name}" in words) == (kind not in there)


def test_colors_of_scores_by_hand():
    np.testing.assert_array_equal(score_colors([[-2.0, 0.5]], 1.0), [[[0, 114, 178], [234, 174, 128]]])
    np.testing.assert_array_equal(score_colors([[0.0]], 0.0), [[[255, 255, 255]]])


# ---- The ledger ------------------------------------------------------------------------------------


def changed(network, **stages_):
    """The published layers, some of them exchanged: pool1=(3, 2, 1)."""
    names = [name.replace(" ", "_") for name, *_ in stages(network)]
    layers = ledger.published(network)
    for name, layer in stages_.items():
        layers[names.index(name)] = layer
    return layers


CASES = [
    {},
    {"conv1_1": (3, 1, 40), "fc6": (1, 1, 0)},
    {"conv1_1": (9, 1, 120), "fc6": (9, 1, 9)},
    {"pool1": (3, 2, 1), "pool4": (5, 2, 0)},
    {"upsample_1": (3, 2, 1)},
    {"pool2": (2, 3, 0)},
    {"conv1_1": (3, 4, 0), **{f"pool{i}": (2, 4, 0) for i in range(1, 6)}},
    {"upsample_1": (64, 32, 0)},
]


@pytest.mark.parametrize("network", HEADS)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_dots_are_samples_where_they_sit_and_hollow_where_they_are_cut(network, case):
    layers = changed(network, **case)
    picture = ledger.ledger_scene(network, layers)
    root = ElementTree.fromstring(picture.svg)
    rows = ledger.rows_of(network, layers)
    dots = [(float(d.get("cx")), float(d.get("cy")), d.get("class")) for d in root.iter(f"{SVG}circle")]
    scale = (ledger.RIGHT - ledger.LEFT) / (ledger.LAST - ledger.FIRST)
    for i, row in enumerate(rows):
        y = ledger.TOP + ledger.PITCH * i + 8
        own = [(x, css) for x, height, css in dots if height == y]
        seen = (ledger.FIRST - row.places.start) / row.places.jump
        last = (ledger.LAST - row.places.start) / row.places.jump
        if row.places.jump >= 4:
            assert len(own) == max(0, np.floor(last) - max(np.ceil(seen), 0) + 1)
        for x, css in own:
            place = ledger.FIRST + (x - ledger.LEFT) / scale
            index = (place - row.places.start) / row.places.jump
            assert index == pytest.approx(round(index), abs=0.03)
            assert ledger.FIRST - 0.01 <= place <= ledger.LAST + 0.01
            assert (css == "output") == (not round(index) < (row.crop or 0))
    assert len(dots) < 700 and ledger.TOP + ledger.PITCH * len(rows) < ledger.HEIGHT + 8
    assert picture == ledger.ledger_scene(network, layers)
    assert set(picture.handles) == set(re.findall(r'data-handle="([^"]+)"', picture.svg))
    assert len(picture.handles) == layers.size


@pytest.mark.parametrize("network", HEADS)
@pytest.mark.parametrize("first_padding, last_kernel", [(100, 7), (40, 1), (119, 9), (81, 4)])
def test_the_stages_that_move_nothing_may_be_left_out(network, first_padding, last_kernel):
    """The same crops as with all of VGG-16's layers."""
    layers = changed(network, conv1_1=(3, 1, first_padding), fc6=(last_kernel, 1, 0))
    cut = [row.crop for row in ledger.rows_of(network, layers) if row.crop is not None]
    assert cut == crops(network, first_padding, last_kernel)


@pytest.mark.parametrize(
    "network, layers, words",
    [
        ("FCN-32s", {}, "FCN-32s. upsample 32 times: 19 samples cut off."),
        ("FCN-16s", {"conv1_1": (3, 1, 50), "fc6": (1, 1, 0)},
         "FCN-16s, changed. scores of pool4: 1 sample missing in front; upsample 16 times: 73 samples"),
        ("FCN-32s", {"conv1_1": (3, 1, 81)}, "FCN-32s, changed. upsample 32 times: 0 samples cut off."),
        ("FCN-8s", {"conv1_1": (3, 1, 81)}, "scores of pool3: 9 samples cut off; upsample 8 times: 12 samples"),
        ("FCN-16s", {"pool5": (3, 2, 0)}, "scores of pool4: 5.5 samples would have to go: no crop fits;"),
        ("FCN-16s", {"pool5": (2, 1, 0)}, "scores of pool4: no crop fits, for the jumps differ;"),
    ],
)  # fmt: skip
def test_the_ledgers_sentence(network, layers, words):
    assert words in ledger.ledger_scene(network, changed(network, **layers)).text


def test_a_line_says_the_rule_with_its_numbers():
    details = ledger.ledger_scene("FCN-32s").details
    assert details["line-1"] == "conv1_1: start 0 + 1 · ((3 − 1)/2 − 100) = −99, jump 1 · 1 = 1."
    assert details["line-2"] == "pool1: start −99 + 1 · ((2 − 1)/2 − 0) = −98.5, jump 1 · 2 = 2."
    assert details["line-8"] == (
        "upsample 32 times: jump 32 / 32 = 1, start 12.5 − 1 · ((64 − 1)/2 − 0) = −19. 19 samples cut off."
    )


def test_what_the_ledger_does_not_show_is_refused():
    with pytest.raises(NoPicture, match="padding of conv1_1 must be a whole number from 0 to 120; got 121"):
        ledger.ledger_scene(layers=changed("FCN-8s", conv1_1=(3, 1, 121)))
    with pytest.raises(NoPicture, match="stride of pool2 must be a whole number from 1 to 4; got 0"):
        ledger.ledger_scene(layers=changed("FCN-8s", pool2=(2, 0, 0)))
    with pytest.raises(NoPicture, match=r"FCN-32s has 8 stages .*shape \(9, 3\)"):
        ledger.ledger_scene("FCN-32s", ledger.published("FCN-16s"))
    with pytest.raises(ValueError, match="network must be one of 'FCN-32s'"):
        ledger.ledger_scene("FCN")
