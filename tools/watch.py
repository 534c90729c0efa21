"""Runs inside a lesson's kernel: notices every error, and moves every control.

ipywidgets catches what a callback raises and shows it where nobody looks (in an Output widget, in a message
that belongs to no cell), so a notebook can be "executed without errors" while its slider is broken. ``watch``
is run before the first cell and notes all of it; ``move_everything`` is run after the last one. A lesson that runs
again in the same kernel ends with it again: then it moves what is new.

    from tools import watch; watch.watch()          # the cell before the first
    await watch.move_everything(); watch.report()             # the cell after the last
"""

import asyncio
import gc
import json
import logging
import random
import re
import sys
import threading
import time
import traceback

from tools import THOROUGH

REPORT = "WATCHED "  # begins the line that ``report`` prints
MOST_VALUES = 25  # of one slider; one with fewer steps is moved to every one of them
MOST_HANDLES = 12  # of one picture; a picture with fewer has every one of them dragged
# At the end: in each round, every control in turn is moved somewhere at random, and left there.
ROUNDS = 12 if THOROUGH else 1
TEXTS = ("", "1", "0.5", "-3", "hello", "1, 2, 3", "1/0", "?")
PROBLEMS = {}  # what went wrong -> what was done when it was first seen
CELLS = []  # one for each cell that ran: {"seconds": ..., "torch": is torch loaded after it?}
BEGAN = []  # when the cell that runs now began
REPORTED = set()  # the widgets of a report that was made: moved, and left where they are


# ------------------------------------------------------------------------------------ notice every error


def watch():
    """From now on note what is raised anywhere in this kernel, and what each cell took and loaded."""
    from IPython import get_ipython

    shell = get_ipython()
    note_showtraceback(shell)
    note_cells(shell)
    threading.excepthook = lambda args: note(args.exc_value, "in a thread")
    sys.unraisablehook = lambda args: note(args.exc_value, "nobody could catch")
    asyncio.get_event_loop().set_exception_handler(note_task)
    for name in ("", "traitlets", "IPKernelApp", "asyncio", "tornado"):
        logging.getLogger(name).addHandler(LogNotes(logging.ERROR))


def note(error, where):
    frames = [
        f"  {frame.filename}:{frame.lineno} {frame.line}"
        for frame in traceback.extract_tb(error.__traceback__)
        if "site-packages" not in frame.filename
    ]
    note_words("\n".join([f"{where}: {type(error).__name__}: {error}", *frames[-4:]]))


def note_words(words):
    PROBLEMS.setdefault(words, Mover.doing)


def note_showtraceback(shell):
    """interact, Output widgets and button callbacks all end in IPython's showtraceback; so do cells."""
    original = shell.showtraceback

    def showtraceback(exc_tuple=None, *args, **kwargs):
        note((exc_tuple or sys.exc_info())[1], "raised")
        return original(exc_tuple, *args, **kwargs)

    shell.showtraceback = showtraceback


def note_cells(shell):
    shell.events.register("pre_run_cell", lambda info: BEGAN.append(time.perf_counter()))

    def after(result):
        if BEGAN:  # not the cell that called ``watch``, nor the one that reports
            CELLS.append({"seconds": time.perf_counter() - BEGAN.pop(), "torch": "torch" in sys.modules})

    shell.events.register("post_run_cell", after)


def note_task(loop, context):
    error = context.get("exception")
    if error is None:
        note_words(f"in the event loop: {context.get('message')}")
    else:
        note(error, "in a task")


class LogNotes(logging.Handler):
    def emit(self, record):
        note_words(f"logged: {self.format(record)}")


def report():
    """Print what was noticed since the last report, for the test that reads the notebook's outputs."""
    Mover().note_failures()
    problems = [f"{doing}: {words}" if doing else words for words, doing in PROBLEMS.items()]
    print(REPORT + json.dumps({"problems": problems, "cells": CELLS, "moves": Mover.moves}))
    REPORTED.update(instances())
    for noted in (PROBLEMS, CELLS, BEGAN):
        noted.clear()
    Mover.moves, Mover.doing = 0, ""


