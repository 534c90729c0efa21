"""A learner's copy of the lessons: kept up to date, never overwritten."""

import json
import os

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from course_utils.launcher import ground, lessons
from course_utils.launcher.lessons import (
    FOLDERS_OF_THE_COURSE,
    FORMER,
    MANIFEST,
    NEWS,
    chosen_folder,
    copy_lessons,
    fingerprint,
)
from course_utils.launcher.messages import Trouble

NAME = "01_lesson.ipynb"


def notebook(*sources, outputs=(), language_info=None):
    """A notebook with one code cell for each source, as bytes."""
    cells = [
        {"cell_type": "code", "id": f"c{number}", "metadata": {}, "source": source.splitlines(keepends=True),
         "outputs": list(outputs), "execution_count": None}
        for number, source in enumerate(sources)
    ]  # fmt: skip
    metadata = {"language_info": language_info} if language_info else {}
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}).encode()


class Course:
    """A course with one lesson, and a learner's folder beside it. What is published is known, as git knows it."""

    def __init__(self, root):
        self.root, self.lessons, self.mine = root, root / "notebooks", root / "my_lessons"
        self.lessons.mkdir()
        self.published = {}
        self.publish(notebook("x = 1"))

    def publish(self, data, name=NAME):
        self.published[name] = data
        self.restore(name)

    def edit(self, data, name=NAME):
        """The learner writes in the course's own folder."""
        (self.lessons / name).write_bytes(data)

    def restore(self, name=NAME):
        """git checkout notebooks."""
        self.edit(self.published[name], name)

    def write(self, data, name=NAME):
        (self.mine / name).write_bytes(data)

    def read(self, name=NAME):
        return (self.mine / name).read_bytes()

    def copy(self):
        return copy_lessons(self.lessons, self.mine, self.root, lambda *_: self.is_published)

    def is_published(self, name, data):
        return name in self.published and fingerprint(self.published[name], name) == fingerprint(data, name)

    def updates(self):
        return sorted(path.name for path in self.mine.glob("*.update-*"))


@pytest.fixture
def course(tmp_path):
    return Course(tmp_path)


def said_of_an_update(kept, name=NAME):
    return f"{name} was brought up to date; what stood there before is kept as {kept}."


def test_the_first_copy_brings_everything_in_silence(course):
    (course.lessons / "pictures").mkdir()
    (course.lessons / "pictures" / "map.svg").write_text("<svg/>")
    (course.lessons / ".ipynb_checkpoints").mkdir()
    (course.lessons / ".ipynb_checkpoints" / NAME).write_text("old")
    assert course.copy() == []
    assert course.read() == notebook("x = 1")
    assert (course.mine / "pictures" / "map.svg").exists()
    assert not (course.mine / ".ipynb_checkpoints").exists()


def test_a_lesson_nobody_touched_follows_the_course(course):
    course.copy()
    course.publish(notebook("x = 2"))
    assert course.copy() == [said_of_an_update(".former/01_lesson.1.ipynb")]
    assert course.read() == notebook("x = 2") and course.updates() == []


def test_what_an_update_replaces_is_kept_once_and_out_of_sight(course):
    course.copy()
    shown = sorted(course.mine.glob("[!.]*"))
    for text, kept in [("x = 2", 1), ("x = 1", 2), ("x = 2", 1), ("x = 3", 2)]:
        before = course.read()
        course.publish(notebook(text))
        assert course.copy() == [said_of_an_update(f".former/01_lesson.{kept}.ipynb")]
        assert course.read(f".former/01_lesson.{kept}.ipynb") == before
    assert sorted(course.mine.glob("[!.]*")) == shown


def test_what_was_written_in_the_metadata_alone_is_kept(course):
    course.copy()
    tagged = json.loads(course.read())
    tagged["cells"][0]["metadata"]["tags"] = ["to do again"]
    tagged["metadata"]["title"] = "my title"
    course.write(data := json.dumps(tagged).encode())
    course.publish(notebook("x = 2"))
    assert course.copy() == [said_of_an_update(kept := ".former/01_lesson.1.ipynb")]
    assert course.read(kept) == data


def test_what_cannot_be_kept_is_not_replaced(course):
    course.copy()
    (course.mine / FORMER).write_text("a file in the way")
    course.publish(notebook("x = 2"))
    with pytest.raises(Trouble, match="Nothing of yours was changed"):
        course.copy()
    assert course.read() == notebook("x = 1")


