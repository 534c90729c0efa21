"""Who meets whom in a transposed convolution, against torch's gradients and the matrix."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from course_utils.trace import Trace

CONV = {1: F.conv_transpose1d, 2: F.conv_transpose2d}


@st.composite
def traces(draw):
    ndim = draw(st.sampled_from([1, 2]))
    n, k = draw(st.integers(1, 5 - ndim)), draw(st.integers(1, 5 - ndim))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    trace = Trace(
        rng.integers(-9, 10, (n,) * ndim), rng.integers(-9, 10, (k,) * ndim), draw(st.integers(1, 4)),
        draw(st.integers(0, 4)), draw(st.integers(0, 3)), draw(st.integers(1, 3)),
    )  # fmt: skip
    try:
        trace.out_shape  # noqa: B018
    except ValueError:
        assume(False)
    return trace


def by_torch(trace, x=None, kernel=None):
    x, kernel = (
        torch.tensor(own if other is None else other)[None, None]
        for own, other in ((trace.x, x), (trace.kernel, kernel))
    )
    return CONV[trace.x.ndim](x, kernel, **trace.settings)[0, 0].numpy()


@given(traces())
@settings(max_examples=60, deadline=None)
def test_output_matrix_and_overlaps_are_torchs(trace):
    assert trace.output == pytest.approx(by_torch(trace))
    assert trace.matrix @ trace.x.ravel() == pytest.approx(by_torch(trace).ravel())
    ones = by_torch(trace, np.ones_like(trace.x), np.ones_like(trace.kernel))
    assert np.array_equal(trace.overlaps, ones)


@given(traces())
@settings(max_examples=60, deadline=None)
def test_a_trace_knows_who_meets_whom(trace):
    trace = Trace(np.ones_like(trace.x), np.ones_like(trace.kernel), **trace.settings)
    meets = trace.matrix != 0
    for o, out_index in enumerate(np.ndindex(trace.out_shape)):
        assert [trace.linked(i, out_index) for i in np.ndindex(trace.x.shape)] == meets[o].tolist()
        nearest = trace.nearest_input(out_index)
        assert trace.linked(nearest, out_index) or not meets[o].any()
    for j, in_index in enumerate(np.ndindex(trace.x.shape)):
        painted = {int(np.ravel_multi_index(o, trace.out_shape)) for o in trace.outputs_of(in_index)}
        assert painted == set(np.flatnonzero(meets[:, j]))
        assert trace.linked(in_index, trace.nearest_output(in_index)) or not painted


@given(traces())
@settings(max_examples=60, deadline=None)
def test_stamps_add_up_to_the_output(trace):
    *_, (_, _, sums) = trace.sums()
    p = trace.padding
    assert sums[tuple(slice(p, p + size) for size in trace.out_shape)] == pytest.approx(trace.output)
    kept = [place for place in np.ndindex(sums.shape) if trace.is_kept(place)]
    assert len(kept) == trace.output.size
    bare = Trace(trace.x, trace.kernel, trace.stride, trace.padding, 0, trace.dilation)
    try:
        without = bare.output.size
    except ValueError:
        without = 0
    assert sum(map(trace.is_added, kept)) == trace.output.size - without


@pytest.mark.parametrize(
    "wrong, words",
    [
        ({"x": [[1, 2]]}, r"x must have 1 axis, or 2 of one size; got shape \(1, 2\)"),
        ({"kernel": np.ones((2, 2))}, r"as many axes; got shapes \(2,\) and \(2, 2\)"),
        ({"x": [1, np.nan]}, "x must be finite; got nan"),
        ({"kernel": []}, "kernel must hold at least one number"),
        ({"kernel": ["1"]}, "kernel must hold real numbers"),
        ({"stride": 0}, "stride must be a whole number, from 1 to .*; got 0"),
        ({"padding": 1.5}, "padding must be a whole number"),
        ({"dilation": True}, "dilation must be a whole number"),
        ({"output_padding": -1}, "output_padding must be a whole number"),
    ],
)
def test_wrong_arguments_are_refused_with_their_values(wrong, words):
    with pytest.raises((TypeError, ValueError), match=words):
        Trace(**{"x": [1, 2], "kernel": [1, 2], **wrong})


def test_a_setting_that_torch_refuses_says_why_when_its_output_is_asked_for():
    trace = Trace([1, 2, 3], [1, 2, 3], stride=2, output_padding=2)
    with pytest.raises(ValueError, match="output_padding must be smaller than stride or dilation"):
        _ = trace.output
