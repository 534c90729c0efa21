"""What was typed, what is said, and what is started."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from course_utils import __main__ as entry
from course_utils.launcher import cli, for_authors, for_learners, ground, lessons, process
from course_utils.launcher.environment import Environment
from course_utils.launcher.lab import FIRST_LESSON
from course_utils.launcher.messages import Trouble

ROOT = Path(__file__).resolve().parents[2]
HERE = Environment(Path(sys.executable), Path(sys.prefix), ours=False)


@pytest.fixture
def started(monkeypatch, tmp_path):
    """Catch the command instead of running it, in a course of our own: a list of (command, variables)."""
    commands = []
    monkeypatch.setattr(process, "become", lambda command, env, cwd: commands.append((command, env)) or 0)
    monkeypatch.setattr(ground, "stand", lambda parts, options: HERE)
    monkeypatch.setattr(ground, "ROOT", tmp_path)
    monkeypatch.delenv("JUPYTERHUB_SERVICE_PREFIX", raising=False)  # these tests may run on a hub
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / FIRST_LESSON).write_text("{}")
    return commands


@pytest.mark.parametrize(
    "typed, command, options, rest",
    [
        ([], "lab", {}, []),
        (["lab"], "lab", {}, []),
        (["--no-browser", "--port", "9999"], "lab", {}, ["--no-browser", "--port", "9999"]),
        (["notebooks/01.ipynb"], "lab", {}, ["notebooks/01.ipynb"]),
        (["--copy"], "lab", {"copy": "my_lessons"}, []),
        (["lab", "--copy", "work", "--no-browser"], "lab", {"copy": "work"}, ["--no-browser"]),
        (["lab", "--no-browser", "--copy"], "lab", {"copy": "my_lessons"}, ["--no-browser"]),
        (["lab", "--copy=my work"], "lab", {"copy": "my work"}, []),
        (["test", "-k", "name", "-x"], "test", {}, ["-k", "name", "-x"]),
        (["test", "--copy"], "test", {}, ["--copy"]),  # a word for pytest, which will say that it knows no such thing
        (["--cpu-torch", "https://example.org/cpu"], "lab", {"cpu_torch": "https://example.org/cpu"}, []),
        (["bench", "--quick"], "bench", {}, ["--quick"]),
        (["doctor"], "doctor", {}, []),
        (["report", "--help", "/home"], "report", {}, ["--help", "/home"]),  # it has a help of its own
        (["notes", "3"], "notes", {}, ["3"]),
        (["site", "--serve"], "site", {}, ["--serve"]),
        (["fresh", "3", "--copy", "mine"], "fresh", {"copy": "mine"}, ["3"]),
        (["audit", "net:Net", "--input", "1,3,8,8"], "audit", {}, ["net:Net", "--input", "1,3,8,8"]),
        (["--help"], "help", {}, []),
        (["test", "-h"], "help", {}, []),
        (["site", "--help"], "site", {}, ["--help"]),
        (["audit", "-h", "--cpu-torch=http://x/cpu"], "audit", {"cpu_torch": "http://x/cpu"}, ["-h"]),
    ],
)  # fmt: skip
def test_parse(typed, command, options, rest):
    assert cli.parse(typed) == (command, options, rest)


@pytest.mark.parametrize(
    "typed, words",
    [(["tset"], "Did you mean test?"), (["xyzzy"], "lab, fresh, test, doctor, bench, site and audit")],
)
def test_an_unknown_command_gets_a_suggestion(typed, words, capsys):
    assert cli.main(typed) == 1
    assert words in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("typed", [["--cpu-torch"], ["--cpu-torch", "cpu"], ["--cpu-torch", "--no-browser"]])
def test_an_index_without_an_address_is_refused(typed):
    with pytest.raises(Trouble, match="Get started"):
        cli.parse(typed)


def test_help_names_every_command(capsys):
    assert cli.main(["--help"]) == 0
    text = capsys.readouterr().out
    assert all(
        f"python -m course_utils {command}".strip() in text
        for command in ("", *cli.COMMANDS)
        if command not in ("lab", "help")
    )


@pytest.mark.parametrize("command", ["report", "notes"])
def test_what_teachers_ask_for_runs_where_they_are(command, monkeypatch, tmp_path):
    """They name files as they see them."""
    places = []
    monkeypatch.setattr(ground, "stand", lambda parts, options: HERE)
    monkeypatch.setattr(process, "become", lambda command, env, cwd: places.append((command, env, cwd)) or 0)
    monkeypatch.chdir(tmp_path)
    assert cli.main([command, "a", "--b"]) == 0
    ((started, env, cwd),) = places
    assert started == [sys.executable, "-P", "-m", f"course_utils.classroom.{command}", "a", "--b"]
    assert cwd == tmp_path and env["PYTHONPATH"].split(os.pathsep)[0] == str(ROOT)


def test_lab_opens_the_first_lesson(started):
    assert cli.main(["lab", "--no-browser"]) == 0
    ((command, _),) = started
    assert command[:3] == [sys.executable, "-m", "jupyterlab"] and command[-1] == "--no-browser"
    assert "--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb" in command


def test_lab_on_a_copy_opens_the_copy_and_says_what_changed(started, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["--copy"]) == 0
    assert "--LabApp.default_url=/lab/tree/my_lessons/00_start_here.ipynb" in started[0][0]
    (tmp_path / "my_lessons" / FIRST_LESSON).unlink()
    cli.main(["--copy"])
    assert "fresh copy" in capsys.readouterr().out


@pytest.mark.parametrize("folder", [".", "notebooks", "my_lessons"])
@pytest.mark.parametrize("name", ["03.ipynb", "notebooks/03.ipynb", "my lessons, mine.ipynb"])
def test_a_notebook_that_is_named_is_opened(started, tmp_path, monkeypatch, capsys, folder, name):
    """By its name among the lessons, or as the caller sees it."""
    (tmp_path / "my_lessons").mkdir()
    (tmp_path / "notebooks" / "03.ipynb").write_text("{}")
    (tmp_path / folder / "my lessons, mine.ipynb").write_text("{}")
    monkeypatch.chdir(tmp_path / folder)
    if folder != "." and "/" in name:
        assert cli.main([name]) == 1 and started == []
        said = "".join(capsys.readouterr().err.split())
        assert f"nonotebook{name},neitherin{tmp_path / 'notebooks'}norin{tmp_path / folder}" in said
        return
    assert cli.main([name, "--no-browser"]) == 0
    where = f"notebooks/{name.rpartition('/')[2]}"
    if "mine" in name:
        where = name if folder == "." else f"{folder}/{name}"
    assert f"--LabApp.default_url=/lab/tree/{where}".replace(" ", "%20").replace(",", "%2C") in started[0][0]
    assert name not in started[0][0] and started[0][0][-1] == "--no-browser"
    assert f"Opening {tmp_path / where}" in capsys.readouterr().out


def test_with_a_copy_the_notebook_of_the_copy_is_opened(started, tmp_path, monkeypatch):
    (tmp_path / "notebooks" / "03.ipynb").write_text("{}")
    monkeypatch.chdir(tmp_path / "notebooks")
    assert cli.main(["03.ipynb", "--copy", str(tmp_path / "my_lessons")]) == 0
    assert "--LabApp.default_url=/lab/tree/my_lessons/03.ipynb" in started[0][0]


def test_in_the_folder_of_a_copy_its_own_lesson_is_meant(started, tmp_path, monkeypatch):
    (tmp_path / "my_lessons").mkdir()
    for folder in ("notebooks", "my_lessons"):
        (tmp_path / folder / "03.ipynb").write_text("{}")
    monkeypatch.chdir(tmp_path / "my_lessons")
    assert cli.main(["03.ipynb"]) == 0
    assert "--LabApp.default_url=/lab/tree/my_lessons/03.ipynb" in started[0][0]


def test_a_notebook_from_elsewhere_is_not_opened(started, tmp_path_factory, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    Path("mine.ipynb").write_text("{}")
    assert cli.main(["mine.ipynb"]) == 1 and started == []
    assert "mine.ipynb cannot be opened" in " ".join(capsys.readouterr().err.split())


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere every name is UTF-8")
@pytest.mark.parametrize("typed", [["--copy", "caf\udce9"], ["caf\udce9.ipynb"]])
def test_a_name_that_no_browser_can_say_is_refused(started, tmp_path, monkeypatch, capsys, typed):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "caf\udce9.ipynb").write_text("{}")
    assert cli.main(typed) == 1 and started == [] and not (tmp_path / "caf\udce9").exists()
    assert r"cannot open 'caf\udce9" in capsys.readouterr().err


def test_a_course_in_a_folder_whose_name_is_not_utf_8_starts(started, tmp_path, monkeypatch):
    course = tmp_path / "caf\udce9"
    try:
        (course / "notebooks").mkdir(parents=True)
    except (OSError, UnicodeError):
        pytest.skip("here every name is UTF-8")
    (course / "notebooks" / FIRST_LESSON).write_text("{}")
    monkeypatch.setattr(ground, "ROOT", course)
    assert cli.main([]) == 0


def test_lessons_that_are_missing_are_explained(started, tmp_path, capsys):
    (tmp_path / "notebooks" / FIRST_LESSON).unlink()
    assert cli.main([]) == 1 and started == []
    assert "git checkout notebooks" in capsys.readouterr().err


def test_test_runs_pytest_in_parallel_and_passes_arguments_on(started):
    cli.main(["test", "-k", "copy"])
    command = started[0][0]
    assert command[:3] == [sys.executable, "-m", "pytest"] and command[-2:] == ["-k", "copy"]


@pytest.mark.parametrize(
    "typed, time", [(["--search"], "2m"), (["--search", "10m"], "10m"), (["--search=9s"], "9s")]
)
def test_a_search_gets_its_time_and_passes_arguments_on(started, typed, time):
    cli.main(["test", *typed, "-k", "copy"])
    command = started[0][0]
    assert command[:4] == [sys.executable, "-m", "tests.search", time] and command[-2:] == ["-k", "copy"]


@pytest.mark.parametrize(
    "rest, processors, expected",
    [
        ([], 2, ["-n", "3", *for_authors.TOGETHER]),
        ([], 64, ["-n", "5", *for_authors.TOGETHER]),
        ([], 1, []),
        (["-k", "name"], 2, ["-n", "3", *for_authors.TOGETHER]),
        (["-n0"], 8, []),
        (["--pdb"], 8, []),
        (["-p", "no:xdist"], 8, []),
    ],
)
def test_workers(rest, processors, expected):
    assert for_authors.workers(rest, processors) == expected


def test_a_process_that_ends_ends_the_run_and_names_its_test(tmp_path):
    """Without it pytest-xdist would give the test to one process after the other, and wait for ever then."""
    for name, body in ("first", "pass"), ("second", "import os; os._exit(3)"), ("third", "pass"):
        (tmp_path / f"test_{name}.py").write_text(
            f"def test_{name}():\n    {body}\n\ndef test_more(): pass\n"
        )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *for_authors.workers([], 2)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1 and "crashed while running 'test_second.py::test_second'" in done.stdout


def test_bench_runs_the_benchmark(started):
    cli.main(["bench", "--quick"])
    assert started[0][0] == [sys.executable, "-m", "benchmarks", "--quick"]


@pytest.mark.parametrize(
    "error, status, words",
    [
        (Trouble("The disk is full."), 1, "The disk is full."),
        (KeyboardInterrupt(), 130, "Nothing is broken"),
        (PermissionError(13, "Permission denied", "/srv"), 1, "did not allow this"),
    ],
)
def test_what_goes_wrong_is_said_without_a_traceback(started, monkeypatch, capsys, error, status, words):
    def stumble(parts, options):
        raise error

    monkeypatch.setattr(ground, "stand", stumble)
    assert cli.main([]) == status
    said = capsys.readouterr().err
    assert words in said and "Traceback" not in said


def test_an_incomplete_environment_of_the_learner_is_named_not_changed(monkeypatch, capsys):
    monkeypatch.setattr(ground, "this_environment", lambda needs, root: (None, ["torch is not installed"]))
    monkeypatch.setattr(ground, "own_environment", lambda root, wanted, index: index)
    monkeypatch.setenv("CONDA_PREFIX", "/opt/conda")
    monkeypatch.setenv("COURSE_CPU_TORCH", "https://example.org/cpu")
    assert ground.stand(["lessons"], {}) == "https://example.org/cpu"
    assert "is not enough (torch is not installed)" in capsys.readouterr().out


# --- any Python ---------------------------------------------------------------------------------------------


def old_pythons():
    """Interpreters below 3.11 on this computer, in the usual places: one of each version."""
    found = {}
    for python in [*pyenv(), *on_path()]:
        status, out, _ = process.run_quietly(
            [str(python), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        )
        if status == 0 and tuple(map(int, out.split("."))) < (3, 11):
            found.setdefault(out.strip(), str(python))
    return [pytest.param(python, id=version) for version, python in sorted(found.items())]


def pyenv():
    return Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")).glob("versions/*/bin/python")


def on_path():
    names = ["python2", "python2.7", *(f"python3.{minor}" for minor in range(5, 11))]
    folders = os.environ.get("PATH", "").split(os.pathsep)
    return [Path(folder) / name for folder in folders for name in names if (Path(folder) / name).exists()]


@pytest.mark.parametrize(
    "python", old_pythons() or [pytest.param(None, marks=pytest.mark.skip("no old Python here"))]
)
def test_a_python_that_is_too_old_says_so(python):
    # -B: Python 2 would write what it compiles beside the sources, where everybody who lists them finds it
    status, out, errors = process.run_quietly([python, "-B", "-m", "course_utils", "--no-browser"], cwd=ROOT)
    assert status == 2 and out == ""
    assert "needs Python 3.11 or newer" in errors and "Traceback" not in errors


def test_the_files_an_old_python_reads_are_plain_ascii():
    for file in ("__init__.py", "__main__.py", "threads.py"):
        (ROOT / "course_utils" / file).read_bytes().decode("ascii")


def test_a_newer_python_on_the_computer_is_named():
    words = entry.too_old("3.8.18", ["python3.13", "python3.12"], lambda python: python == "python3.12")
    assert "3.8.18" in words and "python3.12 -m course_utils" in words
    assert "python.org" in entry.too_old("3.8.18", ["python3.13"], lambda python: False)


def test_only_a_python_that_starts_and_is_new_enough_is_named(tmp_path):
    assert entry.is_new_enough(sys.executable)
    assert not entry.is_new_enough(str(tmp_path / "no-such-python"))


def test_the_module_runs_as_it_is_typed():
    done = subprocess.run(
        [sys.executable, "-m", "course_utils", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("Between the Pixels")


# --- a fresh copy of one lesson -----------------------------------------------------------------------------


LESSON = lessons._file_of("3")


def yours(number):
    return LESSON.replace(".ipynb", f".yours-{number}.ipynb")


@pytest.fixture
def copy(started, tmp_path, monkeypatch):
    """A course with a lesson 03, and a learner's copy in which lesson 03 was worked on."""
    (tmp_path / "notebooks" / LESSON).write_text("course")
    mine = tmp_path / "my_lessons"
    lessons.copy_lessons(tmp_path / "notebooks", mine, tmp_path, lambda *_: lambda name, data: True)
    (mine / LESSON).write_text("work")
    monkeypatch.setattr(lessons, "published", lambda *_: lambda name, data: data in (b"course", b"newer"))
    monkeypatch.delenv("JUPYTERHUB_SERVICE_PREFIX", raising=False)
    monkeypatch.chdir(tmp_path)
    return mine


