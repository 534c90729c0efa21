"""The engine as a learner meets it: four outcomes, sentences that help, nothing that raises."""

import array
import asyncio
import collections
import dataclasses
import sys
import threading
import time

import cv2
import numpy as np
import pytest

from course_utils.exercises.engine import (
    Case,
    Exercise,
    Mistake,
    NoCallOf,
    NoLoopOverPixels,
    Outcome,
    SpotTheBug,
    all_exercises,
    progress,
    registry,
)
from course_utils.exercises.engine.report import show_pair
from tests.exercises import samples, verify
from tests.exercises.samples import BUG, LERP, LIBRARY, MAP, NEAREST, RESIZE, SIZE, WEIGHTS


@pytest.mark.parametrize("exercise", samples.ALL, ids=lambda exercise: exercise.key)
def test_every_learner_gets_an_answer(exercise):
    verify.verify(exercise)


# The four outcomes


def test_right():
    report = LERP.check(samples.lerp)
    assert report.outcome is Outcome.RIGHT
    assert report.text.splitlines() == ["✓ Right: lerp", "  Between two samples: all 27 cases agree."]
    assert "Compare with the course&#x27;s own solution" in report.html
    assert "return (1 - t) * left + t * right" in report.html


def test_not_quite_reads_like_the_house_says():
    report = MAP.check(samples.asymmetric)
    assert report.text == (
        "✗ Not quite: Your answer is the asymmetric map o·n/m.\n"
        "  call     source_coordinates(2, 4)\n"
        "  expected [-0.25  0.25  0.75  1.25]\n"
        "  got      [0.  0.5 1.  1.5]"
    )
    assert (report.outcome, report.diagnosis) == (Outcome.NOT_QUITE, "asymmetric map")
    assert report.call == "source_coordinates(2, 4)"


def test_crashed_shows_the_last_line_and_the_learners_line():
    def source_coordinates(in_size, out_size):
        helper = [in_size]
        return np.arange(out_size) * helper[1]

    report = MAP.check(source_coordinates)
    assert (report.outcome, report.diagnosis) == (Outcome.CRASHED, "IndexError")
    assert report.error == "IndexError: list index out of range"
    assert report.line.endswith(": return np.arange(out_size) * helper[1]")
    assert "largest index" in report.sentence


def test_the_learners_line_is_theirs_even_when_a_library_raises():
    def source_coordinates(in_size, out_size):
        return np.zeros(3).reshape(2, 2)  # NumPy raises, on this line

    report = MAP.check(source_coordinates)
    assert "np.zeros(3).reshape(2, 2)" in report.line and "site-packages" not in report.text


STUBS = {
    "ellipsis": "...",
    "pass": "pass",
    "docstring": "'''Only words.'''",
    "docstring and ellipsis": "'''Words.'''\n    ...",
    "return": "return",
    "return None": "return None",
    "return ellipsis": "return ...",
    "raise": "raise NotImplementedError",
    "raise call": "raise NotImplementedError()",
    "raise with words": "raise NotImplementedError('write me')",
    "half begun": "x = ...\n    return x",
    "comment": "pass  # TODO",
}


@pytest.mark.parametrize("body", STUBS.values(), ids=STUBS)
@pytest.mark.parametrize("exercise", [LERP, BUG], ids=["write", "repair"])
def test_a_body_that_does_nothing_is_not_an_attempt(exercise, body):
    parameters = {"lerp": "left, right, t", "average": "signal"}[exercise.name]
    function = verify.define(f"def {exercise.name}({parameters}):\n    {body}", exercise.name, samples.lerp)
    report = exercise.check(function)
    assert report.outcome is Outcome.NOT_ATTEMPTED
    assert exercise.name in report.text and report.text.startswith("○ Not attempted yet")


def test_a_stub_with_some_lines_given_is_not_an_attempt_until_it_changes():
    stub = "def double(x):\n    '''Twice x.'''\n    twice = x  # your code here\n    return twice\n"
    exercise = Exercise(
        "sample.double", "Double", _double, [Case(3)], stub=stub, name="double", hints=["Add."]
    )
    given = verify.define(stub, "double", _double)
    commented = verify.define(
        "def double(x):\n    twice = x\n    pass\n\n    return twice\n", "double", _double
    )
    changed = verify.define("def double(x):\n    twice = x + 1\n    return twice\n", "double", _double)
    outcomes = [exercise.check(function).outcome for function in (given, commented, changed)]
    assert outcomes == [Outcome.NOT_ATTEMPTED, Outcome.NOT_ATTEMPTED, Outcome.NOT_QUITE]


