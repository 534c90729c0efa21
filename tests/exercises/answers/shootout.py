"""Right answers of lesson 14, written otherwise."""

import math
import statistics

import numpy as np
from scipy import stats

from course_utils.exercises.shootout import BEST_SEED, GAIN, GUIDED, SAME_PICTURE
from course_utils.shootout import paired
from tests.exercises.answers import right, same

# ---- a paired gain -------------------------------------------------------------------------------


@right(GAIN)
def gain_by_the_package(ours, theirs):
    found = paired(ours, theirs)
    return found.mean, found.error


@right(GAIN)
def gain_by_scipy(ours, theirs):
    differences = np.array(ours) - np.array(theirs)
    return np.mean(differences), stats.sem(differences)


@right(GAIN)
def gain_by_statistics(ours, theirs):
    differences = [a - b for a, b in zip(ours, theirs, strict=True)]
    return [statistics.mean(differences), statistics.stdev(differences) / math.sqrt(len(differences))]


@right(GAIN)
def gain_in_loops(ours, theirs):
    n = len(ours)
    mean = 0.0
    for i in range(n):
        mean += (ours[i] - theirs[i]) / n
    square = 0.0
    for i in range(n):
        square += (ours[i] - theirs[i] - mean) ** 2
    return mean, (square / (n - 1) / n) ** 0.5


@right(GAIN)
def gain_by_covariance(ours, theirs):
    covariance = np.cov(ours, theirs)
    variance = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    return np.mean(ours) - np.mean(theirs), math.sqrt(max(variance, 0) / len(ours))


@right(GAIN)
def gain_in_single_precision(ours, theirs):
    differences = np.float32(ours) - np.float32(theirs)
    return differences.mean(), differences.std(ddof=1) / np.sqrt(np.float32(len(differences)))


@right(GAIN)
def gain_from_all_pairs_of_seeds(ours, theirs):
    d = np.subtract(ours, theirs)
    n = len(d)
    return d.sum() / n, np.sqrt(np.square(d[:, None] - d).sum() / (2 * n * n * (n - 1)))


as_many = "there are as many of ours as of theirs"
same(GAIN, "len(*-> *len(ours)", as_many)
same(GAIN, "len(*-> *len(theirs)", as_many)
same(GAIN, "zip(ours, theirs, strict=True)*->", as_many)
same(GAIN, "- mean) ** 2 -> *(mean -", "a square has no sign")
same(GAIN, "np.cov(*-> *np.cov(theirs, ours)", "the sum is the same in either order")
same(GAIN, "covariance[0, 1] -> *covariance[1, 0]", "a covariance matrix is symmetric")
same(GAIN, "np.square(*-> *np.square(d - d[:, None])", "all pairs, in either order")

# ---- an upsampler that looks ---------------------------------------------------------------------


