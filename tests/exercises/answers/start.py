"""Right answers of lesson 00, written otherwise."""

import statistics
from fractions import Fraction

import numpy as np

from course_utils.exercises.start import HALFWAY
from tests.exercises.answers import right, same


@right(HALFWAY)
def halves(a, b):
    return a / 2 + b / 2


@right(HALFWAY)
def half_the_way_on(a, b):
    return a + (b - a) / 2


@right(HALFWAY)
def mean_of_a_list(a, b):
    return np.mean([a, b])


@right(HALFWAY)
def weighted(a, b):
    return 0.5 * a + 0.5 * b


@right(HALFWAY)
def from_the_standard_library(a, b):
    return statistics.fmean((a, b))


@right(HALFWAY)
def between_the_smaller_and_the_larger(a, b):
    low, high = min(a, b), max(a, b)
    return low + 0.5 * abs(high - low)


@right(HALFWAY)
def exact_then_float(a, b):
    return float((Fraction(a) + Fraction(b)) / 2)


@right(HALFWAY)
def in_single_precision(a, b):
    return np.float32(a + b) / np.float32(2)


same(HALFWAY, "statistics.fmean((a, b)) -> return statistics.fmean((b, a))", "a mean has no order")
same(HALFWAY, "0.5 * abs(high - low) -> return low + 0.5 * (high - low)", "high is not below low")
