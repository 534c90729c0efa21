"""Progress: what is recorded, what is shown, and that nothing earned is lost. The file: test_store.py."""

import errno
import json
import os
import stat
from pathlib import Path

import pytest

from course_utils.exercises.engine import Prediction, progress, registry, store
from tests.exercises import samples

ASKED = Prediction("sample.asked", "What comes out?", lambda: 1, "One.", title="What comes out")


def read(directory):
    return json.loads((Path(directory) / "progress.json").read_text())


def restart():
    """A new kernel: nothing is known but the file."""
    progress._stores.clear()


def files(directory, beginning):
    return sorted(path.name for path in Path(directory).iterdir() if path.name.startswith(beginning))


# Recording


def test_the_best_outcome_stays(progress_home):
    for outcome in ("crashed", "right", "not quite", "not attempted"):
        assert progress.record_check("linear.lerp", outcome) == ""
    restart()
    entry = progress.exercise("linear.lerp")
    assert entry["outcome"] == "right" and entry["right"].startswith("20") and entry["started"]
    assert read(progress_home)["version"] == 1


def test_hints_solution_and_predictions_are_kept():
    progress.record_hint("linear.lerp", 2)
    progress.record_hint("linear.lerp", 1)
    progress.record_solution("linear.lerp")
    progress.record_prediction("linear.guess", "0, 1", True)
    progress.record_prediction("linear.guess", "5, 5", False)
    restart()
    assert progress.exercise("linear.lerp")["hints"] == 2
    assert progress.exercise("linear.lerp")["solution"] is True
    assert progress.prediction("linear.guess")["answer"] == "0, 1"
    assert progress.prediction("linear.other") is None


def test_looking_without_having_begun_writes_no_file(progress_home):
    samples.LERP.check(lambda a, b, t: None)
    progress.counts(), progress.exercise("linear.lerp"), progress.prediction("linear.x")
    assert list(progress_home.iterdir()) == []


def test_the_directory_comes_from_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv(store.HOME_VARIABLE, str(tmp_path / "deep" / "down"))
    progress.record_check("linear.lerp", "right")
    assert read(tmp_path / "deep" / "down")["exercises"]["linear.lerp"]["outcome"] == "right"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv(store.HOME_VARIABLE, "")
    assert store.home() == tmp_path / ".between_the_pixels"
    monkeypatch.setenv(store.HOME_VARIABLE, "~/elsewhere")
    assert store.home() == tmp_path / "elsewhere"


@pytest.mark.skipif(os.name != "posix", reason="HOME is the home of POSIX")
def test_a_relative_directory_is_one_place_for_kernels_in_every_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv(store.HOME_VARIABLE, "my/progress")
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        monkeypatch.chdir(tmp_path / folder)
        restart()
        progress.record_check(f"linear.{folder}", "right")
    assert sorted(read(tmp_path / "my" / "progress")["exercises"]) == ["linear.one", "linear.two"]


def test_the_home_of_nobody_means_this_session_only(monkeypatch):
    monkeypatch.setenv(store.HOME_VARIABLE, "~nobody-of-this-name/progress")
    assert "this session only" in progress.record_check("linear.lerp", "right")
    assert progress.exercise("linear.lerp")["outcome"] == "right"


@pytest.mark.skipif(os.name != "posix", reason="HOME is the home of POSIX")
def test_a_home_that_does_not_exist_yet_is_made(tmp_path, monkeypatch):
    monkeypatch.delenv(store.HOME_VARIABLE)
    monkeypatch.setenv("HOME", str(tmp_path / "new" / "me"))
    assert progress.record_check("linear.lerp", "right") == ""
    assert read(tmp_path / "new" / "me" / ".between_the_pixels")["exercises"]


@pytest.mark.parametrize("outcome", ["crashed", "not quite"])
def test_a_check_that_is_not_right_counts_its_diagnosis(outcome):
    for diagnosis in ("swapped weights", "", "precision", "swapped weights"):
        progress.record_check("linear.lerp", outcome, diagnosis)
    progress.record_check("linear.lerp", "right", "a thought beside")
    progress.record_check("linear.lerp", "not attempted", "todo")
    restart()
    assert progress.exercise("linear.lerp")["mistakes"] == {"swapped weights": 2, "precision": 1}
    assert progress.exercise("linear.other")["mistakes"] == {}


def test_a_check_keeps_the_name_of_the_mistake():
    samples.MAP.check(samples.asymmetric)
    samples.MAP.check(samples.asymmetric)
    samples.MAP.check(samples.MAP.reference)
    entry = progress.exercise("sample.map")
    assert entry["mistakes"] == {"asymmetric map": 2} and entry["outcome"] == "right"


def test_what_is_asked_is_a_copy():
    progress.record_check("linear.lerp", "not quite", "swapped weights")
    progress.record_prediction("linear.guess", "0", True)
    progress.exercise("linear.lerp")["mistakes"].clear()
    progress.exercise("linear.other")["mistakes"]["mine"] = 1
    progress.prediction("linear.guess").clear()
    assert progress.exercise("linear.lerp")["mistakes"] == {"swapped weights": 1}
    assert progress.exercise("linear.third")["mistakes"] == {}
    assert progress.prediction("linear.guess")["answer"] == "0"


