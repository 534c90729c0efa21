"""What the learner has done so far: recorded by checks and predictions, shown at the end of each lesson.

The file is ``~/.between_the_pixels/progress.json``; the environment variable BETWEEN_THE_PIXELS_HOME names
another directory (a relative path counts from the home). A disk that is full costs a message, never a lesson:
nothing here raises over the file.
"""

import copy
import os
from dataclasses import dataclass
from pathlib import Path

from course_utils.exercises.engine import registry, store
from course_utils.exercises.engine.report import Card
from course_utils.lessons import ON_SIDE_ROADS

_stores = {}


@dataclass(frozen=True)
class LessonCount:
    """How far somebody is in one lesson. What stands on side roads is counted by itself."""

    exercises_right: int
    exercises: int
    predictions_made: int
    predictions: int
    side_done: int = 0
    side: int = 0

    @property
    def steps(self):
        """(steps done, steps in all) on the main road: an exercise solved or a prediction made is a step."""
        return self.exercises_right + self.predictions_made, self.exercises + self.predictions

    @property
    def done(self):
        """True when nothing is open on the main road."""
        return self.exercises_right == self.exercises and self.predictions_made == self.predictions

    def __str__(self):
        exercises = f"{self.exercises_right} of {self.exercises} exercises"
        main = f"{exercises}, {self.predictions_made} of {self.predictions} predictions"
        return f"{main}; on side roads {self.side_done} of {self.side}" if self.side else main


# Recording. Each returns a message for the learner, nearly always "".


def record_check(key, outcome, diagnosis=""):
    """Keep the best outcome of an exercise, and count what a check that was not right called the mistake."""

    def change(state):
        entry = _exercise_entry(state, key)
        if store.OUTCOMES.index(outcome) > store.OUTCOMES.index(entry["outcome"]):
            entry["outcome"] = str(outcome)
        if outcome == "right":
            entry["right"] = entry["right"] or store.now()
        elif diagnosis:
            entry["mistakes"][str(diagnosis)] = entry["mistakes"].get(str(diagnosis), 0) + 1

    if outcome != "not attempted":  # looking at a stub is no beginning
        _store().update(change)
    return _store().take_message()


def record_hint(key, number):
    """Keep how many hints were looked at."""

    def change(state):
        entry = _exercise_entry(state, key)
        entry["hints"] = max(entry["hints"], number)

    return _record(change)


def record_solution(key):
    """Keep that the solution was looked at."""
    return _record(lambda state: _exercise_entry(state, key).update(solution=True))


def record_prediction(key, answer, right):
    """Keep a prediction: the first answer stays, later ones know the result."""
    given = {"answer": str(answer), "right": bool(right), "date": store.now()}

    def change(state):
        entry = state["predictions"].setdefault(key, dict(store.NEW_PREDICTION))
        if not entry["answer"]:  # new, or its answer was lost in a damaged file
            entry.update(given)

    return _record(change)


# Asking


def exercise(key):
    """What is known about one exercise: outcome, hints, solution, started, right (dates), mistakes (counts)."""
    return copy.deepcopy(_state()["exercises"].get(key, store.NEW_EXERCISE))


def prediction(key):
    """The answer given to a prediction: {"answer", "right", "date"}, or None."""
    return copy.deepcopy(_state()["predictions"].get(key))


def counts():
    """How far the learner is, for the map of the course: ``{"01": LessonCount, ...}``."""
    state, exercises, predictions = _state(), registry.all_exercises(), registry.all_predictions()
    return {
        lesson: _count(state, exercises.get(lesson, ()), predictions.get(lesson, ()))
        for lesson in sorted(exercises.keys() | predictions.keys())
    }


