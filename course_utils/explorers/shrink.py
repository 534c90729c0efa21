"""One photo, five libraries: drag a thin line and the factor, and see in which of them it vanishes."""

from __future__ import annotations

from course_utils.explorers.stage import Explorer, choice, slider, toggle
from course_utils.figures.photos import PHOTOS, gray_square, part_of
from course_utils.figures.pictures import Picture
from course_utils.figures.shrink import (
    FACTOR_STEP,
    FIRST_COLUMN,
    LAST_COLUMN,
    LEAST_FACTOR,
    LINES,
    MOST_FACTOR,
    MOST_LIBRARIES,
    SIZE,
    shrink_scene,
)
from course_utils.recipes import Recipe, recipe
from course_utils.validation import real_number, shown, whole_number

LIBRARIES = {
    "OpenCV LINEAR": recipe("opencv", "linear"),
    "torch bilinear": recipe("torch", "bilinear"),
    "Pillow BILINEAR": recipe("pillow", "bilinear"),
    "scikit-image": recipe("scikit-image", "order 1"),
    "OpenCV AREA": recipe("opencv", "area"),
}
"""What each library does when it is asked for no more: title -> Recipe."""


def shrink(picture=None, factor=4.0, column=96, libraries=None) -> Explorer:
    """One photo with a thin line, shrunk by five libraries: what vanished?

    picture     your own, uint8 of shape (height, width) or (height, width, 3): its middle square, in gray, is then
                first in the list, before those of PHOTOS
    factor      2 to 8
    column      60 to 131: where the line stands, in a photo 192 pixels wide
    libraries   title -> Recipe, up to five; without them, LIBRARIES

    Drag the line in the photo or under the bars, or choose a column; pull the factor.
    """
    libraries = dict(LIBRARIES if libraries is None else libraries)
    wrong = [name for name, each in libraries.items() if not isinstance(each, Recipe)]
    if wrong or not 1 <= len(libraries) <= MOST_LIBRARIES:
        raise ValueError(
            f"libraries must be 1 to {MOST_LIBRARIES} pairs of a title and a Recipe, such as "
            f'{{"mine": recipe("torch", "bilinear")}}; got {shown(libraries)}.'
        )
    yours = {} if picture is None else {"yours": gray_square(Picture("yours", picture).pixels, SIZE)}
    factor = real_number(factor, "factor")
    if not LEAST_FACTOR <= factor <= MOST_FACTOR:
        raise ValueError(f"factor must be from {LEAST_FACTOR:g} to {MOST_FACTOR:g}; got {factor:g}.")
    column = whole_number(column, "column", FIRST_COLUMN, LAST_COLUMN)
    controls = {
        "photo": choice("photo", [*yours, *PHOTOS]),
        "factor": slider("factor", factor, LEAST_FACTOR, MOST_FACTOR, FACTOR_STEP),
        "color": toggle("line", list(LINES)),
        "column": slider("column of the line", column, FIRST_COLUMN, LAST_COLUMN),
    }

    def draw(photo, factor, column, color):
        pixels = yours[photo] if photo in yours else part_of(photo, SIZE)
        return shrink_scene(pixels, libraries, round(factor, 10), column, color, photo)

    def choose(cell):
        """A click on a column puts the line there."""
        kind, _, p = cell.partition("-")
        return {"column": int(p)} if kind == "column" else {}

    return Explorer(draw, controls, more=("column",), on_choose=choose)
