"""Numbers as people write them: ``read("½; −0,75 px", shape=(2,))`` is ``[0.5, -0.75]``, and says what it left out.

Read are blanks, brackets and line breaks, every minus, decimal commas, Chinese punctuation, fractions and small
calculations, number words, "about", units, and what NumPy and torch print. Where a text can mean several things,
the number of values that are asked for decides; what remains open is said in the remark.
"""

import ast
import math
import operator
import re
import unicodedata
from typing import NamedTuple

import numpy as np

from course_utils.exercises.engine.report import show_argument
from course_utils.exercises.engine.sandbox import PASSES_THROUGH

LONGEST_TEXT, LONGEST_NUMBER = 2000, 200  # characters


class Unreadable(ValueError):
    """The text is not an answer to this question; the message says what would be."""


class Reading(NamedTuple):
    """What was read: ``numbers`` in the shape that is asked for, and a ``remark`` on how ("" when it is plain)."""

    numbers: np.ndarray
    remark: str = ""


def read(answer, shape=(), unit=""):
    """The numbers in ``answer``, a text or anything that NumPy takes, as a :class:`Reading`.

    ``shape`` is asked for, in ``unit``. Unreadable repeats what was given and says what would work.

    >>> read("0,75")
    Reading(numbers=array(0.75), remark="'0,75' was read as 0.75: a decimal comma.")
    >>> read("0, 1/4; 0.5 1", (2, 2)).numbers
    array([[0.  , 0.25],
           [0.5 , 1.  ]])
    """
    answer = _text_or_array(answer, shape)
    if isinstance(answer, str):
        values, remark = _read_text(answer, shape, unit)
    else:
        values, remark = answer.ravel().tolist(), ""
        _same_number(values, shape)
    if not np.isfinite(values).all():
        raise Unreadable(f"NaN and infinity cannot be compared with an answer. {wanted(shape)}")
    return Reading(np.array(values, float).reshape(shape), remark)


def wanted(shape):
    """What is asked for, in a sentence: "2 numbers are asked for, such as 0.3, 1/7."."""
    count = int(np.prod(shape))
    rows = f", in {shape[0]} rows of {shape[1]}" if len(shape) == 2 else ""
    return f"{_numbers(count)} asked for{rows}, such as {example(shape)}."


def example(shape):
    """As many numbers as are asked for, as they may be typed. None is the answer to anything in the course."""
    count = int(np.prod(shape))
    some = ["2.6", "1/7", "−1.7", "0.3", *(f"{n}.6" for n in range(3, count))][:count]
    if len(shape) != 2:
        return ", ".join(some)
    rows = (some[start : start + shape[1]] for start in range(0, count, shape[1]))
    return "[" + ", ".join(f"[{', '.join(row)}]" for row in rows) + "]"


def _numbers(count):
    return "One number is" if count == 1 else f"{count} numbers are"


def _same_number(values, shape, hint=""):
    count = int(np.prod(shape))
    if len(values) != count:
        given = f"{len(values)}: {_listed(values)}" if values else "none"
        raise Unreadable(f"{_numbers(count)} asked for, and you gave {given}. {hint or _such_as(shape)}")


def _such_as(shape):
    return f"Type {'it' if shape == () else 'them'} like this: {example(shape)}."


def _listed(values):
    texts = [f"{value:.6g}".replace("-", "−") for value in values[:12]]
    return ", ".join(texts + ["…"] * (len(values) > 12))


def _quoted(text):
    text = text.strip()
    return repr(text if len(text) <= 60 else text[:59] + "…")


# ---- what is not text ---------------------------------------------------------------------------------------


