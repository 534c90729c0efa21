"""The stepper: a transposed convolution one stamp, or one output, at a time. Collisions: sizes there and back."""

from __future__ import annotations

import ipywidgets as widgets
import numpy as np

from course_utils.explorers.explorer import Explorer, choice, slider
from course_utils.explorers.patterns import numbers_given, patterns_of_inputs, patterns_of_kernels
from course_utils.explorers.player import Player
from course_utils.figures.collisions import LARGEST_FOLLOWED, collisions_scene
from course_utils.figures.convolution import MOST, MOST_INPUTS, MOST_TAPS, VIEWS, stepper_scene
from course_utils.figures.walk import Walk
from course_utils.validation import one_of, whole_number


def stepper(
    dimensions=1,
    x=None,
    kernel=None,
    stride=2,
    padding=0,
    output_padding=0,
    dilation=1,
    view="scatter",
) -> Explorer:
    """Walk through a transposed convolution: play, step, back or scrub; change the view at any moment.

    dimensions       1 or 2
    x, kernel        the numbers to start with: lists of up to 7 and 5 in 1-D, square rows of up to 4 × 4 and 4 × 4
                     in 2-D, none beyond 99; without them 1, 2, 3, ... and a tent such as (1, 2, 1). Sizes and
                     patterns can be changed with the controls
    stride, padding, output_padding, dilation   where the sliders start; also settings that torch refuses, which
                     are then explained
    view             "scatter": each input stamps the kernel, scaled, and the stamps add up;
                     "gather": zeros between the inputs, and the flipped kernel slides over them
    """
    dimensions = whole_number(dimensions, "dimensions", 1, 2)
    one_of(view, "view", VIEWS)
    inputs = patterns_of_inputs(dimensions, numbers_given(x, "x", dimensions, MOST_INPUTS[dimensions]))
    kernels = patterns_of_kernels(
        dimensions, numbers_given(kernel, "kernel", dimensions, MOST_TAPS[dimensions])
    )
    starts = {"stride": stride, "padding": padding, "output_padding": output_padding, "dilation": dilation}
    sizes = {
        "in_size": slider("input size", 3 if x is None else len(x), 1, MOST_INPUTS[dimensions]),
        "kernel_size": slider("kernel size", 3 if kernel is None else len(kernel), 1, MOST_TAPS[dimensions]),
    }
    controls = {
        "view": widgets.ToggleButtons(options=VIEWS, value=view, style={"button_width": "80px"}),
        **{name: _setting(name, value, dimensions) for name, value in starts.items()},
        **sizes,
        "input_numbers": choice("input numbers", list(inputs)),
        "kernel_numbers": choice("kernel numbers", list(kernels)),
    }
    for control in sizes.values():
        control.layout.width = "210px"
    player, place = Player("step"), _Place(view)

    def draw(view, in_size, kernel_size, input_numbers, kernel_numbers, **settings):
        x, kernel = inputs[input_numbers](in_size), kernels[kernel_numbers](kernel_size)
        step = place.step(view, Walk(x, kernel, **settings))
        scene = stepper_scene(x, kernel, **settings, view=view, step=step)
        player.make_room(scene)
        return scene

    explorer = Explorer(draw, controls, extra=(widgets.HBox(player.widgets),), on_scene=player.fit)
    player.link(explorer.stage)
    player.position.observe(lambda change: place.moved_to(change["new"]), names="value")
    explorer.stage.observe(lambda change: place.clicked(change["new"]), names="chosen")
    return explorer


class _Place:
    """Where the walk stands, kept while the view and the sizes change.

    It is an input in the scatter view and an output in the gather view, and it remembers the other one: as long as
    that input paints that output, changing the view there and back changes nothing.
    """

    def __init__(self, view):
        self.view, self.walk = view, None
        self.at = {"scatter": None, "gather": None}  # indices: of an input, of an output
        self.pointed = False  # was the other one chosen by hand?

    def step(self, view, walk) -> int:
        """The step at which ``view`` of ``walk`` is to be drawn. A walk without output keeps everything."""
        try:
            shapes = {"scatter": walk.x.shape, "gather": walk.out_shape}
        except ValueError:
            return 0
        for name, shape in shapes.items():
            index = self.at[name] or (0,) * len(shape)
            self.at[name] = tuple(min(i, size - 1) for i, size in zip(index, shape, strict=True))
        if view != self.view:
            self._cross(walk)
        self.view, self.walk, self.pointed = view, walk, False
        return int(np.ravel_multi_index(self.at[view], shapes[view]))

    def _cross(self, walk):
        """The other view begins at what was remembered, or pointed at, if not at what is nearest."""
        if self.pointed or walk.linked(self.at["scatter"], self.at["gather"]):
            return
        if self.view == "scatter":
            self.at["gather"] = walk.nearest_output(self.at["scatter"])
        else:
            self.at["scatter"] = walk.nearest_input(self.at["gather"])

    def moved_to(self, step):
        shape = self.walk.x.shape if self.view == "scatter" else self.walk.out_shape
        if step < np.prod(shape):
            self.at[self.view] = tuple(int(i) for i in np.unravel_index(step, shape))
            self.pointed = False

    def clicked(self, chosen):
        """A cell of the other kind was chosen: an output in the scatter view, an input in the gather view."""
        kind, _, index = chosen.partition("-")
        other = {"scatter": ("out", "gather"), "gather": ("in", "scatter")}[self.view]
        if kind == other[0] and self.walk is not None:
            shape = self.walk.out_shape if kind == "out" else self.walk.x.shape
            if int(index) < np.prod(shape):
                self.at[other[1]] = tuple(int(i) for i in np.unravel_index(int(index), shape))
                self.pointed = True


def _setting(name, value, dimensions):
    """A slider that also reaches settings that torch refuses."""
    low = 1 if name in ("stride", "dilation") else 0
    control = slider(
        name, whole_number(value, name, low, MOST[name][dimensions]), low, MOST[name][dimensions]
    )
    control.layout.width = "270px" if name == "output_padding" else "210px"
    return control


def collisions(kernel_size=3, stride=2, padding=1, dilation=1, size=8) -> Explorer:
    """Input sizes that a convolution takes to the same output size, and where each output_padding leads back.

    size   the input size to follow, 1 to 16; choosing a size in the picture follows it
    """
    starts = {
        "kernel_size": (kernel_size, 1, 7),
        "stride": (stride, 1, 4),
        "padding": (padding, 0, 6),
        "dilation": (dilation, 1, 3),
        "size": (size, 1, LARGEST_FOLLOWED),
    }
    controls = {}
    for name, (value, low, high) in starts.items():
        control = slider(name.replace("_", " "), whole_number(value, name, low, high), low, high)
        control.layout.width = "230px"
        controls[name] = control

    def follow(chosen):
        kind, _, index = chosen.partition("-")
        return {"size": int(index)} if kind == "in" else {}

    return Explorer(collisions_scene, controls, on_choose=follow)
