"""Phases under a hand: drag the stride; play and scrub the shuffle and point at cells, without the kernel."""

import nbformat
import numpy as np
import pytest
import torch
import torch.nn.functional as F

from tests.browser.stage import stages
from tests.notebooks.run import with_sources

pytestmark = pytest.mark.takes(30)

NAME = "phases_for_a_test.ipynb"
SQUARE = "from course_utils.explorers.subpixel import phases\nphases()"
ROW = "phases(1, x=[3, 1, 2], kernel=[1, 2, 3, -4], stride=2, padding=1)"

X, W = torch.tensor([3.0, 1, 2]), torch.tensor([1.0, 2, 3, -4])
OUTPUT = F.conv_transpose1d(X[None, None], W[None, None], stride=2, padding=1)[0, 0].tolist()

# id of the map or output on which every flying number stands, by what can be seen: the middles coincide
STANDING = """root => { const middle = element => { const b = element.getBoundingClientRect();
        return [b.left + b.width / 2, b.top + b.height / 2]; };
    const cells = [...root.querySelectorAll('[data-id^="map"], [data-id^="out"], [data-id^="cut"]')];
    return [...root.querySelectorAll('[data-move]')].map(tile => { const [x, y] = middle(tile.querySelector('rect'));
        const under = cells.find(cell => { const [cx, cy] = middle(cell);
            return Math.hypot(cx - x, cy - y) < 1.5; });
        return [under?.dataset.id ?? "between", tile.textContent]; }); }"""
LANDED = f"""root => {{ const pairs = ({STANDING})(root);
    const flies = root.getAnimations({{ subtree: true }}).length || pairs.some(([id]) => id === "between");
    return flies ? null : pairs; }}"""


@pytest.fixture(scope="module")
def lesson(open_lesson, lessons):
    nbformat.write(with_sources(SQUARE, ROW), lessons / NAME)
    lesson = open_lesson(NAME, width=1000)
    lesson.run_all()
    assert lesson.cell_errors() == []
    return lesson


@pytest.fixture
def square(lesson):
    return stages(lesson)[0]


@pytest.fixture
def row(lesson):
    return stages(lesson)[1]


def go(stage, key, chosen):
    stage.slider("step").press(key)
    stage.wait_until_chosen(chosen)
    return landed(stage)


def landed(stage):
    """cell -> number, once nothing flies any more."""
    pairs = stage.page.wait_for_function(LANDED, arg=stage.root.element_handle()).json_value()
    assert len(dict(pairs)) == len(pairs)
    return {cell: float(text.replace("−", "-")) for cell, text in pairs}


def outputs(standing):
    return {int(cell[4:]): value for cell, value in standing.items() if cell.startswith("out")}


def difference(stage):
    return stage.root.locator('[data-slot="largest"]').text_content()


def test_scrubbing_lands_one_map_after_another(row):
    assert outputs(go(row, "Home", "maps")) == {}
    assert outputs(go(row, "ArrowRight", "phase-0")) == {o: OUTPUT[o] for o in (0, 2, 4)}
    assert outputs(go(row, "ArrowRight", "phase-1")) == dict(enumerate(OUTPUT))
    assert difference(row) == ""
    go(row, "ArrowRight", "all")
    assert difference(row) == "largest difference: 0"
    assert outputs(go(row, "ArrowLeft", "phase-1")) == dict(enumerate(OUTPUT))
    assert difference(row) == ""
    assert outputs(go(row, "Home", "maps")) == {}  # and everything flies back


def test_play_walks_from_the_beginning_to_the_end(square):
    go(square, "Home", "maps")
    go(square, "End", "all")
    play = square._explorer().locator("button:has(.fa-play)")
    play.click()
    square.wait_until_chosen("phase-0")
    square.wait_until_chosen("all")
    x, w = torch.arange(1.0, 10).reshape(1, 1, 3, 3), torch.arange(1.0, 17).reshape(1, 1, 4, 4)
    wanted = F.conv_transpose2d(x, w, stride=2, padding=1).ravel().tolist()
    assert outputs(landed(square)) == dict(enumerate(wanted))
    play.wait_for()  # it notices the end one beat later


