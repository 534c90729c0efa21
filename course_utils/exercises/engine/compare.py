"""Is this answer the expected one, and if it is not even the right kind of thing, what is it?

Values decide. Whether they come as a list or an array, as Python's or NumPy's numbers, whole or with a point,
in float32 or float64, does not matter. Where a task asks for whole numbers to index with, or for bytes, the
exercise says so: ``stored_as``.

An answer has been made plain before it comes here (``sandbox.plain``): numbers, text, arrays, tuples of these.
"""

import numbers
from dataclasses import dataclass

import numpy as np

from course_utils.exercises.engine.sandbox import Foreign

WHOLE = "whole numbers"  # for ``stored_as``: any integer type; otherwise the name of a dtype, such as "uint8"


@dataclass(frozen=True)
class Finding:
    """One thing noticed about an answer: a short name that tests can read, and a sentence for the learner."""

    name: str
    sentence: str


def equal(expected, got, tolerance, stored_as=None):
    """True for the same shape, every value within ``tolerance * (1 + |expected|)``, stored as asked.

    >>> equal(np.array([1.0, 2.0]), (1, 2.0 + 1e-9), tolerance=1e-6)
    True
    """
    return wrong_kind(expected, got, tolerance, stored_as) is None and values_equal(expected, got, tolerance)


def values_equal(expected, got, tolerance):
    """True when the values agree, for answers of which the kind is known to be right."""
    if isinstance(expected, (tuple, list)):
        return all(values_equal(*pair, tolerance) for pair in zip(expected, got, strict=True))
    if is_number(expected) or isinstance(expected, np.ndarray):
        return close(expected, got, tolerance)
    return bool(expected == got)


def close(expected, got, tolerance):
    """True when two arrays of numbers have the same shape and nearly the same values (NaN equals NaN).

    Among whole numbers (by type) a large one is no excuse: 2000000 is not 2000001.
    """
    expected, got = np.asarray(expected), np.asarray(got)
    if expected.shape != got.shape:
        return False
    wide = np.complex128 if "c" in (expected.dtype.kind, got.dtype.kind) else np.float64
    whole = expected.dtype.kind in "biu"
    expected, got = expected.astype(wide), got.astype(wide)
    allowed = tolerance * np.abs(expected)
    if whole:
        allowed = np.minimum(allowed, 0.25)
    with np.errstate(invalid="ignore"):
        near = np.abs(got - expected) <= tolerance + allowed
    same = (got == expected) | (np.isnan(got) & np.isnan(expected))
    return bool(np.all(same | (near & np.isfinite(expected))))


def wrong_kind(expected, got, tolerance, stored_as=None):
    """A Finding when ``got`` is not the kind of answer asked for (None, text, a wrong shape, NaN ...), else None."""
    if isinstance(expected, (tuple, list)):
        return _wrong_tuple(expected, got, tolerance, stored_as)
    stranger = _not_an_answer(expected, got)
    if stranger:
        return stranger
    if isinstance(expected, np.ndarray) and expected.ndim > 0:
        return _wrong_array(expected, got, tolerance, stored_as)
    if is_number(expected) or isinstance(expected, np.ndarray):
        return _wrong_number(expected, got, tolerance, stored_as)
    if not isinstance(got, type(expected)):
        return Finding("type", f"The answer should be {describe(expected)}, yours is {describe(got)}.")
    return None


def is_number(value):
    """True for one number or truth value of Python or NumPy.

    >>> is_number(2.5), is_number(np.int64(3)), is_number("3")
    (True, True, False)
    """
    return isinstance(value, (numbers.Number, np.number, np.bool_))


def as_array(expected, got):
    """An answer as an array where an array is expected and a list or a tuple came; else as it is."""
    if isinstance(expected, np.ndarray) and isinstance(got, (list, tuple)):
        try:
            return np.asarray(got)
        except ValueError:  # rows of different lengths
            return got
    return got


def describe(value):
    """What a value is, in words that fit into a sentence.

    >>> describe(np.zeros((2, 3)))
    'an array of shape (2, 3)'
    """
    if value is None:
        return "None"
    if isinstance(value, Foreign):
        return f"something of type {value.kind}"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}" if value.ndim else "a number"
    if isinstance(value, (bool, np.bool_)):
        return f"the truth value {value}"
    if is_number(value):
        return "a whole number" if isinstance(value, numbers.Integral) else "a number"
    if isinstance(value, (list, tuple)):
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, str):
        return f"the text {value[:40]!r}"
    return f"something of type {type(value).__name__}"


_STRANGERS = {
    "masked": "Your function returns a masked array with hidden values. Return a plain array: `.filled(...)`.",
    "generator": "Your function returns a generator, by `yield` or by `(... for ...)`: it holds no values yet. "
    "Return an array, or a list `[... for ...]`.",
    "coroutine": "Your function is an `async def`. Write an ordinary `def`.",
    "function": "Your function returns a function. Are the parentheses of a call missing?",
    "objects": "Your array holds Python objects that are not numbers.",
}


def _not_an_answer(expected, got):
    """The things that are never an answer, whatever was asked."""
    if got is None:
        return Finding("None", "Your function returns None. Is a `return` missing at the end?")
    if isinstance(got, Foreign):
        sentence = _STRANGERS.get(got.kind)
        if sentence:
            return Finding(got.kind, sentence)
        wrap = " Wrap it in `list(...)`." if got.listable and not is_number(expected) else ""
        return Finding("type", f"Your function returns {describe(got)}; {_wanted(expected)} is needed.{wrap}")
    if isinstance(got, str) and not isinstance(expected, str):
        return Finding("text", f"Your function returns the text {got[:40]!r}; {_wanted(expected)} is needed.")
    return None


