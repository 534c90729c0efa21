"""Every control of an explorer has a name for a screen reader: buttons, sliders, choices, handles."""

import re

import nbformat
import pytest

from tests.browser.stage import stages
from tools.run import with_sources

pytestmark = [pytest.mark.takes(20), pytest.mark.thorough(only=True)]

CALLS = {
    "linear": "two_samples()",
    "convolution": "stepper()",
    "pooling": "pool_and_unpool()",
    "shuffle": "shuffle()",
    "subpixel": "phases()",
    "warping": "warp_grid()",
    "pictures": "zoom_picture()",
}
CONTROL = re.compile(r"^\s*- (button|slider|combobox|checkbox|textbox|spinbutton)\b(.*)", re.MULTILINE)
NAMED = re.compile(r'^ "[^"]*\w')


@pytest.fixture(scope="module")
def lesson(open_lesson, lessons):
    cells = [
        f"from course_utils.explorers.{module} import {call.partition('(')[0]}\n{call}"
        for module, call in CALLS.items()
    ]
    nbformat.write(with_sources(*cells), lessons / "names.ipynb")
    lesson = open_lesson("names.ipynb")
    lesson.run_all()
    return lesson


def test_every_control_has_a_name(lesson):
    assert lesson.cell_errors() == []
    seen, nameless = set(), []
    for stage, call in zip(stages(lesson), CALLS.values(), strict=True):
        for role, rest in CONTROL.findall(stage.explorer().aria_snapshot()):
            seen.add(role)
            if not NAMED.match(rest):
                nameless.append(f"{call}: {role}{rest}")
    assert not nameless, "; ".join(nameless)
    assert {"button", "slider", "combobox"} <= seen


def test_the_player_s_button_says_what_it_will_do(lesson):
    player = next(stage for stage in stages(lesson) if stage.button("play").is_visible())
    group = player.root.get_by_role("group", name="steps")
    group.get_by_role("button", name="play").click()
    group.get_by_role("button", name="pause").click()
    group.get_by_role("button", name="play").wait_for()
    assert {"back", "step"} <= set(re.findall(r"[a-z]+", group.inner_text()))


def test_a_row_of_buttons_says_what_they_choose(lesson):
    (pooling,) = (stage for stage, call in zip(stages(lesson), CALLS, strict=True) if call == "pooling")
    for name in ("kernel", "stride", "padding"):
        assert pooling.explorer().get_by_role("group", name=name).get_by_role("button", name="1").count() == 1
