"""Exercises that answer back: a module a topic, the machinery in ``engine``, and the learner's ``progress``."""

from course_utils.exercises.engine import progress

__all__ = ["progress"]
