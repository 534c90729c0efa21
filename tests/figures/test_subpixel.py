"""The picture of phases: its numbers, its lines and its words against torch; empty slots counted; refusals."""

import json
import re
from itertools import product

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from course_utils.explorers.stage.stage import as_data
from course_utils.figures.draw.scene import NoPicture, moved, painted, written
from course_utils.figures.subpixel import (
    HEIGHT,
    MOST,
    MOST_INPUTS,
    MOST_REACH,
    MOST_TAPS,
    OPENS_AT,
    WIDTH,
    phases_scene,
)
from course_utils.figures.trace import torch_words
from course_utils.phases import VERSIONS
from course_utils.subpixel import transposed_to_subpixel
from tests.figures.reading import by_torch, read

LOW = {"stride": 1, "padding": 0, "output_padding": 0, "dilation": 1}
CELL = re.compile(r'<rect x="([^"]+)" y="([^"]+)" width="([^"]+)" height="([^"]+)"[^>]*data-id="([^"]+)"')
TEXT = re.compile(r'<text x="([^"]+)" y="([^"]+)"[^>]*>([^<]*)</text>')
TILE = re.compile(r'data-move="(\d[^"]*)" transform="translate\(([^ ]+) ([^)]+)\)"[^>]*>(.*?)</g>')


@st.composite
def layers(draw):
    """(x, kernel, settings) that torch takes: small whole numbers, one setting for all axes."""
    ndim = draw(st.sampled_from([1, 2]))
    n, k = draw(st.integers(1, MOST_INPUTS[ndim])), draw(st.integers(1, MOST_TAPS[ndim]))
    chosen = {name: draw(st.integers(LOW[name], MOST[name][ndim])) for name in LOW}
    assume(chosen["dilation"] * (k - 1) + 1 <= MOST_REACH[ndim])
    assume(by_torch(np.ones((n,) * ndim), np.ones((k,) * ndim), chosen) is not None)
    digits = np.random.default_rng(draw(st.integers(0, 99)))
    kernel = digits.integers(1, 10, (k,) * ndim) * digits.choice([-1, 1], (k,) * ndim)
    return digits.integers(-9, 10, (n,) * ndim), kernel, chosen


def cells_of(scene):
    """id -> the number that is written in the cell, NaN for an empty one. What flies is not looked at."""
    svg = re.sub(TILE, "", scene.svg)
    texts = [(float(x), float(y), text) for x, y, text in TEXT.findall(svg) if text]
    found = {}
    for *corner, name in CELL.findall(svg):
        x, y, width, height = map(float, corner)
        inside = [text for tx, ty, text in texts if x < tx < x + width and y < ty < y + height]
        assert len(inside) <= 1, name
        found[name] = read(inside[0]) if inside and not name.startswith("phase") else np.nan
    return found


def shuffled_in(scene, step):
    """id of a cell of the shuffled picture -> the number that stands on it at ``step``."""
    corners = {(float(x), float(y)): name for x, y, _, _, name in CELL.findall(scene.svg)}
    tiles = {name: read(TEXT.search(inside)[3]) for name, _, _, inside in TILE.findall(scene.svg)}
    places = {name: place for name, place in moved(scene.frames, step).items() if name != "window"}
    assert set(places) == set(tiles)
    found = {}
    for name, (x, y) in places.items():
        cell = next(c for (cx, cy), c in corners.items() if abs(cx - x) + abs(cy - y) < 0.02)
        found[cell] = tiles[name]
    assert len(found) == len(tiles)  # no two on one place
    return found


def array(cells, name, shape):
    return np.array([cells[f"{name}-{i}"] for i in range(int(np.prod(shape)))]).reshape(shape)


