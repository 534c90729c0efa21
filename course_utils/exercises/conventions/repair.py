"""The bug to repair in lesson 05: a port from TensorFlow 1 to TensorFlow 2."""

import numpy as np

from course_utils.exercises.engine import Case, SpotTheBug


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
