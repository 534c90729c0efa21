"""The warp explorer under a hand: nets dragged and turned, a flow painted by mouse and by keys, taps lit."""

import json
import math
import re

import nbformat
import pytest

from tests.browser.stage import stages
from tools.run import with_sources

pytestmark = pytest.mark.takes(30)

NAME = "warps_for_a_test.ipynb"
NUMBERS = """
from course_utils.explorers.warping import warp_grid
numbers = warp_grid(field="painted", padding_mode="border")
numbers"""
REAL = """
real = warp_grid(field="painted", picture="camera")
real"""
AFFINE = "warp_grid(turn=0.0, shift_x=1.5)"
WHIRL = 'warp_grid(field="swirl", picture="camera")'
STEREO = """
from course_utils.explorers.stereo import stereo
stereo()"""

NET = "root => root.querySelector('path.line').getAttribute('d')"
NUMBERS_OUT = (
    """root => [...root.querySelectorAll('g[data-group="out"] text')].map(text => text.textContent)"""
)
PICTURES = "root => [...root.querySelectorAll('image')].map(image => image.getAttribute('href'))"
ARROW = "root => root.querySelector('.overlay path.arrow')?.getAttribute('d') || ''"


@pytest.fixture(scope="module")
def lesson(open_lesson, lessons):
    nbformat.write(with_sources(NUMBERS, REAL, AFFINE, WHIRL, STEREO), lessons / NAME)
    lesson = open_lesson(NAME)
    lesson.run_all()
    assert lesson.cell_errors() == []
    return lesson


@pytest.fixture
def numbers(lesson):
    return cleared(stages(lesson)[0])


@pytest.fixture
def real(lesson):
    return cleared(stages(lesson)[1])


def cleared(stage):
    """The stage with no flow painted."""
    if "Zero flow" not in whole_text(stage):
        before = stage.shown()
        stage.explorer().locator("button", has_text="no flow").click()
        stage.wait_for_change(before)
    return stage


def whole_text(stage):
    return stage.root.locator("svg").first.locator("desc").text_content()


def drag(stage, cell, by, pictures=1):
    """Press the mouse on a cell of the output, move, let go; what the text says at each picture on the way."""
    box = stage.root.locator(f'[data-id="{cell}"]').last.bounding_box()  # its place has it too
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    said = []
    stage.page.mouse.move(x, y)
    stage.page.mouse.down()
    for i in range(1, pictures + 1):
        before = stage.shown()
        stage.page.mouse.move(x + by[0] * i / pictures, y + by[1] * i / pictures, steps=12 // pictures)
        stage.wait_for_another(before)
        said.append(stage.text())
    stage.page.mouse.up()
    stage.lesson.wait_idle()
    return said


def test_a_flow_is_painted_on_the_numbers(numbers):
    numbers.root.scroll_into_view_if_needed()
    net, values = numbers.root.evaluate(NET), numbers.root.evaluate(NUMBERS_OUT)
    said = drag(numbers, "out-18", (90, 0), pictures=4)
    assert numbers.root.evaluate(NET) != net
    after = numbers.root.evaluate(NUMBERS_OUT)
    changed = [i for i, (a, b) in enumerate(zip(values, after, strict=True)) if a != b]
    assert set(range(19, 21)) <= set(changed) and not set(range(40, 48)) & set(changed)
    assert numbers.chosen() == "out-18" and "Output at x = 2, y = 2 fetches from" in numbers.text()
    assert "A painted flow" in whole_text(numbers)
    assert len(set(said)) == 4  # the words, and with them the picture, went along with the hand
    x = float(re.search(r"fetches from x = (\S+),", numbers.text())[1].replace("−", "-"))
    assert x < 1.8  # the picture went right, so what is here comes from the left


def test_what_was_taken_hold_of_stays_lit_while_it_is_painted(numbers):
    drag(numbers, "out-20", (60, 30))
    numbers.page.mouse.move(0, 0)
    assert numbers.chosen() == "out-20" and 1 <= len(numbers.lit()) <= 4
    assert all(name.startswith("in-") for name in numbers.lit())
    assert numbers.root.evaluate(ARROW).startswith("M")


def test_the_second_stroke_does_not_join_the_first(numbers):
    drag(numbers, "out-0", (15, 0))
    values = numbers.root.evaluate(NUMBERS_OUT)
    drag(numbers, "out-47", (-15, 0))
    after = numbers.root.evaluate(NUMBERS_OUT)
    assert [after[i] for i in (19, 20, 27, 28)] == [values[i] for i in (19, 20, 27, 28)]


def test_the_places_can_be_dragged_too(numbers):
    before = whole_text(numbers)
    numbers.drag("places", by=(50, 0))
    assert whole_text(numbers) != before and "flow (+" in numbers.text()


@pytest.mark.parametrize("hand", ["picture", "places"])
def test_arrow_keys_paint(numbers, hand):
    knob = numbers.root.locator(f'[data-drag="{hand}"][tabindex]')
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "ArrowRight"):
        before = numbers.shown()
        knob.press(key)
        numbers.wait_for_change(before)
    assert "A painted flow" in whole_text(numbers)
    focused = "() => document.activeElement.dataset?.drag"
    assert numbers.page.evaluate(focused) == hand  # the focus stays on the brush


