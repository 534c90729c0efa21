"""Phases and shuffle under a hand: numbers pulled, windows played, maps flown, cells pointed at; no kernel needed."""

import nbformat
import numpy as np
import pytest
import torch
import torch.nn.functional as F

from tests.browser.stage import anew, stages
from tools.run import with_sources

pytestmark = pytest.mark.takes(30)

NAME = "phases_for_a_test.ipynb"
SQUARE = "from course_utils.explorers.subpixel import phases\nphases()"
ROW = "phases(1, x=[3, 1, 2], kernel=[1, 2, 3, -4], stride=2, padding=1)"
SHUFFLE = "from course_utils.explorers.shuffle import shuffle\nshuffle()"

X, W = torch.tensor([3.0, 1, 2]), torch.tensor([1.0, 2, 3, -4])
OUTPUT = F.conv_transpose1d(X[None, None], W[None, None], stride=2, padding=1)[0, 0].tolist()

# id of the map or output on which every flying number stands, by what can be seen: the middles coincide
STANDING = """root => { const middle = element => { const b = element.getBoundingClientRect();
        return [b.left + b.width / 2, b.top + b.height / 2]; };
    const cells = [...root.querySelectorAll('[data-id^="map"], [data-id^="out"], [data-id^="cut"]')];
    const tiles = [...root.querySelectorAll('[data-move]:not([data-move="window"])')];
    return tiles.map(tile => { const [x, y] = middle(tile.querySelector('rect'));
        const under = cells.find(cell => { const [cx, cy] = middle(cell);
            return Math.hypot(cx - x, cy - y) < 1.5; });
        return [under?.dataset.id ?? "between", tile.textContent]; }); }"""
LANDED = f"""root => {{ const pairs = ({STANDING})(root);
    const flies = root.getAnimations({{ subtree: true }}).length || pairs.some(([id]) => id === "between");
    return flies ? null : pairs; }}"""


PICTURE_FROM_TOP = """root => root.querySelector('.picture').getBoundingClientRect().top
    - root.getBoundingClientRect().top"""


@pytest.fixture(scope="module")
def lesson(open_lesson, lessons):
    nbformat.write(with_sources(SQUARE, ROW, SHUFFLE), lessons / NAME)
    lesson = open_lesson(NAME, width=1300)
    lesson.run_all()
    assert lesson.cell_errors() == []
    return lesson


@pytest.fixture
def square(lesson):
    return anew(lesson, 0, 0)


@pytest.fixture
def row(lesson):
    return anew(lesson, 1, 1)


@pytest.fixture
def arrays(lesson):
    return anew(lesson, 2, 2)


def go(stage, key, chosen):
    stage.position().press(key)
    stage.page.mouse.move(0, 0)
    stage.wait_until_chosen(chosen)
    return landed(stage)


def to_the_end_of_the_windows(stage, windows):
    go(stage, "Home", "window-0")
    for q in range(1, windows):
        go(stage, "ArrowRight", f"window-{q}")


def landed(stage):
    """cell -> number, once nothing flies any more."""
    pairs = stage.page.wait_for_function(LANDED, arg=stage.root.element_handle()).json_value()
    assert len(dict(pairs)) == len(pairs)
    return {cell: float(text.replace("−", "-")) for cell, text in pairs if text}


def outputs(standing):
    return {int(cell[4:]): value for cell, value in standing.items() if cell.startswith("out")}


def difference(stage):
    return stage.root.locator('[data-slot="largest"]').text_content()


def test_it_opens_where_the_first_map_has_flown(row, square):
    assert row.chosen() == square.chosen() == "shuffle-0"
    assert outputs(landed(row)) == {o: OUTPUT[o] for o in (0, 2, 4)}
    assert "Map 0, phase 0, takes its positions: sample q goes to output 2 · q" in row.text()


def test_windows_fill_the_maps(row):
    assert len(go(row, "Home", "window-0")) == 2  # one sample of every map
    first = window_left(row)
    assert row.lit() == {"in-0", "in-1", "map-0-0", "map-1-0"}
    assert "Window 1 of 3 covers 3, 1: " in row.text()
    assert len(go(row, "ArrowRight", "window-1")) == 4
    cell = row.root.locator('[data-id="in-0"]').bounding_box()["width"]
    assert window_left(row) - first == pytest.approx(cell, abs=1)  # it slides by one sample
    maps = go(row, "ArrowRight", "window-2")
    assert maps["map-1-2"] == OUTPUT[5] and outputs(maps) == {}
    assert window_opacity(row) == "1"
    go(row, "ArrowRight", "shuffle-0")
    assert window_opacity(row) == "0"


def window_left(stage):
    return stage.root.locator('[data-move="window"]').bounding_box()["x"]


def window_opacity(stage):
    return stage.root.locator('[data-paint="window"]').get_attribute("fill-opacity")


