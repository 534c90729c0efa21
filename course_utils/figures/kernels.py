"""The kernel bench: a kernel over the samples of one output, the waves it lets through, a picture resized by it."""

from __future__ import annotations

import numpy as np

from course_utils.figures.bench import (
    FARTHEST_OUTPUT,
    FREQUENCIES,
    LARGEST_STEP,
    PARAMETERS,
    PICTURES,
    SIXTHS,
    SIZE,
    SMALLEST_STEP,
    STEP_STEP,
    STRETCH_STEP,
    WIDEST,
    Bench,
    source_url,
    thumbnail_url,
)
from course_utils.figures.draw.cells import cell_group
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
from course_utils.kernels import Kernel
from course_utils.validation import one_of, real_number, true_or_false, whole_number

WIDTH, HEIGHT = 900, 520
LEFT, RIGHT = 58, 598  # of the kernel's panel
HALVES = (7, 12, 24)  # how many samples it shows to either side
EVERY = {7: 1, 12: 2, 24: 4}  # and which of them get their number
TOP, UNIT = 28, 122  # px: its upper edge; a height of 1
HIGHEST, LOWEST = 1.15, -0.33  # heights at its edges
ZERO, AXIS = (
    TOP + HIGHEST * UNIT,
    TOP + (HIGHEST - LOWEST) * UNIT,
)  # where height 0 is, where the samples stand
OUTPUTS = AXIS + 29
FARTHEST_PULL = 36  # px from one number of lobes to the next, also where lobes are wider

FIRST, LAST, FLAT, FULL = 652, 892, 172, 118  # spectrum: left, right, y of 0, px of 1
ROW, PANEL = 276, 2 * SIZE  # two px for a pixel, or a zone plate would show rings of the screen
COLUMNS = (2, 250, 498)
ASIDE, THUMB = 752, 62


def bench_scene(kernel: Kernel, picture, step, antialias=False, stretch=1.0, shift=0) -> Scene:
    """A kernel on the bench: its heights at the samples around one output; its spectrum; a picture resized by it.

    picture     one of ``bench.PICTURES``
    step        input samples from one output to the next; below 1 it enlarges
    antialias   True: the kernel is made ``step`` times as wide when shrinking
    stretch     how many times as wide it is made besides, 1 to 4
    shift       which output is looked at, from the middle one

    Handles: "output" along the axis, "end" of the support, "step", and the kernel's parameters, each as its number
    and as a knob on the curve. Cells ``in-i`` a sample, ``picture-k`` one of the pictures to choose.
    """
    one_of(picture, "picture", PICTURES)
    state = Bench(
        kernel, picture, real_number(step, "step"), true_or_false(antialias, "antialias"),
        real_number(stretch, "stretch"), whole_number(shift, "shift", None),
    )  # fmt: skip
    view = _View(state)
    words, numbers = _title(view)
    knobs, handles = _knobs(view)
    parts = [
        words,
        _curve(view),
        _stems(view),
        _axis(view),
        _cells(view),
        knobs,
        _spectrum(state),
        *_pictures(state),
        _aside(state),
    ]
    text = _sentence(state)
    details = {f"in-{i}": _sample_sentence(state, i) for i in view.seen}
    details |= {f"picture-{k}": f"The picture: {name}. {text}" for k, name in enumerate(PICTURES)}
    svg = document(WIDTH, HEIGHT, parts, f"{kernel}, one output every {number(state.step)} samples", text)
    return Scene(svg, text, _table(state), details=details, handles=numbers | handles)


class _View:
    """Where samples stand in the kernel's panel. It shows more of them where they are farther apart."""

    def __init__(self, state):
        self.state = state
        wanted = max(state.kernel.support * max(state.wider, state.step * state.fixed), 3 * state.step) + 0.5
        self.half = next((half for half in HALVES if half >= wanted), HALVES[-1])
        self.middle = (state.in_size - 1) / 2
        self.unit = (RIGHT - LEFT) / (2 * self.half + 1)
        first = int(np.ceil(self.middle - self.half))
        self.seen = range(max(first, 0), min(int(self.middle + self.half) + 1, state.in_size))
        heights = state.height(np.linspace(-state.reach, state.reach, 501))
        # A kernel of the learner's own may be higher than there is room for.
        self.scale = max(1.0, heights.max() / HIGHEST, heights.min() / LOWEST)

    def __call__(self, x):
        return (LEFT + RIGHT) / 2 + (np.asarray(x, float) - self.middle) * self.unit

    def inside(self, x):
        """A place that stays in the panel, in scene px."""
        return float(np.clip(self(x), LEFT + 8, RIGHT - 8))

    def y(self, height):
        return ZERO - UNIT * np.clip(np.asarray(height) / self.scale, LOWEST, HIGHEST)