# ------------------------------------------------------------------------------------ move every control


async def move_everything():
    """Move every control over its range, click every button, then shake: random moves of all of them.

    Without COURSE_THOROUGH a control goes to both ends of its range and its middle only.
    """
    mover, done, tasks, threads = Mover(), set(), asyncio.all_tasks(), set(threading.enumerate())
    mover.note_failures()  # of first pictures, before anything moves
    for _ in range(4):  # a click may bring new controls
        new = [widget for key, widget in instances().items() if key not in done]
        if not new:
            break
        done.update(instances())
        for widget in new:
            mover.sweep(widget)
            await asyncio.sleep(0)  # let timers and tasks that the move started run
    mover.shake(random.Random(0))
    await asyncio.sleep(0.3)  # the last timers
    await until_done(tasks, threads)
    gc.collect()  # a task's error is told when the task is forgotten
    await asyncio.sleep(0)


async def until_done(tasks, threads, longest=60):
    """Until every task and thread that is not among these has ended, or is seen to go on for good."""
    end = time.monotonic() + longest
    while asyncio.all_tasks() - tasks or set(threading.enumerate()) - threads:
        if time.monotonic() > end:
            return
        await asyncio.sleep(0.02)


def instances():
    """Every living widget of this kernel that no report was made of, by model id."""
    module = sys.modules.get("ipywidgets.widgets.widget")
    return {key: widget for key, widget in module._instances.items() if key not in REPORTED} if module else {}


class Mover:
    moves = 0
    doing = ""  # the present move, in words

    def sweep(self, widget):
        """Move one control over its range and back to where it was."""
        for trait, values in range_of(widget):
            before = getattr(widget, trait)
            for value in [*(values if THOROUGH else ends_and_middle(values)), before]:
                self.move(widget, trait, value)
        if is_button(widget):
            self.click(widget)

    def shake(self, dice):
        """Random moves without going back, so that controls meet in states that no single sweep reaches."""
        for widget in list(instances().values()) * ROUNDS:
            for trait, values in range_of(widget):
                self.move(widget, trait, dice.choice(values))

    def move(self, widget, trait, value):
        self._attempt(f"{name_of(widget)}.{trait} = {value!r}", lambda: setattr(widget, trait, value))

    def click(self, button):
        self._attempt(f"click on {name_of(button)}", button.click)

    def _attempt(self, what, action):
        Mover.moves += 1
        Mover.doing = what
        try:
            action()
        except Exception as error:
            note(error, "raised")
        self.note_failures()

    def note_failures(self):
        """An Explorer shows an error as a picture and keeps it in ``failure``."""
        for widget in instances().values():
            if isinstance(getattr(widget, "failure", None), Exception):
                note(widget.failure, "could not draw")
                widget.failure = None


