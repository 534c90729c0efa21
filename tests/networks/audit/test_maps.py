"""torch resamples a ramp of its own coordinates: what comes out is where it was read, and the maps say the same."""

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.networks.audit import maps

WINDOW = st.tuples(st.integers(1, 5), st.integers(1, 3), st.integers(0, 2), st.integers(1, 2))


def ramp(n):
    return torch.arange(n, dtype=torch.float64).reshape(1, 1, n)


def along(line, count):
    a, b = line
    return a * torch.arange(count, dtype=torch.float64) + b


def mean_of(line, count):
    a, b = line
    return a * (count - 1) / 2 + b


@given(st.integers(1, 40), st.integers(1, 40), st.sampled_from(["nearest", "nearest-exact", "area"]))
def test_reading_whole_samples_is_the_mean_map(n, m, mode):
    """Over whole periods of n / m = u / v: the largest number of samples that they divide."""
    read = F.interpolate(ramp(n), m, mode=mode)[0, 0]
    assert float(read.mean()) == pytest.approx(mean_of(maps.interpolated(n, m, mode), m), abs=1e-9)


@given(st.integers(2, 40), st.integers(2, 40), st.booleans(), st.booleans())
def test_linear_interpolation_reads_where_its_map_says(n, m, align_corners, antialias):
    x = ramp(n)[..., None].expand(1, 1, n, 4)
    read = F.interpolate(x, (m, 4), mode="bilinear", align_corners=align_corners, antialias=antialias)[
        0, 0, :, 0
    ]
    places = along(maps.interpolated(n, m, "bilinear", align_corners, None, antialias), m)
    reach = max(1.0, n / m) if antialias else 0.0  # windows that the border cuts lean inward
    inside = (places >= reach) & (places <= n - 1 - reach)
    # The samples of a widened triangle balance at its middle to within 0.09, whatever its width.
    torch.testing.assert_close(
        read[inside], places[inside], atol=0.1 if antialias and m < n else 1e-9, rtol=0
    )


@given(st.integers(4, 30), st.sampled_from([0.3, 0.5, 0.7, 1.3, 1.5, 1.55, 2.0, 2.3, 3.0]))
def test_a_factor_is_what_torch_steps_by(n, scale):
    read = F.interpolate(ramp(n), scale_factor=scale, mode="linear", align_corners=False)[0, 0]
    places = along(maps.interpolated(n, len(read), "linear", False, scale), len(read))
    torch.testing.assert_close(read, places.clamp(0, n - 1), atol=1e-9, rtol=0)


@settings(max_examples=60)
@given(WINDOW, st.integers(20, 30))
def test_a_mean_of_a_window_sits_in_its_middle(window, n):
    kernel, stride, padding, dilation = window
    ones = torch.full((1, 1, kernel), 1 / kernel, dtype=torch.float64)
    read = F.conv1d(F.pad(ramp(n), (padding, padding), value=math.nan), ones, None, stride, 0, dilation)[0, 0]
    places = along(maps.convolved(kernel, stride, padding, dilation), len(read))
    inside = ~read.isnan()
    assert inside.any()
    torch.testing.assert_close(read[inside], places[inside], atol=1e-9, rtol=0)


@given(st.integers(3, 12), st.integers(2, 12), st.booleans(), st.floats(-0.5, 0.5), st.floats(0.2, 0.6))
def test_a_grid_read_by_value_is_where_grid_sample_reads(n, m, align_corners, shift, spread):
    line = torch.linspace(shift - spread, shift + spread, m, dtype=torch.float64)
    grid = torch.stack(torch.meshgrid(torch.zeros(2, dtype=torch.float64), line, indexing="ij"), -1).flip(-1)[
        None
    ]
    slope, first, far = maps.grid_line(grid[..., 0], 2)
    places = along(maps.sampled(slope, first, n, align_corners), m)
    x = ramp(n)[:, :, None].expand(1, 1, 2, n)
    read = F.grid_sample(x, grid, align_corners=align_corners, padding_mode="border")[0, 0, 0]
    assert far < 1e-9
    torch.testing.assert_close(read, places.clamp(0, n - 1), atol=1e-9, rtol=0)


@pytest.mark.parametrize("r", [1, 2, 3, 4])
def test_divided_and_gathered_are_each_other_s_inverse(r):
    (a, b), (c, d) = maps.divided(r), maps.gathered(r)
    assert a * c == pytest.approx(1) and a * d + b == pytest.approx(0)
    x = ramp(12)[..., None].expand(1, 1, 12, 12)
    small = F.pixel_unshuffle(x, r).mean(1)[0, :, 0]
    torch.testing.assert_close(small, along((c, d), 12 // r))
