"""A coarse map shifted by hand: what plain addition makes of it, what alignment makes of it, what networks do.

Words used here (share, shift, fine, coarse: see ``alignment.ShiftedShares``)
    plain      the coarse map is enlarged as it lies; aligned: it is read along the flow that undoes the shift
    width      of the boundaries, in image pixels: of straight ramps that would be as mixed
    answered   the part of the shift by which a network's flow grew: 1 all of it, 0 nothing
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from course_utils.alignment import ShiftedShares, flow_growth
from course_utils.figures.draw.label_maps import (
    GAP,
    LEFT,
    WORDS,
    arrow_scale,
    arrows,
    below,
    class_key,
    class_names,
    drawing_factor,
    heading,
    iou,
    lengths,
    longest_words,
    photo_url,
    picture,
    prediction,
    profile,
    profile_frame,
    row_of_places,
    scale_words,
)
from course_utils.figures.draw.scene import (
    Handle,
    Scene,
    arrow,
    circle,
    document,
    group,
    held,
    line,
    number,
    rect,
)
from course_utils.scenes import CLASS_COLORS, CLASS_NAMES
from course_utils.validation import shown

MOST_SHIFT = 16
"""Image pixels by which a map is shifted at most."""

ROW_UNIT = 4
"""Image pixels of one row as it is counted, whatever the stride: a line stays where it is."""

TOP = 24
LARGE, SMALL = 262, 164  # scene px of a map's longer side, alone and above networks
CAPTIONS = 38  # two lines below a profile


@dataclass(frozen=True, eq=False)
class Compared:
    """What one picture says: the maps under the shift, their numbers, and those without it."""

    maps: ShiftedShares
    kind: int
    row: int  # of the fine map
    still_sum: np.ndarray  # the plain sum without a shift
    still_plain: np.ndarray
    widths: dict  # "fine", "still", "plain", "aligned" -> of the boundaries, in image pixels
    wrong: dict  # "still", "plain", "aligned" -> share of the pixels that go to another class

    @property
    def moved(self):
        return any(self.maps.shift_xy)

    @property
    def uneven(self):
        """Is the shift no multiple of the coarse map's pixels?"""
        return any(each % (2 * self.maps.stride) for each in self.maps.shift_xy)


