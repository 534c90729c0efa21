"""The report as one page of HTML that needs nothing else: bars, and beside each bar its numbers in words."""

from html import escape

from course_utils.classroom.words import MOST, count, facts, troubles

STYLE = """
:root { color-scheme: light dark; --right: #009e73; --stuck: #d55e00; --rest: #d5d9dd; --chosen: #0072b2;
  --line: #bbb; }
@media (prefers-color-scheme: dark) { :root { --rest: #444b52; --chosen: #56b4e9; --line: #555; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62em; margin: 2em auto; padding: 0 1em; }
table { border-collapse: collapse; width: 100%; margin: 0.5em 0 1.5em; }
th, td { text-align: left; vertical-align: top; padding: 0.35em 1em 0.35em 0; border-bottom: 1px solid var(--line); }
th[scope=row] { width: 34%; font-weight: normal; }
.bar { display: flex; height: 1.1em; min-width: 12em; background: var(--rest); border-radius: 3px; overflow: hidden; }
.bar .right { background: var(--right); }
.bar .stuck { background: repeating-linear-gradient(45deg, var(--stuck) 0 6px, transparent 6px 9px); }
.bar .chosen { background: var(--chosen); }
ul { margin: 0.3em 0; padding-left: 1.2em; }
small { color: color-mix(in srgb, currentcolor 70%, transparent); }
"""


def page(tallied, names=False, hide=False, refresh=0):
    """The page as text. ``refresh``: seconds after which a browser reads it again, 0 for never."""
    again = f'<meta http-equiv="refresh" content="{refresh}">' if refresh else ""
    learners = tallied.learners
    parts = [f"<h1>What the class found hard</h1><p>{count(len(learners), 'progress file')}.</p>"]
    if told := troubles(tallied, names):
        parts.append(f"<ul>{''.join(f'<li>{escape(each)}</li>' for each in told)}</ul>")
    parts += [_lesson(lesson, tallied, names, hide) for lesson in tallied.lessons]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width">{again}'
        f"<title>What the class found hard</title><style>{STYLE}</style></head>"
        f"<body><main>{''.join(parts)}</main></body></html>\n"
    )


def _lesson(lesson, tallied, names, hide):
    learners = len(tallied.learners)
    begun = f"{len(lesson.steps)} of {learners} have begun" if lesson.steps else "nobody has begun"
    parts = [f"<h2>{escape(lesson.number)} {escape(lesson.title)}</h2><p>{begun}.</p>"]
    if not lesson.steps:
        return "".join(parts)
    if lesson.exercises:
        rows = "".join(_exercise(exercise, learners) for exercise in lesson.exercises)
        parts.append(_table(("exercise", "right and stuck, of the class", "what happened"), rows))
    parts += [_prediction(prediction, hide) for prediction in lesson.predictions if prediction.made]
    if names:
        parts.append(_who(lesson, tallied))
    return "".join(parts)


def _table(columns, rows, caption=""):
    head = "".join(f'<th scope="col">{column}</th>' for column in columns)
    title = f"<caption>{caption}</caption>" if caption else ""
    return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _bar(whole, **parts):
    """Hidden from a screen reader: the words beside it say the same."""
    shares = "".join(
        f'<div class="{name}" style="width: {100 * part / whole:.1f}%"></div>'
        for name, part in parts.items()
        if part
    )
    return f'<div class="bar" aria-hidden="true">{shares}</div>'


def _exercise(exercise, learners):
    stuck = f", {exercise.stuck} stuck" if exercise.stuck else ""
    told = "; ".join(facts(exercise))
    mistakes = "".join(
        f"<li>{mistake.learners} × <b>{escape(mistake.name)}</b> <small>{escape(mistake.sentence)}</small></li>"
        for mistake in exercise.mistakes[:MOST]
    )
    return (
        f'<tr><th scope="row">{escape(exercise.title)}<br><small>{escape(exercise.key)}</small></th>'
        f"<td>{_bar(learners, right=exercise.right, stuck=exercise.stuck)}"
        f"{exercise.right} right{stuck} of {learners}</td>"
        f"<td>{escape(told)}{f'<ul>{mistakes}</ul>' if mistakes else ''}</td></tr>"
    )


def _prediction(prediction, hide):
    rows = "".join(_answer(answer, prediction.made, hide) for answer in prediction.answers[: MOST + 1])
    right = f"{prediction.made} answered" if hide else f"{prediction.right} of {prediction.made} as predicted"
    columns = ("answer", "how many") if hide else ("answer", "how many", "what it shows")
    return f"<h3>{escape(prediction.title)}: {right}</h3><p>{escape(prediction.question)}</p>" + _table(
        columns, rows
    )


def _answer(answer, made, hide):
    mark = "" if hide else "✓ " if answer.right else "✗ "
    color = "chosen" if hide else "right" if answer.right else "stuck"
    said = "" if hide else f"<td>{escape(answer.diagnosis) or ('right' if answer.right else '')}</td>"
    return (
        f'<tr><th scope="row">{mark}{escape(answer.text)}</th>'
        f"<td>{_bar(made, **{color: answer.learners})}{answer.learners} of {made}</td>{said}</tr>"
    )


def _who(lesson, tallied):
    rows = "".join(
        f'<tr><th scope="row">{escape(learner.name)}</th><td>{right} of {len(lesson.exercises)}</td>'
        f"<td>{made} of {len(lesson.predictions)}</td></tr>"
        for learner in tallied.learners
        for right, made in [lesson.steps.get(learner.number, (0, 0))]
    )
    return _table(("learner", "exercises right", "predictions made"), rows)
