"""Two samples and a moving x; many samples, each of which paints a copy of the kernel.

Words used here
    x            where a value is asked for, a coordinate; sample i sits at coordinate i
    distance     x minus the sample's coordinate
    weight       the kernel at that distance: how much the sample counts
    painting     weight times value, as a function of x: what one sample contributes everywhere
"""

from __future__ import annotations

import numpy as np

from course_utils.figures.draw.cells import cell_group
from course_utils.figures.draw.scene import (
    Handle,
    NoPicture,
    Scene,
    arrow,
    circle,
    document,
    group,
    held,
    label,
    line,
    number,
    path,
    rect,
)
from course_utils.resampling import CUBIC_A, MODES, interpolate, kernel_weight, weights_at
from course_utils.validation import finite_array, one_of, real_number

NAMES = ("before", "left", "right", "after")  # the samples at coordinates -1, 0, 1, 2
POSITIONS = np.arange(-1.0, 3.0)
LOWEST, HIGHEST = 0.0, 10.0  # of a sample, so that the axes stay where they are
VALUE_STEP = 0.5
MOST_SAMPLES = 12
PAINTS = "each sample paints a copy of the kernel; the curve is their sum"
RULES = {
    "nearest": "value = the sample at or left of x",
    "nearest-exact": "value = the sample nearest to x; in the middle, the right one",
    "linear": "value = (1 − x) · left + x · right",
    "cubic": "value = sum over four samples of cubic(distance) · sample",
}

WIDTH, HEIGHT = 800, 550
LEFT, RIGHT = 66, 14  # margins; the left one holds the numbers of the axes


# ------------------------------------------------------------------------------------ two samples


def two_samples_scene(samples, x: float, mode: str = "linear", a: float = CUBIC_A) -> Scene:
    """The value at x between the samples at 0 and 1, its weights, and the kernel they are read from.

    samples   four values 0 to 10: before, left, right, after. Only "cubic" reads and shows the outer two.
    x         0 to 1

    Handles: "x" moves along the axis, a sample's name moves up and down.
    """
    samples, x, a = _four(samples), real_number(x, "x"), real_number(a, "a")
    one_of(mode, "mode", MODES)
    if not 0 <= x <= 1:
        raise NoPicture(f"x = {number(x)} is not between the samples at 0 and 1.")
    state = _Between(samples, x, mode, a)
    parts = [
        _headline(state),
        _guides(state),
        _value_panel(state),
        _distance_panel(state),
        _kernel_panel(state),
        _x_axis(state),
    ]
    text = _between_sentence(state)
    title = "A value between two samples" if mode != "cubic" else "A value between four samples"
    handles = {"x": _sideways("x", state.x, _X, 0.05, 0, 1)}
    handles |= {NAMES[i]: _upright(NAMES[i], samples[i], _VALUE, f"sample {NAMES[i]}") for i in state.shown}
    svg = document(WIDTH, HEIGHT, parts, title, text)
    return Scene(svg, text, _between_table(state), handles=handles)


def _sideways(name, value, axis, step, low, high):
    """The handle of a place on the axis across."""
    rate = 1 / axis.unit
    return Handle((name,), (float(value),), ((rate, 0),), (low,), (high,), (step,), name)


def _upright(name, value, axis, words):
    """The handle of a sample's height."""
    rate = 1 / axis.unit
    return Handle((name,), (float(value),), ((0, rate),), (LOWEST,), (HIGHEST,), (VALUE_STEP,), words, big=4)


class _Between:
    """One state of the picture with all its numbers."""

    def __init__(self, samples, x, mode, a):
        self.samples, self.x, self.mode, self.a = samples, x, mode, a
        self.weights = kernel_weight(x - POSITIONS, mode, a)
        self.value = float(self.weights @ samples)
        self.shown = range(4) if mode == "cubic" else (1, 2)


class _Axis:
    """A straight map from data to scene pixels along one direction."""

    def __init__(self, low, high, start, end):
        self.low, self.high, self.start, self.end = low, high, start, end
        self.unit = (end - start) / (high - low)
        self.zero = start - low * self.unit

    def __call__(self, value):
        return self.zero + self.unit * np.asarray(value, float)