def _compared(labels, stride, shift_xy, kind, row) -> Compared:
    maps, still = ShiftedShares(labels, stride, shift_xy), _unshifted(labels.tobytes(), labels.shape, stride)
    sums = {"still": still.plain_sum, "plain": maps.plain_sum, "aligned": maps.aligned_sum}
    widths = {name: maps.boundary_width(shares) for name, shares in sums.items()}
    return Compared(
        maps,
        kind,
        min(row * ROW_UNIT // stride, len(maps.fine[0]) - 1),
        still.plain_sum,
        still.plain,
        widths | {"fine": maps.boundary_width(maps.fine)},
        {name: maps.wrong_part(shares) for name, shares in sums.items()},
    )


@lru_cache(maxsize=8)
def _unshifted(labels, shape, stride):
    return ShiftedShares(np.frombuffer(labels, np.uint8).reshape(shape), stride, (0, 0))


# ---- the picture ---------------------------------------------------------------------------------------------


def shift_scene(
    image, labels, stride=4, shift_xy=(0, 0), kind=2, row=0, networks=None, changed=False
) -> Scene:
    """Above: fine map, shifted coarse map, their plain and their aligned sum, and below each a profile along a row.

    labels      (H, W) uint8; twice the stride divides both
    kind, row   the class and the row of which the profiles are; rows count 4 image pixels each, at every stride
    networks    contender -> what ``shift_by_hand`` gives for (shift, no shift), a pair of dictionaries: a row of
                their predictions and flows
    changed     of the flows, draw only what the shift changed
    """
    if row not in range(labels.shape[0] // ROW_UNIT):
        raise ValueError(f"row must be from 0 to {labels.shape[0] // ROW_UNIT - 1}; got {shown(row)}.")
    compared = _compared(labels, stride, tuple(shift_xy), kind, row)
    places = row_of_places(labels.shape, TOP, 4, SMALL if networks else LARGE)
    height = 44 if networks else 64
    parts = _maps(compared, places, height)
    y, rows = places[0].y + places[0].height + 10 + height + CAPTIONS, []
    if networks:
        lower = _lower(labels.shape, y + 26, networks)
        more, rows = _networks(image, compared, networks, changed, lower)
        parts, y, places = parts + more, lower[0].y + lower[0].height + 54, max(places, lower, key=len)
    key = "a mixture of colors: several classes" + "; dark dots: wrong pixels" * bool(networks)
    parts.append(class_key(LEFT, y + 12, key))
    width = max(places[-1].x + places[-1].width + LEFT, 4 * (SMALL + GAP), 656)
    text = _words(compared)
    header, own = _table(compared)
    return Scene(
        document(width, y + 20, parts, "A coarse map shifted by hand", text),
        text,
        (header, own + rows),
        handles=_handles(compared, places[0]),
    )


def mixture(shares) -> np.ndarray:
    """Colors of the classes mixed by their shares: uint8 (h, w, 3)."""
    return np.rint(np.tensordot(shares, CLASS_COLORS.astype(float), (0, 0))).clip(0, 255).astype(np.uint8)


def _maps(compared, places, height):
    """The four maps with their profiles and captions."""
    maps, kind, row = compared.maps, compared.kind, compared.row
    still = compared.still_sum
    columns = (
        (f"fine, stride {maps.stride}", maps.fine, maps.fine, None),
        (f"shifted, stride {2 * maps.stride}", maps.coarse, maps.plain, compared.still_plain),
        ("added as it is", maps.plain_sum, maps.plain_sum, still),
        ("aligned, then added", maps.aligned_sum, maps.aligned_sum, still),
    )
    parts = []
    for place, (title, shares, curve, before) in zip(places, columns, strict=True):
        parts += picture(place, mixture(shares), title)
        parts.append(profile_frame(place, 10, height))
        if before is not None:
            parts.append(profile(place, 10, height, before[kind, row], "line muted", stroke_dasharray="4 3"))
        parts.append(profile(place, 10, height, curve[kind, row], stroke_width=2))
    parts.append(_map_to_hold(places[1], maps))
    parts += [_row_to_hold(place, compared, i == 0) for i, place in enumerate(places)]
    parts.append(_knob(places[1], maps))
    return parts + _captions(compared, places, height)


def _captions(compared, places, height):
    maps, down = compared.maps, 10 + height
    dx, dy = maps.shift_xy
    captions = [
        (f"boundaries {_px(compared.widths['fine'])} wide", f"curve: share of {CLASS_NAMES[compared.kind]}"),
        (f"moved by ({number(dx)}, {number(dy)}) px", "dashed: before the shift"),
        *(
            (
                f"boundaries {_px(compared.widths[name])} wide",
                f"{_percent(compared.wrong[name])} another class",
            )
            for name in ("plain", "aligned")
        ),
    ]
    parts = []
    for place, (first, second) in zip(places, captions, strict=True):
        pulled = {"css": "scrub", "data_handle": "shift"} if first.startswith("moved") else {}
        parts.append(below(place, down + 15, first, font_weight="600", **pulled))
        parts.append(below(place, down + 30, second))
    return parts


def _px(width):
    return f"{number(width, 1)} px"


def _percent(part):
    return f"{100 * part:.1f} %"


# ---- what a hand can move ------------------------------------------------------------------------------------


def _handles(compared, place):
    maps = compared.maps
    rate, most = 1 / place.unit, (MOST_SHIFT, MOST_SHIFT)
    step = maps.stride // ROW_UNIT
    last = (maps.fine.shape[1] - 1) * step
    return {
        "shift": Handle(
            ("right", "down"), tuple(maps.shift_xy), ((rate, 0), (0, rate)), (-MOST_SHIFT, -MOST_SHIFT), most,
            (1, 1), "shift to the right and down, in image pixels",
        ),
        "row": Handle(
            ("row",), (compared.row * step,), ((0, rate / ROW_UNIT),), (0,), (last,), (step,), "row of the profiles",
        ),
    }  # fmt: skip


def _map_to_hold(place, maps):
    """The shifted map itself: the picture is pulled."""
    return rect(place.x, place.y, place.width, place.height, "plain", data_handle="shift")


def _knob(place, maps):
    """The flow to be found, from the middle of the coarse map: it leads from a place to where it must read."""
    dx, dy = np.array(maps.shift_xy, float) * place.unit
    x, y = place.x + place.width / 2, place.y + place.height / 2
    under = line(x, y, x + dx, y + dy, "line", stroke_width=7, style="stroke: var(--jp-layout-color1, #fff)")
    shaft = group(
        [under * bool(dx or dy), arrow(x, y, x + dx, y + dy, "sample", width=2.5)], pointer_events="none"
    )
    return shaft + circle(x + dx, y + dy, 8, "sample knob", **held("shift", "shift of the coarse map"))


def _row_to_hold(place, compared, stop):
    """The row of the profile: a line that leaves the colors visible, with a knob at its left end."""
    y = place.y + (compared.row + 0.5) * compared.maps.stride * place.unit
    thin = line(place.x, y, place.x + place.width, y, "line", stroke_width=1.2, stroke_dasharray="2 3")
    wide = rect(place.x, y - 6, place.width, 12, "plain")
    own = held("row", "row of the profiles") if stop else {"data_handle": "row"}
    return group([wide, thin, circle(place.x + 8, y, 7, "sample knob")], **own)


# ---- the words -----------------------------------------------------------------------------------------------


def _words(compared):
    maps, widths = compared.maps, compared.widths
    dx, dy = maps.shift_xy
    if not compared.moved:
        return (
            f"The coarse map (stride {2 * maps.stride}) is where it belongs. Added to the fine one, boundaries are "
            f"{_px(widths['still'])} wide, and {_percent(compared.wrong['still'])} of the pixels go to another "
            f"class."
        )
    text = (
        f"The coarse map (stride {2 * maps.stride}) was moved {number(dx)} px right and {number(dy)} px down. Added "
        f"as it is: boundaries {_px(widths['plain'])} wide ({_px(widths['still'])} before). Read along the flow "
        f"({number(dx)}, {number(dy)}) first: {_px(widths['aligned'])}."
    )
    if compared.uneven:
        text += f" This is no multiple of {2 * maps.stride} px: moving averaged neighbors, which no flow can undo."
    return text


def _table(compared):
    names = {"still": "sum, no shift", "plain": "sum as it is", "aligned": "sum after alignment"}
    rows = [("fine map", f"{compared.widths['fine']:.1f} px", "0.0 %")]
    rows += [
        (words, f"{compared.widths[name]:.1f} px", _percent(compared.wrong[name]))
        for name, words in names.items()
    ]
    return ("", "width of boundaries", "class other than the fine map's"), rows


# ---- trained networks under the same shift -------------------------------------------------------------------


def _aligning(networks):
    return [name for name, both in networks.items() if any(each["flow"].any() for each in both)]


def _lower(size_hw, y, networks):
    return row_of_places(size_hw, y, 1 + len(networks) + len(_aligning(networks)), SMALL)


def _networks(image, compared, networks, changed, places):
    """A row of true labels, predictions and flows under the shift: parts, rows of the table."""
    labels = compared.maps.labels
    parts = [
        *picture(places[0], CLASS_COLORS[labels], "true labels"),
        *class_names(places[0], labels),
    ]
    rows = []
    for place, (name, (now, before)) in zip(places[1:], networks.items(), strict=False):
        words = WORDS.get(name, name)
        parts += [heading(place, words), *prediction(place, now["labels"], labels, name)]
        scores = [iou(labels, each["labels"]) for each in (now, before)]
        parts.append(below(place, 16, f"mean IoU {scores[0]:.3f}", font_weight="600"))
        parts.append(below(place, 32, f"without the shift {scores[1]:.3f}"))
        rows.append((f"network, {words}", "", f"mean IoU {scores[0]:.3f}, unshifted {scores[1]:.3f}"))
    photo = photo_url(image)
    for place, name in zip(places[1 + len(networks) :], _aligning(networks), strict=True):
        more, said = _flow_under_shift(place, photo, name, networks[name], compared.maps, changed)
        parts += more
        rows.append((f"flow, {WORDS.get(name, name)}", "", said))
    return parts, rows


def _flow_under_shift(place, photo, name, now_and_before, maps, changed):
    flow, before = (each["flow"] for each in now_and_before)
    drawn = flow - before if changed else flow
    longest = float(lengths(drawn).max())
    factor = drawing_factor(longest, 1.2 * maps.stride)
    said = "nothing to answer"
    if any(maps.shift_xy):
        said = f"answers {number(round(100 * flow_growth(flow, before, maps.shift_xy)))} % of the shift"
    parts = [
        *picture(place, photo, f"{'change' if changed else 'arrows'}: {WORDS.get(name, name)}", pale=True),
        arrows(place, drawn, maps.stride, factor),
        below(place, 16, said),
        *arrow_scale(place, 32, scale_words(place, factor)),
        below(place, 48, longest_words(longest)),
    ]
    return parts, said
