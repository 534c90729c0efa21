"""Pictures sent ahead: whatever hands do, each picture shown is the one that Python draws for its values."""

import itertools
import json
import random

import nbformat
import pytest

from course_utils.explorers.bilinear import bilinear_cell
from course_utils.explorers.convolution import stepper
from course_utils.explorers.linear import two_samples
from course_utils.explorers.stage.stage import as_data
from tests.browser.stage import stages
from tools.run import with_sources

pytestmark = pytest.mark.takes(40)

NAME = "pictures_sent_ahead.ipynb"
MOVES = 100
EXPLORERS = {
    "two_samples": (two_samples, "from course_utils.explorers.linear import two_samples"),
    "bilinear_cell": (bilinear_cell, "from course_utils.explorers.bilinear import bilinear_cell"),
    "stepper": (stepper, "from course_utils.explorers.convolution import stepper"),
}

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


@pytest.mark.parametrize(("number", "name"), list(enumerate(EXPLORERS)))
def test_no_picture_is_another_one_than_python_draws_for_its_values(lesson, number, name):
    stage, twin = stages(lesson)[number], EXPLORERS[name][0]()
    stage.root.scroll_into_view_if_needed()
    stage.root.evaluate(RECORD)
    move_anything(stage, random.Random(number))
    lesson.wait_idle()
    assert stage.key() == lesson.ask(f"{name}_.key({name}_.values)")

    shown = lesson.page.evaluate("() => window.shown")
    assert shown[-1]["key"] == stage.key()
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
    ("number", "slider", "handle"), [(0, "x", "left"), (1, "x", "y")], ids=["two_samples", "bilinear_cell"]
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


def test_the_console_stayed_silent(lesson):
    assert lesson.console_errors == [] and lesson.cell_errors() == []
