"""A real flow: the left picture of a stereo pair fetched from the right one, along a part of the true flow.

Words used here
    amount    the part of the flow that is used: 0 none, 1 all of it, below 0 the wrong way
    fetched   the right picture, warped along it
    compared  what the middle picture shows: what is fetched, the left picture, or both in turn
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from course_utils.figures.draw.scene import (
    Handle,
    Scene,
    circle,
    data_url,
    document,
    held,
    image,
    label,
    line,
    number,
    path,
    rect,
)
from course_utils.stereo import StereoPair

AMOUNTS = np.sort(np.append(np.round(np.arange(-10, 16) * 0.1, 1), [0.35, 0.95, 1.05]))
"""Where the curve of PSNR is computed: -1 to 1.5, closer at its peak (1/3 where the flow is three times too long)."""

STEP = 0.05
"""Of the amount, when it is moved."""

COMPARED = ("fetched", "left", "in turn")
"""What the middle picture shows."""

IN_TURN = (
    '<animate attributeName="opacity" values="1;0" calcMode="discrete" dur="1.2s" repeatCount="indefinite"/>'
)

SEEN, HIDDEN = "seen by both", "hidden from the right"

ERROR_END = 96
"""Gray levels at which the color of the error is at its strongest."""

NEGATIVE, POSITIVE, ERROR, GRAY = (150, 60, 190), (40, 150, 50), (213, 94, 0), (128, 128, 128)

PANEL_WIDTH, PANEL_HEIGHT, GAP, LEFT, TOP = 286, 192, 18, 4, 24
COLUMN = [LEFT + i * (PANEL_WIDTH + GAP) for i in range(3)]
ROW = [TOP, TOP + PANEL_HEIGHT + 60]
WIDTH, HEIGHT = COLUMN[2] + PANEL_WIDTH + 4, ROW[1] + PANEL_HEIGHT + 44


# ---- the picture of it ---------------------------------------------------------------------------------------


def stereo_scene(pair: StereoPair, amount: float, name: str, compared="fetched") -> Scene:
    """Above: the left picture, the right one fetched along ``amount`` of the flow, their difference. Below: the
    flow in colors, PSNR against amount, where the error lies.

    name       of what is shown of the pair
    compared   one of COMPARED

    The handle "amount" moves along the curve.
    """
    fit = pair.fit(amount)
    parts = [
        *_photo(0, 0, "left picture: what we want", _left_url(pair)),
        *_compared(fit, compared),
        *_error(fit),
        *_flow(pair, amount),
        *_curve(fit),
        *_hidden(fit),
    ]
    text = _sentence(fit)
    height, width = pair.left.shape[:2]
    title = f"{name}, {height} × {width}: a stereo pair warped along its true flow"
    return Scene(
        document(WIDTH, HEIGHT, parts, title, text),
        text,
        _table(fit),
        handles={"amount": _amount_handle(amount)},
    )


def _table(fit):
    header = ("pixels", "how many", "PSNR", "part of the squared error")
    rows = [
        (
            kind,
            str(int(where.sum())),
            f"{number(fit.psnr(kind), 2)} dB",
            f"{fit.error_share(kind) * 100:.0f} %",
        )
        for kind, where in fit.kinds.items()
    ]
    return header, [*rows, ("not known", str(int((~fit.pair.known).sum())), "not counted", "not counted")]


def _title(column, row, words, css=""):
    return label(COLUMN[column], ROW[row] - 9, words, css, anchor="start", size=13, font_weight="600")


def _photo(column, row, title, url, css="muted"):
    x, y = COLUMN[column], ROW[row]
    return [
        _title(column, row, title, css.replace("muted", "")),
        _picture(x, y, url, title),
        rect(x, y, PANEL_WIDTH, PANEL_HEIGHT, f"line {css}", stroke_width=2, pointer_events="none"),
    ]


def _picture(x, y, url, words, inside=""):
    return image(x, y, PANEL_WIDTH, PANEL_HEIGHT, url, words, crisp=False, inside=inside)


def _compared(fit, compared):
    """What is fetched; or in its place the left picture, or both in turn: what does not fit jumps."""
    left = _left_url(fit.pair)
    if compared == "left":
        return _photo(1, 0, "left picture", left)
    fetched = _fetched_url(fit)
    if compared == "fetched":
        return _photo(1, 0, f"right, fetched along {number(fit.amount)} × flow", fetched, "output")
    title = f"in turn: left, and {number(fit.amount)} × flow"
    words, below, frame = _photo(1, 0, title, left, "output")
    return [words, below, _picture(COLUMN[1], ROW[0], fetched, "fetched", IN_TURN), frame]


def _jpeg_url(pixels):
    """A photograph as a ``data:`` URL; as PNG it would be five times as long, and a redraw waits for it."""
    return data_url(pixels, "jpeg", quality=88)


def _rounded(values):
    return np.rint(values).clip(0, 255).astype(np.uint8)


def _tinted_url(below, above, signed, unknown=None):
    """signed (-1 to 1) as a ``data:`` URL: clear at 0, opaque at the ends, ``below`` 0 in one color, ``above`` in the
    other; what is ``unknown`` in gray. A picture of 256 colors: a quarter of the bytes of any colors."""
    from PIL import Image

    index = np.rint(signed.clip(-1, 1) * 127 + 127).astype(np.uint8)  # 254 is 1, and 255 is left for the gray
    if unknown is not None:
        index[unknown] = 255
    levels = np.arange(-127, 128)
    picture = Image.fromarray(index).convert("P")
    picture.putpalette(
        [*np.where((levels < 0)[:, None], below, above).astype(np.uint8).ravel().tolist(), *GRAY]
    )
    alpha = bytes([*np.rint(np.abs(levels) / 127 * 255).astype(int).tolist(), 110])
    return data_url(picture, transparency=alpha)


def _error(fit):
    url = _tinted_url(ERROR, ERROR, fit.error / ERROR_END, ~fit.pair.known)
    parts = _photo(2, 0, "|difference| in gray levels", url)
    ramp = _tinted_url(ERROR, ERROR, np.linspace(0, 1, 64)[None])
    ends = ((0, "0"), (0.5, str(ERROR_END // 2)), (1, f"≥ {ERROR_END}"))
    return parts + _scale(2, 0, ramp, ends, "the error's color scale") + _unknown_key(2, 0)


def _flow(pair, amount):
    flow = amount * pair.flow_xy[..., 0]
    end = _flow_end(pair)
    url = _tinted_url(NEGATIVE, POSITIVE, flow / end, ~pair.known)
    parts = _photo(0, 1, "where it fetches: the flow in x", url)
    ramp = _tinted_url(NEGATIVE, POSITIVE, np.linspace(-1, 1, 65)[None])
    ends = ((0, f"−{end} px"), (0.5, "0"), (1, f"+{end} px"))
    return parts + _scale(0, 1, ramp, ends, "the flow's color scale")


def _flow_end(pair):
    """Pixels at the ends of the flow's scale: fixed for a pair, by its whole flow."""
    return int(np.ceil(np.abs(pair.flow_xy).max() / 5) * 5) or 5