# ---- the kernel ----------------------------------------------------------------------------------


def _curve(view):
    """The kernel around the output; what it weighs by is green, purple below zero."""
    state = view.state
    start, stop = (float(np.clip(view(state.x + side * state.reach), LEFT, RIGHT)) for side in (-1, 1))
    across = np.linspace(start, stop, 2 + int((stop - start) / 1.5)).round(
        2
    )  # a hundredth of a pixel is enough
    heights = state.height((across - float(view(state.x))) / view.unit)
    parts = [line(LEFT, ZERO, RIGHT, ZERO)]
    for css, part in (("kernel", np.maximum(heights, 0)), ("negative", np.minimum(heights, 0))):
        if part.any():
            points = [(across[0], ZERO), *zip(across, view.y(part).round(2), strict=True), (across[-1], ZERO)]
            parts.append(path(points, css, closed=True, fill_opacity="0.16"))
    outline = [
        (LEFT, ZERO),
        (start, ZERO),
        *zip(across, view.y(heights).round(2), strict=True),
        (stop, ZERO),
        (RIGHT, ZERO),
    ]
    parts.append(path(outline, "line kernel", stroke_width=2))
    x = float(view(state.x))
    parts.append(line(x, TOP, x, OUTPUTS, "line output", stroke_dasharray="5 4"))
    return group(parts, pointer_events="none")


def _stems(view):
    """At each sample that is read, the height of the kernel; where there is room, its weight."""
    state, parts = view.state, []
    bar = min(12.0, 0.4 * view.unit)
    for i in (i for i in state.read if i in view.seen):
        x, height = float(view(i)), state.weights[i] * state.total
        css, y = "negative" if height < 0 else "kernel", float(view.y(height))
        if abs(y - ZERO) > 0.2:
            parts.append(rect(x - bar / 2, min(y, ZERO), bar, abs(y - ZERO), css, fill_opacity="0.75"))
        parts.append(circle(x, y, 3.5, css))
        if view.half < HALVES[-1] and abs(state.weights[i]) >= 0.005:
            size = 12 if view.half == HALVES[0] else 9.5
            words = number(state.weights[i], 2)
            words = words if view.half == HALVES[0] else words.replace("0.", ".")
            above = (
                y - 7 if height > 0 else y + (10 if view.half == HALVES[0] else 4) + size * 0.7
            )  # below a knob
            parts.append(label(x, above, words, f"{css} halo", size=size, font_weight="600"))
    return group(parts, pointer_events="none")


def _axis(view):
    """The samples, those that nobody reads crossed out; below them the outputs."""
    state = view.state
    parts = [line(LEFT, AXIS, RIGHT, AXIS)]
    every = EVERY[view.half]
    radius = min(5.0, 0.3 * view.unit)
    for i in view.seen:
        x = float(view(i))
        if state.lost[i]:
            parts += [
                circle(x, AXIS, radius, "paper"),
                circle(x, AXIS, radius, "line muted"),
                line(x - radius, AXIS - radius, x + radius, AXIS + radius, "line muted"),
                line(x - radius, AXIS + radius, x + radius, AXIS - radius, "line muted"),
            ]
        else:
            parts.append(circle(x, AXIS, radius, "kernel" if i in state.read else "sample"))
        if i % every == 0:
            parts.append(label(x, AXIS + 17, i, "muted", size=10.5))
    parts += [
        line(float(view(x)), OUTPUTS - 7, float(view(x)), OUTPUTS + 7, "line output", stroke_width=2)
        for x in state.places
        if LEFT <= view(x) <= RIGHT
    ]
    parts += [
        label(4, AXIS + 4, "samples", "muted", "start", 12),
        label(4, OUTPUTS + 4, "outputs", "output", "start", 12),
    ]
    return group(parts, pointer_events="none")


