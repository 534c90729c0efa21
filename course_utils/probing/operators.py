"""Any function from array to array, seen as a matrix on its numbers.

Words used throughout the course
    impulse      an array of zeros with a single 1
    row          what one output reads (gather): inputs and weights
    column       what one input paints (scatter): outputs and weights
    linear       f(x + y) = f(x) + f(y) and f(2 x) = 2 f(x): then a matrix says all there is to say
    affine       linear plus the same offset every time (a bias)
    Jacobian     the matrix that stands in for a function near one input

Impulses find the matrix: the output for the impulse at input j *is* column j. The function may be ours, a
learner's, or a library's; it is only called, never looked into.
"""

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from course_utils.probing.linearity import (
    DOUBLE,
    Linearity,
    judge,
    measured_precision,
    numbers_apart,
    smallest_moves,
)
from course_utils.validation import (
    LARGEST_SIZE,
    affordable,
    finite_array,
    real_number,
    shown,
    whole_number,
    whole_numbers,
)

MOST_INPUTS = 2**14
"""Probing calls the function once per input number; a matrix with more columns cannot be looked at anyway."""

MOST_OUTPUTS = 2**18
"""An answer of 512 x 512 numbers. Judging a function keeps about a hundred answers at a time."""

WHOLE_STEPS = 0, 255
"""Inputs between which a function that moves in steps is measured: the range of an 8-bit image."""

ASIDE = 0.367879
"""How far a probe moves its input off a jump. Not a short fraction: that is where the next jump would be."""

NOISE = 1e-9
"""Weights below this share of the largest one are rounding errors, shown as 0."""


@dataclass(frozen=True)
class Taps:
    """The entries of one row or column that are not zero."""

    indices: np.ndarray  # (k,) flat index of the inputs read, or of the outputs painted
    weights: np.ndarray  # (k,)


@dataclass(frozen=True)
class Probe:
    """A function near the input ``at``: ``output = matrix @ at + offset``, all three flattened."""

    matrix: np.ndarray  # (out_count, in_count); the Jacobian at ``at`` when the function is not linear
    offset: np.ndarray  # (out_count,)
    in_shape: tuple
    out_shape: tuple
    linearity: Linearity
    at: np.ndarray  # shape in_shape
    output: np.ndarray  # shape out_shape
    between: tuple | None = (
        None  # of a function that moves in steps: the inputs that its slopes are taken between
    )

    def row(self, out_index):
        """Gather: the inputs that one output reads, as Taps. ``out_index`` counts in the flattened output."""
        out_index = whole_number(out_index, "out_index", 0, self.matrix.shape[0] - 1)
        return _taps(self.matrix[out_index])

    def column(self, in_index):
        """Scatter: the outputs that one input paints, as Taps. ``in_index`` counts in the flattened input."""
        in_index = whole_number(in_index, "in_index", 0, self.matrix.shape[1] - 1)
        return _taps(self.matrix[:, in_index])


def call(function, array):
    """``function(array)`` as a numpy array, whether the function speaks numpy or torch.

    It is given a float64 array first. If that fails, it is given tensors (if torch is loaded already) and arrays
    of fewer digits, and whole numbers last, if ``array`` holds nothing else. Raises ValueError with the message of
    every attempt when none works.

    >>> call(np.cumsum, [1.0, 2.0, 3.0])
    array([1., 3., 6.])
    """
    return _first_form_that_works(function, finite_array(array, "array"))[1]


def operator_matrix(function, in_shape):
    """The matrix of a linear function, and the shape of its output: ((out_count, in_count), out_shape).

    Raises ValueError, with the reason in words, when the function is not linear.

    >>> operator_matrix(np.cumsum, (3,))[0]
    array([[1., 0., 0.],
           [1., 1., 0.],
           [1., 1., 1.]])
    """
    ask = _Asked(function, _looked_at(None, _in_shape(in_shape)))
    _matrix_must_fit(ask)
    linearity = judge(ask, ask.at.shape)
    if linearity.kind != "linear":
        raise ValueError(f"No matrix alone describes this function. {linearity.sentence}")
    matrix, offset = _impulse_responses(ask)
    _must_add_up(ask, matrix, offset, linearity.precision)
    return matrix, ask.out_shape


