"""Alignment: torch's gradients say where features sit, torch's upsampling where it draws them."""

import itertools

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.alignment import (
    ShiftedShares,
    aligned_coordinates,
    aligned_padding,
    assumed_places,
    center_of_mass,
    class_at,
    feature_places,
    fetch,
    fetched_shares,
    flow_growth,
    offsets,
    reading_places,
    share_in_own_region,
    stage_offsets,
    stages,
    tips_in_own_region,
    with_comparisons,
)
from course_utils.resampling import COORDINATE_MAPS, resize, source_coordinates
from course_utils.scenes import class_shares, scenes
from course_utils.warping import warp

HALVINGS = [(3, 2, 1, 1)] * 4
WINDOWS = [(2, 2, 0, 1)] * 4
LAYER = st.tuples(st.integers(1, 5), st.integers(1, 3), st.integers(0, 2), st.integers(1, 2))


def through_torch(x, layers):
    """Ones for weights: every tap counts the same, so a field's middle is its center of mass."""
    for kernel_size, stride, padding, dilation in layers:
        ones = torch.ones(1, 1, kernel_size, dtype=torch.float64)
        x = F.conv1d(x, ones, stride=stride, padding=padding, dilation=dilation)
    return x


def seen_by(feature, in_size, layers):
    """The gradient of one feature with respect to the image."""
    x = torch.zeros(1, 1, in_size, dtype=torch.float64, requires_grad=True)
    through_torch(x, layers)[0, 0, feature].backward()
    return x.grad[0, 0].numpy()


@settings(max_examples=60, deadline=None)
@given(st.lists(LAYER, min_size=1, max_size=3))
def test_features_sit_where_their_gradient_has_its_center(layers):
    in_size = 600  # so long that no window in the middle reaches the padding of any layer
    last = stages(in_size, layers)[-1]
    size = through_torch(torch.zeros(1, 1, in_size, dtype=torch.float64), layers).shape[-1]
    assert last.size == size
    middle = size // 2
    seen = seen_by(middle, in_size, layers)
    places = np.flatnonzero(seen)
    assert center_of_mass(seen) == pytest.approx(feature_places(in_size, layers)[middle], abs=1e-9)
    assert places[-1] - places[0] + 1 <= last.field


@given(st.integers(3, 12), st.integers(1, 6))
def test_upsampling_draws_where_we_say_it_draws(size, factor):
    """The answer to a single 1, by torch. Interior features only: at the border bilinear repeats."""
    for align_corners in (False, True):
        out_size = (size - 1) * factor + 1 if align_corners else size * factor
        for feature in range(1, size - 1):
            one = torch.zeros(1, 1, size, dtype=torch.float64)
            one[0, 0, feature] = 1
            drawn = F.interpolate(one, size=out_size, mode="linear", align_corners=align_corners)
            name = "align_corners" if align_corners else "half_pixel"
            assumed = assumed_places(size, out_size, name)[feature]
            if feature not in (1, size - 2) or align_corners:  # the next to the border loses part of its tent
                assert center_of_mass(drawn[0, 0].numpy()) == pytest.approx(assumed, abs=1e-9)


@given(st.integers(2, 40), st.integers(2, 200), st.sampled_from(COORDINATE_MAPS))
def test_assumed_places_are_the_coordinate_map_read_backwards(size, in_size, name):
    """Draw a ramp of places: the upsampled ramp must give back every pixel's own place."""
    ramp = assumed_places(size, in_size, name)
    read = np.interp(source_coordinates(size, in_size, name), np.arange(size), ramp)
    coordinates = source_coordinates(size, in_size, name)
    inside = (coordinates >= 0) & (coordinates <= size - 1)
    np.testing.assert_allclose(read[inside], np.arange(in_size)[inside], atol=1e-9)


@given(st.lists(st.integers(2, 9), min_size=2, max_size=4), st.sampled_from(COORDINATE_MAPS))
def test_steps_in_between_change_nothing(factors, name):
    sizes = [int(size) for size in np.cumprod([2, *factors])]
    for feature in range(2):
        place = feature
        for small, large in itertools.pairwise(sizes):
            first, second = assumed_places(small, large, name)[:2]
            place = first + (second - first) * place
        assert place == pytest.approx(assumed_places(2, sizes[-1], name)[feature])


# ---- the offsets that the lesson names ----------------------------------------------------------------------


