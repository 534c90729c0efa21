"""Channels to pixels: choose the sizes and the channel order, point at a cell and see where it goes."""

from __future__ import annotations

from course_utils.explorers.explorer import Explorer, choice, slider
from course_utils.figures.shuffle import MOST, NUMBERS, ORDERS, shuffle_scene
from course_utils.validation import one_of, whole_number


def shuffle(channels=2, factor=2, height=2, width=3, order="torch", numbers="count") -> Explorer:
    """Channels become pixels: C * r * r small maps above, C large ones below, and the steps that lead there.

    channels        of the large maps, C: 1 to 3
    factor          r: 1 to 3
    height, width   of a small map: 1 to 3, 1 to 4
    order           "torch" (ONNX: CRD), "tensorflow" (ONNX: DCR), or "reshape": the mistake of one plain reshape
    numbers         "count": all different; "channel": every small map holds its channel's number
    """
    starts = {"channels": channels, "factor": factor, "height": height, "width": width}
    names = {"channels": "large maps C", "factor": "factor r", "height": "height", "width": "width"}
    controls = {
        "order": choice(
            "order", [(words, name) for name, words in ORDERS.items()], one_of(order, "order", ORDERS)
        )
    }
    for name, start in starts.items():
        control = slider(names[name], whole_number(start, name, 1, MOST[name]), 1, MOST[name])
        control.layout.width = "232px"
        controls[name] = control
    options = [(words, name) for name, words in NUMBERS.items()]
    controls["numbers"] = choice("numbers", options, one_of(numbers, "numbers", NUMBERS))
    return Explorer(shuffle_scene, controls)
