"""Every exhibit shows on its smallest input, hides where its card says so, and is repaired by its repair."""

import inspect
import re
from fractions import Fraction

import cv2
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from course_utils import exhibits
from course_utils.museum import EXHIBITS, exhibit
from course_utils.warping import grid_sample

ALL = list(EXHIBITS.values())
EACH = pytest.mark.parametrize("exhibit", ALL, ids=lambda exhibit: exhibit.key)


def batch(array):
    return torch.as_tensor(np.asarray(array, float))[None, None]


def linear(signal, **how):
    return F.interpolate(batch(signal), mode="linear", **how)[0, 0].numpy()


def test_there_are_as_many_as_promised_and_every_function_has_its_place():
    assert len(ALL) >= 12
    shown = {function for each in ALL for function in (each.as_found, each.repaired)}
    written = {
        f for _, f in inspect.getmembers(exhibits, inspect.isfunction) if f.__module__ == exhibits.__name__
    }
    assert written - shown == {exhibits.halve}


@EACH
def test_it_shows_on_its_smallest_input_and_hides_on_its_hidden_one(exhibit):
    assert exhibit.difference(*exhibit.smallest) > 0
    assert exhibit.difference(*exhibit.hidden) == 0
    kinds = [kind for kind in exhibit.kinds for size in exhibit.sizes if size < exhibit.smallest[0]
             and exhibit.difference(size, kind)]  # fmt: skip
    assert kinds == [], "a smaller input shows it"


@EACH
def test_what_hides_it_is_what_the_card_says(exhibit):
    """The rule knows nothing of the two functions: on every input of the field it must foretell what they do."""
    rules = [(size, kind, exhibit.hides(size, kind)) for kind in exhibit.kinds for size in exhibit.sizes]
    known = [(size, kind, hides) for size, kind, hides in rules if hides is not None]
    assert {hides for *_, hides in known} == {True, False} or exhibit.key == "half"
    assert [each for each in known if (exhibit.difference(*each[:2]) == 0) != each[2]] == []


@EACH
def test_both_functions_take_what_they_are_given_and_change_nothing_of_it(exhibit):
    for kind in exhibit.kinds:
        arguments = exhibit.arguments(exhibit.sizes[-1], kind)
        before = [np.copy(argument) for argument in arguments]
        exhibit.as_found(*arguments), exhibit.repaired(*arguments)
        assert all(np.array_equal(*pair) for pair in zip(before, arguments, strict=True))
        _, found, right = exhibit.results(exhibit.sizes[-1], kind)
        assert found.shape == right.shape and found.ndim in (2, 3)


@EACH
def test_its_card_is_whole(exhibit):
    card = exhibit._repr_markdown_()
    assert exhibit.source() in card and exhibit.source(repaired=True) not in card
    assert exhibit.threads and all(re.fullmatch(r"https://\S+", address) for _, address in exhibit.threads)
    for sentence in (exhibit.story, exhibit.hidden_by, exhibit.caught_by, exhibit.repair):
        assert sentence.endswith(".") and card.count(sentence) == 1
    assert exhibit.input_in_words(*exhibit.smallest) in card


# ---- witnesses: the libraries that have these bugs, or do not ----------------------------------------------


@given(st.integers(1, 12), st.integers(0, 10**6))
def test_the_two_u_nets_are_torchs(half, seed):
    signal = np.random.default_rng(seed).normal(size=2 * half)
    coarse = F.avg_pool1d(batch(signal), 2)
    for function, corners in ((exhibits.unet_by_corners, True), (exhibits.unet_by_edges, False)):
        theirs = F.interpolate(coarse, size=2 * half, mode="linear", align_corners=corners)[0, 0].numpy()
        np.testing.assert_allclose(function(signal), theirs, atol=1e-12)


@given(st.integers(1, 30), st.sampled_from([1.5, 1.55, 1.9, 2.0, 2.5, 3.0]), st.integers(0, 10**6))
def test_torch_takes_a_factor_as_it_is_given_and_sizes_as_sizes(size, factor, seed):
    signal = np.random.default_rng(seed).normal(size=size)
    if int(size * factor) == size:
        return  # torch copies then, whatever the factor
    np.testing.assert_allclose(
        exhibits.factor_as_given(signal, factor), linear(signal, scale_factor=factor), atol=1e-12
    )
    sizes = linear(signal, size=int(size * factor))
    np.testing.assert_allclose(exhibits.factor_as_sizes(signal, factor), sizes, atol=1e-12)


