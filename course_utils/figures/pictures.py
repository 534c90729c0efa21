"""Real pictures: a crop enlarged by nearest, bilinear and bicubic side by side, and their differences.

Words used here
    crop         square of ``size`` source pixels; (top, left) is its first pixel
    enlarged     the ``size * factor`` new pixels per side that replace it
    difference   first minus second, of the pictures as shown (whole gray levels 0..255), so in gray levels
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

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
    rect,
    scrub,
)
from course_utils.images import clipped_count, signed_difference
from course_utils.resampling import enlarge_crop, to_8_bits
from course_utils.validation import finite_array, whole_number

METHODS = {"nearest": "nearest", "bilinear": "linear", "bicubic": "cubic"}
"""What a method is called for two axes -> the mode along one axis."""

PAIRS = (("bicubic", "bilinear"), ("bilinear", "nearest"), ("bicubic", "nearest"))
"""Differences that can be looked at: (first, second), shown as first minus second."""

SCALES = (2, 4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 255)
"""Ends of the difference's color scale, in gray levels. In steps, so that colors seldom change meaning."""

# Unlike red and green, these two stay apart under the three kinds of color blindness (a test computes it).
NEGATIVE, POSITIVE = (150, 60, 190), (40, 150, 50)

SMALLEST_CROP, LARGEST_CROP, CROP_STEP = 8, 40, 4
LEAST_FACTOR, MOST_FACTOR = 2, 12

PANEL, SMALL, GAP, EDGE, TITLE = 288, 184, 20, 2, 22  # px: a method's panel, those above, what lies between
COLUMNS = [EDGE + i * (PANEL + GAP) for i in range(3)]
TOP_ROW, BOTTOM_ROW = TITLE, TITLE + SMALL + 10 + TITLE
WIDTH, HEIGHT = COLUMNS[2] + PANEL + EDGE, BOTTOM_ROW + PANEL + 18


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture to look at: uint8 pixels of shape (height, width), or (height, width, 3) in color."""

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
                "a picture must have shape (height, width), or (height, width, 3) in color; "
                f"got shape {pixels.shape}. Of four channels, picture[..., :3] keeps the colors."
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
        return data_url(small, "jpeg", quality=88)


def crop_sizes(picture: Picture, factor: int) -> tuple[int, int]:
    """The smallest and the largest crop: no more new pixels than a panel has on the screen."""
    most = min(LARGEST_CROP, PANEL // factor, picture.height, picture.width)
    return min(SMALLEST_CROP, most), most


@dataclass(frozen=True, eq=False)
class Zoom:
    """A crop, enlarged by every method, and two of them compared.

    values       method -> float64, shape (size * factor, size * factor[, 3]), as computed
    shown        method -> the same in 8 bits
    clipped      method -> how many values 8 bits could not hold
    difference   int16, ``shown[pair[0]] - shown[pair[1]]``
    """

    picture: Picture
    top: int
    left: int
    size: int
    factor: int
    pair: tuple[str, str]
    values: Mapping[str, np.ndarray]
    shown: Mapping[str, np.ndarray]
    clipped: Mapping[str, int]
    difference: np.ndarray

    @property
    def crop(self):
        """The source pixels."""
        return self.picture.pixels[self.top : self.top + self.size, self.left : self.left + self.size]

    @property
    def largest(self):
        return int(np.abs(self.difference).max())

    @property
    def mean(self):
        return float(np.abs(self.difference).mean())


def zoom_of(picture: Picture, top, left, size, factor, pair) -> Zoom:
    """Everything that the picture shows. A crop that would reach over the picture's edge is moved inside."""
    size = min(whole_number(size, "size"), picture.height, picture.width)
    factor = whole_number(factor, "factor", 1, 16)
    top = min(max(int(top), 0), picture.height - size)
    left = min(max(int(left), 0), picture.width - size)
    values = {
        name: enlarge_crop(picture.pixels, top, left, size, factor, mode) for name, mode in METHODS.items()
    }
    shown = {name: to_8_bits(enlarged) for name, enlarged in values.items()}
    clipped = {name: clipped_count(enlarged) for name, enlarged in values.items()}
    difference = signed_difference(shown[pair[0]], shown[pair[1]])
    return Zoom(picture, top, left, size, factor, pair, values, shown, clipped, difference)


def zoom_scene(picture: Picture, top, left, size, factor, pair=PAIRS[0], grid_lines=False) -> Scene:
    """``size`` x ``size`` pixels of the picture from (top, left) on, enlarged by all three methods.

    Above: where the crop lies, the difference ``pair[0] - pair[1]``, its color scale and its numbers. Below: the
    methods. A crop that would reach over the picture's edge is moved inside.

    Handles: "crop" moves the box, "corner" its size; "size" and "factor" are numbers.
    """
    zoom = zoom_of(picture, top, left, size, factor, pair)
    text = _sentence(zoom)
    parts = [
        *_overview(zoom),
        *_difference_panel(zoom, grid_lines),
        *_scale_panel(zoom),
        *_numbers(zoom),
    ]
    for column, name in enumerate(METHODS):
        parts += _method_panel(COLUMNS[column], name, zoom, grid_lines)
    title = f"{picture.name}: {zoom.size} × {zoom.size} pixels enlarged {zoom.factor} times by three methods"
    return Scene(
        document(WIDTH, HEIGHT, parts, title, text), text, table=_table(zoom), handles=_handles(zoom)
    )


