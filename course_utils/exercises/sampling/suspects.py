"""Six pictures for lesson 13: five made by code with a bug, one as it should be."""

import numpy as np

from course_utils import images
from course_utils.exercises.engine import Prediction
from course_utils.exercises.sampling.repair import (
    fetch_both,
    fetch_both_by_one_size,
    steps_from_halves,
    steps_of_taps,
    weighed_windows,
    windows_without_dilation,
)
from course_utils.exercises.sampling.write import same_flow
from course_utils.resampling import resize, to_8_bits
from course_utils.sampling import fresh_decision, own_places, reassemble
from course_utils.warping import pixel_centers, sample

WALL, SPOT = np.full((1, 8, 8), 200.0), np.pad([[[250.0]]], ((0, 0), (5, 5), (5, 5)))
EQUAL = fresh_decision("CARAFE", (11, 11)).kernels
FACE = images.face().astype(float)[None]
STEP = np.where(np.arange(16) < 8, 0.0, 120.0)


def six_pictures():
    """Letter -> (title, what came out, what should have), gray pictures in uint8."""
    makers = windows_without_dilation, weighed_windows
    found = {
        "A": ("a wall, equal weights", *_wall_by_kernels()),
        "B": ("a wall, points", *_wall_by_points()),
        "C": ("a spot, equal weights", *(make(SPOT, EQUAL) for make in makers)),
        "D": ("a face, points", *_face_by_points()),
        "E": ("two maps, one edge", *(_sum_of_edges(make) for make in (fetch_both_by_one_size, fetch_both))),
        "F": ("nine taps, moved right", *(_moved_face(read) for read in (steps_from_halves, steps_of_taps))),
    }
    return {
        letter: (title, *(to_8_bits(each[0].clip(0, 255)) for each in pair))
        for letter, (title, *pair) in found.items()
    }


def _wall_by_kernels():
    kernels = fresh_decision("CARAFE", WALL.shape[1:]).kernels
    return reassemble(WALL, kernels), reassemble(WALL, kernels, "replicate")


def _wall_by_points():
    places = np.moveaxis(own_places((8, 8), (16, 16)), 0, -1)
    return tuple(sample(WALL, places, padding_mode=beyond) for beyond in ("zeros", "border"))


def _face_by_points():
    larger = resize(FACE, (48, 48), axes=(1, 2))
    return larger, larger


def _sum_of_edges(make):
    """The coarse map's edge lies two coarse pixels too far right, and its flow leads there."""
    fine = np.tile(STEP, (1, 16, 1))
    coarse = np.tile(np.where(np.arange(8) < 6, 0.0, 120.0), (1, 8, 1))
    return make(fine, coarse, same_flow(16, 16), same_flow(16, 16, x=2))


def _moved_face(read):
    """The mean of the nine taps around every pixel, each of them moved three pixels to the right."""
    height, width = FACE.shape[1:]
    channels = np.zeros((18, height, width))
    channels[1::2] = 3
    total, own = 0, pixel_centers((height, width))
    for tap, step in enumerate(np.moveaxis(read(channels), 1, -1)):
        place = own + np.array([tap % 3 - 1, tap // 3 - 1]) + step
        total = total + sample(FACE, place, padding_mode="border")
    return total / 9


SIX_PICTURES = Prediction(
    key="sampling.six_pictures",
    title="One of six is right",
    question="Five of these six pictures have a fault. Which one is right?",
    options=list("ABCDEF"),
    answer=lambda: next(
        letter for letter, (_, made, due) in six_pictures().items() if np.array_equal(made, due)
    ),
    explain="A wall should stay a wall to its border, equal weights should spread a spot over 10 × 10 "
    "outputs, two edges "
    "should meet in one, and nine taps that move together should move the picture and no more.",
    guesses={
        "Its rim is dark, half a coarse pixel wide: what is read beyond the border?": "B",
        "This spot is smaller than 5 coarse pixels. A kernel of 5 × 5 should spread it over 10 × 10 "
        "outputs.": "C",
        "There are two edges. Both maps hold one, and the flow should bring them together.": "E",
    },
)
