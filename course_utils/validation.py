"""Checks on what comes in, shared by the numerics. Each returns the checked value, or says what would do.

A course is where people try things. A wrong size must not wrap around, truncate, or broadcast into a picture
that looks almost right: it is refused, and the message repeats the value, so that the next try can be right.
"""

import difflib
import math
import numbers

import numpy as np

LARGEST_SIZE = 2**20
"""Longest axis, a million samples: its table of taps fits in memory, and index * size is exact in float64."""

LARGEST_COUNT = 2**27
"""Most values in one result (134 million, a gigabyte in float64): a typing slip must not fill the memory."""


def whole_number(value, name, at_least=1, at_most=None):
    """The value as an int. Raises TypeError for what is not a whole number, ValueError for one out of range.

    >>> whole_number(4, "out_size")
    4
    >>> whole_number(4.0, "out_size")
    Traceback (most recent call last):
    TypeError: out_size must be a whole number, at least 1; got 4.0, a float. Write 4.
    """
    wanted = f"{name} must be a whole number, {_range_in_words(at_least, at_most)}"
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Integral):
        is_whole_float = isinstance(value, (float, np.floating)) and float(value).is_integer()
        advice = f" Write {int(value)}." if is_whole_float else ""
        raise TypeError(f"{wanted}; got {shown(value)}, {_kind(value)}.{advice}")
    if (at_least is not None and value < at_least) or (at_most is not None and value > at_most):
        raise ValueError(f"{wanted}; got {shown(value)}.")
    return int(value)


def real_number(value, name):
    """The value as a finite float. Raises TypeError for what is no number, ValueError for NaN and infinity.

    >>> real_number(-0.5, "a")
    -0.5
    """
    wanted = f"{name} must be a finite number such as -0.5"
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        raise TypeError(f"{wanted}; got {shown(value)}, {_kind(value)}.")
    try:
        number = float(value)
    except OverflowError:  # an int beyond the largest float
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"{wanted}; got {shown(value)}.")
    return number


def number_above(value, name, low, high):
    """The value as a float above ``low`` and at most ``high``. Raises as ``real_number`` does, and out of the range.

    >>> number_above(0, "sigma", 0, 20)
    Traceback (most recent call last):
    ValueError: sigma must be above 0 and at most 20; got 0.
    """
    number = real_number(value, name)
    if not low < number <= high:
        raise ValueError(f"{name} must be above {low:g} and at most {high:g}; got {shown(value)}.")
    return number


def true_or_false(value, name):
    """The value, if it is True or False. Raises TypeError for everything else, also for 1 and "no".

    >>> true_or_false("no", "ceil_mode")
    Traceback (most recent call last):
    TypeError: ceil_mode must be True or False; got 'no', a str.
    """
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False; got {shown(value)}, {_kind(value)}.")
    return bool(value)


def one_of(value, name, choices):
    """The value, if it is one of the choices. Raises ValueError that lists them and offers the nearest.

    >>> one_of("neares", "mode", ("nearest", "linear"))
    Traceback (most recent call last):
    ValueError: mode must be one of 'nearest', 'linear'; got 'neares'. Did you mean 'nearest'?
    """
    if isinstance(value, str) and value in choices:
        return value
    listed = ", ".join(repr(choice) for choice in choices)
    close = difflib.get_close_matches(value.lower(), choices, n=1) if isinstance(value, str) else []
    advice = f" Did you mean {close[0]!r}?" if close else ""
    raise ValueError(f"{name} must be one of {listed}; got {shown(value)}.{advice}")


def finite_array(value, name, ndim=None, infinities=False):
    """The value as an array of real, finite numbers, its dtype as it was. An array is not copied.

    Raises TypeError for what does not hold real numbers, ValueError when it is empty, has the wrong number of
    axes, or holds NaN or infinity (the message says where the first one is). ``infinities=True`` lets those pass.
    """
    array = plain_array(value, name)
    if array.dtype.kind not in "iuf":
        raise TypeError(f"{name} must hold real numbers; got {shown(value)}, dtype {array.dtype}.")
    if ndim is not None and array.ndim != ndim:
        raise ValueError(f"{name} must have {ndim} {_plural('axis', ndim)}; got shape {array.shape}.")
    if array.size == 0:
        raise ValueError(f"{name} must hold at least one number; got shape {array.shape}.")
    fine = ~np.isnan(array) if infinities else np.isfinite(array)
    if not fine.all():
        where = tuple(int(i) for i in np.argwhere(~fine)[0])
        wanted = "hold numbers or infinities" if infinities else "be finite"
        raise ValueError(f"{name} must {wanted}; got {array[where]} at {where} of shape {array.shape}.")
    return array


def plain_array(value, name):
    """The value as a numpy array of any dtype, not copied. Raises TypeError for what is none, or has a mask."""
    if _has_mask(value):
        raise TypeError(
            f"{name} must be a plain array; got a masked one. Say what is masked: {name}.filled(0)."
        )
    try:
        return np.asarray(value)
    except Exception as error:  # ragged lists, tensors that need gradients, objects that refuse
        raise TypeError(f"{name} must be an array of numbers; got {shown(value)} ({error}).") from error