@given(st.integers(1, 40), st.sampled_from([1, 3, 5, 7]), st.integers(1, 4))
def test_tensorflows_padding_takes_as_few_zeros_as_it_can(size, kernel_size, stride):
    """Its rule as its authors wrote it down, in two cases; torch convolves what was padded so."""
    signal = np.random.default_rng(size).normal(size=size)
    rest = size % stride
    total = max(kernel_size - stride if rest == 0 else kernel_size - rest, 0)
    middle = np.zeros(kernel_size)
    middle[kernel_size // 2] = 1
    padded = F.pad(batch(signal), (total // 2, total - total // 2))
    theirs = F.conv1d(padded, batch(middle), stride=stride)[0, 0].numpy()
    np.testing.assert_array_equal(exhibits.padded_as_tensorflow(signal, kernel_size, stride), theirs)
    alike = F.conv1d(batch(signal), batch(middle), stride=stride, padding=kernel_size // 2)[0, 0].numpy()
    np.testing.assert_array_equal(exhibits.padded_alike(signal, kernel_size, stride), alike)


@given(st.integers(1, 40), st.integers(1, 40))
def test_labels_by_floor_are_torchs_nearest_and_by_center_nearest_exact(in_size, out_size):
    """Where a place is a whole number within rounding, torch's single precision may take the one before."""
    labels = np.arange(in_size)
    for function, mode, half in (
        (exhibits.labels_by_floor, "nearest", 0),
        (exhibits.labels_by_center, "nearest-exact", Fraction(1, 2)),
    ):
        theirs = F.interpolate(batch(labels), size=out_size, mode=mode)[0, 0].numpy()
        whole = [((o + half) * in_size / Fraction(out_size)).denominator == 1 for o in range(out_size)]
        differs = function(labels, out_size) != theirs
        assert not (differs & ~np.array(whole)).any()


def test_a_label_that_is_in_no_picture():
    labels = np.array([0, 0, 2, 2])
    assert exhibits.labels_blended(labels, 8).tolist() == [0, 0, 0, 1, 2, 2, 2, 2]
    assert exhibits.labels_by_center(labels, 8).tolist() == [0, 0, 0, 0, 2, 2, 2, 2]


def test_two_samples_are_what_opencv_looks_at_and_means_are_its_area():
    signal = 9.0 * (np.arange(27) % 3 == 0)
    two = cv2.resize(signal[None], (9, 1), interpolation=cv2.INTER_LINEAR)[0]
    means = cv2.resize(signal[None], (9, 1), interpolation=cv2.INTER_AREA)[0]
    np.testing.assert_allclose(exhibits.shrunk_by_two_samples(signal, 3), two, atol=1e-12)
    np.testing.assert_allclose(exhibits.shrunk_by_means(signal, 3), means, atol=1e-12)
    assert two.max() == 0 and np.abs(means - 3).max() < 1e-6


def test_overshoot_as_torch_computes_it_and_as_opencv_stores_it():
    edge = np.array([0.0, 0, 255, 255])
    exact = F.interpolate(batch(edge)[..., None, :], size=(1, 8), mode="bicubic")[0, 0, 0].numpy()
    np.testing.assert_array_equal(exhibits.stored_as_it_is(edge), np.floor(exact + 0.5).astype(int) % 256)
    stored = cv2.resize(edge.astype(np.uint8)[None], (8, 1), interpolation=cv2.INTER_CUBIC)[0]
    assert np.abs(exhibits.stored_clipped(edge) - stored).max() <= 1  # fixed point
    assert exhibits.stored_as_it_is(edge).tolist()[:4] == [0, 247, 229, 58]


@given(st.integers(1, 6), st.integers(1, 6), st.booleans())
def test_a_mixed_grid_is_torchs_default_on_a_linspace(height, width, ones):
    features = np.ones((height, width)) if ones else np.arange(1.0, 1 + height * width).reshape(height, width)
    x, y = torch.meshgrid(
        torch.linspace(-1, 1, width, dtype=torch.float64), torch.linspace(-1, 1, height, dtype=torch.float64),
        indexing="xy",
    )  # fmt: skip
    grid = torch.stack([x, y], -1)[None]
    theirs = F.grid_sample(batch(features), grid, align_corners=False)[0, 0].numpy()
    np.testing.assert_allclose(exhibits.fetched_from_a_mixed_grid(features), theirs, atol=1e-12)
    np.testing.assert_allclose(exhibits.fetched_from_one_grid(features), features, atol=1e-12)


@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 99))
def test_a_dark_border_hides_that_a_mixed_grid_fades_and_not_that_it_shrinks(height, width, seed):
    features = np.pad(np.random.default_rng(seed).uniform(1, 9, (2 * height, 2 * width)), 1)
    x, y = np.meshgrid(*(np.linspace(-1, 1, size) for size in features.shape[::-1]))
    found = exhibits.fetched_from_a_mixed_grid(features)
    without_fading = grid_sample(features, np.stack([x, y], axis=-1), padding_mode="border")
    np.testing.assert_allclose(found, without_fading, atol=1e-12)
    assert np.abs(found - features).max() > 0.1


@given(st.integers(1, 7), st.integers(1, 7), st.integers(-2, 2), st.integers(-2, 2))
def test_a_whole_step_is_an_index(height, width, right, down):
    features = np.arange(float(height * width)).reshape(height, width)
    flow = np.broadcast_to((right, down), (height, width, 2)).astype(float)
    rows = np.clip(np.arange(height) + down, 0, height - 1)
    columns = np.clip(np.arange(width) + right, 0, width - 1)
    moved = exhibits.moved_with_width_first(features, flow)
    np.testing.assert_allclose(moved, features[np.ix_(rows, columns)], atol=1e-12)


@given(st.integers(1, 5), st.integers(1, 5), st.integers(1, 4))
def test_tokens_come_back_as_the_map_that_they_were(height, width, channels):
    """torch makes the tokens, and unfolds them in its own way: by naming the dims that are moved."""
    features = torch.arange(float(channels * height * width)).reshape(channels, height, width)
    tokens = features.flatten(1).movedim(0, 1).numpy()
    np.testing.assert_array_equal(
        exhibits.tokens_transposed_and_reshaped(tokens, (height, width)), features.numpy()
    )
    found = exhibits.tokens_reshaped(tokens, (height, width))
    assert found.shape == features.shape and found.ravel().tolist() == tokens.ravel().tolist()
    assert np.array_equal(found, features) == (channels == 1 or height * width == 1)


@given(st.integers(1, 4), st.integers(1, 4))
def test_orders_and_starts_against_torch(count, factor):
    values = np.arange(1.0, count + 1)
    shuffled = torch.pixel_shuffle(batch(np.arange(count * factor**2.0))[0].reshape(1, -1, 1, 1), factor)[0]
    channels = np.arange(count * factor**2.0).reshape(-1, 1, 1)
    np.testing.assert_array_equal(exhibits.shuffled_in_torchs_order(channels, factor), shuffled.numpy())
    flat = torch.as_tensor(values).repeat_interleave(factor**2).reshape(1, -1, 1, 1)
    start = torch.pixel_shuffle(flat, factor)[0].numpy()
    np.testing.assert_array_equal(exhibits.started_by_repeat_interleave(values, factor), start)
    assert (start == values[:, None, None]).all()
    tiled = torch.pixel_shuffle(torch.as_tensor(values).repeat(factor**2).reshape(1, -1, 1, 1), factor)[0]
    np.testing.assert_array_equal(exhibits.started_by_repeat(values, factor), tiled.numpy())


def test_bars_of_a_cell_and_a_half_move_the_mask_by_half_a_cell():
    """The thread's case: bars of 12 pixels, 8 pixels a cell, each pixel 3 of the picture: 12 of them."""
    mask = np.zeros(12)
    mask[5:7] = 1

    def middle(pixels):
        return (np.arange(len(pixels)) * pixels).sum() / pixels.sum()

    found, right = exhibits.bars_off_in_cells(mask, 12, 8), exhibits.bars_off_in_pixels(mask, 12, 8)
    assert len(found) == len(right) == 72
    assert middle(found) - middle(right) == pytest.approx(4) and 4 * 3 == 12


@given(st.integers(2, 60), st.integers(1, 3))
def test_a_skip_by_factor_keeps_every_place_that_it_has_seen(size, levels):
    """Away from both ends a ramp comes back as it was."""
    if size < 3 * 2**levels:
        return
    ramp = np.arange(float(size))
    inside = slice(2**levels, size // 2**levels * 2**levels - 2**levels)
    np.testing.assert_allclose(exhibits.skip_by_factor(ramp, levels)[inside], ramp[inside], atol=1e-12)


def test_half_precision_moves_what_full_precision_keeps():
    places = np.arange(1024.0)
    assert np.abs(exhibits.grid_in_full_precision(places, np.float16) - places).max() < 1e-9
    theirs = torch.linspace(-1, 1, 1024, dtype=torch.float64).half().double()
    apart = np.abs(((theirs + 1) / 2 * 1023).numpy() - places).max()
    assert np.abs(exhibits.grid_in_half_precision(places, np.float16) - places).max() == pytest.approx(apart)
    assert round(apart, 3) == 0.125


def test_an_exported_network_meets_another_map():
    """Pillow has half pixels, too: enlarging, it agrees with the repaired one; torch's corners with neither."""
    ramp = np.arange(4.0)
    pillow = np.asarray(
        Image.fromarray(ramp[None].astype(np.float32)).resize((8, 1), Image.Resampling.BILINEAR)
    )
    np.testing.assert_allclose(exhibits.exported_with_halves(ramp, 8), pillow[0], atol=1e-6)
    assert exhibits.exported_without_halves(ramp, 8).tolist() == [0, 0.5, 1, 1.5, 2, 2.5, 3, 3]


def test_unknown_inputs_are_refused_by_name():
    with pytest.raises(ValueError, match=r"key must be one of .*; got 'cornres'"):
        exhibit("cornres")
    with pytest.raises(ValueError, match=r"size must be one of .*; got 9"):
        exhibit("corners").results(9, "a ramp")
    with pytest.raises(ValueError, match=r"kind must be one of .*; got 'ramp'"):
        exhibit("corners").results(4, "ramp")