def check_linearity(function, in_shape):
    """Is the function linear on arrays of this shape, and if not, why not? As a Linearity: kind, sentence.

    Judged by trying, so a function that misbehaves on rare inputs only can pass: see ``linearity.py``.

    >>> check_linearity(np.cumsum, (3,)).kind
    'linear'
    >>> check_linearity(np.abs, (3,)).sentence.split(". ")[-1]
    'The sign is dropped, as in an absolute value.'
    """
    ask = _Asked(function, _looked_at(None, _in_shape(in_shape)))
    return judge(ask, ask.at.shape)


def jacobian(function, at, step=None):
    """How each output answers to each input, near ``at``: (matrix (out_count, in_count), out_shape).

    Central differences, (f(at + step) - f(at - step)) / (2 step), one input at a time; a step chosen here fits
    the input and the precision of the function. At a kink (two equal maxima) that is the mean of both sides.
    Raises ValueError where there is no slope: at a jump, where it grows without end, where the function ends.

    >>> jacobian(np.square, [1.0, 3.0])[0]
    array([[2., 0.],
           [0., 6.]])
    """
    at = finite_array(at, "at").astype(float)
    if at.ndim == 0:
        raise ValueError(f"at must be an array such as [3.0]; got the single number {at}. Write [{at}].")
    _in_shape(at.shape)
    if step is not None and real_number(step, "step") <= 0:
        raise ValueError(f"step must be above 0; got {shown(step)}.")
    ask = _Asked(function, at)
    _matrix_must_fit(ask)
    return _central_differences(ask, at, measured_precision(ask, at.shape), step)[0], ask.out_shape


def probe(function, in_shape, at=None, most_outputs=MOST_OUTPUTS):
    """Everything the microscope shows of a function on arrays of this shape, as a Probe.

    ``at`` is the input looked at, of shape ``in_shape`` or flat; left out, it counts 1, 2, 3, ... so that
    neighbors can be told apart by their numbers. A linear or affine function is measured with impulses, any
    other by its Jacobian at ``at``; if it jumps there, ``at`` is moved aside and the sentence says so. One that
    moves in steps has no slope worth seeing: it is measured from input 0 to input 255.
    Raises ValueError for a function that answers differently each time, and after one call for an answer of more
    than ``most_outputs`` numbers.

    >>> seen = probe(lambda x: 2 * x + 1, (3,))
    >>> seen.matrix[1], seen.offset, seen.output
    (array([0., 2., 0.]), array([1., 1., 1.]), array([3., 5., 7.]))
    """
    most_outputs = whole_number(most_outputs, "most_outputs", 1, MOST_OUTPUTS)
    ask = _Asked(function, _looked_at(at, _in_shape(in_shape)), most_outputs)
    _matrix_must_fit(ask)
    linearity = judge(ask, ask.at.shape)
    if linearity.kind == "random":
        raise ValueError(f"There is no matrix to show. {linearity.sentence}")
    if linearity.kind != "nonlinear":
        return _probe_of_matrix(ask, linearity)
    return (linearity.steps and _probe_of_steps(ask, linearity)) or _probe_of_slopes(ask, linearity)


# ---- Asking a function ---------------------------------------------------------------------------


