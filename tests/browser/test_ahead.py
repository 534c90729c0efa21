"""Pictures sent ahead: whatever hands do, each picture shown is the one that Python draws for its values.

It also stands at the step where Python puts it, with the choice that Python makes.
"""

import itertools
import json
import random
from contextlib import contextmanager

import nbformat
import pytest

from course_utils.explorers.bilinear import bilinear_cell
from course_utils.explorers.convolution import collisions, stepper
from course_utils.explorers.linear import two_samples
from course_utils.explorers.shuffle import shuffle
from course_utils.explorers.stage.stage import as_data
from course_utils.explorers.subpixel import phases
from tests.browser.stage import stages
from tests.later import keep, later
from tools import THOROUGH
from tools.lab import IS_ANSWERED
from tools.run import with_sources

pytestmark = pytest.mark.takes(40)

NAME = "pictures_sent_ahead.ipynb"
MOVES = 100 if THOROUGH else 25
EXPLORERS = {
    "two_samples": (two_samples, "from course_utils.explorers.linear import two_samples"),
    "bilinear_cell": (bilinear_cell, "from course_utils.explorers.bilinear import bilinear_cell"),
    "stepper": (stepper, "from course_utils.explorers.convolution import stepper"),
    "phases": (phases, "from course_utils.explorers.subpixel import phases"),
    "collisions": (collisions, "from course_utils.explorers.convolution import collisions"),
    "shuffle": (shuffle, "from course_utils.explorers.shuffle import shuffle"),
    "square": (
        lambda: stepper(2, view="gather"),
        "from course_utils.explorers.convolution import stepper\nsquare = lambda: stepper(2, view='gather')",
    ),
}
DRIVEN = list(EXPLORERS)[:4]  # by a hand that does anything

# An SVG without what the page adds to it: what is lit, what a screen reader is told, where the steps stand.
PLAIN = """() => { window.plain = svg => {
    const copy = svg.cloneNode(true);
    for (const added of copy.querySelectorAll('.overlay, title')) added.remove();
    for (const each of [copy, ...copy.querySelectorAll('*')]) {
        for (const { name } of [...each.attributes])
            if (name === 'role' || name.startsWith('aria-')) each.removeAttribute(name);
        if ('slot' in each.dataset) each.textContent = '';
        if ('move' in each.dataset) each.removeAttribute('transform');
        if ('paint' in each.dataset) each.removeAttribute('fill-opacity');
    }
    return copy.outerHTML;
}; }"""

# Keep each picture that is shown, with the values and the words that stand with it.
RECORD = """root => {
    window.shown = [];
    const note = () => window.shown.push({ key: root.dataset.key, lit: root.dataset.lit,
        step: root.querySelector('.player input').value,
        words: root.querySelector('.twin p').textContent, picture: plain(root.querySelector('svg')) });
    new MutationObserver(note).observe(root, { attributes: true, attributeFilter: ['data-key'] });
    note();
}"""

DRAWN = """svg => {
    const box = document.createElement('div');
    box.innerHTML = svg;
    return plain(box.firstElementChild);
}"""


@pytest.fixture(scope="module")
def lesson(open_lesson, lessons):
    cells = [f"{imports}\n{name}_ = {name}()\n{name}_" for name, (_, imports) in EXPLORERS.items()]
    nbformat.write(with_sources(*cells), lessons / NAME)
    lesson = open_lesson(NAME)
    lesson.run_all()
    assert lesson.cell_errors() == []
    lesson.page.evaluate(PLAIN)
    return lesson


def scene_of(explorer, key):
    """What Python draws for the values in a key, as what travels."""
    values = {}
    for (name, control), sent in zip(explorer.controls.items(), json.loads(key), strict=True):
        options = [option for _, option in getattr(control, "_options_full", ())]
        values[name] = options[sent] if options else type(control.value)(sent)
    assert explorer.key(values) == key
    return as_data(explorer._scene_for(values))


