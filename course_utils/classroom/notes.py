"""``python -m course_utils notes``: what to ask a class, what it will say, and what to say to that.

The notes are made from the lessons' own predictions and exercises whenever they are asked for, so they say what the
lessons say.
"""

import argparse
import inspect
import textwrap

import numpy as np

from course_utils.classroom.command import run
from course_utils.exercises.engine import registry
from course_utils.lessons import ON_SIDE_ROADS, WRITTEN

ABOUT = """\
Notes for whoever teaches: per lesson the question to ask before each prediction, the answer and why, the usual wrong
answers and what to say; then the exercises with the mistakes that their checks recognize. Markdown."""


def main(arguments=None, say=print):
    """Print the notes of the lessons named, or of all; returns the exit status."""
    words = argparse.ArgumentParser("python -m course_utils notes", description=ABOUT)
    words.add_argument("lessons", nargs="*", metavar="NUMBER", help="of a lesson, such as 3; none for all")
    asked = [f"{number:0>2}" for number in words.parse_args(arguments).lessons]
    known = [lesson.number for lesson in WRITTEN]
    if unknown := [number for number in asked if number not in known]:
        say(f"There is no lesson {unknown[0]}; there are {', '.join(known)}.")
        return 2
    for lesson in WRITTEN:
        if not asked or lesson.number in asked:
            say(notes(lesson))
    return 0


def notes(lesson):
    """The notes of one Lesson, as Markdown."""
    predictions = registry.all_predictions().get(lesson.number, ())
    exercises = registry.all_exercises().get(lesson.number, ())
    parts = [f"# {lesson.number} {lesson.title}", f"{lesson.question} {lesson.minutes} minutes."]
    if predictions:
        parts.append("## To ask, before the lesson shows it")
    parts += [_of_prediction(each) for each in predictions]
    if exercises:
        parts.append("## To write, and what goes wrong")
    parts += [_of_exercise(each) for each in exercises]
    return "\n\n".join(parts) + "\n"


def _head(item):
    side = ", side road" if item.key in ON_SIDE_ROADS else ""
    return f"### {item.title} (`{item.key}`{side})"


def _of_prediction(prediction):
    lines = [_head(prediction), f"**Ask:** {_line(prediction.question)}"]
    if prediction.options:
        lines.append("\n".join(f"- {label}" for label in prediction.options))
    try:
        answer = prediction.computed()
        told = answer if prediction.options else _numbers(answer, prediction.unit)
        explained = prediction.explanation()
    except ImportError as error:  # an answer that PyTorch gives, where there is none
        told, explained = f"computed with {error.name}, which is not here", ""
    lines.append(f"**Answer:** {told}. {_line(explained)}".rstrip())
    if prediction.guesses:
        wrong = [
            f"- {_guess(prediction, guess)}: {_line(sentence)}"
            for sentence, guess in prediction.guesses.items()
        ]
        lines.append("\n".join(["**Usual wrong answers, and what to say:**", "", *wrong]))
    return "\n\n".join(lines)


def _guess(prediction, guess):
    return guess if prediction.options else _numbers(guess(), prediction.unit)


def _numbers(values, unit):
    text = ", ".join(f"{value:.4g}" for value in np.ravel(np.asarray(values, float)))
    return f"{text} {unit}".strip()


def _of_exercise(exercise):
    task = _line((inspect.getdoc(exercise.reference) or "").partition("\n\n")[0])
    lines = [_head(exercise), f"`{exercise.name}`: {task}"]
    if exercise.mistakes:
        mistakes = [f"- {mistake.name}: {_line(mistake.sentence)}" for mistake in exercise.mistakes]
        lines.append("\n".join(["**Mistakes that the check knows:**", "", *mistakes]))
    if exercise.hints:
        hints = [f"{number}. {_line(hint)}" for number, hint in enumerate(exercise.hints, 1)]
        lines.append("\n".join(["**To say, before giving it away:**", "", *hints]))
    return "\n\n".join(lines)


def _line(text):
    return " ".join(textwrap.dedent(text).split())


if __name__ == "__main__":
    run(main)
