"""Scenes: one SVG picture, the same in words, and what lights up together.

A scene is built by pure functions: arrays in, text out. It is sharp on any screen, it takes JupyterLab's
colors (light and dark) through CSS variables with fallbacks, it can be read by a test, and it stays visible
where no kernel runs. The shapes below return SVG text; a figure joins them with ``document``.

Words used in every figure
    id        name of a cell that can be pointed at: "in-3" is input 3 (flat index), "out-3" output 3; several cells
              that show one and the same number may share it
    links     id -> [(id, weight), ...]: what lights up when the id is chosen (a row or column of the matrix); the
              weight is None where two cells belong together without one
    details   id -> the sentence that is read when the id is chosen
    steps     ids in the order in which play and scrub visit them
    places    id -> (x, y, width, height) of a cell that is part of an image and has no element of its own
    bands     id -> (x, y, width, height) of what is framed beside the cell itself, e.g. its row of the matrix
    arrows    id -> (x1, y1, x2, y2): the arrow that is drawn when the id is chosen
    handles   name -> Handle: what a hand can move; the element says data-handle="name"
    frames    one per step: what is written and what has moved by then; sent ahead, so that scrubbing is instant

Colors, one meaning each, as CSS classes: ``input`` blue, ``output`` vermilion, ``kernel`` green (weights),
``negative`` purple (negative weights; dark, for a mid purple and the green look alike to some eyes),
``sample`` dark (sample points), ``muted`` gray (axes, notes). tests/figures/draw/test_colors.py holds them apart.

The f-strings are on purpose: 800 elements are four times as fast as the same through an element tree.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape

import numpy as np

from course_utils.figures.draw.hues import STYLE as HUES

MOST_KEPT = 8192  # words and numbers whose spelling is remembered

# The colors stand here and not in the widget's stylesheet, so that a scene outside any widget has them too.
# JupyterLab says which theme it shows; a file of its own (an <img> on a web page) follows the reader's system.
STYLE = (
    """
.btp-scene { --btp-input: #0072b2; --btp-output: #d55e00; --btp-kernel: #008560; --btp-negative: #6a1b6a;
  font-family: var(--jp-ui-font-family, system-ui, sans-serif); font-size: 13px; }
