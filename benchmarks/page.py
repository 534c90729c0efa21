"""A notebook in a real JupyterLab in Chromium; its controls moved, its cells pointed at, timed inside the page.

Two clocks would not agree, so every time is the page's own (probe.js): from the event of the hand to the frame
that was painted with a new picture. What playwright needs to press a key is in none of them.
"""

import json
import math
import re
import statistics
from dataclasses import dataclass
from pathlib import Path

import nbformat

from tools.run import with_sources

PROBE = Path(__file__).with_name("probe.js")
QUIET_MS, LONGEST_MS = 200, 60_000
FARTHEST = 280  # pixels that a handle is dragged either way
AFTER_A_DRAG_MS = {True: 500, False: 900}  # of an explorer; interact is behind the hand by half a second


def open_cells(lab, page, name, sources):
    """A notebook of these code cells, open in ``page`` and not run yet."""
    nbformat.write(with_sources(*sources), lab.folder / name)
    lesson = lab.open_lesson(page, name)
    page.add_script_tag(path=PROBE)
    page.evaluate("() => probe.listen()")
    return lesson


def close(lesson):
    """End the notebook's kernel, so that it does not compete with the next one."""
    lesson.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")


def first_picture(lesson, number=0):
    """Run one cell; milliseconds until its picture is on the screen."""
    return lesson.page.evaluate(
        "([number, longest]) => probe.firstPicture(number, longest)", [number, LONGEST_MS]
    )


@dataclass(frozen=True)
class Press:
    """One key, or one move of the pointer: milliseconds from it to the change in the page, and to its paint."""

    changed: float
    painted: float
    ahead: bool  # the picture was in the browser before any came from the kernel


@dataclass(frozen=True)
class Drag:
    """One drag, or the medians of several."""

    frames: float  # new pictures a second
    offered: float  # moves of the hand a second
    last: float  # ms from the last move to the last picture


