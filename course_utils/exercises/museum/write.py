"""Functions to write in lesson 15: the smallest input, two maps apart, where a gradient sits, padding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from course_utils import exhibits
from course_utils.exercises.engine import Case, Exercise, NoCallOf

# ---- the smallest input -------------------------------------------------------------------------------------

LONGEST = 16


@dataclass(frozen=True)
class Program:
    """A function of a signal, by the name under which a card shows it."""

    name: str
    function: Callable

    def __call__(self, signal):
        return self.function(signal)

    @property
    def __name__(self):
        return self.name


@dataclass(frozen=True)
class FromOn:
    """Doubles a signal; from ``at_least`` samples on, where the count leaves ``rest`` over ``every``, it is wrong."""

    at_least: int
    every: int
    rest: int
    how: str  # "value", "shape" or "rounding"

    def __call__(self, signal):
        signal = np.asarray(signal, float)
        result, touched = 2 * signal, len(signal) >= self.at_least and len(signal) % self.every == self.rest
        if not touched:
            return result
        if self.how == "shape":
            return np.append(result, 0.0)
        result[-1] += 0.25 if self.how == "value" else 1e-9
        return result

    @property
    def __name__(self):
        where = f" where n % {self.every} is {self.rest}" if self.every > 1 else ""
        return f"<doubled, {self.how} wrong from n = {self.at_least} on{where}>"


def _doubled(signal):
    return 2 * np.asarray(signal, float)


DOUBLED = Program("<doubled>", _doubled)
TRIPLED = Program("<tripled>", lambda signal: 3 * np.asarray(signal, float))
AS_IT_IS = Program("<as it is>", lambda signal: np.array(signal, float))
BACKWARDS = Program("<backwards>", lambda signal: np.flip(signal).astype(float))


def _padding(stride):
    return (
        Program(f"<padded alike, stride {stride}>", lambda signal: exhibits.padded_alike(signal, 3, stride)),
        Program(
            f"<padded as TensorFlow, stride {stride}>",
            lambda signal: exhibits.padded_as_tensorflow(signal, 3, stride),
        ),
    )


def _labels(name, function):
    return Program(name, lambda signal: function(np.asarray(signal), 4))


PAIRS = {
    "padding, stride 1": _padding(1),
    "padding, stride 2": _padding(2),
    "export to 4 samples, halves lost": (
        Program("<without halves>", lambda signal: exhibits.exported_without_halves(signal, 4)),
        Program("<with halves>", lambda signal: exhibits.exported_with_halves(signal, 4)),
    ),
    "labels to 4, rounded down": (
        _labels("<labels by floor>", exhibits.labels_by_floor),
        _labels("<labels by center>", exhibits.labels_by_center),
    ),
    "factor 1.55, as two sizes": (
        Program("<factor as sizes>", lambda signal: exhibits.factor_as_sizes(signal, 1.55)),
        Program("<factor as given>", lambda signal: exhibits.factor_as_given(signal, 1.55)),
    ),
}
"""Name -> (as found, repaired), each a function of a signal."""


def smallest_input(as_found, repaired):
    """The length of the shortest ramp 0., 1., 2., ... of 1 to 16 samples that tells the two apart; 0 if none does.

    Answers of another length tell them apart; values that differ by no more than 1e-6 do not.
    """
    for size in range(1, 17):
        ramp = np.arange(float(size))
        found, right = as_found(ramp), repaired(ramp)
        if found.shape != right.shape or np.abs(found - right).max() > 1e-6:
            return size
    return 0


def _random_pair(rng):
    every = int(rng.integers(1, 5))
    how = rng.choice(["value", "value", "shape", "rounding"])
    return Case(FromOn(int(rng.integers(1, 19)), every, int(rng.integers(every)), str(how)), DOUBLED)


def _tells(as_found, repaired, signal):
    found, right = as_found(signal), repaired(signal)
    return found.shape != right.shape or np.abs(found - right).max() > 1e-6


SMALLEST = Exercise(
    key="museum.smallest",
    title="The smallest input that shows it",
    reference=smallest_input,
    cases=[
        Case(*PAIRS["padding, stride 2"], by_hand=2, note="Of one sample both take the only one there is."),
        Case(*PAIRS["padding, stride 1"], by_hand=0, note="With stride 1 they are one function."),
        Case(*PAIRS["export to 4 samples, halves lost"], by_hand=2),
        Case(*PAIRS["factor 1.55, as two sizes"], by_hand=2),
        Case(FromOn(1, 1, 0, "value"), DOUBLED, by_hand=1),
        Case(FromOn(16, 1, 0, "value"), DOUBLED, by_hand=16, note="Sixteen samples belong to the task."),
        Case(FromOn(17, 1, 0, "value"), DOUBLED, by_hand=0, note="Seventeen do not."),
        Case(FromOn(5, 2, 1, "shape"), DOUBLED, by_hand=5, note="The answers have two shapes."),
        Case(
            FromOn(3, 1, 0, "rounding"),
            DOUBLED,
            by_hand=0,
            note="They differ by rounding, in the ninth digit.",
        ),
        Case(*PAIRS["labels to 4, rounded down"], by_hand=3),
        Case(TRIPLED, DOUBLED, by_hand=2, note="The ramp of one sample is 0, and 3 · 0 is 2 · 0."),
        Case(BACKWARDS, AS_IT_IS, by_hand=2, note="1, 0 and 0, 1: other values, with one sum."),
        Case(
            FromOn(1, 1, 0, "shape"),
            DOUBLED,
            by_hand=1,
            note="Two zeros and one zero: NumPy stretches the one, so that they seem to agree.",
        ),
    ],
    random_case=_random_pair,
    hints=[
        "A loop over the sizes 1 to 16, with `np.arange(float(size))` for each. Return the first size that tells.",
        "Compare the shapes first: arrays of two shapes cannot be subtracted.",
        "`np.abs(found - right).max() > 1e-6` leaves out what is only rounding.",
    ],
)


@SMALLEST.mistake
def _one_size_only(as_found, repaired):
    """You try one size. Which sizes show a bug is what the function shall find out."""
    return 8 if _tells(as_found, repaired, np.arange(8.0)) else 0


@SMALLEST.mistake
def _flat_signals(as_found, repaired):
    """You try flat signals. Whatever sample is taken of them, it holds the same value."""
    return next((n for n in range(1, 17) if _tells(as_found, repaired, np.ones(n))), 0)


@SMALLEST.mistake
def _even_sizes(as_found, repaired):
    """You try even sizes alone, or powers of two. Odd ones hide other bugs, and show others."""
    return next((n for n in range(2, 17, 2) if _tells(as_found, repaired, np.arange(float(n)))), 0)


@SMALLEST.mistake
def _ends_at_fifteen(as_found, repaired):
    """`range(1, 16)` ends at 15."""
    return next((n for n in range(1, 16) if _tells(as_found, repaired, np.arange(float(n)))), 0)


@SMALLEST.mistake
def _largest(as_found, repaired):
    """That is the largest input, not the smallest. Return as soon as one tells."""
    return max((n for n in range(1, 17) if _tells(as_found, repaired, np.arange(float(n)))), default=0)


@SMALLEST.mistake
def _rounding_counts(as_found, repaired):
    """You compare for equality: rounding in the ninth digit is no bug. Leave differences up to 1e-6 out."""
    for size in range(1, 17):
        if not np.array_equal(as_found(np.arange(float(size))), repaired(np.arange(float(size)))):
            return size
    return 0


@SMALLEST.mistake
def _ramp_from_one(as_found, repaired):
    """Your ramp begins at 1. The task's begins at 0: `np.arange(float(size))`."""
    return next((n for n in range(1, 17) if _tells(as_found, repaired, np.arange(1.0, n + 1))), 0)