def _text_or_array(answer, shape):
    """The answer as a text, or as an array of floats."""
    if answer is None:
        raise Unreadable(f"Nothing is typed yet. {wanted(shape)}")
    try:
        if isinstance(answer, str):
            return str.__str__(answer)  # of a subclass, without its ways
        array = np.asanyarray(answer.detach().cpu() if hasattr(answer, "detach") else answer)
        if array.dtype.kind == "U":  # a list of texts
            return "; ".join(array.ravel().tolist())
        if np.ma.is_masked(array) or array.dtype.kind not in "iufO":
            raise TypeError
        floats = np.asarray(array, float)
    except PASSES_THROUGH:
        raise
    except BaseException:  # objects may raise anything when they are looked at, SystemExit too
        raise Unreadable(f"{_shown(answer)} cannot be read as numbers. {wanted(shape)}") from None
    _same_rows(floats.shape, shape)
    return floats


def _same_rows(given, shape):
    """A table of 3 rows of 2 is not one of 2 rows of 3, though it holds as many numbers."""
    given, asked = (tuple(size for size in sizes if size != 1) for sizes in (given, shape))
    if len(asked) >= 2 and len(given) >= 2 and given != asked and np.prod(given) == np.prod(asked):
        raise Unreadable(f"Yours is a table of {' × '.join(map(str, given))}. {wanted(shape)}")


def _shown(value):
    try:
        return show_argument(value)
    except PASSES_THROUGH:
        raise
    except BaseException:
        return f"An object of type {type(value).__name__}"


# ---- from a text to readings of it ---------------------------------------------------------------------------


def _read_text(text, shape, unit):
    """(values, remark) of the first way to read the text that gives as many numbers as are asked for."""
    if len(text) > LONGEST_TEXT:
        raise Unreadable(f"A text of {len(text)} characters is too long to be read. {wanted(shape)}")
    plain, remarks = _plain(text, unit, shape)
    if not re.sub(r"[\s,;\[\]{}()]", "", plain):
        raise Unreadable(f"Nothing is typed yet. {wanted(shape)}")
    plain = _one_side(plain, text, shape)
    _no_range(plain, text, shape)
    fitting, first = [], None
    for how, way in _WAYS.items():
        try:
            values = way(plain)
        except Unreadable as error:
            first = first or error
            continue
        if values is None:
            continue
        if len(values) == int(np.prod(shape)):
            fitting.append((how, values))
        elif first is None:
            first = values
    if not fitting:
        if isinstance(first, Unreadable):
            raise Unreadable(f"{first} {wanted(shape)}")
        hint = (
            "Put semicolons between numbers with decimal commas: 0,3; 1,7."
            if re.search(r"\d,\d", plain)
            else ""
        )
        _same_number(first, shape, hint)
    how, values = fitting[0]
    others = [other for _, other in fitting[1:] if not np.allclose(other, values, rtol=1e-12, atol=0)]
    if how or others:
        remarks.append(
            f"{_quoted(text)} was read as {_listed(values)}{': ' + how if how else ''}."
            + (f" It could also mean {_listed(others[0])}." if others else "")
        )
    _rows_of_text(plain, shape)
    return values, " ".join(remarks)


def _rows_of_text(plain, shape):
    rows = [_split(row) for row in re.findall(r"\[([^\[\]]*)\]", plain)]
    if len(rows) > 1 and len({len(row) for row in rows}) == 1:
        _same_rows((len(rows), len(rows[0])), shape)


def _as_written(plain):
    """Commas separate, points are decimal points."""
    if re.search(r"(?:^|[;\[({+*/-])\s*,\d", plain):  # ",75" is no 75
        return None
    if re.search(r"\d\s*,\s*,", plain):
        raise Unreadable("There is nothing between two of the commas.")
    return _values(plain.replace(",", ";"))


def _with_thousands(plain):
    """1,000 and 1 000 and 1'000."""
    joined = re.sub(
        r"(?<![\d.,'])[1-9]\d{0,2}(?:,\d{3}|[ ]\d{3}|'\d{3})+(?![\d,'])",
        lambda match: re.sub(r"\D", "", match[0]),
        plain,
    )
    return None if joined == plain else _values(joined.replace(",", ";"))


