"""Patterns as pictures: what a flat picture becomes while a layer learns, and what random features look like."""

from __future__ import annotations

import numpy as np

from course_utils.checkerboard import by_phase, comb_share, random_features, random_gradient, spectrum
from course_utils.figures.draw.scene import (
    Scene,
    circle,
    document,
    image,
    label,
    line,
    number,
    path,
    rect,
)
from course_utils.validation import one_of, whole_number

# ---- While a layer learns ------------------------------------------------------------------------

WIDTH, HEIGHT = 860, 420
SIDE, CONTRAST, PIXELS = 190, 16, 12
WAVES = (("columns", (0, 1)), ("rows", (1, 0)), ("both", (1, 1)))
PLOT = (470, 250, 350, 120)  # x, y, width, height of the curves
LEAST, LARGEST = 0.01, 100.0  # of the logarithmic axis, in gray levels; what is less stands at its foot


def pattern_scene(patterns, layer, moment, gray=1) -> Scene:
    """A flat picture after the last layer, at one moment of training.

    patterns   a ``films.Patterns``
    moment     index into its steps; gray: index into its grays
    """
    one_of(layer, "layer", tuple(patterns.answers))
    moment = whole_number(moment, "moment", 0, len(patterns.steps) - 1)
    gray = whole_number(gray, "gray", 0, len(patterns.grays) - 1)
    phases = patterns.answers[layer][moment, gray]
    waves = waves_of(phases)
    level = float(phases.std())
    text = _words(patterns, layer, moment, gray, waves, level)
    parts = [
        *_flat_pictures(phases, patterns.grays[gray]),
        *_waves(waves),
        *_curves(patterns, layer, moment, gray),
    ]
    rows = [(name, number(value, 2)) for name, value in waves.items()]
    return Scene(
        document(WIDTH, HEIGHT, parts, f"A flat picture, enlarged by {layer}", text),
        text,
        (("wave", "gray levels"), [*rows, ("all: standard deviation", number(level, 2))]),
    )


def waves_of(phases):
    """How strong each wave of two pixels is, in the unit of the phases (2, 2): its squares add up to the variance."""
    strengths = np.abs(np.fft.fft2(phases)) / 4
    return {name: float(strengths[index]) for name, index in WAVES}


def _words(patterns, layer, moment, gray, waves, level):
    step = patterns.steps[moment]
    when = "Before the first step" if step == 0 else f"After {step} steps"
    flat = f"“{layer}” makes of a flat picture of gray {round(255 * patterns.grays[gray])}"
    if level < 5e-3:
        return f"{when} {flat} a flat picture: all four phases are equal."
    strongest = max(waves, key=waves.get)
    along = {"columns": "from column to column", "rows": "from row to row", "both": "along both axes at once"}
    return (
        f"{when} {flat} a pattern of {number(level, 2)} gray levels. "
        f"Its strongest wave runs {along[strongest]}: {number(waves[strongest], 2)}."
    )