@SMALLEST.mistake
def _without_abs(as_found, repaired):
    """You look at one side only: a value that is too small is wrong as well. Take `np.abs` of the difference."""
    for size in range(1, 17):
        found, right = as_found(np.arange(float(size))), repaired(np.arange(float(size)))
        if found.shape != right.shape or (found - right).max() > 1e-6:
            return size
    return 0


@SMALLEST.mistake
def _sums(as_found, repaired):
    """You compare sums, and values that change places keep their sum. Compare value by value."""
    for size in range(1, 17):
        found, right = as_found(np.arange(float(size))), repaired(np.arange(float(size)))
        if found.shape != right.shape or abs(found.sum() - right.sum()) > 1e-6:
            return size
    return 0


@SMALLEST.mistake
def _shape_by_an_error(as_found, repaired):
    """You wait for NumPy to refuse two shapes. It stretches one sample to any length, so compare the shapes."""
    for size in range(1, 17):
        try:
            if np.abs(as_found(np.arange(float(size))) - repaired(np.arange(float(size)))).max() > 1e-6:
                return size
        except ValueError:
            return size
    return 0


@SMALLEST.mistake
def _last_value(as_found, repaired):
    """You return the last value of the ramp, which is one less than its length."""
    return max(smallest_input(as_found, repaired) - 1, 0)