def move_anything(stage, dice):
    """Keys on sliders and handles, one against the other, now and then with a pause in which pictures come ahead."""
    for _ in range(MOVES):
        sliders = stage.sliders()
        handles = stage.handles()
        at = dice.randrange(sliders.count() + len(handles))
        if at < sliders.count():
            sliders.nth(at).press(dice.choice(["ArrowLeft", "ArrowRight", "PageUp", "PageDown"]))
        else:
            handle = handles[at - sliders.count()]
            stage.knob(handle).press(dice.choice(["+", "-", "ArrowLeft", "ArrowUp", "PageUp", "PageDown"]))
        if dice.random() < 0.3:
            stage.page.wait_for_timeout(dice.choice([30, 80, 250]))


@pytest.mark.thorough  # more moves, and more explorers
@pytest.mark.parametrize(
    ("number", "name"),
    [
        (number, name) if name in ("bilinear_cell", "stepper") else later(number, name)
        for number, name in enumerate(DRIVEN)
    ],
)
def test_no_picture_is_another_one_than_python_draws_for_its_values(lesson, number, name):
    stage, twin = stages(lesson)[number], EXPLORERS[name][0]()
    stage.root.scroll_into_view_if_needed()
    stage.root.evaluate(RECORD)
    move_anything(stage, random.Random(number))
    lesson.wait_idle()
    assert stage.key() == lesson.ask(f"{name}_.key({name}_.values)")

    shown = lesson.page.evaluate("() => window.shown")
    assert shown[-1]["key"] == stage.key()
    for one, next_ in itertools.pairwise(shown):  # what came ahead has Python's step and choice
        if one["key"] == next_["key"]:
            assert (one["step"], one["lit"]) == (next_["step"], next_["lit"]), one["key"]
    for key, pictures in itertools.groupby(sorted(shown, key=lambda one: one["key"]), lambda one: one["key"]):
        scene = scene_of(twin, key)
        drawn = lesson.page.evaluate(DRAWN, scene["svg"])
        for one in pictures:
            assert one["picture"] == drawn, key
            assert one["words"] == (scene["details"].get(one["lit"]) or scene["text"]), key
    assert len({one["key"] for one in shown}) > MOVES / 5
    assert (
        lesson.ask(f"len({name}_.stage._sent)") > MOVES / 5
    )  # else nothing was in the browser before it was asked for


@pytest.mark.parametrize(
    ("number", "slider", "handle"),
    [later(0, "x", "left", id="two_samples"), pytest.param(1, "x", "y", id="bilinear_cell")],
)
def test_hands_that_only_go_on_never_see_an_older_picture(lesson, number, slider, handle):
    name, dice = list(EXPLORERS)[number], random.Random(number)
    lesson.ask(f"{name}_.set(**{{{slider!r}: 0.0, {handle!r}: 0.0}})")
    lesson.wait_idle()
    stage = stages(lesson)[number]
    stage.root.evaluate(RECORD)
    for _ in range(20):
        stage.slider(slider).press("ArrowRight")
        stage.page.wait_for_timeout(dice.choice([0, 0, 0, 30, 80]))
        stage.knob(handle).press("+")
        stage.page.wait_for_timeout(dice.choice([0, 0, 0, 30, 80]))
    lesson.wait_idle()
    keys = [json.loads(one["key"]) for one in lesson.page.evaluate("() => window.shown")]
    for moved in (slider, handle):
        values = [key[list(EXPLORERS[name][0]().controls).index(moved)] for key in keys]
        assert values == sorted(values) and len(set(values)) > 5, moved


@pytest.mark.parametrize(
    ("name", "slider", "handle"), [("two_samples", "x", "left"), ("bilinear_cell", "x", "y")]
)
def test_an_answer_to_older_values_takes_no_picture_back(lesson, kernels, name, slider, handle):
    """The second key of the slider waits in the page, and is shown from there; Python hears the handle first."""
    stage = begin(lesson, name, {slider: 0.0, handle: 0.0})
    lesson.ask(f"{name}_._plan([{slider!r}])")
    come_ahead(lesson, name, {slider: 0.05}, {slider: 0.1})
    stage.root.evaluate(RECORD)
    with asleep(kernels):
        press_and_see(stage, stage.slider(slider), "ArrowRight", "ArrowRight")
        for _ in range(3):
            stage.knob(handle).press("+")
    lesson.wait_idle()
    shown = [json.loads(one["key"]) for one in lesson.page.evaluate("() => window.shown")]
    for moved in (slider, handle):
        values = [key[list(EXPLORERS[name][0]().controls).index(moved)] for key in shown]
        assert values == sorted(values) and values[-1] > values[0], moved