def _double(x):
    return 2 * x


def test_a_library_that_has_not_implemented_something_is_a_crash():
    def lerp(left, right, t):
        return asyncio.AbstractEventLoop().time()  # the standard library raises it, not this line

    report = LERP.check(lerp)
    assert (report.outcome, report.diagnosis) == (Outcome.CRASHED, "NotImplementedError")
    assert "AbstractEventLoop" in report.line


# Diagnosis


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (samples.resize_without_half_pixel, "missing half pixel"),
        (samples.resize_without_clamping, "no clamping"),
        (samples.resize_with_swapped_axes, "swapped axes"),
        (samples.resize_truncated, "truncated"),
    ],
)
def test_four_wrong_resizes_get_four_diagnoses(function, name):
    report = RESIZE.check(function)
    assert (report.outcome, report.diagnosis) == (Outcome.NOT_QUITE, name)


def test_without_known_mistakes_the_general_patterns_still_tell_them_apart():
    plain = Exercise(
        "sample.plain", "Resize", samples.resize, RESIZE.small_cases, hints=["-"],
        helpers=[samples.source_coordinates, samples.axis_matrix],
    )  # fmt: skip
    names = [
        plain.check(function).diagnosis
        for function in (
            samples.resize_without_half_pixel,
            samples.resize_without_clamping,
            samples.resize_with_swapped_axes,
            samples.resize_truncated,
        )
    ]
    assert names == ["partly right", "border", "axes swapped", "truncated"]


def test_a_mistake_must_agree_in_every_case():
    def like_the_asymmetric_map_at_first(in_size, out_size):
        return samples.asymmetric(in_size, out_size) if in_size < 4 else np.zeros(out_size)

    assert MAP.check(like_the_asymmetric_map_at_first).diagnosis != "asymmetric map"


def test_two_functions_that_only_raise_need_not_have_the_same_mistake():
    exercise = Exercise(
        "sample.raising", "Raising", samples.clamped_average, BUG.small_cases, hints=["-"],
        mistakes=[Mistake("too far", lambda signal: signal[99], "It looks too far.")],
    )  # fmt: skip
    assert exercise.check(lambda signal: [].pop()).diagnosis == "IndexError"


def test_right_numbers_beside_a_wrong_word_are_not_explained_as_numbers():
    def name_and_size(ramp):
        return "torch", 2.0

    exercise = Exercise("sample.pair", "A pair", name_and_size, [Case(1), Case(2)], hints=["-"])
    assert exercise.check(lambda ramp: ("pillow", 2.0)).diagnosis == "different"


def test_two_mistakes_that_agree_are_not_told_apart():
    twins = Exercise(
        "sample.twins", "Twins", samples.lerp, [Case(0, 8, 0.25)], hints=["-"],
        mistakes=[Mistake(n, samples.swapped_weights, f"It is {n}.") for n in ("one", "the other")],
    )  # fmt: skip
    assert twins.check(samples.swapped_weights).diagnosis not in ("one", "the other")
    with pytest.raises(AssertionError, match="no case tells it from \\['the other'\\]"):
        verify.verify(twins)


def test_a_mistake_that_crashes_in_some_cases_is_recognized():
    def past_the_end(signal):
        return (signal + signal[np.arange(len(signal)) + (len(signal) > 2)]) / 2

    exercise = Exercise(
        "sample.past", "Past the end", samples.clamped_average, BUG.small_cases, hints=["-"],
        mistakes=[Mistake("past the end", past_the_end, "The last value has no right neighbor.")],
    )  # fmt: skip
    assert exercise.check(past_the_end).diagnosis == "past the end"
    assert exercise.check(lambda signal: signal[99]).diagnosis == "IndexError"