def ends_and_middle(values):
    """
    >>> ends_and_middle([1, 2, 3, 4, 5]), ends_and_middle([1])
    ([1, 3, 5], [1])
    """
    return [values[i] for i in sorted({0, len(values) // 2, len(values) - 1})]


def name_of(widget):
    words = getattr(widget, "description", "") or getattr(widget, "tooltip", "") or ""
    return f"{type(widget).__name__}({words!r})"


def is_button(widget):
    return hasattr(widget, "click") and hasattr(widget, "on_click") and not getattr(widget, "disabled", False)


def range_of(widget):
    """What a learner can set on ``widget``: [(trait, [values])], empty when there is nothing."""
    if getattr(widget, "disabled", False) or "Progress" in type(widget).__name__:
        return []
    if is_stage(widget):
        return stage_range(widget)
    if hasattr(widget, "_options_full"):
        return selection_range(widget)
    if hasattr(widget, "selected_index") and hasattr(widget, "children"):  # Tab, Accordion
        return [("selected_index", list(range(len(widget.children))))] if widget.children else []
    return value_range(widget)


def value_range(widget):
    value = getattr(widget, "value", None)
    kind = type(widget).__name__
    if isinstance(value, bool):
        return [] if kind == "Valid" else [("value", [not value, value])]
    if hasattr(widget, "min") and hasattr(widget, "max") and hasattr(widget, "value"):
        return numeric_range(widget, kind, value)
    if kind in ("IntText", "FloatText"):
        return [("value", [0, 1, -1, 7, 1000])]
    if kind in ("Text", "Textarea", "Combobox"):
        return [("value", list(TEXTS))]
    return []


def numeric_range(widget, kind, value):
    if value is None:  # a bounded time or date, not used in this course
        return []
    step = getattr(widget, "step", None) or (1 if isinstance(value, int) else (widget.max - widget.min) / 24)
    points = steps_between(widget.min, widget.max, step)
    if kind == "FloatLogSlider":
        return [("value", [min(widget.base**x, widget.base**widget.max) for x in points])]
    if isinstance(value, tuple):
        ends = [(points[0], point) for point in points] + [(point, points[-1]) for point in points]
        return [("value", [*ends, (points[0], points[0])])]
    return [("value", points)]


def steps_between(low, high, step):
    """Every step from ``low`` to ``high``, or MOST_VALUES of them, both ends among them.

    >>> steps_between(0, 4, 1), steps_between(0.0, 1.0, 0.5), len(steps_between(0, 1000, 1)) == MOST_VALUES
    ([0, 1, 2, 3, 4], [0.0, 0.5, 1.0], True)
    """
    count = int((high - low) / step + 1e-9)
    if count + 1 <= MOST_VALUES + 8:
        chosen = range(count + 1)
    else:
        chosen = sorted({round(i * count / (MOST_VALUES - 1)) for i in range(MOST_VALUES)})
    points = [low + i * step for i in chosen]
    return points if points[-1] == high else [*points, high]


def selection_range(widget):
    count = len(widget._options_full)
    if isinstance(widget.index, tuple):
        few = [(i,) for i in range(count)] + [tuple(range(count))]
        slider = hasattr(widget, "continuous_update")  # a SelectionRangeSlider wants exactly two ends
        return [("index", [(0, i) for i in range(count)] if slider else [(), *few])]
    return [("index", list(range(count)))] if count else []


def is_stage(widget):
    return all(widget.has_trait(name) for name in ("scene", "chosen", "dragged"))


def stage_range(stage):
    """Every id that can be chosen, every step, and a drag of each handle to the corners of its picture."""
    scene = stage.scene or {}
    svg = scene.get("svg", "")
    ids = sorted({*scene.get("links", ()), *scene.get("details", ()), *re.findall(r'data-id="([^"]*)"', svg)})
    few = ids if len(ids) <= 4 * MOST_VALUES else ids[:: len(ids) // (4 * MOST_VALUES)]
    ways = [("chosen", [*few, ""])]
    if scene.get("steps"):
        ways.append(("step", steps_between(0, len(scene["steps"]) - 1, 1)))
    every = list(handles(svg))  # a field that can be pushed anywhere has one on each cell
    some = every[:: -(-len(every) // MOST_HANDLES) or 1]
    drags = [place for handle in some for place in places_to_drag(handle)]
    if drags:
        ways.append(("dragged", drags))
    return ways


def handles(svg):
    """(name, [x0, y0, unit_x, unit_y], [x, y, step]) of each handle in a picture; the last may be empty."""
    for element in re.findall(r"<[^>]*data-drag=[^>]*>", svg):
        words = dict(re.findall(r'data-(drag|axes|at)="([^"]*)"', element))
        yield words["drag"], *([float(n) for n in words.get(key, "").split()] for key in ("axes", "at"))


def places_to_drag(handle):
    """Over the picture and beyond its edges, in the handle's data coordinates; 0 where it cannot move."""
    name, (x0, y0, unit_x, unit_y), at = handle
    for x in (-50, 0, 117, 333, 700, 2000):
        for y in (-50, 0, 117, 333, 2000):
            yield {
                "name": name,
                "x": (x - x0) / unit_x if unit_x else 0,
                "y": (y - y0) / unit_y if unit_y else 0,
            }
    if len(at) == 3:
        yield {"name": name, "x": at[0] + at[2], "y": at[1]}