_X = _Axis(-1.35, 2.35, LEFT, WIDTH - RIGHT)
_VALUE = _Axis(-2.6, 12.6, 276, 78)  # room for the cubic's overshoot at a = -1, the most there is
_BAR_TOP, _BAR = 306, 18
_WEIGHT = _Axis(-0.25, 1.1, 506, 382)


def _headline(state):
    terms = " + ".join(f"{_factor(state.weights[i])} · {number(state.samples[i])}" for i in state.shown)
    return label(LEFT, 18, RULES[state.mode], "muted", "start", 14) + label(
        LEFT, 40, f"{_asked(state.x, state.shown)}{terms} = {number(state.value)}", "", "start", 16,
        font_weight="600",
    )  # fmt: skip


def _asked(x, read):
    """How a worked sum begins; four terms leave room for fewer words."""
    return f"value at x = {number(x)}:  " if len(read) < 4 else f"x = {number(x)}: "


def _factor(weight):
    text = number(weight)
    return f"({text})" if text.startswith("−") else text


def _guides(state):
    """Dashed lines through all panels: where the samples are and where x is."""
    bottom = _WEIGHT.start
    parts = [
        line(x, _VALUE.end, x, bottom, stroke_dasharray="2 4", stroke_opacity="0.5")
        for x in _X(POSITIONS[list(state.shown)])
    ]
    parts.append(
        line(_X(state.x), _VALUE(state.value), _X(state.x), bottom, "line output", stroke_dasharray="5 4")
    )
    return group(parts, pointer_events="none")


def _value_panel(state):
    parts = [_level(_VALUE, level) for level in (0, 5, 10)]
    parts.append(_axis_name(_VALUE, "value"))
    curve = _curve(lambda x: interpolate(state.samples, x + 1, state.mode, state.a), 0, 1, state.mode)
    parts += [
        path(zip(_X(x), _VALUE(value), strict=True), "line output", stroke_width=2.2) for x, value in curve
    ]
    parts += [_sample(state, i) for i in state.shown]
    parts.append(_point(state))
    return "".join(parts)


def _axis_name(axis, words):
    """The name of a vertical axis, written upwards beside it."""
    y = (axis.start + axis.end) / 2
    return label(16, y, words, "muted", size=12, transform=f"rotate(-90 16 {y:.6g})")


def _level(axis, level):
    y = axis(level)
    grid = line(LEFT, y, WIDTH - RIGHT, y, stroke_opacity="0.3", pointer_events="none")
    return grid + label(LEFT - 8, y + 4, number(level), "muted", "end", 11)


def _curve(function, low, high, mode):
    """Pieces (x, y) of the graph of ``function`` that can be drawn without lifting the pen."""
    if mode == "linear":
        breaks = np.unique([low, *np.arange(np.ceil(low), high), high])
        return [(breaks, function(breaks))]
    if mode == "cubic":
        x = np.linspace(low, high, 1 + round(24 * (high - low)))
        return [(x, function(x))]
    shift = 0.0 if mode == "nearest" else 0.5
    jumps = np.arange(np.ceil(low - shift), high - shift + 1e-9) + shift
    ends = np.unique([low, *jumps, high])
    middle = function((ends[:-1] + ends[1:]) / 2)
    return [(ends[k : k + 2], middle[[k, k]]) for k in range(len(ends) - 1)]


def _sample(state, i):
    """The sample as a dot to drag up and down, with its name and value."""
    x, value = _X(POSITIONS[i]), float(state.samples[i])
    y = _VALUE(value)
    words = f"{NAMES[i]} = {number(value)}"
    if i in (1, 2):
        place = (x - 16, "end") if i == 1 else (x + 16, "start")
        text = label(place[0], y + 5, words, "halo", place[1], pointer_events="none")
    else:
        text = label(x, y - 15, words, "halo", pointer_events="none")
    stem = line(x, _VALUE(0), x, y, "line", stroke_width=1.5, pointer_events="none")
    dot = circle(x, y, 9, "sample knob", **held(NAMES[i], f"sample {words}"))
    return stem + dot + text


