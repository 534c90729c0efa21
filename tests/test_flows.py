"""Flows by formula and by hand, and what a warp reads: beside torch, slow loops and cases worked on paper."""

import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.flows import (
    BumpMatch,
    Warp,
    affine_matrix,
    erased,
    pushed,
    reads_outside,
    softness,
    swirl_flow,
    whirl_angle,
)
from course_utils.warping import (
    PADDING_MODES,
    SAMPLING_MODES,
    affine_pixels,
    flow_to_grid,
    grid_sample_gradients,
    pixel_centers,
    rotation,
    warp,
)

ZERO = np.zeros((12, 16, 2))
inside = st.tuples(st.floats(0, 15), st.floats(0, 11))


# ---- by a formula ----------------------------------------------------------------------------------------------


def test_an_affine_matrix_turns_spreads_and_shears_about_the_middle_and_then_shifts():
    size_hw, middle = (5, 9), np.array([4.0, 2.0])
    places = affine_pixels(affine_matrix(size_hw, 30, 1.5, 0.5, (1.0, -2.0)), size_hw)
    np.testing.assert_allclose(places[2, 4], middle + np.array([1, -2]))
    right, below = places[2, 5] - places[2, 4], places[3, 4] - places[2, 4]
    np.testing.assert_allclose(right, 1.5 * rotation(30) @ [1, 0])
    np.testing.assert_allclose(below, 1.5 * rotation(30) @ [0.5, 1])


def test_a_shift_alone_keeps_whole_places_whole():
    places = affine_pixels(affine_matrix((6, 8), shift_xy=(2.0, -3.0)), (6, 8))
    np.testing.assert_array_equal(places, pixel_centers((6, 8)) + np.array([2, -3]))


def test_a_whirl_turns_its_middle_and_leaves_the_sides():
    flow = swirl_flow((7, 9), 90)
    assert np.all(flow[:, [0, -1]] == 0) and np.all(flow[3, 4] == 0)
    # from (1, 0), turned by 90 (1 - r)^2 (1 + 2 r), r = 1 / 3.5
    near = pixel_centers((7, 9))[3, 5] - [4, 3] + flow[3, 5]
    angle = 90 * (1 - 2 / 7) ** 2 * (1 + 4 / 7)
    np.testing.assert_allclose(near, rotation(angle) @ [1, 0], atol=1e-12)
    np.testing.assert_array_equal(swirl_flow((7, 9), 0), np.zeros((7, 9, 2)))


@pytest.mark.parametrize("center, reach", [((2.0, 5.0), 3.0), ((8.0, 0.0), 12.5)])
def test_a_whirl_keeps_distances_from_its_center_and_ends_at_its_reach(center, reach):
    own = pixel_centers((9, 12))
    before = np.linalg.norm(own - center, axis=-1)
    flow = swirl_flow((9, 12), 140, center, reach)
    np.testing.assert_allclose(np.linalg.norm(own + flow - center, axis=-1), before, atol=1e-12)
    assert np.all(flow[before >= reach] == 0)
    assert np.all(np.linalg.norm(flow, axis=-1)[(before > 0) & (before < reach - 0.1)] > 0)


def test_a_whirls_angle_falls_from_all_to_nothing():
    angles = whirl_angle(np.linspace(0, 2, 41), 80, 1.0)
    assert angles[0] == 80 and np.all(np.diff(angles) <= 0) and np.all(angles[20:] == 0)


# ---- by hand ---------------------------------------------------------------------------------------------------


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
        here, there = start + (end - start) * i / 10, start + (end - start) * (i + 1) / 10
        often = pushed(often, here, there, 3, hand=hand)
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
    assert np.all(flow == 2)


# ---- what a warp reads -----------------------------------------------------------------------------------------


@given(st.integers(0, 2**32 - 1), st.sampled_from(SAMPLING_MODES))
@settings(max_examples=60, deadline=None)
def test_a_place_reads_outside_where_torch_gives_weight_to_a_frame_of_ones(seed, mode):
    """The picture stands in a frame five pixels wide; what torch fetches from a place of the frame alone tells."""
    rng = np.random.default_rng(seed)
    places = rng.integers(-10, 32, (1, 40, 2)) / 4 + np.where(rng.random((1, 40, 2)) < 0.5, 0, 0.03)
    height, width = 4, 5
    outside = np.zeros((1, 40), bool)
    for row in range(height + 10):
        for column in range(width + 10):
            if 5 <= row < 5 + height and 5 <= column < 5 + width:
                continue
            single = np.zeros((1, 1, height + 10, width + 10))
            single[..., row, column] = 1
            shifted = places + 5
            size = np.array([width + 10, height + 10])
            grid = torch.from_numpy((2 * shifted + 1) / size - 1)[None]
            weight = F.grid_sample(torch.from_numpy(single), grid, mode=mode, align_corners=False)[
                0, 0
            ].numpy()
            outside |= np.abs(weight) > 1e-9
    # a tie of nearest may fall either way after rounding
    clear = np.ones_like(outside) if mode != "nearest" else np.all(np.abs(places % 1 - 0.5) > 1e-9, axis=-1)
    np.testing.assert_array_equal(reads_outside(places, (height, width), mode)[clear], outside[clear])


