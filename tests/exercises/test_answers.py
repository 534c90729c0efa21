"""A check is a promise: right answers pass in whatever form, small changes of them do not."""

import numpy as np
import pytest

from course_utils.exercises.engine import all_exercises
from tests.exercises import answers, mutants
from tools import THOROUGH

EXERCISES = [exercise for lesson in all_exercises().values() for exercise in lesson]
answers.load()


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.key)
def test_right_answers_pass_in_whatever_form(exercise):
    bank = answers.RIGHT.get(exercise.key, [])
    assert len(bank) >= 6, "six right answers written otherwise are needed"
    refused = [
        f"{function.__name__}:\n{exercise.judge(function)}"
        for function in bank
        if not exercise.accepts(function)
    ]
    assert not refused, "\n\n".join(refused)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.key)
def test_right_answers_agree_far_beyond_the_cases(exercise):
    """They are right: where one differs in a case that no check draws, the bank is wrong, or the task vague."""
    cases = exercise.draw(np.random.default_rng(7), 60)
    wrong = [f.__name__ for f in answers.RIGHT.get(exercise.key, []) if not exercise.agrees(f, cases=cases)]
    assert not wrong


@pytest.mark.thorough  # every right answer of the bank is mutated, not half of the references' changes
@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.key)
def test_no_mutant_passes(exercise):
    problems = []
    every = {} if THOROUGH else {"only_reference": True, "share": 0.5}
    for original, change, where in mutants.survivors(exercise, **every):
        if where:
            problems.append(f"{original}: {change}\n    passes, and differs in {where}: a case is missing")
        elif not answers.reason_for(exercise.key, change):
            problems.append(f"{original}: {change}\n    passes, and nobody says why that is no mistake")
    assert not problems, "\n".join(problems)
    if THOROUGH:
        assert answers.unused(exercise.key) == [], "these changes are no longer made by any mutant"
