"""Right answers, written otherwise: what people hand in when they do not write it the course's way.

Each topic has a module here. A right answer is a function under the exercise it answers:

    @right(linear.LERP)
    def lerp_by_climbing(left, right, x):
        return left + x * (right - left)

Every exercise has at least six, and each must pass. Tests mutate each of them, and the reference too; a mutant
that passes must be no mistake. Those that change nothing stand in a list, with the reason:

    same(linear.LERP, "np.maximum(x, 0) -> np.maximum(x, -1)", "x is never negative here")

The text is part of what ``python -m tests.exercises.mutants linear`` prints of a survivor; ``*`` stands for anything.
"""

import fnmatch
import importlib
import importlib.util
from dataclasses import dataclass

from course_utils.exercises.engine.registry import TOPICS

RIGHT = {}  # key -> [function]
_SAME = []


@dataclass
class Same:
    """Mutants that are no mistake: of which exercise, what they change, and why that changes nothing."""

    key: str
    change: str
    reason: str
    used: bool = False


def right(exercise):
    """Enter a right answer; a decorator."""

    def enter(function):
        RIGHT.setdefault(exercise.key, []).append(function)
        return function

    return enter


def same(exercise, change, reason):
    """Enter mutants that differ from their original nowhere in the task's domain."""
    _SAME.append(Same(exercise.key, change, reason))


def reason_for(key, change):
    """Why this mutant is no mistake; None when nobody said so."""
    for entry in _SAME:
        if entry.key == key and fnmatch.fnmatchcase(change, f"*{_literal(entry.change)}*"):
            entry.used = True
            return entry.reason
    return None


def unused(key):
    """Entries for an exercise that no mutant needed: they say something about code that is gone."""
    return [entry.change for entry in _SAME if entry.key == key and not entry.used]


def _literal(pattern):
    return pattern.replace("[", "[[]")  # brackets are Python's here


def load(topics=TOPICS):
    """Import the answers of these topics; one without a module has none, and the tests say so."""
    for topic in topics:
        if importlib.util.find_spec(f"{__name__}.{topic}"):
            importlib.import_module(f"{__name__}.{topic}")
