"""Which exercises and predictions exist, and to which lesson they belong.

A key is ``topic.name``. The topic is the file that defines it (``linear.lerp`` is in ``exercises/linear.py``)
and decides the lesson.
"""

import importlib
import importlib.util

from course_utils.lessons import NUMBER_OF_TOPIC

TOPICS = tuple(NUMBER_OF_TOPIC)

_exercises = {}
_predictions = {}


def lesson_of(key):
    """The lesson number of a key, two digits; "" when its topic is not a lesson's.

    >>> lesson_of("linear.lerp")
    '01'
    """
    return NUMBER_OF_TOPIC.get(key.partition(".")[0], "")


def register_exercise(exercise):
    """Enter an exercise; the same key for a different reference function is an error (a reload is not)."""
    _register(_exercises, exercise, _identity(exercise.reference))


def register_prediction(prediction):
    """Enter a prediction; the same key for a different question is an error (a reload is not)."""
    _register(_predictions, prediction, prediction.question)


def all_exercises(topics=TOPICS):
    """Every exercise of these topics by lesson, in the order of definition: ``{"01": [exercise, ...], ...}``."""
    _load_topics(topics)
    return _by_lesson(_exercises)


def all_predictions():
    """Every prediction of the course by lesson, like :func:`all_exercises`."""
    _load_topics(TOPICS)
    return _by_lesson(_predictions)


def _identity(function):
    return getattr(function, "__module__", ""), getattr(function, "__qualname__", repr(function))


def _register(shelf, item, identity):
    topic, dot, name = item.key.partition(".")
    if not (topic and dot and name):
        raise ValueError(f"a key is topic.name, such as 'linear.lerp', got {item.key!r}")
    known = shelf.get(item.key)
    if known is not None and known[1] != identity:
        raise ValueError(f"the key {item.key!r} is taken by {known[0].title!r}; {item.title!r} needs another")
    shelf[item.key] = (item, identity)


def _load_topics(topics):
    for topic in topics:
        module = f"course_utils.exercises.{topic}"
        if importlib.util.find_spec(module):  # a lesson that is not written yet has no exercises
            importlib.import_module(module)


def _by_lesson(shelf):
    lessons = {}
    for item, _ in shelf.values():
        if lesson_of(item.key):  # keys made up in a test or by a learner belong to no lesson
            lessons.setdefault(lesson_of(item.key), []).append(item)
    return dict(sorted(lessons.items()))
