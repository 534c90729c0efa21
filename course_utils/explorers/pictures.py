"""A real picture enlarged: move a crop over it and compare nearest, bilinear and bicubic."""

from __future__ import annotations

from course_utils import images
from course_utils.explorers.explorer import Explorer, choice, slider, switch
from course_utils.figures.pictures import PAIRS, PANEL, Picture, zoom_scene

SMALLEST_CROP, LARGEST_CROP = 8, 40
CROP, FACTOR = 36, 4

CENTRES = {
    "chelsea": (112, 172),
    "camera": (150, 232),
    "coffee": (265, 367),
    "brick": (256, 256),
    "astronaut": (102, 236),
}
"""(row, column) of a place in each picture where the three methods differ visibly; the crop starts there."""


def zoom_picture(picture=None) -> Explorer:
    """Enlarge part of a picture by nearest, bilinear and bicubic, side by side, and see their difference.

    picture   your own, uint8 of shape (height, width) or (height, width, 3); it is then first in the list of
              pictures, before those of ``images.PICTURES``

    Drag the box over the small picture (arrow keys move it too) or use the sliders; choose the factor and
    which two methods to subtract; switch on the grid of the source pixels.
    """
    pictures = {} if picture is None else {"yours": Picture("yours", picture)}
    names = [*pictures, *images.PICTURES]

    def load(name) -> Picture:
        if name not in pictures:
            pictures[name] = Picture(name, images.picture(name))
        return pictures[name]

    controls = {
        "picture": choice("picture", names),
        "size": slider("crop, pixels", CROP, SMALLEST_CROP, LARGEST_CROP, 4),
        "factor": slider("factor", FACTOR, 2, 12),
        "left": slider("left column", 0, 0, 1),
        "top": slider("top row", 0, 0, 1),
        "pair": choice("difference", [(f"{first} − {second}", (first, second)) for first, second in PAIRS]),
        "grid": switch("source pixel grid"),
    }
    _keep_inside(controls, load)

    def draw(picture, size, factor, left, top, pair, grid):
        return zoom_scene(load(picture), top, left, size, factor, pair, grid)

    def move(name, x, y):
        """The crop centred on (x, y), in pixels from the picture's top left corner."""
        size = controls["size"].value
        return {"left": round(x - size / 2), "top": round(y - size / 2)}

    return Explorer(draw, controls, on_drag=move)


def _keep_inside(controls, load):
    """Let the sliders end where the picture or the panel does; a new picture starts at a place worth a look."""

    def limit(_=None):
        picture = load(controls["picture"].value)
        visible = PANEL // controls["factor"].value  # no more new pixels than the panel has on the screen
        most = min(LARGEST_CROP, visible, picture.height, picture.width)
        with controls["size"].hold_trait_notifications():  # checked together: both ends move
            controls["size"].min, controls["size"].max = min(SMALLEST_CROP, most), most
        controls["left"].max = picture.width - controls["size"].value
        controls["top"].max = picture.height - controls["size"].value

    def enter(_=None):
        limit()
        picture, size = load(controls["picture"].value), controls["size"].value
        row, column = CENTRES.get(picture.name, (picture.height // 2, picture.width // 2))
        controls["top"].value = max(0, row - size // 2)
        controls["left"].value = max(0, column - size // 2)

    controls["factor"].observe(limit, names="value")
    controls["size"].observe(limit, names="value")
    controls["picture"].observe(enter, names="value")
    enter()
