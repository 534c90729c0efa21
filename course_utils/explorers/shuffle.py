"""Channels to pixels: choose the sizes and the channel order, follow a number through every array."""

from __future__ import annotations

import numpy as np

from course_utils.explorers.sizes import counted_on
from course_utils.explorers.stage import Explorer, Numbers, slider, toggle
from course_utils.explorers.stage.controls import as_text
from course_utils.explorers.stage.standing import Standing
from course_utils.figures.draw.scene import NoPicture
from course_utils.figures.shuffle import MOST, OPENS_AT, shuffle_scene
from course_utils.validation import one_of, whole_number

ORDERS = {"torch": "torch", "TensorFlow": "tensorflow", "plain reshape": "reshape"}
FILLS = {"0, 1, 2, …": "count", "channel number": "channel", "yours": "yours"}
NAMES = {"channels": "large maps C", "factor": "factor r", "height": "height h", "width": "width w"}


def shuffle(channels=2, factor=2, height=2, width=3, order="torch", numbers="count") -> Explorer:
    """Channels become pixels: C * r * r small maps, five axes, the same transposed, C large maps.

    Pull a size in the picture, or a number; play, step or scrub to let the numbers fly from array to array.

    channels        of the large maps, C: 1 to 3
    factor          r: 1 to 3
    height, width   of a small map: 1 to 3, 1 to 4
    order           "torch" (ONNX: CRD), "tensorflow" (ONNX: DCR), or "reshape": the mistake of one plain reshape
    numbers         "count": all different; "channel": every small map holds its channel's number
    """
    one_of(order, "order", ORDERS.values())
    one_of(numbers, "numbers", ("count", "channel"))
    sizes = {"channels": channels, "factor": factor, "height": height, "width": width}
    sliders = {
        name: slider(NAMES[name], whole_number(value, name, 1, MOST[name]), 1, MOST[name])
        for name, value in sizes.items()
    }
    own = Numbers("numbers, a row for each channel", _filled(numbers, **sizes), width="560px")
    controls = {
        "order": toggle("order", list(ORDERS.items()), order),
        "fill": toggle("numbers", list(FILLS.items()), numbers),
        **sliders,
        "numbers": own,
    }

    def draw(fill, **values):
        return shuffle_scene(**values)

    return Explorer(
        draw,
        controls,
        more=("channels", "height", "width", "numbers"),
        adjust=lambda values, name: _numbers_that_fit(own, values, name),
        stand=Standing(OPENS_AT),
    )


def _filled(fill, channels, factor, height, width):
    """Numbers of all small maps, shape (channels * factor**2, height * width)."""
    shape = (channels * factor**2, height * width)
    return np.indices(shape)[0] if fill == "channel" else np.arange(np.prod(shape)).reshape(shape)


def _numbers_that_fit(own, values, changed):
    """When a size changes, the numbers follow; a pattern is one as long as no number was changed."""
    sizes = {name: values[name] for name in MOST}
    wanted = {fill: _filled(fill, **sizes) for fill in ("count", "channel")}
    if changed == "fill" and values["fill"] in wanted:
        return _unless_so(values, numbers=as_text(wanted[values["fill"]]))
    try:
        array = own.read(values["numbers"])
    except NoPicture:  # the picture says what is wrong with what was typed
        return {}
    if array.shape != wanted["count"].shape and changed != "numbers":
        fill = values["fill"]
        array = wanted[fill] if fill in wanted else _kept(array, changed, **sizes)
    alike = [fill for fill, pattern in wanted.items() if np.array_equal(array, pattern)]
    fill = values["fill"] if values["fill"] in alike else (alike or ["yours"])[0]
    return _unless_so(values, numbers=as_text(array), fill=fill)


def _unless_so(values, **wanted):
    return {name: value for name, value in wanted.items() if values[name] != value}


def _kept(array, changed, channels, factor, height, width):
    """The learner's own numbers stay at their pixels; new ones count up. Numbers that fit before fit again."""
    maps, columns = array.shape
    rows = columns // width if changed == "height" else height
    fitted = {
        "channels": columns == height * width and maps % factor**2 == 0,
        "factor": columns == height * width
        and maps in [channels * r**2 for r in range(1, MOST["factor"] + 1)],
        "height": maps == channels * factor**2 and columns % width == 0,
        "width": maps == channels * factor**2 and columns % height == 0,
    }
    if not fitted.get(changed):
        return array  # it did not fit before: the picture says so
    shape = (channels * factor**2, height, width)
    return counted_on(array.reshape(maps, rows, -1), shape).reshape(shape[0], -1)
