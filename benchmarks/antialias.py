"""Shrinking with antialias beside what a user would call instead: the same picture, how long it takes.

Every contender makes a float64 picture of three channels 3/8 as high and wide, on one thread. torch and Pillow
stretch the same triangle, so their numbers are compared, too (Pillow's in float32). scipy and scikit-image blur with
a Gaussian before they sample, OpenCV averages areas: other numbers, the same purpose.
"""

import numpy as np

from benchmarks.resize import OURS, as_image
from benchmarks.tables import Goal, alternated, digits, median, table, times
from course_utils.kernels import resize_with

SIZES = (128, 256, 512, 1024)  # of the picture
QUICK_SIZES = (64, 128)
CHANNELS = 3
ROUNDS = 15
SAME_KERNEL = ("torch", "Pillow")


def out_size(size):
    return size * 3 // 8


def contenders(image, size):
    """{name: a function without arguments that returns the picture with ``size`` x ``size`` pixels}."""
    import cv2
    import torch
    from PIL import Image
    from scipy import ndimage
    from skimage import transform
    from torch.nn import functional

    tensor = torch.from_numpy(image).permute(2, 0, 1)[None].contiguous()  # torch's own layout; not timed
    channels = [Image.fromarray(channel) for channel in image.astype(np.float32).transpose(2, 0, 1)]
    step = image.shape[0] / size
    sigma, zoom = ((step - 1) / 2,) * 2 + (0,), (1 / step, 1 / step, 1)
    mode = {"mode": "nearest", "grid_mode": True}
    return {
        OURS: lambda: resize_with(image, (size, size), axes=(0, 1), antialias=True, border="renormalize"),
        "scipy blur + zoom": lambda: ndimage.zoom(
            ndimage.gaussian_filter(image, sigma, mode="nearest"), zoom, order=1, **mode
        ),
        "scikit-image": lambda: transform.resize(image, (size, size), order=1, mode="edge"),
        "OpenCV area": lambda: cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA),
        "torch": lambda: functional.interpolate(tensor, size=(size, size), mode="bilinear", antialias=True),
        "Pillow": lambda: np.stack(
            [np.asarray(c.resize((size, size), Image.Resampling.BILINEAR)) for c in channels], -1
        ),
    }


def measure(sizes=SIZES, rounds=ROUNDS):
    """One dict per size: "size", "seconds" {name: median}, "difference" {name: largest, against ours}."""
    return [measure_one(size, rounds) for size in sizes]


def measure_one(size, rounds):
    image = np.random.default_rng(0).random((size, size, CHANNELS))
    functions = contenders(image, out_size(size))
    results = {}

    def keep(name):
        results[name] = functions[name]()

    seconds = alternated({name: lambda name=name: keep(name) for name in functions}, rounds)
    ours = results.pop(OURS)
    return {
        "size": size,
        "seconds": {name: median(values) for name, values in seconds.items()},
        "difference": {name: float(np.abs(as_image(other) - ours).max()) for name, other in results.items()},
    }


def report(results):
    """Markdown with the tables."""
    others = [name for name in results[0]["seconds"] if name != OURS]
    rows = [
        [
            _name(r),
            f"{digits(1000 * r['seconds'][OURS])} ms",
            *(times(r["seconds"][name] / r["seconds"][OURS]) for name in others),
            times(_per_pixel(r) / _per_pixel(results[0])),
        ]
        for r in results
    ]
    same = ", ".join(f"{name} {max(r['difference'][name] for r in results):.0e}" for name in SAME_KERNEL)
    return "\n\n".join(
        [
            "How many times as long as ours the others take to shrink with antialias (above 1×: ours is faster), and "
            "how our time per input pixel grows with the picture:",
            table(["picture", "ours", *others, "per pixel"], rows),
            f"Largest difference from ours, of those that use the same kernel: {same}.",
        ]
    )


def _name(result):
    return f"{result['size']}² → {out_size(result['size'])}² × {CHANNELS}"


def _per_pixel(result):
    return result["seconds"][OURS] / result["size"] ** 2


def goals(results):
    """scipy and scikit-image are to be beaten; the time per pixel must not grow."""
    last, beaten = results[-1], []
    for name in ("scipy blur + zoom", "scikit-image"):
        ratio = last["seconds"][name] / last["seconds"][OURS]
        beaten.append(Goal(f"antialias {_name(last)}: {name}'s time / ours", 1, ratio, "×", least=True))
    growth = _per_pixel(last) / _per_pixel(results[0])
    return [*beaten, Goal("antialias: time per pixel, largest / first picture", 1, growth, "×")]