def test_a_prediction_whose_answer_was_lost_is_asked_again(progress_home):
    damaged = {"answer": 3, "right": True, "date": "2026-01-01T00:00:00Z", "sure": "very"}
    (progress_home / "progress.json").write_text(
        json.dumps({"version": 1, "predictions": {"linear.p": damaged}})
    )
    progress.record_prediction("linear.p", "4", False)
    restart()
    kept = progress.prediction("linear.p")
    assert (kept["answer"], kept["right"], kept["sure"]) == ("4", False, "very")


def test_keys_of_any_script_survive():
    progress.record_prediction("linear.双线性", "插值 ½ \ud83d", True)
    restart()
    assert progress.prediction("linear.双线性")["answer"] == "插值 ½ \ud83d"


# Damage


def test_what_a_kernel_has_recorded_survives_damage_and_deletion(progress_home):
    progress.record_check("linear.first", "right")
    (progress_home / "progress.json").write_bytes(b"\0\0")
    progress.record_check("linear.second", "right")
    (progress_home / "progress.json").unlink()
    progress.record_check("linear.third", "right")
    assert sorted(read(progress_home)["exercises"]) == ["linear.first", "linear.second", "linear.third"]


def test_the_message_waits_for_something_that_shows_it(progress_home):
    (progress_home / "progress.json").write_bytes(b"damaged")
    assert (
        progress.prediction("linear.x") is None
    )  # a form looks for an earlier answer: nothing to show it on
    assert "damaged" in samples.LERP.hint().text
    assert "damaged" not in samples.LERP.hint().text
    (progress_home / "progress.json").write_bytes(b"again")
    assert "damaged" in progress.summary(1).text


def test_two_damaged_files_in_one_second_are_both_kept(progress_home):
    for data in (b"one", b"two", b"three"):
        (progress_home / "progress.json").write_bytes(data)
        progress.record_check("linear.lerp", "right")
    kept = {(progress_home / name).read_bytes() for name in files(progress_home, "progress-damaged-")}
    assert kept == {b"one", b"two", b"three"}


def test_a_newer_file_is_left_alone(progress_home):
    data = json.dumps({"version": 2, "treasure": [1, 2, 3]})
    (progress_home / "progress.json").write_text(data)
    message = progress.record_check("linear.lerp", "right")
    assert "newer version of the course (format 2" in message and "this session only" in message
    assert progress.record_check("linear.other", "right") == ""  # said once
    assert progress.exercise("linear.lerp")["outcome"] == "right"
    assert (progress_home / "progress.json").read_text() == data
    assert files(progress_home, "progress-") == []


# Places that cannot be written


def test_a_home_that_cannot_be_made_means_this_session_only(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv(store.HOME_VARIABLE, str(tmp_path / "file" / "home"))
    report = samples.LERP.check(samples.lerp)
    assert report.outcome == "right" and "this session only" in report.text
    assert "this session only" not in samples.LERP.check(samples.lerp).text  # said once
    assert progress.exercise("sample.lerp")["outcome"] == "right"
    assert progress.summary(1).text and progress.counts() is not None


@pytest.mark.parametrize("path", ["/proc/nothing/here", "/dev/null/x", "x\0y", "a" * 5000])
def test_impossible_homes(path, monkeypatch, tmp_path):
    monkeypatch.setattr(store, "home", lambda: Path(path))
    assert "this session only" in progress.record_check("linear.lerp", "right")
    assert progress.exercise("linear.lerp")["outcome"] == "right"


def test_no_home_at_all(monkeypatch):
    def no_home():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(store, "home", no_home)
    assert "this session only" in progress.record_check("linear.lerp", "right")
    assert progress.exercise("linear.lerp")["outcome"] == "right"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT])
