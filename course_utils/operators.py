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
from dataclasses import dataclass

import numpy as np

from course_utils.linearity import Linearity, judge
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

STEP, COARSE_STEP = 2.0**-13, 2.0**-6
"""Steps of the central differences, for functions that answer in float64 and for those that answer in less.

Powers of two, so that adding one to a small number is exact, and the slope of a straight piece too.
"""

ASIDE = 0.37
"""How far a probe moves its input off a jump. Not a common fraction: that is where the next jump would be."""

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

    It is given a numpy array first. If that fails and torch is loaded already, a float64 tensor, then a
    float32 one. Raises ValueError with the message of every attempt when none works.

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
    in_shape = _in_shape(in_shape)
    linearity, ask = _examine(function, _looked_at(None, in_shape))
    if linearity.kind != "linear":
        raise ValueError(f"No matrix alone describes this function. {linearity.sentence}")
    return _impulse_responses(ask, in_shape)[0], ask.out_shape


def check_linearity(function, in_shape):
    """Is the function linear on arrays of this shape, and if not, why not? As a Linearity: kind, sentence.

    Judged by trying, so a function that misbehaves on rare inputs only can pass: see ``linearity.py``.

    >>> check_linearity(np.cumsum, (3,)).kind
    'linear'
    >>> check_linearity(np.abs, (3,)).sentence.split(". ")[-1]
    'The sign is dropped, as in an absolute value.'
    """
    return _examine(function, _looked_at(None, _in_shape(in_shape)))[0]


def jacobian(function, at, step=None):
    """How each output answers to each input, near ``at``: (matrix (out_count, in_count), out_shape).

    Central differences, (f(at + step) - f(at - step)) / (2 step), one input at a time. At a kink (two equal
    maxima) that is the mean of both sides. Raises ValueError at a jump, where there is no slope.

    >>> jacobian(np.square, [1.0, 3.0])[0]
    array([[2., 0.],
           [0., 6.]])
    """
    at = finite_array(at, "at").astype(float)
    _in_shape(at.shape)
    if step is not None and real_number(step, "step") <= 0:
        raise ValueError(f"step must be above 0; got {shown(step)}.")
    ask = _Asked(function, at)
    return _central_differences(ask, at, step), ask.out_shape


def probe(function, in_shape, at=None):
    """Everything the microscope shows of a function on arrays of this shape, as a Probe.

    ``at`` is the input looked at, of shape ``in_shape`` or flat; left out, it counts 1, 2, 3, ... so that
    neighbours can be told apart by their numbers. A linear or affine function is measured with impulses, any
    other by its Jacobian at ``at``; if it jumps there, ``at`` is moved aside and the sentence says so.
    Raises ValueError for a function that answers differently each time.

    >>> seen = probe(lambda x: 2 * x + 1, (3,))
    >>> seen.matrix[1], seen.offset, seen.output
    (array([0., 2., 0.]), array([1., 1., 1.]), array([3., 5., 7.]))
    """
    in_shape = _in_shape(in_shape)
    at = _looked_at(at, in_shape)
    linearity, ask = _examine(function, at)
    if linearity.kind == "random":
        raise ValueError(f"There is no matrix to show. {linearity.sentence}")
    if linearity.kind == "nonlinear":
        matrix, at, linearity = _jacobian_beside_jumps(ask, at, linearity)
        output = ask(at)
        offset = output.ravel() - matrix @ at.ravel()
    else:
        matrix, offset = _impulse_responses(ask, in_shape)
        output = ask(at)
    matrix[np.abs(matrix) <= NOISE * np.abs(matrix).max()] = 0
    return Probe(matrix, offset, in_shape, ask.out_shape, linearity, at, output)


# ---- Asking a function ---------------------------------------------------------------------------


class _Asked:
    """A function, asked in the form it understands. Answers in float64, always of the same shape."""

    def __init__(self, function, array):
        self._function = function
        self._translate, answer = _first_form_that_works(function, array)
        self.out_shape = answer.shape
        self.precision = np.finfo(answer.dtype if answer.dtype.kind == "f" else float).eps

    def __call__(self, array):
        answer = _as_numpy(self._function(self._translate(array))).astype(float)
        if answer.shape != self.out_shape:
            raise ValueError(
                f"The output has shape {answer.shape} here and {self.out_shape} for another input."
            )
        if not np.isfinite(answer).all():
            raise ValueError(f"The output holds {answer[~np.isfinite(answer)][0]}.")
        return answer


