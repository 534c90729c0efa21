"""Lesson 13: point at an output, and see what an upsampler chose to read for it, or for all around. Handed arrays."""

from __future__ import annotations

from dataclasses import replace

from course_utils.explorers.stage import Explorer, choice, slider, toggle
from course_utils.figures.sampling import WHEN, WORDS, taps_scene
from course_utils.figures.sampling_around import around_scene
from course_utils.films import recorded_decisions
from course_utils.validation import one_of, whole_numbers


def chosen_taps(
    pictures=None, kind="photo", upsampler="DySample", when="after", place=(24, 24), choose=True
) -> Explorer:
    """Where an upsampler reads for one output, with what weights, before and after learning, beside bilinear.

    Drag the ring, or press anywhere in the picture.

    pictures    title -> films.Enlarged, all of the same upsamplers and size; None: the recorded scene and photo
    kind        the picture to begin with
    upsampler   the one to begin with
    when        "before" or "after" learning
    place       (column, row) of the output to begin with
    choose      False: the upsampler stays the one to begin with
    """
    return _explorer(taps_scene, pictures, kind, upsampler, when, place, choose)


def decisions_around(
    pictures=None, kind="photo", upsampler="DySample", when="after", place=(24, 24)
) -> Explorer:
    """The kernels, or the steps, that an upsampler decided for all outputs around one.

    Drag the ring, or press anywhere in the picture. The parameters are those of ``chosen_taps``; what always decides
    the same, bilinear, is left out.
    """
    pictures = recorded_decisions() if pictures is None else dict(pictures)
    pictures = {
        title: replace(each, decisions={k: v for k, v in each.decisions.items() if k != "bilinear"})
        for title, each in pictures.items()
    }
    return _explorer(around_scene, pictures, kind, upsampler, when, place)


def _explorer(scene, pictures, kind, upsampler, when, place, choose=True):
    pictures = recorded_decisions() if pictures is None else dict(pictures)
    one_of(kind, "kind", tuple(pictures))
    first = pictures[kind]
    names = tuple(first.decisions)
    for each in pictures.values():
        if tuple(each.decisions) != names or each.truth.shape != first.truth.shape:
            raise ValueError("all pictures must have one size, and decisions of the same upsamplers.")
    one_of(upsampler, "upsampler", names)
    one_of(when, "when", tuple(WHEN))
    height, width = first.truth.shape[:2]
    column, row = whole_numbers(place, "place", 0)
    controls = {
        "upsampler": choice("upsampler", [(WORDS.get(name, name), name) for name in names], upsampler),
        "when": toggle("when", [(words, each) for each, words in WHEN.items()], when),
        "kind": toggle("picture", list(pictures), kind),
        "column": slider("column of the output", min(column, width - 1), 0, width - 1),
        "row": slider("row of the output", min(row, height - 1), 0, height - 1),
    }

    if not choose:
        del controls["upsampler"]

    def draw(when, kind, column, row, upsampler=upsampler):
        return scene(pictures[kind], upsampler, when, (column, row))

    def point(name, x, y):
        """The output under the pointer."""
        return {"column": int(x), "row": int(y)}

    return Explorer(draw, controls, more=("column", "row"), on_drag=point)
