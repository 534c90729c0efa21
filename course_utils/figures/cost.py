"""Two networks that enlarge an image, what a layer of each costs, and how far each sees.

Words used here (parameters, multiply-add, activations, low, high: see ``course_utils.cost``)
    W, H      size of the large image; the small one is W/r by H/r
    field     receptive field along an axis: so many pixels of the small image does one output depend on
"""

from __future__ import annotations

from course_utils.cost import RULES, low_and_high
from course_utils.figures.draw.scene import Scene, counted, document, held, label, line, number, rect, scrub
from course_utils.validation import one_of, whole_number

MOST = {"channels": 16, "kernel_size": 7, "factor": 4, "layers": 6}
NAMES = {"channels": "channels C", "kernel_size": "kernel k", "factor": "factor r", "layers": "layers"}

WIDTH, HEIGHT = 932, 400
BAR_X, BAR_ROOM, BAR, BARS_Y = 124, 240, 17, 156  # left end, longest, height and top of the bars
PITCH = 84
# the middle of the ruler, a pixel of the small image on it, where the fields begin
FIELD_X, SMALL_PIXEL, FIELDS_Y, FIELD_PITCH = 700, 9.2, 196, 33
REACH = 41  # small pixels on the ruler: as many as the widest field needs


def cost_scene(channels=8, kernel_size=3, factor=2, layers=4, rule="equal cost") -> Scene:
    """Bars of what one layer costs at low and at high resolution, and both receptive fields, layer by layer.

    channels   of the high-resolution network; the low-resolution one has channels * factor**2
    rule       "equal cost" or "same layers", see ``low_and_high``

    Handles: the four settings, in the line above the picture.
    Raises ValueError for settings beyond MOST.
    """
    settings = {"channels": channels, "kernel_size": kernel_size, "factor": factor, "layers": layers}
    for name, value in settings.items():
        whole_number(value, name, 1, MOST[name])
    one_of(rule, "rule", RULES)
    low, high = low_and_high(channels, kernel_size, factor, layers, rule)
    text = _summary(low, high, layers)
    parts = [
        _settings(settings),
        _sums(low, high, factor, layers),
        _bars(low, high),
        _fields(low, high, layers),
    ]
    return Scene(
        document(WIDTH, HEIGHT, parts, "The cost of low and of high resolution", text),
        text,
        table=_table(low, high, layers),
        handles={
            name: scrub(name, value, 1, MOST[name], label=NAMES[name], pixels=16)
            for name, value in settings.items()
        },
    )


def _settings(settings):
    """The settings in a line; each can be pulled."""
    parts, x = [], 4.0
    for name, value in settings.items():
        text = f"{NAMES[name]} = {value}"
        parts.append(rect(x - 4, 2, 8.2 * len(text) + 8, 24, "plain", **held(name, text)))
        parts.append(label(x, 19, text, "mono scrub", "start", 14, font_weight="600", pointer_events="none"))
        x += 8.4 * len(text) + 40
    return "".join(parts)


METRICS = (  # of Cost: its field, what it counts, where it holds
    ("parameters", "parameters", "per layer"),
    ("multiply_adds", "multiply-adds", "per layer, for each pixel of the large image"),
    ("activations", "activations", "per layer, for each pixel of the large image"),
)


def _sums(low, high, factor, layers):
    """Each network in a line, and its multiply-adds as the product that they are."""
    parts = []
    for y, name, network, css, image in (
        (56, "low resolution", low, "input", _small(factor)),
        (100, "high resolution", high, "output", ("W", "H")),
    ):
        c, k = network.channels, network.kernel_size
        kind = f"{_layers(layers)} of {k} × {k}, {c} → {counted(c, 'channel')}, on {image[0]} × {image[1]}"
        end = ", then pixel shuffle (no multiply-adds)" if css == "input" and factor > 1 else ""
        product = f"{c}·{c}·{k}·{k}·{image[0]}·{image[1]} = {network.layer.multiply_adds:,}·W·H"
        parts.append(label(3, y, name, css, "start", 13, font_weight="600"))
        parts.append(label(BAR_X, y, kind + end, "", "start", 13))
        parts.append(label(BAR_X, y + 18, product, "mono", "start", 12))
        parts.append(label(BAR_X + 330, y + 18, "multiply-adds in each layer", "muted", "start", 12))
    return "".join(parts)


