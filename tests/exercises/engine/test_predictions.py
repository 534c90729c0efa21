"""Predictions: asked first, computed, remembered; whatever is typed gets a sentence."""

import asyncio
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.exercises import sampling
from course_utils.exercises.engine import predictions, progress, registry
from course_utils.exercises.engine.predictions import Prediction
from course_utils.exercises.engine.reading import read
from course_utils.exercises.engine.report import Outcome, show_pair
from tests.exercises.verify_predictions import verify_prediction


@pytest.fixture(autouse=True, scope="module")
def no_running_loop():
    """Playwright leaves its event loop running in the thread of a browser test; here nobody else waits in one."""
    loop = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(loop)


HALF = Prediction(
    "sample.half", "What lies halfway?", lambda: (2 + 4) / 2, "It is the mean.", title="Halfway"
)
GRID = Prediction(
    "sample.grid", "Which four numbers?", lambda: np.array([[0, 1 / 3], [2 / 3, 1]]), lambda a: f"Sum {a.sum():g}.",
    guesses={"You predicted the nearest neighbor.": lambda: [[0, 0], [1, 1]]}, shape=(2, 2),
)  # fmt: skip
TONE = Prediction(
    "sample.tone",
    "Does it get darker?",
    lambda: -1,
    "It loses weight.",
    options={"Darker": -1, "The same": 0},
    guesses={"The weights sum to less than 1.": "The same"},
)
COUNT = Prediction("sample.count", "How many taps?", lambda: np.int64(2), "Two.", options=[1, 2, 4])
PLACE = Prediction(
    "sample.place",
    "Where?",
    lambda: -0.25,
    "Left.",
    options={"−0.25": -0.25, "7/3, about 2.33": 7 / 3, "the end": 1},
)
RISE = Prediction(
    "sample.rise", "How many dB?", lambda: 20 * np.log10(2), "20 log10(2).", unit="dB", tolerance=1e-2
)


@pytest.fixture(autouse=True)
def fresh_forms():
    for prediction in (HALF, GRID, TONE, COUNT, PLACE, RISE):
        prediction._form = None


@pytest.mark.parametrize("prediction", [HALF, GRID, TONE, COUNT, PLACE, RISE], ids=lambda p: p.key)
def test_every_kind_of_question(prediction):
    verify_prediction(prediction)


def test_right_and_not():
    right, wrong = HALF.judge("3"), HALF.judge("4")
    assert right.text == "✓ As you predicted\n  predicted 3\n  computed  3\n  It is the mean."
    assert wrong.text == "✗ Not as you predicted\n  predicted 4\n  computed  3\n  It is the mean."
    assert (right.outcome, wrong.outcome) == (Outcome.RIGHT, Outcome.NOT_QUITE)
    assert "btp-card right" in right.html and "btp-card wrong" in wrong.html


def test_what_is_left_of_a_difference_is_shown_as_nothing():
    gone = Prediction("sample.gone", "What is left?", lambda: 1 - 0.9 - 0.1, "Nothing.")
    assert gone.judge("3").computed == "0" and '<div class="code">0</div>' in gone.ahead()["right"]
    assert show_pair(0.0, 1e-13) == ("0", "1e-13")  # unless it is the whole difference


def test_a_usual_guess_is_called_by_its_name():
    assert GRID.judge("0 0 1 1").sentence == "You predicted the nearest neighbor. Sum 2."
    assert GRID.judge("0 .33 .67 1").sentence == "Sum 2."


def test_a_right_answer_is_shown_without_the_noise_of_floats():
    noisy = Prediction("sample.noisy", "How much?", lambda: [0.1 + 0.2, 0.25], "So.", shape=2)
    verdict = noisy.judge("0.3, 0.25")
    assert verdict.predicted == verdict.computed == "[0.3  0.25]"


def test_of_two_guesses_the_nearer_one_is_named():
    edge, lost = (sampling.WALL.diagnosis(typed) for typed in ("15/25", "16/25"))
    assert "at an edge" in edge and "that is lost" in lost


