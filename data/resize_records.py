"""What libraries that are no dependency of the course return when they resize: small arrays, for the tests.

    python -m data.resize_records onnx onnxruntime tensorflow keras jax torch     any of them

Run it from the repository's root, in an environment that holds numpy and the library (for torch also ``expecttest``,
which torch's own test suite needs). It replaces that library's section of resize_records.json and keeps the others:

    onnx          every node test case of Resize that the ``onnx`` package brings along
    onnxruntime   what that runtime makes of Resize's options, and how it and onnx's evaluator round ("onnx uint8")
    tensorflow    tf.image.resize, and tf.compat.v1.image.resize ("tensorflow 1")
    keras         UpSampling2D
    jax           jax.image.resize
    torch         the arguments, not the results, of every sample that torch's test suite has for ``interpolate``
"""

import contextlib
import itertools
import json
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

import numpy as np

FILE = Path(__file__).with_name("resize_records.json")
SHAPES = (((5, 8), (7, 13)), ((13, 9), (5, 4)), ((6, 4), (3, 11)), ((6, 5), (6, 5)), ((17, 4), (5, 11)))
PACKAGES = {"onnx uint8": "onnxruntime", "tensorflow": "tensorflow-cpu", "tensorflow 1": "tensorflow-cpu"}


def picture(shape):
    """The input: numbers from 0 to 1 that repeat nothing, the same on every machine."""
    index = np.arange(np.prod(shape)).reshape(shape)
    return (index * 0.6180339887498949 % 1).round(4).astype(np.float32)


def resized(call, *arguments, **options):
    """[[in_shape, out_shape, values]] of ``call(picture, out_shape, ...)`` for every pair of shapes."""
    return [[i, o, short(call(picture(i), o, *arguments, **options))] for i, o in SHAPES]


def short(array):
    return [float(f"{value:.6g}") for value in np.asarray(array, float).ravel()]


def tensorflow():
    import tensorflow as tf

    methods = "nearest bilinear bicubic lanczos3 lanczos5 gaussian mitchellcubic area".split()
    return [
        {"method": method, "options": {"antialias": antialias} if antialias else {}, "results": resized(
            lambda x, *how, **options: tf.image.resize(x[..., None], *how, **options), method, antialias=antialias
        )}
        for method, antialias in itertools.product(methods, (False, True))
        if not (antialias and method in ("nearest", "area"))
    ]  # fmt: skip


def tensorflow_1():
    import tensorflow as tf

    image = tf.compat.v1.image
    kinds = {"nearest": tf.compat.v1.image.resize_nearest_neighbor, "bilinear": image.resize_bilinear}
    kinds |= {"bicubic": image.resize_bicubic}
    options = ({}, {"align_corners": True}, {"half_pixel_centers": True})
    made = [
        {"method": method, "options": option, "results": resized(
            lambda x, size, resize, **options: resize(x[None, ..., None], size, **options), resize, **option
        )}
        for (method, resize), option in itertools.product(kinds.items(), options)
    ]  # fmt: skip
    area = resized(lambda x, size: image.resize_area(x[None, ..., None], size))
    return [*made, {"method": "area", "options": {}, "results": area}]


def keras():
    import keras

    shapes = (((4, 5), (2, 3)), ((3, 7), (4, 1)), ((1, 6), (3, 2)))
    return [
        {"method": method, "options": {}, "results": [
            [i, [i[0] * f[0], i[1] * f[1]], short(
                keras.layers.UpSampling2D(f, interpolation=method)(picture(i)[None, ..., None])
            )]
            for i, f in shapes
        ]}
        for method in ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")
    ]  # fmt: skip


def jax():
    import jax as library

    return [
        {"method": method, "options": {} if antialias else {"antialias": False}, "results": resized(
            library.image.resize, method, antialias=antialias
        )}
        for method, antialias in itertools.product("nearest linear cubic lanczos3 lanczos5".split(), (True, False))
        if antialias or method != "nearest"
    ]  # fmt: skip


