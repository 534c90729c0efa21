"""A learner's copy of the lessons: kept up to date, never overwritten."""

import json
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course_utils.launcher.lessons import MANIFEST, copy_lessons, fingerprint
from course_utils.launcher.words import Trouble

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
    """A course with one lesson, and a learner's folder beside it."""

    def __init__(self, root):
        self.root, self.lessons, self.mine = root, root / "notebooks", root / "my_lessons"
        self.lessons.mkdir()
        self.publish(notebook("x = 1"))

    def publish(self, data, name=NAME):
        (self.lessons / name).write_bytes(data)

    def write(self, data, name=NAME):
        (self.mine / name).write_bytes(data)

    def read(self, name=NAME):
        return (self.mine / name).read_bytes()

    def copy(self):
        return copy_lessons(self.lessons, self.mine, self.root)

    def updates(self):
        return sorted(path.name for path in self.mine.glob("*.update-*"))


@pytest.fixture
def course(tmp_path):
    return Course(tmp_path)


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
    assert course.copy() == [f"{NAME} was brought up to date."]
    assert course.read() == notebook("x = 2") and course.updates() == []


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
    assert "has your changes" in message and update in message and update.endswith(".ipynb")


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
     b"\xff\xfe"],
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
    assert [path.name for path in course.mine.iterdir() if path.suffix == ".new"] == []


@pytest.mark.parametrize(
    "folder", ["notebooks", "notebooks/mine", ".", "..", "course_utils", "course_utils/mine"]
)
def test_folders_of_the_course_are_refused(course, folder):
    with pytest.raises(Trouble, match="belongs to the course"):
        copy_lessons(course.lessons, (course.root / folder).resolve(), course.root)
    assert sorted(path.name for path in course.root.iterdir()) == ["notebooks"]


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
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("publish"), VERSIONS),
        st.tuples(st.just("write"), VERSIONS.map(lambda data: data.replace(b'"source": ["', b'"source": ["mine '))),
        st.tuples(st.just("delete"), st.just(b"")),
        st.tuples(st.just("damage"), st.just(b"torn")),
        st.tuples(st.just("copy"), st.just(b"")),
    ),
    max_size=12,
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_whatever_happens_no_word_of_the_learner_is_lost(tmp_path_factory, steps):
    """After each copy: what the learner wrote last is still there, and the course's version has been handed out."""
    course = Course(tmp_path_factory.mktemp("course"))
    course.copy()
    written, handed_out = None, {course.read()}
    for action, data in [*steps, ("copy", b"")]:
        if action == "publish":
            course.publish(data)
        elif action == "write":
            course.write(data)
            written = data
        elif action == "delete":
            (course.mine / NAME).unlink(missing_ok=True)
            written = None
        elif action == "damage":
            (course.mine / MANIFEST).write_bytes(data)
        else:
            course.copy()
            handed_out |= {course.read(), *(course.read(name) for name in course.updates())}
            assert written is None or course.read() == written
            assert (course.lessons / NAME).read_bytes() in handed_out