@pytest.mark.parametrize(
    ("exercise", "answer", "diagnosis", "words"),
    [
        (MAP, lambda n, m: [1, 2], "shape", "(4,)"),
        (MAP, lambda n, m: [[1], [2, 3]], "list", "different lengths"),
        (MAP, lambda n, m: samples.source_coordinates(n, m)[:, None], "shape", "The values are right"),
        (MAP, lambda n, m: np.arange(m + 1) * n / m, "shape", "One too many or one too few"),
        (MAP, lambda n, m: 3.0, "shape", "one number"),
        (MAP, lambda n, m: "0.5", "text", "'0.5'"),
        (MAP, lambda n, m: samples.source_coordinates(n, m) / 0, "infinite", "division by zero"),
        (MAP, lambda n, m: np.zeros(m) / 0, "nan", "NumPy warned: invalid value"),
        (MAP, lambda n, m: print(n) or None, "printed", "`return` instead of `print`"),
        (MAP, lambda n, m: np.add, "function", "parentheses"),
        (MAP, lambda n, m: {"a": 1}, "type", "something of type dict"),
        (MAP, lambda n, m: map(abs, range(m)), "type", "array of shape (4,) is needed. Wrap it in `list(...)`."),
        (MAP, lambda n, m: dict(enumerate(range(m))).values(), "type", "Wrap it in `list(...)`."),
        (NEAREST, lambda n, m: np.floor(np.arange(m) * n / m), "dtype", "`.astype(int)` makes them"),
        (NEAREST, lambda n, m: np.arange(m) * n / m, "dtype", "stored as float64; the task asks for whole numbers."),
        (SIZE, lambda n, f: True, "different", "None of the values"),
        (SIZE, lambda n, f: np.array([[n * f]]), "shape", "`answer[0, 0]`"),
        (WEIGHTS, lambda t: 1 - t, "type", "2 things"),
        (WEIGHTS, lambda t: (1 - t, t, 0), "length", "you return 3"),
        (WEIGHTS, lambda t: (1 - t, None), "None", "Part 2 of the answer"),
        (WEIGHTS, lambda t: (1 - t, t / 2), "partly right", "of 54 values"),
        (LIBRARY, lambda ramp: "Torch", "different", "not the expected answer"),
        (LIBRARY, lambda ramp: 1, "type", "the text 'torch'"),
        (RESIZE, lambda image, size: changed_inside(samples.resize(image, size)), "partly right", "values are"),
        (RESIZE, lambda image, size: samples.resize(image, size).T, "transposed", "transposed"),
        (RESIZE, lambda image, size: samples.resize(image, size)[::-1], "reversed", "axis 0"),
        (RESIZE, lambda image, size: samples.resize(image, size)[:, ::-1], "reversed", "axis 1"),
        (RESIZE, lambda image, size: samples.resize(image, size) / 255, "scaled", "times the expected one"),
        (RESIZE, lambda image, size: samples.resize(image, size) + 0.5, "off by a constant", "0.5 too large"),
        (RESIZE, lambda image, size: np.round(samples.resize(image, size)), "rounded", "rounded to whole"),
        (RESIZE, lambda image, size: samples.resize(image, size).astype(np.float16), "precision", "three digits"),
        (RESIZE, lambda image, size: samples.resize(image, size) * 0, "zeros", "ever written"),
    ],
)  # fmt: skip
def test_answers_of_the_wrong_kind_or_with_a_pattern(exercise, answer, diagnosis, words):
    report = exercise.check(answer)
    assert (report.outcome, report.diagnosis) == (Outcome.NOT_QUITE, diagnosis), report
    assert words in report.text


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        (LERP, lambda a, b, t: np.float32((1 - t) * a + t * b)),
        (LERP, lambda a, b, t: np.asarray((1 - t) * a + t * b)),
        (MAP, lambda n, m: samples.source_coordinates(n, m).astype(np.float32)),
        (MAP, lambda n, m: samples.source_coordinates(n, m).tolist()),
        (MAP, lambda n, m: samples.source_coordinates(n, m).astype(object)),
        (MAP, lambda n, m: array.array("d", samples.source_coordinates(n, m).tolist())),
        (MAP, lambda n, m: collections.deque(samples.source_coordinates(n, m))),
        (MAP, lambda n, m: memoryview(samples.source_coordinates(n, m))),
        (NEAREST, lambda n, m: samples.nearest_indices(n, m).astype(np.int16)),
        (WEIGHTS, lambda t: [1 - t, t]),
        (WEIGHTS, lambda t: np.array([1 - t, t])),
        (SIZE, lambda n, f: np.int64(n * f)),
        (SIZE, lambda n, f: float(n * f)),
        (SIZE, lambda n, f: n * f + 0j),
    ],
)
def test_answers_that_are_right_in_another_dress(exercise, answer):
    assert exercise.check(answer).outcome is Outcome.RIGHT


