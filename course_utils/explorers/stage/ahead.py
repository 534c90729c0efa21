"""Pictures sent ahead: what a key or a hand will ask for next is in the browser before it is asked.

After each picture, when the kernel has nothing else to do, the neighbors of the control in use are drawn: one step
either way first, then further and further out. One at a time, so that whatever the learner does comes first.
"""

from __future__ import annotations

import asyncio
import itertools

import ipywidgets as widgets

from course_utils.explorers.stage.controls import Numbers

PAUSE_SECONDS = 0.004  # between two pictures: messages that have arrived are dealt with in it
BEFORE_FIRST_SECONDS = 0.05  # a drag that goes on has its next value here by then
MOST_STATES = 120  # of one control, after one change
RUNNING = set()  # cells that are running now: nothing is drawn ahead meanwhile


class Ahead:
    """Draws the neighbors of an explorer's state while the kernel is idle, and gives them to its stage.

    most   how many after one change
    """

    def __init__(self, explorer, most=MOST_STATES):
        self.explorer, self.most, self._states, self._timer = explorer, most, iter(()), None
        _watch_cells()

    def plan(self, names):
        """Begin anew: the neighbors of these controls are what is needed next."""
        self._states = itertools.islice(_in_turn([self._around(name) for name in names]), self.most)
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
        for change in self._states:
            if self.explorer.send_ahead(change):
                return self._wait(PAUSE_SECONDS)
        return None

    def _around(self, name):
        """Changes {control: value}, nearest first."""
        control = self.explorer.controls[name]
        for value in neighbors(control):
            yield {name: value}


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
