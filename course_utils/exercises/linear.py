"""Exercises of lesson 01: the value between two samples, the weights of many, the matrix, swapped weights.

Words: ``x`` is a coordinate, sample i sits at coordinate i. Beyond the border the border sample is repeated.
"""

import numpy as np

from course_utils.exercises.engine import Case, Exercise, Prediction, SpotTheBug, decimals
from course_utils.resampling import resample, resampling_matrix, triangle

# ---- predictions --------------------------------------------------------------------------------------------

A_QUARTER = Prediction(
    key="linear.a_quarter",
    title="A quarter of the way",
    question="The left sample is 2 and sits at 0, the right one is 8 and sits at 1. "
    "A straight line joins them: how high is it at x = 0.25?",
    answer=lambda: lerp(2, 8, 0.25),
    guesses={
        "You came from the other side: 6.5 is a quarter of the way from the right sample.": lambda: lerp(
            8, 2, 0.25
        ),
        "That is how much it climbs. Where does the climb begin?": lambda: lerp(2, 8, 0.25) - 2,
        "That is a quarter of 8. The climb begins at 2 and is 6 high.": lambda: 0.25 * 8,
    },
    explain=lambda value: f"From 2 to 8 it climbs 6; a quarter of that is 1.5, and 2 + 1.5 = {value:g}.",
)

WEIGHT_OR_VALUE = Prediction(
    key="linear.weight_or_value",
    title="A brighter left sample",
    question="x stays at 0.25, and the left sample goes up from 2 to 100. What happens to its weight?",
    options=["it grows", "it shrinks", "it stays as it is"],
    answer=lambda: _trend(_weight_of_left(100.0) - _weight_of_left(2.0)),
    explain="The weight is 1 − x. Its formula contains only the position, not the value of any sample.",
    guesses={
        "A brighter sample adds more to the result, but by its value. Its weight does not change.": "it grows",
    },
)

ONE_IMPULSE = Prediction(
    key="linear.one_impulse",
    title="One bright sample",
    question="The samples 0, 0, 10, 0 sit at 0, 1, 2, 3. What are the values at x = 1, 1.5, 2, 2.5, 3?",
    shape=5,
    answer=lambda: resample([0.0, 0.0, 10.0, 0.0], 7, coordinate_map="align_corners")[2:7],
    explain="Up to the bright sample and down again: a tent, one sample wide on either side.",
    guesses={
        "You copied the nearest sample. A straight line is halfway up at x = 1.5.": lambda: (
            10.0 * (np.abs(np.arange(1, 3.5, 0.5) - 2) < 1)
        ),
        "Between two samples you put 0. A straight line joins them.": lambda: (
            10.0 * (np.arange(1, 3.5, 0.5) == 2)
        ),
    },
)

ROW_SUMS = Prediction(
    key="linear.row_sums",
    title="What a row sums to",
    question="W turns 4 samples into 8. What does each of its 8 rows sum to?",
    options={"always 1": 1, "2, because there are twice as many outputs": 2, "it depends on the row": -1},
    answer=lambda: _common_value(resampling_matrix(4, 8).sum(axis=1)),
    explain="A signal that is 5 everywhere must stay 5 everywhere: 5 times the row sum has to be 5.",
    guesses={
        "There are twice as many rows, but each row makes one output.": "2, because there are twice as many outputs",
        "The weights differ from row to row, but their sum does not.": "it depends on the row",
    },
)


def _weight_of_left(left):
    """How much the value at 0.25 moves when the left sample moves by 1, measured around ``left``."""
    return lerp(left + 1, 8, 0.25) - lerp(left, 8, 0.25)


def _trend(change):
    if abs(change) < 1e-9:
        return "it stays as it is"
    return "it grows" if change > 0 else "it shrinks"


def _common_value(values):
    return float(values[0]) if np.allclose(values, values[0]) else -1


# ---- between two samples ------------------------------------------------------------------------------------