def test_a_fresh_copy_keeps_the_learners_own_beside_it(copy, capsys):
    assert cli.main(["fresh", "3"]) == 0
    assert (copy / LESSON).read_text() == "course"
    assert (copy / yours(1)).read_text() == "work"
    assert yours(1) in capsys.readouterr().out
    (copy / LESSON).write_text("more work")
    assert cli.main(["fresh", "03", "--copy", str(copy)]) == 0
    assert (copy / yours(2)).read_text() == "more work"


def test_what_is_fresh_already_makes_no_second_file(copy):
    assert cli.main(["fresh", "3"]) == cli.main(["fresh", "3"]) == 0
    assert len(list(copy.glob("03*"))) == 2


def test_a_fresh_copy_follows_the_course_again(copy, tmp_path):
    assert cli.main(["fresh", "3"]) == 0
    (tmp_path / "notebooks" / LESSON).write_text("newer")
    lessons.copy_lessons(tmp_path / "notebooks", copy, tmp_path, lambda *_: lambda name, data: True)
    assert (copy / LESSON).read_text() == "newer"


def test_a_fresh_copy_of_a_lesson_written_in_in_the_course_is_the_learners(copy, tmp_path):
    (tmp_path / "notebooks" / LESSON).write_text("work in the course")
    assert cli.main(["fresh", "3"]) == 0
    (tmp_path / "notebooks" / LESSON).write_text("newer")
    lessons.copy_lessons(tmp_path / "notebooks", copy, tmp_path, lambda *_: lambda name, data: True)
    assert (copy / LESSON).read_text() == "work in the course"


