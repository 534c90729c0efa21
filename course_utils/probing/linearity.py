"""Is a function linear, and if not, why not? Judged by trying, answered in a sentence with numbers.

A linear function keeps two rules: adding two inputs adds their outputs, and scaling an input scales its
output. Which rule breaks, and how, tells a maximum from a rounding, a bias from a square.

Rounding errors break both rules a little. How much is allowed depends on the arithmetic inside, and the type of
the answer does not tell it: half precision can hide in a float32 answer. So the precision is measured too.
"""

import math
from dataclasses import dataclass

import numpy as np

PAIRS = 8
"""Pairs of inputs tried. More would find rarer exceptions to the rules; about a hundred calls are quick enough."""

ENOUGH_CALLS, FEWEST_REPEATS = 288, 32
"""Calls that together notice what is random in 1 percent of them: one for each input, and repeats for the rest."""

NUMBERS_REPEATED = 2**17
"""How many numbers are asked for again at most, so that large answers keep being quick."""

REACH = 50.0
"""Largest input tried first: above the steps of an 8-bit rounding, below where a plain exp overflows."""

MOST_WHOLE = 255
"""Largest input tried where whole numbers are asked for: that of an 8-bit image."""

FAR, NOT_SO_FAR = 1000.0, 8.0
"""How much further the last rule goes, to find functions that clip large values; half precision ends at 65,504."""

NUDGE = 1e-5
"""Relative change of an input that any slope answers and a staircase, nearly always, does not."""

LONG_FRACTION = 1 / np.sqrt(2)
"""Takes inputs of few decimals off the edges of steps, which have few decimals, too."""

DOUBLE, SINGLE = 2.0**-52, 2.0**-23
"""Machine epsilons of float64, the finest precision there is here, and of float32."""

PRECISIONS = {2.0**-38: DOUBLE, 2.0**-17: SINGLE, 2.0**-9: 2.0**-10, 2.0**-5: 2.0**-7, 1.0: 2.0**-3}
"""Machine epsilons of float64, float32, float16, bfloat16 and an 8-bit float, by the largest change that is still
believed to be theirs: what is rounded in several places moves before it should, what nearly cancels afterwards."""

SMALL, LARGE = 2.0**-3, 2.0**3
"""Sizes of the inputs that precision is measured with. Powers of two: a float rounds alike at both."""

FEW_OUTPUTS = 16
"""With fewer than these, more inputs are tried, so that the share of outputs that answer means something."""

COARSE = 1e-4
"""Precisions above this are those of half precision and less: few digits, and a short range."""


@dataclass(frozen=True)
class Linearity:
    """What kind of function it is, and why, in a sentence with the numbers of a case that shows it."""

    kind: str  # "linear", "affine", "nonlinear" or "random": answers change from call to call
    sentence: str
    precision: float = DOUBLE  # machine epsilon of the arithmetic inside, as far as trying can tell
    steps: bool = False  # it moves in steps, as rounding does: nearly everywhere its slope is 0


def judge(ask, in_shape):
    """The Linearity of ``ask``, a function from float64 arrays of this shape to float64 arrays.

    ``ask`` raises for what it cannot answer. Its attributes: ``precision``, the machine epsilon of its answers'
    type; ``whole``, whether it takes whole numbers from 0 up only; ``at`` and ``first``, its first input and answer.
    """
    try:
        trials = _Trials(ask, in_shape)
        return _changing(trials) or _judge(trials)
    except _NoAnswerError as refusal:
        sentence = f"{refusal} It takes whole numbers only." if ask.whole else str(refusal)
        return Linearity("nonlinear", sentence, measured_precision(ask, in_shape))


def _judge(trials):
    broken = _broken_rules(trials)
    if broken and not trials.whole and _hidden_floats_explain_it(trials):
        broken = {}
    for rule in broken.values():
        if difference := trials.change_when_asked_again(rule):
            return _random(difference)
    if not broken:
        return _linear_or_affine(trials)
    # What clips or wraps large numbers only is no staircase: near other numbers it has a slope.
    steps = MOST_WHOLE not in broken if trials.whole else _moves_in_steps(trials)
    return Linearity("nonlinear", _why_not(trials, broken, steps), trials.precision, steps)


def _broken_rules(trials):
    rules = (2,) if trials.whole else (2, 0.5, -1)
    broken = _broken(*(_scaling(trials, factor) for factor in rules), _adding(trials))
    if not broken and trials.whole:
        x = np.round(trials.x / REACH * MOST_WHOLE) // 2
        y = np.where(np.arange(PAIRS)[:, None] % 2, x, MOST_WHOLE - x)
        broken = _broken((MOST_WHOLE, _adding(trials, x, y)[1]))
    elif not broken:
        broken = _broken(_scaling(trials, FAR if trials.precision < COARSE else NOT_SO_FAR))
    return broken


