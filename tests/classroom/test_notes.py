"""Notes for teachers hold every prediction and every exercise of a lesson, and say what the lesson says."""

import pytest

from course_utils.classroom import notes
from course_utils.exercises.engine import registry
from course_utils.lessons import WRITTEN


@pytest.fixture(scope="module")
def written():
    """The notes of every lesson: number -> Markdown."""
    return {lesson.number: notes.notes(lesson) for lesson in WRITTEN}


def test_every_key_of_a_lesson_has_its_notes(written):
    for number, text in written.items():
        items = [*registry.all_predictions().get(number, ()), *registry.all_exercises().get(number, ())]
        assert [line for line in text.splitlines() if line.startswith("### ")] == [
            notes._head(each) for each in items
        ]


def test_each_prediction_has_its_question_its_answer_and_its_wrong_answers(written):
    for number, predictions in registry.all_predictions().items():
        for each in predictions:
            part = written[number].split(notes._head(each))[1].split("\n### ")[0]
            assert "**Ask:**" in part and "**Answer:**" in part
            assert part.count("\n- ") >= len(each.guesses)
            assert all(notes._line(sentence) in part for sentence in each.guesses)


def test_each_mistake_and_each_hint_is_there(written):
    for number, exercises in registry.all_exercises().items():
        for each in exercises:
            part = written[number].split(notes._head(each))[1].split("\n### ")[0]
            assert all(notes._line(mistake.sentence) in part for mistake in each.mistakes)
            assert all(notes._line(hint) in part for hint in each.hints)


def test_the_command_prints_the_lessons_named():
    said = []
    assert notes.main(["1"], said.append) == 0
    assert len(said) == 1 and said[0].startswith("# 01 ")
    assert notes.main(["44"], said.append) == 2 and "There is no lesson 44" in said[-1]