def test_numbers_may_be_rounded_a_little_but_not_guessed():
    assert GRID.judge("0, 0.33, 0.67, 1").outcome is Outcome.RIGHT
    assert GRID.judge("0, 0.3, 0.7, 1").outcome is Outcome.NOT_QUITE
    quarter = Prediction("sample.quarter", "A quarter?", lambda: 0.25, "1/4.")
    assert [quarter.judge(t).outcome.value for t in ("1/4", "0.26")] == ["right", "not quite"]


def test_the_answer_is_computed_only_when_somebody_has_answered():
    calls = []
    lazy = Prediction("sample.lazy", "Lazy?", lambda: calls.append(1) or 5, "Five.")
    lazy.form(), lazy.text, lazy.html, lazy._repr_mimebundle_()
    assert calls == []
    lazy.check("5"), lazy.check("6")
    assert calls == [1]  # once is enough


def test_an_answer_that_cannot_be_computed_costs_a_sentence():
    def needs_torch():
        raise ModuleNotFoundError("No module named 'torch'")

    verdict = Prediction("sample.torch", "Torch?", needs_torch).check("1")
    assert verdict.outcome is Outcome.NOT_ATTEMPTED and "No module named 'torch'" in verdict.text
    assert progress.prediction("sample.torch") is None
    outside = Prediction("sample.outside", "Which?", lambda: "blue", options=["red", "green"])
    assert "none of the options" in outside.check("red").text


# Reading (test_reading.py has the ways to write numbers)


@given(st.text(max_size=40))
def test_no_text_whatsoever_raises(text):
    for prediction in (HALF, GRID, TONE, COUNT, PLACE, RISE):
        verdict = prediction.judge(text)
        assert verdict.text and verdict.outcome in Outcome


@given(st.lists(st.floats(-1e9, 1e9), min_size=4, max_size=4))
def test_what_is_recorded_can_be_read_again(numbers):
    verdict = GRID.judge(numbers)
    assert np.allclose(read(verdict.answer, (2, 2)).numbers.ravel(), numbers, rtol=1e-8, atol=1e-300)


def test_how_an_answer_was_read_stands_on_the_card():
    assert HALF.judge("3,0 px").text == (
        "✓ As you predicted\n  predicted 3\n  computed  3\n"
        "  Only the number was read, not the unit 'px'. '3,0 px' was read as 3: a decimal comma.\n"
        "  It is the mean."
    )


def test_the_textbook_answer_is_right():
    verdicts = [
        RISE.judge(text) for text in ("6 dB", "6", "6.0", "6,02", "6.02 dB", "+6 dB", "about 6", "20*0.301")
    ]
    assert all(verdict.outcome is Outcome.RIGHT for verdict in verdicts)
    assert RISE.judge("6 dB").remark == "" and "unit 'px'" in RISE.judge("6 px").remark
    assert all(RISE.judge(text).outcome is Outcome.NOT_QUITE for text in ("5.9", "6.1", "3", "−6", "2"))


def test_the_form_says_what_to_type():
    assert HALF.form().children[1].placeholder == "a number, such as 2.6"
    assert GRID.form().children[1].placeholder == "4 numbers, such as [[2.6, 1/7], [−1.7, 0.3]]"
    assert RISE.text == "? Predict: How many dB?\n  (a number in dB, such as 2.6)"
    assert "Type a number in dB, such as 2.6." in RISE.html


def test_a_wrong_choice_may_have_a_sentence():
    assert TONE.judge("the same").sentence == "The weights sum to less than 1. It loses weight."


@pytest.mark.parametrize("typed", ["-0.25", "− 0.25", "–0.25", -0.25, "-1/4", "-0,25"])
def test_a_choice_that_is_a_number_may_be_typed_as_one(typed):
    assert PLACE.judge(typed).outcome is Outcome.RIGHT
    assert [PLACE.judge(2.3333).predicted, PLACE.judge("7/3").predicted] == ["7/3, about 2.33"] * 2
    assert (
        "is not among the choices" in PLACE.judge("1").text
    )  # the number behind "the end" is nobody's answer


@pytest.mark.parametrize(
    ("typed", "label"), [("292", "half, 292"), (0, "nothing"), ("0", "nothing"), (125, "about 125")]
)
def test_a_choice_may_be_typed_as_the_number_that_stands_in_it(typed, label):
    options = {"nothing": 0, "half, 292": 292, "about 125": 125, "more than 15": 20}
    saved = Prediction("sample.saved", "How many?", lambda: 292, "Half.", options=options)
    assert saved.judge(typed).predicted == label
    assert "is not among the choices" in saved.judge(20).text  # 20 stands for all that is more