def test_a_flow_is_painted_on_a_real_picture(real):
    real.root.scroll_into_view_if_needed()
    _, source, output = real.root.evaluate(PICTURES)
    net, outputs = real.root.evaluate(NET), real.ids("out")
    drag(real, outputs[18], (80, 20))
    _, source_after, output_after = real.root.evaluate(PICTURES)
    assert source_after == source and output_after != output
    assert real.root.evaluate(NET) != net
    assert real.chosen() == outputs[18] and "A painted flow" in whole_text(real)


def test_pointing_shows_place_taps_and_sum_without_the_kernel(lesson):
    stage = stages(lesson)[2]
    stage.hover("out-19")  # x = 3, y = 2, fetched from 4.5, 2
    assert stage.lit() == {"in-20", "in-21"}
    assert "0.5 · 20 + 0.5 · 21 = 20.5" in stage.text()
    first = stage.root.evaluate(ARROW)
    stage.hover("out-20")
    assert stage.root.evaluate(ARROW) not in ("", first)
    stage.press("out", "ArrowDown")
    assert stage.root.evaluate(ARROW).startswith("M")


def test_pointing_at_an_input_says_who_reads_it_and_lights_the_readers(lesson):
    stage = stages(lesson)[2]
    stage.hover("in-20")
    assert "read by 2 outputs, with weight 0.5 at (2, 2), 0.5 at (3, 2)" in stage.text()
    assert stage.lit() == {"out-18", "out-19"}


def values(stage):
    """Of the numbers of the field, in the order of the controls."""
    return json.loads(stage.key())


def stays_under(stage, handle, hand, within=4):
    """Wait until the knob stands where the hand is, within so many screen pixels: the last picture may be late."""
    found = f"""([root, x, y, within]) => {{
        const box = root.querySelector('[data-handle="{handle}"][tabindex]').getBoundingClientRect();
        return Math.hypot(box.x + box.width / 2 - x, box.y + box.height / 2 - y) < within; }}"""
    stage.page.wait_for_function(found, arg=[stage.root.element_handle(), *hand, within])
    return True


def led(stage, handle, *ways):
    """Take a handle and lead it along these screen pixels; where the hand ends."""
    x, y = stage.middle_of(handle)
    stage.page.mouse.move(x, y)
    stage.page.mouse.down()
    for way in ways:
        before = stage.shown()
        stage.page.mouse.move(x + way[0], y + way[1], steps=8)
        stage.wait_for_another(before)
    stage.page.mouse.up()
    stage.lesson.wait_idle()
    return x + ways[-1][0], y + ways[-1][1]


def test_the_net_is_dragged_by_an_input_and_a_press_without_a_move_chooses_it(lesson):
    stage = stages(lesson)[2]
    net, key = stage.root.evaluate(NET), values(stage)
    cell = stage.root.locator('[data-id="in-27"]').bounding_box()
    x, y = cell["x"] + 6, cell["y"] + 30
    stage.page.mouse.move(x, y)
    stage.page.mouse.down()
    stage.page.mouse.move(x + cell["width"], y, steps=6)
    stage.page.mouse.up()
    stage.lesson.wait_idle()
    assert stage.root.evaluate(NET) != net
    changed = [(a, b) for a, b in zip(key, values(stage), strict=True) if a != b]
    assert changed == [(1.5, 2.5)]  # one pixel
    stage.page.mouse.click(x, y)
    stage.wait_until_chosen("in-27")
    stage.press("in", "Escape")
    assert stage.chosen() == ""


def type_into(stage, handle, text):
    """Open a handle by Enter, type, and wait for the picture of what was typed."""
    before = stage.shown()
    stage.knob(handle).press("Enter")
    field = stage.root.locator("input.typed")
    changes = field.input_value() != text
    field.fill(text)
    field.press("Enter")
    if changes:
        stage.wait_for_change(before)


