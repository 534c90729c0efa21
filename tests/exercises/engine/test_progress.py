"""Progress: nothing earned is lost, whatever happens to the file."""

import errno
import json
import multiprocessing
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.exercises.engine import Prediction, progress, registry, store
from course_utils.exercises.engine.store import Damaged, Newer, Store, empty, merge, parse
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


def test_keys_of_any_script_survive():
    progress.record_prediction("linear.双线性", "插值 ½ \ud83d", True)
    restart()
    assert progress.prediction("linear.双线性")["answer"] == "插值 ½ \ud83d"


# Merging

dates = st.sampled_from(["", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", "2027-01-01T00:00:00Z"])
keys = st.sampled_from(["linear.a", "linear.b", "coordinates.a"])
exercise_entries = st.fixed_dictionaries(
    {
        "outcome": st.sampled_from(store.OUTCOMES),
        "hints": st.integers(0, 5),
        "solution": st.booleans(),
        "started": dates,
        "right": dates,
    }
)
prediction_entries = st.fixed_dictionaries(
    {"answer": st.sampled_from(["1", "2"]), "right": st.booleans(), "date": dates}
)
states = st.fixed_dictionaries(
    {
        "version": st.just(1),
        "exercises": st.dictionaries(keys, exercise_entries),
        "predictions": st.dictionaries(keys, prediction_entries),
    }
)


@given(states, states, states)
def test_merging_does_not_depend_on_order_or_repetition(a, b, c):
    assert merge(a, b) == merge(b, a)
    assert merge(a, merge(b, c)) == merge(merge(a, b), c)
    assert merge(a, a) == a == merge(a, empty())
    assert merge(merge(a, b), b) == merge(a, b)


@given(states, states)
def test_merging_loses_nothing_that_was_earned(a, b):
    both = merge(a, b)
    for side in (a, b):
        for key, entry in side["exercises"].items():
            kept = both["exercises"][key]
            assert store.OUTCOMES.index(kept["outcome"]) >= store.OUTCOMES.index(entry["outcome"])
            assert kept["hints"] >= entry["hints"] and kept["solution"] >= entry["solution"]
            assert not entry["right"] or kept["right"] <= entry["right"]
        for key, entry in side["predictions"].items():
            assert both["predictions"][key]["date"] <= entry["date"]


@given(states, states)
def test_merging_makes_new_states(a, b):
    before = json.dumps([a, b])
    both = merge(a, b)
    for part in ("exercises", "predictions"):
        for entry in both[part].values():
            entry["changed"] = True
    assert json.dumps([a, b]) == before


@given(states)
def test_what_is_written_is_read(state):
    assert parse(json.dumps(state).encode()) == (state, False)


# Damage


@given(st.binary(max_size=200))
def test_any_bytes_are_a_state_or_damaged(data):
    try:
        state, _ = parse(data)
    except (Damaged, Newer):
        return
    assert merge(state, empty()) == state


@settings(max_examples=200)
@given(states, st.data())
def test_any_change_of_the_file_is_a_state_or_damaged(state, data):
    text = bytearray(json.dumps(state).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(0, 255))
    try:
        kept, _ = parse(bytes(text[: data.draw(st.integers(0, len(text)))]))
    except (Damaged, Newer):
        return
    assert merge(kept, empty()) == kept


BROKEN = {
    "empty": b"",
    "cut off": b'{"version": 1, "exercises": {"linear.le',
    "zeros": b"\0" * 300,
    "not UTF-8": b"\xff\xfe{}",
    "a list": b"[1, 2]",
    "no version": b'{"exercises": {}}',
    "version in words": b'{"version": "one"}',
    "version true": b'{"version": true, "exercises": {}, "predictions": {}}',
    "version 0": b'{"version": 0}',
    "very deep": b"[" * 100_000,
    "a huge number": b'{"version": ' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_a_damaged_file_is_put_aside_with_a_message(progress_home, data):
    (progress_home / "progress.json").write_bytes(data)
    message = progress.record_check("linear.lerp", "right")
    [aside] = files(progress_home, "progress-damaged-")
    assert "damaged" in message and aside in message
    assert (progress_home / aside).read_bytes() == data
    assert read(progress_home)["exercises"]["linear.lerp"]["outcome"] == "right"
    assert progress.record_check("linear.other", "right") == ""  # said once


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


GOOD = {"outcome": "right", "hints": 0, "solution": False, "started": "", "right": ""}


@pytest.mark.parametrize(
    "bad",
    [
        None, [], "right", {}, {**GOOD, "outcome": "brilliant"}, {**GOOD, "hints": -1}, {**GOOD, "hints": True},
        {**GOOD, "hints": 1.5}, {**GOOD, "started": None}, {**GOOD, "more": 1}, {**GOOD, "outcome": ["right"]},
    ],
)  # fmt: skip
def test_a_damaged_entry_does_not_cost_the_others(progress_home, bad):
    state = {"version": 1, "exercises": {"linear.good": GOOD, "linear.bad": bad}, "predictions": {}}
    (progress_home / "progress.json").write_text(json.dumps(state))
    assert progress.exercise("linear.good")["outcome"] == "right"
    assert progress.exercise("linear.bad") == store.NEW_EXERCISE
    assert len(files(progress_home, "progress-damaged-")) == 1
    assert list(read(progress_home)["exercises"]) == ["linear.good"]


def test_a_damaged_prediction_or_part_does_not_cost_the_others(progress_home):
    state = {"version": 1, "exercises": {"linear.good": GOOD}, "predictions": {"linear.p": {"answer": 3}}}
    (progress_home / "progress.json").write_text(json.dumps(state))
    assert progress.prediction("linear.p") is None
    assert progress.exercise("linear.good")["outcome"] == "right"
    restart()
    (progress_home / "progress.json").write_text(json.dumps({**state, "predictions": 5}))
    assert progress.exercise("linear.good")["outcome"] == "right"


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


def test_the_progress_file_is_a_directory(progress_home):
    (progress_home / "progress.json").mkdir()
    assert "this session only" in progress.record_check("linear.lerp", "right")


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


# Two kernels


def _record(directory, worker, count):
    keeper = Store(directory)

    def change(state):
        state["exercises"][key] = {**store.NEW_EXERCISE, "outcome": "right"}

    for number in range(count):
        key = f"linear.w{worker}n{number}"
        keeper.update(change)


def test_writers_at_the_same_time_lose_nothing(progress_home):
    context = multiprocessing.get_context("fork" if os.name == "posix" else "spawn")
    workers = [context.Process(target=_record, args=(progress_home, worker, 15)) for worker in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0] * 4
    assert len(read(progress_home)["exercises"]) == 4 * 15
    assert files(progress_home, ".progress") == []


def _record_and_forget(directory, worker, count):
    """Without memory: only the lock can keep the others' records."""
    for number in range(count):
        keeper = Store(directory)
        key = f"linear.w{worker}n{number}"
        keeper.update(lambda state, key=key: state["exercises"].update({key: dict(store.NEW_EXERCISE)}))


def test_the_lock_alone_loses_nothing(progress_home):
    context = multiprocessing.get_context("fork" if os.name == "posix" else "spawn")
    workers = [context.Process(target=_record_and_forget, args=(progress_home, w, 15)) for w in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert len(read(progress_home)["exercises"]) == 4 * 15


def test_a_lock_file_left_behind_is_no_lock(progress_home):
    (progress_home / "progress.lock").write_text("from a kernel that was killed")
    assert progress.record_check("linear.lerp", "right") == ""
    assert read(progress_home)["exercises"]["linear.lerp"]["outcome"] == "right"


@pytest.mark.skipif(store.fcntl is None, reason="holds the lock the POSIX way")
def test_a_kernel_that_hangs_with_the_lock_does_not_stop_the_others(progress_home, monkeypatch):
    monkeypatch.setattr(store, "LOCK_SECONDS", 0.05)
    with open(progress_home / "progress.lock", "a+b") as held:
        store.fcntl.flock(held, store.fcntl.LOCK_EX)
        assert progress.record_check("linear.lerp", "right") == ""
    assert read(progress_home)["exercises"]["linear.lerp"]["outcome"] == "right"


def test_a_file_system_without_locks_still_works(progress_home, monkeypatch):
    if store.fcntl:
        monkeypatch.setattr(
            store.fcntl, "flock", lambda *_: (_ for _ in ()).throw(OSError(errno.ENOLCK, "no locks"))
        )
    assert progress.record_check("linear.lerp", "right") == ""
    assert read(progress_home)["exercises"]["linear.lerp"]["outcome"] == "right"


def test_two_kernels_see_each_other(progress_home):
    one, two = Store(progress_home), Store(progress_home)
    one.update(lambda state: state["exercises"].update({"linear.a": dict(GOOD)}))
    two.update(lambda state: state["exercises"].update({"linear.b": dict(GOOD)}))
    one.update()
    assert sorted(one.known["exercises"]) == ["linear.a", "linear.b"]


# Showing


@pytest.fixture
def lesson(monkeypatch):
    """The samples as lesson 09, three exercises and one prediction of them."""
    monkeypatch.setattr(registry, "LESSON_OF_TOPIC", {"sample": "09"})
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