def test_a_lesson_that_was_only_looked_at_still_follows(course):
    """JupyterLab notes the kernel's version in the file as soon as it is saved."""
    course.copy()
    course.write(notebook("x = 1", language_info={"version": "3.13.0"}))
    course.publish(notebook("x = 2"))
    course.copy()
    assert course.read() == notebook("x = 2")


def test_a_changed_lesson_stays_and_the_update_lies_beside_it(course):
    course.copy()
    course.write(notebook("my work"))
    course.publish(notebook("x = 2"))
    (message,) = course.copy()
    (update,) = course.updates()
    assert course.read() == notebook("my work")
    assert course.read(update) == notebook("x = 2")
    assert "may hold your work" in message and update in message and update.endswith(".ipynb")


def test_output_alone_is_a_change_too(course):
    course.copy()
    mine = notebook("x = 1", outputs=[{"output_type": "stream", "name": "stdout", "text": "1"}])
    course.write(mine)
    course.publish(notebook("x = 2"))
    course.copy()
    assert course.read() == mine


def test_an_update_is_laid_down_once_and_again_only_when_the_course_moves_on(course):
    course.copy()
    course.write(notebook("my work"))
    course.publish(notebook("x = 2"))
    course.copy()
    assert course.copy() == []
    (first,) = course.updates()
    (course.mine / first).unlink()  # read and thrown away
    assert course.copy() == [] and course.updates() == []
    course.publish(notebook("x = 3"))
    assert len(course.copy()) == 1 and len(course.updates()) == 1


def test_an_update_the_learner_works_in_is_theirs_as_well(course):
    course.copy()
    course.write(notebook("my work"))
    course.publish(notebook("x = 2"))
    course.copy()
    (update,) = course.updates()
    course.write(notebook("work in the update"), update)
    (course.mine / MANIFEST).unlink()
    course.copy()
    assert course.read(update) == notebook("work in the update")


def test_a_changed_lesson_without_news_is_left_in_peace(course):
    course.copy()
    course.write(notebook("my work"))
    assert course.copy() == [] and course.updates() == []


def test_a_learner_who_arrived_at_the_new_version_gets_no_update(course):
    course.copy()
    course.write(notebook("x = 2"))
    course.publish(notebook("x = 2"))
    assert course.copy() == [] and course.updates() == []


def test_a_deleted_lesson_comes_back_fresh(course):
    course.copy()
    (course.mine / NAME).unlink()
    (message,) = course.copy()
    assert "fresh copy" in message and course.read() == notebook("x = 1")


def test_a_lesson_the_course_withdrew_stays_with_the_learner(course):
    course.copy()
    (course.lessons / NAME).unlink()
    (message,) = course.copy()
    assert "your copy stays" in message and course.read() == notebook("x = 1")
    assert course.copy() == []


@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"[]", b"{}", b'"text"', b'{"version": 99, "delivered": {}, "offered": {}}',
     b'{"version": 1, "delivered": [], "offered": {}}', b'{"version": 1, "delivered": {"a": 1}, "offered": {}}',
     b"\xff\xfe", b"[" * 100_000, b'{"version": ' + b"9" * 10_000 + b"}", b'{"version": 2}'],
)  # fmt: skip
def test_a_damaged_manifest_is_set_aside_and_nothing_is_lost(course, damage):
    course.copy()
    course.write(notebook("my work"))
    (course.mine / MANIFEST).write_bytes(damage)
    messages = course.copy()
    assert "could not be read" in messages[0]
    assert (course.mine / f"{MANIFEST}.damaged-1").read_bytes() == damage
    assert course.read() == notebook("my work") and len(course.updates()) == 1
    assert course.copy() == []


def test_a_second_damaged_manifest_does_not_overwrite_the_first(course):
    for number in (1, 2):
        course.copy()
        (course.mine / MANIFEST).write_text(f"damage {number}")
        course.copy()
    assert [(course.mine / f"{MANIFEST}.damaged-{n}").read_text() for n in (1, 2)] == ["damage 1", "damage 2"]


