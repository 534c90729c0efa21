"""Phases: a transposed convolution falls apart into small convolutions and is shuffled together again."""

from __future__ import annotations

import ipywidgets as widgets

from course_utils.explorers.explorer import Explorer, choice, slider
from course_utils.explorers.patterns import numbers_given, patterns_of_inputs, patterns_of_kernels
from course_utils.explorers.player import Player
from course_utils.figures.phases import VERSIONS
from course_utils.figures.subpixel import MOST, MOST_INPUTS, MOST_TAPS, phases_scene
from course_utils.validation import one_of, whole_number

LARGEST = 9  # of a number that is given: their sums could not be read otherwise


def phases(
    dimensions=2,
    x=None,
    kernel=None,
    kernel_size=4,
    stride=2,
    padding=1,
    output_padding=0,
    dilation=1,
    version="no crop",
) -> Explorer:
    """A kernel and its phases: the sub-kernels, their maps, the shuffle (play, step or scrub), the difference.

    dimensions       1 or 2
    x, kernel        the numbers to start with: lists of up to 6 and 9 in 1-D, square rows of up to 3 × 3 and 6 × 6
                     in 2-D, none beyond 9; without them 1, 2, 3, ..., and a kernel of ``kernel_size``. Sizes and
                     patterns can be changed with the controls
    stride, padding, output_padding, dilation   where the sliders start; also settings that torch refuses, which
                     are then explained
    version          "no crop": empty slots before the kernel, so that the first sample computed is the first one
                     wanted; "crop": the uncropped result is computed, and padding is trimmed off it
    """
    dimensions = whole_number(dimensions, "dimensions", 1, 2)
    one_of(version, "version", VERSIONS)
    most_in, most_taps = MOST_INPUTS[dimensions], MOST_TAPS[dimensions]
    inputs = patterns_of_inputs(dimensions, numbers_given(x, "x", dimensions, most_in, LARGEST))
    kernel_patterns = patterns_of_kernels(
        dimensions, numbers_given(kernel, "kernel", dimensions, most_taps, LARGEST)
    )
    kernel_size = kernel_size if kernel is None else len(kernel)
    starts = {"stride": stride, "padding": padding, "output_padding": output_padding, "dilation": dilation}
    controls = {
        "kernel_size": _setting("kernel size", kernel_size, 1, most_taps),
        **{
            name: _setting(name, value, 1 if name in ("stride", "dilation") else 0, MOST[name][dimensions])
            for name, value in starts.items()
        },
        "in_size": _setting("input size", 3 if x is None else len(x), 1, most_in),
        "version": widgets.ToggleButtons(options=VERSIONS, value=version, style={"button_width": "80px"}),
        "input_numbers": choice("input numbers", list(inputs)),
        "kernel_numbers": choice(
            "kernel numbers", list(kernel_patterns), "1, 2, 3, …" if kernel is None else None
        ),
    }
    player, place = Player("step"), _Place()

    def draw(kernel_size, in_size, input_numbers, kernel_numbers, **settings):
        x, kernel = inputs[input_numbers](in_size), kernel_patterns[kernel_numbers](kernel_size)
        scene = phases_scene(x, kernel, **settings, step=place.step)
        place.last = len(scene.steps) - 1
        player.make_room(scene)
        return scene

    explorer = Explorer(draw, controls, extra=(widgets.HBox(player.widgets),), on_scene=player.fit)
    player.link(explorer.stage)
    player.position.observe(lambda change: place.moved_to(change["new"]), names="value")
    return explorer


class _Place:
    """How far the shuffle has come. Who saw its end sees the end of every other one, too."""

    def __init__(self):
        self.step = None  # None: at the end
        self.last = 0

    def moved_to(self, step):
        self.step = step if step < self.last else None


def _setting(label, value, low, high):
    """A slider that also reaches settings that torch refuses."""
    control = slider(label, whole_number(value, label.replace(" ", "_"), low, high), low, high)
    control.layout.width = "250px" if label == "output_padding" else "200px"
    return control