def test_numbers_may_be_given_one_by_one():
    assert GRID.check(0, 0, 1, 1).text.splitlines()[1:] == GRID.check([0, 0, 1, 1]).text.splitlines()[1:]
    assert HALF.check(3, 15).sentence.startswith("One number is asked for, and you gave 2: 3, 15.")
    assert HALF.check().sentence.startswith("Nothing is typed yet.")
    assert "is not among the choices" in TONE.check("Darker", "The same").sentence


def test_choices_by_label():
    assert TONE.judge("darker").outcome is Outcome.RIGHT
    assert COUNT.judge(2).outcome is Outcome.RIGHT and COUNT.judge("4").outcome is Outcome.NOT_QUITE
    assert TONE.judge("brighter").sentence == (
        "'brighter' is not among the choices: choose one of 'Darker', 'The same'."
    )
    assert TONE.judge(None).sentence.startswith("Nothing is chosen yet")


def test_a_typed_answer_is_refused():
    with pytest.raises(ValueError, match=r"must be computed by a function, got 2\.5"):
        Prediction("sample.typed", "Which?", 2.5)


def test_options_must_differ():
    with pytest.raises(ValueError, match="must differ"):
        Prediction("sample.twice", "Which?", lambda: 1, options=["a", "a"])


# Remembering


def test_the_first_answer_stays_on_record():
    assert "on record" not in HALF.check("4").text
    again = HALF.check("3")
    assert again.outcome is Outcome.RIGHT and "Your first prediction stays on record: 4." in again.text
    assert progress.prediction("sample.half")["answer"] == "4"
    assert progress.prediction("sample.half")["right"] is False


def test_what_cannot_be_read_is_not_recorded():
    HALF.check("")
    HALF.check("fish")
    assert progress.prediction("sample.half") is None


def test_a_form_with_a_text_field():
    _, entry, button, result = HALF.form().children
    assert result.value == ""
    entry.value = "3"
    button.click()
    assert "As you predicted" in result.value and progress.prediction("sample.half")["right"]
    entry.value = "what?"
    button.click()
    assert "is not a number" in result.value


def test_enter_in_the_text_field_answers_too():
    _, entry, _, result = HALF.form().children
    entry.value = "3"
    entry._handle_custom_msg({"event": "submit"}, [])
    assert "As you predicted" in result.value


def test_a_value_that_arrives_after_the_click_is_the_one_that_counts(monkeypatch):
    monkeypatch.setattr(predictions, "ARRIVAL_SECONDS", 0.01)
    _, entry, button, result = HALF.form().children

    async def busy_kernel():
        entry.value = "4"
        button.click()
        entry.value = "3"  # chosen before the click, but the click overtook it
        await asyncio.sleep(0.05)

    asyncio.run(busy_kernel())
    assert "As you predicted" in result.value and progress.prediction("sample.half")["answer"] == "3"


def test_a_form_with_choices_starts_with_nothing_chosen():
    _, entry, button, result = TONE.form().children
    assert entry.value is None and entry.options == ("Darker", "The same")
    button.click()
    assert "Nothing is chosen yet" in result.value
    entry.value = "The same"
    button.click()
    assert "Not as you predicted" in result.value and "Darker" in result.value


def test_showing_the_cell_again_keeps_its_state():
    form = TONE.form()
    form.children[1].value = "Darker"
    form.children[2].click()
    assert TONE.form() is form and "As you predicted" in form.children[3].value


def test_after_a_restart_the_answer_is_still_there():
    GRID.check("0, 0.33, 0.67, 1")
    TONE.check("The same")
    GRID._form = TONE._form = None  # a new kernel
    _, entry, _, result = GRID.form().children
    assert entry.value == "0, 0.33, 0.67, 1" and "As you predicted" in result.value
    assert "Your prediction of 2" in result.value
    _, entry, _, result = TONE.form().children
    assert entry.value == "The same" and "Not as you predicted" in result.value


