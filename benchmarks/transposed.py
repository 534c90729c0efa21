"""Our transposed convolution beside torch's, and beside the loops that it replaces.

float32, kernel 4, stride 2, padding 1: the layer that doubles a feature map. The loops stamp one kernel for each
input pixel and pair of channels, the way the layer is explained; large layers are not looped, it takes minutes.
"""

import numpy as np

from benchmarks.tables import Goal, alternated, digits, median, table, times
from course_utils.convolution import transposed_convolution

LAYERS = ((8, 16), (16, 32), (64, 64))  # (channels in and out, rows and columns of the input)
QUICK_LAYERS = ((4, 8), (8, 16))
KERNEL, STRIDE, PADDING = 4, 2, 1
ROUNDS = 9
OURS, TORCH, LOOPS = "ours", "torch", "plain loops"
LOOPED = 300_000  # stamps up to which the loops run


def stamps(x, weight):
    """A transposed convolution as loops: ``x`` (C_in, H, W), ``weight`` (C_in, C_out, k, k), one stamp at a time."""
    (channels, height, width), (_, outputs, k, _) = x.shape, weight.shape
    canvas = np.zeros((outputs, (height - 1) * STRIDE + k, (width - 1) * STRIDE + k), x.dtype)
    for c in range(channels):
        for o in range(outputs):
            for i in range(height):
                for j in range(width):
                    top, left = i * STRIDE, j * STRIDE
                    canvas[o, top : top + k, left : left + k] += x[c, i, j] * weight[c, o]
    return canvas[:, PADDING:-PADDING, PADDING:-PADDING]


def contenders(x, weight):
    """{name: a function without arguments that returns (C_out, 2H, 2W)}."""
    import torch
    from torch.nn import functional

    tensors = torch.from_numpy(x)[None], torch.from_numpy(weight)
    settings = {"stride": STRIDE, "padding": PADDING}
    functions = {
        OURS: lambda: transposed_convolution(x[None], weight, **settings)[0],
        TORCH: lambda: functional.conv_transpose2d(*tensors, **settings)[0].numpy(),
    }
    if weight.shape[0] * weight.shape[1] * x[0].size <= LOOPED:
        functions[LOOPS] = lambda: stamps(x, weight)
    return functions


def measure(layers=LAYERS, rounds=ROUNDS):
    """One dict per layer: "layer", "seconds" {name: median}, "difference" {name: largest, against ours}."""
    return [measure_one(channels, size, rounds) for channels, size in layers]


def measure_one(channels, size, rounds):
    random = np.random.default_rng(0)
    x = random.random((channels, size, size), np.float32)
    weight = random.random((channels, channels, KERNEL, KERNEL), np.float32)
    functions = contenders(x, weight)
    results = {}

    def keep(name):
        results[name] = functions[name]()

    seconds = alternated({name: lambda name=name: keep(name) for name in functions}, rounds, {LOOPS: 2})
    ours = results.pop(OURS)
    return {
        "layer": (channels, size),
        "seconds": {name: median(values) for name, values in seconds.items()},
        "difference": {name: float(np.abs(other / ours - 1).max()) for name, other in results.items()},
    }


def report(results):
    """Markdown with the table."""
    rows = [
        [
            _name(r),
            f"{digits(1000 * r['seconds'][OURS])} ms",
            *(
                times(r["seconds"][name] / r["seconds"][OURS]) if name in r["seconds"] else "not run"
                for name in (TORCH, LOOPS)
            ),
            f"{max(r['difference'].values()):.0e}",
        ]
        for r in results
    ]
    return (
        "Kernel 4, stride 2, padding 1, float32; one thread each. How many times as "
        "long as ours the others take, and the largest relative difference between their results and ours:\n\n"
        + table(["layer", "ours", TORCH, LOOPS, "difference"], rows)
    )


def _name(result):
    channels, size = result["layer"]
    return f"{channels} → {channels} channels, {size}² → {STRIDE * size}²"


def goals(results):
    """At most ten times torch's time on the largest layer; the loops at least a hundred times ours."""
    last = results[-1]
    looped = [r["seconds"][LOOPS] / r["seconds"][OURS] for r in results if LOOPS in r["seconds"]]
    return [
        Goal(
            f"transposed convolution, {_name(last)}: our time / torch's",
            10,
            last["seconds"][OURS] / last["seconds"][TORCH],
            "×",
        ),
        Goal("transposed convolution: loops' time / ours, the lowest", 100, min(looped), "×", least=True),
    ]
