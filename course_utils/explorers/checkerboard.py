"""Checkerboards: where stamps overlap, what random features look like, and what training does to a pattern."""

from __future__ import annotations

from course_utils.checkerboard import HALVING_LAYERS, RANDOM_LAYERS
from course_utils.explorers.stage import Explorer, choice, slider, switch, toggle
from course_utils.figures.checkerboard import MOST, overlap_scene
from course_utils.figures.checkerboard_pictures import features_scene, gradient_scene, pattern_scene
from course_utils.films import recorded_patterns
from course_utils.validation import one_of, whole_number


def overlap(kernel_size=3, stride=2, layers=1) -> Explorer:
    """How many stamps land on every output, along one axis and in the picture.

    Pull a number of the first line, or move its slider; point at an output to see which of the kernel's numbers
    it meets.

    kernel_size   1 to 7
    stride        1 to 4
    layers        1 to 3, all alike
    """
    starts = {"kernel_size": kernel_size, "stride": stride, "layers": layers}
    names = {"kernel_size": "kernel", "stride": "stride", "layers": "layers"}
    controls = {
        name: slider(names[name], whole_number(start, name, 1, MOST[name]), 1, MOST[name])
        for name, start in starts.items()
    }
    return Explorer(overlap_scene, controls)


def features(layer=RANDOM_LAYERS[0], seed=0) -> Explorer:
    """One feature map of a random decoder, soft blobs in, and its spectrum; the comb can be marked.

    layer   one of ``checkerboard.RANDOM_LAYERS``
    seed    0 to 20
    """
    controls = {
        "layer": toggle("layer", RANDOM_LAYERS, one_of(layer, "layer", RANDOM_LAYERS)),
        "seed": slider("seed", whole_number(seed, "seed", 0, 20), 0, 20),
        "comb": switch("mark what repeats every 8 pixels", False),
    }
    return Explorer(features_scene, controls)


def training(patterns=None, layer="transposed, kernel 4", moment=0, gray=1) -> Explorer:
    """What a flat picture becomes while a layer learns to enlarge photos.

    patterns   a ``films.Patterns``; without one, the recorded seed 0
    layer      one of its layers; moment: index into its steps; gray: index into its grays
    """
    patterns = recorded_patterns() if patterns is None else patterns
    names, last = tuple(patterns.answers), len(patterns.steps) - 1
    controls = {
        "layer": choice("layer", names, one_of(layer, "layer", names)),
        "moment": slider("training", whole_number(moment, "moment", 0, last), 0, last),
        "gray": toggle(
            "gray",
            [(f"gray {round(255 * each)}", i) for i, each in enumerate(patterns.grays)],
            whole_number(gray, "gray", 0, len(patterns.grays) - 1),
        ),
    }

    def draw(layer, moment, gray):
        return pattern_scene(patterns, layer, moment, gray)

    return Explorer(draw, controls, more=("gray",))


def gradient(layer=HALVING_LAYERS[0], seed=0, stages=3) -> Explorer:
    """How strong the gradient of a random encoder is at every pixel of its input, random numbers arriving at its end.

    layer    one of ``checkerboard.HALVING_LAYERS``
    seed     0 to 20; stages: 1 to 3
    """
    controls = {
        "layer": toggle("layer", HALVING_LAYERS, one_of(layer, "layer", HALVING_LAYERS)),
        "stages": slider("stages", whole_number(stages, "stages", 1, 3), 1, 3),
        "seed": slider("seed", whole_number(seed, "seed", 0, 20), 0, 20),
    }
    return Explorer(gradient_scene, controls, more=("seed",))