def _with_decimal_commas(plain):
    """0,75 and ,75 and 1.234,5; a comma before anything but a digit separates."""
    if not re.search(r",\d", plain) or re.search(r",\s*,", plain):
        return None
    plain = re.sub(r"(?<![\d.,])\d{1,3}(?:\.\d{3})+(?=,\d)", lambda match: match[0].replace(".", ""), plain)
    return _values(re.sub(r",(?=\d)", ".", plain).replace(",", ";"))


def _with_mixed_numbers(plain):
    """1 1/2."""
    mixed = re.sub(r"(?<![\d./*,])(\d+)[ ]+(\d+ ?/ ?\d+)(?![\d./*])", r"(\1+\2)", plain)
    return None if mixed == plain else _values(mixed.replace(",", ";"))


def _with_sizes(plain):
    """2 × 3, where two numbers are asked for."""
    return _values(plain.replace("×", ";").replace(",", ";")) if "×" in plain else None


_WAYS = {
    "": _as_written,
    "digits in groups of three are one number": _with_thousands,
    "a decimal comma": _with_decimal_commas,
    "a whole number and a fraction": _with_mixed_numbers,
    "the sizes one by one": _with_sizes,
}


# ---- from characters and words to digits and operators -------------------------------------------------------

_MINUS = dict.fromkeys(map(ord, "−–—‐‑‒―➖"), "-")
_SIGNS = str.maketrans({
    **dict.fromkeys("、،؛", ";"), **dict.fromkeys("【〔「『{", "["), **dict.fromkeys("】〕」』}", "]"),
    **dict.fromkeys("·⋅∙•✕✖⨯∗", "*"), **dict.fromkeys("÷∕⁄", "/"), **dict.fromkeys("≈≃≅∼〜", "~"),
    "。": ".", "٫": ".", "’": "'", "‘": "'", "∞": " inf ",
})  # fmt: skip
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_COUNTS = {
    **{word: str(number) for number, word in enumerate(_ONES)},
    **{word: str(10 * number) for number, word in enumerate(_TENS, 2)},
}
_WORDS = {
    **_COUNTS, "minus": "-", "negative": "-", "plus": "+", "over": "/", "and": ";", "percent": "%",
}  # fmt: skip
_PARTS = {"half": 2, "halves": 2, "quarter": 4, "quarters": 4}
_PLACES = {
    "third": 3,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
    "sixteenth": 16,
}
_ALL_PARTS = {**_PARTS, **_PLACES, **{f"{part}s": number for part, number in _PLACES.items()}}
_ABOUT = (
    r"(?:about|approximately|approx\.?|around|roughly|circa|ca\.?|nearly|almost|exactly|maybe|probably"
    r"|i think|it is|by|every|大?约)"
)
_UNITS = (
    r"(?:(?:(?:small|large|coarse|fine|image|input|output|different|normali[sz]ed|more|gr[ae]y)\s+)?"
    r"(?:px|pixels?|db|decibels?|samples?|columns?|rows?|weights?|channels?|places?|slots?|outputs?|inputs?|values?"
    r"|numbers?|products?|kernels?|taps?|terms?|zeros|units?|points?|times|degrees?|bits?|stamps?|levels?"
    r"|parameters?|steps?|layers?|images?)(?:\s+(?:high|wide|tall|long|apart))?|°|像素)"
)
_PRINTED = r"(?:(?:np|numpy|torch)\.)?(?:array|asarray|tensor|float(?:16|32|64)?|list|tuple)\s*(?=\()"
_GIVE_OR_TAKE = r"(?:±|\+/?-)"
_NAME = r"[^\W\d]\w*(?:\s*[\[(][^\])=]*[\])])?"