def _point(state):
    x, y = _X(state.x), _VALUE(state.value)
    return _point_to_hold(x, y, state) + _value_name(x, y, state.value)


def _point_to_hold(x, y, state):
    """The point on the curve; a wide transparent rim makes it easy to take hold of."""
    words = f"x = {number(state.x)}, value {number(state.value)}"
    rim = circle(x, y, 16, "plain", data_handle="x")
    return rim + circle(x, y, 8, "output knob", **held("x", words))


def _value_name(x, y, value):
    return label(x, y - 14, number(value), "output halo", font_weight="600", pointer_events="none")


def _distance_panel(state):
    """Between the samples: which distance becomes whose weight, or what the rule looks at instead."""
    if state.mode == "linear":
        return _opposite_distances(state)
    if state.mode == "cubic":
        return _four_distances(state)
    return _who_is_copied(state)


def _opposite_distances(state):
    """The piece of the bar on the far side of x is the sample's weight: the arrows cross."""
    start, middle, end = _X(0), _X(state.x), _X(1)
    bottom = _BAR_TOP + _BAR
    pieces = ((start, middle, 2, "0.3"), (middle, end, 1, "0.75"))  # from, to, whose weight, how green
    parts = []
    for low, high, i, opacity in pieces:
        if high - low < 0.5:
            continue
        parts.append(rect(low, _BAR_TOP, high - low, _BAR, "kernel", fill_opacity=opacity))
        target = _X(POSITIONS[i])
        parts.append(arrow((low + high) / 2, bottom + 2, target, bottom + 27, "kernel", 1.6))
    parts.append(rect(start, _BAR_TOP, end - start, _BAR, "frame"))
    parts.append(line(middle, _BAR_TOP - 4, middle, bottom + 4, "line output", stroke_width=3))
    parts.append(_row_name(_BAR_TOP + 13, "weight = distance", "to the other sample"))
    parts += [
        label((low + high) / 2, _BAR_TOP - 5, number((high - low) / _X.unit), "muted", size=11)
        for low, high, _, _ in pieces
        if high - low > 26
    ]
    parts += [_weight_name(state, i) for i in state.shown]
    return group(parts, pointer_events="none")


def _four_distances(state):
    """How far x is from each of the four samples: what goes into the kernel."""
    middle = _X(state.x)
    parts = [_row_name(_BAR_TOP + 13, "distance to", "each sample")]
    for row, i in enumerate((0, 1, 2, 3)):
        y = _BAR_TOP - 4 + 13 * row
        end = _X(POSITIONS[i])
        css = "negative" if state.weights[i] < 0 else "kernel"
        parts.append(line(middle, y, end, y, f"line {css}", stroke_width=2))
        parts.append(line(end, y - 4, end, y + 4, f"line {css}", stroke_width=2))
        out = -1 if i < 2 else 1
        words = number(abs(state.x - POSITIONS[i]))
        parts.append(label(end + 7 * out, y + 4, words, "muted", "end" if out < 0 else "start", 11))
    parts.append(line(middle, _BAR_TOP - 8, middle, _BAR_TOP + 40, "line output", stroke_width=3))
    parts += [_weight_name(state, i) for i in state.shown]
    return group(parts, pointer_events="none")


def _who_is_copied(state):
    """The stretch of the axis that copies the left sample, and the one that copies the right."""
    switch = 1.0 if state.mode == "nearest" else 0.5
    start, middle, end = _X(0), _X(switch), _X(1)
    parts = [_row_name(_BAR_TOP + 13, "x here copies", "which sample")]
    parts.append(rect(start, _BAR_TOP, middle - start, _BAR, "kernel", fill_opacity="0.75"))
    parts.append(rect(middle, _BAR_TOP, max(end - middle, 3), _BAR, "kernel", fill_opacity="0.3"))
    parts.append(rect(start, _BAR_TOP, end - start, _BAR, "frame"))
    parts.append(label((start + middle) / 2, _BAR_TOP - 5, "left", "muted", size=11))
    right = (middle + end) / 2 if switch < 1 else end + 14
    parts.append(label(right, _BAR_TOP - 5, "right", "muted", size=11))
    x = _X(state.x)
    parts.append(line(x, _BAR_TOP - 4, x, _BAR_TOP + _BAR + 4, "line output", stroke_width=3))
    copied = 1 if state.weights[1] == 1 else 2
    parts.append(arrow(x, _BAR_TOP + _BAR + 4, _X(POSITIONS[copied]), _BAR_TOP + _BAR + 27, "kernel", 1.6))
    parts += [_weight_name(state, i) for i in state.shown]
    return group(parts, pointer_events="none")


