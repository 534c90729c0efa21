"""Low or high resolution: what a layer costs and how far it sees, as the settings move."""

from __future__ import annotations

from course_utils.cost import RULES
from course_utils.explorers.stage import Explorer, slider, toggle
from course_utils.figures.cost import MOST, NAMES, cost_scene
from course_utils.validation import one_of, whole_number

RULE_WORDS = {"equal cost": "C channels, kernel k·r (equal cost)", "same layers": "the same layers"}


def cost(channels=8, kernel_size=3, factor=2, layers=4, rule="equal cost") -> Explorer:
    """Two networks side by side: on the small image with a shuffle at the end, and on the large image.

    Pull a setting in the picture, or move its slider.

    channels      C of the large image, 1 to 16; the low-resolution network has C * r * r
    kernel_size   k of the low-resolution network, 1 to 7
    factor        r, 1 to 4
    layers        1 to 6
    rule          of the high-resolution network: "equal cost" (C channels, kernels of k * r) or "same layers"
    """
    starts = {"layers": layers, "factor": factor, "channels": channels, "kernel_size": kernel_size}
    controls = {
        "rule": toggle(
            "high resolution has",
            [(RULE_WORDS[name], name) for name in RULES],
            one_of(rule, "rule", RULES),
        ),
        **{
            name: slider(NAMES[name], whole_number(start, name, 1, MOST[name]), 1, MOST[name])
            for name, start in starts.items()
        },
    }
    return Explorer(cost_scene, controls, more=("channels", "kernel_size"))