def _cells(view):
    """A column for each sample, to be pointed at."""
    left = [float(view(i - 0.5)) for i in view.seen]
    cells = [
        rect(x, TOP, view.unit, AXIS + 20 - TOP, "plain", data_id=f"in-{i}", data_row=0, data_col=k)
        for k, (i, x) in enumerate(zip(view.seen, left, strict=True))
    ]
    return cell_group(cells, "in", "samples")


def _title(view):
    """The kernel by its name, with numbers to pull; at the right, the step."""
    state = view.state
    name = f"{state.kernel.name}{', antialiased' if state.wider > 1 and not state.fixed else ''}"
    parts, handles, x = [label(4, 16, name, "", "start", 14, font_weight="600")], {}, 4 + 7.9 * len(name)
    for parameter, value in state.kernel.parameters:
        if parameter not in PARAMETERS:
            continue
        words, at = f"{parameter} = {_value(parameter, value)}", _at(parameter, value)
        x += 18
        parts.append(
            label(x, 16, words, "kernel scrub", "start", 14, font_weight="600", **held(parameter, words))
        )
        x += 8.2 * len(words)
        handles[parameter] = scrub(parameter, at, *PARAMETERS[parameter], label=parameter)
    words = f"one output every {number(state.step)} sample{'' if state.step == 1 else 's'}"
    parts.append(label(RIGHT, 16, words, "output scrub", "end", 14, font_weight="600", **held("step", words)))
    handles["step"] = scrub(
        "step", state.step, SMALLEST_STEP, LARGEST_STEP, STEP_STEP, "samples per output", 12
    )
    return "".join(parts), handles


def _value(parameter, value):
    return f"{round(value * SIXTHS)}/{SIXTHS}" if parameter in ("b", "c") else number(value)


def _at(parameter, value):
    """The value of the parameter's control."""
    return round(value * SIXTHS) if parameter in ("b", "c") else float(value)


def _knobs(view):
    """What can be taken hold of: the output, the end of the support, a parameter on the curve."""
    state, x = view.state, float(view(view.state.x))
    words = f"output {state.output} at coordinate {number(state.x)}"
    outline = [
        (x, OUTPUTS - 14),
        (x - 9, OUTPUTS - 3),
        (x - 9, OUTPUTS + 10),
        (x + 9, OUTPUTS + 10),
        (x + 9, OUTPUTS - 3),
    ]
    parts = [path(outline, "output knob", closed=True, **held("output", words))]
    rate = 1 / (state.step * view.unit)
    ends = -FARTHEST_OUTPUT, FARTHEST_OUTPUT
    handles = {
        "output": Handle(
            ("output",), (state.shift,), ((rate, 0),), *((end,) for end in ends), (1,), "output", 3
        )
    }
    if not state.fixed:
        parts.append(_end(view))
        rate = 1 / (state.kernel.support * state.wider * view.unit)
        handles["end"] = Handle(
            ("stretch",), (state.stretch,), ((rate, 0),), (1.0,), (WIDEST,), (STRETCH_STEP,), "stretch", 10
        )
    for parameter, value in state.kernel.parameters:
        if parameter in PARAMETERS:
            knob, handles[f"{parameter}-knob"] = _parameter_knob(view, parameter, value)
            parts.append(knob)
    return "".join(parts), handles


def _end(view):
    """The right end of the support."""
    state = view.state
    x, cut = view.inside(state.x + state.reach), view(state.x + state.reach) > RIGHT - 8
    words = f"reaches {number(state.reach, 2)}" + (" →" if cut else "")
    anchor, at = ("end", x - 10) if x > RIGHT - 90 else ("start", x + 10)
    knob = circle(x, ZERO, 7, "kernel knob", **held("end", f"the end of the support: {words} samples"))
    return knob + label(
        at, ZERO - 24, words, "kernel halo", anchor, 12, font_weight="600", pointer_events="none"
    )


def _parameter_knob(view, parameter, value):
    """Where a parameter shows on the curve, left of its middle: (element, Handle)."""
    state = view.state
    place, by = {
        "a": (4 / 3, (0.0, -0.01)),  # the deepest point
        "b": (0.0, (0.0, 3 * SIXTHS / UNIT)),  # the top stands at 1 - b / 3
        "c": (1.25, (0.0, 0.12)),
        "lobes": (value, (-max(1 / (state.width * view.unit), 1 / FARTHEST_PULL), 0.0)),
        "sigma": (value, (-1 / (state.width * view.unit), 0.0)),
    }[parameter]
    distance = place * state.width
    x = view.inside(state.x - distance)
    y = ZERO if parameter == "lobes" else float(view.y(state.height(np.array([distance]))[0]))
    words = f"{parameter} = {_value(parameter, value)}"
    low, high, step = PARAMETERS[parameter]
    handle = Handle((parameter,), (_at(parameter, value),), (by,), (low,), (high,), (step,), parameter)
    return circle(x, y, 7, "kernel knob", **held(f"{parameter}-knob", words)), handle