def test_a_recorded_answer_to_an_older_question_is_ignored():
    progress.record_prediction("sample.tone", "Brighter", False)
    _, entry, _, result = TONE.form().children
    assert entry.value is None and result.value == ""


def test_the_bundle_holds_a_widget_and_what_a_page_without_kernel_shows():
    bundle = TONE._repr_mimebundle_()
    assert set(bundle) == {"application/vnd.jupyter.widget-view+json", "text/plain", "text/html"}
    assert bundle["text/plain"] == "? Predict: Does it get darker?\n  ( ) Darker\n  ( ) The same"
    assert "Darker" in bundle["text/html"] and "Does it get darker?" in bundle["text/html"]


def test_without_ipywidgets_the_question_can_still_be_read(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "ipywidgets", None)
    assert set(HALF._repr_mimebundle_()) == {"text/plain", "text/html"}


def test_a_key_belongs_to_one_question(monkeypatch):
    with pytest.raises(ValueError, match="is taken by 'Halfway'"):
        Prediction("sample.half", "Another question?", lambda: 1)
    monkeypatch.setattr(registry, "NUMBER_OF_TOPIC", {"sample": "05"})
    monkeypatch.setattr(registry, "TOPICS", ())
    assert HALF.lesson == "05" and HALF in registry.all_predictions()["05"]


@pytest.mark.parametrize(
    ("key", "typed", "sentence"),
    [
        ("subpixel.even_samples", "[2, 24, 40]", "Those are the odd positions."),
        ("subpixel.first_row", "[0, 1, 4, 5]", "You laid the channels side by side."),
        ("convolution.sent_back", "1,10,100,20,200", "At position 2 you kept the earlier stamp."),
        ("warping.flow_of_another_size", "0.5 px", "It is the other way around"),
        ("start.four_from_two", "0, 3.3, 6.7, 10", "You put the first and the last pixel center"),
    ],
)
def test_frequent_slips_are_called_by_their_names(key, typed, sentence):
    verdict = _prediction(key).judge(typed)
    assert verdict.outcome is Outcome.NOT_QUITE and verdict.sentence.startswith(sentence)


@pytest.mark.parametrize(
    ("key", "typed"),
    [
        ("subpixel.half_the_error", "6 dB"),
        ("warping.flow_of_another_size", "2 pixels"),
        ("warping.first_pixel", "- 0.75"),
    ],
)
def test_textbook_answers_of_the_course_are_right(key, typed):
    assert _prediction(key).judge(typed).outcome is Outcome.RIGHT


def _prediction(key):
    lessons = registry.all_predictions().values()
    return next(prediction for lesson in lessons for prediction in lesson if prediction.key == key)


def test_what_is_said_ahead_is_what_would_be_said():
    """For a page without a kernel; with numbers PREDICTED stands for what was typed."""
    labels = Prediction(
        "made.ahead", "Which?", lambda: "b", "Because.", options=["a", "b"], guesses={"Why a.": "a"}
    )
    assert labels.ahead()["options"] == {label: labels.judge(label).html for label in "ab"}
    numbers = Prediction(
        "made.numbers",
        "Two?",
        lambda: np.array([1.0, 2.5]),
        "So it is.",
        shape=2,
        guesses={"Both.": lambda: 3},
    )
    ahead = numbers.ahead()
    assert ahead["computed"] == [1.0, 2.5] and [guess for guess, _ in ahead["guesses"]] == [[3.0, 3.0]]
    for typed, html in (
        ("1, 2.5", ahead["right"]),
        ("0, 0", ahead["wrong"]),
        ("3, 3", ahead["guesses"][0][1]),
    ):
        verdict = numbers.judge(typed)
        assert html.replace(predictions.PREDICTED, verdict.predicted) == verdict.html
    assert Prediction("made.never", "What?", lambda: 1 / 0).ahead() is None


def test_an_answer_that_takes_what_is_not_here_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "cv2", None)
    asked = Prediction("sample.opencv", "How many?", lambda: __import__("cv2").INTER_LINEAR, "One.")
    verdict = asked.check(1)
    assert verdict.outcome == "not attempted"
    assert (
        verdict.sentence
        == "The answer takes OpenCV, which is not here. On your own computer it can be checked."
    )