@pytest.mark.parametrize("ways", [((0, 60), (-70, 80)), ((0, -40),), ((-60, 0),), ((-30, 20),)])
def test_the_right_knob_turns_and_spreads_the_net_and_stays_under_the_hand(lesson, ways):
    stage = stages(lesson)[2]
    type_into(stage, "shear", "0.2")
    type_into(stage, "turn", "10, 1")
    before = stage.middle_of("shift")
    hand = led(stage, "turn", *ways)
    assert stays_under(stage, "turn", hand, within=5)
    assert stage.middle_of("shift") == pytest.approx(before, abs=1)
    assert values(stage)[2] != 10 or values(stage)[10] != 1
    stage.drag("shear", by=(30, 0))
    assert "shear" in whole_text(stage)


def test_a_whirl_is_dragged_over_the_photograph(lesson):
    stage = stages(lesson)[3]
    output = stage.root.evaluate(PICTURES)[2]
    hand = led(stage, "center", (-60, -30))
    assert stays_under(stage, "center", hand) and stage.root.evaluate(PICTURES)[2] != output


def test_a_whirl_is_turned_all_the_way_and_its_knob_stays_under_the_hand(lesson):
    """From -150 to 150 degrees the hand turns by almost 200: further than an angle can tell."""
    stage = stages(lesson)[3]
    type_into(stage, "swirl", "-150, 120")
    center, (x, y) = stage.middle_of("center"), stage.middle_of("swirl")
    radius, first = math.hypot(x - center[0], y - center[1]), math.atan2(y - center[1], x - center[0])
    assert math.degrees(first) == pytest.approx(-97.2, abs=2)  # 0.648 of -150: it lies at 0.4 of the reach
    angles = [first + math.radians(degrees) for degrees in range(40, 195, 22)]
    ways = [(center[0] + radius * math.cos(a) - x, center[1] + radius * math.sin(a) - y) for a in angles]
    hand = led(stage, "swirl", *ways)
    assert stays_under(stage, "swirl", hand) and stage.middle_of("center") == pytest.approx(center, abs=1)
    assert re.search(r"turn 1[2-5]\d?° clockwise", whole_text(stage))


def test_a_place_on_the_photograph_lights_its_output(lesson):
    stage = stages(lesson)[3]
    place = stage.root.locator("rect[data-id]:not([data-row])").nth(3)
    name = place.get_attribute("data-id")
    place.hover()
    stage.wait_until_chosen(name)
    assert "fetches from" in stage.text()
    stage.page.mouse.move(2, 2)


@pytest.mark.parametrize("button", ["right", "middle"])
def test_other_buttons_drag_nothing_and_paint_nothing(lesson, button):
    for stage, handle in ((stages(lesson)[3], "center"), (stages(lesson)[0], "picture")):
        stage.press("out", "Escape")
        stage.page.mouse.move(2, 2)
        before = stage.shown()
        stage.pull(handle, (40, 20), button=button)
        stage.page.keyboard.press("Escape")
        stage.lesson.wait_idle()
        stage.page.mouse.move(2, 2)
        assert stage.shown() == before


def decibels(stage):
    return float(re.search(r"PSNR (\S+) dB", stage.text())[1])


def test_the_amount_of_a_real_warp_is_dragged_and_slid(lesson):
    stage = stages(lesson)[4]
    assert decibels(stage) < 14
    first = stage.root.evaluate(PICTURES)
    stage.drag("amount", by=(60, 0))
    after = stage.root.evaluate(PICTURES)
    assert after[0] == first[0] and after[-1] == first[-1]  # what we want, and what is hidden
    assert after[1] != first[1] and after[2] != first[2]  # what is fetched, and its error
    before = stage.shown()
    stage.slider("amount of warp").press("Home")
    stage.wait_for_change(before)
    assert "the wrong way" in stage.text() and decibels(stage) < 12.5
    stage.press_slider("amount of warp", "End")
    for _ in range(10):
        stage.press_slider("amount of warp", "ArrowLeft")
    assert decibels(stage) > 23


def test_left_and_fetched_are_shown_in_turn(lesson):
    stage = stages(lesson)[4]
    before = stage.shown()
    stage.explorer().locator("button", has_text="in turn").click()
    stage.wait_for_change(before)
    assert stage.root.locator("animate").count() == 1
    stage.drag("amount", by=(-40, 0))
    assert stage.root.locator("animate").count() == 1


def test_nothing_went_wrong_and_no_text_is_cut_off(lesson):
    assert lesson.console_errors == []
    assert [stage.cut_off() for stage in stages(lesson)] == [[], [], [], [], []]
