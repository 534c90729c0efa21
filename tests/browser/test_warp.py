"""The warp explorer under a hand: nets dragged and turned, a flow painted by mouse and by keys, taps lit."""

import json
import math
import re

import nbformat
import pytest

from tests.browser.stage import anew, stages
from tests.later import later
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
    return anew(lesson, 0, 0)


@pytest.fixture
def real(lesson):
    return anew(lesson, 1, 1)


@pytest.fixture
def affine(lesson):
    return anew(lesson, 2, 2)


@pytest.fixture
def whirl(lesson):
    return anew(lesson, 3, 3)


@pytest.fixture
def apart(lesson):
    """What two eyes see."""
    return anew(lesson, 4, 4)


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


@pytest.mark.thorough(only=True)
def test_what_was_taken_hold_of_stays_lit_while_it_is_painted(numbers):
    drag(numbers, "out-20", (60, 30))
    numbers.page.mouse.move(0, 0)
    assert numbers.chosen() == "out-20" and 1 <= len(numbers.lit()) <= 4
    assert all(name.startswith("in-") for name in numbers.lit())
    assert numbers.root.evaluate(ARROW).startswith("M")


@pytest.mark.thorough(only=True)
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


@pytest.mark.parametrize("hand", [later("picture"), "places"])
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


def test_pointing_shows_place_taps_and_sum_without_the_kernel(affine):
    affine.hover("out-19")  # x = 3, y = 2, fetched from 4.5, 2
    assert affine.lit() == {"in-20", "in-21"}
    assert "0.5 · 20 + 0.5 · 21 = 20.5" in affine.text()
    first = affine.root.evaluate(ARROW)
    affine.hover("out-20")
    assert affine.root.evaluate(ARROW) not in ("", first)
    affine.press("out", "ArrowDown")
    assert affine.root.evaluate(ARROW).startswith("M")


def test_pointing_at_an_input_says_who_reads_it_and_lights_the_readers(affine):
    affine.hover("in-20")
    assert "read by 2 outputs, with weight 0.5 at (2, 2), 0.5 at (3, 2)" in affine.text()
    assert affine.lit() == {"out-18", "out-19"}


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


def test_the_net_is_dragged_by_an_input_and_a_press_without_a_move_chooses_it(affine):
    net, key = affine.root.evaluate(NET), values(affine)
    cell = affine.root.locator('[data-id="in-27"]').bounding_box()
    x, y = cell["x"] + 6, cell["y"] + 30
    affine.page.mouse.move(x, y)
    affine.page.mouse.down()
    affine.page.mouse.move(x + cell["width"], y, steps=6)
    affine.page.mouse.up()
    affine.lesson.wait_idle()
    assert affine.root.evaluate(NET) != net
    changed = [(a, b) for a, b in zip(key, values(affine), strict=True) if a != b]
    assert changed == [(1.5, 2.5)]  # one pixel
    affine.page.mouse.click(x, y)
    affine.wait_until_chosen("in-27")
    affine.press("in", "Escape")
    assert affine.chosen() == ""


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


@pytest.mark.parametrize(
    "ways",
    [
        ((0, 60), (-70, 80)),
        *(later(way) for way in [((0, -40),), ((-60, 0),), ((-30, 20),)]),
    ],
)
def test_the_right_knob_turns_and_spreads_the_net_and_stays_under_the_hand(affine, ways):
    type_into(affine, "shear", "0.2")
    type_into(affine, "turn", "10, 1")
    before = affine.middle_of("shift")
    hand = led(affine, "turn", *ways)
    assert stays_under(affine, "turn", hand, within=5)
    assert affine.middle_of("shift") == pytest.approx(before, abs=1)
    assert values(affine)[2] != 10 or values(affine)[10] != 1
    affine.drag("shear", by=(30, 0))
    assert "shear" in whole_text(affine)


@pytest.mark.thorough(only=True)
def test_a_whirl_is_dragged_over_the_photograph(whirl):
    output = whirl.root.evaluate(PICTURES)[2]
    hand = led(whirl, "center", (-60, -30))
    assert stays_under(whirl, "center", hand) and whirl.root.evaluate(PICTURES)[2] != output


@pytest.mark.thorough(only=True)
def test_a_whirl_is_turned_all_the_way_and_its_knob_stays_under_the_hand(whirl):
    """From -150 to 150 degrees the hand turns by almost 200: further than an angle can tell."""
    type_into(whirl, "swirl", "-150, 120")
    center, (x, y) = whirl.middle_of("center"), whirl.middle_of("swirl")
    radius, first = math.hypot(x - center[0], y - center[1]), math.atan2(y - center[1], x - center[0])
    assert math.degrees(first) == pytest.approx(-97.2, abs=2)  # 0.648 of -150: it lies at 0.4 of the reach
    angles = [first + math.radians(degrees) for degrees in range(40, 195, 22)]
    ways = [(center[0] + radius * math.cos(a) - x, center[1] + radius * math.sin(a) - y) for a in angles]
    hand = led(whirl, "swirl", *ways)
    assert stays_under(whirl, "swirl", hand) and whirl.middle_of("center") == pytest.approx(center, abs=1)
    assert re.search(r"turn 1[2-5]\d?° clockwise", whole_text(whirl))


def test_a_place_on_the_photograph_lights_its_output(whirl):
    place = whirl.root.locator("rect[data-id]:not([data-row])").nth(3)
    name = place.get_attribute("data-id")
    place.hover()
    whirl.wait_until_chosen(name)
    assert "fetches from" in whirl.text()
    whirl.page.mouse.move(2, 2)


@pytest.mark.parametrize("button", ["right", later("middle")])
def test_other_buttons_drag_nothing_and_paint_nothing(whirl, numbers, button):
    for stage, handle in ((whirl, "center"), (numbers, "picture")):
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


@pytest.mark.thorough(only=True)
def test_the_amount_of_a_real_warp_is_dragged_and_slid(apart):
    assert decibels(apart) < 14
    first = apart.root.evaluate(PICTURES)
    apart.drag("amount", by=(60, 0))
    after = apart.root.evaluate(PICTURES)
    assert after[0] == first[0] and after[-1] == first[-1]  # what we want, and what is hidden
    assert after[1] != first[1] and after[2] != first[2]  # what is fetched, and its error
    before = apart.shown()
    apart.slider("amount of warp").press("Home")
    apart.wait_for_change(before)
    assert "the wrong way" in apart.text() and decibels(apart) < 12.5
    apart.press_slider("amount of warp", "End")
    for _ in range(10):
        apart.press_slider("amount of warp", "ArrowLeft")
    assert decibels(apart) > 23


def test_left_and_fetched_are_shown_in_turn(apart):
    before = apart.shown()
    apart.explorer().locator("button", has_text="in turn").click()
    apart.wait_for_change(before)
    assert apart.root.locator("animate").count() == 1
    apart.drag("amount", by=(-40, 0))
    assert apart.root.locator("animate").count() == 1


def test_nothing_went_wrong_and_no_text_is_cut_off(lesson):
    assert lesson.console_errors == []
    assert [stage.cut_off() for stage in stages(lesson)] == [[], [], [], [], []]
