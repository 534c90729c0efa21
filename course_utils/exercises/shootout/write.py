"""Functions to write in lesson 14: a paired gain with its error, and an upsampler that looks at a guide."""

import numpy as np

from course_utils.exercises.engine import Case, Exercise

# ---- a paired gain -------------------------------------------------------------------------------


def gain(ours, theirs):
    """(mean, error): how far ours is above theirs, seed by seed, and the standard error of this mean."""
    differences = np.subtract(ours, theirs)
    return np.array([differences.mean(), differences.std(ddof=1) / np.sqrt(len(differences))])


def random_scores(rng):
    """Scores of two contenders: a seed moves both much more than the contender does."""
    count = int(rng.integers(2, 8))
    seed = rng.normal(0, 3, count)
    ours, theirs = (70 + seed + rng.normal(shift, 0.5, count) for shift in (1, 0))
    return Case(ours.round(2), theirs.round(2))


GAIN = Exercise(
    key="shootout.gain",
    title="A gain with its error",
    reference=gain,
    cases=[
        Case(
            np.array([81.0, 84.0]),
            np.array([80.0, 81.0]),
            by_hand=[2, 1],
            note="The differences are 1 and 3. Their standard deviation is √2, and √2 / √2 = 1.",
        ),
        Case(
            np.array([5.0, 9, 7, 3]),
            np.array([4.0, 8, 6, 2]),
            by_hand=[1, 0],
            note="Always 1 ahead: there is no doubt, however much the scores differ.",
        ),
        Case(
            np.array([1.0, 2, 3, 6]),
            np.array([3.0, 2, 1, 6]),
            by_hand=[0, np.sqrt(8 / 3) / 2],
            note="Ahead, behind, equal: the differences are −2, 0, 2 and 0.",
        ),
        Case(np.array([70.5, 71.0, 69.0]), np.array([70.0, 71.5, 68.0])),
    ],
    hints=[
        "First one difference for each seed: `np.subtract(ours, theirs)`.",
        "The standard deviation of the differences, with n − 1: `differences.std(ddof=1)`.",
        "The mean of n differences is surer than one of them, by √n.",
    ],
    random_case=random_scores,
    tolerance=1e-4,  # so that scores below 100 may be subtracted in float32
)


def spread(values, ddof=1):
    """The standard deviation."""
    return np.std(values, ddof=ddof)


@GAIN.mistake
def _unpaired(ours, theirs):
    """You add up the spreads of the two contenders. What a seed gives to both is then counted as doubt. Subtract
    first, seed by seed."""
    error = np.sqrt((spread(ours) ** 2 + spread(theirs) ** 2) / len(ours))
    return np.array([np.mean(ours) - np.mean(theirs), error])


@GAIN.mistake
def _spread_and_not_error(ours, theirs):
    """That is the spread of the differences, how far a single seed may be off. The mean of n seeds is surer:
    divide by √n."""
    differences = np.subtract(ours, theirs)
    return np.array([differences.mean(), spread(differences)])


@GAIN.mistake("n instead of n − 1")
def _population(ours, theirs):
    """Your spread divides by n. The mean was taken from the same numbers, so divide by n − 1: `ddof=1`."""
    differences = np.subtract(ours, theirs)
    return np.array([differences.mean(), spread(differences, 0) / np.sqrt(len(differences))])


@GAIN.mistake("divided by n")
def _divided_by_n(ours, theirs):
    """You divide by n. Doubts add up like the sides of a right angle: divide by √n."""
    differences = np.subtract(ours, theirs)
    return np.array([differences.mean(), spread(differences) / len(differences)])


@GAIN.mistake
def _only_ours(ours, theirs):
    """Your error is that of our scores alone. It must be that of the differences."""
    return np.array([np.mean(ours) - np.mean(theirs), spread(ours) / np.sqrt(len(ours))])


@GAIN.mistake
def _sorted_first(ours, theirs):
    """You sort before you subtract. Then the best seed of the one meets the best of the other: no pairs any more."""
    differences = np.sort(ours) - np.sort(theirs)
    return np.array([differences.mean(), spread(differences) / np.sqrt(len(differences))])


@GAIN.mistake
def _theirs_minus_ours(ours, theirs):
    """You subtract ours from theirs. A gain is positive when ours is higher."""
    return gain(theirs, ours)


@GAIN.mistake
def _best_of_each(ours, theirs):
    """You compare the best seeds. They are two lucky draws, and more seeds make them luckier."""
    return np.array([np.max(ours) - np.max(theirs), gain(ours, theirs)[1]])


# ---- an upsampler that looks ---------------------------------------------------------------------


