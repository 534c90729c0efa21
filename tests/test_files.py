"""A file is written whole or not at all, and a lock ends with its holder."""

import os
import stat
import types

import pytest

from course_utils import files
from course_utils.files import fcntl, lock, unfinished, unlock, write_whole

posix = pytest.mark.skipif(os.name != "posix", reason="links and permissions as POSIX has them")


def test_new_bytes_take_the_place_of_the_old_and_nothing_lies_beside(tmp_path):
    path = tmp_path / "note.txt"
    for data in (b"first", b"second, and longer", b""):
        write_whole(path, data)
        assert path.read_bytes() == data and list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_leaves_what_was_there(tmp_path, monkeypatch):
    path = tmp_path / "note.txt"
    write_whole(path, b"old")

    def full(*_):
        raise OSError(28, "No space left on device")

    for step in ("fsync", "replace"):
        with monkeypatch.context() as broken:
            broken.setattr(os, step, full)
            with pytest.raises(OSError, match="No space left"):
                write_whole(path, b"new")
        assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]


@posix
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o444])
def test_permissions_are_those_asked_for(tmp_path, mode):
    path = tmp_path / "note.txt"
    for _ in range(2):
        write_whole(path, b"x", mode)
        assert stat.S_IMODE(path.stat().st_mode) == mode


@posix
def test_a_link_in_the_way_is_replaced_and_what_it_led_to_stays(tmp_path):
    (tmp_path / "own").write_text("dear")
    (tmp_path / "note").symlink_to(tmp_path / "own")
    write_whole(tmp_path / "note", b"new")
    assert (tmp_path / "own").read_text() == "dear"
    assert (tmp_path / "note").read_bytes() == b"new" and not (tmp_path / "note").is_symlink()


def test_what_is_unfinished_bears_the_name_of_what_it_is_to_be(tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(os, "fsync", lambda _: seen.extend(path.name for path in tmp_path.iterdir()))
    path = tmp_path / "progress.json"
    write_whole(path, b"x")
    begin, end = unfinished(path)
    assert (begin, end) == (".progress-", ".tmp")
    assert len(seen) == 1 and seen[0].startswith(begin) and seen[0].endswith(end)


@pytest.mark.skipif(fcntl is None, reason="Windows locks byte ranges of a process")
def test_a_lock_is_held_by_one_until_it_lets_go(tmp_path):
    with open(tmp_path / "lock", "a+b") as one, open(tmp_path / "lock", "a+b") as other:
        lock(one)
        with pytest.raises(BlockingIOError):
            lock(other)
        unlock(one)
        lock(other)


def test_where_nothing_can_be_locked_the_system_says_so(tmp_path, monkeypatch):
    """As in a browser, which may have the module fcntl without its function."""
    monkeypatch.setattr(files, "msvcrt", None)
    for there in (None, types.SimpleNamespace()):
        monkeypatch.setattr(files, "fcntl", there)
        with (tmp_path / "lock").open("a+b") as file:
            with pytest.raises(OSError, match="this system locks no files"):
                lock(file)
            unlock(file)
    write_whole(tmp_path / "whole", b"all of it")
    assert (tmp_path / "whole").read_bytes() == b"all of it"
