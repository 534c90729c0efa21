"""Paired differences, places, what nothing beats: against scipy, loops and cases done on paper."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from course_utils import shootout
from course_utils.shootout import (
    Paired,
    Place,
    as_text,
    between,
    from_text,
    front,
    paired,
    place,
    ranks,
    worth,
)

NUMBERS = st.integers(-1000, 1000).map(lambda number: number / 8)  # exact, so that equal means equal


def tables(rows=(1, 6), columns=(1, 6)):
    return st.tuples(st.integers(*rows), st.integers(*columns)).flatmap(
        lambda size: st.lists(
            st.lists(NUMBERS, min_size=size[1], max_size=size[1]), min_size=size[0], max_size=size[0]
        )
    )


@given(tables(rows=(2, 2), columns=(2, 9)))
def test_a_paired_difference_is_what_a_paired_t_test_is_made_of(scores):
    ours, theirs = scores
    found = paired(ours, theirs)
    differences = np.subtract(ours, theirs)
    assert found.mean == pytest.approx(np.mean(ours) - np.mean(theirs))
    assert found.error == pytest.approx(stats.sem(differences))
    assert found.spread == pytest.approx(found.error * math.sqrt(found.seeds))
    assert (found.ahead, found.seeds) == (sum(a > b for a, b in zip(*scores, strict=True)), len(ours))
    if found.spread > 1e-6:
        assert found.mean / found.error == pytest.approx(stats.ttest_rel(ours, theirs).statistic)


@pytest.mark.parametrize(("seeds", "errors"), [(3, 4), (6, 2.5)])
def test_what_is_believed_is_about_what_a_t_test_believes(seeds, errors):
    assert stats.t.ppf(0.975, seeds - 1) == pytest.approx(errors, rel=0.08)
    for sign in (-1, 1):
        for factor, believed in ((0.99, False), (1.01, True)):
            assert Paired(sign * factor * errors, 1.0, 1.0, 0, seeds).believable == believed


def test_one_seed_or_two_are_never_believed():
    assert not paired([9.0], [1.0]).believable and not paired([9.0, 9.1], [1.0, 1.0]).believable


@given(tables(rows=(2, 2)), NUMBERS)
def test_what_a_seed_gives_to_both_is_not_in_a_paired_difference(scores, luck):
    ours, theirs = map(np.array, scores)
    shared = luck * np.arange(len(ours))
    np.testing.assert_allclose(paired(ours + shared, theirs + shared), paired(ours, theirs), atol=1e-9)


def test_one_seed_has_no_spread():
    found = paired([3.0], [1.0])
    assert found.mean == 2 and math.isnan(found.spread) and math.isnan(found.error)


def test_scores_of_other_seeds_are_refused():
    with pytest.raises(ValueError, match="each of the same seeds; got 2 and 3"):
        paired([1, 2], [1, 2, 3])
    with pytest.raises(ValueError, match="ours must hold at least one number"):
        paired([], [])


@given(tables())
def test_ranks_are_those_of_scipy(scores):
    expected = stats.rankdata(-np.array(scores), method="min", axis=0)
    np.testing.assert_array_equal(ranks(scores), expected)


@given(st.lists(NUMBERS, min_size=1, max_size=5), st.lists(NUMBERS, min_size=1, max_size=9))
def test_a_newcomer_stands_where_a_sorted_list_would_put_it(gains, others):
    found = place(gains, others)
    assert found.median == sorted([*others, np.median(gains)], reverse=True).index(np.median(gains)) + 1
    assert 1 <= found.best <= found.median <= found.worst <= found.count == len(others) + 1


def test_a_place_in_words():
    assert str(Place(3, 3, 3, 9)) == "place 3 of 9"
    assert str(Place(3, 2, 5, 9)) == "place 3 (2 to 5 by seed) of 9"
    with pytest.raises(ValueError, match="gains must hold at least one number"):
        place([], [1.0])


@given(tables(rows=(1, 9), columns=(2, 2)))
def test_the_front_is_who_is_beaten_by_nobody(points):
    costs, gains = np.array(points).T
    found = front(costs, gains)
    for i, (cost, gain) in enumerate(points):
        beaten = any(
            other_cost <= cost and other_gain >= gain and (other_cost, other_gain) != (cost, gain)
            for other_cost, other_gain in points
        )
        assert found[i] == (not beaten)
    assert found.any()


def test_front_wants_as_many_costs_as_gains():
    with pytest.raises(ValueError, match="got 1 and 2"):
        front([1.0], [1.0, 2.0])


@given(st.lists(NUMBERS, min_size=1, max_size=9), NUMBERS, NUMBERS)
def test_between_is_an_interpolation_from_worst_to_best(values, worst, best):
    found = between(values, worst, best)
    if worst == best:
        assert (found == 1).all()
    else:
        low, high = sorted((worst, best))
        expected = np.interp(values, [low, high], [float(low != worst), float(low == worst)])
        np.testing.assert_allclose(found, expected, atol=1e-12)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=5), st.data())
def test_worth_is_a_weighted_mean(marks, data):
    weights = data.draw(
        st.lists(st.integers(0, 9), min_size=len(marks), max_size=len(marks)).filter(any), label="weights"
    )
    (found,) = worth([marks], weights)
    assert found == pytest.approx(np.average(marks, weights=weights))
    assert min(marks) - 1e-12 <= found <= max(marks) + 1e-12


@pytest.mark.parametrize("weights", [[0, 0], [1, -1], [1], [1, 2, 3]])
def test_weights_that_mean_nothing_are_refused(weights):
    with pytest.raises(ValueError, match="one for each of the 2 criteria"):
        worth([[0.5, 0.5]], weights)


@given(st.integers(1, 5), st.integers(1, 5), st.randoms(use_true_random=False))
def test_a_picture_comes_back_from_its_text(height, width, random):
    picture = np.array([[random.randrange(256) for _ in range(width)] for _ in range(height)], np.uint8)
    np.testing.assert_array_equal(from_text(as_text(picture)), picture)


def test_only_bytes_become_text():
    with pytest.raises(ValueError, match=r"uint8 \(height, width\); got float64 \(1, 1\)"):
        as_text(np.zeros((1, 1)))


def test_a_part_that_was_not_recorded():
    with pytest.raises(ValueError, match="part must be one of"):
        shootout.recorded("everything")
