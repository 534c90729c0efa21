"""The ruler: see where output pixels fall on the input, by any two coordinate maps."""

from __future__ import annotations

from course_utils.explorers.stage import Explorer, choice, slider, toggle
from course_utils.figures.coordinates import LARGEST, PICKS, ruler_scene
from course_utils.resampling import COORDINATE_MAPS
from course_utils.validation import one_of, whole_number

NOTHING, COORDINATE = "nothing", "coordinate"  # a Dropdown shows None as an empty box, so None gets a name
LINES = (
    ("the coordinate x", COORDINATE),
    ("nearest, floor rule", "floor"),
    ("nearest, half-pixel rule", "half_pixel"),
)


def ruler(in_size=4, out_size=8, coordinate_map="half_pixel", compare=None, picks=None) -> Explorer:
    """Output centers projected on the input pixels. The arguments are where the controls start.

    in_size, out_size  1 to 32
    coordinate_map     "half_pixel", "align_corners" or "asymmetric", drawn above the input
    compare            a second map, drawn below the input, or None
    picks              None: lines fall to the coordinate; "floor" or "half_pixel": they lead to the pixel
                       that nearest neighbor copies by that rule

    Pull n and m where they stand, or use their sliders. Point at an output to read its formula with numbers and
    what it reads; at an input to see who reads it.
    """
    in_size = whole_number(in_size, "in_size", 1, LARGEST)
    out_size = whole_number(out_size, "out_size", 1, LARGEST)
    one_of(coordinate_map, "coordinate_map", COORDINATE_MAPS)
    if compare is not None:
        one_of(compare, "compare", COORDINATE_MAPS)
    if picks is not None:
        one_of(picks, "picks", PICKS)

    def draw(in_size, out_size, coordinate_map, compare, picks):
        maps = (coordinate_map,) if compare in (NOTHING, coordinate_map) else (coordinate_map, compare)
        return ruler_scene(in_size, out_size, maps, None if picks == COORDINATE else picks)

    controls = {
        "in_size": slider("input pixels n", in_size, 1, LARGEST),
        "out_size": slider("output pixels m", out_size, 1, LARGEST),
        "coordinate_map": toggle("map", list(COORDINATE_MAPS), coordinate_map),
        "compare": choice("compare with", [NOTHING, *COORDINATE_MAPS], compare or NOTHING),
        "picks": choice("lines lead to", list(LINES), picks or COORDINATE),
    }
    return Explorer(draw, controls, more=("compare", "picks"))