def onnx():
    from onnx.backend.test.case.node import collect_testcases

    cases = []
    for test in collect_testcases("Resize"):
        node = test.model.graph.node[0]
        attributes = {
            a.name: {1: a.f, 2: a.i, 3: a.s.decode(), 7: list(a.ints)}[a.type] for a in node.attribute
        }
        (inputs, (expected,)), = test.data_sets  # fmt: skip
        given = dict(zip([name for name in node.input if name], inputs, strict=True))
        named = {
            key: np.asarray(given[name]).tolist()
            for key, name in zip(("x", "roi", "scales", "sizes"), node.input, strict=False)
            if name and np.size(given[name])
        }
        cases.append(
            {"name": test.name, "attributes": attributes, **named, "y": np.asarray(expected).tolist()}
        )
    return cases


ONNX_MAPS = "half_pixel half_pixel_symmetric pytorch_half_pixel align_corners asymmetric".split()
ONNX_PICKS = "round_prefer_floor round_prefer_ceil floor ceil".split()
SCALES = (((5, 8), (1.6, 0.58)), ((9, 4), (0.55, 2.3)))
SIZES = (((13, 9), (5, 4)), ((6, 4), (3, 11)))


def onnxruntime():
    options = [
        {"mode": "nearest", "coordinate_transformation_mode": m, "nearest_mode": n}
        for m, n in itertools.product(ONNX_MAPS, ONNX_PICKS)
    ]
    options += [
        {
            "mode": mode,
            "coordinate_transformation_mode": m,
            "antialias": antialias,
            "exclude_outside": outside,
        }
        for mode, m, antialias, outside in itertools.product(("linear", "cubic"), ONNX_MAPS, (0, 1), (0, 1))
        if not (mode == "linear" and outside and not antialias)
    ]
    options += [{"mode": "cubic", "cubic_coeff_a": -0.5, "keep_aspect_ratio_policy": "not_larger"}]
    options += [{"mode": "linear", "keep_aspect_ratio_policy": "not_smaller"}]
    crop = {"coordinate_transformation_mode": "tf_crop_and_resize", "extrapolation_value": 9.0}
    cases = []
    for each in options:
        by_size = "keep_aspect_ratio_policy" in each
        # There align_corners follows the sizes, and its antialias the scales: two rules at once, left out.
        if not by_size and not (each.get("antialias") and "align" in each["coordinate_transformation_mode"]):
            cases += [_run_onnx(shape, each, scales=scales) for shape, scales in SCALES]
        cases += [_run_onnx(shape, each, sizes=sizes) for shape, sizes in SIZES[: 2 if by_size else 1]]
    for mode, roi in itertools.product(
        ("linear", "nearest", "cubic"), ((0.12, 0.27, 0.81, 0.93), (-0.3, 0.21, 0.72, 1.4))
    ):
        cases += [_run_onnx(shape, {"mode": mode, **crop}, roi=roi, sizes=sizes) for shape, sizes in SIZES]
    return [case for case in cases if case]


def _run_onnx(shape, attributes, roi=None, scales=None, sizes=None):
    """One case, or None where the runtime has no such combination."""
    named = {"roi": (roi, np.float32), "scales": (scales, np.float32), "sizes": (sizes, np.int64)}
    # With an aspect ratio to keep, batch and channels must stay out of it: every axis counts.
    batch = () if "keep_aspect_ratio_policy" in attributes else (1, 1)
    feeds = {"x": picture(shape).reshape(*batch, *shape)}
    for key, (value, dtype) in named.items():
        if value is not None:
            whole = (0, 0, *value[:2], 1, 1, *value[2:]) if key == "roi" else (*batch, *value)
            feeds[key] = np.array(whole, dtype)
    inputs = ["x", *(key if value is not None else "" for key, (value, _) in named.items())]
    while not inputs[-1]:
        inputs.pop()
    try:
        y = _session(inputs, feeds, attributes).run(None, feeds)[0]
    except Exception:  # not implemented there: nothing to compare
        return None
    case = {"attributes": attributes, "shape": shape, "out": y.shape[-2:], "y": short(y)}
    return case | {key: value for key, (value, _) in named.items() if value is not None}