def summary(lesson):
    """The card at the end of a lesson: what is done, what is open. ``lesson`` is its number, 1 or "01"."""
    lesson = _two_digits(lesson)
    state = _state()
    exercises = registry.all_exercises().get(lesson, [])
    predictions = registry.all_predictions().get(lesson, [])
    count = _count(state, exercises, predictions)
    items = [_exercise_item(state, item) for item in exercises]
    items += [_prediction_item(state, item) for item in predictions]
    items.sort(key=lambda item: item[3])  # side roads last
    closing = "Run a check again after a change; this card counts again too."
    if count.done:
        closing = "The main road is done." if count.side_done < count.side else "Nothing is left to do here."
    return Card(
        mark="✓" if count.done else "○",
        word=f"Lesson {lesson}:",
        headline=str(count),
        tone="right" if count.done else "calm",
        items=tuple((mark, tone, text) for mark, tone, text, _ in items),
        sentences=(closing, *filter(None, [_store().take_message()])),
    )


def start_over():
    """Forget everything, in every open kernel; the sentence returned tells where the old file is kept."""
    kept = _store()
    anything = store.has_content(kept.known)
    try:
        place = kept.forget()
    except store.Newer as error:
        return (
            f"Your progress file is from a newer version of the course (format {error}): start over there. "
            "Nothing is forgotten."
        )
    except OSError as error:
        return f"Nothing is forgotten: {kept.path} could not be replaced ({error.strerror or error})."
    if place:
        return f"Your progress starts over. The old file is kept as {place}."
    return (
        "Your progress starts over. There was no file to keep."
        if anything
        else "There was no progress to forget."
    )


def _two_digits(lesson):
    try:
        return f"{int(lesson):02d}"
    except (TypeError, ValueError):
        raise ValueError(f"a lesson is a number such as 1 or '01', got {lesson!r}") from None


def _store():
    try:
        directory = store.home()
    except RuntimeError:  # no home directory: a path that cannot be written makes it session-only
        directory = Path(os.devnull) / "no-home"
    if str(directory) not in _stores:
        _stores[str(directory)] = store.Store(directory)
    return _stores[str(directory)]


def _record(change):
    kept = _store()
    kept.update(change)
    return kept.take_message()


def _state():
    kept = _store()
    if os.path.lexists(kept.path) or kept.known != store.empty():  # looking leaves no files behind
        kept.update()
    return kept.known


def _exercise_entry(state, key):
    new = {**copy.deepcopy(store.NEW_EXERCISE), "started": store.now()}
    return state["exercises"].setdefault(key, new)


def _count(state, exercises, predictions):
    right = [item.key for item in exercises if state["exercises"].get(item.key, {}).get("outcome") == "right"]
    made = [item.key for item in predictions if item.key in state["predictions"]]
    side = [item.key for item in (*exercises, *predictions) if item.key in ON_SIDE_ROADS]
    return LessonCount(
        exercises_right=_on_main_road(right),
        exercises=_on_main_road(item.key for item in exercises),
        predictions_made=_on_main_road(made),
        predictions=_on_main_road(item.key for item in predictions),
        side_done=len({*right, *made} & {*side}),
        side=len(side),
    )


def _on_main_road(keys):
    return sum(key not in ON_SIDE_ROADS for key in keys)


def _exercise_item(state, item):
    """(mark, tone, text, is it on a side road?)"""
    outcome = state["exercises"].get(item.key, store.NEW_EXERCISE)["outcome"]
    shown = {"right": ("✓", "right", "right"), "not attempted": ("○", "calm", "open")}
    mark, tone, words = shown.get(outcome, ("✗", "wrong", "begun, not right yet"))
    return _item(item, mark, tone, words)


def _prediction_item(state, item):
    entry = state["predictions"].get(item.key)
    if entry is None:
        return _item(item, "○", "calm", "prediction open")
    return _item(
        item, *(("✓", "right", "as predicted") if entry["right"] else ("✗", "wrong", "predicted otherwise"))
    )


def _item(item, mark, tone, words):
    is_side = item.key in ON_SIDE_ROADS
    return mark, tone, f"{item.title} ({'side road, ' if is_side else ''}{words})", is_side