# ---- two maps apart -----------------------------------------------------------------------------------------


def apart(one, other, size):
    """How far right of the other map the first one sits, in image pixels: (at the first sample, at the last).

    one, other: (start, jump), where sample o sits at start + jump * o; both have `size` samples.
    """
    first = one[0] - other[0]
    growth = one[1] - other[1]
    return first, first + growth * (size - 1)


def _random_maps(rng):
    start, jump = rng.integers(-16, 17, 2) / 2, 2.0 ** rng.integers(0, 4)
    stretch = [1.0, 0.75, 1.25][rng.integers(3)]
    maps = [(float(start[0]), float(jump)), (float(start[1]), float(jump * stretch))]
    rng.shuffle(maps)
    return Case(*maps, int(rng.integers(1, 65)))


APART = Exercise(
    key="museum.apart",
    title="Two maps apart",
    reference=apart,
    cases=[
        Case(
            (0.5, 1.0),
            (0.0, 1.0),
            64,
            by_hand=(0.5, 0.5),
            note="One jump: the offset is the same everywhere.",
        ),
        Case((0.0, 1.5), (0.0, 2.0), 9, by_hand=(0.0, -4.0), note="Half a pixel more at each of 8 steps."),
        Case(
            (0.0, 8.0), (3.5, 8.0), 4, by_hand=(-3.5, -3.5), note="The first map sits further left: below 0."
        ),
        Case((0.0, 1.0), (0.5, 2.0), 1, by_hand=(-0.5, -0.5), note="One sample: the first is the last."),
        Case((0.5, 5.0), (-1.5, 4.0), 5),
    ],
    random_case=_random_maps,
    hints=[
        "Sample 0 of a map sits at its start.",
        "The last sample has the number size − 1. Write down where it sits in each map, and subtract.",
    ],
)


@APART.mistake
def _one_step_too_many(one, other, size):
    """The last of `size` samples has the number size − 1."""
    return one[0] - other[0], one[0] - other[0] + (one[1] - other[1]) * size


@APART.mistake
def _sign(one, other, size):
    """Your signs are the opposite ones: where the first map sits, minus where the other sits."""
    first, last = apart(one, other, size)
    return -first, -last


@APART.mistake
def _start_only(one, other, size):
    """You compare the starts alone. Where the jumps differ, the offset grows along the picture."""
    return one[0] - other[0], one[0] - other[0]


@APART.mistake
def _in_samples(one, other, size):
    """That is in samples of map one. Image pixels are asked for."""
    return tuple(each / one[1] for each in apart(one, other, size))


