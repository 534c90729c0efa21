"""What a hub starts for a learner: the copy in the home brought up to date, then the single-user server."""

import errno
import os
import sys
from pathlib import Path

import pytest

from course_utils.launcher import cli, ground, hub, lessons, places, process
from course_utils.launcher.environment import Environment
from course_utils.launcher.lab import FIRST_LESSON
from tests.launcher.test_lessons import notebook, said_of_an_update

HERE = Environment(Path(sys.executable), Path(sys.prefix), ours=False)


@pytest.fixture
def home(tmp_path, monkeypatch):
    folder = tmp_path / "home"
    folder.mkdir()
    for name in [*places.usual(), "XDG_DATA_HOME", "APPDATA", hub.DEFAULT_URL, "JUPYTERHUB_ROOT_DIR"]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("USERPROFILE", str(folder))
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/ada/")
    return folder


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A shared course with two lessons, which this learner may only read."""
    root = tmp_path / "course"
    (root / "notebooks").mkdir(parents=True)
    (root / "notebooks" / FIRST_LESSON).write_bytes(notebook("0"))
    (root / "notebooks" / "01_lesson.ipynb").write_bytes(notebook("x = 1"))
    may = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: root not in [path, *Path(path).parents] and may(path, mode)
    )
    monkeypatch.setattr(ground, "ROOT", root)
    monkeypatch.setattr(hub, "hub_environment", lambda needs, root: HERE)
    monkeypatch.setattr(ground, "wanted_packages", lambda parts: {"lessons": ()})
    return root


@pytest.fixture
def start(home, course, monkeypatch):
    """A function that starts the learner's server: (command, variables, folder)."""
    begun = []
    monkeypatch.setattr(process, "become", lambda command, env, cwd: begun.append((command, env, cwd)) or 0)

    def start(*words):
        assert cli.main(["hub", *words]) == 0
        return begun[-1]

    return start


def lesson(home, name="01_lesson.ipynb"):
    return home / hub.COPY / name


def test_the_learner_lands_on_lesson_00_of_a_copy_of_their_own(start, home, course):
    command, env, cwd = start()
    assert command == [sys.executable, "-P", "-m", "jupyterhub.singleuser"] and cwd == home
    assert env[hub.DEFAULT_URL] == f"/lab/tree/between_the_pixels/{FIRST_LESSON}"
    assert env["PYTHONPATH"].split(os.pathsep)[0] == str(course)
    assert lesson(home, FIRST_LESSON).read_bytes() == (course / "notebooks" / FIRST_LESSON).read_bytes()


def test_classmates_cannot_look_into_the_copy(start, home):
    start()
    assert os.name != "posix" or (home / hub.COPY).stat().st_mode & 0o077 == 0


def test_the_hubs_own_arguments_are_passed_on(start):
    assert start("--help", "--SingleUserNotebookApp.x=1")[0][-2:] == ["--help", "--SingleUserNotebookApp.x=1"]


def test_a_teachers_place_to_land_wins(start, monkeypatch):
    monkeypatch.setenv(hub.DEFAULT_URL, "/lab/tree/elsewhere")
    assert start()[1][hub.DEFAULT_URL] == "/lab/tree/elsewhere"


def test_the_address_counts_from_the_top_of_the_file_browser(start, home, monkeypatch):
    monkeypatch.setenv("JUPYTERHUB_ROOT_DIR", str(home / hub.COPY))
    assert start()[1][hub.DEFAULT_URL] == f"/lab/tree/{FIRST_LESSON}"
    monkeypatch.setenv("JUPYTERHUB_ROOT_DIR", str(home.parent / "shared"))
    assert hub.DEFAULT_URL not in start()[1]  # it could not be opened from there


def test_updates_come_without_git_and_never_over_the_learners_work(start, home, course):
    """A release folder has no history: what a learner may only read is the course's."""
    start()
    (course / "notebooks" / FIRST_LESSON).write_bytes(notebook("new"))
    (course / "notebooks" / "01_lesson.ipynb").write_bytes(notebook("x = 2"))
    lesson(home).write_bytes(notebook("mine"))
    start()
    assert lesson(home, FIRST_LESSON).read_bytes() == notebook("new")
    assert lesson(home).read_bytes() == notebook("mine")
    date, news = lessons.latest_news(home / hub.COPY)
    assert date and len(news) == 2
    assert said_of_an_update(".former/00_start_here.1.ipynb", FIRST_LESSON) in news
    assert "01_lesson.ipynb may hold your work" in " ".join(news)
    start()
    assert lessons.latest_news(home / hub.COPY)[1] == news  # told once


def test_a_new_copy_has_no_news(start, home):
    start()
    assert not (home / hub.COPY / lessons.NEWS).exists()


def full(*_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_keeps_nobody_out(start, home, course, monkeypatch, capsys):
    start()
    lesson(home).write_bytes(notebook("mine"))
    monkeypatch.setattr(lessons, "write_whole", full)
    assert start()[0]
    assert "cannot be copied" not in capsys.readouterr().out  # there was nothing to copy
    (course / "notebooks" / "01_lesson.ipynb").write_bytes(notebook("x = 2"))
    assert start()[0]
    assert "No space left" in capsys.readouterr().out and lesson(home).read_bytes() == notebook("mine")
    monkeypatch.undo()


def test_with_no_room_for_a_copy_the_server_starts_where_it_always_does(start, home, monkeypatch):
    monkeypatch.setattr(lessons, "write_whole", full)
    assert hub.DEFAULT_URL not in start()[1]


def test_lab_on_a_hub_says_where_the_copy_is(home, monkeypatch, capsys):
    monkeypatch.setattr(process, "become", lambda *_: pytest.fail("nothing is to be started"))
    for words in (["lab"], ["lab", "--copy"], []):
        assert cli.main(words) == 0
        assert str(home / hub.COPY) in "".join(capsys.readouterr().out.split("\n"))


def test_a_hub_without_the_packages_says_which(monkeypatch, capsys):
    monkeypatch.setattr(hub, "this_environment", lambda needs, root: (None, ["torch is not installed"]))
    assert cli.main(["hub"]) == 1
    assert "torch is not installed" in " ".join(capsys.readouterr().err.split())


def test_a_python_without_jupyterhub_says_so(monkeypatch, capsys):
    monkeypatch.setattr(hub, "this_environment", lambda needs, root: (HERE, []))
    monkeypatch.setattr(hub.importlib.util, "find_spec", lambda name: None)
    assert cli.main(["hub"]) == 1
    assert "has no jupyterhub" in " ".join(capsys.readouterr().err.split())