def _scale(picture):
    """Pixels of the scene for a pixel of the picture in the overview."""
    return min(PANEL / picture.width, SMALL / picture.height)


def _handles(zoom):
    rate, (least, most) = 1 / _scale(zoom.picture), crop_sizes(zoom.picture, zoom.factor)
    ends = float(zoom.picture.width - zoom.size), float(zoom.picture.height - zoom.size)
    place = Handle(("left", "top"), (zoom.left, zoom.top), ((rate, 0), (0, rate)), (0, 0), ends, (1, 1),
                   "left column and top row", big=10)  # fmt: skip
    words = "size of the crop in pixels"
    corner = Handle(
        ("size",), (zoom.size,), ((rate / 2, rate / 2),), (least,), (most,), (CROP_STEP,), words, big=2
    )
    return {
        "crop": place,
        "corner": corner,
        "size": scrub("size", zoom.size, least, most, CROP_STEP, words, 16),
        "factor": scrub("factor", zoom.factor, LEAST_FACTOR, MOST_FACTOR, pixels=16),
    }


def _overview(zoom):
    """The whole picture with the crop's box: it can be pulled, and at its corner made larger."""
    picture, scale, x0, y0 = zoom.picture, _scale(zoom.picture), COLUMNS[0], TOP_ROW
    width, height, side = picture.width * scale, picture.height * scale, zoom.size * scale
    x, y = x0 + zoom.left * scale, y0 + zoom.top * scale
    grip = max(side + 4, 22)  # a small box is as easy to take hold of as a large one
    words = f"the crop, {zoom.size} by {zoom.size} pixels from row {zoom.top}, column {zoom.left}"
    return [
        label(x0, y0 - 7, f"{picture.name}, {picture.height} × {picture.width}: drag the box", "", "start", 14,
              font_weight="600"),
        image(x0, y0, width, height, picture.overview, "the whole picture", crisp=False),
        # Dark under white under blue: one of them stands out on any picture. Around the crop, not on it.
        rect(x - 2, y - 2, side + 4, side + 4, "plain", stroke_width=7, stroke="#000", stroke_opacity=0.5),
        rect(x - 2, y - 2, side + 4, side + 4, "plain", stroke_width=5, stroke="#fff"),
        rect(x - 2, y - 2, side + 4, side + 4, "line input", stroke_width=2.5),
        rect(x + (side - grip) / 2, y + (side - grip) / 2, grip, grip, "plain", **held("crop", words)),
        circle(x + side + 5, y + side + 5, 6, "input knob",
               **held("corner", f"the corner of the crop: {zoom.size} pixels")),
    ]  # fmt: skip


def _method_panel(x, name, zoom, grid_lines):
    side, clipped = zoom.size * zoom.factor, zoom.clipped[name]
    note = f"{side} × {side} new pixels" + (f", {clipped} values clipped" if clipped else "")
    # Nearest repeats each pixel; shown as crisp squares, the crop itself is the same picture in fewer bytes.
    pixels = zoom.crop if name == "nearest" else zoom.shown[name]
    return [
        label(x, BOTTOM_ROW - 7, name, anchor="start", size=14, font_weight="600"),
        image(x, BOTTOM_ROW, PANEL, PANEL, pixels, f"the crop enlarged by {name}"),
        *(_source_grid(x, BOTTOM_ROW, PANEL, zoom.size) if grid_lines else ()),
        rect(x, BOTTOM_ROW, PANEL, PANEL, "line output", pointer_events="none"),
        label(x, BOTTOM_ROW + PANEL + 14, note, "muted", anchor="start", size=11),
    ]


def _difference_panel(zoom, grid_lines):
    x, words = COLUMNS[1], f"{zoom.pair[0]} − {zoom.pair[1]}"
    return [
        label(x, TOP_ROW - 7, f"difference: {words}", anchor="start", size=14, font_weight="600"),
        image(x, TOP_ROW, SMALL, SMALL, difference_colors(zoom.difference), f"signed difference {words}"),
        rect(x, TOP_ROW, SMALL, SMALL, "frame", pointer_events="none"),
        *(_source_grid(x, TOP_ROW, SMALL, zoom.size) if grid_lines else ()),
    ]


def _source_grid(x, y, side, size):
    """The edges of the source pixels over a panel: dark beside light, so that they show on any picture."""
    step = side / size
    opacity = min(0.6, max(0.2, step / 40))  # many lines together must not cover the picture
    lines = f'fill="none" stroke-width="0.7" stroke-opacity="{opacity:.2f}" pointer-events="none"'
    parts = []
    for shift, color in ((0, "#000"), (0.7, "#fff")):
        at = [i * step + shift for i in range(1, size)]
        edges = "".join(f"M{x + s:.6g},{y}v{side}M{x},{y + s:.6g}h{side}" for s in at)
        parts.append(f'<path d="{edges}" stroke="{color}" {lines}/>')
    return parts