@given(layers(), st.sampled_from(VERSIONS))
@settings(max_examples=150, deadline=None)
def test_every_number_of_the_picture_is_torchs(layer, version):
    x, kernel, chosen = layer
    wanted, ndim, stride = by_torch(x, kernel, chosen), x.ndim, chosen["stride"]
    scene = phases_scene(x, kernel, **chosen, version=version)
    cells = cells_of(scene)
    assert array(cells, "in", x.shape) == pytest.approx(x)
    assert array(cells, "ref", wanted.shape) == pytest.approx(wanted)
    shuffled = shuffled_in(scene, len(scene.steps) - 1)
    assert array(shuffled, "out", wanted.shape) == pytest.approx(wanted)
    # the line of torch, with the small kernels that stand in the picture
    size = max(int(name.split("-")[2]) for name in cells if name.startswith("tap-")) + 1
    taps = np.array([[cells[f"tap-{c}-{j}"] for j in range(size)] for c in range(stride**ndim)])
    weight = np.nan_to_num(taps).reshape(-1, 1, *(round(size ** (1 / ndim)),) * ndim)
    call = re.search(r"(?:F\.pixel_shuffle|F\.conv1d)\(.*?(?=</text>)", scene.svg)[0]
    tensors = {name: torch.tensor(a).double() for name, a in (("x", x[None, None]), ("W", weight))}
    assert f"W of shape {tuple(weight.shape)}" in scene.svg
    assert eval(call, {"F": F, **tensors})[0, 0].numpy() == pytest.approx(wanted)
    # the maps: the same without what is trimmed and shuffled, and the ghosts say what flies
    inner = re.search(r"F\.conv\dd\((?:x|F\.pad\(.*?\)), W(?:, padding=\d+)?\)", call)[0]
    maps = eval(inner, {"F": F, **tensors})[0].reshape(stride**ndim, -1).numpy()
    for channel, values in enumerate(maps):
        assert array(cells, f"map-{channel}", values.shape) == pytest.approx(values)
        before = shuffled_in(scene, 0)
        assert array(before, f"map-{channel}", values.shape) == pytest.approx(values)


@given(layers(), st.sampled_from(VERSIONS))
@settings(max_examples=80, deadline=None)
def test_slots_are_the_kernel_counted_and_the_rest_is_empty(layer, version):
    x, kernel, chosen = layer
    scene = phases_scene(x, kernel, **chosen, version=version)
    cells = cells_of(scene)
    for name in ("slot", "tap"):
        values = np.array([value for cell, value in cells.items() if cell.startswith(name)])
        assert sorted(values[~np.isnan(values)]) == sorted(kernel.ravel())
        assert f"{kernel.size} of {values.size} slots" in scene.text
    side = round(values.size ** (1 / x.ndim))
    slots = np.nan_to_num(array(cells, "slot", (side,) * x.ndim))
    p, d = chosen["padding"], chosen["dilation"]
    first = -p % chosen["stride"] if version == "slots before" else 0
    inside = slice(first, first + d * (len(kernel) - 1) + 1, d)
    assert np.array_equal(slots[(inside,) * x.ndim], kernel)
    words = [
        scene.details[cell] for cell, value in cells.items() if cell.startswith("slot") and np.isnan(value)
    ]
    assert all(": empty, " in sentence for sentence in words)


@given(layers(), st.sampled_from(VERSIONS))
@settings(max_examples=60, deadline=None)
def test_windows_fill_the_maps_and_one_map_after_another_is_shuffled(layer, version):
    x, kernel, chosen = layer
    scene = phases_scene(x, kernel, **chosen, version=version)
    channels = chosen["stride"] ** x.ndim
    cells = cells_of(scene)
    samples = max(int(name.split("-")[2]) for name in cells if name.startswith("map-")) + 1
    assert len(scene.steps) == len(scene.frames) == samples + channels + 1 == len(set(scene.steps))
    assert scene.steps[-1] == "all" and OPENS_AT in scene.steps
    assert all(step in scene.details for step in scene.steps)
    for step in range(samples):  # every window brings one sample of every map, and a number where it is seen
        texts, paints = written(scene.frames, step), painted(scene.frames, step)
        assert set(texts) == {f"{c}-{q}" for c in range(channels) for q in range(step + 1)}
        assert paints == {**{f"q{q}": 1 for q in range(step + 1)}, "window": 1}
        assert all(read(texts[f"{c}-{step}"]) == cells[f"map-{c}-{step}"] for c in range(channels))
    for step in range(samples - 1, samples + channels):
        at_home = {name.split("-")[1] for name in shuffled_in(scene, step) if name.startswith("map")}
        assert at_home == {str(channel) for channel in range(step + 1 - samples, channels)}
        assert painted(scene.frames, step)["window"] == (step < samples)
    assert "largest" not in written(scene.frames, samples + channels - 1)
    last = written(scene.frames, samples + channels)
    assert last["largest"] == "largest difference: 0"
    if x.ndim == 1:
        zeros = [text for slot, text in last.items() if slot.startswith("difference")]
        assert zeros == ["0"] * len(by_torch(x, kernel, chosen))


