"""Every lesson top to bottom in a fresh kernel, every control moved; then again with solutions, as a learner goes on.

The second time goes through the same kernel, so a cell that cannot be run twice is noticed too. It is all of the
lesson with COURSE_THOROUGH=1, else what the solutions change. Cells tagged "training" or "long" run with
COURSE_THOROUGH=1 only, and then once.
"""

import doctest

import nbformat
import pytest

from course_utils import lessons
from course_utils.exercises.engine import all_exercises
from course_utils.exercises.engine.report import WORDS, Outcome
from tools import THOROUGH, run, watch
from tools.run import (
    LESSONS,
    run_in_turn,
    trains,
    untrained,
    what_solutions_change,
    with_solutions,
    with_sources,
    without_training,
)

pytestmark = pytest.mark.takes(120)

# lessons that load torch only in the cell that compares with it
TORCH_WAITS_IN = {lesson.number for lesson in lessons.LESSONS if lesson.torch == "late"}


def exercises():
    """key -> Exercise, for the whole course."""
    return {exercise.key: exercise for lesson in all_exercises().values() for exercise in lesson}


def said_by_checks(result):
    """(check cell, outcome) for each outcome that a cell with a ``.check(`` showed."""
    for cell in result.ran:
        if cell.cell_type == "code" and ".check(" in cell.source:
            texts = [output.get("data", {}).get("text/plain", "") for output in cell.outputs]
            outcomes = (outcome for text in texts for outcome in Outcome if says(text, outcome))
            yield from ((cell.source, outcome) for outcome in outcomes)


def says(text, outcome):
    return text.lstrip()[2:].startswith(WORDS[outcome])  # after the mark and a space


def loads_torch_too_early(cells):
    """The first cell that loads torch, unless it is a later one that says ``import torch``; else None."""
    for number, (source, _, loaded) in enumerate(cells):
        if loaded:
            return None if "import torch" in source and number > 0 else source
    return None


def assert_clean(path, result):
    found = f"{len(result.problems)} problems in {path.name}:"
    assert not result.problems, "\n".join([found, *result.problems])
    assert result.left_behind == []


def lesson_marks(path):
    cells = nbformat.read(path, as_version=4).cells
    return pytest.mark.xdist_group(path.stem), pytest.mark.takes(60 if any(map(trains, cells)) else 6)


@pytest.fixture(
    scope="module",
    params=[pytest.param(path, id=path.stem, marks=lesson_marks(path)) for path in LESSONS],
)
def lesson(request, tmp_path_factory):
    """(path, keys of its exercises, its run as it is, its run with solutions)."""
    path, known = request.param, exercises()
    notebook = nbformat.read(path, as_version=4)
    notebook = notebook if THOROUGH else untrained(notebook)
    keys = [cell.metadata["exercise"] for cell in notebook.cells if "exercise" in cell.metadata]
    solutions = {key: known[key].solution_source for key in keys if key in known}
    solved = with_solutions(notebook, solutions)
    again = without_training(solved, solutions) if THOROUGH else what_solutions_change(solved)
    return path, keys, *run_in_turn([notebook, again], tmp_path_factory.mktemp("lesson"))


@pytest.mark.thorough  # networks are trained, and controls go through more of their values
def test_unsolved(lesson, record_property):
    path, _, result, _ = lesson
    record_property("lesson", f"{path.stem}: {result.seconds:.1f} s, then {result.moves} moves")
    assert_clean(path, result)
    if path.stem[:2] in TORCH_WAITS_IN:
        assert loads_torch_too_early(result.cells) is None
    wrong = [said for said in said_by_checks(result) if said[1] != Outcome.NOT_ATTEMPTED]
    assert not wrong, f"the check of a stub must say 'not attempted': {wrong}"


@pytest.mark.thorough
def test_solved(lesson, record_property):
    path, keys, _, result = lesson
    unknown = [key for key in keys if key not in exercises()]
    assert not unknown, f"no Exercise has the key {unknown}; there are {sorted(exercises())}"
    record_property("lesson", f"{path.stem}, solved: {result.seconds:.1f} s, then {result.moves} moves")
    assert_clean(path, result)
    said = list(said_by_checks(result))
    wrong = [(check, outcome) for check, outcome in said if outcome != Outcome.RIGHT]
    assert not wrong, f"with the solutions in place every check must say right: {wrong}"
    assert len(said) >= len(keys), f"{len(keys)} exercises, but only {len(said)} checks said something"


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_an_exercise_cell_holds_the_stub(path):
    known = exercises()
    for cell in nbformat.read(path, as_version=4).cells:
        if "exercise" in cell.metadata and cell.metadata["exercise"] in known:
            assert f"def {known[cell.metadata['exercise']].name}(" in cell.source
            assert ".check(" not in cell.source, "the check needs a cell of its own"