class Output:
    """The output of one cell: controls and a picture that follows them."""

    def __init__(self, lesson, number):
        self.lesson, self.page = lesson, lesson.page
        cells = self.page.locator(".jp-Notebook .jp-Cell")
        self.root = cells.nth(number).locator(".jp-OutputArea-child").first

    def bring_forward(self):
        """Scroll to it and wait until the page is still."""
        self.root.evaluate("output => output.scrollIntoView({block: 'center'})")
        self.lesson.settle(QUIET_MS)

    def key(self):
        """The values of the explorer's controls that the picture belongs to, as a text."""
        return self.root.locator(".btp-stage").get_attribute("data-key")

    def step(self):
        """Where the player stands; None without one."""
        player = self.root.locator(".player input:visible")
        return int(player.input_value()) if player.count() else None

    def points(self, count):
        """Middles of up to ``count`` cells of the largest grid of the picture, (x, y) on the screen.

        The bar of a 0 has no height: there is nothing to point at.
        """
        grids = self.root.locator("g[data-group]")
        members = [grids.nth(i).locator("[data-id]") for i in range(grids.count())]
        cells = max(members, key=lambda cells: cells.count(), default=None)
        boxes = [cells.nth(i).bounding_box() for i in range(cells.count())] if cells else []
        return [
            (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            for box in boxes
            if min(box["width"], box["height"]) >= 1
        ][:count]

    def point(self, at):
        """Move the pointer to (x, y): ms until what is linked has lit up."""
        noted = self.watched(lambda: self.page.mouse.move(*at), QUIET_MS / 2, lights=True)
        begin = next(hand["time"] for hand in noted["hands"] if hand["type"] == "pointermove")
        return noted["paints"][0] - begin

    def watched(self, act, quiet, lights=False):
        """What the probe noted during ``act``, and after it until nothing has changed for ``quiet`` ms."""
        output = self.root.element_handle()
        self.page.evaluate("([output, lights]) => probe.watch(output, lights)", [output, lights])
        act()
        noted = self.page.evaluate("([quiet, longest]) => probe.settled(quiet, longest)", [quiet, LONGEST_MS])
        if not noted["paints"]:
            raise RuntimeError(f"nothing changed on the screen in {self.lesson.name}")
        return noted


# ------------------------------------------------------------------------------------------- what is moved


class Hand:
    """Something in an output that is moved by keys and by a drag: its knob, and the keys that move it on and back."""

    keys = ("ArrowRight", "ArrowLeft")
    lights = False  # is what lights up or moves in the picture a change of it?

    def __init__(self, output, knob, name):
        self.output, self.knob, self.name = output, knob, name

    def sets(self, explorer):
        """Names of the controls that it moves."""
        raise NotImplementedError

    def place(self):
        """(lowest, now, highest)"""
        raise NotImplementedError

    def how(self):
        """What the probe's ``drag`` must know of it."""
        raise NotImplementedError

    def press(self, key):
        """A Press."""
        try:
            noted = self.output.watched(lambda: self.knob.press(key), QUIET_MS, self.lights)
        except RuntimeError as problem:
            raise RuntimeError(f"{problem}: {key} on {self.name}") from problem
        begin = next(hand["time"] for hand in noted["hands"] if hand["type"] == "keydown")
        change = noted["changes"][0]
        ahead = not any(begin < time < change for time in noted["arrivals"])
        return Press(change - begin, noted["paints"][0] - begin, ahead)

    def walk(self, count):
        """Press keys in one direction, and back from each end: [Press, ...]."""
        presses, on = [], True
        for _ in range(count):
            low, now, high = self.place()
            on = now <= low or (on and now < high)
            presses.append(self.press(self.keys[0 if on else 1]))
        return presses

    def drag(self, seconds):
        """Drag it to and fro."""
        arguments = [self.output.root.element_handle(), 1000 * seconds, self.how()]
        noted = self.output.watched(
            lambda: self.output.page.evaluate(
                "([output, ms, how]) => probe.drag(output, ms, how)", arguments
            ),
            AFTER_A_DRAG_MS[self.output.root.locator(".btp-stage").count() > 0],
            self.lights,
        )
        moves = [hand["time"] for hand in noted["hands"] if hand["type"] != "keydown"]
        begin, end = moves[0], moves[-1]
        during = sum(begin <= time <= end for time in noted["paints"])
        a_second = 1000 / (end - begin)
        return Drag(during * a_second, len(moves) * a_second, noted["paints"][-1] - end)


class Slider(Hand):
    """The first slider in sight of an output; None where there is none."""

    @classmethod
    def found(cls, output):
        box = output.root.locator(".widget-slider:visible").first
        if not box.count():
            return None
        label = box.locator(".widget-label").inner_text()
        slider = cls(output, box.locator(".noUi-handle"), f"slider {label}")
        slider.label = label
        return slider

    def sets(self, explorer):
        return {name for name, each in explorer.controls.items() if each.description == self.label}

    def place(self):
        return [float(self.knob.get_attribute(f"aria-value{name}")) for name in ("min", "now", "max")]

    def how(self):
        return {"kind": "slider"}


class Steps(Hand):
    """The slider of the stage's own player; None for pictures without steps."""

    lights = True

    @classmethod
    def found(cls, output):
        player = output.root.locator(".player input:visible").first
        return cls(output, player, "steps") if player.count() else None

    def place(self):
        return self.knob.evaluate("input => [0, Number(input.value), Number(input.max)]")

    def how(self):
        return {"kind": "player"}

    def sets(self, _):
        return set()


class Knob(Hand):
    """A handle in the picture. ``explorer`` is the same one here, whose scene says how the handle moves."""

    keys = ("+", "-")

    def __init__(self, output, explorer, handle):
        self.handle, self.explorer = explorer.scene.handles[handle], explorer
        self.id, knob = handle, output.root.locator(f'[data-handle="{handle}"][tabindex]').first
        self.cell = None if knob.count() else output.root.locator(f'[data-handle="{handle}"]').first
        grid = output.root.locator(
            "g[data-group]", has=output.page.locator(f'[data-handle="{handle}"]')
        ).first
        super().__init__(output, grid if self.cell else knob, f"handle {self.handle.label}")

    def sets(self, _):
        return set(self.handle.sets)

    def press(self, key):
        """A cell of a grid is chosen first: the keyboard is the grid's."""
        if self.cell:
            stage = self.output.root.locator(".btp-stage")
            if stage.get_attribute("data-lit") != self.cell.get_attribute("data-id"):
                self.cell.click(force=True)
                self.output.page.mouse.move(2, 2)
        return super().press(key)

    def place(self):
        return self.handle.low[0], self.value(), self.handle.high[0]

    def value(self):
        """The first of its values in the picture that is shown."""
        name, places = re.fullmatch(r"(\w+)(?:\[([\d, ]+)\])?", self.handle.sets[0]).groups()
        value = json.loads(self.output.key())[list(self.explorer.controls).index(name)]
        if places is None:
            return float(value)
        return float(self.explorer.controls[name].read(value)[tuple(map(int, places.split(",")))])

    def how(self):
        right, down = self.handle.by[0]
        (low, now, high), step = self.place(), self.handle.step[0]
        a_step = step / (right**2 + down**2)
        farthest = FARTHEST / (a_step * math.hypot(right, down))
        return {
            "kind": "handle",
            "handle": self.id,
            "by": [right * a_step, down * a_step],
            "down": round(min((now - low) / step, farthest)),
            "up": round(min((high - now) / step, farthest)),
        }


def median_of(drags):
    """The median drag, quantity by quantity."""
    return Drag(
        *(statistics.median(getattr(drag, name) for drag in drags) for name in ("frames", "offered", "last"))
    )
