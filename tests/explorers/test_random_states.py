"""Learners who do anything, in every explorer that a lesson shows: controls, handles, clicks, pictures sent ahead.

No state fails, and a picture that was sent ahead for some values is the one that is shown for them. By default a few
hundred states are drawn; ``COURSE_STATES=10000`` draws as many.
"""

import ast
import itertools
import os

import ipywidgets as widgets
import numpy as np
import pytest

from course_utils.explorers.stage import Numbers
from course_utils.explorers.stage.ahead import neighbors, steps_of
from course_utils.explorers.stage.controls import as_text
from tests.browser.explorers_of_lessons import missing, notebook_of
from tests.explorers import hand
from tools.run import LESSONS

pytestmark = pytest.mark.takes(20)

STATES = int(os.environ.get("COURSE_STATES") or 400)  # over all explorers
OF_OUR_OWN = {  # explorers that stand in no cell of their own
    "alignment": "from tests.explorers.test_alignment import FILM\n"
    "from course_utils.explorers.alignment import alignment\nalignment(FILM)",
    "painted": "from course_utils.explorers.warping import warp_grid\nwarp_grid(field='painted')",
}


def sources():
    """Name -> a program that ends in an explorer."""
    programs = {}
    for path in LESSONS:
        sources = [cell.source for cell in notebook_of(path).cells]
        for imports, source in zip(sources[::2], sources[1::2], strict=True):
            programs[f"{path.stem[:2]}-{len(programs)}-{source.partition('(')[0][-20:]}"] = (
                f"{imports}\n{source}"
            )
    return programs | OF_OUR_OWN


PROGRAMS = sources()


def made(program):
    """The value of the last line."""
    tree, names = ast.parse(program), {}
    exec(compile(ast.Module(tree.body[:-1], []), "<lesson>", "exec"), names)
    return eval(compile(ast.Expression(tree.body[-1].value), "<lesson>", "eval"), names)


class Learner:
    """Does anything, and remembers what was shown or sent ahead for which values."""

    def __init__(self, explorer, seed):
        self.explorer, self.random = explorer, np.random.default_rng(seed)
        self.pictures, self.sent, self.met = {}, set(), 0
        self.differing = []  # not raised where it is seen: a button's callback swallows errors
        explorer.stage.observe(lambda change: self.shown(change["new"]), "scene")
        explorer.stage.observe(lambda change: self.came_ahead(change["new"]), "ahead")
        self.shown(explorer.stage.scene)

    def shown(self, scene):
        self.met += scene["key"] in self.sent
        where = {"count", "wanted", "at"}  # the learner stands
        self.compare({name: part for name, part in scene.items() if name not in where})

    def came_ahead(self, scene):
        self.sent.add(scene["key"])
        self.compare(scene)

    def compare(self, scene):
        """For these values there is one picture, whenever it is drawn."""
        known = self.pictures.setdefault(scene["key"], scene)
        self.differing += [(scene["key"], part) for part in scene if scene[part] != known[part]]

    def one_of(self, things):
        things = list(things)
        return things[self.random.integers(len(things))] if things else None

    # ---- what can be done -----------------------------------------------------------------------------------

    def move_a_control(self):
        name = self.one_of(self.explorer.controls)
        control = self.explorer.controls[name]
        if isinstance(control, Numbers):
            control.value = self.typed(control)
        elif value := [*neighbors(control)]:
            control.value = self.one_of(value)

    def typed(self, control):
        """Other numbers, more or fewer of them, or none at all."""
        size = self.random.integers(1, 6, control.dimensions)
        numbers = as_text(self.random.integers(-9, 10, size))
        return self.one_of([numbers, numbers, control.value, "1, two", ""])

    def move_a_handle(self):
        name = self.one_of(sorted(self.explorer.scene.handles))
        if name is None:
            return
        handle = self.explorer.scene.handles[name]
        steps = self.random.integers(-6, 7, len(handle.at))
        hand.move(self.explorer, name, *(np.array(handle.at) + steps * handle.step))

    def pull_a_handle_to_an_end(self):
        name = self.one_of(sorted(self.explorer.scene.handles))
        if name is not None:
            handle = self.explorer.scene.handles[name]
            hand.move(self.explorer, name, *self.one_of([handle.low, handle.high]))

    def choose_a_cell(self):
        self.explorer.stage.chosen = self.one_of(["", *self.explorer.scene.details])

    def go_to_a_step(self):
        if self.explorer.scene.steps:
            self.explorer.stage.step = int(self.random.integers(len(self.explorer.scene.steps)))

    def press_a_button(self):
        button = self.one_of(buttons(self.explorer))
        if button is not None:
            button.click()

    def follow_what_was_sent_ahead(self):
        """The kernel draws neighbors of a control; the learner goes to one of them."""
        name = self.one_of(self.explorer.controls)
        control = self.explorer.controls[name]
        self.follow(name, neighbors(control), lambda value: setattr(control, "value", value))

    def follow_a_handle_ahead(self):
        """The same with what a handle sets, which may be one number of a control."""
        handle = self.one_of(handle for _, handle in sorted(self.explorer.scene.handles.items()))
        if handle is not None:
            name = self.one_of(handle.sets)
            control = self.explorer.controls.get(name)
            near = steps_of(handle, name) if control is None else neighbors(control)
            self.follow(name, near, lambda value: hand.report(self.explorer, {name: value}))

    def follow(self, name, neighbors, move):
        near = [*itertools.islice(neighbors, 3)]
        sent = {value: self.explorer.send_ahead({name: value}) for value in near}
        if near:
            value = self.one_of(near)
            promised = self.explorer.key(self.explorer.values | dict([self.explorer._whole(name, value)]))
            move(value)
            shown = self.explorer.stage.scene["key"]
            if sent[value] and shown != promised:
                self.differing.append((promised, f"Python shows {shown}"))


