"""The progress file: whatever it holds, wherever it stands and whoever is killed, nothing earned is lost."""

import errno
import json
import multiprocessing
import os
import random
import socket
import stat
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.exercises.engine import store
from course_utils.exercises.engine.store import Damaged, Newer, Store, empty, merge, parse
from course_utils.files import fcntl

KILLS = int(os.environ.get("COURSE_KILLS", "20"))  # COURSE_KILLS=500 for the long run
GOOD = {**store.NEW_EXERCISE, "outcome": "right", "right": "2026-01-01T00:00:00Z"}

posix = pytest.mark.skipif(os.name != "posix", reason="links, pipes and permissions as POSIX has them")


def state_with(**entries):
    """A state with these exercises."""
    return {**empty(), "exercises": entries}


def earn(key):
    """A change as a check that is right makes it."""
    return lambda state: state["exercises"].setdefault(key, {}).update(GOOD)


def put(directory, data):
    """Write bytes, or a state as JSON, where the progress file belongs; the path."""
    path = Path(directory) / "progress.json"
    path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
    return path


def earned(directory):
    """The keys that the file calls right."""
    state = json.loads((Path(directory) / "progress.json").read_text())
    return sorted(key for key, entry in state["exercises"].items() if entry["outcome"] == "right")


def files(directory, beginning):
    """The files whose names begin so."""
    return sorted(path for path in Path(directory).iterdir() if path.name.startswith(beginning))


def updated(directory, key="new"):
    """What a new kernel says that earns one exercise."""
    kept = Store(directory)
    kept.update(earn(key))
    return kept.take_message()