def test_a_folder_with_files_of_the_same_name_is_respected(course):
    course.mine.mkdir()
    course.write(b"not even a notebook")
    course.copy()
    assert course.read() == b"not even a notebook" and len(course.updates()) == 1


def test_a_copy_that_breaks_off_leaves_the_old_file_whole(course, monkeypatch):
    course.copy()
    course.publish(notebook("x = 2"))

    def no_room(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", no_room)
    with pytest.raises(Trouble, match="Nothing of yours was changed"):
        course.copy()
    assert course.read() == notebook("x = 1")
    assert [path.name for path in course.mine.iterdir() if path.suffix == ".tmp"] == []


# --- the course's own folder is a place to write as well ----------------------------------------------------


def test_what_was_written_in_the_course_and_copied_is_not_overwritten_by_the_next_version(course):
    course.edit(notebook("my work"))
    course.copy()
    course.restore()
    course.publish(notebook("x = 2"))
    (message,) = course.copy()
    (update,) = course.updates()
    assert course.read() == notebook("my work") and course.read(update) == notebook("x = 2")
    assert "may hold your work" in message
    assert course.copy() == []


def test_what_is_written_in_the_course_later_lies_beside_what_is_in_the_copy(course):
    course.copy()
    course.write(notebook("work in the copy"))
    course.edit(notebook("work in the course"))
    course.copy()
    (update,) = course.updates()
    assert course.read() == notebook("work in the copy") and course.read(update) == notebook(
        "work in the course"
    )


def test_work_of_the_course_s_folder_reaches_an_untouched_copy_and_stays_there(course):
    course.copy()
    course.edit(notebook("work in the course"))
    course.copy()
    course.restore()
    course.copy()
    assert course.read() == notebook("work in the course") and len(course.updates()) == 1


def test_without_a_proof_nothing_is_replaced_and_updates_lie_beside(course):
    course.is_published = lambda name, data: False  # no git here
    course.copy()
    assert course.copy() == []
    course.publish(notebook("x = 2"))
    course.copy()
    assert course.read() == notebook("x = 1") and len(course.updates()) == 1 and course.copy() == []


def test_a_note_of_a_former_version_proves_nothing(course):
    """It took everything in the course's folder for the course's."""
    course.edit(notebook("my work"))
    course.copy()
    known = fingerprint(notebook("my work"), NAME)
    content = {"version": 1, "delivered": {NAME: known}, "offered": {}}
    (course.mine / MANIFEST).write_text(json.dumps(content))
    course.publish(notebook("x = 2"))
    course.copy()
    assert course.read() == notebook("my work") and len(course.updates()) == 1


def test_a_lesson_under_a_new_name_comes_beside_the_old_one(course):
    course.copy()
    course.write(notebook("my work"))
    (course.lessons / NAME).rename(course.lessons / "02_renamed.ipynb")
    course.published = {"02_renamed.ipynb": notebook("x = 2")}
    course.publish(notebook("x = 2"), "02_renamed.ipynb")
    course.copy()
    assert course.read() == notebook("my work") and course.read("02_renamed.ipynb") == notebook("x = 2")
    course.publish(notebook("x = 3"))  # and the old name comes back
    course.copy()
    assert course.read() == notebook("my work") and len(course.updates()) == 1


@pytest.mark.parametrize("kind", ["folder", "link to nothing"])
def test_what_cannot_be_read_under_a_lesson_s_name_is_left_alone(course, kind):
    course.mine.mkdir()
    there = course.mine / NAME
    there.mkdir() if kind == "folder" else there.symlink_to(course.root / "a disk that is not here")
    course.copy()
    assert (there.is_dir() or there.is_symlink()) and len(course.updates()) == 1


def test_a_lesson_that_is_a_link_is_updated_where_it_leads(course):
    course.copy()
    elsewhere = course.root / "cloud"
    elsewhere.mkdir()
    there = course.mine / NAME
    there.rename(elsewhere / NAME)
    there.symlink_to(elsewhere / NAME)
    course.publish(notebook("x = 2"))
    course.copy()
    assert there.is_symlink() and (elsewhere / NAME).read_bytes() == notebook("x = 2")
    assert course.read(".former/01_lesson.1.ipynb") == notebook("x = 1")
    assert list(elsewhere.iterdir()) == [elsewhere / NAME]


def test_leftovers_of_killed_writers_are_swept_and_nothing_else(course, monkeypatch):
    course.copy()
    course.publish(notebook("x = 2"))
    course.copy()
    places = (NAME, MANIFEST, NEWS, "01_lesson.update-1.ipynb", f"{lessons.FORMER}/01_lesson.2.ipynb")
    with monkeypatch.context() as killed:
        killed.setattr(os, "replace", lambda *_: 1 / 0)
        killed.setattr(os, "unlink", lambda *_: None)
        for name in places:
            with pytest.raises(ZeroDivisionError):
                lessons.put(course.mine / name, b"")
    found = sorted(course.mine.rglob("*.tmp"))
    theirs = course.mine / ".my_own-1.tmp"
    theirs.touch()
    assert len(found) == len(places) and course.copy() == []
    assert all(path.exists() for path in found)  # another writer may be at work
    for path in [*found, theirs]:
        os.utime(path, (0, 0))
    assert course.copy() == [] and list(course.mine.rglob("*.tmp")) == [theirs]


# --- what is told beside the lessons ------------------------------------------------------------------------


def test_what_a_learner_wrote_among_the_news_is_kept_however_long_they_grow(course):
    """And in whatever encoding the editor saved it."""
    news = course.mine / NEWS
    course.copy()
    lessons._tell_beside(news, ["the first sentence."])
    news.write_bytes(news.read_bytes() + "my note: Größe".encode("latin-1"))
    for number in range(5):
        lessons._tell_beside(news, [f"sentence {number}: {'x' * lessons.MOST_NEWS}"])
    every = b"".join(path.read_bytes() for path in course.mine.glob("WHAT_CHANGED*.md"))
    assert "my note: Größe".encode("latin-1") in every and b"the first sentence." in every
    assert all(every.count(b"sentence %d:" % number) == 1 for number in range(5))
    assert lessons.latest_news(course.mine)[1][0].startswith("sentence 4:")
    assert (course.mine / "WHAT_CHANGED.former-1.md").is_file()


# --- which folder ------------------------------------------------------------------------------------------

NO_FOLDER = {
    ".": "the course itself lies in", "..": "the course itself lies in", "/": "the course itself lies in",
    "notebooks": "belongs to the course", "notebooks/mine": "belongs to the course",
    "Notebooks": "belongs to the course", "course_utils": "belongs to the course",
    "course_utils/mine": "belongs to the course", "tests": "belongs to the course",
    "data": "belongs to the course", "benchmarks": "belongs to the course", "site": "belongs to the course",
    ".git": "is hidden", ".venv": "is hidden", ".venv/lib/mine": "is hidden", ".course": "is hidden",
    ".ci": "is hidden", "mine/.hidden": "is hidden", ".mine": "is hidden",
    "01_lesson.ipynb": "the name of a lesson", "01_lesson": "the name of a lesson",
    "notebooks/01_lesson.ipynb": "the name of a lesson", "other.ipynb": "the name of a lesson",
    "a file": "this is a file", "../a file": "this is a file", "../env/mine": "Python environment",
    "../repository/.git/mine": "or to git", "../.hidden": "is hidden",
    "https://example.org/lessons": "this is an address",
    "~nobody-of-this-name/x": "there is no such folder", "~": "home folder",
    "a circle": "there is no such folder|this is a file",
}  # fmt: skip


@pytest.mark.parametrize("name", NO_FOLDER)
def test_names_that_cannot_be_a_folder_of_lessons_are_refused_in_words(tmp_path, monkeypatch, name):
    (tmp_path / "course").mkdir()
    course = Course(tmp_path / "course")
    for folder in ("course/.git", "course/.venv", "course/tests", "env", "repository/.git", "home"):
        (tmp_path / folder).mkdir(parents=True)
    for file in ("a file", "course/a file", "env/pyvenv.cfg"):
        (tmp_path / file).write_text("years of work")
    (course.root / "a circle").symlink_to(course.root / "a circle")
    monkeypatch.chdir(course.root)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(Trouble, match=NO_FOLDER[name]) as trouble:
        chosen_folder(name, course.lessons, course.root)
    assert f"--copy {name}:" in str(trouble.value) and "--copy my_lessons" in str(trouble.value)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    "name", ["my_lessons", "work/deep/er", "../beside", "~/lessons", "with spaces, 课程", "x.y", "-"]
)
def test_other_names_are_fine(course, monkeypatch, name):
    monkeypatch.chdir(course.root)
    monkeypatch.setenv("HOME", str(course.root.parent))
    target = chosen_folder(name, course.lessons, course.root)
    course.mine = target
    course.copy()
    assert (target / NAME).exists() and chosen_folder(name, course.lessons, course.root) == target