def scale_end(difference) -> int:
    """The gray level at which the color scale of this difference ends: the first step that holds 99 % of it.

    A few pixels beside a sharp edge differ most; a scale made for them would leave the others pale.

    >>> scale_end(np.array([-3, 17]))
    24
    """
    most = np.percentile(np.abs(difference), 99)
    return next(end for end in SCALES if end >= most)


def difference_colors(difference, end=None) -> np.ndarray:
    """Signed whole differences as RGBA: purple below zero, clear at zero, green above, opaque at the end.

    Of three channels the one that differs most is shown.
    """
    signed = difference if difference.ndim == 2 else _strongest_channel(difference)
    levels = np.arange(-255, 256)
    colors = np.where((levels < 0)[:, None], NEGATIVE, POSITIVE)
    opacity = np.rint(np.abs(levels) * (255 / (end or scale_end(difference)))).clip(0, 255)
    table = np.column_stack([colors, opacity]).astype(np.uint8)
    return table[signed + 255]


def _strongest_channel(difference):
    strongest = np.abs(difference).argmax(axis=2)[..., None]
    return np.take_along_axis(difference, strongest, axis=2)[..., 0]


def _scale_panel(zoom):
    """The color scale with its ends."""
    x, y, width, height = COLUMNS[1] + SMALL + 14, TOP_ROW + 8, 20, SMALL - 16
    end = scale_end(zoom.difference)
    beyond = zoom.largest > end
    ramp = difference_colors(np.arange(end, -end - 1, -1)[:, None], end)
    parts = [
        image(x, y, width, height, ramp, f"color scale from {end} (green) over 0 to −{end} (purple)"),
        rect(x, y, width, height, "frame"),
    ]
    for value, words in (
        (end, f"{zoom.pair[0]} is lighter"),
        (0, "equal"),
        (-end, f"{zoom.pair[1]} is lighter"),
    ):
        at = y + height * (end - value) / (2 * end)
        sign = "+" if value > 0 else ""
        limit = ("≥ " if value > 0 else "≤ ") if beyond and value else ""
        parts += [
            line(x + width, at, x + width + 5, at),
            label(x + width + 56, at + 4, f"{limit}{sign}{number(value)}", anchor="end"),
            label(x + width + 64, at + 4, words, "muted", anchor="start"),
        ]
    return parts


def _numbers(zoom):
    """What can be pulled, and how large the difference is."""
    x, clipped = COLUMNS[2] + 112, zoom.clipped["bicubic"]
    words = {"size": f"crop {zoom.size} × {zoom.size}", "factor": f"factor {zoom.factor}"}
    css = {"size": "input scrub", "factor": "output scrub"}
    parts = [
        label(x, TOP_ROW + 14 + 24 * i, words[name], css[name], "start", 15, font_weight="600",
              **held(name, words[name]))
        for i, name in enumerate(words)
    ]  # fmt: skip
    lines = [
        f"largest |difference|: {zoom.largest}",
        f"mean |difference|: {number(zoom.mean, 2)}",
        "",
        "bicubic beyond 0…255:",
        f"{clipped} values" if clipped else "nowhere here",
    ]
    if zoom.difference.ndim == 3:
        lines += ["", "color: the channel", "that differs most"]
    return parts + [
        label(x, TOP_ROW + 72 + 16 * i, text, "muted" if i > 4 else "", anchor="start")
        for i, text in enumerate(lines)
    ]


def _sentence(zoom):
    size, top, left = zoom.size, zoom.top, zoom.left
    return (
        f"{zoom.picture.name}, rows {top} to {top + size - 1}, columns {left} to {left + size - 1}: "
        f"{size} × {size} pixels become {size * zoom.factor} × {size * zoom.factor}. "
        f"{zoom.pair[0]} − {zoom.pair[1]}: largest |difference| {zoom.largest} gray levels, "
        f"mean {number(zoom.mean, 2)}. {_overshoot_sentence(zoom.values['bicubic'], zoom.clipped['bicubic'])}"
    )


def _overshoot_sentence(bicubic, clipped):
    if not clipped:
        return "Here bicubic stays within 0 to 255."
    return (
        f"Bicubic runs from {number(bicubic.min(), 1)} to {number(bicubic.max(), 1)}: "
        f"{clipped} of {bicubic.size} values are clipped."
    )


def _table(zoom):
    """Range of the source pixels and of each method's values before rounding: weights below zero widen it."""
    crop = zoom.crop
    rows = [["source pixels", number(crop.min()), number(crop.max()), number(crop.mean(), 2), "–"]]
    for name, enlarged in zoom.values.items():
        lowest, highest = number(enlarged.min(), 1), number(enlarged.max(), 1)
        rows.append([name, lowest, highest, number(enlarged.mean(), 2), str(zoom.clipped[name])])
    return ("", "lowest", "highest", "mean", "clipped values"), rows
