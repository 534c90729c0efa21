"""Two experiments of lesson 14 that fool themselves: the best of many, and pictures on both sides."""

import numpy as np

from course_utils.exercises.engine import Case, SpotTheBug

# ---- the best of many ----------------------------------------------------------------------------


def reported(ours, theirs):
    """Our mean gain; both hold a row for each seed, with scores while it trains, the last column when it is done."""
    return float(np.mean(ours[:, -1] - theirs[:, -1]))


def reported_best(ours, theirs):
    """Our mean gain; both hold a row for each seed, with scores while it trains, the last column when it is done."""
    return float(ours.max() - theirs[:, -1].mean())


def random_curves(rng):
    """Scores of 1 to 5 seeds at 1 to 4 moments, whole numbers."""
    size = tuple(int(each) for each in rng.integers(1, [6, 5]))
    return Case(*(rng.integers(60, 90, size).astype(float) for _ in range(2)))


CURVES = np.array([[50.0, 71], [52, 69]])

BEST_SEED = SpotTheBug(
    key="shootout.best_seed",
    title="The best of many",
    buggy=reported_best,
    reference=reported,
    cases=[
        Case(CURVES, CURVES, by_hand=0, note="The same scores twice: there is no gain."),
        Case(
            np.array([[72.0, 70]]),
            np.array([[60.0, 70]]),
            by_hand=0,
            note="One seed: it was better on the way.",
        ),
        Case(
            np.array([[80.0], [70]]),
            np.array([[74.0], [74]]),
            by_hand=1,
            note="Two seeds: 6 ahead and 4 behind.",
        ),
        Case(
            np.array([[50.0, 75], [50, 71], [50, 76]]), np.array([[40.0, 72], [40, 72], [40, 72]]), by_hand=2
        ),
    ],
    hints=[
        "Give it the same scores twice. What should it say?",
        "`ours.max()` looks over two things at once: seeds and moments. Which of them may be chosen after the fact?",
    ],
    name="reported",
    random_case=random_curves,
)


@BEST_SEED.mistake
def _best_of_both(ours, theirs):
    """Fair, but still luck: you compare the best of both. With more seeds or more moments both rise, and whoever
    scatters more rises more."""
    return float(ours.max() - theirs.max())


@BEST_SEED.mistake
def _best_moment_of_each_seed(ours, theirs):
    """The seeds are averaged now. But you still take each seed's best moment, chosen by the score that you report."""
    return float((ours.max(axis=1) - theirs[:, -1]).mean())


@BEST_SEED.mistake
def _best_moments_of_both(ours, theirs):
    """Both get their best moment now, but it is chosen by the score that you report. Take the last column."""
    return float((ours.max(axis=1) - theirs.max(axis=1)).mean())


@BEST_SEED.mistake
def _best_seed_at_the_end(ours, theirs):
    """The moment is right now. You still take the best seed."""
    return float(ours[:, -1].max() - theirs[:, -1].mean())


@BEST_SEED.mistake
def _best_seed_of_both(ours, theirs):
    """The moment is right now. You still compare the best seeds."""
    return float(ours[:, -1].max() - theirs[:, -1].max())


@BEST_SEED.mistake
def _median(ours, theirs):
    """Fair, but that is the median of the differences. Report their mean."""
    return float(np.median(ours[:, -1] - theirs[:, -1]))


@BEST_SEED.mistake
def _all_moments(ours, theirs):
    """You average over all moments of the training. What counts is what there is when it is done."""
    return float((ours - theirs).mean())


@BEST_SEED.mistake
def _first_moment(ours, theirs):
    """You take the first column. The last one is when it is done."""
    return float((ours[:, 0] - theirs[:, 0]).mean())


# ---- the same picture on both sides --------------------------------------------------------------


def held_out(picture_of):
    """Which patches are kept for the test, True or False each: those of every fourth picture."""
    return picture_of % 4 == 3


def held_out_patches(picture_of):
    """Which patches are kept for the test, True or False each: those of every fourth picture."""
    return np.arange(len(picture_of)) % 4 == 3


def random_patches(rng):
    """One to twelve patches, each of some picture, sorted or not."""
    pictures = rng.integers(0, 30, int(rng.integers(1, 13)))
    return Case(np.sort(pictures) if rng.random() < 0.5 else pictures)


SAME_PICTURE = SpotTheBug(
    key="shootout.same_picture",
    title="The same picture on both sides",
    buggy=held_out_patches,
    reference=held_out,
    cases=[
        Case(np.array([0, 1, 2, 3]), by_hand=[False, False, False, True], note="One patch of each picture."),
        Case(
            np.array([0, 0, 0, 0]), by_hand=[False] * 4, note="Four patches of picture 0, and it is for training."
        ),
        Case(np.array([3, 3]), by_hand=[True, True], note="Two patches of picture 3, which is for the test."),
        Case(np.array([7, 0, 4, 3, 11]), by_hand=[True, False, False, True, True]),
    ],
    hints=[
        "Two patches of one photo overlap, or show the same brick. What does a score say that was taken on one of "
        "them, by a network that learned the other?",
        "`np.arange(len(picture_of))` numbers the patches. What is to be kept apart?",
    ],
    name="held_out",
    random_case=random_patches,
)  # fmt: skip


@SAME_PICTURE.mistake
def _first_of_four(picture_of):
    """Whole pictures are kept apart now, but others: of four the last, 3, 7, 11, ..."""
    return picture_of % 4 == 0


@SAME_PICTURE.mistake
def _those_for_training(picture_of):
    """You mark those for training. True means: kept for the test."""
    return picture_of % 4 != 3


@SAME_PICTURE.mistake
def _the_last_quarter(picture_of):
    """You keep the last quarter of the patches. Its first ones may be of a picture that is trained on."""
    count = len(picture_of)
    return np.arange(count) >= count - count // 4


@SAME_PICTURE.mistake
def _every_fourth_that_occurs(picture_of):
    """You number the pictures that occur. Which pictures are kept then depends on which others there are: name them
    by their own number."""
    return np.unique(picture_of, return_inverse=True)[1] % 4 == 3
