"""Low or high resolution: what a layer costs and how far it sees, as the sliders move."""

from __future__ import annotations

from course_utils.cost import RULES
from course_utils.explorers.explorer import Explorer, choice, slider
from course_utils.figures.cost import MOST, cost_scene
from course_utils.validation import one_of, whole_number

RULE_WORDS = {
    "equal cost": "channels C, kernel k·r (equal cost)",
    "same layers": "the same layers, C·r² channels, kernel k",
}


def cost(channels=8, kernel_size=3, factor=2, layers=4, rule="equal cost") -> Explorer:
    """Two networks side by side: on the small image with a shuffle at the end, and on the large image.

    channels      C of the large image, 1 to 16; the low-resolution network has C * r * r
    kernel_size   k of the low-resolution network, 1 to 7
    factor        r, 1 to 4
    layers        1 to 6
    rule          of the high-resolution network: "equal cost" (C channels, kernels of k * r) or "same layers"
    """
    starts = {"channels": channels, "kernel_size": kernel_size, "factor": factor, "layers": layers}
    names = {"channels": "channels C", "kernel_size": "kernel k", "factor": "factor r", "layers": "layers"}
    controls = {}
    for name, start in starts.items():
        control = slider(names[name], whole_number(start, name, 1, MOST[name]), 1, MOST[name])
        control.layout.width = "232px" if name == "channels" else "215px"
        controls[name] = control
    options = [(RULE_WORDS[name], name) for name in RULES]
    controls["rule"] = choice("high resolution has", options, one_of(rule, "rule", RULES))
    return Explorer(cost_scene, controls)