@pytest.mark.parametrize("count", range(5))
def test_halvings_by_three_taps_are_off_by_half_of_what_they_jump_less_one(count):
    np.testing.assert_array_equal(offsets(96, HALVINGS[:count]), (2**count - 1) / 2)
    np.testing.assert_array_equal(offsets(96, WINDOWS[:count]), 0)


@pytest.mark.parametrize("count", range(5))
def test_align_corners_suits_three_taps_where_the_size_is_a_multiple_plus_one(count):
    np.testing.assert_array_equal(offsets(2**count * 5 + 1, HALVINGS[:count], "align_corners"), 0)
    np.testing.assert_array_equal(offsets(2**count * 5, HALVINGS[:count], "asymmetric"), 0)


def test_align_corners_on_an_even_size_grows_from_corner_to_corner():
    off = offsets(96, HALVINGS, "align_corners")
    assert off[0] == 0 and off[-1] == 15 and np.allclose(np.diff(off), 3)


def test_what_an_fpn_adds_is_half_a_fine_pixel_apart():
    """Stage n on stage n - 1: half a step of the finer one, 2**(n - 1) / 2 image pixels."""
    for count in range(1, 5):
        np.testing.assert_array_equal(offsets(96, HALVINGS[:count], fine=count - 1), 2 ** (count - 1) / 2)
    assert sum(offsets(96, HALVINGS[:n], fine=n - 1)[0] for n in range(1, 5)) == offsets(96, HALVINGS)[0]


def test_between_two_stages_neither_of_which_begins_at_pixel_zero():
    """By hand: the fine features sit at 1 + 2 i, the coarse ones at 4 + 6 i; 19 become 6."""
    layers = [(3, 2, 0, 1), (4, 3, 0, 1)]
    np.testing.assert_array_equal(feature_places(39, layers[:1])[:3], [1, 3, 5])
    np.testing.assert_array_equal(feature_places(39, layers)[:2], [4, 10])
    assert stages(39, layers)[1].size == 19 and stages(39, layers)[2].size == 6
    index = (0 + 0.5) * 19 / 6 - 0.5
    assert offsets(39, layers, fine=1)[0] == pytest.approx(1 + 2 * index - 4)


@pytest.mark.parametrize("scale", [1e-320, 1e-300, 1e-9, 1.0, 1e300, 5e307])
def test_center_of_mass_of_tiny_and_huge_weights(scale):
    assert center_of_mass(np.array([0, 1, 2, 1]) * scale) == pytest.approx(2)
    with pytest.raises(ValueError, match="weights must not sum to 0"):
        center_of_mass(np.array([1, -2, 1]) * scale)


@pytest.mark.parametrize("layers", [None, 3, {}, "3211"])
def test_stage_offsets_want_layers(layers):
    with pytest.raises(TypeError, match="layers must be a list such as"):
        stage_offsets(8, layers)


def test_what_is_wrong_is_called_by_the_name_that_was_given_to_it():
    with pytest.raises(ValueError, match=r"^size must be a whole number, from 1 to .*; got 0"):
        assumed_places(0, 8)
    for dtype in (np.uint8, np.int64, np.float16):
        with pytest.raises(TypeError, match=f"features must be float32 or float64; got {np.dtype(dtype)}"):
            fetch(np.ones((1, 2, 2), dtype), np.zeros((2, 2, 2)))
    with pytest.raises(ValueError, match=r"flow_xy must stay within 1073741824 pixels; got 1e[+]300"):
        fetch(np.ones((1, 2, 2)), np.full((2, 2, 2), 1e300))


def test_stage_offsets_are_the_first_and_the_last():
    for name in COORDINATE_MAPS:
        pairs = stage_offsets(45, HALVINGS, name)
        for count, (first, last) in enumerate(pairs):
            every = offsets(45, HALVINGS[:count], name)
            assert (first, last) == (every[0], every[-1])
            np.testing.assert_allclose(every, np.linspace(first, last, every.size), atol=1e-12)


@given(st.lists(LAYER, min_size=1, max_size=3), st.integers(120, 200))
def test_sampled_at_aligned_coordinates_a_ramp_of_places_is_a_ramp(layers, in_size):
    places = feature_places(in_size, layers)
    read = np.interp(aligned_coordinates(in_size, layers), np.arange(places.size), places)
    inside = (np.arange(in_size) >= places[0]) & (np.arange(in_size) <= places[-1])
    np.testing.assert_allclose(read[inside], np.arange(in_size)[inside], atol=1e-9)


