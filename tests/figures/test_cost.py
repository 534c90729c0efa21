"""The picture of what layers cost, read from its SVG."""

import itertools
import re
import xml.etree.ElementTree as ElementTree

import pytest

from course_utils.cost import RULES, low_and_high
from course_utils.figures.cost import BAR_ROOM, MOST, SMALL_PIXEL, cost_scene

SVG = "{http://www.w3.org/2000/svg}"
SETTINGS = [
    (channels, kernel_size, factor, layers, rule)
    for kernel_size, factor, rule in itertools.product((1, 2, 3, 6, 7), range(1, 5), RULES)
    for channels, layers in ((1, 2), (8, 1), (16, 6))
]


def read(scene):
    root = ElementTree.fromstring(scene.svg)
    bars = {bar.get("data-value"): bar for bar in root.iter(f"{SVG}rect") if bar.get("data-value")}
    return root, bars, [text.text for text in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_bars_and_numbers_are_the_counts(setting):
    factor, layers = setting[2:4]
    pair = low_and_high(*setting)
    scene = cost_scene(*setting)
    root, bars, texts = read(scene)
    right, bottom = map(float, root.get("viewBox").split()[2:])
    for bar in root.iter(f"{SVG}rect"):
        left, top, wide, high = (float(bar.get(name)) for name in ("x", "y", "width", "height"))
        assert left >= 0 and top >= 0 and left + wide <= right and top + high <= bottom
    for field in ("parameters", "multiply_adds", "activations"):
        values = [getattr(network.layer, field) for network in pair]
        lengths = [float(bars[f"{field}-{name}"].get("width")) for name in ("low", "high")]
        assert lengths == pytest.approx([BAR_ROOM * value / max(values) for value in values], rel=1e-4)
        assert all(f"{value:,}" in texts for value in values)
    for network, css in zip(pair, ("input", "output"), strict=True):
        for layer, size in enumerate(network.fields, 1):
            assert float(bars[f"field-{css}-{layer}"].get("width")) == pytest.approx(
                size * SMALL_PIXEL, rel=1e-4
            )
    assert len([name for name in bars if name.startswith("field")]) == 2 * layers
    for network, image in zip(pair, (f"W/{factor}·H/{factor}" if factor > 1 else "W·H", "W·H"), strict=True):
        c, k = network.channels, network.kernel_size
        assert f"{c}·{c}·{k}·{k}·{image} = {network.layer.multiply_adds:,}·W·H" in texts
    products = [
        eval(text.split(" = ")[0].replace("·", "*"), {"W": 12, "H": 12}) for text in texts if "·W·H" in text
    ]
    sums = [eval(text.split(" = ")[1].replace("·", "*").replace(",", ""), {"W": 12, "H": 12})
            for text in texts if "·W·H" in text]  # fmt: skip
    assert len(products) == 2 and products == pytest.approx(sums)


def test_it_starts_with_the_example_of_the_source():
    text = cost_scene().text
    _, _, texts = read(cost_scene())
    assert "4 layers of 3 × 3, 32 → 32 channels, on W/2 × H/2, then pixel shuffle (no multiply-adds)" in texts
    assert "4 layers of 6 × 6, 8 → 8 channels, on W × H" in texts
    assert "2,304·W·H multiply-adds against 2,304·W·H, 9,216 parameters against 2,304, 8 activations" in text
    assert "After 4 layers an output sees 9 small pixels along an axis, against 10.5." in text
    header, rows = cost_scene().table
    fields = [row[1:] for row in rows if row[0].startswith("receptive")]
    assert header[1:] == ("low resolution", "high resolution")
    assert fields == [("3", "3"), ("5", "5.5"), ("7", "8"), ("9", "10.5")]
    assert ("parameters, 4 layers", "36,864", "9,216") in rows


def test_ratios_are_said_once_each():
    _, _, texts = read(cost_scene(8, 3, 2, 4))
    assert [text for text in texts if re.search(r"times|equal", text)] == ["low: 4 times", "equal", "equal"]
    _, _, texts = read(cost_scene(8, 3, 3, 4, "same layers"))
    assert [text for text in texts if re.search(r"times|equal", text)] == [
        "equal",
        "high: 9 times",
        "high: 9 times",
    ]


def test_settings_without_room_are_refused():
    for name, most in MOST.items():
        with pytest.raises(
            ValueError, match=f"{name} must be a whole number, from 1 to {most}; got {most + 1}"
        ):
            cost_scene(**{name: most + 1})
    with pytest.raises(ValueError, match="rule must be one of"):
        cost_scene(rule="cheap")


def test_one_of_a_kind_is_not_many():
    scene = cost_scene(1, 1, 1, 1)
    _, _, texts = read(scene)
    assert texts.count("1 layer of 1 × 1, 1 → 1 channel, on W × H") == 2
    assert "1 parameter against 1, 1 activation per large pixel against 1." in scene.text
    assert "After 1 layer an output sees 1 small pixel along an axis, against 1." in scene.text


def test_every_setting_is_a_handle_and_the_sentence_takes_two_lines():
    for setting in SETTINGS:
        scene = cost_scene(*setting)
        assert set(scene.handles) == set(MOST) == set(re.findall(r'data-handle="([^"]+)"', scene.svg))
        assert [scene.handles[name].at for name in MOST] == [(value,) for value in setting[:4]]
        assert len(scene.text) < 260 and scene == cost_scene(*setting)
