"""Functions to write in lesson 04: weights within a support, a kernel that widens, shares of area."""

import numpy as np

from course_utils.exercises.engine import Case, Exercise, decimals

SINGLE_PRECISION = 1e-5  # a tolerance for weights that are computed in float32

# ---- kernels as formulas: none of them knows where it ends ---------------------------------------------------


def flat(distance):
    return np.ones_like(distance, dtype=float)


def tent(distance):
    return 1 - np.abs(distance)


def parabola(distance):
    return 1 - distance**2


def lanczos3(distance):
    return np.sinc(distance) * np.sinc(distance / 3)


def hill(distance):
    return 4 - distance**2


def _formula(rng):
    """A kernel and its support. Each ends at 0, so it does not matter who has the sample exactly at the end."""
    ending_at_zero = [(tent, 1), (parabola, 1), (hill, 2), (lanczos3, 3)]
    return ending_at_zero[rng.integers(len(ending_at_zero))]


# ---- a row that stops at its support ------------------------------------------------------------------------


def row(x, in_size, kernel, support):
    """The weights of all in_size samples for an output at coordinate x: shape (in_size,), sum 1."""
    distance = x - np.arange(in_size)
    weights = np.where(np.abs(distance) < support, kernel(distance), 0)
    return weights / weights.sum()


def _coordinate_and_kernel(rng):
    in_size = int(rng.integers(1, 10))
    x = round(rng.uniform(-0.5, in_size - 0.5), decimals(rng))
    return Case(x, in_size, *_formula(rng))


WITHIN_THE_SUPPORT = Exercise(
    key="kernels.within_the_support",
    title="A row that stops at its support",
    reference=row,
    cases=[
        Case(1.25, 4, tent, 1, by_hand=[0, 0.75, 0.25, 0], note="Linear interpolation, as in lesson 01."),
        Case(
            2.0,
            4,
            flat,
            0.5,
            by_hand=[0, 0, 1, 0],
            note="`flat` is 1 at every distance: only the support ends it.",
        ),
        Case(1.5, 4, flat, 2, by_hand=[0.25] * 4, note="Four samples with the same say."),
        Case(
            1.5,
            4,
            parabola,
            1,
            by_hand=[0, 0.5, 0.5, 0],
            note="`parabola` is 1 − d², 0.75 at both neighbors.",
        ),
        Case(
            -0.25,
            4,
            tent,
            1,
            by_hand=[1, 0, 0, 0],
            note="Left of the first sample only that one is near enough.",
        ),
        Case(2.5, 6, lanczos3, 3),
        Case(0.4, 5, lanczos3, 3, note="At the border a part of the kernel finds no samples."),
        Case(0.0, 1, tent, 1, by_hand=[1]),
    ],
    random_case=_coordinate_and_kernel,
    tolerance=SINGLE_PRECISION,
    hints=[
        "How far is each sample from x? `np.arange(in_size)` is where they are.",
        "`np.where(condition, a, b)` takes a where the condition holds, else b. Which samples may be weighed at all?",
        "Set the others to 0. Divide by the sum last, so that it counts only what is left.",
    ],
)


@WITHIN_THE_SUPPORT.mistake("no support")
def _formula_goes_on(x, in_size, kernel, support):
    """You ask the formula at every distance. `tent` goes on below zero, `lanczos3` waves forever: samples farther
    away than the support must weigh 0."""
    weights = kernel(x - np.arange(in_size))
    return weights / weights.sum()


@WITHIN_THE_SUPPORT.mistake
def _sum_not_one(x, in_size, kernel, support):
    """Your weights are right except for their sum, which is not 1: a gray wall would change. Divide by the sum."""
    distance = x - np.arange(in_size)
    return np.where(np.abs(distance) < support, kernel(distance), 0)


@WITHIN_THE_SUPPORT.mistake("divided by the sum of all")
def _divided_too_early(x, in_size, kernel, support):
    """You divide by the sum before you cut, so what is left does not sum to 1. Cut first."""
    distance = x - np.arange(in_size)
    weights = kernel(distance)
    return np.where(np.abs(distance) < support, weights / weights.sum(), 0)


@WITHIN_THE_SUPPORT.mistake("negative weights cut off")
def _never_negative(x, in_size, kernel, support):
    """You cut off what is below zero instead of what is too far away. That ends `tent`, but `lanczos3` is negative
    inside its support, and is meant to be."""
    weights = np.maximum(kernel(x - np.arange(in_size)), 0)
    return weights / weights.sum()


@WITHIN_THE_SUPPORT.mistake("half the support")
def _half_the_support(x, in_size, kernel, support):
    """Your kernel ends too early. The support is how far it reaches to *either* side, not its whole width."""
    distance = x - np.arange(in_size)
    weights = np.where(np.abs(distance) < support / 2, kernel(distance), 0)
    return weights / weights.sum() if weights.any() else weights


