"""What the course published, asked of a real git."""

import os
import shutil
import subprocess

import pytest

from course_utils.launcher.lessons import copy_lessons, fingerprint
from course_utils.launcher.published import published
from tests.launcher.test_lessons import NAME, notebook, said_of_an_update

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="no git here")
BASE, WORK, NEXT = notebook("x = 1"), notebook("my work"), notebook("x = 2")


class Clone:
    """A repository of the course with one lesson, and a learner's clone of it."""

    def __init__(self, folder):
        self.origin, self.root = folder / "origin", folder / "course"
        self.lessons, self.mine = self.root / "notebooks", self.root / "my_lessons"
        (self.origin / "notebooks").mkdir(parents=True)
        self.git("init", "-q", "-b", "main", where=self.origin)
        self.publish(BASE)
        self.git("clone", "-q", str(self.origin), str(self.root), where=folder)

    def git(self, *words, where=None):
        settings = ["-c", "user.name=me", "-c", "user.email=me@example.org", "-c", "commit.gpgsign=false"]
        env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        subprocess.run(
            ["git", *settings, *words], cwd=where or self.root, env=env, check=True, capture_output=True
        )

    def publish(self, data, name=NAME):
        (self.origin / "notebooks" / name).write_bytes(data)
        self.git("add", "-A", where=self.origin)
        self.git("commit", "-qm", "a lesson", where=self.origin)

    def edit(self, data):
        (self.lessons / NAME).write_bytes(data)

    def copy(self):
        return copy_lessons(self.lessons, self.mine, self.root)

    def read(self):
        return (self.mine / NAME).read_bytes()

    def is_published(self, data, name=NAME):
        return published(self.lessons, self.root, fingerprint)(name, data)


@pytest.fixture
def clone(tmp_path):
    return Clone(tmp_path)


def test_an_untouched_copy_follows_a_pull(clone):
    clone.copy()
    clone.publish(NEXT)
    clone.git("pull", "-q")
    assert clone.copy() == [said_of_an_update(".former/01_lesson.1.ipynb")] and clone.read() == NEXT


def test_an_edit_in_notebooks_that_was_copied_survives_restore_and_pull(clone):
    clone.edit(WORK)
    clone.copy()
    clone.git("checkout", "notebooks")
    clone.publish(NEXT)
    clone.git("pull", "-q")
    clone.copy()
    assert clone.read() == WORK and len(list(clone.mine.glob("*.update-*"))) == 1


@pytest.mark.parametrize("staged", [True, False])
def test_an_edit_that_was_staged_or_committed_and_taken_back_survives(clone, staged):
    clone.edit(WORK)
    clone.git("add", "-A")
    if not staged:
        clone.git("commit", "-qm", "mine")
    clone.copy()
    clone.git("reset", "-q", "--hard", "origin/main")
    clone.publish(NEXT)
    clone.git("pull", "-q")
    clone.copy()
    assert clone.read() == WORK


def test_a_commit_that_was_pushed_to_the_learners_own_fork_is_kept(clone):
    """git takes it for the course's: origin is the fork."""
    clone.edit(WORK)
    clone.git("commit", "-qam", "mine")
    clone.git("config", "receive.denyCurrentBranch", "updateInstead", where=clone.origin)
    clone.git("push", "-q", "origin", "main")
    clone.copy()
    clone.publish(NEXT)
    clone.git("pull", "-q")
    (message,) = clone.copy()
    assert clone.read() == NEXT
    assert message == said_of_an_update(kept := ".former/01_lesson.1.ipynb")
    assert (clone.mine / kept).read_bytes() == WORK


def test_in_a_fork_that_knows_the_course_as_upstream_the_course_is_asked(clone, tmp_path):
    clone.git("clone", "-q", "--bare", str(clone.origin), str(tmp_path / "fork"))
    clone.git("remote", "rename", "origin", "upstream")
    clone.git("remote", "add", "origin", str(tmp_path / "fork"))
    clone.edit(WORK)
    clone.git("commit", "-qam", "mine")
    clone.git("push", "-qu", "origin", "main")
    assert clone.is_published(BASE) and not clone.is_published(WORK)


def test_the_learners_own_main_is_not_the_courses(clone):
    clone.edit(WORK)
    clone.git("commit", "-qam", "mine")
    clone.git("checkout", "-qb", "work", "--track", "main")
    assert clone.is_published(BASE) and not clone.is_published(WORK)


def test_a_lesson_that_was_opened_and_saved_is_still_the_course_s(clone):
    assert clone.is_published(notebook("x = 1", language_info={"version": "3.13.0"}))
    assert not clone.is_published(WORK)


def test_a_branch_of_one_s_own_is_compared_with_the_course_s(clone):
    clone.git("switch", "-qc", "mine")
    clone.edit(WORK)
    clone.git("commit", "-qam", "mine")
    assert clone.is_published(BASE) and not clone.is_published(WORK)


def test_pictures_count_by_their_bytes_and_new_files_are_nobody_s(clone):
    clone.publish(b"\x89PNG\xff", "picture.png")
    clone.git("pull", "-q")
    assert clone.is_published(b"\x89PNG\xff", "picture.png") and not clone.is_published(b"", "picture.png")
    assert not clone.is_published(BASE, "mine.ipynb")


def test_names_outside_ascii_are_found(clone):
    clone.publish(NEXT, "课 1.ipynb")
    clone.git("pull", "-q")
    assert clone.is_published(NEXT, "课 1.ipynb")


@pytest.mark.parametrize(
    "damage", ["no git", "no branch to follow", "no commit", "another repository around it"]
)
def test_without_a_witness_nothing_is_published(clone, damage):
    if damage == "no branch to follow":
        clone.git("remote", "remove", "origin")
    else:
        shutil.rmtree(clone.root / ".git")
    if damage == "no commit":
        clone.git("init", "-q")
    if damage == "another repository around it":
        around = clone.root.parent
        clone.git("init", "-q", where=around)
        clone.git("add", "course", where=around)
        clone.git("commit", "-qm", "all I have", where=around)
        clone.git("update-ref", "refs/remotes/origin/main", "HEAD", where=around)
    assert not clone.is_published(BASE)


def test_another_repository_in_the_variables_is_not_asked(clone, monkeypatch, tmp_path):
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    assert clone.is_published(BASE)


def test_a_computer_without_git_proves_nothing(clone, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not clone.is_published(BASE)
