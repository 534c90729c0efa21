"""A real flow: the left picture of a stereo pair fetched from the right one, along a part of the true flow.

Words used here
    disparity   how much further left the right camera sees what the left one sees, in pixels; infinite: not known
    amount      the part of the flow that is used: 0 none, 1 all of it, below 0 the wrong way
    hidden      what the left camera sees and the right one does not: something nearer stands before it, or the
                picture ends; no flow can fetch it
    shrink      a pair of 1/3 of the size has 1/3 of the disparity; forget that, and the flow is three times too long
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from course_utils.figures.scene import Scene, circle, document, label, line, number, path, rect
from course_utils.images import psnr
from course_utils.warping import pixel_centers, sample

AMOUNTS = np.sort(np.append(np.round(np.arange(-10, 16) * 0.1, 1), [0.35, 0.95, 1.05]))
"""Where the curve of PSNR is computed: -1 to 1.5, closer at its peak (1/3 where the flow is three times too long)."""

ERROR_END = 96
"""Gray levels at which the color of the error is at its strongest."""

NEGATIVE, POSITIVE, ERROR, GRAY = (150, 60, 190), (40, 150, 50), (213, 94, 0), (128, 128, 128)

PANEL_WIDTH, PANEL_HEIGHT, GAP, LEFT, TOP = 270, 182, 18, 4, 28
COLUMN = [LEFT + i * (PANEL_WIDTH + GAP) for i in range(3)]
ROW = [TOP, TOP + PANEL_HEIGHT + 62]
WIDTH, HEIGHT = COLUMN[2] + PANEL_WIDTH + 4, ROW[1] + PANEL_HEIGHT + 50


@dataclass(frozen=True, eq=False)
class Pair:
    """Two pictures and the flow between them, for one size and one part of the view.

    left        (H, W, 3) float64, 0 to 255: what is to be shown again
    right       (H, W', 3): what is fetched from; its column 0 is column ``start`` of the left picture, negated
    disparity   (H, W) in pixels of this size, infinite where not known
    start       the column of the right picture in which the left one's column 0 would be
    too_long    by how many times the flow is longer than the disparity: 1, or what it was not divided by
    """

    left: np.ndarray
    right: np.ndarray
    disparity: np.ndarray
    start: int = 0
    padding_mode: str = "border"
    too_long: int = 1

    @cached_property
    def known(self) -> np.ndarray:
        return np.isfinite(self.disparity)

    @cached_property
    def flow_xy(self) -> np.ndarray:
        """The flow (H, W, 2): -disparity in x, too_long times; zero where it is not known."""
        flow_x = -self.too_long * np.where(self.known, self.disparity, 0)
        return np.stack([flow_x, np.zeros_like(flow_x)], axis=-1)

    def warped(self, amount) -> np.ndarray:
        """The right picture fetched along ``amount`` of the flow: (H, W, 3)."""
        places = pixel_centers(self.left.shape[:2]) + [self.start, 0] + amount * self.flow_xy
        fetched = sample(np.moveaxis(self.right, -1, 0), places, padding_mode=self.padding_mode)
        return np.moveaxis(fetched, 0, -1)

    def psnr(self, amount, where=None) -> float:
        """In decibels, against the left picture, on the pixels ``where`` (all whose disparity is known)."""
        where = self.known if where is None else where
        return psnr(self.warped(amount)[where], self.left[where])

    @cached_property
    def curves(self) -> tuple[np.ndarray, np.ndarray]:
        """PSNR at each of AMOUNTS: on the known pixels, and on those that both cameras see."""
        known, seen = self.known, self.known & ~self.hidden
        squared = [((self.warped(amount) - self.left) ** 2).mean(axis=2) for amount in AMOUNTS]
        with np.errstate(divide="ignore"):
            return tuple(
                10 * np.log10(255**2 / np.array([error[where].mean() for error in squared]))
                for where in (known, seen)
            )

    @cached_property
    def hidden(self) -> np.ndarray:
        """Which known pixels the right camera does not see (H, W): a nearer one is seen where they would be."""
        return hidden_pixels(self.disparity, self.start)


def hidden_pixels(disparity, start=0):
    """Which pixels with a known disparity have no counterpart in the other picture: bool, (H, W).

    Every known pixel is sent to the pixel of the other picture where it is seen. The nearest one there, that of the
    largest disparity, is visible; what lies more than one pixel of disparity behind it is hidden, and so is what
    falls beyond the left edge.

    >>> hidden_pixels(np.array([[0.0, 0.0, 2.0, 0.0]]))  # 2 stands at x = 2 - 2 = 0, before what belongs there
    array([[ True, False, False, False]])
    """
    known = np.isfinite(disparity)
    at = np.rint(np.arange(disparity.shape[1]) + start - np.where(known, disparity, 0)).astype(int)
    rows = np.broadcast_to(np.arange(disparity.shape[0])[:, None], at.shape)
    sent = known & (at >= 0)
    nearest = np.zeros((disparity.shape[0], max(1, at.max() + 1)))
    np.maximum.at(nearest, (rows[sent], at[sent]), disparity[sent])
    behind = np.where(known, disparity, 0) < nearest[rows, at.clip(0)] - 1
    return known & ((at < 0) | behind)


def shrunk_pair(left, right, disparity, factor, rescaled=True, padding_mode="border") -> Pair:
    """The pair at 1/factor of its size: means of blocks, the disparity of their middle pixel divided by factor.

    rescaled=False leaves the flow undivided: the bug of this lesson. What is hidden stays hidden.
    """
    height, width = (size // factor for size in disparity.shape)

    def blocks(array):
        return array[: height * factor, : width * factor].reshape(
            height, factor, width, factor, *array.shape[2:]
        )

    small = [blocks(picture.astype(float)).mean(axis=(1, 3)) for picture in (left, right)]
    middle = blocks(disparity)[:, factor // 2, :, factor // 2]
    return Pair(*small, middle / factor, 0, padding_mode, too_long=1 if rescaled else factor)


def part_of_pair(left, right, disparity, top, start, height, width, padding_mode="border") -> Pair:
    """A window of the left picture at full size; it may fetch from the whole width of the right one."""
    rows, columns = slice(top, top + height), slice(start, start + width)
    cut = left[rows, columns].astype(float), right[rows].astype(float), disparity[rows, columns]
    return Pair(*cut, start, padding_mode)


# ---- the picture of it ---------------------------------------------------------------------------------------


def stereo_scene(pair: Pair, amount: float, name: str) -> Scene:
    """Above: the left picture, the right one fetched along ``amount`` of the flow, their difference. Below: the
    flow in colors, PSNR against amount, where the error lies."""
    warped = pair.warped(amount)
    error = np.abs(warped - pair.left).mean(axis=2)
    facts = _facts(pair, warped)
    parts = [
        *_photo(0, 0, "left picture: what we want", _left_url(pair)),
        *_photo(
            1,
            0,
            f"right picture, fetched along {number(amount)} × flow",
            _fetched_url(pair, warped),
            "output",
        ),
        *_error(pair, error),
        *_flow(pair, amount),
        *_curve(pair, amount, facts),
        *_hidden(pair, facts),
    ]
    text = _sentence(pair, amount, name, facts)
    header = ("pixels", "how many", "PSNR", "part of the squared error")
    return Scene(document(WIDTH, HEIGHT, parts, "A stereo pair warped along its true flow", text), text,
                 (header, facts["rows"]))  # fmt: skip


def _facts(pair, warped):
    """Numbers that the picture, the sentence and the table share."""
    squared = ((warped - pair.left) ** 2).mean(axis=2)
    groups = {
        "disparity known": pair.known,
        "seen by both": pair.known & ~pair.hidden,
        "hidden from the right": pair.hidden,
    }
    total, rows, decibels, part = squared[pair.known].sum(), [], {}, {}
    for name, where in groups.items():
        count, error = int(where.sum()), float(squared[where].sum())
        decibels[name] = 10 * np.log10(255**2 * count / error) if error else np.inf
        part[name] = error / total if total else 0.0
        rows.append((name, str(count), f"{number(decibels[name], 2)} dB", f"{part[name] * 100:.0f} %"))
    unknown = int((~pair.known).sum())
    return {
        "known": decibels["disparity known"],
        "seen": decibels["seen by both"],
        "hidden_part": pair.hidden.sum() / max(pair.known.sum(), 1),
        "error_part": part["hidden from the right"],
        "unknown": unknown,
        "rows": [*rows, ("not known", str(unknown), "not counted", "not counted")],
    }


def _title(column, row, words, css=""):
    return label(COLUMN[column], ROW[row] - 9, words, css, anchor="start", size=13, font_weight="600")


def _photo(column, row, title, url, css="muted"):
    x, y = COLUMN[column], ROW[row]
    return [
        _title(column, row, title, css.replace("muted", "")),
        f'<image x="{x}" y="{y}" width="{PANEL_WIDTH}" height="{PANEL_HEIGHT}" href="{url}" '
        f'preserveAspectRatio="none" role="img" aria-label="{title}"/>',
        rect(x, y, PANEL_WIDTH, PANEL_HEIGHT, f"line {css}", stroke_width=2, pointer_events="none"),
    ]


def _jpeg_url(pixels):
    """A photograph as a ``data:`` URL; as PNG it would be five times as long, and a redraw waits for it."""
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "jpeg", quality=88)
    return "data:image/jpeg;base64," + base64.b64encode(stream.getvalue()).decode()


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
    stream = io.BytesIO()
    alpha = bytes([*np.rint(np.abs(levels) / 127 * 255).astype(int).tolist(), 110])
    picture.save(stream, "png", transparency=alpha, compress_level=1)
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()


def _error(pair, error):
    url = _tinted_url(ERROR, ERROR, error / ERROR_END, ~pair.known)
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
        f'<image x="{x}" y="{y}" width="{width}" height="10" href="{ramp}" preserveAspectRatio="none" role="img" '
        f'aria-label="{description}"/>',
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


def _curve(pair, amount, facts):
    """PSNR against amount, with the present one as a handle that can be dragged along the axis."""
    known, seen = pair.curves
    unit = PLOT_WIDTH / (AMOUNTS[-1] - AMOUNTS[0])
    zero, foot = _at(0, LOW)
    parts = [_title(1, 1, "PSNR in dB by amount of warp")]
    for decibels in range(LOW, HIGH + 1, 5):
        y = _at(0, decibels)[1]
        parts.append(line(PLOT_X, y, PLOT_X + PLOT_WIDTH, y, "line muted", stroke_opacity=0.25))
        parts.append(label(PLOT_X - 6, y + 4, decibels, "muted", anchor="end", size=11))
    for at in (-1, 0, 1):
        x, bottom = _at(at, LOW)
        parts.append(line(x, PLOT_Y, x, bottom, "line muted", stroke_opacity=0.25))
        parts.append(label(x, bottom + 15, number(at), "muted", size=11))
    parts += [
        path([_at(a, d) for a, d in zip(AMOUNTS, seen, strict=True)], "line", stroke_dasharray="4 3"),
        path([_at(a, d) for a, d in zip(AMOUNTS, known, strict=True)], "line", stroke_width=2.2),
        # below the curves: their peak may stand anywhere above
        label(
            PLOT_X + 6, foot - 22, "dashed: pixels that both cameras see", "muted", anchor="start", size=11
        ),
        label(PLOT_X + 6, foot - 7, "solid: all whose flow is known", "muted", anchor="start", size=11),
    ]
    x, y = _at(amount, facts["known"])
    axes = f"{zero:.6g} 0 {unit:.6g} 0"
    parts += [
        rect(PLOT_X, PLOT_Y, PLOT_WIDTH, PLOT_HEIGHT, "plain", data_drag="amount", data_axes=axes),
        line(x, PLOT_Y, x, PLOT_Y + PLOT_HEIGHT, "line output", pointer_events="none"),
        circle(
            x, y, 7, "output", data_drag="amount", data_axes=axes, data_at=f"{amount:.6g} 0 0.05", tabindex="0",
            role="slider", aria_label="amount of warp, move it with the arrow keys", aria_valuenow=f"{amount:.6g}",
        ),
        label(
            PLOT_X + PLOT_WIDTH / 2, PLOT_Y + PLOT_HEIGHT + 34,
            f"amount {number(amount)}: {number(facts['known'], 2)} dB", "output", size=13, font_weight="600",
        ),
    ]  # fmt: skip
    return parts


def _fetched_url(pair, warped):
    pixels = _rounded(warped)
    # Nobody knows what belongs there; fetched from anywhere it would look like an error.
    pixels[~pair.known] = GRAY
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


def _hidden(pair, facts):
    return [
        *_photo(2, 1, "hidden from the right camera", _hidden_url(pair)),
        label(
            COLUMN[2],
            ROW[1] + PANEL_HEIGHT + 17,
            f"{facts['hidden_part'] * 100:.1f} % of pixels, {facts['error_part'] * 100:.0f} % of the squared error",
            anchor="start",
            size=12,
        ),
        label(
            COLUMN[2],
            ROW[1] + PANEL_HEIGHT + 34,
            f"on the others: {number(facts['seen'], 2)} dB",
            anchor="start",
            size=12,
        ),
    ]


def _sentence(pair, amount, name, facts):
    height, width = pair.left.shape[:2]
    flow = amount * pair.flow_xy[..., 0][pair.known]
    where = "Every output fetches from its own place"
    if amount:
        nearest, farthest = np.sort(np.abs([flow.min(), flow.max()]))
        side = "left" if amount > 0 else "right, the wrong way"
        where = f"Outputs fetch from {number(nearest, 1)} to {number(farthest, 1)} px further {side}"
    peak = AMOUNTS[pair.curves[0].argmax()]
    flow_name = "the true flow" if pair.too_long == 1 else f"a flow {pair.too_long} times too long"
    return (
        f"{name}, {height} × {width}: the right picture fetched along {number(amount)} of {flow_name}. {where}. "
        f"PSNR {number(facts['known'], 2)} dB on the pixels whose flow is known "
        f"({facts['unknown']} are not, and do not count), highest at amount {number(peak)}. "
        f"{facts['hidden_part'] * 100:.1f} % of them are hidden from the right camera and carry "
        f"{facts['error_part'] * 100:.0f} % of the squared error; on the others it is {number(facts['seen'], 2)} dB."
    )