class _Asked:
    """A function, asked in the form it understands. Answers in float64, always of the same shape."""

    def __init__(self, function, at, most_outputs=MOST_OUTPUTS):
        self._function, self.at = function, at
        self._form, answer = _first_form_that_works(function, at)
        self.whole, self.out_shape = self._form.whole, answer.shape
        if answer.size > most_outputs:
            raise ValueError(
                f"One call turns {at.shape} into {answer.shape}: {answer.size:,} outputs. At most {most_outputs:,} "
                "are looked at; a smaller array shows the same pattern."
            )
        self.precision = float(np.finfo(answer.dtype).eps) if answer.dtype.kind == "f" else DOUBLE
        self.precision = max(self.precision, DOUBLE)  # a long double is looked at in float64
        self.first = answer.astype(float)

    def __call__(self, array):
        try:
            with np.errstate(
                all="ignore"
            ):  # it is asked where a function may overflow or end; the words say so
                answer = self._function(self._form.translate(array))
        except (Exception, SystemExit) as error:
            raise ValueError(str(error).strip() or type(error).__name__) from error
        answer = _as_numpy(answer).astype(float)
        if answer.shape != self.out_shape:
            raise ValueError(
                f"The output has shape {answer.shape} here and {self.out_shape} for another input."
            )
        if not np.isfinite(answer).all():
            raise ValueError(f"The output holds {answer[~np.isfinite(answer)][0]}.")
        return answer


@dataclass(frozen=True)
class _Form:
    """A way to hand an array over."""

    name: str
    translate: Callable
    whole: bool = False  # it takes whole numbers only, from 0 up


def _first_form_that_works(function, array):
    """How to hand an array over, and the answer to this one: (form, answer)."""
    if not callable(function):
        raise TypeError(f"function must be callable, such as lambda x: 2 * x; got {shown(function)}.")
    complaints = {}
    for form in _forms(array):
        try:
            answer = function(form.translate(array))
        except (Exception, SystemExit) as error:
            # The same complaint about every form is the function's own trouble: say it once.
            complaints.setdefault(f"{type(error).__name__}: {error}", []).append(form.name)
        else:
            return form, _as_numpy(answer)
    if len(complaints) == 1:
        raise ValueError(f"The function fails on an array of shape {array.shape}: {next(iter(complaints))}")
    # Those of numpy and of tensors in double and single precision; what follows adds nothing but length.
    told = list(complaints.items())[:3]
    attempts = "\n".join(f"  given a {' or a '.join(forms[:3])}: {text}" for text, forms in told)
    raise ValueError(f"The function fails on an array of shape {array.shape}:\n{attempts}")


def _forms(array):
    """Floats first, double before single before half; whole numbers last, where ``array`` holds no others."""
    torch = sys.modules.get("torch")  # never imported from here: a function that needs tensors has done that

    def tensors(*names, whole=False):
        for name in names if torch is not None else ():
            dtype = getattr(torch, name)
            yield _Form(f"{name} tensor", lambda each, dtype=dtype: torch.tensor(each, dtype=dtype), whole)

    yield _Form("numpy array", np.array)  # a copy: the function may write into what it is given
    yield from tensors("float64", "float32")
    yield _Form("float32 array", lambda each: each.astype(np.float32))
    yield from tensors("float16", "bfloat16")
    if array.min() >= 0 and np.array_equal(array, np.round(array)):
        # Sums of uint8 wrap at 256, so it comes last: it is for functions that take nothing else.
        yield _Form("int64 array", lambda each: each.astype(np.int64), whole=True)
        yield from tensors("int64", whole=True)
        if array.max() <= WHOLE_STEPS[1]:
            yield _Form("uint8 array", lambda each: each.astype(np.uint8), whole=True)
            yield from tensors("uint8", whole=True)


