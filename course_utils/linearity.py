"""Is a function linear, and if not, why not? Judged by trying, answered in a sentence with numbers.

A linear function keeps two rules: adding two inputs adds their outputs, and scaling an input scales its
output. Which rule breaks, and how, tells a maximum from a rounding, a bias from a square.
"""

import math
from dataclasses import dataclass

import numpy as np

PAIRS = 8
"""Pairs of inputs tried. More would find rarer exceptions to the rules; about a hundred calls are quick enough."""

REACH = 50.0
"""Largest input tried first: above the steps of an 8-bit rounding, below where a plain exp overflows."""

FAR = 1000.0
"""How much further the last rule goes, to find functions that clip large values."""

NUDGE = 1e-5
"""Relative change of an input that any slope answers and a staircase, nearly always, does not."""

RELATIVE_TOLERANCE = 1e-5
"""Differences below this share of the largest output count as rounding errors of the arithmetic."""


@dataclass(frozen=True)
class Linearity:
    """What kind of function it is, and why, in a sentence with the numbers of a case that shows it."""

    kind: str  # "linear", "affine", "nonlinear" or "random"
    sentence: str


def judge(ask, in_shape):
    """The Linearity of ``ask``, a function from float64 arrays of this shape to float64 arrays.

    ``ask`` raises for what it cannot answer. Its attribute ``precision`` is the epsilon of its arithmetic.
    """
    with np.errstate(all="ignore"):  # the trials go where a function may overflow; the sentence says so
        try:
            return _judge(_Trials(ask, in_shape))
        except _NoAnswerError as refusal:
            return Linearity("nonlinear", str(refusal))


def _judge(trials):
    if difference := trials.first_difference(trials.fx, trials.of(trials.x)):
        return Linearity(
            "random",
            f"Two calls with the same input differ: {difference}. The function draws random numbers, as "
            "dropout does in training (call .eval() first), or remembers earlier calls.",
        )
    broken = _broken(_scaling(trials, 2), _scaling(trials, 0.5), _scaling(trials, -1), _adding(trials))
    broken = broken or _broken(_scaling(trials, FAR))
    if broken:
        return Linearity("nonlinear", _why_not(trials, broken))
    return _linear_or_affine(trials)


def _linear_or_affine(trials):
    constant, output = not np.any(trials.fx), np.abs(trials.offset).argmax()
    offset = f"output {output} is {_number(trials.offset[output])}"
    if constant and trials.offset.any():
        sentence = f"The input is not read: {offset}, whatever comes in. The matrix is all zeros."
    elif constant:
        sentence = "Every output is 0 whatever the input: linear, with a matrix of zeros."
    elif trials.offset.any():
        sentence = (
            f"It is linear but for an offset: given zeros, {offset}, where a linear function gives 0. "
            "Take this offset (a bias) away and a matrix is left."
        )
    else:
        sentence = (
            "Adding two inputs adds their outputs, scaling an input scales its output: a matrix says it all."
        )
    return Linearity("affine" if trials.offset.any() else "linear", sentence)


# ---- The trials ----------------------------------------------------------------------------------


class _NoAnswerError(Exception):
    """The function fails on an input that a linear function would answer."""