def lerp(left, right, x):
    """The value at coordinate x, from 0 to 1, between the sample left at 0 and the sample right at 1."""
    return (1 - x) * left + x * right


LERP = Exercise(
    key="linear.lerp",
    title="The value between two samples",
    reference=lerp,
    cases=[
        Case(0.0, 10.0, 0.5, by_hand=5, note="Halfway: the mean of the two."),
        Case(2.0, 8.0, 0.0, by_hand=2, note="On the left sample: its value, and nothing of the other one."),
        Case(2.0, 8.0, 0.25, by_hand=3.5, note="Three quarters of 2 and one quarter of 8."),
        Case(8.0, 2.0, 0.9, by_hand=2.6, note="Close to the right sample, which is the lower one here."),
        Case(100.0, 100.0, 0.3, by_hand=100, note="Two equal samples: there is only one value to give."),
    ],
    random_case=lambda rng: Case(
        *rng.uniform(-9, 9, 2).round(decimals(rng)).tolist(), round(rng.uniform(), decimals(rng))
    ),
    hints=[
        "At x = 0 the answer is left, at x = 1 it is right.",
        "The weight of each sample is the distance from x to the other one. How far is x from the right sample?",
        "The weights are 1 - x for left and x for right.",
    ],
)


@LERP.mistake("swapped weights")
def _own_distances(left, right, x):
    """Your weights are swapped: the weight of each sample is its own distance from x, so the farther one counts
    more. At x = 0, on the left sample, what should left weigh?"""
    return x * left + (1 - x) * right


@LERP.mistake("always the middle")
def _middle(left, right, x):
    """You take the mean of the two wherever x is. Where in the formula does x belong?"""
    return 0.5 * left + 0.5 * right


@LERP.mistake("weights that do not sum to 1")
def _whole_left(left, right, x):
    """Your left sample always counts in full, and x times the right one comes on top. Two samples of
    100 must give 100: what is left over for the left one when the right one weighs x?"""
    return left + x * right


@LERP.mistake("the climb without its start")
def _climb_only(left, right, x):
    """That is how much the line has climbed since the left sample. From which height did it start?"""
    return x * (right - left)


@LERP.mistake
def _difference_reversed(left, right, x):
    """You walk away from the right sample instead of toward it. The step from left to right is
    right − left. Is yours left − right?"""
    return left + x * (left - right)


@LERP.mistake("nearest sample")
def _nearest_of_two(left, right, x):
    """You copy the nearer sample. Both should count, each with its own weight."""
    return left if x < 0.5 else right


@LERP.mistake("truncation")
def _without_fraction(left, right, x):
    """The value is right and then loses its fraction. Leave out int(), // and floor."""
    return np.floor(lerp(left, right, x))


# ---- many samples -------------------------------------------------------------------------------------------


def weights(x, size):
    """The weight of each of size samples at coordinate x: shape (size,). Sample i sits at coordinate i."""
    x = min(max(x, 0), size - 1)  # beyond the border, repeat the border sample
    distance = x - np.arange(size)
    return np.maximum(1 - np.abs(distance), 0)


def _one_hot(index, size):
    return (np.arange(size) == min(max(index, 0), size - 1)).astype(float)


def _wrapped(x, size):
    left = int(np.floor(x))
    result = np.zeros(size)
    result[left % size] += 1 - (x - left)
    result[(left + 1) % size] += x - left
    return result


def _swapped_neighbors(x, size):
    x = min(max(x, 0), size - 1)
    left = int(np.floor(x))
    result = np.zeros(size)
    result[left] += x - left
    result[min(left + 1, size - 1)] += 1 - (x - left)
    return result