def test_a_full_or_read_only_disk_keeps_the_old_file(progress_home, monkeypatch, number):
    progress.record_check("linear.first", "right")
    restart()
    before = (progress_home / "progress.json").read_bytes()

    def fail(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    message = progress.record_check("linear.second", "right")
    assert os.strerror(number) in message and "this session only" in message
    assert (progress_home / "progress.json").read_bytes() == before
    assert files(progress_home, ".progress") == []  # no litter
    assert progress.exercise("linear.first")["outcome"] == "right"  # earlier sessions are still known
    monkeypatch.undo()
    monkeypatch.setenv(store.HOME_VARIABLE, str(progress_home))
    progress.record_check("linear.third", "right")  # room again: all of it is written
    assert sorted(read(progress_home)["exercises"]) == ["linear.first", "linear.second", "linear.third"]


def test_an_interrupted_write_leaves_the_old_file(progress_home, monkeypatch):
    progress.record_check("linear.first", "right")

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        progress.record_check("linear.second", "right")
    assert list(read(progress_home)["exercises"]) == ["linear.first"]
    assert files(progress_home, ".progress") == []


def test_only_the_owner_can_read_it(progress_home):
    progress.record_check("linear.first", "right")
    if os.name == "posix":
        assert stat.S_IMODE((progress_home / "progress.json").stat().st_mode) == 0o600


# Showing


@pytest.fixture
def lesson(monkeypatch):
    """The samples as lesson 09, three exercises and one prediction of them."""
    monkeypatch.setattr(registry, "NUMBER_OF_TOPIC", {"sample": "09"})
    monkeypatch.setattr(registry, "TOPICS", ())
    chosen = {e.key: (e, None) for e in (samples.LERP, samples.MAP, samples.BUG)}
    monkeypatch.setattr(registry, "_exercises", chosen)
    monkeypatch.setattr(registry, "_predictions", {ASKED.key: (ASKED, None)})


@pytest.mark.usefixtures("lesson")
def test_the_summary_counts_and_names():
    samples.LERP.check(samples.lerp)
    samples.MAP.check(samples.asymmetric)
    card = progress.summary(9)
    assert card.text.splitlines()[:5] == [
        "○ Lesson 09: 1 of 3 exercises, 0 of 1 predictions",
        "  ✓ Between two samples (right)",
        "  ✗ The half-pixel map (begun, not right yet)",
        "  ○ The last value (open)",
        "  ○ What comes out (prediction open)",
    ]
    assert "Lesson 09" in card.html and card.html.count('role="listitem"') == 4


@pytest.mark.usefixtures("lesson")
def test_the_counts_for_the_map():
    assert str(progress.counts()["09"]) == "0 of 3 exercises, 0 of 1 predictions"
    for exercise in (samples.LERP, samples.MAP, samples.BUG):
        exercise.check(exercise.reference)
    ASKED.check("2")
    count = progress.counts()["09"]
    assert count == progress.LessonCount(3, 3, 1, 1) and count.done and count.steps == (4, 4)
    text = progress.summary("09").text
    assert text.startswith("✓ Lesson 09: 3 of 3") and "What comes out (predicted otherwise)" in text
    restart()
    assert progress.counts()["09"].done


@pytest.mark.usefixtures("lesson")
def test_side_roads_are_told_apart(monkeypatch):
    monkeypatch.setattr(progress, "ON_SIDE_ROADS", {samples.LERP.key, ASKED.key})
    for exercise in (samples.MAP, samples.BUG):
        exercise.check(exercise.reference)
    count = progress.counts()["09"]
    assert (
        count == progress.LessonCount(2, 2, 0, 0, side_done=0, side=2)
        and count.done
        and count.steps == (2, 2)
    )
    assert progress.summary(9).text.splitlines() == [
        "✓ Lesson 09: 2 of 2 exercises, 0 of 0 predictions; on side roads 0 of 2",
        "  ✓ The half-pixel map (right)",
        "  ✓ The last value (right)",
        "  ○ Between two samples (side road, open)",
        "  ○ What comes out (side road, prediction open)",
        "  The main road is done.",
    ]
    samples.LERP.check(samples.lerp)
    ASKED.check("2")
    assert progress.counts()["09"].side_done == 2
    assert progress.summary(9).text.endswith("Nothing is left to do here.")


def test_the_summary_of_a_lesson_without_exercises():
    assert "0 of 0" in progress.summary(99).text


@pytest.mark.parametrize("lesson_name", ["one", None, [], "1.5"])
def test_a_lesson_is_a_number(lesson_name):
    with pytest.raises(ValueError, match="a lesson is a number"):
        progress.summary(lesson_name)


@pytest.mark.usefixtures("lesson")
def test_starting_over_keeps_the_old_file(progress_home):
    samples.LERP.check(samples.lerp)
    sentence = progress.start_over()
    [kept] = files(progress_home, "progress-before-starting-over-")
    assert kept in sentence and progress.exercise("sample.lerp")["outcome"] == "not attempted"
    assert progress.start_over() == "There was no progress to forget."


def test_starting_over_says_what_was_there(progress_home, monkeypatch):
    (progress_home / "progress.json").write_text(json.dumps({"version": 2}))
    assert "newer version of the course (format 2)" in progress.start_over()
    restart()
    monkeypatch.setattr(store, "home", lambda: Path("/dev/null/x"))
    assert progress.start_over() == "There was no progress to forget."
    progress.record_check("linear.lerp", "right")
    assert progress.start_over() == "Your progress starts over. There was no file to keep."
    assert progress.exercise("linear.lerp")["outcome"] == "not attempted"


def test_starting_over_on_a_full_disk_says_so_and_forgets_nothing(progress_home, monkeypatch):
    progress.record_check("linear.lerp", "right")

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        sentence = progress.start_over()
    assert "Nothing is forgotten" in sentence and os.strerror(errno.ENOSPC) in sentence
    assert progress.exercise("linear.lerp")["outcome"] == "right"


@pytest.mark.usefixtures("lesson")
def test_the_card_of_another_kernel_starts_over_too(progress_home):
    other = store.Store(progress_home)
    other.update(
        lambda state: state["exercises"].update({"sample.lerp": {**store.NEW_EXERCISE, "outcome": "right"}})
    )
    assert progress.counts()["09"].exercises_right == 1
    other.forget()
    assert progress.counts()["09"].exercises_right == 0