def test_scrubbing_lands_one_map_after_another(row):
    to_the_end_of_the_windows(row, 3)
    assert outputs(go(row, "ArrowRight", "shuffle-0")) == {o: OUTPUT[o] for o in (0, 2, 4)}
    assert outputs(go(row, "ArrowRight", "shuffle-1")) == dict(enumerate(OUTPUT))
    assert difference(row) == ""
    go(row, "ArrowRight", "all")
    assert difference(row) == "largest difference: 0"
    assert outputs(go(row, "ArrowLeft", "shuffle-1")) == dict(enumerate(OUTPUT))
    assert difference(row) == ""
    assert outputs(go(row, "Home", "window-0")) == {}  # and everything flies back


@pytest.mark.thorough(only=True)
def test_play_walks_from_the_beginning_to_the_end(square):
    go(square, "End", "all")
    square.root.locator(".player select").select_option(label="fast")
    square.button("play").click()
    square.wait_until_chosen("window-0")
    square.wait_until_chosen("window-4")
    square.wait_until_chosen("all")
    x, w = torch.arange(1.0, 10).reshape(1, 1, 3, 3), torch.arange(1.0, 17).reshape(1, 1, 4, 4)
    wanted = F.conv_transpose2d(x, w, stride=2, padding=1).ravel().tolist()
    assert outputs(landed(square)) == dict(enumerate(wanted))


def test_neither_a_badge_nor_keys_on_it_move_the_player(row):
    go(row, "Home", "window-0")
    badge = row.root.locator('[data-id="phase-1"]').first
    badge.click(force=True)
    row.page.mouse.move(0, 0)
    row.wait_until_chosen("phase-1")
    for key in ("ArrowLeft", "ArrowRight", "ArrowRight"):
        row.press("phases", key)
    assert row.chosen() == "phase-1" and row.position().input_value() == "0"
    row.press("phases", "Escape")  # the step is what is told again
    row.wait_until_chosen("window-0")
    badge.click(force=True)
    row.wait_until_chosen("phase-1")
    badge.click(force=True)
    row.page.mouse.move(0, 0)
    row.wait_until_chosen("window-0")


def test_a_weight_is_pulled_and_every_number_follows(lesson, row):
    go(row, "End", "all")
    row.drag("kernel[3]", (0, -32))  # four steps of 8 pixels, up
    assert "Largest difference: 0." in row.text()
    changed = F.conv_transpose1d(X[None, None], torch.tensor([[[1.0, 2, 3, 0]]]), stride=2, padding=1)[0, 0]
    assert outputs(landed(row)) == dict(enumerate(changed.tolist()))
    row.drag("kernel[3]", (0, 32))
    assert outputs(landed(row)) == dict(enumerate(OUTPUT))


@pytest.mark.thorough(only=True)
def test_a_number_flies_and_does_not_jump(row):
    to_the_end_of_the_windows(row, 3)
    row.position().press("ArrowRight")
    tile = row.root.locator('[data-move="0-2"]')
    assert tile.evaluate("tile => getComputedStyle(tile).transitionDuration") == "0.45s"
    landed(row)


def test_pointing_at_an_output_lights_up_its_phase_its_inputs_and_its_map(row):
    go(row, "End", "all")
    row.hover("out-3")  # full place 4 = 1 · 2 + kernel number 2 or 2 · 2 + kernel number 0
    # slots: one empty in front, then 1 2 3 -4: kernel numbers 0 and 2 are slots 1 and 3, phase 1
    assert row.lit() == {"in-1", "in-2", "slot-1", "slot-3", "tap-1-1", "tap-1-2", "map-1-1", "ref-3"}
    lit = row.root.locator(".overlay rect.lit").first
    assert lit.evaluate("mark => getComputedStyle(mark).fillOpacity") == "0"  # the hues stay as they are
    assert "Output 3 = 1 · 3 + 2 · 1 = 5" in row.text() and OUTPUT[3] == 5
    row.hover("map-1-1")
    assert row.lit() == {"out-3", "in-1", "in-2", "tap-1-1", "tap-1-2"}
    row.hover("in-0")
    matrix = F.conv_transpose1d(torch.eye(3)[:, None], W[None, None], stride=2, padding=1)[:, 0].T.numpy()
    reads = {f"out-{o}" for o in np.flatnonzero(matrix[:, 0])}
    assert {cell for cell in row.lit() if cell.startswith("out")} == reads
    row.hover("tap-0-0")
    assert "slot-4" in row.lit() and "-4" in row.text().replace("−", "-")
    row.hover("phase-1")
    assert {cell for cell in row.lit() if cell.startswith(("out", "map"))} == {
        "out-1", "out-3", "out-5", "map-1-0", "map-1-1", "map-1-2",
    }  # fmt: skip
    row.hover("slot-0")
    assert row.lit() == set() and "empty" in row.text()
    row.page.mouse.move(0, 0)


