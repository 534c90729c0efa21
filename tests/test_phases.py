"""A transposed convolution taken apart: every number in both forms, against torch and against brute force."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from course_utils.phases import VERSIONS, Phases
from course_utils.trace import Trace

CONV = {1: F.conv_transpose1d, 2: F.conv_transpose2d}


@st.composite
def apart(draw):
    """Phases of a small layer that torch takes."""
    ndim, digits = draw(st.sampled_from([1, 2])), np.random.default_rng(draw(st.integers(0, 99)))
    n, k = draw(st.integers(1, 4)), draw(st.integers(1, 5))
    chosen = {
        "stride": draw(st.integers(1, 3)),
        "padding": draw(st.integers(0, 4)),
        "output_padding": draw(st.integers(0, 2)),
        "dilation": draw(st.integers(1, 2)),
    }
    assume(chosen["output_padding"] < max(chosen["stride"], chosen["dilation"]))
    size = (n - 1) * chosen["stride"] - 2 * chosen["padding"] + chosen["dilation"] * (k - 1)
    assume(size + chosen["output_padding"] + 1 > 0)
    x = digits.integers(-9, 10, (n,) * ndim)
    kernel = digits.integers(1, 10, (k,) * ndim) * digits.choice([-1, 1], (k,) * ndim)
    return Phases(Trace(x, kernel, **chosen), draw(st.sampled_from(VERSIONS)))


@given(apart())
@settings(max_examples=150, deadline=None)
def test_both_forms_are_torchs(parts):
    x, w = (torch.tensor(array)[None, None] for array in (parts.trace.x, parts.trace.kernel))
    wanted = CONV[parts.dimensions](x, w, **parts.trace.settings)[0, 0].numpy()
    np.testing.assert_allclose(parts.output, wanted, atol=1e-9)
    assert np.abs(parts.difference).max() < 1e-9


@given(apart())
@settings(max_examples=150, deadline=None)
def test_a_sample_of_a_map_is_the_sum_of_its_terms(parts):
    for channel, values in enumerate(parts.maps):
        for small, value in np.ndenumerate(values):
            pairs = parts.terms(channel, small)
            total = sum(parts.trace.x[i] * parts.sub_kernels[channel][tap] for i, tap in pairs)
            assert total == pytest.approx(value)
            assert {i for i, _ in pairs} <= set(parts.window(small))
            out = parts.output_at(parts.place_of(channel, small))
            if out is None:
                continue
            assert parts.map_of(out) == (channel, small)
            weights = sorted(
                (i, parts.kernel_number(parts.slot_at(channel, tap))) for i, tap in pairs
            )  # the same products as the transposed convolution's
            assert weights == sorted(parts.trace.inputs_of(out))


@given(apart())
@settings(max_examples=80, deadline=None)
def test_slots_and_taps_are_two_names_of_one_place(parts):
    for slot, weight in np.ndenumerate(parts.merged):
        channel, tap = parts.tap_of(slot)
        assert parts.slot_at(channel, tap) == slot and parts.sub_kernels[channel][tap] == weight
        t = parts.kernel_number(slot)
        assert weight == (0 if t is None else parts.trace.kernel[t])
        assert t is None or parts.slot_of(t) == slot
    filled = [parts.filled(channel) for channel in range(len(parts.phases))]
    assert sum(filled) == parts.trace.kernel.size == parts.layer.slots[0]


@given(apart())
@settings(max_examples=80, deadline=None)
def test_a_window_covers_the_inputs_that_a_convolution_would_read(parts):
    """An input is under a window when a small kernel full of ones would add it there."""
    for i in np.ndindex(parts.trace.x.shape):
        impulse = np.zeros_like(parts.trace.x)
        impulse[i] = 1
        layer = parts.layer._replace(
            weight=np.ones_like(parts.layer.weight), trims=((0, 0),) * parts.dimensions
        )
        seen = layer(impulse[None, None])[0, 0]
        for small in np.ndindex(parts.maps.shape[1:]):
            place = parts.place_of(0, small)
            assert (seen[place] != 0) == (i in parts.window(small))


def test_unknown_versions_are_refused():
    with pytest.raises(ValueError, match="version must be one of 'slots before', 'trim after'"):
        Phases(Trace([1], [1]), "cropped")


def test_what_torch_refuses_is_refused_when_a_number_is_asked_for():
    with pytest.raises(ValueError, match="output_padding"):
        _ = Phases(Trace([1.0], [1.0], output_padding=3)).maps