def test_a_number_flies_and_does_not_jump(row):
    go(row, "Home", "maps")
    row.slider("step").press("ArrowRight")
    tile = row.root.locator('[data-move="0-2"]')
    assert tile.evaluate("tile => getComputedStyle(tile).transitionDuration") == "0.45s"
    landed(row)


def test_pointing_at_an_output_lights_up_its_phase_its_inputs_and_its_map(row):
    go(row, "End", "all")
    row.hover("out-3")  # full place 4 = 1 · 2 + kernel number 2 or 2 · 2 + kernel number 0
    # slots: one empty in front, then 1 2 3 -4: kernel numbers 0 and 2 are slots 1 and 3, phase 1
    assert row.lit() == {"in-1", "in-2", "slot-1", "slot-3", "tap-1-1", "tap-1-2", "map-1-1", "ref-3"}
    assert "Output 3 = 1 · 3 + 2 · 1 = 5" in row.text() and OUTPUT[3] == 5
    row.hover("map-1-1")
    assert {"out-3", "ref-3", "in-1", "in-2", "tap-1-1", "tap-1-2"} <= row.lit()
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


def test_dragging_the_stride_makes_it_fall_apart_into_more(lesson, square):
    go(square, "Home", "maps")
    go(square, "End", "all")
    assert "16 of 36 slots" in square.shown()
    knob = square.slider("stride")
    knob.scroll_into_view_if_needed()
    box = knob.bounding_box()
    before = square.shown()
    lesson.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    lesson.page.mouse.down()
    lesson.page.mouse.move(box["x"] + 200, box["y"] + box["height"] / 2, steps=8)
    lesson.page.mouse.up()
    square.wait_for_change(before)
    assert "16 of 36 slots used" in square.shown() and "stride=3" in square.shown()
    assert len([cell for cell in square.ids("phases")]) == 9
    assert square.chosen() == "all"
    square.press_slider("kernel size", "End")
    assert "36 of 81 slots used" in square.shown()
    square.press_slider("stride", "Home")
    assert square.ids("phases") == ["phase-0"]
    square.press_slider("stride", "ArrowRight")
    square.press_slider("kernel size", "ArrowLeft")
    square.press_slider("kernel size", "ArrowLeft")
    assert "16 of 36 slots used" in square.shown()


def test_the_version_and_a_setting_that_torch_refuses(square):
    before = square.shown()
    square._explorer().locator("button", has_text="crop").nth(1).click()
    square.wait_for_change(before)
    assert "16 of 16 slots used" in square.shown() and square.ids("out").count("cut-0") == 1
    size = square.root.locator("svg").first.bounding_box()
    square.press_slider("output_padding", "End")
    assert "output padding must be smaller than either stride or dilation" in square.shown()
    now = square.root.locator("svg").first.bounding_box()
    assert (now["width"], now["height"]) == (size["width"], size["height"])
    square.press_slider("output_padding", "Home")
    before = square.shown()
    square._explorer().locator("button", has_text="no crop").click()
    square.wait_for_change(before)
    assert "16 of 36 slots used" in square.shown()


def test_neither_scrubbing_nor_pointing_waits_for_the_kernel(lesson, row, kernels):
    go(row, "Home", "maps")
    lesson.wait_idle()
    for kernel in kernels:
        kernel.suspend()
    assert len(outputs(go(row, "ArrowRight", "phase-0"))) == 3
    assert len(outputs(go(row, "ArrowRight", "phase-1"))) == 6
    row.hover("out-2")
    assert "map-0-1" in row.lit()
    row.page.mouse.move(0, 0)


def test_nothing_went_wrong_and_no_text_is_cut_off(lesson):
    assert lesson.console_errors == []
    for stage in stages(lesson):
        assert stage.cut_off() == []
        assert stage.root.locator("svg").first.bounding_box()["width"] >= 640