@right(GUIDED)
def guided_in_loops(coarse, guide, sharpness):
    answer = []
    for o in range(2 * len(coarse)):
        total = weight = 0.0
        for step in (-1, 0, 1):
            i = min(max(o // 2 + step, 0), len(coarse) - 1)
            unlike = guide[o] - (guide[2 * i] + guide[2 * i + 1]) / 2
            w = math.exp(-sharpness * unlike * unlike)
            total += w * coarse[i]
            weight += w
        answer.append(total / weight)
    return answer


@right(GUIDED)
def guided_by_padding(coarse, guide, sharpness):
    low = np.pad((guide[::2] + guide[1::2]) / 2, 1, mode="edge")
    values = np.pad(coarse, 1, mode="edge")
    total = weight = 0
    for step in range(3):
        near = slice(step, step + len(coarse))
        w = np.exp(-sharpness * (guide - np.repeat(low[near], 2)) ** 2)
        total, weight = total + w * np.repeat(values[near], 2), weight + w
    return total / weight


@right(GUIDED)
def guided_by_windows(coarse, guide, sharpness):
    def windows(row):
        return np.lib.stride_tricks.sliding_window_view(np.pad(row, 1, mode="edge"), 3).repeat(2, axis=0)

    logits = -sharpness * np.square(windows(guide.reshape(-1, 2).mean(1)) - guide[:, None])
    return np.average(windows(coarse), axis=1, weights=np.exp(logits))


@right(GUIDED)
def guided_by_softmax(coarse, guide, sharpness):
    from scipy.special import softmax

    i = np.repeat(np.arange(len(coarse)), 2)
    near = np.stack([np.maximum(i - 1, 0), i, np.minimum(i + 1, len(coarse) - 1)])
    low = np.convolve(guide, [0.5, 0.5], mode="valid")[::2]
    return (softmax(-sharpness * (low[near] - guide) ** 2, axis=0) * coarse[near]).sum(axis=0)


@right(GUIDED)
def guided_as_a_matrix(coarse, guide, sharpness):
    n = len(coarse)
    matrix = np.zeros((2 * n, n))
    for o in range(2 * n):
        for i in (max(o // 2 - 1, 0), o // 2, min(o // 2 + 1, n - 1)):
            matrix[o, i] += np.exp(-sharpness * (guide[o] - guide[2 * i : 2 * i + 2].mean()) ** 2)
    return matrix / matrix.sum(axis=1, keepdims=True) @ coarse


@right(GUIDED)
def guided_one_phase_at_a_time(coarse, guide, sharpness):
    left = np.concatenate([coarse[:1], coarse[:-1]])
    end = np.concatenate([coarse[1:], coarse[-1:]])
    low = 0.5 * guide[0::2] + 0.5 * guide[1::2]
    low_left, low_end = np.concatenate([low[:1], low[:-1]]), np.concatenate([low[1:], low[-1:]])
    answer = np.empty(2 * len(coarse))
    for phase in (0, 1):
        own = guide[phase::2]
        a, b, c = (np.exp(-sharpness * (own - each) ** 2) for each in (low_left, low, low_end))
        answer[phase::2] = (a * left + b * coarse + c * end) / (a + b + c)
    return answer


same(GUIDED, "[-1, 0, 1]*-> *// 2 - [-1, 0, 1]", "the same three neighbors")
same(GUIDED, "in (-1, 0, 1)*-> *in (1, 0, -1)", "the same three neighbors")
same(GUIDED, "+ step*-> *- step", "the same three neighbors")
same(GUIDED, "len(coarse)*-> *len(*)", "there are as many")
same(GUIDED, "reshape(-1, 2)*-> *reshape(-2, 2)", "any negative number means the rest")
square = "a square has no sign"
same(GUIDED, "(guide[:, None] - of_coarse*-> *(of_coarse[near] - guide[:, None])", square)
same(GUIDED, "unlike = *-> unlike = (guide[2", square)
same(GUIDED, "- np.repeat(low[near], 2))*-> *(np.repeat(low[near], 2) - guide)", square)
same(GUIDED, "np.square(windows*-> *np.square(guide[:, None]", square)
same(GUIDED, "(low[near] - guide)*-> *(guide - low[near])", square)
same(GUIDED, "(guide[o] - *-> *.mean() - guide[o])", square)
same(GUIDED, "(own - each)*-> *(each - own)", square)
same(GUIDED, "np.convolve(guide, [0.5, 0.5]*-> *np.convolve([0.5, 0.5], guide", "a convolution commutes")
same(GUIDED, "for i in (max(*-> for i in (min(", "a sum is the same in either order")
same(GUIDED, "+= np.exp*-> *-= np.exp", "the division by the sum takes the sign away")
same(GUIDED, "in (0, 1):*-> *in (1, 0):", "each phase by itself")
same(GUIDED, "guide[0::2]*-> *guide[::2]", "a slice begins at 0")

# ---- experiments ---------------------------------------------------------------------------------


@right(BEST_SEED)
def difference_of_means(ours, theirs):
    return ours[:, -1].mean() - theirs[:, -1].mean()


@right(BEST_SEED)
def gain_of_the_package(ours, theirs):
    return paired(ours[:, -1], theirs[:, -1]).mean


@right(BEST_SEED)
def last_column_by_number(ours, theirs):
    last = ours.shape[1] - 1
    return sum(ours[:, last] - theirs[:, last]) / len(ours)


@right(BEST_SEED)
def last_column_transposed(ours, theirs):
    return np.average(ours.T[-1] - theirs.T[-1])


@right(BEST_SEED)
def in_a_loop(ours, theirs):
    gains = [mine[-1] - yours[-1] for mine, yours in zip(ours, theirs, strict=True)]
    return sum(gains) / len(gains)


@right(BEST_SEED)
def all_differences_then_the_last(ours, theirs):
    return (ours - theirs).mean(axis=0)[-1]


@right(SAME_PICTURE)
def fourths_by_isin(picture_of):
    return np.isin(picture_of, np.arange(3, np.max(picture_of) + 1, 4))


@right(SAME_PICTURE)
def fourths_in_a_list(picture_of):
    return [int(picture) % 4 == 3 for picture in picture_of]


@right(SAME_PICTURE)
def fourths_by_division(picture_of):
    return picture_of - picture_of // 4 * 4 == 3


@right(SAME_PICTURE)
def fourths_by_bits(picture_of):
    return picture_of & 3 == 3


@right(SAME_PICTURE)
def fourths_one_later(picture_of):
    return (picture_of + 1) % 4 == 0


@right(SAME_PICTURE)
def fourths_looked_up(picture_of):
    kept = np.zeros(np.max(picture_of) + 1, bool)
    kept[3::4] = True
    return kept[picture_of]


same(BEST_SEED, "len(*-> *len(ours)", as_many)
same(BEST_SEED, "len(*-> *len(theirs)", as_many)
same(BEST_SEED, "ours.shape[1]*-> *theirs.shape[1]", as_many)
same(BEST_SEED, "zip(ours, theirs, strict=True)*->", as_many)
same(
    SAME_PICTURE, "np.max(picture_of) + 1*-> *np.max(picture_of) + 2", "one number more that is not looked up"
)
same(SAME_PICTURE, "int(picture)*-> *round(picture)", "it is whole already")
