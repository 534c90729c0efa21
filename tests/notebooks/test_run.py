"""Every lesson top to bottom in a fresh kernel, as it is and with solutions, then every control moved."""

import nbformat
import pytest

from course_utils.exercises.engine import all_exercises
from course_utils.exercises.engine.report import WORDS, Outcome
from tests.notebooks.run import LESSONS, run, with_sources

# lessons that load torch only in the cell that compares with it
TORCH_WAITS_IN = ("00", "01", "02", "03", "04", "05")


def exercises():
    """key -> Exercise, for the whole course."""
    return {exercise.key: exercise for lesson in all_exercises().values() for exercise in lesson}


def said_by_checks(result):
    """(check cell, outcome) for each outcome that a cell with a ``.check(`` showed."""
    for cell in result.notebook.cells:
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
    if path.stem[:2] in TORCH_WAITS_IN:
        assert loads_torch_too_early(result.cells) is None


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_unsolved(path, tmp_path, record_property):
    result = run(nbformat.read(path, as_version=4), tmp_path)
    record_property("lesson", f"{path.stem}: {result.seconds:.1f} s, then {result.moves} moves")
    assert_clean(path, result)
    wrong = [said for said in said_by_checks(result) if said[1] != Outcome.NOT_ATTEMPTED]
    assert not wrong, f"the check of a stub must say 'not attempted': {wrong}"


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_solved(path, tmp_path, record_property):
    notebook, known = nbformat.read(path, as_version=4), exercises()
    keys = [cell.metadata["exercise"] for cell in notebook.cells if "exercise" in cell.metadata]
    unknown = [key for key in keys if key not in known]
    assert not unknown, f"no Exercise has the key {unknown}; there are {sorted(known)}"
    result = run(notebook, tmp_path, {key: known[key].solution_source for key in keys})
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

    def outcomes(folder, solutions):
        result = run(notebook, folder, solutions)
        assert result.problems == []
        return [outcome for _, outcome in said_by_checks(result)]

    stub = outcomes(tmp_path / "stub", {})
    assert stub == [Outcome.NOT_ATTEMPTED, Outcome.NOT_QUITE, Outcome.CRASHED]
    solved = outcomes(tmp_path / "solved", {"made.up": "def twice(x):\n    return x + x"})
    assert solved == [Outcome.RIGHT, Outcome.NOT_QUITE, Outcome.CRASHED]
