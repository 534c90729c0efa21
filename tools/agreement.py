"""How far every recipe is from its library: library x mode x dtype x direction.

    python -m tools.agreement              prints the table
    python -m tools.agreement --record     and writes data/agreement.md

Each row is a promise that tests/test_recipes.py asserts. Libraries of the course are called; the others are held by
data/resize_records.json. Values go from 0 to 1, those of uint8 from 0 to 255.
"""

import dataclasses
import itertools
import json
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from course_utils.recipes import onnx_resize, recipe, resize_by
from data.resize_records import picture

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "data" / "agreement.md"
RECORDS = ROOT / "data" / "resize_records.json"
PAIRS = {
    "enlarge": [(4, 7), (5, 13), (8, 16), (9, 10), (7, 31), (1, 5), (6, 35), (12, 25), (2, 9)],
    "shrink": [(7, 4), (13, 5), (16, 8), (10, 9), (31, 7), (5, 1), (35, 6), (24, 6), (8, 3)],
}
LONG = {
    "enlarge": [(16, 23), (20, 45), (18, 19)],
    "shrink": [(40, 17), (33, 16), (25, 20)],
}
DIRECTIONS = ("enlarge", "shrink", "one of each")
SHIFTS = (0, 1, 3, 4)


@dataclass(frozen=True)
class Row:
    """A promise: in all these cases, recipe and library differ by at most this."""

    library: str
    mode: str
    dtype: str
    direction: str
    promise: float
    cases: Callable = dataclasses.field(compare=False, repr=False)  # pairs (ours, the library's)

    @property
    def key(self):
        return self.library, self.mode, self.dtype, self.direction


@dataclass(frozen=True)
class Measured:
    count: int
    largest: float
    share: float  # of the values that differ by more than rounding errors of float64


def measured(row):
    """What the row's cases say."""
    gaps = [_gap(*case) for case in row.cases()]
    flat = np.concatenate([gap.ravel() for gap in gaps])
    return Measured(len(gaps), float(flat.max()), float((flat > 1e-9).mean()))


def _gap(ours, theirs):
    if ours.shape != theirs.shape:
        return np.full(1, np.inf)
    return np.abs(ours.astype(float) - theirs)


# ---- Libraries that are here ---------------------------------------------------------------------


def torchs(array, sizes, method, options):
    import torch
    from torch.nn import functional

    x = torch.tensor(array)[None, None]
    if options.get("antialias") and sizes[-1] == 1 and array.dtype != np.uint8:
        # To a width of 1, torch 2.13 repeats the first row in all others. The transposed picture comes out right.
        swapped = functional.interpolate(x.mT.contiguous(), size=sizes[::-1], mode=method, **options)
        return swapped.mT[0, 0].numpy()
    return functional.interpolate(x, size=sizes, mode=method, **options)[0, 0].numpy()


def _opencv_flag(method):
    import cv2

    flags = {
        "nearest": cv2.INTER_NEAREST, "nearest exact": cv2.INTER_NEAREST_EXACT, "linear": cv2.INTER_LINEAR,
        "linear exact": cv2.INTER_LINEAR_EXACT, "cubic": cv2.INTER_CUBIC, "lanczos4": cv2.INTER_LANCZOS4,
        "area": cv2.INTER_AREA,
    }  # fmt: skip
    return flags[method]


def opencvs(array, sizes, method, options):
    import cv2

    return cv2.resize(array, sizes[::-1], interpolation=_opencv_flag(method))


def pillows(array, sizes, method, options):
    from PIL import Image

    return np.asarray(Image.fromarray(array).resize(sizes[::-1], Image.Resampling[method.upper()]))


def skimages(array, sizes, method, options):
    from skimage.transform import resize

    return resize(array, sizes, order=int(method[-1]), preserve_range=True, **options)


def scipys(array, sizes, method, options):
    from scipy import ndimage

    zoom = [out / size for size, out in zip(array.shape, sizes, strict=True)]
    return ndimage.zoom(array, zoom, order=int(method[-1]), **options)


def torchs_by_factor(array, factors, method, options):
    import torch
    from torch.nn import functional

    x = torch.tensor(array)[None, None]
    return functional.interpolate(x, scale_factor=factors, mode=method, **options)[0, 0].numpy()


def opencvs_by_factor(array, factors, method, options):
    import cv2

    return cv2.resize(array, None, fx=factors[1], fy=factors[0], interpolation=_opencv_flag(method))