def _as_numpy(answer):
    """An answer as an array of real numbers, of its own; a tensor is first taken off its gradients and its device."""
    if isinstance(answer, tuple):
        raise ValueError(f"It returns a tuple of {len(answer)}; let it return one array, such as the first.")
    if np.ma.is_masked(answer):
        raise ValueError(
            f"It returns a masked array: {np.ma.count_masked(answer):,} of {answer.size:,} numbers are masked. "
            "Return plain numbers instead, such as .filled(0)."
        )
    try:
        array = np.array(_off_torch(answer))
    except Exception as error:  # a tensor without numbers or of another kind, or a list of such
        raise ValueError(f"It returns what numpy cannot read, a {type(answer).__name__}: {error}") from error
    if array.dtype.kind == "c":
        raise ValueError(
            f"It returns complex numbers, dtype {array.dtype}; let it return .real, .imag or abs()."
        )
    if array.dtype.kind == "O" and all(isinstance(each, Fraction) for each in array.flat):
        raise ValueError(
            f"It returns {shown(answer)}, fractions that numpy cannot read; let it return floats."
        )
    if array.dtype.kind not in "biuf":
        raise ValueError(f"It returns {shown(answer)}, which is not an array of real numbers.")
    if array.size == 0:
        raise ValueError(f"It returns an empty array, of shape {array.shape}.")
    return array


def _off_torch(answer):
    """A tensor as something numpy can read; everything else as it is."""
    for way_out in ("detach", "cpu", "to_dense", "resolve_neg"):
        if hasattr(answer, way_out):
            answer = getattr(answer, way_out)()
    if hasattr(answer, "is_floating_point") and answer.is_floating_point() and answer.element_size() <= 2:
        return answer.float().numpy()  # exact; numpy has no bfloat16
    return answer.numpy() if hasattr(answer, "numpy") else answer


# ---- Measuring it --------------------------------------------------------------------------------


def _matrix_must_fit(ask):
    affordable((math.prod(ask.out_shape), ask.at.size), "the matrix")


def _probe_of_matrix(ask, linearity):
    matrix, offset = _impulse_responses(ask)
    output = ask(ask.at)
    _must_add_up(ask, matrix, offset, linearity.precision)
    errors = 4 * linearity.precision * np.abs(offset).max() if offset.any() else 0.0
    return _seen(ask, linearity, matrix, ask.at, output, offset=offset, errors=errors)


def _probe_of_slopes(ask, linearity):
    at = ask.at
    try:
        matrix, found = _central_differences(ask, at, linearity.precision)
    except ValueError:
        if ask.whole:  # there is nothing aside of a whole number
            raise
        at = at + ASIDE
        matrix, kink = _central_differences(ask, at, linearity.precision)
        found = f" It has no slope at the input asked for, so {ASIDE} was added to every number of it.{kink}"
    return _seen(ask, replace(linearity, sentence=linearity.sentence + found), matrix, at, ask(at))


def _probe_of_steps(ask, linearity):
    """The Probe of a function that moves in steps; None where it does not answer the inputs 0 and 255."""
    low, high = WHOLE_STEPS
    matrix = _room_for_matrix(ask)
    try:
        for in_index in range(ask.at.size):
            lowest, highest = _changed(ask.at, in_index, low), _changed(ask.at, in_index, high)
            matrix[:, in_index] = (ask(highest) - ask(lowest)).ravel() / (high - low)
    except Exception:
        return None
    how = f"Between its steps nothing moves, so each input was changed from {low} to {high}"
    sentence = f"{linearity.sentence} {how}: how much an output moves per unit of that is its weight."
    return _seen(ask, replace(linearity, sentence=sentence), matrix, ask.at, ask(ask.at), between=WHOLE_STEPS)


def _seen(ask, linearity, matrix, at, output, offset=None, errors=0.0, between=None):
    matrix[np.abs(matrix) <= NOISE * np.abs(matrix).max() + errors] = 0
    offset = output.ravel() - matrix @ at.ravel() if offset is None else offset
    return Probe(matrix, offset, ask.at.shape, ask.out_shape, linearity, at, output, between)


def _impulse_responses(ask):
    """(matrix, offset) of an affine function: column j is the answer to impulse j, less that to zeros."""
    zeros = np.zeros(ask.at.shape)
    matrix = _room_for_matrix(ask)
    offset = ask(zeros).ravel()
    for in_index in range(zeros.size):
        matrix[:, in_index] = ask(_changed(zeros, in_index, 1)).ravel() - offset
    return matrix, offset


