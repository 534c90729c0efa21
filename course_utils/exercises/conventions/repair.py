"""The bugs to repair in lesson 05: an export to ONNX by its defaults, a port from TensorFlow 1 to TensorFlow 2."""

import numpy as np

from course_utils.exercises.engine import Case, SpotTheBug
from course_utils.recipes import onnx_resize

# ---- an export without a difference -------------------------------------------------------------------------


def export(samples, size, mode, antialias):
    """What torch's interpolate makes of the samples, by an ONNX Resize node; mode is "linear" or "cubic"."""
    attributes = {"mode": mode, "antialias": int(antialias)}
    if antialias:  # torch then drops taps beyond the border, and takes another cubic
        attributes |= {"exclude_outside": 1, "cubic_coeff_a": -0.5}
    return onnx_resize(samples, attributes, sizes=[size])


def _by_default(samples, size, mode, antialias):
    """What torch's interpolate makes of the samples, by an ONNX Resize node; mode is "linear" or "cubic"."""
    attributes = {"mode": mode, "antialias": int(antialias)}
    return onnx_resize(samples, attributes, sizes=[size])


def _exported(samples, size, **attributes):
    return onnx_resize(samples, attributes, sizes=[size])


def _random_export(rng):
    samples = rng.uniform(-9, 9, rng.integers(2, 11)).round(2)
    return Case(
        samples, int(rng.integers(1, 13)), ("linear", "cubic")[rng.integers(2)], bool(rng.integers(2))
    )


EXPORT = SpotTheBug(
    key="conventions.export",
    title="From torch to ONNX without a difference",
    buggy=_by_default,
    reference=export,
    cases=[
        Case(np.array([0.0, 4.0]), 4, "linear", False, by_hand=np.array([0.0, 1, 3, 4])),
        Case(np.arange(8.0), 4, "linear", False, by_hand=np.array([0.5, 2.5, 4.5, 6.5])),
        Case(
            np.array([7.0, 0, 0, 0]), 2, "linear", True, by_hand=np.array([3.0, 0]),
            note="Output 0 sits at 0.5. Twice as wide, the triangle gives 0.75, 0.75, 0.25: 7 · 0.75 / 1.75.",
        ),
        Case(np.array([0.0, 1, 0, 0]), 7, "cubic", False),
        Case(np.array([0.0, 1, 0, 0]), 7, "cubic", True,
             note="antialias=True changes torch's cubic when it enlarges, too."),
        Case(np.arange(8.0), 3, "cubic", True),
        Case(np.array([1.0, 2, 3]), 1, "linear", False, by_hand=np.array([2.0])),
    ],
    random_case=_random_export,
    hints=[
        "Without antialias it is right. With it, two attributes are missing: the lab above shows two decisions.",
        "With antialias torch renormalizes at the border: ONNX calls that `exclude_outside`. Its default is 0.",
        "torch's cubic has a = −0.75, and −0.5 with antialias. ONNX calls it `cubic_coeff_a`; its default is −0.75.",
    ],
)  # fmt: skip


@EXPORT.mistake("exclude_outside forgotten")
def _export_without_exclude(samples, size, mode, antialias):
    """The cubic is right now. At the border the weights still go to the border sample; torch leaves out taps beyond
    it when antialias is on."""
    return _exported(
        samples, size, mode=mode, antialias=int(antialias), cubic_coeff_a=-0.5 if antialias else -0.75
    )


@EXPORT.mistake("cubic_coeff_a forgotten")
def _export_without_coefficient(samples, size, mode, antialias):
    """Linear is right, and the border. But torch's cubic has another a with antialias than without."""
    return _exported(samples, size, mode=mode, antialias=int(antialias), exclude_outside=int(antialias))


@EXPORT.mistake("exclude_outside always")
def _export_excluding_always(samples, size, mode, antialias):
    """Without antialias torch repeats the border sample, so exclude_outside must stay 0 there."""
    a = -0.5 if antialias else -0.75
    return _exported(samples, size, mode=mode, antialias=int(antialias), exclude_outside=1, cubic_coeff_a=a)


@EXPORT.mistake("a of −0.5 always")
def _export_with_half_always(samples, size, mode, antialias):
    """Without antialias torch's cubic has a = −0.75."""
    on = int(antialias)
    return _exported(samples, size, mode=mode, antialias=on, exclude_outside=on, cubic_coeff_a=-0.5)


