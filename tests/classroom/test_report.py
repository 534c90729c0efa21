"""What is counted over a class, and how it is told."""

import csv
import io
import json
import os
import random
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.classroom import report
from course_utils.classroom.learners import find_files, learner_of, read_learners
from course_utils.classroom.page import page
from course_utils.classroom.table import table
from course_utils.classroom.tally import tally
from course_utils.classroom.words import text
from course_utils.exercises import linear
from course_utils.exercises.engine import progress, registry
from tests.classroom import files
from tests.classroom.files import exercise, prediction, write

CLIMB = "That is how much it climbs. Where does the climb begin?"


@pytest.fixture
def three(tmp_path):
    """A class of three: ada is right, bob is stuck and mixes up the weights, eve has only predicted."""
    write(
        tmp_path / "ada" / ".between_the_pixels" / "progress.json",
        {"linear.lerp": exercise(mistakes={"swapped weights": 1}, hints=2)},
        {"linear.a_quarter": prediction("3.5", True)},
    )
    write(
        tmp_path / "bob" / ".between_the_pixels" / "progress.json",
        {"linear.lerp": exercise("not quite", {"swapped weights": 3, "transposed": 1}, solution=True)},
        {"linear.a_quarter": prediction("1.5", False)},
    )
    write(tmp_path / "eve" / "progress.json", {}, {"linear.a_quarter": prediction("1.50", False)})
    return tmp_path


def counted(place, **more):
    return tally(read_learners(find_files([place])), **more)


def heard(*arguments):
    said = []
    return report.main([str(each) for each in arguments], said.append), "\n".join(said)


# --- what is counted ----------------------------------------------------------------------------------------


def test_an_exercise_is_counted(three):
    (lesson,) = counted(three, only=["linear.lerp"]).lessons
    (lerp,) = lesson.exercises
    assert (lerp.begun, lerp.right, lerp.stuck, lerp.hints, lerp.solution, lerp.minutes) == (
        2,
        1,
        1,
        1,
        1,
        12,
    )
    first, second = lerp.mistakes
    assert (first.name, first.learners, first.times) == ("swapped weights", 2, 4)
    assert first.sentence == next(
        each.sentence for each in linear.LERP.mistakes if each.name == "swapped weights"
    )
    assert (second.name, second.learners, second.sentence) == ("transposed", 1, "")


def test_wrong_answers_that_show_the_same_are_one_and_carry_their_diagnosis(three):
    (lesson,) = counted(three, only=["linear.a_quarter"]).lessons
    wrong, right = lesson.predictions[0].answers
    assert (wrong.text, wrong.learners, wrong.right, wrong.diagnosis) == ("1.5", 2, False, CLIMB)
    assert (right.text, right.learners, right.right, right.diagnosis) == ("3.5", 1, True, "")


def test_what_a_check_and_a_prediction_record_is_what_the_report_reads(progress_home):
    """No file made by hand: the engine writes it, so the mistakes it names are the ones counted here."""
    linear.LERP.check(lambda left, right, x: x * left + (1 - x) * right)
    linear.A_QUARTER.check("1.5")
    (lesson,) = counted(progress_home, lessons=["1"]).lessons
    assert lesson.exercises[0].mistakes[0].name == "swapped weights"
    assert lesson.predictions[0].answers[0].diagnosis == CLIMB
    assert progress.exercise("linear.lerp")["mistakes"] == {"swapped weights": 1}