def _must_add_up(ask, matrix, offset, precision):
    """What impulses say of the first answer, and of one now: a function that changes does not keep to it."""
    due = matrix @ ask.at.ravel() + offset
    parts = (np.abs(matrix) @ np.abs(ask.at.ravel()) + np.abs(offset)).max()
    for answer in (ask.first.ravel(), ask(ask.at).ravel()):
        wrong = np.flatnonzero(
            np.abs(due - answer) > precision ** (2 / 3) * parts + DOUBLE * np.abs(ask.at).max()
        )
        if wrong.size:
            told, seen = numbers_apart(due[wrong[0]], answer[wrong[0]])
            raise ValueError(
                f"There is no matrix to show. Output {wrong[0]} is {seen}, and the answers to impulses, one at a "
                f"time, add up to {told}. The function changes from call to call, or is linear for most inputs only."
            )


def _changed(array, index, value):
    """A copy with one number, counted in the flattened array, replaced."""
    array = array.copy()
    array.flat[index] = value
    return array


def _room_for_matrix(ask):
    return np.empty((math.prod(ask.out_shape), ask.at.size))


def _taps(weights):
    indices = np.flatnonzero(weights)
    return Taps(indices, weights[indices])


# ---- Slopes --------------------------------------------------------------------------------------


def _central_differences(ask, at, precision, step=None):
    """(matrix, a sentence about the first kink or nothing)."""
    matrix, kink = _room_for_matrix(ask), ""
    if ask.whole:
        for in_index in range(at.size):
            matrix[:, in_index] = _whole_differences(ask, at, in_index)
        return matrix, " Each input was changed by 1, to both sides where the function answers there."
    center = ask(at).ravel()
    grid = smallest_moves(ask, at.shape, precision)
    for in_index in range(at.size):
        slopes = _Slopes(ask, at, in_index, center, precision, grid)
        slopes.measure(slopes.steps() if step is None else [step])
        matrix[:, in_index] = slopes.slope
        kink = kink or slopes.kink()
    return matrix, kink


def _whole_differences(ask, at, in_index):
    """How all outputs move with one input of a function of whole numbers from 0 up, per unit; (out_count,)."""
    value, trouble = at.flat[in_index], None
    for low, high in ((value - 1, value + 1), (value, value + 1), (value - 1, value)):
        if low < 0:
            continue
        try:
            answers = [ask(_changed(at, in_index, each)).ravel() for each in (low, high)]
        except Exception as error:
            trouble = error
        else:
            return (answers[1] - answers[0]) / (high - low)
    raise ValueError(
        f"There is no slope where input {in_index} is {value:g}: 1 beside it the function fails. {trouble}"
    ) from trouble