def _hidden_floats_explain_it(trials):
    """Are the rules kept, given that some outputs are partly computed in fewer digits? Then these are allowed for."""
    measured = trials.precision
    trials.allow_only(max(PRECISIONS.values()))
    _, far_off = _adding(trials)  # more than any float may be
    trials.allow_only(measured)
    for epsilon in PRECISIONS.values() if not far_off else ():
        if epsilon > measured:
            trials.allow(epsilon, jumping_outputs(trials.ask, measured, epsilon))
            if trials.precision >= epsilon and not _broken_rules(trials):
                return True
    trials.allow_only(measured)
    return False


def _changing(trials):
    """The Linearity of a function that answers the same input differently, or None."""
    first, at = trials.ask.first.ravel(), trials.ask.at.ravel()
    if difference := trials.change(first, trials.answer(at), "{} in the first call and {} later"):
        return _random(difference)
    repeats = max(FEWEST_REPEATS, ENOUGH_CALLS - at.size)
    for _ in range(min(repeats, NUMBERS_REPEATED // first.size)):
        if difference := trials.change(first, trials.answer(at)):
            return _random(difference)
    # Once more in another order: what alternates would repeat itself.
    for answer, again in zip(trials.fx[::-1], trials.of(trials.x[::-1]), strict=True):
        if difference := trials.change(answer + trials.offset, again + trials.offset):
            return _random(difference)
    return None


def _random(difference):
    return Linearity(
        "random",
        f"Two calls with the same input differ: {difference}. The function draws random numbers, as "
        "dropout does in training (call .eval() first), or remembers earlier calls.",
    )


def _linear_or_affine(trials):
    constant, output = not np.any(trials.fx), np.abs(trials.offset).argmax()
    offset = f"output {output} is {_number(trials.offset[output])}"
    if constant and trials.offset.any():
        sentence = f"The input is not read: {offset}, whatever comes in. The matrix is all zeros."
    elif constant:
        sentence = "Every output is 0 whatever the input: linear, with a matrix of zeros."
    elif trials.offset.any():
        sentence = (
            f"It is linear except for an offset: given zeros, {offset}, where a linear function gives 0. "
            "Without this offset (a bias) it is a matrix."
        )
    else:
        sentence = (
            "Adding two inputs adds their outputs, scaling an input scales its output: a matrix says it all."
        )
    if trials.precision >= COARSE:
        digits = max(1, round(-math.log10(trials.precision)))
        counted = f"{digits} decimal digit{'s' * (digits > 1)}"
        sentence += f" Rounding errors are large: numbers keep about {counted} inside."
    if trials.whole:
        sentence += f" It takes whole numbers only, so nothing else was tried, and none above {MOST_WHOLE}."
    return Linearity("affine" if trials.offset.any() else "linear", sentence, trials.precision)


# ---- The precision -------------------------------------------------------------------------------


def measured_precision(ask, in_shape):
    """The machine epsilon of the arithmetic inside ``ask``, and never less than that of its answers' type.

    Inputs with few digits are changed by less and less, until the answers no longer change: float16 does not hold
    1 + 2**-12, whatever comes after it. Where nothing can be measured, the type of the answers is believed.
    """
    if ask.whole:
        return ask.precision
    small, large = (_resolution(ask, in_shape, size) for size in (SMALL, LARGE))
    # A float is as fine, relatively, for small numbers as for large ones. Steps are finer for large ones.
    if small is None or (large is not None and small >= 8 * large):
        return ask.precision
    finest = min(small, large or small)
    measured = next((epsilon for most, epsilon in PRECISIONS.items() if finest <= most), ask.precision)
    return max(ask.precision, measured)


def _resolution(ask, in_shape, size):
    """The smallest change of inputs of this size that half of the outputs answer, as a share; None: unknown."""
    random = np.random.default_rng(0)
    trials = 1 if math.prod(ask.out_shape) >= FEW_OUTPUTS else 4
    few_digits = size * random.choice([1.0, 1.25, 1.5, 1.75], (trials, *in_shape))
    signs = random.choice([-1.0, 1.0], few_digits.shape)
    for start in (
        few_digits * signs,
        few_digits,
    ):  # logarithms and ReLUs have more to say to positive numbers
        try:
            if resolution := _resolution_at(ask, start):
                return resolution
        except Exception:
            continue
    return None


def _resolution_at(ask, start):
    def answers(inputs):
        return np.stack([ask(each) for each in inputs])

    answer = answers(start)
    reads = answers(1.25 * start) != answer
    if not reads.any():
        return None

    def is_answered(bits):
        return np.mean((answers(start * (1 + 2.0**-bits)) != answer)[reads]) >= 0.5

    bits, too_many = (52, 53) if is_answered(52) else (1, 52)
    while too_many - bits > 1:
        middle = (bits + too_many) // 2
        bits, too_many = (middle, too_many) if is_answered(middle) else (bits, middle)
    return 2.0**-bits * _share_without_offset(ask, answer)


def jumping_outputs(ask, precision, epsilon):
    """Which outputs jump as floats of this machine epsilon do, even if they move between their jumps, too."""
    start = np.random.default_rng(0).choice([1.0, 1.25, 1.5, 1.75], ask.at.shape)
    heights = []
    for size in (SMALL, LARGE):
        try:
            close = [ask(size * start * (1 + step * epsilon / 10)).ravel() for step in range(33)]
        except Exception:
            return np.zeros(math.prod(ask.out_shape), bool)
        bends = np.abs(np.diff(close, 2, axis=0))
        height, of_two = bends.max(axis=0), np.abs(np.diff(close[::2], 2, axis=0)).max(axis=0)
        # A curve bends four times as much in steps twice as wide; a jump stays as high, and there are several.
        jumps = (height > 0.4 * of_two) & ((bends > height / 8).sum(axis=0) >= 4)
        heights.append(np.where(jumps & (height > 32 * precision * np.abs(close[0])), height, 0))
    # Jumps of floats grow with the numbers, those of a rounding to some decimals do not.
    return (heights[0] > 0) & (heights[1] > 8 * heights[0])


def smallest_moves(ask, in_shape, precision):
    """What each output is rounded to, as with 6 decimals: it moves by that, or not at all. 0 where by less and less.

    Rounding errors of floats, which are a share of ``precision``, do not count; shape (out_count,).
    """
    moves, sizes = [], []
    for start in [size * sign for size in (SMALL, LARGE) for sign in (1, -1)]:
        try:
            nudged = start * np.random.default_rng(0).choice([1.0, 1.25, 1.5, 1.75], in_shape)
            center = ask(nudged).ravel()
            moves += [np.abs(ask(nudged * (1 + 2.0**-bits)).ravel() - center) for bits in range(1, 53, 2)]
            sizes += [np.abs(center)]
        except Exception:
            continue
    if not sizes:
        return np.zeros(math.prod(ask.out_shape))
    smallest, largest = np.where(moves, moves, np.inf).min(axis=0), np.max(moves, axis=0)
    # What a single jump moves is no grid: on a grid, larger nudges move by many steps of it.
    counts = (largest >= 16 * smallest) & (smallest > 64 * precision * np.max(sizes, axis=0))
    return np.where(counts, smallest, 0.0)


def _share_without_offset(ask, answer):
    """How much of an answer is due to the input: a large bias hides small changes, in any precision."""
    try:
        offset = ask(np.zeros(ask.at.shape))
    except Exception:
        return 1.0
    size = max(np.abs(answer).max(), np.abs(offset).max())
    return np.abs(answer - offset).max() / size if size else 1.0


# ---- The trials ----------------------------------------------------------------------------------


class _NoAnswerError(Exception):
    """The function fails on an input that a linear function would answer."""


@dataclass(frozen=True)
class _Broken:
    """A rule that is broken: the numbers that show it, and the inputs and answers that they come from."""

    evidence: str
    inputs: tuple
    answers: tuple


class _Trials:
    """Fixed pseudo-random inputs x and y, half of them small, half large, and the answers to them.

    Outputs are flattened, and the answer to zeros (the offset) is taken away: shape (PAIRS, out_count).
    """

    def __init__(self, ask, in_shape):
        self.ask, self.whole, self._in_shape = ask, ask.whole, in_shape
        reach = np.tile([REACH, 1.0], PAIRS // 2)[:, None]
        random = np.random.default_rng(0).uniform(-1, 1, (2, PAIRS, math.prod(in_shape)))
        self.x, self.y = np.round(np.abs(random) * REACH) if self.whole else np.round(random * reach, 3)
        self.allow_only(ask.precision)
        self.offset = self.answer(np.zeros(math.prod(in_shape)))
        self.fx, self.fy = self.of(self.x), self.of(self.y)
        self.allow_only(measured_precision(ask, in_shape))
        self._gain = (np.abs(self.fx).max(axis=1) / np.maximum(np.abs(self.x).max(axis=1), 1e-3)).max()

    def allow_only(self, precision):
        """``precision``, the machine epsilon inside, for all outputs."""
        self.precision = self._precisions = precision

    def allow(self, epsilon, outputs):
        """A coarser machine epsilon for some outputs; shape (out_count,), of bool."""
        self._precisions = np.where(outputs, epsilon, self._precisions)
        self.precision = float(self._precisions.max())

    def of(self, inputs):
        return np.stack([self.answer(each) for each in inputs]) - self.offset

    def answer(self, flat):
        try:
            return self.ask(flat.reshape(self._in_shape)).ravel()
        except Exception as error:
            what = f"an input that starts with {flat[0]:g}" if flat.any() else "zeros"
            raise _NoAnswerError(
                "A linear function has an answer, finite and always of one shape, to every input. "
                f"Given {what}, this one fails: {_first_line(error)}"
            ) from error

    def differ(self, got, due, gain=1):
        """Where two sets of outputs differ by more than rounding errors, which ``gain`` has multiplied.

        A share of what each trial's outputs are made of is allowed, ``precision ** (2 / 3)``: 10 units in the last
        place of float16, 200 of float32, 160,000 of float64. The fewer digits there are, the fewer can be spared.
        """
        size = np.maximum(np.abs(got), np.abs(due)).max(axis=1, keepdims=True)
        inputs = gain * np.maximum(np.abs(self.x), np.abs(self.y)).max(axis=1, keepdims=True)
        share = self._precisions ** (2 / 3) * np.maximum(size, self._gain * inputs)
        # Where all outputs are that small, they are what is left of inputs that canceled.
        canceled = self._gain <= 2 * self.precision < COARSE
        lost = 16 * self.precision * (gain * np.abs(self.offset).max() + inputs * canceled)
        return np.abs(got - due) > share + lost + 16 * DOUBLE * inputs

    def same(self, got, due):
        return not self.differ(got, due).any()

    def change(self, before, after, words="{}, then {}"):
        """Between two answers to the same input, in words: here few units in the last place are too many."""
        size = max(np.abs(each).max() for each in (before, after, self.offset))
        places = np.flatnonzero(
            ~(np.abs(after - before) <= 16 * self.ask.precision * size)
        )  # also where one is NaN
        if places.size == 0:
            return ""
        return f"output {places[0]} is " + words.format(*numbers_apart(before[places[0]], after[places[0]]))

    def change_when_asked_again(self, rule):
        """What was drawn at random once in a while broke the rule by chance, and is not drawn again."""
        for each, answer in zip(rule.inputs, rule.answers, strict=True):
            for _ in range(2):  # twice: what alternates would answer one of them as before
                if difference := self.change(answer + self.offset, self.answer(each)):
                    return difference
        return ""


# ---- The rules -----------------------------------------------------------------------------------


def _broken(*rules):
    """The rules that are broken, by name, in the order given."""
    return {name: broken for name, broken in rules if broken}


def _scaling(trials, factor):
    """(factor, _Broken or None): is ``factor`` times the input answered by ``factor`` times the output?"""
    got, due = trials.of(factor * trials.x), factor * trials.fx
    places = np.argwhere(trials.differ(got, due, gain=max(factor, 1)))
    if len(places) == 0:
        return factor, None
    doing, result = {
        2: ("Doubling the input", "double the output"),
        0.5: ("Halving the input", "halve the output"),
        -1: ("Negating the input", "negate the output"),
        NOT_SO_FAR: ("Eight times the input", "give eight times the output"),
        FAR: ("A thousand times the input", "give a thousand times the output"),
    }[factor]
    trial, output = places[0]
    before, after, wanted = trials.fx[trial, output], got[trial, output], due[trial, output]
    words = numbers_apart(before, after, wanted)
    change = f"goes from {words[0]} to {words[1]}"
    if abs(after - before) < 1e-4 * abs(before):
        change = f"stays {words[1]}" if before == after else f"hardly moves from {_number(before)}"
    return factor, _Broken(
        f"{doing} does not {result}: output {output} {change}, where {words[2]} is expected.",
        (trials.x[trial], factor * trials.x[trial]),
        (trials.fx[trial], got[trial]),
    )


def _adding(trials, x=None, y=None):
    """("adding", _Broken or None): is the sum of two inputs, x and y, answered by the sum of their outputs?"""
    x, fx = (trials.x, trials.fx) if x is None else (x, trials.of(x))
    y, fy = (trials.y, trials.fy) if y is None else (y, trials.of(y))
    got, due = trials.of(x + y), fx + fy
    places = np.argwhere(trials.differ(got, due))
    if len(places) == 0:
        return "adding", None
    trial, output = places[0]
    total, wanted = numbers_apart(got[trial, output], due[trial, output])
    return "adding", _Broken(
        f"Adding two inputs does not add their outputs: output {output} is {_number(fx[trial, output])} "
        f"for one, {_number(fy[trial, output])} for the other and {total} for their sum, "
        f"where {wanted} is expected.",
        (x[trial], y[trial], x[trial] + y[trial]),
        (fx[trial], fy[trial], got[trial]),
    )


# ---- The reason ----------------------------------------------------------------------------------


def _why_not(trials, broken, steps):
    """What holds, what breaks, and what kind of function does that, as far as the trials can tell."""
    holds, insight, evidence = "", "", next(iter(broken.values())).evidence
    if trials.whole:
        insight = "It takes whole numbers only."
        if MOST_WHOLE in broken:
            insight += f" Numbers up to {2 * REACH:g} keep the rules and larger ones do not, as in clipping."
        elif _within_one_step(trials):
            insight += (
                " Up to one step it keeps the rules, as when a weighted sum is rounded to whole numbers."
            )
    elif FAR in broken or NOT_SO_FAR in broken:
        insight = (
            f"Inputs up to {REACH:g} keep the rules and far larger ones do not, as when values are clipped."
        )
    elif steps:
        evidence = broken.get(0.5, next(iter(broken.values()))).evidence
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
        kind = "in a softmax" if total else "when their mean is subtracted"
        insight = f"The outputs add up to {_number(total)} whatever the input, as {kind}."
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
    start = trials.x * LONG_FRACTION
    before = trials.of(start)
    moved = trials.of(start * (1 + max(NUDGE, 4 * trials.precision))) != before

    def hardly(which):
        matters = np.any(before[which] != before[which][0], axis=0)
        return bool(matters.any() and moved[which][:, matters].mean() < 0.1)

    # Small inputs are every other one. A nudge moves large ones over small steps, or with few digits over any.
    return hardly(slice(1, None, 2)) or (trials.precision < COARSE and hardly(slice(None)))


def _within_one_step(trials):
    """A weighted sum, rounded, keeps the rules up to two roundings of half a step each, and the sum's own."""
    difference = trials.of(trials.x + trials.y) - trials.fx - trials.fy
    return bool(np.abs(difference).max() <= 1.5 and np.ptp(trials.fx) > 4)


def _copies_inputs(trials):
    outputs, error = trials.fx + trials.offset, 2 * max(trials.precision, SINGLE)
    return all(
        (np.abs(one_out - _nearest(np.sort(one_in), one_out)) <= error * np.abs(one_out)).all()
        for one_out, one_in in zip(outputs, trials.x, strict=True)
    )


def _nearest(in_order, wanted):
    above = np.searchsorted(in_order, wanted).clip(0, len(in_order) - 1)
    either = np.stack([in_order[above], in_order[np.maximum(above - 1, 0)]])
    return np.take_along_axis(either, np.abs(either - wanted).argmin(axis=0)[None], axis=0)[0]


def _constant_total(trials):
    """What the outputs add up to, if that is always the same; None otherwise."""
    outputs = trials.fx + trials.offset
    totals = outputs.sum(axis=1, keepdims=True)
    if outputs.shape[1] == 1 or not trials.same(totals, np.full_like(totals, totals[0, 0])):
        return None
    return totals[0, 0] if abs(totals[0, 0]) > trials.precision ** (2 / 3) * np.abs(outputs).max() else 0.0


def _first_line(error, longest=150):
    line = (str(error).strip() or type(error).__name__).splitlines()[0]
    return (line if len(line) <= longest else line[: longest - 3] + "..").rstrip(".") + "."


def numbers_apart(*values):
    """Numbers in words, with as many digits as it takes to see which of them differ.

    >>> numbers_apart(1.00001, 1.00002), numbers_apart(0.5, 2.0)
    (['1.00001', '1.00002'], ['0.5', '2'])
    """
    for digits in range(4, 18):
        words = [_number(value, digits) for value in values]
        if len(set(words)) == len({float(value) for value in values}):
            break
    return words


def _number(value, digits=4):
    return f"{value + 0.0:.{digits}g}"  # adding 0.0 turns -0 into 0