def _bars(low, high):
    """Three pairs of bars. The longer of a pair fills the room, so their lengths compare."""
    parts = []
    for i, (field, name, where) in enumerate(METRICS):
        y = BARS_Y + PITCH * i
        values = getattr(low.layer, field), getattr(high.layer, field)
        parts.append(label(3, y, name, "", "start", 13, font_weight="600"))
        parts.append(label(BAR_X, y, where, "muted", "start", 11.5))
        for value, top, title, css in zip(
            values, (y + 8, y + 32), ("low", "high"), ("input", "output"), strict=True
        ):
            wide = BAR_ROOM * value / max(values)
            parts.append(label(BAR_X - 8, top + 13, title, css, "end", 12))
            parts.append(rect(BAR_X, top, wide, BAR, css, fill_opacity="0.75", data_value=f"{field}-{title}"))
            parts.append(label(BAR_X + wide + 7, top + 13, f"{value:,}", "", "start", 13, font_weight="600"))
        parts.append(label(BAR_X + 344, y, _ratio(*values), "", "end", 12))
    return "".join(parts)


def _ratio(low, high):
    if low == high:
        return "equal"
    return f"low: {number(low / high)} times" if low > high else f"high: {number(high / low)} times"


def _fields(low, high, layers):
    """The receptive field of one output after each layer, on a ruler of small pixels."""
    half, top = REACH * SMALL_PIXEL / 2, FIELDS_Y - 20
    parts = [
        label(FIELD_X - half - 16, BARS_Y, "receptive field", "", "start", 13, font_weight="600"),
        label(
            FIELD_X - half + 92,
            BARS_Y,
            "after each layer, in pixels of the small image",
            "muted",
            "start",
            11.5,
        ),
    ]
    for pixel in range(REACH):
        x = FIELD_X - half + pixel * SMALL_PIXEL
        parts.append(rect(x, top, SMALL_PIXEL, 9, "frame", stroke_width=1 if pixel != REACH // 2 else 2.4))
    parts.append(
        line(FIELD_X, top + 10, FIELD_X, FIELDS_Y + FIELD_PITCH * MOST["layers"] - 4, stroke_width=0.7)
    )
    for layer in range(layers):
        y = FIELDS_Y + FIELD_PITCH * layer
        parts.append(label(FIELD_X - half - 16, y + 17, layer + 1, "muted", "start", 12))
        for shift, network, css in ((0, low, "input"), (12, high, "output")):
            size = network.fields[layer]
            wide = size * SMALL_PIXEL
            parts.append(
                rect(FIELD_X - wide / 2, y + shift, wide, 11, css, fill_opacity="0.75",
                     data_value=f"field-{css}-{layer + 1}")
            )  # fmt: skip
            parts.append(label(WIDTH - 2, y + shift + 10, number(size, 2), css, "end", 11, font_weight="600"))
    return "".join(parts)


# ---- the words ----------------------------------------------------------------------------------------------


def _small(factor):
    return ("W", "H") if factor == 1 else (f"W/{factor}", f"H/{factor}")


def _layers(count):
    return counted(count, "layer")


def _summary(low, high, layers):
    a, b = low.layer, high.layer
    seen = "1 small pixel" if low.fields[-1] == 1 else f"{number(low.fields[-1], 2)} small pixels"
    return (
        f"Low against high resolution, each layer: {a.multiply_adds:,}·W·H multiply-adds against "
        f"{b.multiply_adds:,}·W·H, {counted(a.parameters, 'parameter')} against {b.parameters:,}, "
        f"{counted(a.activations, 'activation')} per large pixel against {b.activations:,}. "
        f"After {_layers(layers)} an output sees {seen} along an axis, against {number(high.fields[-1], 2)}."
    )


def _table(low, high, layers):
    rows = [
        (f"{name}, {where}", f"{getattr(low.layer, field):,}", f"{getattr(high.layer, field):,}")
        for field, name, where in METRICS
    ]
    totals = [f"{layers * network.layer.parameters:,}" for network in (low, high)]
    rows.append((f"parameters, {_layers(layers)}", *totals))
    for layer in range(layers):
        fields = (number(network.fields[layer], 2) for network in (low, high))
        rows.append((f"receptive field after layer {layer + 1}, small pixels", *fields))
    return ("", "low resolution", "high resolution"), rows