def _scale(column, row, ramp, ends, description):
    x, y = COLUMN[column], ROW[row] + PANEL_HEIGHT + 8
    width = 148
    parts = [
        image(x, y, width, 10, ramp, description, crisp=False),
        rect(x, y, width, 10, "frame"),
    ]
    for at, words in ends:
        anchor = "start" if at == 0 else "middle"
        parts.append(label(x + at * width, y + 24, words, "muted", anchor=anchor, size=11))
    return parts


def _unknown_key(column, row):
    x, y = COLUMN[column] + PANEL_WIDTH, ROW[row] + PANEL_HEIGHT + 17
    gray = rect(x - 106, y - 9, 10, 10, fill="#808080", fill_opacity=0.45)
    return [gray, label(x, y, "flow not known", "muted", anchor="end", size=11)]


# ---- the curve -----------------------------------------------------------------------------------------------

LOW, HIGH = 0, 30
PLOT_X, PLOT_Y, PLOT_WIDTH, PLOT_HEIGHT = COLUMN[1] + 26, ROW[1], PANEL_WIDTH - 30, PANEL_HEIGHT


def _at(amount, decibels):
    across = (amount - AMOUNTS[0]) / (AMOUNTS[-1] - AMOUNTS[0])
    up = (np.clip(decibels, LOW, HIGH) - LOW) / (HIGH - LOW)
    return PLOT_X + across * PLOT_WIDTH, PLOT_Y + (1 - up) * PLOT_HEIGHT


def _amount_handle(amount):
    unit = PLOT_WIDTH / (AMOUNTS[-1] - AMOUNTS[0])
    ends = (float(AMOUNTS[0]),), (float(AMOUNTS[-1]),)
    return Handle(
        ("amount",), (float(amount),), ((float(1 / unit), 0.0),), *ends, (STEP,), "amount of warp", big=4
    )


@lru_cache(maxsize=8)
def _curves(pair):
    return pair.curves(AMOUNTS)