def test_a_file_from_before_mistakes_were_kept_still_counts(tmp_path):
    old = {"version": 1, "exercises": {"linear.lerp": {"outcome": "right"}}, "predictions": {}}
    (tmp_path / "old.json").write_text(json.dumps(old))
    (lesson,) = counted(tmp_path, only=["linear.lerp"]).lessons
    assert (lesson.exercises[0].right, lesson.exercises[0].minutes, lesson.exercises[0].mistakes) == (
        1,
        None,
        (),
    )


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32 - 1), size=st.integers(0, 6))
def test_counts_agree_with_each_other_for_any_class(tmp_path_factory, seed, size):
    folder = tmp_path_factory.mktemp("class")
    files.draw_class(folder, random.Random(seed), size)
    tallied = counted(folder)
    raw = [json.loads(path.read_text()) for path in find_files([folder])]
    for lesson in tallied.lessons:
        for each in lesson.exercises:
            entries = [state["exercises"][each.key] for state in raw if each.key in state["exercises"]]
            assert each.begun == len(entries) == each.right + each.stuck
            assert each.right == sum(entry["outcome"] == "right" for entry in entries)
            made = [name for entry in entries for name in entry["mistakes"]]
            assert sum(mistake.learners for mistake in each.mistakes) == len(made)
            times = sum(sum(entry["mistakes"].values()) for entry in entries)
            assert sum(mistake.times for mistake in each.mistakes) == times
        for each in lesson.predictions:
            entries = [state["predictions"][each.key] for state in raw if each.key in state["predictions"]]
            assert each.made == len(entries)
            assert each.right == sum(entry["right"] for entry in entries)


def test_every_guess_of_every_prediction_is_recognized_without_its_answer():
    """``diagnosis`` must say what a check says, and must not need the right answer, which may take seconds."""
    for each in (each for items in registry.all_predictions().values() for each in items):
        for sentence, guess in each.guesses.items():
            typed = (
                guess
                if each.options
                else ", ".join(f"{value:.10g}" for value in each._guessed[sentence].flat)
            )
            assert each.diagnosis(typed) in each.guesses, each.key
    assert linear.A_QUARTER.diagnosis("no number") == ""


# --- files --------------------------------------------------------------------------------------------------


def test_a_damaged_file_is_said_and_the_others_count(three):
    (three / "zoe.json").write_text("{")
    tallied = counted(three)
    assert [bool(each.trouble) for each in tallied.learners] == [False, False, False, True]
    assert "learner 4: it is not readable as JSON" in text(tallied)
    assert "zoe" in text(tallied, names=True) and "zoe" not in text(tallied) + page(tallied) + table(tallied)


def test_homes_that_cannot_be_looked_into_are_counted(three, monkeypatch):
    """Else a teacher without rights would think that nobody has begun."""
    may = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: "bob" not in str(path) and may(path, mode))
    assert "1 folder cannot be looked into" in heard(three)[1]
    monkeypatch.undo()
    assert "looked into" not in heard(three)[1]


def test_a_file_is_counted_once_however_it_is_named(three):
    assert len(find_files([three, three, three / "eve" / "progress.json", three / "eve"])) == 3


@pytest.mark.parametrize(
    "path, name",
    [
        ("/home/ada/.between_the_pixels/progress.json", "ada"),
        ("in/Ada Smith_123_file/02_where_new_pixels_come_from.ipynb", "Ada Smith_123_file"),
        ("in/ada.json", "ada"),
        ("in/03_bilinear_interpolation-ada.ipynb", "03_bilinear_interpolation-ada"),
    ],
)
def test_whose_file_it_is(path, name):
    assert learner_of(path) == name


# --- how it is told -----------------------------------------------------------------------------------------


def test_no_names_unless_asked_for(three):
    tallied = counted(three)
    for tell in (text, page, table):
        assert not re.search(r"\b(ada|bob|eve)\b", tell(tallied))
        assert re.search(r"\bada\b", tell(tallied, names=True))


def test_the_text_says_what_went_wrong(three):
    said = " ".join(text(counted(three)).split())
    assert "1 right, 1 stuck: The value between two samples; 1 took hints; 1 saw the solution" in said
    assert "2 × swapped weights. Your weights are swapped" in said
    assert f"2 said 1.5. {CLIMB}" in said


@pytest.mark.parametrize("tell", [text, page])
def test_an_open_vote_does_not_give_the_answer_away(three, tell):
    said = tell(counted(three, only=["linear.a_quarter"]), hide=True)
    assert "3.5" in said and "1.5" in said
    assert not any(word in said for word in ("✓", "✗", "as predicted", CLIMB))