@EXPORT.mistake("no antialias")
def _export_without_antialias(samples, size, mode, antialias):
    """You never switch antialias on: fine detail is skipped when it shrinks."""
    on = int(antialias)
    return _exported(samples, size, mode=mode, exclude_outside=on, cubic_coeff_a=-0.5 if on else -0.75)


@EXPORT.mistake("align_corners")
def _export_with_corners(samples, size, mode, antialias):
    """You asked for align_corners. torch's default is the half-pixel map, and so is ONNX's."""
    on = int(antialias)
    return _exported(samples, size, mode=mode, antialias=on, exclude_outside=on,
                     cubic_coeff_a=-0.5 if on else -0.75, coordinate_transformation_mode="align_corners")  # fmt: skip


@EXPORT.mistake("pytorch_half_pixel")
def _export_with_pytorchs_name(samples, size, mode, antialias):
    """The name promises torch, but for an output of size 1 pytorch_half_pixel reads the first sample, and torch
    reads the middle. half_pixel is what torch does."""
    on = int(antialias)
    return _exported(samples, size, mode=mode, antialias=on, exclude_outside=on,
                     cubic_coeff_a=-0.5 if on else -0.75,
                     coordinate_transformation_mode="pytorch_half_pixel")  # fmt: skip


# ---- a port ------------------------------------------------------------------------------------------------


def ported(samples, out_size):
    in_size = len(samples)
    x = (np.arange(out_size) + 0.5) * in_size / out_size - 0.5
    return np.interp(x, np.arange(in_size), samples)


def resize_as_trained(samples, out_size):
    in_size = len(samples)
    x = np.arange(out_size) * in_size / out_size
    return np.interp(x, np.arange(in_size), samples)


def _random_port(rng):
    return Case(rng.uniform(-9, 9, rng.integers(1, 9)).round(2), int(rng.integers(1, 13)))


PORTED = SpotTheBug(
    key="conventions.ported",
    title="A port to TensorFlow 2",
    buggy=ported,
    reference=resize_as_trained,
    cases=[
        Case(np.array([0.0, 4]), 4, by_hand=np.array([0.0, 2, 4, 4]),
             note="TensorFlow 1: coordinates 0, 0.5, 1, 1.5; the last reads the last sample."),
        Case(np.arange(8.0), 4, by_hand=np.array([0.0, 2, 4, 6])),
        Case(np.arange(8.0), 2, by_hand=np.array([0.0, 4])),
        Case(np.full(3, 5.0), 7, by_hand=np.full(7, 5.0), note="A gray wall hides it."),
        Case(np.array([1.5, 2, 4]), 3, by_hand=np.array([1.5, 2, 4]), note="So does a size that stays."),
        Case(np.arange(6.0), 4),
    ],
    random_case=_random_port,
    hints=[
        "Run it on `np.arange(8.0)` with out_size 4. TensorFlow 1 gave 0, 2, 4, 6. Which map puts output 0 on "
        "sample 0?",
        "Lesson 02 calls it asymmetric: o · n / m, without halves.",
    ],
)  # fmt: skip


@PORTED.mistake("align_corners")
def _with_corners(samples, out_size):
    """That is TensorFlow 1 with align_corners=True: the last output meets the last sample. Its default did not."""
    in_size = len(samples)
    x = np.arange(out_size) * (in_size - 1) / max(out_size - 1, 1)
    return np.interp(x, np.arange(in_size), samples)


@PORTED.mistake("one half left: − 0.5")
def _one_half_left(samples, out_size):
    """You took away the output's half pixel and kept the input's. The map has neither."""
    in_size = len(samples)
    return np.interp(np.arange(out_size) * in_size / out_size - 0.5, np.arange(in_size), samples)


@PORTED.mistake("one half left: + 0.5")
def _other_half_left(samples, out_size):
    """You took away the input's half pixel and kept the output's. The map has neither."""
    in_size = len(samples)
    return np.interp((np.arange(out_size) + 0.5) * in_size / out_size, np.arange(in_size), samples)


@PORTED.mistake("nearest")
def _floored(samples, out_size):
    """The coordinates are TensorFlow 1's. But you copy one sample where it mixed two."""
    in_size = len(samples)
    return np.asarray(samples)[np.arange(out_size) * in_size // out_size]