def seen(stage):
    """All that can be seen of a stage, with the step at which it stands and what is chosen."""
    return stage.key(), stage.position().input_value(), stage.chosen(), stage.text(), stage.shown()


def come_ahead(lesson, name, *changes):
    """Wait until the pictures for these values are in the browser.

    To ask is to keep the kernel from what it does when it is idle, so it is asked more and more seldom.
    """
    for change in changes:
        has = f"{name}_.stage.has({name}_.key({name}_.values | {change!r}))"
        pauses = (50 * 1.4**n for n in range(18))  # 53 s in all
        while not lesson.ask(has) and (pause := next(pauses, None)):
            lesson.page.wait_for_timeout(pause)
        assert lesson.ask(has), change


@contextmanager
def asleep(kernels):
    for kernel in kernels:
        kernel.suspend()
    try:
        yield
    finally:
        for kernel in kernels:
            kernel.resume()


def press_and_see(stage, knob, *keys):
    """Press keys; each must show a picture of other values."""
    for key in keys:
        before = stage.key()
        knob.press(key)
        stage.page.wait_for_function(
            "([root, before]) => root.dataset.key !== before", arg=[stage.root.element_handle(), before]
        )
    return seen(stage)


# explorer, what differs from its start, where the learner goes, the slider, its keys, the values that they pass
SLIDER_KEYS = [
    ("phases", {}, ["Home"], "stride", ["ArrowRight"], [3]),
    (
        "phases",
        {"stride": 3},
        ["End", "ArrowLeft"],
        "stride",
        ["ArrowLeft"],
        [2],
    ),  # there is no eighth map any more
    (
        "phases",
        {"stride": 3},
        ["End", "ArrowLeft"],
        "stride",
        ["ArrowLeft", "ArrowLeft", "ArrowRight"],
        [2, 1],
    ),
    ("phases", {}, ["End"], "stride", ["ArrowLeft"], [1]),
    ("phases", {}, ["Home", "ArrowRight"], "padding", ["ArrowRight"], [2]),
    (
        "shuffle",
        {},
        ["Home", "ArrowRight"],
        "factor r",
        ["ArrowLeft"],
        [],
    ),  # numbers come along: Python is asked
    ("stepper", {"view": "gather"}, ["End"], "stride", ["ArrowLeft", "ArrowRight", "ArrowRight"], [1, 3]),
    ("stepper", {}, ["Home", "ArrowRight"], "stride", ["ArrowRight", "ArrowRight"], [3, 4]),
    ("square", {}, ["Home", *["ArrowRight"] * 9], "stride", ["ArrowRight"], [3]),
    ("collisions", {}, [], "stride", ["ArrowRight"], [3]),
    ("collisions", {}, [], "size", ["ArrowRight", "ArrowRight"], [9, 10]),
]
WAITS = {"shuffle", "square"}  # for Python, which alone knows the step, or the other controls
CONTROLS = {"factor r": "factor"}


@pytest.mark.parametrize(
    ("name", "start", "steps", "label", "keys", "values"), keep(SLIDER_KEYS, {0, 5, 6, 9})
)
def test_a_key_shows_what_came_ahead_where_python_will_say(
    lesson, kernels, name, start, steps, label, keys, values
):
    stage, control = begin(lesson, name, start), CONTROLS.get(label, label)
    for step in steps:
        stage.position().press(step)
    lesson.ask(f"{name}_._plan([{control!r}])")
    come_ahead(lesson, name, *({control: value} for value in values))
    if name in WAITS:
        before = stage.key()
        with asleep(kernels):
            stage.slider(label).press(keys[0])
            stage.page.wait_for_timeout(100)
            assert stage.key() == before
    else:
        with asleep(kernels):
            ahead = press_and_see(stage, stage.slider(label), *keys)
        lesson.wait_idle()
        assert seen(stage) == ahead


