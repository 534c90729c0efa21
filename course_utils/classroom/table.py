"""The report as CSV: one number in a row, so that any program can sort, filter and draw it."""

import csv
import io
import re

COLUMNS = ("lesson", "kind", "key", "title", "measure", "detail", "diagnosis", "learners", "value", "learner")
NUMBERS = re.compile(r"[-+\d.,;/e ]*")


def table(tallied, names=False):
    """The report as text in CSV.

    ``measure`` says what a row counts ("right", "mistake", "answer, wrong" ...), ``detail`` which one, ``diagnosis``
    what the learner was told; ``learners`` is their number, ``value`` another number where there is one (minutes, how
    often). ``learner`` is filled only with ``names``, in rows of their own.
    """
    file = io.StringIO()
    rows = csv.writer(file, lineterminator="\r\n")
    rows.writerow(COLUMNS)
    for lesson in tallied.lessons:
        for item in lesson.exercises:
            about = (lesson.number, "exercise", item.key, item.title)
            rows.writerows(tuple(map(_cell, (*about, *row, ""))) for row in _of_exercise(item))
        for item in lesson.predictions:
            about = (lesson.number, "prediction", item.key, item.title)
            rows.writerows(tuple(map(_cell, (*about, *row, ""))) for row in _of_prediction(item))
        if names:
            rows.writerows(tuple(map(_cell, row)) for row in _of_learners(lesson, tallied))
    return file.getvalue()


def _of_exercise(item):
    yield "begun", "", "", item.begun, ""
    yield "right", "", "", item.right, ""
    yield "stuck", "", "", item.stuck, ""
    yield "took hints", "", "", item.hints, ""
    yield "saw the solution", "", "", item.solution, ""
    if item.minutes is not None:
        yield "minutes, median", "", "", item.right, round(item.minutes, 1)
    for mistake in item.mistakes:
        yield "mistake", mistake.name, mistake.sentence, mistake.learners, mistake.times


def _of_prediction(item):
    yield "made", "", "", item.made, ""
    for answer in item.answers:
        measure = "answer, right" if answer.right else "answer, wrong"
        yield measure, answer.text, answer.diagnosis, answer.learners, ""


def _of_learners(lesson, tallied):
    for learner in tallied.learners:
        steps = lesson.steps.get(learner.number, (0, 0))
        for measure, value in zip(("exercises right", "predictions made"), steps, strict=True):
            yield lesson.number, "lesson", "", lesson.title, measure, "", "", "", value, learner.name


def _cell(value):
    """A learner's answer must not become a formula in a spreadsheet: one that is no number gets an apostrophe."""
    text = str(value)
    is_formula = text[:1] in ("=", "+", "-", "@", "\t") and not NUMBERS.fullmatch(text)
    return f"'{text}" if is_formula else text
