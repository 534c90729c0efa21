"""Our resize beside what a user would call instead: the same picture, the same numbers, how long it takes.

Every contender makes a float64 picture of three channels twice as high and wide, with half-pixel centers and a
repeated border, on one thread. What they return is compared as well, so that all do the same work.
"""

import numpy as np

from benchmarks.loops import resize_by_loops
from benchmarks.tables import Goal, alternated, digits, median, table, times
from course_utils.resampling import resize

SIZES = (64, 128, 256, 512)  # of the picture; the result is twice as large
QUICK_SIZES = (64, 128)
CHANNELS = 3
ROUNDS = 15
OURS, LOOPS = "ours", "plain loops"
LOOPED = 64 * 1024  # pixels of the result up to which the loops run more than once


def contenders(image, size):
    """{name: a function without arguments that returns the picture with ``size`` x ``size`` pixels}."""
    import cv2
    import torch
    from scipy import ndimage
    from skimage import transform
    from torch.nn import functional

    tensor = torch.from_numpy(image).permute(2, 0, 1)[None].contiguous()  # torch's own layout; not timed
    zoom = (size / image.shape[0], size / image.shape[1], 1)
    return {
        OURS: lambda: resize(image, (size, size), axes=(0, 1)),
        "scipy zoom": lambda: ndimage.zoom(image, zoom, order=1, grid_mode=True, mode="nearest"),
        "scikit-image": lambda: transform.resize(
            image, (size, size), order=1, mode="edge", anti_aliasing=False
        ),
        "OpenCV": lambda: cv2.resize(image, (size, size), interpolation=cv2.INTER_LINEAR),
        "torch": lambda: functional.interpolate(tensor, size=(size, size), mode="bilinear"),
        LOOPS: lambda: resize_by_loops(image, size, size),
    }


def as_image(result):
    """What a contender returned as an array (rows, columns, channels)."""
    return result if isinstance(result, np.ndarray) else result[0].permute(1, 2, 0).numpy()


def measure(sizes=SIZES, rounds=ROUNDS):
    """One dict per size: "size", "seconds" {name: median}, "difference" {name: largest, against ours}."""
    return [measure_one(size, rounds) for size in sizes]


def measure_one(size, rounds):
    image = np.random.default_rng(0).random((size, size, CHANNELS))
    functions = contenders(image, 2 * size)
    results = {}

    def keep(name):
        results[name] = functions[name]()

    loops = 3 if (2 * size) ** 2 <= LOOPED else 1
    seconds = alternated({name: lambda name=name: keep(name) for name in functions}, rounds, {LOOPS: loops})
    ours = results.pop(OURS)
    return {
        "size": size,
        "seconds": {name: median(values) for name, values in seconds.items()},
        "difference": {name: float(np.abs(as_image(other) - ours).max()) for name, other in results.items()},
    }


def report(results):
    """Markdown with the tables."""
    others = [name for name in results[0]["seconds"] if name != OURS]
    ratios = [
        [
            _name(r),
            f"{digits(1000 * r['seconds'][OURS])} ms",
            *(times(r["seconds"][name] / r["seconds"][OURS]) for name in others),
        ]
        for r in results
    ]
    growth = [
        [_name(r), f"{digits(1e9 * _per_pixel(r))} ns", times(_per_pixel(r) / _per_pixel(results[0]))]
        for r in results
    ]
    differences = [[name, f"{max(r['difference'][name] for r in results):.0e}"] for name in others]
    return "\n\n".join(
        [
            "How many times as long as ours the others take (above 1×: ours is faster). OpenCV and torch are "
            "compiled code on one thread, here to show how far numpy is from them:",
            table(["picture", "ours", *others], ratios),
            "Time of ours per output pixel, and how it grows with the picture:",
            table(["picture", "per pixel", "against the first"], growth),
            "Largest difference between their pictures and ours (values from 0 to 1):",
            table(["against", "difference"], differences),
        ]
    )


def _name(result):
    return f"{result['size']}² → {2 * result['size']}² × {CHANNELS}"


def _per_pixel(result):
    return result["seconds"][OURS] / (2 * result["size"]) ** 2


def goals(results):
    """scipy, scikit-image and the loops are to be beaten; the time per pixel must not grow."""
    last = results[-1]

    def ratio(name, result=last):
        return result["seconds"][name] / result["seconds"][OURS]

    return [
        Goal(f"resize {_name(last)}: scipy's time / ours", 1, ratio("scipy zoom"), "×", least=True),
        Goal(f"resize {_name(last)}: scikit-image's time / ours", 1, ratio("scikit-image"), "×", least=True),
        Goal(
            "resize: loops' time / ours, the lowest",
            100,
            min(ratio(LOOPS, r) for r in results),
            "×",
            least=True,
        ),
        Goal(
            "resize: time per pixel, largest / first picture",
            1,
            _per_pixel(last) / _per_pixel(results[0]),
            "×",
        ),
    ]