def test_what_is_read_counts_and_not_the_place():
    """A place a quarter of a pixel outside: nearest reads the border pixel, bilinear reads beyond it."""
    flow = np.full((3, 4, 2), [-0.25, 0.0])
    counts = {mode: int(Warp(np.ones((3, 4)), flow, mode).outside.sum()) for mode in SAMPLING_MODES}
    assert counts == {"nearest": 0, "bilinear": 3, "bicubic": 9}  # bicubic: columns 0, 1 and 3
    still = np.zeros((3, 4, 2))
    assert not any(Warp(np.ones((3, 4)), still, mode).outside.any() for mode in SAMPLING_MODES)


def by_torch(warp, image):
    """torch's output for the same grid, (H, W)."""
    grid = torch.from_numpy(flow_to_grid(warp.flow_xy, warp.grid_align_corners))[None]
    batch = torch.from_numpy(np.array(image, float))[None, None]
    how = {"mode": warp.mode, "padding_mode": warp.padding_mode, "align_corners": warp.sample_align_corners}
    return F.grid_sample(batch, grid, **how)[0, 0].numpy()


warps = st.builds(
    lambda seed, *how: Warp(
        np.random.default_rng(1).normal(0, 20, (5, 7)),
        np.random.default_rng(seed).uniform(-4, 4, (5, 7, 2)).round(2) + 1e-3,  # off the ties of nearest
        *how,
    ),
    st.integers(0, 2**32 - 1), st.sampled_from(SAMPLING_MODES), st.sampled_from(PADDING_MODES), st.booleans(),
    st.booleans(),
)  # fmt: skip


@given(warps)
@settings(max_examples=40, deadline=None)
def test_output_and_taps_are_torchs(warp):
    np.testing.assert_allclose(warp.output, by_torch(warp, warp.image), rtol=0, atol=1e-9)
    rows, columns = np.divmod(np.array([0, 17, 34]), 7)
    for output, taps in zip((0, 17, 34), warp.taps(rows, columns), strict=True):
        weights = np.zeros(35)
        for index, weight in taps:
            weights[index] += weight
        matrix_row = [by_torch(warp, np.eye(35)[i].reshape(5, 7)).flat[output] for i in range(35)]
        np.testing.assert_allclose(weights, matrix_row, rtol=0, atol=1e-9)


def test_the_margin_is_what_the_padding_gives():
    image = np.array([[1.0, 2.0], [3.0, 4.0]])
    padded = {mode: Warp(image, np.zeros((2, 2, 2)), "bilinear", mode).padded(1) for mode in PADDING_MODES}
    assert padded["zeros"][0].tolist() == [0, 0, 0, 0] and padded["zeros"][1].tolist() == [0, 1, 2, 0]
    assert padded["border"][0].tolist() == [1, 1, 2, 2]
    assert padded["reflection"][1].tolist() == [1, 1, 2, 2]


def test_how_far_places_are_off_when_two_conventions_meet():
    still = np.zeros((4, 8, 2))
    assert Warp(np.ones((4, 8)), still).off_by == 0
    assert Warp(np.ones((4, 8)), still, grid_align_corners=True).off_by == pytest.approx(0.5)
    assert Warp(np.ones((4, 8)), still, grid_align_corners=True).largest_change == pytest.approx(0.75)


# ---- what is refused -------------------------------------------------------------------------------------------

