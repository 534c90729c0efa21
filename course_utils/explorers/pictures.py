"""A real picture enlarged: move a crop over it and compare nearest, bilinear and bicubic."""

from __future__ import annotations

import ipywidgets as widgets

from course_utils import images
from course_utils.explorers.stage import Explorer, choice, slider, switch
from course_utils.figures.pictures import (
    CROP_STEP,
    LARGEST_CROP,
    LEAST_FACTOR,
    MOST_FACTOR,
    PAIRS,
    SMALLEST_CROP,
    Picture,
    crop_sizes,
    zoom_scene,
)

CROP, FACTOR = 36, 4
MOST_AHEAD = 8  # pictures after a change: each takes some 100 kB

CENTERS = {
    "chelsea": (112, 172),
    "camera": (150, 232),
    "coffee": (265, 367),
    "brick": (256, 256),
    "astronaut": (102, 236),
}
"""(row, column) of a place in each picture where the three methods differ visibly; the crop starts there."""

# A leg of the tripod: one slanted edge. The picture is not named first, or it would open at its center.
SLANTED_EDGE = {"size": 12, "factor": 12, "picture": "camera", "left": 368, "top": 462}


def zoom_picture(picture=None) -> Explorer:
    """Enlarge part of a picture by nearest, bilinear and bicubic, side by side, and see their difference.

    picture   your own, uint8 of shape (height, width) or (height, width, 3); it is then first in the list of
              pictures, before those of ``images.PICTURES``

    Drag the box over the small picture, and its corner to change its size; choose the factor and which two methods
    to subtract.
    """
    pictures = _Pictures() if picture is None else _Pictures(yours=Picture("yours", picture))
    names = [*pictures, *images.PICTURES]

    def draw(picture, factor, pair, size, left, top, grid):
        return zoom_scene(pictures[picture], top, left, size, factor, pair, grid)

    button = widgets.Button(description="a slanted edge", layout=widgets.Layout(width="max-content"))
    explorer = Explorer(
        draw,
        _controls(names, _start(pictures[names[0]], CROP)),
        more=("size", "left", "top", "grid"),
        limits=lambda values: _limits(pictures[values["picture"]], values["factor"], values["size"]),
        adjust=lambda values, name: (
            _start(pictures[values["picture"]], values["size"]) if name == "picture" else {}
        ),
        extra=(button,),
        ahead=MOST_AHEAD,
    )
    button.on_click(lambda _: explorer.set(**SLANTED_EDGE))
    return explorer


class _Pictures(dict):
    """Name -> Picture, loaded when it is first looked at."""

    def __missing__(self, name):
        self[name] = Picture(name, images.picture(name))
        return self[name]


def _controls(names, start):
    left, top = start["left"], start["top"]
    return {
        "picture": choice("picture", names),
        "factor": slider("factor", FACTOR, LEAST_FACTOR, MOST_FACTOR),
        "pair": choice("difference", [(f"{first} − {second}", (first, second)) for first, second in PAIRS]),
        "size": slider("crop, pixels", CROP, SMALLEST_CROP, LARGEST_CROP, CROP_STEP),
        "left": slider("left column", left, 0, max(left, 1)),
        "top": slider("top row", top, 0, max(top, 1)),
        "grid": switch("source pixel grid"),
    }


def _start(picture, size):
    """Where a picture opens: its crop around the place worth a look."""
    row, column = CENTERS.get(picture.name, (picture.height // 2, picture.width // 2))
    return {"left": max(0, column - size // 2), "top": max(0, row - size // 2)}


def _limits(picture, factor, size):
    """The box ends where the picture or the panel does."""
    least, most = crop_sizes(picture, factor)
    size = min(max(size, least), most)
    return {"size": (least, most), "left": (0, picture.width - size), "top": (0, picture.height - size)}