# ---- the spectrum --------------------------------------------------------------------------------


def _spectrum(state):
    """What becomes of each wave: green what comes out as itself, vermilion what comes out as others."""
    spectrum = state.spectrum
    limit = _across(spectrum.limit)
    parts = [
        label(FIRST - 8, 16, "what becomes of each wave", "", "start", 14, font_weight="600"),
        line(FIRST, FLAT, LAST, FLAT),
        line(FIRST, FLAT, FIRST, TOP),
        path(
            [(FIRST, FLAT - FULL), (limit, FLAT - FULL), (limit, FLAT)], "line muted", stroke_dasharray="4 3"
        ),
    ]
    fit = spectrum.frequency <= spectrum.limit
    parts += [
        *_amplitude(spectrum.frequency[fit], spectrum.kept[fit], "kernel"),
        *_amplitude(spectrum.frequency[fit], np.sqrt(spectrum.aliased)[fit], "output"),
        *_amplitude(spectrum.frequency[~fit], np.sqrt(spectrum.aliased)[~fit], "output"),
        path(
            zip(_across(FREQUENCIES), _up(state.response), strict=True), "line muted", stroke_dasharray="2 3"
        ),
    ]
    for f, words in ((0, "0"), (0.25, "1/4"), (0.5, "1/2")):
        at = _across(f)
        parts += [line(at, FLAT, at, FLAT + 4), label(at, FLAT + 16, words, "muted", size=11)]
    parts += [
        label(FIRST - 6, FLAT - FULL + 4, "1", "muted", "end", 11),
        label(FIRST - 6, FLAT + 4, "0", "muted", "end", 11),
        label(_across(0.375), FLAT + 16, "cycles a sample", "muted", size=11),
        label(FIRST - 8, FLAT + 40, f"as itself: {_percent(state.kept)} of what fits", "kernel", "start", 13,
              font_weight="600"),
        label(FIRST - 8, FLAT + 58, _false_words(state), "output", "start", 13, font_weight="600"),
        label(FIRST - 8, FLAT + 75, "dotted: the kernel's own response", "muted", "start", 11),
    ]  # fmt: skip
    return group(parts, pointer_events="none")


def _across(frequency):
    return FIRST + (LAST - FIRST) * 2 * np.asarray(frequency)


def _up(amplitude):
    return FLAT - FULL * np.clip(amplitude, -0.25, 1.2)


def _amplitude(frequency, amplitude, css):
    x, y = _across(frequency), _up(amplitude).round(2)
    if not (amplitude > 1e-6).any():  # without waves, or none of them left
        return
    yield path([(x[0], FLAT), *zip(x, y, strict=True), (x[-1], FLAT)], css, closed=True, fill_opacity="0.25")
    yield path(zip(x, y, strict=True), f"line {css}", stroke_width=2)


def _percent(share):
    return f"{100 * share:.0f} %"


def _false_words(state):
    return f"as others: {_percent(state.aliased)} {'of what is finer' if state.step > 1 else 'more, copies'}"


# ---- the pictures --------------------------------------------------------------------------------


def _pictures(state):
    resized, step = state.resized, state.step
    small, large = len(resized.small), len(resized.large)
    if step >= 1:
        titles = ("", f"shrunk: {small} × {small}" if step > 1 else f"resized: {small} × {small}",
                  f"enlarged again: {large} × {large}")  # fmt: skip
    else:
        titles = ("", f"its middle: {small} × {small}", f"enlarged: {large} × {large}")
    titles = (f"{state.picture}: {SIZE} × {SIZE}", *titles[1:])
    urls = (source_url(state.picture), *resized.urls)
    css = ("input", "output" if step >= 1 else "input", "output")
    for x, title, url, color in zip(COLUMNS, titles, urls, css, strict=True):
        yield label(x, ROW - 7, title, "", "start", 13, font_weight="600")
        yield image(x, ROW, PANEL, PANEL, url, title)
        yield rect(x, ROW, PANEL, PANEL, f"line {color}", pointer_events="none")
    if step < 1:
        side = PANEL * small / SIZE
        yield rect(COLUMNS[0] + (PANEL - side) / 2, ROW + (PANEL - side) / 2, side, side, "line input",
                   stroke_width=2, pointer_events="none")  # fmt: skip