def _row_name(y, first, second):
    return label(2, y - 6, first, "muted", "start", 12) + label(2, y + 9, second, "muted", "start", 12)


def _weight_name(state, i):
    weight = state.weights[i]
    css = "negative halo" if weight < 0 else "kernel halo"
    return label(_X(POSITIONS[i]), 368, f"weight {number(weight)}", css, size=13, font_weight="600")


def _kernel_panel(state):
    """The kernel centered on x; at each sample its height is the sample's weight."""
    parts = [_level(_WEIGHT, level) for level in (0, 1)]
    parts.append(_axis_name(_WEIGHT, "weight"))
    reach = 2.0 if state.mode == "cubic" else 1.0

    # The kernel as seen from x: its height over position p is the weight of a sample that sits at p.
    def height(distance):
        return kernel_weight(distance, state.mode, state.a)

    outline = []
    for distance, weight in _kernel_pieces(height, reach, state.mode):
        position = state.x - distance
        inside = (position >= _X.low) & (position <= _X.high)
        outline += zip(_X(position[inside]), _WEIGHT(weight[inside]), strict=True)
    parts.append(path(outline, "line kernel", stroke_width=2))
    parts += [_stem(state, i) for i in state.shown]
    x = _X(state.x)
    words = "the kernel: a box that ends at x" if state.mode == "nearest" else "the kernel, centered on x"
    place = (x + 8, "start") if state.x < 0.5 else (x - 8, "end")
    parts.append(label(place[0], _WEIGHT.start - 4, words, "muted halo", place[1], 11))
    return group(parts, pointer_events="none")


def _kernel_pieces(height, reach, mode):
    """The kernel's outline from left to right of x, jumps drawn upright."""
    if mode in ("linear", "cubic"):
        d = np.linspace(reach, -reach, 161)
        return [(d, height(d))]
    high, low = (1.0, 0.0) if mode == "nearest" else (0.5, -0.5)
    d = np.array([high + 0.6, high, high, low, low, low - 0.6])
    return [(d, np.array([0.0, 0, 1, 1, 0, 0]))]


def _stem(state, i):
    """A sample's weight as a bar under the kernel: as tall as the kernel is there."""
    x, weight = _X(POSITIONS[i]), float(state.weights[i])
    css = "negative" if weight < 0 else "kernel"
    top, bottom = sorted((_WEIGHT(weight), _WEIGHT(0)))
    opacity = "0.3" if i == 2 else "0.75"
    bar = rect(x - 7, top, 14, bottom - top, css, fill_opacity=opacity) if bottom - top > 0.2 else ""
    return bar + circle(x, _WEIGHT(weight), 4.5, css)


def _x_axis(state):
    y = _WEIGHT.start
    parts = [line(LEFT, y, WIDTH - RIGHT, y)]
    for i in state.shown:
        x = _X(POSITIONS[i])
        parts.append(line(x, y, x, y + 5))
        parts.append(label(x, y + 37, number(POSITIONS[i]), size=12))
    parts.append(label(LEFT - 8, y + 37, "coordinate", "muted", "end", 11))
    x = _X(state.x)
    parts.append(_knob(x, y))
    words = f"x = {number(state.x)}"
    parts.append(label(x + 13, y + 18, words, "output scrub", "start", font_weight="600", data_handle="x"))
    return "".join(parts)


def _knob(x, y):
    """A pointer below the axis that can be dragged along it."""
    outline = [(x, y), (x - 9, y + 11), (x - 9, y + 24), (x + 9, y + 24), (x + 9, y + 11)]
    return path(outline, "output knob", closed=True, data_handle="x")