def test_torch_that_comes_too_early_is_seen():
    assert loads_torch_too_early([("import numpy", 0, False), ("import torch", 0, True)]) is None
    assert loads_torch_too_early([("1", 0, False), ("import course_utils.figures", 0, True)])
    assert loads_torch_too_early([("import numpy, torch\nimport torch", 0, True), ("2", 0, True)])


def test_the_outcomes_of_checks_are_read(tmp_path):
    notebook = with_sources(
        "from course_utils.exercises.engine import Case, Exercise\n"
        "def twice(x):\n    return 2 * x\n"
        "double = Exercise('made.up', 'Twice', twice, [Case(2, by_hand=4)])",
        "def twice(x):\n    ...",
        "double.check(twice)",
        "double.check(lambda x: x + 1)",
        "double.check(lambda x: x / 0)",
    )
    notebook.cells[1].metadata["exercise"] = "made.up"

    solutions = {"made.up": "def twice(x):\n    return x + x"}
    runs = run_in_turn([notebook, with_solutions(notebook, solutions)], tmp_path)
    stub, solved = ([outcome for _, outcome in said_by_checks(result)] for result in runs)
    assert [result.problems for result in runs] == [[], []]
    assert stub == [Outcome.NOT_ATTEMPTED, Outcome.NOT_QUITE, Outcome.CRASHED]
    assert solved == [Outcome.RIGHT, Outcome.NOT_QUITE, Outcome.CRASHED]


def test_what_trains_runs_once_and_what_uses_the_learners_function_twice(tmp_path):
    notebook = with_sources(
        "runs = []", "def twice(x):\n    ...", "runs.append('network')", "runs.append(twice(1))"
    )
    for cell in notebook.cells[2:]:
        cell.metadata["tags"] = ["training"]
    solutions = {"made.up": "def twice(x):\n    return x + x"}
    kept = without_training(notebook, solutions)
    assert [cell.source for cell in kept.cells] == [
        "runs = []",
        "def twice(x):\n    ...",
        "runs.append(twice(1))",
    ]
    assert len(notebook.cells) == 4


def test_the_examples_in_run():
    assert doctest.testmod(run).failed == 0


def test_a_quick_run_leaves_out_what_trains_and_what_is_made_of_it():
    notebook = with_sources(
        "import numpy as np\nresults = []",
        "import math\nresults = train(3)",  # trains
        "print(results)",
        "best = max(results)\nresults = 0",
        "print(best, math.pi)",
        "results = 1",
        "results += 1",
        "# not a word of results\nbest = 3",
        "print(best)",
    )
    notebook.cells[1].metadata["tags"] = ["training"]
    left = [cell.source for cell in untrained(notebook).cells]
    assert left[0].startswith("import numpy") and left[5:7] == ["results = 1", "results += 1"]
    assert left[1:5] == ["import math", "", "", ""] and left[8] == "print(best)"


def test_a_second_run_shows_what_solutions_change_and_what_that_needs():
    notebook = with_sources(
        "import numpy as np",
        "import math",
        "size = 3",
        "def twice(x):\n    return x + x",  # the exercise
        "print(twice(size))",
        "print(size, math.pi)",
        "twice_four = twice(4)",
        "print(np.sqrt(twice_four))",
        "twice_four = 8",
        "print(twice_four)",
    )
    notebook.cells[3].metadata["exercise"] = "made.up"
    left = [cell.source for cell in what_solutions_change(notebook).cells]
    assert left == [notebook.cells[number].source for number in (0, 2, 3, 4, 6, 7)]


def test_every_run_is_reported_by_itself(tmp_path):
    slider = "import ipywidgets\nslider = ipywidgets.IntSlider(max=9)"
    broken = "slider.observe(lambda change: 1 / 0, names='value')"
    notebooks = [with_sources(slider), with_sources(slider, broken), with_sources(slider)]
    first, second, third = run_in_turn(notebooks, tmp_path)
    assert any("ZeroDivisionError" in problem for problem in second.problems)
    assert first.problems == third.problems == []
    every = (
        10 if THOROUGH else 3
    )  # values; and back, then at random. What another run left is not moved again
    assert {each.moves for each in (first, second, third)} == {every + 1 + watch.ROUNDS}
    assert [len(result.cells) for result in (first, second, third)] == [1, 2, 1]
