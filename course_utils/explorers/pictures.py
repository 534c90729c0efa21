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
    pictures = {} if picture is None else {"yours": Picture("yours", picture)}
    names = [*pictures, *images.PICTURES]

    def load(name) -> Picture:
        if name not in pictures:
            pictures[name] = Picture(name, images.picture(name))
        return pictures[name]

    left, top = _start(load(names[0]), CROP)
    controls = {
        "picture": choice("picture", names),
        "factor": slider("factor", FACTOR, LEAST_FACTOR, MOST_FACTOR),
        "pair": choice("difference", [(f"{first} − {second}", (first, second)) for first, second in PAIRS]),
        "size": slider("crop, pixels", CROP, SMALLEST_CROP, LARGEST_CROP, CROP_STEP),
        "left": slider("left column", left, 0, max(left, 1)),
        "top": slider("top row", top, 0, max(top, 1)),
        "grid": switch("source pixel grid"),
    }

    def draw(picture, factor, pair, size, left, top, grid):
        return zoom_scene(load(picture), top, left, size, factor, pair, grid)

    def limits(values):
        """The box ends where the picture or the panel does."""
        picture = load(values["picture"])
        least, most = crop_sizes(picture, values["factor"])
        size = min(max(values["size"], least), most)
        return {"size": (least, most), "left": (0, picture.width - size), "top": (0, picture.height - size)}

    def adjust(values, name):
        """A new picture opens at a place worth a look."""
        if name != "picture":
            return {}
        left, top = _start(load(values["picture"]), values["size"])
        return {"left": left, "top": top}

    button = widgets.Button(description="a slanted edge", layout=widgets.Layout(width="max-content"))
    explorer = Explorer(
        draw,
        controls,
        more=("size", "left", "top", "grid"),
        limits=limits,
        adjust=adjust,
        extra=(button,),
        ahead=MOST_AHEAD,
    )
    button.on_click(lambda _: explorer.set(**SLANTED_EDGE))
    return explorer


def _start(picture, size):
    """(left, top) of the crop around the place worth a look."""
    row, column = CENTERS.get(picture.name, (picture.height // 2, picture.width // 2))
    return max(0, column - size // 2), max(0, row - size // 2)