# Merging

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from([0.0, -0.0, 1.0, 0.5, 1e300])
    | st.text("ab"),
    lambda inside: st.lists(inside, max_size=2) | st.dictionaries(st.sampled_from("xyz"), inside, max_size=2),
    max_leaves=5,
)
unknown = {"badges": json_values, "class": json_values}
dates = st.sampled_from(["", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", "2027-01-01T00:00:00Z"])
keys = st.sampled_from(["linear.a", "linear.b", "coordinates.a"])
exercise_entries = st.fixed_dictionaries(
    {
        "outcome": st.sampled_from(store.OUTCOMES),
        "hints": st.integers(0, 12),
        "solution": st.booleans(),
        "started": dates,
        "right": dates,
        "mistakes": st.dictionaries(st.sampled_from(["shifted", "scaled"]), st.integers(0, 12)),
    },
    optional=unknown,
)
prediction_entries = st.fixed_dictionaries(
    {"answer": st.sampled_from(["", "1", "2"]), "right": st.booleans(), "date": dates}, optional=unknown
)
states = st.fixed_dictionaries(
    {
        "version": st.just(1),
        "generation": st.sampled_from([0, 0, 0, 1, 2]),
        "exercises": st.dictionaries(keys, exercise_entries),
        "predictions": st.dictionaries(keys, prediction_entries),
    },
    optional=unknown,
)


def text(state):
    """A state as text: tells 1, 1.0 and True apart, which ``==`` does not."""
    return json.dumps(state, sort_keys=True)


@settings(max_examples=300)
@given(states, states, states)
def test_merging_does_not_depend_on_order_or_repetition(a, b, c):
    assert text(merge(a, b)) == text(merge(b, a))
    assert text(merge(a, merge(b, c))) == text(merge(merge(a, b), c))
    assert text(merge(a, a)) == text(a) == text(merge(a, empty()))
    assert text(merge(merge(a, b), b)) == text(merge(a, b))


@given(states, states)
def test_merging_loses_nothing_that_was_earned(a, b):
    both = merge(a, b)
    newest = max(a["generation"], b["generation"])
    for side in (side for side in (a, b) if side["generation"] == newest):
        assert side.keys() <= both.keys()
        for key, entry in side["exercises"].items():
            kept = both["exercises"][key]
            assert entry.keys() <= kept.keys()
            assert store.OUTCOMES.index(kept["outcome"]) >= store.OUTCOMES.index(entry["outcome"])
            assert kept["hints"] >= entry["hints"] and kept["solution"] >= entry["solution"]
            assert not entry["right"] or kept["right"] <= entry["right"]
            assert all(kept["mistakes"][name] >= count for name, count in entry["mistakes"].items())
        for key, entry in side["predictions"].items():
            kept = both["predictions"][key]
            assert entry.keys() <= kept.keys()
            assert kept["answer"] or not entry["answer"]
            assert not (kept["answer"] and entry["answer"] and entry["date"]) or kept["date"] <= entry["date"]


@given(states, states)
def test_of_two_generations_the_newer_one_stays(a, b):
    a["generation"] = b["generation"] + 1
    assert text(merge(a, b)) == text(a)


@given(states, states)
def test_merging_makes_new_states(a, b):
    before = text([a, b])
    both = merge(a, b)
    for part in ("exercises", "predictions"):
        for entry in both[part].values():
            entry["changed"] = True
            entry.setdefault("mistakes", {})["changed"] = 1
    assert text([a, b]) == before


def test_the_first_answer_stays_whatever_else_is_known_of_it():
    first = {"answer": "2", "right": False, "date": "2026-01-01T00:00:00Z", "sure": 3}
    later = {"answer": "1", "right": True, "date": "2026-02-01T00:00:00Z", "seconds": 20}
    undated = {"answer": "0", "right": True, "date": ""}
    a, b, c = ({**empty(), "predictions": {"linear.p": entry}} for entry in (first, later, undated))
    assert merge(c, merge(b, a))["predictions"]["linear.p"] == {**first, "seconds": 20}


# From text and back


@given(states)
def test_what_is_written_is_read(state):
    found, lost = parse(json.dumps(state).encode())
    assert text(found) == text(state) and not lost


@given(st.binary(max_size=200))
def test_any_bytes_are_a_state_or_damaged(data):
    try:
        state, _ = parse(data)
    except (Damaged, Newer):
        return
    assert text(merge(state, empty())) == text(state)


@settings(max_examples=200)
@given(states, st.data())
def test_any_change_of_the_file_is_a_state_or_damaged(state, data):
    changed = bytearray(json.dumps(state).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    try:
        kept, _ = parse(bytes(changed[: data.draw(st.integers(0, len(changed)))]))
    except (Damaged, Newer):
        return
    assert text(merge(kept, empty())) == text(kept)


@settings(max_examples=200)
@given(exercise_entries, st.sampled_from(sorted(store.NEW_EXERCISE)), json_values)
def test_one_odd_field_costs_neither_right_nor_the_other_fields(entry, name, value):
    solved = {**entry, "outcome": "right", "right": "2026-01-01T00:00:00Z"}
    [read] = parse(json.dumps(state_with(a={**solved, name: value})).encode())[0]["exercises"].values()
    assert read["outcome"] == "right" or value in store.OUTCOMES
    others = solved.keys() - {name, "outcome"}
    assert {other: read[other] for other in others} == {other: solved[other] for other in others}


def test_a_missing_field_gets_its_default():
    state, lost = parse(
        b'{"exercises": {"a": {"outcome": "right"}, "b": {}}, "predictions": {"p": {"right": true}}}'
    )
    assert not lost and state["version"] == 1 and state["generation"] == 0
    assert state["exercises"] == {"a": {**store.NEW_EXERCISE, "outcome": "right"}, "b": store.NEW_EXERCISE}
    assert state["predictions"] == {"p": {"answer": "", "right": True, "date": ""}}


@pytest.mark.parametrize("version", [2, 2.0, 3, 10**30])
def test_a_later_version_is_not_read(version):
    with pytest.raises(Newer):
        parse(json.dumps({"version": version, "exercises": {}}).encode())


def test_unknown_fields_survive_reading_merging_and_writing(progress_home):
    extra = {"minutes": 12.5, "seen": [1, {"x": None}], "who": {"teacher": "Ada", "插值": True}}
    odd = {**state_with(a={**GOOD, **extra}), "predictions": {"p": {"answer": "1", **extra}}, **extra}
    put(progress_home, odd)
    updated(progress_home, "a")
    updated(progress_home, "b")
    state = json.loads((progress_home / "progress.json").read_text())
    for kept in (state, state["exercises"]["a"], state["predictions"]["p"]):
        assert {name: kept[name] for name in extra} == extra
    assert earned(progress_home) == ["a", "b"] and files(progress_home, "progress-") == []


def test_what_another_program_adds_meanwhile_survives_in_this_kernel(progress_home):
    kept = Store(progress_home)
    kept.update(earn("a"))
    put(progress_home, {**state_with(a={**GOOD, "stars": 3}), "class": "7b"})
    kept.update(earn("b"))
    (progress_home / "progress.json").unlink()
    kept.update()
    state = json.loads((progress_home / "progress.json").read_text())
    assert state["exercises"]["a"]["stars"] == 3 and state["class"] == "7b"


# Files that are odd

SOLVED = json.dumps(state_with(old=GOOD))
BOM = "\ufeff"
WHOLE = {
    "UTF-8 with a byte order mark": (BOM + SOLVED).encode(),
    "UTF-16, little end first": (BOM + SOLVED).encode("utf-16-le"),
    "UTF-16, big end first": (BOM + SOLVED).encode("utf-16-be"),
    "UTF-16 without a mark": SOLVED.encode("utf-16-le"),
    "UTF-32": (BOM + SOLVED).encode("utf-32-be"),
    "Windows line ends": json.dumps(state_with(old=GOOD), indent=2).replace("\n", "\r\n").encode(),
    "blanks around it": f"\n \t{SOLVED}\r\n\n".encode(),
    "no version": SOLVED.replace('"version": 1, ', "").encode(),
    "no generation": SOLVED.replace('"generation": 0, ', "").encode(),
    "no predictions": SOLVED.replace(', "predictions": {}', "").encode(),
    "an older course's entry": SOLVED.replace(', "mistakes": {}', "").encode(),
}
IN_PART = {
    "text after it": f"{SOLVED}}}]\nold rest".encode(),
    "zeros after it": SOLVED.encode() + b"\0" * 500,
    "bytes that are no text after it": SOLVED.encode() + b"\xff\xfe\x80",
    "twice": (SOLVED + SOLVED).encode(),
    "an exercise twice": SOLVED.replace('{"old":', '{"old": {"outcome": "crashed"}, "old":').encode(),
    "an exercise twice, best first": (
        SOLVED[:-1] + ', "exercises": {"old": {"outcome": "crashed"}}}'
    ).encode(),
    "a field twice": SOLVED.replace('"hints"', '"outcome": "not quite", "hints"').encode(),
    "NaN in a field": SOLVED.replace('"hints": 0', '"hints": NaN').encode(),
    "NaN in an unknown field": SOLVED.replace('"hints"', '"weight": NaN, "hints"').encode(),
    "infinity": SOLVED.replace('"hints"', '"weight": [-Infinity, 1e999], "hints"').encode(),
    "an endless number": SOLVED.replace('"hints": 0', '"hints": 0, "weight": ' + "9" * 5000).encode(),
    "a deep field": SOLVED.replace('"hints"', f'"tree": {"[" * 400 + "]" * 400}, "hints"').encode(),
    "a byte that is no text": SOLVED.replace('"started": ""', '"started": "?"')
    .encode()
    .replace(b"?", b"\xff"),
    "version in words": SOLVED.replace('"version": 1', '"version": "one"').encode(),
    "version true": SOLVED.replace('"version": 1', '"version": true').encode(),
    "version 0": SOLVED.replace('"version": 1', '"version": 0').encode(),
    "generation in words": SOLVED.replace('"generation": 0', '"generation": "first"').encode(),
    "predictions are a number": SOLVED.replace('"predictions": {}', '"predictions": 5').encode(),
    "outcome null, but dated": SOLVED.replace('"outcome": "right"', '"outcome": null').encode(),
}
BROKEN = {
    "empty": b"",
    "blanks": b" \r\n",
    "cut off": b'{"version": 1, "exercises": {"linear.le',
    "zeros": b"\0" * 301,
    "not text": b"\xff\xfe{}",
    "a list": b"[1, 2]",
    "null": b"null",
    "NaN": b"NaN",
    "another program's object": b'{"exercise": {}}',
    "version in words": b'{"version": "one"}',
    "very deep": b"[" * 100_000,
    "a huge number": b'{"version": ' + b"9" * 5000 + b"}",
    "a picture": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
}


@pytest.mark.parametrize("data", WHOLE.values(), ids=WHOLE)
def test_an_unusual_file_is_read_without_a_word(progress_home, data):
    put(progress_home, data)
    assert updated(progress_home) == ""
    assert earned(progress_home) == ["new", "old"] and files(progress_home, "progress-") == []


@pytest.mark.parametrize("data", IN_PART.values(), ids=IN_PART)
def test_of_a_file_damaged_in_part_the_rest_goes_on_and_a_copy_is_kept(progress_home, data):
    put(progress_home, data)
    message = updated(progress_home)
    [copy] = files(progress_home, "progress-damaged-")
    assert str(copy) in message and message.count(". ") == 0 and "Part of your progress file" in message
    assert copy.read_bytes() == data
    assert earned(progress_home) == ["new", "old"]
    assert updated(progress_home, "more") == ""  # mended: said once, kept once
    json.loads((progress_home / "progress.json").read_text(), parse_constant=pytest.fail)


def test_looking_is_enough_to_mend_a_file(progress_home):
    put(progress_home, SOLVED.encode() + b"\0")
    Store(progress_home).update()
    assert len(files(progress_home, "progress-damaged-")) == 1
    assert parse((progress_home / "progress.json").read_bytes()) == (json.loads(SOLVED), False)


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_a_file_that_cannot_be_read_is_put_aside(progress_home, data):
    put(progress_home, data)
    message = updated(progress_home)
    [aside] = files(progress_home, "progress-damaged-")
    assert "damaged" in message and str(aside) in message
    assert aside.read_bytes() == data
    assert earned(progress_home) == ["new"] and updated(progress_home, "more") == ""


@pytest.mark.parametrize("bad", [None, [], "right", 5])
def test_what_is_no_entry_does_not_cost_the_others(progress_home, bad):
    data = {**state_with(old=GOOD, bad=bad), "predictions": {"p": bad, "q": {"answer": "1"}}}
    put(progress_home, data)
    assert "Part of your progress file" in updated(progress_home)
    state = json.loads((progress_home / "progress.json").read_text())
    assert list(state["exercises"]) == ["new", "old"] and list(state["predictions"]) == ["q"]


def test_an_odd_count_of_mistakes_does_not_cost_the_other_counts(progress_home):
    put(progress_home, state_with(old={**GOOD, "mistakes": {"shifted": 2, "scaled": "often", "turned": -1}}))
    kept = Store(progress_home)
    kept.update()
    assert kept.known["exercises"]["old"]["mistakes"] == {"shifted": 2}


def test_two_damaged_files_in_one_second_are_both_kept(progress_home):
    for data in (b"one", b"two", b"three"):
        put(progress_home, data)
        updated(progress_home)
    kept = {path.read_bytes() for path in files(progress_home, "progress-damaged-")}
    assert kept == {b"one", b"two", b"three"}


# What else can stand where the file belongs


def _folder(path):
    path.mkdir()
    (path / "inside").write_text("precious")


def _huge(path):
    path.write_bytes(SOLVED.encode())
    os.truncate(path, store.LARGEST_FILE + 1)


def _socket(path):
    here = os.getcwd()
    os.chdir(path.parent)  # a socket's path is short
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


def _link_to_pipe(path):
    (path.parent / "there").mkdir()
    os.mkfifo(path.parent / "there" / "pipe")
    path.symlink_to("there/pipe")


def _link_to_folder(path):
    _folder(path.parent / "folder")
    path.symlink_to("folder")


OTHER_THINGS = {
    "a folder": _folder,
    "a huge file": _huge,
    "a pipe": lambda path: os.mkfifo(path),
    "a socket": _socket,
    "a link to a pipe": _link_to_pipe,  # stands for /dev/null too
    "a link to a folder": _link_to_folder,
    "a link to itself": lambda path: path.symlink_to(path.name),
}


@posix
@pytest.mark.parametrize("make", OTHER_THINGS.values(), ids=OTHER_THINGS)
def test_what_cannot_be_the_file_is_moved_aside_as_it_is(progress_home, make):
    path = progress_home / "progress.json"
    make(path)
    before = os.lstat(path)
    message = updated(progress_home)
    [aside] = files(progress_home, "progress-damaged-")
    assert str(aside) in message and os.path.samestat(os.lstat(aside), before)
    assert earned(progress_home) == ["new"]
    assert all(inside.read_text() == "precious" for inside in progress_home.glob("*/inside"))
    assert all(list(folder.iterdir()) == [folder / "pipe"] for folder in progress_home.glob("there"))


# Links


@posix
def test_a_link_to_the_file_stays_one_and_the_file_is_replaced_whole(progress_home, tmp_path):
    target = tmp_path / "synchronized.json"
    target.write_text(SOLVED)
    before = target.stat().st_ino
    link = progress_home / "progress.json"
    link.symlink_to(target)
    assert updated(progress_home) == ""
    assert link.is_symlink() and earned(progress_home) == ["new", "old"]
    assert target.stat().st_ino != before  # renamed over it: never half-written
    assert [path for path in (*tmp_path.iterdir(), *progress_home.iterdir()) if path.suffix == ".tmp"] == []


@posix
def test_two_links_to_one_file_take_turns(progress_home, tmp_path):
    (tmp_path / "other").mkdir()
    for home in (progress_home, tmp_path / "other"):
        (home / "progress.json").symlink_to(tmp_path / "shared.json")
    with Store(progress_home)._lock() as held, open(tmp_path / "progress.lock", "a+b") as file:
        assert held
        with pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    updated(progress_home, "one")
    updated(tmp_path / "other", "two")
    assert earned(progress_home) == ["one", "two"]


@posix
def test_a_link_to_nothing_yet_is_written_through(progress_home, tmp_path):
    (progress_home / "progress.json").symlink_to(tmp_path / "later.json")
    assert updated(progress_home) == ""
    assert (tmp_path / "later.json").is_file() and (progress_home / "progress.json").is_symlink()


@posix
def test_a_link_into_a_folder_that_is_gone_means_this_session_only(progress_home, tmp_path):
    (progress_home / "progress.json").symlink_to(tmp_path / "unplugged" / "progress.json")
    message = updated(progress_home)
    assert "this session only" in message and str(tmp_path / "unplugged") in message
    assert (progress_home / "progress.json").is_symlink() and not (tmp_path / "unplugged").exists()


@posix
def test_around_what_a_link_wrongly_leads_to_nothing_is_written(progress_home):
    (progress_home / "there").mkdir()
    (progress_home / "progress.json").symlink_to("there")
    with Store(progress_home)._lock() as held:
        assert held and (progress_home / "progress.lock").exists()
    assert list((progress_home / "there").iterdir()) == []


@posix
def test_a_damaged_file_behind_a_link_is_put_aside_there(progress_home, tmp_path):
    (tmp_path / "far.json").write_bytes(b"\0\0")
    (progress_home / "progress.json").symlink_to(tmp_path / "far.json")
    assert "damaged" in updated(progress_home)
    [aside] = files(tmp_path, "progress-damaged-")
    assert aside.read_bytes() == b"\0\0" and (progress_home / "progress.json").is_symlink()
    assert earned(progress_home) == ["new"]


# Places that cannot be written


@pytest.fixture
def plain_user():
    """A directory of a user for whom permissions hold: they do not hold for root."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with tempfile.TemporaryDirectory(prefix="between-the-pixels-") as directory:
        if root:
            os.chown(directory, 65534, 65534)
            os.seteuid(65534)
        try:
            yield Path(directory)
        finally:
            if root:
                os.seteuid(0)
            os.chmod(directory, 0o700)


@posix
def test_a_read_only_file_in_a_writable_folder_is_replaced_and_stays_read_only(plain_user):
    path = put(plain_user, state_with(old=GOOD))
    path.chmod(0o444)
    assert updated(plain_user) == "" and updated(plain_user, "more") == ""
    assert earned(plain_user) == ["more", "new", "old"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o444


@posix
def test_a_file_that_others_may_read_stays_so(progress_home):
    put(progress_home, state_with(old=GOOD)).chmod(0o640)
    updated(progress_home)
    assert stat.S_IMODE((progress_home / "progress.json").stat().st_mode) == 0o640


@posix
def test_in_a_read_only_folder_earlier_sessions_are_read_and_nothing_is_changed(plain_user):
    path = put(plain_user, state_with(old=GOOD))
    plain_user.chmod(0o555)
    kept = Store(plain_user)
    kept.update()
    assert kept.take_message() == ""  # looking needs no writing
    kept.update(earn("new"))
    message = kept.take_message()
    assert "this session only" in message and os.strerror(errno.EACCES) in message
    assert store.HOME_VARIABLE in message
    assert sorted(kept.known["exercises"]) == ["new", "old"]
    assert list(plain_user.iterdir()) == [path] and earned(plain_user) == ["old"]


def test_no_file_is_written_that_would_be_too_large_to_read(progress_home, monkeypatch):
    put(progress_home, SOLVED.encode())
    monkeypatch.setattr(store, "LARGEST_FILE", len(SOLVED) + 10)
    assert "this session only" in updated(progress_home)
    assert earned(progress_home) == ["old"]


@posix
@pytest.mark.parametrize("data", [b"\0\0", SOLVED.encode() + b"\0"], ids=["damaged", "damaged in part"])
def test_a_damaged_file_in_a_read_only_folder_stays_where_it_is(plain_user, data):
    path = put(plain_user, data)
    plain_user.chmod(0o555)
    assert "this session only" in updated(plain_user)
    assert list(plain_user.iterdir()) == [path] and path.read_bytes() == data


@posix
def test_a_file_that_may_not_be_read_is_not_called_damaged(plain_user):
    path = put(plain_user, state_with(old=GOOD))
    path.chmod(0)
    message = updated(plain_user)
    assert "cannot be read" in message and "this session only" in message
    path.chmod(0o600)
    assert earned(plain_user) == ["old"] and files(plain_user, "progress-") == []
    assert updated(plain_user) == "" and earned(plain_user) == ["new", "old"]


@posix
def test_a_home_that_does_not_exist_and_cannot_be_made(plain_user):
    plain_user.chmod(0o555)
    kept = Store(plain_user / "nobody" / ".between_the_pixels")
    kept.update(earn("new"))
    assert "this session only" in kept.take_message() and "new" in kept.known["exercises"]
    assert kept.forget() is None and kept.known["exercises"] == {}


@posix
def test_a_folder_that_becomes_writable_gets_all_of_it(plain_user):
    plain_user.chmod(0o555)
    kept = Store(plain_user)
    kept.update(earn("new"))
    plain_user.chmod(0o755)
    kept.update()
    assert earned(plain_user) == ["new"]


FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def fail_from(count, function):
    """The function, which fails as on a full disk from this call on."""
    calls = iter(range(10**6))

    def failing(*args, **named):
        if next(calls) >= count:
            raise FULL
        return function(*args, **named)

    return failing


@pytest.mark.parametrize(
    "data", [SOLVED.encode(), SOLVED.encode() + b"\0\0", b"\0\0"], ids=["whole", "part", "none"]
)
@pytest.mark.parametrize("name", ["fsync", "replace", "open", "fdopen"])
@pytest.mark.parametrize("count", [0, 1])
def test_a_disk_that_fills_up_at_any_step_costs_nothing(progress_home, monkeypatch, data, name, count):
    put(progress_home, data)
    kept = Store(progress_home)
    with monkeypatch.context() as full:
        full.setattr(os, name, fail_from(count, getattr(os, name)))
        for _ in range(3):
            kept.update(lambda state: state["exercises"].setdefault("new", {**GOOD, "hints": 0}))
            kept.update(
                lambda state: state["exercises"]["new"].update(hints=state["exercises"]["new"]["hints"] + 1)
            )
    assert any(
        path.read_bytes() == data or b'"new"' in path.read_bytes()
        for path in files(progress_home, "progress")
    )
    assert files(progress_home, ".progress") == []
    assert len(files(progress_home, "progress-")) <= 1  # a copy is not made anew with every try
    kept.update()
    assert earned(progress_home) == (["new"] if data == b"\0\0" else ["new", "old"])
    assert kept.known["exercises"]["new"]["hints"] == 3  # every change was applied once


# Starting over


def test_starting_over_holds_against_an_open_kernel(progress_home):
    here, other = Store(progress_home), Store(progress_home)
    here.update(earn("here"))
    other.update(earn("there"))
    old = (progress_home / "progress.json").read_bytes()
    place = here.forget()
    assert place.read_bytes() == old
    other.update()  # looking
    assert other.known["exercises"] == {} and earned(progress_home) == []
    other.update(earn("after"))
    here.update(earn("too"))
    assert earned(progress_home) == ["after", "too"]


def test_the_other_kernel_need_not_look_first(progress_home):
    here, other = Store(progress_home), Store(progress_home)
    other.update(earn("there"))
    here.forget()
    other.update(earn("after"))
    assert earned(progress_home) == ["after"] and sorted(other.known["exercises"]) == ["after"]


def test_starting_over_twice_in_turn(progress_home):
    here, other = Store(progress_home), Store(progress_home)
    for number in range(3):
        here.update(earn(f"here {number}"))
        here.forget()
        other.update(earn(f"there {number}"))
        other.forget()
    assert json.loads((progress_home / "progress.json").read_text()) == {**empty(), "generation": 6}
    assert len(files(progress_home, "progress-before-starting-over-")) == 6


def test_a_kernel_that_has_just_begun_starts_over_for_all(progress_home):
    other = Store(progress_home)
    other.forget()
    other.update(earn("there"))
    Store(progress_home).forget()
    other.update(earn("after"))
    assert earned(progress_home) == ["after"]


def test_starting_over_twice_holds_when_the_file_was_deleted_between(progress_home):
    here, other = Store(progress_home), Store(progress_home)
    here.forget()
    other.update(earn("there"))
    (progress_home / "progress.json").unlink()
    here.forget()
    other.update(earn("after"))
    assert earned(progress_home) == ["after"]


def test_starting_over_forgets_unknown_fields_too(progress_home):
    put(progress_home, {**empty(), "badges": [1]})
    place = Store(progress_home).forget()
    assert json.loads(place.read_text())["badges"] == [1]
    assert "badges" not in (progress_home / "progress.json").read_text()


def test_starting_over_holds_when_the_file_was_deleted_by_hand(progress_home):
    here, other = Store(progress_home), Store(progress_home)
    other.update(earn("there"))
    (progress_home / "progress.json").unlink()
    assert here.forget() is None
    other.update(earn("after"))
    assert earned(progress_home) == ["after"]


def test_an_older_file_put_back_under_an_open_kernel_is_kept_aside_with_a_sentence(progress_home):
    kept = Store(progress_home)
    kept.update(earn("before"))
    place = kept.forget()
    kept.update(earn("after"))
    os.replace(place, progress_home / "progress.json")
    kept.update()
    message = kept.take_message()
    [aside] = files(progress_home, "progress-before-starting-over-")
    assert str(aside) in message and b'"before"' in aside.read_bytes()
    assert earned(progress_home) == ["after"]


def test_an_older_file_put_back_before_the_kernel_starts_counts_again(progress_home):
    kept = Store(progress_home)
    kept.update(earn("before"))
    os.replace(kept.forget(), progress_home / "progress.json")
    assert updated(progress_home) == "" and earned(progress_home) == ["before", "new"]


@pytest.mark.parametrize("number", [0, 1])
def test_starting_over_on_a_full_disk_forgets_nothing(progress_home, monkeypatch, number):
    kept = Store(progress_home)
    kept.update(earn("before"))
    with monkeypatch.context() as full:
        full.setattr(os, "fsync", fail_from(number, os.fsync))
        with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
            kept.forget()
    assert "before" in kept.known["exercises"] and earned(progress_home) == ["before"]
    assert files(progress_home, "progress-") == [] == files(progress_home, ".progress")


def test_starting_over_with_a_damaged_file(progress_home):
    put(progress_home, b"\0\0")
    assert Store(progress_home).forget().read_bytes() == b"\0\0"
    assert earned(progress_home) == []


def test_starting_over_leaves_a_newer_file_alone(progress_home):
    path = put(progress_home, {"version": 2, "treasure": 1})
    with pytest.raises(Newer):
        Store(progress_home).forget()
    assert json.loads(path.read_text()) == {"version": 2, "treasure": 1}


# Several writers


def _record(directory, worker, count):
    keeper = Store(directory)
    for number in range(count):
        keeper.update(earn(f"linear.w{worker}n{number}"))


def _record_and_forget(directory, worker, count):
    """Without memory: only the lock can keep the others' records."""
    for number in range(count):
        Store(directory).update(earn(f"linear.w{worker}n{number}"))


def _processes():
    return multiprocessing.get_context("fork" if os.name == "posix" else "spawn")


@pytest.mark.parametrize("record", [_record, _record_and_forget], ids=["with memory", "the lock alone"])
def test_writers_at_the_same_time_lose_nothing(progress_home, record):
    workers = [_processes().Process(target=record, args=(progress_home, worker, 15)) for worker in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0] * 4
    assert len(earned(progress_home)) == 4 * 15
    assert files(progress_home, ".progress") == []


def _count_and_tell(directory, key, journal):
    """Count in the file, without memory, and tell after each write; until killed."""

    def count(state):
        entry = state["exercises"].setdefault(key, {**GOOD, "mistakes": {"told": 0}, "unknown": "kept"})
        entry["mistakes"]["told"] += 1

    with open(journal, "ab", buffering=0) as told:
        while True:
            Store(directory).update(count)
            told.write(b".")


@posix
def test_killed_writers_lose_nothing(progress_home, tmp_path, monkeypatch):
    """Two writers, killed in turn at random moments: all that they told is in the file."""
    monkeypatch.setattr(store, "LOCK_SECONDS", 60)  # the file alone is to keep it, on a busy machine too
    chance = random.Random(KILLS)

    def start(life):
        process = _processes().Process(
            target=_count_and_tell, args=(progress_home, str(life), tmp_path / str(life))
        )
        process.start()
        return process

    alive = [start(0), start(1)]
    try:
        for life in range(2, KILLS):
            time.sleep(chance.uniform(0, 0.03))
            victim = alive.pop(0)
            victim.kill()
            victim.join()
            alive.append(start(life))
        while alive[-1].is_alive() and not (tmp_path / str(KILLS - 1)).exists():
            time.sleep(0.01)
    finally:
        for process in alive:
            process.kill()
            process.join()
    counted = json.loads((progress_home / "progress.json").read_text())["exercises"]
    told = {path.name: path.stat().st_size for path in tmp_path.iterdir() if path.stat().st_size}
    assert (
        told and {key: count for key, count in told.items() if counted[key]["mistakes"]["told"] < count} == {}
    )
    assert all(counted[key]["outcome"] == "right" and counted[key]["unknown"] == "kept" for key in told)
    assert files(progress_home, "progress-") == []
    for leftover in files(progress_home, ".progress-"):
        os.utime(leftover, (0, 0))
    assert updated(progress_home) == "" and files(progress_home, ".progress-") == []


def test_leftovers_of_killed_writers_are_swept_and_nothing_else(progress_home):
    names = [
        ".progress-dead.tmp",
        ".progress-alive.tmp",
        "progress-damaged-1.json",
        ".progress-mine.txt",
        "own.tmp",
    ]
    for name in names:
        (progress_home / name).write_text(name)
        if "alive" not in name:
            os.utime(progress_home / name, (0, 0))
    (progress_home / ".progress-folder.tmp").mkdir()
    os.utime(progress_home / ".progress-folder.tmp", (0, 0))
    updated(progress_home)
    left = {path.name for path in progress_home.iterdir()} - {"progress.json", "progress.lock"}
    assert left == {*names[1:], ".progress-folder.tmp"}


@posix
def test_without_the_lock_nothing_is_swept(progress_home, monkeypatch):
    monkeypatch.setattr(store, "LOCK_SECONDS", 0.05)
    waiting = (
        progress_home / ".progress-asleep.tmp"
    )  # a suspended computer's writer holds the lock, perhaps for hours
    waiting.write_text("half")
    os.utime(waiting, (0, 0))
    with open(progress_home / "progress.lock", "a+b") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert updated(progress_home) == ""
    assert waiting.exists() and earned(progress_home) == ["new"]


@posix
@pytest.mark.parametrize(
    "make", [_folder, lambda path: os.mkfifo(path), lambda path: path.symlink_to(path.name)]
)
def test_a_lock_that_cannot_be_had_stops_nobody(progress_home, make):
    make(progress_home / "progress.lock")
    assert updated(progress_home) == "" and earned(progress_home) == ["new"]


def test_a_lock_file_left_behind_is_no_lock(progress_home):
    (progress_home / "progress.lock").write_text("from a kernel that was killed")
    assert updated(progress_home) == "" and earned(progress_home) == ["new"]


def test_a_file_system_without_locks_still_works(progress_home, monkeypatch):
    def no_locks(*_):
        raise OSError(errno.ENOLCK, "no locks")

    if fcntl:
        monkeypatch.setattr(fcntl, "flock", no_locks)
    assert updated(progress_home) == "" and earned(progress_home) == ["new"]


def test_two_kernels_see_each_other(progress_home):
    one, two = Store(progress_home), Store(progress_home)
    one.update(earn("linear.a"))
    two.update(earn("linear.b"))
    one.update()
    assert sorted(one.known["exercises"]) == ["linear.a", "linear.b"]


def test_what_closes_with_the_page_is_said_once(tmp_path, monkeypatch):
    monkeypatch.setattr(store.platform, "outlives_the_page", lambda path: False)
    here = Store(tmp_path)
    here.update()
    message = here.take_message()
    assert message.startswith(
        "Progress is kept for this session only: this browser keeps no files of this page"
    )
    here.update()
    assert here.take_message() == ""


def test_where_no_locks_are_progress_is_kept_all_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(store.files, "fcntl", None)
    monkeypatch.setattr(store.files, "msvcrt", None)
    Store(tmp_path).update(earn("a"))
    again = Store(tmp_path)
    again.update()
    assert again.known["exercises"]["a"]["outcome"] == "right"
    assert again.take_message() == ""
