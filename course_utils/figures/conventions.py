"""Two libraries beside each other: what they make of a ramp, an impulse or a photo, and what explains the difference.

Words used here
    decision   a field of a recipe in which the two differ and that can act on this picture
    switched   a decision that is taken from the second recipe; ``walk`` of them are, from the left
    left       the largest difference that remains from the second library's result
    alone      the same with that one decision switched
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from course_utils.conventions import Step, acting, walk
from course_utils.figures.draw.cells import tile, words_in
from course_utils.figures.draw.scene import (
    Handle,
    Scene,
    circle,
    document,
    group,
    held,
    image,
    label,
    line,
    number,
    path,
    rect,
    scrub,
)
from course_utils.figures.photos import part_of
from course_utils.figures.pictures import difference_colors, scale_end
from course_utils.kernels import Kernel
from course_utils.recipes import Recipe, differences, resize_by
from course_utils.resampling import to_8_bits
from course_utils.validation import one_of, whole_number

PICTURES = ("ramp", "impulse", "photo")
MOST_IN, MOST_OUT = 12, 12
PHOTO, PHOTO_SIZE, LEAST_PHOTO, MOST_PHOTO = "camera", 96, 12, 144
SELDOM = ("arithmetic", "skip_same_size")  # shown where they change something, on ties only
SMALLEST = 1e-9  # what is below is a rounding error of float64

WIDTH, HEIGHT = 900, 452
NAMES, CELL, ROW, ROW_GAP, TOP = 190, 57, 36, 12, 24  # px: cells of the numbers
SIDE, GAP = 206, 18  # px: pictures of the photo
BARS, BAR_HEIGHT, CARDS = 276, 62, 362  # px: y of the tallest bar, its height, y of what is switched
WIDEST, PULL = 124, 78  # a short pull switches one more


def made_picture(name, in_size=8):
    """The input of this name: float64 (in_size,), or uint8 (PHOTO_SIZE, PHOTO_SIZE) for "photo".

    >>> made_picture("ramp", 3), made_picture("impulse", 4)
    (array([0., 1., 2.]), array([0., 1., 0., 0.]))
    """
    one_of(name, "picture", PICTURES)
    if name == "photo":
        return part_of(PHOTO, PHOTO_SIZE)
    in_size = whole_number(in_size, "in_size", 1, MOST_IN)
    return np.arange(float(in_size)) if name == "ramp" else np.eye(in_size)[(in_size - 1) // 2]


@dataclass(frozen=True, eq=False)
class Comparison:
    """What two recipes make of a picture, and the steps from one to the other."""

    a: Recipe
    b: Recipe
    picture: str
    array: np.ndarray
    out_size: int
    steps: tuple[Step, ...]
    results: tuple[np.ndarray, ...]  # of a with 0, 1, ... decisions switched; None where a mixture has none
    goal: np.ndarray  # b's

    @cached_property
    def left(self):
        """The largest difference after 0, 1, ... steps: NaN where a mixture has no result."""
        return [
            float("nan") if result is None else _tidy(np.abs(_apart(result, self.goal)).max())
            for result in self.results
        ]

    @cached_property
    def without_say(self):
        """Fields in which the two differ and that change nothing here."""
        return [name for name in differences(self.a, self.b) if name not in {s.field for s in self.steps}]


@lru_cache(64)
def comparison(a, b, picture, in_size, out_size) -> Comparison:
    array = made_picture(picture, in_size)
    sizes = (out_size,) * array.ndim
    goal = resize_by(b, array, sizes)
    steps = _steps(a, b, array, sizes)
    mixtures = [None if np.isnan(step.left) else resize_by(step.recipe, array, sizes) for step in steps]
    results = (resize_by(a, array, sizes), *mixtures)
    return Comparison(a, b, picture, array, out_size, steps, results, goal)


def _steps(a, b, array, sizes):
    names = acting(a, b, array.dtype)
    try:
        return walk(a, b, array, sizes, names=[name for name in names if name not in SELDOM])
    except ValueError:  # here they decide, on a tie
        return walk(a, b, array, sizes, names=names)


def _apart(one, other):
    return one.astype(float) - other.astype(float)


def _tidy(value):
    return 0.0 if abs(value) < SMALLEST else float(value)


def lab_scene(a, b, picture="ramp", in_size=8, out_size=3, walked=0, names=None) -> Scene:
    """Two recipes' results, their difference, and the decisions between them, ``walked`` of which are switched.

    in_size    of the ramp or the impulse, 1 to 12; the photo has 96 × 96 pixels
    out_size   1 to 12, or 12 to 144 for the photo
    walked     more than there are decisions: all
    names      what the two are called; without them, library and method

    Handles: "in" and "out" pull the sizes, "walk" switches from left to right. Cells ``walk-k``: k switched.
    """
    if picture != "photo":
        out_size = whole_number(out_size, "out_size", 1, MOST_OUT)
    between = comparison(a, b, picture, in_size, whole_number(out_size, "out_size", 1, MOST_PHOTO))
    walked = min(whole_number(walked, "walked", 0), len(between.steps))
    names = names or (str(a), str(b))
    drawn = _photo if picture == "photo" else _numbers
    parts = [*drawn(between, walked, names), *_switches(between, walked)]
    text = _sentence(between, walked, names)
    title = f"{names[0]} and {names[1]} on a {picture}"
    return Scene(
        document(WIDTH, HEIGHT, parts, title, text),
        text,
        _table(between),
        details={f"walk-{k}": _column_sentence(between, k, names) for k in range(len(between.steps) + 1)},
        handles=_handles(between, walked),
        chosen="",  # a click on a column has switched; it is not held
    )


def _handles(between, walked):
    handles = {}
    if between.picture == "photo":
        handles["out"] = scrub(
            "photo_size", between.out_size, LEAST_PHOTO, MOST_PHOTO, 1, "new size of the photo", 3
        )
    else:
        for name, value, low, high in (
            ("in", len(between.array), 2, MOST_IN),
            ("out", between.out_size, 1, MOST_OUT),
        ):
            words = "samples of the input" if name == "in" else "samples of the results"
            handles[name] = Handle(
                (f"{name}_size",), (value,), ((1 / CELL, 0),), (low,), (high,), (1,), words, big=2
            )
    if between.steps:
        rate = 1 / min(_column_width(between), PULL)
        handles["walk"] = Handle(
            ("walk",), (walked,), ((rate, 0),), (0,), (len(between.steps),), (1,), "decisions switched", big=1
        )
    return handles


# ---- a ramp or an impulse: numbers in cells --------------------------------------------------------


def _numbers(between, walked, names):
    result, goal = between.results[walked], between.goal
    largest = max(float(np.abs(between.array).max()), 1e-9)
    title = f"{between.picture} of {len(between.array)} → {between.out_size}"
    yield label(0, 14, title, "", "start", 14, font_weight="600")
    yield from _row(0, "input", between.array, "input", largest)
    yield from _row(1, _mixture(names[0], walked), result, "output", largest)
    yield from _row(2, names[1], goal, "output", largest)
    if result is None:
        yield label(NAMES, _y(3) + 23, "this mixture has no result", "muted", "start")
    else:
        # At least a tenth of the input counts as a strong tint, so that rounding errors stay pale.
        yield from _row(3, "difference", _apart(result, goal), "", max(between.left[0] or 0, largest / 10))
    for row, name, count in ((0, "in", len(between.array)), (1.5, "out", between.out_size)):
        yield _grip(NAMES + CELL * count, _y(row), name, count)


def _y(row):
    return TOP + row * (ROW + ROW_GAP)


def _row(row, name, values, css, largest):
    y = _y(row)
    yield _name(name, y + ROW / 2 + 5, css)
    for k, value in enumerate(() if values is None else map(_tidy, values)):
        tint = css or ("kernel" if value >= 0 else "negative")
        opacity = 0.04 + 0.56 * min(abs(value) / largest, 1)
        x = NAMES + CELL * k
        yield tile(x, y, CELL, ROW, tint, opacity)
        yield words_in(x, y, CELL, ROW, _amount(value), 13)


def _name(name, y, css):
    size = min(13, (NAMES - 8) / (0.56 * len(name)))
    return label(0, y, name, css, "start", size, font_weight="600")


def _mixture(name, walked):
    return f"{name}, {walked} switched" if walked else name


def _grip(x, y, name, count):
    css = "input" if name == "in" else "output"
    middle = y + ROW / 2
    tip = [(x + 4, middle - 9), (x + 4, middle + 9), (x + 15, middle)]
    return group(
        [rect(x, y - 2, 22, ROW + 4, "plain"), path(tip, f"{css} knob", closed=True)],
        **held(name, f"{count} samples"),
    )


# ---- a photo -------------------------------------------------------------------------------------


def _photo(between, walked, names):
    result, goal = between.results[walked], between.goal
    words = f"{PHOTO_SIZE} × {PHOTO_SIZE} → {between.out_size} × {between.out_size}"
    x = [k * (SIDE + GAP) for k in range(4)]
    yield label(x[0], 14, words, "output scrub", "start", 14, font_weight="600", **held("out", words))
    yield from _square(x[0], between.array, "the photo", "input")
    yield _name_above(x[1], _mixture(names[0], walked))
    yield _name_above(x[2], names[1])
    yield _name_above(x[3], "difference")
    if result is None:
        yield label(x[1] + 10, TOP + 40, "this mixture has no result", "muted", "start")
    else:
        yield from _square(x[1], _shown(result), _mixture(*names[:1], walked), "output")
    yield from _square(x[2], _shown(goal), names[1], "output")
    if result is not None:
        signed = np.rint(_apart(result, goal)).astype(int)
        yield from _square(x[3], difference_colors(signed), "signed difference", "muted")
        end = scale_end(signed)
        yield label(
            x[3], TOP + SIDE + 15, f"green: the first is lighter; full at ±{end}", "muted", "start", 11
        )


def _square(x, pixels, description, css):
    yield image(x, TOP, SIDE, SIDE, pixels, description)
    yield rect(x, TOP, SIDE, SIDE, f"line {css}", pointer_events="none")


def _name_above(x, name):
    return label(x, 14, name, "", "start", min(14, SIDE / (0.56 * len(name))), font_weight="600")


def _shown(result):
    return result if result.dtype == np.uint8 else to_8_bits(result)


# ---- the switches --------------------------------------------------------------------------------


def _column_width(between):
    return min(WIDEST, (WIDTH - 4) / (len(between.steps) + 1))


def _switches(between, walked):
    """A column for the beginning and one for each decision: what is left there as a bar, below it the switch."""
    width = _column_width(between)
    most = max(_known(between.left), default=0) or 1.0
    floor = BARS + BAR_HEIGHT
    yield label(2, BARS - 16, _heading(between), "", "start", 13, font_weight="600")
    parts = []
    for k, left in enumerate(between.left):
        x, is_on = 2 + k * width, k <= walked
        if k == walked:
            parts.append(rect(x + 1, BARS - 8, width - 2, HEIGHT - BARS + 4, "output", fill_opacity="0.12"))
        height = 0 if np.isnan(left) else BAR_HEIGHT * left / most
        css = "kernel" if is_on else "muted"
        parts.append(
            rect(x + 8, floor - height, width - 16, height, css, fill_opacity="0.8" if is_on else "0.3")
        )
        parts.append(line(x + 8, floor, x + width - 8, floor))
        parts.append(
            label(x + width / 2, floor + 18, f"{_amount(left)} left", "", size=12, font_weight="600")
        )
        parts += _card(between, k, x, width, is_on)
    if between.steps:
        parts += _track(width, len(between.steps), walked)
    yield group(parts, pointer_events="none")
    for k in range(len(between.left)):
        yield rect(
            2 + k * width, BARS - 8, width, HEIGHT - BARS + 4, "plain", data_id=f"walk-{k}", cursor="pointer"
        )
    if between.steps:
        yield _knob(2 + (walked + 0.5) * width, floor, walked)


def _track(width, count, walked):
    """The way of the mark, an arrow to the right; what is switched by now is filled."""
    first, here, last = (2 + (k + 0.5) * width for k in (0, walked, count))
    y = BARS + BAR_HEIGHT
    yield line(first, y, last + 20, y, "line muted", stroke_width=4, stroke_opacity="0.5")
    yield path([(last + 20, y - 6), (last + 20, y + 6), (last + 30, y)], "muted", closed=True)
    yield line(first, y, here, y, "line output", stroke_width=4)


def _knob(x, y, walked):
    outline = [(x - 10, y - 7), (x, y + 1), (x + 10, y - 7), (x + 10, y - 17), (x - 10, y - 17)]
    return path(outline, "output knob", closed=True, **held("walk", f"{walked} switched"))


def _card(between, k, x, width, is_on):
    """What this column switches: the name of the field, both values, what it would leave alone."""
    middle = x + width / 2
    if k == 0:
        yield label(middle, CARDS + 14, "as they are", "muted", size=12)
        return
    step = between.steps[k - 1]
    name = f"{k}. {step.field}"
    size = min(12.5, (width - 8) / (0.62 * len(name)))
    yield label(middle, CARDS + 14, name, "mono" if is_on else "mono muted", size=size, font_weight="600")
    for row, (value, on) in enumerate(((step.old, not is_on), (step.new, is_on))):
        words = said(value)
        fits = min(12, (width - 24) / (0.58 * len(words)))
        y = CARDS + 33 + 17 * row
        yield circle(x + 10, y - 4, 4, "output" if on else "line muted")
        yield label(x + 18, y, words, "" if on else "muted", "start", fits)
    alone = f"alone: {_amount(_tidy(step.alone))} left"
    yield label(middle, CARDS + 72, alone, "muted", size=min(11, (width - 6) / (0.55 * len(alone))))


def said(value):
    """A value of a recipe's field in a word.

    >>> said(True), said("half_pixel"), said(2.0)
    ('yes', 'half_pixel', '2')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if isinstance(value, (str, Kernel)) else number(value)