@WITHIN_THE_SUPPORT.mistake("whole support to one side")
def _to_the_right_only(x, in_size, kernel, support):
    """You weigh the samples on one side only. The support reaches as far to the other side: compare it with
    `np.abs(distance)`."""
    distance = x - np.arange(in_size)
    weights = np.where((distance < support) & (distance > -1e-9), kernel(distance), 0)
    return weights / weights.sum() if weights.any() else weights


@WITHIN_THE_SUPPORT.mistake("within the support, whatever the distance")
def _all_alike(x, in_size, kernel, support):
    """Every sample within the support has the same say in your answer. How much is up to the kernel."""
    weights = (np.abs(x - np.arange(in_size)) < support).astype(float)
    return weights / weights.sum()


@WITHIN_THE_SUPPORT.mistake("weights from whole distances")
def _from_the_floor(x, in_size, kernel, support):
    """You measure from the sample before x, not from x: the fraction of x is lost."""
    return row(np.floor(x).clip(0), in_size, kernel, support)


@WITHIN_THE_SUPPORT.mistake("border sample repeated")
def _clamped(x, in_size, kernel, support):
    """At the border you hand the weight of missing samples to the border sample. torch's bicubic does so without
    antialias. Here the missing ones get nothing, and the others are brought to the sum 1."""
    before = int(np.floor(x - support))
    samples = np.arange(before, before + 2 * int(np.ceil(support)) + 2)
    inner = row(x - before, len(samples), kernel, support)
    weights = np.zeros(in_size)
    np.add.at(weights, samples.clip(0, in_size - 1), inner)
    return weights


# ---- antialias: one line -------------------------------------------------------------------------------------


def matrix(in_size, out_size, kernel, support):
    """Weights of shape (out_size, in_size): half-pixel map, rows sum to 1, the kernel widened when shrinking."""
    step = in_size / out_size
    x = (np.arange(out_size) + 0.5) * step - 0.5
    distance = (x[:, None] - np.arange(in_size)) / max(step, 1)
    weights = np.where(np.abs(distance) < support, kernel(distance), 0)
    return weights / weights.sum(axis=1, keepdims=True)


def _sizes_and_kernel(rng):
    return Case(*rng.integers(1, 13, 2).tolist(), *_formula(rng))


ANTIALIAS = Exercise(
    key="kernels.antialias",
    title="Antialias in one line",
    reference=matrix,
    stub='''
    def matrix(in_size, out_size, kernel, support):
        """Weights of shape (out_size, in_size): half-pixel map, rows sum to 1, the kernel widened when shrinking."""
        step = in_size / out_size
        x = (np.arange(out_size) + 0.5) * step - 0.5
        distance = x[:, None] - np.arange(in_size)  # this line
        weights = np.where(np.abs(distance) < support, kernel(distance), 0)
        return weights / weights.sum(axis=1, keepdims=True)
    ''',
    cases=[
        Case(
            4, 2, flat, 0.5, by_hand=[[0.5, 0.5, 0, 0], [0, 0, 0.5, 0.5]],
            note="The box, twice as wide: each output is the mean of two.",
        ),
        Case(
            3, 1, tent, 1, by_hand=[[2 / 7, 3 / 7, 2 / 7]],
            note="The tent three times as wide: 1 − 1/3 on either side, 1 in the middle.",
        ),
        Case(
            2, 4, tent, 1, by_hand=[[1, 0], [0.75, 0.25], [0.25, 0.75], [0, 1]],
            note="Twice as large: nothing to widen.",
        ),
        Case(4, 4, tent, 1, by_hand=np.eye(4), note="The same size: every sample stays as it is."),
        Case(8, 2, tent, 1),
        Case(7, 3, lanczos3, 3),
        Case(3, 5, lanczos3, 3),
        Case(3, 4, tent, 1),
    ],
    random_case=_sizes_and_kernel,
    tolerance=SINGLE_PRECISION,
    hints=[
        "A kernel made 4 times as wide has at distance 4 what it had at distance 1. What must happen to the distance "
        "before the kernel is asked?",
        "Divide the distance by `step`. The line below then stretches the support as well. And when step is below 1?",
        "Divide by `max(step, 1)`.",
    ],
)  # fmt: skip


def _matrix_by(distances, in_size, out_size, kernel, support):
    """The matrix whose distances are made of (coordinate - sample, step) by a function."""
    step = in_size / out_size
    x = (np.arange(out_size) + 0.5) * step - 0.5
    distance = distances(x[:, None] - np.arange(in_size), step)
    weights = np.where(np.abs(distance) < support, kernel(distance), 0)
    with np.errstate(all="ignore"):
        return weights / weights.sum(axis=1, keepdims=True)


