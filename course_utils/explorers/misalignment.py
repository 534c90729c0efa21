"""Strided layers, one under the other: where their features sit, and where upsampling draws them."""

from __future__ import annotations

import ipywidgets as widgets

from course_utils.explorers.explorer import Explorer, choice, slider
from course_utils.figures.misalignment import (
    KINDS,
    LAID_ON,
    LEAST_SIZE,
    MOST,
    MOST_SIZE,
    MOST_STAGES,
    RULES,
    misalignment_scene,
)
from course_utils.validation import one_of, shown, whole_number

NONE = "none"  # of a stage that is left out
FOUR = (("convolution", 3, 2, 1),) * 4


def misalignment(in_size=32, layers=FOUR, rule="half_pixel", laid_on="image") -> Explorer:
    """Stack up to four layers and read off where features sit and where upsampling draws them, in image pixels.

    in_size   pixels of the image along the axis, 4 to 64
    layers    of (kind, kernel_size, stride, padding): kind "convolution" or "pooling", 1 to 7, 1 to 4, 0 to 3
    rule      of upsampling: "half_pixel" (align_corners=False) or "align_corners"
    laid_on   "image", or "stage": each stage is laid on the one before it, as in an FPN
    """
    layers = _checked(layers)
    controls = {
        "in_size": slider(
            "image size", whole_number(in_size, "in_size", LEAST_SIZE, MOST_SIZE), LEAST_SIZE, MOST_SIZE
        ),
        "rule": choice(
            "upsampling", [(words, name) for name, words in RULES.items()], one_of(rule, "rule", RULES)
        ),
        "laid_on": choice(
            "laid on", [(words, name) for name, words in LAID_ON.items()], one_of(laid_on, "laid_on", LAID_ON)
        ),
    }
    controls["in_size"].layout.width = "230px"
    rows = [widgets.HBox(list(controls.values()), layout=widgets.Layout(flex_flow="row wrap"))]
    for stage in range(1, MOST_STAGES + 1):
        own = _stage_controls(stage, layers[stage - 1] if stage <= len(layers) else (NONE, 3, 2, 1))
        controls |= own
        rows.append(widgets.HBox(list(own.values())))

    def draw(in_size, rule, laid_on, **stages):
        stacked = [
            tuple(stages[f"{name}_{stage}"] for name in ("kind", *MOST))
            for stage in range(1, MOST_STAGES + 1)
            if stages[f"kind_{stage}"] != NONE
        ]
        return misalignment_scene(in_size, stacked, rule, laid_on)

    explorer = Explorer(draw, controls)
    explorer.children = (widgets.VBox(rows), explorer.stage)  # one row of controls for each stage
    return explorer


def _stage_controls(stage, layer):
    kind, *numbers = layer
    options = [*((words, name) for name, words in KINDS.items()), ("(left out)", NONE)]
    controls = {f"kind_{stage}": choice(f"stage {stage}", options, kind)}
    for (name, most), value in zip(MOST.items(), numbers, strict=True):
        control = slider(name.replace("kernel_size", "kernel"), value, 0 if name == "padding" else 1, most)
        control.layout.width = "195px"
        controls[f"{name}_{stage}"] = control

    def follow(_=None):
        """The numbers of a stage that is left out are put away."""
        for name in MOST:
            left_out = controls[f"kind_{stage}"].value == NONE
            controls[f"{name}_{stage}"].layout.visibility = "hidden" if left_out else "visible"

    controls[f"kind_{stage}"].observe(follow, names="value")
    follow()
    return controls


def _checked(layers):
    if not isinstance(layers, (tuple, list)) or len(layers) > MOST_STAGES:
        raise ValueError(f"layers must be a list of up to {MOST_STAGES} layers; got {shown(layers)}.")
    for n, layer in enumerate(layers, 1):
        if not isinstance(layer, (tuple, list)) or len(layer) != 4:
            raise ValueError(
                f'layer {n} must be (kind, kernel_size, stride, padding), such as ("convolution", 3, 2, 1); '
                f"got {shown(layer)}."
            )
        one_of(layer[0], f"the kind of layer {n}", KINDS)
        for (name, most), value in zip(MOST.items(), layer[1:], strict=True):
            whole_number(value, f"{name} of layer {n}", 0 if name == "padding" else 1, most)
    return [tuple(layer) for layer in layers]