def _flat_pictures(phases, gray):
    tiled = np.tile(phases, (PIXELS // 2, PIXELS // 2))
    raised = phases.mean() + CONTRAST * (tiled - phases.mean())
    for x, values, title in ((20, tiled, "what comes out"), (230, raised, f"contrast × {CONTRAST}")):
        yield label(x, 24, title, "muted", anchor="start", size=12)
        pixels = values.clip(0, 255).round().astype(np.uint8)
        yield image(x, 32, SIDE, SIDE, pixels, f"{title}: a flat picture of gray {gray:.1g} enlarged")
        yield rect(x, 32, SIDE, SIDE, "frame", pointer_events="none")
    yield label(20, 256, "the four phases, in gray levels", "muted", anchor="start", size=12)
    for index, value in np.ndenumerate(phases):
        x, y = 20 + 80 * index[1], 268 + 36 * index[0]
        yield rect(x, y, 80, 36, f"cell hue-{2 * index[0] + index[1]}", fill_opacity="0.6")
        yield label(x + 40, y + 23, number(value, 1), size=13)


def _waves(waves):
    """The spectrum of a pattern of two pixels: three bars."""
    yield label(470, 24, "its spectrum: gray levels of each wave", "muted", anchor="start", size=12)
    for i, (name, value) in enumerate(waves.items()):
        y = 44 + 54 * i
        tile = _tile_of(name)
        yield image(470, y, 36, 36, tile, f"a wave in {name}")
        yield rect(470, y, 36, 36, "frame")
        yield rect(516, y + 8, max(220 * min(value / 40, 1), 0.5), 20, "output", fill_opacity="0.7")
        yield label(
            524 + 220 * min(value / 40, 1), y + 23, f"{number(value, 2)}  {name}", anchor="start", size=12
        )


def _tile_of(name):
    rows, columns = np.indices((6, 6)) % 2
    which = {"columns": columns, "rows": rows, "both": (rows + columns) % 2}[name]
    return (90 + 130 * which).astype(np.uint8)


def _height(level):
    _, y, _, height = PLOT
    share = np.log(max(level, LEAST) / LEAST) / np.log(LARGEST / LEAST)
    return y + height * (1 - min(share, 1))


def _curves(patterns, layer, moment, gray):
    x, y, width, height = PLOT
    places = np.linspace(x, x + width, len(patterns.steps))
    title = f"gray levels of pattern on gray {round(255 * patterns.grays[gray])}, while it learns"
    yield label(x, y - 14, title, "muted", anchor="start", size=12)
    for level, words in ((LEAST, "0"), (0.1, "0.1"), (1, "1"), (10, "10"), (100, "100")):
        yield line(x, _height(level), x + width, _height(level), "line muted", stroke_opacity="0.35")
        yield label(x - 6, _height(level) + 4, words, "muted", anchor="end", size=11)
    for place, step in zip(places, patterns.steps, strict=True):
        yield label(place, y + height + 17, str(step), "muted", size=11)
    yield label(x + width, y + height + 34, "steps of training", "muted", anchor="end", size=11)
    for name in [*(each for each in patterns.answers if each != layer), layer]:
        levels = patterns.answers[name][:, gray].std(axis=(-2, -1))
        chosen = name == layer
        points = [(place, _height(level)) for place, level in zip(places, levels, strict=True)]
        yield path(
            points,
            "line output" if chosen else "line muted",
            stroke_width=2.6 if chosen else 1.1,
            stroke_opacity="1" if chosen else "0.55",
        )
        if chosen:
            yield circle(*points[moment], 5.5, "output")


# ---- Random features -----------------------------------------------------------------------------

FEATURE_SIDE = 352


def features_scene(layer, seed=0, stages=3, comb=False) -> Scene:
    """What a random decoder makes of soft blobs, and its spectrum; ``comb`` marks the frequencies of a pattern."""
    values = random_features(layer, seed, stages)
    share, factor = comb_share(values, 2**stages), 2**stages
    chance = (factor**2 - 1) / (values.size - 1)
    text = (
        f"Three stages of “{layer}”, random weights, soft blobs in. ".replace("Three stages", _stages(stages))
        + f"{share:.1%} of the power repeats every {factor} pixels; chance would give {chance:.1%}."
    )
    parts = [*_features(values), *_spectrum(values, factor, comb)]
    return Scene(
        document(WIDTH, 410, parts, f"Random features: {layer}", text),
        text,
        (("layer", "share that repeats"), [(layer, f"{share:.1%}")]),
    )


def _stages(count):
    return {1: "One stage", 2: "Two stages", 3: "Three stages", 4: "Four stages"}[count]


def _features(values):
    yield label(20, 24, "one feature map", "muted", anchor="start", size=12)
    pixels = (128 + 50 * values).clip(0, 255).round().astype(np.uint8)
    yield image(20, 34, FEATURE_SIDE, FEATURE_SIDE, pixels, "one feature map of a random decoder")
    yield rect(20, 34, FEATURE_SIDE, FEATURE_SIDE, "frame", pointer_events="none")


def _spectrum(values, factor, comb):
    left, top = 470, 34
    shares = spectrum(values)
    size = len(values)
    decades = np.log10(np.maximum(shares, 1e-6) / 1e-6) / 5  # from a millionth to a tenth of the power
    pixels = (255 * decades.clip(0, 1)).round().astype(np.uint8)
    yield label(left, 24, "its spectrum, frequency 0 in the middle", "muted", anchor="start", size=12)
    yield image(left, top, FEATURE_SIDE, FEATURE_SIDE, pixels, "the spectrum; bright is strong")
    yield rect(left, top, FEATURE_SIDE, FEATURE_SIDE, "frame", pointer_events="none")
    yield label(left, top + FEATURE_SIDE + 15, "−½ cycle per pixel", "muted", anchor="start", size=11)
    yield label(left + FEATURE_SIDE, top + FEATURE_SIDE + 15, "½", "muted", anchor="end", size=11)
    if comb:
        cell, middle = FEATURE_SIDE / size, size // 2
        for i in range(0, size, size // factor):
            for j in range(0, size, size // factor):
                if (i, j) != (middle, middle):
                    place = left + j * cell - 1.5, top + i * cell - 1.5
                    yield rect(
                        *place, cell + 3, cell + 3, "line output", stroke_width=1.6, pointer_events="none"
                    )


# ---- Random gradients ----------------------------------------------------------------------------


def gradient_scene(layer, seed=0, stages=3) -> Scene:
    """How strong the gradient of a random encoder is at every pixel of a part of its input, and phase by phase."""
    inside = random_gradient(layer, seed, stages)[:, 8:-8, 8:-8]
    period = 2**stages
    power = np.square(by_phase(inside, period)).mean(axis=(0, -2, -1))
    first = np.square(by_phase(inside, 2)).mean(axis=(0, -2, -1))
    ratio = first.max() / first.min()
    text = (
        f"{_stages(stages)} of “{layer}”, random weights, random numbers arriving at the end. One pixel in four gets "
        f"{number(ratio, 1)} times the power of another one."
    )
    parts = [*_gradient(inside), *_power_by_place(power, period)]
    rows = [
        (f"row {a}, column {b}", number(value / first.mean(), 2)) for (a, b), value in np.ndenumerate(first)
    ]
    return Scene(
        document(WIDTH, 410, parts, f"The gradient of a random encoder: {layer}", text),
        text,
        (("phase of the first layer", "power over its mean"), rows),
    )


def _gradient(inside):
    yield label(20, 24, "root mean square of the gradient, all channels", "muted", anchor="start", size=12)
    strength = np.sqrt(np.square(inside).mean(axis=0))
    pixels = (90 * strength / strength.mean()).clip(0, 255).round().astype(np.uint8)
    yield image(
        20, 34, FEATURE_SIDE, FEATURE_SIDE, pixels, "the gradient's strength at every pixel; bright is strong"
    )
    yield rect(20, 34, FEATURE_SIDE, FEATURE_SIDE, "frame", pointer_events="none")


def _power_by_place(power, period):
    left, top, cell = 470, 34, FEATURE_SIDE / period
    title = f"its power by place in a period of {period} (1: the mean)"
    yield label(left, 24, title, "muted", anchor="start", size=12)
    shares = power / power.mean()
    for (i, j), value in np.ndenumerate(shares):
        x, y = left + j * cell, top + i * cell
        yield rect(x, y, cell, cell, "cell output", fill_opacity=f"{min(value / 4, 1) * 0.8:.2f}")
        yield label(x + cell / 2, y + cell / 2 + 4, number(value, 1), size=12)
    yield rect(left, top, FEATURE_SIDE, FEATURE_SIDE, "frame", pointer_events="none")