class _Slopes:
    """How all outputs move with one input, measured with steps of several widths; the best counts, by output.

    A slope is settled when half the step gives the same, by more than rounding errors can explain. A jump stays
    as high however small the step is, and both sides of a kink keep slopes of their own.
    """

    def __init__(self, ask, at, in_index, center, precision, grid):
        self._ask, self._at, self._in_index, self._center = ask, at, in_index, center
        self._value, self._precision, self._grid = at.flat[in_index], precision, grid
        self._where = f"where input {in_index} is {self._value:g}"
        self.slope, self._error = np.zeros(center.shape), np.full(center.shape, np.inf)
        self._below, self._above = np.zeros(center.shape), np.zeros(center.shape)
        self._agreement = max(1e-6, min(0.05, 8 * precision ** (2 / 3)))
        self._settled, self._kinked = np.zeros(center.shape, bool), np.zeros(center.shape, bool)
        self._tried, self._trouble = [], None

    def steps(self):
        """Widths to try: about the third root of the precision, relative to the input; smaller ones, larger ones.

        Where there are digits enough, no step starts above that of an input of size 1: a step that is large
        itself would pass over the jumps of a rounding. Powers of two, so that adding one is exact.
        """
        bits = -round(math.log2(self._precision))
        first, last = -math.ceil(bits / 4), -math.floor(0.65 * bits)
        if self._value == 0 and bits > 40:
            last = -100  # 0 has no size of its own: what lies beside it may be of any
        few = 4 if bits > 10 else 1  # the fewer digits, the less room for steps
        exponents = [*range(first, last - 1, -few), *range(first + few, 1, few)]
        largest = np.abs(self._at).max() or 1.0
        size = 2.0 ** math.floor(math.log2(abs(self._value) or largest))
        sizes = [min(size, 1.0), max(size, 1.0)] if bits > 20 else [size]
        return [each * 2.0**exponent for each in dict.fromkeys(sizes) for exponent in exponents]

    def measure(self, steps):
        for step in steps:
            if step > steps[0]:
                self._refuse_jumps()  # a large step could pass over them
            try:
                whole, half = self._both_sides(step), self._both_sides(step / 2)
            except ValueError as error:  # beyond the end of the function, or a step lost in the input
                self._trouble = self._trouble or error
                continue
            if not np.isfinite(half.slope).all():
                raise ValueError(f"The slope {self._where} is too steep to be a float64 number.")
            self._tried += [whole, half]
            self._take(whole, half)
            if self._settled.all():
                break
        if not self._tried:
            raise self._trouble
        self._refuse_jumps()
        self._refuse_endless()
        for step in (2.0**-33, 2.0**-65) if len(steps) > 1 and self._kinked.any() else ():
            self._look_closer(step * max(steps))

    def _look_closer(self, step):
        """A curve that turns quickly is no kink: it is straight where the step is smaller still."""
        try:
            close = self._both_sides(step)
        except ValueError:
            return
        bend, noise = np.abs(self._above - self._below), 32 * self._noise(close) / close.width
        straight, sharper = close.bend + noise < bend / 2, close.bend - noise > 1.5 * bend
        self.slope = np.where(self._kinked & (straight | sharper), close.slope, self.slope)
        self._below, self._above = np.where(sharper, [close.below, close.above], [self._below, self._above])
        self._kinked &= ~straight

    def _both_sides(self, step):
        """What the outputs do one step above and one step below this input."""
        above, below = (_changed(self._at, self._in_index, self._value + way) for way in (step, -step))
        width = above.flat[self._in_index] - below.flat[self._in_index]
        if width == 0:
            raise ValueError(
                f"step={step:g} is lost in {self._value:g}, input {self._in_index}; take a larger one."
            )
        try:
            answers = self._ask(above).ravel(), self._ask(below).ravel()
        except Exception as error:
            raise ValueError(
                f"There is no slope {self._where}: {step:.2g} beside it the function fails. {error}"
            ) from error
        return _BothSides(width, self._center, *answers)

    def _noise(self, sides):
        """How far outputs may be off: by rounding errors, or by a step of what they are rounded to."""
        return np.maximum(self._precision * sides.size, self._grid)

    def _take(self, whole, half):
        spread, noise = np.abs(half.slope - whole.slope), self._noise(half)
        better = spread + noise / half.width < self._error
        slope = half.slope + (half.slope - whole.slope) / 3  # the error is quadratic in the step
        bent = (half.bend > 0.75 * whole.bend) & (half.bend > 1e-3 * half.steepest + 32 * noise / half.width)
        for mine, theirs in (
            (self.slope, slope),
            (self._error, spread + noise / half.width),
            (self._kinked, bent),
            (self._below, half.below),
            (self._above, half.above),
        ):
            mine[better] = theirs[better]
        steep = (half.rise > 0.65 * whole.rise) & (
            half.rise > 16 * noise
        )  # a slope would halve it, a jump keep it
        agrees = spread <= self._agreement * half.steepest
        self._settled |= agrees & (noise / half.width <= self._noise_allowed(half)) & ~steep

    def _noise_allowed(self, half):
        """How much of a slope may be rounding errors. A step too small to be seen leaves an output unmoved."""
        usual_slope = np.abs(self._center).max() / max(np.abs(self._at).max(), 1.0)
        slope = np.where(half.steepest == 0, 64 * usual_slope, half.steepest)
        return max(1e-6, 8 * self._precision ** (2 / 3)) * slope

    def _refuse_jumps(self):
        if (jumps := self._still_moving(0.75)).any():
            output, first = jumps.argmax(), self._tried[0]
            raise ValueError(
                f"The function jumps {self._where}: output {output} changes by {first.rise[output]:.4g} within "
                f"{first.width:.2g}. A jump has no slope; look beside it."
            )

    def _refuse_endless(self):
        first, last = self._tried[0], self._narrowest()
        grows = (last.steepest > 0.5 * first.steepest) & (self._error > 0.25 * np.abs(self.slope))
        if (endless := self._still_moving(0) & grows).any():
            output = endless.argmax()
            raise ValueError(
                f"The function has no slope {self._where}: output {output} changes by {first.steepest[output]:.4g} "
                f"per unit within {first.width:.2g}, and by {last.steepest[output]:.4g} within {last.width:.2g}."
            )

    def _still_moving(self, share):
        """Outputs without a settled slope that keep this share of their first change in the narrowest step."""
        if not self._tried:
            return np.zeros(self.slope.shape, bool)
        last = self._narrowest()
        moved = last.rise > 16 * self._noise(last)
        return ~self._settled & moved & (last.rise > share * self._tried[0].rise)

    def _narrowest(self):
        return min(self._tried, key=lambda each: each.width)

    def kink(self):
        """A sentence about the first output with a kink, or nothing."""
        if not self._kinked.any():
            return ""
        output = self._kinked.argmax()
        below, above = numbers_apart(self._below[output], self._above[output])
        return (
            f" Output {output} has a kink {self._where}: its slope is {below} just below and {above} just above; "
            "the matrix holds their mean."
        )