FACTOR_CALLS = {"torch": torchs_by_factor, "opencv": opencvs_by_factor}
CALLS = {"torch": torchs, "opencv": opencvs, "pillow": pillows, "scikit-image": skimages, "scipy": scipys}
AXES = {"linear": 1, "trilinear": 3}
F64, F32, U8 = "float64", "float32", "uint8"
EXACT, SINGLE = 1e-13, 3e-6


def _promise(made, dtype):
    return 0 if made.kernel.reading == "pick" else {F64: EXACT, F32: SINGLE, U8: 0}[dtype]


def _live(library, method, dtype, options=None, promise=None, pairs=PAIRS):
    """The rows of one method: one for each direction."""
    options = options or {}
    made = recipe(library, method, **options)
    promise = _promise(made, dtype) if promise is None else promise
    axes = AXES.get(method, 2) if library == "torch" else 2

    def cases(direction):
        for i, sizes in enumerate(_shapes(direction, axes, pairs)):
            array = _noise([n for n, _ in sizes], dtype, i)
            new = tuple(m for _, m in sizes)
            yield resize_by(made, array, new), CALLS[library](array, new, method, options)

    mode = ", ".join([method, *(f"{key}={value}" for key, value in options.items())])
    mode += ", 16 samples or more" if pairs is LONG else ""
    return [
        Row(library, mode, dtype, direction, promise, lambda direction=direction: cases(direction))
        for direction in DIRECTIONS
        if axes > 1 or direction in pairs
    ]


def _shapes(direction, axes, pairs):
    """One (in, out) per axis."""
    lists = (
        [pairs[direction]] * axes
        if direction in pairs
        else [pairs["shrink"], pairs["enlarge"], pairs["shrink"]]
    )
    for shift, i in itertools.product(SHIFTS, range(len(lists[0]))):
        sizes = [each[(i + axis * shift) % len(each)] for axis, each in enumerate(lists[:axes])]
        yield sizes if direction in pairs or shift % 2 else sizes[::-1]


def _noise(shape, dtype, seed):
    generator = np.random.default_rng(seed)
    return (
        generator.integers(0, 256, shape, np.uint8) if dtype == U8 else generator.random(shape).astype(dtype)
    )


FACTORS = (0.45, 0.6, 0.75, 1.1, 1.3, 1.55, 1.7, 2.3)


def _by_factor(library, method, dtype, options=None, promise=None):
    """The row of one method that is given factors, two different ones: sizes and coordinates follow from them."""
    options = options or {}
    made = recipe(library, method, **options)

    def cases():
        for i, factors in enumerate(itertools.product(FACTORS, FACTORS)):
            array = _noise((9 + i % 7, 11 + i % 5), dtype, i)
            yield (
                resize_by(made, array, factors=factors),
                FACTOR_CALLS[library](array, factors, method, options),
            )

    promise = _promise(made, dtype) if promise is None else promise
    mode = ", ".join([method, *(f"{key}={value}" for key, value in options.items())])
    return [Row(library, mode, dtype, "by factors", promise, cases)]


def _torch_rows():
    corners, antialias = {"align_corners": True}, {"antialias": True}
    kinds = [("nearest", {}), ("nearest-exact", {}), ("area", {})]
    kinds += [(method, {}) for method in ("linear", "bilinear", "trilinear", "bicubic")]
    kinds += [(method, corners) for method in ("linear", "bilinear", "trilinear", "bicubic")]
    kinds += [(method, antialias) for method in ("bilinear", "bicubic", "lanczos")]
    kinds += [(method, corners | antialias) for method in ("bilinear", "bicubic")]
    for (method, options), dtype in itertools.product(kinds, (F64, F32)):
        yield from _live("torch", method, dtype, options)
        if AXES.get(method, 2) == 2:
            yield from _by_factor("torch", method, dtype, options)
    for dtype in (F64, F32):
        yield from _by_factor("torch", "bicubic", dtype, {"recompute_scale_factor": True})
    for method in ("nearest", "nearest-exact"):
        yield from _live("torch", method, U8)
    for method in ("bilinear", "bicubic"):
        yield from _live("torch", method, U8, promise=1)
    for method in ("bilinear", "bicubic", "lanczos"):
        yield from _live("torch", method, U8, antialias)


def _opencv_rows():
    for method in ("nearest", "nearest exact", "linear", "linear exact", "cubic", "lanczos4", "area"):
        yield from _live("opencv", method, F32)
        yield from _by_factor("opencv", method, F32, promise=1e-3 if method == "area" else None)
        loose = int(method == "cubic")
        yield from _live("opencv", method, U8, promise=loose)
        yield from _by_factor("opencv", method, U8, promise=loose)