@pytest.mark.parametrize("name", COORDINATE_MAPS)
def test_aligned_padding_is_the_only_one_without_an_offset(name):
    """Tried out: every kernel, stride, dilation and padding, on a size that suits."""
    for kernel_size in range(1, 8):
        for stride in range(1, 5):
            for dilation in (1, 2):
                found = [
                    padding for padding in range(12) if _suits(kernel_size, stride, padding, dilation, name)
                ]
                expected = aligned_padding(kernel_size, stride, dilation, name)
                assert found == ([] if expected is None else [expected])


def _suits(kernel_size, stride, padding, dilation, name):
    """The first feature stands right; and all of them, if the size comes out as a stride-th."""
    layers = [(kernel_size, stride, padding, dilation)]
    in_size = stride * 30 + (name == "align_corners")
    off = offsets(in_size, layers, name)
    size = 30 + (name == "align_corners")
    return off.size == size and not off.any()


# ---- fetching -----------------------------------------------------------------------------------------------

SIZES = st.tuples(*[st.integers(1, 7)] * 4)


@given(SIZES, st.integers(0, 1000))
def test_fetch_is_torchs_grid_sample_at_the_places_written_out(sizes, seed):
    h, w, height, width = sizes
    rng = np.random.default_rng(seed)
    features, flow = rng.normal(size=(2, h, w)), rng.normal(size=(height, width, 2)) * 3
    rows, columns = (np.arange(height) + 0.5) / height * 2 - 1, (np.arange(width) + 0.5) / width * 2 - 1
    grid = np.stack(np.meshgrid(columns, rows), -1) + flow * [2 / w, 2 / h]
    theirs = F.grid_sample(
        torch.tensor(features)[None], torch.tensor(grid)[None], padding_mode="border", align_corners=False
    )[0]
    np.testing.assert_allclose(fetch(features, flow), theirs.numpy(), atol=1e-10)


@given(SIZES, st.integers(0, 1000))
def test_fetch_without_flow_is_resizing_and_on_one_size_a_warp(sizes, seed):
    h, w, height, width = sizes
    rng = np.random.default_rng(seed)
    features, flow = rng.normal(size=(2, h, w)), rng.normal(size=(h, w, 2))
    still = np.zeros((height, width, 2))
    np.testing.assert_allclose(
        fetch(features, still), resize(features, (height, width), axes=(1, 2)), atol=1e-12
    )
    np.testing.assert_array_equal(fetch(features, flow), warp(features, flow, padding_mode="border"))


@pytest.mark.parametrize("shape", [(2, 3), (4, 4, 3)])
def test_fetch_wants_a_flow(shape):
    with pytest.raises(ValueError, match="flow_xy must have"):
        fetch(np.ones((1, 2, 2)), np.zeros(shape))


# ---- Shares, shifted and fetched -------------------------------------------------------------------------------

LABELS = scenes(1, (64, 96)).labels[0]


@given(st.integers(1, 6), st.sampled_from([1, 2, 3, 5]), st.integers(0, 9))
def test_a_stage_says_where_its_features_sit_and_what_they_see(size, jump, padding):
    stage = stages(64, [(5, jump, padding, 1)])[1]
    for i in range(min(size, stage.size)):
        window = np.arange(i * jump - padding, i * jump - padding + 5)
        assert stage.places[i] == window.mean() and tuple(stage.fields[i]) == (window[0], window[-1])


