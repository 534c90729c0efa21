"""Alignment: networks filmed while they learn it, and a map shifted by hand. Handed arrays and plain functions."""

from __future__ import annotations

from functools import lru_cache

from course_utils.explorers.stage import Explorer, choice, slider, switch, toggle
from course_utils.figures.alignment import film_scene
from course_utils.figures.alignment_maps import maps_scene
from course_utils.figures.following import reel_of
from course_utils.figures.manual_shift import MOST_SHIFT, ROW_UNIT, shift_scene
from course_utils.scenes import BLOCK, CLASS_NAMES, scenes
from course_utils.validation import shown, whole_number, whole_numbers


def alignment(film, scene=0, stride=4, contenders=None, place=None) -> Explorer:
    """Predictions and learned flows of networks while they learn, at a chosen scene, scale and moment.

    Press on an arrow, or drag the ring, to follow one position to where it reads. Of a single contender whose two
    maps were read (``films.recorded_film()``), the maps are shown, before and after.

    film         ``alignment_pictures.new_film()``, filled by ``compare(..., film=film)``; or anything with the same
                 attributes, see ``films.Film``
    scene        which of the film's scenes, from 0
    stride       the scale of the flow that is shown: that of the map onto which it aligns
    contenders   names, at most four; by default the first four of the film
    place        (column, row) of the ring on the finest map; by default the middle
    """
    reel = reel_of(film, contenders)
    count = len(film.images)
    scene = whole_number(scene, "scene", 0, count - 1)
    strides = reel.strides or (stride,)
    if stride not in strides:
        raise ValueError(f"stride must be one of {', '.join(map(str, strides))}; got {shown(stride)}.")
    controls = {"scene": choice("scene", [(f"scene {i + 1} of {count}", i) for i in range(count)], scene)}
    maps, ring = all(map(reel.maps, strides)), {}
    if reel.flows(stride):
        ring = _ring([size // min(strides) for size in reel.size_hw], place)
        if len(strides) > 1:
            options = [(f"stride {each}", each) for each in strides]
            controls["stride"] = toggle("flow onto", options, stride)
        if not maps:
            controls["magnified"] = switch("magnify small flows")

    def draw(scene, stride=stride, magnified=False, column=0, row=0):
        if maps:
            return maps_scene(reel, scene, stride, (column, row))
        return film_scene(reel, scene, stride, (column, row), magnified)

    def point(name, x, y):
        """The position under the pointer."""
        return {"column": int(x), "row": int(y)}

    explorer = Explorer(draw, controls | ring, more=tuple(ring), on_drag=point, drags=tuple(ring))
    if explorer.scene.steps:  # opened when they have learned
        last = len(film.steps) - 1
        explorer.stage.step, explorer.stage.chosen = last, explorer.scene.steps[last]
    return explorer


def _ring(size_hw, place):
    """The sliders of the ring."""
    rows, columns = size_hw
    column, row = (columns // 2, rows // 2) if place is None else place
    column = whole_number(column, "place[0]", 0, columns - 1)
    row = whole_number(row, "place[1]", 0, rows - 1)
    return {
        "column": slider("column of the ring", column, 0, columns - 1),
        "row": slider("row of the ring", row, 0, rows - 1),
    }


def shift_a_map(pictures=None, shifted=None, stride=4, shift=(8, 0)) -> Explorer:
    """Move a coarse map by hand, add it to the fine one, and see what addition blurs and alignment recovers.

    Drag the coarse map, or the line along which the profiles are.

    pictures   with .images (n, H, W, 3) and .labels (n, H, W), such as a film; None: three scenes of 128 × 128
    shifted    None, or contender -> function(image, (right, down), stride) that gives what a trained network makes of
               that shift: a dictionary with "labels" (H, W) and "flow" (h, w, 2) in image pixels
    stride     of the fine map, to begin with: 4 or 8
    shift      (right, down) to begin with, in image pixels, each from -16 to 16
    """
    pictures = scenes(3, (128, 128), difficulty=0.3) if pictures is None else pictures
    count, shifted = len(pictures.images), dict(shifted or {})
    right, down = whole_numbers(shift, "shift", -MOST_SHIFT, MOST_SHIFT)
    strides = _strides_that_fit(pictures.labels.shape[1:], stride)
    rows = pictures.labels.shape[1] // ROW_UNIT
    controls = {
        "right": slider("shift right", right, -MOST_SHIFT, MOST_SHIFT),
        "down": slider("shift down", down, -MOST_SHIFT, MOST_SHIFT),
        "kind": choice("profile of", [(name, kind) for kind, name in enumerate(CLASS_NAMES)], BLOCK),
        "scene": choice("scene", [(f"scene {i + 1} of {count}", i) for i in range(count)]),
        "stride": toggle("onto", [(f"stride {each}", each) for each in strides], stride),
        "row": slider("along row", rows // 2, 0, rows - 1),
    }
    if shifted:
        controls["changed"] = switch("arrows: only what the shift changed")

    @lru_cache(maxsize=64)
    def answer(name, scene, shift, stride):
        return shifted[name](pictures.images[scene], shift, stride)

    def draw(scene, stride, right, down, kind, row, changed=False):
        networks = {
            name: (answer(name, scene, (right, down), stride), answer(name, scene, (0, 0), stride))
            for name in shifted
        }
        image, labels = pictures.images[scene], pictures.labels[scene]
        return shift_scene(image, labels, stride, (right, down), kind, row, networks, changed)

    return Explorer(
        draw, controls, more=tuple(name for name in controls if name not in ("right", "down", "kind"))
    )


def _strides_that_fit(size_hw, stride):
    height, width = size_hw
    strides = [each for each in (4, 8) if height % (2 * each) == width % (2 * each) == 0]
    if stride not in strides:
        raise ValueError(
            f"stride must be 4 or 8, and twice the stride must divide height and width; got {shown(stride)} for "
            f"pictures of {height} × {width}."
        )
    return strides