@ANTIALIAS.mistake("narrower when enlarging")
def _also_narrower(in_size, out_size, kernel, support):
    """When it shrinks, this is right. When it enlarges, step is below 1 and your kernel gets narrower: it meets
    fewer samples, or none, and 0/0 is NaN. Widen it, and never do the opposite."""
    return _matrix_by(lambda distance, step: distance / step, in_size, out_size, kernel, support)


@ANTIALIAS.mistake("narrower when shrinking")
def _narrower(in_size, out_size, kernel, support):
    """You multiply the distance. That brings every sample farther away, so the kernel gets narrower. A wide kernel
    has near what was far: divide."""
    return _matrix_by(lambda distance, step: distance * max(step, 1), in_size, out_size, kernel, support)


@ANTIALIAS.mistake("step upside down")
def _upside_down(in_size, out_size, kernel, support):
    """Your kernel widens when the picture grows. It must when the picture shrinks: step is in_size / out_size, and
    that is above 1 then."""
    return _matrix_by(lambda distance, step: distance / max(1 / step, 1), in_size, out_size, kernel, support)


@ANTIALIAS.mistake("support not widened")
def _old_support(in_size, out_size, kernel, support):
    """You stretch the kernel but still cut it at the old support. A kernel four times as wide reaches four times as
    far: compare the stretched distance with the support."""
    step = in_size / out_size
    distance = (np.arange(out_size)[:, None] + 0.5) * step - 0.5 - np.arange(in_size)
    weights = np.where(np.abs(distance) < support, kernel(distance / max(step, 1)), 0)
    return weights / weights.sum(axis=1, keepdims=True)


@ANTIALIAS.mistake("kernel not stretched")
def _old_kernel(in_size, out_size, kernel, support):
    """You cut later but ask the kernel at the old distances, where its formula means nothing. Stretch the distance
    itself."""
    step = in_size / out_size
    distance = (np.arange(out_size)[:, None] + 0.5) * step - 0.5 - np.arange(in_size)
    weights = np.where(np.abs(distance) < support * max(step, 1), kernel(distance), 0)
    with np.errstate(all="ignore"):
        return weights / weights.sum(axis=1, keepdims=True)


@ANTIALIAS.mistake("divided by the step, not by the sum")
def _divided_by_the_step(in_size, out_size, kernel, support):
    """You divide the weights by the step instead of their sum. In the middle that is nearly the same; at the border a
    part of the kernel is missing, and the picture gets a dark frame."""
    step = max(in_size / out_size, 1)
    distance = ((np.arange(out_size)[:, None] + 0.5) * in_size / out_size - 0.5 - np.arange(in_size)) / step
    return np.where(np.abs(distance) < support, kernel(distance), 0) / step


@ANTIALIAS.mistake("whole factor")
def _whole_factor(in_size, out_size, kernel, support):
    """Your factor has lost its fraction: 7 // 3 is 2, and the kernel is a little too narrow. Divide with /."""
    return _matrix_by(lambda distance, step: distance / max(int(step), 1), in_size, out_size, kernel, support)


@ANTIALIAS.mistake("rounded up factor")
def _next_whole_factor(in_size, out_size, kernel, support):
    """Your factor is rounded up: the kernel is a little too wide. 7 to 3 is a step of 2.33, and that is how much
    wider it has to be."""
    return _matrix_by(
        lambda distance, step: distance / max(np.ceil(step), 1), in_size, out_size, kernel, support
    )


# ---- area: who covers whom ----------------------------------------------------------------------------------


def area(in_size, out_size):
    """Weights of shape (out_size, in_size): how much of output pixel o lies on input pixel i; rows sum to 1."""
    edges = np.arange(out_size + 1) * in_size / out_size
    left, right = edges[:-1, None], edges[1:, None]
    pixel = np.arange(in_size)
    overlap = np.minimum(right, pixel + 1) - np.maximum(left, pixel)
    return np.maximum(overlap, 0) * out_size / in_size