REFUSED = [
    (lambda: affine_matrix((3, 5), spread=np.nan), "spread must be a finite number"),
    (lambda: affine_matrix((3, 5), shear="1"), "shear must be a finite number such as -0.5; got '1'"),
    (lambda: affine_matrix((3, 5), shift_xy=1.0), r"shift_xy must be \(x, y\); got shape \(\)"),
    (lambda: affine_matrix((3, 0)), "size_hw"),
    (lambda: swirl_flow((3, 5), np.inf), "degrees"),
    (lambda: swirl_flow((3, 5), 90, (1, 2, 3)), r"center_xy must be \(x, y\); got shape \(3,\)"),
    (lambda: swirl_flow((3, 5), 90, None, 0), "reach must be above 0; got 0"),
    (lambda: swirl_flow((3,), 90), "size_hw"),
    (lambda: whirl_angle(["a"], 90, 1), "distance"),
    (lambda: softness([1.0], -2), "radius must be above 0; got -2"),
    (lambda: softness([np.nan], 2), "distance must be finite"),
    (lambda: pushed(np.zeros((3, 4)), (0, 0), (1, 1), 2), r"flow_xy must have shape .* got shape \(3, 4\)"),
    (lambda: pushed(ZERO, (0, np.nan), (1, 1), 2), "start must be finite"),
    (lambda: pushed(ZERO, (0, 0), 3, 2), r"end must be \(x, y\)"),
    (lambda: pushed(ZERO, (0, 0), (1, 1), 0), "radius must be above 0"),
    (lambda: pushed(ZERO, (0, 0), (1, 1), 2, 1.5), "amount must be from 0 to 1; got 1.5"),
    (lambda: erased(ZERO, (0, 0), (1, 1), 2, 1, "place"), "hand must be one of .* Did you mean 'places'"),
    (lambda: reads_outside([[1.0, 2.0, 3.0]], (3, 4)), r"pixels_xy must have shape \(\.\.\., 2\)"),
    (lambda: reads_outside([[1.0, 2.0]], (3, 4), "cubic"), "Did you mean 'bicubic'"),
    (lambda: Warp(np.ones((3, 4)), np.zeros((4, 3, 2))), r"got shape \(4, 3, 2\) for an image of \(3, 4\)"),
    (lambda: Warp(np.ones((3, 4)), np.zeros((3, 4, 2)), grid_align_corners=1), "grid_align_corners must be True"),
    (lambda: Warp(np.ones(4), np.zeros((1, 4, 2))), "image must have 2 axes"),
]  # fmt: skip


@pytest.mark.parametrize("call, told", REFUSED, ids=[told for _, told in REFUSED])
def test_refused_in_words(call, told):
    with pytest.raises((ValueError, TypeError), match=told) as caught:
        call()
    assert not re.search(r"\bnp\.|axis 0 is out of bounds|broadcast", str(caught.value))


# ---- downhill ------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [0.4, 2.0, 4.0])
@pytest.mark.parametrize("flow", [-3.3, 0.0, 0.4, 2.75, 6.0, 11.1])
def test_a_bump_is_fetched_as_grid_sample_does_and_so_is_its_slope(width, flow):
    match = BumpMatch(width)
    there = np.exp(-(((match.columns - 6) / width) ** 2) / 2)[None]
    along = np.full((1, match.columns.size, 2), [flow, 0.0])
    assert np.allclose(match.fetched(flow), warp(there, along)[0], atol=1e-12)
    _, to_grid = grid_sample_gradients(
        2 * (match.fetched(flow) - match.wanted)[None], there, flow_to_grid(along)
    )
    a_pixel = 2 / match.columns.size
    energy = (match.wanted**2).sum()
    if flow != np.floor(flow):  # on a pixel two slopes meet, and rounding decides which is found
        assert np.isclose(match.slope(flow), to_grid[..., 0].sum() * a_pixel / energy, atol=1e-9)


def test_how_far_a_slope_sees():
    """A wide bump is found from six columns away, a narrow one from within one column only."""
    ends = {(width, start): BumpMatch(width).path(start)[-1] for width, start in
            [(4.0, 0.0), (2.0, 0.0), (0.4, 0.0), (0.4, 4.75), (0.4, 5.25), (2.0, -4.0)]}  # fmt: skip
    for found in [(4.0, 0.0), (2.0, 0.0), (0.4, 5.25)]:
        assert ends[found] == pytest.approx(6, abs=0.05)
    assert ends[0.4, 0.0] == pytest.approx(0.5, abs=0.01)
    assert 4 < ends[0.4, 4.75] < 5
    assert -4 < ends[2.0, -4.0] < -3


def test_the_error_is_a_part_of_the_wanted_rows_squares():
    """As lesson 11 says: 0 fits, 2 is a whole bump in the wrong place, and two halves of a sharp one cost less."""
    for width in (0.4, 2.0, 4.0):
        match = BumpMatch(width)
        assert match.error(6.0) == 0 and match.error(-20.0) == pytest.approx(2, abs=0.001)
    assert BumpMatch(0.4).error(0.0) == pytest.approx(2, abs=0.001)
    assert BumpMatch(0.4).error(0.5) == pytest.approx(1.54, abs=0.005)


def test_downhill_never_goes_up():
    for width in (0.4, 2.0, 4.0):
        match = BumpMatch(width)
        errors = [match.error(flow) for flow in match.path(0.25)]
        assert np.all(np.diff(errors) < 1e-9)