def test_changing_the_input_is_not_quite_though_the_values_are_right():
    def average(signal):
        answer = samples.clamped_average(signal)
        signal[0] = 7
        return answer

    report = BUG.check(average)
    assert (report.outcome, report.diagnosis) == (Outcome.NOT_QUITE, "in place")
    assert BUG.cases[0].args[0].tolist() == [1, 1]  # the exercise's own array is untouched


def test_differences_smaller_than_the_digits_shown_are_made_visible():
    report = LERP.check(lambda a, b, t: (1 - t) * a + t * b + 1e-5)
    assert report.diagnosis == "precision" and report.expected != report.got


@pytest.mark.parametrize(
    "wrong",
    [
        lambda image, size: np.arange(1200.0).reshape(12, 100),
        lambda image, size: np.zeros((2, 9, 1, 1)),
        lambda image, size: samples.resize(image, size)[:, :1],
        lambda image, size: changed_at_the_end(samples.resize(image, size)),
    ],
)
def test_a_card_is_at_most_a_screen_and_shows_a_difference(wrong):
    tall = Exercise(
        "sample.tall", "Tall", samples.resize, [Case(samples.IMAGE, (14, 7))], hints=["-"],
        random_case=lambda rng: Case(samples.IMAGE, (5, 4)),
    )  # fmt: skip
    report = tall.judge(wrong)
    assert len(report.text.splitlines()) <= verify.A_SCREEN and report.expected != report.got


def changed_at_the_end(image):
    image[-1, -1] += 1
    return image


def test_the_differing_row_of_a_tall_answer_is_in_sight():
    column = np.zeros((14, 1))
    assert show_pair(column, changed_at_the_end(column.copy()))[1].splitlines()[-1] == " [1.]]"


# Odd functions


def test_the_result_instead_of_the_function():
    report = LERP.check(samples.lerp(0, 10, 0.5))
    assert (
        report.diagnosis == "not a function" and "`check(lerp)`" in report.text and "a number" in report.text
    )


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda left, right: 0, "takes 2 parameters (left, right)"),
        (lambda left: 0, "takes 1 parameter (left)"),
        (lambda: 0, "takes no parameters"),
        (lambda a, b, c, d: 0, "missing a required argument: 'd'"),
    ],
)
def test_the_wrong_number_of_parameters(function, words):
    report = LERP.check(function)
    assert (report.outcome, report.diagnosis) == (Outcome.CRASHED, "parameters")
    assert words in report.text and "with 3" in report.text


def test_an_endless_loop_is_stopped():
    def lerp(left, right, t):
        while True:
            t = t + 1

    report = LERP.judge(lerp, seconds=0.05)
    assert (report.outcome, report.diagnosis) == (Outcome.CRASHED, "time")
    assert "0.05 seconds" in report.sentence


def test_the_stop_button_goes_through():
    def interrupted(left, right, t):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        LERP.check(interrupted)


class LeavesWhenItIsAsked:
    def __call__(self, left, right, t):
        return samples.lerp(left, right, t)

    def __getattr__(self, name):
        raise SystemExit(3)


class LeavesAtItsSignature:
    __call__ = LeavesWhenItIsAsked.__call__

    @property
    def __signature__(self):
        raise SystemExit(3)


class LeavesAtItsLength(list):
    def __len__(self):
        raise SystemExit(3)


@pytest.mark.parametrize("kind", [LeavesWhenItIsAsked, LeavesAtItsSignature, LeavesAtItsLength])
def test_what_is_given_to_the_check_does_not_leave_the_program(kind):
    report = LERP.check(kind())
    assert (report.outcome, report.diagnosis) == (Outcome.NOT_QUITE, "unreadable")
    assert "SystemExit" in report.sentence