@dataclass(frozen=True)
class _BothSides:
    """The outputs at an input and one step to both sides of it; all of shape (out_count,)."""

    width: float  # from one side to the other
    center: np.ndarray
    ahead: np.ndarray
    behind: np.ndarray

    @property
    def slope(self):
        return (self.ahead - self.behind) / self.width

    @property
    def above(self):
        return (self.ahead - self.center) / (self.width / 2)

    @property
    def below(self):
        return (self.center - self.behind) / (self.width / 2)

    @property
    def bend(self):
        return np.abs(self.above - self.below)

    @property
    def steepest(self):
        return np.maximum(np.abs(self.above), np.abs(self.below))

    @property
    def rise(self):
        """The larger one of the changes to both sides, and of the two together."""
        return np.abs([self.ahead - self.behind, self.ahead - self.center, self.center - self.behind]).max(
            axis=0
        )

    @property
    def size(self):
        return np.abs([self.ahead, self.behind, self.center]).max(axis=0)


# ---- What comes in -------------------------------------------------------------------------------


def _in_shape(in_shape):
    in_shape = whole_numbers(in_shape, "in_shape", 1, LARGEST_SIZE)
    count = math.prod(in_shape)
    if count > MOST_INPUTS:
        raise ValueError(
            f"in_shape={in_shape} has {count:,} inputs. The function is called once for each, and at most "
            f"{MOST_INPUTS:,} are tried; a small array shows the same pattern."
        )
    return in_shape


def _looked_at(at, in_shape):
    if at is None:
        return np.arange(1.0, math.prod(in_shape) + 1).reshape(in_shape)
    at = finite_array(at, "at").astype(float)
    if at.shape not in (in_shape, (math.prod(in_shape),)):
        raise ValueError(f"at must have shape in_shape={in_shape}, or be flat; got shape {at.shape}.")
    return at.reshape(in_shape)