def _pillow_rows():
    for method in ("nearest", "box", "bilinear", "hamming", "bicubic", "lanczos", "mks2013", "mks2021"):
        yield from _live("pillow", method, F32, promise=0 if method == "nearest" else 2e-7)
        yield from _live("pillow", method, U8)


def _skimage_rows():
    for order, anti_aliasing in itertools.product((0, 1, 2, 3, 5), (True, False)):
        if order or not anti_aliasing:
            yield from _live("scikit-image", f"order {order}", F64, {"anti_aliasing": anti_aliasing})
    for mode in ("edge", "wrap", "constant"):
        yield from _live("scikit-image", "order 1", F64, {"mode": mode})
        yield from _live("scikit-image", "order 3", F64, {"mode": mode, "clip": False})
    yield from _live("scikit-image", "order 1", F64, {"mode": "symmetric"})
    yield from _live("scikit-image", "order 3", F64, {"mode": "symmetric"}, 1e-9, LONG)
    yield from _live("scikit-image", "order 1", F32)
    yield from _live("scikit-image", "order 1", U8, promise=1e-11)


def _scipy_rows():
    for order in range(6):
        yield from _live("scipy", f"order {order}", F64)
        for mode in ("mirror", "nearest", "grid-wrap", "grid-constant", "constant"):
            loose = 1e-8 if (mode, order) in (("nearest", 4), ("nearest", 5)) else EXACT
            yield from _live("scipy", f"order {order}", F64, {"grid_mode": True, "mode": mode}, loose)
        reflect = {"grid_mode": True, "mode": "reflect"}
        if order < 2:
            yield from _live("scipy", f"order {order}", F64, reflect)
        else:
            yield from _live("scipy", f"order {order}", F64, reflect, 1e-4, LONG)
    yield from _live("scipy", "order 1", U8, {"grid_mode": True, "mode": "nearest"}, 1)


# ---- Libraries that are recorded -----------------------------------------------------------------


def records():
    return json.loads(RECORDS.read_text(encoding="utf-8"))


def _recorded_rows(library, sections):
    for case in sections[library]["cases"]:
        made = recipe(library, case["method"], **case["options"])
        mode = ", ".join([case["method"], *(f"{key}={value}" for key, value in case["options"].items())])
        # TensorFlow takes its bicubic from a table of 1024 entries, where it is not antialiased.
        coarse = library != "jax" and mode.startswith("bicubic") and "antialias" not in mode
        directions = {}
        for in_shape, out_shape, values in case["results"]:
            directions.setdefault(_direction(in_shape, out_shape), []).append((in_shape, out_shape, values))
        for direction, results in directions.items():
            yield Row(
                library, mode, F32, direction, 2e-3 if coarse else 5e-6,
                lambda made=made, results=results: [
                    (resize_by(made, picture(i), tuple(o)), np.reshape(values, o)) for i, o, values in results
                ],
            )  # fmt: skip


def _direction(in_shape, out_shape):
    signs = {int(np.sign(o - i)) for i, o in zip(in_shape, out_shape, strict=True)} - {0}
    if not signs:
        return "same size"
    return "one of each" if len(signs) == 2 else "enlarge" if signs == {1} else "shrink"


def _onnx_rows(sections):
    suite = sections["onnx"]["cases"]
    yield Row(
        "onnx", "every Resize case of the onnx package", F32, "as it comes", 2e-6,
        lambda: [(onnx_case(case), np.array(case["y"])) for case in suite],
    )  # fmt: skip
    for library, rounding, key in (
        ("onnx", "half_even", "reference"),
        ("onnxruntime", "truncate", "runtime"),
    ):
        cases = [case for case in sections["onnx uint8"]["cases"] if key in case]
        yield Row(
            library, f"{' and '.join(dict.fromkeys(case['mode'] for case in cases))}, rounding={rounding}", U8,
            "as it comes", 0 if key == "reference" else 1,
            lambda cases=cases, rounding=rounding, key=key: [_uint8_case(case, rounding, key) for case in cases],
        )  # fmt: skip
    groups = {}
    for case in sections["onnxruntime"]["cases"]:
        groups.setdefault(_onnx_mode(case["attributes"]), []).append(case)
    for mode, cases in groups.items():
        yield Row(
            "onnxruntime", mode, F32, "as it comes", 5e-6,
            lambda cases=cases: [(runtime_case(case), np.reshape(case["y"], case["out"])) for case in cases],
        )  # fmt: skip