WEIGHTS = Exercise(
    key="linear.weights",
    title="The weights of many samples",
    reference=weights,
    cases=[
        Case(0.25, 2, by_hand=[0.75, 0.25], note="Two samples: the weights of lerp."),
        Case(1.0, 3, by_hand=[0, 1, 0], note="On a sample: that sample and no other."),
        Case(1.5, 4, by_hand=[0, 0.5, 0.5, 0], note="Between samples 1 and 2; the others do not count."),
        Case(2.7, 4, by_hand=[0, 0, 0.3, 0.7]),
        Case(-0.25, 3, by_hand=[1, 0, 0], note="Left of the first sample: it is repeated there."),
        Case(3.4, 4, by_hand=[0, 0, 0, 1], note="Right of the last sample: it is repeated there."),
        Case(0.0, 1, by_hand=[1], note="A single sample."),
    ],
    random_case=lambda rng: Case(round(rng.uniform(-2, 8), decimals(rng)), int(rng.integers(1, 8))),
    hints=[
        "np.arange(size) is where the samples sit. How far is each of them from x?",
        "The weight is 1 at distance 0, falls to 0 at distance 1 and stays 0: np.maximum(1 - distance, 0).",
        "For x beyond the border: x = min(max(x, 0), size - 1) before anything else.",
    ],
)


@WEIGHTS.mistake("swapped weights")
def _swapped(x, size):
    """These are the right samples, with swapped weights: each weight should be the distance from x to the other
    one."""
    return _swapped_neighbors(x, size)


@WEIGHTS.mistake("no clamping")
def _not_clamped(x, size):
    """Your tents are right; beyond the border they fade out and the weights no longer sum to 1. Move x
    onto the border sample first."""
    return triangle(x - np.arange(size))


@WEIGHTS.mistake("wrap-around")
def _other_end(x, size):
    """Beyond the border you land on the other end of the signal: index -1 is Python's last sample. Move x
    onto the border sample before you look for neighbors."""
    return _wrapped(x, size)


@WEIGHTS.mistake("negative weights")
def _no_floor_at_zero(x, size):
    """1 − distance goes below 0 for samples farther than 1. How much should those count?"""
    return 1 - np.abs(min(max(x, 0), size - 1) - np.arange(size))


@WEIGHTS.mistake("distances instead of weights")
def _distances(x, size):
    """Those are the distances. The nearest sample should weigh most, and a sample under x should weigh
    1."""
    return np.abs(min(max(x, 0), size - 1) - np.arange(size))


@WEIGHTS.mistake("a distance with a sign")
def _one_sided(x, size):
    """x − i is negative for the samples on the right, so their weight comes out above 1. A distance has
    no sign."""
    distance = min(max(x, 0), size - 1) - np.arange(size)
    return np.where(np.abs(distance) < 1, 1 - distance, 0)


@WEIGHTS.mistake("nearest sample")
def _nearest_one(x, size):
    """All the weight goes to the nearest sample: that is the box kernel. The tent shares it between
    two."""
    return _one_hot(int(np.floor(x + 0.5)), size)


@WEIGHTS.mistake("the sample on the left")
def _left_one(x, size):
    """All the weight goes to the sample at or left of x, as int() or floor would pick it. The fraction
    that you cut off is the weight of the next one."""
    return _one_hot(int(np.floor(x)), size)


# ---- the matrix ---------------------------------------------------------------------------------------------


def linear_matrix(in_size, out_size):
    """W of shape (out_size, in_size), so that W @ signal has out_size samples. Row o: the weights at its x."""
    x = (np.arange(out_size) + 0.5) * in_size / out_size - 0.5
    x = x.clip(0, in_size - 1)  # beyond the border, repeat the border sample
    return np.maximum(1 - np.abs(x[:, None] - np.arange(in_size)), 0)


def _tents_at(x, in_size, clamp=True):
    x = x.clip(0, in_size - 1) if clamp else x
    return triangle(x[:, None] - np.arange(in_size))


def _half_pixel(in_size, out_size):
    return (np.arange(out_size) + 0.5) * in_size / out_size - 0.5