def _between_sentence(state):
    named = [f"{NAMES[i]} {number(state.samples[i])} × {number(state.weights[i])}" for i in state.shown]
    total = f"At x = {number(state.x)} the value is {number(state.value)}: {', '.join(named)}."
    if state.mode == "linear":
        return (
            f"{total} x is {number(state.x)} from left and {number(1 - state.x)} from right: "
            "each sample's weight is the distance from x to the other one."
        )
    if state.mode == "cubic":
        low, high = state.samples[1:3].min(), state.samples[1:3].max()
        beyond = state.value > high + 1e-9 or state.value < low - 1e-9
        outside = " Negative weights take it outside the range of its neighbors." if beyond else ""
        return f"{total} The four weights sum to {number(state.weights.sum())}.{outside}"
    copied = "left" if state.weights[1] == 1 else "right"
    method = "The floor of x" if state.mode == "nearest" else "Nearest"
    return f"{total} {method} copies one sample, here the {copied} one."


def _between_table(state):
    header = ("sample", "coordinate", "value", "distance to x", "weight", "value × weight")
    rows = [
        (
            NAMES[i], number(POSITIONS[i]), number(state.samples[i]), number(abs(state.x - POSITIONS[i])),
            number(state.weights[i], 4), number(state.weights[i] * state.samples[i], 4),
        )
        for i in state.shown
    ]  # fmt: skip
    rows.append(("sum", "", "", "", number(state.weights.sum(), 4), number(state.value, 4)))
    return header, rows


def _four(samples):
    samples = finite_array(samples, "samples", ndim=1).astype(float)
    if len(samples) != 4:
        raise NoPicture(f"Four samples are needed (before, left, right, after); these are {len(samples)}.")
    _within_the_axis(samples)
    return samples


def _within_the_axis(samples):
    if samples.min() < LOWEST or samples.max() > HIGHEST:
        raise NoPicture(
            f"The axis goes from {number(LOWEST)} to {number(HIGHEST)}; "
            f"the samples go from {number(samples.min())} to {number(samples.max())}."
        )


# ------------------------------------------------------------------------------------ many samples


def kernel_sum_scene(samples, x: float, mode: str = "linear", a: float = CUBIC_A) -> Scene:
    """Each sample paints the kernel, as high as its value; the curve is the sum of all paintings.

    samples   2 to 12 values 0 to 10
    x         where the sum is taken apart, from -0.5 to len(samples) - 0.5: the edges of the outer pixels

    Handles: "x", and "samples[0]", "samples[1]", ... which move a sample up and down.
    Cells ``w-i``: the weight of sample i at x.
    """
    samples = finite_array(samples, "samples", ndim=1).astype(float)
    x, a = real_number(x, "x"), real_number(a, "a")
    one_of(mode, "mode", MODES)
    if not 2 <= len(samples) <= MOST_SAMPLES:
        raise NoPicture(f"This picture has room for 2 to {MOST_SAMPLES} samples; these are {len(samples)}.")
    _within_the_axis(samples)
    if not -0.5 <= x <= len(samples) - 0.5:
        raise NoPicture(f"x = {number(x)} is outside the samples: -0.5 to {number(len(samples) - 0.5)}.")
    state = _Painted(samples, x, mode, a)
    parts = [
        label(LEFT, 18, PAINTS, "muted", "start", 14),
        label(LEFT, 40, state.formula, "", "start", 15, font_weight="600"),
        *[_level(state.y, level) for level in (0, 5, 10)],
        _axis_name(state.y, "value"),
        *[_painting(state, i) for i in range(len(samples))],
        _sum_curve(state),
        _stack(state),
        *[_many_sample(state, i) for i in range(len(samples))],
        _many_point(state),
        _weight_row(state),
    ]
    text = _painted_sentence(state)
    scene = document(WIDTH, 440, parts, "Every sample paints a copy of the kernel", text)
    places = {f"paint-{i}": state.extent(i) for i in range(len(samples))}
    return Scene(
        scene,
        text,
        _painted_table(state),
        handles=_painted_handles(state),
        links={f"w-{i}": [(f"paint-{i}", float(state.weights[i]))] for i in range(len(samples))},
        details={f"w-{i}": _painting_sentence(state, i) for i in range(len(samples))},
        places=places,
    )


