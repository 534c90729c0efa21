"""Which input meets which output, against the definition tried on every triple."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.windows import reach, window_slices

SETTINGS = st.tuples(*(st.integers(*limits) for limits in ((1, 9), (1, 9), (1, 5), (1, 4), (0, 8), (1, 4))))


def by_definition(in_size, out_size, kernel_size, stride, padding, dilation):
    triples = itertools.product(range(kernel_size), range(out_size), range(in_size))
    return {(t, o, i) for t, o, i in triples if i == o * stride - padding + t * dilation}


def listed(in_size, out_size, kernel_size, stride, padding, dilation):
    triples = []
    for (t,), (outputs,), (inputs,) in window_slices(
        (in_size,), (out_size,), (kernel_size,), (stride,), (padding,), (dilation,)
    ):
        pairs = zip(range(out_size)[outputs], range(in_size)[inputs], strict=True)
        triples += [(t, o, i) for o, i in pairs]
    return triples


@settings(max_examples=500, deadline=None)
@given(SETTINGS)
def test_every_meeting_once_and_no_other(axis):
    triples = listed(*axis)
    assert len(triples) == len(set(triples))
    assert set(triples) == by_definition(*axis)


@settings(max_examples=100, deadline=None)
@given(SETTINGS, SETTINGS)
def test_two_axes_are_every_pair_of_one_axis_twice_row_by_row(rows, columns):
    one, other = (list(window_slices(*([setting] for setting in axis))) for axis in (rows, columns))
    both = list(window_slices(*zip(rows, columns, strict=True)))
    assert both == [
        tuple((a, b) for (a,), (b,) in zip(first, second, strict=True)) for first in one for second in other
    ]


def test_a_position_that_meets_only_padding_is_left_out():
    assert [t for (t,), _, _ in window_slices([2], [2], [10**6], [1], [10**6 - 1], [1])] == [
        10**6 - 2,
        10**6 - 1,
    ]


def test_reach_counts_from_the_first_to_the_last():
    assert [reach(k, d) for k, d in ((1, 1), (1, 9), (3, 1), (3, 2), (7, 3))] == [1, 1, 3, 5, 19]