def test_arrow_keys_move_inside_a_panel(square):
    square.press("out", "ArrowDown", "ArrowRight", "ArrowDown")
    square.wait_until_chosen("out-7")
    assert "Output [1, 1]" in square.text()


@pytest.mark.thorough(only=True)
def test_dragging_the_stride_makes_it_fall_apart_into_more(lesson, square):
    go(square, "Home", "window-0")
    go(square, "End", "all")
    assert "16 of 36 slots" in square.shown()
    square.drag("stride", (24, 0))  # the number in the formula
    assert "16 of 36 slots used" in square.shown() and "stride=3" in square.shown()
    assert len(square.ids("phases")) == 9
    assert square.chosen() == "all"
    square.drag("kernel_size", (44, 0))
    assert "36 of 81 slots used" in square.shown()
    square.press_slider("stride", "Home")
    assert square.ids("phases") == ["phase-0"]
    square.press_slider("stride", "ArrowRight")
    square.drag("kernel_size", (-44, 0))
    assert "16 of 36 slots used" in square.shown()


@pytest.mark.thorough(only=True)
def test_a_longer_sentence_moves_no_picture_also_when_the_page_has_become_narrow(lesson, square):
    size = lesson.page.viewport_size
    lesson.page.set_viewport_size({"width": 760, "height": size["height"]})
    try:
        lesson.settle()
        heights, tops = [], []
        for key, chosen in (("Home", "window-0"), ("End", "all")):
            go(square, key, chosen)
            heights.append(square.root.locator(".twin p").bounding_box()["height"])
            tops.append(square.root.evaluate(PICTURE_FROM_TOP))
    finally:
        lesson.page.set_viewport_size(size)
        lesson.settle()
    assert heights[1] > heights[0] > 0 and heights[1] > 50  # three lines
    assert tops[1] == tops[0]


def test_the_version_and_a_setting_that_torch_refuses(square):
    before = square.shown()
    square.explorer().locator("button", has_text="trim after").click()
    square.wait_for_change(before)
    assert "16 of 16 slots used" in square.shown() and square.ids("out").count("cut-0") == 1
    size, height = square.root.locator("svg").first.bounding_box(), square.height()
    before = square.shown()
    square.knob("output_padding").press("End")
    square.wait_for_change(before)
    assert "output padding must be smaller than either stride or dilation" in square.shown()
    now = square.root.locator("svg").first.bounding_box()
    assert (now["width"], now["height"]) == (size["width"], size["height"])
    assert square.height() == pytest.approx(height, abs=1)
    before = square.shown()
    square.knob("output_padding").press("Home")
    square.wait_for_change(before)
    before = square.shown()
    square.explorer().locator("button", has_text="slots before").click()
    square.wait_for_change(before)
    assert "16 of 36 slots used" in square.shown()


def test_a_number_is_followed_through_all_arrays(lesson, arrays):
    assert arrays.chosen() == "transpose"
    arrays.root.locator('g[data-group="x"] [data-id="p-17"]').first.hover(force=True)
    arrays.wait_until_chosen("p-17")
    framed = arrays.root.locator(".overlay rect.chosen")
    assert framed.count() == 4
    assert "17, in channel 2, row 1, column 2, goes to map 0, row 3, column 4." in arrays.text()
    corners = {tuple(round(framed.nth(i).bounding_box()[side]) for side in "xy") for i in range(4)}
    assert len(corners) == 4
    arrays.page.mouse.move(0, 0)
    arrays.position().press("Home")
    arrays.wait_until_chosen("x")
    arrays.position().press("End")
    arrays.wait_until_chosen("result")
    arrays.press("result", "ArrowRight", "ArrowDown")  # the first cell, and the one below it
    arrays.wait_until_chosen("p-12")
    before = arrays.shown()
    arrays.root.locator('g[data-group="result"]').press("+")
    arrays.wait_for_change(before)
    assert "13, in channel 2, row 0" in arrays.text()
    arrays.press("result", "-", "Escape")
    arrays.wait_until_chosen("result")


def test_neither_scrubbing_nor_pointing_waits_for_the_kernel(lesson, row, kernels):
    to_the_end_of_the_windows(row, 3)
    lesson.wait_idle()
    for kernel in kernels:
        kernel.suspend()
    assert len(outputs(go(row, "ArrowRight", "shuffle-0"))) == 3
    assert len(outputs(go(row, "ArrowRight", "shuffle-1"))) == 6
    row.hover("out-2")
    assert "map-0-1" in row.lit()
    row.page.mouse.move(0, 0)


def test_nothing_went_wrong_and_no_text_is_cut_off(lesson):
    assert lesson.console_errors == []
    for stage in stages(lesson):
        assert stage.cut_off() == []
        assert stage.root.locator("svg").first.bounding_box()["width"] >= 640