def _curve(fit):
    """PSNR against amount, with the present one as a handle that can be dragged along the axis."""
    known, seen = _curves(fit.pair)
    foot = _at(0, LOW)[1]
    parts = [_title(1, 1, "PSNR in dB by amount of warp"), *_axes()]
    parts += [
        path([_at(a, d) for a, d in zip(AMOUNTS, seen, strict=True)], "line", stroke_dasharray="4 3"),
        path([_at(a, d) for a, d in zip(AMOUNTS, known, strict=True)], "line", stroke_width=2.2),
        # below the curves: their peak may stand anywhere above
        label(
            PLOT_X + 6, foot - 22, "dashed: pixels that both cameras see", "muted", anchor="start", size=11
        ),
        label(PLOT_X + 6, foot - 7, "solid: all whose flow is known", "muted", anchor="start", size=11),
    ]
    x, y = _at(fit.amount, fit.psnr())
    words = f"amount {number(fit.amount)}: {number(fit.psnr(), 2)} dB"
    return [
        *parts,
        line(x, PLOT_Y, x, PLOT_Y + PLOT_HEIGHT, "line output", pointer_events="none"),
        rect(PLOT_X, PLOT_Y, PLOT_WIDTH, PLOT_HEIGHT, "plain", data_handle="amount"),
        circle(x, y, 8, "output knob", **held("amount", words)),
        label(
            PLOT_X + PLOT_WIDTH / 2, PLOT_Y + PLOT_HEIGHT + 32, words, "output scrub", size=13, font_weight="600",
            data_handle="amount",
        ),
    ]  # fmt: skip


def _axes():
    parts = []
    for decibels in range(LOW, HIGH + 1, 5):
        y = _at(0, decibels)[1]
        parts.append(line(PLOT_X, y, PLOT_X + PLOT_WIDTH, y, "line muted", stroke_opacity=0.25))
        parts.append(label(PLOT_X - 6, y + 4, decibels, "muted", anchor="end", size=11))
    for at in (-1, 0, 1):
        x, bottom = _at(at, LOW)
        parts.append(line(x, PLOT_Y, x, bottom, "line muted", stroke_opacity=0.25))
        parts.append(label(x, bottom + 15, number(at), "muted", size=11))
    return parts


def _fetched_url(fit):
    pixels = _rounded(fit.warped)
    # Nobody knows what belongs there; fetched from anywhere it would look like an error.
    pixels[~fit.pair.known] = GRAY
    return _jpeg_url(pixels)


@lru_cache(maxsize=8)
def _left_url(pair):
    return _jpeg_url(_rounded(pair.left))


@lru_cache(maxsize=8)
def _hidden_url(pair):
    """Where no flow can help, in color on a pale gray left picture."""
    gray = pair.left.mean(axis=2, keepdims=True) * 0.35 + 255 * 0.65
    pixels = np.repeat(_rounded(gray), 3, axis=2)
    pixels[pair.hidden] = ERROR
    return _jpeg_url(pixels)


def _hidden(fit):
    share, error = fit.share(HIDDEN), fit.error_share(HIDDEN)
    x, y = COLUMN[2], ROW[1] + PANEL_HEIGHT + 17
    return [
        *_photo(2, 1, "hidden from the right camera", _hidden_url(fit.pair)),
        label(
            x,
            y,
            f"{share * 100:.1f} % of pixels, {error * 100:.0f} % of the squared error",
            anchor="start",
            size=12,
        ),
        label(x, y + 17, f"on the others: {number(fit.psnr(SEEN), 2)} dB", anchor="start", size=12),
    ]


def _sentence(fit):
    pair, amount = fit.pair, fit.amount
    where = "every output from its own position"
    if amount:
        nearest, farthest = fit.fetched_px
        side = "left" if amount > 0 else "right, the wrong way"
        where = f"{number(nearest, 1)} to {number(farthest, 1)} px further {side}"
    peak = AMOUNTS[_curves(pair)[0].argmax()]
    flow = "the true flow" if pair.too_long == 1 else f"a flow {pair.too_long} times too long"
    share, error = fit.share(HIDDEN) * 100, fit.error_share(HIDDEN) * 100
    return (
        f"Fetched along {number(amount)} times {flow}: {where}. PSNR {number(fit.psnr(), 2)} dB where the flow is "
        f"known, highest at amount {number(peak)}. The {share:.1f} % hidden from the right camera carry "
        f"{error:.0f} % of the squared error; "
        f"the others reach {number(fit.psnr(SEEN), 2)} dB."
    )