def _known(values):
    return [value for value in values if not np.isnan(value)]


def _amount(value):
    """At most three decimals, and never 0 for what is not.

    >>> _amount(0.25), _amount(-0.0002), _amount(0.0)
    ('0.25', '−0.0002', '0')
    """
    if np.isnan(value):
        return "?"
    return f"{value:.1g}".replace("-", "−") if 0 < abs(value) < 5e-4 else number(value)


def _heading(between):
    if not between.steps:
        return "no decision differs that acts here"
    return "left to right only: each decision on top of those before it (alone: it by itself)"


# ---- the words -----------------------------------------------------------------------------------


def _sentence(between, walked, names):
    unit = " gray levels" if between.picture == "photo" else ""
    size = PHOTO_SIZE if between.picture == "photo" else len(between.array)
    parts = [f"{between.picture} of {size} → {between.out_size}: {names[0]} and {names[1]} differ by at most "
             f"{_amount(between.left[0])}{unit}."]  # fmt: skip
    if walked:
        said_steps = ", ".join(f"{s.field} ({said(s.old)} → {said(s.new)})" for s in between.steps[:walked])
        parts.append(f"With {said_steps} switched, {_amount(between.left[walked])}{unit} are left.")
    elif between.steps:
        parts.append(f"What differs and can act: {', '.join(s.field for s in between.steps)}.")
    if between.without_say:
        parts.append(f"Without a say here: {', '.join(between.without_say)}.")
    return " ".join(parts)


def _column_sentence(between, k, names):
    if k == 0:
        return f"Nothing switched: {names[0]} and {names[1]} differ by at most {_amount(between.left[0])}."
    step = between.steps[k - 1]
    so_far = "" if k == 1 else f" After the {k - 1} to its left, {_amount(between.left[k])} are left."
    return (
        f"{step.field}: {said(step.old)} → {said(step.new)}. Alone it leaves {_amount(_tidy(step.alone))} of "
        f"{_amount(between.left[0])}.{so_far}"
    )


def _table(between):
    rows = [
        [s.field, said(s.old), said(s.new), _amount(_tidy(s.alone)), _amount(left)]
        for s, left in zip(between.steps, between.left[1:], strict=True)
    ]
    return ("decision", "first", "second", "left, alone", "left, from the left"), rows
