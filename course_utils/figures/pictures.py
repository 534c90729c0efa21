"""Real pictures: a crop enlarged by nearest, bilinear and bicubic side by side, and their differences.

Words used here
    crop         square of ``size`` source pixels; (top, left) is its first pixel
    enlarged     the ``size * factor`` new pixels per side that replace it
    difference   first minus second, of the pictures as shown (whole grey levels 0..255), so in grey levels
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from course_utils.figures.scene import Scene, document, image, label, line, number, rect
from course_utils.resampling import resampling_taps
from course_utils.validation import finite_array, one_of, whole_number

METHODS = {"nearest": "nearest", "bilinear": "linear", "bicubic": "cubic"}
"""What a method is called for two axes -> the mode along one axis."""

PAIRS = (("bicubic", "bilinear"), ("bilinear", "nearest"), ("bicubic", "nearest"))
"""Differences that can be looked at: (first, second), shown as first minus second."""

SCALES = (2, 4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 255)
"""Ends of the difference's colour scale, in grey levels. In steps, so that colours seldom change meaning."""

# Unlike red and green, these two stay apart under the three kinds of colour blindness (a test computes it).
NEGATIVE, POSITIVE = (150, 60, 190), (40, 150, 50)

PANEL, GAP, EDGE, TITLE, NOTE = 288, 20, 2, 26, 22
COLUMNS = [EDGE + i * (PANEL + GAP) for i in range(3)]
TOP_ROW, BOTTOM_ROW = TITLE, TITLE + PANEL + NOTE + 12 + TITLE
WIDTH, HEIGHT = COLUMNS[2] + PANEL + EDGE, BOTTOM_ROW + PANEL + NOTE


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture to look at: uint8 pixels of shape (height, width), or (height, width, 3) in colour."""

    name: str
    pixels: np.ndarray

    def __post_init__(self):
        pixels = finite_array(self.pixels, "picture")
        if pixels.dtype != np.uint8:
            raise TypeError(
                f"a picture must be uint8 with values 0 to 255; got {pixels.dtype} of shape {pixels.shape}. "
                "Write picture.astype(np.uint8), after picture * 255 if its values end at 1."
            )
        if not (pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] == 3)):
            raise ValueError(
                "a picture must have shape (height, width), or (height, width, 3) in colour; "
                f"got shape {pixels.shape}. Of four channels, picture[..., :3] keeps the colours."
            )
        object.__setattr__(self, "pixels", pixels)

    @property
    def height(self):
        return self.pixels.shape[0]

    @property
    def width(self):
        return self.pixels.shape[1]

    @cached_property
    def overview(self) -> str:
        """The whole picture small, as a ``data:`` URL. As JPEG it is a tenth of the bytes."""
        from PIL import Image

        small = Image.fromarray(self.pixels)
        small.thumbnail((PANEL, PANEL))
        stream = io.BytesIO()
        small.save(stream, "jpeg", quality=88)
        return "data:image/jpeg;base64," + base64.b64encode(stream.getvalue()).decode()


def enlarge_crop(pixels, top, left, size, factor, method) -> np.ndarray:
    """The crop enlarged: float64, shape (size * factor, size * factor[, 3]), neither rounded nor clipped.

    The same numbers, bit for bit, as that part of the whole picture enlarged: the crop's rows of the two
    resampling matrices, so pixels just outside the crop are read wherever a tap falls on them.

    >>> enlarge_crop(np.array([[0, 100]], np.uint8), 0, 0, 1, 2, "bilinear")
    array([[ 0., 25.],
           [ 0., 25.]])
    """
    mode = METHODS[one_of(method, "method", tuple(METHODS))]
    rows, row_weights = _crop_taps(pixels.shape[0], top, size, factor, mode)
    columns, column_weights = _crop_taps(pixels.shape[1], left, size, factor, mode)
    first, last = rows.min(), rows.max() + 1
    strip = pixels[first:last].astype(float)  # no other row is read
    return _gather(_gather(strip, columns, column_weights, axis=1), rows - first, row_weights, axis=0)


def _crop_taps(in_size, start, size, factor, mode):
    """The taps of the new pixels that replace source pixels start .. start + size - 1, along one axis."""
    indices, weights = resampling_taps(in_size, in_size * factor, mode)
    crop = slice(start * factor, (start + size) * factor)
    return indices[crop], weights[crop]


def _gather(array, indices, weights, axis):
    """Sum over taps of weight * sample, along one axis."""
    per_output = (-1,) + (1,) * (array.ndim - 1 - axis)
    taps = range(indices.shape[1])
    return sum(array.take(indices[:, tap], axis) * weights[:, tap].reshape(per_output) for tap in taps)


def as_shown(values) -> np.ndarray:
    """Values as uint8: rounded half up, then clipped to 0..255.

    >>> as_shown(np.array([-8.96, 57.5, 281.9]))
    array([  0,  58, 255], dtype=uint8)
    """
    return np.floor(values + 0.5).clip(0, 255).astype(np.uint8)


def signed_difference(first, second) -> np.ndarray:
    """first - second of two uint8 pictures, as int16: uint8 would wrap, 100 - 200 to 156."""
    return first.astype(np.int16) - second.astype(np.int16)


def zoom_scene(picture: Picture, top, left, size, factor, pair=PAIRS[0], grid_lines=False) -> Scene:
    """``size`` x ``size`` pixels of the picture from (top, left) on, enlarged by all three methods.

    Above: where the crop lies, the difference ``pair[0] - pair[1]`` and its colour scale. Below: the methods.
    A crop that would reach over the picture's edge is moved inside.
    """
    size = min(whole_number(size, "size"), picture.height, picture.width)
    factor = whole_number(factor, "factor", 1, 16)
    top = min(max(int(top), 0), picture.height - size)
    left = min(max(int(left), 0), picture.width - size)
    values = {name: enlarge_crop(picture.pixels, top, left, size, factor, name) for name in METHODS}
    shown = {name: as_shown(enlarged) for name, enlarged in values.items()}
    difference = signed_difference(shown[pair[0]], shown[pair[1]])
    crop = picture.pixels[top : top + size, left : left + size]
    text = _sentence(picture, top, left, size, factor, pair, difference, values)
    parts = [
        *_overview(picture, top, left, size),
        *_difference_panel(difference, pair, size, grid_lines),
        *_scale_panel(difference, pair, values),
    ]
    for column, name in enumerate(METHODS):
        parts += _method_panel(COLUMNS[column], name, shown[name], _outside(values[name]), size, grid_lines)
    title = f"{picture.name}: {size} × {size} pixels enlarged {factor} times by three methods"
    return Scene(document(WIDTH, HEIGHT, parts, title, text), text, table=_table(crop, values))


def _overview(picture, top, left, size):
    """The whole picture with the crop's box, which can be dragged; a click anywhere moves it there."""
    scale = PANEL / max(picture.height, picture.width)
    x0, y0 = COLUMNS[0], TOP_ROW
    width, height, side = picture.width * scale, picture.height * scale, size * scale
    x, y = x0 + left * scale, y0 + top * scale
    drag = {"data_drag": "crop", "data_axes": f"{x0} {y0} {scale:.8g} {scale:.8g}"}
    drag["data_at"] = f"{left + size / 2} {top + size / 2} {max(1, size // 8)}"
    words = f"the crop, {size} by {size} pixels from row {top}, column {left}"
    box = {"tabindex": 0, "role": "slider", "aria_label": words, "pointer_events": "all", **drag}
    dark, white = {"stroke": "#000", "stroke_opacity": 0.5}, {"stroke": "#fff"}
    return [
        label(x0, y0 - 8, f"{picture.name}: drag the box", anchor="start"),
        f'<image x="{x0}" y="{y0}" width="{width:.6g}" height="{height:.6g}" href="{picture.overview}" '
        'preserveAspectRatio="none"/>',
        rect(x0, y0, width, height, "plain", **drag),
        # Dark under white under blue: one of them stands out on any picture. Around the crop, not on it.
        *(
            rect(x - 2, y - 2, side + 4, side + 4, css, stroke_width=width, **extra)
            for css, width, extra in (("plain", 7, dark), ("plain", 5, white), ("line input", 2.5, box))
        ),
        label(x0, y0 + height + 15, _size_in_words(picture), "muted", anchor="start", size=11),
    ]


