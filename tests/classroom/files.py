"""Progress files and notebooks of a class that never was."""

import json

import nbformat
from nbformat import v4

from course_utils.exercises.engine import registry
from course_utils.exercises.engine.store import empty


def exercise(outcome="right", mistakes=None, **more):
    """One entry of a progress file; started at nine, right twelve minutes later."""
    right = "2026-03-01T09:12:00Z" if outcome == "right" else ""
    entry = {
        "outcome": outcome,
        "hints": 0,
        "solution": False,
        "started": "2026-03-01T09:00:00Z",
        "right": right,
    }
    return entry | {"mistakes": mistakes or {}} | more


def prediction(answer, right):
    return {"answer": answer, "right": right, "date": "2026-03-01T09:00:00Z"}


def write(path, exercises=None, predictions=None):
    """A progress file at ``path``; the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    state = empty() | {"exercises": exercises or {}, "predictions": predictions or {}}
    path.write_text(json.dumps(state), encoding="utf-8")
    return path


def draw(dice, exercises, predictions):
    """What one learner may have done, drawn by ``dice`` (random.Random): {key: entry} twice."""
    done = {}
    for each in dice.sample(exercises, dice.randrange(len(exercises) + 1)):
        names = [mistake.name for mistake in each.mistakes] + ["transposed"]
        mistakes = {dice.choice(names): dice.randrange(1, 4) for _ in range(dice.randrange(3))}
        outcome = dice.choice(["crashed", "not quite", "right", "right"])
        done[each.key] = exercise(outcome, mistakes, hints=dice.randrange(3), solution=dice.random() < 0.1)
    said = {
        each.key: prediction(draw_answer(dice, each), dice.random() < 0.5)
        for each in dice.sample(predictions, dice.randrange(len(predictions) + 1))
    }
    return done, said


def draw_answer(dice, each):
    if each.options:
        return dice.choice(list(each.options))
    count = 1
    for size in each.shape:
        count *= size
    return ", ".join(f"{dice.choice([0, 1, 2.5, dice.uniform(-9, 9)]):.10g}" for _ in range(count))


def draw_class(folder, dice, size):
    """``size`` progress files in ``folder``; their paths."""
    exercises = [each for items in registry.all_exercises().values() for each in items]
    predictions = [each for items in registry.all_predictions().values() for each in items]
    return [write(folder / f"learner{i}.json", *draw(dice, exercises, predictions)) for i in range(size)]


def notebook(path, *sources, exercises=None):
    """A notebook of code cells; ``exercises`` is {number of a cell: key of the exercise that it is marked with}."""
    cells = [v4.new_code_cell(source) for source in sources]
    for number, key in (exercises or {}).items():
        cells[number].metadata["exercise"] = key
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(v4.new_notebook(cells=cells), path)
    return path