def test_every_folder_of_the_repository_is_refused():
    folders = {
        path.name for path in ground.ROOT.iterdir() if path.is_dir() and (ground.ROOT / ".git").exists()
    }
    ignored = {"my_lessons", "artifacts", "build", "dist", "__pycache__"}
    own = {name for name in folders - ignored if not name.startswith(".") and not name.endswith(".egg-info")}
    assert own <= FOLDERS_OF_THE_COURSE


DEEP = b"[" * 100_000


def test_deeply_nested_text_is_somebody_s_like_any_other(course):
    course.copy()
    course.write(DEEP)
    course.publish(notebook("x = 2"))
    course.copy()
    assert course.read() == DEEP and len(course.updates()) == 1
    cells = notebook("x = 1", outputs=["OUTPUT"]).replace(b'"OUTPUT"', b"[" * 900 + b"]" * 900)
    assert fingerprint(cells, NAME) != fingerprint(notebook("x = 1"), NAME)


def test_a_file_in_the_way_is_explained(course):
    course.mine.write_text("a file")
    with pytest.raises(Trouble, match="my_lessons"):
        course.copy()


def test_the_fingerprint_sees_text_and_output_and_nothing_else():
    plain = fingerprint(notebook("x = 1"), NAME)
    assert fingerprint(notebook("x = 1", language_info={"version": "3.12"}), NAME) == plain
    assert fingerprint(notebook("x = 1 "), NAME) != plain
    joined = json.loads(notebook("a\nb"))
    joined["cells"][0]["source"] = "a\nb"  # one string instead of lines, as some editors write it
    assert fingerprint(json.dumps(joined).encode(), NAME) == fingerprint(notebook("a\nb"), NAME)
    assert fingerprint(b"torn {", NAME) != fingerprint(b"torn [", NAME)