def _uint8_case(case, rounding, key):
    made = dataclasses.replace(recipe("onnx", case["mode"]), rounding=rounding)
    x = (255 * picture(case["shape"])).astype(np.uint8)
    return resize_by(made, x, case["sizes"]), np.reshape(case[key], case["sizes"])


def _onnx_mode(attributes):
    shown = dict(attributes)
    return ", ".join([shown.pop("mode"), *(f"{key}={value}" for key, value in shown.items())])


def onnx_case(case):
    """A node test of the onnx package, by our recipe."""
    x = np.array(case["x"], np.float32)
    return onnx_resize(x, case["attributes"], *(case.get(key) for key in ("roi", "scales", "sizes")))


def runtime_case(case):
    """What was recorded of onnxruntime, by our recipe. Its align_corners goes by the sizes, whatever the scales."""
    scales, sizes = case.get("scales"), case.get("sizes")
    if case["attributes"].get("coordinate_transformation_mode") == "align_corners":
        scales, sizes = None, case["out"]
    return onnx_resize(picture(case["shape"]), case["attributes"], case.get("roi"), scales, sizes)


def torch_samples(dtype):
    """(ours, torch's) for every sample of torch's own test suite that torch computes in this dtype."""
    import torch
    from torch.nn import functional

    for i, case in enumerate(records()["torch"]["cases"]):
        options = dict(case["options"])
        array = _noise(case["shape"], dtype, i)
        try:
            theirs = functional.interpolate(torch.tensor(array), **options).numpy()
        except NotImplementedError:  # of uint8, torch interpolates images only
            continue
        yield by_our_recipe(array, options), theirs


def by_our_recipe(array, options):
    """torch.nn.functional.interpolate, by our recipe: the same arguments."""
    options = {"align_corners": None, "recompute_scale_factor": None, **options}
    method, size = options.pop("mode", "nearest"), options.pop("size", None)
    factors = options.pop("scale_factor", None)
    axes = tuple(range(2, array.ndim))
    flags = {key: bool(value) for key, value in options.items()}
    sizes, factors = ([v] * len(axes) if np.ndim(v) == 0 and v is not None else v for v in (size, factors))
    return resize_by(recipe("torch", method, **flags), array, sizes, factors, axes)


def _torch_suite_rows():
    for dtype, promise in ((F64, EXACT), (F32, SINGLE), (U8, 1)):
        mode = "every sample of torch's suite for interpolate"
        yield Row("torch", mode, dtype, "as it comes", promise, lambda dtype=dtype: torch_samples(dtype))


# ---- The table -----------------------------------------------------------------------------------


def rows():
    """All rows, in the table's order."""
    sections = records()
    made = [
        *_torch_rows(),
        *_torch_suite_rows(),
        *_opencv_rows(),
        *_pillow_rows(),
        *_skimage_rows(),
        *_scipy_rows(),
    ]
    for library in ("tensorflow", "tensorflow 1", "keras", "jax"):
        made += _recorded_rows(library, sections)
    return [*made, *_onnx_rows(sections)]


def line(row, found):
    """One line of the table."""
    share = f"{100 * found.share:.2g} %" if row.dtype == U8 and found.share else ""
    largest = "0" if found.largest == 0 else f"{found.largest:.1g}"
    promise = "0" if row.promise == 0 else f"{row.promise:.0g}"
    return [f"{row.library}", row.mode, row.dtype, row.direction, found.count, largest, promise, share]


RULE = [":--"] * 4 + ["--:"] * 4
HEADER = [
    "library",
    "mode",
    "dtype",
    "direction",
    "cases",
    "largest difference",
    "promise",
    "values that differ",
]


def page(lines):
    """The Markdown file."""
    made_by = [section["made_by"] for name, section in sorted(records().items()) if name != "torch"]
    versions = ", ".join(
        dict.fromkeys(f"{k} {v}" for each in made_by for k, v in each.items() if k != "command")
    )
    body = "\n".join(f"| {' | '.join(map(str, cells))} |" for cells in [HEADER, RULE, *lines])
    return f"""# Recipes and libraries: how far they agree

`python -m tools.agreement --record` writes this file. Values are from 0 to 1, those of uint8 from 0 to 255. A case is
one pair of shapes with noise in it. Tests assert every row: its cases never differ by more than its promise.
Called: the libraries that `pyproject.toml` pins. Recorded in `resize_records.json`:
{versions}.

{body}
"""


def main():
    warnings.simplefilter("ignore")
    lines = [line(row, measured(row)) for row in rows()]
    text = page(lines)
    print(text)
    if "--record" in sys.argv:
        FILE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
