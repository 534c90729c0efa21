"""The proof that a prediction works, for the tests: ``verify_prediction(prediction)``."""

import numpy as np

from course_utils.exercises.engine import Outcome


def verify_prediction(prediction):
    """Raise AssertionError when the answer cannot be computed, or it or a guess is not recognised."""
    key, computed = prediction.key, prediction.computed()
    right = prediction.judge(computed)
    assert right.outcome is Outcome.RIGHT, f"{key}: the computed answer is not recognised: {right}"
    assert right.sentence, f"{key}: nothing explains the answer"
    typed = prediction.judge(right.answer)
    assert typed.outcome is Outcome.RIGHT, f"{key}: the answer, typed as {right.answer!r}, is not recognised"
    others = [label for label in prediction.options if label != computed] or [np.asarray(_other(computed))]
    for other in others:
        assert prediction.judge(other).outcome is Outcome.NOT_QUITE, f"{key}: {other!r} passes as well"
    for sentence, guess in prediction.guesses.items():
        told = prediction.judge(guess if prediction.options else guess())
        assert told.outcome is Outcome.NOT_QUITE and told.sentence.startswith(sentence), (
            f"{key}: who guesses so is not told {sentence!r}"
        )
    for nonsense in (None, "", "what?", object(), [[1], [2, 3]]):
        verdict = prediction.judge(nonsense)
        assert verdict.outcome is Outcome.NOT_ATTEMPTED and verdict.sentence, (
            f"{key}: no sentence for {nonsense!r}"
        )


def _other(computed):
    return computed if isinstance(computed, str) else computed + 1