@given(layers(), st.sampled_from(VERSIONS))
@settings(max_examples=60, deadline=None)
def test_the_window_lies_over_what_its_sentence_adds_up(layer, version):
    x, kernel, chosen = layer
    scene = phases_scene(x, kernel, **chosen, version=version)
    cells, corners = (
        cells_of(scene),
        {name: tuple(map(float, corner)) for *corner, name in CELL.findall(scene.svg)},
    )
    ring = re.search(r'd="M-2-2H([\d.]+)V([\d.]+)', scene.svg)
    wide, high = (float(side) - 2 for side in ring.groups())
    for step, name in enumerate(scene.steps):
        if not name.startswith("window"):
            continue
        left, top = moved(scene.frames, step)["window"]
        inside = {
            cell
            for cell, (cx, cy, cw, ch) in corners.items()
            if cell.startswith("in-") and left < cx + cw / 2 < left + wide and top < cy + ch / 2 < top + high
        }
        lit = dict(scene.links[name])
        struck = {
            cell for cell in inside if cell not in lit
        }  # under the window, but cropped by a negative pad
        assert {cell for cell in lit if cell.startswith("in-")} == inside - struck
        assert not any(
            cell in dict(pairs) for cell in struck for id_, pairs in scene.links.items() if "map" in id_
        )
        q = int(name.split("-")[1])
        channels = chosen["stride"] ** x.ndim
        assert {cell for cell in lit if cell.startswith("map-")} == {f"map-{c}-{q}" for c in range(channels)}
        for channel, sum_, value in re.findall(
            r"map (\d+) gets ([^=;]*) = ([^;]*?)(?=[;]|\.$)", scene.details[name]
        ):
            assert (
                eval(sum_.replace("·", "*").replace("−", "-")) == read(value) == cells[f"map-{channel}-{q}"]
            )


@given(layers(), st.sampled_from(VERSIONS))
@settings(max_examples=60, deadline=None)
def test_an_output_lights_up_what_makes_it_and_the_way_back_is_the_same(layer, version):
    x, kernel, chosen = layer
    wanted = by_torch(x, kernel, chosen)
    scene = phases_scene(x, kernel, **chosen, version=version)
    cells, links = cells_of(scene), scene.links
    shuffled = shuffled_in(scene, len(scene.steps) - 1)
    for o, value in enumerate(wanted.flat):
        lit = dict(links[f"out-{o}"])
        reads = {name: weight for name, weight in lit.items() if weight is not None}
        assert all(name.startswith("in-") for name in reads)
        assert sum(weight * cells[name] for name, weight in reads.items()) == pytest.approx(value)
        assert len(scene.details[f"out-{o}"]) < 300
        taps = sorted(cells[name] for name in lit if name.startswith("tap"))
        assert (
            taps == sorted(reads.values()) == sorted(cells[name] for name in lit if name.startswith("slot"))
        )
        (place,) = [name for name in lit if name.startswith("map")]
        assert cells[place] == shuffled[f"out-{o}"] == pytest.approx(value)
        assert len({name.split("-")[1] for name in lit if name.startswith(("tap", "map"))}) == 1
        assert f"ref-{o}" in lit
        assert (f"out-{o}", None) in links[place] and (f"out-{o}", None) in links[f"ref-{o}"]
        assert {(name, weight) for name, weight in links[f"ref-{o}"] if weight} == {
            (name, weight) for name, weight in links[place] if weight
        }
        assert all((place, None) in links[name] for name in lit if name.startswith("tap"))
        channel = place.split("-")[1]
        assert (f"out-{o}", None) in links[f"phase-{channel}"]
        terms, result = (
            re.search(r" = (.*?)[.:] ", scene.details[f"out-{o}"])[1].rsplit(" = ", 1) if reads else "00"
        )
        terms = terms.replace("·", "*").replace("−", "-")
        assert eval(terms) == read(result) == pytest.approx(value)
    every = set(cells)
    assert all(
        (name in every or name in scene.steps) and {other for other, _ in pairs} <= every
        for name, pairs in links.items()
    )
    assert every <= set(scene.details)