@APART.mistake
def _growth_alone(one, other, size):
    """Your second number is how much is added along the picture. The offset at the first sample counts too."""
    return one[0] - other[0], (one[1] - other[1]) * (size - 1)


@APART.mistake
def _distance(one, other, size):
    """You return distances. The sign says to which side."""
    return tuple(abs(each) for each in apart(one, other, size))


# ---- where a gradient sits ----------------------------------------------------------------------------------


def seen_at(gradient):
    """The center (y, x) of a gradient, an array of shape (channels, height, width).

    A pixel weighs as much as the sum of its absolute values over the channels. Do not use scipy's `center_of_mass`.
    """
    weight = np.abs(gradient).sum(axis=0)
    height, width = weight.shape
    y = weight.sum(axis=1) @ np.arange(height) / weight.sum()
    x = weight.sum(axis=0) @ np.arange(width) / weight.sum()
    return y, x


def _random_gradient(rng):
    shape = rng.integers([1, 1, 1], [4, 6, 6])
    gradient = rng.integers(-4, 5, shape).astype(float)
    gradient[0, 0, 0] = 1.0  # something is seen
    return Case(gradient)


def _spot(shape, place, value=1.0):
    gradient = np.zeros(shape)
    gradient[place] = value
    return gradient


SEEN_AT = Exercise(
    key="museum.seen_at",
    title="Where a gradient sits",
    reference=seen_at,
    cases=[
        Case(_spot((1, 3, 4), (0, 1, 2)), by_hand=(1, 2), note="One pixel is seen, in row 1, column 2."),
        Case(np.array([[[1.0, 1, 0, 0]]]), by_hand=(0, 0.5), note="Between two pixels that count alike."),
        Case(np.array([[[3.0, 0, 1]]]), by_hand=(0, 0.5), note="(3 · 0 + 1 · 2) / 4."),
        Case(np.array([[[1.0, 0, -1]]]), by_hand=(0, 1), note="A slope below 0 sees as well."),
        Case(np.array([[[0.0, 2], [0, 0]], [[0, 0], [0, -2]]]), by_hand=(0.5, 1), note="Two channels."),
    ],
    random_case=_random_gradient,
    hints=[
        "Take `np.abs` first and sum over the channels: one weight per pixel.",
        "The mean row is the sum of row number times weight, divided by the sum of all weights.",
        "`weight.sum(axis=1)` is the weight of each row, `weight.sum(axis=0)` that of each column.",
    ],
    forbids=[NoCallOf("scipy.center_of_mass", case=Case(np.ones((1, 2, 2))))],
)


def _center(weight):
    rows, columns = (np.arange(n) for n in weight.shape)
    with np.errstate(all="ignore"):
        return float(weight.sum(1) @ rows / weight.sum()), float(weight.sum(0) @ columns / weight.sum())


@SEEN_AT.mistake
def _with_signs(gradient):
    """You weigh with signs: what is seen with a slope below 0 counts against the rest. Take np.abs first."""
    return _center(gradient.sum(0))


@SEEN_AT.mistake
def _channels_first(gradient):
    """You sum over the channels before you take np.abs: two channels may cancel."""
    return _center(np.abs(gradient.sum(0)))


@SEEN_AT.mistake("brightest pixel")
def _brightest(gradient):
    """That is the pixel with the largest weight. All that are seen count."""
    weight = np.abs(gradient).sum(0)
    y, x = np.unravel_index(weight.argmax(), weight.shape)
    return float(y), float(x)


@SEEN_AT.mistake("(x, y)")
def _x_before_y(gradient):
    """You return (x, y). The task has (y, x), as arrays do."""
    return _center(np.abs(gradient).sum(0))[::-1]


