"""A stereo pair with its true flow: move between no warp and all of it, and watch the error and PSNR."""

from __future__ import annotations

from functools import lru_cache

from course_utils import images
from course_utils.explorers.stage import Explorer, choice, slider, switch, toggle
from course_utils.figures.stereo import AMOUNTS, COMPARED, STEP, stereo_scene
from course_utils.stereo import part_of_pair, shrunk_pair
from course_utils.validation import one_of, real_number
from course_utils.warping import PADDING_MODES

THIRD, FIFTH, PART = "all, 1/3 of the size", "all, 1/5 of the size", "headlight and fork, full size"
VIEWS = (THIRD, FIFTH, PART)
WINDOW = {"top": 130, "start": 470, "height": 166, "width": 247}
"""The part that is shown at full size, in pixels of the left picture."""


def stereo(amount=0.0, view=THIRD) -> Explorer:
    """Fetch the left picture from the right one along a part of the true flow. Drag the dot along the curve.

    amount   -1 to 1.5, where it starts: 0 no warp, 1 all of it, below 0 the wrong way
    view     one of VIEWS: the whole pair made smaller, or a part of it as it is

    "in turn" shows the left picture and the fetched one in turn: what does not fit jumps. Switch "flow resized too"
    off to see a picture made smaller whose flow was not.
    """
    low, high = float(AMOUNTS[0]), float(AMOUNTS[-1])
    if not low <= real_number(amount, "amount") <= high:
        raise ValueError(f"amount must be from {low:g} to {high:g}; got {amount:g}.")
    paddings = ["border", *(mode for mode in PADDING_MODES if mode != "border")]
    controls = {
        "amount": slider("amount of warp", float(amount), low, high, STEP),
        "compared": toggle("middle picture", list(COMPARED)),
        "rescaled": switch("flow resized too", True),
        "view": choice("view", list(VIEWS), one_of(view, "view", VIEWS)),
        "padding_mode": choice("padding_mode", paddings),
    }

    def draw(amount, compared, rescaled, view, padding_mode):
        return _scene(view, padding_mode, rescaled, round(amount, 2), compared)

    def limit(_=None):
        controls["rescaled"].disabled = controls["view"].value == PART  # nothing was resized

    controls["view"].observe(limit, names="value")
    limit()
    return Explorer(draw, controls, more=("view", "padding_mode"))


@lru_cache(maxsize=64)  # 8 MB: moving back over amounts that were seen costs nothing
def _scene(view, padding_mode, rescaled, amount, compared):
    return stereo_scene(_pair(view, padding_mode, rescaled), amount, view, compared)


@lru_cache(maxsize=8)
def _pair(view, padding_mode, rescaled):
    whole = _whole()
    if view == PART:  # full size: nothing to divide
        return part_of_pair(*whole, **WINDOW, padding_mode=padding_mode)
    return shrunk_pair(*whole, {THIRD: 3, FIFTH: 5}[view], rescaled, padding_mode)


@lru_cache(maxsize=1)
def _whole():
    return images.stereo_pair()