MATRIX = Exercise(
    key="linear.matrix",
    title="The matrix of linear resampling",
    reference=linear_matrix,
    cases=[
        Case(2, 4, by_hand=[[1, 0], [0.75, 0.25], [0.25, 0.75], [0, 1]], note="x = -0.25, 0.25, 0.75, 1.25."),
        Case(4, 2, by_hand=[[0.5, 0.5, 0, 0], [0, 0, 0.5, 0.5]], note="x = 0.5, 2.5."),
        Case(3, 3, by_hand=np.eye(3), note="The same size: every sample keeps its value."),
        Case(1, 3, by_hand=[[1], [1], [1]], note="One sample fills everything."),
        Case(3, 5),
        Case(5, 3),
        Case(4, 7),
    ],
    random_case=lambda rng: Case(*rng.integers(1, 11, 2).tolist()),
    hints=[
        "Row o holds the weights at x = (o + 0.5) * in_size / out_size - 0.5. You have a function for weights.",
        "Stack the rows: np.array([weights(x, in_size) for x in coordinates]).",
        "Without a loop: x[:, None] - np.arange(in_size) holds all distances, shape (out_size, in_size).",
    ],
)


@MATRIX.mistake
def _missing_half_pixel(in_size, out_size):
    """Your outputs sit at o · in_size / out_size: the half pixel is missing. Pixel o covers a stretch
    of the axis; it is its middle, o + 0.5 from the edge, that has to be mapped."""
    return _tents_at(np.arange(out_size) * in_size / out_size, in_size)


@MATRIX.mistake("missing −0.5")
def _no_last_half(in_size, out_size):
    """You add the output's half pixel and never take the input's off, so everything moves by half a sample. The
    middle of sample 0 is at x = 0, half a sample from the edge."""
    return _tents_at((np.arange(out_size) + 0.5) * in_size / out_size, in_size)


@MATRIX.mistake("missing +0.5")
def _no_first_half(in_size, out_size):
    """You take the input's half pixel off and never add the output's: the middle of output o is o + 0.5 from the
    edge, in outputs."""
    return _tents_at(np.arange(out_size) * in_size / out_size - 0.5, in_size)


@MATRIX.mistake("coordinates not in a column")
def _one_distance_each(in_size, out_size):
    """You subtract two rows: x, of out_size values, and np.arange(in_size). NumPy then pairs first with first, second
    with second. All pairs: `x[:, None] - np.arange(in_size)`, shape (out_size, in_size)."""
    return triangle(_half_pixel(in_size, out_size).clip(0, in_size - 1) - np.arange(in_size))


@MATRIX.mistake("align_corners")
def _aligned_corners(in_size, out_size):
    """Your outer outputs sit on the outer samples, o · (in_size − 1) / (out_size − 1). That is the map
    that torch calls align_corners=True; here x = (o + 0.5) · in_size / out_size − 0.5."""
    return resampling_matrix(in_size, out_size, coordinate_map="align_corners")


@MATRIX.mistake("no clamping")
def _rows_that_fade(in_size, out_size):
    """Your first and last rows do not sum to 1, so the border darkens. Move x onto the border sample
    first."""
    return _tents_at(_half_pixel(in_size, out_size), in_size, clamp=False)


@MATRIX.mistake("wrap-around")
def _rows_that_wrap(in_size, out_size):
    """Your border rows read the other end of the signal: floor(-0.25) is -1, Python's last sample. Clip
    x before you look for neighbors."""
    return np.array([_wrapped(x, in_size) for x in _half_pixel(in_size, out_size)])


@MATRIX.mistake
def _truncated_coordinates(in_size, out_size):
    """Your coordinates have lost their fractions, as int() does, so every output copies one sample. The
    fraction is the weight of the next one."""
    return _tents_at(np.trunc(_half_pixel(in_size, out_size)), in_size)


@MATRIX.mistake("nearest sample")
def _rounded_coordinates(in_size, out_size):
    """Each of your rows picks the nearest sample: that is the box kernel. The tent shares the
    weight."""
    return resampling_matrix(in_size, out_size, "nearest-exact")


