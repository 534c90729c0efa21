"""Strided layers, one under the other: where their features sit, and where upsampling draws them."""

from __future__ import annotations

from course_utils.explorers.stage import Explorer, choice, slider, toggle
from course_utils.figures.misalignment import (
    KINDS,
    LAID_ON,
    LEAST_SIZE,
    MOST,
    MOST_SIZE,
    MOST_STAGES,
    RULES,
    least,
    misalignment_scene,
)
from course_utils.validation import one_of, shown, whole_number

NONE = "none"  # of a stage that is left out
FOUR = (("convolution", 3, 2, 1),) * 4
STACKS = {
    "kernel 3, padding 1": FOUR,
    "kernel 2, padding 0": (("convolution", 2, 2, 0),) * 4,
    "kernel 4, padding 1": (("convolution", 4, 2, 1),) * 4,
    "a ResNet begins": (
        ("convolution", 7, 2, 3),
        ("pooling", 3, 2, 1),
        ("convolution", 3, 2, 1),
        ("convolution", 3, 2, 1),
    ),
}


def misalignment(in_size=32, layers=FOUR, rule="half_pixel", laid_on="image") -> Explorer:
    """Stack up to four layers and read off where features sit and where upsampling draws them, in image pixels.

    The size of the image and the numbers of the layers can be pulled where they stand in the picture.

    in_size   pixels of the image along the axis, 4 to 64
    layers    of (kind, kernel_size, stride, padding): kind "convolution" or "pooling", 1 to 7, 1 to 4, 0 to 3
    rule      of upsampling: "half_pixel" (align_corners=False) or "align_corners"
    laid_on   "image", or "stage": each stage is laid on the one before it, as in an FPN
    """
    size = whole_number(in_size, "in_size", LEAST_SIZE, MOST_SIZE)
    one_of(rule, "rule", RULES), one_of(laid_on, "laid_on", LAID_ON)
    values = _values(_checked(layers))
    every = range(1, MOST_STAGES + 1)
    stages = {f"kind_{stage}": _kind(stage, values) for stage in every}
    stages |= {f"{name}_{stage}": _number(name, stage, values) for name in MOST for stage in every}
    controls = {
        "in_size": slider("image size", size, LEAST_SIZE, MOST_SIZE),
        "rule": toggle("upsampling", [(words, name) for name, words in RULES.items()], rule),
        "laid_on": toggle("laid on", [(words, name) for name, words in LAID_ON.items()], laid_on),
        **stages,
    }

    def draw(in_size, rule, laid_on, **stages):
        kept = [n for n in every if stages[f"kind_{n}"] != NONE]
        stacked = [tuple(stages[f"{name}_{n}"] for name in ("kind", *MOST)) for n in kept]
        return misalignment_scene(in_size, stacked, rule, laid_on, kept)

    presets = {words: _values(layers) for words, layers in STACKS.items()}
    return Explorer(draw, controls, more=tuple(stages), presets=presets)


def _values(layers):
    """The controls of the stages for these layers; a stage without one is left out, its numbers are put back."""
    values = {}
    for stage in range(1, MOST_STAGES + 1):
        kind, *numbers = layers[stage - 1] if stage <= len(layers) else (NONE, 3, 2, 1)
        values |= {f"kind_{stage}": kind}
        values |= {f"{name}_{stage}": value for name, value in zip(MOST, numbers, strict=True)}
    return values


def _kind(stage, values):
    options = [*((words, name) for name, words in KINDS.items()), ("(left out)", NONE)]
    return choice(f"stage {stage}", options, values[f"kind_{stage}"])


def _number(name, stage, values):
    words = f"{name.replace('_size', '')} {stage}"
    return slider(words, values[f"{name}_{stage}"], least(name), MOST[name])


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
            whole_number(value, f"{name} of layer {n}", least(name), most)
    return [tuple(layer) for layer in layers]
