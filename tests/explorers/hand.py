"""What a hand does in the browser, done in Python: handles moved to values, by keys, over their range."""

import asyncio
import itertools
import re
from concurrent.futures import ThreadPoolExecutor

import numpy as np


def handles(explorer):
    """Names of the handles of the present picture; each must be an element of it, and each element a handle."""
    drawn = set(re.findall(r'data-handle="([^"]+)"', explorer.scene.svg))
    assert drawn == set(explorer.scene.handles), (drawn, set(explorer.scene.handles))
    return drawn


def move(explorer, name, *values):
    """Move a handle to these values, as stage.js reports it: snapped to its steps, within its ends."""
    handle = explorer.scene.handles[name]
    ends = zip(values, handle.low, handle.high, handle.step, strict=True)
    snapped = [
        min(max(low + round((value - low) / step) * step, low), high) for value, low, high, step in ends
    ]
    report(explorer, dict(zip(handle.sets, np.round(snapped, 10).tolist(), strict=True)))


def key(explorer, name, right=0, down=0):
    """Press an arrow key: the value that moves most in this direction makes a step along the screen."""
    handle = explorer.scene.handles[name]
    axis = 0 if right else 1
    rates = [by[axis] for by in handle.by]
    most = int(np.argmax(np.abs(rates)))
    values = list(handle.at)
    values[most] += np.sign(rates[most]) * (right + down) * handle.step[most]
    move(explorer, name, *values)


def report(explorer, values):
    """The message that the browser sends."""
    count = explorer.stage.moved.get("count", 0) + 1
    explorer.stage.moved = {"values": values, "count": count}


def over_their_range(explorer, most=9):
    """Move every handle over its range, a few values each, and back; yields (name, values) after each move."""
    for name in sorted(explorer.scene.handles):
        handle = explorer.scene.handles[name]
        ranges = [np.linspace(low, high, most) for low, high in zip(handle.low, handle.high, strict=True)]
        for values in itertools.islice(zip(*ranges, strict=True), most):
            if name in explorer.scene.handles:
                move(explorer, name, *values)
                yield name, values
        if name in explorer.scene.handles:
            move(explorer, name, *handle.at)


def run_alone(coroutine):
    """``asyncio.run`` in a thread of its own: a browser of the same test worker keeps a loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()
