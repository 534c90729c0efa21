"""The stepper under a hand: play, scrub, change the view, point at cells; and all of it without the kernel."""

import nbformat
import numpy as np
import pytest
import torch
import torch.nn.functional as F

from tests.browser.stage import anew, stages
from tests.later import keep
from tools.run import with_sources

pytestmark = pytest.mark.takes(30)

NAME = "stepper_for_a_test.ipynb"
LINE = """
from course_utils.explorers.convolution import stepper
stepper(x=[3, 1, 2, 4], kernel=[1, 2, 3], stride=2, padding=1, output_padding=1)"""
SQUARE = """
import numpy as np
stepper(2, x=np.arange(1, 10).reshape(3, 3), kernel=[[1, 2], [3, 4]], stride=2, view="gather")"""
MOVED_BY_CODE = """
explorer = stepper(x=[3, 1, 2])
explorer.stage.step = 2
explorer"""

X, W = torch.tensor([3.0, 1, 2, 4]), torch.tensor([1.0, 2, 3])
SETTING = {"stride": 2, "padding": 1, "output_padding": 1}
OUTPUT = F.conv_transpose1d(X[None, None], W[None, None], **SETTING)[0, 0].tolist()
# column j: what input j alone makes of the output
MATRIX = F.conv_transpose1d(torch.eye(4)[:, None], W[None, None], **SETTING)[:, 0].T.numpy()

SLOTS = "slots => Object.fromEntries(slots.map(slot => [slot.dataset.slot, slot.textContent]))"


@pytest.fixture(scope="module")
def lesson(open_lesson, lessons):
    nbformat.write(with_sources(LINE, SQUARE, MOVED_BY_CODE), lessons / NAME)
    lesson = open_lesson(NAME)
    lesson.run_all()
    assert lesson.cell_errors() == []
    return lesson


@pytest.fixture
def stepper(lesson):
    stage = anew(lesson, 0, 0)
    show(stage, "scatter")
    stage.position().press("Home")
    stage.wait_until_chosen("in-0")
    return stage


def sums(stage):
    """What stands in the cells of the output of the 1-D stepper: None where nothing is written yet."""
    slots = stage.root.locator("[data-slot]").evaluate_all(SLOTS)
    texts = [slots[f"sum-{place}"] for place in range(1, 1 + len(OUTPUT))]  # padding = 1 cuts place 0 off
    return [float(text) if text else None for text in texts]


def show(stage, view):
    button = stage.explorer().locator("button", has_text=view)
    if "mod-active" not in button.get_attribute("class"):
        before = stage.shown()
        button.click()
        stage.wait_for_change(before)


def test_scrubbing_adds_one_stamp_after_another(stepper):
    for step in range(4):
        if step:
            stepper.position().press("ArrowRight")
        stepper.wait_until_chosen(f"in-{step}")
        assert sums(stepper) == (MATRIX[:, : step + 1] @ X.numpy()[: step + 1]).tolist()
        assert f"Input {step} = {X[step]:g} stamps" in stepper.text()
    assert sums(stepper) == OUTPUT
    stepper.position().press("ArrowLeft")  # going back takes the stamp away again
    stepper.wait_until_chosen("in-2")
    assert sums(stepper) == (MATRIX[:, :3] @ X.numpy()[:3]).tolist()


def test_play_walks_to_the_end(stepper):
    stepper.root.locator(".player select").select_option("fast")
    stepper.button("play").click()
    stepper.wait_until_chosen("in-3")
    assert sums(stepper) == OUTPUT
    stepper.root.locator(".play", has_text="play").wait_for()  # at the end it stops by itself


def test_step_and_back(stepper):
    stepper.button("on").click()
    stepper.wait_until_chosen("in-1")
    stepper.button("back").click()
    stepper.wait_until_chosen("in-0")


def test_end_is_the_last_step_of_the_view_that_is_shown(stepper):
    for view, last in (("gather", "out-7"), ("scatter", "in-3"), ("gather", "out-7")):
        show(stepper, view)
        stepper.position().press("End")
        stepper.wait_until_chosen(last)


@pytest.mark.parametrize("chosen", keep(range(4), {2}))
def test_the_view_changes_and_the_position_stays(stepper, chosen):
    for _ in range(chosen):
        stepper.position().press("ArrowRight")
    stepper.wait_until_chosen(f"in-{chosen}")
    stepper.lesson.wait_idle(quiet_ms=100)  # the last step may still be on its way to Python
    show(stepper, "gather")
    output = int(stepper.chosen().removeprefix("out-"))
    assert MATRIX[output, chosen] != 0
    assert sums(stepper) == [*OUTPUT[: output + 1], *[None] * (len(OUTPUT) - output - 1)]
    assert stepper.position().input_value() == str(output)
    show(stepper, "scatter")
    assert stepper.chosen() == f"in-{chosen}"
    assert stepper.position().input_value() == str(chosen)


def test_an_output_beyond_the_number_of_inputs_is_found_again(stepper):
    show(stepper, "gather")
    for _ in OUTPUT:
        stepper.position().press("ArrowRight")
    stepper.wait_until_chosen("out-7")
    stepper.lesson.wait_idle(quiet_ms=100)  # the last step may still be on its way to Python
    show(stepper, "scatter")
    stepper.wait_until_chosen("in-3")
    show(stepper, "gather")
    assert stepper.chosen() == "out-7"


