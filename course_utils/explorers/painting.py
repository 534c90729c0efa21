"""A flow painted by hand: a soft brush that pushes what lies under it, or takes the flow away again.

Words used here
    stroke    from the place where the brush was put down to where it is now, in pixels; walked in short steps, so
              that the flow does not depend on how often the hand was asked where it is
    softness  how much of the hand's move a place at a distance from the brush's middle takes: 1 there, 0 at its edge
"""

from __future__ import annotations

import numpy as np

from course_utils.warping import pixel_centers

HANDS = ("picture", "places")
"""What a stroke moves: the output's ``picture``, which then fetches from *behind*, or the ``places`` themselves."""


def softness(distance, radius):
    """(1 - (distance / radius)^2)^2 within the radius, 0 outside.

    >>> softness(np.array([0.0, 1.0, 2.0]), 2.0)
    array([1.    , 0.5625, 0.    ])
    """
    return np.maximum(1 - (distance / radius) ** 2, 0) ** 2


def pushed(flow_xy, start, end, radius, amount=1.0, hand="picture"):
    """The flow after a stroke from ``start`` to ``end``, (x, y) in pixels: a new array (H, W, 2).

    hand      ``picture``: what is seen under the brush moves along with it, so its flow gets minus the move;
              ``places``: the places under the brush move along, so their flow gets plus the move
    amount    how much of the move is taken over, 0 to 1

    No flow becomes longer than the picture's longer side.
    """
    flow = np.array(flow_xy, float)
    own = pixel_centers(flow.shape[:2])
    for here, move in _steps(start, end, radius):
        seen_at, sign = (own, -1) if hand == "picture" else (own + flow, 1)
        soft = softness(np.linalg.norm(seen_at - here, axis=-1, keepdims=True), radius)
        flow += sign * amount * soft * move
    length = np.linalg.norm(flow, axis=-1, keepdims=True)
    return flow * np.minimum(1, max(flow.shape[:2]) / np.maximum(length, 1e-12))


def erased(flow_xy, start, end, radius, amount=1.0, hand="picture"):
    """The flow after a stroke that takes it away: under the middle of the brush nothing is left with amount=1."""
    flow = np.array(flow_xy, float)
    own = pixel_centers(flow.shape[:2])
    for here, _ in _steps(start, end, radius):
        seen_at = own if hand == "picture" else own + flow
        flow *= 1 - amount * softness(np.linalg.norm(seen_at - here, axis=-1, keepdims=True), radius)
    return flow


def _steps(start, end, radius):
    """(middle, move) of short steps from start to end, at most a sixteenth of the radius each; at least one."""
    start, end = np.asarray(start, float), np.asarray(end, float)
    count = max(1, int(np.ceil(np.linalg.norm(end - start) / (radius / 16))))
    move = (end - start) / count
    for i in range(count):
        yield start + (i + 0.5) * move, move
