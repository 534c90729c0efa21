"""Lesson 08: a bilinear kernel under the hand, scores of several strides switched on one by one, FCN's crops."""

from __future__ import annotations

from functools import lru_cache

from course_utils.explorers.stage import Explorer, Numbers, choice, slider, switch, toggle
from course_utils.explorers.stage.controls import as_text
from course_utils.fcn import HEADS, recorded_scenes
from course_utils.figures.fcn import MOST, NAMES, kernel_scene
from course_utils.figures.ledger import ledger_scene, published
from course_utils.figures.skip_fusion import checked_strides, fusion_scene
from course_utils.scenes import CLASS_NAMES, POLE
from course_utils.validation import one_of, shown, whole_number


def bilinear_kernels(kernel_size=4, stride=2) -> Explorer:
    """A bilinear kernel of any size at any stride: what its phases add up to, and what a flat signal becomes.

    Pull kernel or stride in the picture, or move its slider. Point at a sum or an output to see its weights.

    kernel_size   1 to 16
    stride        1 to 8
    """
    starts = {"kernel_size": kernel_size, "stride": stride}
    controls = {
        name: slider(NAMES[name], whole_number(start, name, 1, MOST[name]), 1, MOST[name])
        for name, start in starts.items()
    }
    return Explorer(kernel_scene, controls)


def skip_fusion(scenes=None, scene=0, strides=(16,), kind=CLASS_NAMES[POLE]) -> Explorer:
    """Scores of strides 16, 8 and 4 over a scene, switched on one by one, and what their sum predicts.

    scenes    a list of ``fcn.ScoredScene``, such as ``networks.fcn.scored_scenes(...)`` of a network that
              you trained; None: three recorded ones
    scene     which one to begin with, from 0
    strides   which are on at the beginning
    kind      the class whose scores are drawn: "sky", "ground", "block", "disc" or "pole"
    """
    scenes = recorded_scenes() if scenes is None else list(scenes)
    if not scenes:
        raise ValueError(f"scenes must hold at least one scene; got {shown(scenes)}.")
    every = scenes[0].strides
    if any(each.strides != every for each in scenes):
        raise ValueError("all scenes must be scored at the same strides.")
    count, on = len(scenes), checked_strides(strides, scenes[0])
    scene = whole_number(scene, "scene", 0, count - 1)
    kind = CLASS_NAMES.index(one_of(kind, "kind", CLASS_NAMES))
    controls = {
        "scene": choice("scene", [(f"scene {i + 1} of {count}", i) for i in range(count)], scene),
        "kind": choice("scores of", [(name, i) for i, name in enumerate(CLASS_NAMES)], kind),
        **{f"stride_{each}": switch(f"add stride {each}", each in on) for each in every},
    }

    @lru_cache(maxsize=64)
    def drawn(scene, on, kind):
        return fusion_scene(scenes[scene], on, kind)

    def draw(kind, scene, **switches):
        return drawn(scene, tuple(each for each in every if switches[f"stride_{each}"]), kind)

    return Explorer(draw, controls)


def fcn_places(network="FCN-8s", layers=None) -> Explorer:
    """Where the maps of an FCN sit on the image, and how many samples each crop takes.

    Pull the kernel, the stride or the padding of any stage; another network brings back the published numbers.

    network   "FCN-32s", "FCN-16s" or "FCN-8s"
    layers    (kernel_size, stride, padding) of each stage, see ``fcn.stages``; None: as published
    """
    one_of(network, "network", HEADS)
    controls = {
        "network": toggle("network", list(HEADS), network),
        "layers": Numbers(
            "kernel, stride, padding of each stage",
            published(network) if layers is None else layers,
            width="640px",
        ),
    }

    def adjust(values, changed):
        return {"layers": as_text(published(values["network"]))} if changed == "network" else {}

    return Explorer(ledger_scene, controls, more=("layers",), adjust=adjust)