def grid_at(stage, handle):
    """The grid of a number, once that is chosen: keys on it move the number."""
    cell = f'[data-handle="{handle}"][data-id]'
    stage.root.locator(cell).first.click(force=True)
    stage.page.mouse.move(0, 0)
    stage.lesson.wait_idle()
    return stage.root.locator("g[data-group]", has=stage.page.locator(cell)).first


def begin(lesson, name, start):
    """Set an explorer to its first values and some others."""
    stage = stages(lesson)[list(EXPLORERS).index(name)]
    lesson.ask(f"{name}_.set(**{EXPLORERS[name][0]().values | start!r})")
    lesson.wait_idle()
    stage.root.scroll_into_view_if_needed()
    stage.page.mouse.move(0, 0)
    return stage


@pytest.mark.parametrize(
    ("name", "start", "step", "handle"),
    [
        ("stepper", {}, "Home", "kernel[0]"),
        later("stepper", {"view": "gather"}, "End", "kernel[2]"),
        later("stepper", {}, "End", "x[2]"),
        later("square", {}, "End", "kernel[1,0]"),
        ("phases", {}, "End", "x[0,0]"),
    ],
)
def test_a_key_on_a_number_of_the_picture_shows_what_came_ahead(lesson, kernels, name, start, step, handle):
    stage = begin(lesson, name, start)
    stage.position().press(step)
    cells = grid_at(stage, handle)
    press_and_see(stage, cells, "+")
    lesson.wait_idle()
    place = handle.partition("[")[0]
    first = EXPLORERS[name][0]().controls[place]
    index = tuple(map(int, handle.partition("[")[2][:-1].split(",")))
    come_ahead(
        lesson, name, *({place: first.with_entry(index, first.array[index] + more)} for more in (2, 3))
    )
    with asleep(kernels):
        ahead = press_and_see(stage, cells, "+", "+")
    lesson.wait_idle()
    assert seen(stage) == ahead


def test_an_input_that_is_pulled_is_shown_at_its_own_step_from_the_first(lesson, kernels):
    """Where the learner stands at another one, only Python knows where to go."""
    stage = begin(lesson, "stepper", {})
    press_and_see(stage, grid_at(stage, "x[2]"), "+")
    lesson.wait_idle()
    come_ahead(lesson, "stepper", {"x": "1, 2, 5"})
    stage.position().press("Home")
    stage.wait_until_chosen("in-0")
    lesson.wait_idle()
    stage.root.evaluate(RECORD)
    stage.drag("x[2]", (0, -8))
    shown = lesson.page.evaluate("() => window.shown")
    assert stage.chosen() == "in-2" and stage.key() != shown[0]["key"]
    assert {one["step"] for one in shown if one["key"] == stage.key()} == {"2"}


def test_a_picture_that_arrives_late_leaves_what_is_being_typed(lesson):
    stage = begin(lesson, "two_samples", {"x": 0.0, "left": 0.0})
    stage.knob("left").press("Enter")
    field = stage.root.locator("input.typed")
    field.fill("1.5")
    before = stage.key()
    lesson.ask("two_samples_.set(x=0.5)")
    lesson.wait_idle()
    assert stage.key() != before and field.input_value() == "1.5"
    field.press("Enter")
    lesson.wait_idle()
    assert lesson.ask("(two_samples_.values['x'], two_samples_.values['left'])") == (0.5, 1.5)
    assert stage.page.evaluate("() => document.activeElement.dataset.handle") == "left"


def test_who_waits_waits_for_every_answer(lesson, kernels):
    stage = begin(lesson, "two_samples", {"x": 0.0})
    assert lesson.page.evaluate(IS_ANSWERED)
    with asleep(kernels):
        stage.slider("x").press("ArrowRight")
        stage.slider("x").press("ArrowRight")
        assert not lesson.page.evaluate(IS_ANSWERED)
    lesson.wait_idle()
    assert lesson.page.evaluate(IS_ANSWERED) and lesson.ask("two_samples_.values['x']") == 0.1


def test_the_console_stayed_silent(lesson):
    assert lesson.console_errors == [] and lesson.cell_errors() == []
