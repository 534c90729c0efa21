"""What a class found hard, counted over its progress files.

Words used here
    begun     a check of the exercise has run on something other than the stub
    stuck     begun, and not right yet
    minutes   from the first such check to the first right one, breaks included; so the median is told, not the mean
    mistake   what a check recognized: a mistake of the exercise, or a general pattern such as "transposed"
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from course_utils.classroom.learners import shown
from course_utils.exercises.engine import registry
from course_utils.lessons import WRITTEN


@dataclass(frozen=True)
class MistakeTally:
    """How many learners made a mistake, how often in all, and what the check told them ("" for a pattern)."""

    name: str
    learners: int
    times: int
    sentence: str


@dataclass(frozen=True)
class ExerciseTally:
    """One exercise: numbers of learners, and the most frequent mistakes first."""

    key: str
    title: str
    begun: int
    right: int
    hints: int
    solution: int
    minutes: float | None
    mistakes: tuple

    @property
    def stuck(self):
        return self.begun - self.right


@dataclass(frozen=True)
class AnswerTally:
    """One answer to a prediction, the learners who gave it first, and what it shows ("" where nobody knows)."""

    text: str
    learners: int
    right: bool
    diagnosis: str


@dataclass(frozen=True)
class PredictionTally:
    """One prediction and its answers, the most frequent first."""

    key: str
    title: str
    question: str
    answers: tuple

    @property
    def made(self):
        return sum(answer.learners for answer in self.answers)

    @property
    def right(self):
        return sum(answer.learners for answer in self.answers if answer.right)


@dataclass(frozen=True)
class LessonTally:
    """One lesson; ``steps`` is {learner's number: (exercises right, predictions made)} of those who began."""

    number: str
    title: str
    exercises: tuple
    predictions: tuple
    steps: dict


@dataclass(frozen=True)
class ClassTally:
    """A class: its learners in the order of their files, and the lessons that were asked for."""

    learners: tuple
    lessons: tuple


def tally(learners, lessons=(), only=()):
    """Count what these Learners did: in the lessons of these numbers, and only the exercises of these keys.

    Empty means all. Raises ValueError for a lesson or a key that the course does not have.
    """
    every = {lesson.number: lesson for lesson in WRITTEN}
    numbers = [_number(lesson, every) for lesson in lessons]
    exercises, predictions = registry.all_exercises(), registry.all_predictions()
    keys = {item.key for shelf in (exercises, predictions) for items in shelf.values() for item in items}
    if unknown := sorted(set(only) - keys):
        close = [key for key in sorted(keys) if key.partition(".")[0] == unknown[0].partition(".")[0]]
        raise ValueError(
            f"no exercise or prediction has the key {unknown[0]!r}; {_some(close or sorted(keys))}"
        )

    def wanted(shelf, number):
        return [item for item in shelf.get(number, ()) if not only or item.key in only]

    counted = []
    for number, lesson in every.items():
        ours, asked = wanted(exercises, number), wanted(predictions, number)
        if (not numbers or number in numbers) and (ours or asked):
            counted.append(_lesson(lesson, ours, asked, learners))
    return ClassTally(tuple(learners), tuple(counted))


def _number(lesson, every):
    number = f"{lesson:0>2}"
    if number not in every:
        raise ValueError(f"there is no lesson {lesson}; there are {', '.join(every)}")
    return number


def _some(keys):
    return f"there are {', '.join(keys[:8])}{' ...' if len(keys) > 8 else ''}"


def _lesson(lesson, exercises, predictions, learners):
    steps = {}
    for learner in learners:
        begun = [item for item in exercises if _outcome(learner, item) != "not attempted"]
        right = sum(_outcome(learner, item) == "right" for item in begun)
        made = sum(item.key in learner.predictions for item in predictions)
        if begun or made:
            steps[learner.number] = (right, made)
    return LessonTally(
        lesson.number,
        lesson.title,
        tuple(_exercise(item, learners) for item in exercises),
        tuple(_prediction(item, learners) for item in predictions),
        steps,
    )


def _outcome(learner, item):
    entry = learner.exercises.get(item.key)
    return entry["outcome"] if entry else "not attempted"


def _exercise(exercise, learners):
    entries = [learner.exercises[exercise.key] for learner in learners if exercise.key in learner.exercises]
    minutes = [spent for entry in entries if (spent := _minutes(entry)) is not None]
    return ExerciseTally(
        key=exercise.key,
        title=exercise.title,
        begun=sum(entry["outcome"] != "not attempted" for entry in entries),
        right=sum(entry["outcome"] == "right" for entry in entries),
        hints=sum(entry["hints"] > 0 for entry in entries),
        solution=sum(entry["solution"] for entry in entries),
        minutes=median(minutes) if minutes else None,
        mistakes=_mistakes(exercise, entries),
    )


def _minutes(entry):
    try:
        begun, right = (datetime.strptime(entry[name], "%Y-%m-%dT%H:%M:%SZ") for name in ("started", "right"))
    except ValueError:  # not right yet, or no date
        return None
    return max((right - begun).total_seconds(), 0) / 60


def _mistakes(exercise, entries):
    learners, times = Counter(), Counter()
    for entry in entries:
        made = {name: count for name, count in entry["mistakes"].items() if count}
        learners.update(made.keys())
        times.update(made)
    sentences = {mistake.name: mistake.sentence for mistake in exercise.mistakes}
    order = sorted(learners, key=lambda name: (-learners[name], -times[name], name))
    return tuple(
        MistakeTally(shown(name), learners[name], times[name], sentences.get(name, "")) for name in order
    )


def _prediction(prediction, learners):
    """Wrong answers that show the same are one answer, and so are all right ones; each under its commonest form."""
    given = Counter(
        (entry["answer"], entry["right"])
        for learner in learners
        if (entry := learner.predictions.get(prediction.key)) and entry["answer"]
    )
    forms, diagnoses = defaultdict(Counter), {}
    for (text, right), count in given.items():
        diagnosis = "" if right else prediction.diagnosis(text)
        group = (right, diagnosis or ("" if right else text))
        forms[group][shown(text)] += count
        diagnoses[group] = diagnosis
    answers = [
        AnswerTally(
            min(texts, key=lambda text: (-texts[text], text)), sum(texts.values()), group[0], diagnoses[group]
        )
        for group, texts in forms.items()
    ]
    answers.sort(key=lambda answer: (-answer.learners, answer.text))
    return PredictionTally(prediction.key, prediction.title, prediction.question, tuple(answers))
