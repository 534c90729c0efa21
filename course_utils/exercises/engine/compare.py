"""Is this answer the expected one, and if it is not even the right kind of thing, what is it?"""

import inspect
import numbers
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Finding:
    """One thing noticed about an answer: a short name that tests can read, and a sentence for the learner."""

    name: str
    sentence: str


def equal(expected, got, tolerance):
    """True for the same kind and shape, every value within ``tolerance * (1 + |expected|)``.

    >>> equal(np.array([1.0, 2.0]), np.array([1.0, 2.0 + 1e-9]), tolerance=1e-6)
    True
    """
    return wrong_kind(expected, got, tolerance) is None and values_equal(expected, got, tolerance)


def values_equal(expected, got, tolerance):
    """True when the values agree, for answers of which the kind is known to be right."""
    if isinstance(expected, (tuple, list)):
        return all(values_equal(*pair, tolerance) for pair in zip(expected, got, strict=True))
    if is_number(expected) or isinstance(expected, np.ndarray):
        return close(expected, got, tolerance)
    return bool(expected == got)


def close(expected, got, tolerance):
    """True when two arrays of numbers have the same shape and nearly the same values (NaN equals NaN)."""
    expected, got = np.asarray(expected), np.asarray(got)
    if expected.shape != got.shape:
        return False
    if expected.dtype.kind == "b" or got.dtype.kind == "b":
        return np.array_equal(expected, got)
    wide = np.complex128 if "c" in (expected.dtype.kind, got.dtype.kind) else np.float64
    return np.allclose(
        got.astype(wide), expected.astype(wide), rtol=tolerance, atol=tolerance, equal_nan=True
    )


def wrong_kind(expected, got, tolerance):
    """A Finding when ``got`` is not the kind of answer asked for (None, a list, text, NaN ...), else None."""
    if isinstance(expected, (tuple, list)):
        return _wrong_tuple(expected, got, tolerance)
    stranger = _not_an_answer(expected, got)
    if stranger:
        return stranger
    if isinstance(expected, np.ndarray) and expected.ndim > 0:
        return _wrong_array(expected, got, tolerance)
    if is_number(expected) or isinstance(expected, np.ndarray):
        return _wrong_number(expected, got)
    if not isinstance(got, type(expected)):
        return Finding("type", f"The answer should be {describe(expected)}, yours is {describe(got)}.")
    return None


def is_number(value):
    """True for one number or truth value of Python or NumPy.

    >>> is_number(2.5), is_number(np.int64(3)), is_number("3")
    (True, True, False)
    """
    return isinstance(value, (numbers.Number, np.number, np.bool_))


def is_torch_tensor(value):
    """True for a torch tensor, without importing torch."""
    return type(value).__module__.split(".")[0] == "torch" and hasattr(value, "numpy")


def describe(value):
    """What a value is, in words that fit into a sentence.

    >>> describe(np.zeros((2, 3)))
    'an array of shape (2, 3)'
    """
    if value is None:
        return "None"
    if is_torch_tensor(value):
        return f"a torch tensor of shape {tuple(value.shape)}"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, (bool, np.bool_)):
        return f"the truth value {value}"
    if is_number(value):
        return "a whole number" if isinstance(value, numbers.Integral) else "a number"
    if isinstance(value, (list, tuple)):
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, str):
        return f"the text {value[:40]!r}"
    return f"something of type {type(value).__name__}"


def _not_an_answer(expected, got):
    """The things that are never an answer, whatever was asked."""
    if got is None:
        return Finding("None", "Your function returns None. Is a `return` missing at the end?")
    if is_torch_tensor(got):
        return Finding(
            "torch", "Your function returns a torch tensor. Hand back a NumPy array: `.numpy()` makes one."
        )
    if isinstance(got, np.ma.MaskedArray):
        return Finding("masked", "Your function returns a masked array; a plain one is needed: `.filled()`.")
    if inspect.isgenerator(got):
        return Finding("generator", "Your function uses `yield`, so it returns a generator. Use `return`.")
    if inspect.iscoroutine(got):
        got.close()  # or Python warns later that nobody waited for it
        return Finding("coroutine", "Your function is an `async def`. An ordinary `def` is what is needed.")
    if callable(got):
        return Finding("function", "Your function returns a function. Are the brackets of a call missing?")
    if isinstance(got, str) and not isinstance(expected, str):
        return Finding(
            "text", f"Your function returns the text {got[:40]!r} where {describe(expected)} is needed."
        )
    return None