def test_a_fresh_copy_keeps_what_was_written_in_the_metadata_alone(copy, tmp_path, capsys):
    (tmp_path / "notebooks" / LESSON).write_text('{"cells": []}')
    (copy / LESSON).write_text(tagged := '{"cells": [], "metadata": {"title": "mine"}}')
    assert cli.main(["fresh", "3"]) == 0
    (kept,) = (copy / ".former").iterdir()
    assert kept.read_text() == tagged and f".former/{kept.name}" in capsys.readouterr().out
    assert (copy / LESSON).read_text() == '{"cells": []}'


def test_a_duplicate_that_jupyter_made_is_not_the_lesson(copy, tmp_path):
    (tmp_path / "notebooks" / LESSON.replace(".ipynb", "-Copy1.ipynb")).write_text("a duplicate")
    assert cli.main(["fresh", "3"]) == 0
    assert (copy / LESSON).read_text() == "course"


def test_a_lesson_that_is_missing_from_the_course_is_named(copy, tmp_path, capsys):
    (tmp_path / "notebooks" / LESSON).unlink()
    assert cli.main(["fresh", "3"]) == 1 and (copy / LESSON).read_text() == "work"
    assert "git checkout notebooks" in " ".join(capsys.readouterr().err.split())


def test_a_fresh_copy_on_a_full_disk_loses_nothing(copy, monkeypatch, capsys):
    written = []

    def write_whole(path, data, mode=0o644):
        written.append(path.name)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(lessons, "write_whole", write_whole)
    assert cli.main(["fresh", "3"]) == 1
    assert (copy / LESSON).read_text() == "work" and written == [yours(1)]
    assert "Nothing of yours was changed" in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("words", [["fresh"], ["fresh", "44"], ["fresh", "3", "--copy", "nowhere"]])
def test_what_cannot_be_fresh_is_said(copy, words, capsys):
    assert cli.main(words) == 1 and capsys.readouterr().err.strip()


def test_the_audit_runs_in_this_python_in_the_folder_of_who_called(started):
    assert cli.main(["audit", "net:Net", "--input", "1,3,8,8"]) == 0
    ((command, _),) = started
    assert command == [sys.executable, "-m", "course_utils.networks.audit", "net:Net", "--input", "1,3,8,8"]


def test_without_torch_the_audit_takes_the_courses_own_environment(started, monkeypatch):
    own = Environment(Path("/course/python"), Path("/course"), ours=True)
    monkeypatch.setattr(ground, "stand", lambda parts, options: own)
    monkeypatch.setattr(for_learners, "AUDIT_NEEDS", ("no_such_package",))
    cli.main(["audit", "net:Net", "--input", "1,3,8,8"])
    assert started[0][0][0] == str(own.python)