@given(layers(), st.sampled_from(VERSIONS))
@settings(max_examples=80, deadline=None)
def test_formulas_trims_and_pads_are_true(layer, version):
    x, kernel, chosen = layer
    wanted, ndim = by_torch(x, kernel, chosen), x.ndim
    scene = phases_scene(x, kernel, **chosen, version=version)
    formula = re.search(r">(\([^<]* − \d+ − \d+ = \d+)</text>", scene.svg)[1]
    formula = formula.replace("·", "*").replace("−", "-").replace("=", "==")
    assert eval(formula) and formula.endswith(f"== {len(wanted)}")
    first, last = map(int, re.search(r"trims (\d+) and (\d+)", scene.svg).groups())
    cut = scene.svg.count('data-id="cut-')
    assert cut == (len(wanted) + first + last) ** ndim - wanted.size
    assert first == (chosen["padding"] if version == "trim after" else 0)
    assert version == "trim after" or last < chosen["stride"]
    before, after = (read(pad) for pad in re.search(r"pads (−?\d+) and (−?\d+)", scene.svg).groups())
    padded = re.search(r'<g data-group="in".*?</g>', scene.svg)[0]
    assert (
        padded.count(">0</text>") - sum(x.ravel() == 0)
        == (len(x) + max(before, 0) + max(after, 0)) ** ndim - x.size
    )
    assert re.search(
        f'data-id="in-0"[^>]* data-row="{max(before, 0) if ndim == 2 else 0:g}" data-col="{max(before, 0):g}"',
        padded,
    )
    kept = max(len(x) + min(before, 0) + min(after, 0), 0)
    assert padded.count("<line") == x.size - kept**ndim  # struck out: what the pads crop


@pytest.mark.parametrize(
    "k, s, p, op, pads, trims, used",
    [
        (2, 2, 0, 0, (0, 0), 0, (4, 4)),
        (3, 2, 1, 1, (0, 1), 0, (9, 16)),
        (3, 2, 1, 0, (0, 1), 1, (9, 16)),
        (4, 2, 1, 0, (1, 1), 0, (16, 36)),
        (5, 2, 2, 1, (1, 1), 0, (25, 36)),
        (6, 2, 2, 0, (1, 1), 0, (36, 36)),
    ],
)
def test_the_table_of_known_layers(k, s, p, op, pads, trims, used):
    kernel = np.arange(1, k * k + 1).reshape(k, k)
    scene = phases_scene(np.ones((3, 3)), kernel, s, p, op)
    assert f"{used[0]} of {used[1]} slots used" in scene.svg
    assert f"pads {pads[0]} and {pads[1]}" in scene.svg and f"trims 0 and {trims}" in scene.svg


def test_the_kernel_of_four_falls_apart_flipped():
    scene = phases_scene([1, 2, 3], [1, 2, 3, 4], stride=2, padding=1)
    header, rows = scene.table
    assert header[2] == "small kernel, as the convolution uses it"
    assert [row[2] for row in rows] == ["4 2 0", "0 3 1"]
    trimmed = phases_scene([1, 2, 3], [1, 2, 3, 4], stride=2, padding=1, version="trim after")
    assert [row[2] for row in trimmed.table[1]] == ["3 1", "4 2"]


def test_why_a_slot_is_empty():
    said = phases_scene([1, 2, 3], [1, 2, 3, 4], stride=2, padding=1).details
    assert (
        said["slot-0"]
        == "Slot 0, phase 0: empty, because the kernel begins 1 later, so that nothing is trimmed at the start."
    )
    assert said["slot-1"].startswith(
        "Slot 1, phase 1: it holds weight 0 = 1. In the small kernel that is tap 2"
    )
    assert "a convolution's kernel is flipped" in said["slot-1"]
    assert said["tap-1-0"] == said["slot-5"].replace("Slot 0", "Slot 5")
    assert said["slot-5"].startswith("Slot 5, phase 1: empty, because the kernel has ended")
    holes = phases_scene([1, 2, 3], [1, 2], stride=1, dilation=2).details
    assert holes["slot-1"] == "Slot 1, phase 0: empty, a hole of dilation = 2."