class _Trials:
    """Fixed pseudo-random inputs x and y, half of them small, half large, and the answers to them.

    Outputs are flattened, and the answer to zeros (the offset) is taken away: shape (PAIRS, out_count).
    """

    def __init__(self, ask, in_shape):
        self._ask, self._in_shape = ask, in_shape
        reach = np.tile([REACH, 1.0], PAIRS // 2)[:, None]
        random = np.random.default_rng(0).uniform(-1, 1, (2, PAIRS, math.prod(in_shape)))
        self.x, self.y = np.round(random * reach, 3)
        self.offset = self._answer(np.zeros(math.prod(in_shape)))
        self.fx, self.fy = self.of(self.x), self.of(self.y)

    def of(self, inputs):
        return np.stack([self._answer(each) for each in inputs]) - self.offset

    def _answer(self, flat):
        try:
            return self._ask(flat.reshape(self._in_shape)).ravel()
        except Exception as error:
            what = f"an input that starts with {flat[0]:g}" if flat.any() else "zeros"
            raise _NoAnswerError(
                "A linear function has an answer, finite and always of one shape, to every input. "
                f"Given {what}, this one fails: {_first_line(error)}"
            ) from error

    def differ(self, got, due, gain=1):
        """Where two sets of outputs differ by more than rounding errors, which ``gain`` has multiplied."""
        size = np.maximum(np.abs(got), np.abs(due)).max(axis=1, keepdims=True)
        carried = (
            REACH + np.abs(self.offset).max()
        )  # what cancelled on the way leaves its own rounding errors
        return np.abs(got - due) > RELATIVE_TOLERANCE * size + 16 * self._ask.precision * carried * gain

    def same(self, got, due):
        return not self.differ(got, due).any()

    def first_difference(self, first, then):
        places = np.argwhere(self.differ(first, then))
        if len(places) == 0:
            return ""
        trial, output = places[0]
        before, after = self.offset[output] + (first[trial, output], then[trial, output])
        return f"output {output} is {_number(before)}, then {_number(after)}"


# ---- The rules -----------------------------------------------------------------------------------


def _broken(*rules):
    """The evidence of the rules that are broken, by name, in the order given."""
    return {name: evidence for name, evidence in rules if evidence}


def _scaling(trials, factor):
    """(factor, evidence): is ``factor`` times the input answered by ``factor`` times the output?"""
    got, due = trials.of(factor * trials.x), factor * trials.fx
    places = np.argwhere(trials.differ(got, due, gain=max(factor, 1)))
    if len(places) == 0:
        return factor, ""
    doing, result = {
        2: ("Doubling the input", "double the output"),
        0.5: ("Halving the input", "halve the output"),
        -1: ("Negating the input", "negate the output"),
        FAR: ("A thousand times the input", "give a thousand times the output"),
    }[factor]
    at = tuple(places[0])
    before, after = _number(trials.fx[at]), _number(got[at])
    change = f"stays {after}" if before == after else f"goes from {before} to {after}"
    return factor, f"{doing} does not {result}: output {at[1]} {change}, where {_number(due[at])} is due."


def _adding(trials):
    """("adding", evidence): is the sum of two inputs answered by the sum of their outputs?"""
    got, due = trials.of(trials.x + trials.y), trials.fx + trials.fy
    places = np.argwhere(trials.differ(got, due))
    if len(places) == 0:
        return "adding", ""
    at = tuple(places[0])
    return "adding", (
        f"Adding two inputs does not add their outputs: output {at[1]} is {_number(trials.fx[at])} for one, "
        f"{_number(trials.fy[at])} for the other and {_number(got[at])} for their sum, "
        f"where {_number(due[at])} is due."
    )


# ---- The reason ----------------------------------------------------------------------------------


def _why_not(trials, broken):
    """What holds, what breaks, and what kind of function does that, as far as the trials can tell."""
    holds, insight, evidence = "", "", next(iter(broken.values()))
    if FAR in broken:
        insight = (
            f"Inputs up to {REACH:g} keep the rules and far larger ones do not, as when values are clipped."
        )
    elif _moves_in_steps(trials):
        evidence = broken.get(0.5, evidence)
        insight = (
            "It moves in steps, as rounding or a threshold does: a tiny change of the input changes nothing."
        )
    elif 2 not in broken and 0.5 not in broken and -1 in broken:
        holds, insight = "Doubling the input doubles the output.", _why_negating_fails(trials)
    elif list(broken) == ["adding"]:
        holds = "Doubling the input doubles the output, and negating negates it."
        insight = "Every output copies one of the inputs, chosen by size, as in a median." * _copies_inputs(
            trials
        )
    elif trials.same(trials.of(2 * trials.x), trials.fx):
        insight = "The size of the input is lost, as when an array is divided by its own length."
    elif trials.same(trials.of(2 * trials.x), 4 * trials.fx):
        insight = "Inputs are multiplied by one another, as in a square."
    elif (total := _constant_total(trials)) is not None:
        insight = f"The outputs add up to {_number(total)} whatever the input, as in a softmax."
    if trials.offset.any():
        insight += " (Its answer to zeros is not 0; the outputs above are what is left without it.)"
    return " ".join(part.strip() for part in (holds, evidence, insight) if part)


def _why_negating_fails(trials):
    if trials.same(trials.of(-trials.x), trials.fx):
        return "The sign is dropped, as in an absolute value."
    if _copies_inputs(trials):
        return "Every output copies one of the inputs, chosen by size, as in max pooling."
    x, y = np.abs(trials.x), np.abs(trials.y)
    if trials.same(trials.of(x + y), trials.of(x) + trials.of(y)):
        return "Positive inputs keep the rules, so it is the sign that decides, as in ReLU."
    return "What an input does depends on its sign, or on which input is larger."


def _moves_in_steps(trials):
    """A nudge of all inputs leaves nearly all outputs exactly as they were, though inputs do matter."""
    matters = np.any(trials.fx != trials.fx[0], axis=0)
    moved = trials.of(trials.x * (1 + NUDGE)) != trials.fx
    return matters.any() and moved[:, matters].mean() < 0.05


def _copies_inputs(trials):
    outputs, inputs = (each.astype(np.float32) for each in (trials.fx + trials.offset, trials.x))
    return all(np.isin(one_out, one_in).all() for one_out, one_in in zip(outputs, inputs, strict=True))


def _constant_total(trials):
    totals = (trials.fx + trials.offset).sum(axis=1, keepdims=True)
    several_outputs = trials.fx.shape[1] > 1
    return (
        totals[0, 0] if several_outputs and trials.same(totals, np.full_like(totals, totals[0, 0])) else None
    )


def _first_line(error, longest=150):
    line = (str(error).strip() or type(error).__name__).splitlines()[0]
    return (line if len(line) <= longest else line[: longest - 3] + "..").rstrip(".") + "."


def _number(value):
    return f"{value + 0.0:.4g}"  # adding 0.0 turns -0 into 0