def _painted_handles(state):
    handles = {"x": _sideways("x", state.x, state.px, 0.1, state.low, state.high)}
    return handles | {
        f"samples[{i}]": _upright(f"samples[{i}]", value, state.y, f"sample {i}")
        for i, value in enumerate(state.samples)
    }


class _Painted:
    """One state of the picture of many samples, with its numbers and axes."""

    def __init__(self, samples, x, mode, a):
        self.samples, self.x, self.mode, self.a = samples, x, mode, a
        self.size = len(samples)
        self.weights = weights_at([x], self.size, mode, a)[0]
        self.parts = self.weights * samples
        self.value = float(self.parts.sum())
        self.low, self.high = -0.5, self.size - 0.5
        self.px = _Axis(self.low, self.high, LEFT + 10, WIDTH - RIGHT - 10)
        self.y = _Axis(-2.6, 12.6, 338, 78)
        self.pieces = _curve(lambda x: weights_at(x, self.size, mode, a), self.low, self.high, mode)
        self.reading = [i for i in range(self.size) if abs(self.weights[i]) > 1e-9]

    @property
    def formula(self):
        terms = " + ".join(f"{_factor(self.weights[i])} · {number(self.samples[i])}" for i in self.reading)
        return f"{_asked(self.x, self.reading)}{terms} = {number(self.value)}"

    @property
    def all_samples(self):
        """Ends every sentence: who cannot see the picture hears each sample that is dragged."""
        return f"All samples: {', '.join(number(value) for value in self.samples)}."

    def painting(self, i):
        """Pieces (x, height) of what sample i paints, where it is not zero."""
        heights = ((x, weights[:, i] * self.samples[i]) for x, weights in self.pieces)
        return [piece for piece in (_not_zero(*pair) for pair in heights) if piece]

    def extent(self, i):
        """The box around painting i, in scene pixels: (left, top, width, height)."""
        pieces = self.painting(i)
        if not pieces:
            return float(self.px(i)) - 1, float(self.y(0)) - 1, 2.0, 2.0
        x, height = (np.concatenate(part) for part in zip(*pieces, strict=True))
        left, right = float(self.px(x.min())), float(self.px(x.max()))
        top, bottom = float(self.y(max(height.max(), 0))), float(self.y(min(height.min(), 0)))
        return left, top, right - left, bottom - top


def _not_zero(x, height):
    """The stretch of a curve that is not zero, with the zero on either side; None when all of it is."""
    where = np.flatnonzero(np.abs(height) > 1e-9)
    if where.size == 0:
        return None
    stretch = slice(max(where[0] - 1, 0), where[-1] + 2)
    return x[stretch], height[stretch]


def _painting(state, i):
    """The kernel at sample i, scaled by its value; those read at x are drawn stronger."""
    read = i in state.reading
    tint, width = ("0.24", 1.8) if read else ("0.1", 1)
    parts = []
    for x, height in state.painting(i):
        parts.append(_area(state, x, np.maximum(height, 0), "kernel", tint))
        if height.min() < 0:
            parts.append(_area(state, x, np.minimum(height, 0), "negative", tint))
        points = zip(state.px(x), state.y(height), strict=True)
        parts.append(path(points, "line kernel", stroke_width=width, stroke_opacity="0.9"))
    return group(parts, pointer_events="none")


def _area(state, x, height, css, opacity):
    """What lies between a curve and zero."""
    across, zero = state.px(x), float(state.y(0))
    corners = [(across[0], zero), *zip(across, state.y(height), strict=True), (across[-1], zero)]
    return path(corners, css, closed=True, fill_opacity=opacity)


def _sum_curve(state):
    lines = [
        path(zip(state.px(x), state.y(weights @ state.samples), strict=True), "line output", stroke_width=2.4)
        for x, weights in state.pieces
    ]
    return group(lines, pointer_events="none")