def guided(coarse, guide, sharpness):
    """Twice as many values: each a mean of three coarse ones, weighted by how alike the guide looks."""
    outputs = np.arange(2 * len(coarse))
    near = (outputs[:, None] // 2 + [-1, 0, 1]).clip(0, len(coarse) - 1)
    of_coarse = guide.reshape(-1, 2).mean(axis=1)
    weights = np.exp(-sharpness * (guide[:, None] - of_coarse[near]) ** 2)
    return (weights * coarse[near]).sum(axis=1) / weights.sum(axis=1)


def random_guided(rng):
    """A row of 1 to 6 values, and a guide of two levels and some noise."""
    count = int(rng.integers(1, 7))
    guide = (rng.random(2 * count) < 0.5) + rng.normal(0, 0.1, 2 * count)
    return Case(rng.uniform(-5, 5, count).round(2), guide.round(3), float(rng.choice([0.5, 2.0, 5.0])))


GUIDED = Exercise(
    key="shootout.guided",
    title="Whatever looks alike",
    reference=guided,
    cases=[
        Case(
            np.array([0.0, 6, 9]),
            np.zeros(6),
            2.0,
            by_hand=[2, 2, 5, 5, 8, 8],
            note="A flat guide: all three count alike. At the ends the border counts twice.",
        ),
        Case(
            np.array([0.0, 8, 8]),
            np.array([0.0, 0, 0, 1, 1, 1]),
            1000.0,
            by_hand=[0, 0, 0, 8, 8, 8],
            note="A very sharp guide: its step lies within the second coarse pixel, and so does the answer's.",
        ),
        Case(
            np.array([4.0]), np.array([0.3, 0.9]), 2.0, by_hand=[4, 4], note="One value: all neighbors are itself."
        ),
        Case(np.array([1.0, 5.0]), np.array([0.0, 0.2, 0.8, 1.0]), 1.0),
        Case(np.array([2.0, 0, 7, 7]), np.array([0.0, 0, 0, 1, 1, 1, 0.5, 0.5]), 3.0),
    ],
    hints=[
        "The guide at every output is a column, `guide[:, None]`; at its three coarse pixels it is "
        "`of_coarse[near]`, (2 n, 3).",
        "The weights are exp(−sharpness · (the one − the other)²).",
        "Sum weights · coarse[near] over the three, and divide by the sum of the weights.",
    ],
    random_case=random_guided,
    stub='''
    def guided(coarse, guide, sharpness):
        """Twice as many values: each a mean of three coarse ones, weighted by how alike the guide looks."""
        outputs = np.arange(2 * len(coarse))
        near = (outputs[:, None] // 2 + [-1, 0, 1]).clip(0, len(coarse) - 1)  # (2 n, 3)
        of_coarse = guide.reshape(-1, 2).mean(axis=1)  # (n,): the guide's mean over each coarse pixel
        ...
    ''',
)  # fmt: skip


def by_weights(coarse, guide, weights_of, normalized=True, clipped=True):
    """``guided`` with other weights: ``weights_of(guide at o, guide at the three neighbors)``."""
    of_coarse = guide.reshape(-1, 2).mean(axis=1)
    near = np.arange(2 * len(coarse))[:, None] // 2 + [-1, 0, 1]
    inside = (near >= 0) & (near < len(coarse))
    near = near.clip(0, len(coarse) - 1)
    weights = weights_of(guide[:, None], of_coarse[near]) * (True if clipped else inside)
    total = (weights * coarse[near]).sum(axis=1)
    return total / weights.sum(axis=1) if normalized else total


@GUIDED.mistake
def _not_divided(coarse, guide, sharpness):
    """Your weights do not sum to 1, so a flat row does not stay flat. Divide by their sum."""
    return by_weights(coarse, guide, lambda a, b: np.exp(-sharpness * (a - b) ** 2), normalized=False)


@GUIDED.mistake
def _unlike_counts_more(coarse, guide, sharpness):
    """Your weights grow with the difference: whoever looks unlike counts most. The exponent needs a minus."""
    with np.errstate(over="ignore", invalid="ignore"):
        return by_weights(coarse, guide, lambda a, b: np.exp(sharpness * (a - b) ** 2))


@GUIDED.mistake
def _without_the_square(coarse, guide, sharpness):
    """You take the distance, not its square."""
    return by_weights(coarse, guide, lambda a, b: np.exp(-sharpness * np.abs(a - b)))


@GUIDED.mistake
def _squared_with_the_sharpness(coarse, guide, sharpness):
    """You square the sharpness, too: it belongs before the square."""
    return by_weights(coarse, guide, lambda a, b: np.exp(-((sharpness * (a - b)) ** 2)))


@GUIDED.mistake
def _sharpness_left_out(coarse, guide, sharpness):
    """You do not use the sharpness."""
    return by_weights(coarse, guide, lambda a, b: np.exp(-((a - b) ** 2)))


@GUIDED.mistake
def _ends_left_out(coarse, guide, sharpness):
    """At the ends you leave out the neighbor that does not exist. The task repeats the border, which counts twice."""
    return by_weights(coarse, guide, lambda a, b: np.exp(-sharpness * (a - b) ** 2), clipped=False)


@GUIDED.mistake
def _the_end_wraps(coarse, guide, sharpness):
    """Your first output looks at the last value: index −1 is the other end. Clip the indices."""
    of_coarse = guide.reshape(-1, 2).mean(axis=1)
    near = (np.arange(2 * len(coarse))[:, None] // 2 + [-1, 0, 1]) % len(coarse)
    weights = np.exp(-sharpness * (guide[:, None] - of_coarse[near]) ** 2)
    return (weights * coarse[near]).sum(axis=1) / weights.sum(axis=1)


@GUIDED.mistake
def _first_of_the_two(coarse, guide, sharpness):
    """For a coarse pixel you take the guide's first value, `guide[::2]`. It stands for two: take their mean."""
    near = (np.arange(2 * len(coarse))[:, None] // 2 + [-1, 0, 1]).clip(0, len(coarse) - 1)
    weights = np.exp(-sharpness * (guide[:, None] - guide[::2][near]) ** 2)
    return (weights * coarse[near]).sum(axis=1) / weights.sum(axis=1)


@GUIDED.mistake
def _compared_at_the_coarse_pixel(coarse, guide, sharpness):
    """You compare the guide of two *coarse* pixels, so both outputs of a pixel get the same answer. Compare the
    guide at the output itself."""
    of_coarse = guide.reshape(-1, 2).mean(axis=1)
    return guided(coarse, np.repeat(of_coarse, 2), sharpness)


@GUIDED.mistake
def _the_guide_itself(coarse, guide, sharpness):
    """You average the guide. It only says who counts; the values come from the coarse row."""
    return guided(guide.reshape(-1, 2).mean(axis=1), guide, sharpness)
