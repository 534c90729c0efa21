"""The ladder: change a kernel, a padding, the enlarging or the image's size, and see which maps still meet."""

from __future__ import annotations

from course_utils.explorers.stage import Explorer, Numbers, slider, toggle
from course_utils.explorers.stage.controls import as_text
from course_utils.figures.ladder import (
    DEPTH,
    LARGEST,
    MAPS,
    SMALLEST,
    check_kernels,
    check_paddings,
    ladder_scene,
)
from course_utils.validation import one_of, whole_number, whole_numbers

PRESETS = {
    "kernel 3, padding 1": ((3, 3, 3), (1, 1, 1)),
    "kernel 4, padding 1": ((4, 4, 4), (1, 1, 1)),
    "pooling 2": ((2, 2, 2), (0, 0, 0)),
}


def ladder(size=64, align_corners=False, kernels=(3, 3, 3), paddings=(1, 1, 1), rung=1) -> Explorer:
    """A small U-Net as a ladder of maps, each with a ruler of where its samples sit.

    size              of the image: 16 to 96
    align_corners     of the enlarging
    kernels, paddings of the three halvings: 1 to 7, 0 to 3
    rung              1, the highest, to 3, the deepest: the one under the lens

    Pull a number of the picture, choose a rung, or press a button.
    """
    kernels, paddings = whole_numbers(kernels, "kernels", 1), whole_numbers(paddings, "paddings", 0)
    check_kernels(kernels)
    check_paddings(paddings)
    controls = {
        "size": slider("image", whole_number(size, "size", SMALLEST, LARGEST), SMALLEST, LARGEST),
        "enlarge": toggle(
            "enlarging", list(MAPS), one_of(f"align_corners={align_corners}", "enlarge", tuple(MAPS))
        ),
        "kernels": Numbers("kernels", kernels, check_kernels, "180px"),
        "paddings": Numbers("paddings", paddings, check_paddings, "180px"),
        "rung": slider("rung", whole_number(rung, "rung", 1, DEPTH), 1, DEPTH),
    }

    def choose(cell):
        """A click on a rung puts it under the lens."""
        kind, _, level = cell.partition("-")
        return {"rung": int(level)} if kind == "rung" else {}

    presets = {
        name: {"kernels": as_text(sizes), "paddings": as_text(pads)}
        for name, (sizes, pads) in PRESETS.items()
    }
    return Explorer(
        ladder_scene, controls, more=("kernels", "paddings", "rung"), presets=presets, on_choose=choose
    )