def _first_form_that_works(function, array):
    """How to hand an array over, and the answer to this one: (translate, answer)."""
    if not callable(function):
        raise TypeError(f"function must be callable, such as lambda x: 2 * x; got {shown(function)}.")
    complaints = {}
    for form, translate in _forms():
        try:
            return translate, _as_numpy(function(translate(array)))
        except Exception as error:
            # The same complaint about every form is the function's own trouble: say it once.
            complaints.setdefault(f"{type(error).__name__}: {error}", []).append(form)
    attempts = "\n".join(f"  given a {' or a '.join(forms)}: {text}" for text, forms in complaints.items())
    raise ValueError(f"The function fails on an array of shape {array.shape}:\n{attempts}")


def _forms():
    yield "numpy array", np.array  # a copy: the function may write into what it is given
    torch = sys.modules.get("torch")  # never imported from here: a function that needs tensors has done that
    if torch is not None:
        yield "float64 tensor", lambda array: torch.tensor(array, dtype=torch.float64)
        yield "float32 tensor", lambda array: torch.tensor(array, dtype=torch.float32)


def _as_numpy(answer):
    """An answer as an array of real numbers, of its own; a tensor is first taken off its gradients and its device."""
    if isinstance(answer, tuple):
        raise TypeError(f"It returns a tuple of {len(answer)}; let it return one array, such as the first.")
    for way_out in ("detach", "cpu", "numpy"):
        if hasattr(answer, way_out):
            answer = getattr(answer, way_out)()
    array = np.array(answer)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"It returns {shown(answer)}, which is not an array of real numbers.")
    if array.size == 0:
        raise ValueError(f"It returns an empty array, of shape {array.shape}.")
    return array


def _examine(function, at):
    """(Linearity, the function as it is asked), on arrays like ``at``."""
    ask = _Asked(function, at)
    return judge(ask, at.shape), ask


# ---- Measuring it --------------------------------------------------------------------------------


def _impulse_responses(ask, in_shape):
    """(matrix, offset) of an affine function: column j is the answer to impulse j, less that to zeros."""
    in_count = math.prod(in_shape)
    matrix = _room_for_matrix(ask, in_count)
    offset = ask(np.zeros(in_shape)).ravel()
    for in_index in range(in_count):
        impulse = np.zeros(in_count)
        impulse[in_index] = 1
        matrix[:, in_index] = ask(impulse.reshape(in_shape)).ravel() - offset
    return matrix, offset


def _central_differences(ask, at, step=None):
    step = step or (STEP if ask.precision < 1e-10 else COARSE_STEP)
    matrix = _room_for_matrix(ask, at.size)
    noise = 100 * ask.precision * np.abs(ask(at)).max()
    for in_index in range(at.size):
        rise, width = _rise(ask, at, in_index, step)
        half_rise, _ = _rise(ask, at, in_index, step / 2)
        # Half the step halves the rise of anything that has a slope. A jump stays as high as it was.
        jumps = (np.abs(rise) > noise) & (np.abs(half_rise) > 0.75 * np.abs(rise))
        if jumps.any():
            output = jumps.argmax()
            raise ValueError(
                f"The function jumps where input {in_index} is {at.flat[in_index]:g}: output {output} "
                f"changes by {rise[output]:.4g} within {width:.2g}. A jump has no slope; look beside it."
            )
        matrix[:, in_index] = rise / width
    return matrix


def _rise(ask, at, in_index, step):
    """How much the outputs change from one step before to one step after, and the way between the two."""
    ahead, behind = at.copy(), at.copy()
    ahead.flat[in_index] += step
    behind.flat[in_index] -= step
    width = ahead.flat[in_index] - behind.flat[in_index]
    if width == 0:
        raise ValueError(
            f"step={step:g} is lost in {at.flat[in_index]:g}, input {in_index}; take a larger one."
        )
    return (ask(ahead) - ask(behind)).ravel(), width


def _jacobian_beside_jumps(ask, at, linearity):
    """(matrix, at, linearity); if the function jumps at ``at``, moved aside, and the sentence says so."""
    try:
        return _central_differences(ask, at), at, linearity
    except ValueError:
        aside = at + ASIDE
        matrix = _central_differences(ask, aside)
    moved = f" It has no slope at the input asked for, so {ASIDE} was added to every number of it."
    return matrix, aside, Linearity(linearity.kind, linearity.sentence + moved)


def _room_for_matrix(ask, in_count):
    return np.empty(affordable((math.prod(ask.out_shape), in_count), "the matrix"))


def _taps(weights):
    indices = np.flatnonzero(weights)
    return Taps(indices, weights[indices])


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