class Outline(HTMLParser):
    """What a page is made of: its tags, its text, and the attributes that lead elsewhere."""

    def __init__(self, source):
        super().__init__()
        self.tags, self.texts, self.away, self.open = [], [], [], []
        self.feed(source)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self.away += [value for name, value in attributes if name in ("src", "href")]
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def test_the_page_stands_alone_and_says_in_words_what_its_bars_show(three):
    outline = Outline(page(counted(three)))
    assert outline.open == [] and outline.away == []
    assert "script" not in {tag for tag, _ in outline.tags}
    bars = [attributes for _, attributes in outline.tags if attributes.get("class") == "bar"]
    assert bars and all(bar["aria-hidden"] == "true" for bar in bars)
    said = "".join(outline.texts)
    assert "1 right, 1 stuck of 3" in said and "2 of 3" in said and CLIMB in said
    assert "prefers-color-scheme: dark" in said


def test_what_learners_type_is_text_and_nothing_else(tmp_path):
    nasty = "<script>alert(1)</script>\x1b[31m\u202e=cmd()"
    write(
        tmp_path / "one.json",
        {"linear.lerp": exercise("not quite", {nasty: 1})},
        {
            "linear.a_quarter": prediction(f"=HYPERLINK(1){nasty}", False),
            "linear.row_sums": prediction("-1.5", False),
        },
    )
    tallied = counted(tmp_path)
    assert "script" not in {tag for tag, _ in Outline(page(tallied)).tags}
    assert not re.search("[\x1b\u202e]", text(tallied) + page(tallied) + table(tallied))
    details = [row["detail"] for row in csv.DictReader(io.StringIO(table(tallied)))]
    assert any(each.startswith("'=HYPERLINK") for each in details) and "-1.5" in details
    assert not any(each.startswith(("=", "@")) for each in details)


def test_the_table_holds_one_number_in_a_row(three):
    rows = list(csv.DictReader(io.StringIO(table(counted(three)))))
    found = {(row["key"], row["measure"], row["detail"]): (row["learners"], row["value"]) for row in rows}
    assert found["linear.lerp", "stuck", ""] == ("1", "")
    assert found["linear.lerp", "mistake", "swapped weights"] == ("2", "4")
    assert found["linear.lerp", "minutes, median", ""] == ("1", "12.0")
    assert found["linear.a_quarter", "answer, wrong", "1.5"] == ("2", "")


# --- the command --------------------------------------------------------------------------------------------


def test_the_command_writes_what_it_is_asked_for(three, tmp_path):
    status, said = heard(three, "--page", tmp_path / "r.html", "--csv", tmp_path / "r.csv")
    assert status == 0 and "r.html" in said and "r.csv" in said
    assert (tmp_path / "r.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert (tmp_path / "r.csv").read_bytes().startswith(b"\xef\xbb\xbflesson,")


@pytest.mark.parametrize(
    "also, words",
    [
        (["--lesson", "44"], "there is no lesson 44"),
        (["--only", "linear.larp"], "no exercise or prediction has the key 'linear.larp'; there are linear."),
        (["--watch", "0"], "--watch takes at least half a second"),
    ],
)
def test_what_is_not_there_is_refused(three, also, words):
    status, said = heard(three, *also)
    assert status == 2 and words in said


def test_an_empty_folder_is_said(tmp_path):
    assert heard(tmp_path) == (2, f"there is no progress file in {tmp_path}.")


def test_watching_shows_answers_as_they_come_in(three):
    """The clock is ours: at the first tick nothing is new, at the second somebody has answered, then Ctrl+C."""
    ticks, said = iter(["nothing", "answer"]), []

    def sleep(_):
        match next(ticks, "stop"):
            case "stop":
                raise KeyboardInterrupt
            case "answer":
                write(three / "kim.json", {}, {"linear.a_quarter": prediction("6.5", False)})

    assert report.main([str(three), "--only", "linear.a_quarter", "--watch"], said.append, sleep) == 0
    assert len(said) == 2
    assert "3 progress files" in said[0] and "4 progress files" in said[1] and "1 said 6.5" in said[1]


def test_a_page_that_is_watched_reads_itself_again(three, tmp_path):
    def sleep(_):
        raise KeyboardInterrupt

    place = tmp_path / "hall.html"
    report.main([str(three), "--watch", "5", "--page", str(place)], [].append, sleep)
    assert '<meta http-equiv="refresh" content="5">' in place.read_text(encoding="utf-8")
    report.main([str(three), "--page", str(place)], [].append)
    assert "refresh" not in place.read_text(encoding="utf-8")
