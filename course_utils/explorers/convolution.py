"""The stepper: a transposed convolution one stamp, or one output, at a time. Collisions: sizes there and back."""

from __future__ import annotations

import numpy as np

from course_utils.explorers.sizes import sizes_that_fit
from course_utils.explorers.stage import Explorer, slider, toggle
from course_utils.explorers.stage.standing import Standing
from course_utils.explorers.transposed import FOLDED, SIZES, controls_of, start_of
from course_utils.figures.collisions import LARGEST_FOLLOWED, MOST_COLLISIONS, collisions_scene
from course_utils.figures.convolution import VIEWS, stepper_scene, stepper_trace
from course_utils.figures.stepper_cells import LOWEST, MOST, MOST_INPUTS, MOST_TAPS
from course_utils.trace import Trace
from course_utils.validation import one_of, whole_number

ROOM = {"x": MOST_INPUTS, "kernel": MOST_TAPS, **MOST}
LABELS = {
    "x": "input",
    "kernel": "kernel",
    "in_size": "input size (new inputs are 0)",
    "kernel_size": "kernel size (new weights are 0)",
}
PRESETS = {
    1: {
        "(1, 10, 100)": {"x": "1, 2", "kernel": "1, 10, 100"},
        "one impulse": {"x": "0, 0, 1, 0, 0"},
        "all ones": {"x": "1, 1, 1, 1", "kernel": "1, 1, 1"},
        "half weights": {"kernel": "0.5, 1, 0.5"},
    },
    2: {
        "one impulse": {"x": "0, 0, 0; 0, 1, 0; 0, 0, 0"},
        "all ones": {"x": "1, 1, 1; 1, 1, 1; 1, 1, 1", "kernel": "1, 1, 1; 1, 1, 1; 1, 1, 1"},
        "ring": {"kernel": "1, 1, 1; 1, 0, 1; 1, 1, 1"},
        "edge": {"kernel": "1, 0, -1; 2, 0, -2; 1, 0, -1"},
    },
}


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

    Pull an input, a weight, or a number in the size formula up or down; press Enter on it to type another one.

    dimensions       1 or 2
    x, kernel        the numbers to start with: lists of up to 7 and 5 in 1-D, square rows of up to 4 × 4 and 4 × 4
                     in 2-D, none beyond 999; without them 1, 2, 3, ... and a tent such as (1, 2, 1)
    stride, padding, output_padding, dilation   where the settings start; also settings that torch refuses, which
                     are then explained
    view             "scatter": each input stamps the kernel, scaled, and the stamps add up;
                     "gather": zeros between the inputs, and the flipped kernel slides over them
    """
    dimensions = whole_number(dimensions, "dimensions", 1, 2)
    one_of(view, "view", VIEWS)
    settings = {"stride": stride, "padding": padding, "output_padding": output_padding, "dilation": dilation}
    start = start_of(stepper_trace, *_numbers(dimensions, x, kernel), settings, dimensions, ROOM)
    controls = {"view": toggle("view", VIEWS, view), **controls_of(start, ROOM, LABELS)}

    def draw(in_size, kernel_size, **values):
        return stepper_scene(**values)

    return Explorer(
        draw,
        controls,
        more=FOLDED,
        presets=PRESETS[dimensions],
        adjust=lambda values, name: sizes_that_fit(controls, values, name, SIZES, _resized),
        stand=_Position(controls, view),
    )


def _numbers(dimensions, x, kernel):
    """Input and kernel to start with."""
    tent = np.array([1.0, 2, 1])
    if x is None:
        x = np.arange(1.0, 4) if dimensions == 1 else np.arange(1.0, 10).reshape(3, 3)
    if kernel is None:
        kernel = tent if dimensions == 1 else np.outer(tent, tent)
    return x, kernel


def _resized(array, size):
    """The first numbers along every axis, and 0s after them."""
    resized = np.zeros((size,) * array.ndim)
    kept = tuple(slice(min(n, size)) for n in array.shape)
    resized[kept] = array[kept]
    return resized


class _Position(Standing):
    """Where the learner stands: at an input in the scatter view, at an output in the gather view.

    The position of the other view is remembered. As long as that input paints that output, changing the view there
    and back changes nothing. A position that a smaller picture does not have is taken up again once there is
    one.
    """

    follows = "x"

    def __init__(self, controls, view):
        super().__init__()
        self.controls, self.view, self.trace = (
            controls,
            view,
            None,
        )  # no trace until the first picture is drawn
        self.places = {"scatter": None, "gather": None}  # indices: of an input, of an output

    def __call__(self, scene, values) -> int:
        trace, pointed = self._trace(values), self._pointed()
        self._follow_the_hand(trace, values["view"])
        if values["view"] != self.view and not pointed:
            self._cross(trace)
        self.view, self.trace, self.steps = values["view"], trace, list(scene.steps)
        self.at = int(np.ravel_multi_index(self._place(self.view, trace), _shapes(trace)[self.view]))
        place = self.places[self.view]  # in 1-D, where it is wanted also if this picture ends before it
        kind = self.steps[0].partition("-")[0]
        self.wanted = f"{kind}-{place[0]}" if len(place) == 1 else self.steps[self.at]
        return self.at

    def room(self, scene, values):
        """In 2-D the browser would need the shape to find a place again: one room for each."""
        if not scene.frames:
            return None
        trace = self._trace(values)
        shape = _shapes(trace)[values["view"]] if trace.x.ndim > 1 else ""
        return f"{values['view']} {shape}"

    def look_back(self):
        if self.steps and self.stage.step != self.at:
            super().look_back()
            self.places[self.view] = _index(self.at, _shapes(self.trace)[self.view])

    def _pointed(self):
        """Is a cell of the other view chosen? Then that view begins there."""
        if self.trace is None:
            return False
        shapes = _shapes(self.trace)
        kind, _, number = self.stage.chosen.partition("-")
        other = {"in": "scatter", "out": "gather"}.get(kind)
        if other in (None, self.view):
            return False
        self.places[other] = _index(int(number), shapes[other])
        return True

    def _trace(self, values):
        x, kernel = (self.controls[name].read(values[name]) for name in ("x", "kernel"))
        return Trace(x, kernel, *(values[name] for name in LOWEST))

    def _place(self, view, trace):
        """Where the learner stands in a view, as near as this picture has it; remembered from then on."""
        shape = _shapes(trace)[view]
        if self.places[view] is None:
            self.places[view] = (0,) * len(shape)
        return tuple(min(i, size - 1) for i, size in zip(self.places[view], shape, strict=True))

    def _follow_the_hand(self, trace, view):
        """An input that is pulled is the one whose stamp, or one of whose outputs, is shown."""
        if self.trace is None or self.trace.x.shape != trace.x.shape:
            return
        moved = [tuple(map(int, index)) for index in np.argwhere(self.trace.x != trace.x)]
        if len(moved) != 1:
            return
        self.places["scatter"] = moved[0]
        if view == "gather" and not trace.linked(moved[0], self._place("gather", trace)):
            self.places["gather"] = trace.nearest_output(moved[0])

    def _cross(self, trace):
        """The other view begins at what was remembered, if not at what is nearest."""
        in_index, out_index = self._place("scatter", trace), self._place("gather", trace)
        if trace.linked(in_index, out_index):
            return
        if self.view == "scatter":
            self.places["gather"] = trace.nearest_output(in_index)
        else:
            self.places["scatter"] = trace.nearest_input(out_index)


def _shapes(trace):
    return {"scatter": trace.x.shape, "gather": trace.out_shape}


def _index(step, shape):
    return tuple(int(i) for i in np.unravel_index(min(step, int(np.prod(shape)) - 1), shape))


def collisions(kernel_size=3, stride=2, padding=1, dilation=1, size=8) -> Explorer:
    """Input sizes that a convolution takes to the same output size, and where each output_padding leads back.

    Pull the followed size along its row, or the numbers in the formula; a click on another size follows it.

    size   the input size to follow, 1 to 16
    """
    starts = {
        "size": size, "kernel_size": kernel_size, "stride": stride, "padding": padding, "dilation": dilation
    }  # fmt: skip
    controls = {
        name: slider(name, whole_number(value, name, *MOST_COLLISIONS[name]), *MOST_COLLISIONS[name])
        for name, value in starts.items()
    }

    def follow(chosen):
        kind, _, number = chosen.partition("-")
        return {"size": int(number)} if kind == "in" and int(number) <= LARGEST_FOLLOWED else {}

    return Explorer(collisions_scene, controls, more=("padding", "dilation"), on_choose=follow)