def vocabulary():
    """The words and signs that are read, for a reader in another language: the pages of the book."""
    return {
        "about": _ABOUT, "units": _UNITS, "printed": _PRINTED, "giveOrTake": _GIVE_OR_TAKE, "name": _NAME,
        "ones": {word: _COUNTS[word] for word in _ONES[1:10]}, "tens": {word: _COUNTS[word] for word in _TENS},
        "counts": _COUNTS, "words": _WORDS, "parts": _PARTS, "allParts": _ALL_PARTS,
        "signs": {chr(code): sign for code, sign in (_MINUS | _SIGNS).items()},
    }  # fmt: skip


def _plain(text, unit, shape):
    """The text in ASCII digits, operators, separators and ×, without units and names; remarks on what went."""
    remarks = []
    plain = _one_alphabet(text)
    if np.prod(shape) == 2:  # a mean and a spread
        plain = re.sub(rf"(?<=[\w.)\]%°])\s*{_GIVE_OR_TAKE}\s*", " ; ", plain)
    plain = re.sub(
        r",\s*(?:dtype|device|requires_grad|grad_fn|size)\s*=\s*(?:\([^)]*\)|[^,()\]]*)(?=[,)\]])", "", plain
    )
    plain = re.sub(r"(?:(?:np|numpy)\.)?u?int\d*\s*\((\s*-?\d+\s*)\)", r"\1", plain)
    plain = re.sub(rf"\b{_PRINTED}", "", plain)
    plain = re.sub(r"\b(?:(?:np|math)\.)?(log10|sqrt)\(([\d.]+)\)", _calculated_function, plain)
    plain = re.sub(r"(?i)\bto the right\b", " ", plain)  # where x grows; to the left is another sign
    plain = re.sub(r"(?<=\d)\s*:\s*1\s*$", "", plain)  # 4:1
    _nothing_that_cannot_be_compared(plain, text)
    plain = re.sub(rf"(?i)(?<![^\W\d]){_ABOUT}(?![^\W\d])", " ", plain)
    plain = _without_names(plain, text)
    if re.fullmatch(r"(?i)\s*(?:none|nothing|nil|null)\s*", plain):
        return "0", [f"{_quoted(text)} was read as 0."]
    plain, units = _without_units(_without_words(plain, shape))
    if strange := [name for name in units if name.casefold() not in _spellings(unit.casefold())]:
        remarks.append(f"Only the number was read, not the unit {strange[0]!r}.")
    if "%" in plain:
        plain = re.sub(r"((?:\d+(?:[.,]\d+)?|[.,]\d+))\s*%", r"\1" if unit == "%" else r"\1/100", plain)
        if unit != "%":
            remarks.append("A percent sign divides by 100: 64 % is 0.64.")
    return plain, remarks


def _spellings(unit):
    return {"db": ("db", "decibel", "decibels")}.get(unit, (unit,))


def _one_alphabet(text):
    """Fullwidth, typographic and foreign characters as the ones on an English keyboard, and ×."""
    text = _INVISIBLE.sub("", text).translate(_MINUS)
    text = re.sub("[⁰¹²³⁴-⁹⁺⁻]+", lambda match: "**" + match[0].translate(_SUPERSCRIPTS), text)
    text = re.sub(r"(\d*)\s*([¼-¾⅐-⅞])", lambda match: f"({match[1] or 0}+{_fraction(match[2])})", text)
    text = unicodedata.normalize("NFKC", text).translate(_SIGNS).translate(_MINUS)  # fullwidth is done here
    text = "".join(str(unicodedata.decimal(char, char)) for char in text)
    text = re.sub(r"(?<=[\d)\]])(?<!\b0)\s*[xX](?=\s*[\d(])", "×", text)
    text = re.sub(r"^\s*[xX×]\s*(?=\d)", "", text)  # x4
    text = re.sub(r"(?<=\d)_(?=\d)", "", text).replace("^", "**")
    return re.sub(r"[\"`´$?]|(?<!\d)'|'(?!\d)|\.+\s*$", "", text).strip()


def _calculated_function(match):
    """ "(0.301…)" for "log10(2)"."""
    try:
        return f"({getattr(math, match[1])(float(match[2]))!r})"
    except ValueError:  # log10(0), sqrt(..)
        return match[0]