@given(st.integers(-3, 3), st.integers(-3, 3), st.sampled_from([2, 4, 8]))
def test_a_map_fetched_along_a_flow_reads_where_the_flow_leads(right, down, stride):
    """By whole pixels of the map a fetch is indexing; the middle of a place reads the middle of another."""
    flow = np.full((64 // stride, 96 // stride, 2), [right * stride, down * stride], float)
    shares = class_shares(LABELS, stride)
    rows, columns = np.indices(shares.shape[1:])
    rows, columns = (rows + down).clip(0, len(shares[0]) - 1), (columns + right).clip(0, shares.shape[2] - 1)
    np.testing.assert_allclose(fetched_shares(LABELS, stride, flow), shares[:, rows, columns], atol=1e-12)
    inside = reading_places(flow, stride)[3:-3, 3:-3]
    own = reading_places(0 * flow, stride)[
        3 + down : len(flow) - 3 + down, 3 + right : flow.shape[1] - 3 + right
    ]
    np.testing.assert_array_equal(inside, own)
    assert tuple(reading_places(0 * flow, stride)[0, 1]) == (1.5 * stride - 0.5, 0.5 * stride - 0.5)


def test_what_no_flow_moves_is_the_enlarged_map():
    enlarged = resize(class_shares(LABELS, 8), (16, 24), axes=(1, 2))
    np.testing.assert_allclose(fetched_shares(LABELS, 8, np.zeros((16, 24, 2))), enlarged, atol=1e-12)


def test_only_growth_along_the_shift_counts():
    rng = np.random.default_rng(0)
    still = rng.normal(size=(4, 5, 2))
    assert flow_growth(still, still, (3, 1)) == 0
    assert flow_growth(np.add(still, (4, -2)), still, (4, -2)) == pytest.approx(1)
    assert flow_growth(np.add(still, (2, 4)), still, (4, -2)) == pytest.approx(0)


@given(st.integers(-2, 2), st.integers(-2, 2), st.sampled_from([4, 8]))
@settings(max_examples=20)
def test_alignment_undoes_whole_shifts_but_for_the_border(right, down, stride):
    whole = 2 * stride
    maps = ShiftedShares(LABELS, stride, (right * whole, down * whole))
    still = ShiftedShares(LABELS, stride, (0, 0))
    rows, columns = (slice(2 * abs(n) + 1, -2 * abs(n) - 1) for n in (down, right))
    np.testing.assert_allclose(maps.aligned[:, rows, columns], still.plain[:, rows, columns], atol=1e-12)
    if right or down:
        assert np.abs(maps.plain - still.plain).mean() > np.abs(maps.aligned - still.plain).mean()
    np.testing.assert_allclose(maps.plain.sum(axis=0), 1)


def test_right_and_down_are_positive():
    right = ShiftedShares(LABELS, 4, (8, 0)).coarse
    np.testing.assert_allclose(right[..., 1:], class_shares(LABELS, 8)[..., :-1])
    down = ShiftedShares(LABELS, 4, (0, 8)).coarse
    np.testing.assert_allclose(down[:, 1:], class_shares(LABELS, 8)[:, :-1])


def test_half_a_shift_leaves_a_blur_that_no_flow_undoes():
    still, half, whole = (ShiftedShares(LABELS, 4, (shift, 0)) for shift in (0, 4, 8))
    middle = slice(4, -4)
    left = [np.abs(maps.aligned - still.plain)[..., middle].max() for maps in (half, whole)]
    assert left[0] > 0.1 and left[1] < 1e-12


def test_the_width_of_a_ramp_is_its_width():
    labels = np.zeros((40, 400), np.uint8)
    labels[:, 200:] = 1  # an upright boundary crosses 40 pairs of neighbors; a slanted one 4 / pi as many
    maps = ShiftedShares(labels, 4, (0, 0))
    assert maps.boundary_length == pytest.approx(40 * np.pi / 4) and maps.boundary_width(maps.fine) == 0
    for width in (20, 80, 200):
        ramp = np.clip((np.arange(2, 400, 4) - 200) / width + 0.5, 0, 1)  # at the places' middles
        shares = np.zeros((5, 10, 100))
        shares[0], shares[1] = 1 - ramp, ramp
        assert maps.boundary_width(shares) == pytest.approx(width * 4 / np.pi, rel=0.05)
    assert np.isnan(
        ShiftedShares(np.zeros((8, 8), np.uint8), 4, (0, 0)).boundary_width(np.full((5, 2, 2), 0.2))
    )


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: stages(0, []), "in_size must be a whole number, from 1"),
        (lambda: stages(8, [(3, 2)]), "layers[0] must be (kernel_size, stride, padding, dilation)"),
        (lambda: stages(4, [(9, 1, 0, 1)]), "The kernel does not fit"),
        (lambda: offsets(8, HALVINGS, "corners"), "coordinate_map must be one of"),
        (lambda: offsets(8, HALVINGS, fine=5), "fine must be a whole number, from 0 to 4; got 5"),
        (lambda: center_of_mass([1, -1]), "weights must not sum to 0"),
        (lambda: reading_places(np.zeros((2, 3, 3)), 4), "flow_xy must have shape (height, width, 2)"),
        (lambda: reading_places(np.zeros((2, 3, 2)), 0), "stride must be a whole number, from 1"),
        (lambda: fetched_shares(LABELS, 5, np.zeros((2, 3, 2))), "that 5 divides; got 64 × 96"),
        (lambda: fetched_shares(LABELS, 4, np.zeros((2, 3))), "flow_xy must have 3 axes"),
        (
            lambda: flow_growth(np.zeros((2, 2, 2)), np.zeros((2, 2, 2)), (0, 0)),
            "shift_xy must not be (0, 0)",
        ),
        (
            lambda: flow_growth(np.zeros((2, 2, 2)), np.zeros((2, 3, 2)), (1, 0)),
            "both flows must have one shape",
        ),
        (lambda: ShiftedShares(LABELS, 6, (0, 0)).fine, "that 6 divides"),
        (lambda: ShiftedShares(LABELS, 4, (np.nan, 0)).coarse, "shift_xy"),
    ],
)
def test_bad_input_is_refused_in_words(call, words):
    with pytest.raises((ValueError, TypeError)) as refusal:
        call()
    assert words in str(refusal.value)


