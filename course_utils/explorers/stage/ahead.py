"""Pictures sent ahead: what a key or a hand will ask for next is in the browser before it is asked.

After each picture, when the kernel has nothing else to do, the neighbors of the control in use are drawn: one step
either way first, then further and further out. Early among them come the nearest neighbors of the other main
controls, for a first key on one of those. One at a time, so that whatever the learner does comes first.
"""

from __future__ import annotations

import asyncio
import itertools
import math

import ipywidgets as widgets

from course_utils.explorers.stage.controls import ENTRY, Numbers
from course_utils.explorers.stage.stage import MOST_AHEAD

PAUSE_SECONDS = 0.004  # between two pictures: messages that have arrived are dealt with in it
BEFORE_FIRST_SECONDS = 0.05  # a drag that goes on has its next value here by then
MOST_STATES = 120  # after one change
MOST_CHARACTERS = MOST_AHEAD // 2  # after one change: what was near before is not pushed out
NEAREST, FIRST = 12, 2  # how many of the control in use come before the first ones of each other main control
RUNNING = set()  # cells that are running now: nothing is drawn ahead meanwhile


class Ahead:
    """Draws the neighbors of an explorer's state while the kernel is idle, and gives them to its stage.

    most   how many after one change
    """

    def __init__(self, explorer, most=MOST_STATES):
        self.explorer, self.most, self._timer = explorer, most, None
        self._states, self._room = iter(()), 0
        _watch_cells()

    def plan(self, names, others=()):
        """Begin anew: the neighbors of these controls are what is needed next, then the nearest of some others.

        A name such as "kernel[0]" means one number of a control, in the steps of the handle that moves it.
        """
        near = _in_turn([self._around(name) for name in names])
        others = [name for name in others if name not in names]
        first = _in_turn([itertools.islice(self._around(name), FIRST) for name in others])
        ordered = itertools.chain(itertools.islice(near, NEAREST), first, near)
        self._states, self._room = itertools.islice(ordered, self.most), MOST_CHARACTERS
        self._wait(BEFORE_FIRST_SECONDS)

    def _wait(self, seconds):
        if self._timer is not None:
            self._timer.cancel()
        try:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._draw_one)
        except RuntimeError:  # no loop: a test or a script, where nobody waits for a key
            self._timer = None

    def _draw_one(self):
        self._timer = None
        if RUNNING:
            return self._wait(0.2)
        if self._room <= 0:
            return None
        for change in self._states:
            if sent := self.explorer.send_ahead(change, self._room):
                self._room -= sent
                return self._wait(PAUSE_SECONDS)
        return None

    def _around(self, name):
        """Changes {control, or one number of it: value}, nearest first."""
        if ENTRY.fullmatch(name):
            handles = self.explorer.scene.handles.values()
            values = next((steps_of(handle, name) for handle in handles if name in handle.sets), ())
        else:
            values = neighbors(self.explorer.controls[name])
        for value in values:
            yield {name: value}


def steps_of(handle, name):
    """Values on the steps of a handle for one number that it sets, the nearest to its present one first."""
    i = handle.sets.index(name)
    at, low, high, step = handle.at[i], handle.low[i], handle.high[i], handle.step[i]
    start = math.floor(
        (at - low) / step + 0.5
    )  # what was typed may stand between two steps; as stage.js rounds
    for place in _outwards(start, math.ceil(round((high - low) / step, 9)) + 1):
        yield float(f"{min(low + place * step, high):.12g}")


def neighbors(control):
    """Values that a control can have, the nearest to its present one first; none for text."""
    if isinstance(control, Numbers):
        return
    if isinstance(control, widgets.Checkbox):
        yield not control.value
    elif hasattr(control, "index") and hasattr(control, "options"):
        values = [option for _, option in control._options_full]
        yield from (values[i] for i in _outwards(control.index or 0, len(values)))
    elif all(hasattr(control, name) for name in ("min", "max", "step")):
        count = round((control.max - control.min) / control.step) + 1
        at = round((control.value - control.min) / control.step)
        whole = isinstance(control, widgets.IntSlider)
        for i in _outwards(at, count):
            value = control.min + i * control.step
            yield int(value) if whole else round(value, 10)


def _outwards(start, count):
    """start + 1, start - 1, start + 2, ... as far as there are places."""
    for distance in range(1, count):
        for place in (start + distance, start - distance):
            if 0 <= place < count:
                yield place


def _in_turn(iterators):
    """One of each, then the next of each."""
    for row in itertools.zip_longest(*iterators):
        yield from (item for item in row if item is not None)


def _watch_cells(watched=[]):  # noqa: B006  once for the kernel
    """Know when a cell runs."""
    if watched:
        return
    try:
        from IPython import get_ipython

        events = get_ipython().events
    except (ImportError, AttributeError):  # no IPython around: no cells
        return
    watched.append(True)
    events.register("pre_run_cell", lambda _: RUNNING.add("cell"))
    events.register("post_run_cell", lambda _: RUNNING.discard("cell"))