[data-jp-theme-light="false"] .btp-scene { --btp-input: #56b4e9; --btp-output: #f28e4b; --btp-kernel: #2fc79a;
  --btp-negative: #f0c3ff; }
@media (prefers-color-scheme: dark) { .btp-scene:root { --btp-input: #56b4e9; --btp-output: #f28e4b;
  --btp-kernel: #2fc79a; --btp-negative: #f0c3ff; --jp-content-font-color1: #e6edf3;
  --jp-content-font-color2: #9198a1; --jp-layout-color1: #0d1117; } }
.btp-scene text { fill: var(--jp-content-font-color1, #1f2328); }
.btp-scene .muted { fill: var(--jp-content-font-color2, #59636e); }
.btp-scene .mono { font-family: var(--jp-code-font-family, ui-monospace, monospace); }
.btp-scene .input { fill: var(--btp-input); }
.btp-scene .output { fill: var(--btp-output); }
.btp-scene .kernel { fill: var(--btp-kernel); }
.btp-scene .negative { fill: var(--btp-negative); }
.btp-scene .sample { fill: var(--jp-content-font-color1, #1f2328); }
.btp-scene .paper { fill: var(--jp-layout-color1, #fff); }
.btp-scene .plain { fill: transparent; }
.btp-scene .line { fill: none; stroke: var(--jp-content-font-color1, #1f2328); }
.btp-scene .frame { fill: none; stroke: var(--jp-content-font-color3, #8c959f); }
.btp-scene .line.muted { stroke: var(--jp-content-font-color2, #59636e); fill: none; }
.btp-scene .line.input { stroke: var(--btp-input); fill: none; }
.btp-scene .line.output { stroke: var(--btp-output); fill: none; }
.btp-scene .line.kernel { stroke: var(--btp-kernel); fill: none; }
.btp-scene .line.negative { stroke: var(--btp-negative); fill: none; }
.btp-scene .halo { paint-order: stroke; stroke: var(--jp-layout-color1, #fff); stroke-width: 3px;
  stroke-linejoin: round; }
"""
    + HUES
)
STYLE_ELEMENT = f"<style>{STYLE}</style>"


class NoPicture(ValueError):
    """Raised by a figure for a state that has no picture; the message says why in plain words."""


@dataclass(frozen=True)
class Frame:
    """What one step changes on the picture of all steps.

    write   slot -> text: fills the <text data-slot="..."> of that name; it stays written at all later steps
    move    name -> (x, y): where the <g data-move="..."> of that name goes at this step, in scene px; it stays there
            at all later steps
    paint   slot -> opacity, 0 to 1, of the element with data-paint="..."; it stays painted at all later steps
    """

    write: Mapping[str, str] = field(default_factory=dict)
    move: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    paint: Mapping[str, float] = field(default_factory=dict)


def written(frames: Sequence[Frame], step: int) -> dict[str, str]:
    """What stands in every slot at ``step``: the last text that was written there.

    >>> written([Frame({"a": "1"}), Frame({"a": "2", "b": "3"}), Frame({"a": "9"})], 1)
    {'a': '2', 'b': '3'}
    """
    texts = {}
    for frame in frames[: step + 1]:
        texts.update(frame.write)
    return texts


def moved(frames: Sequence[Frame], step: int) -> dict[str, tuple[float, float]]:
    """Where everything that moves stands at ``step``: the last place that it went to.

    >>> moved([Frame(move={"a": (0, 0), "b": (0, 0)}), Frame(move={"a": (5, 0)})], 1)
    {'a': (5, 0), 'b': (0, 0)}
    """
    places = {}
    for frame in frames[: step + 1]:
        places.update(frame.move)
    return places


def painted(frames: Sequence[Frame], step: int) -> dict[str, float]:
    """How strongly everything is painted at ``step``.

    >>> painted([Frame(paint={"a": 0.5}), Frame(paint={"a": 0.7, "b": 0.1})], 1)
    {'a': 0.7, 'b': 0.1}
    """
    opacities = {}
    for frame in frames[: step + 1]:
        opacities.update(frame.paint)
    return opacities


@dataclass(frozen=True)
class Handle:
    """What happens when an element of the picture is moved by pointer or keyboard: one or two values change.

    sets    the control of each value, ``("x",)`` or ``("x", "y")``; ``("samples[2]",)`` is one of a control's numbers
    at      the values now
    by      for each value, (units a pixel to the right, units a pixel down), in pixels of the scene
    low, high, step   for each value: its ends, and what one press of an arrow key adds; ``step`` is also the grid
            on which values stand
    big     steps that Page Up and Page Down make at once
    label   what it is called, by a screen reader and where a value is typed
    around  (x, y) in pixels of the scene, for what turns about a point; ``by`` is then (units for each part of its
            distance that is gained, units a degree clockwise)
    """

    sets: tuple[str, ...]
    at: tuple[float, ...]
    by: tuple[tuple[float, float], ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    step: tuple[float, ...]
    label: str
    big: int = 5
    around: tuple[float, float] | None = None


def scrub(name, value, low, high, step=1, label="", pixels=8) -> Handle:
    """The handle of a number that grows when it is pulled up or to the right, one ``step`` every ``pixels``."""
    rate = step / pixels
    return Handle((name,), (value,), ((rate, -rate),), (low,), (high,), (step,), label or name)


def held(name: str, label: str, **more) -> dict:
    """The attributes of an element that is the handle ``name`` and a stop of the Tab key of its own.

    Inside a grid, which is one stop as a whole, an element only says ``data_handle=name``.
    """
    return {"data_handle": name, "tabindex": "0", "role": "slider", "aria_label": label, **more}


@dataclass(frozen=True)
class Scene:
    """One picture. ``svg`` and ``text`` say the same; ``table`` is (header, rows) with the numbers of the text.

    A picture with ``frames`` has as many ``steps``. ``step`` is the one at which it opens; None leaves the learner
    where they are. ``word`` is what one step is, e.g. "output". ``chosen`` is the id that these values choose, "" for
    none; None leaves the learner's.
    """

    svg: str
    text: str
    table: tuple[Sequence[str], Sequence[Sequence[str]]] | None = None
    links: Mapping[str, Sequence[tuple[str, float | None]]] = field(default_factory=dict)
    details: Mapping[str, str] = field(default_factory=dict)
    steps: Sequence[str] = ()
    places: Mapping[str, Sequence[float]] = field(default_factory=dict)
    bands: Mapping[str, Sequence[float]] = field(default_factory=dict)
    arrows: Mapping[str, Sequence[float]] = field(default_factory=dict)
    frames: Sequence[Frame] = ()
    step: int | None = None
    word: str = "step"
    handles: Mapping[str, Handle] = field(default_factory=dict)
    chosen: str | None = None

    def _repr_mimebundle_(self, include=None, exclude=None):
        # JupyterLab shows HTML inline, where its theme reaches it, and a bare SVG as an <img>, where it does not.
        return {"text/html": self.svg, "image/svg+xml": self.svg, "text/plain": self.text}


def number(value: float, digits: int = 3) -> str:
    """``value`` for a reader: at most ``digits`` decimals, no trailing zeros, a real minus sign.

    >>> number(0.250), number(-2.0), number(1 / 3), number(1e-9)
    ('0.25', '−2', '0.333', '0')
    """
    return _spelled(float(value), digits)


@lru_cache(MOST_KEPT)
def _spelled(value, digits):
    if not np.isfinite(value):
        return "NaN" if np.isnan(value) else ("∞" if value > 0 else "−∞")
    if abs(value) >= 1e6:
        return f"{value:.3g}".replace("-", "−")
    text = f"{value:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text.replace("-", "−")


def counted(count: int, noun: str) -> str:
    """How many there are, in words.

    >>> counted(1, "input"), counted(2304, "parameter")
    ('1 input', '2,304 parameters')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


# A picture says the same few numbers and names hundreds of times, and so does the next one.
_escaped = lru_cache(MOST_KEPT)(escape)


def _attributes(css: str, extra: Mapping[str, object]) -> str:
    """``css`` and keyword attributes as SVG: ``data_id="in-3"`` becomes ``data-id``, None is left out."""
    text = f' class="{css}"' if css else ""
    for name, value in extra.items():
        if value is not None:
            text += f' {name.replace("_", "-")}="{_escaped(str(value))}"'
    return text


def rect(x, y, width, height, css="", **attributes) -> str:
    """A rectangle with its top left corner at (x, y), in scene pixels."""
    return f'<rect x="{x:.6g}" y="{y:.6g}" width="{width:.6g}" height="{height:.6g}"{_attributes(css, attributes)}/>'


def circle(x, y, radius, css="sample", **attributes) -> str:
    return f'<circle cx="{x:.6g}" cy="{y:.6g}" r="{radius:.6g}"{_attributes(css, attributes)}/>'


def line(x1, y1, x2, y2, css="line muted", **attributes) -> str:
    return f'<line x1="{x1:.6g}" y1="{y1:.6g}" x2="{x2:.6g}" y2="{y2:.6g}"{_attributes(css, attributes)}/>'


def path(points: Iterable[tuple[float, float]], css="line", closed=False, **attributes) -> str:
    """Straight pieces through ``points``; give ``closed=True`` to join the last to the first."""
    steps = "L".join(f"{x:.6g},{y:.6g}" for x, y in points)
    return f'<path d="M{steps}{"Z" if closed else ""}"{_attributes(css, attributes)}/>'


def label(x, y, text, css="", anchor="middle", size=None, **attributes) -> str:
    """``text`` with its baseline at y; ``anchor`` is start, middle or end."""
    sized = "" if size is None else f' font-size="{size:.6g}"'
    return (
        f'<text x="{x:.6g}" y="{y:.6g}" text-anchor="{anchor}"{sized}{_attributes(css, attributes)}>'
        f"{_escaped(str(text))}</text>"
    )


def arrow(x1, y1, x2, y2, css="muted", width=1.5, head=7) -> str:
    """An arrow from (x1, y1) to (x2, y2). The head is drawn, not a marker: marker ids clash between pictures."""
    length = float(np.hypot(x2 - x1, y2 - y1))
    if length == 0:
        return ""
    ux, uy = (x2 - x1) / length, (y2 - y1) / length
    head = min(head, length)
    bx, by = x2 - head * ux, y2 - head * uy
    wing = head * 0.45
    shaft = line(x1, y1, bx, by, f"line {css}", stroke_width=width)
    tip = [(x2, y2), (bx - wing * uy, by + wing * ux), (bx + wing * uy, by - wing * ux)]
    return shaft + path(tip, css, closed=True)


def image(x, y, width, height, pixels, description: str, crisp=True, inside="", **attributes) -> str:
    """Real pixels: uint8 of shape (h, w), (h, w, 3) or (h, w, 4), or their ``data_url``.

    crisp     enlarged as squares; else as the browser likes, for pictures that are drawn at their size
    inside    an <animate> of it
    """
    url = pixels if isinstance(pixels, str) else data_url(pixels)
    style = ' style="image-rendering: pixelated"' if crisp else ""
    return (
        f'<image x="{x:.6g}" y="{y:.6g}" width="{width:.6g}" height="{height:.6g}" href="{url}" '
        f'preserveAspectRatio="none"{style} role="img" aria-label="{escape(description)}"'
        f"{_attributes('', attributes)}{f'>{inside}</image>' if inside else '/>'}"
    )


def data_url(picture, kind="png", **saving) -> str:
    """A PIL image, or uint8 pixels, as a ``data:`` URL. kind: "png" or "jpeg"; ``saving`` goes to PIL's ``save``."""
    from PIL import Image

    if isinstance(picture, np.ndarray):
        picture = Image.fromarray(np.ascontiguousarray(picture))
    if (
        kind == "png"
    ):  # level 1: five times faster than the default for a file a tenth larger, and a redraw waits
        saving = {"compress_level": 1, **saving}
    stream = io.BytesIO()
    picture.save(stream, kind, **saving)
    return f"data:image/{kind};base64," + base64.b64encode(stream.getvalue()).decode()


def group(elements: Iterable[str], css="", **attributes) -> str:
    return f"<g{_attributes(css, attributes)}>{''.join(elements)}</g>"


def strength(values: np.ndarray, low: float | None = None, high: float | None = None) -> np.ndarray:
    """How strongly each value tints its cell: 0.06 for ``low`` to 0.6 for ``high``, so that text stays readable."""
    values = np.asarray(values, float)
    low = float(values.min()) if low is None else low
    high = float(values.max()) if high is None else high
    if high <= low:
        return np.full(values.shape, 0.25)
    return 0.06 + 0.54 * np.clip((values - low) / (high - low), 0, 1)


def grid(
    values,
    x,
    y,
    cell,
    name,
    css,
    title="",
    limits=(None, None),
    numbers=True,
    digits=2,
    start=0,
    handle="",
) -> str:
    """A 2-D array as cells of ``cell`` scene pixels, each with id ``{name}-{flat index}`` and its number.

    values: shape (rows, columns). limits: the (low, high) that the tint spans; fix them so that nothing jumps
    when a slider moves. Numbers are left out where a cell is too small to hold them. The grid is one stop of
    the Tab key; arrow keys move inside it. ``start`` is the flat index of the first cell (for panels of one array).
    ``handle`` makes each cell the handle of its number: the name of a control, ``"values"`` for ``"values[2,1]"``.
    """
    values = np.atleast_2d(np.asarray(values, float))
    rows, cols = values.shape
    tint = strength(values, *limits)
    texts = [[number(value, digits) for value in row] for row in values]
    longest = max(len(text) for row in texts for text in row)
    size = min(13.0, cell * 0.36, (cell - 5) / (0.6 * longest))
    show = numbers and size >= 7.5
    parts = []
    for r in range(rows):
        for c in range(cols):
            index = start + r * cols + c
            left, top = x + c * cell, y + r * cell
            parts.append(
                f'<rect x="{left:.6g}" y="{top:.6g}" width="{cell:.6g}" height="{cell:.6g}" class="cell {css}" '
                f'fill-opacity="{tint[r, c]:.2f}" data-id="{name}-{index}" data-row="{r}" data-col="{c}"'
                f"{_held_by(handle, index, cols)}/>"
            )
            if show:
                parts.append(_number_in(left, top, cell, texts[r][c], size, handle))
    parts.append(rect(x, y, cols * cell, rows * cell, "frame", pointer_events="none"))
    if title:
        parts.append(label(x, y - 9, title, anchor="start"))
    return group(parts, data_group=name, tabindex="0", role="group", aria_label=title or name)


def _number_in(left, top, cell, text, size, handle):
    scrubbed = ' class="scrub"' if handle else ""
    return (
        f'<text x="{left + cell / 2:.6g}" y="{top + cell / 2 + size * 0.36:.6g}" text-anchor="middle" '
        f'font-size="{size:.3g}" pointer-events="none"{scrubbed}>{text}</text>'
    )


def _held_by(handle, index, cols):
    return f' data-handle="{handle}[{index // cols},{index % cols}]"' if handle else ""


def cell_handles(name, values, low, high, step=1) -> dict[str, Handle]:
    """A handle for each number of a 2-D array that a ``Numbers`` control of this name holds."""
    return {
        f"{name}[{r},{c}]": scrub(f"{name}[{r},{c}]", float(value), low, high, step, f"{name}[{r}, {c}]")
        for (r, c), value in np.ndenumerate(values)
    }


def document(width: float, height: float, elements: Iterable[str], title: str, desc: str) -> str:
    """The finished SVG. ``title`` names the picture, ``desc`` says what it shows to who cannot see it."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="btp-scene" viewBox="0 0 {width:.6g} {height:.6g}" '
        f'width="{width:.6g}" height="{height:.6g}" role="img">'
        f"<title>{escape(title)}</title><desc>{escape(desc)}</desc>{STYLE_ELEMENT}"
        f"{''.join(elements)}</svg>"
    )


def sentence_scene(sentence: str, width: float = 640) -> Scene:
    """The picture of a state that has none: the reason, wrapped to the width."""
    import textwrap

    lines = [
        part for block in sentence.splitlines() for part in (textwrap.wrap(block, int(width / 7.6)) or [""])
    ]
    height = 44 + 20 * len(lines)
    parts = [rect(1, 1, width - 2, height - 2, "frame", rx=6, stroke_dasharray="5 4")]
    parts += [label(20, 34 + 20 * i, text, anchor="start") for i, text in enumerate(lines)]
    svg = document(width, height, parts, "No picture for this setting", sentence)
    return Scene(svg.replace('class="btp-scene"', 'class="btp-scene btp-sentence"', 1), sentence)