def test_prints_are_shown_and_do_not_harm(capsys):
    def lerp(left, right, t):
        print("t is", t)
        return samples.lerp(left, right, t)

    report = LERP.check(lerp)
    assert report.outcome is Outcome.RIGHT and report.printed == "t is 0.5\n"
    assert capsys.readouterr().out == ""  # not three times into the middle of the page


def test_a_function_that_reuses_its_buffer_is_judged_by_what_it_said():
    buffer = np.zeros(2)

    def average(signal):
        answer = samples.clamped_average(signal)
        if answer.size != 2:
            return answer
        buffer[:] = answer
        return buffer

    assert BUG.check(average).outcome is Outcome.RIGHT


def test_texts_are_escaped():
    report = LERP.check(lambda left, right, t: "<script>alert(1)</script>")
    assert "<script>" not in report.html and "&lt;script&gt;" in report.html


def test_check_works_on_another_thread():
    reports = []
    thread = threading.Thread(target=lambda: reports.append(LERP.check(samples.lerp)))
    thread.start()
    thread.join()
    assert reports[0].outcome is Outcome.RIGHT


# Spot the bug


def test_the_unchanged_bug_is_not_an_attempt_and_the_symptom_shows_it():
    assert BUG.check(samples.wrapping_average).outcome is Outcome.NOT_ATTEMPTED
    symptom = BUG.symptom()
    assert symptom.text == "✗ The bug shows: average([0, 4])\n  expected [2. 4.]\n  got      [2. 2.]"


def test_an_edit_without_effect_says_so():
    report = BUG.check(lambda signal: samples.wrapping_average(signal) * 1.0)
    assert (report.outcome, report.diagnosis) == (Outcome.NOT_QUITE, "unchanged")
    assert "the bug is still there" in report.text


def test_a_half_repair_names_the_inputs_that_still_fail():
    report = BUG.check(samples.average_with_zero)
    assert report.diagnosis == "zero border"
    assert report.text.endswith(
        "All 27 inputs still show a bug, also `average([0, 4])` and `average([2, 4, 8])`."
    )


def test_the_stub_of_a_bug_is_the_buggy_code_under_the_learners_name():
    assert BUG.stub.startswith("def average(signal):") and "np.roll" in BUG.stub
    assert BUG.solution_source.startswith("def average(signal):") and "np.append" in BUG.solution_source


# Hints, solution, display, registry


def test_hints_come_one_at_a_time():
    exercise = Exercise("sample.hints", "Hints", samples.lerp, [Case(0, 1, 0.5)], hints=["first", "second"])
    texts = [exercise.hint().text for _ in range(3)]
    assert [text.splitlines()[0] for text in texts] == ["? Hint 1 of 2", "? Hint 2 of 2", "? Hint 2 of 2"]
    assert "first" in texts[0] and "second" not in texts[0] and "second" in texts[1]
    assert "last one" in texts[1]
    assert "first" in exercise.hint(1).text
    assert progress.exercise("sample.hints")["hints"] == 2


def test_nonsense_hint_numbers_do_not_raise():
    for number in (0, -3, 99, "two", None, 1.5):
        assert "Hint" in LERP.hint(number).text


def test_solution_is_the_tested_reference():
    card = MAP.solution()
    assert "def source_coordinates(in_size, out_size):" in card.text
    assert progress.exercise("sample.map")["solution"] is True
    assert RESIZE.solution_source.count("def ") == 3  # with its helpers


def test_a_check_is_kept_in_the_progress():
    LERP.check(samples.swapped_weights)
    assert progress.exercise("sample.lerp")["outcome"] == "not quite"
    LERP.check(samples.lerp)
    LERP.check(samples.swapped_weights)
    assert progress.exercise("sample.lerp")["outcome"] == "right"  # the best stays