@MATRIX.mistake("swapped weights")
def _swapped_rows(in_size, out_size):
    """These are the right samples, with swapped weights. At x = 0.25, which sample is nearer?"""
    return np.array([_swapped_neighbors(x, in_size) for x in _half_pixel(in_size, out_size)])


@MATRIX.mistake("the ratio upside down")
def _inverted_ratio(in_size, out_size):
    """Your outputs are out_size / in_size input pixels apart. If there are more outputs than inputs,
    should they stand closer together or farther apart?"""
    return _tents_at((np.arange(out_size) + 0.5) * out_size / in_size - 0.5, in_size)


@MATRIX.mistake("transposed")
def _lying_down(in_size, out_size):
    """Your matrix is transposed. It needs one row per output and one column per input: shape (out_size,
    in_size)."""
    return linear_matrix(in_size, out_size).T


# ---- spot the bug -------------------------------------------------------------------------------------------


def enlarge(signal, out_size):
    """The signal with out_size samples, by linear interpolation: half-pixel coordinates, border repeated."""
    x = (np.arange(out_size) + 0.5) * len(signal) / out_size - 0.5
    x = x.clip(0, len(signal) - 1)
    left = np.floor(x).astype(int)
    right = np.minimum(left + 1, len(signal) - 1)
    fraction = x - left
    return (1 - fraction) * signal[left] + fraction * signal[right]


def enlarge_swapped(signal, out_size):
    """The signal with out_size samples, by linear interpolation: half-pixel coordinates, border repeated."""
    x = (np.arange(out_size) + 0.5) * len(signal) / out_size - 0.5
    x = x.clip(0, len(signal) - 1)
    left = np.floor(x).astype(int)
    right = np.minimum(left + 1, len(signal) - 1)
    fraction = x - left
    return fraction * signal[left] + (1 - fraction) * signal[right]


BUG_SWAPPED = SpotTheBug(
    key="linear.bug_swapped",
    title="Spot the bug: an enlargement with the wrong steps",
    buggy=enlarge_swapped,
    reference=enlarge,
    cases=[
        Case(
            np.array([0.0, 1.0]),
            2,
            by_hand=[0, 1],
            note="Two samples stay two samples: they keep their values.",
        ),
        Case(np.array([0.0, 4.0]), 4, by_hand=[0, 1, 3, 4]),
        Case(np.array([7.0, 7.0, 7.0]), 5, by_hand=[7] * 5, note="A constant stays constant."),
        Case(
            np.array([10.0, 20.0, 30.0, 40.0]),
            2,
            by_hand=[15, 35],
            note="Halving: every x lies in the middle.",
        ),
        Case(np.array([0.0, 0.0, 9.0, 0.0]), 7),
    ],
    random_case=lambda rng: Case(
        rng.uniform(-9, 9, rng.integers(1, 8)).round(decimals(rng)), int(rng.integers(1, 12))
    ),
    hints=[
        "Try the smallest input there is: two different samples that stay two. What should come out?",
        "At x = 0 the fraction is 0. Which sample gets the weight 0 then, and which one should?",
        "The fraction is the distance to the left sample, so it is the weight of the right one.",
    ],
)


@BUG_SWAPPED.mistake("mean of the neighbors")
def _mean_of_neighbors(signal, out_size):
    """Each output is now the mean of its neighbors, wherever x is. Which of the two is nearer?"""
    x = _half_pixel(len(signal), out_size).clip(0, len(signal) - 1)
    left = np.floor(x).astype(int)
    right = np.minimum(left + 1, len(signal) - 1)
    return (signal[left] + signal[right]) / 2


@BUG_SWAPPED.mistake
def _mirrored(signal, out_size):
    """You reverse the whole signal twice, and the weights are still swapped."""
    return enlarge_swapped(signal[::-1], out_size)[::-1]