VERSIONS = st.sampled_from([notebook(text) for text in ("a", "b", "c")])
WORK = VERSIONS.map(lambda data: data.replace(b'"source": ["', b'"source": ["mine '))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("publish"), VERSIONS),
        st.tuples(st.just("write"), WORK),
        st.tuples(st.just("edit"), WORK),
        st.tuples(st.sampled_from(["restore", "delete", "forget git", "damage", "copy"]), st.just(b"torn")),
    ),
    max_size=14,
)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example([("edit", notebook("mine")), ("copy", b""), ("publish", notebook("b"))], True)
@given(STEPS, st.booleans())
def test_whatever_happens_no_word_of_the_learner_is_lost(tmp_path_factory, steps, fooled):
    """No copy changes a file that holds the learner's words, wherever written; every version is handed out.

    Where git is fooled, and takes everything for the course's, what was written is still there somewhere.
    """
    course = Course(tmp_path_factory.mktemp("course"))
    if fooled:
        course.is_published = lambda name, data: True
    course.copy()
    handed_out = {course.read()}
    for action, data in [*steps, ("copy", b"")]:
        if action == "publish":
            course.publish(data)
        elif action == "write":
            course.write(data)
        elif action == "edit":
            course.edit(data)
        elif action == "restore":
            course.restore()
        elif action == "delete":
            (course.mine / NAME).unlink(missing_ok=True)
        elif action == "forget git":
            course.is_published = lambda name, data: False
        elif action == "damage":
            (course.mine / MANIFEST).write_bytes(data)
        else:
            before, source = words_of_the_learner(course.mine), (course.lessons / NAME).read_bytes()
            course.copy()
            after = words_of_the_learner(course.mine)
            assert fooled or before.items() <= after.items()
            assert set(before.values()) <= set(after.values())
            assert (course.lessons / NAME).read_bytes() == source
            handed_out |= {course.read(), *(course.read(name) for name in course.updates())}
            assert source in handed_out


def words_of_the_learner(folder):
    every = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.ipynb")}
    return {path: data for path, data in every.items() if b"mine" in data}
