"""What an upsampler costs: parameters, multiply-adds, memory at its peak, time; how near it is to a device's limit.

    cost(UPSAMPLERS["CARAFE"])        # Cost(parameters=..., multiply_adds=..., memory=..., time=...)
    print(table(speeds("cpu")))       # gigabytes a second of each, beside a copy's

The map it is measured on has 16 channels and doubles from 64 x 64 to 128 x 128.
"""

import os
import time
from typing import NamedTuple

import torch
from torch import nn
from torch.profiler import ProfilerActivity, profile

from course_utils.networks.counting import count
from course_utils.networks.records import device_in_words
from course_utils.networks.shootout import CONTENDERS, WIDTH
from course_utils.networks.training import choose_device, seeded
from course_utils.validation import whole_number

SIZE = 64


class Cost(NamedTuple):
    """Of one upsampler at one map."""

    parameters: int
    multiply_adds: float  # for each value of the enlarged map: a place and a channel
    memory: (
        float  # megabytes (10^6 bytes) at the peak of a forward and a backward pass, its two maps not counted
    )
    time: float  # milliseconds of a forward pass, the least of several


def maps(size=SIZE, width=WIDTH, device="cpu", batch=1):
    """A coarse map (batch, width, size, size) and a fine one twice as large, of random numbers."""
    with seeded(0):
        coarse, fine = (torch.randn(batch, width, side, side) for side in (size, 2 * size))
    return coarse.to(device), fine.to(device)


def made(make, width=WIDTH, device="cpu"):
    """A fresh upsampler with random weights that follow from the seed 0; a plain function stays as it is."""
    with seeded(0):
        upsampler = make(width)
    return upsampler.to(device).eval() if isinstance(upsampler, nn.Module) else upsampler


def cost(make, size=SIZE, width=WIDTH, repeats=7) -> Cost:
    """What the upsampler of ``make(width)`` costs on one thread of the CPU."""
    upsampler, (coarse, fine) = made(make, width), maps(size, width)
    counted = count(upsampler, coarse, fine)
    each_value = (counted.multiply_adds + counted.reading) / fine.numel()
    peak = peak_memory(lambda: _step(upsampler, coarse, fine))
    return Cost(
        counted.parameters, each_value, peak / 1e6, 1000 * seconds(upsampler, coarse, fine, repeats=repeats)
    )


def _step(upsampler, coarse, fine):
    """Forward and backward, with what training keeps between them."""
    coarse = coarse.clone().requires_grad_()
    upsampler(coarse, fine).sum().backward()


def peak_memory(action):
    """How many bytes torch holds on the CPU at the worst moment of ``action()``, above what it held before.

    Measured by torch's own profiler, which sees every allocation.
    """
    os.environ.setdefault("KINETO_LOG_LEVEL", "6")  # or the profiler announces itself on the screen
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiler:
        action()
    events = [each for each in profiler.profiler.kineto_results.events() if each.name() == "[memory]"]
    held = peak = 0
    for event in sorted(events, key=lambda each: each.start_ns()):
        held += event.nbytes()
        peak = max(peak, held)
    return peak


@torch.no_grad()
def seconds(function, *inputs, repeats=7):
    """The least of ``repeats`` times of ``function(*inputs)``: on a CPU processor time, else until it is done."""
    whole_number(repeats, "repeats")
    device = inputs[0].device
    clock = time.process_time if device.type == "cpu" else time.perf_counter
    found = []
    for _ in range(repeats + 1):  # the first one warms up
        _wait(device)
        begin = clock()
        function(*inputs)
        _wait(device)
        found.append(clock() - begin)
    return min(found[1:])


def _wait(device):
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def cost_rows(contenders=None):
    """Rows for ``records.table``, one for each contender."""
    rows = []
    for name in CONTENDERS if contenders is None else contenders:
        found = cost(CONTENDERS[name])
        rows.append(
            {
                "upsampler": name, "parameters": found.parameters,
                "multiply-adds": round(found.multiply_adds, 1), "memory": round(found.memory, 2),
                "time": round(found.time, 2),
            }
        )  # fmt: skip
    return rows


# ---- How near to the device's limit ---------------------------------------------------------------


def speeds(device=None, contenders=None, size=128, width=64, repeats=5):
    """Rows for ``records.table``: how many gigabytes a second each upsampler moves, beside a plain copy.

    Every upsampler must at least read its coarse map and write its answer, and those that look read the fine map,
    too. These bytes over the time are what it achieves; a copy of the enlarged map shows what the device can do.
    "of a copy" is their ratio in percent. An upsampler far below is held up by something other than memory:
    multiply-adds, or many small steps one after the other.
    """
    device = choose_device(device)
    coarse, fine = maps(size, width, device)
    copy = 2 * fine.nbytes / seconds(torch.clone, fine, repeats=repeats) / 1e9
    rows = [{"upsampler": "a copy", "ms": 2 * fine.nbytes / copy / 1e6, "GB/s": copy, "of a copy": 100.0}]
    for name in CONTENDERS if contenders is None else contenders:
        upsampler = made(CONTENDERS[name], width, device)
        moved = coarse.nbytes + fine.nbytes * (2 if upsampler.looks else 1)
        took = seconds(upsampler, coarse, fine, repeats=repeats)
        achieved = moved / took / 1e9
        rows.append(
            {"upsampler": name, "ms": 1000 * took, "GB/s": achieved, "of a copy": 100 * achieved / copy}
        )
    numbers = ("ms", "GB/s", "of a copy")
    return [
        {**row, **{name: float(f"{row[name]:.3g}") for name in numbers}, "device": device_in_words(device)}
        for row in rows
    ]