@SEEN_AT.mistake
def _not_divided(gradient):
    """You do not divide by the sum of the weights."""
    weight = np.abs(gradient).sum(0)
    y, x = _center(weight)
    return y * float(weight.sum()), x * float(weight.sum())


@SEEN_AT.mistake
def _squared(gradient):
    """You weigh by squares: what is seen strongly counts too much."""
    return _center((gradient**2).sum(0))


@SEEN_AT.mistake("middle of the window")
def _all_alike(gradient):
    """All pixels that are seen count alike in yours. Weigh each by the size of its gradient."""
    return _center((np.abs(gradient).sum(0) > 0).astype(float))


# ---- padding as TensorFlow does it --------------------------------------------------------------------------


def same_padding(size, kernel_size, stride):
    """Zeros (before, after) of TensorFlow's "same": ceil(size / stride) windows, as few zeros as they need."""
    windows = -(-size // stride)
    total = max((windows - 1) * stride + kernel_size - size, 0)
    return total // 2, total - total // 2


def _random_layer(rng):
    return Case(*(int(n) for n in rng.integers([1, 1, 1], [17, 8, 5])))


SAME_PADDING = Exercise(
    key="museum.same_padding",
    title='TensorFlow\'s "same"',
    reference=same_padding,
    cases=[
        Case(15, 3, 2, by_hand=(1, 1), note="8 windows from −1 to 15: 2 · 7 + 3 = 17 places for 15 samples."),
        Case(16, 3, 2, by_hand=(0, 1), note="Again 8 windows, 17 places; now 16 samples fill all but one."),
        Case(16, 4, 2, by_hand=(1, 1)),
        Case(5, 3, 1, by_hand=(1, 1)),
        Case(8, 1, 2, by_hand=(0, 0), note="A kernel of 1 leaves samples out. It needs no zeros."),
        Case(7, 7, 4),
    ],
    random_case=_random_layer,
    hints=[
        "How many windows are there? ceil(size / stride); `-(-size // stride)` is one way to write it.",
        "From the first place of the first window to the last of the last there are (windows − 1) · stride + "
        "kernel_size places.",
        "The odd zero goes to the end. There may be no zeros at all, but never fewer.",
    ],
)


@SAME_PADDING.mistake
def _alike(size, kernel_size, stride):
    """You pad alike at both ends, whatever the size. That is torch's rule, and it is one pixel off for even sizes."""
    return (kernel_size - 1) // 2, (kernel_size - 1) // 2


@SAME_PADDING.mistake
def _odd_one_in_front(size, kernel_size, stride):
    """Your odd zero goes in front. TensorFlow puts it at the end."""
    return same_padding(size, kernel_size, stride)[::-1]


@SAME_PADDING.mistake
def _below_zero(size, kernel_size, stride):
    """Where the kernel is smaller than the stride you get numbers below 0. No zeros are needed then."""
    total = (-(-size // stride) - 1) * stride + kernel_size - size
    return total // 2, total - total // 2


@SAME_PADDING.mistake
def _whole_division(size, kernel_size, stride):
    """You count size // stride windows. What is left over has a window of its own: round up."""
    total = max((size // stride - 1) * stride + kernel_size - size, 0)
    return total // 2, total - total // 2


@SAME_PADDING.mistake
def _kernel_minus_stride(size, kernel_size, stride):
    """kernel_size − stride zeros are right where the stride divides the size. Others need more."""
    total = max(kernel_size - stride, 0)
    return total // 2, total - total // 2


@SAME_PADDING.mistake
def _half_a_kernel(size, kernel_size, stride):
    """You pad by half a kernel at both ends. How many zeros are needed depends on the size, too."""
    return kernel_size // 2, kernel_size // 2


@SAME_PADDING.mistake
def _halves_rounded_down(size, kernel_size, stride):
    """You round both halves down, so an odd zero is lost. The end gets what the beginning leaves over."""
    total = sum(same_padding(size, kernel_size, stride))
    return total // 2, total // 2