def _size_in_words(picture):
    kind = "grey" if picture.pixels.ndim == 2 else "colour"
    return f"{picture.height} rows × {picture.width} columns, {kind}"


def _method_panel(x, name, pixels, outside, size, grid_lines):
    side = pixels.shape[0]
    note = f"{side} × {side} new pixels" + (f", {outside} values clipped" if outside else "")
    return [
        label(x, BOTTOM_ROW - 8, name, anchor="start", size=14, font_weight="600"),
        image(x, BOTTOM_ROW, PANEL, PANEL, pixels, f"the crop enlarged by {name}"),
        *(_source_grid(x, BOTTOM_ROW, size) if grid_lines else ()),
        rect(x, BOTTOM_ROW, PANEL, PANEL, "line output", pointer_events="none"),
        label(x, BOTTOM_ROW + PANEL + 15, note, "muted", anchor="start", size=11),
    ]


def _difference_panel(difference, pair, size, grid_lines):
    x, words = COLUMNS[1], f"{pair[0]} − {pair[1]}"
    return [
        label(x, TOP_ROW - 8, f"difference: {words}", anchor="start"),
        image(x, TOP_ROW, PANEL, PANEL, difference_colours(difference), f"signed difference {words}"),
        rect(x, TOP_ROW, PANEL, PANEL, "frame", pointer_events="none"),
        *(_source_grid(x, TOP_ROW, size) if grid_lines else ()),
    ]