AREA = Exercise(
    key="kernels.area",
    title="Shares of area",
    reference=area,
    cases=[
        Case(
            4, 2, by_hand=[[0.5, 0.5, 0, 0], [0, 0, 0.5, 0.5]],
            note="Output 0 covers 0 to 2: all of pixel 0 and all of pixel 1.",
        ),
        Case(
            3, 2, by_hand=[[2 / 3, 1 / 3, 0], [0, 1 / 3, 2 / 3]],
            note="Output 0 covers 0 to 1.5: all of pixel 0, half of pixel 1.",
        ),
        Case(2, 1, by_hand=[[0.5, 0.5]]),
        Case(
            2, 3, by_hand=[[1, 0], [0.5, 0.5], [0, 1]],
            note="Larger: output 1 covers 0.667 to 1.333, half of it on each pixel.",
        ),
        Case(4, 4, by_hand=np.eye(4)),
        Case(1, 3, by_hand=[[1], [1], [1]]),
        Case(7, 3),
        Case(3, 7),
    ],
    random_case=lambda rng: Case(*rng.integers(1, 13, 2).tolist()),
    tolerance=SINGLE_PRECISION,
    hints=[
        "Measure from the left edge of the picture. Input pixel i covers i to i + 1, output pixel o covers o·step to "
        "(o + 1)·step, with step = in_size / out_size.",
        "Two stretches share what lies between the larger of their left ends and the smaller of their right ends.",
        "If that is negative they do not meet: `np.maximum(…, 0)`. An output is step wide, so divide by step.",
    ],
)  # fmt: skip


def _edges(in_size, out_size):
    """The ends of what each output covers, from the left edge of the picture: shape (out_size, 1) each."""
    edges = np.arange(out_size + 1) * in_size / out_size
    return edges[:-1, None], edges[1:, None]


@AREA.mistake("pixels by their centers")
def _by_centers(in_size, out_size):
    """You take the pixels whose center lies under the output, and each counts in full. That is a stretched box
    (Pillow's BOX). Area counts the part of a pixel that is covered."""
    left, right = _edges(in_size, out_size)
    center = np.arange(in_size) + 0.5
    inside = ((center >= left) & (center < right)).astype(float)
    with np.errstate(all="ignore"):
        return inside / inside.sum(axis=1, keepdims=True)


@AREA.mistake("whole pixels")
def _touched(in_size, out_size):
    """Every pixel that an output touches counts in full in your answer. That is torch's `mode="area"`. Here a pixel
    counts for the part that is covered."""
    left, right = _edges(in_size, out_size)
    pixel = np.arange(in_size)
    touched = ((pixel + 1 > left + 1e-9) & (pixel < right - 1e-9)).astype(float)
    return touched / touched.sum(axis=1, keepdims=True)


@AREA.mistake("rows sum to the step")
def _not_divided(in_size, out_size):
    """These are the lengths that are covered, in input pixels. A row sums to in_size / out_size, the width of an
    output. Divide by that, so that a gray wall stays."""
    return area(in_size, out_size) * in_size / out_size


@AREA.mistake("divided by the number of pixels")
def _divided_by_the_count(in_size, out_size):
    """You divide what is covered by the number of pixels that an output touches. Divide by the width of the output
    instead: then a row sums to 1."""
    lengths = _not_divided(in_size, out_size)
    return lengths / (lengths > 1e-9).sum(axis=1, keepdims=True)


@AREA.mistake("half a pixel off")
def _half_a_pixel_off(in_size, out_size):
    """Your pixels run from i − 0.5 to i + 0.5, your outputs from o·step: one is measured from the first center, the
    other from the edge. Measure both from the edge."""
    left, right = _edges(in_size, out_size)
    pixel = np.arange(in_size) - 0.5
    return np.maximum(np.minimum(right, pixel + 1) - np.maximum(left, pixel), 0) * out_size / in_size


@AREA.mistake("negative overlap")
def _negative_overlap(in_size, out_size):
    """Pixels that an output does not meet get a negative share in your answer: the right end minus the left one is
    below 0 there. Nothing covered is 0."""
    left, right = _edges(in_size, out_size)
    pixel = np.arange(in_size)
    return (np.minimum(right, pixel + 1) - np.maximum(left, pixel)) * out_size / in_size


@AREA.mistake("a tent")
def _stretched_tent(in_size, out_size):
    """That is the stretched tent, Pillow's BILINEAR: pixels near the middle of an output count more. Area counts
    every covered part alike."""
    return matrix(in_size, out_size, tent, 1)


@AREA.mistake("step upside down")
def _area_upside_down(in_size, out_size):
    """Your step is upside down: an output pixel is in_size / out_size input pixels wide."""
    edges = np.arange(out_size + 1) * out_size / in_size
    pixel = np.arange(in_size)
    overlap = np.minimum(edges[1:, None], pixel + 1) - np.maximum(edges[:-1, None], pixel)
    return np.maximum(overlap, 0) * in_size / out_size


@AREA.mistake("blocks of equal size")
def _whole_blocks(in_size, out_size):
    """Your outputs cover in_size // out_size whole pixels each, and what is left over at the end is read by nobody.
    The edges of an output may lie within a pixel."""
    width = max(in_size // out_size, 1)
    weights = np.zeros((out_size, in_size))
    for o in range(out_size):
        start = min(o * width, in_size - 1)
        weights[o, start : start + width] = 1 / len(range(in_size)[start : start + width])
    return weights
