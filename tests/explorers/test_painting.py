"""A painted flow: what is under the hand goes with it, however often the hand was asked where it is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.explorers.painting import erased, pushed, softness
from course_utils.warping import pixel_centers, warp

ZERO = np.zeros((12, 16, 2))
inside = st.tuples(st.floats(0, 15), st.floats(0, 11))


def test_the_brush_is_soft():
    np.testing.assert_allclose(softness(np.array([0, 0.5, 1, 2]), 1.0), [1, 0.5625, 0, 0])


def test_the_picture_goes_with_the_hand_and_its_flow_points_back():
    """A bright spot under the hand moves to the right; the outputs that show it fetch from the left."""
    image = np.zeros((12, 16))
    image[5, 6] = 1
    flow = pushed(ZERO, (6, 5), (8, 5), 4)
    assert flow[5, 7, 0] < -1 and np.all(flow[..., 0] <= 0) and np.all(flow[..., 1] == 0)
    out = warp(image, flow)
    center = (out * np.arange(16)).sum() / out.sum()
    assert 6.5 < center < 8.5


def test_a_place_under_the_hand_stays_under_it():
    flow = pushed(ZERO, (6, 5), (9, 7), 4, hand="places")
    place = np.array([6, 5]) + flow[5, 6]
    assert np.linalg.norm(place - [9, 7]) < 0.2
    assert np.all(flow[..., 0] >= 0)


@given(inside, inside, st.sampled_from(["picture", "places"]))
@settings(max_examples=30, deadline=None)
def test_lost_moves_make_little_difference(start, end, hand):
    """Told once, or told at ten places on the way: the same stroke."""
    start, end = np.array(start), np.array(end)
    once = pushed(ZERO, start, end, 3, hand=hand)
    often = ZERO
    for i in range(10):
        often = pushed(
            often, start + (end - start) * i / 10, start + (end - start) * (i + 1) / 10, 3, hand=hand
        )
    # Its places leave the brush one by one, so there the steps count a little.
    assert np.abs(once - often).max() < (0.01 if hand == "picture" else 0.4)


@given(inside, inside, st.floats(1, 8), st.sampled_from(["picture", "places"]))
@settings(max_examples=30, deadline=None)
def test_only_what_the_brush_touched_is_changed(start, end, radius, hand):
    flow = pushed(ZERO, start, end, radius, hand=hand)
    own = pixel_centers((12, 16))
    a, b = np.array(start), np.array(end)
    t = (((own - a) @ (b - a)) / max((b - a) @ (b - a), 1e-12)).clip(0, 1)[..., None]
    far = np.linalg.norm(own - (a + t * (b - a)), axis=-1) > radius
    if hand == "picture":
        assert np.all(flow[far] == 0)
    assert np.linalg.norm(flow, axis=-1).max() <= 16 + 1e-9
    assert np.all(ZERO == 0)


def test_less_strength_pushes_less():
    strong, weak = (pushed(ZERO, (3, 3), (6, 3), 4, amount) for amount in (1.0, 0.25))
    np.testing.assert_allclose(weak, strong / 4)


def test_no_flow_grows_longer_than_the_picture():
    flow = ZERO
    for _ in range(40):
        flow = pushed(flow, (2, 5), (14, 5), 9)
    assert np.linalg.norm(flow, axis=-1).max() == pytest.approx(16)


def test_erasing_takes_the_flow_away_under_the_brush_alone():
    flow = np.full((12, 16, 2), 2.0)
    after = erased(flow, (5, 5), (5, 5), 3)
    assert np.all(after[5, 5] == 0) and np.all(after[5, 9] == 2) and 0 < after[5, 6, 0] < 2
    places = erased(flow, (5, 5), (5, 5), 3, hand="places")  # the place of the output at (3, 3) lies there
    assert np.all(places[3, 3] == 0) and np.all(places[5, 9] == 2)