def _stack(state):
    """At x: the contributions one on the other, up to the sum; negative ones hang down beside them."""
    x, level = float(state.px(state.x)), 0.0
    parts = [line(x, state.y.end, x, state.y.start, "line output", stroke_dasharray="5 4", stroke_width=1)]
    for k, i in enumerate(i for i in state.reading if state.parts[i] > 1e-9):
        top, bottom = state.y(level + state.parts[i]), state.y(level)
        opacity = "0.9" if k % 2 == 0 else "0.5"
        parts.append(rect(x - 6, top, 12, bottom - top, "kernel", fill_opacity=opacity))
        level += state.parts[i]
    for k, i in enumerate(i for i in state.reading if state.parts[i] < -1e-9):
        top, bottom = state.y(level), state.y(level + state.parts[i])
        opacity = "0.9" if k % 2 == 0 else "0.5"
        parts.append(rect(x + 7, top, 7, bottom - top, "negative", fill_opacity=opacity))
        level += state.parts[i]
    return group(parts, pointer_events="none")


def _many_sample(state, i):
    x, value = float(state.px(i)), float(state.samples[i])
    y = float(state.y(value))
    return circle(x, y, 9, "sample knob", **held(f"samples[{i}]", f"sample {i} = {number(value)}"))


def _many_point(state):
    x, y = float(state.px(state.x)), float(state.y(state.value))
    return _point_to_hold(x, y, state) + _value_name(x, y, state.value) + _knob(x, state.y.start)


def _weight_row(state):
    """Under each sample its coordinate and its weight at x: one row of the matrix W."""
    cell = min(46.0, state.px.unit - 4)
    top = state.y.start + 52
    parts = [line(state.px.start, state.y.start, state.px.end, state.y.start)]
    cells = []
    for i, weight in enumerate(state.weights):
        x = float(state.px(i))
        parts.append(label(x, state.y.start + 38, i, size=12))
        css = "negative" if weight < 0 else "kernel"
        tint = 0 if abs(weight) < 1e-9 else 0.1 + 0.5 * min(abs(weight), 1)
        cells.append(
            rect(x - cell / 2, top, cell, 28, f"cell {css}", fill_opacity=f"{tint:.2f}", data_id=f"w-{i}",
                 data_row=0, data_col=i)
        )  # fmt: skip
        cells.append(rect(x - cell / 2, top, cell, 28, "frame", pointer_events="none"))
        cells.append(label(x, top + 18, number(weight, 2), size=12, pointer_events="none"))
    parts.append(cell_group(cells, "w", "weights at x"))
    parts.append(label(LEFT - 8, state.y.start + 38, "sample", "muted", "end", 12))
    parts.append(label(LEFT - 8, top + 18, "weight", "muted", "end", 12))
    words = f"the weights at x = {number(state.x)}; their sum is {number(state.weights.sum())}"
    parts.append(label(LEFT, top + 46, words, "muted", "start", 12))
    return "".join(parts)


def _painted_sentence(state):
    terms = ", ".join(f"{number(state.parts[i])} from sample {i}" for i in state.reading)
    return (
        f"At x = {number(state.x)} the curve is {number(state.value)}: {terms}. "
        f"The weights there sum to {number(state.weights.sum())}. {state.all_samples}"
    )


def _painting_sentence(state, i):
    shape = {"linear": "a tent", "cubic": "a cubic kernel"}.get(state.mode, "a box")
    weight, part = number(state.weights[i]), number(state.parts[i])
    return (
        f"Sample {i} paints {shape} as high as its value, {number(state.samples[i])}. "
        f"At x = {number(state.x)} its weight is {weight}, so it adds {part}. {state.all_samples}"
    )


def _painted_table(state):
    header = ("sample", "value", "weight at x", "value × weight")
    rows = [
        (str(i), number(state.samples[i]), number(state.weights[i], 4), number(state.parts[i], 4))
        for i in range(state.size)
    ]
    rows.append(("sum", "", number(state.weights.sum(), 4), number(state.value, 4)))
    return header, rows
