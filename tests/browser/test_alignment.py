"""The alignment explorers under a hand: step through training without the kernel, choose a scale, shift by keys."""

import nbformat
import pytest

from tests.browser.stage import anew, stages
from tools.run import with_sources

pytestmark = [pytest.mark.takes(30), pytest.mark.thorough(only=True)]

NAME = "alignment_for_a_test.ipynb"
FILM = """
import numpy as np
from types import SimpleNamespace
from course_utils.scenes import scenes
images, labels = scenes(2, (64, 64))
film = SimpleNamespace(images=images, labels=labels, steps=(0, 10, 20), predictions={}, flows={}, shares={})
for by, name in enumerate(("nearest", "bilinear", "flow", "two-branch")):
    film.predictions[name] = np.stack([np.roll(labels, 2 * (3 - t) + by, 2) for t in (1, 2, 3)])
    film.flows[name] = {
        s: {which: np.full((3, 2, 64 // s, 64 // s, 2), 1.0) * np.array([0, 0.5, 3])[:, None, None, None, None]
            for which in ("coarse", "fine")[:max(0, by - 1)]}
        for s in (8, 4)
    }"""
LEARNING = """
from course_utils.explorers.alignment import alignment, shift_a_map
alignment(film)"""
BY_HAND = """
def network(image, shift, stride):
    flow = np.full((64 // stride, 64 // stride, 2), shift) / 4 + 1
    return {"labels": np.roll(labels[0], shift, (1, 0)), "flow": flow}
shift_a_map(film, {"bilinear": network, "flow": network})"""

# per picture that is in sight now: what it is, and where from
IN_SIGHT = """root => { const frame = root.querySelector('svg').getBoundingClientRect();
    return [...root.querySelectorAll('image')].filter(image => image.getBoundingClientRect().right > frame.left)
        .map(image => [image.getAttribute('aria-label'), image.getAttribute('href')]); }"""
ARROWS = """root => { const frame = root.querySelector('svg').getBoundingClientRect();
    return [...root.querySelectorAll('path.line')].filter(path => path.getBoundingClientRect().right > frame.left)
        .map(path => (path.getAttribute('d').match(/M/g) || []).length); }"""
CURVES = "root => [...root.querySelectorAll('path.line')].map(path => path.getAttribute('d'))"


@pytest.fixture(scope="module")
def lesson(open_lesson, lessons):
    nbformat.write(with_sources(FILM, LEARNING, BY_HAND), lessons / NAME)
    lesson = open_lesson(NAME, width=1300)
    lesson.run_all()
    assert lesson.cell_errors() == []
    return lesson


@pytest.fixture
def learning(lesson):
    return anew(lesson, 1, 0)


@pytest.fixture
def by_hand(lesson):
    return anew(lesson, 2, 1)


def go(stage, key, moment):
    stage.position().press(key)
    stage.wait_until_chosen(moment)


def choose(stage, control, label):
    """Another option of a dropdown, and its new picture."""
    before = stage.shown()
    box = stage.explorer().locator(".widget-dropdown", has_text=control).locator("select")
    box.select_option(label=label)
    stage.wait_for_change(before)


def press(stage, label):
    """A button beside others, and its new picture."""
    before = stage.shown()
    stage.explorer().get_by_role("button", name=label, exact=True).click()
    stage.wait_for_change(before)


def fold(stage, opened):
    """The controls that are folded away: show them, or fold them again."""
    stage.explorer().get_by_text("more", exact=True).click()
    stage.slider("along row").wait_for(state="visible" if opened else "hidden")


def test_stepping_through_training_does_not_wait_for_the_kernel(lesson, learning, kernels):
    go(learning, "Home", "moment-0")
    lesson.wait_idle()
    for kernel in kernels:
        kernel.suspend()
    first = learning.root.evaluate(IN_SIGHT)
    assert [name for name, _ in first[-4:]] == [
        f"what {name} predicts" for name in ("nearest", "bilinear", "flow alignment", "two-branch")
    ]
    assert "after 0 training steps" in learning.text() and "zero flow" in learning.shown()
    go(learning, "ArrowRight", "moment-1")
    second = learning.root.evaluate(IN_SIGHT)
    assert [name for name, _ in second] == [name for name, _ in first]
    assert all(a != b for (_, a), (_, b) in zip(first[-4:], second[-4:], strict=True))
    assert "after 10 training steps" in learning.text() and "longest arrow: 0.71 px" in learning.shown()
    go(learning, "End", "moment-2")
    assert "mean IoU 1.000" in learning.shown() and learning.position().is_visible()
    assert sorted(learning.root.evaluate(ARROWS))[-3:] == [256, 256, 256]


def test_play_begins_again_after_the_last_moment(learning):
    go(learning, "End", "moment-2")
    learning.button("play").click()
    learning.wait_until_chosen("moment-0")
    learning.wait_until_chosen("moment-2")
    learning.button("play").filter(has_text="play").wait_for()  # it has stopped