def _aside(state):
    """The other pictures, to be clicked; how well the last one came out."""
    parts = [label(ASIDE, ROW - 7, "pictures", "muted", "start", 12)]
    for k, name in enumerate(PICTURES):
        x, y = ASIDE + k % 2 * (THUMB + 12), ROW + k // 2 * (THUMB + 24)
        parts += [
            image(x, y, THUMB, THUMB, thumbnail_url(name), name, crisp=False),
            rect(x, y, THUMB, THUMB, "line output" if name == state.picture else "frame",
                 stroke_width=3 if name == state.picture else 1, pointer_events="none"),
            rect(x, y, THUMB, THUMB, "plain", data_id=f"picture-{k}", data_row=k // 2, data_col=k % 2,
                 aria_label=name),
            label(x, y + THUMB + 14, name, "muted", "start", 11),
        ]  # fmt: skip
    chooser = cell_group(parts, "picture", "pictures")
    resized = state.resized
    lines = [f"{resized.clipped} values clipped"]
    if resized.psnr is not None and np.isfinite(resized.psnr):
        lines.append(f"PSNR to the first: {number(resized.psnr, 1)} dB")
    elif resized.psnr is not None:
        lines.append("equal to the first")
    return chooser + "".join(
        label(ASIDE, ROW + 2 * THUMB + 64 + 17 * i, words, "", "start", 12) for i, words in enumerate(lines)
    )


# ---- the words -----------------------------------------------------------------------------------


def _sentence(state):
    return f"{_reading_words(state)} {_lost_words(state)} {_waves_words(state)}"


def _reading_words(state):
    count = len(state.read)
    start = f"Output {state.output} at {number(state.x)} reads {count} sample{'s' * (count > 1)}"
    if state.kernel.reading == "pick":
        return f"{start}: it copies the nearest one."
    if state.fixed:
        return (
            f"{start}: each counts as far as it lies in the output's own {number(state.width)} of the axis."
        )
    factors = [
        number(state.kernel.support, 2),
        *(number(f, 2) for f in (state.stretch, state.wider) if f != 1),
    ]
    product = " × ".join(factors) + (f" = {number(state.reach, 2)}" if len(factors) > 1 else "")
    return f"{start}: the kernel reaches {product} to either side{_widened_words(state)}."


def _widened_words(state):
    if state.kernel.prefilter:
        return ", its prefilter farther"
    if state.antialias:
        return (
            f", {number(state.wider)} times as far by antialias"
            if state.wider > 1
            else "; antialias widens it only when shrinking"
        )
    return ""


def _lost_words(state):
    lost = int(state.lost.sum())
    return f"{lost} of {state.in_size} samples are read by nobody." if lost else "No sample is passed over."


def _waves_words(state):
    kept = f"Of the energy of waves that fit, {_percent(state.kept)} comes out as itself; "
    if state.step > 1:
        return f"{kept}of finer ones, {_percent(state.aliased)} as false waves."
    return f"{kept}{_percent(state.aliased)} more come as copies."


def _sample_sentence(state, i):
    weight, distance = state.weights[i], abs(state.x - i)
    if state.lost[i]:
        return f"Sample {i} is read by no output."
    if i not in state.read:
        return f"Sample {i} lies {number(distance)} from output {state.output}, out of its reach. Another reads it."
    return (
        f"Sample {i} lies {number(distance)} from output {state.output}. There the kernel is "
        f"{number(weight * state.total)} high; divided by the sum of all heights, {number(state.total)}, "
        f"that is the weight {number(weight, 4)}."
    )


def _table(state):
    rows = [
        (
            str(i),
            number(abs(state.x - i)),
            number(state.weights[i] * state.total, 4),
            number(state.weights[i], 4),
        )
        for i in state.read
    ]
    rows.append(
        ("sum", "", number(float(state.weights.sum()) * state.total, 4), number(state.weights.sum(), 4))
    )
    return ("sample", "distance", "height", "weight"), rows
