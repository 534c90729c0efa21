"""Let a flow roll downhill: from where is the right one found, and for which bumps?"""

from __future__ import annotations

from course_utils.explorers.stage import Explorer, slider, toggle
from course_utils.figures.downhill import FIRST, LAST, STEP, WIDTHS, downhill_scene
from course_utils.validation import real_number


def downhill(width=4.0, start=0.0) -> Explorer:
    """Gradient descent on the error between a bump and another one 6 pixels away. Play it; drag where it starts.

    width   of the bumps in pixels: 0.4, 2 or 4
    start   the flow where the descent begins, -4 to 14
    """
    if real_number(width, "width") not in WIDTHS:
        raise ValueError(f"width must be one of {', '.join(f'{w:g}' for w in WIDTHS)}; got {width:g}.")
    if not FIRST <= real_number(start, "start") <= LAST:
        raise ValueError(f"start must be from {FIRST:g} to {LAST:g}; got {start:g}.")
    controls = {
        "width": toggle("bump width", [(f"{each:g}", each) for each in WIDTHS], float(width)),
        "start": slider("start of the descent", float(start), FIRST, LAST, STEP),
    }
    return Explorer(_draw, controls)


def _draw(width, start):
    return downhill_scene(width, round(start, 10))