def test_the_display_says_it_in_words_and_symbols_in_both_forms():
    for report, word in (
        (LERP.check(samples.lerp), "✓ Right"),
        (LERP.check(samples.swapped_weights), "✗ Not quite"),
        (LERP.check(lambda a, b, t: 1 / 0), "! Crashed"),
        (LERP.check(lambda a, b, t: None), "○ Not attempted yet"),
    ):
        bundle = report._repr_mimebundle_()
        mark, words = word.split(" ", 1)
        assert bundle["text/plain"].startswith(word) and repr(report) == bundle["text/plain"]
        assert f">{mark}</span>" in bundle["text/html"] and f"<b>{words}</b>" in bundle["text/html"]


def test_cases_read_like_calls():
    assert Case(np.arange(3), (4, 4), mode="linear", note="x").show("resize") == (
        "resize([0, 1, 2], (4, 4), mode='linear')"
    )
    assert Case(np.zeros((16, 20)), (4,)).show("f") == "f(<array 16×20>, (4,))"
    assert Case(np.sum, np.float32(0.5), True).show("f") == "f(sum, 0.5, True)"


def test_a_key_belongs_to_one_exercise():
    with pytest.raises(ValueError, match=r"'sample\.lerp' is taken by 'Between two samples'"):
        Exercise("sample.lerp", "Another", samples.resize, [Case(1)], hints=["-"])
    again = Exercise("sample.lerp", LERP.title, samples.lerp, LERP.cases, hints=["-"])  # a module run again
    assert again.key == LERP.key


@pytest.mark.parametrize("key", ["lerp", "", ".x", "x."])
def test_a_key_is_topic_and_name(key):
    with pytest.raises(ValueError, match=r"topic\.name"):
        Exercise(key, "Title", samples.lerp, [Case(1)])


def test_an_exercise_needs_a_case():
    with pytest.raises(ValueError, match="at least one case"):
        Exercise("sample.empty", "Title", samples.lerp, [])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cases": [(1, 2)]}, r"cases of exercise 'sample\.bad' must be a list of Case, got \(1, 2\)"),
        ({"mistakes": ["swapped"]}, "mistakes of .* must be a list of Mistake, got 'swapped'"),
        ({"hints": [3]}, "hints of .* got 3"),
        ({"tolerance": -1}, "tolerance of .* got -1"),
        ({"tolerance": "small"}, "tolerance of .* got 'small'"),
    ],
)
def test_a_badly_written_exercise_is_refused(changes, message):
    fields = {"cases": [Case(0, 1, 0.5)], "hints": ["-"], **changes}
    with pytest.raises(ValueError, match=message):
        Exercise("sample.bad", "Bad", samples.lerp, **fields)


def test_exercises_are_listed_by_lesson(monkeypatch):
    monkeypatch.setattr(registry, "NUMBER_OF_TOPIC", {"sample": "07"})
    monkeypatch.setattr(registry, "TOPICS", ())
    assert [e.key for e in all_exercises()["07"]].count("sample.lerp") == 1
    assert LERP.lesson == "07"


# verify() itself goes red


def _broken(**changes):
    fields = {
        "key": "sample.broken", "title": "T", "reference": samples.lerp, "cases": LERP.small_cases,
        "random_case": LERP.random_case,
        "mistakes": LERP.mistakes, "hints": ["-"],
    }  # fmt: skip
    return Exercise(**{**fields, **changes})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cases": [Case(0, 10, 0.5)], "random_case": None}, "'swapped weights' is not recognized"),
        ({"cases": [Case(0, 10, 0.25, by_hand=7.5)]}, r"is 7\.5 by hand, the reference says 2\.5"),
        ({"hints": []}, "at least one hint"),
        (
            {"stub": "def lerp(left, right, t):\n    return left + t * (right - left)"},
            "the stub is already right",
        ),
        ({"stub": "def lerp(a, b):\n    ..."}, r"the stub's parameters \['a', 'b'\]"),
        ({"stub": "lerp = None"}, "does not define lerp"),
        ({"mistakes": [Mistake("m", samples.lerp, "s")]}, "'m' is not recognized"),
        ({"mistakes": [Mistake("m", samples.swapped_weights, "")]}, "sentence of mistake 'm' is not shown"),
    ],
)
def test_verify_notices(changes, message):
    with pytest.raises(AssertionError, match=message):
        verify.verify(_broken(**changes))


