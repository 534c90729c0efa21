"""The report as text, for a terminal."""

import textwrap

WIDTH = 100
BAR = 20
MOST = 5  # mistakes and wrong answers of one question


def text(tallied, names=False, hide=False):
    """The report. ``hide`` leaves out which answers are right: the question is still open in the lecture hall."""
    learners = tallied.learners
    lines = [f"{count(len(learners), 'progress file')}", *troubles(tallied, names)]
    for lesson in tallied.lessons:
        if not lesson.steps:
            lines.append(f"\n{lesson.number} {lesson.title}: nobody has begun")
            continue
        lines.append(f"\n{lesson.number} {lesson.title}: {len(lesson.steps)} of {len(learners)} have begun")
        for exercise in lesson.exercises:
            lines += _exercise(exercise, len(learners))
        for prediction in lesson.predictions:
            lines += _prediction(prediction, hide)
        if names:
            lines += _who(lesson, tallied)
    return "\n".join(lines)


def count(number, word):
    """
    >>> count(1, "learner"), count(3, "learner")
    ('1 learner', '3 learners')
    """
    return f"{number} {word}{'' if number == 1 else 's'}"


def troubles(tallied, names):
    """One sentence for each file that could not be read as a whole."""
    return [f"  {each.called(names)}: {each.trouble}" for each in tallied.learners if each.trouble]


def in_minutes(minutes):
    """
    >>> in_minutes(0.4), in_minutes(12.5), in_minutes(600), in_minutes(None)
    ('< 1 min', '12 min', '10 h', '')
    """
    if minutes is None:
        return ""
    return "< 1 min" if minutes < 1 else f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.0f} h"


def facts(exercise):
    """What is counted of an exercise, beside right and stuck."""
    told = [(exercise.hints, "took hints"), (exercise.solution, "saw the solution")]
    found = [f"{number} {words}" for number, words in told if number]
    return [*found, f"half took over {in_minutes(exercise.minutes)}"] if exercise.minutes else found


def _bar(part, whole):
    filled = round(BAR * part / whole) if whole else 0
    return "█" * filled + "·" * (BAR - filled)


def _exercise(exercise, learners):
    stuck = f", {exercise.stuck} stuck" if exercise.stuck else ""
    head = f"{_bar(exercise.right, learners)} {exercise.right} right{stuck}: {exercise.title}"
    lines = _wrapped("; ".join([head, *facts(exercise)]), 2)
    for mistake in exercise.mistakes[:MOST]:
        lines += _wrapped(f"{mistake.learners} × {mistake.name}. {mistake.sentence}".rstrip(), 6)
    return lines


def _prediction(prediction, hide):
    if not prediction.made:
        return []
    right = f"{prediction.made} answered" if hide else f"{prediction.right} of {prediction.made} as predicted"
    lines = _wrapped(f"? {prediction.title} ({right})", 2)
    for answer in prediction.answers[: MOST + 1]:
        mark = " " if hide else "✓" if answer.right else "✗"
        said = f"{mark} {_bar(answer.learners, prediction.made)} {answer.learners} said {answer.text}"
        lines += _wrapped(said if hide or not answer.diagnosis else f"{said}. {answer.diagnosis}", 6)
    return lines


def _who(lesson, tallied):
    rows = []
    for learner in tallied.learners:
        if learner.number in lesson.steps:
            right, made = lesson.steps[learner.number]
            exercises, predictions = len(lesson.exercises), len(lesson.predictions)
            rows += _wrapped(
                f"{learner.name}: {right} of {exercises} right, {made} of {predictions} predicted", 2
            )
    return rows


def _wrapped(line, indent):
    return textwrap.wrap(
        line, WIDTH, initial_indent=" " * indent, subsequent_indent=" " * (indent + 2), break_on_hyphens=False
    )
