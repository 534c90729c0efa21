"""The ledger of places: torch's gradients and torch's interpolation say where samples sit."""

import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.alignment import center_of_mass, stages
from course_utils.places import IMAGE, Places
from course_utils.resampling import COORDINATE_MAPS, source_coordinates

SIZE = 240
WINDOW = st.tuples(st.integers(1, 5), st.integers(1, 3), st.integers(0, 2), st.integers(1, 2))


@settings(max_examples=80, deadline=None)
@given(st.lists(WINDOW, min_size=1, max_size=3))
def test_it_is_the_rule_of_alignment_and_of_receptive_fields(layers):
    places = IMAGE
    for layer in layers:
        places = places.convolved(*layer)
    last = stages(SIZE, layers)[-1]
    assert (places.start, places.jump) == (last.start, last.jump)


@given(WINDOW, st.integers(-200, 200), st.sampled_from([1, 2, 3, 4, 8]))
def test_a_transposed_convolution_undoes_what_its_convolution_did_to_places(window, start, jump):
    places = Places(start / 2, jump)
    there = places.convolved(*window)
    back = there.transposed(*window)
    assert back.start == pytest.approx(places.start, abs=1e-9) and back.jump == pytest.approx(jump)


@settings(max_examples=80, deadline=None)
@given(WINDOW)
def test_what_a_transposed_convolution_paints_has_its_middle_at_the_input(window):
    kernel_size, stride, padding, dilation = window
    x = torch.zeros(1, 1, 19, dtype=torch.float64)
    x[0, 0, 9] = 1  # so far inside that padding crops nothing of what it paints
    ones = torch.ones(1, 1, kernel_size, dtype=torch.float64)
    painted = F.conv_transpose1d(x, ones, stride=stride, padding=padding, dilation=dilation)[0, 0].numpy()
    places = IMAGE.transposed(*window)
    assert places.start + places.jump * center_of_mass(painted) == pytest.approx(9)


@given(st.integers(1, 60), st.integers(2, 60), st.sampled_from(COORDINATE_MAPS))
def test_interpolation_sits_where_its_coordinate_map_says(in_size, out_size, name):
    places = Places(3.5, 4).interpolated(in_size, out_size, name)
    wanted = 3.5 + 4 * source_coordinates(in_size, out_size, name)
    np.testing.assert_allclose(places.start + places.jump * np.arange(out_size), wanted, atol=1e-9)


@given(st.integers(2, 30), st.integers(1, 5), st.booleans())
def test_torch_interpolates_a_ramp_of_places_to_places(in_size, factor, align_corners):
    ramp = torch.arange(in_size, dtype=torch.float64)[None, None]
    size = in_size * factor
    drawn = F.interpolate(ramp, size=size, mode="linear", align_corners=align_corners)[0, 0].numpy()
    places = IMAGE.interpolated(in_size, size, "align_corners" if align_corners else "half_pixel")
    where = places.start + places.jump * np.arange(size)
    inside = (where >= 0) & (where <= in_size - 1)  # beyond, torch repeats the border
    np.testing.assert_allclose(drawn[inside], where[inside], atol=1e-9)


def test_a_single_output_between_corners_sits_at_the_first():
    assert IMAGE.interpolated(5, 1, "align_corners") == (0, 0)


@given(st.integers(-50, 50), st.integers(-40, 40))
def test_a_crop_ends_where_it_was_asked_to(first, start):
    places = Places(start / 2, 4)
    wanted = places.cropped(first)
    assert places.crop_to(wanted) == first
    np.testing.assert_array_equal(4 * np.arange(60, 63) + start / 2, start / 2 + 4 * np.arange(99)[60:63])


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: Places(0, 2).crop_to(Places(1, 4)), "must have the same jump; got 2 and 4. Resample"),
        (lambda: IMAGE.convolved(0), "kernel_size must be a whole number, from 1"),
        (lambda: IMAGE.convolved(3, 0), "stride must be a whole number, from 1"),
        (lambda: IMAGE.transposed(3, 1.5), "stride must be a whole number, from 1 to 1048576; got 1.5"),
        (lambda: IMAGE.convolved(3, 1, -1), "padding must be a whole number, from 0"),
        (lambda: IMAGE.convolved(3, 1, 1, 0), "dilation must be a whole number, from 1"),
        (lambda: IMAGE.cropped(2.5), "first must be a whole number"),
        (lambda: IMAGE.interpolated(4, 0), "out_size must be a whole number, from 1"),
        (lambda: IMAGE.interpolated(4, 8, "corners"), "coordinate_map must be one of 'half_pixel'"),
    ],
)
def test_what_is_no_setting_is_refused(call, words):
    with pytest.raises((ValueError, TypeError), match=re.escape(words)):
        call()