def test_a_press_on_an_arrow_follows_it(lesson, learning):
    go(learning, "End", "moment-2")
    picture = learning.root.locator('[data-drag="place"]').nth(1)
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    before = learning.shown()
    lesson.page.mouse.click(box["x"] + 2.4 / 16 * box["width"], box["y"] + 5.7 / 16 * box["height"])
    learning.wait_for_change(before)
    assert "Column 2, row 5 of the map at stride 4" in learning.text() and "after 20" in learning.text()
    assert "reads 4.2 px away" in learning.text()
    go(learning, "ArrowLeft", "moment-1")
    assert "reads 0.71 px away" in learning.text()
    learning.drag("place", (2 / 16 * box["width"], -1 / 16 * box["height"]))
    assert "Column 4, row 4 of the map" in learning.text() and "after 10" in learning.text()
    before = learning.shown()
    learning.knob("place").press("ArrowDown")
    learning.wait_for_change(before)
    assert "Column 4, row 5 of the map" in learning.text()


def test_a_scale_and_a_scene_are_chosen_at_the_same_moment(learning):
    go(learning, "Home", "moment-0")
    go(learning, "ArrowRight", "moment-1")
    press(learning, "stride 8")
    assert sorted(learning.root.evaluate(ARROWS))[-3:] == [64, 64, 64] and learning.chosen() == "moment-1"
    pictures = learning.root.evaluate(IN_SIGHT)
    choose(learning, "scene", "scene 2 of 2")
    assert "Scene 2 after 10 training steps" in learning.text()
    assert not {href for _, href in pictures} & {href for _, href in learning.root.evaluate(IN_SIGHT)}
    before = learning.shown()
    learning.explorer().locator("input[type=checkbox]").check()
    learning.wait_for_change(before)
    assert "drawn × 10" in learning.shown()
    press(learning, "stride 4")
    assert sorted(learning.root.evaluate(ARROWS))[-3:] == [256, 256, 256]


def test_a_map_is_shifted_by_keys(by_hand):
    curves, pictures = by_hand.root.evaluate(CURVES), by_hand.root.evaluate(IN_SIGHT)
    assert "moved 8 px right and 0 px down" in by_hand.text()
    by_hand.press_slider("shift right", "ArrowRight")
    assert "moved 9 px right and 0 px down" in by_hand.text() and "no flow can undo" in by_hand.text()
    by_hand.press_slider("shift down", "ArrowLeft")
    assert "moved 9 px right and −1 px down" in by_hand.text()
    assert "answers 25 % of the shift" in by_hand.shown()
    after = dict(by_hand.root.evaluate(IN_SIGHT))
    same = [name for name, href in pictures if after[name] == href]
    assert same == ["fine, stride 4", "true labels", "arrows: bilinear", "arrows: flow alignment"]
    now = by_hand.root.evaluate(CURVES)
    assert now[0] == curves[0] and now[1:] != curves[1:]


def test_the_map_and_its_row_are_dragged(lesson, by_hand):
    before, text = by_hand.root.evaluate(CURVES), by_hand.text()
    map_ = by_hand.root.locator('rect[data-handle="shift"]').bounding_box()
    pixel = map_["width"] / 64
    lesson.page.mouse.move(map_["x"] + 20 * pixel, map_["y"] + 10 * pixel)
    lesson.page.mouse.down()
    lesson.page.mouse.move(map_["x"] + 15 * pixel, map_["y"] + 14 * pixel, steps=8)
    lesson.page.mouse.up()
    lesson.wait_idle()
    assert "moved 3 px right and 4 px down" in by_hand.text() != text  # 8 − 5 and 0 + 4
    by_hand.drag("row", (0, -8 * pixel))
    assert by_hand.root.evaluate(CURVES)[0] != before[0]
    by_hand.knob("shift").press("Enter")
    field = by_hand.root.locator("input.typed")
    field.fill("8, 0")
    before = by_hand.shown()
    field.press("Enter")
    by_hand.wait_for_change(before)
    assert "moved 8 px right and 0 px down" in by_hand.text()


def test_the_profile_follows_its_row_and_class(by_hand):
    curves, pictures = by_hand.root.evaluate(CURVES), by_hand.root.evaluate(IN_SIGHT)
    fold(by_hand, opened=True)
    by_hand.press_slider("along row", "End")
    choose(by_hand, "profile of", "ground")
    assert by_hand.root.evaluate(CURVES)[0] != curves[0]
    assert by_hand.root.evaluate(IN_SIGHT) == pictures
    press(by_hand, "stride 8")
    assert "(stride 16) was moved" in by_hand.text()
    assert len(by_hand.root.evaluate(IN_SIGHT)) == len(pictures)
    fold(by_hand, opened=False)


def test_nothing_went_wrong_and_no_text_is_cut_off(lesson):
    assert lesson.console_errors == []
    assert [stage.cut_off() for stage in stages(lesson)] == [[], []]


def test_they_open_at_a_size_that_a_laptop_has_room_for(learning, by_hand):
    for stage in (learning, by_hand):
        assert stage.root.locator("svg").first.bounding_box()["width"] >= 700
        assert stage.height() <= 700