def _fraction(char):
    return "{}/{}".format(*unicodedata.normalize("NFKD", char).split("⁄"))


def _nothing_that_cannot_be_compared(plain, text):
    if re.search(r"(?i)\b(?:nan|inf|infinity)\b", plain):
        raise Unreadable(
            f"{_quoted(text)}: NaN and infinity cannot be compared with an answer. Type a number."
        )
    if re.search(r"\d\*?[ij]\b", plain):
        raise Unreadable(f"{_quoted(text)} is a complex number. The answer is real: leave out i.")
    if re.search(rf"(?i)[<>≤≥]|{_GIVE_OR_TAKE}|\b(?:or|to|between|at least|at most|not)\b", plain):
        raise Unreadable(f"{_quoted(text)} leaves open which number is meant. Choose one, for example 2.6.")


def _without_names(plain, text):
    """``x = 3`` without ``x =``. Several names could be in another order than the question's."""
    names = re.findall(rf"({_NAME})\s*[=:]", plain)
    if len(names) > 1:
        raise Unreadable(
            f"{_quoted(text)} contains names. Type only the numbers, in the order of the question."
        )
    return re.sub(rf"^\s*(?:{_NAME}\s*)?[=:~]+|(?<![\d)\s])~|{_NAME}\s*[=:]", " ", plain)


def _without_units(plain):
    """The text without "px" in "3 px" and "pixels" in "pixels 0 and 2"; the units behind numbers."""
    plain = re.sub(rf"(?i)^\s*{_UNITS}\s+(?=[-+\d.(])", "", plain)
    pattern = re.compile(
        rf"(?i)(?<=[\d.)\]])\s*(?:(?:of\s+)?an?\s+)?"
        rf"(?P<unit>{_UNITS}(?:\*\*[23])?(?!(?<=point)\s*\d)|x(?!\s*\d))(?![\w(*])"
    )
    units = [match["unit"].replace("**", "^") for match in pattern.finditer(plain)]
    return pattern.sub(" ", plain), units


def _without_words(plain, shape):
    """Number words as digits: "minus three quarters" is -(3/4), "twenty-five" is (20+5)."""
    plain = re.sub(
        rf"(?i)\b({_any_of(_TENS)})-({_any_of(_ONES[1:10])})\b",
        lambda m: f"({_COUNTS[m[1].lower()]}+{_COUNTS[m[2].lower()]})",
        plain,
    )
    plain = re.sub(r"(?<=[^\W\d])-(?=[^\W\d])", " ", plain)  # three-quarters; no minus stands between words
    plain = re.sub(r"(?i)(?<=[\w)])\s+times\s+(?=[\w(])", "*", plain)
    if np.prod(shape) == 1:
        plain = re.sub(
            rf"(?i)(?<![\w./*,])(?<![/*]\s)(\d+|{_any_of(_COUNTS)})\s+and\s+(?:an?|one)\s+({_any_of(_ALL_PARTS)})\b",
            lambda m: f"({_COUNTS.get(m[1].lower(), m[1])}+1/{_ALL_PARTS[m[2].lower()]})",
            plain,
        )
    plain = re.sub(rf"(?i)\b({_any_of(_WORDS)})\b", lambda m: _WORDS[m[1].lower()], plain)
    count = r"(?:(\d+)\s+(?=1?\b\w+s\b)|an?\s+|(?<![\d.])1\s+)"
    return re.sub(
        rf"(?i)\b(?:{count}?({_any_of(_PARTS)})|{count}({_any_of(_ALL_PARTS)}))\b",  # "third" alone is a place
        lambda m: f"({m[1] or m[3] or 1}/{_ALL_PARTS[(m[2] or m[4]).lower()]})",
        plain,
    )


def _any_of(words):
    return "|".join(sorted(words, key=len, reverse=True))