def whole_numbers(values, name, at_least=1, at_most=None):
    """A sequence of whole numbers as a tuple of ints, each within the range.

    >>> whole_numbers([8, 0], "out_sizes")
    Traceback (most recent call last):
    ValueError: out_sizes[1] must be a whole number, at least 1; got 0.
    """
    is_sequence = isinstance(values, (tuple, list)) or getattr(values, "ndim", 0) == 1
    if not is_sequence:
        advice = f" Write ({values},)." if isinstance(values, int) and not isinstance(values, bool) else ""
        raise TypeError(
            f"{name} must be a tuple such as (4, 6); got {shown(values)}, {_kind(values)}.{advice}"
        )
    if len(values) == 0:
        raise ValueError(f"{name} must be a tuple such as (4, 6); got {shown(values)}, which is empty.")
    return tuple(whole_number(value, f"{name}[{i}]", at_least, at_most) for i, value in enumerate(values))


def one_per_axis(value, name, count, at_least=1, at_most=None):
    """A setting for ``count`` axes as a tuple of ints: a whole number holds for all, a tuple names each.

    >>> one_per_axis(2, "stride", 2), one_per_axis((2, 1), "stride", 2)
    ((2, 2), (2, 1))
    >>> one_per_axis((2, 1, 1), "stride", 2)
    Traceback (most recent call last):
    ValueError: stride must be a whole number or 2 of them; got (2, 1, 1), which is 3.
    """
    is_sequence = isinstance(value, (tuple, list)) or getattr(value, "ndim", 0) == 1
    if not is_sequence:
        return (whole_number(value, name, at_least, at_most),) * count
    numbers = whole_numbers(value, name, at_least, at_most)
    if len(numbers) != count:
        raise ValueError(
            f"{name} must be a whole number or {count} of them; got {shown(value)}, which is {len(numbers)}."
        )
    return numbers


def resizable(value, name):
    """The value as an array that can be resized: with an axis, and of a dtype that a resize keeps."""
    array = finite_array(value, name)
    if array.ndim == 0:
        raise ValueError(f"{name} must have at least one axis; got the single number {array}.")
    if array.dtype.name not in ("uint8", "float16", "float32", "float64"):
        raise TypeError(
            f"{name} must be float16, float32, float64 or uint8; got {array.dtype} of shape {array.shape}. "
            f"Write {name}.astype(float), or {name}.astype(np.uint8) for an image with values 0 to 255."
        )
    return array


def sizes_and_axes(array, out_sizes, axes):
    """The sizes asked for and the axes they belong to, counted from the front: two tuples of ints.

    >>> sizes_and_axes(np.zeros((4, 6, 3)), [8, 9], (0, -2))
    ((8, 9), (0, 1))
    """
    out_sizes = whole_numbers(out_sizes, "out_sizes", 1, LARGEST_SIZE)
    if axes is None:
        if len(out_sizes) != array.ndim:
            raise ValueError(
                f"out_sizes={out_sizes} is {len(out_sizes)} sizes for the {array.ndim} axes of shape {array.shape}: "
                "say which axes, for example axes=(0, 1) for an image of shape (height, width, channels)."
            )
        return out_sizes, tuple(range(array.ndim))
    axes = whole_numbers(axes, "axes", -array.ndim, array.ndim - 1)
    if len(axes) != len(out_sizes):
        raise ValueError(f"There must be one size per axis; got out_sizes={out_sizes} and axes={axes}.")
    positive = tuple(axis % array.ndim for axis in axes)
    if len(set(positive)) != len(positive):
        raise ValueError(f"Each axis may be named once; got axes={axes} for shape {array.shape}.")
    return out_sizes, positive


def affordable(shape, name):
    """The shape, if an array of it fits in memory with room to spare. Raises ValueError otherwise."""
    count = math.prod(shape)
    if count > LARGEST_COUNT:
        raise ValueError(
            f"{name} would have shape {tuple(shape)}, {count:,} numbers; "
            f"at most {LARGEST_COUNT:,} are made here. Ask for smaller sizes."
        )
    return tuple(shape)


def shown(value, longest=60):
    """The value as an error message repeats it: its repr, cut when it is long."""
    try:
        text = " ".join(repr(value).split())
    except Exception:  # an object whose own repr is broken, or an int of more digits than Python prints
        text = f"{_kind(value)} that cannot be printed"
    return text if len(text) <= longest else text[: longest - 3] + "..."


def _has_mask(value):
    """Is it a masked array, or a list of them? numpy would drop their masks without a word."""
    if isinstance(value, (list, tuple)):
        return any(map(_has_mask, value))
    return isinstance(value, np.ma.MaskedArray)


def _kind(value):
    name = type(value).__name__
    return f"an {name}" if name[0].lower() in "aeiou" else f"a {name}"


def _range_in_words(at_least, at_most):
    if at_least is None:
        return "of any sign" if at_most is None else f"at most {at_most}"
    return f"at least {at_least}" if at_most is None else f"from {at_least} to {at_most}"


def _plural(word, count):
    return word if count == 1 else {"axis": "axes"}.get(word, word + "s")
