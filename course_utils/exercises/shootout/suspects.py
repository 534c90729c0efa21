"""Four experiments that find the same gain, three of which fool themselves: which one may be believed?

The scores are made up, by a generator with a seed, so that what is true is known: A, B and C compare an upsampler
with *itself*, and D compares it with one that is better by one point.
"""

import numpy as np

from course_utils.exercises.engine import Prediction

SEEDS, STEPS = 6, np.arange(0, 401, 20)
TRUE_GAIN = {"A": 0.0, "B": 0.0, "C": 0.0, "D": 1.0}


def learning(steps, final, speed=90.0):
    """A score while it is trained, in percent."""
    return final - 40 * np.exp(-np.asarray(steps) / speed)


def four_experiments():
    """Letter -> {"ours": curves, "theirs": curves, "reported": the gain that is claimed, "steps": of both}.

    Curves have a row for each seed that was run and a column for each of STEPS; NaN where there was no training. The
    test scores of C are of pictures that ours was trained on, too.
    """
    rng = np.random.default_rng(16)

    def curves(final, count=SEEDS, last=STEPS[-1]):
        scores = (
            learning(STEPS, final) + rng.normal(0, 0.8, (count, 1)) + rng.normal(0, 0.25, (count, len(STEPS)))
        )
        return np.where(last >= STEPS, scores, np.nan)

    shared = rng.normal(0, 0.8, (SEEDS, 1))
    own = [learning(STEPS, final) + shared + rng.normal(0, 0.15, (SEEDS, len(STEPS))) for final in (81, 80)]
    return {
        "A": _reported(curves(80, 1), curves(80, 1, last=STEPS[14]), "one seed each"),
        "B": _reported(curves(80), curves(80), "six seeds each", np.max),
        "C": _reported(curves(80, 3) + 1.1 * (STEPS / STEPS[-1]) ** 2, curves(80, 3), "three seeds each"),
        "D": _reported(*own, "six seeds each"),
    }


def _reported(ours, theirs, words, of_ours=np.mean):
    last = [curve[:, np.flatnonzero(np.isfinite(curve[0]))[-1]] for curve in (ours, theirs)]
    return {
        "ours": ours,
        "theirs": theirs,
        "words": words,
        "reported": float(of_ours(last[0]) - last[1].mean()),
    }


def believable():
    """The letter of the experiment in which ours truly differs."""
    return next(letter for letter, gain in TRUE_GAIN.items() if gain)


WHICH_EXPERIMENT = Prediction(
    key="shootout.which_experiment",
    title="Which one can be believed?",
    question="Four papers claim a gain of about one point. Which one do you believe?",
    options=list("ABCD"),
    answer=believable,
    explain="D: six seeds, the same steps, and ours is above theirs with every one of them.",
    guesses={
        "Look how far to the right each curve goes.": "A",
        "Six seeds of ours, and one of them is reported. What would the mean say?": "B",
        "Ours still rises when theirs is flat. Learning by heart looks like that, on one's own pictures.": "C",
    },
)