def _wanted(expected):
    if isinstance(expected, (tuple, list)):
        return describe(expected)
    if isinstance(expected, (bool, np.bool_)):
        return "True or False"
    return "one number" if is_number(expected) or np.shape(expected) == () else describe(expected)


def _wrong_tuple(expected, got, tolerance, stored_as):
    if isinstance(got, np.ndarray) and got.ndim:
        got = tuple(got)
    plural = "" if len(expected) == 1 else "s"
    needed = f"The answer should be {len(expected)} thing{plural} (a {type(expected).__name__})"
    if not isinstance(got, (tuple, list)):
        return _not_an_answer(expected, got) or Finding("type", f"{needed}, yours is {describe(got)}.")
    if len(got) != len(expected):
        return Finding("length", f"{needed}; you return {len(got)}.")
    for place, (want, part) in enumerate(zip(expected, got, strict=True), start=1):
        if part is None:
            return Finding("None", f"Part {place} of the answer is None; {_wanted(want)} is needed.")
        finding = wrong_kind(want, part, tolerance, stored_as)
        if finding and finding.sentence.startswith("Part "):
            return Finding(finding.name, f"Part {place}, p{finding.sentence[1:]}")
        if finding:
            return Finding(finding.name, f"Part {place} of the answer: {finding.sentence}")
    return None


def _wrong_number(expected, got, tolerance, stored_as):
    wanted = _wanted(expected)
    needed = f"{wanted[0].upper()}{wanted[1:]} is needed"
    if isinstance(got, (list, tuple)):
        return Finding("list", f"Your function returns {describe(got)}; {wanted} is needed.")
    if isinstance(got, np.ndarray) and got.shape != ():
        index = ", ".join("0" * got.ndim)
        inside = f" Take it out: `answer[{index}]`." if got.size == 1 else ""
        return Finding("shape", f"{needed}, yours is an array of shape {got.shape}.{inside}")
    if not isinstance(got, np.ndarray) and not is_number(got):
        return Finding("type", f"{needed}, yours is {describe(got)}.")
    expected, got = np.asarray(expected), np.asarray(got)
    return (
        _no_numbers(got) or _wrong_storage(expected, got, tolerance, stored_as) or _not_finite(expected, got)
    )


def _wrong_array(expected, got, tolerance, stored_as):
    got = as_array(expected, got)
    if is_number(got) or (isinstance(got, np.ndarray) and got.ndim == 0):
        return Finding("shape", f"An array of shape {expected.shape} is needed, yours is one number.")
    if isinstance(got, (list, tuple)):
        return Finding("list", "Your function returns rows of different lengths. They do not form an array.")
    if not isinstance(got, np.ndarray):
        return Finding("type", f"An array of shape {expected.shape} is needed, yours is {describe(got)}.")
    strange = _no_numbers(got)
    if strange:
        return strange
    if got.shape != expected.shape:
        return Finding("shape", f"The shape should be {expected.shape}, yours is {got.shape}.")
    return _wrong_storage(expected, got, tolerance, stored_as) or _not_finite(expected, got)


def _no_numbers(got):
    words = {"U": "text", "S": "bytes", "M": "dates", "m": "time spans", "V": "records", "O": "objects"}
    if got.dtype.kind in words:
        return Finding("dtype", f"Your values are stored as {words[got.dtype.kind]}; numbers are needed.")
    if got.dtype.kind == "c" and np.abs(got.imag).max(initial=0) > 1e-6:
        return Finding(
            "complex", "Your values are complex numbers with an imaginary part; real ones are needed."
        )
    return None


def _wrong_storage(expected, got, tolerance, stored_as):
    """A Finding when the task says how values are to be stored, and these are not."""
    if stored_as is None:
        return None
    if stored_as == WHOLE:
        if got.dtype.kind in "iu":
            return None
        advice = "`int(...)` makes one" if expected.ndim == 0 else "`.astype(int)` makes them"
    else:
        if got.dtype == np.dtype(stored_as):
            return None
        advice = f"`.astype(np.{stored_as})` makes them"
    kept = "Your values"
    if expected.shape == got.shape and close(expected, got, tolerance):
        kept = "The values are right, but they"
    else:
        advice = ""  # it would cut off what is wrong with the values
    wanted = f"the task asks for {stored_as}" + (f": {advice}." if advice else ".")
    return Finding("dtype", f"{kept} are stored as {got.dtype}; {wanted}")


def _not_finite(expected, got):
    """NaN or infinity where the expected answer has none: says where the first one is."""
    if got.dtype.kind not in "fc":
        return None
    bad = ~np.isfinite(got) & np.isfinite(expected)
    if not bad.any():
        return None
    where = tuple(int(i) for i in np.argwhere(bad)[0]) if got.ndim else ()
    is_nan = bool(np.isnan(got[where]))
    what = "NaN (not a number)" if is_nan else "infinite"
    thought = (
        "It comes from 0/0 or inf - inf." if is_nan else "It comes from a division by zero or an overflow."
    )
    place = f" at index {list(where)}" if where else ""
    return Finding("nan" if is_nan else "infinite", f"Your answer is {what}{place}. {thought}")