def test_in_the_gather_view_the_window_moves_on_and_writes_one_output(stepper):
    show(stepper, "gather")
    stepper.position().press("Home")
    places = []
    for output in range(3):
        stepper.wait_until_chosen(f"out-{output}")
        assert sums(stepper) == [*OUTPUT[: output + 1], *[None] * (len(OUTPUT) - output - 1)]
        places.append(stepper.root.locator('[data-move="window"]').bounding_box()["x"])
        stepper.position().press("ArrowRight")
    assert np.ptp(np.diff(places)) < 0.5 and places[1] > places[0] + 5


@pytest.mark.parametrize("cell", keep(["in-1", "out-4", "out-7"], {0, 1}))
@pytest.mark.parametrize("view", ["scatter", "gather"])
def test_pointing_lights_up_who_paints_and_who_is_painted(stepper, view, cell):
    show(stepper, view)
    stepper.hover(cell)
    kind, index = cell.split("-")
    meets, other = (MATRIX[:, int(index)], "out") if kind == "in" else (MATRIX[int(index)], "in")
    wanted = {f"{other}-{i}" for i in np.flatnonzero(meets)}
    assert {name for name in stepper.lit() if name.startswith(other)} == wanted
    stepper.page.mouse.move(0, 0)


def test_choosing_an_input_goes_to_its_step(stepper):
    stepper.root.locator('[data-id="in-2"]').click(force=True)
    stepper.wait_until_chosen("in-2")
    assert sums(stepper) == (MATRIX[:, :3] @ X.numpy()[:3]).tolist()
    assert stepper.position().input_value() == "2"


def test_pointing_at_an_output_lights_the_stamps_that_add_up_and_says_the_sum(stepper):
    stepper.hover("out-3")
    assert {name for name in stepper.lit() if name.startswith("stamp")} == {"stamp-1-2", "stamp-2-0"}
    assert stepper.text() == "Output 3 = 1 · 3 + 2 · 1 = 3 + 2 = 5, with all stamps down."
    stepper.page.mouse.move(0, 0)


def test_an_illegal_setting_is_explained_and_nothing_jumps(stepper):
    knob = stepper.knob("output_padding")
    height, place = stepper.height(), knob.bounding_box()
    before = stepper.shown()
    knob.press("+")
    stepper.wait_for_change(before)
    svg = stepper.root.locator("svg").first.inner_html()
    assert (
        "output padding must be smaller" in svg and "What works: an output_padding up to 1" in stepper.text()
    )
    assert (stepper.height(), knob.bounding_box()) == (height, place)
    before = stepper.shown()
    stepper.knob("output_padding").press("-")  # the focus is where it was
    stepper.wait_for_change(before)
    stepper.wait_until_chosen("in-0")
    assert stepper.height() == height


def test_a_weight_changes_by_key_again_and_again(stepper):
    """It stays chosen while its pictures change; then its old value is typed."""
    stepper.press("w", "ArrowRight")
    stepper.wait_until_chosen("w-0")
    for wanted in ("2", "3", "4"):
        press_and_wait(stepper, "w", "+")
        assert stepper.chosen() == "w-0"
        assert stepper.text().startswith(f"Weight 0 = {wanted} multiplies every input")
    stepper.press("w", "Enter")
    before = stepper.shown()
    stepper.root.locator("input.typed").fill("1")
    stepper.root.locator("input.typed").press("Enter")
    stepper.wait_for_change(before)
    assert stepper.text().startswith("Weight 0 = 1 multiplies every input")
    stepper.root.locator('g[data-group="w"]').press("Escape")
    stepper.wait_until_chosen("in-0")


def press_and_wait(stage, group, key):
    before = stage.shown()
    stage.press(group, key)
    stage.wait_for_change(before)


def test_an_input_that_is_pulled_steps_to_its_stamp_and_the_sum_follows(stepper):
    for by, value in ((-16, 4), (16, 2)):  # 8 pixels of the picture a step
        before = stepper.shown()
        scale = stepper.root.locator("svg").first.evaluate("svg => svg.getScreenCTM().a")
        stepper.pull("x[2]", (0, by * scale))
        stepper.wait_for_change(before)
        stepper.page.mouse.move(0, 0)
        stepper.wait_until_chosen("in-2")
        assert stepper.text().startswith(f"Input 2 = {value} stamps {value} × (1, 2, 3)")
        assert sums(stepper)[4] == value * 2
    assert stepper.position().input_value() == "2"


def test_in_two_dimensions_too(lesson):
    stage = stages(lesson)[1]
    stage.position().press("End")
    stage.wait_until_chosen("out-35")
    x, w = torch.arange(1.0, 10).reshape(1, 1, 3, 3), torch.tensor([[[[1.0, 2], [3, 4]]]])
    output = F.conv_transpose2d(x, w, stride=2).ravel().tolist()
    slots = stage.root.locator("[data-slot]").evaluate_all(SLOTS)
    assert [float(slots[f"sum-{i}"]) for i in range(36)] == output


def test_scrubbing_does_not_wait_for_the_kernel(lesson, stepper, kernels):
    lesson.wait_idle()
    for kernel in kernels:
        kernel.suspend()
    for step in range(1, 4):
        stepper.position().press("ArrowRight")
        stepper.wait_until_chosen(f"in-{step}")
        assert sums(stepper) == (MATRIX[:, : step + 1] @ X.numpy()[: step + 1]).tolist()


def test_a_slider_that_code_moved_before_the_first_picture_is_where_it_begins(lesson):
    stage = stages(lesson)[2]
    stage.wait_until_chosen("in-2")
    assert stage.text().startswith("Input 2 = 2 stamps")


def test_nothing_went_wrong_and_no_text_is_cut_off(lesson):
    assert lesson.console_errors == []
    assert [stage.cut_off() for stage in stages(lesson)] == [[], [], []]