@given(
    st.integers(1, 4), st.integers(1, 4), st.sampled_from([1, 2, 4]), st.integers(1, 5), st.integers(0, 99)
)
@settings(max_examples=60)
def test_tips_are_counted_as_by_hand(rows, columns, stride, near, seed):
    dice = np.random.default_rng(seed)
    labels = (
        dice.integers(0, 3, (rows * stride, columns * stride))
        if seed % 3
        else np.ones((rows * stride, columns * stride))
    )
    flow = dice.uniform(-9, 9, (rows, columns, 2))
    own, counted = tips_in_own_region(labels, flow, stride, near)
    height, width = labels.shape

    def pixel(y, x):  # the nearest one; halfway between two, the right or the lower one
        return min(max(int(np.floor(y + 0.5)), 0), height - 1), min(max(int(np.floor(x + 0.5)), 0), width - 1)

    for row, column in np.ndindex(rows, columns):
        y, x = (row + 0.5) * stride - 0.5, (column + 0.5) * stride - 0.5
        right, down = flow[row, column]
        at = pixel(y, x)
        assert own[row, column] == (labels[at] == labels[pixel(y + down, x + right)])
        window = labels[max(at[0] - near, 0) : at[0] + near + 1, max(at[1] - near, 0) : at[1] + near + 1]
        assert counted[row, column] == (len(np.unique(window)) > 1)
    expected = own[counted].mean() if counted.any() else np.nan
    assert share_in_own_region([labels], [flow], stride, near) == pytest.approx(expected, nan_ok=True)


def test_the_share_is_over_all_tips_and_not_over_scenes():
    flat, split = np.zeros((2, 8), int), np.array([[0] * 4 + [1] * 4] * 2)
    still = np.zeros((2, 1, 4, 2))
    assert share_in_own_region([flat, split], still, 2, near=1) == 1
    assert np.isnan(share_in_own_region([flat], still[:1], 2))
    away = np.full_like(still, [2.0, 0])  # the second of four crosses the outline
    own, counted = tips_in_own_region(split, away[0], 2, near=2)
    assert own.tolist() == [[True, False, True, True]] and counted.tolist() == [[False, True, True, False]]
    assert share_in_own_region([flat, split], away, 2, near=2) == 0.5


def test_flows_to_compare_with_are_as_long_turned_reversed_or_of_another_scene():
    flows = np.random.default_rng(0).normal(size=(3, 2, 5, 2))
    kinds = with_comparisons(flows)
    lengths = np.linalg.norm(flows, axis=-1)
    for kind in ("turned", "reversed"):
        assert np.linalg.norm(kinds[kind], axis=-1) == pytest.approx(lengths)
    assert (kinds["turned"] * flows).sum(-1) == pytest.approx(0)
    assert (kinds["another scene"][1:] == flows[:-1]).all() and (kinds["another scene"][0] == flows[-1]).all()
    assert (kinds["reversed"] == -flows).all() and kinds["learned"] is flows


@given(st.integers(1, 5), st.integers(1, 5), st.lists(st.floats(-9, 9), min_size=2, max_size=2))
def test_the_class_at_a_place_is_that_of_the_nearest_pixel(height, width, place):
    labels = np.arange(height * width).reshape(height, width)
    y, x = np.divmod(class_at(labels, place), width)
    for at, wanted, size in ((x, place[0], width), (y, place[1], height)):
        inside = min(max(wanted, 0), size - 1)
        assert abs(at - inside) <= 0.5
