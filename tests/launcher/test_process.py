"""Running other programs, and the lock that keeps two set-ups apart."""

import contextlib
import errno
import os
import signal
import subprocess
import sys

import pytest

from course_utils.launcher import process
from course_utils.launcher.lock import only_one
from course_utils.launcher.messages import say

POSIX = pytest.mark.skipif(os.name != "posix", reason="as POSIX does it")


def python(code, *arguments):
    return [sys.executable, "-I", "-c", code, *map(str, arguments)]


def test_what_a_program_says_is_shown_and_returned(capfd):
    status, errors = process.run_shown(
        python("import sys; print('progress'); print('trouble', file=sys.stderr); sys.exit(3)")
    )
    out, err = capfd.readouterr()
    assert (status, errors.strip()) == (3, "trouble")
    assert out.strip() == "progress" and err.strip() == "trouble"


def test_run_quietly_never_raises(tmp_path):
    assert process.run_quietly(python("print(1)")) == (0, "1" + os.linesep, "")
    assert process.run_quietly([str(tmp_path / "nothing")])[0] == 127
    assert process.run_quietly(python("import time; time.sleep(60)"), seconds=0.2)[0] == 124


def test_stop_ends_a_program_that_does_not_listen(monkeypatch):
    monkeypatch.setattr(process, "STOP_SECONDS", 0.3)
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    stubborn = subprocess.Popen(python(code), stdout=subprocess.PIPE)
    stubborn.stdout.readline()
    process.stop(stubborn)
    stubborn.stdout.close()
    assert stubborn.returncode is not None


@POSIX
@pytest.mark.parametrize("callers", [signal.SIG_DFL, signal.SIG_IGN], ids=["listened to", "ignored"])
def test_ctrl_c_reaches_the_program_and_ends_it(tmp_path, callers):
    """As in a terminal, but sent to the launcher alone: the program must not go on without it.

    What the caller of the tests does with Ctrl+C (nohup ignores it) is inherited, and not to count.
    """
    code = (
        "import signal, sys; sys.path.append(sys.argv[1]); from course_utils.launcher import process\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "process.STOP_SECONDS = 0.3\n"
        "process.run_shown([sys.executable, '-c', 'import os, sys, time; "
        "print(os.getpid(), file=sys.stderr, flush=True); time.sleep(60)'])"
    )
    before = signal.signal(signal.SIGINT, callers)
    try:
        launcher = subprocess.Popen(
            python(code, os.getcwd()), stderr=subprocess.PIPE, text=True, start_new_session=True
        )
    finally:
        signal.signal(signal.SIGINT, before)
    try:
        program = int(launcher.stderr.readline())
        launcher.send_signal(signal.SIGINT)
        launcher.communicate(timeout=30)
        with pytest.raises(ProcessLookupError):
            os.kill(program, 0)
    finally:
        end_session(launcher)


def end_session(leader):
    """Leave no process behind, whatever the test found out."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader.pid, signal.SIGKILL)
    leader.communicate()


@POSIX
def test_become_goes_on_as_the_other_program(tmp_path):
    code = (
        "import os, sys; sys.path.append(sys.argv[1]); from course_utils.launcher.process import become\n"
        "become([sys.executable, '-c', 'import os; print(os.getpid(), os.getcwd(), os.environ[\"WORD\"])'],"
        " {'WORD': 'kept'}, sys.argv[2])"
    )
    program = subprocess.Popen(python(code, os.getcwd(), tmp_path), stdout=subprocess.PIPE, text=True)
    out, _ = program.communicate(timeout=30)
    assert out.split() == [str(program.pid), str(tmp_path), "kept"]


# --- the lock -----------------------------------------------------------------------------------------------

HOLD = """
import sys; sys.path.append(sys.argv[1])
from pathlib import Path
from course_utils.launcher.lock import only_one
with only_one(Path(sys.argv[2]), lambda: print("waiting", flush=True)) as held:
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def hold():
    """A function: path -> (a process that holds the lock or waits for it, its first word). All end with the test."""
    programs = []

    def hold_or_wait(path):
        program = subprocess.Popen(
            python(HOLD, os.getcwd(), path), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        programs.append(program)
        return program, program.stdout.readline().strip()

    yield hold_or_wait
    for program in programs:
        program.kill()
        program.communicate()


def test_a_second_process_waits_and_goes_on_when_the_first_is_killed(tmp_path, hold):
    first, said = hold(tmp_path / "course" / "lock")
    assert said == "held"
    second, said = hold(tmp_path / "course" / "lock")
    assert said == "waiting"
    first.kill()
    first.communicate()
    assert second.stdout.readline().strip() == "held"


@POSIX
def test_a_program_that_was_given_the_lock_keeps_it_when_its_launcher_is_killed(tmp_path, hold):
    """pip goes on when the launcher dies; a second start must not run a second pip."""
    code = HOLD.replace("sys.stdin.read()", (
        "import subprocess; subprocess.Popen([sys.executable, '-c', 'import sys; sys.stdin.read()'],"
        " pass_fds=(held,)); print('its program runs', flush=True); sys.stdin.read()"
    ))  # fmt: skip
    keep, give = os.pipe()
    first = subprocess.Popen(
        python(code, os.getcwd(), tmp_path / "lock"), stdin=keep, stdout=subprocess.PIPE, text=True
    )
    os.close(keep)
    try:
        assert [first.stdout.readline().strip() for _ in range(2)] == ["held", "its program runs"]
        first.kill()
        first.wait()
        second, said = hold(tmp_path / "lock")
        assert said == "waiting"
    finally:
        os.close(give)  # now the program ends
        first.kill()
        first.communicate()
    assert second.stdout.readline().strip() == "held"


def test_waiting_is_announced_once(tmp_path):
    answers = iter([BlockingIOError(errno.EAGAIN, "busy"), BlockingIOError(errno.EAGAIN, "busy"), None])
    said, slept = [], []

    def busy_twice(file):
        if error := next(answers):
            raise error

    with only_one(tmp_path / "lock", lambda: said.append("waiting"), 0.5, busy_twice, slept.append):
        pass
    assert said == ["waiting"] and slept == [0.5, 0.5]


def test_a_file_system_without_locks_is_no_obstacle(tmp_path):
    def no_locks(file):
        raise OSError(errno.ENOLCK, "no locks available")

    with only_one(tmp_path / "lock", pytest.fail, try_lock=no_locks):
        pass


def test_a_folder_that_may_not_be_written_is_no_obstacle(tmp_path):
    (tmp_path / "file").touch()
    with only_one(tmp_path / "file" / "lock", pytest.fail) as held:
        assert held is None


def test_a_terminal_without_the_character_gets_a_question_mark():
    import io

    terminal = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    say("C:\\课程", terminal)
    terminal.seek(0)
    assert terminal.read().strip() == "C:\\??"