def _one_side(plain, text, shape):
    """The left side of ``7/3 = 2.33`` when both sides are one number."""
    sides = re.split(r"[=~]+", plain)
    if len(sides) == 1:
        return plain
    readings = [_values(side.replace(",", ";")) for side in sides]
    if any(len(values) != 1 for values in readings):
        raise Unreadable(f"{_quoted(text)} cannot be read. {wanted(shape)}")
    if not np.allclose(readings, readings[0], rtol=0.01, atol=1e-9):
        raise Unreadable(
            f"The two sides of {_quoted(text)} differ: {_listed([v for values in readings for v in values])}. "
            "Type one number."
        )
    return sides[0]


def _no_range(plain, text, shape):
    """3-4 may be a range or -1."""
    match = re.fullmatch(r"\s*(\d+\.?\d*)(\s*)-(\s*)(\d+\.?\d*)\s*", plain)
    if match and bool(match[2]) == bool(match[3]) and float(match[1]) < float(match[4]):
        low, high = match[1], match[4]
        raise Unreadable(
            f"{_quoted(text)} can mean the numbers from {low} to {high}, or {low} minus {high}. {wanted(shape)}"
        )


# ---- from digits and operators to values -------------------------------------------------------------------


def _values(plain):
    """The values in a text of numbers, calculations and separators."""
    return [_calculated(token) for token in _split(plain.replace("×", "*"))]


def _split(plain):
    """Semicolons, brackets, line breaks and blanks separate, except for the blanks around an operator."""
    plain = re.sub(r"[\[\]\n\r\t;,]+", ";", plain)
    plain = re.sub(r"[ ]*(\*\*|[*/])[ ]*", r"\1", plain)
    plain = re.sub(r"(?<=[\d.)])[ ]+([+-])[ ]+(?=[\d.(])", r"\1", plain)  # 1 - 2 is one number, 1 -2 are two
    plain = re.sub(r"(?<![\d.)])([+-])[ ]+(?=[\d.(])|([+-])[ ]+(?=[\d.(])", r"\1\2", plain)  # - 0.75
    plain = re.sub(r"\([ ]+", "(", re.sub(r"[ ]+\)", ")", plain))
    return re.findall(r"[^\s;]+", _containers_opened(plain))


def _containers_opened(plain):
    """Round brackets around several values go; those around a part of a calculation stay."""
    inner = re.compile(r"\(([^()]*)\)")
    while inner.search(plain):
        plain = inner.sub(
            lambda match: f";{match[1]};" if re.search(r"[;\s]", match[1]) else f"⟨{match[1]}⟩", plain
        )
    return plain.translate(str.maketrans("()⟨⟩", ";;()"))


def _calculated(token):
    """The value of a number or of a calculation with + - * / ** and brackets."""
    try:
        if len(token) > LONGEST_NUMBER or not re.fullmatch(r"[\d.eE+\-*/()]+", token):
            raise ValueError
        tree = ast.parse(re.sub(r"(?<![\d.eE])0+(?=\d)", "", token), mode="eval")  # 007 is 7
        return _value_of(tree.body)
    except (SyntaxError, ValueError, TypeError, ArithmeticError, RecursionError, MemoryError):
        raise Unreadable(f"{_quoted(token.replace('-', '−'))} is not a number.") from None


_OPERATORS = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Pow: operator.pow, ast.UAdd: operator.pos, ast.USub: operator.neg,
}  # fmt: skip


def _value_of(node):
    """Everything in floats: no power can grow beyond them."""
    match node:
        case ast.Constant(value=int() | float()):
            return float(node.value)
        case ast.UnaryOp():
            return _OPERATORS[type(node.op)](_value_of(node.operand))
        case ast.BinOp() if type(node.op) in _OPERATORS:
            value = _OPERATORS[type(node.op)](_value_of(node.left), _value_of(node.right))
            return value if isinstance(value, float) else float("nan")  # (-2) ** 0.5 is complex
    raise ValueError