def _wrong_tuple(expected, got, tolerance):
    if not isinstance(got, (tuple, list)):
        return _not_an_answer(expected, got) or Finding(
            "type", f"The answer should be {len(expected)} things (a tuple), yours is {describe(got)}."
        )
    if len(got) != len(expected):
        return Finding(
            "length", f"The answer should be {len(expected)} things (a tuple), yours are {len(got)}."
        )
    for place, pair in enumerate(zip(expected, got, strict=True), start=1):
        finding = wrong_kind(*pair, tolerance)
        if finding:
            return Finding(finding.name, f"Part {place} of the answer: {finding.sentence}")
    return None


def _wrong_number(expected, got):
    if isinstance(got, (list, tuple)):
        return Finding("list", f"Your function returns {describe(got)} where one number is needed.")
    if isinstance(got, np.ndarray) and got.shape != ():
        index = ", ".join("0" * got.ndim)
        inside = f" Take the number out of it: `answer[{index}]`." if got.size == 1 else ""
        return Finding("shape", f"One number is needed, yours is an array of shape {got.shape}.{inside}")
    if not isinstance(got, np.ndarray) and not is_number(got):
        return Finding("type", f"One number is needed, yours is {describe(got)}.")
    return _wrong_dtype(np.asarray(expected), np.asarray(got)) or _not_finite(
        np.asarray(expected), np.asarray(got)
    )


def _wrong_array(expected, got, tolerance):
    if isinstance(got, (list, tuple)):
        try:
            as_array = np.asarray(got)
            right = as_array.dtype.kind in "iuf" and close(expected, as_array, tolerance)
        except (ValueError, TypeError):
            right = False
        lead = "The values are right, but they come in" if right else "Your function returns"
        name = "list" if isinstance(got, list) else "tuple"
        return Finding("list", f"{lead} a {name}. An array is needed: `np.array(...)` makes one.")
    if is_number(got):
        return Finding("shape", f"An array of shape {expected.shape} is needed, yours is one number.")
    if not isinstance(got, np.ndarray):
        return Finding("type", f"An array of shape {expected.shape} is needed, yours is {describe(got)}.")
    same_values = _same_values(expected, got, tolerance)
    if got.shape != expected.shape:
        return _wrong_shape(expected, got, same_values)
    return _wrong_dtype(expected, got, same_values) or _not_finite(expected, got)


def _same_values(expected, got, tolerance):
    """True when the values agree, whatever the shape and the dtype."""
    if got.dtype.kind == "O":
        try:
            got = got.astype(float)
        except Exception:  # objects that are no numbers
            return False
    return got.dtype.kind in "iuf" and close(expected.ravel(), got.ravel(), tolerance)


def _wrong_shape(expected, got, same_values):
    thought = ""
    if expected.ndim == got.ndim > 1 and got.dtype.kind in "iuf" and close(expected.T, got, 1e-6):
        return Finding(
            "transposed", f"Your answer is transposed: shape {got.shape} instead of {expected.shape}."
        )
    if same_values:
        thought = " The values are right: only the shape is not."
    elif got.ndim == expected.ndim and sorted(got.shape) == sorted(expected.shape):
        return Finding(
            "axes swapped",
            f"The shape should be {expected.shape}, yours is {got.shape}: the same numbers in another order. "
            "Are two axes swapped? Rows (height) come first, columns (width) second.",
        )
    elif got.ndim == expected.ndim and max(np.abs(np.subtract(got.shape, expected.shape))) == 1:
        thought = " One too many or one too few: which sizes does your loop or `arange` run over?"
    return Finding("shape", f"The shape should be {expected.shape}, yours is {got.shape}.{thought}")


def _wrong_dtype(expected, got, same_values=False):
    """Only differences that matter: whole numbers for floats are fine as long as the values agree."""
    want, have = expected.dtype, got.dtype
    if have.kind in "iuf" and (want.kind == "f" or want == have or (want.kind == "i" and have.kind in "iu")):
        return None
    if want.kind == have.kind and want.kind not in "iuf":
        return None
    kept = "The values are right, but they" if same_values else "Your values"
    if have.kind == "f" and want.kind in "iu":
        return Finding(
            "dtype", f"{kept} are stored as {have}; whole numbers ({want}) are needed: `.astype({want})`."
        )
    words = {"O": "Python objects (dtype object)", "c": "complex numbers", "b": "truth values (True, False)"}
    words.update({"U": "text", "S": "bytes", "M": "dates", "m": "time spans", "V": "records"})
    stored = words.get(have.kind, str(have))
    return Finding("dtype", f"{kept} are stored as {stored}; {want} is needed.")


def _not_finite(expected, got):
    """NaN or infinity where the expected answer has none: says where the first one is."""
    if got.dtype.kind not in "fc" or not np.isfinite(expected).all():
        return None
    bad = ~np.isfinite(got)
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