def _onnx_model(inputs, feeds, attributes):
    from onnx import TensorProto, helper

    kinds = {np.int64: TensorProto.INT64, np.uint8: TensorProto.UINT8, np.float32: TensorProto.FLOAT}
    values = [helper.make_tensor_value_info(k, kinds[v.dtype.type], list(v.shape)) for k, v in feeds.items()]
    answer = helper.make_tensor_value_info("y", kinds[feeds["x"].dtype.type], None)
    graph = helper.make_graph(
        [helper.make_node("Resize", inputs, ["y"], **attributes)], "resize", values, [answer]
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)])
    model.ir_version = 9
    return model


def _session(inputs, feeds, attributes):
    import onnxruntime as runtime

    settings = runtime.SessionOptions()
    settings.log_severity_level = 4
    return runtime.InferenceSession(_onnx_model(inputs, feeds, attributes).SerializeToString(), settings)


def onnx_uint8():
    """How whole numbers are rounded: by the package's own evaluator, and (linear only) by the runtime."""
    from onnx.reference import ReferenceEvaluator

    cases = []
    for mode, (shape, sizes) in itertools.product(("linear", "cubic"), SHAPES):
        x = (255 * picture(shape)).astype(np.uint8)[None, None]
        feeds, inputs = {"x": x, "sizes": np.array([1, 1, *sizes])}, ["x", "", "", "sizes"]
        model = _onnx_model(inputs, feeds, {"mode": mode})
        case = {"mode": mode, "shape": shape, "sizes": sizes}
        case["reference"] = ReferenceEvaluator(model).run(None, feeds)[0].ravel().tolist()
        if mode == "linear":
            case["runtime"] = _session(inputs, feeds, {"mode": mode}).run(None, feeds)[0].ravel().tolist()
        cases.append(case)
    return cases


def torch():
    import torch as library
    from torch.testing._internal.common_methods_invocations import op_db

    found = []
    for operator in op_db:
        if operator.name != "nn.functional.interpolate":
            continue
        for sample in operator.sample_inputs("cpu", library.float32):
            options = {"size": sample.args[0] if sample.args else None, **sample.kwargs}
            kept = {key: value for key, value in options.items() if value is not None}
            case = {"shape": tuple(sample.input.shape), "options": kept}
            if case not in found:
                found.append(case)
    return found


SECTIONS = {
    "onnx": onnx, "onnx uint8": onnx_uint8, "onnxruntime": onnxruntime, "tensorflow": tensorflow,
    "tensorflow 1": tensorflow_1, "keras": keras, "jax": jax, "torch": torch,
}  # fmt: skip


def record(names):
    """The whole file, with new sections for these libraries."""
    kept = {}
    with contextlib.suppress(FileNotFoundError):
        kept = json.loads(FILE.read_text(encoding="utf-8"))
    for name in names:
        package = PACKAGES.get(name, name)
        made_by = {
            "command": f"python -m data.resize_records {package.removesuffix('-cpu')}",
            package: version(package),
        }
        kept[name] = {"made_by": made_by, "cases": SECTIONS[name]()}
        print(f"{name}: {len(kept[name]['cases'])} cases")
    return kept


def written(sections):
    """One case a line, so that a difference between two files can be read."""
    parts = []
    for name in sorted(sections):
        cases = ",\n".join("   " + json.dumps(case) for case in sections[name]["cases"])
        made_by = json.dumps(sections[name]["made_by"])
        parts.append(f' "{name}": {{\n  "made_by": {made_by},\n  "cases": [\n{cases}\n  ]\n }}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    asked = sys.argv[1:] or ["onnx", "onnxruntime"]
    asked += [
        more
        for name, more in (("tensorflow", "tensorflow 1"), ("onnxruntime", "onnx uint8"))
        if name in asked
    ]
    FILE.write_text(written(record(asked)), encoding="utf-8")