THINGS_TO_DO = [
    Learner.move_a_control,
    Learner.follow_what_was_sent_ahead,
    Learner.move_a_handle,
    Learner.choose_a_cell,
    Learner.follow_what_was_sent_ahead,
    Learner.follow_a_handle_ahead,
    Learner.pull_a_handle_to_an_end,
    Learner.go_to_a_step,
    Learner.press_a_button,
]


def buttons(box):
    for child in getattr(box, "children", ()):
        if isinstance(child, widgets.Button):
            yield child
        yield from buttons(child)


def check(explorer):
    """A picture or a sentence, whole in itself, of the values that the controls have."""
    scene, stage = explorer.scene, explorer.stage
    assert explorer.failure is None
    assert scene.text.strip() and scene.svg.startswith("<svg")
    assert stage.scene["key"] == explorer.key(explorer.values)
    assert hand.handles(explorer) == set(scene.handles)
    for handle in scene.handles.values():
        assert {name.partition("[")[0] for name in handle.sets} <= set(explorer.controls)
        assert all(
            low <= at <= high for low, at, high in zip(handle.low, handle.at, handle.high, strict=True)
        )
    if scene.frames:
        assert len(scene.frames) == len(scene.steps) and 0 <= stage.step < len(scene.steps)


@pytest.mark.parametrize("name", PROGRAMS)
def test_no_state_fails_and_what_was_sent_ahead_is_what_is_shown(name):
    explorer = made(PROGRAMS[name])
    learner = Learner(explorer, seed=len(name))
    check(explorer)
    done = []
    for number in range(-(-STATES // len(PROGRAMS))):
        do = THINGS_TO_DO[number % len(THINGS_TO_DO)]
        do(learner)
        done.append((do.__name__, explorer.values))
        check(explorer)
        assert learner.differing == [], done
    assert learner.met or not learner.sent, done


def test_every_explorer_of_the_lessons_is_among_them():
    assert missing() <= set(OF_OUR_OWN)
