"""Alignment: networks filmed while they learn it, and a map shifted by hand. Handed arrays and plain functions."""

from __future__ import annotations

from functools import lru_cache

import ipywidgets as widgets

from course_utils.explorers.explorer import Explorer, choice, slider, switch
from course_utils.explorers.player import Player
from course_utils.figures.alignment import film_scene, reel_of
from course_utils.figures.manual_shift import shift_scene
from course_utils.scenes import BLOCK, CLASS_NAMES, scenes
from course_utils.validation import shown, whole_number, whole_numbers

MOST_SHIFT = 16
"""Image pixels by which a map is shifted at most."""


def alignment(film, scene=0, stride=4, contenders=None) -> Explorer:
    """Predictions and learned flows of networks while they learn, at a chosen scene, scale and moment.

    film         ``alignment_pictures.new_film()``, filled by ``compare(..., film=film)``; or anything with the same
                 attributes, see ``figures.alignment``
    scene        which of the film's scenes, from 0
    stride       the scale of the flow that is shown: that of the map onto which it aligns
    contenders   names, at most four; by default the first four of the film
    """
    reel = reel_of(film, contenders)
    count = len(film.images)
    scene = whole_number(scene, "scene", 0, count - 1)
    strides = reel.strides or (stride,)
    if stride not in strides:
        raise ValueError(f"stride must be one of {', '.join(map(str, strides))}; got {shown(stride)}.")
    controls = {
        "scene": choice("scene", [(f"scene {i + 1} of {count}", i) for i in range(count)], scene),
        "stride": choice("flow onto", [(f"stride {each}", each) for each in strides], stride),
        "magnified": switch("magnify small flows"),
    }
    player = Player("moment", interval_ms=900)
    drawn = lru_cache(maxsize=8)(
        lambda scene, stride, magnified, step: film_scene(reel, scene, stride, step, magnified)
    )
    place = {"step": len(film.steps) - 1}

    def draw(scene, stride, magnified):
        picture = drawn(scene, stride, magnified, place["step"])
        player.make_room(picture)
        return picture

    explorer = Explorer(draw, controls, extra=(widgets.HBox(player.widgets),), on_scene=player.fit)
    player.link(explorer.stage)
    player.position.observe(lambda change: place.update(step=change["new"]), names="value")
    return explorer


def shift_a_map(pictures=None, shifted=None, stride=4, shift=(8, 0)) -> Explorer:
    """Move a coarse map by hand, add it to the fine one, and see what addition blurs and alignment recovers.

    pictures   with .images (n, H, W, 3) and .labels (n, H, W), such as a film; None: three scenes of 128 × 128
    shifted    None, or contender -> function(image, (right, down), stride) that gives what a trained network makes of
               that shift: a dictionary with "labels" (H, W) and "flow" (h, w, 2) in image pixels
    stride     of the fine map, to begin with: 4 or 8
    shift      (right, down) to begin with, in image pixels, each from -16 to 16
    """
    pictures = scenes(3, (128, 128), difficulty=0.3) if pictures is None else pictures
    count, shifted = len(pictures.images), dict(shifted or {})
    right, down = whole_numbers(shift, "shift", -MOST_SHIFT, MOST_SHIFT)
    strides = [each for each in (4, 8) if not any(size % (2 * each) for size in pictures.labels.shape[1:])]
    if stride not in strides:
        raise ValueError(
            f"stride must be 4 or 8, and twice the stride must divide height and width; got {shown(stride)} for "
            f"pictures of {pictures.labels.shape[1]} × {pictures.labels.shape[2]}."
        )
    rows = pictures.labels.shape[1] // 4
    controls = {
        "scene": choice("scene", [(f"scene {i + 1} of {count}", i) for i in range(count)]),
        "right": slider("shift right", right, -MOST_SHIFT, MOST_SHIFT),
        "down": slider("shift down", down, -MOST_SHIFT, MOST_SHIFT),
        "stride": choice("onto", [(f"stride {each}", each) for each in strides], stride),
        "kind": choice("profile of", [(name, kind) for kind, name in enumerate(CLASS_NAMES)], BLOCK),
        "row": slider("along row", rows // 2, 0, rows - 1),
    }
    if shifted:
        controls["changed"] = switch("arrows: only what the shift changed")
    for name in ("right", "down", "row"):
        controls[name].layout.width = "260px"

    @lru_cache(maxsize=64)
    def answer(name, scene, shift, stride):
        return shifted[name](pictures.images[scene], shift, stride)

    def draw(scene, stride, right, down, kind, row, changed=False):
        networks = {
            name: (answer(name, scene, (right, down), stride), answer(name, scene, (0, 0), stride))
            for name in shifted
        }
        row = row * 4 // stride  # the slider counts rows at stride 4, so that a line stays where it is
        return shift_scene(
            pictures.images[scene],
            pictures.labels[scene],
            stride,
            (right, down),
            kind,
            row,
            networks,
            changed,
        )

    return Explorer(draw, controls)