def _source_grid(x, y, size):
    """The edges of the source pixels over a panel: dark beside light, so that they show on any picture."""
    step = PANEL / size
    opacity = min(0.6, max(0.2, step / 40))  # many lines together must not cover the picture
    lines = f'fill="none" stroke-width="0.7" stroke-opacity="{opacity:.2f}" pointer-events="none"'
    parts = []
    for shift, colour in ((0, "#000"), (0.7, "#fff")):
        at = [i * step + shift for i in range(1, size)]
        edges = "".join(f"M{x + s:.6g},{y}v{PANEL}M{x},{y + s:.6g}h{PANEL}" for s in at)
        parts.append(f'<path d="{edges}" stroke="{colour}" {lines}/>')
    return parts


def scale_end(difference) -> int:
    """The grey level at which the colour scale of this difference ends: the first step that holds 99 % of it.

    A few pixels beside a sharp edge differ most; a scale made for them would leave the others pale.

    >>> scale_end(np.array([-3, 17]))
    24
    """
    most = np.percentile(np.abs(difference), 99)
    return next(end for end in SCALES if end >= most)


def difference_colours(difference, end=None) -> np.ndarray:
    """Signed whole differences as RGBA: purple below zero, clear at zero, green above, opaque at the end.

    Of three channels the one that differs most is shown.
    """
    signed = difference if difference.ndim == 2 else _strongest_channel(difference)
    levels = np.arange(-255, 256)
    colours = np.where((levels < 0)[:, None], NEGATIVE, POSITIVE)
    opacity = np.rint(np.abs(levels) * (255 / (end or scale_end(difference)))).clip(0, 255)
    table = np.column_stack([colours, opacity]).astype(np.uint8)
    return table[signed + 255]


def _strongest_channel(difference):
    strongest = np.abs(difference).argmax(axis=2)[..., None]
    return np.take_along_axis(difference, strongest, axis=2)[..., 0]


def _scale_panel(difference, pair, values):
    """The colour scale with its ends, and the numbers that say how large the difference is."""
    x, y, width, height = COLUMNS[2] + 8, TOP_ROW + 6, 22, 168
    end = scale_end(difference)
    beyond = _largest(difference) > end
    ramp = difference_colours(np.arange(end, -end - 1, -1)[:, None], end)
    parts = [
        image(x, y, width, height, ramp, f"colour scale from {end} (green) over 0 to −{end} (purple)"),
        rect(x, y, width, height, "frame"),
        label(x, TOP_ROW - 8, "difference in grey levels", anchor="start"),
    ]
    for value, words in ((end, f"{pair[0]} is lighter"), (0, "equal"), (-end, f"{pair[1]} is lighter")):
        at = y + height * (end - value) / (2 * end)
        sign = "+" if value > 0 else ""
        limit = ("≥ " if value > 0 else "≤ ") if beyond and value else ""
        parts += [
            line(x + width, at, x + width + 5, at),
            label(x + width + 52, at + 4, f"{limit}{sign}{number(value)}", anchor="end"),
            label(x + width + 62, at + 4, words, "muted", anchor="start"),
        ]
    outside = _outside(values["bicubic"])
    lines = [
        f"largest |difference|: {_largest(difference)}",
        f"mean |difference|: {number(np.abs(difference).mean(), 2)}",
        f"bicubic beyond 0…255: {f'{outside} values' if outside else 'nowhere here'}",
    ]
    if difference.ndim == 3:
        lines.append("colour: the channel that differs most")
    parts += [label(x, y + height + 34 + 20 * i, text, anchor="start") for i, text in enumerate(lines)]
    return parts


def _largest(difference):
    return int(np.abs(difference).max())


def _outside(values):
    """How many values lie outside 0..255 once they are rounded, so that showing them has to clip them."""
    return int(np.count_nonzero((values < -0.5) | (values >= 255.5)))


def _sentence(picture, top, left, size, factor, pair, difference, values):
    where = f"rows {top} to {top + size - 1}, columns {left} to {left + size - 1}"
    sizes = f"{size} × {size} pixels become {size * factor} × {size * factor}"
    per = "" if difference.ndim == 2 else " over all pixels and channels"
    return (
        f"{picture.name}, {where}: {sizes} (factor {factor}). {pair[0]} − {pair[1]}: largest |difference| "
        f"{_largest(difference)} grey levels, mean {number(np.abs(difference).mean(), 2)}{per}. "
        f"{_overshoot_sentence(values['bicubic'])}"
    )


def _overshoot_sentence(bicubic):
    outside = _outside(bicubic)
    if not outside:
        return "Here bicubic stays within 0 to 255."
    return (
        f"Bicubic overshoots: its values run from {number(bicubic.min(), 1)} to {number(bicubic.max(), 1)}; "
        f"{outside} of {bicubic.size} lie beyond 0 to 255 and are clipped."
    )


def _table(crop, values):
    """Range of the source pixels and of each method's values before rounding: weights below zero widen it."""
    rows = [["source pixels", number(crop.min()), number(crop.max()), number(crop.mean(), 2), "–"]]
    for name, enlarged in values.items():
        lowest, highest = number(enlarged.min(), 1), number(enlarged.max(), 1)
        rows.append([name, lowest, highest, number(enlarged.mean(), 2), str(_outside(enlarged))])
    return ("", "lowest", "highest", "mean", "clipped values"), rows