def test_verify_notices_a_bug_that_no_case_shows():
    harmless = SpotTheBug(
        "sample.harmless", "T", samples.wrapping_average, samples.clamped_average,
        [Case(np.array([1.0, 1.0]))], hints=["-"], name="average",
    )  # fmt: skip
    with pytest.raises(AssertionError, match="no case shows the bug"):
        verify.verify(harmless)


# Mistakes and random cases


def _sum_of_two(a, b):
    return a + b


def _adding(**options):
    return Exercise("sample.adding", "Adding", _sum_of_two, [Case(1, 2, by_hand=3)], hints=["-"], **options)


def _two_numbers(rng):
    return Case(*rng.integers(-9, 9, 2).tolist())


def test_a_mistake_is_a_function_whose_docstring_is_its_diagnosis():
    exercise = _adding()

    @exercise.mistake
    def wrong_sign(a, b):
        """The second number
        counts as well."""
        return a - b

    @exercise.mistake("the first alone")
    def _first(a, b):
        """Where is b?"""
        return a

    assert [m.name for m in exercise.mistakes] == ["wrong sign", "the first alone"]
    report = exercise.check(lambda a, b: a - b)
    assert (report.diagnosis, report.sentence) == ("wrong sign", "The second number counts as well.")
    assert exercise.check(lambda a, b: a).diagnosis == "the first alone"
    assert wrong_sign(5, 2) == 3  # still a function of its own


def test_random_cases_find_what_friendly_numbers_hide_and_are_always_the_same():
    def friendly(a, b):
        return 3 if (a, b) == (1, 2) else 0

    assert _adding().check(friendly).outcome is Outcome.RIGHT
    exercise = _adding(random_case=_two_numbers)
    report = exercise.check(friendly)
    assert report.outcome is Outcome.NOT_QUITE
    assert exercise.check(_sum_of_two).outcome is Outcome.RIGHT
    again = _adding(random_case=_two_numbers)
    assert [case.args for case in again.cases] == [case.args for case in exercise.cases]
    assert len(again.cases) == 25 and len({case.args for case in again.cases}) > 15


def test_small_cases_come_first_and_random_ones_smallest_first():
    sizes = [case.size() for case in RESIZE.cases[len(RESIZE.small_cases) :]]
    assert sizes == sorted(sizes) and RESIZE.cases[: len(RESIZE.small_cases)] == RESIZE.small_cases


def test_a_slip_that_treats_a_rare_case_in_another_way_keeps_its_name():
    def swapped_but_careful(left, right, t):
        return left if np.all(left == right) or t > 0.9 else samples.swapped_weights(left, right, t)

    def swapped_half_of_the_time(left, right, t):
        return (samples.swapped_weights if left < right else samples.lerp)(left, right, t)

    assert LERP.check(swapped_but_careful).diagnosis == "swapped weights"
    assert LERP.check(lambda *_: 7).diagnosis != "swapped weights"


def test_a_mistake_that_few_cases_show_is_not_named_for_another():
    """Where the answer and the mistake are both right, they have no slip in common."""
    exercise = _adding(random_case=_two_numbers)

    @exercise.mistake
    def large_sums(a, b):
        """Your large sums are one too large."""
        return a + b + (a + b > 9)

    def small_sums(a, b):
        return a + b - (a + b < -9)

    assert exercise.judge(large_sums).diagnosis == "large sums"
    assert exercise.judge(small_sums).outcome is Outcome.NOT_QUITE
    assert exercise.judge(small_sums).diagnosis != "large sums"


def test_accepts_agrees_with_the_check():
    for function in (samples.resize, *(mistake.function for mistake in RESIZE.mistakes), lambda *_: 1 / 0):
        assert RESIZE.accepts(function) == (RESIZE.judge(function).outcome is Outcome.RIGHT)


# What a task rules out


def _double_pixels(image):
    return 2 * image


PIXELS = Exercise(
    "sample.pixels", "Pixels", _double_pixels, [Case(np.ones((2, 3)))], hints=["-"],
    forbids=[
        NoLoopOverPixels(Case(np.ones((3, 4))), Case(np.ones((12, 16)))),
        NoCallOf("numpy.multiply", "numpy.kron", "cv2.resize", case=Case(np.ones((2, 3)))),
    ],
)  # fmt: skip