def test_an_input_that_nobody_reads():
    scene = phases_scene([1, 2, 3], [1, 2], stride=2, padding=2)
    assert (
        scene.details["in-0"] == "Input 0 = 1: no output reads it, because padding = 2 cuts all of them off."
    )
    assert not any("in-0" in dict(pairs) for pairs in scene.links.values())


@pytest.mark.parametrize("ndim", [1, 2])
def test_the_difference_is_measured(ndim, monkeypatch):
    def wrong(weight, **settings):
        layer = transposed_to_subpixel(weight, **settings)
        return layer._replace(weight=layer.weight + (layer.weight == 2) / 4)

    monkeypatch.setattr("course_utils.phases.transposed_to_subpixel", wrong)
    scene = phases_scene(np.full((3,) * ndim, 2.0), np.arange(1, 4**ndim + 1).reshape((4,) * ndim), 2, 1)
    assert "Largest difference: 0.5." in scene.text
    last = scene.frames[-1].write
    assert last["largest"] == "largest difference: 0.5"
    assert ndim == 2 or [last[f"difference-{o}"] for o in range(6)] == ["0.5", "0", "0.5", "0", "0.5", "0"]


@pytest.mark.parametrize("ndim", [1, 2])
def test_every_refusal_of_torch_is_a_picture_with_torchs_words(ndim):
    ranges = (range(1, 4), range(1, 4), range(1, 4), range(5), range(3), range(1, 3))
    refused = drawn = 0
    for n, k, s, p, op, d in product(*ranges):
        chosen = {"stride": s, "padding": p, "output_padding": op, "dilation": d}
        x, kernel = np.ones((n,) * ndim), np.ones((k,) * ndim)
        if by_torch(x, kernel, chosen) is None:
            scene = phases_scene(x, kernel, **chosen)
            said = " ".join(re.findall(r'class="mono">([^<]*)</text>', scene.svg))
            assert torch_words(x.shape, k, **chosen) in said.replace("&gt;", ">")
            assert not scene.frames and not scene.steps and "What works: " in scene.text
            assert set(scene.handles) == {*LOW, "in_size", "kernel_size"}  # the way out can be pulled
            assert f'viewBox="0 0 {WIDTH} {HEIGHT}"' in scene.svg  # nothing below it jumps
            refused += 1
        else:
            drawn += 1
    assert refused > 100 and drawn > 100


@given(layers(), st.sampled_from(VERSIONS), st.integers(0, 20))
@settings(max_examples=100, deadline=None)
def test_everything_stays_in_the_picture(layer, version, step):
    x, kernel, chosen = layer
    scene = phases_scene(x, kernel, **chosen, version=version)
    height = HEIGHT
    for left, top, wide, high in re.findall(
        r'<rect x="([-\d.e]+)" y="([-\d.e]+)" width="([-\d.e]+)" height="([-\d.e]+)"', scene.svg
    ):
        assert float(left) >= 0 and float(left) + float(wide) <= WIDTH + 0.01
        assert float(top) >= 0 and float(top) + float(high) <= height + 0.01
    for place in moved(scene.frames, min(step, len(scene.steps) - 1)).values():
        assert 0 <= place[0] < WIDTH and 0 <= place[1] < height
    for x_, y_, anchor, size, text in re.findall(
        r'<text x="([-\d.e]+)" y="([-\d.e]+)"(?: text-anchor="(\w+)")?(?: font-size="([\d.]+)")?[^>]*>([^<]*)',
        scene.svg,
    ):
        wide = 0.62 * float(size or 6) * len(text)  # a number has the size of its group, which is in its cell
        left = float(x_) - {"start": 0, "middle": wide / 2, "": wide / 2, "end": wide}[anchor]
        assert left >= -3 and left + wide <= WIDTH + 12, text
        assert 0 <= float(y_) <= height and float(size or 13) >= 5
    assert all(
        float(size) >= 5 for size in re.findall(r'<g text-anchor="middle" font-size="([^"]+)"', scene.svg)
    )


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("ndim, taps, dilation", [(1, 9, 3), (2, 5, 2), (2, 6, 1)])
def test_the_largest_pictures_are_small_enough_to_send_and_every_cell_has_its_number(
    ndim, taps, dilation, version
):
    x = np.full((MOST_INPUTS[ndim],) * ndim, -9.0)
    kernel = np.full((taps,) * ndim, 9.0)
    for stride in range(1, MOST["stride"][ndim] + 1):
        scene = phases_scene(x, kernel, stride, dilation=dilation, version=version)
        cells = cells_of(scene)
        drawn = [value for name, value in cells.items() if name.startswith(("in", "map", "ref"))]
        assert not np.isnan(drawn).any()
        assert len(json.dumps(as_data(scene), ensure_ascii=False)) < 430_000