def test_a_loop_over_pixels_is_noticed_and_one_over_rows_is_not():
    def pixels(image):
        result = np.empty_like(image)
        for row in range(image.shape[0]):
            for column in range(image.shape[1]):
                result[row, column] = 2 * image[row, column]
        return result

    def comprehension(image):
        return np.array([[2 * value for value in row] for row in image])

    def flat(image):
        return np.fromiter((2 * value for value in image.flat), float).reshape(image.shape)

    def rows(image):
        return np.array([2 * row for row in image])

    for slow in (pixels, comprehension, flat):
        report = PIXELS.check(slow)
        assert (report.outcome, report.diagnosis) == (Outcome.NOT_QUITE, "a loop over pixels"), slow
        assert "192" in report.sentence
    for fine in (rows, _double_pixels):
        assert PIXELS.check(fine).outcome is Outcome.RIGHT


def test_the_lines_are_counted_only_until_it_is_decided():
    finished = []

    def pixels(image):
        result = np.array([[2 * value for value in row] for row in image])
        finished.append(image.shape)
        return result

    assert PIXELS.judge(pixels).diagnosis == "a loop over pixels"
    assert (3, 4) in finished and (12, 16) not in finished


def test_the_time_limit_holds_for_what_the_task_rules_out():
    def sleeps(image):
        time.sleep(0 if image.size < 100 else 1000)
        return 2 * image

    before = sys.gettrace(), sys.getprofile()
    report = PIXELS.judge(sleeps, seconds=0.3)
    assert report.diagnosis == "time" and "0.3 s" in report.sentence
    assert not PIXELS.accepts(sleeps, seconds=0.3)
    assert (sys.gettrace(), sys.getprofile()) == before


def test_leaving_while_the_lines_are_counted_does_not_leave_the_program():
    def leaves(image):
        if image.size > 100:
            raise SystemExit(3)
        return 2 * image

    assert PIXELS.check(leaves).diagnosis != "unreadable"


def test_a_library_that_does_the_work_is_noticed():
    from numpy import kron

    report = PIXELS.check(lambda image: kron(image, np.array([[2]])))
    assert (report.outcome, report.diagnosis) == (Outcome.NOT_QUITE, "numpy.kron called")
    assert "`numpy.kron`" in report.sentence
    report = PIXELS.check(lambda image: 2 * cv2.resize(image, image.shape[::-1]))
    assert (report.outcome, report.diagnosis) == (Outcome.NOT_QUITE, "cv2.resize called")
    assert PIXELS.check(lambda image: image + image).outcome is Outcome.RIGHT


# A card fits a screen


@pytest.mark.parametrize("shape", [(400, 3), (3, 400), (60, 60), (2, 3, 4, 5), (1, 9, 33, 33)])
def test_a_card_shows_the_neighborhood_of_the_first_difference(shape):
    right = np.arange(np.prod(shape), dtype=float).reshape(shape)
    wrong = right.copy()
    place = tuple(size - 1 for size in shape)
    wrong[place] = -7.25
    exercise = Exercise(
        "sample.large", "Large", lambda: right, [Case()], hints=["-"], stub="def f(): ...", name="f"
    )
    report = exercise.check(lambda: wrong)
    assert "-7.25" in report.got and "-7.25" not in report.expected
    assert len(report.text.splitlines()) <= 30 and max(map(len, report.text.splitlines())) <= 120


def test_a_card_of_a_million_characters_is_cut():
    class Long:
        def __repr__(self):
            return "x" * 10**6

    for answer in ("x" * 10**6, Long(), [Long()] * 500, 10**5000, {"a": "y" * 10**6}, ["z" * 10**6]):
        for exercise in (LERP, MAP, WEIGHTS, LIBRARY):
            report = exercise.check(lambda *_, answer=answer: answer)
            assert report.outcome is Outcome.NOT_QUITE
            assert len(report.text) < 3000 and len(report.text.splitlines()) < 30


def test_reports_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        LERP.check(samples.lerp).outcome = Outcome.RIGHT


def changed_inside(array):
    array[1:3, 2] += 1
    return array