@pytest.mark.parametrize(
    "x, kernel, chosen, words",
    [
        (np.ones(7), [1], {}, r"x has shape \(7,\); this picture shows up to 6"),
        (np.ones((3, 3)), np.ones((7, 7)), {}, "up to 6 numbers along an axis in a square"),
        ([1], [[1]], {}, "need 1 axis each, or 2"),
        ([1], [1], {"stride": 9}, "stride up to 4; got 9"),
        ([1], [100], {}, "kernel reaches from 100 to 100; this picture shows numbers from −99 to 99"),
    ],
)
def test_what_could_not_be_read_is_no_picture(x, kernel, chosen, words):
    with pytest.raises(NoPicture, match=words):
        phases_scene(x, kernel, **chosen)


def test_a_kernel_that_is_too_long_to_be_read_is_told_in_a_picture_as_large_as_the_others():
    x, kernel = np.ones((3, 3)), np.ones((6, 6))
    short, long = phases_scene(x, kernel), phases_scene(x, kernel, dilation=2)
    assert "spans 11 samples. Here the numbers could be read up to 9." in long.text
    assert "a smaller kernel, or dilation = 1." in long.text and "torch refuses" not in long.text
    size = re.compile(r'viewBox="([^"]*)"')
    assert size.search(long.svg)[1] == size.search(short.svg)[1]
    assert "F.conv_transpose2d(x, w, dilation=2)" in long.svg


def test_one_of_a_kind_is_not_many():
    assert phases_scene([1], [2]).text.startswith("1 input and a kernel of 1 make 1 output: ")
    assert phases_scene([1], [2], stride=2, output_padding=1).text.startswith(
        "1 input and a kernel of 1 make 2 outputs"
    )
    assert (
        "1 of 2 slots holds a weight, 1 is empty" in phases_scene([1], [2], stride=2, output_padding=1).text
    )


@given(layers(), st.sampled_from(VERSIONS))
@settings(max_examples=40, deadline=None)
def test_a_phase_has_one_hue_from_the_kernel_to_the_output(layer, version):
    x, kernel, chosen = layer
    scene = phases_scene(x, kernel, **chosen, version=version)
    hues = {
        name: css for css, name in re.findall(r'class="(?:cell )?(hue-\d)"[^>]*?data-id="([^"]+)"', scene.svg)
    }
    flyers = {name: re.search(r"hue-\d", body)[0] for name, _, _, body in TILE.findall(scene.svg)}
    for channel in range(chosen["stride"] ** x.ndim):
        members = [name for name, _ in scene.links[f"phase-{channel}"]]
        assert {hues[name] for name in members if not name.startswith("out")} <= {f"hue-{channel}"}
        assert {css for name, css in flyers.items() if name.startswith(f"{channel}-")} == {f"hue-{channel}"}


@pytest.mark.parametrize("ndim", [1, 2])
def test_every_number_and_setting_is_a_handle(ndim):
    x, kernel = np.arange(1.0, 3**ndim + 1).reshape((3,) * ndim), np.ones((2,) * ndim)
    scene = phases_scene(x, kernel, 2, 1)
    assert set(scene.handles) == set(re.findall(r'data-handle="([^"]+)"', scene.svg))
    numbers = 3**ndim + 2**ndim
    assert len(scene.handles) == numbers + 6
    last = scene.handles["x[2]" if ndim == 1 else "x[2,2]"]
    assert (last.at, last.low, last.high) == ((3**ndim,), (-99,), (99,))
    assert scene.svg.count('data-handle="kernel[') == 2 * 2**ndim  # in the kernel and in the small kernels


def test_same_values_give_the_same_scene():
    x, kernel = np.arange(1.0, 10).reshape(3, 3), np.arange(1.0, 17).reshape(4, 4)
    assert phases_scene(x, kernel, 2, 1) == phases_scene(x.copy(), kernel.copy(), 2, 1)
